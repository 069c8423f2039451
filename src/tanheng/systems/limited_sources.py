"""Sources under the emission limits of norms: what plants emit, and what a limit leaves of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from tanheng import labels, norms, provenance, units
from tanheng.errors import InputError, MissingError, QuestionError, UnitError
from tanheng.norms import Limit
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

ByYear = Mapping[int, float]


@dataclass(frozen=True, kw_only=True)
class LimitedSource:
    """One substance of one kind of plant: ``activity`` x ``factor``, and of what complies no more than the limit.

    By year: ``activity``; ``factor``, kg per unit of activity without the limit; ``complies``, the share of activity
    that keeps to the limit, from 0 to 1. ``gas`` is m3 of flue gas per unit of activity at the limit's reference state.
    ``subject``, ``area``, ``place`` and ``series`` find the limit in the register; with ``limited`` false there is none
    (CO2 beside it). Raises InputError for numbers that cannot be meant, MissingError for a year without a number.
    """

    process: str
    substance: str
    activity: ByYear
    factor: ByYear
    gas: float
    complies: ByYear
    subject: str = ""
    area: str = ""
    place: str = "CHN"
    series: str = ""
    limited: bool = True

    def __post_init__(self) -> None:
        for name in ("activity", "factor", "complies"):
            given = getattr(self, name)
            for year in self.activity:
                if year not in given:
                    hint = "give a number for each year of the activity, or one for all"
                    raise MissingError(f"there is no {name} for {year}", where=self.where, hint=hint)
                most = 1.0 if name == "complies" else math.inf
                if not 0 <= given[year] <= most or math.isinf(given[year]):
                    hint = "a share is from 0 to 1" if name == "complies" else "give a number that is not negative"
                    raise InputError(f"{name} of {year} is {given[year]:g}", where=self.where, hint=hint)
        if not 0 < self.gas < math.inf:
            raise InputError(f"gas is {self.gas:g} m3", where=self.where, hint="give the flue gas per unit of activity")

    @property
    def where(self) -> str:
        """The source in messages."""
        return f"{self.process}, {self.substance}"

    def limit(self, at: date) -> Limit:
        """The limit that holds for it on a day. Raises NormError where there is none (see ``Registry.limit``)."""
        return norms.standards().limit(
            self.substance,
            at,
            place=self.place,
            series=self.series,
            cls="emission",
            subject=self.subject,
            area=self.area,
        )

    def allowed(self, at: date) -> float:
        """The factor by the limit on a day, kg per unit of activity: the limit times the flue gas.

        Raises NormError as ``limit``, UnitError for a limit that is no mass a volume.
        """
        limit = self.limit(at)
        mass, slash, volume = limit.unit.partition("/")
        if not slash or [units.parse(one).dimension for one in (mass, volume)] != ["mass", "volume"]:
            hint = "a concentration such as mg/m3 is needed"
            raise UnitError(f"{limit.unit} is no mass a volume of flue gas", where=self.where, hint=hint)
        return limit.value * units.factor(mass, "kg") / units.factor(volume, "m3") * self.gas

    def kept(self, year: int, at: date | None = None, complies: float | None = None) -> float:
        """The factor of a year with the limit of a day (the end of the year), kg per unit of activity.

        ``(1 − c) f + c min(f, limit x gas)`` with c the share that complies, that of the year unless another is given.
        """
        share = self.complies[year] if complies is None else complies
        now = self.factor[year]
        if not self.limited or share == 0:
            return now
        return (1 - share) * now + share * min(now, self.allowed(at or norms.year_end(year)))


@dataclass(frozen=True, kw_only=True)
class LimitedSector:
    """Sources that together are a sector: kinds of plant by substance, their activity in ``unit``, factors ``per`` it.

    ``unit`` and ``per`` are of one dimension ("Mt clinker", "t clinker"); ``title`` and ``note`` by language. The
    processes are the same for all substances, and so is their activity.
    Raises InputError for doubled sources and years or activities that differ, UnitError for unlike units.
    """

    name: str
    sources: tuple[LimitedSource, ...]
    unit: str
    per: str
    source: str
    title: Mapping[str, str]
    note: Mapping[str, str] = dataclasses.field(default_factory=dict)
    chinese: Mapping[str, str] = dataclasses.field(default_factory=dict)  # names of the processes

    def __post_init__(self) -> None:
        units.factor(self.unit, self.per)
        if not self.sources:
            raise InputError("there are no sources", where=self.name, hint="add [[sources]]")
        activities: dict[str, ByYear] = {}
        seen = set()
        for one in self.sources:
            if (one.process, one.substance) in seen:
                raise InputError(f"{one.where} is there twice", where=self.name, hint="give each process its own name")
            seen.add((one.process, one.substance))
            if dict(activities.setdefault(one.process, one.activity)) != dict(one.activity):
                raise InputError(f"activity of {one.process} differs by substance", where=self.name, hint="give one")
        if len({tuple(sorted(one)) for one in activities.values()}) > 1:
            hint = "give each process each year; one that is closed has an activity of 0"
            raise InputError("the processes are of different years", where=self.name, hint=hint)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years of the activity, ascending."""
        return tuple(sorted(self.sources[0].activity))

    @cached_property
    def substances(self) -> tuple[str, ...]:
        """What is emitted, in the order of the sources."""
        return tuple(dict.fromkeys(one.substance for one in self.sources))

    @cached_property
    def processes(self) -> tuple[str, ...]:
        """The kinds of plant, in the order of the sources."""
        return tuple(dict.fromkeys(one.process for one in self.sources))

    @property
    def scale(self) -> float:
        """What activity x factor is multiplied by to be in kt."""
        return units.factor(self.unit, self.per) * units.factor("kg", "kt")

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over the sources and units."""
        return provenance.digest([repr((self.name, self.unit, self.per, self.sources))], [])

    def of(self, substance: str) -> tuple[LimitedSource, ...]:
        """The sources of a substance, in the order of the processes."""
        return tuple(one for one in self.sources if one.substance == substance)

    def require_year(self, year: int) -> None:
        """Raise MissingError for a year that the activity is not of."""
        if year not in self.years:
            hint = f"it holds {self.years[0]} to {self.years[-1]}"
            raise MissingError(f"there is no year {year}", where=self.name, hint=hint)

    def emitted(self, substance: str, year: int, at: date | None = None, complies: float | None = None) -> float:
        """kt of a substance in a year, under the limits of a day (the end of the year).

        Raises MissingError for a year that is not there, and as ``LimitedSource.kept``.
        """
        self.require_year(year)
        return self.scale * sum(one.activity[year] * one.kept(year, at, complies) for one in self.of(substance))

    def cited(self, at: date, substances: tuple[str, ...] = ()) -> str:
        """The limits that hold for it on a day, with their editions: 'NOx 400 mg/m3 (GB 4915-2013, kiln)'."""
        register, told = norms.standards(), {}
        for one in self.sources:
            if one.limited and any(one.complies.values()) and one.substance in (substances or self.substances):
                limit = one.limit(at)
                what = ", ".join(filter(None, (register.find(limit.standard).code, limit.subject, limit.area)))
                told[f"{one.substance} {limit.value:g} {limit.unit} ({what})"] = True
        return "; ".join(told)


def under_limits(
    table: Table,
    limited: LimitedSector,
    *,
    region: str,
    sector: str,
    at: date,
    share: float | Mapping[str, float] = 1.0,
    complies: float | None = None,
) -> Table:
    """The table with a sector's intensities as they would be under the limits of another day.

    F' = F (1 − b (1 − E'/E)), where E are the emissions of the sources in the table's year under the limits at its end,
    E' those of the same activity under the limits ``at``, and b the ``share`` of the sector's emissions that is theirs
    (by stressor, or one for all): declare it, tables mix them with other plants. ``complies`` is the share of activity
    that keeps to the limits ``at``, that of the year if not given. Only the stressors that table and sources share
    change; CO2 and all flows are as they were, so that production and consumption accounts can be held against those of
    ``table``. Findings say the norms, the ratio and the share.
    Raises LabelError for an unknown region or sector, MissingError for a year that the sources lack, NormError,
    QuestionError where no stressor is shared or nothing was emitted, InputError for a share outside 0 to 1.
    """
    shared = [name for name in table.stressors if name in limited.substances]
    if not shared:
        hint = f"attach one of {', '.join(limited.substances)}: see th.attach"
        raise QuestionError(f"{table.about.name} has no stressor of {limited.name}", hint=hint)
    place = (
        labels.positions([region], table.regions, what="region", where=table.about.name)[0],
        labels.positions([sector], table.sectors, what="sector", where=table.about.name)[0],
    )
    limited.require_year(table.year)
    F = table.F.values.copy()
    notes: list[Finding] = []
    for name in shared:
        part = share.get(name, 0.0) if isinstance(share, Mapping) else share
        if not 0 <= part <= 1:
            raise InputError(f"the share of {name} is {part:g}", where=limited.name, hint="shares are from 0 to 1")
        ratio = _ratio(limited, name, table.year, at, complies)
        cell = (table.stressors.index(name), *place)
        before = float(F[cell])
        F[cell] = after = before * (1 - part * (1 - ratio))
        told = {"stressor": name, "at": at, "unit": table.about.units[name], "norms": limited.cited(at, (name,)) or "-"}
        told |= {"before": before, "after": after, "ratio": ratio, "share": part}
        notes.append(found("under-limits", "note", f"region {region}, sector {sector}", abs(ratio - 1), **told))
    about = dataclasses.replace(table.about, name=f"{table.about.name}, {limited.name} under the norms at {at}")
    changed = table.F.copy(data=np.asarray(F))
    return table.replace(F=changed, about=about, findings=(*table.findings, *notes))


def _ratio(limited: LimitedSector, name: str, year: int, at: date, complies: float | None) -> float:
    """What the sources emit under the limits of a day over what they emit under those of the year."""
    now, then = limited.emitted(name, year), limited.emitted(name, year, at, complies)
    if now <= 0:
        hint = "name another table, or leave the substance out of the sources"
        raise QuestionError(f"{limited.name} emits no {name} in {year}", hint=hint)
    return then / now
