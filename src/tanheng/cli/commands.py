"""The commands. What they need is imported when they run, so that ``tanheng --help`` answers at once."""

from __future__ import annotations

import datetime
import io
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.errors import MissingError, QuestionError

if TYPE_CHECKING:
    import xarray as xr

    from tanheng.data.checks import Finding
    from tanheng.data.store import Store
    from tanheng.norms import Norm
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
    try:
        return datetime.date(int(text), 12, 31) if text.isdecimal() else datetime.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a year nor a date such as 2020-12-31") from None


TableName = Annotated[
    str, typer.Argument(metavar="TABLE", help="A stored name, or the path of a plain table's folder.")
]
Year = Annotated[int | None, typer.Option(help="One year.")]
Years = Annotated[Span | None, typer.Option(parser=_span, metavar="A:B", help="A span of years, both included.")]
Language = Annotated[Literal["en", "zh"], typer.Option("--lang", help="Language of names.")]


def _version(wanted: bool) -> None:
    if wanted:
        from tanheng import provenance

        print("tanheng", provenance.version())
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


@app.command()
def tables(lang: Language = "en") -> None:
    """List the stored tables."""
    from tanheng.cli.output import plain_grid
    from tanheng.data import store as stores

    grid = plain_grid(["Name", "Title", "Years"], ["Regions", "Sectors"])
    for head in ("Stressors", "Licence"):
        grid.add_column(head)
    for name in stores.NAMES:
        store = stores.open(name)
        latest = store[store.years[-1]]
        sizes = (str(len(latest.regions)), str(len(latest.sectors)))
        years, stressors = _spelled(store.years), ", ".join(latest.stressors)
        grid.add_row(name, store.reader.TITLE[lang], years, *sizes, stressors, latest.about.licence)
    shell.show(grid)


@app.command()
def show(table: TableName = "world", year: Year = None, lang: Language = "en") -> None:
    """Show what a table is: source, labels with names, totals, hash."""
    from tanheng.data import store as stores

    store = stores.open(table)
    chosen = store[store.years[-1] if year is None else year]
    shell.show(*_described(chosen, store, lang))


def _described(table: Table, store: Store, language: str) -> list[Any]:
    from tanheng.cli.output import figure, label, plain_grid

    about = plain_grid(["", ""])
    about.show_header = False
    for key, value in asdict(table.about).items():
        if key != "units" and value:
            about.add_row(key.replace("_", " "), str(value))
    about.add_row("years in store", _spelled(store.years))
    about.add_row("parts", ", ".join(name for name in ("Z", "Y", "F", "F_Y", "V") if getattr(table, name) is not None))
    about.add_row("hash", table.hash)
    totals = plain_grid(["Total"], ["Value"])
    totals.add_column("Unit")
    money = table.about.currency
    totals.add_row("gross output", figure(float(table.x.sum())), money)
    totals.add_row("final demand", figure(float(table.Y.sum())), money)
    for stressor in table.stressors:
        unit = table.about.units[stressor]
        totals.add_row(f"{stressor}, sectors", figure(float(table.F.sel(stressor=stressor).sum())), unit)
        if table.F_Y is not None:
            direct = float(table.F_Y.sel(stressor=stressor).sum())
            totals.add_row(f"{stressor}, direct emissions of final demand", figure(direct), unit)
    axes = {"region": table.regions, "sector": table.sectors, "demand": table.demand, "stressor": table.stressors}
    system = table.about.classification
    lists = [
        f"{axis} ({len(codes)}): " + "; ".join(label(axis, code, language, system) for code in codes)
        for axis, codes in axes.items()
    ]
    return [about, totals, *lists]


@app.command()
def check(
    table: TableName = "world",
    year: Year = None,
    format: Annotated[Literal["table", "json"], typer.Option(help="How to print.")] = "table",
) -> None:
    """Check a table, worst findings first. Exit code 1 if one of them is an error."""
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
        print(f"{store.name} {_spelled(years)}: nothing found")
    else:
        shell.show(_findings(found))
    if any(finding.severity == "error" for _, finding in found):
        raise typer.Exit(1)


