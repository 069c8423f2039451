"""Coverage: how much of each region's consumption-based account rests on product data, sector data and proxies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, TableName, Year, Years, chosen
from tanheng.cli.ledger import ledger
from tanheng.cli.questions import Faults, faults_of, format_of, note_faults

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from tanheng.data.store import Store
    from tanheng.systems.quality import Quality
    from tanheng.systems.table import Table

_PLACES = (0, 1, 1, 1, 1, 2, 3)  # of the account, four percentages, the score and the spread

Measure = Annotated[
    Literal["overview", "amount", "share", "score", "spread"] | None,
    typer.Option(help="What to write; an overview of one year on a terminal, amounts to a file."),
]


@ledger.command()
def coverage(
    table: TableName = "world",
    year: Year = None,
    years: Years = None,
    quality: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules on the data (docs/coverage.md).")] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Split steel, photovoltaics or a file's products first; may be repeated."),
    ] = None,
    measure: Measure = None,
    by: Annotated[
        str | None, typer.Option(metavar="DIMS", help="Of origin, region, component, basis; of scores, indicator too.")
    ] = None,
    stressor: Annotated[list[str] | None, typer.Option(help="A stressor; may be repeated. All if not given.")] = None,
    group: Annotated[str | None, typer.Option(metavar="GROUPING", help="oecd, oecd@2020, or a file.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many regions, the worst.")] = None,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Show what each region's consumption-based account rests on: product data, sector data, a proxy; and how good."""
    kind = format_of(format, out)
    what = measure or ("overview" if kind == "table" and years is None and by is None else "amount")
    if what == "overview" and (kind != "table" or years is not None or by is not None):
        raise typer.BadParameter("--measure overview is a table of one year; give amount, share, score or spread")
    if limit is not None and what != "overview":
        raise typer.BadParameter("--limit is for the overview")
    from tanheng.cli import output
    from tanheng.data import quality as files
    from tanheng.data import store as stores

    store = stores.open(table)
    asked = (store.years[-1],) if year is None and years is None else chosen(store, year, years)
    rules = files.read(quality) if quality else None
    options: dict[str, Any] = {"stressor": stressor or None, "group_by": group}

    def ask(year: int) -> Asked:
        return Asked.of(store[year], rules, split or [], options)

    if what == "overview":
        shell.show(*_overview(ask(asked[0]), limit, lang), path=out)
        faults = faults_of(store, asked[0])
    else:
        results, faults = _compute(store, asked, what, by, ask)
        if kind == "table":
            shell.show(*output.as_tables(results, lang), *_rests_on(results[0], lang), path=out)
        else:
            shell.emit(output.ENCODERS[kind](results), out)
    if year is None and years is None and len(store.years) > 1:
        shell.note(f"this is {asked[0]}, the latest year (--year, --years)")
    if rules is None and files.known(store[asked[0]]) is None:
        shell.note("no rules are known for this table, so nothing is stated; give --quality FILE (docs/coverage.md)")
    note_faults(table, faults)


@dataclass(frozen=True, eq=False)
class Asked:
    """A table, whole or with sectors split by products, the rules about it, and what else the accounts are given."""

    table: Table
    options: dict[str, Any]

    @classmethod
    def of(cls, table: Table, rules: Quality | None, names: list[str], options: dict[str, Any]) -> Asked:
        """The table split by each of the files named, its rules with those of the products."""
        from tanheng.data import quality as files
        from tanheng.data import splits
        from tanheng.systems import quality as rule_lists
        from tanheng.systems.product_split import split_by_products

        quality = rules or files.known(table) or rule_lists.Quality("not stated", ())
        for name in names:
            file = splits.open(name)
            one = split_by_products(table, file.sector, file.fitted(table), rest=file.rest, cap=file.cap)
            quality = quality.adding(*files.split_rules(one, file.id))
            table = one.given
        return cls(table, options | {"quality": quality})

    def answer(self, what: str, by: str | None = None) -> xr.DataArray:
        """Amounts or shares by basis, or scores or spread."""
        from tanheng import accounts

        if what in ("score", "spread"):
            return accounts.coverage_quality(self.table, by, measure=what, **self.options)
        return accounts.coverage(self.table, by, share=what == "share", **self.options)


