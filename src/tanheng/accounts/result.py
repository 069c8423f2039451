"""How every account is asked and answered: choose stressors, keep dimensions, join groups, stamp, lay out tidily."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tanheng import labels, norms, provenance, units
from tanheng.accounts.declared import find
from tanheng.errors import ConservationError, QuestionError, nearest
from tanheng.systems.table import DIRECT, Table

By = str | Sequence[str] | None
Stressors = str | Sequence[str] | None

CONSERVED = 1e-9  # of the total: convention 7
_ORDER = ("definition", "region", "sector", "to_region", "demand", "component")
_GROUPED = ("region", "to_region")


def kept(name: str, by: By) -> tuple[str, ...]:
    """The dimensions to keep, in canonical order; ``by`` is a sequence, a comma-separated string, or None (the usual).

    Raises QuestionError for a dimension that the account does not have.

    >>> kept("flows", "to_region, region")
    ('region', 'to_region')
    """
    account = find(name)
    asked = account.by if by is None else by.replace(",", " ").split() if isinstance(by, str) else tuple(by)
    for dim in asked:
        if dim not in account.dims:
            raise QuestionError(f"{name} has no dimension {dim!r}", hint=nearest(dim, account.dims))
    return tuple(dim for dim in _ORDER if dim in asked)


def choose(array: xr.DataArray, stressor: Stressors) -> xr.DataArray:
    """``array`` (stressor, ...) for one stressor, several, or all (None); raises QuestionError for an unknown one."""
    if stressor is None:
        return array
    wanted = [stressor] if isinstance(stressor, str) else list(stressor)
    known = list(array.indexes["stressor"])
    for name in wanted:
        if name not in known:
            raise QuestionError(f"the table has no stressor {name!r}", hint=nearest(name, known))
    return array.sel(stressor=wanted)


def keep(array: xr.DataArray, dims: Sequence[str] = ()) -> xr.DataArray:
    """The sum over all but the stressor and ``dims``; a NaN stays a NaN, and no copy is made to look for one."""
    return array.sum([d for d in array.dims if d != "stressor" and d not in dims], skipna=False)


def gather(parts: Mapping[str, xr.DataArray], by: Sequence[str]) -> xr.DataArray:
    """The sum of an account's components, keeping ``by``.

    A component that lacks a kept dimension stands on a line of its own there, named after itself (direct emissions of
    households have no sector: ``sector=direct``). "component" in ``by`` keeps the components apart.
    """
    rows = []
    for name, part in parts.items():
        part = keep(part, by).assign_coords(component=name)
        for dim in by:
            if dim not in part.dims and dim != "component":
                part = part.expand_dims({dim: [name]})
        rows.append(part)
    # labels of the first component first, lines of their own last
    over = {dim: pd.Index(_union(row.indexes[dim] for row in rows)) for dim in by if dim != "component"}
    filled = [row.reindex(over, fill_value=0.0) if _differs(row, over) else row for row in rows]
    if "component" in by:
        joined = xr.concat(filled, dim="component", coords="different", compat="equals")
    else:
        joined = filled[0].drop_vars("component")
        for row in filled[1:]:
            joined = joined + row.drop_vars("component")
    return joined.transpose("stressor", *by)


def _union(indexes: Iterable[pd.Index]) -> list[str]:
    return list(dict.fromkeys(name for index in indexes for name in index))


def _differs(row: xr.DataArray, over: Mapping[str, pd.Index]) -> bool:
    return any(len(row.indexes[dim]) != len(index) for dim, index in over.items())


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
            # a line that is no region (there is none today) would keep its own name
            names = np.array([member.get(name, name) for name in array.indexes[dim]])
            order = [name for name in (*chosen.groups, *dict.fromkeys(names)) if name in names]
            sums = [
                array.isel({dim: np.flatnonzero(names == name)}).sum(dim, skipna=False) for name in dict.fromkeys(order)
            ]
            array = xr.concat(sums, dim=pd.Index(list(dict.fromkeys(order)), name=dim))
    attrs["group"] = f"{chosen.name} at {chosen.at.isoformat()}"
    attrs["members"] = {name: " ".join(members) for name, members in chosen.members.items()}
    attrs["norms"] = chosen.source
    attrs["assumed"] = " ".join(chosen.assumed)
    return array.assign_attrs(attrs)


def stamp(array: xr.DataArray, table: Table, name: str, method: str, unit: str = "{}", **more: Any) -> xr.DataArray:
    """The finished result: stressors carry units, attributes say what, how and from which table (conventions 3, 8, 9).

    ``unit`` is a pattern for the unit given the stressor's own ("{} per million USD").
    """
    found = [unit.format(table.about.units[str(stressor)]) for stressor in array.indexes["stressor"]]
    array = array.assign_coords(unit=("stressor", found))
    present = tuple(dim for dim in ("stressor", *_ORDER) if dim in array.dims)
    attrs = {
        **array.attrs,
        "account": name,
        "method": method,
        "units": found[0] if len(set(found)) == 1 else "see coordinate unit",
        "table": table.about.name,
        "year": table.year,
        "table_hash": table.hash,
        "source": table.about.source,
        "licence": table.about.licence,
        "price_basis": table.about.price_basis,
        "boundary": table.about.boundary,
        "classification": table.about.classification,
        "tanheng": provenance.version(),
        **more,
    }
    attrs.setdefault("norms", "none")
    return array.transpose(*present).assign_attrs(attrs).rename(name)


def require_conserved(made: xr.DataArray, used: xr.DataArray, scale: xr.DataArray, what: str, where: str) -> None:
    """Raise ConservationError where two totals by stressor differ by more than 1e-9 of ``scale`` (convention 7)."""
    gap = np.abs((made - used).values)
    bad = gap > CONSERVED * scale.values
    if bad.any():
        worst = int(gap.argmax())
        name = str(made.indexes["stressor"][worst])
        raise ConservationError(
            f"{what} do not agree for {name}: {made.values[worst]:.12g} against {used.values[worst]:.12g}",
            where=where,
            hint="the table is nearly singular; check it, or report this with the table's hash",
        )


def tidy(result: xr.DataArray | Iterable[xr.DataArray]) -> pd.DataFrame:
    """The long table of one result or of several (years, accounts): one number a row.

    Columns: account, stressor, unit, year, the kept dimensions, value. Raises UnitError for nothing: rows keep their
    own units.
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


__all__ = [
    "DIRECT",
    "choose",
    "gather",
    "group",
    "keep",
    "kept",
    "labels",
    "require_conserved",
    "stamp",
    "tidy",
    "total",
]
