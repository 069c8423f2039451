"""Charts of emissions in trade: the largest flows, who gains and who gives on the map, the intensity of exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.charts import kinds, style
from tanheng.charts.kinds import Layout, Panel, Series
from tanheng.charts.measure import Measure
from tanheng.charts.spec import Chart
from tanheng.charts.voice import Voice

MAP_STEPS = (-50.0, -25.0, -10.0, 0.0, 10.0, 25.0, 50.0)
REST = "ROW"  # drawn in grey: it is no economy of its own


def largest(flows: xr.DataArray, count: int = 20) -> list[tuple[str, str, float]]:
    """The largest flows between different regions (region, to_region): origin, consumer, value; none that is zero."""
    codes = [str(code) for code in flows.indexes["region"]]
    values = flows.transpose("region", "to_region").values.copy()
    np.fill_diagonal(values, 0.0)
    order = np.argsort(-values, axis=None, kind="stable")[:count]
    places = zip(*np.unravel_index(order, values.shape), strict=True)
    return [(codes[i], codes[j], float(values[i, j])) for i, j in places if values[i, j] > 0]


def largest_flows(flows: xr.DataArray, eebt: xr.DataArray, voice: Voice, *, year: int, count: int = 20) -> Chart:
    """A Sankey of the largest flows between regions (region, to_region), and a table of them beside bilateral trade."""
    edges = largest(flows, count)
    measure = voice.measure([value for _, _, value in edges])
    values = flows.values
    all_between = float(values.sum() - np.trace(values))
    drawn = [(f"{a} >", f"> {b}", value * measure.factor) for a, b, value in edges]
    codes = list(dict.fromkeys(code for a, b, _ in edges for code in (a, b)))
    ranked = sorted(codes, key=lambda code: (code.upper() == REST, -sum(v for a, b, v in edges if code in (a, b))))
    colour = dict.fromkeys(codes, style.CATEGORIES[-1]) | dict(zip(ranked, style.CATEGORIES, strict=False))
    colour |= {code: style.CATEGORIES[-1] for code in codes if code.upper() == REST}
    nodes = {f"{a} >": colour[a] for a, _, _ in edges} | {f"> {b}": colour[b] for _, b, _ in edges}
    names = {f"{a} >": voice.region(a) for a, _, _ in edges} | {f"> {b}": voice.region(b) for _, b, _ in edges}
    body = kinds.sankey(drawn, nodes)
    head = {"textStyle": {"fontSize": 12, "fontWeight": "bold", "color": style.QUIET}, "top": 0, "padding": 0}
    body["title"] = [{"text": voice("flows.from"), "left": 0, **head}, {"text": voice("flows.to"), "right": 0, **head}]
    share = 100 * sum(value for _, _, value in edges) / all_between if all_between > 0 else float("nan")
    spec = style.option(voice, voice("flows.aria", year=year, count=len(edges)), body, measure, names=names)
    table = pd.DataFrame(
        {
            voice("flows.from"): [voice.region(a) for a, _, _ in edges],
            voice("flows.to"): [voice.region(b) for _, b, _ in edges],
            voice("flows.flow", unit=measure.unit): [value * measure.factor for _, _, value in edges],
            voice("flows.share"): [100 * v / all_between if all_between else np.nan for _, _, v in edges],
            voice("flows.eebt", unit=measure.unit): [
                float(eebt.sel(region=a, to_region=b)) * measure.factor for a, b, _ in edges
            ],
        }
    )
    caption = voice("flows.caption", share=f"{share:.0f}", count=len(edges), unit=measure.unit)
    tall = 120 + 24 * max(len(nodes), 6)
    decimals = {voice("flows.share"): 1}
    title = voice("flows.title", year=year)
    return Chart("flows", title, caption, spec, table, measure.digits, decimals, (tall, tall), voice("flows.note"))


def gap_map(
    production: xr.DataArray, consumption: xr.DataArray, voice: Voice, *, year: int, places: Sequence[str]
) -> Chart:
    """A map of consumption minus production in per cent of production (region); ``places`` have a country code."""
    percent = (100 * (consumption / production.where(production > 0) - 1)).sortby("region")
    there = [code for code in places if code in percent.indexes["region"]]
    values = {code: float(percent.sel(region=code)) for code in there}
    values = {code: value for code, value in values.items() if np.isfinite(value)}
    body = kinds.choropleth(values, MAP_STEPS, voice("map.series"))
    names = {code: voice.region(code) for code in _countries()}
    spec = style.option(voice, voice("map.aria", year=year), body, Measure(1.0, "%", 1), map=True, names=names)
    measure = voice.measure([production.values, consumption.values])
    order = percent.sortby(percent, ascending=False).indexes["region"]
    table = pd.DataFrame(
        {
            voice("head.region"): [voice.region(str(code)) for code in order],
            voice("head.in_unit", name=voice("production"), unit=measure.unit): production.sel(region=order).values
            * measure.factor,
            voice("head.in_unit", name=voice("consumption"), unit=measure.unit): consumption.sel(region=order).values
            * measure.factor,
            voice("map.series"): percent.sel(region=order).values,
        }
    )
    off = voice.list(voice.region(str(code)) for code in order if code not in there)
    note = ("" if voice.language == "zh" else " ").join(
        filter(None, [voice("map.off", regions=off) if off else "", voice("map.disclaimer")])
    )
    title, caption = voice("map.title", year=year), voice("map.caption")
    decimals = {voice("map.series"): 1}
    return Chart("map", title, caption, spec, table, measure.digits, decimals, (470, 350), note)


def intensity_definitions(intensity: xr.DataArray, voice: Voice) -> Chart:
    """Four definitions of export intensity (year, definition, region): the last year as bars, the first as points."""
    years = [int(year) for year in intensity.indexes["year"]]
    measure = _fine(voice.measure(intensity.values, per=voice.currency))
    last = intensity.sel(year=years[-1], definition="domestic/gross")
    order = last.sortby(last, ascending=False).indexes["region"]
    names = [voice.region(str(code)) for code in order]
    rows = (intensity.sel(region=order) * measure.factor).transpose("year", "definition", "region")
    bounds = style.upto(float(np.nanmax(rows.isel(year=[0, -1]).values, initial=0.0)))
    panels: list[Panel] = []
    table: dict[str, Sequence[object]] = {voice("head.region"): names}
    for letter, key in zip(ascii_lowercase, map(str, rows.indexes["definition"]), strict=False):
        now = Series(str(years[-1]), rows.sel(year=years[-1], definition=key).values, style.PRODUCTION)
        before = Series(str(years[0]), rows.sel(year=years[0], definition=key).values, style.CONSUMPTION, mark=True)
        both = [now] if len(years) == 1 else [now, before]
        panels.append(Panel(voice.term(key), names, both, measure.unit, bounds))
        for one in reversed(both):
            table[f"({letter}) {one.name}"] = list(one.values)
    layout = Layout(columns=2, panel=80 + 30 * len(names), labels=112, right=36, top=34 if len(years) > 1 else 2)
    words = {"first": years[0], "last": years[-1], "regions": voice.list(names)}
    spec = style.option(voice, voice("definitions.aria", **words), kinds.rows(panels, layout, measure.digits), measure)
    many = "definitions.caption" if len(years) > 1 else "definitions.one_year"
    caption = voice(many, unit=measure.unit, **words)
    title = voice("definitions.title" if len(years) > 1 else "definitions.title_one", **words)
    height = layout.height(len(panels))
    return Chart("definitions", title, caption, spec, pd.DataFrame(table), measure.digits, height=height)


def intensity_over_time(current: xr.DataArray, constant: xr.DataArray | None, voice: Voice, *, base: str = "") -> Chart:
    """Definition (a) by year (year, region), in current prices and, where there are deflators, in constant prices."""
    parts = {voice("prices.current"): current}
    if constant is not None:
        parts[voice("prices.constant", base=base)] = constant
    measure = _fine(voice.measure(np.concatenate([part.values.ravel() for part in parts.values()]), per=voice.currency))
    years = [str(year) for year in current.indexes["year"]]
    codes = [str(code) for code in current.indexes["region"]]
    colours = dict(zip(codes, style.CATEGORIES * len(codes), strict=False))
    panels = [_lines(name, part, measure, colours, voice) for name, part in parts.items()]
    lines = [
        {voice("head.region"): one.name, voice("head.prices"): panel.title} | dict(zip(years, one.values, strict=True))
        for panel in panels
        for one in panel.series
    ]
    named = all(np.isfinite(one.values[-1]) for panel in panels for one in panel.series)
    layout = Layout(columns=len(panels), panel=340, labels=40, right=18, top=40, wrap=26 * (len(codes) // 3))
    if named:
        layout = replace(layout, right=96, top=4, wrap=0)
    words = {"first": years[0], "last": years[-1], "regions": voice.list(map(voice.region, codes))}
    spec = style.option(voice, voice("intensity_time.aria", **words), kinds.lines(panels, layout, named=named), measure)
    absent = [code for code in codes if constant is not None and code not in constant.indexes["region"]]
    note = voice("intensity_time.absent", regions=voice.list(map(voice.region, absent))) if absent else ""
    title, caption = voice("intensity_time.title"), voice("intensity_time.caption", unit=measure.unit)
    height, table = layout.height(len(panels)), pd.DataFrame(lines)
    return Chart("intensity", title, caption, spec, table, measure.digits, height=height, note=note)


def _lines(name: str, part: xr.DataArray, measure: Measure, colours: Mapping[str, str], voice: Voice) -> Panel:
    """A panel of one line a region (year, region), in the order of ``colours``."""
    there = [code for code in colours if code in part.indexes["region"]]
    series = [
        Series(voice.region(code), part.sel(region=code).values * measure.factor, colours[code]) for code in there
    ]
    top = float(np.nanmax(part.values, initial=0.0)) * measure.factor
    return Panel(name, [str(year) for year in part.indexes["year"]], series, measure.unit, style.upto(top))


def _fine(measure: Measure) -> Measure:
    """Intensities differ by a factor of ten between economies: two decimals at least."""
    return replace(measure, digits=max(2, measure.digits))


def _countries() -> list[str]:
    from iso3166 import countries_by_alpha3

    return sorted(countries_by_alpha3)
