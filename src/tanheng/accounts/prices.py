"""What comparing two years needs beside the tables: prices of one year, and the number of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import reference
from tanheng.data.checks.common import REST_OF_WORLD
from tanheng.errors import MissingError, QuestionError, UnitError
from tanheng.systems.deflate import deflated, price_year
from tanheng.systems.table import Table

Array = NDArray[np.float64]


def constant_prices(table: Table, base: int = 2005) -> Table:
    """The table at prices and exchange rates of ``base``, by each country's own GDP deflator in USD (see ``deflated``).

    The rest of the world has the deflator of the GDP of all countries that the table does not name. Where the
    reference series have none (Taiwan), the region has the mean of the others, weighted with their output;
    ``about.version`` names it.
    Raises MissingError for a year without deflators, and where no region has one, and what ``deflated`` raises.
    """
    known = reference.deflators(table.year, base)
    codes = [labels.iso3(name) for name in table.regions]
    there = dict(zip(known.indexes["region"].tolist(), known.values.tolist(), strict=True))
    rest = _rest(known, codes)
    named = zip(table.regions, codes, strict=True)
    values = np.array([rest if _is_rest(name) else there.get(code, np.nan) for name, code in named])
    lacking = np.isnan(values)
    if lacking.all():
        hint = "name the regions by ISO 3166-1 codes, or give deflators of your own to deflated"
        raise MissingError("no region has a deflator", where=table.about.name, hint=hint)
    output = table.x.values.sum(axis=1)
    values[lacking] = output[~lacking].sum() / (output[~lacking] / values[~lacking]).sum()
    source = str(known.attrs["source"])
    if lacking.any():
        source += f"; the mean of the others for {' '.join(np.array(table.regions)[lacking])}"
    attrs = {**known.attrs, "source": source}
    return deflated(table, xr.DataArray(values, {"region": list(table.regions)}, ("region",), attrs=attrs))


def _rest(known: xr.DataArray, codes: Sequence[str]) -> float:
    """The deflator of the countries not in ``codes``: their current GDP over the same at constant prices."""
    gdp = reference.series("gdp_current").sel(year=known.attrs["year"]).dropna("region")
    there = [code for code in known.indexes["region"] if code not in codes and code in set(gdp.indexes["region"])]
    current = gdp.sel(region=there).values
    return float(current.sum() / (current / known.sel(region=there).values).sum()) if there else np.nan


def _is_rest(region: str) -> bool:
    return region.casefold() in REST_OF_WORLD


def populations(before: Table, after: Table) -> tuple[Array, Array]:
    """Persons by region of the tables in their years, (R,) each; the rest of the world has all other countries'.

    Countries without a number in either year are left out of the rest. Raises MissingError for years without numbers,
    and for regions that are neither a country nor the rest of the world.
    """
    found = [reference.population(table.year) for table in (before, after)]
    both = found[0].indexes["region"].intersection(found[1].indexes["region"])
    codes = [labels.iso3(name) for name in before.regions]
    lacking = [name for name, code in zip(before.regions, codes, strict=True) if code not in both]
    unknown = [name for name in lacking if not _is_rest(name)]
    if unknown:
        hint = "leave out the factor population, or give population=(before, after)"
        raise MissingError(
            f"the population of {', '.join(unknown[:5])} is not known", where=before.about.name, hint=hint
        )
    others = [code for code in both if code not in codes]
    sets = [others if name in lacking else [code] for name, code in zip(before.regions, codes, strict=True)]
    old, new = (np.array([float(one.sel(region=members).sum()) for members in sets]) for one in found)
    return old, new


def require_comparable(before: Table, after: Table, current_prices: bool) -> str:
    """The price basis of two tables in the prices of one year, in words, or raise.

    Raises QuestionError for tables in prices of two years unless ``current_prices`` (then the words say so), or whose
    basis is not stated; LabelError for other regions or sectors, UnitError for another currency.
    """
    where = f"{after.about.name} {after.year}"
    for what, old, new in (
        ("region", before.regions, after.regions),
        ("sector", before.sectors, after.sectors),
    ):
        labels.require_same(new, old, what=what, where=f"{where} beside {before.year}")
    if before.about.currency != after.about.currency:
        what = f"one table is in {before.about.currency}, the other in {after.about.currency}"
        raise UnitError(what, where=where, hint="bring both to one currency")
    old_basis, new_basis = before.about.price_basis, after.about.price_basis
    years = price_year(before.about), price_year(after.about)
    if years[0] is not None and years[0] == years[1]:
        return f"constant prices of {years[0]}"
    if old_basis == new_basis and "constant" in new_basis.casefold():
        return new_basis
    if current_prices:
        return f"not comparable ({old_basis}; {new_basis}): changes of prices are in the drivers"
    raise QuestionError(
        f"{before.year} is in {old_basis} and {after.year} in {new_basis}: what prices did would read as technology",
        where=after.about.name,
        hint="bring both to one year's prices (constant_prices, --base 2005), or go on all the same (--current-prices)",
    )
