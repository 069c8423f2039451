"""EMERGING, on MATLAB 7.3 (HDF5) files made at its layout: two economies, two sectors, three categories."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from emerging_tables import CO2, F, X, Z, folder_of, write
from scipy.io import savemat

from tanheng.accounts import consumption, production
from tanheng.data import archive
from tanheng.data.readers import emerging
from tanheng.errors import InputError, LabelError, MissingError

h5py = pytest.importorskip("h5py", reason="EMERGING is HDF5: needs h5py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "tables")


def test_the_table_is_read_the_right_way_round(folder: Path) -> None:
    place = archive.open(folder)
    assert emerging.years(place) == (2023,)
    table = emerging.read(place, 2023)
    assert table.regions == ("CHN", "USA")
    assert table.sectors == ("01 Live animals", "99 Electricity")
    assert table.demand == ("households", "government", "capital formation")
    np.testing.assert_array_equal(table.Z.values.reshape(4, 4), Z)
    np.testing.assert_array_equal(table.Y.values.reshape(4, 6), F)
    assert table.V is not None
    np.testing.assert_array_equal(table.V.values.ravel(), X - Z.sum(axis=0))
    assert table.about.currency == "million USD"
    assert [finding.check for finding in table.findings] == ["joined"]  # X fits


def test_co2_is_the_sum_of_its_fuels_and_conserved(folder: Path) -> None:
    table = emerging.read(archive.open(folder), 2023)
    assert dict(table.about.units) == {"CO2": "Mt CO2"}
    np.testing.assert_array_equal(table.F.values.ravel(), CO2.sum(axis=1))
    for account in (production, consumption):
        assert account(table, by="region").sum().item() == pytest.approx(CO2.sum(), rel=1e-9)  # convention 7


def test_a_column_of_totals_is_not_added_to_its_parts(folder: Path) -> None:
    """The columns carry no names: one that is the sum of the others, sector by sector, would count all twice."""
    savemat(folder / "EMERGING_CO2_2023.mat", {"CO2": np.hstack([CO2, CO2.sum(axis=1, keepdims=True)])})
    table = emerging.read(archive.open(folder), 2023)
    np.testing.assert_array_equal(table.F.values.ravel(), CO2.sum(axis=1))
    joined = next(finding for finding in table.findings if finding.check == "joined")
    assert "column 8 is their total" in joined.what


def test_the_older_names_and_a_structure_around_it_read_alike(folder: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.mkdir()
    write(older / "global_mrio_2023.mat", inside="global_mrio")
    with h5py.File(older / "EMERGING_CO2_2023_IEA.mat", "w", userblock_size=512) as file:
        file.create_dataset("CO2", data=CO2.T)
    (older / "EMERGING_CO2_2023_IEA.mat").write_bytes(
        (b"MATLAB 7.3 MAT-file".ljust(512)) + (older / "EMERGING_CO2_2023_IEA.mat").read_bytes()[512:]
    )
    old, new = (emerging.read(archive.open(place), 2023) for place in (older, folder))
    np.testing.assert_array_equal(old.Z.values, new.Z.values)
    np.testing.assert_array_equal(old.F.values, new.F.values)


def test_a_zip_reads_as_the_folder(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "emerging.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in folder.glob("*.mat"):
            zipped.write(path, path.name)
    assert emerging.read(archive.open(packed), 2023).hash == emerging.read(archive.open(folder), 2023).hash


def test_a_matrix_stored_the_other_way_round_is_found_out(folder: Path) -> None:
    write(folder / "EMERGING_V2_2023_m.mat", z=Z.T)
    with pytest.raises(InputError, match=r"rows and columns exchanged.*z=turned"):
        emerging.read(archive.open(folder), 2023)
    table = emerging.read(archive.open(folder), 2023, z="turned")
    np.testing.assert_array_equal(table.Z.values.reshape(4, 4), Z)


def test_without_co2_there_are_no_stressors(folder: Path) -> None:
    (folder / "EMERGING_CO2_2023.mat").unlink()
    table = emerging.read(archive.open(folder), 2023)
    assert table.stressors == ()
    assert [finding.check for finding in table.findings] == ["no-stressors"]


def test_broken_and_foreign_files_are_named(folder: Path) -> None:
    path = write(folder / "EMERGING_V2_2023_m.mat", va=None)
    with pytest.raises(InputError, match="holds no va"):
        emerging.read(archive.open(folder), 2023)
    write(path, f=F[:, :5])
    with pytest.raises(LabelError, match="f is 4 x 5, the lists need 4 x 6"):
        emerging.read(archive.open(folder), 2023)
    write(path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(InputError, match=r"2023_m.mat: is no whole MATLAB file of version 7.3"):
        emerging.read(archive.open(folder), 2023)
    write(path)
    savemat(folder / "EMERGING_CO2_2023.mat", {"CO2": CO2[:3]})
    with pytest.raises(LabelError, match="CO2 is 3 x 7, not 4 rows"):
        emerging.read(archive.open(folder), 2023)
    savemat(folder / "EMERGING_CO2_2023.mat", {"co2": CO2})
    with pytest.raises(InputError, match="holds no CO2; it holds co2"):
        emerging.read(archive.open(folder), 2023)
    (folder / "EMERGING_CO2_2023.mat").write_bytes(b"MATLAB 5.0 MAT-file")
    with pytest.raises(InputError, match="is no whole MATLAB file"):
        emerging.read(archive.open(folder), 2023)


def test_without_h5py_the_way_out_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError, match="needs the package h5py; install it"):
        emerging.read(archive.open(folder), 2023)


def test_other_years_and_places(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="it holds 2023"):
        emerging.read(archive.open(folder), 2019)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="holds no table of EMERGING"):
        emerging.years(archive.open(empty))
    write(folder / "EMERGING_V2_2023.mat")
    with pytest.raises(InputError, match="several files hold 2023"):
        emerging.read(archive.open(folder), 2023)
