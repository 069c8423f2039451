"""ADB MRIO: the multiregional input-output tables of the Asian Development Bank, with its air emissions beside them.

One sheet of a workbook holds a year: three header rows (sector name, economy, code) and three label columns (the same).
Sectors are c1 to c35, final demand F1 to F5. Below them stand rows of the economy "TOT": r60 is the total of inputs;
r99, r61, r62, r63, r64 and a row of international transport margins are primary inputs; r69 is output.
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
from tanheng.data.grid import Grid
from tanheng.data.readers.parts.cells import MISSING, the_one, year_in, zeros_for_empty
from tanheng.data.sheets import Sheet
from tanheng.data.source import Source
from tanheng.errors import InputError, LabelError, MissingError, UnitError
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

SOURCE = Source(
    name="adb",
    title={"en": "ADB multiregional input-output tables (ADB MRIO)", "zh": "亚洲开发银行多区域投入产出表（ADB MRIO）"},
    publisher="Asian Development Bank",
    homepage="https://kidb.adb.org/mrio",
    citation="Asian Development Bank, Multiregional Input-Output Tables, Key Indicators Database (name the file's "
    "edition)",
    licence="Asian Development Bank terms of use: reuse with attribution; see the publisher's page",
    editions="62, 71, 72 and 74 economies at current prices, 62 economies at constant prices of 2010; air emissions",
    files=("ADB-MRIO*YYYY*.xlsx", "ADB MRIO YYYY, at constant 2010 prices.xlsx", "YYYY EE-MRIOT (Air Emissions).xlsx"),
    units={"en": "million USD; Gg CO2e", "zh": "百万美元；千吨 CO2 当量（Gg CO2e）"},
    price_basis={
        "en": "basic prices, current, or constant prices of 2010 (option prices)",
        "zh": "基本价格，现价；另有 2010 年不变价版（选项 prices）",
    },
    holds={
        "en": "62 to 74 economies and the rest of the world, 35 sectors, 5 final demand categories, 2000 and 2007 to "
        "2024; CO2, CH4, N2O and fluorinated gases where the air emissions workbook lies beside it",
        "zh": "62 至 74 个经济体及世界其他地区、35 个部门、5 个最终需求类别，2000 年及 2007—2024 年；"
        "旁附大气排放工作簿时含 CO2、CH4、N2O 和含氟气体",
    },
    get={
        "en": "download the workbooks of the years you need (and, of the same page, the environmentally extended "
        "tables of air emissions) from kidb.adb.org/mrio into one folder, then run 'tanheng read adb FOLDER'",
        "zh": "从 kidb.adb.org/mrio 下载所需年份的工作簿（及同页的大气排放扩展表），放入同一文件夹，"
        "再运行 tanheng read adb 文件夹",
    },
    faults=(
        {
            "en": "the tables themselves hold no emissions; those of the EE-MRIOT workbook are CO2 equivalents, by gas",
            "zh": "投入产出表本身不含排放；EE-MRIOT 工作簿按气体给出，单位为 CO2 当量",
        },
        {
            "en": "tables of 62 and of 72 economies differ in what the rest of the world is",
            "zh": "62 个与 72 个经济体的表中，“世界其他地区”的范围不同",
        },
        {
            "en": "taxes on products that final consumers pay are not part of the table",
            "zh": "最终使用者缴纳的产品税不在本表之内",
        },
    ),
    tested="made",
    options={"prices": ("current", "constant"), "missing": MISSING},
)

# ADB's own codes, where they are not those of ISO 3166-1.
OWN = {
    "PRC": "CHN", "INO": "IDN", "PHI": "PHL", "TAP": "TWN", "ROM": "ROU", "DEN": "DNK", "GER": "DEU", "SPA": "ESP",
    "SWI": "CHE", "UKG": "GBR", "POR": "PRT", "NET": "NLD", "IRE": "IRL", "LAT": "LVA", "LIT": "LTU", "BUL": "BGR",
    "CRO": "HRV", "GRE": "GRC", "SLO": "SVN", "BAN": "BGD", "BHU": "BTN", "BRU": "BRN", "CAM": "KHM",
    "MAL": "MYS", "MLD": "MDV", "MON": "MNG", "NEP": "NPL", "SIN": "SGP", "SRI": "LKA", "VIE": "VNM",
    "FIJ": "FJI", "KUW": "KWT", "MYA": "MMR", "SAM": "WSM", "SOL": "SLB", "TAJ": "TJK", "TIM": "TLS",
    "VAN": "VUT", "UAE": "ARE", "RSA": "ZAF", "RoW": "ROW",
}  # fmt: skip
DEMAND = {"F1": "households", "F2": "non-profit", "F3": "government", "F4": "capital formation", "F5": "inventories"}

_MAIN, _EMISSIONS = re.compile(r"ADB[-_ ]*MRIO", re.I), re.compile(r"EE[-_ ]*MRIO", re.I)
_SECTOR, _DEMAND = re.compile(r"c\d+"), re.compile(r"F\d+")
_TOTAL_INPUTS, _OUTPUT = "r60", "r69"
_SINGLE = "this looks like a single-country table (it has rows of imports, IMP); name a multiregional workbook"


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where the codes stand in a sheet: the ``row`` and the ``column`` of the codes, and the codes by place."""

    sheet: Sheet
    row: int
    column: int
    across: dict[int, tuple[str, str]]  # column: economy and code
    down: dict[int, tuple[str, str]]

    def columns(self, code: re.Pattern[str]) -> list[int]:
        return [at for at, label in self.across.items() if code.fullmatch(label[1])]

    def grid(self, rows: Sequence[int], columns: Sequence[int]) -> Grid:
        header, index = (self.row - 1, self.row), (self.column - 1, self.column)
        return self.sheet.grid(rows, columns, header, index)


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years of the workbooks, by their names, ascending."""
    return tuple(sorted(_workbooks(place)))


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year``: Z, Y, V in million USD, F and F_Y in Gg CO2e (none without the emissions workbook).

    Raises MissingError for a year or a price basis that is not there and for an empty cell, InputError and LabelError
    for a workbook of another layout.
    """
    entry = _workbook(place, year, options.get("prices", "current"))
    layout = _layout(_main_sheet(entry, year))
    sectors_at, demand_at = layout.columns(_SECTOR), layout.columns(_DEMAND)
    rows = [at for at, (_, code) in layout.down.items() if _SECTOR.fullmatch(code)]
    inputs, output = _input_rows(layout)
    numbers = [*rows, *inputs, output]
    notes = list(zeros_for_empty(layout.sheet, numbers, sectors_at + demand_at, options.get("missing", MISSING[0])))
    Z = layout.grid(rows, sectors_at)
    regions, sectors = axes.product(Z, "sector")
    _require_multiregional(layout)
    Z.require_rows(Z.columns)
    Y = layout.grid(rows, demand_at)
    consumers, demand = axes.product(Y, "final demand category")
    labels.require_same(consumers, regions, what="economy", where=f"{Y.where}, final demand")
    V = layout.grid(inputs, sectors_at)
    renamed = labels.renamed(regions, OWN)
    names = [renamed.get(region, region) for region in regions]
    stressors, F, F_Y, more = _emissions(place, year, regions, sectors, demand)
    table = Table.from_arrays(
        Z.values,
        Y.values,
        F,
        F_Y=F_Y if stressors else None,
        V=V.values,
        inputs=[layout.sheet.text(row, layout.column - 2) or layout.down[row][1] for row in inputs],
        regions=names,
        sectors=sectors,
        demand=[DEMAND.get(code, code) for code in demand],
        stressors=stressors,
        about=_about(entry, layout.sheet, year, stressors),
    )
    if renamed:
        shown = ", ".join(f"{old} to {new}" for old, new in renamed.items())
        notes.append(found("renamed", "note", "regions", count=len(renamed), names=shown))
    notes += [*_left_out(layout, inputs, demand_at), *more]
    notes += output_differs(table, layout.grid([output], sectors_at).values, f"{entry.where} row {output + 1}")
    return with_findings(table, *notes)


