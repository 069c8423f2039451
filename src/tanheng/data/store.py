"""Tables by name: ``open("world")``, a stored name, or the path of a folder, gives a store of years."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

from tanheng.data import archive, checks
from tanheng.data import reader as door
from tanheng.data.archive import Archive
from tanheng.data.readers import plain, world
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.systems.about import About
from tanheng.systems.finding import Finding
from tanheng.systems.table import Table

EMBEDDED = "world"
LARGE = 1 << 28  # bytes of a place: above it its years are read one after another, each on all cores
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OWN = "a table of your own is a folder with Z.csv, Y.csv, F.csv and about.toml"


@dataclass(frozen=True)
class Store:
    """The years of one source: ``store.years``, ``store.about``, ``store[2009]`` -> Table, ``2009 in store``."""

    name: str
    reader: door.Reader
    place: Archive = field(repr=False)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years it holds, ascending."""
        return self.reader.years(self.place)

    @property
    def about(self) -> About:
        """What the latest table is."""
        return self[self.years[-1]].about

    def __getitem__(self, year: int) -> Table:
        """The table of ``year``; raises MissingError naming the years there are."""
        if year not in self.years:
            there = f"{self.years[0]} to {self.years[-1]}" if len(self.years) > 1 else str(self.years[0])
            raise MissingError(f"there is no year {year}", where=self.name, hint=f"it holds {there}")
        return _read(self.reader.SOURCE.name, self.place.path.resolve(), int(year), _stamp(self.place.path))

    def __contains__(self, year: object) -> bool:
        return year in self.years

    def __iter__(self) -> Iterator[Table]:
        return (self[year] for year in self.years)


def home() -> Path:
    """Where stored tables and downloads live: ``$TANHENG_HOME``, else the platform's folder for user data."""
    given = os.environ.get("TANHENG_HOME")
    if given:
        return Path(given)
    import platformdirs  # not needed where the variable is set or only the embedded world is used

    return Path(platformdirs.user_data_dir("tanheng", appauthor=False))


def names() -> tuple[str, ...]:
    """The stored names, sorted; the embedded world first."""
    from tanheng.data import stored

    tables = home() / "tables"
    found = sorted(path.name for path in tables.iterdir() if stored.is_store(path)) if tables.is_dir() else []
    return (EMBEDDED, *found)


def open(target: str | os.PathLike[str] = EMBEDDED) -> Store:
    """A stored name (``world`` is embedded), the path of a store's folder or of a plain table, as a store of years.

    Raises QuestionError when it is none of them, with the nearest name.
    """
    name = os.fspath(target)
    if name == EMBEDDED:
        return Store(name, world, Archive(world.FOLDER, ()))
    kept = _kept(name)
    if kept is not None:
        return kept
    folder = Path(name)
    if folder.is_dir():
        return Store(folder.name or name, plain, archive.open(folder))
    what = "is a file, not a folder" if folder.exists() else "is neither a stored table nor a folder"
    raise QuestionError(
        f"{name!r} {what}", hint=f"{nearest(name, names())}; {_OWN}, any other is read with 'tanheng read'"
    )


def _kept(name: str) -> Store | None:
    """The store of that name or at that path, if it is one."""
    from tanheng.data import stored

    for folder in (home() / "tables" / name, Path(name)) if _NAME.fullmatch(name) else (Path(name),):
        if folder.is_dir() and stored.is_store(folder):
            return Store(folder.name, stored, Archive(folder, ()))
    return None


def add(
    reader: door.Reader,
    path: str | os.PathLike[str],
    *,
    name: str = "",
    years: Sequence[int] | None = None,
    options: dict[str, str] | None = None,
    progress: door.Progress = door.silent,
) -> Store:
    """Read the years at ``path`` into the store ``name`` (else the reader's), with their findings; return the store.

    Small years are read side by side. A year that fails leaves the others, and what was stored before, as they are.
    Raises QuestionError for a name that is none or an unknown option, MissingError for a year that is not there, and
    what the reader raises, once the other years are done.
    """
    from tanheng.data import stored

    chosen = options or {}
    name = checked_name(name or reader.SOURCE.name)
    door.require_options(reader.SOURCE, chosen)
    place = archive.open(path)
    held = reader.years(place)
    wanted = tuple(held if years is None else years)
    if lacking := [year for year in wanted if year not in held]:
        hint = f"it holds {', '.join(map(str, held))}"
        raise MissingError(f"there is no year {', '.join(map(str, lacking))}", where=str(path), hint=hint)
    origin = stored.Origin(reader=reader.SOURCE.name, place=str(Path(path).resolve()), options=chosen)
    folder = home() / "tables" / name

    def one(year: int) -> None:
        table = reader.read(place, year, **chosen)
        stored.write(table, folder, origin, checks.complete(table))

    _all(wanted, one, 1 if sum(entry.size for entry in place.entries) > LARGE else os.cpu_count() or 1, progress)
    return open(name)


