"""A sector split into several: what Wolsky asks holds, and joining the parts gives the table back."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from tables import random_table

from tanheng.accounts import consumption, flows, production
from tanheng.errors import InputError, LabelError, QuestionError, TableError
from tanheng.systems.aggregate import aggregate
from tanheng.systems.disaggregate import UnknownShares, disaggregate, drawn, joining
from tanheng.systems.finding import found
from tanheng.systems.table import Table

ROUNDING = 1e-12  # of the largest number: sums of a handful of products of doubles


def miller_blair(**more) -> Table:
    """Miller and Blair 2009, ch. 2: Z = [[150, 500], [200, 100]], y = [350, 1700], x = [1000, 2000]."""
    about = {"name": "Miller and Blair", "year": 2009, "currency": "USD", "units": {"CO2": "t"}}
    return Table.from_arrays(
        [[150, 500], [200, 100]],
        [[350], [1700]],
        [[10, 40]],
        V=[[650, 1400]],
        regions=["one"],
        sectors=["farms", "works"],
        demand=["final"],
        stressors=["CO2"],
        about=about | more,
    )


def plain(array) -> np.ndarray:
    rows = array.shape[0] * array.shape[1]
    return array.values.reshape(rows, -1)


def require_same(one: Table, other: Table) -> None:
    assert (one.regions, one.sectors, one.demand, one.stressors) == (
        other.regions,
        other.sectors,
        other.demand,
        other.stressors,
    )
    for name in ("Z", "Y", "F", "F_Y", "V"):
        left, right = getattr(one, name), getattr(other, name)
        assert (left is None) == (right is None)
        if left is not None:
            np.testing.assert_allclose(left.values, right.values, atol=ROUNDING * np.abs(right.values).max(), rtol=0)


# -- worked by hand ---------------------------------------------------------------------------------------------------


def test_in_proportion_by_hand():
    """A quarter and three quarters of the works: rows, columns and both ways in the block."""
    table = disaggregate(miller_blair(), "works", {"small": 0.25, "large": 0.75})
    assert table.sectors == ("farms", "small", "large")
    expected = [[150, 125, 375], [50, 6.25, 18.75], [150, 18.75, 56.25]]
    np.testing.assert_allclose(plain(table.Z), expected, rtol=1e-15)
    np.testing.assert_allclose(plain(table.Y), [[350], [425], [1275]], rtol=1e-15)
    np.testing.assert_allclose(table.x.values, [[1000, 500, 1500]], rtol=1e-15)
    np.testing.assert_allclose(table.F.values.ravel(), [10, 10, 30], rtol=1e-15)
    np.testing.assert_allclose(table.V.values.ravel(), [650, 350, 1050], rtol=1e-15)


def test_declared_parts_by_hand():
    """Farms buy small alone: small has 500 - 200 left of its output for the works and final demand, of 1800: a sixth.

    Small takes half of the farm goods, 250, and a quarter of the block, 25: 225 of its 500 are left for value added.
    """
    table = disaggregate(
        miller_blair(),
        "works",
        {"small": 0.25, "large": 0.75},
        sales={"farms": {"small": 1, "large": 0}},
        inputs={"farms": {"small": 0.5, "large": 0.5}},
        stressors={"CO2": {"small": 0.9, "large": 0.1}},
    )
    block = np.outer([1 / 6, 5 / 6], [25, 75])
    np.testing.assert_allclose(plain(table.Z), [[150, 250, 250], [200, *block[0]], [0, *block[1]]], rtol=1e-14)
    np.testing.assert_allclose(plain(table.Y), [[350], [1700 / 6], [1700 * 5 / 6]], rtol=1e-14)
    np.testing.assert_allclose(table.V.values.ravel(), [650, 225, 1175], rtol=1e-14)
    np.testing.assert_allclose(table.x.values, [[1000, 500, 1500]], rtol=1e-14)
    np.testing.assert_allclose(table.F.values.ravel(), [10, 36, 4], rtol=1e-14)


def test_a_declared_block_by_hand():
    """The large sell only to themselves: their row of the block is 60, the rest of their output goes in one share."""
    cells = {"small": {"small": 0.1, "large": 0.3}, "large": {"small": 0, "large": 0.6}}
    table = disaggregate(miller_blair(), "works", {"small": 0.25, "large": 0.75}, block=cells)
    rest = (500 - 40) / 1900, (1500 - 60) / 1900
    expected = [[150, 125, 375], [200 * rest[0], 10, 30], [200 * rest[1], 0, 60]]
    np.testing.assert_allclose(plain(table.Z), expected, rtol=1e-14)
    np.testing.assert_allclose(table.x.values, [[1000, 500, 1500]], rtol=1e-14)
    np.testing.assert_allclose(table.V.values.ravel(), [650, 500 - 135, 1500 - 465], rtol=1e-14)


# -- laws -------------------------------------------------------------------------------------------------------------

few = settings(max_examples=25, deadline=None)  # each makes and solves tables
shares = st.lists(st.floats(0.01, 1), min_size=1, max_size=4).map(
    lambda given: {f"n{i}": share / sum(given) for i, share in enumerate(given)}
)


@given(st.integers(0, 10_000), shares, st.integers(0, 2))
@few
def test_joining_gives_the_table_back(seed, weights, at):
    table = random_table(seed, signed=True)
    name = table.sectors[at]
    split = disaggregate(table, name, weights)
    require_same(aggregate(split, joining(split, name, list(weights))), table)


@given(st.integers(0, 10_000), st.floats(0.3, 0.7), st.floats(0.95, 1.05), st.floats(-0.05, 0.05))
@few
def test_joining_gives_the_table_back_with_declared_parts(seed, weight, factor, shift):
    """Wolsky 1984: rows, columns, block and stressors sum to the old ones, and output is its share."""
    table = random_table(seed)
    near, other = {"a": weight * factor, "b": 1 - weight * factor}, weight * (1 - weight)
    try:
        split = disaggregate(
            table,
            "s1",
            {"a": weight, "b": 1 - weight},
            sales={"s0": near, "d1": near},
            inputs={"s2": near},
            block={"a": {"a": weight**2 + shift, "b": other}, "b": {"a": other, "b": (1 - weight) ** 2 - shift}},
            stressors={"k0": {"a": 1, "b": 0}},
        )
    except TableError:  # a row or column that has little beside what is declared
        reject()
    require_same(aggregate(split, joining(split, "s1", ["a", "b"])), table)
    x = table.x.sel(sector="s1").values
    np.testing.assert_allclose(split.x.sel(sector=["a", "b"]).values, np.outer(x, [weight, 1 - weight]), rtol=1e-9)
    gap = split.V.values.sum(axis=0).ravel() - (split.x.values.ravel() - split.margins.columns)
    assert np.abs(gap).max() <= 1e-9 * split.x.values.max()


@given(st.integers(0, 10_000), shares)
@few
def test_in_proportion_no_account_of_a_region_changes(seed, weights):
    table = random_table(seed, signed=True)
    split = disaggregate(table, "s0", weights)
    for account in (production, consumption, flows):
        np.testing.assert_allclose(account(split).values, account(table).values, rtol=1e-8)  # two solves to 1e-10
    np.testing.assert_allclose(
        split.multipliers.sel(sector="n0").values, table.multipliers.sel(sector="s0").values, rtol=1e-8
    )


def test_shares_by_region_and_sectors_without_output():
    table = random_table(5, idle=2)
    weights = {r: {"a": 0.2 * i + 0.1, "b": 0.9 - 0.2 * i} for i, r in enumerate(table.regions)}
    for sector in table.sectors:
        split = disaggregate(table, sector, weights, sales={"d0": {"a": 0.3, "b": 0.7}} if sector == "s0" else None)
        require_same(aggregate(split, joining(split, sector, ["a", "b"])), table)
    assert "shares by region" in split.about.version


def test_cleaner_where_it_is_bought_changes_who_answers():
    """With emissions declared to the part that farms do not buy, the farms' product carries less."""
    split = disaggregate(
        miller_blair(),
        "works",
        {"small": 0.25, "large": 0.75},
        sales={"farms": {"small": 1, "large": 0}},
        stressors={"CO2": {"small": 0, "large": 1}},
    )
    assert float(split.multipliers.sel(sector="farms").item()) < float(
        miller_blair().multipliers.sel(sector="farms").item()
    )