def _about(entry: Entry, sheet: Sheet, year: int, stressors: Sequence[str]) -> About:
    title = " ".join(sheet.text(row, column) for row in range(3) for column in range(2))
    constant = re.search(r"constant(?: (\d{4}))? prices", f"{entry.base} {title}", re.I)
    basis = f"basic prices, constant {constant[1] or '2010'}" if constant else "basic prices, current"
    return About(
        name=f"ADB MRIO {year}",
        year=year,
        currency="million USD",
        units=dict.fromkeys(stressors, "Gg CO2e"),
        price_basis=basis,
        boundary="residence",
        source=SOURCE.citation,
        licence=SOURCE.licence,
        version=entry.base,
        classification="adb-35",
    )


# -- files ------------------------------------------------------------------------------------------------------------


def _workbooks(place: Archive) -> dict[int, list[Entry]]:
    held: dict[int, list[Entry]] = {}
    for entry in place.find("*.xlsx", "*.xlsb", "*.xls"):
        year = year_in(entry.base)
        if year and _MAIN.search(entry.base) and not _EMISSIONS.search(entry.base):
            held.setdefault(year, []).append(entry)
    if not held:
        hint = f"looked for {', '.join(SOURCE.files)}; keep the publisher's file names"
        raise InputError("holds no workbook of the ADB tables", where=str(place.path), hint=hint)
    return held


