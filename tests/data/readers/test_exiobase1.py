"""EXIOBASE 1: coefficients become flows, its direct emissions are judged by their size, and every flaw is named."""

from __future__ import annotations

import numpy as np
import pytest
from exiobase_tables import (
    CO2,
    DIRECT,
    FACTORS,
    PEOPLE,
    STRESSORS,
    TAXES,
    WAGES,
    X,
    Y,
    Z,
    exiobase3,
    folder,
    mriot,
    packed,
)

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import exiobase1 as reader
from tanheng.data.readers import exiobase3 as exiobase3_reader
from tanheng.errors import InputError, LabelError, MissingError, UnitError

EXACT = 1e-13  # A = Z / x, then times x solved from it: some dozens of roundings


def read(path, **options):
    return reader.read(archive.open(path), 2000, **options)


def checks(table):
    return {one.check: one for one in table.findings}


@pytest.mark.parametrize("flows", [False, True], ids=["coefficients", "flows"])
def test_coefficients_and_flows_hold_the_same_numbers(tmp_path, flows):
    table = read(folder(tmp_path, mriot(flows=flows)))
    assert table.regions == ("CHN", "WF")
    assert table.sectors == ("Wheat", "Vegetables, fruit, nuts")
    assert table.Z.values.reshape(4, 4) == pytest.approx(Z, rel=EXACT)
    assert np.array_equal(table.Y.values.reshape(4, 4), Y)
    assert table.x.values.ravel() == pytest.approx(X, rel=EXACT)
    assert table.stressors == (PEOPLE, CO2, "Arable land")  # employment stands among the factor inputs
    assert table.F.values.reshape(3, 4) == pytest.approx(np.array([STRESSORS[PEOPLE], STRESSORS[CO2], [4, 3, 2, 1]]))
    assert table.F_Y.sel(stressor=CO2).values.ravel() == pytest.approx(DIRECT[CO2], rel=EXACT)
    assert tuple(table.V.indexes["input"]) == (TAXES, WAGES)
    assert table.V.values.reshape(2, 4) == pytest.approx(np.array([FACTORS[TAXES], FACTORS[WAGES]]), rel=EXACT)
    assert dict(table.about.units) == {PEOPLE: "1000 p", CO2: "kg", "Arable land": "km2"}
    assert (table.about.currency, table.about.year) == ("million EUR", 2000)
    assert ("coefficients" in checks(table)) != flows
    assert "resources" in checks(table)["no-direct"].what
    total = table.F.sel(stressor=CO2).sum() + table.F_Y.sel(stressor=CO2).sum()
    for account in (accounts.production(table), accounts.consumption(table)):
        assert float(account.sel(stressor=CO2).sum()) == pytest.approx(float(total), rel=1e-9)


def direct(table):
    return table.F_Y.sel(stressor=CO2).values.ravel().tolist()


def test_direct_emissions_are_judged_by_size_unless_told(tmp_path):
    """As flows 7 / 115 and 3 / 115 are a thousandth of the sectors' 100 kg, as coefficients a tenth: nearer to 1."""
    place = folder(tmp_path, mriot())
    judged = read(place)
    assert direct(judged) == pytest.approx([7, 0, 3, 0], rel=EXACT)
    found = checks(judged)["direct-judged"]
    assert (found.severity, found.values["share"]) == ("warning", pytest.approx(10 / 115 / 100, rel=1e-12))
    assert direct(read(place, direct="coefficients")) == pytest.approx([7, 0, 3, 0], rel=EXACT)
    flows = read(place, direct="flows")
    assert direct(flows) == pytest.approx([7 / 115, 0, 3 / 115, 0], rel=EXACT)
    assert "direct-judged" not in checks(flows)


def test_direct_emissions_of_their_size_are_flows(tmp_path):
    files = mriot()
    files["mrFDEmissions.txt"] = files["mrFDEmissions.txt"].replace(repr(7 / 115), "7.0").replace(repr(3 / 115), "3.0")
    table = read(folder(tmp_path, files))
    assert direct(table) == [7, 0, 3, 0]
    assert "direct-judged" not in checks(table)


def test_direct_emissions_whose_unit_tells_are_not_judged(tmp_path):
    table = read(folder(tmp_path, mriot(direct="kg/M.EUR")), direct="flows")
    assert direct(table) == pytest.approx([7, 0, 3, 0], rel=EXACT)
    assert checks(table)["direct-coefficients"].values["names"] == CO2


def quoted(text):
    cells = [[cell if _number(cell) else f'"{cell}"' for cell in line.split("\t")] for line in text.split("\n")]
    return "\r\n".join(map("\t".join, cells))


def _number(cell):
    try:
        return bool(cell) and float(cell) is not None
    except ValueError:
        return False


def test_quoted_text_and_windows_line_ends(tmp_path):
    plain = read(folder(tmp_path / "a", mriot()))
    files = {name: quoted(text.rstrip("\n")) for name, text in mriot().items()}
    assert '"Vegetables, fruit, nuts"\t"M.EUR/M.EUR"' in files["mrIot.txt"]
    assert read(folder(tmp_path / "b", files)).hash == plain.hash


