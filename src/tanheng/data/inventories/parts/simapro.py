"""The lines of a SimaPro export as blocks: processes with their facts and rows, parameters, units and substances.

A block ends with a line ``End``; a section of a process is a title and rows under it. Exports of old versions are laid
out otherwise: the amount stands before the unit, a fact stands beside its title, and blocks may have no end.
Source: the format as GreenDelta and Brightway document it for their readers; the files that SimaPro 7 to 9 write.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tanheng.data.archive import Entry
from tanheng.data.inventories.parts.formulas import number
from tanheng.errors import InputError

COMPARTMENTS = {  # sections of what is exchanged with nature, which have a column for the part of the compartment
    "Resources": "resource", "Emissions to air": "air", "Emissions to water": "water", "Emissions to soil": "soil",
    "Final waste flows": "final waste", "Non material emissions": "non material", "Social issues": "social",
    "Economic issues": "economic",
}  # fmt: skip
SUBSTANCES = {"Raw materials": "resource", "Airborne emissions": "air", "Waterborne emissions": "water"} | COMPARTMENTS
PRODUCTS, TREATMENT, SCENARIO, AVOIDED = "Products", "Waste treatment", "Waste scenario", "Avoided products"
TO_TREATMENT = "Waste to treatment"
INPUTS = ("Materials/fuels", "Electricity/heat", TO_TREATMENT)
PARAMETERS = ("Input parameters", "Calculated parameters")
FACTS = ("Category type", "Process identifier", "Process name", "Geography", "Date")
_SECTIONS = {
    PRODUCTS, TREATMENT, SCENARIO, AVOIDED, *INPUTS, *COMPARTMENTS, *PARAMETERS, "Separated waste", "Remaining waste",
}  # fmt: skip
_PROCESS = "Process"
_SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t"}
_HINT = "export it again from SimaPro as CSV"


@dataclass(frozen=True)
class Row:
    """Cells of a line without blanks around them, and its place in words."""

    where: str
    cells: list[str]

    def cell(self, at: int) -> str:
        """A cell; "" beyond the end."""
        return self.cells[at] if at < len(self.cells) else ""


@dataclass(frozen=True)
class Block:
    """A block: its title, the place of its first line, the facts of a process, and its rows by section.

    Rows of a block that has no sections are those of the section "".
    """

    title: str
    where: str
    facts: dict[str, str] = field(default_factory=dict)
    sections: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, section: str = "") -> list[Row]:
        """The rows of that section, none where it is not there."""
        return self.sections.get(section, [])


@dataclass(frozen=True)
class Export:
    """A whole file: its name, what it holds ("processes", "methods"), its project, decimal sign, layout, and blocks.

    ``unit_first`` says that units stand before amounts; ``unread`` are the titles of sections that are not known.
    """

    name: str
    where: str
    version: str
    holds: str
    project: str
    decimal: str
    unit_first: bool
    blocks: list[Block]
    unread: list[str]


@dataclass(frozen=True)
class _Header:
    version: str
    holds: str
    project: str
    separator: str
    decimal: str
    framed: bool  # {in brackets}, as since version 8


def is_export(head: bytes) -> bool:
    """Whether a file that begins so was written by SimaPro."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b'"').startswith((b"{SimaPro", b"SimaPro"))


def read(entry: Entry) -> Export:
    """The blocks of a file; raises InputError naming its line for what is no export of SimaPro, or breaks off."""
    with entry.open() as stream:
        lines = _numbered(entry, (_decoded(raw) for raw in stream))
        header = _header(entry, lines)
        blocks, unread = _Blocks(header, entry).read(lines)
    return Export(
        name=entry.base,
        where=entry.where,
        version=header.version,
        holds=header.holds,
        project=header.project,
        decimal=header.decimal or _decimal(blocks),
        unit_first=_unit_first(blocks, header),
        blocks=blocks,
        unread=unread,
    )


