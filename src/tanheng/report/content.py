"""What a report is made from: every account of every year, computed once and shared by all languages and files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from tanheng import accounts, norms, units
from tanheng.accounts import result
from tanheng.accounts.products import cases
from tanheng.charts.trade import REST
from tanheng.data import quality, reference
from tanheng.data.readers import world
from tanheng.data.store import Store
from tanheng.errors import MissingError, NormError
from tanheng.labels import LANGUAGES
from tanheng.report import claim_cases, full_scope_cases
from tanheng.systems.about import About
from tanheng.systems.table import DIRECT, Table

GROUPINGS = ("eu", "oecd", "annex-i", "brics@2011")
HELD = "oecd@2020"  # what the non-OECD gap would be, had membership never changed
BASE = 2005  # of constant prices
MAIN = 8  # regions that stand for the main economies
PUBLISHED = "gcb-to-2018"  # one vintage over all its years; the newer one starts in 2004

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Year:
    """The results of one year, all stressors: what goes into the workbook and the ledger."""

    about: About
    hash: str
    production: xr.DataArray
    consumption: xr.DataArray
    flows: xr.DataArray
    eebt: xr.DataArray
    net: xr.DataArray
    intensity: xr.DataArray
    constant: xr.DataArray | None
    coverage: xr.DataArray | None  # where rules on the data are known; the ledger has consumption already
    groups: Mapping[str, tuple[norms.Grouping, xr.DataArray, xr.DataArray]]

    @property
    def results(self) -> tuple[xr.DataArray, ...]:
        """What enters the ledger: every account once, groups left out, since they would count regions again."""
        basic = (self.production, self.consumption, self.flows, self.eebt, self.net, self.intensity)
        return basic if self.constant is None else (*basic, self.constant)


@dataclass(frozen=True, eq=False)
class Group:
    """A grouping over the years: who was in it when, and its accounts (year, region) of the main stressor."""

    spec: str
    by_year: Mapping[int, norms.Grouping]
    production: xr.DataArray
    consumption: xr.DataArray

    @property
    def last(self) -> norms.Grouping:
        """The grouping as in the last year."""
        return self.by_year[max(self.by_year)]

    def names(self, language: str) -> dict[str, str]:
        """The names of the groups by their English name."""
        pairs = [pair for one in self.by_year.values() for pair in zip(one.groups, one.groups_zh, strict=True)]
        return {en: (zh if language == "zh" else en) for en, zh in pairs}


@dataclass(frozen=True, eq=False)
class Content:
    """All that a report says, in numbers. Arrays are of the main stressor, over (year, ...), in ``unit``."""

    title: Mapping[str, str]  # of the table, by language
    embedded: bool
    by_year: tuple[Year, ...]
    stressor: str
    production: xr.DataArray  # (year, region, sector); sector "direct" holds households
    consumption: xr.DataArray  # (year, region, sector)
    flows: xr.DataArray  # (year, region, to_region)
    eebt: xr.DataArray  # (year, region, to_region)
    intensity: xr.DataArray  # (year, definition, region)
    constant: xr.DataArray | None  # (year, definition, region), prices of BASE
    groups: tuple[Group, ...]
    held: Group | None
    population: xr.DataArray | None  # (year, region), persons
    published: Mapping[str, xr.DataArray]  # production (territorial) and consumption (year, region), in ``unit``
    main: tuple[str, ...]
    focus: str
    countries: tuple[str, ...]
    cases: cases.Cases | None  # of products; they come with the embedded world and depend on no table
    scope: full_scope_cases.FullScope | None  # of the embedded world's last year
    claims: claim_cases.Claims | None  # published numbers, tested on the embedded world

    @property
    def years(self) -> tuple[int, ...]:
        """The years reported on."""
        return tuple(year.about.year for year in self.by_year)

    @property
    def about(self) -> About:
        """What the table of the last year is."""
        return self.by_year[-1].about

    @property
    def unit(self) -> str:
        """The unit of the main stressor."""
        return self.about.units[self.stressor]

    @property
    def worldwide(self) -> bool:
        """Whether the table has a rest of the world, so that its total is the world's."""
        return REST in {str(code).upper() for code in self.production.indexes["region"]}

    @property
    def pba(self) -> xr.DataArray:
        """Production by region (year, region)."""
        return self.production.sum("sector")

    @property
    def cba(self) -> xr.DataArray:
        """Consumption by region (year, region)."""
        return self.consumption.sum("sector")

    @property
    def checks(self) -> pd.DataFrame:
        """By year: Σ production, how far Σ consumption lies from it, direct emissions of final demand, residual."""
        made, used = self.pba.sum("region"), self.cba.sum("region")
        sectors = self.production.indexes["sector"]
        direct = self.production.sel(sector=DIRECT).sum("region") if DIRECT in sectors else made * 0
        return pd.DataFrame(
            {
                "year": self.years,
                "production": made.values,
                "relative": np.divide(
                    (made - used).values, made.values, out=np.zeros(made.size), where=made.values != 0
                ),
                "direct": direct.values,
                "residual": [float(y.production.attrs["residual"][self.stressor]) for y in self.by_year],
                "hash": [y.hash for y in self.by_year],
            }
        )


