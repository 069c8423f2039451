"""Small harms done to a file of a sample, as they happen to people's files: each at random, by a seed."""

from __future__ import annotations

import csv
import io
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook
from wiod_tables import workbook

Cells = list[list[object]]
BOOKS, BINARY = (".xlsx",), (".mat", ".xz", ".parquet")


class NoHarm(Exception):  # noqa: N818 - no error: the harm does not fit the file
    """The harm has nothing to act on here."""


# -- the cells of a file ----------------------------------------------------------------------------------------------


def _separator(text: str) -> str:
    line = text.splitlines()[0] if text else ""
    found = [by for by in "\t,;" if by in line]
    return min(found, key=line.index) if found else ","


def _in_text(path: Path, harm: Callable[[Cells], None]) -> None:
    text = path.read_text(encoding="utf-8")
    by = _separator(text)
    cells: Cells = [list(row) for row in csv.reader(io.StringIO(text), delimiter=by)]
    if not any(len(row) > 1 for row in cells):
        raise NoHarm
    harm(cells)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=by, lineterminator="\n").writerows(cells)


def _in_book(path: Path, harm: Callable[[Cells], None], rng: random.Random) -> None:
    book = CalamineWorkbook.from_path(str(path))
    sheets: dict[str, Cells] = {
        name: [list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in book.sheet_names
    }
    harm(sheets[rng.choice([name for name in sheets if len(sheets[name]) > 2] or list(sheets))])
    workbook(path, sheets)


def _in_frame(path: Path, harm: Callable[[Cells], None]) -> None:
    """A frame as cells: its levels of columns above, its levels of rows before."""
    frame = pd.read_parquet(path)
    tops = [list(column) if isinstance(column, tuple) else [column] for column in frame.columns]
    sides = [list(row) if isinstance(row, tuple) else [row] for row in frame.index]
    index, header = len(sides[0]), len(tops[0])
    cells: Cells = [[*[""] * index, *(top[at] for top in tops)] for at in range(header)]
    cells += [[*side, *numbers] for side, numbers in zip(sides, frame.values.tolist(), strict=True)]
    harm(cells)
    body = [row[index:] for row in cells[header:]]
    columns: object = [tuple(str(row[at]) for row in cells[:header]) for at in range(index, len(cells[0]))]
    rows: object = [tuple(str(cell) for cell in row[:index]) for row in cells[header:]]
    columns = pd.MultiIndex.from_tuples(columns) if header > 1 else pd.Index([one[0] for one in columns])
    rows = pd.MultiIndex.from_tuples(rows) if index > 1 else pd.Index([one[0] for one in rows])
    whole = pd.DataFrame([[None if cell == "" else cell for cell in row] for row in body], rows, columns)
    whole = whole.astype({column: str for column, kind in whole.dtypes.items() if kind == np.dtype(object)})
    try:
        whole.to_parquet(path)
    except ValueError:  # pandas writes no two columns of one name
        raise NoHarm from None


def _number(cell: object) -> bool:
    try:
        float(str(cell))
    except ValueError:
        return False
    return not isinstance(cell, bool)


def _some(cells: Cells, rng: random.Random, wanted: Callable[[object], bool]) -> tuple[int, int]:
    places = [(r, c) for r, row in enumerate(cells) for c, cell in enumerate(row) if wanted(cell)]
    if not places:
        raise NoHarm
    return rng.choice(places)


def _is_label(cell: object) -> bool:
    return isinstance(cell, str) and cell.strip() != "" and not _number(cell)


def drop_column(cells: Cells, rng: random.Random) -> None:
    """Take a column away that holds something."""
    _, column = _some(cells, rng, lambda cell: cell != "")
    for row in cells:
        del row[column : column + 1]


def drop_row(cells: Cells, rng: random.Random) -> None:
    """Take a row away that holds something."""
    del cells[_some(cells, rng, lambda cell: cell != "")[0]]


def swap_labels(cells: Cells, rng: random.Random) -> None:
    """Let two labels of a row or a column change places."""
    row, column = _some(cells, rng, _is_label)
    others = [(row, c) for c, cell in enumerate(cells[row]) if _is_label(cell) and cell != cells[row][column]]
    others += [
        (r, column)
        for r, line in enumerate(cells)
        if len(line) > column and _is_label(line[column]) and line[column] != cells[row][column]
    ]
    if not others:
        raise NoHarm
    r, c = rng.choice(others)
    cells[row][column], cells[r][c] = cells[r][c], cells[row][column]


def rename_label(cells: Cells, rng: random.Random) -> None:
    """Misspell a label."""
    row, column = _some(cells, rng, _is_label)
    cells[row][column] = f"{cells[row][column]}q"


def blank_cell(cells: Cells, rng: random.Random) -> None:
    """Empty a cell that holds a number."""
    row, column = _some(cells, rng, _number)
    cells[row][column] = ""


def blank_label(cells: Cells, rng: random.Random) -> None:
    """Empty a cell that holds a label."""
    row, column = _some(cells, rng, _is_label)
    cells[row][column] = ""


def text_in_cell(cells: Cells, rng: random.Random) -> None:
    """Put text where a number is."""
    row, column = _some(cells, rng, _number)
    cells[row][column] = "n.a.?"


IN_CELLS = (drop_column, drop_row, swap_labels, rename_label, blank_cell, blank_label, text_in_cell)


def in_cells(path: Path, harm: Callable[[Cells, random.Random], None], rng: random.Random) -> None:
    """Do a harm to the cells of a file; NoHarm where it has none, and where nothing comes of it."""
    before = path.read_bytes()
    if path.suffix in BOOKS:
        _in_book(path, lambda cells: harm(cells, rng), rng)
    elif path.suffix == ".parquet":
        _in_frame(path, lambda cells: harm(cells, rng))
    elif path.suffix in BINARY or path.suffix in (".toml", ".json"):
        raise NoHarm
    else:
        _in_text(path, lambda cells: harm(cells, rng))
    if path.read_bytes() == before:
        raise NoHarm


# -- the bytes of a file ----------------------------------------------------------------------------------------------


def truncate(path: Path, rng: random.Random) -> None:
    """Break the file off."""
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(1, max(len(content), 2))])


