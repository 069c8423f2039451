"""Folders and workbooks as the program MARIO (mariopy) exports them, read and written.

``to_txt`` and ``to_parquet`` write a folder ``flows`` (and ``coefficients``) with a file for each matrix: of a
symmetric table Z, Y, V, E, EY and the output X; of a supply-use table U, S, Yc, Ya, Va, Vc, Ea, Ec, EY; and ``units``.
``to_excel`` writes the same as one block on a sheet. Labels have three levels: region, level (Sector, Activity,
Commodity, ...) and item.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import files, labels
from tanheng.data import axes, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import about_file, frames, plain_files, programs
from tanheng.data.readers.parts.assembly import Core, Rows, assembled, constructed
from tanheng.data.sheets import Sheet
from tanheng.data.source import Source
from tanheng.errors import InputError, LabelError, UnitError
from tanheng.systems.finding import found
from tanheng.systems.table import BALANCE, Table

Array = NDArray[np.float64]

SECTOR, FINAL = "Sector", "Consumption category"
ACTIVITY, COMMODITY = "Activity", "Commodity"
FACTOR, SATELLITE = "Factor of production", "Satellite account"
_BLOCKS: Mapping[str, tuple[str, str]] = {
    "Z": (SECTOR, SECTOR), "Y": (SECTOR, FINAL), "V": (FACTOR, SECTOR), "E": (SATELLITE, SECTOR),
    "U": (COMMODITY, ACTIVITY), "S": (ACTIVITY, COMMODITY), "Yc": (COMMODITY, FINAL), "Ya": (ACTIVITY, FINAL),
    "Va": (FACTOR, ACTIVITY), "Vc": (FACTOR, COMMODITY), "Ea": (SATELLITE, ACTIVITY), "Ec": (SATELLITE, COMMODITY),
    "EY": (SATELLITE, FINAL), "VY": (FACTOR, FINAL),
}  # fmt: skip
_ENDINGS = (".txt", ".csv", ".parquet")
_NONE = "-"  # MARIO's name of a row that stands for none
_LEVELS = ("Region", "Level", "Item")

SOURCE = Source(
    name="mario",
    title={"en": "Folder or workbook of the program MARIO", "zh": "MARIO 程序导出的文件夹或工作簿"},
    publisher="Mohammad Amin Tahavori, Lorenzo Rinaldi, Nicolò Golinucci and contributors",
    homepage="https://mario-suite.readthedocs.io",
    citation="Tahavori et al. (2023), MARIO: a versatile and user-friendly software for building input-output models, "
    "Journal of Open Research Software 11, 14",
    licence="that of the table in the folder",
    editions="to_txt, to_parquet and to_excel of mariopy 1.3, one file or block a matrix, IOT and SUT",
    files=("flows/Z.txt", "flows/Y.txt", "flows/V.txt", "flows/E.txt", "flows/EY.txt", "flows/units.txt", "*.xlsx"),
    units={"en": "as the units file says; money in one unit", "zh": "见 units 文件；货币须为同一单位"},
    price_basis={"en": "as about.toml or metadata.json says", "zh": "见 about.toml 或 metadata.json"},
    holds={
        "en": "one year; factors of production are primary inputs, satellite accounts are stressors. A supply-use "
        "table becomes symmetric by technology model",
        "zh": "一个年份；生产要素作为初始投入，卫星账户作为压力因子。供给使用表按技术模型转为对称表",
    },
    get={
        "en": "export from MARIO with to_txt(path), to_parquet(path) or to_excel(path), flows=True, then: tanheng read "
        "mario PATH. Where no name states the year, put a file about.toml with a line year = 2015 beside the files",
        "zh": "在 MARIO 中用 to_txt(path)、to_parquet(path) 或 to_excel(path) 导出（flows=True），然后运行 "
        "tanheng read mario PATH。若名称中没有年份，请在同一文件夹放一个 about.toml，写上一行 year = 2015",
    },
    faults=(
        {
            "en": "a database parsed by MARIO may be sorted by name: the order of sectors is that of the files",
            "zh": "经 MARIO 读入的数据库可能已按名称排序：部门次序以文件为准",
        },
        {
            "en": "workbooks hold 16 digits of a number, not the 17 that would be exact",
            "zh": "工作簿中的数字为 16 位，而精确需要 17 位",
        },
    ),
    tested="made",
    options={"model": ("D", "B", "A", "C")},
)


class _Holder(Protocol):
    """Where matrices are: the files of a folder, or the blocks of a sheet."""

    @property
    def where(self) -> str:
        """The place in words."""

    @property
    def coefficients(self) -> bool:
        """Whether it holds coefficients, not flows."""

    def matrix(self, name: str) -> Grid | None:
        """The block of that name, its labels without the level; None if it is not there."""

    def output(self) -> Grid | None:
        """The output that the source states, if it does."""

    def units(self) -> list[tuple[str, str, str, str]]:
        """Place, level, item and unit of every row of the units."""


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The one year that about.toml, metadata.json or a name states; raises InputError where none does."""
    _holder(place)
    return (programs.stated_year(place, programs.facts(place, place.named("metadata.json"))),)


