"""Splits of a sector by products as data: those embedded in tanheng, and any other split file.

    id = "steel"
    title = { en = "...", zh = "..." }
    sector = "c12"                       the sector that is split
    rest = "c12 other"                   optional: the name of what remains
    cap = 0.95                           optional: hold a product to this share of its sector, in place of an error

    [[product]]
    name = "steel"
    unit = "t"
    buyers = ["c13", "c18"]              optional: sectors and final demand categories that alone buy it

    [[product.quantity]]                 value for one region, a table of regions, or a total with shares of makers
    regions = { CHN = 577.1, JPN = 87.5 }
    unit = "Mt"
    year = 2009
    range = [0.97, 1.03]                 optional: low and high as multiples; or low = ..., high = ...
    source = "..."

    [[product.price]]                    region = "*" (any) unless named; basis = "basic" unless told
    value = 600
    unit = "USD/t"
    year = 2009

    [[product.factor]]                   direct emissions of the maker
    stressor = "CO2"
    value = 1.06
    unit = "t/t"

In place of quantity, price and factor, [[product.share]] gives the share of the sector's output. Regions are ISO 3166
codes, or the table's own names; those that a table does not have go to its rest of the world.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng import labels
from tanheng.data import archive
from tanheng.data.checks.common import REST_OF_WORLD
from tanheng.data.products import FOLDER as PRODUCTS
from tanheng.data.toml_keys import Keys, parsed
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, nearest
from tanheng.systems.prices import BASES
from tanheng.systems.product_split import ANY, Figure, PartProduct
from tanheng.systems.table import Table

FOLDER = Path(__file__).parent

_FILE = ("id", "title", "sector", "classification", "rest", "cap", "note", "product")
_PRODUCT = ("name", "unit", "buyers", "quantity", "price", "factor", "share")
_FIGURE = ("region", "value", "low", "high", "range", "unit", "year", "source")
_TERMS = ("tax", "trade_margin", "transport_margin", "freight", "trade_sector", "transport_sector", "buyer")
_KNOWN = {
    "quantity": (*_FIGURE, "regions", "shares"),
    "price": (*_FIGURE, "basis", *_TERMS),
    "factor": (*_FIGURE, "stressor"),
    "share": (*_FIGURE, "regions"),
}


@dataclass(frozen=True)
class SplitFile:
    """A split file, opened: ``products`` by the codes of regions in the file; ``fitted`` by those of a table.

    ``title`` and ``note`` ({} for none) are by language; ``cap`` is None where there is none.
    """

    id: str
    title: Mapping[str, str]
    sector: str
    classification: str
    rest: str
    cap: float | None
    note: Mapping[str, str]
    products: tuple[PartProduct, ...]
    where: str = field(compare=False)

    def fitted(self, table: Table) -> tuple[PartProduct, ...]:
        """The products with the regions of ``table``; quantities of regions it does not have go to the rest.

        Raises MissingError where quantities are of another year than the table, LabelError for a region that the table
        does not have where it has no rest of the world either, and for unlike figures that would be joined there.
        """
        for product in self.products:
            other = sorted({one.year for one in product.quantity.values() if one.year} - {table.year})
            if other:
                hint = f"ask for {other[-1]}, or give figures of {table.year}"
                what = f"the quantities of {product.name} are of {other[-1]}, the table of {table.year}"
                raise MissingError(what, where=Path(self.where).name, hint=hint)
        own = {labels.iso3(name): name for name in table.regions}
        rest = next((name for name in table.regions if name.casefold() in REST_OF_WORLD), None)
        return tuple(
            replace(
                one,
                quantity=_fitted(one.quantity, own, rest, self.where),
                price=_fitted(one.price, own, rest, self.where),
                share=_fitted(one.share, own, rest, self.where),
                factors={name: _fitted(given, own, rest, self.where) for name, given in one.factors.items()},
            )
            for one in self.products
        )


def names() -> tuple[str, ...]:
    """The embedded splits, sorted.

    >>> names()
    ('photovoltaics', 'steel')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def open(name: str | os.PathLike[str]) -> SplitFile:
    """The embedded split of that name, or that of a file.

    Raises QuestionError for a name that is neither, InputError naming the place for what is wrong in the file.

    >>> open("steel").sector
    'c12'
    """
    text = os.fspath(name)
    if text not in names() and not Path(text).is_file():
        raise QuestionError(f"there is no split {text!r}", hint=f"{nearest(text, names())}; or name a file")
    place = archive.open(FOLDER / f"{text}.toml" if text in names() else text)
    entry = place.entries[0]
    keys = Keys(parsed(entry.text(), entry.where), entry.where, _FILE)
    products = tuple(_product(one, at, entry.where) for at, one in enumerate(keys.tables("product"), start=1))
    if not products:
        raise InputError("has no products", where=entry.where, hint="add [[product]] with a name and a quantity")
    return SplitFile(
        id=keys.text("id"),
        title=keys.spoken("title") or {"en": keys.text("id"), "zh": keys.text("id")},
        sector=keys.text("sector"),
        classification=keys.text("classification", ""),
        rest=keys.text("rest", ""),
        cap=keys.number("cap") if "cap" in keys.keys else None,
        note=keys.spoken("note"),
        products=products,
        where=entry.where,
    )


