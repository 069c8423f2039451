"""Coverage: what consumption-based accounts rest on, and the pedigree of the data."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import kitzes, random_table, tables

import tanheng as th
from tanheng.accounts import consumption, coverage, coverage_quality, find, flows
from tanheng.errors import QuestionError
from tanheng.systems.quality import BASES, INDICATORS, Pedigree, Quality, Rule

GOOD, BAD = Pedigree(1, 1, 1, 1, 1), Pedigree(5, 5, 5, 5, 5)


def rules(*them: Rule) -> Quality:
    return Quality("rules", them)


def of_regions(good: str, bad: str) -> Quality:
    return rules(Rule("sector", GOOD, "a", regions=(good,)), Rule("proxy", BAD, "b", regions=(bad,)))


def by_label(result: xr.DataArray, **at: str) -> dict[str, float]:
    one = result.sel(at).squeeze()
    return dict(zip(one.indexes[one.dims[0]], one.values.tolist(), strict=True))


# Kitzes 2013: L Y is (8, 2.4) for the first region and (8, 9.6) for the second, s is (1/2, 1/3).
def test_kitzes_by_the_basis_of_who_emits():
    found = coverage(kitzes(), quality=of_regions("one", "two"))
    expected = {"one": (0, 4, 0.8, 0), "two": (0, 4, 3.2, 0)}
    for region, parts in expected.items():
        assert found.sel(region=region).values[0] == pytest.approx(parts, rel=1e-12)  # rounding of a 2 x 2 solve


def test_kitzes_shares():
    found = coverage(kitzes(), quality=of_regions("one", "two"), share=True)
    assert by_label(found, region="one")["proxy"] == pytest.approx(1 / 6, rel=1e-12)
    assert by_label(found, region="two")["proxy"] == pytest.approx(4 / 9, rel=1e-12)
    assert (found.attrs["units"], found.attrs["principle"]) == ("1", "")


def test_kitzes_scores_are_means_weighted_by_emissions():
    found = coverage_quality(kitzes(), quality=of_regions("one", "two"))
    assert by_label(found, region="one") == pytest.approx(dict.fromkeys((*INDICATORS, "overall"), 8 / 4.8), rel=1e-12)
    assert by_label(found, region="two")["temporal"] == pytest.approx((4 + 5 * 3.2) / 7.2, rel=1e-12)


def test_kitzes_spread_is_that_of_errors_that_are_one():
    found = coverage_quality(kitzes(), quality=of_regions("one", "two"), measure="spread")
    overall = math.sqrt(0.04 + 0.008 + 0.04 + 0.002 + 0.12)  # of the worst scores; the best add nothing
    assert by_label(found, region="one")["overall"] == pytest.approx(math.exp(overall / 6), rel=1e-12)
    assert by_label(found, region="one")["technological"] == pytest.approx(math.exp(math.sqrt(0.12) / 6), rel=1e-12)


def test_direct_emissions_rest_on_their_own_data():
    table = kitzes(F_Y=[[2, 6]])
    found = coverage(
        table, ("region", "component", "basis"), quality=rules(Rule("product", None, "a", components=("direct",)))
    )
    assert by_label(found, region="one", component="direct") == {"product": 2, "sector": 0, "proxy": 0, "not stated": 0}
    assert by_label(found, region="one", component="industry")["not stated"] == pytest.approx(4.8, rel=1e-12)


# -- laws -------------------------------------------------------------------------------------------------------------

SEEDS = st.integers(0, 2**32 - 1)


def random_rules(table: th.Table, seed: int) -> Quality:
    """Rules of every rank, none of which can dispute another: one a sector, one a region, some left without."""
    rng = np.random.default_rng(seed)

    def grade() -> tuple:
        return str(rng.choice(BASES)), Pedigree.of([int(one) for one in rng.integers(1, 6, 5)]), "a source"

    them = [Rule(*grade(), regions=(name,)) for name in table.regions if rng.random() < 0.6]
    them += [Rule(*grade(), sectors=(name,)) for name in table.sectors if rng.random() < 0.4]
    them += [Rule(*grade(), components=("direct",))] * (rng.random() < 0.5)
    return rules(*them)


@settings(max_examples=12)
@given(table=tables, seed=SEEDS)
def test_all_bases_together_are_the_consumption_account(table, seed):
    found = coverage(table, ("region", "component", "basis"), quality=random_rules(table, seed))
    account = consumption(table, ("region", "component")).transpose(*found.sum("basis").dims)
    scale = float(abs(account).sum())
    for component in account.indexes["component"]:
        mine, theirs = (one.sel(component=component) for one in (found.sum("basis"), account))
        assert np.abs(mine.values - theirs.values).max() <= 1e-9 * scale  # convention 7


@settings(max_examples=10)
@given(table=tables)
def test_with_a_rule_a_region_coverage_is_the_flows_of_that_region(table):
    first = table.regions[0]
    found = coverage(
        table, ("region", "basis", "component"), quality=rules(Rule("product", None, "a", regions=(first,)))
    )
    expected = flows(table).sel(region=first)
    assert found.sel(basis="product", component="industry").values == pytest.approx(
        expected.values, rel=1e-9, abs=1e-9 * float(abs(expected).sum())
    )


def test_emissions_of_sectors_without_output_and_what_they_take_in_are_the_residual():
    table = random_table(11, idle=2, stray=True)
    given = random_rules(table, 3)
    found = coverage(table, ("region", "component", "basis"), quality=given)
    account = consumption(table, ("region", "component"))
    for component in ("industry", "residual", "direct"):
        assert found.sel(component=component).sum("basis").values == pytest.approx(
            account.sel(component=component).values, rel=1e-9
        )
    assert float(found.sel(component="residual").sum()) > 0


def test_by_origin_it_is_who_emits_for_whom():
    table = random_table(12)
    found = coverage(table, ("origin", "region"), quality=rules())
    expected = flows(table).rename(region="origin", to_region="region").transpose(*found.dims)
    own = np.eye(3) * table.F_Y.sum("demand").values[:, :, None]
    assert found.values == pytest.approx(expected.values + own, rel=1e-9)


@settings(max_examples=10)
@given(table=tables, seed=SEEDS)
def test_scores_lie_between_the_best_and_the_worst(table, seed):
    given = random_rules(table, seed)
    known = [rule.pedigree for rule in given.rules]
    found = coverage_quality(table, ("region", "basis", "indicator"), quality=given)
    for at, name in enumerate(INDICATORS):
        values = found.sel(indicator=name).values
        scores = [pedigree.scores[at] for pedigree in known] or [math.nan]
        there = values[~np.isnan(values)]
        # rounding of a weighted mean
        assert ((there >= min(scores) - 1e-9) & (there <= max(scores) + 1e-9)).all() if there.size else True
    overall = found.sel(indicator="overall")
    mean = found.sel(indicator=list(INDICATORS)).mean("indicator", skipna=False)
    assert overall.values == pytest.approx(mean.values, rel=1e-9, nan_ok=True)  # the mean of means is the mean


def test_the_same_score_everywhere_is_the_score_and_its_spread():
    one = Pedigree(2, 3, 1, 4, 5)
    table, given = random_table(13, signed=True), rules(Rule("sector", one, "a"))
    found = coverage_quality(table, "indicator", quality=given)
    assert found.values[0] == pytest.approx([*one.scores, one.mean], rel=1e-12)
    spread = coverage_quality(table, (), quality=given, measure="spread")
    assert spread.values == pytest.approx([one.spread] * 2, rel=1e-12)


def test_what_is_not_stated_is_shown_and_not_scored():
    table = random_table(14)
    account = coverage(table, quality=rules())
    assert account.sel(basis="not stated").values == pytest.approx(consumption(table).values, rel=1e-9)
    scored = coverage_quality(table, quality=rules())
    assert np.isnan(scored.values).all()
    assert set(scored.attrs["stated"].values()) == {0.0}


def test_a_basis_without_a_pedigree_is_covered_and_not_scored():
    given = rules(Rule("sector", None, "a", regions=("one",)), Rule("proxy", BAD, "b", regions=("two",)))
    found = coverage_quality(kitzes(), quality=given)
    assert by_label(found, region="one")["overall"] == pytest.approx(5, rel=1e-12)
    assert found.attrs["stated"]["CO2"] == pytest.approx(4 / 12, rel=1e-12)


def test_groups_are_summed_before_shares_are_taken():
    table = random_table(15, regions=["DEU", "FRA", "CHN"])
    given = random_rules(table, 4)
    whole = coverage(table, quality=given, group_by="eu")
    share = coverage(table, quality=given, group_by="eu", share=True)
    expected = whole / whole.sum("basis")
    assert share.values == pytest.approx(expected.values, rel=1e-12)
    assert share.sum("basis").values == pytest.approx(np.ones((2, 2)), rel=1e-12)
    assert "members" in coverage_quality(table, quality=given, group_by="eu").attrs


def test_the_embedded_world_rests_on_sectors_but_for_the_rest_of_the_world():
    table = th.open("world")[2009]
    found = coverage(table, ("region", "basis"))
    total = consumption(table)
    assert found.sum("basis").values == pytest.approx(total.values, rel=1e-9)
    emitted = th.production(table).sel(region="ROW")
    # everything that ROW emits, and it alone, rests on a proxy
    assert found.sel(basis="proxy").sum("region").values == pytest.approx(emitted.values, rel=1e-9)
    assert not found.sel(basis=["product", "not stated"]).values.any()


def test_it_says_what_the_rules_are():
    attrs = coverage(th.open("world")[2009]).attrs
    assert attrs["quality"] == "WIOD environmental accounts, May 2012"
    assert "Genty" in attrs["quality_sources"]
    assert attrs["judged"] == attrs["rules"] > 0
    assert attrs["principle"] == "consumption"


@pytest.mark.parametrize("account", ["coverage", "coverage-quality"])
def test_options_read_their_texts(account):
    options = find(account).options
    for key, good in {"share": "yes", "measure": "spread"}.items():
        if key in options:
            assert options[key].read(good) in (True, "spread")
            with pytest.raises(ValueError, match="perhaps"):
                options[key].read("perhaps")


def test_an_unknown_dimension_is_refused():
    with pytest.raises(QuestionError, match="did you mean basis"):
        coverage(kitzes(), "bases")
