"""The plain table: what it reads, in every guise a spreadsheet or pandas gives it, and what it writes."""

import numpy as np
import pandas as pd
import pytest
from plain_tables import KITZES, contents, kitzes_folder
from tables import random_table

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import plain
from tanheng.errors import InputError
from tanheng.systems.table import Table


def consumed(folder):
    return accounts.consumption(plain.read(archive.open(folder), 2013)).values.ravel()


def test_kitzes_2013(tmp_path):
    folder = kitzes_folder(tmp_path)
    assert plain.years(archive.open(folder)) == (2013,)
    table = plain.read(archive.open(folder), 2013)
    assert (table.regions, table.sectors, table.demand, table.stressors) == (
        ("one", "two"),
        ("all",),
        ("final",),
        ("CO2",),
    )
    assert table.x.values.ravel().tolist() == [16, 12]
    assert accounts.production(table).values.ravel().tolist() == [8, 4]
    assert consumed(folder) == pytest.approx([4.8, 7.2], rel=1e-12)


def test_miller_and_blair_chapter_2(tmp_path):
    """With one unit of a stressor of its own for each unit of a sector's output, the multipliers are L."""
    text = {
        "Z.csv": ",,one,one\n,,a,b\none,a,150,500\none,b,200,100\n",
        "Y.csv": ",,one\n,,final\none,a,350\none,b,1700\n",
        "F.csv": ",one,one\n,a,b\nfirst,1000,0\nsecond,0,2000\n",
        "about.toml": 'name = "MB"\nyear = 2009\ncurrency = "USD"\n[units]\nfirst = "t"\nsecond = "t"\n',
    }
    table = plain.read(archive.open(kitzes_folder(tmp_path, dict(text))), 2009)
    L = [[1.25412541, 0.330033], [0.2640264, 1.12211221]]
    assert table.multipliers.values.reshape(2, 2) == pytest.approx(np.array(L), abs=5e-9)


def spoilt(change):
    return {name: change(text) for name, text in KITZES.items() if name.endswith(".csv")}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: ("\ufeff" + text).replace("\n", "\r\n") + "\r\n\r\n",
        lambda text: text + ",,,\n,,,\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", " , "),
        lambda text: text.replace("one", '"Korea, ""Rep."""'),
        lambda text: text.replace("one", "中国"),
        lambda text: text.replace("5", "0.5e1").replace("8", "+8.0"),
    ],
    ids=["BOM", "CRLF", "both", "blank rows", "no last newline", "semicolons", "blanks", "quoted", "Chinese", "floats"],
)
def test_guises(tmp_path, change):
    assert consumed(kitzes_folder(tmp_path, spoilt(change))) == pytest.approx([4.8, 7.2], rel=1e-12)


@pytest.mark.parametrize("named", [True, False], ids=["named levels", "unnamed levels"])
def test_what_pandas_writes(tmp_path, named):
    names = (lambda *given: list(given)) if named else (lambda *given: [None] * len(given))
    rows = pd.MultiIndex.from_tuples([("one", "all"), ("two", "all")], names=names("region", "sector"))
    uses = pd.MultiIndex.from_tuples([("one", "final"), ("two", "final")], names=names("region", "demand"))
    kitzes_folder(tmp_path)
    pd.DataFrame([[8.0, 5], [4, 2]], rows, rows).to_csv(tmp_path / "Z.csv")
    pd.DataFrame([[3.0, 0], [0, 6]], rows, uses).to_csv(tmp_path / "Y.csv")
    pd.DataFrame([[8.0, 4]], pd.Index(["CO2"], name=names("stressor")[0]), rows).to_csv(tmp_path / "F.csv")
    assert consumed(tmp_path) == pytest.approx([4.8, 7.2], rel=1e-12)


def test_an_empty_stressor_is_no_line_of_index_names(tmp_path):
    folder = kitzes_folder(tmp_path, {"F.csv": ",one,two\n,all,all\nCO2,,\nCH4,1,1\n"})
    with pytest.raises(InputError, match=r"F.csv line 3: row CO2, column one all is empty; .*write 0"):
        plain.read(archive.open(folder), 2013)


def test_round_trip_to_the_last_bit(tmp_path):
    table = random_table(5, R=3, S=4, D=2, K=2, signed=True)
    about = {"source": 'a "quoted" source, 来源', "price_basis": "current", "boundary": "residence"}
    names = ['Korea, "Rep."', "中国", "ROW"]
    n, uses = 12, 6
    table = Table.from_arrays(
        table.Z.values.reshape(n, n) / 3,
        table.Y.values.reshape(n, uses) / 3,
        table.F.values.reshape(2, n) * np.pi,
        F_Y=table.F_Y.values.reshape(2, uses),
        V=table.V.values.reshape(1, n),
        inputs=["value added, gross"],
        regions=names,
        sectors=["a;b", "c d", "e'f", "1"],
        demand=["households", "inventories"],
        stressors=["CO2", "CH4, fossil"],
        about={
            "name": "w",
            "year": 2009,
            "currency": "million USD",
            "units": {"CO2": "kt", "CH4, fossil": "t"},
            **about,
        },
    )
    plain.write(table, tmp_path / "out")
    again = plain.read(archive.open(tmp_path / "out"), 2009)
    assert again.hash == table.hash
    assert again.about == table.about
    assert (again.Z.values == table.Z.values).all()


def test_pandas_reads_what_is_written(tmp_path):
    table = random_table(6)
    plain.write(table, tmp_path / "out")
    frame = pd.read_csv(tmp_path / "out" / "Z.csv", header=[0, 1], index_col=[0, 1])
    assert frame.to_numpy() == pytest.approx(table.Z.values.reshape(9, 9), rel=1e-15)
    assert frame.index.tolist() == frame.columns.tolist() == [(r, s) for r in table.regions for s in table.sectors]


def test_write_is_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    table = random_table(6)
    monkeypatch.setattr(plain, "_toml", full)
    with pytest.raises(InputError, match="No space left"):
        plain.write(table, tmp_path / "out")
    assert contents(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    plain.write(table, tmp_path / "out")
    before = contents(tmp_path)
    with pytest.raises(InputError, match="exists already"):
        plain.write(table, tmp_path / "out")
    assert contents(tmp_path) == before
