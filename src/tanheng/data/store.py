"""Tables by name: ``open("world")``, or the path of a folder, gives a store of years."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from tanheng.data import reader as door
from tanheng.data.readers import plain, world
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.systems.about import About
from tanheng.systems.table import Table

NAMES: dict[str, Path] = {"world": world.FOLDER}


@dataclass(frozen=True)
class Store:
    """The years of one source: ``store.years``, ``store.about``, ``store[2009]`` -> Table, ``2009 in store``."""

    name: str
    reader: door.Reader
    folder: Path

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years it holds, ascending."""
        return self.reader.years(self.folder)

    @property
    def about(self) -> About:
        """What the latest table is."""
        return self[self.years[-1]].about

    def __getitem__(self, year: int) -> Table:
        """The table of ``year``; raises MissingError naming the years there are."""
        if year not in self.years:
            there = f"{self.years[0]} to {self.years[-1]}" if len(self.years) > 1 else str(self.years[0])
            raise MissingError(f"there is no year {year}", where=self.name, hint=f"it holds {there}")
        folder = self.folder.resolve()
        stats = {file.name: file.stat() for file in folder.iterdir() if file.exists()}
        stamp = tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats.items()))
        return _read(self.reader.NAME, folder, int(year), stamp)

    def __contains__(self, year: object) -> bool:
        return year in self.years

    def __iter__(self) -> Iterator[Table]:
        return (self[year] for year in self.years)


def open(target: str | os.PathLike[str] = "world") -> Store:
    """A stored name (``world`` is embedded) or the path of a plain table's folder, as a store of years.

    Raises QuestionError when it is neither, with the nearest name.
    """
    name = os.fspath(target)
    if name in NAMES:
        return Store(name, world, NAMES[name])
    folder = Path(name)
    if folder.is_dir():
        return Store(folder.name or name, plain, folder)
    what = "is a file, not a folder" if folder.exists() else "is neither a stored table nor a folder"
    hint = f"{nearest(name, NAMES)}; a table of your own is a folder with Z.csv, Y.csv, F.csv and about.toml"
    raise QuestionError(f"{name!r} {what}", hint=hint)


@lru_cache(maxsize=2)  # tables are frozen and large: the last two serve one question after another
def _read(reader: str, folder: Path, year: int, stamp: object) -> Table:
    """The table; ``stamp`` changes with the files, so that a changed file is read again."""
    return door.find(reader).read(folder, year)
