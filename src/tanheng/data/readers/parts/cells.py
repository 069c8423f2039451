"""What readers of workbooks share: cells that are empty, and the year in a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tanheng.data.archive import Entry
from tanheng.data.sheets import Sheet
from tanheng.errors import InputError
from tanheng.systems.finding import Finding, found

MISSING = ("refuse", "zero")  # choices of the option: what to do with cells and regions without numbers

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def year_in(name: str) -> int | None:
    """The first year that a name holds.

    >>> year_in("ADB-MRIO62-2019_Dec2022.xlsx"), year_in("Legend")
    (2019, None)
    """
    match = _YEAR.search(name)
    return int(match[0]) if match else None


def the_one(entries: Sequence[Entry], year: int, hint: str) -> Entry:
    """The one workbook of a year; raises InputError when there are several."""
    if len(entries) > 1:
        names = ", ".join(entry.name for entry in entries[:4])
        raise InputError(f"{len(entries)} workbooks hold {year}: {names}", where=entries[0].where, hint=hint)
    return entries[0]


def zeros_for_empty(sheet: Sheet, rows: Sequence[int], columns: Sequence[int], missing: str) -> tuple[Finding, ...]:
    """Write 0 into the empty cells at ``rows`` and ``columns`` if ``missing`` is "zero"; a finding counts them.

    With "refuse" nothing is done: reading such a cell raises MissingError.
    """
    if missing != "zero":
        return ()
    count = 0
    for row in rows:
        cells = sheet.rows[row]
        cells += [""] * (max(columns) + 1 - len(cells))
        for column in columns:
            if isinstance(cells[column], str) and not str(cells[column]).strip():
                cells[column] = 0.0
                count += 1
    size = count / max(len(rows) * len(columns), 1)
    return (found("empty-cells", "warning", sheet.where, size, count=count),) if count else ()
