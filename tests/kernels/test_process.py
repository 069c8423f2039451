"""The kernel of process systems against worked numbers, against numpy's dense solve, and where there is no solution."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import SingularError
from tanheng.kernels.process import activity, factorise, multipliers

CLOSE = 1e-9  # relative: what the kernel itself demands of a solution; the systems below have conditions under 1e4

seeds = st.integers(0, 2**32 - 1)


def dense(M) -> sp.csc_array:
    return sp.csc_array(np.asarray(M, dtype=float))


def random_technosphere(seed: int, n: int, density: float, *, treatments: bool = True) -> np.ndarray:
    """Productive (n, n): makers on the diagonal, some of them treatments (-1), inputs below a column's own output."""
    rng = np.random.default_rng(seed)
    A = rng.uniform(0, 1, (n, n)) * (rng.uniform(size=(n, n)) < density)
    A *= 0.9 / np.maximum(A.sum(axis=0), 0.9)
    signs = np.where(rng.uniform(size=n) < 0.3, -1.0, 1.0) if treatments else np.ones(n)
    return signs[:, None] * (np.eye(n) - A)


def shuffled(seed: int, M: np.ndarray) -> np.ndarray:
    order = np.random.default_rng(seed).permutation(len(M))
    return M[np.ix_(order, order)]


def test_heijungs_and_suh():
    """Heijungs and Suh 2002, ch. 2: 1000 kWh need 100 times the power plant and twice the refinery: 120 kg of CO2."""
    M, Q, k = dense([[-2, 100], [10, 0]]), np.array([[1.0, 10.0]]), np.array([0.0, 1000.0])
    factors = factorise(M)
    scaling = activity(factors, k)
    assert scaling.tolist() == [100.0, 2.0]
    assert (Q @ scaling).tolist() == [120.0]
    assert multipliers(factors, Q) @ k == pytest.approx([120.0], rel=1e-14)  # a handful of roundings


def test_a_product_that_nothing_else_needs_or_uses():
    factors = factorise(dense([[2.0]]))
    assert activity(factors, np.array([3.0])).tolist() == [1.5]
    assert multipliers(factors, np.array([[5.0], [7.0]])).tolist() == [[2.5], [3.5]]


def test_no_process_at_all():
    factors = factorise(sp.csc_array((0, 0)))
    assert activity(factors, np.zeros(0)).shape == (0,)
    assert multipliers(factors, np.zeros((2, 0))).shape == (2, 0)


@given(seeds, st.integers(1, 25), st.floats(0.02, 0.9))
def test_it_is_the_dense_solve(seed, n, density):
    M = random_technosphere(seed, n, density)
    rng = np.random.default_rng(seed + 1)
    k, Q = rng.normal(size=(n, 3)), rng.normal(size=(4, n))
    factors = factorise(dense(M))
    assert activity(factors, k) == pytest.approx(np.linalg.solve(M, k), rel=CLOSE, abs=CLOSE)
    assert activity(factors, k[:, 0]) == pytest.approx(np.linalg.solve(M, k[:, 0]), rel=CLOSE, abs=CLOSE)
    assert multipliers(factors, Q) == pytest.approx(np.linalg.solve(M.T, Q.T).T, rel=CLOSE, abs=CLOSE)


@given(seeds, st.lists(st.integers(1, 5), min_size=1, max_size=6), st.booleans())
def test_chains_of_loops_are_solved_in_any_order(seed, sizes, joined):
    """Loops of several sizes, each drawing on those after it (or on none): the order of labels changes nothing."""
    rng = np.random.default_rng(seed)
    n, blocks = sum(sizes), np.cumsum([0, *sizes])
    M = np.eye(n)
    for start, end in pairwise(blocks):
        for at in range(start, end):
            M[at, start + (at + 1 - start) % (end - start)] -= 0.5 * rng.uniform()  # a ring
        if joined and end < n:
            M[rng.integers(end, n), rng.integers(start, end)] -= rng.uniform()
    M = shuffled(seed, M)
    k, Q = rng.normal(size=n), rng.normal(size=(2, n))
    factors = factorise(dense(M))
    assert activity(factors, k) == pytest.approx(np.linalg.solve(M, k), rel=CLOSE, abs=CLOSE)
    assert multipliers(factors, Q) == pytest.approx(np.linalg.solve(M.T, Q.T).T, rel=CLOSE, abs=CLOSE)