def _decoded(raw: bytes) -> str:
    """A line as SimaPro writes it (Windows-1252), or as UTF-8 where it is that: no accented word is both."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding).rstrip("\r\n")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").rstrip("\r\n")


def _numbered(entry: Entry, lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for at, line in enumerate(lines, 1):
        where = f"{entry.where} line {at}"
        if "\0" in line:
            raise InputError("is not text in UTF-8 or Windows-1252", where=where, hint=_HINT)
        yield where, line


def _header(entry: Entry, lines: Iterator[tuple[str, str]]) -> _Header:
    """The facts before the first empty line."""
    where, first = next(lines, (entry.where, ""))
    if not is_export(first.encode()):
        hint = "its first line reads like {SimaPro 9.1}"
        raise InputError("is no export of SimaPro", where=where, hint=hint)
    framed = "{" in first
    head = [first]
    for _, line in lines:
        if not line.strip('"\t;, '):
            break
        head.append(line)
    return _framed(head, entry) if framed else _plain(head)


def _framed(head: list[str], entry: Entry) -> _Header:
    facts = [fact for line in head for fact in re.findall(r"\{([^{}]*)\}", line)]
    said = {key.strip().casefold(): value.strip() for key, _, value in (fact.partition(":") for fact in facts)}
    separator = said.get("csv separator", "Semicolon")
    if separator.casefold() not in _SEPARATORS:
        what = f"names {separator!r} as its separator, which is not known"
        raise InputError(what, where=entry.where, hint=f"known are {', '.join(_SEPARATORS)}")
    holds = next((fact for fact in facts[1:] if ":" not in fact), "processes")
    decimal = said.get("decimal separator", ".") or "."
    return _Header(facts[0], holds, said.get("project", ""), _SEPARATORS[separator.casefold()], decimal, True)


def _plain(head: list[str]) -> _Header:
    separator = max("\t;,", key=head[0].count)
    first, *more = (line.split(separator) for line in head)
    project = next((cells[1].strip() for cells in more if cells[0] == "Project" and len(cells) > 1), "")
    holds = "methods" if any(cell.strip() == "methods" for cell in first) else "processes"
    return _Header(first[0].strip(), holds, project, separator, "", False)


class _Blocks:
    """Takes lines and sorts them: into a block, and there into a fact or a section."""

    def __init__(self, header: _Header, entry: Entry) -> None:
        self._header, self._entry = header, entry
        self._blocks, self._unread = list[Block](), list[str]()
        self._block: Block | None = None
        self._section: str | None = None
        self._fact = ""  # a title whose value is the next line
        self._after_blank = True

    def read(self, lines: Iterator[tuple[str, str]]) -> tuple[list[Block], list[str]]:
        for where, line in lines:
            self._line(Row(where, [cell.strip() for cell in self._cells(where, line)]))
        if self._block is not None and self._header.framed:
            hint = f"its last block has no line End: {_HINT}"
            name = self._block.facts.get("Process identifier", "")
            raise InputError(f"breaks off in {self._block.title} {name}".rstrip(), where=self._entry.where, hint=hint)
        return self._blocks, self._unread

    def _cells(self, where: str, line: str) -> list[str]:
        if '"' not in line:
            return line.split(self._header.separator)
        try:
            return next(csv.reader([line], delimiter=self._header.separator), [])
        except csv.Error as error:
            raise InputError(f"is no line of cells ({error})", where=where, hint=_HINT) from None

    def _line(self, row: Row) -> None:
        title = row.cell(0)
        alone = not any(row.cells[1:])
        if self._fact and self._block is not None:
            self._block.facts[self._fact] = title
            self._fact = ""
        elif not title and alone:
            self._after_blank = True
            return
        elif title == "End" and alone:
            self._block = None
        elif self._block is None or (title == _PROCESS and alone):
            self._start(row, title)
        else:
            self._inside(self._block, row, title, alone)
        self._after_blank = False

    def _start(self, row: Row, title: str) -> None:
        self._block = Block(title, row.where)
        self._section = None if title in (_PROCESS, "Product stage") else ""
        self._blocks.append(self._block)

    def _inside(self, block: Block, row: Row, title: str, alone: bool) -> None:
        if self._section == "":
            block.sections.setdefault("", []).append(row)
        elif title in _SECTIONS and alone:
            self._section = title
            block.sections.setdefault(title, [])
        elif self._section is None:
            self._facts(block, row, title)
        elif self._after_blank and alone:  # a section of a version to come: its rows are not taken for another's
            self._unread.append(title)
            self._section = title
        elif self._section in block.sections and any(row.cell(at) for at in range(3)):  # else more of a comment
            block.sections[self._section].append(row)

    def _facts(self, block: Block, row: Row, title: str) -> None:
        if title in FACTS:
            block.facts[title] = row.cell(1)
            self._fact = title if self._header.framed else ""


def _decimal(blocks: list[Block]) -> str:
    """Of a file that does not say: a comma where a cell of a process is a number with one."""
    cells = (cell for block in blocks for rows in block.sections.values() for row in rows for cell in row.cells[1:4])
    return "," if any(re.fullmatch(r"\s*-?\d+,\d+([eE][+-]?\d+)?\s*", cell) for cell in cells) else "."


def _unit_first(blocks: list[Block], header: _Header) -> bool:
    """As the first product shows it, whose unit is no number."""
    rows = (row for block in blocks for title in (PRODUCTS, TREATMENT) for row in block.rows(title))
    first = next(rows, None)
    if first is None:
        return header.framed
    return number(first.cell(1), ".") is None and number(first.cell(1), ",") is None
