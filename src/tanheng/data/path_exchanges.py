"""A file of path exchanges: what is demanded, and which figures take the place of a table's on its paths.

    stressor = "CO2"                         optional, where the table has one only
    source = "our own measurements, 2023"    optional: of the exchanges that name none

    [[demand]]
    region = "CHN"
    sector = "c14"
    value = 1000
    unit = "million USD"                     optional: the table's own

    [[exchange]]
    path = "CHN:c17 > CHN:c12 > CHN:c14"     as 'tanheng paths --format csv' writes it: the demanded product last
    scope = "node"                           node, path or input
    value = 12.5
    unit = "kt"
    source = "..."

What is said to be optional may be left out; values are for the whole of the demand.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from tanheng import units
from tanheng.data import archive
from tanheng.data.toml_keys import Keys, parsed
from tanheng.errors import InputError, TanhengError, UnitError
from tanheng.systems.path_exchange import Node, PathExchange, Scope, path_of

_FILE = ("stressor", "source", "demand", "exchange")
_DEMAND = ("region", "sector", "value", "unit")
_EXCHANGE = ("path", "scope", "value", "unit", "source")


@dataclass(frozen=True)
class ExchangeFile:
    """What a file asks: the amount and unit of each product ("" for the table's own), the exchanges, the stressor.

    ``stressor`` is None where the file names none.
    """

    demand: Mapping[Node, tuple[float, str]]
    exchanges: tuple[PathExchange, ...]
    stressor: str | None

    def demand_in(self, currency: str) -> dict[Node, float]:
        """The demand in that money unit; raises UnitError for a unit of another currency."""
        return {
            node: amount * (units.factor(unit, currency) if unit else 1.0)
            for node, (amount, unit) in self.demand.items()
        }


def read(path: str | os.PathLike[str]) -> ExchangeFile:
    """The demand and the exchanges of a TOML file, laid out as above.

    Raises InputError naming file and entry for what is missing, of another type or unknown, and UnitError for a unit
    that is not known.
    """
    place = archive.open(path)
    if len(place.entries) != 1:
        raise InputError("is not a file", where=os.fspath(path), hint="name the TOML file of exchanges")
    entry = place.entries[0]
    keys = Keys(parsed(entry.text(), entry.where), entry.where, _FILE)
    demand: dict[Node, tuple[float, str]] = {}
    for number, given in enumerate(keys.tables("demand"), start=1):
        node, amount, unit = _demanded(Keys(given, f"{entry.where}, demand {number}", _DEMAND))
        if node in demand:
            hint = "write their sum in one entry"
            raise InputError(f"{':'.join(node)} is demanded twice", where=entry.where, hint=hint)
        demand[node] = amount, unit
    if not demand:
        raise InputError("demands nothing", where=entry.where, hint="add [[demand]] with region, sector and value")
    source = keys.text("source", "")
    listed = enumerate(keys.tables("exchange"), start=1)
    exchanges = tuple(_exchange(Keys(one, f"{entry.where}, exchange {at}", _EXCHANGE), source) for at, one in listed)
    return ExchangeFile(demand, exchanges, keys.text("stressor", "") or None)


def _demanded(keys: Keys) -> tuple[Node, float, str]:
    unit = keys.text("unit", "")
    if unit and not units.parse(unit, where=keys.where).dimension.startswith("money"):
        hint = "a money unit reads like 'million USD'"
        raise UnitError(f"the unit of demand is {unit!r}, which is no money", where=keys.where, hint=hint)
    return (keys.text("region"), keys.text("sector")), keys.number("value"), unit


def _exchange(keys: Keys, source: str) -> PathExchange:
    value, unit, scope = keys.number("value"), keys.text("unit"), keys.text("scope", "node")
    try:
        path = path_of(keys.text("path"))
        return PathExchange(path, value, unit, _scope(scope), keys.text("source", source))
    except TanhengError as error:
        raise type(error)(error.what, where=keys.where, hint=error.hint) from None


def _scope(name: str) -> Scope:
    return name  # type: ignore[return-value]  # the exchange checks it
