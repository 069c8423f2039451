"""Common but differentiated responsibilities: the formula by hand, its laws, and questions that have no answer."""

import numpy as np
import pytest
from tables import ABOUT, kitzes, random_table

from tanheng import accounts
from tanheng.accounts import ACCOUNTS
from tanheng.accounts.differentiated import ALLOCATIONS, cbdr
from tanheng.accounts.incomes import income
from tanheng.data import reference, store
from tanheng.errors import MissingError, QuestionError
from tanheng.systems.table import Table

CLOSE = 1e-9  # of the total emitted: convention 7
PEOPLE = {"one": 4.0, "two": 2.0}


def world(year=2009):
    return store.open("world")[year]


def test_as_is_is_the_mix_of_the_accounts():
    # Kitzes: production (8, 4), consumption (4.8, 7.2), income (20/3, 16/3)
    weights = {"production": 0.5, "consumption": 0.2, "income": 0.3}
    result = cbdr(kitzes(), weights=weights)
    assert result.values[0] == pytest.approx([4 + 0.96 + 2, 2 + 1.44 + 1.6])
    assert result.attrs["weights"] == "production:0.5 consumption:0.2 income:0.3"
    assert cbdr(kitzes(), weights={"income": 1}).values == pytest.approx(income(kitzes()).values)


def test_per_head_and_capability_by_hand():
    # production 8 and 4 of 4 and 2 persons: 2 a head in both, so nothing moves
    only = {"weights": {"production": 1.0}, "population": PEOPLE}
    assert cbdr(kitzes(), allocation="per-head", **only).values[0] == pytest.approx([8, 4])
    # with 1 and 2 persons: k = 8, 2; E k = 64, 8; 12 · 64/72 and 12 · 8/72
    crowded = cbdr(kitzes(), weights={"production": 1}, population={"one": 1, "two": 2}, allocation="per-head")
    assert crowded.values[0] == pytest.approx([32 / 3, 4 / 3])
    # GDP of 20 and 30: 5 and 15 a head; E k = 40, 60; 12 · 0.4 and 12 · 0.6
    rich = cbdr(kitzes(), allocation="capability", indicator={"one": 20, "two": 30}, **only)
    assert rich.values[0] == pytest.approx([4.8, 7.2])
    past = cbdr(kitzes(), allocation="cumulative", indicator={"one": 20, "two": 30}, **only)
    assert past.values[0] == pytest.approx([4.8, 7.2])


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_the_world_total_is_kept_and_components_are_the_accounts(allocation):
    indicator = {"TWN": 3.9e11} if allocation == "capability" else None  # near 390 billion USD in 2009
    rest = None if allocation == "as-is" else "ROW"
    result = cbdr(world(), "region,component", allocation=allocation, rest=rest, indicator=indicator)
    assert list(result.indexes["component"]) == ["production", "consumption", "income"]
    assert result.sum().item() == pytest.approx(accounts.production(world()).sum().item(), rel=CLOSE)
    assert (result.values > 0).all()


def test_a_region_cut_into_like_parts_bears_what_it_bore():
    whole = Table.from_arrays(
        [[2.0, 4], [3, 1]], [[10.0, 0], [0, 6]], [[8.0, 4]], regions=["a", "b"], sectors=["s"], demand=["d"],
        stressors=["k"], about=ABOUT | {"units": {"k": "t"}},
    )  # fmt: skip
    half = np.array([[0.5, 0], [0.5, 0], [0, 1.0]])
    share = np.array([[0.5, 0.5, 0], [0, 0, 1.0]])
    cut = Table.from_arrays(
        half @ whole.Z.values.reshape(2, 2) @ share,
        half @ whole.Y.values.reshape(2, 2) @ share,
        whole.F.values.reshape(1, 2) @ share,
        regions=["a1", "a2", "b"],
        sectors=["s"],
        demand=["d"],
        stressors=["k"],
        about=whole.about,
    )
    for allocation in ("per-head", "cumulative", "capability"):
        options = {"allocation": allocation}
        if allocation != "per-head":
            options["indicator"] = {"a": 6.0, "b": 9.0}
        before = cbdr(whole, population={"a": 10, "b": 3}, **options)
        if allocation != "per-head":
            options["indicator"] = {"a1": 3.0, "a2": 3.0, "b": 9.0}
        after = cbdr(cut, population={"a1": 5, "a2": 5, "b": 3}, **options)
        assert after.values[0, :2] == pytest.approx(before.values[0, 0] / 2)
        assert after.values[0, 2] == pytest.approx(before.values[0, 1])


