"""Prices that costs are passed on to, and how buyers respond where a response is declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng import labels, units
from tanheng.errors import UnitError
from tanheng.kernels import leontief
from tanheng.systems.scenarios.changes import CarbonPrice, Elasticity, Tariff
from tanheng.systems.scenarios.select import chosen, regions, spelled
from tanheng.systems.scenarios.state import Array, State
from tanheng.systems.table import Table


def price_rise(state: State, costs: Array, duty: Array | None = None) -> Array:
    """Δp (R, S): how much dearer each product is, as a share of its price, when all costs are passed on.

    ``costs`` (R, S) are what is paid in addition at the baseline's output, in its money; ``duty`` (R, S, R) the rates
    that each region pays on what it buys of each product. With p = 1 before,
    ``p = p ((1 + T) ∘ A) + v + c``, so that ``Δp (x̂ − (1 + T) ∘ Z) = c x̂ + 1 (T ∘ Z)``; without duties and with
    c = τ s this is ``Δp = τ s (I − A)⁻¹``, the rise of ``p = (v + τ s)(I − A)⁻¹``. Sectors without output keep their
    price. Raises UnproductiveError where duties use up what the sectors earn.
    Source: Leontief price model, Miller and Blair 2009, sec. 2.6.
    """
    table, n = state.table, state.table.x.size
    if duty is None and state.Z is table.Z.values:
        system, right = table.system, costs
    else:
        Z = state.Z if duty is None else state.Z * (1 + duty[..., None])
        right = costs if duty is None else costs + (Z - state.Z).sum(axis=(0, 1))
        system = leontief.system(
            Z.reshape(n, n),
            table.x.values.ravel(),
            len(table.sectors),
            active=state.active.ravel(),
            name=lambda position: f"{table.about.name}, {table.name_of(position)}",
        )
    return np.asarray(leontief.multipliers(system, right.reshape(1, n)).value.reshape(table.x.shape))


def carbon_price(state: State, change: CarbonPrice) -> State:
    """``CarbonPrice``: costs τ F of the sectors that it names, prices, and the declared response.

    Raises LabelError, UnitError for a price that is not in the table's currency a mass, and as ``price_rise``.
    """
    table = state.table
    where = regions(change.region, table, change)
    sectors = chosen(change.sector, table.sectors, "sector", change.place)
    k = int(chosen(change.stressor, table.stressors, "stressor", change.place).argmax())
    paid = change.price * _money_per_unit(change, table, k) * state.F[k]
    dearer = price_rise(state, np.where(where[:, None] & sectors & state.active, paid, 0.0))
    state = _responded(state, change, np.repeat((1 + dearer)[:, :, None], len(table.regions), axis=2))
    return _told(
        state,
        change,
        dearer,
        "scenario-carbon-price",
        price=change.price,
        unit=change.unit,
        stressor=change.stressor,
        region=spelled(change.region),
        sector=spelled(change.sector),
    )


def _money_per_unit(change: CarbonPrice, table: Table, k: int) -> float:
    """The table's money for the table's unit of the stressor, of a price of one."""
    money, per, mass = change.unit.partition(" per ")
    if not per:
        raise UnitError(f"unit {change.unit!r} is no price", where=change.place, hint="write it as in 'USD per t'")
    held = units.parse(table.about.units[table.stressors[k]])
    asked = units.parse(mass, where=change.place)
    if asked.dimension not in (held.dimension, held.dimension.partition(" ")[0]):
        hint = f"give the price per a unit of {held.dimension}"
        raise UnitError(f"{change.stressor} is in {held.name}, the price per {mass}", where=change.place, hint=hint)
    return units.factor(money, table.about.currency) * held.factor / asked.factor


def tariff(state: State, change: Tariff) -> State:
    """``Tariff``: duties on the named origins and products, prices, and the declared response.

    Raises LabelError, and as ``price_rise``.
    """
    table = state.table
    buyers = regions(change.region, table, change)
    origins = regions(change.origin, table, change)
    products = chosen(change.product, table.sectors, "product", change.place)
    foreign = ~np.eye(len(table.regions), dtype=bool)
    taxed = (origins[:, None] & products & state.active)[:, :, None] & buyers & foreign[:, None, :]
    duty = np.where(taxed, change.rate, 0.0)
    dearer = price_rise(state, np.zeros(table.x.shape), duty)
    state = _responded(state, change, (1 + dearer)[:, :, None] * (1 + duty))
    return _told(
        state,
        change,
        dearer,
        "scenario-tariff",
        rate=change.rate,
        region=spelled(change.region),
        origin=spelled(change.origin),
        product=spelled(change.product),
    )


def _told(state: State, change: CarbonPrice | Tariff, dearer: Array, check: str, **values: Any) -> State:
    """The state with a note of the change, one of what it did to prices, and one of the response or its absence."""
    table = state.table
    state = state.noted(check, change.place, **values)
    x = np.where(state.active, table.x.values, 0.0)
    worst = table.name_of(int(dearer.argmax()))
    mean = float((x * dearer).sum() / x.sum())
    state = state.noted("scenario-prices", change.place, mean, mean=mean, most=float(dearer.max()), worst=worst)
    given = {"demand": change.demand_elasticity, "origin": change.origin_elasticity}
    if all(one is None for one in given.values()):
        return state.noted("scenario-no-response", change.place)
    told: dict[str, Any] = {key: _spelled(one) for key, one in given.items()}
    return state.noted("scenario-response", change.place, use=change.use, **told)


def _spelled(given: Elasticity) -> str:
    if given is None:
        return "0"
    if isinstance(given, Mapping):
        return ", ".join(f"{key} {value:g}" for key, value in given.items())
    return f"{given:g}"


# -- response ---------------------------------------------------------------------------------------------------------


def _responded(state: State, change: CarbonPrice | Tariff, paid: Array) -> State:
    """Purchases at the prices ``paid`` (R, S, R), by product and buyer, in the baseline's prices (that is, volumes).

    Of each purchase of a product, w'_r ∝ w_r q_r^(−σ) with the total kept; then final demand for it times P^ε, with
    P = Σ w'_r q_r what the buyer then pays. Purchases with a negative cell keep their origins (their P by size).
    """
    table = state.table
    sigma = _by_product(change.origin_elasticity, table, change)
    epsilon = _by_product(change.demand_elasticity, table, change)
    Z, Y = state.Z, state.Y
    if sigma.any() and change.use != "final":
        Z = Z.copy()
        for s in np.flatnonzero(sigma):
            rows = state.active[:, s]
            Z[rows, s] = _shifted(Z[rows, s], paid[rows, s], sigma[s])
    final = sigma if change.use != "intermediate" else np.zeros_like(sigma)
    if final.any() or epsilon.any():
        Y = Y.copy()
        for s in np.flatnonzero((final != 0) | (epsilon != 0)):
            rows = state.active[:, s]
            bought = _shifted(Y[rows, s], paid[rows, s], final[s])
            Y[rows, s] = bought * _index(bought, paid[rows, s]) ** epsilon[s]
    return state.having(Z=Z, Y=Y)


def _by_product(given: Elasticity, table: Table, change: CarbonPrice | Tariff) -> Array:
    """The elasticity of each product (S,), zero where none is declared."""
    values = np.zeros(len(table.sectors))
    if isinstance(given, Mapping):
        values[labels.positions(list(given), table.sectors, what="product", where=change.place)] = list(given.values())
    elif given is not None:
        values[:] = given
    return values


def _shifted(bought: Array, paid: Array, sigma: float) -> Array:
    """Purchases (r, C, m) of one product with their origins shifted, sums over r kept; ``paid`` is (r, C)."""
    if sigma == 0:
        return bought
    weighed = bought * (paid**-sigma)[:, :, None]
    total, raw = bought.sum(axis=0), weighed.sum(axis=0)
    fit: NDArray[np.bool_] = (bought >= 0).all(axis=0) & (raw > 0)
    scale = np.divide(total, raw, out=np.ones_like(total), where=fit)
    return np.where(fit, weighed * scale, bought)


def _index(bought: Array, paid: Array) -> Array:
    """What a unit of the product costs each buyer (C, m), one where nothing is bought."""
    size = np.abs(bought)
    total = size.sum(axis=0)
    cost = (size * paid[:, :, None]).sum(axis=0)
    return np.asarray(np.divide(cost, total, out=np.ones_like(total), where=total > 0))
