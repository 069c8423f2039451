"""Accounts of regions: what is emitted there, what is consumed there, and what neither reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tanheng.accounts.declared import account
from tanheng.accounts.result import DIRECT, By, Stressors, choose, gather, group, keep, kept, require_conserved, stamp
from tanheng.systems.table import Table

INDUSTRY, RESIDUAL = "industry", "residual"


@account(
    "production",
    en="Production-based account",
    zh="生产侧核算",
    formula="PBA_r = Σ_{i∈r} F_i + F_Y,r",
    source="SEEA Central Framework 2012; Peters 2008",
    dims="region sector component",
    by="region",
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
    stranded = _stranded(table)
    parts = {INDUSTRY: choose(table.F, stressor) - choose(stranded, stressor), **_direct(table, stressor)}
    if stranded.any():
        parts[RESIDUAL] = choose(stranded, stressor)
    result = group(gather(parts, dims), table, group_by)
    return stamp(result, table, "production", "direct emissions by place of production", **_residual_note(table))


@account(
    "consumption",
    en="Consumption-based account",
    zh="消费侧核算",
    formula="CBA_r = Σ_i m_i Y_i,r + F_Y,r,  m = s L",
    source="Peters 2008; Davis and Caldeira 2010",
    dims="region sector demand component",
    by="region",
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
    m = choose(table.multipliers, stressor)
    parts = {INDUSTRY: _embodied(m, table, "demand" in dims), **_direct(table, stressor)}
    lost = _residual(table, m, stressor)
    if lost.any():
        parts[RESIDUAL] = lost
    result = gather(parts, dims)
    F = choose(table.F, stressor)
    used = keep(parts[INDUSTRY]) + keep(lost)
    require_conserved(keep(F), used, keep(abs(F)), "production and consumption", table.about.name)
    method = "multipliers s L times final demand (MRIO), direct emissions of final demand added"
    return stamp(
        group(result, table, group_by),
        table,
        "consumption",
        method,
        solve_residual=m.attrs["residual"],
        **_residual_note(table),
    )


def _embodied(m: xr.DataArray, table: Table, by_demand: bool) -> xr.DataArray:
    """m·Y by consumer and product, (stressor, region, sector[, demand]); ``region`` is the consumer."""
    use = table.Y if by_demand else table.Y.sum("demand", skipna=False)
    wide = use.values.reshape(*use.shape[:2], -1)  # (supplier, sector, consumer [x demand])
    product = np.einsum("krs,rsc->ksc", m.values, wide, optimize=True)
    names = ("region", "demand") if by_demand else ("region",)
    coords = {"stressor": list(m.indexes["stressor"]), "sector": list(table.sectors), "region": list(table.regions)}
    if by_demand:
        coords["demand"] = list(table.demand)
    shaped = product.reshape(*product.shape[:2], *(len(coords[name]) for name in names))
    return xr.DataArray(shaped, coords, ("stressor", "sector", *names))


def _direct(table: Table, stressor: Stressors) -> dict[str, xr.DataArray]:
    """F_Y as an account's component (stressor, region, demand); empty where the table has none."""
    if table.F_Y is None:
        return {}
    return {DIRECT: choose(table.F_Y, stressor).rename(to_region="region")}


def _stranded(table: Table) -> xr.DataArray:
    """F of sectors without output (stressor, region, sector)."""
    return table.F.where(~table.has_output, 0.0)


def _residual(table: Table, m: xr.DataArray, stressor: Stressors) -> xr.DataArray:
    """What sectors without output emit, and what is embodied in their inputs (stressor, region, sector)."""
    lost = choose(_stranded(table), stressor)
    if table.undelivered is None:
        return lost
    idle = (~table.has_output).values
    inputs = np.einsum("krs,rsi->ki", m.values, table.Z.values[:, :, idle])
    embodied = np.zeros(lost.shape)
    embodied[:, idle] = inputs
    return lost + embodied


def _residual_note(table: Table) -> dict[str, Any]:
    """The attribute that shows the emissions of sectors without output, by stressor (convention 6)."""
    lost = keep(_stranded(table))
    return {"residual": {str(k): float(v) for k, v in zip(lost.indexes["stressor"], lost.values, strict=True)}}
