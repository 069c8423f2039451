"""What stands beside the footprint of an organisation: what was taken out and why, what does not count, coverage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.accounts.hybrids.organisation_lives import BASES, MISSING, PRODUCT, PROXY, SECTOR
from tanheng.accounts.hybrids.organisation_precedence import (
    CONSUMPTION,
    DEFINITIONS,
    PARTS,
    STATIONS,
    Claim,
    Resolution,
    definitions,
    expected,
    lacks,
    placed,
)
from tanheng.accounts.hybrids.organisation_values import Lines
from tanheng.systems.finding import Finding, found, listed
from tanheng.systems.organisation import METHODS, Item
from tanheng.systems.removed import COLUMNS

Array = NDArray[np.float64]

REMOVED = (*COLUMNS, "stressor", "method", "part", "counted_by")
BESIDE = ("item", "scope", "category", "stressor", "unit", "value", "why")
UNCOUNTED = ("item", "scope", "category", "stressor", "part", "share", "reason", "note")
COVERAGE = (
    "definition",
    "stressor",
    "unit",
    "method",
    "basis",
    "value",
    "share",
    "spending",
    "spending_share",
    "lines",
)
_LEAST = 1e-9  # of a part: less of it is rounding of shares
_MAKER = PARTS.index("maker")


def basis_of(claim: Claim) -> str:
    """What a claim rests on: data of the product, of its sector, or what stands in for them."""
    if claim.item.proxy:
        return PROXY
    return SECTOR if claim.way == "spending" else PRODUCT


def weights(lines: Lines, resolution: Resolution, at: int) -> Array:
    """How much of each part of a claim counts, (stressors, parts)."""
    nothing = np.zeros(len(PARTS))
    return np.array(
        [resolution.counted[name][at] if name in resolution.counted else nothing for name in lines.stressors]
    )


# -- taken out --------------------------------------------------------------------------------------------------------


def removed(lines: Lines, resolution: Resolution) -> pd.DataFrame:
    """What was taken out so that nothing counts twice, a row for every line, rule and stressor (columns REMOVED).

    The columns of ``removed_frame`` come first. Rules: "better-method" (the purchase is known better, by
    ``counted_by``), "energy-by-quantity" (electricity that is counted by quantity), "own-sales" (what a firm sells to
    itself and to those behind its purchases) and "other-category" (stages of a life that are another category's).
    """
    rows = [row for at, _ in enumerate(lines.claims) for row in _removed(lines, resolution, at)]
    if lines.spent and lines.own[2] is not None:
        rows += list(_own_sales(lines))
    return pd.DataFrame(rows, columns=list(REMOVED))


def _removed(lines: Lines, resolution: Resolution, at: int) -> Iterator[dict[str, Any]]:
    claim = lines.claims[at]
    if claim.way == "product":
        other = lines.counted_life(at, other=True)
        for (name, stage), value in other.groupby(["stressor", "stage"])["value"].sum().items():
            yield _row(lines, claim, str(name), float(value), "other-category", str(stage), "")
    if at in resolution.beside:
        return
    left = lines.by_part[at] * (1 - weights(lines, resolution, at))
    energy = np.array([claim.absorbed and part in STATIONS for part in PARTS])
    for rule, chosen in (("energy-by-quantity", energy), ("better-method", ~energy)):
        for name, taken in zip(lines.stressors, left, strict=True):
            there = [part for part, value in zip(PARTS, taken, strict=True) if value and chosen[PARTS.index(part)]]
            value = float(taken[chosen].sum())
            if there and name in resolution.counted and abs(value) > _LEAST * np.abs(lines.by_part[at]).sum():
                parts = ", ".join(there) if claim.way == "spending" else ", ".join(claim.parts)
                yield _row(lines, claim, name, value, rule, parts, resolution.better(at))


def _row(lines: Lines, claim: Claim, name: str, value: float, rule: str, part: str, by: str) -> dict[str, Any]:
    spending = claim.item.spending if claim.way == "spending" else None
    cells = list(spending.shares) if spending is not None else []
    return {
        "what": claim.item.id,
        "region": ", ".join(dict.fromkeys(region for region, _ in cells)),
        "sector": ", ".join(dict.fromkeys(sector for _, sector in cells)),
        "amount": value,
        "unit": lines.units[name],
        "rule": rule,
        "stressor": name,
        "method": claim.method,
        "part": part,
        "counted_by": by,
    }


def _own_sales(lines: Lines) -> Iterator[dict[str, Any]]:
    """All of it in a row for each stressor."""
    told = lines.organisation
    for name, value in zip(lines.of_table, lines.own_sales().sum(axis=1), strict=True):
        if value:
            yield {
                "what": told.name, "region": told.region, "sector": told.sector, "amount": float(value),
                "unit": lines.units[name], "rule": "own-sales", "stressor": name, "method": "spend-based", "part": "",
                "counted_by": told.name,
            }  # fmt: skip


# -- beside -----------------------------------------------------------------------------------------------------------


def beside(lines: Lines, resolution: Resolution) -> pd.DataFrame:
    """What is shown and never counted (columns BESIDE): the other method of scope 2, credits, what no account holds."""
    rows: list[dict[str, Any]] = []
    for at, claim in enumerate(lines.claims):
        if at in resolution.beside:
            values = lines.by_part[at].sum(axis=1)
            rows += _beside(lines, claim, claim.parts[0], values, f"electricity-{claim.item.electricity}")
            continue
        if claim.way == "product":
            credits = lines.counted_life(at, credit=True).groupby("stressor")["value"].sum()
            rows += _beside(
                lines, claim, claim.parts[0], [credits.get(name, 0.0) for name in lines.stressors], "credit"
            )
        counted = lines.by_part[at] * weights(lines, resolution, at)
        for part in claim.parts:
            if not definitions(lines.organisation, claim, part):
                rows += _beside(lines, claim, part, counted[:, PARTS.index(part)], "no-account")
    return pd.DataFrame(rows, columns=list(BESIDE))


def _beside(
    lines: Lines, claim: Claim, part: Any, values: Sequence[float] | Array, why: str
) -> Iterator[dict[str, Any]]:
    scope, category = placed(lines.organisation, claim, part)
    for name, value in zip(lines.stressors, values, strict=True):
        if value:
            told = {"item": claim.item.id, "scope": str(scope), "category": category, "stressor": name}
            yield told | {"unit": lines.units[name], "value": float(value), "why": why}


# -- not counted ------------------------------------------------------------------------------------------------------


def uncounted(lines: Lines, resolution: Resolution) -> pd.DataFrame:
    """What is not in the footprint, with the reason (columns UNCOUNTED): nothing is dropped.

    Lines that their method cannot count ("no-factor", ...; ``share`` is that of the purchase that no other line
    tells), parts of a purchase that none of its lines tells ("not-told"), and purchases told in another stressor alone
    ("other-stressor").
    """
    rows = list(_lines_left(lines))
    for key in dict.fromkeys(item.key for item in lines.organisation.items):
        claimed = [at for at, claim in enumerate(lines.claims) if claim.item.key == key]
        if claimed:
            rows += _parts_left(lines, resolution, key, claimed)
    return pd.DataFrame(rows, columns=list(UNCOUNTED))


def _lines_left(lines: Lines) -> Iterator[dict[str, Any]]:
    for item, why in lines.lacking():
        told = any(claim.item.key == item.key for claim in lines.claims)
        share = 0.0 if told else 1.0
        yield _left(item, "", "", share, why)


def _left(item: Item, name: str, part: str, share: float, why: str) -> dict[str, Any]:
    told = {"item": item.id, "scope": str(item.scope), "category": item.place, "stressor": name, "part": part}
    return told | {"share": share, "reason": why, "note": item.reason}


def _parts_left(lines: Lines, resolution: Resolution, key: str, claimed: Sequence[int]) -> Iterator[dict[str, Any]]:
    first = lines.claims[claimed[0]].item
    parts = expected(lines.organisation, key, lines.claims)
    provided = lines.provided
    for name in lines.stressors:
        if not any(name in provided[at] for at in claimed):
            if name in lines.of_table and first.scope > 1:  # what is burnt is told gas by gas
                yield _left(first, name, "", 1.0, "other-stressor")
            continue
        rest = resolution.left[name].get(key, np.ones(len(PARTS)))
        lacking: dict[float, list[str]] = {}
        for part in parts:
            share = float(rest[PARTS.index(part)])
            if share > _LEAST:
                lacking.setdefault(round(share, 9), []).append(part)
        for share, them in lacking.items():
            yield _left(first, name, ", ".join(them), share, "not-told")


# -- coverage ---------------------------------------------------------------------------------------------------------


def coverage(lines: Lines, resolution: Resolution, rows: pd.DataFrame) -> pd.DataFrame:
    """By method and basis, how much of the footprint and of the spending rests on it (columns COVERAGE).

    ``rows`` are those that count. ``spending`` is in the money of the table, taxes included, by what counts for the
    maker of each purchase; ``lines`` are those that count in a row. What is spent and not counted, and the lines that
    nothing counts, stand in rows of the basis "missing", whose value is not known (NaN).
    """
    money = _spending(lines, resolution)
    found_rows: list[dict[str, Any]] = []
    for definition in dict.fromkeys([*DEFINITIONS, ""]):
        there = rows[rows["definition"] == definition]
        if there.empty:
            continue
        for name in lines.stressors:
            mine = there[there["stressor"] == name]
            spent = money[name] if definition in ("", CONSUMPTION) else {}
            found_rows += _covered(lines, mine, spent, {"definition": definition, "stressor": name})
    return pd.DataFrame(found_rows, columns=list(COVERAGE))


def _covered(
    lines: Lines, rows: pd.DataFrame, spent: dict[tuple[str, str], float], own: dict[str, str]
) -> Iterator[dict[str, Any]]:
    total, all_spent = float(rows["value"].sum()), sum(spent.values())
    counted = rows[rows["value"] != 0]
    value = counted.groupby(["method", "basis"])["value"].sum()
    number = counted.groupby(["method", "basis"])["item"].nunique()
    lost = [item for item, _ in lines.lacking() if not any(claim.item.key == item.key for claim in lines.claims)]
    keys = [(method, basis) for method in METHODS for basis in BASES]
    for key in keys:
        missing = key == ("none", MISSING)
        if key not in value.index and not spent.get(key) and not (missing and lost):
            continue
        amount = np.nan if missing else float(value.get(key, 0.0))
        money = spent.get(key, 0.0)
        yield {
            **own, "unit": lines.units[own["stressor"]], "method": key[0], "basis": key[1], "value": amount,
            "share": amount / total if total else np.nan, "spending": money,
            "spending_share": money / all_spent if all_spent else np.nan,
            "lines": len(lost) if missing else int(number.get(key, 0)),
        }  # fmt: skip


def _spending(lines: Lines, resolution: Resolution) -> dict[str, dict[tuple[str, str], float]]:
    """{stressor: {(method, basis): money}}, by what counts for the maker of each purchase."""
    bought = lines.purchases
    out: dict[str, dict[tuple[str, str], float]] = {name: {} for name in lines.stressors}
    if bought is None:
        return out
    paid = np.asarray(bought.money.sum(axis=0)).ravel() + bought.taxes
    for name in lines.stressors:
        counted = resolution.counted.get(name)
        for place, at in enumerate(lines.spent):
            claim, rest = lines.claims[at], 1.0
            for other, one in enumerate(lines.claims):
                if counted is None or one.item.key != claim.item.key:
                    continue
                share = float(counted[other, _MAKER] * one.item.share)
                share = 1.0 if one.absorbed else share
                key = (one.method, basis_of(one))
                out[name][key] = out[name].get(key, 0.0) + share * paid[place]
                rest -= share
            if rest > _LEAST:
                out[name]["none", MISSING] = out[name].get(("none", MISSING), 0.0) + rest * paid[place]
    return out


# -- said -------------------------------------------------------------------------------------------------------------


def findings(lines: Lines, resolution: Resolution) -> tuple[Finding, ...]:
    """What is to be said of the account: the steps of prices, other years and stressors, the method of scope 2."""
    told, table = lines.organisation, lines.table
    said = list(lines.purchases.steps) if lines.purchases is not None else []
    if told.year != table.year:
        said.append(
            found("organisation-year", "warning", told.name, year=told.year, of=table.year, table=table.about.name)
        )
    for given, held in told.stressors.items():
        if any(claim.item.stressor == given for claim in lines.claims) or lines.lives:
            said.append(found("organisation-counted-as", "warning", told.name, given=given, held=held))
    other = [
        claim.item.id
        for at, claim in enumerate(lines.claims)
        if claim.item.scope == 2 and claim.way == "factor" and at not in resolution.beside
        if claim.item.electricity != told.electricity
    ]
    if other:
        said.append(found("organisation-electricity", "note", told.name, names=listed(other), asked=told.electricity))
    if keys := () if lines.electricity else _stations_unknown(lines):
        said.append(found("organisation-stations-unknown", "warning", told.name, names=listed(keys)))
    lost = [item.id for item in told.items if lacks(item)]
    if lost:
        said.append(
            found(
                "organisation-uncounted",
                "warning",
                told.name,
                len(lost) / len(told.items),
                count=len(lost),
                names=listed(lost),
            )
        )
    return tuple(said)


def _stations_unknown(lines: Lines) -> list[str]:
    """Spending on electricity that is counted by quantity, too: its lines."""
    metered = {claim.item.key for claim in lines.claims if claim.item.scope == 2 and claim.way == "factor"}
    return [claim.item.id for claim in lines.claims if claim.way == "spending" and claim.item.key in metered]
