"""What several readers share: files that lie beside or within zip files, and the units of satellite accounts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tanheng import units
from tanheng.data import grid
from tanheng.data.archive import Archive, Entry
from tanheng.errors import InputError, UnitError
from tanheng.labels.names import read_classification

Array = NDArray[np.float64]
Places = NDArray[np.intp]

# Publishers' own spellings, as they stand in small letters and single blanks: the unit here, and what a number is
# multiplied by to be in it.
_SPELLED: Mapping[str, tuple[str, float]] = {
    "kilotonnes": ("kt", 1.0), "kilotons": ("kt", 1.0), "kilo tonnes": ("kt", 1.0), "ktonnes": ("kt", 1.0),
    "000 tonnes": ("kt", 1.0), "1000 tonnes": ("kt", 1.0), "1000 t": ("kt", 1.0), "1000t": ("kt", 1.0),
    "gigagrams": ("Gg", 1.0), "ton": ("t", 1.0), "tons": ("t", 1.0), "megatonnes": ("Mt", 1.0),
    "ggco2eq": ("Gg CO2e", 1.0), "gg co2eq": ("Gg CO2e", 1.0), "gg co2-eq": ("Gg CO2e", 1.0),
    "ktco2eq": ("kt CO2e", 1.0), "kt co2-eq": ("kt CO2e", 1.0), "kt co2eq": ("kt CO2e", 1.0),
    "terajoules": ("TJ", 1.0), "tj": ("TJ", 1.0), "tera joule": ("TJ", 1.0), "terajoule": ("TJ", 1.0),
    "hectares": ("ha", 1.0), "1000 ha": ("ha", 1e3), "000 ha": ("ha", 1e3), "1000ha": ("ha", 1e3),
    "1000 hectares": ("ha", 1e3), "000 hectares": ("ha", 1e3), "kha": ("ha", 1e3), "sq km": ("km2", 1.0),
    "million m3": ("Mm3", 1.0), "mm3": ("Mm3", 1.0), "mm3/yr": ("Mm3", 1.0), "mm3/year": ("Mm3", 1.0),
    "million m3 h2oeq": ("Mm3 H2Oe", 1.0), "million m3 h2o-eq": ("Mm3 H2Oe", 1.0), "m3/yr": ("m3", 1.0),
    "people": ("p", 1.0), "1000 people": ("1000 p", 1.0), "000 people": ("1000 p", 1.0), "1000p": ("1000 p", 1.0),
    "000 persons": ("1000 p", 1.0), "thousand persons": ("1000 p", 1.0), "number of people": ("p", 1.0),
    "1000 usd": ("million USD", 1e-3), "000 us$": ("million USD", 1e-3), "$'000": ("million USD", 1e-3),
}  # fmt: skip


def unit(text: str) -> tuple[str, float] | None:
    """The unit that a publisher spells ``text``, and the factor into it; None for one that is not known.

    >>> unit("kilotonnes"), unit("1000 ha"), unit("TJ"), unit("species")
    (('kt', 1.0), ('ha', 1000.0), ('TJ', 1.0), None)
    """
    spelled = " ".join(text.split())
    if spelled.casefold() in _SPELLED:
        return _SPELLED[spelled.casefold()]
    try:
        return units.parse(spelled).name, 1.0
    except UnitError:
        return None


def classified(sectors: Sequence[str], name: str) -> str:
    """The classification of that name where it has all the sectors, so that it can name them; else ""."""
    return name if set(sectors) <= set(read_classification(name).labels) else ""


def matching(place: Archive, pattern: re.Pattern[str], packed: str) -> list[tuple[re.Match[str], Entry]]:
    """The entries whose last part is of that pattern: those of ``place``, and those in its zip files named ``packed``.

    Where a file lies both unpacked and in its zip file, the unpacked one is taken.
    """
    found: dict[str, tuple[re.Match[str], Entry]] = {}
    for holder in (place, *(place.inside(entry) for entry in place.find(packed))):
        for entry in holder.entries:
            match = pattern.fullmatch(entry.base)
            if match and (entry.base not in found or holder is place):
                _require_once(found.get(entry.base), entry, holder is place)
                found[entry.base] = match, entry
    return [found[name] for name in sorted(found)]


def _require_once(known: tuple[re.Match[str], Entry] | None, entry: Entry, unpacked: bool) -> None:
    if known is not None and unpacked:
        hint = "name the folder that holds just one of them"
        raise InputError(f"there is another file of that name: {known[1].where}", where=entry.where, hint=hint)


def numbered(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names, those that occur again with a number after them; and what those were renamed to.

    >>> numbered(["a", "b", "a"])
    (['a', 'b', 'a (2)'], ['a (2)'])
    """
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique, [new for old, new in zip(names, unique, strict=True) if old != new]


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first few names, and how many more there are.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    them = list(names)
    more = f" and {len(them) - most} more" if len(them) > most else ""
    return ", ".join(them[:most]) + more


def rows(entry: Entry, due: tuple[int, int], of: str, separator: str) -> Iterator[tuple[Places, Array]]:
    """The rows of a file of numbers alone, in pieces: their places and their numbers (rows, columns).

    Raises InputError unless there are ``due`` rows and columns, ``of`` saying why, and what ``grid.blocks`` raises.
    """
    done = width = 0
    for _, block in grid.blocks(entry, 0, header=0, separator=separator):
        width, start = block.values.shape[1], done
        done += len(block.values)
        if width == due[1] and done <= due[0]:
            yield np.arange(start, done), block.values
    if (done, width) != due:
        hint = "the file has broken off, or is of another edition"
        what = f"has {done} rows of {width} numbers, {of} need {due[0]} rows of {due[1]} numbers"
        raise InputError(what, where=entry.where, hint=hint)
