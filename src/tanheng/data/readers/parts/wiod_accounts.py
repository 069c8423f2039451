"""The environmental accounts of WIOD (May 2012): a workbook a country, a sheet a year.

A sheet has a header row of stressors or energy carriers and a line a sector code (secAtB, ..., secQ), then, where there
are, secTOT (their sum), FC_HH (households) and total. A cell is empty where nothing is emitted: that is believed where
the sheet's own totals agree. Source: Genty, Arto and Neuwahl 2012, and the sheets of notes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tanheng.data import sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.readers.parts import shared, wiod
from tanheng.data.readers.parts.companions import WITHIN, Account, settled
from tanheng.data.readers.parts.wiod import R2013, Parts
from tanheng.data.sheets import Sheet
from tanheng.errors import InputError, LabelError, nearest
from tanheng.labels.names import read_classification
from tanheng.systems.finding import Finding, found

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """A kind of file: the unit of each stressor ("" is any other), and what the total of its carriers is called.

    Where the publisher's unit is ``given``, numbers are multiplied by ``scale``.
    """

    units: Mapping[str, str]
    total: str = ""
    given: str = ""
    scale: float = 1.0

    def unit(self, stressor: str) -> str:
        """The unit of a stressor."""
        return self.units.get(stressor, self.units[""])


KINDS: Mapping[str, Kind] = {
    "CO2": Kind({"": "kt"}, total="CO2"),
    "AIR": Kind({"": "t", "CO2": "kt"}),
    "EU": Kind({"": "TJ"}, total="gross energy use"),
    "EM": Kind({"": "TJ"}, total="emission-relevant energy use"),
    "LAN": Kind({"": "ha"}, given="1000 ha", scale=1e3),
    "MAT": Kind({"": "kt"}, given="1000 tonnes"),
    "WAT": Kind({"": "m3"}, given="1000 m3", scale=1e3),
}


@dataclass(frozen=True, eq=False)
class Lines:
    """A sheet's numbers (codes, heads), NaN where a cell is empty."""

    where: str
    codes: list[str]
    heads: list[str]
    values: Array

    def of(self, code: str) -> Array:
        """The line of a code (heads,), NaN where there is none."""
        return self.values[self.codes.index(code)] if code in self.codes else np.full(len(self.heads), np.nan)


@dataclass(frozen=True, eq=False)
class Country:
    """A country's account: values (K, S) and of households (K,), NaN where nothing is known; left out (K,), absolute.

    ``blanks`` counts the empty cells that totals show to be zero; ``gap`` is what carriers and their totals differ by.
    """

    stressors: list[str]
    values: Array
    direct: Array
    left: Array
    blanks: int
    gap: float


def beside(place: Archive, year: int, parts: Parts, *, apart: bool) -> tuple[list[Account], list[Finding]]:
    """All accounts that lie beside the tables, in folders or zip files; energy carriers ``apart`` or only their total.

    Raises InputError for a file that is no workbook, LabelError for a missing line or column, naming file and sheet.
    """
    accounts: list[Account] = []
    notes: list[Finding] = []
    for name in KINDS:
        files = _files(place, name, parts)
        held = {at: sheet for at, entry in files.items() if (sheet := _of_year(entry, year))}
        if files and not held:
            notes.append(found("absent-year", "warning", "F", names=name, year=year))
        elif held:
            more, said = _kind(name, held, parts, apart)
            notes += [*said, *_unlike(accounts, more)]
            known = {one.stressor for one in accounts}  # CO2 is in two files
            accounts += [one for one in more if one.stressor not in known]
    listed = read_classification(R2013.classification).sectors
    codes = {listed[sector]["nace"]: at for at, sector in enumerate(parts.sectors)}
    for entry in place.find("WIOD_SEA*.xls*"):
        more, said = wiod.socio_economic(entry, year, parts, codes)
        accounts += more
        notes += said
    return accounts, notes


def _files(place: Archive, name: str, parts: Parts) -> dict[int, Entry]:
    """The files of an account by the position of their region; those of other regions belong to a fuller table."""
    pattern = re.compile(rf"([A-Za-z]{{3}})_{name}_.*\.xlsx?", re.IGNORECASE)
    files: dict[int, Entry] = {}
    for match, entry in shared.matching(place, pattern, f"{name}_*.zip"):
        at = parts.place(match[1])
        if at is not None:
            files[at] = entry
    return files


def _of_year(entry: Entry, year: int) -> Sheet | None:
    return sheets.read(entry, str(year)) if str(year) in sheets.names(entry) else None


def _unlike(known: list[Account], more: list[Account]) -> list[Finding]:
    """A finding where a stressor that is known already has other numbers."""
    have = {one.stressor: one for one in known}
    notes = []
    for one in more:
        if one.stressor in have:
            gap = float(np.nansum(np.abs(one.values - have[one.stressor].values)))
            size = gap / float(np.nansum(np.abs(one.values)) or 1.0)
            if size > WITHIN:
                values = {"names": one.stressor, "gap": gap, "unit": one.unit}
                notes.append(found("accounts-differ", "warning", "F", size, **values))
    return notes


# -- one kind of file, over all regions -------------------------------------------------------------------------------


