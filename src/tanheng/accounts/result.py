"""How every account is asked and answered: choose stressors, keep dimensions, join groups, stamp, lay out tidily."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tanheng import norms, provenance, units
from tanheng.accounts.declared import ACCOUNTS, find
from tanheng.errors import ConservationError, LabelError, QuestionError, nearest
from tanheng.systems.table import Table

By = str | Sequence[str] | None
Stressors = str | Sequence[str] | None

DIGITS = "%.15g"  # of numbers as text: all the decimal digits that a double is sure of, and 4.8 is 4.8
CONSERVED = 1e-9  # of the total: convention 7
TOP_DOWN, BOTTOM_UP, HYBRID = APPROACHES = ("top-down", "bottom-up", "hybrid")  # from tables, products, both in one
FEW = 32  # stressors: a solve for so many costs little more than one for a single stressor
_ORDER = (
    "definition", "scope", "category", "item", "change", "product", "origin", "region", "sector", "to_region",
    "demand", "component", "input", "stage", "process", "method", "basis", "indicator", "cause", "case",
)  # fmt: skip
_GROUPED = ("region", "to_region")


def named(by: By, usual: Sequence[str]) -> tuple[str, ...]:
    """The dimensions that ``by`` names: a sequence, a comma-separated string, or None (the usual).

    >>> named("to_region, region", ())
    ('to_region', 'region')
    """
    return tuple(usual if by is None else by.replace(",", " ").split() if isinstance(by, str) else by)


def kept(name: str, by: By) -> tuple[str, ...]:
    """The dimensions to keep, in canonical order; ``by`` is a sequence, a comma-separated string, or None (the usual).

    Raises QuestionError for a dimension that the account does not have.

    >>> kept("flows", "to_region, region")
    ('region', 'to_region')
    """
    account = find(name)
    asked = named(by, account.by)
    for dim in asked:
        if dim not in account.dims:
            raise QuestionError(f"{name} has no dimension {dim!r}", hint=nearest(dim, account.dims))
    return tuple(dim for dim in _ORDER if dim in asked)


def choose(array: xr.DataArray, stressor: Stressors) -> xr.DataArray:
    """``array`` (stressor, ...) for one stressor, several, or all (None); raises QuestionError for an unknown one."""
    if not array.sizes["stressor"]:
        hint = "attach a file of emissions: 'tanheng attach --help' tells how"
        raise QuestionError("the table has no emissions", hint=hint)
    if stressor is None:
        return array
    wanted = [stressor] if isinstance(stressor, str) else list(dict.fromkeys(stressor))
    known = list(array.indexes["stressor"])
    for name in wanted:
        if name not in known:
            raise QuestionError(f"the table has no stressor {name!r}", hint=nearest(name, known))
    return array.sel(stressor=wanted)


def only_stressor(table: Table, stressor: str | None, why: str) -> str:
    """The one stressor asked for, or the only one there is; raises QuestionError saying ``why`` it must be one.

    Raises as ``choose``.
    """
    known = list(choose(table.F, stressor).indexes["stressor"])
    if len(known) > 1:
        raise QuestionError(why, where=table.about.name, hint=f"choose one: {', '.join(known[:12])}")
    return str(known[0])


def known_name(name: str, known: Sequence[str], what: str, where: str) -> str:
    """``name``; raises QuestionError with the nearest where it is not among those known."""
    if name not in known:
        raise QuestionError(f"there is no {what} {name!r}", where=where, hint=nearest(name, known))
    return name


def multipliers(table: Table, stressor: Stressors) -> xr.DataArray:
    """m = s L of the stressors chosen; of a table with many, only those are solved for. Raises as ``choose``."""
    asked = choose(table.F, stressor).indexes["stressor"]
    if len(asked) == len(table.stressors) or len(table.stressors) <= FEW or "multipliers" in vars(table):
        return table.multipliers.sel(stressor=asked)
    return table.only(asked).multipliers


def keep(array: xr.DataArray, dims: Sequence[str] = ()) -> xr.DataArray:
    """The sum over all but the stressor and ``dims``; a NaN stays a NaN, and no copy is made to look for one."""
    return array.sum([d for d in array.dims if d != "stressor" and d not in dims], skipna=False)


def gather(parts: Mapping[str, xr.DataArray], by: Sequence[str]) -> xr.DataArray:
    """The sum of an account's components, keeping ``by``.

    A component that lacks a kept dimension stands on a line of its own there, named after itself (direct emissions of
    households have no sector: ``sector=direct``). "component" in ``by`` keeps the components apart.
    """
    first = next(iter(parts.values()))
    labels_of = {dim: _labels(dim, parts) for dim in by}
    total = np.zeros((first.sizes["stressor"], *map(len, labels_of.values())))
    for name, part in parts.items():
        own = [dim for dim in by if dim in part.dims]
        reduced = keep(part, own).transpose("stressor", *own).values
        # a component that has a dimension has all its labels, and they come first
        place = tuple(slice(part.sizes[d]) if d in own else labels_of[d].index(name) for d in by)
        total[(slice(None), *place)] += reduced
    return xr.DataArray(total, {"stressor": first.indexes["stressor"], **labels_of}, ("stressor", *by))


def _labels(dim: str, parts: Mapping[str, xr.DataArray]) -> list[str]:
    """The labels of a dimension, then the lines of the components that lack it."""
    shared = next((part.indexes[dim] for part in parts.values() if dim in part.dims), ())
    lines = [name for name, part in parts.items() if dim not in part.dims]
    for name in lines:
        if name in shared:
            hint = f"rename that {dim}, or ask without it"
            raise LabelError(f"a {dim} of the table is called {name!r}, as is the line of {name} emissions", hint=hint)
    return [*shared, *lines]


def group(array: xr.DataArray, table: Table, spec: str | None) -> xr.DataArray:
    """Regions summed into the groups of a norm, at 31 December of the table's year (convention 10).

    ``spec`` is a grouping's name ("oecd"), the same held at a date ("oecd@2020"), or a file of one's own; the lists
    used are in the result's attributes ``group`` and ``members``. Raises NormError (see norms.grouping).
    """
    if spec is None:
        return array
    chosen = norms.grouping(spec, table.regions, norms.year_end(table.year))
    member = dict(zip(table.regions, chosen.of, strict=True))
    attrs = dict(array.attrs)
    for dim in _GROUPED:
        if dim in array.dims:
            names = np.array([member[name] for name in array.indexes[dim]])
            sums = [array.isel({dim: np.flatnonzero(names == one)}).sum(dim, skipna=False) for one in chosen.groups]
            array = xr.concat(sums, dim=xr.DataArray(list(chosen.groups), dims=dim, name=dim))
    attrs["group"] = f"{chosen.name} at {chosen.at.isoformat()}"
    attrs["members"] = {name: " ".join(members) for name, members in chosen.members.items()}
    attrs["norms"] = chosen.source
    attrs["assumed"] = " ".join(chosen.assumed)
    return array.assign_attrs(attrs)


def stamp(array: xr.DataArray, table: Table, name: str, method: str, unit: str = "{}", **more: Any) -> xr.DataArray:
    """The finished result: stressors carry units, attributes say what, how and from which table (conventions 3, 8, 9).

    ``unit`` is a pattern for the unit given the stressor's own ("{} per million USD"). The approach is top-down and the
    principle the one that the account declares, unless ``more`` says otherwise.
    """
    facts = {
        "approach": TOP_DOWN,
        "principle": ACCOUNTS[name].principle if name in ACCOUNTS else "",
        "table": table.about.name,
        "year": table.year,
        "table_hash": table.hash,
        "source": table.about.source,
        "licence": table.about.licence,
        "price_basis": table.about.price_basis,
        "boundary": table.about.boundary,
        "classification": table.about.classification,
    }
    found = [unit.format(table.about.units[stressor]) for stressor in array.indexes["stressor"]]
    return finished(array, name, method, found, facts | more)


def finished(
    array: xr.DataArray, name: str, method: str, unit_of: Sequence[str], facts: Mapping[str, Any]
) -> xr.DataArray:
    """A result (stressor, ...) of whatever system: in canonical order, each stressor with its unit, and its ``facts``.

    ``facts`` must tell ``table`` (the name of what was asked), ``table_hash``, ``year``, ``source`` and ``licence``.
    They may tell ``approach`` (bottom-up if they do not), ``principle`` ("" for an account of none) and ``base_hash``,
    of the table that a hybrid was built on. Coordinates ``low`` and ``high`` are kept.
    """
    dims = [dim for dim in ("stressor", *_ORDER) if dim in array.dims]
    attrs = {
        "norms": "none",
        **array.attrs,
        "approach": BOTTOM_UP,
        "principle": "",
        "base_hash": "",
        "account": name,
        "method": method,
        "units": unit_of[0] if len(set(unit_of)) == 1 else "see coordinate unit",
        **facts,
        "tanheng": provenance.version(),
    }
    coords: dict[str, Any] = {dim: array.indexes[dim] for dim in dims}
    coords |= {end: (dims, array[end].transpose(*dims).values) for end in ("low", "high") if end in array.coords}
    values = array.transpose(*dims).values
    return xr.DataArray(values, {**coords, "unit": ("stressor", list(unit_of))}, dims, name, attrs)


def require_conserved(account: str, emitted: xr.DataArray, *reached: xr.DataArray, where: str) -> None:
    """Raise ConservationError where ``emitted`` (stressor, ...) and the sum of ``reached`` (stressor, ...) differ.

    They may by 1e-9 of the emissions of each stressor, counted without sign (convention 7).
    """
    made = keep(emitted).values
    gap = np.abs(made - sum(keep(part).values for part in reached))
    allowed = CONSERVED * keep(abs(emitted)).values
    bad = ~(gap <= allowed)  # so that NaN is bad
    if bad.any():
        worst = int(bad.argmax())
        raise ConservationError(
            f"production and {account} of {emitted.indexes['stressor'][worst]} differ by {gap[worst]:.6g}",
            where=where,
            hint="the table is nearly singular; check it, or report this with the table's hash",
        )


def tidy(result: xr.DataArray | Iterable[xr.DataArray]) -> pd.DataFrame:
    """The long table of one result or of several (years, accounts): one number a row.

    Columns: account, stressor, unit, year, the kept dimensions, value. Every row has its own unit.
    """
    if not isinstance(result, xr.DataArray):
        return pd.concat([tidy(one) for one in result], ignore_index=True)
    dims = [str(dim) for dim in result.dims]
    indexes = [result.indexes[dim] for dim in dims]
    grid = np.indices(result.shape).reshape(len(dims), -1)
    frame = {dim: index.to_numpy()[at] for dim, index, at in zip(dims, indexes, grid, strict=True)}
    unit = result["unit"].values[grid[dims.index("stressor")]]
    lead = {"account": result.attrs["account"], "stressor": frame.pop("stressor"), "unit": unit}
    return pd.DataFrame({**lead, "year": result.attrs["year"], **frame, "value": result.values.ravel()})


def total(result: xr.DataArray) -> float:
    """The sum of a result over everything; raises UnitError where unlike units would meet (convention 3)."""
    units.common(result["unit"].values.tolist(), what=f"the total of {result.attrs['account']}")
    return float(result.sum())
