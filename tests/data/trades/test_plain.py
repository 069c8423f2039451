"""One's own trade table, in any order of columns, and the one door to all formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tanheng import labels
from tanheng.data.trade import TRADE_READERS, find_format, read_trade
from tanheng.errors import InputError, LabelError, MissingError, QuestionError
from tanheng.systems.trade import TradeFlows


def read(tmp_path: Path, text: str) -> TradeFlows:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return read_trade(path)


def test_columns_in_any_order_and_countries_by_name_or_code(tmp_path: Path) -> None:
    flows = read(
        tmp_path,
        "unit;Quantity;destination;origin;product;year\nt;5;德国;China;steel;2021\nkg;500;VN;中国;steel;2021\nt;;Atlantis;CHN;steel;2021\n",
    )
    assert flows.frame[["origin", "destination", "unit"]].values.tolist() == [
        ["CHN", "DEU", "t"], ["CHN", "VNM", "t"], ["CHN", "Atlantis", "t"],
    ]  # fmt: skip
    np.testing.assert_array_equal(flows.frame["quantity"], [5, 0.5, np.nan])
    assert [finding.values["names"] for finding in flows.findings] == ["Atlantis"]
    assert flows.about.name == "mine"


def test_all_columns(tmp_path: Path) -> None:
    head = "year,product,origin,destination,reporter,quantity,unit,value,currency,note,reexported,mass_kg"
    flows = read(tmp_path, f"{head}\n2021,a,CHN,DEU,importer,5,MW,7,EUR,mine,1,300\n")
    row = flows.frame.iloc[0]
    assert row[["reporter", "value", "currency", "note", "reexported", "mass_kg"]].tolist() == [
        "importer", 7, "EUR", "mine", 1, 300,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("2021,steel,CHN,DEU,5", InputError, r"mine.csv line 2: has 5 cells where the header has 6"),
        ("2021,steel,CHN,DEU,5 t,t", InputError, r"mine.csv line 2: '5 t' is not a number"),
        ("2021,steel,CHN,DEU,5,t\n2021,,CHN,DEU,5,t", MissingError, r"mine.csv line 3: product is empty"),
        (",steel,CHN,DEU,5,t", MissingError, r"mine.csv line 2: year is empty"),
        ("2021,steel,CHN,DEU,5,t\n2021,steel,China,DEU,6,t", LabelError, "2021, steel, CHN to DEU is there twice"),
        ("2021,steel,CHN,DEU,-5,t", InputError, "quantity is -5"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        read(tmp_path, f"year,product,origin,destination,quantity,unit\n{text}\n")
    assert "\n" not in str(caught.value)


def test_unknown_columns_are_named(tmp_path: Path) -> None:
    head = "year,product,origin,destination,quantity,unit,valeu"
    with pytest.raises(InputError, match="column 'valeu' is not known; did you mean value"):
        read(tmp_path, f"{head}\n2021,a,CHN,DEU,1,t,1\n")


def test_the_door_names_what_it_knows(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="no trade format 'comtrad'; did you mean comtrade"):
        find_format("comtrad")
    with pytest.raises(InputError, match="is in no format of trade that is known; known are comtrade"):
        read(tmp_path, "a,b\n1,2\n")
    with pytest.raises(InputError, match="is neither a folder nor a file"):
        read_trade(tmp_path / "gone.csv")


def test_formats_are_declared_in_both_languages() -> None:
    names = [reader.FORMAT.name for reader in TRADE_READERS]
    assert names == ["comtrade", "baci", "comext", "pv-exports", "plain"]
    for reader in TRADE_READERS:
        assert set(reader.FORMAT.title) == set(reader.FORMAT.note) == set(labels.LANGUAGES)
        assert reader.FORMAT.files
