"""Common but differentiated responsibilities: a mix of accounts, weighted by what regions have done and can do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.declared import Option, account
from tanheng.accounts.incomes import income
from tanheng.accounts.regions import consumption, production
from tanheng.accounts.result import By, Stressors, gather, group, kept, require_conserved, stamp
from tanheng.data import reference
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.labels.iso import iso3
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Numbers = Mapping[str, float]

MIXED = {"production": production, "consumption": consumption, "income": income}
ALLOCATIONS = {"as-is": "", "per-head": "", "cumulative": "territorial_co2", "capability": "gdp_current"}
THIRDS = {name: 1 / 3 for name in MIXED}
ROUNDING = 1e-9  # of weights written in decimals, such as 0.333333333


def _numbers(text: str) -> dict[str, float]:
    """'production:0.5,consumption:0.5' as a mapping; raises ValueError."""
    pairs = (part.split(":") for part in text.split(","))
    return {key.strip(): float(value) for key, value in pairs}


FIRST = 1990  # the base year of the climate convention, where none is given
USED = {  # the options that each allocation takes
    "as-is": (),
    "per-head": ("population", "rest"),
    "cumulative": ("base_year", "population", "indicator", "rest"),
    "capability": ("population", "indicator", "rest"),
}


@account(
    "cbdr",
    en="Common but differentiated responsibilities",
    zh="共同但有区别的责任核算",
    formula=r"D_r = E_r k_r \frac{\sum_q E_q}{\sum_q E_q k_q}, \quad E_r = a \mathrm{PBA}_r + b \mathrm{CBA}_r + "
    r"c \mathrm{IBA}_r, \quad a + b + c = 1",
    symbols=r"k_r E_r \mathrm{PBA}_r \mathrm{CBA}_r \mathrm{IBA}_r",
    source="no canonical form; the principle: UNFCCC 1992, art. 3.1",
    dims="region component",
    by="region",
    principle="shared",
    options={
        "weights": Option(
            _numbers,
            {
                "en": "of accounts, summing to 1, such as production:0.5,consumption:0.5; a third each if not given",
                "zh": "各核算的权重，合计为 1，如 production:0.5,consumption:0.5；未给出时各占三分之一",
            },
        ),
        "allocation": Option(str, {"en": " | ".join(ALLOCATIONS), "zh": " | ".join(ALLOCATIONS)}),
        "base_year": Option(
            int, {"en": "the first year of cumulative emissions (1990)", "zh": "累计排放的起始年（1990）"}
        ),
        "population": Option(_numbers, {"en": "persons of regions, such as ROW:2.1e9", "zh": "地区人口，如 ROW:2.1e9"}),
        "indicator": Option(
            _numbers,
            {
                "en": "GDP or cumulative emissions of regions, in the series' unit",
                "zh": "地区生产总值或累计排放，单位同数据序列",
            },
        ),
        "rest": Option(
            str,
            {"en": "the region that is all countries the table does not name", "zh": "代表表中未列出的所有国家的地区"},
        ),
    },
)
def cbdr(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    weights: Numbers = THIRDS,
    allocation: str = "as-is",
    base_year: int | None = None,
    population: Numbers | None = None,
    indicator: Numbers | None = None,
    rest: str | None = None,
) -> xr.DataArray:
    """The world total shared out by a declared mix of accounts, each region weighted by an indicator per head.

    ``E_r`` is the mix of production, consumption and income accounts by ``weights`` (names to numbers that sum to 1),
    ``D_r = E_r k_r Σ_q E_q / Σ_q E_q k_q``, and k_r, by ``allocation``:

    * ``as-is``: 1;
    * ``per-head``: E_r per person, so that those who emit more per head bear more of the same total;
    * ``cumulative``: fossil CO2 of the territory from ``base_year`` (1990 if None) to the table's year, per person of
      the latter, for every stressor;
    * ``capability``: GDP per person, current USD at market rates.

    Being per head, k_r is blind to size: a region cut into like parts bears what it bore. Returns (stressor, and those
    of ``by``) in stressor units; ``by`` from region, component (the accounts in the mix). Sums to the world total.

    Population, GDP and historical emissions are the reference series. What a region lacks there is an error, unless it
    is given by region: ``population`` in persons, ``indicator`` in USD or summed Mt CO2; or unless that region is
    ``rest``, the countries that the table does not name, and then is the sum of those that have numbers (the
    attribute named after the series says how many). Raises MissingError for numbers that lack, QuestionError for
    weights that do not sum to 1, an unknown allocation, a base year outside the series, and emissions below zero where
    they are the weights.
    Source: none is canonical (UNFCCC 1992, art. 3.1, is the principle), hence the weights are data and in the result.
    """
    dims = kept("cbdr", by)
    mix = _mix(weights)
    given = {"base_year": base_year, "population": population, "indicator": indicator, "rest": rest}
    _require_used(allocation, [name for name, value in given.items() if value is not None])
    results = {name: weight * MIXED[name](table, "region", stressor=stressor) for name, weight in mix.items()}
    whole = np.sum([result.values for result in results.values()], axis=0)  # E: stressor, region
    factor: Array = np.ones(whole.shape)
    attrs: dict[str, Any] = {}
    if allocation != "as-is":
        start = FIRST if base_year is None else base_year
        key, attrs = _key(table, whole, allocation, start, population, indicator, rest)
        factor = _scaled(whole, key)
    parts = {name: result.copy(deep=False, data=result.values * factor) for name, result in results.items()}
    emitted = production(table, "region", stressor=stressor)
    require_conserved("cbdr", emitted, *parts.values(), where=table.about.name)
    method = f"a mix of accounts, weighted by {allocation}, scaled to the world total"
    said = " ".join(f"{name}:{weight:g}" for name, weight in mix.items())
    result = group(gather(parts, dims), table, group_by)
    return stamp(result, table, "cbdr", method, weights=said, allocation=allocation, **attrs)


def _require_used(allocation: str, given: list[str]) -> None:
    """Raise QuestionError for an option that this allocation would pass over in silence."""
    idle = [name for name in given if name not in USED.get(allocation, given)]
    if idle:
        hint = f"it takes {', '.join(USED[allocation]) or 'no further option'}"
        raise QuestionError(f"allocation {allocation} takes no {idle[0]}", where="cbdr", hint=hint)


def _mix(weights: Numbers) -> dict[str, float]:
    for name, weight in weights.items():
        if name not in MIXED:
            raise QuestionError(f"there is no account {name!r} to weigh", where="cbdr", hint=nearest(name, MIXED))
        if not 0 <= weight <= 1:
            raise QuestionError(f"the weight of {name} is {weight:g}", where="cbdr", hint="give numbers from 0 to 1")
    total = math.fsum(weights.values())
    if abs(total - 1) > ROUNDING:
        raise QuestionError(f"the weights sum to {total:g}, not 1", where="cbdr", hint="share out all, and no more")
    return {name: weight / total for name, weight in weights.items() if weight > 0}


def _scaled(whole: Array, key: Array) -> Array:
    """k_r Σ E / Σ E k (stressor, region): what E is multiplied by."""
    total, weighted = whole.sum(axis=1, keepdims=True), (whole * key).sum(axis=1, keepdims=True)
    if not ((weighted > 0) | ~whole.any(axis=1, keepdims=True)).all():
        hint = "emissions below zero outweigh the others; ask for the allocation as-is"
        raise QuestionError("the weighted emissions do not sum to more than zero", where="cbdr", hint=hint)
    return np.asarray(key * np.divide(total, weighted, out=np.zeros(weighted.shape), where=weighted > 0))


def _key(
    table: Table,
    whole: Array,
    allocation: str,
    base_year: int,
    population: Numbers | None,
    indicator: Numbers | None,
    rest: str | None,
) -> tuple[Array, dict[str, Any]]:
    """k (stressor, region), as far as it matters: up to a factor; and what to say of it."""
    if allocation not in ALLOCATIONS:
        raise QuestionError(
            f"there is no allocation {allocation!r}", where="cbdr", hint=nearest(allocation, ALLOCATIONS)
        )
    year = table.year
    persons, attrs = _by_region(table, "population", (year, year), population, rest)
    if allocation == "per-head":
        if whole.min(initial=0.0) < 0:
            name = table.regions[int(np.argmin(whole.min(axis=0)))]
            hint = "what is below zero has no weight; ask for another allocation, or other weights"
            raise QuestionError(f"the emissions of {name} are below zero", where="cbdr", hint=hint)
        return whole / persons, attrs
    series = ALLOCATIONS[allocation]
    years = (base_year, year) if allocation == "cumulative" else (year, year)
    amounts, more = _by_region(table, series, years, indicator, rest)
    return np.broadcast_to(amounts / persons, whole.shape), attrs | more


def _by_region(
    table: Table, name: str, years: tuple[int, int], given: Numbers | None, rest: str | None
) -> tuple[Array, dict[str, Any]]:
    """A reference series summed over ``years`` (first, last), by region (R,): given, looked up, or that of the rest."""
    first, last = years
    series = reference.series(name)
    covered = series.indexes["year"]
    if first > last or first not in covered or last not in covered:
        what = f"{name} from {first} to {last}" if first != last else f"{name} of {last}"
        hint = f"the series covers {covered.min()} to {covered.max()}, the table is of {table.year}"
        raise QuestionError(f"there is no {what}", where="cbdr", hint=hint)
    sums = series.sel(year=slice(first, last)).sum("year", skipna=False).dropna("region")
    known = dict(zip(sums.indexes["region"], sums.values.tolist(), strict=True))
    found = {region: known[iso3(region)] for region in table.regions if iso3(region) in known}
    said = f"reference series, {series.attrs['units']}, {first}" + (f" to {last}" if last > first else "")
    for region in (rest, *(given or ())):
        if region is not None and region not in table.regions:
            raise QuestionError(
                f"the table has no region {region!r}", where="cbdr", hint=nearest(region, table.regions)
            )
    if rest is not None:
        named = {iso3(region) for region in table.regions}
        others = [country for country in known if country not in named]
        found[rest] = math.fsum(known[country] for country in others)
        said += f", {rest} as {len(others)} countries"
    found |= given or {}
    said += f", given for {' '.join(given)}" if given else ""
    _require_all(found, table.regions, name)
    return np.array([found[region] for region in table.regions]), {name: said}


def _require_all(found: Numbers, regions: Sequence[str], name: str) -> None:
    missing = [region for region in regions if region not in found]
    if missing:
        hint = "give it by region, or name the rest of the world as rest"
        raise MissingError(f"{name} has no number for {', '.join(missing)}", where="cbdr", hint=hint)
    bad = [region for region in regions if not 0 < found[region] < math.inf]
    if bad:
        raise QuestionError(f"{name} of {bad[0]} is {found[bad[0]]:g}", where="cbdr", hint="give a positive number")
