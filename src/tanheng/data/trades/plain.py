"""A plain trade table: one's own flows as a CSV file with named columns, in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.trades.parts import lines, rows
from tanheng.data.trades.parts.lines import number, text
from tanheng.data.trades.parts.wanted import ALL, Wanted
from tanheng.errors import InputError, MissingError, nearest
from tanheng.labels import countries
from tanheng.systems.inventory import InventoryAbout
from tanheng.systems.trade import COLUMNS, EXTRA, TradeFlows

FORMAT = Format(
    name="plain",
    title={"en": "Plain trade table", "zh": "自制贸易表"},
    files=("*.csv", "*.tsv", "*.txt"),
    homepage="",
    note={
        "en": "columns year, product, origin, destination, quantity, unit, and if wanted value, currency, reporter "
        "(exporter or importer), note, reexported, mass_kg; countries by code or by name in English or Chinese; an "
        "empty quantity is missing",
        "zh": "列：year（年）、product（产品）、"
        "origin（来源地）、destination（目的地）、quantity（数量）、unit（单位）；可另有 value（价值）、"
        "currency（货币）、reporter（报告方：exporter 或 importer）、note、reexported、mass_kg；"
        "国家可用代码或中英文名称；数量留空表示缺失",
    },
)

_HEAD = ("year", "product", "origin", "destination", "quantity", "unit")
_NUMBERS = ("year", "quantity", "value", *EXTRA)
_COLUMNS = {
    name: (number if name in _NUMBERS else text)(name, optional=name not in _HEAD) for name in (*COLUMNS, *EXTRA)
}


def holds(place: Archive) -> bool:
    """Whether a file has the columns of a plain table."""
    return any(lines.has(entry, *_HEAD) for entry in place.find(*FORMAT.files))


def read(place: Archive, wanted: Wanted = ALL) -> TradeFlows:
    """The flows of the one table, or of all tables in a folder; raises InputError naming file and line."""
    entries = [entry for entry in place.find(*FORMAT.files) if lines.has(entry, *_HEAD)]
    if not entries:
        raise InputError("holds no trade table", where=str(place.path), hint=f"columns are {', '.join(_HEAD)}")
    pieces = [wanted.part(piece) for entry in entries for piece in _read(entry)]
    frame = lines.joined(pieces, _COLUMNS)
    wanted.require_some(frame, str(place.path))
    frame, findings = rows.placed(frame, ("origin", "destination"), countries.country_code, place.path.name)
    about = InventoryAbout(place.path.stem, source=", ".join(entry.base for entry in entries))
    flows = TradeFlows.of(frame, about, findings)
    return flows.replace(findings=(*flows.findings, *rows.nested(flows.products, place.path.name)))


def _read(entry: Entry) -> list[pd.DataFrame]:
    known = (*COLUMNS, *EXTRA)
    for header in lines.headers(entry):
        if header.casefold() not in known:
            raise InputError(
                f"column {header!r} is not known", where=f"{entry.where} line 1", hint=nearest(header, known)
            )
    frames, before = [], 1
    for frame in lines.pieces(entry, _COLUMNS):
        for name in ("year", "product", "origin", "destination", "unit"):
            empty = np.flatnonzero(frame[name].isna() if name == "year" else frame[name] == "")
            if empty.size:
                where = f"{entry.where} line {before + int(empty[0]) + 1}"
                raise MissingError(f"{name} is empty", where=where, hint="fill it in, or delete the line")
        before += len(frame)
        frames.append(frame)
    return frames
