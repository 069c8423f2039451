"""Negative amounts as what they are: the cells of M stay, and treatments and credits are said in the open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Process, Uncertainty
from tanheng.systems.process import LINES
from tanheng.systems.signs import settled

FLOWS = {
    "steel": Flow("steel", "steel", "product", "kg"),
    "slag": Flow("slag", "slag", "product", "kg"),
    "heat": Flow("heat", "heat", "product", "MJ"),
    "CO2": Flow("CO2", "CO2", "elementary", "kg"),
}


def out(flow: str, amount: float, **more: object) -> Exchange:
    return Exchange(flow, amount, FLOWS[flow].unit, "output", **more)


def take(flow: str, amount: float, **more: object) -> Exchange:
    return Exchange(flow, amount, FLOWS[flow].unit, "input", **more)


def system(*exchanges: Exchange) -> tuple[Process, ...]:
    """A mill, a dump whose reference is what is treated with a minus, as matrices have it, and a boiler."""
    return (
        Process("mill", "mill", (out("steel", 1), out("CO2", 2), *exchanges), 0),
        Process("dump", "dump", (out("slag", -1), out("CO2", 0.02)), 0),
        Process("boiler", "boiler", (out("heat", 1), out("CO2", 0.08)), 0),
    )


def read(*exchanges: Exchange) -> tuple[Inventory, dict[str, object]]:
    flows, processes, findings = settled(FLOWS, system(*exchanges), "here")
    inventory = Inventory(InventoryAbout("here"), flows, processes, findings)
    return inventory, {finding.check: finding.values["count"] for finding in findings}


def test_a_treatment_takes_its_waste_in_and_the_waste_goes_out():
    sure = Uncertainty("uniform", (-0.7, -0.3))
    inventory, said = read(take("slag", -0.5, uncertainty=sure))
    mill, dump, _ = inventory.processes
    assert (dump.made.direction, dump.made.amount, inventory.flows["slag"].kind) == ("input", 1, "waste")
    assert mill.exchanges[2] == out("slag", 0.5, uncertainty=Uncertainty("uniform", (0.3, 0.7)))
    assert said == {"negative-waste": 2}
    system_ = assemble(inventory)
    assert system_.multipliers[0, 0] == pytest.approx(2 + 0.5 * 0.02, rel=1e-12)  # doubles


def test_a_negative_input_of_a_product_is_a_credit_on_a_line_of_its_own():
    inventory, said = read(take("heat", -3.0))
    assert said["negative-avoided"] == 1
    system_ = assemble(inventory)
    tags = [LINES[tag] for tag in system_.technosphere.tag if tag >= 0]
    assert tags == ["credit"]
    assert system_.multipliers[0, 0] == pytest.approx(2 - 3 * 0.08, rel=1e-12)  # doubles


def test_a_flow_that_is_made_and_treated_goes_where_its_provider_is():
    both = (*system(take("slag", -0.5, provider="dump"), take("slag", 0.25, provider="works")),
            Process("works", "works", (out("slag", 1), out("CO2", 5)), 0))  # fmt: skip
    flows, processes, _ = settled(FLOWS, both, "here")
    mill = processes[0]
    assert [(one.direction, one.amount) for one in mill.exchanges[2:]] == [("output", 0.5), ("input", 0.25)]
    system_ = assemble(Inventory(InventoryAbout("here"), flows, processes))
    assert system_.multipliers[0, 0] == pytest.approx(2 + 0.5 * 0.02 + 0.25 * 5, rel=1e-12)  # doubles


def test_the_service_of_a_treatment_bought_backwards_stays_what_the_matrix_says():
    inventory, _ = read(take("slag", 0.5))
    assert inventory.processes[0].exchanges[2] == out("slag", -0.5)
    assert assemble(inventory).multipliers[0, 0] == pytest.approx(2 - 0.5 * 0.02, rel=1e-12)  # doubles


def test_a_waste_that_its_source_calls_so_needs_no_treatment_to_be_one():
    flows = {**FLOWS, "slag": replace(FLOWS["slag"], kind="waste")}
    mill = Process("mill", "mill", (out("steel", 1), take("slag", -0.5)), 0)
    _, (process,), _ = settled(flows, (mill,), "here")
    assert process.exchanges[1] == out("slag", 0.5)


def test_nothing_is_said_where_nothing_is_negative():
    processes = (Process("mill", "mill", (out("steel", 1), take("heat", 2)), 0),)
    assert settled(FLOWS, processes, "here") == (FLOWS, processes, ())


@given(
    st.lists(st.tuples(st.sampled_from(["slag", "heat", "steel", "CO2"]), st.floats(-9, 9), st.booleans()), max_size=6)
)
def test_what_goes_out_less_what_comes_in_never_changes(rows):
    exchanges = [(take if taken else out)(flow, amount) for flow, amount, taken in rows]
    _, processes, _ = settled(FLOWS, system(*exchanges), "here")
    for before, after in zip(system(*exchanges), processes, strict=True):
        assert [_signed(one) for one in before.exchanges] == [_signed(one) for one in after.exchanges]


def _signed(one: Exchange) -> tuple[str, float]:
    return one.flow, one.amount if one.direction == "output" else -one.amount
