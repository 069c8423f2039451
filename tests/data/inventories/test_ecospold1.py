"""EcoSpold 1: groups, shares, uncertainty; the real files counted by hand; files that are broken or hostile."""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path

import pytest

from tanheng.data import archive
from tanheng.data.inventories import ecospold1
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Inventory, Uncertainty

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold01">\n'


def exchange(number: int, name: str, amount: object, group: str, unit: str = "kg", **more: str) -> str:
    """A group such as "in 5" or "out 0"."""
    side, _, code = group.partition(" ")
    said = "".join(f' {key}="{value}"' for key, value in more.items())
    mean = "" if amount is None else f' meanValue="{amount}"'
    inner = "".join(f"<{one}putGroup>{code}</{one}putGroup>" for one in side.split("+") if one)
    return f'<exchange number="{number}" name="{name}" unit="{unit}"{mean}{said}>{inner}</exchange>'


def data_set(
    name: str, *flow_data: str, location: str = "CN", kind: str = "1", unit: str = "kg", year: int = 2020
) -> str:
    return f"""<dataset number="1"><metaInformation><processInformation>
<referenceFunction name="{name}" unit="{unit}" amount="1"/>
<geography location="{location}"/><timePeriod><startYear>2000</startYear><endYear>{year}</endYear></timePeriod>
<dataSetInformation type="{kind}"/></processInformation></metaInformation>
<flowData>{"".join(flow_data)}</flowData></dataset>
"""


def allocation(product: int, fraction: float, *numbers: int) -> str:
    inner = "".join(f"<referenceToInputOutput>{number}</referenceToInputOutput>" for number in numbers)
    return f'<allocation referenceToCoProduct="{product}" fraction="{fraction}">{inner}</allocation>'


def air(number: int, amount: float, name: str = "Carbon dioxide, fossil") -> str:
    return exchange(number, name, amount, "out 4", category="air", subCategory="unspecified")


PLANT = data_set(
    "electricity",
    exchange(1, "electricity", 10, "out 0", "kWh"),
    exchange(2, "fuel", 2, "in 5", "l"),
    air(3, 1),
    unit="kWh",
)
REFINERY = data_set("fuel", exchange(1, "fuel", 100, "out 0", "l"), air(2, 10), unit="l")


def read(tmp_path: Path, *data_sets: str, head: str = HEAD) -> Inventory:
    (tmp_path / "data.xml").write_text(f"{head}{''.join(data_sets)}</ecoSpold>", encoding="utf-8")
    place = archive.open(tmp_path)
    assert ecospold1.holds(place)
    return ecospold1.read(place)


