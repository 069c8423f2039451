"""Charts of what regions emit and what they consume: over time, per head, and beside published accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.charts import kinds, style
from tanheng.charts.kinds import Layout, Panel, Series
from tanheng.charts.measure import Measure
from tanheng.charts.spec import Chart
from tanheng.charts.voice import Voice

SMALL = Layout(columns=4, narrow=2, panel=190, labels=46)
MEDIUM = Layout(columns=3, narrow=2, panel=200, labels=46)


def production_consumption(
    production: xr.DataArray, consumption: xr.DataArray, voice: Voice, *, id: str, note: str = ""
) -> Chart:
    """Production-based (solid) against consumption-based (dashed) emissions of the regions given (year, region).

    Small multiples over the years; with one year, a pair of bars a region.
    """
    parts = {voice("production"): production, voice("consumption"): consumption}
    measure = voice.measure([production.values, consumption.values])
    regions = [str(code) for code in production.indexes["region"]]
    years = _years(production)
    words = {"regions": voice.list(map(voice.region, regions)), "first": years[0], "last": years[-1]}
    title, about = voice(f"{id}.title", **words), voice("production_consumption.aria", **words)
    table = _over_time(parts, voice, measure, years)
    if len(years) == 1:
        body, height = _pairs(parts, voice, measure)
        caption = voice("production_consumption.one_year", year=years[0], unit=measure.unit)
    else:
        layout = SMALL if len(regions) > 6 else MEDIUM
        panels = []
        for region in regions:
            solid = Series(voice("production"), _of(production, region) * measure.factor, style.PRODUCTION)
            dashed = Series(
                voice("consumption"), _of(consumption, region) * measure.factor, style.PRODUCTION, dashed=True
            )
            panels.append(
                Panel(voice.region(region), years, [solid, dashed], measure.unit, _floor(parts.values(), region))
            )
        body, height = kinds.lines(panels, layout), layout.height(len(panels))
        caption = voice("production_consumption.caption", unit=measure.unit)
    spec = style.option(voice, about, body, measure)
    return Chart(id, title, caption, spec, table, measure.digits, height=height, note=note)


def gap(net: xr.DataArray, voice: Voice, *, note: str = "") -> Chart:
    """Production minus consumption of the regions given (year, region): above zero, a net exporter of emissions.

    Upright bars by year; with one year, lying bars by region.
    """
    measure = voice.measure(net.values)
    regions = [str(code) for code in net.indexes["region"]]
    years = _years(net)
    words = {"regions": voice.list(map(voice.region, regions)), "first": years[0], "last": years[-1]}
    table = _over_time({voice("gap.series"): net}, voice, measure, years).drop(columns=voice("head.account"))
    if len(years) == 1:
        ordered = net.isel(year=0).sortby(net.isel(year=0), ascending=False)
        bar = Series(voice("gap.series"), ordered.values * measure.factor, style.EXPORTER, negative=style.IMPORTER)
        names = [voice.region(str(code)) for code in ordered.indexes["region"]]
        layout = Layout(columns=1, panel=46 + 30 * len(names), labels=150, right=70, top=2, head=8)
        body, height = kinds.rows([Panel("", names, [bar])], layout, measure.digits), layout.height(1)
    else:
        panels = []
        for region in regions:
            bar = Series(
                voice("gap.series"), _of(net, region) * measure.factor, style.EXPORTER, negative=style.IMPORTER
            )
            panels.append(Panel(voice.region(region), years, [bar], measure.unit))
        layout = Layout(columns=min(2, len(panels)), panel=260, labels=56, top=2)
        body, height = kinds.columns(panels, layout), layout.height(len(panels))
    spec = style.option(voice, voice("gap.aria", **words), body, measure)
    caption = voice("gap.caption", unit=measure.unit)
    title = voice("gap.title", **words)
    return Chart("gap", title, caption, spec, table, measure.digits, height=height, note=note)


def per_head(production: xr.DataArray, consumption: xr.DataArray, voice: Voice) -> Chart:
    """Emissions per person (year, region), in the stressor's unit: a panel for the first and one for the last year."""
    parts = {voice("production"): production, voice("consumption"): consumption}
    measure = voice.measure([production.values, consumption.values], per="person")
    order = consumption.isel(year=-1).sortby(consumption.isel(year=-1), ascending=False).indexes["region"]
    years = _years(production)
    shown = [years[0], years[-1]] if len(years) > 1 else years
    top = float(np.nanmax([part.values for part in parts.values()])) * measure.factor
    bounds = style.upto(top)
    panels = []
    for year in shown:
        bars = [
            Series(name, part.sel(year=int(year), region=order).values * measure.factor, colour)
            for (name, part), colour in zip(parts.items(), (style.PRODUCTION, style.CONSUMPTION), strict=True)
        ]
        panels.append(Panel(year, [voice.region(str(code)) for code in order], bars, measure.unit, bounds))
    layout = Layout(columns=len(panels), panel=90 + 42 * len(order), labels=112, right=44)
    table = _over_time({k: v.sel(region=order) for k, v in parts.items()}, voice, measure, years)
    words = {"first": shown[0], "last": shown[-1], "regions": voice.list(voice.region(str(code)) for code in order)}
    spec = style.option(voice, voice("per_head.aria", **words), kinds.rows(panels, layout, measure.digits), measure)
    caption = voice("per_head.caption", unit=measure.unit)
    height = layout.height(len(panels))
    return Chart("per-head", voice("per_head.title"), caption, spec, table, measure.digits, height=height)