def test_those_who_emit_more_per_head_bear_more():
    as_is, per_head = cbdr(world()), cbdr(world(), allocation="per-head", rest="ROW")
    factor = (per_head / as_is).squeeze("stressor")
    assert factor.sel(region="USA") > 1 > factor.sel(region="IND")


def test_the_rest_is_the_countries_that_are_not_named():
    result = cbdr(world(), allocation="per-head", rest="ROW")
    people = reference.population(2009)
    rest = people.drop_sel(region=[name for name in world().regions if name != "ROW"]).sum().item()
    assert 3.0e9 > rest > 2.0e9  # the world had 6.9e9 people, those named 4.4e9
    given = cbdr(world(), allocation="per-head", population={"ROW": rest})
    assert given.values == pytest.approx(result.values)
    assert "ROW as" in result.attrs["population"]
    assert "given for ROW" in given.attrs["population"]


def test_the_base_year_matters_and_is_named():
    late = cbdr(world(), allocation="cumulative", rest="ROW", base_year=2009)
    early = cbdr(world(), allocation="cumulative", rest="ROW")
    assert late.attrs["territorial_co2"].startswith("reference series, Mt CO2, 2009,")
    assert early.attrs["territorial_co2"].startswith("reference series, Mt CO2, 1990 to 2009")
    # China grew fastest: less of the past is its own than of the present
    assert early.sel(region="CHN").item() < late.sel(region="CHN").item()


def test_groups_are_summed_after_the_weighting():
    result = cbdr(world(), allocation="per-head", rest="ROW", group_by="oecd")
    alone = cbdr(world(), allocation="per-head", rest="ROW")
    assert result.sum().item() == pytest.approx(alone.sum().item())
    assert result.sizes["region"] == 2


def test_a_region_without_a_number_is_named():
    with pytest.raises(MissingError, match="population has no number for ROW; give it by region"):
        cbdr(world(), allocation="per-head")
    with pytest.raises(MissingError, match="gdp_current has no number for TWN"):
        cbdr(world(), allocation="capability", rest="ROW")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"weights": {"production": 0.5, "consumption": 0.4}}, "the weights sum to 0.9, not 1"),
        ({"weights": {"production": 1.5, "consumption": -0.5}}, "the weight of production is 1.5"),
        ({"weights": {"produktion": 1.0}}, "no account 'produktion' to weigh; did you mean production"),
        ({"weights": {}}, "the weights sum to 0, not 1"),
        ({"allocation": "per-hed"}, "no allocation 'per-hed'; did you mean per-head"),
        ({"allocation": "cumulative", "rest": "ROW", "base_year": 1950}, "no territorial_co2 from 1950 .* covers"),
        ({"allocation": "cumulative", "rest": "ROW", "base_year": 2012}, "no territorial_co2 from 2012 to 2009"),
        ({"allocation": "per-head", "rest": "RWO"}, "the table has no region 'RWO'; did you mean ROW"),
        ({"allocation": "per-head", "population": {"XYZ": 1.0}}, "the table has no region 'XYZ'"),
        ({"allocation": "per-head", "rest": "ROW", "population": {"USA": 0.0}}, "population of USA is 0"),
    ],
)  # fmt: skip
def test_questions_without_an_answer(options, says):
    with pytest.raises(QuestionError, match=says):
        cbdr(world(), **options)


def test_emissions_below_zero_have_no_weight_per_head_but_are_kept_as_they_are():
    table = random_table(4, R=2, S=2, K=1)
    sink = table.replace(F=table.F * [[[-1.0], [1.0]]], F_Y=None)
    assert cbdr(sink).sum().item() == pytest.approx(sink.F.sum().item(), abs=CLOSE * abs(sink.F).sum().item())
    people = {name: 1.0 for name in table.regions}
    with pytest.raises(QuestionError, match="the emissions of r0 are below zero"):
        cbdr(sink, allocation="per-head", population=people)


def test_options_are_read_from_texts():
    read = ACCOUNTS["cbdr"].options["weights"].read
    assert read("production:0.5, income:0.5") == {"production": 0.5, "income": 0.5}
    for text in ("production", "production:half", "production:0.5:0.5"):
        with pytest.raises(ValueError, match=r"values to unpack|convert"):
            read(text)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"base_year": 1500}, "allocation as-is takes no base_year; it takes no further option"),
        ({"allocation": "per-head", "indicator": {"r0": 1.0}}, "allocation per-head takes no indicator"),
        ({"allocation": "capability", "base_year": 1990}, "allocation capability takes no base_year"),
    ],
)
def test_an_option_that_would_be_passed_over_is_refused(options, said):
    with pytest.raises(QuestionError, match=said):
        cbdr(random_table(1), **options)
