"""OECD ICIO: the layouts of its editions, countries in parts joined, greenhouse gases beside, and files not right."""

import csv
import shutil
import zipfile

import pytest
from oecd_tables import SECTORS, file_of, gases, lines

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import oecd
from tanheng.errors import InputError, LabelError, MissingError


def read(place, year=2020, **options):
    return oecd.read(archive.open(place), year, **options)


def said(table, check):
    return [finding for finding in table.findings if finding.check == check]


# -- the publisher's files --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(shared):
    return shared / "formats" / "oecd_icio"


def cells(file):
    with file.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.reader(stream))
    heads = rows[0][1:]
    return {(row[0], head): float(cell) for row in rows[1:] for head, cell in zip(heads, row[1:], strict=True) if cell}


def test_the_edition_of_2016(sample):
    """Joined cells against sums of the file's cells by label."""
    assert oecd.years(archive.open(sample)) == (2003, 2010)
    table, given = read(sample, 2003), cells(sample / "ICIO2016_2003.csv")
    assert table.regions == ("AUS", "NZL", "CHN", "PER")
    assert table.demand[-2:] == ("direct purchases abroad", "discrepancy")
    parts = ("CHN", "CN1", "CN2")
    agriculture = "C01T05AGR"
    due = sum(given[f"{one}_{agriculture}", f"{other}_C24CHM"] for one in parts for other in parts)
    at = {"region": "CHN", "sector": agriculture}
    assert float(table.Z.sel(at).sel(to_region="CHN", to_sector="C24CHM")) == pytest.approx(due, rel=1e-14)
    due = sum(given[f"{one}_{agriculture}", "GGFC_PER"] for one in parts)
    assert float(table.Y.sel(at).sel(to_region="PER", demand="government")) == pytest.approx(due, rel=1e-14)
    due = sum(given[f"{one}_{agriculture}", "DISC"] for one in parts)
    assert float(table.Y.sel(at).sel(to_region="CHN", demand="discrepancy")) == pytest.approx(due, rel=1e-14)
    assert float(table.Y.sel(at).sel(to_region="PER", demand="discrepancy")) == 0
    due = sum(given["VA+TAXSUB", f"{one}_{agriculture}"] for one in parts)
    assert float(table.V.sel(at).sel(input="VA+TAXSUB")) == pytest.approx(due, rel=1e-14)
    assert said(table, "joined")[0].values == {"names": "CN1, CN2", "into": "CHN"}
    assert said(table, "discrepancy")
    assert said(table, "own-region")
    every = sum(value for (row, head), value in given.items() if "_" in row and "TAXSUB" not in row)
    assert float(table.Z.sum() + table.Y.sum()) == pytest.approx(every, rel=1e-12)  # nothing lost in joining


def test_the_edition_of_2018_and_its_zip_file(sample):
    table, given = read(sample, 2010), cells(sample / "ICIO2018_2010.CSV")
    assert table.regions == ("AUS", "BEL", "MEX", "BRA", "COL")
    assert (
        float(table.Z.sel(region="AUS", sector="01T03", to_region="AUS", to_sector="01T03"))
        == given["AUS_01T03", "AUS_01T03"]
    )
    assert float(table.Y.sel(region="AUS", sector="01T03", to_region="AUS", demand="government")) == 20590970
    due = given["MEX_09", "BRA_16"] + given["MX1_09", "BRA_16"]
    assert float(table.Z.sel(region="MEX", sector="09", to_region="BRA", to_sector="16")) == pytest.approx(
        due, rel=1e-14
    )
    assert list(table.V.indexes["input"]) == [f"{region}_TAXSUB" for region in table.regions] + ["VALU"]
    assert (table.about.classification, table.about.currency) == ("oecd-2018", "million USD")
    assert said(table, "joined")[0].values == {"names": "MX1", "into": "MEX"}
    assert said(table, "no-stressors")
    assert read(sample / "ICIO2018_2010.zip", 2010).hash == table.hash


def test_coefficients_are_no_table(sample, tmp_path):
    with pytest.raises(InputError, match=r"holds no table of an edition; names are like ICIO2018_2010"):
        read(sample / "oecd_icio_coefficients_sample.csv")
    shutil.copy(sample / "oecd_icio_coefficients_sample.csv", tmp_path / "2020_SML.csv")
    with pytest.raises(InputError, match=r"2020_SML\.csv: holds industries alone, as coefficients do; .*whole table"):
        read(tmp_path)


