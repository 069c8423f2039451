"""What a scenario does to the accounts of a table: differences by region, sector and principle, by change, by path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.declared import find
from tanheng.accounts.footprint import Footprint, Node, names
from tanheng.accounts.formula import method
from tanheng.accounts.result import By, Stressors, stamp
from tanheng.accounts.structural_paths import paths
from tanheng.errors import QuestionError, nearest
from tanheng.kernels import decompose
from tanheng.systems.finding import Finding
from tanheng.systems.scenarios import Scenario, apply, fixed
from tanheng.systems.scenarios.select import members
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Sharing = Literal["shapley", "sequential"]

PRINCIPLES = ("production", "consumption", "income", "shared", "flows")
BASELINE, SCENARIO, CHANGE = CASES = ("baseline", "scenario", "change")
ALONE, ATTRIBUTED = PARTS = ("alone", "attributed")
SHARINGS: Mapping[Sharing, str] = {
    "shapley": "the mean over all orders of the changes",
    "sequential": "in the order in which they are declared",
}

method(
    "scenario",
    function="scenario_effects",
    en="Effects of a scenario",
    zh="情景的影响",
    formula=r"\Delta E = E(A', Y', s') - E(A, Y, s), \quad x' = (I - A')^{-1} Y'",
    symbols="A Y s x",
    source="Miller and Blair 2009, ch. 2",
)


def scenario_effects(
    scenario: Scenario,
    table: Table,
    by: By = None,
    *,
    principle: str = "consumption",
    stressor: Stressors = None,
    group_by: str | None = None,
    applied: Table | None = None,
) -> xr.DataArray:
    """An account of the table, of the scenario's table, and their difference: (stressor, those of ``by``, case).

    ``principle`` is the account: production, consumption, income, shared or flows; ``by`` its dimensions (region, or
    region and to_region). The cases are ``baseline``, ``scenario`` and ``change``. ``applied`` is the scenario's table
    where it is at hand. Attributes: ``of`` the account, ``scenario``, ``table_hash`` of the baseline and
    ``scenario_hash``, the ``changes``, what is ``fixed``, and the ``scenario_groups`` used.
    Raises QuestionError for another account or dimension, and what applying the scenario raises.
    Source: Miller and Blair 2009, ch. 2.
    """
    ask = _account(principle)
    changed = apply(scenario, table) if applied is None else applied
    found = [ask(one, by, stressor=stressor, group_by=group_by) for one in (table, changed)]
    before, after = (one.drop_vars("unit") for one in xr.align(*found, join="outer", fill_value=0.0))
    order = {dim: _union(*(one.indexes[dim] for one in found)) for dim in before.dims}
    before, after = before.reindex(order), after.reindex(order)
    values = xr.concat([before, after, after - before], dim=pd.Index(list(CASES), name="case"))
    groups = {key: found[0].attrs[key] for key in ("group", "members", "norms", "assumed") if key in found[0].attrs}
    return stamp(
        values.assign_attrs(groups),
        table,
        "scenario",
        f"{principle} account of the scenario's table less that of the table",
        **_stated(scenario, table, changed, principle),
    )


def scenario_by_change(
    scenario: Scenario,
    table: Table,
    by: By = "",
    *,
    principle: str = "consumption",
    stressor: Stressors = None,
    group_by: str | None = None,
    sharing: Sharing = "shapley",
) -> xr.DataArray:
    """The difference shared out among the changes: (stressor, change, definition, those of ``by``).

    ``alone`` is what a change does without the others; these need not add up, and the attribute ``interaction`` is what
    is left (by stressor). ``attributed`` adds up to the whole: by the Shapley value (the mean over all orders in which
    the changes can come in; 2^n tables for n changes), or ``sequential``, as they are declared. Where only some
    changes are applied they keep their declared order. The changes are numbered from 1 in that order.
    Raises as ``scenario_effects``, QuestionError for a scenario without changes, another way of sharing, and for more
    changes than the Shapley value is computed for.
    Source: Shapley 1953; Dietzenbacher and Los 1998 (sequential and mean of orders).
    """
    n = len(scenario.changes)
    _require_shareable(n, sharing)
    ask = _account(principle)

    @cache
    def account(chosen: tuple[int, ...]) -> xr.DataArray:
        one = apply(scenario.only(chosen), table) if chosen else table
        return ask(one, by, stressor=stressor, group_by=group_by)

    def value(state: decompose.State) -> xr.DataArray:
        return account(tuple(at for at, there in enumerate(state) if there))

    every = (True,) * n
    states = [(False,) * n, every] + [tuple(at == one for at in range(n)) for one in range(n)]
    order = _shape(value, states)

    def laid_out(state: decompose.State) -> Array:
        return np.asarray(value(state).drop_vars("unit").reindex(order, fill_value=0.0).values)

    none = laid_out((False,) * n)
    alone = np.stack([laid_out(state) - none for state in states[2:]])
    if sharing == "shapley":
        attributed = decompose.shapley(laid_out, n).effects
    else:
        steps = np.stack([laid_out(tuple(at < count for at in range(n))) for count in range(n + 1)])
        attributed = np.diff(steps, axis=0)
    stressors = list(order["stressor"])
    whole = (laid_out(every) - none).reshape(len(stressors), -1).sum(axis=1)
    left = whole - alone.sum(axis=0).reshape(len(stressors), -1).sum(axis=1)
    coords = {"definition": list(PARTS), "change": _labels(scenario), **order}
    values = xr.DataArray(np.stack([alone, attributed]), coords, tuple(coords))
    return stamp(
        values,
        table,
        "scenario",
        f"{principle} account, change by change: alone, and attributed by {SHARINGS[sharing]}",
        sharing=sharing,
        interaction=dict(zip(stressors, left.tolist(), strict=True)),
        **_stated(scenario, table, apply(scenario, table), principle),
    )


def _account(principle: str) -> Callable[..., xr.DataArray]:
    if principle not in PRINCIPLES:
        raise QuestionError(f"there are no differences by {principle!r}", hint=nearest(principle, PRINCIPLES))
    return find(principle).function


def _union(*indexes: pd.Index) -> list[str]:
    """All labels in the order in which they first occur: a component may be there in one table alone."""
    return list(dict.fromkeys(label for index in indexes for label in index))


def _shape(value: Callable[[decompose.State], xr.DataArray], states: list[decompose.State]) -> dict[str, list[str]]:
    found = [value(state) for state in states]
    return {str(dim): _union(*(one.indexes[dim] for one in found)) for dim in found[0].dims}


def _labels(scenario: Scenario) -> list[str]:
    return [f"{number} {change.kind}" for number, change in enumerate(scenario.changes, start=1)]


def _require_shareable(n: int, sharing: str) -> None:
    if sharing not in SHARINGS:
        raise QuestionError(f"there is no way {sharing!r} of sharing", hint=nearest(sharing, SHARINGS))
    if n == 0:
        raise QuestionError("the scenario has no changes", hint="declare some")
    if n > decompose.EXACT and sharing == "shapley":
        hint = "ask for sequential"
        raise QuestionError(f"{n} changes have too many orders (at most {decompose.EXACT})", hint=hint)


def _stated(scenario: Scenario, table: Table, changed: Table, principle: str) -> dict[str, Any]:
    """The attributes that say what was compared, with what changed and what did not."""
    return {
        "of": principle,
        "scenario": scenario.name,
        "scenario_table": changed.about.name,
        "scenario_hash": changed.hash,
        "scenario_source": scenario.source,
        "scenario_groups": {spec: " ".join(names) for spec, names in members(scenario.changes, table).items()},
        "changes": "; ".join(one.what for one in notes(changed)),
        "fixed": "; ".join(one.what for one in fixed(scenario, table)),
        "principle": "",  # a difference is no account of a principle: it does not add up to the world's emissions
    }


def notes(changed: Table) -> tuple[Finding, ...]:
    """What the table of a scenario says was changed, without what is fixed."""
    kept = ("scenario-fixed", "scenario-assumed")
    return tuple(
        one for one in changed.findings if one.check.startswith("scenario-") and not one.check.startswith(kept)
    )


# -- paths ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class ScenarioPaths:
    """The paths of a footprint that a scenario changed most.

    ``frame``: a path a row, the largest change first, with the columns of ``tidy`` and rank, layer, region and sector
    of the emitter, product_region and product_sector, path, baseline, scenario, change. ``before`` and ``after`` are
    the footprints; ``remainder`` is the change of all paths that are not listed.
    """

    frame: pd.DataFrame
    before: float
    after: float
    remainder: float
    attrs: dict[str, Any]


def scenario_paths(
    scenario: Scenario,
    table: Table,
    *,
    stressor: str | None = None,
    region: str | None = None,
    demand: str | None = None,
    product: Node = None,
    emitter: Node = None,
    threshold: float = 1e-4,
    limit: int | None = None,
    applied: Table | None = None,
) -> ScenarioPaths:
    """The structural paths whose contribution changed most, each valued on both tables.

    The footprint is that of ``accounts.paths``, on the table and on the scenario's; every path that is worth
    ``threshold`` of either is compared, so that (without negative numbers) no path is left out that changed by more
    than that share of the larger. ``limit`` keeps the largest.
    Raises as ``accounts.paths`` and as applying the scenario does.
    Source: Defourny and Thorbecke 1984; Treloar 1997.
    """
    changed = apply(scenario, table) if applied is None else applied
    asked = {"stressor": stressor, "region": region, "demand": demand, "product": product, "emitter": emitter}
    found = [paths(one, threshold=threshold, **asked) for one in (table, changed)]  # type: ignore[arg-type]
    nodes = _all_paths(*(one.nodes for one in found))
    both = [_worth(Footprint.of(one, stressor, region, demand, product, emitter), nodes) for one in (table, changed)]
    rise = both[1] - both[0]
    largest = np.argsort(-np.abs(rise), kind="stable")[:limit]
    whole = found[1].total - found[0].total
    frame = _listed(nodes[largest], both[0][largest], both[1][largest], table)
    frame = Footprint.of(table, stressor, region, demand, product, emitter).tidy("scenario", frame)
    more = _stated(scenario, table, changed, "consumption") | {
        "threshold": threshold,
        "exhausted": any(one.attrs["exhausted"] for one in found),
        "method": "structural paths worth the threshold in either table, valued in both",
        "account": "scenario",
    }
    remainder = whole - float(rise[largest].sum())
    return ScenarioPaths(frame, found[0].total, found[1].total, remainder, found[0].attrs | more)


def _all_paths(*nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The paths (each a row, -1 behind its end) of several listings, each once."""
    longest = max(one.shape[1] for one in nodes)
    padded = [np.pad(one, ((0, 0), (0, longest - one.shape[1])), constant_values=-1) for one in nodes]
    return np.unique(np.concatenate(padded), axis=0)


