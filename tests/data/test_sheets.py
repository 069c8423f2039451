"""Workbooks: cells by place, grids with labels, and their first flaw named."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tanheng.data import archive, sheets
from tanheng.errors import InputError, LabelError, MissingError

ROWS = [["", "AUS", "BEL"], ["code", "c1", 15], ["c1", 1.5, 2], ["c2", -3, 4]]


def book(path: Path, rows=ROWS, sheet: str = "Z") -> archive.Entry:
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet(sheet)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return archive.open(path).entries[0]


def test_a_grid_with_two_header_rows(tmp_path):
    grid = sheets.read(book(tmp_path / "x.xlsx")).grid([2, 3], [1, 2], [0, 1], [0])
    assert grid.columns == [("AUS", "c1"), ("BEL", "15")]  # a code that a workbook holds as a number
    assert (grid.rows, grid.values.tolist()) == (["c1", "c2"], [[1.5, 2], [-3, 4]])


@pytest.mark.parametrize(
    ("cell", "kind", "said"),
    [("", MissingError, "sheet Z cell C4: the cell is empty"), ("n.a.", InputError, "cell C4: the cell holds 'n.a.'")],
)
def test_a_cell_that_is_no_number_is_named_as_the_spreadsheet_names_it(tmp_path, cell, kind, said):
    rows = [*ROWS[:3], ["c2", -3, cell]]
    with pytest.raises(kind, match=said):
        sheets.read(book(tmp_path / "x.xlsx", rows)).grid([2, 3], [1, 2], [0, 1], [0])


def test_a_label_that_is_missing(tmp_path):
    rows = [*ROWS[:3], ["", -3, 4]]
    with pytest.raises(LabelError, match="cell A4: the row has no label"):
        sheets.read(book(tmp_path / "x.xlsx", rows)).grid([2, 3], [1, 2], [0, 1], [0])


def test_a_sheet_that_is_missing_names_the_nearest(tmp_path):
    with pytest.raises(InputError, match="has no sheet 'CO2_2009'; did you mean CO2_2008"):
        sheets.read(book(tmp_path / "x.xlsx", sheet="CO2_2008"), "CO2_2009")


def test_what_is_no_workbook(tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"<html>log in</html>")
    with pytest.raises(InputError, match="is no workbook"):
        sheets.read(archive.open(tmp_path / "x.xlsx").entries[0])


def test_a_workbook_that_broke_off(tmp_path):
    book(tmp_path / "x.xlsx")
    content = (tmp_path / "x.xlsx").read_bytes()
    (tmp_path / "x.xlsx").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="is no workbook"):
        sheets.read(archive.open(tmp_path / "x.xlsx").entries[0])


def test_beyond_the_sheet_there_is_nothing(tmp_path):
    sheet = sheets.read(book(tmp_path / "x.xlsx"))
    assert sheet.text(99, 99) == ""
    with pytest.raises(MissingError, match="cell CV100"):
        sheet.number(99, 99)
