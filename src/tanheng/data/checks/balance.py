"""Whether a table holds together: it is productive, inputs and value added make output, final demand is payable."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tanheng.data.checks.common import DISCREPANCY, IMPORTS, INVENTORIES, Array, flat, ratios
from tanheng.data.findings import ROUNDING, graded
from tanheng.errors import TableError
from tanheng.kernels import leontief
from tanheng.systems.finding import Finding, Severity, found, listed
from tanheng.systems.table import Table

BROKEN = 0.01  # of value added: published tables balance to rounding, and taxes or margins left out come to percents
COLUMN = 0.05  # of one column's output: taxes and margins on inputs stay below it nearly everywhere
VISIBLE = 1e-6  # of the table's output: below it a sector is within the rounding of published tables

# Final demand per value added. Trade balances of the world's economies lay between -100 % (Kiribati 2014) and +54 %
# (Macao 2014) of GDP (World Bank, NE.RSB.GNFS.ZS); a surplus of 60 % leaves 0.4, a deficit of 100 % makes 2.
PAYABLE = (0.4, 2.0)


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
        radius, gross = leontief.productivity(flat(table.Z, table), x, active, table.margins)
    except TableError:
        yield found("unsettled", "error", "Z", 1.0)
        return
    if radius >= 1:
        yield found("unproductive", "error", "Z", radius, worst=table.name_of(int(gross.argmax())), radius=radius)


def value_added(table: Table) -> Iterator[Finding]:
    """V against output less intermediate inputs, which is value added with the taxes and margins on inputs.

    Source: the accounting identity of the table (SNA 2008, ch. 28). The gap of the whole is measured against value
    added, for what is missing in V is missing in every account of value added; that of a column against its output,
    the worst named. Rows need no check: output is their sum, and what a source states is compared at reading.
    """
    if table.V is None:
        return
    x = table.x.values.ravel()
    balance = x - table.margins.columns
    gap = np.abs(table.V.sum("input").values.ravel() - balance)
    if gap.sum() <= ROUNDING * np.abs(x).sum():
        return
    whole = np.abs(balance).sum()
    size = float(gap.sum() / whole) if whole else 1.0
    severity: Severity = "error" if size > BROKEN else graded(size)
    values = {"gap": float(gap.sum()), "unit": table.about.currency, "worst": table.name_of(int(gap.argmax()))}
    yield found("value-added-balance", severity, "V", size, **values)
    if severity != "error":
        yield from _columns(gap, x, table)


def _columns(gap: Array, x: Array, table: Table) -> Iterator[Finding]:
    """Single columns that are out of balance while the whole is not."""
    seen = table.has_output.ravel() & (x > VISIBLE * x.sum())
    shares = np.divide(gap, x, out=np.zeros_like(x), where=seen)
    off = shares > COLUMN
    if off.any():
        worst, size = int(shares.argmax()), float(gap[off].sum() / x.sum())
        values = {"count": int(off.sum()), "worst": table.name_of(worst), "share": float(shares[worst])}
        yield found("column-balance", graded(size), "V", size, **values)


def final_demand(table: Table) -> Iterator[Finding]:
    """A region's final demand against its value added, and totals of final demand that are negative.

    Final demand is value added less the trade balance, which has bounds (``PAYABLE``: World Bank). Expenditure of a
    region in a category is positive (SNA 2008, ch. 9 and 10), but for inventories, valuables, imports entered as a
    negative column, and discrepancies.
    """
    added = table.x.values.sum(axis=1) - table.margins.columns.reshape(table.x.shape).sum(axis=1)
    final = table.final_demand.values.sum(axis=(0, 1))
    made = table.has_output.any(axis=1) & (final != 0)
    ratio = np.divide(final, added, out=np.full_like(final, np.inf), where=added > 0)
    off = made & ~((ratio >= PAYABLE[0]) & (ratio <= PAYABLE[1]))
    if off.any():
        gap, names = np.where(off, np.abs(final - added), 0.0), np.array(table.regions)
        size = float(gap.sum() / np.abs(added).sum())
        worst = np.argsort(-gap)[: off.sum()]
        told = ratios((str(names[i]), float(ratio[i])) for i in worst)
        yield found("trade-balance", graded(size), "Y", size, count=int(off.sum()), names=told)
    yield from _negative_totals(table)


def _negative_totals(table: Table) -> Iterator[Finding]:
    totals = table.Y.values.sum(axis=(0, 1))
    usual = np.array(
        [not any(kind.search(name) for kind in (INVENTORIES, IMPORTS, DISCREPANCY)) for name in table.demand]
    )
    below = (totals < 0) & usual
    if below.any():
        places = sorted(np.argwhere(below).tolist(), key=lambda at: totals[at[0], at[1]])
        names = listed([f"{table.regions[region]} {table.demand[category]}" for region, category in places])
        size = float(-totals[below].sum() / np.abs(totals).sum())
        values = {"total": float(totals[below].sum()), "unit": table.about.currency}
        yield found("negative-demand-total", "warning", "Y", size, count=len(places), names=names, **values)
