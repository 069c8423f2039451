"""What both releases of WIOD share: the sheet of a world input-output table, and the socio-economic accounts.

Sheet (both releases): four header rows from the third on (code, name, region, number), four index columns (the same),
industries, then five final demand categories a region, then total output; below the industries total intermediate
consumption, the primary inputs, and output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import axes, sheets
from tanheng.data.archive import Entry
from tanheng.data.findings import output_differs, with_findings
from tanheng.data.grid import Grid
from tanheng.data.readers.parts.companions import Account, Extension, settled
from tanheng.data.sheets import Sheet
from tanheng.errors import InputError, LabelError, nearest
from tanheng.labels.names import read_classification
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

HOUSEHOLDS = "households"
DEMAND = (HOUSEHOLDS, "non-profit", "government", "capital formation", "inventories")
ROW, COLUMN = 6, 4  # of the first number
NAME, REGION = 3, 4  # header rows
SIDE_NAME, SIDE_REGION = 1, 2  # index columns
# Physical variables of the socio-economic accounts (their sheet of notes): persons in thousands, hours in millions.
PHYSICAL = {"EMP": "1000 p", "EMPE": "1000 p", "H_EMP": "M.hr", "H_EMPE": "M.hr"}

CITATION = (
    "Timmer, M. P., Dietzenbacher, E., Los, B., Stehrer, R. and de Vries, G. J. (2015), An illustrated user guide to "
    "the World Input-Output Database: the case of global automotive production, Review of International Economics 23, "
    "575-605"
)


@dataclass(frozen=True)
class Release:
    """What sets a release apart: its reader and title, where its sector codes stand, and the codes it uses."""

    reader: str
    title: str
    classification: str
    regions: int
    heads: int  # header row of the codes
    side: int  # index column of the codes
    total: str  # code of the row of total intermediate consumption
    output: str  # code of the last row
    demand: tuple[str, ...]  # codes of the final demand categories, in the order of DEMAND

    @property
    def sectors(self) -> tuple[str, ...]:
        """The codes of its industries."""
        return read_classification(self.classification).labels


R2013 = Release("wiod2013", "2013 release", "wiod-35", 41, 5, 3, "r60", "r69", ("c37", "c38", "c39", "c41", "c42"))
R2016 = Release(
    "wiod2016", "2016 release", "wiod-2016", 44, 2, 0, "II_fob", "GO", ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")
)


@dataclass(frozen=True, eq=False)
class Parts:
    """A table as its file holds it: axes, Z (n, n), Y (n, R*5), V (I, n), output (n,), and what lies outside V."""

    where: str
    regions: list[str]
    sectors: list[str]
    Z: Array
    Y: Array
    V: Array
    inputs: list[str]
    output: Array
    on_demand: float  # primary inputs of final demand, absolute sum

    def place(self, code: str) -> int | None:
        """Where a region of another file stands; None if it is not in the table."""
        known = labels.iso3(code)
        return self.regions.index(known) if known in self.regions else None


def table(parts: Parts, release: Release, about: About, more: Extension, notes: Sequence[Finding]) -> Table:
    """The table with its extension, and what was done to it among its findings."""
    made = Table.from_arrays(
        parts.Z,
        parts.Y,
        more.F,
        regions=parts.regions,
        sectors=parts.sectors,
        demand=DEMAND,
        stressors=list(more.units),
        F_Y=more.F_Y,
        V=parts.V,
        inputs=parts.inputs,
        about=about,
    )
    notes = (*more.findings, *notes)
    if parts.on_demand:
        size = parts.on_demand / float(np.abs(parts.output).sum() or 1.0)
        values = {"total": parts.on_demand, "unit": about.currency}
        notes = (found("inputs-of-demand", "note", "V", size, **values), *notes)
    differs = output_differs(made, parts.output, "Z, Y")
    return with_findings(made, *differs, *partial_of(parts, release), *notes)


def partial_of(parts: Parts, release: Release) -> tuple[Finding, ...]:
    """A finding where regions or industries of the release are not there."""
    held = ((len(parts.regions), release.regions, "regions"), (len(parts.sectors), len(release.sectors), "sectors"))
    return tuple(
        found(f"partial-{what}", "warning", what, (due - have) / due, held=have, due=due)
        for have, due, what in held
        if have != due
    )


# -- the sheet --------------------------------------------------------------------------------------------------------


def parts_of(sheet: Sheet, release: Release) -> Parts:
    """The parts of a table's sheet. Raises InputError for the other release, for a sheet that has broken off and for a
    cell that is no number, LabelError for a label that is not due."""
    _require_release(sheet, release)
    total, output = (_marked(sheet, release, mark) for mark in (release.total, release.output))
    demand, last = _ends(sheet, release)
    industries = range(ROW, total)
    for column in range(COLUMN, demand):
        require_known([sheet.text(release.heads, column)], release, sheet.at(release.heads, column))
    Z = _grid(sheet, release, industries, range(COLUMN, demand))
    regions, sectors = axes.product(Z, "sector")
    Z.require_rows(Z.columns)
    Y = _grid(sheet, release, industries, range(demand, last))
    consumers, categories = axes.product(Y, "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{sheet.where}, header of final demand")
    labels.require_same(categories, release.demand, what="demand category", where=f"{sheet.where}, header")
    inputs = range(total + 1, output)
    for row in inputs:
        if not sheet.text(row, SIDE_NAME):
            raise LabelError("the row has no label", where=sheet.at(row, SIDE_NAME), hint="fill it in")
    return Parts(
        sheet.where,
        [labels.iso3(region) for region in regions],
        sectors,
        Z.values,
        Y.values,
        _numbers(sheet, inputs, range(COLUMN, demand)),
        [sheet.text(row, SIDE_NAME) for row in inputs],
        _numbers(sheet, industries, range(last, last + 1)).ravel(),
        sum(_given(sheet, row, column) for row in inputs for column in range(demand, last)),
    )


def renamed(codes: Sequence[str]) -> tuple[Finding, ...]:
    """A note of the regions whose codes were replaced by ISO's."""
    changed = labels.renamed(codes)
    names = ", ".join(f"{old} to {new}" for old, new in changed.items())
    return (found("renamed", "note", "regions", count=len(changed), names=names),) if changed else ()


