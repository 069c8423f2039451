"""EMERGING: the multi-regional tables of 245 economies, published as MATLAB files of version 7.3 (which are HDF5).

A file holds z (suppliers by users), f (suppliers by economies times categories), va and X (by sector), and the lists
country_list, sector_list and final_list. MATLAB stores by column, so HDF5 shows every array turned. The CO2 of a year
is a MATLAB file of its own with one array CO2 (sectors by fuels). Z is read a few columns at a time: it has up to
33,000 rows, and only one copy of it is ever held.
"""

from __future__ import annotations

import importlib
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import axes
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import output_differs, with_findings
from tanheng.data.source import Download, Source
from tanheng.errors import InputError, LabelError
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

_RECORD, _YEARS = "10.5281/zenodo.19461860", (2015, 2018, 2021, 2023)

SOURCE = Source(
    name="emerging",
    title={
        "en": "EMERGING: multi-regional input-output tables for the global emerging economies",
        "zh": "EMERGING：全球新兴经济体多区域投入产出表",
    },
    publisher="Huo, Wang and Guan (Tsinghua University, University College London)",
    homepage=f"https://doi.org/{_RECORD}",
    citation="Huo, J., Chen, P., Hubacek, K., Zheng, H., Meng, J., Guan, D. (2022), Full-scale, near real-time "
    "multi-regional input-output table for the global emerging economies (EMERGING), Journal of Industrial Ecology 26, "
    "1218-1232",
    licence="CC BY 4.0",
    editions="1.0 (global_mrio_YYYY.mat), 2.0 to 2.2 (EMERGING_V2_YYYY_m.mat)",
    files=("EMERGING_V2_YYYY_m.mat", "global_mrio_YYYY.mat", "EMERGING_CO2_YYYY*.mat"),
    units={"en": "million USD; Mt CO2", "zh": "百万美元；百万吨 CO2"},
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "245 economies, 133 sectors (edition 2; 134 or 135 in edition 1), 3 final demand categories, CO2 of "
        "fuels where its file lies beside it; 2015, 2018, 2021, 2023 (edition 2), 2010 and 2015 to 2019 (edition 1)",
        "zh": "245 个经济体、133 个部门（第 2 版；第 1 版为 134 或 135 个）、3 个最终需求类别，"
        "旁附 CO2 文件时含燃料燃烧 CO2；2015、2018、2021、2023 年（第 2 版），2010 年及 2015—2019 年（第 1 版）",
    },
    get={
        "en": "'tanheng fetch emerging --year 2023', or download a year's two .mat files from the record; reading "
        "needs the package h5py ('pip install h5py') and 9 GB of memory; then run 'tanheng read emerging FOLDER'",
        "zh": "运行 tanheng fetch emerging --year 2023，或从 Zenodo 记录下载某年的两个 .mat 文件；读取需要 h5py 包"
        "（pip install h5py）和 9 GB 内存；然后运行 tanheng read emerging 文件夹",
    },
    faults=(
        {
            "en": "the tables' own output X differs from the row sums sector by sector, though not in the world total",
            "zh": "表内给出的总产出 X 与行和逐部门不符，但世界合计一致",
        },
        {
            "en": "CO2 has no part for households: direct emissions of final demand are not counted; its seven columns "
            "of fuels carry no names and are held as their sum",
            "zh": "CO2 不含居民直接排放；其七列燃料没有名称，存放的是合计",
        },
        {
            "en": "that rows of z supply and columns use is taken from the authors' own programs; where X and va speak "
            "against it, reading stops and says so (option z)",
            "zh": "z 的行为供给、列为使用，系据作者本人的程序；若与 X、va 不符，则停止读入并提示（选项 z）",
        },
    ),
    tested="made",
    downloads=tuple(
        Download(f"doi:{_RECORD}/{name}", name, (year,), edition="2.2")
        for year in _YEARS
        for name in (f"EMERGING_V2_{year}_m.mat", f"EMERGING_CO2_{year}.mat")
    ),
    options={"z": ("stored", "turned")},
)

