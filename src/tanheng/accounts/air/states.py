"""Reference states: the temperature and pressure that concentrations are given at, and gases brought to another."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.errors import QuestionError
from tanheng.norms.air import AirRules, states_between
from tanheng.systems.finding import found
from tanheng.systems.observations import DATED, GASES, Observations

_STATE = re.compile(r"(\d+(?:\.\d+)?) K, (\d+(?:\.\d+)?) kPa")


def states_of(observations: Observations, substance: str) -> str:
    """The reference state that a substance is given in; several, with arrows, where it changed in between."""
    return " → ".join(state for _, state in _spans(observations, substance))


def in_state_of(observations: Observations, rules: AirRules) -> Observations:
    """The observations with their gases in the reference state that the rules speak of, which a finding says.

    c' = c (T / T') (p' / p), of the ideal gas: from 273.15 K to 298.15 K at equal pressure times 0.9161. Particles stay
    as they are: from a standard state to that of the day they would need its temperature and pressure.
    Raises QuestionError where the state of the gases is not stated, or is none of a temperature and a pressure.
    """
    about, gases = observations.about, [name for name in observations.substances if name in GASES]
    target = rules.state(GASES[0])
    own = states_of(observations, gases[0]) if gases else target
    if own == target:
        return observations
    factor = np.ones(observations.values.sizes["time"])
    times = pd.DatetimeIndex(observations.values.indexes["time"])
    for since, state in _spans(observations, gases[0]):
        factor[times >= pd.Timestamp(since)] = _factor(state, target, about.name)
    is_gas = observations.values["substance"].isin(gases)
    values = observations.values.where(~is_gas, observations.values * xr.DataArray(factor, dims="time"))
    note = found("air-converted", "note", about.name, of=", ".join(gases), own=own, state=target)
    changed = dataclasses.replace(about, reference=target, particles=about.particles or about.reference)
    return observations.replace(values=values, about=changed, findings=(*observations.findings, note))


def _spans(observations: Observations, substance: str) -> tuple[tuple[date, str], ...]:
    state, days = observations.about.state(substance), observations.days
    if state == DATED:
        return states_between(substance, days[0].date(), days[-1].date())
    return ((days[0].date(), state),)


def _factor(own: str, target: str, where: str) -> float:
    """What a concentration is multiplied by."""
    ends = [_STATE.fullmatch(state) for state in (own, target)]
    if ends[0] is None or ends[1] is None:
        hint = "say in which state the gases were given, such as 273.15 K, 101.325 kPa"
        what = f"gases cannot be brought from {own!r} to {target!r}"
        raise QuestionError(what, where=where, hint=hint)
    (kelvin, pressure), (other, under) = ([float(value) for value in end.groups()] for end in ends if end)
    return kelvin / other * under / pressure
