"""Charts of the air: the calendar has every day in its class, the trend its limits, both their numbers as a table."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from air_data import frame, town, without, year

from tanheng.accounts.air.attaining import attainment, under_rules
from tanheng.charts import Chart, Voice, air
from tanheng.norms.air import air_rules
from tanheng.systems.observations import Observations

# PM2.5 that gives an index of 50, 100, 150, 200, 300 and 400 in 2012; then nothing
LEVELS = [35, 75, 115, 150, 250, 350, np.nan]
RULES = ["2012", "2026", "2031"]


@pytest.fixture(params=["en", "zh"])
def voice(request: pytest.FixtureRequest) -> Voice:
    return Voice(request.param, "AQI", "", "")


@pytest.fixture(scope="module")
def week() -> Observations:
    return town([{"PM2.5": level} for level in LEVELS], "2015-02-27")


def drawn(voice: Voice, air_of: Observations) -> list[Chart]:
    them = under_rules(air_of, RULES, 2015)
    return [
        air.calendar(them[0], voice, name="Town"),
        air.classes(them, voice, name="Town"),
        air.trend(them, voice, name="Town"),
    ]


def test_a_chart_is_json_with_a_description_and_numbers(voice: Voice, week: Observations) -> None:
    found = drawn(voice, week)
    assert len({chart.id for chart in found}) == len(found)
    for chart in found:
        assert json.loads(json.dumps(chart.option, allow_nan=False)) == chart.option
        assert chart.description
        assert "Town" in chart.title
        assert len(chart.table) > 0
        assert min(chart.height) > 0


def test_languages_show_the_same_numbers(week: Observations) -> None:
    pair = [drawn(Voice(language, "AQI", "", ""), week) for language in ("en", "zh")]
    for en, zh in zip(*pair, strict=True):
        assert (en.id, en.table.shape, en.height) == (zh.id, zh.table.shape, zh.height)
        words = re.findall(r"[A-Za-z]{2,}", zh.title + zh.caption + zh.description + " ".join(map(str, zh.table)))
        assert set(words) <= {"Town", "HJ", "CO", "SO", "NO", "PM"}


def test_the_calendar_has_each_day_at_its_place_in_its_class(voice: Voice, week: Observations) -> None:
    chart = drawn(voice, week)[0]
    cells = chart.option["series"][0]["data"]
    assert [cell["value"] for cell in cells] == [
        [26, 1, 50], [27, 1, 100], [0, 2, 150], [1, 2, 200], [2, 2, 300], [3, 2, 400], [4, 2, -1],
    ]  # fmt: skip
    pieces = chart.option["visualMap"][0]["pieces"]
    for cell, own in zip(cells[:-1], pieces, strict=False):
        assert own["gte"] <= cell["value"][2] <= own["lte"]
        assert own["label"].endswith("(1)")
        assert cell["label"]["formatter"] == str(cell["value"][2])
    assert pieces[-1]["value"] == -1
    assert "PM₂.₅" in cells[1]["tooltip"]["formatter"]
    assert cells[0]["tooltip"]["formatter"].startswith("2015-02-27")


def test_every_index_has_one_class() -> None:
    """HJ 633-2012, table 2: classes meet at 50, 100, 150, 200 and 300, and leave no gap between whole numbers."""
    index = np.arange(501, dtype=float)
    tops = [int(index[air.classes_of(index) == at].max()) for at in range(6)]
    assert tops == [50, 100, 150, 200, 300, 500]
    assert (np.diff(air.classes_of(index)) >= 0).all()


def test_the_table_of_the_calendar_is_the_calendar(voice: Voice, week: Observations) -> None:
    table = drawn(voice, week)[0].table
    assert table.shape == (12, 32)
    assert table.loc[1, ["27", "28"]].tolist() == [50, 100]
    assert table.loc[2, ["1", "2", "3", "4"]].tolist() == [150, 200, 300, 400]
    assert table.iloc[:, 1:].notna().sum().sum() == 6


def test_a_whole_year_is_in_the_calendar(voice: Voice) -> None:
    one = attainment(year(2016), air_rules("2012"), 2016)  # a leap year
    chart = air.calendar(one, voice, name="Town")
    assert len({tuple(cell["value"][:2]) for cell in chart.option["series"][0]["data"]}) == 366


def test_classes_add_up_to_the_days(voice: Voice, week: Observations) -> None:
    chart = drawn(voice, week)[1]
    numbers = chart.table.iloc[:, 1:].to_numpy()
    assert (numbers.sum(axis=1) == len(LEVELS)).all()
    assert numbers[0].tolist() == [1, 1, 1, 1, 1, 1, 1]
    assert numbers[1].tolist() == [1, 0, 2, 1, 1, 1, 1]  # 75 is above 60, the concentration at 100 in 2026


def test_the_trend_is_a_mean_of_30_days_beside_the_limits(voice: Voice) -> None:
    """Thirty days of 10 and then thirty of 40: a mean of 25 after fifteen of these."""
    days = [{"PM2.5": 10.0}] * 30 + [{"PM2.5": 40.0}] * 30
    them = under_rules(town(days), RULES, 2015)
    chart = air.trend(them, voice, name="Town")
    at = [axis["type"] for axis in chart.option["xAxis"]]
    assert at == ["time"] * 6
    panel = [one for one in chart.option["series"] if one["xAxisIndex"] == 3]  # PM2.5 is the fourth of the index
    means = dict(panel[0]["data"])
    assert means["2015-01-19"] is None  # 19 days have a value
    assert means["2015-01-30"] == 10
    assert means["2015-02-14"] == 25
    assert means["2015-03-01"] == 40
    limits = [[value for _, value in one["data"]] for one in panel[1:]]
    assert limits == [[35, 35], [30, 30], [25, 25]]
    assert chart.table["PM₂.₅"].tolist()[-3:] == [35, 30, 25]
    assert chart.table["PM₂.₅"].tolist()[0] == pytest.approx((29 * 10 + 40) / 30, rel=1e-12)  # up to 31 January


def test_the_trend_goes_over_years_and_gaps(voice: Voice) -> None:
    rows = pd.concat([frame([{}] * 40, "2014-12-01"), frame([{}] * 40, "2015-01-20")])
    both = Observations.of(rows, town([{}]).about, units=dict.fromkeys(rows["substance"].unique(), "µg/m3"))
    gone = without(both, "2015-01-25", "2015-02-10 23:00")
    them = [attainment(gone, air_rules("2012"), which) for which in (2015, 2014)]
    chart = air.trend(them, voice, name="Town")
    line = chart.option["series"][0]["data"]
    assert [line[0][0], line[-1][0]] == ["2014-12-01", "2015-02-28"]
    assert len(line) == 90
    assert dict(line)["2015-02-10"] is None
