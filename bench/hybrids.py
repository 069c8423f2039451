"""The integrated hybrid against direct solutions of the same system, in one run.

``python bench/hybrids.py [wiod] [large]``. ``wiod``: full WIOD 2009 (1,435 rows, CO2; needs ../shared/data) with 2,000
processes, against a dense LU of the whole. ``large``: 9,800 rows and 20,000 processes, against what a careful direct
solution does: sparse LU of the processes, dense LU of the table's Schur complement (the whole as one dense matrix would
be 7 GB, and sparse LU fills the table's block all the same). Both sides prepare and solve; multipliers of the stressors
and the activity of the demands are held against each other before the clocks. On WIOD a third way is timed beside them:
the block method on the whole matrix with the block-diagonal preconditioner (factors of M, the regions' inverses). On
the large system it does not settle in 200 passes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng.kernels import integrated as kernel
from tanheng.kernels import krylov, leontief, process

Array = NDArray[np.float64]
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
AGREE = 1e-8  # of the largest: residuals of 1e-10, magnified by multipliers of tens


@dataclass(frozen=True)
class Case:
    """A table (Z, x, sectors of a region), M, C_u and C_d, stressors Q and F, demands k."""

    Z: Array
    x: Array
    block: int
    M: sp.csc_array
    up: sp.csc_array
    down: sp.csc_array
    Q: Array
    F: Array
    k: Array


def processes(rng: np.random.Generator, Z: Array, x: Array, block: int, n: int, K: int, F: Array) -> Case:
    """n processes that draw on a core, buy from 20 sectors each, and of which 100 sell a hundredth of what all buy."""
    core, inputs = n // 20, 8
    columns = np.repeat(np.arange(n), inputs)
    drawn = 1 / np.arange(1, core + 1) ** 0.8
    rows = rng.choice(core, n * inputs, p=drawn / drawn.sum())
    A = sp.csc_array((rng.lognormal(-3.5, 1, n * inputs), (rows, columns)), shape=(n, n))
    A = A @ sp.diags_array(np.minimum(1, 0.8 / np.asarray(A.sum(axis=0)).ravel()))
    M = sp.csc_array(sp.eye_array(n) - A)
    N, each = len(x), 20
    at = (rng.integers(0, N, n * each), np.repeat(np.arange(n), each))
    up = sp.csc_array((rng.exponential(0.3 / each, n * each), at), shape=(N, n))
    sold = rng.choice(n, 100, replace=False)
    down = np.zeros((100, N))
    down[:] = rng.dirichlet(np.ones(100), N).T * 0.1 * x
    rows_, columns_ = np.nonzero(down)
    C_d = sp.csc_array((down[rows_, columns_], (sold[rows_], columns_)), shape=(n, N))
    k = np.zeros((n, 30))
    k[rng.choice(n, 30, replace=False), np.arange(30)] = 1
    return Case(Z, x, block, M, up, C_d, rng.exponential(1, (K, n)), F, k)


def ours(case: Case) -> tuple[Array, Array, int]:
    table = leontief.system(case.Z, case.x, case.block)
    system = kernel.integrated(process.factorise(case.M), table, case.up, case.down)
    m = kernel.multipliers(system, case.Q, case.F)
    run = kernel.activity(system, case.k, np.zeros((len(case.x), case.k.shape[1])))
    return m.products, run.sectors, max(m.passes, run.passes)


def whole(case: Case) -> tuple[Array, Array, int]:
    """Dense LU of all of it."""
    W = np.diag(case.x) - case.Z
    matrix = np.block([[case.M.toarray(), -case.down.toarray()], [-case.up.toarray(), W]])
    lu, n = scipy.linalg.lu_factor(matrix, overwrite_a=True, check_finite=False), case.M.shape[0]
    m = scipy.linalg.lu_solve(lu, np.hstack([case.Q, case.F]).T, trans=1).T
    right = np.vstack([case.k, np.zeros((len(case.x), case.k.shape[1]))])
    return m[:, :n], scipy.linalg.lu_solve(lu, right)[n:], 1


def schur(case: Case) -> tuple[Array, Array, int]:
    """Sparse LU of M, dense LU of x̂ − Z − C_u M⁻¹ C_d, of which only the rows of products that are sold matter."""
    factors = process.factorise(case.M)
    sold = np.flatnonzero(np.diff(case.down.tocsr().indptr))
    unit = np.zeros((case.M.shape[0], len(sold)))
    unit[sold, np.arange(len(sold))] = 1
    S = -case.Z
    S[np.diag_indices_from(S)] += case.x
    S -= (case.up @ process.activity(factors, unit)) @ case.down.tocsr()[sold].toarray()
    lu = scipy.linalg.lu_factor(S, overwrite_a=True, check_finite=False)
    own = process.multipliers(factors, case.Q)
    h = scipy.linalg.lu_solve(lu, (case.F + own @ case.down).T, trans=1).T
    products = own + process.multipliers(factors, h @ case.up)
    return products, scipy.linalg.lu_solve(lu, case.up @ process.activity(factors, case.k)), 1


def diagonal(case: Case) -> tuple[Array, Array, int]:
    """The block method on the whole matrix, preconditioned by its diagonal blocks."""
    factors, table = process.factorise(case.M), leontief.system(case.Z, case.x, case.block, direct_limit=0)
    n, counts = case.M.shape[0], []

    def solve(right: Array, transposed: bool) -> Array:
        M, up, down = (part.T if transposed else part for part in (case.M, case.up, case.down))
        first, second = (up, down) if transposed else (down, up)

        def apply(W: Array) -> Array:
            t, w = W[:n], np.ascontiguousarray(W[n:])
            return np.vstack([M @ t - first @ w, leontief.apply(table, w, transposed) - second @ t])

        def precondition(block: Array) -> Array:
            own = factors.solve(block[:n], transposed=transposed)
            return np.vstack([own, leontief.precondition(table, np.ascontiguousarray(block[n:]), transposed)])

        found = krylov.solve(apply, precondition, right)
        counts.append(found.passes)
        return found.value

    m = solve(np.hstack([case.Q, case.F]).T, True).T
    run = solve(np.vstack([case.k, np.zeros((len(case.x), case.k.shape[1]))]), False)
    return m[:, :n], run[n:], max(counts)


def compare(case: Case, ways: dict[str, Callable[[Case], tuple[Array, Array, int]]], times: int) -> None:
    """Alternate the ways; the first is ours. Stop where they do not agree."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, tuple[Array, Array, int]] = {}
    for _ in range(times):
        for name, way in ways.items():
            start = time.perf_counter()
            found[name] = way(case)
            taken[name].append(time.perf_counter() - start)
    ours_ = next(iter(ways))
    for name, seconds in taken.items():
        gaps = [np.abs(a - b).max() / np.abs(b).max() for a, b in zip(found[name][:2], found[ours_][:2], strict=True)]
        if max(gaps) > AGREE:
            sys.exit(f"{name} and {ours_} differ by {max(gaps):.1e} of the largest, so the clocks say nothing")
        ratios = sorted(b / a for a, b in zip(taken[ours_], seconds, strict=True))
        told = f"{statistics.median(ratios):5.1f} times ({ratios[0]:.1f} to {ratios[-1]:.1f})"
        print(f"  {name:34} {statistics.median(seconds):7.2f} s, {found[name][2]:3} passes; {told}", flush=True)


