"""Stressors against what is known of them: CO2 and people by country, and the unit that a name leads one to expect."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

import numpy as np

from tanheng import units
from tanheng.data.checks.common import Array, by_country, by_stressor, ratios
from tanheng.systems.finding import Finding, Severity, found, listed
from tanheng.systems.table import Table

CARBON = 44.009 / 12.011  # kg CO2 per kg C (molar masses), 3.664
CARBON_SPREAD = 1.2  # times around it: vintages of one inventory differ by 12 % (reference.toml), bunkers by a little
THOUSAND_SPREAD = 2.0  # times around a power of a thousand

# How far a country may lie from its territorial CO2, as a factor. Vintages differ by 12 % at the 95th percentile
# (reference.toml), twice that is 1.25; on the residence basis ships, aircraft and tanking abroad come on top: Denmark
# has 1.8 for its ships (2009), Luxembourg 0.45 for the fuel it sells to others.
TERRITORY, RESIDENCE = 1.25, 2.0
WHOLE = 1.33  # the sum of many countries: what one gains by residence another loses; some tables have combustion alone
MANY = 10  # countries that make a whole
GRAVE = 0.01  # of all: what is left of two vintages when summed over countries (reference.toml, sum_of_countries)
AWAY = 3  # years: emissions and populations of a country change by less than the tolerances in that time

_CO2 = re.compile(r"(?<![a-z0-9])co2(?![a-z0-9])|carbon dioxide|二氧化碳")
_NOT_FOSSIL = re.compile(
    r"co2[ -]?eq|co2[ -]?e(?![a-z])|equiv|ghg|gwp|biogen|\bbio|short[ -]cycle|organic|lulucf|land[ -]use|peat|afolu"
    r"|remov|uptake|当量|土地利用"
)
_WITHOUT = re.compile(r"\b(?:excl|without|w/o|不含)\w*\.?[ -]*(?:short[ -]cycle[ -]org\w*[ -]*c\b|[^,;)]*)")


def reference_totals(table: Table) -> Iterator[Finding]:
    """CO2 by country against the Global Carbon Budget: a wrong unit first (pitfall 11), then the whole, then countries.

    Where several stressors are CO2 (by process, by fuel), they are judged by the one or the sum that lies nearest, so
    that parts are not taken for the whole. Land use, biogenic CO2 and CO2 equivalents are left out: the reference is
    fossil and by territory, without bunkers. Source: Friedlingstein et al., Global Carbon Budget, via Our World in
    Data; residence against territory: SEEA-CF.
    """
    year, known = by_country("territorial_co2", table.year, AWAY)
    names = [region for region in table.regions if region in known]
    candidates = {name: total for name in table.stressors if (total := _million_tonnes(name, table)) is not None}
    if not names or not candidates:
        return
    due = np.array([known[name] for name in names])
    at = [table.regions.index(name) for name in names]
    where, given = _nearest({name: total[at] for name, total in candidates.items()}, float(due.sum()))
    if given.sum() <= 0:  # all zero is told elsewhere
        return
    times, middle = float(given.sum() / due.sum()), float(np.median(given / due))
    values = {"count": len(names), "times": times, "year": year}
    off = max(times, 1 / times)
    if factor := _carbon(times, middle):
        yield found("stressor-carbon", "warning", where, off, **values, factor=factor)
    elif thousands := _thousands(times, middle):
        yield found("stressor-thousand", "warning", where, off, **values, factor=10.0**thousands)
    elif len(names) >= MANY and off > WHOLE:
        yield found("stressor-total", "warning", where, off - 1, **values, boundary=table.about.boundary)
    else:
        yield from _countries(where, dict(zip(names, given, strict=True)), known, year, table.about.boundary)


def _million_tonnes(name: str, table: Table) -> Array | None:
    """A stressor's total by region (R,) in Mt if it is fossil CO2 measured by mass, else None."""
    unit = units.parse(table.about.units[name])
    text = _WITHOUT.sub("", f"{name} {unit.dimension}".casefold().replace("_", " ").replace("₂", "2"))
    if not unit.dimension.startswith("mass") or not _CO2.search(text) or _NOT_FOSSIL.search(text):
        return None
    total = table.F.sel(stressor=name).values.sum(axis=1)
    if table.F_Y is not None:
        total = total + table.F_Y.sel(stressor=name).values.sum(axis=1)
    return np.asarray(total * units.factor(unit.name.split()[0], "Mt"))


def _nearest(given: Mapping[str, Array], due: float) -> tuple[str, Array]:
    """The candidate, or the sum of all, whose total is nearest to ``due`` as a factor; with its name."""
    options = {f"stressor {name}": total for name, total in given.items()}
    if len(given) > 1:
        options[f"stressors {listed(list(given))}"] = np.sum(list(given.values()), axis=0)

    def distance(where: str) -> float:
        total = float(options[where].sum())
        return abs(math.log(total / due)) if total > 0 else math.inf

    where = min(options, key=distance)
    return where, options[where]


