"""Standards: editions of environmental norms and of accounting rules as data files, with their limits and phases.

A file under ``standards/`` is one edition:

    title = { en = "...", zh = "..." }     source = "..."      note = { en = "...", zh = "..." } (optional)
    series = "GB 3095"    edition = "2012"    class = "quality"    level = "national"    jurisdiction = "CHN"
    issued = 2012-02-29   effective = 2016-01-01   withdrawn = ... (optional: last day in force)
    replaces = ["gb-3095-1996"]    amends = "gb-3095-2012" (optional)    stricter_local = true (optional)
    cited = "ISO 14067:2018" (optional: series-edition if not)
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
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tanheng.errors import NormError, nearest

ACCOUNTING = "accounting"  # the rules that accounts follow: beside the six classes of environmental standards
CLASSES = ("quality", "risk control", "emission", "monitoring", "basic", "technical management", ACCOUNTING)
LEVELS = ("international", "national", "local")
AVERAGING = ("hour", "8 hours", "day", "month", "season", "year", "")
UNIT = "µg/m3"
_DAY = timedelta(days=1)

_KEYS = {
    "title", "source", "note", "series", "edition", "cited", "class", "level", "jurisdiction", "issued", "effective",
    "withdrawn", "replaces", "amends", "stricter_local", "reference", "limits", "phases", "rules",
}  # fmt: skip
_NEEDED = ("title", "source", "series", "edition", "class", "level", "jurisdiction", "issued", "effective")
_PHASE = {"name", "from", "to", "limits"}
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
    cited: str = ""
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
        return self.cited or f"{self.series}-{self.edition}"

    def runs(self, at: date) -> bool:
        """Whether it is in force on that day."""
        return self.effective <= at and (self.withdrawn is None or at <= self.withdrawn)

    def state(self, at: date) -> str:
        """ "in force", "withdrawn", "to come" (issued, but not in force yet) or "not issued" on that day."""
        if self.runs(at):
            return "in force"
        return "withdrawn" if at >= self.effective else "to come" if at >= self.issued else "not issued"


def read_standard(path: Path) -> Standard:
    """The standard in a file. Raises NormError for a file that cannot be read, and for what is missing or unknown."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NormError(f"cannot be read ({error})", where=path.name, hint="see the norms that are there") from None
    where = f"norm {path.stem}"
    _require_head(raw, where)
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
        cited=raw.get("cited", ""),
        withdrawn=raw.get("withdrawn"),
        replaces=tuple(raw.get("replaces", ())),
        amends=raw.get("amends", ""),
        stricter_local=raw.get("stricter_local", False),
        note=(note.get("en", ""), note.get("zh", "")),
        references=references,
        limits=tuple(_limits(path.stem, raw, references, where)),
        rules=MappingProxyType(raw.get("rules", {})),
    )


def _require_head(raw: Mapping[str, Any], where: str) -> None:
    """Raise NormError for what a file says beside its limits that cannot be meant."""
    _known(raw, _KEYS, "a standard", where)
    for key in _NEEDED:
        if not raw.get(key):
            raise NormError(f"{key!r} is missing", where=where, hint=f"add a line {key} = ...")
    _one_of(raw["class"], CLASSES, "class", where)
    _one_of(raw["level"], LEVELS, "level", where)
    _require_dates(raw, ("issued", "effective", "withdrawn"), where)
    for key in ("title", "note"):
        if key in raw and not (isinstance(raw[key], dict) and set(raw[key]) == {"en", "zh"}):
            hint = f'write {key} = {{ en = "...", zh = "..." }}'
            raise NormError(f"the {key} is not in English and Chinese", where=where, hint=hint)
    if not isinstance(raw.get("replaces", []), list):
        raise NormError("replaces is no list", where=where, hint='write replaces = ["gb-3095-1996"]')
    issued, effective = raw["issued"], raw["effective"]
    if issued > effective:
        hint = "a standard is issued before it holds"
        raise NormError(f"it is issued on {issued}, after it holds ({effective})", where=where, hint=hint)
    if "withdrawn" in raw and raw["withdrawn"] < effective:
        hint = "withdrawn is the last day on which it is in force"
        raise NormError(f"it is withdrawn on {raw['withdrawn']}, before it holds", where=where, hint=hint)