def regions_of(sheet: Sheet) -> list[str]:
    """The regions as the sheet's header has them."""
    heads = [sheet.text(REGION, column) for column in range(COLUMN, len(sheet.rows[REGION]))]
    return list(dict.fromkeys(head for head in heads if head not in ("", "TOT")))


def _require_release(sheet: Sheet, release: Release) -> None:
    if _fits(sheet, release):
        return
    for other in (R2013, R2016):
        if _fits(sheet, other):
            what = f"is a table of the {other.title}, not of the {release.title}"
            raise InputError(what, where=sheet.where, hint=f"read it with 'tanheng read {other.reader}'")
    for row, column in ((release.heads, COLUMN), (ROW, release.side)):
        label = sheet.text(row, column)
        if label not in release.sectors:
            what = f"the cell holds {label!r} where a sector code such as {release.sectors[0]} is due"
            hint = f"a table of the {release.title} has codes in row {release.heads + 1}, numbers from E7 on"
            raise LabelError(what, where=sheet.at(row, column), hint=hint)


def _fits(sheet: Sheet, release: Release) -> bool:
    corner = sheet.text(release.heads, COLUMN), sheet.text(ROW, release.side)
    return all(label in release.sectors for label in corner)


def _marked(sheet: Sheet, release: Release, mark: str) -> int:
    for row in range(ROW, len(sheet.rows)):
        if sheet.text(row, release.side) == mark:
            return row
    hint = f"the last row is {release.output} (output); the file has broken off, or is of another edition"
    raise InputError(f"has no row {mark} in its {len(sheet.rows)} rows", where=sheet.where, hint=hint)


def _ends(sheet: Sheet, release: Release) -> tuple[int, int]:
    """The first column of final demand, and that of total output after it."""
    width = len(sheet.rows[REGION])
    columns = range(COLUMN, width)
    demand = next((c for c in columns if sheet.text(release.heads, c) in release.demand), None)
    if demand is None:
        hint = f"it has columns {', '.join(release.demand)} for every region; the file may have broken off"
        raise LabelError("has no column of final demand", where=sheet.where, hint=hint)
    last = next((c for c in range(demand, width) if sheet.text(REGION, c) in ("", "TOT")), None)
    if last is None:
        raise InputError("has no column of total output", where=sheet.where, hint="the file has broken off")
    return demand, last


