"""Exports of SimaPro as CSV: processes with their products, exchanges, parameters and formulas."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tanheng import units as our_units
from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import shares, simapro, units
from tanheng.data.inventories.parts.flows import RESOURCE, Flows, elementary, title
from tanheng.data.inventories.parts.formulas import Dialect, Formula, Scope, number
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.simapro import Block, Export, Row
from tanheng.data.inventories.parts.uncertainty import Uncertainties, scaled
from tanheng.errors import InputError, LabelError, MissingError, UnitError
from tanheng.systems.inventory import Direction, Exchange, Flow, Inventory, InventoryAbout, Kind, Process, Uncertainty

FORMAT = Format(
    name="simapro-csv",
    title={"en": "SimaPro CSV", "zh": "SimaPro CSV"},
    files=("*.csv", "*.txt"),
    homepage="https://simapro.com",
    note={
        "en": "processes of SimaPro 7 to 9 with parameters; waste scenarios and product stages are left out",
        "zh": "SimaPro 7 至 9 导出的过程及参数；不读入废物情景和产品阶段",
    },
)

_HEAD = 64  # bytes that show whether a file is of SimaPro
_LOOKED_AT = 20  # files
_PLACE = re.compile(r"\{([^{}|]{2,30})\}")  # "steel {RER}| production": as ecoinvent's products are called there


def holds(place: Archive) -> bool:
    """Whether one of the first files of the place begins as SimaPro's exports do."""
    return any(_is_export(entry) for entry in place.find(*FORMAT.files)[:_LOOKED_AT])


def read(place: Archive) -> Inventory:
    """The processes of all exports of the place. Raises InputError naming file and line."""
    files = place.find(*FORMAT.files)
    entries = [entry for entry in files if _is_export(entry)] or list(files)
    if not entries:
        raise InputError("holds no CSV file", where=str(place.path), hint="name the file that SimaPro exported")
    reader = _Reader([simapro.read(entry) for entry in entries], title(place))
    return reader.read()


def _is_export(entry: Entry) -> bool:
    with entry.open() as stream:
        return simapro.is_export(stream.read(_HEAD))


@dataclass(frozen=True, slots=True)
class _Amount:
    """The unit of a row as ours, its amount as ``written``, what turns that into the unit, and its uncertainty."""

    unit: str
    written: float
    factor: float = 1.0
    uncertainty: Uncertainty | None = None

    def exchange(self, flow: str, direction: Direction, avoided: bool = False) -> Exchange:
        """So much of a flow."""
        sure = scaled(self.uncertainty, self.factor)
        return Exchange(flow, self.written * self.factor, self.unit, direction, avoided=avoided, uncertainty=sure)


class _Reader:
    """Turns blocks into processes; what the files say of units, substances and makers is looked up in it."""

    def __init__(self, exports: list[Export], name: str) -> None:
        self._name = name
        self._flows, self._notes = Flows(), Notes()
        self._uncertain = Uncertainties()
        self._exports = self._of_processes(exports)
        self._kinds = dict(_kinds(self._exports))
        self._ids: dict[str, str] = {}

    def _of_processes(self, exports: list[Export]) -> list[Export]:
        others = [export for export in exports if not export.holds.startswith("process")]
        if len(others) == len(exports):
            what = f"holds {others[0].holds}, no processes"
            raise InputError(what, where=others[0].where, hint="export processes from SimaPro")
        for export in others:
            self._notes.add("files-left-out", f"{export.name} ({export.holds})")
        return [export for export in exports if export not in others]

    def read(self) -> Inventory:
        processes = [process for export in self._exports for process in self._export(export)]
        if not processes:
            hint = "export unit processes from SimaPro"
            raise InputError("holds no process", where=self._exports[0].where, hint=hint)
        projects = list(dict.fromkeys(export.project for export in self._exports if export.project))
        versions = dict.fromkeys(export.version for export in self._exports)
        about = InventoryAbout(projects[0] if len(projects) == 1 else self._name, source=", ".join(versions))
        findings = (*self._notes.findings(about.name), *self._uncertain.findings(about.name))
        return Inventory(about, self._flows, tuple(processes), findings)

    def _export(self, export: Export) -> Iterator[Process]:
        for name in export.unread:
            self._notes.add("sections-unread", name, "warning")
        context = _Context(export)
        for block in export.blocks:
            if block.title == "Product stage" or block.rows(simapro.SCENARIO):
                self._notes.add("simapro-left-out", block.title.lower(), "warning")
            elif block.title == "Process":
                yield _Process(self, context, block).read()

    def doubled(self, block: Block, id: str) -> None:
        """Remembers an id; raises LabelError where it was there before."""
        if id in self._ids:
            hint = f"it is also at {self._ids[id]}: keep one of them"
            raise LabelError(f"process {id} is there twice", where=block.where, hint=hint)
        self._ids[id] = block.where

    @property
    def tools(self) -> tuple[Flows, Notes, Uncertainties, Mapping[str, Kind]]:
        """What the processes put into the inventory, and look up in it."""
        return self._flows, self._notes, self._uncertain, self._kinds


