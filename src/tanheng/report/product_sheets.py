"""The sheets of the workbook on the embedded product cases."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from tanheng import labels
from tanheng.accounts.products.cases import MAKER, PARTIAL, YEAR, Cases, Photovoltaics, Steel
from tanheng.report.bilingual import both, term
from tanheng.report.product_section import published

BLANKS = {"year": YEAR, "partial": PARTIAL[0]}  # of what the sheets are called


def frames(cases: Cases) -> Mapping[str, pd.DataFrame]:
    """The rows of every sheet by its key, under heads in both languages."""
    return {
        "product_stages": _stages(cases.photovoltaics),
        "product_exports": _exports(cases.photovoltaics),
        "product_destinations": _destinations(cases.photovoltaics),
        "product_steel": _steel(cases.steel),
    }


def _stages(case: Photovoltaics) -> pd.DataFrame:
    """Makers and stages down, years across, kg CO2e per kW; other makers than China in one year alone."""
    years = [str(year) for year in case.stages.indexes["year"]]
    lines = []
    for maker in map(str, case.makers.indexes["origin"]):
        for stage in map(str, case.makers.indexes["stage"]):
            if maker == MAKER:
                found = dict(zip(years, case.stages.sel(stage=stage).values.tolist(), strict=True))
            else:
                found = dict.fromkeys(years, float("nan")) | {
                    str(YEAR): float(case.makers.sel(origin=maker, stage=stage))
                }
            head = _named(maker, "book.maker") | {term("stage"): term(f"stage-{stage}"), term("unit"): "kg CO2e/kW"}
            lines.append(head | found)
    return pd.DataFrame(lines)


def _exports(case: Photovoltaics) -> pd.DataFrame:
    """Products and parts down, years across: what was exported, and what it carries by where that is emitted."""
    years = [str(year) for year in case.exported.indexes["year"]]
    lines = []
    for name in map(str, case.exported.indexes["product"]):
        title = " / ".join(case.title(language, name) for language in labels.LANGUAGES)
        rows = {("book.exported", "MW"): case.exported.sel(product=name) / 1e3}
        for part in map(str, case.embodied.indexes["part"]):
            rows[f"book.part.{part}", "t CO2e"] = case.embodied.sel(product=name, part=part)
        for (key, unit), values in rows.items():
            head = {both("book.product"): title, both("book.figure"): both(key), term("unit"): unit}
            lines.append(head | dict(zip(years, values.values.tolist(), strict=True)))
    return pd.DataFrame(lines)


def _destinations(case: Photovoltaics) -> pd.DataFrame:
    """Destinations of one year, the largest first."""
    table: xr.DataArray = case.destinations.sortby(case.destinations.sel(figure="embodied"), ascending=False)
    rows = [_named(str(code), "book.destination") for code in table.indexes["to_region"]]
    return pd.DataFrame(rows).assign(
        **{
            f"{both('book.exported')}, MW": table.sel(figure="exported").values / 1e3,
            f"{both('book.embodied')}, t CO2e": table.sel(figure="embodied").values,
        }
    )


def _steel(case: Steel) -> pd.DataFrame:
    """Sets of factors down; t per t and t."""
    lines = []
    for name in map(str, case.balance.indexes["factors"]):
        head: dict[str, object] = {both("book.factors"): both(f"products.sets.{name}")}
        for key in ("exports", "imports"):
            head[f"{both(f'book.{key}')}, t/t"] = float(case.per_tonne.sel(factors=name, component=key))
        for key in ("exports", "imports", "transfer"):
            component = "net" if key == "transfer" else key
            head[f"{both(f'book.{key}')}, t"] = float(case.balance.sel(factors=name, component=component))
        lines.append(head | {f"{both('book.published')}, t": published("steel")})
    return pd.DataFrame(lines)


def _named(code: str, key: str) -> dict[str, str]:
    """A region's code and its names."""
    names = {f"{both(key)} ({language})": labels.region_name(code, language) for language in labels.LANGUAGES}
    return {both(key): code, **names}
