"""EXIOBASE 1 and 2: the files mrIot, mrFinalDemand, mrFactorInputs, mrEmissions, ..., as flows or as coefficients.

Layout: two header rows (region, sector), and before the numbers two or three columns: region or name of the row,
sector or compartment, and the unit. A unit such as ``kg/M.EUR`` makes the row a coefficient. Text stands in quotation
marks in some editions. Source: the publisher's readme of version 2.2.2 on exiobase.eu.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import axes, grid
from tanheng.data.archive import Archive, Entry
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import exiobase, exiobase_table, shared
from tanheng.data.readers.parts.exiobase import Place
from tanheng.data.readers.parts.exiobase_table import Account, Array, Core
from tanheng.errors import InputError, LabelError, UnitError
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

KINDS = {"FactorInputs": "factor inputs", "Emissions": "emissions", "Materials": "materials", "Resources": "resources"}
"""The satellite files (mr..., and mrFD... for final demand), and what they are called."""

_CORE = r"(?i)mrIot.*\.txt"
_PACKED = r"(?=.*(mrIot|coeff|exiobase)).*(ixi|pxp).*\.zip"
_PER = "/m.eur"
_NATURE = "nature"  # the one compartment of resources: it tells nothing


@dataclass(frozen=True)
class Release:
    """One of the two: its number, name, year, citation, and the reader's name."""

    number: int
    name: str
    year: int
    source: str
    licence: str


def tables(place: Archive, release: Release) -> list[Place]:
    """The tables of that release in ``place``; InputError when there is none, saying whose the files are."""
    there = exiobase.places(place, _CORE, _PACKED)
    fitting = [table for table in there if (_version(table)[:1] or "1") == str(release.number)]
    if fitting:
        return fitting
    hint = "EXIOBASE 1 has files such as mrIot.txt, EXIOBASE 2 such as mrIot_version2.2.2.txt"
    if there:
        other = 3 - release.number
        what = f"this looks like EXIOBASE {other} ({_named(there[0], 'Iot').base})"
        raise InputError(what, where=there[0].where, hint=f"{hint}; its reader is exiobase{other}")
    if place.find("A.txt", "Z.txt", "IOT_*.zip"):
        hint = f"this looks like EXIOBASE 3, whose reader is exiobase3; {hint}"
    raise InputError(f"there is no {release.name} table", where=str(place.path), hint=hint)


def read(place: Archive, release: Release, options: dict[str, str]) -> Table:
    """The table of the release: see the readers exiobase1 and exiobase2."""
    there = tables(place, release)
    systems = [table.system for table in there]
    table, notes = exiobase.chosen(there, systems, options.get("system"), str(place.path))
    core, x, made = _core(table)
    direct = options.get("direct", "judged") if x is not None else "flows"
    accounts, more = _accounts(table, core, x, direct)
    about = exiobase_table.facts(release.name, release.year, table.system)
    about |= {"source": release.source, "licence": release.licence, "version": _version(table) or "not stated"}
    return exiobase_table.table(core, accounts, [*notes, *made, *more], **about)


# -- files ------------------------------------------------------------------------------------------------------------


def _version(table: Place) -> str:
    """The version that the files' names, or those of their folder, tell: 2.2.2; "" where they tell none."""
    said = (re.search(r"version_?(\d+(?:\.\d+)*)", name) for name in (*sorted(table.files), *table.names))
    return next((match[1] for match in said if match), "")


def _named(table: Place, kind: str) -> Entry:
    return table.require(
        rf"(?i)mr{kind}[^/A-Za-z]*(version[^/]*)?\.txt", f"mr{kind}.txt", "it belongs to every edition"
    )


def _optional(table: Place, kind: str) -> Entry | None:
    return table.named(rf"(?i)mr{kind}[^/A-Za-z]*(version[^/]*)?\.txt")


