"""Paths and network: a footprint taken apart, chain by chain and flow by flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, TableName, Year, app, chosen
from tanheng.cli.questions import faults_of, format_of, note_faults

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tanheng.accounts.networks import Network
    from tanheng.accounts.structural_paths import Paths
    from tanheng.data.store import Store
    from tanheng.systems.table import Table

_SHOWN = 20  # on a terminal unless --limit says otherwise; files get all

Ends = tuple[str | None, str | None]


def _share(text: str | float) -> float:
    """A share written as 0.01% or as 1e-4."""
    number, percent, rest = str(text).partition("%")
    try:
        share = float(number) / (100 if percent else 1)
    except ValueError:
        share = 0.0
    if rest or not 0 < share < 1:
        raise typer.BadParameter(f"{text!r} is not a share between 0 and 1, such as 0.01% or 1e-4")
    return share


def _node(text: str) -> Ends:
    """A node written as REGION:SECTOR; either may be empty, and then is any."""
    region, colon, sector = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"{text!r} is not of the form REGION:SECTOR (either may be empty: any)")
    return region or None, sector or None


Region = Annotated[str | None, typer.Option(metavar="REGION", help="Whose final demand. All regions' if not given.")]
Demand = Annotated[str | None, typer.Option(metavar="CATEGORY", help="One category of final demand.")]
Sector = Annotated[str | None, typer.Option(metavar="SECTOR", help="The final product, wherever it is made.")]
Stressor = Annotated[str | None, typer.Option(help="The stressor; needed where the table has several.")]
Between = Annotated[
    tuple[str, str] | None,
    typer.Option(metavar="FROM TO", help="Emitter and final product, each REGION:SECTOR (either may be empty: any)."),
]
Threshold = Annotated[float, typer.Option(parser=_share, metavar="SHARE", help="Of the footprint: 0.01% or 1e-4.")]


@app.command()
def paths(
    table: TableName = "world",
    region: Region = None,
    sector: Sector = None,
    between: Between = None,
    demand: Demand = None,
    stressor: Stressor = None,
    year: Year = None,
    threshold: Threshold = 1e-4,
    layers: Annotated[int | None, typer.Option(min=0, metavar="K", help="At most so many purchases.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many paths, the largest.")] = None,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Rank the paths of a footprint: from the sector that emits, through its buyers, to the final product."""
    kind = format_of(format, out)
    from tanheng.accounts.structural_paths import paths as ask
    from tanheng.cli.output import encoded

    store, one, asked = _asked(table, year)
    emitter, product = _ends(between, sector)
    found = ask(
        one,
        stressor=stressor,
        region=region,
        demand=demand,
        product=product,
        emitter=emitter,
        threshold=threshold,
        limit=limit,
        layers=layers,
    )
    if kind == "table":
        shell.show(*_path_tables(found, one, _SHOWN if limit is None else limit, lang), path=out)
    else:
        shell.emit(encoded(kind, found.frame, _meta(found), layers=found.layers), out)
    if found.attrs["exhausted"]:
        share = abs(found.attrs["complete"] / found.total)
        shell.note(f"the search was cut short: all paths above {share:.3g} of the footprint are here, smaller ones not")
    _close(store, table, asked, year)


