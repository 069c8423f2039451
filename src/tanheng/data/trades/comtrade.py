"""UN Comtrade: CSV files of its API, its bulk files and its web page, and those of the web page before 2023.

A line is a report of one country (the reporter) on its trade with another (the partner) in one commodity. Exports are
f.o.b., imports c.i.f.; exports hold re-exports, which are also there on their own.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.trades.parts import lines, rows
from tanheng.data.trades.parts.lines import number, text
from tanheng.data.trades.parts.wanted import ALL, Wanted
from tanheng.errors import InputError
from tanheng.labels import countries
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import Finding, found
from tanheng.systems.inventory import InventoryAbout
from tanheng.systems.trade import TradeFlows

FORMAT = Format(
    name="comtrade",
    title={"en": "UN Comtrade", "zh": "联合国商品贸易统计数据库（UN Comtrade）"},
    files=("*.csv", "*.txt"),
    homepage="https://comtradeplus.un.org",
    note={
        "en": "both sides' reports; net weight in kg (the supplementary quantity where a commodity has no weights), US "
        "dollars; re-exports as a part of exports; World, unions of countries and the code TOTAL are left out, and "
        "lines by second partner, customs procedure or mode of transport where their total is there",
        "zh": "含双方报告；净重以千克计（无重量的商品用补充数量），价值以美元计；转口作为出口的一部分；"
        "不含世界、国家集团和 TOTAL 代码；若有合计行，则不含按第二伙伴、海关程序或运输方式细分的行",
    },
    tested="made",
)

_COLUMNS = {
    "year": number("refYear", "Year"),
    "period": text("period", "Period", optional=True),
    "freq": text("freqCode", optional=True),
    "flow": text("flowCode", "Trade Flow Code", "Trade Flow", "flowDesc"),
    "reporter": text("reporterISO", "Reporter ISO", optional=True),
    "reporter_number": text("reporterCode", "Reporter Code", optional=True),
    "partner": text("partnerISO", "Partner ISO", optional=True),
    "partner_number": text("partnerCode", "Partner Code", optional=True),
    "partner2": text("partner2Code", "2nd Partner Code", optional=True),
    "customs": text("customsCode", "Customs Proc. Code", optional=True),
    "mode": text("motCode", "Mode of Transport Code", optional=True),
    "supply": text("mosCode", optional=True),
    "product": text("cmdCode", "Commodity Code"),
    "weight": number("netWgt", "Netweight (kg)"),
    "estimated": text("isNetWgtEstimated", "Flag", optional=True),
    "other": number("qty", "Qty", optional=True),
    "other_unit": text("qtyUnitAbbr", "Qty Unit", optional=True),
    "value": number("primaryValue", "Trade Value (US$)"),
    "edition": text("classificationCode", "Classification", optional=True),
}
_HEADS = (
    ("refYear", "flowCode", "cmdCode", "primaryValue"),
    ("Year", "Trade Flow", "Commodity Code", "Trade Value (US$)"),
)
_FLOWS = {
    "x": "X", "export": "X", "exports": "X", "2": "X", "m": "M", "import": "M", "imports": "M", "1": "M",
    "rx": "RX", "re-export": "RX", "re-exports": "RX", "3": "RX",
}  # fmt: skip
_WHOLES = frozenset({"W00", "WLD", "WOR", "0", "EUR", "EU2", "EU27", "EU28", "97", "975", "all"})  # no countries
_DETAILS = {"partner2": ("0", ""), "customs": ("C00", ""), "mode": ("0", ""), "supply": ("0", "")}  # their totals
_ESTIMATED = frozenset({"true", "1", "4", "6"})  # of the legacy flag 4 is weight, 6 weight and quantity
_UNITS = {
    "kg": "kg", "weight in kilograms": "kg", "u": "items", "number of items": "items", "l": "l",
    "volume in litres": "l", "m²": "m2", "m2": "m2", "area in square metres": "m2", "m³": "m3", "m3": "m3",
    "volume in cubic meters": "m3", "m": "m", "length in meters": "m", "1000 kwh": "MWh",
    "electrical energy in thousands of kilowatt-hours": "MWh",
}  # fmt: skip
_LINE = ["year", "flow", "reporter", "partner", "product"]


def holds(place: Archive) -> bool:
    """Whether a file has the columns of UN Comtrade."""
    return any(_fits(entry) for entry in place.find(*FORMAT.files))


def read(place: Archive, wanted: Wanted = ALL) -> TradeFlows:
    """The reports, one row a flow and reporter; raises InputError naming file and line."""
    entries = [entry for entry in place.find(*FORMAT.files) if _fits(entry)]
    if not entries:
        hint = "columns are refYear, flowCode, reporterISO, partnerISO, cmdCode, netWgt, primaryValue, ..."
        raise InputError("holds no file of UN Comtrade", where=str(place.path), hint=hint)
    pieces = [_named(wanted.part(piece)) for entry in entries for piece in lines.pieces(entry, _COLUMNS)]
    frame = lines.joined([piece for piece in pieces if len(piece)], _COLUMNS)
    where = place.path.name
    wanted.require_some(frame, str(place.path))
    editions = sorted(set(frame.get("edition", pd.Series(dtype=str)).unique()) - {""})
    findings: list[Finding] = []
    for step in (_countries, _single, _weighed):
        frame, more = step(frame, where)
        findings += more
    flows, more = _sides(frame, where)
    findings += [*more, *rows.nested(list(flows["product"].unique()), where)]
    about = InventoryAbout(
        "UN Comtrade",
        source="UN Comtrade database, United Nations Statistics Division (comtradeplus.un.org)",
        licence="UN Comtrade terms of use: see the publisher's page before passing data on",
        version=", ".join(editions) or NOT_STATED,
        currency="USD",
    )
    return TradeFlows.of(flows, about, tuple(findings))


def _fits(entry: Entry) -> bool:
    return any(lines.has(entry, *head) for head in _HEADS)


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Lines with the codes of both countries in one column each, and the flow as X, M, RX or what it is called."""
    for side in ("reporter", "partner"):
        code = frame.get(side, pd.Series("", frame.index))
        given = frame.get(f"{side}_number", pd.Series("", frame.index))
        frame = frame.assign(**{side: code.where(code != "", given)})
    flow = frame["flow"].str.casefold().map(_FLOWS).fillna(frame["flow"])
    return frame.assign(flow=flow).drop(columns=["reporter_number", "partner_number"], errors="ignore")


