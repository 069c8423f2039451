"""CO2 of the inter-provincial tables of China: a row of the workbook itself, or CEADs' provincial inventories."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.data import sheets
from tanheng.data.archive import Archive
from tanheng.data.findings import ROUNDING, graded
from tanheng.data.readers.parts.cells import the_one, year_in
from tanheng.data.sheets import Sheet
from tanheng.errors import InputError, LabelError, MissingError, nearest
from tanheng.systems.finding import Finding, found

Array = NDArray[np.float64]

INVENTORY = re.compile(r"emission|CO2|排放", re.I)
_TOTAL = ("total", "scope1total", "总计", "合计")
_ALL = ("totalconsumption", "totalemissions")
_HOMES = {"urban": "urban households", "rural": "rural households"}


@cache
def known() -> dict[str, Any]:
    """What ``ceads.toml`` declares."""
    with Path(__file__).with_name("ceads.toml").open("rb") as file:
        return tomllib.load(file)


def letters(text: str) -> str:
    """Letters and digits only, small: how names are compared.

    >>> letters("Inner Mongolia "), letters("农村居民 消费")
    ('innermongolia', '农村居民消费')
    """
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def province(text: str) -> str | None:
    """The ISO 3166-2 code of a province by its name in English or Chinese; None for any other text.

    >>> province("Inner Mongolia"), province("北京市"), province("Beijing2022"), province("Code")
    ('CN-NM', 'CN-BJ', 'CN-BJ', None)
    """
    name = re.sub(r"(?:市|省|(?:壮族|回族|维吾尔)?自治区|province|\d{4})$", "", letters(text))
    return next((code for code, names in known()["provinces"].items() if name in names), None)


def inventories(
    place: Archive, year: int, regions: Sequence[str], kind: str, x: Array, demand: Sequence[str], missing: str
) -> tuple[Array, Array, tuple[Finding, ...]] | None:
    """F (1, n) and F_Y (1, R*D) in Mt from the inventories of ``year``; None where there are none.

    ``kind`` is a (42 sectors of 2012), b (42 of 2017) or c (30); ``x`` is output (R, S). Raises MissingError for a
    province without an inventory (unless ``missing`` is "zero"), LabelError for an unknown sector.
    """
    found_ = [one for one in place.find("*.xlsx", "*.xls") if INVENTORY.search(one.base) and year_in(one.base) == year]
    if not found_:
        return None
    entry = the_one(found_, year, "keep one of them in the folder")
    names = [name for name in sheets.names(entry) if province(name)]
    if not kind:
        hint = "inventories are attached to tables of 42 or 30 sectors; attach others with 'tanheng attach'"
        raise InputError("no concordance to this table's sectors is declared", where=entry.where, hint=hint)
    held = {province(sheet.where.rpartition(" sheet ")[2]): sheet for sheet in sheets.read_all(entry, names)}
    absent = [region for region in regions if region not in held]
    if absent and missing != "zero":
        hint = "choose --option missing=zero to hold it as 0"
        raise MissingError(f"there is no inventory of {', '.join(absent)}", where=entry.where, hint=hint)
    F, F_Y = np.zeros(x.shape), np.zeros((len(regions), len(demand)))
    gap = 0.0
    for at, region in enumerate(regions):
        if region not in absent:
            gap += _province(held[region], kind, x[at], F[at], F_Y[at], demand)
    notes = [found("ceads-inventory", "note", "F", file=entry.base)]
    if absent:
        notes.append(found("emissions-missing", "warning", "F", names=", ".join(absent), file=entry.base))
    if gap > ROUNDING * (whole := float(F.sum() + F_Y.sum())):
        notes.append(
            found("inventory-total", graded(gap / whole), "F", gap / whole, file=entry.base, gap=gap, unit="Mt")
        )
    return F.reshape(1, -1), F_Y.reshape(1, -1), tuple(notes)


def _province(sheet: Sheet, kind: str, x: Array, F: Array, F_Y: Array, demand: Sequence[str]) -> float:
    """Add a province's inventory to F (S,) and F_Y (D,); return the gap between its total and the sum of its rows."""
    column = _total_column(sheet)
    sectors = {letters(name): kinds for name, kinds in known()["inventory"].items()}
    given, seen = 0.0, set()
    for row in range(1, len(sheet.rows)):
        name = letters(sheet.text(row, 0))
        if not name:
            continue
        value = sheet.number(row, column)
        if name in _ALL:
            given = value
        elif name in _HOMES:
            F_Y[demand.index(_HOMES[name])] += value
        elif name in sectors:
            F += value * _shares(sectors[name][kind], x)
        else:
            raise LabelError(
                f"sector {sheet.text(row, 0)} is not known", where=sheet.at(row, 0), hint=_near(sheet, row)
            )
        if name in seen:
            raise LabelError(f"sector {sheet.text(row, 0)} occurs twice", where=sheet.at(row, 0), hint="delete one")
        seen.add(name)
    lacking = [name for name in known()["inventory"] if letters(name) not in seen]
    if lacking:
        hint = "the inventory may have broken off, or be of another edition"
        raise LabelError(f"sector {lacking[0]} is missing", where=sheet.where, hint=hint)
    return abs(given - float(F.sum() + F_Y.sum())) if given else 0.0


def _near(sheet: Sheet, row: int) -> str:
    return nearest(sheet.text(row, 0), known()["inventory"])


def _total_column(sheet: Sheet) -> int:
    width = len(sheet.rows[0]) if sheet.rows else 0
    at = next((at for at in range(1, width) if letters(sheet.text(0, at)) in _TOTAL), None)
    if at is None:
        hint = "its first row names the energy carriers and ends with Total or Scope_1_Total"
        raise LabelError("there is no column of totals", where=sheet.where, hint=hint)
    return at


def _shares(members: Sequence[int], x: Array) -> Array:
    """Shares (S,) of the sectors (counted from 1) in what goes to them, by output; equal where none has any."""
    shares = np.zeros(len(x))
    places = np.array(members) - 1
    whole = x[places].sum()
    shares[places] = x[places] / whole if whole else 1 / len(places)
    return shares
