"""Stressors of two systems: alike by name or gas, declared, left out; and boundaries that are not alike."""

import pytest
from product_systems import made, product
from tables import ABOUT

from tanheng.errors import QuestionError, UnitError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Process
from tanheng.systems.stressor_links import linked
from tanheng.systems.table import Table


def table(**units: str) -> Table:
    return Table.from_arrays(
        [[20]], [[80]], [[50]] * len(units), regions=["one"], sectors=["all"], demand=["final"],
        stressors=list(units), about=ABOUT | {"units": units},
    )  # fmt: skip


def processes(*flows: tuple[str, str]):
    """A process that emits a unit of each flow (name, unit) into the air."""
    them = [Flow(f"f{i}", name, "elementary", unit, "air") for i, (name, unit) in enumerate(flows)]
    out = [Exchange(flow.id, 1, flow.unit, "output") for flow in them]
    given = {flow.id: flow for flow in (product("P"), *them)}
    return assemble(Inventory(InventoryAbout("example"), given, (Process("P", "P", (made("P"), *out), 0),)))


def found(process, table, **more):
    links, findings = linked(process, table, **more)
    names = process.stressor_names
    return {link.stressor: {names[row]: f for row, f in zip(link.rows, link.factors, strict=True)} for link in links}, {
        one.check: one for one in findings
    }


def test_the_same_gas_is_found_by_its_code_and_turned_into_the_tables_unit():
    flows = [("Carbon dioxide, fossil", "kg"), ("Methane, biogenic", "g"), ("Methane, fossil", "kg"), ("SO2", "t")]
    links, findings = found(processes(*flows), table(CO2="kt", CH4="kt", SO2="kg"))
    assert links == {
        "CO2": {"Carbon dioxide, fossil": pytest.approx(1e-6)},
        "CH4": {"Methane, biogenic": pytest.approx(1e-9), "Methane, fossil": pytest.approx(1e-6)},
        "SO2": {"SO2": 1000},
    }
    assert findings == {}


def test_carbon_of_living_matter_is_not_the_tables():
    links, findings = found(processes(("Carbon dioxide, biogenic", "kg")), table(CO2="kt"))
    assert links == {}
    assert findings["stressor-unlinked"].severity == "warning"
    assert findings["stressor-left-out"].severity == "note"  # no gas that the table would count


def test_a_gas_that_the_table_lacks_is_a_warning():
    _, findings = found(processes(("CO2", "kg"), ("Sulfur hexafluoride", "kg")), table(CO2="kt"))
    assert findings["stressor-left-out"].severity == "warning"
    assert findings["stressor-left-out"].values["names"] == "Sulfur hexafluoride"


def test_unlike_boundaries_are_a_warning_and_never_silent():
    """CO2 equivalents against CO2: declared, joined, and said."""
    process = processes(("CO2", "kg"), ("GHG", "kg CO2e"))
    links, findings = found(process, table(CO2="kt"), declared={"CO2": ["CO2", "GHG"]})
    assert links == {"CO2": {"CO2": pytest.approx(1e-6), "GHG": pytest.approx(1e-6)}}
    assert findings["unlike-boundaries"].severity == "warning"
    assert "CO2 of the table (kt) is joined with GHG of the processes (kg CO2e)" in findings["unlike-boundaries"].what


def test_both_sides_weighted_alike_are_alike():
    links, findings = found(processes(("GHG", "kg CO2e")), table(GHG="kt CO2e"))
    assert links == {"GHG": {"GHG": pytest.approx(1e-6)}}
    assert findings == {}


def test_declared_to_have_none():
    links, findings = found(processes(("CO2", "kg")), table(CO2="kt", CH4="kt"), declared={"CH4": []})
    assert links["CH4"] == {}
    assert findings == {}


def test_processes_that_emit_nothing_lack_nothing():
    links, findings = found(processes(), table(CO2="kt", energy="TJ"))
    assert links == {"CO2": {}, "energy": {}}
    assert findings == {}


@pytest.mark.parametrize(
    ("declared", "error", "message"),
    [
        ({"CO3": "CO2"}, QuestionError, "no stressor 'CO3'"),
        ({"CO2": "CO3"}, QuestionError, "no stressor 'CO3'"),
        ({"CO2": "CO2", "energy": "CO2"}, QuestionError, "declared for CO2 and for energy"),
        ({"energy": "CO2"}, UnitError, "cannot be turned into TJ"),
    ],
)
def test_what_cannot_be_linked_is_said(declared, error, message):
    with pytest.raises(error, match=message):
        linked(processes(("CO2", "kg")), table(CO2="kt", energy="TJ"), declared)
