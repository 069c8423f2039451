"""One file over HTTP: continued where it broke off, verified, and put in its place whole or not at all.

While it comes, a file is NAME.part, and NAME.part.json says of what address and version it is a part (RFC 9110: Range,
If-Range, ETag).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import cast

import requests

from tanheng import files
from tanheng.data.http import BrokenError, Patience, ask, incoming, open_session, persist, require_web, shown
from tanheng.errors import InputError

Progress = Callable[[str, int, int], None]
"""Called with the file's name, the bytes that are here and the bytes in all (0 when nobody says)."""

_CONTENT_RANGE = re.compile(r"bytes (?P<start>\d+)-\d+/(?P<total>\d+|\*)")
_HEAD = 512  # bytes looked at before the first is written
_AGAIN = "look at the connection and the proxy and run the same again: it goes on where it broke off"
_BEGINS = {  # how files of a kind begin, by their formats' specifications
    ".zip": b"PK",
    ".xlsx": b"PK",
    ".xlsb": b"PK",
    ".gz": b"\x1f\x8b",
    ".bz2": b"BZh",
    ".xz": b"\xfd7zXZ\x00",
    ".7z": b"7z\xbc\xaf\x27\x1c",
    ".rar": b"Rar!",
}


@dataclass(frozen=True)
class Wanted:
    """One file: where it is, where it goes, and what its publisher says of it beforehand."""

    url: str
    path: Path
    size: int | None = None
    hash: str = ""
    way_out: str = "get it by hand from the publisher's page"
    """What to do where the server will not give it."""

    @property
    def part(self) -> Path:
        """Where it is while it comes."""
        return self.path.with_name(self.path.name + ".part")

    @property
    def note(self) -> Path:
        """Of what the part is a part."""
        return self.path.with_name(self.path.name + ".part.json")


@dataclass(frozen=True)
class _Note:
    url: str
    validator: str | None  # a strong ETag, or a Last-Modified date
    size: int | None


def transfer(wanted: Wanted, progress: Progress | None = None, patience: Patience | None = None) -> Path:
    """Bring the file to its path, whole and verified; a path that is taken is replaced at the very end.

    Where no hash is declared, the SHA-256 that was found is left beside it in NAME.sha256, in the form that sha256sum
    writes and checks. Raises InputError for what the server or the disk does not do.
    """
    patience = patience or Patience()
    require_web(wanted.url)
    files.folder(wanted.path.parent)
    with open_session() as session:
        persist(lambda: _receive(session, wanted, progress, patience), wanted.url, patience, _AGAIN)
    return _finish(wanted)


def digest(path: Path, algorithm: str = "sha256") -> str:
    """``ALGORITHM:HEX`` of a file's bytes, in the form of a declared hash."""
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def hash_file(path: Path) -> Path:
    """Where the SHA-256 of a file without a declared hash is kept."""
    return path.with_name(path.name + ".sha256")


def _receive(session: requests.Session, wanted: Wanted, progress: Progress | None, patience: Patience) -> None:
    """Bring the part to its full length, from where it is."""
    note, begun = _begun(wanted)
    if note and begun and begun == (note.size if wanted.size is None else wanted.size):
        return  # it was stopped between its last byte and its verification
    with ask(session, wanted.url, _range(note, begun), patience, wanted.way_out) as response:
        if note and response.status_code == 206 and _continues(response, note, begun):
            limit = _limit(wanted, response)
            mode, chunks = "ab", incoming(response, patience)
        elif response.status_code == 200:
            begun = 0
            chunks = incoming(response, patience)
            head = _head(chunks)
            _require_kind(wanted, response, head)
            limit = _limit(wanted, response)
            with _on_disk(wanted.part):
                _drop(wanted)
                _write_note(wanted, response)
            mode, chunks = "wb", chain([head], chunks)
        else:
            _drop(wanted)
            raise BrokenError("does not go on where it broke off")
        _require_space(wanted, limit, begun)
        _write(wanted, mode, chunks, begun, limit, progress)


def _write(
    wanted: Wanted, mode: str, chunks: Iterable[bytes], done: int, limit: int | None, progress: Progress | None
) -> None:
    with _on_disk(wanted.part):
        file = cast(io.FileIO, wanted.part.open(mode, buffering=0))  # what is written is there, whatever ends us
    with file:
        for chunk in chunks:
            if limit is not None and done + len(chunk) > limit:
                _drop(wanted)
                raise InputError(
                    f"sends more than the {limit:,} bytes declared", where=wanted.url, hint=f"removed; {wanted.way_out}"
                )
            rest = memoryview(chunk)
            with _on_disk(wanted.part):
                while rest:
                    rest = rest[file.write(rest) :]
            done += len(chunk)
            if progress:
                progress(wanted.path.name, done, limit or 0)
    if limit is not None and done < limit:
        raise BrokenError(f"breaks off after {done:,} of {limit:,} bytes")


