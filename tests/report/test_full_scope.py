"""The embedded full-scope cases: coverage adds up, causes add up, a scenario's world is one; and how they are told."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tanheng import accounts, labels
from tanheng.charts.words import words
from tanheng.data import store
from tanheng.report import full_scope_cases, full_scope_section, full_scope_sheets
from tanheng.report.full_scope_cases import FullScope
from tanheng.report.sections import FILE

LARGE = 1e-9  # the same sums in another order


@pytest.fixture(scope="module")
def scope() -> FullScope:
    return full_scope_cases.compute()


def test_coverage_of_the_split_table_is_its_consumption_account(scope: FullScope) -> None:
    whole = accounts.consumption(scope.table).isel(stressor=0)
    assert float(scope.account.sum()) == pytest.approx(float(whole.sum()), rel=LARGE)
    np.testing.assert_allclose(scope.whole.sum("basis"), whole, rtol=LARGE)
    assert not scope.whole.sel(basis="product").values.any()
    assert not scope.account.sel(basis="not stated").values.any()


def test_product_data_are_the_emissions_of_the_products_where_they_are_not_held_to_their_sector(
    scope: FullScope,
) -> None:
    """Of steel and modules as split, region by region: what their factors give, and never more than that."""
    given = 0.0
    for case in scope.splits:
        for product in case.split.products:
            given += float(case.table.F.sel(stressor="CO2", sector=product.name).sum())
    covered = float(scope.account.sel(basis="product").sum())
    assert 0 < covered < given  # China's steel is held to its sector
    at_home = {case.name: case.table.F.sel(stressor="CO2") for case in scope.splits}
    china = float(at_home["steel"].sel(region="CHN", sector="steel"))
    assert covered < given - china * (1 - LARGE)


def test_causes_are_all_there_is_between_the_readings(scope: FullScope) -> None:
    for one in scope.reconciled:
        attrs = one.result.attrs
        assert float(one.result.sum()) == pytest.approx(attrs["bottom_up"] - attrs["top_down"], rel=LARGE)


def test_a_scenario_changes_the_world_by_the_same_in_both_principles(scope: FullScope) -> None:
    change = scope.effects.sel(case="change").sum("region")
    assert float(change.sel(principle="production")) == pytest.approx(
        float(change.sel(principle="consumption")), rel=LARGE
    )


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_what_is_told_has_the_numbers_of_the_cases(scope: FullScope, language: str) -> None:
    from tanheng.charts import Voice

    spoken = Voice(language, "CO2", "kt", "million USD", "wiod-23")
    told = full_scope_section.lines(scope, spoken, words(FILE, language))
    assert len(told) == 6
    world = scope.account.sum("region")
    assert f"{100 * float(world.sel(basis='product') / world.sum()):.1f}%" in told[1]
    assert not any(re.search(r"[{}]|nan", line) for line in told)


def test_the_section_has_its_charts_and_the_workbook_its_sheets(scope: FullScope) -> None:
    from tanheng.charts import Voice

    spoken = Voice("en", "CO2", "kt", "million USD", "wiod-23")
    drawn = full_scope_section.drawn(scope, spoken, words(FILE, "en"))
    assert len({chart.id for chart in drawn}) == len(drawn) == 5
    world = store.open("world")
    covered = [accounts.coverage(world[year]) for year in (2008, 2009)]
    frames = full_scope_sheets.frames(scope, covered)
    rows = frames["coverage"]
    assert len(rows) == 41 * 4
    assert rows["2009"].sum() == pytest.approx(float(covered[1].sum()), rel=LARGE)
    assert list(rows.columns[-2:]) == ["2008", "2009"]
    reconciled = frames["reconciliation"]
    numbers = reconciled.iloc[:, 3:6].to_numpy(dtype=float)
    np.testing.assert_allclose(numbers[5, 0] + numbers[:5, 2].sum(), numbers[5, 1], rtol=LARGE)
    splits = frames["splits"].select_dtypes("number").to_numpy()
    np.testing.assert_allclose(splits[:, 0] - splits[:, 1], splits[:, 2], atol=LARGE * np.abs(splits).max())
