"""Tables: where they come from, what is stored, what is wrong with them, and new ones made of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Language, NewName, SourceName, Span, TableName, Year, Years, app, chosen, pairs
from tanheng.errors import InputError, QuestionError

if TYPE_CHECKING:
    from tanheng import labels as names
    from tanheng.data.store import Store
    from tanheng.systems.table import Table

_SHOWN = 20  # findings after reading; 'check' shows all
Concordance = Annotated[
    str | None, typer.Option(metavar="FILE", help="A concordance: a CSV file, or one of 'tanheng concordances'.")
]
Sectors = Annotated[
    str | None, typer.Option(metavar="FILE", help="A concordance, or a classification that the table's own leads to.")
]


# -- from their publishers --------------------------------------------------------------------------------------------


@app.command()
def sources(
    name: Annotated[str | None, typer.Argument(metavar="SOURCE", help="One of them; without it, all.")] = None,
    lang: Language = "en",
) -> None:
    """List the sources that can be read, or say of one what it holds, how to get it, how to cite it."""
    from tanheng.cli import describe
    from tanheng.data import reader

    if name is None:
        shell.show(describe.sources([one.SOURCE for one in reader.READERS], lang))
    else:
        shell.show(*describe.source(reader.find(name).SOURCE, lang))


@app.command()
def fetch(
    source: SourceName,
    year: Year = None,
    years: Years = None,
    edition: Annotated[str | None, typer.Option(help="One of the publisher's editions.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be downloaded, and end.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before downloading.")] = False,
    lang: Language = "en",
) -> None:
    """Download a source's files from its publisher: shown first, resumed where it broke off, verified."""
    from tanheng import labels
    from tanheng.cli import describe
    from tanheng.data import fetch as fetching
    from tanheng.data import reader
    from tanheng.data import store as stores

    told = reader.find(source).SOURCE
    span = [year] if year is not None else list(range(years.first, years.last + 1)) if years else None
    folder = stores.home() / "downloads" / told.name
    try:
        plan = fetching.plan(told, folder, span, edition=edition)
    except InputError as error:
        if not dry_run:
            raise
        shell.note(str(error))  # what is declared can be shown without the network
        plan = fetching.plan(told, folder, span, edition=edition, resolve=False)
    shell.show(*describe.plan(plan, lang))
    if dry_run or plan.manual:
        return
    if sys.stdin.isatty() and not yes and not typer.confirm(labels.term("download-it", lang)):
        return
    with shell.progress() as progress:
        fetching.download(plan, progress)
    print(f"tanheng read {told.name} {plan.folder}")


@app.command()
def read(
    source: SourceName,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder, a zip file or a file of that source.")],
    year: Year = None,
    years: Years = None,
    name: NewName = "",
    option: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="What the source lets choose.")] = None,
    lang: Language = "en",
) -> None:
    """Read a source's files into the store, and say what is wrong with them."""
    from tanheng.data import archive, reader
    from tanheng.data import store as stores

    door = reader.find(source)
    options = pairs(option or [])
    reader.require_options(door.SOURCE, options)
    place = archive.open(path)
    span = chosen(stores.Store(str(path), door, place), year, years)
    with shell.progress() as progress:
        store = stores.add(door, path, name=name, years=span, options=options, progress=progress)
    _show_stored(store, span, lang)


def _show_stored(store: Store, years: tuple[int, ...], language: str) -> None:
    """Where it is, and what was found in it."""
    from tanheng.cli import describe
    from tanheng.data import store as stores

    found = stores.survey(store, years)
    shell.show(*describe.stored(store, years, language))
    if found:
        shell.show(*describe.findings(found, language, _SHOWN))


# -- what is stored ---------------------------------------------------------------------------------------------------


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
    years: Years = None,
    format: Annotated[Literal["table", "json"], typer.Option(help="How to print.")] = "table",
    lang: Language = "en",
) -> None:
    """Check a table, worst findings first. Exit code 1 if one of them is an error."""
    from tanheng.cli import describe
    from tanheng.data import store as stores

    store = stores.open(table)
    asked = chosen(store, year, years)
    found = stores.survey(store, asked, verify=True)
    if format == "json":
        rows = [{"year": one, **asdict(finding)} for one, finding in found]
        shell.emit((json.dumps(rows, ensure_ascii=False, default=float) + "\n").encode(), None)
    elif not found:
        print(describe.clean(store.name, asked, lang))
    else:
        shell.show(*describe.findings(found, lang))
    if any(finding.severity == "error" for _, finding in found):
        raise typer.Exit(1)


@app.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a stored table.")], year: Year = None
) -> None:
    """Remove a stored table, or one year of it."""
    from tanheng.data import store as stores

    stores.remove(name, year)


@app.command()
def write(
    table: TableName,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not hold anything yet.")],
    year: Year = None,
    format: Annotated[
        Literal["csv", "parquet", "xlsx", "pymrio", "mario"],
        typer.Option(help="A plain table as CSV, Parquet or workbook, or a folder of that program."),
    ] = "csv",
) -> None:
    """Write a table of one year for another program."""
    from tanheng.data import store as stores
    from tanheng.data.readers import mario_folder, plain, pymrio_folder

    store = stores.open(table)
    one = store[_only(store, year)]
    if format == "pymrio":
        pymrio_folder.write(one, folder)
    elif format == "mario":
        mario_folder.write(one, folder)
    else:
        plain.write(one, folder, format)
    print(folder)


