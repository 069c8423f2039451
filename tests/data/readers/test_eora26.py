"""Eora26: the publisher's layout, thousand to million USD, the region of discrepancies, units by label."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from eora26_tables import CO2, QY, Q, T, contents, folder

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import eora26
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.table import Table


def read(path: Path, year: int = 2015, **options: str) -> Table:
    return eora26.read(archive.open(path), year, **options)


def noted(table: Table) -> dict[str, str]:
    return {one.check: one.what for one in table.findings}


def test_numbers_units_and_labels(tmp_path: Path) -> None:
    table = read(folder(tmp_path, contents()))
    assert table.regions == ("SDN", "CHN", "ROW")
    assert table.sectors == ("Farming", "Mining", "TOTAL")
    assert table.about.currency == "million USD"
    assert table.about.price_basis == "current basic prices"
    cell = {"region": "CHN", "sector": "Farming"}
    assert float(table.Z.sel(**cell, to_region="SDN", to_sector="Mining")) == pytest.approx(0.1, rel=1e-15)
    assert float(table.Y.sel(**cell, to_region="CHN", demand="Household final consumption P.3h")) == 6.0
    assert list(table.V.indexes["input"]) == ["Compensation of employees D.1"]
    assert float(table.V.sel(**cell).item()) == 6.0
    assert table.stressors == (CO2, "Energy Usage (TJ): Coal", "PRIMAP|KYOTOGHGAR4|TOTAL|GgCO2eq", f"{CO2} (2)")
    assert [table.about.units[name] for name in table.stressors] == ["Gg", "TJ", "Gg CO2e", "Gg"]
    assert float(table.F.sel(stressor=CO2, **cell)) == 33.0
    assert float(table.F_Y.sel(stressor=CO2, to_region="CHN").sum()) == 7.0


def test_the_region_of_discrepancies_is_padded_and_loses_nothing(tmp_path: Path) -> None:
    table = read(folder(tmp_path, contents()))
    row = {"region": "ROW", "sector": "TOTAL"}
    assert float(table.Z.sel(**row).sum()) == pytest.approx(0.012, rel=1e-12)  # 5 + 7 thousand USD
    assert float(table.Z.sel(to_region="ROW", to_sector="TOTAL").sum()) == pytest.approx(0.03, rel=1e-12)
    assert float(table.Z.sum()) == pytest.approx(np.sum(T) / 1e3, rel=1e-12)  # sums of few numbers: rounding alone
    assert float(table.Z.sel(sector="TOTAL", region=["SDN", "CHN"]).sum()) == 0.0
    assert "ROW has the sector TOTAL alone" in noted(table)["padded"]


def test_what_was_done_is_said(tmp_path: Path) -> None:
    said = noted(read(folder(tmp_path, contents())))
    assert set(said) == {"converted", "padded", "renamed", "unknown-unit"}
    assert "Threatened species: Total" in said["unknown-unit"]
    regions = [one.what for one in read(tmp_path).findings if one.where == "regions"]
    assert regions == ["1 labels of the source were renamed: SUD to SDN"]


def test_accounts_conserve(tmp_path: Path) -> None:
    table = read(folder(tmp_path, contents()))
    made, used = accounts.production(table), accounts.consumption(table)
    want = [sum(Q[0]) + sum(QY[0]), sum(Q[1]), sum(Q[3]) + sum(QY[3]), sum(Q[4])]
    for account in (made, used):
        by_stressor = account.sum([dim for dim in account.dims if dim != "stressor"])
        assert by_stressor.values == pytest.approx(want, rel=1e-12)  # the ledger conserves to 1e-9 or raises


@pytest.mark.parametrize("labels_in", ["the zip file", "indices.zip", "the folder"])
def test_a_zip_file_a_year_is_the_same(tmp_path: Path, labels_in: str) -> None:
    plain = read(folder(tmp_path / "plain", contents()))
    place = tmp_path / "packed"
    place.mkdir()
    for year in (2014, 2015):
        with zipfile.ZipFile(place / f"Eora26_{year}_bp.zip", "w") as packed:
            for name, text in contents(year).items():
                if name.startswith("Eora") or labels_in == "the zip file":
                    packed.writestr(name, text)
    held = {name: text for name, text in contents().items() if name.startswith("labels")}
    if labels_in == "indices.zip":
        with zipfile.ZipFile(place / "indices.zip", "w") as packed:
            for name, text in held.items():
                packed.writestr(f"indices/{name}", text)
    elif labels_in == "the folder":
        folder(place, held)
    assert eora26.years(archive.open(place)) == (2014, 2015)
    assert read(place).hash == plain.hash
    if labels_in == "the zip file":
        assert read(place / "Eora26_2015_bp.zip").hash == plain.hash


def test_purchasers_prices_are_a_choice(tmp_path: Path) -> None:
    files = {name.replace("_bp_", "_pp_"): text for name, text in contents().items()}
    folder(tmp_path, files)
    assert read(tmp_path, price="pp").about.price_basis == "current purchasers' prices"
    with pytest.raises(InputError, match=r"Eora26_2015_bp_T\.txt is missing; there is price pp: --option price=pp"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "change", "error", "said"),
    [
        ("Eora26_2015_bp_T.txt", lambda t: t[: t.rindex("5\t0")], InputError, "has 4 rows of 5 numbers, the labels"),
        ("Eora26_2015_bp_T.txt", lambda t: t[:-4], InputError, r"T\.txt line 5: row has 4 cells, the first line has 5"),
        ("Eora26_2015_bp_FD.txt", lambda t: t.replace("6000", ""), MissingError, r"FD\.txt line 3: .*is empty"),
        ("Eora26_2015_bp_Q.txt", lambda t: t.replace("33", "x"), InputError, r"Q\.txt line 1: .*holds 'x'"),
        ("labels_T.txt", lambda t: t.replace("CHN\tCommodities\tMining", "CHN\tCommodities\tMinning"), LabelError,
         r"labels_T\.txt line 4: row CHN Minning is not known; did you mean CHN Mining"),
        ("labels_T.txt", lambda t: t.replace("\tMining", ""), LabelError, r"labels_T\.txt line 2: has no label 4"),
        ("labels_FD.txt", lambda t: t[: t.rindex("Stat")], LabelError, r"labels_FD\.txt: column|row ROW"),
        ("labels_Q.txt", lambda t: "", InputError, r"labels_Q\.txt: is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, name: str, change, error: type[Exception], said: str) -> None:
    files = contents()
    files[name] = change(files[name])
    with pytest.raises(error, match=said):
        read(folder(tmp_path, files))


@pytest.mark.parametrize("name", ["Eora26_2015_bp_QY.txt", "labels_VA.txt"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    files = contents()
    del files[name]
    with pytest.raises(InputError, match=f"{name} is missing"):
        read(folder(tmp_path, files))


def test_another_place_and_another_year(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no file of Eora26; an Eora26 folder holds"):
        eora26.years(archive.open(folder(tmp_path / "other", {"a.txt": "1"})))
    with pytest.raises(MissingError, match="there is no year 1999; it holds 2015"):
        read(folder(tmp_path / "own", contents()), 1999)


def test_the_publishers_layout(shared: Path, tmp_path: Path) -> None:
    place = shared / "formats" / "eora26"
    table = read(place, 2010)
    assert (len(table.regions), len(table.sectors), len(table.demand)) == (6, 8, 7)
    assert float(table.Z[0, 0, 0, 0]) == pytest.approx(23.697221, rel=1e-12)  # 23697.221 thousand USD
    assert set(table.about.units.values()) == {"kg"}
    assert float(accounts.consumption(table).sum()) == pytest.approx(float(accounts.production(table).sum()), rel=1e-9)
    shutil.make_archive(str(tmp_path / "all"), "zip", place)
    assert read(tmp_path / "all.zip", 2010).hash == table.hash
