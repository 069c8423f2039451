"""The build of the embedded world: the same bytes every time, and those that are committed."""

import lzma
import tomllib

import numpy as np
import pytest

import build_world
import world_reference
from tanheng.data import archive
from tanheng.data.readers import world


@pytest.mark.slow  # 15 years at the strongest packing: about 25 seconds
def test_all_bytes_are_those_committed(shared, tmp_path):
    files = build_world.compile_world(shared)
    build_world.write(files, tmp_path)
    committed = {path.name for path in world.FOLDER.iterdir()} - {"README.md", "quality.toml"}  # written by hand
    assert committed == set(files) == {path.name for path in tmp_path.iterdir()}
    for name in sorted(committed):
        assert (tmp_path / name).read_bytes() == (world.FOLDER / name).read_bytes(), name


def test_a_year_is_the_bytes_committed(shared):
    assert build_world.encode(build_world.small_table(shared, 1995)) == (world.FOLDER / "wiod-1995.xz").read_bytes()


def test_the_reference_series_are_the_same_bytes_twice_and_those_committed(shared):
    once, twice = (world_reference.compile_reference(shared) for _ in range(2))
    assert once == twice
    assert once[0] == (world.FOLDER / "reference.csv.gz").read_bytes()


@pytest.mark.parametrize("year", [1995, 2009])
def test_what_is_read_is_what_was_joined(shared, year):
    joined, read = build_world.small_table(shared, year), world.read(archive.open(world.FOLDER), year)
    for name in ("Z", "Y", "V"):
        assert np.array_equal(getattr(joined, name).values, getattr(read, name).values), name
    for name in ("F", "F_Y"):  # sums of decimals: the embedded ones are exact
        np.testing.assert_allclose(getattr(joined, name).values, getattr(read, name).values, rtol=1e-15, atol=0)
    assert (joined.regions, joined.sectors, joined.demand) == (read.regions, read.sectors, read.demand)


def test_single_sectors_keep_their_co2_exactly(shared):
    full, read = build_world.full_table(shared, 2009), world.read(archive.open(world.FOLDER), 2009)
    assert (full.F.sel(sector="c17") == read.F.sel(sector="c17")).all()


def test_a_number_finer_than_the_form_is_refused(shared):
    table = world.read(archive.open(world.FOLDER), 1995)
    with pytest.raises(SystemExit, match="finer than the form keeps"):
        build_world.encode(table.replace(Y=table.Y + 0.5))


def test_toml_is_read_back():
    content = {
        "text": 'a "quoted" 碳',
        "list": [1, 2],
        "long": ["x" * 50] * 10,
        "table": {"a b": 1, "inner": {"c": 0.5}},
    }
    assert tomllib.loads(build_world.toml(content)) == content


def test_files_are_plain_xz():
    assert lzma.is_check_supported(lzma.CHECK_CRC64)
    assert (world.FOLDER / "wiod-2009.xz").read_bytes()[:6] == b"\xfd7zXZ\0"
