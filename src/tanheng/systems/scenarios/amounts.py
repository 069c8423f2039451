"""Changes of amounts: intensities, final demand, and the limits of norms on emissions."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from tanheng import norms, units
from tanheng.errors import MissingError, NormError, QuestionError, UnitError
from tanheng.systems.scenarios.changes import Demand, Intensity, Limit
from tanheng.systems.scenarios.select import chosen, regions, several, spelled
from tanheng.systems.scenarios.state import Array, State
from tanheng.systems.table import DIRECT, Table


def intensity(state: State, change: Intensity) -> State:
    """``Intensity``: F at the baseline's output, s' x̂, of the sectors that have output.

    Raises LabelError for unknown labels, QuestionError for direct emissions by ``value`` or ``like``, MissingError
    where the regions to be ``like`` have no output, UnitError.
    """
    table = state.table
    where = regions(change.region, table, change)
    stressors = chosen(change.stressor, table.stressors, "stressor", change.place)
    if several(change.sector) == (DIRECT,):
        state = _direct_intensity(state, change, stressors, where)
    else:
        at = chosen(change.sector, table.sectors, "sector", change.place)
        mask = stressors[:, None, None] & (where[:, None] & at & state.active)
        state = state.having(F=np.where(mask, _intended(state, change, at), state.F))
    manner = next(name for name in ("factor", "value", "like") if getattr(change, name) is not None)
    return state.noted(
        f"scenario-intensity-{manner}",
        change.place,
        stressor=spelled(change.stressor),
        region=spelled(change.region),
        sector=spelled(change.sector),
        factor=change.factor,
        value=change.value,
        unit=change.unit or "*",
        like=spelled(change.like),
    )


def _intended(state: State, change: Intensity, at: NDArray[np.bool_]) -> Array:
    """What F would be, were all of it meant."""
    table = state.table
    if change.factor is not None:
        return state.F * change.factor
    if change.value is not None:
        scale = np.array([_per_output(change, table, name) for name in table.stressors])
        return np.asarray(change.value * scale[:, None, None] * table.x.values)
    like = regions(change.like, table, change)[:, None] & state.active
    output = np.where(like, table.x.values, 0.0).sum(axis=0)
    if (lacking := at & (output <= 0)).any():
        name = table.sectors[int(lacking.argmax())]
        hint = "name other sectors, or other regions to be like"
        raise MissingError(f"{spelled(change.like)} has no output of {name}", where=change.place, hint=hint)
    mean = np.divide(np.where(like, state.F, 0.0).sum(axis=1), output, out=np.zeros((len(state.F), at.size)), where=at)
    return np.asarray(mean[:, None, :] * table.x.values)


def _per_output(change: Intensity, table: Table, stressor: str) -> float:
    """What the value is multiplied by to be in the table's units of the stressor and of money."""
    if not change.unit:
        return 1.0
    amount, per, money = change.unit.partition(" per ")
    if not per:
        hint = "write it as in 'kt per million USD'"
        raise UnitError(f"unit {change.unit!r} is no intensity", where=change.place, hint=hint)
    return units.factor(amount, table.about.units[stressor]) / units.factor(money, table.about.currency)


def _direct_intensity(state: State, change: Intensity, stressors: NDArray[np.bool_], where: NDArray[np.bool_]) -> State:
    if change.factor is None:
        hint = "give a factor"
        raise QuestionError("direct emissions have no output to be per", where=change.place, hint=hint)
    if state.F_Y is None:
        raise QuestionError("the table has no direct emissions", where=change.place, hint="name sectors")
    mask = stressors[:, None, None] & where[:, None]
    return state.having(F_Y=np.where(mask, state.F_Y * change.factor, state.F_Y))


