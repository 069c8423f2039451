"""Reference states: gases from one to another by the gas law, particles never."""

from __future__ import annotations

import numpy as np
import pytest
from air_data import STANDARD, town

from tanheng.accounts.air.states import in_state_of, states_of
from tanheng.errors import QuestionError
from tanheng.norms.air import air_rules
from tanheng.systems.observations import DATED, AirAbout

ROOM = "298.15 K, 101.325 kPa"


def value(air, substance, day=0):
    return air.values.sel(substance=substance).values[0, 24 * day]


def test_gases_are_brought_to_298_kelvin_and_particles_are_left():
    """273.15 / 298.15 = 0.91615: SO2 of 50 reads 45.8."""
    found = in_state_of(town([{}]), air_rules("2026"))
    assert value(found, "SO2") == pytest.approx(50 * 273.15 / 298.15, rel=1e-14)  # two roundings
    assert value(found, "PM2.5") == 35
    assert (found.about.state("SO2"), found.about.state("PM2.5")) == (ROOM, STANDARD)
    assert [one.check for one in found.findings] == ["air-converted"]
    assert found.findings[0].severity == "note"


def test_there_and_back_again_is_the_same_air():
    there = in_state_of(town([{}]), air_rules("2026"))
    back = in_state_of(there, air_rules("2012"))
    np.testing.assert_allclose(back.values, town([{}]).values, rtol=1e-15 * 4)  # two factors, each with its inverse
    assert back.about.state("SO2") == STANDARD


def test_what_is_in_the_state_already_is_left_as_it_is():
    air = town([{}])
    assert in_state_of(air, air_rules("2012")) is air


def test_pressure_counts_too():
    air = town([{}], about=AirAbout("high", reference="298.15 K, 80 kPa"))
    assert value(in_state_of(air, air_rules("2026")), "SO2") == pytest.approx(50 * 101.325 / 80, rel=1e-14)


def test_the_state_of_its_day_changed_in_2018():
    air = town([{}, {}], "2018-08-31", AirAbout("town", reference=DATED))
    assert states_of(air, "SO2") == f"{STANDARD} → {ROOM}"
    assert states_of(air, "PM10") == f"{STANDARD} → ambient"
    found = in_state_of(air, air_rules("2026"))
    assert value(found, "SO2", 0) == pytest.approx(50 * 273.15 / 298.15, rel=1e-14)
    assert value(found, "SO2", 1) == 50
    assert states_of(found, "PM10") == f"{STANDARD} → ambient"


def test_a_state_that_is_not_stated_cannot_be_left():
    with pytest.raises(QuestionError, match="gases cannot be brought from 'not stated'"):
        in_state_of(town([{}], about=AirAbout("town")), air_rules("2026"))
