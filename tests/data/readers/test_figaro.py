"""FIGARO: the matrix and the flat file are one table; by industry, by product, from supply and use; with emissions."""

from __future__ import annotations

import zipfile
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from figaro_tables import (
    CO2,
    EMISSIONS,
    FINAL,
    FLAT,
    INDUSTRIES,
    INPUTS,
    MATRIX,
    REGIONS,
    V,
    Y,
    Z,
    cells,
    emissions,
    flat,
    folder,
    matrix,
    supply_use,
)

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import figaro
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.table import Table


def read(path: Path, year: int = 2021, **options: str) -> Table:
    return figaro.read(archive.open(path), year, **options)


def noted(table: Table) -> dict[str, str]:
    return {one.check: one.what for one in table.findings}


def test_the_matrix(tmp_path: Path) -> None:
    table = read(folder(tmp_path, {MATRIX: matrix(*cells())}))
    assert (table.regions, table.sectors, table.demand) == (("GRC", "ROW"), INDUSTRIES, FINAL)
    assert (table.about.currency, table.about.price_basis) == ("million EUR", "current basic prices")
    assert table.about.version == "2023 edition, industry by industry"
    assert table.Z.values.reshape(4, 4).tolist() == Z
    assert table.Y.values.reshape(4, 6).tolist() == Y
    assert list(table.V.indexes["input"]) == list(INPUTS)
    assert table.V.values.reshape(4, 4).tolist() == V
    assert table.stressors == ()
    assert set(noted(table)) == {"renamed", "no-stressors", "left-out"}
    assert noted(table)["renamed"] == "2 labels of the source were renamed: EL to GRC, FIGW1 to ROW"
    assert {one.check: one.values.get("total") for one in table.findings}["left-out"] == 32.0  # |V_FINAL|


def test_sectors_are_named(tmp_path: Path) -> None:
    """By industries or products, as the table's sectors are, also where it is made of supply and use."""
    one = read(folder(tmp_path / "ind", {MATRIX: matrix(*cells())}))
    assert one.about.classification == "figaro-64"
    unknown = read(folder(tmp_path / "other", {MATRIX: matrix(*cells(("A01", "X99")))}))
    assert unknown.about.classification == ""
    place = supply_use(tmp_path / "sut")
    made = {model: read(place, model=model).about.classification for model in ("B", "D")}
    assert made == {"B": "figaro-64-products", "D": "figaro-64"}


def test_the_flat_file_holds_the_same(tmp_path: Path) -> None:
    whole = read(folder(tmp_path / "matrix", {MATRIX: matrix(*cells())}))
    assert read(folder(tmp_path / "flat", {FLAT: flat(*cells())})).hash == whole.hash
    rows, columns, values = cells()
    order = [4, 5, 6, 7, 8, 9, 0, 1, 2, 3]  # final uses first, as nothing forbids
    other = matrix(rows, [columns[at] for at in order], values[:, order])
    assert read(folder(tmp_path / "other", {MATRIX: other})).hash == whole.hash


def test_zip_files_are_the_same_as_a_folder(tmp_path: Path) -> None:
    files = {FLAT: flat(*cells()), EMISSIONS: emissions()}
    plain = read(folder(tmp_path / "plain", files))
    place = tmp_path / "packed"
    place.mkdir()
    for name, text in files.items():
        with zipfile.ZipFile(place / f"{name[:-4]}.zip", "w") as packed:
            packed.writestr(name, text)
    assert figaro.years(archive.open(place)) == (2021,)
    assert read(place).hash == plain.hash
    alone = read(place / f"{FLAT[:-4]}.zip")
    assert alone.stressors == ()


