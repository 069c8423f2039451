"""The ledger: add accounts to it, add rows from elsewhere, ask it in SQL, check it, take out of it."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Language, TableName, Year, Years, app, chosen, pairs
from tanheng.cli.questions import _own_options, faults_of, format_of, note_faults
from tanheng.errors import InputError, LedgerError

if TYPE_CHECKING:
    import pyarrow as pa
    import xarray as xr
    from rich.console import RenderableType

    from tanheng.ledger import Added, Entry

_SHOWN = 50  # rows on a terminal unless --limit says otherwise; files get all

ledger = typer.Typer(name="ledger", cls=shell.Commands, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(ledger, name="ledger", help="The ledger: add, list, show, query in SQL, check, remove, export; coverage.")

Replace = Annotated[bool, typer.Option("--replace", help="Take these numbers in place of others that are there.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", help="Names of entries, or how they begin; 'ledger list' has them."),
]

IntoLedger = Annotated[bool, typer.Option("--ledger", help="Add the answer to the ledger, too.")]


def into_ledger(results: Iterable[xr.DataArray]) -> None:
    """Add the answer of a command to the ledger and note what came of it beside the answer.

    Raises as ``Ledger.add``: LedgerError for what the ledger has no column for and for what is there otherwise.
    """
    from tanheng.ledger import open_ledger
    from tanheng.ledger.stored import REPLACE

    try:
        added = open_ledger().add(results)
    except LedgerError as error:
        hint = error.hint.replace(REPLACE, "'tanheng ledger remove' takes out what is there")
        raise LedgerError(error.what, where=error.where, hint=hint) from None
    for kind, name in _came_of(added):
        shell.note(f"ledger: {kind} {name}")


def only_the_answer(ledger: bool, **others: bool) -> None:
    """A usage error for --ledger with an option that shows something else in place of the answer."""
    if ledger and (other := next((name for name, given in others.items() if given), "")):
        raise typer.BadParameter(f"--ledger adds the answer; --{other} shows something else")


@ledger.command()
def add(
    table: TableName = "world",
    account: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Which account; may be repeated. 'accounts --list' has them."),
    ] = None,
    year: Year = None,
    years: Years = None,
    by: Annotated[str | None, typer.Option(metavar="DIMS", help="Dimensions kept, such as region,sector.")] = None,
    stressor: Annotated[list[str] | None, typer.Option(help="A stressor; may be repeated. All if not given.")] = None,
    option: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="An option of the account.")] = None,
    replace: Replace = False,
) -> None:
    """Compute accounts of a table, of the latest year unless told otherwise, and add them; every rule is tested."""
    if not account:
        raise typer.BadParameter("give --account NAME; 'tanheng accounts --list' shows them")
    from tanheng.accounts import find
    from tanheng.data import store as stores
    from tanheng.ledger import open_ledger

    store, held = stores.open(table), open_ledger()
    asked = (store.years[-1],) if year is None and years is None else chosen(store, year, years)
    questions = [(find(name).function, _own_options(name, pairs(option or []))) for name in account]
    faults = []
    with shell.progress() as progress:
        for done, one in enumerate(asked):
            progress("ledger", done, len(asked))
            results = [ask(store[one], by, stressor=stressor or None, **own) for ask, own in questions]
            _say(held.add(results, replace=replace))
            faults += faults_of(store, one)
    note_faults(table, faults)


@ledger.command("add-file")
def add_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Parquet in the columns of the ledger.")],
    replace: Replace = False,
) -> None:
    """Add rows from elsewhere: a tidy file in the columns of the ledger, tested by the same rules."""
    from tanheng.ledger import open_ledger, read_rows

    _say(open_ledger().add(read_rows(file), replace=replace))


@ledger.command("list")
def list_(lang: Language = "en") -> None:
    """List what the ledger holds."""
    from tanheng.ledger import open_ledger

    held = open_ledger()
    entries = held.entries
    if not entries:
        shell.note(f"the ledger in {held.folder} is empty: 'tanheng ledger add' fills it")
        return
    shell.show(_listed(entries, lang))


@ledger.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of an entry, or how it begins.")],
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many rows.")] = _SHOWN,
    lang: Language = "en",
) -> None:
    """Show an entry: what it is, its totals, and its largest rows."""
    from tanheng.ledger import open_ledger

    shell.show(*_shown(open_ledger().find(name), limit, lang))


@ledger.command()
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT from the view 'ledger'.")],
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many rows on the terminal.")] = _SHOWN,
    format: Annotated[Literal["table", "csv", "json", "parquet"] | None, typer.Option(help="How to write.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to write.")] = None,
) -> None:
    """Ask the ledger in SQL (DuckDB): SELECTs alone, of the ledger alone. 'DESCRIBE ledger' shows the columns."""
    kind = format_of(format, out)
    from tanheng.ledger import open_ledger

    found = open_ledger().query_arrow(sql)
    if kind == "table":
        shell.show(*_answer(found, limit if out is None else found.num_rows), path=out)
    else:
        shell.emit(_ENCODERS[kind](found), out)


@ledger.command()
def check() -> None:
    """Test every rule on all that the ledger holds, and that no file was changed. Exit code 1 if something is wrong."""
    from tanheng.ledger import open_ledger

    held = open_ledger()
    wrong = held.check()
    for line in wrong:
        print(line)
    if wrong:
        raise typer.Exit(1)
    entries = held.entries
    print(f"{len(entries)} entries, {sum(one.meta.rows for one in entries):,} rows: every rule holds")


@ledger.command()
def remove(
    names: Names = None,
    account: Annotated[str | None, typer.Option(metavar="NAME", help="All entries of this account.")] = None,
    year: Annotated[int | None, typer.Option(help="All entries of this year; with --account, of both.")] = None,
) -> None:
    """Remove entries: by name, or all of an account, a year, or both."""
    if bool(names) == (account is not None or year is not None):
        raise typer.BadParameter("give names, or --account and --year")
    from tanheng.ledger import open_ledger

    held = open_ledger()
    wanted = names or [
        one.name for one in held.entries if account in (None, *one.labels("account")) and year in (None, one.group[0])
    ]
    if not wanted:
        raise InputError("the ledger has no such entry", hint="'tanheng ledger list' shows what it holds")
    for name in held.remove(wanted):
        print("removed", name)


@ledger.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: FILE.parquet or FILE.csv.")],
) -> None:
    """Write all rows into one file, whole or not at all."""
    if file.suffix not in (".parquet", ".csv"):
        raise typer.BadParameter(f"{file} ends in neither .parquet nor .csv")
    from tanheng.ledger import open_ledger

    open_ledger().export(file)


def _say(added: Added) -> None:
    for kind, name in _came_of(added):
        print(kind, name)


def _came_of(added: Added) -> list[tuple[str, str]]:
    return [(kind, name) for kind in ("new", "replaced", "same") for name in getattr(added, kind)]


# -- for people ------------------------------------------------------------------------------------------------------


def _listed(entries: tuple[Entry, ...], language: str) -> RenderableType:
    from tanheng.cli.output import head, plain_grid, term

    heads = [
        head("name", language),
        *(term(key, language) for key in ("approach", "principle")),
        head("year", language),
    ]
    grid = plain_grid([*heads, head("stressors", language), head("source", language)], [head("rows", language)])
    for one in entries:
        told = [_word(key, one.labels(key)[0], language) for key in ("approach", "principle")]
        year = one.labels("year")[0]
        sources = ", ".join(one.meta.sources)
        grid.add_row(one.name, *told, _year(year), ", ".join(one.labels("stressor")), sources, f"{one.meta.rows:,}")
    return grid


def _shown(entry: Entry, limit: int, language: str) -> list[RenderableType]:
    from tanheng.cli.output import head, line, more, plain_grid, term
    from tanheng.ledger import COLUMNS

    frame = entry.frame()
    same = [name for name in COLUMNS if name not in ("value", "low", "high") and frame[name].nunique(dropna=False) == 1]
    facts = [(name, frame[name].iloc[0]) for name in same]
    lines = [line(term(name, language), str(label), language) for name, label in facts if str(label) != ""]
    sums = plain_grid([term(name, language) for name in _TOLD], [term("total", language)])
    for row in entry.totals.to_dict("records"):
        sums.add_row(*(str(row[name]) for name in _TOLD), _cell(row["total"]))
    largest = frame.sort_values("value", key=abs, ascending=False, kind="stable").head(limit)
    columns = [name for name in COLUMNS if name not in same and (name == "value" or not frame[name].isna().all())]
    rows = plain_grid([term(n, language) for n in columns if n not in _NUMBERS], _heads(columns, language))
    for record in largest[columns].to_dict("records"):
        ordered = [n for n in columns if n not in _NUMBERS] + [n for n in columns if n in _NUMBERS]
        rows.add_row(*(_cell(record[name]) for name in ordered))
    return [f"{head('name', language)}  {entry.name}", *lines, sums, rows, *more(len(frame), limit)]


_TOLD = ("definition", "stressor", "line", "unit")
_NUMBERS = ("value", "low", "high")


def _heads(columns: list[str], language: str) -> list[str]:
    from tanheng.cli.output import term

    return [term(name, language) for name in columns if name in _NUMBERS]


def _word(column: str, label: str, language: str) -> str:
    from tanheng.cli.output import term

    return term(f"{column}-{label}", language) if label else ""


def _year(year: str) -> str:
    return "" if year in ("None", "<NA>", "nan") else year


def _answer(found: pa.Table, most: int) -> list[RenderableType]:
    """A grid of what was found, numbers to the right with the digits that the largest of their column needs."""
    import pyarrow as pa

    from tanheng.cli.output import _number, _places, more, plain_grid

    grid = plain_grid([])
    columns: list[list[str]] = []
    for name, column in zip(found.column_names, found.columns, strict=True):
        number = pa.types.is_floating(column.type)
        values = column.slice(0, most).to_pylist()
        grid.add_column(name, justify="right" if number or pa.types.is_integer(column.type) else "left")
        if number:
            finite = [abs(value) for value in values if value is not None and math.isfinite(value)]
            places = _places(max(finite, default=0.0))
            columns.append([_cell(None) if value is None else _number(value, places) for value in values])
        else:
            columns.append([_cell(value) for value in values])
    for row in zip(*columns, strict=True):
        grid.add_row(*row)
    return [grid, *more(found.num_rows, most)]


def _cell(value: object) -> str:
    from tanheng.cli.output import figure

    if value is None or value != value:
        return "–"
    return figure(value) if isinstance(value, float) else str(value)


# -- for programs ----------------------------------------------------------------------------------------------------


def _csv(found: pa.Table) -> bytes:
    """CSV in UTF-8; numbers to 15 digits, an empty cell where there is none."""
    from tanheng.accounts import DIGITS

    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    write.writerow(found.column_names)
    for row in zip(*(column.to_pylist() for column in found.columns), strict=True):
        write.writerow([DIGITS % value if isinstance(value, float) else value for value in row])
    return text.getvalue().encode()


def _json(found: pa.Table) -> bytes:
    """``{"rows": [...]}``; null where there is no number."""
    rows: list[dict[str, Any]] = found.to_pylist()
    for row in rows:
        row.update({key: None for key, value in row.items() if isinstance(value, float) and not math.isfinite(value)})
    return (json.dumps({"rows": rows}, ensure_ascii=False, allow_nan=False, default=str) + "\n").encode()


def _parquet(found: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(found, buffer)
    return buffer.getvalue()


_ENCODERS = {"csv": _csv, "json": _json, "parquet": _parquet}
