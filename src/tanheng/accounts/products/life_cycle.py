"""The footprint of a product over its life: by stage, process, place and stressor, credits on a line of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.formula import method
from tanheng.accounts.result import By, Stressors, finished, named
from tanheng.errors import QuestionError, nearest
from tanheng.systems.inventory import CREDIT
from tanheng.systems.process import KEPT, LINES, ProcessSystem

Array = NDArray[np.float64]

DIMS = ("region", "component", "stage", "process")
NOWHERE = "unspecified"  # the place of processes that have none
BURDEN = "burden"

method(
    "life-cycle",
    function="life_cycle",
    en="Life cycle of a product, by stage",
    zh="产品生命周期（按阶段）",
    formula=r"q = Q M^{-1} k, \quad M = M_b + M_c, \quad M_b = M_0 + \sum_t M_t, "
    r"\quad q_t = -Q M_b^{-1} M_t M_0^{-1} k",
    symbols="q Q M k M_b M_c M_t q_t",
    source="Heijungs and Suh 2002",
)


def life_cycle(
    system: ProcessSystem, demand: Mapping[str, float], by: By = None, *, stressor: Stressors = None
) -> xr.DataArray:
    """q = Q M⁻¹ k: what the demand takes of each stressor, in the stressor's unit, with all that is behind it.

    ``demand`` is {process: amount of its product} (id, name or product); ``by`` keeps stage, process, region (the place
    of the process), or several; by stage unless told otherwise. Every cell belongs to the stage that its exchange, or
    the nearest one between it and the demand, is given; without one, to that of its own process. Products made less of
    elsewhere stand on the line ``credit`` of the stages, else as a component of their own: they are never netted in
    silence. ``stressor`` is one name or several (all if None).
    Raises QuestionError for an unknown process, stressor or dimension, SingularError where the system has no solution.
    Source: Heijungs and Suh 2002, ch. 2; the split by stage follows from M (x₀ + Σ x_t) = k (``activity_by_line``).

    >>> from tanheng.systems.assembly import assemble
    >>> from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Process
    >>> flows = {"fuel": Flow("fuel", "fuel", "product", "l"), "power": Flow("power", "power", "product", "kWh"),
    ...     "CO2": Flow("CO2", "CO2", "elementary", "kg")}
    >>> plant = Process("plant", "power plant", (Exchange("power", 10, "kWh", "output"),
    ...     Exchange("fuel", 2, "l", "input"), Exchange("CO2", 1, "kg", "output")), 0)
    >>> well = Process("well", "oil well",
    ...     (Exchange("fuel", 100, "l", "output"), Exchange("CO2", 10, "kg", "output")), 0)
    >>> system = assemble(Inventory(InventoryAbout("Heijungs and Suh 2002"), flows, (plant, well)))
    >>> float(life_cycle(system, {"power": 1000}).sum())
    120.0
    """
    kept = _kept(by, system)
    rows = chosen(system, stressor)
    cells = _Cells.of(system, demand, rows)
    values = cells.summed(kept)
    coords = {dim: cells.labels[dim] for dim in kept}
    array = xr.DataArray(
        values, {"stressor": [system.stressor_names[row] for row in rows], **coords}, ("stressor", *kept)
    )
    units = [system.stressors[row].unit for row in rows]
    return finished(array, "life-cycle", "q = Q M⁻¹ k, by the nearest stage", units, facts(system, demand))


def chosen(system: ProcessSystem, stressor: Stressors) -> list[int]:
    """The rows of one stressor, several, or all; raises QuestionError for one that is not there."""
    names = system.stressor_names
    if stressor is None:
        return list(range(len(names)))
    wanted = [stressor] if isinstance(stressor, str) else list(dict.fromkeys(stressor))
    for name in wanted:
        if name not in names:
            raise QuestionError(f"there is no stressor {name!r}", where=system.about.name, hint=nearest(name, names))
    return [names.index(name) for name in wanted]


def facts(system: ProcessSystem, demand: Mapping[str, float]) -> dict[str, Any]:
    """What every result of a product system tells of it (convention 8)."""
    wanted = [(amount, system.processes[system.find(name)]) for name, amount in demand.items()]
    return {
        "table": system.about.name,
        "year": system.about.year,
        "table_hash": system.hash,
        "source": system.about.source,
        "licence": system.about.licence,
        "version": system.about.version,
        "norms": system.about.norms,
        "demand": "; ".join(f"{amount:g} {one.unit} {one.product} ({one.name})" for amount, one in wanted),
        "unlinked": len(system.unlinked),
    }


def _kept(by: By, system: ProcessSystem) -> tuple[str, ...]:
    asked = named(by, ("stage",))
    for dim in asked:
        if dim not in DIMS:
            raise QuestionError(f"a life cycle has no dimension {dim!r}", hint=nearest(dim, DIMS))
    credited = bool((system.technosphere.tag == LINES.index(CREDIT)).any())
    apart = ("component",) if credited and "stage" not in asked else ()
    return tuple(dim for dim in DIMS if dim in (*asked, *apart))


Places = NDArray[np.int64]


class _Cells:
    """The cells of Q times the activity of their process, each with its stressor, line and process."""

    def __init__(
        self, rows: int, row: Places, line: Places, process: Places, value: Array, system: ProcessSystem
    ) -> None:
        self._rows, self._row, self._value = rows, row, value
        places = [one.location or NOWHERE for one in system.processes]
        regions = list(dict.fromkeys(places))
        number = {region: at for at, region in enumerate(regions)}
        at_process = np.array([number[place] for place in places], dtype=np.int64)
        self._at = {
            "stage": line,
            "process": process,
            "region": at_process[process],
            "component": (line == LINES.index(CREDIT)).astype(np.int64),
        }
        present = np.unique(line)
        self.labels: dict[str, list[str]] = {
            "stage": [LINES[at] for at in present],
            "process": list(system.process_names),
            "region": regions,
            "component": [BURDEN, CREDIT],
        }
        self._at["stage"] = np.searchsorted(present, line)

    @classmethod
    def of(cls, system: ProcessSystem, demand: Mapping[str, float], rows: list[int]) -> _Cells:
        place = np.full(len(system.stressors), -1)
        place[rows] = np.arange(len(rows))
        cells = system.biosphere
        at = np.flatnonzero(place[cells.row] >= 0)
        row, process, amount = place[cells.row[at]], cells.column[at].astype(np.int64), cells.amount[at]
        stage = np.array([LINES.index(one.stage) for one in system.processes], dtype=np.int64)
        own = np.where(cells.tag[at] == KEPT, stage[process], cells.tag[at])
        parts = system.activity_by_line(system.demand(demand))
        lines = [own if name == "" else np.full(len(at), LINES.index(name)) for name in parts]
        values = [amount * activity[process] for activity in parts.values()]
        many = len(parts)
        return cls(
            len(rows), np.tile(row, many), np.concatenate(lines), np.tile(process, many), np.concatenate(values), system
        )

    def summed(self, kept: tuple[str, ...]) -> Array:
        """(stressor, *kept): the cells added up."""
        shape = (self._rows, *(len(self.labels[dim]) for dim in kept))
        at = np.ravel_multi_index((self._row, *(self._at[dim] for dim in kept)), shape)
        return np.asarray(np.bincount(at, self._value, int(np.prod(shape))).reshape(shape), dtype=np.float64)
