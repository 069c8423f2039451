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
        coverage,
        coverage_quality,
        drivers,
        eebt,
        embedded_emissions,
        export_intensity,
        export_terms,
        exposure,
        extraction,
        flows,
        hybrid_accounts,
        hybrid_coverage,
        hybrid_differences,
        hybrid_footprint,
        income,
        layers,
        life_cycle,
        limit_effects,
        limited_emissions,
        linkages,
        national_sharing,
        net_transfers,
        network,
        organisation_account,
        organisation_footprint,
        path_exchange,
        paths,
        product_balance,
        product_factors,
        product_flows,
        production,
        reconciliation,
        scenario_by_change,
        scenario_effects,
        scenario_paths,
        scopes,
        shared,
        shared_flows,
        split_case,
        spread,
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
    from tanheng.data.organisation import read_organisation
    from tanheng.data.products import open as open_product
    from tanheng.data.purchases import read_purchases
    from tanheng.data.rates import read_rates, usd_rates
    from tanheng.data.reader import read
    from tanheng.data.sales import read_sales
    from tanheng.data.scenario import open as open_scenario
    from tanheng.data.store import open
    from tanheng.data.trade import read_trade
    from tanheng.errors import TanhengError
    from tanheng.ledger import Ledger, open_ledger
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
    from tanheng.systems.hybrid import Hybrid, join
    from tanheng.systems.impacts import impacts
    from tanheng.systems.limited_sources import LimitedSector, LimitedSource, under_limits
    from tanheng.systems.observations import AirAbout, Observations
    from tanheng.systems.organisation import Organisation
    from tanheng.systems.origins import trace_origins
    from tanheng.systems.own_output import Sale, Sales
    from tanheng.systems.path_exchange import PathExchange
    from tanheng.systems.prices import Deflator, ExchangeRate, Rates
    from tanheng.systems.process import ProcessSystem
    from tanheng.systems.product_split import split_by_products
    from tanheng.systems.purchases import Purchase, purchases
    from tanheng.systems.recipe import sector_recipe
    from tanheng.systems.scenarios import Scenario
    from tanheng.systems.scenarios import apply as apply_scenario
    from tanheng.systems.supply_use import SupplyUse
    from tanheng.systems.table import Table
    from tanheng.systems.trade import TradeFlows
    from tanheng.systems.trade_steps import estimate_weights
    from tanheng.systems.trade_steps import reconcile as reconcile_trade

__all__ = [
    "ACCOUNTS",
    "About",
    "AirAbout",
    "Deflator",
    "ExchangeRate",
    "Factors",
    "Hybrid",
    "Ledger",
    "LimitedSector",
    "LimitedSource",
    "Observations",
    "Organisation",
    "PathExchange",
    "ProcessSystem",
    "Purchase",
    "Rates",
    "Sale",
    "Sales",
    "Scenario",
    "SupplyUse",
    "Table",
    "TanhengError",
    "TradeFlows",
    "aggregate",
    "air_rules",
    "allocate",
    "apply_scenario",
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
    "coverage",
    "coverage_quality",
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
    "hybrid_accounts",
    "hybrid_coverage",
    "hybrid_differences",
    "hybrid_footprint",
    "impacts",
    "income",
    "join",
    "layers",
    "life_cycle",
    "limit_effects",
    "limited_emissions",
    "linkages",
    "national_sharing",
    "net_transfers",
    "network",
    "open",
    "open_ledger",
    "open_limited",
    "open_product",
    "open_scenario",
    "organisation_account",
    "organisation_footprint",
    "path_exchange",
    "paths",
    "product_balance",
    "product_factors",
    "product_flows",
    "production",
    "purchases",
    "read",
    "read_claims",
    "read_inventory",
    "read_observations",
    "read_organisation",
    "read_purchases",
    "read_rates",
    "read_sales",
    "read_trade",
    "reconcile_trade",
    "reconciliation",
    "scenario_by_change",
    "scenario_effects",
    "scenario_paths",
    "scopes",
    "sector_recipe",
    "shared",
    "shared_flows",
    "split_by_products",
    "split_case",
    "spread",
    "technology_adjusted",
    "tidy",
    "tidy_air",
    "total",
    "trace_origins",
    "under_limits",
    "under_rules",
    "unlinked",
    "upstream",
    "usd_rates",
    "value_chain",
]

_ELSEWHERE = {
    "About": "tanheng.systems.about",
    "AirAbout": "tanheng.systems.observations",
    "Deflator": "tanheng.systems.prices",
    "ExchangeRate": "tanheng.systems.prices",
    "Factors": "tanheng.systems.factors",
    "Hybrid": "tanheng.systems.hybrid",
    "Ledger": "tanheng.ledger",
    "LimitedSector": "tanheng.systems.limited_sources",
    "LimitedSource": "tanheng.systems.limited_sources",
    "Observations": "tanheng.systems.observations",
    "Organisation": "tanheng.systems.organisation",
    "PathExchange": "tanheng.systems.path_exchange",
    "ProcessSystem": "tanheng.systems.process",
    "Purchase": "tanheng.systems.purchases",
    "Rates": "tanheng.systems.prices",
    "Sale": "tanheng.systems.own_output",
    "Sales": "tanheng.systems.own_output",
    "Scenario": "tanheng.systems.scenarios",
    "SupplyUse": "tanheng.systems.supply_use",
    "Table": "tanheng.systems.table",
    "TanhengError": "tanheng.errors",
    "TradeFlows": "tanheng.systems.trade",
    "aggregate": "tanheng.systems.aggregate",
    "air_rules": "tanheng.norms.air",
    "allocate": "tanheng.systems.allocation",
    "apply_scenario": "tanheng.systems.scenarios:apply",
    "assemble": "tanheng.systems.assembly",
    "attach": "tanheng.data.attach",
    "balance": "tanheng.systems.balance",
    "characterise": "tanheng.systems.characterise",
    "check_claims": "tanheng.claims:check",
    "disaggregate": "tanheng.systems.disaggregate",
    "endogenise_capital": "tanheng.systems.capital",
    "estimate_weights": "tanheng.systems.trade_steps",
    "impacts": "tanheng.systems.impacts",
    "join": "tanheng.systems.hybrid",
    "open": "tanheng.data.store",
    "open_ledger": "tanheng.ledger",
    "open_limited": "tanheng.data.limited",
    "open_product": "tanheng.data.products:open",
    "open_scenario": "tanheng.data.scenario:open",
    "purchases": "tanheng.systems.purchases",
    "read": "tanheng.data.reader",
    "read_claims": "tanheng.claims",
    "read_inventory": "tanheng.data.inventory",
    "read_observations": "tanheng.data.observations",
    "read_organisation": "tanheng.data.organisation",
    "read_purchases": "tanheng.data.purchases",
    "read_rates": "tanheng.data.rates",
    "read_sales": "tanheng.data.sales",
    "read_trade": "tanheng.data.trade",
    "reconcile_trade": "tanheng.systems.trade_steps:reconcile",
    "sector_recipe": "tanheng.systems.recipe",
    "split_by_products": "tanheng.systems.product_split",
    "trace_origins": "tanheng.systems.origins",
    "under_limits": "tanheng.systems.limited_sources",
    "usd_rates": "tanheng.data.rates",
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
