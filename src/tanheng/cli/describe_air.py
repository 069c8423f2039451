"""What ``tanheng attainment`` prints: places, statistics, days, and two years side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tanheng import labels, provenance
from tanheng.accounts.air.attaining import Attainment
from tanheng.accounts.air.comparing import Comparison
from tanheng.accounts.air.days import CITY
from tanheng.charts.air import rules_of
from tanheng.cli.output import head, line, more, plain_grid

if TYPE_CHECKING:
    from rich.table import Table as Grid

_COLUMNS = {  # left- and right-aligned, by what a row is of
    "place": (("rules", "place", "verdict", "exceeds"), ("days", "good", "share", "mean_index")),
    "substance": (("rules", "place", "substance", "statistic", "unit", "meets"), ("value", "limit", "days")),
    "day": (("rules", "place", "day", "primary", "good"), ("index",)),
    "change": (("rules", "place", "substance", "statistic", "unit"), ("first", "last", "change", "relative")),
}
_DECIMALS = {"mean_index": 1, "CO": 1}
_OF_INDEX = {"share": "%", "days": "d", "good": "d"}  # units as they are shown


def answers(them: Sequence[Attainment], frame: pd.DataFrame, by: str, limit: int | None, language: str) -> list[Any]:
    """A title, a row for each place, statistic or day, and what the rules and the data are.

    Of statistics and days those of the city alone, where there is a limit of rows.
    """
    one = them[0]
    shown = frame if limit is None else _main(one, frame, by)
    if by == "substance":
        shown = shown.assign(meets=shown["meets"].astype(object).where(shown["valid"], None))
        shown = shown.assign(value=_printed(shown, "value", them), limit=shown["limit"].map("{:g}".format))
    substances = [name for name in one.states] if by == "day" else []
    title = labels.term("air-title", language).format(name=one.about.name, year=one.year)
    return [title, *_grid(shown, by, limit, language, substances), *_notes(them, by, limit, language)]


def _main(one: Attainment, frame: pd.DataFrame, by: str = "") -> pd.DataFrame:
    """The rows for people: of places all; else of the city, or of the one station where that is the city."""
    stations = len(one.places) - 1
    if by == "place" and stations > 1:
        return frame
    return frame[frame["place"] == (CITY if stations > 1 else one.places["place"].iloc[0])]


def differences(found: Sequence[Comparison], frame: pd.DataFrame, limit: int | None, language: str) -> list[Any]:
    """A title, and each number of the city (of each place in a file) in the first year and in the last."""
    first, last = found[0].first, found[0].last
    shown = frame if limit is None else _main(first, frame)
    told = {"name": first.about.name, "first": first.year, "last": last.year}
    title = labels.term("air-title-compared", language).format(**told)
    numbers = {name: [_figure(row, row[name]) for _, row in shown.iterrows()] for name in ("first", "last", "change")}
    units = [_OF_INDEX.get(name, unit.strip("1")) for name, unit in zip(shown["statistic"], shown["unit"], strict=True)]
    relative = ["" if pd.isna(value) else f"{100 * value:+.1f} %" for value in shown["relative"]]
    marked = [text if valid else f"{text} *" for text, valid in zip(relative, shown["valid"], strict=True)]
    grid = _grid(
        shown.assign(**numbers, unit=units, relative=marked), "change", limit, language, years=(first.year, last.year)
    )
    return [
        title,
        *grid,
        labels.term("air-invalid", language),
        *_rules((first, *(one.last for one in found)), language),
    ]


def meta(them: Sequence[Attainment]) -> dict[str, Any]:
    """What goes with the rows in JSON and Parquet."""
    one = them[0]
    return {
        "name": one.about.name,
        "place": one.about.place,
        "source": one.about.source,
        "licence": one.about.licence,
        "states": dict(one.states),
        "rules": {each.rules.name: f"{each.rules.editions} ({each.rules.at})" for each in them},
        "grade": one.rules.grade,
        "findings": list(dict.fromkeys(found.what for each in them for found in each.findings)),
        "hashes": {str(each.year): each.hash for each in them},
        "tanheng": provenance.version(),
    }


def _grid(
    frame: pd.DataFrame,
    by: str,
    limit: int | None,
    language: str,
    substances: Sequence[str] = (),
    years: Sequence[int] = (),
) -> list[Grid | str]:
    left, right = _COLUMNS[by]
    named = dict(zip(("first", "last"), map(str, years), strict=False))
    grid = plain_grid(
        [head(f"air-{name}", language) for name in left],
        [*(named.get(name) or head(f"air-{name}", language) for name in right), *substances],
    )
    for _, row in frame.head(len(frame) if limit is None else limit).iterrows():
        grid.add_row(*(_cell(name, row[name], language) for name in (*left, *right, *substances)))
    return [grid, *(more(len(frame), limit) if limit is not None else [])]


def _cell(name: str, value: Any, language: str) -> str:
    if isinstance(value, str):
        return _words(name, value, language)
    if value is None or pd.isna(value):
        return "–"
    if name in ("meets", "good") and isinstance(value, bool):
        return labels.term("air-yes" if value else "air-no", language)
    if name == "day":
        return f"{value:%Y-%m-%d}"
    if name == "share":
        return f"{100 * value:.1f} %"
    return f"{value:,.{_DECIMALS.get(name, 0)}f}"


def _words(name: str, text: str, language: str) -> str:
    """A word of ours in that language; names of stations, substances and rules as they are."""
    if name == "verdict" or (name == "place" and text == CITY) or (name == "rules" and text == "own"):
        return labels.term(f"air-{text}", language)
    if name == "statistic":
        kind, _, percent = text.partition(" ")
        if kind == "percentile":
            return labels.term("air-percentile", language).format(percent=percent)
        return labels.term(f"air-statistic-{text}", language)
    return text


def _printed(frame: pd.DataFrame, name: str, them: Sequence[Attainment]) -> list[str]:
    decimals = them[0].rules.judged["decimals"]
    pairs = zip(frame[name], frame["substance"], strict=True)
    return ["–" if pd.isna(value) else f"{value:.{decimals[substance]}f}" for value, substance in pairs]


def _figure(row: pd.Series, value: float) -> str:
    if pd.isna(value):
        return "–"
    scale = 100 if row["statistic"] == "share" else 1
    return f"{scale * value:,.{ {'mg/m3': 2, 'd': 0}.get(row['unit'], 1) }f}"


def _notes(them: Sequence[Attainment], by: str, limit: int | None, language: str) -> list[str]:
    lines = _rules(them, language)
    if limit is not None and by != "place" and len(them[0].places) > 2:
        lines.append(labels.term("air-city-alone", language))
    return lines


def _rules(them: Sequence[Attainment], language: str) -> list[str]:
    """The editions of each of the rules, and the data's hash."""
    by_name = {one.rules.name: one.rules for one in them}
    lines = [
        line(
            labels.term("air-rules-of", language).format(rules=rules_of([name], language)),
            f"{one.editions} ({one.at})",
            language,
        )
        for name, one in by_name.items()
    ]
    hashes = dict.fromkeys(f"{one.year} #{one.hash[:12]}" for one in them)
    return [*lines, f"{them[0].about.name} ({', '.join(hashes)}); tanheng {provenance.version()}"]
