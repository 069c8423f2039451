"""Who makes what a process takes in: every input is given its maker, or is counted as one that has none.

In this order: the maker that the source names; the one that the user names; the one process that makes the flow; the
one that makes a flow whose name differs by blanks or capitals alone, which is reported; of several makers the one at
the same place, else one that stands for the world. What is left has no maker: such inputs are a part of the system of
their own (``cutoffs``), to be counted, listed and priced, and are never dropped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tanheng import units
from tanheng.errors import QuestionError, UnitError, nearest
from tanheng.systems.finding import LISTED, Finding, Severity, found
from tanheng.systems.inventory import Direction, Exchange, Flow, Inventory, Process

Why = Literal["none", "several", "unit"]
WORLD = ("GLO", "RoW", "WLD", "")  # what sources call a process that stands for everywhere


@dataclass(frozen=True, slots=True)
class Link:
    """An exchange and its maker: positions among the processes and in the process's exchanges.

    ``maker`` is -1 where there is none, and then ``why`` says why: no maker, several that nothing tells apart, or only
    makers in a unit that this one cannot be turned into. ``factor`` turns the amount into the unit of the maker.
    """

    process: int
    exchange: int
    maker: int = -1
    factor: float = 1.0
    how: str = ""
    why: Why | Literal[""] = ""


def link(inventory: Inventory, makers: Mapping[str, str] | None = None) -> tuple[tuple[Link, ...], tuple[Finding, ...]]:
    """A link for every product and waste exchange that is no reference, and what was found in linking.

    ``makers`` {flow: process}, each by name or id, says who makes a flow wherever the source names nobody. Raises
    QuestionError for a flow or process that is not there or is not its maker.
    """
    named = _named(inventory, makers or {})
    known = _Makers(inventory, named)
    links = tuple(
        known.link(at, place)
        for at, process in enumerate(inventory.processes)
        for place, exchange in enumerate(process.exchanges)
        if place != process.reference and inventory.flows[exchange.flow].kind != "elementary"
    )
    return links, _findings(inventory, links)


def conversion(source: str, target: str) -> float | None:
    """What turns an amount in ``source`` into ``target``, or None for unlike units; a unit is always like itself.

    >>> conversion("t", "kg"), conversion("Item(s)", "Item(s)"), conversion("kg", "MJ")
    (1000.0, 1.0, None)
    """
    if source == target:
        return 1.0
    try:
        return units.factor(source, target)
    except UnitError:
        return None


def folded(name: str) -> str:
    """A name without what people do not see: blanks around and doubled, capitals.

    >>> folded(" Steel,  hot rolled ")
    'steel, hot rolled'
    """
    return " ".join(name.split()).casefold()


class _Makers:
    """The processes by what they make or, with a waste, take in."""

    def __init__(self, inventory: Inventory, named: Mapping[str, int]) -> None:
        self._chosen_by_user = named
        self._inventory, self._processes = inventory, inventory.processes
        self._by_id = {process.id: at for at, process in enumerate(self._processes)}
        self._by_flow: dict[tuple[Direction, str], list[int]] = defaultdict(list)
        self._by_name: dict[tuple[Direction, str], list[int]] = defaultdict(list)
        for at, process in enumerate(self._processes):
            made = process.made
            self._by_flow[made.direction, made.flow].append(at)
            self._by_name[made.direction, folded(inventory.flows[made.flow].name)].append(at)

    def link(self, at: int, place: int) -> Link:
        process = self._processes[at]
        exchange = process.exchanges[place]
        for how, candidates in self._candidates(exchange):
            if candidates:
                return self._chosen(Link(at, place, how=how), process, exchange, candidates)
        return Link(at, place, why="none")

    def _candidates(self, exchange: Exchange) -> Iterator[tuple[str, Sequence[int]]]:
        flow = self._inventory.flows[exchange.flow]
        other: Direction = "output" if exchange.direction == "input" else "input"
        side = exchange.direction if exchange.avoided else other  # what is avoided is a maker's own exchange, in less
        by_flow, by_name = self._by_flow.get((side, flow.id), ()), self._by_name.get((side, folded(flow.name)), ())
        named = self._by_id.get(exchange.provider, -1)
        yield "named", [named] if named in by_flow or named in by_name else ()
        user = self._chosen_by_user.get(folded(flow.name), -1)
        yield "user", [user] if user in by_flow or user in by_name else ()
        yield "flow", by_flow
        yield "name", by_name

    def _chosen(self, link: Link, process: Process, exchange: Exchange, candidates: Sequence[int]) -> Link:
        factors = {at: conversion(exchange.unit, self._processes[at].made.unit) for at in candidates}
        fitting = [at for at in candidates if factors[at] is not None]
        others = [at for at in fitting if at != link.process]  # a market draws on makers, not on itself
        fitting = others if others and link.how != "named" else fitting
        if len(fitting) > 1:
            fitting = self._nearest(process.location, fitting)
        if len(fitting) != 1:
            return Link(link.process, link.exchange, why="several" if len(fitting) > 1 else "unit")
        return Link(link.process, link.exchange, fitting[0], factors[fitting[0]] or 1.0, link.how)

    def _nearest(self, location: str, them: list[int]) -> list[int]:
        """Of several makers the one at that place, else the one that stands for the world, else all of them."""
        here = [at for at in them if self._processes[at].location == location]
        world = [at for at in them if self._processes[at].location in WORLD]
        return here if len(here) == 1 else world if len(world) == 1 and not here else them


def _named(inventory: Inventory, makers: Mapping[str, str]) -> dict[str, int]:
    """{folded name of a flow: position of the process that the user names as its maker}."""
    chosen = dict[str, int]()
    for name, process in makers.items():
        at = [
            i for i, one in enumerate(inventory.processes) if process == one.id or folded(process) == folded(one.name)
        ]
        flows = {
            folded(flow.name)
            for flow in inventory.flows.values()
            if name == flow.id or folded(name) == folded(flow.name)
        }
        made = [i for i in at if folded(inventory.flows[inventory.processes[i].made.flow].name) in flows]
        if not flows:
            hint = nearest(name, [flow.name for flow in inventory.flows.values()])
            raise QuestionError(f"there is no flow {name!r}", where=inventory.about.name, hint=hint)
        if len(made) != 1:
            able = [one.name for one in inventory.processes if folded(inventory.flows[one.made.flow].name) in flows]
            hint = f"{nearest(process, able)}, or give its id"
            raise QuestionError(
                f"{process} is not the one process that makes {name}", where=inventory.about.name, hint=hint
            )
        chosen |= dict.fromkeys(flows, made[0])
    return chosen


def _findings(inventory: Inventory, links: Sequence[Link]) -> tuple[Finding, ...]:
    kinds: tuple[tuple[str, Severity, list[Link]], ...] = (
        ("linked-by-name", "note", [link for link in links if link.how == "name"]),
        ("without-maker", "warning", [link for link in links if link.why in ("none", "unit")]),
        ("several-makers", "warning", [link for link in links if link.why == "several"]),
    )
    return tuple(
        found(
            check,
            severity,
            inventory.about.name,
            len(them) / len(links),
            count=len(them),
            inputs=len(links),
            flows=len({_flow(inventory, link).name for link in them}),
            most=_most(inventory, them),
        )
        for check, severity, them in kinds
        if them
    )


def _flow(inventory: Inventory, link: Link) -> Flow:
    return inventory.flows[inventory.processes[link.process].exchanges[link.exchange].flow]


def _most(inventory: Inventory, links: Sequence[Link]) -> str:
    """The names that occur most, each with how often."""
    counts: Mapping[str, int] = Counter(folded(_flow(inventory, link).name) for link in links)
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:LISTED]
    return ", ".join(f"{name} ({count})" for name, count in most)
