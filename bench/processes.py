"""A random product system of 20,000 processes solved for 1,000 demands, against bw2calc, in one run.

``python bench/processes.py``: the system is like the large databases: all draw on a core of 1,000 processes that need
each other (power, fuels, freight, metals), unevenly, and on a few makers of their own. Both sides
get the same matrices from memory, both factorise once; A B A B ..., medians. Supply and scores are held against each
other before the clocks. bw2calc takes the fastest solver it finds; which one is printed.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng.kernels import process as kernel

N, CORE, INPUTS, DEMANDS, STRESSORS, TIMES = 20_000, 1_000, 8, 1_000, 50, 3
AGREE = 1e-9  # of the largest score

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """M (n, n) and Q (s, n), a weight for each stressor, and the processes whose product is demanded."""

    M: sp.csc_array
    Q: sp.csc_array
    weights: Array
    wanted: NDArray[np.intp]


def random_case(seed: int = 2002) -> Case:
    rng = np.random.default_rng(seed)
    columns = np.repeat(np.arange(N), INPUTS)
    drawn = 1 / np.arange(1, CORE + 1) ** 0.8
    rows = rng.choice(CORE, N * INPUTS, p=drawn / drawn.sum())
    own = (columns >= CORE) & (rng.random(N * INPUTS) < 0.3)
    rows[own] = np.maximum(0, columns[own] - rng.integers(1, 500, int(own.sum())))
    A = sp.csc_array((rng.lognormal(-3.5, 1, N * INPUTS), (rows, columns)), shape=(N, N))
    sums = np.asarray(A.sum(axis=0)).ravel()
    A = A @ sp.diags_array(np.minimum(1, 0.8 / sums))  # no process takes more than it makes
    mixed = rng.permutation(N)
    M = (sp.eye_array(N) - A)[mixed][:, mixed].tocsc()
    Q = sp.random_array((STRESSORS, N), density=0.2, rng=rng, format="csc")
    return Case(M, Q, rng.exponential(1, STRESSORS), rng.choice(N, DEMANDS, replace=False))


def ours(case: Case) -> tuple[Array, float]:
    """Scores, and seconds: factorise, the supply of every demand, all stressors of it, the score."""
    start = time.perf_counter()
    factors = kernel.factorise(case.M)
    k = np.zeros((N, DEMANDS))
    k[case.wanted, np.arange(DEMANDS)] = 1
    stressors = case.Q @ kernel.activity(factors, k)
    return case.weights @ stressors, time.perf_counter() - start


def ours_by_multipliers(case: Case) -> tuple[Array, float]:
    """The same scores where only they are asked for: one row of multipliers answers every demand."""
    start = time.perf_counter()
    weighted = (case.weights @ case.Q)[None]
    multipliers = kernel.multipliers(kernel.factorise(case.M), weighted)
    return multipliers[0, case.wanted], time.perf_counter() - start


def package(case: Case) -> object:
    """The matrices as the peer takes them; made before the clock starts."""
    import bw_processing as bwp

    held = bwp.create_datapackage()
    M, Q = case.M.tocoo(), case.Q.tocoo()
    parts = {
        "technosphere_matrix": (M.data, M.coords[0], M.coords[1]),
        "biosphere_matrix": (Q.data, Q.coords[0] + N, Q.coords[1]),
        "characterization_matrix": (case.weights, np.arange(STRESSORS) + N, np.zeros(STRESSORS, dtype=int)),
    }
    for matrix, (data, rows, columns) in parts.items():
        indices = np.array(list(zip(rows.tolist(), columns.tolist(), strict=True)), dtype=bwp.INDICES_DTYPE)
        more = {"global_index": 0} if matrix.startswith("char") else {}
        held.add_persistent_vector(matrix=matrix, data_array=data, name=matrix, indices_array=indices, **more)
    return held


def peer(case: Case, held: object) -> tuple[Array, float]:
    """The same by bw2calc's own loop: factorised once, a demand at a time."""
    import bw2calc

    start = time.perf_counter()
    lca = bw2calc.LCA({int(case.wanted[0]): 1}, data_objs=[held])
    lca.lci(factorize=True)
    lca.lcia()
    scores = []
    for at in case.wanted.tolist():
        lca.lcia({at: 1})
        scores.append(lca.score)
    return np.array(scores), time.perf_counter() - start


def main() -> None:
    case = random_case()
    try:
        import bw2calc

        held = package(case)
        pardiso, umfpack = bw2calc.PYPARDISO, getattr(bw2calc, "UMFPACK", False)
        solver = "PARDISO" if pardiso else "UMFPACK" if umfpack else "SuperLU"
    except ImportError:
        sys.exit("bw2calc is not here; it comes with the development tools")
    print(f"\n{N:,} processes, {case.M.nnz:,} cells, {DEMANDS:,} demands, {STRESSORS} stressors; the peer by {solver}")
    ways = {"ours": lambda: ours(case), "ours, scores alone": lambda: ours_by_multipliers(case)}
    ways["peer"] = lambda: peer(case, held)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    scores: dict[str, Array] = {}
    for _ in range(TIMES):
        for name, way in ways.items():
            scores[name], seconds = way()
            taken[name].append(seconds)
    for name in ("ours, scores alone", "peer"):
        gap = np.abs(scores[name] - scores["ours"]).max() / np.abs(scores["ours"]).max()
        print(f"  scores of '{name}' and 'ours' differ by {gap:.1e} of the largest")
        if gap > AGREE:
            sys.exit("the scores differ, so the clocks say nothing")
    for name, seconds in taken.items():
        ratios = sorted(b / a for a, b in zip(seconds, taken["peer"], strict=True))
        told = f"peer / {name}: {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
        print(f"  {name:20} {statistics.median(seconds):8.3f} s   {'' if name == 'peer' else told}", flush=True)


if __name__ == "__main__":
    main()
