"""Production and consumption against worked numbers and against plain matrix algebra."""

import numpy as np
import pytest
from tables import flat, kitzes, random_table

from tanheng import accounts
from tanheng.errors import ConservationError, QuestionError
from tanheng.systems.table import Table


def test_kitzes_2013():
    assert accounts.production(kitzes()).values.ravel().tolist() == [8, 4]
    assert accounts.consumption(kitzes()).values.ravel() == pytest.approx([4.8, 7.2], rel=1e-12)


def test_consumption_is_s_L_Y_plus_direct_emissions():
    table = random_table(7, R=3, S=4, D=2, K=2, signed=True)
    Z, Y, F, x = flat(table)
    L = np.linalg.inv(np.eye(len(x)) - Z / x)
    direct = table.F_Y.sum("demand").values
    assert accounts.consumption(table).values == pytest.approx(F / x @ L @ Y + direct, rel=1e-9)


def test_by_sector_is_the_final_product_and_direct_emissions_stand_on_a_line_of_their_own():
    table = random_table(8, R=2, S=3, D=2, K=1)
    Z, Y, F, x = flat(table)
    m = F / x @ np.linalg.inv(np.eye(len(x)) - Z / x)
    result = accounts.consumption(table, "region,sector")
    assert list(result.indexes["sector"]) == ["s0", "s1", "s2", "direct"]
    for consumer in range(2):
        by_product = (m.ravel() * Y[:, consumer]).reshape(2, 3).sum(axis=0)
        assert result.values[0, consumer, :3] == pytest.approx(by_product, rel=1e-9)
    assert result.sel(sector="direct").values == pytest.approx(table.F_Y.sum("demand").values)


def test_by_demand_category():
    table = random_table(9, D=3, K=1)
    result = accounts.consumption(table, "region,demand,component")
    direct = result.sel(component="direct", stressor="k0")
    assert direct.values == pytest.approx(table.F_Y.sel(stressor="k0").values)
    assert result.sum(("demand", "component")).values == pytest.approx(accounts.consumption(table).values, rel=1e-12)


@pytest.mark.parametrize("account", ["production", "consumption"])
@pytest.mark.parametrize("by", ["region", "sector", "component", "region,component", "region,sector,component"])
def test_every_way_of_laying_it_out_has_the_same_total(account, by):
    table = random_table(10, R=3, S=3, D=2, K=2, idle=2)
    function = getattr(accounts, account)
    result = function(table, by)
    whole = (table.F.sum(("region", "sector")) + table.F_Y.sum(("to_region", "demand"))).values
    assert result.sum([d for d in result.dims if d != "stressor"]).values == pytest.approx(whole, rel=1e-12)


def test_emissions_without_output_are_a_component_of_their_own_region():
    table = random_table(11, R=3, S=3, K=1, idle=2)
    lost = table.stranded.sum("sector").values
    assert lost.sum() > 0
    for account in (accounts.production, accounts.consumption):
        result = account(table, "region,component")
        assert result.sel(component="residual").values == pytest.approx(lost)
        assert result.attrs["residual"] == pytest.approx({"k0": lost.sum()})


def test_inputs_of_a_sector_without_output_are_residual_where_they_arrive():
    # the second sector buys 5 of the first and sells nothing: what is embodied in those 5 reaches no consumer
    about = {"name": "idle", "year": 2000, "currency": "USD", "units": {"CO2": "t"}}
    table = Table.from_arrays(
        [[2.0, 5], [0, 0]], [[3.0, 0], [0, 0]], [[10.0, 1]],
        regions=["a", "b"], sectors=["s"], demand=["d"], stressors=["CO2"], about=about,
    )  # fmt: skip
    # intensity 1, multiplier 1/(1 - 0.2) = 1.25: 3.75 consumed in a, 6.25 embodied + 1 own stranded in b
    result = accounts.consumption(table, "region,component")
    assert result.sel(component="industry").values.ravel() == pytest.approx([3.75, 0])
    assert result.sel(component="residual").values.ravel() == pytest.approx([0, 7.25])
    margins = accounts.flows(table)
    assert margins.values[0] == pytest.approx(np.array([[3.75, 6.25], [0, 0]]))


def test_a_question_that_cannot_be_answered_says_so():
    with pytest.raises(QuestionError, match="no dimension 'secter'; did you mean sector"):
        accounts.consumption(kitzes(), "secter")
    with pytest.raises(QuestionError, match="no stressor 'CH4'"):
        accounts.production(kitzes(), stressor="CH4")


def test_an_account_that_does_not_add_up_is_not_returned():
    table = kitzes()
    table.__dict__["multipliers"] = (table.multipliers * 1.001).assign_attrs(residual=0.0)
    with pytest.raises(ConservationError, match="production and consumption of CO2 differ by"):
        accounts.consumption(table)
