"""WIOD 2013: the publisher's layout, the accounts beside the table, and what is said of files that are not right."""

import csv
import gzip
import re
import shutil
import zipfile

import numpy as np
import pytest
from wiod2013_tables import CODES, PLAIN, REGIONS, SECTORS, carriers, folder_of, table_file
from wiod_tables import Made, made, rows_of, workbook

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import wiod2013
from tanheng.errors import InputError, LabelError, MissingError


def read(folder, year=2009, **options):
    return wiod2013.read(archive.open(folder), year, **options)


def said(table, check):
    return [finding for finding in table.findings if finding.check == check]


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path)


# -- the publisher's files --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(shared):
    return shared / "formats" / "wiod2013"


def test_the_publishers_layout(sample):
    """Cells looked up by hand in wiot09_row_sep12.xlsx, AUS_AIR_May12.xls and AUS_LAN_May12.xls."""
    assert wiod2013.years(archive.open(sample)) == (2009,)
    table = read(sample)
    assert table.regions == ("AUS", "BEL", "LUX", "ROU", "USA", "ROW")
    assert table.sectors == ("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c35")
    assert table.demand == ("households", "non-profit", "government", "capital formation", "inventories")
    assert table.Z.values[0, 0, 0, :5].tolist() == [23697.221, 57.495387, 106490.98, 195.90319, 230.13614]
    assert table.Z.values[5, 7, 0, 0] == 50.024168
    assert table.Y.values[0, 0, 5, 2:].tolist() == [48.818089, 2.026729, 4.8982602]
    assert table.V.sel(input="Value added at basic prices").values[0, :2].tolist() == [42262.90673, 162143.72283]
    assert table.V.indexes["input"][0] == "taxes less subsidies on products"
    assert (table.about.currency, table.about.price_basis) == ("million USD", "current basic prices")
    assert table.F.sel(stressor="CO2").values[0, 0] == pytest.approx(6652.840865583831, rel=1e-15)
    assert table.about.units["CO2"] == "kt"
    assert table.about.units["CH4"] == "t"
    assert table.F_Y.sel(stressor="CO2", demand="households").values[0] == 41143.2189857637
    assert table.F.sel(stressor="Pastures_area").values[0, 0] == 345211e3  # ha, from 1000 ha
    assert (table.F.sel(stressor="CO2").values[:, 7] == 0).all()  # empty cells of secP, which the total leaves out
    assert not said(table, "output-differs")


def test_the_rest_of_the_world_has_no_employment(sample):
    table = read(sample)
    assert "EMP" not in table.stressors
    (gap,) = said(table, "gap-left-out")
    assert (gap.values["names"], gap.values["gaps"]) == ("EMP, EMPE, H_EMP, H_EMPE", "ROW")
    filled = read(sample, gaps="zero")
    assert filled.F.sel(stressor="EMP").values[0, 0] == 43.58770386015548
    assert (filled.F.sel(stressor="EMP").values[5] == 0).all()
    assert (filled.about.units["EMP"], filled.about.units["H_EMP"]) == ("1000 p", "M.hr")
    assert said(filled, "gap-as-zero")
    assert "LABHS" in said(filled, "not-physical")[0].values["names"]


