"""Structural paths: the chains i ← ... ← j of a footprint s L y = Σ_k s Aᵏ y, strongest first, without the matrix A.

A path starts at a final product j, goes from each buyer to one of its suppliers, and ends where it emits: its value is
``s_i a_ik ... a_lj y_j``. Everything behind a node with quantity q is worth q·m with m = s L, the total multiplier, so
a node is given up when ``|q|``·m falls below the threshold, and never because its own emissions s q are small. That
loses nothing: a path is a single product, so what bounds signed numbers are those of ``|s|``, ``|A|`` and ``|y|``.

Two things make it quick. No path above the threshold takes a cell of Z for which m_i a_ij (L y)_j is below it, so one
pass over Z leaves some thousands of cells (``strong``). And nodes wait in classes of their bound, a factor of four
apart; the strongest class is walked whole, in arrays, before the next: best first, without a queue of single nodes.

Source: Defourny and Thorbecke 1984; Treloar 1997. Where the emissions stand between: Liang, Qu and Xu 2016.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tanheng.kernels.leontief import PANEL

Array = NDArray[np.float64]
Positions = NDArray[np.int64]
Nodes = NDArray[np.void]  # of _NODE
Axis = Literal["region", "sector"]

MOST = 5_000_000  # nodes visited: 200 MB
CLASS = 4.0  # between classes of bounds: a search visits a few times the nodes it needs at most, in few large arrays
SLACK = 0.99  # of the threshold, where nodes are given up: m and L y come from a solve, and a hundredth is far above it

_NODE = np.dtype([("sector", "i4"), ("layer", "i4"), ("parent", "i8"), ("quantity", "f8"), ("bound", "f8")])


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells (``rows``, ``columns``) of an (n, n) matrix and their ``values``, each (E,), row by row."""

    rows: Positions
    columns: Positions
    values: Array


@dataclass(frozen=True, eq=False)
class Found:
    """Paths, the largest value without sign first.

    ``nodes`` (P, longest + 1) are positions from the emitter to the final product, -1 behind its end; ``values`` (P,)
    have the unit of the footprint; ``layers`` (P,) count the purchases between (0: the product's own maker emits).
    Every path above ``complete`` is here; ``visited`` nodes were looked at, ``exhausted`` says that they were as
    many as allowed.
    """

    nodes: Positions
    values: Array
    layers: Positions
    complete: float
    visited: int
    exhausted: bool


def layers(Z: Array, per_output: Array, s: Array, Y: Array, count: int) -> Array:
    """s Aᵏ Y for k = 0 ... count − 1, (count, K, m): what each layer of suppliers emits.

    ``Z`` (n, n), ``per_output`` (n,) 1/x or zero, ``s`` (K, n), zero without output, ``Y`` (n, m). One pass over Z a
    layer. Source: Treloar 1997; Kitzes 2013.
    """
    sums, output = np.empty((count, len(s), Y.shape[1])), Y
    for k in range(count):
        if k:
            output = Z @ (output * per_output[:, None])
        sums[k] = s @ output
    return sums


def betweenness(s: Array, m: Array, y: Array, output: Array) -> Array:
    """What is emitted before each sector and delivered after it: (m_i − s_i) (L y − y)_i, (n,).

    A path counts once for each time it meets the sector between its ends. ``s``, ``m`` = s L, ``y`` and ``output`` =
    L y are (n,). Source: Liang, Qu and Xu 2016, b_i = s T J_i T y with T = L A = L − I, J_i one at (i, i) alone.
    """
    return np.asarray((m - s) * (output - y))


def joined(Z: Array, left: Array, right: Array, block: int, axis: Axis) -> Array:
    """left_i z_ij right_j summed to regions (R, R) or sectors (S, S), of suppliers and buyers; one pass over Z.

    ``Z`` (n, n), ``left`` and ``right`` (n,), ``block`` the number S of sectors in a region.
    """
    rows = Z.reshape(-1, block, len(Z))
    suppliers = left.reshape(-1, block)
    if axis == "region":
        sums = np.stack([one @ part for one, part in zip(suppliers, rows, strict=True)])
    else:
        sums = np.stack([suppliers[:, k] @ rows[:, k] for k in range(block)])
    sums *= right
    return np.asarray(sums.reshape(len(sums), -1, block).sum(axis=2 if axis == "region" else 1))


def strong(Z: Array, left: Array, right: Array, threshold: float, rows: Positions | None = None) -> Cells:
    """The cells with ``|left_i z_ij right_j|`` at or above ``threshold`` (> 0), and these products.

    ``Z`` (n, n), ``left`` and ``right`` (n,); only ``rows`` are looked at, or all. One pass over them on two cores, in
    panels; nothing of Z's size is made.
    """
    rows = np.arange(len(Z)) if rows is None else rows
    height = max(1, PANEL // max(1, len(Z)))

    def panel(start: int) -> tuple[Positions, Positions]:
        at = rows[start : start + height]
        products = Z[at]
        products *= right
        products *= left[at, None]
        row, column = np.nonzero(np.abs(products, out=products) >= threshold)
        return at[row], column

    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(panel, range(0, len(rows), height)))
    if not parts:
        return Cells(rows, rows, np.empty(0))
    row, column = (np.concatenate(one) for one in zip(*parts, strict=True))
    return Cells(row, column, left[row] * Z[row, column] * right[column])


