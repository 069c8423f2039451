"""The form of the ledger: its columns, and frames in which every column of text is one of few labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from tanheng import provenance
from tanheng.accounts.result import APPROACHES
from tanheng.errors import LedgerError, nearest

COLUMNS = (
    "year", "principle", "approach", "account", "region", "partner", "origin", "sector", "product", "stage",
    "definition", "basis", "stressor", "line", "value", "low", "high", "unit", "method", "source", "table_hash",
    "base_hash",
)  # fmt: skip
NUMBERS = ("value", "low", "high")
TEXT = tuple(column for column in COLUMNS if column not in ("year", *NUMBERS))
PLACES = ("region", "partner", "origin", "sector", "product", "stage", "basis")  # what an account is split by
KEY = ("year", "principle", "approach", "account", *PLACES, "definition", "stressor", "line", "table_hash", "base_hash")
PRINCIPLES = ("production", "consumption", "income", "shared")
LINES = EMISSION, CREDIT, DIFFERENCE = ("emission", "credit", "difference")
WORDS = {"principle": ("", *PRINCIPLES), "approach": APPROACHES, "line": LINES}  # columns of few known words

_DENSE = 4  # so many numbers a row are looked up in a list, more are sorted
_MOST = 2**62  # of a number that stands for the labels of several columns

Whole = NDArray[np.int64]


def is_ratio(unit: str) -> bool:
    """Whether a unit is that of a ratio, which adds up to nothing and may have no value (nothing exported)."""
    return unit == "1" or " per " in unit


def empty() -> pd.DataFrame:
    """A ledger without rows."""
    return typed(pd.DataFrame({column: [] for column in COLUMNS}))


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in the columns of the ledger and their types: text in categories, the year whole or missing.

    Raises LedgerError for a column that lacks or is none of the ledger's.
    """
    for column in frame.columns:
        if column not in COLUMNS:
            raise LedgerError(f"{column!r} is no column of the ledger", hint=nearest(str(column), COLUMNS))
    if lacking := [column for column in COLUMNS if column not in frame.columns]:
        raise LedgerError(f"there is no column {', '.join(lacking)}", hint=f"its columns are {', '.join(COLUMNS)}")
    numbers = {column: frame[column].astype(np.float64) for column in NUMBERS}
    texts = {column: _categories(frame[column]) for column in TEXT}
    years = {"year": frame["year"].astype("Int64")}
    return pd.DataFrame({**years, **numbers, **texts})[list(COLUMNS)]


def _categories(column: pd.Series) -> pd.Series:
    """The text in categories; what is missing is empty."""
    if column.isna().any():
        column = column.astype(object).where(column.notna(), "")
    return column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("str").astype("category")


def joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Typed frames below one another; text stays in (sorted) categories, which pandas' concat gives up."""
    parts = list(frames)
    if not parts:
        return empty()
    texts = {column: union_categoricals([part[column] for part in parts], sort_categories=True) for column in TEXT}
    rest = {column: pd.concat([part[column] for part in parts], ignore_index=True) for column in ("year", *NUMBERS)}
    return pd.DataFrame({**rest, **texts})[list(COLUMNS)]


def canonical(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows in one order, the labels of each column sorted and in use: equal content gives equal frames."""
    sorted_labels = frame.assign(**{column: _sorted(frame[column].array) for column in TEXT})
    place = number(sorted_labels, KEY)
    if (place[1:] >= place[:-1]).all():
        return sorted_labels.reset_index(drop=True)
    return sorted_labels.take(np.argsort(place, kind="stable")).reset_index(drop=True)


def _sorted(column: pd.Categorical) -> pd.Categorical:
    """The same text; its categories are those in use, sorted."""
    used = np.flatnonzero(np.bincount(column.codes, minlength=len(column.categories)))
    labels = column.categories.to_numpy(dtype=object)[used]
    order = np.argsort(labels, kind="stable")
    place = np.zeros(len(column.categories), dtype=np.int32)
    place[used[order]] = np.arange(len(order))
    return pd.Categorical.from_codes(place[column.codes], labels[order])


def number(frame: pd.DataFrame, columns: Sequence[str]) -> Whole:
    """A number for each row (n,), equal where the rows agree in ``columns``; ascending in the order of their labels."""
    total, size = np.zeros(len(frame), dtype=np.int64), 1
    for column in columns:
        codes, count = _codes(frame[column])
        if count < 2:
            continue
        if size * count > _MOST:  # so many labels that their combinations have no number: number those there are
            present, total = np.unique(total, return_inverse=True)
            size = len(present)
        total, size = total * count + codes, size * count
    return total


def places(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[Whole, Whole]:
    """The first row of each combination of labels, in their order, and which of them each row has (n,)."""
    numbers = number(frame, columns)
    if len(numbers) == 0 or numbers.max() > _DENSE * len(numbers):
        _, first, place = np.unique(numbers, return_index=True, return_inverse=True)
        return first, place
    first = np.full(int(numbers.max()) + 1, -1, dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers) - 1, -1, -1)  # the last to be written is the first of the rows
    there = first >= 0
    return first[there], (np.cumsum(there) - 1)[numbers]


def _codes(column: pd.Series) -> tuple[Whole, int]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(dtype=np.int64), len(column.cat.categories)
    codes, labels = pd.factorize(column, sort=True, use_na_sentinel=False)
    return np.asarray(codes, dtype=np.int64), len(labels)


def summed(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Sums of the rows that agree in ``by``: those columns, ``total`` and ``gross`` (the sum without signs)."""
    first, place = places(frame, by)
    values = frame["value"].to_numpy()
    sums = {"total": np.bincount(place, values, len(first)), "gross": np.bincount(place, np.abs(values), len(first))}
    heads = frame[list(by)].iloc[first].reset_index(drop=True)
    return heads.astype({column: "str" for column in by if column in TEXT}).assign(**sums)


def arrow(frame: pd.DataFrame) -> pa.Table:
    """The rows as Arrow holds them, text by its place in a list of labels; a number that is not known is null."""
    text = pa.dictionary(pa.int32(), pa.string())
    types = {"year": pa.int32()} | dict.fromkeys(NUMBERS, pa.float64())
    schema = pa.schema([(column, types.get(column, text)) for column in COLUMNS])
    return pa.Table.from_pandas(frame[list(COLUMNS)], schema, preserve_index=False)


def digest(frame: pd.DataFrame) -> str:
    """The hash of a canonical frame's content, 64 hexadecimal digits."""
    labels = (text for column in TEXT for text in (column, *frame[column].cat.categories))
    codes = [frame[column].cat.codes.to_numpy(dtype=np.float64) for column in TEXT]
    plain = [frame[column].to_numpy(dtype=np.float64, na_value=np.nan) for column in ("year", *NUMBERS)]
    # one bit pattern for what is equal: no negative zero, one NaN
    return provenance.digest(labels, [*codes, *(np.where(np.isnan(one), np.nan, one + 0.0) for one in plain)])


def write_parquet(frame: pd.DataFrame, path: Path, meta: Mapping[bytes, bytes] | None = None) -> None:
    """Write the rows, text by its place in a list of labels, numbers plainly, with ``meta`` in the file's metadata."""
    table = arrow(frame)
    about = {**(table.schema.metadata or {}), **(meta or {})}
    pq.write_table(table.replace_schema_metadata(about), path, compression="zstd", use_dictionary=["year", *TEXT])
