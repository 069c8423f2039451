"""Plans and downloads, against Zenodo's record layout and a server on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from data import misbehaving

from tanheng.data.fetch import Patience, Plan, download, plan
from tanheng.data.source import Download, Source
from tanheng.errors import InputError, QuestionError

SIZE = len(misbehaving.CONTENT)
QUICK = Patience(timeout=5, tries=2, pause=0)
BOTH = {"en": "register at the publisher, then run tanheng read tiny", "zh": "先在发布方注册，再运行 tanheng read tiny"}


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[misbehaving.Server]:
    with misbehaving.serve() as server:
        yield server


def source(*downloads: Download) -> Source:
    page = "https://publisher.example/tiny"
    texts: Any = dict.fromkeys(("title", "units", "price_basis", "holds", "get"), BOTH)
    return Source(
        name="tiny", publisher="Us", homepage=page, citation="Us (2020)", licence="CC BY 4.0", editions="1, 2",
        files=("*.bin",), faults=(), tested="made", downloads=downloads, **texts,
    )  # fmt: skip


def yearly(server: misbehaving.Server) -> Source:
    files = [
        Download(server.url(f"good/{year}.bin"), f"{year}.bin", (year,), SIZE, server.sha256())
        for year in (1995, 1996, 2000)
    ]
    return source(*files, Download(server.url("good/notes.txt"), "notes.txt", ()))


def names(plan: Plan) -> list[str]:
    return [item.download.name for item in plan.items]


# --- what is planned ---


def test_a_plan_says_what_is_asked_for(server: misbehaving.Server, tmp_path: Path) -> None:
    made = plan(yearly(server), tmp_path, [1996])
    assert names(made) == ["1996.bin", "notes.txt"]
    assert [item.path for item in made.items] == [tmp_path / "1996.bin", tmp_path / "notes.txt"]
    assert [item.state for item in made.items] == ["absent", "absent"]
    assert [item.hash for item in made.items] == [server.sha256(), ""]
    assert made.manual is None
    assert server.asked == []


def test_without_years_all_are_planned(server: misbehaving.Server, tmp_path: Path) -> None:
    assert names(plan(yearly(server), tmp_path)) == ["1995.bin", "1996.bin", "2000.bin", "notes.txt"]


def test_a_year_that_is_not_there(server: misbehaving.Server, tmp_path: Path) -> None:
    say = r"tiny has no files of 1997 to 1998, 2024; there are files of 1995 to 1996, 2000"
    with pytest.raises(QuestionError, match=say):
        plan(yearly(server), tmp_path, [1995, 1997, 1998, 2024])


def test_an_edition_is_chosen(tmp_path: Path) -> None:
    url = "https://publisher.example/a"
    both = source(*(Download(url, f"{edition}.zip", (2000,), edition=edition) for edition in ("3.8", "3.9")))
    assert names(plan(both, tmp_path, edition="3.9")) == ["3.9.zip"]
    assert names(plan(both, tmp_path)) == ["3.8.zip", "3.9.zip"]
    with pytest.raises(QuestionError, match=r"no edition '3\.7' to fetch; did you mean 3\.[89]"):
        plan(both, tmp_path, edition="3.7")


def test_what_is_left_to_fetch(server: misbehaving.Server, tmp_path: Path) -> None:
    tiny = yearly(server)
    (tmp_path / "1995.bin").write_bytes(server.content)
    (tmp_path / "1996.bin").write_bytes(misbehaving.OTHER)
    (tmp_path / "2000.bin.part").write_bytes(server.content[:1000])
    made = plan(tiny, tmp_path, [1995, 1996, 2000])
    assert [item.state for item in made.items] == ["whole", "differs", "begun", "absent"]
    assert made.left is None  # nobody says how long the notes are
    (tmp_path / "notes.txt").write_bytes(b"notes")
    assert plan(tiny, tmp_path).left == SIZE + (SIZE - 1000)


def test_a_source_without_downloads_says_how(tmp_path: Path) -> None:
    made = plan(source(), tmp_path, [1995])
    assert made.items == ()
    assert made.manual == BOTH
    with pytest.raises(QuestionError, match="cannot be downloaded; register at the publisher, then run tanheng read"):
        download(made)


# --- Zenodo ---


def zenodo(number: int, file: str = "a.bin", **declared: Any) -> Source:
    return source(Download(f"doi:10.5281/zenodo.{number}/{file}", "a.bin", (1995,), **declared))


def looked_up(server: misbehaving.Server, folder: Path, source: Source) -> Plan:
    return plan(source, folder, zenodo=server.base, patience=QUICK)


def test_a_record_gives_address_size_and_checksum(server: misbehaving.Server, tmp_path: Path) -> None:
    made = looked_up(server, tmp_path, zenodo(1))
    [item] = made.items
    assert item.download.url == server.url("good/a.bin")
    assert (item.download.size, item.hash, made.left) == (SIZE, server.md5(), SIZE)
    assert download(made, patience=QUICK) == (tmp_path / "a.bin",)
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert [item.state for item in looked_up(server, tmp_path, zenodo(1)).items] == ["whole"]


def test_a_record_is_asked_once(server: misbehaving.Server, tmp_path: Path) -> None:
    files = [Download("doi:10.5281/zenodo.1/a.bin", f"{n}.bin", ()) for n in range(3)]
    looked_up(server, tmp_path, source(*files))
    assert [asked.path for asked in server.asked] == ["/records/1"]


def test_what_is_whole_by_its_declared_hash_needs_no_network(server: misbehaving.Server, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(server.content)
    made = looked_up(server, tmp_path, zenodo(1, hash=server.sha256()))
    assert [item.state for item in made.items] == ["whole"]
    assert download(made) == (tmp_path / "a.bin",)
    assert server.asked == []


def test_a_plan_without_the_network_is_to_be_shown_only(server: misbehaving.Server, tmp_path: Path) -> None:
    made = plan(zenodo(1), tmp_path, resolve=False, zenodo=server.base)
    assert made.items[0].download.url == "doi:10.5281/zenodo.1/a.bin"
    assert made.left is None
    assert server.asked == []
    with pytest.raises(ValueError, match=r"without looking up a\.bin"):
        download(made)


def test_a_record_without_the_file_names_the_nearest(server: misbehaving.Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"records/1: the record has no file 'b\.bin'; did you mean a\.bin\?"):
        looked_up(server, tmp_path, zenodo(1, "b.bin"))


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_a_record_with_a_faulty_entry(server: misbehaving.Server, tmp_path: Path, number: int) -> None:
    with pytest.raises(InputError, match=rf"records/{number}: the record does not give 'a\.bin' an address, a size"):
        looked_up(server, tmp_path, zenodo(number))


@pytest.mark.parametrize("number", [6, 7, 8])
def test_a_record_without_files(server: misbehaving.Server, tmp_path: Path, number: int) -> None:
    with pytest.raises(InputError, match="does not list its files; it may be restricted"):
        looked_up(server, tmp_path, zenodo(number))


def test_a_record_that_is_no_json(server: misbehaving.Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a JSON document, it begins with '\{'"):
        looked_up(server, tmp_path, zenodo(9))


def test_an_endless_record_is_left(server: misbehaving.Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is longer than 16,777,216 bytes"):
        plan(zenodo(1), tmp_path, zenodo=server.url("endless"), patience=QUICK)


@pytest.mark.parametrize("declared", [{"size": SIZE + 1}, {"hash": "md5:" + "0" * 32}])
def test_a_record_that_contradicts_the_source(
    server: misbehaving.Server, tmp_path: Path, declared: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="is not the file that was declared"):
        looked_up(server, tmp_path, zenodo(1, **declared))


def test_a_stronger_hash_of_the_source_stands(server: misbehaving.Server, tmp_path: Path) -> None:
    made = looked_up(server, tmp_path, zenodo(1, hash=server.sha256()))
    assert made.items[0].hash == server.sha256()


# --- downloads ---


def test_all_files_come_in_order_and_then_no_more(server: misbehaving.Server, tmp_path: Path) -> None:
    tiny, folder = yearly(server), tmp_path / "downloads" / "tiny"
    paths = download(plan(tiny, folder), patience=QUICK)
    assert [path.name for path in paths] == ["1995.bin", "1996.bin", "2000.bin", "notes.txt"]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*(p.name for p in paths), "notes.txt.sha256"])
    server.asked.clear()
    again = plan(tiny, folder)
    assert again.left == 0
    assert download(again, patience=QUICK) == paths
    assert server.asked == []


def test_a_changed_byte_is_found_and_mended(server: misbehaving.Server, tmp_path: Path) -> None:
    tiny = yearly(server)
    paths = download(plan(tiny, tmp_path), patience=QUICK)
    for path in (paths[0], paths[-1]):  # one with a declared hash, one with its own
        with path.open("r+b") as file:
            file.write(bytes([path.read_bytes()[0] ^ 1]))
    made = plan(tiny, tmp_path)
    assert [item.state for item in made.items] == ["differs", "whole", "whole", "differs"]
    download(made, patience=QUICK)
    assert [item.state for item in plan(tiny, tmp_path).items] == ["whole"] * 4


def test_a_hash_from_another_machine_is_held_to(server: misbehaving.Server, tmp_path: Path) -> None:
    notes = source(Download(server.url("good/notes.txt"), "notes.txt", ()))
    other = hashlib.sha256(misbehaving.OTHER).hexdigest()
    (tmp_path / "notes.txt.sha256").write_text(f"{other}  notes.txt\n")
    with pytest.raises(InputError) as caught:
        download(plan(notes, tmp_path), patience=QUICK)
    assert f"expected sha256:{other}, got {server.sha256()}" in str(caught.value)
    assert "remove notes.txt.sha256; look at https://publisher.example/tiny" in caught.value.hint
    (tmp_path / "notes.txt.sha256").unlink()
    download(plan(notes, tmp_path), patience=QUICK)
    assert (tmp_path / "notes.txt").read_bytes() == server.content


@pytest.mark.parametrize("line", ["", "abc  notes.txt\n", "0" * 64 + "  other.txt\n"])
def test_a_hash_file_that_says_something_else(server: misbehaving.Server, tmp_path: Path, line: str) -> None:
    (tmp_path / "notes.txt.sha256").write_text(line)
    with pytest.raises(InputError, match=r"notes\.txt\.sha256:1: does not hold the SHA-256 of the file beside it"):
        plan(yearly(server), tmp_path)


def test_one_failure_keeps_the_files_before_it(server: misbehaving.Server, tmp_path: Path) -> None:
    good = Download(server.url("good/a.bin"), "a.bin", (), SIZE, server.md5())
    gone = Download(server.url("status/b.bin", code=404), "b.bin", ())
    with pytest.raises(InputError, match=r"answers with 404 .*look at https://publisher\.example/tiny"):
        download(plan(source(good, gone), tmp_path), patience=QUICK)
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
