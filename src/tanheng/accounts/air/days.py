"""Values of days from hours, of stations and of their city, and the index of each day."""

from __future__ import annotations

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
    least 6 hours each, 14 of the 17). The city is the mean of its stations where at least 75 % of them have a value;
    it is rounded by GB/T 8170, stations are as computed.
    Raises QuestionError where no substance of the index was observed.
    Source: GB 3095, table 4; HJ 663, sections 5 and 6.
    """
    substances = [name for name in rules.substances if name in observations.substances]
    if not substances:
        hint = nearest(observations.substances[0], rules.substances)
        raise QuestionError(f"nothing of the index was observed in {observations.about.name}", hint=hint)
    values = np.stack([_of_stations(observations, rules, name) for name in substances])  # (substance, day, station)
    share = rules.assessment.rules["assessment"]["stations_share"]
    there = np.isfinite(values)
    enough = there.mean(axis=2) >= share
    means = np.where(there, values, 0.0).sum(axis=2) / np.maximum(there.sum(axis=2), 1)
    city = np.stack(
        [_rounded(row, rules, name) for row, name in zip(np.where(enough, means, np.nan), substances, strict=True)]
    )
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
    return air.rounded(values, rules.assessment.rules["assessment"]["decimals"][substance])


def index_of_days(days: xr.DataArray, rules: AirRules) -> pd.DataFrame:
    """The index of each place and day, one row each: place, day, index, primary, good, and the index of each substance.

    The index is the greatest of the substances', ``primary`` the one (or those) it is of where it is above 50, ``good``
    whether it is at most 100. A day counts (``index`` is not NaN) where all substances have a value, or where one that
    has is above 100 already: then the others cannot make it good. Values are rounded before they are judged.
    Source: HJ 633, sections 4.2 to 4.4; the rule for missing substances is our own reading, and stricter than none.
    """
    told = rules.index.rules["index"]
    at = np.array(told["at"], dtype=np.float64)
    names = [str(name) for name in days.indexes["substance"]]
    parts = []
    for name in names:
        rounded = _rounded(days.sel(substance=name).values, rules, name)
        parts.append(air.index(rounded, np.array(rules.breakpoints(name), dtype=np.float64), at))
    each = np.stack(parts)  # (substance, place, day)
    greatest = np.where(np.isfinite(each), each, -1.0).max(axis=0)
    whole = np.isfinite(each).all(axis=0) & (len(names) == len(rules.substances))
    index = np.where(whole | (greatest > told["good"]), greatest, np.nan)
    leading = [
        ", ".join(name for name, part in zip(names, column, strict=True) if part == top)
        if top > told["primary_above"]
        else ""
        for column, top in zip(each.reshape(len(names), -1).T, index.ravel(), strict=True)
    ]
    places, dates = days.indexes["place"], days.indexes["day"]
    frame = pd.DataFrame(
        {
            "place": np.repeat(np.asarray(places), len(dates)),
            "day": np.tile(np.asarray(dates), len(places)),
            "index": index.ravel(),
            "primary": leading,
            "good": index.ravel() <= told["good"],
        }
    )
    return frame.assign(**{name: part.ravel() for name, part in zip(names, each, strict=True)})