def _worth(asked: Footprint, nodes: NDArray[np.int64]) -> Array:
    """s_i a_ik ... a_lj y_j of each path (paths,)."""
    value = asked.s[nodes[:, 0]].copy()
    per_output = asked.per_output
    for at in range(nodes.shape[1]):
        here = nodes[:, at]
        after = nodes[:, at + 1] if at + 1 < nodes.shape[1] else np.full_like(here, -1)
        on = after >= 0
        value[on] *= asked.Z[here[on], after[on]] * per_output[after[on]]
        last = (here >= 0) & ~on
        value[last] *= asked.y[here[last]]
    return value


def _listed(nodes: NDArray[np.int64], before: Array, after: Array, table: Table) -> pd.DataFrame:
    layers = (nodes >= 0).sum(axis=1) - 1
    products = names(table, nodes[np.arange(len(nodes)), layers])
    words = {int(at): ":".join((one, other)) for at, one, other in _words(table, nodes)}
    chains = [
        " > ".join(words[at] for at in row[: layer + 1])
        for row, layer in zip(nodes.tolist(), layers.tolist(), strict=True)
    ]
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(nodes) + 1),
            "layer": layers,
            **names(table, nodes[:, 0]),
            **{f"product_{key}": values for key, values in products.items()},
            "path": chains,
            BASELINE: before,
            SCENARIO: after,
            CHANGE: after - before,
        }
    )


def _words(table: Table, nodes: NDArray[np.int64]) -> list[tuple[int, str, str]]:
    met = np.unique(nodes[nodes >= 0])
    named = names(table, met)
    return list(zip(met.tolist(), named["region"], named["sector"], strict=True))
