"""Rows of the ledger from results: each dimension in its column, one number a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounts.products.life_cycle import BURDEN
from tanheng.accounts.result import TOP_DOWN
from tanheng.errors import LedgerError
from tanheng.ledger.form import COLUMNS, CREDIT, DIFFERENCE, EMISSION, LINES, PLACES, TEXT, is_ratio, places

_COLUMN = {
    **{name: name for name in (*PLACES, "definition", "stressor", "line") if name != "partner"},
    "to_region": "partner", "process": "product", "item": "product",
    "indicator": "definition", "case": "definition", "change": "definition",
}  # fmt: skip
_PARTS = ("component", "scope", "category", "cause", "method")  # of a whole: stages
_MEASURES = {"exports", "imports", "net"}  # components that are no parts of a whole
_RESTS_ON = {"process": "product", "purchases": "sector"}  # components of a hybrid footprint: what data they rest on
_DIFFERENCES = ("hybrid-differences",)  # accounts of what a hybrid has beside its table
_SUMMED = ("demand", "input")  # the ledger does not tell these apart
_VARIANTS = (
    "basis",
    "transport",
    "share",
    "scenario",
    "of",
    "taken_out",
    "taken_out_sectors",
)  # of an account: 'share 0.5'
_TOLD = ("demand", "weights")  # attributes that say themselves what they are


def of(result: xr.DataArray) -> pd.DataFrame:
    """The rows of one result, one number a row, in the columns of the ledger.

    ``to_region`` is the partner; components, scopes, categories and causes are stages; final demand
    categories and primary inputs are summed. What tells several measures of one name apart stands in ``definition``:
    the label of that dimension, the product demanded, weights and shares that were chosen. Credits stand on the line
    ``credit``, causes of a difference on the line ``difference``; an attribute ``line`` says it of a whole result, a
    dimension of that name of its parts. Zeros of products and hybrids are left out: a process stands at one place.
    Raises LedgerError for a dimension that the ledger has no column for, and for bounds that would have to be summed.
    """
    result = _without_summed(result)
    codes = np.indices(result.shape, dtype=np.int32).reshape(result.ndim, -1)
    text: dict[str, pd.Categorical] = {}
    for dim, code in zip(map(str, result.dims), codes, strict=True):
        column = _column(dim, result)
        here = _labelled(result, dim, column, code)
        text[column] = _both(text[column], here) if column in text else here
    unit = pd.Categorical(result["unit"].values.astype(str))
    text["unit"] = pd.Categorical.from_codes(unit.codes[codes[result.dims.index("stressor")]], unit.categories)
    for column, label in _constant(result).items():
        same = pd.Categorical.from_codes(np.zeros(result.size, np.int8), [label])
        if column == "definition" and column in text and label:
            text[column] = _both(text[column], same)
        text.setdefault(column, same)
    text["line"] = _with_credits(text)
    year = result.attrs["year"]
    numbers = {"year": pd.array([None if year is None else int(year)], "Int64").repeat(result.size)}
    numbers |= {"value": result.values.ravel().astype(np.float64)}
    numbers |= {end: _bound(result, end) for end in ("low", "high")}
    frame = pd.DataFrame({**numbers, **text})[list(COLUMNS)]
    return frame if result.attrs["approach"] == TOP_DOWN else _without_nothing(frame)


def _without_nothing(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without zeros, but for one where a stressor's all are: most pairs of countries trade no such product."""
    zero = (frame["value"] == 0).to_numpy() & ~(frame[["low", "high"]].abs() > 0).any(axis=1).to_numpy()
    first, place = places(frame, ("definition", "stressor"))
    idle = np.bincount(place, ~zero, len(first)) == 0
    zero[first[idle]] = False
    return frame[~zero].reset_index(drop=True)


def _without_summed(result: xr.DataArray) -> xr.DataArray:
    """The result without final demand categories and primary inputs; bounds do not add up, so it must have none."""
    dims = [dim for dim in _SUMMED if dim in result.dims]
    if dims and "low" in result.coords:
        what = f"{result.attrs['account']} has bounds by {dims[0]}, which the ledger sums, and bounds do not add up"
        raise LedgerError(what, hint=f"ask without {dims[0]}")
    return result.sum(dims, keep_attrs=True, skipna=False) if dims else result


def _column(dim: str, result: xr.DataArray) -> str:
    """The column of a dimension."""
    if dim == "component":
        labels = set(result.indexes[dim])
        if labels <= {BURDEN, *LINES}:
            return "line"
        if labels <= _MEASURES:
            return "definition"
        if labels <= set(_RESTS_ON):
            return "basis"
    if dim in _PARTS:
        return "stage"
    if dim not in _COLUMN:
        what = f"the ledger has no column for the dimension {dim!r} of {result.attrs['account']}"
        raise LedgerError(what, hint="ask without it, or sum over it")
    return _COLUMN[dim]


def _labelled(result: xr.DataArray, dim: str, column: str, codes: np.ndarray) -> pd.Categorical:
    words = {BURDEN: EMISSION} if column == "line" else _RESTS_ON if column == "basis" else {}
    labels = [words.get(str(label), str(label)) for label in result.indexes[dim]]
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise LedgerError(f"{result.attrs['account']} has {twice!r} twice in {dim}", hint="every label must be one row")
    return pd.Categorical.from_codes(codes, labels)


def _both(one: pd.Categorical, other: pd.Categorical) -> pd.Categorical:
    """The labels of two dimensions in one column."""
    count = len(other.categories)
    pairs = [f"{a}; {b}" for a in one.categories for b in other.categories]
    return pd.Categorical.from_codes(one.codes.astype(np.int32) * count + other.codes, pairs)


def _constant(result: xr.DataArray) -> dict[str, str]:
    """The columns that are the same in all rows of a result."""
    attrs = result.attrs
    text = dict.fromkeys(TEXT, "")
    text |= {name: str(attrs.get(name, "")) for name in ("principle", "approach", "account", "method", "table_hash")}
    if all(map(is_ratio, result["unit"].values)):  # shares of an account add up to no total
        text["principle"] = ""
    differs = "cause" in result.dims or attrs["account"] in _DIFFERENCES
    return text | {
        "definition": _definition(attrs),
        "line": str(attrs.get("line", DIFFERENCE if differs else EMISSION)),
        "source": str(attrs["table"]),
        "base_hash": str(attrs.get("base_hash", "")),
    }


def _definition(attrs: Mapping[str, Any]) -> str:
    """What tells this result from others of its name: the demand, the weights, the choices made."""
    said = [str(attrs[name]) for name in _TOLD if attrs.get(name)]
    said += [f"{name.replace('_', ' ')} {attrs[name]}" for name in _VARIANTS if name in attrs]
    said += [str(attrs["price_basis"])] if "deflators" in attrs else []
    return "; ".join(said)


def _with_credits(text: Mapping[str, pd.Categorical]) -> pd.Categorical:
    """The lines, where the stage ``credit`` stands on the line of that name."""
    line, stage = text["line"], text["stage"]
    avoided = [at for at, label in enumerate(stage.categories) if CREDIT in label.split("; ")]
    if not avoided:
        return line
    known = line if CREDIT in line.categories else line.add_categories([CREDIT])
    codes = np.where(np.isin(stage.codes, avoided), known.categories.get_loc(CREDIT), known.codes)
    return pd.Categorical.from_codes(codes.astype(np.int8), known.categories)


def _bound(result: xr.DataArray, end: str) -> np.ndarray:
    if end not in result.coords:
        return np.full(result.size, np.nan)
    return np.asarray(result[end].transpose(*result.dims).values.ravel(), dtype=np.float64)
