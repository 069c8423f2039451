"""What sources say of how sure their amounts are, in one form; what is no distribution is counted, never guessed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tanheng.systems.finding import Finding, found
from tanheng.systems.inventory import Uncertainty

_STATS = {
    6: "Bernoulli", 7: "discrete uniform", 8: "Weibull", 9: "gamma", 10: "beta", 11: "generalized extreme value",
    12: "Student's t",
}  # fmt: skip


class Uncertainties:
    """Makes an Uncertainty of a source's numbers, or None, and counts those that it could not use.

    A lognormal's median and a normal's mean are the amount itself, of its sign. A distribution of no width, or of
    numbers that cannot be one, says nothing: it is left out and counted.
    """

    def __init__(self) -> None:
        self._unusable, self._unheld = 0, Counter[str]()

    def lognormal(self, amount: float, deviation: float | None) -> Uncertainty | None:
        """With the geometric standard deviation, above 1."""
        if deviation is None or not amount or not 1 < deviation < math.inf:
            return self._refused()
        return Uncertainty("lognormal", (amount, deviation))

    def normal(self, amount: float, deviation: float | None) -> Uncertainty | None:
        """With the standard deviation, in the unit of the amount."""
        if deviation is None or not 0 < deviation < math.inf:
            return self._refused()
        return Uncertainty("normal", (amount, deviation))

    def triangular(self, least: float | None, likeliest: float | None, greatest: float | None) -> Uncertainty | None:
        """Least, likeliest, greatest."""
        if least is None or likeliest is None or greatest is None:
            return self._refused()
        if not (least <= likeliest <= greatest and -math.inf < least < greatest < math.inf):
            return self._refused()
        return Uncertainty("triangular", (least, likeliest, greatest))

    def uniform(self, least: float | None, greatest: float | None) -> Uncertainty | None:
        """Least, greatest."""
        if least is None or greatest is None or not -math.inf < least < greatest < math.inf:
            return self._refused()
        return Uncertainty("uniform", (least, greatest))

    def other(self, kind: str) -> None:
        """A distribution of a kind that an inventory does not hold."""
        self._unheld[kind] += 1

    def stats_arrays(self, amount: float, of: Mapping[str, Any]) -> Uncertainty | None:
        """As the stats_arrays package numbers them, from its fields; those that are no number count as missing."""
        kind = _number(of.get("uncertainty type"))
        if kind is None or kind in (0, 1):
            return None
        location, scale, least, greatest = (_number(of.get(key)) for key in ("loc", "scale", "minimum", "maximum"))
        if kind == 2:  # loc and scale are those of the logarithm
            return self.lognormal(amount, math.exp(scale) if scale is not None and scale < 700 else None)
        if kind == 3:
            return self.normal(amount, scale)
        if kind == 4:
            return self.uniform(least, greatest)
        if kind == 5:
            return self.triangular(least, amount if location is None else location, greatest)
        self.other(_STATS.get(int(kind), str(int(kind))))
        return None

    def findings(self, where: str) -> tuple[Finding, ...]:
        """What was left out, if anything."""
        notes = []
        if self._unusable:
            notes.append(found("uncertainty-unusable", "note", where, count=self._unusable))
        if self._unheld:
            kinds = ", ".join(f"{kind} ({count})" for kind, count in sorted(self._unheld.items()))
            notes.append(found("uncertainty-unheld", "note", where, count=self._unheld.total(), kinds=kinds))
        return tuple(notes)

    def _refused(self) -> Uncertainty | None:
        self._unusable += 1
        return None


def scaled(uncertainty: Uncertainty | None, factor: float) -> Uncertainty | None:
    """``uncertainty.scaled(factor)``, or None of none."""
    return uncertainty and uncertainty.scaled(factor)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None
