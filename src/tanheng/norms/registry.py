"""The register of standards: what holds at a date and place, what changed between two dates, how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

from tanheng.errors import NormError, nearest
from tanheng.norms.standard import CLASSES, LEVELS, Limit, Standard, read_standard

_FOLDER = Path(__file__).parent / "standards"
_DAY = timedelta(days=1)
STATES = ("to come", "in force", "withdrawn")  # of what is issued
_EVENTS = ("issued", "in force", "limit", "withdrawn")  # of one standard, in the order of its life


@dataclass(frozen=True)
class Change:
    """What changed on a day: ``what`` is "issued", "in force", "withdrawn" or "limit".

    Of a limit, ``before`` is None where it began, and ``after`` where it ended, in the time of its standard.
    """

    when: date
    what: str
    standard: Standard
    before: Limit | None = None
    after: Limit | None = None


@dataclass(frozen=True)
class Registry:
    """Standards by name, checked against each other: no doubled rule on a day, no gap between editions, no circle.

    Raises NormError where two editions of a series are in force or set the same limit on one day, where a day between
    an edition and its successor has neither, where a standard replaces itself by whatever way, for a successor of
    another jurisdiction, and for an amendment of what is no standard here.
    """

    standards: Mapping[str, Standard]

    @classmethod
    def of(cls, standards: Iterable[Standard]) -> Registry:
        """The register of these standards; each one's end is found from its successors, and its limits end with it."""
        listed = list(standards)
        twice = next((name for name, often in Counter(one.name for one in listed).items() if often > 1), None)
        if twice:
            raise NormError(f"norm {twice} is there twice", hint="give each edition a file name of its own")
        given = {one.name: one for one in listed}
        _require_known(given)
        _require_no_circle(given)
        ended = {name: _ended(one, given) for name, one in given.items()}
        whole = {name: _amended(one, ended) for name, one in ended.items()}
        for _, group in groupby(sorted(whole.values(), key=_series), key=_series):
            series = list(group)
            _require_apart(series)
            _require_in_turn(series)
        return cls(whole)

    @classmethod
    def read(cls, folder: Path) -> Registry:
        """The register of the files of a folder. Raises NormError."""
        return cls.of(read_standard(path) for path in sorted(folder.glob("*.toml")))

    def find(self, name: str) -> Standard:
        """The standard of that name, or as it is cited (GB 3095-2012). Raises NormError with the nearest."""
        cited = {one.code.casefold(): one for one in self.standards.values() if not one.amends}
        found = self.standards.get(name) or cited.get(name.casefold())
        if found is None:
            raise NormError(f"norm {name} is not known", hint=nearest(name, self.standards))
        return found

    def in_force(self, at: date, *, series: str = "", cls: str = "", place: str = "") -> tuple[Standard, ...]:
        """The standards that hold on a day, of a series, a class, or for a place ("CHN", "CHN-BJ")."""
        return tuple(
            one
            for one in self.standards.values()
            if one.runs(at)
            and series in ("", one.series)
            and cls in ("", one.cls)
            and (not place or _within(place, one.jurisdiction))
        )

    def edition(self, series: str, at: date) -> Standard:
        """The one edition of a series that holds on a day. Raises NormError outside its validity (convention 11)."""
        self._require_series(series)
        found = [one for one in self.in_force(at, series=series) if not one.amends]
        if not found:
            first = min(one.effective for one in self.standards.values() if one.series == series)
            raise NormError(f"no edition of {series} holds at {at}", hint=f"the first that is here holds from {first}")
        return max(found, key=lambda one: one.effective)

    def limit(
        self,
        substance: str,
        at: date,
        *,
        place: str = "CHN",
        series: str = "",
        cls: str = "",
        averaging: str = "",
        statistic: str = "",
        grade: str = "",
        subject: str = "",
        area: str = "",
    ) -> Limit:
        """The limit of a substance that holds on a day at a place; what is not told must leave one alone.

        A local standard of the place goes before the national one where that lets stricter ones (``stricter_local``)
        and it is the stricter; where the law does not say so, the national one holds.
        Raises NormError where no limit holds, naming what holds at other dates, where more than one is meant, and for
        a local and a national limit that cannot be compared.
        """
        if series:
            self._require_series(series)
        asked = {"substance": substance, "averaging": averaging, "statistic": statistic, "grade": grade}
        asked |= {"subject": subject}
        fitting = [limit for limit in self._limits(series, cls, place) if _fits(limit, asked, area)]
        held = [limit for limit in fitting if limit.holds(at)]
        if not held:
            what = f"no limit of {', '.join(filter(None, (*asked.values(), area)))} holds at {at} in {place}"
            raise NormError(what, hint=self._way_out(fitting, substance, series, cls, place))
        national = _nearest_area([limit for limit in held if not self._is_local(limit)], area)
        local = _nearest_area([limit for limit in held if self._is_local(limit)], area)
        self._require_one(national, local, at)
        if not national or not local:
            return min((*national, *local), key=lambda limit: limit.value)
        return self._before(national[0], min(local, key=lambda limit: limit.value))

    def changed(self, first: date, last: date) -> tuple[Change, ...]:
        """What was issued, came into force, was withdrawn or had a limit changed after ``first``, until ``last``."""
        if first > last:
            raise NormError(f"{first} is after {last}", hint="give the earlier date first")
        found = [one for one in self._events() if first < one.when <= last]
        return tuple(sorted(found, key=lambda one: (one.when, one.standard.name, _EVENTS.index(one.what))))

    def stock(self, at: date) -> dict[tuple[str, str], dict[str, int]]:
        """How many standards were issued until a day, are in force and withdrawn, by (class, level).

        Issued are the issued ones, whatever became of them; those not yet in force are "to come".
        """
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for cls in CLASSES:
            for level in LEVELS:
                own = [one for one in self._editions() if (one.cls, one.level) == (cls, level) and one.issued <= at]
                if own:
                    states = Counter(one.state(at) for one in own)
                    counts[cls, level] = {"issued": len(own)} | {state: states[state] for state in STATES}
        return counts

    def _require_series(self, series: str) -> None:
        known = sorted({one.series for one in self.standards.values()})
        if series not in known:
            raise NormError(f"there is no series {series}", hint=nearest(series, known))

    def _editions(self) -> Iterator[Standard]:
        """The standards without amendments, which are a part of theirs."""
        return (one for one in self.standards.values() if not one.amends)

    def _limits(self, series: str, cls: str, place: str) -> Iterator[Limit]:
        for one in self.standards.values():
            if series in ("", one.series) and cls in ("", one.cls) and _within(place, one.jurisdiction):
                yield from one.limits

    def _is_local(self, limit: Limit) -> bool:
        return self.standards[limit.standard].level == "local"

    def _require_one(self, national: Sequence[Limit], local: Sequence[Limit], at: date) -> None:
        """Raise NormError where the limits that hold are of more than one thing; of one thing several places may tell.

        National limits of two series are of two things.
        """
        held = [*national, *local]
        series = {self.standards[limit.standard].series for limit in national}
        if len(series) < 2 and len({limit.key[:-1] for limit in held}) < 2:
            return
        told = {f"{self.standards[one.standard].code}, " * (len(series) > 1) + one.words for one in held}
        hint = f"say which: {'; '.join(sorted(told))}"
        raise NormError(f"{len(told)} limits of {held[0].substance} hold at {at}", hint=hint)

    def _before(self, national: Limit, local: Limit) -> Limit:
        """Of the national limit and the strictest local one, the one that goes before."""
        if not self.standards[national.standard].stricter_local:
            return national
        terms = [(one.unit, one.averaging, one.statistic, one.reference) for one in (national, local)]
        if terms[0] != terms[1]:
            told = [
                f"{one.standard} ({', '.join(filter(None, pair))})"
                for one, pair in zip((national, local), terms, strict=True)
            ]
            hint = "name a series, and compare them yourself"
            raise NormError(f"limits of {local.substance} are on different terms: {' and '.join(told)}", hint=hint)
        return local if local.value < national.value else national

    def _way_out(self, fitting: Sequence[Limit], substance: str, series: str, cls: str, place: str) -> str:
        """Where there is no limit on the day: when there is one; or which there are of the substance, or substances."""
        if fitting:
            first, last = min(limit.start for limit in fitting), max(limit.end for limit in fitting)
            return f"there is one from {first}" + ("" if last == date.max else f" to {last}")
        places = sorted({one.jurisdiction for one in self.standards.values() if one.limits})
        if not any(_within(place, known) for known in places):
            return f"limits are here of {', '.join(places)}, and of what is in it, such as CHN-BJ"
        there = sorted({limit.words for limit in self._limits(series, cls, place) if limit.substance == substance})
        if there:
            return f"there are {'; '.join(there)}"
        return nearest(substance, sorted({limit.substance for one in self.standards.values() for limit in one.limits}))

    def _events(self) -> Iterator[Change]:
        for one in self.standards.values():
            yield Change(one.issued, "issued", one)
            yield Change(one.effective, "in force", one)
            if one.withdrawn is not None:
                yield Change(one.withdrawn + _DAY, "withdrawn", one)
        for _, series in groupby(sorted(self.standards.values(), key=_series), key=_series):
            for before, after in _successions([limit for one in series for limit in one.limits]):
                yield from self._limit_event(before, after)

    def _limit_event(self, before: Limit | None, after: Limit | None) -> Iterator[Change]:
        """The change of a limit; one that comes or goes with its standard is no event of its own."""
        if before is not None and after is not None:
            if (before.value, before.unit, before.reference) != (after.value, after.unit, after.reference):
                yield Change(after.start, "limit", self.standards[after.standard], before, after)
        elif after is not None:
            one = self.standards[after.standard]
            if after.start > one.effective:
                yield Change(after.start, "limit", one, None, after)
        elif before is not None:
            one = self.standards[before.standard]
            if before.end < (one.withdrawn or date.max):
                yield Change(before.end + _DAY, "limit", one, before, None)


