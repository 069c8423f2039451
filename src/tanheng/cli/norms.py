"""Norms: memberships, factors and standards at a date, limits looked up, what changed, how many there are."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, app
from tanheng.cli.questions import date_of, format_of

if TYPE_CHECKING:
    import pandas as pd


def _between(text: str) -> tuple[datetime.date, datetime.date]:
    """The two dates that ``text`` means, such as 2025:2031."""
    first, colon, last = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"{text!r} is not two dates such as 2025:2031 or 2026-02-28:2026-03-01")
    return date_of(first), date_of(last)


@app.command()
def norms(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A norm; without it, all are listed.")] = None,
    at: Annotated[
        datetime.date | None, typer.Option(parser=date_of, metavar="DATE", help="A year or a date; today if not given.")
    ] = None,
    cls: Annotated[str, typer.Option("--class", metavar="CLASS", help="Standards of a class, such as emission.")] = "",
    limit: Annotated[str | None, typer.Option(metavar="SUBSTANCE", help="Look up the limit of a substance.")] = None,
    series: Annotated[str, typer.Option(help="With --limit: of a series, such as 'GB 3095'.")] = "",
    averaging: Annotated[str, typer.Option(help="With --limit: hour, 8 hours, day, month, season or year.")] = "",
    statistic: Annotated[str, typer.Option(help="With --limit: such as mean.")] = "",
    grade: Annotated[str, typer.Option(help="With --limit: such as II.")] = "",
    subject: Annotated[str, typer.Option(help="With --limit: such as kiln.")] = "",
    area: Annotated[str, typer.Option(help="With --limit: such as 'key areas'.")] = "",
    place: Annotated[str, typer.Option(help="With --limit: CHN, or a province such as CHN-BJ.")] = "CHN",
    changed: Annotated[
        Any, typer.Option(parser=_between, metavar="FROM:TO", help="What changed after one date, until another.")
    ] = None,
    stock: Annotated[bool, typer.Option("--stock", help="Count the standards by class and level.")] = False,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """List the norms (memberships, factors, standards) or show one; look up a limit, what changed, the stock."""
    if sum((name is not None, limit is not None, changed is not None, stock)) > 1:
        raise typer.BadParameter("give one of NAME, --limit, --changed and --stock")
    kind = format_of(format, out)
    from tanheng import norms as known
    from tanheng.cli import describe_norms

    when = at or datetime.date.today()
    _require_class(cls)
    told = {"averaging": averaging, "statistic": statistic, "grade": grade, "subject": subject, "area": area}
    if limit is None and (alone := [key for key, given in {"series": series, **told}.items() if given]):
        raise typer.BadParameter(f"--{alone[0]} goes with --limit, the limit of which substance to look up")
    if limit is not None:
        found = known.standards().limit(limit, when, place=place, series=series, cls=cls, **told)
        parts, frame = describe_norms.looked_up(found, when, place, lang)
    elif changed is not None:
        parts, frame = describe_norms.changes(changed, cls, lang)
    elif stock:
        parts, frame = describe_norms.stock(when, cls, lang)
    elif name is None:
        parts, frame = describe_norms.everything(when, cls, lang)
    elif name in known.names() or not _is_standard(name):
        parts, frame = describe_norms.dated(known.lookup(name, when), lang)
    else:
        parts, frame = describe_norms.standard(known.standards().find(name), when, at is not None, lang)
    _write(parts, frame, when, kind, out)


def _require_class(cls: str) -> None:
    from tanheng.errors import nearest
    from tanheng.norms import CLASSES

    if cls not in ("", *CLASSES):
        raise typer.BadParameter(f"there is no class {cls!r}: {nearest(cls, CLASSES)}")


def _is_standard(name: str) -> bool:
    """Whether that names a standard; raises NormError, with the nearest of all norms, where it names nothing."""
    from tanheng import norms as known
    from tanheng.errors import NormError, nearest

    try:
        known.standards().find(name)
    except NormError:
        everything = (*known.names(), *known.standards().standards)
        raise NormError(f"norm {name} is not known", hint=nearest(name, everything)) from None
    return True


def _write(parts: list[Any], frame: pd.DataFrame, when: datetime.date, kind: str, out: Path | None) -> None:
    if kind == "table":
        shell.show(*parts, path=out)
        return
    from tanheng import provenance
    from tanheng.cli import output

    meta = {**frame.attrs, "at": when.isoformat(), "tanheng": provenance.version()}
    shell.emit(output.encoded(kind, frame, meta), out)
