"""A file of the OECD's inter-country tables: its layout, its rows of industries, and the few rows below them.

The rows of industries are streamed. Those below (taxes, value added, output) lack cells in some editions, where final
demand has none: they are read by themselves, an empty cell being NaN.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import axes, grid
from tanheng.data.archive import Entry
from tanheng.data.grid import Grid
from tanheng.errors import InputError, LabelError, MissingError, nearest
from tanheng.labels.names import read_classification

Array = NDArray[np.float64]

DEMAND = {
    "HFCE": "households",
    "NPISH": "non-profit", "NPS": "non-profit",
    "GGFC": "government",
    "GFCF": "capital formation",
    "INVNT": "inventories", "INV": "inventories",
    "DPABR": "direct purchases abroad", "P33": "direct purchases abroad", "DIRP": "direct purchases abroad",
}  # fmt: skip
DISCREPANCY = "discrepancy"
PARTS = {"CN": "CHN", "MX": "MEX"}  # what CN1, MX2, ... are parts of
EDITIONS = ("oecd-2016", "oecd-2018", "oecd-2021", "oecd-2023", "oecd-2025")  # classifications, oldest first
OUTPUT = ("OUT", "OUTPUT", "TOTAL")
NAMED = re.compile(r"ICIO_?(20\d\d)_(\d{4})(?:_\w+)?\.csv|(\d{4})(?:[_.](?:SML|EXT))?\.csv", re.IGNORECASE)
_TAIL = re.compile(rb'"?(?:[A-Z0-9]{3}_(?:TAXSUB|TLS)|VA\+TAXSUB|VALU|VA|TLS|TAXSUB|OUTPUT|OUT|TOTAL)"?,')


@dataclass(frozen=True)
class Layout:
    """Where things stand: the first ``industries`` columns, then final demand.

    ``parts`` are the regions as the file has them, ``of`` the position in ``regions`` of each; ``final`` maps columns
    to (position of the region, position of the category); ``codes`` are the file's own of the demand categories.
    """

    industries: int
    parts: list[str]
    of: list[int]
    regions: list[str]
    sectors: list[str]
    final: Mapping[int, tuple[int, int]]
    discrepancy: int | None
    demand: list[str]
    codes: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class File:
    """Its edition (a classification), its layout, the rows of industries with all columns, and the rows below by label,
    NaN where a cell is empty."""

    edition: str
    layout: Layout
    industries: Grid
    tail: Mapping[str, Array]
    output: str

    @property
    def inputs(self) -> list[str]:
        """The rows of taxes and value added."""
        return [label for label in self.tail if label not in OUTPUT]


def opened(entry: Entry) -> File:
    """The file.

    Raises InputError where it holds no final demand or has broken off, LabelError naming the line or column of a label
    that is not due, MissingError for an empty cell.
    """
    stop, tail = _tail(entry)
    first = _First(**{one.name: getattr(entry, one.name) for one in dataclasses.fields(entry)}, stop=stop)
    held = grid.read(first, 1, header=1)
    layout, edition = _layout(held, entry)
    below = {label: _row(label, cells, held, layout) for label, cells in tail.items()}
    outputs = [label for label in below if label in OUTPUT]
    if not outputs:
        hint = "the last row is OUT or OUTPUT; the file has broken off"
        raise InputError(f"has no row of output after {list(tail or held.rows)[-1]}", where=held.where, hint=hint)
    return File(edition, layout, held, below, outputs[-1])


def joined(file: File) -> tuple[Array, Array]:
    """Z (n, n) and Y (n, R*D) with the parts of countries added up."""
    layout, values = file.layout, file.industries.values
    R, S, D = len(layout.regions), len(layout.sectors), len(layout.demand)
    Z, Y = np.zeros((R, S, R, S)), np.zeros((R, S, R, D))
    for part, row in enumerate(layout.of):
        rows = values[part * S : (part + 1) * S]
        for other, column in enumerate(layout.of):
            Z[row, :, column] += rows[:, other * S : (other + 1) * S]
        for at, (region, category) in layout.final.items():
            Y[row, :, region, category] += rows[:, at]
        if layout.discrepancy is not None:
            Y[row, :, row, D - 1] += rows[:, layout.discrepancy]
    return Z.reshape(R * S, R * S), Y.reshape(R * S, R * D)


def below(file: File, wanted: Sequence[str]) -> Array:
    """Rows below the industries (k, n), the parts of countries added up."""
    layout = file.layout
    S = len(layout.sectors)
    sums = np.zeros((len(wanted), len(layout.regions), S))
    for part, region in enumerate(layout.of):
        for at, label in enumerate(wanted):
            sums[at, region] += file.tail[label][part * S : (part + 1) * S]
    return sums.reshape(len(wanted), -1)


def whole(part: str) -> str:
    """The country that CN1, MX2, ... are parts of; any other code is its own.

    >>> whole("CN1"), whole("CHN")
    ('CHN', 'CHN')
    """
    return PARTS.get(part[:2], part) if re.fullmatch(r"[A-Z]{2}\d", part) else part


# -- the layout -------------------------------------------------------------------------------------------------------


def _layout(held: Grid, entry: Entry) -> tuple[Layout, str]:
    tops = [str(label) for label in held.columns]
    pairs = [_pair(label) for label in tops]
    industries = next((at for at, pair in enumerate(pairs) if pair is None or pair[1] in DEMAND), len(tops))
    if industries == len(tops):
        hint = "final demand (HFCE, ...), value added and output are missing: this is no whole table"
        raise InputError("holds industries alone, as coefficients do", where=held.where, hint=hint)
    held.require_rows(tops[:industries])
    split = [pair or ("", "") for pair in pairs]
    edition = _edition(list(dict.fromkeys(code for _, code in split[:industries])), entry)
    parts, sectors = axes.product(dataclasses.replace(held, columns=list(split[:industries])), "industry")
    regions = list(dict.fromkeys(whole(part) for part in parts))
    final = {at: pair for at, pair in enumerate(pairs) if at >= industries and pair is not None}
    codes = _codes(list(final.values()), regions, f"{held.where}, header")
    demand = list(dict.fromkeys(codes.values()))
    discrepancy = tops.index("DISC") if "DISC" in tops else None
    layout = Layout(
        industries,
        parts,
        [regions.index(whole(part)) for part in parts],
        regions,
        sectors,
        {at: (regions.index(region), demand.index(codes[code])) for at, (region, code) in final.items()},
        discrepancy,
        demand if discrepancy is None else [*demand, DISCREPANCY],
        codes,
    )
    return layout, edition


def _edition(sectors: list[str], entry: Entry) -> str:
    """The classification that holds all the sectors; of several the one that the file's name says, or the newest."""
    fits = [name for name in EDITIONS if set(sectors) <= set(read_classification(name).labels)]
    if not fits:
        shared = {name: len(set(sectors) & set(read_classification(name).labels)) for name in EDITIONS}
        closest = max(EDITIONS, key=lambda name: shared[name])
        unknown = next(sector for sector in sectors if sector not in read_classification(closest).labels)
        looks = f"this looks like {read_classification(closest).title['en']}"
        hint = f"{looks}; {nearest(unknown, read_classification(closest).labels)}"
        raise LabelError(f"industry {unknown} is not known", where=f"{entry.where} line 1", hint=hint)
    match = NAMED.fullmatch(entry.base)
    said = {"2015": "2016", "2022": "2023"}.get(match[1], match[1]) if match and match[1] else None
    if said is None or f"oecd-{said}" not in EDITIONS:
        return fits[-1]
    if f"oecd-{said}" not in fits:
        what = f"is named as the edition of {match[1] if match else said}, but its industries are not"
        hint = f"this looks like {read_classification(fits[-1]).title['en']}: rename the file"
        raise InputError(what, where=entry.where, hint=hint)
    return f"oecd-{said}"


