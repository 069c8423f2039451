"""A CSV file of numbers with two header rows and one or two index columns: read fast, and its first flaw named.

The body goes through Arrow's reader (exact, on all cores). Only when that fails is the culprit looked for by line.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow
from numpy.typing import NDArray

from tanheng import labels
from tanheng.errors import InputError, LabelError, MissingError

Array = NDArray[np.float64]

_AXES = {"", "region", "sector", "stressor", "stressors", "input", "inputs", "index"}  # names an index column may bear
_BLOCK = 1 << 24  # bytes: a row of the widest table there is fits well into it
_BLANK = b",; \t\r\n"
_LAYOUT = "give two header rows (region, then sector or demand category) and a row of numbers for each label below"


@dataclass(frozen=True, eq=False)
class _Layout:
    """How a file is laid out: its separator, how many index columns, the line of its first row, its columns' labels."""

    path: Path
    separator: str
    index: int
    first: int
    columns: list[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Grid:
    """A file's numbers ``values`` (rows, columns) and its labels.

    A column's label is a pair; a row's is a pair with two index columns and a string with one.
    """

    layout: _Layout
    rows: list[Hashable]
    values: Array

    @property
    def path(self) -> Path:
        """The file."""
        return self.layout.path

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The labels of the columns: the two header rows."""
        return self.layout.columns

    def require_rows(self, want: Sequence[Hashable]) -> None:
        """Raise LabelError, naming the line, unless the rows are exactly ``want``."""
        _require_same(self.rows, want, "row", self.path, f"{self.path} line", self.layout.first)

    def require_columns(self, want: Sequence[Hashable]) -> None:
        """Raise LabelError, naming the column, unless the columns are exactly ``want``."""
        _require_same(self.columns, want, "column", self.path, f"{self.path} column", self.layout.index + 1)


def read(path: Path, index: int) -> Grid:
    """The file's numbers and labels; ``index`` is its number of index columns, 1 or 2.

    Fields are separated by commas, or by semicolons; blank lines at the end and one line with the names of the index
    columns are passed over. Raises InputError naming line and labels: a file that is empty, ragged or not UTF-8, a cell
    that is no number; MissingError for an empty cell and for NaN; LabelError for a row or a column without a label.
    """
    try:
        layout = _layout(path, index)
        rows, values = _body(layout)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be read ({reason})", where=str(path), hint="mind its permissions") from None
    bare = next((at for at, row in enumerate(rows) if not all(row)), None)
    if bare is not None:
        where = f"{path} line {layout.first + bare}"
        raise LabelError("the row has no label", where=where, hint="fill in every index column")
    return Grid(layout, [row[0] if index == 1 else row for row in rows], values)


# -- labels -----------------------------------------------------------------------------------------------------------


def _require_same(
    have: Sequence[Hashable], want: Sequence[Hashable], what: str, path: Path, place: str, first: int
) -> None:
    if list(have) != list(want):
        at = _parting(have, want)
        labels.require_same(have, want, what=what, where=str(path) if at is None else f"{place} {first + at}")


def _parting(have: Sequence[Hashable], want: Sequence[Hashable]) -> int | None:
    """The place that ``labels.require_same`` complains of: the first doubled, else unknown, else misplaced label."""
    seen: set[Hashable] = set()
    for at, label in enumerate(have):
        if label in seen:
            return at
        seen.add(label)
    known = set(want)
    unknown = next((at for at, label in enumerate(have) if label not in known), None)
    if unknown is not None or len(have) != len(want):
        return unknown
    return next(at for at, pair in enumerate(zip(have, want, strict=True)) if pair[0] != pair[1])


# -- the head ---------------------------------------------------------------------------------------------------------


def _layout(path: Path, index: int) -> _Layout:
    with path.open("rb") as file:
        raw = [file.readline() for _ in range(3)]
    if not raw[0].strip():
        raise InputError("begins with an empty line" if any(raw) else "is empty", where=str(path), hint=_LAYOUT)
    lines = [_decode(line, path, at) for at, line in enumerate(raw, start=1)]
    separator = ";" if ";" in lines[0] and "," not in lines[0] else ","
    head = [_cells(line, separator, path, at) for at, line in enumerate(lines, start=1)]
    columns = _columns(path, head, index)
    return _Layout(path, separator, index, 4 if _names_only(head[2], index) else 3, columns)


def _decode(line: bytes, path: Path, at: int) -> str:
    try:
        return line.decode("utf-8-sig" if at == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        hint = "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise InputError("is not text in UTF-8", where=f"{path} line {at}", hint=hint) from None


def _cells(text: str, separator: str, path: Path, at: int) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=separator), [])]
    except csv.Error as error:
        hint = "mind its quotation marks, and numbers of more digits than 17"
        raise InputError(f"is not CSV ({error})", where=f"{path} line {at}", hint=hint) from None


def _columns(path: Path, head: list[list[str]], index: int) -> list[tuple[str, str]]:
    """The labels of the columns: pairs of the two header rows."""
    if len(head[0]) <= index:
        raise InputError("there is no column of numbers", where=f"{path} line 1", hint=_LAYOUT)
    if len(head[0]) != len(head[1]):
        what = f"the header row has {len(head[1])} cells, the one above it {len(head[0])}"
        raise InputError(what, where=f"{path} line 2", hint=_LAYOUT)
    columns = list(zip(head[0][index:], head[1][index:], strict=True))
    for at, (region, second) in enumerate(columns, start=index + 1):
        if not region or not second:
            hint = "repeat the label above every column; delete columns without numbers"
            raise LabelError(f"column {at} has no label", where=f"{path} line {2 if region else 1}", hint=hint)
    return columns


def _names_only(cells: list[str], index: int) -> bool:
    """Whether a line holds the names of the index columns and nothing else, as pandas writes it."""
    return bool(cells) and not any(cells[index:]) and {cell.casefold() for cell in cells[:index]} <= _AXES


# -- the body ---------------------------------------------------------------------------------------------------------


def _body(layout: _Layout) -> tuple[list[tuple[str, ...]], Array]:
    """The labels of the rows and the numbers (rows, columns)."""
    index, width = layout.index, layout.index + len(layout.columns)
    text = _text_from(layout.path, layout.first)
    if not text.size:
        raise InputError("has no rows of numbers", where=str(layout.path), hint=_LAYOUT)
    names = [str(at) for at in range(width)]
    types = {name: pa.string() if at < index else pa.float64() for at, name in enumerate(names)}
    try:
        read = arrow.read_csv(
            pa.BufferReader(text),
            arrow.ReadOptions(column_names=names, block_size=_BLOCK),
            arrow.ParseOptions(delimiter=layout.separator, ignore_empty_lines=False),
            arrow.ConvertOptions(column_types=types, null_values=[], strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        raise _culprit(layout, str(error)) from None
    values = np.empty((read.num_rows, width - index))
    start = 0
    for batch in read.to_batches():
        stop = start + batch.num_rows
        values[start:stop] = np.stack([column.to_numpy() for column in batch.columns[index:]]).T
        start = stop
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():
        raise _culprit(layout, "a cell is not a finite number")
    keys = [[str(cell).strip() for cell in read.column(at).to_pylist()] for at in range(index)]
    return list(zip(*keys, strict=True)), values


def _text_from(path: Path, first: int) -> pa.Buffer:
    """The file's bytes from line ``first`` on, mapped and not copied, without blank lines (``,,,``) at the end."""
    with path.open("rb") as file:
        for _ in range(first - 1):
            file.readline()
        start = file.tell()
    with pa.memory_map(str(path)) as mapped:
        data = mapped.read_buffer()
    view = memoryview(data)
    end = len(view)
    while end > start and view[end - 1] in _BLANK:
        end -= 1
    if end == start:
        return data.slice(start, 0)
    while end < len(view) and view[end - 1] != ord(
        "\n"
    ):  # the rest of the last line is its own: empty cells are a flaw
        end += 1
    return data.slice(start, end - start)


def _culprit(layout: _Layout, otherwise: str) -> InputError:
    """The error that names the first line or cell that is not as it must be."""
    with layout.path.open("rb") as file:
        for at, raw in enumerate(file, start=1):
            if at >= layout.first:
                cells = _cells(_decode(raw, layout.path, at), layout.separator, layout.path, at)
                error = _flaw(layout, cells, f"{layout.path} line {at}")
                if error is not None:
                    return error
    return InputError(f"cannot be read ({otherwise.splitlines()[0]})", where=str(layout.path), hint=_LAYOUT)


def _flaw(layout: _Layout, cells: list[str], where: str) -> InputError | None:
    row, width = " ".join(cells[: layout.index]), layout.index + len(layout.columns)
    if not any(cells):
        return InputError("the line is empty", where=where, hint="delete it")
    if len(cells) != width:
        what = f"row {row} has {len(cells)} cells, the header has {width}"
        return InputError(what, where=where, hint="give every row one number per column")
    for label, cell in zip(layout.columns, cells[layout.index :], strict=True):
        if not _is_number(cell):
            return _not_a_number(cell, f"row {row}, column {' '.join(label)}", where)
    return None


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell)) and cell.isascii() and "_" not in cell
    except ValueError:
        return False


def _not_a_number(cell: str, place: str, where: str) -> InputError:
    if not cell or cell.casefold() in ("nan", "na", "n/a", "null", "-", "..", "..."):
        said = f"is {cell}" if cell else "is empty"
        hint = "a missing number is not zero: write 0 where there is no flow"
        return MissingError(f"{place} {said}", where=where, hint=hint)
    digits = re.fullmatch(r"[-+\d.,'\s]+", cell)
    hint = "with a decimal point, without separators of thousands" if digits else "without unit or remark"
    return InputError(f"{place} holds {cell!r}, not a number", where=where, hint=f"write it like 1234.5, {hint}")