def _read(entry: Entry, due: Sequence[int]) -> Grid:
    """The file; how many columns of labels it has is told by the empty cells that begin it."""
    with entry.open() as stream:
        line = stream.readline(1 << 16).decode("utf-8-sig", "replace")
    cells = next(csv.reader([line], delimiter="\t"), [])
    index = next((at for at, cell in enumerate(cells) if cell.strip()), 0)
    if index not in due:
        wanted = " or ".join(map(str, due))
        hint = "its last column of labels is the unit; the file is of another edition, or was written anew"
        raise InputError(f"begins with {index} empty cells, {wanted} are due", where=f"{entry.where} line 1", hint=hint)
    return grid.read(entry, index, separator="\t")


@dataclass(frozen=True, eq=False)
class _Rows:
    """A satellite file: the ``names`` of its rows, their ``units`` with their places, which are ``per`` money."""

    where: str
    names: list[str]
    units: list[tuple[str, str]]
    per: NDArray[np.bool_]
    values: Array


def _rows(entry: Entry, due: Sequence[int], columns: Sequence[Hashable]) -> _Rows:
    """The rows of a satellite file, named as EXIOBASE 3 names them: with their compartment."""
    read = _read(entry, due)
    read.require_columns(columns)
    cells = [tuple(map(str, row)) for row in read.rows if isinstance(row, tuple)]
    names = [" - ".join(cell for cell in row[:-1] if cell.casefold() != _NATURE) for row in cells]
    if "" in names:
        where = f"{read.where} line {read.first + names.index('')}"
        raise LabelError("the row has no label beside its unit", where=where, hint="fill in the first column")
    labels.check_unique(names, what="row", where=read.where)
    units = [(row[-1], f"{read.where} line {line}") for line, row in enumerate(cells, start=read.first)]
    per = np.array([text.casefold().endswith(_PER) for text, _ in units])
    units = [(text[: -len(_PER)] if own else text, where) for (text, where), own in zip(units, per, strict=True)]
    for text, where in units:
        exiobase.unit(text, where)
    return _Rows(read.where, names, units, per, read.values)


# -- the core ---------------------------------------------------------------------------------------------------------


def _core(table: Place) -> tuple[Core, Array | None, list[Finding]]:
    """Z and Y; where the files hold coefficients, the output x = A x + y, and a note of it."""
    Z = _read(_named(table, "Iot"), (3,))
    regions, sectors = axes.product(Z, "sector")
    per = _same_unit(Z, Z.columns)
    Y = _read(_named(table, "FinalDemand"), (3,))
    consumers, demand = axes.product(Y, "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{Y.where}, header")
    if _same_unit(Y, Z.columns).casefold().endswith(_PER):
        hint = "EXIOBASE gives final demand in M.EUR; the file is of another edition"
        raise UnitError("final demand is per M.EUR", where=f"{Y.where} line {Y.first}", hint=hint)
    currency = exiobase.currency([(per[: -len(_PER)] if per.casefold().endswith(_PER) else per, Z.where)])
    core = Core(Z.values, Y.values, regions, sectors, demand, currency)
    if not per.casefold().endswith(_PER):
        return core, None, []
    x = exiobase_table.output(Z.values, Y.values.sum(axis=1), len(sectors))
    Z.values[...] *= x
    return core, x, [found("coefficients", "note", "mrIot", part="A")]


def _same_unit(rows: Grid, sectors: Sequence[Hashable]) -> str:
    """The one unit of all rows, which must be ``sectors`` in their order."""
    pairs = [row[:2] for row in rows.rows if isinstance(row, tuple)]
    if pairs != list(sectors):
        labels.require_same(pairs, sectors, what="row", where=rows.where)
    units = [str(row[2]) for row in rows.rows if isinstance(row, tuple)]
    other = next((at for at, unit in enumerate(units) if unit != units[0]), None)
    if other is not None:
        where = f"{rows.where} line {rows.first + other}"
        raise UnitError(f"unit {units[other]!r} is another than {units[0]!r}", where=where, hint="all rows share one")
    return units[0]