def test_a_zip_is_its_folder_and_tells_the_system(tmp_path):
    plain = read(folder(tmp_path / "pxp_ita_44_regions_coeff_txt", mriot()))
    zipped = read(packed(tmp_path / "zip" / "pxp_ita_44_regions_coeff_txt.zip", mriot()))
    assert (zipped.hash, zipped.about.name) == (plain.hash, "EXIOBASE 1 2000, product by product")
    packed(tmp_path / "zip" / "ixi_fpa_44_regions_coeff_txt.zip", mriot())
    both = archive.open(tmp_path / "zip")
    assert reader.years(both) == (2000,)
    assert reader.read(both, 2000).about.name.endswith("industry by industry")
    assert reader.read(both, 2000, system="pxp").hash == plain.hash
    with pytest.raises(MissingError, match="there is no year 2007; it holds 2000"):
        reader.read(both, 2007)


def spoilt(name, old, new):
    def change(files):
        assert old in files[name]
        return files | {name: files[name].replace(old, new, 1)}

    return change


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda f: f | {"mrIot.txt": f["mrIot.txt"][:-30]}, InputError, r"mrIot\.txt line 6: row .* has \d cells"),
        (
            lambda f: {n: t for n, t in f.items() if n != "mrFinalDemand.txt"},
            InputError,
            r"mrFinalDemand\.txt is missing",
        ),
        (
            lambda f: {n: t for n, t in f.items() if n != "mrFactorInputs.txt"},
            InputError,
            "mrFactorInputs.txt is missing",
        ),
        (
            spoilt("mrIot.txt", "\t\t\tCN", "\tunit\tCN"),
            InputError,
            r"mrIot\.txt line 1: begins with 1 empty cells, 3 are",
        ),
        (spoilt("mrIot.txt", "Wheat", "Rye"), LabelError, r"mrIot\.txt"),
        (
            spoilt("mrIot.txt", "M.EUR/M.EUR", "kEUR/M.EUR"),
            UnitError,
            r"mrIot\.txt line 4: unit 'M.EUR/M.EUR' is another",
        ),
        (spoilt("mrFinalDemand.txt", "inventories", "stocks"), LabelError, r"mrFinalDemand\.txt"),
        (
            spoilt("mrFinalDemand.txt", "M.EUR", "M.USD"),
            UnitError,
            r"mrFinalDemand\.txt line 4: unit 'M\.EUR' is another",
        ),
        (spoilt("mrEmissions.txt", "Wheat", "Rye"), LabelError, r"mrEmissions\.txt column"),
        (spoilt("mrEmissions.txt", "kg/M.EUR", "kilofoo/M.EUR"), UnitError, r"mrEmissions\.txt line 3: unit 'kilofoo'"),
        (
            spoilt("mrFDEmissions.txt", "kg", "t"),
            UnitError,
            r"mrFDEmissions\.txt line 3: unit 't' is another than 'kg'",
        ),
        (spoilt("mrFDEmissions.txt", "air", "water"), LabelError, r"mrFDEmissions\.txt: row .*water is not known"),
        (lambda f: f | {"mrEmissions.txt": ""}, InputError, r"mrEmissions\.txt"),
    ],
)
def test_flaws_are_named(tmp_path, change, error, says):
    with pytest.raises(error, match=says):
        read(folder(tmp_path, change(mriot())))


def test_final_demand_per_money_is_refused(tmp_path):
    files = mriot()
    files["mrFinalDemand.txt"] = files["mrFinalDemand.txt"].replace("M.EUR", "M.EUR/M.EUR")
    with pytest.raises(UnitError, match=r"mrFinalDemand\.txt line 3: final demand is per M\.EUR"):
        read(folder(tmp_path, files))


def test_other_editions_are_recognised(tmp_path):
    with pytest.raises(
        InputError, match=r"looks like EXIOBASE 2 \(mrIot_version2\.2\.2\.txt\).* its reader is exiobase2"
    ):
        reader.years(archive.open(folder(tmp_path / "a", mriot("_version2.2.2"))))
    with pytest.raises(InputError, match="looks like EXIOBASE 3, whose reader is exiobase3"):
        reader.years(archive.open(folder(tmp_path / "b", exiobase3("3.4"))))
    with pytest.raises(InputError, match=r"there is no EXIOBASE 1 table; EXIOBASE 1 has files such as mrIot\.txt"):
        reader.years(archive.open(folder(tmp_path / "c", {"wiot.csv": "1\n"})))


def test_the_public_fixture_is_that_of_exiobase_3(shared):
    """Both hold one table, this one as coefficients: numbers of its files, and those of the other."""
    table = read(shared / "formats" / "exiobase1")
    other = exiobase3_reader.read(archive.open(shared / "formats" / "exiobase3"), 2009)
    assert (table.regions[0], table.stressors) == ("reg1", ("emission_type1 - air", "emission_type2 - water"))
    assert table.Y.values[0, 0, 0, 0] == 58180.65
    assert table.intensity.values[0, 0, 0] == pytest.approx(7.72749698326, rel=1e-12)
    assert np.array_equal(table.Z.values, other.Z.values)
    for name in ("F", "F_Y"):
        assert getattr(table, name).values == pytest.approx(getattr(other, name).values, rel=1e-10)  # 12 digits given
    assert table.V.values[0, 0, 0] / table.x.values[0, 0] == pytest.approx(0.466187894959, rel=1e-12)
