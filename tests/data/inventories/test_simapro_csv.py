"""SimaPro CSV: layouts, sections, parameters, units, wastes, what breaks off (real files: test_simapro_samples.py)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.data import archive
from tanheng.data.inventories import simapro_csv
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Inventory, Uncertainty

HEADER = """{SimaPro 9.1.0.7}
{processes}
{Date: 09.11.2021}
{Project: Power}
{CSV Format version: 9.0.0}
{CSV separator: Semicolon}
{Decimal separator: .}
"""


def process(id: str, **sections: str) -> str:
    """A block: a section's title is the name of its argument, or stands before its rows."""
    rows = "\n\n".join(f"{title.replace('_', ' ')}\n{text}" for title, text in sections.items())
    return f"Process\n\nCategory type\nmaterial\n\nProcess identifier\n{id}\n\n{rows}\n\nEnd\n\n"


PLANT = process(
    "plant",
    **{
        "Process name": "power plant",
        "Geography": "Unspecified",
        "Products": "electricity {CN}| plant;kWh;10;100;not defined;Energy;a comment",
        "Materials/fuels": "fuel;l;2;Lognormal;1.44;0;0;",
        "Emissions to air": "Carbon dioxide, fossil;high. pop.;kg;1;Undefined;0;0;0;",
    },
)
REFINERY = process(
    "refinery",
    Products="fuel;l;100;100;not defined;Energy;",
    **{"Emissions to air": "Carbon dioxide, fossil;high. pop.;kg;10;Undefined;0;0;0;"},
)


def read(tmp_path: Path, *blocks: str, header: str = HEADER, encoding: str = "cp1252") -> Inventory:
    (tmp_path / "export.csv").write_bytes("\n".join([header, *blocks]).replace("\n", "\r\n").encode(encoding))
    place = archive.open(tmp_path)
    assert simapro_csv.holds(place)
    return simapro_csv.read(place)


def made(tmp_path: Path, **sections: str) -> Inventory:
    return read(tmp_path, process("x", **{"Products": "x;kg;1;100;not defined;y;", **sections}))


