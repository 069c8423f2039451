"""Negative amounts said as what they are: wastes that are treated, and products that are made less of elsewhere.

Matrices hold the treatment of a waste as a process with a negative output, and what it treats as a negative input of
the process that has the waste; a negative input of a product is one that is avoided. An inventory says it in the open:
a treatment takes its waste in, a waste goes out, and an avoided product is a credit. The cells of M stay the same.
Source: Weidema et al. 2013, Overview and methodology, ecoinvent report 1 (v3): treatments and by-products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from tanheng.systems.finding import Finding, found
from tanheng.systems.inventory import Exchange, Flow, Process

Side = Literal["treated", "made", ""]


def settled(
    flows: Mapping[str, Flow], processes: Sequence[Process], where: str
) -> tuple[dict[str, Flow], tuple[Process, ...], tuple[Finding, ...]]:
    """Flows and processes with no negative amount where there is a word for it, and what was done.

    A flow is a waste where its source says so, or where a process makes it by a negative amount.
    """
    return _Signs(flows, processes).settle(where)


class _Signs:
    def __init__(self, flows: Mapping[str, Flow], processes: Sequence[Process]) -> None:
        self._flows, self._processes = flows, processes
        self._side: dict[str, Side] = {one.id: _side(one.made) for one in processes}
        self._treated = {one.made.flow for one in processes if _side(one.made) == "treated"}
        self._made = {one.made.flow for one in processes if _side(one.made) == "made"}
        self._turned = self._avoided = 0

    def settle(self, where: str) -> tuple[dict[str, Flow], tuple[Process, ...], tuple[Finding, ...]]:
        processes = tuple(self._process(one) for one in self._processes)
        flows = {
            id: replace(flow, kind="waste") if id in self._treated and flow.kind == "product" else flow
            for id, flow in self._flows.items()
        }
        notes = []
        if self._turned:
            notes.append(found("negative-waste", "note", where, count=self._turned, flows=len(self._treated)))
        if self._avoided:
            notes.append(found("negative-avoided", "note", where, count=self._avoided))
        return flows, processes, tuple(notes)

    def _process(self, process: Process) -> Process:
        exchanges = list(process.exchanges)
        for place, exchange in enumerate(exchanges):
            if self._flows[exchange.flow].kind != "elementary" and not exchange.avoided:
                exchanges[place] = self._exchange(exchange, place == process.reference)
        return replace(process, exchanges=tuple(exchanges))

    def _exchange(self, exchange: Exchange, reference: bool) -> Exchange:
        waste = self._is_waste(exchange)
        if exchange.direction == "output":
            if exchange.amount < 0 and (reference or (waste and not self._only_treated(exchange))):
                self._turned += 1
                return _negated(exchange, "input")
            return exchange
        if reference or (exchange.amount >= 0 and not self._only_treated(exchange)):
            return exchange
        if waste:
            self._turned += 1
            return _negated(exchange, "output")
        self._avoided += 1
        return replace(_negated(exchange, "output"), avoided=True)

    def _is_waste(self, exchange: Exchange) -> bool:
        side = self._side.get(exchange.provider, "")
        if side:
            return side == "treated"
        return exchange.flow in self._treated or self._flows[exchange.flow].kind == "waste"

    def _only_treated(self, exchange: Exchange) -> bool:
        """Whether an input can be nothing but the service of a treatment, which a matrix would run backwards."""
        side = self._side.get(exchange.provider, "")
        return side == "treated" or (not side and exchange.flow in self._treated - self._made)


def _side(made: Exchange) -> Side:
    return "treated" if (made.direction == "output") == (made.amount < 0) else "made"


def _negated(exchange: Exchange, direction: Literal["input", "output"]) -> Exchange:
    return replace(
        exchange,
        amount=-exchange.amount,
        direction=direction,
        uncertainty=exchange.uncertainty.scaled(-1) if exchange.uncertainty else None,
    )
