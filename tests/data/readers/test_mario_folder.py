"""Folders and workbooks of MARIO, made here at its layout.

When this was built, MARIO 1.3.2 itself read what is written here, and its own exports of all kinds were read.
"""

from __future__ import annotations

import zipfile

import numpy as np
import pandas as pd
import pytest
from mario_tables import COEFFICIENTS, FLOWS, SUPPLY_USE, WORKBOOK, folder, frames
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import mario_folder
from tanheng.errors import InputError, LabelError, MissingError, TableError, UnitError
from tanheng.systems.table import BALANCE, Table


def read(path, year=2013, **options):
    return mario_folder.read(archive.open(path), year, **options)


def same(one, other):
    """Whether labels, units and numbers are the same; the names of the tables are those of their folders."""
    return one.replace(about=other.about).hash == other.hash and one.about.units == other.about.units


def consumed(table):
    return accounts.consumption(table).values.ravel()


KITZES = pytest.approx([4.8 + 1, 7.2 + 2], rel=1e-12)  # with what final demand emits itself


def test_kitzes_2013(tmp_path):
    table = read(folder(tmp_path / "a"))
    assert (table.regions, table.sectors, table.demand, table.stressors) == (
        ("one", "two"),
        ("all",),
        ("final",),
        ("CO2",),
    )
    assert (table.about.currency, dict(table.about.units)) == ("million EUR", {"CO2": "kt"})
    assert table.Z.values.ravel().tolist() == [8, 5, 4, 2]
    assert table.V.sel(input="Wages").values.ravel().tolist() == [4, 5]
    assert table.F_Y.values.ravel().tolist() == [1, 2]
    assert table.findings == ()
    assert accounts.production(table).values.ravel().tolist() == [9, 6]
    assert consumed(table) == KITZES


def test_csv_and_the_folder_of_flows_itself(tmp_path):
    path = folder(tmp_path / "a", {name.replace(".txt", ".csv"): text for name, text in FLOWS.items()})
    assert consumed(read(path)) == KITZES
    assert same(read(path / "flows"), read(path))


def test_coefficients(tmp_path):
    """A = Z / x with x 16 / 12: the flows are had back from final demand alone."""
    table = read(folder(tmp_path / "a", COEFFICIENTS, "coefficients"))
    assert table.Z.values.ravel() == pytest.approx([8, 5, 4, 2], rel=1e-14)
    assert table.V.values.ravel() == pytest.approx([4, 5], rel=1e-14)
    assert consumed(table) == KITZES
    assert [one.check for one in table.findings] == ["coefficients"]


def test_flows_come_before_coefficients(tmp_path):
    path = folder(folder(tmp_path / "a"), COEFFICIENTS, "coefficients")
    assert read(path).findings == ()


def test_parquet(tmp_path):
    (tmp_path / "a" / "flows").mkdir(parents=True)
    for name, frame in frames(FLOWS):
        frame.to_parquet(tmp_path / "a" / "flows" / f"{name}.parquet")
    assert same(read(tmp_path / "a"), read(folder(tmp_path / "b")))


def test_a_workbook(tmp_path):
    with pd.ExcelWriter(tmp_path / "kitzes_2013.xlsx") as writer:
        for name, rows in WORKBOOK.items():
            pd.DataFrame(rows).to_excel(writer, sheet_name=name, header=False, index=False)
    place = archive.open(tmp_path / "kitzes_2013.xlsx")
    assert mario_folder.years(place) == (2013,)
    table = mario_folder.read(place, 2013)
    assert table.V.values.ravel().tolist() == [4, 5]
    assert consumed(table) == KITZES
    assert [one.check for one in table.findings] == ["year-from-name"]


def test_a_zip_is_as_its_folder(tmp_path):
    path = folder(tmp_path / "a")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for file in (path / "flows").iterdir():
            packed.write(file, f"a/flows/{file.name}")
    assert same(read(tmp_path / "a.zip"), read(path))


