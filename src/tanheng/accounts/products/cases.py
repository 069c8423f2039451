"""The embedded product cases: what China's photovoltaic products and steel carry across its border."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import xarray as xr

from tanheng import units
from tanheng.accounts.products.life_cycle import life_cycle
from tanheng.accounts.products.trade import product_balance
from tanheng.data import products
from tanheng.data.inventories.product_file import Expansion
from tanheng.data.products import Product
from tanheng.systems.assembly import assemble
from tanheng.systems.impacts import impacts
from tanheng.systems.inventory import CREDIT, STAGES
from tanheng.systems.process import ProcessSystem
from tanheng.systems.trade import TradeFlows

YEAR = 2021  # of the published net transfers, and of all that is shown for one year
MAKER, OTHERS = "CHN", "ROW"
MAKERS = 8
GWP, STRESSOR = "gwp100-ar6", "CO2e"
PARTIAL = (2025,)  # years of which the trade has a part: January to September
APART = 2022  # the first year whose customs codes tell cells and wafers from modules

# What a tonne of steel stands for: the product or code, where imports come from, and what stands in for origins without
# a figure of their own. Code 7208, hot-rolled sheet, stands for ordinary steel (docs/steel.md has the others).
STEEL_SETS: Mapping[str, tuple[str, tuple[str, ...], str | None]] = {
    "world": ("steel", (OTHERS,), "world average"),
    "furnace": ("steel, blast furnace", (OTHERS,), "world average"),
    "cbam_others": ("7208", (OTHERS,), "other countries and territories"),
    "cbam_suppliers": ("7208", ("JPN", "KOR", "TWN"), None),
}


@dataclass(frozen=True, eq=False)
class Photovoltaics:
    """Modules, cells and wafers made in China; a unit is a kW, ``stages`` are in kg CO2e per kW.

    What is avoided is their stage "credit", negative.
    """

    product: Product
    stages: xr.DataArray  # (year, stage): a kW of modules, used where the exports of that year went
    makers: xr.DataArray  # (origin, stage): a kW of modules made elsewhere in YEAR, used where China's exports went
    home: xr.DataArray  # (origin,): what of its production is emitted in the country of its maker
    exported: xr.DataArray  # (year, product), kW; NaN where the customs do not tell it
    embodied: xr.DataArray  # (year, product, part), t: parts are home and elsewhere (production), transport
    destinations: xr.DataArray  # (to_region, figure): exports of modules in YEAR, kW, and what they carry, t

    def title(self, language: str, name: str = "") -> str:
        """The name of the product or of one it contains."""
        return products_title(self.product, name or self.product.id, language)

    @property
    def modules(self) -> str:
        """The product whose whole life is told."""
        return self.product.id

    @property
    def power(self) -> float:
        """What was exported of modules in YEAR, kW."""
        return float(self.exported.sel(year=YEAR, product=self.modules))

    @property
    def carried(self) -> float:
        """The emissions of production and transport of what was exported of modules in YEAR, t."""
        return float(self.embodied.sel(year=YEAR, product=self.modules).sum("part"))


@dataclass(frozen=True, eq=False)
class Steel:
    """China's exports and imports of steel in YEAR, each at several sets of factors."""

    product: Product
    balance: xr.DataArray  # (factors, component), t: exports, imports, net
    per_tonne: xr.DataArray  # (factors, component), t per t: exports, imports
    trade: Mapping[str, float]  # t: exports, imports


@dataclass(frozen=True, eq=False)
class Cases:
    """All product cases that a report tells of."""

    photovoltaics: Photovoltaics
    steel: Steel

    @property
    def products(self) -> tuple[Product, ...]:
        """The product files behind them."""
        return self.photovoltaics.product, self.steel.product


@cache  # they are embedded: a second report of one process has the same
def compute() -> Cases:
    """The embedded cases, computed from their processes, factors and trade. Raises as the accounts do."""
    return Cases(photovoltaics(products.open("photovoltaics")), embedded_steel())


@cache
def embedded_steel() -> Steel:
    """The embedded case of steel."""
    return steel(products.open("steel"))


@cache
def embedded_modules(year: int = YEAR) -> xr.DataArray:
    """What the modules that China exported in a year carry (part,), t; attribute ``power`` is how many kW they are."""
    product = products.open("photovoltaics")
    solved, flows = _Year(product, year), product.trade.only(year, [product.id]).frame
    flows = flows[flows["origin"] == MAKER]
    return _embodied(solved.life(product.id, MAKER, flows)).assign_attrs(power=solved.amount(flows))


