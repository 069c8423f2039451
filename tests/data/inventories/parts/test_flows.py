"""Flows while they are read: units that cannot meet are kept apart, and one word for what is taken from nature."""

from __future__ import annotations

from tanheng.data import archive
from tanheng.data.inventories.parts.flows import Flows, compartment, elementary, title
from tanheng.systems.inventory import Flow


def test_a_flow_stands_once_in_units_of_one_kind_and_apart_in_others():
    flows = Flows()
    ids = [flows.put(Flow("wood", "wood", "product", unit)) for unit in ("kg", "t", "m3", "m3")]
    assert ids == ["wood", "wood", "wood [m3]", "wood [m3]"]
    assert {id: flow.unit for id, flow in flows.items()} == {"wood": "kg", "wood [m3]": "m3"}


def test_properties_that_come_later_are_added_where_there_were_none():
    flows = Flows()
    for properties in ({}, {"mass": 1.0}, {"mass": 2.0}):
        flows.put(Flow("wood", "wood", "product", "kg", properties=properties))
    assert flows["wood"].properties == {"mass": 1.0}


def test_compartments():
    assert compartment("Resources", "(unspecified)") == compartment("natural resource") == "resource"
    assert compartment("air", "urban air close to ground") == "air/urban air close to ground"
    assert compartment("", "") == ""


def test_an_elementary_flow_is_known_by_its_compartment_and_name():
    flow = elementary("Methane", "kg", "air", "low. pop.", cas="000074-82-8")
    assert (flow.id, flow.compartment, flow.cas) == ("air/low. pop./Methane", "air/low. pop.", "74-82-8")


def test_the_title_of_a_folder_and_of_a_file(tmp_path):
    folder = tmp_path / "us.lci"
    folder.mkdir()
    (folder / "steel.v2.csv").write_text("x")
    assert (title(archive.open(folder)), title(archive.open(folder / "steel.v2.csv"))) == ("us.lci", "steel.v2")
