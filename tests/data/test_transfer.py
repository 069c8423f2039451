"""Transfers from a server that gets everything wrong; addresses are of this machine alone."""

from __future__ import annotations

import io
import shutil
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests
from data import misbehaving
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.data.http import Patience
from tanheng.data.transfer import Wanted, transfer
from tanheng.errors import InputError

SIZE = len(misbehaving.CONTENT)
QUICK = Patience(timeout=5, tries=3, pause=0)


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[misbehaving.Server]:
    with misbehaving.serve() as server:
        yield server


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class StoppedError(Exception):
    """Somebody pulls the plug."""


def stop_after(count: int, done_least: int = 1):
    def progress(name: str, done: int, total: int) -> None:
        if done >= done_least:
            calls.append(done)
        if len(calls) >= count:
            raise StoppedError

    calls: list[int] = []
    return progress


# --- a good server ---


def test_a_file_comes_whole_and_alone(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("good/a.bin"), tmp_path / "new" / "a.bin", SIZE, server.md5())
    assert transfer(wanted, patience=QUICK) == wanted.path
    assert wanted.path.read_bytes() == server.content
    assert names(wanted.path.parent) == ["a.bin"]


def test_progress_counts_bytes_up_to_the_whole(server: misbehaving.Server, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    transfer(Wanted(server.url("good/a.bin"), tmp_path / "a.bin"), lambda *step: seen.append(step), QUICK)
    assert seen[-1] == ("a.bin", SIZE, SIZE)
    assert [done for _, done, _ in seen] == sorted({done for _, done, _ in seen})


def test_without_a_declared_hash_the_found_one_is_kept(server: misbehaving.Server, tmp_path: Path) -> None:
    transfer(Wanted(server.url("good/a.bin"), tmp_path / "a.bin"), patience=QUICK)
    assert names(tmp_path) == ["a.bin", "a.bin.sha256"]
    # the line that sha256sum writes: digits, two blanks, name
    assert (tmp_path / "a.bin.sha256").read_text() == f"{server.sha256().removeprefix('sha256:')}  a.bin\n"


@pytest.mark.parametrize("path", ["unannounced", "chunked"])
def test_no_length_is_no_obstacle(server: misbehaving.Server, tmp_path: Path, path: str) -> None:
    totals = set()
    wanted = Wanted(server.url(f"{path}/a.bin"), tmp_path / "a.bin", hash=server.sha256())
    transfer(wanted, lambda name, done, total: totals.add(total), QUICK)
    assert wanted.path.read_bytes() == server.content
    assert totals == {0}


def test_bytes_are_kept_as_they_are_published(server: misbehaving.Server, tmp_path: Path) -> None:
    transfer(Wanted(server.url("good/a.bin"), tmp_path / "a.bin"), patience=QUICK)
    assert server.asked[0].headers["Accept-Encoding"] == "identity"
    assert server.asked[0].headers["User-Agent"].startswith("tanheng/")


# --- what breaks off goes on ---


def test_a_broken_connection_goes_on_where_it_broke(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("breaks_once/a.bin", after=100_000), tmp_path / "a.bin", SIZE, server.md5())
    transfer(wanted, patience=QUICK)
    assert wanted.path.read_bytes() == server.content
    assert server.ranges == [None, "bytes=100000-"]
    assert server.sent == SIZE
    assert names(tmp_path) == ["a.bin"]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 120_000), max_size=4), st.booleans())
def test_wherever_it_breaks_the_file_is_the_same(breaks: list[int], declared: bool) -> None:
    with misbehaving.serve() as server, TemporaryDirectory() as folder:
        url = server.url("breaks_at/a.bin", at=",".join(map(str, breaks)))
        wanted = Wanted(url, Path(folder, "a.bin"), SIZE if declared else None, server.md5() if declared else "")
        transfer(wanted, patience=Patience(tries=5, pause=0))
        assert wanted.path.read_bytes() == server.content


