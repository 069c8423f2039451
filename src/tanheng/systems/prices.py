"""A price brought to the basic prices of a table, in its money and its year: every step is data, with its source.

The steps, in this order: purchasers' to basic prices, c.i.f. to f.o.b., from the price's year to the year of the
table's prices, the exchange rate of that year, the table's money unit. A step that is not needed leaves no line.
Source: United Nations et al. 2009, System of National Accounts 2008, ch. 6 (basic and purchasers' prices) and 14
(c.i.f. and f.o.b.); United Nations 2018, Handbook on Supply and Use Tables, ch. 9 (deflation).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from tanheng import units
from tanheng.errors import InputError, LabelError, MissingError, UnitError, nearest
from tanheng.systems.about import About
from tanheng.systems.deflate import price_year
from tanheng.systems.finding import Finding, found, listed

Basis = Literal["basic", "purchasers", "cif", "fob"]
BASES: tuple[Basis, ...] = get_args(Basis)
HOLDS: Mapping[str, tuple[str, ...]] = {  # what a price of a basis may hold beside the product, all as shares of it
    "basic": (),
    "fob": ("tax", "trade_margin", "transport_margin"),  # up to the exporter's border
    "cif": ("freight", "tax", "trade_margin", "transport_margin"),
    "purchasers": ("tax", "trade_margin", "transport_margin", "freight"),
}
SHARES = ("tax", "trade_margin", "transport_margin", "freight")

# -- rates ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deflator:
    """A price index ``value`` in ``year``, of what a region and sector sell, in prices of ``currency``.

    An empty ``region`` or ``sector`` means any. Only the ratio of two years of one series counts, so the base of the
    index does not matter. An index in a foreign currency mixes prices and exchange rates, which ``source`` should say.
    """

    year: int
    value: float
    currency: str
    region: str = ""
    sector: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """``value`` units of ``to`` are paid for one unit of ``currency``, on average of ``year``."""

    year: int
    currency: str
    to: str
    value: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """What a price is multiplied by, its source, and whether it ``stands in`` for one of the region's own."""

    value: float
    source: str
    stands_in: bool = False


_Series = Mapping[int, Deflator]


