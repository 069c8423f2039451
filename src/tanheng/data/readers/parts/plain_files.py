"""The files of a plain table: as CSV, as Parquet, as a workbook each, or as the sheets of one workbook."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from tanheng.data import grid, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import about_file, frames
from tanheng.data.sheets import Sheet
from tanheng.errors import InputError
from tanheng.systems.about import About
from tanheng.systems.table import Table

Format = Literal["csv", "parquet", "xlsx"]

PARTS, OPTIONAL = ("Z", "Y", "F"), ("F_Y", "V")
BOOK = "table.xlsx"
MOST = (1_048_576, 16_384)  # rows and columns of a sheet of a workbook
_ENDINGS: Mapping[str, str] = {"csv": ".csv", "parquet": ".parquet", "xlsx": ".xlsx"}
_BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_LAYOUT = (
    "a plain table is a folder with about.toml, Z.csv, Y.csv, F.csv and optionally F_Y.csv, V.csv, or the same as "
    f".parquet or .xlsx, or one workbook {BOOK} with a sheet each"
)
_AXES = {"", "region", "sector", "demand", "category", "stressor", "input"}


# -- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Parts:
    """The files of a plain table at ``place``, in the ``ending`` they have, or the sheets of one workbook ``book``."""

    place: Archive
    ending: str
    book: Entry | None = None

    @classmethod
    def of(cls, place: Archive) -> Parts:
        """Those of the place, in the first format that its Z has."""
        only = place.entries[0] if len(place.entries) == 1 else None
        if only is not None and only.base.casefold().endswith(_BOOKS) and only.base != "Z.xlsx":
            return cls(place, "", only)
        ending = next((ending for ending in _ENDINGS.values() if place.named(f"Z{ending}")), "")
        book = None if ending else place.named(BOOK)
        return cls(place, "" if book else ending or ".csv", book)

    @cached_property
    def about(self) -> About:
        """What about.toml says, or the sheet ``about``; raises InputError naming file and line."""
        if self.book is not None and "about" in self._sheets:
            return _about_sheet(sheets.read(self.book, "about"))
        return about_file.read(self._file(about_file.NAME))

    def has(self, name: str) -> bool:
        """Whether there is such a part; raises InputError for a link to nothing and one in another format alone."""
        if self.book is not None:
            found = name in self._sheets
        else:
            found = self.place.named(name + self.ending) is not None
            if not found and os.path.lexists(self.place.path / (name + self.ending)):
                self._file(name + self.ending)
        other = next((e for end in _ENDINGS.values() if (e := self.place.named(name + end))), None)
        if not found and other is not None:
            hint = f"save it as {name}{self.ending}, or move it out of the folder"
            raise InputError("is in another format than Z", where=other.where, hint=hint)
        return found

    def grid(self, name: str, index: int) -> Grid:
        """A part's numbers and labels, with ``index`` columns of labels; raises as ``grid.read``, naming the file."""
        if self.book is not None:
            return _grid_of(sheets.read(self.book, name), index)
        entry = self._file(name + self.ending)
        if self.ending == ".parquet":
            return frames.parquet(entry, index)
        return grid.read(entry, index) if self.ending == ".csv" else _grid_of(sheets.read(entry), index)

    def require_known(self) -> None:
        """Raise InputError for a file named almost as one of the table's: it would be passed over as if absent."""
        due = [f"{part}{self.ending}" for part in (*PARTS, *OPTIONAL)] if self.book is None else [BOOK]
        known = {_letters(name): name for name in (about_file.NAME, *due)}
        for entry in self.place.entries if self.book is None or len(self.place.entries) > 1 else ():
            meant = known.get(_letters(entry.base), entry.base)
            if entry.base != meant:
                hint = f"rename it to {meant}, or move it out of the folder"
                raise InputError("is no file of a plain table", where=entry.where, hint=hint)

    @cached_property
    def _sheets(self) -> list[str]:
        return [] if self.book is None else sheets.names(self.book)

    def _file(self, name: str) -> Entry:
        entry = self.place.named(name)
        if entry is None and os.path.lexists(self.place.path / name):
            where, hint = str(self.place.path / name), "mend it or take it away"
            raise InputError("is no file, or a link to none", where=where, hint=hint)
        if entry is None:
            raise InputError(f"{name} is missing", where=str(self.place.path), hint=_LAYOUT)
        return entry


def _letters(name: str) -> str:
    stem, dot, ending = name.casefold().rpartition(".")
    return "".join(letter for letter in stem if letter.isalnum()) + dot + ending


