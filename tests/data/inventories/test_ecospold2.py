"""EcoSpold 2: providers, treatments, credits, properties, master data; the real files; files that are broken."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import pytest

from tanheng.data import archive
from tanheng.data.inventories import ecospold2
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Inventory, Uncertainty
from tanheng.systems.process import LINES

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold02">\n'


def tag(name: str, text: str, lang: str = "en") -> str:
    return f'<{name} xml:lang="{lang}">{text}</{name}>'


def intermediate(
    flow: str, amount: object, group: str, unit: str = "kg", link: str = "", waste: bool = False, more: str = ""
) -> str:
    """A flow whose id is its name, in a group such as "in 5" or "out 0"."""
    side, _, code = group.partition(" ")
    linked = f' activityLinkId="{link}"' if link else ""
    said = "" if amount is None else f' amount="{amount}"'
    kind = tag("classificationSystem", "By-product classification") + tag("classificationValue", "Waste")
    names = tag("name", flow) + tag("unitName", unit)
    return (
        f'<intermediateExchange intermediateExchangeId="{flow}"{said}{linked}>{names}'
        f"{more}{f'<classification>{kind}</classification>' if waste else ''}"
        f"<{side}putGroup>{code}</{side}putGroup></intermediateExchange>"
    )


def air(amount: object, name: str = "Carbon dioxide, fossil", group: str = "out 4", more: str = "") -> str:
    side, _, code = group.partition(" ")
    where = tag("compartment", "air") + tag("subcompartment", "unspecified")
    return (
        f'<elementaryExchange elementaryExchangeId="id of {name}" amount="{amount}" casNumber="000124-38-9">'
        f"{tag('name', name)}{tag('unitName', 'kg')}{more}<compartment>{where}</compartment>"
        f"<{side}putGroup>{code}</{side}putGroup></elementaryExchange>"
    )


def data_set(id: str, *flow_data: str, location: str = "CN", name: str = "", kind: str = "activityDataset") -> str:
    return f"""<{kind}>
