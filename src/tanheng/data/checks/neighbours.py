"""A year against its neighbours: years that are missing, and numbers or labels that jump."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from tanheng import units
from tanheng.data.checks.common import Array, by_country, by_stressor, ratios
from tanheng.data.findings import graded, worst_first
from tanheng.errors import UnitError
from tanheng.systems.finding import Finding, found, listed
from tanheng.systems.table import Table

# A factor from one year to the next. Large economies grew by up to 40 % a year in current USD (Russia 2000-2008, China
# 2008), and lost half only where the currency did, which their GDP shows and excuses.
JUMP, YEARLY = 2.0, 1.4
SEEN = 1e-3  # of the world: below it a region's series may be lumpy in truth


def gaps(years: Sequence[int]) -> tuple[Finding, ...]:
    """One finding, or none, for the years that are missing within the span of ``years``, of a series that is yearly.

    A series whose closest years are further apart (GTAP: 2004, 2007, 2011) is not yearly and lacks nothing.

    >>> [one.what for one in gaps([1995, 1996, 1999])]
    ['years are missing between 1995 and 1999: 1997, 1998']
    """
    held = sorted(set(years))
    missing = [year for year in range(held[0], held[-1]) if year not in held] if held else []
    if not missing or min(b - a for a, b in pairwise(held)) > 1:
        return ()
    size = len(missing) / (held[-1] - held[0] + 1)
    names = listed([str(year) for year in missing])
    return (found("missing-years", "warning", "year", size, first=held[0], last=held[-1], names=names),)


def jumps(before: Table, after: Table) -> tuple[Finding, ...]:
    """What changes more from one table to a later one than a year or the years between them explain, worst first.

    Output, final demand and every stressor, first as a whole, and where that is steady by region: beyond the factor
    max(JUMP, YEARLY**years) either way, for regions with more than SEEN of the whole in either year. Money that moves
    as the country's GDP does (World Bank, current USD) is explained. Labels that appear or disappear are named.
    Regions and stressors are compared by label, in the unit of ``after``; what has another kind of unit is named and
    not compared. The order of the two does not matter: the earlier year is ``before``.
    """
    if before.year > after.year:
        before, after = after, before
    return worst_first([*_labels(before, after), *_money(before, after), *_stressors(before, after)])


def _labels(before: Table, after: Table) -> Iterator[Finding]:
    axes = {
        "region": (before.regions, after.regions),
        "sector": (before.sectors, after.sectors),
        "demand category": (before.demand, after.demand),
        "stressor": (before.stressors, after.stressors),
    }
    for axis, (old, new) in axes.items():
        gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
        if gone or come:
            size = (len(gone) + len(come)) / (len(old) + len(new))
            told = {"gone": listed(gone) or "-", "come": listed(come) or "-"}
            yield found("labels-changed", "warning", axis, size, **_span(before, after), **told)


def _money(before: Table, after: Table) -> Iterator[Finding]:
    scale = _scale(before.about.currency, after.about.currency)
    if scale is None:
        values = {"old": before.about.currency, "new": after.about.currency}
        yield found("unit-changed", "warning", "Z, Y", 1.0, **_span(before, after), **values)
        return
    grown = _grown(before, after)
    output = (before.x.values.sum(axis=1) * scale, after.x.values.sum(axis=1))
    yield from _compared("Z and Y, output", *output, before, after, grown)
    demand = (before.final_demand.values.sum(axis=(0, 1)) * scale, after.final_demand.values.sum(axis=(0, 1)))
    yield from _compared("Y", *demand, before, after, grown)


def _stressors(before: Table, after: Table) -> Iterator[Finding]:
    old, new = _by_region(before), _by_region(after)
    place = {name: k for k, name in enumerate(before.stressors)}
    for k, name in enumerate(after.stressors):
        if name not in place:
            continue
        given, where = before.about.units[name], f"stressor {name}"
        scale = _scale(given, after.about.units[name])
        if scale is None:
            values = {"old": given, "new": after.about.units[name]}
            yield found("unit-changed", "warning", where, 1.0, **_span(before, after), **values)
        else:
            yield from _compared(where, old[place[name]] * scale, new[k], before, after, {})


def _by_region(table: Table) -> Array:
    """F and F_Y by stressor and region (K, R)."""
    shape = (len(table.stressors), len(table.regions), -1)
    parts = [
        by_stressor(array, table).reshape(shape).sum(axis=2) for array in (table.F, table.F_Y) if array is not None
    ]
    return np.asarray(np.sum(parts, axis=0)) if table.stressors else np.zeros(shape[:2])


def _scale(old: str, new: str) -> float | None:
    try:
        return units.factor(old, new)
    except UnitError:
        return None


def _grown(before: Table, after: Table) -> dict[str, float]:
    """GDP of the later year over that of the earlier, by country that has both."""
    old, new = (by_country("gdp_current", table.year, 0)[1] for table in (before, after))
    return {name: new[name] / old[name] for name in old if name in new}


def _compared(
    where: str, old: Array, new: Array, before: Table, after: Table, explained: Mapping[str, float]
) -> Iterator[Finding]:
    """A finding where the whole jumps, else one that names the regions that do. ``old``, ``new`` by region (R,)."""
    limit, span = max(JUMP, YEARLY ** (after.year - before.year)), _span(before, after)
    whole = (float(old.sum()), float(new.sum()))
    if min(whole) <= 0:
        if any(whole):
            yield found("jump-sign", "warning", where, 1.0, **span, old=whole[0], new=whole[1])
        return
    times = whole[1] / whole[0]
    if _beyond(times, limit):
        yield found("jump-whole", "warning", where, max(times, 1 / times), **span, times=times)
        return
    earlier = dict(zip(before.regions, (old / whole[0]).tolist(), strict=True))
    later = dict(zip(after.regions, (new / whole[1]).tolist(), strict=True))
    shared = {one: (earlier[one], later[one]) for one in later if one in earlier}
    seen = {one: _ratio(*shares) * times for one, shares in shared.items() if max(map(abs, shares)) > SEEN}
    moved = {one: r for one, r in seen.items() if _beyond(r, limit) and _beyond(r / explained.get(one, 1.0), limit)}
    if moved:
        size = sum(abs(later[one] * times - earlier[one]) for one in moved)
        named = ratios((name, moved[name]) for name in sorted(moved, key=lambda one: -_distance(moved[one])))
        yield found("jump", graded(size), where, size, **span, count=len(moved), names=named)


def _ratio(old: float, new: float) -> float:
    """``new`` over ``old``; infinite or zero where one of them is not positive."""
    return new / old if old > 0 and new > 0 else math.inf if new > old else 0.0


def _distance(ratio: float) -> float:
    return abs(math.log(ratio)) if 0 < ratio < math.inf else math.inf


def _beyond(ratio: float, limit: float) -> bool:
    return not 1 / limit <= ratio <= limit


def _span(before: Table, after: Table) -> dict[str, int]:
    return {"first": before.year, "last": after.year}
