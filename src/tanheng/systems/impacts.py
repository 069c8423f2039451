"""Climate impact of a product system: its greenhouse gases by a named set of warming potentials, in parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tanheng import norms, units
from tanheng.errors import LabelError, QuestionError, UnitError, nearest
from tanheng.labels.elementary import PARTS, Gas, greenhouse_gas, looks_like_gas, medium
from tanheng.systems.finding import Finding, Severity, found, listed
from tanheng.systems.inventory import Flow
from tanheng.systems.process import Entries, ProcessSystem

Array = NDArray[np.float64]

KIND = "gwp"  # of norms
UNIT = "kg CO2e"
READY = "CO2e"  # what a source has weighted already: 1 under every set
BIOGENIC = "CO2 biogenic"
MEMO = ("CO2 biogenic released", "CO2 biogenic taken up")


def impacts(system: ProcessSystem, gwp: str, name: str = "GHG", *, keep: bool = False) -> ProcessSystem:
    """The system with its climate impact as stressors, in place of its own or, with ``keep``, after them.

    ``name`` is the total (kg CO2e) by the warming potentials ``gwp``; "GHG fossil", "GHG biogenic" and "GHG land use"
    are the parts it is the sum of (what has no carbon of living matter, and what does not say, is with the fossil).
    Beside them, in kg CO2, "CO2 biogenic released" and "CO2 biogenic taken up" from the air, both positive: sets in
    which they count 0 leave them out of the total. Gases are known by name, CAS number and compartment; what looks like
    one and is not known, or has no factor in the set, is a finding with its amount and is not counted. The flow CO2e
    counts 1 under every set. What was solved for the system before is shared.
    Raises NormError for an unknown set, QuestionError for a norm of another kind, LabelError for a stressor that is
    there already, UnitError for a gas that is no mass.
    Source: IPCC or the European Commission, by the set's own source.

    >>> from tanheng.systems.assembly import assemble
    >>> from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Process
    >>> flows = {"rice": Flow("rice", "rice", "product", "kg"),
    ...     "CH4": Flow("CH4", "Methane, biogenic", "elementary", "g", "air")}
    >>> field = Process("field", "field", (Exchange("rice", 1, "kg", "output"), Exchange("CH4", 100, "g", "output")), 0)
    >>> system = impacts(assemble(Inventory(InventoryAbout("example"), flows, (field,))), "gwp100-ar6")
    >>> {f.name: float(m) for f, m in zip(system.stressors[:3], system.multipliers[:3, 0].round(9))}
    {'GHG': 2.7, 'GHG fossil': 0.0, 'GHG biogenic': 2.7}
    """
    factors = _factors(system, gwp)
    gases = [greenhouse_gas(flow.name, flow.cas, flow.compartment) for flow in system.stressors]
    rows = tuple(Flow(row, row, "elementary", unit) for row, unit in _rows(name))
    kept = system.stressors if keep else ()
    _require_new(system, kept, rows)
    cells = _cells(system.biosphere, _weights(system, gases, factors), len(kept))
    return system.with_biosphere(
        (*kept, *rows),
        cells,
        about=dataclasses.replace(system.about, version=f"{system.about.version}; {name} by {gwp}", norms=gwp),
        findings=(*system.findings, *_findings(system, gases, factors, gwp, name)),
    )


def _rows(name: str) -> list[tuple[str, str]]:
    """The stressors of the impact, each with its unit."""
    return [(name, UNIT), *((f"{name} {part}", UNIT) for part in PARTS), *((memo, "kg CO2") for memo in MEMO)]


def _factors(system: ProcessSystem, gwp: str) -> Mapping[str, float]:
    """kg CO2e per kg, by code."""
    norm = norms.lookup(gwp, norms.year_end(system.about.year) if system.about.year else date.max)
    if norm.kind != KIND:
        raise QuestionError(f"{gwp} is no set of warming potentials", hint=nearest(gwp, norms.names(KIND)))
    return {**norm.values, READY: 1.0}


def _require_new(system: ProcessSystem, kept: Sequence[Flow], rows: Sequence[Flow]) -> None:
    there = {flow.id for flow in kept} | {flow.name for flow in kept}
    for row in rows:
        if row.id in there:
            what = f"the system has a stressor {row.id!r} already"
            raise LabelError(what, where=system.about.name, hint="name the impact otherwise, or do not keep the others")


def _code(gas: Gas, factors: Mapping[str, float]) -> str:
    """The code that counts, "" where the set has none for the gas."""
    return next((code for code in (gas.code, gas.otherwise) if code in factors), "")


def _weights(system: ProcessSystem, gases: Sequence[Gas | None], factors: Mapping[str, float]) -> Array:
    """(rows of the impact, s): what one unit of each stressor counts in each row."""
    weights = np.zeros((len(PARTS) + 1 + len(MEMO), len(gases)))
    used = _amounts(system) > 0
    for at, (flow, gas) in enumerate(zip(system.stressors, gases, strict=True)):
        code = _code(gas, factors) if gas and used[at] else ""
        if gas is None or not code:
            continue
        kilograms = _kilograms(system, flow)
        weights[[0, 1 + PARTS.index(gas.part)], at] = factors[code] * gas.sign * kilograms
        if gas.code == BIOGENIC:
            taken = medium(flow.compartment) == "resource"  # its amount is negative
            weights[1 + len(PARTS) + taken, at] = -kilograms if taken else kilograms
    return weights


def _kilograms(system: ProcessSystem, flow: Flow) -> float:
    unit = units.parse(flow.unit, where=f"{system.about.name}, flow {flow.name}")
    if not unit.dimension.startswith("mass"):
        hint = "give the gas as a mass"
        raise UnitError(f"{unit.name} is no mass", where=f"{system.about.name}, flow {flow.name}", hint=hint)
    return unit.factor


def _cells(cells: Entries, weights: Array, kept: int) -> Entries:
    """The cells of the impact, below those of ``kept`` stressors where there are any; every cell keeps its tag."""
    parts = [np.flatnonzero(row[cells.row]) for row in weights]
    at = np.concatenate(parts)
    rows = np.repeat(np.arange(len(weights)), [len(part) for part in parts])
    own = slice(None) if kept else slice(0, 0)
    return Entries(
        np.concatenate([cells.row[own], kept + rows]).astype(np.int32),
        np.concatenate([cells.column[own], cells.column[at]]),
        np.concatenate([cells.amount[own], cells.amount[at] * weights[rows, cells.row[at]]]),
        np.concatenate([cells.tag[own], cells.tag[at]]),
    )


def _ready(system: ProcessSystem, known: Sequence[tuple[int, Gas]]) -> Severity:
    """A warning where a process gives gases that are weighted already beside others: they may be the same."""
    cells = system.biosphere
    ready, others = (
        {
            int(one)
            for one in cells.column[np.isin(cells.row, [at for at, gas in known if (gas.code == READY) == is_ready])]
        }
        for is_ready in (True, False)
    )
    return "warning" if ready & others else "note"


def _findings(
    system: ProcessSystem, gases: Sequence[Gas | None], factors: Mapping[str, float], gwp: str, name: str
) -> tuple[Finding, ...]:
    amounts = _amounts(system)
    used = [(at, flow, gases[at]) for at, flow in enumerate(system.stressors) if amounts[at]]
    alike = [at for at, f, gas in used if gas is None and looks_like_gas(f.name, f.cas, f.compartment)]
    known = [(at, gas) for at, _, gas in used if gas is not None]
    kinds: tuple[tuple[str, Severity, list[int]], ...] = (
        ("gas-unknown", "warning", alike),
        ("gas-without-factor", "warning", [at for at, gas in known if not _code(gas, factors)]),
        ("gas-origin", "note", [at for at, gas in known if not gas.told]),
        ("gas-ready", _ready(system, known), [at for at, gas in known if gas.code == READY]),
    )
    return tuple(
        found(
            check,
            severity,
            system.about.name,
            len(them) / len(gases),
            count=len(them),
            names=_listed(system, amounts, them),
            flows=tuple(system.stressors[at].id for at in them),
            name=name,
            gwp=gwp,
        )
        for check, severity, them in kinds
        if them
    )


def _amounts(system: ProcessSystem) -> Array:
    """How much of each stressor (s,) the processes exchange, without sign, each per unit of its product."""
    cells = system.biosphere
    return np.asarray(np.bincount(cells.row, np.abs(cells.amount), len(system.stressors)), dtype=np.float64)


def _listed(system: ProcessSystem, amounts: Array, them: Sequence[int]) -> str:
    most = sorted(them, key=lambda at: -amounts[at])
    names = [f"{system.stressor_names[at]} ({amounts[at]:.3g} {system.stressors[at].unit})" for at in most]
    return listed(names, between="; ")
