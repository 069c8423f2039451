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
from numpy.typing import NDArray

from tanheng import provenance
from tanheng.errors import InputError, LabelError, QuestionError, UnitError, nearest
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import Finding

Array = NDArray[np.float64]
Step = Literal["hour", "day"]
PARTICLES = ("PM2.5", "PM10")
GASES = ("SO2", "NO2", "CO", "O3")
SUBSTANCES = (*PARTICLES, *GASES)
TO_UG = {"µg/m3": 1.0, "ug/m3": 1.0, "μg/m3": 1.0, "mg/m3": 1000.0, "ng/m3": 0.001}  # to µg/m3
DATED = "that of its day"  # a reference state: the one that the standard of each day asked for
_EVERY = {"hour": pd.Timedelta(hours=1), "day": pd.Timedelta(days=1)}


@dataclass(frozen=True)
class AirAbout:
    """What observations are: where and what of, in which reference state, with their source and licence.

    ``place`` is that of the norms, a code such as "CHN-BJ"; ``step`` is "hour" or "day", where a day's ozone is its
    greatest mean of 8 hours. ``reference`` is the state that gases are given in, ``particles`` that of particles (""
    where it is the same): as the standards write it ("273.15 K, 101.325 kPa", "ambient"), or ``DATED``.
    """

    name: str
    place: str = "CHN"
    step: Step = "hour"
    reference: str = NOT_STATED
    particles: str = ""
    source: str = NOT_STATED
    licence: str = NOT_STATED

    def state(self, substance: str) -> str:
        """The reference state that a substance is given in."""
        return self.particles if substance in PARTICLES and self.particles else self.reference


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

        Raises InputError for a doubled hour, a time within an hour, a negative or infinite concentration, or no line at
        all; LabelError for columns that are not there; UnitError for a substance without a unit or with one that is
        none of a concentration.
        """
        lacking = [name for name in ("station", "time", "substance", "value") if name not in frame]
        if lacking:
            hint = "give station, time, substance and value"
            raise LabelError(f"there is no column {lacking[0]}", where=about.name, hint=hint)
        if frame.empty:
            raise InputError("there are no observations", where=about.name, hint="give one line at least")
        _require_sound(frame, about)
        (substance, substances), (station, stations) = (_coded(frame[name]) for name in ("substance", "station"))
        scale = np.array([_to_ug(name, units, about.name) for name in substances])
        first, last = frame["time"].min().normalize(), frame["time"].max().normalize()
        times = pd.date_range(first, last + pd.Timedelta(days=1), freq=_EVERY[about.step], inclusive="left")
        shape = (len(substances), len(stations), len(times))
        step = ((frame["time"] - first) // _EVERY[about.step]).to_numpy()
        at = np.ravel_multi_index((substance, station, step), shape)
        often = np.bincount(at, minlength=0)[at]
        if often.max() > 1:
            hint = f"give each {about.step} of a station once"
            raise InputError(f"{_named(frame[often > 1])} is there twice", where=about.name, hint=hint)
        values = np.full(shape, np.nan)
        values.ravel()[at] = frame["value"].to_numpy(dtype=np.float64) * scale[substance]
        coords = {"substance": substances, "station": stations, "time": times}
        return cls(xr.DataArray(values, coords, tuple(coords), attrs={"units": "µg/m3"}), about, findings)

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

    def by_day(self, substance: str) -> Array:
        """The hours of a substance, (days, 24, stations); of observations of days, (days, 1, stations)."""
        hours = self.values.sel(substance=substance).transpose("time", "station").values
        return hours.reshape(len(self.days), -1, len(self.stations))

    def only(self, *, years: Sequence[int] | None = None, stations: Sequence[str] | None = None) -> Observations:
        """Those of some years and stations. Raises QuestionError for a year or a station that is not there."""
        values = self.values
        if years is not None:
            self._require(years, self.years, "year")
            values = values.isel(time=np.isin(values["time"].dt.year, list(years)))
        if stations is not None:
            self._require(stations, self.stations, "station")
            values = values.sel(station=list(dict.fromkeys(stations)))
        return dataclasses.replace(self, values=values)

    def replace(self, **changes: object) -> Observations:
        """The same observations with ``values``, ``about`` or ``findings`` changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over labels and numbers (convention 8)."""
        texts = [repr(self.about), *self.substances, *self.stations, str(self.days[0]), str(self.days[-1])]
        return provenance.digest(texts, [np.ascontiguousarray(self.values.values)])

    def _require(self, asked: Sequence[object], known: Sequence[object], what: str) -> None:
        for one in asked:
            if one not in known:
                raise QuestionError(
                    f"there is no {what} {one}", where=self.about.name, hint=nearest(str(one), map(str, known))
                )


def _to_ug(substance: str, units: Mapping[str, str], where: str) -> float:
    unit = units.get(substance)
    if unit not in TO_UG:
        hint = f"say it for each substance: {', '.join(dict.fromkeys(('µg/m3', *TO_UG)))}"
        raise UnitError(f"the unit of {substance} is {unit!r}", where=where, hint=hint)
    return TO_UG[unit]


def _coded(column: pd.Series) -> tuple[NDArray[np.intp], list[str]]:
    """A column as places in its names, which are sorted."""
    at, labels = pd.factorize(column)
    order = np.argsort(np.asarray(labels, dtype=str), kind="stable")
    return np.argsort(order, kind="stable")[at], [str(labels[one]) for one in order]


def _require_sound(frame: pd.DataFrame, about: AirAbout) -> None:
    """Raise InputError for a concentration below zero or infinite, and for a time that is no beginning of a step."""
    nameless = frame["station"].isna() | frame["substance"].isna()
    if nameless.any():
        raise LabelError("a station or a substance has no name", where=about.name, hint="name each of them")
    bad = frame[(frame["value"] < 0) | np.isinf(frame["value"])]
    if len(bad):
        what = f"{_named(bad)} is {bad['value'].iloc[0]:g}"
        raise InputError(what, where=about.name, hint="leave it empty where nothing was observed")
    off = frame[frame["time"].isna() | (frame["time"] != frame["time"].dt.floor(_EVERY[about.step]))]
    if len(off):
        hint = f"give the beginning of each {about.step}"
        raise InputError(f"{_named(off)} is at no full {about.step}", where=about.name, hint=hint)


def _named(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    return f"{first['substance']} at {first['station']}, {first['time']}"
