"""Draws from transportation polytopes: margins hold, and where the uniform distribution is known it is the one."""

import numpy as np
import pytest

from tanheng.kernels import sample

MANY = 4000  # draws: a mean then errs by a sixtieth of the standard deviation
FOUR_SIGMA = 4 / np.sqrt(MANY)  # of the standard deviation: one test in sixteen thousand would fail by chance


def many(start, **more) -> np.ndarray:
    """MANY independent draws at once, all polytopes being the same."""
    tables = np.repeat(np.array(start, dtype=float)[None], MANY, axis=0)
    return sample.tables(tables, sample.generator(1, 0), **more)


def test_margins_hold():
    rng = np.random.default_rng(0)
    start = rng.exponential(1, (5, 12, 3)) ** 3  # of very unlike sizes
    drawn = sample.tables(start, sample.generator(0, 0))
    assert drawn.min() >= 0
    for axis in (1, 2):  # rounding of 40 additions
        np.testing.assert_allclose(drawn.sum(axis=axis), start.sum(axis=axis), rtol=1e-12)
    assert np.abs(drawn - start).max() > 0.1


def test_two_by_two_is_uniform_on_an_interval():
    """Rows (0.5, 0.5) and columns (0.4, 0.6): the first cell is uniform on [0, 0.4], quarter by quarter."""
    first = many([[0.3, 0.2], [0.1, 0.4]])[:, 0, 0]
    assert first.mean() == pytest.approx(0.2, abs=FOUR_SIGMA * 0.4 / np.sqrt(12))
    counts, _ = np.histogram(first, bins=4, range=(0, 0.4))
    spread = np.sqrt(MANY * 0.25 * 0.75)
    assert np.abs(counts - MANY / 4).max() < 4 * spread


def accepted(rows, columns, count=400_000) -> np.ndarray:
    """Uniform tables by rejection: the free cells uniform in their box, kept where the rest is not negative."""
    rng = np.random.default_rng(7)
    N, m = len(rows), len(columns)
    free = rng.random((count, N - 1, m - 1)) * np.minimum.outer(rows[:-1], columns[:-1])
    table = np.empty((count, N, m))
    table[:, :-1, :-1] = free
    table[:, :-1, -1] = np.array(rows[:-1]) - free.sum(axis=2)
    table[:, -1] = np.array(columns) - table[:, :-1].sum(axis=1)
    return table[(table >= 0).all(axis=(1, 2))]


@pytest.mark.parametrize(
    ("start"),
    [
        [[1, 0, 0], [0, 0.5, 0.5]],  # 2 x 3, from a corner
        [[1, 0], [0, 0.5], [0.2, 0.3]],  # 3 x 2
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],  # the Birkhoff polytope, from a corner
        [[3, 0, 0.1], [0, 0.2, 0], [0.1, 0, 0.4]],  # rows of unlike size
    ],
)
def test_moments_are_those_of_rejection(start):
    """An independent way to the uniform distribution gives the same means, variances and largest values."""
    start = np.array(start, dtype=float)
    drawn, known = many(start), accepted(start.sum(axis=1), start.sum(axis=0))
    scale = known.std(axis=0).max()
    error = (FOUR_SIGMA + 4 / np.sqrt(len(known))) * scale
    np.testing.assert_allclose(drawn.mean(axis=0), known.mean(axis=0), atol=error)
    np.testing.assert_allclose(drawn.std(axis=0), known.std(axis=0), atol=error)
    np.testing.assert_allclose(drawn.max(axis=0), known.max(axis=0), atol=0.1 * start.sum())  # all of it is reached


def test_rows_that_are_not_free_stay():
    start = np.random.default_rng(3).random((2, 5, 2))
    free = np.array([[True, False, True, True, False], [False, True, False, False, False]])
    drawn = sample.tables(start, sample.generator(0, 0), free=free)
    np.testing.assert_array_equal(drawn[~free], start[~free])
    np.testing.assert_array_equal(drawn[1], start[1])  # one free row alone has nothing to exchange with
    assert not np.allclose(drawn[0], start[0])


def test_what_is_nothing_stays_nothing():
    start = np.random.default_rng(3).random((1, 5, 3))
    start[:, :, 1] = 0  # a part without output
    start[:, 2] = 0  # a buyer that buys nothing
    drawn = sample.tables(start, sample.generator(0, 0))
    assert not drawn[:, :, 1].any()
    assert not drawn[:, 2].any()


def test_draws_are_replayed_one_by_one():
    start = np.random.default_rng(0).random((2, 6, 2))
    draws = [sample.tables(start, sample.generator(9, number)) for number in range(4)]
    np.testing.assert_array_equal(sample.tables(start, sample.generator(9, 2)), draws[2])
    assert not np.allclose(draws[2], draws[3])
    assert not np.allclose(sample.tables(start, sample.generator(8, 2)), draws[2])
    assert sample.generator(9, 2).random() != sample.generator(9, 2, 1).random()


def test_alike_polytopes_lean_the_same_way():
    """Two polytopes of other sizes in the same steps: each uniform on its interval, and strongly correlated."""
    start = np.array([[[0.3, 0.2], [0.1, 0.4]], [[30.0, 10.0], [20.0, 40.0]]])
    drawn = np.array([sample.tables(start, sample.generator(4, n), alike=True)[:, 0, 0] for n in range(1000)])
    np.testing.assert_allclose(drawn.mean(axis=0), [0.2, 20], rtol=2 * FOUR_SIGMA)  # on [0, 0.4] and [0, 40]
    np.testing.assert_allclose(drawn.std(axis=0), np.array([0.4, 40]) / np.sqrt(12), rtol=2 * FOUR_SIGMA)
    assert np.corrcoef(drawn.T)[0, 1] > 0.9


def test_shares_are_uniform_on_the_simplex():
    """Of three shares each has mean 1/3 and variance 1/18 (Dirichlet of ones); what is not there has none."""
    drawn = sample.shares((MANY, 3), sample.generator(0, 0))
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(drawn.mean(axis=0), 1 / 3, atol=FOUR_SIGMA * np.sqrt(1 / 18))
    np.testing.assert_allclose(drawn.var(axis=0), 1 / 18, rtol=0.1)
    some = sample.shares((1, 3), sample.generator(0, 0), there=np.array([[True, False, True], [True, True, True]]))
    assert some.shape == (2, 3)
    assert some[0, 1] == 0
    np.testing.assert_allclose(some.sum(axis=1), 1, rtol=1e-15)
