"""The plain table: a folder with Z.csv, Y.csv, F.csv, about.toml and optionally F_Y.csv, V.csv.

Every CSV file has two header rows (region, then sector or demand category). Z and Y have two index columns (region,
sector); F, F_Y and V have one (stressor or input). The corner cells may be empty or hold the axis names, and the extra
line of index names that pandas writes is accepted. UTF-8; commas, or semicolons with decimal points.
"""

from __future__ import annotations

import csv
import json
import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xarray as xr

from tanheng import files, labels
from tanheng.data import axes, grid
from tanheng.data.archive import Archive, Entry
from tanheng.data.grid import Grid
from tanheng.data.source import Source
from tanheng.errors import InputError, MissingError
from tanheng.systems.about import NOT_STATED, About
from tanheng.systems.table import Table

FILES = ("about.toml", "Z.csv", "Y.csv", "F.csv")
OPTIONAL = ("F_Y.csv", "V.csv")

SOURCE = Source(
    name="plain",
    title={"en": "Plain table: a folder of CSV files", "zh": "普通表：CSV 文件夹"},
    publisher="-",
    homepage="-",
    citation="-",
    licence="the owner's",
    editions="-",
    files=(*FILES, *OPTIONAL),
    units={"en": "as about.toml says", "zh": "见 about.toml"},
    price_basis={"en": "as about.toml says", "zh": "见 about.toml"},
    holds={"en": "one year of any table", "zh": "任意一张表的一个年份"},
    get={
        "en": "write your own: docs/your-own-table.md shows how",
        "zh": "自行编写：做法见 docs/your-own-table.zh.md",
    },
    faults=(),
    tested="real",
)

_LAYOUT = f"a plain table is a folder with {', '.join(FILES)} and optionally {', '.join(OPTIONAL)}"


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The one year of the place's table, as its about.toml says; raises InputError when that is missing or wrong."""
    return (_about(place).year,)


def read(place: Archive, year: int, **options: str) -> Table:
    """The table in ``place``, whose year must be ``year``.

    Raises InputError for a file that is missing, empty, ragged or not UTF-8, for a misnamed file and for a
    cell that is no number (by label and line), LabelError where axes differ, MissingError for another year, UnitError,
    and what ``Table.from_arrays`` raises.
    """
    about = _about(place)
    if about.year != year:
        raise MissingError(f"there is no year {year}", where=str(place.path), hint=f"it holds {about.year}")
    _require_known(place)
    Z = grid.read(_file(place, "Z.csv"), 2)
    regions, sectors = axes.product(Z, "sector")
    Z.require_rows(Z.columns)
    Y = grid.read(_file(place, "Y.csv"), 2)
    consumers, demand = axes.product(Y, "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{Y.where}, header")
    Y.require_rows(Z.columns)
    F = _by_column(place, "F.csv", Z)
    F_Y = _by_column(place, "F_Y.csv", Y) if place.find("F_Y.csv") else None
    if F_Y is not None:
        F_Y.require_rows(F.rows)
    V = _by_column(place, "V.csv", Z) if place.find("V.csv") else None
    return Table.from_arrays(
        Z.values,
        Y.values,
        F.values,
        regions=regions,
        sectors=sectors,
        demand=demand,
        stressors=_texts(F),
        F_Y=None if F_Y is None else F_Y.values,
        V=None if V is None else V.values,
        inputs=None if V is None else _texts(V),
        about=about,
    )


def write(table: Table, folder: Path) -> None:
    """Write ``table`` as a plain table into ``folder``, which must not hold anything yet; whole or not at all.

    Numbers are written so that they are read back to the last bit. Raises InputError when the folder cannot be written.
    """
    with files.whole_folder(folder) as part:
        for name in ("Z", "Y", "F", "F_Y", "V"):
            array = getattr(table, name)
            if array is not None:
                _write_grid(array, part / f"{name}.csv")
        (part / "about.toml").write_text(_toml(table.about), encoding="utf-8")


# -- about.toml -------------------------------------------------------------------------------------------------------


