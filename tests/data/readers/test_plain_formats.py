"""The plain table as Parquet and as workbooks: the same table in every format, exact, and each flaw named."""

from __future__ import annotations

import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_tables import KITZES, kitzes_folder
from tables import kitzes, random_table, tables

from tanheng import accounts
from tanheng.data import archive, store
from tanheng.data.readers import plain
from tanheng.data.readers.parts import plain_files
from tanheng.errors import InputError, LabelError, MissingError, QuestionError
from tanheng.systems.table import Table

ROWS = pd.MultiIndex.from_tuples([("one", "all"), ("two", "all")])
USES = pd.MultiIndex.from_tuples([("one", "final"), ("two", "final")])
Z = pd.DataFrame([[8.0, 5], [4, 2]], ROWS, ROWS)
Y = pd.DataFrame([[3.0, 0], [0, 6]], ROWS, USES)
F = pd.DataFrame([[8.0, 4]], pd.Index(["CO2"]), ROWS)


def read(path, year=2013):
    return plain.read(archive.open(path), year)


def parquet_folder(folder, **changes):
    folder.mkdir()
    (folder / "about.toml").write_text(KITZES["about.toml"])
    for name, frame in ({"Z": Z, "Y": Y, "F": F} | changes).items():
        if frame is not None:
            frame.to_parquet(folder / f"{name}.parquet")
    return folder


# -- what is written is read back -------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", plain.FORMATS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables, scale=st.sampled_from([1.0, 1 / 3, 1e-12 / 7, 1e9 * np.pi]))
def test_exact_to_the_last_bit(tmp_path_factory, format, table, scale):
    table = table.replace(Z=table.Z * scale, Y=table.Y * scale, F=table.F / 7, F_Y=table.F_Y, V=table.V * scale)
    folder = tmp_path_factory.mktemp("table") / "out"
    plain.write(table, folder, format)
    again = read(folder, 2009)
    assert again.hash == table.hash
    assert again.about == table.about


@pytest.mark.parametrize("format", plain.FORMATS)
def test_labels_of_every_kind(tmp_path, format):
    table = Table.from_arrays(
        np.diag([1.0, 2, 3, 4]),
        np.full((4, 2), 0.1),
        [[-0.0, 5e-324, 1.7976931348623157e308, 1 / 3]],
        regions=['Korea, "Rep."', "中国"],
        sectors=["1", "it's; (a)"],
        demand=["final"],
        stressors=["CH4, fossil"],
        about={"name": "w", "year": 2009, "currency": "million USD", "units": {"CH4, fossil": "t"}, "source": "来源"},
    )
    plain.write(table, tmp_path / "out", format)
    again = read(tmp_path / "out", 2009)
    assert again.hash == table.hash
    assert again.about == table.about
    assert np.signbit(again.F.values.flat[0])


@pytest.mark.parametrize("format", plain.FORMATS)
def test_no_stressors_are_declared_by_empty_units(tmp_path, format):
    table = Table.from_arrays(
        [[8, 5], [4, 2]],
        [[3, 0], [0, 6]],
        np.empty((0, 2)),
        regions=["one", "two"],
        sectors=["all"],
        demand=["final"],
        stressors=[],
        about={"name": "bare", "year": 2013, "currency": "USD", "units": {}},
    )
    plain.write(table, tmp_path / "out", format)
    again = read(tmp_path / "out")
    assert again.stressors == ()
    assert again.hash == table.hash
    assert [(one.check, one.severity) for one in again.findings] == [("no-stressors", "warning")]


def test_pandas_reads_the_parquet(tmp_path):
    table = random_table(6)
    plain.write(table, tmp_path / "out", "parquet")
    frame = pd.read_parquet(tmp_path / "out" / "Z.parquet")
    assert (frame.to_numpy() == table.Z.values.reshape(9, 9)).all()
    assert frame.index.tolist() == frame.columns.tolist() == [(r, s) for r in table.regions for s in table.sectors]


