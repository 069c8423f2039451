"""Questions to tables: one module a family, each account a function that returns an ``xarray.DataArray``."""

from tanheng.accounts.air.attaining import Attainment, attainment, under_rules
from tanheng.accounts.air.comparing import Comparison, compared_years, tidy_air
from tanheng.accounts.data_coverage import coverage, coverage_quality
from tanheng.accounts.declared import ACCOUNTS, Account, find
from tanheng.accounts.decomposition import chained, drivers
from tanheng.accounts.differentiated import cbdr
from tanheng.accounts.exports import export_intensity
from tanheng.accounts.gross_exports import export_terms
from tanheng.accounts.hybrids.accounts import hybrid_accounts, hybrid_differences
from tanheng.accounts.hybrids.coverage import HybridCoverage, hybrid_coverage
from tanheng.accounts.hybrids.footprint import hybrid_footprint
from tanheng.accounts.hybrids.organisations import OrganisationAccount, organisation_account, organisation_footprint
from tanheng.accounts.hybrids.path_exchanges import Exchanged, path_exchange
from tanheng.accounts.hybrids.readings import bottom_up_reading, top_down_reading, year_factor
from tanheng.accounts.hybrids.reconciliation import Figure, Reading, reconcile_readings, side_by_side
from tanheng.accounts.hybrids.reconciliation_cases import Reconciled, reconciliation
from tanheng.accounts.hybrids.split_cases import SplitCase, split_case
from tanheng.accounts.hybrids.spread import spread, spreads
from tanheng.accounts.incomes import downstream_multipliers, income, income_multipliers
from tanheng.accounts.limiting import limit_effects, limited_emissions
from tanheng.accounts.linkage import extraction, linkages, scopes
from tanheng.accounts.networks import Network, network
from tanheng.accounts.prices import constant_prices
from tanheng.accounts.products.border import Certificates, Exposure, certificates, exposure
from tanheng.accounts.products.circular import CircularFootprint, Circularity, circular_footprint
from tanheng.accounts.products.factors import product_factors
from tanheng.accounts.products.goods import Embedded, Good, Precursor, embedded_emissions
from tanheng.accounts.products.life_cycle import life_cycle
from tanheng.accounts.products.trade import avoided_emissions, product_balance, product_flows
from tanheng.accounts.products.unlinked import unlinked
from tanheng.accounts.products.upstream import Upstream, upstream
from tanheng.accounts.regions import consumption, production
from tanheng.accounts.responsibility import national_sharing, shared, shared_flows
from tanheng.accounts.result import CONSERVED, DIGITS, tidy, total
from tanheng.accounts.scenario_differences import (
    ScenarioPaths,
    scenario_by_change,
    scenario_effects,
    scenario_paths,
)
from tanheng.accounts.stage_layers import layers
from tanheng.accounts.structural_paths import Paths, paths
from tanheng.accounts.technology import technology_adjusted
from tanheng.accounts.trade import eebt, flows, net_transfers
from tanheng.accounts.value_chains import value_chain

__all__ = [
    "ACCOUNTS",
    "CONSERVED",
    "DIGITS",
    "Account",
    "Attainment",
    "Certificates",
    "CircularFootprint",
    "Circularity",
    "Comparison",
    "Embedded",
    "Exchanged",
    "Exposure",
    "Figure",
    "Good",
    "HybridCoverage",
    "Network",
    "OrganisationAccount",
    "Paths",
    "Precursor",
    "Reading",
    "Reconciled",
    "ScenarioPaths",
    "SplitCase",
    "Upstream",
    "attainment",
    "avoided_emissions",
    "bottom_up_reading",
    "cbdr",
    "certificates",
    "chained",
    "circular_footprint",
    "compared_years",
    "constant_prices",
    "consumption",
    "coverage",
    "coverage_quality",
    "downstream_multipliers",
    "drivers",
    "eebt",
    "embedded_emissions",
    "export_intensity",
    "export_terms",
    "exposure",
    "extraction",
    "find",
    "flows",
    "hybrid_accounts",
    "hybrid_coverage",
    "hybrid_differences",
    "hybrid_footprint",
    "income",
    "income_multipliers",
    "layers",
    "life_cycle",
    "limit_effects",
    "limited_emissions",
    "linkages",
    "national_sharing",
    "net_transfers",
    "network",
    "organisation_account",
    "organisation_footprint",
    "path_exchange",
    "paths",
    "product_balance",
    "product_factors",
    "product_flows",
    "production",
    "reconcile_readings",
    "reconciliation",
    "scenario_by_change",
    "scenario_effects",
    "scenario_paths",
    "scopes",
    "shared",
    "shared_flows",
    "side_by_side",
    "split_case",
    "spread",
    "spreads",
    "technology_adjusted",
    "tidy",
    "tidy_air",
    "top_down_reading",
    "total",
    "under_rules",
    "unlinked",
    "upstream",
    "value_chain",
    "year_factor",
]
