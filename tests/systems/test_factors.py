"""Factors as they are held and looked up: the nearest figure, stand-ins only where they are asked for, never zero."""

from __future__ import annotations

import pandas as pd
import pytest

from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.factors import Factors

MADE = {"product": "steel", "origin": "CHN", "stage": "production", "value": 2000.0, "unit": "t"}
USED = {"product": "steel", "origin": "*", "destination": "KOR", "stage": "use", "value": 5.0, "unit": "t"}


def flows(*changes: dict[str, object]) -> pd.DataFrame:
    row = {"product": "steel", "origin": "CHN", "destination": "KOR", "quantity": 1.0, "unit": "t"}
    return pd.DataFrame([row | change for change in changes or ({},)])


def looked_up(factors: Factors, trade: pd.DataFrame, **how: object) -> dict[tuple[int, str], float]:
    """kg by flow and stage."""
    found = factors.lookup(trade, 2021, **how)
    return found.groupby(["flow", "stage"])["kg"].sum().to_dict()


def test_usual_values() -> None:
    frame = Factors.of([MADE, USED]).frame
    assert frame["region"].tolist() == ["origin", "destination"]
    assert frame["line"].tolist() == ["emission", "emission"]
    assert frame["stressor"].tolist() == ["CO2e", "CO2e"]
    assert frame["destination"].tolist() == ["*", "KOR"]


def test_the_nearest_row_counts() -> None:
    """Own origin and destination before own origin, before any origin to that destination, before any."""
    rows = [MADE, MADE | {"destination": "KOR", "value": 1900.0}, USED, USED | {"destination": "*", "value": 7.0}]
    trade = flows({}, {"destination": "VNM"})
    expected = {(0, "production"): 1900, (1, "production"): 2000, (0, "use"): 5, (1, "use"): 7}
    assert looked_up(Factors.of(rows), trade) == expected


def test_the_years_own_row_comes_before_one_of_any_year_but_not_before_a_nearer_one() -> None:
    rows = [MADE, MADE | {"year": 2021, "value": 1800.0}, MADE | {"year": 2020, "value": 1.0}]
    assert looked_up(Factors.of(rows), flows()) == {(0, "production"): 1800}
    near = [MADE | {"destination": "KOR"}, MADE | {"year": 2021, "value": 1800.0}]
    assert looked_up(Factors.of(near), flows()) == {(0, "production"): 2000}
    with pytest.raises(MissingError, match="there is no factor of steel"):
        Factors.of(rows[2:]).lookup(flows(), 2021)


def test_parts_in_several_regions_add_up() -> None:
    rows = [MADE, MADE | {"region": "AUS", "value": 300.0}]
    found = Factors.of(rows).lookup(flows(), 2021)
    assert dict(zip(found["region"], found["kg"], strict=True)) == {"CHN": 2000, "AUS": 300}


def test_units_are_converted() -> None:
    trade = flows({"quantity": 3000.0, "unit": "kg"})
    assert looked_up(Factors.of([MADE]), trade) == {(0, "production"): 6000}
    with pytest.raises(UnitError, match="steel is traded in MW, its factor is per t"):
        Factors.of([MADE]).lookup(flows({"unit": "MW"}), 2021)


def test_a_missing_factor_is_named_with_its_share_of_the_trade() -> None:
    trade = flows({"quantity": 6.0}, {"origin": "RUS", "quantity": 3.0}, {"origin": "VNM", "quantity": 1.0})
    with pytest.raises(
        MissingError, match=r"no production factor for 40.0% of its trade, by origin: RUS 30.0%, VNM 10.0%"
    ):
        Factors.of([MADE]).lookup(trade, 2021)
    with pytest.raises(MissingError, match=r"no use factor for 50.0% of its trade, by destination: VNM 50.0%"):
        Factors.of([MADE, USED]).lookup(flows({}, {"destination": "VNM"}), 2021)


def test_stand_ins_count_only_where_they_are_asked_for() -> None:
    world = MADE | {"origin": "*", "value": 1900.0, "basis": "fallback: world average"}
    factors = Factors.of([MADE, world])
    trade = flows({}, {"origin": "RUS"})
    with pytest.raises(MissingError, match='or ask for fallback="world average"'):
        factors.lookup(trade, 2021)
    found = factors.lookup(trade, 2021, fallback="world average")
    assert found[["origin", "kg", "basis"]].values.tolist() == [
        ["CHN", 2000, ""], ["RUS", 1900, "fallback: world average"],
    ]  # fmt: skip
    with pytest.raises(QuestionError, match="no fallback 'world mean'; did you mean world average"):
        factors.lookup(trade, 2021, fallback="world mean")


def test_production_of_any_origin_is_a_stand_in_even_without_saying_so() -> None:
    factors = Factors.of([MADE, MADE | {"origin": "*", "value": 1900.0}])
    with pytest.raises(MissingError):
        factors.lookup(flows({"origin": "RUS"}), 2021)
    found = factors.lookup(flows({"origin": "RUS"}), 2021, fallback="world average")
    assert found[["kg", "basis"]].values.tolist() == [[1900, "fallback: world average"]]


