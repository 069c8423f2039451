"""Questions: report, accounts. What a command needs is imported when it runs, so that ``--help`` is quick."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, TableName, Year, Years, app, chosen, pairs
from tanheng.errors import NormError, QuestionError, nearest

if TYPE_CHECKING:
    import xarray as xr

    from tanheng.data.store import Store

_ENDINGS = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".txt": "table"}

Faults = list[tuple[int, str]]  # year, what is wrong


def date_of(text: str) -> datetime.date:
    """The day that a text means; a year is its last day."""
    from tanheng.norms import parse_date

    try:
        return parse_date(text)
    except NormError as error:
        raise typer.BadParameter(f"{error.what}: {error.hint}") from None


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
    asked = chosen(store, None, years)
    languages = ("en", "zh") if lang == "both" else (lang,)
    with shell.progress() as progress:
        written = writer.build(store, years=asked, languages=languages, out=out, progress=progress)
    for path in written:
        print(path)
    note_faults(table, [fault for year in asked for fault in faults_of(store, year)])


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
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
    option: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="An option of the account.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the accounts, or explain the one named.")] = False,
) -> None:
    """Compute an account of a table, for the latest year unless told otherwise."""
    if list_:
        from tanheng.accounts import ACCOUNTS, find
        from tanheng.cli import describe

        shell.show(*(describe.account(find(account), lang) if account else [describe.accounts(ACCOUNTS, lang)]))
        return
    if account is None:
        raise typer.BadParameter("give --account NAME; 'tanheng accounts --list' shows them")
    kind = format_of(format, out)
    from tanheng.cli import describe, output
    from tanheng.data import store as stores

    store = stores.open(table)
    asked = (store.years[-1],) if year is None and years is None else chosen(store, year, years)
    own = _own_options(account, pairs(option or []))
    results, faults = _compute(store, asked, account, by, stressor or None, group, prices, own)
    if kind == "table":
        shell.show(*output.as_tables(results, lang), path=out)
    else:
        shell.emit(output.ENCODERS[kind](results), out)
    if year is None and years is None and len(store.years) > 1:
        held = describe.spelled(store.years)
        shell.note(f"this is {asked[0]}, the latest year; {store.name} holds {held} (--year, --years)")
    left_out = sorted({region for result in results for region in str(result.attrs.get("left_out", "")).split()})
    if left_out and kind != "table":  # the table says so itself
        shell.note(f"left out, having no deflator: {' '.join(left_out)}")
    note_faults(table, faults)


def format_of(given: str | None, out: Path | None) -> str:
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


def _compute(
    store: Store,
    years: tuple[int, ...],
    account: str,
    by: str | None,
    stressor: list[str] | None,
    group: str | None,
    prices: str,
    own: dict[str, object],
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
            more = own | (_deflator(year) if prices == "constant" else {})
            results.append(ask(store[year], by, stressor=stressor, group_by=group, **more))
            faults += faults_of(store, year)  # while it is at hand
    return results, faults


def _own_options(account: str, given: dict[str, str]) -> dict[str, object]:
    """The account's own options, read from their texts; raises QuestionError for one that it does not have."""
    from tanheng.accounts import find

    known = find(account).options
    values: dict[str, object] = {}
    for key, text in given.items():
        if key not in known:
            hint = nearest(key, known) if known else "it has none"
            raise QuestionError(f"{account} has no option {key!r}", hint=hint)
        try:
            values[key] = known[key].read(text)
        except ValueError:
            raise QuestionError(f"{text!r} is no {key}", where=account, hint=known[key].what["en"]) from None
    return values


def faults_of(store: Store, year: int) -> Faults:
    from tanheng.data import store as stores

    return [(year, one.what) for one in stores.findings(store, year) if one.severity == "error"]


def note_faults(table: str, faults: Faults) -> None:
    """One line if there are any: the numbers were made from a table that does not hold together."""
    from tanheng.cli.describe import spelled

    if faults:
        years = spelled(sorted({year for year, _ in faults}))
        shell.note(f"'tanheng check {table}' finds errors ({years}): {faults[0][1]}")


def _deflator(year: int) -> dict[str, Any]:
    from tanheng.data import reference

    return {"deflator": reference.deflators(year)}
