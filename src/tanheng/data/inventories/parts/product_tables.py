"""The tables of a product file: tidy CSV files looked up by key, region and year, with rules for what they lack.

A rule is stated in the product file or it does not exist: without one, a year or a region that is not there is an
error. What stood in for what is handed to the caller (``Stood``), who tells it as a finding.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tanheng.errors import InputError, LabelError, MissingError, nearest

COLUMNS = ("region", "to_region", "year", "key", "value")
GROUP = "group"  # in a rule: the group of the region
SCALE = "scale"  # as residual: shares are divided by their sum
ADD_UP = 1e-5  # shares are published and written with a few decimals


@dataclass(frozen=True)
class Reference:
    """A table, or one key of it: "grid", "energy:glass"."""

    table: str
    key: str = ""

    @classmethod
    def of(cls, text: str) -> Reference:
        """Of "table" or "table:key"."""
        table, _, key = text.partition(":")
        return cls(table.strip(), key.strip())

    def __str__(self) -> str:
        return f"{self.table}:{self.key}" if self.key else self.table


@dataclass(frozen=True)
class Rules:
    """What stands in for a missing ``year`` ("" or "nearest"), ``region`` and ``to_region`` (in order, GROUP or codes).

    ``residual`` is the region to which what is left of shares goes, or SCALE, or "": they must add up to one.
    """

    year: str = ""
    region: tuple[str, ...] = ()
    to_region: tuple[str, ...] = ()
    residual: str = ""


@dataclass(frozen=True)
class Stood:
    """Something that stood in: in ``table``, ``used`` for ``wanted``; ``what`` is "year", "group" or "region"."""

    table: str
    what: str
    wanted: str
    used: str


Place = tuple[str, str]  # region and to_region, "" where the table has no such column


@dataclass(frozen=True, eq=False)
class ProductTable:
    """A table: ``values`` by key, place and year; None is the year of a table without years."""

    name: str
    where: str
    columns: tuple[str, ...]
    values: Mapping[str, Mapping[Place, Mapping[int | None, float]]]
    rules: Rules = field(default_factory=Rules)
    unit: str = ""
    source: str = ""
    licence: str = ""

    @classmethod
    def parse(cls, name: str, text: str, where: str, rules: Rules, facts: Mapping[str, str]) -> ProductTable:
        """The table of a CSV text. Raises InputError, naming the line, LabelError for a line that is there twice."""
        rows = csv.reader(text.splitlines())
        columns = tuple(cell.strip() for cell in next(rows, []))
        _require_columns(columns, where)
        values: dict[str, dict[Place, dict[int | None, float]]] = defaultdict(lambda: defaultdict(dict))
        for number, cells in enumerate(rows, 2):
            if not cells:
                continue
            line = f"{where} line {number}"
            if len(cells) != len(columns):
                hint = "text with a comma stands in quotes"
                raise InputError(f"has {len(cells)} cells, the header {len(columns)}", where=line, hint=hint)
            row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
            years = values[row.get("key", "")][row.get("region", ""), row.get("to_region", "")]
            year = _year(row["year"], line) if "year" in row else None
            if year in years:
                raise LabelError("is there twice", where=line, hint="a region, year and key has one value")
            years[year] = _number(row["value"], line)
        if not values:
            raise InputError("has no lines below its header", where=where, hint=f"give it {', '.join(columns)}")
        return cls(name, where, columns, values, rules, **facts)

    # -- looking up ---------------------------------------------------------------------------------------------------

    def value(
        self, key: str, place: Place, year: int, groups: Mapping[str, str], stood: list[Stood], who: str
    ) -> float:
        """The number for that key, place and year; what stands in is added to ``stood``.

        Raises LabelError for an unknown key, MissingError where a region or year is not there and no rule helps.
        """
        of_key = self._of(key, who)
        region = self._stand_in("region", place[0], [at[0] for at in of_key], groups, stood, who)
        to_region = self._stand_in("to_region", place[1], [b for a, b in of_key if a == region], groups, stood, who)
        years = of_key[region, to_region]
        what = " ".join(word for word in (key, region, to_region) if word)
        return years[self._year(years, year, stood, who, what)]

    def shares(
        self, key: str, to_region: str, year: int, groups: Mapping[str, str], stood: list[Stood], who: str
    ) -> dict[str, float]:
        """The share of each region in a whole of one, the residual rule applied; regions without a share are left out.

        Raises MissingError for a missing year or receiving region, InputError for shares that are no shares.
        """
        of_key = self._of(key, who)
        mine = to_region if "to_region" in self.columns else ""
        known = list(dict.fromkeys(to for _, to in of_key))
        mine = self._stand_in("to_region", mine, known, groups, stood, who)
        by_region = {region: years for (region, to), years in of_key.items() if to == mine}
        years = {each for years in by_region.values() for each in years}
        at = self._year(years, year, stood, who, " ".join(word for word in (key, mine) if word))
        found = {region: years[at] for region, years in by_region.items() if years.get(at)}
        where = f"{self.where}, {key or 'shares'} of {at or 'all years'}{f' for {mine}' if mine else ''}"
        return self._whole(found, where)

    def regions(self, key: str, who: str) -> tuple[str, ...]:
        """All regions of that key, in any year, in the order of the file."""
        if "region" not in self.columns:
            hint = "add a column region, or name another table"
            raise InputError(f"table {self.name} has no regions", where=who, hint=hint)
        return tuple(dict.fromkeys(region for region, _ in self._of(key, who)))

    def pairs(self, key: str, who: str) -> tuple[Place, ...]:
        """All pairs of region and to_region of that key."""
        if "region" not in self.columns or "to_region" not in self.columns:
            hint = "it needs the columns region and to_region"
            raise InputError(f"table {self.name} has no pairs of regions", where=who, hint=hint)
        return tuple(self._of(key, who))

    @cached_property
    def years(self) -> tuple[int, ...]:
        """All years, sorted; empty for a table without years."""
        found = {year for places in self.values.values() for years in places.values() for year in years}
        return tuple(sorted(year for year in found if year is not None))

    def _of(self, key: str, who: str) -> Mapping[Place, Mapping[int | None, float]]:
        if key in self.values:
            return self.values[key]
        if not key:
            first = next(iter(self.values))
            hint = f'say which, as in "{self.name}:{first}"; {nearest(key, self.values)}'
            raise LabelError(f"table {self.name} has keys", where=who, hint=hint)
        hint = nearest(key, self.values) if "key" in self.columns else f'it has no keys: write "{self.name}"'
        raise LabelError(f"table {self.name} has no key {key!r}", where=who, hint=hint)

    def _stand_in(
        self,
        column: str,
        wanted: str,
        known: Sequence[str],
        groups: Mapping[str, str],
        stood: list[Stood],
        who: str,
    ) -> str:
        if column not in self.columns:
            return ""
        if wanted in known:
            return wanted
        for rule in getattr(self.rules, column):
            used = groups.get(wanted, "") if rule == GROUP else rule
            if used in known:
                stood.append(Stood(self.name, "group" if rule == GROUP else "region", wanted, used))
                return used
        where = f"{who}, table {self.name}"
        near = nearest(wanted, dict.fromkeys(known)) if wanted else "give the process a location or regions"
        what = f"has no {column} {wanted or '(none is named)'}"
        raise MissingError(what, where=where, hint=f'{near}; or state what stands in: missing_{column} = ["WLD"]')

    def _year(self, years: Iterable[int | None], wanted: int, stood: list[Stood], who: str, what: str) -> int | None:
        there = set(years)
        if wanted in there or None in there:
            return wanted if wanted in there else None
        known = sorted(year for year in there if year is not None)
        if self.rules.year == "nearest" and known:
            used = min(known, key=lambda year: (abs(year - wanted), year))
            stood.append(Stood(self.name, "year", f"{what} {wanted}".strip(), str(used)))
            return used
        told = f"it has {known[0]} to {known[-1]}" if known else "it has none"
        hint = f'{told}; or state that the nearest stands in: missing_year = "nearest"'
        raise MissingError(f"has no year {wanted}", where=f"{who}, table {self.name}", hint=hint)

    def _whole(self, found: Mapping[str, float], where: str) -> dict[str, float]:
        negative = next((region for region, share in found.items() if share < 0), None)
        total = math.fsum(found.values())
        if negative is not None:
            raise InputError(f"the share of {negative} is negative", where=where, hint="a share is between 0 and 1")
        if self.rules.residual == SCALE and total > 0:
            return {region: share / total for region, share in found.items()}
        rest = 1.0 - total
        if abs(rest) <= ADD_UP:
            return dict(found)
        to = self.rules.residual
        if to and to != SCALE and rest > 0:
            return {**found, to: found.get(to, 0.0) + rest}
        hint = f'state where the rest comes from, residual = "WLD", or that they are scaled, residual = "{SCALE}"'
        raise InputError(f"the shares add up to {total:.6g}, not to 1", where=where, hint=hint)


def parse_groups(text: str, where: str) -> dict[str, str]:
    """{region: group} of a CSV text with these two columns. Raises InputError, LabelError naming the line."""
    rows = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(rows, [])]
    if header != ["region", "group"]:
        raise InputError("has other columns than region and group", where=where, hint="its header is region,group")
    found: dict[str, str] = {}
    for number, cells in enumerate(rows, 2):
        if not cells:
            continue
        if len(cells) != 2 or not all(cell.strip() for cell in cells):
            raise InputError(
                "is not a region and its group", where=f"{where} line {number}", hint="write CHN,East Asia"
            )
        region, group = (cell.strip() for cell in cells)
        if region in found:
            hint = "a region is in one group"
            raise LabelError(f"region {region} is there twice", where=f"{where} line {number}", hint=hint)
        found[region] = group
    return found


def _require_columns(columns: tuple[str, ...], where: str) -> None:
    for column in columns:
        if column not in COLUMNS:
            raise InputError(f"column {column!r} is not known", where=where, hint=nearest(column, COLUMNS))
    if "value" not in columns or len(set(columns)) < len(columns):
        what = "has no column value" if "value" not in columns else "has a column twice"
        raise InputError(what, where=where, hint=f"a table has some of {', '.join(COLUMNS)}, and always value")


def _year(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InputError(f"year {text!r} is no year", where=where, hint="write it as 2021")
    return int(text)


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        hint = "a missing number is not zero: leave the line out, and state a rule for what is missing"
        raise InputError(f"value {text!r} is no number", where=where, hint=hint)
    return value
