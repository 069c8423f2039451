"""What is wrong with a table, as data: each check yields findings, worst first, and changes nothing.

A finding's ``check`` is the key of its message in ``findings.toml``, where every message stands in each language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import units
from tanheng.data.findings import ROUNDING, found, graded, worst_first
from tanheng.errors import TableError, UnitError
from tanheng.kernels import leontief
from tanheng.systems.finding import SEVERITIES, Finding, Severity
from tanheng.systems.table import Table

__all__ = ["CHECKS", "SEVERITIES", "Finding", "check", "complete", "worst_first"]

# Gross output of the world, million million USD at current prices: WIOD 2013 release (Timmer et al. 2015), sum of x.
WORLD_OUTPUT = {
    1995: 55.18, 1996: 56.56, 1997: 56.60, 1998: 56.06, 1999: 58.31, 2000: 60.82, 2001: 60.20, 2002: 62.26, 2003: 70.21,
    2004: 79.62, 2005: 87.53, 2006: 95.93, 2007: 109.40, 2008: 122.79, 2009: 114.16, 2010: 125.84, 2011: 141.77,
}  # fmt: skip
WORLD_YEARS = (1990, 2025)  # where the nearest year above is still within the tolerance below
WORLD_TOLERANCE = 3.0  # times: catches a wrong unit, and neither inflation nor coverage
REST_OF_WORLD = {"row", "rest of world", "rest of the world", "rwd", "rw"}

BROKEN = 0.01  # of value added: published tables balance to rounding, and taxes or margins left out come to percents


def check(table: Table) -> tuple[Finding, ...]:
    """Everything that is found in ``table``: errors first, then warnings and notes, each from the largest down.

    An error means that accounts cannot be computed or would mean nothing. Source: each check says so in its docstring.
    """
    return worst_first([finding for each in CHECKS for finding in each(table)])


def complete(table: Table) -> tuple[Finding, ...]:
    """What the table's reader noted and what is found in it now, worst first."""
    now = check(table)
    return worst_first([*(one for one in table.findings if one not in now), *now])


def _flat(array: xr.DataArray, table: Table) -> NDArray[np.float64]:
    return np.asarray(array.values.reshape(table.x.size, -1))


def productive(table: Table) -> Iterator[Finding]:
    """Columns of A above 1, and then the spectral radius. Source: Miller and Blair 2009, ch. 2 (Hawkins and Simon)."""
    x, active = table.x.values.ravel(), table.has_output.ravel()
    shares = np.divide(table.margins.columns, x, out=np.zeros_like(x), where=active)
    worst = int(shares.argmax())
    count = int((shares > 1).sum())
    if count:
        over, name = float(np.maximum(shares - 1, 0.0) @ x / x.sum()), table.name_of(worst)
        yield found("negative-value-added", "warning", "Z", over, worst=name, count=count, share=float(shares[worst]))
    try:
        radius, gross = leontief.productivity(_flat(table.Z, table), x, active, table.margins)
    except TableError:
        yield found("unsettled", "error", "Z", 1.0)
        return
    if radius >= 1:
        yield found("unproductive", "error", "Z", radius, worst=table.name_of(int(gross.argmax())), radius=radius)


def value_added(table: Table) -> Iterator[Finding]:
    """V against output less intermediate inputs, which is value added with the taxes and margins on inputs.

    Source: the accounting identity of the table (SNA 2008, ch. 28). The gap is measured against value added, for what
    is missing in V is missing in every account of value added.
    """
    if table.V is None:
        return
    x = table.x.values.ravel()
    balance = x - table.margins.columns
    gap = np.abs(table.V.sum("input").values.ravel() - balance)
    if gap.sum() > ROUNDING * np.abs(x).sum():
        whole = np.abs(balance).sum()
        size = float(gap.sum() / whole) if whole else 1.0
        severity: Severity = "error" if size > BROKEN else graded(size)
        values = {"gap": float(gap.sum()), "unit": table.about.currency, "worst": table.name_of(int(gap.argmax()))}
        yield found("value-added-balance", severity, "V", size, **values)