@app.command()
def network(
    table: TableName = "world",
    region: Region = None,
    sector: Sector = None,
    between: Between = None,
    demand: Demand = None,
    stressor: Stressor = None,
    year: Year = None,
    by: Annotated[Literal["region", "sector"] | None, typer.Option(help="Join sectors, or regions.")] = None,
    threshold: Threshold = 1e-3,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many flows, the largest.")] = None,
    communities: Annotated[bool, typer.Option("--communities", help="Find groups of nodes (needs networkx).")] = False,
    nodes: Annotated[bool, typer.Option("--nodes", help="Write the nodes; JSON has both.")] = False,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """List the strongest flows of embodied emissions between sectors, and what passes through each."""
    kind = format_of(format, out)
    from tanheng.accounts.networks import network as ask
    from tanheng.cli.output import encoded

    store, one, asked = _asked(table, year)
    emitter, product = _ends(between, sector)
    found = ask(
        one,
        stressor=stressor,
        region=region,
        demand=demand,
        product=product,
        emitter=emitter,
        by=by,
        threshold=threshold,
        limit=limit,
        communities=communities,
    )
    if kind == "table":
        shell.show(*_network_tables(found, one, nodes, _SHOWN if limit is None or nodes else limit, lang), path=out)
    elif kind == "json":
        shell.emit(encoded(kind, found.edges, _meta(found), nodes=found.nodes), out)
    else:
        shell.emit(encoded(kind, found.nodes if nodes else found.edges, _meta(found)), out)
    _close(store, table, asked, year)


def _asked(table: str, year: int | None) -> tuple[Store, Table, int]:
    """The store, and its table of that year or the latest."""
    from tanheng.data import store as stores

    store = stores.open(table)
    asked = store.years[-1] if year is None else chosen(store, year, None)[0]
    return store, store[asked], asked


def _ends(between: Ends | None, sector: str | None) -> tuple[Ends | None, Ends | None]:
    """Emitter and final product."""
    if between is None:
        return None, None if sector is None else (None, sector)
    if sector is not None:
        raise typer.BadParameter("give --sector or --between, whose second is the final product, not both")
    return _node(str(between[0])), _node(str(between[1]))


def _close(store: Store, table: str, asked: int, year: int | None) -> None:
    from tanheng.cli import describe

    if year is None and len(store.years) > 1:
        shell.note(f"this is {asked}, the latest year; {store.name} holds {describe.spelled(store.years)} (--year)")
    note_faults(table, faults_of(store, asked))


# -- for programs -----------------------------------------------------------------------------------------------------


def _meta(found: Paths | Network) -> dict[str, dict[str, Any]]:
    own = {"total": found.total} | ({"remainder": found.remainder} if hasattr(found, "remainder") else {})
    return {str(found.attrs["year"]): found.attrs | own}


# -- for people -------------------------------------------------------------------------------------------------------


def _path_tables(found: Paths, table: Table, most: int, language: str) -> list[RenderableType]:
    """A title, the largest paths, the layers, and what is left."""
    from tanheng.cli.output import figure, line, plain_grid, term, terms

    grid = plain_grid([term("rank", language), term("path", language)], terms(("layer", "share", "value"), language))
    for row in found.frame.head(most).itertuples():
        hops = (_hop(table, at, language) for at in found.nodes[row.Index, : row.layer + 1])
        grid.add_row(str(row.rank), " > ".join(hops), str(row.layer), f"{row.share:.2%}", figure(row.value))
    by_layer = plain_grid([term("layer", language)], terms(("value", "share", "listed", "paths"), language))
    for row in found.layers.itertuples():
        by_layer.add_row(str(row.layer), figure(row.value), f"{row.share:.2%}", figure(row.found), str(row.paths))
    beyond = found.attrs["beyond"]
    by_layer.add_row(term("beyond", language), figure(beyond), f"{beyond / found.total:.2%}", "", "")
    unit = found.attrs["units"]
    sums = {"total": found.total, "listed": found.total - found.remainder, "remainder": found.remainder}
    if "direct" in found.attrs:
        sums["direct"] = found.attrs["direct"]
    totals = "; ".join(line(term(key, language), f"{figure(value)} {unit}", language) for key, value in sums.items())
    more = [f"+ {len(found.frame) - most} (--limit N, -o FILE)"] if len(found.frame) > most else []
    return [_title("structural-paths", found, language), grid, *more, totals, by_layer, *_footnotes(found, language)]


def _network_tables(found: Network, table: Table, nodes: bool, most: int, language: str) -> list[RenderableType]:
    import pandas as pd

    from tanheng.cli.output import figure, plain_grid, terms

    frame = (found.nodes.sort_values("betweenness", ascending=False) if nodes else found.edges).iloc[:, 4:]
    names = [name for name in frame.columns if frame[name].dtype.kind != "f"]
    numbers = [name for name in frame.columns if name not in names]
    grid = plain_grid(terms(names, language), terms(numbers, language))
    for row in frame.head(most).to_dict("records"):
        values = [f"{row[key]:.2%}" if key == "share" else figure(row[key]) for key in numbers]
        grid.add_row(
            *(_label(table, name, "–" if pd.isna(row[name]) else str(row[name]), language) for name in names), *values
        )
    more = [f"+ {len(frame) - most} (--limit N, -o FILE)"] if len(frame) > most else []
    return [_title("network", found, language), grid, *more, *_footnotes(found, language)]


def _title(key: str, found: Paths | Network, language: str) -> str:
    from tanheng.cli.output import label, term

    attrs = found.attrs
    of = [label(dim, attrs[dim], language) for dim in ("to_region", "demand") if dim in attrs]
    of += [f"{term(key, language)} {attrs[key]}" for key in ("emitter", "product") if key in attrs]
    return f"{term(key, language)} [{attrs['units']}], " + ", ".join([attrs["stressor"], str(attrs["year"]), *of])


def _hop(table: Table, at: int, language: str) -> str:
    region, sector = divmod(int(at), len(table.sectors))
    return f"{table.regions[region]} {_label(table, 'sector', table.sectors[sector], language)}"


def _label(table: Table, dim: str, code: str, language: str) -> str:
    from tanheng.cli.output import label

    return code if "region" in dim else label(dim.removeprefix("to_"), code, language, table.about.classification)


def _footnotes(found: Paths | Network, language: str) -> list[str]:
    from tanheng.cli.output import head, line

    attrs = found.attrs
    table = f"{attrs['table']} ({attrs['year']} #{attrs['table_hash'][:12]}); tanheng {attrs['tanheng']}"
    return [line(head(key, language), text, language) for key, text in (("table", table), ("method", attrs["method"]))]