def _kinds(exports: list[Export]) -> Iterator[tuple[str, Kind]]:
    """What the files make, or treat: an exchange is what its maker says it is, whatever section names it."""
    for export in exports:
        for block in export.blocks:
            if block.title == "Process":
                yield from ((row.cell(0), "product") for row in block.rows(simapro.PRODUCTS))
                yield from ((row.cell(0), "waste") for row in block.rows(simapro.TREATMENT))


class _Context:
    """What holds for all processes of a file: parameters, units, CAS numbers."""

    def __init__(self, export: Export) -> None:
        self.decimal, self.unit_first = export.decimal, export.unit_first
        self._dialect = Dialect(capitals=False, decimal=export.decimal)
        database = self._scope("Database", export.blocks, ())
        self._outer = (self._scope("Project", export.blocks, (database,)), database)
        self._units = {row.cell(0): row for block in export.blocks if block.title == "Units" for row in block.rows()}
        self._turned: dict[str, tuple[str, float]] = {}
        self._cas = {
            (simapro.SUBSTANCES[block.title], row.cell(0)): row.cell(2)
            for block in export.blocks
            if block.title in simapro.SUBSTANCES
            for row in block.rows()
        }

    def scope(self, block: Block) -> Scope:
        """The parameters that a process sees: its own, the project's, the database's."""
        rows = [row for section in simapro.PARAMETERS for row in block.rows(section)]
        return Scope(self._dialect, _named(rows), self._outer)

    def unit(self, text: str, where: str) -> tuple[str, float]:
        """A unit that we know, and what an amount is multiplied by to be in it, by the file's own list of units."""
        if text not in self._turned:
            self._turned[text] = self._turn(text, where)
        return self._turned[text]

    def _turn(self, text: str, where: str) -> tuple[str, float]:
        name = units.named(text)
        if not name:
            raise MissingError("the unit is missing", where=where, hint="a row has a name, a unit and an amount")
        if text not in self._units or _is_known(name):
            return name, 1.0
        row = self._units[text]
        factor = number(row.cell(2), self.decimal)
        if not factor:
            raise InputError(f"the unit {text} has no factor", where=row.where, hint="it reads like lb;Mass;0.4536;kg")
        return units.named(row.cell(3)), factor

    def cas(self, compartment: str, name: str) -> str:
        """The CAS number of a substance, "" where the file has none."""
        return self._cas.get((compartment, name), "")

    def _scope(self, level: str, blocks: list[Block], outer: tuple[Scope, ...]) -> Scope:
        titles = [f"{level} {section}" for section in simapro.PARAMETERS]
        rows = [row for block in blocks if block.title in titles for row in block.rows()]
        return Scope(self._dialect, _named(rows), outer)


def _named(rows: list[Row]) -> dict[str, Formula]:
    return {row.cell(0): Formula(row.cell(1), row.where) for row in rows}


def _is_known(unit: str) -> bool:
    try:
        our_units.parse(unit)
    except UnitError:
        return False
    return True


