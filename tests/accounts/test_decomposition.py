"""Drivers: by hand, by dense matrices and all orders, and what holds on any pair of tables."""

import dataclasses
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tables import flat, kitzes, random_table

from tanheng import accounts
from tanheng.accounts.decomposition import ALL, chained, chosen, drivers
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.table import Table

CLOSE = 1e-9  # of the larger total: convention 7

seeds = st.integers(0, 2**32 - 2)


def dated(table: Table, year: int, basis: str = "constant prices of 2005") -> Table:
    return table.replace(about=dataclasses.replace(table.about, year=year, price_basis=basis))


def pair(seed: int, **shape) -> tuple[Table, Table]:
    """Two unlike tables of the same labels, in the prices of one year; other sectors are idle in each."""
    return dated(random_table(seed, **shape), 2008), dated(random_table(seed + 1, **shape), 2009)


def drivers_or_not(*asked, **how):
    """``drivers``, of tables whose final demand shares can be taken of: random signs may cancel a region's."""
    try:
        return drivers(*asked, **how)
    except QuestionError as error:
        assume("no shares can be taken" not in str(error))
        raise


def near(tables, one, other) -> bool:
    scale = max(float(np.abs(t.F).sum() + np.abs(t.F_Y).sum()) for t in tables)
    return bool(np.abs(np.asarray(one) - np.asarray(other)).max() <= CLOSE * scale)


# -- worked -----------------------------------------------------------------------------------------------------------


def test_kitzes_at_twice_the_demand_and_half_the_intensity():
    before = dated(kitzes(), 2013)  # consumption 4.8 / 7.2
    after = dated(kitzes(), 2014)
    after = after.replace(Z=2 * after.Z, Y=2 * after.Y)  # output doubles, emissions do not: s halves, y doubles
    found = drivers(before, after, factors="intensity,technology,demand").sel(stressor="CO2")
    # E = s L y: Δs L ȳ = -E0 · (1/2) · (1 + 2)/2 = -0.75 E0, and s̄ L Δy = E0 · (1 + 1/2)/2 = 0.75 E0
    assert found.sel(region="one").values == pytest.approx([-3.6, 0, 3.6], abs=1e-12)
    assert found.sel(region="two").values == pytest.approx([-5.4, 0, 5.4], abs=1e-12)
    assert found.attrs["before"] == {"CO2": pytest.approx(12)}
    assert found.attrs["from_year"] == 2013
    assert found.attrs["year"] == 2014


def split_by_hand(table, people):
    """s (n,), L (n, n), origin (R, S, C), mix (S, C), level per head (C,), people (C,) of one stressor."""
    Z, Y, F, x = flat(table)
    L = np.linalg.inv(np.eye(len(x)) - Z / x)
    Y = Y.reshape(*table.x.shape, -1)
    product = Y.sum(axis=0)
    total = product.sum(axis=0)
    origin = np.divide(Y, product, out=np.zeros_like(Y), where=product != 0)
    return F[0] / x, L, origin, product / total, total / people, people


def evaluate(parts, account):
    s, L, origin, mix, level, people = parts
    y = (origin * mix * level * people).reshape(len(s), -1)
    if account == "consumption":
        return s @ L @ y
    return (s * (L @ y.sum(axis=1))).reshape(origin.shape[0], -1).sum(axis=1)


@pytest.mark.parametrize("account", ["consumption", "production"])
def test_six_factors_by_dense_matrices_and_all_orders(account):
    before, after = pair(30, R=2, S=3, K=1)
    Y = before.Y.values.copy()
    Y[:, 1] = 0
    before = before.replace(Y=before.Y.copy(data=Y), V=None)  # nobody's final demand has product s1 in the first year
    people = np.array([[3.0, 5.0], [4.0, 4.5]])
    old, new = split_by_hand(before, people[0]), split_by_hand(after, people[1])
    # a product that a region buys none of in one year has its origin of the other
    empty = [one[3] == 0 for one in (old, new)]
    assert empty[0].any()
    for one, other, gone in ((old, new, empty[0]), (new, old, empty[1])):
        one[2][:, gone] = other[2][:, gone]
    effects, orders = np.zeros((6, 2)), list(permutations(range(6)))
    for order in orders:
        state = list(old)
        for at in order:
            here = evaluate(state, account)
            state[at] = new[at]
            effects[at] += (evaluate(state, account) - here) / len(orders)
    found = drivers(before, after, factors="all", account=account, population=(people[0], people[1]))
    assert found.indexes["factor"].tolist()[:6] == list(ALL)
    assert near((before, after), found.values[0, :6], effects)
    assert found.attrs["orders"] == 720


