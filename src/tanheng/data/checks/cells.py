"""Cells that should not be: negative ones by kind, sectors without output that are not idle, parts not filled in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tanheng.data.checks.common import (
    CAPITAL,
    DISCREPANCY,
    IMPORTS,
    INVENTORIES,
    PAID,
    REMOVALS,
    Array,
    by_stressor,
    flat,
)
from tanheng.data.findings import graded
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table


def negative_cells(table: Table) -> Iterator[Finding]:
    """Negative cells of Z, of Y by category, and of F, F_Y and V by row (convention 4: they are not clipped).

    How bad they are depends on what they are, for the reasons that SNA 2008 gives (ch. 6, 7, 9, 10):

    * Z: a sale is not negative; the product technology model and balancing make such cells: graded by size;
    * inventories, valuables, capital formation: withdrawals and disposals count negative: notes, as are discrepancies
      and imports entered as a negative column; any other final demand is expenditure: graded;
    * V: taxes less subsidies, operating surplus and so value added may be negative: notes; what is paid to employees
      and consumption of fixed capital may not: graded;
    * F, F_Y: removals are negative: notes; an emission is not: graded.
    """
    money = table.about.currency
    if table.margins.signed:
        yield from _negative("negative-cells", flat(table.Z, table), "Z", money)
    for category, block in zip(table.demand, np.moveaxis(table.Y.values, -1, 0), strict=True):
        yield from _negative(_kind(category), block, f"Y, demand category {category}", money)
    for name, array in (("F", table.F), ("F_Y", table.F_Y)):
        for stressor, row in zip(table.stressors, by_stressor(array, table), strict=True):
            kind = "negative-removals" if REMOVALS.search(stressor) else "negative-emissions"
            yield from _negative(kind, row, f"{name}, stressor {stressor}", table.about.units[stressor])
    if table.V is not None:
        for name, block in zip(table.V.indexes["input"], table.V.values, strict=True):
            kind = "negative-payments" if PAID.search(name) else "negative-inputs"
            yield from _negative(kind, block, f"V, input {name}", money)


_NATURAL = {"negative-inventories", "negative-removals", "negative-inputs"}  # notes, however large


def _kind(category: str) -> str:
    natural = any(kind.search(category) for kind in (INVENTORIES, CAPITAL, IMPORTS, DISCREPANCY))
    return "negative-inventories" if natural else "negative-demand"


def _negative(kind: str, values: NDArray[np.float64], where: str, unit: str) -> Iterator[Finding]:
    if values.min(initial=0.0) >= 0:
        return
    below = values[values < 0]
    total = float(below.sum())
    size = total / (2 * total - float(values.sum()))  # of the sum of absolute values
    severity = "note" if kind in _NATURAL else graded(size)
    yield found(kind, severity, where, size, count=below.size, total=total, unit=unit)


def without_output(table: Table) -> Iterator[Finding]:
    """Sectors without output that emit, buy or sell (convention 6)."""
    idle = ~table.has_output.ravel()
    if not idle.any():
        return
    F = by_stressor(table.F, table)
    for k in np.flatnonzero(F[:, idle].any(axis=1)):
        stressor, lost = table.stressors[k], np.abs(np.where(idle, F[k], 0.0))
        size = float(lost.sum() / np.abs(F[k]).sum())
        said = _said(lost, float(F[k, idle].sum()), table.about.units[stressor], table)
        yield found("emissions-without-output", graded(size), f"F, stressor {stressor}", size, **said)
    inputs, Y = np.where(idle, table.margins.columns, 0.0), flat(table.Y, table)
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


def _said(sizes: Array, total: float, unit: str, table: Table) -> dict[str, object]:
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
    there = np.any(by_stressor(table.F, table), axis=1) | np.any(by_stressor(table.F_Y, table), axis=1)
    for stressor, filled in zip(table.stressors, there.tolist(), strict=True):
        if not filled:
            yield found("stressor-all-zero", "warning", f"stressor {stressor}", 1.0)
