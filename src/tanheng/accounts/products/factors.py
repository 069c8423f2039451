"""Factors of a product from its processes: what a unit stands for, by maker, user, stage and place of emission."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng import units
from tanheng.accounts.formula import method
from tanheng.data.inventories.parts.product_exchanges import instance
from tanheng.data.inventories.parts.product_tables import Reference, Stood
from tanheng.data.inventories.product_file import Expansion
from tanheng.data.products import Product
from tanheng.errors import MissingError, UnitError
from tanheng.systems.assembly import assemble
from tanheng.systems.factors import ANY, DESTINATION, FALLBACK, ORIGIN, Factors
from tanheng.systems.impacts import impacts
from tanheng.systems.inventory import CREDIT
from tanheng.systems.linking import conversion
from tanheng.systems.process import KEPT, LINES, ProcessSystem

Array = NDArray[np.float64]

WORLD = f"{FALLBACK}: world average"
CHARACTERISED = "CO2e"

method(
    "product-factors",
    function="product_factors",
    en="Factors of a product from its processes",
    zh="由过程清单得出的产品因子",
    formula=r"g_{p,os,r} = \sum_{i \in r} q_i x_i, \quad M_0 x_0 = k_{p,os}, \quad x_t = -M_b^{-1} M_t x_0, "
    r"\quad x_c = -M^{-1} M_c (x_0 + \sum_t x_t)",
    symbols="g_{p,os,r} q M k M_t",
    source="Heijungs and Suh 2002",
)


def product_factors(product: Product, year: int | None = None, *, gwp: str | None = None) -> Factors:
    """The factors of a product and of its precursors in a year (its last if None), in kg per unit of each.

    Production by maker, split by the region of every emission behind it; transport by maker and user, where the file
    tells routes; use, disposal and recycling by user. Credits are on a line of their own wherever in the chain they
    arise. Makers that the file lacks have no row of their own: where it tells shares (``world``), their average stands
    for any of them, with the basis "fallback: world average". What else stands in is told by the basis. ``gwp`` names a
    set of warming potentials, by which all gases become CO2e; without it every stressor stays as it is.
    Raises as ``Product.inventory`` and ``assemble``, UnitError for processes in another unit than the product and for
    a stressor that is no mass.
    Source: Heijungs and Suh 2002, ch. 2; the parts follow from M (x₀ + Σ x_t + x_c) = k.
    """
    laid_out = product.laid_out(year)
    system = assemble(laid_out.inventory)
    if gwp is not None:
        system = impacts(system, gwp, CHARACTERISED).only([0])
    asked = list(_asked(laid_out))
    rows = pd.DataFrame(_rows(system, asked))
    rows["year"] = laid_out.said
    about = dataclasses.replace(
        system.about, name=product.title["en"], source=product.source, licence=product.licence, year=laid_out.said
    )
    made = Factors.of(_summed(rows.assign(source=product.id)), about, product.precursors)
    return made.replace(findings=system.findings)


@dataclass(frozen=True)
class _Demand:
    """A row to be: one ``unit`` of ``product`` made at origin and used at destination; the processes it takes.

    ``stage`` is that of a life, "" for production, whose cells know their stages themselves.
    """

    product: str
    unit: str
    origin: str
    destination: str
    stage: str
    processes: Mapping[str, float]
    basis: str = ""


def _asked(of: Expansion) -> Iterator[_Demand]:
    spec = of.spec
    heads = [(spec.id, spec.unit, spec.reference, spec.life, spec.world)]
    heads += [(one.id, one.unit, one.process, one.life, one.world) for one in spec.precursors.values()]
    for id, unit, process, life, world in heads:
        yield from _production(of, id, unit, process, world)
        for stage, them in life.items():
            for each in them:
                yield from _life(of, id, unit, stage, each)


def _production(of: Expansion, id: str, unit: str, process: str, world: Reference | None) -> Iterator[_Demand]:
    spec = of.processes[process]
    amount = _per_unit(of, process, unit)
    for place in of.places[process]:
        name = instance(process, place, spec.repeated)
        yield _Demand(id, unit, place[0] or ANY, ANY, "", {name: amount}, _told(of.stood.get(name, ())))
    if world is not None:
        who = f"{spec.where}, world"
        stood: list[Stood] = []
        shares = of.source.table(world.table, who).shares(world.key, "", of.year, of.source.groups, stood, who)
        mix: dict[str, float] = defaultdict(float)
        for region, share in shares.items():
            mix[of.find(process, (region, ""), stood, who)] += share * amount
        yield _Demand(id, unit, ANY, ANY, "", mix, WORLD)


def _life(of: Expansion, id: str, unit: str, stage: str, process: str) -> Iterator[_Demand]:
    spec = of.processes[process]
    amount = _per_unit(of, process, unit)
    if spec.pairs is None:
        for region, _ in of.places[process] if spec.repeated else (("", ""),):
            name = instance(process, (region, ""), spec.repeated)
            yield _Demand(id, unit, ANY, region or ANY, stage, {name: amount}, _told(of.stood.get(name, ())))
        return
    starts = dict.fromkeys(region for region, _ in of.places[process])
    for origin in (*starts, ANY):
        for destination in _destinations(of, process):
            stood: list[Stood] = []
            try:
                name = of.find(process, (origin, destination), stood, spec.where)
            except MissingError:  # no route is told, and nothing stands in
                continue
            told = _told([*stood, *of.stood.get(name, ())])
            yield _Demand(id, unit, origin, destination, stage, {name: amount}, told)


def _destinations(of: Expansion, process: str) -> dict[str, None]:
    """The ends of routes, and all countries of the groups that are ends."""
    ends = dict.fromkeys(to_region for _, to_region in of.places[process])
    groups = set(of.source.groups.values())
    return dict.fromkeys([*of.source.groups, *(end for end in ends if end not in groups)])


def _per_unit(of: Expansion, process: str, unit: str) -> float:
    spec = of.processes[process]
    factor = conversion(unit, spec.unit)
    if factor is None:
        what = f"process {process} makes {spec.unit}, the product is in {unit}"
        raise UnitError(what, where=spec.where, hint="give both in units of one dimension")
    return factor


def _told(stood: tuple[Stood, ...] | list[Stood]) -> str:
    """What stood in for a region; years are told once, as findings."""
    regions = dict.fromkeys(f"{one.table} of {one.used}" for one in stood if one.what == "region")
    return f"stand-in: {', '.join(regions)}" if regions else ""


# -- solving ----------------------------------------------------------------------------------------------------------


def _rows(system: ProcessSystem, asked: list[_Demand]) -> Iterator[dict[str, object]]:
    alike: dict[tuple[tuple[str, float], ...], list[_Demand]] = defaultdict(list)  # one route serves many users
    for demand in asked:
        alike[tuple(demand.processes.items())].append(demand)
    names = {process.id: at for at, process in enumerate(system.processes)}
    k = np.zeros((len(names), len(alike)))
    for column, processes in enumerate(alike):
        for process, amount in processes:
            k[names[process], column] += amount * system.processes[names[process]].sign
    lines = system.activity_by_line(k)
    credited = np.abs(lines.get(CREDIT, 0 * k)).max(axis=0, initial=0.0) > 0
    parts = list(_parts(system, lines))
    for column, demands in enumerate(alike.values()):
        for demand in demands:
            yield from _told_rows(parts, column, demand, ("emission", "credit")[: 1 + credited[column]])


def _told_rows(parts: list[_Part], column: int, demand: _Demand, lines: tuple[str, ...]) -> Iterator[dict[str, object]]:
    own = ("product", "unit", "origin", "destination", "basis")
    for (stressor, line, stage, region), value in _cells(parts, column, demand, lines):
        row = {"region": region, "stage": stage, "line": line, "stressor": stressor, "value": value}
        yield {name: getattr(demand, name) for name in own} | row


@dataclass(frozen=True)
class _Part:
    """Emissions of one stressor on one line, kg (groups, m), each group of a stage ("" for the line's) and a place."""

    stressor: str
    line: str
    groups: list[tuple[str, str]]
    kg: Array


def _parts(system: ProcessSystem, lines: Mapping[str, Array]) -> Iterator[_Part]:
    cells = system.biosphere
    for row, flow in enumerate(system.stressors):
        at = np.flatnonzero(cells.row == row)
        amount = cells.amount[at] * _kilograms(flow.unit, flow.name)
        for line, activity in lines.items():
            keys = [
                _group(system, line, process, tag) for process, tag in zip(cells.column[at], cells.tag[at], strict=True)
            ]
            groups = list(dict.fromkeys(keys))
            number = {key: place for place, key in enumerate(groups)}
            places = [number[key] for key in keys]
            join = sp.csr_array((amount, (places, np.arange(len(at)))), shape=(len(groups), len(at)))
            yield _Part(flow.id, line, groups, join @ activity[cells.column[at]])


def _group(system: ProcessSystem, line: str, process: int, tag: int) -> tuple[str, str]:
    activity = system.processes[process]
    own = LINES[tag] if tag != KEPT else activity.stage
    return own if line == "" else "", activity.location


def _kilograms(unit: str, name: str) -> float:
    parsed = units.parse(unit, where=name)
    if not parsed.dimension.startswith("mass"):
        raise UnitError(f"{name} is in {unit}, which is no mass", hint="factors are in kg per unit of the product")
    return parsed.factor


def _cells(
    parts: list[_Part], column: int, demand: _Demand, lines: tuple[str, ...]
) -> Iterator[tuple[tuple[str, str, str, str], float]]:
    """(stressor, line, stage, region) and the value of what a demand emits; 0 at one place where a line has nothing."""
    found: dict[tuple[str, str, str, str], float] = defaultdict(float)
    for part in parts:
        line = "credit" if part.line == CREDIT else "emission"
        for place in np.flatnonzero(part.kg[:, column]):
            own, location = part.groups[place]
            stage = demand.stage or (own or part.line if line == "emission" else "production")
            found[part.stressor, line, stage, location or _usual(stage)] += float(part.kg[place, column])
    there = {key[:2] for key in found}
    for stressor in dict.fromkeys(part.stressor for part in parts):
        for line in lines:
            if (stressor, line) not in there:
                stage = demand.stage or "production"
                found[stressor, line, stage, _usual(stage)] = 0.0
    yield from found.items()


def _usual(stage: str) -> str:
    return ORIGIN if stage in ("production", "transport") else DESTINATION


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Several processes of one stage are parts of one factor."""
    values = ("value", "basis", "source")
    keys = [name for name in rows.columns if name not in values]
    if not rows.duplicated(keys).any():
        return rows
    twice = rows.duplicated(keys, keep=False)
    told = {
        "value": "sum",
        "basis": lambda them: "; ".join(dict.fromkeys(text for text in them if text)),
        "source": "first",
    }
    joined = rows[twice].groupby(keys, sort=False, as_index=False, dropna=False).agg(told)
    return pd.concat([rows[~twice], joined], ignore_index=True)
