"""Sets of warming potentials against numbers that their publishers print, and against each other."""

from __future__ import annotations

from datetime import date

import pytest

from tanheng.norms import lookup, names

AT = date(2020, 12, 31)
SETS = names("gwp")


def factors(name: str) -> dict[str, float]:
    return lookup(name, AT).values


# IPCC AR4 WG1 table 2.14, AR5 WG1 table 8.A.1, AR6 WG1 tables 7.15 and 7.SM.7; EF: reference package 3.1
@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("gwp100-ar4", {"CH4 fossil": 25, "CH4 non-fossil": 25, "N2O": 298, "SF6": 22800, "NF3": 17200}),
        ("gwp100-ar4", {"HFC-23": 14800, "HFC-134a": 1430, "HFC-32": 675, "CF4": 7390, "C2F6": 12200, "HCFC-22": 1810}),
        ("gwp100-ar5", {"CH4 fossil": 30, "CH4 non-fossil": 28, "N2O": 265, "SF6": 23500, "NF3": 16100}),
        ("gwp100-ar5", {"HFC-23": 12400, "HFC-134a": 1300, "HFC-32": 677, "CF4": 6630, "C2F6": 11100, "HCFC-22": 1760}),
        ("gwp100-ar6", {"CH4 fossil": 29.8, "CH4 non-fossil": 27.0, "N2O": 273, "SF6": 25200, "NF3": 17400}),
        ("gwp100-ar6", {"HFC-23": 14600, "HFC-134a": 1530, "HFC-32": 771, "CF4": 7380, "C2F6": 12400, "HCFC-22": 1960}),
        ("gwp20-ar6", {"CH4 fossil": 82.5, "CH4 non-fossil": 79.7, "N2O": 273, "SF6": 18300, "HFC-134a": 4140}),
        ("ef31-climate", {"CH4 fossil": 29.8, "CH4 land use": 29.8, "CH4 non-fossil": 27.0, "N2O": 273, "SF6": 25200}),
    ],
)
def test_factors_are_those_printed(name: str, printed: dict[str, float]) -> None:
    found = factors(name)
    assert {code: found[code] for code in printed} == printed


@pytest.mark.parametrize("name", SETS)
def test_carbon_that_goes_round_counts_nothing_and_carbon_of_cleared_land_counts(name: str) -> None:
    assert {code: value for code, value in factors(name).items() if code.startswith("CO2")} == {
        "CO2": 1,
        "CO2 biogenic": 0,
        "CO2 land use": 1,
    }


@pytest.mark.parametrize("name", SETS)
def test_gases_are_gases(name: str) -> None:
    norm = lookup(name, AT)
    assert norm.unit == "kg CO2e/kg"
    assert factors(name)["CH4 fossil"] >= factors(name)["CH4 non-fossil"] > 1
    assert all(value > 1 for code, value in norm.values.items() if not code.startswith("CO2"))


def test_what_lives_shorter_than_twenty_years_counts_more_over_twenty() -> None:
    short, long = factors("gwp20-ar6"), factors("gwp100-ar6")
    assert short.keys() == long.keys()
    for code in ("CH4 fossil", "HFC-134a", "HFC-32", "HCFC-22", "CHCl3"):  # lifetimes of 0.5 to 14 years
        assert short[code] > 2 * long[code]
    for code in ("SF6", "CF4", "C2F6", "CFC-115"):  # of 500 years and more
        assert short[code] < long[code]


def test_the_environmental_footprint_follows_the_sixth_assessment() -> None:
    own, ipcc = factors("ef31-climate"), factors("gwp100-ar6")
    assert {code: value for code, value in own.items() if ipcc.get(code) != value} == {
        "CH4 land use": 29.8,  # the IPCC tells fossil and not fossil apart
        "HFC-134a": 1526,  # table 7.15 has a digit more than table 7.SM.7
    }
