"""The commands. What they need is imported when they run, so that ``tanheng --help`` answers at once."""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.errors import MissingError, NormError, QuestionError

if TYPE_CHECKING:
    import xarray as xr

    from tanheng.data.store import Store
    from tanheng.systems.table import Table

app = typer.Typer(
    name="tanheng",
    cls=shell.Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_ENDINGS = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".txt": "table"}


Faults = list[tuple[int, str]]  # year, what is wrong


@dataclass(frozen=True)
class Span:
    """Years from ``first`` to ``last``, both included."""

    first: int
    last: int


def _span(text: str) -> Span:
    first, colon, last = text.partition(":")
    try:
        span = Span(int(first), int(last if colon else first))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a span of years such as 1995:2009") from None
    if span.first > span.last:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    return span


def _at(text: str) -> datetime.date:
    from tanheng.norms import parse_date

    try:
        return parse_date(text)
    except NormError as error:
        raise typer.BadParameter(f"{error.what}: {error.hint}") from None


TableName = Annotated[
    str, typer.Argument(metavar="TABLE", help="A stored name, or the path of a plain table's folder.")
]
Year = Annotated[int | None, typer.Option(help="One year.")]
Years = Annotated[Span | None, typer.Option(parser=_span, metavar="A:B", help="A span of years, both included.")]
Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of names.")]


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


@app.command()
def report(
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help="A stored name, or a plain table.")] = "world",
    years: Years = None,
    lang: Annotated[Literal["en", "zh", "both"], typer.Option(help="Language of the report.")] = "both",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path("out"),
) -> None:
    """Write the report: HTML, workbook and the tidy ledger."""
    from tanheng import report as writer
    from tanheng.data import store as stores

    store = stores.open(table)
    chosen = _within(store, years) if years else store.years
    languages = ("en", "zh") if lang == "both" else (lang,)
    with shell.progress() as progress:
        written = writer.build(store, years=chosen, languages=languages, out=out, progress=progress)
    for path in written:
        print(path)
    _note_faults(table, [fault for year in chosen for fault in _faults(store[year])])


@app.command()
def tables(lang: Language = "en") -> None:
    """List the stored tables."""
    from tanheng.cli import describe
    from tanheng.data import store as stores

    shell.show(describe.stores(map(stores.open, stores.names()), lang))


@app.command()
def show(table: TableName = "world", year: Year = None, lang: Language = "en") -> None:
    """Show what a table is: source, labels with names, totals, hash."""
    from tanheng.cli import describe
    from tanheng.data import store as stores

    store = stores.open(table)
    shell.show(*describe.table(store[store.years[-1] if year is None else year], store.years, lang))


@app.command()
def check(
    table: TableName = "world",
    year: Year = None,
    format: Annotated[Literal["table", "json"], typer.Option(help="How to print.")] = "table",
) -> None:
    """Check a table, worst findings first. Exit code 1 if one of them is an error."""
    from tanheng.cli import describe
    from tanheng.data import checks
    from tanheng.data import store as stores

    store = stores.open(table)
    years = store.years if year is None else (year,)
    found = [(one, finding) for one in years for finding in checks.check(store[one])]
    found.sort(key=lambda pair: (checks.SEVERITIES.index(pair[1].severity), -pair[1].size))
    if format == "json":
        rows = [{"year": one, **asdict(finding)} for one, finding in found]
        shell.emit((json.dumps(rows, ensure_ascii=False, default=float) + "\n").encode(), None)
    elif not found:
        print(f"{store.name} {describe.spelled(years)}: nothing found")
    else:
        shell.show(describe.findings(found))
    if any(finding.severity == "error" for _, finding in found):
        raise typer.Exit(1)


