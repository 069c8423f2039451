"""A text file of numbers with header rows and index columns: streamed, read on all cores, and its first flaw named.

The file is never held as text. Its lines are taken in blocks; in each block all separators are found at once, and the
cells between them go through Arrow's number reader (exact) as one column. Only when that fails is the culprit looked
for, in its block.
"""

from __future__ import annotations

import csv
import math
import os
import re
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data.archive import Entry
from tanheng.errors import InputError, LabelError, MissingError

Array = NDArray[np.float64]
Parsed = tuple[list[tuple[str, ...]], Array]  # the labels of rows, and their numbers

_AXES = {"", "region", "sector", "category", "stressor", "stressors", "impact", "impacts", "input", "inputs", "index"}
_BLOCK = 1 << 22  # bytes: measured best between 1 and 16 MiB
_LONGEST = 1 << 28  # bytes of one line: the widest table there is has lines of 1 MB
_BLANK = b",; \t\r\n"
_LINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')
_NO_TABLE = "this is no table as text"


@dataclass(frozen=True, eq=False)
class Layout:
    """How a file is laid out: its separator, how many index columns, the line of its first row, its columns' labels.

    ``columns`` is empty in a file without header rows.
    """

    entry: Entry
    separator: str
    index: int
    first: int
    columns: list[tuple[str, ...]]
    width: int

    @property
    def where(self) -> str:
        """The file in words."""
        return self.entry.where


@dataclass(frozen=True, eq=False)
class Block:
    """Consecutive rows: ``first`` (their place among all rows), their labels, and ``values`` (rows, columns)."""

    first: int
    rows: list[tuple[str, ...]]
    values: Array


@dataclass(frozen=True, eq=False)
class Grid:
    """A file's numbers ``values`` (rows, columns) and its labels.

    A label is a tuple, one text for each header row or index column; ``rows`` of a file with one index column and
    ``columns`` of a file with one header row are texts. ``where`` names the file.
    """

    where: str
    first: int  # line of the first row
    index: int
    columns: list[Hashable]
    rows: list[Hashable]
    values: Array

    def require_rows(self, want: Sequence[Hashable]) -> None:
        """Raise LabelError, naming the line, unless the rows are exactly ``want``."""
        _require_same(self.rows, want, "row", self.where, f"{self.where} line", self.first)

    def require_columns(self, want: Sequence[Hashable]) -> None:
        """Raise LabelError, naming the column, unless the columns are exactly ``want``."""
        _require_same(self.columns, want, "column", self.where, f"{self.where} column", self.index + 1)

    def require_shape(self, rows: int, columns: int, of: str = "the labels") -> None:
        """Raise InputError unless there are so many rows and columns: for files without labels of their own."""
        if self.values.shape != (rows, columns):
            have, want = (f"{a} rows of {b} numbers" for a, b in (self.values.shape, (rows, columns)))
            hint = "the file has broken off, or is of another edition"
            raise InputError(f"has {have}, {of} need {want}", where=self.where, hint=hint)


def read(
    entry: Entry, index: int, *, header: int = 2, separator: str = "", scale: float = 1.0, names: bool = False
) -> Grid:
    """The file's numbers and labels: ``header`` rows of labels above them, ``index`` columns of them before.

    Without ``separator`` it is a tab, a comma or a semicolon, whichever comes first in the first line. Blank lines at
    the end, a line with the names of the index columns and a separator at each line's end are passed over; with
    ``names`` that line may hold any names (an empty row there is taken for it: check the rows against what is due).
    ``scale`` multiplies the numbers. Raises InputError naming line and labels: a file that is empty, ragged or not
    UTF-8, a cell that is no number; MissingError for an empty cell and for NaN; LabelError for a row or a column
    without a label.
    """
    with entry.open() as stream:
        layout, ahead = _layout(entry, stream, index, header, separator, names)
        rows, values = _gathered(layout, _blocks(layout, stream, ahead))
    if not rows:
        raise InputError("has no rows of numbers", where=entry.where, hint=_due(index, header))
    if scale != 1.0:
        values *= scale
    flat: list[Hashable] = [row[0] for row in rows] if index == 1 else list(rows)
    columns: list[Hashable] = [column[0] for column in layout.columns] if header == 1 else list(layout.columns)
    return Grid(entry.where, layout.first, index, columns, flat, values)


