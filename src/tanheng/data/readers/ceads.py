"""CEADs: the inter-provincial input-output tables of China, with CO2 of the workbook or of the provincial inventories.

A sheet has two or three header rows (province, sector, code) and as many label columns. A province may be written once,
in the first cell of its block. Right of the sectors stand the final uses by province, then exports, errors and output;
below them imports, value added and total input, and in newer editions a row of CO2. Exports and errors have no buyer
among the provinces: they are held as final demand of the province that sells; imports are a primary input.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import axes, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import output_differs, with_findings
from tanheng.data.readers.parts.ceads_co2 import INVENTORY, inventories, known, letters, province
from tanheng.data.readers.parts.cells import MISSING, the_one, year_in, zeros_for_empty
from tanheng.data.sheets import Sheet
from tanheng.data.source import Source
from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

SOURCE = Source(
    name="ceads",
    title={"en": "CEADs: inter-provincial input-output tables of China", "zh": "CEADs：中国省级区域间投入产出表"},
    publisher="Carbon Emission Accounts and Datasets (CEADs)",
    homepage="https://www.ceads.net/data/input_output_tables/",
    citation="Zheng, H., Zhang, Z., Wei, W. et al. (2020), Regional determinants of China's consumption-based "
    "emissions in the economic transition, Environmental Research Letters 15, 074001; inventories: Shan, Y. et al. "
    "(2018), China CO2 emission accounts 1997-2015, Scientific Data 5, 170201",
    licence="free for research after registration; cite as the publisher asks",
    editions="31 provinces and 42 sectors (2012, 2015, 2017 and later), 30 provinces and 30 sectors (2007, 2010)",
    files=("*MRIO*YYYY*.xlsx", "*YYYY*投入产出*.xlsx", "Emission_Inventories_for_30_Provinces_YYYY.xlsx"),
    units={"en": "million CNY (given in 10,000 yuan); Mt CO2", "zh": "百万元人民币（来源为万元）；百万吨 CO2"},
    price_basis={"en": "producers' prices, current", "zh": "生产者价格，现价"},
    holds={
        "en": "31 or 30 provinces, 42 or 30 sectors, rural and urban households, government, capital formation, "
        "inventories, exports, errors; CO2",
        "zh": "31 或 30 个省份、42 或 30 个部门，农村居民、城镇居民、政府、固定资本形成、存货、出口、误差；CO2",
    },
    get={
        "en": "register at ceads.net, download the table and, for CO2, the provincial inventories (IPCC sectoral "
        "approach) of the same year into one folder, then run 'tanheng read ceads FOLDER'",
        "zh": "在 ceads.net 注册后下载表格及同年分省排放清单（IPCC 部门法），放入同一文件夹，"
        "再运行 tanheng read ceads 文件夹",
    },
    faults=(
        {
            "en": "one country only: emissions embodied in imports are not counted, and exports are final demand of "
            "the province that sells them",
            "zh": "仅含中国：不计进口隐含排放；出口作为售出省份的最终需求",
        },
        {
            "en": "the column of errors is kept as a final demand category",
            "zh": "误差列作为一个最终需求类别保留",
        },
        {
            "en": "inventories have 45 sectors: trade with catering, and other services, go to the table's sectors by "
            "output; their unit (Mt) is taken as the publisher states it",
            "zh": "排放清单为 45 个部门：批发零售餐饮业及其他服务业按产出分摊至表中各部门；单位按发布者说明取百万吨",
        },
        {
            "en": "there is no inventory of Tibet, and none for households in the workbooks' own row of CO2",
            "zh": "没有西藏的排放清单；工作簿自带的 CO2 行不含居民排放",
        },
    ),
    tested="made",
    options={"missing": MISSING},
)

_SCALE = 0.01  # 10,000 yuan in million CNY
_KINDS = {"a": "ceads-42-2012", "b": "ceads-42-2017", "c": "ceads-30"}
_OWN = ("exports", "errors")  # columns that belong to the province of the row


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where things stand in a sheet: the rows and columns of sectors and their labels, and of what surrounds them."""

    sheet: Sheet
    regions: list[str]
    names: list[str]  # of sectors
    rows: list[int]
    columns: list[int]
    demand: dict[tuple[str, str], int]  # province and category: column; "" and category for exports and errors
    inputs: dict[str, int]
    others: list[int]  # rows among the inputs that name none of them
    output: int | None
    co2: int | None

    @property
    def categories(self) -> list[str]:
        return list(dict.fromkeys(category for _, category in self.demand))