def spoil_byte(path: Path, rng: random.Random) -> None:
    """Put a byte into a text that UTF-8 does not have."""
    if path.suffix in (*BINARY, *BOOKS):
        raise NoHarm
    content = path.read_bytes()
    at = rng.randrange(len(content))
    path.write_bytes(content[:at] + b"\xff" + content[at:])


def empty(path: Path, rng: random.Random) -> None:
    """Leave nothing in it."""
    path.write_bytes(b"")


def lose(path: Path, rng: random.Random) -> None:
    """Take it away."""
    path.unlink()


def double(path: Path, rng: random.Random) -> None:
    """Keep another copy in a second folder."""
    (path.parent / "copy").mkdir()
    shutil.copy(path, path.parent / "copy" / path.name)


def misdate(path: Path, rng: random.Random) -> None:
    """Put another year into its name."""
    for year in ("2009", "2015", "2022", "2021", "2014", "2018", "2017", "2019", "2023", "2020", "2011"):
        if year in path.name:
            path.rename(path.with_name(path.name.replace(year, "1998")))
            return
    raise NoHarm


IN_BYTES = (truncate, spoil_byte, empty, lose, double, misdate)


def zipped(place: Path, top: str) -> Path:
    """The folder as a zip file, below a folder ``top``."""
    packed = place.parent / f"{place.name}.zip"
    with zipfile.ZipFile(packed, "w") as into:
        for file in sorted(place.rglob("*")):
            if file.is_file():
                into.write(file, f"{top}/{file.relative_to(place).as_posix()}")
    return packed
