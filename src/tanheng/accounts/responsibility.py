"""Responsibility shared: along the supply chain by sellers and buyers, and between two accounts of a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import labels
from tanheng.accounts.declared import Option, account
from tanheng.accounts.regions import INDUSTRY, RESIDUAL, by_stressor, consumption, direct_of, production
from tanheng.accounts.result import By, Stressors, choose, gather, group, kept, require_conserved, stamp
from tanheng.errors import LabelError, QuestionError, nearest
from tanheng.kernels import leontief
from tanheng.systems.table import CANCELLED, Table

Array = NDArray[np.float64]
Weight = float | str | xr.DataArray

LENZEN = "lenzen"
PRODUCER, CONSUMER = "producer", "consumer"
_SHOWN = 5  # sectors named in an attribute; the rest are counted
_SALES = ("region", "sector", "to_region", "to_sector")


def _weight(text: str) -> Weight:
    return text if text == LENZEN else float(text)


_PASSED = {
    "alpha": Option(
        _weight,
        {
            "en": "share of the burden passed on with intermediate sales: lenzen, or a number from 0 to 1",
            "zh": "随中间销售转移的责任份额：lenzen 或 0 至 1 的数",
        },
    ),
    "beta": Option(
        float,
        {
            "en": "share passed on with final sales, from 0 to 1; as alpha if not given",
            "zh": "随最终销售转移的责任份额，0 至 1；未给出时与 alpha 相同",
        },
    ),
}


@account(
    "shared",
    en="Responsibility shared by producers and consumers",
    zh="生产者与消费者共担责任核算",
    formula=r"C_i = m^{\alpha}_i \beta_i y_i, \quad "
    r"P_i = m^{\alpha}_i (\sum_j (1 - \alpha_{ij}) Z_{ij} + (1 - \beta_i) y_i), \quad "
    r"m^{\alpha} = s (I - \alpha \circ A)^{-1}",
    symbols=r"m^{\alpha} \alpha \beta_i Z y s A",
    source="Gallego and Lenzen 2005; Lenzen, Murray, Sack and Wiedmann 2007",
    dims="region sector component",
    by="region",
    options=_PASSED,
    principle="shared",
)
def shared(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    alpha: Weight = LENZEN,
    beta: Weight | None = None,
) -> xr.DataArray:
    """Responsibility shared along supply chains: each sale passes a share of the burden on, the seller keeps the rest.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region (who bears it), sector, component.
    Components: ``producer`` (kept by the seller: its region, its sector), ``consumer`` (passed to final demand: the
    consumer's region, the final product), ``direct``, and ``residual`` (what sectors without output emit or are passed;
    what they buy counts as final, as in ``consumption``). Who emits what the bearer bears is ``shared-flows``.

    ``alpha`` is passed on with intermediate sales, ``beta`` with final ones: a number, an array by any of region,
    sector (the seller), to_region, and for alpha to_sector, or "lenzen": 1 − α_ij = 1 − β_i = v_i / (x_i − Z_ii), α_ii
    = 1, with v output less intermediate inputs: a seller keeps the share that value added has in its net output, and
    what comes from upstream is passed on in one share however many stages a chain is cut into. Where v is negative (a
    subsidised sector) this leaves [0, 1]: such a sector keeps nothing, and the attribute ``bounded`` names it. ``beta``
    is ``alpha`` if not given. α = β = 1 is ``consumption``, α = β = 0 ``production``. Needs one copy of Z.
    Raises QuestionError for weights outside [0, 1] and for an alpha by buyer without a beta, LabelError for weights
    with other labels than the table's, ConservationError unless Σ production = Σ shared to 1e-9.
    Source: Gallego and Lenzen 2005; Lenzen et al. 2007.
    """
    dims = kept("shared", by)
    split = _split(table, alpha, beta)
    F = choose(table.active_F, stressor)
    solution = leontief.multipliers(split.system, F.values.reshape(F.sizes["stressor"], -1))
    m = F.copy(deep=False, data=solution.value.reshape(F.shape))
    passed = np.einsum("krs,rsc->kcs", m.values, split.passed, optimize=True)
    lost = choose(table.stranded, stressor)
    embodied = lost.values.copy()
    embodied[:, split.idle] += np.einsum("krs,rsi->ki", m.values, split.undelivered)
    parts = {
        PRODUCER: m * split.kept,
        CONSUMER: F.copy(deep=False, data=passed),
        **direct_of(table, stressor),
        RESIDUAL: lost.copy(deep=False, data=embodied),
    }
    reached = (parts[PRODUCER], parts[CONSUMER], parts[RESIDUAL])
    require_conserved("shared", choose(table.F, stressor), *reached, where=table.about.name)
    residual = by_stressor(parts[RESIDUAL])
    if not parts[RESIDUAL].values.any():
        del parts[RESIDUAL]
    solved = float(solution.residual.max(initial=0.0))
    attrs: dict[str, Any] = {
        "weights": split.what,
        "bounded": split.bounded,
        "solve_residual": solved,
        "residual": residual,
    }
    method = "each sale passes on a share of what is embodied in it, the seller keeps the rest (MRIO)"
    return stamp(group(gather(parts, dims), table, group_by), table, "shared", method, **attrs)


@account(
    "shared-flows",
    en="Shared responsibility, from the emitter to who bears it",
    zh="共担责任流（从排放地到责任承担地）",
    formula=r"E^{\alpha}_{rs} = \sum_{i \in r} s_i ((I - \alpha \circ A)^{-1} (\beta \circ Y_s + p_s))_i, \quad "
    r"p_{s,i} = \sum_j (1 - \alpha_{ij}) Z_{ij} + (1 - \beta_i) y_i",
    symbols=r"E^{\alpha}_{rs} p_{s,i} s \alpha A \beta Y Z",
    source="Gallego and Lenzen 2005; Lenzen, Murray, Sack and Wiedmann 2007",
    dims="region sector to_region component",
    by="region to_region",
    options=_PASSED,
)
def shared_flows(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    alpha: Weight = LENZEN,
    beta: Weight | None = None,
) -> xr.DataArray:
    """``shared`` in two sides: flows from the region (and sector) that emits to the region that bears responsibility.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region and sector (which emit), to_region
    (which bears it), component (``producer``: as a seller there; ``consumer``: as final demand there). The manner is
    that of ``flows``, which is the case α = β = 1: row sums with direct emissions and those of sectors without output
    are ``production``, column sums ``shared``; what is passed to sectors without output counts as final use of their
    region. ``alpha`` and ``beta`` as in ``shared``, and so are the errors raised. Source: as ``shared``.
    """
    dims = kept("shared-flows", by)
    split = _split(table, alpha, beta)
    borne = np.zeros((*split.passed.shape, 2))  # region, sector, to_region, component: money that ends with its bearer
    each = np.arange(len(table.regions))
    borne[each, :, each, 0] = split.kept.values
    borne[..., 1] = split.passed
    for buyer, use in zip(np.nonzero(split.idle)[0], split.undelivered.transpose(2, 0, 1), strict=True):
        borne[:, :, buyer, 1] += use
    if "component" not in dims:
        borne = borne.sum(axis=3, keepdims=True)  # half as much to solve for
    solution = leontief.embodied_output(split.system, borne.reshape(table.x.size, -1))
    s = choose(table.intensity, stressor)
    axes = {"stressor": "k", "region": "r", "sector": "s", "to_region": "c", "component": "p"}
    left = "k" + "".join(axes[dim] for dim in dims)
    values = np.einsum(f"krs,rscp->{left}", s.values, solution.value.reshape(borne.shape), optimize=True)
    coords = {**s.indexes, "to_region": list(table.regions), "component": [PRODUCER, CONSUMER]}
    result = xr.DataArray(values, {dim: coords[dim] for dim in ("stressor", *dims)}, ("stressor", *dims))
    require_conserved("the sum of shared flows", choose(table.active_F, stressor), result, where=table.about.name)
    solved = float(solution.residual.max(initial=0.0))
    method = "intensity times the output embodied in what each region bears as seller and as consumer (MRIO)"
    attrs: dict[str, Any] = {"weights": split.what, "bounded": split.bounded, "solve_residual": solved}
    return stamp(group(result, table, group_by), table, "shared-flows", method, **attrs)


@dataclass(frozen=True, eq=False)
class _Split:
    """A table whose sales pass burdens on by weights.

    ``system`` of x̂ − α#Z; money: ``kept`` (R, S) of a seller's sales, ``passed`` (R, S, R) to final demand,
    ``undelivered`` (R, S, I) to the I sectors without output, marked by ``idle`` (R, S). In words: ``what`` the weights
    are and which sectors were ``bounded``.
    """

    system: leontief.System
    kept: xr.DataArray
    passed: Array
    undelivered: Array
    idle: NDArray[np.bool_]
    what: str
    bounded: str


def _split(table: Table, alpha: Weight, beta: Weight | None) -> _Split:
    lenzen, bounded = isinstance(alpha, str), ""
    if lenzen:
        weights, bounded = _lenzen(table, str(alpha))
    else:
        weights = _checked(alpha, table, "alpha", _SALES)
    if beta is None and weights.shape[3] > 1:
        raise QuestionError("alpha is by buying sector and says nothing of final sales", hint="give beta too")
    final = weights[..., 0] if beta is None else _checked(beta, table, "beta", _SALES[:3])[..., 0]
    final = np.broadcast_to(final, table.final_demand.shape)
    Z, Y, idle = table.Z.values, table.final_demand.values, ~table.has_output
    to_idle = Z[:, :, idle]
    passed, undelivered = final * Y, final[:, :, np.nonzero(idle)[0]] * to_idle
    traced, held = _traced(table, weights, lenzen)
    kept = held + ((1 - final) * Y).sum(axis=2) + (to_idle - undelivered).sum(axis=2)
    n = table.x.size
    system = leontief.system(
        traced.reshape(n, n),
        table.x.values.ravel(),
        len(table.sectors),
        active=table.has_output.ravel(),
        name=lambda position: f"{table.about.name}, {table.name_of(position)}",
    )
    what = f"alpha {_said(alpha)}, beta {'as alpha' if beta is None else _said(beta)}"
    return _Split(system, table.x.copy(deep=False, data=kept), passed, undelivered, idle, what, bounded)


def _traced(table: Table, weights: Array, own: bool) -> tuple[Array, Array]:
    """α#Z (R, S, R, S), and Σ_j (1−α_ij) Z_ij over buyers with output (R, S); with ``own``, α_ii = 1."""
    Z, buyers = table.Z.values, table.has_output.ravel().astype(np.float64)
    alpha = np.broadcast_to(weights, Z.shape)
    traced, held = np.empty(Z.shape), np.empty(Z.shape[:2])
    each = np.arange(Z.shape[1])
    for region, sales in enumerate(Z):  # a region's rows at a time, so that no second array is as large as Z
        share = alpha[region]
        if own:
            share = share.copy()
            share[each, region, each] = 1.0
        np.multiply(share, sales, out=traced[region])
        held[region] = ((1 - share) * sales).reshape(len(sales), -1) @ buyers
    return traced, held