# -- satellites -------------------------------------------------------------------------------------------------------


def _accounts(table: Place, core: Core, x: Array | None, direct: str) -> tuple[list[Account], list[Finding]]:
    """The accounts of all satellite files that are there, and what was done."""
    columns = [(region, sector) for region in core.regions for sector in core.sectors]
    uses = [(region, category) for region in core.regions for category in core.demand]
    accounts, notes = [], []
    for kind, name in KINDS.items():
        entry = _named(table, kind) if kind == "FactorInputs" else _optional(table, kind)
        if entry is None:
            _require_no_direct(table, kind)
            continue
        F = _rows(entry, (2, 3), columns)
        if F.per.any():
            F.values[F.per] *= core.Z.sum(axis=1) + core.Y.sum(axis=1) if x is None else x
            notes.append(found("coefficients", "note", f"mr{kind}", part=name))
        F_Y, more = _direct(_optional(table, f"FD{kind}"), F, uses, core.Y.sum(axis=0), direct)
        notes += more
        accounts.append(Account(name, F.where, F.names, F.units, F.values, F_Y))
    return accounts, notes


def _require_no_direct(table: Place, kind: str) -> None:
    """Raise InputError where the file of final demand is there and that of the sectors is not."""
    direct = _optional(table, f"FD{kind}")
    if direct is not None:
        hint = "put both files there, or none"
        raise InputError(f"is there without mr{kind}*.txt, that of the sectors", where=direct.where, hint=hint)


def _direct(
    entry: Entry | None, F: _Rows, uses: Sequence[Hashable], spent: Array, direct: str
) -> tuple[Array | None, list[Finding]]:
    """F_Y of the rows of ``F``, in their units; what is given per ``spent`` (R*D), the final demand, is multiplied."""
    if entry is None:
        return None, []
    rows = _rows(entry, (2, 3), uses)
    at = labels.positions(rows.names, F.names, what="row", where=rows.where)
    for place, (text, where) in zip(at, rows.units, strict=True):
        if text != F.units[place][0]:
            raise UnitError(f"unit {text!r} is another than {F.units[place][0]!r} of the sectors", where=where)
    F_Y = np.zeros((len(F.names), len(spent)))
    F_Y[at] = rows.values
    notes = []
    per = np.zeros(len(F.names), dtype=bool)
    per[at] = rows.per
    if per.any():
        notes.append(found("direct-coefficients", "note", entry.base, names=shared.listed(np.array(F.names)[per])))
    open_ = np.zeros_like(per)
    open_[at] = ~rows.per
    if direct == "coefficients":
        per |= open_
    elif direct == "judged" and open_.any():
        share, judged = _judged(F_Y[open_], F.values[open_], spent)
        if judged:
            per |= open_
            names = shared.listed(np.array(F.names)[open_])
            notes.append(found("direct-judged", "warning", entry.base, names=names, share=share))
    F_Y[per] *= spent
    return F_Y, notes


def _judged(F_Y: Array, F: Array, spent: Array) -> tuple[float, bool]:
    """What final demand causes as a share of what the sectors cause, read as flows, and whether it is none.

    In the coefficient editions the unit of mrFDEmissions lacks its "per M.EUR": read as flows the numbers are a
    hundred-millionth of the sectors', multiplied by final demand they are of their size.
    """
    sectors = np.abs(F).sum(axis=1)
    flows, products = np.abs(F_Y).sum(axis=1), np.abs(F_Y * spent).sum(axis=1)
    both = (sectors > 0) & (products > 0) & (flows > 0)
    if not both.any():
        return 0.0, False
    share = float(np.median(flows[both] / sectors[both]))
    other = float(np.median(products[both] / sectors[both]))
    return share, abs(np.log(other)) < abs(np.log(share))
