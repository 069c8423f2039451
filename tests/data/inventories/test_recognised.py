"""Every format is recognised by its own reader and by no other, and says what it is in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tanheng.data import archive
from tanheng.data.inventory import INVENTORY_READERS, find_format, read_inventory
from tanheng.errors import InputError, QuestionError

OPENLCA = "lci/olca/olca-io/src/test/resources/org/openlca/io"
SAMPLES = {
    "lci/bw2io/ecospold1": "ecospold1",
    f"{OPENLCA}/ecospold1/example.xml": "ecospold1",
    "lci/bw2io/ecospold2": "ecospold2",
    f"{OPENLCA}/ecospold2/input/sample_ecospold2.xml": "ecospold2",
    "lci/bw2io/simapro": "simapro-csv",
    "lci/bw2io/simapro/new-order.csv": "simapro-csv",
    "lci/bw2io/excel/basic_example.xlsx": "brightway-excel",
    "lci/bw2io/bw2package": "bw2package",
}


def readers(path: Path) -> list[str]:
    return [reader.FORMAT.name for reader in INVENTORY_READERS if reader.holds(archive.open(path))]


@pytest.mark.parametrize(("path", "name"), SAMPLES.items())
def test_real_files(shared, path, name):
    assert readers(shared / path) == [name]


def test_what_is_of_no_format_names_those_that_are_known(tmp_path):
    (tmp_path / "notes.txt").write_text("steel: 2 kg")
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": []}))
    assert readers(tmp_path) == []
    with pytest.raises(InputError, match=r"is in no format of inventories that is known; known are .*ecospold1"):
        read_inventory(tmp_path)


def test_a_format_can_be_named(shared):
    path = shared / "lci/bw2io/ecospold1/Aluminum, extrusion, at plant.xml"
    assert len(read_inventory(path, "ecospold1").processes) == 1
    with pytest.raises(QuestionError, match="there is no inventory format 'ecospold'; did you mean ecospold"):
        find_format("ecospold")


def test_formats_have_names_of_their_own_and_speak_both_languages():
    names = [reader.FORMAT.name for reader in INVENTORY_READERS]
    assert len(set(names)) == len(names)
    for reader in INVENTORY_READERS:
        assert set(reader.FORMAT.title) == set(reader.FORMAT.note) == {"en", "zh"}
        assert reader.FORMAT.files
        assert reader.FORMAT.tested in ("real", "made")