def counts(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


def rest(inventory: Inventory) -> tuple[Exchange, ...]:
    return inventory.processes[0].exchanges[1:]


# -- what is read -----------------------------------------------------------------------------------------------------


def test_the_worked_example_of_heijungs_and_suh(tmp_path):
    # 1000 kWh: 100 x (10 kWh, 2 l, 1 kg) and 2 x (100 l, 10 kg) are 120 kg of CO2
    system = assemble(read(tmp_path, PLANT, REFINERY))
    x = system.activity(system.demand({"power plant": 1000}))
    assert (system.Q @ x).tolist() == pytest.approx([120.0], rel=1e-12)  # doubles
    assert not system.findings


def test_names_places_and_uncertainty(tmp_path):
    inventory = read(tmp_path, PLANT, REFINERY)
    plant, refinery = inventory.processes
    assert (inventory.about.name, inventory.about.source) == ("Power", "SimaPro 9.1.0.7")
    assert (plant.id, plant.name, plant.location) == ("plant", "power plant", "CN")
    assert (refinery.name, refinery.location) == ("fuel", "")
    assert plant.exchanges[1].uncertainty == Uncertainty("lognormal", (2, 1.2))  # the file has the square
    flow = inventory.flows[plant.exchanges[2].flow]
    assert (flow.name, flow.compartment, flow.kind) == ("Carbon dioxide, fossil", "air/high. pop.", "elementary")


def test_every_section_has_its_direction(tmp_path):
    nature = "thing;sub;kg;1;Undefined;0;0;0;"
    inventory = made(
        tmp_path,
        **{
            "Avoided products": "saved;kg;1;Undefined;0;0;0;", "Resources": nature,
            "Materials/fuels": "stuff;kg;2;Undefined;0;0;0;", "Electricity/heat": "power;kWh;3;Undefined;0;0;0;",
            "Emissions to air": nature, "Emissions to water": nature, "Emissions to soil": nature,
            "Final waste flows": nature, "Non material emissions": nature, "Social issues": nature,
            "Economic issues": nature, "Waste to treatment": "scrap;kg;4;Undefined;0;0;0;",
        },
    )  # fmt: skip
    said = [(inventory.flows[one.flow].id, one.direction, one.avoided) for one in rest(inventory)]
    assert said == [
        ("saved", "output", True), ("stuff", "input", False), ("power", "input", False), ("scrap", "output", False),
        ("resource/sub/thing", "input", False), ("air/sub/thing", "output", False),
        ("water/sub/thing", "output", False), ("soil/sub/thing", "output", False),
        ("final waste/sub/thing", "output", False), ("non material/sub/thing", "output", False),
        ("social/sub/thing", "output", False), ("economic/sub/thing", "output", False),
    ]  # fmt: skip
    assert inventory.flows["scrap"].kind == "waste"


def test_wastes_go_to_their_treatment_whatever_section_names_it(tmp_path):
    mill = process("mill", Products="steel;kg;1;100;;;", **{"Waste to treatment": "dump;kg;0.5;Undefined;0;0;0;"})
    shop = process("shop", Products="pan;kg;1;100;;;", **{"Materials/fuels": "dump;kg;0.1;Undefined;0;0;0;"})
    dump = process(
        "dump it",
        **{
            "Waste treatment": "dump;kg;-2;All waste types;Others;",
            "Emissions to air": "CO2;;kg;0.04;Undefined;0;0;0;",
        },
    )
    inventory = read(tmp_path, mill, shop, dump)
    assert (inventory.processes[2].made.direction, inventory.processes[2].made.amount) == ("input", 2)
    assert counts(inventory) == {"negative-treatment": 1}
    assert assemble(inventory).multipliers[0] == pytest.approx([0.01, 0.002, 0.02], rel=1e-12)  # doubles


def test_shares_of_co_products_are_the_sources_own(tmp_path):
    farm = process(
        "farm",
        Products="rice;kg;6250;95.8;;;\nstraw;kg;3125;4.2;;;",
        **{"Emissions to air": "CO2;;kg;100;Undefined;0;0;0;"},
    )
    system = assemble(allocate(read(tmp_path, farm), "given"))
    assert system.multipliers[0] == pytest.approx([95.8 / 6250, 4.2 / 3125], rel=1e-12)  # doubles


def test_shares_that_are_no_whole_are_left_out(tmp_path):
    inventory = read(tmp_path, process("farm", Products="rice;kg;1;100;;;\nstraw;kg;1;100;;;"))
    assert (inventory.processes[0].allocation, counts(inventory)) == ({}, {"shares-unsound": 1})


def test_parameters_of_process_project_and_database(tmp_path):
    own = "Input parameters\na;2;Undefined;0;0;0;No;\n\nCalculated parameters\nb;A * both;\n"
    block = process("x", Products="x;kg;1;100;;;", **{"Materials/fuels": "y;kg;b + Project_one^2;Undefined;0;0;0;"})
    levels = (
        "Database Input parameters\nboth;100;Undefined;0;0;0;No;\n\nEnd\n\n"
        "Project Input parameters\nboth;5;Undefined;0;0;0;No;\n\nEnd\n\n"
        "Project Calculated parameters\nproject_one;iff(both > 4, 3, 0);\n\nEnd\n"
    )
    inventory = read(tmp_path, block.replace("\nEnd\n", f"\n{own}\nEnd\n"), levels)
    assert rest(inventory)[0].amount == 2 * 5 + 3**2


def test_units_that_are_not_known_are_turned_by_the_files_own_list(tmp_path):
    block = process("x", Products="x;kg;1;100;;;", **{"Materials/fuels": "y;lb;10;Normal;2;0;0;\nz;gr;3;Undefined;;;"})
    inventory = read(tmp_path, block, "Units\nlb;Mass;0.4535924;kg\nkg;Mass;1;kg\n\nEnd\n")
    pound, grain = rest(inventory)
    assert (pound.unit, pound.amount) == ("kg", pytest.approx(4.535924, rel=1e-12))  # doubles
    assert pound.uncertainty.parameters == pytest.approx((4.535924, 0.4535924), rel=1e-12)  # twice the deviation: 2 lb
    assert (grain.unit, grain.amount) == ("gr", 3)


def test_cas_numbers_come_from_the_lists_of_substances(tmp_path):
    lists = "Airborne emissions\nMethane;kg;000074-82-8;Formula: CH4\n\nEnd\n"
    block = process("x", Products="x;kg;1;100;;;", **{"Emissions to air": "Methane;;kg;1;Undefined;0;0;0;"})
    inventory = read(tmp_path, block, lists)
    assert inventory.flows["air/Methane"].cas == "74-82-8"


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ("Normal;0.5;0;0", Uncertainty("normal", (3, 0.25))),
        ("Triangle;0;1;5", Uncertainty("triangular", (1, 3, 5))),
        ("Uniform;0;1;5", Uncertainty("uniform", (1, 5))),
        ("Undefined;0;0;0", None),
    ],
)
def test_uncertainties(tmp_path, cells, found):
    inventory = made(tmp_path, Resources=f"Iron;;kg;3;{cells};")
    assert (rest(inventory)[0].uncertainty, counts(inventory)) == (found, {})


