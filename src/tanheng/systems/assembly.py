"""From an inventory to its matrices: every exchange finds its cell, in the unit of its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tanheng.errors import InputError, UnitError
from tanheng.systems.inventory import CREDIT, Exchange, Flow, Inventory, Process
from tanheng.systems.linking import Link, conversion, link
from tanheng.systems.process import KEPT, LINES, Activity, Entries, ProcessSystem
from tanheng.systems.signs import settled

Cell = tuple[int, int, float, int]


def assemble(inventory: Inventory, makers: Mapping[str, str] | None = None) -> ProcessSystem:
    """The product system of an inventory whose processes each make one product: every input linked, or counted.

    Negative amounts are said as what they are first (``signs``): treatments, wastes, avoided products.
    ``makers`` {flow: process} says who makes a flow where several could (``linking.link``).
    Raises InputError for a process with several products (``allocate`` first), UnitError for an elementary exchange
    whose unit is unlike that of its flow, QuestionError for a maker that is none.

    >>> from tanheng.systems.inventory import InventoryAbout
    >>> flows = {"heat": Flow("heat", "heat", "product", "MJ"), "CO2": Flow("CO2", "CO2", "elementary", "kg")}
    >>> made, out = Exchange("heat", 10, "MJ", "output"), Exchange("CO2", 0.5, "kg", "output")
    >>> boiler = Process("boiler", "boiler", (made, out), 0)
    >>> assemble(Inventory(InventoryAbout("example"), flows, (boiler,))).multipliers.tolist()
    [[0.05]]
    """
    flows, processes, turned = settled(inventory.flows, inventory.processes, inventory.about.name)
    inventory = inventory.replace(flows=flows, processes=processes)
    links, findings = link(inventory, makers)
    stressors = [flow for flow in inventory.flows.values() if flow.kind == "elementary"]
    inside, outside, unlinked = _cells(inventory, links)
    return ProcessSystem(
        about=inventory.about,
        processes=tuple(_activity(inventory, process) for process in inventory.processes),
        stressors=tuple(stressors),
        unlinked=unlinked,
        technosphere=Entries.of(inside),
        biosphere=Entries.of(_nature(inventory, {flow.id: row for row, flow in enumerate(stressors)})),
        cutoffs=Entries.of(outside),
        findings=(*inventory.findings, *turned, *findings),
    )


def _activity(inventory: Inventory, process: Process) -> Activity:
    made = process.made
    flow = inventory.flows[made.flow]
    if flow.kind == "elementary":
        hint = "a process is there for a product, or for a waste that it treats"
        raise InputError(f"its reference is the elementary flow {flow.name}", where=inventory.where(process), hint=hint)
    others = (one for at, one in enumerate(process.exchanges) if at != process.reference)
    more = [one for one in others if one.amount and inventory.is_made(one)]
    if more:
        names = ", ".join(inventory.flows[one.flow].name for one in (made, *more)[:4])
        hint = "allocate them first: by mass, energy or price, by substitution, or cut off"
        raise InputError(f"it makes {len(more) + 1} products: {names}", where=inventory.where(process), hint=hint)
    sign = (1 if made.direction == "output" else -1) * (1 if made.amount > 0 else -1)
    return Activity(process.id, process.name, process.location, process.stage, flow.id, flow.name, made.unit, sign)


def _cells(inventory: Inventory, links: Sequence[Link]) -> tuple[list[Cell], list[Cell], tuple[Flow, ...]]:
    """The cells of M and of C, and the flows of the rows of C."""
    inside, outside, rows = [], [], dict[str, int]()
    for at, process in enumerate(inventory.processes):
        inside.append((at, at, _signed(process.made) / abs(process.made.amount), KEPT))
    for one in links:
        process = inventory.processes[one.process]
        exchange = process.exchanges[one.exchange]
        amount = _signed(exchange) / abs(process.made.amount)
        tag = LINES.index(CREDIT) if exchange.avoided else _tag(exchange.stage)
        if one.maker >= 0:
            inside.append((one.maker, one.process, amount * one.factor, tag))
        else:
            flow = inventory.flows[exchange.flow]
            own = conversion(exchange.unit, flow.unit)
            if own is None:
                raise _unlike(inventory, process, exchange)
            outside.append((rows.setdefault(flow.id, len(rows)), one.process, -amount * own, tag))
    return inside, outside, tuple(inventory.flows[id] for id in rows)


def _nature(inventory: Inventory, rows: dict[str, int]) -> list[Cell]:
    """The cells of Q: positive what goes to nature."""
    cells = []
    for at, process in enumerate(inventory.processes):
        for exchange in process.exchanges:
            if exchange.flow in rows:
                factor = conversion(exchange.unit, inventory.flows[exchange.flow].unit)
                if factor is None:
                    raise _unlike(inventory, process, exchange)
                amount = _signed(exchange) * factor / abs(process.made.amount)
                cells.append((rows[exchange.flow], at, amount, _tag(exchange.stage)))
    return cells


def _signed(exchange: Exchange) -> float:
    return exchange.amount if exchange.direction == "output" else -exchange.amount


def _tag(stage: str) -> int:
    return LINES.index(stage) if stage else KEPT


def _unlike(inventory: Inventory, process: Process, exchange: Exchange) -> UnitError:
    flow = inventory.flows[exchange.flow]
    what = f"{flow.name} is in {exchange.unit}, which cannot be turned into {flow.unit}"
    return UnitError(what, where=inventory.where(process), hint="give it in a unit of the same dimension")
