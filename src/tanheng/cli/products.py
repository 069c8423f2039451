"""Products: what is known of them, their footprints, and the emissions embodied in their trade."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import fitting, shell
from tanheng.cli.app import Format, Language, Out, app
from tanheng.cli.ledger import IntoLedger, into_ledger, only_the_answer
from tanheng.cli.questions import format_of
from tanheng.errors import QuestionError

if TYPE_CHECKING:
    import xarray as xr

    from tanheng.data.products import Product
    from tanheng.systems.factors import Factors
    from tanheng.systems.inventory import Inventory
    from tanheng.systems.process import ProcessSystem
    from tanheng.systems.trade import TradeFlows

GWP = "gwp100-ar6"
TOTAL = "GHG"  # the stressor that impacts() makes
_SHOWN = 20  # rows on a terminal unless --limit says otherwise; files get all

product = typer.Typer(name="product", cls=shell.Commands, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(product, name="product", help="Products: list, show, footprint, flows, cbam, exposure.")

Name = Annotated[
    str, typer.Argument(metavar="PRODUCT", help="An embedded product, a product file, or an inventory of processes.")
]
Year = Annotated[int | None, typer.Option(help="The year; the last one there is if not given.")]
Gwp = Annotated[
    str, typer.Option(metavar="SET", help="Warming potentials: gwp100-ar6, ...; 'tanheng norms' lists them.")
]
Allocation = Annotated[
    str,
    typer.Option(metavar="METHOD", help="How co-products share: mass, energy, economic, given, cut-off, substitution."),
]
Otherwise = Annotated[
    str | None, typer.Option("--otherwise", metavar="METHOD", help="How they share where --allocation cannot be taken.")
]
Maker = Annotated[
    list[str] | None,
    typer.Option(metavar="FLOW=PROCESS", help="Who makes a flow that several could; may be repeated."),
]
Fallback = Annotated[str | None, typer.Option(metavar="BASIS", help="What stands in for a missing factor.")]
Mirror = Annotated[str | None, typer.Option(metavar="RULE", help="Which report counts where both sides report.")]
Estimate = Annotated[bool, typer.Option("--estimate", help="Estimate missing weights from values.")]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help="At most so many rows on the terminal.")]


@product.command("list")
def list_(lang: Language = "en") -> None:
    """List the embedded products, and the formats of inventories and of trade that can be read."""
    from tanheng.cli import describe_products as describe

    shell.show(*describe.everything(lang))


@product.command()
def show(
    name: Name,
    year: Year = None,
    find: Annotated[str | None, typer.Option(metavar="TEXT", help="Processes whose name or product has it.")] = None,
    allocation: Allocation = "as given",
    otherwise: Otherwise = None,
    maker: Maker = None,
    limit: Limit = _SHOWN,
    lang: Language = "en",
) -> None:
    """Show what is known of a product: sources, processes or factors, and what was found in reading and linking."""
    from tanheng.cli import describe_products as describe

    one = product_of(name)
    if one is not None:
        shell.show(*describe.product(one, lang))
        if one.has_factors:
            shell.show(*describe.factors(one.factors, find, limit, lang))
            return
    shell.show(*describe.system(system_of(name, one, year, allocation, otherwise, maker), find, limit, lang))


@product.command()
def footprint(
    name: Name,
    process: Annotated[str | None, typer.Option(metavar="PROCESS", help="Its id, name or product.")] = None,
    amount: Annotated[float, typer.Option(help="How much of its product, in its unit.")] = 1.0,
    origin: Annotated[str | None, typer.Option(metavar="REGION", help="Where it is made.")] = None,
    destination: Annotated[
        str | None, typer.Option(metavar="REGION", help="Where it is used; home if not given.")
    ] = None,
    year: Year = None,
    fallback: Fallback = None,
    by: Annotated[str | None, typer.Option(metavar="DIMS", help="stage, process, region, or several.")] = None,
    gwp: Gwp = GWP,
    stressor: Annotated[
        list[str] | None, typer.Option(help="GHG fossil, ...; an elementary flow in place of the impact; 'all'.")
    ] = None,
    allocation: Allocation = "as given",
    otherwise: Otherwise = None,
    maker: Maker = None,
    tree: Annotated[bool, typer.Option("--tree", help="The suppliers behind it, branch by branch.")] = False,
    threshold: Annotated[
        float | None, typer.Option(help="Share of the footprint from which a branch is shown; 0.01 if not given.")
    ] = None,
    unlinked: Annotated[bool, typer.Option("--unlinked", help="The inputs without a maker, with amounts.")] = False,
    price: Annotated[
        list[str] | None, typer.Option(metavar="FLOW=PRICE", help="For --unlinked; may be repeated.")
    ] = None,
    ledger: IntoLedger = False,
    limit: Limit = _SHOWN,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Compute the footprint of a product from cradle to grave, by stage unless told otherwise."""
    kind = format_of(format, out)
    one = product_of(name)
    fitting.require_used(
        one is not None and process is None, tree=tree, threshold=threshold is not None, unlinked=unlinked, price=price,
        by=by is not None, allocation=allocation != "as given", otherwise=otherwise, maker=maker,
        destination=destination, fallback=fallback,
    )  # fmt: skip
    fitting.finite(amount, "--amount")
    only_the_answer(ledger, tree=tree, unlinked=unlinked)
    with fitting.in_the_shell():
        if one is not None and process is None:
            factors = _factors(one, year, gwp)
            results, said = _of_product(one, factors, amount, origin, destination, year, by, stressor, fallback)
            _write_results(results, kind, out, limit, lang, f"{one.title[lang]}{'：' if lang == 'zh' else ': '}{said}")
            fitting.note(results[:1], factors.findings, lang)
            if ledger:
                into_ledger(results)
            return
        system = system_of(name, one, year, allocation, otherwise, maker)
        demand = {fitting.process_of(system, name, process, origin): amount}
        if unlinked:
            _write_unlinked(system, demand, price or [], kind, out, limit, lang)
            return
        asked = fitting.with_impact(system, gwp, stressor, TOTAL)
        if tree:
            share = 0.01 if threshold is None else threshold
            _write_tree(asked, demand, stressor or [TOTAL], share, kind, out, limit, lang)
            return
        from tanheng.accounts import life_cycle

        chosen = None if stressor and "all" in stressor else stressor or [TOTAL]
        result = life_cycle(asked, demand, by, stressor=chosen)
    _write_results([result], kind, out, limit, lang, result.attrs["demand"])
    fitting.note((), asked.findings, lang)
    if ledger:
        into_ledger([result])


