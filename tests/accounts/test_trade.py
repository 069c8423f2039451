"""Flows, bilateral trade and net transfers: margins, worked numbers, and where the methods must agree."""

import numpy as np
import pytest
from tables import flat, kitzes, random_table

from tanheng import accounts


def test_kitzes_flows_by_hand():
    # s = 1/2, 1/3; L Y from (I-A)^-1 with A = [[.5, 5/12], [.25, 1/6]]: L = [[3.2, 1.6], [.96, 1.92]]/ (1.25 * ...)
    A = np.array([[0.5, 5 / 12], [0.25, 1 / 6]])
    expected = np.array([[0.5], [1 / 3]]) * (np.linalg.inv(np.eye(2) - A) @ np.diag([3, 6]))
    assert accounts.flows(kitzes()).values[0] == pytest.approx(expected, rel=1e-12)


def test_margins_of_flows_are_the_accounts():
    table = random_table(12, R=4, S=3, D=2, K=2, idle=1, signed=True)
    flow = accounts.flows(table)
    direct = table.F_Y.sum("demand").values
    residual = accounts.production(table, "region,component").sel(component="residual").values
    assert flow.sum("to_region").values + direct + residual == pytest.approx(
        accounts.production(table).values, rel=1e-9
    )
    assert flow.sum("region").values + direct + residual == pytest.approx(accounts.consumption(table).values, rel=1e-9)


def test_flows_by_sector_of_origin():
    table = random_table(13, R=2, S=3, K=1)
    Z, Y, F, x = flat(table)
    output = np.linalg.inv(np.eye(len(x)) - Z / x) @ Y
    expected = ((F / x).T * output).reshape(2, 3, 2)
    assert accounts.flows(table, "region,sector,to_region").values[0] == pytest.approx(expected, rel=1e-9)


def test_eebt_by_the_formula():
    table = random_table(14, R=3, S=3, K=2, signed=True)
    Z, Y, F, x = flat(table)
    result = accounts.eebt(table)
    for r in range(3):
        own = slice(3 * r, 3 * r + 3)
        u = F[:, own] / x[own] @ np.linalg.inv(np.eye(3) - Z[own, own] / x[own])
        for s in range(3):
            trade = Y[own, s] if r == s else Z[own, 3 * s : 3 * s + 3].sum(axis=1) + Y[own, s]
            assert result.values[:, r, s] == pytest.approx(u @ trade, rel=1e-9)


def test_rows_of_eebt_are_production():
    table = random_table(15, R=4, S=3, K=2, idle=2)
    made = table.active_F.sum("sector").values
    assert accounts.eebt(table).sum("to_region").values == pytest.approx(made, rel=1e-9)


def test_eebt_equals_flows_when_no_intermediates_are_traded():
    table = random_table(16, R=3, S=4, K=1, intermediate_trade=False)
    assert accounts.eebt(table).values == pytest.approx(accounts.flows(table).values, rel=1e-9)


def test_net_transfers_are_production_less_consumption():
    table = random_table(17, R=4, K=2)
    net = accounts.net_transfers(table)
    gap = accounts.production(table) - accounts.consumption(table)
    scale = float(table.F.sum())
    assert np.abs(net.values - gap.values).max() <= 1e-9 * scale
    pairs = accounts.net_transfers(table, "region,to_region").values
    assert np.abs(pairs + pairs.transpose(0, 2, 1)).max() == 0


def test_net_transfers_by_sector_add_up_and_are_what_the_sector_emits_here_less_there():
    table = random_table(19, R=3, S=2, K=1)
    by_sector = accounts.net_transfers(table, "region,sector").values[0]
    assert by_sector.sum(axis=1) == pytest.approx(accounts.net_transfers(table).values[0], rel=1e-9, abs=1e-9)
    flow = accounts.flows(table, "region,sector,to_region").values[0]
    # region 0, sector 1: out of region 0 to the others, less out of the others' sector 1 to region 0
    expected = flow[0, 1, 1:].sum() - flow[1:, 1, 0].sum()
    assert by_sector[0, 1] == pytest.approx(expected, rel=1e-9)


def test_groups_sum_regions_and_carry_their_lists():
    table = random_table(18, R=4, S=2, K=1, regions=["CHN", "USA", "DEU", "ROW"])
    flow, joined = accounts.flows(table), accounts.flows(table, group_by="oecd")
    inside = flow.sel(region=["USA", "DEU"], to_region=["USA", "DEU"]).sum()
    assert list(joined.indexes["region"]) == ["OECD", "non-OECD"]
    assert joined.sel(region="OECD", to_region="OECD").item() == pytest.approx(inside.item(), rel=1e-12)
    assert joined.attrs["members"] == {"OECD": "USA DEU", "non-OECD": "CHN ROW"}
    assert joined.attrs["assumed"] == "ROW"
    assert joined.attrs["group"] == "oecd at 2009-12-31"