def _lenzen(table: Table, name: str) -> tuple[Array, str]:
    """1 − v_i / (x_i − Z_ii) as weights (R, S, 1, 1), and the sectors where it had to be bounded by 0 and 1."""
    if name != LENZEN:
        raise QuestionError(f"there are no weights {name!r}", hint=f"{LENZEN}, a number from 0 to 1, or an array")
    net = table.x.values - np.einsum("rsrs->rs", table.Z.values)
    v = table.x.values - table.margins.columns.reshape(net.shape)
    share = np.divide(v, net, out=np.zeros(net.shape), where=table.has_output & (net > 0))
    outside = np.flatnonzero((share < -CANCELLED) | (share > 1 + CANCELLED))
    names = "; ".join(table.name_of(int(at)) for at in outside[:_SHOWN])
    rest = f" and {len(outside) - _SHOWN} more" if len(outside) > _SHOWN else ""
    return (1 - np.clip(share, 0, 1))[:, :, None, None], names + rest


def _checked(weight: Weight, table: Table, name: str, dims: tuple[str, ...]) -> Array:
    """The weight as an array of four axes, those it lacks of length one; raises unless it is in [0, 1], by label."""
    if isinstance(weight, str):
        raise QuestionError(f"{name} cannot be {weight!r}", hint="give a number from 0 to 1, or an array by name")
    given = weight if isinstance(weight, xr.DataArray) else xr.DataArray(float(weight))
    where = f"{table.about.name}, {name}"
    for dim in map(str, given.dims):
        if dim not in dims:
            raise QuestionError(f"{name} has no dimension {dim!r}", where=table.about.name, hint=nearest(dim, dims))
        if dim not in given.indexes:
            raise LabelError(f"{dim} has no labels", where=where, hint=f"give the table's {dim} as a coordinate")
        labels.require_same(tuple(given.indexes[dim]), tuple(table.Z.indexes[dim]), what=dim, where=where)
    values = given.transpose(*[dim for dim in _SALES if dim in given.dims]).values
    bad = ~((values >= 0) & (values <= 1))  # so that NaN is bad
    if bad.any():
        hint = "a share of the burden is from 0 (all kept) to 1 (all passed on)"
        raise QuestionError(f"{name} is {np.atleast_1d(values)[np.atleast_1d(bad)][0]:.6g}", where=where, hint=hint)
    return values.reshape([given.sizes.get(dim, 1) for dim in _SALES])


