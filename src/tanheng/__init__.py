"""Tanheng 碳衡: full-scope carbon accounting.

>>> import tanheng as th
>>> world = th.open("world")
>>> account = th.consumption(world[2009])
"""

from tanheng.accounts import (
    ACCOUNTS,
    consumption,
    eebt,
    export_intensity,
    flows,
    net_transfers,
    production,
    tidy,
    total,
)
from tanheng.data.store import open
from tanheng.errors import TanhengError
from tanheng.systems.table import About, Table

__all__ = [
    "ACCOUNTS",
    "About",
    "Table",
    "TanhengError",
    "consumption",
    "eebt",
    "export_intensity",
    "flows",
    "net_transfers",
    "open",
    "production",
    "tidy",
    "total",
]
