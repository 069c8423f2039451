"""Path exchange: by hand, by identities, and against a dense system in which the exchanged nodes stand apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import flat, kitzes, random_table

from tanheng import accounts
from tanheng.accounts.hybrids.path_exchanges import PARTS, path_exchange
from tanheng.errors import InputError, MissingError, QuestionError, UnitError
from tanheng.systems.path_exchange import PathExchange, path_of
from tanheng.systems.table import Table

ROUNDING = 1e-12  # of the largest part: sums of a handful of products of doubles


def one(*regions: str, value: float, unit: str = "t", scope: str = "node") -> PathExchange:
    """An exchange on the table of Kitzes, whose regions have one sector."""
    return PathExchange(tuple((region, "all") for region in regions), value, unit, scope, "by hand")


DEMAND = {("one", "all"): 3.0}  # s = 1/2, 1/3; A = [[1/2, 5/12], [1/4, 1/6]]; m = 1.6, 1.2


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_a_node_is_taken_out_with_its_own_emissions_alone():
    """The maker's own 3 · 1/2 = 1.5 t of 4.8 t become 1 t."""
    found = path_exchange(kitzes(), DEMAND, [one("one", value=1000, unit="kg")])
    assert found.result.sel(stressor="CO2").values == pytest.approx([4.8, -1.5, 0, 1], rel=ROUNDING)
    assert (found.total, found.kept) == (pytest.approx(4.3, rel=ROUNDING), pytest.approx(3.3, rel=ROUNDING))
    row = found.frame.iloc[0]
    assert (row["path"], row["scope"], row["bought"], row["table"], row["process"]) == ("one:all", "node", 3, 1.5, 1)
    assert (row["given"], row["given_unit"], row["source"], row["unit"]) == (1000, "kg", "by hand", "t")


def test_a_path_is_taken_out_with_all_behind_it():
    """Region one buys 3 · 1/4 of two, and m of two is 1.2: 0.9 t."""
    found = path_exchange(kitzes(), DEMAND, [one("one", "two", value=0.5, scope="path")])
    assert found.frame["table"].item() == pytest.approx(0.75 * 1.2, rel=ROUNDING)
    assert found.total == pytest.approx(4.8 - 0.9 + 0.5, rel=ROUNDING)


def test_what_is_behind_a_changed_amount_changes_with_it():
    """Twice as much is bought of two: its 0.9 t become 1.8 t."""
    found = path_exchange(kitzes(), DEMAND, [one("one", "two", value=1.5, unit="USD", scope="input")])
    assert found.result.sel(stressor="CO2").values == pytest.approx([4.8, -0.9, 1.8, 0], rel=ROUNDING)


def test_what_is_exchanged_behind_a_changed_amount_stays_as_given():
    """Of the branch of two (0.75 USD, 0.9 t): its own node (0.25 t) and what it buys of one (0.3125 USD, 0.5 t)."""
    given_ = [
        one("one", "two", value=1.5, unit="USD", scope="input"),
        one("one", "two", value=0.1),
        one("one", "two", "one", value=0.2, scope="path"),
    ]
    found = path_exchange(kitzes(), DEMAND, given_)
    assert found.frame["table"].tolist() == pytest.approx([0.9 - 0.25 - 0.5, 0.25, 0.5], rel=1e-9)  # m is solved for
    assert found.frame["process"].tolist() == pytest.approx([0.3, 0.1, 0.2], rel=1e-9)
    assert found.frame["bought"].tolist() == pytest.approx([0.75, 0.75, 0.3125], rel=ROUNDING)
    assert found.frame["bought_now"].tolist() == pytest.approx([1.5, 1.5, 0.625], rel=ROUNDING)
    assert found.total == pytest.approx(4.8 - 0.9 + 0.6, rel=ROUNDING)


def test_the_amount_demanded_is_an_input_too():
    """Six for three, at the root: twice the footprint."""
    found = path_exchange(kitzes(), DEMAND, [one("one", value=6, unit="USD", scope="input")])
    assert found.total == pytest.approx(9.6, rel=ROUNDING)


# -- identities -------------------------------------------------------------------------------------------------------


def test_without_exchanges_it_is_the_table():
    table = random_table(5, K=1)
    y = table.final_demand.sel(to_region="r1")
    demand = {(r, s): float(y.sel(region=r, sector=s)) for r in table.regions for s in table.sectors}
    embodied = accounts.consumption(table, "region,component").sel(region="r1", component="industry")
    assert path_exchange(table, demand, []).total == pytest.approx(embodied.item(), rel=1e-9)  # convention 7