def blocks(entry: Entry, index: int, *, header: int = 2, separator: str = "") -> Iterator[tuple[Layout, Block]]:
    """The same in pieces, in order: for files that are larger than what is wanted of them. Raises as ``read``."""
    with entry.open() as stream:
        layout, ahead = _layout(entry, stream, index, header, separator)
        for block in _blocks(layout, stream, ahead):
            yield layout, block


# -- labels -----------------------------------------------------------------------------------------------------------


def _require_same(
    have: Sequence[Hashable], want: Sequence[Hashable], what: str, path: str, place: str, first: int
) -> None:
    if list(have) != list(want):
        at = _parting(have, want)
        labels.require_same(have, want, what=what, where=path if at is None else f"{place} {first + at}")


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


def _due(index: int, header: int) -> str:
    heads = ("no header row", "a header row", "two header rows", "three header rows", "four header rows")[header]
    return f"give {heads} and below a row of numbers for each label, after {index} columns of labels"


def _layout(
    entry: Entry, stream: IO[bytes], index: int, header: int, separator: str, any_names: bool = False
) -> tuple[Layout, bytes]:
    """The layout, and the bytes that were read beyond the head."""
    raw = [_line(entry, stream, at + 1) for at in range(header + 1)]
    if not raw[0].strip():
        what = "begins with an empty line" if any(raw) else "is empty"
        raise InputError(what, where=entry.where, hint=_due(index, header))
    lines = [_decode(line, entry, at) for at, line in enumerate(raw, start=1)]
    by = separator or _separator(lines[0])
    head = [_cells(line, by, entry, at) for at, line in enumerate(lines, start=1)]
    if not header:
        cells = head[0][:-1] if len(head[0]) > index + 1 and not head[0][-1] else head[0]
        return Layout(entry, by, index, 1, [], len(cells)), raw[0]
    columns = _columns(entry, head[:header], index)
    names = _names_only(head[header], index, any_names)
    first = header + 1 + names
    return Layout(entry, by, index, first, columns, index + len(columns)), b"" if names else raw[header]


def _line(entry: Entry, stream: IO[bytes], at: int) -> bytes:
    line = stream.readline(_LONGEST)
    if len(line) == _LONGEST:
        raise InputError("the line does not end", where=f"{entry.where} line {at}", hint=_NO_TABLE)
    return line


def _separator(line: str) -> str:
    found = [by for by in "\t,;" if by in line]
    return min(found, key=line.index) if found else ","


def _decode(line: bytes, entry: Entry, at: int) -> str:
    try:
        return line.decode("utf-8-sig" if at == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        hint = "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise InputError("is not text in UTF-8", where=f"{entry.where} line {at}", hint=hint) from None


def _cells(text: str, separator: str, entry: Entry, at: int) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=separator), [])]
    except csv.Error as error:
        hint = "mind its quotation marks, and numbers of more digits than 17"
        raise InputError(f"is not CSV ({error})", where=f"{entry.where} line {at}", hint=hint) from None


def _columns(entry: Entry, head: list[list[str]], index: int) -> list[tuple[str, ...]]:
    """The labels of the columns, a tuple of the header rows' texts each."""
    due = _due(index, len(head))
    for at, cells in enumerate(head[1:], start=2):
        if len(cells) != len(head[0]):
            what = f"the header row has {len(cells)} cells, the one above it {len(head[0])}"
            raise InputError(what, where=f"{entry.where} line {at}", hint=due)
    while len(head[0]) > index + 1 and not any(cells[-1] for cells in head):
        head = [cells[:-1] for cells in head]
    if len(head[0]) <= index:
        raise InputError("there is no column of numbers", where=f"{entry.where} line 1", hint=due)
    columns = list(zip(*(cells[index:] for cells in head), strict=True))
    for at, label in enumerate(columns, start=index + 1):
        if not all(label):
            hint = "repeat the label above every column; delete columns without numbers"
            line = next(line for line, text in enumerate(label, start=1) if not text)
            raise LabelError(f"column {at} has no label", where=f"{entry.where} line {line}", hint=hint)
    return columns


def _names_only(cells: list[str], index: int, any_names: bool) -> bool:
    """Whether a line holds the names of the index columns and nothing else, as pandas writes it."""
    if not cells or not index or any(cells[index:]):
        return False
    return any_names or {cell.casefold() for cell in cells[:index]} <= _AXES


