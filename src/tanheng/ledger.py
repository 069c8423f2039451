"""The one ledger: every result in the same tidy rows, whose totals are conserved.

Columns: year, account, region, partner, sector, stage, definition, stressor, value, low, high, unit, method, source,
table_hash. ``partner`` is the final consumer or importer of a flow; ``stage`` tells apart what is emitted by industry,
by final demand itself, or is residual; ``definition`` says which of several measures of one name a ratio is. ``source``
is the table's name, whose citation the report and the workbook give. Text that does not apply is empty; ``low`` and
``high`` are NaN where no uncertainty is known. Credits and avoided emissions never enter an account's rows: they are
accounts of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr

from tanheng import accounts, files
from tanheng.errors import ConservationError

COLUMNS = (
    "year", "account", "region", "partner", "sector", "stage", "definition", "stressor", "value", "low", "high", "unit",
    "method", "source", "table_hash",
)  # fmt: skip
_PLACES = {"to_region": "partner", "component": "stage"}
_BALANCED = ("production", "consumption")  # held against each other, stressor by stressor, year by year


def ledger(results: Iterable[xr.DataArray]) -> pd.DataFrame:
    """The ledger of any results, one number a row; ratios are in it with their unit, but never in a total.

    Raises ConservationError where a year holds both production and consumption and their totals differ by more than
    1e-9.
    """
    frames = [_rows(result) for result in results]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))
    require_conserved(frame)
    return frame


def require_conserved(frame: pd.DataFrame) -> None:
    """Raise ConservationError unless Σ production = Σ consumption, by year and stressor with both (convention 7)."""
    both = frame[frame["account"].isin(_BALANCED)]
    sums = both.pivot_table(index=["year", "stressor", "table_hash"], columns="account", values="value", aggfunc="sum")
    if not set(_BALANCED) <= set(sums.columns):
        return
    sums = sums.dropna()
    scale = both["value"].abs().groupby([both["year"], both["stressor"], both["table_hash"]]).sum() / 2
    gap = (sums["production"] - sums["consumption"]).abs()
    bad = ~(gap <= accounts.CONSERVED * scale.reindex(sums.index))  # so that NaN is bad
    if bad.any():
        year, stressor, _ = worst = gap[bad].index[0]
        row = sums.loc[worst]
        raise ConservationError(
            f"production {row['production']:.12g} and consumption {row['consumption']:.12g} of {stressor} do not agree",
            where=f"ledger, {year}",
            hint="both accounts must be complete and of one kind: each account once, by the same dimensions or not",
        )


def write(frame: pd.DataFrame, out: Path) -> tuple[Path, Path]:
    """Write ``ledger.csv`` and ``ledger.parquet`` into the folder ``out``, each whole or not at all (convention 14)."""
    csv, parquet = out / "ledger.csv", out / "ledger.parquet"
    with files.whole(csv) as path:
        frame.to_csv(path, index=False, lineterminator="\n", float_format=accounts.DIGITS)
    with files.whole(parquet) as path:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
    return csv, parquet


def _rows(result: xr.DataArray) -> pd.DataFrame:
    if "demand" in result.dims:  # the ledger does not tell final demand categories apart
        result = result.sum("demand", keep_attrs=True, skipna=False)
    frame = accounts.tidy(result).rename(columns=_PLACES)
    more = {"low": np.nan, "high": np.nan, "method": result.attrs["method"]}
    more |= {"source": result.attrs["table"], "table_hash": result.attrs["table_hash"]}
    for column in COLUMNS:
        if column not in frame:
            frame[column] = more.get(column, "")
    return frame[list(COLUMNS)]