# -- supply and use ---------------------------------------------------------------------------------------------------


def test_supply_and_use(tmp_path):
    """Model D: V q^-1 U = [[.9, 0], [.1, 1]] [[12, 8], [10, 7]]; industry outputs 90 / 110 stay."""
    table = read(folder(tmp_path / "a", SUPPLY_USE))
    assert table.sectors == ("i1", "i2")
    assert table.Z.values.reshape(2, 2) == pytest.approx(np.array([[10.8, 7.2], [11.2, 7.8]]), rel=1e-14)
    assert table.x.values.ravel() == pytest.approx([90, 110], rel=1e-14)
    assert table.F.values.ravel().tolist() == [9, 11]
    assert accounts.consumption(table).sum().item() == pytest.approx(25, rel=1e-12)
    assert [one.check for one in table.findings] == ["constructed"]
    assert read(tmp_path / "a", model="B").sectors == ("p1", "p2")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"Ec_txt": SUPPLY_USE["Ec.txt"].replace("0.0,0.0", "0.0,1.0")},
            "Ec is not zero: Satellite account of Commodity",
        ),
        ({"S_txt": None}, "S is missing"),
        (
            {"S_txt": SUPPLY_USE["S.txt"].replace("r,Activity", "r,Sector")},
            "has the level Sector; every label there has",
        ),
    ],
    ids=["emissions of products", "no supply", "level"],
)
def test_supply_and_use_flaws(tmp_path, changes, said):
    with pytest.raises(InputError, match=said):
        read(folder(tmp_path / "a", SUPPLY_USE, **changes))


# -- flaws and findings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"Y_txt": None}, InputError, r"flows: Y is missing; an export of MARIO holds"),
        ({"units_txt": None}, InputError, r"units.txt is missing"),
        ({"Z_txt": FLOWS["Z.txt"][:-5]}, InputError, "Z.txt line 6: row two Sector all has 4 cells"),
        (
            {"Z_txt": FLOWS["Z.txt"].replace("two,Sector,all,4.0,2.0\n", "")},
            LabelError,
            "Z.txt: row two all is missing",
        ),
        (
            {"E_txt": FLOWS["E.txt"].replace("one,two", "one,too")},
            LabelError,
            "E.txt column 3: column too all is not known",
        ),
        (
            {"E_txt": FLOWS["E.txt"].replace("8.0", "x")},
            InputError,
            "E.txt line 5: row CO2, column one Sector all holds 'x'",
        ),
        ({"E_txt": FLOWS["E.txt"].replace("8.0,4.0", ",")}, InputError, "E.txt"),
        (
            {"units_txt": FLOWS["units.txt"].replace("kt", "kto")},
            UnitError,
            "units.txt line 4: unit 'kto' is not known",
        ),
        ({"units_txt": FLOWS["units.txt"].replace("CO2", "CH4")}, UnitError, "Satellite account CO2 has no unit"),
        ({"units_txt": FLOWS["units.txt"] + "Satellite account,CH4,kt\n"}, LabelError, "CH4 has a unit and no row"),
        ({"units_txt": FLOWS["units.txt"].replace("all,M EUR", "all,t")}, UnitError, "line 2: unit 't' is no money"),
        (
            {"Y_txt": FLOWS["Y.txt"].replace("0.0,6.0", "0.0,-60.0")},
            TableError,
            "region two, sector all: the output is neg",
        ),
    ],
)
def test_flaws(tmp_path, changes, kind, said):
    with pytest.raises(kind, match=said):
        read(folder(tmp_path / "a", **changes))


def test_the_long_format_is_refused(tmp_path):
    path = folder(tmp_path / "a", {"data.txt": "Scenario,Matrix,Value\n", "units.txt": FLOWS["units.txt"]})
    with pytest.raises(InputError, match=r"data.txt: is the long format of MARIO.*export with flat=False"):
        read(path)


