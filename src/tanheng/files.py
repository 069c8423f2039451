"""Files that are written whole or not at all (convention 14)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tanheng.errors import InputError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` to write to: it becomes ``path`` when the block ends well, else it is removed.

    A link is followed. A device or a pipe (``/dev/stdout``) is written to directly: there is nothing to keep whole.
    Raises InputError, in one line, when the file cannot be written: no such folder, no permission, no space.
    """
    if path.is_dir():
        raise InputError("is a folder, not a file", where=str(path), hint="name a file in it")
    if path.exists() and not path.is_file():
        with _in_one_line(path):
            yield path
        return
    target = Path(os.path.realpath(path))
    _require_folder(target.parent)
    part = _beside(target)
    try:
        with _in_one_line(path):
            yield part
            _sync(part)
            os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def folder(path: Path) -> Path:
    """The folder ``path``, made with its parents if it is not there; raises InputError when it cannot be."""
    with _in_one_line(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder beside ``folder`` to fill: it becomes ``folder`` when the block ends well, else it is removed.

    Raises InputError when ``folder`` exists and holds something, or cannot be written.
    """
    target = Path(os.path.realpath(folder))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("exists already", where=str(folder), hint="choose another name, or remove it first")
    _require_folder(target.parent)
    part = _beside(target)
    try:
        with _in_one_line(folder):
            part.mkdir()
            yield part
            for file in part.rglob("*"):
                if file.is_file():
                    _sync(file)
            os.replace(part, target)  # an empty folder in its place is taken over
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.stem}-{uuid4().hex[:8]}{target.suffix}")


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError("there is no such folder", where=str(folder), hint="make it first, or choose another")


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


@contextmanager
def _in_one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"cannot be written ({reason})", where=str(path), hint="choose a place that can be written to"
        ) from error
