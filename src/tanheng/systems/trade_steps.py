"""Steps from the trade that is reported to the trade that is asked about: each makes new flows and says what it did.

``reconcile`` mirror reports, ``estimate_weights`` that are missing, ``map_products`` to those that have factors; and
``trace_origins`` (in ``origins``) through countries that re-export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from tanheng.errors import LabelError, MissingError, QuestionError, UnitError, nearest
from tanheng.systems.finding import Finding, found, listed
from tanheng.systems.linking import conversion
from tanheng.systems.trade import ESTIMATED, EXTRA, KEY, TradeFlows, money

Rule = Literal["exporter", "importer", "mean", "larger", "weighted"]

RULES: tuple[Rule, ...] = ("exporter", "importer", "mean", "larger", "weighted")
MIRROR = "mirror"
FAR = 2.0  # one report at least twice the other: mirrors that differ so do so by more than freight and timing

# -- mirror flows -----------------------------------------------------------------------------------------------------


def reconcile(
    flows: TradeFlows,
    rule: Rule = "exporter",
    *,
    weights: float | Mapping[str, float] | None = None,
    cif_margin: float | None = None,
) -> TradeFlows:
    """One row a flow, from the exporter's and the importer's report of it.

    ``rule``: the exporter's or the importer's report, their mean, the larger quantity, or both ``weighted``: with
    ``weights`` the share of the exporter's report (0 to 1), or how far each country's reports are trusted, by its name.
    A flow that one side alone reports, or reports with a quantity, is taken from that side under every rule. Importers'
    values hold insurance and freight (c.i.f.): with ``cif_margin``, a share of the f.o.b. value such as 0.06, they are
    divided by 1 + margin and follow the rule; without it the exporter's value is kept where there is one. The column
    reporter says whose report a row is ("" for both), the note of a mixture "mirror: {rule}"; a finding says how far
    the mirrors are apart.
    Raises QuestionError for an unknown rule or a weight or margin that is none, MissingError for a country without a
    weight. Source: Gaulier and Zignago 2010 (BACI), of which this is the last step, with weights that are given.

    >>> row = {"year": 2021, "product": "steel", "origin": "CHN", "destination": "KOR", "unit": "t"}
    >>> both = [row | {"reporter": "exporter", "quantity": 90}, row | {"reporter": "importer", "quantity": 100}]
    >>> reconcile(TradeFlows.of(both), "mean").frame["quantity"].tolist()
    [95.0]
    """
    if rule not in RULES:
        raise QuestionError(f"there is no rule {rule!r} for mirror flows", hint=nearest(rule, RULES))
    if cif_margin is not None and not 0 <= cif_margin < 1:
        raise QuestionError(f"a c.i.f. margin of {cif_margin}", hint="it is a share of the value: 0.06 for 6 %")
    frame = flows.frame
    sides = {side: frame[frame["reporter"] == side].set_index(list(KEY)) for side in ("exporter", "importer")}
    x, m = sides["exporter"], sides["importer"]
    keys = x.index.union(m.index, sort=False)
    x, m = x.reindex(keys), m.reindex(keys)
    share = _share(rule, weights, x["quantity"], m["quantity"])
    share = share.where(x["reporter"].notna(), 0.0)  # an importer's report without a quantity may be the only one
    out = _mixed(x, m, share, rule, cif_margin).reset_index()
    rest = frame[frame["reporter"] == ""]
    joined = pd.concat([rest, out], ignore_index=True) if len(rest) else out
    return flows.after(joined[list(frame.columns)], *_apart(flows, x["quantity"], m["quantity"], rule, cif_margin))


def _share(
    rule: Rule, weights: float | Mapping[str, float] | None, x: pd.Series[Any], m: pd.Series[Any]
) -> pd.Series[Any]:
    """The share of the exporter's report in each flow: one or none of it where there is no other."""
    if (rule == "weighted") != (weights is not None):
        hint = 'give weights=0.6 for the exporter, or weights={"CHN": 0.8, ...}, with rule="weighted" alone'
        raise QuestionError("weights and the rule do not fit", hint=hint)
    fixed: dict[str, float] = {"exporter": 1.0, "importer": 0.0, "mean": 0.5}
    if rule == "larger":
        share = (x >= m).astype(float)
    elif rule != "weighted":
        share = pd.Series(fixed[rule], index=x.index)
    elif isinstance(weights, Mapping):
        share = _trust(weights, x.index)
    else:
        share = pd.Series(_fraction(cast(float, weights)), index=x.index)
    return share.where(m.notna(), 1.0).where(x.notna() | m.isna(), 0.0)


def _fraction(weight: float) -> float:
    if not 0 <= weight <= 1:
        raise QuestionError(f"a weight of {weight}", hint="the share of the exporter's report: from 0 to 1")
    return float(weight)


