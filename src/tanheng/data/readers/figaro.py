"""FIGARO: Eurostat's inter-country tables, as a matrix or as a flat list of cells, CSV or zipped CSV.

``matrix_eu-ic-io_ind-by-ind_25ed_2023.csv``: one header row and one index column ``rowLabels`` of labels such as
``AT_A01`` (``AT_CPA_A01`` product by product); columns go on with final uses (``AT_P3_S14``), rows end with ``W2_``
and a primary input (``W2_D1``). ``flatfile_eu-ic-io_ind-by-ind_25ed_2023.csv`` lists the same cells, zeros too, with
the columns ``refArea``, ``rowIi``, ``counterpartArea``, ``colIi`` and ``obsValue`` (``rowPp`` and ``colPp`` product by
product). ``eu-ic-supply`` and ``eu-ic-use`` hold the supply and use tables in the same two layouts.

Emissions come from Eurostat's footprint files where they lie beside (see ``_footprints``).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tanheng import labels
from tanheng.data import axes, grid
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import with_findings
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import flat, footprints, shared
from tanheng.data.readers.parts.footprints import Emissions
from tanheng.data.readers.parts.shared import Array
from tanheng.data.source import Source
from tanheng.errors import InputError, LabelError, QuestionError, nearest
from tanheng.kernels.constructs import MODELS, Model
from tanheng.systems.finding import Finding, found
from tanheng.systems.supply_use import SupplyUse
from tanheng.systems.table import Table

SOURCE = Source(
    name="figaro",
    title={
        "en": "FIGARO, EU inter-country supply, use and input-output tables",
        "zh": "FIGARO 欧盟国际供给使用与投入产出表",
    },
    publisher="Eurostat and the Joint Research Centre of the European Commission",
    homepage="https://ec.europa.eu/eurostat/web/esa-supply-use-input-tables/database",
    citation=(
        "Eurostat, FIGARO tables: EU inter-country supply, use and input-output tables; method: Remond-Tiedrez I., "
        "Rueda-Cantuche J. M. (eds) (2019) EU inter-country supply, use and input-output tables - Full international "
        "and global accounts for research in input-output analysis (FIGARO). Publications Office of the EU, "
        "doi:10.2785/008780"
    ),
    licence="CC BY 4.0 (Eurostat's reuse policy)",
    editions="2022 to 2026",
    files=(
        "matrix_eu-ic-io_*.csv",
        "flatfile_eu-ic-io_*.csv",
        "*_eu-ic-supply_*.csv",
        "*_eu-ic-use_*.csv",
        "*Footprint_*.csv",
        "greenhouse-gas-footprints_*.csv",
    ),
    units={"en": "million EUR; emissions in kt", "zh": "百万欧元；排放为千吨"},
    price_basis={"en": "current basic prices", "zh": "现价，基本价格"},
    holds={
        "en": "45 to 49 countries and the rest of the world, 64 industries (NACE Rev. 2) or products (CPA 2.1), "
        "5 final uses, 2010 to two years before the edition",
        "zh": "45 至 49 个国家和世界其他地区，64 个产业（NACE Rev. 2）或产品（CPA 2.1），5 类最终使用，"
        "2010 年至版次前两年",
    },
    get={
        "en": "no registration: download the CSV files (matrix or flat) of your years from the homepage above into one "
        "folder, and beside them Eurostat's greenhouse gas footprints for emissions; then: tanheng read figaro FOLDER "
        "--year YYYY (zip files need not be unpacked)",
        "zh": "无需注册：从上述网页将所需年份的 CSV 文件（矩阵或平面格式）下载到同一文件夹，如需排放数据，"
        "再放入 Eurostat 的温室气体足迹文件；然后运行：tanheng read figaro 文件夹 --year YYYY（zip 文件无需解压）",
    },
    faults=(
        {
            "en": "it holds no emissions; without the footprint files the table has no stressors",
            "zh": "本身不含排放；若无足迹文件，表中没有压力因子",
        },
        {
            "en": "final demand is at basic prices: taxes on products and direct purchases abroad are rows of their "
            "own and are left out of final demand, with a note",
            "zh": "最终需求按基本价格计：产品税净额与境外直接购买为单独的行，不计入最终需求，并予注明",
        },
        {
            "en": "the footprint files belong to industries: they are not given to product by product tables",
            "zh": "足迹文件按产业编制，不用于产品表",
        },
        {
            "en": "the 2025 edition first had four more countries (AL, ME, MK, RS) than its second version",
            "zh": "2025 版首个版本比其第二版多四个国家（AL、ME、MK、RS）",
        },
    ),
    tested="made",
    options={"kind": ("ind", "prod", "sut"), "model": ("D", "B", "A", "C")},
)

_NAME = re.compile(
    r"(matrix|flatfile)_eu-ic-(io_ind-by-ind|io_prod-by-prod|supply|use)_(?:(\d\d)ed_)?(\d{4})(?:_v(\d+))?\.csv",
    re.IGNORECASE,
)
_PACKED = "*eu-ic-*.zip"
_KINDS = {"ind": ("io_ind-by-ind",), "prod": ("io_prod-by-prod",), "sut": ("supply", "use")}
_HOME = "W2"  # the area of primary inputs: the domestic economy
_FINAL = re.compile(r"P[356]\w*")
_REGIONS = {"FIGW1": "ROW"}
_HINT = (
    "a FIGARO folder holds matrix_ or flatfile_eu-ic-io_ind-by-ind_NNed_YYYY.csv (or .zip), or eu-ic-supply and -use"
)

Pair = tuple[str, str]


@dataclass(frozen=True)
class _Cut:
    """A file cut into blocks: ``Z`` (n, m) of ``sectors`` by ``users``, ``Y`` (n, R*D), ``V`` (I, m)."""

    regions: list[str]
    sectors: list[str]
    users: list[str]
    demand: list[str]
    inputs: list[str]
    Z: Array
    Y: Array
    V: Array
    beside: float  # primary inputs of final demand (absolute)


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years by the names of the files; raises InputError when there is none."""
    held = sorted({int(match[4]) for match, _ in shared.matching(place, _NAME, _PACKED)})
    if not held:
        e3 = place.find("*FIGARO-e*")
        what = "holds FIGARO-E3, another table" if e3 else "holds no table of FIGARO"
        raise InputError(what, where=str(place.path), hint=_HINT)
    return tuple(held)


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year`` in million EUR: industry by industry, product by product, or made of supply and use.

    ``kind`` is ind, prod or sut; where it is not chosen, the first that is there. ``model`` makes a table of supply
    and use; D (fixed product sales) is Eurostat's own for industry by industry.
    Raises MissingError for another year and for cells that a flat file lacks, InputError for a file that is missing,
    short or doubled, LabelError for a label of no known kind, naming it.
    """
    axes.require_year(year, years(place), place.path)
    kind = options.get("kind") or _first(place, year)
    if kind == "sut":
        return _constructed(place, year, options.get("model", "D"))
    files, edition = _files(place, year, kind)
    cut = _cut(_grid(files[0]), square=True)
    emissions = footprints.read(place, year, cut.regions, cut.users, cut.demand) if kind == "ind" else None
    named, renamed = _renamed(cut.regions)
    table = Table.from_arrays(
        cut.Z,
        cut.Y,
        **footprints.arrays(emissions, cut.regions, cut.users),
        regions=named,
        sectors=cut.sectors,
        demand=cut.demand,
        V=cut.V,
        inputs=cut.inputs,
        about=_about(year, edition, kind, emissions) | {"classification": _classification(cut.sectors)},
    )
    return with_findings(table, *renamed, *_notes(cut, emissions))


def supply_use(place: Archive, year: int) -> SupplyUse:
    """The supply-use table of ``year`` in million EUR, with emissions where the footprint files lie beside.

    Raises as ``read``, and InputError where an industry makes something abroad.
    """
    return _supply_use(place, year)[0]


# -- supply and use ---------------------------------------------------------------------------------------------------


def _supply_use(place: Archive, year: int) -> tuple[SupplyUse, tuple[Finding, ...]]:
    axes.require_year(year, years(place), place.path)
    (made, used), edition = _files(place, year, "sut")
    cut, makes = _cut(_grid(used)), _cut(_grid(made))
    for what, have, due in zip(("region", "product", "industry"), _sides(makes), _sides(cut), strict=True):
        labels.require_same(have, due, what=what, where=made.where)
    emissions = footprints.read(place, year, cut.regions, cut.users, cut.demand)
    named, renamed = _renamed(cut.regions)
    sut = SupplyUse.from_arrays(
        _at_home(makes, made),
        cut.Z,
        cut.Y,
        **footprints.arrays(emissions, cut.regions, cut.users),
        regions=named,
        industries=cut.users,
        products=cut.sectors,
        demand=cut.demand,
        V=cut.V,
        inputs=cut.inputs,
        about=_about(year, edition, "sut", emissions),
    )
    return sut, (*renamed, *_notes(cut, emissions))


def _sides(cut: _Cut) -> tuple[list[str], list[str], list[str]]:
    return cut.regions, cut.sectors, cut.users


def _at_home(makes: _Cut, entry: Entry) -> Array:
    """Supply (R, industries, products): the blocks on the diagonal; raises InputError for a cell beside them."""
    R, P, J = len(makes.regions), len(makes.sectors), len(makes.users)
    cells = makes.Z.reshape(R, P, R, J)
    home = np.arange(R)
    supply = cells[home, :, home].transpose(0, 2, 1)
    abroad = np.abs(cells).sum(axis=(1, 3))
    abroad[home, home] = 0.0
    if abroad.any():
        of, by = np.unravel_index(int(abroad.argmax()), abroad.shape)
        what = f"industries of {makes.regions[by]} make products of {makes.regions[of]}: {abroad.max():.6g}"
        raise InputError(what, where=entry.where, hint="an industry makes its products at home; is this the use table?")
    return np.ascontiguousarray(supply)


def _constructed(place: Archive, year: int, model: str) -> Table:
    sut, notes = _supply_use(place, year)
    if model not in MODELS:
        raise QuestionError(f"{model!r} is no technology model", hint=nearest(model, MODELS))
    chosen: Model = next(known for known in MODELS if known == model)
    sectors = sut.products if model in "AB" else sut.industries
    table = sut.symmetric(chosen, classification=_classification(sectors))
    return with_findings(table, *notes, found("constructed", "note", "Z", model=model))


# -- files ------------------------------------------------------------------------------------------------------------


def _first(place: Archive, year: int) -> str:
    """The first kind that is there for ``year``."""
    there = {match[2].casefold() for match, _ in shared.matching(place, _NAME, _PACKED) if int(match[4]) == year}
    return next((kind for kind, parts in _KINDS.items() if there.issuperset(parts)), "ind")


def _files(place: Archive, year: int, kind: str) -> tuple[list[Entry], str]:
    """The files of ``year`` and kind, each the matrix where there is one, and their edition."""
    there = [(m, entry) for m, entry in shared.matching(place, _NAME, _PACKED) if int(m[4]) == year]
    chosen, editions = [], set()
    for part in _KINDS[kind]:
        own = [(m, entry) for m, entry in there if m[2].casefold() == part]
        editions |= {m[3] or "22" for m, _ in own}
        if not own:
            what = f"matrix_ or flatfile_eu-ic-{part}_*_{year}.csv is missing"
            raise InputError(what, where=str(place.path), hint=_HINT)
        chosen.append(max(own, key=lambda one: (one[0][1].casefold() == "matrix", int(one[0][5] or 1)))[1])
    if len(editions) > 1:
        what = f"holds {year} of the editions {', '.join(f'20{edition}' for edition in sorted(editions))}"
        raise InputError(what, where=str(place.path), hint="name the folder of one edition")
    return chosen, f"20{editions.pop()} edition"


def _grid(entry: Entry) -> Grid:
    """The file's cells; rows and columns are (area, code)."""
    if entry.base.casefold().startswith("flatfile"):
        return flat.read(entry, ("refArea", "row*"), ("counterpartArea", "col*"), "obsValue")
    whole = grid.read(entry, 1, header=1)
    rows, columns = ([_pair(str(label), entry) for label in side] for side in (whole.rows, whole.columns))
    return Grid(whole.where, whole.first, whole.index, columns, rows, whole.values)


