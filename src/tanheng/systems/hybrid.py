"""A process system and a table joined, frozen: the detail of products, and the completeness of tables behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng import provenance
from tanheng.errors import QuestionError, UnitError
from tanheng.kernels import integrated as kernel
from tanheng.labels.countries import country_code
from tanheng.systems.finding import Finding, Severity, found, listed
from tanheng.systems.inventory import CREDIT
from tanheng.systems.linking import conversion, folded
from tanheng.systems.own_output import Sales, TakenOut, take_out
from tanheng.systems.process import LINES, ProcessSystem
from tanheng.systems.purchases import Purchases
from tanheng.systems.recipe import Recipe
from tanheng.systems.removed import Removed, removed_frame
from tanheng.systems.stressor_links import Declared, StressorLink, linked
from tanheng.systems.table import Table

Array = NDArray[np.float64]

NOWHERE = "unspecified"  # the place of processes that have none
WITHOUT_MAKER = "without-maker"  # what the process system says of inputs that may be bought here
REST = "ROW"  # what tables call all countries that they do not name
ROUNDING = 1e-9  # of what was taken out: what solving leaves
FITS = 0.01  # of what was taken out: by so much the processes may make more or less of it without a warning


@dataclass(frozen=True, eq=False)
class Hybrid:
    """A process system of n processes and a table of N = R*S sectors, joined by what they buy of each other.

    ``bought`` (N, u) is what a unit of each input without a maker costs, by sector, and ``recipe`` (N, n) what a unit
    of each process buys beside its inputs, both in the table's money and basic prices. ``downstream`` (n, N), ``final``
    (n, R*D) and ``idle`` (n, N) are a year's sales of the products in their units, to sectors, final demand and sectors
    without output: empty for a tiered hybrid, in which the economy runs as the table has it. ``rest`` is the table
    without the products' own output, ``table`` the whole one. ``links`` are the stressors they share, ``places`` (n,)
    the regions of the processes. ``removed`` says what was taken out, and by which rule; ``findings`` what was found.
    ``join`` makes one.
    Source: Suh et al. 2004; Suh 2004; Suh and Huppes 2005.
    """

    process: ProcessSystem
    table: Table
    rest: Table
    bought: sp.csc_array
    recipe: sp.csc_array
    downstream: sp.csc_array
    final: sp.csc_array
    idle: sp.csc_array
    links: tuple[StressorLink, ...]
    places: tuple[str, ...]
    removed: tuple[Removed, ...]
    findings: tuple[Finding, ...]

    def removed_frame(self, language: str = "") -> pd.DataFrame:
        """What was taken out so that nothing is counted twice, a row each."""
        return removed_frame(self.removed, language)

    @property
    def tiered(self) -> bool:
        """Whether nothing is sold back to the economy."""
        return not (self.downstream.nnz or self.final.nnz or self.idle.nnz)

    @cached_property
    def stressors(self) -> tuple[str, ...]:
        """The stressors that both sides tell of, by their names in the table."""
        return tuple(link.stressor for link in self.links)

    @cached_property
    def upstream(self) -> sp.csc_array:
        """C_u (N, n): what a unit of each process buys of the sectors, in money, avoided purchases included."""
        return sp.csc_array(self.bought @ self.process.C + self.recipe)

    @cached_property
    def burdens(self) -> kernel.Integrated:
        """The integrated system without what is avoided. Raises UnproductiveError naming a product that gains."""
        return kernel.integrated(self.process.burdens, self.rest.system, self._burdened, self.downstream, self._name)

    @cached_property
    def _burdened(self) -> sp.csc_array:
        """C_u (N, n) without avoided purchases."""
        cutoffs, shape = self.process.cutoffs, (len(self.process.unlinked), len(self.process.processes))
        own = cutoffs.matrix(shape, cutoffs.tag != LINES.index(CREDIT))
        return sp.csc_array(self.bought @ own + self.recipe)

    @cached_property
    def unsold(self) -> sp.csc_array:
        """What a unit of each process would buy (N, n) of sectors that were taken out whole, and cannot any more."""
        gone = self.table.has_output.ravel() & ~self.rest.has_output.ravel()
        return sp.csc_array(sp.diags_array(gone.astype(np.float64)) @ self._burdened)

    @cached_property
    def whole(self) -> kernel.Integrated:
        """The integrated system with what is avoided, for what is behind a credit."""
        return kernel.integrated(self.process.factors, self.rest.system, self.upstream, self.downstream, self._name)

    def _name(self, at: int) -> str:
        return f"{self.process.about.name}, process {self.process.processes[at].name}"

    @cached_property
    def Q(self) -> sp.csc_array:
        """Stressors of the processes (K, n), of those linked, in the table's units, per unit of each process."""
        cells = [(k, row, factor) for k, one in enumerate(self.links)
                 for row, factor in zip(one.rows, one.factors, strict=True)]  # fmt: skip
        at = np.array(cells, dtype=np.float64).reshape(-1, 3)
        shape = (len(self.links), len(self.process.stressors))
        turned = sp.csc_array((at[:, 2], (at[:, 0].astype(int), at[:, 1].astype(int))), shape=shape)
        return sp.csc_array(turned @ self.process.Q)

    @cached_property
    def F(self) -> Array:
        """Stressors of the sectors that are left (K, N), of those linked, where there is output."""
        return np.asarray(self.rest.active_F.sel(stressor=list(self.stressors)).values.reshape(len(self.links), -1))

    @cached_property
    def running(self) -> kernel.Activity:
        """The year as a whole: processes (n, 1) and sectors (N, 1) for all final demand, credits left out."""
        k = np.asarray(self.final.sum(axis=1) + self.idle.sum(axis=1)).reshape(-1, 1)
        return kernel.activity(self.burdens, k, self.demanded.sum(axis=1, keepdims=True))

    @cached_property
    def demanded(self) -> Array:
        """Final use of the sectors' products by region (N, R), money: with deliveries to sectors without output."""
        value = self.rest.final_use.values - (self.rest.Y.values[..., -1] if self.rest is not self.table else 0.0)
        return np.asarray(value.reshape(self.rest.x.size, -1))

    @cached_property
    def multipliers(self) -> kernel.Multipliers:
        """Of the linked stressors, in the table's units: per unit of each product, per unit of money of each sector."""
        return kernel.multipliers(self.burdens, self.Q.toarray(), self.F)

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over both sides and what joins them (convention 8)."""
        parts = [m.tocoo() for m in (self.bought, self.recipe, self.downstream, self.final, self.idle)]
        arrays = [np.asarray(a, dtype=np.float64) for m in parts for a in (*m.coords, m.data)]
        texts = [self.process.hash, self.table.hash, self.rest.hash, *map(repr, self.links), *self.places]
        return provenance.digest(texts, arrays)


def join(
    process: ProcessSystem,
    table: Table,
    purchases: Purchases | Recipe | None = None,
    *,
    recipe: Purchases | Recipe | None = None,
    sales: Sales | None = None,
    stressors: Declared | None = None,
) -> Hybrid:
    """Join a process system and a table.

    ``purchases`` say what the inputs that nothing in the system makes cost, by their name or id; ``recipe`` what
    processes buy beside their inputs, per unit of the product of each (id, name or product), as ``sector_recipe`` has
    it. With ``sales`` the hybrid is integrated: the products' own output is taken out of the table (``take_out``) and
    the economy runs on theirs; without, it is tiered. ``stressors`` {of the table: of the processes} links what names
    do not (``linked``).

    What the processes make themselves is never bought: such purchases are not used and are among ``removed``. Inputs
    without a maker and a price, purchases that fit nothing, purchases of a sector that was taken out whole, stressors
    that one side lacks, unlike boundaries, and output that does not fit what was taken out are findings. Processes that
    others of the system alone draw on need no taking out: what their product's sector bought goes with it.
    Raises QuestionError for purchases of another table, a process that is not there or is named by two recipes,
    UnitError for units that do not convert, and as ``take_out``, ``linked`` and ``kernels.integrated`` do.
    """
    given, removed = _opened(purchases, table)
    own, more = _opened(recipe, table)
    links, told = linked(process, table, stressors)
    bought, internal, unfit = _bought(process, given, table)
    places, elsewhere = _places(process, table)
    cut = take_out(table, _named(process, sales)) if sales is not None and sales.rows else None
    n, (R, S), D = len(process.processes), table.x.shape, len(table.demand)
    at = np.array([] if cut is None or sales is None else [process.find(sale.product) for sale in sales.rows], int)
    signs = process.signs[at][:, None]
    hybrid = Hybrid(
        process=process,
        table=table,
        rest=table if cut is None else cut.rest,
        bought=bought,
        recipe=_recipe(process, own, table),
        downstream=_rows(at, None if cut is None else cut.sectors * signs, (n, R * S)),
        final=_rows(at, None if cut is None else cut.final * signs, (n, R * D)),
        idle=_rows(at, None if cut is None else cut.idle * signs, (n, R * S)),
        links=links,
        places=places,
        removed=(*removed, *more, *internal, *(() if cut is None else cut.removed)),
        findings=(
            *(one for one in process.findings if one.check != WITHOUT_MAKER), *_steps(given), *_steps(own),
            *(() if sales is None else sales.prices.steps), *told, *unfit, *elsewhere,
        ),
    )  # fmt: skip
    if cut is None or sales is None:
        return hybrid
    found_too = (*_unsold(hybrid, sales), *_fit(hybrid, sales, cut, at))
    solved = dataclasses.replace(hybrid, findings=(*hybrid.findings, *found_too))
    vars(solved).update({name: value for name, value in vars(hybrid).items() if name in ("burdens", "running")})
    return solved


def _opened(given: Purchases | Recipe | None, table: Table) -> tuple[Purchases | None, tuple[Removed, ...]]:
    purchases, removed = (given.purchases, given.removed) if isinstance(given, Recipe) else (given, ())
    if purchases is not None and purchases.table_hash != table.hash:
        what = f"the purchases are in the money of another table than {table.about.name}"
        raise QuestionError(what, hint="make them with purchases(listing, table) of this table")
    return purchases, removed


def _steps(given: Purchases | None) -> tuple[Finding, ...]:
    return () if given is None else given.steps


def _rows(at: NDArray[np.intp], values: Array | None, shape: tuple[int, int]) -> sp.csc_array:
    """The matrix with these rows ``values`` (p, columns) at positions ``at`` (p,); rows at one place add up."""
    if values is None:
        return sp.csc_array(shape, dtype=np.float64)
    cells = sp.coo_array(values)
    return sp.csc_array((cells.data, (at[cells.coords[0]], cells.coords[1])), shape=shape)


# -- upstream ----------------------------------------------------------------------------------------------------------


def _bought(
    process: ProcessSystem, given: Purchases | None, table: Table
) -> tuple[sp.csc_array, tuple[Removed, ...], tuple[Finding, ...]]:
    """What a unit of each input without a maker costs (N, u); what the system makes itself; and what does not fit."""
    flows, names = process.unlinked, () if given is None else given.products
    used = {name: [at for at, flow in enumerate(flows) if name == flow.id or folded(name) == folded(flow.name)]
            for name in names}  # fmt: skip
    _require_once([at for them in used.values() for at in them], process)
    made = {folded(word) for one in process.processes for word in (one.id, one.name, one.product)}
    inside = [name for name in names if not used[name] and folded(name) in made]
    told = _unfit(process, used, [name for name in names if not used[name] and name not in inside])
    if given is None:
        return sp.csc_array((table.x.size, len(flows)), dtype=np.float64), (), told
    cells = [(given.find(name), at, _per(given, name, flows[at].unit)) for name, them in used.items() for at in them]
    return _turned(given, cells, len(flows)), tuple(_internal(given, name) for name in inside), told


def _per(given: Purchases, name: str, unit: str) -> float:
    """What turns its price into one per ``unit``; raises UnitError."""
    factor = conversion(unit, given.units[given.find(name)])
    if factor is None:
        given.into({name: unit})  # which says so
        raise AssertionError(name)
    return factor


def _turned(given: Purchases, cells: Sequence[tuple[int, int, float]], columns: int) -> sp.csc_array:
    """The money (N, columns) of purchases placed by (purchase, column, factor)."""
    row, column, factor = np.array(cells, dtype=np.float64).reshape(-1, 3).T
    placed = (factor, (row.astype(int), column.astype(int)))
    return sp.csc_array(given.money @ sp.csc_array(placed, shape=(len(given.products), columns)))


def _require_once(at: Sequence[int], process: ProcessSystem) -> None:
    twice = next((place for place in at if at.count(place) > 1), None)
    if twice is not None:
        what = f"{process.unlinked[twice].name} is priced twice, by its name and by its id"
        raise QuestionError(what, where=process.about.name, hint="keep one")


def _unfit(process: ProcessSystem, used: Mapping[str, Sequence[int]], outside: Sequence[str]) -> tuple[Finding, ...]:
    """Inputs without a price, and prices without an input."""
    priced = {at for them in used.values() for at in them}
    unpriced = [flow.name for at, flow in enumerate(process.unlinked) if at not in priced]
    where, out = process.about.name, list[Finding]()
    if unpriced:
        told = {"count": len(unpriced), "inputs": len(process.unlinked), "names": listed(unpriced)}
        out.append(found("inputs-unpriced", "warning", where, len(unpriced) / len(process.unlinked), **told))
    if outside:
        out.append(found("prices-unused", "warning", where, 0.0, count=len(outside), names=listed(outside)))
    return tuple(out)


def _internal(given: Purchases, name: str) -> Removed:
    at = given.find(name)
    amount = float(given.money[:, [at]].sum())
    return Removed(name, "", "", amount, f"{given.currency}/{given.units[at]}", "internal")


def _recipe(process: ProcessSystem, given: Purchases | None, table: Table) -> sp.csc_array:
    """What a unit of each process buys beside its inputs (N, n)."""
    shape = (table.x.size, len(process.processes))
    if given is None:
        return sp.csc_array(shape, dtype=np.float64)
    at = [process.find(name) for name in given.products]
    twice = next((place for place in at if at.count(place) > 1), None)
    if twice is not None:
        what = f"process {process.processes[twice].name} has two recipes"
        raise QuestionError(what, where=process.about.name, hint="keep one, by its id")
    cells = [
        (row, place, _per(given, name, process.processes[place].unit))
        for row, (name, place) in enumerate(zip(given.products, at, strict=True))
    ]
    return _turned(given, cells, shape[1])


# -- downstream --------------------------------------------------------------------------------------------------------


def _named(process: ProcessSystem, sales: Sales) -> Sales:
    """The sales per unit of the processes' own products; raises for a process that is not there, and for units."""
    rows = []
    for sale in sales.rows:
        one = process.processes[process.find(sale.product)]
        factor = conversion(sale.unit, one.unit)
        if factor is None:
            what = f"{sale.product} is sold in {sale.unit}, and the process makes it in {one.unit}"
            raise UnitError(what, where=sale.where or process.about.name, hint=f"give it in {one.unit}")
        rows.append(dataclasses.replace(sale, quantity=sale.quantity * factor, unit=one.unit))
    return Sales(tuple(rows), sales.prices)


