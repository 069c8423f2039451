"""A scenario applied to a table: a new table with its record, and what is assumed fixed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tanheng.errors import TableError, UnproductiveError
from tanheng.kernels import leontief
from tanheng.systems.aggregate import carried
from tanheng.systems.finding import Finding, found
from tanheng.systems.scenarios import amounts, compositions, prices
from tanheng.systems.scenarios.changes import (
    CarbonPrice,
    Change,
    Demand,
    Intensity,
    Limit,
    Mix,
    Scenario,
    Tariff,
    Technology,
    TradeShare,
)
from tanheng.systems.scenarios.state import Array, State, less_value_added
from tanheng.systems.table import Table

_ROUNDING = 1e-9  # of output: what a solve may leave below zero

_STEPS: Mapping[type[Change], Callable[[State, Any], State]] = {
    Intensity: amounts.intensity,
    Demand: amounts.demand,
    Limit: amounts.limit,
    Mix: compositions.mix,
    Technology: compositions.technology,
    TradeShare: compositions.trade_share,
    CarbonPrice: prices.carbon_price,
    Tariff: prices.tariff,
}


def apply(scenario: Scenario, table: Table) -> Table:
    """The table as it would be: the changes that hold in its year, in the order in which they are declared.

    Each change starts from what those before it left: coefficients A', final demand y' and intensities s' at the output
    of the table. Then ``x' = (I − A')⁻¹ y'``, ``Z' = A' x̂'``, ``F' = s' x̂'``, V' in proportion to output but for
    what a change of technology takes from it; F_Y' is held unless a change names it. The order matters where one
    change reads what another made (a response to prices, a mix after a demand); factors commute.
    All flows are in the prices of the table: prices move buyers where a response is declared, and are not in the flows.
    Sectors without output have no coefficients: they stay without output, and their emissions as they are.

    ``about.name`` and ``about.version`` say the scenario and its changes; the findings carry them, and what is assumed
    fixed, in both languages. Without changes the accounts are those of the table, bit for bit.
    Raises LabelError, NormError, UnitError, QuestionError as the changes do, UnproductiveError where the changed inputs
    use up output, TableError where output would be negative. Where inputs or demand change it costs one solve and two
    copies of Z.
    Source: Miller and Blair 2009, ch. 2 (quantities), sec. 2.6 (prices).
    """
    state = State.of(table)
    for number, change in enumerate(scenario.changes, start=1):
        numbered = change if change.where else dataclasses.replace(change, where=f"change {number}, {change.kind}")
        if change.holds(table.year):
            state = _STEPS[type(change)](state, numbered)
        else:
            state = state.noted("scenario-later", numbered.place, start=change.start, year=table.year)
    return _finished(state, scenario)


def fixed(scenario: Scenario, table: Table) -> tuple[Finding, ...]:
    """What is assumed fixed when the scenario is applied to the table, and what the scenario itself assumes."""
    now = [change for change in scenario.changes if change.holds(table.year)]
    checks = ["scenario-fixed-rest", "scenario-fixed-prices", "scenario-fixed-supply"]
    if table.F_Y is not None:
        checks.append("scenario-fixed-direct")
    if any(isinstance(change, CarbonPrice | Tariff) for change in now):
        checks.append("scenario-fixed-revenue")
    notes = [found(check, "note", scenario.name, table=table.about.name, year=table.year) for check in checks]
    if not table.has_output.all():
        notes.append(found("scenario-fixed-idle", "note", scenario.name, count=int((~table.has_output).sum())))
    for one in scenario.assumptions:
        values: dict[str, Any] = {language: one.get(language, next(iter(one.values()))) for language in ("en", "zh")}
        notes.append(found("scenario-assumed", "note", scenario.name, **values))
    return tuple(notes)


def _finished(state: State, scenario: Scenario) -> Table:
    """The table of the changed coefficients, demand and intensities, at the output that they take."""
    table = state.table
    Z, Y, F, V = state.Z, state.Y, state.F, state.V
    if state.touched:
        ratio = _output_ratio(state, scenario)
        Z, F = Z * ratio, F * ratio
        Z[~state.active] = table.Z.values[~state.active]
        more = (table.Z.values[~state.active] - state.Z[~state.active] * ratio).sum(axis=0)
        V = None if V is None else less_value_added(V * ratio, np.where(state.active, more, 0.0), table)
    told = "; ".join(one.what for one in state.notes) or "no change"
    about = dataclasses.replace(
        table.about,
        name=f"{table.about.name}, scenario {scenario.name}",
        version=f"{table.about.version}; scenario {scenario.name}: {told}",
    )
    changed = table.replace(
        Z=_with(table.Z, Z),
        Y=_with(table.Y, Y),
        F=_with(table.F, F),
        F_Y=None if table.F_Y is None else _with(table.F_Y, state.F_Y),
        V=None if table.V is None else _with(table.V, V),
        about=about,
    )
    return changed.noted((*carried(table), *_losses(table, changed), *state.notes, *fixed(scenario, table)))


def _with(array: Any, values: Array | None) -> Any:
    """The array itself where its values are its own, else one with these under its labels."""
    return array if values is array.values else array.copy(deep=False, data=values)


def _output_ratio(state: State, scenario: Scenario) -> Array:
    """x' / x (R, S), one where there is no output. What sectors without output buy counts as final."""
    table, n = state.table, state.table.x.size
    where = f"{table.about.name}, scenario {scenario.name}"
    try:
        system = leontief.system(
            state.Z.reshape(n, n),
            table.x.values.ravel(),
            len(table.sectors),
            active=state.active.ravel(),
            name=lambda position: f"{where}, {table.name_of(position)}",
        )
    except UnproductiveError as error:
        hint = "the changed inputs use up the output: change them by less"
        raise UnproductiveError(error.what, where=error.where, hint=hint) from None
    final = state.Y.sum(axis=(2, 3)) + state.Z[:, :, ~state.active].sum(axis=2)
    output = leontief.embodied_output(system, final.reshape(n, 1)).value.reshape(table.x.shape)
    ratio = np.divide(output, table.x.values, out=np.ones(table.x.shape), where=state.active)
    if (bad := state.active & (ratio < -_ROUNDING)).any():
        at = int(bad.argmax())
        what = f"the output would be {ratio.ravel()[at]:.4g} times what it is"
        hint = "final demand there is negative beyond what others buy: change less"
        raise TableError(what, where=f"{where}, {table.name_of(at)}", hint=hint)
    return np.asarray(ratio)


def _losses(table: Table, changed: Table) -> tuple[Finding, ...]:
    """A warning where value added became negative that was not."""
    before, after = table.primary_inputs.values, changed.primary_inputs.values
    lost = table.has_output & (before >= 0) & (after < 0)
    if not lost.any():
        return ()
    shares = np.divide(after, changed.x.values, out=np.zeros_like(after), where=lost)
    at = int(shares.argmin())
    values = {"count": int(lost.sum()), "worst": table.name_of(at), "share": 1 - float(shares.ravel()[at])}
    return (found("negative-value-added", "warning", "V", float(-shares.min()), **values),)
