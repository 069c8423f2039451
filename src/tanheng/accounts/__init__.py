"""Questions to tables: one module a family, each account a function that returns an ``xarray.DataArray``."""

from tanheng.accounts.air.attaining import Attainment, attainment, under_rules
from tanheng.accounts.air.comparing import Comparison, compared_years, tidy_air
from tanheng.accounts.declared import ACCOUNTS, Account, find
from tanheng.accounts.decomposition import chained, drivers
from tanheng.accounts.differentiated import cbdr
from tanheng.accounts.exports import export_intensity
from tanheng.accounts.gross_exports import export_terms
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
    "Exposure",
    "Good",
    "Network",
    "Paths",
    "Precursor",
    "Upstream",
    "attainment",
    "avoided_emissions",
    "cbdr",
    "certificates",
    "chained",
    "circular_footprint",
    "compared_years",
    "constant_prices",
    "consumption",
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
    "paths",
    "product_balance",
    "product_factors",
    "product_flows",
    "production",
    "scopes",
    "shared",
    "shared_flows",
    "technology_adjusted",
    "tidy",
    "tidy_air",
    "total",
    "under_rules",
    "unlinked",
    "upstream",
    "value_chain",
]
