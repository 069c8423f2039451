"""RAS and GRAS: the example of Junius and Oosterhaven, optimality, and what cannot be balanced."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import TableError
from tanheng.kernels.balance import gras, ras

# Junius and Oosterhaven 2003, the example: goods, services, net taxes by goods, services, consumption, net exports
OLD = np.array([[7.0, 3, 5, -3], [2, 9, 8, 1], [-2, 0, 2, 1]])
ROWS, COLUMNS = np.array([15.0, 26, -1]), np.array([9.0, 16, 17, -2])

MISSED = 1e-8  # of a line's gross sum: ten times the tolerance of the method, for what rounding adds


def signed(seed, m=5, n=6, negative=0.2):
    """A matrix of both signs, and totals that some other matrix of its signs has."""
    rng = np.random.default_rng(seed)
    matrix = rng.exponential(10, (m, n)) * (rng.random((m, n)) < 0.8) * np.where(rng.random((m, n)) < negative, -1, 1)
    other = matrix * rng.uniform(0.5, 2.0, (m, n))
    return matrix, other.sum(axis=1), other.sum(axis=0)


seeds = st.integers(0, 2**32 - 1)


def least_change(old, rows, columns):
    """The minimum of Σ |a| (z ln z − z + 1) under the totals, by a general solver: Lenzen, Wood and Gallego 2007."""
    cells = np.nonzero(old)
    size = np.abs(old[cells])
    totals = np.zeros((sum(old.shape), len(size)))
    totals[cells[0], np.arange(len(size))] = old[cells]
    totals[len(old) + cells[1], np.arange(len(size))] = old[cells]
    constraint = {
        "type": "eq",
        "fun": lambda z: (totals @ z - np.concatenate([rows, columns]))[:-1],  # the last follows from the others
        "jac": lambda z: totals[:-1],
    }
    found = scipy.optimize.minimize(
        lambda z: float(size @ (z * np.log(z) - z + 1)),
        np.ones(len(size)),
        jac=lambda z: size * np.log(z),
        bounds=[(1e-6, None)] * len(size),
        constraints=[constraint],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-14},
    )
    assert found.success, found.message
    result = np.zeros_like(old)
    result[cells] = old[cells] * found.x
    return result


def test_the_example_of_junius_and_oosterhaven():
    balanced = gras(OLD, ROWS, COLUMNS)
    np.testing.assert_allclose(balanced.matrix.sum(axis=1), ROWS, rtol=MISSED, atol=MISSED)
    np.testing.assert_allclose(balanced.matrix.sum(axis=0), COLUMNS, rtol=MISSED, atol=MISSED)
    # the general solver stops where its objective changes by 1e-14, that is cells by its root
    np.testing.assert_allclose(balanced.matrix, least_change(OLD, ROWS, COLUMNS), rtol=1e-5, atol=1e-7)


@given(seeds)
def test_totals_are_met_signs_and_zeros_kept(seed):
    matrix, rows, columns = signed(seed)
    balanced = gras(matrix, rows, columns, limit=20_000)
    gross = np.abs(balanced.matrix)
    assert np.array_equal(np.sign(balanced.matrix), np.sign(matrix))
    assert (np.abs(balanced.matrix.sum(axis=1) - rows) <= MISSED * np.maximum(gross.sum(axis=1), np.abs(rows))).all()
    assert (
        np.abs(balanced.matrix.sum(axis=0) - columns) <= MISSED * np.maximum(gross.sum(axis=0), np.abs(columns))
    ).all()
    assert balanced.gap <= 1e-9


@given(seeds)
def test_the_change_is_the_least(seed):
    """Optimal is x = a (r s)^sign(a): in sign(a) ln(x/a) every cell is a row's number plus a column's."""
    matrix, rows, columns = signed(seed)
    balanced = gras(matrix, rows, columns, limit=20_000).matrix
    cells = np.nonzero(matrix)
    change = np.sign(matrix[cells]) * np.log(balanced[cells] / matrix[cells])
    design = np.zeros((len(change), sum(matrix.shape)))
    design[np.arange(len(change)), cells[0]] = 1
    design[np.arange(len(change)), len(matrix) + cells[1]] = 1
    fitted = design @ np.linalg.lstsq(design, change, rcond=None)[0]
    np.testing.assert_allclose(change, fitted, atol=1e-9)  # rounding of logarithms and of the fit


@given(seeds)
def test_without_negative_cells_it_is_ras(seed):
    matrix, rows, columns = signed(seed, negative=0.0)
    by_hand = matrix.copy()
    for _ in range(500):
        by_hand *= (rows / np.where(by_hand.any(axis=1), by_hand.sum(axis=1), 1.0))[:, None]
        by_hand *= columns / np.where(by_hand.any(axis=0), by_hand.sum(axis=0), 1.0)
    for method in (gras, ras):
        np.testing.assert_allclose(
            method(matrix, rows, columns).matrix, by_hand, rtol=1e-6
        )  # both stop at 1e-9 of totals


@given(seeds)
def test_a_balanced_matrix_is_left_as_it_is(seed):
    matrix = signed(seed)[0]
    balanced = gras(matrix, matrix.sum(axis=1), matrix.sum(axis=0))
    assert balanced.steps == 0
    assert np.array_equal(balanced.matrix, matrix)


def test_the_matrix_given_is_not_written_to():
    before = OLD.copy()
    gras(before, ROWS, COLUMNS)
    assert np.array_equal(before, OLD)


def test_rows_and_columns_of_negative_cells_alone():
    """Temurshoev, Miller and Bouwmeester 2013: no positive cell in a row, and none in a column."""
    matrix = np.array([[-1.0, -2.0, -1.0], [-2.0, 5.0, 3.0], [-1.0, 0.0, 4.0]])
    rows, columns = np.array([-6.0, 5.0, 2.0]), np.array([-5.0, 2.0, 4.0])
    balanced = gras(matrix, rows, columns)
    np.testing.assert_allclose(balanced.matrix.sum(axis=1), rows, rtol=MISSED)
    np.testing.assert_allclose(balanced.matrix, least_change(matrix, rows, columns), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_line_of_one_sign_with_total_zero_becomes_zero(sign):
    matrix = sign * np.array([[1.0, 2.0], [3.0, 4.0]])
    balanced = gras(matrix, np.array([0.0, sign * 7.0]), sign * np.array([3.0, 4.0]))
    np.testing.assert_allclose(balanced.matrix, sign * np.array([[0.0, 0.0], [3.0, 4.0]]), rtol=MISSED)


def test_a_line_without_cells_and_without_total_stays():
    balanced = gras(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([0.0, 3.0]), np.array([1.0, 2.0]))
    np.testing.assert_allclose(balanced.matrix, [[0, 0], [1, 2]], rtol=MISSED)


def test_a_nearly_all_negative_line_loses_no_digits():
    """The root of the quadratic cancels in its textbook form when the total is far below zero."""
    matrix = np.array([[1e-6, -1.0], [3.0, 2.0]])
    rows, columns = np.array([-100.0, 105.0]), np.array([3.0, 2.0])
    balanced = gras(matrix, rows, columns, tolerance=1e-13)
    np.testing.assert_allclose(balanced.matrix.sum(axis=1), rows, rtol=1e-12)


@pytest.mark.parametrize(
    ("matrix", "rows", "columns", "says"),
    [
        ([[1, 1], [1, 1]], [1, 1], [1, 2], "row totals sum to 2, the column totals to 3"),
        ([[0, 0], [1, 1]], [1, 1], [1, 1], "row 0: the total is to be 1 but no positive cell"),
        ([[1, 1], [1, 1]], [-1, 3], [1, 1], "row 0: the total is to be -1 but no negative cell"),
        ([[1, 0], [1, 0]], [1, 1], [1, 1], "column 1: the total is to be 1 but no positive cell"),
        ([[1, 1]], [1, 1], [1, 1], "matrix is 1 x 2, the totals are for 2 x 2"),
        ([[1, np.nan], [1, 1]], [1, 1], [1, 1], "not a number"),
        ([[1, 1], [1, 1]], [np.nan, 1], [1, 1], "not a number"),
    ],
)
def test_what_cannot_be_balanced_says_why(matrix, rows, columns, says):
    with pytest.raises(TableError, match=says):
        gras(np.array(matrix, dtype=float), np.array(rows, dtype=float), np.array(columns, dtype=float))


def test_totals_that_the_zeros_do_not_allow_do_not_settle():
    matrix = np.array(
        [[1.0, 0.0], [1.0, 1.0]]
    )  # row 0 has column 0 alone, which is to be less: row 1 is left with 2, not 1
    with pytest.raises(TableError, match=r"^r1: .*did not settle in 50 steps: a total is still missed by 0\.5"):
        gras(matrix, np.array([3.0, 1.0]), np.array([2.0, 2.0]), limit=50, row="r{}".format)


def test_ras_refuses_negative_cells():
    with pytest.raises(TableError, match="use GRAS"):
        ras(OLD, ROWS, COLUMNS)
