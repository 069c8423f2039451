"""Greenhouse gases of industries as the OECD gives them beside its inter-country tables (GHG footprints, DF_MAIN.csv).

SDMX-CSV: a line an observation with TIME_PERIOD, MEASURE, REF_AREA, ACTIVITY, UNIT_MEASURE, UNIT_MULT and OBS_VALUE
among its columns. PROD_GHG in T_CO2E are the emissions of production; the rest of the world is WXD.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from tanheng.data.archive import Archive, Entry
from tanheng.data.readers.parts import shared
from tanheng.data.readers.parts.companions import Account
from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.finding import Finding, found

NEEDED = ("TIME_PERIOD", "MEASURE", "REF_AREA", "ACTIVITY", "UNIT_MEASURE", "UNIT_MULT", "OBS_VALUE")
MEASURE, UNIT = "PROD_GHG", "T_CO2E"
# Industries of the table that go by another code there (edition of 2025).
CODES = {"C24A": "C241_2431", "C24B": "C242_2432", "C302T309": "C30X301"}
AREAS = {"WXD": "ROW"}
_FILE = re.compile(r"DF_MAIN.*\.csv", re.IGNORECASE)


def beside(
    place: Archive, year: int, regions: Sequence[str], sectors: Sequence[str]
) -> tuple[list[Account], list[Finding]]:
    """Greenhouse gases of ``year`` in Mt CO2e by region and sector, NaN where there is none; nothing without a file."""
    files = shared.matching(place, _FILE, "*MAIN*.zip")
    if not files:
        return [], []
    if len(files) > 1:
        what = f"{len(files)} files of greenhouse gases: {', '.join(entry.base for _, entry in files)}"
        raise InputError(what, where=str(place.path), hint="leave just one of them there")
    entry = files[0][1]
    place_of = {region: at for at, region in enumerate(regions)}
    sector_of = {CODES.get(sector, sector): at for at, sector in enumerate(sectors)}
    values = np.full((len(regions), len(sectors)), np.nan)
    others: dict[str, None] = {}
    seen: set[tuple[str, str]] = set()
    for area, activity, amount in _observations(entry, year):
        if (area, activity) in seen:
            hint = "another dimension of the file may vary: leave one observation for each area and activity"
            raise LabelError(f"{MEASURE} of {area} {activity} in {year} occurs twice", where=entry.where, hint=hint)
        seen.add((area, activity))
        row, column = place_of.get(AREAS.get(area, area)), sector_of.get(activity)
        if column is None:
            others[activity] = None
        elif row is not None:
            values[row, column] = amount
    if not seen:
        return [], [found("absent-year", "warning", "F", names="DF_MAIN", year=year)]
    said = [found("other-activities", "note", "F", file=entry.base, names=shared.listed(others, 60))] if others else []
    return [Account("GHG", "Mt CO2e", values)], said


def _observations(entry: Entry, year: int) -> list[tuple[str, str, float]]:
    """Area, activity and Mt CO2e of a year's emissions of production.

    Raises LabelError for a column that is missing, InputError for a number that is none or an unknown multiplier.
    """
    found_: list[tuple[str, str, float]] = []
    with entry.open() as stream:
        lines = csv.reader(_decoded(entry, stream))
        head = next(lines, [])
        for name in NEEDED:
            if name not in head:
                raise LabelError(f"has no column {name}", where=f"{entry.where} line 1", hint=nearest(name, head))
        time, measure, area, activity, unit, power, value = (head.index(name) for name in NEEDED)
        wanted = (str(year), MEASURE, UNIT)
        for at, line in enumerate(lines, start=2):
            if len(line) == len(head) and (line[time], line[measure], line[unit]) == wanted and line[value]:
                found_.append((line[area], line[activity], _megatonnes(line[value], line[power], entry, at)))
    return found_


def _decoded(entry: Entry, stream: IO[bytes]) -> Iterator[str]:
    """The lines as text; raises InputError naming the line that is not UTF-8."""
    for at, line in enumerate(stream, start=1):
        try:
            yield line.decode("utf-8-sig" if at == 1 else "utf-8")
        except UnicodeDecodeError:
            where = f"{entry.where} line {at}"
            raise InputError("is not text in UTF-8", where=where, hint="save the file as UTF-8") from None


def _megatonnes(value: str, power: str, entry: Entry, at: int) -> float:
    """``value`` tonnes times ten to the ``power``, in Mt."""
    try:
        return float(value) * 10.0 ** (int(power) - 6)
    except (ValueError, OverflowError):
        what = f"the value {value!r} with multiplier {power!r} is no number"
        raise InputError(
            what, where=f"{entry.where} line {at}", hint="OBS_VALUE is a number, UNIT_MULT a power"
        ) from None
