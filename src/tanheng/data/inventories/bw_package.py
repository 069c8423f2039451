"""Datapackages of bw_processing: the matrices that Brightway computes with, as processes and flows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import bw_arrays, units
from tanheng.data.inventories.parts.bw_arrays import BIOSPHERE, NAME, TECHNOSPHERE, Cell, Cells, Package
from tanheng.data.inventories.parts.flows import Flows, title
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.uncertainty import Uncertainties, scaled
from tanheng.errors import InputError
from tanheng.systems.about import NOT_STATED
from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Process
from tanheng.systems.signs import settled

FORMAT = Format(
    name="bw-package",
    title={"en": "Brightway datapackage", "zh": "Brightway 数据包"},
    files=(NAME, "*.npy"),
    homepage="https://docs.brightway.dev",
    note={
        "en": "matrices with numbers for names, unless metadata names them; resources and emissions are not told apart",
        "zh": "矩阵以数字编号，除非附有名称元数据；无法区分资源与排放",
    },
)


def holds(place: Archive) -> bool:
    """Whether the place has a datapackage with a technosphere."""
    entry = place.named(NAME)
    return entry is not None and TECHNOSPHERE.encode() in entry.bytes()


def read(place: Archive) -> Inventory:
    """The processes of a package. Raises InputError naming the file, and the column that makes nothing."""
    return _Reader(bw_arrays.open_package(place), title(place)).read()


class _Reader:
    def __init__(self, package: Package, name: str) -> None:
        self._package, self._name = package, str(package.meta.get("name") or name)
        self._flows, self._notes, self._uncertain = Flows(), Notes(), Uncertainties()
        self._names = {id: facts for entry in package.tables() for id, facts in _named(entry)}

    def read(self) -> Inventory:
        made = self._package.cells(TECHNOSPHERE, self._notes, self._uncertain)
        nature = self._package.cells(BIOSPHERE, self._notes, self._uncertain)
        if not made:
            what = "holds no technosphere"
            raise InputError(what, where=self._package.where, hint=f"a group is of the matrix {TECHNOSPHERE}")
        for matrix in self._package.matrices():
            if matrix not in (TECHNOSPHERE, BIOSPHERE):
                self._notes.add("matrices-left-out", matrix or "(no name)")
        for column in nature.keys() - made.keys():
            self._notes.add("columns-left-out", str(column), "warning")
        processes = self._processes(made, nature)
        self._say_names(made, nature)
        flows, signed, found = settled(self._flows, processes, self._name)
        findings = (*self._notes.findings(self._name), *found, *self._uncertain.findings(self._name))
        return Inventory(self._about(), flows, signed, findings)

    def _about(self) -> InventoryAbout:
        licences = self._package.meta.get("licenses") or []
        said = [str(one.get("name") or one.get("title")) for one in licences if isinstance(one, dict)]
        return InventoryAbout(self._name, licence=", ".join(said) or NOT_STATED)

    def _processes(self, made: Cells, nature: Cells) -> list[Process]:
        references = {column: self._reference(column, rows) for column, rows in made.items()}
        makers = set(references.values())
        return [
            self._process(column, references[column], rows, nature.get(column, {}), makers)
            for column, rows in sorted(made.items())
        ]

    def _reference(self, column: int, rows: Mapping[int, Cell]) -> int:
        """The row that a column is for: flagged, or of its own number, or the one that it makes, or alone takes in."""
        given = {row: cell for row, cell in rows.items() if not cell.taken and cell.value}
        flagged = [row for row, cell in rows.items() if cell.reference and cell.value]
        for candidates in (flagged, [column] if column in given else [], list(given), list(rows)):
            if len(candidates) == 1 and rows[candidates[0]].value:
                return candidates[0]
        if not given:
            hint = "a process has a positive cell in its column, which is what it makes"
            raise InputError(f"process {column} makes nothing", where=self._package.where, hint=hint)
        self._notes.add("reference-guessed", str(column), "warning")
        return min(given)

    def _process(
        self, column: int, reference: int, rows: Mapping[int, Cell], nature: Mapping[int, Cell], makers: set[int]
    ) -> Process:
        exchanges = [self._technosphere(row, cell, row == reference, makers) for row, cell in rows.items()]
        at = list(rows).index(reference)
        exchanges += [self._elementary(row, cell) for row, cell in nature.items()]
        facts = self._names.get(column, {})
        return Process(str(column), facts.get("name") or str(column), tuple(exchanges), at, facts.get("location", ""))

    def _technosphere(self, row: int, cell: Cell, reference: bool, makers: set[int]) -> Exchange:
        facts = self._names.get(row, {})
        unit = units.named(facts.get("unit", "")) or NOT_STATED
        name = facts.get("reference product") or facts.get("name") or str(row)
        flow = self._flows.put(Flow(str(row), name, "product", unit))
        if cell.taken:
            return Exchange(flow, -cell.value, unit, "input", uncertainty=cell.uncertainty)
        avoided = not reference and row in makers and cell.value > 0
        if avoided:  # the matrix has no other sign for it: a product with a maker of its own is saved there
            self._notes.add("substitution-guessed", name)
        return Exchange(flow, cell.value, unit, "output", avoided=avoided, uncertainty=cell.uncertainty)

    def _elementary(self, row: int, cell: Cell) -> Exchange:
        facts = self._names.get(row, {})
        unit = units.named(facts.get("unit", "")) or NOT_STATED
        name = facts.get("name") or str(row)
        flow = self._flows.put(Flow(f"nature/{row}", name, "elementary", unit))
        sure = scaled(cell.uncertainty, -1) if cell.taken else cell.uncertainty
        return Exchange(flow, cell.value, unit, "output", uncertainty=sure)

    def _say_names(self, made: Cells, nature: Cells) -> None:
        ids = {row for cells in (made, nature) for rows in cells.values() for row in rows} | made.keys()
        for id in sorted(ids - self._names.keys()):
            self._notes.add("numbers-for-names", str(id), "warning")


def _named(entry: Entry) -> Iterator[tuple[int, dict[str, str]]]:
    """What a table of metadata says of the nodes that it has an id for."""
    try:
        for row in csv.DictReader(io.StringIO(entry.text())):
            id = (row.get("id") or "").strip()
            if id.isdecimal():
                yield int(id), {key: value.strip() for key, value in row.items() if key and isinstance(value, str)}
    except csv.Error as error:
        hint = "write the package again"
        raise InputError(f"is no table ({error})", where=entry.where, hint=hint) from None
