"""EXIOBASE hybrid 3.3.18: supply and use of 2011 in tonnes, terajoules and million EUR.

Layout of the CSV files: four header rows (region, activity or final demand category, its two codes) and five columns
before the numbers (region, product, its two codes, unit). Of the extensions workbook: the same header rows, and name,
unit and, for emissions, compartment before the numbers; a sheet for activities and one for final demand each.
Sources: Merciai and Schmidt 2018; readers of the files in public projects (bw_exiobase, MARIO), which agree on it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from tanheng import labels
from tanheng.data import axes, grid, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import exiobase
from tanheng.data.readers.parts.exiobase_table import Array
from tanheng.data.source import Download, Source
from tanheng.errors import InputError, LabelError, QuestionError, TableError, UnitError, nearest
from tanheng.systems.supply_use import SupplyUse
from tanheng.systems.table import Table

SUPPLY, USE, FINAL = "MR_HSUP_2011_v3_3_*.csv", "MR_HUSE_2011_v3_3_*.csv", "MR_HSUTs_2011_v3_3_*_FD.csv"
EXTENSIONS = "MR_HSUTs_2011_v3_3_*_extensions.xlsx"

SOURCE = Source(
    name="exiobase-hybrid",
    title={
        "en": "EXIOBASE hybrid 3.3.18: supply and use in tonnes, TJ and million EUR, 2011",
        "zh": "EXIOBASE 混合单位 3.3.18：以吨、太焦和百万欧元计的供给使用表，2011 年",
    },
    publisher="EXIOBASE consortium (2.-0 LCA consultants)",
    homepage="https://www.exiobase.eu",
    citation="Merciai and Schmidt (2018), Methodology for the construction of global multi-regional hybrid supply and "
    "use tables for the EXIOBASE v3 database, Journal of Industrial Ecology 22, 516-531, doi:10.1111/jiec.12713; data: "
    "doi:10.5281/zenodo.7244919",
    licence="CC BY-SA 4.0",
    editions="3.3.18 (3.3.17 is a workbook: save its sheets as CSV)",
    files=(SUPPLY, USE, FINAL, EXTENSIONS),
    units={
        "en": "tonnes, TJ and million EUR by product; extensions in tonnes, TJ, km2 and others",
        "zh": "按产品分别以吨、太焦、百万欧元计；扩展账户以吨、太焦、平方千米等计",
    },
    price_basis={"en": "physical; services at basic prices of 2011", "zh": "实物量；服务按 2011 年基本价格"},
    holds={
        "en": "43 countries and 5 rests of continents, 164 activities, some 200 products, 6 final demand categories, "
        "emissions, resources, land, waste, the year 2011",
        "zh": "43 个国家和 5 个“其他”大洲地区，164 个活动，约 200 种产品，6 个最终需求类别，"
        "排放、资源、土地、废弃物，2011 年",
    },
    get={
        "en": "'tanheng fetch exiobase-hybrid'. It is in mixed units, so that no table can be read from it; in Python, "
        "tanheng.data.readers.exiobase_hybrid.supply_use(archive.open(FOLDER), 2011) gives the supply-use table",
        "zh": "运行 tanheng fetch exiobase-hybrid。各产品单位不同，无法读成一张表；在 Python 中用 "
        "tanheng.data.readers.exiobase_hybrid.supply_use(archive.open(文件夹), 2011) 得到供给使用表",
    },
    faults=(
        {
            "en": "read by the layout that public projects describe, and never yet from the publisher's own files",
            "zh": "按公开项目描述的文件格式编写，尚未用发布方的原始文件验证",
        },
        {
            "en": "value added (in MR_HIOT_..._extensions.xlsx), the symmetric table MR_HIOT and waste are not read",
            "zh": "不读入增加值（在 MR_HIOT_..._extensions.xlsx 中）、对称表 MR_HIOT 和废弃物账户",
        },
        {
            "en": "an empty cell is refused, not taken for zero",
            "zh": "遇到空单元格即报错，不当作零",
        },
    ),
    tested="made",
    downloads=tuple(
        Download(f"doi:10.5281/zenodo.7244919/{name}", name, (2011,), edition="3.3.18")
        for name in (
            "MR_HSUP_2011_v3_3_18.csv",
            "MR_HUSE_2011_v3_3_18.csv",
            "MR_HSUTs_2011_v3_3_18_FD.csv",
            "MR_HSUTs_2011_v3_3_18_extensions.xlsx",
        )
    ),
)
ACCOUNTS = {"Emiss": 3, "resource": 2, "Land": 2}
"""The extensions that are read: the sheets' names without _act and _FD, and how many columns of labels they have."""

