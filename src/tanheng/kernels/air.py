"""Air quality in arrays: means of days, running means of 8 hours, percentiles, the index, rounding.

Missing hours are NaN; a mean of too few hours is NaN. Source: GB 3095-2012, table 4; HJ 633-2012; HJ 663-2013, annex A;
GB/T 8170-2008, section 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HOURS = 24
RUN = 8  # hours of a running mean
TIE = 1e-9  # of a last digit: what binary leaves of a decimal five


def rounded(values: Array, decimals: int = 0) -> Array:
    """``values`` rounded to ``decimals`` places, a five to the even digit (GB/T 8170): not upward, as it often is.

    >>> rounded(np.array([2.5, 3.5, 2.51, -2.5])).tolist()
    [2.0, 4.0, 3.0, -2.0]
    >>> rounded(np.array([0.15, 0.25, 2.675, 1.005]), 1).tolist()
    [0.2, 0.2, 2.7, 1.0]
    """
    scaled = np.asarray(values, dtype=np.float64) * 10.0**decimals
    below = np.floor(scaled)
    tie = np.abs(scaled - below - 0.5) <= TIE * np.maximum(1.0, np.abs(scaled))
    even = np.where(below % 2 == 0, below, below + 1)
    return np.asarray(np.where(tie, even, np.round(scaled)) / 10.0**decimals)


def day_means(hours: Array, least: int) -> Array:
    """Means (days, ...) of the 24 hours of each day (days, 24, ...), NaN where fewer than ``least`` are there."""
    there = np.isfinite(hours)
    count = there.sum(axis=1)
    sums = np.where(there, hours, 0.0).sum(axis=1)
    return np.where(count >= least, sums / np.maximum(count, 1), np.nan)


def running_means(hours: Array, least: int) -> Array:
    """The 17 means of 8 hours (days, 17, ...) that end in each day (days, 24, ...), from its first eight hours on.

    NaN where fewer than ``least`` of the eight hours are there.
    """
    there = np.isfinite(hours)
    sums = _running(np.where(there, hours, 0.0))
    count = _running(there.astype(np.float64))
    return np.where(count >= least, sums / np.maximum(count, 1.0), np.nan)


def greatest_running_means(hours: Array, least: int, means: int, limit: float) -> Array:
    """The greatest mean of 8 hours of each day (days, ...), of hours (days, 24, ...).

    NaN where fewer than ``means`` of the 17 are there, unless the greatest exceeds ``limit``: a day that is known to
    exceed it counts, however much of it is missing (HJ 663-2013, table 3).
    """
    running = running_means(hours, least)
    count = np.isfinite(running).sum(axis=1)
    greatest = np.where(np.isfinite(running), running, -np.inf).max(axis=1)
    return np.where((count >= means) | (greatest > limit), np.where(count > 0, greatest, np.nan), np.nan)


def _running(hours: Array) -> Array:
    sums = np.cumsum(np.concatenate([np.zeros_like(hours[:, :1]), hours], axis=1), axis=1)
    return np.asarray(sums[:, RUN:] - sums[:, :-RUN])


def percentile(values: Array, percent: float) -> float:
    """The percentile of the finite ``values`` (n,): between the two nearest of them in order, NaN of none.

    >>> percentile(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 90)
    4.6
    """
    return float(percentiles(values, percent))


def percentiles(values: Array, percent: float) -> Array:
    """The percentile of the finite ``values`` (..., n) along the last axis, (...): NaN where there are none.

    With k = 1 + (n − 1) p, it is X(s) + (X(s+1) − X(s)) (k − s), s the whole part of k (HJ 663-2013, annex A).
    """
    ordered = np.sort(values, axis=-1)  # NaN comes last
    last = np.isfinite(values).sum(axis=-1, keepdims=True) - 1
    k = np.maximum(last, 0) * percent / 100
    s = k.astype(np.intp)
    below = np.take_along_axis(ordered, s, axis=-1)
    above = np.take_along_axis(ordered, np.minimum(s + 1, np.maximum(last, 0)), axis=-1)
    return np.asarray((below + (above - below) * (k - s))[..., 0])


def index(values: Array, breakpoints: Array, at: Array) -> Array:
    """The index of concentrations ``values`` (...), rounded up: linear between ``breakpoints`` (m,), of index ``at``.

    Above the last breakpoint it is the last index where that is the end of the scale, 500, and NaN on a scale that ends
    before (another mean of that substance goes on). NaN of NaN. Source: HJ 633-2012, sections 4.2 and 4.3.

    >>> points, at = np.array([0.0, 35, 75, 115, 150, 250, 350, 500]), np.array([0.0, 50, 100, 150, 200, 300, 400, 500])
    >>> index(np.array([35.0, 75.0, 36.0, 600.0]), points, at).tolist()
    [50.0, 100.0, 52.0, 500.0]
    """
    whole = at[: len(breakpoints)]
    found = np.interp(values, breakpoints, whole)
    found = np.ceil(found - TIE * np.maximum(1.0, found))  # 50 that binary makes of 50.000000001 stays 50
    beyond = values > breakpoints[-1]
    if len(breakpoints) < len(at):
        found = np.where(beyond, np.nan, found)
    return np.where(np.isfinite(values), found, np.nan)
