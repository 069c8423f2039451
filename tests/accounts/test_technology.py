"""The technology-adjusted account: by hand, and credits and charges that cancel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import ABOUT, kitzes, random_table

from tanheng import accounts
from tanheng.accounts.technology import technology_adjusted
from tanheng.errors import QuestionError
from tanheng.systems.table import Table

CLOSE = 1e-9  # of all emissions: convention 7

seeds = st.integers(0, 2**32 - 1)


def test_kitzes_by_hand():
    # L = [[8/3, 4/3], [4/5, 8/5]]: exported outputs 8 and 2.4, at 1/2 and 1/3 t each, so at 6/13 on average;
    # imported 0.8 and 4 t
    expected = [8 - 8 * 6 / 13 + 0.8, 4 - 2.4 * 6 / 13 + 4]
    assert technology_adjusted(kitzes()).values[0] == pytest.approx(expected, rel=1e-12)
    parts = technology_adjusted(kitzes(F_Y=[[1.0, 2.0]]), "region,component").sel(region="one")
    assert parts.indexes["component"].tolist() == ["industry", "exports", "imports", "direct"]
    assert parts.values[0] == pytest.approx([8, -48 / 13, 0.8, 1], rel=1e-12)


@given(seeds, st.integers(0, 3), st.booleans(), st.booleans())
@settings(max_examples=40)
def test_it_sums_to_what_is_emitted_region_by_region_and_sector_by_sector(seed, idle, stray, signed):
    table = random_table(seed, R=3, S=3, K=2, idle=idle, stray=stray, signed=signed)
    whole = float(np.abs(table.F).sum() + np.abs(table.F_Y).sum())
    gap = technology_adjusted(table).sum("region") - accounts.production(table).sum("region")
    assert np.abs(gap).max() <= CLOSE * whole
    by_sector = technology_adjusted(table, "sector") - accounts.production(table, "sector")
    assert np.abs(by_sector).max() <= CLOSE * whole


@given(seeds)
@settings(max_examples=25)
def test_where_all_regions_have_one_technology_it_is_consumption(seed):
    table = random_table(seed, R=3, S=3, K=1)
    same = table.replace(F=(table.x * [1.0, 5.0, 0.2]).expand_dims(stressor=["k0"]))
    assert technology_adjusted(same).values == pytest.approx(accounts.consumption(same).values, rel=1e-9)


def test_a_cleaner_exporter_is_credited():
    table = random_table(3, R=3, S=2, K=1)
    cleaner = table.F.copy(deep=True)
    cleaner.loc[{"region": "r0"}] = 0.0  # emits nothing: its exports count below zero all the same
    parts = technology_adjusted(table.replace(F=cleaner), "region,component").sel(region="r0")
    assert parts.sel(component="industry").item() == 0
    assert parts.sel(component="exports").item() < 0


def test_exports_that_cancel_over_the_world_keep_their_own_intensity():
    table = Table.from_arrays(
        np.zeros((2, 2)), [[10, 5], [-5, 20]], [[15, 30]],
        regions=["a", "b"], sectors=["s"], demand=["final"], stressors=["CO2"], about=ABOUT | {"units": {"CO2": "t"}},
    )  # fmt: skip
    # a sends 5 at 1 t, b takes 5 back from stock at 2 t: no average; without one it is the consumption-based account
    result = technology_adjusted(table)
    assert result.values[0] == pytest.approx([0, 45], abs=1e-12)  # sums of whole numbers below 100
    assert result.attrs["own_intensity"] == "s"
    assert technology_adjusted(kitzes()).attrs["own_intensity"] == ""


def test_an_unknown_dimension_is_refused():
    with pytest.raises(QuestionError, match="technology-adjusted has no dimension 'to_region'"):
        technology_adjusted(kitzes(), "to_region")