def _unsold(hybrid: Hybrid, sales: Sales) -> list[Finding]:
    """What the processes buy of each sector that was taken out whole, in the year that runs: nobody sells it."""
    paid = sp.csr_array(hybrid.unsold @ sp.diags_array(hybrid.running.processes[:, 0]))
    whole = float(abs(hybrid._burdened @ hybrid.running.processes[:, 0]).sum())
    out = []
    for at in np.unique(paid.nonzero()[0]):
        row = paid[[at], :].tocoo()
        products = [sale.product for sale in sales.rows if sales.prices.own[[at], [sales.prices.find(sale.product)]][0]]
        told = {
            "names": listed([hybrid.process.processes[place].name for place in row.coords[1]]),
            "sector": hybrid.table.name_of(int(at)),
            "amount": float(row.data.sum()),
            "currency": hybrid.table.about.currency,
            "products": listed(list(dict.fromkeys(products))),
        }
        size = float(np.abs(row.data).sum()) / whole
        out.append(found("purchases-of-taken-out", "warning", hybrid.process.about.name, size, **told))
    return out


def _fit(hybrid: Hybrid, sales: Sales, cut: TakenOut, at: NDArray[np.intp]) -> list[Finding]:
    """How much of each product the processes make, where it is neither what others bought nor all that was taken out.

    Between the two is what the sector used of itself: the processes may make it, or buy it of what is left of the
    sector, and nothing changes.
    """
    made = hybrid.running.processes[at, 0]
    sold = cut.sectors.sum(axis=1) + cut.final.sum(axis=1) + cut.idle.sum(axis=1)
    out = []
    for sale, place, least, taken, now in zip(sales.rows, at, sold, cut.whole, made, strict=True):
        gap = float(max(min(least, taken) - now, now - max(least, taken), 0.0)) / taken
        severity: Severity = "warning" if gap > FITS else "note"
        if gap > ROUNDING:
            unit = hybrid.process.processes[place].unit
            told = {"product": sale.product, "taken": taken, "sold": float(least), "made": float(now), "unit": unit}
            out.append(found("own-output-differs", severity, hybrid.process.about.name, gap, **told))
    return out


# -- places ------------------------------------------------------------------------------------------------------------


def _places(process: ProcessSystem, table: Table) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The region of each process: its place as the table calls it, the rest of the world, or the place itself."""
    known = {place: _place(place, table.regions) for place in dict.fromkeys(one.location for one in process.processes)}
    rest = [place for place, region in known.items() if region == REST != place]
    outside = [region for region in known.values() if region not in table.regions]
    where, told = f"{process.about.name}, {table.about.name}", list[Finding]()
    if rest:
        told.append(found("places-rest", "note", where, 0.0, count=len(rest), names=listed(rest), region=REST))
    if outside:
        told.append(found("places-outside", "note", where, 0.0, count=len(outside), names=listed(outside)))
    return tuple(known[one.location] for one in process.processes), tuple(told)


def _place(place: str, regions: Sequence[str]) -> str:
    if place in regions:
        return place
    code = country_code(place) if place else None
    if code in regions:
        return str(code)
    return REST if code and REST in regions else place or NOWHERE
