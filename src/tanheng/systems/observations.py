"""Observations of the air, frozen: concentrations by station, hour (or day) and substance."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from tanheng import provenance
from tanheng.errors import InputError, LabelError, UnitError
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import Finding

Step = Literal["hour", "day"]
SUBSTANCES = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
TO_UG = {"µg/m3": 1.0, "ug/m3": 1.0, "μg/m3": 1.0, "mg/m3": 1000.0, "ng/m3": 0.001}  # to µg/m3


@dataclass(frozen=True)
class AirAbout:
    """What observations are: where and what of, in which ``reference`` state, with their source and licence.

    ``place`` is that of the norms, a code such as "CHN-BJ"; ``step`` is "hour" or "day".
    """

    name: str
    place: str = "CHN"
    step: Step = "hour"
    reference: str = NOT_STATED
    source: str = NOT_STATED
    licence: str = NOT_STATED


@dataclass(frozen=True, eq=False)
class Observations:
    """Concentrations (substance, station, time) in µg/m3, NaN where nothing was observed; whole days, none doubled.

    ``time`` are the beginnings of hours or days, without a gap: an hour that is not there is a NaN.
    """

    values: xr.DataArray
    about: AirAbout
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        about: AirAbout,
        *,
        units: Mapping[str, str],
        findings: tuple[Finding, ...] = (),
    ) -> Observations:
        """Of a tidy frame with the columns station, time, substance, value; ``units`` of each substance.

        Raises InputError for a doubled hour, a negative or infinite concentration, LabelError for columns that are not
        there, UnitError for a substance without a unit or with one that is none of a concentration.
        """
        lacking = [name for name in ("station", "time", "substance", "value") if name not in frame]
        if lacking:
            hint = "give station, time, substance and value"
            raise LabelError(f"there is no column {lacking[0]}", where=about.name, hint=hint)
        for substance in frame["substance"].unique():
            if units.get(substance) not in TO_UG:
                hint = f"say it for each substance: {', '.join(TO_UG)}"
                raise UnitError(f"the unit of {substance} is {units.get(substance)!r}", where=about.name, hint=hint)
        twice = frame.duplicated(["station", "time", "substance"])
        if twice.any():
            row = frame[twice].iloc[0]
            hint = "give each hour of a station once"
            raise InputError(
                f"{row['substance']} at {row['station']}, {row['time']} is there twice", where=about.name, hint=hint
            )
        bad = (frame["value"] < 0) | np.isinf(frame["value"])
        if bad.any():
            row = frame[bad].iloc[0]
            what = f"{row['substance']} at {row['station']}, {row['time']} is {row['value']:g}"
            raise InputError(what, where=about.name, hint="leave it empty where nothing was observed")
        scale = frame["substance"].map({name: TO_UG[unit] for name, unit in units.items() if unit in TO_UG})
        cube = frame.assign(value=frame["value"] * scale).set_index(["substance", "station", "time"])["value"]
        array = xr.DataArray.from_series(cube)
        return cls(_whole_days(array, about.step).assign_attrs(units="µg/m3"), about, findings)

    @property
    def substances(self) -> tuple[str, ...]:
        """What was observed."""
        return tuple(str(name) for name in self.values.indexes["substance"])

    @property
    def stations(self) -> tuple[str, ...]:
        """Where."""
        return tuple(str(name) for name in self.values.indexes["station"])

    @cached_property
    def days(self) -> pd.DatetimeIndex:
        """The days, each whole."""
        return pd.DatetimeIndex(self.values.indexes["time"].normalize().unique())

    @property
    def years(self) -> tuple[int, ...]:
        """The years that have a day."""
        return tuple(sorted({int(year) for year in self.days.year}))

    def by_day(self, substance: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """The hours of a substance, (days, 24, stations)."""
        hours = self.values.sel(substance=substance).transpose("time", "station").values
        return hours.reshape(len(self.days), -1, len(self.stations))

    def only(self, *, years: Sequence[int] | None = None, stations: Sequence[str] | None = None) -> Observations:
        """Those of some years and stations."""
        values = self.values
        if years is not None:
            values = values.isel(time=np.isin(values["time"].dt.year, list(years)))
        if stations is not None:
            values = values.sel(station=list(stations))
        return dataclasses.replace(self, values=values)

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over labels and numbers (convention 8)."""
        texts = [repr(self.about), *self.substances, *self.stations, str(self.days[0]), str(self.days[-1])]
        return provenance.digest(texts, [np.ascontiguousarray(self.values.values)])


def _whole_days(array: xr.DataArray, step: Step) -> xr.DataArray:
    """The array over whole days from its first to its last, with NaN where an hour is not there."""
    times = pd.DatetimeIndex(array.indexes["time"])
    first, last = times.min().normalize(), times.max().normalize()
    if step == "day":
        return array.reindex(time=pd.date_range(first, last, freq="D"))
    return array.reindex(time=pd.date_range(first, last + pd.Timedelta(hours=23), freq="h"))
