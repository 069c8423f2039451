"""Years and rules beside each other: what differs, and what makes the difference no fair one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from tanheng.accounts.air.attaining import TOO_FEW, Attainment
from tanheng.accounts.air.days import CITY
from tanheng.errors import QuestionError, nearest
from tanheng.norms.air import states_between
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import Finding, found, listed

By = Literal["place", "substance", "day"]


def tidy_air(them: Sequence[Attainment], by: By = "place") -> pd.DataFrame:
    """One frame of several years or rules: the columns year and rules, and those of places, statistics or days.

    Raises QuestionError for another ``by``.
    """
    frames = {"place": "places", "substance": "statistics", "day": "days"}
    if by not in frames:
        raise QuestionError(f"there are no rows by {by!r}", hint=nearest(by, frames))
    parts = []
    for one in them:
        part: pd.DataFrame = getattr(one, frames[by]).copy()
        part.insert(0, "year", one.year)
        part.insert(1, "rules", one.rules.name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two years side by side.

    ``frame``: place, substance ("" for the index), statistic ("days", "good", "share", "mean index", "annual mean",
    "percentile 95"), unit, first, last, change (last − first), relative (of first), valid (in both years).
    ``findings`` say what makes them no fair comparison.
    """

    first: Attainment
    last: Attainment
    frame: pd.DataFrame
    findings: tuple[Finding, ...]


def compared_years(first: Attainment, last: Attainment) -> Comparison:
    """What changed from one year to another, by place, with a warning for each thing that else changed in between.

    That is: other editions of the rules, another reference state of the data or of the rules, other stations, too few
    data. Relative changes are of unrounded values.
    """
    before, after = (_long(one).set_index(["place", "substance", "statistic"]) for one in (first, last))
    whole = before.index.append(after.index.difference(before.index, sort=False))
    before, after = before.reindex(whole), after.reindex(whole)
    frame = pd.DataFrame(
        {
            "unit": before["unit"].fillna(after["unit"]),
            "first": before["value"],
            "last": after["value"],
            "change": after["value"] - before["value"],
            "relative": after["value"] / before["value"].replace(0, np.nan) - 1,
            "valid": before["valid"].eq(True) & after["valid"].eq(True),
        }
    ).reset_index()
    findings = dict.fromkeys((*first.findings, *last.findings)) | dict.fromkeys(_unlike(first, last))
    return Comparison(first, last, frame, tuple(findings))


def _long(one: Attainment) -> pd.DataFrame:
    """Every number of a year: place, substance, statistic, unit, value, valid."""
    units = {"days": "d", "good": "d", "share": "1", "mean_index": "1"}
    index = one.places.melt(["place"], list(units), "statistic", "value")
    index = index.assign(substance="", unit=index["statistic"].map(units), valid=True)
    index["statistic"] = index["statistic"].replace("mean_index", "mean index")
    columns = ["place", "substance", "statistic", "unit", "value", "valid"]
    statistics = one.statistics.assign(value=one.statistics["unrounded"])
    order = {place: at for at, place in enumerate(one.places["place"])}
    whole = pd.concat([index[columns], statistics[columns]])
    return whole.sort_values("place", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _unlike(first: Attainment, last: Attainment) -> Iterator[Finding]:
    """What else changed between two years."""
    where = f"{first.year}, {last.year}"
    if _rules_of(first) != _rules_of(last):
        told = [f"{one.rules.editions} ({one.rules.at})" for one in (first, last)]
        yield found("air-editions", "warning", where, first=told[0], last=told[1])
    for states in _changed(first, last):
        yield found("air-states", "warning", where, of=listed(states[0]), first=states[1], last=states[2])
    stations = [_observed(one) for one in (first, last)]
    if stations[0] != stations[1]:
        yield found("air-stations", "warning", where, names=listed(sorted(stations[0] ^ stations[1])))
    for one in (first, last):
        if one.city["verdict"] == TOO_FEW or not one.statistics.loc[one.statistics["place"] == CITY, "valid"].all():
            yield found("air-data", "warning", str(one.year), year=one.year)


def _rules_of(one: Attainment) -> object:
    """The editions, and the limits that hold within them."""
    keys = one.statistics[["substance", "statistic", "limit"]].drop_duplicates()
    return one.rules.editions, tuple(keys.itertuples(index=False, name=None))


def _changed(first: Attainment, last: Attainment) -> list[tuple[list[str], str, str]]:
    """The substances whose data are in another state than before, or change it within a year, by what changed."""
    by_change: dict[tuple[str, str], list[str]] = {}
    for name in [name for name in first.states if name in last.states]:
        states = (_state(first, name), _state(last, name))
        if states[0] != states[1] or "→" in states[0]:
            by_change.setdefault(states, []).append(name)
    return [(names, *change) for change, names in by_change.items()]


def _state(one: Attainment, substance: str) -> str:
    """The state of the data; where it is not stated, the one that the standards of that year asked for."""
    if one.states[substance] != NOT_STATED:
        return one.states[substance]
    asked = states_between(substance, date(one.year, 1, 1), date(one.year, 12, 31))
    return " → ".join(state for _, state in asked)


def _observed(one: Attainment) -> set[str]:
    """The stations that have a day with some value."""
    there = one.days[list(one.states)].notna().any(axis=1)
    return set(one.days.loc[there, "place"]) - {CITY}
