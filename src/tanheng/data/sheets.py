"""Workbooks (.xlsx, .xls, .xlsb, .ods): a sheet as rows of cells, or as a grid of numbers with labels."""

from __future__ import annotations

import io
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from tanheng.data.archive import Entry
from tanheng.data.grid import Grid
from tanheng.errors import InputError, LabelError, MissingError, nearest

Cell = object  # str, float, int, bool, a date, or "" where it is empty


@dataclass(frozen=True, eq=False)
class Sheet:
    """The cells of a sheet, row by row, from its first cell on; ``where`` names file and sheet."""

    where: str
    rows: list[list[Cell]]

    def text(self, row: int, column: int) -> str:
        """The cell as text without blanks around it; "" beyond the sheet's end. Places count from 0."""
        cells = self.rows[row] if row < len(self.rows) else []
        return _text(cells[column]) if column < len(cells) else ""

    def at(self, row: int, column: int) -> str:
        """The place of a cell in words: file, sheet and what a spreadsheet calls the cell."""
        return f"{self.where} cell {_column(column)}{row + 1}"

    def number(self, row: int, column: int) -> float:
        """The cell as a number; raises MissingError for an empty cell, InputError for one that is no number."""
        cells = self.rows[row] if row < len(self.rows) else []
        cell = cells[column] if column < len(cells) else ""
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and np.isfinite(cell):
            return float(cell)
        if cell == "":
            hint = "a missing number is not zero: write 0 where there is no flow"
            raise MissingError("the cell is empty", where=self.at(row, column), hint=hint)
        raise InputError(f"the cell holds {cell!r}, not a number", where=self.at(row, column), hint="write a number")

    def grid(self, rows: Sequence[int], columns: Sequence[int], header: Sequence[int], index: Sequence[int]) -> Grid:
        """The numbers at ``rows`` and ``columns``, their labels in the ``header`` rows and the ``index`` columns.

        Raises LabelError for a cell without its label, MissingError and InputError as ``number``.
        """
        for row in rows:
            self._require(row, index, "row")
        for column in columns:
            for row in header:
                if not self.text(row, column):
                    raise LabelError("the column has no label", where=self.at(row, column), hint="fill it in")
        values = np.array([[self.number(row, column) for column in columns] for row in rows], dtype=np.float64)
        tops: list[Hashable] = [_one([self.text(row, column) for row in header]) for column in columns]
        sides: list[Hashable] = [_one([self.text(row, column) for column in index]) for row in rows]
        return Grid(self.where, rows[0] + 1, len(index), tops, sides, values.reshape(len(rows), len(columns)))

    def _require(self, row: int, index: Sequence[int], what: str) -> None:
        for column in index:
            if not self.text(row, column):
                raise LabelError(f"the {what} has no label", where=self.at(row, column), hint="fill it in")


def names(entry: Entry) -> list[str]:
    """The names of the workbook's sheets; raises InputError for a file that is no workbook."""
    return list(_workbook(entry).sheet_names)


def read(entry: Entry, name: str = "") -> Sheet:
    """The sheet of that name, or the first; raises InputError for a file that is no workbook and a sheet it lacks."""
    return read_all(entry, [name] if name else None)[0]


def read_all(entry: Entry, wanted: Sequence[str] | None = None) -> list[Sheet]:
    """The sheets of those names, or the first one, from one opening of the workbook. Raises as ``read``."""
    workbook = _workbook(entry)
    known = list(workbook.sheet_names)
    for name in wanted or ():
        if name not in known:
            raise InputError(f"has no sheet {name!r}", where=entry.where, hint=nearest(name, known))
    chosen = known[:1] if wanted is None else wanted
    return [Sheet(f"{entry.where} sheet {name}", [list(row) for row in _rows(workbook, name)]) for name in chosen]


def _workbook(entry: Entry) -> CalamineWorkbook:
    content = entry.bytes()
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        hint = "it may have broken off, or be another kind of file"
        raise InputError(f"is no workbook ({error})", where=entry.where, hint=hint) from None


def _rows(workbook: CalamineWorkbook, name: str) -> Iterable[Sequence[Cell]]:
    return workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _one(labels: list[str]) -> Hashable:
    return labels[0] if len(labels) == 1 else tuple(labels)


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a code such as 15 is held as 15.0
    return " ".join(str(cell).split())


def _column(at: int) -> str:
    """The letters of a column, from 0: A, B, ..., Z, AA.

    >>> _column(0), _column(27)
    ('A', 'AB')
    """
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