def products_title(product: Product, name: str, language: str) -> str:
    """The title of a product or of a precursor that is traded on its own."""
    own = product.title if name == product.id else product.file.spec.precursors[name].title
    return own[language]


# -- photovoltaics ----------------------------------------------------------------------------------------------------


def photovoltaics(product: Product) -> Photovoltaics:
    """The case of modules, cells and wafers: one system a year, solved for what was exported that year.

    The same figures as ``product_factors`` and ``product_flows`` give, without the factors of those who neither make
    nor buy what is shown.
    """
    frame = product.trade.frame
    frame = frame[frame["origin"] == MAKER]
    years, names = product.trade.years, product.trade.products
    exported = pd.pivot_table(frame, values="quantity", index="year", columns="product", aggfunc="sum")
    stages: dict[int, xr.DataArray] = {}
    embodied: dict[tuple[int, str], xr.DataArray] = {}
    shown: dict[str, xr.DataArray] = {}
    for year in years:
        solved = _Year(product, year)
        for name, flows in frame[frame["year"] == year].groupby("product", sort=False):
            found = solved.life(str(name), MAKER, flows)
            embodied[year, str(name)] = _embodied(found)
            if name == product.id:
                stages[year] = found.sum("region") / solved.amount(flows)
                shown |= _of_one_year(solved, flows) if year == YEAR else {}
    scale = units.factor(product.trade.units[product.id], product.unit)
    coords: dict[str, Sequence[object]] = {"year": list(years), "product": list(names)}
    power = exported.reindex(index=coords["year"], columns=coords["product"]).to_numpy() * scale
    by_year = xr.concat(list(stages.values()), dim=pd.Index(list(stages), name="year"))
    return Photovoltaics(
        product,
        by_year,
        exported=xr.DataArray(power, coords, ("year", "product")),
        embodied=_joined(embodied, coords),
        **shown,
    )


class _Year:
    """The processes of a product in one year, and what is asked of them."""

    def __init__(self, product: Product, year: int) -> None:
        self.of = Expansion(product.file, year, year)  # its tables are read once for all years
        self.product = product
        self.system: ProcessSystem = impacts(assemble(self.of.inventory), GWP, STRESSOR).only([0])

    def amount(self, flows: pd.DataFrame) -> float:
        """What is traded, in the product's unit."""
        return float(flows["quantity"].sum()) * units.factor(flows["unit"].iloc[0], self.product.unit)

    def life(self, name: str, origin: str, flows: pd.DataFrame) -> xr.DataArray:
        """What the flows (destination, quantity, unit) stand for if made at ``origin``: (stage, region), kg."""
        found = life_cycle(self.system, self._demand(name, origin, flows), by="stage region")
        return found.isel(stressor=0, drop=True).drop_attrs().reindex(stage=[*STAGES, CREDIT], fill_value=0.0)

    def makers(self) -> list[str]:
        """The countries that make most modules, the rest of the world and groups of countries left out."""
        from iso3166 import countries_by_alpha3

        world = self.of.spec.world
        if world is None:
            return [MAKER]
        table = self.of.source.table(world.table, self.of.spec.where)
        shares = table.shares(world.key, "", self.of.year, self.of.source.groups, [], self.of.spec.where)
        ranked = sorted((code for code in shares if code in countries_by_alpha3), key=lambda code: -shares[code])
        return ranked[:MAKERS]

    def per_unit_of_route(self, name: str, origin: str, flows: pd.DataFrame) -> list[float]:
        """What transport to each destination of ``flows`` emits, kg per unit; no credits are behind a route."""
        processes = [self._at(process, origin, to) for process in self._life(name)[1].get("transport", ())
                     for to in flows["destination"]]  # fmt: skip
        each = np.array([self.system.multipliers[0, self.system.find(process)] for process in processes])
        return [float(value) for value in each.reshape(-1, len(flows)).sum(axis=0)]

    def _life(self, name: str) -> tuple[str, Mapping[str, Sequence[str]]]:
        """The process that makes a product, and those of its life by stage."""
        spec = self.of.spec
        if name == spec.id:
            return spec.reference, spec.life
        return spec.precursors[name].process, spec.precursors[name].life

    def _demand(self, name: str, origin: str, flows: pd.DataFrame) -> dict[str, float]:
        made, life = self._life(name)
        demand = {self._at(made, origin, ""): self.amount(flows)}
        scale = units.factor(flows["unit"].iloc[0], self.product.unit)
        for process in (process for them in life.values() for process in them):
            for to, quantity in zip(flows["destination"], flows["quantity"], strict=True):
                at = self._at(process, origin, to)
                demand[at] = demand.get(at, 0.0) + float(quantity) * scale
        return demand

    def _at(self, process: str, origin: str, destination: str) -> str:
        """The process for a route, for the place of use, or where it is made."""
        pair = self.of.processes[process].pairs is not None
        place = (origin, destination) if pair else (destination or origin, "")
        return self.of.find(process, place, [], self.of.spec.where)