def test_emissions_are_what_all_consumers_are_answerable_for(tmp_path: Path) -> None:
    table = read(folder(tmp_path, {MATRIX: matrix(*cells()), EMISSIONS: emissions()}))
    assert dict(table.about.units) == {"CO2": "kt"}
    assert table.F.values.ravel().tolist() == list(CO2.values())
    assert table.F_Y.sel(stressor="CO2", demand="P3_S14").values.tolist() == [7.0, 8.0]
    assert float(table.F_Y.sum()) == 15.0
    assert "FIGW1_C10T12" in noted(table)["no-lines"]
    for account in (accounts.production(table), accounts.consumption(table)):
        assert float(account.sum()) == pytest.approx(75, rel=1e-12)


def test_the_2024_name_of_the_emissions_file(tmp_path: Path) -> None:
    name = "greenhouse-gas-footprints_2024-edition_2021-data.csv"
    table = read(folder(tmp_path, {MATRIX: matrix(*cells()), name: emissions()}))
    assert dict(table.about.units) == {"GHG": "kt CO2e"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("C10T12", "C10-C12"), "industry C10-C12 is not known; did you mean C10T12"),
        (lambda t: t.replace("FIGW1", "WRL_REST"), "area WRL_REST is not known"),
        (lambda t: t.replace("HH", "A01"), "industry HH is not known"),
        (lambda t: t.replace("obs_value", "value"), "line 1: has no column obs_value; did you mean value"),
        (lambda t: t.replace("2021,EL,HH,EL,P3_S14,7", "2021,EL,HH,EL,P3_S14,"), "line 8: the number is missing"),
    ],
)
def test_wrong_emissions_are_named(tmp_path: Path, change, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(folder(tmp_path, {MATRIX: matrix(*cells()), EMISSIONS: change(emissions())}))


def test_product_by_product(tmp_path: Path) -> None:
    codes = tuple(f"CPA_{code}" for code in INDUSTRIES)
    name = "flatfile_eu-ic-io_prod-by-prod_23ed_2021.csv"
    place = folder(tmp_path, {name: flat(*cells(codes), head="Pp"), EMISSIONS: emissions()})
    table = read(place)
    assert table.sectors == codes
    assert table.Z.values.reshape(4, 4).tolist() == Z
    assert table.stressors == ()  # emissions belong to industries
    folder(tmp_path, {MATRIX: matrix(*cells())})
    assert read(place).sectors == INDUSTRIES
    assert read(place, kind="prod").hash == table.hash


def test_supply_and_use(tmp_path: Path) -> None:
    place = supply_use(tmp_path)
    sut = figaro.supply_use(archive.open(place), 2021)
    assert (sut.industries, sut.products) == (INDUSTRIES, ("CPA_A01", "CPA_C10T12"))
    assert sut.supply.values[0].tolist() == [[90, 0], [10, 100]]
    assert sut.balance.values.tolist() == [[0, 0], [0, 0]]
    table = read(place)
    assert table.sectors == INDUSTRIES
    assert table.Z.values[0, :, 0] == pytest.approx(np.array([[10.8, 7.2], [11.2, 7.8]]), rel=1e-12)
    assert float(accounts.consumption(table).sum()) == pytest.approx(75, rel=1e-12)
    assert read(place, model="B").sectors == sut.products


def test_nobody_makes_anything_abroad(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="industries of FIGW1 make products of EL: 3; an industry makes its products at"
    ):
        read(supply_use(tmp_path, abroad=3.0))


LINE = "EL_A01,EL_P3_S14,EL,A01,EL,P3_S14,50\n"


@pytest.mark.parametrize(
    ("name", "change", "error", "said"),
    [
        (MATRIX, lambda t: t.replace("EL_C10T12,FIGW1", "EL_C10X12,FIGW1", 1), LabelError, "column EL_C10X12 is not"),
        (MATRIX, lambda t: t.replace("\nFIGW1_A01", "\nFIGW1_A1"), LabelError, "row FIGW1_A1 is not one of the first"),
        (MATRIX, lambda t: t[: t.index("\nFIGW1_C10T12")], LabelError, "row FIGW1_C10T12 is missing"),
        (MATRIX, lambda t: t[: t.index("\nW2_D1,") + 12], InputError, r"line 8: row W2_D1 has \d+ cells"),
        (MATRIX, lambda t: t.replace("FIGW1_P51G", "FIGW1"), LabelError, "FIGW1 is no label of FIGARO; a label is"),
        (
            FLAT,
            lambda t: t.replace(LINE, ""),
            MissingError,
            r"row EL_A01, column EL_P3_S14 is missing \(1 such cells\)",
        ),
        (FLAT, lambda t: t + LINE, LabelError, "row EL_A01, column EL_P3_S14 is given twice"),
        (FLAT, lambda t: t.replace(LINE, LINE.replace("50", "x")), InputError, "line 7: .*invalid value 'x'"),
        (FLAT, lambda t: t.replace(LINE, LINE.replace("50", "")), MissingError, "line 7: the number is missing"),
        (FLAT, lambda t: t.replace(LINE, LINE.replace("50", "nan")), MissingError, "line 7: obsValue is nan"),
        (FLAT, lambda t: t[:-20], InputError, "line 81: Expected 7 columns, got"),
        (
            FLAT,
            lambda t: t.replace("obsValue", "value"),
            InputError,
            "line 1: has no column obsValue; did you mean value",
        ),
        (FLAT, lambda t: t.partition("\n")[0] + "\n", InputError, "has no cells"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, change, error: type[Exception], said: str) -> None:
    text = {MATRIX: matrix, FLAT: flat}[name](*cells())
    assert change(text) != text
    with pytest.raises(error, match=said):
        read(folder(tmp_path, {name: change(text)}))


def test_a_later_line_is_named_too(tmp_path: Path) -> None:
    """The file is read in blocks of megabytes, and lines are counted through them."""
    columns = [*product(REGIONS, (*INDUSTRIES, *FINAL))]
    rows = [(region, f"A{at:05d}") for region in REGIONS for at in range(12_000)]
    text = flat(rows, columns, np.ones((len(rows), len(columns))))
    lines = text.splitlines()
    lines[200_000] = lines[200_000].removesuffix("1.0") + "x"
    with pytest.raises(InputError, match=r"line 200001: .*invalid value 'x'"):
        read(folder(tmp_path, {FLAT: "\n".join(lines) + "\n"}))


def test_another_place_edition_and_year(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no table of FIGARO; a FIGARO folder holds"):
        figaro.years(archive.open(folder(tmp_path / "none", {"a.csv": "1"})))
    with pytest.raises(InputError, match="holds FIGARO-E3, another table"):
        figaro.years(archive.open(folder(tmp_path / "e3", {"flatfile_FIGARO-e-ic-use_millionEUR_2015.csv": "1"})))
    both = {MATRIX: matrix(*cells()), MATRIX.replace("23ed", "24ed"): matrix(*cells())}
    with pytest.raises(InputError, match="holds 2021 of the editions 2023, 2024"):
        read(folder(tmp_path / "both", both))
    with pytest.raises(MissingError, match="there is no year 1999; it holds 2021"):
        read(tmp_path / "both", 1999)
    with pytest.raises(InputError, match=r"matrix_ or flatfile_eu-ic-supply_\*_2021\.csv is missing"):
        read(tmp_path / "both", kind="sut")


def test_the_2022_edition_has_no_edition_in_its_names(tmp_path: Path) -> None:
    table = read(folder(tmp_path, {"matrix_eu-ic-io_ind-by-ind_2021.csv": matrix(*cells())}))
    assert table.about.version == "2022 edition, industry by industry"


def test_the_second_version_is_taken(tmp_path: Path) -> None:
    rows, columns, values = cells()
    second = MATRIX.replace(".csv", "_v2.csv")
    table = read(folder(tmp_path, {MATRIX: matrix(rows, columns, values), second: matrix(rows, columns, 2 * values)}))
    assert table.Z.values.reshape(4, 4).tolist() == (2 * np.array(Z)).tolist()
