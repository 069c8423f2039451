"""Tanheng 碳衡: full-scope carbon accounting.

>>> import tanheng as th
>>> world = th.open("world")
>>> account = th.consumption(world[2009])
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tanheng.accounts import (
        ACCOUNTS,
        attainment,
        avoided_emissions,
        cbdr,
        certificates,
        chained,
        circular_footprint,
        compared_years,
        constant_prices,
        consumption,
        drivers,
        eebt,
        embedded_emissions,
        export_intensity,
        export_terms,
        exposure,
        extraction,
        flows,
        income,
        layers,
        life_cycle,
        limit_effects,
        limited_emissions,
        linkages,
        national_sharing,
        net_transfers,
        network,
        paths,
        product_balance,
        product_factors,
        product_flows,
        production,
        scopes,
        shared,
        shared_flows,
        technology_adjusted,
        tidy,
        tidy_air,
        total,
        under_rules,
        unlinked,
        upstream,
        value_chain,
    )
    from tanheng.claims import check as check_claims
    from tanheng.claims import read_claims
    from tanheng.data.attach import attach
    from tanheng.data.inventory import read_inventory
    from tanheng.data.limited import open_limited
    from tanheng.data.observations import read_observations
    from tanheng.data.products import open as open_product
    from tanheng.data.reader import read
    from tanheng.data.store import open
    from tanheng.data.trade import read_trade
    from tanheng.errors import TanhengError
    from tanheng.norms.air import air_rules
    from tanheng.systems.about import About
    from tanheng.systems.aggregate import aggregate
    from tanheng.systems.allocation import allocate
    from tanheng.systems.assembly import assemble
    from tanheng.systems.balance import balance
    from tanheng.systems.capital import endogenise_capital
    from tanheng.systems.characterise import characterise
    from tanheng.systems.disaggregate import disaggregate
    from tanheng.systems.factors import Factors
    from tanheng.systems.impacts import impacts
    from tanheng.systems.limited_sources import LimitedSector, LimitedSource, under_limits
    from tanheng.systems.observations import AirAbout, Observations
    from tanheng.systems.origins import trace_origins
    from tanheng.systems.process import ProcessSystem
    from tanheng.systems.supply_use import SupplyUse
    from tanheng.systems.table import Table
    from tanheng.systems.trade import TradeFlows
    from tanheng.systems.trade_steps import estimate_weights, reconcile

__all__ = [
    "ACCOUNTS",
    "About",
    "AirAbout",
    "Factors",
    "LimitedSector",
    "LimitedSource",
    "Observations",
    "ProcessSystem",
    "SupplyUse",
    "Table",
    "TanhengError",
    "TradeFlows",
    "aggregate",
    "air_rules",
    "allocate",
    "assemble",
    "attach",
    "attainment",
    "avoided_emissions",
    "balance",
    "cbdr",
    "certificates",
    "chained",
    "characterise",
    "check_claims",
    "circular_footprint",
    "compared_years",
    "constant_prices",
    "consumption",
    "disaggregate",
    "drivers",
    "eebt",
    "embedded_emissions",
    "endogenise_capital",
    "estimate_weights",
    "export_intensity",
    "export_terms",
    "exposure",
    "extraction",
    "flows",
    "impacts",
    "income",
    "layers",
    "life_cycle",
    "limit_effects",
    "limited_emissions",
    "linkages",
    "national_sharing",
    "net_transfers",
    "network",
    "open",
    "open_limited",
    "open_product",
    "paths",
    "product_balance",
    "product_factors",
    "product_flows",
    "production",
    "read",
    "read_claims",
    "read_inventory",
    "read_observations",
    "read_trade",
    "reconcile",
    "scopes",
    "shared",
    "shared_flows",
    "technology_adjusted",
    "tidy",
    "tidy_air",
    "total",
    "trace_origins",
    "under_limits",
    "under_rules",
    "unlinked",
    "upstream",
    "value_chain",
]

_ELSEWHERE = {
    "About": "tanheng.systems.about",
    "AirAbout": "tanheng.systems.observations",
    "Factors": "tanheng.systems.factors",
    "LimitedSector": "tanheng.systems.limited_sources",
    "LimitedSource": "tanheng.systems.limited_sources",
    "Observations": "tanheng.systems.observations",
    "ProcessSystem": "tanheng.systems.process",
    "SupplyUse": "tanheng.systems.supply_use",
    "Table": "tanheng.systems.table",
    "TanhengError": "tanheng.errors",
    "TradeFlows": "tanheng.systems.trade",
    "aggregate": "tanheng.systems.aggregate",
    "air_rules": "tanheng.norms.air",
    "allocate": "tanheng.systems.allocation",
    "assemble": "tanheng.systems.assembly",
    "attach": "tanheng.data.attach",
    "balance": "tanheng.systems.balance",
    "characterise": "tanheng.systems.characterise",
    "check_claims": "tanheng.claims:check",
    "disaggregate": "tanheng.systems.disaggregate",
    "endogenise_capital": "tanheng.systems.capital",
    "estimate_weights": "tanheng.systems.trade_steps",
    "impacts": "tanheng.systems.impacts",
    "open": "tanheng.data.store",
    "open_limited": "tanheng.data.limited",
    "open_product": "tanheng.data.products:open",
    "read": "tanheng.data.reader",
    "read_claims": "tanheng.claims",
    "read_inventory": "tanheng.data.inventory",
    "read_observations": "tanheng.data.observations",
    "read_trade": "tanheng.data.trade",
    "reconcile": "tanheng.systems.trade_steps",
    "trace_origins": "tanheng.systems.origins",
    "under_limits": "tanheng.systems.limited_sources",
}


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name, imported when first asked for: ``tanheng --help`` need not wait for pandas and xarray."""
        if name not in __all__:
            raise AttributeError(f"module 'tanheng' has no attribute {name!r}")
        module, _, own = _ELSEWHERE.get(name, "tanheng.accounts").partition(":")
        value = globals()[name] = getattr(import_module(module), own or name)
        return value


def __dir__() -> list[str]:
    return __all__
