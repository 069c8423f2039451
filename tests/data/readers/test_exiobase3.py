"""EXIOBASE 3 in the layouts of its editions: the same numbers, what was done said, and every flaw named."""

from __future__ import annotations

import numpy as np
import pytest
from exiobase_tables import (
    CO2,
    DIRECT,
    FACTORS,
    PEOPLE,
    ROWS,
    STRESSORS,
    TAXES,
    WAGES,
    X,
    Y,
    Z,
    exiobase3,
    folder,
    packed,
)
from hypothesis import given
from hypothesis import strategies as st
from tables import random_table

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import exiobase3 as reader
from tanheng.data.readers.parts import exiobase, exiobase_table
from tanheng.errors import InputError, LabelError, MissingError, UnitError
from tanheng.labels.names import read_classification

EDITIONS = ("3.4", "3.8.2", "3.9.5", "S")
EXACT = 1e-13  # A = Z / x, then times x solved from it: some dozens of roundings


def read(path, year=2011, **options):
    return reader.read(archive.open(path), year, **options)


def checks(table):
    return {one.check: one for one in table.findings}


@pytest.fixture(params=EDITIONS)
def table(request, tmp_path):
    return read(folder(tmp_path / "IOT_2011_pxp", exiobase3(request.param)))


def test_the_editions_hold_the_same_numbers(table):
    assert table.regions == ("CHN", "WF")  # WF is EXIOBASE's rest of Africa, not Wallis and Futuna
    assert table.sectors == ("Wheat", "Vegetables, fruit, nuts")
    assert table.demand == ("households", "inventories")
    assert table.Z.values.reshape(4, 4) == pytest.approx(Z, rel=EXACT)
    assert np.array_equal(table.Y.values.reshape(4, 4), Y)
    assert table.x.values.ravel() == pytest.approx(X, rel=EXACT)
    assert {name: table.F.sel(stressor=name).values.ravel().tolist() for name in table.stressors} == {
        name: pytest.approx(numbers, rel=EXACT) for name, numbers in STRESSORS.items()
    }
    for name in (CO2, PEOPLE):
        assert table.F_Y.sel(stressor=name).values.ravel() == pytest.approx(DIRECT[name], rel=EXACT)
    assert {name: table.V.sel(input=name).values.ravel().tolist() for name in (TAXES, WAGES)} == {
        name: pytest.approx(numbers, rel=EXACT) for name, numbers in FACTORS.items()
    }
    about = table.about
    assert (about.currency, about.units[CO2], about.units[PEOPLE]) == ("million EUR", "kg", "1000 p")
    assert (about.year, about.price_basis, about.classification) == (2011, "current basic prices", "")


def test_accounts_conserve(table):
    total = sum(STRESSORS[CO2]) + sum(DIRECT[CO2])
    made, used = accounts.production(table), accounts.consumption(table)
    for account in (made, used):
        assert float(account.sel(stressor=CO2).sum()) == pytest.approx(total, rel=1e-9)


def test_what_was_done_is_said(table):
    found = checks(table)
    assert "CN to CHN" in found["renamed"].what
    assert "3 million EUR" in found["left-out"].what  # the taxes that final demand pays: 2 and 1
    assert ("coefficients" in found) == (table.about.version in ("3.4", "S"))
    assert "output-differs" not in found


@pytest.mark.parametrize(("edition", "licence"), [("3.8.2", "CC BY-SA 4.0"), ("3.9.5", "EXIOBASE 3.9 licence")])
def test_version_and_licence(tmp_path, edition, licence):
    about = read(folder(tmp_path, exiobase3(edition))).about
    assert about.version == edition
    assert about.licence.startswith(licence)


@pytest.mark.parametrize("top", ["", "IOT_2011_pxp/"])
def test_a_zip_is_its_folder(tmp_path, top):
    files = exiobase3("3.8.2")
    whole = read(folder(tmp_path / "IOT_2011_pxp", files))
    zipped = read(packed(tmp_path / "IOT_2011_pxp.zip", files, top))
    assert (zipped.hash, zipped.about.name) == (whole.hash, "EXIOBASE 3 2011, product by product")


