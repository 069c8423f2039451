"""GLORIA: a supply-use table a year as text without labels, satellite accounts beside it, labels in a workbook.

``*_T-Results_YYYY_EEE_Markup001(full).csv`` is square: for each region its industries, then its products, as rows and
as columns. Industry rows by product columns are the supply (each industry at home), product rows by industry columns
the use. ``_Y-`` has the same rows and region by final demand category, ``_V-`` region by input and the same columns,
``_TQ-`` a row a satellite account and the same columns, ``_YQ-`` the columns of Y. ``GLORIA_ReadMe_EEE.xlsx`` names
all of them. T is read as a stream: of its gigabytes of text only supply and use are held, 3.1 GB.

Markup002 to 005 are trade margins, transport margins, taxes on products and subsidies on products, and no table of
their own: purchasers' prices would be the sum of all five.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tanheng import labels
from tanheng.data import axes, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import output_differs, with_findings
from tanheng.data.readers.parts import shared
from tanheng.data.readers.parts.shared import Array, Places
from tanheng.data.source import Source
from tanheng.errors import InputError, LabelError, QuestionError, nearest
from tanheng.kernels.constructs import MODELS, Model
from tanheng.systems.finding import Finding, found
from tanheng.systems.supply_use import SupplyUse
from tanheng.systems.table import Table

SOURCE = Source(
    name="gloria",
    title={"en": "GLORIA, Global Resource Input-Output Assessment", "zh": "GLORIA 全球资源投入产出评估数据库"},
    publisher="Industrial Ecology Virtual Laboratory, The University of Sydney",
    homepage="https://ielab.info/resources/gloria/about",
    citation=(
        "Lenzen M., Geschke A., West J., Fry J., Malik A., Giljum S., Milà i Canals L., Piñero P., Lutter S., "
        "Wiedmann T., Li M., Sevenster M., Potočnik J., Teixeira I., Van Voore M., Nansai K., Schandl H. (2022) "
        "Implementing the material footprint to measure progress towards Sustainable Development Goals 8 and 12. "
        "Nature Sustainability 5, 157-166, doi:10.1038/s41893-021-00811-6"
    ),
    licence="free for research after registration; commercial use needs a licence of FootprintLab",
    editions="055 to 060",
    files=("*_[TVY]-Results_*_Markup001(full).csv", "*_[TY]Q-Results_*_Markup001(full).csv", "GLORIA_ReadMe*.xlsx"),
    units={
        "en": "thousand USD, held as million USD; satellite accounts as the workbook says",
        "zh": "千美元，存放时换算为百万美元；卫星账户单位见标签工作簿",
    },
    price_basis={"en": "current basic prices (Markup001)", "zh": "现价，基本价格（Markup001）"},
    holds={
        "en": "160 countries and 4 remainders, 120 industries and 120 products, 6 inputs, 6 final demand categories, "
        "1990 on; some 6,000 satellite accounts",
        "zh": "160 个国家和 4 个其余地区，120 个产业和 120 种产品，6 类初始投入，6 类最终需求，约 6000 个卫星账户；"
        "1990 年起",
    },
    get={
        "en": "register at ielab.info, download GLORIA_MRIOs_*_YYYY.zip, GLORIA_SatelliteAccounts_*_YYYY.zip and "
        "GLORIA_ReadMe_*.xlsx into one folder; then: tanheng read gloria FOLDER --year YYYY (nothing need be unpacked)",
        "zh": "在 ielab.info 注册，将 GLORIA_MRIOs_*_YYYY.zip、GLORIA_SatelliteAccounts_*_YYYY.zip 和 "
        "GLORIA_ReadMe_*.xlsx 下载到同一文件夹；然后运行：tanheng read gloria 文件夹 --year YYYY（无需解压）",
    },
    faults=(
        {
            "en": "V has no taxes less subsidies on products (they are Markup004 and 005), so it falls short of output "
            "less inputs",
            "zh": "V 不含产品税净额（见 Markup004 和 005），故小于总产出减中间投入",
        },
        {
            "en": "the supply table is diagonal: co-products are not shown",
            "zh": "供给表为对角阵，不反映联产品",
        },
        {
            "en": "emissions are given by EDGAR and by OECD inventories side by side, in total and by category: never "
            "add them",
            "zh": "排放同时给出 EDGAR 与 OECD 两套清单，且合计与分类并列：切勿相加",
        },
        {
            "en": "in edition 059 some workbooks name fewer satellite accounts than the files hold: take the workbook "
            "of the same edition and letter",
            "zh": "059 版有的工作簿所列卫星账户少于数据文件：请使用同一版次（含字母）的工作簿",
        },
        {"en": "Markup005 holds subsidies, not purchasers' prices", "zh": "Markup005 是补贴，不是购买者价格表"},
    ),
    tested="real",
    options={"model": ("D", "B", "A", "C"), "satellites": ("totals", "all")},
)

_NAME = re.compile(
    r".*?(\d+)secMother_.*_(T|V|Y|TQ|YQ)-Results_(\d{4})_(\d{3}[a-z]?)_Markup001\(full\)\.csv", re.IGNORECASE
)
_PACKED = "GLORIA_*.zip"
_CLASSIFICATION = "gloria-120"
_SHEETS = ("Regions", "Sectors", "Value added and final demand", "Satellites")
_SCALE = 1e-3  # thousand to million USD
_READ = "editions 055 to 060 are read: they have 120 sectors"
_HINT = "a GLORIA folder holds *_T-Results_YYYY_EEE_Markup001(full).csv, _Y-, _V- (or their zip files) and the ReadMe"


@dataclass(frozen=True)
class _Labels:
    """The labels of the workbook; of each satellite account its head, name and unit as spelled there."""

    regions: list[str]
    sectors: list[str]
    inputs: list[str]
    demand: list[str]
    satellites: list[tuple[str, str, str]]


@dataclass(frozen=True)
class _Accounts:
    """F and F_Y (None without satellite accounts), the units by name, and what was left out."""

    F: Array
    F_Y: Array | None
    units: dict[str, str]
    findings: tuple[Finding, ...]


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years by the names of the files; raises InputError when there is none."""
    there = [match for match, _ in shared.matching(place, _NAME, _PACKED)]
    held = sorted({int(match[3]) for match in there if match[2].upper() == "T"})
    if not held:
        raise InputError("holds no table of GLORIA", where=str(place.path), hint=_HINT)
    return tuple(held)