def _product(given: object, number: int, where: str) -> PartProduct:
    keys = Keys(given, f"{where}, product {number}", _PRODUCT)
    name = keys.text("name")
    keys.where = f"{where}, product {name}"
    found = {kind: _figures(keys, kind) for kind in ("quantity", "price", "share")}
    factors: dict[str, dict[str, Figure]] = {}
    for at, one in enumerate(keys.tables("factor"), start=1):
        own = Keys(one, f"{keys.where}, factor {at}", _KNOWN["factor"])
        _take(factors.setdefault(own.text("stressor"), {}), own, "factor")
    if bool(found["share"]) == bool(found["quantity"]):
        hint = "give [[product.quantity]] and [[product.price]], or [[product.share]]"
        raise InputError("has not one of quantity and share", where=keys.where, hint=hint)
    unit = keys.text("unit", "") if found["share"] else keys.text("unit")
    return PartProduct(name, unit, found["quantity"], found["price"], factors, found["share"], keys.texts("buyers"))


def _figures(keys: Keys, kind: str) -> dict[str, Figure]:
    """{region: figure} of all tables of a kind."""
    found: dict[str, Figure] = {}
    for at, one in enumerate(keys.tables(kind), start=1):
        _take(found, Keys(one, f"{keys.where}, {kind} {at}", _KNOWN[kind]), kind)
    return found


def _take(found: dict[str, Figure], keys: Keys, kind: str) -> None:
    """Put the figures of one table where they belong; raises LabelError for a region that is given twice."""
    for region, figure in _read(keys, kind).items():
        if region in found:
            raise LabelError(f"region {region} is given twice", where=keys.where, hint="keep one of them")
        found[region] = figure


def _read(keys: Keys, kind: str) -> dict[str, Figure]:
    year = int(keys.number("year")) if "year" in keys.keys else None
    unit = keys.text("unit", "1") if kind == "share" else keys.text("unit")
    basis = keys.text("basis", "basic")
    if basis not in BASES:
        raise InputError(f"basis is {basis!r}", where=keys.where, hint=nearest(basis, BASES))
    terms = {key: keys.keys[key] for key in _TERMS if key in keys.keys}
    low, high = _range(keys)

    def figure(value: float) -> Figure:
        ends = (value * low, value * high) if "range" in keys.keys else (low, high)
        return Figure(value, unit, year, keys.text("source", ""), *ends, basis, terms, keys.where)

    if "regions" in keys.keys:
        return {region: figure(value) for region, value in keys.numbers("regions").items()}
    whole = figure(keys.number("value"))
    if "shares" in keys.keys:
        return _shared(whole, Keys(keys.table("shares"), f"{keys.where}, shares", ("product", "table", "key")))
    regions = keys.texts("region") or ((ANY,) if kind in ("price", "factor") else ())
    if not regions:
        raise InputError("has no region", where=keys.where, hint='add region = "CHN", or regions = { CHN = 1.5 }')
    return dict.fromkeys(regions, whole)


def _range(keys: Keys) -> tuple[Any, Any]:
    if "range" not in keys.keys:
        low, high = (keys.number(key) if key in keys.keys else None for key in ("low", "high"))
        return low, high
    given = keys.keys["range"]
    if isinstance(given, list) and len(given) == 2 and all(isinstance(one, int | float) for one in given):
        return float(given[0]), float(given[1])
    raise InputError(f"range is {given!r}", where=keys.where, hint="write range = [0.9, 1.1], multiples of the value")


def _shared(whole: Figure, keys: Keys) -> dict[str, Figure]:
    """A total by makers' shares in a table of an embedded product, of the total's year."""
    path = PRODUCTS / keys.text("product") / f"{keys.text('table')}.csv"
    if not path.is_file():
        raise InputError(f"there is no table {path.stem} of {path.parent.name}", where=keys.where, hint="see products")
    frame = pd.read_csv(path)
    rows = frame[(frame["key"] == keys.text("key")) & (frame["year"] == whole.year)]
    if rows.empty:
        hint = "the total needs a year that the table has"
        raise MissingError(f"there are no shares of {keys.text('key')} in {whole.year}", where=keys.where, hint=hint)
    source = f"{whole.source}; shares of makers: {path.parent.name}, {path.name}"
    return {
        str(region): replace(
            whole, value=whole.value * part, low=whole.ends[0] * part, high=whole.ends[1] * part, source=source
        )
        for region, part in zip(rows["region"], rows["value"], strict=True)
    }


_REST = {"ROW", "WLD"}  # codes that mean what is left


def _fitted(given: Mapping[str, Figure], own: Mapping[str, str], rest: str | None, where: str) -> dict[str, Figure]:
    """Figures by the table's regions; those it lacks are summed into the rest of the world."""
    found: dict[str, Figure] = {}
    for code, figure in given.items():
        name = code if code == ANY or code in own.values() else own.get(labels.iso3(code))
        if name is None and (rest is None or (code not in _REST and len(code) != 3)):
            raise LabelError(f"region {code} is not in the table", where=where, hint=nearest(code, own))
        place = name or str(rest)
        if place in found and place != rest:
            raise LabelError(f"{code} and another are region {place}", where=where, hint="keep one of them")
        found[place] = _sum(found[place], figure) if place in found else figure
    return found


def _sum(one: Figure, other: Figure) -> Figure:
    """Two quantities of one unit and year as one."""
    if (one.unit, one.year, one.basis) != (other.unit, other.year, other.basis):
        raise LabelError("figures of unlike units or years meet in the rest of the world", where=other.where)
    ends = [a + b for a, b in zip(one.ends, other.ends, strict=True)]
    sources: Sequence[str] = list(dict.fromkeys([one.source, other.source]))
    return replace(one, value=one.value + other.value, low=ends[0], high=ends[1], source="; ".join(sources))
