"""Capital endogenised: what is invested becomes an input of those who use the capital."""

from __future__ import annotations

import dataclasses

import numpy as np

from tanheng.errors import QuestionError, TableError, nearest
from tanheng.systems.aggregate import carried
from tanheng.systems.table import Table

CAPITAL = "capital formation"


def endogenise_capital(table: Table, demand: str = CAPITAL, use: str | None = None) -> Table:
    """A table whose final demand category ``demand`` has become intermediate input, by region and capital user.

    What a region invests, of each product and origin, goes to its sectors in proportion to their use of capital: the
    primary input ``use`` of V (consumption of fixed capital, operating surplus), or, where none is named, value added.
    Output, emissions and all totals stay; final demand and value added shrink by what was invested, so value added of
    an investing sector may become negative. This is the flow matrix method in its proportional form: investment of the
    year stands for the use of capital, which is right where the stock is steady and too much where it grows. V is left
    out of the result, since its balance is another. ``about.version`` says what was done. Raises QuestionError for an
    unknown category or input, TableError where a region invests and no sector of it uses capital.
    Source: Lenzen and Treloar 2004 (flow matrix method); Södersten, Wood and Hertwich 2018.
    """
    if demand not in table.demand:
        raise QuestionError(f"there is no final demand category {demand!r}", hint=nearest(demand, table.demand))
    weights = np.maximum(_use(table, use), 0.0)  # a sector that makes a loss uses no capital that could be told
    total = weights.sum(axis=1)
    invested = table.Y.sel(demand=demand).values  # region, sector, to_region
    empty = (total == 0) & (np.abs(invested).sum(axis=(0, 1)) > 0)
    if empty.any():
        region = table.regions[int(empty.argmax())]
        what, hint = f"{region} invests, and no sector of it uses capital", "name another primary input"
        raise TableError(what, where=table.about.name, hint=hint)
    shares = np.divide(weights, total[:, None], out=np.zeros_like(weights), where=total[:, None] > 0)
    Z = table.Z.values + invested[..., None] * shares
    keep = [one for one in table.demand if one != demand]
    kept = table.Y.sel(demand=keep).values if keep else np.zeros((*table.Y.shape[:3], 1))
    names = keep or ["final demand"]
    version = f"{table.about.version}; capital endogenised ({demand} by {use or 'value added'})"
    F_Y = None if table.F_Y is None else _direct(table, demand, keep)
    return Table.from_arrays(
        Z,
        kept,
        table.F.values,
        F_Y=F_Y,
        regions=table.regions,
        sectors=table.sectors,
        demand=names,
        stressors=table.stressors,
        about=dataclasses.replace(table.about, version=version),
    ).noted(carried(table))


def _use(table: Table, use: str | None) -> np.ndarray:
    """The use of capital (region, sector)."""
    if use is None:
        return np.asarray(table.x.values - table.margins.columns.reshape(table.x.shape))
    known = [] if table.V is None else list(table.V.indexes["input"])
    if table.V is None or use not in known:
        raise QuestionError(f"there is no primary input {use!r}", hint=nearest(use, known))
    return np.asarray(table.V.sel(input=use).values)


def _direct(table: Table, demand: str, keep: list[str]) -> np.ndarray:
    """Direct emissions of the categories that stay; raises TableError where investment itself emits."""
    assert table.F_Y is not None
    if table.F_Y.sel(demand=demand).values.any() or not keep:
        what = f"{demand} has direct emissions, which no sector can take over"
        raise TableError(what, where=table.about.name, hint="give them to another category first")
    return np.asarray(table.F_Y.sel(demand=keep).values)
