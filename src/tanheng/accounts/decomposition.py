"""Why an account changed from one year to another: structural decomposition of s L y, and the Kaya identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, Literal, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts import demand, kaya, structural
from tanheng.accounts.demand import DEMAND
from tanheng.accounts.formula import method
from tanheng.accounts.prices import populations, require_comparable
from tanheng.accounts.regions import INDUSTRY, RESIDUAL, consumption, production
from tanheng.accounts.result import By, Stressors, choose, gather, group, named, require_conserved, stamp
from tanheng.errors import LabelError, QuestionError, UnitError, nearest
from tanheng.kernels import decompose
from tanheng.systems.table import DIRECT, Table

Array = NDArray[np.float64]
Population = tuple[Array, Array] | None
AccountName = Literal["consumption", "production"]
Method = Literal["shapley", "polar", "lmdi"]

SUPPLY = (("multiplier",), ("intensity", "technology"))
USUAL = ("intensity", "technology", "origin", "mix", "level")
ALL = (*USUAL, "population")
REVALUATION = "revaluation"  # the line of what a change of prices alone does to an account, where years are chained
METHODS: dict[str, str] = {
    "shapley": "structural decomposition, mean over all orders of the factors",
    "polar": "structural decomposition, mean of the two polar orders of the factors",
    "lmdi": "LMDI-I of the Kaya identity",
}
_ACCOUNTS = {"consumption": consumption, "production": production}

method(
    "drivers",
    function="drivers",
    en="Drivers of a change: structural decomposition",
    zh="变化的驱动因素：结构分解",
    formula=r"\Delta E = \sum_k \Delta E_k, \quad "
    r"\Delta E_k = \frac{1}{n!} \sum_o (E_{o,k} - E_{o,k-1}), \quad E = s L y",
    symbols="E_{o,k} s L y",
    source="Dietzenbacher and Los 1998; Shapley 1953",
)


class Years(Protocol):
    """Tables by year, as a store is."""

    def __getitem__(self, year: int, /) -> Table: ...


@dataclass(frozen=True, eq=False)
class _Asked:
    """The question: what is kept, the factors in their order, and how."""

    dims: tuple[str, ...]
    factors: tuple[str, ...]
    method: Method
    account: AccountName
    stressors: list[str]
    current_prices: bool
    population: Population


def drivers(
    before: Table,
    after: Table,
    by: By = None,
    *,
    factors: str | Iterable[str] | None = None,
    method: Method = "shapley",
    account: AccountName = "consumption",
    stressor: Stressors = None,
    group_by: str | None = None,
    population: Population = None,
    current_prices: bool = False,
) -> xr.DataArray:
    """The change of an account between two tables, shared out among its factors: (stressor, factor, those of ``by``).

    Structural (``method`` shapley: the mean over all orders; polar: the mean of the two polar ones): E = s L y, with

    * ``intensity`` s and ``technology`` L (all input coefficients, with the trade in them); or both as ``multiplier``;
    * ``demand`` y, or instead of it ``level`` (a region's total final demand), ``mix`` (shares of products in it) and
      ``origin`` (which region supplies a product; without it, it is part of the mix); with ``population``, the level is
      per head.

    The usual ones are ``USUAL``; "all" adds population (persons, from the reference series unless ``population`` gives
    two arrays (R,)). Where a share is of nothing in one year, it is that of the other; products whose sales to a region
    mostly cancel (inventories) have no origin of their own and stand in the mix, as the attribute ``unsplit`` measures.
    ``method="lmdi"`` is the Kaya identity (see ``kaya``), for the production account.

    Beside the factors stand ``direct`` (F_Y, in both accounts, never through L) and ``residual`` (sectors without
    output), so that the sum over factors is the change of the account. ``account`` consumption is by the consuming
    region and final product, production by the emitting region and sector. ``by`` is of region (the usual) and sector.
    A sector without output in one of the years has its coefficients of the other. Costs two solves a table.
    ``group_by`` holds the groups at the end of the later year.

    Raises QuestionError for factors that do not multiply to the account, for tables that are not in the prices of one
    year (unless ``current_prices``; the attribute ``price_basis`` then says so), LabelError for other labels, UnitError
    for other units, MissingError for unknown populations.
    Source: Dietzenbacher and Los 1998; Shapley 1953; the split of demand as in Arto and Dietzenbacher 2014.
    """
    asked = _asked(before, after, by, factors, method, account, stressor, population, current_prices)
    found, attrs = _pair(before, after, asked)
    return _stamped(group(found, after, group_by), before, after, asked, attrs)


def chained(
    tables: Iterable[Table],
    by: By = None,
    *,
    previous: Years | Mapping[int, Table] | None = None,
    factors: str | Iterable[str] | None = None,
    method: Method = "shapley",
    account: AccountName = "consumption",
    stressor: Stressors = None,
    group_by: str | None = None,
    current_prices: bool = False,
) -> xr.DataArray:
    """``drivers`` of each year beside the one before, (stressor, year, factor, those of ``by``): sum over years.

    ``tables`` in the order of their years, such as a store; they are read one after another. With ``previous``, tables
    in previous years' prices by year, each year t in prices of t − 1 is compared with the table of t − 1 in current
    prices (chained volumes), and the factor ``revaluation`` holds what the change of prices alone does to the account
    of year t, so that the sum over years and factors is still its change. ``year`` is the later one of each pair, and
    group membership is that of the last year.
    Raises as ``drivers``, and QuestionError for fewer than two tables and for years that do not ascend.
    Source: De Haan 2001 (chained decompositions).
    """
    parts: list[tuple[int, xr.DataArray, dict[str, Any]]] = []
    first: Table | None = None
    for before, current in pairwise(tables):
        first = first or before
        if current.year <= before.year:
            raise QuestionError(f"{current.year} follows {before.year}", hint="give the tables in the order of years")
        after = current if previous is None else previous[current.year]
        asked = _asked(before, after, by, factors, method, account, stressor, None, current_prices)
        found, attrs = _pair(before, after, asked)
        if previous is not None:
            found = xr.concat([found, _revaluation(after, current, asked)], dim="factor")
        parts.append((current.year, found, {**attrs, "table_hash": current.hash}))
    if first is None:
        raise QuestionError("there are no two years to compare", hint="give at least two tables")
    names = list(dict.fromkeys(name for _, found, _ in parts for name in found.indexes["factor"]))
    years = xr.DataArray([year for year, _, _ in parts], dims="year", name="year")
    joined = xr.concat([one.reindex(factor=names, fill_value=0.0) for _, one, _ in parts], dim=years)
    start = parts[0][2]["before"]
    end = {name: value + float(joined.sel(stressor=name).sum()) for name, value in start.items()}
    attrs = {**parts[-1][2], "before": start, "after": end, "chained": "yes"}
    attrs["price_basis"] = "; ".join(dict.fromkeys(one["price_basis"] for _, _, one in parts))
    return _stamped(group(joined, current, group_by), first, current, asked, attrs)


# -- the question -----------------------------------------------------------------------------------------------------


def _asked(
    before: Table,
    after: Table,
    by: By,
    factors: str | Iterable[str] | None,
    method: Method,
    account: AccountName,
    stressor: Stressors,
    population: Population,
    current_prices: bool,
) -> _Asked:
    for what, given, known in (("method", method, METHODS), ("account to decompose", account, _ACCOUNTS)):
        if given not in known:
            raise QuestionError(f"there is no {what} {given!r}", hint=nearest(given, known))
    if method == "lmdi" and account != "production":
        hint = "ask for the account production, or for the method shapley"
        raise QuestionError(f"the Kaya identity is of production, not of {account}", hint=hint)
    dims = named(by, ("region",))
    for dim in dims:
        if dim not in ("region", "sector"):
            raise QuestionError(f"drivers have no dimension {dim!r}", hint=nearest(dim, ("region", "sector")))
    stressors = list(choose(after.F, stressor).indexes["stressor"])
    choose(before.F, stressors)
    for name in stressors:
        units = before.about.units[name], after.about.units[name]
        if units[0] != units[1]:
            raise UnitError(f"{name} is in {units[0]} before and in {units[1]} after", hint="bring both to one unit")
    return _Asked(
        tuple(dim for dim in ("region", "sector") if dim in dims),
        kaya.chosen(factors) if method == "lmdi" else chosen(factors),
        method,
        account,
        stressors,
        current_prices,
        population,
    )


def chosen(factors: str | Iterable[str] | None) -> tuple[str, ...]:
    """The factors asked for, in the order of s L y; None is ``USUAL``, "all" is ``ALL``.

    Raises QuestionError for an unknown factor and for factors that do not multiply to the account.

    >>> chosen("level, mix, technology, intensity")
    ('intensity', 'technology', 'mix', 'level')
    """
    if factors is None:
        return USUAL
    given = factors.replace(",", " ").split() if isinstance(factors, str) else list(factors)
    if given == ["all"]:
        return ALL
    known = [name for name in ("multiplier", *ALL, "demand")]
    for name in given:
        if name not in known:
            raise QuestionError(f"there is no factor {name!r}", hint=nearest(name, known))
    for supply, final in product(SUPPLY, DEMAND):
        if set(given) == {*supply, *final}:
            return (*supply, *final)
    raise QuestionError(
        f"the factors {', '.join(given)} do not multiply to the total",
        hint="take intensity and technology (or multiplier for both), and demand (or instead of it mix and level, with "
        "origin and population if you like)",
    )


# -- one pair of years ------------------------------------------------------------------------------------------------


def _pair(before: Table, after: Table, asked: _Asked) -> tuple[xr.DataArray, dict[str, Any]]:
    """The effects (stressor, factor, those kept) and the attributes that say how they were found."""
    basis = require_comparable(before, after, asked.current_prices)
    people = (np.ones(len(before.regions)),) * 2
    if "population" in asked.factors:
        people = populations(before, after) if asked.population is None else _given(before, asked.population)
    find = _by_kaya if asked.method == "lmdi" else _by_structure
    effects, ends, residuals, more = find(before, after, asked, people)
    direct = [_direct(table, asked) for table in (before, after)]
    for table, *both in zip((before, after), ends, residuals, strict=True):
        _require_whole(table, asked, both)
    names = (*asked.factors, DIRECT, RESIDUAL)
    beside = [np.zeros_like(ends[0]), residuals[1] - residuals[0]]
    coords = {"stressor": asked.stressors, "factor": list(names)}
    coords |= {dim: list(before.Z.indexes[dim]) for dim in asked.dims}
    parts = {INDUSTRY: xr.DataArray(np.stack([*effects, *beside], axis=1), coords, tuple(coords))}
    if before.F_Y is not None or after.F_Y is not None:
        own = np.zeros((direct[0].shape[0], len(names), *direct[0].shape[1:]))
        own[:, names.index(DIRECT)] = direct[1] - direct[0]
        kept = {dim: labels for dim, labels in coords.items() if dim != "sector"}
        parts[DIRECT] = xr.DataArray(own, kept, tuple(kept))
    found = gather(parts, ("factor", *asked.dims))
    there = [name in asked.factors or bool(found.sel(factor=name).values.any()) for name in names]
    sums = [_sums(asked, *three) for three in zip(ends, residuals, direct, strict=True)]
    return found.isel(factor=there), {"price_basis": basis, "before": sums[0], "after": sums[1], **more}


_Found = tuple[Array, Sequence[Array], Sequence[Array], dict[str, Any]]  # effects; account and residual of both years


def _by_structure(before: Table, after: Table, asked: _Asked, people: tuple[Array, Array]) -> _Found:
    split = demand.split(before, after, asked.factors, people)
    n = len(asked.factors)
    rest = (asked.account, asked.stressors, asked.dims)
    value = structural.value(before, after, split, n - len(split.factors), *rest)
    found = (decompose.polar if asked.method == "polar" else decompose.shapley)(value, n)
    ends = [value((late,) * n) for late in (False, True)]
    residuals = [structural.lost(table, *rest) for table in (before, after)]
    return found.effects, ends, residuals, {"orders": found.orders, "unsplit": split.unsplit}


def _by_kaya(before: Table, after: Table, asked: _Asked, people: tuple[Array, Array]) -> _Found:
    return *kaya.effects(before, after, asked.stressors, asked.factors, people, asked.dims), {}


def _direct(table: Table, asked: _Asked) -> Array:
    """F_Y of the stressors asked for, (K, R) or (K,): zero where the table has none."""
    regions = (len(table.regions),) if "region" in asked.dims else ()
    if table.F_Y is None:
        return np.zeros((len(asked.stressors), *regions))
    own = choose(table.F_Y, asked.stressors).values.sum(axis=2)
    return np.asarray(own if regions else own.sum(axis=1))


def _require_whole(table: Table, asked: _Asked, parts: Sequence[Array]) -> None:
    """Raise ConservationError unless what goes through the factors and the residual are all that sectors emit."""
    reached = [
        xr.DataArray(one.reshape(len(one), -1), {"stressor": asked.stressors}, ("stressor", "all")) for one in parts
    ]
    emitted, where = choose(table.F, asked.stressors), f"{table.about.name} {table.year}"
    require_conserved("the account of the drivers", emitted, *reached, where=where)


def _sums(asked: _Asked, *parts: Array) -> dict[str, float]:
    """The whole account by stressor."""
    whole = np.sum([one.reshape(len(one), -1).sum(axis=1) for one in parts], axis=0)
    return dict(zip(asked.stressors, whole.tolist(), strict=True))


def _given(table: Table, people: tuple[Array, Array]) -> tuple[Array, Array]:
    pair = np.asarray(people[0], np.float64), np.asarray(people[1], np.float64)
    for one in pair:
        if one.shape != (len(table.regions),) or not (one > 0).all():
            hint = f"give two arrays of {len(table.regions)} positive numbers, in the order of the table's regions"
            raise LabelError("the population does not fit the table's regions", where=table.about.name, hint=hint)
    return pair


def _revaluation(after: Table, current: Table, asked: _Asked) -> xr.DataArray:
    """What the account of a year is in its own prices less what it is in those of the year before."""
    ask = _ACCOUNTS[asked.account]
    own = ask(current, asked.dims, stressor=asked.stressors)
    return (own - ask(after, asked.dims, stressor=asked.stressors)).drop_vars("unit").expand_dims(factor=[REVALUATION])


def _stamped(found: xr.DataArray, before: Table, after: Table, asked: _Asked, attrs: Mapping[str, Any]) -> xr.DataArray:
    """The result with units and attributes; its dimensions are stressor, year (if chained), factor, those kept."""
    whole = stamp(
        found.isel({dim: 0 for dim in ("factor", "year") if dim in found.dims}, drop=True),
        after,
        "drivers",
        f"{METHODS[asked.method]}: {' x '.join(asked.factors)}",
        **attrs,
    )
    more = {"of": asked.account, "from_year": before.year, "from_table": before.about.name, "from_hash": before.hash}
    dims = ("stressor", *(dim for dim in ("year", "factor", "region", "sector") if dim in found.dims))
    coords = {dim: found.indexes[dim] for dim in dims} | {"unit": ("stressor", whole["unit"].values)}
    return xr.DataArray(found.transpose(*dims).values, coords, dims, "drivers", {**whole.attrs, **more})
