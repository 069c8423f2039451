"""The one door for sources: what a reader is, and the tuple of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

from tanheng.data import archive
from tanheng.data.archive import Archive
from tanheng.data.readers import (
    adb,
    ceads,
    emerging,
    eora26,
    exiobase1,
    exiobase2,
    exiobase3,
    exiobase_hybrid,
    figaro,
    gloria,
    gtap,
    mario_folder,
    oecd,
    plain,
    pymrio_folder,
    wiod2013,
    wiod2016,
    world,
)
from tanheng.data.source import Source
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.systems.table import Table


class Reader(Protocol):
    """A source of tables. A module with these names is a reader; add it to READERS."""

    @property
    def SOURCE(self) -> Source:
        """What people must know of it: its names, files, units, licence, options, known faults."""

    def years(self, place: Archive) -> tuple[int, ...]:
        """The years that ``place`` holds, ascending; raises InputError when it is not of this source."""

    def read(self, place: Archive, year: int, **options: str) -> Table:
        """The table of ``year``, with what the reader did to it among its findings.

        ``options`` are those of SOURCE.options that were chosen. Raises InputError naming file, line and expectation.
        """


Progress = Callable[[str, int, int], None]  # stage, done, total
Step = Callable[[int], None]  # what is done for a year


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


READERS: tuple[Reader, ...] = (
    plain,
    world,
    eora26,
    gloria,
    figaro,
    pymrio_folder,
    mario_folder,
    gtap,
    adb,
    emerging,
    ceads,
    exiobase3,
    exiobase2,
    exiobase1,
    exiobase_hybrid,
    wiod2013,
    wiod2016,
    oecd,
)


def find(name: str) -> Reader:
    """The reader of that name; raises QuestionError with the nearest one.

    >>> find("plane")
    Traceback (most recent call last):
    tanheng.errors.QuestionError: there is no reader 'plane'; did you mean plain?
    """
    for reader in READERS:
        if name == reader.SOURCE.name:
            return reader
    raise QuestionError(f"there is no reader {name!r}", hint=nearest(name, [reader.SOURCE.name for reader in READERS]))


def read(name: str, path: str | os.PathLike[str], year: int | None = None, **options: str) -> Table:
    """The table of ``year`` (or of the one year there is) that the reader ``name`` finds at ``path``: not stored.

    Raises QuestionError for an unknown reader or option, MissingError naming the years there are, and what the reader
    raises.
    """
    reader, place = find(name), archive.open(path)
    require_options(reader.SOURCE, options)
    held = reader.years(place)
    if year is None and len(held) != 1:
        raise QuestionError(f"{path} holds several years", hint=f"choose one of {', '.join(map(str, held))}")
    chosen = held[0] if year is None else year
    if chosen not in held:
        raise MissingError(f"there is no year {chosen}", where=str(path), hint=f"it holds {', '.join(map(str, held))}")
    return reader.read(place, chosen, **options)


def require_options(source: Source, options: dict[str, str]) -> None:
    """Raise QuestionError for an option that the source does not have, or a choice that the option does not."""
    for key, value in options.items():
        if key not in source.options:
            hint = nearest(key, source.options) if source.options else "it has none"
            raise QuestionError(f"{source.name} has no option {key!r}", hint=hint)
        if value not in source.options[key]:
            hint = nearest(value, source.options[key])
            raise QuestionError(f"{value!r} is no choice of option {key} of {source.name}", hint=hint)
