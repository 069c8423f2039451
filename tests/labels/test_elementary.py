"""Greenhouse gases are known by the names that databases give them, and nothing else is taken for one."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tanheng import labels, norms
from tanheng.labels.elementary import PARTS, Gas, folded, greenhouse_gas, looks_like_gas, medium

DATA = Path(labels.__file__).parent / "data" / "elementary.toml"
GASES = tomllib.loads(DATA.read_text(encoding="utf-8"))["gas"]
AIR = ("air/unspecified", "Emissions to air/Emissions to urban air close to ground", "Airborne emissions", "air", "")


@pytest.mark.parametrize("compartment", AIR)
@pytest.mark.parametrize(
    ("name", "code", "part"),
    [
        # ecoinvent
        ("Carbon dioxide, fossil", "CO2", "fossil"),
        ("Carbon dioxide, non-fossil", "CO2 biogenic", "biogenic"),
        ("Carbon dioxide, from soil or biomass stock", "CO2 land use", "land use"),
        ("Methane, non-fossil", "CH4 non-fossil", "biogenic"),
        ("Methane, from soil or biomass stock", "CH4 land use", "land use"),
        ("Dinitrogen monoxide", "N2O", "fossil"),
        ("Ethane, 1,1,1,2-tetrafluoro-, HFC-134a", "HFC-134a", "fossil"),
        ("Methane, tetrafluoro-, R-14", "CF4", "fossil"),
        ("Nitrogen fluoride", "NF3", "fossil"),
        # Environmental Footprint, ILCD
        ("carbon dioxide (fossil)", "CO2", "fossil"),
        ("carbon dioxide (biogenic)", "CO2 biogenic", "biogenic"),
        ("carbon dioxide (land use change)", "CO2 land use", "land use"),
        ("methane (fossil)", "CH4 fossil", "fossil"),
        ("methane (biogenic)", "CH4 non-fossil", "biogenic"),
        ("methane (land use change)", "CH4 land use", "land use"),
        ("nitrous oxide", "N2O", "fossil"),
        ("sulphur hexafluoride", "SF6", "fossil"),
        ("hfc-32", "HFC-32", "fossil"),
        # US LCI, with its blanks, and names of GaBi in it
        ("Carbon dioxide, fossil ", "CO2", "fossil"),
        ("Carbon dioxide, land transformation", "CO2 land use", "land use"),
        ("Methane, biogenic", "CH4 non-fossil", "biogenic"),
        ("Nitrous oxide (laughing gas) [Inorganic emissions to air]", "N2O", "fossil"),
        # SimaPro
        ("Carbon dioxide, biogenic", "CO2 biogenic", "biogenic"),
        ("Methane, tetrachloro-, CFC-10", "CCl4", "fossil"),
        ("Methane, bromotrifluoro-, Halon 1301", "Halon-1301", "fossil"),
        # our own product files, in both languages
        ("CO2", "CO2", "fossil"),
        ("CH4 non-fossil", "CH4 non-fossil", "biogenic"),
        ("CO2e", "CO2e", "fossil"),
        ("二氧化碳（化石）", "CO2", "fossil"),
        ("氧化亚氮", "N2O", "fossil"),
    ],
)
def test_names_of_databases(name, code, part, compartment):
    assert greenhouse_gas(name, compartment=compartment) == Gas(code, part, otherwise=_otherwise(code))


def _otherwise(code: str) -> str:
    return "CH4 fossil" if code == "CH4 land use" else ""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Carbon dioxide", "CO2"),
        ("Methane", "CH4 fossil"),
        ("Methane [Organic emissions to air]", "CH4 fossil"),
        ("甲烷", "CH4 fossil"),
    ],
)
def test_where_the_name_does_not_say_where_the_carbon_is_from(name, code):
    gas = greenhouse_gas(name, compartment="air")
    assert (gas.code, gas.told) == (code, False)
    # its CAS number does not say so either
    number = {"CO2": "124-38-9", "CH4 fossil": "74-82-8"}[code]
    assert greenhouse_gas("a name that is not known", number, "air") is None
    assert looks_like_gas("a name that is not known", number, "air")


@pytest.mark.parametrize(
    ("name", "compartment", "code", "sign"),
    [
        ("Carbon dioxide, in air", "natural resource/in air", "CO2 biogenic", 1),  # what is taken has a negative amount
        ("Carbon dioxide, in air", "Raw", "CO2 biogenic", 1),
        ("Carbon dioxide", "resource/in air", "CO2 biogenic", 1),
        ("Carbon dioxide, non-fossil, resource correction", "natural resource/in air", "CO2 biogenic", 1),
        ("carbon dioxide (biogenic)", "Resources/Resources from air", "CO2 biogenic", 1),
        (
            "carbon dioxide (land use change)",
            "resources from air/renewable material resources from air",
            "CO2 land use",
            1,
        ),
        ("Carbon dioxide, to soil or biomass stock", "soil/forestry", "CO2 land use", -1),  # out of the air
    ],
)
def test_what_is_taken_from_the_air(name, compartment, code, sign):
    gas = greenhouse_gas(name, compartment=compartment)
    assert (gas.code, gas.sign) == (code, sign)


@pytest.mark.parametrize(
    ("name", "cas", "compartment"),
    [
        ("Methane, fossil", "74-82-8", "water/river"),
        ("Methane, dichloro-, HCC-30", "75-09-2", "water/ocean"),
        ("Carbon dioxide, fossil", "124-38-9", "soil/agricultural"),
        ("Carbon dioxide, in ground", "124-38-9", "natural resource/in ground"),
        ("Methane", "", "resource/in ground"),
    ],
)
def test_what_does_not_reach_the_air_is_not_counted(name, cas, compartment):
    assert greenhouse_gas(name, cas, compartment) is None


@pytest.mark.parametrize("number", ["2551-62-4", "002551-62-4", " 0002551-62-4 "])
def test_a_cas_number_that_means_one_gas_is_enough(number):
    assert greenhouse_gas("Schwefelhexafluorid", number, "air").code == "SF6"
    assert greenhouse_gas("Schwefelhexafluorid", number, "water") is None


@pytest.mark.parametrize(
    "name",
    [
        "CFCs and HCFCs, unspecified",
        "Perfluorocarbons, unspecified",
        "HFCs",
        "Methane, fossil, from the moon",
        "Carbon dioxide, mixed",
        "1,1,1-Trifluoro-2-bromoethane",
        "Propane, 1,1,1,2-tetrafluoro-",
        "Trifluoroiodomethane",
        "Greenhouse gases",
        "二氧化碳，来源不明",
    ],
)
def test_what_looks_like_a_gas_is_said_to(name):
    assert greenhouse_gas(name, compartment="air") is None
    assert looks_like_gas(name, compartment="air")


@pytest.mark.parametrize(
    "name",
    [
        "NMVOC, non-methane volatile organic compounds, unspecified origin",
        "Hydrocarbons (other than methane)",
        "Methanol",
        "Methanesulfonic acid",
        "Hydrogen fluoride",
        "Fluoranthene",
        "Carbon monoxide, fossil",
        "Nitrogen oxides",
        "Water",
        "Heat, waste",
    ],
)
def test_other_flows_are_left_in_peace(name):
    assert greenhouse_gas(name, compartment="air") is None
    assert not looks_like_gas(name, compartment="air")


def test_fuels_in_the_ground_are_no_gases():
    assert not looks_like_gas("Coalbed methane (in MJ)", compartment="resource/in ground")
    assert looks_like_gas("Carbon dioxide, uncertain", compartment="resource/in air")


@pytest.mark.parametrize(
    ("compartment", "where"),
    [
        ("air/low population density", "air"),
        ("Emissions/Emissions to air/Emissions to lower stratosphere and upper troposphere", "air"),
        ("Elementary Flows/NETL Coal Elementary Flows/air/unspecified", "air"),
        ("water/ground-", "water"),
        ("Emissions to water/Emissions to fresh water", "water"),
        ("Waterborne emissions", "water"),
        ("Emissions to soil/Emissions to industrial soil", "soil"),
        ("Resources from ground", "resource"),
        ("resource/in air", "resource"),
        ("Elementary Flows", ""),
        ("", ""),
    ],
)
def test_compartments(compartment, where):
    assert medium(compartment) == where


# -- the data ----------------------------------------------------------------------------------------------------------


def test_every_gas_has_a_factor_in_some_set_or_counts_one():
    known = {code for name in norms.names("gwp") for code in norms.lookup(name, date(2020, 12, 31)).values}
    for gas in GASES:
        assert gas["code"] in known | {"CO2e"}
        assert gas.get("otherwise", "CO2") in known
        assert gas.get("part", "fossil") in PARTS
    assert known <= {gas["code"] for gas in GASES}  # and every factor can be used


def test_no_name_means_two_gases():
    for where in ("air", "resource", "soil"):
        names = [folded(name) for gas in GASES for name in gas.get(where, ())]
        assert sorted(names) == sorted(set(names))
        assert all(names)


@pytest.mark.parametrize("number", sorted({gas["cas"] for gas in GASES if "cas" in gas}))
def test_cas_numbers_have_their_check_digit(number):
    """The last digit is the sum of the others, each times its place from the right, modulo 10 (Chemical Abstracts)."""
    assert re.fullmatch(r"[1-9]\d{1,6}-\d\d-\d", number)
    *digits, check = (int(sign) for sign in number if sign != "-")
    assert sum(place * digit for place, digit in enumerate(reversed(digits), start=1)) % 10 == check


def test_every_gas_is_known_by_its_own_code():
    for gas in GASES:
        if gas.get("told", True):
            assert greenhouse_gas(gas["code"], compartment="air").code == gas["code"]