@pytest.mark.parametrize(
    "cells", ["Lognormal;1;0;0", "Lognormal;-2;0;0", "Lognormal;;0;0", "Triangle;0;4;5", "Uniform;0;;5"]
)
def test_an_uncertainty_that_is_none_is_counted(tmp_path, cells):
    inventory = made(tmp_path, Resources=f"Iron;;kg;3;{cells};")
    assert (rest(inventory)[0].uncertainty, counts(inventory)) == (None, {"uncertainty-unusable": 1})


def test_what_is_no_unit_process_is_left_out_and_said(tmp_path):
    scenario = process("s", **{"Waste scenario": "end of life;kg;1;All waste types;;"})
    stage = "Product stage\n\nCategory type\nassembly\n\nProducts\nchair;p;1;Others;;\n\nEnd\n"
    inventory = read(tmp_path, PLANT, REFINERY, scenario, stage)
    assert [one.id for one in inventory.processes] == ["plant", "refinery"]
    assert counts(inventory) == {"simapro-left-out": 2}


def test_a_section_of_a_version_to_come_is_left_out_and_said(tmp_path):
    inventory = made(
        tmp_path, **{"Materials/fuels": "y;kg;1;;;;", "Water balance": "river;m3;3", "Emissions to air": ""}
    )
    assert len(rest(inventory)) == 1
    assert counts(inventory) == {"sections-unread": 1}


def test_files_of_methods_beside_are_left_out(tmp_path):
    (tmp_path / "method.csv").write_text(HEADER.replace("processes", "methods") + "\nMethod\n\nName\nGWP\n\nEnd\n")
    assert counts(read(tmp_path, PLANT, REFINERY)) == {"files-left-out": 1}


# -- the same thing, written otherwise --------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_letters_beyond_ascii(tmp_path, encoding):
    inventory = read(tmp_path, process("x", Products="Düngemittel ½ µ;kg;1;100;;;"), encoding=encoding)
    assert inventory.processes[0].name == "Düngemittel ½ µ"


@given(
    amounts=st.lists(st.floats(-1e6, 1e6).filter(bool), min_size=2, max_size=4),
    separator=st.sampled_from(["Semicolon", "Comma", "Tab"]),
    comma=st.booleans(),
    framed=st.booleans(),
)
def test_separators_decimal_signs_and_the_old_layout_change_nothing(
    tmp_path_factory, amounts, separator, comma, framed
):
    if separator == "Comma" and comma:
        comma = False  # no file has one sign for both
    cut = {"Semicolon": ";", "Comma": ",", "Tab": "\t"}[separator]
    said = [repr(amount).replace(".", ",") if comma else repr(amount) for amount in amounts]
    rows = [[f"flow {at}", "kg", one] if framed else [f"flow {at}", one, "kg"] for at, one in enumerate(said)]
    names = ["Products", *["Materials/fuels"] * (len(rows) - 1)]
    head = HEADER.replace("Semicolon", separator).replace("separator: .", f"separator: {',' if comma else '.'}")
    if not framed:
        head = (
            cut.join(["SimaPro 8.0", "process", "Date:", "26.08.2016"]) + "\n" + cut.join(["Project", "Power"]) + "\n"
        )
    lines = [head, "Process", "", *(["Process identifier", "x"] if framed else [f"Process identifier{cut}x"]), ""]
    for name, row in zip(names, rows, strict=True):
        lines += [name, cut.join([*row, "100" if name == "Products" else "Undefined"]), ""]
    folder = tmp_path_factory.mktemp("layout")
    (folder / "export.csv").write_text("\n".join([*lines, "End" if framed else "", ""]), newline="")
    inventory = simapro_csv.read(archive.open(folder))
    assert [one.amount for one in inventory.processes[0].exchanges] == amounts
    assert (inventory.processes[0].id, inventory.about.name) == ("x", "Power")


