"""Hybrid footprints and accounts: a product system and a table, joined by prices."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import fitting, shell
from tanheng.cli.app import Format, Language, Out
from tanheng.cli.hybrid import hybrid
from tanheng.cli.ledger import IntoLedger, into_ledger, only_the_answer
from tanheng.cli.prices import Deflators, Join, RatesFile, concordance_of, rates_of
from tanheng.cli.products import Allocation, Limit, Maker, Name, Otherwise, product_of, system_of
from tanheng.cli.questions import faults_of, format_of, note_faults

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from tanheng.systems.hybrid import Hybrid
    from tanheng.systems.process import ProcessSystem
    from tanheng.systems.purchases import Purchases
    from tanheng.systems.recipe import Recipe
    from tanheng.systems.table import Table

_SHOWN = 20  # rows on a terminal unless --limit says otherwise; files get all

TableOption = Annotated[str, typer.Option("--table", metavar="TABLE", help="A stored name, or a plain table.")]
TableYear = Annotated[
    int | None, typer.Option(help="Of the table, and of a product that has years; the last there is.")
]
Bought = Annotated[
    Path | None, typer.Option("--purchases", metavar="FILE", help="What the inputs that nothing makes cost.")
]
Made = Annotated[
    Path | None, typer.Option("--made", metavar="FILE", help="Sector and basic price of products that are made.")
]
Recipes = Annotated[bool, typer.Option("--recipe", help="The makers in --made buy what their sectors buy, too.")]
Covered = Annotated[
    list[str] | None, typer.Option(metavar="SECTOR", help="For --recipe: what the processes take in themselves.")
]
SalesFile = Annotated[
    Path | None, typer.Option("--sales", metavar="FILE", help="What is sold a year: integrate, by prices of --made.")
]
Links = Annotated[
    list[str] | None,
    typer.Option("--link", metavar="TABLE=PROCESS", help="Which stressor of the processes one of the table is."),
]
Weights = Annotated[
    str | None, typer.Option("--gwp", metavar="SET", help="Add the processes' gases as one: --link CO2=GHG.")
]
By = Annotated[str | None, typer.Option(metavar="DIMS", help="Dimensions kept, such as region,component.")]
Chosen = Annotated[
    list[str] | None, typer.Option("--stressor", help="Of the table; may be repeated. All if not given.")
]
Removed = Annotated[
    bool, typer.Option("--removed", help="What was taken out so that nothing is counted twice, in place of the answer.")
]


@dataclass(frozen=True)
class _Given:
    """What the two commands share: where the processes, the table and what joins them come from."""

    name: str
    table: str
    year: int | None
    purchases: Path | None
    made: Path | None
    recipe: bool
    covered: list[str] | None
    sales: Path | None
    link: list[str] | None
    gwp: str | None
    rates: Path | None
    deflators: str
    concordance: str | None
    allocation: str
    otherwise: str | None
    maker: list[str] | None


@hybrid.command()
def footprint(
    name: Name,
    process: Annotated[str | None, typer.Option(metavar="PROCESS", help="Its id, name or product.")] = None,
    amount: Annotated[float, typer.Option(help="How much of its product, in its unit.")] = 1.0,
    origin: Annotated[str | None, typer.Option(metavar="REGION", help="Where it is made.")] = None,
    table: TableOption = "world",
    year: TableYear = None,
    purchases: Bought = None,
    made: Made = None,
    recipe: Recipes = False,
    covered: Covered = None,
    sales: SalesFile = None,
    link: Links = None,
    gwp: Weights = None,
    by: By = None,
    stressor: Chosen = None,
    removed: Removed = False,
    rates: RatesFile = None,
    deflators: Deflators = "gdp",
    concordance: Join = None,
    allocation: Allocation = "as given",
    otherwise: Otherwise = None,
    maker: Maker = None,
    ledger: IntoLedger = False,
    limit: Limit = _SHOWN,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Compute the footprint of a product by its processes, and by the sectors of a table behind what they buy.

    Without --sales it is tiered: the economy runs as the table has it. With --sales it is integrated: the product's own
    output is taken out of the table, and its sectors draw on the processes.
    """
    kind = format_of(format, out)
    fitting.finite(amount, "--amount")
    only_the_answer(ledger, removed=removed)
    _require_one(removed, by)
    given = _Given(name, table, year, purchases, made, recipe, covered, sales, link, gwp, rates, deflators, concordance,
                   allocation, otherwise, maker)  # fmt: skip
    with fitting.in_the_shell():
        joined = _joined(given)
        demand = {fitting.process_of(joined.process, name, process, origin): amount}
        if removed:
            _write_removed(joined, kind, out, limit, lang)
        else:
            from tanheng.accounts import hybrid_footprint

            result = hybrid_footprint(joined, demand, by, stressor=stressor or None)
            _write(result, kind, out, limit, lang, str(result.attrs["demand"]))
    _say(joined, given, lang)
    if ledger:
        into_ledger([result])


