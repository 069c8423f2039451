"""Structural paths: worked by hand, against every path there is, and at the edges of the search."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tables import flat, random_table

from tanheng.kernels import paths

SAME = 1e-12  # products of a handful of factors, in whatever order, differ by less


def every_path(A, s, y, deepest):
    """Every path of up to ``deepest`` purchases, emitter first, and its value: no pruning at all."""
    found = {}
    for length in range(1, deepest + 2):
        for chain in itertools.product(range(len(s)), repeat=length):
            steps = np.prod([A[i, j] for i, j in itertools.pairwise(chain)])
            found[chain] = s[chain[0]] * steps * y[chain[-1]]
    return found


def case(seed, n=4, signed=False):
    """Z, 1/x, s, y of a random table, A, and the bounds m and L y of |s|, |A|, |y|."""
    Z, Y, F, x = flat(random_table(seed, R=n, S=1, D=1, K=1))
    rng = np.random.default_rng(seed)
    s, y = F[0] / x, Y.sum(axis=1)
    if signed:
        Z, s, y = (part * rng.choice([-1, 1], part.shape) for part in (Z, s, y))
    A = Z / x
    L = np.linalg.inv(np.eye(n) - np.abs(A))
    bounds = {"m": np.abs(s) @ L, "output": L @ np.abs(y)}
    return Z, 1 / x, s, y, A, bounds


def chains(found):
    rows = zip(found.nodes.tolist(), found.layers.tolist(), found.values.tolist(), strict=True)
    return {tuple(nodes[: layer + 1]): value for nodes, layer, value in rows}


def test_miller_and_blair_chapter_2_by_hand():
    # A = [[.15, .25], [.2, .05]]; 600 and 1500 are delivered; what the first sector makes for it, path by path
    Z, x = np.array([[150.0, 500], [200, 100]]), np.array([1000.0, 2000])
    s, y = np.array([1.0, 0]), np.array([600.0, 1500])
    L = np.array([[1.25412541, 0.330033], [0.2640264, 1.12211221]])  # as printed
    bounds = {"m": s @ L, "output": L @ y}
    found = paths.search(Z, 1 / x, s, y, **bounds, threshold=15)
    assert chains(found) == pytest.approx(
        {
            (0,): 600,
            (0, 1): 0.25 * 1500,
            (0, 0): 0.15 * 600,
            (0, 0, 1): 0.15 * 0.25 * 1500,
            (0, 1, 0): 0.25 * 0.2 * 600,
            (0, 1, 1): 0.25 * 0.05 * 1500,
            (0, 1, 0, 1): 0.25 * 0.2 * 0.25 * 1500,
        },
        rel=SAME,
    )  # the next are (0, 0, 0): 13.5 and (0, 0, 0, 1): 8.4375
    assert found.values.tolist() == sorted(found.values.tolist(), reverse=True)
    assert found.layers.tolist() == [len(chain) - 1 for chain in chains(found)]


def test_kitzes_layers_give_the_printed_consumption():
    Z, x, s = np.array([[8.0, 5], [4, 2]]), np.array([16.0, 12]), np.array([[0.5, 1 / 3]])
    sums = paths.layers(Z, 1 / x, s, np.diag([3.0, 6]), 11)
    assert sums.shape == (11, 1, 2)
    assert sums.sum(axis=0)[0] == pytest.approx([4.711197, 7.060348], abs=5e-7)  # as printed


@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.3, 0.03, 0.003]), signed=st.booleans())
def test_every_path_above_the_threshold_is_found_and_no_other(seed, share, signed):
    Z, per_output, s, y, A, bounds = case(seed, signed=signed)
    least = share * float(bounds["m"] @ np.abs(y))
    deepest = 4
    found = paths.search(Z, per_output, s, y, **bounds, threshold=least, layers=deepest)
    assert found.complete == least
    expected = {chain: value for chain, value in every_path(A, s, y, deepest).items() if abs(value) >= least}
    assert chains(found) == pytest.approx(expected, rel=SAME)
    deeper = paths.search(Z, per_output, s, y, **bounds, threshold=least)
    assert {chain for chain in chains(deeper) if len(chain) <= deepest + 1} == expected.keys()


@given(seed=st.integers(0, 2**32 - 1), limit=st.integers(1, 40), signed=st.booleans())
def test_a_limit_gives_the_largest(seed, limit, signed):
    Z, per_output, s, y, _, bounds = case(seed, signed=signed)
    least = 1e-3 * float(bounds["m"] @ np.abs(y))
    every = paths.search(Z, per_output, s, y, **bounds, threshold=least)
    some = paths.search(Z, per_output, s, y, **bounds, threshold=least, limit=limit)
    assert some.values.tolist() == every.values[:limit].tolist()
    assert some.visited <= every.visited
    assert {chain for chain, value in chains(every).items() if abs(value) > some.complete} <= chains(some).keys()
    assert least <= some.complete <= abs(some.values[-1]) if limit < len(every.values) else some.complete == least


@given(seed=st.integers(0, 2**32 - 1), most=st.integers(0, 200))
@example(seed=22232, most=0)  # the first node's bound is the value of a path
def test_a_search_cut_short_says_how_far_it_got(seed, most):
    Z, per_output, s, y, _, bounds = case(seed)
    least = 1e-3 * float(bounds["m"] @ y)
    every = paths.search(Z, per_output, s, y, **bounds, threshold=least)
    cut = paths.search(Z, per_output, s, y, **bounds, threshold=least, most=most)
    assert cut.exhausted == (every.visited > most)
    assert cut.visited <= most
    assert chains(cut) == {chain: value for chain, value in chains(every).items() if value >= cut.complete}


def test_a_clean_sector_in_between_does_not_hide_what_is_behind_it():
    # a shop without emissions sells what a smelter without emissions makes of a power plant's current
    Z, x = np.array([[0.0, 80, 0], [0, 0, 90], [0, 0, 0]]), np.array([100.0, 90, 100])
    s, y = np.array([5.0, 0, 0]), np.array([20.0, 0, 100])
    L = np.linalg.inv(np.eye(3) - Z / x)
    found = paths.search(Z, 1 / x, s, y, m=s @ L, output=L @ y, threshold=1.0)
    assert chains(found) == pytest.approx({(0, 1, 2): 5 * 80 / 90 * 90 / 100 * 100, (0,): 100}, rel=SAME)
    assert found.values.sum() == pytest.approx(float(s @ L @ y), rel=SAME)  # without cycles that is all
    # the path is all that passes through its middle: it is found up to its very value of 400
    assert list(chains(paths.search(Z, 1 / x, s, y, m=s @ L, output=L @ y, threshold=399.9))) == [(0, 1, 2)]


def test_a_sector_without_output_is_on_no_path():
    Z, per_output = np.array([[10.0, 5, 30], [20, 5, 0], [0, 0, 0]]), np.array([1 / 100, 1 / 60, 0])
    s, y = np.array([1.0, 2, 0]), np.array([55.0, 35, 0])
    L = np.linalg.inv(np.eye(3) - Z * per_output)
    found = paths.search(Z, per_output, s, y, m=s @ L, output=L @ y, threshold=1e-3)
    rest = np.ix_([0, 1], [0, 1])  # the same without it
    alone = {"m": s[:2] @ L[rest], "output": L[rest] @ y[:2]}
    assert chains(found) == chains(paths.search(Z[rest], per_output[:2], s[:2], y[:2], **alone, threshold=1e-3))
    assert len(found.values) > 10


def test_nothing_above_the_threshold_is_no_path():
    Z, per_output, s, y, _, bounds = case(1)
    found = paths.search(Z, per_output, s, y, **bounds, threshold=2 * float(bounds["m"] @ y))
    assert found.values.shape == found.layers.shape == (0,)
    assert len(found.nodes) == 0


@given(seed=st.integers(0, 2**32 - 1))
def test_layers_are_powers_of_A(seed):
    Z, Y, F, x = flat(random_table(seed, R=2, S=3, K=2, signed=True))
    A = Z / x
    sums = paths.layers(Z, 1 / x, F / x, Y, 5)
    expected = [F / x @ np.linalg.matrix_power(A, k) @ Y for k in range(5)]
    assert np.abs(sums - expected).max() <= SAME * np.abs(F).sum()


def test_betweenness_counts_every_time_a_path_passes():
    # without cycles the paths can all be listed, and their inner nodes counted
    rng = np.random.default_rng(5)
    A, s, y = np.triu(rng.random((5, 5)), 1), rng.random(5), rng.random(5)
    L = np.linalg.inv(np.eye(5) - A)
    expected = np.zeros(5)
    for chain, value in every_path(A, s, y, 4).items():
        for node in chain[1:-1]:
            expected[node] += value
    assert paths.betweenness(s, s @ L, y, L @ y) == pytest.approx(expected, rel=1e-10, abs=1e-12)


def test_kitzes_betweenness_by_hand():
    # m = 1.6, 1.2; x = 16, 12 is L y; s = 1/2, 1/3: (1.6 - .5)(16 - 3) and (1.2 - 1/3)(12 - 6)
    found = paths.betweenness(np.array([0.5, 1 / 3]), np.array([1.6, 1.2]), np.array([3.0, 6]), np.array([16.0, 12]))
    assert found == pytest.approx([14.3, 5.2], rel=SAME)


@pytest.mark.parametrize("height", [1, 3, 100])
def test_strong_cells_are_those_of_the_whole_matrix(monkeypatch, height):
    rng = np.random.default_rng(6)
    Z, left, right = rng.normal(size=(9, 9)), rng.random(9), rng.random(9)
    monkeypatch.setattr(paths, "PANEL", 9 * height)
    cells = paths.strong(Z, left, right, 0.3)
    products = left[:, None] * Z * right
    assert set(zip(cells.rows, cells.columns, strict=True)) == set(zip(*np.nonzero(abs(products) >= 0.3), strict=True))
    assert cells.values == pytest.approx(products[cells.rows, cells.columns], rel=SAME)
    assert (cells.values < 0).any()
    assert len(paths.strong(Z, left, right, 0.3, np.array([], int)).rows) == 0


@pytest.mark.parametrize(("axis", "subscripts"), [("region", "risj->rs"), ("sector", "risj->ij")])
def test_joined_flows_are_sums_of_cells(axis, subscripts):
    rng = np.random.default_rng(7)
    Z, left, right = rng.random((12, 12)), rng.random(12), rng.random(12)
    products = (left[:, None] * Z * right).reshape(3, 4, 3, 4)
    assert paths.joined(Z, left, right, 4, axis) == pytest.approx(np.einsum(subscripts, products), rel=SAME)