def embedded(store: Store) -> bool:
    """Whether a store is the embedded world, whose report has the embedded products too."""
    return store.reader.SOURCE is world.SOURCE


def compute(store: Store, years: Sequence[int], tick: Progress) -> Content:
    """Every account of ``years``; the narrative is about the table's first stressor. Raises as accounts do."""
    by_year = []
    for at, year in enumerate(years):
        tick(str(year), at, len(years))
        by_year.append(_year(store[year]))
    if embedded(store):
        tick("products, full scope", len(years), len(years))
    stressor = str(by_year[-1].production.indexes["stressor"][0])

    def along(name: str) -> xr.DataArray:
        return _stack([getattr(year, name) for year in by_year], years, stressor)

    production, consumption = along("production"), along("consumption")
    countries = _countries(list(production.indexes["region"]))
    last = production.sum("sector").isel(year=-1)
    net = last - consumption.sum("sector").isel(year=-1)
    priced = all(year.constant is not None for year in by_year)
    return Content(
        title=dict(store.reader.SOURCE.title) if embedded(store) else dict.fromkeys(LANGUAGES, by_year[-1].about.name),
        embedded=embedded(store),
        by_year=tuple(by_year),
        stressor=stressor,
        production=production,
        consumption=consumption,
        flows=along("flows"),
        eebt=along("eebt"),
        intensity=along("intensity"),
        constant=along("constant") if priced else None,
        groups=tuple(_groups(by_year, stressor, GROUPINGS)),
        held=next(_groups(by_year, stressor, (HELD,)), None),
        population=_population(countries, years),
        published=_published(countries, years, stressor, by_year[-1].about.units[stressor]),
        main=_main(last),
        focus="CHN" if "CHN" in countries else str(net.indexes["region"][int(np.abs(net.values).argmax())]),
        countries=countries,
        cases=cases.compute() if embedded(store) else None,
        scope=full_scope_cases.compute() if embedded(store) else None,
        claims=_claims(by_year) if embedded(store) else None,
    )


def _claims(by_year: Sequence[Year]) -> claim_cases.Claims:
    return claim_cases.compute((one.about, one.hash, one.production, one.consumption) for one in by_year)


def _year(table: Table) -> Year:
    production = accounts.production(table, by=("region", "sector"))
    consumption = accounts.consumption(table, by=("region", "sector"))
    totals = [one.sum("sector", keep_attrs=True) for one in (production, consumption)]
    groups = {}
    for spec in (*GROUPINGS, HELD):
        found = _grouping(spec, table)
        if found is not None:
            made, used = (result.group(one, table, spec) for one in totals)
            groups[spec] = (found, made, used)
    return Year(
        about=table.about,
        hash=table.hash,
        production=production,
        consumption=consumption,
        flows=accounts.flows(table),
        eebt=accounts.eebt(table),
        net=accounts.net_transfers(table),
        intensity=accounts.export_intensity(table),
        constant=_constant(table),
        coverage=accounts.coverage(table) if quality.known(table) else None,
        groups=groups,
    )


