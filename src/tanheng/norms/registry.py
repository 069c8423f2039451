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


@dataclass(frozen=True)
class Change:
    """What changed on a day: ``what`` is "issued", "in force", "withdrawn" or "limit" (``before`` and ``after``)."""

    when: date
    what: str
    standard: Standard
    before: Limit | None = None
    after: Limit | None = None


@dataclass(frozen=True)
class Registry:
    """Standards by name, checked against each other: no doubled rule on a day, no gap between editions, no circle.

    Raises NormError where two editions of a series set the same limit on one day, where a day between an edition and
    its successor has neither, where a standard replaces itself by whatever way, and for a successor of another series.
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
        for _, series in groupby(sorted(whole.values(), key=_series), key=_series):
            _require_apart(list(series))
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
            if _runs(one, at)
            and series in ("", one.series)
            and cls in ("", one.cls)
            and (not place or _within(place, one.jurisdiction))
        )

    def edition(self, series: str, at: date) -> Standard:
        """The one edition of a series that holds on a day. Raises NormError outside its validity (convention 11)."""
        known = sorted({one.series for one in self.standards.values()})
        if series not in known:
            raise NormError(f"there is no series {series}", hint=nearest(series, known))
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
        Raises NormError where no limit holds, naming what holds at other dates, and where more than one is meant.
        """
        asked = {"substance": substance, "averaging": averaging, "statistic": statistic, "grade": grade}
        asked |= {"subject": subject}
        fitting = [limit for limit in self._limits(series, cls, place) if _fits(limit, asked, area)]
        held = [limit for limit in fitting if limit.holds(at)]
        if not held:
            raise NormError(
                f"no limit of {_asked(asked)} holds at {at} in {place}", hint=self._way_out(fitting, substance)
            )
        own = [limit for limit in held if limit.area == area] or held
        keys = {(self.standards[limit.standard].series, *limit.key) for limit in own if self._is_national(limit)}
        if len(keys) > 1:
            hint = f"say which: {'; '.join(sorted({limit.words for limit in own}))}"
            raise NormError(f"{len(keys)} limits of {substance} hold at {at}", hint=hint)
        return self._before(own)

    def changed(self, first: date, last: date) -> tuple[Change, ...]:
        """What was issued, came into force, was withdrawn or had a limit changed after ``first``, until ``last``."""
        if first > last:
            raise NormError(f"{first} is after {last}", hint="give the earlier date first")
        found = [one for one in self._events() if first < one.when <= last]
        return tuple(sorted(found, key=lambda one: (one.when, one.standard.name, one.what)))

    def stock(self, at: date) -> dict[tuple[str, str], dict[str, int]]:
        """How many standards were issued until a day, are in force and withdrawn, by (class, level).

        Issued are the issued ones, whatever became of them; those not yet in force are "to come".
        """
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for cls in CLASSES:
            for level in LEVELS:
                own = [one for one in self._editions() if (one.cls, one.level) == (cls, level) and one.issued <= at]
                if own:
                    running = sum(_runs(one, at) for one in own)
                    coming = sum(one.effective > at for one in own)
                    counts[cls, level] = {
                        "issued": len(own),
                        "to come": coming,
                        "in force": running,
                        "withdrawn": len(own) - running - coming,
                    }
        return counts

    def _editions(self) -> Iterator[Standard]:
        """The standards without amendments, which are a part of theirs."""
        return (one for one in self.standards.values() if not one.amends)

    def _limits(self, series: str, cls: str, place: str) -> Iterator[Limit]:
        for one in self.standards.values():
            if series in ("", one.series) and cls in ("", one.cls) and _within(place, one.jurisdiction):
                yield from one.limits

    def _is_national(self, limit: Limit) -> bool:
        return self.standards[limit.standard].level == "national"

    def _before(self, held: Sequence[Limit]) -> Limit:
        """Of the limits that hold, the one that goes before."""
        national = [limit for limit in held if self._is_national(limit)]
        local = [limit for limit in held if not self._is_national(limit)]
        if not national or not local:
            return min(held, key=lambda limit: limit.value)
        strictest = min(local, key=lambda limit: limit.value)
        lets = self.standards[national[0].standard].stricter_local
        return strictest if lets and strictest.value < national[0].value else national[0]

    def _way_out(self, fitting: Sequence[Limit], substance: str) -> str:
        if not fitting:
            return nearest(
                substance, sorted({limit.substance for one in self.standards.values() for limit in one.limits})
            )
        first, last = min(limit.start for limit in fitting), max(limit.end for limit in fitting)
        return f"there is one from {first}" + ("" if last == date.max else f" to {last}")

    def _events(self) -> Iterator[Change]:
        for one in self.standards.values():
            yield Change(one.issued, "issued", one)
            yield Change(one.effective, "in force", one)
            if one.withdrawn is not None:
                yield Change(one.withdrawn + _DAY, "withdrawn", one)
        for _, series in groupby(sorted(self.standards.values(), key=_series), key=_series):
            for before, after in _successions([limit for one in series for limit in one.limits]):
                if (before.value, before.reference) != (after.value, after.reference):
                    yield Change(after.start, "limit", self.standards[after.standard], before, after)