# -- files made at the layouts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edition", "name"),
    [
        ("2021", "ICIO2021_2020.csv"),
        ("2023", "2020_SML.csv"),
        ("2023", "ICIO2023_2020.csv"),
        ("2023", "2020.SML.csv"),
        ("2025", "2020_SML.csv"),
    ],
)
def test_editions_are_known_by_their_industries(tmp_path, edition, name):
    table = read(file_of(tmp_path, name, lines(edition)))
    assert table.about.classification == f"oecd-{edition}"
    assert table.sectors == SECTORS[edition]
    assert table.demand[0] == "households"
    assert table.demand[-1] == "direct purchases abroad"
    assert not said(table, "output-differs")
    balance = table.x.values.ravel() - table.margins.columns
    assert table.V.values.reshape(2, -1).sum(axis=0) == pytest.approx(balance, rel=1e-12)  # inputs make up output
    assert said(table, "inputs-of-demand")[0].values["total"] == 9  # taxes of 0.5 on 18 columns
    assert said(table, "renamed")[0].where == "demand"


def test_the_full_and_the_small_file_give_the_same(tmp_path):
    """CN1 and CN2 hold half of China's industries each: joined they are the small file's China."""
    small = read(file_of(tmp_path / "s", "2020_SML.csv", lines()))
    full = read(file_of(tmp_path / "f", "2020_EXT.csv", lines(parts=("CN1", "CN2"))))
    assert full.regions == small.regions
    for name in ("Z", "Y", "V"):
        assert getattr(full, name).values == pytest.approx(getattr(small, name).values, rel=1e-14)
    shutil.copy(tmp_path / "f" / "2020_EXT.csv", tmp_path / "s")
    assert read(tmp_path / "s").hash == small.hash  # of both the small one is read


def test_years_in_zip_files_of_several(tmp_path):
    file_of(tmp_path / "in", "2019_SML.csv", lines(seed=1))
    file_of(tmp_path / "in", "2020_SML.csv", lines())
    with zipfile.ZipFile(tmp_path / "2016-2020_SML.zip", "w") as packed:
        for path in (tmp_path / "in").iterdir():
            packed.write(path, f"2016-2020_SML/{path.name}")
    due = read(tmp_path / "in").hash
    shutil.rmtree(tmp_path / "in")
    for place in (tmp_path, tmp_path / "2016-2020_SML.zip"):
        assert oecd.years(archive.open(place)) == (2019, 2020)
        assert read(place).hash == due
    with pytest.raises(MissingError, match=r"no year 2018; it holds 2019, 2020"):
        read(tmp_path, 2018)