class _Process:
    """One process of a file."""

    def __init__(self, reader: _Reader, context: _Context, block: Block) -> None:
        self._reader, self._context, self._block = reader, context, block
        self._flows, self._notes, self._uncertain, self._kinds = reader.tools
        self._scope = context.scope(block)

    def read(self) -> Process:
        facts, made = self._block.facts, self._made()
        if not made:
            hint = "a process has a row under Products or Waste treatment"
            name = facts.get("Process name") or facts.get("Process identifier", "")
            raise InputError(f"the process {name} has no product", where=self._block.where, hint=hint)
        product = self._flows[made[0].flow].name
        id, name = facts.get("Process identifier") or product, facts.get("Process name") or product
        self._reader.doubled(self._block, id)
        exchanges = (*made, *self._technosphere(), *self._nature())
        return Process(id, name, exchanges, 0, _location(facts, product), allocation=self._allocation(name, made))

    def _made(self) -> list[Exchange]:
        """Its products, or the waste that it treats: the first of them is the reference."""
        products = [self._product(row, "product", "output") for row in self._block.rows(simapro.PRODUCTS)]
        return products + [self._treated(row) for row in self._block.rows(simapro.TREATMENT)]

    def _product(self, row: Row, kind: Kind, direction: Direction) -> Exchange:
        said = self._amount(row, 1)
        if not said.written:
            hint = "the other exchanges are for that amount of it"
            raise InputError(f"the amount of {row.cell(0)} is 0", where=row.where, hint=hint)
        return said.exchange(self._flow(row, kind), direction)

    def _treated(self, row: Row) -> Exchange:
        exchange = self._product(row, "waste", "input")
        if exchange.amount < 0:  # how ecoinvent states a treatment elsewhere: the waste is still what is taken in
            self._notes.add("negative-treatment", row.cell(0))
            return replace(exchange, amount=-exchange.amount)
        return exchange

    def _allocation(self, name: str, made: list[Exchange]) -> dict[str, dict[str, float]]:
        rows = self._block.rows(simapro.PRODUCTS)
        if len(rows) < 2:
            return {}
        given = {
            one.flow: self._value(row, 3, "the share of the product") for one, row in zip(made, rows, strict=False)
        }
        return shares.given(given, name, self._notes)

    def _technosphere(self) -> Iterator[Exchange]:
        for row in self._block.rows(simapro.AVOIDED):
            kind = self._kinds.get(row.cell(0), "product")
            yield self._sure(row, 1).exchange(self._flow(row, kind), "output", avoided=True)
        for section in simapro.INPUTS:
            for row in self._block.rows(section):
                kind = self._kinds.get(row.cell(0), "waste" if section == simapro.TO_TREATMENT else "product")
                yield self._sure(row, 1).exchange(self._flow(row, kind), "output" if kind == "waste" else "input")

    def _nature(self) -> Iterator[Exchange]:
        for section, compartment in simapro.COMPARTMENTS.items():
            for row in self._block.rows(section):
                said = self._sure(row, 2)
                cas = self._context.cas(compartment, row.cell(0))
                flow = self._flows.put(elementary(self._name(row), said.unit, compartment, row.cell(1), cas=cas))
                direction: Direction = "input" if compartment == RESOURCE else "output"
                yield said.exchange(flow, direction)

    def _flow(self, row: Row, kind: Kind) -> str:
        name = self._name(row)
        return self._flows.put(Flow(name, name, kind, self._unit(row, 1)[0]))

    def _name(self, row: Row) -> str:
        if not row.cell(0):
            raise LabelError("the row has no name", where=row.where, hint="a row has a name, a unit and an amount")
        return row.cell(0)

    def _amount(self, row: Row, first: int) -> _Amount:
        """The amount and unit that stand from column ``first`` on."""
        unit, factor = self._unit(row, first)
        amount = first + 1 if self._context.unit_first else first
        return _Amount(unit, self._value(row, amount, "the amount"), factor)

    def _unit(self, row: Row, first: int) -> tuple[str, float]:
        return self._context.unit(row.cell(first if self._context.unit_first else first + 1), row.where)

    def _sure(self, row: Row, first: int) -> _Amount:
        """The same with the uncertainty in the four columns behind them."""
        said = self._amount(row, first)
        return replace(said, uncertainty=self._uncertainty(row, first + 2, said.written))

    def _value(self, row: Row, column: int, what: str) -> float:
        text = row.cell(column)
        if not text:
            hint = "a missing number is not zero: write 0 where nothing flows"
            raise MissingError(f"{what} is missing", where=row.where, hint=hint)
        value = number(text, self._context.decimal)
        return self._scope.evaluate(Formula(text, row.where)) if value is None else value

    def _uncertainty(self, row: Row, first: int, amount: float) -> Uncertainty | None:
        """The second column is the squared geometric standard deviation, or twice the standard deviation."""
        kind = row.cell(first).casefold()
        if kind in ("undefined", ""):
            return None
        spread, least, greatest = (number(row.cell(first + at), self._context.decimal) for at in (1, 2, 3))
        if kind == "lognormal":
            return self._uncertain.lognormal(amount, math.sqrt(spread) if spread and spread > 0 else None)
        if kind == "normal":
            return self._uncertain.normal(amount, None if spread is None else spread / 2)
        if kind == "triangle":
            return self._uncertain.triangular(least, amount, greatest)
        if kind == "uniform":
            return self._uncertain.uniform(least, greatest)
        self._uncertain.other(row.cell(first))
        return None


def _location(facts: Mapping[str, str], product: str) -> str:
    said = facts.get("Geography", "")
    if said and said.casefold() != "unspecified":
        return said
    found = _PLACE.search(product)
    return found[1].strip() if found else ""
