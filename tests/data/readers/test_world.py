"""The embedded world: it loads, fast, whole, and with the magnitudes that are known of it."""

import hashlib
import shutil

import numpy as np
import pytest

from tanheng.accounts import consumption, production
from tanheng.data import archive
from tanheng.data.readers import world
from tanheng.errors import InputError, MissingError
from tanheng.labels import sector_name
from tanheng.systems.table import BALANCE


@pytest.fixture(scope="module")
def tables():
    return {year: world.read(archive.open(world.FOLDER), year) for year in (1995, 2008, 2009)}


@pytest.fixture
def folder(tmp_path):
    """A copy that may be spoiled."""
    for name in ("about.toml", "wiod-2009.xz"):
        shutil.copy(world.FOLDER / name, tmp_path / name)
    return tmp_path


def test_labels(tables):
    table = tables[2009]
    assert world.years(archive.open(world.FOLDER)) == tuple(range(1995, 2010))
    assert (len(table.regions), len(table.sectors), len(table.demand)) == (41, 23, 5)
    assert {"ROU", "ROW"} < set(table.regions)
    assert not {"ROM", "RoW"} & set(table.regions)
    assert all(sector_name(code, "zh", table.about.classification) for code in table.sectors)
    assert list(table.V.indexes["input"]) == [BALANCE]


def test_what_it_is_stands_in_every_table(tables):
    about = tables[2009].about
    assert (about.year, about.currency, about.units) == (2009, "million USD", {"CO2": "kt"})
    assert (about.price_basis, about.boundary, about.licence) == ("current basic prices", "residence", "CC BY 4.0")
    assert "Timmer" in about.source
    assert "Genty" in about.source


@pytest.mark.parametrize(("year", "gigatonnes"), [(1995, 22.04), (2009, 28.85)])
def test_world_co2(tables, year, gigatonnes):
    for account in (production, consumption):
        assert float(account(tables[year]).sum()) / 1e6 == pytest.approx(gigatonnes, abs=0.005)


def test_world_output(tables):
    # published 122.79 million million USD; rows add up to 122.73, cells being rounded to whole million USD
    assert float(tables[2008].x.sum()) == 122_726_933
    assert float(tables[2008].x.sum()) == pytest.approx(122.79e6, rel=6e-4)


def test_inventories_stay_signed_and_numbers_whole(tables):
    Y = tables[2009].Y
    assert float(Y.sel(demand="inventories").min()) < 0
    assert np.array_equal(Y.values, np.rint(Y.values))


def test_inputs_and_the_balance_make_up_output(tables):
    table = tables[2009]
    made = table.Z.sum(("region", "sector")).values + table.V.sum("input").values
    np.testing.assert_allclose(made, table.x.values, rtol=0, atol=1e-6)


def test_households_alone_emit_directly(tables):
    direct = tables[2009].F_Y
    assert float(direct.sel(demand=world.HOUSEHOLDS).min()) > 0
    assert float(direct.drop_sel(demand=world.HOUSEHOLDS).sum()) == 0


def test_size_and_manifest():
    assert sum(path.stat().st_size for path in world.FOLDER.iterdir()) < 10e6
    files = world.manifest(world.FOLDER).files
    assert sorted(files) == sorted(path.name for path in world.FOLDER.glob("wiod-*"))
    for name, declared in files.items():
        assert hashlib.sha256((world.FOLDER / name).read_bytes()).hexdigest() == declared


def test_source_and_licence_stand_beside_the_numbers():
    assert {"about.toml", "reference.toml", "README.md"} <= {path.name for path in world.FOLDER.iterdir()}
    assert "CC BY 4.0" in (world.FOLDER / "README.md").read_text()


def test_every_year_is_read():
    place = archive.open(world.FOLDER)
    years = world.years(place)
    assert [world.read(place, year).year for year in years] == list(years) == list(range(1995, 2010))


def test_a_damaged_file_is_one_clear_error(folder):
    path = folder / "wiod-2009.xz"
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"wiod-2009\.xz: is damaged: its SHA-256 .*; reinstall") as caught:
        world.read(archive.open(folder), 2009)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(folder):
    with pytest.raises(InputError, match=r"wiod-2008\.xz: cannot be read \(No such file"):
        world.read(archive.open(folder), 2008)
    (folder / "about.toml").unlink()
    with pytest.raises(InputError, match=r"about\.toml: cannot be read"):
        world.years(archive.open(folder))


@pytest.mark.parametrize(("content", "what"), [("years = [", "is not TOML"), ("years = [2009]", "is not a manifest")])
def test_a_manifest_that_is_none(folder, content, what):
    (folder / "about.toml").write_text(content)
    with pytest.raises(InputError, match=what):
        world.read(archive.open(folder), 2009)


def test_a_year_that_is_not_there():
    with pytest.raises(MissingError, match=r"no year 2012; it holds 1995 to 2009"):
        world.read(archive.open(world.FOLDER), 2012)
