"""The carbon intensity of exports, in four definitions that are often taken for one another."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng import units
from tanheng.accounts.declared import account
from tanheng.accounts.result import By, Stressors, choose, group, keep, kept, multipliers, stamp
from tanheng.accounts.trade import domestic_multipliers, exports
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.table import Table

# of exports, by what is counted over what; labels.term has their names
DEFINITIONS = (
    "domestic/gross",  # (a) domestic emissions in gross exports / gross exports
    "total/gross",  # (b) total emissions m·e / gross exports
    "domestic/value-added",  # (c) domestic emissions in gross exports / domestic value added in them
    "flows/value-added",  # (d) emissions of flows to other regions / value-added exports
)


@account(
    "export-intensity",
    en="Carbon intensity of exports",
    zh="出口碳强度",
    formula=r"\text{(a)} \; \frac{u_r e_r}{e_r} \quad \text{(b)} \; \frac{m e_r}{e_r} "
    r"\quad \text{(c)} \; \frac{u_r e_r}{w_r e_r} "
    r"\quad \text{(d)} \; \frac{\sum_{s \neq r} E_{rs}}{\sum_{s \neq r} \mathrm{VAX}_{rs}}",
    symbols=r"u_r w_r m e_r E_{rs} \mathrm{VAX}_{rs}",
    source="Peters 2008; Johnson and Noguera 2012; Su and Ang 2017",
    dims="definition region sector",
    by="definition region",
)
def export_intensity(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    deflator: xr.DataArray | None = None,
) -> xr.DataArray:
    """Emissions per unit of exports: four definitions side by side (dimension ``definition``).

    ``u_r`` and ``w_r`` are the emissions and the value added of the region's own economy per unit of final sales,
    ``e_r`` gross exports, VAX value added absorbed abroad. By sector, the sector is the exported product's in (a), (b),
    (c), and the emitting and earning sector in (d). Returns (stressor, definition, and those of ``by``), stressor unit
    per money; NaN where nothing is exported.

    ``deflator`` (region), 1 at its base year, turns the exporter's money into constant prices: the exporting country's
    own deflator, converted at the base year's rate (attribute ``base`` names the year). Regions without a deflator are
    left out and named in the attribute ``left_out``. Without it, prices are the table's own. A group's exports include
    its members' trade with each other. Value added is the table's primary inputs; where it has none, output less
    intermediate inputs.
    Raises MissingError when regions that are asked for have no deflator, UnitError and QuestionError for deflators of
    another currency or year.
    Source: Peters 2008 (a); m·e counts a border crossing each time (b); Johnson and Noguera 2012 (c, d).
    """
    dims = kept("export-intensity", by)
    dims = dims if "definition" in dims else ("definition", *dims)
    sold, abroad = exports(table), _output_for_abroad(table)
    emissions, money = _numerators(table, stressor, sold, abroad), _denominators(table, sold, abroad)
    money_unit = table.about.currency
    attrs: dict[str, object] = {"price_basis": table.about.price_basis}
    attrs["value_added"] = "primary inputs (V)" if table.V is not None else "output less inputs"
    if deflator is not None:
        money, emissions, left_out = _deflate(money, emissions, table, deflator)
        base = deflator.attrs.get("base", "the base year")
        money_unit += f" of {base}"
        attrs |= {"price_basis": f"constant prices of {base}", "left_out": left_out}
        attrs["deflators"] = deflator.attrs.get("source", "given")
        if left_out and (group_by is not None or "region" not in dims):
            hint = "ask by region, or for current prices: a sum with members missing is another sum"
            raise MissingError(f"no deflator for {left_out}", where="export-intensity", hint=hint)
    above, below = (group(keep(part, dims), table, group_by) for part in (emissions, money))
    ratio = (above / below.where(below != 0)).assign_attrs(above.attrs)
    method = f"emissions per money of exports, {attrs['price_basis']}"
    return stamp(ratio, table, "export-intensity", method, f"{{}} per {money_unit}", **attrs)


def _numerators(table: Table, stressor: Stressors, sold: xr.DataArray, abroad: xr.DataArray) -> xr.DataArray:
    """Emissions in exports by definition (definition, stressor, region, sector); see ``_denominators``."""
    domestic = domestic_multipliers(choose(table.F, stressor), table) * sold
    total = multipliers(table, stressor) * sold
    return _by_definition(domestic, total, domestic, choose(table.intensity, stressor) * abroad)


def _denominators(table: Table, sold: xr.DataArray, abroad: xr.DataArray) -> xr.DataArray:
    """Money in exports by definition (definition, region, sector).

    ``sold`` are gross exports, ``abroad`` the output embodied in other regions' final demand, both (region, sector).
    """
    inputs = table.primary_inputs.expand_dims(stressor=["value added"]).transpose("stressor", "region", "sector")
    earned = (domestic_multipliers(inputs, table) * sold).isel(stressor=0, drop=True)
    share = table.x.copy(deep=False, data=table.per_output(table.primary_inputs.values))
    return _by_definition(sold, sold, earned, share * abroad)


def _output_for_abroad(table: Table) -> xr.DataArray:
    """Output embodied in the final demand of all other regions (region, sector), money."""
    output = table.embodied_output.values
    return table.x.copy(deep=False, data=output.sum(axis=2) - np.einsum("rsr->rs", output))


def _by_definition(*parts: xr.DataArray) -> xr.DataArray:
    return xr.concat(parts, dim=xr.DataArray(list(DEFINITIONS), dims="definition", name="definition"))


def _deflate(
    money: xr.DataArray, emissions: xr.DataArray, table: Table, deflator: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray, str]:
    """Money at constant prices and emissions of the regions that have a deflator, and the names of the others."""
    _require_deflator(deflator, table)
    have = [name for name in table.regions if name in set(deflator.indexes["region"])]
    if not have:
        raise MissingError("no region has a deflator", where=table.about.name, hint="ask for current prices")
    left_out = " ".join(name for name in table.regions if name not in have)
    return money.sel(region=have) / deflator.sel(region=have).drop_attrs(), emissions.sel(region=have), left_out


def _require_deflator(deflator: xr.DataArray, table: Table) -> None:
    where, hint = table.about.name, "give deflators of the table's year and currency, or ask for current prices"
    if deflator.dims != ("region",):
        raise LabelError(f"the deflator is by {deflator.dims}, not by region", where=where, hint=hint)
    if deflator.attrs.get("year", table.year) != table.year:
        raise QuestionError(
            f"the deflators are of {deflator.attrs['year']}, the table of {table.year}", where=where, hint=hint
        )
    given, money_of = deflator.attrs.get("currency", ""), table.about.currency
    if given and units.parse(given).dimension != units.parse(money_of).dimension:
        raise UnitError(f"the deflators are of {given}, the table is in {money_of}", where=where, hint=hint)
    bad = deflator.indexes["region"][~(deflator.values > 0) | ~np.isfinite(deflator.values)]
    if len(bad):
        raise MissingError(
            f"the deflator of {', '.join(bad)} is not a positive number", where=where, hint="leave it out"
        )
