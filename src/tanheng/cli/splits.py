"""Splits: a product taken out of its sector, what that changes, and how sure it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, TableName, Year
from tanheng.cli.hybrid import hybrid
from tanheng.cli.ledger import IntoLedger, into_ledger, only_the_answer
from tanheng.cli.questions import faults_of, format_of, note_faults

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from rich.console import RenderableType

    from tanheng.accounts import SplitCase
    from tanheng.systems.table import Table

_SHOWN = 20  # rows on a terminal unless --limit says otherwise; files get all


@hybrid.command()
def split(
    table: TableName,
    sector: Annotated[str, typer.Argument(metavar="SECTOR", help="The sector that is split, such as c12.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="steel, photovoltaics, or a split file.")],
    year: Year = None,
    draws: Annotated[int, typer.Option(min=0, metavar="N", help="Tables drawn for the spread; 0 for none.")] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the draws; 0 if not given.")] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="An account of the split table, in place of what changes.")
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="DIMS", help="Dimensions kept, for --account.")] = None,
    figures: Annotated[bool, typer.Option("--figures", help="The figures it rests on, with year and source.")] = False,
    write: Annotated[str | None, typer.Option(metavar="NAME", help="Store the split table under this name.")] = None,
    ledger: IntoLedger = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many rows, the largest.")] = _SHOWN,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Split a product from its sector by quantity, price and factor, and show its trade and what consumption changes.

    With --draws, unknown sales and inputs and the ranges of the figures are drawn, and every number has low and high.
    """
    kind = format_of(format, out)
    if draws == 1:
        raise typer.BadParameter("one draw has no spread: give --draws 0, or 100 or so")
    if by is not None and account is None:
        raise typer.BadParameter("--by is for --account")
    only_the_answer(ledger, figures=figures)
    if seed is not None and not draws:
        raise typer.BadParameter("--seed is for --draws")
    if figures and (draws or account is not None):
        raise typer.BadParameter(f"give --figures or --{'draws' if draws else 'account'}, not both")
    from tanheng.data import findings
    from tanheng.data import store as stores

    store = stores.open(table)
    asked = store.years[-1] if year is None else year
    with shell.progress() as progress:
        case = _case(file, store[asked], sector, draws if account is None else 0, seed or 0, progress)
        results = [] if figures else _asked(case, account, by, draws, seed or 0, progress)
    if write is not None:
        stores.put(case.table, write, f"{store.name}, {sector} split by {case.name}")
        shell.note(f"stored as {write}: 'tanheng show {write}'")
    if figures:
        _write_figures(case, kind, out, lang)
    else:
        _write(case, results, kind, out, limit, lang)
    for one in case.findings:
        if one.severity != "note":
            shell.note(f"{one.where}: {findings.said(one, lang)[0]}")
    note_faults(table, faults_of(store, asked))
    if ledger:
        into_ledger(results)


def _case(file: str, table: Table, sector: str, draws: int, seed: int, progress: shell.Progress) -> SplitCase:
    from tanheng.accounts import split_case

    return split_case(file, table, sector=sector, draws=draws, seed=seed, progress=progress)


def _asked(
    case: SplitCase, account: str | None, by: str | None, draws: int, seed: int, progress: shell.Progress
) -> list[xr.DataArray]:
    """The product's balance and the change of consumption; or the account that was named."""
    from tanheng.accounts import find, spread
    from tanheng.accounts.result import HYBRID

    if account is None:
        return [case.balance, case.consumption]
    if draws:
        return [spread(case.split, account, by, draws=draws, seed=seed, progress=progress)]
    own = {"approach": HYBRID, "base_hash": case.split.base.hash}  # as with draws
    return [find(account).function(case.table, by).assign_attrs(own)]


# -- answers -----------------------------------------------------------------------------------------------------------


def _write(
    case: SplitCase, results: list[xr.DataArray], kind: str, out: Path | None, limit: int, language: str
) -> None:
    from tanheng.accounts.hybrids.spread import spread_rows
    from tanheng.cli import output

    if kind != "table":
        meta = {str(one.attrs["account"]): {str(key): value for key, value in one.attrs.items()} for one in results}
        shell.emit(output.encoded(kind, output.between(spread_rows(results)), meta), out)
        return
    parts: list[RenderableType] = [case.title[language], *([case.note[language]] if case.note else [])]
    for one in results:
        parts += _table(one, limit if out is None else sys.maxsize, language)
    shell.show(*parts, path=out)


def _table(result: xr.DataArray, most: int, language: str) -> list[RenderableType]:
    """A title, the largest rows with low and high where there are, and how they came about."""
    from tanheng import labels
    from tanheng.accounts.hybrids.spread import spread_rows
    from tanheng.cli.output import as_tables, between, figure, label, more, plain_grid, terms

    title, *notes = [part for part in as_tables([result], language, 1) if isinstance(part, str) and part[0] != "+"]
    frame = between(spread_rows([result]))
    if "definition" in result.dims:
        frame = frame[frame["definition"] == "change"]
    ends = [end for end in ("low", "high") if end in frame.columns]
    drop = ("account", "unit", "year", "value", *ends, *(["stressor"] if result.sizes["stressor"] == 1 else []))
    keys = [name for name in frame.columns if name not in drop]
    grid = plain_grid(terms(keys, language), terms(["value", *ends], language))
    shown = frame.reindex(frame["value"].abs().sort_values(ascending=False, kind="stable").index).head(most)
    classification = str(result.attrs.get("classification", ""))
    for row in shown.to_dict("records"):
        names = [_word(key, str(row[key]), language, classification, label) for key in keys]
        grid.add_row(*names, *(figure(row[name]) for name in ("value", *ends)))
    lines: list[RenderableType] = [title, grid, *more(len(frame), most), *notes]
    if ends:
        said = {name: result.attrs[name] for name in ("draws", "seed", "quantiles")}
        lines.append(labels.term("split-drawn", language).format(**said))
    return lines


def _word(key: str, code: str, language: str, classification: str, label: object) -> str:
    from tanheng import labels

    if (key, code) == ("definition", "change"):
        return labels.term("split-change", language)
    return label(key, code, language, classification)  # type: ignore[operator, no-any-return]


def _write_figures(case: SplitCase, kind: str, out: Path | None, language: str) -> None:
    from tanheng.cli import output

    frame = case.figures
    if kind != "table":
        shell.emit(output.encoded(kind, frame, {"split": case.name}), out)
        return
    shell.show(case.title[language], *([case.note[language]] if case.note else []), _figures(frame, language), path=out)


def _figures(frame: pd.DataFrame, language: str) -> RenderableType:
    import pandas as pd

    from tanheng import labels
    from tanheng.cli.output import figure, label, plain_grid, terms

    grid = plain_grid(terms(["split-figure", "region"], language), terms(["value", "low", "high"], language))
    for head in terms(["unit", "year", "split-same-year", "source"], language):
        grid.add_column(head)
    for row in frame.to_dict("records"):
        kind, _, stressor = str(row["figure"]).partition(" ")
        name = f"{labels.term(f'split-{kind}', language)} {stressor}".strip()
        region = (
            labels.term("split-any", language) if row["region"] == "*" else label("region", row["region"], language)
        )
        year = "–" if pd.isna(row["year"]) else str(row["year"])
        same = labels.term("split-yes" if row["same_year"] else "split-no", language)
        numbers = (figure(row[end]) for end in ("value", "low", "high"))
        grid.add_row(f"{row['product']}: {name}", region, *numbers, row["unit"], year, same, row["source"])
    return grid
