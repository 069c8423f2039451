"""What the checks share: flat arrays, lists of names for messages, reference numbers by country, kinds of label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.data import reference
from tanheng.systems.finding import listed
from tanheng.systems.table import Table

Array = NDArray[np.float64]

REST_OF_WORLD = frozenset({"row", "rest of world", "rest of the world", "rwd", "rw"})

# Kinds of label, by the words and codes that publishers use in English and Chinese (P codes: ESA 2010, annex 23).
DISCREPANCY = re.compile(r"discrep|statistical|\bdisc\b|\berr(?:or)?s?\b|误差|statdis", re.I)
INVENTORIES = re.compile(r"invent|\bstocks?\b|stock ?(?:chang|build)|valuab|\bp\.?5[23m]\b|invnt|库存|存货|贵重", re.I)
IMPORTS = re.compile(r"\bimports?\b|\binflows?\b|进口|流入|调入", re.I)
CAPITAL = re.compile(r"\bcapital\b|\bgfcf\b|\bp\.?51g?\b|资本", re.I)
REMOVALS = re.compile(r"remov|\bsinks?\b|uptake|sequest|lulucf|land[ -]use change|碳汇|清除|固碳", re.I)
PAID = re.compile(r"compens|\bwages?\b|salar|labou?r|employees?|deprecia|fixed capital|劳动者报酬|工资|折旧", re.I)


def flat(array: xr.DataArray, table: Table) -> Array:
    """An array that begins with (region, sector) as (n, rest)."""
    return np.asarray(array.values.reshape(table.x.size, -1))


def by_stressor(array: xr.DataArray | None, table: Table) -> Array:
    """F or F_Y as (K, rest); F_Y that is not there has no columns."""
    if array is None:
        return np.zeros((len(table.stressors), 0))
    return np.asarray(array.values.reshape(len(table.stressors), int(np.prod(array.shape[1:]))))


def ratios(them: Iterable[tuple[str, float]]) -> str:
    """Names with a ratio each, as ``listed``.

    >>> ratios([("DNK", 1.7712), ("LUX", 0.45)])
    'DNK 1.77, LUX 0.45'
    """
    return listed([f"{name} {ratio:.3g}" for name, ratio in them])


@cache
def _series(name: str) -> xr.DataArray:
    return reference.series(name)


@cache
def by_country(name: str, year: int, away: int) -> tuple[int, Mapping[str, float]]:
    """A reference series by ISO 3166-1 alpha-3 code in the nearest year it has, if that is at most ``away`` years off.

    Returns that year and the positive numbers; none where the series has no such year.
    """
    series = _series(name)
    years = [int(one) for one in series.indexes["year"]]
    nearest = min(years, key=lambda one: abs(one - year))
    if abs(nearest - year) > away:
        return nearest, {}
    values = series.sel(year=nearest).values
    named = zip(series.indexes["region"], values, strict=True)
    return nearest, {str(code): float(value) for code, value in named if value > 0}