def test_one_who_is_stopped_fetches_only_the_rest(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("good/a.bin"), tmp_path / "a.bin", SIZE, server.md5())
    with pytest.raises(StoppedError):
        transfer(wanted, stop_after(2), QUICK)
    assert names(tmp_path) == ["a.bin.part", "a.bin.part.json"]
    here = wanted.part.stat().st_size
    assert 0 < here < SIZE
    assert wanted.part.read_bytes() == server.content[:here]
    transfer(wanted, patience=QUICK)
    assert wanted.path.read_bytes() == server.content
    assert server.ranges == [None, f"bytes={here}-"]
    assert server.asked[1].sent == SIZE - here
    assert names(tmp_path) == ["a.bin"]


def test_one_who_is_stopped_at_the_last_byte_fetches_nothing(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("good/a.bin"), tmp_path / "a.bin")
    with pytest.raises(StoppedError):
        transfer(wanted, stop_after(1, SIZE), QUICK)
    transfer(wanted, patience=QUICK)
    assert wanted.path.read_bytes() == server.content
    assert len(server.asked) == 1


def test_a_server_that_always_breaks_ends_in_an_error_and_a_part(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("breaks/a.bin", after=70_000), tmp_path / "a.bin", SIZE, server.md5())
    with pytest.raises(InputError, match=r"breaks off after|breaks off \(3 tries\).*run the same again"):
        transfer(wanted, patience=QUICK)
    assert wanted.part.stat().st_size == 210_000
    transfer(wanted, patience=QUICK)  # 90,000 bytes are left, which two tries bring
    assert wanted.path.read_bytes() == server.content


def test_a_changed_file_starts_anew(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("changes/a.bin", after=100_000), tmp_path / "a.bin")
    transfer(wanted, patience=QUICK)
    assert server.asked[1].headers["If-Range"] == '"1"'
    assert wanted.path.read_bytes() == misbehaving.OTHER


def test_a_changed_file_is_noticed_where_the_server_ignores_if_range(
    server: misbehaving.Server, tmp_path: Path
) -> None:
    wanted = Wanted(server.url("changes_unsaid/a.bin", after=100_000), tmp_path / "a.bin")
    transfer(wanted, patience=QUICK)
    assert server.ranges == [None, "bytes=100000-", None]
    assert wanted.path.read_bytes() == misbehaving.OTHER


def test_a_weak_etag_gives_way_to_the_date(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("dated/a.bin", after=100_000), tmp_path / "a.bin")
    transfer(wanted, patience=QUICK)
    assert server.asked[1].headers["If-Range"] == "Wed, 21 Oct 2015 07:28:00 GMT"
    assert wanted.path.read_bytes() == server.content


@pytest.mark.parametrize("path", ["rangeless", "shrinks"])
def test_a_server_without_ranges_starts_anew(server: misbehaving.Server, tmp_path: Path, path: str) -> None:
    wanted = Wanted(server.url(f"{path}/a.bin", after=100_000), tmp_path / "a.bin", SIZE, server.md5())
    transfer(wanted, patience=QUICK)
    assert server.ranges[:2] == [None, "bytes=100000-"]
    assert wanted.path.read_bytes() == server.content


def test_without_version_and_hash_nothing_is_continued(server: misbehaving.Server, tmp_path: Path) -> None:
    transfer(Wanted(server.url("unmarked/a.bin", after=100_000), tmp_path / "a.bin"), patience=QUICK)
    assert server.ranges == [None, None]


def test_without_version_a_hash_is_enough_to_continue(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("unmarked/a.bin", after=100_000), tmp_path / "a.bin", hash=server.sha256())
    transfer(wanted, patience=QUICK)
    assert server.ranges == [None, "bytes=100000-"]


@pytest.mark.parametrize("note", ["", "{", "[1]", '{"url": "http://elsewhere/a.bin", "validator": "x", "size": 9}'])
def test_a_part_of_something_else_is_not_continued(server: misbehaving.Server, tmp_path: Path, note: str) -> None:
    wanted = Wanted(server.url("good/a.bin"), tmp_path / "a.bin", SIZE, server.md5())
    wanted.part.write_bytes(misbehaving.OTHER[:1000])
    wanted.note.write_text(note)
    transfer(wanted, patience=QUICK)
    assert server.ranges == [None]
    assert names(tmp_path) == ["a.bin"]