def wiod() -> None:
    print("\nFull WIOD 2009, CO2, with 2,000 processes: multipliers, and the activity of 30 demands")
    if not SHARED.is_dir():
        print("  left out: the full WIOD tables (../shared/data) are not here")
        return
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
    from build_world import full_table

    table = full_table(SHARED, 2009)
    n = table.x.size
    on = np.flatnonzero(table.has_output.ravel())
    Z, x = table.Z.values.reshape(n, n).copy(), table.x.values.ravel().copy()
    idle = np.setdiff1d(np.arange(n), on)
    Z[idle], Z[:, idle], x[idle] = 0, 0, 1  # a direct solution has no care for sectors without output
    F = table.active_F.values.reshape(1, n)
    case = processes(np.random.default_rng(1), Z, x, len(table.sectors), 2_000, 1, F)
    compare(case, {"ours": ours, "dense LU of the whole": whole, "LU of the Schur complement": schur,
                   "block-diagonal preconditioner": diagonal}, 5)  # fmt: skip


def large(R: int = 49, S: int = 200, n: int = 20_000, K: int = 30) -> None:
    print(f"\n{R * S:,} rows and {n:,} processes, {K} stressors: multipliers, and the activity of 30 demands")
    rng = np.random.default_rng(2009)
    x = np.exp(rng.normal(0, 1.5, R * S)) * 100
    Z = np.empty((R * S, R * S))
    for r in range(R):
        own = slice(r * S, (r + 1) * S)
        block = rng.exponential(1, (R * S, S)) * x[:, None] ** 0.7 * (rng.random((R * S, S)) < 0.6)
        home = block[own].copy()
        block *= 0.25 / block.sum(axis=0)
        block[own] += 0.75 * home / home.sum(axis=0)
        Z[:, own] = block * (x[own] * rng.uniform(0.3, 0.7, S))
    case = processes(rng, Z, x, S, n, K, rng.exponential(1, (K, R * S)))
    compare(case, {"ours": ours, "LU of the Schur complement": schur}, 2)


if __name__ == "__main__":
    asked = sys.argv[1:] or ["wiod", "large"]
    for name in asked:
        {"wiod": wiod, "large": large}[name]()
