"""A matrix brought to given row and column totals with the least change: RAS, and GRAS where cells have both signs.

GRAS (Junius and Oosterhaven 2003, with the objective as corrected by Lenzen, Wood and Gallego 2007) splits the matrix
into its positive part P and the size of its negative part N, both non-negative, and finds multipliers r, s > 0 with

    X = r̂ P ŝ − r̂⁻¹ N ŝ⁻¹,

which minimises Σ abs(a) (z ln z − z + 1), z = x/a, under the totals: a matrix that has them already is left as it is,
signs stay and zeros stay. Each row's r solves a quadratic, r p − n/r = u with p = P s, n = N s⁻¹ (and each column's s
alike); lines with cells of one sign only are the limits of it (Temurshoev, Miller and Bouwmeester 2013). Without
negative cells this is RAS (Stone 1961; Bacharach 1970).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tanheng.errors import TableError

Array = NDArray[np.float64]
Name = Callable[[int], str]

TOLERANCE = 1e-9  # of each line's gross total: the same 1e-9 that conservation is held to
LIMIT = 1_000  # steps of rows and columns; WIOD with inputs a tenth off takes 66


@dataclass(frozen=True, eq=False)
class Balanced:
    """The balanced ``matrix`` (m, n), multipliers ``r`` (m,) and ``s`` (n,) (of negative cells: their inverses), the
    ``steps`` taken, and the ``gap``: the largest difference of a line from its total, relative to its gross sum."""

    matrix: Array
    r: Array
    s: Array
    steps: int
    gap: float


def ras(matrix: Array, rows: Array, columns: Array, *, tolerance: float = TOLERANCE, limit: int = LIMIT) -> Balanced:
    """``matrix`` (m, n), not negative, scaled to sum to ``rows`` (m,) and ``columns`` (n,). Raises as ``gras`` does.

    >>> ras(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([2.0, 4.0]), np.array([3.0, 3.0])).matrix.tolist()
    [[1.0, 1.0], [2.0, 2.0]]
    """
    if matrix.min(initial=0.0) < 0:
        raise TableError(f"RAS needs cells that are not negative, the least is {matrix.min():.6g}", hint="use GRAS")
    return gras(matrix, rows, columns, tolerance=tolerance, limit=limit)


def gras(
    matrix: Array,
    rows: Array,
    columns: Array,
    *,
    tolerance: float = TOLERANCE,
    limit: int = LIMIT,
    row: Name = "row {}".format,
    column: Name = "column {}".format,
) -> Balanced:
    """``matrix`` (m, n), of any signs, brought to sum to ``rows`` (m,) and ``columns`` (n,); all in one unit.

    Signs and zeros are kept; a line with one sign and the total zero becomes zero. ``tolerance`` is relative to each
    line's gross sum; ``row`` and ``column`` are words for messages. Memory: the result, and the negative cells.
    Raises TableError when rows and columns do not have the same total, when the signs of a line cannot give its total
    (a zero line with another total, say), and when ``limit`` steps do not suffice.
    Source: Junius and Oosterhaven 2003; Lenzen, Wood and Gallego 2007; Temurshoev, Miller and Bouwmeester 2013.

    >>> balanced = gras(np.array([[2.0, -1.0], [1.0, 3.0]]), np.array([2.0, 3.0]), np.array([3.0, 2.0]))
    >>> balanced.matrix.sum(axis=1).round(6).tolist(), np.sign(balanced.matrix).tolist()
    ([2.0, 3.0], [[1.0, -1.0], [1.0, 1.0]])
    """
    rows, columns = np.asarray(rows, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    _require_totals(matrix, rows, columns, tolerance)
    parts = _Parts.of(matrix)
    r, s = _Scale.ones(len(rows)), _Scale.ones(len(columns))
    across, down = parts.along_rows(s), parts.along_columns(r)
    steps = 0
    while (gap := _gap(across, down, r, s, rows, columns)).share > tolerance:
        if steps == limit:
            raise TableError(
                f"GRAS did not settle in {limit} steps: a total is still missed by {gap.share:.2g} of its line",
                where=row(gap.line) if gap.line < len(rows) else column(gap.line - len(rows)),
                hint="its zeros and signs may not allow these totals; look at the lines it shares cells with",
            )
        r = _step(*across, rows, row)
        down = parts.along_columns(r)
        s = _step(*down, columns, column)
        across = parts.along_rows(s)
        steps += 1
    return Balanced(parts.scaled(r, s), r.up, s.up, steps, gap.share)


@dataclass(frozen=True, eq=False)
class _Scale:
    """Multipliers of positive cells (``up``) and of negative ones (``down``, the inverse); both zero-able."""

    up: Array
    down: Array

    @classmethod
    def ones(cls, length: int) -> _Scale:
        return cls(np.ones(length), np.ones(length))


@dataclass(frozen=True, eq=False)
class _Parts:
    """The positive part, dense, and the size of the negative part, sparse: few cells of a table are negative."""

    positive: Array
    negative: Any

    @classmethod
    def of(cls, matrix: Array) -> _Parts:
        positive = np.maximum(matrix, 0.0)
        place = np.nonzero(matrix < 0)
        return cls(positive, scipy.sparse.csr_array((-matrix[place], place), shape=matrix.shape))

    def along_rows(self, s: _Scale) -> tuple[Array, Array]:
        return self.positive @ s.up, self.negative @ s.down

    def along_columns(self, r: _Scale) -> tuple[Array, Array]:
        return r.up @ self.positive, self.negative.T @ r.down

    def scaled(self, r: _Scale, s: _Scale) -> Array:
        """X, written over the positive part: this object is spent after it."""
        result = self.positive
        result *= r.up[:, None]
        result *= s.up
        cells = self.negative.tocoo()
        result[cells.row, cells.col] = -cells.data * r.down[cells.row] * s.down[cells.col]
        return result


def _require_totals(matrix: Array, rows: Array, columns: Array, tolerance: float) -> None:
    if matrix.shape != (len(rows), len(columns)):
        shape = " x ".join(map(str, matrix.shape))
        hint = "give a total per row and per column"
        raise TableError(f"the matrix is {shape}, the totals are for {len(rows)} x {len(columns)}", hint=hint)
    for what, array in (("matrix", matrix), ("row totals", rows), ("column totals", columns)):
        if not np.isfinite(array).all():
            raise TableError(f"the {what} hold something that is not a number", hint="a missing number is not zero")
    gap = abs(rows.sum() - columns.sum())
    if gap > tolerance * max(np.abs(rows).sum(), np.abs(columns).sum()):
        raise TableError(
            f"the row totals sum to {rows.sum():.12g}, the column totals to {columns.sum():.12g}",
            hint="both are the sum of the matrix: make them agree first",
        )


def _step(positive: Array, negative: Array, totals: Array, name: Name) -> _Scale:
    """The multipliers that bring lines with these gross sums to their totals: the positive root of r p − n/r = u."""
    possible = np.where(totals > 0, positive > 0, np.where(totals < 0, negative > 0, True))
    if not possible.all():
        line = int((~possible).argmax())
        sign = "positive" if totals[line] > 0 else "negative"
        raise TableError(
            f"the total is to be {totals[line]:.6g} but no {sign} cell is left in the line",
            where=name(line),
            hint="zeros stay zero and signs stay: give the line a cell of that sign, or the total zero",
        )
    root = np.sqrt(totals**2 + 4 * positive * negative)
    # of the two forms of the root, the one that adds numbers of one sign, so that nothing cancels
    high = root + np.abs(totals)
    up = np.where(totals >= 0, _ratio(high, 2 * positive), _ratio(2 * negative, high))
    down = np.where(totals >= 0, _ratio(2 * positive, high), _ratio(high, 2 * negative))
    return _Scale(np.where(positive > 0, up, 1.0), np.where(negative > 0, down, 1.0))


def _ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


class _Gap(NamedTuple):
    line: int  # rows first, then columns
    share: float


def _gap(
    across: tuple[Array, Array], down: tuple[Array, Array], r: _Scale, s: _Scale, rows: Array, columns: Array
) -> _Gap:
    """The line that misses its total by most of its gross sum, and by how much."""
    plus = np.concatenate([across[0] * r.up, down[0] * s.up])
    minus = np.concatenate([across[1] * r.down, down[1] * s.down])
    totals = np.concatenate([rows, columns])
    share = _ratio(np.abs(plus - minus - totals), np.maximum(plus + minus, np.abs(totals)))
    worst = int(share.argmax())
    return _Gap(worst, float(share[worst]))
