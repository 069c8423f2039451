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
    from tanheng.systems.about import About
    from tanheng.systems.table import Table

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

_ELSEWHERE = {
    "About": "tanheng.systems.about",
    "Table": "tanheng.systems.table",
    "TanhengError": "tanheng.errors",
    "open": "tanheng.data.store",
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