def _carbon(times: float, middle: float) -> float:
    """1/3.664 or 3.664 where the whole and the median country both lie there, else 0."""
    return next((f for f in (1 / CARBON, CARBON) if _around(times, middle, f, CARBON_SPREAD)), 0.0)


def _thousands(times: float, middle: float) -> int:
    """The power of ten, a multiple of three, that the whole and the median country both lie at; else 0."""
    power = 3 * round(math.log10(times) / 3)
    return power if power and _around(times, middle, 10.0**power, THOUSAND_SPREAD) else 0


def _around(times: float, middle: float, factor: float, spread: float) -> bool:
    return all(factor / spread <= one <= factor * spread for one in (times, middle))


def _countries(
    where: str, given: Mapping[str, float], due: Mapping[str, float], year: int, boundary: str
) -> Iterator[Finding]:
    """Countries beyond the tolerance of the boundary, the largest gap first."""
    limit = TERRITORY if "territ" in boundary.casefold() else RESIDENCE
    off = [name for name, value in given.items() if not 1 / limit <= value / due[name] <= limit]
    if not off:
        return
    off.sort(key=lambda name: -abs(given[name] - due[name]))
    size = sum(abs(given[name] - due[name]) for name in off) / sum(due[name] for name in given)
    named = ratios((name, given[name] / due[name]) for name in off)
    values = {"count": len(off), "all": len(given), "names": named, "limit": limit, "year": year}
    severity: Severity = "warning" if size > GRAVE else "note"
    yield found("stressor-countries", severity, where, size, **values, boundary=boundary)


def people(table: Table) -> Iterator[Finding]:
    """Persons (employed) by country, which are no more than its population (World Bank, SP.POP.TOTL)."""
    year, known = by_country("population", table.year, AWAY)
    at = [i for i, region in enumerate(table.regions) if region in known]
    if not at:
        return
    due = np.array([known[table.regions[i]] for i in at])
    for name, row in zip(table.stressors, by_stressor(table.F, table), strict=True):
        unit = units.parse(table.about.units[name])
        if unit.dimension.split()[0] != "people":
            continue
        times = row.reshape(table.x.shape).sum(axis=1)[at] * unit.factor / due
        off = np.flatnonzero(times > 1)
        if off.size:
            order = off[np.argsort(-times[off])]
            named = ratios((table.regions[at[i]], float(times[i])) for i in order)
            size = float(times.max())
            yield found("more-people", "warning", f"F, stressor {name}", size, count=off.size, names=named, year=year)


# What the words of a stressor's name measure; the first that fits decides. Only these dimensions are held against it.
_GASES = r"co2e?|ch4|n2o|sf6|nf3|hfcs?|pfcs?|ghgs?|so2|sox|nox|nh3|nmvocs?|pm2\.5|pm10"
_EXPECTED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\bvalue added\b|\bgdp\b|\bcompensation\b|\bwages?\b|\btax(?:es)?\b|增加值|劳动者报酬"), ("money",)),
    (re.compile(rf"(?<![a-z0-9])(?:{_GASES})(?![a-z0-9])|carbon dioxide|methane|二氧化碳|甲烷"), ("mass",)),
    (re.compile(r"\bemploy|\bjobs?\b|\bworkers?\b|\bhours\b|就业"), ("people", "time")),
    (re.compile(r"\bwater\b|用水"), ("volume", "mass")),
    (re.compile(r"\bland\b|土地"), ("area",)),
    (re.compile(r"\benergy\b|能源"), ("energy",)),
)
_PHYSICAL = {"mass", "energy", "area", "volume", "time", "people", "money"}
_ONE_GAS = re.compile(r"(?<![a-z0-9])(?:co2|ch4|n2o)(?![a-z0-9])")


def stressor_units(table: Table) -> Iterator[Finding]:
    """Units unlike what the stressor's name says: CO2 in money, CH4 in kt CO2, CO2 in kt C.

    Names of the field's stressors alone are judged, and no unit that counts or characterises (convention 3).
    """
    for name in table.stressors:
        given = table.about.units[name]
        text = name.casefold().replace("_", " ").replace("₂", "2")
        if unlike := _unlike(text, given):
            yield found("unit-unlike", "warning", f"stressor {name}", 1.0, unit=given, due=unlike)


def _unlike(text: str, given: str) -> str:
    """What the unit should be, in a word or two; empty where it may be what it is."""
    dimension, _, substance = units.parse(given).dimension.partition(" ")
    due = next((dims for words, dims in _EXPECTED if words.search(text)), ())
    if due and dimension in _PHYSICAL and dimension not in due:
        return " / ".join(due)
    gases = _ONE_GAS.findall(text)
    if dimension != "mass" or not gases or not substance:
        return ""
    if substance == "C" and "co2" in gases:
        return "CO2"
    other = _ONE_GAS.fullmatch(substance.casefold())
    return "" if other is None or other[0] in gases or "eq" in text else " / ".join(gases).upper()
