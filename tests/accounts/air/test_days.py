"""Values and index of days, computed by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from air_data import ABOUT, UNITS, frame, town, without

from tanheng.accounts.air.days import CITY, day_values, index_of_days
from tanheng.errors import QuestionError
from tanheng.norms.air import air_rules
from tanheng.systems.observations import AirAbout, Observations

OLD, NEW = air_rules("2012"), air_rules("2026")

# What an index is made of, with its value under the rules of 2012 and of 2026. Substances not named have one of 50.
DAYS = [
    ({}, 50, 50, ""),
    ({"PM10": 100.0}, 75, 86, "PM10"),  # (100 - 50) / (150 - 50) * 50 + 50; 2026: 50 / 70 * 50 + 50 = 85.7
    ({"PM2.5": 80.0}, 107, 119, "PM2.5"),  # 100 + 5 / 40 * 50 = 106.25; 2026: 100 + 20 / 55 * 50 = 118.2
    ({"PM2.5": 70.0}, 94, 110, "PM2.5"),  # 50 + 35 / 40 * 50 = 93.75; 2026: 100 + 10 / 55 * 50 = 109.1
    ({"NO2": 80.0, "CO": 4000.0}, 100, 100, "NO2, CO"),  # both on the breakpoint
    ({"O3": 170.0}, 110, 110, "O3"),  # 100 + 10 / 55 * 50 = 109.1
    ({"PM2.5": 600.0}, 500, 500, "PM2.5"),  # above the end of the scale
]


@pytest.mark.parametrize(("rules", "at"), [(OLD, 1), (NEW, 2)])
def test_the_index_of_a_day(rules, at):
    found = index_of_days(day_values(town([day[0] for day in DAYS]), rules), rules)
    for place in ("one", CITY):  # the city of one station is that station
        rows = found[found["place"] == place]
        assert rows["index"].tolist() == [day[at] for day in DAYS]
        assert rows["primary"].tolist() == [day[3] for day in DAYS]
        assert rows["good"].tolist() == [day[at] <= 100 for day in DAYS]


def test_carbon_monoxide_is_judged_in_milligrams():
    values = day_values(town([{"CO": 1460.0}]), OLD)
    assert values.sel(substance="CO", place="one").item() == 1.46
    assert values.sel(substance="CO", place=CITY).item() == 1.5
    assert values["unit"].sel(substance="CO").item() == "mg/m3"


def test_a_day_with_too_few_hours_of_a_substance_counts_only_where_another_is_bad():
    low = without(town([{}, {}]), "2015-01-01 00:00", "2015-01-01 04:00", "PM10")  # 19 hours are left
    found = index_of_days(day_values(low, OLD), OLD).query("place == 'one'")
    assert found["index"].isna().tolist() == [True, False]
    assert found["good"].isna().tolist() == [True, False]
    bad = without(town([{"PM2.5": 200.0}]), "2015-01-01 00:00", "2015-01-01 04:00", "PM10")
    found = index_of_days(day_values(bad, OLD), OLD).query("place == 'one'")
    assert found["index"].tolist() == [250]  # 200 + 50 / 100 * 100
    assert not found["good"].any()


def test_twenty_hours_make_a_day():
    there = without(town([{}]), "2015-01-01 00:00", "2015-01-01 03:00", "PM10")
    assert day_values(there, OLD).sel(substance="PM10", place="one").item() == 50


def test_a_substance_that_nobody_observed_leaves_only_bad_days():
    rows = frame([{}, {"PM2.5": 200.0}])
    some = Observations.of(rows[rows["substance"] != "O3"], ABOUT, units=UNITS)
    assert index_of_days(day_values(some, OLD), OLD)["index"].isna().tolist() == [True, False] * 2


def test_ozone_is_the_greatest_mean_of_8_hours():
    rows = frame([{"O3": 0.0}])
    hours = rows["time"].dt.hour
    rows.loc[(rows["substance"] == "O3") & hours.between(10, 17), "value"] = 200.0
    rows.loc[(rows["substance"] == "O3") & (hours == 18), "value"] = 240.0
    values = day_values(Observations.of(rows, ABOUT, units=UNITS), OLD)
    assert values.sel(substance="O3", place="one").item() == 205  # 11 to 18: (7 * 200 + 240) / 8


def test_ozone_beyond_its_scale_stands_at_the_end_of_it():
    """HJ 633-2012, table 1, note 3: above 800 the mean of 8 hours has no index of its own."""
    assert index_of_days(day_values(town([{"O3": 900.0}]), OLD), OLD)["index"].tolist() == [300, 300]


def test_values_are_rounded_before_they_are_judged():
    """115.5 is 116, by an even last digit, and 115.4 is 115, the breakpoint; 2.05 mg/m3 of CO is 2.0."""
    found = index_of_days(day_values(town([{"PM2.5": 115.4}, {"PM2.5": 115.5}, {"CO": 2050.0}]), OLD), OLD)
    assert found.query("place == 'one'")["index"].tolist() == [150, 152, 50]


def stations(values: list[float]) -> Observations:
    """A station a value of PM10."""
    rows = [frame([{"PM10": value}], station=f"s{at}") for at, value in enumerate(values)]
    return Observations.of(pd.concat(rows), ABOUT, units=UNITS)


@pytest.mark.parametrize(
    ("values", "city"),
    [
        ([10, 20, 30, np.nan], 20),  # 75 % of the stations
        ([10, 20, np.nan, np.nan], np.nan),
        ([10, 15, np.nan], 12),  # of fewer than four 50 % are enough; 12.5 is 12, by an even last digit
        ([10, np.nan, np.nan], np.nan),
        ([10, 11, 12, 13], 12),  # 11.5
    ],
)
def test_the_city_is_the_mean_of_enough_stations(values, city):
    found = day_values(stations(values), OLD).sel(substance="PM10", place=CITY).item()
    assert found == city or (np.isnan(found) and np.isnan(city))


def test_days_are_taken_as_they_are():
    rows = frame([{"O3": 150.0}, {"PM10": 51.3}]).query("time.dt.hour == 0")
    days = Observations.of(rows, AirAbout("town", step="day"), units=UNITS)
    values = day_values(days, OLD).sel(place="one")
    assert values.sel(substance="O3").values.tolist() == [150, 100]
    assert values.sel(substance="PM10").values.tolist() == [50, 51.3]


def test_air_without_any_substance_of_the_index():
    rows = frame([{}]).assign(substance="TSP").drop_duplicates("time")
    with pytest.raises(QuestionError, match="nothing of the index was observed in town"):
        day_values(Observations.of(rows, ABOUT, units={"TSP": "µg/m3"}), OLD)
