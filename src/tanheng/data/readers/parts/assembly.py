"""A table from what the readers of other programs' folders found: a core, and groups of stressors and of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tanheng.data.findings import output_differs, with_findings
from tanheng.data.readers.parts import programs, shared
from tanheng.kernels.constructs import Model
from tanheng.systems.finding import Finding, found
from tanheng.systems.supply_use import SupplyUse
from tanheng.systems.table import Table

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rows:
    """A group of rows: their names and units (each with the unit's place), F (rows, n), and F_Y (rows, R*D) or None."""

    group: str
    names: list[str]
    units: list[tuple[str, str]]
    F: Array
    F_Y: Array | None = None

    def only(self, places: Sequence[int]) -> Rows:
        """Some of the rows."""
        if len(places) == len(self.names):
            return self
        at = list(places)
        F_Y = None if self.F_Y is None else self.F_Y[at]
        return Rows(self.group, [self.names[i] for i in at], [self.units[i] for i in at], self.F[at], F_Y)


@dataclass(frozen=True, eq=False)
class Core:
    """Z (n, n) and Y (n, R*D) in ``currency``, their axes, the facts known, and the output x (n,) that is stated."""

    Z: Array
    Y: Array
    regions: list[str]
    sectors: list[str]
    demand: list[str]
    currency: str
    known: dict[str, Any]
    year: int
    x: Array | None = None
    x_where: str = ""
    notes: list[Finding] = field(default_factory=list)


def assembled(core: Core, stressors: Sequence[Rows], inputs: Sequence[Rows]) -> Table:
    """The table, with what was done to the source among its findings.

    A name that several groups have gets its group's name before it. Where some groups state direct emissions of final
    demand and others do not, those of the others are zero. Raises UnitError, and what ``Table.from_arrays`` raises.
    """
    parts, notes = _parts_of(core, stressors, inputs)
    table = Table.from_arrays(core.Z, core.Y, sectors=core.sectors, demand=core.demand, **parts)
    given = output_differs(table, core.x, core.x_where) if core.x is not None else ()
    return with_findings(table, *notes, *given)


def constructed(
    core: Core, supply: Array, products: list[str], model: str, stressors: Sequence[Rows], inputs: Sequence[Rows]
) -> Table:
    """The symmetric table of supply (R, I, P), use and final demand, which are ``core.Z`` (R*P, R*I) and ``core.Y``.

    Raises as ``assembled`` does, and as ``SupplyUse.symmetric``.
    """
    parts, notes = _parts_of(core, stressors, inputs)
    both = SupplyUse.from_arrays(
        supply, core.Z, core.Y, industries=core.sectors, products=products, demand=core.demand, **parts
    )
    table = both.symmetric(cast(Model, model))
    return with_findings(table, *notes, found("constructed", "note", "Z", model=model))


def _parts_of(core: Core, stressors: Sequence[Rows], inputs: Sequence[Rows]) -> tuple[dict[str, Any], list[Finding]]:
    """F, V, F_Y with their labels, the regions and About; and what was done to them."""
    K, doubled = programs.unique([(one.group, name) for one in stressors for name in one.names], "stressors")
    names, twice = programs.unique([(one.group, name) for one in inputs for name in one.names], "inputs")
    regions, renamed = programs.regions_of(core.regions)
    scaled = [_in_known_units(one) for one in stressors]
    units = dict(zip(K, (unit for rows, _ in scaled for _, unit in rows.units), strict=True))
    about, dated = programs.about_of(core.known, core.year, core.currency, units)
    F_Y, supposed = _direct([rows for rows, _ in scaled], core.Y.shape[1])
    columns = len(core.regions) * len(core.sectors)
    parts = {
        "regions": regions,
        "stressors": K,
        "about": about,
        "F": _stacked([rows.F for rows, _ in scaled], columns),
        "F_Y": F_Y,
        "V": _stacked([one.F for one in inputs], columns) if names else None,
        "inputs": names if names else None,
    }
    notes = [*core.notes, *dated, *renamed, *doubled, *twice, *supposed]
    notes += [note for _, more in scaled for note in more]
    notes += _inputs_of_demand(inputs, core.currency)
    notes += [] if K else [found("no-stressors", "warning", "F")]
    return parts, notes


def _in_known_units(rows: Rows) -> tuple[Rows, list[Finding]]:
    """The rows in units as we write them, and a note for those whose numbers that changes."""
    measures = [programs.measure(unit, where) for where, unit in rows.units]
    units = [(where, unit) for (where, _), (unit, _) in zip(rows.units, measures, strict=True)]
    factors = np.array([[factor] for _, factor in measures])
    if (factors == 1).all():
        return replace(rows, units=units), []
    F_Y = None if rows.F_Y is None else rows.F_Y * factors
    changed = {(old, new) for (_, old), (new, f) in zip(rows.units, measures, strict=True) if f != 1}
    notes = [found("converted", "note", "F", part=rows.group, given=old, held=new) for old, new in sorted(changed)]
    return replace(rows, units=units, F=rows.F * factors, F_Y=F_Y), notes


def _stacked(arrays: Sequence[Array], columns: int) -> Array:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate([np.empty((0, columns)), *arrays])


def _direct(groups: Sequence[Rows], columns: int) -> tuple[Array | None, list[Finding]]:
    """F_Y of all groups, if any states it, and a note of those that do not."""
    lacking = [one.group for one in groups if one.F_Y is None and one.names]
    notes = [found("no-direct", "note", "F_Y", names=shared.listed(lacking))] if lacking else []
    if len(lacking) == len([one for one in groups if one.names]):
        return None, notes
    parts = [np.zeros((len(one.names), columns)) if one.F_Y is None else one.F_Y for one in groups]
    return _stacked(parts, columns), notes


def _inputs_of_demand(inputs: Sequence[Rows], currency: str) -> list[Finding]:
    """Primary inputs of final demand have no place in a table."""
    total = sum(float(np.abs(one.F_Y).sum()) for one in inputs if one.F_Y is not None)
    if not total:
        return []
    return [found("inputs-of-demand", "note", "V", total=total, unit=currency)]
