"""Limits to intensities: what sources emit under the limits of norms, and what of a change the norm did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import norms
from tanheng.accounts.formula import method
from tanheng.accounts.result import finished
from tanheng.errors import QuestionError, nearest
from tanheng.kernels import decompose
from tanheng.systems.limited_sources import LimitedSector

Array = NDArray[np.float64]

FACTORS = ("activity", "closure", "factor", "norm")
UNIT = "kt"

method(
    "limited-emissions",
    function="limited_emissions",
    en="Emissions of sources under the limits of norms",
    zh="标准限值下的排放",
    formula=r"E_t = \sum_h a_{h,t} ((1 - c_{h,t}) f_{h,t} + c_{h,t} \mathrm{min}(f_{h,t}, \bar{l}_t g_h))",
    symbols=r"a_{h,t} f_{h,t} c_{h,t} \bar{l}_t g_h",
    source="Emission factor from a concentration limit and the volume of flue gas, as in GB 4915-2004, table 2",
)
method(
    "limit-effects",
    function="limit_effects",
    en="Effects of activity, closure, factors and the norm: logarithmic mean",
    zh="活动水平、落后产能退出、因子与标准的效应：对数平均分解",
    formula=r"E = \sum_h a w_h f_h r_h, \quad \Delta E_k = \sum_h \Lambda(E_h^t, E_h^0) \ln(x_{k,h}^t / x_{k,h}^0)",
    symbols=r"a w_h f_h r_h \Lambda",
    source="Ang 2005; Ang and Liu 2007",
)


def limited_emissions(
    limited: LimitedSector,
    *,
    years: Iterable[int] | None = None,
    at: date | None = None,
    stressor: str | Iterable[str] | None = None,
) -> xr.DataArray:
    """What the sources emit under the limits, kt, (stressor, year, process).

    The limits are those of 31 December of each year, or with ``at`` those of that day in all years: the same activity
    under other rules. The attribute ``norms`` cites them by edition.
    Raises MissingError for a year that the sources lack, QuestionError for a substance, NormError where no limit holds.
    """
    asked, wanted = _substances(limited, stressor), _years(limited, years)
    values = np.stack([_parts(limited, name, wanted, at).prod(axis=0) for name in asked])
    array = xr.DataArray(
        values,
        {"stressor": list(asked), "year": list(wanted), "process": list(limited.processes)},
        ("stressor", "year", "process"),
    )
    told = "the limits of each year's end" if at is None else f"the limits at {at}"
    more = {"norms": _norms(limited, asked, wanted, at), "note": limited.note.get("en", "")}
    return _finished(array, limited, "limited-emissions", f"activity x factor under {told}", wanted[-1], more)


def limit_effects(
    limited: LimitedSector,
    first: int | None = None,
    last: int | None = None,
    *,
    chained: bool = False,
    stressor: str | Iterable[str] | None = None,
) -> xr.DataArray:
    """Why the emissions of the sources changed from one year to another, kt, (stressor, factor, process).

    Factors: ``activity`` (of all processes together), ``closure`` (each process's share in it: old capacity that closes
    and what takes its place), ``factor`` (kg per unit of activity without the limit) and ``norm`` (what the limit
    leaves of it). Additive LMDI-I by process, so that they sum to the change exactly and the norm is credited with its
    own part alone. ``chained`` sums the effects year by year. Raises as ``limited_emissions``, and QuestionError for
    years that do not ascend.
    Source: Ang 2005; zeros as in Ang and Liu 2007.
    """
    ends = (limited.years[0] if first is None else first, limited.years[-1] if last is None else last)
    _years(limited, ends)
    if ends[0] >= ends[1]:
        raise QuestionError(f"{ends[1]} is not after {ends[0]}", where=limited.name, hint="give the earlier year first")
    asked = _substances(limited, stressor)
    years = tuple(year for year in limited.years if ends[0] <= year <= ends[1]) if chained else ends
    effects, sums = [], []
    for name in asked:
        parts = _parts(limited, name, years, None)
        steps = [decompose.lmdi(list(parts[:, at]), list(parts[:, to])) for at, to in pairwise(range(len(years)))]
        effects.append(np.sum(steps, axis=0))
        sums.append(parts.prod(axis=0).sum(axis=1)[[0, -1]])
    values = np.stack(effects)  # (stressor, factor, process)
    array = xr.DataArray(
        values,
        {"stressor": list(asked), "factor": list(FACTORS), "process": list(limited.processes)},
        ("stressor", "factor", "process"),
    )
    before, after = (dict(zip(asked, (float(pair[at]) for pair in sums), strict=True)) for at in (0, 1))
    more = {
        "norms": _norms(limited, asked, ends, None),
        "from_year": ends[0],
        "before": before,
        "after": after,
        "note": limited.note.get("en", ""),
    }
    if chained:
        more["chained"] = "yes"
    return _finished(array, limited, "limit-effects", "LMDI-I: activity x closure x factor x norm", ends[1], more)


def _parts(limited: LimitedSector, substance: str, years: tuple[int, ...], at: date | None) -> Array:
    """Total activity (scaled to kt), shares, factors and what the norm leaves, (4, years, processes).

    A process without activity or factor has a factor and a norm all the same: it came, or went, by its share.
    """
    sources = {one.process: one for one in limited.of(substance)}
    parts = np.zeros((len(FACTORS), len(years), len(limited.processes)))
    for i, year in enumerate(years):
        whole = sum(one.activity[year] for one in sources.values())
        for j, process in enumerate(limited.processes):
            one = sources.get(process)
            if one is None:
                continue
            factor = one.factor[year]
            left = one.kept(year, at) / factor if factor > 0 else 1.0
            share = one.activity[year] / whole if whole > 0 else 0.0
            parts[:, i, j] = (whole * limited.scale, share, factor, left)
    return parts


def _substances(limited: LimitedSector, stressor: str | Iterable[str] | None) -> tuple[str, ...]:
    if stressor is None:
        return limited.substances
    asked = (stressor,) if isinstance(stressor, str) else tuple(dict.fromkeys(stressor))
    for name in asked:
        if name not in limited.substances:
            raise QuestionError(f"{limited.name} emits no {name!r}", hint=nearest(name, limited.substances))
    return asked


def _years(limited: LimitedSector, years: Iterable[int] | None) -> tuple[int, ...]:
    wanted = limited.years if years is None else tuple(years)
    for year in wanted:
        limited.require_year(year)
    return wanted


def _norms(limited: LimitedSector, asked: tuple[str, ...], years: tuple[int, ...], at: date | None) -> str:
    """The limits, by the years that they are of where they differ."""
    if at is not None:
        return f"at {at}: {limited.cited(at, asked)}"
    told: dict[str, list[int]] = {}
    for year in years:
        told.setdefault(limited.cited(norms.year_end(year), asked), []).append(year)
    return " | ".join(f"{', '.join(map(str, when))}: {text}" for text, when in told.items() if text) or "none"


def _finished(
    array: xr.DataArray, limited: LimitedSector, name: str, how: str, year: int, more: dict[str, Any]
) -> xr.DataArray:
    facts = {
        "table": limited.title["en"],
        "table_hash": limited.hash,
        "year": year,
        "source": limited.source,
        "licence": "not stated",
        **more,
    }
    stressors = array.indexes["stressor"]
    flat = array.isel({dim: 0 for dim in ("year", "factor") if dim in array.dims}, drop=True)
    whole = finished(flat, name, how, [UNIT] * len(stressors), facts)
    coords = {dim: array.indexes[dim] for dim in array.dims} | {"unit": ("stressor", whole["unit"].values)}
    return xr.DataArray(array.values, coords, array.dims, name, whole.attrs)
