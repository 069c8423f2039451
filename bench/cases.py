"""One measured run in a process of its own: ``python cases.py CASE WHO FOLDER`` prints seconds and peak memory as JSON.

The clock starts when the arrays are in memory and stops when the accounts are; imports and reading are outside it,
checking and hashing the table are inside. WHO is ``ours``, ``peer`` (pymrio) or ``pass`` (one pass over Z: the
machine's limit).
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

SHAPES = {"wiod": (41, 35, 5), "large": (49, 200, 7)}  # regions, sectors, final demand categories


def load(case: str, folder: Path) -> dict[str, np.ndarray]:
    return {name: np.load(folder / f"{case}_{name}.npy") for name in ("Z", "Y", "F", "F_Y")}


def names(case: str, arrays: dict[str, np.ndarray]) -> list[list[str]]:
    """Labels of regions, sectors, final demand categories and stressors."""
    sizes = (*SHAPES[case], len(arrays["F"]))
    return [[f"{letter}{i:03}" for i in range(size)] for letter, size in zip("rsdk", sizes, strict=True)]


def ours(case: str, arrays: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
    from tanheng import accounts
    from tanheng.systems.table import Table

    R, S, D, K = names(case, arrays)
    about = {"name": case, "year": 2009, "currency": "million USD", "units": dict.fromkeys(K, "kt")}
    start = time.perf_counter()
    table = Table.from_arrays(**arrays, regions=R, sectors=S, demand=D, stressors=K, about=about)
    production = accounts.production(table, "region,sector")
    consumption = accounts.consumption(table, "region,sector")
    flows = accounts.flows(table, "region,sector,to_region")
    own = _own(flows)
    exports = flows.values.sum(axis=3) - own
    imports = accounts.flows(table).values.sum(axis=1) - own.sum(axis=2)
    seconds = time.perf_counter() - start
    return seconds, {
        "production": production.sel(sector=S).values.reshape(len(K), -1),
        "consumption": consumption.sel(sector=S).values.reshape(len(K), -1),
        "exports": exports.reshape(len(K), -1),
        "imports": imports,
        "flows": flows.sum("sector").values[0],
    }


def _own(flows):  # type: ignore[no-untyped-def]
    """What a region emits for its own final demand (K, R, S)."""
    return np.einsum("krsr->krs", flows.values)


def peer(case: str, arrays: dict[str, np.ndarray], *, flows: bool = False) -> tuple[float, dict[str, np.ndarray]]:
    """The peer's calc_all; with ``flows`` also flows between regions, which it has by its diag_stressor only."""
    import pandas as pd
    import pymrio

    R, S, D, K = names(case, arrays)
    start = time.perf_counter()
    rows = pd.MultiIndex.from_product([R, S], names=["region", "sector"])
    uses = pd.MultiIndex.from_product([R, D], names=["region", "category"])
    stressors = pd.Index(K, name="stressor")
    system = pymrio.IOSystem(Z=pd.DataFrame(arrays["Z"], rows, rows), Y=pd.DataFrame(arrays["Y"], rows, uses))
    system.air = pymrio.Extension(
        "air", F=pd.DataFrame(arrays["F"], stressors, rows), F_Y=pd.DataFrame(arrays["F_Y"], stressors, uses)
    )
    system.calc_all()
    results = {}
    if flows:
        system.origin = system.air.diag_stressor(K[0], name="origin")
        system.calc_all()  # what is there already is not computed again
        by_origin = system.origin.D_cba.groupby("region").sum().T.groupby("region").sum().T
        results["flows"] = by_origin.values
    seconds = time.perf_counter() - start
    air = system.air
    imports = air.D_imp.values.reshape(len(K), len(R), len(S)).sum(axis=2)
    return seconds, results | {
        "production": air.D_pba.values,
        "consumption": air.D_cba.values,
        "exports": air.D_exp.values,
        "imports": imports,
    }


def one_pass(case: str, arrays: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
    """Z times as many columns as there are stressors, the work of one step of any iterative solve."""
    start = time.perf_counter()
    arrays["F"] @ arrays["Z"]
    return time.perf_counter() - start, {}


def multipliers(case: str, arrays: dict[str, np.ndarray]) -> tuple[float, dict[str, np.ndarray]]:
    from tanheng.kernels import leontief

    x = arrays["Z"].sum(axis=1) + arrays["Y"].sum(axis=1)
    start = time.perf_counter()
    solution = leontief.multipliers(leontief.system(arrays["Z"], x, SHAPES[case][1]), arrays["F"])
    seconds = time.perf_counter() - start
    print(f"passes {solution.passes}, residual {solution.residual.max():.1e}", file=sys.stderr)
    return seconds, {}


WHO: dict[str, Callable[[str, dict[str, np.ndarray]], tuple[float, dict[str, np.ndarray]]]] = {
    "ours": ours, "peer": peer, "peer+flows": partial(peer, flows=True), "pass": one_pass, "multipliers": multipliers,
}  # fmt: skip


def main(case: str, who: str, folder: Path) -> None:
    seconds, results = WHO[who](case, load(case, folder))
    for name, values in results.items():
        np.save(folder / f"{case}_{who}_{name}.npy", values)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # Linux counts in KiB
    print(json.dumps({"seconds": seconds, "peak_gb": peak}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
