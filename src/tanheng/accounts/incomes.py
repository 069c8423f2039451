"""The income-based account: emissions by those whose primary inputs enable them, through all sales downstream."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng.accounts.declared import account
from tanheng.accounts.regions import INDUSTRY, RESIDUAL, by_stressor, direct_of
from tanheng.accounts.result import By, Stressors, choose, gather, group, kept, require_conserved, stamp
from tanheng.kernels import ghosh
from tanheng.systems.table import BALANCE, CANCELLED, Table

UNBALANCED = "unbalanced"


@account(
    "income",
    en="Income-based account",
    zh="收入侧核算",
    formula=r"\mathrm{IBA}_r = \sum_{i \in r} v_i (G s^T)_i + F_{Y,r}, \quad "
    r"G = (I - B)^{-1}, \quad B = \hat{x}^{-1} Z",
    symbols="v G s F_{Y,r} B x Z",
    source="Marques, Rodrigues, Lenzen and Domingos 2012; Liang, Qu, Zhu, Guan and Xu 2016",
    dims="region sector input component",
    by="region",
    principle="income",
)
def income(table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None) -> xr.DataArray:
    """Income-based account: what the primary inputs of a region enable anywhere downstream, along all sales.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region (which earns), sector (which earns),
    input (wages, taxes, ...: the rows of V), component. Components: ``industry`` (enabled), ``direct`` (emissions of
    final demand itself, which stay with their region), ``residual`` (what sectors without output emit or, by sales
    that cancel, enable) and ``unbalanced``.

    Only primary inputs that are output less intermediate inputs add up to all emissions. So ``unbalanced`` is what is
    enabled by the difference, x − column sums of Z − V, where the table's V does not balance; it has no input and may
    be negative. A table without V has one input, the balance. The attributes ``primary_inputs`` and ``unbalanced``
    say so. Raises ConservationError unless Σ production = Σ income to 1e-9, QuestionError for an unknown dimension or
    stressor.

    The orientation is settled by the sum: columns of the table read v = x (I−B) with B = x̂⁻¹ Z, rows divided by their
    own output, hence Σ v_i (G sᵀ)_i = x sᵀ, all emissions. With A or Bᵀ for B that holds on symmetric tables only.
    Source: Marques et al. 2012; Liang et al. 2016, ``IBA_i = v_i (G sᵀ)_i``.
    """
    dims = kept("income", by)
    g = income_multipliers(table, stressor)
    inputs, rest = _primary_inputs(table, split="input" in dims)
    parts = {INDUSTRY: g * inputs, **direct_of(table, stressor)}
    lost, unbalanced = _residual(table, g, stressor), g * rest
    for name, part in ((RESIDUAL, lost), (UNBALANCED, unbalanced)):
        if part.values.any():
            parts[name] = part
    reached = (parts[INDUSTRY], unbalanced, lost)
    require_conserved("income", choose(table.F, stressor), *reached, where=table.about.name)
    return stamp(
        group(gather(parts, dims), table, group_by),
        table,
        "income",
        "primary inputs times downstream multipliers G s (MRIO), direct emissions of final demand added",
        primary_inputs="output less inputs" if table.V is None else "primary inputs (V)",
        unbalanced=by_stressor(unbalanced),
        solve_residual=g.attrs["residual"],
        residual=by_stressor(lost),
    )


def income_multipliers(table: Table, stressor: Stressors = None) -> xr.DataArray:
    """s Gᵀ (stressor, region, sector): enabled per money of primary inputs, the sector's own emissions included.

    Zero where there is no output; attribute ``residual`` is that of the solve. Raises as ``consumption`` does for an
    unknown stressor. Source: Marques et al. 2012.
    """
    F = choose(table.F, stressor)
    solution = ghosh.multipliers(table.system, np.asarray(F.values.reshape(F.sizes["stressor"], -1)))
    value = solution.value.reshape(F.shape)
    return F.copy(deep=False, data=value).assign_attrs(residual=float(solution.residual.max(initial=0.0)))


def downstream_multipliers(table: Table, stressor: Stressors = None) -> xr.DataArray:
    """s (Gᵀ − I) (stressor, region, sector): what others emit downstream per money of primary inputs of a sector.

    What a sector's own output comes to emit when it is its own customer's customer is included, its direct emissions
    are not: G is I + B + B² + ..., and I is taken out. Raises as ``income_multipliers``.
    Source: Marques et al. 2012.
    """
    total = income_multipliers(table, stressor)
    return total.copy(deep=False, data=total.values - choose(table.intensity, stressor).values)


def _primary_inputs(table: Table, *, split: bool) -> tuple[xr.DataArray, xr.DataArray]:
    """Primary inputs ([input,] region, sector), and what they lack of output less inputs (region, sector), money.

    Differences within the rounding of the sums are none.
    """
    balance = table.x.values - table.margins.columns.reshape(table.x.shape)
    if table.V is None:
        inputs = table.x.copy(deep=False, data=balance)
        return inputs.expand_dims(input=[BALANCE]) if split else inputs, xr.zeros_like(inputs)
    rest = balance - table.primary_inputs.values
    noise = CANCELLED * (table.x.values + table.margins.gross_columns.reshape(table.x.shape))
    rest = table.x.copy(deep=False, data=np.where(np.abs(rest) > noise, rest, 0.0))
    return table.V if split else table.primary_inputs, rest


def _residual(table: Table, g: xr.DataArray, stressor: Stressors) -> xr.DataArray:
    """What sectors without output emit, and what is enabled by their sales, which cancel (stressor, region, sector)."""
    lost = choose(table.stranded, stressor)
    idle = ~table.has_output
    sold = table.Z.values[idle]
    if not sold.any():
        return lost
    enabled = lost.values.copy()
    enabled[:, idle] += np.einsum("irs,krs->ki", sold, g.values)
    return lost.copy(deep=False, data=enabled)
