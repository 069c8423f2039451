"""What a scenario does to accounts: differences that add up, by case, by change, by path."""

from __future__ import annotations

import numpy as np
import pytest
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.accounts import scenario_by_change, scenario_effects, scenario_paths
from tanheng.errors import QuestionError
from tanheng.systems.scenarios import Demand, Intensity, Scenario, Technology, TradeShare, apply

SOLVED = 1e-9  # what a solve and convention 7 allow
HALF = Scenario("half", [Intensity(region="one", factor=0.5)], {"en": "Half", "zh": "减半"})
BOTH = Scenario("both", [Intensity(region="one", factor=0.5), Demand(region="two", factor=2)])


def case(found, name: str) -> list[float]:
    return found.sel(case=name).values.ravel().tolist()


def test_consumption_before_after_and_between():
    """Kitzes with s = (1/4, 1/3): 2.8 and 5.2 in place of 4.8 and 7.2."""
    found = scenario_effects(HALF, kitzes())
    assert found.dims == ("stressor", "region", "case")
    assert case(found, "baseline") == pytest.approx([4.8, 7.2], rel=SOLVED)
    assert case(found, "scenario") == pytest.approx([2.8, 5.2], rel=SOLVED)
    assert case(found, "change") == pytest.approx([-2, -2], rel=SOLVED)


@pytest.mark.parametrize("principle", ["production", "consumption", "income", "shared"])
def test_every_principle_has_the_same_change_in_all(principle):
    table = random_table(8)
    one = Scenario("some", [Demand(region="r1", factor=1.2), TradeShare(region="r0", product="s1", shares={"r2": 1})])
    found = scenario_effects(one, table, "region component", principle=principle, stressor="k0")
    change = float(found.sel(case="change").sum())
    made = [float(accounts.production(t).sel(stressor="k0").sum()) for t in (table, apply(one, table))]
    assert change == pytest.approx(made[1] - made[0], rel=SOLVED)


def test_flows_are_by_pair_and_groups_are_joined():
    table = random_table(8, regions=["DEU", "CHN", "ROW"])
    one = Scenario("some", [Demand(region="DEU", factor=0.5)])
    found = scenario_effects(one, table, principle="flows", group_by="oecd")
    assert found.dims == ("stressor", "region", "to_region", "case")
    assert found.indexes["region"].tolist() == ["OECD", "non-OECD"]
    gone = found.sel(case="change", to_region="non-OECD").values
    np.testing.assert_allclose(gone, 0, atol=SOLVED * float(abs(found).sum()))  # only DEU buys less


def test_what_a_result_tells():
    table = kitzes()
    attrs = scenario_effects(HALF, table).attrs
    assert (attrs["account"], attrs["of"], attrs["scenario"]) == ("scenario", "consumption", "half")
    assert attrs["table_hash"] == table.hash
    assert attrs["scenario_hash"] == apply(HALF, table).hash != table.hash
    assert attrs["changes"] == "intensity of * (regions one; sectors *) times 0.5"
    assert "held fixed: prices" in attrs["fixed"]
    assert attrs["principle"] == ""
    grouped = Scenario("g", [Intensity(region="group:oecd", factor=0.5)])
    attrs = scenario_effects(grouped, random_table(8, regions=["DEU", "CHN", "ROW"])).attrs
    assert attrs["scenario_groups"] == {"group:oecd": "DEU"}


@pytest.mark.parametrize("sharing", ["shapley", "sequential"])
def test_changes_add_up_to_the_whole(sharing):
    """Production of Kitzes: 12; with half of one's intensity 8; with two's demand doubled 19.2; with both 6 + 7.2.

    Alone −4 and +7.2, whole +1.2, so −2 is interaction: in order −4 and +5.2, on the mean of both orders −5 and +6.2.
    """
    found = scenario_by_change(BOTH, kitzes(), principle="production", sharing=sharing)
    assert found.indexes["change"].tolist() == ["1 intensity", "2 demand"]
    alone = found.sel(definition="alone").values.ravel().tolist()
    assert alone == pytest.approx([-4, 7.2], rel=SOLVED)
    due = {"shapley": [-5, 6.2], "sequential": [-4, 5.2]}[sharing]
    assert found.sel(definition="attributed").values.ravel().tolist() == pytest.approx(due, rel=SOLVED)
    assert found.attrs["interaction"] == pytest.approx({"CO2": -2}, rel=SOLVED)


def test_changes_by_region_add_up_to_effects():
    table = random_table(9)
    one = Scenario("three", [
        Demand(region="r1", factor=1.2),
        Technology(region="r0", sector="s1", factors={"s0": 0.5}, compensate="value added"),
        TradeShare(region="r0", product="s1", shares={"r2": 1}),
    ])  # fmt: skip
    shares = scenario_by_change(one, table, "region").sel(definition="attributed").sum("change")
    whole = scenario_effects(one, table).sel(case="change")
    np.testing.assert_allclose(shares.values, whole.values, atol=SOLVED * float(abs(whole).sum()))


def test_paths_are_valued_in_both_tables():
    """Kitzes, one's product bought by one: s y is 1.5, and half of it; one layer up 0.5 x 0.5 x 3 from itself."""
    found = scenario_paths(HALF, kitzes(), region="one", threshold=1e-3)
    rows = found.frame.set_index("path")
    assert rows.loc["one:all", ["baseline", "scenario", "change"]].tolist() == pytest.approx([1.5, 0.75, -0.75])
    assert rows.loc["one:all > one:all", "change"] == pytest.approx(-0.375)
    assert rows.loc["two:all > one:all", "change"] == 0
    assert found.frame["rank"].tolist() == list(range(1, len(rows) + 1))
    assert (found.before, found.after) == pytest.approx((4.8, 2.8), rel=SOLVED)
    listed = float(found.frame["change"].sum())
    assert listed + found.remainder == pytest.approx(-2, rel=SOLVED)


def test_a_path_that_is_gone_is_listed_with_what_it_was():
    """Two buys 3 from each, then 6 of its own: one's path loses s y = 1.5, two's gains 1, and so it comes second."""
    table = apply(Scenario("s", [TradeShare(region="two", shares={"one": 0.5, "two": 0.5}, use="final")]), kitzes())
    gone = Scenario("gone", [TradeShare(region="two", shares={"two": 1}, use="final")])
    found = scenario_paths(gone, table, region="two", limit=1)
    assert found.frame["path"].tolist() == ["one:all"]
    assert found.frame[["baseline", "scenario"]].values.tolist() == [[pytest.approx(1.5), 0]]
    every = scenario_paths(gone, table, region="two").frame.set_index("path")
    assert every.loc["two:all", ["baseline", "scenario"]].tolist() == pytest.approx([1, 2])


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: scenario_effects(HALF, kitzes(), principle="consumptive"), "no differences by 'consumptive'; did you"),
        (lambda: scenario_effects(HALF, kitzes(), "demands"), "consumption has no dimension 'demands'"),
        (lambda: scenario_by_change(Scenario("none"), kitzes()), "the scenario has no changes"),
        (lambda: scenario_by_change(HALF, kitzes(), sharing="shaply"), "no way 'shaply' of sharing; did you mean shap"),
        (
            lambda: scenario_by_change(Scenario("many", [Demand(factor=1)] * 11), kitzes()),
            "11 changes have too many orders",
        ),
    ],
)
def test_refused_in_one_clear_line(ask, said):
    with pytest.raises(QuestionError, match=said):
        ask()