# -- the body ---------------------------------------------------------------------------------------------------------


def _gathered(layout: Layout, parts: Iterator[Block]) -> tuple[list[tuple[str, ...]], Array]:
    """All blocks in one array. Room for all is taken at once, but memory only as rows arrive."""
    rows: list[tuple[str, ...]] = []
    values = np.empty((0, layout.width - layout.index))
    for block in parts:
        stop = block.first + len(block.rows)
        if stop > len(values):
            room = max(stop, 2 * len(values) if rows else _guess(layout, block))
            more = np.empty((room, values.shape[1]))
            more[: block.first] = values[: block.first]
            values = more
        values[block.first : stop] = block.values
        rows += block.rows
    return rows, values[: len(rows)]


def _guess(layout: Layout, block: Block) -> int:
    """A number of rows that is a little too large: by the first block's bytes for a row."""
    return 3 * layout.entry.size // (2 * max(_BLOCK // max(len(block.rows), 1), 1)) + 64


def _blocks(layout: Layout, stream: IO[bytes], ahead: bytes) -> Iterator[Block]:
    """The rows in blocks, parsed on all cores while the next are read; no more than a few are held."""
    workers = os.cpu_count() or 1
    free: list[bytearray] = []
    waiting: deque[tuple[Future[Parsed], bytearray, int]] = deque()
    done = 0

    def oldest() -> Block:
        future, buffer, size = waiting.popleft()
        try:
            rows, values = future.result()
        except (pa.ArrowInvalid, ValueError):
            rows, values = _slowly(layout, layout.first + done, bytes(buffer[:size]))
        free.append(buffer)
        return Block(done, rows, values)

    with ThreadPoolExecutor(workers) as pool:
        for buffer, size in _chunks(layout, stream, ahead, free):
            waiting.append((pool.submit(_parsed, layout, buffer, size), buffer, size))
            if len(waiting) > workers + 1:
                block = oldest()
                yield block
                done += len(block.rows)
        while waiting:
            block = oldest()
            yield block
            done += len(block.rows)


def _chunks(layout: Layout, stream: IO[bytes], ahead: bytes, free: list[bytearray]) -> Iterator[tuple[bytearray, int]]:
    """Buffers with whole lines and how many bytes count; blank lines at the file's end are left out.

    Buffers that are ``free`` again are filled again: fresh memory costs as much as reading into it.
    """
    rest, more = ahead, True
    while more:
        buffer = free.pop() if free else bytearray(_BLOCK)
        if len(buffer) < 2 * len(rest) + 2:
            buffer = bytearray(2 * len(rest) + _BLOCK)
        buffer[: len(rest)] = rest
        size = len(rest) + _fill(stream, memoryview(buffer)[len(rest) :])
        more = size == len(buffer)
        if not more and not buffer.endswith(b"\n", 0, size):
            buffer[size] = _LINE
            size += 1
        end = buffer.rfind(b"\n", 0, size) + 1
        while end and buffer[end - 1] in _BLANK:
            end -= 1
        stop = buffer.find(b"\n", end, size) + 1 if end else 0  # the rest of the last line is its own
        rest = bytes(memoryview(buffer)[stop:size])  # a part of a line, and blank lines before it
        if len(rest) > _LONGEST:
            raise InputError("a line does not end", where=layout.where, hint=_NO_TABLE)
        if stop:
            yield buffer, stop


def _fill(stream: IO[bytes], room: memoryview) -> int:
    """Read until there is no more room or nothing more to read; the bytes that were read."""
    size = 0
    while size < len(room):
        read = stream.readinto(room[size:])  # type: ignore[attr-defined]  # every binary stream has it
        if not read:
            break
        size += read
    return size


def _parsed(layout: Layout, buffer: bytearray, size: int) -> Parsed:
    """The labels and numbers of whole lines; raises ArrowInvalid or ValueError where anything is not as it must be."""
    cells = _cut(np.frombuffer(buffer, np.uint8, size), ord(layout.separator), layout.width)
    return _labels(layout, buffer, cells[:, : layout.index]), _numbers(buffer, cells[:, layout.index :])