def test_zip_files_of_two_editions(tmp_path):
    file = file_of(tmp_path, "2020_SML.csv", lines())
    for name in ("2016-2020_SML.zip", "2016-2022_SML.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            packed.write(file, file.name)
    file.unlink()
    with pytest.raises(InputError, match=r"2020_SML\.csv is in 2016-2020_SML\.zip and in 2016-2022_SML\.zip"):
        read(tmp_path)


def test_greenhouse_gases_beside(tmp_path):
    file_of(tmp_path, "2020_SML.csv", lines())
    gases(tmp_path)
    table = read(tmp_path)
    assert table.F.values[0].tolist() == [[1, 10], [2, 20], [3, 30]]  # WXD is the rest of the world
    assert (table.stressors, table.about.units["GHG"], table.F_Y) == (("GHG",), "Mt CO2e", None)
    assert said(table, "other-activities")[0].values["names"] == "_T, C"
    assert float(accounts.production(table).sum()) == pytest.approx(66, rel=1e-12)
    assert float(accounts.consumption(table).sum()) == pytest.approx(66, rel=1e-9)  # convention 7
    with zipfile.ZipFile(tmp_path / "MAIN_csv.zip", "w") as packed:
        packed.write(tmp_path / "DF_MAIN.csv", "DF_MAIN.csv")
    (tmp_path / "DF_MAIN.csv").unlink()
    assert read(tmp_path).hash == table.hash


def test_greenhouse_gases_of_2025_go_by_other_codes(tmp_path):
    file_of(tmp_path, "2020_SML.csv", lines("2025"))
    gases(tmp_path, sectors=("A01", "C241_2431"))
    assert read(tmp_path).F.values[0].tolist() == [[1, 10], [2, 20], [3, 30]]


def test_a_region_without_gases_is_a_gap(tmp_path):
    file_of(tmp_path, "2020_SML.csv", lines())
    gases(tmp_path, areas=("AUS", "CHN"))
    table = read(tmp_path)
    assert table.stressors == ()
    assert said(table, "gap-left-out")[0].values == {"names": "GHG", "gaps": "ROW"}
    assert read(tmp_path, gaps="zero").F.values[0].tolist() == [[1, 10], [2, 20], [0, 0]]


def test_an_observation_that_occurs_twice_is_refused(tmp_path):
    """Where one more dimension varies, neither observation may win in silence."""
    file_of(tmp_path, "2020_SML.csv", lines())
    gases(tmp_path, areas=("AUS", "CHN", "WXD", "CHN"))
    with pytest.raises(LabelError, match=r"DF_MAIN\.csv: PROD_GHG of CHN A01_02 in 2020 occurs twice"):
        read(tmp_path)


def test_gases_of_other_years_only(tmp_path):
    file_of(tmp_path, "2018_SML.csv", lines())
    gases(tmp_path)
    assert said(read(tmp_path, 2018), "absent-year")[0].values["names"] == "DF_MAIN"


# -- what is not right ------------------------------------------------------------------------------------------------


def renamed_industry(rows):
    rows[0][2] = rows[2][0] = "AUS_C31"


def renamed_row(rows):
    rows[2][0] = "AUS_C31"


def renamed_demand(rows):
    rows[0][8] = "AUS_NPIHS"


def missing_demand(rows):
    for row in rows:
        del row[10]


def no_output(rows):
    del rows[-1]


def short_row(rows):
    del rows[3][-4:]


def empty_cell(rows):
    rows[3][2] = ""


def empty_value_added(rows):
    rows[-2][3] = ""


def text_value_added(rows):
    rows[-2][3] = "x"


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (
            renamed_industry,
            r"SML\.csv line 1: industry C31 is not known; this looks like OECD ICIO 2022.*did you",
        ),
        (renamed_row, r"SML\.csv line 3: row AUS_C31 is not known; did you mean"),
        (renamed_demand, r"SML\.csv.*AUS_NPIHS is not known; did you mean NPISH"),
        (missing_demand, r"SML\.csv.*final demand GFCF of AUS is missing"),
        (no_output, r"SML\.csv: has no row of output after VA; .*broken off"),
        (short_row, r"SML\.csv line 4: row CHN_A01_02 has 22 cells, the header has 26"),
        (empty_cell, r"SML\.csv line 4: row CHN_A01_02, column AUS_C30 is empty"),
        (empty_value_added, r"SML\.csv, row VA: column CHN_A01_02 is empty; a missing number is not zero"),
        (text_value_added, r"SML\.csv, row VA: column CHN_A01_02 holds 'x'"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_wrong_is_named(tmp_path, change, due):
    rows = lines()
    change(rows)
    with pytest.raises(InputError, match=due):
        read(file_of(tmp_path, "2020_SML.csv", rows))


def test_a_truncated_file(tmp_path):
    file = file_of(tmp_path, "2020_SML.csv", lines())
    file.write_bytes(file.read_bytes()[:900])
    with pytest.raises(InputError, match=r"2020_SML\.csv line \d+: row .* cells, the header has 26|broken off"):
        read(file)


def test_the_wrong_edition(tmp_path):
    file = file_of(tmp_path, "ICIO2018_2020.csv", lines("2021"))
    with pytest.raises(InputError, match=r"is named as the edition of 2018, .*looks like OECD ICIO 2021 edition"):
        read(file)
    rows = [[str(cell).replace("C30", "C99") for cell in row] for row in lines()]
    with pytest.raises(LabelError, match=r"industry C99 is not known; this looks like OECD ICIO 2022 and 2023"):
        read(file_of(tmp_path / "b", "2020_SML.csv", rows))
    file_of(tmp_path / "c", "ICIO2018_2020.csv", lines("2018"))
    file_of(tmp_path / "c", "ICIO2021_2020.csv", lines("2021"))
    with pytest.raises(InputError, match=r"is a second table of 2020, beside ICIO2018_2020\.csv; .*just one edition"):
        read(tmp_path / "c")


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (
            lambda rows: rows[0].__setitem__(2, "AREA"),
            r"DF_MAIN\.csv line 1: has no column REF_AREA; did you mean",
        ),
        (
            lambda rows: rows[1].__setitem__(6, "?"),
            r"DF_MAIN\.csv line 2: the value '\?' with multiplier '6' is no",
        ),
    ],
    ids=["renamed column", "no number"],
)
def test_what_is_wrong_in_the_gases_is_named(tmp_path, change, due):
    file_of(tmp_path, "2020_SML.csv", lines())
    gases(tmp_path, change=change)
    with pytest.raises(InputError, match=due):
        read(tmp_path)
