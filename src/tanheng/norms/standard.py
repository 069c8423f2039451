"""Standards: editions of environmental norms as data files, with their limits and the phases these hold in.

A file under ``standards/`` is one edition:

    title = { en = "...", zh = "..." }     source = "..."      note = { en = "...", zh = "..." } (optional)
    series = "GB 3095"    edition = "2012"    class = "quality"    level = "national"    jurisdiction = "CHN"
    issued = 2012-02-29   effective = 2016-01-01   withdrawn = ... (optional: last day in force)
    replaces = ["gb-3095-1996"]    amends = "gb-3095-2012" (optional)    stricter_local = true (optional)
    reference = [{ of = ["SO2"], state = "273.15 K, 101.325 kPa", from = ..., to = ... }]
    limits = [{ substance = "PM2.5", averaging = "year", grade = { I = 15, II = 35 }, ... }]
    [[phases]] with name, from, to and limits

A line of limits has ``value``, or several by ``grade``; ``unit`` (µg/m3 unless it says another), ``statistic`` (mean
unless it says another), ``subject`` ("kiln"), ``area`` ("key areas"), ``from`` and ``to``. Dates are inclusive. The
table ``rules`` holds what is no limit: breakpoints, validity of data, percentiles.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tanheng.errors import NormError, nearest

CLASSES = ("quality", "risk control", "emission", "monitoring", "basic", "technical management")
LEVELS = ("national", "local")
AVERAGING = ("hour", "8 hours", "day", "month", "season", "year", "")
UNIT = "µg/m3"

_KEYS = {
    "title", "source", "note", "series", "edition", "class", "level", "jurisdiction", "issued", "effective",
    "withdrawn", "replaces", "amends", "stricter_local", "reference", "limits", "phases", "rules",
}  # fmt: skip
_NEEDED = ("title", "source", "series", "edition", "class", "level", "jurisdiction", "issued", "effective")
_LINE = {
    "substance", "averaging", "statistic", "grade", "value", "unit", "subject", "area", "from", "to",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a standard, in force from ``start`` to ``end``, both included.

    ``value`` is in ``unit``, of ``statistic`` over ``averaging``; "" where a thing does not apply. ``reference`` is the
    state that the gas is brought to, "" where the standard says none.
    """

    standard: str
    substance: str
    value: float
    unit: str
    averaging: str
    statistic: str
    grade: str
    subject: str
    area: str
    reference: str
    start: date
    end: date

    @property
    def key(self) -> tuple[str, ...]:
        """What it limits: two limits of one key and one series never hold on one day."""
        return (self.substance, self.averaging, self.statistic, self.grade, self.subject, self.area)

    @property
    def words(self) -> str:
        """What it limits, for messages: 'PM2.5, day, mean, grade II'."""
        grade = f"grade {self.grade}" if self.grade else ""
        return ", ".join(filter(None, (self.substance, self.averaging, self.statistic, grade, self.subject, self.area)))

    def holds(self, at: date) -> bool:
        """Whether it is in force on that day."""
        return self.start <= at <= self.end


@dataclass(frozen=True)
class Reference:
    """The state ``state`` that concentrations of the substances ``of`` are given at, from ``start`` to ``end``."""

    of: tuple[str, ...]
    state: str
    start: date
    end: date