def _compute(
    store: Store, years: tuple[int, ...], what: str, by: str | None, ask: Callable[[int], Asked]
) -> tuple[list[xr.DataArray], Faults]:
    results: list[xr.DataArray] = []
    faults: Faults = []
    with shell.progress() as progress:
        for done, year in enumerate(years):
            progress("coverage", done, len(years))
            results.append(ask(year).answer(what, by))
            faults += faults_of(store, year)
    return results, faults


# -- for people -------------------------------------------------------------------------------------------------------


def _overview(asked: Asked, limit: int | None, language: str) -> list[RenderableType]:
    """A line for every region, those first whose account rests least on data of its own, and one for the world."""
    from tanheng.cli.output import head, label, line, more, plain_grid, term

    table, parts = asked.table, asked.answer("amount")
    several = parts.sizes["stressor"] > 1
    heads = [term("consumption", language)]
    heads += [f"{term(f'basis-{basis}', language)} %" for basis in parts.indexes["basis"]]
    heads += [term("score", language), term("spread", language)]
    grid = plain_grid([term(key, language) for key in (*(["stressor"] if several else []), "region")], heads)
    regions = _rows(_figures(asked, ("region",)))
    for stressor, region, numbers in regions[:limit]:
        grid.add_row(*([stressor] if several else []), label("region", region, language), *numbers)
    for stressor, _, numbers in _rows(_figures(asked, ())):
        grid.add_row(*([stressor] if several else []), term("total", language), *numbers)
    unit = "; ".join(dict.fromkeys(parts["unit"].values.tolist()))
    title = f"{term('coverage', language)} [{unit}], {', '.join(parts.indexes['stressor'])}, {table.year}"
    facts = f"{table.about.name} ({table.year} #{table.hash[:12]}); tanheng {parts.attrs['tanheng']}"
    notes = [*more(len(regions), limit or len(regions)), line(head("table", language), facts, language)]
    return [title, grid, *notes, *_rests_on(parts, language), term("coverage-read", language)]


def _figures(asked: Asked, by: tuple[str, ...]) -> xr.DataArray:
    """The account, percentages by basis, score and spread (stressor, region, figure); one region "" without ``by``."""
    import numpy as np
    import xarray as xr

    parts = asked.answer("amount", ",".join((*by, "basis"))).transpose(..., "basis")
    whole = parts.sum("basis")
    shares = 100 * parts / whole.where(whole != 0)
    marks = [asked.answer(what, ",".join(by)).values for what in ("score", "spread")]
    shape = (parts.sizes["stressor"], -1, len(_PLACES))
    values = np.concatenate([whole.values[..., None], shares.values, np.stack(marks, axis=-1)], axis=-1).reshape(shape)
    regions = list(parts.indexes["region"]) if by else [""]
    return xr.DataArray(
        values, {"stressor": parts.indexes["stressor"], "region": regions}, ("stressor", "region", "figure")
    )


def _rows(figures: xr.DataArray) -> list[tuple[str, str, list[str]]]:
    """Stressor, region and numbers as they are printed, those that rest most on proxies and on nothing stated first."""
    from tanheng.cli.output import _number

    rows = []
    for stressor in figures.indexes["stressor"]:
        of = figures.sel(stressor=stressor)
        for at in (-of.values[:, 3:5].sum(axis=1)).argsort(kind="stable"):
            numbers = [_number(float(value), places) for value, places in zip(of.values[at], _PLACES, strict=True)]
            rows.append((str(stressor), str(of.indexes["region"][at]), numbers))
    return rows


def _rests_on(result: xr.DataArray, language: str) -> list[str]:
    """Which rules were used, and how many of their scores are a judgement."""
    from tanheng.cli.output import head, line, said

    attrs = result.attrs
    count = head("judged", language).format(rules=attrs["rules"], judged=attrs["judged"])
    rules = f"{said(str(attrs['quality']), language)} ({count})"
    return [
        line(head("quality", language), rules, language),
        line(head("quality_sources", language), said(_once(str(attrs["quality_sources"])), language), language),
    ]


def _once(text: str) -> str:
    """Sources, each named once however many rules rest on it."""
    return "; ".join(dict.fromkeys(text.split("; ")))
