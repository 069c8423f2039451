"""Attainment: whether the air of a year meets the limits, under the rules of any date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounts.air.days import CITY, day_values, index_of_days
from tanheng.errors import QuestionError
from tanheng.kernels import air
from tanheng.norms.air import AirRules
from tanheng.systems.finding import Finding, found
from tanheng.systems.observations import Observations

FEBRUARY = 2
GASES = ("SO2", "NO2", "CO", "O3")


@dataclass(frozen=True)
class Attainment:
    """The air of one year under one set of rules.

    ``days``: place, day, value of each substance, index, primary, good. ``statistics``: place, substance, statistic
    ("annual mean", "percentile 95"), value, unit, limit, meets, days (with a value), valid. ``places``: place, days
    (that count), good (of them), share, verdict ("attains", "does not attain", "not enough data").
    """

    year: int
    rules: AirRules
    days: pd.DataFrame
    statistics: pd.DataFrame
    places: pd.DataFrame
    findings: tuple[Finding, ...]
    hash: str

    @property
    def city(self) -> pd.Series:  # type: ignore[type-arg]
        """The row of the whole city."""
        return self.places.set_index("place").loc[CITY]


def attainment(observations: Observations, rules: AirRules, year: int) -> Attainment:
    """Whether the air of a year attains the rules: annual means, percentiles of days, days with good air.

    A place attains where all that is asked is valid and within its limit; one statistic above its limit with valid data
    is enough not to attain. A year is valid with 324 days, of them 27 a month (25 in February).
    Raises QuestionError for a year that was not observed.
    Source: HJ 663, tables 1 to 3 and annex A; GB 3095, table 4.
    """
    if year not in observations.years:
        hint = f"it has {', '.join(map(str, observations.years))}"
        raise QuestionError(f"{observations.about.name} has no year {year}", hint=hint)
    own = observations.only(years=[year])
    values = day_values(own, rules)
    index = index_of_days(values, rules)
    statistics = pd.DataFrame(_statistics(values, rules))
    places = pd.DataFrame(_places(index, statistics))
    wide = values.to_dataset("substance").to_dataframe().reset_index()
    days = wide.merge(index[["place", "day", "index", "primary", "good"]], on=["place", "day"], sort=False)
    return Attainment(year, rules, days, statistics, places, own.findings + _minded(own, rules), own.hash)


def _statistics(values: xr.DataArray, rules: AirRules) -> Iterator[dict[str, object]]:
    told = rules.assessment.rules["assessment"]
    for place in values.indexes["place"]:
        for name in values.indexes["substance"]:
            series = values.sel(place=place, substance=name)
            asked = {"annual mean": "year"} if name in told["annual_mean"] else {}
            if name in told["percentile"]:
                asked[f"percentile {told['percentile'][name]}"] = ""
            valid, count = _is_valid(series, rules)
            for statistic, averaging in asked.items():
                raw = _mean(series) if averaging else air.percentile(series.values, told["percentile"][name])
                value = float(air.rounded(np.array([raw]), told["decimals"][name])[0])
                limit = rules.limit(str(name), averaging)
                yield {
                    "place": place,
                    "substance": name,
                    "statistic": statistic,
                    "value": value,
                    "unit": limit.unit,
                    "limit": limit.value,
                    "meets": value <= limit.value,
                    "days": count,
                    "valid": valid,
                }


def _mean(series: xr.DataArray) -> float:
    there = series.values[np.isfinite(series.values)]
    return float(there.mean()) if len(there) else float("nan")


def _is_valid(series: xr.DataArray, rules: AirRules) -> tuple[bool, int]:
    """Whether the days with a value make a year, and how many they are."""
    told = rules.validity["year"]
    there = series["day"].values[np.isfinite(series.values)]
    months = pd.DatetimeIndex(there).month.value_counts().reindex(range(1, 13), fill_value=0)
    needed = pd.Series({m: told["days_in_february" if m == FEBRUARY else "days_a_month"] for m in range(1, 13)})
    return bool(len(there) >= told["days"] and (months >= needed).all()), len(there)


def _places(index: pd.DataFrame, statistics: pd.DataFrame) -> Iterator[dict[str, object]]:
    for place, own in index.groupby("place", sort=False):
        counted = own["index"].notna()
        asked = statistics[statistics["place"] == place]
        fails = (asked["valid"] & ~asked["meets"]).any()
        verdict = "does not attain" if fails else "attains" if asked["valid"].all() else "not enough data"
        days, good = int(counted.sum()), int((own["good"] & counted).sum())
        yield {
            "place": place,
            "days": days,
            "good": good,
            "share": good / days if days else float("nan"),
            "mean_index": float(own["index"].mean()),
            "verdict": verdict,
        }


def _minded(observations: Observations, rules: AirRules) -> tuple[Finding, ...]:
    """What is to be minded: a reference state other than that of the rules, substances that were not observed."""
    notes, name = [], observations.about.name
    for substances in (GASES, ("PM10", "PM2.5")):
        there = [one for one in substances if one in observations.substances]
        if there and rules.limit(there[0]).reference != observations.about.reference:
            state, own = rules.limit(there[0]).reference, observations.about.reference
            notes.append(found("air-reference", "warning", name, of=", ".join(there), own=own, state=state))
    lacking = [one for one in rules.substances if one not in observations.substances]
    if lacking:
        notes.append(found("air-substances", "warning", name, what=", ".join(lacking)))
    return tuple(notes)


def compared(first: Attainment, last: Attainment) -> tuple[Finding, ...]:
    """What makes two years no fair comparison: other editions, another reference state, too few data in one of them."""
    notes = []
    if first.rules.editions != last.rules.editions:
        notes.append(
            found(
                "air-editions",
                "warning",
                f"{first.year}, {last.year}",
                first=first.rules.editions,
                last=last.rules.editions,
            )
        )
    for name in ("PM2.5", "SO2"):
        states = [one.rules.limit(name).reference for one in (first, last)]
        if states[0] != states[1]:
            notes.append(
                found("air-states", "warning", f"{first.year}, {last.year}", of=name, first=states[0], last=states[1])
            )
    for one in (first, last):
        if one.city["verdict"] == "not enough data":
            notes.append(found("air-data", "warning", str(one.year)))
    return tuple(notes)
