"""Forward tracing by kind of trade: by hand, by the formula, and what its parts add up to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import flat, kitzes, random_table

from tanheng import accounts
from tanheng.accounts.value_chains import ROUTES, value_chain
from tanheng.errors import ConservationError, QuestionError

CLOSE = 1e-9  # of all emissions: convention 7

seeds = st.integers(0, 2**32 - 1)


def test_kitzes_by_hand():
    # L = [[8/3, 4/3], [4/5, 8/5]], own economies 2 and 6/5, no final product is traded. Region one: 2·3 at home;
    # 2·5/12·(8/5·6) for the importer; 2·5/12·(4/5·3) home again: 6 + 8 + 2 = 16, at half a tonne each
    result = value_chain(kitzes())
    assert tuple(result.indexes["component"]) == ROUTES
    assert result.sel(region="one").values[0] == pytest.approx([3, 0, 4, 0, 1], rel=1e-12)
    # region two: 6/5·6; 6/5·1/4·(8/3·3); 6/5·1/4·(4/3·6): 7.2 + 2.4 + 2.4 = 12, at a third
    assert result.sel(region="two").values[0] == pytest.approx([2.4, 0, 0.8, 0, 0.8], rel=1e-12)
    both = value_chain(kitzes(F_Y=[[1.0, 2.0]]), split="responsibility")
    assert both.indexes["component"].tolist() == ["self-responsibility", "shared-responsibility"]
    assert both.values[0] == pytest.approx(np.array([[4, 5], [4.4, 1.6]]), rel=1e-12)


def by_hand(table):
    """Routes (route, region, sector, to_region) from dense inverses, importer by importer, for one stressor."""
    R, S = table.x.shape
    Z, Y, F, x = flat(table)
    A = Z / x
    L = np.linalg.inv(np.eye(len(x)) - A)
    own = [slice(S * r, S * r + S) for r in range(R)]
    found = np.zeros((5, R, S, R))
    for r in range(R):
        local = (F[0] / x)[own[r], None] * np.linalg.inv(np.eye(S) - A[own[r], own[r]])
        for t in range(R):
            found[0 if t == r else 1, r, :, t] += local @ Y[own[r], t]
            for s in set(range(R)) - {r}:
                route = 2 if t == s else 4 if t == r else 3
                found[route, r, :, t] += local @ A[own[r], own[s]] @ L[own[s]] @ Y[:, t]
    return found


@pytest.mark.parametrize("signed", [False, True])
def test_routes_by_the_formula(signed):
    table = random_table(31, R=4, S=3, K=1, signed=signed)
    result = value_chain(table, "region,sector,to_region,component").sel(
        component=list(ROUTES), sector=list(table.sectors)
    )
    expected = by_hand(table)
    found = result.transpose("stressor", "component", "region", "sector", "to_region").values[0]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)  # of some hundred kt; the absolute one is for zeros


@given(seeds, st.integers(0, 3), st.booleans(), st.booleans())
@settings(max_examples=40)
def test_components_add_up_to_production_and_to_flows(seed, idle, stray, signed):
    table = random_table(seed, R=3, S=3, K=2, idle=idle, stray=stray, signed=signed)
    whole = float(np.abs(table.F).sum() + np.abs(table.F_Y).sum())
    assert np.abs(value_chain(table, "region") - accounts.production(table)).max() <= CLOSE * whole
    routes = value_chain(table, "region,to_region,component").sel(component=list(ROUTES))
    assert np.abs(routes.sum("component") - accounts.flows(table)).max() <= CLOSE * whole
    # what crosses no border is the diagonal of bilateral trade: s_r (I−A_rr)⁻¹ Y_rr
    home = value_chain(table, "region,component").sel(component="domestic")
    assert np.abs(home.values - np.einsum("krr->kr", accounts.eebt(table).values)).max() <= CLOSE * whole


def test_without_trade_in_intermediates_all_trade_is_in_final_products():
    table = random_table(32, R=3, S=3, K=1, intermediate_trade=False)
    assert not value_chain(table).sel(component=list(ROUTES[2:])).values.any()


def test_two_responsibilities_are_what_crosses_a_border_and_what_does_not():
    table = random_table(33, R=3, S=3, K=2, idle=2, stray=True)
    routes, two = value_chain(table), value_chain(table, split="responsibility")
    crossing = routes.sel(component=list(ROUTES[1:])).sum("component").values
    assert two.sel(component="shared-responsibility").values == pytest.approx(crossing, rel=1e-12)
    assert two.sum("component").values == pytest.approx(accounts.production(table).values, rel=1e-9)
    assert value_chain(table, "region", split="responsibility").values == pytest.approx(two.sum("component").values)


def test_groups_join_emitters_and_absorbers():
    table = random_table(34, R=4, S=2, K=1, regions=["CHN", "USA", "DEU", "ROW"])
    single, joined = (value_chain(table, "region,to_region", group_by=spec) for spec in (None, "oecd"))
    inside = single.sel(region=["USA", "DEU"], to_region=["CHN", "ROW"]).sum().item()
    assert joined.sel(region="OECD", to_region="non-OECD").item() == pytest.approx(inside, rel=1e-12)


def test_a_solution_that_loses_emissions_is_refused():
    spoilt = random_table(35)
    spoilt.__dict__["embodied_output"] = spoilt.embodied_output * (1 + 1e-8)
    with pytest.raises(ConservationError, match="the value chain"):
        value_chain(spoilt)


def test_an_unknown_split_is_refused():
    with pytest.raises(QuestionError, match="no split 'responsiblity'; did you mean responsibility"):
        value_chain(kitzes(), split="responsiblity")
