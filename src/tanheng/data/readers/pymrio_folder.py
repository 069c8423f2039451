"""Folders as the package pymrio saves them, read and written.

A saved system holds Z, Y, unit (and A, L, x, population) with ``file_parameters.json``, and below it a folder for every
extension with F, F_Y, unit (and S, M, D_cba, ...): as text with tabs or as Parquet. What can be computed is not read:
A and S stand in where Z or F are missing. The small test system that comes with pymrio (``trade_flows_Z.txt``, ...),
whose units are an index column, is read too.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import xarray as xr

from tanheng import files, labels
from tanheng.data import axes
from tanheng.data.archive import Archive, Entry
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import about_file, frames, plain_files, programs
from tanheng.data.readers.parts.assembly import Core, Rows, assembled
from tanheng.data.source import Source
from tanheng.errors import InputError
from tanheng.systems.finding import found
from tanheng.systems.table import Table

_PARAMETERS, _META = "file_parameters.json", "metadata.json"
_TEST = {"Z": "trade_flows_Z.txt", "Y": "finald_demand_Y.txt", "F": "emissions.txt", "F_Y": "FDemissions.txt"}
_TEST_INPUTS = "factor_input.txt"
_FACTORS = ("factor_inputs", "factor_input", "satellite", "value_added", "primary_inputs")
_PICKLED = (".pkl", ".pickle")

SOURCE = Source(
    name="pymrio",
    title={"en": "Folder of the package pymrio", "zh": "pymrio 软件包保存的文件夹"},
    publisher="Konstantin Stadler and contributors",
    homepage="https://pymrio.readthedocs.io",
    citation="Stadler (2021), Pymrio: a Python based multi-regional input-output analysis toolbox, Journal of Open "
    "Research Software 9, 8",
    licence="that of the table in the folder",
    editions="what pymrio 0.4 to 0.7 save as txt or parquet, and its test system",
    files=(
        "Z.txt",
        "Y.txt",
        "unit.txt",
        "*/F.txt",
        "*/F_Y.txt",
        "*/unit.txt",
        _PARAMETERS,
        "*.parquet",
        *_TEST.values(),
    ),
    units={
        "en": "as unit.txt says; money in one unit",
        "zh": "见 unit.txt；货币须为同一单位",
    },
    price_basis={
        "en": "as about.toml beside the files says; pymrio has no place for it",
        "zh": "见同一文件夹中的 about.toml；pymrio 本身不记录",
    },
    holds={
        "en": "one year of a system and all its extensions. Inputs in money of an extension that is all in money, or "
        "named factor_inputs, value_added or satellite, are primary inputs; every other row is a stressor. A label of "
        "several levels is written with commas: CO2, air",
        "zh": "一个年份的系统及其全部扩展账户。全部以货币计的扩展账户，以及名为 factor_inputs、value_added、satellite "
        "的扩展账户中以货币计的行，作为初始投入；其余各行均为压力因子。多级标签以逗号连接：CO2, air",
    },
    get={
        "en": "save a system in pymrio with save_all(path, table_format='txt' or 'parquet'), then: tanheng read pymrio "
        "PATH. Where no name states the year, put a file about.toml with a line year = 2015 beside the files",
        "zh": "在 pymrio 中用 save_all(path, table_format='txt' 或 'parquet') 保存，然后运行 tanheng read pymrio PATH。"
        "若名称中没有年份，请在同一文件夹放一个 about.toml，写上一行 year = 2015",
    },
    faults=(
        {
            "en": "pymrio saves text with 12 significant digits (float_format), so a sum may differ in the twelfth; "
            "Parquet is exact",
            "zh": "pymrio 以 12 位有效数字保存文本（float_format 参数），合计可能在第 12 位有出入；Parquet 则完全精确",
        },
        {
            "en": "pickle files are refused: they can run any program when they are opened",
            "zh": "拒绝读取 pickle 文件：打开它可能运行任意程序",
        },
    ),
    tested="real",
)


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The one year that about.toml, metadata.json or a name states; raises InputError where none does."""
    _, known = _opened(place)
    return (programs.stated_year(place, known),)