def read(place: Archive, year: int, **options: str) -> Table:
    """The symmetric table of ``year``, money in million USD; see ``supply_use``, which does the reading.

    ``model`` is the technology model, D where it is not chosen: emissions and value added belong to industries and
    stay with them, nothing is inverted, no cell becomes negative. The published supply is diagonal, where all models
    are the same and the use table is the symmetric table. ``satellites`` as in ``supply_use``.
    Raises as ``supply_use`` and ``SupplyUse.symmetric`` do.
    """
    model, satellites = options.get("model", "D"), options.get("satellites", "totals")
    if model not in MODELS:
        raise QuestionError(f"{model!r} is no technology model", hint=nearest(model, MODELS))
    sut, notes = _supply_use(place, year, satellites)
    if _diagonal(sut):
        table, note = _one_to_one(sut), found("one-to-one", "note", "supply")
    else:
        chosen: Model = next(known for known in MODELS if known == model)
        table = sut.symmetric(chosen, classification=sut.about.classification)
        note = found("constructed", "note", "Z", model=model)
    made = sut.industry_output.values if table.sectors == sut.industries else sut.product_output.values
    return with_findings(table, *notes, note, *output_differs(table, made, "supply"))


def supply_use(place: Archive, year: int, *, satellites: str = "totals") -> SupplyUse:
    """The supply-use table of ``year``: money in million USD, satellite accounts in the units of the workbook.

    Of emissions by category "totals" takes the totals by gas (some 100 of 6,000 accounts), "all" everything.
    Memory: the use table, (R*S)² numbers. Raises MissingError for another year, InputError for a missing or short file
    or another edition, LabelError where the workbook lacks a label.
    """
    return _supply_use(place, year, satellites)[0]