def demand(state: State, change: Demand) -> State:
    """``Demand``: Y, and F_Y where it follows. Raises LabelError, UnitError, and QuestionError for a value to be set
    where a region buys nothing now, so that nothing is known of where it would buy."""
    table = state.table
    where = regions(change.region, table, change)
    products = chosen(change.product, table.sectors, "product", change.place)
    categories = chosen(change.demand, table.demand, "demand category", change.place)
    rows = state.active & products
    cells = rows[:, :, None, None] & (where[:, None] & categories)
    factor = np.full(len(table.regions), change.factor) if change.factor is not None else _set(state, change, cells)
    factor = np.where(where, factor, 1.0)
    Y = np.where(cells, state.Y * factor[:, None], state.Y)
    follows = change.direct if change.direct is not None else not several(change.product)
    F_Y = state.F_Y
    if follows and F_Y is not None:
        F_Y = np.where(where[:, None] & categories, F_Y * factor[:, None], F_Y)
    return state.having(Y=Y, F_Y=F_Y).noted(
        "scenario-demand-factor" if change.factor is not None else "scenario-demand-value",
        change.place,
        region=spelled(change.region),
        product=spelled(change.product),
        demand=spelled(change.demand),
        factor=change.factor,
        value=change.value,
        unit=change.unit or table.about.currency,
    )


def _set(state: State, change: Demand, cells: NDArray[np.bool_]) -> Array:
    """The factor by region (R,) that brings the sum of its cells to the value."""
    table = state.table
    scale = units.factor(change.unit, table.about.currency) if change.unit else 1.0
    now = np.where(cells, state.Y, 0.0).sum(axis=(0, 1, 3))
    bought = cells.any(axis=(0, 1, 3))
    if (bad := (bought | (now != 0)) & (now <= 0)).any():
        name = table.regions[int(bad.argmax())]
        what = f"{name} buys {now[bad][0]:.6g} of it now, so that no value tells where it would buy"
        raise QuestionError(what, where=change.place, hint="name other products or categories")
    return np.asarray(np.divide((change.value or 0.0) * scale, now, out=np.ones_like(now), where=now > 0))


def limit(state: State, change: Limit) -> State:
    """``Limit``: of the sector's emissions E, (1 − share) E + min(share E, limit x volume x amount).

    Raises LabelError, NormError where no one limit of that norm holds at the date (see ``Registry.limit``), UnitError
    for a limit that is no mass a volume.
    """
    table = state.table
    at = change.at or norms.year_end(table.year)
    found = _limit(change, at)
    k = int(chosen(change.stressor, table.stressors, "stressor", change.place).argmax())
    place = (
        k,
        int(chosen(change.region, table.regions, "region", change.place).argmax()),
        int(chosen(change.sector, table.sectors, "sector", change.place).argmax()),
    )
    unit = table.about.units[table.stressors[k]]
    allowed = found.value * _mass(found.unit, unit, change) * change.volume * change.amount
    emitted = float(state.F[place])
    after = (1 - change.share) * emitted + min(change.share * emitted, allowed)
    F = state.F.copy()
    F[place] = after
    return state.having(F=F).noted(
        "scenario-limit" if after < emitted else "scenario-limit-kept",
        change.place,
        limit=found.value,
        norm_unit=found.unit,
        norm=norms.standards().find(found.standard).code,
        code=found.words,
        at=at,
        stressor=change.stressor,
        region=change.region,
        sector=change.sector,
        emitted=emitted,
        after=after,
        allowed=allowed,
        share=change.share,
        unit=unit,
    )


def _limit(change: Limit, at: date) -> norms.Limit:
    """The limit of the norm that holds on a day; its errors say which change asked."""
    try:
        return norms.standards().limit(
            change.substance or change.stressor,
            at,
            place=change.jurisdiction or change.region,
            series=change.norm,
            subject=change.subject,
            area=change.area,
        )
    except NormError as error:
        raise NormError(error.what, where=change.place, hint=error.hint) from None


def _mass(limit: str, held: str, change: Limit) -> float:
    """What the mass in a limit such as mg/m3 is multiplied by to be in the unit that the table holds."""
    mass, slash, volume = limit.partition("/")
    dimensions = [units.parse(one, where=change.place).dimension for one in ((mass, volume) if slash else (limit,))]
    unit = units.parse(held, where=change.place)
    if dimensions != ["mass", "volume"]:
        hint = "name a norm in mg/m3"
        raise UnitError(f"{limit} is no mass a volume of flue gas", where=f"{change.place}, {change.norm}", hint=hint)
    if not unit.dimension.startswith("mass"):
        raise UnitError(f"{held} is no mass", where=change.place, hint="name another stressor")
    return units.parse(mass).factor / unit.factor
