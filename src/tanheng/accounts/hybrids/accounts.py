"""Accounts of an economy that runs on processes and sectors: who emits, for whom, and what that is beside the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.formula import method
from tanheng.accounts.hybrids.footprint import PROCESS, chosen, facts
from tanheng.accounts.regions import INDUSTRY, RESIDUAL, by_stressor, direct_of, production
from tanheng.accounts.result import By, Stressors, finished, gather, keep, named, require_conserved
from tanheng.errors import QuestionError, nearest
from tanheng.kernels import leontief
from tanheng.systems.hybrid import Hybrid
from tanheng.systems.own_output import TAKEN_OUT

Array = NDArray[np.float64]
Principle = Literal["production", "consumption"]

DIMS: Mapping[str, tuple[str, ...]] = {
    "production": ("region", "sector", "component"),
    "consumption": ("region", "sector", "demand", "component"),
    "differences": ("region", "component"),
}
SECTOR_OUT, INPUTS_OUT = "sector emissions taken out", "sector inputs taken out"
PROCESS_IN, PURCHASES_IN = "process emissions added", "process purchases added"

method(
    "hybrid-accounts",
    function="hybrid_accounts",
    en="Accounts of a hybrid economy, by region",
    zh="混合经济系统的地区账户",
    formula=r"\mathrm{PBA}_r = \sum_{i \in r} F_i o_i + \sum_{j \in r} Q n_j + F_{Y,r}, "
    r"\quad \mathrm{CBA}_r = h Y_r + \mu d_r + F_{Y,r}",
    symbols=r"\mathrm{PBA}_r F_i o_i Q n_j F_{Y,r} \mathrm{CBA}_r h Y_r \mu d_r",
    source="Suh 2004; Peters 2008",
)
method(
    "hybrid-differences",
    function="hybrid_differences",
    en="What a hybrid economy emits beside its table, by cause",
    zh="混合经济与投入产出表的排放差异（按原因）",
    formula=r"\Delta_E = Q n + h_0 C_u n - \Delta_F - h_0 \Delta_Z",
    symbols=r"\Delta_E Q n h_0 C_u \Delta_F \Delta_Z",
    source="follows from Suh 2004",
)


def hybrid_accounts(hybrid: Hybrid, principle: Principle, by: By = None, *, stressor: Stressors = None) -> xr.DataArray:
    """The production- or the consumption-based account of the year in which the economy runs on the hybrid.

    ``by`` from region, sector, component and, for consumption, demand; by region unless told otherwise. Components:
    ``industry`` (the sectors, or what is embodied in their products), ``process`` (the processes at their places, or
    what is embodied in their products, by consumer), ``direct`` (of final demand itself) and ``residual`` (sectors
    without output). Processes stand at ``sector=process``. Places that are no regions of the table stand under their
    own names. Avoided products are left out: credits are in no account. A tiered hybrid sells nothing to the economy,
    and its accounts are those of the table.
    Returns stressors in the table's units. Raises ConservationError unless Σ production = Σ consumption to 1e-9,
    QuestionError for an unknown principle, dimension or stressor.
    Source: Peters 2008 for the principles; Suh 2004 for the system.
    """
    if principle not in ("production", "consumption"):
        raise QuestionError(f"a hybrid has no account of {principle!r}", hint="production or consumption")
    dims, rows = _kept(by, principle), chosen(hybrid, stressor)
    made, used = _produced(hybrid, rows), _consumed(hybrid, rows)
    _require_conserved(hybrid, made, used)
    parts = made if principle == "production" else used
    how = {
        "production": "direct emissions of sectors and processes by place, as final demand runs them",
        "consumption": "multipliers of the integrated system times final demand",
    }
    told = facts(hybrid) | {"principle": principle, "solve_residual": _worst(hybrid)}
    unit_of = [hybrid.table.about.units[hybrid.stressors[row]] for row in rows]
    lost = by_stressor(used[RESIDUAL]) if RESIDUAL in used else {}
    return finished(gather(parts, dims), "hybrid-accounts", how[principle], unit_of, told | {"residual": lost})


def hybrid_differences(hybrid: Hybrid, by: By = None, *, stressor: Stressors = None) -> xr.DataArray:
    """What the hybrid's account has beside the table's, by cause and by the region where it is emitted.

    ``by`` from region and component (the cause); by component unless told otherwise. The four causes: ``process
    emissions added``; ``process purchases added``, what sectors emit for what the processes buy; ``sector emissions
    taken out`` with the products' own output; ``sector inputs taken out``, what others emitted for it. They add up to
    the hybrid's total less the table's, and region by region to the difference of the production-based accounts.
    Raises ConservationError unless they do to 1e-9 of the total, QuestionError as ``hybrid_accounts``.
    Source: with W = x̂ − Z of the rest and r what it sold to the part taken out, W·1 = y + r and W w = y + C_u t.
    """
    dims, rows = _kept(by, "differences"), chosen(hybrid, stressor)
    parts = _causes(hybrid, rows)
    table = production(hybrid.table, "region", stressor=[hybrid.stressors[row] for row in rows])
    made = _produced(hybrid, rows)
    less = (-part for part in parts.values())
    require_conserved("the hybrid's, less the causes,", table, *made.values(), *less, where=_name(hybrid))
    unit_of = [hybrid.table.about.units[hybrid.stressors[row]] for row in rows]
    how = "processes and their purchases added, the products' own output and its inputs taken out"
    return finished(gather(parts, dims), "hybrid-differences", how, unit_of, facts(hybrid))


def _kept(by: By, what: str) -> tuple[str, ...]:
    usual = ("component",) if what == "differences" else ("region",)
    asked = named(by, usual)
    for dim in asked:
        if dim not in DIMS[what]:
            raise QuestionError(f"a hybrid's {what} have no dimension {dim!r}", hint=nearest(dim, DIMS[what]))
    return tuple(dim for dim in DIMS[what] if dim in asked)


def _name(hybrid: Hybrid) -> str:
    return str(facts(hybrid)["table"])


def _worst(hybrid: Hybrid) -> float:
    return float(max(hybrid.running.residual.max(initial=0.0), hybrid.multipliers.residual.max(initial=0.0)))


def _stressors(hybrid: Hybrid, rows: list[int]) -> list[str]:
    return [hybrid.stressors[row] for row in rows]


def _regions(hybrid: Hybrid) -> list[str]:
    return list(dict.fromkeys((*hybrid.table.regions, *hybrid.places)))


def _by_sector(hybrid: Hybrid, rows: list[int], values: Array) -> xr.DataArray:
    """``values`` (asked, N) of the sectors as (stressor, region, sector), places outside the table with nothing."""
    regions, sectors = _regions(hybrid), list(hybrid.table.sectors)
    wide = np.zeros((len(rows), len(regions), len(sectors)))
    wide[:, : len(hybrid.table.regions)] = values.reshape(len(rows), -1, len(sectors))
    coords = {"stressor": _stressors(hybrid, rows), "region": regions, "sector": sectors}
    return xr.DataArray(wide, coords, tuple(coords))


def _by_place(hybrid: Hybrid, rows: list[int], running: Array) -> xr.DataArray:
    """What processes (n,) emit, (stressor, region)."""
    regions = _regions(hybrid)
    at = np.array([regions.index(place) for place in hybrid.places], dtype=np.int64)
    amounts = hybrid.Q[rows].toarray() * running
    wide = np.array([np.bincount(at, one, len(regions)) for one in amounts])
    return xr.DataArray(wide, {"stressor": _stressors(hybrid, rows), "region": regions}, ("stressor", "region"))


def _produced(hybrid: Hybrid, rows: list[int]) -> dict[str, xr.DataArray]:
    """Who emits: components (stressor, region[, sector])."""
    run = hybrid.running
    parts = {INDUSTRY: _by_sector(hybrid, rows, hybrid.F[rows] * run.sectors[:, 0])}
    if len(hybrid.places):
        parts[PROCESS] = _by_place(hybrid, rows, run.processes[:, 0])
    return parts | _direct(hybrid, rows) | _stranded(hybrid, rows)


def _stranded(hybrid: Hybrid, rows: list[int]) -> dict[str, xr.DataArray]:
    values = hybrid.rest.stranded.sel(stressor=_stressors(hybrid, rows)).values.reshape(len(rows), -1)
    return {RESIDUAL: _by_sector(hybrid, rows, values)} if values.any() else {}


def _direct(hybrid: Hybrid, rows: list[int]) -> dict[str, xr.DataArray]:
    """Emissions of final demand itself (stressor, region, demand), places outside the table with nothing."""
    own = direct_of(hybrid.table, _stressors(hybrid, rows))
    return {name: part.reindex(region=_regions(hybrid), fill_value=0.0) for name, part in own.items()}


def _consumed(hybrid: Hybrid, rows: list[int]) -> dict[str, xr.DataArray]:
    """For whom: components (stressor, region[, sector, demand]); ``region`` is the consumer."""
    table, regions, demand = hybrid.table, _regions(hybrid), list(hybrid.table.demand)
    R, S = table.x.shape
    products, sectors = hybrid.multipliers.products[rows], hybrid.multipliers.sectors[rows]
    Y = hybrid.rest.Y.values[..., : len(demand)].reshape(R, S, R, -1)
    final = np.einsum("krs,rsud->ksud", sectors.reshape(len(rows), R, S), Y, optimize=True)
    bought = (products @ hybrid.final).reshape(len(rows), R, -1)
    coords = {"stressor": _stressors(hybrid, rows), "sector": list(table.sectors), "region": regions, "demand": demand}
    wide = np.zeros((len(rows), S, len(regions), len(demand)))
    wide[:, :, :R] = final
    parts = {INDUSTRY: xr.DataArray(wide, coords, tuple(coords))}
    if len(hybrid.places):
        wide = np.zeros((len(rows), len(regions), len(demand)))
        wide[:, :R] = bought
        coords = {name: labels for name, labels in coords.items() if name != "sector"}
        parts[PROCESS] = xr.DataArray(wide, coords, tuple(coords))
    parts |= _direct(hybrid, rows)
    lost = _residual(hybrid, rows)
    return parts | ({RESIDUAL: _by_sector(hybrid, rows, lost)} if lost.any() else {})


def _residual(hybrid: Hybrid, rows: list[int]) -> Array:
    """(asked, N): what sectors without output emit, and what is embodied in what they take; by receiving sector."""
    rest = hybrid.rest
    lost = rest.stranded.sel(stressor=_stressors(hybrid, rows)).values.reshape(len(rows), -1).copy()
    idle = ~rest.has_output.ravel()
    if rest.undelivered is not None:
        lost[:, idle] += hybrid.multipliers.sectors[rows] @ rest.Z.values.reshape(rest.x.size, -1)[:, idle]
    lost[:, idle] += hybrid.multipliers.products[rows] @ hybrid.idle[:, idle]
    return np.asarray(lost)


def _require_conserved(hybrid: Hybrid, made: Mapping[str, xr.DataArray], used: Mapping[str, xr.DataArray]) -> None:
    emitted = xr.concat([keep(part) for part in made.values()], "component")
    require_conserved("consumption", emitted, *used.values(), where=_name(hybrid))


def _causes(hybrid: Hybrid, rows: list[int]) -> dict[str, xr.DataArray]:
    """The four causes, (stressor, region[, sector])."""
    table, rest, run = hybrid.table, hybrid.rest, hybrid.running
    names, n = _stressors(hybrid, rows), hybrid.table.x.size
    before, after = (one.F.sel(stressor=names).values.reshape(len(rows), n) for one in (table, rest))
    lost = rest.Y.values[..., -1].sum(axis=2).ravel() if TAKEN_OUT in rest.demand else np.zeros(n)
    bought = hybrid.burdens.upstream @ run.processes[:, 0]
    right = np.where(rest.has_output.ravel()[:, None], np.column_stack([lost, bought]), 0.0)
    scale = leontief.solve(rest.system, right, transposed=False).value
    F = hybrid.F[rows]
    parts = {
        SECTOR_OUT: _by_sector(hybrid, rows, after - before),
        INPUTS_OUT: _by_sector(hybrid, rows, -F * scale[:, 0]),
        PURCHASES_IN: _by_sector(hybrid, rows, F * scale[:, 1]),
    }
    added = {PROCESS_IN: _by_place(hybrid, rows, run.processes[:, 0])} if len(hybrid.places) else {}
    return added | parts
