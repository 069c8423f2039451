"""A norm is a list of dated entries in a TOML file under a folder that names its kind; ``lookup`` reads it at a date.

    title = { en = "...", zh = "..." }     source = "..."     note = "..." (optional)
    valid_from, valid_to = dates (optional: without them it holds at any date)     suggest = a year to offer (optional)
    members = [{ code = "AUS", from = 1971-06-07, to = ... }]           kind "groups", with group and complement names
    values = [{ code = "CO2", value = 1, from = ..., to = ... }]        any other kind, with a unit

Dates are inclusive: ``to`` is the last day.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.errors import NormError, nearest

_ROOT = Path(__file__).parent


@dataclass(frozen=True)
class Entry:
    """One line of a norm: a member (``value`` None) or a number, in force from ``start`` to ``end``, both included."""

    code: str
    value: float | None = None
    start: date = date.min
    end: date = date.max


@dataclass(frozen=True)
class Norm:
    """A norm as it stood at a date: ``entries`` are those in force at ``at``, or all of them when ``at`` is None.

    ``unit`` is that of the values, "" for a membership; ``group`` and ``complement`` are (English, Chinese) names of a
    membership and of the rest, empty for other kinds.
    """

    name: str
    kind: str
    title_en: str
    title_zh: str
    source: str
    at: date | None
    entries: tuple[Entry, ...]
    valid_from: date = date.min
    valid_to: date = date.max
    suggest: int | None = None
    unit: str = ""
    note: str = ""
    group: tuple[str, str] = ("", "")
    complement: tuple[str, str] = ("", "")

    @property
    def members(self) -> tuple[str, ...]:
        """The codes of the entries, in the order of the file."""
        return tuple(entry.code for entry in self.entries)

    @property
    def values(self) -> dict[str, float]:
        """The numbers by code, in ``unit``; empty for a membership."""
        return {entry.code: entry.value for entry in self.entries if entry.value is not None}


def names(kind: str | None = None) -> tuple[str, ...]:
    """The names of all norms, or of one kind ("groups", "gwp"), sorted.

    >>> names("gwp")
    ('ef31-climate', 'gwp100-ar4', 'gwp100-ar5', 'gwp100-ar6', 'gwp20-ar6')
    """
    return tuple(sorted(name for name, path in _paths().items() if kind in (None, path.parent.name)))


def year_end(year: int) -> date:
    """The date at which a norm is looked up for a year: a year's membership is that of its 31 December.

    >>> year_end(2020)
    datetime.date(2020, 12, 31)
    """
    if not date.min.year <= year <= date.max.year:
        raise NormError(f"year {year} is not a year", hint="give one such as 2020")
    return date(year, 12, 31)


def parse_date(text: str) -> date:
    """The date that a user wrote: a date is itself, a year its 31 December. Raises NormError for anything else.

    >>> parse_date("2020"), parse_date("2020-02-01")
    (datetime.date(2020, 12, 31), datetime.date(2020, 2, 1))
    """
    try:
        return year_end(int(text)) if text.isdecimal() else date.fromisoformat(text)
    except ValueError:
        hint = "write a year or a date, as in 2020 or 2020-12-31"
        raise NormError(f"{text or 'nothing'} is not a date", hint=hint) from None


def lookup(name: str, at: date) -> Norm:
    """The norm as it stood at ``at``. Raises NormError for an unknown name and for a date outside its validity.

    For a year, pass ``year_end(year)``.

    >>> len(lookup("oecd", date(1990, 12, 31)).members), lookup("gwp100-ar6", date(2020, 1, 1)).values["N2O"]
    (24, 273.0)
    """
    norm = find(name)
    if not norm.valid_from <= at <= norm.valid_to:
        until = "" if norm.valid_to == date.max else f" to {norm.valid_to}"
        what = f"is asked for at {at}, but valid from {norm.valid_from}{until}"
        raise NormError(what, where=f"norm {name}", hint=_way_out(norm, at))
    return replace(norm, at=at, entries=tuple(e for e in norm.entries if e.start <= at <= e.end))


def _way_out(norm: Norm, at: date) -> str:
    year = norm.suggest or (norm.valid_from if at < norm.valid_from else norm.valid_to).year
    if norm.kind == "groups":
        return f"hold its membership fixed, as in {norm.name}@{year}"
    return "ask for a date within its validity"


def find(name: str) -> Norm:
    """The norm with all its entries, at no date. Raises NormError for an unknown name."""
    if name not in _paths():
        raise NormError(f"norm {name} is not known", hint=nearest(name, names()))
    return _read(name)


@cache
def _paths() -> Mapping[str, Path]:
    found = sorted(_ROOT.glob("*/*.toml"))
    return {path.stem: path for path in found if path.parent.name != "standards"}  # those are the registry's


@cache
def _read(name: str) -> Norm:
    path = _paths()[name]
    with path.open("rb") as file:
        raw: dict[str, Any] = tomllib.load(file)
    kind = path.parent.name
    optional: dict[str, Any] = {k: raw[k] for k in ("valid_from", "valid_to", "suggest", "unit", "note") if k in raw}
    optional |= {k: (raw[k]["en"], raw[k]["zh"]) for k in ("group", "complement") if k in raw}
    return Norm(
        name=name,
        kind=kind,
        title_en=raw["title"]["en"],
        title_zh=raw["title"]["zh"],
        source=raw["source"],
        at=None,
        entries=tuple(_entry(line) for line in raw["members" if kind == "groups" else "values"]),
        **optional,
    )


def _entry(line: Mapping[str, Any]) -> Entry:
    value = float(line["value"]) if "value" in line else None
    return Entry(line["code"], value, line.get("from", date.min), line.get("to", date.max))
