"""Deflators and exchange rates: those that come with tanheng, for prices in USD, and those of a file."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from functools import cache
from typing import Literal

import numpy as np
import xarray as xr

from tanheng.data import archive, reference
from tanheng.data.named_columns import rows
from tanheng.data.toml_keys import whole_year
from tanheng.errors import InputError, QuestionError, nearest
from tanheng.labels import iso3
from tanheng.systems.prices import Deflator, ExchangeRate, Rates

Series = Literal["gdp", "un"]
SERIES: tuple[Series, ...] = ("gdp", "un")
COLUMNS = ("year", "value", "currency", "to", "region", "sector", "source")
MIXED = "a deflator in USD mixes price and exchange rate change"
_SOURCE = {
    "gdp": "GDP in current and in constant 2015 USD (World Bank; Gapminder)",
    "un": "UN National Accounts Main Aggregates, implicit price deflator of GDP in USD",
}


def usd_rates(regions: Iterable[str], *, series: Series = "gdp", world: bool = True) -> Rates:
    """Deflators of prices in USD for a table's ``regions``, from the reference series.

    "gdp": GDP in current over constant USD, 1990 to 2022; "un": the UN's implicit deflator, 1990 to 2016. Each is the
    price of all that a country makes, and a deflator in USD mixes the change of prices with that of the exchange rate,
    as the source of each says: what a price step with it tells says so too. Regions go by ISO 3166-1 codes; one
    without a number has no deflator of its own. With ``world`` the quotient of both sums over the countries that have
    all years stands in for these (with a warning in the steps); only "gdp" has it.
    Raises QuestionError for an unknown series. Prices in other currencies need declared rates (``read_rates``).

    >>> round(usd_rates(["CHN"]).deflate((2021, 2009), "USD", "CHN", "").value, 3)
    0.665
    """
    if series not in SERIES:
        raise QuestionError(f"there are no deflators {series!r}", hint=nearest(series, SERIES))
    index, source = _index(series), f"{_SOURCE[series]}: {MIXED}"
    years = [int(year) for year in index.indexes["year"]]
    known = set(index.indexes["region"])
    out = []
    for region in dict.fromkeys(regions):
        code = iso3(region)
        values = index.sel(region=code).values if code in known else np.full(len(years), math.nan)
        out += [
            Deflator(year, float(value), "USD", region, source=source)
            for year, value in zip(years, values, strict=True)
            if np.isfinite(value)
        ]
    if world and series == "gdp":
        whole = _world()
        text = f"{_SOURCE['gdp']}, {whole.attrs['count']} countries together: {MIXED}"
        out += [
            Deflator(int(year), float(value), "USD", source=text)
            for year, value in zip(whole.indexes["year"], whole.values, strict=True)
        ]
    return Rates(tuple(out), where="reference series")


def read_rates(path: str | os.PathLike[str]) -> Rates:
    """The rates of a CSV file with the columns year, value, currency, and to, region, sector, source where needed.

    A line with ``to`` is an exchange rate: ``value`` units of it for one of ``currency``. One without is a deflator:
    the index of prices in ``currency`` of what that region and sector sell, of any where they are empty.
    Raises InputError naming file and line for a column or number that is not as it must be, MissingError for an empty
    cell, and what ``Rates`` raises.
    """
    entry = archive.open(path).one("*.csv")
    deflators: list[Deflator] = []
    exchange: list[ExchangeRate] = []
    for where, row in rows(entry, COLUMNS, ("year", "value", "currency")):
        year, value = whole_year(row["year"], where), _positive(row["value"], where)
        source = row.get("source") or entry.base
        if row.get("to"):
            if row.get("region") or row.get("sector"):
                hint = "leave region and sector empty, or leave out to"
                raise InputError("is an exchange rate of a region or sector", where=where, hint=hint)
            exchange.append(ExchangeRate(year, row["currency"], row["to"], value, source))
        else:
            place = (row.get("region") or "", row.get("sector") or "")
            deflators.append(Deflator(year, value, row["currency"], *place, source=source))
    return Rates(tuple(deflators), tuple(exchange), entry.where)


def _positive(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (value > 0 and math.isfinite(value)):
        hint = "write a number above 0; leave out the line where it is not known"
        raise InputError(f"the value is {text!r}", where=where, hint=hint)
    return value


def _index(series: Series) -> xr.DataArray:
    """The index by region and year; only ratios of two years of it count."""
    if series == "un":
        return reference.series("deflator").drop_vars("source")
    current, constant = _gdp()
    return current / constant


@cache
def _gdp() -> tuple[xr.DataArray, xr.DataArray]:
    both = (reference.series(f"gdp_{prices}").drop_vars("source") for prices in ("current", "constant"))
    current, constant = xr.align(*both, join="inner")
    return current, constant


def _world() -> xr.DataArray:
    """The sums of both over the countries that have all years, so that no country comes or goes between two of them."""
    current, constant = _gdp()
    whole = np.isfinite(current.values).all(axis=1) & np.isfinite(constant.values).all(axis=1)
    ratio = current.isel(region=whole).sum("region") / constant.isel(region=whole).sum("region")
    return ratio.assign_attrs(count=int(whole.sum()))