def _cut(data: NDArray[np.uint8], separator: int, width: int) -> NDArray[np.int32]:
    """Where each cell starts and ends (lines, width, 2); ValueError unless every line has ``width`` cells.

    A separator at the end of every line is passed over.
    """
    between = (data == separator) | (data == _LINE)
    quotes = data == _QUOTE
    if quotes.any():  # what stands between quotation marks separates nothing
        between &= np.bitwise_xor.accumulate(quotes) == 0
    found = np.flatnonzero(between).astype(np.int32)
    lines = int(np.count_nonzero(data[found] == _LINE))
    ends: NDArray[np.int32] = found.reshape(lines, -1)  # ValueError where the lines' cells are not as many in all
    starts: NDArray[np.int32] = np.concatenate([np.zeros(1, np.int32), found[:-1] + 1]).reshape(lines, -1)
    last = ends[:, -1]
    if not (data[last] == _LINE).all():
        raise ValueError
    last -= data[last - 1] == _RETURN
    if ends.shape[1] == width + 1 and (starts[:, -1] == last).all():
        starts, ends = starts[:, :-1], ends[:, :-1]
    if ends.shape[1] != width:
        raise ValueError
    return np.stack([starts, ends], axis=2)


def _labels(layout: Layout, raw: bytearray, cells: NDArray[np.int32]) -> list[tuple[str, ...]]:
    """The texts of the index columns; ValueError for one that is empty."""
    texts = [tuple(_text(raw[start:end]) for start, end in row) for row in cells.tolist()]
    if layout.index and not all(map(all, texts)):
        raise ValueError
    return texts


def _text(cell: bytearray) -> str:
    text = cell.decode("utf-8").strip()
    return text[1:-1].replace('""', '"').strip() if text.startswith('"') else text


def _numbers(raw: bytearray, cells: NDArray[np.int32]) -> Array:
    """The numbers of the cells (lines, columns, 2); ArrowInvalid or ValueError where one is none.

    Arrow's text has no gaps between values: what lies between two cells is a value that is missing.
    """
    offsets = np.ascontiguousarray(cells).reshape(-1)
    count = offsets.size - 1
    known = np.full(count // 8 + 1, 0b01010101, np.uint8)
    buffers = [pa.py_buffer(known), pa.py_buffer(offsets), pa.py_buffer(raw)]
    texts = pa.Array.from_buffers(pa.string(), count, buffers, count // 2)
    try:
        numbers = compute.cast(texts, pa.float64())
    except pa.ArrowInvalid:  # blanks or quotation marks around a number are seldom
        numbers = compute.cast(compute.utf8_trim(texts, ' "'), pa.float64())
    values = np.ascontiguousarray(np.frombuffer(numbers.buffers()[1], np.float64, count)[::2]).reshape(cells.shape[:2])
    if not np.isfinite(values).all():
        raise ValueError
    return values


# -- where the fast way ends ------------------------------------------------------------------------------------------


def _slowly(layout: Layout, line: int, raw: bytes) -> Parsed:
    """Cell by cell: raises the error that names the first flaw; numbers in quotation marks are read."""
    rows: list[tuple[str, ...]] = []
    values: list[list[float]] = []
    for at, text in enumerate(raw.splitlines(), start=line):
        cells = _cells(_decode(text, layout.entry, at), layout.separator, layout.entry, at)
        if len(cells) == layout.width + 1 and not cells[-1] and any(cells):
            cells = cells[:-1]
        _require_sound(layout, cells, f"{layout.where} line {at}")
        rows.append(tuple(cells[: layout.index]))
        values.append([float(cell) for cell in cells[layout.index :]])
    return rows, np.array(values)


def _require_sound(layout: Layout, cells: list[str], where: str) -> None:
    row, numbers = " ".join(cells[: layout.index]), cells[layout.index :]
    if not any(cells):
        raise InputError("the line is empty", where=where, hint="delete it")
    if len(cells) != layout.width:
        of = "the header" if layout.columns else "the first line"
        what = f"row {row}".strip() + f" has {len(cells)} cells, {of} has {layout.width}"
        raise InputError(what, where=where, hint="give every row one number per column; the file may have broken off")
    for at, cell in enumerate(numbers):
        if not _is_number(cell):
            column = " ".join(layout.columns[at]) if layout.columns else str(layout.index + at + 1)
            raise _not_a_number(cell, f"row {row}, column {column}".removeprefix("row , "), where)
    if not all(cells[: layout.index]):
        raise LabelError("the row has no label", where=where, hint="fill in every index column")


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
