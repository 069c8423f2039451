"""Air made by hand: hours of whole days, each substance the same all day unless told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tanheng.systems.observations import SUBSTANCES, AirAbout, Observations

STANDARD = "273.15 K, 101.325 kPa"
ABOUT = AirAbout("town", "CHN", reference=STANDARD)
LOW = {"PM2.5": 35.0, "PM10": 50.0, "SO2": 50.0, "NO2": 40.0, "CO": 2000.0, "O3": 100.0}  # µg/m3: an index of 50 each
UNITS = dict.fromkeys(SUBSTANCES, "µg/m3")


def frame(days: Sequence[Mapping[str, float]], start: str = "2015-01-01", station: str = "one") -> pd.DataFrame:
    """A tidy frame of 24 hours for each day; a day tells what differs from LOW, NaN for what was not observed."""
    parts = []
    for at, day in enumerate(days):
        hours = pd.date_range(pd.Timestamp(start) + pd.Timedelta(days=at), periods=24, freq="h")
        for substance, value in (LOW | dict(day)).items():
            parts.append(pd.DataFrame({"station": station, "time": hours, "substance": substance, "value": value}))
    return pd.concat(parts, ignore_index=True)


def town(days: Sequence[Mapping[str, float]], start: str = "2015-01-01", about: AirAbout = ABOUT) -> Observations:
    """Those hours as observations of one station."""
    return Observations.of(frame(days, start), about, units=UNITS)


def year(year: int = 2015, about: AirAbout = ABOUT, **levels: float) -> Observations:
    """A whole year of hours of one station, each substance as in LOW or as told."""
    hours = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
    told = LOW | {name.replace("PM25", "PM2.5"): value for name, value in levels.items()}
    tidy = pd.DataFrame({name: np.full(len(hours), value) for name, value in told.items()}, index=hours)
    whole = tidy.melt(ignore_index=False, var_name="substance").rename_axis("time").reset_index()
    return Observations.of(whole.assign(station="one"), about, units=UNITS)


def without(observations: Observations, start: str, end: str, substance: str = "") -> Observations:
    """The same observations with nothing observed from one time to another, of one substance or of all."""
    values = observations.values.copy()
    values.loc[{"time": slice(start, end), **({"substance": substance} if substance else {})}] = np.nan
    return observations.replace(values=values)
