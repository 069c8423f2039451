"""Money against known magnitudes: the output of the world, and the GDP of the countries that the table names."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tanheng import units
from tanheng.data.checks.common import REST_OF_WORLD, by_country, ratios
from tanheng.data.findings import graded
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

# Gross output of the world, million million USD at current prices: WIOD 2013 release (Timmer et al. 2015), sum of x.
WORLD_OUTPUT = {
    1995: 55.18, 1996: 56.56, 1997: 56.60, 1998: 56.06, 1999: 58.31, 2000: 60.82, 2001: 60.20, 2002: 62.26, 2003: 70.21,
    2004: 79.62, 2005: 87.53, 2006: 95.93, 2007: 109.40, 2008: 122.79, 2009: 114.16, 2010: 125.84, 2011: 141.77,
}  # fmt: skip
WORLD_YEARS = (1990, 2025)  # where the nearest year above is still within the tolerance below
WORLD_TOLERANCE = 3.0  # times: catches a wrong unit, and neither inflation nor coverage

# Units per USD, the lowest and highest annual average of 1990-2024, rounded outwards (World Bank, PA.NUS.FCRF; the euro
# before 1999 is the ECU). They only need to tell a thousand from a million.
RATES = {
    "USD": (1.0, 1.0), "EUR": (0.67, 1.13), "CNY": (4.7, 8.7), "JPY": (79.0, 152.0), "GBP": (0.49, 0.82),
    "KRW": (700.0, 1410.0), "INR": (17.0, 84.0), "AUD": (0.96, 1.95), "CAD": (0.98, 1.58), "CHF": (0.87, 1.7),
}  # fmt: skip
GDP_TOLERANCE = 5.0  # times: prices of another year or purchasing power move a GDP up to fourfold, a wrong unit more
GDP_AWAY = 5  # years: no economy's GDP changes beyond the tolerance in that time


def magnitude(table: Table) -> Iterator[Finding]:
    """World output against WORLD_OUTPUT, for a table that has a rest of the world; else GDP by country (pitfall 11).

    A table of provinces or of unknown codes, or in a currency without a rate, is not judged.
    Source: Timmer et al. 2015; World Bank, NY.GDP.MKTP.CD (value added and GDP differ by taxes on products).
    """
    money = _dollars(table.about.currency)
    if money is None:
        return
    worlds = list(_world(table, *money))
    yield from worlds or _countries(table, *money)


def _dollars(currency: str) -> tuple[float, float] | None:
    """The least and the most USD that one unit of ``currency`` is; None where no rate is known."""
    unit = units.parse(currency)
    rate = RATES.get(unit.dimension.removeprefix("money "))
    return None if rate is None else (unit.factor / rate[1], unit.factor / rate[0])


def _beyond(low: float, high: float, tolerance: float) -> bool:
    """Whether a ratio between ``low`` and ``high`` is off for certain."""
    return high * tolerance < 1 or low > tolerance


def _world(table: Table, least: float, most: float) -> Iterator[Finding]:
    first, last = WORLD_YEARS
    if not first <= table.year <= last or not REST_OF_WORLD & {region.casefold() for region in table.regions}:
        return
    year = min(WORLD_OUTPUT, key=lambda known: abs(known - table.year))
    total = float(table.x.values.sum()) / 1e12
    if total > 0 and _beyond(total * least / WORLD_OUTPUT[year], total * most / WORLD_OUTPUT[year], WORLD_TOLERANCE):
        output = total * math.sqrt(least * most)
        times = output / WORLD_OUTPUT[year]
        where, size = f"currency {table.about.currency}", max(times, 1 / times)
        yield found("world-output", "warning", where, size, output=output, times=times, year=year)


def _countries(table: Table, least: float, most: float) -> Iterator[Finding]:
    """Value added by country against its GDP: all of them in the median, else those that stand out."""
    year, gdp = by_country("gdp_current", table.year, GDP_AWAY)
    added = table.x.values.sum(axis=1) - table.margins.columns.reshape(table.x.shape).sum(axis=1)
    known = [(name, value, gdp[name]) for name, value in zip(table.regions, added, strict=True) if name in gdp]
    times = {name: float(value) / due for name, value, due in known if value > 0}
    if not times:
        return
    middle, mean = float(np.median(list(times.values()))), math.sqrt(least * most)
    if _beyond(middle * least, middle * most, GDP_TOLERANCE):
        where, size = f"currency {table.about.currency}", max(middle * mean, 1 / (middle * mean))
        yield found("gdp-magnitude", "warning", where, size, count=len(times), times=middle * mean, year=year)
        return
    off = {name: t for name, t in times.items() if _beyond(t * least, t * most, GDP_TOLERANCE)}
    if off:
        named = ratios((name, off[name] * mean) for name in sorted(off, key=lambda one: -abs(math.log(off[one]))))
        size = sum(gdp[name] for name in off) / sum(gdp[name] for name in times)
        yield found("gdp-differs", graded(size), "Z and Y", size, count=len(off), names=named, year=year)
