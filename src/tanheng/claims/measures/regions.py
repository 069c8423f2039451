"""Measures of regions: production-based less consumption-based emissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tanheng import units
from tanheng.claims.datasets import GCB, TABLE, Dataset, NotAtHandError, span
from tanheng.claims.measures.declared import EVERY_YEAR, MASS, Computed, Years, measure
from tanheng.claims.messages import Said, joined, say
from tanheng.labels import LANGUAGES, region_name
from tanheng.norms import Grouping

_COMMA = {"en": ", ", "zh": "、"}


@measure("gap", takes=(GCB, TABLE), unit=MASS)
def gap(dataset: Dataset, of: str, year: int, group: str = "", unit: str = "Gt") -> Computed:
    """Production-based less consumption-based CO2 of a region, or of the members ``of`` a group, in a year.

    Positive where more is emitted for others than others emit for it. ``group`` names a grouping (norms), at the year's
    own end unless it says another ("oecd@2020").
    """
    if year not in dataset.years:
        near = dataset.nearest(year)
        nearest = say("nearest", year=near, value=gap(dataset, of, near, group, unit).value, unit=unit)
        raise NotAtHandError(joined(dataset.missing_years(year), nearest))
    given, grouping = dataset.regional(year), _grouping(dataset, year, group)
    value = _of(dataset, of, year, grouping) * units.factor("Mt", unit)
    return Computed(value, source=given.source, hash=given.hash, note=_note(dataset, of, [grouping]))


@measure("gap-sign", takes=(GCB, TABLE), answers=EVERY_YEAR)
def gap_sign(
    dataset: Dataset, of: str, years: Years, sign: Literal["positive", "negative"] = "positive", group: str = ""
) -> Computed:
    """Whether that gap is positive, or negative, in every year from ``years[0]`` to ``years[1]``."""
    wanted = range(years[0], years[1] + 1)
    there = [year for year in wanted if year in dataset.years]
    if not there:
        raise NotAtHandError(dataset.missing_years(span(wanted)))
    groupings = {year: _grouping(dataset, year, group) for year in there}
    towards = 1 if sign == "positive" else -1
    held = tuple(year for year in there if towards * _of(dataset, of, year, groupings[year]) > 0)
    last, note = dataset.regional(there[-1]), _note(dataset, of, list(groupings.values()))
    whole = len(there) == len(wanted)
    return Computed(held=held, there=tuple(there), whole=whole, source=last.source, hash=last.hash, note=note)


def _grouping(dataset: Dataset, year: int, group: str) -> Grouping | None:
    return dataset.grouping(group, year) if group else None


def _of(dataset: Dataset, of: str, year: int, grouping: Grouping | None) -> float:
    """Mt. Raises NotAtHandError where the region, or the group, is not there."""
    gaps = dataset.regional(year).gap
    own = [of] if grouping is None else list(grouping.members.get(of, ()))
    if not own or not set(own) <= set(gaps.indexes["region"]):
        raise NotAtHandError(say("no-place", dataset=dataset.title, what=f"{of}, {year}"))
    return float(gaps.sel(region=own).sum())


def _note(dataset: Dataset, of: str, groupings: Sequence[Grouping | None]) -> Said:
    """How many countries are summed, and who is counted in the group without being a country."""
    found = [one for one in groupings if one is not None]
    if not found:
        return {}
    counts = [len(one.members[of]) for one in found]
    counted = say("countries", count=span(counts)) if dataset.kind == GCB else {}
    return joined(counted, _assumed(of, found[-1]))


def _assumed(of: str, grouping: Grouping) -> Said:
    codes = [one for one in grouping.assumed if one in grouping.members[of]]
    if not codes:
        return {}
    names = {language: _COMMA[language].join(region_name(one, language) for one in codes) for language in LANGUAGES}
    group = {"en": of, "zh": grouping.groups_zh[grouping.groups.index(of)]}
    return say("assumed", regions=names, group=group)