@dataclass(frozen=True)
class Rates:
    """Deflators and exchange rates, each with its source.

    Raises InputError for a value that is not a positive number, LabelError for one that is there twice, UnitError for
    what is no currency.
    """

    deflators: tuple[Deflator, ...] = ()
    exchange: tuple[ExchangeRate, ...] = ()
    where: str = field(default="rates", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "deflators", tuple(self.deflators))
        object.__setattr__(self, "exchange", tuple(self.exchange))
        seen = set()
        every: tuple[Deflator | ExchangeRate, ...] = (*self.deflators, *self.exchange)
        for one in every:
            told, codes = _told(one)
            for code in codes:
                _require_currency(code, self.where)
            if not (one.value > 0 and math.isfinite(one.value)):
                hint = "write a number above 0, or leave it out"
                raise InputError(f"the {told} is {one.value:g}", where=self.where, hint=hint)
            if told in seen:
                raise LabelError(f"the {told} is there twice", where=self.where, hint="keep one of them")
            seen.add(told)

    def completed(self, other: Rates) -> Rates:
        """These, and of the other the series of deflators and the exchange rates that these lack."""
        lacking = tuple(d for d in other.deflators if (d.currency, d.region, d.sector) not in self._series)
        more = tuple(one for one in other.exchange if (one.year, one.currency, one.to) not in self._rates)
        return Rates((*self.deflators, *lacking), (*self.exchange, *more), self.where)

    def deflate(self, years: tuple[int, int], currency: str, region: str, sector: str, *, where: str = "") -> Factor:
        """The prices of the second year for one of the first, of what a region and sector sell, in ``currency``.

        The nearest series that has both years: of the region and sector, the region, the sector, or of any. It stands
        in where it is not of the region though others are. Raises MissingError where there is none, InputError for two
        years of a series that have two sources.
        """
        if years[0] == years[1]:
            return Factor(1.0, "")
        for key in ((region, sector), (region, ""), ("", sector), ("", "")):
            series = self._series.get((currency, *key), {})
            if years[0] in series and years[1] in series:
                before, after = series[years[0]], series[years[1]]
                self._require_one_source(before, after)
                return Factor(after.value / before.value, after.source, not key[0] and currency in self._by_region)
        place = " ".join(part for part in (region, sector) if part)
        what = f"there is no deflator of {currency} prices from {years[0]} to {years[1]} for {place}"
        raise MissingError(what, where=where, hint=self._known(currency, region, sector))

    def convert(self, year: int, currency: str, to: str, *, where: str = "") -> Factor:
        """What one unit of ``currency`` is in ``to`` in a year, as given or the other way round. Raises MissingError.

        >>> Rates(exchange=(ExchangeRate(2009, "USD", "CNY", 6.25),)).convert(2009, "CNY", "USD").value
        0.16
        """
        if currency == to:
            return Factor(1.0, "")
        direct, back = (self._rates.get((year, *pair)) for pair in ((currency, to), (to, currency)))
        if direct:
            return Factor(direct.value, direct.source)
        if back:
            return Factor(1 / back.value, back.source)
        there = sorted({one.year for one in self.exchange if {one.currency, one.to} == {currency, to}})
        known = f"rates have {', '.join(map(str, there))}" if there else "rates have no year of these"
        hint = f"{known}; declare one: year, currency, to, value, source"
        raise MissingError(f"there is no exchange rate of {currency} to {to} in {year}", where=where, hint=hint)

    @cached_property
    def _series(self) -> Mapping[tuple[str, str, str], _Series]:
        out: dict[tuple[str, str, str], dict[int, Deflator]] = {}
        for one in self.deflators:
            out.setdefault((one.currency, one.region, one.sector), {})[one.year] = one
        return out

    @cached_property
    def _by_region(self) -> frozenset[str]:
        """The currencies that have deflators by region."""
        return frozenset(one.currency for one in self.deflators if one.region)

    @cached_property
    def _rates(self) -> Mapping[tuple[int, str, str], ExchangeRate]:
        return {(one.year, one.currency, one.to): one for one in self.exchange}

    def _known(self, currency: str, region: str, sector: str) -> str:
        way = "declare them (year, value, currency, region, sector, source), or give the price of another year"
        fit = [d for d in self.deflators if d.currency == currency and d.region in ("", region)]
        years = sorted({one.year for one in fit if one.sector in ("", sector)})
        if not years:
            return f"rates have no year of it; {way}"
        return f"rates have {years[0]} to {years[-1]}; {way}"

    def _require_one_source(self, one: Deflator, other: Deflator) -> None:
        if one.source != other.source:
            what = f"the {_told(one)[0]} and that of {other.year} are of two sources: {one.source}; {other.source}"
            hint = "an index has one base: take both years from one source"
            raise InputError(what, where=self.where, hint=hint)


def _told(one: Deflator | ExchangeRate) -> tuple[str, tuple[str, ...]]:
    """What it is in words, and its currencies."""
    if isinstance(one, ExchangeRate):
        return f"exchange rate of {one.currency} to {one.to} in {one.year}", (one.currency, one.to)
    place = " ".join(part for part in (one.region, one.sector) if part)
    return f"deflator of {one.currency} prices in {one.year} for {place or 'any region'}", (one.currency,)


def _require_currency(code: str, where: str) -> None:
    unit = units.parse(code, where=where)
    if unit.dimension != f"money {code}":
        raise UnitError(f"{code!r} is no currency", where=where, hint="write its three letters, such as CNY")


# -- what a price is made of ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parts:
    """What a price is made of, which together are the price: product (basic price), margins, freight, taxes."""

    product: float
    trade: float
    transport: float
    freight: float
    tax: float


