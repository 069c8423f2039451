"""From an inventory to its matrices: every exchange in its cell, with its sign, in the unit of its row."""

from __future__ import annotations

import numpy as np
import pytest
from product_systems import CO2, emitted, heijungs_suh, inventory, made, product, taken

from tanheng.errors import InputError, UnitError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import CREDIT, Exchange, Flow, Process
from tanheng.systems.process import KEPT, LINES, Entries

STEEL, CAR = product("steel"), product("car", "unit")
WASTE = Flow("slag", "slag", "waste", "kg")
WORKS = Process("works", "steel works", (made("steel", 10), emitted(20)), 0)


def car(*exchanges: Exchange, amount: float = 1.0) -> Process:
    return Process("car", "car plant", (made("car", amount, "unit"), *exchanges), 0)


def test_heijungs_and_suh_per_unit_of_product():
    """Columns divided by the reference: 10 kWh of 2 l and 1 kg CO2 are 1 kWh of 0.2 l and 0.1 kg."""
    system = heijungs_suh()
    assert system.M.toarray().tolist() == [[1.0, 0.0], [-0.2, 1.0]]
    assert system.Q.toarray().tolist() == [[0.1, 0.1]]
    assert system.C.shape == (0, 2)
    assert [one.product for one in system.processes] == ["power", "fuel"]


def test_an_input_is_negative_in_the_unit_of_its_maker():
    works = Process("works", "steel works", (made("steel", 10, "t"), emitted(20)), 0)
    system = assemble(inventory([STEEL, CAR], [works, car(taken("steel", 1500, "kg"), amount=2)]))
    assert system.M.toarray().tolist() == [[1.0, -0.75], [0.0, 1.0]]  # 1.5 t for two cars
    assert system.Q.toarray()[0].tolist() == [2.0, 0.0]  # 20 kg per 10 t


def test_inputs_of_one_product_add_up():
    system = assemble(inventory([STEEL, CAR], [WORKS, car(taken("steel", 3), taken("steel", 4))]))
    assert system.M.toarray()[0, 1] == -7
    assert len(system.technosphere.amount) == 4  # each with its own cell, for its own tag


def test_what_is_taken_from_nature_is_negative():
    ore = Flow("ore", "iron ore", "elementary", "kg", "ground")
    works = Process("works", "steel works", (made("steel"), Exchange("ore", 1.5, "kg", "input"), emitted(2)), 0)
    system = assemble(inventory([STEEL, ore], [works]))
    assert [flow.id for flow in system.stressors] == ["ore", "CO2"]
    assert system.Q.toarray().ravel().tolist() == [-1.5, 2.0]


def test_elementary_flows_are_turned_into_their_own_unit():
    grams = Exchange("CO2", 500, "g", "output")
    system = assemble(inventory([STEEL], [Process("works", "steel works", (made("steel"), grams), 0)]))
    assert system.Q.toarray().tolist() == [[0.5]]
    with pytest.raises(UnitError, match=r"process steel works: Carbon dioxide, fossil is in MJ, .* turned into kg"):
        assemble(
            inventory(
                [STEEL], [Process("works", "steel works", (made("steel"), Exchange("CO2", 1, "MJ", "output")), 0)]
            )
        )


def test_a_treatment_has_its_waste_as_negative_reference():
    dump = Process("dump", "dump", (taken("slag", 2.0), emitted(3.0)), 0)
    system = assemble(
        inventory(
            [STEEL, WASTE], [Process("works", "w", (made("steel"), Exchange("slag", 4, "kg", "output")), 0), dump]
        )
    )
    assert system.M.toarray().tolist() == [[1.0, 0.0], [4.0, -1.0]]
    assert system.Q.toarray().tolist() == [[0.0, 1.5]]
    assert [one.sign for one in system.processes] == [1, -1]
    assert system.multipliers.tolist() == [[6.0, 1.5]]  # per kg of steel, and per kg of slag that is brought


def test_a_treatment_written_with_a_negative_output_is_one_too():
    """As EcoSpold 2 writes it: the reference is an output of -1."""
    flow = product("slag")
    dump = Process("dump", "dump", (made("slag", -2.0), emitted(3.0)), 0)
    works = Process("works", "w", (made("steel"), taken("slag", -4.0)), 0)
    system = assemble(inventory([STEEL, flow], [works, dump]))
    assert system.M.toarray().tolist() == [[1.0, 0.0], [4.0, -1.0]]
    assert system.multipliers.tolist() == [[6.0, 1.5]]


