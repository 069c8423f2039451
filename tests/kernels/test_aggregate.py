"""Joining labels along axes: totals are kept, shares that lose something are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import InputError
from tanheng.kernels.aggregate import fold, fold_all

JOIN = np.array([[1.0, 0], [1, 0], [0, 1]])


def test_rows_and_columns_are_joined():
    # Z* = Sᵀ Z S, Miller and Blair 2009, sec. 4.9
    Z = np.arange(9.0).reshape(3, 3)
    assert np.array_equal(fold_all(Z, {0: JOIN, 1: JOIN}), JOIN.T @ Z @ JOIN)


def test_an_axis_in_the_middle_is_folded_in_place():
    array = np.arange(24.0).reshape(2, 3, 4)
    expected = np.stack([array[:, 0] + array[:, 1], array[:, 2]], axis=1)
    assert np.array_equal(fold(array, 1, JOIN), expected)


def test_whole_numbers_stay_exact():
    array = np.full((3, 1000), 2.0**40 + 1)
    assert (fold(array, 0, JOIN)[0] == 2 * (2.0**40 + 1)).all()


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 5))
def test_totals_are_kept_along_every_other_axis(seed, old, new):
    rng = np.random.default_rng(seed)
    shares = rng.random((old, new)) + 1e-3
    shares /= shares.sum(axis=1, keepdims=True)
    array = rng.normal(size=(3, old, 2))
    np.testing.assert_allclose(fold(array, 1, shares).sum(axis=1), array.sum(axis=1), rtol=0, atol=1e-12)


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(InputError, match=r"label 1 sum to 0\.9, not 1"):
        fold(np.ones((2, 2)), 0, np.array([[1.0], [0.9]]))
    with pytest.raises(InputError, match="label 0 sum to nan"):
        fold(np.ones((1, 2)), 0, np.array([[np.nan]]))


def test_shares_of_another_length_are_refused():
    with pytest.raises(InputError, match="weights are 3 x 2, the axis has 2 labels"):
        fold(np.ones((2, 2)), 0, JOIN)
