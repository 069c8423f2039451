"""ADB MRIO, on workbooks made at its layout (header in rows 5 to 7, numbers from E8): three economies, two sectors."""

from __future__ import annotations

import zipfile
from pathlib import Path

import iso3166
import numpy as np
import pytest
from adb_tables import SECTORS, TAX, VALUE, Y, Z, emission_rows, folder_of, table_rows, write

from tanheng import labels
from tanheng.accounts import consumption, production
from tanheng.data import archive
from tanheng.data.readers import adb
from tanheng.errors import InputError, LabelError, MissingError, UnitError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path)


def test_the_table_is_read_as_it_stands(folder: Path) -> None:
    place = archive.open(folder)
    assert adb.years(place) == (2019,)
    table = adb.read(place, 2019)
    assert table.regions == ("CHN", "DEU", "ROW")
    assert table.sectors == SECTORS
    assert table.demand == ("households", "non-profit", "government", "capital formation", "inventories")
    assert table.about.currency == "million USD"
    assert table.about.price_basis == "basic prices, current"
    np.testing.assert_array_equal(table.Z.values.reshape(6, 6), Z)  # written and read as the same floats
    np.testing.assert_array_equal(table.Y.values.reshape(6, 15), Y)
    assert table.V is not None
    assert list(table.V.indexes["input"]) == ["Taxes less subsidies on products", "Value added at basic prices"]
    np.testing.assert_allclose(table.V.values.reshape(2, 6), [TAX, VALUE], rtol=1e-15)  # workbooks hold 16 digits
    checks = {finding.check: finding for finding in table.findings}
    assert set(checks) == {"renamed", "left-out"}  # the stated output fits
    assert checks["left-out"].values["total"] == 2.0 * 15
    assert "PRC to CHN, GER to DEU, RoW to ROW" in checks["renamed"].what


def test_economies_go_by_their_codes_of_iso_3166() -> None:
    """ADB's own codes of its members (Handbook of Style and Usage): Fiji, Kuwait, Tajikistan are no codes of ISO."""
    own = ["FIJ", "KUW", "TAJ", "MYA", "BRU", "CAM", "TAP", "LAO", "KGZ", "HKG"]
    named = [labels.renamed(own, adb.OWN).get(code, code) for code in own]
    assert named == ["FJI", "KWT", "TJK", "MMR", "BRN", "KHM", "TWN", "LAO", "KGZ", "HKG"]
    assert not set(adb.OWN) & set(iso3166.countries_by_alpha3)  # no code of ISO is taken for another country's


def test_emissions_are_the_totals_by_substance_and_conserved(folder: Path) -> None:
    table = adb.read(archive.open(folder), 2019)
    assert table.stressors == ("CO2", "CH4")
    assert dict(table.about.units) == {"CO2": "Gg CO2e", "CH4": "Gg CO2e"}
    assert table.F.sel(stressor="CO2", region="DEU", sector="c2").item() == 4.0  # the fourth column
    assert table.F_Y is not None
    assert table.F_Y.sel(stressor="CH4", to_region="CHN", demand="households").item() == 70.0  # the seventh, ten times
    given = 10 * sum(range(1, 22))
    for account in (production, consumption):
        total = account(table, by="region", stressor="CH4").sum().item()
        assert total == pytest.approx(given, rel=1e-9)  # convention 7


def test_emissions_of_more_economies_go_to_the_rest_of_the_world(folder: Path) -> None:
    rows = emission_rows(("PRC", "ARM", "GER", "RoW"))
    write(folder / "2019 EE-MRIOT (Air Emissions).xlsx", {"2019": rows})
    table = adb.read(archive.open(folder), 2019)
    row = table.F.sel(stressor="CO2", region="ROW").values
    np.testing.assert_array_equal(row, [3.0 + 7.0, 4.0 + 8.0])  # Armenia's columns and its own
    assert [f.values["names"] for f in table.findings if f.check == "joined"] == ["emissions of ARM"]


