"""Brightway's graph of nodes and edges as an inventory; its workbooks and packages are read through this.

A node is a process, a product or an elementary flow; a process without a product of its own stands for both. An edge
leads from a process to what it makes, takes in, saves or exchanges with nature. Amounts of edges of a process that is
for nothing stated are for one unit of what it is called (implicit production).
Source: Brightway's documentation of inventory data; the node and edge types of bw2data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tanheng.data.inventories.parts.flows import RESOURCE, Flows, elementary
from tanheng.data.inventories.parts.notes import Notes
from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.inventory import Direction, Exchange, Flow, Inventory, InventoryAbout, Process, Uncertainty
from tanheng.systems.signs import settled

MAKES, TAKES, SAVES, NATURE = "production", "technosphere", "substitution", "biosphere"
_KINDS = {
    "production": MAKES, "generic production": MAKES, "technosphere": TAKES, "generic consumption": TAKES,
    "substitution": SAVES, "avoided": SAVES, "biosphere": NATURE,
}  # fmt: skip
_PRODUCTS = ("product",)
_ELEMENTARY = ("emission", "natural resource", "biosphere", "inventory indicator", "economic", "social")


@dataclass(frozen=True, slots=True)
class Edge:
    """An exchange: its ``kind`` as the source writes it, and its other end: a node's ``key``, or what describes it."""

    kind: str
    amount: float
    where: str
    key: str = ""
    name: str = ""
    product: str = ""
    unit: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    uncertainty: Uncertainty | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A node, under its ``key``; ``kind`` is its type as the source writes it, "" for a process."""

    key: str
    name: str
    where: str
    kind: str = ""
    product: str = ""
    unit: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    cas: str = ""
    edges: tuple[Edge, ...] = field(default=(), repr=False)

    @property
    def is_process(self) -> bool:
        """Whether it is neither a product nor an elementary flow."""
        return self.kind not in (*_PRODUCTS, *_ELEMENTARY)


def inventory(about: InventoryAbout, nodes: Sequence[Node], notes: Notes, where: str) -> Inventory:
    """The inventory of a graph that is read from ``where``.

    Raises LabelError for a doubled key, InputError for an unknown type of edge, and where there is no process.
    """
    known: dict[str, Node] = {}
    for node in nodes:
        if node.key in known:
            hint = f"it is also at {known[node.key].where}: every activity has a code of its own"
            raise LabelError(f"{node.key} is there twice", where=node.where, hint=hint)
        known[node.key] = node
    if not any(node.is_process for node in nodes):
        hint = "a process has a name, a unit and exchanges"
        raise InputError("holds no processes", where=where, hint=hint)
    return _Graph(about, known, notes).inventory()


class _Graph:
    def __init__(self, about: InventoryAbout, nodes: Mapping[str, Node], notes: Notes) -> None:
        self._about, self._notes, self._flows = about, notes, Flows()
        self._nodes = {key: _with_product(node) for key, node in nodes.items()}
        self._called: dict[str, list[Node]] = defaultdict(list)
        for node in self._nodes.values():
            self._called[node.name].append(node)

    def inventory(self) -> Inventory:
        processes = [self._process(node) for node in self._nodes.values() if node.is_process]
        flows, settled_processes, findings = settled(self._flows, processes, self._about.name)
        findings = (*self._notes.findings(self._about.name), *findings)
        return Inventory(self._about, flows, settled_processes, findings)

    def _process(self, node: Node) -> Process:
        exchanges = [self._exchange(node, edge) for edge in node.edges]
        made = [at for at, edge in enumerate(node.edges) if _kind(edge) == MAKES]
        if not made:
            self._notes.add("implicit-product", node.name)
            own = Exchange(self._product(node), 1.0, node.unit, "output")
            return Process(node.key, node.name, (own, *exchanges), 0, node.location)
        reference = next((at for at in made if exchanges[at].flow == node.key and exchanges[at].amount), None)
        if reference is None:
            reference = next((at for at in made if exchanges[at].amount), made[0])
        if not exchanges[reference].amount:
            hint = "give the amount that the other exchanges are for"
            raise InputError(f"{node.name} makes nothing of its product", where=node.edges[reference].where, hint=hint)
        return Process(node.key, node.name, tuple(exchanges), reference, node.location)

    def _exchange(self, node: Node, edge: Edge) -> Exchange:
        kind = _kind(edge)
        flow = self._nature(edge) if kind == NATURE else self._made_flow(node, edge)
        unit = edge.unit or self._flows[flow].unit
        direction: Direction = "input" if kind == TAKES else "output"
        if kind == NATURE and self._flows[flow].compartment.split("/")[0] == RESOURCE:
            direction = "input"
        exchange = Exchange(flow, edge.amount, unit, direction, uncertainty=edge.uncertainty)
        return replace(exchange, avoided=True) if kind == SAVES else exchange

    def _made_flow(self, node: Node, edge: Edge) -> str:
        """The product at the other end: that of a node, or one that only its description knows."""
        other = self._other(node, edge)
        if other is not None:
            return self._product(other)
        name = edge.product or edge.name or edge.key
        if not name:
            raise InputError("the exchange has no name", where=edge.where, hint="name what it exchanges")
        id = edge.key or "/".join(part for part in (edge.name, edge.product, edge.location, edge.unit) if part)
        return self._flows.put(Flow(id, name, "product", edge.unit, location=edge.location))

    def _other(self, node: Node, edge: Edge) -> Node | None:
        if edge.key in self._nodes or not edge.name:
            return self._nodes.get(edge.key)
        if _kind(edge) == MAKES and _describes(edge, node):
            return node
        fitting = [one for one in self._called[edge.name] if one.kind not in _ELEMENTARY and _describes(edge, one)]
        return fitting[0] if len(fitting) == 1 else None

    def _product(self, node: Node) -> str:
        name = node.product or node.name
        return self._flows.put(Flow(node.key, name, "product", node.unit, location=node.location))

    def _nature(self, edge: Edge) -> str:
        node = self._nodes.get(edge.key) if edge.key else None
        if node is not None:
            where = node.categories or (("natural resource",) if node.kind == "natural resource" else ())
            flow = elementary(node.name, edge.unit or node.unit, *where, cas=node.cas)
            return self._flows.put(replace(flow, id=node.key))
        name = edge.name or edge.key
        if not name:
            raise InputError("the exchange has no name", where=edge.where, hint="name what it exchanges")
        flow = elementary(name, edge.unit, *edge.categories)
        if edge.key and not edge.name:
            self._notes.add("elementary-unnamed", edge.key.partition("/")[0], "warning")
        return self._flows.put(flow)


def _with_product(node: Node) -> Node:
    """A node that says what it makes only in its production edge, with that; and with that edge's unit."""
    own = [
        edge for edge in node.edges if _kind(edge) == MAKES and edge.key in ("", node.key) and edge.name == node.name
    ]
    if len(own) != 1 or not node.is_process:
        return node
    return replace(node, product=node.product or own[0].product, unit=node.unit or own[0].unit)


def _describes(edge: Edge, node: Node) -> bool:
    """Whether all that an edge says of its other end is true of ``node``; what either leaves open is no difference."""
    if edge.name != node.name or (edge.product and node.product and edge.product != node.product):
        return False
    pairs = ((edge.location, node.location), (edge.unit, node.unit))
    return all(not said or not known or said == known for said, known in pairs)


def _kind(edge: Edge) -> str:
    kind = _KINDS.get(edge.kind.strip().casefold())
    if kind is None:
        raise InputError(f"{edge.kind!r} is no type of exchange", where=edge.where, hint=nearest(edge.kind, _KINDS))
    return kind
