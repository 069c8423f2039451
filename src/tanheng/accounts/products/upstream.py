"""Where a product's footprint comes from, branch by branch, the largest first, with what the cut leaves out."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.accounts.formula import method
from tanheng.accounts.products.life_cycle import chosen, facts
from tanheng.errors import QuestionError
from tanheng.systems.inventory import CREDIT
from tanheng.systems.process import KEPT, LINES, ProcessSystem

Array = NDArray[np.float64]

_CREDIT = LINES.index(CREDIT)

method(
    "upstream",
    function="upstream",
    en="Upstream tree of a product",
    zh="产品上游树",
    formula=r"t_j = \mu_j x_j, \quad t_j = q_j x_j + \sum_i \mu_i a_{ij} x_j, \quad \mu = Q M^{-1}",
    symbols="t_j \\mu_j x_j q_j a_{ij}",
    source="Heijungs and Suh 2002",
)


@dataclass(frozen=True, eq=False)
class Upstream:
    """The branches of a footprint that carry at least ``threshold`` of it.

    ``frame``: node, parent (-1 for what is demanded), level, process, region, stage (the line it is on, "" where its
    own counts), amount, unit, total (all that is behind it), share (of ``total``), direct (emitted there). The direct
    emissions listed and the ``remainder`` add up to ``total``.
    """

    frame: pd.DataFrame
    total: float
    remainder: float
    attrs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Node:
    process: int
    amount: float  # of its product, or of the waste it treats
    parent: int
    level: int
    tag: int


def upstream(
    system: ProcessSystem,
    demand: Mapping[str, float],
    stressor: str,
    *,
    threshold: float = 0.01,
    limit: int = 1000,
) -> Upstream:
    """The tree of suppliers behind a demand, each branch down to where it falls below ``threshold`` of the footprint.

    A branch is judged by all that is behind it, amount times multiplier, not by what is emitted at its root; a loop
    goes round until what is left of it is too small. ``limit`` bounds the branches; what either leaves out is
    ``remainder``.
    Raises QuestionError for an unknown process or stressor, a threshold that is no share, and a demand without any.
    """
    if not 0 < threshold < 1 or limit < 1:
        what = f"a threshold of {threshold:g} and at most {limit} branches"
        raise QuestionError(what, hint="the threshold is a share such as 0.01, the limit 1 or more")
    asked = _Asked.of(system, demand, stressor, threshold)
    inputs, nodes, found = _inputs(system), list[_Node](), _Found(asked.multiplier)
    for process, amount in asked.wanted:
        found.add(_Node(process, amount, -1, 0, KEPT))
    while found and len(nodes) < limit:
        size, node = found.largest()
        if node.level and size < threshold * abs(asked.total):
            break  # what is left is smaller still
        nodes.append(node)
        for supplier, amount, tag in inputs(node.process):
            line = tag if node.tag == KEPT or tag == _CREDIT else node.tag  # all behind a credit is one
            found.add(_Node(supplier, amount * node.amount, len(nodes) - 1, node.level + 1, line))
    return _told(asked, nodes)


@dataclass(frozen=True, eq=False)
class _Asked:
    """A footprint to be taken apart: multipliers and direct stressors (n,) of one stressor, and what is demanded."""

    system: ProcessSystem
    wanted: list[tuple[int, float]]
    multiplier: Array
    direct: Array
    total: float
    attrs: dict[str, Any]

    @classmethod
    def of(cls, system: ProcessSystem, demand: Mapping[str, float], stressor: str, threshold: float) -> _Asked:
        system.activity_by_line(system.demand(demand))  # a loop that gains is refused before it is walked
        one = system.only(chosen(system, stressor))
        multiplier, direct = one.multipliers[0], np.asarray(one.Q.toarray()[0])
        wanted = [(system.find(name), amount) for name, amount in demand.items()]
        total = float(sum(amount * multiplier[at] for at, amount in wanted))
        if not total:
            hint = "choose another stressor"
            raise QuestionError(f"the demand takes no {stressor}", where=system.about.name, hint=hint)
        more = {"stressor": stressor, "units": one.stressors[0].unit, "threshold": threshold, "total": total}
        return cls(system, wanted, multiplier, direct, total, facts(system, demand) | more)


class _Found:
    """The branches not yet taken, the largest by what is behind it first."""

    def __init__(self, multiplier: Array) -> None:
        self._multiplier, self._heap, self._count = multiplier, list[tuple[float, int, _Node]](), 0

    def __bool__(self) -> bool:
        return bool(self._heap)

    def add(self, node: _Node) -> None:
        size = abs(node.amount * self._multiplier[node.process]) if node.level else math.inf  # what is asked for first
        if size:
            heapq.heappush(self._heap, (-size, self._count, node))
            self._count += 1

    def largest(self) -> tuple[float, _Node]:
        size, _, node = heapq.heappop(self._heap)
        return -size, node


def _inputs(system: ProcessSystem) -> Callable[[int], Iterator[tuple[int, float, int]]]:
    """What a process asks of others for one unit of its product: (process, amount of its product, tag) of each cell."""
    cells = system.inputs
    order = np.argsort(cells.column, kind="stable")
    bounds = np.searchsorted(cells.column[order], np.arange(len(system.processes) + 1))
    asked = (
        -cells.amount * system.signs[cells.row]
    )  # an input is negative, and so is a waste left to a treatment's sign

    def of(process: int) -> Iterator[tuple[int, float, int]]:
        for cell in order[bounds[process] : bounds[process + 1]]:
            yield int(cells.row[cell]), float(asked[cell]), int(cells.tag[cell])

    return of


def _told(asked: _Asked, nodes: list[_Node]) -> Upstream:
    system, names = asked.system, asked.system.process_names
    made = [system.processes[node.process] for node in nodes]
    totals = np.array([node.amount * asked.multiplier[node.process] for node in nodes])
    direct = np.array([node.amount * asked.direct[node.process] for node in nodes])
    frame = pd.DataFrame({
        "node": np.arange(len(nodes)),
        "parent": [node.parent for node in nodes],
        "level": [node.level for node in nodes],
        "process": [names[node.process] for node in nodes],
        "region": [one.location for one in made],
        "stage": [LINES[node.tag] if node.tag != KEPT else one.stage for node, one in zip(nodes, made, strict=True)],
        "amount": [node.amount for node in nodes],
        "unit": [one.unit for one in made],
        "total": totals,
        "share": totals / asked.total,
        "direct": direct,
    })  # fmt: skip
    return Upstream(frame, asked.total, asked.total - float(direct.sum()), asked.attrs)