@cache
def standards() -> Registry:
    """The register of the standards that come with tanheng.

    >>> standards().limit("PM2.5", date(2030, 12, 31), averaging="year", grade="II").value
    30.0
    """
    return Registry.read(_FOLDER)


def _series(one: Standard) -> tuple[str, str]:
    return one.jurisdiction, one.series


def _runs(one: Standard, at: date) -> bool:
    return one.effective <= at and (one.withdrawn is None or at <= one.withdrawn)


def _within(place: str, jurisdiction: str) -> bool:
    """Whether the place is of that jurisdiction: CHN-BJ is of CHN."""
    return place == jurisdiction or place.startswith(f"{jurisdiction}-")


def _fits(limit: Limit, asked: Mapping[str, str], area: str) -> bool:
    told = all(wanted in ("", getattr(limit, name)) for name, wanted in asked.items())
    return told and limit.area in ("", area)


def _asked(asked: Mapping[str, str]) -> str:
    return ", ".join(filter(None, asked.values()))


def _require_known(given: Mapping[str, Standard]) -> None:
    """Raise NormError for a successor of another jurisdiction's standard, and an amendment of one that is not there."""
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
    """The standard with its last day: that before its successor holds, unless its file says another."""
    after = [other for other in given.values() if one.name in other.replaces]
    if not after or one.withdrawn is not None:
        return one
    last = min(other.effective for other in after) - _DAY
    return replace(one, withdrawn=last)


def _amended(one: Standard, given: Mapping[str, Standard]) -> Standard:
    """The standard with its limits ended: with it, or by the same limit of a successor or an amendment."""
    after = [other for other in given.values() if one.name in other.replaces or other.amends == one.name]
    limits = []
    for limit in one.limits:
        starts = [
            new.start for other in after for new in other.limits if new.key == limit.key and new.start > limit.start
        ]
        last = one.withdrawn
        if starts:
            last = min(starts) - _DAY
        ended = limit if last is None or limit.end < last else replace(limit, end=last)
        if ended.start <= ended.end:
            limits.append(ended)
    return replace(one, limits=tuple(limits))


def _successions(limits: Sequence[Limit]) -> Iterator[tuple[Limit, Limit]]:
    """Each limit with the one of its key that comes next."""
    ordered = sorted(limits, key=lambda limit: (limit.key, limit.start))
    for _, own in groupby(ordered, key=lambda limit: limit.key):
        yield from pairwise(own)


def _require_apart(series: Sequence[Standard]) -> None:
    """Raise NormError for a day with two limits of one key, or with none between two of them."""
    for before, after in _successions([limit for one in series for limit in one.limits]):
        where = f"norm {after.standard}, {after.words}"
        if after.start <= before.end:
            hint = f"say that it replaces {before.standard}, or give that limit a 'to'"
            raise NormError(f"it and {before.standard} both hold at {after.start}", where=where, hint=hint)
        if after.start > before.end + _DAY:
            days = f"from {before.end + _DAY} to {after.start - _DAY}"
            raise NormError(f"no limit holds {days}", where=where, hint=f"see when {before.standard} ends")
