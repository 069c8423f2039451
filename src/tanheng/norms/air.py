"""The rules for ambient air at a date: limits, index and assessment of one moment, looked up together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tanheng.errors import NormError, nearest
from tanheng.norms.dated import year_end
from tanheng.norms.registry import standards
from tanheng.norms.standard import Limit, Standard

QUALITY, INDEX, ASSESSMENT = "GB 3095", "HJ 633", "HJ 663"
USUAL = {"O3": "8 hours"}  # what a day is judged by, where it is not the mean of 24 hours


@dataclass(frozen=True)
class AirRules:
    """What air is judged by at ``at``: the editions of the limits, of the index and of the assessment of a year."""

    name: str
    at: date
    grade: str
    place: str
    quality: Standard
    index: Standard
    assessment: Standard

    @property
    def editions(self) -> str:
        """As they are cited."""
        return "; ".join(one.code for one in (self.quality, self.index, self.assessment))

    @property
    def substances(self) -> tuple[str, ...]:
        """What the index is made of, in the order of its table."""
        return tuple(dict.fromkeys(row["substance"] for row in self.index.rules["breakpoints"]))

    @property
    def validity(self) -> Mapping[str, Any]:
        """How many hours make a day, days a year (table 4 of the quality standard)."""
        found: Mapping[str, Any] = self.quality.rules["validity"]
        return found

    def limit(self, substance: str, averaging: str = "") -> Limit:
        """The limit of a substance, of a day unless told: of 8 hours for ozone. Raises NormError."""
        averaging = averaging or USUAL.get(substance, "day")
        return standards().limit(
            substance, self.at, place=self.place, cls="quality", averaging=averaging, grade=self.grade
        )

    def breakpoints(self, substance: str) -> Sequence[float]:
        """The concentrations at each value of the index, µg/m3, CO in mg/m3. Raises NormError."""
        usual = USUAL.get(substance, "day")
        for row in self.index.rules["breakpoints"]:
            if (row["substance"], row["averaging"]) == (substance, usual):
                found: Sequence[float] = row["values"]
                return found
        raise NormError(f"{self.index.code} has no scale of {substance}", hint=nearest(substance, self.substances))

    @property
    def scale(self) -> Mapping[str, Any]:
        """The index itself: its values ``at`` the breakpoints, up to which it is ``good``, ``primary_above`` which."""
        found: Mapping[str, Any] = self.index.rules["index"]
        return found

    @property
    def judged(self) -> Mapping[str, Any]:
        """What a year is judged by: ``annual_mean``, ``percentile``, ``decimals``, the shares of stations of a city."""
        found: Mapping[str, Any] = self.assessment.rules["assessment"]
        return found

    def share_of(self, stations: int) -> float:
        """The share of a city's stations that must have a value for the city to have one."""
        few = stations < self.judged["few_stations"]
        return float(self.judged["share_of_few" if few else "stations_share"])

    def state(self, substance: str) -> str:
        """The reference state that the limits of a substance speak of."""
        return states_between(substance, self.at, self.at)[0][1]


def air_rules(name: str | date, *, grade: str = "II", place: str = "CHN") -> AirRules:
    """The rules of an edition ("2012", "2026"), of a year ("2031": on its last day) or of a date.

    An edition's rules are those of the day it came into force, so that they can be held against air of any year.
    Raises NormError for a name that is neither, and for a date that nothing holds at.

    >>> [air_rules(name).limit("PM2.5").value for name in ("2012", "2026", "2031")]
    [75.0, 60.0, 50.0]
    """
    at = name if isinstance(name, date) else _date(name)
    register = standards()
    quality, index, assessment = (register.edition(series, at) for series in (QUALITY, INDEX, ASSESSMENT))
    return AirRules(str(name), at, grade, place, quality, index, assessment)


def states_between(substance: str, first: date, last: date) -> tuple[tuple[date, str], ...]:
    """The reference states that the standard of each day gives a substance in, from ``first`` to ``last``: since when.

    Before the first edition that is here (GB 3095-2012) it is that edition's first: GB 3095-1996 had the same.

    >>> states_between("SO2", date(2018, 1, 1), date(2018, 12, 31))[1]
    (datetime.date(2018, 9, 1), '298.15 K, 101.325 kPa')
    """
    editions = [one for one in standards().standards.values() if one.series == QUALITY and not one.amends]
    dated = sorted((one.start, one.state) for each in editions for one in each.references if substance in one.of)
    if not dated:
        raise NormError(f"{QUALITY} gives no reference state of {substance}", hint="ask for one that has limits")
    before = max((at for at, (start, _) in enumerate(dated) if start <= first), default=0)
    held = [(first, dated[before][1]), *(one for one in dated[before + 1 :] if one[0] <= last)]
    return tuple(one for at, one in enumerate(held) if not at or one[1] != held[at - 1][1])


def _date(name: str) -> date:
    editions = {one.edition: one for one in standards().standards.values() if one.series == QUALITY and not one.amends}
    if name in editions:
        return editions[name].effective
    try:
        return year_end(int(name)) if name.isdecimal() else date.fromisoformat(name)
    except ValueError:
        hint = f"give an edition ({', '.join(sorted(editions))}), a year or a date such as 2031-01-01"
        raise NormError(f"there are no rules {name!r}", hint=hint) from None
