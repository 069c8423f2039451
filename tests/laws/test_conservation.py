"""What holds on every table, whatever its numbers: property tests."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import random_table, tables

from tanheng import accounts
from tanheng.systems.table import Table

CLOSE = 1e-9  # of the total emitted: convention 7

seeds = st.integers(0, 2**32 - 1)


def scale(table: Table) -> float:
    return float(np.abs(table.F).sum() + np.abs(table.F_Y).sum())


def near(table: Table, one, other) -> bool:
    return bool(np.abs(np.asarray(one) - np.asarray(other)).max() <= CLOSE * scale(table))


@given(tables)
def test_production_and_consumption_have_one_total(table):
    production, consumption = accounts.production(table), accounts.consumption(table)
    assert near(table, production.sum("region"), consumption.sum("region"))


@given(tables)
def test_margins_of_flows_and_bilateral_trade_are_the_accounts(table):
    direct = table.F_Y.sum("demand").values
    flow, trade = accounts.flows(table), accounts.eebt(table)
    assert near(table, flow.sum("to_region").values + direct, accounts.production(table).values)
    assert near(table, flow.sum("region").values + direct, accounts.consumption(table).values)
    assert near(table, trade.sum("to_region").values + direct, accounts.production(table).values)
    assert near(table, accounts.net_transfers(table).sum("region"), 0)


@given(seeds, st.integers(1, 5), st.booleans())
def test_sectors_without_output_lose_nothing(seed, idle, stray):
    table = random_table(seed, R=3, S=3, idle=idle, stray=stray)
    assert near(table, accounts.production(table).sum("region"), accounts.consumption(table).sum("region"))


@given(seeds, st.integers(1, 3))
def test_what_reaches_no_consumer_is_in_the_residual_of_consumption(seed, idle):
    table = random_table(seed, R=3, S=3, K=1, idle=idle, stray=True)
    result = accounts.consumption(table, "region,component")
    lost = result.sel(component="residual")
    assert near(table, lost.sum(), result.attrs["residual"]["k0"])
    embodied = lost.values - table.stranded.sum("sector").values
    reached = result.sel(component="industry").values + embodied
    assert near(table, accounts.flows(table).sum("region").values, reached)


@given(seeds)
def test_sales_that_cancel_to_rounding_are_no_output(seed):
    table = random_table(seed, R=2, S=2, D=4, K=1)
    Y = table.Y.values.copy()
    Z = table.Z.values.copy()
    Z[0, 0], Z[:, :, 0, 0], Y[0, 0] = 0, 0, 0
    Y[0, 0, 0] = [0.1, 0.2, -0.3, 0.0]  # 5.6e-17 in floating point
    other = table.replace(Z=table.Z.copy(data=Z), Y=table.Y.copy(data=Y))
    assert not other.has_output[0, 0]
    assert (np.abs(accounts.consumption(other).values) <= scale(other)).all()
    assert near(other, accounts.production(other).sum("region"), accounts.consumption(other).sum("region"))


@given(seeds, st.floats(1e-6, 1e6))
def test_a_change_of_currency_changes_no_emission(seed, rate):
    table = random_table(seed)
    other = table.replace(Z=table.Z * rate, Y=table.Y * rate, V=table.V * rate)
    for account in (accounts.consumption, accounts.flows, accounts.eebt):
        assert near(table, account(table), account(other))


@given(seeds, st.permutations(range(4)), st.permutations(range(3)))
def test_the_order_of_labels_changes_nothing(seed, regions, sectors):
    table = random_table(seed, R=4, S=3)
    moved = {"region": regions, "to_region": regions, "sector": sectors, "to_sector": sectors}

    def reorder(array):
        return array.isel({dim: at for dim, at in moved.items() if dim in array.dims})

    other = table.replace(**{name: reorder(getattr(table, name)) for name in ("Z", "Y", "F", "F_Y", "V")})
    for account in (accounts.consumption, accounts.flows, accounts.eebt):
        assert near(table, account(table), account(other).reindex_like(account(table)))


@given(seeds)
def test_footprints_add_up_over_demand(seed):
    table = random_table(seed, D=2, K=1)
    parts = []
    for category in table.demand:
        # the footprint of one category alone, by the multipliers of the whole table
        use = table.Y.sel(demand=category)
        parts.append((table.multipliers * use.rename(to_region="consumer")).sum(("region", "sector")).values)
    embodied = accounts.consumption(table, "region,component").sel(component="industry").values
    assert near(table, sum(parts), embodied)


@given(seeds)
@settings(max_examples=25)
def test_groups_keep_the_total(seed):
    table = random_table(seed, R=4, regions=["CHN", "USA", "DEU", "ROW"])
    for account in (accounts.production, accounts.consumption, accounts.eebt):
        whole, joined = account(table), account(table, group_by="oecd")
        assert near(table, whole.sum([d for d in whole.dims if d != "stressor"]),
                    joined.sum([d for d in joined.dims if d != "stressor"]))  # fmt: skip