@hybrid.command()
def accounts(
    name: Name,
    account: Annotated[
        Literal["production", "consumption", "differences"],
        typer.Option(help="Of the year by region; or what it has beside the table, by cause."),
    ] = "production",
    table: TableOption = "world",
    year: TableYear = None,
    purchases: Bought = None,
    made: Made = None,
    recipe: Recipes = False,
    covered: Covered = None,
    sales: SalesFile = None,
    link: Links = None,
    gwp: Weights = None,
    by: By = None,
    stressor: Chosen = None,
    removed: Removed = False,
    rates: RatesFile = None,
    deflators: Deflators = "gdp",
    concordance: Join = None,
    allocation: Allocation = "as given",
    otherwise: Otherwise = None,
    maker: Maker = None,
    ledger: IntoLedger = False,
    limit: Limit = _SHOWN,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Compute the accounts of a year in which the economy runs on the processes for what they sell (--sales)."""
    kind = format_of(format, out)
    if sales is None:
        raise typer.BadParameter("--sales FILE says what the processes sell; without it the accounts are the table's")
    only_the_answer(ledger, removed=removed)
    _require_one(removed, by)
    given = _Given(name, table, year, purchases, made, recipe, covered, sales, link, gwp, rates, deflators, concordance,
                   allocation, otherwise, maker)  # fmt: skip
    with fitting.in_the_shell():
        joined = _joined(given)
        if removed:
            _write_removed(joined, kind, out, limit, lang)
        else:
            from tanheng.accounts import hybrid_accounts, hybrid_differences

            if account == "differences":
                result = hybrid_differences(joined, by, stressor=stressor or None)
            else:
                result = hybrid_accounts(joined, account, by, stressor=stressor or None)
            _write(result, kind, out, limit, lang)
    _say(joined, given, lang)
    if ledger:
        into_ledger([result] if account == "differences" else [result, _differences(joined, stressor)])


def _require_one(removed: bool, by: str | None) -> None:
    """A usage error for dimensions of what was taken out."""
    if removed and by is not None:
        raise typer.BadParameter("--by is for the answer: leave it out beside --removed")


def _differences(joined: Hybrid, stressor: list[str] | None) -> xr.DataArray:
    """What explains an account in the ledger, in one form whatever was asked: by cause and region."""
    from tanheng.accounts import hybrid_differences

    return hybrid_differences(joined, "region,component", stressor=stressor or None)


# -- what is asked of --------------------------------------------------------------------------------------------------


def _joined(given: _Given) -> Hybrid:
    from tanheng.data import store as stores
    from tanheng.systems.hybrid import join

    if given.covered and not given.recipe:
        raise typer.BadParameter("--covered is for --recipe")
    if given.made is None and (given.recipe or given.sales is not None):
        raise typer.BadParameter(f"--{'recipe' if given.recipe else 'sales'} needs --made FILE: sectors and prices")
    store = stores.open(given.table)
    table = store[store.years[-1] if given.year is None else given.year]
    system = _processes(given, table)
    made = _purchases(given.made, given, table)
    return join(
        system,
        table,
        _purchases(given.purchases, given, table),
        recipe=_recipe(given, made, table) if given.recipe and made is not None else None,
        sales=_sales(given, made),
        stressors=_links(given.link),
    )


def _processes(given: _Given, table: Table) -> ProcessSystem:
    """The product system, of the table's year where it has years and no other is asked for."""
    one = product_of(given.name)
    years = None if one is None else one.years
    year = table.year if years and years[0] <= table.year <= years[1] else None
    system = system_of(given.name, one, year, given.allocation, given.otherwise, given.maker)
    if given.gwp is None:
        return system
    from tanheng.systems.impacts import impacts

    fitting.require_gwp(given.gwp)
    return impacts(system, given.gwp, keep=True)


def _purchases(path: Path | None, given: _Given, table: Table) -> Purchases | None:
    from tanheng.data.purchases import read_purchases
    from tanheng.systems.purchases import purchases

    if path is None:
        return None
    known = rates_of(given.rates, given.deflators, table)
    return purchases(read_purchases(path), table, known, concordance=concordance_of(given.concordance))


def _recipe(given: _Given, made: Purchases, table: Table) -> Recipe:
    from tanheng.systems.recipe import sector_recipe

    return sector_recipe(made, table, covered={product: given.covered or [] for product in made.products})


def _sales(given: _Given, made: Purchases | None) -> Any:
    from tanheng.data.sales import read_sales
    from tanheng.systems.own_output import Sales

    return None if given.sales is None or made is None else Sales(read_sales(given.sales), made)


def _links(given: list[str] | None) -> dict[str, list[str]] | None:
    """{of the table: of the processes}, several by repeating; nothing after the equals sign means none."""
    links: dict[str, list[str]] = {}
    for text in given or []:
        key, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{text!r} is not of the form TABLE=PROCESS")
        links.setdefault(key, []).extend([value] if value else [])
    return links or None


# -- answers -----------------------------------------------------------------------------------------------------------


def _write(result: xr.DataArray, kind: str, out: Path | None, limit: int, language: str, heading: str = "") -> None:
    from tanheng import accounts
    from tanheng.cli import describe_products as describe
    from tanheng.cli import output

    if kind == "table":
        shown = describe.answers([result], limit if out is None else sys.maxsize, language)
        shell.show(*([heading] if heading else []), *shown, path=out)
        return
    meta = {str(result.attrs["account"]): {str(key): value for key, value in result.attrs.items()}}
    shell.emit(output.encoded(kind, accounts.tidy(result), meta), out)


def _write_removed(joined: Hybrid, kind: str, out: Path | None, limit: int, language: str) -> None:
    from tanheng.cli import output
    from tanheng.cli.output import figure, more, plain_grid, term, terms

    frame: pd.DataFrame = joined.removed_frame(language)
    if kind != "table":
        meta = {"table": joined.table.about.name, "base_hash": joined.table.hash, "table_hash": joined.hash}
        shell.emit(output.encoded(kind, joined.removed_frame(), meta), out)
        return
    most = limit if out is None else sys.maxsize
    grid = plain_grid(terms(["removed-what", "region", "sector"], language), terms(["amount"], language))
    for key in ("unit", "removed-rule"):
        grid.add_column(term(key, language))
    for row in frame.head(most).to_dict("records"):
        places = [output.label(dim, row[dim], language, joined.table.about.classification) if row[dim] else ""
                  for dim in ("region", "sector")]  # fmt: skip
        grid.add_row(row["what"], *places, figure(row["amount"]), row["unit"], row["rule"])
    shell.show(term("removed", language), grid, *more(len(frame), most), path=out)


def _say(joined: Hybrid, given: _Given, language: str) -> None:
    """A line each for what is wrong or was left out; what was done to prices is told by 'tanheng hybrid prices'."""
    from tanheng.data import store as stores

    fitting.note((), joined.findings, language)
    note_faults(given.table, faults_of(stores.open(given.table), joined.table.year))
