"""The kinds of chart as ECharts options: panels of lines, columns or rows, a Sankey, a map. They know numbers alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.charts import style
from tanheng.charts.measure import number

Numbers = Sequence[float] | NDArray[np.float64]
NARROW = 600  # pixels: below this width panels stand in fewer columns


@dataclass(frozen=True, eq=False)
class Series:
    """One named row of numbers in a panel and how it is drawn."""

    name: str
    values: Numbers
    colour: str
    dashed: bool = False
    mark: bool = False  # drawn as a hollow point on top of bars
    negative: str = ""  # the colour of bars below zero, if another
    stack: str = ""  # bars of one stack stand on each other
    ends: Sequence[str] = ()  # what stands at the end of each lying bar in place of its number


@dataclass(frozen=True, eq=False)
class Panel:
    """One coordinate system: a title, the names on its axis of names (years, regions), its series."""

    title: str
    names: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    bounds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """Where panels go: columns wide and narrow, the height of one in pixels, and what axis labels need on its left."""

    columns: int
    narrow: int = 1
    panel: int = 200
    labels: int = 48
    right: int = 12
    top: int = 34  # for the legend above all panels
    head: int = 42  # for the title of a panel
    wrap: int = 16  # more for a legend that wraps where it is narrow

    @property
    def plot(self) -> int:
        """The height of what is drawn in a panel."""
        return self.panel - self.head - 30

    def height(self, count: int) -> tuple[int, int]:
        """The height of a chart of ``count`` panels, wide and narrow."""
        rows = [-(-count // columns) for columns in (self.columns, self.narrow)]
        return self.top + rows[0] * self.panel, self.top + self.wrap + rows[1] * self.panel


def lines(panels: Sequence[Panel], layout: Layout, *, named: bool = False) -> dict[str, Any]:
    """Lines over years, one coordinate system a panel.

    ``named`` writes each line's name at its end instead of a legend; panels then need bounds from ``min`` to ``max``,
    and lines a last value.
    """
    x = [style.categories(p.names, boundaryGap=False, axisLabel=_years(p.names)) for p in panels]
    y = [style.values(**p.bounds) for p in panels]
    series = [_line(one, at) for at, panel in enumerate(panels) for one in panel.series]
    if named:
        ends = [end for panel in panels for end in _ends(panel, layout)]
        series = [drawn | end for drawn, end in zip(series, ends, strict=True)]
    whole = _assemble(panels, layout, x, y, series, {"tooltip": {"trigger": "axis"}}, itemStyle={"opacity": 0})
    whole["legend"]["show"] &= not named
    return whole


def columns(panels: Sequence[Panel], layout: Layout) -> dict[str, Any]:
    """Upright bars over years, one coordinate system a panel; bars below zero may have a colour of their own."""
    x = [style.categories(p.names, axisLabel=_years(p.names) | {"showMinLabel": True}) for p in panels]
    y = [style.values(**p.bounds) for p in panels]
    for axis in x:
        axis["axisLine"] = {"onZero": True, "lineStyle": {"color": style.QUIET}}
        axis["axisLabel"]["margin"] = 8
    series = [_bar(one, at) for at, panel in enumerate(panels) for one in panel.series]
    more = {"tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}}}
    return _assemble(panels, layout, x, y, series, more)


def rows(panels: Sequence[Panel], layout: Layout, digits: int) -> dict[str, Any]:
    """Lying bars with their names on the left, the first on top; series with ``mark`` are hollow points on the bars.

    Bars carry their number, printed with ``digits``, unless points would lie on top of it or bars are parts of a stack.
    """
    x = [style.values(**p.bounds) for p in panels]
    y = []
    for panel in panels:
        line = {"onZero": False, "show": False}
        label = {"color": style.INK, "fontSize": 12, "width": layout.labels - 12, "overflow": "truncate"}
        apart = {"lineHeight": 16} if any("\n" in name for name in panel.names) else {}
        y.append(style.categories(panel.names, inverse=True, axisLine=line, axisLabel=label | apart | {"interval": 0}))
    bare = any(one.mark or one.stack for panel in panels for one in panel.series)
    series = [_row(one, at, None if bare else digits) for at, panel in enumerate(panels) for one in panel.series]
    more = {"tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}}}
    return _assemble(panels, layout, x, y, series, more)


def sankey(edges: Sequence[tuple[str, str, float]], colours: Mapping[str, str]) -> dict[str, Any]:
    """Flows from nodes to nodes; ``colours`` (in the order of the nodes) names every node."""
    left = {a for a, _, _ in edges}
    nodes = [
        {"name": name, "itemStyle": {"color": colour}, "label": {"position": "left" if name in left else "right"}}
        for name, colour in colours.items()
    ]
    series = {
        "type": "sankey",
        "left": 110, "right": 110, "top": 26, "bottom": 8,
        "nodeWidth": 12, "nodeGap": 11, "draggable": False,
        "data": nodes,
        "links": [{"source": a, "target": b, "value": value} for a, b, value in edges],
        "lineStyle": {"color": "source", "opacity": 0.4, "curveness": 0.5},
        "label": {"color": style.INK, "fontSize": 12, "width": 100, "overflow": "truncate"},
        "emphasis": {"focus": "adjacency"},
    }  # fmt: skip
    narrow = {"series": [{"left": 92, "right": 92, "label": {"fontSize": 10, "width": 86}}]}
    wide = {"series": [{"left": 110, "right": 110, "label": {"fontSize": 12, "width": 100}}]}
    return {"tooltip": {"trigger": "item"}, "series": [series], **by_width(narrow, wide)}


def choropleth(values: Mapping[str, float], steps: Sequence[float], name: str) -> dict[str, Any]:
    """A world map in classes parted at ``steps``, one fewer than the diverging colours; regions by ISO 3166 alpha-3."""
    edges = [None, *steps, None]
    pieces = []
    for low, high, colour in zip(edges, edges[1:], style.DIVERGING, strict=False):
        ends = ({} if low is None else {"gte": low}) | ({} if high is None else {"lt": high})
        pieces.append({**ends, "color": colour, "label": _class(low, high)})
    series = {
        "type": "map", "name": name, "bottom": 34,
        "data": [{"name": region, "value": value} for region, value in values.items()],
        "itemStyle": {"areaColor": style.EMPTY, "borderColor": "#fff", "borderWidth": 0.5},
    }  # fmt: skip
    scale = {
        "type": "piecewise", "pieces": pieces, "orient": "horizontal", "left": "center", "bottom": 0,
        "itemWidth": 18, "itemHeight": 12, "itemGap": 8, "textStyle": {"color": style.INK, "fontSize": 11},
        "outOfRange": {"color": [style.EMPTY]},
    }  # fmt: skip
    narrow = {"visualMap": [{"orient": "vertical", "left": 0, "itemGap": 3}], "series": [{"bottom": 160}]}
    wide = {"visualMap": [{"orient": "horizontal", "left": "center", "itemGap": 8}], "series": [{"bottom": 34}]}
    return {"tooltip": {"trigger": "item"}, "visualMap": [scale], "series": [series], **by_width(narrow, wide)}


def _class(low: float | None, high: float | None) -> str:
    """What a class of the map is called, in per cent."""
    if low is None or high is None:
        return f"< {number(high or 0)}%" if low is None else f"≥ {number(low)}%"
    return f"{number(low)} … {number(high)}%"


def _assemble(
    panels: Sequence[Panel],
    layout: Layout,
    x: Sequence[Mapping[str, Any]],
    y: Sequence[Mapping[str, Any]],
    series: Sequence[Mapping[str, Any]],
    more: Mapping[str, Any],
    **legend: Any,
) -> dict[str, Any]:
    places = {wide: _places(len(panels), layout, wide) for wide in (True, False)}
    titled = any(panel.title or panel.unit for panel in panels)
    titles = [_title(panel) for panel in panels]
    sides = {
        wide: {
            "grid": [{k: p[k] for k in ("left", "right", "top", "height")} for p in places[wide]],
            "title": [{"left": p["title"], "top": p["top"] - 38} for p in places[wide]] if titled else [],
        }
        for wide in places
    }
    names = list(dict.fromkeys(one.name for panel in panels for one in panel.series))
    return {
        "grid": sides[True]["grid"],
        **({"title": [a | b for a, b in zip(titles, sides[True]["title"], strict=True)]} if titled else {}),
        "legend": style.legend(data=names, show=len(names) > 1, **legend),
        "xAxis": [dict(axis) | {"gridIndex": at} for at, axis in enumerate(x)],
        "yAxis": [dict(axis) | {"gridIndex": at} for at, axis in enumerate(y)],
        "series": list(series),
        **by_width(sides[False], sides[True]),
        **more,
    }


def _places(count: int, layout: Layout, wide: bool) -> list[dict[str, Any]]:
    """The box of every panel: pixels from top, and left and right as ECharts takes them."""
    across = layout.columns if wide else layout.narrow
    top = layout.top + (0 if wide else layout.wrap)
    boxes = []
    for at in range(count):
        row, column = divmod(at, across)
        share = 100 / across
        width = 960 if wide else 350  # percentages are set for these widths, so that labels keep their room
        left, right = 100 * layout.labels / width, 100 * layout.right / width
        boxes.append(
            {
                "left": f"{column * share + left:.2f}%",
                "right": f"{100 - (column + 1) * share + right:.2f}%",
                "title": f"{column * share:.2f}%",
                "top": top + row * layout.panel + layout.head,
                "height": layout.plot,
            }
        )
    return boxes


def _title(panel: Panel) -> dict[str, Any]:
    return {
        "text": panel.title,
        "subtext": panel.unit,
        "itemGap": 3,
        "padding": 0,
        "textStyle": {"fontSize": 13, "fontWeight": "bold", "color": style.INK},
        "subtextStyle": {"fontSize": 11, "color": style.QUIET},
    }


def by_width(narrow: Mapping[str, Any], wide: Mapping[str, Any]) -> dict[str, Any]:
    """What changes with the width of the chart."""
    return {"media": [{"query": {"maxWidth": NARROW}, "option": narrow}, {"option": wide}]}


def _years(names: Sequence[str]) -> dict[str, Any]:
    label = {"color": style.QUIET, "fontSize": 11, "interval": style.tick_gap(len(names)) if len(names) > 8 else "auto"}
    return label | {"showMaxLabel": True}


def _line(one: Series, at: int) -> dict[str, Any]:
    line = {"color": one.colour, "width": 2, "type": [5, 4] if one.dashed else "solid"}
    return {
        "type": "line", "name": one.name, "xAxisIndex": at, "yAxisIndex": at, "data": list(one.values),
        "symbol": "none", "connectNulls": False, "lineStyle": line, "itemStyle": {"color": one.colour},
        "emphasis": {"disabled": True},
    }  # fmt: skip


def _ends(panel: Panel, layout: Layout) -> list[dict[str, Any]]:
    """The names at the ends of the lines of a panel, moved apart where lines end close together."""
    low, high = panel.bounds["min"], panel.bounds["max"]
    at = [layout.plot * (high - float(one.values[-1])) / (high - low) for one in panel.series]
    label = {"show": True, "formatter": "{a}", "fontSize": 11, "distance": 5}
    label |= {"width": layout.right - 6, "overflow": "truncate"}
    return [
        {"endLabel": {**label, "color": one.colour, "offset": [0, there - here]}}
        for one, here, there in zip(panel.series, at, spread(at, 13, layout.plot - 5), strict=True)
    ]


def spread(places: Sequence[float], gap: float, end: float) -> list[float]:
    """``places`` moved apart to ``gap`` at least, in their order, about as far up as down, none beyond ``end``.

    >>> spread([10.0, 40.0, 12.0], 10, 100), spread([30.0, 28.0], 10, 30)
    ([6.0, 40.0, 16.0], [30.0, 20.0])
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(order))
    free = np.asarray(places, dtype=float)[order] - steps  # what must not fall from one to the next
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    found = np.empty(len(order))
    found[order] = np.minimum((up + down) / 2, end - steps[-1:]) + steps
    return [float(value) for value in found]


