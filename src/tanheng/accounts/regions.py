"""Accounts of regions: what is emitted there, what is consumed there, and what neither reaches."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng.accounts.declared import account
from tanheng.accounts.result import (
    By,
    Stressors,
    choose,
    gather,
    group,
    keep,
    kept,
    multipliers,
    require_conserved,
    stamp,
)
from tanheng.systems.table import DIRECT, Table

INDUSTRY, RESIDUAL = "industry", "residual"


@account(
    "production",
    en="Production-based account",
    zh="生产侧核算",
    formula=r"\mathrm{PBA}_r = \sum_{i \in r} F_i + F_{Y,r}",
    symbols="F F_{Y,r}",
    source="SEEA Central Framework 2012; Peters 2008",
    dims="region sector component",
    by="region",
    principle="production",
)
def production(table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None) -> xr.DataArray:
    """Production-based account: what the sectors and the households of a region emit.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region, sector, component. Components:
    ``industry``, ``direct`` (emissions of final demand itself) and ``residual`` (emissions of sectors without output).
    Direct emissions have no sector and stand at ``sector=direct``. ``group_by`` names a grouping (see ``norms``).
    Raises QuestionError for an unknown dimension or stressor.
    Source: SEEA Central Framework 2012; Peters 2008, ``PBA_r = Σ_{i∈r} F_i + F_Y,r``.
    """
    dims = kept("production", by)
    parts = {INDUSTRY: choose(table.active_F, stressor), **direct_of(table, stressor)}
    if table.stranded.values.any():
        parts[RESIDUAL] = choose(table.stranded, stressor)
    result = group(gather(parts, dims), table, group_by)
    note = by_stressor(choose(table.stranded, stressor))
    return stamp(result, table, "production", "direct emissions by place of production", residual=note)


@account(
    "consumption",
    en="Consumption-based account",
    zh="消费侧核算",
    formula=r"\mathrm{CBA}_r = \sum_i m_i Y_{i,r} + F_{Y,r}, \quad m = s L",
    symbols="m Y F_{Y,r} s L",
    source="Peters 2008; Davis and Caldeira 2010",
    dims="region sector demand component",
    by="region",
    principle="consumption",
)
def consumption(
    table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None
) -> xr.DataArray:
    """Consumption-based account: what the final demand of a region causes anywhere, along all supply chains.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region (the consumer), sector (of the final
    product), demand (the final demand category), component. Components: ``industry`` (embodied), ``direct`` (emissions
    of final demand itself, never passed through L) and ``residual`` (emissions that sectors without output emit or
    receive embodied in their inputs; they reach no consumer and stay with their region, so that the sum over regions is
    that of ``production``).
    Raises ConservationError unless Σ production = Σ consumption to 1e-9, QuestionError for an unknown dimension or
    stressor.
    Source: Peters 2008; Davis and Caldeira 2010, ``CBA_r = Σ_i m_i Y_i,r + F_Y,r`` with ``m = s L``.
    """
    dims = kept("consumption", by)
    m = multipliers(table, stressor)
    parts = {INDUSTRY: _embodied(m, table, "demand" in dims), **direct_of(table, stressor)}
    lost = _residual(table, m, stressor)
    if lost.values.any():
        parts[RESIDUAL] = lost
    result = gather(parts, dims)
    require_conserved("consumption", choose(table.F, stressor), parts[INDUSTRY], lost, where=table.about.name)
    method = "multipliers s L times final demand (MRIO), direct emissions of final demand added"
    return stamp(
        group(result, table, group_by),
        table,
        "consumption",
        method,
        solve_residual=m.attrs["residual"],
        residual=by_stressor(lost),
    )


def _embodied(m: xr.DataArray, table: Table, by_demand: bool) -> xr.DataArray:
    """m·Y by consumer and product, (stressor, sector, region[, demand]); ``region`` is the consumer."""
    Y = table.Y if by_demand else table.final_demand
    values = np.einsum("krs,rsc->ksc", m.values, Y.values.reshape(*table.x.shape, -1), optimize=True)
    consumer = {"region": Y.indexes["region"]} | ({"demand": Y.indexes["demand"]} if by_demand else {})
    coords = {"stressor": m.indexes["stressor"], "sector": m.indexes["sector"], **consumer}
    return xr.DataArray(values.reshape([len(labels) for labels in coords.values()]), coords, tuple(coords))


def direct_of(table: Table, stressor: Stressors) -> dict[str, xr.DataArray]:
    """F_Y as an account's component (stressor, region, demand); empty where the table has none."""
    if table.F_Y is None:
        return {}
    return {DIRECT: choose(table.F_Y, stressor).rename(to_region="region")}


def _residual(table: Table, m: xr.DataArray, stressor: Stressors) -> xr.DataArray:
    """What sectors without output emit, and what is embodied in their inputs (stressor, region, sector)."""
    lost = choose(table.stranded, stressor)
    if table.undelivered is None:
        return lost
    idle = ~table.has_output
    embodied = lost.values.copy()
    embodied[:, idle] += np.einsum("krs,rsi->ki", m.values, table.Z.values[:, :, idle])
    return lost.copy(deep=False, data=embodied)


def by_stressor(lost: xr.DataArray) -> dict[str, float]:
    """The attribute that shows the residual, by stressor (convention 6)."""
    return {str(name): float(value) for name, value in zip(lost.indexes["stressor"], keep(lost).values, strict=True)}
