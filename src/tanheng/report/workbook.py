"""The workbook: every account a sheet, years across, with a contents sheet and one on what the numbers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr
import xlsxwriter

from tanheng import accounts, labels, provenance
from tanheng.charts.measure import gas
from tanheng.charts.words import words
from tanheng.report import claim_sheets, full_scope_sheets, product_sheets
from tanheng.report.bilingual import both, term
from tanheng.report.content import BASE, Content
from tanheng.report.sections import FILE

_DIMS = ("region", "to_region", "definition", "sector")
_STILL = datetime(2000, 1, 1)  # the same input gives the same bytes
_SCREEN = 80  # characters: half of what a screen shows


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet: its key, its tab, what it holds in every language, and its rows."""

    key: str
    tab: str
    title: str
    frame: pd.DataFrame


def write(content: Content, path: Path) -> None:
    """Write the workbook to ``path``."""
    sheets = _sheets(content)
    with xlsxwriter.Workbook(str(path), {"nan_inf_to_errors": True}) as book:
        book.set_properties({"title": both("book.title", gas=gas(content.stressor)), "created": _STILL})
        looks = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EEF2F5"}
            ),
            "number": book.add_format({"num_format": "#,##0.00;-#,##0.00;0"}),
            "fine": book.add_format({"num_format": "0.0000"}),
            "tiny": book.add_format({"num_format": "0.0E+00"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "link": book.add_format({"font_color": "#1F5A85", "underline": 1}),
        }
        _contents(book, sheets, looks, content)
        _about(book, content, looks)
        for sheet in sheets:
            _grid(book, sheet, looks)


def _value(text: str) -> str:
    """A fixed value of a table's description in both languages; a free text as it is."""
    return both(f"value.{text}") if f"value.{text}" in words(FILE, "en") else text


def _sheets(content: Content) -> list[Sheet]:
    years = content.by_year
    totals = {
        "production": [one.production.sum("sector", keep_attrs=True) for one in years],
        "consumption": [one.consumption.sum("sector", keep_attrs=True) for one in years],
        "net": [one.net for one in years],
        "production_sectors": [one.production for one in years],
        "consumption_sectors": [one.consumption for one in years],
        "flows": [one.flows for one in years],
        "eebt": [one.eebt for one in years],
        "intensity": [one.intensity for one in years],
    }
    sheets = [_sheet(key, _pivot(found, content)) for key, found in totals.items()]
    constant = [one.constant for one in years if one.constant is not None]
    if constant:
        sheets.append(_sheet("constant", _pivot(constant, content), base=BASE))
    if content.groups:
        sheets.append(_sheet("groups", _group_rows(content)))
    checks = content.checks.rename(
        columns={"year": term("year"), "production": term("total"), "residual": term("residual")}
    )
    checks = checks.rename(
        columns={"direct": term("direct"), "relative": both("methods.relative"), "hash": both("methods.hash")}
    )
    sheets.append(_sheet("checks", checks, unit=content.unit))
    if content.cases is not None:
        frames = product_sheets.frames(content.cases)
        sheets += [_sheet(key, frame, **product_sheets.BLANKS) for key, frame in frames.items()]
    if content.scope is not None:
        covered = [one.coverage for one in years if one.coverage is not None]
        of = full_scope_sheets.blanks(content.scope)
        frames = full_scope_sheets.frames(content.scope, covered)
        sheets += [_sheet(key, frame, **of) for key, frame in frames.items()]
    if content.claims is not None:
        sheets.append(_sheet("claims", claim_sheets.frame(content.claims)))
    return sheets


def _sheet(key: str, frame: pd.DataFrame, **blanks: object) -> Sheet:
    return Sheet(key, _tab(f"tab.{key}"), both(f"book.{key}", **blanks), frame)


def _tab(key: str) -> str:
    """A tab in both languages; Excel allows 31 characters."""
    return both(f"book.{key}").replace(" / ", " ")


def _pivot(results: Sequence[xr.DataArray], content: Content) -> pd.DataFrame:
    """Labels down, years across, in the order of the results."""
    tidy = accounts.tidy(results)
    keys = ["stressor", "unit", *(dim for dim in _DIMS if dim in tidy)]
    rows = pd.MultiIndex.from_frame(tidy[keys].drop_duplicates())
    frame = tidy.set_index([*keys, "year"])["value"].unstack("year").reindex(rows).reset_index()
    return _named(frame, content)


def _named(frame: pd.DataFrame, content: Content) -> pd.DataFrame:
    """Codes followed by their names in both languages, under heads in both."""
    out: dict[str, Any] = {}
    for column in map(str, frame.columns):
        if not column.isdigit():
            codes = frame[column].astype(str)
            heads = _heads(column)
            out[" / ".join(dict.fromkeys(heads.values()))] = codes
            for language, head in heads.items() if column in _DIMS else ():
                names = {code: _name(column, code, language, content) for code in set(codes)}
                out[f"{head} ({language})"] = codes.map(names)
        else:
            out[column] = frame[int(column)]
    return pd.DataFrame(out)


def _heads(column: str) -> dict[str, str]:
    """The head of a column in every language."""
    if column == "definition":
        return {language: words(FILE, language)("book.definition") for language in labels.LANGUAGES}
    return {language: labels.term(column, language) for language in labels.LANGUAGES}


def _name(column: str, code: str, language: str, content: Content) -> str:
    if column == "definition":
        return labels.term(code, language)
    if column != "sector":
        return labels.region_name(code, language)
    if code == "direct":
        return labels.term("direct", language)
    return labels.sector_name(code, language, content.about.classification)


def _group_rows(content: Content) -> pd.DataFrame:
    """Groups of every grouping: production, consumption and their difference by year, of the main stressor."""
    lines = []
    for group in [*content.groups, *([content.held] if content.held else [])]:
        zh = group.names("zh")
        parts = {
            "production": group.production,
            "consumption": group.consumption,
            "net-transfers": group.production - group.consumption,
        }
        for key, part in parts.items():
            for name in part.indexes["region"]:
                head = {
                    both("book.grouping"): group.spec,
                    term("group"): f"{name} / {zh[str(name)]}",
                    term("account"): term(key),
                    term("unit"): content.unit,
                }
                lines.append(
                    head | dict(zip(map(str, content.years), part.sel(region=name).values.tolist(), strict=True))
                )
    return pd.DataFrame(lines)


def _contents(book: Any, sheets: Sequence[Sheet], looks: Mapping[str, Any], content: Content) -> None:
    page = book.add_worksheet(_tab("contents"))
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 110)
    page.write_string(0, 0, both("book.title", gas=gas(content.stressor)), looks["title"])
    page.write_row(2, 0, [both("book.sheet"), both("book.what")], looks["head"])
    about = both("book.about")
    for row, (tab, title) in enumerate([(_tab("about"), about), *((s.tab, s.title) for s in sheets)], start=3):
        page.write_url(row, 0, f"internal:'{tab}'!A1", looks["link"], string=tab)
        page.write_string(row, 1, title)


