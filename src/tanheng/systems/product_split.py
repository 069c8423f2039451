"""A product split from its sector by what is known of it: how much is made, at what price, emitting how much.

Output is quantity times price, in the table's money and basic prices; emissions are quantity times the maker's own
(direct) factor; the rest of the sector keeps the remainder of both. What a product may at most be is its sector.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng import labels, units
from tanheng.errors import InputError, LabelError, MissingError, TableError, UnitError, nearest
from tanheng.kernels import sample
from tanheng.systems.deflate import price_year
from tanheng.systems.disaggregate import disaggregate, drawn
from tanheng.systems.finding import Finding, found, listed
from tanheng.systems.prices import Basis, Rates
from tanheng.systems.purchases import Purchase, purchases
from tanheng.systems.sector_parts import Unknown
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Drawn = Literal["figures"] | Unknown

ANY = "*"  # the region of a figure that holds for all that have none of their own
USUAL: tuple[Drawn, ...] = ("figures", "sales", "inputs", "block")
_FIGURES = 1  # the stream of randomness that figures are drawn from; shares take the first


@dataclass(frozen=True)
class Figure:
    """A number with its ``unit``, ``year`` (None: of no year), ``source``, and the range it is believed to lie in.

    ``basis`` and ``terms`` are of prices alone: the price basis, and the taxes and margins of a ``Purchase``.
    """

    value: float
    unit: str
    year: int | None = None
    source: str = ""
    low: float | None = None
    high: float | None = None
    basis: Basis = "basic"
    terms: Mapping[str, Any] = field(default_factory=dict, hash=False)
    where: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        low, high = self.ends
        if not 0 <= low <= self.value <= high < np.inf:  # so that NaN is refused
            hint = "give low, value and high in this order, none of them negative"
            raise InputError(f"{self.value:g} is not between {low:g} and {high:g}", where=self.where, hint=hint)

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high, the value itself where they are not given."""
        return self.value if self.low is None else self.low, self.value if self.high is None else self.high


@dataclass(frozen=True)
class PartProduct:
    """A product within a sector: ``quantity`` by region, ``price`` and direct ``factors`` by region or ``*``.

    Quantities are in units of the product's ``unit`` ("Mt"), prices in money per unit ("USD/t"), factors by stressor
    in mass per unit ("t/t"). In place of quantity and price, ``share`` gives its share of the sector's output (1).
    A region without a quantity or share makes none. Stressors without a factor go by output. ``buyers`` are the sectors
    and final demand categories that buy it, all if empty.
    """

    name: str
    unit: str
    quantity: Mapping[str, Figure] = field(default_factory=dict)
    price: Mapping[str, Figure] = field(default_factory=dict)
    factors: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    share: Mapping[str, Figure] = field(default_factory=dict)
    buyers: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ProductSplit:
    """A sector split by products: the table ``given`` by the figures, and draws of what they leave unknown.

    ``unknown`` says what is drawn: ``figures`` (uniformly between their low and high, quantity, price and factor each
    with one draw for all regions) and the shares of ``tanheng.systems.disaggregate.drawn``.
    """

    base: Table
    sector: str
    products: tuple[PartProduct, ...]
    rest: str
    cap: float | None
    rates: Rates | None
    unknown: tuple[Drawn, ...]
    alike: bool
    classification: str

    @cached_property
    def given(self) -> Table:
        """The table split by the figures' values, unknown shares in proportion; its findings say what was done."""
        claims = self._claims(None)
        table = disaggregate(self.base, self.sector, classification=self.classification, **claims.declared)
        about = dataclasses.replace(table.about, version=f"{table.about.version}{self._record}")
        found = (*table.findings, *self.findings, *claims.findings)
        return table.replace(about=about).noted(found)

    def draw(self, number: int, seed: int = 0) -> Table:
        """Draw ``number`` of ``seed``: figures within their ranges, and the unknown shares."""
        rng = sample.generator(seed, number, _FIGURES) if "figures" in self.unknown else None
        claims = self._claims(rng)
        unknown: list[Unknown] = [one for one in self.unknown if one != "figures"]
        more: dict[str, Any] = {"draw": number, "seed": seed, "unknown": unknown, "alike": self.alike}
        return drawn(self.base, self.sector, classification=self.classification, **claims.declared, **more)

    @property
    def new(self) -> tuple[str, ...]:
        """The new sectors: the products, and the rest."""
        return (*(one.name for one in self.products), self.rest)

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Every figure: product, figure, region, value, low, high, unit, year, same_year, source."""
        priced = price_year(self.base.about) or self.base.year
        rows = []
        for product in self.products:
            kinds = {"quantity": product.quantity, "price": product.price, "share": product.share}
            for kind, given in {**kinds, **{f"factor {name}": one for name, one in product.factors.items()}}.items():
                of = priced if kind == "price" else self.base.year
                for region, one in given.items():
                    low, high = one.ends
                    row = [product.name, kind, region, one.value, low, high, one.unit, one.year, one.year == of]
                    rows.append([*row, one.source])
        columns = ["product", "figure", "region", "value", "low", "high", "unit", "year", "same_year", "source"]
        return pd.DataFrame(rows, columns=columns).astype({"year": "Int64"})

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The steps of prices, and the figures that are not of the table's year."""
        other = self.figures[~self.figures["same_year"]]
        said = []
        for (product, figure, year), rows in other.groupby(["product", "figure", "year"], dropna=False, sort=False):
            check = "split-figure-dateless" if pd.isna(year) else "split-figure-year"
            of_year = {} if pd.isna(year) else {"year": int(year)}
            values = {"figure": figure, "product": product, **of_year, "of": self.base.year}
            said.append(found(check, "note", listed(list(rows["region"])), **values))
        return (*(step for one in self._known for step in one.steps), *said)

    @property
    def _record(self) -> str:
        parts = [f"{one.name} by {'share' if one.share else 'quantity and price'}" for one in self.products]
        return f"; {', '.join(parts)}" + (f", at most {self.cap:g} of the sector" if self.cap is not None else "")

    @cached_property
    def _known(self) -> tuple[_Known, ...]:
        return tuple(_Known.of(one, self.base, self.sector, self.rates) for one in self.products)

    def _claims(self, rng: np.random.Generator | None) -> _Claims:
        return _claims(self, rng)


