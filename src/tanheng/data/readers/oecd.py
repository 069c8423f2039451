"""OECD inter-country input-output tables (ICIO), editions of 2015 to 2025: one CSV file a year.

A header row and an index column of labels: CTRY_INDUSTRY, final demand CTRY_HFCE (2015 and 2016: HFCE_CTRY), then a
column of totals; below the industries rows of taxes less subsidies, value added and output. China and Mexico stand
there in parts (CN1, CN2, MX1, ...: processing for exports or not) in all but the "small" files; they are joined here.
The edition is known by its industry codes. Source: the ReadMe of each edition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tanheng.data import axes
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import graded, output_differs, with_findings
from tanheng.data.readers.parts import companions, oecd_file, oecd_ghg, shared
from tanheng.data.readers.parts.oecd_file import NAMED, PARTS, File
from tanheng.data.source import Download, Source
from tanheng.errors import InputError
from tanheng.labels.names import read_classification
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

_2025 = "https://webfs-sti.oecd.org/files/STI-PIE/ICIO/2025"
_PERIODS = ((1995, 2000), (2001, 2005), (2006, 2010), (2011, 2015), (2016, 2022))

SOURCE = Source(
    name="oecd",
    title={"en": "OECD inter-country input-output tables (ICIO)", "zh": "经合组织国家间投入产出表（ICIO）"},
    publisher="Organisation for Economic Co-operation and Development (OECD)",
    homepage="https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
    citation="OECD, Inter-Country Input-Output Database, https://oe.cd/icio",
    licence="OECD terms: free reuse with attribution (CC BY 4.0 for content since July 2024)",
    editions="2015, 2016, 2018, 2021, 2022, 2023, 2025",
    files=(
        "ICIO2016_YYYY.csv",
        "ICIO2018_YYYY.CSV",
        "ICIO2021_YYYY.csv",
        "YYYY_SML.csv",
        "YYYY_EXT.csv",
        "DF_MAIN.csv",
    ),
    units={"en": "million USD; greenhouse gases in Mt CO2e", "zh": "百万美元；温室气体为百万吨二氧化碳当量"},
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "62 to 81 regions; 34, 36, 45 or 50 industries; final demand in 5 or 6 categories; 1995-2022 by edition; "
        "greenhouse gases by industry where DF_MAIN.csv lies beside",
        "zh": "62至81个地区；34、36、45或50个行业；5或6个最终需求类别；年份因版本而异，最长为1995—2022年；如附有 "
        "DF_MAIN.csv，则含各行业温室气体排放",
    },
    get={
        "en": "download the zip files of an edition from the homepage, and the 'GHG footprints' file MAIN_csv.zip, "
        "into one folder, leave them as they are, then: tanheng read oecd FOLDER --year 2020",
        "zh": "从主页下载某一版本的压缩包，以及温室气体足迹数据 MAIN_csv.zip，放在同一文件夹，不必解开，"
        "然后运行：tanheng read oecd 文件夹 --year 2020",
    },
    faults=(
        {
            "en": "reading was tested on the publisher's layout of the editions of 2016 and 2018; on later ones with "
            "files made from descriptions",
            "zh": "2016年版和2018年版按发布者的真实版式测试；以后各版用按说明自制的文件测试",
        },
        {
            "en": "it has no emissions of its own; those of DF_MAIN.csv are by industry alone, direct emissions of "
            "households are not among them",
            "zh": "表内没有排放数据；DF_MAIN.csv 只按行业列出，不含居民直接排放",
        },
        {
            "en": "purchases of residents abroad are a demand category of their own, not part of household consumption",
            "zh": "居民境外直接购买单列为一个最终需求类别，不计入居民消费",
        },
        {
            "en": "editions differ in industries and method: years of two editions make no series",
            "zh": "各版本的行业分类和编制方法不同：不同版本的年份不能连成序列",
        },
        {
            "en": "the edition of 2016 has one discrepancy column for the whole world; it is held with the region that "
            "sells",
            "zh": "2016年版只有一列全球统计误差，现计入销售方所在地区",
        },
    ),
    tested="real",
    downloads=tuple(
        Download(
            f"{_2025}/{first}-{last}_SML.zip",
            f"{first}-{last}_SML.zip",
            tuple(range(first, last + 1)),
            edition="2025",
        )
        for first, last in _PERIODS
    ),
    options={"gaps": companions.GAPS},
)

_ZIP = "*[0-9][0-9][0-9][0-9]*.zip"


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years whose tables the place holds, also in its zip files; raises InputError when there is none."""
    held = tuple(sorted(_tables(place)))
    if not held:
        hint = "names are like ICIO2018_2010.CSV, 2020_SML.csv or 2016-2020_SML.zip"
        raise InputError("holds no table of an edition", where=str(place.path), hint=hint)
    return held


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year`` in million USD, China and Mexico whole, with greenhouse gases where their file is there.

    Option ``gaps``: leave-out or zero for regions without emissions. Raises MissingError for a year that is not there,
    InputError and LabelError naming file, line and column.
    """
    axes.require_year(year, years(place), place.path)
    entry = _tables(place)[year]
    file = oecd_file.opened(entry)
    layout = file.layout
    edition = file.edition
    Z, Y = oecd_file.joined(file)
    output = Z.sum(axis=1) + Y.sum(axis=1)
    beside, said = oecd_ghg.beside(place, year, layout.regions, layout.sectors)
    more = companions.extension(beside, layout.regions, layout.sectors, output, options.get("gaps", companions.GAPS[0]))
    table = Table.from_arrays(
        Z,
        Y,
        more.F,
        regions=layout.regions,
        sectors=layout.sectors,
        demand=layout.demand,
        stressors=list(more.units),
        F_Y=more.F_Y,
        V=oecd_file.below(file, list(file.inputs)),
        inputs=list(file.inputs),
        about=About(
            name=f"OECD ICIO, edition of {edition.removeprefix('oecd-')}",
            year=year,
            currency="million USD",
            units=more.units,
            price_basis="current basic prices",
            boundary="residence",
            source=SOURCE.citation,
            licence=SOURCE.licence,
            version=edition.removeprefix("oecd-"),
            classification=edition,
        ),
    )
    differs = output_differs(table, oecd_file.below(file, [file.output]), "Z, Y")
    return with_findings(table, *differs, *_partial(file), *more.findings, *_notes(file, Y), *said)


def _tables(place: Archive) -> dict[int, Entry]:
    """The tables by year; of a year in full and small the small one, which is joined already.

    Raises InputError for a year in two editions.
    """
    _require_one_edition(place)
    tables: dict[int, tuple[str, Entry]] = {}
    for match, entry in shared.matching(place, NAMED, _ZIP):
        year, edition = int(match[2] or match[3]), match[1] or ""
        if year in tables and tables[year][0] != edition:
            what = f"is a second table of {year}, beside {tables[year][1].base}"
            raise InputError(what, where=entry.where, hint="name the folder that holds just one edition")
        if year not in tables or "SML" in entry.base.upper():
            tables[year] = edition, entry
    return {year: entry for year, (_, entry) in tables.items()}


def _require_one_edition(place: Archive) -> None:
    """Raise InputError where two zip files hold a file of the same name: editions name their files alike."""
    holders: dict[str, str] = {}
    for packed in place.find(_ZIP):
        for entry in place.inside(packed).entries:
            if NAMED.fullmatch(entry.base) and holders.setdefault(entry.base, packed.name) != packed.name:
                what = f"{entry.base} is in {holders[entry.base]} and in {packed.name}"
                raise InputError(what, where=str(place.path), hint="name the folder that holds just one edition")


# -- what was done -----------------------------------------------------------------------------------------------------


def _partial(file: File) -> tuple[Finding, ...]:
    due, held = len(read_classification(file.edition).labels), len(file.layout.sectors)
    if held == due:
        return ()
    return (found("partial-sectors", "warning", "sectors", (due - held) / due, held=held, due=due),)


def _notes(file: File, Y: Array) -> list[Finding]:
    layout, notes = file.layout, []
    for whole in dict.fromkeys(PARTS.values()):
        parts = [part for part in layout.parts if part != whole and oecd_file.whole(part) == whole]
        if parts:
            notes.append(found("joined", "note", whole, names=", ".join(parts), into=whole))
    names = ", ".join(f"{code} to {name}" for code, name in layout.codes.items())
    notes.append(found("renamed", "note", "demand", count=len(layout.codes), names=names))
    used = float(np.abs(Y).sum() or 1.0)
    if layout.discrepancy is not None:
        total = float(np.abs(file.industries.values[:, layout.discrepancy]).sum())
        values = {"name": "DISC", "total": total, "unit": "million USD"}
        notes.append(found("discrepancy", graded(total / used), "Y", total / used, **values))
        notes.append(found("own-region", "note", "Y", name="DISC"))
    taxes = float(np.nansum([abs(file.tail[label][at]) for label in file.inputs for at in layout.final]))
    if taxes > 0:
        values = {"total": taxes, "unit": "million USD"}
        notes.append(found("inputs-of-demand", "note", "V", taxes / used, **values))
    return notes
