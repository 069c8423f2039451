"""How a chart speaks: its language, the names of places and sectors, and the units of the stressor it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tanheng import labels
from tanheng.charts.measure import Measure, gas, is_gas, measure, substance
from tanheng.charts.words import FILE, words

DIRECT = "direct"  # where accounts by sector put the emissions of final demand itself


@dataclass(frozen=True)
class Voice:
    """Names and units for the charts about one stressor of one table.

    ``groups`` names groups of regions in this language by their English name, as accounts return them.
    """

    language: str
    stressor: str
    unit: str
    currency: str
    classification: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def gas(self) -> str:
        """The stressor as print writes it."""
        return gas(self.stressor)

    @property
    def substance(self) -> str:
        """The stressor as prose writes it."""
        return substance(self.stressor, self.language)

    def __call__(self, key: str, **values: object) -> str:
        """The words of the charts under ``key``; {gas}, {carbon} and the like are always there."""
        return words(FILE, self.language)(key, **({"gas": self.gas, "intensity": self.intensity} | values))

    @property
    def intensity(self) -> str:
        """What emissions per money are called for this stressor: carbon intensity, or an intensity of its own."""
        key = "intensity.carbon" if is_gas(self.stressor) else "intensity.other"
        return words(FILE, self.language)(key, gas=self.gas)

    def region(self, code: str) -> str:
        """The name of a region or of a group."""
        return self.groups.get(code) or labels.region_name(code, self.language)

    def sector(self, code: str) -> str:
        """The short name of a sector; emissions without a sector are called by their component."""
        if code == DIRECT:
            return self("direct")
        return labels.sector_name(code, self.language, self.classification, short=True)

    def term(self, key: str) -> str:
        """A word of the vocabulary, such as the name of a definition."""
        return labels.term(key, self.language)

    def measure(self, values: Any, *, per: str = "") -> Measure:
        """The scale in which ``values``, in the stressor's unit, are shown."""
        return measure(values, self.unit, self.stressor, self.language, per=per)

    def list(self, names: Iterable[str]) -> str:
        """Names in a row, as the language joins them."""
        return ("、" if self.language == "zh" else ", ").join(names)
