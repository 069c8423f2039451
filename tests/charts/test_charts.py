"""Every chart is JSON, says what it shows, and brings its numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from tanheng import charts
from tanheng.charts import Chart, Voice
from tanheng.charts.kinds import spread
from tanheng.charts.measure import mass, measure, number
from tanheng.charts.spec import plain

REGIONS, YEARS = ["CHN", "USA", "ROW"], [2001, 2002, 2003]


def over_time(seed: int, regions: list[str] = REGIONS, years: list[int] = YEARS) -> xr.DataArray:
    values = 1e5 + 5e4 * np.random.default_rng(seed).random((len(years), len(regions)))
    return xr.DataArray(values, {"year": years, "region": regions}, ("year", "region"))


def square(seed: int) -> xr.DataArray:
    values = 1e4 * np.random.default_rng(seed).random((3, 3))
    return xr.DataArray(values, {"region": REGIONS, "to_region": REGIONS}, ("region", "to_region"))


def intensities(years: list[int] = YEARS) -> xr.DataArray:
    names = ["domestic/gross", "total/gross", "domestic/value-added", "flows/value-added"]
    values = np.random.default_rng(5).random((len(years), 4, 3))
    coords = {"year": years, "definition": names, "region": REGIONS}
    return xr.DataArray(values, coords, tuple(coords))


def by_sector(seed: int) -> xr.DataArray:
    codes = ["c1", "c17", "direct"]
    return xr.DataArray(1e4 * np.random.default_rng(seed).random(3), {"sector": codes}, ("sector",))


def drawn(voice: Voice) -> list[Chart]:
    made, used, one = over_time(1), over_time(2), [2003]
    published = {"production": over_time(3), "consumption": over_time(4)}
    ours = {"production": made, "consumption": used}
    last = (made.isel(year=-1), used.isel(year=-1))
    return [
        charts.production_consumption(made, used, voice, id="economies"),
        charts.production_consumption(over_time(1, years=one), over_time(2, years=one), voice, id="economies"),
        charts.gap(made - used, voice),
        charts.gap((made - used).isel(year=[0]), voice),
        charts.per_head(made / 1e6, used / 1e6, voice),
        charts.largest_flows(square(1), square(2), voice, year=2003),
        charts.gap_map(*last, voice, year=2003, places=["CHN", "USA"]),
        charts.intensity_definitions(intensities(), voice),
        charts.intensity_definitions(intensities(one), voice),
        charts.intensity_over_time(made / 1e5, (made / 2e5).sel(region=["USA"]), voice, base="2001"),
        charts.sectors(by_sector(1), by_sector(2), voice, place="X", year=2003),
        charts.beside_published(ours, published, voice),
        charts.difference_from_published(ours, published, voice),
    ]


@pytest.fixture(params=["en", "zh"])
def voice(request: pytest.FixtureRequest) -> Voice:
    return Voice(request.param, "CO2", "kt", "million USD", "wiod-23")


def test_a_chart_is_json_with_a_description_and_numbers(voice: Voice) -> None:
    for chart in drawn(voice):
        text = json.dumps(chart.option, allow_nan=False)
        assert json.loads(text) == chart.option
        assert chart.description
        assert chart.title
        assert chart.caption
        assert len(chart.table) > 0
        assert chart.option["tanheng"]["lang"] == voice.language
        assert min(chart.height) > 0


def test_languages_show_the_same_numbers_but_for_the_unit() -> None:
    pair = [drawn(Voice(language, "CO2", "kt", "million USD", "wiod-23")) for language in ("en", "zh")]
    for en, zh in zip(*pair, strict=True):
        assert (en.id, en.table.shape) == (zh.id, zh.table.shape)


def test_the_table_holds_what_is_drawn(voice: Voice) -> None:
    made, used = over_time(1), over_time(2)
    chart = charts.production_consumption(made, used, voice, id="economies")
    lines = [series["data"] for series in chart.option["series"]]
    rows = chart.table[[str(year) for year in YEARS]].to_numpy()
    np.testing.assert_allclose(rows, np.array(lines), rtol=1e-5)
    factor = measure([made, used], "kt", "CO2", voice.language).factor
    np.testing.assert_allclose(rows[0], made.sel(region="CHN").values * factor)


def test_largest_flows_leave_home_out_and_come_in_order() -> None:
    edges = charts.largest(square(1), 4)
    assert all(a != b for a, b, _ in edges)
    assert [value for _, _, value in edges] == sorted((value for _, _, value in edges), reverse=True)
    assert charts.largest(square(1) * 0) == []


def test_missing_numbers_are_gaps_not_zeros(voice: Voice) -> None:
    made = over_time(1).copy()
    made[1, 0] = np.nan
    chart = charts.production_consumption(made, over_time(2), voice, id="economies")
    assert chart.option["series"][0]["data"][1] is None
    assert number(float("nan")) == "–"


def test_zero_everywhere_does_not_divide(voice: Voice) -> None:
    zero = over_time(1) * 0
    assert charts.production_consumption(zero, zero, voice, id="economies").digits == 0
    chart = charts.gap_map(zero.isel(year=0), zero.isel(year=0), voice, year=2001, places=["CHN"])
    assert chart.option["series"][0]["data"] == []


def test_plain_keeps_truth_values_and_text() -> None:
    assert plain({"a": [True, "x", np.int64(3), np.float64("inf"), None]}) == {"a": [True, "x", 3, None, None]}


def test_chinese_masses_are_those_of_yearbooks() -> None:
    assert measure([6.7e6], "kt", "CO2", "zh").unit == "亿吨 CO₂"
    assert measure([3.4e5], "kt", "CO2", "zh").unit == "万吨 CO₂"
    assert measure([16.0], "t", "CO2", "zh").unit == "吨 CO₂"
    assert measure([16.0], "TJ", "Energy", "zh").unit == "TJ"


@pytest.mark.parametrize(
    ("kilotonnes", "en", "zh"),
    [
        (0.0, "0.00 t", "0.00吨"),
        (0.5, "500.0 t", "500.0吨"),
        (5.0, "5.00 kt", "5000.0吨"),
        (407.4, "407.4 kt", "40.74万吨"),
        (40_740.0, "40.74 Mt", "4,074万吨"),
        (407_400.0, "407 Mt", "4.07亿吨"),
        (-1.04e6, "−1.04 Gt", "−10.40亿吨"),
    ],
)
def test_masses_in_sentences_skip_no_step(kilotonnes: float, en: str, zh: str) -> None:
    assert mass(kilotonnes, "kt", "en") == en
    assert mass(kilotonnes, "kt", "zh").replace(",", "") == zh.replace(",", "")


def test_definitions_are_called_as_in_the_vocabulary(voice: Voice) -> None:
    chart = charts.intensity_definitions(intensities(), voice)
    names = [title["text"] for title in chart.option["title"]]
    assert names == [voice.term(str(key)) for key in intensities().indexes["definition"]]
    assert list(chart.table.columns[1:3]) == ["(a) 2001", "(a) 2003"]


def test_lines_carry_their_names_at_their_ends_unless_one_does_not_reach_it(voice: Voice) -> None:
    made = over_time(1) / 1e5
    chart = charts.intensity_over_time(made, None, voice)
    assert all(line["endLabel"]["show"] for line in chart.option["series"])
    assert not chart.option["legend"]["show"]
    made[-1, 0] = np.nan
    chart = charts.intensity_over_time(made, None, voice)
    assert not any("endLabel" in line for line in chart.option["series"])
    assert chart.option["legend"]["show"]


def test_names_at_line_ends_keep_their_order_and_distance() -> None:
    places = [5.0, 250.0, 251.0, 249.0, 252.0, 100.0]
    moved = spread(places, 13, 255)
    assert np.argsort(moved).tolist() == np.argsort(places).tolist()
    assert np.diff(sorted(moved)).min() >= 13 - 1e-9
    assert max(moved) <= 255
    assert spread([], 13, 255) == []