def _pair(label: str, entry: Entry) -> Hashable:
    area, _, code = label.partition("_")
    if not code:
        hint = "a label is an area and a code, such as AT_A01 or W2_D1"
        raise LabelError(f"{label} is no label of FIGARO", where=entry.where, hint=hint)
    return area, code


# -- blocks -----------------------------------------------------------------------------------------------------------


def _cut(whole: Grid, *, square: bool = False) -> _Cut:
    """The file's blocks, their rows and columns found by label; in a ``square`` one users and sectors are the same."""
    rows: list[Pair] = whole.rows  # type: ignore[assignment]
    columns: list[Pair] = whole.columns  # type: ignore[assignment]
    regions = list(dict.fromkeys(area for area, _ in rows if area != _HOME))
    sectors = _of(rows, regions[0])
    ends = [code for code in _of(columns, regions[0]) if _FINAL.fullmatch(code)]
    users = sectors if square else [code for code in _of(columns, regions[0]) if code not in ends]
    inputs = _of(rows, _HOME)
    into, final, given = _product(regions, users), _product(regions, ends), _product([_HOME], inputs)
    made = _product(regions, sectors)
    _require(rows, [*made, *given], "row", whole)
    _require(columns, [*into, *final], "column", whole)
    Z, Y, V = _block(whole, made, into), _block(whole, made, final), _block(whole, given, into)
    beside = float(np.abs(_block(whole, given, final)).sum())
    return _Cut(regions, sectors, users, ends, inputs, Z, Y, V, beside)


