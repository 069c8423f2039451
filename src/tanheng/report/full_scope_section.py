"""The section on full scope: what accounts rest on, where two ways of counting meet, and what a scenario changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from tanheng import charts, norms
from tanheng.accounts.hybrids.reconciliation import CAUSES
from tanheng.charts import Chart, Meeting, Voice
from tanheng.charts.measure import MINUS, mass, number
from tanheng.charts.words import Words
from tanheng.report.findings import named
from tanheng.report.full_scope_cases import CHANGE, REGION, FullScope

UNIT = "Mt"  # of what is reconciled
REST = "ROW"
GROUP = "annex-i"  # of the scenario


def lines(scope: FullScope, spoken: Voice, text: Words) -> tuple[str, ...]:
    """The paragraphs of the section."""
    told = (_coverage(scope, spoken, text), _reconciled(scope, text), _split(scope, text), _scenario(scope, text))
    return (text("full_scope.about", year=scope.year), *told, text("full_scope.which"))


def drawn(scope: FullScope, spoken: Voice, text: Words) -> tuple[Chart, ...]:
    """The charts of the section, in order; ``spoken`` is about the table's first stressor."""
    products = {case.name: text(f"full_scope.product.{case.name}") for case in scope.splits}
    meetings = [
        Meeting(
            products[one.product],
            float(one.result.attrs["top_down"]),
            float(one.result.attrs["bottom_up"]),
            one.result.isel(stressor=0),
        )
        for one in scope.reconciled
    ]
    balances = {products[case.name]: _balance(case.balance) for case in scope.splits}
    changes = {str(one): scope.effects.sel(principle=one, case=CHANGE) for one in scope.effects.indexes["principle"]}
    about = text("full_scope.note.coverage")
    carried = Voice(text.language, "CO2e", UNIT, "USD")
    since = text("full_scope.note.reconciled", since=scope.year)
    return (
        charts.coverage(scope.account, spoken, year=scope.year, note=about),
        charts.pedigree(scope.scores, scope.spread, spoken, year=scope.year, note=text("full_scope.note.pedigree")),
        charts.reconciliation(meetings, UNIT, carried, region=REGION, year=scope.asked, note=since),
        charts.splits(balances, spoken.unit, spoken, year=scope.year, note=text("full_scope.note.splits")),
        charts.scenario(changes, _title(scope, text), spoken, year=scope.year, note=_assumed(scope, text)),
    )


def _balance(balance: xr.DataArray) -> xr.DataArray:
    return balance.isel(stressor=0, drop=True).sum("sector", keep_attrs=True)


def _percent(share: float, digits: int = 0) -> str:
    return f"{number(100 * share, digits)}%"


def _coverage(scope: FullScope, spoken: Voice, text: Words) -> str:
    """What the world's account rests on, and whose rests least on data of its own."""
    world = scope.account.sum("region")
    share = world / world.sum("basis")
    by_region = scope.account / scope.account.sum("basis")
    founded = by_region.sel(basis="product").sortby(by_region.sel(basis="product"), ascending=False)
    proxies = by_region.sel(basis="proxy").drop_sel(region=REST, errors="ignore")
    return text(
        "full_scope.coverage",
        year=scope.year,
        product=_percent(float(share.sel(basis="product")), 1),
        sector=_percent(float(share.sel(basis="sector"))),
        proxy=_percent(float(share.sel(basis="proxy"))),
        most=named(str(founded.indexes["region"][0]), spoken),
        most_share=_percent(float(founded[0]), 1),
        own=_percent(float(by_region.sel(region=REST, basis="proxy"))),
        low=_percent(float(proxies.min())),
        high=_percent(float(proxies.max())),
        score=number(float(scope.world.sel(indicator="overall")), 1),
        rest=number(float(scope.scores.sel(region=REST, indicator="overall")), 1),
    )


def _reconciled(scope: FullScope, text: Words) -> str:
    """The two figures of every product, and the cause that makes most of the difference."""
    told = []
    for one in scope.reconciled:
        attrs, effects = one.result.attrs, one.result.isel(stressor=0)
        largest = str(effects.indexes["cause"][int(np.abs(effects.values).argmax())])
        told.append(
            text(
                "full_scope.reconciled.one",
                product=text(f"full_scope.product.{one.product}"),
                top=mass(float(attrs["top_down"]), UNIT, text.language),
                bottom=mass(float(attrs["bottom_up"]), UNIT, text.language),
                cause=text(f"full_scope.cause.{largest}"),
                effect=_signed(float(effects.sel(cause=largest)), UNIT, text),
            )
        )
    between = "；" if text.language == "zh" else "; "
    words: dict[str, Any] = {"asked": scope.asked, "year": scope.year, "count": len(CAUSES)}
    return text("full_scope.reconciled.text", told=between.join(told), **words)


def _signed(value: float, unit: str, text: Words) -> str:
    said = mass(value, unit, text.language)
    return said if said.startswith(MINUS) else f"+{said}"


def _split(scope: FullScope, text: Words) -> str:
    """What the split tables say of China's net, beside the sector that the products are split from."""
    unit = scope.table.about.units[scope.table.stressors[0]]
    nets = {case.name: float(_balance(case.balance).sel(region=REGION, component="net")) for case in scope.splits}
    changed = {case.name: _moved(case.consumption) for case in scope.splits}
    said = {f"{name}_net": mass(value, unit, text.language) for name, value in nets.items()}
    said |= {f"{name}_moved": _percent(value, 2 if value >= 1e-4 else 4) for name, value in changed.items()}
    return text("full_scope.splits", year=scope.year, **said)


def _moved(consumption: xr.DataArray) -> float:
    """How much of the world's account a split moves from one region to another."""
    one = consumption.isel(stressor=0)
    return float(abs(one.sel(definition="change")).sum() / 2 / one.sel(definition="before").sum())


def _scenario(scope: FullScope, text: Words) -> str:
    """What the changes save where they are, what leaks, and what consumption of the group saves."""
    unit = scope.table.about.units[scope.table.stressors[0]]
    grouping = norms.grouping(GROUP, scope.table.regions, norms.year_end(scope.year))
    inside = [name for name in scope.table.regions if name in grouping.members[grouping.groups[0]]]
    change = scope.effects.sel(case=CHANGE)
    made, used = (float(change.sel(principle=one, region=inside).sum()) for one in ("production", "consumption"))
    world = float(change.sel(principle="production").sum())
    return text(
        "full_scope.scenario",
        title=_title(scope, text),
        made=mass(-made, unit, text.language),
        used=mass(-used, unit, text.language),
        world=mass(-world, unit, text.language),
        leaked=_percent(1 - world / made) if made else "",
    )


def _title(scope: FullScope, text: Words) -> str:
    return (scope.scenario.title or {}).get(text.language, scope.scenario.name)


def _assumed(scope: FullScope, text: Words) -> str:
    """What the scenario assumes, in its own words."""
    ends = ("。", "；") if text.language == "zh" else (".", "; ")
    said = ends[1].join(one[text.language] for one in scope.scenario.assumptions)
    return text("full_scope.note.scenario", assumed=said) + ends[0]
