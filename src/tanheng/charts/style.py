"""The look of every chart, in one place: colours that the colour-blind tell apart and print keeps apart, type, axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tanheng.charts.measure import Measure
from tanheng.charts.spec import plain
from tanheng.charts.voice import Voice

INK, QUIET, RULE, EMPTY = "#1d2833", "#5f6b76", "#e3e6e9", "#e9e7e2"
PRODUCTION, CONSUMPTION = "#1f5a85", "#c8702a"
EXPORTER, IMPORTER = "#b85c1e", "#2b6a99"  # emits more than it consumes, and the reverse
CATEGORIES = ("#1f5a85", "#d0772e", "#3f8f73", "#8b5a9f", "#a88f1f", "#5aa5d6", "#b0485a", "#6d6d6d")
DIVERGING = ("#8c3f0c", "#c26a2b", "#e3a873", "#f6e3d0", "#d9e6ef", "#9cc0da", "#4f8ab8", "#1a4f7c")
_ROUND = ((1, 2), (1.2, 3), (1.5, 3), (2, 4), (2.5, 5), (3, 3), (4, 4), (5, 5), (6, 3), (8, 4), (10, 5))  # size, rules
FONTS = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", "PingFang SC", '
    '"Hiragino Sans GB", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif'
)


def option(
    voice: Voice, description: str, body: Mapping[str, Any], measure: Measure | None = None, **more: Any
) -> dict[str, Any]:
    """A whole specification: ``body`` on the common ground, with what JSON cannot hold declared under "tanheng"."""
    spoken: dict[str, Any] = {"lang": voice.language, **more}
    if measure is not None:
        spoken["format"] = {"digits": measure.digits, "unit": measure.unit}
    base = {
        "textStyle": {"fontFamily": FONTS, "color": INK},
        "color": list(CATEGORIES),
        "aria": {"enabled": True, "label": {"description": description}},
    }
    whole: dict[str, Any] = plain({**base, **body, "tanheng": spoken})
    return whole


def categories(names: Sequence[str], **more: Any) -> dict[str, Any]:
    """An axis of names or years."""
    return {
        "type": "category",
        "data": list(names),
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": QUIET}},
        "axisLabel": {"color": QUIET, "fontSize": 11},
        **more,
    }


def values(**more: Any) -> dict[str, Any]:
    """An axis of numbers with few, pale rules."""
    return {
        "type": "value",
        "splitNumber": 3,
        "axisLabel": {"color": QUIET, "fontSize": 11, "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": RULE}},
        **more,
    }


def legend(**more: Any) -> dict[str, Any]:
    """A legend at the top left, in the order of the series."""
    return {
        "top": 0,
        "left": 0,
        "itemWidth": 26,
        "itemHeight": 9,
        "itemGap": 18,
        "textStyle": {"color": INK, "fontSize": 12},
        **more,
    }


def tick_gap(count: int) -> int:
    """How many years an axis leaves out between labels, so that the first and the last are named.

    >>> tick_gap(15), tick_gap(4), tick_gap(1)
    (6, 0, 0)
    """
    last = count - 1
    step = next((last // parts for parts in (2, 3, 1) if last and last % parts == 0), 1)
    return step - 1


def upto(top: float) -> dict[str, float]:
    """The bounds of an axis from zero that several panels share: it ends on a round figure, at a rule.

    >>> upto(23.1), upto(0.0)
    ({'min': 0, 'max': 25.0, 'interval': 5.0}, {'min': 0, 'max': 1.0, 'interval': 0.5})
    """
    if not math.isfinite(top) or top <= 0:
        return {"min": 0, "max": 1.0, "interval": 0.5}
    power = 10.0 ** math.floor(math.log10(top))
    size, parts = next((size, parts) for size, parts in _ROUND if size * power >= top)
    return {"min": 0, "max": size * power, "interval": size * power / parts}
