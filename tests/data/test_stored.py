"""Stored tables: what was written is what is opened, whole or not at all, and a changed byte is found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_tables import contents
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.data import archive, store, stored
from tanheng.data.findings import with_findings
from tanheng.data.readers import plain
from tanheng.errors import InputError, MissingError, QuestionError
from tanheng.systems.finding import found
from tanheng.systems.table import Table


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def of_year(table: Table, year: int) -> Table:
    return table.replace(about=type(table.about)(**(vars(table.about) | {"year": year})))


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_what_is_stored_is_what_is_opened(tmp_path_factory, seed):
    table = random_table(seed)
    folder = tmp_path_factory.mktemp("s")
    noted = with_findings(table, found("converted", "note", "Z", part="Z", given="thousand USD", held="million USD"))
    stored.write(noted, folder, stored.Origin(reader="made", place="test"), noted.findings)
    back = stored.read(archive.Archive(folder, ()), table.year)
    for name in ("Z", "Y", "F", "F_Y", "V"):
        one, two = getattr(table, name), getattr(back, name)
        assert (one is None and two is None) or one.identical(two)
    assert back.about == table.about
    assert back.hash == table.hash
    assert back.findings == noted.findings
    assert np.array_equal(back.x, table.x)
    assert not stored.verified(back)
    assert accounts.consumption(back).equals(accounts.consumption(table))


def test_several_years_are_one_store(home):
    for year in (2013, 2011, 2012):
        store.put(of_year(kitzes(), year), "mine", "test")
    opened = store.open("mine")
    assert opened.years == (2011, 2012, 2013)
    assert [table.year for table in opened] == [2011, 2012, 2013]
    assert store.names() == ("world", "mine")
    assert store.open(home / "tables" / "mine").years == (2011, 2012, 2013)


def test_a_year_written_anew_replaces_the_old_one(home):
    store.put(kitzes(), "mine", "test")
    before = store.open("mine")[2013]
    store.put(kitzes().replace(F=kitzes().F * 2), "mine", "test")
    assert accounts.total(accounts.production(store.open("mine")[2013])) == 24
    assert accounts.total(accounts.production(before)) == 12  # a table that is open stays as it was
    assert len(list((home / "tables" / "mine").iterdir())) == 1


WRITER = """
import sys, os, signal
from pathlib import Path
import numpy as np
sys.path.insert(0, {tests!r})
from tables import kitzes
from tanheng.data import store
write = np.save
def save(path, array):
    write(path, array)
    if Path(path).name == {at!r}:
        os.kill(os.getpid(), signal.SIGKILL)
