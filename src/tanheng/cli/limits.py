"""Limits to intensities: what sources emit under the limits of norms, and what of a change the norm did."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, Years, app
from tanheng.cli.questions import date_of, format_of

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from tanheng.systems.limited_sources import LimitedSector


@app.command()
def limits(
    name: Annotated[
        str | None,
        typer.Argument(metavar="SOURCES", help="An embedded example or a TOML file; all are listed if none."),
    ] = None,
    years: Years = None,
    at: Annotated[
        datetime.date | None,
        typer.Option(parser=date_of, metavar="DATE", help="The limits of that day; else those of each year's end."),
    ] = None,
    effects: Annotated[
        bool, typer.Option("--effects", help="Why it changed: activity, closure, factors and the norm apart.")
    ] = False,
    chained: Annotated[bool, typer.Option("--chained", help="With --effects: year by year, summed.")] = False,
    detail: Annotated[bool, typer.Option("--detail", help="Every kind of plant.")] = False,
    stressor: Annotated[list[str] | None, typer.Option(help="A substance; may be repeated. All if not given.")] = None,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Emissions under the limits of norms: activity x min(factor, limit x flue gas), and why they changed."""
    kind = format_of(format, out)
    if (at is not None and effects) or (chained and not effects):
        raise typer.BadParameter("--chained goes with --effects, --at without")
    from tanheng import accounts
    from tanheng.cli import output
    from tanheng.data import limited as embedded

    if name is None:
        shell.show(_listed(lang), path=out)
        return
    sector, asked = embedded.open_limited(name), stressor or None
    if effects:
        ends = (years.first, years.last) if years else (None, None)
        found = accounts.limit_effects(sector, *ends, chained=chained, stressor=asked)
    else:
        wanted = range(years.first, years.last + 1) if years else None
        found = accounts.limited_emissions(sector, years=wanted, at=at, stressor=asked)
    if not detail:
        found = found.sum("process", keep_attrs=True)
    if kind == "table":
        shell.show(*_table(found, sector, lang), path=out)
    else:
        shell.emit(output.ENCODERS[kind]([found]), out)


def _listed(language: str) -> RenderableType:
    from tanheng.cli.output import head, plain_grid
    from tanheng.data import limited as embedded

    grid = plain_grid([head(key, language) for key in ("name", "title", "years")])
    for name in embedded.names():
        one = embedded.open_limited(name)
        grid.add_row(name, one.title[language], f"{one.years[0]}-{one.years[-1]}")
    return grid


def _table(found: xr.DataArray, sector: LimitedSector, language: str) -> list[RenderableType]:
    """A title, a row for each substance (and process), a column for each year or factor, and footnotes."""
    from tanheng.cli.output import figure, head, line, plain_grid, term

    across = "year" if "year" in found.dims else "factor"
    keys = [str(dim) for dim in found.dims if dim != across]
    columns = [str(one) for one in found.indexes[across]]
    if across == "factor":
        columns = [term(f"driver-{one}", language) for one in (*columns, "change")]
    grid = plain_grid([term(key, language) for key in keys], columns)
    flat = found.transpose(*keys, across)
    for place, codes in _rows(flat, keys):
        values = flat.isel(place).values.tolist()
        values += [sum(values)] if across == "factor" else []
        names = [sector.chinese.get(code, code) if language == "zh" else code for code in codes]
        grid.add_row(*names, *(figure(value) for value in values))
    ends = f"{found.attrs['from_year']}-{found.attrs['year']}" if across == "factor" else ""
    title = f"{term(str(found.name), language)} [{found.attrs['units']}], {sector.title[language]}"
    notes = {"method": found.attrs["method"], "norms": found.attrs["norms"], "source": sector.source}
    lines = [line(head(key, language), text, language) for key, text in notes.items()]
    if sector.note:
        lines.append(line(head("note", language), sector.note[language], language))
    return [", ".join(filter(None, (title, ends))), grid, *lines]


def _rows(found: xr.DataArray, keys: list[str]) -> list[tuple[dict[str, int], list[str]]]:
    """The places of the rows, and their labels."""
    from itertools import product

    sizes = [range(found.sizes[key]) for key in keys]
    return [
        (dict(zip(keys, place, strict=True)), [str(found.indexes[k][i]) for k, i in zip(keys, place, strict=True)])
        for place in product(*sizes)
    ]
