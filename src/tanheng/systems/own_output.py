"""A product's own output, taken out of the table before the processes that make it stand beside its sectors.

A sector of a table already holds the product: its sales, what is bought to make it, its emissions. To join the process
system as it is would count them twice. What is taken out is a part of the sector as large as the product's output is in
basic prices, in proportion to the whole sector unless declared otherwise; its sales become sales of the product.
Source: Suh 2004; Suh et al. 2004 (the part of the sector that the processes stand for is subtracted from it).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import labels
from tanheng.errors import InputError, LabelError, QuestionError
from tanheng.systems.aggregate import carried
from tanheng.systems.purchases import Purchases
from tanheng.systems.removed import Removed
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Ints = NDArray[np.intp]

TAKEN_OUT = "taken out"  # the final demand category that holds what the others sold to the part taken out
WHOLE = 1e-9  # of a cell: what is left below it is rounding, and the whole cell was meant
SUMMED = 1e-9  # what declared shares may miss 1 by


@dataclass(frozen=True)
class Sale:
    """What a process sells in the table's year: ``quantity`` of its ``product`` (its id or name), in ``unit``.

    What is taken out of the table with it is in proportion to the sector unless it is declared: ``buyers`` {(region,
    sector or final demand category): share of the quantity}, which sum to one; ``inputs`` {(region, sector): money a
    year} that the sector bought to make it; ``stressors`` {stressor: amount a year, in the table's unit}. ``where`` is
    the file and line it was read from.
    """

    product: str
    quantity: float
    unit: str
    buyers: Mapping[tuple[str, str], float] = field(default_factory=dict)
    inputs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    stressors: Mapping[str, float] = field(default_factory=dict)
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Sales:
    """Sales, and ``prices`` at which the table holds the products: of each its sectors and its basic price."""

    rows: tuple[Sale, ...]
    prices: Purchases


@dataclass(frozen=True, eq=False)
class TakenOut:
    """The table without p products, ``rest``, and their sales a year in their units, by what the table says of them.

    ``sectors`` (p, n), ``final`` (p, R*D), and ``idle`` (p, n): sales to sectors without output. ``whole`` (p,) is all
    that was taken out, sales to what was itself taken out included. Of ``rest``, the final demand category
    ``TAKEN_OUT`` holds what its sectors sold to the part taken out: it is nobody's demand now.
    """

    rest: Table
    sectors: Array
    final: Array
    idle: Array
    whole: Array
    removed: tuple[Removed, ...]


def take_out(table: Table, sales: Sales) -> TakenOut:
    """The table without the products' own output, in a copy of its size.

    Of product P let v_c be what is sold of it in money by sector c, α_c = v_c / x_c. Unless declared otherwise, α_c of
    the sector's sales, inputs, emissions and value added are taken out. A cell between sectors that are both taken out
    in part keeps (1 − α_c)(1 − α_d) of it: what the two parts sell each other is neither in the rest nor a sale of P.
    Raises QuestionError for purchases of another table and for a product without price, InputError where more is taken
    out than the table has, for a quantity that is none and for shares that do not sum to one, LabelError for an unknown
    label, UnitError for a unit that does not convert.
    """
    cut = _Cut(table, sales)
    return TakenOut(cut.rest(), *cut.sold(), cut.quantities, cut.removed())


class _Cut:
    """What is taken out, pair by pair of a product and one of its sectors: m pairs, of p products and k sectors.

    Pair i is product ``product[i]`` and sector ``at[sector[i]]``, of whose output it is ``share[i]``.
    """

    def __init__(self, table: Table, sales: Sales) -> None:
        if sales.prices.table_hash != table.hash:
            what = f"the prices are in the money of another table than {table.about.name}"
            raise QuestionError(what, hint="make them with purchases(listing, table) of this table")
        self.table, self.rows = table, sales.rows
        self.n = table.x.size
        self.Z, self.Y = table.Z.values.reshape(self.n, self.n), table.Y.values.reshape(self.n, -1)
        self.F, self.x = table.F.values.reshape(-1, self.n), table.x.values.ravel()
        prices = sales.prices.into({sale.product: sale.unit for sale in sales.rows})
        own = prices.own.toarray()[:, [prices.find(sale.product) for sale in sales.rows]]
        self.quantities = np.array([self._quantity(sale) for sale in sales.rows], dtype=np.float64)
        self.price = own.sum(axis=0)
        place, self.product = np.nonzero(own)
        self.at, self.sector = np.unique(place, return_inverse=True)
        self.money = own[place, self.product] * self.quantities[self.product]
        self.share = self._shares()

    def _quantity(self, sale: Sale) -> float:
        if not 0 < sale.quantity < float("inf"):
            what = f"the quantity of {sale.product} is {sale.quantity:g}"
            raise InputError(what, where=self._where(sale), hint="give what is sold a year, above 0")
        return sale.quantity

    def _shares(self) -> Array:
        """α (m,): the share of the sector's output that the product is."""
        sums, outputs = np.bincount(self.sector, self.money), self.x[self.at]
        over = ~(sums <= outputs * (1 + WHOLE)) | ~self.table.has_output.ravel()[self.at]
        if over.any():
            worst = int(over.argmax())
            sale = self.rows[int(self.product[self.sector == worst][0])]
            told = f"{sums[worst]:.6g} of {outputs[worst]:.6g} {self.table.about.currency}"
            what = f"the output of {sale.product} is more than that of {self._name(worst)}: {told}"
            raise InputError(what, where=self._where(sale), hint="check its quantity, its price and their units")
        return np.asarray(self.money / np.maximum(sums, outputs)[self.sector])

    def _where(self, sale: Sale) -> str:
        return sale.where or f"{self.table.about.name}, sale of {sale.product}"

    def _name(self, sector: int) -> str:
        return self.table.name_of(int(self.at[sector]))

    def _position(self, name: str, known: Sequence[str], what: str, sale: Sale) -> int:
        return int(labels.positions([name], known, what=what, where=self._where(sale))[0])

    # -- what is taken ------------------------------------------------------------------------------------------------

    @cached_property
    def rows_taken(self) -> tuple[Array, Array]:
        """Of each pair the sales, in money: to sectors (m, n) and to final demand (m, R*D)."""
        Z, Y = (self.share[:, None] * part[self.at[self.sector]] for part in (self.Z, self.Y))
        for p, sale in enumerate(self.rows):
            if sale.buyers:
                pairs = self.product == p
                to_sectors, to_final = self._buyers(sale)
                Z[pairs], Y[pairs] = (np.outer(self.money[pairs], part) for part in (to_sectors, to_final))
        return Z, Y

    def _buyers(self, sale: Sale) -> tuple[Array, Array]:
        table = self.table
        sectors, final = np.zeros(table.Z.shape[:2]), np.zeros(table.Y.shape[2:])
        for (region, buyer), share in sale.buyers.items():
            at = self._position(region, table.regions, "region", sale)
            known = (*table.sectors, *table.demand)
            place = self._position(buyer, known, "sector or final demand category", sale)
            if place < len(table.sectors):
                sectors[at, place] += share
            else:
                final[at, place - len(table.sectors)] += share
        total = sectors.sum() + final.sum()
        if not abs(total - 1) <= SUMMED:
            what = f"the shares of the buyers of {sale.product} sum to {total:.12g}, not 1"
            raise InputError(what, where=self._where(sale), hint="give the whole away: the last share is what remains")
        return sectors.ravel(), final.ravel()

    @cached_property
    def columns_taken(self) -> Array:
        """Of each pair the sector's inputs (n, m), in money."""
        taken = self.Z[:, self.at[self.sector]] * self.share
        for p, sale in enumerate(self.rows):
            if sale.inputs:
                declared = np.zeros(self.table.x.shape)
                for (region, sector), amount in sale.inputs.items():
                    r = self._position(region, self.table.regions, "region", sale)
                    declared[r, self._position(sector, self.table.sectors, "sector", sale)] += amount
                taken[:, self.product == p] = np.outer(declared, self._parts(p))
        return taken

    @cached_property
    def stressors_taken(self) -> Array:
        """Of each pair the sector's stressors (K, m)."""
        taken = self.F[:, self.at[self.sector]] * self.share
        for p, sale in enumerate(self.rows):
            for name, amount in sale.stressors.items():
                row = self._position(name, self.table.stressors, "stressor", sale)
                taken[row, self.product == p] = amount * self._parts(p)
        return taken

    def _parts(self, product: int) -> Array:
        """Shares of a product's sectors in its money, for what is declared of it as a whole."""
        money = self.money[self.product == product]
        return np.asarray(money / money.sum())

    # -- what stays ---------------------------------------------------------------------------------------------------

    @cached_property
    def kept_rows(self) -> tuple[Array, Array]:
        """The shares of the k sectors' sales that stay: to sectors (k, n) and to final demand (k, R*D)."""
        what = "of the sales"
        Z, Y = (
            self._kept(self._by_sector(taken), there[self.at], what)
            for taken, there in zip(self.rows_taken, (self.Z, self.Y), strict=True)
        )
        return Z, Y

    @cached_property
    def kept_columns(self) -> Array:
        """The shares of the k sectors' inputs (n, k) that stay."""
        return self._kept(self._by_sector(self.columns_taken.T), self.Z[:, self.at].T, "of the inputs").T

    @cached_property
    def kept_stressors(self) -> Array:
        """The shares of the k sectors' stressors (K, k) that stay."""
        return self._kept(self._by_sector(self.stressors_taken.T), self.F[:, self.at].T, "of the stressors").T

    def _by_sector(self, pairs: Array) -> Array:
        """The sum (k, ...) of pairs (m, ...) by sector."""
        return _summed(pairs, self.sector, len(self.at))

    def _kept(self, taken: Array, there: Array, what: str) -> Array:
        """1 − taken / there (k, ...); raises InputError where more is taken than there is."""
        kept = 1 - np.divide(taken, there, out=np.where(taken == 0, 0.0, np.inf), where=there != 0)
        kept[np.abs(kept) < WHOLE] = 0.0
        if (kept < 0).any():
            worst = np.unravel_index(int(kept.argmin()), kept.shape)
            who = next((sale for sale in self.rows if sale.buyers or sale.inputs or sale.stressors), self.rows[0])
            told = f"{taken[worst]:.6g} {what} of {self._name(int(worst[0]))} would be taken out"
            hint = "declare less, or leave it in proportion to the sector"
            raise InputError(f"{told}, where the table has {there[worst]:.6g}", where=self._where(who), hint=hint)
        return np.asarray(kept)

    # -- the rest and the sales ---------------------------------------------------------------------------------------

    def rest(self) -> Table:
        """The table without the products; what was sold to the part taken out is a final demand category."""
        table, at = self.table, self.at
        if TAKEN_OUT in table.demand:
            what = f"a final demand category is called {TAKEN_OUT!r} already"
            raise LabelError(what, where=table.about.name, hint="join all products at once, to the table as it was")
        Z, F = self.Z.copy(), self.F.copy()
        to_sectors, to_final = self.kept_rows
        lost = Z[:, at] * (1 - self.kept_columns)
        lost[at] *= to_sectors[:, at]
        Z[:, at] *= self.kept_columns
        Z[at] *= to_sectors
        F[:, at] *= self.kept_stressors
        Y = _widened(table.Y.values)
        Y.reshape(self.n, len(table.regions), -1)[at, :, :-1] *= to_final.reshape(len(at), len(table.regions), -1)
        for region, amounts in zip(at // len(table.sectors), lost.T, strict=True):
            Y[:, :, region, -1] += amounts.reshape(table.x.shape)
        return dataclasses.replace(
            table,
            Z=table.Z.copy(deep=False, data=Z.reshape(table.Z.shape)),
            Y=self._with_category(table.Y, Y),
            F=table.F.copy(deep=False, data=F.reshape(table.F.shape)),
            F_Y=None if table.F_Y is None else self._with_category(table.F_Y, _widened(table.F_Y.values)),
            V=None,  # what the sectors left buy of the products is no longer in Z
            findings=carried(table),
        )

    def _with_category(self, array: xr.DataArray, values: Array) -> xr.DataArray:
        coords = {dim: array.indexes[dim] for dim in array.dims} | {"demand": [*self.table.demand, TAKEN_OUT]}
        return xr.DataArray(values, coords, array.dims, name=array.name)

    def sold(self) -> tuple[Array, Array, Array]:
        """The products' sales in their units: to sectors with output (p, n), to final demand (p, R*D), to others."""
        Z, Y = self.rows_taken
        Z = Z.copy()
        Z[:, self.at] *= self.kept_columns[self.at[self.sector]]
        price = self.price[:, None]
        sectors, final = (_summed(part, self.product, len(self.rows)) / price for part in (Z, Y))
        idle = ~self.table.has_output.ravel()
        return np.where(idle, 0.0, sectors), final, np.where(idle, sectors, 0.0)

    def removed(self) -> tuple[Removed, ...]:
        """Of each pair its output, inputs and stressors."""
        table, out = self.table, list[Removed]()
        inputs = self.columns_taken.sum(axis=0)
        for i, (p, k) in enumerate(zip(self.product, self.sector, strict=True)):
            region, sector = divmod(int(self.at[k]), len(table.sectors))
            product, money = self.rows[p].product, table.about.currency
            amounts = [(product, self.money[i], money), (f"{product}: inputs", inputs[i], money)]
            amounts += [
                (f"{product}: {name}", self.stressors_taken[row, i], table.about.units[name])
                for row, name in enumerate(table.stressors)
            ]
            place = table.regions[region], table.sectors[sector]
            out += [Removed(what, *place, float(amount), unit, "own-output") for what, amount, unit in amounts]
        return tuple(out)


def _summed(parts: Array, group: Ints, count: int) -> Array:
    """The sum (count, ...) of parts (m, ...) by group (m,)."""
    total = np.zeros((count, *parts.shape[1:]))
    np.add.at(total, group, parts)
    return total


def _widened(values: Array) -> Array:
    """One more category at the end, of nothing."""
    return np.concatenate([values, np.zeros((*values.shape[:-1], 1))], axis=-1)
