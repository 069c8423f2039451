"""Charts of products: stages add up, what is avoided stays outside, trade and factors are shown as they are."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from tanheng import charts
from tanheng.charts import Chart, Subject, Voice

YEARS, STAGES = [2020, 2021, 2022], ["production", "transport", "use", "disposal", "recycling", "credit"]
PRODUCTS = {"panel": {"en": "Panels", "zh": "组件"}, "cell": {"en": "Cells", "zh": "电池片"}}
SETS = ["one", "other"]


def stages(dim: str, labels: list[object], seed: int = 1) -> xr.DataArray:
    """Emissions of a unit, kg; the last stage is what is avoided, twenty times as much and negative."""
    values = 100 * np.random.default_rng(seed).random((len(labels), len(STAGES)))
    values[:, -1] *= -20
    return xr.DataArray(values, {dim: labels, "stage": STAGES}, (dim, "stage"))


def home(of: xr.DataArray) -> xr.DataArray:
    return 0.4 * of.sel(stage="production", drop=True)


def exports() -> tuple[xr.DataArray, xr.DataArray]:
    """kW, and t by part; cells are not told before the last year."""
    coords = {"year": YEARS, "product": list(PRODUCTS)}
    power = xr.DataArray([[1e6, np.nan], [2e6, np.nan], [3e6, 5e5]], coords, ("year", "product"))
    parts = xr.DataArray([0.5, 0.3, 0.2], {"part": ["home", "elsewhere", "transport"]}, ("part",))
    return power, 0.5 * power * parts


def sent(count: int = 4) -> tuple[xr.DataArray, xr.DataArray]:
    codes = ["NLD", "IND", "BRA", "JPN"][:count]
    power = xr.DataArray([4e6, 1e6, 3e6, 2e6][:count], {"to_region": codes}, ("to_region",))
    return power, 0.5 * power


def balance() -> tuple[xr.DataArray, xr.DataArray]:
    """t of exports, imports and net for 60 and 10 Mt at two sets of factors."""
    factors = xr.DataArray(
        [[2.0, 2.0], [3.0, 4.0]], {"factors": SETS, "component": ["exports", "imports"]}, ("factors", "component")
    )
    whole = factors * xr.DataArray([60e6, 10e6], {"component": ["exports", "imports"]}, ("component",))
    net = (whole.sel(component="exports") - whole.sel(component="imports")).expand_dims(component=["net"])
    return xr.concat([whole, net], dim="component").transpose("factors", "component"), factors


def subject(voice: Voice) -> Subject:
    names = {key: name[voice.language] for key, name in PRODUCTS.items()}
    return Subject(names["panel"], "kW", "GW", "CHN", 2021, names, source="S.", note="N.")


def drawn(voice: Voice) -> list[Chart]:
    about = subject(voice)
    makers, years = stages("origin", ["CHN", "VNM"]), stages("year", list(YEARS), 2)
    both, per = balance()
    return [
        charts.stages_by_maker(makers, home(makers), voice, about),
        charts.stages_by_year(years, home(years), voice, about),
        charts.exports_by_year(*exports(), voice, about, partial=[2022]),
        charts.destinations(*sent(), voice, about, count=3),
        charts.net_by_factors(both, per, 0.1e9, voice, about, names=dict(zip(SETS, SETS, strict=True))),
        charts.beside_published_net(5e7, 2.5e8, 1e8, voice, about),
    ]


@pytest.fixture(params=["en", "zh"])
def voice(request: pytest.FixtureRequest) -> Voice:
    return Voice(request.param, "CO2e", "t", "USD")


def test_a_chart_is_json_with_a_description_numbers_and_sources(voice: Voice) -> None:
    found = drawn(voice)
    assert len({chart.id for chart in found}) == len(found)
    for chart in found:
        assert json.loads(json.dumps(chart.option, allow_nan=False)) == chart.option
        assert chart.description
        assert chart.title
        assert chart.caption.endswith("S.")
        assert chart.note == "N."
        assert len(chart.table) > 0
        assert min(chart.height) > 0


def test_languages_show_the_same_numbers_but_for_the_unit() -> None:
    pair = [drawn(Voice(language, "CO2e", "t", "USD")) for language in ("en", "zh")]
    for en, zh in zip(*pair, strict=True):
        assert (en.id, en.table.shape, en.height) == (zh.id, zh.table.shape, zh.height)
        words = re.findall(r"[A-Za-z]{2,}", zh.title + zh.caption + zh.description + " ".join(map(str, zh.table)))
        assert set(words) <= {"CO"}


@pytest.mark.parametrize("at", [0, 1])
def test_a_bar_is_its_stages_and_what_is_avoided_is_no_part_of_it(at: int, voice: Voice) -> None:
    """Without the credit, which would make every sum negative here."""
    chart = drawn(voice)[at]
    of = (stages("origin", ["CHN", "VNM"]), stages("year", list(YEARS), 2))[at]
    whole = of.drop_sel(stage="credit").sum("stage").values
    stacked = [one for one in chart.option["series"] if "stack" in one]
    assert len({(one["stack"], one["xAxisIndex"]) for one in stacked}) == 1
    sums = np.sum([[item["value"] for item in one["data"]] for one in stacked], axis=0)
    np.testing.assert_allclose(sums, whole, rtol=1e-5)  # options keep six digits
    apart = [one for one in chart.option["series"] if "stack" not in one]
    assert all(one["xAxisIndex"] != stacked[0]["xAxisIndex"] for one in apart)


def test_the_table_has_every_stage_and_the_total(voice: Voice) -> None:
    of = stages("origin", ["CHN", "VNM"])
    table = drawn(voice)[0].table
    numbers = table.iloc[:, 1:].to_numpy(dtype=float)
    np.testing.assert_allclose(numbers[:, :-1].sum(axis=1), numbers[:, -1])
    np.testing.assert_allclose(numbers[:, 0], home(of))
    np.testing.assert_allclose(numbers[:, -1], of.drop_sel(stage="credit").sum("stage"))


def test_what_is_avoided_is_positive_and_has_a_panel_and_a_row_of_its_own(voice: Voice) -> None:
    chart, of = drawn(voice)[1], stages("year", list(YEARS), 2)
    (apart,) = [one for one in chart.option["series"] if "stack" not in one]
    np.testing.assert_allclose([item["value"] for item in apart["data"]], -of.sel(stage="credit"), rtol=1e-5)
    np.testing.assert_allclose(chart.table.iloc[-1, 1:].to_numpy(dtype=float), -of.sel(stage="credit"))


def test_stacks_of_two_panels_do_not_stand_on_each_other(voice: Voice) -> None:
    """ECharts piles up all bars of one name, wherever they are drawn."""
    series = drawn(voice)[2].option["series"]
    assert {(one["stack"], one["xAxisIndex"]) for one in series} == {("all 0", 0), ("all 1", 1)}


def test_exports_that_are_not_told_are_gaps_and_years_in_part_are_marked(voice: Voice) -> None:
    chart = drawn(voice)[2]
    cells = chart.option["series"][1]["data"]
    assert [item["value"] for item in cells] == [None, None, 0.5]
    assert chart.option["xAxis"][0]["data"] == ["2020", "2021", "2022*"]
    assert list(chart.table.columns[2:]) == ["2020", "2021", "2022*"]
    numbers = chart.table.iloc[:, 2:].to_numpy(dtype=float)
    assert np.isnan(numbers[[1, 3, 5], :2]).all()
    np.testing.assert_allclose(numbers[4], numbers[2] / 2)  # half of all is emitted at home


def test_destinations_come_in_order_and_all_others_below(voice: Voice) -> None:
    chart = drawn(voice)[3]
    assert chart.table.iloc[:, 1].tolist() == [4.0, 3.0, 2.0, 1.0]  # GW
    assert chart.table.iloc[:, -1].sum() == pytest.approx(100)
    assert chart.option["yAxis"][0]["data"] == [voice.region(code) for code in ("NLD", "BRA", "JPN")]
    few = charts.destinations(*sent(2), voice, subject(voice), count=3)
    assert len(few.table) == 2
    assert few.table.iloc[:, -1].sum() == pytest.approx(100)


def test_the_net_is_exports_less_imports_and_the_published_one_is_marked_beside_each(voice: Voice) -> None:
    chart = drawn(voice)[4]
    out, into, net, published = chart.table.iloc[:, -4:].to_numpy(dtype=float).T
    np.testing.assert_allclose(out - into, net)
    scale = {"en": 1e-6, "zh": 1e-8}[voice.language]  # Mt, 亿吨
    np.testing.assert_allclose(net, np.array([100e6, 140e6]) * scale)
    np.testing.assert_allclose(published, 0.1e9 * scale)
    (mark,) = [one for one in chart.option["series"] if one["type"] == "scatter"]
    assert mark["data"] == pytest.approx(list(published))
    assert all("\n" in name for name in chart.option["yAxis"][0]["data"])


def test_what_the_published_figure_would_take_is_that_over_what_was_exported(voice: Voice) -> None:
    """250 Mt over 100 GW are 2.5 t per kW, by hand."""
    assert drawn(voice)[5].table.iloc[:, 2].tolist() == [0.5, 2.5]


def test_nothing_exported_is_drawn_too(voice: Voice) -> None:
    power, carried = exports()
    chart = charts.exports_by_year(0 * power, 0 * carried, voice, replace(subject(voice), source="", note=""))
    assert chart.option["yAxis"][0]["max"] == 1.0
    table = charts.destinations(*(0 * one for one in sent()), voice, subject(voice)).table
    assert np.isnan(table.iloc[:, -1].to_numpy(dtype=float)).all()  # of nothing there are no shares
