"""A product system answers for demands: by hand, and by what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from product_systems import chain, emitted, heijungs_suh, inventory, made, product, random_system, taken

from tanheng.errors import QuestionError, SingularError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Flow, Process
from tanheng.systems.process import LINES, Entries

CLOSE = 1e-9  # relative: what the kernel demands of a solution; the random systems have conditions below 100

seeds = st.integers(0, 2**32 - 1)


def test_heijungs_and_suh():
    """1000 kWh: 100 times the power plant of 10 kWh, twice the refinery of 100 l, 120 kg of CO2."""
    system = heijungs_suh()
    x = system.activity(system.demand({"electricity": 1000}))
    assert (x / [10, 100]).tolist() == [100.0, 2.0]  # of the processes as they are written
    assert (system.Q @ x).tolist() == pytest.approx([120.0], rel=1e-14)
    assert system.multipliers[0] == pytest.approx([0.12, 0.1], rel=1e-14)


def test_the_lamp_by_hand():
    """0.2 + 2 (3 + 0.5) in production, 10 x 0.1 in transport, 100 x 0.6 in use, 0.4 in disposal."""
    system = chain()
    k = system.demand({"lamp": 1})
    parts = {line: float((system.Q @ x).sum()) for line, x in system.activity_by_line(k).items()}
    assert parts == pytest.approx({"": 7.2, "transport": 1.0, "use": 60.0, "disposal": 0.4}, rel=1e-14)
    assert float((system.Q @ system.activity(k)).sum()) == pytest.approx(68.6, rel=1e-14)
    assert system.multipliers[0, system.find("burning")] == 0.4  # per kg of waste that is brought


@given(seeds, st.integers(1, 10))
def test_multipliers_are_the_dense_solve(seed, n):
    system, M, q = random_system(seed, n)
    assert system.multipliers[0] == pytest.approx(np.linalg.solve(M.T, q), rel=CLOSE)


@given(seeds, st.integers(1, 10), st.floats(1e-6, 1e6) | st.floats(-1e6, -1e-6))  # near 1e-308 digits are lost
def test_a_demand_scaled_scales_the_result(seed, n, factor):
    system, *_ = random_system(seed, n)
    one, many = system.demand({"p0": 1.0}), system.demand({"p0": factor})
    scale = abs(factor) * np.abs(system.activity(one)).max()
    assert np.abs(system.activity(many) - factor * system.activity(one)).max() <= CLOSE * scale


@given(seeds, st.integers(2, 10))
def test_demands_together_are_the_sum_of_demands_apart(seed, n):
    system, *_ = random_system(seed, n)
    apart = system.demand([{"p0": 2.0}, {"process 1": 3.0}])
    assert apart.shape == (n, 2)
    together = system.demand({"p0": 2.0, "p1": 3.0})
    assert apart.sum(axis=1).tolist() == together.tolist()
    x = system.activity(together)
    assert system.activity(apart).sum(axis=1) == pytest.approx(x, rel=CLOSE, abs=CLOSE * np.abs(x).max())


@given(seeds, st.integers(1, 10))
def test_lines_add_up_to_the_total(seed, n):
    system, *_ = random_system(seed, n)
    k = system.demand({"p0": 1.0})
    x = system.activity(k)
    lines = system.activity_by_line(k)
    assert set(lines) <= {"", *LINES}
    assert sum(lines.values()) == pytest.approx(x, rel=CLOSE, abs=CLOSE * np.abs(x).max())


@given(seeds, st.integers(1, 10))
def test_a_stressor_adds_up_the_same_from_both_sides(seed, n):
    """q x = m k: what the processes emit is what the demand takes."""
    system, *_ = random_system(seed, n)
    k = np.random.default_rng(seed).uniform(size=n)
    assert float((system.Q @ system.activity(k))[0]) == pytest.approx(float(system.multipliers[0] @ k), rel=CLOSE)


@given(st.floats(0.01, 0.9), st.floats(0.01, 0.9))
def test_a_closed_loop_is_its_geometric_series(a, b):
    """Steel takes a of power, power takes b of steel: 1 + ab + (ab)² + ... = 1 / (1 - ab)."""
    flows = [product("steel"), product("power", "MJ")]
    steel = Process("steel", "steel", (made("steel"), taken("power", a, "MJ"), emitted(1)), 0)
    power = Process("power", "power", (made("power", 1, "MJ"), taken("steel", b), emitted(2)), 0)
    system = assemble(inventory(flows, [steel, power]))
    assert system.multipliers[0, 0] == pytest.approx((1 + 2 * a) / (1 - a * b), rel=1e-12)  # 1 - ab is at least 0.19


@given(st.floats(0.01, 0.95))
def test_what_a_process_uses_of_its_own_product_is_made_first(own):
    power = Process("power", "power", (made("power", 1, "MJ"), taken("power", own, "MJ"), emitted(1)), 0)
    system = assemble(inventory([product("power", "MJ")], [power]))
    assert system.multipliers[0, 0] == pytest.approx(1 / (1 - own), rel=1e-12)  # own is at most 0.95


def test_a_loop_through_a_stage_belongs_to_the_stage_nearest_to_the_demand():
    """Use takes power, power takes steel for transport: all behind the use is use."""
    flows = [product("car", "unit"), product("power", "MJ"), product("steel")]
    processes = [
        Process(
            "car",
            "car",
            (made("car", 1, "unit"), taken("power", 10, "MJ", stage="use"), taken("steel", 1), emitted(1)),
            0,
        ),
        Process("power", "power", (made("power", 1, "MJ"), taken("steel", 0.5, stage="transport"), emitted(2)), 0),
        Process("steel", "steel", (made("steel"), emitted(4)), 0),
    ]
    system = assemble(inventory(flows, processes))
    parts = {
        line: float((system.Q @ x).sum()) for line, x in system.activity_by_line(system.demand({"car": 1})).items()
    }
    assert parts == {"": 5.0, "transport": 0.0, "use": 40.0}  # 1 + 4; 10 (2 + 0.5 x 4)
    parts = {
        line: float((system.Q @ x).sum()) for line, x in system.activity_by_line(system.demand({"power": 1})).items()
    }
    assert parts == {"": 2.0, "transport": 2.0, "use": 0.0}


def test_wastes_are_treated_and_treatments_can_be_asked_for():
    flows = [product("steel"), Flow("slag", "slag", "waste", "kg")]
    works = Process("works", "steel works", (made("steel"), Exchange("slag", 0.3, "kg", "output"), emitted(2)), 0)
    dump = Process("dump", "slag dump", (taken("slag", 10), emitted(5)), 0)
    system = assemble(inventory(flows, [works, dump]))
    assert system.activity(system.demand({"works": 1})) == pytest.approx([1.0, 0.3], rel=1e-15)
    assert system.multipliers[0] == pytest.approx([2 + 0.3 * 0.5, 0.5], rel=1e-15)
    assert system.activity(system.demand({"slag dump": 4})).tolist() == [0.0, 4.0]
    assert system.signs.tolist() == [1.0, -1.0]


def test_a_treatment_of_its_own_waste_goes_round():
    """Burning 1 kg of waste leaves 0.2 kg of waste to be burnt: 1 / (1 - 0.2)."""
    ash = Process("oven", "oven", (taken("slag", 1), Exchange("slag", 0.2, "kg", "output"), emitted(1)), 0)
    system = assemble(inventory([Flow("slag", "slag", "waste", "kg")], [ash]))
    assert system.multipliers[0, 0] == pytest.approx(1.25, rel=1e-15)


# -- labels ------------------------------------------------------------------------------------------------------------


def places():
    flows = [product("steel"), product("glass")]
    at = {"CHN": 1.0, "DEU": 2.0}
    works = [Process(f"w {place}", "works", (made("steel"), emitted(q)), 0, place) for place, q in at.items()]
    return assemble(inventory(flows, [*works, Process("g", "Glass oven", (made("glass"),), 0, "DEU")], name="metals"))


def test_a_process_is_found_by_id_name_or_product():
    system = places()
    assert system.find("w DEU") == 1
    assert system.find("glass  OVEN") == system.find("Glass") == system.find("g") == 2
    assert system.find("works", "DEU") == system.find("steel", "DEU") == 1


@pytest.mark.parametrize(
    ("name", "location", "said"),
    [
        ("works", "", r"metals: 2 processes are called works; name one: w CHN \(CHN\), w DEU \(DEU\)"),
        ("works", "FRA", "metals: process works is not at FRA; known are CHN, DEU"),
        ("glass ovn", "", "metals: process glass ovn is not known; did you mean Glass oven?"),
        ("", "", "process  is not known; known are works, Glass oven"),
    ],
)
def test_a_process_that_is_not_found(name, location, said):
    with pytest.raises(QuestionError, match=said):
        places().find(name, location)


def test_names_are_told_apart():
    system = places()
    assert system.process_names == ("works [CHN]", "works [DEU]", "Glass oven")
    assert system.stressor_names == ("Carbon dioxide, fossil",)


def test_a_singular_system_names_the_process():
    flows = [product("steel"), product("power", "MJ")]
    steel = Process("steel", "steel works", (made("steel"), taken("power", 2, "MJ")), 0)
    power = Process("power", "power plant", (made("power", 1, "MJ"), taken("steel", 0.5)), 0)
    system = assemble(inventory(flows, [steel, power], name="loop"))
    with pytest.raises(
        SingularError, match=r"loop, process (steel works|power plant): the process system cannot be solved"
    ):
        _ = system.multipliers
    whole = Process("steel", "steel works", (made("steel"), taken("steel", 1)), 0)
    with pytest.raises(SingularError, match=r"loop, process steel works: the process system cannot be solved"):
        _ = assemble(inventory(flows, [whole], name="loop")).multipliers


# -- the same system with other stressors ------------------------------------------------------------------------------


@given(seeds)
def test_other_stressors_share_what_is_solved(seed):
    system, M, q = random_system(seed, 5)
    _ = system.factors
    twice = Entries(system.biosphere.row, system.biosphere.column, 2 * system.biosphere.amount, system.biosphere.tag)
    other = system.with_biosphere(system.stressors, twice)
    assert other.factors is system.factors
    assert other.multipliers[0] == pytest.approx(2 * np.linalg.solve(M.T, q), rel=CLOSE)
    assert system.multipliers[0] == pytest.approx(np.linalg.solve(M.T, q), rel=CLOSE)  # nothing stale on either
    assert other.hash != system.hash


def test_what_is_said_of_it_can_change_with_them():
    system = heijungs_suh()
    other = system.with_biosphere(system.stressors, system.biosphere, findings=())
    assert (other.about, other.findings) == (system.about, ())


def test_a_choice_of_stressors():
    flows = [product("steel"), *(Flow(id, id, "elementary", "kg") for id in ("CH4", "N2O"))]
    works = Process("w", "w", (made("steel"), emitted(1), emitted(2, flow="CH4"), emitted(3, flow="N2O")), 0)
    system = assemble(inventory(flows, [works]))
    assert [flow.id for flow in system.stressors] == ["CH4", "N2O", "CO2"]
    some = system.only([2, 0])
    assert [flow.id for flow in some.stressors] == ["CO2", "CH4"]
    assert some.multipliers.tolist() == [[1.0], [2.0]]


def test_the_hash_tells_systems_apart_and_knows_the_same_again():
    assert heijungs_suh().hash == heijungs_suh().hash
    assert chain().hash != chain({}).hash  # stages are part of it
    assert len({heijungs_suh().hash, chain().hash, places().hash}) == 3
