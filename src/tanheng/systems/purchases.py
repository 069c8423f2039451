"""What products cost by region and sector, in the money of a table: a concordance of products to sectors, and prices.

Whose money is what: the product's basic price goes to the sectors that supply it. Trade and transport margins in
purchasers' prices go to the trade and transport sectors where the product is bought, margins in f.o.b. and c.i.f.
prices (up to the border) and international freight to those of the supplier's region. Taxes less subsidies go to no
sector. Every cell is deflated by the prices of the region and sector that it goes to, taxes as the product is.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError, nearest
from tanheng.labels import Concordance
from tanheng.systems import prices
from tanheng.systems.finding import Finding, found, listed
from tanheng.systems.linking import conversion
from tanheng.systems.prices import Basis, Parts, Price, Rates, Target
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Cell = tuple[str, str]  # region, sector

MARKET, IMPORTS = "market", "imports"
TOLERANCE = 1e-9  # of one: shares of origins are quotients of sums, rounded, or decimals that people wrote


@dataclass(frozen=True)
class Purchase:
    """One product: which sectors of which regions supply it, and its price per ``unit``.

    ``shares`` {(region, sector): share} sum to one. A region "market:DEU" is the supply mix of that sector on Germany's
    market in the table, "imports:DEU" that mix without Germany's own. ``price`` is in ``currency`` of ``year``
    ("USD", "thousand CNY"); ``tax`` (taxes less subsidies), ``trade_margin``, ``transport_margin`` and ``freight``
    (international freight and insurance) are shares of the price given; ``trade_sector`` and ``transport_sector`` of
    the table receive them. ``buyer`` is the region where it is bought; unless given it is the one market named, for all
    shares; of several markets each is the buyer of its own share, and other suppliers sell at home. ``where`` is the
    file and line it was read from.
    """

    product: str
    unit: str
    shares: Mapping[Cell, float]
    price: float
    currency: str
    year: int
    basis: Basis
    tax: float = 0.0
    trade_margin: float = 0.0
    transport_margin: float = 0.0
    freight: float = 0.0
    trade_sector: str = ""
    transport_sector: str = ""
    source: str = ""
    buyer: str = ""
    where: str = field(default="", compare=False)

    @property
    def priced(self) -> Price:
        """Its price alone; raises as ``Price`` does."""
        return Price(
            product=self.product,
            unit=self.unit,
            amount=self.price,
            currency=self.currency,
            year=self.year,
            basis=self.basis,
            tax=self.tax,
            trade_margin=self.trade_margin,
            transport_margin=self.transport_margin,
            freight=self.freight,
            source=self.source,
            where=self.where,
        )


@dataclass(frozen=True, eq=False)
class Purchases:
    """p products in the money of a table of n = R*S sectors, per unit of each product, in basic prices of its year.

    ``money`` (n, p) is all that is paid to sectors, of which ``margins`` (n, p) goes to trade and transport for
    bringing the product; ``taxes`` (p,) less subsidies go to no sector. ``money`` and ``taxes`` together are the price
    that was given, in ``currency``. ``steps`` say, step by step, how they came about.
    """

    products: tuple[str, ...]
    units: tuple[str, ...]
    money: sp.csc_array
    margins: sp.csc_array
    taxes: Array
    currency: str
    steps: tuple[Finding, ...]
    table_hash: str

    @property
    def own(self) -> sp.csc_array:
        """What is paid to the suppliers of the products themselves (n, p): ``money`` without ``margins``."""
        return sp.csc_array(self.money - self.margins)

    def frame(self, table: Table) -> pd.DataFrame:
        """Row by row: product, component ("product", "margins", "taxes"), region, sector, value, unit.

        Taxes have neither region nor sector. ``table`` is the one they were made for: raises QuestionError for another.
        """
        self.require_of(table)
        rows = []
        for j, (product, unit) in enumerate(zip(self.products, self.units, strict=True)):
            for component, matrix in (("product", self.own), ("margins", self.margins)):
                column = matrix[:, [j]].tocoo()
                for at, value in zip(column.coords[0], column.data, strict=True):
                    region, sector = divmod(int(at), len(table.sectors))
                    place = (table.regions[region], table.sectors[sector])
                    rows += [(product, component, *place, float(value), f"{self.currency}/{unit}")] if value else []
            if self.taxes[j]:
                rows.append((product, "taxes", "", "", float(self.taxes[j]), f"{self.currency}/{unit}"))
        return pd.DataFrame(rows, columns=["product", "component", "region", "sector", "value", "unit"])

    def require_of(self, table: Table) -> None:
        """Raise QuestionError unless they were made for this table."""
        if self.table_hash != table.hash:
            what = f"the purchases are of another table than {table.about.name}"
            raise QuestionError(what, hint="make them with purchases(listing, table) of this table")

    def find(self, product: str) -> int:
        """The position of a product; raises QuestionError with the nearest."""
        if product not in self.products:
            hint = nearest(product, self.products)
            raise QuestionError(f"there is no purchase of {product}", hint=hint)
        return self.products.index(product)

    def into(self, units: Mapping[str, str]) -> Purchases:
        """The same per other units, {product: unit}. Raises UnitError for unlike units, QuestionError as ``find``.

        >>> purchase = Purchase("steel", "t", {("one", "all"): 1.0}, 500, "USD", 2013, "basic")
        >>> from tanheng.systems.table import Table
        >>> table = Table.from_arrays([[8, 5], [4, 2]], [[3, 0], [0, 6]], [[8, 4]], regions=["one", "two"],
        ...     sectors=["all"], demand=["final"], stressors=["CO2"], about={"name": "Kitzes", "year": 2013,
        ...     "currency": "USD", "price_basis": "current", "units": {"CO2": "t"}})
        >>> purchases([purchase], table).into({"steel": "kg"}).money.toarray().ravel().tolist()
        [0.5, 0.0]
        """
        wanted = list(self.units)
        factor = np.ones(len(self.products))
        for product, unit in units.items():
            at = self.find(product)
            times = conversion(unit, self.units[at])
            if times is None:
                hint = f"give its price per {unit}"
                what = f"its price is per {self.units[at]}, and it is used in {unit}"
                raise UnitError(what, where=f"purchase of {product}", hint=hint)
            factor[at], wanted[at] = times, unit
        by = sp.diags_array(factor)
        money, margins = (sp.csc_array(given @ by) for given in (self.money, self.margins))
        return dataclasses.replace(self, units=tuple(wanted), money=money, margins=margins, taxes=self.taxes * factor)


def purchases(
    listing: Sequence[Purchase], table: Table, rates: Rates | None = None, *, concordance: Concordance | None = None
) -> Purchases:
    """The purchases of a table that products stand for, per unit of each, with the steps from the price of each.

    With a ``concordance`` the sectors of the listing are its source labels, spread over the table's sectors by its
    weights; the trade and transport sectors are the table's. The deflators' sectors are the table's.

    Raises LabelError for a product that is there twice and for a region or sector that is not the table's (with the
    nearest), InputError for shares that are negative or do not sum to one, for freight on what the buyer's own region
    supplies and for what a price cannot be, MissingError for a margin or freight without a sector that receives it, for
    a market without supply, and for a price year without a deflator or exchange rate, UnitError for what is no money.
    """
    known, space = rates or Rates(), _Space(table, concordance)
    often = Counter(one.product for one in listing)
    for one in listing:
        if often[one.product] > 1:
            hint = "give each product once, its suppliers together as shares"
            raise LabelError(f"product {one.product} is there twice", where=one.where or table.about.name, hint=hint)
    bought = [_Bought(one, space, known) for one in listing]
    shape = (table.x.size, len(listing))
    own, margins = (_matrix([getattr(one, name) for one in bought], space, shape) for name in ("own", "margins"))
    steps = [*(space.target.findings if listing else ()), *(step for one in bought for step in one.steps)]
    return Purchases(
        products=tuple(one.product for one in listing),
        units=tuple(one.unit for one in listing),
        money=sp.csc_array(own + margins),
        margins=margins,
        taxes=np.array([one.taxes for one in bought], dtype=np.float64),
        currency=table.about.currency,
        steps=tuple(steps),
        table_hash=table.hash,
    )


class _Space:
    """The table that is bought from: its places, its markets, the way of other sectors to its own."""

    def __init__(self, table: Table, concordance: Concordance | None) -> None:
        self.table, self.concordance = table, concordance
        self.target = Target.of(table.about)
        self.regions = {name: at for at, name in enumerate(table.regions)}
        self.sectors = {name: at for at, name in enumerate(table.sectors)}
        self._mixes: dict[Cell, dict[str, float]] = {}
        if concordance is not None:
            for name in concordance.target:
                self.require(name, self.sectors, "sector", concordance.where)

    def require(self, name: str, known: Mapping[str, int], what: str, where: str) -> int:
        """Its position; raises LabelError with the nearest."""
        if name not in known:
            raise LabelError(f"{what} {name} is not known", where=where, hint=nearest(name, known))
        return known[name]

    def at(self, cell: Cell) -> int:
        """The position of a cell of known labels in the flattened table."""
        return self.regions[cell[0]] * len(self.sectors) + self.sectors[cell[1]]

    def spread(self, sector: str, where: str) -> dict[str, float]:
        """The table's sectors that a sector of the listing is, with weights."""
        if self.concordance is None:
            self.require(sector, self.sectors, "sector", where)
            return {sector: 1.0}
        source = self.concordance.source
        at = self.require(sector, {name: i for i, name in enumerate(source)}, "sector", where)
        row = self.concordance.weights[at]
        return {self.concordance.target[i]: float(row[i]) for i in np.flatnonzero(row)}

    def market(self, region: str, sector: str, where: str, *, own: bool) -> dict[str, float]:
        """Shares of the regions that supply a sector's market in a region, as the table has them, signed."""
        key = (region, sector)
        if key not in self._mixes:
            s, t, table = self.sectors[sector], self.regions[region], self.table
            supply = table.Z.values[:, s, t].sum(axis=1) + table.Y.values[:, s, t].sum(axis=1)
            self._mixes[key] = {name: float(supply[i]) for name, i in self.regions.items() if supply[i]}
        mix = {name: amount for name, amount in self._mixes[key].items() if own or name != region}
        total = math.fsum(mix.values())
        if not total > 0:
            what = f"nothing of sector {sector} is {'sold in' if own else 'imported into'} {region} in the table"
            raise MissingError(what, where=where, hint="name the regions that supply it")
        return {name: amount / total for name, amount in mix.items()}


