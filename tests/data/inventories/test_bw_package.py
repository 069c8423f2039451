"""Datapackages of bw_processing, written by the library itself: against its own matrices, and what is broken."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tanheng.data import archive
from tanheng.data.inventories import bw_package
from tanheng.errors import InputError, MissingError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Inventory, Uncertainty
from tanheng.systems.process import LINES

bwp = pytest.importorskip("bw_processing", reason="datapackages are written by the library that defines them")
pandas = pytest.importorskip("pandas")

pytestmark = pytest.mark.filterwarnings(  # the library leaves the files that it has written to be closed for it
    "ignore:unclosed file:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

PLANT, REFINERY, DUMP, HEAT, CO2, WATER = 101, 102, 103, 104, 901, 902
Cell = tuple[int, int, float]  # row, column, value in the matrix

TECHNOSPHERE: list[Cell] = [(PLANT, PLANT, 10), (REFINERY, PLANT, -2), (REFINERY, REFINERY, 100)]
BIOSPHERE: list[Cell] = [(CO2, PLANT, 1), (CO2, REFINERY, 10), (WATER, REFINERY, 3)]


def arrays(cells: Sequence[Cell], taken: bool = True) -> dict[str, np.ndarray]:
    """As Brightway stores a matrix: inputs are positive and flipped."""
    flip = np.array([taken and value < 0 for _, _, value in cells])
    values = np.array([-value if flipped else value for (_, _, value), flipped in zip(cells, flip, strict=True)], float)
    indices = np.array([(row, column) for row, column, _ in cells], dtype=bwp.INDICES_DTYPE)
    return {"indices_array": indices, "data_array": values, "flip_array": flip}


class Package:
    """A package in a folder, or a zip file where the name ends so."""

    def __init__(self, path: Path, **options: object) -> None:
        self.path = path
        if path.suffix == ".zip":
            file_system = bwp.io_helpers.generic_zipfile_filesystem(dirpath=path.parent, filename=path.name)
        else:
            path.mkdir()
            file_system = bwp.io_helpers.generic_directory_filesystem(dirpath=path)
        self.package = bwp.create_datapackage(fs=file_system, name="power", **options)

    def add(self, matrix: str, cells: Sequence[Cell], name: str, **more: object) -> Package:
        said = {**arrays(cells, matrix == "technosphere_matrix"), **more}
        self.package.add_persistent_vector(matrix=matrix, name=name, **said)
        return self

    def read(self) -> Inventory:
        if not self.package._finalized:
            self.package.finalize_serialization()
        place = archive.open(self.path)
        assert bw_package.holds(place)
        return bw_package.read(place)


def whole(path: Path, technosphere: Sequence[Cell] = TECHNOSPHERE, **options: object) -> Package:
    package = Package(path, **options).add("technosphere_matrix", technosphere, "made")
    return package.add("biosphere_matrix", BIOSPHERE, "nature")


def checks(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


# -- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["power", "power.zip"])
@pytest.mark.parametrize("format", ["numpy", "parquet"])
def test_the_worked_example_of_heijungs_and_suh(tmp_path, name, format):
    # 1000 kWh: 100 x (10 kWh, 2 l, 1 kg) and 2 x (100 l, 10 kg) are 120 kg of CO2
    kind = bwp.constants.MatrixSerializeFormat(format)
    inventory = whole(tmp_path / name, matrix_serialize_format_type=kind).read()
    system = assemble(inventory)
    x = system.activity(system.demand({str(PLANT): 1000}))
    assert (system.Q @ x).tolist() == pytest.approx([120.0, 6.0], rel=1e-12)  # doubles
    assert checks(inventory) == {"numbers-for-names": 4}
    assert inventory.about.name == "power"
    assert {flow.unit for flow in inventory.flows.values()} == {"not stated"}


def test_names_come_from_metadata(tmp_path):
    package = whole(tmp_path / "power")
    facts = pandas.DataFrame({
        "id": [PLANT, REFINERY], "name": ["power plant", "refining"], "reference product": ["electricity", "fuel"],
        "unit": ["kilowatt hour", "litre"], "location": ["CN", "GLO"],
    })  # fmt: skip
    package.package.add_csv_metadata(dataframe=facts, valid_for=[("made", "cols")], name="names")
    inventory = package.read()
    plant, refinery = inventory.processes
    assert (plant.name, plant.location, plant.made.unit, inventory.flows[plant.made.flow].name) == (
        "power plant", "CN", "kWh", "electricity",
    )  # fmt: skip
    assert (refinery.location, refinery.made.unit) == ("GLO", "l")
    assert checks(inventory) == {"numbers-for-names": 2}


def test_treatments_and_credits_keep_the_matrix(tmp_path):
    cells = [(PLANT, PLANT, 2), (DUMP, PLANT, 0.5), (HEAT, PLANT, 0.25), (DUMP, DUMP, -1), (HEAT, HEAT, 1)]
    package = Package(tmp_path / "power")
    # as bw2data writes it: a treatment's product is -1 and not flipped, its waste a flipped input of -0.5
    stored = arrays(cells, taken=False)
    stored["flip_array"] = np.array([False, True, False, False, False])
    stored["data_array"][1] = -0.5
    package.package.add_persistent_vector(matrix="technosphere_matrix", name="made", **stored)
    package.add("biosphere_matrix", [(CO2, PLANT, 4), (CO2, DUMP, 0.02), (CO2, HEAT, 0.08)], "nature")
    inventory = package.read()
    assert checks(inventory) == {"numbers-for-names": 4, "substitution-guessed": 1, "negative-waste": 2}
    system = assemble(inventory)
    own = np.zeros((3, 3))
    for row, column, value in cells:
        places = [PLANT, DUMP, HEAT]
        own[places.index(row), places.index(column)] = value
    said = np.array([4, 0.02, 0.08]) @ np.linalg.inv(own) * [1, -1, 1]  # dumping is asked for as a waste taken in
    assert system.multipliers[0] == pytest.approx(said, rel=1e-12)  # doubles
    assert [LINES[tag] for tag in system.technosphere.tag if tag >= 0] == ["credit"]


@pytest.mark.parametrize(
    ("intra", "inter", "amount"), [(True, False, 7), (True, True, 2 + 3 + 7), (False, False, 7), (False, True, 3 + 7)]
)
def test_doubled_cells_within_a_group_and_between_groups(tmp_path, intra, inter, amount):
    options = {"sum_intra_duplicates": intra, "sum_inter_duplicates": inter}
    cells = [*TECHNOSPHERE[:1], (REFINERY, PLANT, -2), (REFINERY, PLANT, -3), *TECHNOSPHERE[2:]]
    package = whole(tmp_path / "power", cells, **options)
    package.add("technosphere_matrix", [(REFINERY, PLANT, -7)], "later")
    plant, _ = package.read().processes
    assert [(one.amount, one.direction) for one in plant.exchanges if one.flow == str(REFINERY)] == [(amount, "input")]


def test_what_a_process_uses_of_its_own_product_is_taken_off(tmp_path):
    inventory = whole(tmp_path / "power", [*TECHNOSPHERE, (PLANT, PLANT, -1)]).read()
    assert inventory.processes[0].made.amount == 9


def test_factors_and_the_reference_that_is_flagged(tmp_path):
    package = Package(tmp_path / "power")
    cells = [(HEAT, PLANT, 3), (REFINERY, PLANT, 5), (REFINERY, REFINERY, 100)]
    flags, factors = np.array([False, True, True]), np.array([1, 2, 1], np.float32)
    package.add("technosphere_matrix", cells, "made", reference_array=flags, rescale_array=factors)
    plant, _ = package.read().processes
    assert (plant.made.flow, plant.made.amount) == (str(REFINERY), 10)


def test_a_reference_that_nothing_says_is_taken_and_said(tmp_path):
    package = Package(tmp_path / "power").add("technosphere_matrix", [(7, 1, 3), (8, 1, 4)], "made")
    inventory = package.read()
    assert inventory.processes[0].made.flow == "7"
    assert checks(inventory)["reference-guessed"] == 1


def test_a_process_that_only_takes_in_one_thing_is_a_treatment_of_it(tmp_path):
    inventory = Package(tmp_path / "power").add("technosphere_matrix", [(7, 1, -3)], "made").read()
    made = inventory.processes[0].made
    assert (made.flow, made.direction, made.amount) == ("7", "input", 3)


def test_distributions(tmp_path):
    said = np.zeros(3, dtype=bwp.UNCERTAINTY_DTYPE)
    said["uncertainty_type"] = [0, 2, 3]
    said["scale"] = [np.nan, 0.25, 5]
    package = Package(tmp_path / "power").add("technosphere_matrix", TECHNOSPHERE, "made", distributions_array=said)
    plant, refinery = package.read().processes
    assert plant.exchanges[1].uncertainty == Uncertainty("lognormal", (2, pytest.approx(np.exp(0.25), rel=1e-12)))
    assert refinery.made.uncertainty == Uncertainty("normal", (100, 5))


def test_what_is_left_out_is_said(tmp_path):
    package = whole(tmp_path / "power")
    package.add("characterization_matrix", [(CO2, CO2, 1)], "gwp")
    package.add("biosphere_matrix", [(CO2, 555, 1)], "stray")
    package.package.add_dynamic_vector(matrix="technosphere_matrix", interface=iter(()), name="live", **{
        "indices_array": arrays(TECHNOSPHERE)["indices_array"]
    })  # fmt: skip
    two = np.array([[10.0, 20.0], [2, 4], [100, 200]])
    parts = arrays(TECHNOSPHERE)
    package.package.add_persistent_array(
        matrix="technosphere_matrix", name="scenarios", data_array=two,
        indices_array=parts["indices_array"], flip_array=parts["flip_array"],
    )  # fmt: skip
    inventory = package.read()
    said = {"matrices-left-out": 1, "columns-left-out": 1, "amounts-at-run-time": 1, "first-scenario": 1}
    assert checks(inventory) == {**said, "numbers-for-names": 4}
    assert inventory.processes[0].made.amount == 10


# -- what is refused --------------------------------------------------------------------------------------------------


def broken(tmp_path: Path, name: str, content: bytes | None) -> None:
    """A package of which one file is replaced, or removed."""
    package = whole(tmp_path / "power")
    package.package.finalize_serialization()
    path = package.path / name
    path.unlink() if content is None else path.write_bytes(content)
    bw_package.read(archive.open(package.path))


def saved(array: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind", "said"),
    [
        ("made.data.npy", None, MissingError, r"made\.data\.npy is missing; the package lists it"),
        ("made.data.npy", saved(np.ones(3))[:-5], InputError, r"made\.data\.npy: is no array of numpy"),
        ("made.data.npy", b"", InputError, r"made\.data\.npy: is no array of numpy"),
        ("made.data.npy", b"<html>", InputError, r"made\.data\.npy: is no array of numpy"),
        (
            "made.data.npy",
            saved(np.array([{}, 1, 2], dtype=object), allow_pickle=True),
            InputError,
            "is no array of num",
        ),
        ("made.data.npy", saved(np.ones((1, 1, 1))), InputError, "is no vector or matrix"),
        ("made.data.npy", saved(np.ones(2)), InputError, "group made has 3 indices and 2 data"),
        ("made.flip.npy", saved(np.ones(4, bool)), InputError, "group made has 3 indices and 4 flip"),
        ("made.data.npy", saved(np.array([1, np.nan, 2])), InputError, "group made holds an amount that is no finite"),
        ("made.data.npy", saved(np.array(["a", "b", "c"])), InputError, "group made holds an amount that is no finite"),
        ("made.indices.npy", saved(np.ones(3)), InputError, "group made has no indices with row and col"),
        ("datapackage.json", b"{", InputError, r"datapackage\.json: is not JSON"),
        ("datapackage.json", b"[" * 100_000, InputError, r"datapackage\.json: is not JSON"),
        ("datapackage.json", b"[]", InputError, r"datapackage\.json: lists no resources"),
        ("datapackage.json", b'{"resources": [1]}', InputError, "lists no resources"),
        ("datapackage.json", b'{"resources": []}', InputError, r"datapackage\.json: holds no technosphere"),
        ("datapackage.json", None, InputError, "has no datapackage.json"),
    ],
)
def test_a_broken_package_is_refused_in_one_line(tmp_path, name, content, kind, said):
    with pytest.raises(kind, match=said) as error:
        broken(tmp_path, name, content)
    assert "\n" not in str(error.value)


def test_a_process_that_makes_nothing_is_named(tmp_path):
    package = Package(tmp_path / "power").add("technosphere_matrix", [(7, 1, -3), (8, 1, -3)], "made")
    with pytest.raises(InputError, match="process 1 makes nothing"):
        package.read()


def test_a_broken_parquet_file(tmp_path):
    kind = bwp.constants.MatrixSerializeFormat("parquet")
    package = whole(tmp_path / "power", matrix_serialize_format_type=kind)
    package.package.finalize_serialization()
    (package.path / "made.data.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"made\.data\.parquet: is no Parquet file"):
        bw_package.read(archive.open(package.path))


def test_another_kind_of_datapackage_is_none(tmp_path):
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [{"path": "population.csv"}]}))
    assert not bw_package.holds(archive.open(tmp_path))


def test_a_zip_of_a_folder(tmp_path):
    package = whole(tmp_path / "power")
    package.package.finalize_serialization()
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        for file in package.path.iterdir():
            packed.write(file, f"inner/{file.name}")
    inventory = bw_package.read(archive.open(tmp_path / "packed.zip"))
    assert assemble(inventory).multipliers[0] == pytest.approx([0.12, 0.1], rel=1e-12)  # doubles