_MAIN = re.compile(r"(?:EMERGING_V\d[\d.]*|global_mrio)_(\d{4})(?:_m)?\.mat", re.I)
_CO2 = re.compile(r"EMERGING_CO2_(\d{4})\w*\.mat", re.I)
_PARTS = ("z", "f", "va", "X", "country_list", "sector_list", "final_list")
_BROKEN = "is no whole MATLAB file of version 7.3"
_AGAIN = "download it again; it may have broken off"
_COLUMNS = 1 << 26  # bytes of Z read at once


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years of the tables, by their names, ascending."""
    held = sorted({int(match[1]) for match in map(_MAIN.fullmatch, _names(place)) if match})
    if not held:
        hint = f"looked for {', '.join(SOURCE.files)}; keep the publisher's file names"
        raise InputError("holds no table of EMERGING", where=str(place.path), hint=hint)
    return tuple(held)


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year``: Z, Y, V in million USD, F in Mt CO2 (no stressors without the CO2 file).

    Raises MissingError for a year that is not there, InputError where the package h5py or a part of the file is
    missing, LabelError for arrays that do not fit the lists.
    """
    axes.require_year(year, years(place), place.path)
    entry = _entry(place, _MAIN, year)
    turned = options.get("z", "stored") == "turned"
    with _hdf5(entry) as file:
        parts = _parts(file, entry.where)
        regions, sectors, demand = (_texts(file, parts[name]) for name in _PARTS[4:])
        n = len(regions) * len(sectors)
        _require_shapes(parts, n, len(regions) * len(demand), entry.where)
        Z = _matrix(parts["z"], turned)
        Y = np.ascontiguousarray(parts["f"][()].T, dtype=np.float64)
        va, x = (np.asarray(parts[name][()], dtype=np.float64).ravel() for name in ("va", "X"))
    _require_oriented(Z, Y.sum(axis=1), va, x, entry.where)
    stressors, F, notes = _co2(place, year, n)
    renamed = labels.renamed(regions)
    table = Table.from_arrays(
        Z,
        Y,
        F,
        V=va[None],
        inputs=["value added"],
        regions=[renamed.get(region, region) for region in regions],
        sectors=sectors,
        demand=[_demand(name) for name in demand],
        stressors=stressors,
        about=_about(entry, year, stressors),
    )
    if renamed:
        shown = ", ".join(f"{old} to {new}" for old, new in renamed.items())
        notes = (*notes, found("renamed", "note", "regions", count=len(renamed), names=shown))
    return with_findings(table, *notes, *output_differs(table, x, f"{entry.where}, X"))


def _about(entry: Entry, year: int, stressors: Sequence[str]) -> About:
    return About(
        name=f"EMERGING {year}",
        year=year,
        currency="million USD",
        units=dict.fromkeys(stressors, "Mt CO2"),
        price_basis="basic prices, current",
        source=SOURCE.citation,
        licence=SOURCE.licence,
        version=entry.base,
    )


def _demand(name: str) -> str:
    """tanheng's own name of a category, which it knows in both languages, or the source's."""
    said = name.casefold()
    for word, known in (("household", "households"), ("government", "government"), ("capital", "capital formation")):
        if word in said:
            return known
    return name


# -- files ------------------------------------------------------------------------------------------------------------


def _names(place: Archive) -> list[str]:
    return [entry.base for entry in place.entries]


def _entry(place: Archive, pattern: re.Pattern[str], year: int) -> Entry:
    """The one file of a year that is known to be there; raises InputError when there are several."""
    matches = [(entry, pattern.fullmatch(entry.base)) for entry in place.entries]
    held = [entry for entry, match in matches if match and int(match[1]) == year]
    if len(held) > 1:
        names = ", ".join(entry.name for entry in held)
        raise InputError(f"several files hold {year}: {names}", where=str(place.path), hint="keep one edition only")
    return held[0]


@contextmanager
def _hdf5(entry: Entry) -> Iterator[Any]:
    """The HDF5 file; raises InputError where h5py is missing or the file is none, or not whole."""
    try:
        h5py = importlib.import_module("h5py")
    except ModuleNotFoundError:
        hint = "install it: pip install h5py"
        raise InputError(
            "is a MATLAB 7.3 file: reading it needs the package h5py", where=entry.where, hint=hint
        ) from None
    with entry.open() as stream:
        try:
            with h5py.File(stream, "r") as file:
                yield file
        except OSError as error:  # h5py's only word for a file that is none, or that has broken off
            said = str(error).splitlines()[0]
            raise InputError(f"{_BROKEN} ({said})", where=entry.where, hint=_AGAIN) from None


def _parts(file: Any, where: str) -> dict[str, Any]:
    """The arrays by name: at the top of the file, or within its one structure."""
    top = [name for name in file if not name.startswith("#")]
    group = file if "z" in top or len(top) != 1 else file[top[0]]
    missing = [name for name in _PARTS if not hasattr(group, "keys") or name not in group]
    if missing:
        have = ", ".join(sorted(group)) if hasattr(group, "keys") else ", ".join(top)
        hint = f"it holds {have or 'nothing'}; the tables hold {', '.join(_PARTS)}"
        raise InputError(f"holds no {missing[0]}", where=where, hint=hint)
    return {name: group[name] for name in _PARTS}


