"""Which stressors of a process system are which of a table: by name, as the same gas, or as declared; never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tanheng import units
from tanheng.errors import QuestionError, UnitError, nearest
from tanheng.labels.elementary import greenhouse_gas, medium
from tanheng.systems.finding import Finding, Severity, found, listed
from tanheng.systems.inventory import Flow
from tanheng.systems.linking import conversion, folded
from tanheng.systems.process import ProcessSystem
from tanheng.systems.table import Table

_APART = ("CO2 biogenic", "CO2 land use")  # what a table's CO2 does not hold unless someone says so
Declared = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class StressorLink:
    """A ``stressor`` of the table and the ``rows`` of the process system that it is, none if the processes have none.

    ``factors`` turn each row's amounts into the table's unit.
    """

    stressor: str
    rows: tuple[int, ...]
    factors: tuple[float, ...]


def linked(
    process: ProcessSystem, table: Table, declared: Declared | None = None
) -> tuple[tuple[StressorLink, ...], tuple[Finding, ...]]:
    """The stressors that a table and a process system share, in the table's order, and what was found.

    ``declared`` {of the table: of the processes, one or several, or none at all (an empty list)} goes first; then what
    has the same name; then what is the same gas going into the air, carbon dioxide of living matter and of land use
    apart. A system that exchanges nothing with nature has nothing to link: all stressors of the table are shared.
    Flows that no process exchanges are no counterparts.
    A stressor of the table without counterpart is left out of the hybrid, for what the processes emit of it is not
    known; so are gases of the processes that the table has not; both are findings, and so is a pair whose boundaries
    differ (carbon dioxide joined with carbon dioxide equivalents).
    Raises QuestionError for a name that is not there and for one declared twice, UnitError for units that do not
    convert.
    """
    given = {name: [of] if isinstance(of, str) else list(of) for name, of in (declared or {}).items()}
    for name in given:
        if name not in table.stressors:
            hint = nearest(name, table.stressors)
            raise QuestionError(f"the table has no stressor {name!r}", where=table.about.name, hint=hint)
    rows = {name: [_row(process, one) for one in them] for name, them in given.items()}
    _require_once(rows, process)
    taken = {row for them in rows.values() for row in them}
    free = [int(row) for row in np.unique(process.biosphere.row) if row not in taken]
    for stressor in table.stressors:
        alike = [row for row in free if _alike(stressor, process.stressors[row])]
        if stressor not in rows and (alike or not len(process.biosphere.row)):
            rows[stressor] = alike
            free = [row for row in free if row not in alike]
    links = tuple(_link(name, rows[name], process, table) for name in table.stressors if name in rows)
    return links, _findings(links, free, process, table)


def _row(process: ProcessSystem, name: str) -> int:
    names = process.stressor_names
    if name in names:
        return names.index(name)
    ids = [flow.id for flow in process.stressors]
    if name not in ids:
        raise QuestionError(f"there is no stressor {name!r}", where=process.about.name, hint=nearest(name, names))
    return ids.index(name)


def _require_once(rows: Mapping[str, Sequence[int]], process: ProcessSystem) -> None:
    seen: dict[int, str] = {}
    for name, them in rows.items():
        for row in them:
            if row in seen:
                what = f"{process.stressor_names[row]} is declared for {seen[row]} and for {name}"
                raise QuestionError(what, where=process.about.name, hint="it can be counted in one of them")
            seen[row] = name


def _alike(stressor: str, flow: Flow) -> bool:
    """Whether a flow is the table's stressor: by name, or the same gas to air by code."""
    if folded(flow.name) == folded(stressor):
        return True
    gas, other = greenhouse_gas(flow.name, flow.cas, flow.compartment), greenhouse_gas(stressor)
    if gas is None or other is None or gas.code in _APART or medium(flow.compartment) not in ("air", ""):
        return False
    return _formula(gas.code) == _formula(other.code) and other.code not in _APART


def _formula(code: str) -> str:
    """The gas of a code: methane is methane, whatever its origin.

    >>> _formula("CH4 non-fossil")
    'CH4'
    """
    return code.partition(" ")[0]


def _link(stressor: str, rows: Sequence[int], process: ProcessSystem, table: Table) -> StressorLink:
    target = table.about.units[stressor]
    factors = []
    for row in rows:
        flow = process.stressors[row]
        factor = conversion(flow.unit, target) or conversion(*(_scale(unit) for unit in (flow.unit, target)))
        if factor is None:
            what = f"{flow.name} is in {flow.unit}, which cannot be turned into {target} of {stressor}"
            raise UnitError(what, where=process.about.name, hint="declare another counterpart, or none: an empty list")
        factors.append(factor)
    return StressorLink(stressor, tuple(rows), tuple(factors))


def _scale(unit: str) -> str:
    """The scale of a unit, without the substance: kt of 'kt CO2e'."""
    return unit.partition(" ")[0]


def substance(name: str, unit: str) -> str:
    """What a stressor is an amount of: as its unit says, else as its name does.

    >>> substance("GHG", "kt CO2e"), substance("Carbon dioxide, fossil", "kg"), substance("energy use", "TJ")
    ('CO2e', 'CO2', 'energy use')
    """
    told = units.parse(unit).dimension.partition(" ")[2]
    gas = greenhouse_gas(name)
    return told or (_formula(gas.code) if gas else folded(name))


def _findings(
    links: Sequence[StressorLink], free: Sequence[int], process: ProcessSystem, table: Table
) -> tuple[Finding, ...]:
    where, out = f"{process.about.name}, {table.about.name}", list[Finding]()
    lacking = [name for name in table.stressors if name not in {link.stressor for link in links}]
    if lacking:
        share = len(lacking) / len(table.stressors)
        out.append(found("stressor-unlinked", "warning", where, share, count=len(lacking), names=listed(lacking)))
    if free:
        gases = [row for row in free if _is_gas(process.stressors[row])]
        names = listed([process.stressor_names[row] for row in [*gases, *(row for row in free if row not in gases)]])
        severity: Severity = "warning" if gases else "note"
        share = len(free) / len(np.unique(process.biosphere.row))
        out.append(found("stressor-left-out", severity, where, share, count=len(free), gases=len(gases), names=names))
    for link in links:
        unit = table.about.units[link.stressor]
        for row in link.rows:
            flow = process.stressors[row]
            if substance(link.stressor, unit) != substance(flow.name, flow.unit):
                told = {"stressor": link.stressor, "unit": unit, "other": flow.name, "other_unit": flow.unit}
                out.append(found("unlike-boundaries", "warning", where, 1.0, **told))
    return tuple(out)


def _is_gas(flow: Flow) -> bool:
    gas = greenhouse_gas(flow.name, flow.cas, flow.compartment)
    return gas is not None and gas.code not in _APART
