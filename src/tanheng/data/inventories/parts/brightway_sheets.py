"""Sheets of Brightway's workbooks as blocks: databases and activities with facts, exchanges and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tanheng.data.inventories.parts.formulas import number
from tanheng.data.sheets import Sheet
from tanheng.errors import InputError

DATABASE, ACTIVITY, EXCHANGES, PARAMETERS = "database", "activity", "exchanges", "parameters"
OF_DATABASE, OF_PROJECT = "database parameters", "project parameters"
_TITLES = (DATABASE, ACTIVITY, EXCHANGES, PARAMETERS, OF_DATABASE, OF_PROJECT)
_NAMED = (DATABASE, ACTIVITY)  # with a name beside the title
_UNKNOWN = "(unknown)"  # what Brightway writes where it knows nothing


@dataclass(frozen=True)
class Table:
    """Rows under a line of labels: their places in the sheet, and the column of every label in small letters."""

    sheet: Sheet
    head: int
    columns: Mapping[str, int]
    rows: Sequence[int]

    def text(self, row: int, label: str) -> str:
        """The cell under a label; "" where there is no such column, and where it is unknown."""
        return _known(self.sheet.text(row, self.columns[label])) if label in self.columns else ""

    def at(self, row: int, label: str) -> str:
        """The place of that cell in words."""
        return self.sheet.at(row, self.columns.get(label, 0))

    def number(self, row: int, label: str) -> float | None:
        """The cell as a number, which may be written as text, or None where it is empty. Raises InputError."""
        if not self.text(row, label):
            return None
        value = number(self.text(row, label))
        return self.sheet.number(row, self.columns[label]) if value is None else value


@dataclass
class Block:
    """A database, an activity, or parameters of neither: its ``title``, its name, facts, and the tables under it.

    ``group`` is the name of a group of parameters, "" where it has none.
    """

    title: str
    name: str
    where: str
    facts: dict[str, str] = field(default_factory=dict)
    group: str = ""
    tables: dict[str, Table] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """A line with a title, and the rows under it that are not empty."""

    title: str
    row: int
    rows: list[int]


def blocks(sheet: Sheet) -> Iterator[Block]:
    """The blocks of a sheet; none for one that is to be skipped. Raises InputError for a cutoff that is no number."""
    width = _width(sheet)
    block: Block | None = None
    for part in _parts(sheet, width):
        title = OF_DATABASE if part.title == PARAMETERS and (block is None or block.title != ACTIVITY) else part.title
        if title in (*_NAMED, OF_DATABASE, OF_PROJECT) or block is None:
            if block is not None:
                yield block
            block = Block(title, sheet.text(part.row, 1), sheet.at(part.row, 0))
        if title in _NAMED:
            block.facts = {sheet.text(row, 0).casefold(): _known(sheet.text(row, 1)) for row in part.rows}
        else:
            block.tables[title] = _table(sheet, part, width)
            block.group = sheet.text(part.row, 1) if title == PARAMETERS else block.group
    if block is not None:
        yield block


def is_left_blank(sheet: Sheet) -> bool:
    """Whether it says itself that it is to be skipped, or holds nothing."""
    return _is_skipped(sheet) or all(cell == "" for row in sheet.rows for cell in row)


def _parts(sheet: Sheet, width: int) -> Iterator[_Part]:
    """What stands before the first title is a remark, and so is what an empty line parts from a database's lines."""
    part, open_ = None, False
    for row in range(len(sheet.rows)):
        word = sheet.text(row, 0).casefold() if width else ""
        if word in _TITLES and (word not in _NAMED or sheet.text(row, 1)):
            if part is not None:
                yield part
            part, open_ = _Part(word, row, []), True
        elif any(sheet.text(row, column) for column in range(width)):
            if part is not None and open_:
                part.rows.append(row)
        elif part is not None and part.title in (DATABASE, OF_DATABASE, OF_PROJECT):
            open_ = False
    if part is not None:
        yield part


def _width(sheet: Sheet) -> int:
    """How many columns count: all, none of a sheet to skip, or as a line ``cutoff`` at its head says."""
    widest = max((len(row) for row in sheet.rows), default=0)
    if sheet.text(0, 0).casefold() != "cutoff":
        return 0 if _is_skipped(sheet) else widest
    cut = number(sheet.text(0, 1))
    if cut is None or cut < 0:
        hint = "beside cutoff stands how many columns count"
        raise InputError("the cutoff is no number of columns", where=sheet.at(0, 1), hint=hint)
    return min(int(cut), widest)


def _is_skipped(sheet: Sheet) -> bool:
    return sheet.text(0, 0).casefold() == "skip"


def _table(sheet: Sheet, part: _Part, width: int) -> Table:
    """The rows under their line of labels; a column without a label is a remark."""
    if not part.rows:
        return Table(sheet, part.row, {}, ())
    head, *rows = part.rows
    labels = {sheet.text(head, column).casefold(): column for column in reversed(range(width))}
    labels.pop("", None)
    return Table(sheet, head, labels, rows)


def _known(text: str) -> str:
    return "" if text.casefold() == _UNKNOWN else text