def split_by_products(
    table: Table,
    sector: str,
    products: Sequence[PartProduct],
    *,
    rest: str = "",
    cap: float | None = None,
    rates: Rates | None = None,
    unknown: Collection[Drawn] = USUAL,
    alike: bool = True,
    classification: str = "",
) -> ProductSplit:
    """Products split from ``sector`` by physical data; ``rest`` (unless named, "c12 other") keeps the remainder.

    A product's share of output is quantity times price over the sector's output, its share of emissions quantity times
    factor over the sector's emissions, region by region. A region without a quantity makes none of it. Prices that are
    not basic prices of the table's price year in its currency are brought there by ``tanheng.systems.purchases`` and
    ``rates``, each step a finding. With ``buyers`` the product is sold to those alone.

    A product may not claim more than its sector has (or sells to its buyers): that is an error that names the region.
    With ``cap``, a share of the sector, it is held to that share there, and the finding ``split-capped`` says where and
    what was claimed.
    Raises LabelError for an unknown sector, buyer, region or stressor, InputError for products of unlike buyers and for
    a cap out of (0, 1], MissingError for a region with a quantity and no price, UnitError for units that do not
    convert; TableError on ``given`` and ``draw`` for a product that claims too much.
    Source: Wolsky 1984; Lindner, Legault and Guan 2012.
    """
    if sector not in table.sectors:
        raise LabelError(f"sector {sector} is not known", where=table.about.name, hint=nearest(sector, table.sectors))
    if cap is not None and not 0 < cap <= 1:
        raise InputError(f"the cap is {cap:g}", where=table.about.name, hint="it is a share of the sector, up to 1")
    if len({frozenset(one.buyers) for one in products}) > 1:
        hint = "give the same buyers, or split one product after the other"
        raise InputError("the products have unlike buyers", where=table.about.name, hint=hint)
    split = ProductSplit(
        table, sector, tuple(products), rest or f"{sector} other", cap, rates, tuple(unknown), alike, classification
    )
    for one in products:
        labels.positions(one.buyers, [*table.sectors, *table.demand], what="buyer", where=f"{one.name}, buyers")
    split._known  # noqa: B018  # so that what is wrong with the figures is said here
    return split


