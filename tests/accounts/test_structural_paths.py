"""Paths, layers and the network of a table's footprints."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import flat, kitzes, random_table, tables

from tanheng import accounts
from tanheng.accounts.networks import network
from tanheng.accounts.stage_layers import layers
from tanheng.accounts.structural_paths import paths
from tanheng.errors import InputError, QuestionError, UnproductiveError
from tanheng.systems.table import Table


def dense(table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A, L, s (of the first stressor) and y by region, where every sector has output."""
    Z, Y, F, x = flat(table)
    return Z / x, np.linalg.inv(np.eye(len(x)) - Z / x), F[0] / x, Y


# -- paths ------------------------------------------------------------------------------------------------------------


def test_kitzes_by_hand():
    """s = 1/2, 1/3; A = [[1/2, 5/12], [1/4, 1/6]]; region one buys 3 of its own product. Its footprint is 4.8."""
    found = paths(kitzes(), region="one", threshold=0.05)
    rows = found.frame[["rank", "path", "layer", "value"]].to_dict("split")["data"]
    assert rows == [
        [1, "one:all", 0, pytest.approx(1.5)],
        [2, "one:all > one:all", 1, pytest.approx(0.75)],
        [3, "one:all > one:all > one:all", 2, pytest.approx(0.375)],
        [4, "two:all > one:all", 1, pytest.approx(0.25)],
    ]  # the next is 0.1875, below a twentieth of 4.8
    assert found.total == pytest.approx(4.8, rel=1e-12)
    assert found.remainder == pytest.approx(4.8 - 2.875, rel=1e-12)
    assert found.frame["share"].tolist() == pytest.approx([value / 4.8 for value in (1.5, 0.75, 0.375, 0.25)])


def test_kitzes_layers_of_a_footprint():
    found = paths(kitzes(), region="one", threshold=0.1)
    assert found.layers["value"].sum() == pytest.approx(4.711197, abs=5e-7)  # as printed, eleven layers
    assert len(found.layers) == 11
    assert found.layers["value"].sum() + found.attrs["beyond"] == pytest.approx(4.8, rel=1e-12)
    assert found.layers["found"].sum() + found.remainder == pytest.approx(4.8, rel=1e-12)
    assert found.layers["paths"].tolist()[:2] == [1, 1]


@settings(max_examples=25)  # each solves a table many times
@given(table=tables, share=st.sampled_from([0.1, 0.01]))
def test_paths_and_remainder_are_the_footprint(table, share):
    buying = table.final_demand.any(["region", "sector"])
    for region in buying.indexes["to_region"][buying.values]:
        found = paths(table, stressor="k0", region=region, threshold=share)
        industry = accounts.consumption(table, "region,component", stressor="k0").sel(component="industry")
        # the accounts are right to 1e-9 of all emissions (convention 7)
        allowed = 1e-9 * float(table.F.sum())
        assert found.total == pytest.approx(float(industry.sel(region=region).item()), abs=allowed)
        assert found.frame["value"].sum() + found.remainder == pytest.approx(found.total, abs=allowed)
        assert (found.frame["value"].abs() >= found.attrs["complete"]).all()


def test_between_two_nodes_are_the_paths_that_begin_and_end_there():
    table = random_table(31, R=2, S=3, K=1)
    A, L, s, Y = dense(table)
    found = paths(table, product=("r1", "s2"), emitter=("r0", "s1"), threshold=1e-3)
    assert found.total == pytest.approx(s[1] * L[1, 5] * Y[5].sum(), rel=1e-9)
    ends = found.frame[["region", "sector", "product_region", "product_sector"]].drop_duplicates().values.tolist()
    assert ends == [["r0", "s1", "r1", "s2"]]
    every = paths(table, threshold=1e-6).frame.set_index("path")["value"]
    own = found.frame.set_index("path")["value"]
    assert own.values == pytest.approx(every[own.index].values, rel=1e-12)
    direct = found.frame[found.frame["layer"] == 1]["value"].item()
    assert direct == pytest.approx(s[1] * A[1, 5] * Y[5].sum(), rel=1e-12)
    assert (found.attrs["emitter"], found.attrs["product"]) == ("r0:s1", "r1:s2")