def _of(pairs: Sequence[Pair], area: str) -> list[str]:
    return [code for at, code in pairs if at == area]


def _product(areas: Sequence[str], codes: Sequence[str]) -> list[Pair]:
    return [(area, code) for area in areas for code in codes]


def _require(have: Sequence[Pair], due: Sequence[Pair], what: str, whole: Grid) -> None:
    """Raise LabelError unless there are exactly the labels due, in whatever order: the editions differ in it."""
    labels.check_unique(have, what=what, where=whole.where)
    known, given = set(due), set(have)
    unknown = next((pair for pair in have if pair not in known), None)
    missing = next((pair for pair in due if pair not in given), None)
    if unknown or missing:
        pair, said = (unknown, "is not one of the first region's") if unknown else (missing, "is missing")
        hint = "every area has the same codes; the file may be of another kind, or have broken off"
        raise LabelError(f"{what} {'_'.join(pair or ())} {said}", where=whole.where, hint=hint)


def _block(whole: Grid, rows: list[Pair], columns: list[Pair]) -> Array:
    row = labels.positions(rows, whole.rows, what="row", where=whole.where)
    column = labels.positions(columns, whole.columns, what="column", where=whole.where)
    return whole.values[np.ix_(row, column)]


# -- what is said of it -----------------------------------------------------------------------------------------------