@dataclass(frozen=True, slots=True)
class Price:
    """An ``amount`` of money of a ``currency`` and ``year`` per ``unit`` of a ``product``, and what else it holds.

    ``tax`` (taxes less subsidies on products; negative where subsidies are more), ``trade_margin``,
    ``transport_margin`` and ``freight`` (international freight and insurance) are shares of the amount.
    Raises InputError for an unknown basis (with the nearest), an amount that is not above zero and shares that are
    none, leave nothing for the product, or are not part of such a price; MissingError for a purchasers' or c.i.f. price
    that does not say what it holds, UnitError for a currency that is no money.
    """

    product: str
    unit: str
    amount: float
    currency: str
    year: int
    basis: Basis
    tax: float = 0.0
    trade_margin: float = 0.0
    transport_margin: float = 0.0
    freight: float = 0.0
    source: str = ""
    where: str = ""

    def __post_init__(self) -> None:
        here = self.place
        if self.basis not in BASES:
            raise InputError(f"basis {self.basis!r} is not known", where=here, hint=nearest(self.basis, BASES))
        if not units.parse(self.currency, where=here).dimension.startswith("money"):
            hint = "a currency reads like 'USD' or 'thousand CNY'"
            raise UnitError(f"the currency is {self.currency!r}, which is no money", where=here, hint=hint)
        if not (self.amount > 0 and math.isfinite(self.amount)):
            hint = "a price is a number above 0; leave out what costs nothing"
            raise InputError(f"the price is {self.amount:g}", where=here, hint=hint)
        for name in SHARES:
            self._require_share(name, getattr(self, name))
        if self.rest <= 0:
            hint = "taxes, margins and freight are shares of the price: 0.2 for 20 %"
            raise InputError(f"taxes, margins and freight leave {self.rest:g} of the price", where=here, hint=hint)
        self._require_told()

    @property
    def place(self) -> str:
        """Where it is from, or what of, for messages."""
        return f"{self.where}, {self.product}" if self.where else f"purchase of {self.product}"

    @property
    def rest(self) -> float:
        """The share of the product in basic prices."""
        return 1.0 - math.fsum(getattr(self, name) for name in SHARES)

    @property
    def code(self) -> str:
        """Its currency without the scale: CNY for "thousand CNY"."""
        return units.parse(self.currency).dimension.removeprefix("money ")

    def _require_share(self, name: str, share: float) -> None:
        if not math.isfinite(share) or (share < 0 and name != "tax"):
            hint = "it is a share of the price, 0 or more; only taxes less subsidies may be negative"
            raise InputError(f"{name} is {share:g}", where=self.place, hint=hint)
        if share and name not in HOLDS[self.basis]:
            fit = ", ".join(basis for basis in BASES if name in HOLDS[basis])
            what = f"a price of basis {self.basis} holds no {name} ({share:g})"
            raise InputError(what, where=self.place, hint=f"leave it out, or say the basis that holds it: {fit}")

    def _require_told(self) -> None:
        """Missing is not zero: a price that holds more than the product says how much."""
        if self.basis == "cif" and not self.freight:
            hint = "give freight, its share of the price, or say basis fob"
            raise MissingError("the price is c.i.f. and its freight is not given", where=self.place, hint=hint)
        if self.basis == "purchasers" and not any(getattr(self, name) for name in SHARES):
            hint = "give tax, trade_margin, transport_margin as shares of the price, or say basis basic"
            what = "the price is purchasers' and neither taxes nor margins are given"
            raise MissingError(what, where=self.place, hint=hint)


def split(price: Price) -> tuple[Parts, tuple[Finding, ...]]:
    """What a price is made of, in its own money and year, and the steps from the price given to the basic price.

    All shares are of the price given, so that the order of the steps changes nothing but what each line says.

    >>> parts, steps = split(Price("steel", "t", 1000, "USD", 2021, "purchasers", tax=0.13, trade_margin=0.1))
    >>> parts.product, parts.trade, parts.tax, [step.check for step in steps]
    (770.0, 100.0, 130.0, ['price-taxes', 'price-margins'])
    """
    amounts = {name: price.amount * getattr(price, name) for name in SHARES}
    product = price.amount - math.fsum(amounts.values())
    steps, left = [], price.amount
    told = (("price-taxes", ("tax",)), ("price-margins", ("trade_margin", "transport_margin")))
    for check, names in (*told, ("price-freight", ("freight",))):
        out = math.fsum(amounts[name] for name in names)
        if any(amounts[name] for name in names):
            unit = f"{price.currency}/{price.unit}"
            named = {name: amounts[name] for name in names}
            steps.append(step(check, price, left, left - out, unit, price.source, **named))
            left -= out
    if price.basis in ("fob", "cif") and not any(getattr(price, name) for name in SHARES[:3]):
        steps.append(found("price-fob", "note", price.place, product=price.product))
    parts = Parts(product, *(amounts[name] for name in ("trade_margin", "transport_margin", "freight", "tax")))
    return parts, tuple(steps)


