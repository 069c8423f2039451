"""The consumption-based account with exports at the technology of the world market."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng.accounts.declared import account
from tanheng.accounts.result import By, Stressors, choose, gather, group, keep, kept, require_conserved, stamp
from tanheng.systems.table import CANCELLED, DIRECT, Table

INDUSTRY, EXPORTS, IMPORTS, RESIDUAL = "industry", "exports", "imports", "residual"


@account(
    "technology-adjusted",
    en="Technology-adjusted consumption-based account",
    zh="技术调整的消费侧核算",
    formula=r"\mathrm{TCBA}_s = \mathrm{PBA}_s - \sum_i \bar{s}_i x^e_{s,i} + \sum_{r \neq s} E_{rs}, \quad "
    r"\bar{s}_i = \frac{\sum_r s_{r,i} x^e_{r,i}}{\sum_r x^e_{r,i}}",
    symbols=r"\bar{s}_i x^e_{r,i} E_{rs}",
    source="Kander, Jiborn, Moran and Wiedmann 2015",
    dims="region sector component",
    by="region",
    principle="consumption",
)
def technology_adjusted(
    table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None
) -> xr.DataArray:
    """Consumption-based account in which exports count at the average intensity of the world market, not at one's own.

    A region that exports with less than the average of its competitors is credited for it, one with more is charged.
    ``x^e`` is the output embodied in the final demand of other regions (as in ``flows``), and the world-market average
    s̄ of a sector is weighted by it: the weighting under which credits and charges cancel, sector by sector, and the
    account adds up to the world's emissions. Weighted by all output, it would not.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region, sector, component. The sector is the
    one that emits, at home or abroad. Components: ``industry`` (what sectors emit), ``exports`` (taken off, at s̄),
    ``imports`` (what other regions emit for the final demand here), ``direct`` and ``residual`` as in ``production``. A
    sector whose exports cancel to nothing over the world (signed inventories) has no average and keeps its own
    intensities; the attribute ``own_intensity`` names such sectors.
    Raises ConservationError unless the account sums to what is produced to 1e-9, QuestionError for an unknown dimension
    or stressor.
    Source: Kander, Jiborn, Moran and Wiedmann 2015, Nature Climate Change 5, 431-435.
    """
    dims = kept("technology-adjusted", by)
    traded = table.embodied_output.values.copy()
    each = np.arange(len(table.regions))
    traded[each, :, each] = 0
    s = choose(table.intensity, stressor)
    average, own = _world_market(s.values, traded.sum(axis=2))
    exported = s.copy(deep=False, data=-average * traded.sum(axis=2))
    imported = s.copy(deep=False, data=np.einsum("kqi,qir->kri", s.values, traded, optimize=True))
    parts = {INDUSTRY: choose(table.active_F, stressor), EXPORTS: exported, IMPORTS: imported}
    require_conserved("technology-adjusted", parts[INDUSTRY], *parts.values(), where=table.about.name)
    stranded = choose(table.stranded, stressor)
    if table.F_Y is not None:
        parts[DIRECT] = choose(table.F_Y, stressor).rename(to_region="region")
    if stranded.values.any():
        parts[RESIDUAL] = stranded
    return stamp(
        group(gather(parts, dims), table, group_by),
        table,
        "technology-adjusted",
        "production less exports at the export-weighted world average of each sector, plus imports (MRIO)",
        solve_residual=table.embodied_output.attrs["residual"],
        residual=dict(zip(stranded.indexes["stressor"], keep(stranded).values.tolist(), strict=True)),
        own_intensity=" ".join(np.array(table.sectors)[own]),
    )


def _world_market(s: np.ndarray, exported: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average intensity by sector, (stressor, region, sector), and which sectors (S,) have none and keep their own."""
    whole = exported.sum(axis=0)
    own = np.abs(whole) <= CANCELLED * np.abs(exported).sum(axis=0)
    average = np.einsum("kri,ri->ki", s, exported) / np.where(own, 1.0, whole)
    own_but_traded = own & exported.any(axis=0)
    return np.where(own, s, average[:, None, :]), own_but_traded
