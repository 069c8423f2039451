"""Two years side by side, and what makes them no fair comparison."""

from __future__ import annotations

import pandas as pd
import pytest
from air_data import ABOUT, UNITS, frame, without, year

from tanheng.accounts.air.attaining import attainment, under_rules
from tanheng.accounts.air.comparing import compared_years
from tanheng.norms.air import air_rules
from tanheng.systems.observations import DATED, AirAbout, Observations

OLD, NEW = air_rules("2012"), air_rules("2026")


def judged(which: int, rules=OLD, about=ABOUT, **levels):
    return attainment(year(which, about, **levels), rules, which)


def checks(*pair):
    return {one.check for one in compared_years(*pair).findings}


def test_differences_of_a_year():
    found = compared_years(judged(2015, PM25=80.0), judged(2017, PM25=60.0))
    rows = found.frame[found.frame["place"] == "city"].set_index(["substance", "statistic"])
    mean = rows.loc[("PM2.5", "annual mean")]
    assert (mean["first"], mean["last"], mean["change"], mean["unit"]) == (80, 60, -20, "µg/m3")
    assert mean["relative"] == pytest.approx(-0.25, rel=1e-15)
    assert mean["valid"]
    assert rows.loc[("", "good"), "change"] == 365  # 80 is above the limit of a day every day, 60 on none
    assert not found.findings


def test_another_edition_is_a_warning():
    assert checks(judged(2015), judged(2017, NEW)) == {"air-editions", "air-reference", "air-particles"}


def test_a_limit_that_changed_within_an_edition_is_a_warning():
    about = AirAbout("town", reference="298.15 K, 101.325 kPa", particles="ambient")
    both = [judged(2015, air_rules(name), about) for name in ("2030", "2031")]
    assert both[0].rules.editions == both[1].rules.editions
    assert "air-editions" in checks(*both)
    assert "air-editions" not in checks(both[0], both[0])


def test_another_reference_state_of_the_data_is_a_warning():
    """Judged by the same rules, the data of 2017 and of 2019 are still not in the same state."""
    dated = AirAbout("town", reference=DATED)
    assert "air-states" in checks(judged(2017, OLD, dated), judged(2019, OLD, dated))
    assert "air-states" not in checks(judged(2016, OLD, dated), judged(2017, OLD, dated))
    assert "air-states" in checks(judged(2018, OLD, dated), judged(2018, OLD, dated))  # it changed in that September


def test_where_no_state_is_stated_the_standards_of_the_years_tell_it():
    unstated = AirAbout("town")
    found = compared_years(judged(2017, OLD, unstated), judged(2019, OLD, unstated)).findings
    said = [one for one in found if one.check == "air-states"]
    assert [one.values["of"] for one in said] == ["SO2, NO2, CO, O3", "PM10, PM2.5"]
    assert said[0].what.endswith("273.15 K, 101.325 kPa, then 298.15 K, 101.325 kPa")


def test_gases_that_were_converted_differ_in_particles_alone():
    dated = AirAbout("town", reference=DATED)
    pair = [under_rules(year(which, dated), ["2026"], which, convert=True)[0] for which in (2017, 2019)]
    said = [one for one in compared_years(*pair).findings if one.check == "air-states"]
    assert [one.values["of"] for one in said] == ["PM10, PM2.5"]


def test_other_stations_are_a_warning():
    rows = pd.concat([frame([{}]), frame([{}], station="two"), frame([{}], "2016-01-01")])
    air = Observations.of(rows, ABOUT, units=UNITS)
    found = compared_years(attainment(air, OLD, 2015), attainment(air, OLD, 2016)).findings
    assert [one.values["names"] for one in found if one.check == "air-stations"] == ["two"]


def test_too_few_data_are_a_warning_and_their_change_is_not_valid():
    last = attainment(without(year(2017), "2017-03-01", "2017-03-10 23:00", "O3"), OLD, 2017)
    found = compared_years(judged(2015), last)
    assert [one.values["year"] for one in found.findings] == [2017]
    ozone = found.frame[found.frame["substance"] == "O3"]
    assert not ozone["valid"].any()
    assert found.frame[found.frame["substance"] == "CO"]["valid"].all()


def test_a_substance_of_one_year_alone_stays_in_the_frame():
    whole = year(2017)
    last = attainment(whole.replace(values=whole.values.drop_sel(substance="O3")), OLD, 2017)
    frame = compared_years(judged(2015), last).frame
    ozone = frame[(frame["substance"] == "O3") & (frame["place"] == "city")].iloc[0]
    assert ozone["first"] == 100
    assert pd.isna(ozone["last"])
    assert pd.isna(ozone["change"])
