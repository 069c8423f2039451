"""What a hybrid footprint rests on: product data of its processes, data of the sectors behind, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.data_coverage import LABELS
from tanheng.accounts.formula import method
from tanheng.accounts.products.life_cycle import facts
from tanheng.accounts.products.unlinked import unlinked
from tanheng.accounts.result import HYBRID, Stressors, choose, finished
from tanheng.data import quality as files
from tanheng.kernels import integrated
from tanheng.systems.about import NOT_STATED
from tanheng.systems.hybrid import Hybrid
from tanheng.systems.quality import Quality

Array = NDArray[np.float64]

method(
    "hybrid-coverage",
    function="hybrid_coverage",
    en="Coverage of a hybrid footprint",
    zh="混合足迹的覆盖度",
    formula=r"C_b = \sum_{j \in b} q_j + \sum_{i \in b} s_i x_i",
    symbols="q_j s x_i",
    source="Suh et al. 2004; Weidema and Wesnaes 1996",
)


@dataclass(frozen=True, eq=False)
class HybridCoverage:
    """What a hybrid footprint rests on: ``parts`` (stressor, basis), and the inputs of which nothing is known.

    ``missing`` has an input without a maker and without purchases a row: flow, name, unit, amount, inputs (how many in
    the inventory), price and cost, where a price is known.
    """

    parts: xr.DataArray
    missing: pd.DataFrame


def hybrid_coverage(
    hybrid: Hybrid, demand: Mapping[str, float], *, quality: Quality | None = None, stressor: Stressors = None
) -> HybridCoverage:
    """The footprint of a demand {process: amount} by what it rests on, credits left out.

    What processes emit is product data; what sectors emit for the purchases has the basis of the emitter's data by
    ``quality`` (see ``coverage``). Inputs without a maker whose purchases are not given are in no sum: they are listed
    as ``missing`` and counted in the attributes ``missing`` (kinds) and ``missing_inputs`` (in the inventory), and
    ``missing_cost`` is what those with a price would cost (``missing_currency``). Returns amounts in the table's units,
    of the stressors that both sides tell of. Raises QuestionError for an unknown process or stressor, and as
    ``Quality.grades``.
    """
    table, process = hybrid.rest, hybrid.process
    rules = quality or files.known(hybrid.table) or Quality(NOT_STATED, ())
    graded = rules.grades(table)
    asked = list(choose(table.F.sel(stressor=list(hybrid.stressors)), stressor).indexes["stressor"])
    k = process.demand(demand)[:, None]
    run = integrated.activity(hybrid.burdens, k, np.zeros((table.x.size, 1)))
    made = hybrid.Q[[hybrid.stressors.index(name) for name in asked]] @ run.processes[:, 0]
    at = [table.stressors.index(name) for name in asked]
    emitted = table.active_F.values[at].reshape(len(at), -1) * run.sectors[:, 0]  # sectors run by shares of output
    values = np.zeros((len(asked), len(LABELS)))
    values[:, LABELS.index("product")] = made
    for place, grade in enumerate(graded.grades):
        of = graded.industry[at].reshape(len(at), -1) == place
        values[:, LABELS.index(grade.basis)] += np.where(of, emitted, 0.0).sum(axis=1)
    missing = _missing(hybrid, demand)
    parts = xr.DataArray(values, {"stressor": asked, "basis": list(LABELS)}, ("stressor", "basis"))
    more = {
        "approach": HYBRID,
        "base_hash": hybrid.table.hash,
        "table_hash": hybrid.hash,
        "quality": rules.name,
        "missing": len(missing),
        "missing_inputs": int(missing["inputs"].sum()),
        "missing_cost": float(missing["cost"].sum(min_count=1)),
        "missing_currency": process.about.currency,
    }
    units = [table.about.units[name] for name in asked]
    said = "what processes emit is product data, what sectors emit for their purchases has the basis of their data"
    return HybridCoverage(finished(parts, "hybrid-coverage", said, units, facts(process, demand) | more), missing)


def _missing(hybrid: Hybrid, demand: Mapping[str, float]) -> pd.DataFrame:
    """The inputs without a maker that nothing is bought for."""
    bought = abs(hybrid.bought).sum(axis=0)
    paid = {flow.id for flow, money in zip(hybrid.process.unlinked, np.ravel(bought), strict=True) if money}
    frame = unlinked(hybrid.process, demand)
    return frame[~frame["flow"].isin(paid)].reset_index(drop=True)