def test_pandas_reads_the_workbook(tmp_path):
    table = random_table(6)
    plain.write(table, tmp_path / "out", "xlsx")
    sheets = pd.read_excel(tmp_path / "out" / "table.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert list(sheets) == ["Z", "Y", "F", "F_Y", "V", "about"]
    cells = sheets["Z"].iloc[2:, 2:].to_numpy(dtype=float)
    assert (cells == table.Z.values.reshape(9, 9)).all()


def test_a_sheet_has_an_end(tmp_path, monkeypatch):
    table = random_table(6)  # Z takes 11 rows and 11 columns
    monkeypatch.setattr(plain_files, "MOST", (11, 10))
    with pytest.raises(
        InputError, match=r"Z takes 11 rows and 11 columns, a sheet has 11 and 10; choose csv or parquet"
    ):
        plain.write(table, tmp_path / "out", "xlsx")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(plain_files, "MOST", (11, 11))
    plain.write(table, tmp_path / "out", "xlsx")


def test_the_sizes_of_a_sheet_are_those_of_the_format():
    assert plain_files.MOST == (2**20, 2**14)  # ECMA-376: rows and columns of a worksheet


def test_another_format_is_refused(tmp_path):
    with pytest.raises(QuestionError, match="there is no format 'xls'; did you mean xlsx"):
        plain.write(kitzes(), tmp_path / "out", "xls")


# -- what others write ------------------------------------------------------------------------------------------------


def test_parquet_of_pandas(tmp_path):
    """Kitzes 2013: consumption 4.8 / 7.2."""
    folder = parquet_folder(tmp_path / "a")
    assert plain.years(archive.open(folder)) == (2013,)
    assert accounts.consumption(read(folder)).values.ravel() == pytest.approx([4.8, 7.2], rel=1e-12)
    assert accounts.consumption(store.open(folder)[2013]).values.ravel() == pytest.approx([4.8, 7.2], rel=1e-12)


def test_parquet_of_another_program(tmp_path):
    """Without pandas' notes the columns of texts are the labels, wherever they stand; whole numbers are numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = parquet_folder(tmp_path / "a")
    columns = {"region": ["one", "two"], "sector": ["all", "all"], "('one', 'all')": [8, 4], "('two', 'all')": [5, 2]}
    pq.write_table(pa.table(columns), folder / "Z.parquet")
    assert accounts.consumption(read(folder)).values.ravel() == pytest.approx([4.8, 7.2], rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Y": None}, r"Y.parquet is missing; a plain table is a folder"),
        ({"Z": Z.reset_index(drop=True)}, r"Z.parquet: has 0 columns of labels.*2 columns of labels \(texts\) are due"),
        ({"Y": Y.rename(index={"two": "too"})}, r"Y.parquet line 2: row too all is not known; did you mean two all"),
        ({"F": F.rename(columns={"two": "too"})}, r"F.parquet column 3: column too all is not known"),
        ({"F": F.where(F != 8)}, r"F.parquet row 1: row CO2, column one all is empty"),
        ({"F": F.astype(str)}, r"F.parquet: column \('one', 'all'\) holds .*string, not numbers"),
        ({"Z": Z.set_axis(["a", "b"], axis=1)}, r"Z.parquet column 1: column 'a' is no label of 2 levels"),
        ({"V": pd.DataFrame([[1.0]], ["wages"], ROWS[:1])}, r"V.parquet: column two all is missing"),
    ],
    ids=["no Y", "no labels", "row", "column", "empty", "texts", "one level", "V short"],
)
def test_parquet_flaws(tmp_path, changes, said):
    with pytest.raises(InputError, match=said):
        read(parquet_folder(tmp_path / "a", **changes))


def test_a_parquet_file_that_broke_off(tmp_path):
    folder = parquet_folder(tmp_path / "a")
    whole = (folder / "Z.parquet").read_bytes()
    (folder / "Z.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"Z.parquet: is no Parquet file .*it may have broken off"):
        read(folder)


@pytest.mark.parametrize("format", plain.FORMATS)
def test_a_zip_is_as_its_folder(tmp_path, format):
    table = random_table(6)
    plain.write(table, tmp_path / "out", format)
    with zipfile.ZipFile(tmp_path / "out.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for file in (tmp_path / "out").iterdir():
            packed.write(file, f"out/{file.name}")
    assert plain.years(archive.open(tmp_path / "out.zip")) == (2009,)
    assert read(tmp_path / "out.zip", 2009).hash == table.hash


# -- workbooks --------------------------------------------------------------------------------------------------------

SHEETS = {
    "Z": [["", "", "one", "two"], ["", "", "all", "all"], ["one", "all", 8, 5], ["two", "all", 4, 2]],
    "Y": [["", "", "one", "two"], ["", "", "final", "final"], ["one", "all", 3, 0], ["two", "all", 0, 6]],
    "F": [["", "one", "two"], ["", "all", "all"], ["CO2", 8, 4]],
    "about": [["name", "Kitzes 2013", ""], ["year", 2013, ""], ["currency", "USD", ""], ["units", "CO2", "t"]],
}


def book(path, **changes):
    with pd.ExcelWriter(path) as writer:
        for name, rows in (SHEETS | changes).items():
            if rows is not None:
                pd.DataFrame(rows).to_excel(writer, sheet_name=name, header=False, index=False)
    return path


def test_one_workbook(tmp_path):
    path = book(tmp_path / "mine.xlsx")
    assert plain.years(archive.open(path)) == (2013,)
    table = read(path)
    assert table.about == read(kitzes_folder(tmp_path / "csv")).about
    assert accounts.consumption(table).values.ravel() == pytest.approx([4.8, 7.2], rel=1e-12)


def test_a_workbook_with_its_facts_beside_it(tmp_path):
    (tmp_path / "a").mkdir()
    book(tmp_path / "a" / "table.xlsx", about=None)
    (tmp_path / "a" / "about.toml").write_text(KITZES["about.toml"])
    assert read(tmp_path / "a").hash == read(kitzes_folder(tmp_path / "csv")).hash


def test_a_workbook_for_each_part(tmp_path):
    folder = kitzes_folder(tmp_path / "a", {"Z.csv": None, "Y.csv": None, "F.csv": None})
    for name in ("Z", "Y", "F"):
        pd.DataFrame(SHEETS[name]).to_excel(folder / f"{name}.xlsx", header=False, index=False)
    assert read(folder).hash == read(kitzes_folder(tmp_path / "csv")).hash


def test_the_line_of_index_names_that_pandas_writes(tmp_path):
    named = [*SHEETS["Z"][:2], ["region", "sector", None, None], *SHEETS["Z"][2:]]
    assert read(book(tmp_path / "mine.xlsx", Z=named)).hash == read(kitzes_folder(tmp_path / "csv")).hash


def changed(name, row, column, cell):
    rows = [list(cells) for cells in SHEETS[name]]
    rows[row][column] = cell
    return {name: rows}


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"Z": None}, InputError, r"mine.xlsx: has no sheet 'Z'"),
        ({"about": None}, InputError, r"about.toml is missing"),
        (changed("Z", 2, 2, None), MissingError, r"sheet Z cell C3: the cell is empty; a missing number is not zero"),
        (changed("F", 2, 1, "8 t"), InputError, r"sheet F cell B3: the cell holds '8 t', not a number"),
        (changed("Z", 0, 3, None), LabelError, r"sheet Z cell D1: the column has no label"),
        (changed("Y", 3, 0, "too"), LabelError, r"sheet Y line 4: row too all is not known; did you mean two all"),
        (changed("about", 1, 1, "x"), InputError, r"sheet about: the year is 'x'"),
        (changed("about", 3, 2, "kto"), InputError, r"sheet about, unit of CO2: unit 'kto' is not known"),
        ({"F": SHEETS["F"][:2]}, InputError, r"sheet F: has no rows of numbers"),
    ],
    ids=["no Z", "no about", "empty", "text", "no label", "row", "year", "unit", "no rows"],
)
def test_workbook_flaws(tmp_path, changes, kind, said):
    with pytest.raises(kind, match=said):
        read(book(tmp_path / "mine.xlsx", **changes))


def test_a_workbook_that_broke_off(tmp_path):
    path = book(tmp_path / "mine.xlsx")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"mine.xlsx: is no workbook"):
        read(path)


# -- formats beside each other ----------------------------------------------------------------------------------------


def test_the_format_of_z_counts(tmp_path):
    folder = kitzes_folder(tmp_path / "a")
    (Z * 2).to_parquet(folder / "Z.parquet")
    assert read(folder).hash == read(kitzes_folder(tmp_path / "b")).hash


@pytest.mark.parametrize("name", ["V.parquet", "V.xlsx", "F_Y.parquet"])
def test_a_part_in_another_format_is_not_passed_over(tmp_path, name):
    folder = kitzes_folder(tmp_path / "a")
    (folder / name).write_bytes(b"")
    with pytest.raises(
        InputError, match=rf"{name}: is in another format than Z; save it as {name.partition('.')[0]}.csv"
    ):
        read(folder)


def test_a_misnamed_parquet_file(tmp_path):
    folder = parquet_folder(tmp_path / "a")
    F.to_parquet(folder / "f_y.parquet")
    with pytest.raises(InputError, match=r"f_y.parquet: is no file of a plain table; rename it to F_Y.parquet"):
        read(folder)
