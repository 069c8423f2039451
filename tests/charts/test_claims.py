"""The chart of claims: a point for every ratio, on a scale that holds them all."""

from __future__ import annotations

import json
import math

import pytest

from tanheng import charts
from tanheng.charts import Dot, Voice

WORDS = {"reproduced": "same", "consistent": "near", "differs": "other"}


def dots(*ratios: float) -> list[Dot]:
    names = ["reproduced" if ratio == 1 else "differs" for ratio in ratios]
    return [
        Dot(f"claim {at}", "data", "1.0", "2.0", ratio, name)
        for at, (ratio, name) in enumerate(zip(ratios, names, strict=True))
    ]


@pytest.fixture(params=["en", "zh"])
def voice(request: pytest.FixtureRequest) -> Voice:
    return Voice(request.param, "CO2", "Gt", "USD")


def test_every_ratio_is_one_point_of_its_verdict(voice: Voice) -> None:
    chart = charts.computed_over_printed(dots(0.19, 1.0, 2.5), WORDS, voice)
    assert json.loads(json.dumps(chart.option, allow_nan=False)) == chart.option
    points = {one["name"]: one["data"] for one in chart.option["series"] if one["type"] == "scatter"}
    assert points == {"same": [None, 1, None], "other": [0.19, None, 2.5]}  # no legend of what there is none
    assert len(chart.table) == 3
    assert chart.table.iloc[:, -2].tolist() == [0.19, 1.0, 2.5]
    assert chart.description


@pytest.mark.parametrize(("ratios", "ends"), [((1.0,), (0.5, 2)), ((0.19, 1.0), (0.125, 2)), ((1.0, 9.0), (0.5, 16))])
def test_the_scale_doubles_and_holds_all_points(
    voice: Voice, ratios: tuple[float, ...], ends: tuple[float, float]
) -> None:
    axis = charts.computed_over_printed(dots(*ratios), WORDS, voice).option["xAxis"][0]
    assert (axis["type"], axis["logBase"]) == ("log", 2)
    assert (axis["min"], axis["max"]) == ends
    assert math.log2(axis["max"] / axis["min"]) == int(math.log2(axis["max"] / axis["min"]))
