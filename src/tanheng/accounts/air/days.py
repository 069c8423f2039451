"""Values of days from hours, of stations and of their city, and the index of each day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.errors import QuestionError, nearest
from tanheng.kernels import air
from tanheng.norms.air import AirRules
from tanheng.systems.observations import Observations

Array = NDArray[np.float64]

CITY = "city"
CO_SCALE = 1000.0  # µg/m3 in a mg/m3, in which carbon monoxide is judged


def day_values(observations: Observations, rules: AirRules) -> xr.DataArray:
    """The value of each day (substance, place, day): stations, and their ``city``; NaN where the data are too few.

    In µg/m3, CO in mg/m3. A day is the mean of its hours (at least 20), for ozone the greatest mean of 8 hours (of at
    least 6 hours each, 14 of the 17, unless the greatest is above the limit). Observations of days are taken as they
    are. The city is the mean of its stations where at least 75 % of them have a value, of fewer than four stations
    50 %; it is rounded by GB/T 8170, stations are as computed. Hours are taken as they are given.
    Raises QuestionError where no substance of the index was observed.
    Source: GB 3095-2012, table 4; HJ 663-2013, sections 5 and 6. Entered from knowledge of them: the texts were not at
    hand, and the share of few stations above all is to be checked against section 6.
    """
    substances = [name for name in rules.substances if name in observations.substances]
    if not substances:
        hint = nearest(observations.substances[0], rules.substances)
        raise QuestionError(f"nothing of the index was observed in {observations.about.name}", hint=hint)
    values = np.stack([_of_stations(observations, rules, name) for name in substances])  # (substance, day, station)
    there = np.isfinite(values)
    count = there.sum(axis=2)
    enough = count >= rules.share_of(values.shape[2]) * values.shape[2]
    means = np.where(enough, np.where(there, values, 0.0).sum(axis=2) / np.maximum(count, 1), np.nan)
    city = np.stack([_rounded(row, rules, name) for row, name in zip(means, substances, strict=True)])
    coords = {
        "substance": substances,
        "place": [*observations.stations, CITY],
        "day": observations.days.to_numpy(),
        "unit": ("substance", ["mg/m3" if name == "CO" else "µg/m3" for name in substances]),
    }
    whole = np.concatenate([values, city[:, :, None]], axis=2).transpose(0, 2, 1)
    return xr.DataArray(whole, coords, ("substance", "place", "day"))


def _of_stations(observations: Observations, rules: AirRules, substance: str) -> Array:
    hours, validity = observations.by_day(substance), rules.validity
    scale = 1 / CO_SCALE if substance == "CO" else 1.0
    if observations.about.step == "day":
        return hours[:, 0] * scale
    if substance == "O3":
        eight, limit = validity["eight_hours"], rules.limit(substance).value
        return air.greatest_running_means(hours, eight["hours"], eight["means_a_day"], limit)
    return air.day_means(hours, validity["day"]["hours"]) * scale


def _rounded(values: Array, rules: AirRules, substance: str) -> Array:
    return air.rounded(values, rules.judged["decimals"][substance])


def index_of_days(days: xr.DataArray, rules: AirRules) -> pd.DataFrame:
    """The index of each place and day, one row each: place, day, index, primary, good, and the index of each substance.

    The index is the greatest of the substances', ``primary`` the one (or those) it is of where it is above 50, ``good``
    whether it is at most 100. A day counts (``index`` and ``good`` are there) where all substances have a value, or
    where one that has is above 100 already: then the others cannot make it good. Values are rounded before they are
    judged. A mean of 8 hours of ozone above the end of its scale, 800, stands at that end, 300: the least it can be.
    Source: HJ 633-2012, sections 4.2 to 4.4, entered from knowledge of them; the rule for missing substances is our own
    reading, and stricter than none.
    """
    at = np.array(rules.scale["at"], dtype=np.float64)
    names = [str(name) for name in days.indexes["substance"]]
    each = np.stack([_index(days.sel(substance=name).values, rules, name, at) for name in names])
    greatest = np.where(np.isfinite(each), each, -1.0).max(axis=0)
    whole = np.isfinite(each).all(axis=0) & (len(names) == len(rules.substances))
    index = np.where(whole | (greatest > rules.scale["good"]), greatest, np.nan).ravel()
    parts = each.reshape(len(names), -1)
    places, dates = days.indexes["place"], days.indexes["day"]
    good = pd.array(index <= rules.scale["good"], dtype="boolean")
    good[np.isnan(index)] = pd.NA
    frame = {
        "place": np.repeat(np.asarray(places), len(dates)),
        "day": np.tile(np.asarray(dates), len(places)),
        "index": index,
        "primary": _named((parts == index) & (index > rules.scale["primary_above"]), names),
        "good": good,
    }
    return pd.DataFrame(frame | dict(zip(names, parts, strict=True)))


def _index(values: Array, rules: AirRules, substance: str, at: Array) -> Array:
    points = np.array(rules.breakpoints(substance), dtype=np.float64)
    rounded = _rounded(values, rules, substance)
    return np.where(rounded > points[-1], at[len(points) - 1], air.index(rounded, points, at))


def _named(chosen: NDArray[np.bool_], names: Sequence[str]) -> NDArray[np.object_]:
    """The names (substance,) that are chosen in each column of (substance, n), joined: (n,)."""
    codes = (1 << np.arange(len(names))) @ chosen
    found, which = np.unique(codes, return_inverse=True)
    texts = [", ".join(name for bit, name in enumerate(names) if code >> bit & 1) for code in found.tolist()]
    return np.array(texts, dtype=object)[which]
