"""What can be computed for a claim: measures by name, each of a dataset, never knowing what was printed.

Datasets: ``gcb`` (the Global Carbon Budget among the embedded reference series), ``world`` or any stored table,
``product-cases`` (the embedded products), ``reference`` (the other reference series), ``norms`` (the register of
standards), ``arithmetic`` (the claim's own numbers).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from tanheng import accounts, norms, units
from tanheng.data import reference
from tanheng.data.store import open as open_table
from tanheng.errors import InputError, MissingError, NormError, QuestionError, nearest
from tanheng.systems.table import Table

GCB = "gcb"
EVERY = "every year"


@dataclass(frozen=True)
class Computed:
    """A computed ``value``, from ``low`` to ``high`` where the data allow several.

    For what is said to hold: it ``held`` in so many of ``years``, which are the ``whole`` of those it was said of, or
    not. ``note`` says by language what is to be minded.
    """

    value: float = float("nan")
    low: float | None = None
    high: float | None = None
    held: int = 0
    years: int = 0
    whole: bool = True
    source: str = ""
    hash: str = ""
    note: Mapping[str, str] = field(default_factory=dict)


class NotAtHandError(Exception):
    """An input of a measure is not there; ``reasons`` by language."""

    def __init__(self, message: str, **values: object) -> None:
        self.reasons = {language: text.format(**values) for language, text in _messages()[message].items()}
        super().__init__(self.reasons["en"])


Measure = Callable[..., Computed]
MEASURES: dict[str, Measure] = {}


def measure(name: str) -> Callable[[Measure], Measure]:
    """Declare the function below as the measure ``name``; its first argument is the dataset."""

    def declare(function: Measure) -> Measure:
        MEASURES[name] = function
        return function

    return declare


def compute(name: str, dataset: str, arguments: Mapping[str, Any]) -> Computed:
    """The measure ``name`` of a dataset.

    Raises NotAtHandError for an input that is not there, QuestionError for a measure that is none, and InputError for
    arguments that it does not take.
    """
    if name not in MEASURES:
        raise QuestionError(f"there is no measure {name!r}", hint=nearest(name, MEASURES))
    function = MEASURES[name]
    known = function.__code__.co_varnames[1 : function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
    for key in arguments:
        if key not in known:
            raise InputError(f"{key!r} is no argument of measure {name}", hint=nearest(key, known))
    try:
        return function(dataset, **arguments)
    except TypeError as error:
        if "required" not in str(error):
            raise
        lacking = str(error).split(": ")[-1]
        raise InputError(
            f"measure {name} is not told {lacking}", hint=f"its arguments are {', '.join(known)}"
        ) from None


# -- production less consumption --------------------------------------------------------------------------------------


@measure("gap")
def gap(dataset: str, of: str, year: int, group: str = "", unit: str = "Gt") -> Computed:
    """Production-based less consumption-based CO2 of a region, or of the members ``of`` a group, in a year.

    Positive where more is emitted for others than others emit for it. ``group`` names a grouping (norms), at the year's
    own date unless it says another ("oecd@2020").
    """
    found, source, mark, note = _gap(dataset, of, year, group)
    return Computed(found * units.factor("Mt", unit), source=source, hash=mark, note=note)


@measure("gap-sign")
def gap_sign(dataset: str, of: str, years: Sequence[int], sign: str = "positive", group: str = "") -> Computed:
    """Whether that gap is positive, or negative, in every year from ``years[0]`` to ``years[1]``."""
    wanted = range(years[0], years[1] + 1)
    there = [year for year in wanted if year in _years(dataset)]
    if not there:
        raise NotAtHandError("no-year", dataset=dataset, what=f"{years[0]}-{years[1]}", there=_span(_years(dataset)))
    found = [_gap(dataset, of, year, group) for year in there]
    held = sum((value > 0) == (sign == "positive") for value, *_ in found)
    _, source, mark, note = found[-1]
    return Computed(held=held, years=len(there), whole=len(there) == len(wanted), source=source, hash=mark, note=note)


def _years(dataset: str) -> tuple[int, ...]:
    if dataset != GCB:
        return open_table(dataset).years
    return tuple(int(year) for year in reference.series("consumption_co2").indexes["year"])


def _span(years: Sequence[int]) -> str:
    return f"{min(years)}-{max(years)}"


def _table(dataset: str, year: int) -> Table:
    store = open_table(dataset)
    if year not in store.years:
        raise NotAtHandError("no-year", dataset=dataset, what=year, there=_span(store.years))
    return store[year]


def _gap(dataset: str, of: str, year: int, group: str) -> tuple[float, str, str, Mapping[str, str]]:
    """Mt, source, hash and note."""
    if dataset == GCB:
        return _gap_of_budget(of, year, group)
    table = _table(dataset, year)
    parts = [account(table, group_by=group or None) for account in (accounts.production, accounts.consumption)]
    if of not in parts[0].indexes["region"]:
        raise NotAtHandError("no-place", dataset=dataset, what=of)
    made, used = (float(part.sel(stressor="CO2", region=of)) for part in parts)
    scale = units.factor(table.about.units["CO2"], "Mt")
    return (made - used) * scale, table.about.source, table.hash, {}


def _gap_of_budget(of: str, year: int, group: str) -> tuple[float, str, str, Mapping[str, str]]:
    if year not in _years(GCB):
        raise NotAtHandError("no-year", dataset=GCB, what=year, there=_span(_years(GCB)))
    made, used = (reference.series(name).sel(year=year) for name in ("territorial_co2", "consumption_co2"))
    both = xr.align(made, used)
    difference = (both[0] - both[1]).drop_vars(["source", "year"], errors="ignore").dropna("region")
    places = [str(place) for place in difference.indexes["region"]]
    source = reference.about()["sources"][str(used["source"].sel(region=places).values[0])]["title"]
    if not group:
        if of not in places:
            raise NotAtHandError("no-place", dataset=GCB, what=f"{of} {year}")
        return float(difference.sel(region=of)), source, "", {}
    members = norms.grouping(group, places, norms.year_end(year)).members
    if of not in members:
        raise NotAtHandError("no-place", dataset=GCB, what=f"{of} {year}")
    own = list(members[of])
    note = {language: text.format(count=len(own)) for language, text in _messages()["countries"].items()}
    return float(difference.sel(region=own).sum()), source, "", note


# -- trade ------------------------------------------------------------------------------------------------------------


@measure("traded")
def traded(dataset: str, year: int, share: bool = False, bilateral: bool = False, unit: str = "Gt") -> Computed:
    """CO2 emitted in one region for the final demand of another, all regions together; or its share of all CO2, %.

    ``bilateral`` counts what is emitted for exports whatever becomes of them (eebt) instead. A coarser table has fewer
    borders: what crosses none of its regions' is not counted.
    """
    table = _table(dataset, year)
    flows = (accounts.eebt if bilateral else accounts.flows)(table).sel(stressor="CO2")
    abroad = float(flows.sum() - np.trace(flows.values))
    source, mark = table.about.source, table.hash
    note = {lang: text.format(count=len(table.regions)) for lang, text in _messages()["regions"].items()}
    if share:
        whole = float(accounts.production(table).sel(stressor="CO2").sum())
        return Computed(100 * abroad / whole, source=source, hash=mark, note=note)
    return Computed(abroad * units.factor(table.about.units["CO2"], unit), source=source, hash=mark, note=note)


@measure("export-intensity-change")
def export_intensity_change(dataset: str, of: str, years: Sequence[int]) -> Computed:
    """The change of the carbon intensity of exports between two years, %: domestic emissions over gross exports.

    In current prices; ``low`` and ``high`` are the least and the greatest of all definitions, in current prices and,
    where the region has a deflator, in constant ones.
    """
    first, last = (_table(dataset, year) for year in years)
    found = _intensity_changes(first, last, of, None)
    with suppress(MissingError):  # a region without a deflator has no constant prices
        found |= {f"{name}, constant": value for name, value in _intensity_changes(first, last, of, years[0]).items()}
    value = found["domestic/gross"]
    return Computed(value, min(found.values()), max(found.values()), source=last.about.source, hash=last.hash)


def _intensity_changes(first: Table, last: Table, of: str, base: int | None) -> dict[str, float]:
    ends = []
    for table in (first, last):
        deflator = None if base is None else reference.deflators(table.year, base=base)
        ends.append(accounts.export_intensity(table, deflator=deflator).sel(stressor="CO2", region=of))
    change = 100 * (ends[1] / ends[0] - 1)
    return {str(name): float(change.sel(definition=name)) for name in change.indexes["definition"]}


# -- reference series and standards -----------------------------------------------------------------------------------


@measure("growth")
def growth(dataset: str, series: str, of: str, years: Sequence[int], per: str = "") -> Computed:
    """The growth of a reference series of a region between two years, %; ``per`` another series, such as population."""
    try:
        given = [reference.series(name) for name in filter(None, (series, per))]
        ends = [[float(one.sel(region=of, year=year)) for one in given] for year in years]
    except (KeyError, QuestionError):
        raise NotAtHandError("no-place", dataset=dataset, what=f"{series} {of} {years[0]}, {years[1]}") from None
    if not np.isfinite(ends).all():
        raise NotAtHandError("no-place", dataset=dataset, what=f"{series} {of} {years[0]}, {years[1]}")
    ratios = [values[0] / (values[1] if per else 1.0) for values in ends]
    origin = str(given[0]["source"].sel(region=of, year=years[1]).values)
    title = reference.about()["sources"][origin]["title"]
    unit = given[0].attrs["units"]
    note = {language: text.format(unit=unit) for language, text in _messages()["unit"].items()}
    return Computed(100 * (ratios[1] / ratios[0] - 1), source=title, note=note)


@measure("limit-change")
def limit_change(
    dataset: str, substances: Sequence[str], dates: Sequence[date], subject: str = "", areas: Sequence[str] = ("",)
) -> Computed:
    """By how much limits fell between two dates, %: the mean over substances and areas, from the least to the most."""
    register, falls, cited = norms.standards(), [], ""
    for substance in substances:
        for area in areas:
            try:
                before = register.limit(substance, dates[0], subject=subject)
                after = register.limit(substance, dates[1], subject=subject, area=area)
            except NormError:
                raise NotAtHandError("no-place", dataset=dataset, what=f"{substance}, {subject}") from None
            falls.append(100 * (1 - after.value / before.value))
            cited = f"{register.find(before.standard).code}; {register.find(after.standard).code}"
    return Computed(float(np.mean(falls)), min(falls), max(falls), source=cited)


@measure("arithmetic")
def arithmetic(dataset: str, plus: Sequence[float] = (), minus: Sequence[float] = ()) -> Computed:
    """The sum of the claim's own numbers: whether they agree with each other, no more."""
    note = _messages()["own-numbers"]
    return Computed(float(sum(plus) - sum(minus)), note=note)


@cache
def _messages() -> Mapping[str, Mapping[str, str]]:
    with Path(__file__).with_name("messages.toml").open("rb") as file:
        return tomllib.load(file)
