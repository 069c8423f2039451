"""Purchases files: what products cost and who supplies them, as a CSV file of named columns or as TOML.

CSV: a line for each supplier of a product, with the columns product, unit, region, sector, weight (the share of that
supplier; a decimal or a fraction such as 1/3; needed where a product has several), price, currency, year, basis
("basic", "purchasers", "cif", "fob"), and where needed tax, trade_margin, transport_margin, freight (shares of the
price), trade_sector, transport_sector, buyer, source. What holds for the product stands in its first line; in its
further lines it may be left empty.

TOML: a ``[[purchase]]`` for each product with the same keys, ``region`` and ``sector`` or ``suppliers = [{ region = ,
sector = , weight = }]``; ``[defaults]`` hold for all that do not say otherwise. docs/prices.md tells more.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tanheng.data import archive
from tanheng.data.archive import Entry
from tanheng.data.named_columns import rows
from tanheng.data.toml_keys import Keys, parsed, whole_year
from tanheng.errors import InputError, LabelError, MissingError, UnitError
from tanheng.systems.finding import listed
from tanheng.systems.prices import SHARES, Basis
from tanheng.systems.purchases import Purchase

_TEXTS = ("unit", "currency", "basis", "trade_sector", "transport_sector", "buyer", "source")
_NUMBERS = ("price", *SHARES)
_FACTS = (*_TEXTS, *_NUMBERS, "year")
_REQUIRED = ("unit", "price", "currency", "year", "basis")
_SUPPLIER = ("region", "sector", "weight")
COLUMNS = ("product", "unit", *_SUPPLIER, "price", "currency", "year", "basis", *SHARES, "trade_sector",
           "transport_sector", "buyer", "source")  # fmt: skip


@dataclass(frozen=True)
class _Supplier:
    """Who supplies a product, and which share of it, None where it is not said."""

    region: str
    sector: str
    weight: float | None
    where: str


@dataclass
class _Listed:
    """A product as far as it is read: what holds for it, and its suppliers."""

    product: str
    where: str
    facts: dict[str, Any] = field(default_factory=dict)
    suppliers: list[_Supplier] = field(default_factory=list)


def read_purchases(path: str | os.PathLike[str]) -> tuple[Purchase, ...]:
    """The purchases of a file, CSV or TOML by its name, ready for ``systems.purchases.purchases``.

    Raises, with file and line: InputError for a file, column, key or number that is not as it must be and for a product
    with several suppliers and no weights, MissingError for what is empty, UnitError for a product in two units,
    LabelError for a supplier that is there twice.
    """
    entry = archive.open(path).one("*.csv", "*.toml")
    them = _toml(entry) if entry.base.casefold().endswith(".toml") else _csv(entry)
    if not them:
        hint = f"columns are {', '.join(COLUMNS)}"
        raise InputError("lists no purchases", where=entry.where, hint=hint)
    return tuple(_purchase(one) for one in them)


def _purchase(one: _Listed) -> Purchase:
    for name in _REQUIRED:
        if name not in one.facts:
            raise MissingError(f"{name} of {one.product} is missing", where=one.where, hint="fill it in")
    facts = one.facts | {"basis": cast(Basis, one.facts["basis"])}
    return Purchase(product=one.product, shares=_shares(one), where=one.where, **facts)


def _shares(one: _Listed) -> dict[tuple[str, str], float]:
    shares: dict[tuple[str, str], float] = {}
    for supplier in one.suppliers:
        key = (supplier.region, supplier.sector)
        if key in shares:
            hint = "add up its weights in one line"
            raise LabelError(f"{one.product} has the supplier {' '.join(key)} twice", where=supplier.where, hint=hint)
        shares[key] = 1.0 if supplier.weight is None else supplier.weight
    for supplier in one.suppliers:
        if supplier.weight is None and len(shares) > 1:
            names = listed([" ".join(key) for key in shares], between=" and ")
            hint = "give each a weight; together they are 1"
            raise InputError(f"{one.product} goes to {names} without weights", where=supplier.where, hint=hint)
    return shares


# -- CSV --------------------------------------------------------------------------------------------------------------


def _csv(entry: Entry) -> list[_Listed]:
    out: dict[str, _Listed] = {}
    for where, row in rows(entry, COLUMNS, ("product", "region", "sector")):
        name = row["product"]
        one = out.setdefault(name, _Listed(name, where))
        for key in _FACTS:
            if row.get(key):
                _agree(one, key, _fact(row[key], key, where), where)
        weight = _number(row["weight"], "weight", where) if row.get("weight") else None
        one.suppliers.append(_Supplier(row["region"], row["sector"], weight, where))
    return list(out.values())


def _agree(one: _Listed, key: str, value: Any, where: str) -> None:
    """Take a fact down; raises where a line before says otherwise."""
    known = one.facts.setdefault(key, value)
    if known == value:
        return
    what = f"{key} of {one.product} is {value} here and {known} in {one.where}"
    if key == "unit":
        raise UnitError(what, where=where, hint="give one price, per one unit")
    raise InputError(what, where=where, hint="a product has one price: make two products of it, or write it once")


def _fact(text: str, key: str, where: str) -> Any:
    if key in _NUMBERS:
        return _number(text, key, where)
    if key != "year":
        return text
    return whole_year(text, where)


def _number(text: str, name: str, where: str) -> float:
    """A decimal, or a fraction such as 1/3; raises InputError."""
    above, bar, below = text.partition("/")
    try:
        value = float(above) / float(below) if bar else float(above)
    except (ValueError, ZeroDivisionError):
        value = math.nan
    if not math.isfinite(value):
        hint = "write it as 0.25, with a point and without a percent sign"
        raise InputError(f"{name} is {text!r}, not a number", where=where, hint=hint)
    return value


# -- TOML -------------------------------------------------------------------------------------------------------------


def _toml(entry: Entry) -> list[_Listed]:
    keys = parsed(entry.text(), entry.where, 'a line reads like unit = "kg"')
    top = Keys(keys, entry.where, ("defaults", "purchase"))
    defaults = _facts(Keys(top.table("defaults"), f"{entry.where}, defaults", _FACTS))
    return [_listed(one, at, defaults, entry.where) for at, one in enumerate(top.tables("purchase"), 1)]


def _listed(keys: object, number: int, defaults: Mapping[str, Any], where: str) -> _Listed:
    own = Keys(keys, f"{where}, purchase {number}", ("product", *_SUPPLIER, "suppliers", *_FACTS))
    if ("suppliers" in own.keys) == ("sector" in own.keys):
        hint = (
            'write region = "CHN" and sector = "c12", or suppliers = [{ region = "CHN", sector = "c12", weight = 1 }]'
        )
        raise InputError("names no supplier, or in two ways", where=own.where, hint=hint)
    named = (
        own.tables("suppliers") if "suppliers" in own.keys else [{k: own.keys[k] for k in _SUPPLIER if k in own.keys}]
    )
    suppliers = [_supplier(one, f"{own.where}, supplier {at}") for at, one in enumerate(named, 1)]
    return _Listed(own.text("product"), own.where, {**defaults, **_facts(own)}, suppliers)


def _supplier(keys: object, where: str) -> _Supplier:
    own = Keys(keys, where, _SUPPLIER)
    weight = own.number("weight") if "weight" in own.keys else None
    return _Supplier(own.text("region"), own.text("sector"), weight, where)


def _facts(own: Keys) -> dict[str, Any]:
    out: dict[str, Any] = {name: own.text(name, "") for name in _TEXTS if name in own.keys}
    out |= {name: own.number(name) for name in _NUMBERS if name in own.keys}
    if "year" in own.keys:
        out["year"] = own.year()
    return out