def beside_published(ours: Mapping[str, xr.DataArray], theirs: Mapping[str, xr.DataArray], voice: Voice) -> Chart:
    """Our accounts beside published series of the same regions: ``production`` and ``consumption`` (year, region)."""
    everything = [part.values for side in (ours, theirs) for part in side.values()]
    measure = voice.measure(everything)
    regions = [str(code) for code in ours["production"].indexes["region"]]
    years = _years(ours["production"])
    rows = {
        voice("production"): (ours["production"], style.PRODUCTION, False),
        voice("consumption"): (ours["consumption"], style.PRODUCTION, True),
        voice("published.production"): (theirs["production"], style.CONSUMPTION, False),
        voice("published.consumption"): (theirs["consumption"], style.CONSUMPTION, True),
    }
    panels = []
    for region in regions:
        series = [
            Series(name, _of(p, region) * measure.factor, colour, dashed) for name, (p, colour, dashed) in rows.items()
        ]
        bounds = _floor([part for part, _, _ in rows.values()], region)
        panels.append(Panel(voice.region(region), years, series, measure.unit, bounds))
    table = _over_time({name: part for name, (part, _, _) in rows.items()}, voice, measure, years)
    words = {"first": years[0], "last": years[-1], "regions": voice.list(map(voice.region, regions))}
    body = kinds.lines(panels, SMALL)
    spec = style.option(voice, voice("published.aria", **words), body, measure)
    caption = voice("published.caption", unit=measure.unit)
    height = SMALL.height(len(panels))
    return Chart("published", voice("published.title"), caption, spec, table, measure.digits, height=height)


def difference_from_published(
    ours: Mapping[str, xr.DataArray], theirs: Mapping[str, xr.DataArray], voice: Voice
) -> Chart:
    """How far our accounts lie from the published ones in the last year, in per cent of the published."""
    year = _years(ours["production"])[-1]
    last = {k: 100 * (ours[k] / theirs[k] - 1).sel(year=int(year)) for k in ("production", "consumption")}
    names = [voice.region(str(code)) for code in ours["production"].indexes["region"]]
    pairs = zip(last.items(), (style.PRODUCTION, style.CONSUMPTION), strict=True)
    bars = [Series(voice(f"difference.{key}"), part.values, colour) for (key, part), colour in pairs]
    reach = style.upto(1.6 * max(float(np.nanmax(np.abs(bar.values), initial=0.0)) for bar in bars))
    bounds = reach | {"min": -reach["max"], "interval": reach["max"]}  # room for the numbers on either side
    layout = Layout(columns=1, panel=46 + 40 * len(names), labels=112, right=30, head=8)
    body = kinds.rows([Panel("", names, bars, bounds=bounds)], layout, 1)
    table = pd.DataFrame({voice("head.region"): names} | {bar.name: np.asarray(bar.values) for bar in bars})
    measure = Measure(1.0, "%", 1)
    spec = style.option(voice, voice("difference.aria", year=year), body, measure)
    title, caption = voice("difference.title", year=year), voice("difference.caption")
    return Chart("difference", title, caption, spec, table, 1, height=layout.height(1))


def _pairs(
    parts: Mapping[str, xr.DataArray], voice: Voice, measure: Measure
) -> tuple[dict[str, object], tuple[int, int]]:
    """One year of both accounts as pairs of lying bars, a pair a region."""
    first = next(iter(parts.values()))
    names = [voice.region(str(code)) for code in first.indexes["region"]]
    colours = (style.PRODUCTION, style.CONSUMPTION)
    bars = [
        Series(name, part.isel(year=0).values * measure.factor, colour)
        for (name, part), colour in zip(parts.items(), colours, strict=True)
    ]
    layout = Layout(columns=1, panel=76 + 42 * len(names), labels=150, right=70)
    return kinds.rows([Panel(_years(first)[0], names, bars, measure.unit)], layout, measure.digits), layout.height(1)


def _over_time(parts: Mapping[str, xr.DataArray], voice: Voice, measure: Measure, years: Sequence[str]) -> pd.DataFrame:
    """Regions and accounts down, years across, in the chart's unit."""
    lines = []
    for region in next(iter(parts.values())).indexes["region"]:
        for name, part in parts.items():
            head = {voice("head.region"): voice.region(str(region)), voice("head.account"): name}
            lines.append(head | dict(zip(years, _of(part, str(region)) * measure.factor, strict=True)))
    return pd.DataFrame(lines)


def _years(array: xr.DataArray) -> list[str]:
    return [str(year) for year in array.indexes["year"]]


def _of(array: xr.DataArray, region: str) -> np.ndarray:
    found: np.ndarray = array.sel(region=region).values
    return found


def _floor(parts: Iterable[xr.DataArray], region: str) -> dict[str, float]:
    """An axis that starts at zero, where nothing is below it."""
    lowest = min(float(np.nanmin(_of(part, region), initial=0.0)) for part in parts)
    return {} if lowest < 0 else {"min": 0}