@cache
def standards() -> Registry:
    """The register of the standards that come with tanheng.

    >>> standards().limit("PM2.5", date(2030, 12, 31), averaging="year", grade="II").value
    30.0
    """
    return Registry.read(_FOLDER)


def _series(one: Standard) -> tuple[str, str]:
    return one.jurisdiction, one.series


def _within(place: str, jurisdiction: str) -> bool:
    """Whether the place is of that jurisdiction: CHN-BJ is of CHN."""
    return place == jurisdiction or place.startswith(f"{jurisdiction}-")


def _fits(limit: Limit, asked: Mapping[str, str], area: str) -> bool:
    told = all(wanted in ("", getattr(limit, name)) for name, wanted in asked.items())
    return told and limit.area in ("", area)


def _nearest_area(held: Sequence[Limit], area: str) -> Sequence[Limit]:
    """Those of that area, else those of any."""
    return [limit for limit in held if limit.area == area] or held


def _require_known(given: Mapping[str, Standard]) -> None:
    """Raise NormError for a successor of another jurisdiction's standard, and an amendment of what is no standard."""
    for one in given.values():
        where = f"norm {one.name}"
        other = next(
            (given[name] for name in one.replaces if name in given and given[name].jurisdiction != one.jurisdiction),
            None,
        )
        if other:
            hint = "a successor is of the same jurisdiction"
            raise NormError(f"it replaces {other.name}, of {other.jurisdiction}", where=where, hint=hint)
        if one.amends and one.amends not in given:
            hint = nearest(one.amends, given)
            raise NormError(f"it amends {one.amends}, which is not there", where=where, hint=hint)
        if one.amends and given[one.amends].amends:
            hint = "name the standard that both amend"
            raise NormError(f"it amends {one.amends}, which is an amendment itself", where=where, hint=hint)


