"""The one door for sources: what a reader is, and the tuple of them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tanheng.data.readers import plain, world
from tanheng.errors import QuestionError, nearest
from tanheng.systems.table import Table


class Reader(Protocol):
    """A source of tables. A module with these names is a reader; add it to READERS.

    ``NAME`` is what the command line calls it, ``TITLE`` what it is in each language, ``LICENCE`` under what terms, and
    ``FILES`` what it looks for in a folder.
    """

    @property
    def NAME(self) -> str: ...
    @property
    def TITLE(self) -> dict[str, str]: ...
    @property
    def LICENCE(self) -> str: ...
    @property
    def FILES(self) -> tuple[str, ...]: ...

    def years(self, folder: Path) -> tuple[int, ...]:
        """The years that ``folder`` holds, ascending; raises InputError when it is not of this source."""

    def read(self, folder: Path, year: int) -> Table:
        """The table of ``year``; raises InputError naming file, line and expectation."""


READERS: tuple[Reader, ...] = (plain, world)


def find(name: str) -> Reader:
    """The reader of that name; raises QuestionError with the nearest one.

    >>> find("plane")
    Traceback (most recent call last):
    tanheng.errors.QuestionError: there is no reader 'plane'; did you mean plain?
    """
    for reader in READERS:
        if name == reader.NAME:
            return reader
    raise QuestionError(f"there is no reader {name!r}", hint=nearest(name, [reader.NAME for reader in READERS]))