def read(place: Archive, year: int, **options: str) -> Table:
    """The database in ``place``, whose year must be ``year`` where the files state one.

    ``model`` is the technology model of a supply-use table: A, B, C or D. Raises InputError for files that are missing
    or broken, LabelError where axes differ, UnitError naming the file and line, MissingError for another year, and what
    ``Table.from_arrays`` and ``SupplyUse.symmetric`` raise.
    """
    known = programs.facts(place, place.named("metadata.json"))
    year = programs.chosen_year(place, known, year)
    holder = _holder(place)
    units = holder.units()
    if any(level == COMMODITY for _, level, _, _ in units):
        return _supply_use(holder, units, known, year, options.get("model", SOURCE.options["model"][0]))
    Z, Y = _need(holder, "Z"), _need(holder, "Y")
    currency = programs.one_money([(where, unit) for where, level, _, unit in units if level == SECTOR], holder.where)
    core = _core(Z, Y, currency, known, year)
    stated = holder.output()
    if stated is not None:
        stated.require_rows(Z.columns)
        core = replace(core, x=stated.values[:, 0], x_where=stated.where)
    if holder.coefficients:
        x = programs.output(core.Z, core.Y.sum(axis=1), Z.where)
        notes = [found("coefficients", "note", "Z", part="z, v, e")]
        core = replace(core, Z=programs.scaled(core.Z, x), notes=notes)
    groups = [_rows(holder, name, final, units, Z, Y) for name, final in (("E", "EY"), ("V", "VY"))]
    if holder.coefficients:
        groups = [replace(one, F=programs.scaled(one.F, x)) for one in groups]
    return assembled(core, *([one] if one.names else [] for one in groups))


def _need(holder: _Holder, name: str) -> Grid:
    grid = holder.matrix(name)
    if grid is None:
        hint = "an export of MARIO holds Z, Y, V, E, EY and units (or U, S, Yc, Va, Ea of supply and use)"
        raise InputError(f"{name} is missing", where=holder.where, hint=hint)
    return grid


def _core(Z: Grid, Y: Grid, currency: str, known: dict[str, Any], year: int) -> Core:
    regions, sectors = axes.product(Z, "sector")
    Z.require_rows(Z.columns)
    demand = _demand(Y, regions)
    Y.require_rows(Z.columns)
    return Core(Z.values, Y.values, regions, sectors, demand, currency, known, year)


def _demand(Y: Grid, regions: list[str]) -> list[str]:
    consumers, demand = axes.product(Y, "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{Y.where}, header")
    return demand


def _rows(holder: _Holder, name: str, final: str, units: list[tuple[str, str, str, str]], by: Grid, uses: Grid) -> Rows:
    """Satellite accounts or factors, by the columns of ``by``, and those of final demand; a row of none goes."""
    block, direct = _need(holder, name), holder.matrix(final)
    block.require_columns(by.columns)
    level = _BLOCKS[name][0]
    names = [str(label) for label in block.rows]
    given = {item: (where, unit) for where, of, item, unit in units if of == level}
    lacking = next((one for one in names if one not in given and one != _NONE), None)
    if lacking is not None:
        raise UnitError(f"{level} {lacking} has no unit", where=holder.where, hint="add it to the units")
    if missing := [item for item in given if item not in names and item != _NONE]:
        hint = "the file may have broken off"
        raise LabelError(f"{level} {missing[0]} has a unit and no row", where=block.where, hint=hint)
    if direct is not None:
        direct.require_columns(uses.columns)
        direct.require_rows(block.rows)
    held = [at for at, one in enumerate(names) if one != _NONE or block.values[at].any()]
    all_units = [given.get(one, (block.where, "")) for one in names]
    return Rows(level, names, all_units, block.values, None if direct is None else direct.values).only(held)


