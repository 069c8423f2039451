"""Places to read from: a folder, a zip, a file; and what a zip must not do."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from tanheng.data import archive
from tanheng.errors import InputError

CONTENT = {"a/Z.txt": b"1\t2\n", "a/unit.txt": b"t\n", "b/Z.txt": b"3\n"}


def folder(path: Path) -> Path:
    for name, content in CONTENT.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def zipped(path: Path, content: dict[str, bytes] = CONTENT, kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as packed:
        for name, data in content.items():
            packed.writestr(name, data)
    return path


@pytest.fixture(params=["folder", "zip"])
def place(request, tmp_path) -> archive.Archive:
    made = folder(tmp_path / "f") if request.param == "folder" else zipped(tmp_path / "f.zip")
    return archive.open(made)


def test_a_folder_and_its_zip_are_alike(place):
    assert {entry.name: (entry.bytes(), entry.size) for entry in place.entries} == {
        name: (data, len(data)) for name, data in CONTENT.items()
    }
    assert [entry.name for entry in place.find("z.TXT")] == ["a/Z.txt", "b/Z.txt"]
    assert place.one("b/*.txt").bytes() == b"3\n"
    assert place.within("a").one("Z.txt").bytes() == b"1\t2\n"
    assert [entry.name for entry in place.within("a").entries] == ["a/Z.txt", "a/unit.txt"]


def test_what_is_missing_or_ambiguous_is_named(place):
    with pytest.raises(InputError, match=r"units.txt is missing; it holds no such file; did you mean unit.txt"):
        place.one("units.txt")
    with pytest.raises(InputError, match=r"2 files match Z.txt: a/Z.txt, b/Z.txt; name the folder"):
        place.one("Z.txt")


def test_the_nearest_to_the_root_is_meant(tmp_path):
    (folder(tmp_path) / "Z.txt").write_bytes(b"top")
    found = archive.open(tmp_path).named("Z.txt")
    assert found is not None
    assert found.bytes() == b"top"
    assert archive.open(tmp_path).named("z.txt") is None


def test_many_files_are_read_from_one_opening(place, monkeypatch):
    opened = []
    unpack = zipfile.ZipFile.__init__
    monkeypatch.setattr(zipfile.ZipFile, "__init__", lambda self, *args: (opened.append(args), unpack(self, *args))[1])
    assert {entry.name: content for entry, content in place.contents()} == CONTENT
    assert len(opened) == place.path.name.endswith(".zip")
    assert [content for _, content in place.contents(place.find("unit.txt"))] == [CONTENT["a/unit.txt"]]
    assert list(place.contents(())) == []


def test_a_damaged_file_among_many_is_named(tmp_path):
    content = {"a.txt": b"1" * 100, "b.txt": b"2" * 100}
    path = zipped(tmp_path / "x.zip", content, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"22222", b"22322", 1))
    read = archive.open(path).contents()
    assert next(read)[1] == content["a.txt"]
    with pytest.raises(InputError, match=r"x.zip: b.txt: is damaged"):
        next(read)


def test_a_single_file_is_a_place(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"1")
    assert [entry.name for entry in archive.open(tmp_path / "x.csv").entries] == ["x.csv"]


def test_a_zip_in_a_folder_is_opened_and_one_in_a_zip_is_not(tmp_path):
    zipped(tmp_path / "in.zip")
    place = archive.open(tmp_path)
    inside = place.inside(place.one("in.zip"))
    assert inside.one("a/Z.txt").bytes() == b"1\t2\n"
    outer = archive.open(zipped(tmp_path / "outer.zip", {"in.zip": (tmp_path / "in.zip").read_bytes()}))
    with pytest.raises(InputError, match="zip file within a zip file"):
        outer.inside(outer.one("in.zip"))


def test_what_is_not_there(tmp_path):
    (tmp_path / "IOT_2011.zip").write_bytes(b"")
    with pytest.raises(InputError, match=r"is neither a folder nor a file; did you mean IOT_2011.zip"):
        archive.open(tmp_path / "IOT_2012.zip")


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/etc/out.txt", "C:/out.txt", "..\\out.txt"])
def test_an_entry_that_leaves_the_folder_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"is refused: it leaves the folder; get the file from its publisher"):
        archive.open(zipped(tmp_path / "bad.zip", {name: b"x"}))


def test_a_link_is_refused(tmp_path):
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as packed:
        packed.writestr(info, "/etc/passwd")
    with pytest.raises(InputError, match=r"link.txt is refused: it is a link"):
        archive.open(tmp_path / "bad.zip")


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "SMALL", 1000)
    with pytest.raises(InputError, match=r"bomb.txt is refused: it expands \d+ times"):
        archive.open(zipped(tmp_path / "bad.zip", {"bomb.txt": bytes(1_000_000)}))


def test_entries_that_overlap_are_refused(tmp_path):
    path = zipped(tmp_path / "bad.zip", {"one.txt": b"x" * 1000, "two.txt": b"x" * 1000}, zipfile.ZIP_STORED)
    with zipfile.ZipFile(path, "a") as packed:  # both point to the same bytes, of which the file has fewer
        first, second = packed.infolist()
        second.header_offset, first.compress_size, second.compress_size = first.header_offset, 2000, 2000
        packed.comment = b"changed"
    with pytest.raises(InputError, match="is refused: its entries overlap"):
        archive.open(path)


def test_a_zip_that_broke_off_is_said_so(tmp_path):
    path = zipped(tmp_path / "half.zip")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"half.zip: is not a whole zip file; download it again"):
        archive.open(path)


def test_a_changed_byte_in_a_zip_is_found_when_it_is_read(tmp_path):
    path = zipped(tmp_path / "x.zip", {"x.txt": b"abcdefgh" * 100}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"abcd", b"abxd", 1))
    with pytest.raises(InputError, match=r"x.zip: x.txt: is damaged \(Bad CRC-32"):
        archive.open(path).one("x.txt").bytes()


def test_a_packing_that_is_not_known_says_what_to_do(tmp_path):
    path = zipped(tmp_path / "x.zip", {"x.txt": b"abc"}, zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    raw[8] = raw[raw.index(b"PK\x01\x02") + 10] = 9  # Deflate64, as some systems write for large files
    path.write_bytes(bytes(raw))
    with pytest.raises(InputError, match=r"cannot be unpacked here .*; unpack it with your system's own program"):
        archive.open(path).one("x.txt").bytes()


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST", 2)
    with pytest.raises(InputError, match="holds more than 2 files; name the folder of the table alone"):
        archive.open(folder(tmp_path))
