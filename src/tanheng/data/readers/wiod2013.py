"""WIOD, release of 2013: world input-output tables in current and in previous years' prices, and the accounts beside.

A workbook a year (``_wiod`` describes its sheet). The environmental accounts of May 2012 are a workbook a country, a
sheet a year (``_wiod_accounts``).
"""

from __future__ import annotations

import re

from tanheng.data import axes, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.readers.parts import companions, wiod, wiod_accounts
from tanheng.data.readers.parts.wiod import R2013
from tanheng.data.sheets import Sheet
from tanheng.data.source import Source
from tanheng.errors import InputError, MissingError
from tanheng.systems.about import About
from tanheng.systems.table import Table

CURRENT, PREVIOUS = "current", "previous-year"
JOINED, APART = "joined", "apart"

SOURCE = Source(
    name="wiod2013",
    title={"en": "WIOD, release of 2013", "zh": "世界投入产出数据库（WIOD）2013年版"},
    publisher="World Input-Output Database, University of Groningen",
    homepage="https://www.rug.nl/ggdc/valuechain/wiod/wiod-2013-release",
    citation=f"{wiod.CITATION}. Environmental accounts: Genty, A., Arto, I. and Neuwahl, F. (2012), Final database of "
    "environmental satellite accounts: technical report on their compilation, WIOD deliverable 4.6",
    licence="CC BY 4.0",
    editions="tables of 2012 to 2013; environmental accounts of May 2012; socio-economic accounts of July 2014",
    files=(
        "wiotYY_row_*.xlsx",
        "wiotYY_row_pyp_*.xlsx",
        "CO2_may12.zip",
        "AIR_may12.zip",
        "EU_may12.zip",
        "EM_may12.zip",
        "lan_may12.zip",
        "mat_may12.zip",
        "wat_may12.zip",
        "WIOD_SEA_July14.xlsx",
    ),
    units={
        "en": "million USD; CO2 in kt, other air emissions in t, energy in TJ, land in ha, materials in kt, water in "
        "m3, persons in thousands, hours in millions",
        "zh": "百万美元；CO2 为千吨，其他大气排放物为吨，能源为太焦，土地为公顷，物质为千吨，水为立方米，人员为千人，"
        "工时为百万小时",
    },
    price_basis={
        "en": "basic prices, current; or of the previous year (--option prices=previous-year)",
        "zh": "基本价格，现价；或上年价格（--option prices=previous-year）",
    },
    holds={
        "en": "41 regions, 35 industries, 5 final demand categories, 1995-2011; accounts to 2009: CO2 by 27 energy "
        "carriers and processes, 8 air emissions, gross and emission-relevant energy use, land, materials, water, "
        "persons engaged and hours worked",
        "zh": "41个地区、35个行业、5个最终需求类别，1995—2011年；卫星账户至2009年：按27种能源品种及工艺过程划分的 CO2、"
        "8种大气排放物、能源总使用与产生排放的能源使用、土地、物质、水、从业人员与工时",
    },
    get={
        "en": "download the tables (WIOT) and the accounts from the homepage into one folder, leave the zip files as "
        "they are, then: tanheng read wiod2013 FOLDER",
        "zh": "从主页下载世界投入产出表（WIOT）和各账户，放在同一文件夹，压缩包不必解开，"
        "然后运行：tanheng read wiod2013 文件夹",
    },
    faults=(
        {
            "en": "numbers are rounded: output differs from the row sums by up to 113 million USD a sector; accounts "
            "use the row sums",
            "zh": "数字经过四舍五入：总产出与行和每部门最多相差1.13亿美元；账户采用行和",
        },
        {
            "en": "18 to 22 of the 1,435 industries of the world have no output; about 0.2 kt of CO2 lies on them",
            "zh": "全部1435个地区—行业中有18至22个没有产出，其上约有0.2千吨 CO2",
        },
        {
            "en": "the socio-economic accounts have no rest of the world, and few numbers after 2009: employment is "
            "left out unless --option gaps=zero",
            "zh": "社会经济账户不含世界其他地区，2009年以后数据很少：除非使用 --option gaps=zero，就业数据不会读入",
        },
        {
            "en": "the layout of the files of materials and water is taken from that of land, with the unit in the "
            "first cell; it was not tested on the publisher's files",
            "zh": "物质和水两类文件的版式按土地文件处理（单位在第一格），未用发布者的文件检验",
        },
    ),
    tested="real",
    options={"prices": (CURRENT, PREVIOUS), "carriers": (JOINED, APART), "gaps": companions.GAPS},
)


