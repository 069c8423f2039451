"""Products, inventories and their answers as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import xarray as xr
from rich.table import Table as Grid

from tanheng import labels
from tanheng.accounts import Upstream
from tanheng.cli.output import as_tables, figure, head, label, line, more, plain_grid, term, terms
from tanheng.data import findings as messages
from tanheng.data import products
from tanheng.data.format import Format
from tanheng.data.inventory import INVENTORY_READERS
from tanheng.data.products import Product
from tanheng.data.trade import TRADE_READERS
from tanheng.errors import QuestionError
from tanheng.systems.factors import Factors
from tanheng.systems.finding import Finding
from tanheng.systems.inventory import CREDIT
from tanheng.systems.linking import folded
from tanheng.systems.process import ProcessSystem


def everything(language: str) -> list[Any]:
    """The embedded products, the formats of inventories, and those of trade."""
    grid = plain_grid([head("name", language), head("title", language), *terms(("unit", "years"), language)])
    for name in products.names():
        one = products.open(name)
        years = f"{one.years[0]}-{one.years[1]}" if one.years else ""
        grid.add_row(name, one.title[language], one.unit, years)
    parts: list[Any] = [term("products", language), grid]
    for key, readers in (("inventory-formats", INVENTORY_READERS), ("trade-formats", TRADE_READERS)):
        parts += [term(key, language), _formats((reader.FORMAT for reader in readers), language)]
    return parts


def _formats(them: Iterable[Format], language: str) -> Grid:
    grid = plain_grid([head(key, language) for key in ("name", "title", "files", "tested")])
    for one in them:
        grid.add_row(one.name, one.title[language], ", ".join(one.files), term(f"tested-{one.tested}", language))
    return grid


def product(one: Product, language: str) -> list[Any]:
    """What a product file says of itself, and the sources of its tables."""
    told = {"name": one.id, "title": one.title[language], "source": one.source, "licence": one.licence}
    lines = [line(head(key, language), text, language) for key, text in told.items() if text]
    lines += [line(term("unit", language), one.unit, language)]
    if one.note:
        lines.append(line(head("note", language), one.note[language], language))
    grid = plain_grid([head(key, language) for key in ("table", "source", "licence")])
    for name, (source, licence) in one.sources.items():
        grid.add_row(name, source, licence)
    return [*lines, grid]


def factors(them: Factors, find: str | None, most: int, language: str) -> list[Any]:
    """The factors whose product or origin has the text, or the first."""
    frame = them.frame
    if find is not None:
        held = frame["product"].str.contains(find, case=False, regex=False) | (frame["origin"] == find)
        frame = frame[held]
    keys = ("products", "origin", "stage", "stressor", "year", "basis", "unit")
    grid = plain_grid(terms(keys, language), [term("value", language)])
    for row in frame.head(most).to_dict("records"):
        year = "" if pd.isna(row["year"]) else str(int(row["year"]))
        stage = label("stage", row["stage"], language)
        unit = f"kg/{row['unit']}"  # each product has its own
        texts = (row["product"], row["origin"], stage, row["stressor"], year, row["basis"], unit)
        grid.add_row(*texts, figure(row["value"]))
    _require_found(len(frame), find)
    return [grid, *more(len(frame), most)]


def _require_found(count: int, find: str | None) -> None:
    if find is not None and not count:
        raise QuestionError(f"nothing has {find!r} in its name", hint="leave --find out to see what there is")


def system(one: ProcessSystem, find: str | None, most: int, language: str) -> list[Any]:
    """What a product system holds, the processes looked for, and its findings."""
    counts = {"processes": len(one.processes), "stressors": len(one.stressors), "unlinked": len(one.unlinked)}
    said = "; ".join(line(term(key, language), str(count), language) for key, count in counts.items())
    wanted = folded(find or "")
    found = [p for p in one.processes if any(wanted in folded(text) for text in (p.name, p.product, p.id))]
    _require_found(len(found), find)
    grid = plain_grid([*terms(("process", "region", "made", "unit", "stage"), language), "id"])
    for p in found[:most]:
        grid.add_row(p.name, p.location, p.product, p.unit, label("stage", p.stage, language), p.id)
    return [one.about.name, said, grid, *more(len(found), most), *_findings(one.findings, language)]


def answers(results: Sequence[xr.DataArray], most: int, language: str) -> list[Any]:
    """Each result as a table and, where its lines may be added up, their sum; what is avoided is in no sum."""
    parts: list[Any] = []
    for one in results:
        title, grid, *notes = as_tables([one], language, most)
        parts += [title, grid, *_total(one, language), *notes]
    return parts


def _total(one: xr.DataArray, language: str) -> list[str]:
    if "component" in one.dims or one.sizes["stressor"] != 1:
        return []
    if "stage" in one.dims and one.attrs["account"] != "avoided-emissions":
        one = one.sel(stage=[stage for stage in one.indexes["stage"] if stage != CREDIT])
    return [line(term("total", language), f"{figure(float(one.sum()))} {one['unit'].item()}", language), ""]


def stands_in(one: xr.DataArray, language: str) -> str:
    """What stands in for missing factors and how much rests on it; "" where nothing does."""
    share = float(one.attrs.get("fallback_share", 0.0))
    if not share:
        return ""
    told = term("stands-in", language)
    return told.format(share=share, basis=one.attrs["fallback"], trade=one.attrs["fallback_trade"])


def tree(found: Upstream, most: int, language: str) -> list[Any]:
    """The branches in the order of the tree, each with all that is behind it and what it emits itself."""
    unit = found.attrs["units"]
    grid = plain_grid(terms(("process", "region", "stage"), language), terms(("amount",), language))
    grid.add_column(term("unit", language))
    for name in terms(("total", "share", "emitted-itself"), language):
        grid.add_column(name, justify="right")
    frame = found.frame
    children: dict[int, list[int]] = {}
    for node, parent in zip(frame["node"], frame["parent"], strict=True):
        children.setdefault(int(parent), []).append(int(node))
    rows = list(_walk(children, -1))
    for at in rows[:most]:
        row = frame.loc[at]
        numbers = (figure(row["total"]), f"{row['share']:.2%}", figure(row["direct"]))
        stage = label("stage", row["stage"], language)
        name = f"{'  ' * int(row['level'])}{row['process']}"
        grid.add_row(name, row["region"], stage, figure(row["amount"]), row["unit"], *numbers)
    sums = {"total": found.total, "listed": found.total - found.remainder, "remainder": found.remainder}
    totals = "; ".join(line(term(key, language), f"{figure(value)} {unit}", language) for key, value in sums.items())
    title = f"{term('upstream', language)} [{unit}], {found.attrs['stressor']}, {found.attrs['demand']}"
    return [title, grid, *more(len(rows), most), totals]


def _walk(children: dict[int, list[int]], at: int) -> Iterable[int]:
    """The nodes below one, each followed by those below it; a list in place of recursion, loops may run deep."""
    ahead = list(reversed(children.get(at, [])))
    while ahead:
        node = ahead.pop()
        yield node
        ahead += reversed(children.get(node, []))


def unlinked(frame: pd.DataFrame, most: int, language: str) -> list[Any]:
    """The inputs that nothing makes, the dearest first, and how many there are."""
    attrs = frame.attrs
    numbers = ("amount", "inputs", "price", "cost")
    grid = plain_grid(terms(("elementary-or-product", "unit"), language), terms(numbers, language))
    for row in frame.head(most).to_dict("records"):
        figures = (figure(row["amount"]), f"{row['inputs']:.0f}", figure(row["price"]), figure(row["cost"]))
        grid.add_row(row["name"], row["unit"], *figures)
    said = term("unlinked-counts", language).format(**attrs)
    title = f"{term('unlinked', language)}, {attrs['demand']}"
    return [title, grid, *more(len(frame), most), said]


def _findings(them: Sequence[Finding], language: str) -> list[Any]:
    if not them:
        return []
    grid = plain_grid([head(key, language) for key in ("severity", "what", "way-out")])
    for one in messages.worst_first(them):
        grid.add_row(labels.term(one.severity, language), *messages.said(one, language))
    return [grid]
