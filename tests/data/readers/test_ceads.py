"""CEADs, on workbooks made at its layout: two provinces, in English with codes or in Chinese without."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from ceads_tables import FULL, OLDER, SMALL, chinese, english, inventory, numbers
from wiod_tables import workbook as write

from tanheng.accounts import consumption, production
from tanheng.data import archive
from tanheng.data.readers import ceads
from tanheng.data.readers.parts.ceads_co2 import known
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.labels import Concordance


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "ceads"
    place.mkdir()
    write(place / "MRIO 2018.xlsx", {"Note": [["made"]], "Table_2018_English Version": english()})
    return place


def test_the_table_is_read_in_million_yuan(folder: Path) -> None:
    place = archive.open(folder)
    assert ceads.years(place) == (2018,)
    table = ceads.read(place, 2018)
    Z, final, exports, errors, x = numbers(SMALL)
    assert table.regions == ("CN-BJ", "CN-TJ")
    assert table.sectors == tuple(SMALL)
    assert table.about.currency == "million CNY"
    np.testing.assert_allclose(table.Z.values.reshape(4, 4), 0.01 * Z, rtol=1e-15)
    np.testing.assert_allclose(table.x.values.ravel(), 0.01 * x, rtol=1e-14)
    rural = table.Y.sel(to_region="CN-TJ", demand="rural households").values.ravel()
    np.testing.assert_allclose(rural, 0.01 * final[:, 5], rtol=1e-15)
    abroad = table.Y.sel(demand="exports").values.reshape(4, 2)
    np.testing.assert_allclose(abroad.sum(axis=1), 0.01 * exports, rtol=1e-15)
    assert not abroad[:2, 1].any()  # exports belong to the province that sells
    assert not abroad[2:, 0].any()
    wrong = table.Y.sel(demand="errors").values.sum()
    assert wrong == pytest.approx(0.01 * errors.sum(), rel=1e-14)
    assert table.V is not None
    imports = table.V.sel(input="imports").values.ravel()
    np.testing.assert_allclose(imports, 0.01 * 0.2 * (x - Z.sum(axis=0)), rtol=1e-14)
    checks = {finding.check: finding for finding in table.findings}
    assert set(checks) == {"converted", "ceads-domestic", "renamed", "discrepancy"}  # the stated output fits
    assert checks["discrepancy"].values["total"] == pytest.approx(0.01 * np.abs(errors).sum())


def test_the_row_of_co2_is_conserved(folder: Path) -> None:
    table = ceads.read(archive.open(folder), 2018)
    assert dict(table.about.units) == {"CO2": "Mt CO2"}
    np.testing.assert_array_equal(table.F.values.ravel(), [0.5, 1.5, 2.5, 3.5])
    for account in (production, consumption):
        assert account(table, by="region").sum().item() == pytest.approx(8.0, rel=1e-9)  # convention 7


def test_chinese_workbooks_hold_the_same(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "2018年区域间投入产出表.xlsx", {"2018": chinese()})
    table = ceads.read(archive.open(tmp_path / "2018年区域间投入产出表.xlsx"), 2018)
    other = ceads.read(archive.open(folder), 2018)
    for name in ("Z", "Y", "V"):
        np.testing.assert_array_equal(getattr(table, name).values, getattr(other, name).values)
    assert table.stressors == ()
    assert "no-stressors" in {finding.check for finding in table.findings}


def test_sheets_of_several_years_are_found(tmp_path: Path) -> None:
    path = write(tmp_path / "China MRIO.xlsx", {"2012": english(), "2015": english()})
    assert ceads.years(archive.open(path)) == (2012, 2015)


def test_inventories_go_to_42_sectors_by_the_declared_concordance(tmp_path: Path) -> None:
    write(tmp_path / "MRIO 2017.xlsx", {"Table_2017": english(FULL, co2=False)})
    write(
        tmp_path / "Emission_Inventories_for_30_Provinces_2017.xlsx",
        {"NOTE": [["made"]], "Sum": [["x"]], "Beijing2017": inventory(), "Tianjin2017": inventory(10.0)},
    )
    table = ceads.read(archive.open(tmp_path), 2017)
    assert table.about.classification == "ceads-42-2017"
    assert table.sectors[:2] == ("01", "02")
    names = list(known()["inventory"])
    beijing = table.F.sel(stressor="CO2", region="CN-BJ")
    both = (names.index("Ferrous Metals Mining and Dressing"), names.index("Nonferrous Metals Mining and Dressing"))
    assert beijing.sel(sector="04").item() == sum(at + 1 for at in both)
    trade = names.index("Wholesale, Retail Trade and Catering Services") + 1
    x = table.x.sel(region="CN-BJ")
    share = x.sel(sector="28").item() / (x.sel(sector="28").item() + x.sel(sector="30").item())
    assert beijing.sel(sector="28").item() == pytest.approx(trade * share)
    assert beijing.sel(sector="30").item() == pytest.approx(trade * (1 - share))
    assert table.F_Y is not None
    assert table.F_Y.sel(stressor="CO2", to_region="CN-TJ", demand="urban households").item() == 10 * 46
    whole = 11 * sum(range(1, 48))
    for account in (production, consumption):
        assert account(table, by="region").sum().item() == pytest.approx(whole, rel=1e-9)  # convention 7


def test_electricity_tells_the_classification(tmp_path: Path) -> None:
    write(tmp_path / "MRIO 2012.xlsx", {"Table_2012": english(OLDER)})
    assert ceads.read(archive.open(tmp_path), 2012).about.classification == "ceads-42-2012"


def test_the_concordance_covers_every_sector() -> None:
    """The 45 sectors of the inventories reach exactly the numbers of each classification."""
    for kind, count in (("a", 42), ("b", 42), ("c", 30)):
        links = [
            (name, f"{member:02}", 1 / len(kinds[kind]))
            for name, kinds in known()["inventory"].items()
            for member in kinds[kind]
        ]
        made = Concordance.from_links(links)
        assert len(made.source) == 45
        assert sorted(made.target) == [f"{at + 1:02}" for at in range(count)]


def test_a_province_without_an_inventory_is_not_zero(tmp_path: Path) -> None:
    write(tmp_path / "MRIO 2017.xlsx", {"Table_2017": english(FULL, co2=False)})
    path = tmp_path / "Emission_Inventories_for_30_Provinces_2017.xlsx"
    write(path, {"Beijing2017": inventory()})
    with pytest.raises(MissingError, match=r"no inventory of CN-TJ.*missing=zero"):
        ceads.read(archive.open(tmp_path), 2017)
    table = ceads.read(archive.open(tmp_path), 2017, missing="zero")
    assert not table.F.sel(region="CN-TJ").values.any()
    assert [f.severity for f in table.findings if f.check == "emissions-missing"] == ["warning"]
    rows = inventory()
    rows[5][0] = "Coal Minning and Dresing"
    write(path, {"Beijing2017": rows, "Tianjin2017": rows})
    with pytest.raises(LabelError, match=r"cell A6: sector Coal Minning and Dresing is not known"):
        ceads.read(archive.open(tmp_path), 2017)
    write(path, {"Beijing2017": inventory()[:20], "Tianjin2017": inventory()})
    with pytest.raises(LabelError, match="Papermaking and Paper Products is missing"):
        ceads.read(archive.open(tmp_path), 2017)
    rows = inventory()
    rows[2][3] = 1.0
    write(path, {"Beijing2017": rows, "Tianjin2017": inventory()})
    table = ceads.read(archive.open(tmp_path), 2017)
    gap = next(f.values["gap"] for f in table.findings if f.check == "inventory-total")
    assert gap == pytest.approx(sum(range(1, 48)) - 1.0)


def test_inventories_need_a_declared_concordance(folder: Path) -> None:
    write(folder / "MRIO 2018.xlsx", {"Table_2018": english(co2=False)})
    write(folder / "Emission_Inventories_for_30_Provinces_2018.xlsx", {"Beijing": inventory(), "Tianjin": inventory()})
    with pytest.raises(InputError, match="no concordance to this table's sectors"):
        ceads.read(archive.open(folder), 2018)


def test_a_zip_reads_as_the_folder(folder: Path, tmp_path: Path) -> None:
    packed = tmp_path / "ceads.zip"
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.write(folder / "MRIO 2018.xlsx", "CEADs/MRIO 2018.xlsx")
    assert ceads.read(archive.open(packed), 2018).hash == ceads.read(archive.open(folder), 2018).hash


def test_broken_sheets_are_named(folder: Path) -> None:
    path, name = folder / "MRIO 2018.xlsx", "Table_2018_English Version"
    write(path, {name: english()[:12]})
    with pytest.raises(LabelError, match=r"no row of total input \(TI\).*broken off"):
        ceads.read(archive.open(folder), 2018)
    rows = english()
    rows[1][5] = "Tientsin"  # the second province, above the columns
    write(path, {name: rows})
    with pytest.raises(LabelError, match=r"cell F3: CN-BJ Agriculture occurs twice; a province's name may be misspelt"):
        ceads.read(archive.open(folder), 2018)
    rows = english()
    rows[2][9], rows[3][9] = "Rural something", "FU109"
    write(path, {name: rows})
    with pytest.raises(LabelError, match=r"cell J3: final use Rural something is not known"):
        ceads.read(archive.open(folder), 2018)
    rows = english()
    rows[5][4] = ""
    write(path, {name: rows})
    with pytest.raises(MissingError, match="cell E6: the cell is empty"):
        ceads.read(archive.open(folder), 2018)
    table = ceads.read(archive.open(folder), 2018, missing="zero")
    assert {"empty-cells", "output-differs"} <= {finding.check for finding in table.findings}
    write(path, {name: [["nothing"]]})
    with pytest.raises(LabelError, match="no sheet holds a table of provinces"):
        ceads.read(archive.open(folder), 2018)


def test_other_places_say_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no workbook of an inter-provincial table"):
        ceads.years(archive.open(tmp_path))


def test_provinces_have_distinct_codes_and_names() -> None:
    names = [name for names in known()["provinces"].values() for name in names]
    assert len(known()["provinces"]) == 31
    assert len(names) == len(set(names))