def _only(store: Store, year: int | None) -> int:
    if year is None and len(store.years) > 1:
        raise QuestionError(f"{store.name} holds several years", hint="choose one with --year")
    return store.years[0] if year is None else year


# -- new tables from stored ones --------------------------------------------------------------------------------------


@app.command()
def aggregate(
    table: TableName,
    name: NewName,
    sectors: Sectors = None,
    regions: Concordance = None,
    year: Year = None,
    years: Years = None,
    lang: Language = "en",
) -> None:
    """Join sectors or regions, and store the result with the error that joining before solving makes."""
    from tanheng.systems.aggregate import aggregate as joined

    if sectors is None and regions is None:
        raise typer.BadParameter("give --sectors or --regions")

    def step(one: Table) -> Table:
        by_sector, target = _by_sector(sectors, one)
        return joined(one, by_sector, _concordance(regions, one.regions), classification=target, measure=True)

    _made(table, name, step, year, years, lang)


@app.command()
def concordances(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One of them; without it, all.")] = None,
    lang: Language = "en",
) -> None:
    """List the concordances that come with tanheng, or say of one how its weights were declared, and its links."""
    from tanheng import labels
    from tanheng.cli import describe

    if name is None:
        shell.show(describe.concordances(labels.concordances(), lang))
    else:
        shell.show(*describe.concordance(labels.described(name), lang))


@app.command()
def balance(table: TableName, name: NewName, year: Year = None, years: Years = None, lang: Language = "en") -> None:
    """Balance rows and columns (GRAS), and store the result, which says how much was changed."""
    from tanheng.systems.balance import balance as balanced

    _made(table, name, balanced, year, years, lang)


@app.command()
def characterise(
    table: TableName,
    name: NewName,
    gwp: Annotated[str, typer.Option(metavar="NORM", help="A set of warming potentials; see 'tanheng norms'.")],
    gas: Annotated[list[str] | None, typer.Option(metavar="STRESSOR=CODE", help="Which gas a stressor is.")] = None,
    year: Year = None,
    years: Years = None,
    lang: Language = "en",
) -> None:
    """Add the greenhouse gases of a table as one stressor in CO2e, by a named set of warming potentials."""
    from tanheng.systems.characterise import characterise as characterised

    gases = pairs(gas) if gas else None
    _made(table, name, lambda one: characterised(one, gwp, gases), year, years, lang)


@app.command()
def capital(
    table: TableName,
    name: NewName,
    demand: Annotated[str, typer.Option(help="The final demand category that is investment.")] = "capital formation",
    use: Annotated[str | None, typer.Option(metavar="INPUT", help="The primary input by which it is shared.")] = None,
    year: Year = None,
    years: Years = None,
    lang: Language = "en",
) -> None:
    """Make investment an input of those who use the capital, and store the result, which says so."""
    from tanheng.systems.capital import endogenise_capital

    _made(table, name, lambda one: endogenise_capital(one, demand, use), year, years, lang)


@app.command()
def attach(
    table: TableName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Emissions by region and sector: CSV, Parquet, Excel.")],
    name: NewName,
    sectors: Concordance = None,
    regions: Concordance = None,
    year: Year = None,
    lang: Language = "en",
) -> None:
    """Attach emissions from another source by label, and store the result."""
    from tanheng.data import store as stores
    from tanheng.data.attach import attach as attached

    only = _only(stores.open(table), year)

    def step(one: Table) -> Table:
        return attached(one, file, _concordance(sectors), _concordance(regions))

    _made(table, name, step, only, None, lang)


def _by_sector(given: str | None, table: Table) -> tuple[names.Concordance | None, str]:
    """The concordance of a table's sectors, and the classification it leads to where that is known.

    ``given`` is a file, a concordance that comes with tanheng, or a classification that the table's own leads to.
    """
    from tanheng import labels

    own = table.about.classification
    if given in labels.classifications() and not Path(str(given)).is_file():
        if not own:
            hint = "give a concordance from its sectors to those you want, as a CSV file"
            raise QuestionError(f"the classification of {table.about.name} is not stated", hint=hint)
        return labels.Concordance.between(own, str(given)), str(given)
    shipped = {one.name: one.target for one in labels.concordances()}
    return _concordance(given, table.sectors), shipped.get(str(given), "")


def _concordance(given: str | None, source: tuple[str, ...] | None = None) -> names.Concordance | None:
    """A concordance from a file, or one that comes with tanheng."""
    from tanheng import labels

    if given is None:
        return None
    if Path(given).is_file():
        return labels.Concordance.read(given, source)
    return labels.Concordance.embedded(given, source)


def _made(
    table: str, name: str, step: Callable[[Table], Table], year: int | None, years: Span | None, language: str
) -> None:
    """Store what ``step`` makes of each year."""
    from tanheng.data import store as stores

    store = stores.open(table)
    stores.checked_name(name)
    asked = chosen(store, year, years)
    with shell.progress() as progress:
        for done, one in enumerate(asked):
            progress(name, done, len(asked))
            stores.put(step(store[one]), name, table)
    _show_stored(stores.open(name), asked, language)