def step(check: str, price: Price, before: float, after: float, unit: str, source: str, **more: object) -> Finding:
    """A line of the record: a step that was taken, with its factor, the price before and after, and the source."""
    factor = after / before
    told = {"product": price.product, "factor": factor, "before": before, "after": after, "unit": unit}
    return found(check, "note", price.place, abs(factor - 1), **told, source=source or "-", **more)


# -- to the money of a table ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """The money of a table: its currency, the year of its prices (None where it does not say), its name."""

    name: str
    currency: str
    year: int | None
    own_year: int

    @classmethod
    def of(cls, about: About) -> Target:
        """Of what a table says of itself."""
        return cls(about.name, about.currency, price_year(about), about.year)

    @property
    def prices_of(self) -> int:
        """The year of its prices: as it says, else its own, which ``findings`` say."""
        return self.own_year if self.year is None else self.year

    @property
    def findings(self) -> tuple[Finding, ...]:
        """That the table does not say in which year's prices it is."""
        if self.year is not None:
            return ()
        return (found("price-year-unstated", "warning", self.name, year=self.own_year),)


def deflate(
    price: Price, cells: Mapping[tuple[str, str], float], rates: Rates, target: Target
) -> tuple[dict[tuple[str, str], Factor], tuple[Finding, ...]]:
    """A factor for each (region, sector) that is paid, by its own prices, and the step of the product in a line.

    ``cells`` are what is paid to the suppliers of the product itself. Raises as ``Rates.deflate``.
    """
    years = (price.year, target.prices_of)
    factors = {key: rates.deflate(years, price.code, *key, where=price.place) for key in cells}
    if years[0] == years[1]:
        return factors, ()
    before, after = math.fsum(cells.values()), math.fsum(cells[key] * factors[key].value for key in cells)
    by = {" ".join(key): factor.value for key, factor in factors.items()}
    several = len(set(by.values())) > 1
    span = f"{min(by.values()):.6g}–{max(by.values()):.6g}" if several else f"{after / before:.6g}"
    source = "; ".join(dict.fromkeys(factor.source for factor in factors.values() if factor.source))
    more = {"from_year": years[0], "to_year": years[1], "currency": price.code, "span": span, "factors": by}
    unit = f"{price.currency}/{price.unit}"
    steps = [step("price-deflated", price, before, after, unit, source, **more)]
    stood = list(dict.fromkeys(key[0] for key, factor in factors.items() if factor.stands_in))
    if stood:
        share = math.fsum(cells[key] for key, factor in factors.items() if factor.stands_in) / before
        more = {"product": price.product, "names": listed(stood), "share": share}
        steps.append(found("price-deflator-stood", "warning", price.place, share, **more))
    return factors, tuple(steps)


def money(price: Price, before: float, rates: Rates, target: Target) -> tuple[float, tuple[Finding, ...]]:
    """What one unit of the price's money is in the table's, at the exchange rate of its price year, and the steps.

    ``before`` is the price of the product as the steps before left it. Raises as ``Rates.convert``.
    """
    own, table = units.parse(price.currency), units.parse(target.currency)
    to = table.dimension.removeprefix("money ")
    rate = rates.convert(target.prices_of, price.code, to, where=price.place)
    scale, steps = own.factor / table.factor, []
    if price.code != to:
        more = {"year": target.prices_of, "currency": price.code, "to": to}
        unit = f"{price.currency.replace(price.code, to)}/{price.unit}"
        steps.append(step("price-exchanged", price, before, before * rate.value, unit, rate.source, **more))
    if scale != 1:
        at = before * rate.value
        unit = f"{target.currency}/{price.unit}"
        steps.append(step("price-scaled", price, at, at * scale, unit, target.name))
    return rate.value * scale, tuple(steps)
