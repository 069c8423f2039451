"""Small tables that people write, CSV or a sheet of a workbook: their columns have names, and every mistake a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from tanheng.data.archive import Entry
from tanheng.errors import InputError, MissingError, nearest

Line = tuple[str, Sequence[str]]  # where, and the cells


def rows(entry: Entry, known: Sequence[str], filled: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The lines of a CSV file of columns ``known``, with where each is; those in ``filled`` are never empty.

    Raises as ``named``.
    """
    return named(lines(entry.text(), entry.where), known, entry.where, filled)


def lines(text: str, where: str, before: int = 0) -> Iterator[Line]:
    """The lines of a CSV text with where each is; so many lines of the file stand ``before`` it."""
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    for cells in reader:
        yield f"{where} line {before + reader.line_num}", cells


def named(
    cells: Iterable[Line], known: Sequence[str], where: str, filled: Sequence[str] = ()
) -> Iterator[tuple[str, dict[str, str]]]:
    """The cells of each line by the names in the first, without blanks around them; empty lines are left out.

    Raises InputError naming the line: a column that is not known, is there twice or lacks, a line that is longer than
    the header, a cell without a column; MissingError for an empty cell of those ``filled``.
    """
    listing = iter(cells)
    here, first = next(listing, (where, ()))
    head = [cell.strip().casefold() for cell in first]
    _require_head(head, known, filled, here)
    for place, line in listing:
        row = [cell.strip() for cell in line]
        if not any(row):
            continue
        if len(row) > len(head):
            hint = "put quotes around a cell that has a comma in it"
            raise InputError(f"has {len(row)} cells, the header has {len(head)}", where=place, hint=hint)
        if lost := next((cell for cell, name in zip(row, head, strict=False) if cell and not name), ""):
            raise InputError(f"{lost!r} stands in a column without a name", where=place, hint="name the column")
        by_name = dict(zip(head, row, strict=False))
        for name in filled:
            if not by_name.get(name):
                raise MissingError(f"{name} is empty", where=place, hint="fill it in, or delete the line")
        yield place, by_name


def _require_head(head: Sequence[str], known: Sequence[str], filled: Sequence[str], where: str) -> None:
    for name in filter(None, head):
        if name not in known or head.count(name) > 1:
            what = f"column {name!r} is {'there twice' if name in known else 'not known'}"
            raise InputError(what, where=where, hint=nearest(name, known))
    for name in filled:
        if name not in head:
            raise InputError(f"has no column {name}", where=where, hint=f"columns are {', '.join(known)}")