# -- supply and use ---------------------------------------------------------------------------------------------------


def _supply_use(place: Archive, year: int, satellites: str) -> tuple[SupplyUse, tuple[Finding, ...]]:
    axes.require_year(year, years(place), place.path)
    files, edition = _files(place, year)
    names, renamed = _standard(_labels(_workbook(place, edition)))
    R, S = len(names.regions), len(names.sectors)
    supply, use, stray = _flows(files["T"], R, S)
    V, off = _inputs(files["V"], R, S, len(names.inputs))
    Y, beside = _picked(files["Y"], (2 * R * S, R * len(names.demand)), _products(R, S))
    Y *= _SCALE
    accounts = _accounts(files, names, satellites)
    sut = SupplyUse.from_arrays(
        supply,
        use,
        Y,
        accounts.F,
        regions=names.regions,
        industries=names.sectors,
        products=names.sectors,
        demand=names.demand,
        stressors=list(accounts.units),
        F_Y=accounts.F_Y,
        V=V,
        inputs=names.inputs,
        about=_about(year, edition, accounts.units)
        | {"classification": shared.classified(names.sectors, _CLASSIFICATION)},
    )
    money = found("converted", "note", "Z, Y, V", part="Z, Y, V", given="thousand USD", held="million USD")
    outside = {"cells of T outside supply and use": stray, "cells of V outside the region": off}
    outside["final demand for industries"] = beside * _SCALE
    left = (
        found("left-out", "warning", what, names=what, total=total, unit="million USD")
        for what, total in outside.items()
        if total
    )
    return sut, (money, *renamed, *accounts.findings, *left)


def _about(year: int, edition: str, units: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": f"GLORIA {edition}, {year}",
        "year": year,
        "currency": "million USD",
        "units": units,
        "price_basis": "current basic prices",
        "boundary": "residence",
        "source": SOURCE.citation,
        "licence": SOURCE.licence,
        "version": edition,
    }


def _flows(entry: Entry, R: int, S: int) -> tuple[Array, Array, float]:
    """Supply (R, S, S) and use (R*S, R*S) in million USD, and what stands in T beside them (absolute)."""
    supply, use, stray = np.zeros((R, S, S)), np.empty((R * S, R, S)), 0.0
    for places, values in shared.rows(entry, (2 * R * S, 2 * R * S), "the labels", ","):
        region, product, sector = np.unravel_index(places, (R, 2, S))
        cells = values.reshape(-1, R, 2, S)
        made, used = np.flatnonzero(product == 0), np.flatnonzero(product)
        supply[region[made], sector[made]] = cells[made, region[made], 1] * _SCALE
        use[region[used] * S + sector[used]] = cells[used, :, 0] * _SCALE
        abroad = cells[made]
        abroad[np.arange(len(made)), region[made], 1] = 0.0
        stray += float(np.abs(abroad).sum() + np.abs(cells[used, :, 1]).sum())
    return supply, use.reshape(R * S, R * S), stray * _SCALE


def _inputs(entry: Entry, R: int, S: int, count: int) -> tuple[Array, float]:
    """V (count, R*S) in million USD, each region's from its own rows, and what stands in others' (absolute)."""
    V, off = np.empty((count, R, S)), 0.0
    for places, values in shared.rows(entry, (R * count, 2 * R * S), "the labels", ","):
        region, given = np.divmod(places, count)
        cells = values.reshape(-1, R, 2, S).copy()
        home = np.arange(len(places)), region, 0
        V[given, region] = cells[home] * _SCALE
        cells[home] = 0.0
        off += float(np.abs(cells).sum())
    return V.reshape(count, R * S), off * _SCALE


def _products(R: int, S: int) -> Places:
    """The places of the products among industries and products."""
    return np.arange(2 * R * S).reshape(R, 2, S)[:, 1].ravel()


