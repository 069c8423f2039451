"""Charts of full-scope accounts: what they rest on, how good the data are, and how two ways of counting meet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.charts import kinds, style
from tanheng.charts.kinds import Layout, Panel, Series
from tanheng.charts.measure import Measure, measure, number
from tanheng.charts.spec import Chart
from tanheng.charts.voice import Voice

Array = NDArray[np.float64]

WORLD = "world"  # the row of all regions together
COVERED = "#3f8f73"
BASES = {"product": COVERED, "sector": "#1f5a85", "proxy": "#d0772e", "not stated": "#b4b9be"}
HEAT = ("#e8f0f5", "#bcd3e2", "#f3d9b8", "#e0a263", "#b4632a")  # scores 1 to 5
CELL = 26  # pixels


def coverage(account: xr.DataArray, voice: Voice, *, year: int, count: int = 15, note: str = "") -> Chart:
    """What each region's account rests on (region, basis), in the stressor's unit: shares, the least founded first.

    The first bar is of all regions together, the others are the ``count`` that rest most on proxies and on what nobody
    stated; the table has all.
    """
    whole = account.sum("basis")
    world = account.sum("region") / float(whole.sum() or np.nan)
    shares = 100 * account / whole.where(whole != 0)
    weak = shares.sel(basis=["proxy", "not stated"]).sum("basis")
    codes = [str(code) for code in weak.sortby(weak, ascending=False).indexes["region"]]
    shown, scale = codes[:count], voice.measure(whole.values)
    names = [voice(WORLD), *map(voice.region, shown)]
    bars = [
        Series(
            voice.term(f"basis-{basis}"),
            [100 * float(world.sel(basis=basis)), *shares.sel(region=shown, basis=basis).values],
            colour,
            stack="all",
        )
        for basis, colour in BASES.items()
    ]
    layout = Layout(columns=1, panel=46 + 26 * len(names), labels=120, right=24, head=8, wrap=20)
    body = kinds.rows([Panel("", names, bars, bounds={"min": 0, "max": 100, "interval": 25})], layout, 1)
    key = "caption" if len(shown) < len(codes) else "caption_all"
    amount = voice("scope.account", unit=scale.unit)
    table: dict[str, Any] = {voice("head.region"): [voice(WORLD), *map(voice.region, codes)]}
    table[amount] = np.append(float(whole.sum()), whole.sel(region=codes).values) * scale.factor
    table |= {
        f"{voice.term(f'basis-{basis}')}, %": np.append(
            100 * float(world.sel(basis=basis)), shares.sel(region=codes, basis=basis).values
        )
        for basis in BASES
    }
    return Chart(
        id="scope-coverage",
        title=voice("scope.coverage.title", year=year),
        caption=voice(f"scope.coverage.{key}", count=len(shown)),
        option=style.option(voice, voice("scope.coverage.aria", year=year), body),
        table=pd.DataFrame(table),
        digits=1,
        column_digits={amount: scale.digits},
        height=layout.height(1),
        note=note,
    )


def pedigree(
    scores: xr.DataArray, spread: xr.DataArray, voice: Voice, *, year: int, count: int = 12, note: str = ""
) -> Chart:
    """Scores of the data behind each region's account (region, indicator) as a heat map, the worst overall first.

    ``spread`` (region), the geometric standard deviation that the scores stand for, is a column of the table.
    """
    ranked = scores.sortby(scores.sel(indicator="overall"), ascending=False)
    codes, indicators = [str(code) for code in ranked.indexes["region"]], list(map(str, ranked.indexes["indicator"]))
    heads = [voice.term(f"indicator-{name}") for name in indicators]
    shown = ranked.isel(region=slice(count))
    short = [voice(f"scope.indicator.{name}") for name in indicators]
    body = heat(short, [voice.region(code) for code in codes[:count]], shown.transpose("region", "indicator").values)
    height = 70 + CELL * len(codes[:count])
    table: dict[str, Any] = {voice("head.region"): [voice.region(code) for code in codes]}
    table |= {head: ranked.sel(indicator=name).values for head, name in zip(heads, indicators, strict=True)}
    gsd = voice("scope.pedigree.spread")
    return Chart(
        id="scope-pedigree",
        title=voice("scope.pedigree.title", year=year),
        caption=voice("scope.pedigree.caption"),
        option=style.option(voice, voice("scope.pedigree.aria", year=year), body),
        table=pd.DataFrame(table | {gsd: spread.sel(region=codes).values}),
        digits=2,
        column_digits={gsd: 3},
        height=(height, height + 24),
        note=note,
    )


@dataclass(frozen=True, eq=False)
class Meeting:
    """Two figures of one flow, in the unit of the ``effects`` (cause), which lead from ``top`` to ``bottom``."""

    title: str
    top: float
    bottom: float
    effects: xr.DataArray


def reconciliation(
    meetings: Sequence[Meeting],
    unit: str,
    voice: Voice,
    *,
    region: str,
    year: int,
    note: str = "",
) -> Chart:
    """What leads from the table's figure to the product's, a panel a product: a waterfall of causes, in ``unit``."""
    everything = [value for one in meetings for value in (one.top, one.bottom)]
    scale = measure(everything, unit, voice.stressor, voice.language, comfort=1.0)
    panels = [_fall(one, voice, scale) for one in meetings]
    layout = Layout(columns=2, panel=66 + 30 * len(panels[0].names), labels=150, right=56, wrap=24)
    body = kinds.rows(panels, layout, scale.digits)
    _float(body)
    for one in body["series"]:
        one["data"] = [item | {"label": item["label"] | {"position": "right"}} for item in one["data"]]
    names = {"region": voice.region(region), "year": year, "products": voice.list(one.title for one in meetings)}
    table: dict[str, Any] = {voice("scope.reconciliation.cause"): panels[0].names}
    for one in meetings:
        figures = np.array([one.top, *one.effects.values, one.bottom]) * scale.factor
        table[voice("head.in_unit", name=one.title, unit=scale.unit)] = figures
    return Chart(
        id="scope-reconciliation",
        title=voice("scope.reconciliation.title", **names),
        caption=voice("scope.reconciliation.caption", measure=scale.unit),
        option=style.option(voice, voice("scope.reconciliation.aria", **names), body, scale),
        table=pd.DataFrame(table),
        digits=max(1, scale.digits),
        height=layout.height(len(panels)),
        note=note,
    )


def _float(body: dict[str, Any]) -> None:
    """Let stacked bars float on what is unseen, above and below zero."""
    body["legend"]["data"] = [name for name in body["legend"]["data"] if name != _UNSEEN]
    body["tooltip"] = {"trigger": "item"}
    for one in body["series"]:
        if one["type"] == "bar":
            one["stackStrategy"] = "all"
        if one["name"] == _UNSEEN:
            one |= {"silent": True, "tooltip": {"show": False}}


_UNSEEN = "\u200b"  # what a floating bar stands on


def _fall(one: Meeting, voice: Voice, scale: Measure) -> Panel:
    """A panel of floating bars: the two figures from zero, each cause from where the one before it ends."""
    steps = one.effects.values * scale.factor
    ends = one.top * scale.factor + np.concatenate([[0.0], steps.cumsum()])
    causes = [str(cause) for cause in one.effects.indexes["cause"]]
    names = [voice(f"scope.cause.{cause}") for cause in causes]
    words = [voice(f"scope.reconciliation.{end}") for end in ("top", "bottom")]
    none = np.zeros(len(steps) + 2)
    floor, total, up, down = none.copy(), none.copy(), none.copy(), none.copy()
    floor[1:-1], total[[0, -1]] = ends[:-1], (one.top * scale.factor, one.bottom * scale.factor)
    up[1:-1], down[1:-1] = np.maximum(steps, 0), np.minimum(steps, 0)

    def said(values: Array, *, sign: bool) -> list[str]:
        return [number(float(value), scale.digits, sign=sign) if value else "" for value in values]

    drawn = {"total": (total, style.PRODUCTION), "more": (up, style.EXPORTER), "less": (down, COVERED)}
    series = [Series(_UNSEEN, floor, "transparent", stack="steps", ends=[""] * len(floor))]
    series += [
        Series(
            voice(f"scope.reconciliation.{key}"), values, colour, stack="steps", ends=said(values, sign=key != "total")
        )
        for key, (values, colour) in drawn.items()
    ]
    return Panel(one.title, [words[0], *names, words[1]], series, scale.unit)


def splits(
    balances: Mapping[str, xr.DataArray], unit: str, voice: Voice, *, year: int, count: int = 8, note: str = ""
) -> Chart:
    """Emissions embodied in trade of products split from their sectors (region, component), in ``unit``, by title.

    Components are exports, imports and net. Where the results have ``low`` and ``high``, bars are the range of the net
    and points its mean.
    """
    scale = measure([one.values for one in balances.values()], unit, voice.stressor, voice.language, comfort=1.0)
    ranked = {
        title: one.sortby(abs(one.sel(component="net")), ascending=False).transpose("region", "component")
        for title, one in balances.items()
    }
    panels = [_nets(title, one.isel(region=slice(count)), voice, scale) for title, one in ranked.items()]
    layout = Layout(columns=2, panel=66 + 30 * max(len(one.names) for one in panels), labels=110, right=56, wrap=24)
    body = kinds.rows(panels, layout, scale.digits)
    _float(body)
    words = {"products": voice.list(balances), "year": year}
    drawn = next(iter(balances.values())).attrs
    said = [voice("scope.split.caption", measure=scale.unit)]
    if "draws" in drawn:
        low, high = (f"{100 * float(one):g}%" for one in str(drawn["quantiles"]).split())
        said.append(voice("scope.split.drawn", draws=drawn["draws"], quantiles=f"{low}–{high}"))
    table = pd.concat([_traded(title, one, voice, scale) for title, one in ranked.items()], ignore_index=True)
    return Chart(
        id="scope-splits",
        title=voice("scope.split.title", **words),
        caption=("" if voice.language == "zh" else " ").join(said),
        option=style.option(voice, voice("scope.split.aria", **words), body, scale),
        table=table,
        digits=max(1, scale.digits),
        height=layout.height(len(panels)),
        note=note,
    )


def _nets(title: str, balance: xr.DataArray, voice: Voice, scale: Measure) -> Panel:
    """The net of each region: a bar, or the range of the draws with a point at its mean."""
    net = balance.sel(component="net")
    names, values = [voice.region(str(code)) for code in net.indexes["region"]], net.values * scale.factor
    if "low" not in net.coords:
        bar = Series(voice("scope.split.net"), values, style.EXPORTER, negative=style.IMPORTER)
        return Panel(title, names, [bar], scale.unit, _room(values))
    low, high = (net[end].values * scale.factor for end in ("low", "high"))
    series = [
        Series(_UNSEEN, low, "transparent", stack="steps"),
        Series(voice("scope.split.range"), high - low, "#e0a263", stack="steps"),
        Series(voice("scope.split.mean"), values, style.INK, mark=True),
    ]
    return Panel(title, names, series, scale.unit)


def _traded(title: str, balance: xr.DataArray, voice: Voice, scale: Measure) -> pd.DataFrame:
    frame: dict[str, Any] = {
        voice("scope.split.product"): title,
        voice("head.region"): [voice.region(str(code)) for code in balance.indexes["region"]],
    }
    for key in ("exports", "imports", "net"):
        head = voice("head.in_unit", name=voice(f"scope.split.{key}"), unit=scale.unit)
        frame[head] = balance.sel(component=key).values * scale.factor
    for end in ("low", "high") if "low" in balance.coords else ():
        head = voice("head.in_unit", name=voice(f"scope.split.{end}"), unit=scale.unit)
        frame[head] = balance[end].sel(component="net").values * scale.factor
    return pd.DataFrame(frame)


def scenario(
    changes: Mapping[str, xr.DataArray], title: str, voice: Voice, *, year: int, count: int = 10, note: str = ""
) -> Chart:
    """What a scenario changes in accounts by principle, production and consumption (region), in the stressor's unit."""
    scale = voice.measure([one.values for one in changes.values()])
    both = xr.concat(list(changes.values()), dim=pd.Index(list(changes), name="principle"))
    ranked = both.sortby(abs(both).max("principle"), ascending=False)
    names = [voice.region(str(code)) for code in ranked.indexes["region"]]
    panels = [
        Panel(
            voice(principle),
            names[:count],
            [
                Series(
                    voice(principle),
                    ranked.sel(principle=principle).values[:count] * scale.factor,
                    style.EXPORTER,
                    negative=COVERED,
                )
            ],
            scale.unit,
            _room(ranked.sel(principle=principle).values * scale.factor),
        )
        for principle in changes
    ]
    layout = Layout(columns=2, panel=66 + 28 * len(names[:count]), labels=120, right=56, top=2)
    body = kinds.rows(panels, layout, scale.digits)
    body["legend"]["show"] = False
    world = (
        f"{number(float(both.sel(principle='production').sum()) * scale.factor, scale.digits, sign=True)} {scale.unit}"
    )
    table: dict[str, Any] = {voice("head.region"): names}
    for principle in changes:
        head = voice("head.in_unit", name=voice(principle), unit=scale.unit)
        table[head] = ranked.sel(principle=principle).values * scale.factor
    words = {"scenario": title, "year": year}
    return Chart(
        id="scope-scenario",
        title=voice("scope.scenario.title", **words),
        caption=voice("scope.scenario.caption", measure=scale.unit, count=len(names[:count]), world=world),
        option=style.option(voice, voice("scope.scenario.aria", **words), body, scale),
        table=pd.DataFrame(table),
        digits=max(1, scale.digits),
        height=layout.height(2),
        note=note,
    )


