"""Files .bw2package: the real one, names from databases in the same file, and files that are broken or hostile."""

from __future__ import annotations

import bz2
import json
from pathlib import Path
from typing import Any

import pytest

from tanheng.data import archive
from tanheng.data.inventories import bw2package
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Inventory, Uncertainty

Json = dict[str, Any]


def packed(value: object) -> object:
    """As Brightway writes what JSON cannot: tuples, and mappings with any keys."""
    if isinstance(value, dict):
        return {
            "__dict__": True,
            "keys": [packed(key) for key in value],
            "values": [packed(one) for one in value.values()],
        }
    if isinstance(value, tuple):
        return {"__tuple__": True, "data": [packed(one) for one in value]}
    return [packed(one) for one in value] if isinstance(value, list) else value


def edge(kind: str, code: str, amount: object, database: str = "power", **more: object) -> Json:
    return {"type": kind, "input": (database, code), "amount": amount, **more}


def node(name: str, *exchanges: Json, **facts: object) -> Json:
    return {"name": name, "exchanges": list(exchanges), **facts}


NATURE = {("bio", "co2"): node("Carbon dioxide, fossil", unit="kilogram", type="emission", categories=("air", "urban")),
          ("bio", "water"): node("Water", unit="cubic meter", type="natural resource", categories=())}  # fmt: skip
POWER = {
    ("power", "plant"): node(
        "power plant", edge("production", "plant", 10),
        edge("technosphere", "fuel", 2, **{"uncertainty type": 3, "scale": 1}),
        edge("biosphere", "co2", 1, "bio"), unit="kilowatt hour", location="CN", **{"reference product": "electricity"},
    ),
    ("power", "fuel"): node(
        "refining", edge("production", "fuel", 100), edge("biosphere", "co2", 10, "bio"),
        edge("biosphere", "water", 3, "bio"), unit="litre",
    ),
}  # fmt: skip


def write(path: Path, *databases: Json) -> Path:
    path.write_bytes(bz2.compress(json.dumps(packed(list(databases))).encode()))
    return path


def read(tmp_path: Path, *databases: Json) -> Inventory:
    place = archive.open(write(tmp_path / "power.bw2package", *databases))
    assert bw2package.holds(place)
    return bw2package.read(place)


def checks(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


def test_the_worked_example_of_heijungs_and_suh(tmp_path):
    # 1000 kWh: 100 x (10 kWh, 2 l, 1 kg) and 2 x (100 l, 10 kg) are 120 kg of CO2
    inventory = read(tmp_path, {"name": "power", "data": POWER}, {"name": "bio", "data": NATURE})
    system = assemble(inventory)
    x = system.activity(system.demand({"electricity": 1000}))
    assert (system.Q @ x).tolist() == pytest.approx([120.0, -6.0], rel=1e-12)  # water is taken from nature
    assert not system.findings
    plant, refining = inventory.processes
    assert (plant.id, plant.location, plant.made.unit, refining.made.unit) == ("power/plant", "CN", "kWh", "l")
    assert plant.exchanges[1].uncertainty == Uncertainty("normal", (2, 1))
    assert (inventory.flows["bio/co2"].compartment, inventory.flows["bio/co2"].unit) == ("air/urban", "kg")


def test_flows_of_another_database_are_known_by_their_codes_and_said(tmp_path):
    inventory = read(tmp_path, {"name": "power", "data": POWER})
    assert inventory.about.name == "power"
    assert checks(inventory) == {"elementary-unnamed": 3}


def test_methods_are_left_out_and_said(tmp_path):
    method = {"name": "GWP", "data": [[("bio", "co2"), 1]]}
    assert checks(read(tmp_path, {"name": "power", "data": POWER}, {"name": "bio", "data": NATURE}, method)) == {
        "data-sets-left-out": 1
    }


def test_a_real_file(shared):
    inventory = bw2package.read(archive.open(shared / "lci/bw2io/bw2package/bw2_compat_test.bw2package"))
    inactive, respiration = inventory.processes
    assert inventory.about.name == "partial_respiration_db"
    assert [process.name for process in (inactive, respiration)] == ["C_inactivated", "partial_respiration"]
    assert (respiration.made.flow, respiration.made.amount, respiration.made.unit) == (inactive.id, 0.5, "g")
    assert sorted(one.amount for one in respiration.exchanges) == [-0.001, -0.001, 0.001, 0.5]
    assert checks(inventory) == {"implicit-product": 1, "elementary-unnamed": 3}


@pytest.mark.parametrize(
    ("exchange", "kind", "said"),
    [
        (
            edge("production", "plant", None),
            MissingError,
            "power.bw2package, power plant: the amount of power/plant is",
        ),
        (
            edge("production", "plant", "ten"),
            InputError,
            "power plant: the amount of power/plant is 'ten', not a number",
        ),
        (edge("production", "plant", 0), InputError, "power plant makes nothing of its product"),
        (edge("productive", "plant", 1), InputError, "'productive' is no type of exchange; did you mean production"),
    ],
)
def test_an_exchange_that_makes_no_sense_is_named(tmp_path, exchange, kind, said):
    with pytest.raises(kind, match=said):
        read(tmp_path, {"name": "power", "data": {("power", "plant"): node("power plant", exchange)}})


def test_a_node_twice_in_two_files(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / f"{name}.bw2package", {"name": "power", "data": POWER})
    with pytest.raises(LabelError, match=r"power/plant is there twice; it is also at .*a\.bw2package"):
        bw2package.read(archive.open(tmp_path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bz2.compress(b"[]" * 900)[:-20], "is no whole bzip2 file"),
        (b"", "is no whole bzip2 file"),
        (b"[]", "is no whole bzip2 file"),
        (bz2.compress(b"[{"), "is no packed JSON of Brightway"),
        (bz2.compress(b"\xff\xfe"), "is no packed JSON of Brightway"),
        (bz2.compress(b"[" * 100_000), "is no packed JSON of Brightway"),
        (bz2.compress(b'[{"__tuple__": true}]'), "is no packed JSON of Brightway"),
        (bz2.compress(b'[{"__dict__": true, "keys": [[1]], "values": [1]}]'), "is no packed JSON of Brightway"),
        (bz2.compress(b"[3]"), "holds no databases"),
        (bz2.compress(b"[]"), "holds no processes"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path, content, said):
    (tmp_path / "x.bw2package").write_bytes(content)
    with pytest.raises(InputError, match=said) as error:
        bw2package.read(archive.open(tmp_path / "x.bw2package"))
    assert "\n" not in str(error.value)


def test_a_file_that_expands_beyond_reason_is_refused_before_it_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(bw2package, "SMALL", 1 << 20)
    (tmp_path / "x.bw2package").write_bytes(bz2.compress(b"[" + b" " * (1 << 24)))
    with pytest.raises(InputError, match="is refused: it expands more than 300 times"):
        bw2package.read(archive.open(tmp_path / "x.bw2package"))