def _picked(entry: Entry, due: tuple[int, int], rows: Places) -> tuple[Array, float]:
    """Those rows of a file, and what stands in the others (absolute)."""
    place = np.full(due[0], -1)
    place[rows] = np.arange(len(rows))
    out, rest = np.empty((len(rows), due[1])), 0.0
    for places, values in shared.rows(entry, due, "the labels", ","):
        here = place[places] >= 0
        out[place[places][here]] = values[here]
        rest += float(np.abs(values[~here]).sum())
    return out, rest


def _diagonal(sut: SupplyUse) -> bool:
    """Whether every industry makes the product of its name and no other."""
    return not (sut.supply.values * ~np.eye(len(sut.industries), dtype=bool)).any()


def _one_to_one(sut: SupplyUse) -> Table:
    """The table whose sectors are industry and product at once: no number changes, and none is copied."""
    return Table.from_arrays(
        sut.use.values,
        sut.Y.values,
        sut.F.values,
        regions=sut.regions,
        sectors=sut.industries,
        demand=sut.demand,
        stressors=sut.stressors,
        F_Y=None if sut.F_Y is None else sut.F_Y.values,
        V=None if sut.V is None else sut.V.values,
        inputs=None if sut.V is None else list(sut.V.indexes["input"]),
        about=sut.about,
    )


# -- satellite accounts -----------------------------------------------------------------------------------------------


def _accounts(files: Mapping[str, Entry], names: _Labels, satellites: str) -> _Accounts:
    R, S, K = len(names.regions), len(names.sectors), len(names.satellites)
    if not files.keys() & {"TQ", "YQ"}:
        return _Accounts(np.empty((0, R * S)), None, {}, (found("no-stressors", "warning", "F"),))
    chosen, units, factors, notes = _chosen(names.satellites, satellites)
    F, on_products = np.empty((len(chosen), R, S)), []
    place = np.full(K, -1)
    place[chosen] = np.arange(len(chosen))
    for places, values in shared.rows(files["TQ"], (K, 2 * R * S), "the labels", ","):
        here = place[places] >= 0
        cells = values.reshape(-1, R, 2, S)
        F[place[places][here]] = cells[here, :, 0]
        on_products += [list(units)[at] for at in place[places][here & cells[:, :, 1].any(axis=(1, 2))]]
    if on_products:
        listed = shared.listed(on_products)
        notes = (*notes, found("on-products", "warning", "F", count=len(on_products), names=listed))
    F *= factors[:, :, None]
    F_Y, _ = _picked(files["YQ"], (K, R * len(names.demand)), chosen)
    return _Accounts(F.reshape(-1, R * S), F_Y * factors, units, notes)


def _chosen(
    accounts: Sequence[tuple[str, str, str]], satellites: str
) -> tuple[Places, dict[str, str], Array, tuple[Finding, ...]]:
    """The places of the accounts that are read, their units by name, their factors (k, 1), and what was left out."""
    notes = []
    times = Counter(name for _, name, _ in accounts)
    names = [f"{head}: {name}" if times[name] > 1 else name for head, name, _ in accounts]
    split = _split(accounts) if satellites == "totals" else set()
    if split:
        notes.append(found("satellite-totals", "note", "F", count=len(split)))
    known = [shared.unit(unit) for _, _, unit in accounts]
    out = [at for at, one in enumerate(known) if one is None and at not in split]
    if out:
        shown = [f"{names[at]} ({accounts[at][2] or '-'})" for at in out]
        notes.append(found("unknown-unit", "warning", "F", count=len(out), names=shared.listed(shown)))
    taken = [(at, one) for at, one in enumerate(known) if one is not None and at not in split]
    units = {names[at]: one[0] for at, one in taken}
    factors = np.array([one[1] for _, one in taken], dtype=np.float64).reshape(-1, 1)
    return np.array([at for at, _ in taken], dtype=np.intp), units, factors, tuple(notes)


def _split(accounts: Sequence[tuple[str, str, str]]) -> set[int]:
    """The accounts that are a category of an emission whose inventory has totals beside them."""
    total = {head for head, name, _ in accounts if head.startswith("Emissions") and "_total_" in name}
    return {at for at, (head, name, _) in enumerate(accounts) if head in total and "_total_" not in name}


# -- files ------------------------------------------------------------------------------------------------------------


