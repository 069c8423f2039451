"""Labels joined (or split by shares) along the axes of an array, totals kept."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError

Array = NDArray[np.float64]

TOLERANCE = 1e-12  # what a row of shares may miss 1 by: rounding, and no more


def fold(array: Array, axis: int, weights: Array) -> Array:
    """The array with one axis given away by ``weights``: out[.., j, ..] = Σ_i array[.., i, ..] weights[i, j].

    ``array`` of any shape, ``weights`` (length of the axis, new length), dimensionless shares whose rows sum to one, so
    that every total is kept. Returns a new array in the unit of ``array``. Raises InputError for weights of another
    length, or with a row that does not sum to one.
    Source: Miller and Blair 2009, sec. 4.9 (aggregation matrix S: Z* = S Z Sᵀ).

    >>> fold(np.array([[1.0, 2.0], [3.0, 4.0]]), 0, np.array([[1.0], [1.0]]))
    array([[4., 6.]])
    """
    _check(weights, array.shape[axis])
    before, after = math.prod(array.shape[:axis]), math.prod(array.shape[axis + 1 :])
    # seen as (before, old, after), a fold is one product and no axis is moved
    folded = weights.T @ array.reshape(before, array.shape[axis], after)
    return np.asarray(folded.reshape(*array.shape[:axis], weights.shape[1], *array.shape[axis + 1 :]))


def fold_all(array: Array, weights: Mapping[int, Array]) -> Array:
    """The array folded along several axes; ``weights`` maps an axis to its shares (see ``fold``).

    Z of n sectors, rows and columns alike:

    >>> join = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> fold_all(np.arange(9.0).reshape(3, 3), {0: join, 1: join})
    array([[ 8.,  7.],
           [13.,  8.]])
    """
    for axis, shares in weights.items():
        array = fold(array, axis, shares)
    return array


def _check(weights: Array, length: int) -> None:
    if weights.ndim != 2 or weights.shape[0] != length:
        shape = " x ".join(map(str, weights.shape))
        raise InputError(f"weights are {shape}, the axis has {length} labels", hint="give a row of shares per label")
    sums = weights.sum(axis=1)
    off = np.flatnonzero(~(np.abs(sums - 1) <= TOLERANCE))
    if off.size:
        raise InputError(
            f"the weights of label {off[0]} sum to {sums[off[0]]:.12g}, not 1", hint="give every label away whole"
        )