@dataclass(frozen=True)
class Standard:
    """One edition of a standard as its file has it.

    ``replaces`` are the editions it takes the place of, ``amends`` the one it changes a part of. ``withdrawn`` is the
    last day it is in force where the file says so; else the registry finds it from its successor. ``stricter_local``
    says that the law lets a stricter local standard go before it. ``rules`` are the file's other tables.
    """

    name: str
    title_en: str
    title_zh: str
    series: str
    edition: str
    cls: str
    level: str
    jurisdiction: str
    issued: date
    effective: date
    source: str
    withdrawn: date | None = None
    replaces: tuple[str, ...] = ()
    amends: str = ""
    stricter_local: bool = False
    note: tuple[str, str] = ("", "")
    references: tuple[Reference, ...] = ()
    limits: tuple[Limit, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """As the standard is cited: 'GB 3095-2012'."""
        return f"{self.series}-{self.edition}"


def read_standard(path: Path) -> Standard:
    """The standard in a file. Raises NormError for a file that cannot be read, and for what is missing or unknown."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NormError(f"cannot be read ({error})", where=path.name, hint="see the norms that are there") from None
    where = f"norm {path.stem}"
    for key in raw:
        if key not in _KEYS:
            raise NormError(f"{key!r} is no key of a standard", where=where, hint=nearest(key, sorted(_KEYS)))
    for key in _NEEDED:
        if not raw.get(key):
            raise NormError(f"{key!r} is missing", where=where, hint=f"add a line {key} = ...")
    _one_of(raw["class"], CLASSES, "class", where)
    _one_of(raw["level"], LEVELS, "level", where)
    for key in ("issued", "effective", "withdrawn"):
        if key in raw and type(raw[key]) is not date:
            raise NormError(f"{key} is {raw[key]!r}, not a date", where=where, hint=f"write {key} = 2012-02-29")
    if raw["issued"] > raw["effective"]:
        hint = "a standard is issued before it holds"
        raise NormError(f"it is issued on {raw['issued']}, after it holds ({raw['effective']})", where=where, hint=hint)
    references = tuple(_references(raw, where))
    note = raw.get("note", {})
    return Standard(
        name=path.stem,
        title_en=raw["title"]["en"],
        title_zh=raw["title"]["zh"],
        series=raw["series"],
        edition=raw["edition"],
        cls=raw["class"],
        level=raw["level"],
        jurisdiction=raw["jurisdiction"],
        issued=raw["issued"],
        effective=raw["effective"],
        source=raw["source"],
        withdrawn=raw.get("withdrawn"),
        replaces=tuple(raw.get("replaces", ())),
        amends=raw.get("amends", ""),
        stricter_local=raw.get("stricter_local", False),
        note=(note.get("en", ""), note.get("zh", "")),
        references=references,
        limits=tuple(_limits(path.stem, raw, references, where)),
        rules=MappingProxyType(raw.get("rules", {})),
    )


def _references(raw: Mapping[str, Any], where: str) -> Iterator[Reference]:
    for line in raw.get("reference", ()):
        if not line.get("of") or not line.get("state"):
            hint = 'write { of = ["SO2"], state = "298.15 K, 101.325 kPa" }'
            raise NormError("a reference state says not of what, or not which", where=where, hint=hint)
        start, end = line.get("from", raw["effective"]), line.get("to", date.max)
        yield Reference(tuple(line["of"]), line["state"], start, end)


def _limits(name: str, raw: Mapping[str, Any], references: tuple[Reference, ...], where: str) -> Iterator[Limit]:
    whole = {"from": raw["effective"], "to": raw.get("withdrawn", date.max), "limits": raw.get("limits", ())}
    for phase in (whole, *raw.get("phases", ())):
        for line in phase.get("limits", ()):
            told = f"{where}, {line.get('substance', 'a limit')}"
            _require_line(line, told)
            span = (line.get("from", phase.get("from", raw["effective"])), line.get("to", phase.get("to", date.max)))
            if span[0] > span[1]:
                raise NormError(f"it ends on {span[1]}, before it begins", where=told, hint="see its dates")
            grades = line["grade"] if "grade" in line else {"": line["value"]}
            for grade, value in grades.items():
                yield from _by_reference(name, line, grade, value, span, references)


def _by_reference(
    name: str,
    line: Mapping[str, Any],
    grade: str,
    value: float,
    span: tuple[date, date],
    references: tuple[Reference, ...],
) -> Iterator[Limit]:
    """The limit, once for each reference state that its time falls into."""
    own = [one for one in references if line["substance"] in one.of and one.start <= span[1] and one.end >= span[0]]
    pieces = [(max(one.start, span[0]), min(one.end, span[1]), one.state) for one in own] or [(*span, "")]
    for start, end, state in pieces:
        yield Limit(
            name,
            line["substance"],
            float(value),
            line.get("unit", UNIT),
            line.get("averaging", ""),
            line.get("statistic", "mean" if line.get("averaging") else ""),
            grade,
            line.get("subject", ""),
            line.get("area", ""),
            state,
            start,
            end,
        )


def _require_line(line: Mapping[str, Any], where: str) -> None:
    for key in line:
        if key not in _LINE:
            raise NormError(f"{key!r} is no key of a limit", where=where, hint=nearest(key, sorted(_LINE)))
    if not line.get("substance") or ("value" in line) == ("grade" in line):
        hint = "write a substance and a value, or a grade = { I = ..., II = ... }"
        raise NormError("a limit has no substance, or not one value", where=where, hint=hint)
    _one_of(line.get("averaging", ""), AVERAGING, "averaging time", where)
    values = line["grade"].values() if "grade" in line else (line["value"],)
    if not all(isinstance(value, int | float) and value > 0 for value in values):
        raise NormError(
            f"the limit {list(values)} is no positive number", where=where, hint="leave out what is not set"
        )


def _one_of(given: str, known: tuple[str, ...], what: str, where: str) -> None:
    if given not in known:
        raise NormError(f"{given!r} is no {what}", where=where, hint=nearest(given, known))
