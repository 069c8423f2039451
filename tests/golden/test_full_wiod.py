"""Known magnitudes on the full WIOD tables, 35 sectors, to half a unit of the last digit given."""

import pytest

from build_world import full_table
from tanheng.accounts import consumption, net_transfers, production


@pytest.mark.parametrize(("year", "gigatonnes"), [(1995, 22.04), (2009, 28.85)])
def test_world_co2(shared, year, gigatonnes):
    table = full_table(shared, year)
    assert float(production(table).sum()) / 1e6 == pytest.approx(gigatonnes, abs=0.005)
    assert float(consumption(table).sum()) / 1e6 == pytest.approx(gigatonnes, abs=0.005)


@pytest.mark.parametrize(("year", "gigatonnes"), [(1995, 0.49), (2007, 1.39), (2009, 1.04)])
def test_china_emits_more_than_it_consumes(shared, year, gigatonnes):
    table = full_table(shared, year)
    gap = (production(table) - consumption(table)).sel(region="CHN").item()
    assert gap / 1e6 == pytest.approx(gigatonnes, abs=0.005)
    # and by its flows; what stays on sectors without output is in neither direction of a flow
    assert net_transfers(table).sel(region="CHN").item() == pytest.approx(gap, rel=1e-6)


def test_world_output_is_the_published_one_but_for_rounding(shared):
    # 122.79 million million USD in 2008, from the published outputs; the rows of rounded cells add up to 0.05 % less
    assert float(full_table(shared, 2008).x.sum()) == pytest.approx(122.79e6, rel=6e-4)