@app.command()
def accounts(
    table: TableName = "world",
    account: Annotated[str | None, typer.Option(metavar="NAME", help="Which account; --list shows them.")] = None,
    year: Year = None,
    years: Years = None,
    by: Annotated[str | None, typer.Option(metavar="DIMS", help="Dimensions kept, such as region,sector.")] = None,
    stressor: Annotated[list[str] | None, typer.Option(help="A stressor; may be repeated. All if not given.")] = None,
    group: Annotated[str | None, typer.Option(metavar="GROUPING", help="oecd, oecd@2020, or a file.")] = None,
    prices: Annotated[Literal["current", "constant"], typer.Option(help="For export-intensity.")] = "current",
    format: Annotated[Literal["table", "csv", "json", "parquet"] | None, typer.Option(help="How to write.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write.")] = None,
    lang: Language = "en",
    list_: Annotated[bool, typer.Option("--list", help="List the accounts and end.")] = False,
) -> None:
    """Compute an account of a table, for the latest year unless told otherwise."""
    if list_:
        from tanheng.accounts import ACCOUNTS
        from tanheng.cli import describe

        shell.show(describe.accounts(ACCOUNTS, lang))
        return
    if account is None:
        raise typer.BadParameter("give --account NAME; 'tanheng accounts --list' shows them")
    kind = _format(format, out)
    from tanheng.cli import describe, output
    from tanheng.data import store as stores

    store = stores.open(table)
    chosen = _chosen(store, year, years)
    results, faults = _compute(store, chosen, account, by, stressor or None, group, prices)
    if kind == "table":
        shell.show(*output.as_tables(results, lang), path=out)
    else:
        shell.emit(output.ENCODERS[kind](results), out)
    if year is None and years is None and len(store.years) > 1:
        held = describe.spelled(store.years)
        shell.note(f"this is {chosen[0]}, the latest year; {store.name} holds {held} (--year, --years)")
    left_out = sorted({region for result in results for region in str(result.attrs.get("left_out", "")).split()})
    if left_out and kind != "table":  # the table says so itself
        shell.note(f"left out, having no deflator: {' '.join(left_out)}")
    _note_faults(table, faults)


def _format(given: str | None, out: Path | None) -> str:
    """The format asked for, else that of the file's ending, else a table for people."""
    if given is None and out is not None and out.suffix not in _ENDINGS:
        known = ", ".join(_ENDINGS)
        raise QuestionError(
            f"the ending of {out} tells no format", hint=f"give --format, or one of the endings {known}"
        )
    kind = given or (_ENDINGS[out.suffix] if out else "table")
    if kind == "parquet" and out is None:
        raise QuestionError("Parquet is binary and is not written to a terminal", hint="name a file with -o")
    return kind


def _chosen(store: Store, year: int | None, years: Span | None) -> tuple[int, ...]:
    if year is not None and years is not None:
        raise typer.BadParameter("give --year or --years, not both")
    if years is not None:
        return _within(store, years)
    return (store.years[-1] if year is None else year,)


def _within(store: Store, span: Span) -> tuple[int, ...]:
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


def _compute(
    store: Store,
    years: tuple[int, ...],
    account: str,
    by: str | None,
    stressor: list[str] | None,
    group: str | None,
    prices: str,
) -> tuple[list[xr.DataArray], Faults]:
    """The account of each year, and the errors that are found in its table."""
    from tanheng.accounts import find

    ask = find(account).function
    if prices == "constant" and account != "export-intensity":
        raise QuestionError(f"{account} is not per money", hint="constant prices are for export-intensity")
    results: list[xr.DataArray] = []
    faults: Faults = []
    with shell.progress() as progress:
        for done, year in enumerate(years):
            progress(account, done, len(years))
            more = _deflator(year) if prices == "constant" else {}
            results.append(ask(store[year], by, stressor=stressor, group_by=group, **more))
            faults += _faults(store[year])  # while it is at hand
    return results, faults


def _faults(table: Table) -> Faults:
    from tanheng.data import checks

    return [(table.year, one.what) for one in checks.check(table) if one.severity == "error"]


def _note_faults(table: str, faults: Faults) -> None:
    """One line if there are any: the numbers were made from a table that does not hold together."""
    from tanheng.cli.describe import spelled

    if faults:
        years = spelled(sorted({year for year, _ in faults}))
        shell.note(f"'tanheng check {table}' finds errors ({years}): {faults[0][1]}")


def _deflator(year: int) -> dict[str, Any]:
    from tanheng.data import reference

    return {"deflator": reference.deflators(year)}


@app.command()
def norms(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="A norm; without it, all are listed.")] = None,
    at: Annotated[
        datetime.date | None, typer.Option(parser=_at, metavar="DATE", help="A year or a date; today if not given.")
    ] = None,
    lang: Language = "en",
) -> None:
    """List the norms (memberships, factors), or show one at a date."""
    from tanheng import norms as dated
    from tanheng.cli import describe

    when = at or datetime.date.today()
    if name is None:
        shell.show(describe.all_norms(when, lang))
    else:
        shell.show(*describe.norm(dated.lookup(name, when), lang))


def main() -> None:
    """The entry point of the command ``tanheng``."""
    shell.open_streams()
    app(prog_name="tanheng")
