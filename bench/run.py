"""How fast, against the common peer package and against one pass over the table, each pair in one run.

``make bench`` runs it all (some fifteen minutes, most of it the peer's); ``python bench/run.py wiod every``
chooses. Every comparison alternates the two (A B A B ...), quotes medians, and compares the accounts before it compares
the clocks. Reading notes: bench/NOTES.md.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
SHARED = HERE.parent.parent / "shared/data"
AGREE = 1e-9  # of the largest account


def run(case: str, who: str, folder: Path) -> dict[str, float]:
    command = ["reading.py", who] if case == "reading" else ["cases.py", case, who]
    command = [sys.executable, str(HERE / command[0]), *command[1:], str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    if done.stderr:
        print(f"    {done.stderr.strip().splitlines()[-1]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def pair(case: str, first: str, second: str, folder: Path, times: int) -> None:
    """``first`` and ``second`` in turn; prints the medians, the ratio pair by pair and the peaks."""
    runs = [(run(case, first, folder), run(case, second, folder)) for _ in range(times)]
    ratios = sorted(b["seconds"] / a["seconds"] for a, b in runs)
    for at, who in enumerate((first, second)):
        seconds = statistics.median(pair[at]["seconds"] for pair in runs)
        peak = max(pair[at]["peak_gb"] for pair in runs)
        print(f"  {who:12} {seconds:8.3f} s   peak {peak:5.2f} GB   (median of {times})")
    print(
        f"  {second} / {first}: {statistics.median(ratios):.1f} times (pairs {', '.join(f'{r:.1f}' for r in ratios)})",
        flush=True,
    )


def agree(case: str, peer: str, folder: Path, *more: str) -> None:
    """Stop unless both made the same accounts."""
    for name in ("production", "consumption", "exports", "imports", *more):
        a, b = (np.load(folder / f"{case}_{who}_{name}.npy") for who in ("ours", peer))
        gap = np.abs(a - b).max() / np.abs(b).max()
        print(f"  {name:12} differ by {gap:.1e} of the largest")
        if gap > AGREE:
            sys.exit(f"{case}: the accounts differ, so the clocks say nothing")


def save(case: str, folder: Path, **arrays: np.ndarray) -> None:
    for name, values in arrays.items():
        np.save(folder / f"{case}_{name}.npy", np.ascontiguousarray(values, dtype=np.float64))


def wiod(folder: Path) -> None:
    print("\nAll accounts of one full WIOD year (2009: 41 regions x 35 sectors, CO2)")
    if not SHARED.is_dir():
        print("  left out: the full WIOD tables (../shared/data) are not here")
        return
    from build_world import full_table

    table = full_table(SHARED, 2009)
    n = table.x.size
    F = table.active_F.values.reshape(1, n)  # what the peer would drop is left out for both
    save("wiod", folder, Z=table.Z.values.reshape(n, n), Y=table.Y.values.reshape(n, -1), F=F,
         F_Y=table.F_Y.values.reshape(1, -1))  # fmt: skip
    print(" production, consumption, imports and exports by sector:")
    pair("wiod", "ours", "peer", folder, 7)
    agree("wiod", "peer", folder)
    print(" the same with the flows between all regions, which ours has computed above already:")
    pair("wiod", "ours", "peer+flows", folder, 7)
    agree("wiod", "peer+flows", folder, "flows")


def large(folder: Path) -> None:
    print("\nA synthetic table of 49 regions x 200 sectors, 30 stressors, 7 final demand categories")
    synthetic(folder)
    pair("large", "pass", "multipliers", folder, 3)
    pair("large", "ours", "peer", folder, 2)
    agree("large", "peer", folder)


def synthetic(folder: Path, R: int = 49, S: int = 200, D: int = 7, K: int = 30) -> None:
    """A table like the large published ones: log-normal sizes, 40 % zeros, three quarters of inputs from home."""
    rng = np.random.default_rng(2009)
    n = R * S
    size = np.exp(rng.normal(0, 1.5, n))
    x = size * 100
    Z = np.empty((n, n))
    for r in range(R):
        own = slice(r * S, (r + 1) * S)
        block = rng.exponential(1, (n, S)) * size[:, None] ** 0.7 * (rng.random((n, S)) < 0.6)
        home = block[own].copy()
        block *= 0.25 / block.sum(axis=0)
        block[own] += 0.75 * home / home.sum(axis=0)
        Z[:, own] = block * (x[own] * rng.uniform(0.3, 0.7, S))
    Y = rng.exponential(1, (n, R * D))
    Y *= (np.maximum(0.1 * x, x - Z.sum(axis=1)) / Y.sum(axis=1))[:, None]
    save("large", folder, Z=Z, Y=Y, F=rng.exponential(1, (K, n)), F_Y=rng.exponential(1, (K, R * D)))


def every(folder: Path) -> None:
    print("\nEvery account of one full WIOD year (2009), the table prepared anew for each; the median of 3")
    if not SHARED.is_dir():
        print("  left out: the full WIOD tables (../shared/data) are not here")
        return
    from build_world import full_table
    from tanheng import accounts

    table = full_table(SHARED, 2009)
    more = {"extraction": {"region": "CHN"}, "cbdr": {"allocation": "as-is"}}
    for name, account in sorted(accounts.ACCOUNTS.items()):
        taken = []
        for _ in range(3):
            fresh = table.replace()
            start = time.perf_counter()
            account.function(fresh, **more.get(name, {}))
            taken.append(time.perf_counter() - start)
        print(f"  {name:20} {statistics.median(taken):6.2f} s")


def drivers(folder: Path) -> None:
    print("\nDrivers over the 14 pairs of full WIOD years, six factors, all orders, constant prices of 2005")
    if not SHARED.is_dir():
        print("  left out: the full WIOD tables (../shared/data) are not here")
        return
    from build_world import full_table
    from tanheng import accounts

    start = time.perf_counter()
    before = accounts.constant_prices(full_table(SHARED, 1995))
    for year in range(1996, 2010):
        after = accounts.constant_prices(full_table(SHARED, year))
        accounts.drivers(before, after, factors="all")
        before = after
    print(f"  {time.perf_counter() - start:.1f} s, reading and deflating included")


def walks(folder: Path) -> None:
    for which in ([], ["large"]):
        subprocess.run([sys.executable, str(HERE / "paths.py"), *which], check=True)


def processes(folder: Path) -> None:
    subprocess.run([sys.executable, str(HERE / "processes.py")], check=True)


def hybrids(folder: Path) -> None:
    for which in ("wiod", "large"):  # each in a process of its own: the large one holds 3 GB
        subprocess.run([sys.executable, str(HERE / "hybrids.py"), which], check=True)


def ledger(folder: Path) -> None:
    subprocess.run([sys.executable, str(HERE / "ledger.py")], check=True)


def read(folder: Path) -> None:
    print("\nReading a synthetic EXIOBASE 3 folder (9,800 x 9,800, 1.4 GB of text), and opening it from the store")
    import reading

    from tanheng.data import reader, store

    reading.synthetic(folder)
    pair("reading", "bytes", "ours", folder, 3)
    pair("reading", "ours", "peer", folder, 3)
    pair("reading", "zip", "peer-zip", folder, 2)
    os.environ["TANHENG_HOME"] = str(folder / "home")
    store.add(reader.find("exiobase3"), folder / f"IOT_{reading.YEAR}_pxp")
    pair("reading", "store", "ours", folder, 3)


def report(folder: Path) -> None:
    print("\nThe report on the embedded world, both languages, as a whole process (imports included)")
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        command = [sys.executable, "-m", "tanheng", "report", "--out", str(folder / "report")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    print(f"  {statistics.median(taken):.1f} s (median of 3; {', '.join(f'{t:.1f}' for t in taken)})")


CASES = {
    "wiod": wiod,
    "every": every,
    "drivers": drivers,
    "paths": walks,
    "processes": processes,
    "hybrids": hybrids,
    "ledger": ledger,
    "large": large,
    "read": read,
    "report": report,
}


def main() -> None:
    chosen = sys.argv[1:] or list(CASES)
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            CASES[name](Path(folder))


if __name__ == "__main__":
    main()
