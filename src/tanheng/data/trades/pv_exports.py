"""China's exports of solar panels, cells and wafers by month and destination, compiled by Ember from customs data."""

from __future__ import annotations

import pandas as pd

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.trades.parts import lines, rows
from tanheng.data.trades.parts.lines import number, text
from tanheng.data.trades.parts.wanted import ALL, Wanted
from tanheng.errors import InputError, nearest
from tanheng.labels import countries
from tanheng.systems.finding import Finding, found
from tanheng.systems.inventory import InventoryAbout
from tanheng.systems.trade import TradeFlows

PRODUCTS = {"Panels": "pv-module", "Cells": "pv-cell", "Wafers": "pv-wafer"}

FORMAT = Format(
    name="pv-exports",
    title={"en": "China's solar exports (Ember)", "zh": "中国光伏产品出口（Ember）"},
    files=("*solar_exports*.csv", "*.csv"),
    homepage="https://ember-energy.org/data/china-solar-exports-data/",
    note={
        "en": "products pv-module, pv-cell and pv-wafer in MW, with mass_kg and US dollars; months added up to years; "
        "lines of regions (Asia, EU, World) left out; cells and wafers apart since 2022",
        "zh": "产品 pv-module（组件）、pv-cell（电池片）、pv-wafer（硅片），单位 MW，另有 mass_kg 和美元价值；"
        "各月加总为年；不含地区（亚洲、欧盟、世界）行；2022 年起电池片和硅片单列",
    },
)

_COLUMNS = {
    "destination": text("Area"),
    "kind": text("Area type"),
    "date": text("Date"),
    "commodity": text("Commodity type"),
    "mass_kg": number("Amount (kg)"),
    "value": number("Amount (USD)"),
    "quantity": number("Capacity (MW)"),
}
_HEAD = ("Area", "Area type", "Date", "Commodity type", "Capacity (MW)")
_REGION = "Region"
_SPLIT = 2022  # the year since which cells have a customs code of their own


def holds(place: Archive) -> bool:
    """Whether a file has the columns of Ember's solar exports."""
    return any(lines.has(entry, *_HEAD) for entry in place.find("*.csv"))


def read(place: Archive, wanted: Wanted = ALL) -> TradeFlows:
    """The exports by year, product and destination; raises InputError naming file and line."""
    entries = [entry for entry in place.find("*.csv") if lines.has(entry, *_HEAD)]
    if len(entries) != 1:
        what = f"holds {len(entries)} files of solar exports"
        raise InputError(what, where=str(place.path), hint="name the one file that is to be read")
    pieces = [wanted.part(_dated(piece, entries[0])) for piece in lines.pieces(entries[0], _COLUMNS)]
    frame = lines.joined(pieces, _COLUMNS)
    where = place.path.name
    kept = frame[frame["kind"] != _REGION]
    wanted.require_some(kept, str(place.path))
    findings = rows.left_out(frame, kept, "regions", where)
    kept, places = rows.placed(kept, ("destination",), countries.country_code, where)
    findings += (*places, *rows.months(kept, where), *_cells(kept, where))
    flows = rows.summed(kept, ["year", "product", "destination"], ["quantity", "mass_kg", "value"])
    about = InventoryAbout(
        "China's solar exports",
        source="Ember, China's solar exports, from China customs data",
        licence="CC BY 4.0",
        version=f"{kept['date'].min()} to {kept['date'].max()}",
        currency="USD",
    )
    facts = {"origin": "CHN", "reporter": "exporter", "unit": "MW", "currency": "USD"}
    return TradeFlows.of(flows.assign(**facts), about, tuple(findings))


def _dated(frame: pd.DataFrame, entry: Entry) -> pd.DataFrame:
    """The lines with year, month and product."""
    frame = frame.astype({"date": "str", "commodity": "str"})
    good = frame["date"].str.fullmatch(r"\d{4}-\d{2}-\d{2}")
    if not good.all():
        what = f"{frame['date'][~good].iloc[0]!r} is no date"
        raise InputError(what, where=entry.where, hint="dates read like 2021-01-01")
    unknown = frame["commodity"][~frame["commodity"].isin(PRODUCTS)]
    if len(unknown):
        what = f"{unknown.iloc[0]!r} is no commodity of this source"
        raise InputError(what, where=entry.where, hint=nearest(unknown.iloc[0], PRODUCTS))
    date = frame["date"].str
    return frame.assign(year=date[:4].astype(int), month=date[5:7], product=frame["commodity"].map(PRODUCTS))


def _cells(frame: pd.DataFrame, where: str) -> tuple[Finding, ...]:
    """Before the split of the customs code, panels hold cells."""
    years = sorted(set(frame["year"][(frame["year"] < _SPLIT) & (frame["commodity"] == "Panels")]))
    if not years:
        return ()
    said = f"{years[0]}" if len(years) == 1 else f"{years[0]}-{years[-1]}"
    return (found("trade-cells", "note", where, years=said),)