@given(st.floats(0.01, 0.95), st.floats(0.01, 0.95))
def test_a_closed_loop_is_its_geometric_series(a, b):
    """One unit of the first takes a of the second, which takes b of the first: 1 + ab + (ab)² + ... of the first."""
    x = activity(factorise(dense([[1, -b], [-a, 1]])), np.array([1.0, 0.0]))
    once = a * b
    rounds = int(np.ceil(np.log(1e-16) / np.log(once))) + 1  # what is left out is below 1e-16 of the first term
    series = sum(once**i for i in range(rounds))
    assert x == pytest.approx([series, a * series], rel=1e-12)  # 1 - ab is at least 0.09: few digits are lost


@given(seeds, st.integers(2, 12), st.floats(1e-3, 1e3) | st.floats(-1e3, -1e-3))  # near 1e-308 digits are lost
def test_a_demand_scaled_scales_the_activity(seed, n, factor):
    M = random_technosphere(seed, n, 0.5)
    factors, k = factorise(dense(M)), np.random.default_rng(seed).normal(size=n)
    scale = np.abs(factor) * np.abs(activity(factors, k)).max()
    assert np.abs(activity(factors, factor * k) - factor * activity(factors, k)).max() <= CLOSE * max(scale, 1e-300)


@given(seeds, st.integers(2, 12))
def test_units_of_products_change_nothing(seed, n):
    """A product in grams instead of kilograms: its row times 1000, and a process per gram: its column by 1000."""
    M = random_technosphere(seed, n, 0.5, treatments=False)
    rng = np.random.default_rng(seed + 1)
    rows, columns, k, q = (
        10.0 ** rng.integers(-6, 7, n),
        10.0 ** rng.integers(-6, 7, n),
        rng.uniform(size=n),
        rng.uniform(size=n),
    )
    before = q @ activity(factorise(dense(M)), k)
    after = (q * columns) @ activity(factorise(dense(rows[:, None] * M * columns)), rows * k)
    assert after == pytest.approx(before, rel=CLOSE)


def test_many_demands_at_once_are_each_alone():
    M = random_technosphere(5, 12, 0.4)
    factors = factorise(dense(M))
    together = activity(factors, np.eye(12))
    assert together @ M == pytest.approx(np.eye(12), abs=1e-12)  # entries of size 1, conditions below 100
    for i in range(12):
        assert together[:, i] == pytest.approx(activity(factors, np.eye(12)[i]), rel=1e-12, abs=1e-14)


# -- no solution -------------------------------------------------------------------------------------------------------

NAMES = ("mine", "mill", "works", "plant")


def name(at: int) -> str:
    return NAMES[at]


@pytest.mark.parametrize(
    ("M", "whom", "why"),
    [
        # the works make no product of their own, and nothing else does
        ([[1, -1, 0], [0, 1, -1], [0, 0, 0]], "works", "no process is left to make its product"),
        # mine and mill make the same product, and that of the mill is made by none
        ([[1, 1, -1], [0, 0, 0], [0, 0, 1]], "mill", "no process is left to make its product"),
        # the mill uses all that it makes
        ([[1, -1, 0], [0, 0.5 - 0.5, 0], [0, -1, 1]], "mill", "no process is left to make its product"),
        # a loop in which as much goes in as comes out
        ([[1, -2, 0], [-0.5, 1, 0], [0, -1, 1]], "mine|mill", "as much of its own product, by a loop"),
        ([[1, 0, 0, 0], [0, 1, -4, 0], [-1, 0, 1, -0.5], [0, -0.5, 0, 1]], "mill|works|plant", "by a loop"),
    ],
)
def test_a_system_without_a_solution_names_a_process(M, whom, why):
    with pytest.raises(SingularError, match=rf"^({whom}): the process system cannot be solved: .*{why}"):
        factorise(dense(M), name)


@pytest.mark.parametrize("times", [3, 7, 49, 103])
def test_a_loop_that_uses_all_it_makes_is_found_where_rounding_hides_it(times):
    """1 - n (1/n) is 0, or 1e-16 where the computer rounds: both mean that nothing is left for anybody."""
    M = dense([[1, -1 / times, 0], [-times, 1, -1], [0, 0, 1]])
    with pytest.raises(SingularError):
        activity(factorise(M, name), np.array([0.0, 0.0, 1.0]))
    with pytest.raises(SingularError):
        multipliers(factorise(M, name), np.array([[1.0, 1.0, 1.0]]))


def test_a_loop_that_nearly_uses_all_it_makes_is_solved():
    """One part in a million is left: a million times round, and still ten digits."""
    x = activity(factorise(dense([[1, -1], [-(1 - 1e-6), 1]])), np.array([1.0, 0.0]))
    assert x[0] == pytest.approx(1e6, rel=1e-9)  # 1 - (1 - 1e-6) has ten digits right


def test_numbers_that_are_none_are_no_solution():
    with pytest.raises(SingularError):
        activity(factorise(dense([[1, -1], [0, 1]])), np.array([np.nan, 1.0]))
