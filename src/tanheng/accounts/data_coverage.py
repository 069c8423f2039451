"""What consumption-based accounts rest on: product data, sector data, proxies, and how good the data are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.declared import Option, account
from tanheng.accounts.regions import INDUSTRY, RESIDUAL
from tanheng.accounts.result import (
    By,
    Stressors,
    choose,
    group,
    keep,
    kept,
    require_conserved,
    stamp,
)
from tanheng.accounts.trade import over_partners
from tanheng.data import quality as files
from tanheng.kernels import leontief
from tanheng.systems.about import NOT_STATED
from tanheng.systems.quality import BASES, INDICATORS, Grade, Graded, Quality
from tanheng.systems.table import DIRECT, Table

Array = NDArray[np.float64]
Measure = Literal["score", "spread"]

LABELS = (*BASES, NOT_STATED)  # of the dimension "basis"
OVERALL = "overall"  # of the dimension "indicator": all five together


def yes(text: str) -> bool:
    """Whether a text says yes; raises ValueError for one that says neither yes nor no."""
    if text.casefold() not in ("yes", "no", "true", "false"):
        raise ValueError(text)
    return text.casefold() in ("yes", "true")


def _measure(text: str) -> str:
    if text not in ("score", "spread"):
        raise ValueError(text)
    return text


QUALITY = Option(
    files.read,
    {
        "en": "a file of rules; without it those that come with the table, else nothing is stated",
        "zh": "数据质量规则文件；不给出时用随表自带的规则，没有则为未说明",
    },
)


@account(
    "coverage",
    en="Coverage: what the consumption-based account rests on",
    zh="覆盖度：消费侧核算依据的数据",
    formula=r"C_{r,b} = \sum_{i \in b} s_i (L Y_r)_i + F_{Y,r,b}, \quad \sum_b C_{r,b} = \mathrm{CBA}_r",
    symbols="s L Y F_{Y,r,b} \\mathrm{CBA}_r",
    source="Peters 2008; Weidema and Wesnaes 1996",
    dims="origin region component basis",
    by="region basis",
    principle="consumption",
    options={
        "quality": QUALITY,
        "share": Option(yes, {"en": "yes: shares of each region's account", "zh": "yes：占各地区账户的份额"}),
    },
)
def coverage(
    table: Table,
    by: By = None,
    *,
    quality: Quality | None = None,
    stressor: Stressors = None,
    group_by: str | None = None,
    share: bool = False,
) -> xr.DataArray:
    """The consumption-based account by what the emission data of those who emit rest on.

    Returns (stressor, and those of ``by``) in stressor units, or with ``share`` as shares of each region's account;
    ``by`` from origin (the region that emits), region (the consumer), component (industry, direct, residual) and basis
    (product, sector, proxy, not stated). The sum over basis is ``consumption``. ``quality`` are rules (see
    ``data.quality.read``); without them those embedded for the table, else all is "not stated". The basis is that of
    the emission data alone: how the money of the table was estimated is not in it.
    Raises LabelError and InputError as ``Quality.grades``, ConservationError unless the sum is that of ``production``.
    """
    dims = kept("coverage", by)
    rules, graded = _graded(table, quality)
    parts = _parts(table, graded, stressor, "origin" in dims)
    _require_whole(table, parts, stressor)
    of = np.array([[grade.basis == basis for basis in LABELS] for grade in graded.grades], dtype=float)
    whole = parts.dot(xr.DataArray(of, {"basis": list(LABELS)}, ("grade", "basis")), dim="grade")
    result = group(keep(whole, dims), table, group_by)
    if share:
        total = keep(result, [dim for dim in dims if dim == "region"])
        result = (result / total.where(total != 0)).assign_attrs(result.attrs)
    method = "emissions along all supply chains (s L Y), by the basis of the emitter's data"
    facts = _stated(rules, graded) | ({"principle": ""} if share else {})  # shares add up to no emissions
    return stamp(result, table, "coverage", method, unit="1" if share else "{}", **facts)


@account(
    "coverage-quality",
    en="Data quality of the consumption-based account (pedigree)",
    zh="消费侧核算的数据质量（谱系评分）",
    formula=r"q_{r,k} = \frac{\sum_i |s_i (L Y_r)_i| q_{i,k}}{\sum_i |s_i (L Y_r)_i|}",
    symbols="s L Y q_{i,k}",
    source="Weidema and Wesnaes 1996; Ciroth et al. 2016",
    dims="origin region component basis indicator",
    by="region indicator",
    options={
        "quality": QUALITY,
        "measure": Option(
            _measure,
            {
                "en": "score (1 best to 5) or spread (geometric standard deviation)",
                "zh": "score（评分，1 最好，5 最差）或 spread（几何标准差）",
            },
        ),
    },
)
def coverage_quality(
    table: Table,
    by: By = None,
    *,
    quality: Quality | None = None,
    stressor: Stressors = None,
    group_by: str | None = None,
    measure: Measure = "score",
) -> xr.DataArray:
    """Pedigree of the emission data behind the consumption-based account: means of the scores, weighted by emissions.

    Returns (stressor, and those of ``by``), 1 (best) to 5; ``by`` as of ``coverage``, and indicator: the five of the
    pedigree and their mean, "overall"; without indicator, overall. Weights are emissions without their sign, of cells
    whose pedigree is stated; NaN where none is, and ``stated`` in the attributes tells the share of the world that is.
    ``measure="spread"``: the geometric standard deviation that the scores stand for, under the pedigree factors of
    ecoinvent (Weidema et al. 2013) without basic uncertainty, as if the errors of all cells were one: an upper bound.
    About 95 % of values lie within a factor of its square. Raises as ``coverage``.
    Source: Weidema and Wesnaes 1996; Ciroth et al. 2016.
    """
    dims = kept("coverage-quality", by)
    rules, graded = _graded(table, quality)
    weights = _parts(table, graded, stressor, "origin" in dims, size=np.abs)
    result = _scored(weights, graded, dims, measure, lambda amounts: group(amounts, table, group_by))
    known = [at for at, grade in enumerate(graded.grades) if grade.pedigree is not None]
    share = keep(weights.isel(grade=known)) / keep(weights)
    stated = {str(name): float(one) for name, one in zip(share.indexes["stressor"], share.values, strict=True)}
    method = f"{measure} of the pedigree of the emitter's data, weighted by emissions along all supply chains"
    return stamp(result, table, "coverage-quality", method, unit="1", **_stated(rules, graded), stated=stated)


def _scored(
    weights: xr.DataArray,
    graded: Graded,
    dims: tuple[str, ...],
    measure: Measure,
    grouped: Callable[[xr.DataArray], xr.DataArray],
) -> xr.DataArray:
    """The means of what is scored, weighted by ``weights`` (grade, ...), over all grades or by basis."""
    known = [(at, grade) for at, grade in enumerate(graded.grades) if grade.pedigree is not None]
    values = np.array([_figures(grade, measure) for _, grade in known]).reshape(len(known), len(INDICATORS) + 1)
    scores = xr.DataArray(values, {"indicator": [*INDICATORS, OVERALL]}, ("grade", "indicator"))
    over = [dim for dim in dims if dim not in ("basis", "indicator")]
    amounts = grouped(keep(weights.isel(grade=[at for at, _ in known]), [*over, "grade"]))
    if "basis" in dims:
        of = np.array([[grade.basis == basis for _, grade in known] for basis in BASES], dtype=float)
        attrs = amounts.attrs
        amounts = (amounts * xr.DataArray(of, {"basis": list(BASES)}, ("basis", "grade"))).assign_attrs(attrs)
    total = amounts.sum("grade")
    means = (amounts.dot(scores, dim="grade") / total.where(total != 0)).assign_attrs(amounts.attrs)
    if measure == "spread":
        means = means.copy(data=np.exp(means.values))
    return means if "indicator" in dims else means.sel(indicator=OVERALL, drop=True)


def _figures(grade: Grade, measure: Measure) -> list[float]:
    """What is averaged, by indicator and overall: scores, or standard deviations of ln(value)."""
    assert grade.pedigree is not None
    if measure == "score":
        return [*grade.pedigree.scores, grade.pedigree.mean]
    variances = grade.pedigree.variances
    return [float(np.sqrt(one)) for one in (*variances, sum(variances))]


def _graded(table: Table, quality: Quality | None) -> tuple[Quality, Graded]:
    rules = quality or files.known(table) or Quality(NOT_STATED, ())
    return rules, rules.grades(table)


def _stated(rules: Quality, graded: Graded) -> dict[str, Any]:
    """What the result says of the rules: whose they are, what they rest on, how many are a judgement."""
    sources = "; ".join(dict.fromkeys(rule.source for rule in graded.rules))
    judged = sum(rule.judgement for rule in graded.rules)
    return {
        "quality": rules.name,
        "quality_sources": sources or NOT_STATED,
        "rules": len(graded.rules),
        "judged": judged,
    }


@dataclass(frozen=True, eq=False)
class _Emitters:
    """Emissions of every grade apart, to be summed over consumers: ``size`` is what is done to them before."""

    table: Table
    graded: Graded
    asked: tuple[str, ...]  # stressors
    origin: bool
    size: Callable[[Array], Array]

    def of(self, per_cell: xr.DataArray, cells: NDArray[np.intp], grade: int) -> xr.DataArray:
        """``per_cell`` of the cells of one grade, zero elsewhere."""
        at = [self.table.stressors.index(name) for name in self.asked]
        return per_cell.copy(deep=False, data=np.where(cells[at] == grade, self.size(per_cell.values), 0.0))

    def chains(self, output: xr.DataArray) -> list[xr.DataArray]:
        """Emissions along chains by consumer, grade by grade: ``output`` (region, sector, to_region) is money."""
        s, dims = choose(self.table.intensity, list(self.asked)), ("region",) if self.origin else ()
        money = output.copy(deep=False, data=self.size(output.values))
        found = [
            over_partners(self.of(s, self.graded.industry, grade), money, (*dims, "to_region"))
            for grade in range(len(self.graded.grades))
        ]
        return [part.rename({"to_region": "region", **({"region": "origin"} if self.origin else {})}) for part in found]

    def own(self, emissions: xr.DataArray, cells: NDArray[np.intp]) -> list[xr.DataArray]:
        """Emissions that stay with their region, grade by grade."""
        found = [keep(self.of(emissions, cells, g), ("region",)) for g in range(len(self.graded.grades))]
        return [_diagonal(part) for part in found] if self.origin else found


def _diagonal(part: xr.DataArray) -> xr.DataArray:
    """(stressor, region) as (stressor, origin, region), zero where the two differ."""
    names = part.indexes["region"]
    values = part.values[:, :, None] * np.eye(len(names))
    return xr.DataArray(
        values,
        {"stressor": part.indexes["stressor"], "origin": names, "region": names},
        ("stressor", "origin", "region"),
    )


def _unsized(values: Array) -> Array:
    return values


def _parts(
    table: Table,
    graded: Graded,
    stressor: Stressors,
    origin: bool,
    size: Callable[[Array], Array] = _unsized,
) -> xr.DataArray:
    """Emissions (component, grade, stressor[, origin], region): all that is consumed, by who emits it."""
    asked = tuple(choose(table.F, stressor).indexes["stressor"])
    emitters = _Emitters(table, graded, asked, origin, size)
    delivered, lost = _delivered(table)
    stranded = emitters.own(choose(table.stranded, list(asked)), graded.industry)
    residual = stranded if lost is None else [a + b for a, b in zip(stranded, emitters.chains(lost), strict=True)]
    parts: dict[str, list[xr.DataArray]] = {INDUSTRY: emitters.chains(delivered)}
    if lost is not None or table.stranded.values.any():
        parts[RESIDUAL] = residual
    if table.F_Y is not None:
        direct = keep(choose(table.F_Y, list(asked)).rename(to_region="region"), ("region",))
        parts[DIRECT] = emitters.own(direct, graded.direct)
    return _joined(parts)


def _joined(parts: Mapping[str, list[xr.DataArray]]) -> xr.DataArray:
    found = [xr.concat(them, dim="grade") for them in parts.values()]
    return xr.concat(found, dim=xr.DataArray(list(parts), dims="component", name="component"))


def _delivered(table: Table) -> tuple[xr.DataArray, xr.DataArray | None]:
    """Output embodied in final demand, and in what sectors without output take in, by consumer."""
    whole = table.embodied_output
    if table.undelivered is None:
        return whole, None
    output = leontief.embodied_output(table.system, table.undelivered.reshape(table.x.size, -1)).value
    lost = whole.copy(deep=False, data=output.reshape(whole.shape))
    return whole - lost, lost


def _require_whole(table: Table, parts: xr.DataArray, stressor: Stressors) -> None:
    """Raise ConservationError unless the parts are all that sectors emit; what final demand emits is never moved."""
    moved = parts.sel(component=[name for name in parts.indexes["component"] if name != DIRECT])
    require_conserved("coverage", choose(table.F, stressor), moved, where=table.about.name)
