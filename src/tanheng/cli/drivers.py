"""Drivers: why an account changed from one year to another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, Span, TableName, app, within
from tanheng.cli.questions import faults_of, format_of, note_faults
from tanheng.errors import MissingError, QuestionError

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from tanheng.cli.shell import Progress
    from tanheng.data.store import Store
    from tanheng.systems.table import Table


@app.command()
def drivers(
    table: TableName = "world",
    first: Annotated[int | None, typer.Option("--from", metavar="YEAR", help="The first if not given.")] = None,
    last: Annotated[int | None, typer.Option("--to", metavar="YEAR", help="The last if not given.")] = None,
    factors: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Such as intensity,technology,demand; all takes population too."),
    ] = None,
    method: Annotated[
        Literal["shapley", "polar", "lmdi"], typer.Option(help="Mean over all orders, polar mean, or Kaya by LMDI-I.")
    ] = "shapley",
    account: Annotated[
        Literal["consumption", "production"] | None, typer.Option(help="Consumption if not given; lmdi: production.")
    ] = None,
    by: Annotated[str, typer.Option(metavar="DIMS", help="Dimensions kept: region, sector, both, or ''.")] = "region",
    stressor: Annotated[list[str] | None, typer.Option(help="A stressor; may be repeated. All if not given.")] = None,
    group: Annotated[str | None, typer.Option(metavar="GROUPING", help="oecd, oecd@2020, or a file.")] = None,
    base: Annotated[
        int | None, typer.Option(metavar="YEAR", help="Deflate to prices of that year, by GDP deflators (USD).")
    ] = None,
    previous: Annotated[
        str | None, typer.Option(metavar="TABLE", help="The same in previous years' prices; with --chained.")
    ] = None,
    current_prices: Annotated[
        bool, typer.Option("--current-prices", help="Go on although what prices did reads as technology.")
    ] = False,
    chained: Annotated[bool, typer.Option("--chained", help="Year by year, summed.")] = False,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Share out the change of an account among its drivers: intensity, technology, origin, mix, level, population."""
    kind = format_of(format, out)
    if previous is not None and (not chained or base is not None):
        raise typer.BadParameter("--previous goes with --chained, and without --base")
    from tanheng.accounts.decomposition import chained as ask_chained
    from tanheng.accounts.decomposition import drivers as ask
    from tanheng.cli import output
    from tanheng.data import store as stores

    store = stores.open(table)
    years = _years(store, first, last, chained)
    options: dict[str, Any] = {
        "factors": factors,
        "method": method,
        "account": account or ("production" if method == "lmdi" else "consumption"),
        "stressor": stressor or None,
        "group_by": group,
        "current_prices": current_prices,
    }
    with shell.progress() as progress:
        tables = _tables(store, years, base, progress)
        if chained:
            found = ask_chained(tables, by, previous=stores.open(previous) if previous else None, **options)
        else:
            found = ask(next(tables), next(tables), by, **options)
    if kind == "table":
        shell.show(*as_table(found, lang), path=out)
    else:
        shell.emit(output.ENCODERS[kind]([found]), out)
    note_faults(table, [fault for year in (years[0], years[-1]) for fault in faults_of(store, year)])


def _years(store: Store, first: int | None, last: int | None, chained: bool) -> tuple[int, ...]:
    """The years compared: the two ends, or with those between."""
    ends = store.years[0] if first is None else first, store.years[-1] if last is None else last
    if len(store.years) < 2:
        raise QuestionError("there is one year alone", where=store.name, hint="store a second year beside it")
    if ends[0] >= ends[1]:
        raise QuestionError(f"{ends[1]} is not after {ends[0]}", where=store.name, hint="give --from and --to")
    if chained:
        return within(store, Span(*ends))
    for year in ends:
        if year not in store.years:
            hint = f"it holds {store.years[0]} to {store.years[-1]}"
            raise MissingError(f"there is no year {year}", where=store.name, hint=hint)
    return ends


def _tables(store: Store, years: tuple[int, ...], base: int | None, progress: Progress) -> Iterator[Table]:
    from tanheng.accounts.prices import constant_prices

    for done, year in enumerate(years):
        progress("drivers", done, len(years))
        yield store[year] if base is None else constant_prices(store[year], base)


# -- for people -------------------------------------------------------------------------------------------------------


def as_table(found: xr.DataArray, language: str) -> list[RenderableType]:
    """A title, a row for each region or sector with a column for each factor and their sum, and footnotes.

    Chained years are summed, and stand in rows of their own where nothing else is kept.
    """
    from tanheng.cli.output import term

    if "year" in found.dims and {"region", "sector"} & set(found.dims):
        found = found.sum("year", keep_attrs=True)
    several = found.sizes["stressor"] > 1
    keys = [str(dim) for dim in found.dims if dim != "factor" and (several or dim != "stressor")]
    ends = f"{found.attrs['from_year']}-{found.attrs['year']}"
    units = "; ".join(dict.fromkeys(found["unit"].values.tolist()))
    title = f"{term('drivers', language)} [{units}], {', '.join(found.indexes['stressor'])}, {ends}"
    return [
        f"{title}: {term(found.attrs['of'], language)}",
        _grid(found, keys, language),
        *_footnotes(found, language),
    ]


def _grid(found: xr.DataArray, keys: list[str], language: str) -> RenderableType:
    from tanheng.cli.output import _number, _places, label, plain_grid, term

    factors = found.indexes["factor"].tolist()
    heads = [term(f"driver-{name}", language) for name in (*factors, "change")]
    grid = plain_grid([term(key, language) for key in keys], heads)
    values = found.transpose("stressor", *(key for key in keys if key != "stressor"), "factor").values
    values = values.reshape(-1, len(factors))
    rows = [[*row, row.sum()] for row in values]
    names = [
        [
            label(key, str(code), language, str(found.attrs["classification"]))
            for key, code in zip(keys, codes, strict=True)
        ]
        for codes in product(*(found.indexes[key] for key in keys))
    ]
    if keys and "stressor" not in keys:
        whole = values.sum(axis=0)
        rows.append([*whole, whole.sum()])
        names.append([term("total", language), *[""] * (len(keys) - 1)])
    places = _places(max(abs(number) for row in rows for number in row))
    for name, row in zip(names, rows, strict=True):
        grid.add_row(*name, *(_number(number, places) for number in row))
    return grid


def _footnotes(found: xr.DataArray, language: str) -> list[str]:
    from tanheng.cli.output import groups_of, head, line, said

    attrs = found.attrs
    table = (
        f"{attrs['from_table']} ({attrs['from_year']} #{attrs['from_hash'][:12]}), {attrs['table']} ({attrs['year']} "
    )
    table += f"#{attrs['table_hash'][:12]}); tanheng {attrs['tanheng']}"
    lines = [line(head("table", language), table, language), line(head("method", language), attrs["method"], language)]
    lines.append(line(head("price_basis", language), said(attrs["price_basis"], language), language))
    groups = groups_of(found, language)
    return [*lines, line(head("groups", language), groups, language)] if groups else lines