def _supply_use(
    holder: _Holder, units: list[tuple[str, str, str, str]], known: dict[str, Any], year: int, model: str
) -> Table:
    """The symmetric table of a supply-use table; what stands on the wrong side of it must be zero."""
    if holder.coefficients:
        hint = "export with flows=True"
        raise InputError("holds coefficients of a supply-use table, which are not read", where=holder.where, hint=hint)
    use, supply, Y = _need(holder, "U"), _need(holder, "S"), _need(holder, "Yc")
    regions, products = axes.product(supply, "commodity")
    _, industries = axes.product(use, "activity")
    use.require_rows(supply.columns)
    Y.require_rows(supply.columns)
    supply.require_rows(use.columns)
    for name in ("Ya", "Vc", "Ec"):
        other = holder.matrix(name)
        if other is not None and other.values.any():
            what = f"{name} is not zero: {' of '.join(_BLOCKS[name])}"
            hint = "only products are sold to final demand, and only activities have inputs and emissions here"
            raise InputError(what, where=other.where, hint=hint)
    blocks = supply.values.reshape(len(regions), len(industries), len(regions), len(products))
    home = np.stack([blocks[at, :, at] for at in range(len(regions))])
    if np.count_nonzero(blocks) != np.count_nonzero(home):
        hint = "an activity makes its commodities in its own region"
        raise InputError("an activity supplies a commodity of another region", where=supply.where, hint=hint)
    money = [(where, unit) for where, level, _, unit in units if level in (ACTIVITY, COMMODITY)]
    currency = programs.one_money(money, holder.where)
    core = Core(use.values, Y.values, regions, industries, _demand(Y, regions), currency, known, year)
    stressors, inputs = (_rows(holder, name, final, units, use, Y) for name, final in (("Ea", "EY"), ("Va", "VY")))
    groups = ([one] if one.names else [] for one in (stressors, inputs))
    return constructed(core, home, products, model, *groups)


# -- where the matrices are -------------------------------------------------------------------------------------------


def _holder(place: Archive) -> _Holder:
    """The flows of the place, else its coefficients; raises InputError when it holds neither."""
    for flat in place.find("data.txt", "data.csv", "data.parquet"):
        hint = "export with flat=False"
        raise InputError("is the long format of MARIO, which is not read", where=flat.where, hint=hint)
    folders: dict[str, dict[str, Entry]] = {}
    for entry in place.entries:
        folders.setdefault(programs.folder_of(entry), {})[entry.base] = entry
    for marks, coefficients in ((("Z", "U"), False), (("z", "u"), True)):
        names = [f"{mark}{ending}" for mark in marks for ending in _ENDINGS]
        found_ = [folder for folder, held in folders.items() if any(name in held for name in names)]
        if len(found_) > 1:
            hint = "name the folder of one"
            raise InputError(f"holds several databases: {', '.join(found_[:4])}", where=str(place.path), hint=hint)
        if found_:
            return _Files(str(place.path / found_[0]), folders[found_[0]], coefficients)
    books = place.find("*.xlsx")
    if len(books) == 1:
        return _Book.of(books[0])
    if books:
        what = f"holds several workbooks: {', '.join(book.name for book in books[:4])}"
        raise InputError(what, where=str(place.path), hint="name the one that MARIO wrote")
    hint = "an export of MARIO holds flows/Z.txt (or U.txt), .csv or .parquet, or is one workbook"
    raise InputError("Z.txt is missing", where=str(place.path), hint=hint)


@dataclass(frozen=True)
class _Files:
    where: str
    files: Mapping[str, Entry]
    coefficients: bool

    def matrix(self, name: str) -> Grid | None:
        written = name if not self.coefficients or "Y" in name else name.casefold()
        entry = self._entry(written)
        if entry is None:
            return None
        sides, tops = _BLOCKS[name]
        given = frames.read(entry, 1 if sides in (FACTOR, SATELLITE) else 3, header=3)
        rows = given.rows if sides in (FACTOR, SATELLITE) else _without_level(given.rows, sides, given.where)
        return replace(given, rows=rows, columns=_without_level(given.columns, tops, given.where))

    def output(self) -> Grid | None:
        entry = self._entry("X")
        if entry is None:
            return None
        given = frames.read(entry, 3, header=1)
        return replace(given, rows=_without_level(given.rows, SECTOR, given.where))

    def units(self) -> list[tuple[str, str, str, str]]:
        entry = self._entry("units")
        if entry is None:
            raise InputError("units.txt is missing", where=self.where, hint="MARIO writes it beside the matrices")
        rows = frames.lines(entry)
        if not rows:
            raise InputError("has no units", where=entry.where, hint="a line of level, item and unit for every label")
        for where, cells in rows:
            if len(cells) != 3:
                raise InputError(f"has {len(cells)} cells", where=where, hint="level, item and unit are due")
        return [(where, cells[0], cells[1], cells[2]) for where, cells in rows]

    def _entry(self, name: str) -> Entry | None:
        return next((self.files[f"{name}{ending}"] for ending in _ENDINGS if f"{name}{ending}" in self.files), None)


