"""Folders of pymrio: read as pymrio reads them, written so that pymrio reads them, each flaw named."""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile

import numpy as np
import pymrio
import pytest
from tables import random_table

from tanheng import accounts
from tanheng.data import archive
from tanheng.data.readers import pymrio_folder
from tanheng.errors import InputError, LabelError, MissingError, UnitError
from tanheng.systems.table import Table

# Two programs solve the same system of 48 equations in double precision: a few hundred times the rounding of 2e-16.
SOLVED = 1e-12
# pymrio saves text with 12 significant digits
DIGITS = 1e-11


@pytest.fixture(scope="module")
def peer():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymrio's own
        return pymrio.load_test().calc_all()


@pytest.fixture
def saved(peer, tmp_path):
    return save(peer, tmp_path / "table_2011")


def save(system, folder, table_format="txt"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        system.save_all(folder, table_format=table_format)
    return folder


def read(path, year=2011):
    return pymrio_folder.read(archive.open(path), year)


def load(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pymrio.load_all(folder).calc_all()


def checks(table):
    return [one.check for one in table.findings]


def same_accounts(table, system, tolerance):
    for ours, theirs in (
        (accounts.consumption, system.emissions.D_cba_reg),
        (accounts.production, system.emissions.D_pba_reg),
    ):
        assert ours(table).values == pytest.approx(theirs.to_numpy(), rel=tolerance)


# -- what pymrio saves ------------------------------------------------------------------------------------------------


def test_the_same_accounts_as_pymrio(saved, peer):
    table = read(saved)
    assert table.regions == tuple(peer.get_regions())
    assert table.sectors == tuple(peer.get_sectors())
    assert table.demand == tuple(peer.get_Y_categories())
    assert table.stressors == ("emission_type1, air", "emission_type2, water")
    assert dict(table.about.units) == dict.fromkeys(table.stressors, "kg")
    assert table.about.currency == "million USD"  # Mill USD
    assert table.V.indexes["input"].tolist() == ["Value Added"]
    assert table.Z.values.reshape(48, 48) == pytest.approx(peer.Z.to_numpy(), rel=DIGITS)
    assert table.V.values.ravel() == pytest.approx(peer.factor_inputs.F.to_numpy().ravel(), rel=DIGITS)
    same_accounts(table, peer, DIGITS)
    assert accounts.production(table).sum().item() == pytest.approx(accounts.consumption(table).sum().item(), rel=1e-9)
    assert checks(table) == ["year-from-name"]


def test_parquet_is_exact(peer, tmp_path):
    table = read(save(peer, tmp_path / "table_2011", "parquet"))
    assert (table.Z.values.reshape(48, 48) == peer.Z.to_numpy()).all()
    assert (table.F_Y.values.reshape(2, 42) == peer.emissions.F_Y.to_numpy()).all()
    same_accounts(table, peer, SOLVED)


def test_pickle_is_refused(peer, tmp_path):
    folder = save(peer, tmp_path / "table_2011", "pickle")
    with pytest.raises(
        InputError, match=r"Z.pickle: is a pickle file, which can run any program .*table_format='parquet'"
    ):
        read(folder)


def test_a_zip_is_as_its_folder(saved, tmp_path):
    with zipfile.ZipFile(tmp_path / "any.zip", "w") as packed:
        for file in sorted(saved.rglob("*.*")):
            packed.write(file, f"table_2011/{file.relative_to(saved)}")
    assert (read(tmp_path / "any.zip").Z.values == read(saved).Z.values).all()
    assert accounts.consumption(read(tmp_path / "any.zip")).equals(accounts.consumption(read(saved)))


def test_the_test_system(shared, peer):
    """Its hand-checked cells: the first of Z, of the emissions, of the final demand, in the files' own digits."""
    table = read(shared / "formats" / "pymrio_folder" / "mrio_data")
    assert table.Z.values[0, 0, 0, 0] == 23697.221
    assert table.F.sel(stressor="emission_type1, air", region="reg1", sector="food").item() == 1848064.8
    assert table.Y.values[0, 0, 0, 0] == 58180.65
    assert table.F_Y.values[1, 0, 0] == 59206405
    assert table.V.values[0, 0, 0] == 111490.88
    assert table.findings == ()
    same_accounts(table, peer, SOLVED)


def test_coefficients_stand_in(saved, peer):
    for name in ("Z.txt", "emissions/F.txt"):
        (saved / name).unlink()
    table = read(saved)
    same_accounts(table, peer, 1e-9)  # coefficients of 12 digits times an output of 12 digits, solved
    assert checks(table) == ["coefficients", "coefficients", "year-from-name"]
    (saved / "x.txt").unlink()
    same_accounts(read(saved), peer, 1e-9)


def test_an_output_that_differs_is_noted(saved):
    text = (saved / "x.txt").read_text()
    (saved / "x.txt").write_text(text.replace("239154.386473", "240154.386473"))
    noted = [one for one in read(saved).findings if one.check == "output-differs"]
    assert noted[0].values["gap"] == pytest.approx(1000, rel=1e-4)  # 12 digits of outputs of 1e8 are off by 5e-4
    assert noted[0].values["worst"] == "region reg1, sector food"
    assert noted[0].where == str(saved / "x.txt")


def test_extensions_are_joined(saved, peer):
    """A second extension with a name that the first has: both get their extension's name, and no direct emissions."""
    shutil.copytree(saved / "emissions", saved / "later")
    unit = (saved / "later" / "unit.txt").read_text().replace("emission_type2", "other")
    (saved / "later" / "unit.txt").write_text(unit)
    (saved / "later" / "F.txt").write_text((saved / "later" / "F.txt").read_text().replace("emission_type2", "other"))
    (saved / "later" / "F_Y.txt").unlink()
    table = read(saved)
    assert table.stressors == (
        "emissions: emission_type1, air",
        "emission_type2, water",
        "later: emission_type1, air",
        "other, water",
    )
    assert (table.F.values[0] == table.F.values[2]).all()
    assert (table.F_Y.values[2:] == 0).all()
    assert (table.F_Y.values[:2] != 0).any()
    assert set(checks(table)) == {"year-from-name", "renamed", "no-direct"}


def test_money_in_a_satellite_is_an_input(saved):
    """As in EXIOBASE's satellite: rows in money and others under one name; inputs of final demand are noted."""
    (saved / "emissions").rename(saved / "satellite")
    unit = (saved / "satellite" / "unit.txt").read_text()
    (saved / "satellite" / "unit.txt").write_text(unit.replace("water\tkg", "water\tM.USD"))
    table = read(saved)
    assert table.stressors == ("emission_type1, air",)
    assert table.V.indexes["input"].tolist() == ["Value Added", "emission_type2, water"]
    assert "inputs-of-demand" in checks(table)


def test_regions_get_their_codes(saved):
    for file in saved.rglob("*.txt"):
        text = file.read_text()
        for at, code in enumerate(("CN", "DE", "US", "FR", "WF", "WA"), start=1):
            text = text.replace(f"reg{at}", code)
        file.write_text(text)
    table = read(saved)
    assert table.regions == ("CHN", "DEU", "USA", "FRA", "WF", "WA")  # the last two are EXIOBASE's aggregates
    assert "renamed" in checks(table)


# -- the year ---------------------------------------------------------------------------------------------------------


def test_the_year(saved):
    assert pymrio_folder.years(archive.open(saved)) == (2011,)
    with pytest.raises(MissingError, match=r"there is no year 2012.*it holds 2011"):
        read(saved, 2012)
    (saved / "about.toml").write_text('year = 2012\nprice_basis = "basic prices"\nsource = "mine"\n')
    assert pymrio_folder.years(archive.open(saved)) == (2012,)
    table = read(saved, 2012)
    assert (table.about.price_basis, table.about.source, table.year) == ("basic prices", "mine", 2012)
    assert checks(table) == []


def test_no_year(saved, tmp_path):
    folder = saved.rename(tmp_path / "table")
    with pytest.raises(InputError, match=r"the files state no year; write a file about.toml"):
        pymrio_folder.years(archive.open(folder))
    meta = json.loads((folder / "metadata.json").read_text())
    (folder / "metadata.json").write_text(json.dumps(meta | {"year": 2007}))
    assert pymrio_folder.years(archive.open(folder)) == (2007,)


# -- flaws ------------------------------------------------------------------------------------------------------------


def cut(folder, name, keep):
    file = folder / name
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:keep]))


