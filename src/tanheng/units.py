"""Units of measure, and nothing that guesses: a unit is known, or it is refused (convention 3).

A unit is a scale, optionally followed by the substance it measures: ``kt``, ``kt CO2``, ``Mt CO2e``, ``TJ``, ``million
USD``. ``kt`` is a kilotonne, never a knot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tanheng.errors import UnitError, nearest

_SCALES: dict[str, tuple[str, float]] = {
    # mass, in kilograms
    "mg": ("mass", 1e-6), "g": ("mass", 1e-3), "kg": ("mass", 1.0), "t": ("mass", 1e3), "kt": ("mass", 1e6),
    "Mt": ("mass", 1e9), "Gt": ("mass", 1e12), "Mg": ("mass", 1e3), "Gg": ("mass", 1e6), "Tg": ("mass", 1e9),
    "Pg": ("mass", 1e12), "tonne": ("mass", 1e3), "tonnes": ("mass", 1e3),
    # energy, in joules
    "J": ("energy", 1.0), "kJ": ("energy", 1e3), "MJ": ("energy", 1e6), "GJ": ("energy", 1e9), "TJ": ("energy", 1e12),
    "PJ": ("energy", 1e15), "EJ": ("energy", 1e18), "kWh": ("energy", 3.6e6), "MWh": ("energy", 3.6e9),
    "GWh": ("energy", 3.6e12), "TWh": ("energy", 3.6e15), "toe": ("energy", 4.1868e10), "ktoe": ("energy", 4.1868e13),
    "Mtoe": ("energy", 4.1868e16),
    # area, volume, time worked, people
    "m2": ("area", 1.0), "ha": ("area", 1e4), "km2": ("area", 1e6), "m3": ("volume", 1.0), "Mm3": ("volume", 1e6),
    "km3": ("volume", 1e9), "hr": ("time", 1.0), "M.hr": ("time", 1e6), "p": ("people", 1.0),
    "persons": ("people", 1.0), "1000 p": ("people", 1e3), "1000 persons": ("people", 1e3),
    "1": ("count", 1.0), "items": ("count", 1.0), "Item(s)": ("count", 1.0), "unit": ("count", 1.0),
    # length, transport, power, time, land and store in use, radioactivity: what inventories of processes measure in
    "m": ("length", 1.0), "km": ("length", 1e3), "l": ("volume", 1e-3), "L": ("volume", 1e-3),
    "t*km": ("mass transport", 1e3), "tkm": ("mass transport", 1e3), "kg*km": ("mass transport", 1.0),
    "p*km": ("passenger transport", 1.0), "W": ("power", 1.0), "kW": ("power", 1e3), "MW": ("power", 1e6),
    "GW": ("power", 1e9), "s": ("duration", 1.0), "min": ("duration", 60.0), "h": ("duration", 3600.0),
    "d": ("duration", 86_400.0), "a": ("duration", 31_557_600.0), "m2*a": ("area used", 1.0),
    "ha*a": ("area used", 1e4), "m3*a": ("volume used", 1.0), "kg*a": ("mass kept", 1.0),
    "Bq": ("radioactivity", 1.0), "kBq": ("radioactivity", 1e3),
}  # fmt: skip
_MONEY = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "k": 1e3, "M": 1e6, "1000": 1e3}
_CURRENCY = re.compile(r"^(?:(thousand|million|billion|1000)\s+|(k|M)\.)?([A-Z]{3})$")
_SUBSTANCE = re.compile(r"^[A-Za-z][\w.,()\- ]*$")


@dataclass(frozen=True)
class Unit:
    """A unit: its name as written, what it measures, its size in the base unit (kg, J, m2, m3, s, currency, ...)."""

    name: str
    dimension: str
    factor: float


def parse(name: str, *, where: str = "") -> Unit:
    """The unit of that name. Raises UnitError, naming the nearest known unit.

    >>> parse("kt").factor, parse("kt CO2").dimension, parse("million USD").dimension
    (1000000.0, 'mass CO2', 'money USD')
    >>> parse("kilofoo")
    Traceback (most recent call last):
    tanheng.errors.UnitError: unit 'kilofoo' is not known; ...
    """
    text = " ".join(str(name).split())
    if text in _SCALES:
        return Unit(text, *_SCALES[text])
    money = _CURRENCY.match(text)
    if money:
        return Unit(text, f"money {money[3]}", _MONEY[money[1] or money[2] or ""])
    scale, _, substance = text.partition(" ")
    if substance and scale in _SCALES and _SUBSTANCE.match(substance):
        dimension, factor = _SCALES[scale]
        return Unit(text, f"{dimension} {substance}", factor)
    raise UnitError(
        f"unit {text!r} is not known",
        where=where,
        hint=f"{nearest(scale, _SCALES)} a money unit reads like 'million USD'",
    )


def factor(source: str, target: str) -> float:
    """What a number in ``source`` is multiplied by to be in ``target``. Raises UnitError for unlike units.

    >>> factor("kt", "Gt")
    1e-06
    >>> factor("kt", "TJ")
    Traceback (most recent call last):
    tanheng.errors.UnitError: kt (mass) cannot be turned into TJ (energy); ...
    """
    a, b = parse(source), parse(target)
    if a.dimension != b.dimension:
        raise UnitError(
            f"{a.name} ({a.dimension}) cannot be turned into {b.name} ({b.dimension})",
            hint="choose a unit of the same dimension",
        )
    return a.factor / b.factor


def common(names: Iterable[str], *, what: str = "a sum") -> str:
    """The one unit that all of ``names`` are; raises UnitError when they are not one (sums of unlike units).

    >>> common(["kt", "kt"])
    'kt'
    """
    found = list(dict.fromkeys(names))
    if len(found) != 1:
        raise UnitError(
            f"{what} would mix the units {', '.join(found) or '(none)'}",
            hint="convert them first, or choose one stressor",
        )
    return found[0]
