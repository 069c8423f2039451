"""The sheets of the workbook on the embedded full-scope cases, and on what accounts rest on year by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import xarray as xr

from tanheng import accounts, labels
from tanheng.report.bilingual import both, term
from tanheng.report.full_scope_cases import FullScope

_SOURCES = ("top_down_source", "bottom_up_source")


def frames(scope: FullScope, covered: Sequence[xr.DataArray]) -> Mapping[str, pd.DataFrame]:
    """The rows of every sheet by its key, under heads in both languages; ``covered`` is the coverage of each year."""
    return {
        "coverage": _coverage(covered),
        "pedigree": _pedigree(scope),
        "reconciliation": _reconciliation(scope),
        "splits": _splits(scope),
        "scenario": _scenario(scope),
    }


def blanks(scope: FullScope) -> dict[str, object]:
    """Of what the sheets are called."""
    return {"year": scope.year, "asked": scope.asked}


def _coverage(covered: Sequence[xr.DataArray]) -> pd.DataFrame:
    """Stressors, regions and bases down, years across."""
    keys = ["stressor", "unit", "region", "basis"]
    rows = accounts.tidy(covered).pivot_table(index=keys, columns="year", values="value", sort=False).reset_index()
    names = pd.DataFrame([_named(code) for code in rows["region"]])
    heads = {term("stressor"): rows["stressor"], term("unit"): rows["unit"], **dict(names.items())}
    bases = {term("basis"): [term(f"basis-{basis}") for basis in rows["basis"]]}
    return pd.DataFrame(heads | bases | {str(year): rows[year] for year in rows.columns if year not in keys})


def _pedigree(scope: FullScope) -> pd.DataFrame:
    """Regions down, the scores of every indicator and the spread across."""
    codes = list(map(str, scope.scores.indexes["region"]))
    frame = pd.DataFrame([_named(code) for code in codes])
    for name in map(str, scope.scores.indexes["indicator"]):
        frame[term(f"indicator-{name}")] = scope.scores.sel(indicator=name).values
    return frame.assign(**{term("spread"): scope.spread.sel(region=codes).values})


def _reconciliation(scope: FullScope) -> pd.DataFrame:
    """Products and factors down: both readings, what each makes of the difference, and where the figures are from."""
    parts = []
    for one in scope.reconciled:
        frame = one.frame
        head = {
            both("book.product"): both(f"full_scope.product.{one.product}"),
            both("book.causes"): [both(f"book.cause.{cause}") for cause in frame["cause"]],
            term("unit"): frame["unit"],
        }
        numbers = {both(f"book.{key}"): frame[key] for key in ("top_down", "bottom_up", "effect")}
        parts.append(pd.DataFrame(head | numbers | {both(f"book.{key}"): frame[key] for key in _SOURCES}))
    return pd.concat(parts, ignore_index=True)


def _splits(scope: FullScope) -> pd.DataFrame:
    """Products and regions down: emissions embodied in exports and imports, and their difference."""
    lines = []
    for case in scope.splits:
        balance = case.balance.isel(stressor=0, drop=True)
        for sector in map(str, balance.indexes["sector"]):
            for region in map(str, balance.indexes["region"]):
                own = balance.sel(sector=sector, region=region)
                head = {both("book.product"): both(f"full_scope.product.{case.name}"), **_named(region)}
                values = {both(f"book.{key}"): float(own.sel(component=key)) for key in ("exports", "imports")}
                unit = {term("unit"): scope.table.about.units[scope.table.stressors[0]]}
                lines.append(head | unit | values | {both("book.transfer"): float(own.sel(component="net"))})
    return pd.DataFrame(lines)


def _scenario(scope: FullScope) -> pd.DataFrame:
    """Regions down: production and consumption before, with the scenario, and the difference."""
    effects = scope.effects
    frame = pd.DataFrame([_named(str(code)) for code in effects.indexes["region"]])
    frame.insert(0, both("book.tab.scenario"), " / ".join((scope.scenario.title or {}).values()) or scope.scenario.name)
    frame[term("unit")] = scope.table.about.units[scope.table.stressors[0]]
    for principle in map(str, effects.indexes["principle"]):
        for case in map(str, effects.indexes["case"]):
            head = f"{term(principle)}: {both(f'book.case.{case}')}"
            frame[head] = effects.sel(principle=principle, case=case).values
    return frame


def _named(code: str) -> dict[str, str]:
    """A region's code and its names."""
    names = {f"{term('region')} ({language})": labels.region_name(code, language) for language in labels.LANGUAGES}
    return {term("region"): code, **names}
