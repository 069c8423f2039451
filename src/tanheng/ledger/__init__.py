"""The one ledger: every result, top-down, bottom-up or hybrid, in the same tidy rows, whose totals are conserved.

Columns: year, principle, approach, account, region, partner, origin, sector, product, stage, definition, basis,
stressor, line, value, low, high, unit, method, source, table_hash, base_hash. ``partner`` is the final consumer or
importer of a flow, ``origin`` where a product is made; ``stage`` tells apart stages of a life, or what is emitted by
industry, by final demand itself, or is residual; ``definition`` which of several measures of one name a number is.
``source`` is the table's name, whose citation the report and the workbook give. Text that does not apply is empty;
``low`` and ``high`` are NaN where no uncertainty is known. A number stands on one of three lines: emission, credit
(what is avoided, in no total), difference (of a hybrid from its table).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import xarray as xr

from tanheng import accounts, files
from tanheng.ledger import form, rows, rules
from tanheng.ledger.form import COLUMNS
from tanheng.ledger.outside import read_rows
from tanheng.ledger.rules import require
from tanheng.ledger.stored import Added, Entry, Ledger, open_ledger

__all__ = [
    "COLUMNS",
    "Added",
    "Entry",
    "Ledger",
    "ledger",
    "open_ledger",
    "read_rows",
    "require",
    "require_conserved",
    "write",
]


def ledger(results: Iterable[xr.DataArray]) -> pd.DataFrame:
    """The ledger of any results, one number a row; ratios are in it with their unit, but never in a total.

    Text is in categories, the year is whole. Raises ConservationError where the accounts of a principle do not have one
    total, LedgerError for an account that is there twice or a dimension without a column, as ``rules.require``.
    """
    frame = form.joined(rows.of(result) for result in results)
    require(frame)
    return frame


def require_conserved(frame: pd.DataFrame) -> None:
    """Raise ConservationError unless the accounts of a principle have one total, by year, stressor and table."""
    rules.require_totals(rules.totals(form.typed(frame)))


def write(frame: pd.DataFrame, out: Path) -> tuple[Path, Path]:
    """Write ``ledger.csv`` and ``ledger.parquet`` into the folder ``out``, each whole or not at all (convention 14).

    Raises as ``ledger``: the rules are tested at writing.
    """
    require(checked := form.typed(frame))
    csv, parquet = out / "ledger.csv", out / "ledger.parquet"
    with files.whole(csv) as path:
        checked.to_csv(path, index=False, lineterminator="\n", float_format=accounts.DIGITS)
    with files.whole(parquet) as path:
        form.write_parquet(checked, path)
    return csv, parquet
