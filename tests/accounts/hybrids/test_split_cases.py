"""Steel and photovoltaics split from their sectors in the embedded world: golden figures computed here by hand."""

import numpy as np
import pytest

from tanheng.accounts import consumption, eebt, split_case
from tanheng.data import store
from tanheng.errors import QuestionError
from tanheng.systems.aggregate import aggregate
from tanheng.systems.disaggregate import joining


@pytest.fixture(scope="module")
def world():
    return store.open("world")[2009]


@pytest.fixture(scope="module")
def steel(world):
    return split_case("steel", world)


@pytest.fixture(scope="module")
def photovoltaics(world):
    return split_case("photovoltaics", world)


def test_steel_is_quantity_times_price_and_factor(steel, world):
    """577.1 Mt at 600 USD/t; the United States 59.4 Mt at 720; Japan's 87.5 Mt emit 1.06 t/t, Greece's 2.0 0.08."""
    x, F = steel.table.x.sel(sector="steel"), steel.table.F.sel(sector="steel", stressor="CO2")
    assert x.sel(region="CHN").item() == pytest.approx(577.1 * 600)  # million USD
    assert x.sel(region="USA").item() == pytest.approx(59.4 * 720)
    assert F.sel(region="JPN").item() == pytest.approx(87.5e3 * 1.06)  # kt
    assert F.sel(region="GRC").item() == pytest.approx(2.0e3 * 0.08)
    assert x.sel(region="IRL").item() == 0


def test_china_is_held_to_its_sector(steel, world):
    """577.1 Mt at 1.06 t/t are 611.7 Mt, more than 95 % of the 628.3 Mt of its metals: a warning says so."""
    whole = world.F.sel(region="CHN", sector="c12").item()
    assert 0.95 * whole < 577.1e3 * 1.06 < whole
    assert steel.table.F.sel(region="CHN", sector="steel").item() == pytest.approx(0.95 * whole)
    (said,) = [one for one in steel.findings if one.check == "split-capped"]
    assert {"CHN", "TUR"} <= set(said.where.split(", "))
    assert not {"JPN", "DEU", "RUS", "IND"} & set(said.where.split(", "))


def test_photovoltaics_are_quantity_times_price_and_factor(photovoltaics):
    """63.9521 % of 10 GW at 2,400 USD/kW; cells burn 1.267469 * 9.183712 * 1.041667 kWh/kW at 0.2266 kg/kWh."""
    table = photovoltaics.table
    assert table.x.sel(region="CHN", sector="photovoltaics").item() == pytest.approx(0.639521 * 10e6 * 2400 / 1e6)
    factor = 1.267469 * 9.183712 * 1.041667 * 0.2266
    emitted = table.F.sel(region="CHN", sector="photovoltaics").item()
    assert emitted == pytest.approx(0.639521 * 10e6 * factor / 1e6, rel=2e-3)  # 2.75 is the factor, rounded
    assert not [one for one in photovoltaics.findings if one.severity != "note"]


@pytest.mark.parametrize(("name", "sector"), [("steel", "c12"), ("photovoltaics", "c14")])
def test_joined_again_it_is_the_world(name, sector, world, request):
    table = request.getfixturevalue(name).table
    back = aggregate(table, joining(table, sector, [name, f"{sector} other"]))
    np.testing.assert_allclose(back.Z.values, world.Z.values, atol=1e-12 * world.Z.values.max())  # sums of two parts
    np.testing.assert_allclose(back.F.values, world.F.values, atol=1e-12 * world.F.values.max())


@pytest.mark.parametrize(("name", "most"), [("steel", 0.01), ("photovoltaics", 1e-4)])
def test_consumption_of_regions_barely_changes_and_the_world_not_at_all(name, most, world, request):
    """What is split is 0.75 of 4.6 and 0.024 of 4.2 million million USD, sold much as the rest of its sector."""
    found = request.getfixturevalue(name).consumption.squeeze("stressor")
    before, after, change = (found.sel(definition=one).values for one in ("before", "after", "change"))
    np.testing.assert_allclose(before, consumption(world).values[0])
    np.testing.assert_allclose(after - before, change)
    assert abs(change.sum()) < 1e-9 * before.sum()
    assert 0 < np.abs(change / before).max() < most


def test_trade_of_steel_is_domestic_multipliers_times_sales(steel):
    """China to Japan by a plain inverse of China's own economy; all exports are all imports."""
    table = steel.table
    r, s, k = table.regions.index("CHN"), table.regions.index("JPN"), table.sectors.index("steel")
    x, Z = table.x.values[r], table.Z.values[r, :, r]
    m = (table.F.values[0, r] / x) @ np.linalg.inv(np.eye(len(x)) - Z / x)
    sold = table.Z.values[r, k, s].sum() + table.Y.values[r, k, s].sum()
    found = steel.trade.squeeze(["stressor", "sector"])
    assert found.sel(region="CHN", to_region="JPN").item() == pytest.approx(m[k] * sold, rel=1e-9)
    balance = steel.balance.squeeze(["stressor", "sector"])
    assert found.sel(region="CHN").sum().item() == pytest.approx(balance.sel(region="CHN", component="exports").item())
    assert abs(balance.sel(component="net").sum().item()) < 1e-9 * balance.sel(component="exports").sum().item()
    whole = eebt(table, "region,sector,to_region").sel(stressor="CO2", region="CHN", to_region="JPN", sector="steel")
    assert whole.item() == pytest.approx(m[k] * sold, rel=1e-9)


def test_china_exports_more_than_it_imports(steel, photovoltaics):
    """Its sector's intensity is above the world's, and it made 47 % of the steel and 64 % of the modules."""
    for case in (steel, photovoltaics):
        net = case.balance.squeeze(["stressor", "sector"]).sel(component="net")
        assert net.sel(region="CHN").item() > 0 > net.sel(region="USA").item()


def test_what_is_of_the_same_year_is_told(steel, photovoltaics):
    assert photovoltaics.figures["same_year"].all()
    frame = steel.figures
    assert set(frame[~frame["same_year"]]["figure"]) == {"factor CO2"}
    assert [one.check for one in steel.findings if one.severity == "note"] == ["split-figure-dateless"]


def test_with_draws_everything_has_low_and_high(world):
    case = split_case("photovoltaics", world, draws=3, seed=1)
    for found in (case.consumption, case.trade, case.balance):
        assert (found["low"] <= found["high"]).all()
        assert (found.attrs["approach"], found.attrs["draws"]) == ("hybrid", 3)
    net = case.balance.sel(region="CHN", component="net")
    assert net["low"].item() < net["high"].item()
    before = case.consumption.sel(definition="before")
    np.testing.assert_allclose(before["low"], before["high"])


def test_the_sector_is_the_files(world):
    with pytest.raises(QuestionError, match="steel is a part of c12, not of c14"):
        split_case("steel", world, sector="c14")
