"""What claims are checked against: data sets by name, each year of them read and solved once.

``gcb`` is the Global Carbon Budget among the embedded reference series, ``reference`` the others, ``product-cases``
the embedded products, ``norms`` the register of standards, ``arithmetic`` a claim's own numbers; any other name is a
table: ``world``, a stored one, or the path of a plain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import xarray as xr

from tanheng import norms, units
from tanheng.accounts.regions import consumption, production
from tanheng.claims.messages import Said, dataset_title, say
from tanheng.data import reference
from tanheng.data.store import open as open_table
from tanheng.errors import NormError
from tanheng.systems.table import Table

GCB, REFERENCE, PRODUCTS, NORMS, OWN = "gcb", "reference", "product-cases", "norms", "arithmetic"
TABLE = "table"  # the kind of every other dataset
FIXED = (GCB, REFERENCE, PRODUCTS, NORMS, OWN)
CO2 = "CO2"
_NAMED_CO2 = re.compile(r"(?<![a-z0-9])co2(?![a-z0-9])", re.IGNORECASE)


class NotAtHandError(Exception):
    """An input is not there; ``reasons`` say by language which."""

    def __init__(self, reasons: Said) -> None:
        self.reasons = reasons
        super().__init__(reasons["en"])


@dataclass(frozen=True, eq=False)
class Regional:
    """CO2 of one year by region, Mt: production-based less consumption-based; where from, and the table's hash."""

    gap: xr.DataArray  # (region,)
    source: str
    hash: str = ""

    @classmethod
    def of(cls, table: Table, dataset: Said) -> Regional:
        """Of a table. Raises NotAtHandError where it has no CO2."""
        name = stressor(table, dataset)
        made, used = (one(table, stressor=name).isel(stressor=0, drop=True) for one in (production, consumption))
        gap = (made - used).drop_vars("unit", errors="ignore") * mass(table, name, "Mt", dataset)
        return cls(gap, table.about.source, table.hash)


class Dataset:
    """A data set by its name; ``kind`` is the name, or "table"."""

    def __init__(self, name: str) -> None:
        self.name, self.kind = name, name if name in FIXED else TABLE
        self._regional: dict[int, Regional] = {}
        self._groupings: dict[tuple[str, int], norms.Grouping] = {}

    @cached_property
    def title(self) -> Said:
        """What it is called, by language."""
        return dataset_title(self.name)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years that it has accounts of regions for."""
        if self.kind == GCB:
            return tuple(int(year) for year in _budget()[1].indexes["year"])
        return open_table(self.name).years

    def table(self, year: int) -> Table:
        """The table of a year that it has."""
        return open_table(self.name)[year]

    def regional(self, year: int) -> Regional:
        """The accounts of regions of a year that it has. Raises NotAtHandError where it has no CO2."""
        if year not in self._regional:
            self._regional[year] = (
                _regional_of_budget(year) if self.kind == GCB else Regional.of(self.table(year), self.title)
            )
        return self._regional[year]

    def grouping(self, group: str, year: int) -> norms.Grouping:
        """Its regions in groups at the end of a year. Raises NotAtHandError where they cannot be parted."""
        if (group, year) not in self._groupings:
            regions = [str(one) for one in self.regional(year).gap.indexes["region"]]
            try:
                self._groupings[group, year] = norms.grouping(group, regions, norms.year_end(year))
            except NormError:
                if group.partition("@")[0] not in norms.names("groups"):
                    raise
                raise NotAtHandError(say("no-group", dataset=self.title, group=group)) from None
        return self._groupings[group, year]

    def nearest(self, year: int) -> int:
        """The nearest of its years."""
        return min(self.years, key=lambda one: abs(one - year))

    def know(self, accounts: Mapping[int, Regional]) -> None:
        """Take over accounts that are computed already, by year."""
        self._regional |= accounts

    def missing_years(self, what: object) -> dict[str, str]:
        """The sentence that it does not have these years."""
        return say("no-year", dataset=self.title, what=what, there=span(self.years))


class Datasets:
    """Data sets by name; whoever checks several files keeps one, so that nothing is read or solved twice."""

    def __init__(self) -> None:
        self._opened: dict[str, Dataset] = {}

    def __getitem__(self, name: str) -> Dataset:
        return self._opened.setdefault(name, Dataset(name))


def span(years: Iterable[int]) -> str:
    """The first and the last of them, or the one.

    >>> span([1995, 1996, 1997]), span([2013])
    ('1995-1997', '2013')
    """
    first, last = min(years := list(years)), max(years)
    return str(first) if first == last else f"{first}-{last}"


def stressor(table: Table, dataset: Said) -> str:
    """The table's CO2. Raises NotAtHandError where it has none of that name, or several."""
    found = [name for name in table.stressors if name.casefold() == CO2.casefold()]
    if len(found) == 1:
        return found[0]
    parts = [name for name in table.stressors if _NAMED_CO2.search(name)]
    listed = ", ".join(parts or table.stressors[:5]) + (", ..." if not parts and len(table.stressors) > 5 else "")
    raise NotAtHandError(say("parts-of-co2" if parts else "no-co2", dataset=dataset, stressors=listed))


def mass(table: Table, name: str, unit: str, dataset: Said) -> float:
    """What a number of the table's stressor is multiplied by to be in ``unit``. Raises NotAtHandError for no mass."""
    own = table.about.units[name]
    if units.parse(own).dimension not in ("mass", f"mass {CO2}"):
        raise NotAtHandError(say("no-mass", dataset=dataset, unit=own))
    return units.factor(own.split()[0], unit)


@cache  # they are embedded: nothing changes them
def _budget() -> tuple[xr.DataArray, xr.DataArray]:
    """Territorial and consumption-based CO2 (region, year), Mt, of the countries and years that have both."""
    made, used = xr.align(reference.series("territorial_co2"), reference.series("consumption_co2"))
    return made, used


def _regional_of_budget(year: int) -> Regional:
    """Countries that have both numbers from one vintage: a difference of two vintages is none of trade."""
    made, used = (one.sel(year=year) for one in _budget())
    alike = made["source"].values == used["source"].values
    gap = (made - used).drop_vars(["source", "year"], errors="ignore")[alike].dropna("region")
    named = np.unique(used["source"].sel(region=gap.indexes["region"]).values)
    sources = reference.about()["sources"]
    return Regional(gap, "; ".join(sources[str(one)]["title"] for one in named))
