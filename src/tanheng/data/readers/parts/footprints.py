"""Eurostat's greenhouse gas footprint files, for the emissions by industry that are in them.

``GHGFootprint_23ed_2021.csv``, ``CO2Footprint_2019_20220404.csv``, ``greenhouse-gas-footprints_2024-edition_2022-data
.csv``: a line for the area and industry that emit (``ref_area``, ``industry``), the area and final use that they emit
for (``counterpart_area``, ``sto``), and kilotonnes (``obs_value``). Summed over who consumes, they are the emissions
that went into Eurostat's model, as its metadata (env_ac_ghgfp) say; industry HH is what households emit themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tanheng import labels
from tanheng.data.archive import Archive, Entry
from tanheng.data.readers.parts import flat, shared
from tanheng.data.readers.parts.shared import Array
from tanheng.systems.finding import Finding, found

_NAME = re.compile(
    r"(?:(GHG|CO2|CH4|N2O|HFC|PFC|NF3_SF6)Footprint_(?:\d\ded_)?(\d{4})(?:_\d+)?"
    r"|greenhouse-gas-footprints_\d{4}-edition_(\d{4})-data)\.csv",
    re.IGNORECASE,
)
_HOUSEHOLDS, _CONSUMPTION = "HH", "P3_S14"  # industry of these files, final use of the tables
_UNITS = {"CO2": "kt"}  # every other gas is in CO2 equivalents


@dataclass(frozen=True)
class Emissions:
    """F (K, R*S), F_Y (K, R*D), the units by stressor, and what was found."""

    F: Array
    F_Y: Array
    units: dict[str, str]
    findings: tuple[Finding, ...]


def read(
    place: Archive, year: int, regions: Sequence[str], industries: Sequence[str], demand: Sequence[str]
) -> Emissions | None:
    """Emissions of ``year`` by industry and of households, in kt, or None where there are no such files.

    Raises LabelError for two files of one gas and for labels that the table lacks, or that a file lacks altogether.
    """
    there = shared.matching(place, _NAME, "*ootprint*.zip")
    files = [((m[1] or "GHG").upper(), entry) for m, entry in there if year == int(m[2] or m[3])]
    if not files:
        return None
    labels.check_unique([gas for gas, _ in files], what=f"file of {year} for", where=str(place.path))
    F = np.zeros((len(files), len(regions), len(industries)))
    F_Y = np.zeros((len(files), len(regions), len(demand)))
    category = labels.positions([_CONSUMPTION], demand, what="final use", where=f"FIGARO {year}")[0]
    notes = []
    for at, (_, entry) in enumerate(files):
        amounts, absent = _amounts(entry, regions, [*industries, _HOUSEHOLDS])
        F[at], F_Y[at, :, category] = amounts[:, :-1], amounts[:, -1]
        if absent:
            names = shared.listed("_".join(pair) for pair in absent)
            notes.append(found("no-lines", "note", entry.base, count=len(absent), names=names))
    units = {gas: _UNITS.get(gas, "kt CO2e") for gas, _ in files}
    return Emissions(F.reshape(len(files), -1), F_Y.reshape(len(files), -1), units, tuple(notes))


def arrays(emissions: Emissions | None, regions: Sequence[str], industries: Sequence[str]) -> dict[str, Any]:
    """F, F_Y and stressors as ``Table.from_arrays`` takes them; no stressor without emissions."""
    if emissions is None:
        return {"F": np.empty((0, len(regions) * len(industries))), "F_Y": None, "stressors": []}
    return {"F": emissions.F, "F_Y": emissions.F_Y, "stressors": list(emissions.units)}


def _amounts(entry: Entry, regions: Sequence[str], industries: Sequence[str]) -> tuple[Array, list[tuple[str, str]]]:
    """Emissions (regions, industries) in kt, and the pairs without a line, which are zero."""
    sums = flat.sums(entry, ("ref_area", "industry"), "obs_value")
    sides = (("area", regions, {area for area, _ in sums}), ("industry", industries, {code for _, code in sums}))
    for what, due, have in sides:
        labels.positions(sorted(have), due, what=what, where=entry.where)
        labels.positions(due, sorted(have), what=what, where=entry.where)
    pairs = [(region, industry) for region in regions for industry in industries]
    amounts = np.array([sums.get(pair, 0.0) for pair in pairs])
    return amounts.reshape(len(regions), len(industries)), [pair for pair in pairs if pair not in sums]