def test_everything_exchanged_is_the_process_value():
    found = path_exchange(kitzes(), DEMAND, [one("one", value=7, scope="path")])
    assert found.total == pytest.approx(7, rel=ROUNDING)
    assert found.kept == pytest.approx(0, abs=ROUNDING * 7)


@settings(max_examples=25)  # each solves a table
@given(seed=st.integers(0, 10_000), length=st.integers(1, 4), scope=st.sampled_from(["node", "path", "input"]))
def test_a_value_exchanged_for_itself_changes_nothing(seed, length, scope):
    table = random_table(seed, R=2, S=2, K=1)
    demand, nodes = {("r0", "s0"): 10.0}, [("r0", "s0"), ("r1", "s1"), ("r0", "s1"), ("r0", "s1")][:length]
    first = path_exchange(table, demand, [PathExchange(tuple(nodes), 0, "kt" if scope != "input" else "USD", scope)])
    row = first.frame.iloc[0]
    value, unit = (row["bought"], "million USD") if scope == "input" else (row["table"], "kt")
    again = path_exchange(table, demand, [PathExchange(tuple(nodes), value, unit, scope)])
    whole = float(first.result.sel(component="table").item())
    assert again.total == pytest.approx(whole, rel=ROUNDING)


# -- against a dense system -------------------------------------------------------------------------------------------


def dense(table: Table, demand: dict, exchanges: list[PathExchange]) -> float:
    """Every node that an exchange names is a sector of its own beside the table's, bought by the node before it alone.

    Its inputs are those of its sector, but for what it buys from exchanged nodes; its emissions are exchanged there.
    """
    Z, _, F, x = flat(table)
    A, s, n = Z / x, F[0] / x, len(x)
    at = {(r, c): i for i, (r, c) in enumerate((r, c) for r in table.regions for c in table.sectors)}
    paths = list(dict.fromkeys(e.path[:k] for e in exchanges for k in range(1, len(e.path) + 1)))
    place = {path: n + i for i, path in enumerate(paths)}
    big, emitted = np.zeros((n + len(paths), n + len(paths))), np.concatenate([s, np.zeros(len(paths))])
    big[:n, :n] = A
    y = np.zeros(len(big))
    for node, amount in demand.items():
        y[place.get((node,), at[node])] += amount
    by = {(e.path, e.scope): e for e in exchanges}
    put_in = 0.0
    for path in paths:
        own, here = at[path[-1]], place[path]
        big[:n, here], emitted[here] = A[:, own], s[own]
        for child in (one for one in paths if one[:-1] == path):
            big[at[child[-1]], here] = 0
            big[place[child], here] = A[at[child[-1]], own]
    for path in paths:
        here = place[path]
        if (path, "input") in by:  # bought as given, by whoever is before it
            big[here, :], y[here] = 0, by[path, "input"].value
        if (path, "node") in by:
            emitted[here], put_in = 0, put_in + by[path, "node"].value
        if (path, "path") in by:
            emitted[here], big[:, here], put_in = 0, 0, put_in + by[path, "path"].value
    return float(emitted @ np.linalg.solve(np.eye(len(big)) - big, y)) + put_in


@settings(max_examples=25)  # each solves two tables
@given(seed=st.integers(0, 10_000), data=st.data())
def test_as_a_dense_system_with_the_exchanged_nodes_apart(seed, data):
    table = random_table(seed, R=2, S=2, K=1)
    nodes = [(r, s) for r in table.regions for s in table.sectors]
    demand = {nodes[0]: 7.0, nodes[2]: 3.0}
    path = st.tuples(st.sampled_from([nodes[0], nodes[2]]), *[st.sampled_from(nodes)] * 2)
    one_ = st.tuples(path, st.integers(1, 3), st.sampled_from(["node", "input", "path"]))
    drawn = data.draw(st.lists(one_, max_size=5))
    exchanges: list[PathExchange] = []
    for number, (whole, length, scope) in enumerate(drawn):
        unit = "million USD" if scope == "input" else "kt"
        more = PathExchange(whole[:length], 1.5 + number, unit, scope)
        try:
            path_exchange(table, demand, [*exchanges, more])
        except QuestionError:  # it would count twice: the other tests say when
            continue
        exchanges.append(more)
    found = path_exchange(table, demand, exchanges)
    # both are right to the rounding of a solve, of the largest part
    size = float(np.abs(found.result.values).max())
    assert found.total == pytest.approx(dense(table, demand, exchanges), abs=1e-9 * size)
    assert found.frame["table"].sum() + found.kept == pytest.approx(float(found.result[0, 0]), abs=1e-9 * size)