def swap(folder, name, old, new, count=-1):
    file = folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, count))


FLAWS = {
    "no Y": (lambda f: (f / "Y.txt").unlink(), InputError, "Y.txt is missing; a folder of pymrio holds Z.txt"),
    "no unit": (lambda f: (f / "unit.txt").unlink(), InputError, "unit.txt is missing"),
    "no unit of an extension": (lambda f: (f / "emissions/unit.txt").unlink(), InputError, "emissions.*: unit.txt is"),
    "rows cut": (lambda f: cut(f, "Z.txt", 20), LabelError, r"Z.txt: row reg3 .* is missing"),
    "a row cut": (
        lambda f: (f / "Z.txt").write_text((f / "Z.txt").read_text()[:-300]),
        InputError,
        r"Z.txt line 51: row reg6 other has \d+ cells, the header has 50",
    ),
    "stressor cut": (
        lambda f: cut(f, "emissions/F.txt", 4),
        LabelError,
        "F.txt: row emission_type2 water is not known",
    ),
    "renamed column": (
        lambda f: swap(f, "Z.txt", "\tmining", "\tminning", 1),
        LabelError,
        r"Z.txt column 4: column reg1 minning is not known; did you mean reg1 mining",
    ),
    "renamed column of F": (
        lambda f: swap(f, "emissions/F.txt", "mining", "minning", 1),
        LabelError,
        "F.txt column 4: column reg1 minning is not known; did you mean reg1 mining",
    ),
    "no number": (
        lambda f: swap(f, "Y.txt", "58180.65", "n.a."),
        InputError,
        "Y.txt line 4: row reg1 food, column reg1 Final consumption expenditure by households holds 'n.a.'",
    ),
    "unknown unit": (
        lambda f: swap(f, "emissions/unit.txt", "water\tkg", "water\tkilo"),
        UnitError,
        "emissions/unit.txt line 3: unit 'kilo' is not known",
    ),
    "two moneys": (
        lambda f: swap(f, "unit.txt", "mining\tMill USD", "mining\tM.EUR", 1),
        UnitError,
        "unit.txt line 3: the unit is million EUR, that of the sectors before it million USD",
    ),
    "physical": (
        lambda f: swap(f, "unit.txt", "mining\tMill USD", "mining\tt", 1),
        UnitError,
        "unit.txt line 3: unit 't' is no money",
    ),
    "metadata broken": (lambda f: cut(f, "metadata.json", 3), InputError, r"metadata.json line \d: is not JSON"),
    "another program": (
        lambda f: (f / "Z.txt").rename(f / "T.txt") and (f / "A.txt").unlink(),
        InputError,
        "Z.txt is mi",
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_flaws(saved, flaw):
    spoil, kind, said = FLAWS[flaw]
    spoil(saved)
    with pytest.raises(kind, match=said):
        read(saved)


def test_two_systems_in_one_folder(peer, tmp_path):
    for name in ("a", "b"):
        save(peer, tmp_path / name)
    with pytest.raises(InputError, match="holds several systems: a, b; name the folder of one"):
        read(tmp_path)


# -- written for pymrio -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_pymrio_computes_the_same_of_what_is_written(tmp_path, seed):
    table = random_table(seed, R=3, S=4, D=2, K=3, signed=seed % 2 == 1)
    pymrio_folder.write(table, tmp_path / "out")
    system = load(tmp_path / "out")
    same_accounts(table, system, SOLVED)
    assert (system.Z.to_numpy() == table.Z.values.reshape(12, 12)).all()
    assert system.factor_inputs.F.to_numpy().ravel() == pytest.approx(table.V.values.ravel(), rel=SOLVED)
    assert system.unit["unit"].unique().tolist() == ["million USD"]


def test_there_and_back(tmp_path):
    table = random_table(7)
    pymrio_folder.write(table, tmp_path / "out")
    again = read(tmp_path / "out", 2009)
    assert again.hash == table.hash
    assert again.about == table.about
    assert again.findings == ()
    once_more = save(load(tmp_path / "out"), tmp_path / "again_2009")  # pymrio's 12 digits
    assert accounts.consumption(read(once_more, 2009)).values == pytest.approx(
        accounts.consumption(table).values, rel=DIGITS
    )


def test_without_stressors_and_inputs(tmp_path):
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
    pymrio_folder.write(table, tmp_path / "out")
    again = read(tmp_path / "out", 2013)
    assert again.hash == table.hash
    assert checks(again) == ["no-stressors"]
    assert load(tmp_path / "out").x["indout"].tolist() == [16, 12]  # Kitzes 2013


def test_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pymrio_folder, "_write_extension", full)
    with pytest.raises(InputError, match="No space left"):
        pymrio_folder.write(random_table(7), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