def _finish(wanted: Wanted) -> Path:
    """Verify the part and put it in its place."""
    with _on_disk(wanted.part):
        algorithm = wanted.hash.partition(":")[0] or "sha256"
        found = digest(wanted.part, algorithm)
        if fault := _fault(wanted, found):
            _drop(wanted)
            hint = f"removed; run the same again, and if it comes again {wanted.way_out}"
            raise InputError(fault, where=wanted.url, hint=hint)
        if not wanted.hash:
            with files.whole(hash_file(wanted.path)) as beside:
                beside.write_text(f"{found.partition(':')[2]}  {wanted.path.name}\n", encoding="utf-8")
        with wanted.part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(wanted.part, wanted.path)
        wanted.note.unlink(missing_ok=True)
    return wanted.path


def _fault(wanted: Wanted, found: str) -> str:
    """What is wrong with the bytes that came, or nothing."""
    size = wanted.part.stat().st_size
    if wanted.size is not None and size != wanted.size:
        return f"{wanted.path.name} has {size:,} bytes, {wanted.size:,} are declared"
    if wanted.hash and found != wanted.hash:
        return f"{wanted.path.name} has other bytes than its publisher declares: expected {wanted.hash}, got {found}"
    if wanted.size is None and not size:
        return f"{wanted.path.name} is empty"
    if _BEGINS.get(wanted.path.suffix.lower()) == b"PK" and not zipfile.is_zipfile(wanted.part):
        return f"{wanted.path.name} does not end as a {wanted.path.suffix} file does: it is cut off"
    return ""


def _begun(wanted: Wanted) -> tuple[_Note | None, int]:
    """Of what there is a part, and its bytes; a part that cannot be told to belong to the file is removed."""
    with _on_disk(wanted.part):
        note = _read_note(wanted)
        begun = wanted.part.stat().st_size if wanted.part.is_file() else 0
        if note and note.url == wanted.url and begun:
            size = note.size if wanted.size is None else wanted.size
            if begun == size or ((note.validator or wanted.hash) and (size is None or begun < size)):
                return note, begun
        _drop(wanted)
    return None, 0


def _read_note(wanted: Wanted) -> _Note | None:
    try:
        note = _Note(**json.loads(wanted.note.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):  # none, or cut off as it was written
        return None
    return note


def _write_note(wanted: Wanted, response: requests.Response) -> None:
    etag = response.headers.get("ETag", "")
    strong = etag if etag.startswith('"') else ""  # a weak one does not promise the same bytes
    note = _Note(wanted.url, strong or response.headers.get("Last-Modified"), _total(response))
    wanted.note.write_text(json.dumps(asdict(note)), encoding="utf-8")


def _drop(wanted: Wanted) -> None:
    wanted.part.unlink(missing_ok=True)  # first: a part never stands beside the note of another
    wanted.note.unlink(missing_ok=True)


def _range(note: _Note | None, begun: int) -> dict[str, str]:
    """The headers that ask for the rest, if the file is still the same."""
    if note is None:
        return {}
    return {"Range": f"bytes={begun}-"} | ({"If-Range": note.validator} if note.validator else {})


def _continues(response: requests.Response, note: _Note, begun: int) -> bool:
    """Whether a partial answer is the rest of the same file."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if not match or int(match["start"]) != begun or (note.size and match["total"] not in ("*", str(note.size))):
        return False
    etag = response.headers.get("ETag")
    return not (etag and (note.validator or "").startswith('"') and etag != note.validator)


def _total(response: requests.Response) -> int | None:
    """The bytes of the whole file as the server announces them."""
    if response.status_code == 206:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        said = match["total"] if match else ""
    else:
        said = response.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdigit() else None


def _limit(wanted: Wanted, response: requests.Response) -> int | None:
    """The bytes that the file must have; raises InputError where publisher and server differ."""
    total = _total(response)
    if wanted.size is None or total is None or total == wanted.size:
        return total if wanted.size is None else wanted.size
    what = f"announces {total:,} bytes of {wanted.path.name}, {wanted.size:,} are declared"
    raise InputError(what, where=wanted.url, hint=f"the file may have been changed: {wanted.way_out}")


def _require_kind(wanted: Wanted, response: requests.Response, head: bytes) -> None:
    """Raise InputError for a page instead of a file, before its first byte is written."""
    suffix = wanted.path.suffix.lower()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    html = "html" in response.headers.get("Content-Type", "") and text.startswith(b"<")
    if (html or text.startswith((b"<!doctype html", b"<html"))) and suffix not in (".html", ".htm"):
        what = f"answers with a web page instead of {wanted.path.name}"
        raise InputError(
            what, where=wanted.url, hint=f"it may ask to log in or to agree to something: {wanted.way_out}"
        )
    if head and not head.startswith(_BEGINS.get(suffix, b"")):
        what = f"sends no {suffix} file, it begins with {shown(head)}"
        raise InputError(what, where=wanted.url, hint=wanted.way_out)


def _require_space(wanted: Wanted, limit: int | None, begun: int) -> None:
    free = shutil.disk_usage(wanted.path.parent).free
    if limit is not None and limit - begun > free:
        what = f"needs {limit - begun:,} bytes more, {free:,} are free"
        raise InputError(what, where=str(wanted.path), hint="make room, or choose another place with TANHENG_HOME")


def _head(chunks: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD:
            break
    return head


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "make room or choose another place with TANHENG_HOME, and run the same again: what has come is kept"
        raise InputError(f"cannot be written ({reason})", where=str(path), hint=hint) from error