def test_a_sector_alone_is_that_sector_of_any_region():
    table = random_table(32, R=3, S=2, K=1)
    found = paths(table, region="r1", product="s1", threshold=1e-3)
    assert set(found.frame["product_sector"]) == {"s1"}
    assert set(found.frame["product_region"]) == {"r0", "r1", "r2"}
    same = accounts.consumption(table, "region,sector").sel(region="r1", sector="s1").item()
    assert found.total == pytest.approx(same, rel=1e-9)
    assert paths(table, emitter=("r2", None), threshold=1e-3).total == pytest.approx(
        accounts.flows(table).sel(region="r2").sum().item(), rel=1e-9
    )


def test_categories_of_final_demand_add_up():
    table = random_table(33, K=1)
    parts = [paths(table, region="r0", demand=name, threshold=0.1) for name in table.demand]
    whole = paths(table, region="r0", threshold=0.1)
    assert sum(one.total for one in parts) == pytest.approx(whole.total, rel=1e-9)
    assert whole.attrs["direct"] == pytest.approx(float(table.F_Y.sel(to_region="r0").sum()), rel=1e-12)
    assert sum(one.attrs["direct"] for one in parts) == pytest.approx(whole.attrs["direct"], rel=1e-12)


def test_the_result_says_what_and_from_what():
    found = paths(kitzes(), region="one", threshold=0.01)
    lead = ["account", "stressor", "unit", "year"]
    assert list(found.frame.columns) == [
        *lead, "rank", "layer", "region", "sector", "product_region", "product_sector", "path", "share", "value",
    ]  # fmt: skip
    assert found.frame.iloc[0][lead].tolist() == ["paths", "CO2", "t", 2013]
    assert found.attrs["table_hash"] == kitzes().hash
    assert (found.attrs["units"], found.attrs["to_region"], found.attrs["exhausted"]) == ("t", "one", False)
    assert found.nodes[1].tolist()[:3] == [0, 0, -1]


def test_signs_are_kept_and_found():
    """Inventories that are drawn down pass negative emissions on, and a sink absorbs: nothing is missed."""
    table = random_table(34, R=2, S=2, K=1, signed=True)
    F = table.F.copy(data=table.F.values * [[[1, -1], [1, 1]]])
    A, L, s, _ = dense(table.replace(F=F))
    found = paths(table.replace(F=F), demand="d1", region="r0", threshold=0.01, layers=1)
    y = table.Y.sel(demand="d1", to_region="r0").values.ravel()
    assert found.total == pytest.approx(s @ L @ y, rel=1e-9)
    least = 0.01 * (np.abs(s) @ L @ np.abs(y))
    direct, first = s * y, s[:, None] * A * y
    expected = [value for value in [*direct, *first.ravel()] if abs(value) >= least]
    assert sorted(found.frame["value"]) == pytest.approx(sorted(expected), rel=1e-9)
    assert min(expected) < 0 < max(expected)
    assert found.attrs["signed"]


def test_what_cancels_in_the_middle_is_found():
    """A mill sells to two makers, whose stocks rise by 10 and fall by 9: its own output for both is next to nothing."""
    about = {"name": "stocks", "year": 2000, "currency": "USD", "units": {"CO2": "t"}}
    table = Table.from_arrays(
        [[0, 100, 0, 0], [0, 0, 50, 50], [0, 0, 0, 0], [0, 0, 0, 0]],
        [[0, 0], [0, 0], [90, 10], [109, -9]], [[100, 0, 0, 0]],
        regions=["a"], sectors=["power", "mill", "p", "q"], demand=["use", "stocks"], stressors=["CO2"], about=about,
    )  # fmt: skip
    found = paths(table, demand="stocks", threshold=0.1).frame
    # a ton a dollar of current, a dollar of it a dollar of the mill's, half of that a dollar of p's and of q's
    assert dict(zip(found["path"], found["value"], strict=True)) == pytest.approx(
        {"a:power > a:mill > a:p": 5.0, "a:power > a:mill > a:q": -4.5}, rel=1e-12
    )
    # the threshold is a share of the footprint without signs, 9.5, not of 0.5
    assert paths(table, demand="stocks", threshold=0.5).frame["path"].tolist() == ["a:power > a:mill > a:p"]


def test_negative_transactions_are_bounded_by_their_size():
    table = random_table(35, R=1, S=3, K=1)
    Z = table.Z.values.copy()
    Z[0, 1, 0, 2] *= -0.5
    signed = table.replace(Z=table.Z.copy(data=Z))
    A, _, s, Y = dense(signed)
    found = paths(signed, threshold=1e-4, layers=2)
    size = float(np.abs(s) @ np.linalg.inv(np.eye(3) - np.abs(A)) @ np.abs(Y[:, 0]))
    every = [s[i] * A[i, j] * A[j, k] * Y[k, 0] for i in range(3) for j in range(3) for k in range(3)]
    expected = [value for value in every if abs(value) >= 1e-4 * size]
    second = found.frame[found.frame["layer"] == 2]["value"]
    assert sorted(second) == pytest.approx(sorted(expected), rel=1e-9)
    assert min(expected) < 0