def checks(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


# -- what is read -----------------------------------------------------------------------------------------------------


def test_the_worked_example_of_heijungs_and_suh(tmp_path):
    # 1000 kWh: 100 x (10 kWh, 2 l, 1 kg) and 2 x (100 l, 10 kg) are 120 kg of CO2
    system = assemble(read(tmp_path, PLANT, REFINERY))
    x = system.activity(system.demand({"electricity": 1000}))
    assert (system.Q @ x).tolist() == pytest.approx([120.0], rel=1e-12)  # doubles
    assert [finding.check for finding in system.findings] == ["linked-by-name"]  # the input states no place


def test_makers_at_places_are_told_apart(tmp_path):
    grids = [data_set("grid", exchange(1, "grid", 1, "out 0", "kWh"), air(2, gas), location=place, unit="kWh")
             for place, gas in (("CN", 0.6), ("FR", 0.05))]  # fmt: skip
    user = data_set("steel", exchange(1, "steel", 1, "out 0"), exchange(2, "grid", 2, "in 5", "kWh", location="FR"))
    system = assemble(read(tmp_path, *grids, user))
    assert system.multipliers[0] == pytest.approx([0.6, 0.05, 0.1], rel=1e-12)  # doubles


def test_every_group_has_its_direction(tmp_path):
    rows = [
        exchange(1, "x", 1, "out 0"),
        exchange(2, "saved", 1, "out 1"),
        exchange(3, "scrap", 1, "out 3"),
        exchange(4, "ore", 1, "in 4", category="resource", subCategory="in ground", CASNumber="007439-89-6"),
        *(exchange(at, f"y{at}", 1, f"in {at - 4}") for at in (5, 6, 7)),
        exchange(9, "z", 1, "in 5"),
        air(10, 1),
    ]
    inventory = read(tmp_path, data_set("x", *rows))
    said = [(one.direction, one.avoided, inventory.flows[one.flow].kind) for one in inventory.processes[0].exchanges]
    assert said[:4] == [
        ("output", False, "product"), ("output", True, "product"), ("output", False, "waste"),
        ("input", False, "elementary"),
    ]  # fmt: skip
    assert said[4:] == [("input", False, "product")] * 4 + [("output", False, "elementary")]
    ore = inventory.flows["resource/in ground/ore"]
    assert (ore.cas, ore.compartment) == ("7439-89-6", "resource/in ground")
    assert inventory.about.year == 2020


def test_a_waste_whose_treatment_is_there_as_a_service_takes_it(tmp_path):
    mill = data_set("steel", exchange(1, "steel", 1, "out 0"), exchange(2, "disposal", 0.5, "out 3", location="CN"))
    dump = data_set("disposal", exchange(1, "disposal", 1, "out 0"), air(2, 0.02))
    system = assemble(read(tmp_path, mill, dump))
    assert system.multipliers[0] == pytest.approx([0.01, 0.02], rel=1e-12)  # doubles
    assert not system.findings


def test_infrastructure_is_a_product_of_its_own(tmp_path):
    built = exchange(1, "plant", 1, "out 0", "unit", infrastructureProcess="true")
    plant = data_set("plant", built, unit="unit").replace('amount="1"/>', 'amount="1" infrastructureProcess="true"/>')
    other = data_set("plant", exchange(1, "plant", 1, "out 0", "unit"), unit="unit")
    assert [one.id for one in read(tmp_path, plant, other).processes] == [
        "plant/CN/unit/infrastructure",
        "plant/CN/unit",
    ]


@pytest.mark.parametrize("whole", [100, 1])
def test_shares_that_hold_for_all_exchanges_are_kept(tmp_path, whole):
    rows = [
        exchange(1, "rice", 4, "out 2"),
        exchange(2, "straw", 2, "out 2"),
        air(3, 10),
        exchange(4, "fuel", 5, "in 5"),
    ]
    shares = [allocation(1, 0.75 * whole, 3, 4), allocation(2, 0.25 * whole, 3), allocation(2, 0.25 * whole, 4)]
    inventory = read(tmp_path, data_set("rice", *rows, *shares))
    assert inventory.processes[0].allocation == {"given": {"rice/CN/kg": 0.75, "straw/CN/kg": 0.25}}
    assert assemble(allocate(inventory, "given")).multipliers[0] == pytest.approx(
        [7.5 / 4, 2.5 / 2], rel=1e-12
    )  # doubles


@pytest.mark.parametrize(
    ("shares", "check"),
    [
        ([allocation(1, 75, 3), allocation(1, 50, 4), allocation(2, 25, 3), allocation(2, 50, 4)], "shares-uneven"),
        ([allocation(1, 75, 3), allocation(2, 25, 3)], "shares-uneven"),  # nothing is said of the fourth
        ([allocation(1, 75, 3, 4), allocation(2, 75, 3, 4)], "shares-unsound"),
    ],
)
def test_shares_that_are_none_of_the_whole_are_left_out_and_said(tmp_path, shares, check):
    rows = [
        exchange(1, "rice", 4, "out 2"),
        exchange(2, "straw", 2, "out 2"),
        air(3, 10),
        exchange(4, "fuel", 5, "in 5"),
    ]
    inventory = read(tmp_path, data_set("rice", *rows, *shares))
    assert (inventory.processes[0].allocation, checks(inventory)) == ({}, {check: 1})


def test_the_reference_of_several_co_products_is_the_one_of_the_data_sets_name(tmp_path):
    inventory = read(tmp_path, data_set("rice", exchange(1, "straw", 2, "out 2"), exchange(2, "rice", 4, "out 2")))
    assert inventory.processes[0].reference == 1


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"uncertaintyType": "1", "standardDeviation95": "1.44"}, Uncertainty("lognormal", (3, 1.2))),
        ({"uncertaintyType": "2", "standardDeviation95": "1"}, Uncertainty("normal", (3, 0.5))),
        ({"uncertaintyType": "3", "minValue": "1", "maxValue": "6"}, Uncertainty("triangular", (1, 2, 6))),
        ({"uncertaintyType": "3", "minValue": "1", "maxValue": "6", "mostLikelyValue": "4"},
         Uncertainty("triangular", (1, 4, 6))),
        ({"uncertaintyType": "4", "minValue": "1", "maxValue": "6"}, Uncertainty("uniform", (1, 6))),
        ({"uncertaintyType": "0", "standardDeviation95": "1.44"}, None),
    ],
)  # fmt: skip
def test_uncertainties(tmp_path, said, found):
    inventory = read(tmp_path, data_set("x", exchange(1, "x", 1, "out 0"), exchange(2, "y", 3, "in 5", **said)))
    assert (inventory.processes[0].exchanges[1].uncertainty, checks(inventory)) == (found, {})


