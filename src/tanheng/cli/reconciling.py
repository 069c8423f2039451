"""Path exchange, and the reconciliation of a table with the trade of a product."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import fitting, shell
from tanheng.cli.app import Format, Language, Out, TableName, Year, chosen
from tanheng.cli.hybrid import hybrid
from tanheng.cli.questions import faults_of, format_of, note_faults

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from tanheng.accounts import Exchanged, Figure, Reconciled
    from tanheng.data.store import Store
    from tanheng.systems.table import Table

Stressor = Annotated[str | None, typer.Option(help="The stressor; needed where the table has several.")]


@hybrid.command()
def exchange(
    table: TableName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML file of demand and exchanges.")],
    year: Year = None,
    stressor: Stressor = None,
    exchanges: Annotated[
        bool, typer.Option("--exchanges", help="To CSV or Parquet, write the exchanges; terminal and JSON have both.")
    ] = False,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Put process values in place of a table's on the paths of a footprint: nodes, branches or amounts bought."""
    kind = format_of(format, out)
    from tanheng import accounts
    from tanheng.cli.output import encoded
    from tanheng.data import path_exchanges
    from tanheng.data.findings import said

    given = path_exchanges.read(file)
    store, one, asked = _table(table, year)
    demand = given.demand_in(one.about.currency)
    found = accounts.path_exchange(one, demand, given.exchanges, stressor=stressor or given.stressor)
    parts, meta = (
        accounts.tidy(found.result),
        {str(asked): {str(key): value for key, value in found.result.attrs.items()}},
    )
    if kind == "table":
        shell.show(*_exchanged(found, one, lang), path=out)
    elif kind == "json":
        shell.emit(encoded(kind, parts, meta, exchanges=found.frame), out)
    else:
        shell.emit(encoded(kind, found.frame if exchanges else parts, meta), out)
    for finding in found.findings:
        shell.note(said(finding, lang)[0])
    _close(store, table, asked, year)


