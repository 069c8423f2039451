"""Structural paths against a plain depth-first search, on the same table, with the same threshold, in one run.

``python bench/paths.py`` takes a full WIOD year (2009), ``python bench/paths.py large`` the synthetic table of run.py
(49 regions x 200 sectors). At each of three thresholds three searches, in turn (A B C A B C ...), medians:

* ours: ``kernels.paths.search`` (best first, total multipliers, one pass over Z for the cells that matter);
* depth first, pruned on total multipliers, node by node: the same answer, which is checked before the clocks;
* depth first, pruned on direct contributions, as is often done: what it misses is printed.

The solves for multipliers and output are outside the clocks and timed apart: all but the last need them.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from run import SHARED, synthetic

from tanheng.kernels import leontief, paths

THRESHOLDS = (1e-3, 1e-4, 1e-5)  # of the footprint
TIMES = 3

Chains = dict[tuple[int, ...], float]
Case = dict[str, np.ndarray]


def depth_first(case: Case, least: float, worth: np.ndarray) -> Chains:
    """Paths of at least ``least``; a node is given up when quantity times ``worth`` (m, or s) falls below it."""
    Z, s, per_output = case["Z"], case["s"], case["per_output"]
    found: Chains = {}
    open_ = [((int(j),), float(case["y"][j])) for j in np.flatnonzero(case["y"] * worth >= least)]
    while open_:
        chain, quantity = open_.pop()
        if s[chain[0]] * quantity >= least:
            found[chain] = s[chain[0]] * quantity
        quantities = Z[:, chain[0]] * (per_output[chain[0]] * quantity)
        open_ += [((int(i), *chain), float(quantities[i])) for i in np.flatnonzero(quantities * worth >= least)]
    return found


def best_first(case: Case, least: float) -> Chains:
    found = paths.search(
        case["Z"], case["per_output"], case["s"], case["y"], m=case["m"], output=case["output"], threshold=least
    )
    chains = zip(found.nodes.tolist(), found.layers.tolist(), found.values.tolist(), strict=True)
    return {tuple(nodes[: layer + 1]): value for nodes, layer, value in chains}


def wiod() -> tuple[str, np.ndarray, np.ndarray, np.ndarray, int, int]:
    from build_world import full_table

    table = full_table(SHARED, 2009)
    n, region = table.x.size, table.regions.index("CHN")
    F, Y = table.active_F.values.reshape(-1, n)[0], table.final_demand.values.reshape(n, -1)
    return "full WIOD 2009, CO2, final demand of CHN", table.Z.values.reshape(n, n), F, Y, len(table.sectors), region


def large() -> tuple[str, np.ndarray, np.ndarray, np.ndarray, int, int]:
    with tempfile.TemporaryDirectory() as folder:
        synthetic(Path(folder))
        Z, F, Y = (np.load(Path(folder) / f"large_{name}.npy") for name in ("Z", "F", "Y"))
    return "synthetic, 9,800 rows, final demand of one region", Z, F[0], Y.reshape(len(Y), 49, 7).sum(axis=2), 200, 0


def prepare(Z: np.ndarray, F: np.ndarray, Y: np.ndarray, sectors: int, region: int) -> Case:
    """Everything that the searches take; prints how long the solves took."""
    x = Z.sum(axis=1) + Y.sum(axis=1)
    per_output = np.divide(1.0, x, out=np.zeros_like(x), where=x > 0)
    y = np.maximum(Y[:, region], 0.0)  # plain depth-first search knows no signs
    start = time.perf_counter()
    system = leontief.system(Z, x, sectors)
    m = leontief.multipliers(system, F[None]).value[0]
    output = leontief.embodied_output(system, y[:, None]).value[:, 0]
    print(f"  solves, once: {time.perf_counter() - start:.3f} s")
    return {"Z": Z, "s": F * per_output, "y": y, "per_output": per_output, "m": m, "output": output}


def compare(case: Case, threshold: float) -> None:
    total = float(case["m"] @ case["y"])
    least = threshold * total
    print(f" paths above {threshold:.3%}:")
    ways: dict[str, Callable[[], Chains]] = {
        "ours": lambda: best_first(case, least),
        "depth first, total": lambda: depth_first(case, least, case["m"]),
        "depth first, direct": lambda: depth_first(case, least, case["s"]),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, Chains] = {}
    for _ in range(TIMES):
        for name, way in ways.items():
            start = time.perf_counter()
            found[name] = way()
            taken[name].append(time.perf_counter() - start)
    if found["ours"].keys() != found["depth first, total"].keys():
        sys.exit("the paths differ, so the clocks say nothing")
    for name, seconds in taken.items():
        covered = sum(found[name].values()) / total
        print(
            f"  {name:20} {statistics.median(seconds):7.3f} s  {len(found[name]):5} paths, {covered:.1%} of the total"
        )
    all_, missed = found["ours"], found["ours"].keys() - found["depth first, direct"].keys()
    share = sum(all_[chain] for chain in missed) / total
    print(
        f"  pruning on direct contributions misses {len(missed)} of {len(all_)} paths, {share:.2%} of the total",
        flush=True,
    )


def main() -> None:
    if "large" not in sys.argv[1:] and not SHARED.is_dir():
        sys.exit("the full WIOD tables (../shared/data) are not here; 'large' needs none")
    title, Z, F, Y, sectors, region = large() if "large" in sys.argv[1:] else wiod()
    print(title)
    case = prepare(Z, F, Y, sectors, region)
    for threshold in THRESHOLDS:
        compare(case, threshold)


if __name__ == "__main__":
    main()
