"""Results as bytes (tidy CSV, JSON, Parquet) and as tables for people."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import xarray as xr
from rich import box
from rich.table import Table as Grid

from tanheng import accounts, labels, norms
from tanheng.accounts.formula import METHODS
from tanheng.errors import TanhengError
from tanheng.systems.about import NOT_STATED
from tanheng.systems.hybrid import NOWHERE
from tanheng.systems.table import DIRECT

if TYPE_CHECKING:
    from rich.console import RenderableType

_DIGITS = 5  # significant ones of a column's largest number
_REGIONS = ("region", "to_region")
_PREFIXED = ("stage", "basis", "indicator", "scope", "category", "method")  # their words begin with the name
_NONE = (("region", NOWHERE), ("sector", "process"))  # where an axis of the table's has no label: a process has none
_OWN = ("component", "definition", *_PREFIXED)  # dimensions whose labels are ours, not the table's


# -- for programs -----------------------------------------------------------------------------------------------------


def as_csv(results: Sequence[xr.DataArray]) -> bytes:
    """Tidy CSV in UTF-8; numbers to 15 digits, nothing (an empty cell) where there is no number."""
    return str(accounts.tidy(results).to_csv(index=False, lineterminator="\n", float_format=accounts.DIGITS)).encode()


def as_json(results: Sequence[xr.DataArray]) -> bytes:
    """``{"meta": {year: attributes}, "rows": [a tidy row, ...]}``; null where there is no number."""
    rows = accounts.tidy(results).to_dict("records")
    for row in rows:
        row["value"] = None if math.isnan(row["value"]) else row["value"]
    return (json.dumps({"meta": _meta(results), "rows": rows}, ensure_ascii=False, allow_nan=False) + "\n").encode()


def as_parquet(results: Sequence[xr.DataArray]) -> bytes:
    """The tidy rows; the file's metadata holds the attributes as JSON under ``tanheng``."""
    table = pa.Table.from_pandas(accounts.tidy(results), preserve_index=False)
    meta = {**(table.schema.metadata or {}), b"tanheng": json.dumps(_meta(results), ensure_ascii=False).encode()}
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(meta), buffer)
    return bytes(buffer.getvalue())


ENCODERS: dict[str, Callable[[Sequence[xr.DataArray]], bytes]] = {
    "csv": as_csv,
    "json": as_json,
    "parquet": as_parquet,
}


def encoded(kind: str, frame: pd.DataFrame, meta: Mapping[str, Any], **more: pd.DataFrame) -> bytes:
    """A frame as CSV, Parquet with ``meta`` under the key ``tanheng``, or JSON with ``meta``, rows and ``more``."""
    if kind == "csv":
        return str(frame.to_csv(index=False, lineterminator="\n", float_format=accounts.DIGITS)).encode()
    if kind == "json":
        parts = {name: _records(one) for name, one in {"rows": frame, **more}.items()}
        return (json.dumps({"meta": meta, **parts}, ensure_ascii=False, allow_nan=False) + "\n").encode()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    about = {**(table.schema.metadata or {}), b"tanheng": json.dumps(meta, ensure_ascii=False).encode()}
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata(about), buffer)
    return bytes(buffer.getvalue())


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return list(frame.astype(object).where(frame.notna(), None).to_dict("records"))


def _meta(results: Iterable[xr.DataArray]) -> dict[str, dict[str, Any]]:
    return {
        str(result.attrs["year"] or ""): {str(key): value for key, value in result.attrs.items()} for result in results
    }


# -- for people -------------------------------------------------------------------------------------------------------


