"""A chart of claims: the computed number over the published one, by claim and data set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tanheng.charts import kinds, style
from tanheng.charts.kinds import Layout, Panel, Series
from tanheng.charts.measure import Measure
from tanheng.charts.spec import Chart
from tanheng.charts.voice import Voice

COLOURS = ("#3f8f73", "#1f5a85", "#c8702a")  # of verdicts, the best first


@dataclass(frozen=True)
class Dot:
    """A computed number beside a printed one: words in the chart's language, ``ratio`` of the two, above zero."""

    claim: str
    dataset: str
    printed: str
    computed: str
    ratio: float
    verdict: str


def computed_over_printed(dots: Sequence[Dot], verdicts: Mapping[str, str], voice: Voice) -> Chart:
    """A point for each ratio, on a scale that doubles from rule to rule, in the colour of its verdict.

    ``verdicts`` are the words of those that a number can have, by name, in the order of their colours.
    """
    names = [f"{one.claim}\n{one.dataset}" for one in dots]
    series = [
        Series(word, [one.ratio if one.verdict == name else math.nan for one in dots], colour, mark=True)
        for (name, word), colour in zip(verdicts.items(), COLOURS, strict=True)
        if any(one.verdict == name for one in dots)
    ]
    layout = Layout(columns=1, panel=80 + 40 * len(names), labels=205, right=30, head=8)
    body = kinds.rows([Panel("", names, series)], layout, 2)
    ends = (
        math.floor(math.log2(min([0.5, *(one.ratio for one in dots)]))),
        math.ceil(math.log2(max([2.0, *(one.ratio for one in dots)]))),
    )
    body["xAxis"][0] |= {"type": "log", "logBase": 2, "min": 2.0 ** ends[0], "max": 2.0 ** ends[1]}
    body["series"].append(_one(len(names)))
    table = {
        voice("claims.claim"): [one.claim for one in dots],
        voice("claims.dataset"): [one.dataset for one in dots],
        voice("claims.printed"): [one.printed for one in dots],
        voice("claims.computed"): [one.computed for one in dots],
        voice("claims.ratio"): [one.ratio for one in dots],
        voice("claims.verdict"): [verdicts[one.verdict] for one in dots],
    }
    return Chart(
        id="claims",
        title=voice("claims.title"),
        caption=voice("claims.caption"),
        option=style.option(voice, voice("claims.aria", count=len(dots)), body, Measure(1.0, "", 2)),
        table=pd.DataFrame(table),
        digits=2,
        height=layout.height(1),
    )


def _one(count: int) -> dict[str, object]:
    """The line on which the computed number is the printed one."""
    return {
        "type": "line", "data": [[1, 0], [1, count - 1]], "symbol": "none", "silent": True, "z": 1,
        "lineStyle": {"color": style.QUIET, "width": 1}, "tooltip": {"show": False},
    }  # fmt: skip