def read(place: Archive, year: int, **options: str) -> Table:
    """The system in ``place`` with all its extensions, whose year must be ``year`` where the files state one.

    Raises InputError for files that are missing, broken or pickled, LabelError where axes differ, UnitError naming the
    file and line, MissingError for another year, and what ``Table.from_arrays`` raises.
    """
    root, known = _opened(place)
    year = programs.chosen_year(place, known, year)
    core, extensions = (_test_system if _TEST["Z"] in root.files else _saved_system)(root, known, year)
    inputs, stressors = _divided(extensions, core.currency)
    return assembled(core, stressors, inputs)


@dataclass(frozen=True)
class _Folder:
    """The files of one folder by their names, and those of the folders in it."""

    name: str
    where: str
    files: Mapping[str, Entry]
    below: tuple[_Folder, ...] = ()

    def matrix(self, name: str) -> Entry | None:
        """The file of a matrix, as text or Parquet; raises InputError for one that is pickled."""
        for base in (f"{name}.txt", f"{name}.parquet", f"{name}.tsv", f"{name}.csv"):
            if base in self.files:
                return self.files[base]
        for ending in _PICKLED:
            if f"{name}{ending}" in self.files:
                what = "is a pickle file, which can run any program when it is opened"
                hint = "save the system with save_all(path, table_format='parquet') or 'txt'"
                raise InputError(what, where=self.files[f"{name}{ending}"].where, hint=hint)
        return None

    def need(self, *names: str) -> Entry:
        """The file of the first matrix there is; raises InputError naming the first when there is none."""
        for name in names:
            if (entry := self.matrix(name)) is not None:
                return entry
        known = ", ".join(sorted(self.files)[:8]) or "nothing"
        hint = f"a folder of pymrio holds Z.txt, Y.txt, unit.txt and a folder for each extension; here is {known}"
        raise InputError(f"{names[0]}.txt is missing", where=self.where, hint=hint)


def _opened(place: Archive) -> tuple[_Folder, dict[str, Any]]:
    """The folder of the system, wherever it lies in ``place``, and what is known of it."""
    folders: dict[str, dict[str, Entry]] = {}
    for entry in place.entries:
        folders.setdefault(programs.folder_of(entry), {})[entry.base] = entry
    marks = (_TEST["Z"], *(f"{matrix}{end}" for matrix in "ZA" for end in (".txt", ".parquet", ".csv", *_PICKLED)))
    roots = [name for name, held in folders.items() if any(mark in held for mark in marks)]
    if not roots:
        hint = f"a folder of pymrio holds Z.txt (or Z.parquet), Y.txt, unit.txt; its test system {_TEST['Z']}"
        raise InputError("Z.txt is missing", where=str(place.path), hint=hint)
    if len(roots) > 1:
        names = ", ".join(name or "the folder itself" for name in sorted(roots)[:4])
        raise InputError(f"holds several systems: {names}", where=str(place.path), hint="name the folder of one")
    root = roots[0]
    below = [
        name for name in sorted(folders) if str(PurePosixPath(name).parent) == (root or ".") and name not in ("", root)
    ]
    parts = tuple(_Folder(PurePosixPath(name).name, str(place.path / name), folders[name]) for name in below)
    held = _Folder(root, str(place.path / root), folders[root], parts)
    return held, programs.facts(place, held.files.get(_META))


# -- a saved system ---------------------------------------------------------------------------------------------------


