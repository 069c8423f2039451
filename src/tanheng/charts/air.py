"""Charts of the air: a calendar of the index, its classes under several rules, and running means beside the limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.accounts.air.attaining import Attainment
from tanheng.accounts.air.days import CITY
from tanheng.charts import kinds, style
from tanheng.charts.kinds import Layout, Panel, Series
from tanheng.charts.spec import Chart
from tanheng.charts.voice import Voice

Array = NDArray[np.float64]

# The six classes: the last index of each, its colour, and a colour to write on it. HJ 633-2012, table 2 and annex A.
CLASSES = (
    (50, "#00e400", style.INK),
    (100, "#ffff00", style.INK),
    (150, "#ff7e00", style.INK),
    (200, "#ff0000", "#fff"),
    (300, "#99004c", "#fff"),
    (500, "#7e0023", "#fff"),
)
RUN, LEAST = 30, 20  # days of a running mean, and how many of them must have a value
_NONE = -1  # stands for a day without an index
_PRINTED = {"PM2.5": "PM₂.₅", "PM10": "PM₁₀", "SO2": "SO₂", "NO2": "NO₂", "O3": "O₃"}
_DIGITS = {"CO": 2}
_LIMITS = ("#c8702a", "#b0485a", "#8b5a9f", "#3f8f73")  # one for each of the rules


def printed(names: str) -> str:
    """Substances as print writes them.

    >>> printed("PM2.5, CO, O3")
    'PM₂.₅, CO, O₃'
    """
    return ", ".join(_PRINTED.get(name, name) for name in names.split(", "))


def rules_of(names: Sequence[str], language: str) -> str:
    """The rules as prose names them.

    >>> rules_of(["2026", "2031"], "en"), rules_of(["2026", "2031"], "zh"), rules_of(["2031-01-01"], "zh")
    ('2026, 2031', '2026、2031年', '2031-01-01')
    """
    if language != "zh":
        return ", ".join(names)
    return "、".join(names) + ("年" if names[-1].isdecimal() else "")


def classes_of(index: Array) -> NDArray[np.intp]:
    """The class of each index, 0 to 5; 6 where there is none.

    >>> classes_of(np.array([50.0, 51.0, 301.0, float("nan")])).tolist()
    [0, 1, 5, 6]
    """
    found = np.searchsorted([top for top, _, _ in CLASSES], index, side="left")
    return np.where(np.isnan(index), len(CLASSES), np.minimum(found, len(CLASSES) - 1))


def calendar(one: Attainment, voice: Voice, *, name: str, place: str = CITY, rules: Sequence[str] = ()) -> Chart:
    """The index of each day of a year as days by months, in the colours of its classes, with the numbers in the cells.

    ``name`` is what the place is called, ``rules`` are those that give this index, where it is several.
    """
    days = one.days[one.days["place"] == place]
    index = days["index"].to_numpy(dtype=float)
    month, day = (getattr(days["day"].dt, part).to_numpy() for part in ("month", "day"))
    kind = classes_of(index)
    words = {
        "name": name,
        "year": one.year,
        "rules": rules_of(rules or [one.rules.name], voice.language),
        "good": int((kind < 2).sum()),
    }
    words |= {"days": int(np.isfinite(index).sum()), "edition": one.rules.index.code}
    cells = [
        _cell(x, y, value, at, f"{when:%Y-%m-%d}", lead, voice)
        for x, y, value, at, when, lead in zip(day, month, index, kind, days["day"], days["primary"], strict=True)
    ]
    months = voice("air.months").split()
    grid = np.full((12, 31), np.nan)
    grid[month - 1, day - 1] = index
    table = {voice("air.month"): months} | {str(at + 1): grid[:, at] for at in range(31)}
    return Chart(
        id=f"air-calendar-{one.year}-{one.rules.name}",
        title=voice("air.calendar.title", **words),
        caption=voice("air.calendar.caption", **words),
        option=style.option(voice, voice("air.calendar.aria", **words), _days_by_months(cells, months, kind, voice)),
        table=pd.DataFrame(table),
        height=(400, 440),
    )


def _cell(x: int, y: int, value: float, kind: int, when: str, primary: str, voice: Voice) -> dict[str, Any]:
    if np.isnan(value):
        said = f"{when}{voice('air.colon')}{voice('air.none')}"
        return {"value": [int(x) - 1, int(y) - 1, _NONE], "label": {"show": False}, "tooltip": {"formatter": said}}
    lead = f"{voice('air.comma')}{printed(primary)}" if primary else ""
    said = f"{when}{voice('air.colon')}{value:.0f}{voice('air.comma')}{voice(f'air.class.{kind + 1}')}{lead}"
    label = {"formatter": f"{value:.0f}", "color": CLASSES[kind][2]}
    return {"value": [int(x) - 1, int(y) - 1, int(value)], "label": label, "tooltip": {"formatter": said}}


def _days_by_months(
    cells: Sequence[Mapping[str, Any]], months: Sequence[str], kind: NDArray[np.intp], voice: Voice
) -> dict[str, Any]:
    often = np.bincount(kind, minlength=len(CLASSES) + 1)
    low = [0, *(top + 1 for top, _, _ in CLASSES[:-1])]
    pieces: list[dict[str, Any]] = [
        {"gte": first, "lte": top, "color": colour,
         "label": f"{voice(f'air.short.{at + 1}')} {first}–{top} ({often[at]})"}
        for at, (first, (top, colour, _)) in enumerate(zip(low, CLASSES, strict=True))
    ]  # fmt: skip
    if often[-1]:
        pieces.append({"value": _NONE, "color": style.EMPTY, "label": f"{voice('air.none')} ({often[-1]})"})
    scale = {
        "type": "piecewise", "dimension": 2, "pieces": pieces, "orient": "horizontal", "left": "center", "bottom": 0,
        "itemWidth": 12, "itemHeight": 12, "itemGap": 9, "textStyle": {"color": style.INK, "fontSize": 10},
    }  # fmt: skip
    narrow = {
        "grid": [{"left": 32, "bottom": 140}],
        "series": [{"label": {"show": False}}],
        "visualMap": [{"orient": "vertical", "left": 0, "itemGap": 3}],
        "xAxis": [{"axisLabel": {"interval": 4}}],
    }
    wide = {
        "grid": [{"left": 44, "bottom": 40}],
        "series": [{"label": {"show": True}}],
        "visualMap": [{"orient": "horizontal", "left": "center", "itemGap": 9}],
        "xAxis": [{"axisLabel": {"interval": 0}}],
    }
    label = {"color": style.QUIET, "fontSize": 11}
    return {
        "grid": [{"left": 44, "right": 8, "top": 24, "bottom": 40}],
        "xAxis": [style.categories([str(day) for day in range(1, 32)], position="top", axisLine={"show": False},
                                   axisLabel=label)],
        "yAxis": [style.categories(months, inverse=True, axisLine={"show": False}, axisLabel=label | {"interval": 0})],
        "visualMap": [scale],
        "tooltip": {"trigger": "item"},
        "series": [{
            "type": "heatmap", "data": list(cells), "label": {"show": True, "fontSize": 10},
            "itemStyle": {"borderColor": "#fff", "borderWidth": 1},
            "emphasis": {"itemStyle": {"borderColor": style.INK}},
        }],
        "media": [{"query": {"maxWidth": kinds.NARROW}, "option": narrow}, {"option": wide}],
    }  # fmt: skip


def classes(them: Sequence[Attainment], voice: Voice, *, name: str, place: str = CITY) -> Chart:
    """How many days of a year are of each class, a bar for each of the rules (all of one year)."""
    counts = {one.rules.name: _often(one, place) for one in them}
    heads = [voice(f"air.class.{at + 1}") for at in range(len(CLASSES))]
    rules = [voice("air.rules", rules=rules_of([key], voice.language)) for key in counts]
    bars = [
        Series(head, np.array([float(count[at]) for count in counts.values()]), colour, stack="days")
        for at, (head, (_, colour, _)) in enumerate(zip(heads, CLASSES, strict=True))
    ]
    whole = max(int(count.sum()) for count in counts.values())
    layout = Layout(columns=1, panel=60 + 34 * len(rules), labels=110, right=30, head=8, wrap=44)
    body = kinds.rows([Panel("", rules, bars, bounds={"min": 0, "max": float(whole)})], layout, 0)
    table: dict[str, Any] = {voice("air.rules_head"): rules}
    table |= {head: [int(count[at]) for count in counts.values()] for at, head in enumerate(heads)}
    table |= {voice("air.none"): [int(count[-1]) for count in counts.values()]}
    words = {"name": name, "year": them[0].year}
    return Chart(
        id=f"air-classes-{them[0].year}",
        title=voice("air.classes.title", **words),
        caption=voice("air.classes.caption"),
        option=style.option(voice, voice("air.classes.aria", **words), body),
        table=pd.DataFrame(table),
        height=layout.height(1),
    )


def _often(one: Attainment, place: str) -> NDArray[np.intp]:
    index = one.days.loc[one.days["place"] == place, "index"].to_numpy(dtype=float)
    return np.bincount(classes_of(index), minlength=len(CLASSES) + 1)


def trend(them: Sequence[Attainment], voice: Voice, *, name: str, place: str = CITY) -> Chart:
    """The mean of 30 days of each substance over all years of ``them``, and the limits of each of their rules.

    The limits are those of a year; of a day for carbon monoxide, of 8 hours for ozone, which have none of a year.
    """
    means = _running(them, place)
    rules = {one.rules.name: one for one in them}
    substances = [str(column) for column in means.columns]
    limits = {key: _limits(one) for key, one in rules.items()}
    ends = [f"{day:%Y-%m-%d}" for day in (means.index[0], means.index[-1])]
    panels, pairs = [], []
    for substance in substances:
        told = ", ".join(f"{key}: {limit[substance]:g}" for key, limit in limits.items())
        unit = "mg/m³" if substance == "CO" else "µg/m³"
        lines = [Series(voice("air.trend.mean"), means[substance].to_numpy(), style.PRODUCTION)]
        pairs.append([[f"{day:%Y-%m-%d}", value] for day, value in means[substance].items()])
        for at, (key, limit) in enumerate(limits.items()):
            colour = _LIMITS[at % len(_LIMITS)]
            lines.append(
                Series(
                    voice("air.trend.limit", rules=rules_of([key], voice.language)),
                    [limit[substance]] * 2,
                    colour,
                    dashed=True,
                )
            )
            pairs.append([[end, limit[substance]] for end in ends])
        panels.append(Panel(printed(substance), ends, lines, f"{unit}{voice('air.comma')}{voice('air.limit')} {told}"))
    layout = Layout(columns=2, panel=190, wrap=34)
    words = {"name": name, "first": ends[0], "last": ends[1]}
    return Chart(
        id="air-trend",
        title=voice("air.trend.title", **words),
        caption=voice("air.trend.caption", least=LEAST),
        option=style.option(voice, voice("air.trend.aria", **words), _over_time(panels, pairs, layout)),
        table=_trend_table(means, limits, voice),
        digits=1,
        column_digits={printed(substance): _DIGITS.get(substance, 1) for substance in substances},
        height=layout.height(len(panels)),
    )


def _running(them: Sequence[Attainment], place: str) -> pd.DataFrame:
    """Means of 30 days by substance, over the years of ``them``; missing before LEAST days have a value."""
    by_year = {one.year: one for one in sorted(them, key=lambda one: one.year)}
    days = pd.concat([one.days[one.days["place"] == place] for one in by_year.values()])
    names = [name for name in next(iter(by_year.values())).rules.substances if name in days]
    return days.set_index("day")[names].asfreq("D").rolling(RUN, min_periods=LEAST).mean()


def _limits(one: Attainment) -> dict[str, float]:
    yearly = one.rules.judged["annual_mean"]
    return {name: one.rules.limit(name, "year" if name in yearly else "").value for name in one.rules.substances}


def _over_time(panels: Sequence[Panel], pairs: Sequence[Any], layout: Layout) -> dict[str, Any]:
    """Lines over the days themselves, in place of names on an axis."""
    body = kinds.lines(panels, layout)
    for axis in body["xAxis"]:
        for key in ("data", "boundaryGap"):
            axis.pop(key)
        axis |= {"type": "time", "axisLabel": {"color": style.QUIET, "fontSize": 11, "hideOverlap": True}}
        axis |= {"splitLine": {"show": False}}
    body["series"] = [one | {"data": list(data)} for one, data in zip(body["series"], pairs, strict=True)]
    return body


def _trend_table(means: pd.DataFrame, limits: Mapping[str, Mapping[str, float]], voice: Voice) -> pd.DataFrame:
    """The running mean at the end of each month, and the limits below."""
    months = means.groupby([means.index.year, means.index.month]).tail(1)
    rows = months.rename(columns=printed).reset_index(drop=True)
    below = pd.DataFrame([{printed(name): limit[name] for name in means.columns} for limit in limits.values()])
    heads = [f"{day:%Y-%m-%d}" for day in months.index] + [
        voice("air.trend.limit", rules=rules_of([key], voice.language)) for key in limits
    ]
    whole = pd.concat([rows, below], ignore_index=True)
    whole.insert(0, voice("air.trend.until"), heads)
    return whole
