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
from scipy.sparse.csgraph import connected_components, maximum_bipartite_matching
from scipy.sparse.linalg import splu

from tanheng.errors import SingularError

Array = NDArray[np.float64]

PIVOT = 0.1  # of a column's largest: a diagonal above it is taken, which keeps the factors sparse
DENSE = 2000  # processes of a block that is searched densely for the one to name
GROWTH = 1e14  # amounts in a solution to those asked for: systems that mean something, plants in units, stay below 1e12
TOLERANCE = 1e-9  # of the amounts in an equation: LU of a system that means something leaves 1e-12 and less


@dataclass(frozen=True, eq=False)
class Factorised:
    """A technosphere ``M`` (n, n), factorised block by block.

    Processes that need each other, by however long a loop, form a block; the largest such block, what it draws on and
    what draws on it are three parts in an order (``order``, cut at ``cuts``) in which M is block upper triangular. Only
    the diagonal parts are factorised (``lus``), so that nothing fills in between them: a few processes that everything
    draws on would fill all of it. Source: Davis and Palamadai Natarajan 2010 (KLU).
    """

    M: sp.csc_array
    order: NDArray[np.intp]
    cuts: tuple[int, int, int, int]
    lus: tuple[Any, ...]
    above: dict[tuple[int, int], sp.csc_array]

    def solve(self, right: Array, *, transposed: bool = False) -> Array:
        """M⁻¹ right, or M⁻ᵀ right, for (n,) or (n, m)."""
        x = np.array(right, dtype=np.float64)[self.order]
        parts = [slice(self.cuts[i], self.cuts[i + 1]) for i in range(3)]
        for i in (0, 1, 2) if transposed else (2, 1, 0):
            for (row, column), block in self.above.items():
                if transposed and column == i:
                    x[parts[i]] -= block.T @ x[parts[row]]
                elif not transposed and row == i:
                    x[parts[i]] -= block @ x[parts[column]]
            if self.lus[i] is not None:
                x[parts[i]] = self.lus[i].solve(x[parts[i]], trans="T" if transposed else "N")
        back = np.empty_like(x)
        back[self.order] = x
        return back


def factorise(M: sp.csc_array, name: Callable[[int], str] = str) -> Factorised:
    """The factors of ``M`` (n, n). Raises SingularError naming a process that makes the system unsolvable.

    >>> factors = factorise(sp.csc_array([[-2.0, 100.0], [10.0, 0.0]]))
    >>> activity(factors, np.array([0.0, 1000.0])).tolist()
    [100.0, 2.0]
    """
    matched = maximum_bipartite_matching(sp.csr_array(M), perm_type="column")
    if (matched < 0).any():
        raise _singular(name(int(np.flatnonzero(matched < 0)[0])), "no process is left to make its product")
    order, cuts = _parts(M)
    P = M[order][:, order].tocsc()
    blocks = {(i, j): P[cuts[i] : cuts[i + 1], cuts[j] : cuts[j + 1]] for i in range(3) for j in range(i, 3)}
    try:
        lus = tuple(_lu(blocks[i, i], "MMD_AT_PLUS_A" if i == 1 else "NATURAL") for i in range(3))
    except RuntimeError:  # SuperLU's word for a pivot that is exactly zero
        raise _singular(name(_worst_column(M)), "it uses as much of its own product, by a loop, as it makes") from None
    return Factorised(M, order, cuts, lus, {at: block for at, block in blocks.items() if at[0] < at[1] and block.nnz})


def _parts(M: sp.csc_array) -> tuple[NDArray[np.intp], tuple[int, int, int, int]]:
    """An order of the processes and its cuts: what the largest loop draws on, the loop, what draws on it."""
    n = M.shape[0]
    if not n:
        return np.arange(0), (0, 0, 0, 0)
    count, label = connected_components(M, connection="strong")
    cells = M.tocoo()
    condensed = sp.csr_array((np.ones(M.nnz), (label[cells.coords[1]], label[cells.coords[0]])), shape=(count, count))
    rank = _topological(condensed)  # users first; reversed, suppliers come first and M is upper triangular
    core = int(np.bincount(label, minlength=count).argmax())
    depth = rank[label]
    order = np.lexsort((np.arange(n), -depth))
    first = int((depth > rank[core]).sum())
    return order, (0, first, first + int((label == core).sum()), n)