def negative_cells(table: Table) -> Iterator[Finding]:
    """Negative cells of Z, of Y by category, and of F, F_Y and V by row (convention 4: they are not clipped)."""
    money = table.about.currency
    if table.margins.signed:
        yield from _negative(table.Z, "Z", money, "warning")
    for category in table.demand:
        yield from _negative(table.Y.sel(demand=category), f"Y, demand category {category}", money, "note")
    for stressor in table.stressors:
        unit = table.about.units[stressor]
        yield from _negative(table.F.sel(stressor=stressor), f"F, stressor {stressor}", unit, "note")
        if table.F_Y is not None:
            yield from _negative(table.F_Y.sel(stressor=stressor), f"F_Y, stressor {stressor}", unit, "note")
    if table.V is not None:
        for name in table.V.indexes["input"]:
            yield from _negative(table.V.sel(input=name), f"V, input {name}", money, "note")


def _negative(array: xr.DataArray, where: str, unit: str, severity: Severity) -> Iterator[Finding]:
    values = array.values
    if values.min(initial=0.0) >= 0:
        return
    below = values[values < 0]
    size = float(below.sum() / (2 * below.sum() - values.sum()))  # of the sum of absolute values
    yield found("negative-cells", severity, where, size, count=below.size, total=float(below.sum()), unit=unit)


def without_output(table: Table) -> Iterator[Finding]:
    """Sectors without output that emit, buy or sell (convention 6)."""
    idle = ~table.has_output.ravel()
    if not idle.any():
        return
    for stressor in table.stressors:
        emitted = table.F.sel(stressor=stressor).values.ravel()
        lost = np.abs(np.where(idle, emitted, 0.0))
        if lost.any():
            size, unit = float(lost.sum() / np.abs(emitted).sum()), table.about.units[stressor]
            said = _said(lost, float(emitted[idle].sum()), unit, table)
            yield found("emissions-without-output", graded(size), f"F, stressor {stressor}", size, **said)
    inputs, Y = np.where(idle, table.margins.columns, 0.0), _flat(table.Y, table)
    sales = (table.margins.gross_rows != 0) | (Y != 0).any(axis=1)
    if inputs.any():
        size = float(np.abs(inputs).sum() / max(table.x.values.sum(), 1.0))
        said = _said(np.abs(inputs), float(inputs.sum()), table.about.currency, table)
        yield found("inputs-without-output", graded(size), "Z", size, **said)
    cancelled = np.flatnonzero(idle & sales)
    if cancelled.size:
        first = table.name_of(int(cancelled[0]))
        size = cancelled.size / idle.size
        yield found("sales-without-output", "note", "Z and Y", size, count=int(cancelled.size), worst=first)


def _said(sizes: NDArray[np.float64], total: float, unit: str, table: Table) -> dict[str, object]:
    """How many, how much in all, and where most: for a message. ``sizes`` (n,)."""
    worst = table.name_of(int(sizes.argmax()))
    return {"count": int((sizes > 0).sum()), "total": total, "unit": unit, "worst": worst}


def empty_parts(table: Table) -> Iterator[Finding]:
    """Regions without output or final demand, and stressors that are zero everywhere: a part that was not filled in."""
    made, used = np.asarray(table.has_output.any(axis=1)), np.abs(table.Y.values).sum(axis=(0, 1, 3))
    share = 1 / len(table.regions)
    for region, output, demand in zip(table.regions, made, used, strict=True):
        if not output:
            yield found("region-without-output", "warning", f"region {region}", share)
        if demand == 0:
            yield found("region-without-demand", "warning", f"region {region}", share)
    for stressor in table.stressors:
        direct = table.F_Y is not None and bool(table.F_Y.sel(stressor=stressor).any())
        if not direct and not table.F.sel(stressor=stressor).any():
            yield found("stressor-all-zero", "warning", f"stressor {stressor}", 1.0)


def magnitude(table: Table) -> Iterator[Finding]:
    """World output against WORLD_OUTPUT, for a table in USD that has a rest of the world (pitfall 11)."""
    first, last = WORLD_YEARS
    if not first <= table.year <= last or not REST_OF_WORLD & {region.casefold() for region in table.regions}:
        return
    try:
        output = float(table.x.sum()) * units.factor(table.about.currency, "billion USD") / 1e3
    except UnitError:  # another currency, for which no magnitude is known
        return
    year = min(WORLD_OUTPUT, key=lambda known: abs(known - table.year))
    times = output / WORLD_OUTPUT[year]
    if times > 0 and not 1 / WORLD_TOLERANCE <= times <= WORLD_TOLERANCE:
        where, size = f"currency {table.about.currency}", max(times, 1 / times)
        yield found("world-output", "warning", where, size, output=output, times=times, year=year)


CHECKS: tuple[Callable[[Table], Iterable[Finding]], ...] = (
    productive,
    value_added,
    negative_cells,
    without_output,
    empty_parts,
    magnitude,
)