def as_tables(results: Sequence[xr.DataArray], language: str, most: int | None = None) -> list[RenderableType]:
    """A title, a table with a column a year, and footnotes: table, method, residual, groups.

    With ``most``, of more rows than so many the largest are shown.
    """
    first = results[0]
    frame = accounts.tidy(results)
    keys = [name for name in frame.columns if name not in ("account", "year", "value", "unit")]
    one_unit = frame["unit"].nunique() == 1
    if not one_unit:
        keys.append("unit")
    if frame["stressor"].nunique() == 1 and len(keys) > 1:
        keys.remove("stressor")
    left: list[str] = []
    if most is not None and len(frame) > 1:
        frame, left = _largest(frame, most)
    title = _title(str(first.attrs["account"]), language)
    head = f"{title} [{frame['unit'].iloc[0]}]" if one_unit else title
    stressors = f", {', '.join(frame['stressor'].unique())}" if "stressor" not in keys else ""
    return [f"{head}{stressors}", _wide(frame, keys, first, language), *left, *_footnotes(results, language)]


def _largest(frame: pd.DataFrame, most: int) -> tuple[pd.DataFrame, list[str]]:
    """The rows, of more than ``most`` the largest in their order of size, and a line on the rest."""
    there = between(frame)
    if len(there) <= most:
        return there, []
    return there.sort_values("value", key=abs, ascending=False, kind="stable").head(most), more(len(there), most)


