"""The sector recipe: what a sector buys on average, per unit of a product that it makes.

A process lists what its makers wrote down; insurance, repairs, offices and much else they did not. The column of the
product's sector in a table has all of it. Times the product's price it is an estimate of what the process buys beside
what it lists, once the inputs that it does list are taken out. What is taken out is data, with the rule.
Source: Suh and Huppes 2005 (tiered and integrated hybrids); Strømman, Peters and Hertwich 2009 (double counting);
Agez et al. 2020 (inputs covered, and processes that are never hybridised).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng import labels
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.systems.finding import Finding, found, listed
from tanheng.systems.purchases import Purchases
from tanheng.systems.removed import Removed, Rule, removed_frame
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Never = Literal["market", "internal"]
NEVER: tuple[Never, ...] = ("market", "internal")
Place = str | tuple[str, str]  # a sector of all regions, or of one: (region, sector)
Covered = Mapping[str, Iterable[Place]]  # product -> where its process takes inputs from itself


@dataclass(frozen=True, eq=False)
class Recipe:
    """``purchases`` of each product's maker (money (n, p) per unit of it), and what was ``removed`` from them."""

    purchases: Purchases
    removed: tuple[Removed, ...]

    def frame(self, language: str = "") -> pd.DataFrame:
        """What was removed, as ``removed_frame``."""
        return removed_frame(self.removed, language)


def sector_recipe(
    sold: Purchases, table: Table, *, covered: Covered | None = None, never: Mapping[str, Never] | None = None
) -> Recipe:
    """What the makers of products buy per unit of them: C = A·p, with what the processes cover taken out.

    ``sold`` prices each product at its own sector, or sectors with shares, in the table's money: p (n, p) is what is
    paid to the suppliers themselves, without margins and taxes, which the maker does not get. ``covered`` {product:
    sectors, or (region, sector)} are inputs that the product's process takes in itself: zero here. ``never`` {product:
    "market" or "internal"} are products of processes that mix or pass on what others made: they get nothing. The
    result's ``taxes`` are zero, for the value added of a column holds its taxes. A maker without output adds nothing
    where there are others, which the steps of ``sold`` warn of. Memory: n·p numbers.

    Raises QuestionError for a product that is not among those sold and for another table's purchases, LabelError for a
    region or sector that is not the table's, MissingError where no maker has output.
    """
    sold.require_of(table)
    own = sold.own
    money = sp.csc_array(_inputs(own, sold, table))
    none = sp.csc_array(money.shape, dtype=np.float64)
    zero = np.zeros(len(sold.products))
    made = dataclasses.replace(sold, money=money, margins=none, taxes=zero)
    recipe = without_covered(made, table, covered=covered, never=never)
    steps = (*sold.steps, *_told(sold, own, money, recipe.purchases.money, table))
    return Recipe(dataclasses.replace(recipe.purchases, steps=steps), recipe.removed)


def without_covered(
    purchases: Purchases, table: Table, *, covered: Covered | None = None, never: Mapping[str, Never] | None = None
) -> Recipe:
    """Purchases without what the process system covers, and what was taken out of them; raises as ``sector_recipe``."""
    purchases.require_of(table)
    never, covered = never or {}, covered or {}
    for product, rule in never.items():
        if rule not in NEVER:
            raise QuestionError(f"{rule!r} is no rule", where=f"purchase of {product}", hint=nearest(rule, NEVER))
    asked: dict[str, list[tuple[tuple[str, str], Rule]]] = {
        product: [(("", ""), rule)] for product, rule in never.items()
    }
    for product, places in covered.items():
        named = [_place(one, table, product) for one in dict.fromkeys(places)]
        asked.setdefault(product, [(place, "covered") for place in named])
    money, margins = purchases.money.copy(), purchases.margins.copy()
    removed: list[Removed] = []
    for product, rules in asked.items():
        j = purchases.find(product)
        unit = f"{purchases.currency}/{purchases.units[j]}"
        for place, why in rules:
            amount = _take_out(money, j, table, *place)
            _take_out(margins, j, table, *place)
            if amount:
                removed.append(Removed(product, *place, amount, unit, why))
    for matrix in (money, margins):
        matrix.eliminate_zeros()
    return Recipe(dataclasses.replace(purchases, money=money, margins=margins), tuple(removed))


def _inputs(own: sp.csc_array, sold: Purchases, table: Table) -> Array:
    """A·p (n, p), of the columns of A that are needed; those without output have none, as the steps of ``sold`` say."""
    n, active = table.x.size, table.has_output.ravel()
    known = np.asarray(np.abs(own[active, :]).sum(axis=0)).ravel() > 0
    if not known.all():
        j = int(np.flatnonzero(~known)[0])
        makers = listed([table.name_of(int(at)) for at in own[:, [j]].tocoo().coords[0]])
        what = f"{makers} has no output, so that there is no recipe of it"
        raise MissingError(what, where=f"purchase of {sold.products[j]}", hint="name another maker")
    used = np.unique(own.indices)
    columns = table.Z.values.reshape(n, n)[:, used]
    per = np.divide(1.0, table.x.values.ravel()[used], out=np.zeros(used.size), where=active[used])
    return np.asarray((columns * per) @ own[used, :].toarray())


def _take_out(matrix: sp.csc_array, j: int, table: Table, region: str, sector: str) -> float:
    """Set to zero what column ``j`` has of a region and sector, "" being all of them; what it was."""
    cells = slice(matrix.indptr[j], matrix.indptr[j + 1])
    at_region, at_sector = np.divmod(matrix.indices[cells], len(table.sectors))
    hit = np.ones(at_region.size, dtype=np.bool_)
    if region:
        hit &= at_region == table.regions.index(region)
    if sector:
        hit &= at_sector == table.sectors.index(sector)
    amount = math.fsum(matrix.data[cells][hit])
    matrix.data[cells] = np.where(hit, 0.0, matrix.data[cells])
    return amount


def _place(one: Place, table: Table, product: str) -> tuple[str, str]:
    """(region, sector), the region "" for all; raises LabelError."""
    region, sector = ("", one) if isinstance(one, str) else one
    where = f"what covers {product}"
    labels.positions([sector], table.sectors, what="sector", where=where)
    if region:
        labels.positions([region], table.regions, what="region", where=where)
    return region, sector


def _told(sold: Purchases, own: sp.csc_array, before: sp.csc_array, after: sp.csc_array, table: Table) -> list[Finding]:
    """A line for each product: whose recipe it has, and how much of it is left."""
    lines = []
    for j, product in enumerate(sold.products):
        price, whole, left = (float(given[:, [j]].sum()) for given in (own, before, after))
        places = [divmod(int(at), len(table.sectors)) for at in own[:, [j]].tocoo().coords[0]]
        makers = listed([f"{table.regions[r]} {table.sectors[s]}" for r, s in places])
        told = {"product": product, "makers": makers, "before": whole, "after": left, "price": price}
        unit = f"{sold.currency}/{sold.units[j]}"
        lines.append(found("purchase-recipe", "note", f"purchase of {product}", 0.0, **told, unit=unit))
    return lines
