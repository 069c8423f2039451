"""Changes of composition: what a total is made of, the inputs of a sector, and where a product is bought."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import QuestionError
from tanheng.systems.scenarios.changes import Change, Mix, Technology, TradeShare
from tanheng.systems.scenarios.select import Mask, chosen, regions, spelled, suppliers
from tanheng.systems.scenarios.state import Array, State, less_value_added

_TOLERANCE = 1e-12  # of a column's sum: below it nothing is left but rounding


def mix(state: State, change: Mix) -> State:
    """``Mix``: cells of Y, or of columns of Z, times the ratio of the new share to the present one; sums are kept.

    Raises LabelError, and QuestionError for a share of what is not bought now (nothing is known of its origin), or of
    cells that are negative.
    """
    table = state.table
    where = regions(change.region, table, change)
    rows = suppliers(tuple(change.shares), table, change)
    parts = list(zip(change.shares, rows, change.shares.values(), strict=True))
    if change.sector is None:
        categories = chosen(change.demand, table.demand, "demand category", change.place)
        Y = state.Y.copy()
        for r in np.flatnonzero(where).tolist():
            pool = Y[:, :, r][:, :, categories]
            _recompose(state, change, pool, parts, f"region {table.regions[r]}")
            Y[:, :, r][:, :, categories] = pool
        state = state.having(Y=Y)
    else:
        Z = state.Z.copy()
        for r, s in _columns(state, change, where, chosen(change.sector, table.sectors, "sector", change.place)):
            name = f"region {table.regions[r]}, sector {table.sectors[s]}"
            _recompose(state, change, Z[:, :, r, s][:, :, None], parts, name)
        state = state.having(Z=Z)
    told = ", ".join(f"{key} {share:.6g}" for key, share in change.shares.items())
    check = "scenario-mix-demand" if change.sector is None else "scenario-mix-inputs"
    of = spelled(change.demand if change.sector is None else change.sector)
    return state.noted(check, change.place, region=spelled(change.region), of=of, shares=told)


def _recompose(state: State, change: Change, pool: Array, parts: list[tuple[str, Mask, float]], name: str) -> None:
    """Give the cells (R, S, m) of a pool new shares, in place; ``parts`` are key, cells (R, S) and share of each."""
    lines = [line & state.active for _, line, _ in parts]
    now = [float(pool[line].sum()) for line in lines]
    total = sum(now)
    if any((pool[line] < 0).any() for line in lines):
        hint = "name categories without stock changes, or other products"
        raise QuestionError(f"{name}: cells are negative, so that they are no shares", where=change.place, hint=hint)
    for (key, _, share), line, amount in zip(parts, lines, now, strict=True):
        if amount <= 0 < share * total:
            what = f"{name} buys nothing of {key} now, so that nothing is known of where it comes from"
            raise QuestionError(what, where=change.place, hint="name one that is bought")
        if amount > 0:
            pool[line] *= share * total / amount


def _columns(state: State, change: Change, where: Mask, at: Mask) -> list[tuple[int, int]]:
    """The buying sectors that have output; raises QuestionError if none has."""
    found = [(int(r), int(s)) for r, s in zip(*np.nonzero(where[:, None] & at & state.active), strict=True)]
    if not found:
        hint = "name sectors that produce"
        raise QuestionError("no sector of it has output, so there are no coefficients", where=change.place, hint=hint)
    return found


def technology(state: State, change: Technology) -> State:
    """``Technology``: columns of Z at the baseline's output, A' x̂, and V where value added compensates.

    Raises LabelError, QuestionError for inputs from where nothing is bought or made, and where the other inputs cannot
    compensate.
    """
    table = state.table
    where = regions(change.region, table, change)
    at = chosen(change.sector, table.sectors, "sector", change.place)
    given = [(key, value, False) for key, value in (change.factors or {}).items()]
    given += [(key, value, True) for key, value in (change.coefficients or {}).items()]
    rows = suppliers([key for key, *_ in given], table, change)
    Z, less = state.Z.copy(), np.zeros(table.x.shape)
    for r, s in _columns(state, change, where, at):
        column = Z[:, :, r, s].copy()
        for (key, value, absolute), line in zip(given, rows, strict=True):
            _set(change, column, line & state.active, key, value * table.x.values[r, s] if absolute else value)
        more = float(column.sum() - Z[:, :, r, s].sum())
        if change.compensate == "inputs":
            others = state.active & ~np.any(rows, axis=0)
            _take_from(change, column, others, more, f"region {table.regions[r]}, sector {table.sectors[s]}")
        else:
            less[r, s] = more
        Z[:, :, r, s] = column
    parts = [f"{key} x {value:.6g}" for key, value in (change.factors or {}).items()]
    parts += [f"{key} = {value:.6g}" for key, value in (change.coefficients or {}).items()]
    return state.having(Z=Z, V=less_value_added(state.V, less, table)).noted(
        f"scenario-technology-{'inputs' if change.compensate == 'inputs' else 'value-added'}",
        change.place,
        region=spelled(change.region),
        sector=spelled(change.sector),
        inputs=", ".join(parts),
    )


def _set(change: Technology, column: Array, line: Mask, key: str, value: float) -> None:
    """Cells of a column (R, S) times a factor, or to a sum in money, in place."""
    if key in (change.factors or {}):
        column[line] *= value
        return
    now = float(column[line].sum())
    if now > 0 and (column[line] >= 0).all():
        column[line] *= value / now
    elif line.sum() == 1:
        column[line] = value
    elif value > 0:
        hint = "name its origin, such as DEU:c12" if line.any() else "nothing of it has output"
        raise QuestionError(f"nothing of {key} is bought now", where=change.place, hint=hint)


def _take_from(change: Technology, column: Array, others: Mask, more: float, name: str) -> None:
    """Scale the ``others`` of a column so that its sum is what it was, in place."""
    left = float(column[others].sum())
    if abs(more) <= _TOLERANCE * np.abs(column).sum():
        return
    if left <= 0 or more > left:
        what = f"{name}: the other inputs are {left:.6g}, and {more:.6g} is to be taken from them"
        raise QuestionError(what, where=change.place, hint='say compensate = "value added", or change less')
    column[others] *= 1 - more / left


def trade_share(state: State, change: TradeShare) -> State:
    """``TradeShare``: in every purchase of the buying region, the product's total kept and shared anew by origin.

    Raises LabelError, QuestionError for an origin that makes nothing of it, and where the others sell nothing that
    could tell how they share what is left.
    """
    table = state.table
    where = regions(change.region, table, change)
    products = chosen(change.product, table.sectors, "product", change.place)
    origins = chosen(tuple(change.shares), table.regions, "origin", change.place)
    given = np.zeros(len(table.regions))
    given[[table.regions.index(name) for name in change.shares]] = list(change.shares.values())
    Z = state.Z.copy() if change.use != "final" else state.Z
    Y = state.Y.copy() if change.use != "intermediate" else state.Y
    parts = [part for part, used in ((Z, change.use != "final"), (Y, change.use != "intermediate")) if used]
    for s in np.flatnonzero(products).tolist():
        makes = state.active[:, s]
        if (idle := (given > 0) & ~makes).any():
            name = table.regions[int(idle.argmax())]
            hint = "name origins that make it"
            raise QuestionError(f"{name} makes nothing of {table.sectors[s]}", where=change.place, hint=hint)
        for c in np.flatnonzero(where).tolist():
            bought = [part[makes, s, c] for part in parts]
            pooled = np.sum([one[:, (one >= 0).all(axis=0)].sum(axis=1) for one in bought], axis=0)
            name = f"what {table.regions[c]} buys of {table.sectors[s]}"
            for part, one in zip(parts, bought, strict=True):
                part[makes, s, c] = _shared_anew(change, given[makes], origins[makes], one, pooled, name)
    told = ", ".join(f"{name} {share:.6g}" for name, share in change.shares.items())
    return state.having(Z=Z, Y=Y).noted(
        f"scenario-trade-{change.use}",
        change.place,
        region=spelled(change.region),
        product=spelled(change.product),
        shares=told + (", ... *" if change.others else ""),
    )


def _shared_anew(
    change: TradeShare, given: Array, origins: NDArray[np.bool_], bought: Array, pooled: Array, name: str
) -> Array:
    """Purchases (r, m) with the total of each column kept: given shares, and for the others what is left.

    The others share it in proportion to the column; where that has none of them, or negative ones, what they have to
    take up is added to what they sell, in the shares (r,) of the region's purchases without negative cells.
    """
    total, left = bought.sum(axis=0), 1 - float(given.sum())
    if not change.others or left <= 0 or not total.any():
        return np.asarray(given[:, None] * total)
    now = np.where(origins[:, None], 0.0, bought)
    sums = now.sum(axis=0)
    fit = (now >= 0).all(axis=0) & (sums > 0)
    scaled = now * np.divide(left * total, sums, out=np.ones_like(sums), where=fit)
    more = np.where(fit, 0.0, left * total - sums)
    if more.any():
        stand_in = np.where(origins, 0.0, pooled)
        if stand_in.sum() <= 0:
            what = f"{name} has no other origins that tell how they would share what is left"
            raise QuestionError(what, where=change.place, hint="name all origins")
        scaled = scaled + more * (stand_in / stand_in.sum())[:, None]
    return np.asarray(given[:, None] * total + scaled)