def _topological(graph: sp.csr_array) -> NDArray[np.intp]:
    """A rank for each node of an acyclic graph (own loops apart), smaller for a node than for what it points to."""
    count = graph.shape[0]
    waiting = np.bincount(graph.indices, minlength=count) - (graph.diagonal() != 0)
    ready, rank, placed = list(np.flatnonzero(waiting == 0)), np.zeros(count, dtype=np.intp), 0
    while ready:
        node = ready.pop()
        rank[node], placed = placed, placed + 1
        targets = graph.indices[graph.indptr[node] : graph.indptr[node + 1]]
        waiting[targets] -= targets != node
        ready += [target for target in targets if waiting[target] == 0 and target != node]
    return rank


def _lu(block: sp.csc_array, ordering: str) -> Any:
    """LU of a diagonal part: on the diagonal where it is not small, as the field's matrices allow, else wherever."""
    if not block.shape[0]:
        return None
    try:
        symmetric = {"SymmetricMode": ordering != "NATURAL"}
        return splu(block, permc_spec=ordering, diag_pivot_thresh=PIVOT, options=symmetric)
    except RuntimeError:
        return splu(block)


def activity(factors: Factorised, k: Array) -> Array:
    """M⁻¹ k: how much of each process (n,) or (n, m) is needed for the demands ``k``. Raises SingularError."""
    x = factors.solve(k)
    _require_solved(factors.M, x, k)
    return x


def multipliers(factors: Factorised, Q: Array) -> Array:
    """Q M⁻¹ (s, n): what one unit of each product takes of each of s stressors ``Q`` (s, n), all of it upstream.

    >>> factors = factorise(sp.csc_array([[-2.0, 100.0], [10.0, 0.0]]))
    >>> multipliers(factors, np.array([[1.0, 10.0]])).round(12).tolist()
    [[0.1, 0.12]]
    """
    m = factors.solve(np.ascontiguousarray(Q.T), transposed=True).T
    _require_solved(factors.M.T, m.T, Q.T)
    return m


def _require_solved(M: sp.sparray, x: Array, right: Array) -> None:
    """The remainder must be small beside the amounts that cancel in it (the backward error), and these not be noise."""
    rest, scale = np.abs(M @ x - right), abs(M) @ np.abs(x) + np.abs(right)
    left = np.all(rest.max(axis=0, initial=0.0) <= TOLERANCE * scale.max(axis=0, initial=0.0))  # so that NaN is bad
    noise = scale.max(axis=0, initial=0.0) > GROWTH * np.abs(right).max(axis=0, initial=0.0)
    if not left or np.any(noise):
        hint = "look for a loop in which as much goes in as comes out"
        raise SingularError("the process system is nearly singular: it has no solution that means anything", hint=hint)


def _worst_column(M: sp.csc_array) -> int:
    """A process of a loop that uses all it makes: the block of processes that need each other and have no inverse."""
    count, label = connected_components(M, connection="strong")
    members = np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label, minlength=count))[:-1])
    for block in sorted(members, key=len):
        if len(block) <= DENSE:
            worst = _vanishing(M[block][:, block].toarray())
            if worst is not None:
                return int(block[worst])
    return int(np.abs(M.diagonal()).argmin())


def _vanishing(U: Array) -> int | None:
    """The first column of which nothing is left when those before it are eliminated, if there is one."""
    for i in range(len(U)):
        pivot = i + int(np.abs(U[i:, i]).argmax())
        if abs(U[pivot, i]) <= np.finfo(float).eps * np.abs(U).max():
            return i
        U[[i, pivot]] = U[[pivot, i]]
        U[i + 1 :] -= np.outer(U[i + 1 :, i] / U[i, i], U[i])
    return None


def _singular(who: str, why: str) -> SingularError:
    hint = "see what links to it, and the amount of its reference"
    return SingularError(f"the process system cannot be solved: {why}", where=who, hint=hint)