def _said(weight: Weight) -> str:
    return f"by {' '.join(map(str, weight.dims))}" if isinstance(weight, xr.DataArray) else str(weight)


@account(
    "national-sharing",
    en="Responsibility shared between production and consumption",
    zh="生产与消费按比例共担责任核算",
    formula=r"R_r = \lambda \cdot \mathrm{CBA}_r + (1 - \lambda) \cdot \mathrm{PBA}_r",
    symbols=r"\lambda \mathrm{CBA}_r \mathrm{PBA}_r",
    source="Peters 2008",
    dims="region component",
    by="region",
    principle="shared",
    options={"share": Option(float, {"en": "share of consumption, from 0 to 1", "zh": "消费侧所占份额，0 至 1"})},
)
def national_sharing(
    table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None, share: float = 0.5
) -> xr.DataArray:
    """λ of the consumption-based and 1 − λ of the production-based account of each region; λ is ``share``.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region, component. Components: ``producer``
    (1 − λ of what the region's industries emit), ``consumer`` (λ of what its final demand causes), ``direct``,
    ``residual``. Direct emissions are in both accounts and so are shared with nobody. One λ for all regions, or the
    sum over regions would not be that of production. Raises QuestionError for a share outside [0, 1], and as
    ``consumption``. Source: Peters 2008.
    """
    dims = kept("national-sharing", by)
    if not 0 <= share <= 1:
        raise QuestionError(f"the share is {share:g}", where="national-sharing", hint="give a number from 0 to 1")
    made, used = (ask(table, ("region", "component"), stressor=stressor) for ask in (production, consumption))
    parts = {PRODUCER: (1 - share) * _component(made, INDUSTRY), CONSUMER: share * _component(used, INDUSTRY)}
    for name in used.indexes["component"].drop(INDUSTRY):
        parts[name] = share * _component(used, name) + (1 - share) * _component(made, name)
    lost = parts.get(RESIDUAL, 0 * parts[PRODUCER])
    method = f"{share:g} of the consumption-based and {1 - share:g} of the production-based account"
    result = group(gather(parts, dims), table, group_by)
    return stamp(result, table, "national-sharing", method, share=share, residual=by_stressor(lost))


def _component(result: xr.DataArray, name: str) -> xr.DataArray:
    """One component of an account by region (stressor, region); nothing if it has none such."""
    there = name in result.indexes["component"]
    return result.sel(component=name, drop=True) if there else xr.zeros_like(result.isel(component=0, drop=True))
