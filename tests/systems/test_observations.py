"""Observations of the air: whole days without gaps, units, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from air_data import ABOUT, UNITS, frame, town

from tanheng.errors import InputError, LabelError, QuestionError, UnitError
from tanheng.systems.observations import DATED, AirAbout, Observations


def test_hours_that_are_not_there_are_missing_and_days_are_whole():
    rows = frame([{}, {}, {}])
    rows = rows[~rows["time"].between("2015-01-01 20:00", "2015-01-03 03:00")]
    found = Observations.of(rows, ABOUT, units=UNITS)
    hours = found.by_day("PM2.5")
    assert hours.shape == (3, 24, 1)
    assert np.isfinite(hours[:, :, 0]).sum(axis=1).tolist() == [20, 0, 20]
    assert found.years == (2015,)


def test_a_day_is_one_value_where_days_were_observed():
    rows = frame([{}, {}]).query("time.dt.hour == 0")
    found = Observations.of(rows, AirAbout("town", step="day"), units=UNITS)
    assert found.by_day("O3").shape == (2, 1, 1)


def test_units_are_brought_to_micrograms():
    rows = frame([{"CO": 2.0}])
    found = Observations.of(rows, ABOUT, units=UNITS | {"CO": "mg/m3"})
    assert found.values.sel(substance="CO").max() == 2000
    assert found.values.sel(substance="SO2").max() == 50
    with pytest.raises(UnitError, match="the unit of CO is 'ppm'"):
        Observations.of(rows, ABOUT, units=UNITS | {"CO": "ppm"})
    with pytest.raises(UnitError, match="the unit of CO is None"):
        Observations.of(rows, ABOUT, units={name: "µg/m3" for name in UNITS if name != "CO"})


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"value": -1.0}, InputError, "PM2.5 at one, 2015-01-01 00:00:00 is -1"),
        ({"value": np.inf}, InputError, "is inf; leave it empty"),
        ({"time": pd.Timestamp("2015-01-01 00:30")}, InputError, "00:30:00 is at no full hour"),
        ({"station": None}, LabelError, "has no name"),
        ({"time": pd.Timestamp("2015-01-01 01:00")}, InputError, "PM2.5 at one, 2015-01-01 01:00:00 is there twice"),
    ],
)
def test_what_is_refused(change, error, message):
    rows = frame([{}])
    for name, value in change.items():
        rows[name] = [value, *rows[name].iloc[1:]]
    with pytest.raises(error, match=message):
        Observations.of(rows, ABOUT, units=UNITS)


def test_a_frame_without_a_column_or_a_line():
    with pytest.raises(LabelError, match="no column value"):
        Observations.of(frame([{}]).drop(columns="value"), ABOUT, units=UNITS)
    with pytest.raises(InputError, match="no observations"):
        Observations.of(frame([{}]).head(0), ABOUT, units=UNITS)


def test_only_some_years_and_stations():
    rows = pd.concat([frame([{}, {}], "2015-12-31", name) for name in ("one", "two")])
    found = Observations.of(rows, ABOUT, units=UNITS)
    assert found.only(years=[2016]).days.tolist() == [pd.Timestamp("2016-01-01")]
    assert found.only(stations=["two"]).stations == ("two",)
    with pytest.raises(QuestionError, match="there is no station three"):
        found.only(stations=["three"])
    with pytest.raises(QuestionError, match="there is no year 1999; known are 2015, 2016"):
        found.only(years=[1999])


def test_the_hash_follows_the_numbers_and_what_they_are_said_to_be():
    one = town([{}])
    assert one.hash == town([{}]).hash
    assert one.hash != town([{"O3": 1.0}]).hash
    assert one.hash != town([{}], about=AirAbout("town", reference=DATED)).hash


def test_particles_have_the_state_of_gases_unless_told():
    assert AirAbout("town", reference="273.15 K, 101.325 kPa").state("PM10") == "273.15 K, 101.325 kPa"
    both = AirAbout("town", reference="298.15 K, 101.325 kPa", particles="ambient")
    assert (both.state("PM10"), both.state("O3")) == ("ambient", "298.15 K, 101.325 kPa")
