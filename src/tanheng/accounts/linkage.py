"""What hangs on a sector: linkages, what is lost without it, and its emissions up and down the chain."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.declared import Option, account
from tanheng.accounts.gross_exports import VALUE_ADDED, require_measure, stamp_money
from tanheng.accounts.result import By, Stressors, choose, group, keep, kept, multipliers, stamp
from tanheng.accounts.trade import over_partners
from tanheng.errors import QuestionError, nearest
from tanheng.kernels import ghosh, leontief
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Names = str | Sequence[str] | None

BACKWARD, FORWARD = DIRECTIONS = ("backward", "forward")
OUTPUT = "output"
KINDS = ("full", "exports")
SCOPES = ("scope-1", "scope-2", "scope-3-upstream", "scope-3-downstream")
# the sectors that make electricity, by classification; where one makes more than that, scope 2 holds it too
ELECTRICITY = {
    "adb-35": "c17", "wiod-23": "c17", "wiod-35": "c17", "wiod-2016": "D35", "figaro-64": "D35", "nace-2": "D35",
    "figaro-64-products": "CPA_D35", "cpa-2.1": "CPA_D35", "nace-1.1": "40", "isic-3": "40", "isic-4": "35",
    "isic-4-sections": "D", "oecd-2016": "C40T41EGW", "oecd-2018": "35T39", "oecd-2021": "35", "oecd-2023": "D",
    "oecd-2025": "D", "eora-26": "Electricity, Gas and Water", "gtap-57": "ely", "gtap-65": "ely", "ceads-30": "22",
    "ceads-42-2012": "25", "ceads-42-2017": "24", "exiobase-ixi-163": "Production of electricity *",
    "exiobase-pxp-200": "Electricity *", "gloria-120": "Electric power generation, transmission and distribution",
}  # fmt: skip


def names(text: str) -> list[str]:
    """Names from a text, parted by semicolons: names of sectors hold commas."""
    return [name.strip() for name in text.split(";") if name.strip()]


def truth(text: str) -> bool:
    """True or false from a text; ValueError for another."""
    if text.casefold() not in ("true", "false"):
        raise ValueError(f"{text} is neither true nor false")
    return text.casefold() == "true"


@account(
    "linkages",
    en="Backward and forward linkages of sectors",
    zh="后向关联与前向关联",
    formula=r"\mathrm{BL}_j = \sum_i s_i L_{ij}, \quad \mathrm{FL}_i = \sum_j G_{ij} s_j, "
    r"\quad G = \hat{x}^{-1} L \hat{x}",
    symbols="s L G x",
    source="Rasmussen 1956; Hirschman 1958; Miller and Blair 2009, ch. 12",
    dims="definition region sector",
    by="definition region sector",
    options={
        "measure": Option(str, {"en": "stressor or output", "zh": "stressor（环境压力）或 output（产出）"}),
        "normalised": Option(truth, {"en": "true or false", "zh": "true（是）或 false（否）"}),
    },
)
def linkages(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    measure: str = "stressor",
    normalised: bool = True,
) -> xr.DataArray:
    """Backward linkages (what a sector draws on) and forward linkages (what draws on it) of every sector.

    Returns (stressor, definition, region, sector), ``definition`` being ``backward`` or ``forward``. Linkages are
    ratios and do not add up: they are by region and sector or not at all. ``normalised`` divides each by the plain mean
    over all sectors with output (above 1: more than the average); without it, they are stressor units per money, or
    money per money. Sectors without output have no linkage: NaN.

    ``measure="output"``: backward is the column sum of L, forward the row sum of the Ghosh inverse G. Row sums of L are
    not used: they would rank a seller by a unit of every buyer's final demand, whatever its size (Miller and Blair ch.
    12). ``measure="stressor"``: backward is the multiplier m = sL, per unit of final demand; forward is G s, what is
    emitted downstream (the sector itself included) per unit of its primary input. B's rows, and so G's, are divided by
    the seller's output.
    Raises QuestionError for an unknown measure or stressor, for sums over regions or sectors, and for groups.
    Source: Rasmussen 1956; Hirschman 1958; Miller and Blair 2009, ch. 12.
    """
    dims = kept("linkages", by)
    require_measure("linkages", measure, ("stressor", OUTPUT), stressor)
    if group_by is not None or not {"region", "sector"} <= set(dims):
        hint = "ask by region,sector; for larger sectors or regions, join those of the table first"
        raise QuestionError("linkages are ratios: they do not add up over regions or sectors", hint=hint)
    if measure == OUTPUT:
        amounts = table.x.where(table.has_output, 0.0).expand_dims(stressor=[OUTPUT])
        backward = leontief.multipliers(table.system, amounts.values.reshape(1, -1)).value
    else:
        amounts = choose(table.active_F, stressor)
        backward = multipliers(table, stressor).values
    pair = np.stack([backward.reshape(amounts.shape), _downstream(table, amounts.values)], axis=1)
    coords = {"stressor": amounts.indexes["stressor"], "definition": list(DIRECTIONS)}
    coords |= {dim: table.x.indexes[dim] for dim in ("region", "sector")}
    values = np.where(table.has_output, pair, np.nan)
    if normalised:
        mean = pair[:, :, table.has_output].mean(axis=2)[:, :, None, None]
        values = np.divide(values, mean, out=np.full_like(values, np.nan), where=mean != 0)
    result = xr.DataArray(values, coords, tuple(coords))
    method = "multipliers (backward) and Ghosh row sums (forward)" + ", over their mean" * normalised
    if measure == OUTPUT:
        return stamp_money(result, table, "linkages", method, "1")
    return stamp(result, table, "linkages", method, "1" if normalised else f"{{}} per {table.about.currency}")


@account(
    "extraction",
    en="Hypothetical extraction: what is lost without a region, a sector or its exports",
    zh="假设抽取法：缺少某地区、部门或其出口时的损失",
    formula=r"s x - s x^*, \quad x^* = (I - A^*)^{-1} Y^*",
    symbols="s x x^*",
    source="Miller and Blair 2009, ch. 12; Los, Timmer and de Vries 2016",
    dims="region sector to_region",
    by="region to_region",
    options={
        "region": Option(names, {"en": "regions, parted by ;", "zh": "地区，以 ; 分隔"}),
        "sector": Option(names, {"en": "sectors, parted by ;", "zh": "部门，以 ; 分隔"}),
        "kind": Option(str, {"en": "full or exports", "zh": "full（全部）或 exports（仅出口）"}),
        "measure": Option(
            str,
            {
                "en": "stressor, output or value-added",
                "zh": "stressor（环境压力）、output（产出）或 value-added（增加值）",
            },
        ),
    },
)
def extraction(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    region: Names = None,
    sector: Names = None,
    kind: str = "full",
    measure: str = "stressor",
) -> xr.DataArray:
    """What the world's sectors would emit, make or earn less without a region, a sector of it, or its exports.

    Returns (stressor, and those of ``by``); ``by`` from region and sector (where it is lost), to_region (whose absence
    loses it). With ``region`` (one, or several taken out together), to_region falls away; without it, each region is
    taken out in turn, to_region says which, and stays: what is lost without one is no sum with what is lost without
    another. ``sector`` (one or several) takes out these sectors of the region only.

    ``kind="full"``: rows and columns of A, and the final demand for its products, are zero; the rest of the world's
    final demand, its own included, stays as it is. ``kind="exports"``: only sales out of the region are (A_rs and Y_rs;
    several regions together count as one). What the region itself then loses is, of value added, its GDP in exports of
    Los, Timmer and de Vries; what others lose is what they supplied for them. Direct emissions of final demand and
    those of sectors without output do not change; such sectors cannot be taken out.

    ``measure="output"`` and ``"value-added"`` (primary inputs) are in money. Solved for the loss itself, on the system
    without what is taken out, or by a low-rank update where sectors are named; no inverse is formed.
    Raises QuestionError for an unknown region, sector, kind, measure or stressor, and for groups of regions taken out
    in turn (name them in ``region`` to take them out together).
    Source: Miller and Blair 2009, ch. 12; Dietzenbacher, van der Linden and Steenge 1993; Los, Timmer and de Vries
    2016, American Economic Review 106(7), 1958-1966.
    """
    dims = kept("extraction", by)
    require_measure("extraction", measure, ("stressor", OUTPUT, "value-added"), stressor)
    if kind not in KINDS:
        raise QuestionError(f"extraction has no kind {kind!r}", hint=nearest(kind, KINDS))
    if region is None and group_by is not None:
        hint = "name the group's members in region to take them out together"
        raise QuestionError("extractions one by one do not add up to that of a group", hint=hint)
    groups = [[name] for name in table.regions] if region is None else [_named(region, table.regions, "region", table)]
    outs = np.array([np.isin(table.regions, members) for members in groups])
    picked = None if sector is None else np.isin(table.sectors, _named(sector, table.sectors, "sector", table))
    lost = np.stack(
        [_without(table, out, kind) for out in outs] if picked is None else _updated(table, outs, picked, kind), axis=2
    )
    kept_dims = tuple(d for d in dims if d != "to_region") + (("to_region",) if region is None else ())
    labels = table.regions if region is None else ("taken out",)
    coords = {**{dim: table.x.indexes[dim] for dim in ("region", "sector")}, "to_region": list(labels)}
    result = over_partners(_measured(table, measure, stressor), xr.DataArray(lost, coords, tuple(coords)), kept_dims)
    taken = {
        "taken_out": "each region in turn" if region is None else " ".join(groups[0]),
        "taken_out_sectors": "all" if picked is None else "; ".join(np.array(table.sectors)[picked]),
    }
    result = group(result, table, group_by)
    method = f"hypothetical extraction ({kind}): what is lost"
    if measure == "stressor":
        return stamp(result, table, "extraction", method, **taken)
    return stamp_money(result, table, "extraction", method, **taken)


@account(
    "scopes",
    en="Scopes 1, 2 and 3 of sectors",
    zh="部门的范围一、范围二与范围三排放",
    formula=r"\mathrm{S1}_j = F_j, \quad \mathrm{S2}_j = \sum_{i \in E} s_i Z_{ij}, \quad "
    r"\mathrm{S3}^u_j = \sum_i m_i Z_{ij} - \mathrm{S2}_j, \quad "
    r"\mathrm{S3}^d_j = \sum_k Z_{jk} \left( G s \right)_k",
    symbols="F s Z m G",
    source="GHG Protocol 2011; Hertwich and Wood 2018",
    dims="region sector component",
    by="region sector component",
    options={
        "energy": Option(names, {"en": "sectors that make electricity, parted by ;", "zh": "电力部门，以 ; 分隔"})
    },
)
def scopes(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    energy: Names = None,
) -> xr.DataArray:
    """Scopes of every sector: its own emissions, those of its electricity, of its other purchases, and of its buyers.

    Returns (stressor, and those of ``by``, component always) in stressor units; ``by`` from region, sector, component.
    ``scope-1`` is what the sector emits; ``scope-2`` what makers of electricity anywhere emit directly for what it buys
    of them; ``scope-3-upstream`` all else embodied in its purchases, cradle to gate (the fuel chain of the electricity
    is here); the three sum to m x. ``scope-3-downstream`` is what its buyers, and theirs, emit in proportion to what
    they buy (Ghosh: the supply-driven reading of x = v G as allocation, not as causation); use of products by
    households is not in it.

    Scopes of different sectors overlap: summed over sectors or regions they count the same emissions again and again,
    and upstream must not be added to downstream. The attribute ``additive`` says so. ``energy`` names the sectors that
    make electricity; without it, those of the table's classification are taken (attribute ``energy``; where such a
    sector also sells gas, heat or water, scope 2 holds them too). An empty list leaves scope 2 empty.
    Raises QuestionError where the classification tells no such sector and none is named, and for unknown ones.
    Source: WRI and WBCSD 2011, Corporate Value Chain (Scope 3) Standard; Hertwich and Wood 2018, Environmental Research
    Letters 13, 104013; downstream: Lenzen and Murray 2010.
    """
    dims = kept("scopes", by)
    dims = dims if "component" in dims else (*dims, "component")
    makers = _electricity(table, energy)
    n, R = table.x.size, len(table.regions)
    F, s, m = choose(table.F, stressor), choose(table.intensity, stressor), multipliers(table, stressor)
    Z = table.Z.values
    bought = np.zeros((len(F), n))
    for i in np.flatnonzero(np.isin(table.sectors, makers)):
        bought += s.values[:, :, i] @ Z[:, i].reshape(R, n)
    flat = Z.reshape(n, n)
    upstream = m.values.reshape(-1, n) @ flat - bought
    downstream = (flat @ _downstream(table, choose(table.active_F, stressor).values).reshape(-1, n).T).T
    downstream = np.where(table.has_output.ravel(), downstream, 0.0)
    values = np.stack([part.reshape(F.shape) for part in (F.values, bought, upstream, downstream)], axis=-1)
    coords = {**{dim: F.indexes[dim] for dim in F.dims}, "component": list(SCOPES)}
    result = group(keep(xr.DataArray(values, coords, tuple(coords)), dims), table, group_by)
    return stamp(
        result,
        table,
        "scopes",
        "direct, direct of electricity bought, rest of m Z (upstream), Ghosh allocation (downstream)",
        energy="; ".join(makers),
        additive="no: scopes 2 and 3 of different sectors, and upstream and downstream, count the same emissions again",
        solve_residual=m.attrs["residual"],
    )


def _downstream(table: Table, amounts: Array) -> Array:
    """g = G sᵀ of ``amounts`` (K, R, S): what is emitted downstream per unit of primary input (K, R, S)."""
    return ghosh.multipliers(table.system, amounts.reshape(len(amounts), -1)).value.reshape(amounts.shape)


def _named(given: str | Sequence[str], known: Sequence[str], what: str, table: Table) -> list[str]:
    """The names asked for; raises QuestionError for an unknown one, or for none."""
    wanted = [given] if isinstance(given, str) else list(given)
    for name in wanted:
        if name not in known:
            raise QuestionError(f"the table has no {what} {name!r}", where=table.about.name, hint=nearest(name, known))
    if not wanted:
        raise QuestionError(f"no {what} is named", where=table.about.name, hint=f"name one, or leave {what} out")
    return wanted


def _electricity(table: Table, energy: Names) -> list[str]:
    if energy is not None:
        return _named(energy, table.sectors, "sector", table) if len(energy) else []
    pattern = ELECTRICITY.get(table.about.classification)
    found = [name for name in table.sectors if pattern and fnmatchcase(name, pattern)]
    if not found:
        hint = "name the sectors that make electricity in 'energy'; an empty list for none"
        raise QuestionError("which sectors make electricity is not known", where=table.about.name, hint=hint)
    return found


def _measured(table: Table, measure: str, stressor: Stressors) -> xr.DataArray:
    """What is lost with output, all of it (stressor, region, sector); nothing where there is no output."""
    if measure == "stressor":
        return choose(table.active_F, stressor)
    whole, label = (table.x, OUTPUT) if measure == OUTPUT else (table.primary_inputs, VALUE_ADDED)
    return whole.where(table.has_output, 0.0).expand_dims(stressor=[label])


# -- extraction: shares of output lost (region, sector) ---------------------------------------------------------------


def _without(table: Table, out: Mask, kind: str) -> Array:
    """Without the regions ``out`` (R,), or their exports: what they lose, and then what others sold them for it."""
    own = table.has_output & out[:, None]
    share = own.astype(float) if kind == "full" else _solved(table, out, _sold_out(table, out))
    n = table.x.size
    bought = table.Z.values.reshape(n, *own.shape)[:, out].reshape(n, -1) @ share[out].ravel()
    return share + _solved(table, ~out, bought.reshape(own.shape))


def _solved(table: Table, regions: Mask, sales: Array) -> Array:
    """Share of output (R, S) that ``sales`` (R, S) take of an economy of these regions alone, zero elsewhere."""
    active = table.has_output & regions[:, None]
    domestic = table.system.domestic.copy()
    domestic[~regions] = np.eye(len(table.sectors))
    alone = dataclasses.replace(table.system, active=active.ravel(), domestic=domestic, factors=None)
    found = leontief.embodied_output(alone, sales.reshape(-1, 1)).value
    return table.per_output(found.reshape(active.shape))


def _sold_out(table: Table, out: Mask) -> Array:
    """Sales of every sector (R, S) to regions not in ``out``, intermediate and final; what is idle there is final."""
    to = np.where(table.has_output & ~out[:, None], 1.0, 0.0)
    n = table.x.size
    sold = (table.Z.values.reshape(n, n) @ to.ravel()).reshape(to.shape)
    return np.asarray(sold + table.final_use.values[:, :, ~out].sum(axis=2))


def _updated(table: Table, outs: Array, picked: Mask, kind: str) -> list[Array]:
    """Without the sectors ``picked`` (S,) of each of the sets of regions ``outs`` (T, R): low-rank updates of L.

    With e the rows taken out: full, L_·e L_ee⁻¹ x_e (Miller and Blair 2009, ch. 12); exports, L_·e (I + A_e,o L_·e)⁻¹
    times the exports of e, A_e,o being its sales to other regions per unit of their output (Woodbury's formula).
    """
    n, active = table.x.size, table.has_output.ravel()
    x = table.x.values.reshape(n, 1)
    rows = [np.flatnonzero(table.has_output & out[:, None] & picked) for out in outs]
    unit = np.zeros((n, sum(map(len, rows))))
    unit[np.concatenate(rows), np.arange(unit.shape[1])] = 1
    columns = leontief.embodied_output(table.system, unit).value
    lost = []
    for out, e, L in zip(outs, rows, np.split(columns, np.cumsum(list(map(len, rows)))[:-1], axis=1), strict=True):
        share = np.divide(L, x, out=np.zeros_like(L), where=active[:, None])
        if kind == "full":
            weight = np.linalg.solve(L[e], x[e])
        else:
            away = np.repeat(~out, len(table.sectors))[:, None]
            abroad = table.Z.values.reshape(n, n)[e] @ np.where(away, share, 0.0)
            weight = np.linalg.solve(np.eye(len(e)) + abroad, _sold_out(table, out).reshape(n, 1)[e])
        lost.append((share @ weight).reshape(table.x.shape))
    return lost
