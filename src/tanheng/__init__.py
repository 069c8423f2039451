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
        cbdr,
        chained,
        constant_prices,
        consumption,
        drivers,
        eebt,
        export_intensity,
        export_terms,
        extraction,
        flows,
        income,
        layers,
        linkages,
        national_sharing,
        net_transfers,
        network,
        paths,
        production,
        scopes,
        shared,
        shared_flows,
        technology_adjusted,
        tidy,
        total,
        value_chain,
    )
    from tanheng.data.attach import attach
    from tanheng.data.reader import read
    from tanheng.data.store import open
    from tanheng.errors import TanhengError
    from tanheng.systems.about import About
    from tanheng.systems.aggregate import aggregate
    from tanheng.systems.balance import balance
    from tanheng.systems.capital import endogenise_capital
    from tanheng.systems.characterise import characterise
    from tanheng.systems.disaggregate import disaggregate
    from tanheng.systems.supply_use import SupplyUse
    from tanheng.systems.table import Table

__all__ = [
    "ACCOUNTS",
    "About",
    "SupplyUse",
    "Table",
    "TanhengError",
    "aggregate",
    "attach",
    "balance",
    "cbdr",
    "chained",
    "characterise",
    "constant_prices",
    "consumption",
    "disaggregate",
    "drivers",
    "eebt",
    "endogenise_capital",
    "export_intensity",
    "export_terms",
    "extraction",
    "flows",
    "income",
    "layers",
    "linkages",
    "national_sharing",
    "net_transfers",
    "network",
    "open",
    "paths",
    "production",
    "read",
    "scopes",
    "shared",
    "shared_flows",
    "technology_adjusted",
    "tidy",
    "total",
    "value_chain",
]

_ELSEWHERE = {
    "About": "tanheng.systems.about",
    "SupplyUse": "tanheng.systems.supply_use",
    "Table": "tanheng.systems.table",
    "TanhengError": "tanheng.errors",
    "aggregate": "tanheng.systems.aggregate",
    "attach": "tanheng.data.attach",
    "balance": "tanheng.systems.balance",
    "characterise": "tanheng.systems.characterise",
    "disaggregate": "tanheng.systems.disaggregate",
    "endogenise_capital": "tanheng.systems.capital",
    "open": "tanheng.data.store",
    "read": "tanheng.data.reader",
}


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name, imported when first asked for: ``tanheng --help`` need not wait for pandas and xarray."""
        if name not in __all__:
            raise AttributeError(f"module 'tanheng' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_ELSEWHERE.get(name, "tanheng.accounts")), name)
        return value


def __dir__() -> list[str]:
    return __all__
