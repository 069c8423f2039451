"""GLORIA: supply and use from one square file, one-to-one or by a technology model, satellites by their totals."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from gloria_tables import (
    ACCOUNTS,
    REGIONS,
    SECTORS,
    SUPPLY,
    USE,
    contents,
    csv,
    final,
    folder,
    inputs,
    satellites,
    square,
    workbook,
)

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import gloria
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.labels import sector_name
from tanheng.systems.table import Table


def read(path: Path, year: int = 2022, **options: str) -> Table:
    return gloria.read(archive.open(path), year, **options)


def noted(table: Table) -> dict[str, str]:
    return {one.check: one.what for one in table.findings}


def named(part: str) -> str:
    return f"20240110_120secMother_AllCountries_002_{part}-Results_2022_059_Markup001(full).csv"


def test_supply_and_use(tmp_path: Path) -> None:
    sut = gloria.supply_use(archive.open(folder(tmp_path, contents())), 2022)
    assert (sut.regions, sut.industries, sut.products) == (REGIONS, SECTORS, SECTORS)
    assert sut.supply.values.tolist() == [SUPPLY["AUS"], SUPPLY["AUT"]]
    assert sut.use.values[0, :, 0].tolist() == USE["AUS"]
    assert float(np.abs(sut.use.values[0, :, 1]).sum()) == 0.0
    assert (
        float(sut.Y.sel(region="AUS", product="Wheat", to_region="AUT", demand="Changes in inventories P.52")) == 10.0
    )
    assert sut.V.values.tolist() == [[[68.0, 95.0], [16.0, 24.0]]]
    assert sut.balance.values == pytest.approx(np.zeros((2, 2)), abs=1e-9)  # thousandths of whole numbers


def test_model_d_of_miller_and_blair(tmp_path: Path) -> None:
    """Fixed product sales: T = V q̂⁻¹ = [[0.9, 0], [0.1, 1]] makes the use table [[10.8, 7.2], [11.2, 7.8]]."""
    table = read(folder(tmp_path, contents()))
    assert table.Z.values[0, :, 0] == pytest.approx(np.array([[10.8, 7.2], [11.2, 7.8]]), rel=1e-12)
    assert noted(table)["constructed"].endswith("technology model D")
    assert table.F.sel(stressor="co2_total_EDGAR_consistent").values.tolist() == [[9.0, 11.0], [2.0, 3.0]]
    # by model B a product has the recipes of its makers: g = 90, 110; T = ĝ⁻¹ V
    by_b = read(tmp_path, model="B").Z.values[0, :, 0]
    assert by_b == pytest.approx(np.array(USE["AUS"]) @ np.array([[1, 0], [10 / 110, 100 / 110]]), rel=1e-12)


@pytest.mark.parametrize("diagonal", [True, False])
def test_sectors_are_named_where_they_are_glorias(tmp_path: Path, diagonal: bool) -> None:
    """Editions differ in case and full stops; a sector that GLORIA does not have leaves the table without names."""
    place = folder(tmp_path, contents(diagonal=diagonal))
    assert (read(place).about.classification, "renamed" in noted(read(place))) == ("", False)
    workbook(place / "GLORIA_ReadMe_059.xlsx", sectors=("Growing Cereals n.e.c.", "Hard coal"))
    table = read(place)
    assert (table.sectors, table.about.classification) == (("Growing cereals n.e.c", "Hard coal"), "gloria-120")
    assert noted(table)["renamed"].endswith("Growing Cereals n.e.c. to Growing cereals n.e.c")
    assert sector_name(table.sectors[1], "zh", table.about.classification) == "硬煤"


def test_a_diagonal_supply_needs_no_model(tmp_path: Path) -> None:
    table = read(folder(tmp_path, contents(diagonal=True)))
    assert table.Z.values[0, :, 0].tolist() == USE["AUS"]
    assert "the use table is the symmetric table" in noted(table)["one-to-one"]
    assert "output-differs" not in noted(table)
    assert {read(tmp_path, model=model).hash for model in "ABCD"} == {table.hash}


def test_satellites(tmp_path: Path) -> None:
    table = read(folder(tmp_path, contents()))
    assert table.stressors == ("co2_total_EDGAR_consistent", "Land use: Annual crops")
    assert dict(table.about.units) == {"co2_total_EDGAR_consistent": "kt", "Land use: Annual crops": "ha"}
    assert table.F.sel(stressor="Land use: Annual crops").values.tolist() == [[4000, 0], [4000, 0]]
    assert float(table.F_Y.sum()) == 10.0
    assert "Biodiversity loss: Annual crops (PDF.ha)" in noted(table)["unknown-unit"]
    assert noted(table)["satellite-totals"].startswith("1 satellite accounts that split")
    every = read(tmp_path, satellites="all")
    assert "co2_1A1_EDGAR_consistent" in every.stressors
    assert "satellite-totals" not in noted(every)


def test_accounts_conserve(tmp_path: Path) -> None:
    table = read(folder(tmp_path, contents()))
    for account in (accounts.production(table), accounts.consumption(table)):
        by_stressor = account.sum([dim for dim in account.dims if dim != "stressor"])
        assert by_stressor.values == pytest.approx([35, 8000], rel=1e-12)  # 9+11+2+3 and 5+5 of households


def test_without_satellites_there_are_no_stressors(tmp_path: Path) -> None:
    files = {name: text for name, text in contents().items() if "Q-Results" not in name}
    table = read(folder(tmp_path, files))
    assert table.stressors == ()
    assert "no-stressors" in noted(table)


def test_what_lies_outside_the_layout_is_said(tmp_path: Path) -> None:
    files = contents()
    T, V, final_ = square(), inputs(), final()
    T[0, 7] = 500  # an industry of AUS makes a product of AUT
    T[2, 3] = -250  # a product goes into a product
    V[0, 4] = 125  # an input of AUS in an industry of AUT
    final_[1, 2] = 60  # an industry sells to final demand
    TQ, _ = satellites()
    TQ[0, 2] = 1  # a product emits
    for part, numbers in (("T", T), ("V", V), ("Y", final_), ("TQ", TQ)):
        files[named(part)] = csv(numbers)
    table = read(folder(tmp_path, files))
    left = {one.where: one.values["total"] for one in table.findings if one.check == "left-out"}
    assert left == {
        "cells of T outside supply and use": 0.75,
        "cells of V outside the region": 0.125,
        "final demand for industries": 0.06,
    }
    assert "co2_total_EDGAR_consistent" in noted(table)["on-products"]


def test_zip_files_are_the_same_as_a_folder(tmp_path: Path) -> None:
    plain = read(folder(tmp_path / "plain", contents()))
    place = tmp_path / "packed"
    place.mkdir()
    workbook(place / "GLORIA_ReadMe_059.xlsx")
    for kind, parts in (("MRIOs_59", "TYV"), ("SatelliteAccounts_059", ("TQ", "YQ"))):
        with zipfile.ZipFile(place / f"GLORIA_{kind}_2022.zip", "w") as packed:
            for part in parts:
                packed.writestr(named(part), contents()[named(part)])
    assert gloria.years(archive.open(place)) == (2022,)
    assert read(place).hash == plain.hash


@pytest.mark.parametrize(
    ("part", "change", "error", "said"),
    [
        ("T", lambda t: "\n".join(t.splitlines()[:-1]), InputError, "has 7 rows of 8 numbers, the labels need 8 rows"),
        ("T", lambda t: t[:-9], InputError, r"csv line 8: row has \d cells, the first line has 8"),
        ("V", lambda t: t + t, InputError, "has 4 rows of 8 numbers, the labels need 2 rows"),
        ("Y", lambda t: t.replace("70000.0", ""), MissingError, r"Y-Results.* line 3: .*is empty"),
        ("TQ", lambda t: t + t.splitlines()[0] + "\n", InputError, "has 5 rows of 8 numbers, the labels need 4 rows"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, part: str, change, error: type[Exception], said: str) -> None:
    files = contents()
    files[named(part)] = change(files[named(part)])
    with pytest.raises(error, match=said):
        read(folder(tmp_path, files))


def test_the_workbook_is_needed_and_whole(tmp_path: Path) -> None:
    place = folder(tmp_path, contents())
    (place / "GLORIA_ReadMe_059.xlsx").unlink()
    with pytest.raises(InputError, match=r"GLORIA_ReadMe_059\.xlsx is missing"):
        read(place)
    workbook(place / "GLORIA_ReadMe_059.xlsx", [*ACCOUNTS[:2], ("Land use", "", "ha"), ACCOUNTS[3]])
    with pytest.raises(LabelError, match="sheet Satellites cell C4: Sat_indicator is empty"):
        read(place)


@pytest.mark.parametrize("part", ["V", "YQ"])
def test_a_missing_file_is_named(tmp_path: Path, part: str) -> None:
    files = contents()
    del files[named(part)]
    with pytest.raises(InputError, match=rf"\*_{part}-Results_2022_059_Markup001\(full\)\.csv is missing"):
        read(folder(tmp_path, files))


def test_another_edition_place_and_year(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is of edition 054 with 97 sectors; editions 055 to 060 are read"):
        read(folder(tmp_path / "old", contents(edition="054", sectors=97)))
    with pytest.raises(InputError, match="holds the editions 058, 059 of 2022"):
        read(folder(tmp_path / "two", contents() | contents(edition="058")))
    with pytest.raises(InputError, match="holds no table of GLORIA; a GLORIA folder holds"):
        gloria.years(archive.open(folder(tmp_path / "none", {"a.csv": "1"})))
    with pytest.raises(MissingError, match="there is no year 1999; it holds 2022"):
        read(folder(tmp_path / "own", contents()), 1999)


def test_the_publishers_layout(shared: Path, tmp_path: Path) -> None:
    place = shared / "formats" / "gloria"
    table = read(place, 2022)
    assert table.regions == ("AUS", "AUT", "AZE")
    assert table.sectors == ("Forestry and logging", "Fishing", "Crustaceans and molluscs")
    assert float(table.Z[0, 0, 0, 0]) == pytest.approx(1386.4, rel=1e-12)  # 1386400 thousand USD
    assert float(table.Z[0, 2, 1, 1]) == pytest.approx(5.9749e-9, rel=1e-12)
    assert float(table.Y[0, 1, 0, 0]) == pytest.approx(1750.3, rel=1e-12)
    assert table.V.values[:, 1].tolist() == [
        pytest.approx([225.18, 38.824, 0.9004], rel=1e-12),
        pytest.approx([239.34, 2.0457, 3.5141], rel=1e-12),
    ]
    assert set(table.about.units.values()) == {"kt"}
    assert len(table.stressors) == 5  # this inventory has no totals, so its categories are read
    shutil.make_archive(str(tmp_path / "all"), "zip", place)
    assert read(tmp_path / "all.zip").hash == table.hash
