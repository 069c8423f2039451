"""Where the emissions of a region go, by kind of trade: forward tracing along value chains."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.declared import Option, account
from tanheng.accounts.result import By, Stressors, choose, gather, group, keep, kept, require_conserved, stamp
from tanheng.accounts.trade import over_partners
from tanheng.errors import QuestionError, nearest
from tanheng.systems.table import DIRECT, Table

Array = NDArray[np.float64]

DOMESTIC, FINAL, DIRECT_IMPORTER, THIRD, RETURNED = ROUTES = (
    "domestic",  # made and used at home, no border crossed
    "final-exports",  # in final products exported
    "direct-importer",  # in intermediates exported, absorbed by the final demand of their importer
    "third-country",  # ... of another region than their importer
    "returned",  # ... of the region that exported them
)
RESIDUAL = "residual"
SELF, SHARED = "self-responsibility", "shared-responsibility"
SPLITS = ("trade", "responsibility")


@account(
    "value-chain",
    en="Emissions traced forward along value chains, by kind of trade",
    zh="全球价值链前向追踪（按贸易方式）",
    formula=r"s_r x_r = s_r L^d_r \left( Y_{rr} + \sum_{s \neq r} Y_{rs} "
    r"+ \sum_{s \neq r} A_{rs} \sum_u L_{su} \sum_t Y_{ut} \right), \quad L^d_r = (I - A_{rr})^{-1}",
    symbols="L^d_r A_{rr}",
    source="Meng, Peters, Wang and Li 2018",
    dims="region sector to_region component",
    by="region component",
    options={
        "split": Option(str, {"en": "trade or responsibility", "zh": "trade（贸易方式）或 responsibility（责任）"})
    },
)
def value_chain(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    split: str = "trade",
) -> xr.DataArray:
    """What a region emits, by the kind of trade that carries it to the final demand that absorbs it.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region and sector (that emit), to_region
    (that absorbs), component. Components: ``domestic`` (used at home, no border crossed), ``final-exports``, and of
    intermediate exports, by who absorbs them, ``direct-importer``, ``third-country`` and ``returned`` (home again);
    ``direct`` and ``residual`` as in ``production``, absorbed at home. Their sum is ``production``; summed over
    components, (region, to_region) is ``flows``. L with one index in the formula is the region's own economy's,
    (I−A_rr)⁻¹; L_su is the whole table's.

    ``split="responsibility"`` joins them in two: ``self-responsibility`` (domestic, direct, residual: no border is
    crossed) and ``shared-responsibility`` of producer and absorber (all that crosses one, home again included). With
    ``group_by``, components are those of the members: trade between them counts as trade.
    Raises ConservationError unless the components sum to what sectors with output emit, to 1e-9; QuestionError for an
    unknown dimension, stressor or split.
    Source: Meng, Peters, Wang and Li 2018, Energy Economics 73, 24-42.
    """
    dims = kept("value-chain", by)
    if split not in SPLITS:
        raise QuestionError(f"value-chain has no split {split!r}", hint=nearest(split, SPLITS))
    F = choose(table.active_F, stressor)
    routes = {
        name: over_partners(F, table.final_use.copy(deep=False, data=part), tuple(d for d in dims if d != "component"))
        for name, part in _routes(table).items()
    }
    require_conserved("the value chain", F, *routes.values(), where=table.about.name)
    result = gather(routes | _at_home(table, stressor), dims)
    if split == "responsibility" and "component" in dims:
        result = _responsibilities(result)
    stranded = choose(table.stranded, stressor)
    return stamp(
        group(result, table, group_by),
        table,
        "value-chain",
        "emissions by the kind of trade that carries them to final demand (MRIO, forward)",
        solve_residual=table.embodied_output.attrs["residual"],
        residual=dict(zip(stranded.indexes["stressor"], keep(stranded).values.tolist(), strict=True)),
    )


def _routes(table: Table) -> dict[str, Array]:
    """Share of output by route (region, sector, to_region), to_region being who absorbs; the sum is L Y / x.

    With W = x̂⁻¹ L Y and D_r the inverse of the region's block of x̂ − Z, the shares are D_r Y_rt for final products and
    D_r Σ_{s≠r} Z_rs W_st for intermediates.
    """
    R, S = table.x.shape
    n = R * S
    Z = table.Z.values
    used = np.where(table.has_output[:, :, None], table.final_use.values, 0.0)
    W = table.per_output(table.embodied_output.values.transpose(2, 0, 1)).transpose(1, 2, 0)
    first, others = np.zeros((R, S, R)), np.zeros((R, S, R))  # Σ_s Z_rs W_st, by whether the importer s absorbs it
    for s in range(R):
        sold = (Z[:, :, s].reshape(n, S) @ W[s]).reshape(R, S, R)
        sold[s] = 0
        first[:, :, s], sold[:, :, s] = sold[:, :, s], 0
        others += sold
    D, has_output = table.system.domestic, table.has_output[:, :, None]
    final, first, others = (D @ np.where(has_output, part, 0.0) for part in (used, first, others))
    home = np.eye(R, dtype=bool)[:, None, :]
    return {
        DOMESTIC: np.where(home, final, 0.0),
        FINAL: np.where(home, 0.0, final),
        DIRECT_IMPORTER: first,
        THIRD: np.where(home, 0.0, others),
        RETURNED: np.where(home, others, 0.0),
    }


def _at_home(table: Table, stressor: Stressors) -> dict[str, xr.DataArray]:
    """Direct emissions of final demand and those of sectors without output (stressor, region, ..., to_region)."""
    own = xr.DataArray(np.eye(len(table.regions)), {dim: list(table.regions) for dim in ("region", "to_region")})
    parts = {}
    if table.F_Y is not None:
        parts[DIRECT] = choose(table.F_Y, stressor).sum("demand", skipna=False).rename(to_region="region") * own
    if table.stranded.values.any():
        parts[RESIDUAL] = choose(table.stranded, stressor) * own
    return parts


def _responsibilities(result: xr.DataArray) -> xr.DataArray:
    """The components joined into what crosses no border and what does."""
    crosses = np.isin(result.indexes["component"], (FINAL, DIRECT_IMPORTER, THIRD, RETURNED))
    sums = [
        result.isel(component=np.flatnonzero(which)).sum("component", skipna=False) for which in (~crosses, crosses)
    ]
    return xr.concat(sums, dim=xr.DataArray([SELF, SHARED], dims="component", name="component"))
