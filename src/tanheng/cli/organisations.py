"""Firms and cities: their full-scope footprints from activities and spending."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tanheng.cli import fitting, shell
from tanheng.cli.app import Format, Language, Out
from tanheng.cli.hybrid import hybrid
from tanheng.cli.questions import faults_of, format_of, note_faults

if TYPE_CHECKING:
    import pandas as pd

    from tanheng.accounts.hybrids.organisation_lives import Systems
    from tanheng.accounts.hybrids.organisations import OrganisationAccount
    from tanheng.data.organisation import OrganisationFile
    from tanheng.data.store import Store
    from tanheng.systems.factors import Factors
    from tanheng.systems.prices import Rates
    from tanheng.systems.process import ProcessSystem
    from tanheng.systems.table import Table

_SHOWN = 40  # rows on a terminal unless --limit says otherwise; files get all
_TOTAL = "CO2e"

_Part = Literal["footprint", "removed", "coverage", "beside", "steps"]


@hybrid.command()
def organisation(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Activities and spending: TOML, CSV or a workbook.")
    ] = None,
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help="A stored name, or a plain table.")] = "world",
    year: Annotated[
        int | None, typer.Option(help="Of the table; that of the file, or the nearest, if not given.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="DIMS", help="scope, category, item, stage, region, sector, method, basis, or several."),
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="What was taken out, and what counts in its place.")
    ] = False,
    coverage: Annotated[bool, typer.Option("--coverage", help="What the footprint and the spending rest on.")] = False,
    beside: Annotated[bool, typer.Option("--beside", help="What is shown and never counted.")] = False,
    steps: Annotated[bool, typer.Option("--steps", help="How prices became those of the table.")] = False,
    stressor: Annotated[list[str] | None, typer.Option(help="A stressor; may be repeated. All if not given.")] = None,
    unit: Annotated[str, typer.Option(help="Of the answer.")] = "t",
    energy: Annotated[
        list[str] | None, typer.Option(metavar="SECTOR", help="A sector that makes electricity; may be repeated.")
    ] = None,
    rates: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Deflators and exchange rates besides those of the file.")
    ] = None,
    gwp: Annotated[str, typer.Option(metavar="SET", help="Warming potentials of products.")] = "gwp100-ar6",
    example: Annotated[
        Literal["firm", "city"] | None, typer.Option(help="Write a commented file to begin with, and end.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many rows on the terminal.")] = _SHOWN,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Compute the full-scope footprint of a firm or a city, by scope and category unless told otherwise."""
    if example is not None:
        from tanheng.data.organisation import example as text_of

        shell.emit(text_of(example).encode(), out)
        return
    if file is None:
        raise typer.BadParameter("name a FILE; --example firm or --example city writes one to begin with")
    part = _part(by, removed=removed, coverage=coverage, beside=beside, steps=steps)
    kind = format_of(format, out)
    from tanheng.accounts.hybrids.organisations import organisation_account
    from tanheng.data import store as stores
    from tanheng.data.organisation import read_organisation

    given, store = read_organisation(file), stores.open(table)
    asked = _year(store, given.organisation.year) if year is None else year
    with fitting.in_the_shell():
        found = organisation_account(
            given.organisation, store[asked], systems=_systems(given, file.parent, gwp), unit=unit,
            rates=_rates(given, rates, store[asked]), stressor=stressor or None, energy=energy or None,
        )  # fmt: skip
        _write(found, part, by, kind, out, limit, lang)
    _note(found, lang)
    if year is None and asked != given.organisation.year:
        shell.note(f"{table} has no {given.organisation.year}: this is its year {asked} (--year)")
    note_faults(table, faults_of(store, asked))


def _part(by: str | None, **asked: bool) -> _Part:
    """The one part that was asked for; a usage error for two."""
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise typer.BadParameter(f"give --{chosen[0]} or --{chosen[1]}, not both")
    if chosen and by is not None:
        raise typer.BadParameter(f"--by is for the footprint: leave it out beside --{chosen[0]}")
    return chosen[0] if chosen else "footprint"  # type: ignore[return-value]


def _year(store: Store, wanted: int) -> int:
    """That year of the table, or the nearest that it has."""
    return min(store.years, key=lambda year: (abs(year - wanted), year))


def _rates(given: OrganisationFile, path: Path | None, table: Table) -> Rates:
    """The rates of the file, then those of another, then the reference series for prices in USD."""
    from tanheng.data.rates import read_rates, usd_rates

    found = given.rates.completed(read_rates(path)) if path else given.rates
    return found.completed(usd_rates(table.regions))


def _systems(given: OrganisationFile, folder: Path, gwp: str) -> Systems:
    """The products that the lines name: factors, or a process system where each line names a process."""
    fitting.require_gwp(gwp)
    return {name: _system(given, name, folder, gwp) for name in given.products}


def _system(given: OrganisationFile, name: str, folder: Path, gwp: str) -> ProcessSystem | Factors:
    from tanheng.accounts import product_factors
    from tanheng.data import products
    from tanheng.data.inventory import read_inventory
    from tanheng.systems.allocation import allocate
    from tanheng.systems.assembly import assemble
    from tanheng.systems.impacts import impacts

    year, path = given.organisation.year, folder / name
    if path.exists() and path.suffix != ".toml" and not (path / "product.toml").exists():
        inventory = read_inventory(path)
    else:
        one = products.open(path if path.exists() else name)
        if one.has_factors:
            return one.factors
        if not all(item.process for item in given.organisation.items if item.product == name):
            return product_factors(one, year, gwp=gwp)
        inventory = one.inventory(year)
    return impacts(assemble(allocate(inventory)), gwp, _TOTAL).only([0])


def _write(
    found: OrganisationAccount, part: _Part, by: str | None, kind: str, out: Path | None, limit: int, lang: str
) -> None:
    from tanheng.cli import describe_organisations as describe
    from tanheng.cli.output import encoded

    result = found.footprint(by)
    if kind == "table":
        most = limit if out is None else sys.maxsize
        shown = getattr(describe, part)
        parts = shown(found, result, most, lang) if part == "footprint" else shown(found, lang)
        shell.show(*parts, path=out)
        return
    frames = {name: getattr(found, name) for name in ("removed", "coverage", "beside", "uncounted")}
    rows = describe.nonzero(result) if part == "footprint" else frames.get(part, _said(found))
    meta = {str(key): value for key, value in result.attrs.items()}
    shell.emit(encoded(kind, rows, meta, **(frames if kind == "json" else {})), out)


def _said(found: OrganisationAccount) -> pd.DataFrame:
    import pandas as pd

    rows = [(one.severity, one.check, one.where, one.what) for one in found.findings]
    return pd.DataFrame(rows, columns=["severity", "check", "where", "what"])


def _note(found: OrganisationAccount, lang: str) -> None:
    """A line each for what is more than a note."""
    from tanheng.data.findings import said

    for one in found.findings:
        if one.severity != "note":
            shell.note(said(one, lang)[0])
