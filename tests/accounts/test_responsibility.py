"""Shared responsibility against worked chains, plain matrix algebra, its ends, and its laws."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import ABOUT, flat, kitzes, random_table, tables

from tanheng import accounts
from tanheng.accounts import ACCOUNTS
from tanheng.accounts.responsibility import national_sharing, shared, shared_flows
from tanheng.data import store
from tanheng.errors import LabelError, QuestionError
from tanheng.systems.table import Table

CLOSE = 1e-9  # of the total emitted: convention 7

seeds = st.integers(0, 2**32 - 1)
shares = st.floats(0, 1)


def near(table, one, other):
    return np.abs(np.asarray(one) - np.asarray(other)).max() <= CLOSE * float(table.F.sum() + np.abs(table.F_Y).sum())


def chain(Z, Y, F):
    """A region a sector."""
    names = [f"r{i}" for i in range(len(Z))]
    return Table.from_arrays(
        Z, Y, F, regions=names, sectors=["s"], demand=["d"], stressors=["CO2"],
        about=ABOUT | {"units": {"CO2": "t"}}, F_Y=np.zeros((1, len(Z))),
    )  # fmt: skip


def by_pairs(table, values, *dims):
    return xr.DataArray(values, {dim: table.Z.indexes[dim] for dim in dims}, dims)


def parts(result):
    return result.sel(component=["producer", "consumer"]).transpose(..., "component").values


def test_half_and_half_down_a_chain():
    # electricity sells all to steel, steel to cars, cars to final demand; each keeps half of what it has of
    # 100 t and passes half on: 50, 25, 12.5, and 12.5 for the consumer
    table = chain(
        [[0.0, 10, 0], [0, 0, 20], [0, 0, 0]], [[0.0, 0, 0], [0, 0, 0], [0, 0, 40]], [[100.0, 0, 0]]
    )  # fmt: skip
    result = shared(table, "region,component", alpha=0.5)
    assert parts(result)[0] == pytest.approx(np.array([[50, 0], [25, 0], [12.5, 12.5]]))
    flow = shared_flows(table, alpha=0.5).values[0]
    assert flow == pytest.approx(np.array([[50, 25, 25], [0, 0, 0], [0, 0, 0]]), abs=1e-12)


def test_electricity_that_is_sold_on_every_way():
    # the economy of Gallego and Lenzen 2005: electricity goes to steel, cars and consumers; steel goes to cars
    t_es, t_ec, y_e, t_sc, y_c, F = 30.0, 20.0, 50.0, 40.0, 90.0, 100.0
    table = chain(
        [[0, t_es, t_ec], [0, 0, t_sc], [0, 0, 0]], [[y_e, 0, 0], [0, 0, 0], [0, 0, y_c]], [[F, 0, 0]]
    )  # fmt: skip
    alpha = by_pairs(table, [[0, 0.2, 0.4], [0, 0, 0.6], [0, 0, 0]], "region", "to_region")
    beta = by_pairs(table, [0.1, 0.3, 0.5], "region")
    # by hand: 100 of output carry 1 each; steel is passed 0.2·30 = 6, cars 0.4·20 = 8 and of steel's 6 another 0.6
    steel, cars = 6.0, 8 + 3.6
    kept = [0.8 * t_es + 0.6 * t_ec + 0.9 * y_e, 0.4 * steel, 0.5 * cars]
    result = shared(table, "region,component", alpha=alpha.expand_dims(to_sector=["s"]), beta=beta)
    assert parts(result)[0] == pytest.approx(np.array([[kept[0], 0.1 * y_e], [kept[1], 0], [kept[2], 0.5 * cars]]))
    assert shared(table, alpha=alpha, beta=beta).values.sum() == pytest.approx(F)


def test_kitzes_by_value_added():
    # v / (x − Z_ii) = (4/8, 5/10): half and half; M = x̂ − α#Z = [[8, −2.5], [−2, 10]], m = F M⁻¹ = (88, 52) / 75
    # C = m/2 y = (88/75 · 1.5, 52/75 · 3), P = m v = (88/75 · 4, 52/75 · 5)
    result = shared(kitzes(), "region,component")
    wanted = np.array([[88 * 4, 88 * 1.5], [52 * 5, 52 * 3]]) / 75
    assert parts(result)[0] == pytest.approx(wanted, rel=1e-12)
    assert result.attrs["weights"] == "alpha lenzen, beta as alpha"


def test_by_value_added_a_chain_passes_on_the_same_however_it_is_cut():
    # Lenzen et al. 2007: net outputs 10, 25, 40 with value added 10, 15, 15, all emissions at the first of three
    # stages. It keeps all (its net output is its value added), so let it buy a little from the last.
    Z = np.array([[0.0, 12, 0], [0, 0, 25], [2, 0, 0]])
    Y, F = np.diag([0.0, 0, 38]), np.array([[100.0, 0, 0]])
    three = shared(chain(Z, Y, F), "region,component")
    two = shared(chain(np.array([[0.0, 12], [2, 0]]), np.diag([0.0, 38]), F[:, :2]), "region,component")
    assert parts(two)[0, 0] == pytest.approx(parts(three)[0, 0])
    assert parts(two)[0, 1] == pytest.approx(parts(three)[0, 1:].sum(axis=0))


@given(tables)
def test_by_value_added_producers_bear_m_v(table):
    # kept is (1−α)(x − Z_ii) = v: by plain algebra with the dense inverse
    Z, Y, F, x = flat(table)
    v, net = x - Z.sum(axis=0), x - np.diag(Z)
    alpha = np.repeat((1 - v / net)[:, None], len(x), axis=1)
    beta = alpha[:, 0].copy()
    np.fill_diagonal(alpha, 1)
    m = F / x @ np.linalg.inv(np.eye(len(x)) - alpha * Z / x)
    result = shared(table, "region,component")
    shape = table.F.shape
    assert near(table, result.sel(component="producer"), (m * v).reshape(shape).sum(axis=2))
    assert near(table, result.sel(component="consumer"), m * beta @ Y)
    assert result.attrs["bounded"] == ""


@given(tables, shares, shares)
def test_given_weights_are_the_formula(table, alpha, beta):
    Z, Y, F, x = flat(table)
    m = F / x @ np.linalg.inv(np.eye(len(x)) - alpha * Z / x)
    kept = (1 - alpha) * Z.sum(axis=1) + (1 - beta) * Y.sum(axis=1)
    result = shared(table, "region,component", alpha=alpha, beta=beta)
    assert near(table, result.sel(component="producer"), (m * kept).reshape(table.F.shape).sum(axis=2))
    assert near(table, result.sel(component="consumer"), m * beta @ Y)


@given(seeds, st.integers(0, 3), st.booleans(), st.booleans())
@settings(max_examples=25)  # each example asks a dozen accounts
def test_the_ends_are_production_and_consumption(seed, idle, stray, signed):
    table = random_table(seed, R=3, S=3, idle=idle, stray=stray, signed=signed)
    assert near(table, shared(table, alpha=0), accounts.production(table))
    assert near(table, shared(table, "sector", alpha=0), accounts.production(table, "sector"))
    assert near(table, shared(table, alpha=1), accounts.consumption(table))
    assert near(table, shared(table, "sector", alpha=1), accounts.consumption(table, "sector"))
    assert near(table, shared_flows(table, alpha=1), accounts.flows(table))
    own = shared_flows(table, "region,sector,to_region", alpha=0).values
    emitted = np.einsum("krsr->krs", own)
    assert near(table, emitted, table.active_F.values)
    assert near(table, own.sum(axis=3), emitted)


@given(seeds, st.integers(0, 3), st.booleans(), shares)
@settings(max_examples=25)  # each example asks a dozen accounts
def test_flows_have_the_margins_of_production_and_of_shared(seed, idle, stray, share):
    table = random_table(seed, R=3, S=3, idle=idle, stray=stray)
    direct, lost = table.F_Y.sum("demand").values, table.stranded.sum("sector").values
    for options in ({}, {"alpha": share}, {"beta": share}):
        flow = shared_flows(table, **options)
        assert near(table, flow.sum("to_region").values + direct + lost, accounts.production(table))
        assert near(table, flow.sum("region").values + direct + lost, shared(table, **options))


@given(seeds)
@settings(max_examples=25)
def test_weights_of_every_kind_conserve_and_say_the_same(seed):
    table = random_table(seed, R=2, S=3, idle=1, stray=True)
    rng = np.random.default_rng(seed)
    by_sector = xr.DataArray(rng.random(3), {"sector": list(table.sectors)}, ("sector",))
    full = by_sector.broadcast_like(table.Z).transpose(*table.Z.dims)
    by_use = xr.DataArray(
        rng.random((3, 2)), {"sector": list(table.sectors), "to_region": list(table.regions)}, ("sector", "to_region")
    )
    whole = accounts.production(table).sum("region")
    assert near(table, shared(table, alpha=by_sector), shared(table, alpha=full, beta=by_sector))
    for alpha, beta in (
        (by_sector, None),
        (full, 0.3),
        (by_use, None),
        (table.Z.copy(data=rng.random(table.Z.shape)), by_use),
    ):
        assert near(table, shared(table, alpha=alpha, beta=beta).sum("region"), whole)


def test_more_passed_on_is_more_for_consumers():
    table = random_table(6)
    borne = [shared(table, "component", alpha=a).sel(component="consumer").sum().item() for a in (0, 0.3, 0.7, 1)]
    assert borne == sorted(borne)
    assert borne[0] == 0


def test_a_subsidised_sector_keeps_nothing_and_is_named():
    # r1 buys 12 and sells 10: v = −2, 1 − α = −0.2 is no share; bounded, it passes on all that it is passed
    table = chain([[0.0, 12], [1, 0]], [[10.0, 0], [0, 9]], [[100.0, 0]])
    result = shared(table, "region,component")
    assert result.attrs["bounded"] == "region r1, sector s"
    assert parts(result)[0, 1, 0] == 0
    assert result.values.sum() == pytest.approx(100)


def test_options_are_read_from_texts():
    for name in ("shared", "shared-flows"):
        options = ACCOUNTS[name].options
        assert [options["alpha"].read(text) for text in ("lenzen", "0.25")] == ["lenzen", 0.25]
        with pytest.raises(ValueError, match="half"):
            options["alpha"].read("half")


def test_weights_that_are_none_are_refused():
    table = random_table(1, R=2, S=2)
    for alpha in (1.2, -0.1, float("nan")):
        with pytest.raises(QuestionError, match=r"alpha: alpha is .*from 0 \(all kept\) to 1"):
            shared(table, alpha=alpha)
    with pytest.raises(QuestionError, match="beta is 2"):
        shared(table, beta=by_pairs(table, [0.5, 2.0], "sector"))
    with pytest.raises(QuestionError, match="there are no weights 'lenzn'"):
        shared(table, alpha="lenzn")
    with pytest.raises(QuestionError, match="by buying sector and says nothing of final sales; give beta"):
        shared(table, alpha=by_pairs(table, [0.5, 0.5], "to_sector"))
    with pytest.raises(QuestionError, match="alpha has no dimension 'product'"):
        shared(table, alpha=xr.DataArray([0.5], {"product": ["s0"]}, ("product",)))
    with pytest.raises(LabelError, match="their order is not"):
        shared(table, alpha=by_pairs(table, [0.5, 0.5], "sector")[::-1])
    with pytest.raises(LabelError, match="sector has no labels"):
        shared(table, alpha=xr.DataArray([0.5, 0.5], dims="sector"))


@given(tables, shares)
@settings(max_examples=25)
def test_national_sharing_lies_between_the_two_accounts(table, share):
    production, consumption = accounts.production(table).values, accounts.consumption(table).values
    result = national_sharing(table, share=share)
    assert near(table, result, share * consumption + (1 - share) * production)
    assert near(table, result.sum("region"), production.sum(axis=1))


def test_national_sharing_of_kitzes():
    # production 8 and 4, consumption 4.8 and 7.2: a quarter of the way, 7.2 and 4.8
    result = national_sharing(kitzes(), "region,component", share=0.25)
    assert result.values[0] == pytest.approx(np.array([[6, 1.2], [3, 1.8]]))
    assert list(result.indexes["component"]) == ["producer", "consumer"]


def test_national_sharing_keeps_direct_emissions_and_residual_whole():
    table = random_table(3, R=3, S=3, idle=2)
    result = national_sharing(table, "region,component")
    assert near(table, result.sel(component="direct"), table.F_Y.sum("demand"))
    assert near(table, result.sel(component="residual"), table.stranded.sum("sector"))
    assert result.attrs["residual"] == pytest.approx(
        {k: table.stranded.sel(stressor=k).sum().item() for k in table.stressors}
    )
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(QuestionError, match="the share is"):
            national_sharing(table, share=share)


def test_the_world_of_2009_with_and_without_direct_emissions():
    world = store.open("world")[2009]
    for table in (world, world.replace(F_Y=None, V=None)):
        whole = accounts.production(table).sum().item()
        for account in (shared, national_sharing):
            assert account(table).sum().item() == pytest.approx(whole, rel=CLOSE)
    joined = shared_flows(world, group_by="oecd")
    assert joined.shape == (1, 2, 2)