class _Bought:
    """One purchase laid out over a table: ``own`` and ``margins`` by cell, ``taxes``, ``steps``."""

    def __init__(self, given: Purchase, space: _Space, rates: Rates) -> None:
        self.given, self.space = given, space
        self.price = price = given.priced
        self.markets = {region for kind, _, region in (place.partition(":") for place, _ in given.shares)
                        if kind in (MARKET, IMPORTS)}  # fmt: skip
        self.buyer = given.buyer or (min(self.markets) if len(self.markets) == 1 else "")
        self.where, self.target = price.place, space.target
        self.notes: list[Finding] = []
        parts, steps = prices.split(price)
        mix = self._mix()
        self._require_freight(mix)
        own = {cell: parts.product * share for cell, share in _summed((c, share) for c, _, share in mix).items()}
        factors, deflated = prices.deflate(price, own, rates, self.target)
        before = math.fsum(own[cell] * factors[cell].value for cell in own)
        rate, turned = prices.money(price, before, rates, self.target)
        years = (price.year, self.target.prices_of)
        margins = {
            cell: amount * rates.deflate(years, price.code, *cell, where=self.where).value * rate
            for cell, amount in self._margins(parts, mix).items()
        }
        self.own = {cell: amount * factors[cell].value * rate for cell, amount in own.items()}
        self.margins = margins
        self.taxes = parts.tax * (before / parts.product) * rate
        self.steps = (*self.notes, *steps, *deflated, *turned, *self._idle())

    def _mix(self) -> list[tuple[Cell, str, float]]:
        """(supplier, buying region, share): markets and concordances resolved."""
        out: list[tuple[Cell, str, float]] = []
        self._require_shares()
        if self.given.buyer:
            self.space.require(self.given.buyer, self.space.regions, "buyer", self.where)
        for (place, sector), share in self.given.shares.items():
            kind, _, region = place.partition(":")
            region = region if kind in (MARKET, IMPORTS) else place
            kind = kind if region != place else ""
            self.space.require(region, self.space.regions, "region", self.where)
            buyer = self.buyer or (region if kind else "")
            spread = self.space.spread(sector, self.where)
            if list(spread) != [sector]:
                names = listed([f"{name} {weight:.4g}" for name, weight in spread.items()])
                self._note("purchase-mapped", sector=sector, names=names)
            for name, weight in spread.items():
                regions = self._market(kind, region, name) if kind else {region: 1.0}
                out += [((r, name), buyer or r, share * weight * part) for r, part in regions.items()]
        return [(cell, buyer, share) for cell, buyer, share in out if share]

    def _market(self, kind: str, region: str, sector: str) -> dict[str, float]:
        mix = self.space.market(region, sector, self.where, own=kind == MARKET)
        first = sorted(mix, key=lambda name: -abs(mix[name]))
        names = listed([f"{name} {mix[name]:.2%}" for name in first])
        self._note(f"purchase-{kind}", sector=sector, region=region, names=names)
        if min(mix.values()) < 0:
            less = [name for name in mix if mix[name] < 0]
            share = -math.fsum(mix[name] for name in less)
            told = {"product": self.given.product, "sector": sector, "region": region, "names": listed(less)}
            self.notes.append(found("purchase-negative", "warning", self.where, share, share=share, **told))
        return mix

    def _margins(self, parts: Parts, mix: Sequence[tuple[Cell, str, float]]) -> dict[Cell, float]:
        """What is paid for bringing the product, by who brings it, in the price's money."""
        given, border = self.given, self.given.basis in ("cif", "fob")
        out: list[tuple[Cell, float]] = []
        for name, amount, at_supplier in (
            ("trade_sector", parts.trade, border),
            ("transport_sector", parts.transport, border),
            ("transport_sector", parts.freight, True),
        ):
            if amount:
                sector = self._receiver(name)
                out += [((c[0] if at_supplier else buyer, sector), amount * share) for c, buyer, share in mix]
        if out and not border and not (self.buyer or all(":" in place for place, _ in given.shares)):
            self._note("purchase-buyer-unstated")
        return _summed(out)

    def _receiver(self, name: str) -> str:
        sector = getattr(self.given, name)
        if not sector:
            what = f"a margin or freight is given and no {name} that receives it"
            raise MissingError(what, where=self.where, hint=f"name a sector of the table as {name}")
        self.space.require(sector, self.space.sectors, name.replace("_", " "), self.where)
        return str(sector)

    def _require_shares(self) -> None:
        shares = self.given.shares
        for (region, sector), share in shares.items():
            if not (share >= 0 and math.isfinite(share)):
                what = f"the share of {region} {sector} is {share:g}"
                raise InputError(what, where=self.where, hint="shares are between 0 and 1")
        total = math.fsum(shares.values())
        if not abs(total - 1) <= TOLERANCE:
            hint = "together the weights of a product are 1" if shares else "name who supplies it"
            raise InputError(f"the shares sum to {total:.12g}, not 1", where=self.where, hint=hint)

    def _require_freight(self, mix: Sequence[tuple[Cell, str, float]]) -> None:
        """What a region supplies to itself crosses no border."""
        home = [cell[0] for cell, buyer, _ in mix if cell[0] == buyer]
        if self.given.freight and home and (self.buyer or self.markets):
            what = f"international freight is given, and {home[0]} supplies part of it to itself"
            hint = f'take the imports alone ("{IMPORTS}:{home[0]}"), or give the two parts as two products'
            if home[0] not in (self.buyer, *self.markets):
                hint = f"say where all of it is bought: buyer, such as {min(self.markets)}"
            raise InputError(what, where=self.where, hint=hint)

    def _idle(self) -> Iterator[Finding]:
        """Suppliers that have no output in the table: nothing is known to be behind what they sell."""
        active = self.space.table.has_output.ravel()
        idle = [cell for cell in {**self.own, **self.margins} if not active[self.space.at(cell)]]
        if idle:
            paid = math.fsum([*self.own.values(), *self.margins.values()])
            share = math.fsum(self.own.get(cell, 0.0) + self.margins.get(cell, 0.0) for cell in idle) / paid
            names = listed([" ".join(cell) for cell in idle])
            product = self.given.product
            yield found("purchase-idle", "warning", self.where, share, product=product, share=share, names=names)

    def _note(self, check: str, **values: object) -> None:
        self.notes.append(found(check, "note", self.where, 0.0, product=self.given.product, **values))


def _summed(cells: Iterable[tuple[Cell, float]]) -> dict[Cell, float]:
    out: dict[Cell, float] = defaultdict(float)
    for cell, amount in cells:
        out[cell] += amount
    return dict(out)


def _matrix(columns: Sequence[Mapping[Cell, float]], space: _Space, shape: tuple[int, int]) -> sp.csc_array:
    """Columns of cells as a matrix (n, p), zeros left out."""
    cells = [(space.at(cell), j, v) for j, column in enumerate(columns) for cell, v in column.items() if v]
    row, column, value = (np.array(part) for part in zip(*cells, strict=True)) if cells else ([], [], [])
    return sp.csc_array((np.asarray(value, dtype=np.float64), (row, column)), shape=shape)
