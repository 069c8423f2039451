"""Satellite accounts from another source: stressors that are attached to a table by label, with declared concordances.

The file is CSV, Parquet or a workbook's first sheet, in one of two forms:

* long: the columns stressor, unit, region, sector, value, and optionally demand: a row is of a sector, or of a final
  demand category (direct emissions, as of households) with the sector left empty;
* wide: the columns stressor, unit, region, and one for every sector or final demand category.

With a column year, the rows of the table's year are taken.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import labels, units
from tanheng.data import archive, sheets
from tanheng.data.archive import Entry
from tanheng.errors import ConservationError, InputError, LabelError, MissingError, QuestionError, UnitError, nearest
from tanheng.labels import Concordance
from tanheng.systems.about import NOT_STATED, About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Line = tuple[str, list[str]]  # its place, its cells

CONSERVED = 1e-9  # of the sum without signs (convention 7); weights add up to one within 1e-12

_LONG = ("stressor", "unit", "region", "sector", "value")
_WIDE = ("stressor", "unit", "region")
_FORM = "give the columns stressor, unit, region, sector, value, or stressor, unit, region and one for each sector"
_KINDS = ("*.csv", "*.txt", "*.tsv", "*.parquet", "*.xlsx", "*.xls", "*.ods")


def attach(
    table: Table,
    path: str | os.PathLike[str],
    concordance: Concordance | str | Path | None = None,
    region_concordance: Concordance | str | Path | None = None,
    *,
    shares: Literal["output"] | None = None,
    missing: Literal["raise", "zero"] = "raise",
) -> Table:
    """``table`` with the stressors of the file at ``path``: F, and F_Y where the file has final demand categories.

    ``concordance`` leads from the file's sectors to the table's, ``region_concordance`` from its regions (each a CSV
    file, or the name of one that comes with tanheng); without one the labels must be the table's own. A sector that
    goes to several is split by the declared weights, or with ``shares="output"`` by weight times output, region by
    region (by the weights alone where there is no output). Units of a stressor are converted to its first; totals are
    kept and checked.

    Raises LabelError for a sector, region or category that leads nowhere and for a stressor that the table has,
    MissingError for a region or number that is missing (``missing="zero"`` declares that such regions have none), also
    for a region that the concordance puts together with others,
    UnitError for unlike units of a stressor, InputError for a file that is not as it must be, QuestionError for another
    choice, ConservationError when a total is not kept.
    """
    for what, given, known in (("shares", shares, (None, "output")), ("missing", missing, ("raise", "zero"))):
        if given not in known:
            raise QuestionError(f"{given!r} is no choice of {what}", hint=nearest(str(given), map(str, known)))
    place = archive.open(path)
    entry = place.entries[0] if len(place.entries) == 1 else place.one(*_KINDS)
    account = _read(entry, table)
    for name in account.stressors:
        if name in table.stressors:
            raise LabelError(f"the table has the stressor {name}", where=entry.where, hint="rename it in the file")
    sectors, unused, _ = _weights(account.sectors, table.sectors, concordance, "sector", entry.where)
    regions, absent, apart = _weights(account.regions, table.regions, region_concordance, "region", entry.where)
    gaps = _gaps(account, table, sectors, regions, missing, entry)
    gaps += _parts(account, absent, np.concatenate([regions, apart]), missing, entry)
    F = _spread(np.einsum("kps,pr->krs", account.F, regions), sectors, table.x.values if shares else None)
    F_Y = np.einsum("kpd,pr->krd", account.F_Y, regions)
    _require_kept(account, F, F_Y, entry.where)
    if unused:
        gaps += [found("unused-sectors", "warning", "F", source=entry.base, names=_few(unused), count=len(unused))]
    return _joined(table, account, F, F_Y, entry, [*gaps, *_without_direct(table, account, regions)])


# -- the file ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Account:
    """The numbers of a file under its own labels: F (K, P, S), F_Y (K, P, D of the table), and which were given."""

    stressors: list[str]
    units: list[str]
    regions: list[str]
    sectors: list[str]
    F: Array
    F_Y: Array
    given: Mask
    direct_given: Mask


class _Axis(dict[str, int]):
    """Labels in the order of their first appearance."""

    def at(self, label: str) -> int:
        return self.setdefault(label, len(self))


def _read(entry: Entry, table: Table) -> _Account:
    """The account of the table's year."""
    stressors, regions, sectors = _Axis(), _Axis(), _Axis()
    measures: list[units.Unit] = []
    cells: dict[tuple[int, int, int, bool], float] = {}
    for where, stressor, unit, region, of, is_demand, value in _numbers(entry, table):
        measure = units.parse(unit, where=where)
        k = stressors.at(stressor)
        if k == len(measures):
            measures.append(measure)
        if measure.dimension != measures[k].dimension:
            what = f"{stressor} is in {unit}, and in {measures[k].name} before"
            raise UnitError(what, where=where, hint="give a stressor in units of one kind, or two stressors")
        at = (k, regions.at(region), table.demand.index(of) if is_demand else sectors.at(of), is_demand)
        if at in cells:
            hint = "give every cell once"
            raise LabelError(f"{stressor}, {region}, {of} occurs twice", where=where, hint=hint)
        cells[at] = value * (measure.factor / measures[k].factor)
    size = (len(stressors), len(regions))
    F, given = _filled(cells, (*size, len(sectors)), False)
    F_Y, direct_given = _filled(cells, (*size, len(table.demand)), True)
    names = [one.name for one in measures]
    return _Account(list(stressors), names, list(regions), list(sectors), F, F_Y, given, direct_given)