def _pair(label: str) -> tuple[str, str] | None:
    """Region and industry or demand code of a label; None for a label of neither, such as TOTAL."""
    first, joint, second = label.partition("_")
    if not joint:
        return None
    return (second, first) if first in DEMAND else (first, second)


def _codes(final: Sequence[tuple[str, str]], regions: list[str], where: str) -> dict[str, str]:
    """The demand codes with their categories.

    Raises LabelError for a code that is not known, and for a region that lacks one.
    """
    for region, code in final:
        if code not in DEMAND or region not in regions:
            hint = nearest(code, DEMAND) if region in regions else nearest(region, regions)
            raise LabelError(f"final demand {region}_{code} is not known", where=where, hint=hint)
    labels.check_unique(final, what="column", where=where)
    codes = {code: DEMAND[code] for _, code in final}
    given = set(final)
    for region in regions:
        for code in codes:
            if (region, code) not in given:
                hint = "every region has every category; the file has broken off, or a column was renamed"
                raise LabelError(f"final demand {code} of {region} is missing", where=where, hint=hint)
    return codes


# -- the rows below ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _First(Entry):
    """The first bytes of an entry, as if the file ended there."""

    stop: int = 0

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        with super().open() as stream:
            yield io.BufferedReader(_Limited(stream, self.stop))  # type: ignore[type-var]


class _Limited(io.RawIOBase):
    def __init__(self, stream: IO[bytes], left: int) -> None:
        self._stream, self._left = stream, left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        more = self._stream.read(min(len(buffer), self._left))
        buffer[: len(more)] = more
        self._left -= len(more)
        return len(more)


def _tail(entry: Entry) -> tuple[int, dict[str, list[str]]]:
    """Where the rows below the industries begin, in bytes, and their cells by label with the line before them."""
    stop = 0
    lines: list[str] = []
    with entry.open() as stream:
        for line in stream:
            if lines or _TAIL.match(line):
                lines.append(line.decode("utf-8", "replace"))
            else:
                stop += len(line)
    tail: dict[str, list[str]] = {}
    for cells in csv.reader(lines):
        if any(cells):
            if not cells[0].strip():
                raise LabelError("a row below the industries has no label", where=entry.where, hint="fill it in")
            if cells[0] in tail:
                raise LabelError(f"row {cells[0]} occurs twice", where=entry.where, hint="give every row once")
            tail[cells[0]] = cells[1:]
    return stop, tail


def _row(label: str, cells: list[str], held: Grid, layout: Layout) -> Array:
    """The numbers of a row below; raises MissingError for an industry without one."""
    where = f"{held.where}, row {label}"
    if len(cells) != len(held.columns):
        what = f"has {len(cells)} numbers, the header {len(held.columns)}"
        raise InputError(what, where=where, hint="the file may have broken off")
    values = np.full(len(cells), np.nan)
    for at, cell in enumerate(cells):
        try:
            values[at] = float(cell) if cell.strip() else np.nan
        except ValueError:
            hint = "write it like 1234.5, without unit or remark"
            raise InputError(f"column {held.columns[at]} holds {cell!r}", where=where, hint=hint) from None
    empty = np.flatnonzero(np.isnan(values[: layout.industries]))
    if empty.size:
        hint = "a missing number is not zero: write 0 where there is none"
        raise MissingError(f"column {held.columns[empty[0]]} is empty", where=where, hint=hint)
    return values
