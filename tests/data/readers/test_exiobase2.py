"""EXIOBASE 2: as EXIOBASE 1, told apart by the version in its files' names."""

from __future__ import annotations

import numpy as np
import pytest
from exiobase_tables import exiobase3, folder, mriot, packed

from tanheng.data import archive
from tanheng.data.readers import exiobase1, exiobase2
from tanheng.errors import InputError, MissingError

VERSION = "_version2.2.2"


def read(path, **options):
    return exiobase2.read(archive.open(path), 2007, **options)


def test_the_files_of_exiobase_2_hold_what_those_of_exiobase_1_do(tmp_path):
    table = read(folder(tmp_path / "a", mriot(VERSION)))
    first = exiobase1.read(archive.open(folder(tmp_path / "b", mriot())), 2000)
    for name in ("Z", "Y", "F", "F_Y", "V"):
        assert np.array_equal(getattr(table, name).values, getattr(first, name).values)
    assert (table.stressors, table.year, table.about.version) == (first.stressors, 2007, "2.2.2")


def test_a_zip_is_its_folder_and_tells_the_system(tmp_path):
    name = "mrIOT_IxI_fpa_coefficient_version2.2.2"
    whole = read(folder(tmp_path / name, mriot(VERSION)))
    zipped = read(packed(tmp_path / "zip" / f"{name}.zip", mriot(VERSION), f"{name}/"))
    assert (zipped.hash, zipped.about.name) == (whole.hash, "EXIOBASE 2 2007, industry by industry")
    packed(tmp_path / "zip" / "mrIOT_PxP_ita_coefficient_version2.2.2.zip", mriot(VERSION))
    both = archive.open(tmp_path / "zip")
    assert exiobase2.years(both) == (2007,)
    assert exiobase2.read(both, 2007).hash == whole.hash
    assert exiobase2.read(both, 2007, system="pxp").about.name.endswith("product by product")


def test_the_version_may_stand_in_the_folder_alone(tmp_path):
    assert read(folder(tmp_path / "pxp_version2.1", mriot())).about.version == "2.1"


def test_flaws_and_other_editions_are_named(tmp_path):
    with pytest.raises(InputError, match=r"looks like EXIOBASE 1 \(mrIot\.txt\).* its reader is exiobase1"):
        exiobase2.years(archive.open(folder(tmp_path / "a", mriot())))
    with pytest.raises(InputError, match="looks like EXIOBASE 3"):
        exiobase2.years(archive.open(folder(tmp_path / "b", exiobase3("3.9.5"))))
    with pytest.raises(MissingError, match="there is no year 2000; it holds 2007"):
        exiobase2.read(archive.open(folder(tmp_path / "c", mriot(VERSION))), 2000)
    files = mriot(VERSION)
    files["mrEmissions_version2.2.2.txt"] = files["mrEmissions_version2.2.2.txt"][:-24]
    with pytest.raises(InputError, match=r"mrEmissions_version2\.2\.2\.txt line 3"):
        read(folder(tmp_path / "d", files))


def test_the_public_fixture(shared):
    """Numbers of its files over the output that follows from mrIot; its units are per million EUR."""
    (path,) = (shared / "formats" / "exiobase2").glob("*.zip")
    table = read(path)
    assert (table.about.name, table.about.version) == ("EXIOBASE 2 2007, product by product", "2.2.2")
    assert table.about.units["Land use-Arable Land"] == "km2"
    assert table.about.units["Water Consumption Blue"] == "Mm3"
    assert table.intensity.sel(stressor="Land use-Forest").values[0, 0] == pytest.approx(172.610466613172, rel=1e-12)
    spent = table.Y.values.sum(axis=(0, 1))
    direct = table.F_Y.sel(stressor="Water Consumption Blue").values
    assert direct[0, 0] == pytest.approx(0.020691687794956 * spent[0, 0], rel=1e-12)
    assert [one.check for one in table.findings if one.severity == "warning"] == ["direct-judged"]