@dataclass(frozen=True, eq=False)
class _Known:
    """A product's figures laid out by region, each (3, R): value, low, high; emissions per unit of quantity."""

    quantity: Array  # in the product's unit, or 1 where shares are given
    price: Array  # in the table's money per unit, or the share of output times output
    factors: dict[int, Array]  # in the stressor's unit per unit, by position
    steps: tuple[Finding, ...]

    @classmethod
    def of(cls, product: PartProduct, table: Table, sector: str, rates: Rates | None) -> _Known:
        """Raises as ``split_by_products`` does."""
        where = f"{table.about.name}, {product.name}"
        made = product.share or product.quantity
        labels.positions(list(made), table.regions, what="region", where=where)
        there = [region in made for region in table.regions]
        if product.share:
            output = table.x.sel(sector=sector).values
            quantity = np.array(there, dtype=np.float64) * np.ones((3, 1))
            price = _laid(product.share, there, table, where, lambda _: 1.0) * output
            steps: tuple[Finding, ...] = ()
            if product.factors:
                hint = "give quantity and price, or leave the factors out"
                raise InputError("factors are per unit of quantity, and a share has none", where=where, hint=hint)
        else:
            quantity = _laid(product.quantity, there, table, where, lambda one: units.factor(one.unit, product.unit))
            money, steps = _money(product, table, sector, rates)
            price = _laid(product.price, there, table, where, lambda one: money[one])
        factors = {}
        for name, given in product.factors.items():
            at = int(labels.positions([name], table.stressors, what="stressor", where=where)[0])
            unit = table.about.units[name]
            factors[at] = _laid(given, there, table, where, lambda one: _per(one, product.unit, unit))  # noqa: B023
        return cls(quantity, price, factors, steps)


def _laid(given: Mapping[str, Figure], there: Sequence[bool], table: Table, where: str, scale: Any) -> Array:
    """Figures by region (3, R), zero where the product is not made; raises MissingError where one lacks."""
    out = np.zeros((3, len(table.regions)))
    for r, region in enumerate(table.regions):
        one = given.get(region, given.get(ANY))
        if not there[r]:
            continue
        if one is None:
            hint = f"give one for {region}, or for {ANY}"
            raise MissingError(f"there is no figure for {region}", where=where, hint=hint)
        out[:, r] = np.array([one.value, *one.ends]) * scale(one)
    return out


def _per(one: Figure, unit: str, target: str) -> float:
    """What a figure "t/t" is multiplied by to be in ``target`` per ``unit``."""
    above, slash, below = one.unit.partition("/")
    if not slash:
        raise UnitError(f"{one.unit!r} is no unit per unit", where=one.where, hint=f"write it as {target}/{unit}")
    return units.factor(above.strip(), target) / units.factor(below.strip(), unit)


def _money(
    product: PartProduct, table: Table, sector: str, rates: Rates | None
) -> tuple[dict[Figure, float], tuple[Finding, ...]]:
    """By price figure: basic prices of the table, in its money, per unit of the figure's price; and the steps."""
    scales: dict[Figure, float] = {}
    steps: list[Finding] = []
    for region, one in product.price.items():
        currency, slash, per = (part.strip() for part in one.unit.partition("/"))
        if not slash:
            raise UnitError(f"{one.unit!r} is no price", where=one.where, hint="write it as USD/t")
        same = units.parse(currency).dimension == units.parse(table.about.currency).dimension
        if same and one.basis == "basic" and one.year == (price_year(table.about) or table.year):
            scales[one] = units.factor(currency, table.about.currency) / units.factor(per, product.unit)
            continue
        if one.year is None:
            raise MissingError("the price has no year", where=one.where, hint="give the year it is of")
        place = next((name for name in product.quantity if region in (ANY, name)), table.regions[0])
        asked = Purchase(
            product.name, per, {(place, sector): 1.0}, one.value, currency, one.year, one.basis,
            source=one.source, where=one.where, **one.terms,
        )  # fmt: skip
        done = purchases([asked], table, rates)
        basic = float(done.money.sum() - done.margins.sum())
        scales[one] = basic / one.value / units.factor(per, product.unit)
        steps += done.steps
    return scales, tuple(steps)


# -- what products claim of their sector -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Claims:
    """The arguments of ``disaggregate``, and what was capped."""

    declared: dict[str, Any]
    findings: tuple[Finding, ...]