def _grid_of(sheet: Sheet, index: int) -> Grid:
    """The sheet's numbers, below two header rows and after ``index`` columns; blank rows and columns at the end go."""
    height = max((row for row, cells in enumerate(sheet.rows, 1) if any(cell != "" for cell in cells)), default=0)
    width = max((at for cells in sheet.rows for at, cell in enumerate(cells, 1) if cell != ""), default=0)
    first = 3 if height > 2 and _names_only(sheet, index, width) else 2
    if height <= first or width <= index:
        hint = f"give two header rows and below a row of numbers for each label, after {index} columns of labels"
        raise InputError("has no rows of numbers", where=sheet.where, hint=hint)
    return sheet.grid(range(first, height), range(index, width), range(2), range(index))


def _names_only(sheet: Sheet, index: int, width: int) -> bool:
    """Whether the row below the header holds the names of the index columns alone, as pandas writes it."""
    names = {sheet.text(2, column).casefold() for column in range(index)}
    return names <= _AXES and not any(sheet.text(2, column) for column in range(index, width))


def _about_sheet(sheet: Sheet) -> About:
    """Rows of a key and its value; of ``units``, a stressor and its unit."""
    given: dict[str, Any] = {}
    for row in range(len(sheet.rows)):
        key, value, unit = (sheet.text(row, column) for column in range(3))
        if key == "units":
            units = given.setdefault("units", {})
            units |= {value: unit} if value else {}
        elif key:
            given[key] = int(value) if key == "year" and value.isdecimal() else value
    return about_file.of(given, sheet.where)


# -- writing ----------------------------------------------------------------------------------------------------------


def write(table: Table, folder: Path, format: Format, about: str) -> None:
    """Write the files of ``table`` into ``folder``; ``about`` is the text of its about.toml.

    A table without stressors has no F. Raises InputError for a table that is too wide or too long for a sheet.
    """
    arrays = {name: getattr(table, name) for name in (*PARTS, *OPTIONAL)}
    arrays = {name: array for name, array in arrays.items() if array is not None and array.size}
    (folder / about_file.NAME).write_text(about, encoding="utf-8")
    if format == "xlsx":
        _write_book(arrays, table.about, folder / BOOK)
        return
    one: Callable[[xr.DataArray, Path], None] = _write_csv if format == "csv" else _write_parquet
    for name, array in arrays.items():
        one(array, folder / f"{name}.{format}")


def sides(array: xr.DataArray) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The labels of its rows, and of its columns, which the last two dimensions make."""
    axes = [array.indexes[dim] for dim in array.dims]
    return list(product(*axes[:-2])), list(product(*axes[-2:]))


def _write_csv(array: xr.DataArray, path: Path) -> None:
    rows, columns = sides(array)
    corner = [""] * (array.ndim - 3)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for at, dim in enumerate(array.dims[-2:]):
            writer.writerow([dim, *corner, *(column[at] for column in columns)])
        for labels, numbers in zip(rows, array.values.reshape(-1, len(columns)), strict=True):
            writer.writerow([*labels, *numbers.tolist()])  # csv writes a float by repr: exactly


def _write_parquet(array: xr.DataArray, path: Path) -> None:
    rows, columns = sides(array)
    names = [str(dim) for dim in array.dims]
    frames.write_parquet(path, array.values.reshape(len(rows), -1), rows, columns, (names[:-2], names[-2:]))


def _write_book(arrays: Mapping[str, xr.DataArray], about: About, path: Path) -> None:
    """One workbook, its numbers with as many digits as they need."""
    import xlsxwriter

    from tanheng.data.readers.parts.exact import ExactSheet

    for name, array in arrays.items():
        rows, columns = sides(array)
        size = (len(rows) + 2, len(columns) + array.ndim - 2)
        if any(given > most for given, most in zip(size, MOST, strict=True)):
            what = f"{name} takes {size[0]:,} rows and {size[1]:,} columns, a sheet has {MOST[0]:,} and {MOST[1]:,}"
            raise InputError(what, where=about.name, hint="choose csv or parquet")
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        for name, array in arrays.items():
            _write_sheet(book.add_worksheet(name, ExactSheet), array)
        sheet = book.add_worksheet("about")
        for row, cells in enumerate(_about_rows(about)):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)


def _write_sheet(sheet: Any, array: xr.DataArray) -> None:
    rows, columns = sides(array)
    index = array.ndim - 2
    for at, dim in enumerate(array.dims[-2:]):
        sheet.write_string(at, 0, dim)
        for column, labels in enumerate(columns, start=index):
            sheet.write_string(at, column, labels[at])
    for row, (labels, numbers) in enumerate(zip(rows, array.values.reshape(len(rows), -1), strict=True), start=2):
        for column, label in enumerate(labels):
            sheet.write_string(row, column, label)
        for column, number in enumerate(numbers.tolist(), start=index):
            sheet.write_number(row, column, number)


def _about_rows(about: About) -> list[tuple[str, str, str]]:
    given = [(key, str(value), "") for key, value in about_file.given(about).items()]
    return [*given, *(("units", name, unit) for name, unit in (about.units or {"": ""}).items())]
