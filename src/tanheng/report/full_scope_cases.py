"""The embedded full-scope cases: what accounts rest on, two products by two ways of counting, a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pandas as pd
import xarray as xr

from tanheng import accounts
from tanheng.accounts.hybrids.reconciliation_cases import Reconciled, reconciliation
from tanheng.accounts.hybrids.split_cases import SplitCase, split_case
from tanheng.accounts.scenario_differences import CASES, scenario_effects
from tanheng.data import quality, scenario, splits, store
from tanheng.systems.product_split import split_by_products
from tanheng.systems.quality import Quality
from tanheng.systems.scenarios import Scenario, apply
from tanheng.systems.table import Table

PRODUCTS = ("steel", "photovoltaics")
REGION = "CHN"  # whose exports are reconciled
SCENARIO = "carbon-price-annex-i"
CHANGE = CASES[-1]
PRINCIPLES = ("production", "consumption")


@dataclass(frozen=True, eq=False)
class FullScope:
    """The cases of one table, of its first stressor.

    ``account`` and ``whole`` (region, basis) are coverage with the products split from their sectors and without,
    ``scores`` (region, indicator) and ``spread`` (region) the quality with them, in both ``world`` for all regions.
    """

    table: Table
    account: xr.DataArray
    whole: xr.DataArray
    scores: xr.DataArray
    spread: xr.DataArray
    world: xr.DataArray  # (indicator)
    splits: tuple[SplitCase, ...]
    reconciled: tuple[Reconciled, ...]
    scenario: Scenario
    effects: xr.DataArray  # (principle, region, case)

    @property
    def year(self) -> int:
        """The year of the table."""
        return self.table.year

    @property
    def asked(self) -> int:
        """The year that both readings of a product are brought to."""
        return int(self.reconciled[0].result.attrs["year"])


@cache  # they are embedded: a second report of one process has the same
def compute() -> FullScope:
    """The cases of the embedded world's last year. Raises as the accounts do."""
    world = store.open("world")
    table = world[world.years[-1]]
    cases = tuple(split_case(name, table) for name in PRODUCTS)
    split, rules = _split(table, cases[0])
    by_indicator = _first(accounts.coverage_quality(split, quality=rules))
    chosen = scenario.open(SCENARIO)
    changed = apply(chosen, table)
    effects = [_first(scenario_effects(chosen, table, principle=one, applied=changed)) for one in PRINCIPLES]
    return FullScope(
        table=table,
        account=_first(accounts.coverage(split, quality=rules)),
        whole=_first(accounts.coverage(table)),
        scores=by_indicator,
        spread=_first(accounts.coverage_quality(split, "region", quality=rules, measure="spread")),
        world=_first(accounts.coverage_quality(split, "indicator", quality=rules)),
        splits=cases,
        reconciled=tuple(reconciliation(name, table) for name in PRODUCTS),
        scenario=chosen,
        effects=xr.concat(effects, dim=pd.Index(PRINCIPLES, name="principle"), combine_attrs="drop"),
    )


def _split(table: Table, first: SplitCase) -> tuple[Table, Quality]:
    """The table with every product split from its sector, of which the ``first`` is split already, and its rules."""
    rules, split = quality.known(table) or Quality("", ()), first.split
    for name in PRODUCTS:
        if name != first.name:
            file = splits.open(name)
            split = split_by_products(split.given, file.sector, file.fitted(table), rest=file.rest, cap=file.cap)
        rules = rules.adding(*quality.split_rules(split, name))
    return split.given, rules


def _first(result: xr.DataArray) -> xr.DataArray:
    """Of the first stressor."""
    return result.isel(stressor=0, drop=True).drop_vars("unit", errors="ignore")
