"""What the readers of EXIOBASE share: finding the tables of a place, their labels and units."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tanheng import labels, units
from tanheng.data.archive import Archive, Entry
from tanheng.data.readers.parts import shared
from tanheng.errors import InputError, MissingError, UnitError, nearest
from tanheng.labels.names import read_classification
from tanheng.systems.finding import Finding, found

SYSTEMS = {"ixi": "industry by industry", "pxp": "product by product"}

# EXIOBASE's aggregates: rest of Asia, Europe, Africa, America, Middle East (WF is Wallis and Futuna in ISO 3166), and
# the one rest of the world of EXIOBASE 1.
_REGIONS = {code: code for code in ("WA", "WE", "WF", "WL", "WM")} | {"WW": "ROW"}

_CLASSIFICATIONS = ("exiobase-ixi-163", "exiobase-pxp-200")

# EXIOBASE's own spellings, in small letters; what is not here is as ``shared.unit`` knows it. What is no quantity of
# units.py (a disability-adjusted life year, a score) is counted: "1 DALY".
_UNITS = {
    "m.eur": "million EUR", "meuro": "million EUR", "mill usd": "million USD", "1000 p.": "1000 p",
    "tonnes (service)": "tonnes service", "gg co2-eq": "Gg CO2e", "kg co2-eq": "kg CO2e", "kg co2 eq.": "kg CO2e",
    "kg co2 eq": "kg CO2e", "kg 1,4-dichlorobenzene eq.": "kg DCBe", "kg 1,4-dcb eq.": "kg DCBe",
    "kg po4--- eq.": "kg PO4e", "pdf*m2*yr": "m2 PDF.yr", "pdf*m2*year": "m2 PDF.yr", "daly": "1 DALY", "elu": "1 ELU",
    "ctuh": "1 CTUh", "ctue": "1 CTUe", "ctuh = cases": "1 CTUh", "ctue = paf.m3.year": "1 CTUe", "ubp": "1 UBP",
}  # fmt: skip


# -- finding tables ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Place:
    """One table's folder or zip file: ``where`` in words, the ``names`` that may tell year and system, the innermost
    first, and its ``files`` by their names from there on."""

    where: str
    names: tuple[str, ...]
    files: Mapping[str, Entry]

    @property
    def system(self) -> str:
        """The system as the names tell, ixi or pxp; empty where they do not."""
        said = (re.findall(r"(?<![a-z])(ixi|pxp)(?![a-z])", name.casefold()) for name in self.names)
        return next((each[0] for each in said if len(set(each)) == 1), "")

    def named(self, pattern: str) -> Entry | None:
        """The one file whose whole name from the folder on fits the pattern; InputError where several do."""
        fitting = [name for name in sorted(self.files) if re.fullmatch(pattern, name)]
        if len(fitting) > 1:
            hint = "keep the files of one edition"
            raise InputError(f"{fitting[0]} and {fitting[1]} say the same", where=self.where, hint=hint)
        return self.files[fitting[0]] if fitting else None

    def require(self, pattern: str, name: str, hint: str) -> Entry:
        """The same, or InputError naming what is missing: ``name``."""
        entry = self.named(pattern)
        if entry is None:
            near = nearest(name, [known for known in self.files if "/" not in known])
            raise InputError(f"{name} is missing", where=self.where, hint=f"{hint}; {near}")
        return entry


def places(place: Archive, core: str, packed: str) -> list[Place]:
    """The tables in ``place`` and its zip files named like ``packed``: folders with a file whose name fits ``core``."""
    holders = [place]
    holders += [place.inside(entry) for entry in place.entries if re.fullmatch(packed, entry.base, re.IGNORECASE)]
    return [_place(holder, root) for holder in holders for root in _roots(holder, core)]


def _roots(holder: Archive, core: str) -> list[str]:
    folders = {entry.name.removesuffix(entry.base) for entry in holder.entries if re.fullmatch(core, entry.base)}
    return sorted(folders)


def _place(holder: Archive, root: str) -> Place:
    files = {entry.name.removeprefix(root): entry for entry in holder.entries if entry.name.startswith(root)}
    names = (*reversed(root.strip("/").split("/")), holder.path.resolve().name)
    return Place(str(holder.path / root) if root else str(holder.path), tuple(filter(None, names)), files)


def chosen(
    tables: Sequence[Place], systems: Sequence[str], wanted: str | None, where: str
) -> tuple[Place, list[Finding]]:
    """The table of the system that is ``wanted``, or of the first that is there, and a note of it if there are several.

    ``systems`` are those of the tables. Raises MissingError when there is none, InputError for two of the same.
    """
    there = sorted(set(systems))
    system = wanted or there[0]
    fitting = [table for table, its in zip(tables, systems, strict=True) if its == system]
    if not fitting:
        hint = f"it holds {', '.join(name or 'a table whose name says neither ixi nor pxp' for name in there)}"
        raise MissingError(f"there is no {system} table", where=where, hint=hint)
    if len(fitting) > 1:
        hint = "name the one that is meant"
        raise InputError(f"it is there twice: {fitting[0].where}, {fitting[1].where}", where=where, hint=hint)
    if wanted or len(there) == 1:
        return fitting[0], []
    return fitting[0], [found("system-chosen", "note", "table", there=" and ".join(there), chosen=system)]


# -- labels and units -------------------------------------------------------------------------------------------------


def renamed(codes: Sequence[str]) -> tuple[list[str], list[Finding]]:
    """The regions by their alpha-3 codes, aggregates as they are; and a note of it."""
    new = labels.renamed(codes, _REGIONS)
    if not new:
        return list(codes), []
    named = shared.listed(f"{old} to {code}" for old, code in new.items())
    return [new.get(code, code) for code in codes], [found("renamed", "note", "regions", count=len(new), names=named)]


def classification(sectors: Sequence[str]) -> str:
    """The classification whose sectors these are, all of them in its order; "" for others."""
    known = (read_classification(name) for name in _CLASSIFICATIONS)
    return next((one.name for one in known if one.labels == tuple(sectors)), "")


def unit(text: str, where: str) -> tuple[str, float]:
    """The unit that EXIOBASE spells ``text``, and the factor into it; raises UnitError naming the place.

    >>> unit("M.EUR", "unit.txt line 2"), unit("1000 p", "unit.txt line 3")
    (('million EUR', 1.0), ('1000 p', 1.0))
    """
    spelled = " ".join(text.split())
    known = (_UNITS[spelled.casefold()], 1.0) if spelled.casefold() in _UNITS else shared.unit(spelled)
    if known is None:
        hint = "take the row out of the file, or ask for the unit to be added"
        raise UnitError(f"unit {text!r} is not known", where=where, hint=hint)
    return known


def currency(texts: Iterable[tuple[str, str]]) -> str:
    """The one money unit of all ``texts``, each with its place; UnitError where they differ or are no money."""
    first = ""
    for text, where in texts:
        name, _ = unit(text, where)
        if not units.parse(name).dimension.startswith("money"):
            hint = "the hybrid tables have their own reader, exiobase-hybrid"
            raise UnitError(f"unit {text!r} is no money", where=where, hint=hint)
        if first and name != first:
            raise UnitError(f"unit {text!r} is another than {first}", where=where, hint="a table has one money unit")
        first = name
    return first


def units_file(entry: Entry) -> list[tuple[tuple[str, ...], str, str]]:
    """The rows of a unit.txt: label, unit, and the place in words. Raises InputError naming file and line."""
    rows = list(csv.reader(entry.text().splitlines(), delimiter="\t"))
    if not rows or rows[0][-1].strip().casefold() != "unit":
        heads = ", ".join(rows[0]) if rows else "nothing"
        hint = "its last column is named unit"
        raise InputError(f"the header is {heads}", where=f"{entry.where} line 1", hint=hint)
    if len(rows[0]) < 2:
        hint = "the labels (region and sector, or stressor) stand before the unit"
        raise InputError("has no column of labels", where=f"{entry.where} line 1", hint=hint)
    read = []
    for line, row in enumerate(rows[1:], start=2):
        where, cells = f"{entry.where} line {line}", [cell.strip() for cell in row]
        if len(cells) != len(rows[0]) or not all(cells):
            what = f"has {sum(map(bool, cells))} cells, the header {len(rows[0])}"
            raise InputError(what, where=where, hint="the file may have broken off")
        read.append((tuple(cells[:-1]), cells[-1], where))
    return read
