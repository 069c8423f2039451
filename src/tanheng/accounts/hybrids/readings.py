"""The two readings of one flow: a table's sector, and the physical trade of a product."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from tanheng import provenance, units
from tanheng.accounts.hybrids.reconciliation import Figure, Reading, scale
from tanheng.accounts.products.factors import CHARACTERISED
from tanheng.accounts.products.life_cycle import life_cycle
from tanheng.accounts.products.trade import product_flows
from tanheng.accounts.result import choose, known_name, only_stressor
from tanheng.accounts.trade import bilateral_trade, domestic_multipliers
from tanheng.data import reference
from tanheng.data.inventories.product_file import Expansion
from tanheng.data.products import Product
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.systems.assembly import assemble
from tanheng.systems.impacts import impacts
from tanheng.systems.process import ProcessSystem
from tanheng.systems.table import Table
from tanheng.systems.trade import TradeFlows

YearRule = Literal["emissions", "intensity"]
RULES: tuple[YearRule, ...] = get_args(YearRule)
GWP = "gwp100-ar6"  # that turns the gases of a product's processes into CO2e
ONCE = Figure(1.0, "1", "the year of the data is the year asked")


# -- from a table -----------------------------------------------------------------------------------------------------


def top_down_reading(
    table: Table,
    region: str,
    sector: str,
    *,
    price: Figure,
    partner: str | None = None,
    stressor: str | None = None,
    asked: int | None = None,
    carried: Figure = ONCE,
) -> Reading:
    """What a table says of the exports of a region's sector, to all partners or one: emissions embodied in them (eebt).

    trade = exports / ``price`` (of the table's year: as much of the product as they would be), intensity = s, boundary
    = s_r (I − A_rr)⁻¹ / s: the domestic multiplier over the direct one. Physical trade counts a good whenever it
    crosses a border, as eebt does; consumption-based flows count only what ends in final demand: no comparison.
    ``carried`` brings it to the year ``asked`` (the table's, unless given).
    Raises QuestionError for a region, sector, partner or stressor that is not there and for a sector that emits nothing
    itself; UnitError where price and table are in unlike money.
    Source: Peters 2008 (eebt).
    """
    at = {"region": known_name(region, table.regions, "region", table.about.name), "sector": sector}
    known_name(sector, table.sectors, "sector", table.about.name)
    partners = [name for name in table.regions if name != region]
    if partner is not None and partner not in partners:
        what = f"{partner} is no partner of {region}"
        raise QuestionError(what, where=table.about.name, hint=nearest(partner, partners))
    chosen = only_stressor(table, stressor, "a reading is of one stressor")
    sold = float(bilateral_trade(table).sel(at).sel(to_region=partners if partner is None else [partner]).sum())
    direct = float(table.intensity.sel(at, drop=True).sel(stressor=chosen))
    domestic = float(domestic_multipliers(choose(table.F, chosen), table).sel(at).item())
    who = f"{table.about.name} {table.year}, {region} {sector}"
    if direct == 0:
        hint = "choose a sector with emissions: the boundary is a multiple of its own"
        raise QuestionError(f"emits no {chosen} itself", where=who, hint=hint)
    money, unit = table.about.currency, table.about.units[chosen]
    paid, amount = price.parts
    exports = f"exports of {region} {sector} to {partner or 'all others'}, {sold:.6g} {money}"
    return Reading(
        who, "top-down", chosen, table.year, table.year if asked is None else asked,
        trade=Figure(sold * scale(money, paid) / price.value, amount, f"{exports}, at the price", price.proxy),
        price=price,
        intensity=Figure(direct, f"{unit}/{money}", f"direct intensity of {who}"),
        boundary=Figure(domestic / direct, "1", "domestic multiplier s_r (I − A_rr)⁻¹ over the direct intensity"),
        year=carried, hash=table.hash, source=table.about.source, licence=table.about.licence,
    )  # fmt: skip


# -- from a product ---------------------------------------------------------------------------------------------------


def bottom_up_reading(
    product: Product,
    origin: str,
    *,
    year: int | None = None,
    destination: str | None = None,
    price: Figure | None = None,
    own: Sequence[str] = (),
    energy: Sequence[str] = (),
    fallback: str | None = None,
    asked: int | None = None,
    carried: Figure = ONCE,
) -> Reading:
    """What the physical exports of a product from ``origin``, to all or one, say: quantity times what is emitted there.

    Only production on the territory of the origin counts (as ``product_flows`` with ``basis="own"``), since that is
    what eebt counts. ``price`` is the unit value of the trade unless given. Of a product with processes the first step
    is what the processes ``own`` emit (its own process if none is named) with the ``energy`` that they buy, and the
    boundary all that is emitted at the origin over it; of a product with factors the step is the factor (of all its
    stressors; ``fallback`` as in ``product_flows``), and the boundary 1. ``year`` is the trade's last unless given;
    ``carried`` brings the reading to the year ``asked``.
    Raises MissingError for trade without values where no price is given, QuestionError for an origin without exports
    and for processes that are not there or emit nothing; else as ``product_flows``.
    """
    trade = product.trade.only(products=product.id)
    of = trade.years[-1] if year is None else year
    who = f"{product.title['en']}, exports of {origin} to {destination or 'all others'} {of}"
    flows = _exports(trade.only(of), origin, destination, who)
    amount = float(flows.frame["quantity"].sum()) * scale(flows.units[product.id], product.unit)
    paid = price or _unit_value(flows, product.unit, amount, who)
    if product.has_factors:
        made = _by_factors(product, flows, of, origin, amount, fallback)
    else:
        made = _by_processes(product, flows, of, origin, tuple(own) or (product.reference,), energy)
    money = paid.parts[0]
    each = made.own / (paid.value * scale(product.unit, paid.parts[1]))
    return Reading(
        who, "bottom-up", made.stressor, of, of if asked is None else asked,
        trade=Figure(amount, product.unit, trade.about.source),
        price=paid,
        intensity=Figure(each, f"kg/{money}", f"{made.said}, over the price", made.proxy),
        boundary=Figure(made.whole / made.own, "1", made.boundary),
        year=carried, hash=made.hash, source="; ".join(dict.fromkeys([trade.about.source, product.source])),
        licence=product.licence,
    )  # fmt: skip


def _exports(trade: TradeFlows, origin: str, destination: str | None, who: str) -> TradeFlows:
    frame = trade.frame
    there = (frame["origin"] == origin) & (frame["destination"] != origin)
    if destination is not None:
        there &= frame["destination"] == destination
    if not frame.loc[there, "quantity"].sum() > 0:
        raise QuestionError("nothing is exported", where=who, hint="choose another origin, destination or year")
    return trade.replace(frame=frame[there])


def _unit_value(trade: TradeFlows, unit: str, amount: float, who: str) -> Figure:
    """Value over quantity of the trade."""
    frame = trade.frame
    currencies = frame.loc[frame["value"].notna(), "currency"].unique()
    if frame["value"].isna().any() or len(currencies) != 1:
        hint = 'give a price: Figure(1200, "USD/t", "..."), on the command line --price "1200 USD/t"'
        raise MissingError("the trade has no values in one currency for all its flows", where=who, hint=hint)
    return Figure(float(frame["value"].sum()) / amount, f"{currencies[0]}/{unit}", "unit value of the trade")


@dataclass(frozen=True)
class _Made:
    """What is emitted at the origin for a unit of a product, kg: in the ``own`` step and as a ``whole``, in words."""

    own: float
    whole: float
    stressor: str
    said: str
    boundary: str
    hash: str
    proxy: bool = False


def _by_factors(
    product: Product, flows: TradeFlows, year: int, origin: str, amount: float, fallback: str | None
) -> _Made:
    """The factor of production, for the trade as a whole."""
    found = product_flows(
        product.factors, flows, year, "region", basis="own", stages=["production"], fallback=fallback, unit="kg"
    )
    each = float(found.sel(region=origin).sum()) / amount
    said = f"factor of {product.title['en']} per {product.unit} ({found.attrs['factor_sources']}, "
    said += f"{fallback})" if fallback else "its origin's)"
    names = " + ".join(map(str, found.indexes["stressor"]))
    boundary = "the factor is taken whole: its source does not tell its steps apart"
    return _Made(each, each, names, said, boundary, str(found.attrs["table_hash"]), fallback is not None)


def _by_processes(
    product: Product, flows: TradeFlows, year: int, origin: str, own: Sequence[str], energy: Sequence[str]
) -> _Made:
    """The processes of the product in that year: those ``own`` with their ``energy``, and all at the origin."""
    laid_out = product.laid_out(year)
    system = impacts(assemble(laid_out.inventory), GWP, CHARACTERISED).only([0])
    demand = {_at(laid_out, product.reference, origin): 1.0}
    life = life_cycle(system, demand, by="stage region")
    whole = float(life.sel(stage="production", region=origin).sum())
    steps, bought = ([system.find(_at(laid_out, name, origin)) for name in names] for names in (own, energy))
    first = _own_step(system, demand, steps, bought)
    if first == 0:
        hint = "name more processes as own, or the energy they buy"
        raise QuestionError(f"{', '.join(own)} emit nothing themselves", where=product.title["en"], hint=hint)
    said = f"emitted at {origin} per {product.unit} by {', '.join(own)}"
    said += f" and by the {', '.join(energy)} they buy" if energy else ""
    boundary = f"all emissions of production at {origin} over those of {', '.join(own)}"
    return _Made(first, whole, CHARACTERISED, said, boundary, provenance.digest([system.hash, flows.hash], []))


def _at(laid_out: Expansion, process: str, origin: str) -> str:
    if process not in laid_out.processes:
        hint = nearest(process, laid_out.processes)
        raise QuestionError(f"there is no process {process!r}", where=laid_out.spec.where, hint=hint)
    return laid_out.find(process, (origin, ""), [], laid_out.spec.where)


def _own_step(system: ProcessSystem, demand: dict[str, float], steps: list[int], energy: list[int]) -> float:
    """What the processes ``steps`` emit, and the processes ``energy`` for what those buy of them; kg."""
    activity = np.asarray(system.activity(system.demand(demand))).ravel()
    direct = np.asarray(system.Q.toarray()[0]) * activity
    cells = system.inputs
    there = np.isin(cells.column, steps) & np.isin(cells.row, energy)
    row, column = cells.row[there], cells.column[there]
    asked = -cells.amount[there] * system.signs[row] * activity[column]
    return float(direct[steps].sum() + (asked * system.multipliers[0, row]).sum())


# -- from year to year ------------------------------------------------------------------------------------------------


def year_factor(region: str, since: int, to: int, rule: YearRule = "emissions") -> Figure:
    """What brings emissions embodied in the exports of ``region`` from one year to another: a proxy, and no more.

    "intensity": they fall per unit of goods as the region's territorial CO2 per constant USD of GDP does, and the
    goods stay as many. "emissions": the goods also grow as its GDP in constant USD, so that both together are its
    territorial CO2. Raises QuestionError for an unknown rule, MissingError for a region or year without figures.
    """
    if rule not in RULES:
        raise QuestionError(f"there is no year rule {rule!r}", hint=nearest(rule, RULES))
    if since == to:
        return ONCE
    grown = _ratio("gdp_constant", region, since, to)
    emitted = _ratio("territorial_co2", region, since, to)
    said = f"proxy: {region} {since} to {to}, territorial CO2 per constant USD of GDP x {emitted / grown:.4g}"
    if rule == "intensity":
        return Figure(emitted / grown, "1", f"{said}; trade as of {since}", proxy=True)
    return Figure(emitted, "1", f"{said}, trade as constant GDP x {grown:.4g}", proxy=True)


def deflated(price: Figure, region: str, since: int, to: int) -> Figure:
    """A price in USD of ``since`` in prices of ``to``, by the region's implicit price of GDP in USD: a proxy.

    Raises MissingError for a region or year without figures, QuestionError for a price in another money.
    """
    if units.parse(price.parts[0]).dimension != "money USD":
        raise QuestionError(f"the price is in {price.unit}", hint="give the price in USD, or one of the table's year")
    if since == to:
        return price
    ratio = _ratio("gdp_current", region, since, to) / _ratio("gdp_constant", region, since, to)
    said = f"{price.source}; proxy: {since} to {to} by the price of {region}'s GDP in USD, x {ratio:.4g}"
    return Figure(price.value * ratio, price.unit, said, proxy=True)


def _ratio(name: str, region: str, since: int, to: int) -> float:
    """A reference series in ``to`` over that in ``since``."""
    series = reference.series(name)
    if region not in series.indexes["region"]:
        hint = "give the factor of the year yourself"
        raise MissingError(f"{name} has no {region}", where="reference series", hint=hint)
    years = series.indexes["year"]
    values = pd.Series(series.sel(region=region).values, years).reindex([since, to]).to_numpy()
    if not np.isfinite(values).all():
        lacking = ", ".join(str(year) for year, value in zip((since, to), values, strict=True) if math.isnan(value))
        hint = f"it covers {years.min()} to {years.max()}; give the factor of the year yourself"
        raise MissingError(f"{name} has no {region} in {lacking}", where="reference series", hint=hint)
    return float(values[1] / values[0])