def _texts(file: Any, cells: Any) -> list[str]:
    """The texts of a MATLAB cell array: references to arrays of character codes."""
    texts = ["".join(map(chr, np.asarray(file[ref][()]).ravel())).strip() for ref in np.asarray(cells[()]).ravel()]
    return [" ".join(text.replace("\0", "").split()) for text in texts]


def _require_shapes(parts: dict[str, Any], n: int, categories: int, where: str) -> None:
    for name, size in (("z", (n, n)), ("f", (categories, n)), ("va", (n,)), ("X", (n,))):
        shape = getattr(parts[name], "shape", None)
        fits = shape == size if len(size) == 2 else shape is not None and int(np.prod(shape)) == n
        if not fits:
            said = " x ".join(map(str, reversed(shape))) if shape else "no array"
            want = " x ".join(map(str, reversed(size)))
            hint = "the lists and the arrays are of different editions, or the file is damaged"
            raise LabelError(f"{name} is {said}, the lists need {want}", where=where, hint=hint)


def _matrix(stored: Any, turned: bool) -> Array:
    """Z (suppliers, users): HDF5 shows MATLAB's columns as rows, so each piece of rows is laid down as columns."""
    n = stored.shape[0]
    step = max(1, _COLUMNS // (8 * n))
    Z = np.empty((n, n))
    for start in range(0, n, step):
        piece = stored[start : start + step]
        if turned:
            Z[start : start + step] = piece
        else:
            Z[:, start : start + step] = piece.T
    return Z


def _require_oriented(Z: Array, final: Array, va: Array, x: Array, where: str) -> None:
    """Raise InputError when X and va fit Z better with rows and columns exchanged: rows sell, columns buy."""
    rows, columns = Z.sum(axis=1), Z.sum(axis=0)
    as_read = np.abs(rows + final - x).sum() + np.abs(columns + va - x).sum()
    exchanged = np.abs(columns + final - x).sum() + np.abs(rows + va - x).sum()
    if exchanged < 0.5 * as_read:
        hint = "read it with --option z=turned (or z=stored, if turned was chosen)"
        raise InputError("X and va fit z only with rows and columns exchanged", where=where, hint=hint)


# -- CO2 --------------------------------------------------------------------------------------------------------------


def _co2(place: Archive, year: int, n: int) -> tuple[list[str], Array, tuple[Finding, ...]]:
    """CO2 of fuels (1, n), Mt, summed over the file's columns of fuels; none where there is no file."""
    if not any((match := _CO2.fullmatch(name)) and int(match[1]) == year for name in _names(place)):
        return [], np.zeros((0, n)), (found("no-stressors", "warning", "F"),)
    entry = _entry(place, _CO2, year)
    values = _co2_array(entry)
    if values.ndim != 2 or values.shape[0] != n:
        hint = "it is of another edition than the table"
        raise LabelError(f"CO2 is {' x '.join(map(str, values.shape))}, not {n} rows", where=entry.where, hint=hint)
    fuels = np.delete(values, _totals(values), axis=1)
    names = f"{fuels.shape[1]} columns of fuels"
    if fuels.shape != values.shape:
        names += f" (column {_totals(values)[0] + 1} is their total and was not added)"
    return ["CO2"], fuels.sum(axis=1)[None], (found("joined", "note", "F", names=names, into="CO2"),)


def _totals(values: Array) -> list[int]:
    """The column that is the sum of all others in every row, if there is one: the columns carry no names."""
    double = values.sum(axis=1, keepdims=True) * (values.shape[1] > 2)
    return np.flatnonzero(values.any(axis=0) & np.isclose(2 * values, double, rtol=1e-6).all(axis=0)).tolist()[:1]


def _co2_array(entry: Entry) -> Array:
    """The array CO2 (sectors, fuels) of a MATLAB file of version 5 or 7.3."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    # all that scipy raises of a file that has broken off or holds something else
    unreadable = (MatReadError, ValueError, TypeError, LookupError, OSError, EOFError, NotImplementedError, zlib.error)
    content = entry.bytes()
    if content[:128].startswith(b"MATLAB 7.3") or content[:4] == b"\x89HDF":
        with _hdf5(entry) as file:
            if "CO2" not in file:
                raise InputError("holds no CO2", where=entry.where, hint=f"it holds {', '.join(file)}")
            return np.asarray(file["CO2"][()].T, dtype=np.float64)
    try:
        held = loadmat(io.BytesIO(content))
    except unreadable as error:
        raise InputError(f"is no whole MATLAB file ({error})", where=entry.where, hint=_AGAIN) from None
    if "CO2" not in held:
        have = ", ".join(name for name in held if not name.startswith("__"))
        raise InputError("holds no CO2", where=entry.where, hint=f"it holds {have or 'nothing'}")
    return np.asarray(held["CO2"], dtype=np.float64)
