"""ILCD: processes with their flows, properties and unit groups; versions, reminders, shares; what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from data.inventories.ilcd_files import (
    GENERATION,
    REFINING,
    exchange,
    flow,
    flow_property,
    folder,
    heijungs_suh,
    process,
    unit_group,
    zipped,
)
from hypothesis import given
from hypothesis import strategies as st

from tanheng.data import archive
from tanheng.data.inventories import ilcd
from tanheng.data.inventory import read_inventory
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.finding import messages
from tanheng.systems.inventory import Inventory

MAKING, USING = "ILCD/processes/refining.xml", "ILCD/processes/generation.xml"
Files = dict[str, str]


def made(files: Files, tmp_path: Path) -> Inventory:
    place = archive.open(zipped(tmp_path / "data.zip", files))
    assert ilcd.holds(place)
    return ilcd.read(place)


def checks(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


# -- what is read -----------------------------------------------------------------------------------------------------


def test_the_worked_example_of_heijungs_and_suh(tmp_path: Path) -> None:
    # 1000 kWh of power are 120 kg of CO2: 100 from 100 generators, 20 from 200 l of fuel
    inventory = made(heijungs_suh(), tmp_path)
    system = assemble(inventory)
    assert system.multipliers[0, system.find("generation")] * 3600 == pytest.approx(120, rel=1e-12)  # a 2 x 2 system
    flows = inventory.flows
    assert (flows["CO2"].kind, flows["CO2"].unit, flows["CO2"].cas) == ("elementary", "kg", "124-38-9")
    assert flows["CO2"].compartment == "air/urban air close to ground"
    assert (flows["fuel"].unit, flows["fuel"].properties) == ("kg", {"mass": 1.0, "energy": 43.0})
    generation = next(one for one in inventory.processes if one.id == "generation")
    assert (generation.name, generation.location, generation.source) == ("generation; at plant", "RER", "2010")
    assert inventory.about.year == 2010


def test_a_flat_folder_and_a_zip_say_the_same(tmp_path: Path) -> None:
    flat = {f"{name.replace('/', '_')}": content for name, content in heijungs_suh().items()}
    place = archive.open(folder(tmp_path / "data", flat))
    assert ilcd.holds(place)
    read, packed = ilcd.read(place), made(heijungs_suh(), tmp_path)
    assert (read.flows, read.about) == (packed.flows, packed.about)
    assert {one.id: one for one in read.processes} == {one.id: one for one in packed.processes}


def test_a_treatment_takes_its_waste_in(tmp_path: Path) -> None:
    files = heijungs_suh()
    files["ILCD/flows/ash.xml"] = flow("ash", "Waste flow", {"m": 1.0})
    files[USING] = process("generation", *GENERATION, exchange(3, "ash", "Output", 2))
    tip = (exchange(0, "ash", "Input", 4), exchange(1, "CO2", "Output", 1))
    files["ILCD/processes/tip.xml"] = process("tip", *tip)
    system = assemble(made(files, tmp_path))
    assert system.multipliers[0, system.find("tip")] == pytest.approx(0.25)  # 1 kg of CO2 for 4 kg of ash
    expected = 1 + 1.6 * 10 / 80 + 2 * 0.25
    assert system.multipliers[0, system.find("generation")] * 36 == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # SDg² = 1.69: the median times and divided by it bounds 95 %; two standard deviations are 0.5
        ("<uncertaintyDistributionType>log-normal</uncertaintyDistributionType>"
         "<relativeStandardDeviation95In>1.69</relativeStandardDeviation95In>", ("lognormal", (1.6, 1.3))),
        ("<uncertaintyDistributionType>normal</uncertaintyDistributionType>"
         "<relativeStandardDeviation95In>0.5</relativeStandardDeviation95In>", ("normal", (1.6, 0.25))),
        ("<minimumAmount>1</minimumAmount><maximumAmount>3</maximumAmount>"
         "<uncertaintyDistributionType>triangular</uncertaintyDistributionType>", ("triangular", (1.0, 1.6, 3.0))),
        ("<minimumAmount>1</minimumAmount><maximumAmount>3</maximumAmount>"
         "<uncertaintyDistributionType>uniform</uncertaintyDistributionType>", ("uniform", (1.0, 3.0))),
        ("<uncertaintyDistributionType>undefined</uncertaintyDistributionType>", None),
        ("", None),
    ],
)  # fmt: skip
def test_uncertainties_are_those_that_the_format_defines(more: str, expected: Any, tmp_path: Path) -> None:
    files = heijungs_suh()
    files[USING] = process("generation", GENERATION[0], exchange(1, "fuel", "Input", 1.6, more))
    generation = next(one for one in made(files, tmp_path).processes if one.id == "generation")
    found = generation.exchanges[1].uncertainty
    assert (found is None) == (expected is None)
    if found is not None:
        assert found.kind == expected[0]
        assert found.parameters == pytest.approx(expected[1], rel=1e-12)  # a square root


def _shared(fuel: float, gas: float, at: str = "0") -> str:
    one, two = (
        f'<allocation internalReferenceToCoProduct="{to}" allocatedFraction="{share}"/>'
        for to, share in ((at, fuel), ("2", gas))
    )
    return f"<allocations>{one}{two}</allocations>"


def _refinery(*more: str, approach: str = "Allocation - market value") -> Files:
    files = heijungs_suh()
    files["ILCD/flows/gas.xml"] = flow("gas", "Product flow", {"m": 1.0})
    rows = (REFINING[0], *more, exchange(2, "gas", "Output", 20))
    return {**files, MAKING: process("refining", *rows, reference="0 2", approach=approach)}


def test_shares_that_all_exchanges_have_alike_are_those_of_the_products(tmp_path: Path) -> None:
    files = _refinery(exchange(1, "CO2", "Output", 10, _shared(75, 25)))
    inventory = made(files, tmp_path)
    refining = next(one for one in inventory.processes if one.id == "refining")
    assert refining.made.flow == "fuel"
    assert dict(refining.allocation) == {"economic": {"fuel": 0.75, "gas": 0.25}}
    system = assemble(allocate(inventory, "given"))
    assert system.multipliers[0, system.find("refining")] == pytest.approx(10 * 0.75 / 80, rel=1e-12)
    assert system.multipliers[0, system.find("refining/gas")] == pytest.approx(10 * 0.25 / 20, rel=1e-12)


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ((_shared(75, 25), _shared(50, 50)), "causal-allocation"),
        ((_shared(75, 25), ""), "causal-allocation"),
        ((_shared(75, 45), _shared(75, 45)), "shares-unsound"),
    ],
)
def test_shares_that_differ_or_do_not_add_up_are_noted_and_not_used(
    more: tuple[str, str], check: str, tmp_path: Path
) -> None:
    files = _refinery(exchange(1, "CO2", "Output", 10, more[0]), exchange(3, "power", "Input", 1, more[1]))
    inventory = made(files, tmp_path)
    assert checks(inventory)[check] == 1
    assert all(not one.allocation for one in inventory.processes)


# -- what is noted ----------------------------------------------------------------------------------------------------


def test_reminders_are_left_out_and_counted(tmp_path: Path) -> None:
    files = heijungs_suh()
    reminder = exchange(3, "fuel", "Output", 5, "<functionType>Allocation reminder flow</functionType>")
    files[USING] = process("generation", *GENERATION, reminder)
    inventory = made(files, tmp_path)
    assert checks(inventory) == {"reminder-flow": 1}
    assert assemble(inventory).M.shape == (2, 2)  # a co-product would have to be allocated first


def test_of_several_versions_the_newest_is_read(tmp_path: Path) -> None:
    files = heijungs_suh()
    older = process("generation", GENERATION[0], exchange(1, "fuel", "Input", 99), version="00.09.012")
    files["ILCD/processes/older.xml"] = older
    files["ILCD/flows/a.xml"] = flow("fuel", "Waste flow", {"m": 1.0}, version="00.10.000")
    inventory = made(files, tmp_path)
    assert checks(inventory) == {"older-version": 2}
    assert inventory.flows["fuel"].kind == "product"
    generation = next(one for one in inventory.processes if one.id == "generation")
    assert generation.exchanges[1].amount == 1.6


def test_summed_processes_variables_and_years_are_told(tmp_path: Path) -> None:
    files = heijungs_suh()
    files[MAKING] = process("refining", *REFINING, kind="LCI result", year="2003")
    scaled = exchange(1, "fuel", "Input", 1.6, "<referenceToVariable>x</referenceToVariable>")
    files[USING] = process("generation", GENERATION[0], scaled)
    inventory = made(files, tmp_path)
    assert checks(inventory) == {"summed-process": 1, "formula-not-computed": 1, "years-apart": None}
    assert inventory.about.year is None
    for finding in inventory.findings:
        for language in ("en", "zh"):
            assert messages()[finding.check][language][0].format(**finding.values)


def test_only_files_of_the_format_are_held(tmp_path: Path) -> None:
    (tmp_path / "spold.xml").write_text('<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01"/>')
    assert not ilcd.holds(archive.open(tmp_path / "spold.xml"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.csv").write_text("1")
    assert not ilcd.holds(archive.open(tmp_path / "folder"))


# -- what is refused --------------------------------------------------------------------------------------------------

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]>'
    '<processDataSet xmlns="http://lca.jrc.it/ILCD/Process">&lol2;</processDataSet>'
)
BARE = exchange(1, "fuel", "Input", 1).replace(
    "<resultingAmount>1</resultingAmount>", "<referenceToVariable>x</referenceToVariable>"
)


def _using(*rows: str, **more: str) -> Files:
    return {**heijungs_suh(), USING: process("generation", *rows, **more)}


def _without(*names: str) -> Files:
    return {key: content for key, content in heijungs_suh().items() if key not in names}


def _amount(value: str) -> Files:
    return _using(GENERATION[0], exchange(1, "fuel", "Input", value))


REFUSED: dict[str, tuple[Files, str]] = {
    "text as an amount": (_amount("much"), r"generation.xml.*the amount of fuel is 'much', not a number"),
    "an amount of NaN": (_amount("NaN"), r"generation.xml.*the amount of fuel is 'NaN', not a number"),
    "an endless amount": (_amount("INF"), r"generation.xml.*the amount of fuel is 'INF', not a number"),
    "an amount with lines between": (_amount("1_0"), r"generation.xml.*the amount of fuel is '1_0', not a number"),
    "no amount": (_amount(" "), r"generation.xml.*the amount of fuel is missing; a missing number is not zero"),
    "a variable alone": (_using(GENERATION[0], BARE), r"generation.xml.*the amount of fuel is missing"),
    "a flow in no file": (_without("ILCD/flows/fuel.xml"), r"generation.xml.*flow fuel is in no file; name the folder"),
    "no flow property": (_without("ILCD/flowproperties/m.xml"), r"fuel.xml: flow property m is in no file"),
    "no unit group": (_without("ILCD/unitgroups/mass.xml"), r"flowproperties/m.xml: unit group Units of mass is in no"),
    "no reference unit": (
        {**heijungs_suh(), "ILCD/unitgroups/mass.xml": unit_group("mass", {"kg": 1.0}, main=5)},
        r"mass.xml: the unit group has no reference unit",
    ),
    "no unit group named": (
        {**heijungs_suh(), "ILCD/flowproperties/m.xml": flow_property("m", "Mass", "")}, r"m.xml: unit group .* in no"
    ),
    "no reference": (_using(*GENERATION, reference=""), r"generation.xml.*it has no reference flow"),
    "another reference": (_using(*GENERATION, reference="7"), r"reference flow 7 is 0 of its exchanges"),
    "none of the reference": (_using(exchange(0, "power", "Output", 0)), r"the amount of its reference is zero"),
    "no exchange": (_using(), r"generation.xml.*reference flow 0 is 0 of its exchanges"),
    "no direction": (_using(exchange(0, "power", "Up", 1)), r"power has the direction 'up'; it is Input or Output"),
    "an id twice": (
        {**heijungs_suh(), "ILCD/processes/z.xml": process("generation", *GENERATION)},
        r"z.xml: data set generation is there twice; it is also in .*generation.xml",
    ),
    "no id": ({**heijungs_suh(), MAKING: process("", *REFINING)}, r"refining.xml: the data set has no UUID"),
    "no name": (
        {**heijungs_suh(), "ILCD/flows/fuel.xml": flow("fuel", "Product flow", {"m": 1.0}, name="")},
        r"fuel.xml: the flow has no name",
    ),
    "a kind that is none": (
        {**heijungs_suh(), "ILCD/flows/fuel.xml": flow("fuel", "Service", {"m": 1.0})},
        r"fuel.xml: the flow fuel is of type 'Service'; known are Elementary flow, Product flow, Waste flow",
    ),
    "no property": (
        {**heijungs_suh(), "ILCD/flows/fuel.xml": flow("fuel", "Product flow", {})},
        r"fuel.xml: the flow has no reference flow property",
    ),
    "a property of nothing": (
        {**heijungs_suh(), "ILCD/flows/fuel.xml": flow("fuel", "Product flow", {"m": 0.0})},
        r"fuel.xml: the reference flow property is not above zero",
    ),
    "no process": (_without(USING, MAKING), r"data.zip: holds no process"),
    "broken XML": ({**heijungs_suh(), MAKING: "<processDataSet>\n<a></processDataSet>"},
                   r"refining.xml line 2: is not well-formed XML \(mismatched tag\)"),
    "an empty file": ({**heijungs_suh(), MAKING: ""}, r"refining.xml line 1: is not well-formed XML"),
    "a bomb": ({**heijungs_suh(), MAKING: BOMB}, r"refining.xml line 1: has a document type declaration"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_broken_is_refused_in_one_line_that_names_the_file(case: str, tmp_path: Path) -> None:
    files, message = REFUSED[case]
    with pytest.raises(InputError, match=message) as caught:
        ilcd.read(archive.open(zipped(tmp_path / "data.zip", files)))
    assert "data.zip" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(data=st.data())
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_one_line(data: Any, tmp_path_factory: Any) -> None:
    files = heijungs_suh()
    name = data.draw(st.sampled_from(sorted(files)))
    root = ElementTree.fromstring(files[name])
    element = data.draw(st.sampled_from(list(root.iter())))
    value = data.draw(st.sampled_from(["", " ", "x", "0", "-1", "1e308", "nan", "9" * 400, "²", "١"]))
    how = data.draw(st.sampled_from(["text", "children", "attributes", "tag"]))
    if how == "text":
        element.text = value
    elif how == "children":
        element[:] = []
    elif how == "attributes":
        element.attrib = dict.fromkeys(element.attrib, value)
    else:
        element.tag = "other"
    files[name] = ElementTree.tostring(root, encoding="unicode")
    place = archive.open(zipped(tmp_path_factory.mktemp("data") / "data.zip", files))
    try:
        said = f"{len(ilcd.read(place).processes)} processes"
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    assert said in ("1 processes", "2 processes") or place.path.name in said


def test_errors_are_of_their_kind(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        made(REFUSED["no amount"][0], tmp_path)
    with pytest.raises(LabelError):
        made(REFUSED["an id twice"][0], tmp_path)


def test_an_archive_that_broke_off_or_is_empty(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "data.zip", heijungs_suh()).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"cut.zip: is not a whole zip file"):
        ilcd.read(archive.open(tmp_path / "cut.zip"))
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(InputError, match=r"empty.zip: holds no process"):
        ilcd.read(archive.open(tmp_path / "empty.zip"))


# -- real files -------------------------------------------------------------------------------------------------------


def test_files_of_openlca_itself(shared: Path) -> None:
    inventory = read_inventory(shared / "lci/olca/olca-io/src/test/resources/org/openlca/io/ilcd")
    [process] = inventory.processes
    assert process.name == "Acrylonitrile-Butadiene-Styrene granulate (ABS); production mix, at plant"
    assert (process.location, inventory.about.year, process.made.amount, process.made.unit) == ("RER", 1996, 1.0, "kg")
    flow = inventory.flows[process.made.flow]
    assert (flow.name, flow.cas, flow.compartment) == (
        "glycidol", "556-52-5", "air/lower stratosphere and upper troposphere"
    )  # fmt: skip
    # the test file of openLCA makes an emission its reference: what is read is what is there, and a matrix refuses it
    with pytest.raises(InputError, match="its reference is the elementary flow glycidol"):
        assemble(inventory)


def test_a_process_alone_lacks_its_flows(shared: Path) -> None:
    alone = shared / "lci/olca/olca-io/src/test/resources/org/openlca/io/ilcd/process.xml"
    assert ilcd.holds(archive.open(alone))
    with pytest.raises(InputError, match=r"process.xml.*flow carcass meal is in no file; name the folder"):
        ilcd.read(archive.open(alone))