def _filled(
    cells: dict[tuple[int, int, int, bool], float], shape: tuple[int, int, int], demand: bool
) -> tuple[Array, Mask]:
    values, given = np.zeros(shape), np.zeros(shape, dtype=bool)
    for (*at, is_demand), value in cells.items():
        if is_demand == demand:
            values[tuple(at)], given[tuple(at)] = value, True
    return values, given


def _numbers(entry: Entry, table: Table) -> Iterator[tuple[str, str, str, str, str, bool, float]]:
    """Place, stressor, unit, region, sector or category, whether it is a category, and value of every number."""
    lines = _lines(entry)
    where, header = next(lines, (entry.where, []))
    labels.check_unique(header, what="column", where=where)
    long = "value" in header or "sector" in header
    column = {name: _column(header, name, where) for name in (_LONG if long else _WIDE)}
    dated, of_demand = "year" in header, "demand" in header
    wide = [] if long else [at for at, name in enumerate(header) if name not in (*_WIDE, "year")]
    kinds = {at: _is_demand(header[at], table) for at in wide}
    years: set[str] = set()
    count = 0
    for place, cells in lines:
        _require_whole(place, cells, header)
        if dated:
            years.add(cells[header.index("year")])
            if cells[header.index("year")] != str(table.year):
                continue
        count += 1
        stressor, unit, region = (_text(cells[column[name]], name, place) for name in _WIDE)
        if long:
            demand = cells[header.index("demand")] if of_demand else ""
            of = _one_of(cells[column["sector"]], demand, table, place)
            yield place, stressor, unit, region, of, bool(demand), _value(cells[column["value"]], of, place)
        for at in wide:
            yield place, stressor, unit, region, header[at], kinds[at], _value(cells[at], header[at], place)
    if not count:
        what = f"has no rows of {table.year}" if years else "has no rows"
        raise MissingError(what, where=entry.where, hint=f"it holds {', '.join(sorted(years))}" if years else _FORM)


def _column(header: Sequence[str], name: str, where: str) -> int:
    if name not in header:
        raise InputError(f"there is no column {name} ({nearest(name, header)})", where=where, hint=_FORM)
    return header.index(name)


def _is_demand(name: str, table: Table) -> bool:
    return name in table.demand and name not in table.sectors


def _one_of(sector: str, demand: str, table: Table, where: str) -> str:
    if bool(sector) == bool(demand):
        what = "has a sector and a demand category" if sector else "has no sector"
        raise InputError(what, where=where, hint="a row is of a sector, or of a final demand category")
    if demand and demand not in table.demand:
        raise LabelError(f"demand category {demand} is not known", where=where, hint=nearest(demand, table.demand))
    return sector or demand


def _text(cell: str, name: str, where: str) -> str:
    if not cell:
        raise InputError(f"the {name} is empty", where=where, hint="fill it in")
    return cell