def _countries(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Trade of countries with countries in commodities, by their codes."""
    for side in ("reporter", "partner"):
        if (frame[side] == "").any():
            hint = "download it with the codes of countries"
            raise InputError(f"a {side} has no code", where=where, hint=hint)
    whole = frame["reporter"].isin(_WHOLES) | frame["partner"].isin(_WHOLES) | (frame["product"] == "TOTAL")
    kept = frame[~whole]
    findings = rows.left_out(frame, kept, "unions", where)
    known = kept["flow"].isin(["X", "M", "RX"])
    findings += rows.left_out(kept, kept[known], "kinds", where)
    kept, more = rows.placed(kept[known], ("reporter", "partner"), _code, where)
    return kept, [*findings, *more]


def _code(label: str) -> str | None:
    if label.isdigit():
        return countries.country_by_number(label)
    return label if label == rows.OTHER_ASIA else countries.country_code(label)


def _single(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[Finding]]:
    """One kind of line for each flow: totals and not their details, years and not their months."""
    kept = frame
    for column, totals in _DETAILS.items():
        keys = [key for key in (*_LINE, "period", "freq") if key in kept]
        kept = rows.totals_only(kept, keys, column, totals)
    findings = rows.left_out(frame, kept, "details", where)
    if "period" not in kept:
        return kept, list(findings)
    yearly = kept["period"].str.len() < 6
    years = rows.totals_only(kept.assign(yearly=yearly), _LINE, "yearly", [True])
    findings += rows.left_out(kept, years, "months", where)
    monthly = years[~years["yearly"]]
    by_month = monthly.assign(month=monthly["period"].str[-2:])
    return years, [*findings, *rows.months(by_month, where)]


def _weighed(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Quantities: net weight in kg, or the supplementary quantity of a commodity that has no weights at all."""
    other = frame.get("other", pd.Series(np.nan, frame.index))
    unit = frame.get("other_unit", pd.Series("", frame.index)).str.casefold().map(_UNITS)
    weight = frame["weight"].where(frame["weight"] >= 0)  # some files write -1 for what is not known
    weight = weight.where((weight > 0) | (unit != "kg") | ~(other > 0), other)
    has_weight = (weight > 0).groupby(frame["product"]).transform("any")
    units = unit.where(other > 0).groupby(frame["product"])
    use_other = ~has_weight & (units.transform("nunique") == 1)
    note = frame.get("estimated", pd.Series("", frame.index)).str.casefold().isin(_ESTIMATED)
    out = frame.assign(
        quantity=weight.where(~use_other, other),
        unit=pd.Series("kg", frame.index).where(~use_other, units.transform("first")),
        note=pd.Series("", frame.index).where(~note, rows.SOURCE_ESTIMATE),
    )
    out, findings = rows.weighed(out, where)
    return out, [*findings, *rows.source_estimates(out, where)]


def _sides(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Flows from origin to destination, re-exports beside the exports that hold them."""
    total = rows.summed(frame, [*_LINE, "unit"], ["quantity", "value"])
    passed = total[total["flow"] == "RX"]
    flows = total[total["flow"] != "RX"]
    findings: list[Finding] = []
    exports = flows["flow"] == "X"
    flows = flows.assign(
        origin=flows["reporter"].where(exports, flows["partner"]),
        destination=flows["partner"].where(exports, flows["reporter"]),
        reporter=pd.Series("exporter", flows.index).where(exports, "importer"),
        currency="USD",
    )
    if len(passed):
        flows, findings = _with_reexports(flows, passed, where)
    return flows.drop(columns=["flow", "partner"]), findings


def _with_reexports(flows: pd.DataFrame, passed: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[Finding]]:
    """The column reexported: 0 where a country tells re-exports of a product but not there, NaN where of none."""
    keys = ["year", "product", "origin", "destination", "reporter"]
    part = passed.rename(columns={"reporter": "origin", "partner": "destination", "quantity": "reexported"})
    part = part.assign(reporter="exporter")[[*keys, "reexported"]].assign(told=True)
    out = flows.merge(part, on=keys, how="left")
    tells = pd.MultiIndex.from_frame(part[["year", "product", "origin"]])
    here = pd.MultiIndex.from_frame(out[["year", "product", "origin"]]).isin(tells) & (out["reporter"] == "exporter")
    none = here & out["told"].isna()
    out = out.assign(reexported=out["reexported"].mask(none, 0.0)).drop(columns="told")
    lost = len(part) - int(part.merge(flows[keys], on=keys).shape[0])
    findings = []
    if lost:
        findings.append(found("trade-left-out-reexports", "warning", where, lost / len(part), count=lost))
    return out, findings
