"""Attainment of a year: statistics by hand, validity on its edges, verdicts, one air under several rules."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from air_data import ABOUT, UNITS, frame, town, without, year

from tanheng.accounts.air.attaining import attainment, under_rules
from tanheng.accounts.air.comparing import tidy_air
from tanheng.errors import NormError, QuestionError
from tanheng.norms.air import air_rules
from tanheng.systems.observations import AirAbout, Observations

OLD, NEW, LATER = (air_rules(name) for name in ("2012", "2026", "2031"))


def row(found, substance, statistic, place="one"):
    frame = found.statistics
    return frame[
        (frame["place"] == place) & (frame["substance"] == substance) & (frame["statistic"] == statistic)
    ].iloc[0]


def test_a_year_at_the_limits_attains_and_one_above_does_not():
    """A value on the limit meets it: PM2.5 of 35, PM10 of 50, SO2 of 50, NO2 of 40 all year."""
    found = attainment(year(), OLD, 2015)
    assert found.city["verdict"] == "attains"
    assert found.city["days"] == found.city["good"] == 365
    assert row(found, "PM2.5", "annual mean")["limit"] == 35
    above = attainment(year(PM25=36.0), OLD, 2015)
    assert (above.city["verdict"], above.city["exceeds"]) == ("does not attain", "PM2.5")
    assert above.city["good"] == 365  # every day is good, the year is not


def test_the_same_air_under_three_rules():
    """PM2.5 of 33 all year: below 35, above 30 and 25; NO2 of 40 meets 40 and not 30; SO2 of 50 meets 60 and not 20."""
    them = under_rules(year(PM25=33.0), ["2012", "2026", "2031"], 2015)
    assert [one.city["verdict"] for one in them] == ["attains", "does not attain", "does not attain"]
    assert [one.city["exceeds"] for one in them] == ["", "PM2.5", "SO2, NO2, PM2.5"]
    frame = tidy_air(them)
    assert frame.columns[:3].tolist() == ["year", "rules", "place"]
    assert frame["rules"].tolist() == ["2012", "2012", "2026", "2026", "2031", "2031"]
    assert len(tidy_air(them, "substance")) == 3 * 2 * 10  # rules, places, statistics
    assert len(tidy_air(them, "day")) == 3 * 2 * 365
    with pytest.raises(QuestionError, match="there are no rows by 'hour'; known are place, substance, day"):
        tidy_air(them, "hour")


def test_percentiles_of_days():
    """Ten days of 10 to 100: the 95th percentile of PM10 is 90 + 0.55 · 10, as k = 1 + 9 · 0.95 = 9.55."""
    found = attainment(town([{"PM10": 10.0 * (at + 1)} for at in range(10)]), OLD, 2015)
    own = row(found, "PM10", "percentile 95")
    assert own["unrounded"] == pytest.approx(95.5, rel=1e-12)  # one interpolation in doubles
    assert own["value"] == 96
    assert row(found, "PM10", "annual mean")["unrounded"] == pytest.approx(55, rel=1e-12)
    assert own["days"] == 10
    assert not own["valid"]
    assert found.city["verdict"] == "not enough data"


@pytest.mark.parametrize(
    ("gaps", "valid"),
    [
        ([("2015-03-01", "2015-03-04")], True),  # March has 27
        ([("2015-03-01", "2015-03-05")], False),  # 26
        ([("2015-02-01", "2015-02-03")], True),  # February has 25
        ([("2015-02-01", "2015-02-04")], False),  # 24
        ([(f"2015-{m:02}-01", f"2015-{m:02}-03") for m in range(1, 13)] + [("2015-01-04", "2015-01-04")], True),  # 328
        (
            [(f"2015-{m:02}-01", f"2015-{m:02}-03") for m in range(1, 13)]
            + [(f"2015-{m:02}-04", f"2015-{m:02}-04") for m in (1, 3, 5, 7)],
            True,  # 325
        ),
        (
            [(f"2015-{m:02}-01", f"2015-{m:02}-03") for m in range(1, 13)]
            + [(f"2015-{m:02}-04", f"2015-{m:02}-04") for m in (1, 3, 5, 7, 8)],
            True,  # 324
        ),
        (
            [(f"2015-{m:02}-01", f"2015-{m:02}-03") for m in range(1, 13)]
            + [(f"2015-{m:02}-04", f"2015-{m:02}-04") for m in (1, 3, 5, 7, 8, 10)],
            False,  # 323
        ),
    ],
)
def test_a_year_needs_324_days_and_27_a_month_and_25_in_february(gaps, valid):
    air = year()
    for first, last in gaps:
        air = without(air, first, f"{last} 23:00", "PM10")
    found = attainment(air, OLD, 2015)
    own = found.statistics[found.statistics["substance"] == "PM10"]
    assert own["valid"].tolist() == [valid] * 4
    assert found.city["verdict"] == ("attains" if valid else "not enough data")
    others = found.statistics[found.statistics["substance"] != "PM10"]
    assert others["valid"].all()


def test_one_valid_statistic_above_its_limit_is_enough():
    air = without(year(PM25=50.0), "2015-03-01", "2015-03-31 23:00", "O3")
    assert attainment(air, OLD, 2015).city["verdict"] == "does not attain"


def test_what_nobody_observed_leaves_a_year_undecided():
    """Without ozone nothing says that the limits are met."""
    whole = year()
    some = whole.replace(values=whole.values.drop_sel(substance="O3"))
    found = attainment(some, OLD, 2015)
    assert found.city["verdict"] == "not enough data"
    assert found.city["days"] == 0
    assert np.isnan(found.city["share"])
    assert "air-substances" in [one.check for one in found.findings]


def test_a_place_without_any_value():
    whole = frame([{}, {}])
    rows = pd.concat([whole, whole.assign(station="two", value=np.nan)])
    found = attainment(Observations.of(rows, ABOUT, units=UNITS), OLD, 2015)
    two = found.places.set_index("place").loc["two"]
    assert (two["days"], two["good"], two["verdict"]) == (0, 0, "not enough data")
    assert row(found, "PM10", "annual mean", "two")[["value", "unrounded"]].isna().all()


def checks(air: Observations, rules=OLD):
    return {one.check: one for one in attainment(air, rules, 2015).findings}


def test_reference_states_are_minded():
    assert not checks(year())
    against = checks(year(), NEW)
    assert set(against) == {"air-reference", "air-particles"}
    assert "298.15 K" in against["air-reference"].what
    unstated = checks(year(about=AirAbout("town")))
    assert set(unstated) == {"air-unstated"}
    today = AirAbout("town", reference="298.15 K, 101.325 kPa", particles="ambient")
    assert not checks(year(about=today), NEW)


def test_a_unit_that_cannot_be_is_minded():
    """2 µg/m3 of CO are 0.002 mg/m3: milligrams were taken for micrograms."""
    assert set(checks(year(CO=2.0))) == {"air-carbon-monoxide"}
    assert set(checks(year(CO=2e6))) == {"air-carbon-monoxide"}
    assert set(checks(year(O3=900.0))) == {"air-scale"}


def test_days_say_that_they_are_days():
    rows = frame([{}] * 3).query("time.dt.hour == 0")
    about = dataclasses.replace(ABOUT, step="day")
    assert set(checks(Observations.of(rows, about, units=UNITS))) == {"air-days"}


def test_days_have_the_values_and_the_index():
    found = attainment(town([{"PM10": 100.0}, {}]), OLD, 2015)
    days = found.days[found.days["place"] == "one"]
    assert days["PM10"].tolist() == [100, 50]
    assert days["index"].tolist() == [75, 50]
    assert days["day"].tolist() == [pd.Timestamp("2015-01-01"), pd.Timestamp("2015-01-02")]


def test_a_year_that_is_not_there():
    with pytest.raises(QuestionError, match="there is no year 2016; did you mean 2015"):
        attainment(town([{}]), OLD, 2016)


def test_grade_I_of_2026_is_not_known():
    with pytest.raises(NormError, match="no limit of"):
        under_rules(town([{}]), ["2026"], 2015, grade="I")
    found = under_rules(year(), ["2012"], 2015, grade="I")[0]
    assert found.city["exceeds"] == "SO2, PM10, PM2.5"  # 50, 50 and 35 against 20, 40 and 15; ozone is 100, its limit
