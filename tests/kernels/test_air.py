"""Air quality in arrays: the index on, between and above its breakpoints, days with hours missing, rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.kernels import air
from tanheng.norms import standards

AT = np.array([0.0, 50, 100, 150, 200, 300, 400, 500])
SCALES = {  # HJ 633-2012, table 1: daily, ozone of 8 hours
    "PM2.5": (35, 75, 115, 150, 250, 350, 500),
    "PM10": (50, 150, 250, 350, 420, 500, 600),
    "SO2": (50, 150, 475, 800, 1600, 2100, 2620),
    "NO2": (40, 80, 180, 280, 565, 750, 940),
    "CO": (2, 4, 14, 24, 36, 48, 60),
    "O3": (100, 160, 215, 265, 800),
}


def scale(edition: str, substance: str) -> np.ndarray:
    rows = standards().find(edition).rules["breakpoints"]
    usual = "8 hours" if substance == "O3" else "day"
    return np.array(
        next(r["values"] for r in rows if (r["substance"], r["averaging"]) == (substance, usual)), dtype=float
    )


@pytest.mark.parametrize("substance", SCALES)
def test_the_index_on_its_breakpoints(substance):
    points = scale("hj-633-2012", substance)
    assert points[1:].tolist() == list(SCALES[substance])
    assert air.index(points, points, AT).tolist() == AT[: len(points)].tolist()


def test_the_edition_of_2026_is_stricter_at_100():
    for substance, at_100 in (("PM2.5", 60), ("PM10", 120)):
        points = scale("hj-633-2026", substance)
        assert points[2] == at_100
        assert air.index(np.array([at_100, at_100 + 1.0]), points, AT).tolist() == [100, 101]


def test_between_two_breakpoints_it_is_linear_and_rounded_up():
    # PM2.5 of 60 in 2012: (100 - 50) / (75 - 35) * (60 - 35) + 50 = 81.25, which is 82
    points = scale("hj-633-2012", "PM2.5")
    assert air.index(np.array([60.0]), points, AT).tolist() == [82]
    # 95: (150 - 100) / (115 - 75) * (95 - 75) + 100 = 125 to the digit
    assert air.index(np.array([95.0]), points, AT).tolist() == [125]


def test_above_the_last_breakpoint():
    assert air.index(np.array([501.0, 900.0]), scale("hj-633-2012", "PM2.5"), AT).tolist() == [500, 500]
    ozone = air.index(
        np.array([800.0, 801.0]), scale("hj-633-2012", "O3"), AT
    )  # the mean of an hour goes on from there
    assert ozone[0] == 300
    assert np.isnan(ozone[1])


@given(st.lists(st.floats(0, 700), min_size=2, max_size=30))
def test_the_index_never_falls_where_the_concentration_rises(values):
    found = air.index(np.sort(values), scale("hj-633-2012", "PM10"), AT)
    assert (np.diff(found) >= 0).all()
    assert (found == np.round(found)).all()


def test_a_mean_of_a_day_needs_its_hours():
    hours = np.full((2, 24), 10.0)
    hours[0, :4] = np.nan  # 20 hours are left
    hours[1, :5] = np.nan  # 19
    hours[0, 4] = 30.0
    means = air.day_means(hours, 20)
    assert means[0] == pytest.approx((19 * 10 + 30) / 20, rel=1e-15)  # one division apart
    assert np.isnan(means[1])


def test_the_greatest_of_8_hours():
    hours = np.zeros((1, 24))
    hours[0, 10:18] = np.arange(8.0) * 10 + 10  # eight rising hours: 10 to 80
    assert air.greatest_running_means(hours, 6, 14, 160.0).tolist() == [45.0]
    assert air.running_means(hours, 6).shape == (1, 17)


def test_too_few_means_of_8_hours_count_only_above_the_limit():
    hours = np.full((2, 24), np.nan)
    hours[:, :8] = [[100.0] * 8, [200.0] * 8]  # three means of 8, 7 and 6 hours
    found = air.greatest_running_means(hours, 6, 14, 160.0)
    assert np.isnan(found[0])
    assert found[1] == 200
    assert np.isnan(air.greatest_running_means(np.full((1, 24), np.nan), 6, 14, 160.0)).all()


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40), st.floats(0, 100))
def test_the_percentile_is_between_its_neighbours_in_order(values, percent):
    # the definition of the annex is linear interpolation of ranks, as numpy's default
    assert air.percentile(np.array([*values, np.nan]), percent) == pytest.approx(
        np.percentile(values, percent),
        rel=1e-12,
        abs=1e-12,  # both interpolate two doubles
    )


def test_a_percentile_of_nothing_is_missing():
    assert np.isnan(air.percentile(np.array([np.nan]), 95))


@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 3))
def test_rounding_is_that_of_decimals(thousandths, decimals):
    exact = Decimal(thousandths) / 1000
    expected = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    assert air.rounded(np.array([thousandths / 1000]), decimals)[0] == float(expected)