def test_a_neighbours_figure_is_a_stand_in_too() -> None:
    """A row of the origin itself that says it stands in for another is not its own."""
    factors = Factors.of([MADE | {"origin": "RUS", "basis": "fallback: neighbour"}])
    with pytest.raises(MissingError):
        factors.lookup(flows({"origin": "RUS"}), 2021)
    assert looked_up(factors, flows({"origin": "RUS"}), fallback="neighbour") == {(0, "production"): 2000}


def test_flows_of_nothing_need_no_factor() -> None:
    found = Factors.of([MADE]).lookup(flows({"origin": "RUS", "quantity": 0.0}, {}), 2021)
    assert found["flow"].tolist() == [1]
    assert Factors.of([MADE]).lookup(flows({"quantity": 0.0}), 2021).empty


def test_production_must_be_there_even_where_other_stages_are() -> None:
    with pytest.raises(MissingError, match="steel has no production factor"):
        Factors.of([USED]).lookup(flows(), 2021)
    assert looked_up(Factors.of([USED]), flows(), stages=["use"]) == {(0, "use"): 5}


def test_credits_stand_on_their_own_line() -> None:
    credit = {"product": "steel", "origin": "*", "stage": "recycling", "line": "credit", "value": -900.0, "unit": "t"}
    factors = Factors.of([MADE, credit])
    assert looked_up(factors, flows()) == {(0, "production"): 2000}
    assert looked_up(factors, flows(), line="credit") == {(0, "recycling"): -900}
    with pytest.raises(MissingError, match="there is no credit of steel"):
        Factors.of([MADE]).lookup(flows(), 2021, line="credit")


def test_what_a_product_is_made_of_is_followed_through_and_loops_end() -> None:
    factors = Factors.of([MADE], precursors={"module": ["cell"], "cell": ["wafer"], "wafer": ["cell"]})
    assert factors.upstream("module") == {"cell", "wafer"}
    assert factors.upstream("steel") == frozenset()


def test_the_hash_follows_every_number_and_label() -> None:
    changes = ({"value": 1.0}, {"origin": "KOR"}, {"source": "x"}, {"year": 2020})
    hashes = {Factors.of([MADE | change]).hash for change in changes}
    assert len({Factors.of([MADE]).hash, Factors.of([MADE], precursors={"steel": ["iron"]}).hash, *hashes}) == 6
    assert Factors.of([MADE]).hash == Factors.of([MADE]).hash


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"value": None}, MissingError, "the value of steel, production, CHN is no finite number"),
        ({"stage": "making"}, InputError, "'making' is no stage"),
        ({"line": "debit"}, InputError, "'debit' is no line"),
        ({"stage": "credit"}, InputError, "a row of stage credit is on the line of emissions"),
        ({"origin": ""}, LabelError, "origin is empty in row 1"),
        ({"valeu": 1}, LabelError, "column valeu is not known; did you mean value"),
    ],
)
def test_a_wrong_cell_is_one_line(change: dict[str, object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        Factors.of([MADE | change])
    assert "\n" not in str(caught.value)


def test_a_row_is_there_once_and_columns_that_lack_are_named() -> None:
    with pytest.raises(LabelError, match=r"steel, production, CHN to \*, CO2e in origin is there twice"):
        Factors.of([MADE, MADE | {"value": 1.0}])
    with pytest.raises(LabelError, match="column unit is missing"):
        Factors.of([{name: value for name, value in MADE.items() if name != "unit"}])
    with pytest.raises(QuestionError, match="there is no stressor 'CO2'; did you mean CO2e"):
        Factors.of([MADE]).lookup(flows(), 2021, stressors=["CO2"])
    with pytest.raises(QuestionError, match="there is no stage 'uses'"):
        Factors.of([MADE]).lookup(flows(), 2021, stages=["uses"])


def test_a_stage_that_only_stand_ins_have_is_missing_too() -> None:
    """It must not vanish because no figure of its own is there."""
    factors = Factors.of([MADE, USED | {"destination": "*", "basis": "fallback: guess"}])
    with pytest.raises(MissingError, match=r'no use factor for 100.0% of its trade.*fallback="guess"'):
        factors.lookup(flows(), 2021)
    assert looked_up(factors, flows(), fallback="guess") == {(0, "production"): 2000, (0, "use"): 5}


def test_a_stressor_that_one_product_has_is_not_zero_for_another() -> None:
    methane = MADE | {"stressor": "CH4", "value": 3.0}
    factors = Factors.of([MADE, methane, MADE | {"product": "cell"}])
    trade = flows({}, {"product": "cell"})
    with pytest.raises(MissingError, match=r"cell has no production factor of CH4 for 100.0% of its trade"):
        factors.lookup(trade, 2021)
    assert len(factors.lookup(trade, 2021, stressors=["CO2e"])) == 2
