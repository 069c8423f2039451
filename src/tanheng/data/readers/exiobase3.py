"""EXIOBASE 3: 49 regions, 163 industries or 200 products, a year as a zip file or a folder.

Layout (editions 3.4 to 3.10): ``Z.txt`` or ``A.txt``, ``Y.txt``, ``unit.txt``, from 3.8 on ``x.txt``; the satellites in
``satellite`` and ``impacts`` until 3.8.2, from 3.9 on in a folder for each kind (``air_emissions``, ``factor_inputs``,
...), each with ``F.txt`` (or ``S.txt`` alone), ``F_Y.txt`` (``F_hh.txt`` before 3.8) and ``unit.txt``.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from tanheng import labels
from tanheng.data import axes, findings, grid
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import with_findings
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import exiobase, exiobase_table
from tanheng.data.readers.parts.exiobase import Place
from tanheng.data.readers.parts.exiobase_table import Account, Array, Core
from tanheng.data.source import Download, Source
from tanheng.errors import InputError, MissingError
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

SOURCE = Source(
    name="exiobase3",
    title={
        "en": "EXIOBASE 3: 49 regions, 163 industries or 200 products, 1995-2022",
        "zh": "EXIOBASE 3：49 个地区，163 个行业或 200 种产品，1995—2022 年",
    },
    publisher="EXIOBASE consortium (NTNU, TNO, SERI, Leiden University, WU Vienna, 2.-0 LCA consultants, XIO)",
    homepage="https://www.exiobase.eu",
    citation="Stadler et al. (2018), EXIOBASE 3: Developing a time series of detailed environmentally extended "
    "multi-regional input-output tables, Journal of Industrial Ecology 22, 502-515, doi:10.1111/jiec.12715; and the "
    "edition's own DOI (3.8.2: doi:10.5281/zenodo.5589597)",
    licence="CC BY-SA 4.0 (3.8.2); from 3.9 on the publisher's own, after CC BY-NC-SA 4.0: no commercial use, no "
    "publication of coefficients; LICENSE.txt of the edition counts",
    editions="3.4 to 3.10: with A.txt or Z.txt, satellites in one folder or in several",
    files=("IOT_YYYY_ixi.zip", "IOT_YYYY_pxp.zip", "Z.txt", "A.txt", "Y.txt", "x.txt", "unit.txt", "*/F.txt"),
    units={
        "en": "million EUR; kg, kt, TJ, km2, Mm3, 1000 persons, million hours, as unit.txt says",
        "zh": "百万欧元；千克、千吨、太焦、平方千米、百万立方米、千人、百万工时，以 unit.txt 为准",
    },
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "44 countries and 5 rests of continents, 163 industries (ixi) or 200 products (pxp), 7 final demand "
        "categories, 9 primary inputs, about 1,100 stressors (emissions, energy, materials, land, water, employment), "
        "1995 to 2022",
        "zh": "44 个国家和 5 个“其他”大洲地区，163 个行业（ixi）或 200 种产品（pxp），7 个最终需求类别，"
        "9 项初始投入，约 1100 种环境压力（排放、能源、物质、土地、水、就业），1995—2022 年",
    },
    get={
        "en": "'tanheng fetch exiobase3 --year 2015 --edition 3.8.2-ixi' gets edition 3.8.2; others are on Zenodo "
        "(doi:10.5281/zenodo.3583070). No registration. Leave the zip files as they are and run "
        "'tanheng read exiobase3 FOLDER'.",
        "zh": "运行 tanheng fetch exiobase3 --year 2015 --edition 3.8.2-ixi 可获取 3.8.2 版；其他版本见 Zenodo"
        "（doi:10.5281/zenodo.3583070）。无需注册。zip 文件不必解压，直接运行 tanheng read exiobase3 文件夹。",
    },
    faults=(
        {
            "en": "reading was tested on the publisher's layout of 3.4; on 3.8 and 3.9 with files made from "
            "descriptions",
            "zh": "3.4 版按发布者的真实版式测试；3.8 和 3.9 版用按说明自制的文件测试",
        },
        {
            "en": "years after 2011 are partly, the last years wholly, now-casts: supply and use are of 2011, energy "
            "of 2015, materials of 2013 (3.8); trends of recent years say little",
            "zh": "2011 年之后的数据部分为外推，最近几年全为外推：供给使用结构为 2011 年，能源为 2015 年，"
            "物质为 2013 年（3.8 版）；近年趋势参考价值有限",
        },
        {
            "en": "3.8.1 and 3.8.2: final demand of electricity and gas is far too low in some countries, among them "
            "China, the Netherlands and Ireland",
            "zh": "3.8.1 和 3.8.2 版：部分国家（如中国、荷兰、爱尔兰）对电力和燃气的最终需求明显偏低",
        },
        {
            "en": "from 3.9 on there are no characterised impacts any more: greenhouse gases are added from the "
            "stressors",
            "zh": "3.9 版起不再提供特征化的环境影响：温室气体需由各排放项加总",
        },
        {
            "en": "what final demand pays of primary inputs (taxes on products) has no place in a table; its sum is "
            "among the findings",
            "zh": "最终需求直接支付的初始投入（产品税）在表中没有位置，其合计列在检查结果中",
        },
    ),
    tested="real",
    downloads=tuple(
        Download(
            f"doi:10.5281/zenodo.5589597/IOT_{year}_{system}.zip",
            f"IOT_{year}_{system}.zip",
            (year,),
            edition=f"3.8.2-{system}",
        )
        for year in range(1995, 2023)
        for system in exiobase.SYSTEMS
    ),
    options={"system": ("ixi", "pxp"), "impacts": ("no", "yes")},
)

_CORE = r"[AZ]\.txt"
_PACKED = r".*(ixi|pxp).*\.zip"
_LAYOUT = "a year of EXIOBASE 3 is a zip file or a folder with Z.txt (or A.txt), Y.txt and unit.txt"
_IMPACTS = ("impact", "impacts")
_YEAR = r"(?<!\d)((?:19|20)\d\d)(?!\d)"


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years in ``place``; raises InputError when it holds none, or one whose year is not known."""
    return tuple(sorted({_year(table) for table in _tables(place)}))


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year``: Z, Y, V in million EUR, all satellite rows that are not money as stressors.

    Options: ``system`` (ixi where both are there), ``impacts`` ("yes" adds the characterised impacts). Raises
    MissingError for a year, system or impacts that are not there, else InputError, UnitError, LabelError naming a file.
    """
    tables = _tables(place)
    axes.require_year(year, tuple(sorted({_year(table) for table in tables})), place.path)
    of_year = [table for table in tables if _year(table) == year]
    systems = [_system(table) for table in of_year]
    table, notes = exiobase.chosen(of_year, systems, options.get("system"), str(place.path))
    core, x, given, made = _core(table)
    read = [_account(table, folder, core, x) for folder in _folders(table, options.get("impacts") == "yes")]
    notes += [*made, *(note for _, more in read for note in more)]
    version = str(_metadata(table).get("version") or "not stated")
    about = exiobase_table.facts("EXIOBASE 3", year, _system(table), version=version, licence=_licence(version))
    accounts = [account for account, _ in read]
    whole = exiobase_table.table(core, accounts, notes, source="EXIOBASE 3 (Stadler et al. 2018)", **about)
    return whole if given is None else with_findings(whole, *findings.output_differs(whole, given, "x.txt"))


# -- what is there ----------------------------------------------------------------------------------------------------


def _tables(place: Archive) -> list[Place]:
    tables = exiobase.places(place, _CORE, _PACKED)
    for table in tables:
        table.require(r"Y\.txt", "Y.txt", _LAYOUT)
    if tables:
        return tables
    hint = _LAYOUT
    if place.find("mrIot*.txt"):
        hint = "this looks like EXIOBASE 1 or 2 (mrIot.txt): the readers are exiobase1 and exiobase2"
    elif place.find("MR_HUSE*", "MR_HIOT*"):
        hint = "this looks like the hybrid tables: the reader is exiobase-hybrid"
    raise InputError("there is no EXIOBASE 3 table", where=str(place.path), hint=hint)


def _metadata(table: Place) -> dict[str, Any]:
    entry = table.files.get("metadata.json")
    if entry is None:
        return {}
    try:
        known = json.loads(entry.text())
    except json.JSONDecodeError as error:
        hint = "it may have broken off; without the file, the names of the folders tell the year"
        raise InputError(f"is not JSON ({error.msg})", where=f"{entry.where} line {error.lineno}", hint=hint) from None
    return known if isinstance(known, dict) else {}


def _year(table: Place) -> int:
    """The year by the name IOT_YYYY_..., else by metadata.json, else by a year in a name."""
    own = [name for name in table.names if re.search(r"IOT_\d{4}", name)]
    known = {} if own else _metadata(table)
    said = [*own, str(known.get("name", "")), str(known.get("description", "")), *table.names]
    found_ = next((match for text in said if (match := re.search(_YEAR, text.replace("_", " ")))), None)
    if found_ is None:
        hint = "name its folder or zip file as the publisher does: IOT_2011_ixi"
        raise InputError("its year is not known", where=table.where, hint=hint)
    return int(found_[1])


def _system(table: Place) -> str:
    said = table.system or str(_metadata(table).get("system", "")).casefold()
    return said if said in exiobase.SYSTEMS else ""


def _licence(version: str) -> str:
    """The licence of an edition such as 3.9.5; the publisher also writes v3.81 for 3.8.1."""
    number = re.search(r"3\.(\d+)", version)
    minor = int(number[1]) if number else 0
    minor = minor // 10 if minor > 19 else minor
    return "EXIOBASE 3.9 licence (non-commercial, after CC BY-NC-SA 4.0)" if minor >= 9 else "CC BY-SA 4.0"


# -- the core ---------------------------------------------------------------------------------------------------------


def _core(table: Place) -> tuple[Core, Array | None, Array | None, list[Finding]]:
    """Z and Y, the output where it is known without a sum, the output that the source gives, and what was done."""
    name = "Z.txt" if "Z.txt" in table.files else "A.txt"
    Z = grid.read(table.files[name], 2)
    regions, sectors = axes.product(Z, "sector")
    Z.require_rows(Z.columns)
    Y = grid.read(table.files["Y.txt"], 2)
    consumers, demand = axes.product(Y, "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{Y.where}, header")
    Y.require_rows(Z.columns)
    given = _output(table, Z)
    units = exiobase.units_file(table.require(r"unit\.txt", "unit.txt", _LAYOUT))
    money = exiobase.currency((text, where) for _, text, where in units)
    core = Core(Z.values, Y.values, regions, sectors, demand, money)
    if name == "Z.txt":
        return core, given, given, []
    x = exiobase_table.output(Z.values, Y.values.sum(axis=1), len(sectors)) if given is None else given
    Z.values[...] *= x
    return core, x, given, [found("coefficients", "note", "A.txt", part="A")]


def _output(table: Place, Z: Grid) -> Array | None:
    entry = table.files.get("x.txt")
    if entry is None:
        return None
    x = grid.read(entry, 2, header=1)
    x.require_rows(Z.columns)
    if x.values.shape[1] != 1:
        hint = "x.txt has region, sector and output"
        raise InputError(f"has {x.values.shape[1]} columns of numbers", where=f"{x.where} line 1", hint=hint)
    return np.ascontiguousarray(x.values[:, 0])


# -- satellites -------------------------------------------------------------------------------------------------------


def _folders(table: Place, impacts: bool) -> list[str]:
    """The folders of satellites, characterised impacts last and only where they are wanted."""
    there = sorted({name.rpartition("/")[0] for name in table.files if re.fullmatch(r"[^/]+/[FS]\.txt", name)})
    for name in table.files:
        folder, _, base = name.rpartition("/")
        if "/" not in folder and folder not in ("", *there) and re.fullmatch(r"unit\.txt|[FS]_(Y|hh)\.txt", base):
            hint = f"{name} stands alone; the file may have been left out of a download or of a zip file"
            raise InputError(f"{folder}/F.txt is missing", where=table.where, hint=hint)
    characterised = [folder for folder in there if folder in _IMPACTS]
    if impacts and not characterised:
        hint = "3.8.2 is the last edition with them; read without the option"
        raise MissingError("there are no characterised impacts", where=table.where, hint=hint)
    return [folder for folder in there if folder not in _IMPACTS] + (characterised if impacts else [])


def _account(table: Place, folder: str, core: Core, x: Array | None) -> tuple[Account, list[Finding]]:
    """The rows of one folder, and a note where they were given per unit of output (``x``, or the row sums)."""
    flows = f"{folder}/F.txt" in table.files
    F = _rows(table.files[f"{folder}/{'F' if flows else 'S'}.txt"], folder)
    F.require_columns([(region, sector) for region in core.regions for sector in core.sectors])
    labels.check_unique(F.rows, what="stressor", where=F.where)
    direct = table.named(rf"{folder}/F_(Y|hh)\.txt" if flows else rf"{folder}/S_(Y|hh)\.txt")
    F_Y = None if direct is None else _rows(direct, folder)
    if F_Y is not None:
        F_Y.require_columns([(region, category) for region in core.regions for category in core.demand])
        F_Y.require_rows(F.rows)
    notes = []
    if not flows:
        F.values[...] *= core.Z.sum(axis=1) + core.Y.sum(axis=1) if x is None else x
        if F_Y is not None:
            F_Y.values[...] *= core.Y.sum(axis=0)
        notes.append(found("coefficients", "note", f"{folder}/S.txt", part=folder))
    known = exiobase.units_file(table.require(rf"{folder}/unit\.txt", f"{folder}/unit.txt", "every folder has one"))
    at = labels.positions(F.rows, [names[0] for names, _, _ in known], what="stressor", where=f"{folder}/unit.txt")
    units = [known[place][1:] for place in at]
    values = None if F_Y is None else F_Y.values
    names = [str(name) for name in F.rows]
    return Account(folder, F.where, names, units, F.values, values, folder in _IMPACTS), notes


def _rows(entry: Entry, folder: str) -> Grid:
    """A file of satellite rows, whose line of names says impact where they are characterised."""
    return grid.read(entry, 1)
