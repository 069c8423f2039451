"""s L y with every factor of either of two years: two solves a table, whatever the number of orders."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tanheng.accounts.demand import Split
from tanheng.accounts.result import choose
from tanheng.kernels import leontief
from tanheng.kernels.decompose import State, Value
from tanheng.systems.table import Table

Array = NDArray[np.float64]


def value(
    before: Table, after: Table, split: Split, supply: int, account: str, stressors: list[str], dims: tuple[str, ...]
) -> Value:
    """The account as a function of the state of its factors, (K, those of ``dims``).

    ``supply`` factors (2: intensity and technology; 1: both as one) stand before those of ``split``. ``account`` is
    consumption, by the consuming region and final product, or production, by the emitting region and sector.
    """
    tables = (before, after)
    s = _intensities(before, after, stressors)
    final = cache(split.demand)
    letters = "k" + "".join({"region": "r", "sector": "s"}[dim] for dim in dims)
    if account == "consumption":
        m = [_multipliers(tables[late], tables[1 - late], s) for late in (0, 1)]  # of L of each year, for both s
        into = letters.replace("r", "c")

        def consumed(state: State) -> Array:
            known = m[state[supply - 1]][int(state[0])]
            return np.asarray(np.einsum(f"krs,rsc->{into}", known, final(state[supply:]), optimize=True))

        return consumed
    states = list(product((False, True), repeat=len(split.factors)))
    sold = np.stack([final(state).sum(axis=2) for state in states], axis=-1)
    made = [_outputs(tables[late], tables[1 - late], sold) for late in (0, 1)]
    place = {state: at for at, state in enumerate(states)}

    def produced(state: State) -> Array:
        output = made[state[supply - 1]][..., place[state[supply:]]]
        return np.asarray(np.einsum(f"krs,rs->{letters}", s[int(state[0])], output))

    return produced


def _intensities(before: Table, after: Table, stressors: list[str]) -> Array:
    """s of both years (2, K, R, S); that of the other year where a sector has no output in one."""
    s = np.stack([choose(table.intensity, stressors).values for table in (before, after)])
    on = np.stack([before.has_output, after.has_output])
    return np.where(on[:, None], s, s[::-1])


def _multipliers(table: Table, other: Table, s: Array) -> Array:
    """s L of the table's year for both years' s, (2, K, R, S); ``other`` has the coefficients of sectors idle here."""
    n = table.x.size
    rows = s.reshape(-1, n)
    m = leontief.multipliers(table.system, rows * table.x.values.ravel()).value
    new, inputs = _borrowed(table, other)
    if new.any():
        # nobody buys from an idle sector, so that it alone needs these: m_i = s_i + m A_i, once all others are known
        right = rows[:, new] + m @ inputs
        m[:, new] = np.linalg.solve((np.eye(int(new.sum())) - inputs[new]).T, right.T).T
    return m.reshape(s.shape)


def _outputs(table: Table, other: Table, final: Array) -> Array:
    """L of the table's year times ``final`` (R, S, m), as ``_multipliers``."""
    n = table.x.size
    y = final.reshape(n, -1)
    new, inputs = _borrowed(table, other)
    if not new.any():
        return leontief.embodied_output(table.system, y).value.reshape(final.shape)
    own = np.linalg.solve(np.eye(int(new.sum())) - inputs[new], y[new])
    output = leontief.embodied_output(table.system, y + inputs @ own).value
    output[new] = own
    return output.reshape(final.shape)


def _borrowed(table: Table, other: Table) -> tuple[NDArray[np.bool_], Array]:
    """Which sectors have output in ``other`` alone (n,), and their inputs per output there (n, that many)."""
    n = table.x.size
    new = (~table.has_output & other.has_output).ravel()
    inputs = other.Z.values.reshape(n, n)[:, new] / other.x.values.ravel()[new]
    inputs[~other.has_output.ravel()] = 0
    return new, inputs


def lost(table: Table, account: str, stressors: list[str], dims: tuple[str, ...]) -> Array:
    """What sectors without output emit, and what is emitted for their inputs, (K, those of ``dims``): the residual.

    In consumption it stands with the sector without output, in production with the one that emits (convention 6).
    """
    apart = choose(table.stranded, stressors).values.copy()
    if table.undelivered is not None:
        idle = ~table.has_output
        if account == "consumption":
            m = choose(table.multipliers, stressors).values
            apart[:, idle] += np.einsum("krs,rsi->ki", m, table.Z.values[:, :, idle])
        else:
            right = table.undelivered.sum(axis=2).reshape(table.x.size, 1)
            made = leontief.embodied_output(table.system, right).value.reshape(table.x.shape)
            apart += choose(table.intensity, stressors).values * made
    gone = tuple(at for at, dim in enumerate(("region", "sector"), start=1) if dim not in dims)
    return np.asarray(apart.sum(axis=gone))
