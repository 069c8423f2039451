"""The sector recipe by hand, what is taken out of it by which rule, and that nothing goes missing."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import flat, kitzes, random_table

from tanheng.errors import LabelError, MissingError, QuestionError
from tanheng.systems.finding import messages
from tanheng.systems.purchases import Purchase, purchases
from tanheng.systems.recipe import sector_recipe, without_covered
from tanheng.systems.removed import COLUMNS, RULES, Removed, removed_frame

EXACT = 1e-12  # relative: a few multiplications

TABLE = random_table(3, R=2, S=3)


def sold(table, name="lamp", shares=None, price=100, **more):
    told = {"currency": "USD", "year": table.year, "basis": "basic"} | more
    return Purchase(name, "unit", shares or {(table.regions[0], table.sectors[0]): 1.0}, price, **told)


def recipe(table, listing, **more):
    return sector_recipe(purchases(listing, table), table, **more)


def test_kitzes_by_hand():
    # A's first column is 8/16, 4/16: of a price of 100, 50 are bought at home and 25 from the other region
    made = recipe(kitzes(), [sold(kitzes())])
    assert made.purchases.money.toarray().ravel().tolist() == [50, 25]
    assert made.removed == ()
    assert made.purchases.steps[-1].check == "purchase-recipe"
    assert [made.purchases.steps[-1].values[name] for name in ("price", "before", "after")] == [100, 75, 75]


def test_what_the_process_covers_is_zero_and_shown():
    made = recipe(kitzes(), [sold(kitzes())], covered={"lamp": [("two", "all")]})
    assert made.purchases.money.toarray().ravel().tolist() == [50, 0]
    assert made.purchases.money.nnz == 1
    assert made.removed == (Removed("lamp", "two", "all", 25.0, "USD/unit", "covered"),)
    everywhere = recipe(kitzes(), [sold(kitzes())], covered={"lamp": ["all"]})
    assert everywhere.purchases.money.nnz == 0
    assert everywhere.removed == (Removed("lamp", "", "all", 75.0, "USD/unit", "covered"),)


@pytest.mark.parametrize("rule", ["market", "internal"])
def test_markets_and_internal_processes_are_never_hybridised(rule):
    listing = [sold(kitzes()), sold(kitzes(), "lamp, market")]
    made = recipe(kitzes(), listing, never={"lamp, market": rule}, covered={"lamp, market": ["all"]})
    assert made.purchases.money.toarray().T.tolist() == [[50, 25], [0, 0]]
    assert made.removed == (Removed("lamp, market", "", "", 75.0, "USD/unit", rule),)  # once, by the stronger rule


def test_margins_and_taxes_are_not_the_makers():
    told = {"basis": "purchasers", "tax": 0.1, "trade_margin": 0.2, "trade_sector": "all", "buyer": "two"}
    made = recipe(kitzes(), [sold(kitzes(), **told)])
    assert made.purchases.money.toarray().ravel() == pytest.approx([35, 17.5], rel=EXACT)  # of 70
    assert made.purchases.taxes.tolist() == [0]
    assert made.purchases.margins.nnz == 0


def test_what_is_not_there_leaves_no_row():
    table = random_table(3, R=2, S=3, intermediate_trade=False)
    made = recipe(table, [sold(table)], covered={"lamp": [("r1", "s0")]})
    assert made.removed == ()


def test_purchases_without_what_is_covered_lose_the_margins_too():
    one = sold(TABLE, basis="purchasers", trade_margin=0.2, trade_sector="s1")
    made = without_covered(purchases([one], TABLE), TABLE, covered={"lamp": ["s1"]})
    assert made.purchases.margins.nnz == 0
    assert made.purchases.money.sum() == pytest.approx(80e-6, rel=EXACT)
    assert [row.amount for row in made.removed] == pytest.approx([20e-6], rel=EXACT)


# -- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), price=st.floats(0.1, 1e5))
def test_a_product_that_is_its_sector_changes_nothing(seed, price):
    """s p + m (A p) = m p: the sector's own emissions and its recipe have the sector's multiplier."""
    table = random_table(seed, R=2, S=3)
    Z, _, F, x = flat(table)
    L = np.linalg.inv(np.eye(x.size) - Z / x)
    p = purchases([sold(table, price=price, shares={("r0", "s1"): 0.25, ("r1", "s2"): 0.75})], table)
    made = sector_recipe(p, table).purchases.money.toarray()[:, 0]
    priced = p.money.toarray()[:, 0]
    assert F / x @ priced + F / x @ L @ made == pytest.approx(F / x @ L @ priced, rel=1e-9)  # an inverse on each side


@settings(max_examples=20)
@given(names=st.lists(st.sampled_from(["s0", "s1", "s2", ("r0", "s0"), ("r1", "s2")]), unique=True))
def test_what_is_left_and_what_is_removed_are_the_whole(names):
    listing = [sold(TABLE), sold(TABLE, "other", {("r1", "s1"): 1.0}, price=7)]
    whole = recipe(TABLE, listing).purchases.money
    made = recipe(TABLE, listing, covered={"lamp": names})
    assert made.purchases.money.sum() + sum(row.amount for row in made.removed) == pytest.approx(whole.sum(), rel=EXACT)
    assert (
        made.purchases.money.toarray()[:, 1].tolist() == whole.toarray()[:, 1].tolist()
    )  # another product is as it was


# -- rows -------------------------------------------------------------------------------------------------------------


def test_rows_as_a_frame_in_both_languages():
    rows = [Removed("lamp", "", "c12", 0.5, "USD/unit", rule) for rule in RULES]
    assert list(removed_frame(rows).columns) == list(COLUMNS)
    assert removed_frame(rows)["rule"].tolist() == list(RULES)
    words = [removed_frame(rows, language)["rule"] for language in ("en", "zh")]
    assert all(column.nunique() == len(RULES) for column in words)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in words[1])
    assert removed_frame([]).empty


def test_the_recipe_is_said_in_both_languages():
    step = recipe(kitzes(), [sold(kitzes())]).purchases.steps[-1]
    for language in ("en", "zh"):
        assert "one all" in messages()[step.check][language][0].format(**step.values)


# -- what cannot be ---------------------------------------------------------------------------------------------------


def test_errors_in_one_line():
    made = purchases([sold(TABLE)], TABLE)
    with pytest.raises(QuestionError, match=r"no purchase of lump; did you mean lamp\?"):
        sector_recipe(made, TABLE, covered={"lump": ["s1"]})
    with pytest.raises(LabelError, match="what covers lamp: sector s9 is not known"):
        sector_recipe(made, TABLE, covered={"lamp": ["s9"]})
    with pytest.raises(LabelError, match="what covers lamp: region r9 is not known"):
        sector_recipe(made, TABLE, covered={"lamp": [("r9", "s0")]})
    with pytest.raises(QuestionError, match=r"'markets' is no rule; did you mean market\?"):
        sector_recipe(made, TABLE, never={"lamp": "markets"})
    with pytest.raises(QuestionError, match="the purchases are of another table than test"):
        sector_recipe(made, random_table(4, R=2, S=3))


def test_a_maker_without_output_has_no_recipe():
    table = random_table(5, R=2, S=3, idle=1)
    at = int(np.flatnonzero(~table.has_output.ravel())[0])
    cell = (table.regions[at // 3], table.sectors[at % 3])
    listing = [sold(table), dataclasses.replace(sold(table, "odd"), shares={cell: 1.0})]
    with pytest.raises(MissingError, match=f"purchase of odd: {table.name_of(at)} has no output"):
        recipe(table, listing)


def test_a_maker_without_output_beside_others_adds_nothing():
    table = random_table(5, R=2, S=3, idle=1)
    at = int(np.flatnonzero(~table.has_output.ravel())[0])
    other = int(np.flatnonzero(table.has_output.ravel())[0])
    names = [(table.regions[i // 3], table.sectors[i % 3]) for i in (at, other)]
    both = recipe(table, [sold(table, shares=dict.fromkeys(names, 0.5))]).purchases
    alone = recipe(table, [sold(table, shares={names[1]: 1.0})]).purchases
    assert both.money.toarray() == pytest.approx(0.5 * alone.money.toarray(), rel=EXACT)
    assert "purchase-idle" in [step.check for step in both.steps]
