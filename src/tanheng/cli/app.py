"""The application, and the arguments that its commands share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tanheng.cli import shell
from tanheng.errors import MissingError

if TYPE_CHECKING:
    from tanheng.data.store import Store

app = typer.Typer(
    name="tanheng",
    cls=shell.Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from tanheng import provenance

        print("tanheng", provenance.version(), flush=True)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Tanheng 碳衡: full-scope carbon accounting. Exit codes: 0 done, 1 the data or the question is wrong, 2 usage."""


# -- arguments -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """Years from ``first`` to ``last``, both included."""

    first: int
    last: int


def span(text: str) -> Span:
    """The span that ``text`` means, such as 1995:2009 or 2009."""
    first, colon, last = text.partition(":")
    try:
        span = Span(int(first), int(last if colon else first))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a span of years such as 1995:2009") from None
    if span.first > span.last:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    return span


TableName = Annotated[
    str, typer.Argument(metavar="TABLE", help="A stored name, or the path of a plain table's folder.")
]
SourceName = Annotated[str, typer.Argument(metavar="SOURCE", help="Which source; 'tanheng sources' lists them.")]
NewName = Annotated[str, typer.Option("--name", metavar="NAME", help="The name it is stored under.")]
Year = Annotated[int | None, typer.Option(help="One year.")]
Years = Annotated[Span | None, typer.Option(parser=span, metavar="A:B", help="A span of years, both included.")]
Format = Annotated[Literal["table", "csv", "json", "parquet"] | None, typer.Option(help="How to write.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write.")]
Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of names.")]


def within(store: Store, span: Span) -> tuple[int, ...]:
    """The years of the span; raises MissingError for an end outside the store's years, and naming those it lacks."""
    from tanheng.cli.describe import spelled

    first, last, hint = store.years[0], store.years[-1], f"it holds {spelled(store.years)}"
    if span.first < first or span.last > last:
        asked = str(span.first) if span.first == span.last else f"{span.first} to {span.last}"
        raise MissingError(f"{asked} is not within its years", where=store.name, hint=hint)
    wanted = range(span.first, span.last + 1)
    lacking = sorted(set(wanted) - set(store.years))
    if lacking:
        what = f"there {'is no year' if len(lacking) == 1 else 'are no years'} {spelled(lacking)}"
        raise MissingError(what, where=store.name, hint=hint)
    return tuple(wanted)


def chosen(store: Store, year: int | None, years: Span | None) -> tuple[int, ...]:
    """The years asked for, or all; raises MissingError for one that is not there."""
    if year is not None and years is not None:
        raise typer.BadParameter("give --year or --years, not both")
    if years is not None:
        return within(store, years)
    return store.years if year is None else (year,)


def pairs(given: list[str]) -> dict[str, str]:
    """The options that were given as KEY=VALUE."""
    cut = [text.partition("=") for text in given]
    if wrong := next((key for key, equals, _ in cut if not equals), None):
        raise typer.BadParameter(f"{wrong!r} is not of the form KEY=VALUE")
    return {key: value for key, _, value in cut}


def main() -> None:
    """The entry point of the command ``tanheng``."""
    shell.open_streams()
    app(prog_name="tanheng")
