"""Rows of a ledger from elsewhere: a CSV or Parquet file in its columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tanheng.errors import InputError, LedgerError, nearest
from tanheng.ledger import form
from tanheng.ledger.form import COLUMNS, EMISSION, NUMBERS, TEXT

NEEDED = ("year", "approach", "account", "stressor", "value", "unit", "method", "source")


def read_rows(path: Path) -> pd.DataFrame:
    """The rows of a file, typed; columns that are not NEEDED may lack, and then apply to nothing.

    The line is ``emission`` unless the file says so; where it has no ``table_hash``, the hash of its rows is theirs.
    Raises LedgerError for columns that lack or are none of the ledger's and for what is no number, with the row;
    InputError for a file that cannot be read.
    """
    given = _opened(path)
    for column in given.columns:
        if column not in COLUMNS:
            raise LedgerError(
                f"{column!r} is no column of the ledger", where=str(path), hint=nearest(str(column), COLUMNS)
            )
    if lacking := [column for column in NEEDED if column not in given.columns]:
        hint = f"rows of a ledger need {', '.join(NEEDED)}"
        raise LedgerError(f"there is no column {', '.join(lacking)}", where=str(path), hint=hint)
    if given.empty:
        raise LedgerError("there are no rows", where=str(path), hint="one number a row below a row of column names")
    columns: dict[str, object] = {"year": _years(given["year"], path)}
    columns |= {name: _numbers(given[name], path) if name in given else np.nan for name in NUMBERS}
    columns |= {name: _text(given[name]) if name in given else "" for name in TEXT}
    if "line" not in given:
        columns["line"] = EMISSION
    frame = form.typed(pd.DataFrame(columns, index=given.index))
    if "table_hash" not in given or (frame["table_hash"] == "").all():
        frame["table_hash"] = pd.Categorical([form.digest(form.canonical(frame))] * len(frame))
    return frame


def _opened(path: Path) -> pd.DataFrame:
    """The file as a frame, of CSV all in text."""
    hint = "give a CSV or Parquet file in the columns of the ledger"
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path, partitioning=None).to_pandas()
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    except (OSError, UnicodeDecodeError, ValueError, pa.ArrowInvalid) as error:  # pandas' parser errors are ValueErrors
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise InputError(f"cannot be read ({reason})", where=str(path), hint=hint) from None


def _text(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype) and not column.isna().any():
        return column
    return column.astype(object).where(column.notna(), "").astype(str).str.strip()


def _numbers(column: pd.Series, path: Path) -> np.ndarray:
    """The numbers of a column, NaN where a cell is empty; raises LedgerError for what is none."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    text = _text(column)
    numbers = np.asarray(pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan))
    bad = np.isnan(numbers) & (text != "").to_numpy(dtype=bool)
    if bad.any():
        at = int(bad.argmax())
        where = f"{path}, row {at + 2}, {column.name}"
        raise LedgerError(f"{text.iloc[at]!r} is no number", where=where, hint="write it plainly, as 1234.5")
    return numbers


def _years(column: pd.Series, path: Path) -> pd.Series:
    numbers = _numbers(column, path)
    bad = ~np.isnan(numbers) & (numbers != np.floor(numbers))
    if bad.any():
        at = int(bad.argmax())
        raise LedgerError(f"{numbers[at]:g} is no year", where=f"{path}, row {at + 2}", hint="write it as 2009")
    return pd.Series(numbers, index=column.index).astype("Int64")