def _about(book: Any, content: Content, looks: Mapping[str, Any]) -> None:
    about = content.about
    page = book.add_worksheet(_tab("about"))
    page.set_column(0, 0, 36)
    page.set_column(1, 1, 120, looks["wrap"])
    rows = [
        (both("methods.facts_table"), " / ".join(dict.fromkeys(content.title.values()))),
        (both("methods.facts_stressors"), ", ".join(f"{name} ({unit})" for name, unit in about.units.items())),
        (both("methods.facts_prices"), _value(about.price_basis)),
        (both("methods.facts_currency"), about.currency),
        (both("methods.facts_boundary"), _value(about.boundary)),
        (both("methods.sources_title"), _value(about.source)),
        (both("methods.facts_licence"), _value(about.licence)),
        (both("methods.facts_version"), _value(about.version)),
        ("Tanheng 碳衡", provenance.version()),
    ]
    rows += [(f"{year.about.year} BLAKE3", year.hash) for year in content.by_year]
    for product in content.cases.products if content.cases is not None else ():
        rows.append((" / ".join(product.title.values()), f"{product.source}; {product.licence}"))
    for language in labels.LANGUAGES:
        said = words(FILE, language)
        rows += [(said("section.methods.title"), said(key)) for key in ("terms.text", "methods.conservation_text")]
        rows += [(f"{one.title[language]}", f"{one.formula}  ({one.source})") for one in accounts.ACCOUNTS.values()]
    for at, (what, text) in enumerate(rows):
        page.write_string(at, 0, what)
        page.write_string(at, 1, text, looks["wrap"])


def _grid(book: Any, sheet: Sheet, looks: Mapping[str, Any]) -> None:
    """A title, a head that stays in sight, and the rows; numbers are numbers, at full precision."""
    page = book.add_worksheet(sheet.tab)
    page.write_string(0, 0, sheet.title, looks["title"])
    for at, head in enumerate(sheet.frame.columns):
        page.write_string(2, at, str(head), looks["head"])
        values = sheet.frame[head].tolist()
        if _worded(values):
            page.write_column(3, at, values)
            page.set_column(at, at, _width(values))
        else:
            page.set_column(at, at, 13, looks.get(_look(sheet.key, str(head))))
            page.write_column(3, at, ["" if value != value else value for value in values])
    page.freeze_panes(3, _frozen(sheet.frame))
    page.autofilter(2, 0, 2 + len(sheet.frame), len(sheet.frame.columns) - 1)


def _worded(values: Sequence[object]) -> bool:
    return bool(values) and isinstance(values[0], str)


def _look(key: str, head: str) -> str:
    """The look of a column of numbers; "" leaves them as they are."""
    if head == term("year"):
        return ""
    if head == both("methods.relative"):
        return "tiny"
    return "fine" if key in ("intensity", "constant", "claims") else "number"


def _width(values: Sequence[str]) -> int:
    """The width of a column of text in characters; a Chinese one takes two.

    >>> _width(["Rest of world", "CHN"]), _width(["俄罗斯联邦及其他地区"])
    (15, 22)
    """
    return min(44, max(10, 2 + max(sum(2 if ord(c) > 0x2E7F else 1 for c in text) for text in values)))


def _frozen(frame: pd.DataFrame) -> int:
    """How many columns stay in sight: the leading ones of text, as far as they leave half a screen to the numbers."""
    columns = [frame.iloc[:, at].tolist() for at in range(frame.shape[1])]
    widths = accumulate(_width(values) for values in takewhile(_worded, columns))
    return max(1, sum(width <= _SCREEN for width in widths))