def _references(raw: Mapping[str, Any], where: str) -> Iterator[Reference]:
    for line in raw.get("reference", ()):
        _known(line, {"of", "state", "from", "to"}, "a reference state", where)
        _require_dates(line, ("from", "to"), where)
        if not line.get("of") or not line.get("state"):
            hint = 'write { of = ["SO2"], state = "298.15 K, 101.325 kPa" }'
            raise NormError("a reference state says not of what, or not which", where=where, hint=hint)
        start, end = line.get("from", raw["effective"]), line.get("to", date.max)
        yield Reference(tuple(line["of"]), line["state"], start, end)


def _limits(name: str, raw: Mapping[str, Any], references: tuple[Reference, ...], where: str) -> Iterator[Limit]:
    whole = {"from": raw["effective"], "to": raw.get("withdrawn", date.max), "limits": raw.get("limits", ())}
    for phase in (whole, *raw.get("phases", ())):
        _known(phase, _PHASE, "a phase", where)
        for line in phase.get("limits", ()):
            told = f"{where}, {line.get('substance', 'a limit')}"
            _require_line(line, told)
            span = (line.get("from", phase.get("from", raw["effective"])), line.get("to", phase.get("to", date.max)))
            _require_dates(dict(zip(("from", "to"), span, strict=True)), ("from", "to"), told)
            if span[0] > span[1]:
                raise NormError(f"it ends on {span[1]}, before it begins", where=told, hint="see its dates")
            if span[0] < raw["effective"]:
                hint = f"the standard is in force from {raw['effective']}"
                raise NormError(f"it begins on {span[0]}, before its standard", where=told, hint=hint)
            grades = line["grade"] if "grade" in line else {"": line["value"]}
            for grade, value in grades.items():
                yield from _by_reference(name, line, grade, value, _states(line["substance"], span, references))


def _states(substance: str, span: tuple[date, date], references: tuple[Reference, ...]) -> list[tuple[date, date, str]]:
    """The reference states of a substance over a limit's time: each with its first and last day.

    A time that no reference speaks of has none, "".
    """
    own = [one for one in references if substance in one.of and one.start <= span[1] and one.end >= span[0]]
    pieces: list[tuple[date, date, str]] = []
    start = span[0]
    for one in sorted(own, key=lambda one: one.start):
        if one.start > start:
            pieces.append((start, one.start - _DAY, ""))
        pieces.append((max(one.start, span[0]), min(one.end, span[1]), one.state))
        start = date.max if one.end == date.max else one.end + _DAY
    covered = bool(own) and max(one.end for one in own) >= span[1]
    return pieces if covered else [*pieces, (start, span[1], "")]


def _by_reference(
    name: str,
    line: Mapping[str, Any],
    grade: str,
    value: float,
    states: list[tuple[date, date, str]],
) -> Iterator[Limit]:
    """The limit, once for each reference state that its time falls into."""
    for start, end, state in states:
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
    _known(line, _LINE, "a limit", where)
    if not line.get("substance") or ("value" in line) == ("grade" in line):
        hint = "write a substance and a value, or a grade = { I = ..., II = ... }"
        raise NormError("a limit has no substance, or not one value", where=where, hint=hint)
    _one_of(line.get("averaging", ""), AVERAGING, "averaging time", where)
    grades = line.get("grade", {})
    values = list(grades.values()) if isinstance(grades, dict) and grades else [line.get("value")]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) and value > 0 for value in values):
        raise NormError(f"the limit {values} is no positive number", where=where, hint="leave out what is not set")


def _known(given: Mapping[str, Any], keys: set[str], what: str, where: str) -> None:
    for key in given:
        if key not in keys:
            raise NormError(f"{key!r} is no key of {what}", where=where, hint=nearest(key, sorted(keys)))


def _require_dates(given: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if key in given and type(given[key]) is not date:
            raise NormError(f"{key} is {given[key]!r}, not a date", where=where, hint=f"write {key} = 2012-02-29")


def _one_of(given: str, known: tuple[str, ...], what: str, where: str) -> None:
    if given not in known:
        raise NormError(f"{given!r} is no {what}", where=where, hint=nearest(given, known))