_YEAR = 2011
_LAYOUT = f"the hybrid tables are {SUPPLY}, {USE} and {FINAL} of one folder or zip file"


def years(place: Archive) -> tuple[int, ...]:
    """The year 2011; raises InputError when a file of the supply-use tables is missing."""
    for pattern in (SUPPLY, USE, FINAL):
        if not place.find(pattern):
            other = (
                "; MR_HIOT is the symmetric table in mixed units, which is not read" if place.find("MR_HIOT*") else ""
            )
            raise InputError(f"{pattern} is missing", where=str(place.path), hint=_LAYOUT + other)
    return (_YEAR,)


def read(place: Archive, year: int, **options: str) -> Table:
    """Raises TableError with the way out: a table has one money unit, these products have several units."""
    axes.require_year(year, years(place), place.path)
    raise TableError(
        "its products are in tonnes, TJ and million EUR, and the sectors of a table share one money unit",
        where=str(place.path),
        hint="in Python tanheng.data.readers.exiobase_hybrid.supply_use reads it product by product; in money, "
        "EXIOBASE 3 (reader exiobase3) holds the same year",
    )


def supply_use(place: Archive, year: int = _YEAR, accounts: Sequence[str] = tuple(ACCOUNTS)) -> SupplyUse:
    """The supply-use table: supply, use and Y in each product's unit, F and F_Y of those ``accounts`` (see ACCOUNTS).

    Memory: the use table and little more. Raises MissingError for another year, QuestionError for an unknown account,
    InputError naming file and line, LabelError, UnitError, and TableError where an activity makes something abroad.
    """
    axes.require_year(year, years(place), place.path)
    for name in accounts:
        if name not in ACCOUNTS:
            raise QuestionError(f"there is no account {name!r}", hint=nearest(name, ACCOUNTS))
    use = _grid(place.one(USE))
    regions, industries = axes.product(_pairs(use, 2), "activity")
    products, units = _products(use, regions)
    rows: list[Hashable] = [(region, product) for region in regions for product in products]
    Y = _grid(place.one(FINAL))
    consumers, demand = axes.product(_pairs(Y, 2), "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{Y.where}, header")
    _pairs(Y, 2).require_rows(rows)
    supply = _supply(place.one(SUPPLY), regions, industries, rows)
    extensions = [_extension(place.one(EXTENSIONS), name, use, Y) for name in accounts]
    stressors = [name for one in extensions for name in one.names]
    new, _ = exiobase.renamed(regions)
    K = len(stressors)
    return SupplyUse.from_arrays(
        supply,
        use.values,
        Y.values,
        np.concatenate([one.F for one in extensions]) if K else np.empty((0, use.values.shape[1])),
        F_Y=np.concatenate([one.F_Y for one in extensions]) if K else None,
        regions=new,
        industries=industries,
        products=products,
        demand=demand,
        stressors=stressors,
        units=units,
        about={
            "name": "EXIOBASE hybrid 2011",
            "year": year,
            "currency": "million EUR",
            "units": {name: unit for one in extensions for name, unit in zip(one.names, one.units, strict=True)},
            "price_basis": "physical units; current basic prices",
            "boundary": "residence",
            "source": "EXIOBASE hybrid (Merciai and Schmidt 2018)",
            "licence": SOURCE.licence,
            "version": "3.3.18",
        },
    )


# -- the CSV files ----------------------------------------------------------------------------------------------------


def _grid(entry: Entry) -> Grid:
    return grid.read(entry, 5, header=4, separator=",")


def _pairs(rows: Grid, width: int) -> Grid:
    """The same numbers under the first labels of rows and columns alone: region and name."""
    return Grid(
        rows.where,
        rows.first,
        rows.index,
        [_first(label, width) for label in rows.columns],
        [_first(label, width) for label in rows.rows],
        rows.values,
    )


def _first(label: Hashable, width: int) -> Hashable:
    return label[:width] if isinstance(label, tuple) else label


