"""Trade flows as they are held: checked, converted, chosen from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.inventory import InventoryAbout
from tanheng.systems.trade import COLUMNS, TradeFlows

ROW = {"year": 2021, "product": "steel", "origin": "CHN", "destination": "KOR", "quantity": 10.0, "unit": "t"}


def flows(*changes: dict[str, object]) -> TradeFlows:
    return TradeFlows.of([ROW | change for change in changes] or [ROW])


def test_what_is_not_given_has_its_usual_value() -> None:
    frame = flows().frame
    assert tuple(frame.columns) == COLUMNS
    row = frame.iloc[0]
    assert (row["reporter"], row["currency"], row["note"]) == ("", "", "")
    assert np.isnan(row["value"])


def test_products_years_places_and_units() -> None:
    trade = flows({}, {"year": 2019, "product": "cell", "unit": "MW", "destination": "VNM"})
    assert trade.years == (2019, 2021)
    assert trade.products == ("steel", "cell")
    assert trade.places == ("CHN", "KOR", "VNM")
    assert trade.units == {"steel": "t", "cell": "MW"}


def test_alike_units_of_a_product_become_its_first() -> None:
    trade = flows({}, {"destination": "VNM", "quantity": 500, "unit": "kg", "reexported": 100})
    assert trade.frame["quantity"].tolist() == [10.0, 0.5]
    assert trade.frame["reexported"].tolist()[1] == 0.1
    assert set(trade.frame["unit"]) == {"t"}


def test_a_part_is_chosen_by_year_and_product() -> None:
    trade = flows({}, {"year": 2020}, {"product": "cell", "unit": "MW"})
    assert trade.only(2020).years == (2020,)
    assert trade.only(products="cell").products == ("cell",)
    assert len(trade.only(2021, ["steel"]).frame) == 1
    with pytest.raises(QuestionError, match="no trade of 1999; years are 2020, 2021"):
        trade.only(1999)
    with pytest.raises(QuestionError, match="no trade in stel; did you mean steel"):
        trade.only(products="stel")


def test_mirror_reports_are_two_rows_that_must_be_reconciled_before_use() -> None:
    trade = flows({"reporter": "exporter"}, {"reporter": "importer"})
    with pytest.raises(LabelError, match="mirror reports of one flow: 2021, steel, CHN to KOR; reconcile them first"):
        trade.require_settled()


def test_missing_quantities_may_be_held_but_not_used() -> None:
    with pytest.raises(MissingError, match="1 quantities are missing, the first of 2021, steel, CHN to KOR; estimate"):
        flows({"quantity": None}).require_settled()


def test_the_hash_follows_every_number_and_label() -> None:
    one = flows().hash
    assert one == flows().hash
    changes = ({"quantity": 11}, {"destination": "VNM"}, {"note": "estimated"}, {"value": 1, "currency": "USD"})
    assert len({one, *(flows(change).hash for change in changes)}) == 5


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"quantity": -1}, InputError, "quantity is -1"),
        ({"quantity": "ten"}, InputError, "quantity is ten in row 1"),
        ({"quantity": float("inf")}, InputError, "quantity is inf"),
        ({"value": -5, "currency": "USD"}, InputError, "value is -5"),
        ({"value": 5}, UnitError, "a value has no currency"),
        ({"origin": None}, LabelError, "origin is empty in row 1"),
        ({"unit": " "}, LabelError, "unit is empty in row 1"),
        ({"year": 2021.5}, InputError, "the year is 2021.5 in row 1"),
        ({"reporter": "customs"}, LabelError, "the reporter is 'customs'; write exporter, importer"),
        ({"quantitiy": 3}, LabelError, "column quantitiy is not known; did you mean quantity"),
    ],
)
def test_a_wrong_cell_is_one_line(change: dict[str, object], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        flows(change)
    assert "\n" not in str(caught.value)


def test_a_flow_is_there_once() -> None:
    with pytest.raises(LabelError, match="2021, steel, CHN to KOR is there twice"):
        flows({}, {})
    with pytest.raises(LabelError, match="is there twice"):  # whose report is the first one?
        flows({}, {"reporter": "importer"}, {"reporter": "exporter", "destination": "VNM"})


def test_unlike_units_of_a_product_are_refused() -> None:
    with pytest.raises(UnitError, match="steel is in MW and in t"):
        flows({}, {"destination": "VNM", "unit": "MW"})
    with pytest.raises(UnitError, match="steel is in several units: t, kg"):
        TradeFlows(pd.DataFrame([ROW, ROW | {"destination": "VNM", "unit": "kg"}]), InventoryAbout("x"))


def test_columns_that_lack_are_named() -> None:
    with pytest.raises(LabelError, match="column unit is missing"):
        TradeFlows.of([{name: value for name, value in ROW.items() if name != "unit"}])