def test_paths_without_a_bound_are_refused():
    # A = [[0, .9], [-.9, .9]] is productive (radius .9), |A| is not (radius 1.46)
    about = {"name": "swing", "year": 2000, "currency": "USD", "units": {"CO2": "t"}}
    table = Table.from_arrays(
        [[0, 90], [-90, 90]], [[10], [100]], [[1, 1]], regions=["a"], sectors=["x", "y"], demand=["d"],
        stressors=["CO2"], about=about,
    )  # fmt: skip
    assert table.x.values.ravel().tolist() == [100, 100]
    assert accounts.consumption(table).item() == pytest.approx(2, rel=1e-9)
    with pytest.raises(UnproductiveError, match=r"swing: its paths have no bound.*negative cells of Z"):
        paths(table)


def test_sectors_without_output_are_on_no_path_and_lose_nothing():
    table = random_table(36, R=2, S=3, K=1, idle=2, stray=True)
    found = paths(table, threshold=1e-3)
    industry = accounts.consumption(table, "component").sel(component="industry").item()
    assert found.total == pytest.approx(industry, rel=1e-9)
    on = table.has_output.ravel()
    assert on[found.nodes[found.nodes >= 0]].all()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"region": "oen"}, "there is no region 'oen'; did you mean one"),
        ({"product": "al"}, "there is no sector 'al'; did you mean all"),
        ({"emitter": ("three", "all")}, "there is no region 'three'"),
        ({"demand": "finall"}, "there is no final demand category 'finall'; did you mean final"),
        ({"stressor": "CO"}, "the table has no stressor 'CO'; did you mean CO2"),
        ({"threshold": 0}, "a threshold of 0 cannot be asked for; it is a share"),
        ({"threshold": 2}, "a threshold of 2 cannot be asked for"),
        ({"limit": 0}, "a limit of 0 cannot be asked for"),
        ({"layers": -1}, "-1 layers cannot be asked for"),
        ({"region": "one", "product": ("two", None)}, "nothing of it is final demand"),
    ],
)
def test_bad_questions_end_in_one_line(asked, said):
    with pytest.raises(QuestionError) as caught:
        paths(kitzes(), **asked)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_several_stressors_are_refused():
    with pytest.raises(QuestionError, match="do not add up; choose one: k0, k1"):
        paths(random_table(37, K=2))


def test_nobody_emits_what_nobody_emits():
    table = kitzes()
    clean = table.replace(F=table.F.copy(data=np.array([[[8.0], [0.0]]])))
    with pytest.raises(QuestionError, match="it emits no CO2"):
        paths(clean, emitter=("two", "all"))


# -- layers -----------------------------------------------------------------------------------------------------------


def test_kitzes_eleven_layers_of_consumption():
    result = layers(kitzes())
    assert result.dims == ("stressor", "region", "component")
    assert list(result.indexes["component"]) == [*map(str, range(11)), "beyond"]
    assert result.values[0, :, :11].sum(axis=1) == pytest.approx([4.711197, 7.060348], abs=5e-7)  # as printed
    assert result.sum("component").values[0] == pytest.approx([4.8, 7.2], rel=1e-12)


@settings(max_examples=25)  # each solves a table many times
@given(table=tables, count=st.integers(1, 6))
def test_layers_add_up_to_consumption(table, count):
    result = layers(table, count=count)
    allowed = 1e-9 * float(table.F.sum())
    assert np.abs(result.sum("component").values - accounts.consumption(table).values).max() <= allowed
    assert layers(table, "region", count=count).values == pytest.approx(result.sum("component").values, abs=allowed)
    Z, Y, F, x = flat(table)
    last = F / x @ np.linalg.matrix_power(Z / x, count - 1) @ Y
    assert result.sel(component=str(count - 1)).values == pytest.approx(last, abs=allowed)


def test_layers_keep_direct_emissions_and_residual_apart():
    table = random_table(38, idle=1, stray=True)
    result, whole = layers(table, count=3), accounts.consumption(table, "region,component")
    for name in ("direct", "residual"):
        assert result.sel(component=name).values == pytest.approx(whole.sel(component=name).values, rel=1e-12)
    assert result.attrs["residual"] == whole.attrs["residual"]
    with pytest.raises(QuestionError, match="a count of 0"):
        layers(table, count=0)
    with pytest.raises(QuestionError, match="at most 1000"):
        layers(table, count=10**9)
    with pytest.raises(QuestionError, match="1000 the most"):
        paths(table, stressor=table.stressors[0], layers=10**9)


