"""Files of trade as text: a line a flow, read in pieces under names of our own, every flaw with its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow

from tanheng.data.archive import Entry
from tanheng.errors import InputError, nearest

_BLOCK = 1 << 24  # bytes
_WORDS = ("", "NA", "N/A", "null", "NULL", "nan", "NaN", ":", "..", "...")  # what publishers write for no number
_NONE = [
    " " * blanks + word for word in _WORDS for blanks in range(25)
]  # some in columns of a width, which Arrow keeps
_SEPARATORS = ",;\t|"
_TEXT = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Column:
    """A column of a file: the headers it may have, whether it holds numbers, whether it may be absent."""

    headers: tuple[str, ...]
    number: bool = False
    optional: bool = False


def text(*headers: str, optional: bool = False) -> Column:
    """A column of texts, under one of these headers."""
    return Column(headers, False, optional)


def number(*headers: str, optional: bool = False) -> Column:
    """A column of numbers, under one of these headers; where there is none it is NaN."""
    return Column(headers, True, optional)


def headers(entry: Entry) -> list[str]:
    """The cells of the first line, as they are written."""
    return _Head(entry).cells


def has(entry: Entry, *wanted: str) -> bool:
    """Whether the first line has all these headers, capitals apart; never raises."""
    try:
        known = {cell.casefold() for cell in headers(entry)}
    except InputError:
        return False
    return all(name.casefold() in known for name in wanted)


def pieces(entry: Entry, columns: Mapping[str, Column]) -> Iterator[pd.DataFrame]:
    """Frames of a piece of the file each, with the columns' own names; an optional one that is absent is not there.

    Texts are categories, so that what is wanted is chosen fast (``Wanted.part`` then makes them texts).

    Raises InputError naming file and line: a column that is missing, a cell that is no number, a line with more or
    fewer cells than the header.
    """
    head = _Head(entry)
    if head.empty:
        raise InputError("has no lines", where=entry.where, hint="download it again")
    found = {name: head.find(column) for name, column in columns.items()}
    at = {name: header for name, header in found.items() if header is not None}
    types = {at[name]: pa.float64() if column.number else _TEXT for name, column in columns.items() if name in at}
    convert = arrow.ConvertOptions(
        column_types=types, include_columns=list(types), null_values=_NONE, strings_can_be_null=False
    )
    # with threads Arrow would not say which line is wrong
    options = arrow.ReadOptions(block_size=_BLOCK, use_threads=False, skip_rows=1, column_names=head.names)
    parse = arrow.ParseOptions(delimiter=head.separator, newlines_in_values=False)
    try:
        with (
            entry.open() as stream,
            arrow.open_csv(stream, read_options=options, parse_options=parse, convert_options=convert) as reader,
        ):
            for batch in reader:
                yield _frame(batch, at, columns)
    except pa.ArrowInvalid as error:
        raise _flaw(entry, str(error)) from None


def _frame(batch: pa.RecordBatch, at: Mapping[str, str], columns: Mapping[str, Column]) -> pd.DataFrame:
    parts = {name: batch.column(header).to_pandas() for name, header in at.items()}
    return pd.DataFrame(
        {name: part if columns[name].number else relabelled(part, str.strip) for name, part in parts.items()}
    )


def relabelled(column: pd.Series[Any], by: Callable[[str], Any]) -> pd.Series[Any]:
    """A column of categories with each of them changed, which may make some of them one."""
    changed = [by(label) for label in column.cat.categories]
    categories = pd.Index(list(dict.fromkeys(changed)))
    codes = categories.get_indexer(pd.Index(changed))[column.cat.codes]
    return pd.Series(pd.Categorical.from_codes(codes, categories), index=column.index)


class _Head:
    """The first line of a file: its separator and its cells."""

    def __init__(self, entry: Entry) -> None:
        with entry.open() as stream:
            lines = [stream.readline(1 << 16).decode("utf-8-sig", "replace").rstrip("\r\n") for _ in range(2)]
        self._where = f"{entry.where} line 1"
        self.separator = max(_SEPARATORS, key=lines[0].count)
        self.cells = [cell.strip() for cell in self._cut(lines[0])]
        self.empty = not lines[1]
        # some programs end every line but the first with a separator
        over = len(self._cut(lines[1])) - len(self.cells)
        closed = over == 1 and lines[1].endswith(self.separator)
        self.names = [*self.cells, *([""] if closed else [])]

    def _cut(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self.separator), [])
        except csv.Error as error:  # bytes that are no text, or line ends of an old program
            hint = "save it as CSV in UTF-8, with the line ends of this system"
            raise InputError(f"is no CSV text ({error})", where=self._where, hint=hint) from None

    def find(self, column: Column) -> str | None:
        """The header of the column; raises InputError when there is none, or more than one."""
        for wanted in column.headers:
            own = [cell for cell in self.cells if cell.casefold() == wanted.casefold()]
            if len(own) > 1:
                raise InputError(f"has {len(own)} columns {wanted}", where=self._where, hint="rename all but one")
            if own:
                return own[0]
        if column.optional:
            return None
        what = f"has no column {' or '.join(column.headers)}"
        raise InputError(what, where=self._where, hint=nearest(column.headers[0], self.cells))


def _flaw(entry: Entry, said: str) -> InputError:
    """What Arrow says, with the line."""
    line = re.search(r"Row #(\d+): ?", said)
    where = f"{entry.where} line {line[1]}" if line else entry.where
    cell = re.search(r"invalid value '(.*)'", said)
    if cell:
        what = f"{cell[1]!r} is not a number"
        return InputError(what, where=where, hint="write numbers with a decimal point and without separators")
    count = re.search(r"Expected (\d+) columns, got (\d+)", said)
    what = f"has {count[2]} cells where the header has {count[1]}" if count else " ".join(said.split())
    return InputError(what, where=where, hint="every line has as many cells as the header; the file may be cut short")


def joined(frames: Sequence[pd.DataFrame], columns: Mapping[str, Column]) -> pd.DataFrame:
    """The pieces as one frame, also of none."""
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))
