"""Labels: two that are one, columns that hold a discrepancy, large countries that are nowhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np

from tanheng.data.checks.common import DISCREPANCY, REST_OF_WORLD, by_country, flat
from tanheng.data.findings import ROUNDING, graded
from tanheng.systems.finding import Finding, found, listed
from tanheng.systems.table import Table

WORLD = 40  # countries: a table of so many means the world; WIOD has 40 with a rest of the world
LARGEST = 20  # emitters of CO2: each has about 1 % of the world's and more
AWAY = 5  # years: the list of the largest changes at its end only


def alike(table: Table) -> Iterator[Finding]:
    """Labels of one axis that differ by nothing but blanks, width of characters or case ("Steel", "steel ").

    Labels are compared exactly (convention 2), so these are two, and most often are meant to be one. Case is told
    apart in stressors, where CO is carbon monoxide and Co is cobalt.
    """
    axes = {"region": table.regions, "sector": table.sectors, "demand category": table.demand}
    axes |= {"stressor": table.stressors, "input": () if table.V is None else tuple(table.V.indexes["input"])}
    for axis, names in axes.items():
        groups = _alike(names, fold=axis != "stressor")
        if groups:
            told = listed([" = ".join(map(repr, group)) for group in groups])
            size = sum(map(len, groups)) / len(names)
            yield found("labels-alike", "warning", axis, size, count=len(groups), names=told)


def _alike(names: Sequence[str], fold: bool) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        key = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip()
        groups.setdefault(key.casefold() if fold else key, []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def discrepancies(table: Table) -> Iterator[Finding]:
    """Demand categories, regions and sectors that hold a statistical discrepancy, by their names, with their size.

    Their emissions are shown and never dropped (pitfall 3). Nothing is said where the reader has said it.
    """
    if any(one.check == "discrepancy" for one in table.findings):
        return
    whole = float(table.x.values.sum())
    Y = np.abs(table.Y.values)
    flows = table.margins.gross_rows + table.margins.gross_columns + np.abs(flat(table.Y, table)).sum(axis=1)
    by_label = flows.reshape(table.x.shape)
    axes = (
        ("demand category", table.demand, Y.sum(axis=(0, 1, 2))),
        ("region", table.regions, by_label.sum(axis=1) + Y.sum(axis=(0, 1, 3))),
        ("sector", table.sectors, by_label.sum(axis=0)),
    )
    for axis, names, totals in axes:
        for name, total in zip(names, totals, strict=True):
            if DISCREPANCY.search(name) and total > ROUNDING * whole:
                size = float(total) / whole
                values = {"total": float(total), "unit": table.about.currency}
                yield found("discrepancy-part", graded(size), f"{axis} {name}", size, **values)


def missing_regions(table: Table) -> Iterator[Finding]:
    """A table of WORLD countries or more that lacks one of the LARGEST emitters and has no rest of the world.

    A region of an unknown code may be one. Source of the list: Global Carbon Budget, territorial CO2 of the year.
    """
    _, known = by_country("territorial_co2", table.year, AWAY)
    rest = [one for one in table.regions if one not in known and not DISCREPANCY.search(one)]
    if len(table.regions) < WORLD or not known or any(_may_be_rest(one) for one in rest):
        return
    missing = [one for one in sorted(known, key=lambda one: -known[one])[:LARGEST] if one not in table.regions]
    if missing:
        size = sum(known[one] for one in missing) / sum(known.values())
        yield found("missing-regions", "warning", "region", size, count=len(missing), names=listed(missing))


def _may_be_rest(region: str) -> bool:
    """Whether a region without reference numbers may stand for several: all but the code of a country."""
    from iso3166 import countries_by_alpha3

    return region.casefold() in REST_OF_WORLD or region not in countries_by_alpha3