def test_layers_are_declared():
    assert accounts.find("layers").options["count"].read("4") == 4


# -- network ----------------------------------------------------------------------------------------------------------


@settings(max_examples=25)  # each solves a table many times
@given(table=tables)
def test_every_node_passes_on_what_it_emits_and_gets(table):
    found = network(table, stressor="k0", threshold=1e-12)
    n, size = table.x.size, float(table.F.sum())
    at = {name: k for k, name in enumerate(zip(found.nodes["region"], found.nodes["sector"], strict=True))}
    flow = np.zeros((n, n))
    for row in found.edges.itertuples():
        flow[at[row.region, row.sector], at[row.to_region, row.to_sector]] += row.value
    through = found.nodes["through"].to_numpy()
    # what is below the threshold is left out: at most n² cells of 1e-12 of the footprint; the solve is right to 1e-9
    allowed = 2e-9 * size
    assert found.nodes["emitted"].to_numpy() + flow.sum(axis=0) == pytest.approx(through, abs=allowed)
    assert flow.sum(axis=1) + found.nodes["delivered"].to_numpy() == pytest.approx(through, abs=allowed)
    assert found.nodes["emitted"].sum() == pytest.approx(found.total, abs=allowed)
    assert found.nodes["delivered"].sum() == pytest.approx(found.total, abs=allowed)


def test_edges_and_betweenness_by_the_formula():
    table = random_table(39, R=2, S=3, K=1)
    A, L, s, Y = dense(table)
    found = network(table, region="r1", threshold=0.02)
    y = Y[:, 1]
    flow = (s @ L)[:, None] * A * (L @ y)
    expected = np.sort(flow[flow >= 0.02 * s @ L @ y])[::-1]
    assert found.edges["value"].to_numpy() == pytest.approx(expected, rel=1e-9)
    T = L - np.eye(6)
    assert found.nodes["betweenness"].to_numpy() == pytest.approx((s @ T) * (T @ y), rel=1e-9)
    assert len(network(table, region="r1", threshold=0.02, limit=2).edges) == 2


@pytest.mark.parametrize("by", ["region", "sector"])
def test_joined_networks_are_sums(by):
    table = random_table(40, R=3, S=2, K=1)
    fine, joined = network(table, threshold=1e-12), network(table, by=by, threshold=1e-12)
    sums = fine.edges.groupby([by, f"to_{by}"])["value"].sum()
    found = joined.edges.set_index([by, f"to_{by}"])["value"]
    assert found.sort_index().to_numpy() == pytest.approx(sums.sort_index().to_numpy(), rel=1e-9)
    for name in ("emitted", "through", "delivered", "betweenness"):
        assert joined.nodes[name].to_numpy() == pytest.approx(
            fine.nodes.groupby(by, sort=False)[name].sum().to_numpy(), rel=1e-12
        )
    other = {"region": "sector", "sector": "region"}[by]
    assert other not in joined.nodes
    assert f"to_{other}" not in joined.edges


def test_communities_are_the_regions_where_regions_do_not_trade_intermediates():
    pytest.importorskip("networkx", reason="communities need the optional package networkx")
    table = random_table(41, R=3, S=4, K=1, intermediate_trade=False)
    found = network(table, threshold=1e-9, communities=True).nodes
    assert (found.groupby("region")["community"].nunique() == 1).all()
    assert found["community"].nunique() == 3
    again = network(table, threshold=1e-9, communities=True, seed=0).nodes
    assert found["community"].tolist() == again["community"].tolist()


def test_a_node_without_an_edge_is_in_no_community():
    pytest.importorskip("networkx", reason="communities need the optional package networkx")
    found = network(random_table(42, R=2, S=3, K=1), threshold=1e-9, limit=1, communities=True).nodes
    assert found["community"].notna().sum() <= 2


def test_communities_say_what_they_need(monkeypatch):
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(InputError, match="pip install networkx"):
        network(kitzes(), communities=True)


def test_bad_networks_are_refused():
    with pytest.raises(QuestionError, match="by group cannot be asked for"):
        network(kitzes(), by="group")
    with pytest.raises(QuestionError, match="a threshold of 1 cannot"):
        network(kitzes(), threshold=1)
