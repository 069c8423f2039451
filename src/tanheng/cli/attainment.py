"""Attainment: whether the air of a year meets the limits, under the rules of any date; two years side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import fitting, shell
from tanheng.cli.app import Format, Language, Out, Span, app, span
from tanheng.cli.questions import format_of

if TYPE_CHECKING:
    import pandas as pd

    from tanheng.accounts.air.attaining import Attainment
    from tanheng.systems.finding import Finding
    from tanheng.systems.observations import AirAbout, Observations

RULES = ("2012", "2026", "2031")
OWN = "own"  # rules: those of the year that is judged
_STANDARD, _ROOM = "273.15 K, 101.325 kPa", "298.15 K, 101.325 kPa"
_STATES = {"273": (_STANDARD, ""), "298": (_ROOM, "ambient"), "dated": ("that of its day", "")}


@app.command()
def attainment(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file of hours or days, or a folder of them.")],
    rules: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help="2012, 2026, 2031, a year or a date; may be repeated. 'own': of each year."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="The year; the last one with data if not given.")] = None,
    compare: Annotated[Any, typer.Option(parser=span, metavar="Y1:Y2", help="Two years side by side.")] = None,
    by: Annotated[Literal["place", "substance", "day"], typer.Option(help="A row for each.")] = "place",
    place: Annotated[str, typer.Option(help="Whose limits: CHN, or a province such as CHN-BJ.")] = "CHN",
    grade: Annotated[Literal["I", "II"], typer.Option(help="Of the limits.")] = "II",
    station: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    unit: Annotated[
        list[str] | None, typer.Option(metavar="[SUBSTANCE=]UNIT", help="µg/m3, mg/m3, CO=mg/m3; may be repeated.")
    ] = None,
    reference: Annotated[
        Literal["273", "298", "dated"] | None,
        typer.Option(help="State of the data: 273.15 K, 298.15 K (particles ambient), or that of its day in China."),
    ] = None,
    convert: Annotated[bool, typer.Option("--convert", help="Bring gases to the state of the rules.")] = False,
    hours: Annotated[Literal["beginning", "end"], typer.Option(help="What a time is of its hour.")] = "beginning",
    missing: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Stands for no number, such as -999; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the place is called; the file's name if not given.")] = "",
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with calendar and trend as well.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many rows on the terminal.")] = 60,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Judge the air of a year: days with good air, means and percentiles, under the rules of 2012, 2026 and 2031."""
    kind = format_of(format, out)
    if compare is not None and (year is not None or by == "day" or picture is not None):
        raise typer.BadParameter("--compare is for two years, by place or substance: leave --year and --picture out")
    if compare is not None and compare.first == compare.last:
        raise typer.BadParameter(f"--compare is for two years, such as {compare.first - 1}:{compare.first}")
    from tanheng.data.observations import read_observations

    about = _about(name, place, reference)
    given = read_observations(file, units=_units(unit or []), about=about, hours=hours, missing=missing or ())
    own = given.only(stations=station) if station else given
    asked = tuple(rules or RULES)
    shown = limit if out is None else None
    if compare is not None:
        _compare(own, compare, asked, grade, convert, by, kind, out, shown, lang)
        return
    year = own.years[-1] if year is None else year
    them = _under(own, asked, year, grade, convert)
    _write(them, by, kind, out, shown, lang)
    if picture is not None:
        from tanheng.report.air import air_page

        others = [one for other in own.years if other != year for one in _under(own, asked[:1], other, grade, convert)]
        shell.emit(air_page(them, lang, before=others).encode(), picture)
        shell.note(str(picture))
    if len(own.years) > 1 and kind == "table":
        shell.note(f"this is {year}; {own.about.name} holds {', '.join(map(str, own.years))} (--year, --compare)")
    fitting.note((), tuple(dict.fromkeys(found for one in them for found in one.findings)), lang)


def _about(name: str, place: str, reference: str | None) -> AirAbout:
    from tanheng.systems.about import NOT_STATED
    from tanheng.systems.observations import AirAbout

    gases, particles = _STATES[reference] if reference else (NOT_STATED, "")
    return AirAbout(name, place, reference=gases, particles=particles)


def _units(given: Sequence[str]) -> str | dict[str, str]:
    """One unit for all, or a unit each; what has no substance before it goes for those that are not named."""
    from tanheng.data.observations import substance
    from tanheng.errors import QuestionError, nearest
    from tanheng.systems.observations import SUBSTANCES

    alone = [text for text in given if "=" not in text]
    if len(alone) > 1:
        raise typer.BadParameter(f"{' and '.join(alone)} are given for all substances: keep one")
    units = dict.fromkeys(SUBSTANCES, alone[0]) if alone else {}
    for text, told in fitting.each_once([text for text in given if "=" in text]).items():
        known = substance(text)
        if known is None:
            raise QuestionError(f"{text!r} is no substance of the index", hint=nearest(text, SUBSTANCES))
        units[known] = told
    return units


def _under(
    observations: Observations, rules: Sequence[str], year: int, grade: str, convert: bool
) -> tuple[Attainment, ...]:
    from tanheng.accounts import under_rules

    names = [str(year) if one == OWN else one for one in rules]
    return under_rules(observations, names, year, grade=grade, convert=convert)


def _write(them: Sequence[Attainment], by: Any, kind: str, out: Path | None, limit: int | None, language: str) -> None:
    from tanheng.accounts import tidy_air
    from tanheng.cli import describe_air, output

    frame = tidy_air(them, by)
    if kind == "table":
        shell.show(*describe_air.answers(them, frame, by, limit, language), path=out)
    else:
        shell.emit(output.encoded(kind, _dated(frame), describe_air.meta(them)), out)


def _compare(
    observations: Observations,
    years: Span,
    rules: Sequence[str],
    grade: str,
    convert: bool,
    by: str,
    kind: str,
    out: Path | None,
    limit: int | None,
    language: str,
) -> None:
    import pandas as pd

    from tanheng.accounts import compared_years
    from tanheng.cli import describe_air, output

    pairs = zip(*(_under(observations, rules, year, grade, convert) for year in (years.first, years.last)), strict=True)
    found = [compared_years(first, last) for first, last in pairs]
    frames = [one.frame.assign(rules=_named(one.first, one.last)) for one in found]
    frame = pd.concat(frames, ignore_index=True)
    frame = frame[["rules", *frame.columns[:-1]]]
    frame = frame[(frame["substance"] == "") == (by == "place")].reset_index(drop=True)
    if kind == "table":
        shell.show(*describe_air.differences(found, frame, limit, language), path=out)
    else:
        shell.emit(output.encoded(kind, frame, describe_air.meta([one for pair in found for one in _both(pair)])), out)
    findings: dict[Finding, None] = dict.fromkeys(one for each in found for one in each.findings)
    fitting.note((), tuple(findings), language)


def _both(one: Any) -> tuple[Attainment, Attainment]:
    return one.first, one.last


def _named(first: Attainment, last: Attainment) -> str:
    return first.rules.name if first.rules.name == last.rules.name else OWN


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Days as texts: 2015-01-31."""
    return frame.assign(day=frame["day"].dt.strftime("%Y-%m-%d")) if "day" in frame else frame