def _require_no_circle(given: Mapping[str, Standard]) -> None:
    """Raise NormError where a standard replaces itself, by however many steps."""
    for start in given:
        behind, waiting = set(), [name for name in given[start].replaces if name in given]
        while waiting:
            name = waiting.pop()
            if name == start:
                hint = "one of them came first: see their 'replaces'"
                raise NormError("it replaces itself, by way of its predecessors", where=f"norm {start}", hint=hint)
            if name not in behind:
                behind.add(name)
                waiting += [one for one in given[name].replaces if one in given]


def _ended(one: Standard, given: Mapping[str, Standard]) -> Standard:
    """The standard with its last day: that before its successor holds, unless its file says another.

    An amendment is a part of the standard that it amends, and ends with it.
    """
    if one.withdrawn is not None:
        return one
    whole = given[one.amends] if one.amends else one
    after = [other.effective for other in given.values() if {one.name, whole.name} & set(other.replaces)]
    ends = [first - _DAY for first in after] + ([whole.withdrawn] if whole.withdrawn is not None else [])
    return replace(one, withdrawn=min(ends)) if ends else one


def _amended(one: Standard, given: Mapping[str, Standard]) -> Standard:
    """The standard with its limits ended: with it, or by the same limit of a successor or of a later amendment."""
    whole = one.amends or one.name
    after = [
        other
        for other in given.values()
        if other.name != one.name and ({one.name, whole} & set(other.replaces) or other.amends == whole)
    ]
    limits = []
    for limit in one.limits:
        starts = [
            new.start for other in after for new in other.limits if new.key == limit.key and new.start > limit.start
        ]
        last = min(starts) - _DAY if starts else one.withdrawn
        ended = limit if last is None or limit.end < last else replace(limit, end=last)
        if ended.start <= ended.end:
            limits.append(ended)
    return replace(one, limits=tuple(limits))