def require_known(sectors: Sequence[str], release: Release, where: str) -> None:
    """Raise LabelError for a sector that is none of the release."""
    for sector in sectors:
        if sector not in release.sectors:
            raise LabelError(f"sector {sector} is not known", where=where, hint=nearest(sector, release.sectors))


def _grid(sheet: Sheet, release: Release, rows: range, columns: range) -> Grid:
    tops = [(sheet.text(REGION, column), sheet.text(release.heads, column)) for column in columns]
    sides = [(sheet.text(row, SIDE_REGION), sheet.text(row, release.side)) for row in rows]
    return Grid(sheet.where, rows.start + 1, columns.start, list(tops), list(sides), _numbers(sheet, rows, columns))


def _numbers(sheet: Sheet, rows: range, columns: range) -> Array:
    """Numbers (rows, columns) of a block; what is no number raises as ``Sheet.number``, naming the cell."""
    values = np.empty((len(rows), len(columns)))
    for at, row in enumerate(rows):
        found_ = sheet.rows[row][columns.start : columns.stop]
        plain = [cell for cell in found_ if type(cell) is float]
        if len(plain) < len(columns) or not np.isfinite(plain).all():  # cell by cell: the flaw is named
            plain = [sheet.number(row, column) for column in columns]
        values[at] = plain
    return values


def _given(sheet: Sheet, row: int, column: int) -> float:
    return abs(sheet.number(row, column)) if sheet.text(row, column) else 0.0


# -- accounts as sheets -----------------------------------------------------------------------------------------------


def cells(sheet: Sheet, rows: Sequence[int], columns: Sequence[int]) -> Array:
    """Numbers (rows, columns), NaN where a cell is empty; text raises, naming the cell."""
    read = partial(_or_nan, sheet)
    return np.array([[read(row, column) for column in columns] for row in rows]).reshape(len(rows), len(columns))


def _or_nan(sheet: Sheet, row: int, column: int) -> float:
    return sheet.number(row, column) if sheet.text(row, column) else np.nan


def socio_economic(
    entry: Entry, year: int, parts: Parts, codes: Mapping[str, int]
) -> tuple[list[Account], list[Finding]]:
    """The physical variables of the socio-economic accounts, and a note of the others. ``codes`` are the positions of
    the sectors by their code there.

    Raises LabelError for a missing column.
    """
    sheet = sheets.read(entry, "DATA")
    country, variable, code = (_head(sheet, name) for name in ("country", "variable", "code"))
    if str(year) not in _heads(sheet):
        return [], [found("absent-year", "warning", "F", names="SEA", year=year)]
    number = _head(sheet, str(year))
    values: dict[str, Array] = {}
    totals: dict[str, Array] = {}
    others: dict[str, None] = {}
    for row in range(1, len(sheet.rows)):
        name, at, sector = sheet.text(row, variable), parts.place(sheet.text(row, country)), sheet.text(row, code)
        if name not in PHYSICAL:
            others[name] = None
            continue
        values.setdefault(name, np.full((len(parts.regions), len(parts.sectors)), np.nan))
        totals.setdefault(name, np.full(len(parts.regions), np.nan))
        if at is not None and sector == "TOT":
            totals[name][at] = _or_nan(sheet, row, number)
        elif at is not None and sector in codes:
            values[name][at, codes[sector]] = _or_nan(sheet, row, number)
    accounts = [Account(name, PHYSICAL[name], settled(values[name].T, totals[name]).T) for name in values]
    names = ", ".join(name for name in others if name)
    return accounts, [found("not-physical", "note", "F", file=entry.base, names=names)] if names else []


def _heads(sheet: Sheet) -> list[str]:
    return [sheet.text(0, column).strip("_").casefold() for column in range(len(sheet.rows[0]))]


def _head(sheet: Sheet, name: str) -> int:
    heads = _heads(sheet)
    if name not in heads:
        raise LabelError(f"has no column {name}", where=f"{sheet.where} row 1", hint=nearest(name, heads))
    return heads.index(name)