def test_what_has_no_maker_is_a_row_of_its_own_and_not_lost():
    flows = [STEEL, CAR, product("paint"), WASTE]
    system = assemble(
        inventory(
            flows,
            [WORKS, car(taken("steel", 5), taken("paint", 800, "g"), Exchange("slag", 3, "kg", "output"), amount=2)],
        )
    )
    assert [flow.id for flow in system.unlinked] == ["paint", "slag"]
    assert system.C.toarray().tolist() == [[0.0, 0.4], [0.0, -1.5]]  # paint taken, in its own unit; slag left over
    assert "without-maker" in [one.check for one in system.findings]
    with pytest.raises(UnitError, match="paint is in MJ, which cannot be turned into kg"):
        assemble(inventory(flows, [WORKS, car(taken("paint", 1, "MJ"))]))


def test_a_maker_in_unlike_units_leaves_the_input_without_one():
    works = Process("works", "steel works", (made("steel", 1, "MJ"),), 0)
    system = assemble(inventory([STEEL, CAR], [works, car(taken("steel", 5))]))
    assert system.C.toarray().tolist() == [[0.0, 5.0]]
    assert system.M.toarray().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_avoided_products_are_credits_whatever_their_stage():
    avoided = Exchange("steel", 2, "kg", "output", stage="recycling", avoided=True)
    system = assemble(inventory([STEEL, CAR], [WORKS, car(avoided)]))
    assert system.M.toarray().tolist() == [[1.0, 2.0], [0.0, 1.0]]
    assert system.multipliers.tolist() == [[2.0, -4.0]]
    assert LINES[system.inputs.tag[0]] == CREDIT


def test_cells_keep_the_stage_of_their_exchange():
    system = assemble(
        inventory([STEEL, CAR], [WORKS, car(taken("steel", 5, stage="use"), emitted(1, "disposal"), emitted(2))])
    )
    assert [LINES[tag] for tag in system.inputs.tag] == ["use"]
    assert [tag if tag == KEPT else LINES[tag] for tag in system.biosphere.tag] == [KEPT, "disposal", KEPT]
    assert system.technosphere.tag[: len(system.processes)].tolist() == [KEPT, KEPT]


def test_what_was_found_travels_with_the_system():
    before = assemble(inventory([CAR, product("paint")], [car(taken("paint", 1))])).findings
    assert [one.check for one in before] == ["without-maker"]
    whole = inventory([STEEL, CAR], [WORKS, car(taken("steel", 5))]).replace(findings=before)
    assert assemble(whole).findings == before
    assert assemble(whole).about == whole.about


@pytest.mark.parametrize(
    ("processes", "said"),
    [
        (
            [Process("cow", "cow", (made("milk"), made("meat"), emitted(1)), 0)],
            "process cow: it makes 2 products: milk, meat; allocate them first",
        ),
        (
            [Process("oven", "oven", (emitted(1),), 0)],
            "process oven: its reference is the elementary flow Carbon dioxide",
        ),
    ],
)
def test_what_is_no_matrix(processes, said):
    with pytest.raises(InputError, match=said):
        assemble(inventory([product("milk"), product("meat")], processes))


def test_a_product_of_which_none_is_made_is_none():
    system = assemble(inventory([STEEL, CAR], [Process("w", "w", (made("steel"), made("car", 0.0, "unit")), 0)]))
    assert len(system.processes) == 1


def test_cells_at_one_place_add_up():
    entries = Entries.of([(0, 1, 2.0, KEPT), (0, 1, 3.0, 2), (1, 0, -1.0, KEPT)])
    assert entries.matrix((2, 2)).toarray().tolist() == [[0.0, 5.0], [-1.0, 0.0]]
    assert entries.matrix((2, 2), entries.tag == 2).toarray().tolist() == [[0.0, 3.0], [0.0, 0.0]]
    assert Entries.of([]).matrix((1, 1)).nnz == 0
    assert np.issubdtype(entries.row.dtype, np.integer)


def test_stressors_that_nothing_exchanges_stay_in_their_row():
    idle = Flow("CH4", "Methane", "elementary", "kg", "air")
    system = assemble(inventory([STEEL, idle], [WORKS]))
    assert system.stressors == (idle, CO2)
    assert system.multipliers.tolist() == [[0.0], [2.0]]
