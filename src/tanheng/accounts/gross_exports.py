"""Gross exports in nine terms: what is in them, where it ends, and what is counted twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.declared import Option, account
from tanheng.accounts.result import By, Stressors, choose, group, keep, kept, multipliers, require_conserved, stamp
from tanheng.errors import QuestionError, nearest
from tanheng.kernels import leontief
from tanheng.systems.table import Table

Array = NDArray[np.float64]

TERMS = (
    "final-exports",  # 1: home content of final products exported
    "direct-importer",  # 2: of intermediates, absorbed in the region whose final products they go into
    "third-country",  # 3: of intermediates, re-exported and absorbed in third regions
    "returned-final",  # 4: of intermediates, home again in final imports
    "returned-intermediate",  # 5: of intermediates, home again in intermediate imports, absorbed there
    "double-counted-home",  # 6: ... and exported once more
    "foreign-final",  # 7: foreign content of final products exported
    "foreign-intermediate",  # 8: foreign content of intermediates, absorbed by their importer
    "double-counted-foreign",  # 9: ... and exported once more by it
)
MEASURES = ("stressor", "value-added")
VALUE_ADDED = "value added"


@account(
    "export-terms",
    en="Gross exports in nine terms (value added or emissions)",
    zh="总出口九项分解（增加值或排放）",
    formula=r"v L e_r = v_r \sum_{s \neq r} \left( L_{rr} Y_{rs} + L_{rs} Y_{ss} + L_{rs} \sum_{t \neq r,s} Y_{st} "
    r"+ L_{rs} Y_{sr} + L_{rs} A_{sr} L^d_r \left( Y_{rr} + e_r \right) \right) "
    r"+ \sum_{t \neq r} v_t L_{tr} \sum_{s \neq r} \left( Y_{rs} + A_{rs} L^d_s \left( Y_{ss} + e_s \right) \right)",
    symbols="v e_r L^d_r",
    source="Koopman, Wang and Wei 2014",
    dims="region component",
    by="region component",
    options={
        "measure": Option(str, {"en": "stressor or value-added", "zh": "stressor（环境压力）或 value-added（增加值）"})
    },
)
def export_terms(
    table: Table,
    by: By = None,
    *,
    stressor: Stressors = None,
    group_by: str | None = None,
    measure: str = "stressor",
) -> xr.DataArray:
    """The nine terms of Koopman, Wang and Wei of a region's gross exports, for stressors or for value added.

    Returns (stressor, and those of ``by``); ``by`` from region (the exporter) and component, the nine ``TERMS``. Of
    home content: ``final-exports``, ``direct-importer``, ``third-country`` (these three are what others absorb),
    ``returned-final``, ``returned-intermediate``, ``double-counted-home``; of foreign content: ``foreign-final``,
    ``foreign-intermediate``, ``double-counted-foreign``. The terms are those of all exports of a region: by sector or
    by partner they are not defined (their authors give them at the aggregate level only).

    ``measure="value-added"`` is in money (stressor "value added"); with v = 1 − Σ A, output less inputs, as in the
    source, the nine sum to gross exports. ``measure="stressor"``: with s in place of v they sum to m·e, total
    emissions embodied in gross exports, which counts what crosses borders more than once each time; they are no share
    of exports. In both, the first six sum to v_r L_rr e_r. A group's terms are the sum of its members', trade between
    them included.
    Raises ConservationError unless the terms sum to exports (m·e) to 1e-9, QuestionError for an unknown dimension,
    stressor or measure, or a stressor asked of value added.
    Source: Koopman, Wang and Wei 2014, American Economic Review 104(2), 459-494; stressors as in Meng et al. 2018.
    """
    dims = kept("export-terms", by)
    require_measure("export-terms", measure, MEASURES, stressor)
    money = measure == "value-added"
    trade = _trade(table)
    sold = xr.DataArray(trade["exports"], {d: table.x.indexes[d] for d in ("region", "sector")}, ("region", "sector"))
    if money:
        amounts, whole = _value_added(table), sold.expand_dims(stressor=[VALUE_ADDED])
    else:
        amounts, whole = choose(table.active_F, stressor), multipliers(table, stressor) * sold
    coords = {"stressor": amounts.indexes["stressor"], "component": list(TERMS), "region": list(table.regions)}
    values = np.array([_terms(_by_origin(table, one), trade) for one in amounts.values])
    terms = xr.DataArray(values.reshape([len(c) for c in coords.values()]), coords, tuple(coords))
    require_conserved("the sum of the nine terms", whole, terms, where=table.about.name)
    result = group(keep(terms, dims), table, group_by)
    if money:
        method = "nine terms of gross exports (KWW); their sum is gross exports"
        return stamp_money(result, table, "export-terms", method, value_added="output less inputs")
    method = "nine terms of emissions in gross exports (KWW with intensities); their sum is m·e, not exports"
    return stamp(result, table, "export-terms", method)


def require_measure(name: str, measure: str, known: tuple[str, ...], stressor: Stressors) -> None:
    """Raise QuestionError for an unknown measure, or for a stressor asked of a measure in money."""
    if measure not in known:
        raise QuestionError(f"{name} has no measure {measure!r}", hint=nearest(measure, known))
    if measure != "stressor" and stressor is not None:
        hint = "leave the stressor out, or ask for measure stressor"
        raise QuestionError(f"{name} measured in {measure} has no stressor", hint=hint)


def stamp_money(
    array: xr.DataArray, table: Table, name: str, method: str, unit: str = "{}", **more: Any
) -> xr.DataArray:
    """``stamp`` for a result in the table's money: the stressor dimension holds what is measured."""
    bare = stamp(array.isel(stressor=slice(0)), table, name, method, **more)
    found = unit.format(table.about.currency)
    coords = {dim: array.indexes[dim] for dim in bare.dims} | {"unit": ("stressor", [found] * array.sizes["stressor"])}
    return xr.DataArray(array.transpose(*bare.dims).values, coords, bare.dims, name, bare.attrs | {"units": found})