# Workbooks of other sources, whose names hold a year too.
_OTHERS = re.compile(r"wiot|ADB|\d{4} EE-MRIOT|MR_H|EXIOBASE|GLORIA|EMERGING", re.IGNORECASE)


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years of the workbooks, by their names and those of their sheets, ascending."""
    return tuple(sorted(_workbooks(place)))


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year``: Z, Y, V in million CNY, F and F_Y in Mt CO2 (no stressors where neither source is there).

    Raises MissingError for a year that is not there, an empty cell and a province without an inventory, LabelError for
    a province, a column or a row that is not known.
    """
    held = _workbooks(place)
    axes.require_year(year, tuple(sorted(held)), place.path)
    missing = options.get("missing", MISSING[0])
    entry = the_one(held[year], year, "name the one workbook")
    layout = _layout(_sheet(entry, year))
    numbers = [*layout.rows, *layout.inputs.values()]
    notes = list(zeros_for_empty(layout.sheet, numbers, layout.columns, missing))
    notes += zeros_for_empty(layout.sheet, layout.rows, list(layout.demand.values()), missing)
    Z, Y = _block(layout, layout.rows, layout.columns), _final(layout)
    V = _block(layout, list(layout.inputs.values()), layout.columns)
    kind = _kind(layout.names)
    x = (Z.sum(axis=1) + Y.sum(axis=1)).reshape(len(layout.regions), -1)
    stressors, F, F_Y, more = _co2(place, year, layout, kind, x, missing)
    sectors = [f"{at + 1:02}" for at in range(len(layout.names))] if kind else layout.names
    table = Table.from_arrays(
        Z,
        Y,
        F,
        F_Y=F_Y,
        V=V,
        inputs=list(layout.inputs),
        regions=layout.regions,
        sectors=sectors,
        demand=layout.categories,
        stressors=stressors,
        about=_about(entry, year, stressors, kind),
    )
    notes += [*_said(layout, Y, kind), *more]
    if layout.output is not None:
        given = _block(layout, [layout.output], layout.columns)
        notes += output_differs(table, given, f"{layout.sheet.where} row {layout.output + 1}")
    return with_findings(table, *notes)


def _about(entry: Entry, year: int, stressors: Sequence[str], kind: str) -> About:
    return About(
        name=f"CEADs China inter-provincial {year}",
        year=year,
        currency="million CNY",
        units=dict.fromkeys(stressors, "Mt CO2"),
        price_basis="producers' prices, current",
        boundary="territory",
        source=SOURCE.citation,
        licence=SOURCE.licence,
        version=entry.base,
        classification=_KINDS.get(kind, ""),
    )


def _said(layout: _Layout, Y: Array, kind: str) -> list[Finding]:
    """What the reader did to numbers and labels."""
    notes = [found("converted", "note", "Z, Y, V", part="Z, Y, V", given="10,000 yuan", held="million CNY")]
    notes.append(found("ceads-domestic", "warning", "Y, V"))
    names = f"provinces to ISO 3166-2 ({layout.regions[0]}, ...)"
    if kind:
        names += f", sectors to their numbers ({layout.names[0]} to 01, ...)"
    count = len(layout.regions) + (len(layout.names) if kind else 0)
    notes.append(found("renamed", "note", "regions, sectors", count=count, names=names))
    if "errors" in layout.categories:
        at = layout.categories.index("errors")
        total = float(np.abs(Y[:, at :: len(layout.categories)]).sum())
        notes.append(found("discrepancy", "note", "Y", name="errors", total=total, unit="million CNY"))
    for row in layout.others:
        cells = [layout.sheet.rows[row][at] for at in layout.columns if at < len(layout.sheet.rows[row])]
        total = _SCALE * sum(abs(cell) for cell in cells if isinstance(cell, (int, float)))
        if total:
            name = " ".join(filter(None, (layout.sheet.text(row, at) for at in range(min(layout.columns)))))
            where = f"{layout.sheet.where} row {row + 1}"
            names = name or f"a row without a label ({row + 1})"
            notes.append(found("left-out", "warning", where, names=names, total=total, unit="million CNY"))
    return notes


# -- files ------------------------------------------------------------------------------------------------------------


