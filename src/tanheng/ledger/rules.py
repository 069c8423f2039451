"""The rules of the ledger, each a function that raises in one line: tested when rows are written, and at any time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tanheng.accounts.result import CONSERVED, HYBRID, TOP_DOWN
from tanheng.errors import ConservationError, LedgerError, UnitError, nearest
from tanheng.ledger.form import (
    CREDIT,
    DIFFERENCE,
    EMISSION,
    KEY,
    PLACES,
    PRINCIPLES,
    WORDS,
    is_ratio,
    number,
    places,
    summed,
)

TOTALS = (
    "year", "principle", "approach", "account", "definition", "stressor", "line", "unit", "table_hash", "base_hash",
)  # fmt: skip
IDENTITY = ("year", "principle", "approach", "account", "definition", "stressor", "line", "table_hash", "base_hash")
_NEEDED = ("account", "stressor", "unit", "method", "source", "table_hash")


def require(frame: pd.DataFrame) -> None:
    """Every rule of the ledger, of typed rows (``form.typed``); raises as the first that is broken."""
    require_rows(frame)
    require_totals(totals(frame))


def require_rows(frame: pd.DataFrame) -> None:
    """The rules that rows keep by themselves, whatever else is in the ledger."""
    require_traced(frame)
    require_numbers(frame)
    require_one_unit(frame)
    require_credits_apart(frame)
    require_nothing_twice(frame)


def require_totals(sums: pd.DataFrame) -> None:
    """The rules that hold between accounts, of the ``totals`` of all of them."""
    require_world(sums)
    require_differences(sums)


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """The sums of every account: TOTALS, ``total``, and ``gross``, the sum without signs."""
    return summed(frame, TOTALS)


def require_traced(frame: pd.DataFrame) -> None:
    """Every row says its account, stressor, unit, method, source and hash; a hybrid the hash of its base as well."""
    for column in _NEEDED:
        if (bad := frame[column].isin([""]) | frame[column].isna()).any():
            raise LedgerError(f"there is no {column}", where=_where(frame, bad), hint="every row needs one")
    for column, known in WORDS.items():
        if not (bad := ~frame[column].isin(known)).any():
            continue
        word = frame[column][bad].iloc[0]
        raise LedgerError(f"{word!r} is no {column}", where=_where(frame, bad), hint=nearest(word, filter(None, known)))
    if (bad := (frame["approach"] == HYBRID) & (frame["base_hash"] == "")).any():
        what = "a hybrid does not say the hash of the table that it was built on"
        raise LedgerError(what, where=_where(frame, bad), hint="give it as base_hash")


def require_numbers(frame: pd.DataFrame) -> None:
    """Values are finite, and between their bounds where these are known; a ratio may have none."""
    value, low, high = (frame[name].to_numpy() for name in ("value", "low", "high"))
    bad = ~np.isfinite(value)
    if bad.any() and (bad := bad & ~(np.isnan(value) & _ratios(frame))).any():
        hint = "missing is not zero: leave the row out, or find its number"
        raise LedgerError(f"the value is {value[bad][0]}", where=_where(frame, bad), hint=hint)
    bad = (low > value) | (high < value) | np.isinf(low) | np.isinf(high)  # comparisons with NaN are false
    if bad.any():
        at = int(bad.argmax())
        what = f"the value {value[at]:.6g} is not between its bounds {low[at]:.6g} and {high[at]:.6g}"
        raise LedgerError(what, where=_where(frame, bad), hint="low <= value <= high")


def _ratios(frame: pd.DataFrame) -> np.ndarray:
    units = frame["unit"].cat
    return np.isin(units.codes, [at for at, unit in enumerate(units.categories) if is_ratio(unit)])


def require_one_unit(frame: pd.DataFrame) -> None:
    """A stressor has one unit in an account of a table; raises UnitError."""
    by = ("account", "definition", "stressor", "table_hash")
    first, place = places(frame, by)
    unit = frame["unit"].cat.codes.to_numpy()
    if (bad := unit != unit[first][place]).any():
        at = int(bad.argmax())
        pair = f"{frame['unit'].iloc[first[place[at]]]} and {frame['unit'].iloc[at]}"
        what = f"{frame['stressor'].iloc[at]} is in {pair}"
        raise UnitError(what, where=_where(frame, bad), hint="one unit for a stressor in an account of a table")


def require_credits_apart(frame: pd.DataFrame) -> None:
    """Credits stand on the line ``credit`` and under no principle: nothing avoided is ever within a total."""
    credit = frame["line"] == CREDIT
    if (bad := credit & (frame["principle"] != "")).any():
        what = f"a credit stands under the principle {frame['principle'][bad].iloc[0]}"
        raise LedgerError(what, where=_where(frame, bad), hint="credits are beside the totals, with no principle")
    if (bad := (frame["stage"] == CREDIT) & ~credit).any():
        raise LedgerError("the stage credit is not on the line credit", where=_where(frame, bad), hint="put it there")


def require_nothing_twice(frame: pd.DataFrame) -> None:
    """One row for a key, and an account of a table and year once: not by region and again by sector."""
    if (bad := pd.Series(number(frame, KEY)).duplicated().to_numpy()).any():
        row = frame.iloc[int(bad.argmax())]
        names = ", ".join(str(row[column]) for column in (*PLACES, "definition", "stressor") if row[column] != "")
        raise LedgerError(f"two rows of {names}", where=_where(frame, bad), hint="each number once")
    filled = np.zeros(len(frame), dtype=np.int64)  # which of the places have a label, as bits
    for at, column in enumerate(PLACES):
        labelled = np.asarray(frame[column].cat.categories != "", dtype=np.int64)
        filled |= labelled[frame[column].cat.codes.to_numpy()] << at if len(labelled) else 0
    first, place = places(frame, IDENTITY)
    if (bad := filled != filled[first][place]).any():
        at = int(bad.argmax())
        pair = " and again by ".join(split(frame.iloc[row]) for row in (int(first[place[at]]), at))
        raise LedgerError(
            f"it is there by {pair}", where=_where(frame, bad), hint="an account of a table and year once"
        )


def split(row: pd.Series) -> str:
    """What the account of a row is split by."""
    return ", ".join(column for column in PLACES if row[column] != "") or "nothing"


def require_world(sums: pd.DataFrame) -> None:
    """Accounts of a principle all have the same total, by year, table and stressor: that of the world (convention 7).

    They may differ by 1e-9 of the emissions, counted without sign. Raises ConservationError.
    """
    held = sums[(sums["principle"] != "") & (sums["line"] == EMISSION)]
    order = np.argsort(held["principle"] != PRINCIPLES[0], kind="stable")  # production is what others are held against
    held = held.iloc[order].reset_index(drop=True)
    first, place = places(held, ("year", "stressor", "table_hash"))
    against = held.iloc[first[place]].reset_index(drop=True)
    scale = (held["gross"] + against["gross"]) / 2
    bad = ~((held["total"] - against["total"]).abs() <= CONSERVED * scale)  # so that NaN is bad
    unlike = held["unit"] != against["unit"]
    if not (bad | unlike).any():
        return
    at = int((bad | unlike).to_numpy().argmax())
    one, other = against.iloc[at], held.iloc[at]
    where, stressor = f"ledger, {_year(one['year'])}", one["stressor"]
    if unlike[at]:
        what = f"{_name(one)} and {_name(other)} of {stressor} are in {one['unit']} and {other['unit']}"
        raise UnitError(what, where=where, hint="one unit for a stressor of a table")
    what = f"{_name(one)} {one['total']:.12g} and {_name(other)} {other['total']:.12g} of {stressor} do not agree"
    hint = "accounts of a principle must be complete: every region, and each once, by the same groups or none"
    raise ConservationError(what, where=where, hint=hint)


def _name(row: Mapping[str, object] | pd.Series) -> str:
    return f"{row['account']} ({row['definition']})" if row["definition"] else str(row["account"])


def require_differences(sums: pd.DataFrame) -> None:
    """A hybrid total is the top-down total of its base table and the named differences, by year and stressor.

    Differences are rows of the same hybrid on the line ``difference``, under the same principle or under none, where
    they are those of every principle. Where the account of its base table is in the ledger, the hybrid is held against
    it: without differences it has the total of its table, as a sector that is split has. Where neither is there, it is
    refused. Raises ConservationError.
    """
    ruled = sums[(sums["principle"] != "") & (sums["line"] == EMISSION)]
    hybrids, tables = ruled[ruled["approach"] == HYBRID], ruled[ruled["approach"] == TOP_DOWN]
    named = sums[(sums["approach"] == HYBRID) & (sums["line"] == DIFFERENCE)]
    for row in hybrids.to_dict("records"):
        differences = _matching(named, row, ("year", "stressor", "table_hash", "base_hash"))
        differences = differences[differences["principle"].isin(["", row["principle"]])]
        where = f"ledger, {_year(row['year'])}"
        base = _matching(tables, row, ("year", "principle", "stressor"))
        base = base[base["table_hash"] == row["base_hash"]]
        if differences.empty and base.empty:
            what = f"{_name(row)} of {row['stressor']} has no differences, nor is the account of its table there"
            hint = f"add the account of its table first, or rows on the line {DIFFERENCE!r} with it"
            raise ConservationError(what, where=where, hint=hint)
        if not base.empty:
            _require_explained(row, base.iloc[0], differences, where)


def _matching(frame: pd.DataFrame, row: Mapping[str, object], columns: Sequence[str]) -> pd.DataFrame:
    keep = np.ones(len(frame), dtype=bool)
    for column in columns:
        value = row[column]
        keep &= (frame[column].isna() if pd.isna(value) else frame[column] == value).to_numpy(dtype=bool)
    return frame[keep]


def _require_explained(row: Mapping[str, Any], base: pd.Series, differences: pd.DataFrame, where: str) -> None:
    if {base["unit"], row["unit"], *differences["unit"]} != {row["unit"]}:
        raise UnitError(f"{_name(row)} and its base table are in unlike units", where=where, hint="use the table's")
    explained = float(base["total"]) + float(differences["total"].sum())
    scale = float(base["gross"]) + float(differences["gross"].sum())
    if not abs(float(row["total"]) - explained) <= CONSERVED * scale:
        held = "its table, without differences," if differences.empty else "its table with the differences"
        what = f"{_name(row)} of {row['stressor']} is {row['total']:.12g}, {held} {explained:.12g}"
        hint = f"a difference lacks a name (line {DIFFERENCE!r}), or the account is not complete"
        raise ConservationError(what, where=where, hint=hint)


def _year(year: object) -> str:
    return "no year" if pd.isna(year) else str(year)


def _where(frame: pd.DataFrame, bad: object) -> str:
    """The account and year of the first row that is wrong."""
    at = int(np.asarray(bad, dtype=bool).argmax())
    row = frame.iloc[at]
    return f"ledger, {row['account'] or 'no account'} {_year(row['year'])}, row {at + 1}"
