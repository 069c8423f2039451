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


def _date(name: str) -> date:
    editions = {one.edition: one for one in standards().standards.values() if one.series == QUALITY and not one.amends}
    if name in editions:
        return editions[name].effective
    try:
        return year_end(int(name)) if name.isdecimal() else date.fromisoformat(name)
    except ValueError:
        hint = f"give an edition ({', '.join(sorted(editions))}), a year or a date such as 2031-01-01"
        raise NormError(f"there are no rules {name!r}", hint=hint) from None