def _trust(weights: Mapping[str, float], keys: pd.MultiIndex) -> pd.Series[Any]:
    origin, destination = keys.get_level_values("origin"), keys.get_level_values("destination")
    absent = sorted({*origin, *destination} - set(weights))
    if absent:
        hint = "give every country a weight above 0"
        raise MissingError(f"there is no weight of {listed(absent)}", where="weights", hint=hint)
    if not all(weight > 0 for weight in weights.values()):
        raise QuestionError("a weight is not above 0", hint="give every country a weight above 0")
    o, d = (np.array([weights[name] for name in names], dtype=np.float64) for names in (origin, destination))
    return pd.Series(o / (o + d), index=keys)


def _mixed(
    x: pd.DataFrame, m: pd.DataFrame, share: pd.Series[Any], rule: Rule, cif_margin: float | None
) -> pd.DataFrame:
    """The rows: quantities by ``share``; all else from the report that has it, the exporter's first."""
    mixture = (share > 0) & (share < 1)
    first = x.where(share > 0, m)
    out = first.assign(quantity=_blend(x["quantity"], m["quantity"], share))
    out["reporter"] = first["reporter"].where(~mixture, "")
    out["note"] = first["note"].where(~mixture, f"{MIRROR}: {rule}")
    for name in (name for name in EXTRA if name in x):
        out[name] = x[name].fillna(m[name])
    fob = m["value"] / (1.0 + (cif_margin or 0.0))
    alike = x["value"].notna() & m["value"].notna() & (x["currency"] == m["currency"])
    value_share = share.where(alike, x["value"].notna().astype(float))
    if cif_margin is None:
        value_share = x["value"].notna().astype(float)
    out["value"] = _blend(x["value"], fob, value_share)
    out["currency"] = x["currency"].where(value_share > 0, m["currency"]).fillna("")
    return out


def _blend(x: pd.Series[Any], m: pd.Series[Any], share: pd.Series[Any]) -> pd.Series[Any]:
    """share x + (1 − share) m; what has no share in it may be missing."""
    return cast("pd.Series[Any]", (x * share).where(share > 0, 0.0) + (m * (1 - share)).where(share < 1, 0.0))


def _apart(
    flows: TradeFlows, x: pd.Series[Any], m: pd.Series[Any], rule: Rule, cif_margin: float | None
) -> tuple[Finding, ...]:
    both = (x > 0) & (m > 0)
    ratio = np.maximum(x[both], m[both]) / np.minimum(x[both], m[both])
    gap = float((1 - 1 / ratio).median()) if len(ratio) else 0.0
    facts = {
        "rule": rule,
        "pairs": int(both.sum()),
        "alone": int(len(x) - both.sum()),
        "gap": gap,
        "far": int((ratio >= FAR).sum()),
        "margin": "-" if cif_margin is None else f"{cif_margin:.1%}",
    }
    return (found("trade-mirrors", "note", flows.about.name, gap, **facts),) if len(x) else ()


# -- weights ----------------------------------------------------------------------------------------------------------


def estimate_weights(flows: TradeFlows, by: Sequence[str] = ("year", "origin"), *, least: int = 3) -> TradeFlows:
    """Missing quantities from values, by the median unit value of the same product.

    The unit value is the median over flows of the same product and currency that have both numbers, and of the same
    ``by`` (of year, origin, destination) where at least ``least`` flows have; else of one ``by`` less, from the last,
    down to the product alone. Rows so filled have the note "estimated: unit value". A finding counts them with
    their share of the value, another one those without a value, whose quantity stays missing.
    Raises QuestionError for another ``by``.

    >>> row = {"year": 2021, "product": "steel", "origin": "CHN", "unit": "t", "value": 800, "currency": "USD"}
    >>> rows = [row | {"destination": "KOR", "quantity": 1}, row | {"destination": "VNM", "quantity": None}]
    >>> estimate_weights(TradeFlows.of(rows)).frame["quantity"].tolist()
    [1.0, 1.0]
    """
    allowed = ("year", "origin", "destination")
    for name in by:
        if name not in allowed:
            raise QuestionError(f"unit values are not by {name!r}", hint=nearest(name, allowed))
    frame = flows.frame
    unit_value = (frame["value"] / frame["quantity"]).where((frame["value"] > 0) & (frame["quantity"] > 0))
    wanted = frame["quantity"].isna() & (frame["value"] > 0)
    chosen = pd.Series(np.nan, index=frame.index)
    for at in range(len(by), -1, -1):
        groups = unit_value.groupby([frame[name] for name in ("product", "currency", *by[:at])])
        enough = groups.transform("count") >= (least if at else 1)
        chosen = chosen.where(chosen.notna() | ~enough, groups.transform("median"))
    filled = wanted & chosen.notna()
    quantity = frame["quantity"].where(~filled, frame["value"] / chosen)
    note = frame["note"].where(~filled, f"{ESTIMATED}: unit value")
    out = frame.assign(quantity=quantity, note=note)
    return flows.after(out, *_estimates(flows, filled, frame["quantity"].isna() & ~filled))


def _estimates(flows: TradeFlows, filled: pd.Series[Any], left: pd.Series[Any]) -> tuple[Finding, ...]:
    frame, findings = flows.frame, []
    if filled.any():
        shares = _value_shares(frame, filled)
        values = {"count": int(filled.sum()), "rows": len(frame), "shares": _percents(shares)}
        size = max(shares.values(), default=0.0)
        findings.append(found("trade-estimated", "warning", flows.about.name, size, **values))
    if left.any():
        values = {
            "count": int(left.sum()),
            "rows": len(frame),
            "products": listed(list(frame["product"][left].unique())),
        }
        findings.append(found("trade-unestimated", "warning", flows.about.name, float(left.mean()), **values))
    return tuple(findings)


