"""WIOD, release of November 2016: world input-output tables, and the CO2 accounts of 2019.

Tables are a workbook a year (``_wiod`` describes its sheet), or the publisher's R or Stata data saved as CSV: a line a
row with IndustryCode, IndustryDescription, Country, RNr, Year, then AUS1 ... ROW56 (Stata: vAUS1), AUS57 ... ROW61,
TOT. The CO2 accounts are one workbook: a sheet a region, a line an industry code and FC_HH, a column a year.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import axes, grid, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import companions, shared, wiod
from tanheng.data.readers.parts.companions import Account
from tanheng.data.readers.parts.wiod import R2016, Parts
from tanheng.data.sheets import Sheet
from tanheng.data.source import Download, Source
from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

SOURCE = Source(
    name="wiod2016",
    title={"en": "WIOD, release of 2016", "zh": "世界投入产出数据库（WIOD）2016年版"},
    publisher="World Input-Output Database, University of Groningen; CO2 accounts: Joint Research Centre of the "
    "European Commission",
    homepage="https://www.rug.nl/ggdc/valuechain/wiod/wiod-2016-release",
    citation=f"{wiod.CITATION}. CO2: Corsatea, T. D., Lindner, S., Arto, I., Román, M. V., Rueda-Cantuche, J. M., "
    "Velázquez Afonso, A., Amores, A. F. and Neuwahl, F. (2019), World Input-Output Database Environmental Accounts: "
    "update 2000-2016, Joint Research Centre, JRC116234",
    licence="CC BY 4.0; CO2 accounts: reuse with acknowledgement (European Commission)",
    editions="November 2016; CO2 accounts of 2019; socio-economic accounts of February 2018",
    files=("WIOTYYYY_Nov16_ROW.xlsb", "WIOTYYYY_*_ROW.csv", "CO2 emissions.xlsx", "Socio_Economic_Accounts.xlsx"),
    units={
        "en": "million USD; CO2 in kt, persons in thousands, hours in millions",
        "zh": "百万美元；CO2 为千吨，人员为千人，工时为百万小时",
    },
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "44 regions, 56 industries (ISIC Rev. 4), 5 final demand categories, 2000-2014; CO2 by industry and of "
        "households, persons engaged and hours worked",
        "zh": "44个地区、56个行业（ISIC 第4版）、5个最终需求类别，2000—2014年；各行业和居民的 CO2、从业人员与工时",
    },
    get={
        "en": "download 'WIOTs in Excel' from the homepage (about 900 MB) and co2em56.zip of the Joint Research Centre "
        "into one folder, leave the zip files as they are, then: tanheng read wiod2016 FOLDER --year 2014",
        "zh": "从主页下载 WIOTs in Excel（约900 MB），从欧盟联合研究中心下载 co2em56.zip，放在同一文件夹，压缩包"
        "不必解开，然后运行：tanheng read wiod2016 文件夹 --year 2014",
    },
    faults=(
        {
            "en": "some industries of some regions have no output (industry U almost everywhere)",
            "zh": "部分地区的部分行业没有产出（行业 U 几乎处处如此）",
        },
        {
            "en": "the socio-economic accounts have no rest of the world: employment is left out unless --option "
            "gaps=zero",
            "zh": "社会经济账户不含世界其他地区：除非使用 --option gaps=zero，就业数据不会读入",
        },
        {
            "en": "of the environmental accounts of 2019 only CO2 emissions are read, not energy use",
            "zh": "2019年环境账户中只读入 CO2 排放，未读入能源使用",
        },
        {
            "en": "tables saved by R or Stata (.RData, .dta) are not read: save them as CSV, or take the workbooks",
            "zh": "R 和 Stata 格式（.RData、.dta）不能直接读入：请另存为 CSV，或使用工作簿",
        },
    ),
    tested="made",
    downloads=(
        Download("https://dataverse.nl/api/access/datafile/199104", "WIOTS_in_EXCEL.zip", tuple(range(2000, 2015))),
        Download("https://dataverse.nl/api/access/datafile/199095", "Socio_Economic_Accounts.xlsx", (), 5536437),
        Download(
            "https://joint-research-centre.ec.europa.eu/document/download/"
            "b572c87b-a2fb-4ab6-af38-ff0451273e9e_en?filename=co2em56.zip",
            "co2em56.zip",
            (),
        ),
    ),
    options={"gaps": companions.GAPS},
)

_TABLE = re.compile(r"WIOT(20\d\d)_.*\.(?:xls[xb]|csv)", re.IGNORECASE)
_CO2 = re.compile(r"CO2[ _]emissions.*\.xlsx?", re.IGNORECASE)
_SIDE = ("IndustryCode", "IndustryDescription", "Country", "RNr", "Year")
_WHOLE = re.compile(r"\d+(?:\.0*)?")
_COLUMN = re.compile(r"v?([A-Z]{3})(\d{1,2})")


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years whose tables the place holds; raises InputError when there is none."""
    held = tuple(sorted(_tables(place)))
    if not held:
        older = place.find("wiot??_*.xls*")
        hint = "this looks like the release of 2013: tanheng read wiod2013" if older else "name the folder with them"
        raise InputError("holds no table such as WIOT2014_Nov16_ROW.xlsb", where=str(place.path), hint=hint)
    return held


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year`` in million USD, with CO2 in kt and employment where their files lie beside it.

    Option ``gaps``: leave-out or zero for accounts that lack a number. Raises MissingError for a year that is not
    there, InputError and LabelError naming file, sheet and cell or line.
    """
    axes.require_year(year, years(place), place.path)
    parts, codes = _table(_tables(place)[year], year)
    accounts, notes = _beside(place, year, parts)
    output = parts.Z.sum(axis=1) + parts.Y.sum(axis=1)
    gaps = options.get("gaps", companions.GAPS[0])
    more = companions.extension(accounts, parts.regions, parts.sectors, output, gaps)
    about = About(
        name="WIOD 2016 release",
        year=year,
        currency="million USD",
        units=more.units,
        price_basis="current basic prices",
        boundary="residence",
        source=SOURCE.citation,
        licence=SOURCE.licence,
        version="November 2016 release",
        classification=R2016.classification,
    )
    return wiod.table(parts, R2016, about, more, (*wiod.renamed(codes), *notes))


def _tables(place: Archive) -> dict[int, Entry]:
    """The tables by year; a workbook goes before a CSV file."""
    found_tables: dict[int, Entry] = {}
    for match, entry in shared.matching(place, _TABLE, "WIOTS*.zip"):
        year = int(match[1])
        if year not in found_tables or found_tables[year].base.casefold().endswith(".csv"):
            found_tables[year] = entry
    return found_tables


# -- the table --------------------------------------------------------------------------------------------------------


def _table(entry: Entry, year: int) -> tuple[Parts, list[str]]:
    """The parts of the table, and its regions as the file has them."""
    if entry.base.casefold().endswith(".csv"):
        return _csv(entry, year)
    sheet = sheets.read(entry)
    named = sheet.where.rpartition(" sheet ")[2]
    if re.fullmatch(r"\d{4}", named) and int(named) != year:
        raise InputError(f"holds the year {named}", where=sheet.where, hint=f"its name says {year}: rename the file")
    return wiod.parts_of(sheet, R2016), wiod.regions_of(sheet)


def _csv(entry: Entry, year: int) -> tuple[Parts, list[str]]:
    _require_head(entry)
    held = grid.read(entry, len(_SIDE), header=1)
    rows = [tuple(row) for row in held.rows if isinstance(row, tuple)]
    for at, row in enumerate(rows, start=held.first):
        if not (_WHOLE.fullmatch(row[3]) and _WHOLE.fullmatch(row[4])):
            what = f"RNr is {row[3]!r} and Year {row[4]!r}"
            raise InputError(what, where=f"{entry.where} line {at}", hint="both are whole numbers")
    if other := next((row for row in rows if float(row[4]) != year), None):
        raise InputError(f"holds the year {other[4]}", where=entry.where, hint=f"its name says {year}: rename the file")
    n, last = (_line(rows, mark, entry) for mark in (R2016.total, R2016.output))
    industry = {int(float(row[3])): row[0] for row in rows[:n]}
    columns = [_column(str(column), industry, held.where) for column in held.columns[:-1]]
    split = next((at for at, (_, code) in enumerate(columns) if code in R2016.demand), len(columns))
    sides = [(row[2], row[0]) for row in rows[:n]]
    Z = Grid(held.where, 2, len(_SIDE), list(columns[:split]), list(sides), held.values[:n])
    regions, sectors = axes.product(Z, "sector")
    Z.require_rows(Z.columns)
    wiod.require_known(sectors, R2016, held.where)
    due = [(region, code) for region in regions for code in R2016.demand]
    labels.require_same(columns[split:], due, what="column", where=held.where)
    parts = Parts(
        held.where,
        [labels.iso3(region) for region in regions],
        sectors,
        np.ascontiguousarray(held.values[:n, :split]),
        np.ascontiguousarray(held.values[:n, split:-1]),
        held.values[n + 1 : last, :split],
        [row[1] for row in rows[n + 1 : last]],
        held.values[:n, -1],
        float(np.abs(held.values[n + 1 : last, split:-1]).sum()),
    )
    return parts, regions


def _line(rows: list[tuple[str, ...]], mark: str, entry: Entry) -> int:
    at = next((at for at, row in enumerate(rows) if row[0] == mark), None)
    if at is None:
        raise InputError(f"has no line {mark}", where=entry.where, hint="the file has broken off")
    return at


def _require_head(entry: Entry) -> None:
    with entry.open() as stream:
        head = [cell.strip('"\ufeff ') for cell in stream.readline().decode("utf-8", "replace").strip().split(",")]
    if tuple(head[:5]) != _SIDE or head[-1] != "TOT":
        what = f"its columns are {', '.join(head[:5])}, ..., {head[-1]}"
        hint = f"they are {', '.join(_SIDE)}, ..., TOT in the R or Stata data saved as CSV"
        raise LabelError(what, where=f"{entry.where} line 1", hint=hint)


def _column(label: str, industry: dict[int, str], where: str) -> tuple[str, str]:
    """Region and code of a column such as AUS1 or AUS57."""
    match = _COLUMN.fullmatch(label)
    at = int(match[2]) if match else 0
    demand = dict(zip(range(57, 62), R2016.demand, strict=True))
    if match is None or (at not in industry and at not in demand):
        raise LabelError(f"column {label} is not known", where=f"{where} line 1", hint="columns are AUS1 to ROW61, TOT")
    return match[1], industry.get(at) or demand[at]


# -- the accounts beside ----------------------------------------------------------------------------------------------


def _beside(place: Archive, year: int, parts: Parts) -> tuple[list[Account], list[Finding]]:
    accounts: list[Account] = []
    notes: list[Finding] = []
    for _, entry in shared.matching(place, _CO2, "CO2*.zip"):
        held = {at: name for name in sheets.names(entry) if (at := parts.place(name)) is not None}
        read_ = sheets.read_all(entry, list(held.values()))
        co2 = _co2(dict(zip(held, read_, strict=True)), year, parts)
        if co2 is None:
            notes.append(found("absent-year", "warning", "F", names="CO2", year=year))
        else:
            accounts.append(co2)
    codes = {sector: at for at, sector in enumerate(parts.sectors)}
    for entry in place.find("*Socio_Economic_Accounts*.xls*"):
        more, said = wiod.socio_economic(entry, year, parts, codes)
        accounts += more
        notes += said
    return accounts, notes


def _co2(held: dict[int, Sheet], year: int, parts: Parts) -> Account | None:
    """CO2 of industries and households; None where no sheet has the year."""
    values = np.full((len(parts.regions), len(parts.sectors)), np.nan)
    direct = np.full(len(parts.regions), np.nan)
    none = True
    for at, sheet in held.items():
        heads = [sheet.text(0, column) for column in range(len(sheet.rows[0]))]
        if str(year) not in heads:
            continue
        none = False
        lines = {sheet.text(row, 0): row for row in range(1, len(sheet.rows))}
        for code in (*parts.sectors, "FC_HH"):
            if code not in lines:
                raise LabelError(f"has no line {code}", where=sheet.where, hint=nearest(code, lines))
        rows = [lines[code] for code in (*parts.sectors, "FC_HH")]
        column = wiod.cells(sheet, rows, [heads.index(str(year))]).ravel()
        values[at], direct[at] = column[:-1], column[-1]
    return None if none else Account("CO2", "kt", values, direct)