def _workbooks(place: Archive) -> dict[int, list[Entry]]:
    held: dict[int, list[Entry]] = {}
    for entry in place.find("*.xlsx", "*.xls", "*.xlsb"):
        if INVENTORY.search(entry.base) or _OTHERS.match(entry.base):
            continue
        said = year_in(entry.base)
        for year in [said] if said else [year for name in sheets.names(entry) if (year := year_in(name))]:
            if entry not in held.setdefault(year, []):
                held[year].append(entry)
    if not held:
        hint = f"looked for {', '.join(SOURCE.files[:2])}: the year stands in the name of the file or of its sheets"
        raise InputError("holds no workbook of an inter-provincial table", where=str(place.path), hint=hint)
    return held


def _sheet(entry: Entry, year: int) -> Sheet:
    """The sheet of the year (in English, if there are two), or the one sheet that holds a table."""
    names = sheets.names(entry)
    of_year = [name for name in names if str(year) in name]
    english = [name for name in of_year if "english" in name.casefold()]
    for name in english or of_year or names:
        sheet = sheets.read(entry, name)
        if _corner(sheet):
            return sheet
    hint = "province names (in English or Chinese) head the blocks of rows and of columns"
    raise LabelError("no sheet holds a table of provinces", where=entry.where, hint=hint)


# -- the sheet --------------------------------------------------------------------------------------------------------


def _corner(sheet: Sheet) -> tuple[int, int, int, int] | None:
    """The row of province names and the first one's column; the column of province names and the first one's row."""
    for row in range(min(10, len(sheet.rows))):
        first = next((at for at in range(1, len(sheet.rows[row])) if province(sheet.text(row, at))), None)
        if first is None:
            continue
        for column in range(first):
            below = next((at for at in range(row + 1, len(sheet.rows)) if province(sheet.text(at, column))), None)
            if below is not None:
                return row, first, column, below
    return None


def _layout(sheet: Sheet) -> _Layout:
    """Where everything stands; raises LabelError where blocks of provinces differ or a column or row is not known."""
    corner = _corner(sheet)
    assert corner is not None  # _sheet chose it
    row, first, column, below = corner
    rows, columns = _blocks(sheet, row, first, column, below)
    regions = list(dict.fromkeys(code for code, _ in rows))
    names = [name for code, name in rows if code == regions[0]]
    labels.check_unique(names, what="sector", where=sheet.where)
    want = [(code, name) for code in regions for name in names]
    labels.require_same(list(rows), want, what="row", where=sheet.where)
    labels.require_same(list(columns), want, what="column", where=sheet.where)
    demand = _demand(sheet, row, max(columns.values()) + 1, below, regions)
    start = max(rows.values()) + 1
    inputs, output, co2 = _inputs(sheet, column, start, first)
    others = [at for at in range(start, output) if not _input(sheet, at, column, first)]
    places = list(rows.values()), list(columns.values())
    return _Layout(sheet, regions, names, *places, demand, inputs, others, output, co2)