def test_polar_with_the_multiplier_as_one_factor():
    before, after = pair(31, R=2, S=2, K=2)
    m, y = [], []
    for table in (before, after):
        Z, Y, F, x = flat(table)
        m.append(F / x @ np.linalg.inv(np.eye(len(x)) - Z / x))
        y.append(Y)
    by_hand = np.stack([(m[1] - m[0]) @ (y[0] + y[1]) / 2, (m[0] + m[1]) @ (y[1] - y[0]) / 2], axis=1)
    for method in ("polar", "shapley"):
        found = drivers(before, after, factors="multiplier,demand", method=method)
        assert near((before, after), found.sel(factor=["multiplier", "demand"]).values, by_hand)


def test_direct_emissions_are_a_driver_of_their_own():
    before, after = pair(32, R=3, K=2)
    found = drivers(before, after, "region,sector")
    change = (after.F_Y - before.F_Y).sum("demand").values
    assert near((before, after), found.sel(factor="direct").sum("sector").values, change)
    assert near((before, after), found.sel(factor="direct", sector="direct").values, change)
    assert not found.drop_sel(factor="direct").sel(sector="direct").values.any()
    without = [one.replace(F_Y=None) for one in (before, after)]
    assert "direct" not in drivers(*without).indexes["factor"]
    gone = drivers(before, without[1])
    assert near((before, after), gone.sel(factor="direct").values, -before.F_Y.sum("demand").values)


def test_a_sector_that_appears_is_all_demand():
    # nobody buys from sector 0 of r0; in the first year nobody demands it either, so that it has no output
    table = random_table(33, R=2, S=2, K=1)
    Z, Y = table.Z.values.copy(), table.Y.values.copy()
    Z[0, 0] = 0
    Y[0, 0] = 5
    after = dated(table.replace(Z=table.Z.copy(data=Z), Y=table.Y.copy(data=Y), V=None), 2009)
    Z, Y, F = Z.copy(), Y.copy(), table.F.values.copy()
    share = after.Z.values[:, :, 0, 0] / after.x.values[0, 0]
    final = np.zeros_like(Y)
    final[:, :, 0, 0] += share * Y[0, 0].sum()  # what it bought is sold to consumers, so that other outputs stay
    Z[:, :, 0, 0], Y[0, 0], F[:, 0, 0] = 0, 0, 0
    before = dated(table.replace(Z=table.Z.copy(data=Z), Y=table.Y.copy(data=Y + final), F=table.F.copy(data=F),
                                 V=None), 2008)  # fmt: skip
    for account in ("consumption", "production"):
        found = drivers(before, after, factors="intensity,technology,demand", account=account).sum("region")
        effects = dict(zip(found.indexes["factor"], found.values[0], strict=True))
        assert near((before, after), [effects["intensity"], effects["technology"]], 0)
        assert effects["demand"] == pytest.approx(after.F.values[0, 0, 0], rel=1e-9)  # all that it emits is new


def test_only_the_level_or_the_people_change():
    before = dated(random_table(34, R=2, K=1), 2008)
    after = dated(before.replace(Z=3 * before.Z, Y=3 * before.Y, F=3 * before.F, V=None), 2009)
    people = np.ones(2), np.full(2, 3.0)
    more = drivers(before, after, factors="all", population=people)
    assert near((before, after), more.drop_sel(factor="population").values, 0)
    richer = drivers(before, after)
    assert near((before, after), richer.drop_sel(factor="level").values, 0)
    assert near((before, after), richer.sel(factor="level").values, more.sel(factor="population").values)


