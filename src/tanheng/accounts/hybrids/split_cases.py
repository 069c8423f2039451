"""A product split from its sector, and what it changes: accounts before and after, its trade, their spread."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounts.formula import method
from tanheng.accounts.hybrids.spread import FEWEST, QUANTILES, Progress, Quantiles, Question, spreads
from tanheng.accounts.regions import consumption
from tanheng.accounts.result import HYBRID, finished
from tanheng.accounts.trade import eebt
from tanheng.data import splits, store
from tanheng.errors import QuestionError
from tanheng.systems.finding import Finding
from tanheng.systems.prices import Rates
from tanheng.systems.product_split import ProductSplit, split_by_products
from tanheng.systems.table import Table

BEFORE, AFTER, CHANGE = "before", "after", "change"

method(
    "split-consumption",
    function="split_case",
    en="Consumption-based account before and after a split",
    zh="拆分前后的消费侧核算",
    formula=r"x_p = Q_p P_p, \quad f_p = Q_p g_p",
    symbols="x_p Q_p P_p g_p f_p",
    source="Wolsky 1984; Lindner, Legault and Guan 2012",
)

method(
    "split-balance",
    function="split_case",
    en="Emissions embodied in the trade of a product split from its sector",
    zh="从部门中拆出的产品的贸易隐含排放",
    formula=r"\mathrm{EE}_{p,rs} = (s_r (I - A_{rr})^{-1})_p e_{p,rs}",
    symbols="s A_{rr} e_{p,rs}",
    source="Peters 2008; Wolsky 1984",
)


@dataclass(frozen=True, eq=False)
class SplitCase:
    """A split and its accounts.

    ``consumption`` (stressor, definition, region): the account before, after and their difference, change. ``trade``
    (stressor, region, sector, to_region): emissions embodied in bilateral trade of the products, from the exporter's
    own economy to the importer. ``balance`` (stressor, region, sector, component): exports, imports, net of the same.
    With draws, all have the mean, and low and high as coordinates; else they are of the table ``given``.
    """

    name: str
    title: Mapping[str, str]
    note: Mapping[str, str]
    split: ProductSplit
    consumption: xr.DataArray
    trade: xr.DataArray
    balance: xr.DataArray

    @property
    def table(self) -> Table:
        """The table split by the figures, unknown shares in proportion."""
        return self.split.given

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure with its year, whether that is the table's, and its source."""
        return self.split.figures

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was done and found in splitting, without what the table was found with."""
        known = set(self.split.base.findings)
        return tuple(one for one in self.table.findings if one not in known)


def split_case(
    name: str | os.PathLike[str],
    table: Table | None = None,
    year: int | None = None,
    *,
    sector: str = "",
    draws: int = 0,
    seed: int = 0,
    quantiles: Quantiles = QUANTILES,
    rates: Rates | None = None,
    progress: Progress | None = None,
) -> SplitCase:
    """The split of a split file (``steel``, ``photovoltaics``, or a path) and what it changes.

    ``table`` is the embedded world's of ``year``, 2009 unless told otherwise. With ``draws`` (0, or 2 and more) every
    account is the mean over so many tables, with low and high.
    Raises QuestionError for an unknown name and for a sector that is not the file's, and what splitting and solving
    raise.
    """
    file = splits.open(name)
    if sector and sector != file.sector:
        raise QuestionError(f"{file.id} is a part of {file.sector}, not of {sector}", hint=f"ask for {file.sector}")
    if draws and draws < FEWEST:
        raise QuestionError("one draw has no spread", hint="give 0, or 100 or so")
    base = table if table is not None else _world(year)
    split = split_by_products(base, file.sector, file.fitted(base), rest=file.rest, cap=file.cap, rates=rates)
    before, products = consumption(base), [one.name for one in split.products]

    def compared(table: Table) -> xr.DataArray:
        return _compared(before, consumption(table), split)

    @lru_cache(maxsize=1)  # asked twice of every table
    def traded(table: Table) -> xr.DataArray:
        return _traded(table, products, split)

    def balanced(table: Table) -> xr.DataArray:
        return _balanced(traded(table))

    questions: list[Question] = [compared, traded, balanced]
    if draws:
        found = spreads(split, questions, draws=draws, seed=seed, quantiles=quantiles, progress=progress)
    else:
        found = [ask(split.given) for ask in questions]
    return SplitCase(file.id, file.title, file.note, split, *found)


def _world(year: int | None) -> Table:
    world = store.open("world")
    return world[world.years[-1] if year is None else year]


def _facts(result: xr.DataArray, split: ProductSplit) -> dict[str, object]:
    own = ("account", "method", "units", "tanheng", "principle")
    facts = {str(key): value for key, value in result.attrs.items() if key not in own}
    return facts | {"approach": HYBRID, "base_hash": split.base.hash}


def _compared(before: xr.DataArray, after: xr.DataArray, split: ProductSplit) -> xr.DataArray:
    parts = [before.values, after.values, after.values - before.values]
    coords = {"stressor": after.indexes["stressor"], "definition": [BEFORE, AFTER, CHANGE]}
    coords |= {"region": after.indexes["region"]}
    array = xr.DataArray(np.stack(parts, axis=1), coords, tuple(coords))
    said = "consumption-based account of the table, of the table with the sector split, and their difference"
    return finished(array, "split-consumption", said, after["unit"].values.tolist(), _facts(after, split))


def _traded(table: Table, products: list[str], split: ProductSplit) -> xr.DataArray:
    """Emissions embodied in the products' bilateral trade; nothing from a region to itself."""
    result = eebt(table, ("region", "sector", "to_region")).sel(sector=products)
    abroad = result.where(result["region"] != result["to_region"], 0.0)
    said = "domestic multipliers times bilateral trade of the products that were split"
    return finished(abroad.drop_attrs(), "split-balance", said, result["unit"].values.tolist(), _facts(result, split))


def _balanced(trade: xr.DataArray) -> xr.DataArray:
    exports = trade.sum("to_region")
    imports = trade.sum("region").rename(to_region="region").transpose(*exports.dims)
    parts = {"exports": exports, "imports": imports, "net": exports - imports}
    array = xr.concat(list(parts.values()), dim=xr.DataArray(list(parts), dims="component", name="component"))
    own = ("account", "method", "units", "tanheng")
    facts = {str(key): value for key, value in trade.attrs.items() if key not in own}
    said = "embodied in exports, in imports of the products, and their difference"
    return finished(array.drop_attrs(), "split-balance", said, trade["unit"].values.tolist(), facts)
