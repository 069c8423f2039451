"""Process systems: q = Q M⁻¹ k, by sparse LU, one factorisation for all demands and all stressors.

M (n, n) has a column a process and a row a product, each process the maker of the product of its own row: what comes
out is positive, what goes in negative, and a treatment of waste has a negative reference. Loops need no care of their
own: the factors of M hold their whole geometric series.
Source: Heijungs and Suh 2002, The computational structure of life cycle assessment, ch. 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.sparse.linalg import splu

from tanheng.errors import SingularError

Array = NDArray[np.float64]

TOLERANCE = 1e-9  # of the amounts in an equation: LU of a system that means something leaves 1e-12 and less


@dataclass(frozen=True, eq=False)
class Factors:
    """A technosphere ``M`` (n, n) with its LU factors."""

    M: sp.csc_array
    lu: Any


def factorise(M: sp.csc_array, name: Callable[[int], str] = str) -> Factors:
    """The LU factors of ``M`` (n, n). Raises SingularError naming a process that makes the system unsolvable.

    >>> factors = factorise(sp.csc_array([[-2.0, 100.0], [10.0, 0.0]]))
    >>> activity(factors, np.array([0.0, 1000.0])).tolist()
    [100.0, 2.0]
    """
    matched = maximum_bipartite_matching(sp.csr_array(M), perm_type="column")
    if (matched < 0).any():
        raise _singular(name(int(np.flatnonzero(matched < 0)[0])), "no process is left to make its product")
    try:
        return Factors(M, splu(M))
    except RuntimeError:  # SuperLU's word for a pivot that is exactly zero
        raise _singular(name(_worst_column(M)), "it uses as much of its own product, by a loop, as it makes") from None


def activity(factors: Factors, k: Array) -> Array:
    """M⁻¹ k: how much of each process (n,) or (n, m) is needed for the demands ``k``. Raises SingularError."""
    x = factors.lu.solve(np.asarray(k, dtype=np.float64))
    _require_solved(factors.M, x, k)
    return np.asarray(x)


def multipliers(factors: Factors, Q: Array) -> Array:
    """Q M⁻¹ (s, n): what one unit of each product takes of each of s stressors ``Q`` (s, n), all of it upstream.

    >>> factors = factorise(sp.csc_array([[-2.0, 100.0], [10.0, 0.0]]))
    >>> multipliers(factors, np.array([[1.0, 10.0]])).round(12).tolist()
    [[0.1, 0.12]]
    """
    m = factors.lu.solve(np.ascontiguousarray(Q.T), trans="T").T
    _require_solved(factors.M.T, m.T, Q.T)
    return np.asarray(m)


def _require_solved(M: sp.sparray, x: Array, right: Array) -> None:
    """The remainder must be small beside the amounts that cancel in it (the backward error)."""
    rest, scale = np.abs(M @ x - right), abs(M) @ np.abs(x) + np.abs(right)
    if not rest.max(initial=0.0) <= TOLERANCE * scale.max(initial=0.0):  # so that NaN is bad
        hint = "look for a loop in which as much goes in as comes out"
        raise SingularError("the process system is nearly singular: its solution leaves a remainder", hint=hint)


def _worst_column(M: sp.csc_array) -> int:
    """The process whose diagonal comes nearest to nothing when the processes are removed one by one, densely."""
    if M.shape[0] > 2000:
        return int(np.abs(M.diagonal()).argmin())
    U = M.toarray()
    for i in range(len(U)):
        pivot = i + int(np.abs(U[i:, i]).argmax())
        if abs(U[pivot, i]) <= np.finfo(float).eps * np.abs(U).max():
            return i
        U[[i, pivot]] = U[[pivot, i]]
        U[i + 1 :] -= np.outer(U[i + 1 :, i] / U[i, i], U[i])
    return len(U) - 1


def _singular(who: str, why: str) -> SingularError:
    hint = "see what links to it, and the amount of its reference"
    return SingularError(f"the process system cannot be solved: {why}", where=who, hint=hint)