# -- what it says, and what it refuses --------------------------------------------------------------------------------


def test_the_result_says_what_was_split_and_is_frozen():
    table = miller_blair(version="first", classification="wiod-23")
    noted = table.noted((found("converted", "note", "Z", part="Z", given="thousand USD", held="USD"),))
    split = disaggregate(noted, "works", {"small": 0.25, "large": 0.75}, inputs={"farms": {"small": 0.5, "large": 0.5}})
    assert split.about.version == "first; sector works split into small 0.25, large 0.75 (inputs declared)"
    assert split.about.classification == ""
    assert split.findings == noted.findings
    with pytest.raises(ValueError, match="read-only"):
        split.Z.values[0, 0, 0, 0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        split.Z = table.Z


def test_a_table_without_value_added_or_direct_emissions():
    table = miller_blair().replace(V=None)
    split = disaggregate(table, "farms", {"a": 0.5, "b": 0.5}, inputs={"works": {"a": 0.1, "b": 0.9}})
    assert split.V is None
    assert split.F_Y is None
    np.testing.assert_allclose(split.primary_inputs.values, [[500 - 75 - 20, 500 - 75 - 180, 1400]], rtol=1e-14)


HALVES = {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    ("sector", "weights", "more", "error", "says"),
    [
        ("works", {"a": 0.5, "b": 0.4}, {}, InputError, "sum to 0.9, not 1"),
        ("works", {"a": 1.5, "b": -0.5}, {}, InputError, "the share of b is -0.5"),
        ("works", {}, {}, InputError, "sum to 0, not 1"),
        ("work", HALVES, {}, LabelError, "did you mean works?"),
        ("works", {"farms": 0.5, "b": 0.5}, {}, LabelError, "sector farms occurs twice"),
        ("works", {"one": HALVES, "two": HALVES}, {}, LabelError, "region two is not known"),
        ("works", HALVES, {"sales": {"farm": HALVES}}, LabelError, "buyer farm is not known"),
        ("works", HALVES, {"sales": {"farms": {"a": 1}}}, LabelError, "new sector b is not known"),
        ("works", HALVES, {"inputs": {"farms": {"a": 0.3, "b": 0.3}}}, InputError, "inputs, farms: the shares sum"),
        ("works", HALVES, {"stressors": {"CH4": HALVES}}, LabelError, "stressor CH4 is not known"),
        ("works", HALVES, {"block": {"a": {"a": 1}}}, LabelError, "is not known"),
        ("works", HALVES, {"sales": {"final": {"a": 1, "b": 0}}}, TableError, "region one: the declared sales leave"),
        ("works", HALVES, {"inputs": {"value added": {"a": 1, "b": 0}}}, TableError, "the declared inputs leave"),
    ],
)
def test_refusals(sector, weights, more, error, says):
    with pytest.raises(error) as caught:
        disaggregate(miller_blair(), sector, weights, **more)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_block_and_its_margins_are_not_both_declared():
    block = {"a": {"a": 0.5, "b": 0}, "b": {"a": 0, "b": 0.5}}
    with pytest.raises(InputError, match="declared twice"):
        disaggregate(miller_blair(), "works", HALVES, block=block, sales={"works": HALVES})


def test_shares_by_region_of_what_is_declared():
    """Two regions whose works sell, buy and emit unlike: each keeps its own shares."""
    table = random_table(8, R=2)
    one, two = {"a": 0.3, "b": 0.7}, {"a": 0.32, "b": 0.68}
    both = {"r0": one, "r1": two}
    split = disaggregate(
        table,
        "s1",
        {"a": 0.3, "b": 0.7},
        sales={"d0": both},
        stressors={"k0": {"r0": {"a": 1, "b": 0}, "r1": {"a": 0, "b": 1}}},
    )
    require_same(aggregate(split, joining(split, "s1", ["a", "b"])), table)
    for region, shares in both.items():
        whole = table.Y.sel(region=region, sector="s1", demand="d0").values
        np.testing.assert_allclose(split.Y.sel(region=region, sector="a", demand="d0").values, whole * shares["a"])
    emitted = split.F.sel(stressor="k0", sector="a").values
    np.testing.assert_array_equal(emitted, [table.F.sel(stressor="k0", region="r0", sector="s1").item(), 0])
    with pytest.raises(LabelError, match="region r1 is not known"):
        disaggregate(table, "s1", {"a": 0.3, "b": 0.7}, sales={"d0": {"r0": one}})


# -- draws of what is unknown -----------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), shares, st.booleans())
@few
def test_a_draw_keeps_every_margin(seed, weights, alike):
    """Wolsky 1984 holds of every draw: joined it is the table, its outputs are declared, its columns balance."""
    table = random_table(seed, signed=True)
    split = drawn(table, "s0", weights, draw=seed, alike=alike)
    require_same(aggregate(split, joining(split, "s0", list(weights))), table)
    x, w = table.x.sel(sector="s0").values, np.array(list(weights.values()))
    np.testing.assert_allclose(split.x.sel(sector=list(weights)).values, np.outer(x, w), rtol=1e-9)
    paid = (
        split.V.sel(sector=list(weights)).values.sum(axis=0)
        + split.Z.sel(to_sector=list(weights)).sum(["region", "sector"]).transpose("to_region", "to_sector").values
    )
    np.testing.assert_allclose(paid, np.outer(x, w), rtol=1e-9)


def test_what_is_drawn_and_what_is_not():
    table = random_table(3, signed=True)
    weights = {"a": 0.3, "b": 0.7}
    given = disaggregate(table, "s1", weights)
    require_same(drawn(table, "s1", weights, draw=0, unknown=()), given)
    sales = drawn(table, "s1", weights, draw=0, unknown=("sales",))
    assert np.abs(sales.Y.values - given.Y.values).max() > 0
    np.testing.assert_allclose(sales.V.values, given.V.values, rtol=1e-12)  # inputs stay in proportion
    inputs = drawn(table, "s1", weights, draw=0, unknown=("inputs",))
    np.testing.assert_allclose(inputs.Y.values, given.Y.values, rtol=1e-12)
    assert np.abs(inputs.V.values - given.V.values).max() > 0
    stressors = drawn(table, "s1", weights, draw=0, unknown=("stressors",))
    np.testing.assert_allclose(stressors.Z.values, given.Z.values, rtol=1e-12)
    shares = stressors.F.sel(sector="a").values / table.F.sel(sector="s1").values
    np.testing.assert_allclose(shares, np.repeat(shares[:, :1], 3, axis=1))  # alike in all regions
    assert len(np.unique(shares.round(9))) == 2  # each stressor its own
    weighed = drawn(table, "s1", weights, draw=0, unknown=("weights",))
    assert weighed.x.sel(sector="a").values[0] / table.x.sel(sector="s1").values[0] != pytest.approx(0.3)


def test_what_is_negative_stays_in_proportion_and_what_is_declared_stays():
    """Inventories are drawn down by a tenth of what is finally used: their share is that of what is not declared."""
    table = random_table(3)
    used = table.Y.values.copy()
    used[..., 1] = -0.1 * used[..., 0]
    table = table.replace(Y=table.Y.copy(data=used))
    known = {"a": 0.46, "b": 0.54}
    weights = {"a": 0.45, "b": 0.55}
    split = drawn(table, "s1", weights, draw=1, sales={"d0": known})
    np.testing.assert_allclose(
        split.Y.sel(sector="a", demand="d0").values, table.Y.sel(sector="s1", demand="d0").values * 0.46
    )
    given = disaggregate(table, "s1", weights, sales={"d0": known})
    np.testing.assert_allclose(split.Y.sel(demand="d1").values, given.Y.sel(demand="d1").values)
    assert np.abs(split.Z.values - given.Z.values).max() > 0


def test_without_primary_inputs_value_added_is_drawn_with_the_inputs():
    table = random_table(3).replace(V=None)
    split = drawn(table, "s1", {"a": 0.3, "b": 0.7}, draw=0)
    require_same(aggregate(split, joining(split, "s1", ["a", "b"])), table)
    assert split.primary_inputs.values.min() >= 0
    share = split.primary_inputs.sel(sector="a").values / table.primary_inputs.sel(sector="s1").values
    assert np.abs(share - 0.3).max() > 1e-3


def test_a_draw_is_replayed_alone():
    table = random_table(3)
    split = UnknownShares(table, "s1", {"a": 0.3, "b": 0.7})
    assert split.draw(5, seed=2).hash == split.draw(5, seed=2).hash
    assert len({split.draw(n, seed).hash for n in (0, 1) for seed in (0, 1)}) == 4
    assert split.given.hash == disaggregate(table, "s1", {"a": 0.3, "b": 0.7}).hash
    assert split.draw(5, 2).about.version.endswith("sales, inputs, block drawn (5 of seed 2)")
    with pytest.raises(QuestionError, match=r"'input' is no part of a split; did you mean inputs"):
        drawn(table, "s1", {"a": 0.3, "b": 0.7}, draw=0, unknown=("input",))


def test_a_product_that_a_region_does_not_make():
    """Weight zero: no output, no sales, no inputs, no emissions there, and the accounts still add up."""
    table = random_table(4)
    weights = {"r0": {"a": 0.0, "b": 1.0}, "r1": {"a": 0.2, "b": 0.8}, "r2": {"a": 0.5, "b": 0.5}}
    split = drawn(table, "s1", weights, draw=0, unknown=("sales", "inputs", "block", "stressors"))
    require_same(aggregate(split, joining(split, "s1", ["a", "b"])), table)
    nothing = split.sectors.index("a")
    assert not split.has_output[0, nothing]
    assert not split.F.values[:, 0, nothing].any()
    assert not split.Z.values[:, :, 0, nothing].any()
    total = production(table).sum("region").values
    np.testing.assert_allclose(consumption(split).sum("region").values, total, rtol=1e-9)
    np.testing.assert_allclose(production(split).values, production(table).values, rtol=1e-12)
