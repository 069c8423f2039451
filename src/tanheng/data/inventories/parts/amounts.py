"""What a unit of a product weighs, holds and costs, by which co-products can share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tanheng.systems.linking import conversion

_ENERGY = ("energy", "net calorific value", "lower heating value", "gross calorific value", "upper heating value")
_PRICES = ("price", "market value")


@dataclass(frozen=True, slots=True)
class Measure:
    """What one unit of a flow comes to in another property: its ``name``, the ``amount`` and the amount's ``unit``."""

    name: str
    amount: float
    unit: str
    economic: bool = False


def properties(measures: Iterable[Measure]) -> dict[str, float]:
    """What co-products can share by: "mass" in kg, "energy" in MJ, "price" in the unit of the source.

    Of several energies that of most use is taken: the net calorific value before the gross one.

    >>> properties([Measure("Mass", 1.0, "t"), Measure("Net calorific value", 3.6, "MJ"), Measure("Volume", 1, "m3")])
    {'mass': 1000.0, 'energy': 3.6}
    """
    known = {measure.name.strip().casefold(): measure for measure in measures if measure.amount > 0}
    found: dict[str, float] = {}
    for name, unit, names in (("mass", "kg", ("mass",)), ("energy", "MJ", _ENERGY)):
        factors = [(known[one].amount, conversion(known[one].unit, unit)) for one in names if one in known]
        amounts = [amount * factor for amount, factor in factors if factor is not None]
        if amounts:
            found[name] = amounts[0]
    prices = [measure.amount for name, measure in known.items() if measure.economic or name in _PRICES]
    return {**found, "price": prices[0]} if prices else found
