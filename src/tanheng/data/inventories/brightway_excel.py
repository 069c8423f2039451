"""Workbooks in the layout of Brightway: blocks Database, Activity and Exchanges, with parameters and formulas."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tanheng.data import sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import brightway, units
from tanheng.data.inventories.parts.brightway import Edge, Node
from tanheng.data.inventories.parts.brightway_sheets import (
    ACTIVITY,
    DATABASE,
    EXCHANGES,
    OF_DATABASE,
    OF_PROJECT,
    PARAMETERS,
    Block,
    Table,
    blocks,
    is_left_blank,
)
from tanheng.data.inventories.parts.flows import title
from tanheng.data.inventories.parts.formulas import COMMON, Dialect, Formula, Scope
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.uncertainty import Uncertainties
from tanheng.errors import InputError, LabelError, MissingError, nearest
from tanheng.systems.inventory import Inventory, InventoryAbout

FORMAT = Format(
    name="brightway-excel",
    title={"en": "Brightway workbook", "zh": "Brightway 工作簿"},
    files=("*.xlsx", "*.xlsm", "*.xls", "*.ods"),
    homepage="https://docs.brightway.dev",
    note={
        "en": "activities and exchanges with formulas; flows of other databases are known by their names alone",
        "zh": "活动与交换，支持公式；其他数据库中的流仅凭名称识别",
    },
)

_DIALECT = Dialect({**COMMON, "log": math.log})
_PARTED = "::"  # between the parts of a compartment
_SURE = ("uncertainty type", "loc", "scale", "minimum", "maximum")


def holds(place: Archive) -> bool:
    """Whether the first workbook of the place has a sheet with an activity."""
    books = place.find(*FORMAT.files)
    return bool(books) and _is_brightway(books[0])


def read(place: Archive) -> Inventory:
    """The activities of all workbooks of the place. Raises InputError naming file, sheet and cell."""
    books = place.find(*FORMAT.files)
    if not books:
        raise InputError("holds no workbook", where=str(place.path), hint=f"it ends in {', '.join(FORMAT.files)}")
    return _Reader(books, place).read()


def _is_brightway(book: Entry) -> bool:
    try:
        pages = sheets.read_all(book, sheets.names(book))
    except InputError:
        return False
    return any(page.text(row, 0).casefold() == "activity" for page in pages for row in range(len(page.rows)))


class _Reader:
    """The blocks of workbooks, and the scopes of their parameters."""

    def __init__(self, books: Sequence[Entry], place: Archive) -> None:
        self._name, self._where, self._notes, self._uncertain = title(place), str(place.path), Notes(), Uncertainties()
        self._blocks = [block for book in books for block in self._book(book)]

    def read(self) -> Inventory:
        seen = self._scopes()
        activities = [block for block in self._blocks if block.title == ACTIVITY]
        nodes = [self._node(block, seen[_group(block)]) for block in activities]
        names = list(dict.fromkeys(block.name for block in self._blocks if block.title == DATABASE))
        about = InventoryAbout(names[0] if len(names) == 1 else self._name)
        inventory = brightway.inventory(about, nodes, self._notes, self._where)
        return inventory.replace(findings=(*inventory.findings, *self._uncertain.findings(about.name)))

    # -- blocks --------------------------------------------------------------------------------------------------------

    def _book(self, book: Entry) -> Iterator[Block]:
        for sheet in sheets.read_all(book, sheets.names(book)):
            found = list(blocks(sheet))
            if not found and not is_left_blank(sheet):
                self._notes.add("sheets-left-out", sheet.where.rpartition(" sheet ")[2])
            yield from found

    def _scope(self, section: str, outer: tuple[Scope, ...]) -> Scope:
        tables = [block.tables[section] for block in self._blocks if section in block.tables]
        return Scope(_DIALECT, {name: formula for table in tables for name, formula in _parameters(table)}, outer)

    def _scopes(self) -> dict[str, Scope]:
        """What formulas see, by group: the group, the database, the project, and behind them all other groups.

        Which others a group may look into, Brightway keeps in its own store and not in a workbook.
        """
        project = self._scope(OF_PROJECT, ())
        whole = (self._scope(OF_DATABASE, (project,)), project)
        groups: dict[str, dict[str, Formula]] = {}
        for block in self._blocks:
            if block.title == ACTIVITY:
                own = _parameters(block.tables[PARAMETERS]) if PARAMETERS in block.tables else ()
                groups.setdefault(_group(block), {}).update(own)
        alone = {name: Scope(_DIALECT, own, whole) for name, own in groups.items() if own}
        others = {name: tuple(scope for other, scope in alone.items() if other != name) for name in groups}
        return {name: Scope(_DIALECT, own, (*whole, *others[name])) for name, own in groups.items()}

    # -- nodes ---------------------------------------------------------------------------------------------------------

    def _node(self, block: Block, scope: Scope) -> Node:
        facts = block.facts
        unit, place, product = facts.get("unit", ""), facts.get("location", ""), facts.get("reference product", "")
        described = "/".join(part for part in (block.name, product, place, unit) if part)
        edges = tuple(self._edges(block.tables[EXCHANGES], scope)) if EXCHANGES in block.tables else ()
        return Node(
            key=facts.get("code") or described,
            name=block.name,
            where=block.where,
            kind=facts.get("type", "").casefold(),
            product=product,
            unit=units.named(unit),
            location=place,
            categories=_split(facts.get("categories", "")),
            cas=facts.get("cas number", ""),
            edges=edges,
        )

    def _edges(self, table: Table, scope: Scope) -> Iterator[Edge]:
        for label, why in (("name", "what is exchanged"), ("amount", "how much of it"), ("type", "production, ...")):
            if label not in table.columns and not (label == "amount" and "formula" in table.columns):
                hint = f"it says {why}; {nearest(label, table.columns)}"
                what = f"the exchanges have no column {label}"
                raise LabelError(what, where=table.sheet.at(table.head, 0), hint=hint)
        for row in table.rows:
            yield self._edge(table, row, scope)

    def _edge(self, table: Table, row: int, scope: Scope) -> Edge:
        if not table.text(row, "name"):
            raise LabelError("the exchange has no name", where=table.at(row, "name"), hint="name what it exchanges")
        amount = _amount(table, row, scope)
        said = {label: table.number(row, label) for label in _SURE}
        return Edge(
            kind=table.text(row, "type"),
            amount=amount,
            where=table.at(row, "type"),
            key=table.text(row, "code"),
            name=table.text(row, "name"),
            product=table.text(row, "reference product"),
            unit=units.named(table.text(row, "unit")),
            location=table.text(row, "location"),
            categories=_split(table.text(row, "categories")),
            uncertainty=self._uncertain.stats_arrays(amount, said),
        )


def _group(block: Block) -> str:
    """The group of an activity's parameters; without a name it is the activity's alone."""
    return block.group or block.where


def _amount(table: Table, row: int, scope: Scope) -> float:
    """What a row's formula comes to, or else its amount."""
    formula = table.text(row, "formula")
    if formula:
        return scope.evaluate(Formula(formula, table.at(row, "formula")))
    amount = table.number(row, "amount")
    if amount is None:
        hint = "a missing number is not zero: write 0 where nothing flows"
        raise MissingError("the amount is missing", where=table.at(row, "amount"), hint=hint)
    return amount


def _parameters(table: Table) -> Iterator[tuple[str, Formula]]:
    for row in table.rows:
        label = "formula" if table.text(row, "formula") else "amount"
        name, text = table.text(row, "name"), table.text(row, label)
        if not name or not text:
            what = f"the parameter {name} has no amount" if name else "the parameter has no name"
            raise MissingError(what, where=table.at(row, "amount" if name else "name"), hint="write both")
        yield name, Formula(text, table.at(row, label))


def _split(categories: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in categories.split(_PARTED) if part.strip())
