"""A table with sectors or regions joined."""

from __future__ import annotations

import dataclasses

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.kernels.aggregate import fold_all
from tanheng.labels import Concordance
from tanheng.systems.table import Table

_SECTORS, _REGIONS = ("sector", "to_sector"), ("region", "to_region")


def aggregate(
    table: Table, sectors: Concordance | None = None, regions: Concordance | None = None, *, classification: str = ""
) -> Table:
    """A new table with sectors and regions joined by concordances; totals of Z, Y, F, F_Y and V are kept.

    ``classification`` names the new sectors' classification where ``labels`` knows it. ``about.version`` tells what was
    joined. Consumption accounts of the result differ from the joined accounts of ``table`` (aggregation bias: Kymn
    1990; Su et al. 2010): where both are at hand, join results, and when a table is joined, report the difference.
    Raises LabelError when a concordance does not cover the table's labels exactly.
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
    return Table.from_arrays(
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


def _fold(array: xr.DataArray, weights: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    return fold_all(array.values, {axis: weights[str(d)] for axis, d in enumerate(array.dims) if d in weights})