@product.command()
def flows(
    name: Name,
    trade: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Trade of your own: UN Comtrade, BACI, Comext, a plain CSV.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="The year; the last one of the trade if not given.")] = None,
    code: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Products of the trade; may be repeated.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="DIMS", help="product, origin, region, to_region, stage.")] = None,
    balance: Annotated[bool, typer.Option("--balance", help="Exports, imports and net of every region.")] = False,
    avoided: Annotated[bool, typer.Option("--avoided", help="Avoided emissions, beside and never inside.")] = False,
    basis: Annotated[
        Literal["chain", "own"], typer.Option(help="All behind a product, or of its maker alone.")
    ] = "chain",
    transport: Annotated[
        Literal["origin", "destination", "international"], typer.Option(help="Who bears the transport.")
    ] = "origin",
    stressor: Annotated[list[str] | None, typer.Option(help="A stressor of the factors; may be repeated.")] = None,
    fallback: Fallback = None,
    mirror: Mirror = None,
    estimate: Estimate = False,
    unit: Annotated[str, typer.Option(help="Of the answer.")] = "kt",
    gwp: Gwp = GWP,
    ledger: IntoLedger = False,
    limit: Limit = _SHOWN,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Compute the emissions embodied in the trade of a product, from where it is made to where it goes."""
    kind = format_of(format, out)
    from tanheng import accounts

    if balance and avoided:
        raise typer.BadParameter("give --balance or --avoided, not both")
    one = product_of(name)
    if one is None:
        raise QuestionError(f"{name} is no product", hint="'tanheng product list' names them; or give a product file")
    more: dict[str, Any] = {"stressor": stressor or None, "fallback": fallback, "transport": transport, "unit": unit}
    with fitting.in_the_shell():
        traded = _trade(one, trade, year, code, mirror, estimate)
        asked = traded.years[-1] if year is None else year
        factors = _factors(one, asked, gwp)
        if avoided:
            result = accounts.avoided_emissions(factors, traded, asked, by, **more)
        else:
            ask = accounts.product_balance if balance else accounts.product_flows
            result = ask(factors, traded, asked, by, basis=basis, **more)
    _write_results([result], kind, out, limit, lang)
    fitting.note([result], (*traded.findings, *factors.findings), lang)
    if ledger:
        into_ledger([result])


# -- what is asked of --------------------------------------------------------------------------------------------------


def product_of(name: str) -> Product | None:
    """The embedded product of that name or the product file; None for a path to anything else."""
    from tanheng.data import products

    fitting.require_there(name)
    path = Path(name)
    other = path.exists() and path.suffix != ".toml" and not (path / "product.toml").exists()
    return None if other and name not in products.names() else products.open(name)


def _inventory(name: str, one: Product | None, year: int | None) -> Inventory:
    from tanheng.data.inventory import read_inventory

    if one is not None:
        return one.inventory(year)
    if year is not None:
        raise QuestionError(f"{name} has no years", hint="leave --year out; product files have them")
    return read_inventory(name)


def system_of(
    name: str,
    one: Product | None,
    year: int | None,
    allocation: str,
    otherwise: str | None,
    makers: list[str] | None,
) -> ProcessSystem:
    from tanheng.systems.allocation import allocate
    from tanheng.systems.assembly import assemble

    given = _inventory(name, one, year)
    inventory = allocate(given, allocation, fallback=otherwise)  # type: ignore[arg-type]  # it checks the names
    return assemble(inventory, fitting.each_once(makers))


def _factors(one: Product, year: int | None, gwp: str) -> Factors:
    """The factors of a product, those it comes with or those of its processes."""
    from tanheng import accounts

    if one.has_factors and gwp != GWP:
        raise QuestionError(f"the factors of {one.id} are weighted already", hint="leave --gwp out")
    fitting.require_gwp(gwp)
    return one.factors if one.has_factors else accounts.product_factors(one, year, gwp=gwp)


def _of_product(
    one: Product,
    factors: Factors,
    amount: float,
    origin: str | None,
    destination: str | None,
    year: int | None,
    by: str | None,
    stressor: list[str] | None,
    fallback: str | None,
) -> tuple[list[xr.DataArray], str]:
    """The footprint of an amount made at ``origin`` and used at ``destination``, what it avoids, and that in words."""
    from tanheng import accounts
    from tanheng.systems.trade import TradeFlows

    asked = year or (one.years[1] if one.years else _last_year(factors))
    if origin is None:
        hint = f"give --origin, such as {', '.join(_origins(factors, one.id)[:6])}"
        raise QuestionError(f"where is {one.id} made?", hint=hint)
    places = _origins(factors, one.id)
    origin = fitting.place(origin, places)
    destination = fitting.place(destination, places) if destination else origin
    row = {"year": asked, "product": one.id, "origin": origin, "destination": destination}
    trade = TradeFlows.of([row | {"quantity": amount, "unit": one.unit}], one.title["en"])
    more: dict[str, Any] = {"stressor": stressor or None, "fallback": fallback, "unit": "kg"}
    results = [accounts.product_flows(factors, trade, asked, by or "stage", **more)]
    if (factors.frame["line"] == "credit").any():
        results.append(accounts.avoided_emissions(factors, trade, asked, by or "stage", **more))
    return results, f"{amount:g} {one.unit}, {origin} > {destination}, {asked}"


def _last_year(factors: Factors) -> int:
    """The last year of the factors; where they hold for any, this one."""
    years = factors.frame["year"].dropna()
    return int(years.max()) if len(years) else datetime.date.today().year


def _origins(factors: Factors, product: str) -> list[str]:
    frame = factors.frame
    rows = frame[(frame["product"] == product) & (frame["stage"] == "production")]
    return sorted(set(rows["origin"]) - {"*"})


def _trade(
    one: Product, path: Path | None, year: int | None, codes: list[str] | None, mirror: str | None, estimate: bool
) -> TradeFlows:
    """The trade that comes with the product, or that of a file, brought to one row a flow."""
    from tanheng.data.trade import read_trade

    traded = one.trade if path is None else read_trade(path, years=year, products=codes)
    if codes and path is None:
        traded = traded.only(products=codes)
    return fitting.settled(traded, mirror, estimate)


# -- answers -----------------------------------------------------------------------------------------------------------


def _write_results(
    results: list[xr.DataArray], kind: str, out: Path | None, limit: int, language: str, heading: str = ""
) -> None:
    """The results as tables, in a file whole; or their rows, without pairs of regions between which nothing goes."""
    from tanheng import accounts
    from tanheng.cli import describe_products as describe
    from tanheng.cli import output

    if kind == "table":
        shell.show(
            *([heading] if heading else []),
            *describe.answers(results, limit if out is None else sys.maxsize, language),
            path=out,
        )
        return
    frame = accounts.tidy(results)
    meta = {str(one.attrs["account"]): {str(key): value for key, value in one.attrs.items()} for one in results}
    shell.emit(output.encoded(kind, output.between(frame), meta), out)


def _write_tree(
    system: ProcessSystem,
    demand: dict[str, float],
    stressors: list[str],
    threshold: float,
    kind: str,
    out: Path | None,
    limit: int,
    language: str,
) -> None:
    from tanheng import accounts
    from tanheng.cli import describe_products as describe
    from tanheng.cli import output

    if len(stressors) > 1 or "all" in stressors:
        raise typer.BadParameter("--tree is of one --stressor")
    found = accounts.upstream(system, demand, stressors[0], threshold=threshold)
    if kind == "table":
        shell.show(*describe.tree(found, limit, language), path=out)
    else:
        meta = found.attrs | {"total": found.total, "remainder": found.remainder}
        shell.emit(output.encoded(kind, found.frame, meta), out)
    fitting.note((), system.findings, language)


def _write_unlinked(
    system: ProcessSystem,
    demand: dict[str, float],
    prices: list[str],
    kind: str,
    out: Path | None,
    limit: int,
    language: str,
) -> None:
    from tanheng import accounts
    from tanheng.cli import describe_products as describe
    from tanheng.cli import output

    found = accounts.unlinked(system, demand, fitting.numbers(prices))
    if kind == "table":
        shell.show(*describe.unlinked(found, limit, language), path=out)
    else:
        shell.emit(output.encoded(kind, found, dict(found.attrs)), out)
