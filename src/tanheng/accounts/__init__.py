"""Questions to tables: one module a family, each account a function that returns an ``xarray.DataArray``."""

from tanheng.accounts.declared import ACCOUNTS, Account, find
from tanheng.accounts.exports import export_intensity
from tanheng.accounts.regions import consumption, production
from tanheng.accounts.result import CONSERVED, DIGITS, tidy, total
from tanheng.accounts.trade import eebt, flows, net_transfers

__all__ = [
    "ACCOUNTS",
    "CONSERVED",
    "DIGITS",
    "Account",
    "consumption",
    "eebt",
    "export_intensity",
    "find",
    "flows",
    "net_transfers",
    "production",
    "tidy",
    "total",
]