# --- lies about length ---


def test_more_announced_than_sent(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("announces/a.bin", bytes=SIZE + 1), tmp_path / "a.bin")
    with pytest.raises(InputError, match="breaks off"):
        transfer(wanted, patience=QUICK)
    assert not wanted.path.exists()


@pytest.mark.parametrize("announced", [SIZE - 1, SIZE + 1])
def test_another_length_announced_than_declared(server: misbehaving.Server, tmp_path: Path, announced: int) -> None:
    wanted = Wanted(server.url("announces/a.bin", bytes=announced), tmp_path / "a.bin", SIZE, server.md5())
    with pytest.raises(InputError, match=f"announces {announced:,} bytes of a.bin, 300,000 are declared"):
        transfer(wanted, patience=QUICK)
    assert names(tmp_path) == []
    assert len(server.asked) == 1


def test_less_announced_than_the_hash_is_of(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("announces/a.bin", bytes=SIZE - 1), tmp_path / "a.bin", hash=server.sha256())
    with pytest.raises(InputError, match=f"expected {server.sha256()}, got sha256:"):
        transfer(wanted, patience=QUICK)
    assert names(tmp_path) == []


@pytest.mark.parametrize("path", ["unannounced", "chunked"])
def test_less_sent_than_declared(server: misbehaving.Server, tmp_path: Path, path: str) -> None:
    wanted = Wanted(server.url(f"{path}/a.bin", after=100_000), tmp_path / "a.bin", SIZE, server.md5())
    with pytest.raises(InputError, match="breaks off"):
        transfer(wanted, patience=QUICK)
    assert not wanted.path.exists()


@pytest.mark.parametrize("path", ["unannounced", "endless"])
def test_never_more_on_disk_than_declared(server: misbehaving.Server, tmp_path: Path, path: str) -> None:
    wanted = Wanted(server.url(f"{path}/a.bin"), tmp_path / "a.bin", SIZE - 1)
    longest = 0

    def measure(name: str, done: int, total: int) -> None:
        nonlocal longest
        longest = max(longest, wanted.part.stat().st_size)

    with pytest.raises(InputError, match="sends more than the 299,999 bytes declared"):
        transfer(wanted, measure, QUICK)
    assert longest < SIZE
    assert names(tmp_path) == []


