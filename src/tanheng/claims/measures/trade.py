"""Measures of trade: what crosses borders embodied, how intense exports are, what trade in one product carries."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import xarray as xr

from tanheng import units
from tanheng.accounts import trade
from tanheng.accounts.exports import export_intensity
from tanheng.accounts.products import cases
from tanheng.accounts.regions import production
from tanheng.claims.datasets import PRODUCTS, TABLE, Dataset, NotAtHandError, mass, span, stressor
from tanheng.claims.measures.declared import MASS, PERCENT, Computed, Years, measure
from tanheng.claims.messages import joined, say
from tanheng.data import products, reference
from tanheng.errors import MissingError, UnitError
from tanheng.systems.table import Table

USUAL = "domestic/gross"  # what is mostly meant by the carbon intensity of exports


@measure("traded", takes=(TABLE,), unit=MASS)
def traded(dataset: Dataset, year: int, bilateral: bool = False, unit: str = "Gt") -> Computed:
    """CO2 emitted in one region for the final demand of another, all regions together.

    ``bilateral`` counts what is emitted for exports whatever becomes of them (eebt) instead. A coarser table has fewer
    borders: what crosses none of its regions' is not counted.
    """
    if year not in dataset.years:
        near = dataset.nearest(year)
        nearest = say("nearest", year=near, value=traded(dataset, near, bilateral, unit).value, unit=unit)
        raise NotAtHandError(joined(dataset.missing_years(year), nearest))
    table = dataset.table(year)
    name = stressor(table, dataset.title)
    value = _abroad(table, name, bilateral) * mass(table, name, unit, dataset.title)
    return _of_table(value, table)


@measure("traded-share", takes=(TABLE,), unit=PERCENT)
def traded_share(dataset: Dataset, year: int, bilateral: bool = False) -> Computed:
    """What ``traded`` counts, as a share of all CO2 that the regions emit."""
    if year not in dataset.years:
        raise NotAtHandError(dataset.missing_years(year))
    table = dataset.table(year)
    name = stressor(table, dataset.title)
    return _of_table(100 * _abroad(table, name, bilateral) / float(production(table, stressor=name).sum()), table)


def _abroad(table: Table, name: str, bilateral: bool) -> float:
    flows = (trade.eebt if bilateral else trade.flows)(table, stressor=name).isel(stressor=0)
    return float(flows.sum() - np.trace(flows.values))


def _of_table(value: float, table: Table) -> Computed:
    note = say("regions", count=len(table.regions))
    return Computed(value, source=table.about.source, hash=table.hash, note=note)


@measure("export-intensity-change", takes=(TABLE,), unit=PERCENT)
def export_intensity_change(dataset: Dataset, of: str, years: Years) -> Computed:
    """The change of the carbon intensity of exports between two years: domestic emissions over gross exports.

    In current prices; ``low`` and ``high`` are the least and the greatest of all definitions, in current prices and,
    where the region has a deflator, in constant ones. Of a dataset that lacks one of the years, the reason tells the
    change over what it has of the span.
    """
    there = [year for year in range(years[0], years[1] + 1) if year in dataset.years]
    if years[0] not in there or years[1] not in there:
        said = dataset.missing_years(span(years))
        if len(there) > 1:
            part = export_intensity_change(dataset, of, [there[0], there[-1]])
            more = {"first": there[0], "last": there[-1], "value": part.value, "low": part.low, "high": part.high}
            said = joined(said, say("part-of-span-between", **more))
        raise NotAtHandError(said)
    first, last = (dataset.table(year) for year in years)
    found = _intensity_changes(first, last, of, dataset, None)
    with suppress(MissingError, UnitError):  # without a deflator in its money there are no constant prices
        constant = _intensity_changes(first, last, of, dataset, years[0])
        found |= {f"{name}, constant prices": value for name, value in constant.items()}
    return Computed(found[USUAL], min(found.values()), max(found.values()), source=last.about.source, hash=last.hash)


def _intensity_changes(first: Table, last: Table, of: str, dataset: Dataset, base: int | None) -> dict[str, float]:
    """The change by definition, %."""
    ends = []
    for table in (first, last):
        if of not in table.regions:
            raise NotAtHandError(say("no-place", dataset=dataset.title, what=f"{of}, {table.year}"))
        if base is not None and "constant" in table.about.price_basis:
            raise UnitError("the table is in constant prices already")
        deflator = None if base is None else reference.deflators(table.year, base=base)
        name = stressor(table, dataset.title)
        found = export_intensity(table, stressor=name, deflator=deflator).isel(stressor=0)
        if of not in found.indexes["region"]:
            raise MissingError(f"no deflator for {of}")
        ends.append(found.sel(region=of))
    change: xr.DataArray = 100 * (ends[1] / ends[0] - 1)
    return {str(name): float(change.sel(definition=name)) for name in change.indexes["definition"]}


# -- products ---------------------------------------------------------------------------------------------------------


@measure("product-net", takes=(PRODUCTS,), unit=MASS)
def product_net(dataset: Dataset, product: str, year: int, unit: str = "Gt") -> Computed:
    """What China emits net for others by its trade in an embedded product in a year.

    Steel: exports less imports at the world's average intensity, ``low`` and ``high`` over all sets of factors.
    Photovoltaics: making and transport of the modules that were exported, ``low`` what of it is emitted in China.
    """
    if product not in _PRODUCTS:
        raise NotAtHandError(say("no-place", dataset=dataset.title, what=product))
    if year != cases.YEAR:
        raise NotAtHandError(say("no-year", dataset=dataset.title, what=year, there=cases.YEAR))
    return _PRODUCTS[product](unit)


def _steel(unit: str) -> Computed:
    case = cases.embedded_steel()
    net = case.balance.sel(component="net") * units.factor("t", unit)
    low, high = float(net.min()), float(net.max())
    note = say("steel", low=low, high=high, unit=unit, count=net.size)
    return Computed(float(net.sel(factors="world")), low, high, source=case.product.source, note=note)


def _photovoltaics(unit: str) -> Computed:
    found = cases.embedded_modules()
    part = found * units.factor("t", unit)
    home, elsewhere, moved = (float(part.sel(part=name)) for name in ("home", "elsewhere", "transport"))
    told = {"power": found.attrs["power"] / 1e6, "made": home + elsewhere, "home": home, "moved": moved}
    source = products.open("photovoltaics").source
    return Computed(
        float(part.sum()), home, float(part.sum()), source=source, note=say("photovoltaics", **told, unit=unit)
    )


_PRODUCTS = {"steel": _steel, "photovoltaics": _photovoltaics}
