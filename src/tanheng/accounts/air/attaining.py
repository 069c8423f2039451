"""Attainment: whether the air of a year meets the limits, under the rules of any date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.air.days import CITY, day_values, index_of_days
from tanheng.accounts.air.states import in_state_of, states_of
from tanheng.kernels import air
from tanheng.norms.air import AirRules, air_rules
from tanheng.norms.standard import Limit
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import Finding, found
from tanheng.systems.observations import GASES, PARTICLES, AirAbout, Observations

Bools = NDArray[np.bool_]

FEBRUARY = 2
ATTAINS, FAILS, TOO_FEW = "attains", "does not attain", "not enough data"
_CO_USUAL = (0.05, 50.0)  # mg/m3: no town's median day lies outside


@dataclass(frozen=True, eq=False)
class Attainment:
    """The air of one year under one set of rules.

    ``days``: place, day, value of each substance (µg/m3, CO mg/m3), index, primary, good. ``statistics``: place,
    substance, statistic ("annual mean", "percentile 95"), value, unrounded, unit, limit, meets, days (with a value),
    valid. ``places``: place, days (that count), good (of them), share, mean_index, verdict ("attains", "does not
    attain", "not enough data"), exceeds (substances with a valid statistic above its limit). ``states`` are the
    reference states of the data, by substance.
    """

    year: int
    rules: AirRules
    about: AirAbout
    states: Mapping[str, str]
    days: pd.DataFrame
    statistics: pd.DataFrame
    places: pd.DataFrame
    findings: tuple[Finding, ...]
    hash: str

    @property
    def city(self) -> pd.Series:
        """The row of the whole city."""
        return self.places.set_index("place").loc[CITY]


def attainment(observations: Observations, rules: AirRules, year: int) -> Attainment:
    """Whether the air of a year attains the rules: annual means, percentiles of days, days with good air.

    A place attains where all that is asked is valid and within its limit; one statistic above its limit with valid data
    is enough not to attain. A year is valid with 324 days, of them 27 a month (25 in February). The annual mean is that
    of days, of a city that of the city's days. Means of three years (HJ 663-2026) are not taken: their text is not at
    hand. The bulletins count a city as attaining by the annual means of four substances and the percentiles of CO and
    ozone; here the percentiles of the days of all six count, as HJ 663 has it.
    Raises QuestionError for a year that was not observed.
    Source: HJ 663-2013, tables 1 to 3 and annex A; GB 3095-2012, table 4; entered from knowledge of them.
    """
    own = observations.only(years=[year])
    values = day_values(own, rules)
    index = index_of_days(values, rules)
    statistics = _statistics(values, rules)
    columns = {str(name): values.sel(substance=name).values.ravel() for name in values.indexes["substance"]}
    days = pd.DataFrame(
        {"place": index["place"], "day": index["day"], **columns, **index[["index", "primary", "good"]]}
    )
    states = {name: states_of(own, name) for name in rules.substances if name in own.substances}
    findings = own.findings + tuple(_minded(own, rules, states, days))
    places = _places(index, statistics, rules)
    return Attainment(year, rules, own.about, states, days, statistics, places, findings, own.hash)


def under_rules(
    observations: Observations, rules: Sequence[str | date], year: int, *, grade: str = "II", convert: bool = False
) -> tuple[Attainment, ...]:
    """The same air of a year under several rules, such as ("2012", "2026", "2031"), at the place of the observations.

    With ``convert`` gases are brought to the reference state that each of the rules speaks of (``in_state_of``).
    Raises as ``air_rules``, ``attainment`` and ``in_state_of``.
    """
    own = observations.only(years=[year])
    each = (air_rules(name, grade=grade, place=own.about.place) for name in rules)
    return tuple(attainment(in_state_of(own, one) if convert else own, one, year) for one in each)


def _statistics(values: xr.DataArray, rules: AirRules) -> pd.DataFrame:
    """One row for each place and statistic that the rules ask of a substance that was observed."""
    valid, count = _are_valid(values, rules)
    rows = [
        pd.DataFrame(
            {
                "place": values.indexes["place"],
                "substance": name,
                "statistic": statistic,
                "value": air.rounded(raw, rules.judged["decimals"][name]),
                "unrounded": raw,
                "unit": limit.unit,
                "limit": limit.value,
                "days": count[at],
                "valid": valid[at],
            }
        )
        for at, name in enumerate(map(str, values.indexes["substance"]))
        for statistic, limit, raw in _asked(values.values[at], rules, name)
    ]
    order = np.arange(len(rows) * len(rows[0])).reshape(len(rows), -1).T.ravel()  # by place
    frame = pd.concat(rows, ignore_index=True).iloc[order].reset_index(drop=True)
    frame.insert(7, "meets", frame["value"] <= frame["limit"])
    return frame


def _asked(days: NDArray[np.float64], rules: AirRules, name: str) -> Iterator[tuple[str, Limit, NDArray[np.float64]]]:
    """The statistics that are asked of a substance's days (place, day): name, limit, and values (place,)."""
    if name in rules.judged["annual_mean"]:
        there = np.isfinite(days)
        count = there.sum(axis=1)
        sums = np.where(there, days, 0.0).sum(axis=1)
        yield "annual mean", rules.limit(name, "year"), np.where(count > 0, sums / np.maximum(count, 1), np.nan)
    if name in rules.judged["percentile"]:
        percent = rules.judged["percentile"][name]
        yield f"percentile {percent}", rules.limit(name), air.percentiles(days, percent)


def _are_valid(values: xr.DataArray, rules: AirRules) -> tuple[Bools, NDArray[np.int64]]:
    """Whether the days with a value make a year, and how many they are: (substance, place) each."""
    told = rules.validity["year"]
    months = values["day"].dt.month.values
    there = np.isfinite(values.values)
    enough = [
        there[:, :, months == month].sum(axis=2) >= told["days_in_february" if month == FEBRUARY else "days_a_month"]
        for month in range(1, 13)
    ]
    count = there.sum(axis=2)
    return np.logical_and.reduce([count >= told["days"], *enough]), count


def _places(index: pd.DataFrame, statistics: pd.DataFrame, rules: AirRules) -> pd.DataFrame:
    names = list(index["place"].unique())
    each = index["index"].to_numpy().reshape(len(names), -1)
    counted = np.isfinite(each)
    days, good = counted.sum(axis=1), (each <= rules.scale["good"]).sum(axis=1)
    valid = statistics["valid"].to_numpy().reshape(len(names), -1)
    meets = statistics["meets"].to_numpy().reshape(len(names), -1)
    asked = statistics["substance"].to_numpy()[: valid.shape[1]]
    whole = valid.all(axis=1) & (set(asked) == set(rules.substances))
    above = valid & ~meets
    some = np.maximum(days, 1)
    return pd.DataFrame(
        {
            "place": names,
            "days": days,
            "good": good,
            "share": np.where(days > 0, good / some, np.nan),
            "mean_index": np.where(days > 0, np.where(counted, each, 0.0).sum(axis=1) / some, np.nan),
            "verdict": np.where(above.any(axis=1), FAILS, np.where(whole, ATTAINS, TOO_FEW)),
            "exceeds": [", ".join(dict.fromkeys(asked[row])) for row in above],
        }
    )


def _minded(
    observations: Observations, rules: AirRules, states: Mapping[str, str], days: pd.DataFrame
) -> Iterator[Finding]:
    """What is to be minded: reference states, substances that were not observed, a scale that ends, odd numbers."""
    name, there = observations.about.name, observations.substances
    for check, substances in (("air-reference", GASES), ("air-particles", PARTICLES)):
        own = [one for one in substances if one in states]
        if own and states[own[0]] == NOT_STATED:
            yield found("air-unstated", "warning", name, of=", ".join(own), state=rules.state(own[0]))
        elif own and states[own[0]] != rules.state(own[0]):
            yield found(check, "warning", name, of=", ".join(own), own=states[own[0]], state=rules.state(own[0]))
    lacking = [one for one in rules.substances if one not in there]
    if lacking:
        yield found("air-substances", "warning", name, what=", ".join(lacking))
    if observations.about.step == "day":
        yield found("air-days", "note", name)
    if "O3" in days:
        beyond = int((days["O3"] > rules.breakpoints("O3")[-1]).sum())
        if beyond:
            yield found("air-scale", "warning", name, days=beyond, end=f"{rules.breakpoints('O3')[-1]:g}")
    if "CO" in days and not _CO_USUAL[0] <= (usual := float(days["CO"].median())) <= _CO_USUAL[1]:
        yield found("air-carbon-monoxide", "warning", name, median=f"{usual:.3g}")
