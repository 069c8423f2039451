"""The Leontief system, solved without an inverse and without a copy of Z.

With A = Z x̂⁻¹ and L = (I−A)⁻¹, both questions of the field share one matrix, M = x̂ − Z:

* multipliers m = s L (s = F x̂⁻¹) solve  m M = F,
* embodied output L Y = x̂ W solves  M W = Y,

so nothing is ever divided by an output. A sector without output has no coefficient: its row and column of M are those
of the identity, its multiplier is zero, and what flows into it is the caller's residual (convention 6).

Small systems go to LU. Large ones go to a block Krylov method of minimal residual (``kernels.krylov``), preconditioned
by the inverses of the regions' own (domestic) blocks: one pass over Z an iteration, all right-hand sides sharing one
space.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse.linalg
from numpy.typing import NDArray

from tanheng.errors import TableError, UnproductiveError
from tanheng.kernels import krylov

Array = NDArray[np.float64]
Solution = krylov.Solution

TOLERANCE = krylov.TOLERANCE
DIRECT_LIMIT = 1_000  # rows; above it LU loses to the block method (bench/NOTES.md)
PANEL = 500_000  # cells read at a time where several things are asked of them: 4 MB stay in cache
BOUND_PASSES = 20  # of one vector each, cheap beside the radius itself
WIDE = 48  # columns from which a product is a tenth faster row by row, below it slower (bench/NOTES.md)


@dataclass(frozen=True, eq=False)
class Margins:
    """Row and column sums of Z (n,), the same of ``|Z|`` (``gross_``), and whether a cell is negative."""

    rows: Array
    columns: Array
    gross_rows: Array
    gross_columns: Array
    signed: bool


@dataclass(frozen=True, eq=False)
class System:
    """M = x̂ − Z, ready to be solved.

    ``Z`` (n, n) and ``x`` (n,) in money; ``active`` (n,) marks sectors with output; ``domestic`` (R, S, S) holds the
    inverses of the diagonal blocks of M; ``factors`` is the LU of Mᵀ for small systems, else None.
    """

    Z: Array
    x: Array
    active: NDArray[np.bool_]
    domestic: Array
    factors: Any


def margins(Z: Array) -> Margins:
    """What to know of Z (n, n) before it is solved with: one pass over it on two cores, two if it is signed."""
    height = max(1, PANEL // max(1, len(Z)))
    panels = [Z[start : start + height] for start in range(0, len(Z), height)]
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda panel: (panel.sum(axis=1), panel.sum(axis=0), panel.min()), panels))
        rows, columns = np.concatenate([part[0] for part in parts]), np.sum([part[1] for part in parts], axis=0)
        if min(part[2] for part in parts) >= 0:
            return Margins(rows, columns, rows, columns, False)
        gross = list(pool.map(lambda panel: (np.abs(panel).sum(axis=1), np.abs(panel).sum(axis=0)), panels))
    gross_rows, gross_columns = np.concatenate([part[0] for part in gross]), np.sum([part[1] for part in gross], axis=0)
    return Margins(rows, columns, gross_rows, gross_columns, True)


def system(
    Z: Array,
    x: Array,
    block: int,
    *,
    active: NDArray[np.bool_] | None = None,
    known: Margins | None = None,
    name: Callable[[int], str] = str,
    direct_limit: int = DIRECT_LIMIT,
) -> System:
    """Prepare M = x̂ − Z.

    ``Z`` (n, n), ``x`` (n,) not negative, ``block`` the number of sectors in a region (n is a multiple of it),
    ``known`` the margins of Z if they are, ``name`` turns a position into words for messages. Raises UnproductiveError
    when the spectral radius of A is at or above 1.
    """
    active = x > 0 if active is None else active
    _require_productive(Z, x, active, known or margins(Z), name)
    small = len(x) <= direct_limit
    domestic = _domestic_inverses(Z, x, active, block, name)
    return System(Z, x, active, domestic, _factorise(Z, x, active) if small else None)


def multipliers(system: System, F: Array) -> Solution:
    """m = s L: (K, n), units of F per unit of money; F is (K, n), zero multiplier where there is no output.

    Source: Miller and Blair 2009, ch. 2 and 10; solved as m (x̂ − Z) = F.
    """
    right = np.where(system.active, F, 0.0).T
    solution = solve(system, right, transposed=True)
    return Solution(np.ascontiguousarray(solution.value.T), solution.residual, solution.passes)


def embodied_output(system: System, Y: Array) -> Solution:
    """L Y: (n, m), the output of every sector for each of m final demands; Y is (n, m), money.

    Source: Miller and Blair 2009, ch. 2; solved as (x̂ − Z) W = Y, L Y = x̂ W.
    """
    right = np.where(system.active[:, None], Y, 0.0)
    solution = solve(system, right, transposed=False)
    return Solution(solution.value * system.x[:, None], solution.residual, solution.passes)


def solve(system: System, right: Array, *, transposed: bool) -> Solution:
    """M⁻¹ right, or M⁻ᵀ right; ``right`` (n, m) is zero where there is no output. Raises TableError (see krylov)."""
    if system.factors is None:
        return krylov.solve(
            lambda W: apply(system, W, transposed), lambda block: precondition(system, block, transposed), right
        )
    norms = np.abs(right).sum(axis=0)
    value = precondition(system, right, transposed)
    left = right - apply(system, value, transposed)
    return Solution(value, np.abs(left).sum(axis=0) / np.where(norms > 0, norms, 1.0), 1)


def apply(system: System, W: Array, transposed: bool) -> Array:
    """M W, or Mᵀ W: one pass over Z. W is (n, m), zero where there is no output (as right-hand sides are made)."""
    matrix = system.Z.T if transposed else system.Z
    if W.shape[1] < WIDE:
        product = matrix @ W
    else:
        W = np.asfortranarray(W)
        product = (W.T @ matrix.T).T
    np.subtract(system.x[:, None] * W, product, out=product)
    product[~system.active] = 0
    return np.asarray(product)


def precondition(system: System, block: Array, transposed: bool) -> Array:
    """M⁻¹ block by the factors of a small system, else nearly, by the regions' own economies alone. Block is (n, m)."""
    if system.factors is not None:
        trans = 0 if transposed else 1  # the factors are those of Mᵀ
        return np.asarray(scipy.linalg.lu_solve(system.factors, block, trans=trans, check_finite=False))
    inverses = system.domestic.transpose(0, 2, 1) if transposed else system.domestic
    regions, sectors, _ = inverses.shape
    return np.asarray((inverses @ block.reshape(regions, sectors, -1)).reshape(block.shape))