def _bar(one: Series, at: int) -> dict[str, Any]:
    data = [
        {"value": v, "itemStyle": {"color": one.negative}} if one.negative and v < 0 else {"value": v}
        for v in one.values
    ]
    return {
        "type": "bar", "name": one.name, "xAxisIndex": at, "yAxisIndex": at, "data": data,
        "itemStyle": {"color": one.colour}, "barMaxWidth": 26, "barCategoryGap": "28%",
        **({"stack": f"{one.stack} {at}"} if one.stack else {}),  # ECharts stacks across panels
    }  # fmt: skip


def _row(one: Series, at: int, digits: int | None) -> dict[str, Any]:
    if one.mark:
        return {
            "type": "scatter", "name": one.name, "xAxisIndex": at, "yAxisIndex": at, "data": list(one.values),
            "symbol": "circle", "symbolSize": 9, "z": 4,
            "itemStyle": {"color": "#fff", "borderColor": one.colour, "borderWidth": 2, "opacity": 1},
        }  # fmt: skip
    drawn = _bar(one, at) | {"barMaxWidth": 16, "barGap": "12%", "barCategoryGap": "30%"}
    texts = one.ends or (() if digits is None else [number(float(value), digits) for value in one.values])
    if not texts:
        return drawn
    label = {"show": True, "color": style.INK, "fontSize": 11, "distance": 4}
    data = [_with_label(item, text) for item, text in zip(drawn["data"], texts, strict=True)]
    return drawn | {"data": data, "label": label}


def _with_label(item: Mapping[str, Any], text: str) -> dict[str, Any]:
    value = float(item["value"])
    label = {"position": "left" if value < 0 else "right", "formatter": text}
    return {**item, "label": label if math.isfinite(value) else {"show": False}}
