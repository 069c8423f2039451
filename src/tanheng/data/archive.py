"""A folder, a zip file or a single file, seen alike: a place with named entries that are read as streams.

Nothing is ever unpacked to disk. What a zip file must not hold is refused when it is opened: entries that leave the
folder, links, and bombs.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO

from tanheng.errors import InputError, nearest

MOST = 60_000  # entries of one place: the largest process databases have a file for each of some 25,000 data sets
RATIO = 300  # expanded to packed: published tables as text pack 3 to 30 times, deflate reaches 1,032
SMALL = 1 << 27  # bytes: what expands to less can do no harm
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")  # zip files too, but not places
_UNPACK = "unpack it with your system's own program and name the folder"


@dataclass(frozen=True)
class Entry:
    """A file of a place: its ``name`` from the root on, with slashes, its ``size`` in bytes, ``where`` in words."""

    name: str
    size: int
    where: str
    _place: Path = field(repr=False)
    _zipped: bool = field(repr=False, default=False)

    @property
    def base(self) -> str:
        """The last part of the name."""
        return PurePosixPath(self.name).name

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes, as a stream that is read once from the start; raises InputError, also while it is being read."""
        with _in_one_line(self.where):
            if not self._zipped:
                with self._place.open("rb") as stream:
                    yield stream
                return
            with zipfile.ZipFile(self._place) as packed, _unpacking(packed, self) as stream:
                yield stream

    def bytes(self) -> bytes:
        """All of it: for small files."""
        with self.open() as stream:
            return stream.read()

    def text(self) -> str:
        """All of it as text in UTF-8: for small files."""
        try:
            return self.bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InputError("is not text in UTF-8", where=self.where, hint="save it as UTF-8") from None


@dataclass(frozen=True)
class Archive:
    """A place to read from: ``path`` and its ``entries``, sorted by name."""

    path: Path
    entries: tuple[Entry, ...] = field(repr=False)

    def find(self, *patterns: str) -> tuple[Entry, ...]:
        """The entries whose last part (or whole name, where a pattern has a slash) matches one of the patterns.

        ``*`` stands for anything, ``?`` for one letter; capitals and small letters are alike.
        """
        wanted = [pattern.casefold() for pattern in patterns]
        return tuple(entry for entry in self.entries if any(_matches(entry, pattern) for pattern in wanted))

    def one(self, *patterns: str) -> Entry:
        """The one entry that matches; raises InputError when there is none (naming the nearest) or more than one."""
        found = self.find(*patterns)
        if len(found) == 1:
            return found[0]
        wanted = " or ".join(patterns)
        if found:
            names = ", ".join(entry.name for entry in found[:4])
            what = f"{len(found)} files match {wanted}: {names}"
            raise InputError(what, where=str(self.path), hint="name the folder that holds just one of them")
        hint = nearest(patterns[0], dict.fromkeys(entry.base for entry in self.entries))
        raise InputError(f"{wanted} is missing", where=str(self.path), hint=f"it holds no such file; {hint}")

    def named(self, name: str) -> Entry | None:
        """The entry whose last part is exactly ``name``, the one nearest to the root; None if there is none."""
        found = [entry for entry in self.entries if entry.base == name]
        return min(found, key=lambda entry: (entry.name.count("/"), entry.name), default=None)

    def contents(self, entries: Iterable[Entry] | None = None) -> Iterator[tuple[Entry, bytes]]:
        """Each of ``entries``, or all, with all its bytes: for thousands of small files of one zip, opened once."""
        with ExitStack() as opened:
            zips: dict[Path, zipfile.ZipFile] = {}
            for entry in self.entries if entries is None else entries:
                with _in_one_line(entry.where):
                    if entry._zipped and entry._place not in zips:
                        zips[entry._place] = opened.enter_context(zipfile.ZipFile(entry._place))
                    content = _content(entry, zips.get(entry._place))
                yield entry, content

    def within(self, folder: str) -> Archive:
        """The entries below ``folder`` (a name with slashes), which keep their names."""
        return Archive(self.path / folder, tuple(e for e in self.entries if e.name.startswith(f"{folder}/")))

    def inside(self, entry: Entry) -> Archive:
        """The zip file that ``entry`` of a folder is, as a place of its own; a zip within a zip is refused."""
        if entry._zipped:
            raise InputError("is a zip file within a zip file", where=entry.where, hint=_UNPACK)
        return open(entry._place)


