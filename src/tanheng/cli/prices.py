"""Prices: what a purchases file means in the money of a table, and how each price came there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, TableName, Year
from tanheng.cli.hybrid import hybrid
from tanheng.cli.questions import faults_of, format_of, note_faults

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from tanheng.labels import Concordance
    from tanheng.systems.prices import Rates
    from tanheng.systems.purchases import Purchases
    from tanheng.systems.table import Table

_SHOWN = 6  # suppliers of a product on a terminal unless --limit says otherwise; files get all

Deflators = Annotated[
    Literal["gdp", "un", "none"], typer.Option(help="Deflators in USD: of GDP to 2022, the UN's to 2016, or none.")
]
RatesFile = Annotated[Path | None, typer.Option("--rates", metavar="FILE", help="Your deflators and exchange rates.")]
Join = Annotated[
    str | None, typer.Option("--concordance", metavar="FILE", help="From the file's sectors to the table's, or a name.")
]


@hybrid.command()
def prices(
    table: TableName,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A purchases file, CSV or TOML.")],
    year: Year = None,
    rates: RatesFile = None,
    deflators: Deflators = "gdp",
    concordance: Join = None,
    steps: Annotated[bool, typer.Option("--steps", help="The steps, in place of the purchases.")] = False,
    format: Format = None,
    out: Out = None,
    limit: Annotated[
        int, typer.Option(min=1, metavar="N", help="At most so many rows a product, the largest.")
    ] = _SHOWN,
    lang: Language = "en",
) -> None:
    """Bring the prices of a purchases file to basic prices of a table, by supplier, and show the steps."""
    kind = format_of(format, out)
    from tanheng.cli import output
    from tanheng.data import store as stores
    from tanheng.data.findings import said
    from tanheng.data.purchases import read_purchases
    from tanheng.systems.purchases import purchases

    store = stores.open(table)
    asked = store.years[-1] if year is None else year
    one = store[asked]
    known = rates_of(rates, deflators, one)
    made = purchases(read_purchases(file), one, known, concordance=concordance_of(concordance))
    frame = _steps(made, lang) if steps else made.frame(one)
    if kind == "table":
        most = limit if out is None else len(frame)
        shell.show(*_shown(one, frame, steps, most, lang), path=out)
    else:
        meta = {"table": one.about.name, "year": one.year, "table_hash": one.hash, "price_basis": one.about.price_basis}
        shell.emit(output.encoded(kind, frame, meta), out)
    for step in made.steps:
        if step.severity != "note":
            shell.note(f"{step.where}: {said(step, lang)[0]}")
    note_faults(table, faults_of(store, asked))


def rates_of(path: Path | None, deflators: str, table: Table) -> Rates:
    """The rates of a file, and behind them those that come with tanheng."""
    from tanheng.data.rates import read_rates, usd_rates
    from tanheng.systems.prices import Rates

    own = Rates() if path is None else read_rates(path)
    if deflators == "none":
        return own
    return own.completed(usd_rates(table.regions, series="un" if deflators == "un" else "gdp"))


def concordance_of(given: str | None) -> Concordance | None:
    """A concordance of a file, or one that comes with tanheng by its name."""
    from tanheng.labels import Concordance

    if given is None:
        return None
    return Concordance.read(given) if given.endswith(".csv") else Concordance.embedded(given)


def _steps(made: Purchases, language: str) -> pd.DataFrame:
    """A row a step: where, product, step, what it did, factor, before, after, unit, source."""
    import pandas as pd

    from tanheng.data.findings import said

    keys = ("factor", "before", "after", "unit", "source")
    rows = [
        {"product": step.values.get("product", ""), "step": step.check, "what": said(step, language)[0]}
        | {key: step.values.get(key) for key in keys}
        for step in made.steps
    ]
    return pd.DataFrame(rows, columns=["product", "step", "what", *keys])


def _shown(table: Table, frame: pd.DataFrame, steps: bool, most: int, language: str) -> list[RenderableType]:
    from tanheng.cli.output import head, line, plain_grid, said, term, terms

    basis = line(head("price_basis", language), said(table.about.price_basis, language), language)
    title = f"{term('purchases', language)}, {table.about.name}, {table.year}; {basis}"
    if not steps:
        return [title, *_suppliers(table, frame, most, language)]
    grid = plain_grid(terms(["purchase-product", "purchase-step"], language))
    for row in frame.to_dict("records"):
        grid.add_row(row["product"], row["what"])
    return [title, grid]


def _suppliers(table: Table, frame: pd.DataFrame, most: int, language: str) -> list[RenderableType]:
    """The largest of each product, in whole money, since a price in millions is hard to read."""
    from tanheng import units
    from tanheng.cli.output import figure, label, more, plain_grid, term, terms

    money = units.parse(table.about.currency)
    code = money.dimension.removeprefix("money ")
    heads = terms(["purchase-product", "component", "region", "sector", "unit"], language)
    grid = plain_grid(heads, terms(["value"], language))
    by_size = frame.reindex(frame["value"].abs().sort_values(ascending=False, kind="stable").index)
    largest = set(by_size.groupby("product", sort=False).head(most).index)
    shown = frame[frame.index.isin(largest)]
    for row in shown.to_dict("records"):
        part = term(f"product-{'own' if row['component'] == 'product' else row['component']}", language)
        places = [(dim, row[dim]) for dim in ("region", "sector")]
        names = [label(dim, name, language, table.about.classification) if name else "" for dim, name in places]
        unit = f"{code}{row['unit'].removeprefix(table.about.currency)}"
        grid.add_row(row["product"], part, *names, unit, figure(row["value"] * money.factor))
    return [grid, *more(len(frame), len(shown))]
