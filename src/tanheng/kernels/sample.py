"""Tables drawn uniformly from all that have given row and column sums, and shares drawn uniformly from a simplex.

The tables T (N, m), not negative, with given sums of rows and columns are a transportation polytope. A walk of 2 x 2
exchanges stays within it: of two rows i, j and two columns k, l, t is added to T_ik and T_jl and taken from T_il and
T_jk. All t that keep the four cells from becoming negative are an interval; t is drawn from it uniformly, which is the
conditional distribution of the uniform one (a step of hit-and-run along that direction: Smith 1984), so that the
uniform distribution is kept. Exchanges join any two tables of the polytope (they are its Markov basis: Diaconis and
Sturmfels 1998), so that it is the only one kept and the walk tends to it from any start.

A sweep pairs all rows and exchanges within every pair at once. Half of the sweeps pair rows at random, half pair rows
of like size, since a large row that meets small ones alone moves slowly; the pairs never depend on the cells.

Randomness is replayable draw by draw (convention 12): ``generator(seed, draw)`` makes that of one draw.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SWEEPS = 40  # of 30 rows of unlike size, 25, 50, 100 and 400 sweeps differ by sampling error alone
_JITTER = 1.0  # of the logarithm of a row's size: rows of like size are those within a factor of e or so


def generator(seed: int, draw: int, stream: int = 0) -> np.random.Generator:
    """The randomness of one draw: the same for the same ``seed`` and number, whatever was drawn before.

    Streams of a draw are independent of each other.
    """
    return np.random.default_rng([seed, draw, stream])


def tables(
    start: Array, rng: np.random.Generator, *, free: Mask | None = None, alike: bool = False, sweeps: int = SWEEPS
) -> Array:
    """One table from each of P polytopes, drawn uniformly: (P, N, m), with the row and column sums of ``start``.

    ``start`` (P, N, m), not negative, in any unit; rows that are not ``free`` (P, N) stay as they are. With ``alike``
    all polytopes take the same steps, so that what is drawn from each is uniform still, but they lean the same way.
    Sums hold to rounding. O(sweeps P N log N).

    Of the tables with rows and columns (1, 1) the first cell is uniform on [0, 1]:

    >>> drawn = tables(np.full((1000, 2, 2), 0.5), generator(0, 0))
    >>> bool(abs(drawn[:, 0, 0].mean() - 0.5) < 0.04), float(drawn.sum(axis=1).max().round(12))
    (True, 1.0)
    """
    P, N, m = start.shape
    out = np.array(start, dtype=np.float64)
    free = np.ones((P, N), dtype=np.bool_) if free is None else free
    if N < 2 or m < 2:
        return out
    size = np.where(free, out.sum(axis=2), 0.0)
    with np.errstate(divide="ignore"):
        size = np.log(size.mean(axis=0, keepdims=True) if alike else size)
    shape = (1, N) if alike else (P, N)
    for sweep in range(1 if N == m == 2 else sweeps):  # of two by two, one exchange draws from all there is
        keys = rng.random(shape) if sweep % 2 else size + _JITTER * rng.standard_normal(shape)
        _exchange(out, np.where(free, keys, -np.inf), rng, alike)
    return out


def _exchange(out: Array, keys: Array, rng: np.random.Generator, alike: bool) -> None:
    """One exchange in each pair of rows that are neighbours by ``keys`` (P, N); none where it is minus infinity."""
    P, N, m = out.shape
    order = np.argsort(-keys, axis=1, kind="stable")
    half = N // 2
    first, second = order[:, 0 : 2 * half : 2], order[:, 1 : 2 * half : 2]
    shape = (1, half) if alike else (P, half)
    k = rng.integers(m, size=shape)
    l = (k + rng.integers(1, m, size=shape)) % m  # noqa: E741  # the field's own letter for a second column
    part = rng.random(shape)
    at = np.arange(P)[:, None]
    a, b, c, d = out[at, first, k], out[at, first, l], out[at, second, k], out[at, second, l]
    low, high = -np.minimum(a, d), np.minimum(b, c)
    t = np.clip(low + part * (high - low), low, high)
    t = np.where(np.isfinite(np.take_along_axis(keys, second, axis=1)), t, 0.0)
    out[at, first, k], out[at, first, l] = a + t, b - t
    out[at, second, k], out[at, second, l] = c - t, d + t


def shares(count: tuple[int, ...], rng: np.random.Generator, *, there: Mask | None = None) -> Array:
    """Shares drawn uniformly from the simplex: ``count`` (..., m), the last axis sums to one.

    ``there`` (broadcast with ``count``) tells which may have a share; of those that may not it is zero. Regions that
    share an axis of length 1 in ``count`` get the same shares but for those.
    Source: normalised exponentials are uniform on the simplex (Devroye 1986, ch. V.2).

    >>> shares((2, 3), generator(0, 0), there=np.array([True, False, True]))[:, 1].tolist()
    [0.0, 0.0]
    """
    drawn = rng.standard_exponential(count)
    drawn = drawn if there is None else np.where(there, drawn, 0.0)
    return np.asarray(drawn / drawn.sum(axis=-1, keepdims=True))