def _embodied(found: xr.DataArray) -> xr.DataArray:
    """Production in China and elsewhere, and transport, of (stage, region) in kg: (part,) in t."""
    made, moved = found.sel(stage="production"), found.sel(stage="transport")
    home = float(made.sel(region=MAKER))
    values = [kg / 1000 for kg in (home, float(made.sum()) - home, float(moved.sum()))]
    return xr.DataArray(values, {"part": ["home", "elsewhere", "transport"]}, ("part",))


def _joined(parts: Mapping[tuple[int, str], xr.DataArray], coords: Mapping[str, Sequence[object]]) -> xr.DataArray:
    """(year, product, part); NaN where a product is not told."""
    rows = pd.DataFrame({key: part.to_series() for key, part in parts.items()}).T
    rows.index.names = ["year", "product"]
    return xr.DataArray(rows.stack()).unstack().sel(coords).sel(part=["home", "elsewhere", "transport"])


def _of_one_year(solved: _Year, flows: pd.DataFrame) -> dict[str, xr.DataArray]:
    """The makers and the destinations of modules."""
    makers = solved.makers()
    name, whole = solved.product.id, solved.amount(flows)
    found = {maker: solved.life(name, maker, flows) / whole for maker in makers}
    home = [float(part.sel(stage="production", region=maker)) for maker, part in found.items()]
    stages = xr.concat([part.sum("region") for part in found.values()], dim=pd.Index(makers, name="origin"))
    made = float(found[MAKER].sel(stage="production").sum())
    power = flows["quantity"].to_numpy() * units.factor(flows["unit"].iloc[0], solved.product.unit)
    carried = power / 1000 * (made + np.array(solved.per_unit_of_route(name, MAKER, flows)))
    coords = {"to_region": flows["destination"].tolist(), "figure": ["exported", "embodied"]}
    return {
        "makers": stages,
        "home": xr.DataArray(home, {"origin": makers}, ("origin",)),
        "destinations": xr.DataArray(np.column_stack([power, carried]), coords, ("to_region", "figure")),
    }


# -- steel ------------------------------------------------------------------------------------------------------------


def steel(product: Product) -> Steel:
    """The case of steel: the published totals of China's trade at each set of factors."""
    frame, rows = product.trade.only(YEAR).frame, product.factors.frame
    scale = units.factor(product.trade.units["steel"], "t")
    sums = {
        "exports": float(frame.loc[frame["origin"] == MAKER, "quantity"].sum()) * scale,
        "imports": float(frame.loc[frame["destination"] == MAKER, "quantity"].sum()) * scale,
    }
    found = []
    for name, (code, suppliers, fallback) in STEEL_SETS.items():
        factors = product.factors.replace(frame=rows[rows["product"] == code])  # the gases that this code has
        trade = TradeFlows.of(list(_steel_trade(code, suppliers, sums)), f"{product.trade.about.name}, {name}")
        balance = product_balance(factors, trade, YEAR, by="region", fallback=fallback, unit="t")
        found.append(balance.sum("stressor").sel(region=MAKER, drop=True).drop_attrs())
    joined = xr.concat(found, dim=pd.Index(list(STEEL_SETS), name="factors"))
    traded = xr.DataArray(list(sums.values()), {"component": list(sums)}, ("component",))
    return Steel(product, joined, joined.sel(component=list(sums)) / traded, sums)


def _steel_trade(code: str, suppliers: Sequence[str], sums: Mapping[str, float]) -> Iterator[dict[str, object]]:
    row = {"year": YEAR, "product": code, "unit": "t"}
    yield row | {"origin": MAKER, "destination": OTHERS, "quantity": sums["exports"]}
    for supplier in suppliers:
        yield row | {"origin": supplier, "destination": MAKER, "quantity": sums["imports"] / len(suppliers)}
