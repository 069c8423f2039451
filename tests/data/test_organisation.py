"""The file of a firm or a city: TOML, CSV and workbooks say the same, and each mistake is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tanheng.data.organisation import example, read_organisation
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, TanhengError, UnitError
from tanheng.systems.prices import ExchangeRate

TOP = """name = "works"
kind = "firm"
region = "DEU"
year = 2009
source = "made up"
"""
LINES = """
[[item]]
id = "gas"
scope = 1
method = "direct"
quantity = 10
unit = "MWh"
factor = 56.1
per = "GJ"
stressor = "CO2"
source = "IPCC 2006"

[[item]]
id = "steel"
what = "sheets, bars"
scope = 3
category = 1
method = "spend-based"
amount = 1000
currency = "EUR"
basis = "purchasers"
sector = { c12 = 0.75, c13 = 0.25 }
trade_margin = 0.1
trade_sector = "c19-22"
of = "steel"
share = 0.5
"""
TABLE = """id,what,scope,category,method,quantity,unit,factor,per,stressor,amount,currency,basis,sector,\
trade_margin,trade_sector,of,share,source
gas,,1,,direct,10,MWh,56.1,GJ,CO2,,,,,,,,,IPCC 2006
steel,"sheets, bars",3,1,spend-based,,,,,,1000,EUR,purchasers,c12=0.75; c13=0.25,0.1,c19-22,steel,0.5,
"""


def written(folder: Path, text: str, name: str = "works.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(path: Path) -> Path:
    """The same lines in a workbook, its facts on a sheet of their own."""
    with xlsxwriter.Workbook(path) as book:
        facts, items = book.add_worksheet("organisation"), book.add_worksheet("items")
        for row, line in enumerate(TOP.splitlines()):
            key, value = line.split(" = ")
            facts.write_row(row, 0, [key, int(value) if key == "year" else value.strip('"')])
        for row, line in enumerate(TABLE.replace('"sheets, bars"', "sheets; bars").splitlines()):
            for column, cell in enumerate(line.split(",")):
                items.write(row, column, cell.replace("sheets; bars", "sheets, bars"))
    return path


def test_toml_csv_and_a_workbook_say_the_same(tmp_path: Path) -> None:
    first = read_organisation(written(tmp_path, TOP + LINES)).organisation
    head = "".join(f"# {line}\n" for line in TOP.splitlines())
    for path in (written(tmp_path, head + TABLE, "works.csv"), workbook(tmp_path / "works.xlsx")):
        assert read_organisation(path).organisation.hash == first.hash
    written(tmp_path, TABLE, "lines.csv")
    beside = read_organisation(written(tmp_path, TOP + 'items = "lines.csv"\n', "beside.toml")).organisation
    assert beside.hash == first.hash


def test_what_a_line_says(tmp_path: Path) -> None:
    told = read_organisation(written(tmp_path, TOP + LINES)).organisation
    gas, steel = told.items
    assert (gas.scope, gas.category, gas.holds, gas.place, gas.life) == (1, "", "direct", "own", "production")
    assert (steel.category, steel.key, steel.share, steel.holds) == ("3.1", "steel", 0.5, "cradle-to-gate")
    paid = steel.spending
    assert paid is not None
    assert paid.shares == {("market:DEU", "c12"): 0.75, ("market:DEU", "c13"): 0.25}
    assert (paid.price, paid.currency, paid.year, paid.basis, paid.buyer) == (1000, "EUR", 2009, "purchasers", "DEU")
    assert gas.where.endswith("works.toml line 7, item gas")


def test_defaults_rates_and_stressors(tmp_path: Path) -> None:
    more = '[defaults]\ncurrency = "EUR"\nbasis = "purchasers"\ntax = 0.19\nyear = 2008\n'
    more += '[[rate]]\nyear = 2009\ncurrency = "EUR"\nto = "USD"\nvalue = 1.4\nsource = "bank"\n'
    more += '[[rate]]\nyear = 2008\ncurrency = "EUR"\nvalue = 99\n[stressors]\nCO2e = "CO2"\n'
    line = '[[item]]\nid = "{}"\nscope = 3\ncategory = "3.1"\nmethod = "spend-based"\namount = 1\nsector = "c12"\n'
    file = read_organisation(written(tmp_path, TOP + more + line.format("a") + line.format("b") + 'basis = "basic"\n'))
    a, b = (item.spending for item in file.organisation.items)
    assert a is not None
    assert b is not None
    assert (a.tax, a.year, a.basis) == (0.19, 2008, "purchasers")
    assert (b.tax, b.basis) == (0.0, "basic")  # the shares are of the basis that they were given for
    assert file.rates.exchange == (ExchangeRate(2009, "EUR", "USD", 1.4, "bank"),)
    assert len(file.rates.deflators) == 1
    assert file.organisation.stressors == {"CO2e": "CO2"}


@pytest.mark.parametrize("kind", ["firm", "city"])
def test_the_examples_can_be_read(kind: str, tmp_path: Path) -> None:
    file = read_organisation(written(tmp_path, example(kind)))
    assert file.organisation.kind == kind
    assert len(file.organisation.items) > 10
    assert any("\u4e00" <= sign <= "\u9fff" for sign in example(kind))  # commented in both languages


def test_an_example_that_is_none() -> None:
    with pytest.raises(InputError, match="no example of a 'village'; known are city, firm"):
        example("village")


# what is wrong: (what is replaced, by what, the error, its words, the line)
FLAWS: dict[str, tuple[str, str, type[TanhengError], str, str]] = {
    "no TOML": ('kind = "firm"', "kind = firm", InputError, "is not TOML", "line 2"),
    "unknown key at the top": (
        "source = ",
        "sources = ",
        InputError,
        "key 'sources' is not known; did you mean source",
        "",
    ),
    "unknown key of a line": (
        "quantity",
        "quantty",
        InputError,
        "'quantty' is not known; did you mean quantity",
        "line 7",
    ),
    "unknown kind": ('"firm"', '"frim"', InputError, "'frim' is no kind; did you mean firm", ""),
    "no year": ("year = 2009\n", "", MissingError, "has no year", ""),
    "a year that is none": ("year = 2009", "year = 9", InputError, "the year is '9'", ""),
    "no scope": ("scope = 1\n", "", MissingError, "has no scope; write scope = 1, 2 or 3", "line 7"),
    "unknown scope": ("scope = 3", "scope = 5", InputError, "5 is no scope; known are 1, 2, 3", "line 18"),
    "unknown category": ("category = 1", "category = 16", InputError, "'16' is no category", "line 18"),
    "unknown method": (
        '"spend-based"',
        '"spending"',
        InputError,
        "'spending' is no method; known are direct",
        "line 18",
    ),
    "no method": ('method = "direct"\n', "", MissingError, "has no method", "line 7"),
    "unknown stage": ("share = 0.5", 'stage = "producing"', InputError, "no stage; did you mean production", "line 18"),
    "unknown unit": ('"MWh"', '"MWhh"', UnitError, "unit 'MWhh' is not known; did you mean MWh", "line 7"),
    "units apart": ('per = "GJ"', 'per = "kg"', UnitError, "cannot be turned into kg", ""),
    "no amount": ("amount = 1000\n", "", MissingError, "has currency and no amount", "line 18"),
    "no sector": ("sector = { c12 = 0.75, c13 = 0.25 }\n", "", MissingError, "has an amount and no sector", "line 18"),
    "a share that is text": ("c12 = 0.75", 'c12 = "most"', InputError, "share of sector c12 is 'most'", "line 18"),
    "no currency": ('currency = "EUR"\n', "", InputError, "has no currency", "line 18"),
    "a number that is text": (
        "amount = 1000",
        'amount = "1000"',
        InputError,
        "amount is '1000', not a number",
        "line 18",
    ),
    "one id twice": ('id = "steel"', 'id = "gas"', LabelError, "item gas is there twice", "line 18"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_one_line_with_its_place(flaw: str, tmp_path: Path) -> None:
    old, new, kind, words, line = FLAWS[flaw]
    text = TOP + LINES
    assert old in text
    with pytest.raises(kind) as caught:
        read_organisation(written(tmp_path, text.replace(old, new, 1)))
    said = str(caught.value)
    assert words in said
    assert line in said
    assert "\n" not in said


CELLS: dict[str, tuple[str, str, type[TanhengError], str]] = {
    "unknown column": ("amount,", "amounts,", InputError, "line 6: column 'amounts' is not known; did you mean amount"),
    "column twice": ("unit,factor", "unit,unit", InputError, "line 6: column 'unit' is there twice"),
    "text for a number": (",10,", ",ten,", InputError, "line 7: quantity is 'ten', not a number"),
    "too many cells": ("IPCC 2006", "IPCC, 2006", InputError, "line 7: has 20 cells, the header has 19; put quotes"),
    "unknown scope": ("gas,,1", "gas,,7", InputError, "line 7, item gas: '7' is no scope"),
    "a share without a number": ("c13=0.25", "c13=few", InputError, "line 8: share is 'few', not a number"),
}  # fmt: skip


@pytest.mark.parametrize("flaw", CELLS)
def test_a_flaw_of_a_table_is_told_with_its_line(flaw: str, tmp_path: Path) -> None:
    old, new, kind, words = CELLS[flaw]
    head = "".join(f"# {line}\n" for line in TOP.splitlines())
    assert old in TABLE
    with pytest.raises(kind) as caught:
        read_organisation(written(tmp_path, head + TABLE.replace(old, new, 1), "works.csv"))
    assert words in str(caught.value)


def test_empty_files_and_missing_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no lines"):
        read_organisation(written(tmp_path, TOP))
    with pytest.raises(InputError, match="has no kind"):
        read_organisation(written(tmp_path, TABLE, "bare.csv"))
    with pytest.raises((InputError, QuestionError), match="neither a folder nor a file"):
        read_organisation(tmp_path / "nowhere.toml")
