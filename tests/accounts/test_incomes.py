"""The income-based account against worked numbers, plain matrix algebra, and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import ABOUT, flat, kitzes, random_table, tables

from tanheng import accounts
from tanheng.accounts.incomes import UNBALANCED, downstream_multipliers, income, income_multipliers
from tanheng.data import store
from tanheng.errors import ConservationError, QuestionError
from tanheng.systems.table import BALANCE, Table

CLOSE = 1e-9  # of the total emitted: convention 7

seeds = st.integers(0, 2**32 - 1)


def near(table, one, other):
    scale = float(np.abs(table.F).sum() + (0 if table.F_Y is None else np.abs(table.F_Y).sum()))
    return np.abs(np.asarray(one) - np.asarray(other)).max() <= CLOSE * scale


def dense(table):
    """v_i (G sᵀ)_i from a dense inverse (K, n), for tables whose sectors all have output."""
    Z, _, F, x = flat(table)
    G = np.linalg.inv(np.eye(len(x)) - Z / x[:, None])
    return (F / x @ G.T) * (x - Z.sum(axis=0))


def test_the_two_sectors_of_kitzes():
    # M = x̂ − Z = [[8, −5], [−4, 10]], its inverse [[10, 5], [4, 8]] / 60, F = (8, 4): g = M⁻¹F = (5/3, 16/15);
    # v = x − column sums = (4, 5): 20/3 and 16/3
    assert income_multipliers(kitzes()).values.ravel() == pytest.approx([5 / 3, 16 / 15], rel=1e-12)
    assert downstream_multipliers(kitzes()).values.ravel() == pytest.approx([5 / 3 - 1 / 2, 16 / 15 - 1 / 3], rel=1e-12)
    assert income(kitzes()).values.ravel() == pytest.approx([20 / 3, 16 / 3], rel=1e-12)


def test_an_emitter_at_the_end_of_a_chain_is_enabled_upstream():
    # a chain: a earns 6 and sells all to b, b earns 4 and sells 10 to final demand; b alone emits, 100.
    # Of b's output 6/10 is paid for by a's income: 60 and 40. Downstream of a money in a there are 10 of emissions.
    table = Table.from_arrays(
        [[0.0, 6], [0, 0]], [[0.0, 0], [0, 10]], [[0.0, 100]],
        regions=["a", "b"], sectors=["s"], demand=["d"], stressors=["CO2"], about=ABOUT | {"units": {"CO2": "t"}},
    )  # fmt: skip
    assert income(table).values.ravel() == pytest.approx([60, 40], rel=1e-12)
    assert downstream_multipliers(table).values.ravel() == pytest.approx([10, 0], abs=1e-12)
    assert accounts.consumption(table).values.ravel() == pytest.approx([0, 100])


@given(tables)
def test_income_is_v_G_s_plus_direct_emissions(table):
    direct = table.F_Y.sum("demand").values
    wanted = dense(table).reshape(table.F.shape).sum(axis=2) + direct
    assert near(table, income(table), wanted)
    assert near(table, income(table).sum("region"), accounts.production(table).sum("region"))


@given(seeds, st.integers(1, 4), st.booleans())
def test_sectors_without_output_lose_nothing(seed, idle, stray):
    table = random_table(seed, R=3, S=3, idle=idle, stray=stray)
    result = income(table, "region,component")
    assert near(table, result.sum(("region", "component")), accounts.production(table).sum("region"))
    assert result.sel(component="residual").values == pytest.approx(table.stranded.sum("sector").values)


def test_what_is_enabled_by_sales_that_cancel_is_residual():
    # a sells 5 to b and takes 5 back from stocks: no output; b's output is 10 of which it pays a 5 and earns 5
    table = Table.from_arrays(
        [[0.0, 5], [0, 0]], [[-5.0, 0], [0, 10]], [[1.0, 100]],
        regions=["a", "b"], sectors=["s"], demand=["d"], stressors=["CO2"], about=ABOUT | {"units": {"CO2": "t"}},
    )  # fmt: skip
    result = income(table, "region,component").squeeze("stressor")
    assert result.sel(component="industry").values == pytest.approx([0, 50])
    assert result.sel(component="residual").values == pytest.approx([51, 0])  # its own 1, and half of 100


@given(seeds)
def test_income_is_consumption_where_the_economy_is_symmetric(seed):
    # Z = Zᵀ and final demand at home alone: sales downstream mirror purchases upstream, and v = y
    rng = np.random.default_rng(seed)
    Z = rng.exponential(1, (6, 6))
    Z += Z.T
    Y = np.kron(np.eye(3), np.ones((2, 1))) * rng.exponential(5, (6, 1))
    table = Table.from_arrays(
        Z, Y, rng.exponential(9, (1, 6)), regions=list("abc"), sectors=["s", "t"], demand=["d"], stressors=["k"],
        about=ABOUT | {"units": {"k": "t"}},
    )  # fmt: skip
    assert near(table, income(table), accounts.consumption(table))


@given(seeds)
def test_an_unbalanced_V_is_shown_and_the_sum_holds(seed):
    table = random_table(seed, R=2, S=3, K=1)
    gap = np.random.default_rng(seed).normal(0, 1, table.V.shape)
    other = table.replace(V=table.V + gap)
    result = income(other, "region,component")
    whole = income(table, "region")
    assert near(table, result.sum("component"), whole)
    missed = (income_multipliers(table).values * -gap).sum(axis=2)
    assert near(table, result.sel(component=UNBALANCED), missed)
    assert other.V is not None
    assert result.attrs["unbalanced"]["k0"] == pytest.approx(missed.sum(), rel=1e-6)  # a difference of like numbers


def test_a_balanced_V_and_none_at_all_give_one_result():
    table = random_table(3)
    bare = table.replace(V=None)
    assert UNBALANCED not in income(table, "component").indexes["component"]
    assert near(table, income(bare), income(table))
    assert income(bare).attrs["primary_inputs"] == "output less inputs"
    assert income(table).attrs["primary_inputs"] == "primary inputs (V)"


def test_inputs_are_kept_apart_when_asked():
    table = random_table(5, R=2, S=2, K=1)
    two = table.replace(V=table.V.isel(input=[0, 0]).assign_coords(input=["wages", "rents"]) * [[[0.75]], [[0.25]]])
    result = income(two, "region,input")
    assert list(result.indexes["input"]) == ["wages", "rents", "direct"]
    assert near(table, 3 * result.sel(input="rents"), result.sel(input="wages"))
    assert near(table, result.sum("input"), income(table))
    assert list(income(table.replace(V=None), "input").indexes["input"]) == [BALANCE, "direct"]


def test_by_sector_direct_emissions_stand_on_a_line_of_their_own():
    table = random_table(8, R=2, S=3, K=2)
    result = income(table, "region,sector")
    assert near(table, result.sel(sector=list(table.sectors)), dense(table).reshape(table.F.shape))
    assert result.sel(sector="direct").values == pytest.approx(table.F_Y.sum("demand").values)


def test_one_stressor_of_several_and_a_table_without_direct_emissions():
    table = random_table(9, K=3).replace(F_Y=None)
    assert income(table, stressor="k1").values == pytest.approx(income(table).sel(stressor=["k1"]).values, rel=1e-9)
    with pytest.raises(QuestionError, match="no stressor 'CH4'"):
        income(table, stressor="CH4")


def test_groups_keep_the_total():
    table = random_table(2, R=4, regions=["CHN", "USA", "DEU", "ROW"])
    joined = income(table, group_by="oecd")
    assert near(table, joined.sum("region"), income(table).sum("region"))
    assert joined.sizes["region"] == 2


def test_an_account_that_does_not_add_up_is_not_returned():
    table = kitzes()
    table.__dict__["system"] = kitzes().replace(Z=table.Z * 1.01).system
    with pytest.raises(ConservationError, match="production and income of CO2 differ by"):
        income(table)


def test_the_world_of_2009():
    world = store.open("world")[2009]
    result = income(world, "region,component")
    assert near(world, result.sum(("region", "component")), accounts.production(world).sum("region"))
    # fuels are burnt downstream of those who sell them, and emissions of those who import fuels and parts have paid
    # others' incomes: exporters of fuels enable more than they emit, assemblers without fuels less
    gain = (income(world) / accounts.production(world) - 1).squeeze("stressor")
    assert (gain.sel(region=["AUS", "CAN", "IDN", "RUS"]) > 0.1).all()
    assert (gain.sel(region=["KOR", "TWN"]) < -0.1).all()
