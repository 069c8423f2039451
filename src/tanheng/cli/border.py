"""The EU's border adjustment (CBAM): certificates for a shipment, and what it asks for a country's exports."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tanheng.cli import fitting, shell
from tanheng.cli.app import Format, Language, Out, Span, span
from tanheng.cli.products import Estimate, Limit, Mirror, product
from tanheng.cli.questions import date_of, format_of

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

_FROM = 2026  # when certificates are first due
_SHOWN = 20
_UNITS = {"mass": "t", **dict.fromkeys(("embedded", "free", "due", "low", "high"), "t CO2e"), "cost": "EUR"}

Origin = Annotated[str, typer.Option(metavar="REGION", help="Where the goods are made (ISO 3166-1 alpha-3).")]
Price = Annotated[float | None, typer.Option(metavar="EUR", help="Of a certificate, in EUR per t CO2e.")]


@product.command()
def cbam(
    code: Annotated[str, typer.Argument(metavar="CN", help="The CN code of the goods.")],
    origin: Origin,
    mass: Annotated[float, typer.Option(help="Tonnes of goods.")] = 1.0,
    at: Annotated[
        datetime.date | None,
        typer.Option(parser=date_of, metavar="DATE", help="Day of import, or a year; today if not given."),
    ] = None,
    price: Price = None,
    paid: Annotated[float, typer.Option(metavar="EUR", help="Carbon price paid abroad, in all.")] = 0.0,
    produced: Annotated[int | None, typer.Option(metavar="YEAR", help="Year of production, if another.")] = None,
    year_mass: Annotated[
        float | None, typer.Option(metavar="T", help="Tonnes the importer brings in that year.")
    ] = None,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Certificates due for a shipment at the default values of its origin, step by step."""
    kind = format_of(format, out)
    from tanheng import accounts

    when, origin = at or datetime.date.today(), fitting.country(origin)
    for name, value in (("--mass", mass), ("--price", price or 0.0), ("--paid", paid)):
        fitting.finite(value, name)
    if year_mass is not None and year_mass < mass:
        raise typer.BadParameter(f"--year-mass {year_mass:g} is less than the --mass of this shipment, {mass:g}")
    found = accounts.certificates(
        mass, origin=origin, at=when, cn=code, produced=produced, paid=paid, price=price, year_mass=year_mass
    )
    _write(
        found.steps.drop(columns=["low", "high"]),
        found.attrs,
        kind,
        out,
        lang,
        len(found.lines),
        f"{code}, {origin}, {when}",
    )


@product.command()
def exposure(
    trade: Annotated[
        Path, typer.Argument(metavar="FILE", help="Trade by CN or HS code: UN Comtrade, BACI, Comext, CSV.")
    ],
    origin: Origin,
    year: Annotated[int | None, typer.Option(help="The year of the trade; its last one if not given.")] = None,
    years: Annotated[
        Span | None, typer.Option(parser=span, metavar="A:B", help="Years of CBAM; 2026 to 2030 if not given.")
    ] = None,
    price: Price = None,
    prices: Annotated[
        list[str] | None, typer.Option(metavar="YEAR=EUR", help="A price by year; may be repeated.")
    ] = None,
    mirror: Mirror = None,
    estimate: Estimate = False,
    by_product: Annotated[bool, typer.Option("--detail", help="Every good and destination.")] = False,
    limit: Limit = _SHOWN,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """What CBAM would ask for a country's exports to the EU as they were, at default values, year by year."""
    kind = format_of(format, out)
    from tanheng import accounts, labels
    from tanheng.data.trade import read_trade

    if price is not None and prices:
        raise typer.BadParameter("give --price or --prices, not both")
    origin = fitting.country(origin)
    asked = range(years.first, years.last + 1) if years else range(_FROM, _FROM + 5)
    by_year = {int(fitting.number(key)): value for key, value in fitting.numbers(prices).items()}
    with fitting.in_the_shell():
        traded = fitting.settled(read_trade(trade, years=year), mirror, estimate)
        found = accounts.exposure(traded, origin, year or traded.years[-1], at=asked, prices=by_year or price)
    frame = found.frame if by_product else found.totals.reset_index()
    _write(frame, found.attrs, kind, out, lang, limit, f"{origin}, {year or traded.years[-1]}")
    fitting.note((), traded.findings, lang)
    if len(found.outside):
        shell.note(labels.term("outside-cbam", lang).format(count=found.outside["product"].nunique()))


def _write(
    frame: pd.DataFrame, attrs: Mapping[str, Any], kind: str, out: Path | None, language: str, most: int, title: str
) -> None:
    from tanheng.cli import output

    if kind != "table":
        shell.emit(output.encoded(kind, frame, attrs), out)
        return
    shell.show(f"CBAM, {title}", _table(frame, language, most), path=out)


def _table(frame: pd.DataFrame, language: str, most: int) -> RenderableType:
    """Numbers behind the words, or, where there is a word a step, between the step and what it rests on."""
    from rich.console import Group

    from tanheng.cli.output import figure, more, plain_grid, term

    numbers = [str(name) for name in frame.columns if frame[name].dtype.kind == "f"]
    words = [str(name) for name in frame.columns if name not in numbers]
    order = [words[0], *numbers, *words[1:]] if words[0] == "step" else [*words, *numbers]
    grid = plain_grid(())
    for name in order:
        unit = f" [{_UNITS[name]}]" if name in _UNITS else ""
        grid.add_column(f"{term(name, language)}{unit}", justify="right" if name in numbers else "left")
    for row in frame.head(most).to_dict("records"):
        texts = {name: term(str(row[name]), language) if name == "step" else str(row[name]) for name in words}
        grid.add_row(*(figure(row[name]) if name in numbers else texts[name] for name in order))
    return Group(grid, *more(len(frame), most))
