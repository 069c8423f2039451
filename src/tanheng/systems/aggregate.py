"""A table with sectors or regions joined, and what joining does to its accounts."""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.kernels.aggregate import fold, fold_all
from tanheng.labels import Concordance
from tanheng.systems.finding import Finding, Severity, found
from tanheng.systems.table import Table

_SECTORS, _REGIONS = ("sector", "to_sector"), ("region", "to_region")

NOTABLE = 1e-3  # of all emissions: above it a note becomes a warning, as in tanheng.data.findings

# Checks that measure the numbers and labels of one table: of a table made from it they say nothing, and are made anew.
# What a reader noted of its source (renamed, converted, constructed, ...) stays true.
MEASURED = frozenset({
    "and-more", "bytes-changed", "column-balance", "discrepancy-part", "emissions-without-output", "gdp-differs",
    "gdp-magnitude", "inputs-without-output", "labels-alike", "missing-regions", "more-people", "negative-cells",
    "negative-demand", "negative-demand-total", "negative-emissions", "negative-inputs", "negative-inventories",
    "negative-payments", "negative-removals", "negative-value-added", "region-without-demand", "region-without-output",
    "sales-without-output", "stressor-all-zero", "stressor-carbon", "stressor-countries", "stressor-thousand",
    "stressor-total", "trade-balance", "unit-unlike", "unproductive", "unsettled", "value-added-balance",
    "world-output",
})  # fmt: skip


def carried(table: Table) -> tuple[Finding, ...]:
    """The findings of ``table`` that hold of a table made from it: what was done to the source, not what was measured.

    What a joined table lost in being joined (``aggregation``) stays with it.
    """
    return tuple(one for one in table.findings if one.check not in MEASURED)


def aggregate(
    table: Table,
    sectors: Concordance | None = None,
    regions: Concordance | None = None,
    *,
    classification: str = "",
    measure: bool = False,
) -> Table:
    """A new table with sectors and regions joined by concordances; totals of Z, Y, F, F_Y and V are kept.

    ``classification`` names the new sectors' classification where ``labels`` knows it. ``about.version`` tells what was
    joined, and what readers noted stays on the table. Consumption accounts of the result differ from the joined
    accounts of ``table`` (aggregation bias: Kymn 1990; Su et al. 2010): where both are at hand, join results. With
    ``measure`` the finding ``aggregation`` says how large the difference is; both tables are solved for it.
    Raises LabelError when a concordance does not cover the table's labels exactly, and with ``measure`` what solving
    raises.
    Source: Miller and Blair 2009, sec. 4.9.
    """
    weights: dict[str, NDArray[np.float64]] = {}
    about = table.about
    if sectors is not None:
        weights |= dict.fromkeys(_SECTORS, sectors.matrix(table.sectors))
        version = f"{about.version}; sectors joined by {sectors.where}"
        about = dataclasses.replace(about, classification=classification, version=version)
    if regions is not None:
        weights |= dict.fromkeys(_REGIONS, regions.matrix(table.regions))
        about = dataclasses.replace(about, version=f"{about.version}; regions joined by {regions.where}")
    joined = Table.from_arrays(
        _fold(table.Z, weights),
        _fold(table.Y, weights),
        _fold(table.F, weights),
        F_Y=None if table.F_Y is None else _fold(table.F_Y, weights),
        V=None if table.V is None else _fold(table.V, weights),
        inputs=None if table.V is None else list(table.V.indexes["input"]),
        regions=table.regions if regions is None else regions.target,
        sectors=table.sectors if sectors is None else sectors.target,
        demand=table.demand,
        stressors=table.stressors,
        about=about,
    )
    lost = (_finding(table, joined, regions),) if measure and table.stressors else ()
    return joined.noted((*carried(table), *lost))


def aggregation_error(
    table: Table, sectors: Concordance | None = None, regions: Concordance | None = None
) -> xr.DataArray:
    """What joining before solving does: consumption accounts of the joined table less the joined accounts of ``table``.

    Returns (stressor, region) in stressor units, for the regions of the joined table; over regions it sums to zero for
    every stressor, but for emissions of sectors without output (``residual``) that joining hands to consumers. Direct
    emissions of final demand are the same on both sides. The coordinate ``account`` (stressor, region) holds the joined
    accounts of ``table``, direct emissions included.
    Raises as ``aggregate`` does, and what solving raises.
    Source: Kymn 1990; Su et al. 2010; pitfall 10: to aggregate and then invert is not to invert and then aggregate.
    """
    return _error(table, aggregate(table, sectors, regions), regions)


def _error(table: Table, joined: Table, regions: Concordance | None) -> xr.DataArray:
    account, direct = _embodied(table), _direct(table)
    if regions is not None:
        account, direct = (fold(part, 1, regions.matrix(table.regions)) for part in (account, direct))
    coords = {
        "stressor": list(table.stressors),
        "region": list(joined.regions),
        "account": (("stressor", "region"), account + direct),
        "unit": ("stressor", [table.about.units[name] for name in table.stressors]),
    }
    attrs = {
        "method": "m Y of the joined table less joined m Y of the full table, by consuming region",
        "source": "Kymn 1990; Su et al. 2010",
        "table": table.about.name,
        "year": table.year,
        "table_hash": table.hash,
    }
    difference = _embodied(joined) - account
    return xr.DataArray(difference, coords, ("stressor", "region"), "aggregation error", attrs)


def _embodied(table: Table) -> NDArray[np.float64]:
    """m Y by consuming region (K, R)."""
    m = table.multipliers.values.reshape(len(table.stressors), table.x.size)
    return np.asarray(m @ table.final_demand.values.reshape(table.x.size, -1))


def _direct(table: Table) -> NDArray[np.float64]:
    """F_Y by region (K, R), zero where there is none."""
    if table.F_Y is None:
        return np.zeros((len(table.stressors), len(table.regions)))
    return np.asarray(table.F_Y.values.sum(axis=2))


def _finding(table: Table, joined: Table, regions: Concordance | None) -> Finding:
    """The difference of the stressor that suffers most, as half of all that moved over all that is emitted."""
    error = _error(table, joined, regions)
    moved, accounts = np.abs(error.values), np.abs(error["account"].values)
    whole = accounts.sum(axis=1)
    shares = np.divide(moved.sum(axis=1) / 2, whole, out=np.zeros_like(whole), where=whole > 0)
    k = int(shares.argmax())
    relative = np.divide(moved[k], accounts[k], out=np.zeros_like(moved[k]), where=accounts[k] > 0)
    region, share = int(relative.argmax()), float(shares[k])
    worst = f"stressor {joined.stressors[k]}, region {joined.regions[region]}"
    most = float(relative[region])
    severity: Severity = "warning" if share > NOTABLE else "note"
    return found("aggregation", severity, "Z, Y and F", share, share=share, worst=worst, most=most)


def _fold(array: xr.DataArray, weights: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    return fold_all(array.values, {axis: weights[str(d)] for axis, d in enumerate(array.dims) if d in weights})
