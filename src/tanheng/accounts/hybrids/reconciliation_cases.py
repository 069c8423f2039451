"""The reconciliation of a product with a sector: both readings brought to one year, and the difference by cause."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from tanheng.accounts.hybrids.readings import (
    YearRule,
    bottom_up_reading,
    deflated,
    top_down_reading,
    year_factor,
)
from tanheng.accounts.hybrids.reconciliation import Figure, Reading, reconcile_readings, side_by_side
from tanheng.data import products
from tanheng.data.products import Product
from tanheng.errors import QuestionError
from tanheng.systems.table import Table


@dataclass(frozen=True, eq=False)
class Reconciled:
    """A table's reading and a product's, the difference by cause (stressor, cause), and both side by side in a frame.

    ``note`` says, by language, what to know of the pair; {} where nothing is known.
    """

    product: str
    top: Reading
    bottom: Reading
    result: xr.DataArray
    frame: pd.DataFrame
    note: Mapping[str, str]


@cache
def known() -> Mapping[str, Mapping[str, Any]]:
    """The embedded products that are paired with a sector, and how."""
    with Path(__file__).with_name("reconciliation_cases.toml").open("rb") as file:
        return tomllib.load(file)


def reconciliation(
    product: str | Product,
    table: Table,
    *,
    origin: str | None = None,
    sector: str | None = None,
    partner: str | None = None,
    year: int | None = None,
    price: Figure | None = None,
    asked: int | None = None,
    rule: YearRule = "emissions",
    stressor: str | None = None,
    unit: str = "Mt",
) -> Reconciled:
    """Why the exports of a product's trade and of its sector in a table differ: both readings, and the causes.

    For steel and photovoltaics origin (China), sector, year and price are set unless given; for another product give
    ``origin`` and ``sector``. ``partner`` is one importer in place of all, ``year`` that of the trade, ``price`` that
    of the product in it (its unit value if None), and ``asked`` the year that both are brought to (the trade's if
    None) by ``year_factor`` with ``rule``. The table's price is the product's, deflated to the table's year.
    Raises QuestionError where origin or sector is not known, else as the readings and ``reconcile_readings``.
    """
    one = products.open(product) if isinstance(product, str) else product
    paired = known().get(one.id, {})
    at, of = origin or paired.get("origin"), sector or paired.get("sector")
    if at is None or of is None:
        hint = "give its origin and the sector of the table that makes it"
        raise QuestionError(f"{one.id} is not paired with a sector", hint=hint)
    bottom = _bottom(one, at, partner, paired, year, price)
    to = bottom.data_year if asked is None else asked
    bottom = replace(bottom, asked=to, year=year_factor(at, bottom.data_year, to, rule))
    top = top_down_reading(
        table, at, of, partner=partner, stressor=stressor, asked=to,
        price=deflated(bottom.price, at, bottom.data_year, table.year),
        carried=year_factor(at, table.year, to, rule),
    )  # fmt: skip
    note = paired.get("note", {}) if of == paired.get("sector") else {}
    return Reconciled(
        one.id, top, bottom, reconcile_readings(top, bottom, unit=unit), side_by_side(top, bottom, unit=unit), note
    )


def _bottom(
    one: Product, origin: str, partner: str | None, paired: Mapping[str, Any], year: int | None, price: Figure | None
) -> Reading:
    """The product's reading, with what is set for it where nothing is given: a price is of its own year alone."""
    of = paired.get("year") if year is None else year
    if price is None and "price" in paired and of == paired["year"]:
        price = Figure(**paired["price"])
    return bottom_up_reading(
        one, origin, year=of, destination=partner, price=price, own=paired.get("own", ()),
        energy=paired.get("energy", ()), fallback=paired.get("fallback"),
    )  # fmt: skip
