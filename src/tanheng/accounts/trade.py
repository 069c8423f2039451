"""Emissions embodied in trade: to the final consumer (flows), and to the next importer (eebt)."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng.accounts.declared import account
from tanheng.accounts.result import By, Stressors, choose, group, keep, kept, require_conserved, stamp
from tanheng.systems.table import Table


@account(
    "flows",
    en="Emissions embodied in trade, from origin to final consumer",
    zh="贸易隐含排放（从排放地到最终消费地）",
    formula=r"E_{rs} = \sum_{i \in r} s_i (L Y_s)_i",
    symbols="s L Y",
    source="Peters 2008; Kanemoto et al. 2012",
    dims="region sector to_region",
    by="region to_region",
)
def flows(table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None) -> xr.DataArray:
    """Flows from the region (and sector) that emits to the region whose final demand causes it, through all chains.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region and sector (of origin), to_region.
    Direct emissions of final demand cross no border and are not here, nor are those of sectors without output: with
    both, row sums are ``production`` and column sums ``consumption`` (what sectors without output buy counts as final
    use of their region). The diagonal is what a region emits for its own final demand.
    Raises ConservationError unless all that sectors with output emit arrives, to 1e-9.
    Source: Peters 2008; Kanemoto et al. 2012, ``E_rs = Σ_{i∈r} s_i (L Y_·s)_i``.
    """
    dims = kept("flows", by)
    result = over_partners(choose(table.intensity, stressor), table.embodied_output, dims)
    require_conserved("the sum of flows", choose(table.active_F, stressor), result, where=table.about.name)
    method = "intensity times the output embodied in each region's final demand (MRIO)"
    residual = table.embodied_output.attrs["residual"]
    return stamp(group(result, table, group_by), table, "flows", method, solve_residual=residual)


@account(
    "eebt",
    en="Emissions embodied in bilateral trade",
    zh="双边贸易隐含排放",
    formula=r"\mathrm{EE}_{rs} = s_r (I - A_{rr})^{-1} e_{rs}, \quad e_{rs} = Z_{rs} \mathbf{1} + Y_{rs} \mathbf{1}",
    symbols="s A_{rr} e_{rs} Z Y",
    source="Peters 2008",
    dims="region sector to_region",
    by="region to_region",
)
def eebt(table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None) -> xr.DataArray:
    """Domestic emissions embodied in bilateral trade, whatever the importer does with it.

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region and sector (of the exported product),
    to_region (the importer). The diagonal is what a region emits for its own final demand through its own economy, so
    that row sums are production without direct emissions and residual, and column sums are the consumption account of
    this method, PBA − exports + imports, likewise.
    Source: Peters 2008, ``EE_rs = s_r (I−A_rr)⁻¹ e_rs`` with ``e_rs = Z_rs·1 + Y_rs·1``.
    """
    dims = kept("eebt", by)
    result = over_partners(domestic_multipliers(choose(table.F, stressor), table), final_sales(table), dims)
    return stamp(group(result, table, group_by), table, "eebt", "domestic multipliers times bilateral trade (EEBT)")


@account(
    "net-transfers",
    en="Net transfers of emissions between regions",
    zh="区域间排放净转移",
    formula=r"T_{rs} = E_{rs} - E_{sr}",
    symbols="E_{rs}",
    source="Peters, Minx, Weber and Edenhofer 2011",
    dims="region sector to_region",
    by="region",
)
def net_transfers(
    table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None
) -> xr.DataArray:
    """Net transfers E_rs − E_sr of the flows: positive where a region emits more for the other than the other for it.

    Returns (stressor, and those of ``by``) in stressor units; by region alone, it is production − consumption, and sums
    to zero over regions. By sector, it is what a sector emits here for the other less what it emits there for here.
    Source: Peters, Minx, Weber and Edenhofer 2011.
    """
    dims = kept("net-transfers", by)
    there = ("region", "sector", "to_region") if "sector" in dims else ("region", "to_region")
    both = flows(table, there, stressor=stressor, group_by=group_by)
    net = both.copy(deep=False, data=both.values - both.values.swapaxes(1, -1))  # region is second, to_region last
    return stamp(keep(net, dims).assign_attrs(both.attrs), table, "net-transfers", "flows less the flows back (MRIO)")


_AXES = {"stressor": "k", "region": "r", "sector": "s", "to_region": "c"}


def over_partners(per_money: xr.DataArray, money: xr.DataArray, dims: tuple[str, ...]) -> xr.DataArray:
    """``per_money`` (stressor, region, sector) times ``money`` (region, sector, to_region), summed to ``dims``.

    One einsum, so that the four-dimensional product exists only when all of it is asked for.
    """
    left = ("stressor", *dims)
    values = np.einsum(
        f"krs,rsc->{''.join(_AXES[dim] for dim in left)}",
        per_money.transpose("stressor", "region", "sector").values,
        money.transpose("region", "sector", "to_region").values,
        optimize=True,
    )
    indexes = {**money.indexes, **per_money.indexes}
    return xr.DataArray(values, {dim: indexes[dim] for dim in left}, left)


def domestic_multipliers(F: xr.DataArray, table: Table) -> xr.DataArray:
    """s_r (I−A_rr)⁻¹ of every region's own economy (stressor, region, sector), per money; zero without output."""
    by_region = np.where(table.has_output, F.values, 0.0).transpose(1, 0, 2)
    value = (by_region @ table.system.domestic).transpose(1, 0, 2)
    return F.copy(deep=False, data=np.where(table.has_output, value, 0.0))


def bilateral_trade(table: Table) -> xr.DataArray:
    """Gross sales of every sector to every region, intermediate and final (region, sector, to_region), money."""
    sold = table.Z.values.sum(axis=3) + table.final_demand.values
    return table.final_demand.copy(deep=False, data=sold)


def exports(table: Table) -> xr.DataArray:
    """Gross exports of every sector (region, sector), money."""
    trade = bilateral_trade(table)
    home = np.einsum("rsr->rs", trade.values)
    return table.x.copy(deep=False, data=trade.values.sum(axis=2) - home)


def final_sales(table: Table) -> xr.DataArray:
    """Bilateral trade with the diagonal reduced to final sales at home (region, sector, to_region), money.

    At home, deliveries to sectors without output count as final (see ``Table.undelivered``).
    """
    trade = bilateral_trade(table)
    each = np.arange(len(table.regions))
    trade.values[each, :, each] = table.final_use.values[each, :, each]
    return trade
