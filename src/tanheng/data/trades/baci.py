"""BACI of CEPII: bilateral trade by six-digit product of the Harmonized System, mirror reports reconciled by CEPII.

A file a year with the columns t, i, j, k, v, q: year, exporter, importer, product, value, quantity.
"""

from __future__ import annotations

import csv
import re

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.trades.parts import lines, rows
from tanheng.data.trades.parts.lines import number, text
from tanheng.data.trades.parts.wanted import ALL, Wanted
from tanheng.errors import InputError
from tanheng.labels import countries
from tanheng.systems.about import NOT_STATED
from tanheng.systems.inventory import InventoryAbout
from tanheng.systems.trade import TradeFlows

FORMAT = Format(
    name="baci",
    title={"en": "BACI (CEPII)", "zh": "BACI 双边贸易数据库（CEPII）"},
    files=("BACI_HS*_Y*.csv", "*.csv"),
    homepage="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    note={
        "en": "one reconciled flow a pair of countries, f.o.b.; t and thousand US dollars; country codes from "
        "country_codes_V*.csv beside it, else by number. A file of all years is large: name years and products",
        "zh": "每对国家一条经调和的离岸价（f.o.b.）流量；单位为吨和千美元；国家代码取自旁边的 country_codes_V*.csv，"
        "否则按数字代码。全部年份的文件很大，请指定年份和产品",
    },
    tested="made",
)

_COLUMNS = {
    "year": number("t"),
    "origin": text("i"),
    "destination": text("j"),
    "product": text("k"),
    "value": number("v"),
    "quantity": number("q"),
}
_CODES = "country_codes*.csv"
_ISO = ("country_iso3", "iso_3digit_alpha", "iso3")


def holds(place: Archive) -> bool:
    """Whether a file has the columns of BACI."""
    return any(_fits(entry) for entry in place.find("*.csv"))


def read(place: Archive, wanted: Wanted = ALL) -> TradeFlows:
    """All years that are there, or those wanted; raises InputError naming file and line."""
    entries = [entry for entry in place.find("*.csv") if _fits(entry)]
    if not entries:
        hint = "a file a year is due, with the columns t, i, j, k, v, q"
        raise InputError("holds no file of BACI", where=str(place.path), hint=hint)
    pieces = []
    for entry in entries:
        if wanted.years is not None and (year := _year(entry)) is not None and year not in wanted.years:
            continue
        for piece in lines.pieces(entry, _COLUMNS):
            part = wanted.part(piece.assign(product=lines.relabelled(piece["product"], _six)))
            if len(part):
                pieces.append(part)
    frame = lines.joined(pieces, _COLUMNS)
    where = place.path.name
    wanted.require_some(frame, str(place.path))
    codes = _codes(place)
    frame, found = rows.placed(
        frame, ("origin", "destination"), lambda label: codes.get(label) or countries.country_by_number(label), where
    )
    frame, missing = rows.weighed(frame, where)
    flows = rows.summed(frame, ["year", "product", "origin", "destination"], ["quantity", "value"])
    edition = re.search(r"(HS\d\d).*?_(V\d{6}\w?)", " ".join(entry.base for entry in entries))
    about = InventoryAbout(
        "BACI",
        source="BACI, CEPII; Gaulier and Zignago 2010, BACI: International Trade Database at the Product-Level, CEPII "
        "Working Paper 2010-23",
        licence="Etalab Open Licence 2.0",
        version=f"{edition[1]} {edition[2]}" if edition else NOT_STATED,
        currency="thousand USD",
    )
    return TradeFlows.of(flows.assign(unit="t", currency="thousand USD"), about, (*found, *missing))


def _six(code: str) -> str:
    return code.zfill(6)  # some editions leave out the first 0


def _fits(entry: Entry) -> bool:
    return [cell.casefold() for cell in lines.headers(entry)] == list("tijkvq")


def _year(entry: Entry) -> int | None:
    year = re.search(r"_Y(\d{4})_", entry.base)
    return int(year[1]) if year else None


def _codes(place: Archive) -> dict[str, str]:
    """The alpha-3 code of every number, from the file beside the trade; empty where there is none."""
    found = place.find(_CODES)
    if not found:
        return {}
    entry = found[-1]  # of several editions the last
    raw = entry.bytes()
    try:
        lines_ = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        lines_ = raw.decode("latin-1").splitlines()  # names have accents, codes have none
    reader = csv.DictReader(lines_)
    column = next((name for name in _ISO if name in (reader.fieldnames or [])), None)
    if column is None or "country_code" not in (reader.fieldnames or []):
        hint = f"columns are country_code and {_ISO[0]}"
        raise InputError("is no list of countries", where=f"{entry.where} line 1", hint=hint)
    pairs = ((row["country_code"].strip(), (row[column] or "").strip()) for row in reader)
    return {number: code for number, code in pairs if code and code != "N/A"}
