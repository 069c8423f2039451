"""What an inventory says before it is a matrix: flows, processes and their exchanges, as the source has them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import Finding

Kind = Literal["product", "waste", "elementary"]
Direction = Literal["input", "output"]

STAGES = ("production", "transport", "use", "disposal", "recycling")  # of a life, in its order
CREDIT = "credit"  # the line of what is avoided: beside the stages, never inside them


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How sure an amount is: ``kind`` and its ``parameters``, which have no unit or that of the amount.

    lognormal: geometric mean, geometric standard deviation; normal: mean, standard deviation; triangular: least,
    likeliest, greatest; uniform: least, greatest.
    """

    kind: Literal["lognormal", "normal", "triangular", "uniform"]
    parameters: tuple[float, ...]

    def scaled(self, factor: float) -> Uncertainty:
        """That of the amount times ``factor``, which may be negative but not nothing.

        >>> Uncertainty("triangular", (1.0, 2.0, 4.0)).scaled(-2).parameters
        (-8.0, -4.0, -2.0)
        """
        first, *rest = self.parameters
        if self.kind == "lognormal":  # the geometric standard deviation is a ratio and stays
            return Uncertainty(self.kind, (first * factor, *rest))
        if self.kind == "normal":
            return Uncertainty(self.kind, (first * factor, *(value * abs(factor) for value in rest)))
        return Uncertainty(self.kind, tuple(sorted(value * factor for value in self.parameters)))


@dataclass(frozen=True, slots=True)
class Flow:
    """A product, a waste or an elementary flow; exchanges are in ``unit`` or in one that can be turned into it.

    ``compartment`` is where an elementary flow goes to or comes from ("air/urban"); ``properties`` are amounts per
    unit, by which co-products can share ("mass" in kg, "energy" in MJ, "price" in the currency of the inventory).
    """

    id: str
    name: str
    kind: Kind
    unit: str
    compartment: str = ""
    cas: str = ""
    location: str = ""
    properties: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """What goes into a process or comes out of it.

    ``flow`` is a flow's id, ``amount`` is in ``unit``. ``provider`` is the id of the process that the source names as
    its maker or treatment, "" where it names none. ``stage`` is one of STAGES, or "" to keep the stages of what is
    behind it. ``avoided`` marks a product that is made less of elsewhere for it: a credit, kept apart.
    """

    flow: str
    amount: float
    unit: str
    direction: Direction
    provider: str = ""
    stage: str = ""
    avoided: bool = False
    uncertainty: Uncertainty | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """A unit process, or a whole one that was summed up before; ``exchanges[reference]`` is what it is there for.

    ``allocation`` holds the shares of its co-products that the source gives, {method: {flow id: share}}.
    """

    id: str
    name: str
    exchanges: tuple[Exchange, ...]
    reference: int
    location: str = ""
    stage: str = "production"
    source: str = ""
    allocation: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def made(self) -> Exchange:
        """The reference exchange: an output, or the waste that a treatment takes in."""
        return self.exchanges[self.reference]


@dataclass(frozen=True)
class InventoryAbout:
    """What an inventory is: its name, source, licence, version, the year it speaks of, the currency of its prices.

    ``norms`` are those that were applied to it (a set of warming potentials), "none" before any is.
    """

    name: str
    source: str = NOT_STATED
    licence: str = NOT_STATED
    version: str = NOT_STATED
    year: int | None = None
    currency: str = ""
    norms: str = "none"


@dataclass(frozen=True, eq=False)
class Inventory:
    """Processes and the flows they exchange, with what was found while they were read.

    Raises LabelError for a doubled process, InputError for an exchange of an unknown flow, a stage that is none, an
    amount that is no finite number, and a reference that is not there or is nothing.
    """

    about: InventoryAbout
    flows: Mapping[str, Flow]
    processes: tuple[Process, ...]
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for process in self.processes:
            if process.id in seen:
                hint = "every process has an id of its own"
                raise LabelError(f"process {process.id} is there twice", where=self.about.name, hint=hint)
            seen.add(process.id)
            self._require(process)

    def _require(self, process: Process) -> None:
        where = self.where(process)
        _require_stage(process.stage, where)
        for exchange in process.exchanges:
            if exchange.flow not in self.flows:
                hint = nearest(exchange.flow, self.flows)
                raise InputError(f"flow {exchange.flow} is not known", where=where, hint=hint)
            if not abs(exchange.amount) < float("inf"):
                what = f"the amount of {self.flows[exchange.flow].name} is {exchange.amount}"
                raise InputError(what, where=where, hint="a missing number is not zero: write 0 where nothing flows")
            if exchange.stage:
                _require_stage(exchange.stage, where)
        if not 0 <= process.reference < len(process.exchanges) or not process.made.amount:
            hint = "say which exchange the others are for, and how much of it"
            raise InputError("it has no reference, or none of it is made", where=where, hint=hint)

    def where(self, process: Process) -> str:
        """A process in words, for messages."""
        return f"{self.about.name}, process {process.name}"

    def is_made(self, exchange: Exchange) -> bool:
        """Whether it is a product that goes out, and none that is avoided."""
        return self.flows[exchange.flow].kind == "product" and exchange.direction == "output" and not exchange.avoided

    def replace(self, **changes: object) -> Inventory:
        """A new inventory with these fields exchanged, checked again."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


def _require_stage(stage: str, where: str) -> None:
    if stage not in STAGES:
        raise InputError(f"{stage!r} is no stage", where=where, hint=nearest(stage, STAGES))