def _saved_system(root: _Folder, known: dict[str, Any], year: int) -> tuple[Core, list[Rows]]:
    Z, Y = frames.read(root.need("Z", "A"), 2), frames.read(root.need("Y"), 2)
    units = [(where, cells[-1]) for where, cells in frames.lines(root.need("unit"))]
    core = _core(Z, Y, units, known, year)
    x, x_where = None, ""
    if (entry := root.matrix("x")) is not None:
        read = frames.read(entry, 2, header=1)
        read.require_rows(Z.columns)
        x, x_where = read.values[:, 0], read.where
    if root.matrix("Z") is None:
        x = x if x is not None else programs.output(core.Z, core.Y.sum(axis=1), Z.where)
        core = replace(core, Z=programs.scaled(core.Z, x), notes=[found("coefficients", "note", "Z", part="A")])
    core = replace(core, x=x, x_where=x_where)
    return core, [_extension(folder, Z, Y, core) for folder in root.below if _is_extension(folder)]


def _is_extension(folder: _Folder) -> bool:
    """Whether a folder holds rows; raises InputError where it holds all that goes with them, but not the rows."""
    if folder.matrix("F") or folder.matrix("S"):
        return True
    if folder.matrix("unit") or folder.matrix("F_Y"):
        hint = "an extension holds F.txt (or S.txt), unit.txt and, where there is one, F_Y.txt"
        raise InputError("F.txt is missing", where=folder.where, hint=hint)
    return False


def _core(Z: Grid, Y: Grid, units: list[tuple[str, str]], known: dict[str, Any], year: int) -> Core:
    """The core, once its axes agree."""
    regions, sectors = axes.product(Z, "sector")
    Z.require_rows(Z.columns)
    consumers, demand = axes.product(Y, "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{Y.where}, header")
    Y.require_rows(Z.columns)
    return Core(Z.values, Y.values, regions, sectors, demand, programs.one_money(units, Z.where), known, year)


def _extension(folder: _Folder, Z: Grid, Y: Grid, core: Core) -> Rows:
    """One extension: its rows by the labels of its unit file."""
    given = frames.lines(folder.need("unit"))
    units = {tuple(cells[:-1]): (where, cells[-1]) for where, cells in given}
    levels = len(given[0][1]) - 1 if given else 1
    F = frames.read(folder.need("F", "S"), levels)
    F.require_columns(Z.columns)
    order = [label if isinstance(label, tuple) else (label,) for label in F.rows]
    labels.positions(list(units), order, what="row", where=F.where)
    labels.positions(order, list(units), what="row", where=folder.need("unit").where)
    values = F.values
    if folder.matrix("F") is None:
        x = core.x if core.x is not None else core.Z.sum(axis=1) + core.Y.sum(axis=1)
        values = programs.scaled(values, x)
        core.notes.append(found("coefficients", "note", "F", part=f"{folder.name} S"))
    F_Y = None
    if (entry := folder.matrix("F_Y")) is not None:
        read = frames.read(entry, levels)
        read.require_columns(Y.columns)
        read.require_rows(F.rows)
        F_Y = read.values
    return Rows(
        folder.name, [", ".join(map(str, label)) for label in order], [units[one] for one in order], values, F_Y
    )


def _divided(extensions: Sequence[Rows], currency: str) -> tuple[list[Rows], list[Rows]]:
    """Primary inputs, and stressors: what is in money, of an extension all in money or named as one of inputs."""
    inputs, stressors = [], []
    for one in extensions:
        money = [at for at, (_, unit) in enumerate(one.units) if programs.money(unit) == currency]
        taken = money if len(money) == len(one.names) or one.group.casefold() in _FACTORS else []
        inputs += [one.only(taken)] if taken else []
        rest = [at for at in range(len(one.names)) if at not in set(taken)]
        stressors += [one.only(rest)] if rest else []
    return inputs, stressors


# -- the test system --------------------------------------------------------------------------------------------------


def _test_system(root: _Folder, known: dict[str, Any], year: int) -> tuple[Core, list[Rows]]:
    """The small system that comes with pymrio: the last index column of every file is the unit."""
    Z, Z_units = _split(root, _TEST["Z"], 3)
    Y, _ = _split(root, _TEST["Y"], 3)
    core = _core(Z, Y, Z_units, known, year)
    F, units = _split(root, _TEST["F"], 3)
    F_Y, _ = _split(root, _TEST["F_Y"], 3)
    V, money = _split(root, _TEST_INPUTS, 2)
    for part in (F, V):
        part.require_columns(Z.columns)
    F_Y.require_columns(Y.columns)
    F_Y.require_rows(F.rows)
    emissions = Rows("emissions", _joined(F), units, F.values, F_Y.values)
    return core, [emissions, Rows("factor_inputs", _joined(V), money, V.values)]


