"""Observations of the air from CSV files: a column a substance, or tidy; hours or days; every flaw with its line.

A file has a column ``station`` (without it the file is one station), a ``time`` (or year, month, day and hour, or date
and hour), and either a column a substance or ``substance`` and ``value``. Heads may be Chinese. The unit stands in the
head, "CO (mg/m3)", in a column ``unit``, or is told; it is never guessed.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from tanheng.data import archive
from tanheng.data.archive import Entry
from tanheng.errors import InputError, LabelError, MissingError, UnitError, nearest
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import found, listed
from tanheng.systems.observations import SUBSTANCES, TO_UG, AirAbout, Observations, Step

Hours = Literal["beginning", "end"]
Units = str | Mapping[str, str]

EMPTY = ("", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "-", "--", "—")  # what files write for no number
_HEADS = {
    "station": ("station", "site", "站点", "点位", "监测点", "监测点位"),
    "time": ("time", "datetime", "date", "时间", "日期", "监测时间"),
    "year": ("year", "年"),
    "month": ("month", "月"),
    "day": ("day", "日"),
    "hour": ("hour", "时", "小时"),
    "substance": ("substance", "pollutant", "项目", "污染物", "监测项目"),
    "value": ("value", "concentration", "浓度", "数值", "监测值"),
    "unit": ("unit", "单位"),
}
_NAMES = {
    "细颗粒物": "PM2.5", "可吸入颗粒物": "PM10", "二氧化硫": "SO2", "二氧化氮": "NO2", "一氧化碳": "CO", "臭氧": "O3",
}  # fmt: skip
_OTHER = ("AQI", "NO", "NOx", "TSP", "Pb", "BaP", "NH3")  # measured too, and no part of the index
_OF_DAYS = "o38h"  # ozone of 8 hours: a value of days
_UNIT = re.compile(r"^(?P<name>.*?)\s*[(（\[](?P<unit>[^)）\]]*)[)）\]]\s*$")
_TIMES = ("ISO8601", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%Y%m%d%H", "%Y%m%d")
_DATE_ALONE = re.compile(r"\d{4}[-/]?\d{1,2}[-/]?\d{1,2}")
_SEPARATORS = ",;\t"


def read_observations(
    path: str | os.PathLike[str],
    *,
    units: Units = "",
    about: AirAbout | None = None,
    hours: Hours = "beginning",
    missing: Sequence[str] = (),
) -> Observations:
    """The observations of a CSV file (also packed as .gz), or of all CSV files of a folder or a zip file.

    ``units`` is one for all substances ("µg/m3") or a unit each, and goes behind what the file itself says. ``hours``
    says whether a time is the beginning of its hour or its end, as Chinese networks count: then 0:00 ends the day
    before. ``missing`` are texts, such as "-999", that stand for no number. ``about.name`` and
    ``about.source`` are the file's where they are not told, ``about.step`` is found in it.
    Raises InputError (LabelError, UnitError, MissingError) naming file and line: a substance or a column that is not
    known, a unit that is not told, a doubled hour, what is no number or below zero.
    """
    place = archive.open(path)
    entries = (
        place.find("*.csv", "*.csv.gz", "*.txt") if Path(path).is_dir() or len(place.entries) > 1 else place.entries
    )
    if not entries:
        raise InputError("holds no CSV file", where=str(path), hint="name a file, or a folder of them")
    parts = [_read(entry, units, hours, (*EMPTY, *missing)) for entry in entries]
    steps = {part.step for part in parts}
    if len(steps) > 1:
        raise InputError("holds files of hours and files of days", where=str(path), hint="read them apart")
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    left = tuple(dict.fromkeys(name for part in parts for name in part.left_out))
    findings = (found("air-columns", "note", str(path), names=listed(left)),) if left else ()
    told = about or AirAbout("")
    file = Path(path).name
    source = file if told.source == NOT_STATED else told.source
    named = replace(told, name=told.name or file.split(".")[0], step=steps.pop(), source=source)
    return Observations.of(frame, named, units=dict.fromkeys(SUBSTANCES, "µg/m3"), findings=findings)


def substance(text: str) -> str | None:
    """The substance of the index that a text names, in whatever writing; None for none.

    >>> substance("pm2_5"), substance("PM₁₀"), substance("臭氧"), substance("NOx")
    ('PM2.5', 'PM10', 'O3', None)
    """
    return _NAMES.get(text.strip()) or {_key(name): name for name in SUBSTANCES}.get(_key(text))


def unit_of(text: str) -> str | None:
    """The unit of a concentration that a text names, as ``TO_UG`` has it; None for none.

    >>> unit_of("ug/m³"), unit_of("毫克/立方米"), unit_of("ppb")
    ('µg/m3', 'mg/m3', None)
    """
    plain = text.strip().replace("μ", "µ").replace("³", "3").replace("^", "").replace("立方米", "m3").replace(" ", "")
    plain = plain.replace("微克", "µg").replace("毫克", "mg").replace("ug/", "µg/")
    return plain if plain in TO_UG else None


@dataclass(frozen=True, eq=False)
class _Part:
    """What a file holds: station, time, substance, value in µg/m3."""

    frame: pd.DataFrame
    step: Step
    left_out: tuple[str, ...]


def _read(entry: Entry, units: Units, hours: Hours, empty: Sequence[str]) -> _Part:
    text = _table(entry)
    heads = {name: _found(text.columns, name, entry) for name in _HEADS}
    times, step = _times(text, heads, hours, entry)
    at = heads["station"]
    stations = text[at].str.strip() if at else pd.Series(Path(entry.base).name.split(".")[0], index=text.index)
    if (stations == "").any():
        where = f"{entry.where} line {_line(stations == '')}"
        raise MissingError("the station is empty", where=where, hint="name the station in each line")
    keys = pd.DataFrame({"station": stations.astype("category"), "time": times})
    if heads["substance"] and heads["value"]:
        frame, left = _tidy(text, heads, units, step, entry, empty)
        frame = keys.loc[frame.index].assign(**frame)
        _require_once(frame, entry)
    else:
        used = {head for head in heads.values() if head}
        columns, left = _columns([head for head in text.columns if head not in used], step, entry)
        _require_once(keys, entry)
        pieces = [
            keys.assign(substance=name, value=_numbers(text[head], empty, entry) * _scale(name, head, units, entry))
            for head, name in columns.items()
        ]
        frame = pd.concat(pieces, ignore_index=True)
    frame["substance"] = pd.Categorical(frame["substance"], categories=SUBSTANCES)
    frame["station"] = frame["station"].astype(str)
    return _Part(frame, step, tuple(left))


# -- the text ----------------------------------------------------------------------------------------------------------


def _table(entry: Entry) -> pd.DataFrame:
    """All cells as text; its index is such that line = index + 2."""
    with entry.open() as stream:
        raw = stream.read()
    try:
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        whole = raw.decode("utf-8-sig")
    except (OSError, EOFError):
        raise InputError("is packed, and broken", where=entry.where, hint="get it again") from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", where=entry.where, hint="save it as UTF-8") from None
    first = whole.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    names = [name.strip() for name in next(csv.reader([first.rstrip("\r")], delimiter=separator), [])]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        hint = "give each column a name of its own"
        raise LabelError(f"has two columns {twice!r}", where=f"{entry.where} line 1", hint=hint)
    _require_whole(whole, separator, len(names), entry)
    text = pd.read_csv(
        io.StringIO(whole), header=None, names=names, skiprows=1, dtype=str, keep_default_na=False,
        skip_blank_lines=False, sep=separator,
    )  # fmt: skip
    text = text[~(text.isna() | (text == "")).all(axis=1)]
    if text.empty:
        raise InputError("has no lines", where=entry.where, hint="give a line of heads, and one line at least below it")
    return text


def _require_whole(whole: str, separator: str, count: int, entry: Entry) -> None:
    """Raise InputError for a line with more or fewer cells than the first; an empty one is none."""
    for at, line in enumerate(whole.splitlines(), start=1):
        own = len(next(csv.reader([line], delimiter=separator))) if '"' in line else line.count(separator) + 1
        if own != count and line.strip():
            what = f"the line has {own} cells, the first has {count}"
            hint = "give each line as many, empty ones where nothing was observed"
            raise InputError(what, where=f"{entry.where} line {at}", hint=hint)


def _found(columns: Sequence[str], name: str, entry: Entry) -> str:
    """The column that has one of the heads of ``name``; "" for none."""
    own = [column for column in columns if _plain(column).casefold() in _HEADS[name]]
    if len(own) > 1:
        where = f"{entry.where} line 1"
        raise LabelError(f"the columns {' and '.join(own)} both tell the {name}", where=where, hint="leave one out")
    return own[0] if own else ""


def _line(wrong: pd.Series) -> int:
    """The line of the first row where it is true."""
    return int(wrong.index[wrong.to_numpy().argmax()]) + 2


def _plain(head: str) -> str:
    """A head without its unit."""
    return _UNIT.sub(r"\g<name>", head)


def _key(text: str) -> str:
    """A name without signs: pm2_5, PM2.5 and PM₂.₅ are one."""
    return re.sub(r"[^0-9a-z]", "", text.translate(str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")).casefold())


# -- times -------------------------------------------------------------------------------------------------------------


def _times(text: pd.DataFrame, heads: Mapping[str, str], hours: Hours, entry: Entry) -> tuple[pd.Series, Step]:
    """The beginning of each hour, or the day, and which of them it is."""
    parts = [heads[name] for name in ("year", "month", "day")]
    if all(parts):
        joined = text[parts[0]].str.cat([text[part].str.strip().str.zfill(2) for part in parts[1:]], sep="-")
    elif heads["time"]:
        joined = text[heads["time"]].str.strip()
    else:
        hint = "name a column time, or year, month, day and hour"
        raise LabelError("has no column time", where=f"{entry.where} line 1", hint=hint)
    dates, clocked = _parsed(joined, entry)
    step: Step = "hour" if heads["hour"] or clocked else "day"
    if heads["hour"]:
        hour = _whole_hours(text[heads["hour"]], hours, entry)
        dates = dates.dt.normalize() + pd.to_timedelta(hour, unit="h")
    if step == "hour" and hours == "end":
        dates = dates - pd.Timedelta(hours=1)
    off = dates != dates.dt.floor("h")
    if off.any():
        what = f"{joined[off].iloc[0]} is at no full hour"
        hint = "give means of whole hours"
        raise InputError(what, where=f"{entry.where} line {_line(off)}", hint=hint)
    return dates, step


def _parsed(texts: pd.Series, entry: Entry) -> tuple[pd.Series, bool]:
    """The times, and whether they have a time of day."""
    unique = pd.Series(texts.unique())
    for form in _TIMES:
        try:
            found = pd.to_datetime(unique.iloc[:1], format=form)
        except ValueError:
            continue
        if found.dt.tz is not None:
            hint = "give local times without it"
            raise InputError("the time has a zone", where=f"{entry.where} line {_line(texts == unique[0])}", hint=hint)
        times = pd.to_datetime(unique, format=form, errors="coerce", utc=False)
        break
    else:
        times = pd.Series(pd.NaT, index=unique.index)
    if times.isna().any():
        wrong = unique[times.isna()].iloc[0]
        where = f"{entry.where} line {_line(texts == wrong)}"
        hint = "write them all as the first, such as 2015-01-31 23:00"
        raise InputError(f"{wrong!r} is not a time", where=where, hint=hint)
    clocked = not unique.str.fullmatch(_DATE_ALONE).all()
    return texts.map(dict(zip(unique, times, strict=True))).astype("datetime64[us]"), clocked


def _whole_hours(texts: pd.Series, hours: Hours, entry: Entry) -> pd.Series:
    found = pd.to_numeric(texts.str.strip(), errors="coerce")
    last = 24 if hours == "end" else 23
    wrong = ~(found.between(0, last) & (found % 1 == 0))
    if wrong.any():
        hint = f"hours are 0 to {last}" + ("" if hours == "end" else "; where they count to 24 say that they are ends")
        raise InputError(f"the hour is {texts[wrong].iloc[0]!r}", where=f"{entry.where} line {_line(wrong)}", hint=hint)
    return found


# -- numbers -----------------------------------------------------------------------------------------------------------


def _columns(heads: Sequence[str], step: Step, entry: Entry) -> tuple[dict[str, str], list[str]]:
    """The substance of each column that has one, and the columns that have none."""
    found: dict[str, str] = {}
    left = []
    for head in heads:
        name = _named(_plain(head), step, f"{entry.where} line 1")
        if name is None:
            left.append(head)
            continue
        if name in found.values():
            raise LabelError(f"has two columns of {name}", where=f"{entry.where} line 1", hint="leave one out")
        found[head] = name
    if not found:
        hint = f"name columns {', '.join(SUBSTANCES)}, or substance and value"
        raise LabelError("has no column of a substance", where=f"{entry.where} line 1", hint=hint)
    return found, left


def _named(text: str, step: Step, where: str) -> str | None:
    """The substance of a head; None for what is none, LabelError for what looks like one and is none."""
    if _key(text) == _OF_DAYS:
        if step == "hour":
            raise LabelError(f"{text!r} is a mean of 8 hours", where=where, hint="give O3 of each hour")
        return "O3"
    name = substance(text)
    known = {_key(one): one for one in SUBSTANCES}
    close = get_close_matches(_key(text), known, n=1, cutoff=0.7) if name is None and text not in _OTHER else []
    if close:
        what = f"{text!r} is no substance of the index"
        raise LabelError(what, where=where, hint=f"did you mean {known[close[0]]}? else leave the column out")
    return name


def _scale(name: str, head: str, units: Units, entry: Entry) -> float:
    """µg/m3 in the unit of a column."""
    in_head = _UNIT.match(head)
    told = in_head["unit"] if in_head else units if isinstance(units, str) else units.get(name, "")
    return _in_ug(name, told, f"{entry.where} line 1")


def _in_ug(name: str, told: str, where: str) -> float:
    unit = unit_of(told)
    if unit is None:
        what = f"the unit of {name} is {told!r}" if told else f"the unit of {name} is not told"
        hint = f'write it in the head, "{name} (µg/m3)", or tell units'
        raise UnitError(what, where=where, hint=hint)
    return TO_UG[unit]


def _tidy(
    text: pd.DataFrame, heads: Mapping[str, str], units: Units, step: Step, entry: Entry, empty: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Substance and value in µg/m3 of the lines that have a substance of the index, and the other substances."""
    in_head = _UNIT.match(heads["value"])
    unit = text[heads["unit"]] if heads["unit"] else pd.Series(in_head["unit"] if in_head else "", index=text.index)
    pairs = pd.DataFrame({"text": text[heads["substance"]].str.strip(), "unit": unit.str.strip()})
    names: dict[tuple[str, str], str | None] = {}
    scales: dict[tuple[str, str], float] = {}
    for at, (label, own) in pairs.drop_duplicates().iterrows():
        where = f"{entry.where} line {int(str(at)) + 2}"
        name = _named(label, step, where)
        if name is None and label not in _OTHER:
            what, hint = f"{label!r} is no substance of the index", nearest(label, SUBSTANCES)
            raise LabelError(what, where=where, hint=hint)
        names[label, own] = name
        if name is not None:
            told = own or (units if isinstance(units, str) else units.get(name, ""))
            scales[label, own] = _in_ug(name, told, where)
    keys = pd.Series(list(zip(pairs["text"], pairs["unit"], strict=True)), index=text.index)
    own = keys[keys.map(names).notna()]
    values = _numbers(text.loc[own.index, heads["value"]], empty, entry) * own.map(scales)
    left = [label for (label, _), name in names.items() if name is None]
    return pd.DataFrame({"substance": own.map(names), "value": values}), left