def _room(values: Array) -> dict[str, float]:
    """The bounds of an axis on which bars below zero have room for their number, short of the names on the left.

    >>> _room(np.array([-170.0, 50.0]))
    {'min': -300.0, 'max': 100.0, 'interval': 100.0}
    """
    low, high = min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values)))
    if low == high:
        return style.upto(0.0)
    rough = (high - low) / 3
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1.0, 2.0, 2.5, 5.0, 10.0) if size * power >= rough)
    down = math.ceil((-low + (0.2 * (high - low) if low else 0.0)) / step)
    return {"min": -down * step or 0.0, "max": math.ceil(high / step) * step, "interval": step}


def heat(columns: Sequence[str], rows: Sequence[str], values: Array) -> dict[str, Any]:
    """Cells (rows, columns) coloured by score from 1 to 5, each with its number; the first row on top."""
    cells = [
        {"value": [x, y, values[y, x]], "label": {"formatter": number(float(values[y, x]), 1)}}
        for y in range(len(rows))
        for x in range(len(columns))
    ]
    label = {"color": style.INK, "fontSize": 12, "interval": 0}
    wrapped = {"width": 88, "overflow": "break", "lineHeight": 14}
    scale = {
        "type": "continuous", "min": 1, "max": 5, "show": False, "inRange": {"color": list(HEAT)}, "dimension": 2,
    }  # fmt: skip
    return {
        "grid": [{"left": "14%", "right": "2.5%", "top": 44, "bottom": 8}],
        "xAxis": [style.categories(columns, position="top", axisLabel=label | wrapped, axisLine={"show": False})],
        "yAxis": [style.categories(rows, inverse=True, axisLabel=label, axisLine={"show": False})],
        "visualMap": [scale],
        "tooltip": {"trigger": "item"},
        "legend": {"show": False},
        "series": [
            {
                "type": "heatmap", "data": cells, "label": {"show": True, "color": style.INK, "fontSize": 12},
                "itemStyle": {"borderColor": "#fff", "borderWidth": 1},
            }
        ],
        **kinds.by_width(
            {"grid": [{"left": "28%"}], "xAxis": [{"axisLabel": {"fontSize": 9, "width": 44, "lineHeight": 10}}]},
            {"grid": [{"left": "14%"}], "xAxis": [{"axisLabel": {"fontSize": 12, "width": 88, "lineHeight": 14}}]},
        ),
    }  # fmt: skip
