"""WIOD 2016: workbooks, and the R and Stata data as CSV, at true layout; CO2, employment, and files not right."""

import zipfile

import numpy as np
import pytest
from wiod2016_tables import REGIONS, SECTORS, co2_sheets, csv_file, folder_of, given, table_file
from wiod_tables import made, rows_of, workbook

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import wiod2016
from tanheng.errors import InputError, LabelError, MissingError


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path)


def read(place, year=2014, **options):
    return wiod2016.read(archive.open(place), year, **options)


def said(table, check):
    return [finding for finding in table.findings if finding.check == check]


def test_labels_numbers_and_accounts(folder):
    table = read(folder)
    assert wiod2016.years(archive.open(folder)) == (2014,)
    assert (table.regions, table.sectors) == (REGIONS, SECTORS)
    assert table.demand == ("households", "non-profit", "government", "capital formation", "inventories")
    assert (table.Z.values.reshape(9, 9) == given().Z).all()
    assert (table.Y.values.reshape(9, 15) == given().Y).all()
    assert (table.V.sel(input="taxes less subsidies on products").values == 1).all()
    assert table.about.classification == "wiod-2016"
    factor = 2014 / 2000
    assert table.F.values[0] == pytest.approx(np.array([[a * factor, 10 * a * factor, 0] for a in (1, 2, 3)]))
    assert table.F_Y.values[0, :, 0].tolist() == [100, 200, 300]
    assert table.about.units["CO2"] == "kt"
    total = 6 * 11 * factor + 600
    assert float(accounts.production(table).sum()) == pytest.approx(total, rel=1e-12)
    assert float(accounts.consumption(table).sum()) == pytest.approx(total, rel=1e-9)  # convention 7
    assert {finding.check for finding in table.findings} == {"partial-regions", "partial-sectors"}


def test_an_empty_cell_is_no_zero_where_there_is_output(folder):
    sheets = co2_sheets()
    sheets["CHN"][1][15] = ""  # A01 in 2014: row 2, columns from 2000 on
    workbook(folder / "CO2 emissions.xlsx", sheets)
    table = read(folder)
    assert table.stressors == ()
    assert said(table, "gap-left-out")[0].values == {"names": "CO2", "gaps": "CHN (A01)"}
    assert read(folder, gaps="zero").F.values[0, 1, 0] == 0


@pytest.mark.parametrize("prefix", ["", "v"], ids=["R", "Stata"])
def test_the_same_table_as_csv(folder, prefix):
    from_workbook = read(folder)
    (folder / "WIOT2014_Nov16_ROW.xlsx").unlink()
    csv_file(folder, prefix)
    table = read(folder)
    for name in ("Z", "Y", "F", "F_Y"):
        assert (getattr(table, name).values == getattr(from_workbook, name).values).all()
    assert (table.V.values == from_workbook.V.values).all()
    assert said(table, "inputs-of-demand")[0].values["total"] == 45  # taxes of 3 on 15 columns
    assert accounts.consumption(table).values == pytest.approx(accounts.consumption(from_workbook).values, rel=1e-12)


def test_a_zip_file_reads_as_its_folder(folder, tmp_path_factory):
    packed = tmp_path_factory.mktemp("zip")
    for zip_name, file in (("WIOTS_in_EXCEL.zip", "WIOT2014_Nov16_ROW.xlsx"), ("co2em56.zip", "CO2 emissions.xlsx")):
        with zipfile.ZipFile(packed / zip_name, "w") as stream:
            stream.write(folder / file, file)
    assert read(packed).hash == read(folder).hash
    with zipfile.ZipFile(packed / "all.zip", "w") as stream:
        for path in folder.iterdir():
            stream.write(path, path.name)
    assert read(packed / "all.zip").hash == read(folder).hash


def test_employment_lacks_the_rest_of_the_world(folder):
    rows = [["country", "variable", "description", "code", "2013", "2014"]]
    for region in ("AUS", "CHN"):
        for variable in ("GO", "EMP", "H_EMPE"):
            rows += [[region, variable, "text", sector, 1.0, 2.0] for sector in SECTORS]
    workbook(folder / "Socio_Economic_Accounts.xlsx", {"Notes": [["x"]], "DATA": rows})
    table = read(folder)
    assert table.stressors == ("CO2",)
    assert said(table, "gap-left-out")[0].values == {"names": "EMP, H_EMPE", "gaps": "ROW"}
    assert said(table, "not-physical")[0].values["names"] == "GO"
    filled = read(folder, gaps="zero")
    assert filled.F.sel(stressor="EMP").values.tolist() == [[2, 2, 2], [2, 2, 2], [0, 0, 0]]
    assert (filled.about.units["EMP"], filled.about.units["H_EMPE"]) == ("1000 p", "M.hr")