def _numbers(texts: pd.Series, empty: Sequence[str], entry: Entry) -> pd.Series:
    """Concentrations; NaN where nothing was observed."""
    at, labels = pd.factorize(texts)  # a number is written often: each is read once
    written = pd.Series(labels).str.strip()
    none = written.isin(empty)
    found = pd.to_numeric(written.mask(none), errors="coerce").astype(np.float64)
    for wrong, what, hint in (
        (~none & ~np.isfinite(found), "{!r} is not a number", "leave it empty where nothing was observed"),
        (found < 0, f"{texts.name} is {{}}", "no concentration is below zero"),
    ):
        if wrong.any():
            where = f"{entry.where} line {_line(pd.Series(wrong.to_numpy()[at], index=texts.index))}"
            first = written[at[wrong.to_numpy()[at]][0]]
            raise InputError(
                what.format(first), where=where, hint=f"{hint}; or say that it stands for nothing observed"
            )
    return pd.Series(found.to_numpy()[at], index=texts.index)


def _require_once(keys: pd.DataFrame, entry: Entry) -> None:
    """Raise InputError for an hour that is there twice."""
    names = [name for name in ("station", "time", "substance") if name in keys]
    twice = keys.duplicated(names)
    if twice.any():
        row = keys[twice].iloc[0]
        before = _line((keys[names] == row[names]).all(axis=1))
        what = f"{row['station']}, {row['time']} is there twice, first in line {before}"
        raise InputError(what, where=f"{entry.where} line {_line(twice)}", hint="leave one out")