def test_what_is_no_process_is_left_out_and_said(tmp_path):
    (tmp_path / "units.xml").write_text("<validUnits><unit>kg</unit></validUnits>")
    inventory = read(tmp_path, PLANT, REFINERY, data_set("GWP", kind="4"), data_set("CO2", kind="3"))
    assert len(inventory.processes) == 2
    assert checks(inventory) == {"files-left-out": 1, "data-sets-left-out": 2}


def test_a_zip_of_single_files_is_the_same(tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as packed:
        for name, one in (("a/1.xml", PLANT), ("a/2.xml", REFINERY)):
            packed.writestr(name, f"{HEAD}{one}</ecoSpold>")
    inventory = ecospold1.read(archive.open(tmp_path / "both.zip"))
    assert assemble(inventory).multipliers[0] == pytest.approx([0.12, 0.1], rel=1e-12)  # doubles
    assert inventory.about.name == "both"


# -- real files -------------------------------------------------------------------------------------------------------

SAMPLES = "lci/bw2io/ecospold1"
ALUMINIUM, ABS = (
    "Aluminum, extrusion, at plant.xml",
    "Acrylonitrile-butadiene-styrene copolymer (ABS), resin, at plant CTR.xml",
)


def sample(shared: Path, name: str) -> tuple[Inventory, str]:
    path = shared / SAMPLES / name
    return ecospold1.read(archive.open(path)), path.read_text("utf-8-sig")


@pytest.mark.parametrize("name", [ALUMINIUM, ABS])
def test_us_lci_data_sets_are_read_whole(shared, name):
    inventory, text = sample(shared, name)
    (process,) = inventory.processes
    # counted in the text, which knows nothing of XML
    assert len(process.exchanges) == text.count("<exchange ")
    assert sum(one.direction == "input" for one in process.exchanges) == text.count("<inputGroup>")
    nature = sum(inventory.flows[one.flow].kind == "elementary" for one in process.exchanges)
    assert nature == text.count("putGroup>4<")
    amounts = sorted(float(one) for one in re.findall(r'meanValue="([^"]*)"', text))
    assert sorted(one.amount for one in process.exchanges) == amounts


def test_the_extrusion_of_aluminium(shared):
    inventory, text = sample(shared, ALUMINIUM)
    (process,) = inventory.processes
    assert (process.made.amount, process.made.unit, process.location, inventory.about.year) == (1000, "kg", "RNA", 2015)
    assert checks(inventory) == {"uncertainty-unusable": text.count('uncertaintyType="1"')}  # all with a deviation of 0
    assert sum(inventory.flows[one.flow].kind == "waste" for one in process.exchanges) == 9
    said = sum(
        float(re.search('meanValue="([^"]*)"', line)[1])
        for line in re.findall('<exchange .*name="Carbon dioxide".*', text)
    )
    flows = {id for id, flow in inventory.flows.items() if flow.name == "Carbon dioxide"}
    assert sum(one.amount for one in process.exchanges if one.flow in flows) == pytest.approx(
        said, rel=1e-12
    )  # doubles


def test_a_resin_with_a_co_product_and_no_shares(shared):
    inventory, _ = sample(shared, ABS)
    system = assemble(allocate(inventory, "as given"))
    assert [process.product.startswith("Acrylonitrile") for process in system.processes] == [True, False]


def test_acetic_acid_once_its_root_is_mended(shared, tmp_path):
    text = (shared / SAMPLES / "Acetic acid, at plant.xml").read_text("utf-8-sig").replace("notecoSpold", "ecoSpold")
    (tmp_path / "acid.xml").write_text(text, encoding="utf-8")
    inventory = ecospold1.read(archive.open(tmp_path))
    (process,) = inventory.processes
    assert (process.id, process.location) == ("Acetic acid, at plant/RNA/kg", "RNA")
    assert list(process.allocation["given"].values()) == [1, 0]  # all to the acid, and none to its recovered heat
    acid = assemble(allocate(inventory, "given"))
    assert acid.multipliers[[flow.name for flow in acid.stressors].index("Carbon dioxide")].tolist() == [0.00176, 0]


def test_the_folder_leaves_out_the_file_with_another_root(shared):
    inventory = ecospold1.read(archive.open(shared / SAMPLES))
    assert len(inventory.processes) == 2
    assert checks(inventory)["files-left-out"] == 1
    with pytest.raises(InputError, match=r"holds no process in EcoSpold 1 \(its root: notecoSpold\)"):
        sample(shared, "Acetic acid, at plant.xml")


def test_an_export_by_openlca(shared):
    path = shared / "lci/olca/olca-io/src/test/resources/org/openlca/io/ecospold1/example.xml"
    (compost,) = ecospold1.read(archive.open(path)).processes
    assert (compost.name, compost.location, compost.made.amount) == ("community garden compost service", "DE", 1)
    assert compost.exchanges[1].uncertainty == Uncertainty("lognormal", (0.15, math.sqrt(1.1)))


# -- what is refused --------------------------------------------------------------------------------------------------

X = exchange(1, "x", 1, "out 0")


@pytest.mark.parametrize(
    ("one", "kind", "said"),
    [
        (data_set("x", exchange(2, "y", 1, "in 5")), InputError, "data.xml, data set 1 x: it has no product"),
        (data_set("x", X, exchange(2, "y", None, "in 5")), MissingError, "exchange 2 y: the mean value is missing"),
        (data_set("x", X, exchange(2, "y", "", "in 5")), MissingError, "exchange 2 y: the mean value is missing"),
        (data_set("x", X, exchange(2, "y", "much", "in 5")), InputError, "exchange 2 y: the mean value is 'much'"),
        (data_set("x", X, exchange(2, "y", "nan", "in 5")), InputError, "exchange 2 y: the mean value is 'nan'"),
        (data_set("x", X, exchange(2, "y", 1, "")), InputError, "exchange 2 y: it has the input group .none. and"),
        (data_set("x", X, exchange(2, "y", 1, "in+out 4")), InputError, "the input group 4 and the output group 4"),
        (data_set("x", X, exchange(2, "y", 1, "out 9")), InputError, "the input group .none. and the output group 9"),
        (data_set("x", X, exchange(2, "", 1, "in 5")), LabelError, "exchange 2: the exchange has no name"),
        (data_set("x", exchange(1, "x", 0, "out 0")), InputError, "data set 1 x: the amount of its product x is 0"),
        (data_set("", X), InputError, "data.xml, data set 1: the data set does not say what it is of"),
        (PLANT + PLANT, LabelError, "process electricity/CN/kWh is there twice; it is also at .*data.xml"),
        (data_set("x", X, exchange(2, "z", 1, "out 2"), allocation(1, "half", 3)), InputError, "fraction is 'half'"),
        (data_set("x", X, exchange(2, "y", 1, "in 5", uncertaintyType="1", standardDeviation95="big")), InputError,
         "exchange 2 y: standardDeviation95 is 'big'"),
        (data_set("CO2", kind="3"), InputError, "holds no process in EcoSpold 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_in_one_line_with_its_place(tmp_path, one, kind, said):
    with pytest.raises(kind, match=said) as error:
        read(tmp_path, one)
    assert "\n" not in str(error.value)


BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((HEAD + PLANT)[:-60].encode(), "data.xml line 7: is not well-formed XML"),
        (HEAD.encode() + PLANT.replace("electricity", "électricité").encode("latin-1"), "is not well-formed XML"),
        (HEAD.replace("\n", "\n" + BOMB, 1).encode(), "data.xml line 2: has a document type declaration, which is ref"),
        (b"", "is not well-formed XML"),
        (b"PK\x03\x04 EcoSpold01", "is not well-formed XML"),
        (HEAD.replace("UTF-8", "UTF-99").encode() + b"</ecoSpold>", "cannot be decoded|is not well-formed"),
    ],
)
def test_a_broken_or_hostile_file_is_refused(tmp_path, content, said):
    (tmp_path / "data.xml").write_bytes(content)
    with pytest.raises(InputError, match=said):
        ecospold1.read(archive.open(tmp_path))


def test_a_folder_without_one(tmp_path):
    assert not ecospold1.holds(archive.open(tmp_path))
    with pytest.raises(InputError, match="holds no XML file"):
        ecospold1.read(archive.open(tmp_path))
