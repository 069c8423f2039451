"""What a table is: the facts that every result carries with it."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tanheng import units
from tanheng.errors import InputError, UnitError

NOT_STATED = "not stated"


@dataclass(frozen=True)
class About:
    """What a table is: its name, year, money unit, price basis, system boundary, source, licence and version.

    ``units`` gives the unit of every stressor. ``boundary`` is "residence" or "territory" (convention 9).
    ``classification`` names the sector classification whose names ``labels`` knows, if any.
    Raises InputError for a year that is none, UnitError for a unit that is not known and a currency that is no money.
    """

    name: str
    year: int
    currency: str
    units: Mapping[str, str]
    price_basis: str = NOT_STATED
    boundary: str = NOT_STATED
    source: str = NOT_STATED
    licence: str = NOT_STATED
    version: str = NOT_STATED
    classification: str = ""

    def __post_init__(self) -> None:
        where = f"about {self.name}"
        object.__setattr__(self, "year", _year(self.year, where))
        if not units.parse(self.currency, where=where).dimension.startswith("money"):
            hint = "a money unit reads like 'million USD'"
            raise UnitError(f"the currency is {self.currency!r}, which is no money", where=where, hint=hint)
        for stressor, unit in self.units.items():
            units.parse(unit, where=f"{where}, unit of {stressor}")
        object.__setattr__(self, "units", MappingProxyType(dict(self.units)))

    @classmethod
    def of(cls, about: About | Mapping[str, Any]) -> About:
        """``about``, or one made from a mapping with its keys; raises InputError naming a missing or unknown key."""
        if isinstance(about, About):
            return about
        known = {item.name: item for item in dataclasses.fields(cls)}
        for key in about:
            if key not in known:
                raise InputError(f"{key!r} is not a key of about", hint=f"known are {', '.join(known)}")
        for key in ("name", "year", "currency", "units"):
            if key not in about:
                example = '[units] with CO2 = "kt"' if key == "units" else f"a line {key} = ..."
                raise InputError(f"{key!r} is missing from about", hint=f"add {example}")
        return cls(**about)


def _year(given: Any, where: str) -> int:
    try:
        year = None if isinstance(given, bool) else operator.index(given)
    except TypeError:
        year = None
    if year is None or not 1 <= year <= 9999:
        raise InputError(
            f"the year is {given!r}, not a whole number from 1 to 9999", where=where, hint="write year = 2009"
        )
    return year
