"""Money, CO2 and people of countries against the reference series."""

from __future__ import annotations

import numpy as np
import pytest

from tanheng.data import checks, reference
from tanheng.data import findings as messages
from tanheng.systems.table import Table


def found(table: Table) -> dict[str, checks.Finding]:
    return {finding.check: finding for finding in checks.check(table)}


def countries(scale=1.0, co2=1.0, *, year=2009, codes=("CHN", "USA", "FRA"), unit="Mt", name="CO2", **about) -> Table:
    """Countries whose value added is their GDP and whose CO2 is that of the reference, each times a number."""
    gdp = reference.series("gdp_current").sel(region=list(codes), year=year).values / 1e6 * scale
    carbon = reference.series("territorial_co2").sel(region=list(codes), year=year).values * co2
    n = len(codes)
    about = {"name": "countries", "year": year, "currency": "million USD", "boundary": "residence"} | about
    return Table.from_arrays(
        np.zeros((n, n)),
        np.diag(gdp),
        [carbon],
        regions=codes,
        sectors=["all"],
        demand=["final"],
        stressors=[name],
        about=about | {"units": {name: unit}},
    )


def test_countries_as_they_are():
    assert checks.check(countries()) == ()
    assert checks.check(countries(scale=6.83, currency="million CNY")) == ()  # CNY per USD in 2009
    assert checks.check(countries(scale=1.5)) == ()  # other prices


def test_value_added_against_gdp():
    finding = found(countries(scale=1000))["gdp-magnitude"]
    assert finding.values["times"] == pytest.approx(1000)
    assert found(countries(scale=1e-3, currency="million EUR"))["gdp-magnitude"].severity == "warning"
    one = found(countries(scale=np.array([1, 1, 20])))
    assert "gdp-magnitude" not in one
    assert one["gdp-differs"].values["names"] == "FRA 20"
    assert not {"gdp-magnitude", "gdp-differs"} & set(found(countries(scale=1000, currency="million XAU")))


@pytest.mark.parametrize(
    ("co2", "check"),
    [
        (12.011 / 44.009, "stressor-carbon"),  # t C for t CO2: molar masses
        (44.009 / 12.011, "stressor-carbon"),  # converted twice
        (1e3, "stressor-thousand"),
        (1e-3, "stressor-thousand"),
        (1e-6, "stressor-thousand"),
        (np.array([1, 1, 2.5]), "stressor-countries"),
        (np.array([1, 0.4, 1]), "stressor-countries"),
    ],
)
def test_co2_against_the_reference(co2, check):
    them = [one for one in checks.check(countries(co2=co2)) if one.check.startswith("stressor-")]
    assert [one.check for one in them] == [check]
    assert them[0].where == "stressor CO2"


def test_residence_may_differ_where_territory_may_not():
    ships = np.array([1, 1, 1.6])
    assert checks.check(countries(co2=ships)) == ()
    assert found(countries(co2=ships, boundary="territory"))["stressor-countries"].values["names"] == "FRA 1.6"


def test_the_sum_of_many_countries():
    codes = ("CHN", "USA", "FRA", "DEU", "JPN", "IND", "ITA", "GBR", "CAN", "BRA")
    assert checks.check(countries(codes=codes)) == ()
    assert found(countries(codes=codes, co2=1.5))["stressor-total"].values["times"] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("CO2 - land use change", "Mt"),
        ("CO2, biogenic", "Mt"),
        ("co2_org_short_cycle_c_total", "Mt"),
        ("GHG emissions", "Mt CO2e"),
        ("CO2-eq", "Mt"),
        ("CO", "Mt"),
        ("people", "p"),
    ],
)
def test_what_is_not_fossil_co2_is_not_compared(name, unit):
    assert checks.check(countries(co2=1e-9, name=name, unit=unit)) == ()


@pytest.mark.parametrize(
    "name",
    [
        "CO2 (excluding LULUCF)",
        "co2_excl_short_cycle_org_c_total",
        "CO₂",
        "二氧化碳",
        "Carbon dioxide, fossil",
        "CO2 emissions",
    ],
)
def test_what_is_fossil_co2_is_compared_by_any_name(name):
    assert "stressor-thousand" in found(countries(co2=1e3, name=name))


def test_parts_of_co2_are_judged_by_their_sum():
    whole = countries()
    halves = np.repeat(whole.F.values, 2, axis=0) / 2
    names = ["CO2 - combustion - air", "CO2 - non combustion - cement - air"]
    for scale, expected in ((1.0, False), (1e3, True)):
        table = Table.from_arrays(
            whole.Z.values.reshape(3, 3),
            whole.Y.values.reshape(3, 3),
            (halves * scale).reshape(2, 3),
            regions=whole.regions,
            sectors=["all"],
            demand=["final"],
            stressors=names,
            about={**vars(whole.about), "units": dict.fromkeys(names, "Mt")},
        )
        assert any(one.check.startswith("stressor-") for one in checks.check(table)) is expected


def test_more_people_than_live_there():
    population = reference.series("population").sel(region=["CHN", "USA", "FRA"], year=2009).values
    table = countries(name="Employment", unit="1000 p")
    sound = table.replace(F=table.F.copy(data=population.reshape(1, 3, 1) / 1e3 * 0.45))
    assert checks.check(sound) == ()
    wrong = found(sound.replace(F=sound.F * 1e3))["more-people"]
    assert wrong.values["count"] == 3
    assert "CHN 450" in wrong.what


def test_every_finding_is_said_in_both_languages():
    territory = countries(co2=np.array([1, 1, 2.5]), scale=np.array([1, 1, 20]), boundary="territory")
    for one in (*checks.check(countries(scale=1000, co2=1e3)), *checks.check(territory)):
        assert messages.said(one, "en") == (one.what, one.hint)
        assert "{" not in messages.said(one, "zh")[0]