def _findings(found: list[tuple[int, Finding]]) -> Any:
    """A row for each finding; what is found in several years stands once, as it is in the worst."""
    from tanheng.cli.output import plain_grid

    alike: dict[tuple[str, str, str], list[tuple[int, Finding]]] = {}
    for year, one in found:
        alike.setdefault((one.severity, one.check, one.where), []).append((year, one))
    grid = plain_grid(["Severity", "Year", "Where", "What", "Way out"], ["Size"])
    for (year, worst), *others in alike.values():
        when = f"{year} and {len(others)} more" if others else str(year)
        grid.add_row(worst.severity, when, worst.where, worst.what, worst.hint, f"{worst.size:.2g}")
    return grid


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
        _list_accounts(lang)
        return
    if account is None:
        raise typer.BadParameter("give --account NAME; 'tanheng accounts --list' shows them")
    kind = _format(format, out)
    from tanheng.cli import output
    from tanheng.data import store as stores

    store = stores.open(table)
    chosen = _chosen(store, year, years)
    results = _compute(store, chosen, account, by, stressor or None, group, prices)
    if kind == "table":
        shell.show(*output.as_tables(results, lang), path=out)
    else:
        shell.emit(output.ENCODERS[kind](results), out)
    if year is None and years is None and len(store.years) > 1:
        shell.note(
            f"this is {chosen[0]}, the latest year; {store.name} holds {_spelled(store.years)} (--year, --years)"
        )


def _list_accounts(language: str) -> None:
    from tanheng.accounts import ACCOUNTS
    from tanheng.cli.output import plain_grid

    grid = plain_grid(["Name", "Title", "Formula", "Source", "Dimensions"])
    for _, one in sorted(ACCOUNTS.items()):
        grid.add_row(one.name, one.title[language], one.formula, one.source, ",".join(one.dims))
    shell.show(grid)


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
    """The years of the span; raises MissingError naming those that the store lacks."""
    wanted = tuple(range(span.first, span.last + 1))
    lacking = tuple(year for year in wanted if year not in store)
    if lacking:
        what = f"there {'is no year' if len(lacking) == 1 else 'are no years'} {_spelled(lacking)}"
        raise MissingError(what, where=store.name, hint=f"it holds {_spelled(store.years)}")
    return wanted


def _spelled(years: tuple[int, ...]) -> str:
    """Years in words: '1995 to 2009' without a gap, else one by one."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]} to {years[-1]}"
    return ", ".join(map(str, years))


def _compute(
    store: Store,
    years: tuple[int, ...],
    account: str,
    by: str | None,
    stressor: list[str] | None,
    group: str | None,
    prices: str,
) -> list[xr.DataArray]:
    from tanheng.accounts import find

    ask = find(account).function
    if prices == "constant" and account != "export-intensity":
        raise QuestionError(f"{account} is not per money", hint="constant prices are for export-intensity")
    results = []
    with shell.progress() as progress:
        for done, year in enumerate(years):
            progress(account, done, len(years))
            more = _deflator(year) if prices == "constant" else {}
            results.append(ask(store[year], by, stressor=stressor, group_by=group, **more))
    return results


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

    when = at or datetime.date.today()
    if name is None:
        _list_norms(when, lang)
    else:
        _show_norm(dated.lookup(name, when), lang)


def _list_norms(when: datetime.date, language: str) -> None:
    from tanheng import norms as dated
    from tanheng.cli.output import plain_grid
    from tanheng.errors import NormError

    grid = plain_grid(["Name", "Title", f"At {when}"])
    for name in dated.names():
        try:
            norm = dated.lookup(name, when)
            grid.add_row(name, _title(norm, language), f"{len(norm.entries)} {'values' if norm.unit else 'members'}")
        except NormError as error:
            grid.add_row(name, "", error.what)
    shell.show(grid)


def _title(norm: Norm, language: str) -> str:
    return norm.title_zh if language == "zh" else norm.title_en


def _show_norm(norm: Norm, language: str) -> None:
    from tanheng.cli.output import label, plain_grid

    grid = plain_grid(["Code", "From", "To"], [norm.unit] if norm.values else [])
    for one in norm.entries:
        ends = [
            "" if one.start == datetime.date.min else str(one.start),
            "" if one.end == datetime.date.max else str(one.end),
        ]
        value = [f"{one.value:g}"] if one.value is not None else []
        grid.add_row(label("region" if not value else "", one.code, language), *ends, *value)
    lines = [f"{norm.name}: {_title(norm, language)}, at {norm.at}", f"Source: {norm.source}"]
    shell.show(*lines, *([f"Note: {norm.note}"] if norm.note else []), grid)


def main() -> None:
    """The entry point of the command ``tanheng``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a pipe's encoding may be older than the names in our tables
            stream.reconfigure(encoding="utf-8")
    app(prog_name="tanheng")