def search(
    Z: Array,
    per_output: Array,
    s: Array,
    y: Array,
    *,
    m: Array,
    output: Array,
    threshold: float,
    limit: int | None = None,
    layers: int | None = None,
    most: int = MOST,
) -> Found:
    """All paths of a value of at least ``threshold`` (> 0) without sign, or the ``limit`` largest of them.

    ``Z`` (n, n) money, ``per_output`` (n,) 1/x or zero, ``s`` (n,) intensities, ``y`` (n,) final demand. ``m`` (n,) =
    ``|s|`` (I − ``|A|``)⁻¹ and ``output`` (n,) = (I − ``|A|``)⁻¹ ``|y|``; without negative numbers s L and L y. Paths
    of more than ``layers`` purchases are left out. No more than ``most`` nodes are visited: ``Found.complete`` says how
    far it got.
    """
    floor = threshold * SLACK
    suppliers = _Suppliers.of(Z, per_output, m, output, floor)
    start = np.arange(len(y))
    waiting = _nodes(start, np.zeros_like(start), np.full_like(start, -1), y, m, floor)
    done: list[Nodes] = []
    visited, level, complete = 0, float(waiting["bound"].max(initial=0.0)), threshold
    while len(waiting) and level > floor:
        level = max(floor, level / CLASS)
        now, later = waiting[waiting["bound"] >= level], [waiting[waiting["bound"] < level]]
        while len(now):
            if visited + len(now) > most:
                beyond = float(now["bound"].max()) / SLACK  # a bound may be the very value of a path, up to rounding
                return _found(done, s, max(beyond, threshold), limit, True)
            done.append(now)
            children = _behind(now, visited, suppliers, m, floor, layers)
            visited += len(now)
            near = children["bound"] >= level
            now = children[near]
            later.append(children[~near])
        waiting = np.concatenate(later)
        if limit is not None and _reaching(done, s, level) >= limit:
            complete = max(level, threshold)
            break
    return _found(done, s, complete, limit, False)


@dataclass(frozen=True, eq=False)
class _Suppliers:
    """Suppliers by buyer: those of j stand at first[j]:first[j + 1], the largest |a_ij| m_i (``bounds``) first."""

    first: Positions
    rows: Positions
    coefficients: Array
    bounds: Array

    @classmethod
    def of(cls, Z: Array, per_output: Array, m: Array, output: Array, floor: float) -> _Suppliers:
        """Those that a path above ``floor`` can take: no node has a larger quantity than the sector's whole output."""
        cells = strong(Z, m, per_output * output, floor, np.flatnonzero(m * output >= floor))
        coefficients = Z[cells.rows, cells.columns] * per_output[cells.columns]
        bounds = np.abs(coefficients) * m[cells.rows]
        order = np.lexsort((-bounds, cells.columns))
        first = np.searchsorted(cells.columns[order], np.arange(len(m) + 1))
        return cls(first, cells.rows[order], coefficients[order], bounds[order])


def _behind(buyers: Nodes, number: int, suppliers: _Suppliers, m: Array, floor: float, layers: int | None) -> Nodes:
    """The nodes one purchase behind ``buyers`` (numbered from ``number`` on) that may hold a path above ``floor``."""
    start, end = suppliers.first[buyers["sector"]], suppliers.first[buyers["sector"] + 1]
    if layers is not None:
        end = np.where(buyers["layer"] < layers, end, start)
    counts = _above(suppliers.bounds, start, end, floor / np.abs(buyers["quantity"])) - start
    parent = np.repeat(np.arange(len(buyers)), counts)
    cell = np.arange(len(parent)) + np.repeat(start - (np.cumsum(counts) - counts), counts)
    quantity = buyers["quantity"][parent] * suppliers.coefficients[cell]
    return _nodes(suppliers.rows[cell], buyers["layer"][parent] + 1, parent + number, quantity, m, floor)


def _above(falling: Array, start: Positions, end: Positions, least: Array) -> Positions:
    """Where each stretch start:end of ``falling`` numbers drops below its ``least``: one bisection for them all."""
    low, high = start.copy(), end.copy()
    while (open_ := low < high).any():
        middle = (low + high) // 2
        above = np.zeros(len(low), bool)
        above[open_] = falling[middle[open_]] >= least[open_]
        low, high = np.where(above, middle + 1, low), np.where(above | ~open_, high, middle)
    return low


def _nodes(sector: Positions, layer: Positions, parent: Positions, quantity: Array, m: Array, floor: float) -> Nodes:
    bound = np.abs(quantity) * m[sector]
    kept = bound >= floor
    made = np.empty(int(kept.sum()), _NODE)
    for name, values in zip(_NODE.names or (), (sector, layer, parent, quantity, bound), strict=True):
        made[name] = values[kept]
    return made


def _reaching(done: list[Nodes], s: Array, level: float) -> int:
    return sum(int((np.abs(s[part["sector"]] * part["quantity"]) >= level).sum()) for part in done)


def _found(done: list[Nodes], s: Array, complete: float, limit: int | None, exhausted: bool) -> Found:
    nodes = np.concatenate(done) if done else np.empty(0, _NODE)
    values = s[nodes["sector"]] * nodes["quantity"]
    order = np.argsort(-np.abs(values), kind="stable")[: int((np.abs(values) >= complete).sum())]
    if limit is not None and len(order) > limit:
        order = order[:limit]
        complete = float(np.abs(values[order[-1]]))
    layers = nodes["layer"][order].astype(np.int64)
    chains = np.full((len(order), int(layers.max(initial=0)) + 1), -1)
    at = order
    for step in range(chains.shape[1]):
        there = at >= 0
        chains[there, step] = nodes["sector"][at[there]]
        at = np.where(there, nodes["parent"][at], -1)
    return Found(chains, values[order], layers, complete, len(nodes), exhausted)
