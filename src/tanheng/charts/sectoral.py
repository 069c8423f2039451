"""Charts of sectors: which ones emit, and whose products carry the emissions to final consumers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.charts import kinds, style
from tanheng.charts.kinds import Layout, Panel, Series
from tanheng.charts.spec import Chart
from tanheng.charts.voice import Voice


def sectors(
    production: xr.DataArray, consumption: xr.DataArray, voice: Voice, *, place: str, year: int, count: int = 10
) -> Chart:
    """The largest sectors of a place (sector): those that emit on the left, those of the final product on the right."""
    measure = voice.measure([production.max(), consumption.max()])
    panels, columns = [], {}
    sides = (("emitting", production, style.PRODUCTION), ("product", consumption, style.CONSUMPTION))
    top = max(float(part.max()) for _, part, _ in sides) * measure.factor
    for side, part, colour in sides:
        ranked = part.sortby(part, ascending=False)[:count]
        names = [voice.sector(str(code)) for code in ranked.indexes["sector"]]
        values = ranked.values * measure.factor
        bounds = {} if (values < 0).any() else style.upto(top)
        panels.append(
            Panel(
                voice(f"sectors.{side}"),
                names,
                [Series(voice(f"sectors.{side}"), values, colour)],
                measure.unit,
                bounds,
            )
        )
        whole = float(part.sum())
        columns[voice(f"sectors.{side}")] = pd.Series(names)
        columns[voice("sectors.amount", side=voice(f"sectors.{side}_short"), unit=measure.unit)] = pd.Series(values)
        share = 100 * ranked.values / whole if whole else np.full(len(names), np.nan)
        columns[voice("sectors.share", side=voice(f"sectors.{side}_short"))] = pd.Series(share)
    layout = Layout(columns=2, panel=80 + 28 * min(count, production.sizes["sector"]), labels=178, right=48, top=2)
    body = kinds.rows(panels, layout, measure.digits)
    body["legend"]["show"] = False
    spec = style.option(voice, voice("sectors.aria", place=place, year=year), body, measure)
    decimals = {voice("sectors.share", side=voice(f"sectors.{side}_short")): 1 for side, _, _ in sides}
    title, caption = voice("sectors.title", place=place, year=year), voice("sectors.caption", unit=measure.unit)
    table = pd.DataFrame(columns)
    return Chart("sectors", title, caption, spec, table, measure.digits, decimals, layout.height(2))