def _all(years: Sequence[int], one: door.Step, workers: int, progress: door.Progress) -> None:
    """``one`` for every year; the first error is raised when all are done."""
    progress("read", 0, len(years))
    failed: list[BaseException] = []
    with ThreadPoolExecutor(workers) as pool:
        for done, future in enumerate([pool.submit(one, year) for year in years], start=1):
            error = future.exception()
            failed += [error] if error else []
            progress("read", done, len(years))
    if failed:
        raise failed[0]


def put(table: Table, name: str, origin: str) -> Store:
    """Store a table under ``name`` as its year; ``origin`` says what it was made from. Raises as ``add``."""
    from tanheng.data import stored

    folder = home() / "tables" / checked_name(name)
    stored.write(table, folder, stored.Origin(reader="made", place=origin), checks.complete(table))
    return open(name)


def remove(name: str, year: int | None = None) -> None:
    """Remove a stored table, or one year of it; raises QuestionError for a name that is not stored."""
    from tanheng.data import stored

    store = _kept(name) if _NAME.fullmatch(name) else None
    if store is None or store.place.path.parent != home() / "tables":
        raise QuestionError(f"there is no stored table {name!r}", hint=nearest(name, names()[1:]))
    if year is None:
        shutil.rmtree(store.place.path)
    elif year in store.years:
        stored.remove(store.place.path, year)
    else:
        hint = f"it holds {', '.join(map(str, store.years))}"
        raise MissingError(f"there is no year {year}", where=name, hint=hint)


def findings(store: Store, year: int, *, verify: bool = False) -> tuple[Finding, ...]:
    """What is wrong with a year, worst first: of a stored table, what was found when it was stored.

    ``verify`` reads all of a stored table, and finds whether its numbers and labels are those that were written.
    """
    from tanheng.data import stored

    table = store[year]
    if store.reader.SOURCE is not stored.SOURCE:
        return checks.complete(table)
    return checks.worst_first((*stored.verified(table), *table.findings)) if verify else table.findings


def survey(store: Store, years: Sequence[int], *, verify: bool = False) -> list[tuple[int, Finding]]:
    """What is wrong with these years, each and between neighbours (gaps, jumps), worst first; ``verify`` as above."""
    found = [(year, one) for year in years for one in findings(store, year, verify=verify)]
    found += [(store.years[-1], one) for one in checks.gaps(store.years)]
    beside = [pair for pair in pairwise(store.years) if set(pair) & set(years)]
    found += [(after, one) for before, after in beside for one in checks.jumps(store[before], store[after])]
    return sorted(found, key=lambda pair: (checks.SEVERITIES.index(pair[1].severity), -pair[1].size))


def checked_name(name: str) -> str:
    """``name``, if a table can be stored under it; raises QuestionError if not."""
    if name == EMBEDDED:
        raise QuestionError(f"{name!r} is the embedded table", hint="choose another name")
    if not _NAME.fullmatch(name):
        hint = "use letters, digits, '.', '-' and '_', at most 64"
        raise QuestionError(f"{name!r} is no name for a stored table", hint=hint)
    return name


def _stamp(place: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes with the files of a place: their names, times and sizes."""
    around = [place] if place.is_file() else sorted(place.iterdir())
    stats = [(file.name, file.stat()) for file in around if file.exists()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=2)  # tables are frozen and large: the last two serve one question after another
def _read(reader: str, place: Path, year: int, stamp: object) -> Table:
    """The table; ``stamp`` changes with the files, so that a changed file is read again."""
    if reader == "stored":
        from tanheng.data import stored

        return stored.read(Archive(place, ()), year)
    if reader == "world":
        return world.read(Archive(place, ()), year)
    return door.find(reader).read(archive.open(place), year)