@hybrid.command()
def reconcile(
    product: Annotated[
        str | None,
        typer.Argument(metavar="PRODUCT", help="steel, photovoltaics, or a product file; both if not given."),
    ] = None,
    table: Annotated[str, typer.Option(metavar="TABLE", help="The table that is read.")] = "world",
    year: Annotated[int | None, typer.Option(help="Of the table; the latest if not given.")] = None,
    trade_year: Annotated[int | None, typer.Option("--trade-year", help="Of the product's trade.")] = None,
    asked: Annotated[int | None, typer.Option(help="The year both are brought to; that of the trade.")] = None,
    rule: Annotated[
        Literal["emissions", "intensity"],
        typer.Option("--year-rule", help="What changes with years: trade and its intensity, or intensity alone."),
    ] = "emissions",
    origin: Annotated[str | None, typer.Option(metavar="REGION", help="Who exports.")] = None,
    partner: Annotated[str | None, typer.Option(metavar="REGION", help="Who imports; all if not given.")] = None,
    sector: Annotated[str | None, typer.Option(metavar="SECTOR", help="The sector that makes the product.")] = None,
    price: Annotated[str | None, typer.Option(metavar="'1200 USD/t'", help="Of the product in its trade.")] = None,
    stressor: Stressor = None,
    unit: Annotated[str, typer.Option(help="Of the answer.")] = "Mt",
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Split the difference between a table's exports of a sector and a product's trade into named causes."""
    kind = format_of(format, out)
    for option, said in (("sector", sector), ("price", price)):
        if product is None and said is not None:
            raise typer.BadParameter(f"--{option} is for one product: name it")
    from tanheng import accounts
    from tanheng.accounts.hybrids import reconciliation_cases as cases
    from tanheng.cli.output import encoded

    store, one, of = _table(table, year)
    if product is not None:
        fitting.require_there(product)
    paid = None if price is None else _price(price)
    found = [
        accounts.reconciliation(
            name, one, origin=origin, sector=sector, partner=partner, year=trade_year, price=paid, asked=asked,
            rule=rule, stressor=stressor, unit=unit,
        )
        for name in ([product] if product is not None else cases.known())
    ]  # fmt: skip
    if kind == "table":
        shell.show(*(part for each in found for part in _reconciled(each, lang)), path=out)
    else:
        meta = {each.product: {str(key): value for key, value in each.result.attrs.items()} for each in found}
        shell.emit(encoded(kind, _rows(found), meta), out)
    _close(store, table, of, year)


def _table(name: str, year: int | None) -> tuple[Store, Table, int]:
    """The store, and its table of that year or the latest."""
    from tanheng.data import store as stores

    store = stores.open(name)
    asked = store.years[-1] if year is None else chosen(store, year, None)[0]
    return store, store[asked], asked


def _price(text: str) -> Figure:
    """'1200 USD/t' as a figure."""
    from tanheng.accounts import Figure

    value, _, unit = text.strip().partition(" ")
    if "/" not in unit:
        raise typer.BadParameter(f"{text!r} is no price: write it as in '1200 USD/t'")
    return Figure(fitting.number(value), unit.strip(), "given with --price")


def _close(store: Store, table: str, asked: int, year: int | None) -> None:
    from tanheng.cli import describe

    if year is None and len(store.years) > 1:
        shell.note(f"this is {asked}, the latest year; {store.name} holds {describe.spelled(store.years)} (--year)")
    note_faults(table, faults_of(store, asked))


def _rows(found: list[Reconciled]) -> pd.DataFrame:
    """Both readings of each product, a figure a row."""
    import pandas as pd

    frames = []
    for one in found:
        stressor, year = str(one.result.indexes["stressor"][0]), one.result.attrs["year"]
        lead = {"account": "reconciliation", "product": one.product, "stressor": stressor, "year": year}
        frames.append(
            one.frame.assign(effect_unit=one.result.attrs["units"], **lead)[[*lead, *one.frame, "effect_unit"]]
        )
    return pd.concat(frames, ignore_index=True)


# -- for people -------------------------------------------------------------------------------------------------------


def _exchanged(found: Exchanged, table: Table, language: str) -> list[RenderableType]:
    """The exchanges, the parts of the footprint, its total."""
    from tanheng.cli.output import as_tables, figure, head, line, plain_grid, term, terms

    attrs = found.result.attrs
    title, parts, *notes = as_tables([found.result], language)
    numbers = ("bought", "bought_now", "table", "process", "change")
    heads = [f"exchange-{name.replace('_', '-')}" for name in numbers]
    bought = f" ({table.about.currency})"  # the others are in the unit of the title
    titles = [
        f"{one}{bought}" if "bought" in name else one for name, one in zip(numbers, terms(heads, language), strict=True)
    ]
    grid = plain_grid(terms(["path", "exchange-scope"], language), titles)
    for row in found.frame.to_dict("records"):
        words = [_path(row["path"], table, language), term(f"exchange-{row['scope']}", language)]
        grid.add_row(*words, *(figure(row[name]) for name in numbers))
    total = line(term("total", language), f"{figure(found.total)} {attrs['units']}", language)
    demand = line(term("exchange-demand", language), attrs["demand"], language)
    sources = dict.fromkeys(text for text in found.frame["source"] if text)
    of = [line(head("source", language), "; ".join(sources), language)] if sources else []
    listed = [grid] if len(found.frame) else []
    return [title, demand, *listed, parts, total, *notes[:2], *of]


def _path(text: str, table: Table, language: str) -> str:
    """A path with the names of its sectors."""
    from tanheng.cli.output import label
    from tanheng.systems.path_exchange import BETWEEN

    nodes = (node.partition(":") for node in text.split(BETWEEN))
    names = [f"{at} {label('sector', sector, language, table.about.classification)}" for at, _, sector in nodes]
    return BETWEEN.join(names)


def _reconciled(found: Reconciled, language: str) -> list[RenderableType]:
    """Both readings figure by figure, what each cause makes of their difference, and where the figures come from."""
    from tanheng.accounts.formula import METHODS
    from tanheng.cli.output import figure, line, plain_grid, term, terms

    attrs, frame = found.result.attrs, found.frame
    heads = ["reading-top-down", "reading-bottom-up"]
    left = terms(["reading-figure", "unit"], language)
    grid = plain_grid(left, [*terms([*heads, "cause-effect"], language)])
    grid.add_column(term("cause", language))
    for row in frame.to_dict("records"):
        key = "total" if row["factor"] == "total" else f"reading-{row['factor']}"
        marked = [f"{figure(row[side])}{'*' if _marked(row, side) else ''}" for side in ("top_down", "bottom_up")]
        cause = "" if row["factor"] == "total" else term(f"cause-{row['cause']}", language)
        grid.add_row(term(key, language), row["unit"], *marked, figure(row["effect"]), cause)
    stressor = str(found.result.indexes["stressor"][0])
    title = f"{METHODS['reconciliation'].title[language]} [{attrs['units']}], {stressor}, {attrs['year']}"
    sides = [(head, frame[f"{name}_source"]) for head, name in zip(heads, ("top_down", "bottom_up"), strict=True)]
    told = [line(term(head, language), _sources(sources), language) for head, sources in sides]
    note = [found.note[language]] if found.note else []
    return [title, grid, term("reading-proxy", language), term("reading-together", language), *note, *told, ""]


def _marked(row: dict[str, Any], side: str) -> bool:
    return row["factor"] != "total" and bool(row[f"{side}_proxy"])


def _sources(texts: pd.Series[Any]) -> str:
    """What is read, then where its figures come from."""
    *figures, what = texts
    return "; ".join(dict.fromkeys([what, *figures]))