def test_sales_that_cancel_have_no_origin_and_still_add_up():
    before, after = pair(35, R=2, S=2, D=2, K=1)
    Y = before.Y.values.copy()
    Y[0, 0, 0], Y[1, 0, 0] = [40, 0], [0, -39.9]  # 0.1 of product s0 for r0, out of 79.9
    Z = before.Z.values.copy()
    Y[1, 0, 1] += 100  # keeps the output positive
    Y[0, 1, 0] += 200  # and the whole demand of r0 uncancelled
    before = before.replace(Y=before.Y.copy(data=Y), Z=before.Z.copy(data=Z), V=None)
    found = drivers(before, after)
    assert 0 < found.attrs["unsplit"] < 1
    # with shares of 0.1 the origin alone would move 400 times the demand
    assert np.abs(found.values).max() < 10 * before.F.values.sum()
    change = accounts.consumption(after).values - accounts.consumption(before).values
    assert near((before, after), found.sum("factor").values, change)


# -- laws -------------------------------------------------------------------------------------------------------------

shapes = st.fixed_dictionaries(
    {
        "R": st.integers(1, 3),
        "S": st.integers(2, 3),
        "K": st.integers(1, 2),
        "signed": st.booleans(),
        "idle": st.integers(0, 1),
        "stray": st.booleans(),
    }
)


@given(seeds, shapes, st.sampled_from(["intensity,technology,demand", None]), st.sampled_from(["shapley", "polar"]))
@settings(max_examples=30)
def test_drivers_add_up_to_the_change_of_the_account(seed, shape, factors, method):
    both = pair(seed, **shape)
    for account in ("consumption", "production"):
        found = drivers_or_not(*both, "region,sector", factors=factors, method=method, account=account)
        old, new = (getattr(accounts, account)(table, "region,sector").values for table in both)
        assert near(both, found.sum("factor").values, new - old)
        for by, gone in (("region", ["sector"]), ("sector", ["region"]), ("", ["region", "sector"])):
            less = drivers(*both, by, factors=factors, method=method, account=account)
            assert near(both, less.values, found.sum(gone).values)


@given(seeds, shapes)
@settings(max_examples=25)
def test_the_two_accounts_have_the_same_drivers_of_the_world(seed, shape):
    both = pair(seed, **shape)
    consumed, produced = (drivers_or_not(*both, "", account=account) for account in ("consumption", "production"))
    assert consumed.indexes["factor"].tolist() == produced.indexes["factor"].tolist()
    assert near(both, consumed.values, produced.values)


@given(seeds, shapes)
@settings(max_examples=25)
def test_the_way_back_is_the_way_there_turned_round(seed, shape):
    before, after = pair(seed, **shape)
    assert near((before, after), drivers_or_not(before, after).values, -drivers(after, before).values)


@given(seeds, st.permutations(range(3)), st.permutations(range(3)))
@settings(max_examples=25)
def test_the_order_of_labels_changes_nothing(seed, regions, sectors):
    both = pair(seed, R=3, S=3)
    moved = {"region": regions, "to_region": regions, "sector": sectors, "to_sector": sectors}

    def reordered(table):
        arrays = {name: getattr(table, name) for name in ("Z", "Y", "F", "F_Y", "V")}
        return table.replace(**{name: one.isel({dim: at for dim, at in moved.items() if dim in one.dims})
                                for name, one in arrays.items()})  # fmt: skip

    found = drivers(*both, "region,sector")
    assert near(both, found, drivers(*map(reordered, both), "region,sector").reindex_like(found))


# -- chained ----------------------------------------------------------------------------------------------------------


def test_chained_years_sum_to_the_change_over_all():
    years = [dated(random_table(seed, R=2, S=2, K=2), 2000 + seed) for seed in range(4)]
    found = chained(iter(years), factors="intensity,technology,demand")
    assert found.dims == ("stressor", "year", "factor", "region")
    assert found.indexes["year"].tolist() == [2001, 2002, 2003]
    change = accounts.consumption(years[3]).values - accounts.consumption(years[0]).values
    assert near(years, found.sum(["year", "factor"]).values, change)
    one = drivers(years[1], years[2], factors="intensity,technology,demand")
    assert near(years, found.sel(year=2002).values, one.values)
    frame = accounts.tidy(found)
    assert frame.columns.tolist() == ["account", "stressor", "unit", "year", "factor", "region", "value"]
    assert frame["year"].unique().tolist() == [2001, 2002, 2003]
    for name in years[0].stressors:
        assert found.attrs["after"][name] == pytest.approx(
            accounts.production(years[3]).sel(stressor=name).sum().item()
        )