def _value(cell: str, of: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        kind, said = (InputError, f"is {cell!r}, not a number") if cell else (MissingError, "is empty")
        hint = "a missing number is not zero: write 0 where there is none, or leave the row out"
        raise kind(f"the value of {of} {said}", where=where, hint=hint)
    return value


def _require_whole(where: str, cells: Sequence[str], header: Sequence[str]) -> None:
    if len(cells) != len(header):
        what = f"has {len(cells)} cells, the header has {len(header)}"
        raise InputError(what, where=where, hint="the file may have broken off")


def _lines(entry: Entry) -> Iterator[Line]:
    """The header and the rows, as texts; empty rows are passed over."""
    ending = Path(entry.base).suffix.casefold()
    kind = _parquet if ending == ".parquet" else _sheet if ending in (".xlsx", ".xls", ".ods") else _csv
    return ((where, cells) for where, cells in kind(entry) if any(cells))


def _csv(entry: Entry) -> Iterator[Line]:
    with entry.open() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        try:
            head = text.readline()
            by = min((by for by in "\t,;" if by in head), key=head.index, default=",")
            yield f"{entry.where} line 1", [cell.strip() for cell in next(csv.reader([head], delimiter=by), [])]
            for at, row in enumerate(csv.reader(text, delimiter=by), start=2):
                yield f"{entry.where} line {at}", [cell.strip() for cell in row]
        except (UnicodeDecodeError, csv.Error):
            raise InputError("is not CSV in UTF-8", where=entry.where, hint="save it as CSV UTF-8") from None


def _sheet(entry: Entry) -> Iterator[Line]:
    sheet = sheets.read(entry)
    for row, cells in enumerate(sheet.rows):
        exact = (isinstance(cell, float) and not cell.is_integer() for cell in cells)
        texts = [
            repr(cell) if is_ else sheet.text(row, at) for at, (cell, is_) in enumerate(zip(cells, exact, strict=True))
        ]
        yield f"{sheet.where} row {row + 1}", texts


def _parquet(entry: Entry) -> Iterator[Line]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        given = pq.read_table(pa.BufferReader(entry.bytes()))
    except pa.ArrowInvalid as error:
        said = str(error).splitlines()[0]
        raise InputError(f"is no Parquet file ({said})", where=entry.where, hint="it may have broken off") from None
    yield entry.where, list(given.column_names)
    for at, row in enumerate(zip(*(column.to_pylist() for column in given.columns), strict=True), start=1):
        yield f"{entry.where} row {at}", ["" if cell is None else str(cell) for cell in row]


# -- from its labels to the table's -----------------------------------------------------------------------------------


def _weights(
    source: Sequence[str], target: Sequence[str], given: Concordance | str | Path | None, what: str, where: str
) -> tuple[Array, list[str], Array]:
    """The shares (source, target), and those of the labels that the concordance has and the file has not."""
    weights = np.zeros((len(source), len(target)))
    if given is None:
        try:
            weights[np.arange(len(source)), labels.positions(source, target, what=what, where=where)] = 1.0
        except LabelError as error:
            hint = f"{error.hint}; or declare a concordance from the file's {what}s to the table's"
            raise LabelError(error.what, where=where, hint=hint) from None
        return weights, [], weights[:0]
    concordance = _opened(given)
    columns = labels.positions(concordance.target, target, what=f"target {what}", where=concordance.where)
    rows = labels.positions(source, concordance.source, what=what, where=f"{where}, by {concordance.where}")
    weights[:, columns] = concordance.weights[rows]
    unused = [at for at, label in enumerate(concordance.source) if label not in source]
    apart = np.zeros((len(unused), len(target)))
    apart[:, columns] = concordance.weights[unused]
    return weights, [concordance.source[at] for at in unused], apart


def _opened(given: Concordance | str | Path) -> Concordance:
    if isinstance(given, Concordance):
        return given
    named = isinstance(given, str) and not given.endswith(".csv") and not Path(given).exists()
    return Concordance.embedded(str(given)) if named else Concordance.read(given)


def _spread(F: Array, weights: Array, x: Array | None) -> Array:
    """F (K, R, S of the file) on the table's sectors: by the weights, or by weights times output ``x`` (R, S)."""
    if x is None:
        return F @ weights
    spread = np.empty((*F.shape[:2], weights.shape[1]))
    for region, output in enumerate(x):
        pull = weights * np.maximum(output, 0.0)  # an output below zero is rounding
        total = pull.sum(axis=1, keepdims=True)
        own = np.divide(pull, total, out=weights.copy(), where=total > 0)
        spread[:, region] = F[:, region] @ own
    return spread


def _given(account: _Account) -> Mask:
    """Which regions of the file have numbers of which stressor (K, P): of sectors, where any region has them."""
    some: Mask = np.asarray(account.given.any(axis=(1, 2)))
    return np.where(some[:, None], account.given.any(axis=2), account.direct_given.any(axis=2))


def _gaps(account: _Account, table: Table, sectors: Array, regions: Array, missing: str, entry: Entry) -> list[Finding]:
    """What the file does not cover: regions raise, unless it is declared that they have none; sectors are noted."""
    has = _given(account)
    lacking = np.argwhere((has.astype(float) @ regions) == 0)
    if lacking.size and missing == "raise":
        k = lacking[0, 0]
        names = [table.regions[at] for at in lacking[lacking[:, 0] == k, 1]]
        what = f"{account.stressors[k]} has no numbers for {_few(names)} ({len(names)} of {len(table.regions)} regions)"
        hint = "add them, map them with a region concordance, or declare missing='zero'"
        raise MissingError(what, where=entry.where, hint=hint)
    names = list(dict.fromkeys(table.regions[r] for _, r in lacking))
    gaps = [("unattached-regions", names)] if names else []
    bare = np.flatnonzero((account.given.any(axis=(0, 1)).astype(float) @ sectors) == 0)
    gaps += [("unattached", [table.sectors[at] for at in bare])] if bare.size else []
    whole = {"unattached": len(table.sectors), "unattached-regions": len(table.regions)}
    return [
        found(name, "warning", "F", len(them) / whole[name], source=entry.base, names=_few(them), count=len(them))
        for name, them in gaps
    ]


def _parts(account: _Account, absent: list[str], regions: Array, missing: str, entry: Entry) -> list[Finding]:
    """Regions without numbers that are a part of a region of the table, which would hold the others' alone.

    ``absent`` are those that the concordance has and the file has not; ``regions`` are the shares of theirs, too.
    """
    names = [*account.regions, *absent]
    has = np.concatenate([_given(account), np.zeros((len(account.stressors), len(absent)), dtype=bool)], axis=1)
    reached = (has.astype(float) @ regions) > 0
    partial = ~has & ((reached.astype(float) @ regions.T) > 0)
    if not partial.any():
        return []
    if missing == "raise":
        k = int(partial.any(axis=1).argmax())
        few = _few([names[at] for at in np.flatnonzero(partial[k])])
        what = f"{account.stressors[k]} has no numbers for {few}, which the concordance makes a part of a region"
        hint = "add them, take them out of the region concordance, or declare missing='zero'"
        raise MissingError(what, where=entry.where, hint=hint)
    them = [names[at] for at in np.flatnonzero(partial.any(axis=0))]
    size = len(them) / len(names)
    return [found("unattached-parts", "warning", "F", size, source=entry.base, names=_few(them), count=len(them))]


def _without_direct(table: Table, account: _Account, regions: Array) -> list[Finding]:
    """Stressors, or regions of a stressor, whose direct emissions are held as zero beside others that are given."""
    if table.F_Y is None and not account.direct_given.any():
        return []
    lacking = [] if table.F_Y is not None else list(table.stressors)
    reached = (account.direct_given.any(axis=2).astype(float) @ regions) > 0
    for stressor, has in zip(account.stressors, reached, strict=True):
        if not has.any():
            lacking.append(stressor)
        elif not has.all():
            lacking.append(f"{stressor} ({_few([table.regions[at] for at in np.flatnonzero(~has)])})")
    return [found("no-direct", "note", "F_Y", names=_few(lacking))] if lacking else []


def _require_kept(account: _Account, F: Array, F_Y: Array, where: str) -> None:
    before = account.F.sum(axis=(1, 2)) + account.F_Y.sum(axis=(1, 2))
    after = F.sum(axis=(1, 2)) + F_Y.sum(axis=(1, 2))
    whole = np.abs(account.F).sum(axis=(1, 2)) + np.abs(account.F_Y).sum(axis=(1, 2))
    off = np.flatnonzero(np.abs(after - before) > CONSERVED * whole)
    if off.size:
        k = off[0]
        what = f"{account.stressors[k]} is {before[k]:.12g} in the file and {after[k]:.12g} in the table"
        raise ConservationError(what, where=where, hint="see whether the weights of each label add up to one")


# -- into the table ---------------------------------------------------------------------------------------------------


def _joined(table: Table, account: _Account, F: Array, F_Y: Array, entry: Entry, gaps: list[Finding]) -> Table:
    stressors = [*table.stressors, *account.stressors]
    direct = F_Y if account.direct_given.any() else None
    joined_Y = None
    if table.F_Y is not None or direct is not None:
        old = np.zeros((len(table.stressors), *F_Y.shape[1:])) if table.F_Y is None else table.F_Y.values
        joined_Y = _named(np.concatenate([old, F_Y]), stressors, table.Y, ("to_region", "demand"))
    joined = _named(np.concatenate([table.F.values, F]), stressors, table.Y, ("region", "sector"))
    absent = int((~account.given[account.given.any(axis=2)]).sum())
    names, count = _few(account.stressors), len(account.stressors)
    notes = [found("attached", "note", "F", names=names, count=count, source=entry.base, absent=absent), *gaps]
    kept = tuple(one for one in table.findings if one.check != "no-stressors")
    about = _about(table.about, account, f"{names} attached from {entry.base}")
    return table.replace(F=joined, F_Y=joined_Y, about=about, findings=(*kept, *notes))


def _named(values: Array, stressors: list[str], like: xr.DataArray, dims: tuple[str, str]) -> xr.DataArray:
    coords = {"stressor": stressors, **{dim: like.indexes[dim] for dim in dims}}
    return xr.DataArray(values, coords, tuple(coords), name="F" if "sector" in dims else "F_Y")


def _about(about: About, account: _Account, done: str) -> About:
    version = done if about.version == NOT_STATED else f"{about.version}; {done}"
    given = dict(about.units) | dict(zip(account.stressors, account.units, strict=True))
    return dataclasses.replace(about, units=given, version=version)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