def test_a_zip_without_its_end_is_cut_off(server: misbehaving.Server, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Z.csv", server.content)
    server.content = buffer.getvalue()
    whole = Wanted(server.url("unannounced/a.zip"), tmp_path / "a.zip")
    transfer(whole, patience=QUICK)
    cut = Wanted(server.url("unannounced/b.zip", after=200_000), tmp_path / "b.zip")
    with pytest.raises(InputError, match=r"b\.zip does not end as a \.zip file does"):
        transfer(cut, patience=QUICK)
    assert names(tmp_path) == ["a.zip", "a.zip.sha256"]


def test_an_empty_file_is_none(server: misbehaving.Server, tmp_path: Path) -> None:
    server.content = b""
    with pytest.raises(InputError, match="is empty"):
        transfer(Wanted(server.url("unannounced/a.zip"), tmp_path / "a.zip"), patience=QUICK)
    assert names(tmp_path) == []


# --- wrong bytes ---


def test_wrong_bytes_are_removed_and_what_was_there_stays(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("good/a.bin"), tmp_path / "a.bin", SIZE, server.md5(), "look at the homepage")
    wanted.path.write_bytes(b"older")
    server.content = misbehaving.OTHER
    with pytest.raises(InputError) as caught:
        transfer(wanted, patience=QUICK)
    assert f"expected {wanted.hash}, got {server.md5()}" in str(caught.value)
    assert "look at the homepage" in caught.value.hint
    assert names(tmp_path) == ["a.bin"]
    assert wanted.path.read_bytes() == b"older"


@pytest.mark.parametrize("name", ["a.zip", "a.csv", "a.txt"])
def test_a_page_that_asks_to_log_in_is_no_file(server: misbehaving.Server, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"answers with a web page instead of {name}; it may ask to log in"):
        transfer(Wanted(server.url(f"page/{name}"), tmp_path / name, SIZE, server.md5()), patience=QUICK)
    assert names(tmp_path) == []


def test_a_page_leaves_the_part_that_was_there(server: misbehaving.Server, tmp_path: Path) -> None:
    wanted = Wanted(server.url("page_once/a.bin", after=100_000), tmp_path / "a.bin", SIZE, server.md5())
    with pytest.raises(InputError, match="web page"):
        transfer(wanted, patience=QUICK)
    assert wanted.part.read_bytes() == server.content[:100_000]


def test_other_bytes_than_of_its_kind_are_shown(server: misbehaving.Server, tmp_path: Path) -> None:
    server.content = b'{"message": "not for you"}'
    with pytest.raises(InputError, match=r"sends no \.zip file, it begins with .*message"):
        transfer(Wanted(server.url("good/a.zip"), tmp_path / "a.zip"), patience=QUICK)


# --- states and redirects ---


@pytest.mark.parametrize(("code", "say"), [(404, "Not Found"), (410, "Gone"), (403, "register"), (401, "register")])
def test_a_refusal_is_final(server: misbehaving.Server, tmp_path: Path, code: int, say: str) -> None:
    with pytest.raises(InputError, match=rf"answers with {code} .*{say}"):
        transfer(Wanted(server.url("status/a.bin", code=code), tmp_path / "a.bin"), patience=QUICK)
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_failure_that_passes(server: misbehaving.Server, tmp_path: Path, code: int) -> None:
    transfer(Wanted(server.url("status_once/a.bin", code=code), tmp_path / "a.bin"), patience=QUICK)
    assert (tmp_path / "a.bin").read_bytes() == server.content


def test_a_failure_that_stays(server: misbehaving.Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"answers with 500 .* \(3 tries\)"):
        transfer(Wanted(server.url("status/a.bin", code=500), tmp_path / "a.bin"), patience=QUICK)
    assert len(server.asked) == 3


def test_waits_double_and_heed_the_server(
    server: misbehaving.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    patience = Patience(tries=4, pause=1.5)
    monkeypatch.setattr("tanheng.data.http.time.sleep", waits.append)
    with pytest.raises(InputError):
        transfer(Wanted(server.url("status/a.bin", code=503), tmp_path / "a.bin"), patience=patience)
    assert waits == [1.5, 3.0, 6.0]
    waits.clear()
    for wait in (20, 100_000):
        url = server.url(f"status_once/{wait}.bin", code=429, wait=wait)
        transfer(Wanted(url, tmp_path / "a.bin"), patience=patience)
    assert waits == [20.0, 60.0]  # a minute is the longest that is waited


def test_a_redirect_is_followed(server: misbehaving.Server, tmp_path: Path) -> None:
    for target in (server.url("good/a.bin"), "/good/a.bin"):
        transfer(Wanted(server.url("redirects/a.bin", to=target), tmp_path / "a.bin", SIZE, server.md5()), None, QUICK)
        assert (tmp_path / "a.bin").read_bytes() == server.content


def test_redirects_in_a_ring_end(server: misbehaving.Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="redirects more than 5 times"):
        transfer(Wanted(server.url("ring/a.bin"), tmp_path / "a.bin"), patience=QUICK)
    assert len(server.asked) == 6  # the first and five more


@pytest.mark.parametrize("scheme", ["file", "ftp", "data"])
def test_a_redirect_out_of_the_web_is_refused(server: misbehaving.Server, tmp_path: Path, scheme: str) -> None:
    with pytest.raises(InputError, match=f"redirects to {scheme}:.*, which is not as safe"):
        transfer(Wanted(server.url("redirects/a.bin", to=f"{scheme}:///a.bin"), tmp_path / "a.bin"), patience=QUICK)


def test_a_redirect_from_https_to_http_is_refused(
    server: misbehaving.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get(session: requests.Session, url: str, **options: object) -> requests.Response:
        response = requests.Response()
        response.status_code, response.raw = 302, io.BytesIO()
        response.headers["Location"] = server.url("good/a.bin")
        return response

    monkeypatch.setattr(requests.Session, "get", get)
    with pytest.raises(InputError, match=r"redirects to http://.*, which is not as safe"):
        transfer(Wanted("https://publisher.example/a.bin", tmp_path / "a.bin"), patience=QUICK)
    assert server.asked == []


@pytest.mark.parametrize("scheme", ["file", "ftp"])
def test_only_web_addresses_are_asked(tmp_path: Path, scheme: str) -> None:
    with pytest.raises(InputError, match="is no web address"):
        transfer(Wanted(f"{scheme}:///a.bin", tmp_path / "a.bin"), patience=QUICK)


# --- time ---


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, and listening to nobody
        taken.bind(("127.0.0.1", 0))
        wanted = Wanted(f"http://127.0.0.1:{taken.getsockname()[1]}/a.bin", tmp_path / "a.bin")
        with pytest.raises(InputError, match=r"cannot be reached \(3 tries\); look at the connection and the proxy"):
            transfer(wanted, patience=QUICK)


def test_a_silent_server_is_not_waited_for(server: misbehaving.Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"does not answer in 0\.1 seconds \(2 tries\)"):
        transfer(Wanted(server.url("silent/a.bin"), tmp_path / "a.bin"), patience=Patience(0.1, tries=2, pause=0))


def test_a_server_that_drips_is_left(server: misbehaving.Server, tmp_path: Path) -> None:
    # a byte comes every 0.02 s, so that no single wait is long, at no more than 50 bytes a second
    with pytest.raises(InputError, match=r"sends less than 1000 bytes a second \(2 tries\)"):
        transfer(Wanted(server.url("drips/a.bin"), tmp_path / "a.bin"), patience=Patience(0.2, tries=2, pause=0))
    assert not (tmp_path / "a.bin").exists()


def test_a_server_that_stops_is_left(server: misbehaving.Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sends nothing for 0\.1 seconds"):
        transfer(Wanted(server.url("stops/a.bin"), tmp_path / "a.bin"), patience=Patience(0.1, tries=1, pause=0))
    assert (tmp_path / "a.bin.part").read_bytes() == server.content[:100_000]


def test_a_server_that_does_not_prove_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def get(session: requests.Session, url: str, **options: object) -> requests.Response:
        raise requests.exceptions.SSLError("certificate verify failed")

    monkeypatch.setattr(requests.Session, "get", get)
    with pytest.raises(InputError, match="does not prove who it is"):
        transfer(Wanted("https://publisher.example/a.bin", tmp_path / "a.bin"), patience=QUICK)


# --- the disk ---


def test_a_full_disk_keeps_what_has_come(server: misbehaving.Server, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="only Unix limits the size of files")
    wanted = Wanted(server.url("good/a.bin"), tmp_path / "a.bin", SIZE, server.md5())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    try:
        with pytest.raises(InputError, match=r"a\.bin\.part: cannot be written \(File too large\); make room"):
            transfer(wanted, patience=QUICK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert wanted.part.read_bytes() == server.content[:150_000]
    transfer(wanted, patience=QUICK)
    assert server.ranges == [None, "bytes=150000-"]
    assert wanted.path.read_bytes() == server.content


def test_what_has_no_room_is_not_begun(
    server: misbehaving.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr("tanheng.data.transfer.shutil.disk_usage", lambda folder: usage)
    with pytest.raises(InputError, match="needs 300,000 bytes more, 1,000 are free; make room"):
        transfer(Wanted(server.url("good/a.bin"), tmp_path / "a.bin"), patience=QUICK)


def test_a_folder_that_cannot_be_made(server: misbehaving.Server, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        transfer(Wanted(server.url("good/a.bin"), tmp_path / "file" / "a.bin"), patience=QUICK)
    assert server.asked == []