def test_several_years_and_systems(tmp_path):
    for year, system in ((1995, "ixi"), (2011, "ixi"), (2011, "pxp")):
        packed(tmp_path / f"IOT_{year}_{system}.zip", exiobase3("3.9.5", year, system))
    folder(tmp_path / "IOT_2015_pxp", exiobase3("3.4", 2015))
    place = archive.open(tmp_path)
    assert reader.years(place) == (1995, 2011, 2015)
    both = reader.read(place, 2011)
    assert both.about.name.endswith("industry by industry")
    assert "ixi was read" in checks(both)["system-chosen"].what
    assert reader.read(place, 2011, system="pxp").about.name.endswith("product by product")
    assert "system-chosen" not in checks(reader.read(place, 2015))
    with pytest.raises(MissingError, match="there is no pxp table; it holds ixi"):
        reader.read(place, 1995, system="pxp")
    with pytest.raises(MissingError, match="there is no year 2012; it holds 1995, 2011, 2015"):
        reader.read(place, 2012)
    packed(tmp_path / "again" / "IOT_2011_pxp.zip", exiobase3("3.8.2"))
    with pytest.raises(InputError, match="it is there twice"):
        reader.read(archive.open(tmp_path), 2011, system="pxp")


def test_the_year_comes_from_the_metadata_or_the_name(tmp_path):
    files = exiobase3("3.4", 1999)
    assert reader.years(archive.open(folder(tmp_path / "a", files))) == (1999,)
    del files["metadata.json"]
    assert reader.years(archive.open(folder(tmp_path / "IOT_2003_pxp", files))) == (2003,)
    with pytest.raises(InputError, match="its year is not known; name its folder"):
        reader.years(archive.open(folder(tmp_path / "b", files)))


def test_impacts_only_where_they_are_wanted(tmp_path):
    place = folder(tmp_path / "a", exiobase3("3.8.2"))
    assert read(place).stressors == (CO2, PEOPLE) == read(place, impacts="no").stressors
    wanted = read(place, impacts="yes")
    assert wanted.stressors == (CO2, PEOPLE, "Value Added", "GHG emissions (GWP100)")
    assert wanted.about.units["GHG emissions (GWP100)"] == "kg CO2e"
    assert tuple(wanted.V.indexes["input"]) == (TAXES, WAGES)  # the impact Value Added is no second primary input
    assert wanted.F.values[3].ravel().tolist() == [11, 22, 33, 44]
    with pytest.raises(MissingError, match=r"no characterised impacts; 3\.8\.2 is the last edition"):
        read(folder(tmp_path / "b", exiobase3("3.9.5")), impacts="yes")


def test_the_stated_output_is_compared(tmp_path):
    files = exiobase3("3.8.2")
    files["x.txt"] = files["x.txt"].replace("60.0", "62.0")
    found = checks(read(folder(tmp_path, files)))["output-differs"]
    assert found.severity == "warning"  # 2 of 360
    assert "region WF, sector Vegetables, fruit, nuts" in found.what


def test_rows_of_two_folders_with_one_name_are_told_apart(tmp_path):
    files = exiobase3("3.9.5")
    files |= {name.replace("air_emissions", "water"): text for name, text in files.items() if "air_" in name}
    table = read(folder(tmp_path, files))
    assert table.stressors == (CO2, PEOPLE, f"{CO2} (water)")
    assert f"{CO2} to {CO2} (water)" in next(one for one in table.findings if one.where == "stressors").what


def test_no_satellites_at_all(tmp_path):
    files = {name: text for name, text in exiobase3("3.9.5").items() if "/" not in name}
    table = read(folder(tmp_path, files))
    assert (table.stressors, checks(table)["no-stressors"].severity) == ((), "warning")


def test_no_direct_emissions_are_zero_and_said(tmp_path):
    files = {name: text for name, text in exiobase3("3.9.5").items() if name != "employment/F_Y.txt"}
    table = read(folder(tmp_path, files))
    assert table.F_Y.sel(stressor=CO2).values.ravel().tolist() == DIRECT[CO2]
    assert "employment" in checks(table)["no-direct"].what