def _workbook(place: Archive, year: int, prices: str) -> Entry:
    held = _workbooks(place)
    axes.require_year(year, tuple(sorted(held)), place.path)
    chosen = [entry for entry in held[year] if ("constant" in entry.base.casefold()) == (prices == "constant")]
    if not chosen:
        have = ", ".join(entry.base for entry in held[year])
        hint = f"it holds {have}; choose with --option prices=current or constant"
        raise MissingError(f"there is no table of {year} at {prices} prices", where=str(place.path), hint=hint)
    return the_one(chosen, year, "name the one workbook, or a folder that holds just one (62 or 72 economies)")


def _main_sheet(entry: Entry, year: int) -> Sheet:
    known = sheets.names(entry)
    found_ = [name for name in known if "mrio" in name.casefold()] or [name for name in known if str(year) in name]
    return sheets.read(entry, (found_ or known)[0])


# -- the sheet --------------------------------------------------------------------------------------------------------


def _layout(sheet: Sheet) -> _Layout:
    """Where the codes stand; raises LabelError for a sheet without them."""
    row = next((at for at in range(min(15, len(sheet.rows))) if _codes(sheet, at) > 1), None)
    if row is None:
        hint = "the header has three rows: sector name, economy, and code (c1 to c35, F1 to F5)"
        raise LabelError("no row of sector codes c1, c2, ... is found", where=sheet.where, hint=hint)
    first = next(at for at in range(len(sheet.rows[row])) if _SECTOR.fullmatch(sheet.text(row, at)))
    columns = [at for at in range(first) if any(_SECTOR.fullmatch(sheet.text(row + 1 + i, at)) for i in range(2))]
    column = columns[-1] if columns else first - 1
    across = {at: (sheet.text(row - 1, at), sheet.text(row, at)) for at in range(first, len(sheet.rows[row]))}
    below = range(row + 1, len(sheet.rows))
    down = {at: (sheet.text(at, column - 1), sheet.text(at, column)) for at in below}
    return _Layout(sheet, row, column, across, {at: label for at, label in down.items() if label[1]})


def _codes(sheet: Sheet, row: int) -> int:
    return sum(bool(_SECTOR.fullmatch(sheet.text(row, at))) for at in range(len(sheet.rows[row])))


def _require_multiregional(layout: _Layout) -> None:
    """Raise LabelError for ADB's national tables, whose rows hold imports."""
    if any(region == "IMP" for region, _ in layout.down.values()):
        raise LabelError("there is an economy IMP", where=layout.sheet.where, hint=_SINGLE)


def _input_rows(layout: _Layout) -> tuple[list[int], int]:
    """The rows of primary inputs and the row of output, below the sectors; LabelError where the latter is missing."""
    below = {code: at for at, (region, code) in layout.down.items() if not _SECTOR.fullmatch(code)}
    if _OUTPUT not in below:
        hint = "the file may have broken off, or be of another edition; the last rows are r60, r99, r61 to r64 and r69"
        raise LabelError(f"the row of output, {_OUTPUT}, is missing", where=layout.sheet.where, hint=hint)
    inputs = [at for code, at in below.items() if code not in (_TOTAL_INPUTS, _OUTPUT) and at < below[_OUTPUT]]
    if not inputs:
        hint = "they stand between r60 and r69"
        raise LabelError("the rows of primary inputs are missing", where=layout.sheet.where, hint=hint)
    return inputs, below[_OUTPUT]


def _left_out(layout: _Layout, inputs: Sequence[int], demand_at: Sequence[int]) -> tuple[Finding, ...]:
    """What final consumers pay in the rows of primary inputs: no part of the table."""
    total = float(np.abs(layout.grid(inputs, demand_at).values).sum())
    if not total:
        return ()
    names = "primary inputs of final demand"
    return (found("left-out", "note", "V", names=names, total=total, unit="million USD"),)


# -- emissions --------------------------------------------------------------------------------------------------------


