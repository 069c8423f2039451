"""A block Krylov method of minimal residual: block generalised conjugate residuals, preconditioned.

All right-hand sides share one space, so that a pass over the matrix serves them all. The matrix is known by what it
does to a block of vectors, and the preconditioner too: whatever is dense, sparse or both can be solved with.
Source: Eisenstat, Elman and Schultz 1983; Soodhalter, de Sturler and Kilmer 2020.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import TableError

Array = NDArray[np.float64]
Operator = Callable[[Array], Array]  # (n, m) to a new (n, m)

TOLERANCE = 1e-10  # of ‖right-hand side‖₁; a tenth of the 1e-9 that conservation is held to
MOST_PASSES = 200  # a productive table needs 5 to 15
RESTART = 25  # passes kept in the basis; bounds its memory


@dataclass(frozen=True, eq=False)
class Solution:
    """A solution, the residual of each right-hand side relative to its 1-norm, and the passes over Z it took."""

    value: Array
    residual: Array
    passes: int


def solve(apply: Operator, precondition: Operator, right: Array) -> Solution:
    """The solution of M X = ``right`` (n, m), where ``apply`` is M and ``precondition`` an approximation of M⁻¹.

    Raises TableError where the residual does not fall below TOLERANCE of the right-hand side in MOST_PASSES.
    """
    norms = np.abs(right).sum(axis=0)
    scale = np.where(norms > 0, norms, 1.0)
    value, left, passes = _minimised(apply, precondition, right / scale)
    residual = np.abs(left).sum(axis=0)
    if residual.max(initial=0.0) > TOLERANCE:
        raise TableError(
            f"the solution did not settle in {passes} passes (residual {residual.max():.2g})",
            hint="the table is close to unproductive; look at columns whose inputs nearly equal their output",
        )
    return Solution(value * scale, residual, passes)


def _minimised(apply: Operator, precondition: Operator, right: Array) -> tuple[Array, Array, int]:
    """Minimise ‖right − M value‖ over a space that grows by one preconditioned residual block a pass."""
    value, left = np.zeros_like(right), right.copy()
    room = (len(right), RESTART * right.shape[1])
    images, steps = np.empty(room, order="F"), np.empty(room, order="F")  # orthonormal M z, and the z they come from
    used = 0
    for passes in range(MOST_PASSES):
        open_ = np.abs(left).sum(axis=0) > TOLERANCE
        if not open_.any():
            return value, left, passes
        if used + right.shape[1] > room[1]:
            used = 0
        step = precondition(left if open_.all() else left[:, open_])
        image = apply(step)
        overlap = images[:, :used].T @ image
        image -= images[:, :used] @ overlap
        step -= steps[:, :used] @ overlap
        image, step = _orthonormal(image, step)
        gain = image.T @ left
        value += step @ gain
        left -= image @ gain
        fresh = slice(used, used + image.shape[1])
        images[:, fresh], steps[:, fresh] = image, step
        used = fresh.stop
    return value, left, MOST_PASSES


def _orthonormal(image: Array, step: Array) -> tuple[Array, Array]:
    """Orthonormal columns spanning ``image``, and the same combinations of ``step``; dependent columns are dropped.

    By the eigenvectors of the Gram matrix, a hundred times faster than a pivoted QR. They are orthonormal to 1e-4 at
    worst, which costs a little convergence and no accuracy: value and residual are updated by the same step.
    """
    lengths = np.linalg.norm(image, axis=0)
    lengths[lengths == 0] = 1
    sizes, vectors = np.linalg.eigh((image.T @ image) / np.outer(lengths, lengths))
    kept = sizes > 1e-12 * sizes.max(initial=0.0)  # a millionth in length: below it the Gram matrix holds noise
    mix = vectors[:, kept] / np.sqrt(sizes[kept]) / lengths[:, None]
    return image @ mix, step @ mix