def _renamed(regions: Sequence[str]) -> tuple[list[str], tuple[Finding, ...]]:
    """The regions by alpha-3 codes, and a note of it."""
    new = labels.renamed(regions, _REGIONS)
    names = shared.listed((f"{old} to {name}" for old, name in new.items()), len(new))
    notes = (found("renamed", "note", "regions", count=len(new), names=names),) if new else ()
    return [new.get(region, region) for region in regions], notes


def _notes(cut: _Cut, emissions: Emissions | None) -> tuple[Finding, ...]:
    notes = emissions.findings if emissions else (found("no-stressors", "warning", "F"),)
    if not cut.beside:
        return notes
    names, where = "taxes on products and direct purchases abroad of final demand", "primary inputs of final demand"
    return (*notes, found("left-out", "note", where, names=names, total=cut.beside, unit="million EUR"))


def _classification(sectors: Sequence[str]) -> str:
    """FIGARO's 64 industries or products, by the first sector's code."""
    return shared.classified(sectors, "figaro-64-products" if sectors[0].startswith("CPA_") else "figaro-64")


def _about(year: int, edition: str, kind: str, emissions: Emissions | None) -> dict[str, Any]:
    said = {"ind": "industry by industry", "prod": "product by product", "sut": "supply and use"}[kind]
    return {
        "name": f"FIGARO {year}, {said}",
        "year": year,
        "currency": "million EUR",
        "units": emissions.units if emissions else {},
        "price_basis": "current basic prices",
        "boundary": "residence",
        "source": SOURCE.citation,
        "licence": SOURCE.licence,
        "version": f"{edition}, {said}",
    }