def _kind(name: str, held: Mapping[int, Sheet], parts: Parts, apart: bool) -> tuple[list[Account], list[Finding]]:
    kind = KINDS[name]
    countries = {at: _country(_lines(sheet), kind, parts.sectors, apart) for at, sheet in held.items()}
    stressors = list(dict.fromkeys(stressor for one in countries.values() for stressor in one.stressors))
    values = np.full((len(stressors), len(parts.regions), len(parts.sectors)), np.nan)
    direct = np.full((len(stressors), len(parts.regions)), np.nan)
    left = np.zeros(len(stressors))
    for at, one in countries.items():
        rows = [stressors.index(stressor) for stressor in one.stressors]
        values[rows, at], direct[rows, at] = one.values, one.direct
        left[rows] += one.left
    accounts = [Account(s, kind.unit(s), v, d) for s, v, d in zip(stressors, values, direct, strict=True)]
    notes = [found("converted", "note", "F", part=name, given=kind.given, held=kind.unit(""))] if kind.given else []
    blanks, gap = sum(one.blanks for one in countries.values()), sum(one.gap for one in countries.values())
    if blanks:
        notes.append(found("blank-zero", "note", "F", names=name, count=blanks))
    if gap:
        size = gap / float(np.nansum(np.abs(values)) or 1.0)
        notes.append(found("carriers-differ", "warning", "F", size, names=name, gap=gap, unit=kind.unit("")))
    return accounts, [*notes, *(_left(*pair) for pair in zip(accounts, left, strict=True) if pair[1])]


def _left(account: Account, amount: float) -> Finding:
    values = {"names": account.stressor, "total": float(amount), "unit": account.unit}
    return found("other-sectors", "note", "F", amount / float(np.nansum(np.abs(account.values)) or 1.0), **values)


# -- one country ------------------------------------------------------------------------------------------------------


def _lines(sheet: Sheet) -> Lines:
    """Raises InputError for a sheet without sector codes."""
    width = len(sheet.rows[0]) if sheet.rows else 0
    side = next((column for column in range(width) if sheet.text(1, column).startswith("sec")), None)
    if side is None:
        hint = "the second row begins with secAtB, or with a name and secAtB"
        raise InputError("has no column of sector codes", where=sheet.where, hint=hint)
    rows = [row for row in range(1, len(sheet.rows)) if sheet.text(row, side)]
    columns = [column for column in range(side + 1, width) if sheet.text(0, column)]
    heads = [sheet.text(0, column) for column in columns]
    return Lines(sheet.where, [sheet.text(row, side) for row in rows], heads, wiod.cells(sheet, rows, columns))


def _country(lines: Lines, kind: Kind, sectors: list[str], apart: bool) -> Country:
    if kind.total:
        lines, gap = _carriers(lines, kind.total, apart)
    else:
        plain = [at for at, head in enumerate(lines.heads) if head.casefold() != "total"]
        lines, gap = replace(lines, heads=[lines.heads[at] for at in plain], values=lines.values[:, plain]), 0.0
    every = [code for code in lines.codes if code.startswith("sec") and code != "secTOT"]
    given = lines.values[[lines.codes.index(code) for code in every]]
    households, grand = lines.of("FC_HH"), lines.of("total")
    total = lines.of("secTOT") if "secTOT" in lines.codes else grand - np.nan_to_num(households)
    body = settled(given, total)
    wanted = _positions(lines.where, every, sectors)
    others = [at for at in range(len(every)) if at not in wanted]
    no_direct = np.isnan(households) & np.isclose(grand, np.nansum(body, axis=0), rtol=WITHIN, atol=1e-9)
    return Country(
        lines.heads,
        kind.scale * body[wanted].T,
        kind.scale * np.where(no_direct, 0.0, households),
        kind.scale * np.nansum(np.abs(body[others]), axis=0),
        int((np.isnan(given) & ~np.isnan(body))[wanted].sum()),
        gap,
    )


def _positions(where: str, codes: list[str], sectors: list[str]) -> list[int]:
    listed = read_classification(R2013.classification).sectors
    wanted = [f"sec{listed[sector]['nace']}" for sector in sectors]
    for code in wanted:
        if code not in codes:
            raise LabelError(f"has no line {code}", where=where, hint=nearest(code, codes))
    return [codes.index(code) for code in wanted]


def _carriers(lines: Lines, name: str, apart: bool) -> tuple[Lines, float]:
    """Only the column TOTAL, or only the carriers; and what they and their totals differ by, absolute."""
    if "TOTAL" not in lines.heads:
        raise LabelError("has no column TOTAL", where=f"{lines.where} row 1", hint=nearest("TOTAL", lines.heads))
    at = lines.heads.index("TOTAL")
    total, each = lines.values[:, at], np.delete(lines.values, at, axis=1)
    gaps = np.abs(np.nansum(each, axis=1) - np.nan_to_num(total))
    gap = float(gaps[gaps > WITHIN * np.abs(np.nan_to_num(total)) + 1e-9].sum())
    if not apart:
        return replace(lines, heads=[name], values=total[:, None]), gap
    heads = [f"{name}, {head}" for head in lines.heads if head != "TOTAL"]
    return replace(lines, heads=heads, values=settled(each.T, total).T), gap