def _emissions(
    place: Archive, year: int, regions: Sequence[str], sectors: Sequence[str], demand: Sequence[str]
) -> tuple[list[str], Array, Array, tuple[Finding, ...]]:
    """Gases, F (K, n) and F_Y (K, R*D) of the emissions workbook of that year; no gases where there is none."""
    held = [one for one in place.find("*.xlsx") if _EMISSIONS.search(one.base) and year_in(one.base) == year]
    if not held:
        empty = np.zeros((0, len(regions) * len(sectors)))
        return [], empty, np.zeros((0, 0)), (found("no-stressors", "warning", "F"),)
    entry = the_one(held, year, "keep one of them in the folder")
    known = sheets.names(entry)
    layout = _layout(sheets.read(entry, str(year) if str(year) in known else known[0]))
    _require_gigagrams(layout.sheet)
    gases, values = _by_gas(layout)
    have = list(dict.fromkeys(region for region, code in layout.across.values() if code))
    rest = next((region for region in regions if region.casefold() == "row"), "")
    joined = [region for region in have if region not in regions]
    if joined and not rest:
        hint = "take tables of the same economies"
        raise LabelError(f"economy {joined[0]} is not part of the table", where=layout.sheet.where, hint=hint)
    into = {region: region if region in regions else rest for region in have}
    F = _summed(layout, values, into, [(region, code) for region in regions for code in sectors])
    F_Y = _summed(layout, values, into, [(region, code) for region in regions for code in demand])
    if not joined:
        return gases, F, F_Y, ()
    return gases, F, F_Y, (found("joined", "note", "F", names=f"emissions of {', '.join(joined)}", into=rest),)


def _require_gigagrams(sheet: Sheet) -> None:
    said = " ".join(sheet.text(row, column) for row in range(5) for column in range(3))
    if not re.search(r"gigagram|\bGg\b", said, re.I):
        hint = "the line 'Unit:' above the table says 'Gigagrams of Carbon Dioxide equivalent'"
        raise UnitError("the unit is not given as gigagrams", where=sheet.where, hint=hint)


def _by_gas(layout: _Layout) -> tuple[list[str], dict[int, Array]]:
    """The gases, and by column their amounts: the rows of totals by substance, or else the sums over IPCC sectors."""
    sheet, sector = layout.sheet, ""
    rows: list[tuple[int, str, str]] = []  # row, IPCC sector (written once above its rows), gas
    for row in range(layout.row + 1, len(sheet.rows)):
        sector = sheet.text(row, 0) or sector
        gas = sheet.text(row, 1)
        if gas and not re.search(r"\bGHG\b|total", gas, re.I):
            rows.append((row, sector, gas))
    _require_once(sheet, rows)
    totals = [one for one in rows if "total" in one[1].casefold()] or rows
    gases = list(dict.fromkeys(gas for _, _, gas in totals))
    if lacking := [gas for _, _, gas in rows if gas not in gases]:
        hint = "every gas of the IPCC sectors has a row of totals by substance"
        raise MissingError(f"the total of {lacking[0]} is missing", where=sheet.where, hint=hint)
    if not gases:
        hint = "below the header stand the IPCC sector and the gas in the first two columns"
        raise LabelError("no row of a gas is found", where=sheet.where, hint=hint)
    columns = [at for at, (region, code) in layout.across.items() if region and code]
    values = {at: np.zeros(len(gases)) for at in columns}
    for row, _, gas in totals:
        for at in columns:
            values[at][gases.index(gas)] += sheet.number(row, at)
    return gases, values


def _require_once(sheet: Sheet, rows: Sequence[tuple[int, str, str]]) -> None:
    """Raise LabelError where a sector has a gas twice: the label of a sector below it is missing."""
    seen: set[tuple[str, str]] = set()
    for row, sector, gas in rows:
        if (sector, gas) in seen:
            hint = "the first row of every sector, and of the totals by substance, holds its name"
            raise LabelError(f"{gas} of {sector} occurs twice", where=f"{sheet.where} row {row + 1}", hint=hint)
        seen.add((sector, gas))


def _summed(layout: _Layout, values: dict[int, Array], into: dict[str, str], want: Sequence[tuple[str, str]]) -> Array:
    """The amounts (K, len(want)) under the table's labels; LabelError names one that is missing."""
    amounts: dict[tuple[str, str], Array] = {}
    for at, (region, code) in layout.across.items():
        if at in values:
            label = (into[region], code)
            amounts[label] = amounts[label] + values[at] if label in amounts else values[at]
    labels.positions(want, list(amounts), what="column", where=layout.sheet.where)
    return np.stack([amounts[label] for label in want], axis=1)