def test_previous_years_prices_are_chained_and_what_prices_did_stands_apart():
    current = [dated(random_table(seed, R=2, S=2, K=1), 2000 + seed, "current basic prices") for seed in range(3)]
    rng = np.random.default_rng(5)

    def before_prices(table):
        """The table in other prices: of intermediate and final sales, so that accounts of consumers move."""
        Z, Y = (a.copy(data=a.values * rng.uniform(0.8, 1.0, (2, 2, 1, 1))) for a in (table.Z, table.Y))
        return dated(table.replace(Z=Z, Y=Y, V=None), table.year, f"basic prices of {table.year - 1} (previous year)")

    previous = {table.year: before_prices(table) for table in current[1:]}
    found = chained(current, previous=previous)
    change = accounts.consumption(current[2]).values - accounts.consumption(current[0]).values
    assert near(current, found.sum(["year", "factor"]).values, change)
    assert found.attrs["price_basis"] == "constant prices of 2000; constant prices of 2001"
    apart = found.sel(year=2001, factor="revaluation").values
    moved = accounts.consumption(current[1]).values - accounts.consumption(previous[2001]).values
    assert near(current, apart, moved)
    assert not near(current, apart, 0)
    # emissions by producer have no price
    produced = chained(current, previous=previous, account="production")
    assert near(current, produced.sel(factor="revaluation").values, 0)


def test_years_in_disorder_or_alone_are_refused():
    years = [dated(random_table(seed, R=2, S=2, K=1), 2000 + seed) for seed in range(2)]
    with pytest.raises(QuestionError, match="2000 follows 2001"):
        chained(years[::-1])
    with pytest.raises(QuestionError, match="no two years"):
        chained(years[:1])


# -- questions --------------------------------------------------------------------------------------------------------


def test_the_result_says_what_it_is():
    before, after = pair(36, K=2)
    found = drivers(before, after, stressor="k1")
    assert found.dims == ("stressor", "factor", "region")
    assert found["unit"].values.tolist() == ["kt"]
    assert found.attrs["of"] == "consumption"
    assert found.attrs["table_hash"] == after.hash
    assert found.attrs["from_hash"] == before.hash
    assert "mean over all orders" in found.attrs["method"]
    assert found.attrs["price_basis"] == "constant prices of 2005"


def test_groups_are_summed():
    shape = {"R": 4, "regions": ["CHN", "USA", "DEU", "ROW"], "K": 1}
    before, after = pair(37, **shape)
    whole, joined = drivers(before, after), drivers(before, after, group_by="oecd")
    assert joined.indexes["region"].tolist() == ["OECD", "non-OECD"]
    assert near((before, after), joined.sum("region").values, whole.sum("region").values)
    members = whole.sel(region=["USA", "DEU"]).sum("region").values
    assert near((before, after), joined.sel(region="OECD").values, members)


def test_current_prices_go_on_and_the_result_says_so():
    before, after = (dated(one, one.year, "current basic prices") for one in pair(38))
    with pytest.raises(QuestionError, match="would read as technology"):
        drivers(before, after)
    found = drivers(before, after, current_prices=True)
    assert found.attrs["price_basis"].startswith("not comparable (current basic prices; current basic prices)")


def test_factors_are_checked():
    assert chosen(None) == ALL[:5]
    assert chosen("all") == ALL
    assert chosen("demand technology intensity") == ("intensity", "technology", "demand")
    with pytest.raises(QuestionError, match="there is no factor 'technolgy'; did you mean technology"):
        chosen("technolgy")
    for wrong in ("intensity", "intensity,demand", "multiplier,intensity,demand", "multiplier,demand,mix,level"):
        with pytest.raises(QuestionError, match="do not multiply to the total; take intensity and technology"):
            chosen(wrong)