def test_without_the_companion_there_are_no_stressors(folder: Path) -> None:
    (folder / "2019 EE-MRIOT (Air Emissions).xlsx").unlink()
    table = adb.read(archive.open(folder), 2019)
    assert table.stressors == ()
    assert [f.severity for f in table.findings if f.check == "no-stressors"] == ["warning"]


def test_constant_prices_are_another_edition(folder: Path) -> None:
    rows = table_rows("at constant 2010 prices")
    write(folder / "ADB MRIO 2019, at constant 2010 prices.xlsx", {"ADB MRIO 2019": rows})
    place = archive.open(folder)
    assert adb.read(place, 2019, prices="constant").about.price_basis == "basic prices, constant 2010"
    assert adb.read(place, 2019).about.price_basis == "basic prices, current"
    (folder / "ADB MRIO 2019, at constant 2010 prices.xlsx").unlink()
    with pytest.raises(MissingError, match="at constant prices"):
        adb.read(archive.open(folder), 2019, prices="constant")


def test_two_editions_of_a_year_are_not_chosen_between(folder: Path) -> None:
    write(folder / "ADB-MRIO72-2019_August 2025.xlsx", {"ADB MRIO 2019": table_rows()})
    with pytest.raises(InputError, match="2 workbooks hold 2019"):
        adb.read(archive.open(folder), 2019)


def test_a_zip_reads_as_the_folder(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "adb.zip"
    with zipfile.ZipFile(packed, "w") as zipped:
        for path in folder.glob("*.xlsx"):
            zipped.write(path, f"ADB/{path.name}")
    assert adb.read(archive.open(packed), 2019).hash == adb.read(archive.open(folder), 2019).hash


def test_an_empty_cell_is_refused_or_chosen_to_be_zero(folder: Path) -> None:
    rows = table_rows()
    rows[8][5] = ""
    path = write(folder / "ADB-MRIO62-2019_Dec2022.xlsx", {"ADB MRIO 2019": rows})
    with pytest.raises(MissingError, match=r"cell F9.*the cell is empty"):
        adb.read(archive.open(folder), 2019)
    table = adb.read(archive.open(folder), 2019, missing="zero")
    assert table.Z.values.reshape(6, 6)[1, 1] == 0.0
    found = {finding.check: finding for finding in table.findings}
    assert found["empty-cells"].values["count"] == 1
    assert found["output-differs"].values["gap"] == Z[1, 1]  # the stated output has it still
    assert path.name in found["output-differs"].where


def test_broken_files_are_named(folder: Path) -> None:
    path = folder / "ADB-MRIO62-2019_Dec2022.xlsx"
    write(path, {"ADB MRIO 2019": table_rows()[:11]})
    with pytest.raises(LabelError, match="row of output, r69, is missing"):
        adb.read(archive.open(folder), 2019)
    rows = table_rows()
    rows[6][7] = "c9"
    write(path, {"ADB MRIO 2019": rows})
    with pytest.raises(LabelError, match="GER c9"):
        adb.read(archive.open(folder), 2019)
    write(path, {"ADB MRIO 2019": [["nothing", "of", "it"]]})
    with pytest.raises(LabelError, match="no row of sector codes"):
        adb.read(archive.open(folder), 2019)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match="is no workbook"):
        adb.read(archive.open(folder), 2019)


def test_a_national_table_and_other_units_are_refused(folder: Path) -> None:
    rows = table_rows()
    rows[9][2] = "IMP"
    write(folder / "ADB-MRIO62-2019_Dec2022.xlsx", {"ADB MRIO 2019": rows})
    with pytest.raises(LabelError, match="single-country table"):
        adb.read(archive.open(folder), 2019)
    write(folder / "ADB-MRIO62-2019_Dec2022.xlsx", {"ADB MRIO 2019": table_rows()})
    write(folder / "2019 EE-MRIOT (Air Emissions).xlsx", {"2019": emission_rows(unit="tonnes")})
    with pytest.raises(UnitError, match="not given as gigagrams"):
        adb.read(archive.open(folder), 2019)


def test_a_folder_of_something_else_says_what_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "Z.csv").write_text("x")
    with pytest.raises(InputError, match=r"holds no workbook of the ADB tables.*ADB-MRIO"):
        adb.years(archive.open(tmp_path))
