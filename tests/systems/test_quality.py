"""Rules about the data behind a table: pedigree scores, the most specific rule, conflicts and unknown names."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tables import kitzes, random_table

from tanheng.errors import InputError, LabelError
from tanheng.systems.product_split import Figure, PartProduct, ProductSplit, split_by_products
from tanheng.systems.quality import INDICATORS, UNSTATED, VARIANCES, Pedigree, Quality, Rule, product_rules

BEST, WORST = Pedigree(1, 1, 1, 1, 1), Pedigree(5, 5, 5, 5, 5)


def quality(*rules: Rule) -> Quality:
    return Quality("rules", rules)


def rule(basis="sector", pedigree=BEST, **more) -> Rule:
    return Rule(basis, pedigree, "a source", **more)


# -- pedigree ---------------------------------------------------------------------------------------------------------


# Uncertainty factors U of the pedigree, Frischknecht and Jungbluth 2007, table 7.2; the score that has none there, and
# the geographical 4, are left out.
FACTORS = {
    "reliability": {2: 1.05, 3: 1.10, 4: 1.20, 5: 1.50},
    "completeness": {2: 1.02, 3: 1.05, 4: 1.10, 5: 1.20},
    "temporal": {2: 1.03, 3: 1.10, 4: 1.20, 5: 1.50},
    "geographical": {2: 1.01, 3: 1.02, 5: 1.10},
    "technological": {3: 1.20, 4: 1.50, 5: 2.00},
}


@pytest.mark.parametrize(("indicator", "score"), [(i, s) for i, scores in FACTORS.items() for s in scores])
def test_variances_are_the_square_of_half_the_log_of_the_factor(indicator, score):
    expected = (math.log(FACTORS[indicator][score]) / 2) ** 2
    # 15 %: the guideline prints one digit, and truncates it (0.00227 is printed 0.002)
    assert VARIANCES[indicator][score - 1] == pytest.approx(expected, rel=0.15)


def test_the_best_scores_add_no_spread_and_worse_ones_more():
    assert BEST.spread == 1
    for at in range(5):
        scores = [[1, 2, 3, 4, 5][score] if i == at else 1 for score in range(5) for i in range(5)]
        spreads = [Pedigree.of(scores[5 * k : 5 * k + 5]).spread for k in range(5)]
        assert spreads == sorted(spreads)


def test_spread_adds_variances():
    both = Pedigree(3, 1, 1, 1, 4)
    assert math.log(both.spread) ** 2 == pytest.approx(0.002 + 0.04, rel=1e-12)  # rounding of log and exp


def test_scores_by_name_or_in_order():
    assert Pedigree.of(dict(zip(INDICATORS, (1, 2, 3, 4, 5), strict=True))) == Pedigree.of([1, 2, 3, 4, 5])


@pytest.mark.parametrize("given", [[1, 2, 3], [1, 2, 3, 4, 5, 5], {"reliability": 1}])
def test_a_score_is_missing_or_too_many(given):
    with pytest.raises(InputError, match="not five"):
        Pedigree.of(given)


@pytest.mark.parametrize("score", [0, 6, 2.5, True, "2"])
def test_a_score_is_none(score):
    with pytest.raises(InputError, match=r"from 1 \(best\) to 5"):
        Pedigree(score, 1, 1, 1, 1)


def test_an_unknown_indicator_is_named_with_the_nearest():
    with pytest.raises(InputError, match="did you mean temporal"):
        Pedigree.of({"temporl": 1})


# -- rules ------------------------------------------------------------------------------------------------------------


def test_without_rules_nothing_is_stated():
    graded = quality().grades(kitzes())
    assert graded.grades == (UNSTATED,)
    assert not graded.industry.any()
    assert not graded.direct.any()


def bases(rules: Quality, table, component="industry") -> np.ndarray:
    graded = rules.grades(table)
    return np.array([grade.basis for grade in graded.grades])[getattr(graded, component)]


def test_sectors_go_before_regions_and_regions_before_all():
    table = random_table(1, K=1)
    rules = quality(rule("proxy"), rule("sector", regions=("r1",)), rule("product", sectors=("s2",)))
    assert bases(rules, table)[0].tolist() == [
        ["proxy", "proxy", "product"],
        ["sector", "sector", "product"],
        ["proxy", "proxy", "product"],
    ]
    assert bases(rules, table, "direct")[0].tolist() == ["proxy", "sector", "proxy"]


def test_the_order_of_rules_is_of_no_account():
    table = random_table(2, K=2)
    them = (rule("proxy"), rule("sector", regions=("r1",)), rule("product", sectors=("s2",), stressors=("k1",)))
    assert (bases(quality(*them), table) == bases(quality(*them[::-1]), table)).all()


def test_a_rule_may_be_about_direct_emissions_or_industry_alone():
    table = random_table(3, K=1)
    rules = quality(rule("proxy", components=("direct",)), rule("sector", components=("industry",)))
    assert set(bases(rules, table).ravel()) == {"sector"}
    assert set(bases(rules, table, "direct").ravel()) == {"proxy"}


def test_a_rule_holds_in_its_years():
    table = random_table(4, K=1)  # of 2009
    rules = quality(rule("sector"), rule("proxy", years=(2009, 2009)), rule("product", years=(1995, 2008)))
    assert set(bases(rules, table).ravel()) == {"proxy"}


def test_rules_of_equal_rank_that_overlap_are_refused_in_one_line_naming_both():
    rules = quality(rule("sector", regions=("r0", "r1")), rule("proxy", regions=("r1", "r2")))
    with pytest.raises(InputError) as error:
        rules.grades(random_table(5))
    message = str(error.value)
    assert "rules, rule 1 (sector) and rules, rule 2 (proxy) both hold for k0, r1, s0 (industry) in 2009" in message
    assert "\n" not in message


def test_a_more_specific_rule_settles_what_two_others_dispute():
    rules = quality(
        rule("sector", regions=("r1",)),
        rule("proxy", regions=("r1",)),
        rule("product", regions=("r1",), years=(1, 9999)),
    )
    assert set(bases(rules, random_table(6))[:, 1].ravel()) == {"product"}


@pytest.mark.parametrize(
    ("more", "nearest"),
    [({"regions": ("r11",)}, "r1"), ({"sectors": ("s22",)}, "s2"), ({"stressors": ("k00",)}, "k0")],
)
def test_an_unknown_label_is_named_with_the_nearest(more, nearest):
    with pytest.raises(LabelError, match=f"is not known; test: did you mean .*{nearest}"):
        quality(rule(**more)).grades(random_table(7))


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"basis": "sectors"}, "did you mean sector"),
        ({"components": ("directly",)}, "did you mean direct"),
        ({"years": (2009, 1995)}, "before it begins"),
        ({"components": ("direct",), "sectors": ("s1",)}, "have no sector"),
    ],
)
def test_a_rule_that_is_none(more, what):
    with pytest.raises(InputError, match=what):
        rule(**more)


def test_rules_can_be_added():
    rules = quality(rule("sector", regions=("r1",))).adding(rule("product", sectors=("s0",)))
    assert (bases(rules, random_table(8))[:, :, 0] == "product").all()


# -- products of a split ----------------------------------------------------------------------------------------------


def figure(value: float, unit: str = "t/t", year: int | None = 2009) -> Figure:
    return Figure(value, unit, year, "its source")


def split(**more) -> ProductSplit:
    """Steel in sector s1 of r0 and r1, with a factor of its own in r1."""
    table = random_table(9, K=1)
    amounts = {name: figure(1, "kt") for name in ("r0", "r1")}
    prices = {"*": figure(0.01, "million USD/kt")}
    factors = {"k0": {"*": figure(1.5, "kt/kt", 2004), "r1": figure(2.5, "kt/kt", None)}}
    return split_by_products(table, "s1", [PartProduct("steel", "kt", amounts, prices, factors)], **more)


def test_products_of_a_split_rest_on_product_data_where_they_have_factors():
    one = split()
    rules = quality(rule("sector", regions=("r0", "r1", "r2"))).adding(*product_rules(one, Pedigree(2, 2, 1, 1, 3)))
    table = one.given
    found = bases(rules, table)[0]
    at = table.sectors.index("steel")
    assert found[:, at].tolist() == ["product", "product", "sector"]  # r2 makes none
    assert set(np.delete(found, at, axis=1).ravel()) == {"sector"}


def test_factors_are_scored_by_their_age_and_place():
    any_region, own = product_rules(split(), Pedigree(2, 2, 1, 1, 3))
    assert (any_region.regions, any_region.pedigree) == (("r0",), Pedigree(2, 2, 2, 2, 3))  # five years old, an average
    assert (own.regions, own.pedigree) == (("r1",), Pedigree(2, 2, 5, 1, 3))  # of no year, its own
    assert all(one.pedigree is None for one in product_rules(split()))


def test_where_a_split_is_held_to_its_cap_it_rests_on_the_sector():
    """A cap below what the factor asks for in r0: there the emissions are a share of the sector's."""
    free = split()
    share = free.given.F.sel(sector="steel", stressor="k0") / free.base.F.sel(sector="s1", stressor="k0")
    low, high = sorted(float(share.sel(region=name)) for name in ("r0", "r1"))
    held = max(("r0", "r1"), key=lambda name: float(share.sel(region=name)))
    rules = product_rules(split(cap=(low + high) / 2))
    assert {region for one in rules for region in one.regions} == {"r0", "r1"} - {held}