def spectral_radius(Z: Array, x: Array) -> float:
    """The spectral radius of A = Z x̂⁻¹; columns without output count as zero. Z (n, n), x (n,)."""
    scale = np.divide(1.0, x, out=np.zeros_like(x), where=x > 0)
    if len(x) < 200:
        return float(np.abs(np.linalg.eigvals(Z * scale)).max(initial=0.0))
    operator = scipy.sparse.linalg.LinearOperator(Z.shape, matvec=lambda v: Z @ (scale * np.ravel(v)), dtype=np.float64)
    try:
        value = scipy.sparse.linalg.eigs(
            operator, k=1, which="LM", v0=np.ones(len(x)), tol=1e-8, return_eigenvectors=False
        )
    except scipy.sparse.linalg.ArpackNoConvergence as error:
        raise TableError(
            "the spectral radius of A could not be settled", hint="look at the columns whose inputs exceed their output"
        ) from error
    return float(np.abs(value).max())


def productivity(Z: Array, x: Array, active: NDArray[np.bool_], known: Margins) -> tuple[float, Array]:
    """A bound below 1 of the spectral radius of A, or where none is found the radius; and inputs per output (n,).

    For non-negative A and any positive v, ``max_j (vA)_j / v_j`` bounds the radius above (Collatz 1942, Wielandt 1950);
    v = 1 gives the largest column sum and nearly always settles it. The radius itself is computed only where no bound
    falls below 1, or where Z is signed and the column sums of ``|A|`` do not settle it.
    Raises TableError when the radius cannot be settled.
    """
    per_output = np.divide(1.0, x, out=np.zeros_like(x), where=active)
    shares = known.gross_columns * per_output
    v, image = np.ones_like(x), shares
    for _ in range(1 if known.signed else BOUND_PASSES):
        bound = float((image / v).max(initial=0.0))
        if bound < 1:
            return bound, shares
        v = v + image  # powers of I + A: stays positive, and leans towards the dominant vector
        image = (v @ Z) * per_output
    return spectral_radius(Z, np.where(active, x, 0.0)), shares


def _require_productive(
    Z: Array, x: Array, active: NDArray[np.bool_], known: Margins, name: Callable[[int], str]
) -> None:
    radius, shares = productivity(Z, x, active, known)
    if radius >= 1:
        worst = int(shares.argmax())
        raise UnproductiveError(
            f"the table is not productive: the spectral radius of A is {radius:.4g}, at or above 1",
            where=name(worst),
            hint=f"its inputs are {shares[worst]:.4g} times its output, the most of all; check Z and Y there",
        )


def _domestic_inverses(Z: Array, x: Array, active: NDArray[np.bool_], block: int, name: Callable[[int], str]) -> Array:
    """Inverses (R, S, S) of the diagonal blocks of M; Z's blocks are read, Z is not copied."""
    regions = len(x) // block
    each = np.arange(regions)
    blocks = -Z.reshape(regions, block, regions, block)[each, :, each, :]
    if not active.all():
        on = active.reshape(regions, block)
        blocks *= on[:, :, None] & on[:, None, :]
    own = np.arange(block)
    blocks[:, own, own] += np.where(active, x, 1.0).reshape(regions, block)
    try:
        return np.asarray(np.linalg.inv(blocks))
    except np.linalg.LinAlgError as error:  # only where Z is signed: a productive non-negative table has no such block
        rank = np.linalg.matrix_rank(blocks)
        raise TableError(
            "the region's own economy is singular: it has no domestic multipliers",
            where=name(int(rank.argmin()) * block),
            hint="negative cells of Z cancel its output there; check them",
        ) from error


def _factorise(Z: Array, x: Array, active: NDArray[np.bool_]) -> Any:
    """LU of Mᵀ: the transpose of a row-major matrix is column-major, which LAPACK takes without another copy."""
    M = -Z
    if not active.all():
        M[~active] = 0
        M[:, ~active] = 0
    M[np.diag_indices_from(M)] += np.where(active, x, 1.0)
    return scipy.linalg.lu_factor(M.T, overwrite_a=True, check_finite=False)