def _grouping(spec: str, table: Table) -> norms.Grouping | None:
    """The grouping where it holds and parts the regions in two; else None (the methods section says why)."""
    try:
        found = norms.grouping(spec, table.regions, norms.year_end(table.year))
    except NormError:
        return None
    return found if len(found.groups) > 1 else None


def _constant(table: Table) -> xr.DataArray | None:
    """Export intensity in prices of BASE, for tables in current USD whose regions have deflators; else None."""
    money = units.parse(table.about.currency).dimension
    if money != "money USD" or "constant" in table.about.price_basis:
        return None
    try:
        deflator = reference.deflators(table.year, base=BASE)
        return accounts.export_intensity(table, deflator=deflator)
    except MissingError:
        return None


def _stack(results: Sequence[xr.DataArray], years: Sequence[int], stressor: str) -> xr.DataArray:
    """One result over the years; a region that a year lacks is NaN there."""
    slices = [one.sel(stressor=stressor, drop=True).drop_vars("unit", errors="ignore") for one in results]
    joined = xr.concat(slices, dim=pd.Index(list(years), name="year"), join="outer", combine_attrs="drop")
    # names as numpy holds them: pandas' own string type cannot be joined with it
    return joined.assign_coords({d: np.array(joined.indexes[d], dtype=np.str_) for d in joined.dims if d != "year"})


def _groups(by_year: Sequence[Year], stressor: str, specs: Sequence[str]) -> Iterator[Group]:
    """The groupings that hold in every year."""
    for spec in specs:
        if all(spec in year.groups for year in by_year):
            found = [year.groups[spec] for year in by_year]
            years = [year.about.year for year in by_year]
            yield Group(
                spec,
                {year: one[0] for year, one in zip(years, found, strict=True)},
                _stack([one[1] for one in found], years, stressor),
                _stack([one[2] for one in found], years, stressor),
            )


def _countries(regions: Sequence[str]) -> tuple[str, ...]:
    from iso3166 import countries_by_alpha3

    return tuple(code for code in regions if code in countries_by_alpha3)


def _main(production: xr.DataArray) -> tuple[str, ...]:
    """The regions that emit most, the rest of the world left out where there are enough others."""
    ranked = [str(code) for code in production.sortby(production, ascending=False).indexes["region"]]
    if len(ranked) > MAIN:
        ranked = [code for code in ranked if code.upper() != REST]
    return tuple(ranked[:MAIN])


def _population(countries: Sequence[str], years: Sequence[int]) -> xr.DataArray | None:
    return _of_reference("population", countries, years)


def _published(countries: Sequence[str], years: Sequence[int], stressor: str, unit: str) -> dict[str, xr.DataArray]:
    """The Global Carbon Project's series in ``unit``, for tables of CO2; empty where there are none."""
    if stressor.casefold() != "co2" or units.parse(unit.split()[0]).dimension != "mass":
        return {}
    pairs = {"production": "territorial_co2", "consumption": "consumption_co2"}
    found = {key: _of_reference(name, countries, years, PUBLISHED) for key, name in pairs.items()}
    scale = units.factor("Mt", unit.split()[0])
    known = {key: part * scale for key, part in found.items() if part is not None}
    return known if len(known) == len(pairs) else {}


def _of_reference(
    name: str, countries: Sequence[str], years: Sequence[int], source: str | None = None
) -> xr.DataArray | None:
    """A reference series (year, region) for the countries that have it in every year; None where there are none."""
    series = reference.series(name, source=source)
    if not set(years) <= set(series.indexes["year"]):
        return None
    there = [code for code in countries if code in series.indexes["region"]]
    part = series.sel(region=there, year=list(years)).dropna("region").drop_vars("source").transpose("year", "region")
    return part if part.sizes["region"] else None
