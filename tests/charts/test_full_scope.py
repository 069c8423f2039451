"""Charts of full scope: shares are of the whole, bars float from figure to figure, both languages say the same."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import xarray as xr

from tanheng import charts
from tanheng.charts import Chart, Meeting, Voice
from tanheng.systems.quality import INDICATORS

BASES = ["product", "sector", "proxy", "not stated"]
REGIONS = ["CHN", "USA", "DEU"]
CAUSES = ["trade-definition", "price", "factor", "boundary", "year"]


def account() -> xr.DataArray:
    """kt: proxies are 10, 50 and 30 % of the three accounts."""
    values = [[100.0, 800, 100, 0], [0, 500, 300, 200], [70, 630, 300, 0]]
    return xr.DataArray(values, {"region": REGIONS, "basis": BASES}, ("region", "basis"))


def scores() -> xr.DataArray:
    values = np.array([[1.0, 2, 3, 4, 5, 3], [2, 2, 2, 2, 2, 2], [5, 5, 5, 5, 4, 4.8]])
    return xr.DataArray(values, {"region": REGIONS, "indicator": [*INDICATORS, "overall"]}, ("region", "indicator"))


def meeting(title: str, top: float, effects: list[float]) -> Meeting:
    return Meeting(title, top, top + sum(effects), xr.DataArray(effects, {"cause": CAUSES}, ("cause",)))


MEETINGS = (meeting("一", 100, [-30, 50, 20, -10, -5]), meeting("二", 50, [-80, 10, 30, 5, 0]))


def balance(*, drawn: bool = False) -> xr.DataArray:
    values = np.array([[50.0, 10, 40], [5, 65, -60], [7, 7, 0]])
    one = xr.DataArray(
        values, {"region": REGIONS, "component": ["exports", "imports", "net"]}, ("region", "component"), attrs={}
    )
    if not drawn:
        return one
    ends = {"low": (one.dims, values - 5), "high": (one.dims, values + 8)}
    return one.assign_coords(ends).assign_attrs(draws=20, quantiles="0.05 0.95")


def changes() -> dict[str, xr.DataArray]:
    coords = {"region": REGIONS}
    return {
        "production": xr.DataArray([-100.0, 20, 5], coords, ("region",)),
        "consumption": xr.DataArray([-40.0, -30, -5], coords, ("region",)),
    }


def drawn(voice: Voice) -> list[Chart]:
    spread = xr.DataArray([1.1, 1.05, 1.4], {"region": REGIONS}, ("region",))
    return [
        charts.coverage(account(), voice, year=2009, count=2, note="N."),
        charts.pedigree(scores(), spread, voice, year=2009, count=2, note="N."),
        charts.reconciliation(MEETINGS, "Mt", voice, region="CHN", year=2021, note="N."),
        charts.splits({"三": balance()}, "Mt", voice, year=2009, note="N."),
        charts.scenario(changes(), "四", voice, year=2009, count=2, note="N."),
    ]


@pytest.fixture(params=["en", "zh"])
def voice(request: pytest.FixtureRequest) -> Voice:
    return Voice(request.param, "CO2", "kt", "million USD")


def test_a_chart_is_json_with_a_description_and_numbers(voice: Voice) -> None:
    found = drawn(voice)
    assert len({chart.id for chart in found}) == len(found)
    for chart in found:
        assert json.loads(json.dumps(chart.option, allow_nan=False)) == chart.option
        assert chart.description
        assert chart.title
        assert chart.caption
        assert chart.note == "N."
        assert len(chart.table) >= 3
        assert min(chart.height) > 0


def test_languages_show_the_same_numbers_but_for_the_unit() -> None:
    pair = [drawn(Voice(language, "CO2", "kt", "million USD")) for language in ("en", "zh")]
    for en, zh in zip(*pair, strict=True):
        assert (en.id, en.table.shape, en.height) == (zh.id, zh.table.shape, zh.height)
        words = re.findall(r"[A-Za-z]{2,}", zh.title + zh.caption + zh.description + " ".join(map(str, zh.table)))
        assert set(words) <= {"CO"}


def test_coverage_is_in_shares_of_each_account_the_least_founded_first(voice: Voice) -> None:
    chart = drawn(voice)[0]
    order = ["USA", "DEU", "CHN"]  # 50, 30 and 10 % on proxies and on nothing stated
    assert chart.table.iloc[:, 0].tolist() == [voice("world"), *map(voice.region, order)]
    numbers = chart.table.iloc[:, 2:].to_numpy(dtype=float)
    np.testing.assert_allclose(numbers.sum(axis=1), 100)
    np.testing.assert_allclose(numbers[0], 100 * np.array([170, 1930, 700, 200]) / 3000)
    np.testing.assert_allclose(numbers[1], [0, 50, 30, 20])
    bars = np.array([[item["value"] for item in one["data"]] for one in chart.option["series"]])
    assert bars.shape == (4, 3)  # the world and two
    np.testing.assert_allclose(bars.sum(axis=0), 100, rtol=1e-5)  # options keep six digits


def test_scores_come_with_the_worst_on_top_and_their_number_in_every_cell(voice: Voice) -> None:
    chart = drawn(voice)[1]
    assert chart.table.iloc[:, 0].tolist() == [voice.region(code) for code in ("DEU", "CHN", "USA")]
    (cells,) = (one["data"] for one in chart.option["series"])
    assert len(cells) == 2 * 6
    assert [cell["label"]["formatter"] for cell in cells[:6]] == ["5.0", "5.0", "5.0", "5.0", "4.0", "4.8"]
    assert chart.table.iloc[:, -1].tolist() == [1.4, 1.1, 1.05]


def test_steps_lead_from_one_figure_to_the_other(voice: Voice) -> None:
    """A step is drawn from where the one before it ends, and the last ends at the bottom-up figure."""
    chart, scale = drawn(voice)[2], {"en": 1, "zh": 0.01}[voice.language]  # Mt, 亿吨
    for at, one in enumerate(MEETINGS):
        floor, total, up, down = (
            np.array([item["value"] for item in series["data"]])
            for series in chart.option["series"]
            if series["xAxisIndex"] == at
        )
        ends = floor + up + down
        np.testing.assert_allclose(floor[2:-1], ends[1:-2])
        first, last = one.top * scale, one.bottom * scale
        np.testing.assert_allclose([total[0], total[-1]], [first, last])
        assert (floor[1], ends[-2]) == (pytest.approx(first), pytest.approx(last))
        numbers = chart.table.iloc[:, at + 1].to_numpy(dtype=float)
        np.testing.assert_allclose(numbers[0] + numbers[1:-1].sum(), numbers[-1])
    bars = [one for one in chart.option["series"] if one["type"] == "bar"]
    assert {one["stackStrategy"] for one in bars} == {"all"}  # or a step through zero would start at zero


@pytest.fixture
def english() -> Voice:
    return Voice("en", "CO2", "kt", "million USD")


def test_what_bars_float_on_is_not_seen_nor_named(english: Voice) -> None:
    chart = drawn(english)[2]
    unseen = [one for one in chart.option["series"] if one["itemStyle"]["color"] == "transparent"]
    assert len(unseen) == len(MEETINGS)
    assert all(one["silent"] for one in unseen)
    assert unseen[0]["name"] not in chart.option["legend"]["data"]


def test_nets_of_split_products_come_the_largest_first(english: Voice) -> None:
    table = drawn(english)[3].table
    assert table.iloc[:, 1].tolist() == ["United States", "China", "Germany"]
    np.testing.assert_allclose(table.iloc[:, 2] - table.iloc[:, 3], table.iloc[:, 4])


def test_draws_are_a_range_with_their_mean_on_it(english: Voice) -> None:
    chart = charts.splits({"x": balance(drawn=True)}, "Mt", english, year=2009)
    floor, size, mean = chart.option["series"]
    low = np.array([item["value"] for item in floor["data"]])
    wide = np.array([item["value"] for item in size["data"]])
    np.testing.assert_allclose(low, [-65, 35, -5])
    np.testing.assert_allclose(wide, 13)
    np.testing.assert_allclose(mean["data"], [-60, 40, 0])
    assert "20 draws" in chart.caption
    assert "5%–95%" in chart.caption
    np.testing.assert_allclose(chart.table.iloc[:, -1] - chart.table.iloc[:, -2], 13)


def test_a_scenario_shows_both_principles_side_by_side(english: Voice) -> None:
    chart = drawn(english)[4]
    assert chart.table.iloc[:, 0].tolist() == ["China", "United States", "Germany"]  # by the larger of both changes
    np.testing.assert_allclose(chart.table.iloc[:, 1], [-100, 20, 5])
    assert len({one["xAxisIndex"] for one in chart.option["series"]}) == 2
    assert "−75 kt" in chart.caption  # the world's change


def test_nothing_is_drawn_too(english: Voice) -> None:
    """No emissions, no changes: axes without length have bounds all the same."""
    empty = charts.coverage(0 * account(), english, year=2009)
    assert np.isnan(empty.table.iloc[:, 2:].to_numpy(dtype=float)).all()
    still = charts.scenario({key: 0 * one for key, one in changes().items()}, "x", english, year=2009)
    assert still.option["xAxis"][0]["max"] == 1.0