def between(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without pairs of regions between which nothing goes: most of the pairs of all regions of the world."""
    there = frame[frame["value"] != 0] if {"region", "to_region"} <= set(frame.columns) else frame
    return frame.head(1) if there.empty else there


def more(count: int, most: int) -> list[str]:
    """A line on the rows that are not shown, if there are any."""
    return [f"+ {count - most} (--limit N, -o FILE)"] if count > most else []


def _title(name: str, language: str) -> str:
    """The title of an account of tables, or of a method that is none."""
    return (METHODS[name] if name in METHODS else accounts.find(name)).title[language]


def _wide(frame: pd.DataFrame, keys: list[str], first: xr.DataArray, language: str) -> Grid:
    years = list(dict.fromkeys(frame["year"]))
    heads = [term("value", language) if year is None else str(year) for year in years]
    rows: dict[tuple[str, ...], dict[int | None, float]] = {}
    for codes, year, value in zip(
        zip(*(frame[key] for key in keys), strict=True), frame["year"], frame["value"], strict=True
    ):
        rows.setdefault(codes, {})[year] = value
    places = _places(float(frame["value"].abs().max()))
    grid = plain_grid([term(key, language) for key in keys], heads)
    classification, groups = str(first.attrs.get("classification", "")), group_names(first, language)
    for codes, values in rows.items():
        names = [
            f"{code} {groups[code]}"
            if dim in _REGIONS and code in groups
            else label(dim, code, language, classification)
            for dim, code in zip(keys, codes, strict=True)
        ]
        grid.add_row(*names, *(_number(values.get(year, math.nan), places) for year in years))
    return grid


def plain_grid(left: Iterable[str], right: Iterable[str] = ()) -> Grid:
    """An empty table with left- and right-aligned columns."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in left:
        grid.add_column(name)
    for name in right:
        grid.add_column(name, justify="right")
    return grid


def figure(value: float) -> str:
    """A number for people: thousands separated, five digits that count."""
    return _number(value, _places(abs(value)))


def _places(largest: float) -> int:
    if not largest > 0:
        return 0
    return min(12, max(0, _DIGITS - 1 - math.floor(math.log10(largest))))


def _number(value: float, places: int) -> str:
    return "–" if math.isnan(value) else f"{value:,.{places}f}"


def label(dim: str, code: str, language: str, classification: str = "") -> str:
    """A label with its name beside it, where the name is known and another: 'CHN China'."""
    name = _name(dim, code, language, classification)
    if dim in _OWN or code == DIRECT or (dim, code) in _NONE:  # a word of ours, no code of the table's
        return name
    return name if name == code else f"{code} {name}"


def _name(dim: str, code: str, language: str, classification: str) -> str:
    try:
        if dim in _REGIONS:
            return labels.region_name(code, language)
        if dim in _OWN or (dim, code) in (("sector", DIRECT), ("sector", "process")):
            return labels.term(f"{dim}-{code}" if dim in _PREFIXED else code, language)
        if dim == "sector":
            return labels.sector_name(code, language, classification, short=True)
        return labels.demand_name(code, language) if dim == "demand" else code
    except TanhengError:  # a label that no source knows is its own name
        return code


def term(key: str, language: str) -> str:
    """A word of the vocabulary; a name of a table's or a user's own is itself, in plain letters."""
    try:
        return labels.term(key, language)
    except TanhengError:
        return key.removeprefix("driver-").replace("_", " ").replace("-", " ").capitalize()


def terms(keys: Iterable[str], language: str) -> list[str]:
    """The words for several."""
    return [term(key, language) for key in keys]


def head(key: str, language: str) -> str:
    """The head of a column or a line."""
    return labels.term(f"head-{key}", language)


def line(lead: str, text: str, language: str) -> str:
    """A line of text with a lead: 'Method: ...'."""
    return f"{lead}{_COLON[language]}{text}"


def said(text: str, language: str) -> str:
    """What a table says of itself, where it is one of the few words that are known; else as it stands."""
    constant = re.fullmatch(r"constant prices of (\d+)", text)
    if constant:
        return labels.term("constant-prices", language).format(year=constant[1])
    return labels.term(text, language) if text in _SAYINGS else text


_COLON = {"en": ": ", "zh": "："}
_SAYINGS = ("current basic prices", "residence", "territory", NOT_STATED)
_UNSAID = (NOT_STATED, "none")
_BASES = ("price_basis", "boundary", "source", "licence", "norms")


def _footnotes(results: Sequence[xr.DataArray], language: str) -> list[str]:
    first = results[0].attrs
    hashes = ", ".join(f"{one.attrs['year'] or ''} #{str(one.attrs['table_hash'])[:12]}".strip() for one in results)
    table = f"{first['table']} ({hashes}); tanheng {first['tanheng']}"
    lines = [line(head(key, language), text, language) for key, text in (("table", table), ("method", first["method"]))]
    stated = [key for key in _BASES if first.get(key, NOT_STATED) not in _UNSAID]
    bases = [line(head(key, language), said(str(first[key]), language), language) for key in stated]
    lines += ["; ".join(bases)] if bases else []
    lines += _by_year(results, "residual", language, _residual)
    lines += _by_year(results, "groups", language, lambda one: groups_of(one, language))
    lines += _by_year(results, "left_out", language, lambda one: str(one.attrs.get("left_out", "")))
    return lines


def _by_year(results: Sequence[xr.DataArray], key: str, language: str, say: Callable[[xr.DataArray], str]) -> list[str]:
    """One line if all years say the same, else one for each year that says something."""
    lead, texts = head(key, language), {one.attrs["year"]: say(one) for one in results}
    if len(set(texts.values())) == 1:
        return [line(lead, text, language) for text in set(texts.values()) if text]
    return [line(f"{lead}, {year}", text, language) for year, text in texts.items() if text]


def _residual(result: xr.DataArray) -> str:
    lost: dict[str, float] = result.attrs.get("residual", {})
    unit = dict(zip(result.indexes["stressor"], result["unit"].values, strict=True))
    shown = [f"{name} {value:.6g} {unit[name]}" for name, value in lost.items() if value and name in unit]
    return ", ".join(shown)


def groups_of(result: xr.DataArray, language: str) -> str:
    members: dict[str, str] = result.attrs.get("members", {})
    if not members:
        return ""
    names = group_names(result, language)
    lists = "; ".join(line(names.get(name, name), regions, language) for name, regions in members.items())
    assumed = str(result.attrs.get("assumed", ""))
    name = str(result.attrs["group"]).rpartition(" at ")[0]  # at the end of the year, unless the name says when
    return f"{name}. {lists}" + (f". {line(head('assumed', language), assumed, language)}" if assumed else "")


def group_names(result: xr.DataArray, language: str) -> Mapping[str, str]:
    """The names of a norm's groups where they differ from those in the result, which are English."""
    spec, _, at = str(result.attrs.get("group", "")).rpartition(" at ")
    name = spec.partition("@")[0]
    if language == "en" or name not in norms.names("groups"):
        return {}
    norm = norms.lookup(name, date.fromisoformat(at))
    return dict([norm.group, norm.complement])