# -- what it says and refuses -----------------------------------------------------------------------------------------


def test_the_result_says_what_it_is():
    given_ = [one("one", value=1)]
    found = path_exchange(kitzes(), DEMAND, given_)
    attrs = found.result.attrs
    assert found.result.dims == ("stressor", "component")
    assert tuple(found.result.indexes["component"]) == PARTS
    assert (attrs["approach"], attrs["base_hash"], attrs["units"]) == ("hybrid", kitzes().hash, "t")
    assert attrs["demand"] == "one:all 3 USD"
    assert attrs["source"].endswith("by hand")
    other = path_exchange(kitzes(), DEMAND, [one("one", value=2)]).result.attrs
    assert len({attrs["table_hash"], other["table_hash"], attrs["base_hash"]}) == 3


def test_a_path_that_the_table_lacks_is_added_and_told():
    table = random_table(3, R=2, S=1, K=1, intermediate_trade=False)
    lacking = PathExchange((("r0", "s0"), ("r1", "s0")), 5, "kt")
    found = path_exchange(table, {("r0", "s0"): 1.0}, [lacking])
    assert found.total == pytest.approx(path_exchange(table, {("r0", "s0"): 1.0}, []).total + 5, rel=ROUNDING)
    assert [(one.check, one.where) for one in found.findings] == [("path-without-purchase", "r1:s0 > r0:s0")]


@pytest.mark.parametrize(
    ("exchanges", "said"),
    [
        ([one("one", value=1), one("one", value=2)], "exchanged twice"),
        ([one("one", value=1, scope="path"), one("one", "two", value=2)], "behind one:all.*count twice"),
        ([one("one", value=2), one("one", value=1, scope="path")], "count twice"),
        ([one("one", value=2, unit="USD", scope="input"), one("one", value=1, scope="path")], "count twice"),
        ([one("two", value=1)], "does not end in a demanded product; .*one:all"),
        ([one("one", "twoo", value=1)], "no region 'twoo'; did you mean two"),
    ],
)
def test_what_would_count_twice_or_is_not_there_is_refused(exchanges, said):
    with pytest.raises(QuestionError, match=said):
        path_exchange(kitzes(), DEMAND, exchanges)


def test_units_are_of_the_right_kind():
    with pytest.raises(UnitError, match="counts CO2 in t"):
        path_exchange(kitzes(), DEMAND, [one("one", value=1, unit="USD")])
    with pytest.raises(UnitError, match="bought is in money"):
        path_exchange(kitzes(), DEMAND, [one("one", value=1, scope="input")])
    with pytest.raises(UnitError, match="not known"):
        one("one", value=1, unit="tonnen")


def test_demand_is_a_number_and_is_made():
    with pytest.raises(QuestionError, match="nothing is demanded"):
        path_exchange(kitzes(), {}, [])
    with pytest.raises(MissingError, match="one:all is nan"):
        path_exchange(kitzes(), {("one", "all"): float("nan")}, [])
    idle = random_table(8, K=1, idle=1)
    region, sector = (index[0] for index in np.nonzero(~idle.has_output))
    with pytest.raises(QuestionError, match="has no output"):
        path_exchange(idle, {(idle.regions[region], idle.sectors[sector]): 1.0}, [])
    with pytest.raises(QuestionError, match="several stressors"):
        path_exchange(random_table(8, K=2), {("r0", "s0"): 1.0}, [])


def test_an_exchange_is_checked_when_it_is_made():
    with pytest.raises(InputError, match="is empty"):
        PathExchange((), 1, "t")
    with pytest.raises(InputError, match="no scope 'nod'; did you mean node"):
        one("one", value=1, scope="nod")
    with pytest.raises(InputError, match="missing is not zero"):
        one("one", value=float("nan"))
    with pytest.raises(QuestionError, match="'CHN' of the path"):
        path_of("CHN > CHN:c14")
