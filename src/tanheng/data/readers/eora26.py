"""Eora26: the Eora table aggregated to 26 sectors, a folder or a zip file a year of tab-separated text.

``Eora26_YYYY_bp_T.txt`` (n x n), ``_FD`` (n x R*D), ``_VA`` (I x n), ``_Q`` (K x n) and ``_QY`` (K x R*D) hold numbers
alone; ``labels_T.txt`` (country, code, kind, sector), ``labels_FD.txt`` (the same), ``labels_VA.txt`` and
``labels_Q.txt`` (kind, name) hold their labels, beside them or in ``indices.zip``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tanheng import labels
from tanheng.data import axes
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import with_findings
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import shared
from tanheng.data.readers.parts.shared import Array, Places
from tanheng.data.source import Source
from tanheng.errors import InputError, LabelError
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

SOURCE = Source(
    name="eora26",
    title={"en": "Eora26", "zh": "Eora26（26 部门全球多区域投入产出表）"},
    publisher="KGM & Associates; The University of Sydney",
    homepage="https://worldmrio.com/eora26/",
    citation=(
        "Lenzen M., Kanemoto K., Moran D., Geschke A. (2012) Mapping the structure of the world economy. Environmental "
        "Science & Technology 46(15), 8374-8381, doi:10.1021/es300171x; Lenzen M., Moran D., Kanemoto K., Geschke A. "
        "(2013) Building Eora: a global multi-region input-output database at high country and sector resolution. "
        "Economic Systems Research 25(1), 20-49, doi:10.1080/09535314.2013.769938"
    ),
    licence="free for academic work at degree-granting institutions; a licence is needed otherwise",
    editions="v199.82 and those of the same layout",
    files=("Eora26_*_bp.zip", "Eora26_*_[bp]p_*.txt", "labels_*.txt", "indices.zip"),
    units={
        "en": "thousand USD, held as million USD; stressors as their labels say",
        "zh": "千美元，存放时换算为百万美元；压力因子单位见其标签",
    },
    price_basis={
        "en": "current basic prices (bp) or purchasers' prices (pp)",
        "zh": "现价，基本价格（bp）或购买者价格（pp）",
    },
    holds={
        "en": "189 countries and a region of discrepancies, 26 sectors, 6 final demand categories, some 2,700 "
        "satellite accounts; 1990 to 2017, and later years by subscription",
        "zh": "189 个国家和地区及一个统计误差区，26 个部门，6 类最终需求，约 2700 个卫星账户；"
        "1990—2017 年，更近年份需订阅",
    },
    get={
        "en": "register at worldmrio.com, download Eora26_YYYY_bp.zip and indices.zip into one folder; then: "
        "tanheng read eora26 FOLDER --year YYYY (the zip files need not be unpacked)",
        "zh": "在 worldmrio.com 注册，将 Eora26_YYYY_bp.zip 与 indices.zip 下载到同一文件夹；然后运行："
        "tanheng read eora26 文件夹 --year YYYY（无需解压）",
    },
    faults=(
        {
            "en": "the last region ROW holds statistical discrepancies in one sector TOTAL; it is kept as such",
            "zh": "最后一个地区 ROW 只有一个部门 TOTAL，存放统计误差；照原样保留",
        },
        {
            "en": "the unit is thousand USD, though programs have read it as million USD",
            "zh": "单位为千美元，有的程序误作百万美元",
        },
        {
            "en": "some countries are given by industries, others by commodities, as the labels say",
            "zh": "有的国家按产业编制，有的按产品编制，见标签",
        },
        {
            "en": "the satellite accounts give one gas from several inventories (EDGAR, PRIMAP, CDIAC, ...), totals "
            "beside their parts: never add them",
            "zh": "同一气体在卫星账户中有多套清单（EDGAR、PRIMAP、CDIAC 等），合计与分项并列：切勿相加",
        },
        {
            "en": "it holds the former USSR beside its successors; rows and columns balance only approximately",
            "zh": "苏联与其后继国家并存；行列只是近似平衡",
        },
    ),
    tested="real",
    options={"price": ("bp", "pp")},
)

_NAME = re.compile(r"Eora26_(\d{4})_([bp]p)_(T|FD|VA|Q|QY)\.txt", re.IGNORECASE)
_PACKED = "Eora26_*.zip"
_LABELS = ("labels_T.txt", "labels_FD.txt", "labels_VA.txt", "labels_Q.txt")
_PRICES = {"bp": "current basic prices", "pp": "current purchasers' prices"}
_REGIONS = {"SUD": "SDN", "SDS": "SSD"}  # Eora's own codes
_REST = "TOTAL"  # the one sector of the region of discrepancies
_SCALE = 1e-3  # thousand to million USD
Pair = tuple[str, str]

_HINT = "an Eora26 folder holds Eora26_YYYY_bp_T.txt, _FD, _VA, _Q, _QY (or Eora26_YYYY_bp.zip) and labels_T.txt, ..."


@dataclass(frozen=True)
class _Axes:
    """Regions, sectors and demand categories, and the place of each label of T and FD in their products."""

    regions: list[str]
    sectors: list[str]
    demand: list[str]
    row: Places
    column: Places
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Accounts:
    """Of each satellite account its place among the stressors (-1: left out) and its factor; the units by name."""

    place: Places
    factors: Array
    units: dict[str, str]
    findings: tuple[Finding, ...]


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years by the names of the files; raises InputError when there is none."""
    held = sorted({int(match[1]) for match, _ in shared.matching(place, _NAME, _PACKED)})
    if not held:
        raise InputError("holds no file of Eora26", where=str(place.path), hint=_HINT)
    return tuple(held)


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year``: money in million USD, stressors in the units of their labels; ``price`` is bp or pp.

    Raises MissingError for another year, InputError for a missing or short file, LabelError for labels that are not
    region by sector or an empty one, naming the line, and what ``grid.blocks`` raises.
    """
    axes.require_year(year, years(place), place.path)
    files = _files(place, year, options.get("price", "bp"))
    ax, q = _axes(files["labels_T.txt"], files["labels_FD.txt"]), _stressors(files["labels_Q.txt"])
    inputs = [name for _, name in _labels(files["labels_VA.txt"], 0, 1)]
    n, m, k = len(ax.regions) * len(ax.sectors), len(ax.regions) * len(ax.demand), len(q.units)
    table = Table.from_arrays(
        _matrix(files["T"], ax.row, ax.row, (n, n)),
        _matrix(files["FD"], ax.row, ax.column, (n, m)),
        _matrix(files["Q"], q.place, ax.row, (k, n), q.factors),
        regions=ax.regions,
        sectors=ax.sectors,
        demand=ax.demand,
        stressors=list(q.units),
        F_Y=_matrix(files["QY"], q.place, ax.column, (k, m), q.factors),
        V=_matrix(files["VA"], np.arange(len(inputs)), ax.row, (len(inputs), n)),
        inputs=inputs,
        about={
            "name": f"Eora26 {year}",
            "year": year,
            "currency": "million USD",
            "units": q.units,
            "price_basis": _PRICES[options.get("price", "bp")],
            "boundary": "residence",
            "source": SOURCE.citation,
            "licence": SOURCE.licence,
            "version": files["T"].base.removesuffix("_T.txt"),
        },
    )
    money = found("converted", "note", "Z, Y, V", part="Z, Y, V", given="thousand USD", held="million USD")
    return with_findings(table, money, *ax.findings, *q.findings)


# -- files ------------------------------------------------------------------------------------------------------------


def _files(place: Archive, year: int, price: str) -> dict[str, Entry]:
    """The five files of numbers by their letters, and the four of labels by their names."""
    there = shared.matching(place, _NAME, f"Eora26_{year}*.zip")
    found_ = {m[3].upper(): entry for m, entry in there if int(m[1]) == year and m[2].casefold() == price}
    for part in ("T", "FD", "VA", "Q", "QY"):
        if part not in found_:
            others = sorted({m[2] for m, _ in there if int(m[1]) == year} - {price})
            hint = f"there is price {', '.join(others)}: --option price={others[0]}" if others and not found_ else _HINT
            raise InputError(f"Eora26_{year}_{price}_{part}.txt is missing", where=str(place.path), hint=hint)
    return found_ | {name: _label_file(place, year, found_["T"], name) for name in _LABELS}


def _label_file(place: Archive, year: int, beside: Entry, name: str) -> Entry:
    """The file of labels nearest to the table: in its folder, in its zip file, anywhere else, in indices.zip."""
    folder = beside.name.removesuffix(beside.base)
    packed = [place.inside(entry) for entry in place.find(f"Eora26_{year}*.zip")]
    own = [entry for holder in (place, *packed) for entry in holder.entries if entry.name == f"{folder}{name}"]
    within = [entry for holder in packed for entry in holder.find(name)]
    apart = [entry for archive in place.find("indices.zip") for entry in place.inside(archive).find(name)]
    nearest = [*own, *within, *place.find(name), *apart]
    if not nearest:
        hint = "put it, or indices.zip, in the folder of the table, and name that folder"
        raise InputError(f"{name} is missing", where=str(place.path), hint=hint)
    return nearest[0]


def _labels(entry: Entry, first: int, second: int, *, named: bool = True) -> list[Pair]:
    """Two cells of each line, by their places; without ``named`` the second may be empty.

    Raises LabelError naming the line where one is empty.
    """
    lines = entry.text().rstrip().splitlines()
    if not lines:
        raise InputError("is empty", where=entry.where, hint="download it again")
    pairs = []
    for at, line in enumerate(lines, start=1):
        cells = [" ".join(cell.split()) for cell in line.split("\t")] + [""] * (second + 1)
        if not cells[first] or (named and not cells[second]):
            hint = f"a line holds at least {second + 1} labels, separated by tabs"
            raise LabelError(f"has no label {second + 1}", where=f"{entry.where} line {at}", hint=hint)
        pairs.append((cells[first], cells[second]))
    return pairs


# -- axes -------------------------------------------------------------------------------------------------------------


def _axes(rows: Entry, columns: Entry) -> _Axes:
    """Region by sector and region by demand category, from labels_T and labels_FD.

    A last region of one sector TOTAL is made a region of all sectors, and TOTAL a sector of all regions.
    """
    pairs, ends = _labels(rows, 1, 3), _labels(columns, 1, 3)
    regions = list(dict.fromkeys(region for region, _ in pairs))
    sectors = _seconds(pairs, "sector", rows)
    demand = _seconds(ends, "demand category", columns)
    alone = [sector for region, sector in pairs if region == regions[-1]] == [_REST] != sectors
    due = [(region, sector) for region in (regions[:-1] if alone else regions) for sector in sectors]
    _require(pairs, due + pairs[-1:] * alone, rows)
    _require(ends, [(region, category) for region in regions for category in demand], columns)
    notes: list[Finding] = []
    if alone:
        notes.append(found("padded", "note", regions[-1], region=regions[-1], sector=_REST, count=len(sectors)))
        sectors = [*sectors, _REST]
    product = [(region, sector) for region in regions for sector in sectors]
    row = labels.positions(pairs, product, what="row", where=rows.where)
    new = labels.renamed(regions, _REGIONS)
    if new:
        names = ", ".join(f"{old} to {name}" for old, name in new.items())
        notes.append(found("renamed", "note", "regions", count=len(new), names=names))
    named = [new.get(region, region) for region in regions]
    return _Axes(named, sectors, demand, row, np.arange(len(ends)), tuple(notes))


def _seconds(pairs: list[Pair], what: str, entry: Entry) -> list[str]:
    """The second labels of the first region, each once."""
    seconds = [second for region, second in pairs if region == pairs[0][0]]
    labels.check_unique(seconds, what=f"{what} of {pairs[0][0]}", where=entry.where)
    return seconds


def _require(have: list[Pair], due: list[Pair], entry: Entry) -> None:
    """Raise LabelError, naming the line, unless the labels are those due."""
    Grid(entry.where, 1, 0, [], list(have), np.empty((len(have), 0))).require_rows(due)


def _stressors(entry: Entry) -> _Accounts:
    """The accounts whose unit is known; what is done to the others is among the findings."""
    heads = _labels(entry, 0, 1, named=False)
    known = [_unit(head) for head, _ in heads]
    names, again = shared.numbered([f"{head}: {name}" if name else head for head, name in heads])
    kept = np.array([one is not None for one in known])
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    factors = np.array([one[1] if one else 0.0 for one in known])
    units = {name: one[0] for name, one in zip(names, known, strict=True) if one}
    notes = []
    if len(units) < len(names):
        out = [name for name in names if name not in units]
        notes.append(found("unknown-unit", "warning", "Q", count=len(out), names=shared.listed(out)))
    if again:
        new = shared.listed(again)
        notes.append(found("renamed", "note", "stressors", count=len(again), names=new))
    return _Accounts(place, factors, units, tuple(notes))


def _unit(head: str) -> tuple[str, float] | None:
    """The unit in brackets, as in 'Energy Usage (TJ)', or after the last stroke, as in 'PRIMAP|CO2|...|Gg'."""
    given = [*reversed(re.findall(r"\(([^()]*)\)", head)), *([head.rsplit("|", 1)[1]] if "|" in head else [])]
    return next((one for text in given if (one := shared.unit(text))), None)


# -- numbers ----------------------------------------------------------------------------------------------------------


def _matrix(entry: Entry, rows: Places, columns: Places, shape: tuple[int, int], factors: Array | None = None) -> Array:
    """The file's numbers at their places in an array of ``shape``, zero elsewhere; rows at -1 are passed over.

    ``factors`` holds a factor for each row of the file; without it the numbers are money.
    """
    out = np.zeros(shape)
    by = np.full(len(rows), _SCALE) if factors is None else factors
    for places, values in shared.rows(entry, (len(rows), len(columns)), "the labels", "\t"):
        kept = rows[places] >= 0
        out[np.ix_(rows[places][kept], columns)] = (values * by[places, None])[kept]
    return out
