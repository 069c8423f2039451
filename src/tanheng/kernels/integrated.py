"""A process system and a table in one matrix: Suh's integrated hybrid, sparse next to dense.

With M (n, n) the technosphere, x̂ − Z the table, C_u (N, n) what a unit of each process buys from the sectors (money)
and C_d (n, N) what the sectors buy of the products (in their units, at the table's own scale), demands k and y run

    [  M    −C_d  ] [t]   [k]          [μ λ] [  M    −C_d  ] = [Q F]
    [ −C_u  x̂ − Z ] [w] = [y]    and         [ −C_u  x̂ − Z ]

the processes t (in units of their products) and the sectors w (in their own outputs), with multipliers μ per unit of
product and λ per unit of money. As in ``leontief``, nothing is divided by an output.

M is solved exactly by its sparse factors (``process``), so it is taken out first: the block method works on
x̂ − Z − C_u M⁻¹ C_d, which has the table's size and, where little of an economy is known as processes, nearly its
numbers. It is preconditioned by what preconditions the table: the regions' domestic inverses, or the factors of a small
one, with which it settles in a pass or two. Without C_d nothing of the table depends on the processes: that is the
tiered hybrid, one solve of each.
Source: Suh 2004, Functions, commodities and environmental impacts in an ecological-economic model, Ecological Economics
48; Suh and Huppes 2005.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng.errors import UnproductiveError
from tanheng.kernels import krylov, leontief, process

Array = NDArray[np.float64]

BOUND_PASSES = 10  # of one vector each; the first settles all but the strangest systems
CHUNK = 64  # products whose loops are followed at a time


@dataclass(frozen=True, eq=False)
class Integrated:
    """The four parts: factors of M, the table's system, ``upstream`` C_u (N, n), ``downstream`` C_d (n, N).

    Neither has a cell at a sector without output.
    """

    process: process.Factorised
    table: leontief.System
    upstream: sp.csc_array
    downstream: sp.csc_array


@dataclass(frozen=True, eq=False)
class Activity:
    """``processes`` (n, m) in units of their products and ``sectors`` (N, m) in their own outputs (1 is the table's).

    ``residual`` (m,) is that of the sectors' equations relative to what is asked of them; the processes' are exact.
    """

    processes: Array
    sectors: Array
    residual: Array
    passes: int


@dataclass(frozen=True, eq=False)
class Multipliers:
    """``products`` μ (K, n) per unit and ``sectors`` λ (K, N) per unit of money; ``residual`` (K,) of the sectors'."""

    products: Array
    sectors: Array
    residual: Array
    passes: int


def integrated(
    factors: process.Factorised,
    table: leontief.System,
    upstream: sp.csc_array,
    downstream: sp.csc_array,
    name: Callable[[int], str] = str,
) -> Integrated:
    """The integrated system of M's factors, a table's system, C_u (N, n) and C_d (n, N).

    Cells at sectors without output are left out: nothing can be bought of them, and what they buy is the caller's to
    place (convention 6). ``name`` turns the position of a process into words. Raises UnproductiveError where making a
    product takes, by way of the sectors, at least as much of what is sold to them as is made.
    """
    on = sp.diags_array(table.active.astype(np.float64))
    bought, sold = sp.csc_array(on @ upstream), sp.csc_array(downstream @ on)
    for part in (bought, sold):
        part.eliminate_zeros()
    system = Integrated(factors, table, bought, sold)
    _require_no_gain(system, name)
    return system


def activity(system: Integrated, k: Array, y: Array) -> Activity:
    """What the demands ``k`` (n, m) for products and ``y`` (N, m) for sectors, in money, run.

    Raises SingularError for a process system without solution, TableError where the block method does not settle.
    """
    right = y + system.upstream @ process.activity(system.process, k)
    right[~system.table.active] = 0
    found = _solve(system, right, transposed=False)
    return Activity(_behind(system, k, found.value), found.value, found.residual, found.passes)


def multipliers(system: Integrated, Q: Array, F: Array) -> Multipliers:
    """μ and λ for the stressors ``Q`` (K, n) per unit of each process and ``F`` (K, N) of each sector as it stands.

    Raises as ``activity``.
    """
    own = process.multipliers(system.process, Q)
    right = F.T + system.downstream.T @ own.T
    right[~system.table.active] = 0
    found = _solve(system, right, transposed=True)
    bought = np.ascontiguousarray(found.value.T) @ system.upstream
    products = own + process.multipliers(system.process, bought) if system.upstream.nnz else own
    return Multipliers(products, np.ascontiguousarray(found.value.T), found.residual, found.passes)


def _behind(system: Integrated, k: Array, w: Array) -> Array:
    return process.activity(system.process, k + system.downstream @ w)


def _solve(system: Integrated, right: Array, *, transposed: bool) -> krylov.Solution:
    """(x̂ − Z − C_u M⁻¹ C_d) W = right, or its transpose."""
    if not system.downstream.nnz or not system.upstream.nnz:
        return leontief.solve(system.table, right, transposed=transposed)
    first, second = (system.upstream.T, system.downstream.T) if transposed else (system.downstream, system.upstream)

    def apply(W: Array) -> Array:
        out = leontief.apply(system.table, W, transposed)
        out -= second @ system.process.solve(first @ W, transposed=transposed)
        return out

    return krylov.solve(apply, lambda block: leontief.precondition(system.table, block, transposed), right)


def _require_no_gain(system: Integrated, name: Callable[[int], str]) -> None:
    """Raise UnproductiveError unless the loops through the sectors die out.

    With K (p, p) what is sold of each of p products for a unit made of each, C_d (x̂ − Z)⁻¹ C_u M⁻¹, its spectral
    radius must be below 1. Where no number is negative, ``max_i (Kv)_i / v_i`` bounds it for any positive v (Collatz
    1942, Wielandt 1950); v is what is sold a year.
    """
    sold = np.flatnonzero(np.diff(system.downstream.tocsr().indptr))
    if not len(sold) or not system.upstream.nnz:
        return
    v = np.asarray(abs(system.downstream).sum(axis=1)).ravel()[sold]
    for _ in range(0 if _signed(system) else BOUND_PASSES):
        image = _loops(system, sold, np.arange(len(sold)), v)[:, 0]
        if (image < v).all():
            return
        v = v + image
    K = [_loops(system, sold, part) for part in np.array_split(np.arange(len(sold)), -(-len(sold) // CHUNK))]
    radii, vectors = np.linalg.eig(np.hstack(K))
    most = int(np.abs(radii).argmax())
    if np.abs(radii[most]) >= 1:
        raise UnproductiveError(
            f"the hybrid gains: a loop through the table takes {np.abs(radii[most]):.4g} of a product for 1 made of it",
            where=name(int(sold[np.abs(vectors[:, most] / v).argmax()])),
            hint="see the prices and units of what it buys, and how much of it is sold a year",
        )


def _loops(system: Integrated, sold: NDArray[np.intp], at: NDArray[np.intp], amounts: Array | None = None) -> Array:
    """What is sold of the products ``sold`` to make those ``at`` them: a unit of each, or ``amounts`` of all as one."""
    k = np.zeros((system.downstream.shape[0], len(at) if amounts is None else 1))
    k[sold[at], np.arange(len(at)) if amounts is None else 0] = 1.0 if amounts is None else amounts
    right = system.upstream @ process.activity(system.process, k)
    return np.asarray((system.downstream @ leontief.solve(system.table, right, transposed=False).value)[sold])


def _signed(system: Integrated) -> bool:
    """Whether a number has the other sign: avoided products and treatments do, and then the bound is none."""
    M = system.process.M.tocoo()
    own = M.coords[0] == M.coords[1]
    parts = (system.upstream.data, system.downstream.data, M.data[own], -M.data[~own])
    return any(bool((part < 0).any()) for part in parts)