def test_another_place(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    with pytest.raises(InputError, match=r"Z.txt is missing; an export of MARIO holds flows/Z.txt"):
        mario_folder.years(archive.open(tmp_path))


def test_an_output_that_differs_is_noted(tmp_path):
    table = read(folder(tmp_path / "a", X_txt=FLOWS["X.txt"].replace("12.0", "13.0")))
    assert [(one.check, one.values["gap"]) for one in table.findings] == [("output-differs", 1.0)]


def test_inputs_of_final_demand_are_noted(tmp_path):
    table = read(folder(tmp_path / "a", VY_txt=FLOWS["VY.txt"].replace("0.0,0.0", "3.0,-4.0")))
    assert [(one.check, one.values["total"]) for one in table.findings] == [("inputs-of-demand", 7.0)]


def test_rows_of_none_are_none(tmp_path):
    """MARIO writes a row '-' where there are no satellite accounts."""
    none = {"E_txt": FLOWS["E.txt"].replace("CO2,8.0,4.0", "-,0.0,0.0"), "EY_txt": None}
    table = read(folder(tmp_path / "a", **none, units_txt=FLOWS["units.txt"].replace("CO2,kt", "-,None")))
    assert table.stressors == ()
    assert [one.check for one in table.findings] == ["no-stressors"]


def test_the_year(tmp_path):
    path = folder(tmp_path / "a")
    with pytest.raises(InputError, match="the files state no year"):
        mario_folder.years(archive.open(path))
    (path / "metadata.json").write_text('{"table": "IOT", "year": 2013, "price": "basic", "name": null}')
    assert mario_folder.years(archive.open(path)) == (2013,)
    assert read(path).about.price_basis == "basic"
    with pytest.raises(MissingError, match="there is no year 2012"):
        read(path, 2012)


# -- written ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_the_layout_of_mario(tmp_path):
    """Byte for byte what MARIO writes of the same table, but for the spelling of the unit."""
    table = Table.from_arrays(
        [[8, 5], [4, 2]],
        [[3, 0], [0, 6]],
        [[8, 4]],
        F_Y=[[1, 2]],
        V=[[4, 5]],
        inputs=["Wages"],
        regions=["one", "two"],
        sectors=["all"],
        demand=["final"],
        stressors=["CO2"],
        about={"name": "Kitzes", "year": 2013, "currency": "million EUR", "units": {"CO2": "kt"}},
    )
    mario_folder.write(table, tmp_path / "out")
    for name in ("Z.txt", "Y.txt", "E.txt", "EY.txt", "V.txt"):
        assert (tmp_path / "out" / "flows" / name).read_text() == FLOWS[name]
    units = (tmp_path / "out" / "flows" / "units.txt").read_text()
    assert units == FLOWS["units.txt"].replace("M EUR", "million EUR")


@pytest.mark.parametrize("seed", range(4))
def test_there_and_back(tmp_path, seed):
    table = random_table(seed, regions=["Korea, Rep.", "中国", 'the "rest"'])
    mario_folder.write(table, tmp_path / "out")
    again = read(tmp_path / "out", 2009)
    assert again.hash == table.hash
    assert again.about == table.about
    assert again.findings == ()


def test_without_primary_inputs_the_balance_is_written(tmp_path):
    mario_folder.write(kitzes(), tmp_path / "out")
    again = read(tmp_path / "out", 2013)
    assert again.V.indexes["input"].tolist() == [BALANCE]
    assert again.V.values.ravel().tolist() == [4, 5]  # 16 - 12, 12 - 7
    assert again.F_Y is None


def test_without_stressors_nothing_is_written(tmp_path):
    table = kitzes()
    bare = Table.from_arrays(
        table.Z.values,
        table.Y.values,
        np.empty((0, 2)),
        regions=["one", "two"],
        sectors=["all"],
        demand=["final"],
        stressors=[],
        about=table.about,
    )
    with pytest.raises(InputError, match="has no stressors, and MARIO asks for one"):
        mario_folder.write(bare, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