<activityDescription><activity id="{id}">{tag("activityName", name or f"making by {id}")}</activity>
<geography>{tag("shortname", location)}</geography><timePeriod startDate="2019-01-01" endDate="2021-12-31"/>
</activityDescription><flowData>{"".join(flow_data)}</flowData><modellingAndValidation><representativeness>
{tag("systemModelName", "cut-off")}</representativeness></modellingAndValidation><administrativeInformation>
<fileAttributes majorRelease="3" minorRelease="9">{tag("contextName", "ecoinvent")}</fileAttributes>
</administrativeInformation></{kind}>
"""


PLANT = data_set(
    "plant",
    intermediate("electricity", 10, "out 0", "kWh"),
    intermediate("fuel", 2, "in 5", "l", link="refinery"),
    air(1),
)
REFINERY = data_set("refinery", intermediate("fuel", 100, "out 0", "l"), air(10))


def read(tmp_path: Path, *data_sets: str) -> Inventory:
    for at, one in enumerate(data_sets):
        (tmp_path / f"{at}.spold").write_text(f"{HEAD}{one}</ecoSpold>", encoding="utf-8")
    place = archive.open(tmp_path)
    assert ecospold2.holds(place)
    return ecospold2.read(place)


def checks(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


# -- what is read -----------------------------------------------------------------------------------------------------


def test_the_worked_example_of_heijungs_and_suh(tmp_path):
    # 1000 kWh: 100 x (10 kWh, 2 l, 1 kg) and 2 x (100 l, 10 kg) are 120 kg of CO2
    inventory = read(tmp_path, PLANT, REFINERY)
    system = assemble(inventory)
    x = system.activity(system.demand({"electricity": 1000}))
    assert (system.Q @ x).tolist() == pytest.approx([120.0], rel=1e-12)  # doubles
    assert not system.findings
    about = inventory.about
    assert (about.source, about.version, about.year) == ("ecoinvent, cut-off", "3.9", 2021)


def test_the_provider_that_is_named_counts_and_not_the_place(tmp_path):
    grids = [data_set(id, intermediate("power", 1, "out 0", "kWh"), air(gas), location=place)
             for id, place, gas in (("a", "CN", 0.6), ("b", "FR", 0.05))]  # fmt: skip
    user = data_set("c", intermediate("steel", 1, "out 0"), intermediate("power", 2, "in 5", "kWh", link="b"))
    assert assemble(read(tmp_path, *grids, user)).multipliers[0] == pytest.approx(
        [0.6, 0.05, 0.1], rel=1e-12
    )  # doubles


def test_a_treatment_has_a_negative_reference_and_takes_its_waste_in(tmp_path):
    mill = data_set("mill", intermediate("steel", 1, "out 0"), intermediate("slag", -0.5, "in 5", link="dump"), air(2))
    dump = data_set("dump", intermediate("slag", -1, "out 0"), air(0.02))
    inventory = read(tmp_path, mill, dump)
    assert [process.made.direction for process in inventory.processes] == ["output", "input"]
    assert inventory.flows["slag"].kind == "waste"
    assert checks(inventory) == {"negative-waste": 2}
    system = assemble(inventory)
    assert system.multipliers[0] == pytest.approx([2.01, 0.02], rel=1e-12)  # doubles
    assert [process.sign for process in system.processes] == [1, -1]


def test_a_market_of_waste_hands_it_on(tmp_path):
    market = data_set("market", intermediate("slag", -1, "out 0"), intermediate("slag", -1, "in 5", link="dump"))
    dump = data_set("dump", intermediate("slag", -1, "out 0"), air(0.02))
    mill = data_set("mill", intermediate("steel", 1, "out 0"), intermediate("slag", -0.5, "in 5", link="market"))
    assert assemble(read(tmp_path, market, dump, mill)).multipliers[0] == pytest.approx([0.02, 0.02, 0.01], rel=1e-12)


@pytest.mark.parametrize("group", ["out 2", "out 3"])
def test_a_waste_that_is_called_so_goes_out(tmp_path, group):
    mill = data_set("mill", intermediate("steel", 1, "out 0"), intermediate("slag", 0.5, group, waste=group == "out 2"))
    dump = data_set("dump", intermediate("slag", -1, "out 0"), air(0.02))
    system = assemble(read(tmp_path, mill, dump))
    assert system.multipliers[0] == pytest.approx([0.01, 0.02], rel=1e-12)  # doubles
    assert not [finding for finding in system.findings if finding.check == "without-maker"]


def test_a_waste_that_is_called_so_once_is_one_everywhere(tmp_path):
    first = data_set("a", intermediate("x", 1, "out 0"), intermediate("slag", -0.5, "in 5"))
    second = data_set("b", intermediate("y", 1, "out 0"), intermediate("slag", -0.5, "in 5", waste=True))
    inventory = read(tmp_path, first, second)
    assert [one.exchanges[1].direction for one in inventory.processes] == ["output", "output"]
    assert not any(exchange.avoided for one in inventory.processes for exchange in one.exchanges)


def test_a_negative_input_of_a_product_is_a_credit(tmp_path):
    mill = data_set(
        "mill", intermediate("steel", 1, "out 0"), intermediate("heat", -3, "in 5", "MJ", link="boiler"), air(2)
    )
    boiler = data_set("boiler", intermediate("heat", 1, "out 0", "MJ"), air(0.08))
    inventory = read(tmp_path, mill, boiler)
    assert checks(inventory) == {"negative-avoided": 1}
    system = assemble(inventory)
    assert system.multipliers[0, 0] == pytest.approx(2 - 0.24, rel=1e-12)  # doubles
    assert [LINES[at] for at in system.technosphere.tag if at >= 0] == ["credit"]


def test_one_activity_in_several_data_sets_one_a_product(tmp_path):
    heat = data_set("chp", intermediate("heat", 1, "out 0", "MJ"), intermediate("power", 0, "out 2", "kWh"), air(0.1))
    power = data_set("chp", intermediate("heat", 0, "out 0", "MJ"), intermediate("power", 1, "out 0", "kWh"), air(0.7))
    user = data_set("user", intermediate("tea", 1, "out 0"), intermediate("heat", 2, "in 5", "MJ", link="chp"),
                    intermediate("power", 3, "in 5", "kWh", link="chp"))  # fmt: skip
    inventory = read(tmp_path, heat, power, user)
    assert [process.id for process in inventory.processes] == ["chp/heat", "chp/power", "user"]
    system = assemble(inventory)
    assert system.multipliers[0] == pytest.approx([0.1, 0.7, 2 * 0.1 + 3 * 0.7], rel=1e-12)  # doubles
    assert not system.findings


PROPERTIES = "".join(
    f'<property amount="{amount}">{tag("name", name)}{tag("unitName", unit)}</property>'
    for name, amount, unit in (("dry mass", 0.9, "kg"), ("wet mass", 1.1, "kg"), ("price", 3, "EUR2005"),
                               ("heating value, net", 15, "MJ"), ("water content", 7, "dimensionless"))
)  # fmt: skip


def test_properties_by_which_co_products_share(tmp_path):
    rows = [
        intermediate("wood", 2, "out 0", "m3", more=PROPERTIES),
        intermediate("chips", 1.1, "out 2", "kg"),
        air(3.3),
    ]
    inventory = read(tmp_path, data_set("saw", *rows))
    assert inventory.flows["wood"].properties == {"mass": 1.1, "energy": 15, "price": 3}
    assert inventory.about.currency == "EUR2005"
    assert assemble(allocate(inventory, "mass")).multipliers[0] == pytest.approx([1.1, 1.0], rel=1e-12)  # 2.2 of 3.3 kg


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (f'<lognormal meanValue="3" mu="1" variance="0.01" varianceWithPedigreeUncertainty="{math.log(1.2) ** 2}"/>',
         Uncertainty("lognormal", (3, pytest.approx(1.2, rel=1e-12)))),
        ('<normal meanValue="3" variance="0.25"/>', Uncertainty("normal", (3, 0.5))),
        ('<triangular minValue="1" mostLikelyValue="2" maxValue="5"/>', Uncertainty("triangular", (1, 2, 5))),
        ('<uniform minValue="1" maxValue="5"/>', Uncertainty("uniform", (1, 5))),
        ('<undefined minValue="1" maxValue="5" standardDeviation95="2"/>', None),
    ],
)  # fmt: skip
def test_uncertainties(tmp_path, said, found):
    more = f'<uncertainty>{said}<pedigreeMatrix reliability="1"/></uncertainty>'
    inventory = read(tmp_path, data_set("x", intermediate("x", 1, "out 0"), air(3, more=more)))
    assert (inventory.processes[0].exchanges[1].uncertainty, checks(inventory)) == (found, {})


@pytest.mark.parametrize("said", ['<lognormal variance="0"/>', '<lognormal variance="-1"/>', '<uniform minValue="1"/>'])
def test_an_uncertainty_that_is_none_is_counted(tmp_path, said):
    inventory = read(
        tmp_path, data_set("x", intermediate("x", 1, "out 0"), air(3, more=f"<uncertainty>{said}</uncertainty>"))
    )
    assert checks(inventory) == {"uncertainty-unusable": 1}


def test_distributions_that_are_not_held_are_named(tmp_path):
    more = '<uncertainty><beta minValue="1" mostLikelyValue="2" maxValue="3"/></uncertainty>'
    assert checks(read(tmp_path, data_set("x", intermediate("x", 1, "out 0"), air(3, more=more)))) == {
        "uncertainty-unheld": 1
    }


def test_what_is_left_out_is_said(tmp_path):
    parameter = '<parameter variableName="p" amount="3"/>'
    rows = [intermediate("x", 1, "out 0"), intermediate("stock", 1, "out 5"), air(1), parameter]
    (tmp_path / "other.xml").write_text("<validUnits/>")
    inventory = read(tmp_path, data_set("x", *rows, kind="childActivityDataset"))
    assert checks(inventory) == {"stock-left-out": 1, "files-left-out": 1, "formulas-as-numbers": 1}
    assert len(inventory.processes[0].exchanges) == 2


def test_names_and_units_that_only_master_data_has(tmp_path):
    attributes = 'intermediateExchangeId="i" unitId="u" amount="2"'
    nameless = f"<intermediateExchange {attributes}><inputGroup>5</inputGroup></intermediateExchange>"
    lists = tmp_path / "MasterData"
    lists.mkdir()
    (lists / "Units.xml").write_text(f'<validUnits xmlns="x"><unit id="u">{tag("name", "kWh")}</unit></validUnits>')
    (lists / "IntermediateExchanges.xml").write_text(
        f'<list><intermediateExchange id="i">{tag("name", "power")}</intermediateExchange></list>'
    )
    inventory = read(tmp_path, data_set("x", intermediate("x", 1, "out 0"), nameless))
    assert (inventory.flows["i"].name, inventory.flows["i"].unit) == ("power", "kWh")
    assert checks(inventory) == {}


def test_a_zip_file_and_two_data_sets_in_one_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as packed:
        packed.writestr("datasets/all.spold", f"{HEAD}{PLANT}{REFINERY}</ecoSpold>")
    assert assemble(ecospold2.read(archive.open(tmp_path / "both.zip"))).multipliers[0] == pytest.approx(
        [0.12, 0.1], rel=1e-12
    )


# -- real files -------------------------------------------------------------------------------------------------------

CONCRETE = "lci/bw2io/ecospold2/00000_11111111-2222-3333-4444-555555555555_66666666-7777-8888-9999-000000000000{}.spold"


@pytest.mark.parametrize("name", ["", "_with_synonyms"])
def test_concrete_blocks(shared, name):
    inventory = ecospold2.read(archive.open(shared / CONCRETE.format(name)))
    (process,) = inventory.processes
    assert (process.id, process.name) == ("c40e3c0a-292f-45a5-88cd-ed18265cb7d7", "concrete block production")
    assert (process.location, inventory.about.year, inventory.about.currency) == ("DE", 2018, "EUR2005")
    pit, block, water = process.exchanges
    assert process.made is block
    assert (pit.amount, pit.unit, pit.provider) == (9999, "unit", "759fac54-b912-4781-9833-0ddd6e8cda24")
    assert inventory.flows[block.flow].properties == {"mass": 2, "price": 11}
    assert (water.amount, water.direction, inventory.flows[water.flow].compartment) == (123456, "output", "air")
    assert pit.uncertainty.parameters == pytest.approx((9999, math.exp(math.sqrt(0.2))), rel=1e-12)  # exp and sqrt


def test_the_same_activity_in_two_files_is_refused(shared):
    with pytest.raises(LabelError, match=r"_with_synonyms\.spold, concrete block production: .* is there twice; it is"):
        ecospold2.read(archive.open(shared / "lci/bw2io/ecospold2"))


def test_a_sample_of_the_editor(shared):
    path = shared / "lci/olca/olca-io/src/test/resources/org/openlca/io/ecospold2/input/sample_ecospold2.xml"
    inventory = ecospold2.read(archive.open(path))
    (process,) = inventory.processes
    assert (process.name, process.location, inventory.about.version) == ("Sample", "AX", "3.0")
    said = [(inventory.flows[one.flow].name, one.direction, one.amount, one.unit) for one in process.exchanges]
    assert said == [
        ("1-pentanol", "output", 33, "kg"), ("1,1-dimethylcyclopentane", "input", 25, "kg"),
        ("Volume occupied, reservoir", "input", 22, "m3*a"), ("Chloride", "output", 3, "kg"),
        ("Peat, in ground", "input", 2, "kg"),
    ]  # fmt: skip
    assert inventory.flows[process.made.flow].properties == {"mass": 1}
    assert checks(inventory) == {"formulas-as-numbers": 1, "uncertainty-unusable": 1}  # 2, 25, 5 is no triangle
    assert inventory.flows["9a9d71c7-79f7-42d0-af47-282d22a7cf07"].compartment == "resource/in water"


# -- what is refused --------------------------------------------------------------------------------------------------

X = intermediate("x", 1, "out 0")


@pytest.mark.parametrize(
    ("one", "kind", "said"),
    [
        (data_set("x", intermediate("y", 1, "in 5")), InputError, "0.spold, making by x: it has no reference product"),
        (data_set("x", intermediate("x", 0, "out 0")), InputError, "making by x: it has no reference product"),
        (data_set("x", X, intermediate("y", None, "in 5")), MissingError, "by x, exchange y: the amount is missing"),
        (data_set("x", X, intermediate("y", "much", "in 5")), InputError, "exchange y: the amount is 'much', not a"),
        (data_set("x", X, intermediate("y", 1, "in 4")), InputError, "exchange y: it has the input group 4 and"),
        (data_set("x", X, air(1, group="out 2")), InputError, "exchange Carbon dioxide, fossil: it has the"),
        (data_set("x", X, intermediate("y", 1, "in 5", unit="")), MissingError, "exchange y: the unit is missing"),
        (data_set("x", X, intermediate("", 1, "in 5")), LabelError, "making by x: an exchange has no name"),
        (data_set("", X), InputError, "0.spold: the data set does not say what it is of"),
        (data_set("x", X) + data_set("x", X), LabelError, "process x/x is there twice; it is also in .*0.spold"),
        (data_set("x", X, kind="dataset"), InputError, r"holds no data set in EcoSpold 2 \(its root: ecoSpold\)"),
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
        ((HEAD + PLANT)[:-60].encode(), r"0\.spold line 8: is not well-formed XML"),
        (HEAD.encode() + PLANT.replace("electricity", "électricité").encode("latin-1"), "is not well-formed XML"),
        (HEAD.replace("\n", "\n" + BOMB, 1).encode(), r"0\.spold line 2: has a document type declaration"),
        (b"", "is not well-formed XML"),
    ],
)
def test_a_broken_or_hostile_file_is_refused(tmp_path, content, said):
    (tmp_path / "0.spold").write_bytes(content)
    with pytest.raises(InputError, match=said):
        ecospold2.read(archive.open(tmp_path))


def test_an_id_that_is_missing(tmp_path):
    with pytest.raises(LabelError, match="exchange y: it has no intermediateExchangeId"):
        read(tmp_path, data_set("x", X, intermediate("y", 1, "in 5").replace('ExchangeId="y"', 'ExchangeId=""')))


def test_a_folder_without_one(tmp_path):
    assert not ecospold2.holds(archive.open(tmp_path))
    with pytest.raises(InputError, match=r"holds no file \*\.spold"):
        ecospold2.read(archive.open(tmp_path))