def _about(place: Archive) -> About:
    entry = _file(place, "about.toml")
    try:
        raw = tomllib.loads(entry.text())
    except tomllib.TOMLDecodeError as error:
        said = str(error).splitlines()[0]
        line = re.search(r"line (\d+)", said)
        where = f"{entry.where} line {line[1]}" if line else entry.where
        raise InputError(f"is not TOML ({said})", where=where, hint='a line reads like name = "..."') from None
    try:
        return About.of(_typed(raw))
    except InputError as error:  # it knows the key, not the file
        _, unit, stressor = error.where.rpartition(", unit of ")
        raise type(error)(error.what, where=f"{entry.where}{unit}{stressor if unit else ''}", hint=error.hint) from None


def _typed(raw: dict[str, Any]) -> dict[str, Any]:
    """``raw`` itself, once text is text and [units] is a table of text."""
    for key, value in raw.items():
        if key == "units":
            if not isinstance(value, dict) or not all(isinstance(unit, str) for unit in value.values()):
                raise InputError("units is not a table of texts", hint='write [units] and below it CO2 = "kt"')
        elif key != "year" and not isinstance(value, str):
            raise InputError(f"{key} is {value!r}, not a text", hint=f'write {key} = "..."')
    return raw


def _toml(about: About) -> str:
    given = {key: value for key, value in vars(about).items() if value not in (NOT_STATED, "")}
    units = given.pop("units")
    text = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in given.items()]
    text += ["", "[units]"]
    text += [f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(unit)}" for key, unit in units.items()]
    return "\n".join(text) + "\n"


# -- files ------------------------------------------------------------------------------------------------------------


def _by_column(place: Archive, name: str, of: Grid) -> Grid:
    """A file with one index column and the columns of another file."""
    read = grid.read(_file(place, name), 1)
    read.require_columns(of.columns)
    labels.check_unique(read.rows, what="row", where=read.where)
    return read


def _texts(rows: Grid) -> list[str]:
    return [str(label) for label in rows.rows]


def _file(place: Archive, name: str) -> Entry:
    entry = place.named(name)
    if entry is None and os.path.lexists(place.path / name):
        where, hint = str(place.path / name), "mend it or take it away"
        raise InputError("is no file, or a link to none", where=where, hint=hint)
    if entry is None:
        raise InputError(f"{name} is missing", where=str(place.path), hint=_LAYOUT)
    return entry


def _require_known(place: Archive) -> None:
    """Raise InputError for a file named almost as one of the table's: it would be passed over as if absent."""
    known = {_letters(name): name for name in (*FILES, *OPTIONAL)}
    for entry in place.entries:
        meant = known.get(_letters(entry.base), entry.base)
        if entry.base != meant and entry.base.casefold().endswith((".csv", ".toml")):
            hint = f"rename it to {meant}, or move it out of the folder"
            raise InputError("is no file of a plain table", where=entry.where, hint=hint)
    for name in OPTIONAL:
        if os.path.lexists(place.path / name):
            _file(place, name)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


# -- writing ----------------------------------------------------------------------------------------------------------


def _write_grid(array: xr.DataArray, path: Path) -> None:
    """One array as CSV; the last two dimensions make the columns."""
    lead, (outer, inner) = array.dims[:-2], array.dims[-2:]
    pairs = [(region, second) for region in array.indexes[outer] for second in array.indexes[inner]]
    corner = [""] * (len(lead) - 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for at, dim in enumerate((outer, inner)):
            writer.writerow([dim, *corner, *(pair[at] for pair in pairs)])
        for labels_, numbers in zip(_rows(array), array.values.reshape(-1, len(pairs)), strict=True):
            writer.writerow([*labels_, *numbers.tolist()])  # csv writes a float by repr: exactly


def _rows(array: xr.DataArray) -> Iterable[tuple[str, ...]]:
    first = [(name,) for name in array.indexes[array.dims[0]]]
    return first if array.ndim == 3 else [(*one, two) for one in first for two in array.indexes[array.dims[1]]]
