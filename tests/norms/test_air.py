"""The rules for ambient air at a date: editions, their boundary days, reference states."""

from __future__ import annotations

from datetime import date

import pytest

from tanheng.errors import NormError
from tanheng.norms.air import air_rules, states_between

STANDARD, ROOM = "273.15 K, 101.325 kPa", "298.15 K, 101.325 kPa"


@pytest.mark.parametrize(
    ("name", "day", "annual", "codes"),
    [
        ("2012", 75, 35, "GB 3095-2012; HJ 633-2012; HJ 663-2013"),
        ("2026-02-28", 75, 35, "GB 3095-2012; HJ 633-2012; HJ 663-2013"),
        ("2026", 60, 30, "GB 3095-2026; HJ 633-2026; HJ 663-2026"),
        ("2026-03-01", 60, 30, "GB 3095-2026; HJ 633-2026; HJ 663-2026"),
        ("2030", 60, 30, "GB 3095-2026; HJ 633-2026; HJ 663-2026"),
        ("2031-01-01", 50, 25, "GB 3095-2026; HJ 633-2026; HJ 663-2026"),
    ],
)
def test_rules_of_an_edition_a_year_and_a_date(name, day, annual, codes):
    rules = air_rules(name)
    assert (rules.limit("PM2.5").value, rules.limit("PM2.5", "year").value) == (day, annual)
    assert rules.editions == codes


def test_an_edition_is_that_of_the_day_it_came_into_force_and_a_year_its_last_day():
    assert air_rules("2012").at == date(2016, 1, 1)
    assert air_rules("2026").at == date(2026, 3, 1)
    assert air_rules("2031").at == date(2031, 12, 31)
    assert air_rules(date(2020, 5, 1)).name == "2020-05-01"


@pytest.mark.parametrize("name", ["twelve", "2012-13-01", ""])
def test_what_is_no_rule_names_the_editions(name):
    with pytest.raises(NormError, match=r"there are no rules .*; give an edition \(2012, 2026\)"):
        air_rules(name)


def test_before_the_first_edition_there_are_none():
    with pytest.raises(NormError, match=r"no edition of GB 3095 holds at 2014-12-31; .* from 2016-01-01"):
        air_rules("2014")


def test_ozone_is_judged_by_8_hours_and_the_others_by_a_day():
    rules = air_rules("2012")
    assert rules.limit("O3").averaging == "8 hours"
    assert rules.limit("CO").unit == "mg/m3"
    assert rules.breakpoints("O3")[2] == 160
    with pytest.raises(NormError, match=r"no scale of PM1; did you mean PM10"):
        rules.breakpoints("PM1")


def test_grade_I_is_stricter():
    assert air_rules("2012", grade="I").limit("PM2.5", "year").value == 15
    with pytest.raises(NormError, match=r"no limit of PM2.5"):
        air_rules("2026", grade="I").limit("PM2.5")


def test_the_share_of_stations_is_less_for_few():
    rules = air_rules("2012")
    assert [rules.share_of(count) for count in (1, 3, 4, 12)] == [0.5, 0.5, 0.75, 0.75]


def test_the_reference_state_changed_on_1_september_2018():
    """The amendment of August 2018: gases at 298.15 K, particles as they are."""
    assert states_between("SO2", date(2018, 8, 31), date(2018, 8, 31)) == ((date(2018, 8, 31), STANDARD),)
    assert states_between("SO2", date(2018, 8, 31), date(2018, 9, 1)) == (
        (date(2018, 8, 31), STANDARD),
        (date(2018, 9, 1), ROOM),
    )
    assert states_between("PM2.5", date(2019, 1, 1), date(2030, 1, 1)) == ((date(2019, 1, 1), "ambient"),)
    assert states_between("SO2", date(2010, 1, 1), date(2010, 12, 31)) == ((date(2010, 1, 1), STANDARD),)
    with pytest.raises(NormError, match="no reference state of CO2"):
        states_between("CO2", date(2019, 1, 1), date(2019, 1, 2))


def test_rules_speak_of_the_state_of_their_day():
    assert [air_rules(name).state("SO2") for name in ("2012", "2017", "2019", "2031")] == [
        STANDARD,
        STANDARD,
        ROOM,
        ROOM,
    ]
    assert air_rules("2026", grade="I").state("PM10") == "ambient"