def _files(place: Archive, year: int) -> tuple[dict[str, Entry], str]:
    """The files of ``year`` by their letters, and their edition."""
    there = [(m, entry) for m, entry in shared.matching(place, _NAME, _PACKED) if int(m[3]) == year]
    editions = sorted({m[4] for m, _ in there})
    if len(editions) > 1:
        hint = "name the folder of one edition"
        raise InputError(f"holds the editions {', '.join(editions)} of {year}", where=str(place.path), hint=hint)
    for match, entry in there:
        if match[1] != "120":
            what = f"is of edition {match[4]} with {match[1]} sectors"
            raise InputError(what, where=entry.where, hint=_READ)
    files: dict[str, Entry] = {}
    for match, entry in there:
        if match[2].upper() in files:
            what = f"there is another {match[2]} of {year}: {files[match[2].upper()].base}"
            raise InputError(what, where=entry.where, hint="keep one of them")
        files[match[2].upper()] = entry
    for part in ("T", "Y", "V", *(("TQ", "YQ") if files.keys() & {"TQ", "YQ"} else ())):
        if part not in files:
            what = f"*_{part}-Results_{year}_{editions[0]}_Markup001(full).csv is missing"
            raise InputError(what, where=str(place.path), hint=_HINT)
    return files, editions[0]


def _workbook(place: Archive, edition: str) -> Entry:
    """The workbook of labels of that edition, or the one there is."""
    own = place.find(f"GLORIA_ReadMe*{edition}.xlsx") or place.find(f"GLORIA_ReadMe*{edition[:3]}*.xlsx")
    if not own and not place.find("GLORIA_ReadMe*.xlsx"):
        hint = "download it from the same page into the folder of the table, and name that folder"
        raise InputError(f"GLORIA_ReadMe_{edition}.xlsx is missing", where=str(place.path), hint=hint)
    return own[0] if len(own) == 1 else place.one("GLORIA_ReadMe*.xlsx")


def _labels(workbook: Entry) -> _Labels:
    """The labels; raises InputError for a sheet or a column that is missing, LabelError for an empty cell."""
    regions, sectors, ends, accounts = sheets.read_all(workbook, _SHEETS)
    heads, names, spelled = (_column(accounts, f"Sat_{what}") for what in ("head_indicator", "indicator", "unit"))
    if not len(heads) == len(names) == len(spelled):
        what = f"names {len(names)} accounts, {len(heads)} heads and {len(spelled)} units"
        raise LabelError(what, where=accounts.where, hint="fill in all three columns of every line")
    return _Labels(
        _column(regions, "Region_acronyms"),
        _column(sectors, "Sector_names"),
        _column(ends, "Value_added_names"),
        _column(ends, "Final_demand_names"),
        list(zip(heads, (name.strip("'") for name in names), spelled, strict=True)),
    )


def _standard(names: _Labels) -> tuple[_Labels, tuple[Finding, ...]]:
    """The sectors as the classification spells them, where they are its own: editions differ in case and full stops."""
    try:
        sectors = labels.standard_codes(names.sectors, _CLASSIFICATION)
    except LabelError:
        return names, ()
    changed = [f"{old} to {new}" for old, new in zip(names.sectors, sectors, strict=True) if old != new]
    note = found("renamed", "note", "sectors", count=len(changed), names=shared.listed(changed))
    return replace(names, sectors=sectors), (note,) if changed else ()


def _column(sheet: sheets.Sheet, name: str) -> list[str]:
    """The cells below the header of that name, down to the last that is not empty."""
    header = [sheet.text(0, at) for at in range(len(sheet.rows[0]))] if sheet.rows else []
    if name not in header:
        raise InputError(f"has no column {name}", where=sheet.where, hint=nearest(name, header))
    at = header.index(name)
    cells = [sheet.text(row, at) for row in range(1, len(sheet.rows))]
    while cells and not cells[-1]:
        cells.pop()
    if not cells or "" in cells:
        row = 1 + (cells.index("") if cells else 0)
        raise LabelError(f"{name} is empty", where=sheet.at(row, at), hint="fill it in")
    return cells