def _successions(limits: Sequence[Limit]) -> Iterator[tuple[Limit | None, Limit | None]]:
    """Each limit with the one of its key that comes next: None before the first and after the last."""
    ordered = sorted(limits, key=lambda limit: (limit.key, limit.start))
    for _, own in groupby(ordered, key=lambda limit: limit.key):
        yield from pairwise([None, *own, None])


def _require_apart(series: Sequence[Standard]) -> None:
    """Raise NormError for a day with two limits of one key, or with none between two of them."""
    for before, after in _successions([limit for one in series for limit in one.limits]):
        if before is None or after is None:
            continue
        where = f"norm {after.standard}, {after.words}"
        if after.start <= before.end:
            hint = f"say that it replaces {before.standard}, or give that limit a 'to'"
            raise NormError(f"it and {before.standard} both hold at {after.start}", where=where, hint=hint)
        if after.start > before.end + _DAY:
            days = f"from {before.end + _DAY} to {after.start - _DAY}"
            raise NormError(f"no limit holds {days}", where=where, hint=f"see when {before.standard} ends")


def _require_in_turn(series: Sequence[Standard]) -> None:
    """Raise NormError for two editions in force on one day, and for a day between an edition and its successor."""
    editions = sorted((one for one in series if not one.amends), key=lambda one: one.effective)
    for before, after in pairwise(editions):
        where = f"norm {after.name}"
        if before.withdrawn is None or before.withdrawn >= after.effective:
            hint = f"say that it replaces {before.name}, or when that is withdrawn"
            raise NormError(f"it and {before.name} are both in force at {after.effective}", where=where, hint=hint)
        if before.name in after.replaces and before.withdrawn + _DAY < after.effective:
            days = f"from {before.withdrawn + _DAY} to {after.effective - _DAY}"
            hint = f"see when {before.name} is withdrawn"
            raise NormError(f"neither it nor {before.name} is in force {days}", where=where, hint=hint)