def _value_added(table: Table) -> xr.DataArray:
    """Output less what is bought of sectors with output (stressor, region, sector), money: v = 1 − Σ A times x."""
    bought = table.margins.columns.reshape(table.x.shape)
    if not table.has_output.all():  # sales of a sector without output cancel and are not in A
        bought = bought - table.Z.values[~table.has_output].sum(axis=0)
    value = np.where(table.has_output, table.x.values - bought, 0.0)
    return table.x.copy(deep=False, data=value).expand_dims(stressor=[VALUE_ADDED])


def _by_origin(table: Table, amounts: Array) -> Array:
    """v_t L of each region's own amounts (t, region, sector): multipliers that tell where their content is from."""
    R, S = table.x.shape
    right = np.zeros((R, R, S))
    right[np.arange(R), np.arange(R)] = amounts
    return leontief.multipliers(table.system, right.reshape(R, R * S)).value.reshape(R, R, S)


def _trade(table: Table) -> dict[str, Array]:
    """Final sales, intermediate sales by what their buyer's output is for, and gross exports, money.

    ``final``, ``for_home`` and ``for_export`` are (region, sector, to_region), the last two A_rs L_ss Y_ss and
    A_rs L_ss e_s with L_ss = (I − A_ss)⁻¹: together they are Z_rs 1; ``exports`` (region, sector).
    """
    R, S = table.x.shape
    each, n = np.arange(R), R * S
    on = table.has_output[:, :, None]
    final = np.where(on, table.final_use.values, 0.0)
    home = (table.system.domestic @ final[each, :, each][:, :, None])[:, :, 0]  # of output, for final use at home
    buyers = np.stack([home, np.where(table.has_output, 1.0 - home, 0.0)], axis=2)
    Z = table.Z.values
    bought = np.stack([Z[:, :, s].reshape(n, S) @ buyers[s] for s in range(R)], axis=1).reshape(R, S, R, 2)
    for_home, for_export = (np.where(on, bought[..., use], 0.0) for use in (0, 1))
    everything = final + for_home + for_export
    exports = everything.sum(axis=2) - everything[each, :, each]
    return {"final": final, "for_home": for_home, "for_export": for_export, "exports": exports}


def _terms(origin: Array, trade: dict[str, Array]) -> Array:
    """The nine terms (9, region) of one measure; ``origin`` as of ``_by_origin``, ``trade`` as of ``_trade``."""
    each = np.arange(len(origin))
    final, for_home, for_export = trade["final"], trade["for_home"], trade["for_export"]
    sent, sent_for_home, sent_for_export = (a.sum(axis=2) - a[each, :, each] for a in (final, for_home, for_export))
    own, abroad = origin[each, each], origin.copy()
    abroad[each, each] = 0
    foreign = abroad.sum(axis=0)  # v_t L_tr of all other regions t, by exporter r and product
    again = {use: np.einsum("rsi,sir->r", abroad, a) for use, a in trade.items() if use != "exports"}
    return np.array(
        [
            (own * sent).sum(axis=1),
            np.einsum("rsi,si->r", abroad, final[each, :, each]),
            np.einsum("rsi,si->r", abroad, sent) - again["final"],
            again["final"],
            again["for_home"],
            again["for_export"],
            (foreign * sent).sum(axis=1),
            (foreign * sent_for_home).sum(axis=1),
            (foreign * sent_for_export).sum(axis=1),
        ]
    )