def _split(root: _Folder, name: str, index: int) -> tuple[Grid, list[tuple[str, str]]]:
    """A file, and the unit of every row."""
    if name not in root.files:
        raise InputError(f"{name} is missing", where=root.where, hint="it is one of the files of pymrio's test system")
    given = frames.text(root.files[name], index)
    rows = [tuple(map(str, row)) for row in given.rows]  # type: ignore[call-overload]
    units = [(f"{given.where} line {given.first + at}", row[-1]) for at, row in enumerate(rows)]
    return replace(given, index=index - 1, rows=[row[:-1] for row in rows]), units


def _joined(given: Grid) -> list[str]:
    return [", ".join(map(str, row)) for row in given.rows]  # type: ignore[call-overload]


# -- writing ----------------------------------------------------------------------------------------------------------


def write(table: Table, folder: Path) -> None:
    """Write ``table`` into ``folder`` so that ``pymrio.load_all`` reads it; whole or not at all, each number exactly.

    Stressors become the extension ``emissions``, primary inputs ``factor_inputs``; about.toml holds what pymrio has no
    place for. Raises InputError when the folder exists or cannot be written.
    """
    with files.whole_folder(folder) as part:
        about = table.about
        pairs = plain_files.sides(table.Z)[0]
        _write(part, "Z", table.Z, ("region", "sector"), ("region", "sector"))
        _write(part, "Y", table.Y, ("region", "sector"), ("region", "category"))
        _write_units(part, ("region", "sector"), [(*pair, about.currency) for pair in pairs])
        held = {"Z": (2, 2), "Y": (2, 2), "unit": (2, 1)}
        _write_json(part / _PARAMETERS, {"files": _parameters(held), "systemtype": "IOSystem"})
        meta = {"description": about.source, "name": about.name, "system": "", "version": about.version}
        _write_json(part / _META, {**meta, "year": about.year, "history": []})
        (part / about_file.NAME).write_text(about_file.toml(about), encoding="utf-8")
        if table.stressors:
            units = [(name, about.units[name]) for name in table.stressors]
            _write_extension(part / "emissions", "stressor", table.F, table.F_Y, units)
        if table.V is not None:
            units = [(str(name), about.currency) for name in table.V.indexes["input"]]
            _write_extension(part / "factor_inputs", "inputtype", table.V, None, units)


def _write_extension(
    folder: Path, level: str, F: xr.DataArray, F_Y: xr.DataArray | None, units: Sequence[tuple[str, str]]
) -> None:
    folder.mkdir()
    _write(folder, "F", F, (level,), ("region", "sector"))
    if F_Y is not None:
        _write(folder, "F_Y", F_Y, (level,), ("region", "category"))
    _write_units(folder, (level,), units)
    held = {"F": (1, 2), "unit": (1, 1)} | ({} if F_Y is None else {"F_Y": (1, 2)})
    _write_json(folder / _PARAMETERS, {"files": _parameters(held), "systemtype": "Extension", "name": folder.name})


def _write(folder: Path, name: str, array: xr.DataArray, rows: tuple[str, ...], columns: tuple[str, ...]) -> None:
    sides, tops = plain_files.sides(array)
    values = array.values.reshape(len(sides), -1)
    frames.write_text(folder / f"{name}.txt", values, sides, tops, (rows, columns), "\t")


def _write_units(folder: Path, names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with (folder / "unit.txt").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([(*names, "unit"), *rows])


def _parameters(held: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, str]]:
    return {
        name: {"name": f"{name}.txt", "nr_index_col": str(index), "nr_header": str(header)}
        for name, (index, header) in held.items()
    }


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=4), encoding="utf-8")
