"""The consumption-based account, layer of suppliers by layer of suppliers."""

from __future__ import annotations

import xarray as xr

from tanheng.accounts.declared import Option, account
from tanheng.accounts.footprint import per_output, require
from tanheng.accounts.regions import INDUSTRY, consumption
from tanheng.accounts.result import By, Stressors, choose, gather, group, kept, stamp
from tanheng.kernels import paths as kernel
from tanheng.systems.table import Table

LAYERS = 11  # k = 0 ... 10, unless told otherwise
MOST = 1000  # each is a pass over Z; what is beyond them is told in one number
BEYOND = "beyond"


@account(
    "layers",
    en="Consumption-based account by layer of suppliers",
    zh="消费侧核算：按供应层级",
    formula=r"E_{k,r} = s A^k Y_r, \quad \mathrm{CBA}_r = \sum_k E_{k,r} + F_{Y,r}",
    symbols="s A Y F_{Y,r}",
    source="Treloar 1997; Kitzes 2013",
    dims="region component",
    by="region component",
    options={
        "count": Option(int, {"en": "how many layers, from the final producer on", "zh": "层数，从最终产品生产者起"})
    },
)
def layers(
    table: Table, by: By = None, *, stressor: Stressors = None, group_by: str | None = None, count: int = LAYERS
) -> xr.DataArray:
    """The consumption-based account by layer: what final producers emit (0), their suppliers (1), theirs (2), ...

    Returns (stressor, and those of ``by``) in stressor units; ``by`` from region (the consumer) and component: layers 0
    to ``count`` − 1, ``beyond`` for all after them, and ``direct`` and ``residual`` as in ``consumption``, whose total
    this has. Raises QuestionError for a count below one or above 1000.
    Source: Treloar 1997; Kitzes 2013, ``s L Y = Σ_k s Aᵏ Y``.
    """
    dims = kept("layers", by)
    require(0 < count <= MOST, f"a count of {count}", f"at least one layer, at most {MOST}")
    whole = consumption(table, "region,component", stressor=stressor)
    n = table.x.size
    s = choose(table.intensity, stressor).values.reshape(-1, n)
    Z, Y = table.Z.values.reshape(n, n), table.final_demand.values.reshape(n, -1)
    sums = kernel.layers(Z, per_output(table), s, Y, count)
    apart = {str(name): whole.sel(component=name, drop=True) for name in whole.indexes["component"]}
    industry = apart.pop(INDUSTRY)
    parts = {str(k): industry.copy(deep=False, data=one) for k, one in enumerate(sums)}
    parts[BEYOND] = industry - sums.sum(axis=0)
    result = group(gather(parts | apart, dims), table, group_by)
    more = {key: whole.attrs[key] for key in ("residual", "solve_residual")}
    return stamp(result, table, "layers", "intensity times the output of each layer of suppliers", **more)