def _value_shares(frame: pd.DataFrame, rows: pd.Series[Any]) -> dict[str, float]:
    """The share of ``rows`` in the value, by currency: unlike currencies are not added."""
    given = frame[frame["value"].notna()]
    plain = given["value"] * given["currency"].map({name: money(name) for name in given["currency"].unique()})
    currency = given["currency"].str[-3:]
    whole = plain.groupby(currency).sum()
    part = plain[rows[given.index]].groupby(currency).sum()
    return {str(name): float(part.get(name, 0.0) / total) for name, total in whole.items() if total > 0}


# -- products ---------------------------------------------------------------------------------------------------------


def map_products(
    flows: TradeFlows, mapping: Mapping[str, str], *, others: Literal["refuse", "drop", "keep"] = "refuse"
) -> TradeFlows:
    """The flows by other products, those that have factors: rows that become one flow are added up.

    ``mapping`` leads from a product, or from how a code begins (the longest beginning counts), to the new product.
    Products that it does not lead anywhere are refused, dropped with a finding, or kept as they are. A sum with a
    missing quantity is missing. Raises LabelError for a product that leads nowhere, UnitError for unlike units.

    >>> row = {"year": 2021, "origin": "CHN", "destination": "KOR", "quantity": 2, "unit": "t"}
    >>> flows = TradeFlows.of([row | {"product": "720839"}, row | {"product": "720851"}])
    >>> map_products(flows, {"72": "steel"}).frame[["product", "quantity"]].values.tolist()
    [['steel', 4.0]]
    """
    leads = {product: _led(product, mapping) for product in flows.products}
    lost = [product for product, target in leads.items() if target is None]
    if lost and others == "refuse":
        hint = f'map it, or say others="drop" or "keep"; {nearest(lost[0], mapping)}'
        raise LabelError(f"product {listed(lost)} leads nowhere", where=flows.about.name, hint=hint)
    findings = []
    frame = flows.frame
    if lost and others == "drop":
        shares = _percents(_value_shares(frame, frame["product"].isin(lost)))
        values = {"products": listed(lost), "count": len(lost), "shares": shares}
        findings.append(found("trade-dropped", "warning", flows.about.name, len(lost) / len(leads), **values))
        frame = frame[~frame["product"].isin(lost)]
    new = frame["product"].map({product: target or product for product, target in leads.items()})
    return flows.after(added_up(frame.assign(product=new), flows.about.name), *findings)


def added_up(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Rows of one flow and reporter as one: numbers added (in the first unit and currency), notes joined.

    Raises UnitError where unlike units or currencies would meet.
    """
    frame = frame.reset_index(drop=True)
    keys = [*KEY, "reporter"]
    for unit, within, numbers in (("unit", ["product"], ["quantity", "reexported"]), ("currency", keys, ["value"])):
        said = frame[unit].where(frame[unit] != "")  # a row without a value needs no currency
        first = said.groupby([frame[name] for name in within]).transform("first").fillna("")
        frame = frame.assign(**{unit: said.fillna(first)})
        factors = {pair: _factor(*pair, where) for pair in set(zip(frame[unit], first, strict=True))}
        by = np.array([factors[pair] for pair in zip(frame[unit], first, strict=True)], dtype=np.float64)
        frame = frame.assign(**{unit: first}, **{name: frame[name] * by for name in numbers if name in frame})
    every = [name for name in ("quantity", "value", *EXTRA) if name in frame]
    groups = frame.groupby(keys, sort=False)
    out = groups[every].sum(skipna=False)
    for name in ("unit", "currency"):
        out[name] = groups[name].first()
    out["note"] = _joined_notes(frame, keys).reindex(out.index, fill_value="")
    return out.reset_index()


def _joined_notes(frame: pd.DataFrame, keys: list[str]) -> pd.Series[Any]:
    """The notes of each group, each once; estimates first, so that they are seen."""
    noted = frame.loc[frame["note"] != "", [*keys, "note"]].drop_duplicates()
    noted = noted.assign(rank=~noted["note"].str.startswith(ESTIMATED)).sort_values("rank", kind="stable")
    return cast("pd.Series[Any]", noted.groupby(keys, sort=False)["note"].agg("; ".join))


def _factor(unit: str, target: str, where: str) -> float:
    factor = conversion(unit, target)
    if factor is None:
        hint = "map them to different products, or convert them first"
        raise UnitError(f"{unit or '(none)'} and {target or '(none)'} would be added up", where=where, hint=hint)
    return factor


def _led(product: str, mapping: Mapping[str, str]) -> str | None:
    begins = [code for code in mapping if product.startswith(code) and (product == code or code.isdigit())]
    return mapping[max(begins, key=len)] if begins else None


def _percents(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.1%}" for name, share in shares.items()) or "-"