def _blocks(
    sheet: Sheet, row: int, first: int, column: int, below: int
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Province and sector of each row and each column of the sectors; a province may stand in its first cell only."""
    rows: dict[tuple[str, str], int] = {}
    code = ""
    for at in range(below, len(sheet.rows)):
        code = province(sheet.text(at, column)) or code
        name = sheet.text(at, column + 1)
        if not name or _input(sheet, at, column, first):
            break
        _require_new(rows, (code, name), sheet.at(at, column + 1))
        rows[code, name] = at
    columns: dict[tuple[str, str], int] = {}
    code = ""
    for at in range(first, len(sheet.rows[row + 1])):
        code = province(sheet.text(row, at)) or code
        name = sheet.text(row + 1, at)
        if not name or _category(sheet, row, below, at):
            break
        _require_new(columns, (code, name), sheet.at(row + 1, at))
        columns[code, name] = at
    return rows, columns


def _require_new(held: dict[tuple[str, str], int], label: tuple[str, str], where: str) -> None:
    if label in held:
        hint = "a province's name may be misspelt: use its name in English or Chinese"
        raise LabelError(f"{' '.join(label)} occurs twice", where=where, hint=hint)


def _category(sheet: Sheet, row: int, below: int, column: int) -> str:
    """The final use that a column is, "total" or "output"; "" where its header names none of them."""
    said = {letters(sheet.text(at, column)) for at in range(row, below)}
    for name, words in known()["demand"].items():
        if said & set(words):
            return str(name)
    totals = known()["totals"]
    return "output" if said & set(totals["output"]) else "total" if said & set(totals["columns"]) else ""


def _input(sheet: Sheet, row: int, column: int, first: int) -> str:
    """The primary input that a row is, "total", "output" or "co2"; "" where its labels name none of them."""
    said = {letters(sheet.text(row, at)) for at in range(column, first)}
    for name, words in known()["inputs"].items():
        if said & set(words):
            return str(name)
    totals = known()["totals"]
    if said & set(totals["input"]):
        return "output"
    return "total" if said & set(totals["rows"]) else "co2" if "co2mt" in said else ""


def _demand(sheet: Sheet, row: int, start: int, below: int, regions: Sequence[str]) -> dict[tuple[str, str], int]:
    """The columns of final use by province and category, up to output; LabelError for one that is not known."""
    found_: dict[tuple[str, str], int] = {}
    code = ""
    for at in range(start, len(sheet.rows[row + 1])):
        code = province(sheet.text(row, at)) or code
        category = _category(sheet, row, below, at)
        if category == "output":
            break
        if category == "total":
            continue
        text = sheet.text(row + 1, at)
        if not category:
            hint = nearest(text, known()["demand"]) if text else "fill in the header"
            raise LabelError(f"final use {text or '(empty)'} is not known", where=sheet.at(row + 1, at), hint=hint)
        label = ("" if category in _OWN else code, category)
        _require_new(found_, label, sheet.at(row + 1, at))
        found_[label] = at
    shared = [category for owner, category in found_ if owner == regions[0]]
    want = [(region, category) for region in regions for category in shared]
    labels.require_same([label for label in found_ if label[0]], want, what="final use", where=sheet.where)
    return found_


def _inputs(sheet: Sheet, column: int, start: int, first: int) -> tuple[dict[str, int], int, int | None]:
    """The rows of primary inputs, of total input and of CO2; LabelError where one of the former is missing."""
    rows = {
        _input(sheet, at, column, first): at for at in range(len(sheet.rows) - 1, start - 1, -1)
    }  # the first counts
    inputs = {name: rows[name] for name in known()["inputs"] if name in rows}
    for at in range(start, len(sheet.rows)):
        if (name := _input(sheet, at, column, first)) in inputs and at != inputs[name]:
            hint = f"it stands in row {inputs[name] + 1} too; its code and its name may be those of two inputs"
            raise LabelError(f"{name} occurs twice", where=sheet.at(at, column + 1), hint=hint)
    if not inputs or "output" not in rows:
        lacking = "total input (TI)" if inputs else "a primary input (IM, VA001 to VA004)"
        hint = "the file may have broken off, or be of another edition"
        raise LabelError(f"there is no row of {lacking}", where=sheet.where, hint=hint)
    return inputs, rows["output"], rows.get("co2")


# -- numbers ----------------------------------------------------------------------------------------------------------


def _block(layout: _Layout, rows: Sequence[int], columns: Sequence[int], scale: float = _SCALE) -> Array:
    number = layout.sheet.number
    return scale * np.array([[number(row, column) for column in columns] for row in rows])


def _final(layout: _Layout) -> Array:
    """Y (n, R*D): exports and errors to the province of the row."""
    categories, R = layout.categories, len(layout.regions)
    Y = np.zeros((len(layout.rows), R, len(categories)))
    own = np.repeat(np.arange(R), len(layout.names))
    for (region, category), column in layout.demand.items():
        values = _block(layout, layout.rows, [column])[:, 0]
        at = categories.index(category)
        if region:
            Y[:, layout.regions.index(region), at] = values
        else:
            Y[np.arange(len(own)), own, at] = values
    return Y.reshape(len(layout.rows), -1)


def _kind(names: Sequence[str]) -> str:
    """a for the 42 sectors of 2012, b for those of 2017, c for 30, "" for others: by where electricity stands."""
    power = [at for at, name in enumerate(names) if "电力" in name or "electric" in name.casefold()]
    for kind, count, place in (("a", 42, 24), ("b", 42, 23), ("c", 30, 21)):
        if len(names) == count and place in power:
            return kind
    return ""


def _co2(
    place: Archive, year: int, layout: _Layout, kind: str, x: Array, missing: str
) -> tuple[list[str], Array, Array | None, Sequence[Finding]]:
    """CO2 of the workbook's own row, or of the inventories beside it."""
    if layout.co2 is not None:
        return ["CO2"], _block(layout, [layout.co2], layout.columns, 1.0), None, ()
    held = inventories(place, year, layout.regions, kind, x, layout.categories, missing)
    if held is None:
        return [], np.zeros((0, x.size)), None, (found("no-stressors", "warning", "F"),)
    return ["CO2"], *held