def test_years_beyond_the_co2_accounts(folder):
    sheets = {name: [row[:10] for row in rows] for name, rows in co2_sheets().items()}  # to 2008
    workbook(folder / "CO2 emissions.xlsx", sheets)
    assert said(read(folder), "absent-year")[0].values == {"names": "CO2", "year": 2014}


# -- what is not right ------------------------------------------------------------------------------------------------


def renamed_sector(rows):
    rows[2][5] = "C10T12"


def renamed_demand(rows):
    rows[2][-2] = "INV"


def missing_region(rows):
    for row in rows[2:]:
        del row[10:13]


def empty_cell(rows):
    rows[6][4] = ""


def broken_off(rows):
    del rows[-3:]


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (renamed_sector, r"sheet 2014 cell F3: sector C10T12 is not known; did you mean C10-C12"),
        (renamed_demand, r"sheet 2014.* INV is not known; did you mean"),
        (missing_region, r"sheet 2014.*ROW"),
        (empty_cell, r"sheet 2014 cell E7: the cell is empty"),
        (broken_off, r"has no row GO in its 20 rows; .*broken off"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_wrong_in_a_table_is_named(tmp_path, change, due):
    with pytest.raises(InputError, match=due):
        read(table_file(tmp_path, change=change))


def test_a_truncated_workbook(folder):
    file = folder / "WIOT2014_Nov16_ROW.xlsx"
    file.write_bytes(file.read_bytes()[:2500])
    with pytest.raises(InputError, match=r"WIOT2014_Nov16_ROW\.xlsx: is no workbook"):
        read(folder)


def test_a_table_of_the_other_release(tmp_path):
    old = made(("AUS", "RoW"), ("c1", "c2"))
    file = workbook(tmp_path / "WIOT2009_Nov16_ROW.xlsx", {"WIOT_2009": rows_of(old, 2009, 2013)})
    with pytest.raises(InputError, match=r"is a table of the 2013 release, .*'tanheng read wiod2013'"):
        read(file, 2009)


def test_a_misnamed_year(tmp_path):
    with pytest.raises(InputError, match=r"holds the year 2013; its name says 2014"):
        read(table_file(tmp_path, sheet="2013"))


def test_years_of_a_place_that_holds_none(tmp_path):
    (tmp_path / "wiot09_row_sep12.xlsx").write_bytes(b"x")
    with pytest.raises(InputError, match=r"holds no table such as WIOT2014_Nov16_ROW\.xlsb; .*tanheng read wiod2013"):
        wiod2016.years(archive.open(tmp_path))
    with pytest.raises(MissingError, match=r"no year 2015; it holds 2014"):
        read(table_file(tmp_path), 2015)


def test_a_line_missing_in_the_co2_accounts(folder):
    sheets = co2_sheets()
    sheets["AUS"][2][0] = "C10"
    workbook(folder / "CO2 emissions.xlsx", sheets)
    with pytest.raises(LabelError, match=r"CO2 emissions\.xlsx sheet AUS: has no line C10-C12; did you mean C10"):
        read(folder)


def head(rows):
    rows[0][0] = "Code"


def column(rows):
    rows[0][5] = "AUS99"


def year(rows):
    for row in rows[1:]:
        row[4] = 2013


def truncated(rows):
    del rows[-1]


def gap(rows):
    rows[2][6] = ""


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (head, r"_ROW\.csv line 1: its columns are Code, .*; they are IndustryCode, "),
        (column, r"_ROW\.csv line 1: column AUS99 is not known; columns are AUS1 to ROW61, TOT"),
        (year, r"_ROW\.csv: holds the year 2013; its name says 2014"),
        (truncated, r"_ROW\.csv: has no line GO; the file has broken off"),
        (gap, r"_ROW\.csv line 3: row C10-C12 .*column AUS2 is empty"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_wrong_in_a_csv_file_is_named(tmp_path, change, due):
    with pytest.raises(InputError, match=due):
        read(csv_file(tmp_path, change=change))
