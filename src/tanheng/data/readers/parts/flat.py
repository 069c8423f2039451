"""Flat files: a line a cell, two columns of labels for its row, two for its column, and a number."""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow
from numpy.typing import NDArray

from tanheng.data.archive import Entry
from tanheng.data.grid import Grid
from tanheng.errors import InputError, LabelError, MissingError, nearest

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Pair = tuple[str, str]

_BLOCK = 1 << 23  # bytes
_MOST = 1 << 20  # labels of a column of labels: a code has the room of a pair of them
_STRING = pa.dictionary(pa.int32(), pa.string())


def read(entry: Entry, rows: Pair, columns: Pair, value: str) -> Grid:
    """The cells as a grid whose labels are pairs, in the order of their first occurrence.

    ``rows``, ``columns`` and ``value`` name the file's columns; ``*`` stands for anything. The publisher lists every
    cell, zeros too: one that is missing raises MissingError, one that is doubled LabelError, naming it. Raises
    InputError naming the line for anything else that is wrong.
    """
    row, column, values = _cells(entry, (*rows, *columns), value)
    (row_names, at_row), (column_names, at_column) = row, column
    if not values.size:
        raise InputError("has no cells", where=entry.where, hint="download it again")
    shape = (len(row_names), len(column_names))
    flat = at_row * shape[1] + at_column
    out = np.zeros(shape)
    times = np.bincount(flat, minlength=out.size)
    for wrong, kind in ((times > 1, LabelError), (times == 0, MissingError)):
        if wrong.any():
            r, c = divmod(int(wrong.argmax()), shape[1])
            cell = f"row {'_'.join(row_names[r])}, column {'_'.join(column_names[c])}"
            said = "is given twice" if kind is LabelError else "is missing"
            hint = "every cell is listed once, zeros too: the file may have broken off"
            raise kind(f"{cell} {said} ({int(wrong.sum())} such cells)", where=entry.where, hint=hint)
    out.ravel()[flat] = values
    return Grid(entry.where, 2, 1, _hashable(column_names), _hashable(row_names), out)


def sums(entry: Entry, keys: Pair, value: str) -> dict[Pair, float]:
    """The sum over all lines with the same two labels. Raises InputError as ``read``."""
    row, _, values = _cells(entry, (*keys, *keys), value)
    names, at = row
    return dict(zip(names, np.bincount(at, values, len(names)).tolist(), strict=True))


def _hashable(names: Sequence[Pair]) -> list[Hashable]:
    return list(names)


# -- reading ----------------------------------------------------------------------------------------------------------


def _cells(
    entry: Entry, keys: tuple[str, str, str, str], value: str
) -> tuple[tuple[list[Pair], Codes], tuple[list[Pair], Codes], Array]:
    """The row labels and the row of each cell, the same of columns, and the numbers."""
    header = _header(entry)
    wanted = [_named(key, header, entry) for key in (*keys, value)]
    names: list[dict[str, int]] = [{} for _ in keys]
    coded: list[list[Codes]] = [[], []]
    values: list[Array] = []
    for batch in _batches(entry, wanted):
        codes = [_codes(batch.column(key), known) for key, known in zip(wanted[:4], names, strict=True)]
        coded[0].append(codes[0] * _MOST + codes[1])
        coded[1].append(codes[2] * _MOST + codes[3])
        values.append(batch.column(wanted[4]).to_numpy())
    rows, columns = (
        _pairs(parts, list(first), list(second))
        for parts, first, second in zip(coded, names[::2], names[1::2], strict=True)
    )
    numbers = np.concatenate(values) if values else np.empty(0)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if bad.size:
        what = f"{wanted[4]} is {numbers[bad[0]]} ({bad.size} such cells)"
        hint = "a missing number is not zero: write 0 where there is no flow"
        raise MissingError(what, where=f"{entry.where} line {bad[0] + 2}", hint=hint)
    return rows, columns, numbers


def _codes(column: pa.DictionaryArray, known: dict[str, int]) -> Codes:
    """The place of each label among those ``known``, which grows."""
    place = np.array([known.setdefault(name, len(known)) for name in column.dictionary.to_pylist()], dtype=np.int64)
    return np.asarray(place[column.indices.to_numpy()], dtype=np.int64)


def _pairs(parts: list[Codes], first: list[str], second: list[str]) -> tuple[list[Pair], Codes]:
    """The pairs in the order of their first occurrence, and which of them each cell has."""
    codes = np.concatenate(parts) if parts else np.empty(0, np.int64)
    pairs, at, place = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(at)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return [(first[code // _MOST], second[code % _MOST]) for code in pairs[order].tolist()], rank[place]


def _header(entry: Entry) -> list[str]:
    with entry.open() as stream:
        line = stream.readline(1 << 16)
    try:
        return [cell.strip() for cell in next(csv.reader([line.decode("utf-8-sig")]), [])]
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", where=f"{entry.where} line 1", hint="download it again") from None


def _named(key: str, header: list[str], entry: Entry) -> str:
    """The column of that name; raises InputError when there is none or more than one."""
    own = [name for name in header if fnmatchcase(name, key)]
    if len(own) == 1:
        return own[0]
    what = f"has no column {key}" if not own else f"has several columns {key}"
    raise InputError(what, where=f"{entry.where} line 1", hint=nearest(key, header))


def _batches(entry: Entry, wanted: list[str]) -> Iterator[pa.RecordBatch]:
    """The wanted columns, the last of them numbers, in pieces; raises InputError naming the line of the first flaw."""
    types = dict.fromkeys(wanted[:4], _STRING) | {wanted[4]: pa.float64()}
    convert = arrow.ConvertOptions(column_types=types, include_columns=list(dict.fromkeys(wanted)), null_values=[])
    try:
        with entry.open() as stream:
            yield from _open(stream, convert)
    except pa.ArrowInvalid as error:
        raise _flaw(entry, str(error)) from None


def _open(stream: IO[bytes], convert: arrow.ConvertOptions) -> Iterator[pa.RecordBatch]:
    # with threads Arrow would not say which line is wrong
    options = arrow.ReadOptions(block_size=_BLOCK, use_threads=False)
    with arrow.open_csv(stream, read_options=options, convert_options=convert) as reader:
        yield from reader


def _flaw(entry: Entry, said: str) -> InputError:
    """What Arrow says, with the line."""
    line = re.search(r"Row #(\d+): ?", said)
    where = f"{entry.where} line {line[1]}" if line else entry.where
    empty = "invalid value ''" in said
    what = "the number is missing" if empty else said.rsplit("Row #", 1)[-1].partition(": ")[2] or said
    hint = "every line has as many cells as the header; the file may have broken off"
    return (MissingError if empty else InputError)(" ".join(what.split()), where=where, hint=hint)
