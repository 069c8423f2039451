"""Comext of Eurostat: the member states' trade by eight-digit product of the Combined Nomenclature, from bulk files.

A line is a month (or a year, as month 52) of a member state's imports (FLOW 1) from or exports (FLOW 2) to a partner.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.trades.parts import lines, rows
from tanheng.data.trades.parts.lines import number, text
from tanheng.data.trades.parts.wanted import ALL, Wanted
from tanheng.errors import InputError
from tanheng.labels import countries
from tanheng.systems.finding import Finding
from tanheng.systems.inventory import InventoryAbout
from tanheng.systems.trade import TradeFlows

FORMAT = Format(
    name="comext",
    title={"en": "Comext (Eurostat)", "zh": "Comext 国际货物贸易（欧盟统计局）"},
    files=("*.dat", "*.csv", "*.txt"),
    homepage="https://ec.europa.eu/eurostat/databrowser/bulk?lang=en&selectedTab=fileComext",
    note={
        "en": "bulk files, unpacked (they come as .7z); kg and euros, months added up to years; the partner of an "
        "import from outside the EU is the country of origin, of one from inside the member state that sent it; "
        "confidential products keep their codes (72XXXXXX), TOTAL and unions of countries are left out",
        "zh": "批量下载文件（.7z，须先解压）；单位为千克和欧元，各月加总为年；自欧盟外进口的伙伴为原产国，"
        "自欧盟内进口的伙伴为发货成员国；保密产品保留其代码（72XXXXXX），不含 TOTAL 和国家集团",
    },
    tested="made",
)

_COLUMNS = {
    "period": text("PERIOD"),
    "reporter": text("REPORTER", "DECLARANT_ISO", "REPORTER_ISO", "DECLARANT"),
    "partner": text("PARTNER_ISO", "PARTNER"),
    "trade_type": text("TRADE_TYPE", optional=True),
    "product": text("PRODUCT_NC", "PRODUCT"),
    "flow": text("FLOW"),
    "regime": text("STAT_REGIME", "STAT_PROCEDURE", optional=True),
    "value": number("VALUE_IN_EUROS", "VALUE_EUR"),
    "quantity": number("QUANTITY_IN_KG", "QUANTITY_KG"),
}
_HEADS = (("PERIOD", "FLOW", "PRODUCT_NC", "VALUE_IN_EUROS"), ("PERIOD", "FLOW", "PRODUCT_NC", "VALUE_EUR"))
_OWN = {"XS": "SRB", "XI": "GBR", "XU": "GBR", "XK": "XKX"}  # of the Geonomenclature; XI and XU are the United Kingdom
_KINGDOM = frozenset({"XI", "XU"})  # Northern Ireland and the rest, beside GB
_WHOLES = ("EU", "EA", "EXT", "INT", "WORLD", "WLD")  # how unions of countries begin
_YEAR = "52"  # the month of a line of a whole year
_LINE = ["year", "flow", "reporter", "partner", "product"]


def holds(place: Archive) -> bool:
    """Whether a file has the columns of Comext."""
    return any(_fits(entry) for entry in place.find(*FORMAT.files))


def read(place: Archive, wanted: Wanted = ALL) -> TradeFlows:
    """The reports, one row a flow, year and reporter; raises InputError naming file and line."""
    entries = [entry for entry in place.find(*FORMAT.files) if _fits(entry)]
    if not entries:
        hint = "columns are REPORTER, PARTNER, PRODUCT_NC, FLOW, PERIOD, VALUE_EUR, ...; unpack .7z files first"
        raise InputError("holds no file of Comext", where=str(place.path), hint=hint)
    pieces = [_dated(piece, entry) for entry in entries for piece in lines.pieces(entry, _COLUMNS)]
    frame = lines.joined([part for piece in pieces if len(part := wanted.part(piece))], _COLUMNS)
    wanted.require_some(frame, str(place.path))
    where = place.path.name
    frame, findings = _single(frame, where)
    frame, more = rows.placed(frame, ("reporter", "partner"), _code, where)
    total = rows.summed(frame, _LINE, ["quantity", "value"])
    total, missing = rows.weighed(total, where)
    exports = total["flow"] == "2"
    flows = total.assign(
        origin=total["reporter"].where(exports, total["partner"]),
        destination=total["partner"].where(exports, total["reporter"]),
        reporter=pd.Series("exporter", total.index).where(exports, "importer"),
        unit="kg",
        currency="EUR",
    )
    about = InventoryAbout(
        "Comext",
        source="Eurostat, Comext, international trade in goods, detailed data",
        licence="CC BY 4.0 (Commission Decision 2011/833/EU)",
        version=f"periods {frame['period'].min()} to {frame['period'].max()}",
        currency="EUR",
    )
    return TradeFlows.of(flows.drop(columns=["flow", "partner"]), about, (*findings, *more, *missing))


def _fits(entry: Entry) -> bool:
    return any(lines.has(entry, *head) for head in _HEADS)


def _dated(frame: pd.DataFrame, entry: Entry) -> pd.DataFrame:
    """The lines with their year and month."""
    periods = [label for label in frame["period"].cat.categories if re.fullmatch(r"\d{6}", label)]
    good = frame["period"].isin(periods) & frame["flow"].isin(["1", "2"])
    if not good.all():
        row = frame[~good].iloc[0]
        what = f"a line of period {row['period']!r} and flow {row['flow']!r}"
        raise InputError(
            what, where=entry.where, hint="periods read like 202101, flows are 1 (imports) and 2 (exports)"
        )
    if any(label.isdigit() for label in frame["reporter"].cat.categories):
        hint = "use the bulk files with the columns DECLARANT_ISO and PARTNER_ISO, or REPORTER"
        raise InputError("its countries are numbers of the Geonomenclature", where=entry.where, hint=hint)
    year = lines.relabelled(frame["period"], lambda period: int(period[:4])).astype(np.int64)
    return frame.assign(year=year, month=lines.relabelled(frame["period"], lambda period: period[4:]))


def _single(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Every flow once: no unions of countries, years and not their months, all procedures and not their sum as well."""
    union = frame["reporter"].str.startswith(_WHOLES) | frame["partner"].str.startswith(_WHOLES)
    kept = frame[~union & (frame["product"] != "TOTAL")]
    findings = rows.left_out(frame, kept, "unions", where)
    if (kept["partner"] == "GB").any() and kept["partner"].isin(_KINGDOM).any():
        whole = kept[~kept["partner"].isin(_KINGDOM)]
        findings += rows.left_out(kept, whole, "kingdom", where)
        kept = whole
    years = rows.totals_only(kept.assign(yearly=kept["month"] == _YEAR), _LINE, "yearly", [True])
    findings += rows.left_out(kept, years, "months", where)
    if "regime" in years:
        single = rows.totals_only(years, [*_LINE, "period"], "regime", ["4"])  # 4 is the total of all procedures
        findings += rows.left_out(years, single, "procedures", where)
        years = single
    return years, (*findings, *rows.months(years[~years["yearly"]], where))


def _code(label: str) -> str | None:
    return _OWN.get(label) or countries.country_code(label)