def spoilt(name, old, new, count=1):
    def change(files):
        assert old in files[name]
        return files | {name: files[name].replace(old, new, count)}

    return change


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (
            lambda f: f | {"Z.txt": f["Z.txt"][:-20]},
            InputError,
            r"Z\.txt line 7: row WF .* has \d cells, the header has 6",
        ),
        (lambda f: f | {"Y.txt": "".join(f["Y.txt"].splitlines(True)[:-1])}, LabelError, r"Y\.txt: row .*is missing"),
        (lambda f: f | {"satellite/F.txt": ""}, InputError, r"satellite/F\.txt: is empty"),
        (spoilt("Y.txt", "inventories", "stocks"), LabelError, r"Y\.txt column"),
        (spoilt("satellite/F.txt", "Wheat", "Rye"), LabelError, r"satellite/F\.txt column 2: column .*Rye"),
        (spoilt("satellite/F_Y.txt", CO2, "CO2"), LabelError, r"satellite/F_Y\.txt line 6: row CO2 is not known"),
        (spoilt("satellite/F_Y.txt", "households", "people"), LabelError, r"satellite/F_Y\.txt column 2"),
        (spoilt("x.txt", "CN\tWheat", "CN\tRye"), LabelError, r"x\.txt line 2"),
        (
            spoilt("unit.txt", "\tunit\n", "\tUnits of it\n"),
            InputError,
            r"unit\.txt line 1: the header is region, sector",
        ),
        (spoilt("unit.txt", "M.EUR", "M.ZZ"), UnitError, r"unit\.txt line 2: unit 'M\.ZZ' is not known"),
        (
            spoilt("unit.txt", "M.EUR", "Mill USD"),
            UnitError,
            r"unit\.txt line 3: unit 'M\.EUR' is another than million USD",
        ),
        (spoilt("unit.txt", "M.EUR", "t"), UnitError, r"unit\.txt line 2: unit 't' is no money"),
        (spoilt("unit.txt", "\tM.EUR", ""), InputError, r"unit\.txt line 2: has 2 cells, the header 3"),
        (spoilt("satellite/unit.txt", "\tkg", "\tkilofoo"), UnitError, r"satellite/unit\.txt line 4: unit 'kilofoo'"),
        (spoilt("satellite/unit.txt", CO2, "CO"), LabelError, r"satellite/unit\.txt: stressor .*CO2"),
        (spoilt("metadata.json", "{", ""), InputError, r"metadata\.json line 1: is not JSON"),
        (lambda f: {n: t for n, t in f.items() if n != "Y.txt"}, InputError, r"Y\.txt is missing"),
        (lambda f: {n: t for n, t in f.items() if n != "unit.txt"}, InputError, r"unit\.txt is missing; a year of"),
        (
            lambda f: {n: t for n, t in f.items() if n != "satellite/unit.txt"},
            InputError,
            r"satellite/unit\.txt is miss",
        ),
    ],
)
def test_flaws_are_named(tmp_path, change, error, says):
    with pytest.raises(error, match=says):
        read(folder(tmp_path, change(exiobase3("3.8.2"))))


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("mrIot.txt", "this looks like EXIOBASE 1 or 2"),
        ("MR_HUSE_2011_v3_3_18.csv", "the reader is exiobase-hybrid"),
        ("wiot.csv", "a year of EXIOBASE 3 is a zip file or a folder with Z.txt"),
    ],
)
def test_other_editions_are_recognised(tmp_path, file, says):
    with pytest.raises(InputError, match=says):
        reader.years(archive.open(folder(tmp_path, {file: "1\n"})))


def test_full_classifications_are_recognised():
    for name in ("exiobase-ixi-163", "exiobase-pxp-200"):
        sectors = read_classification(name).labels
        assert exiobase.classification(sectors) == name
        assert exiobase.classification(sectors[:-1]) == ""
    assert exiobase.classification([sector for _, sector in ROWS[:2]]) == ""


@given(st.integers(0, 2**32 - 1))
def test_output_follows_from_coefficients(seed):
    table = random_table(seed, signed=True)
    x = table.x.values.ravel()
    Z, y = table.Z.values.reshape(len(x), -1), table.final_demand.values.reshape(len(x), -1).sum(axis=1)
    solved = exiobase_table.output(Z / x, y, len(table.sectors))
    assert solved == pytest.approx(x, rel=1e-11)  # (I - A) has a condition of some hundreds here


def test_the_public_fixture(shared):
    """The numbers of its files; and F over the output that follows from A is what EXIOBASE 1's fixture states."""
    table = read(shared / "formats" / "exiobase3", 2009)
    assert table.regions == ("AUS", "BRA", "FIN", "FRA", "KOR", "WWF")
    assert (table.about.currency, table.about.version) == ("million USD", "v3.4_mock")  # its unit.txt says Mill USD
    assert table.Y.values[0, 0, 0, 0] == 58180.65
    assert table.F.values[0, 0, 0] == 1848064.8
    assert table.F_Y.values[1, 5, 0] == 163362050
    assert table.Z.values[0, 0, 0, 0] / table.x.values[0, 0] == pytest.approx(0.0990875448681, rel=1e-12)
    assert table.intensity.values[0, 0, :2] == pytest.approx([7.72749698326, 20.2340263848], rel=1e-11)
    total = table.F.values.sum() + table.F_Y.values.sum()
    assert float(accounts.consumption(table).sum()) == pytest.approx(total, rel=1e-9)