def _without_level(given: Iterable[Any], level: str, where: str) -> list[Any]:
    """The (region, item) of (region, level, item) labels, all of one level."""
    found_ = list(given)
    for label in found_:
        if label[1] != level:
            hint = f"every label there has the level {level}"
            raise LabelError(f"label {' '.join(label)} has the level {label[1]}", where=where, hint=hint)
    return [(label[0], label[2]) for label in found_]


@dataclass(frozen=True, eq=False)
class _Book:
    where: str
    coefficients: bool
    data: Sheet
    unit: Sheet

    @classmethod
    def of(cls, entry: Entry) -> _Book:
        names = sheets.names(entry)
        name = next((one for one in ("flows", "coefficients") if one in names), names[0])
        data, unit = sheets.read_all(entry, [name, "units"])
        return cls(data.where, name == "coefficients", data, unit)

    def matrix(self, name: str) -> Grid | None:
        sides, tops = _BLOCKS[name]
        rows = [at for at in range(3, len(self.data.rows)) if self.data.text(at, 1) == sides]
        width = max((len(cells) for cells in self.data.rows), default=0)
        columns = [at for at in range(3, width) if self.data.text(1, at) == tops]
        if not rows or not columns:
            return None
        index = (2,) if sides in (FACTOR, SATELLITE) else (0, 2)
        return self.data.grid(rows, columns, (0, 2), index)

    def output(self) -> Grid | None:
        return None

    def units(self) -> list[tuple[str, str, str, str]]:
        cells = [
            (self.unit.at(row, 2), *(self.unit.text(row, at) for at in range(3)))
            for row in range(1, len(self.unit.rows))
        ]
        return [(where, level, item, unit) for where, level, item, unit in cells if level]


# -- writing ----------------------------------------------------------------------------------------------------------


def write(table: Table, folder: Path) -> None:
    """Write ``table`` so that MARIO reads it with ``parse_from_txt(folder, table="IOT", mode="flows")``.

    Whole or not at all, each number exactly. MARIO asks for factors of production: where the table has no primary
    inputs, output less intermediate inputs is written as one. about.toml holds what MARIO has no place for.
    Raises InputError for a table without stressors, and when the folder exists or cannot be written.
    """
    if not table.stressors:
        hint = "attach some first"
        raise InputError("has no stressors, and MARIO asks for one", where=table.about.name, hint=hint)
    V = table.V if table.V is not None else table.primary_inputs.expand_dims(input=[BALANCE])
    with files.whole_folder(folder) as part:
        (part / about_file.NAME).write_text(about_file.toml(table.about), encoding="utf-8")
        flows = part / "flows"
        flows.mkdir()
        for name, array in (("Z", table.Z), ("Y", table.Y), ("V", V), ("E", table.F), ("EY", table.F_Y)):
            if array is not None:
                _write(flows / f"{name}.txt", name, array)
        units = [(SECTOR, sector, table.about.currency) for sector in table.sectors]
        units += [(FACTOR, str(one), table.about.currency) for one in V.indexes["input"]]
        units += [(SATELLITE, one, table.about.units[one]) for one in table.stressors]
        with (flows / "units.txt").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("", "", "unit"), *units])


def _write(path: Path, name: str, array: xr.DataArray) -> None:
    sides, tops = _BLOCKS[name]
    rows, columns = plain_files.sides(array)
    if len(rows[0]) == 2:
        rows = [(region, sides, item) for region, item in rows]
    columns = [(region, tops, item) for region, item in columns]
    values = array.values.reshape(len(rows), len(columns))
    frames.write_text(path, values, rows, columns, (_LEVELS if len(rows[0]) == 3 else ("Item",), _LEVELS), ",")