def open(path: str | os.PathLike[str]) -> Archive:
    """The place at ``path``: a folder with all below it, a zip file, or a single file.

    Raises InputError when it is not there, when a zip file is damaged or locked, and when it holds what it must not.
    """
    place = Path(path)
    if place.is_dir():
        return Archive(place, tuple(_folder(place)))
    if not place.exists():
        near = nearest(place.name, os.listdir(place.parent) if place.parent.is_dir() else ())
        raise InputError("is neither a folder nor a file", where=str(path), hint=near)
    with _in_one_line(str(place)):
        if zipfile.is_zipfile(place) and place.suffix.casefold() not in _WORKBOOKS:
            with zipfile.ZipFile(place) as packed:
                return Archive(place, tuple(sorted(_zip(place, packed), key=lambda entry: entry.name)))
    if place.suffix.casefold() == ".zip":
        raise InputError("is not a whole zip file", where=str(place), hint="download it again; it may have broken off")
    return Archive(place, (Entry(place.name, place.stat().st_size, str(place), place),))


def _folder(place: Path) -> Iterator[Entry]:
    count = 0
    for root, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for name in sorted(names):
            file = Path(root, name)
            if name.startswith(".") or not file.is_file():
                continue
            count += 1
            _require_few(count, str(place))
            yield Entry(file.relative_to(place).as_posix(), file.stat().st_size, str(file), file)


def _zip(place: Path, packed: zipfile.ZipFile) -> Iterator[Entry]:
    infos = [info for info in packed.infolist() if not info.is_dir()]
    _require_few(len(infos), str(place))
    if sum(info.compress_size for info in infos) > place.stat().st_size:
        raise _refused(place, "", "its entries overlap")
    for info in infos:
        _require_harmless(place, info)
        parts = PurePosixPath(info.filename).parts
        if "__MACOSX" not in parts and not parts[-1].startswith("."):
            yield Entry(info.filename, info.file_size, f"{place}: {info.filename}", place, True)


def _require_harmless(place: Path, info: zipfile.ZipInfo) -> None:
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise _refused(place, info.filename, "it leaves the folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _refused(place, info.filename, "it is a link")
    if info.file_size > SMALL and info.file_size > RATIO * max(info.compress_size, 1):
        raise _refused(place, info.filename, f"it expands {info.file_size / max(info.compress_size, 1):.0f} times")
    if info.flag_bits & 1:
        raise InputError(f"{info.filename} is locked by a password", where=str(place), hint=_UNPACK)


def _refused(place: Path, name: str, why: str) -> InputError:
    hint = "get the file from its publisher; if it is right, unpack it yourself and name the folder"
    return InputError(f"{name or 'the file'} is refused: {why}", where=str(place), hint=hint)


def _require_few(count: int, where: str) -> None:
    if count > MOST:
        raise InputError(f"holds more than {MOST} files", where=where, hint="name the folder of the table alone")


def _matches(entry: Entry, pattern: str) -> bool:
    return fnmatchcase((entry.name if "/" in pattern else entry.base).casefold(), pattern)


def _content(entry: Entry, packed: zipfile.ZipFile | None) -> bytes:
    if packed is None:
        return entry.bytes()
    with _unpacking(packed, entry) as stream:
        return stream.read()


def _unpacking(packed: zipfile.ZipFile, entry: Entry) -> IO[bytes]:
    try:
        return packed.open(entry.name)
    except (NotImplementedError, RuntimeError) as error:  # a packing method that zipfile does not know, a locked entry
        raise InputError(f"cannot be unpacked here ({error})", where=entry.where, hint=_UNPACK) from None


@contextmanager
def _in_one_line(where: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        hint = "download it again; it may have broken off"
        raise InputError(f"is damaged ({error})", where=where, hint=hint) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be read ({reason})", where=where, hint="mind its permissions") from None