def test_wrong_questions():
    before, after = pair(39, R=2, K=2)
    for wrong, error, words in (
        ({"by": "demand"}, QuestionError, "drivers have no dimension 'demand'"),
        ({"method": "shapely"}, QuestionError, "did you mean shapley"),
        ({"account": "income"}, QuestionError, "there is no account to decompose 'income'"),
        ({"stressor": "CO2"}, QuestionError, "no stressor 'CO2'"),
        ({"factors": "all"}, MissingError, "the population of r0, r1 is not known; leave out the factor population"),
        ({"factors": "all", "population": (np.ones(3), np.ones(3))}, LabelError, "two arrays of 2 positive numbers"),
    ):
        with pytest.raises(error, match=words):
            drivers(before, after, **wrong)
    other = dated(random_table(40, R=3, K=2), 2009)
    with pytest.raises(LabelError, match="region r2 is not known"):
        drivers(before, other)
    units = dataclasses.replace(after.about, units={"k0": "t", "k1": "kt"})
    with pytest.raises(UnitError, match="k0 is in kt before and in t after"):
        drivers(before, after.replace(about=units))
    assert drivers(before, after.replace(about=units), stressor="k1").sizes["stressor"] == 1


def test_a_region_whose_demand_cancels_has_no_shares():
    before, after = pair(41, R=2, S=2, D=2, K=1)
    Y = before.Y.values.copy()
    Y[:, :, 0] = [[[60, 0], [0, -30]], [[0, 0], [0, -25]]]
    Y[:, :, 1] += 100
    before = before.replace(Y=before.Y.copy(data=Y), V=None)
    with pytest.raises(
        QuestionError, match=r"final demand of r0 is 5: .*; ask for the factors intensity,technology,dem"
    ):
        drivers(before, after)
    assert drivers(before, after, factors="intensity,technology,demand").sizes["factor"] >= 3


# -- the Kaya identity ------------------------------------------------------------------------------------------------


def test_kaya_by_the_formula():
    before, after = pair(50, R=2, S=2, K=1)
    people = np.array([2.0, 3.0]), np.array([2.5, 3.1])
    parts = []
    for table, heads in zip((before, after), people, strict=True):
        gdp, x, F = table.V.values.sum(axis=(0, 2)), table.x.values, table.F.values[0]
        parts.append((F / x, x / gdp[:, None], (gdp / heads)[:, None] + 0 * x, heads[:, None] + 0 * x, F))
    weight = (parts[1][4] - parts[0][4]) / np.log(parts[1][4] / parts[0][4])
    by_hand = [(weight * np.log(parts[1][at] / parts[0][at])).sum(axis=1) for at in range(4)]
    found = drivers(before, after, method="lmdi", account="production", factors="all", population=people)
    assert found.indexes["factor"].tolist() == ["intensity", "mix", "level", "population", "direct"]
    assert near((before, after), found.values[0, :4], by_hand)


@given(seeds, st.integers(1, 3), st.integers(0, 1), st.booleans())
@settings(max_examples=25)
def test_kaya_adds_up_to_the_production_account(seed, R, idle, stray):
    both = pair(seed, R=R, S=3, K=2, idle=idle, stray=stray)
    for by in ("region,sector", ""):
        found = drivers(*both, by, method="lmdi", account="production")
        change = accounts.production(both[1], by).values - accounts.production(both[0], by).values
        assert near(both, found.sum("factor").values, change)


def test_kaya_is_of_production_and_of_positive_numbers():
    before, after = pair(51, R=2, K=1)
    with pytest.raises(QuestionError, match="the Kaya identity is of production, not of consumption"):
        drivers(before, after, method="lmdi")
    with pytest.raises(QuestionError, match="the Kaya identity has no factor 'technology'"):
        drivers(before, after, method="lmdi", account="production", factors="technology")
    with pytest.raises(QuestionError, match="the factors mix do not multiply to the total"):
        drivers(before, after, method="lmdi", account="production", factors="mix")
    F = before.F.values.copy()
    F[0, 1, 2] = -4
    removing = before.replace(F=before.F.copy(data=F))
    with pytest.raises(QuestionError, match=r"region r1, sector s2: k0 is negative \(-4\); .*method shapley"):
        drivers(removing, after, method="lmdi", account="production")
    assert drivers(removing, after, account="production").sizes["region"] == 2
    poor = after.replace(V=-after.V)
    with pytest.raises(QuestionError, match="GDP of r0 is -"):
        drivers(before, poor, method="lmdi", account="production")
