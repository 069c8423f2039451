"""The stored ledger against pandas that does the same with the same rows, in one run.

``python bench/ledger.py`` makes 15 years of four accounts of 41 regions, 35 sectors and 3 stressors (production and
consumption by region and sector, flows and eebt by region, sector and partner): 5.4 million rows. In turn, medians
of 3:

* writing: ``Ledger.add`` year by year, every rule tested, hashed, a file an account and year; pandas: the tidy frame of
  each account with the ledger's other columns, ``to_parquet``, no rule tested;
* asking: three questions in SQL, each a connection of its own, against ``read_parquet`` of the columns needed, then a
  selection and a grouping, of the files that pandas wrote. What both find is compared before the clocks.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from tanheng import accounts
from tanheng.accounts.result import TOP_DOWN, finished
from tanheng.ledger import COLUMNS, Ledger

R, S, K, YEARS, TIMES = 41, 35, 3, range(1995, 2010), 3
DIMS = {"production": ("region", "sector"), "consumption": ("region", "sector")} | dict.fromkeys(
    ("flows", "eebt"), ("region", "sector", "to_region")
)
SIZES = {"region": R, "sector": S, "to_region": R}


def year_of(year: int) -> list[xr.DataArray]:
    rng = np.random.default_rng(year)
    made = rng.exponential(1, (K, R, S))
    facts = {"approach": TOP_DOWN, "table": "synthetic", "table_hash": f"{year:064x}", "source": "-", "licence": "-"}
    results = []
    for name, dims in DIMS.items():
        coords = {dim: [f"{dim[0]}{at}" for at in range(SIZES[dim])] for dim in dims}
        values = rng.permuted(made.reshape(K, -1), axis=1).reshape(made.shape) if len(dims) == 2 else None
        values = rng.exponential(1, (K, R, S, R)) if values is None else values
        array = xr.DataArray(values, {"stressor": [f"k{at}" for at in range(K)], **coords}, ("stressor", *dims))
        more = {"principle": name if len(dims) == 2 else "", "year": year}
        results.append(finished(array, name, "as they are", ["kt"] * K, facts | more))
    return results


def ours(years: list[list[xr.DataArray]], folder: Path) -> None:
    ledger = Ledger(folder / "ours")
    for results in years:
        ledger.add(results)


def peer(years: list[list[xr.DataArray]], folder: Path) -> None:
    folder.joinpath("peer").mkdir()
    for results in years:
        for result in results:
            frame = accounts.tidy(result).rename(columns={"to_region": "partner"})
            told = {name: result.attrs.get(name, "") for name in ("principle", "approach", "method", "table_hash")}
            frame = frame.assign(**told, source="synthetic", line="emission", low=np.nan, high=np.nan)
            frame = frame.reindex(columns=list(COLUMNS), fill_value="")
            name = f"{result.attrs['account']}-{result.attrs['year']}.parquet"
            frame.to_parquet(folder / "peer" / name, index=False, compression="zstd")


def by_principle(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["principle"] != ""].groupby(["year", "principle", "stressor"])["value"].sum().reset_index()


def of_one_pair(frame: pd.DataFrame) -> pd.DataFrame:
    chosen = frame[(frame["account"] == "flows") & (frame["region"] == "r7") & (frame["partner"] == "t3")]
    return chosen.groupby(["year", "stressor"])["value"].sum().reset_index()


def largest(frame: pd.DataFrame) -> pd.DataFrame:
    sums = frame[(frame["account"] == "eebt") & (frame["year"] == 2009)].groupby(["region", "partner"])["value"].sum()
    return sums.nlargest(10).reset_index()


QUESTIONS: dict[str, tuple[str, list[str], Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "totals by year, principle and stressor": (
        "SELECT year, principle, stressor, sum(value) AS value FROM ledger WHERE principle <> '' "
        "GROUP BY ALL ORDER BY ALL",
        ["year", "principle", "stressor", "value"],
        by_principle,
    ),
    "one pair of regions over the years": (
        "SELECT year, stressor, sum(value) AS value FROM ledger WHERE account = 'flows' AND region = 'r7' "
        "AND partner = 't3' GROUP BY ALL ORDER BY ALL",
        ["year", "account", "region", "partner", "stressor", "value"],
        of_one_pair,
    ),
    "the ten largest pairs of a year": (
        "SELECT region, partner, sum(value) AS value FROM ledger WHERE account = 'eebt' AND year = 2009 "
        "GROUP BY ALL ORDER BY value DESC LIMIT 10",
        ["year", "account", "region", "partner", "value"],
        largest,
    ),
}


def timed(call: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


def compared(what: str, pairs: list[tuple[float, float]]) -> None:
    a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = ", ".join(f"{there / here:.1f}" for here, there in pairs)
    print(f"  {what:42} ours {a:7.3f} s   pandas {b:7.3f} s   {b / a:.1f} times (pairs {ratios})", flush=True)


def once(years: list[list[xr.DataArray]], folder: Path) -> dict[str, tuple[float, float]]:
    """Seconds of writing and of every question, ours and pandas', of one turn."""
    seconds = {"writing": (timed(lambda: ours(years, folder))[0], timed(lambda: peer(years, folder))[0])}
    ledger = Ledger(folder / "ours")
    for what, (sql, columns, ask) in QUESTIONS.items():
        here, found = timed(partial(ledger.query, sql))
        there, want = timed(lambda ask=ask, columns=columns: ask(pd.read_parquet(folder / "peer", columns=columns)))
        pd.testing.assert_frame_equal(found, want, check_dtype=False, check_index_type=False)
        seconds[what] = (here, there)
    return seconds


def main() -> None:
    years = [year_of(year) for year in YEARS]
    rows = sum(result.size for results in years for result in results)
    print(f"{len(YEARS)} years, {len(DIMS)} accounts, {rows:,} rows")
    turns = []
    for turn in range(TIMES):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            turns.append(once(years, folder))
            if turn < TIMES - 1:
                continue
            sizes = [sum(path.stat().st_size for path in (folder / who).iterdir()) / 1e6 for who in ("ours", "peer")]
            checked, wrong = timed(Ledger(folder / "ours").check)
            assert wrong == ()
    for what in turns[0]:
        compared(what, [seconds[what] for seconds in turns])
    print(f"  on disk: ours {sizes[0]:.0f} MB, pandas {sizes[1]:.0f} MB; every rule on every row: {checked:.1f} s")


if __name__ == "__main__":
    main()