def _products(use: Grid, regions: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The products, the same in every region, and each one's unit."""
    pairs = _pairs(use, 2)
    own = [str(pair[1]) for pair in pairs.rows if isinstance(pair, tuple) and pair[0] == regions[0]]
    labels.check_unique(own, what=f"product of {regions[0]}", where=use.where)
    pairs.require_rows([(region, product) for region in regions for product in own])
    units: dict[str, str] = {}
    for line, row in enumerate(use.rows, start=use.first):
        _, product, *_, text = row if isinstance(row, tuple) else ("", "", "")
        unit, factor = exiobase.unit(text, f"{use.where} line {line}")
        if factor != 1.0 or units.setdefault(product, unit) != unit:
            hint = f"{product} is in {units.get(product, unit)} elsewhere; a product has one unit"
            raise UnitError(f"{product} is in {text}", where=f"{use.where} line {line}", hint=hint)
    return own, units


def _supply(entry: Entry, regions: Sequence[str], industries: Sequence[str], rows: Sequence[Hashable]) -> Array:
    """What the activities of each region make (R, I, P), read in pieces: the file has all regions' activities."""
    R, J, P = len(regions), len(industries), len(rows) // len(regions)
    supply = np.zeros((R, P, J))
    have: list[Hashable] = []
    columns = [(region, industry) for region in regions for industry in industries]
    for layout, block in grid.blocks(entry, 5, header=4, separator=","):
        if not block.first:
            head = [_first(label, 2) for label in layout.columns]
            labels.require_same(head, columns, what="column", where=f"{entry.where}, header")
        have += [_first(row, 2) for row in block.rows]
        for at, row in enumerate(block.values, start=block.first):
            if at < R * P:
                supply[at // P, at % P] = _home(row.reshape(R, J), at // P, f"{entry.where} line {layout.first + at}")
    labels.require_same(have, rows, what="row", where=entry.where)
    return np.ascontiguousarray(supply.transpose(0, 2, 1))


def _home(made: Array, region: int, where: str) -> Array:
    """What is made at home; TableError where something is made elsewhere."""
    abroad = np.delete(made, region, axis=0)
    if abroad.any():
        what = f"activities of other regions make {np.abs(abroad).sum():.6g} of the product"
        raise TableError(what, where=where, hint="an activity makes its products at home: correct the supply table")
    return np.asarray(made[region])


# -- the workbook -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Extension:
    names: list[str]
    units: list[str]
    F: Array
    F_Y: Array


def _extension(entry: Entry, name: str, use: Grid, Y: Grid) -> _Extension:
    """The rows of one account, for activities and final demand, in the order of the tables' columns."""
    known = {sheet.casefold(): sheet for sheet in sheets.names(entry)}
    pages = [known.get(f"{name}_{part}".casefold(), f"{name}_{part}") for part in ("act", "FD")]
    act, final = (_sheet(sheet, ACCOUNTS[name]) for sheet in sheets.read_all(entry, pages))
    rows = [row for row in act.rows if isinstance(row, tuple)]
    names = [" - ".join((label, *more)) for label, _, *more in rows]
    labels.check_unique(names, what="row", where=act.where)
    known_units = [exiobase.unit(row[1], f"{act.where} row {line}") for line, row in enumerate(rows, start=act.first)]
    final.require_rows(act.rows)
    scale = np.array([[factor] for _, factor in known_units])
    F, F_Y = (_ordered(part, _pairs(of, 2).columns) * scale for part, of in ((act, use), (final, Y)))
    return _Extension(names, [unit for unit, _ in known_units], F, F_Y)


def _sheet(sheet: sheets.Sheet, index: int) -> Grid:
    """A sheet with four header rows and ``index`` columns of labels; empty rows and columns at the end are left out."""
    columns = [at for at in range(index, max(map(len, sheet.rows[:4]), default=0)) if sheet.text(0, at)]
    rows = [at for at in range(4, len(sheet.rows)) if sheet.text(at, 0)]
    if not columns or not rows:
        hint = f"four header rows, {index} columns of labels"
        raise LabelError("has no labelled numbers", where=sheet.where, hint=hint)
    return sheet.grid(rows, columns, header=(0, 1), index=range(index))


def _ordered(part: Grid, columns: Sequence[Hashable]) -> Array:
    at = labels.positions(columns, part.columns, what="column", where=part.where)
    if len(part.columns) != len(columns):
        labels.require_same(part.columns, columns, what="column", where=part.where)
    return np.asarray(part.values[:, at])