@pytest.fixture(scope="module")
def with_co2(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wiod")
    shutil.copy(sample / "wiot09_row_sep12.xlsx", folder)
    shutil.copy(sample.parents[1] / "wiod2013" / "CO2_may12.zip", folder)
    return folder


def test_co2_of_the_publisher(with_co2, shared):
    """Against co2_by_sector.csv.gz, the same accounts compiled by others, which has six digits."""
    table = read(with_co2)
    with gzip.open(shared / "wiod2013" / "co2_by_sector.csv.gz", "rt") as file:
        lines = {
            (line["country"], line["sector"]): float(line["co2_kt"])
            for line in csv.DictReader(file)
            if line["year"] == "2009"
        }
    codes = ["secAtB", "secC", "sec15t16", "sec17t18", "sec19", "sec20", "sec21t22", "secP"]
    due = [[lines[region, code] for code in codes] for region in table.regions]
    assert table.F.sel(stressor="CO2").values == pytest.approx(np.array(due), rel=5e-6, abs=1e-6)
    direct = [lines[region, "FC_HH"] for region in table.regions]
    assert table.F_Y.sel(stressor="CO2", demand="households").values == pytest.approx(direct, rel=5e-6)
    assert not said(table, "carriers-differ")
    (left,) = said(table, "other-sectors")  # the sample has 8 of the 35 sectors
    rest = sum(
        lines[region, code] for region, code in lines if region in table.regions and code not in (*codes, "FC_HH")
    )
    assert left.values["total"] == pytest.approx(rest, rel=5e-6)


def test_co2_by_carrier_adds_up(with_co2):
    whole, apart = read(with_co2), read(with_co2, carriers="apart")
    assert len(apart.stressors) == 28  # 27 energy carriers and the differences that the accounts list with them
    assert apart.F.values.sum(axis=0) == pytest.approx(whole.F.values[0], rel=1e-12, abs=1e-7)
    assert apart.F_Y.values.sum(axis=0) == pytest.approx(whole.F_Y.values[0], rel=1e-12, abs=1e-7)


# -- files made at that layout ----------------------------------------------------------------------------------------


def test_labels_numbers_and_accounts(folder):
    table, given = read(folder), made(REGIONS, SECTORS)
    assert table.regions == ("AUS", "ROU", "ROW")
    assert said(table, "renamed")[0].values["names"] == "ROM to ROU, RoW to ROW"
    assert (table.Z.values.reshape(9, 9) == given.Z).all()
    assert (table.Y.values.reshape(9, 15) == given.Y).all()
    assert table.F.values[0].tolist() == [[15, 7, 30]] * 3
    assert table.F_Y.values[0, :, 0].tolist() == [10] * 3
    assert (table.about.classification, table.about.boundary) == ("wiod-35", "residence")
    total = 3 * (15 + 7 + 30 + 10)
    assert float(accounts.production(table).sum()) == pytest.approx(total, rel=1e-12)
    assert float(accounts.consumption(table).sum()) == pytest.approx(total, rel=1e-9)  # convention 7
    assert [finding.values["held"] for finding in said(table, "partial-sectors")] == [3]


def test_a_zip_file_reads_as_its_folder(folder, tmp_path_factory):
    packed = tmp_path_factory.mktemp("zip") / "wiod.zip"
    with zipfile.ZipFile(packed, "w") as file:
        for path in folder.rglob("*.xlsx"):
            file.write(path, path.relative_to(folder))
    assert read(packed).hash == read(folder).hash
    with zipfile.ZipFile(folder / "CO2_may12.zip", "w") as file:
        for path in (folder / "CO2_may12").iterdir():
            file.write(path, path.name)
    before = read(folder).hash
    shutil.rmtree(folder / "CO2_may12")
    assert read(folder).hash == before


def test_a_table_alone_has_no_stressors(tmp_path):
    table = read(table_file(tmp_path))
    assert table.stressors == ()
    assert said(table, "no-stressors")[0].severity == "warning"


def test_output_that_differs_is_said(tmp_path):
    def more(rows):
        rows[6][-1] += 5

    (finding,) = said(read(table_file(tmp_path, change=more)), "output-differs")
    assert (finding.values["gap"], finding.values["worst"]) == (5, "region AUS, sector c1")


def test_empty_cells_are_zero_only_where_the_total_says_so(folder):
    file = folder / "CO2_may12" / "ROU_CO2_May12.xlsx"
    workbook(file, carriers(((10, 5), (None, None), (30, None), (4, 6))))
    assert read(folder).F.values[0, 1].tolist() == [15, 0, 30]
    workbook(file, carriers(((10, 5), (None, None), (30, None), (4, 6)), total=(40, 5, 99)))
    table = read(folder)
    assert table.stressors == ()
    assert said(table, "gap-left-out")[0].values["gaps"] == "ROU (c2)"
    assert said(table, "carriers-differ")[0].values["gap"] == 54  # 99 less 45
    assert read(folder, gaps="zero").F.values[0, 1].tolist() == [15, 0, 30]


def test_a_country_without_its_file_is_a_gap(folder):
    (folder / "CO2_may12" / "ROW_CO2_May12.xlsx").unlink()
    assert said(read(folder), "gap-left-out")[0].values == {"names": "CO2", "gaps": "ROW"}


def test_accounts_without_the_year(folder):
    table_file(folder, "wiot10_row_apr12.xlsx", year=2010)
    table = read(folder, 2010)
    assert said(table, "absent-year")[0].values == {"names": "CO2", "year": 2010}
    assert table.stressors == ()


def test_co2_of_two_files_is_compared(folder):
    for code in ("AUS", "ROU", "ROW"):
        rows = [["", "", "CO2", "CH4"], *([["n", name, 1, 2] for name in CODES[:3]]), ["n", "FC_HH", 0, 0]]
        rows.append(["Total", "secTOT", 3, 6])
        workbook(folder / f"{code}_AIR_May12.xlsx", {"2009": rows})
    table = read(folder)
    assert table.stressors == ("CO2", "CH4")
    assert table.F.values[0].tolist() == [[15, 7, 30]] * 3
    assert said(table, "accounts-differ")[0].values["gap"] == 3 * (14 + 6 + 29)


def test_emissions_of_sector_q_are_named(folder):
    sheet = carriers(PLAIN, total=(40, 20, 60))
    sheet["2009"][4] = ["name", "secQ", "", 8, 8]
    workbook(folder / "CO2_may12" / "ROU_CO2_May12.xlsx", sheet)
    assert said(read(folder), "other-sectors")[0].values["total"] == 8


def test_water_and_materials_are_converted(folder):
    for code in ("AUS", "ROU", "ROW"):
        rows = [["1000 m3", "Blue", "Total"], *([[name, 2, 2] for name in CODES[:3]]), ["FC_HH", "", ""]]
        workbook(folder / f"{code}_WAT_May12.xlsx", {"2009": [*rows, ["total", 6, 6]]})
    table = read(folder)
    assert (table.F.sel(stressor="Blue").values == 2000).all()
    assert table.about.units["Blue"] == "m3"
    assert said(table, "converted")[0].values["given"] == "1000 m3"


def test_previous_years_prices_are_chosen_by_name(folder):
    table_file(folder, "wiot09_row_pyp_dec13.xlsx", prices="in previous years' prices")
    table_file(folder, "wiot08_row_pyp_dec13.xlsx", year=2008, prices="in previous years' prices")
    assert wiod2013.years(archive.open(folder)) == (2008, 2009)
    assert read(folder).about.price_basis == "current basic prices"
    assert read(folder, prices="previous-year").about.price_basis == "basic prices of 2008 (previous year)"
    with pytest.raises(MissingError, match=r"no table of 2008 in current prices; choose --option prices=previous-year"):
        read(folder, 2008)


# -- what is not right ------------------------------------------------------------------------------------------------


def renamed_demand(rows):
    rows[5][-2] = "c43"


def renamed_sector(rows):
    rows[5][5] = rows[7][3] = "c98"


def renamed_row(rows):
    rows[7][3] = "c3"


def swapped_rows(rows):
    rows[6], rows[7] = rows[7], rows[6]


def text_cell(rows):
    rows[7][6] = "n.a."


def empty_cell(rows):
    rows[7][6] = ""


def no_last_row(rows):
    del rows[-1]


def no_inputs(rows):
    del rows[-8:]


def no_demand(rows):
    for row in rows:
        del row[13:]


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (renamed_demand, r"WIOT_2009.* c43 is not known; did you mean"),
        (renamed_sector, r"WIOT_2009 cell F6: sector c98 is not known; did you mean"),
        (renamed_row, r"WIOT_2009 line 8: row AUS c3 is not known; did you mean"),
        (swapped_rows, r"WIOT_2009 line 7: row 1 is AUS c2 where AUS c1 is due"),
        (text_cell, r"WIOT_2009 cell G8: the cell holds 'n\.a\.', not a number"),
        (empty_cell, r"WIOT_2009 cell G8: the cell is empty; a missing number is not zero"),
        (no_last_row, r"has no row r69 in its 22 rows; the last row is r69 \(output\); the file has broken off"),
        (no_inputs, r"has no row r60 in its 15 rows"),
        (no_demand, r"has no column of final demand; it has columns c37, .*broken off"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_wrong_in_a_table_is_named(tmp_path, change, due):
    with pytest.raises(InputError, match=due):
        read(table_file(tmp_path, change=change))


def test_a_truncated_workbook(folder):
    file = folder / "wiot09_row_apr12.xlsx"
    file.write_bytes(file.read_bytes()[:3000])
    with pytest.raises(InputError, match=r"wiot09_row_apr12\.xlsx: is no workbook .*broken off"):
        read(folder)


def test_a_table_of_the_other_release(tmp_path):
    given = made(("AUS", "ROW"), ("A01", "B"))
    file = workbook(tmp_path / "wiot14_row_nov16.xlsx", {"2014": rows_of(given, 2014, 2016)})
    with pytest.raises(InputError, match=r"is a table of the 2016 release, .*'tanheng read wiod2016'"):
        read(file, 2014)


def test_a_sheet_of_neither_release(tmp_path):
    file = workbook(tmp_path / "wiot09_row.xlsx", {"WIOT_2009": [["x"] * 8] * 12})
    with pytest.raises(LabelError, match=r"cell E6: the cell holds 'x' where a sector code such as c1 is due"):
        read(file)


def test_a_misnamed_year_and_misnamed_prices(tmp_path):
    table_file(tmp_path, "wiot08_row_apr12.xlsx")
    with pytest.raises(InputError, match=r"holds the year 2009; its name says 2008"):
        read(tmp_path, 2008)
    table_file(tmp_path / "b", "wiot09_row_pyp.xlsx")
    with pytest.raises(InputError, match=r"is not in previous-year prices: 3 countries, in current prices"):
        read(tmp_path / "b", prices="previous-year")


def test_years_of_a_place_that_holds_none(tmp_path):
    (tmp_path / "WIOT2014_Nov16_ROW.xlsb").write_bytes(b"x")
    with pytest.raises(InputError, match=r"holds no table such as wiot09_row_sep12\.xlsx; .*tanheng read wiod2016"):
        wiod2013.years(archive.open(tmp_path))
    table_file(tmp_path)
    with pytest.raises(MissingError, match=r"there is no year 1994; it holds 2009"):
        read(tmp_path, 1994)
    table_file(tmp_path, "wiot09_row_sep12.xlsx")
    with pytest.raises(InputError, match=r"is a second table of 2009, beside wiot09_row_apr12"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (lambda rows: rows[0].__setitem__(4, "SUM"), r"AUS_CO2_May12\.xlsx sheet 2009 row 1: has no column TOTAL"),
        (
            lambda rows: rows[2].__setitem__(1, "secX"),
            r"AUS_CO2_May12\.xlsx sheet 2009: has no line secC; did you",
        ),
        (lambda rows: rows[1].__setitem__(2, "?"), r"AUS_CO2_May12\.xlsx sheet 2009 cell C2: the cell holds '\?'"),
        (
            lambda rows: rows.__delitem__(slice(1, None)),
            r"AUS_CO2_May12\.xlsx sheet 2009: has no column of sector",
        ),
    ],
    ids=["renamed column", "renamed line", "no number", "truncated"],
)
def test_what_is_wrong_in_an_account_is_named(folder, change, due):
    sheet = carriers(PLAIN)
    change(sheet["2009"])
    workbook(folder / "CO2_may12" / "AUS_CO2_May12.xlsx", sheet)
    with pytest.raises(InputError, match=due):
        read(folder)


def test_the_made_table_is_that_of_the_publishers_layout(sample):
    """The maker of these files puts every label where the publisher's file has it."""
    from tanheng.data import sheets

    one = sheets.read(archive.open(sample).one("wiot09*"))
    mine = rows_of(Made(["AUS"], ["c1", "c2"], np.zeros((2, 2)), np.zeros((2, 5))), 2009, 2013)
    assert [row[:4] for row in mine[6:8]] == [["AtB", "name of c1", "AUS", "c1"], ["C", "name of c2", "AUS", "c2"]]
    assert [one.text(6, column) for column in (0, 2, 3)] == ["AtB", "AUS", "c1"]
    below = [(one.text(row, 1), one.text(row, 3)) for row in range(54, 62)]
    assert [(re.sub(" +$", "", row[1]), row[3]) for row in mine[8:]] == below
