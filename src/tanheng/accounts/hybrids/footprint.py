"""The footprint of a product by processes and tables together: what makers list, and the economy behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp
import xarray as xr
from numpy.typing import NDArray

from tanheng import units
from tanheng.accounts.formula import method
from tanheng.accounts.result import HYBRID, By, Stressors, finished, gather, named
from tanheng.errors import QuestionError, nearest
from tanheng.kernels import integrated as kernel
from tanheng.systems.hybrid import Hybrid
from tanheng.systems.inventory import CREDIT
from tanheng.systems.process import KEPT, LINES

Array = NDArray[np.float64]

DIMS = ("region", "sector", "component", "stage", "process")
PROCESS, PURCHASES = "process", "purchases"

method(
    "hybrid-footprint",
    function="hybrid_footprint",
    en="Hybrid footprint of a product",
    zh="产品的混合足迹",
    formula=r"q = \mu k, \quad \mu M = Q + h C_u, \quad h (\hat{x} - Z) = F + \mu C_d",
    symbols=r"q \mu k M Q h C_u Z F C_d",
    source="Suh et al. 2004; Suh 2004",
)


def hybrid_footprint(
    hybrid: Hybrid, demand: Mapping[str, float], by: By = None, *, stressor: Stressors = None
) -> xr.DataArray:
    """What a demand for products takes of each stressor: in the processes, and in the sectors that they buy from.

    ``demand`` is {process: amount of its product} (id, name or product). ``by`` from region (where it is emitted),
    sector, process, component, stage; by component and stage unless told otherwise. Components: ``process`` and
    ``purchases``, all that sectors emit for what the processes buy, with the processes that the sectors draw on in turn
    where the hybrid is integrated. Processes stand at ``sector=process``, sectors at ``process=purchases``. A purchase
    has the stage of its exchange, or the nearest one between it and the demand, else that of its process; all that is
    behind it stays there. Where products are made less of elsewhere, stages are always kept: that is the stage
    ``credit``, and it is never netted in silence. Of the stressors that both sides tell of; masses in kg.
    Without purchases it is the life cycle of the processes alone; without sales a tiered hybrid.
    Raises QuestionError for an unknown process, stressor or dimension, SingularError and TableError where a system
    has no solution.
    Source: Suh et al. 2004 (tiered); Suh 2004 (integrated), ``q = [Q F] [[M, −C_d], [−C_u, x̂ − Z]]⁻¹ [k; 0]``.
    """
    kept = _kept(by, hybrid)
    rows = chosen(hybrid, stressor)
    followed = _Followed(hybrid, hybrid.process.demand(demand))
    factors, unit_of = _shown(hybrid, rows)
    parts = {PROCESS: followed.of_processes(rows, factors, kept), PURCHASES: followed.of_sectors(rows, factors)}
    array = gather(parts, kept)
    wanted = [(amount, hybrid.process.processes[hybrid.process.find(name)]) for name, amount in demand.items()]
    told = "; ".join(f"{amount:g} {one.unit} {one.product} ({one.name})" for amount, one in wanted)
    how = "tiered: Q M⁻¹ k + m C_u M⁻¹ k" if hybrid.tiered else "integrated: one system of processes and sectors"
    return finished(
        array, "hybrid-footprint", how, unit_of, facts(hybrid) | {"demand": told, "solve_residual": followed.residual}
    )


def chosen(hybrid: Hybrid, stressor: Stressors) -> list[int]:
    """The linked stressors asked for, by position; raises QuestionError for one that is not there or not linked."""
    if stressor is None:
        if not hybrid.stressors:
            hint = f"declare them: stressors = {{{', '.join(hybrid.table.stressors[:1])}: ...}}, --link TABLE=PROCESS"
            raise QuestionError("the processes and the table share no stressor", where=_where(hybrid), hint=hint)
        return list(range(len(hybrid.stressors)))
    wanted = [stressor] if isinstance(stressor, str) else list(dict.fromkeys(stressor))
    for name in wanted:
        if name not in hybrid.stressors:
            what = f"the hybrid has no stressor {name!r}"
            hint = nearest(name, hybrid.stressors)
            if name in hybrid.table.stressors:
                what = f"what the processes emit of {name} is not known"
                hint = "declare which of theirs it is, or that they emit none: --link TABLE=PROCESS"
            raise QuestionError(what, where=_where(hybrid), hint=hint)
    return [hybrid.stressors.index(name) for name in wanted]


def _where(hybrid: Hybrid) -> str:
    return f"{hybrid.process.about.name}, {hybrid.table.about.name}"


def facts(hybrid: Hybrid) -> dict[str, Any]:
    """What every result of a hybrid tells of both sides (convention 8)."""
    process, table = hybrid.process.about, hybrid.table.about
    return {
        "approach": HYBRID,
        "table": f"{process.name} + {table.name}",
        "year": table.year,
        "process_year": process.year,
        "table_hash": hybrid.hash,
        "base_hash": hybrid.table.hash,
        "source": f"{process.source}; {table.source}",
        "licence": f"{process.licence}; {table.licence}",
        "price_basis": table.price_basis,
        "boundary": table.boundary,
        "classification": table.classification,
        "norms": process.norms,
        "unpriced": len(hybrid.process.unlinked) - len(np.unique(hybrid.bought.tocoo().coords[1])),
        "warnings": [one.what for one in hybrid.findings if one.severity == "warning"],
    }


def _kept(by: By, hybrid: Hybrid) -> tuple[str, ...]:
    asked = named(by, ("component", "stage"))
    for dim in asked:
        if dim not in DIMS:
            raise QuestionError(f"a hybrid footprint has no dimension {dim!r}", hint=nearest(dim, DIMS))
    apart = ("stage",) if _credited(hybrid) else ()
    return tuple(dim for dim in DIMS if dim in (*asked, *apart))


def _credited(hybrid: Hybrid) -> bool:
    process = hybrid.process
    return any(bool((part.tag == LINES.index(CREDIT)).any()) for part in (process.technosphere, process.cutoffs))


def _shown(hybrid: Hybrid, rows: list[int]) -> tuple[Array, list[str]]:
    """What turns the table's units into those of a footprint, kg of masses, and these units."""
    factors, found = [], []
    for row in rows:
        unit = hybrid.table.about.units[hybrid.stressors[row]]
        scale, _, substance = unit.partition(" ")
        mass = units.parse(unit).dimension.startswith("mass") and units.parse(scale).dimension == "mass"
        factors.append(units.factor(scale, "kg") if mass else 1.0)
        found.append(f"kg {substance}".strip() if mass else unit)
    return np.array(factors), found


