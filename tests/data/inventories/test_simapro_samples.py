"""SimaPro CSV: the files that its readers are tried on, of versions 8 and 9, and what is no inventory among them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tanheng.data import archive
from tanheng.data.inventories import simapro_csv
from tanheng.errors import InputError
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Inventory, Uncertainty

SAMPLES = "lci/bw2io/simapro"


def sample(shared: Path, name: str) -> Inventory:
    return simapro_csv.read(archive.open(shared / SAMPLES / name))


def test_allocation_of_a_real_file(shared):
    inventory = sample(shared, "allocation.csv")
    straw, rice = inventory.processes
    assert inventory.about.name == "Bobs_burgers"
    assert [(one.amount, one.unit) for one in straw.exchanges] == [(1, "kg"), (0.771, "kg"), (0.388, "kg")]
    assert list(rice.allocation["given"].values()) == pytest.approx([0.958, 0.042], rel=1e-12)  # a division by 100
    system = assemble(allocate(inventory))
    assert len(system.processes) == 3
    assert not [one for one in system.findings if one.check == "without-maker"]


def test_a_file_of_version_8_5(shared):
    (tank,) = sample(shared, "inventory.csv").processes
    assert (tank.id, tank.location, tank.made.unit) == ("psigabe1000266275900056", "CH", "Item(s)")
    (steel,) = tank.exchanges[1:]
    assert (steel.amount, steel.unit) == (0.001, "t")
    assert steel.uncertainty == Uncertainty("lognormal", (0.001, math.sqrt(1.05)))


def test_the_layout_of_version_8_0(shared):
    (hydrogen,) = sample(shared, "new-order.csv").processes
    assert len(hydrogen.exchanges) == 1 + 1 + 8 + 1 + 1  # product, avoided, materials, electricity, emission
    assert (hydrogen.exchanges[1].avoided, hydrogen.exchanges[1].amount) == (True, 0.3)
    assert hydrogen.exchanges[6].unit == "t*km"


def test_comments_over_several_lines(shared):
    (process_,) = sample(shared, "comments.txt").processes
    assert [one.amount for one in process_.exchanges] == [1, 2.5e-10, 1]


def test_a_lognormal_that_is_none_in_a_real_file(shared):
    inventory = sample(shared, "process_with_invalid_lognormal_scale.csv")
    assert [finding.check for finding in inventory.findings] == ["uncertainty-unusable"]


def test_a_product_in_minutes(shared):
    (process_,) = sample(shared, "python_builtin_as_unit_name.csv").processes
    assert (process_.made.amount, process_.made.unit) == (5, "min")


def test_an_export_by_openlca(shared):
    path = "lci/olca/olca-io/src/test/resources/org/openlca/io/simapro/csv/input/process.csv"
    inventory = simapro_csv.read(archive.open(shared / path))
    (test,) = inventory.processes
    assert [(inventory.flows[one.flow].id, one.direction, one.amount) for one in test.exchanges[1:]] == [
        ("resource/in water/Water, well, RE", "input", 0.01),
        ("resource/in air/Nitrogen, atmospheric", "input", 0.05),
        ("air/low. pop./Carbon dioxide", "output", 0.001),
        ("air/low. pop./Methane", "output", 0.0001),
        ("water/groundwater, long-term/Acetone", "output", 1e-15),
    ]
    assert inventory.flows["air/low. pop./Methane"].cas == "74-82-8"


@pytest.mark.parametrize("name", ["empty.txt", "metadata.txt", "missing.txt", "multioutput.txt", "simple.txt"])
def test_the_other_samples_are_read(shared, name):
    assert len(sample(shared, name).processes) == (2 if name in ("missing.txt", "simple.txt") else 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [("invalid.txt", "line 1: is no export of SimaPro"), ("damagecategory.txt", "holds methods, no proc")],
)
def test_what_is_no_inventory(shared, name, said):
    with pytest.raises(InputError, match=said):
        sample(shared, name)
