"""Impacts: stressors weighted by a named set of factors, such as warming potentials."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import norms, units
from tanheng.errors import LabelError, QuestionError, UnitError, nearest
from tanheng.systems.aggregate import carried
from tanheng.systems.table import Table

KIND = "gwp"  # of norms


def characterise(table: Table, gwp: str, gases: Mapping[str, str] | None = None, *, name: str = "GHG") -> Table:
    """The table with one more stressor ``name``: its greenhouse gases in kt CO2e by the warming potentials ``gwp``.

    ``gases`` says which entry of the set each stressor is, {"CH4": "CH4 fossil"}; without it, stressors named as an
    entry are taken. Sets are named and never mixed (``about.version`` says which). Methane from fossil sources has a
    higher potential, which counts the carbon dioxide that it becomes: do not use it where that is counted already.
    Raises QuestionError for a norm of another kind, when no stressor is in the set or an entry is unknown, LabelError
    for an unknown or doubled stressor, UnitError for one that is no mass, NormError for an unknown set.
    Source: IPCC, by the set's own source.
    """
    norm = norms.lookup(gwp, norms.year_end(table.year))
    if norm.kind != KIND:
        hint = nearest(gwp, norms.names(KIND))
        raise QuestionError(f"{gwp} is no set of warming potentials", hint=hint)
    factors = {entry.code: entry.value for entry in norm.entries if entry.value is not None}
    chosen = dict(gases) if gases is not None else {one: one for one in table.stressors if one in factors}
    _require(table, chosen, factors, gwp, name)
    weights = np.array([_weight(table, one, factors.get(chosen.get(one, ""), 0.0)) for one in table.stressors])
    unit = dict(table.about.units) | {name: "kt CO2e"}
    told = ", ".join(f"{one} as {code}" for one, code in chosen.items())
    version = f"{table.about.version}; {name} by {gwp} ({told})"
    return table.replace(
        F=_with(table.F, weights, name),
        F_Y=None if table.F_Y is None else _with(table.F_Y, weights, name),
        about=dataclasses.replace(table.about, units=unit, version=version),
        findings=carried(table),
    )


def _require(table: Table, chosen: Mapping[str, str], factors: Mapping[str, float], gwp: str, name: str) -> None:
    if name in table.stressors:
        raise LabelError(f"the table has a stressor {name!r} already", where=table.about.name, hint="name it otherwise")
    for stressor, code in chosen.items():
        if stressor not in table.stressors:
            hint = nearest(stressor, table.stressors)
            raise LabelError(f"stressor {stressor} is not known", where=table.about.name, hint=hint)
        if code not in factors:
            raise QuestionError(f"{gwp} has no {code!r}", hint=nearest(code, factors))
    if not chosen:
        hint = f"say which are, such as CH4={next((c for c in factors if c.startswith('CH4')), 'CO2')}"
        some = ", ".join([*factors][:8])
        raise QuestionError(f"no stressor of the table is named as in {gwp} ({some}, ...)", hint=hint)


def _weight(table: Table, stressor: str, factor: float) -> float:
    """kt CO2e per unit of the stressor."""
    if not factor:
        return 0.0
    unit = units.parse(table.about.units[stressor], where=stressor)
    if not unit.dimension.startswith("mass"):
        raise UnitError(f"{unit.name} is no mass", where=f"stressor {stressor}", hint="leave it out of the gases")
    return factor * unit.factor / units.parse("kt").factor


def _with(array: xr.DataArray, weights: NDArray[np.float64], name: str) -> xr.DataArray:
    """``array`` (stressor, ...) and below it the weighted sum of its rows."""
    values = np.concatenate([array.values, np.tensordot(weights, array.values, 1)[None]])
    coords = {dim: array.indexes[dim] for dim in array.dims} | {"stressor": [*array.indexes["stressor"], name]}
    return xr.DataArray(values, coords, array.dims, name=array.name)