class _Followed:
    """The processes that run for a demand, by line, and the sectors, by the stage in which they are bought from.

    ``lines`` {line: (n,)} are the processes, "" those reached without a stage between; ``sectors`` (N, lines present).
    What a line's purchases run through the economy, processes that the sectors draw on included, is that line's. What
    is avoided follows when all else is known, in the system with what is avoided: everything behind it is a credit.
    """

    def __init__(self, hybrid: Hybrid, k: Array) -> None:
        self.hybrid = hybrid
        self.lines = hybrid.process.activity_by_line(k)
        self.present = list(LINES)
        bought = self._bought()
        credit = self.present.index(CREDIT)
        own = [at for at in range(len(self.present)) if at != credit and bought[:, at].any()]
        self.sectors, self.residual = np.zeros_like(bought), 0.0
        if own:
            run = self._run(hybrid.burdens, np.zeros((len(k), len(own))), bought[:, own])
            self.sectors[:, own] = run.sectors
            self._add({self.present[at]: run.processes[:, i] for i, at in enumerate(own)})
            back = run.processes.sum(axis=1)
        else:
            back = np.zeros(len(k))
        self._avoid(credit, bought[:, credit], back)
        self.present = self._there()

    def _run(self, system: kernel.Integrated, k: Array, y: Array) -> kernel.Activity:
        run = kernel.activity(system, k, y)
        self.residual = max(self.residual, float(run.residual.max(initial=0.0)))
        return run

    def _add(self, activity: Mapping[str, Array]) -> None:
        for line, amounts in activity.items():
            if amounts.any():
                self.lines[line] = self.lines.get(line, 0.0) + amounts

    def _bought(self) -> Array:
        """What the processes buy (N, lines), money, by the line of the purchase."""
        stage = self._stages()
        hybrid = self.hybrid
        cells, total = hybrid.process.cutoffs, np.zeros((hybrid.upstream.shape[0], len(LINES)))
        own = np.where(cells.tag == KEPT, stage[cells.column], cells.tag)
        for line, running in self.lines.items():
            at = own if line == "" else np.where(cells.tag == LINES.index(CREDIT), cells.tag, LINES.index(line))
            total += self._priced(cells.row, at, cells.amount * running[cells.column])
            beside = sp.csc_array(
                (running, (np.arange(len(running)), stage if line == "" else np.full(len(running), LINES.index(line)))),
                shape=(len(running), len(LINES)),
            )
            total += (hybrid.recipe @ beside).toarray()
        return total

    def _priced(self, row: NDArray[Any], line: NDArray[Any], amount: Array) -> Array:
        shape = (self.hybrid.bought.shape[1], len(LINES))
        return np.asarray(self.hybrid.bought @ sp.csc_array((amount, (row, line)), shape=shape).toarray())

    def _stages(self) -> NDArray[np.int64]:
        return np.array([LINES.index(one.stage) for one in self.hybrid.process.processes], dtype=np.int64)

    def _avoid(self, credit: int, bought: Array, back: Array) -> None:
        """What is avoided for the demand is known; here what is behind its purchases, and behind ``back`` (n,)."""
        if not _credited(self.hybrid):
            return
        process, hybrid = self.hybrid.process, self.hybrid
        tag = LINES.index(CREDIT)
        made = -(process.technosphere.matrix(process.M.shape, process.technosphere.tag == tag) @ back)
        cutoffs = process.cutoffs.matrix(process.C.shape, process.cutoffs.tag == tag)
        y = bought + hybrid.bought @ (cutoffs @ back)
        run = self._run(hybrid.whole, made[:, None], y[:, None])
        self.sectors[:, credit] = run.sectors[:, 0]
        self._add({CREDIT: run.processes[:, 0]})

    def _there(self) -> list[str]:
        """The stages that something stands in, in their order."""
        stage, own = self._stages(), self.hybrid.process.biosphere
        direct = np.where(own.tag == KEPT, stage[own.column], own.tag)
        there = {LINES[at] for at in np.unique(direct[self.lines[""][own.column] != 0])}
        there |= {line for line in self.lines if line} | {LINES[at] for at in np.flatnonzero(self.sectors.any(axis=0))}
        return [line for line in LINES if line in there] or [LINES[0]]

    # -- what they emit -----------------------------------------------------------------------------------------------

    def of_processes(self, rows: list[int], factors: Array, kept: tuple[str, ...]) -> xr.DataArray:
        """(stressor, and those kept of region, stage, process): what the processes emit."""
        hybrid, cells = self.hybrid, self.hybrid.process.biosphere
        labels_of = {"region": self._regions(), "stage": self.present, "process": list(hybrid.process.process_names)}
        dims = [dim for dim in labels_of if dim in kept]
        shape = (len(rows), *(len(labels_of[dim]) for dim in dims))
        place = np.array([labels_of["region"].index(one) for one in hybrid.places], dtype=np.int64)
        stage, total = self._stages(), np.zeros(int(np.prod(shape)))
        own = np.where(cells.tag == KEPT, stage[cells.column], cells.tag)
        turned = self._turned(rows, factors)
        for line, running in self.lines.items():
            amount = cells.amount * running[cells.column]
            used = np.flatnonzero(amount)
            at = own[used] if line == "" else np.full(len(used), LINES.index(line))
            column = cells.column[used]
            where: dict[str, NDArray[Any]] = {"region": place[column], "process": column}
            where["stage"] = np.array(self._stage_at())[at]
            for i, weights in enumerate(turned):
                index = np.ravel_multi_index([np.full(len(used), i), *[where[dim] for dim in dims]], shape)
                total += np.bincount(index, amount[used] * weights[cells.row[used]], len(total))
        coords = {"stressor": [hybrid.stressors[row] for row in rows]} | {dim: labels_of[dim] for dim in dims}
        return xr.DataArray(total.reshape(shape), coords, ("stressor", *dims))

    def _turned(self, rows: list[int], factors: Array) -> Array:
        """(asked, s): what a unit of each stressor of the processes counts."""
        turned = np.zeros((len(rows), len(self.hybrid.process.stressors)))
        for i, row in enumerate(rows):
            link = self.hybrid.links[row]
            turned[i, list(link.rows)] = np.array(link.factors) * factors[i]
        return turned

    def _stage_at(self) -> list[int]:
        """Of each line its place among those present; nothing stands in the others."""
        return [self.present.index(line) if line in self.present else 0 for line in LINES]

    def _regions(self) -> list[str]:
        return list(dict.fromkeys((*self.hybrid.table.regions, *self.hybrid.places)))

    def of_sectors(self, rows: list[int], factors: Array) -> xr.DataArray:
        """(stressor, stage, region, sector): what the sectors emit."""
        table, regions = self.hybrid.table, self._regions()
        at = [LINES.index(line) for line in self.present]
        R, S = table.x.shape
        values = np.zeros((len(rows), len(at), len(regions), S))
        F = self.hybrid.F[rows] * factors[:, None]
        values[:, :, :R] = np.einsum("kn,nl->kln", F, self.sectors[:, at]).reshape(len(rows), len(at), R, S)
        stressors = [self.hybrid.stressors[row] for row in rows]
        coords = {"stressor": stressors, "stage": self.present, "region": regions, "sector": list(table.sectors)}
        return xr.DataArray(values, coords, tuple(coords))
