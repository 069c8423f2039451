"""From the lines of a source to flows: places by their codes, details that a total holds left out, sums by year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from tanheng.systems.finding import LISTED, Finding, found, listed

OTHER_ASIA = "S19"  # UN Comtrade's code of what is in Asia and not specified elsewhere
SOURCE_ESTIMATE = "estimated by the source"


def placed(
    frame: pd.DataFrame, columns: Sequence[str], code: Callable[[str], str | None], where: str
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """The frame with the places in ``columns`` by alpha-3 code; those that are no country stay, and are reported."""
    names = sorted({str(name) for column in columns for name in frame[column].unique()})
    codes = {name: code(name) for name in names}
    unknown = [name for name in names if codes[name] is None]
    findings = []
    asia = [name for name in names if codes[name] == OTHER_ASIA]
    if asia:
        codes |= dict.fromkeys(asia, "TWN")
        findings.append(found("trade-other-asia", "note", where, code=asia[0]))
    if unknown:
        values = {"names": listed(unknown), "count": len(unknown)}
        findings.append(found("trade-places", "note", where, len(unknown) / len(names), **values))
    new = {column: frame[column].map({name: codes[name] or name for name in names}) for column in columns}
    return frame.assign(**new), tuple(findings)


def totals_only(frame: pd.DataFrame, keys: Sequence[str], column: str, totals: Sequence[object]) -> pd.DataFrame:
    """Where a flow (``keys``) has lines of a total in ``column``, these alone; details of it would count twice."""
    if column not in frame or frame.empty:
        return frame
    total = frame[column].isin(list(totals))
    if not total.any() or total.all():
        return frame
    has_total = total.groupby([frame[key] for key in keys]).transform("any")
    return frame[total | ~has_total]


def left_out(frame: pd.DataFrame, kept: pd.DataFrame, what: str, where: str) -> tuple[Finding, ...]:
    """The finding ``trade-left-out-{what}`` for the lines that are not kept, or none."""
    count = len(frame) - len(kept)
    return (found(f"trade-left-out-{what}", "note", where, count / len(frame), count=count),) if count else ()


def weighed(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """A quantity of nothing that has a value is missing: weights that are not known are published as 0."""
    missing = ~(frame["quantity"] > 0) & (frame["value"] > 0)
    if not missing.any():
        return frame, ()
    values = {"count": int(missing.sum()), "rows": len(frame)}
    out = frame.assign(quantity=frame["quantity"].where(~missing))
    return out, (found("trade-no-weight", "warning", where, float(missing.mean()), **values),)


def summed(frame: pd.DataFrame, keys: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """The lines of one flow added up; a sum with a missing number is missing; notes are joined."""
    texts = [key for key in keys if not pd.api.types.is_numeric_dtype(frame[key].dtype)]
    coded = frame.astype(dict.fromkeys(texts, "category"))  # groups of whole numbers are found faster than of texts
    groups = coded.groupby(list(keys), sort=False, observed=True)
    out = groups[list(numbers)].sum(skipna=False)
    if "note" in frame:
        out["note"] = groups["note"].max()  # a note, where any line has one
    return out.reset_index().astype(dict.fromkeys(texts, "str"))


def months(frame: pd.DataFrame, where: str) -> tuple[Finding, ...]:
    """A finding for every year that does not have all its months (column month, 1 to 12)."""
    counts = frame.groupby("year")["month"].nunique()
    return tuple(
        found("trade-months", "warning", where, 1 - count / 12, year=int(year), months=int(count))
        for year, count in counts.items()
        if count < 12
    )


def nested(products: Sequence[str], where: str) -> tuple[Finding, ...]:
    """A finding where codes are there with those below them."""
    codes = sorted(code for code in products if code.isdigit())
    pairs = [(above, below) for above, below in pairwise(codes) if below.startswith(above)]
    if not pairs:
        return ()
    names = ", ".join(f"{above} ({below})" for above, below in pairs[:LISTED])
    return (found("trade-nested", "warning", where, names=names, count=len(pairs)),)


def source_estimates(frame: pd.DataFrame, where: str) -> tuple[Finding, ...]:
    """A finding for weights that the source itself estimated, by their share of all weight."""
    rows = frame["note"] == SOURCE_ESTIMATE
    if not rows.any():
        return ()
    share = float(frame["quantity"][rows].sum() / (frame["quantity"].sum() or np.nan))
    values: Mapping[str, Any] = {"count": int(rows.sum()), "rows": len(frame), "share": share}
    return (found("trade-source-estimates", "note", where, share, **values),)