np.save = save
store.put(kitzes().replace(F=kitzes().F * 2), "mine", "test")
"""


@pytest.mark.parametrize("at", ["Z.npy", "gross_columns.npy"])
def test_a_killed_write_leaves_the_old_state(home, at):
    store.put(kitzes(), "mine", "test")
    script = WRITER.format(tests=str(Path(__file__).parents[1]), at=at)
    killed = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert accounts.total(accounts.production(store.open("mine")[2013])) == 12
    assert not store.findings(store.open("mine"), 2013, verify=True)


def test_what_a_killed_write_left_is_swept_once_it_is_old(home):
    store.put(kitzes(), "mine", "test")
    left = home / "tables" / "mine" / ".2013-0a0b0c0d-11112222"
    left.mkdir()
    store.put(kitzes(), "mine", "test")
    assert left.is_dir()  # another process may still be at it
    os.utime(left, (1, 1))
    store.put(kitzes(), "mine", "test")
    assert not left.exists()


def test_a_full_disk_leaves_the_old_state(home, monkeypatch):
    store.put(kitzes(), "mine", "test")
    before = contents(home)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(InputError, match="cannot be written \\(No space left on device\\)"):
        store.put(kitzes().replace(F=kitzes().F * 2), "mine", "test")
    assert contents(home) == before


@pytest.mark.parametrize("name", ["Z.npy", "Y.npy", "F.npy", "rows.npy", "gross_columns.npy"])
def test_a_changed_byte_is_found_by_check(name):
    store.put(kitzes(), "mine", "test")
    file = stored.folder_of(store.open("mine").place.path, 2013) / name
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)
    assert store.findings(store.open("mine"), 2013, verify=True)[0].check == "bytes-changed"


def test_a_changed_label_is_found_by_check():
    store.put(kitzes(), "mine", "test")
    file = stored.folder_of(store.open("mine").place.path, 2013) / stored.MANIFEST
    text = json.loads(file.read_text())
    text["labels"]["stressor"], text["about"]["units"] = ["CH4"], {"CH4": "t"}
    file.write_text(json.dumps(text))
    assert [one.check for one in store.findings(store.open("mine"), 2013, verify=True)] == ["bytes-changed"]


def test_files_that_do_not_fit_the_manifest_are_refused_at_opening():
    store.put(kitzes(), "mine", "test")
    folder = stored.folder_of(store.open("mine").place.path, 2013)
    np.save(folder / "F.npy", np.zeros((2, 2)))
    with pytest.raises(InputError, match=r"F.npy: is not of the shape that the manifest says; read it from its source"):
        store.open("mine")[2013]
    (folder / "F.npy").write_bytes((folder / "Z.npy").read_bytes()[:100])
    with pytest.raises(InputError, match=r"F.npy: (is damaged|cannot be read)"):
        store.open("mine")[2013]
    (folder / "F.npy").unlink()
    with pytest.raises(InputError, match=r"F.npy: cannot be read \(No such file"):
        store.open("mine")[2013]


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}', "[1]"])
def test_what_is_no_manifest_says_so(text):
    store.put(kitzes(), "mine", "test")
    folder = stored.folder_of(store.open("mine").place.path, 2013)
    (folder / stored.MANIFEST).write_text(text)
    with pytest.raises(InputError, match=r"manifest.json: is no manifest of this version of tanheng"):
        store.open("mine")[2013]


def test_reading_a_source_keeps_what_can_be_read(tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    plain.write(kitzes(), good)
    plain.write(of_year(kitzes(), 2014), bad)
    (bad / "Z.csv").write_text("")

    class Two:
        SOURCE = plain.SOURCE

        def years(self, place: archive.Archive) -> tuple[int, ...]:
            return (2013, 2014)

        def read(self, place: archive.Archive, year: int, **options: str) -> Table:
            return plain.read(archive.open(good if year == 2013 else bad), year)

    with pytest.raises(InputError, match=r"Z\.csv: is empty"):
        store.add(Two(), tmp_path, name="two")
    assert store.open("two").years == (2013,)


def test_names_and_years_that_are_none(tmp_path):
    plain.write(kitzes(), tmp_path / "k")
    with pytest.raises(QuestionError, match="'world' is the embedded table"):
        store.add(plain, tmp_path / "k", name="world")
    with pytest.raises(QuestionError, match=r"'\.\./up' is no name for a stored table"):
        store.add(plain, tmp_path / "k", name="../up")
    with pytest.raises(MissingError, match="there is no year 2020; it holds 2013"):
        store.add(plain, tmp_path / "k", years=[2020])
    with pytest.raises(QuestionError, match="plain has no option 'model'; it has none"):
        store.add(plain, tmp_path / "k", options={"model": "D"})
    with pytest.raises(QuestionError, match="there is no stored table 'mine'"):
        store.remove("mine")


def test_removing_a_year_and_a_table(home):
    for year in (2012, 2013):
        store.put(of_year(kitzes(), year), "mine", "test")
    store.remove("mine", 2012)
    assert store.open("mine").years == (2013,)
    store.remove("mine")
    assert store.names() == ("world",)


def test_opening_maps_and_does_not_read(monkeypatch):
    """Nothing but heads is read at opening: arrays are views of mapped files, and no sum is formed."""
    store.put(kitzes(), "mine", "test")
    monkeypatch.setattr("tanheng.kernels.leontief.margins", lambda Z: pytest.fail("Z was read"))
    table = store.open("mine")[2013]
    base = table.Z.values
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    assert table.x.values.sum() == 28  # 16 + 12, from the stored sums