def test_several_files_are_one_inventory(tmp_path):
    for name, block in (("a.csv", PLANT), ("b.csv", REFINERY)):
        (tmp_path / name).write_text(HEADER + "\n" + block)
    system = assemble(simapro_csv.read(archive.open(tmp_path)))
    assert system.multipliers[0] == pytest.approx([0.12, 0.1], rel=1e-12)  # doubles


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "kind", "said"),
    [
        (process("x", Products="x;kg;one;100;;;"), InputError, "line 18: the formula 'one' names one, which is not"),
        (process("x", Products="x;kg;;100;;;"), MissingError, "line 18: the amount is missing"),
        (process("x", Products="x;kg;0;100;;;"), InputError, "line 18: the amount of x is 0"),
        (process("x", Products="x;;1;100;;;"), MissingError, "line 18: the unit is missing"),
        (process("x", Products="x"), MissingError, "line 18: the unit is missing"),
        (process("x", Products=";kg;1;100;;;"), LabelError, "line 18: the row has no name"),
        (process("x", Products=""), InputError, "line 9: the process x has no product"),
        (process("x", Products="x;kg;1/0;100;;;"), InputError, "the formula '1/0' divides by zero"),
        (process("x", Products="x;kg;2^;100;;;"), InputError, "'2\\^' is no formula: it breaks off"),
        (process("x", Products="x;kg;1;half;;;\ny;kg;1;50;;;"), InputError, "names half"),
        (PLANT + PLANT, LabelError, "process plant is there twice; it is also at .* line 9"),
        (PLANT.replace("\nEnd\n", ""), InputError, "export.csv: breaks off in Process plant"),
        (PLANT.replace(";kWh;", ";x\0;"), InputError, "line 24: is not text"),
        (process("x", Products="x;kg;1;100;;;", **{"Materials/fuels": "y;lb;1;;;;"}) + "Units\nlb;Mass;;kg\n\nEnd\n",
         InputError, "the unit lb has no factor"),
        (process("x", Products="x;kg;p;100;;;") + "Project Calculated parameters\np;q\nq;p\n\nEnd\n", InputError,
         "line 24: parameters refer to each other without end: p -> q -> p"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_in_one_line_with_its_place(tmp_path, block, kind, said):
    with pytest.raises(kind, match=said) as error:
        read(tmp_path, block)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "export.csv: is no export of SimaPro"),
        (HEADER.encode(), "export.csv: holds no process"),
        (b"name;unit;amount\nsteel;kg;1\n", "line 1: is no export of SimaPro"),
        (HEADER.encode("utf-16"), "line 1: is not text in UTF-8 or Windows-1252"),
        (HEADER.replace("Semicolon", "Pipe").encode(), "names 'Pipe' as its separator"),
    ],
)
def test_what_is_no_export(tmp_path, content, said):
    (tmp_path / "export.csv").write_bytes(content)
    with pytest.raises(InputError, match=said):
        simapro_csv.read(archive.open(tmp_path))


def test_a_folder_without_one(tmp_path):
    (tmp_path / "x.xml").write_text("<a/>")
    assert not simapro_csv.holds(archive.open(tmp_path))
    with pytest.raises(InputError, match="holds no CSV file"):
        simapro_csv.read(archive.open(tmp_path))


@given(st.integers(0, 600))
def test_a_file_that_broke_off_anywhere_is_read_as_far_or_refused_in_one_line(tmp_path_factory, cut):
    whole = (HEADER + "\n" + PLANT + REFINERY).encode()
    folder = tmp_path_factory.mktemp("cut")
    (folder / "export.csv").write_bytes(whole[: max(0, len(whole) - 1 - cut)])
    place = archive.open(folder)
    if cut < 2:  # the last line alone, without its end
        assert [one.id for one in simapro_csv.read(place).processes] == ["plant", "refinery"]
    elif whole[: -1 - cut].count(b"\nEnd") == 1 and whole[: -1 - cut].rstrip().endswith(
        b"End"
    ):  # all but a whole block
        assert [one.id for one in simapro_csv.read(place).processes] == ["plant"]
    else:
        with pytest.raises(InputError, match=r"\A[^\n]*\Z"):
            simapro_csv.read(place)