_TABLE = re.compile(r"wiot_?(\d\d)(?!\d).*\.xls[xbm]?", re.IGNORECASE)


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years whose tables the place holds, in whatever prices; raises InputError when there is none."""
    found_years = tuple(sorted({*_tables(place, CURRENT), *_tables(place, PREVIOUS)}))
    if not found_years:
        newer = place.find("WIOT20??_*")
        hint = "this looks like the release of 2016: tanheng read wiod2016" if newer else "name the folder with them"
        raise InputError("holds no table such as wiot09_row_sep12.xlsx", where=str(place.path), hint=hint)
    return found_years


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year`` in million USD, with the accounts that lie beside it.

    Options: ``prices`` current or previous-year, energy ``carriers`` joined or apart, ``gaps`` leave-out or zero for
    accounts that lack a number. Raises MissingError for a year or prices that are not there, InputError and LabelError
    naming file, sheet and cell.
    """
    prices = options.get("prices", CURRENT)
    axes.require_year(year, years(place), place.path)
    sheet = _sheet(place, year, prices)
    parts = wiod.parts_of(sheet, R2013)
    accounts, notes = wiod_accounts.beside(place, year, parts, apart=options.get("carriers", JOINED) == APART)
    output = parts.Z.sum(axis=1) + parts.Y.sum(axis=1)
    gaps = options.get("gaps", companions.GAPS[0])
    more = companions.extension(accounts, parts.regions, parts.sectors, output, gaps)
    about = About(
        name="WIOD 2013 release",
        year=year,
        currency="million USD",
        units=more.units,
        price_basis="current basic prices" if prices == CURRENT else f"basic prices of {year - 1} (previous year)",
        boundary="residence",
        source=SOURCE.citation,
        licence=SOURCE.licence,
        version="2013 release; environmental accounts of May 2012",
        classification=R2013.classification,
    )
    return wiod.table(parts, R2013, about, more, (*wiod.renamed(wiod.regions_of(sheet)), *notes))


def _tables(place: Archive, prices: str) -> dict[int, Entry]:
    tables: dict[int, Entry] = {}
    for entry in place.entries:
        match = _TABLE.fullmatch(entry.base)
        if match and ("pyp" in entry.base.casefold()) == (prices == PREVIOUS):
            year = int(match[1]) + (1900 if match[1] >= "95" else 2000)
            if year in tables:
                hint = "name the folder that holds just one of them"
                raise InputError(
                    f"is a second table of {year}, beside {tables[year].base}", where=entry.where, hint=hint
                )
            tables[year] = entry
    return tables


def _sheet(place: Archive, year: int, prices: str) -> Sheet:
    tables = _tables(place, prices)
    if year not in tables:
        other = PREVIOUS if prices == CURRENT else CURRENT
        hint = f"choose --option prices={other}"
        raise MissingError(f"there is no table of {year} in {prices} prices", where=str(place.path), hint=hint)
    sheet = sheets.read(tables[year])
    titled = re.search(r"\d{4}", sheet.where.rpartition(" sheet ")[2])
    if titled and int(titled[0]) != year:
        raise InputError(
            f"holds the year {titled[0]}", where=sheet.where, hint=f"its name says {year}: rename the file"
        )
    title = " ".join(sheet.text(row, 0) for row in range(2)).casefold()
    if (prices == CURRENT and "previous" in title) or (prices == PREVIOUS and "current prices" in title):
        hint = "files in previous years' prices are named wiotYY_row_pyp_*.xlsx, the others without pyp"
        raise InputError(f"is not in {prices} prices: {sheet.text(1, 0)}", where=sheet.where, hint=hint)
    return sheet