def _claims(split: ProductSplit, rng: np.random.Generator | None) -> _Claims:
    """What the products claim, by the figures' values or at places drawn within their ranges."""
    table, sector, known = split.base, split.sector, split._known
    quantity = [_at(one.quantity, rng) for one in known]
    output = np.array([q * _at(one.price, rng) for q, one in zip(quantity, known, strict=True)])
    x = table.x.sel(sector=sector).values
    weights, findings = _held(split, output, np.minimum(x, _sold(split)), x, "output", table.about.currency)
    stressors = {}
    for k in sorted({k for one in known for k in one.factors}):
        name, F = table.stressors[k], table.F.values[k, :, table.sectors.index(sector)]
        emitted = np.array([
            q * _at(one.factors[k], rng) if k in one.factors else F * weights[p]
            for p, (q, one) in enumerate(zip(quantity, known, strict=True))
        ]) * (weights > 0)  # fmt: skip  # what has no output, being held to none, emits nothing
        shares, more = _held(split, emitted, F, F, name, table.about.units[name])
        shares = np.where(F > 0, shares, weights)  # what is nothing, or a removal, goes by output
        stressors[name] = _by_region(split, shares)
        findings += more
    sales = None
    if split.products and split.products[0].buyers:
        every = [*table.sectors, *table.demand]
        none = dict.fromkeys(split.new, 0.0) | {split.rest: 1.0}
        sales = {buyer: none for buyer in every if buyer not in split.products[0].buyers}
    declared = {"weights": _by_region(split, weights), "sales": sales, "stressors": stressors}
    return _Claims(declared, findings)


def _at(figures: Array, rng: np.random.Generator | None) -> Array:
    """The values (R,) of figures (3, R), or a place within their ranges, the same for all regions."""
    return np.asarray(figures[0] if rng is None else figures[1] + rng.random() * (figures[2] - figures[1]))


def _sold(split: ProductSplit) -> Array:
    """What the sector sells to the buyers of the products (R,), money; its output where they are all."""
    table, at = split.base, split.base.sectors.index(split.sector)
    buyers = split.products[0].buyers if split.products else ()
    if not buyers:
        return np.asarray(table.x.values[:, at])
    sectors = [j for j, name in enumerate(table.sectors) if name in buyers]
    demand = [d for d, name in enumerate(table.demand) if name in buyers]
    sold = table.Z.values[:, at][:, :, sectors].sum(axis=(1, 2)) + table.Y.values[:, at][:, :, demand].sum(axis=(1, 2))
    return np.asarray(sold)


def _held(
    split: ProductSplit, claimed: Array, room: Array, whole: Array, what: str, unit: str
) -> tuple[Array, tuple[Finding, ...]]:
    """Shares (P, R) of the ``whole`` (R,), held to the cap of the ``room``; and the finding where that was done.

    Raises TableError where a claim is larger than the room and there is no cap.
    """
    total, cap = claimed.sum(axis=0), 1.0 if split.cap is None else split.cap
    most = cap * np.maximum(room, 0.0)
    over = total > most * (1 + 1e-12)  # rounding of a claim that is all there is
    if over.any() and split.cap is None:
        worst = int((total - most).argmax())
        region, those = split.base.regions[worst], ", ".join(one.name for one in split.products)
        raise TableError(
            f"{those} would have {total[worst]:.6g} {unit} of {what}, the sector has {room[worst]:.6g}",
            where=f"{split.base.about.name}, region {region}, sector {split.sector}",
            hint="look at quantity, price and factor; or give cap=0.95 to hold it to that share of the sector",
        )
    held = np.where(over, most / np.where(over, total, 1.0), 1.0)
    shares = np.divide(claimed * held, whole, out=np.zeros_like(claimed), where=whole > 0)
    if not over.any():
        return shares, ()
    names = [split.base.regions[r] for r in np.flatnonzero(over)]
    size = float((total - most)[over].sum() / max(total.sum(), 1e-300))
    values = {"part": what, "claimed": float(total[over].sum()), "had": float(room[over].sum()), "unit": unit}
    return shares, (found("split-capped", "warning", listed(names, 12), size, cap=cap, **values),)


def _by_region(split: ProductSplit, shares: Array) -> dict[str, dict[str, float]]:
    """{region: {new sector: share}} with the remainder to the rest."""
    rows = np.vstack([shares, np.maximum(1.0 - shares.sum(axis=0), 0.0)]).T
    return {
        region: dict(zip(split.new, row.tolist(), strict=True))
        for region, row in zip(split.base.regions, rows, strict=True)
    }
