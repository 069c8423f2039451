"""Brightway workbooks: blocks, parameters, products; the real files; cells that are wrong are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tanheng.data import archive
from tanheng.data.inventories import brightway_excel
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Inventory, Uncertainty
from tanheng.systems.process import LINES

Rows = list[list[object]]

LABELS = ["name", "amount", "unit", "categories", "type"]
FORMULAS = ["name", "amount", "type", "formula"]
PLACED = ["name", "amount", "type", "location"]
AIR = "air::urban air close to ground"


def activity(name: str, *rows: list[object], labels: list[str] = LABELS, **facts: str) -> Rows:
    """The block of an activity."""
    return [["Activity", name], *([key, value] for key, value in facts.items()), ["Exchanges"], labels, *rows]


PLANT = activity(
    "power plant",
    ["power plant", 10, "kilowatt hour", "", "production"],
    ["refinery", 2, "litre", "", "technosphere"],
    ["Carbon dioxide, fossil", 1, "kilogram", AIR, "biosphere"],
    code="plant", location="CN", unit="kilowatt hour",
)  # fmt: skip
REFINERY = activity(
    "refinery",
    ["refinery", 100, "litre", "", "production"],
    ["Carbon dioxide, fossil", 10, "kilogram", AIR, "biosphere"],
    ["Water, river", 3, "cubic meter", "natural resource::in water", "biosphere"],
    code="fuel", unit="litre",
)  # fmt: skip
HEAD: Rows = [["Database", "power"], ["format", "Excel spreadsheet"], []]


def book(path: Path, **sheets: Rows) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            page = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
    return path


def read(tmp_path: Path, *parts: Rows) -> Inventory:
    rows = [row for part in parts for row in [*part, []]]
    place = archive.open(book(tmp_path / "power.xlsx", inventory=rows))
    assert brightway_excel.holds(place)
    return brightway_excel.read(place)


def one(tmp_path: Path, *rows: list[object], labels: list[str] = LABELS) -> tuple[Exchange, ...]:
    """The exchanges of an activity beside what it makes."""
    said = {"name": "x", "amount": 1, "type": "production"}
    made = [said.get(label.rstrip("s"), "") for label in labels]
    return read(tmp_path, activity("x", made, *rows, labels=labels, unit="kilogram")).processes[0].exchanges[1:]


def checks(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


# -- what is read -----------------------------------------------------------------------------------------------------


def test_the_worked_example_of_heijungs_and_suh(tmp_path):
    # 1000 kWh: 100 x (10 kWh, 2 l, 1 kg) and 2 x (100 l, 10 kg) are 120 kg of CO2
    inventory = read(tmp_path, HEAD, PLANT, REFINERY)
    system = assemble(inventory)
    x = system.activity(system.demand({"plant": 1000}))
    assert (system.Q @ x).tolist() == pytest.approx([120.0, -6.0], rel=1e-12)  # doubles
    assert not system.findings
    assert inventory.about.name == "power"


def test_units_places_and_compartments(tmp_path):
    inventory = read(tmp_path, HEAD, PLANT, REFINERY)
    plant, refinery = inventory.processes
    assert (plant.location, plant.made.unit, refinery.made.unit) == ("CN", "kWh", "l")
    gas, water = (inventory.flows[flow] for flow in (plant.exchanges[2].flow, refinery.exchanges[2].flow))
    assert (gas.compartment, water.compartment) == ("air/urban air close to ground", "resource/in water")
    assert refinery.exchanges[2].direction == "input"


def test_negative_production_is_a_treatment_and_substitution_a_credit(tmp_path):
    dump = activity("dump", ["dump", -1, "kg", "", "production"], ["CO2", 0.02, "kg", "air", "biosphere"], unit="kg")
    boiler = activity("heat", ["heat", 1, "MJ", "", "production"], ["CO2", 0.08, "kg", "air", "biosphere"], unit="MJ")
    mill = activity(
        "steel",
        ["steel", 1, "kg", "", "production"],
        ["dump", -0.5, "kg", "", "technosphere"],
        ["heat", 3, "MJ", "", "substitution"],
        ["CO2", 2, "kg", "air", "biosphere"],
        unit="kg",
    )
    inventory = read(tmp_path, HEAD, mill, dump, boiler)
    assert checks(inventory) == {"negative-waste": 2}
    system = assemble(inventory)
    assert system.multipliers[0] == pytest.approx([2 + 0.5 * 0.02 - 3 * 0.08, 0.02, 0.08], rel=1e-12)  # doubles
    assert [LINES[tag] for tag in system.technosphere.tag if tag >= 0] == ["credit"]


def test_parameters_of_the_activity_the_database_and_the_project(tmp_path):
    project = [["Project parameters"], ["name", "amount", "formula"], ["foo", 99, "green / 7"], ["green", 7]]
    database = [["Database parameters"], ["name", "amount"], ["blue", 12], ["foo2", 1]]
    block = [
        ["Activity", "x"], ["unit", "kg"], ["Parameters"], ["name", "formula"], ["red", "(foo + blue ** 2) / 5"], [],
        ["Exchanges"], ["name", "amount", "type", "formula"], ["x", 1, "production"],
        ["y", 0, "technosphere", "sqrt(red - 20) + log(exp(foo2))"],
    ]  # fmt: skip
    inventory = read(tmp_path, HEAD, project, database, block)
    assert inventory.processes[0].exchanges[1].amount == pytest.approx(4, rel=1e-15)  # (1 + 144) / 5 = 29; ln e = 1


def test_groups_of_parameters_and_the_own_one_first(tmp_path):
    def grouped(name: str, group: str, parameter: str, value: float) -> Rows:
        block = activity(name, [name, 1, "production"], ["y", 0, "technosphere", parameter], labels=FORMULAS, unit="kg")
        return [*block[:2], ["Parameters", group], ["name", "amount"], [parameter, value], *block[2:]]

    lone = activity("c", ["c", 1, "production"], ["y", 0, "technosphere", "q"], labels=FORMULAS, unit="kg")
    groups = (grouped("a", "one", "p", 1), grouped("b", "two", "p", 2), grouped("d", "", "q", 5))
    inventory = read(tmp_path, HEAD, *groups, lone)
    assert [process.exchanges[1].amount for process in inventory.processes] == [1, 2, 5, 5]


def test_products_of_their_own(tmp_path):
    product = [["Activity", "steel"], ["code", "p"], ["type", "product"], ["unit", "kilogram"]]
    mill = activity("mill", ["steel", 2, "production"], labels=FORMULAS, code="m")
    shop = activity("shop", ["steel", 3, "technosphere"], labels=FORMULAS, unit="unit")
    inventory = read(tmp_path, HEAD, product, mill, shop)
    assert [process.made.flow for process in inventory.processes] == ["p", "shop/unit"]
    assert checks(inventory) == {"implicit-product": 1}
    assert assemble(inventory).M.toarray().tolist() == [[1, -3], [0, 1]]


def test_two_makers_of_one_name_are_told_apart_by_their_place(tmp_path):
    def grid(place: str) -> Rows:
        return activity("grid", ["grid", 1, "production", place], labels=PLACED, location=place, unit="kWh")

    rows = (["user", 1, "production", "DE"], ["grid", 2, "technosphere", "CN"])
    user = activity("user", *rows, labels=PLACED, location="DE", unit="kg")
    inventory = read(tmp_path, HEAD, grid("DE"), grid("CN"), user)
    assert inventory.processes[2].exchanges[1].flow == "grid/CN/kWh"


def test_uncertainty(tmp_path):
    labels = ["name", "amount", "type", "uncertainty type", "loc", "scale", "minimum", "maximum"]
    rows = [["a", 3, "technosphere", 3, 3, 0.5], ["b", 3, "technosphere", 5, "(Unknown)", "", 1, 5],
            ["c", 3, "technosphere", 0, 3], ["d", 3, "technosphere"]]  # fmt: skip
    assert [exchange.uncertainty for exchange in one(tmp_path, *rows, labels=labels)] == [
        Uncertainty("normal", (3, 0.5)), Uncertainty("triangular", (1, 3, 5)), None, None,
    ]  # fmt: skip


def test_columns_beyond_the_cutoff_sheets_to_skip_and_remarks_do_not_count(tmp_path):
    rows: Rows = [["cutoff", 5, "remarks"], *HEAD, *[[*row, *[""] * (6 - len(row)), "x"] for row in PLANT], *REFINERY]
    other: Rows = [["what"], ["this", "is"]]
    path = book(tmp_path / "x.xlsx", readme=other, skipped=[["skip"], *PLANT], inventory=rows)
    inventory = brightway_excel.read(archive.open(path))
    assert [process.id for process in inventory.processes] == ["plant", "fuel"]
    assert checks(inventory) == {"sheets-left-out": 1}


def test_several_workbooks_are_one_inventory(tmp_path):
    for name, rows in (("a", PLANT), ("b", REFINERY)):
        book(tmp_path / f"{name}.xlsx", inventory=[*HEAD, *rows])
    assert assemble(brightway_excel.read(archive.open(tmp_path))).multipliers[0] == pytest.approx(
        [0.12, 0.1], rel=1e-12
    )


# -- real files -------------------------------------------------------------------------------------------------------

SAMPLES = "lci/bw2io/excel"


def sample(shared: Path, name: str) -> Inventory:
    return brightway_excel.read(archive.open(shared / SAMPLES / name))


@pytest.mark.parametrize(
    "name", ["basic_example.xlsx", "blank_lines.xlsx", "basic_example_with_reference_product.xlsx"]
)
def test_the_basic_examples(shared, name):
    inventory = sample(shared, name)
    acid, power, methanol = inventory.processes
    assert [process.made.unit for process in inventory.processes] == ["kg", "kWh", "kg"]
    assert [len(process.exchanges) for process in inventory.processes] == [4, 1, 5]
    system = assemble(inventory)
    assert not [finding for finding in system.findings if finding.check == "without-maker"]
    gas = next(i for i, flow in enumerate(system.stressors) if flow.name == "Carbon dioxide, fossil")
    assert system.multipliers[gas].tolist() == pytest.approx([0.539 * 0.53, 0, 0.53], rel=1e-12)  # doubles
    assert acid.id == "d80f3c8f5d04d518ab02b13aca9ab7c8"
    assert power.location == methanol.location == "RNA"


def test_variables_of_a_real_file(shared):
    board, _ = sample(shared, "sample_activities_with_variables.xlsx").processes
    assert board.made.amount == pytest.approx(0.2 + 0.2 + 0.2, rel=1e-12)  # the cells beside hold 0
    assert (board.exchanges[0].amount, board.exchanges[0].unit) == (0.25 * 2, "m2")


@pytest.mark.parametrize("name", ["modified.xlsx", "complicated-modified.xlsx", "export-complicated.xlsx"])
def test_formulas_of_real_files_come_to_the_amounts_beside_them(shared, name):
    first, second = sample(shared, name).processes
    assert first.exchanges[1].amount == pytest.approx(9, rel=1e-12)  # foo * bar + 4 = 1 * 5 + 4
    assert second.made.amount == 10


def test_products_of_a_real_file(shared):
    inventory = sample(shared, "with_products.xlsx")
    assert [(process.id, process.made.flow) for process in inventory.processes] == [("A", "B"), ("C", "C"), ("D", "E")]
    system = assemble(inventory)
    assert not [finding for finding in system.findings if finding.check == "without-maker"]


@pytest.mark.parametrize("name", ["empty.xlsx", "lcia.xlsx", "with_formulas.xlsx", "basic_all_cutoff.xlsx"])
def test_real_workbooks_without_activities(shared, name):
    with pytest.raises(InputError, match=f"{name}: holds no processes"):
        sample(shared, name)


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "kind", "said"),
    [
        (["y", "much", "kg", "", "technosphere"], InputError, "cell B6: the cell holds 'much', not a number"),
        (["y", "", "kg", "", "technosphere"], MissingError, "cell B6: the amount is missing"),
        (["y", "(Unknown)", "kg", "", "technosphere"], MissingError, "cell B6: the amount is missing"),
        (["", 1, "kg", "", "technosphere"], LabelError, "cell A6: the exchange has no name"),
        (
            ["y", 1, "kg", "", "technosfere"],
            InputError,
            "cell E6: 'technosfere' is no type of exchange; did you mean tech",
        ),
        (["y", 1, "kg", "", ""], InputError, "cell E6: '' is no type of exchange"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named(tmp_path, row, kind, said):
    with pytest.raises(kind, match=said):
        one(tmp_path, row)


@pytest.mark.parametrize(
    ("formula", "said"),
    [("a +", "cell D6: 'a \\+' is no formula"), ("b * 2", "cell D6: the formula 'b \\* 2' names b, which is not known"),
     ("1/0", "divides by zero"), ("f(1)", "the function f is not known")],
)  # fmt: skip
def test_a_formula_that_makes_no_sense_is_named(tmp_path, formula, said):
    with pytest.raises(InputError, match=said):
        one(tmp_path, ["y", 1, "technosphere", formula], labels=FORMULAS)


@pytest.mark.parametrize("label", ["name", "amount", "type"])
def test_a_column_that_is_missing_is_named(tmp_path, label):
    labels = [f"{one}s" if one == label else one for one in LABELS]
    with pytest.raises(LabelError, match=f"cell A4: the exchanges have no column {label}; .*did you mean {label}s"):
        one(tmp_path, ["y", 1, "kg", "", "technosphere"], labels=labels)


@pytest.mark.parametrize(
    ("rows", "kind", "said"),
    [
        ([*PLANT, *PLANT], LabelError, "plant is there twice; it is also at .* cell A4"),
        (
            [["Project parameters"], ["name", "amount"], ["p", ""], *PLANT],
            MissingError,
            "B6: the parameter p has no amount",
        ),
        ([["Project parameters"], ["name", "amount"], ["", 3], *PLANT], MissingError, "A6: the parameter has no name"),
        (
            [*PLANT[:6], ["power plant", 0, "kWh", "", "production"]],
            InputError,
            "power plant makes nothing of its product",
        ),
    ],
)
def test_a_block_that_makes_no_sense_is_named(tmp_path, rows, kind, said):
    with pytest.raises(kind, match=said):
        read(tmp_path, [*HEAD, *rows])


def test_a_cutoff_that_is_no_number(tmp_path):
    with pytest.raises(InputError, match="cell B1: the cutoff is no number of columns"):
        read(tmp_path, [["cutoff", "five"]], PLANT)


def test_what_is_no_workbook(tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"<html>log in</html>")
    place = archive.open(tmp_path / "x.xlsx")
    assert not brightway_excel.holds(place)
    with pytest.raises(InputError, match=r"x\.xlsx: is no workbook"):
        brightway_excel.read(place)


def test_a_workbook_that_broke_off(tmp_path):
    content = book(tmp_path / "x.xlsx", inventory=[*HEAD, *PLANT]).read_bytes()
    (tmp_path / "x.xlsx").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="is no workbook"):
        brightway_excel.read(archive.open(tmp_path / "x.xlsx"))


def test_a_folder_without_one(tmp_path):
    assert not brightway_excel.holds(archive.open(tmp_path))
    with pytest.raises(InputError, match="holds no workbook"):
        brightway_excel.read(archive.open(tmp_path))
