"""The headers of a GTAP data base, each as a CSV file: a cell a line, its labels before the number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import grid
from tanheng.data.archive import Archive, Entry
from tanheng.errors import InputError, LabelError, MissingError

Array = NDArray[np.float64]

_HINT = "write all cells of the header, with the labels before the number: label, label, ..., Value"


@dataclass(frozen=True)
class Header:
    """An array as its file has it: the labels of each axis in the file's order."""

    entry: Entry
    axes: tuple[list[str], ...]
    values: Array

    def on(self, *want: Sequence[str]) -> Array:
        """The array with its axes in the order of ``want``; LabelError for a label that is missing or unknown."""
        places = []
        for have, due in zip(self.axes, want, strict=True):
            where = self.entry.where
            labels.positions(have, list(due), what="label", where=where)
            places.append(labels.positions(due, have, what="label", where=where))
        return self.values[np.ix_(*places)]


def read(entries: Mapping[str, Entry], name: str, count: int, place: Archive) -> Header:
    """The header of that name, with ``count`` axes; MissingError where its file is not there."""
    if name not in entries:
        hint = f"write the header {name} as {name}.csv; it holds {', '.join(sorted(entries))}"
        raise MissingError(f"{name}.csv is missing", where=str(place.path), hint=hint)
    entry = entries[name]
    known: tuple[dict[str, int], ...] = tuple({} for _ in range(count))
    places: list[NDArray[np.intp]] = []
    values: list[Array] = []
    for _, block in grid.blocks(entry, count, header=1):
        if block.values.shape[1] != 1:
            raise InputError(f"has {block.values.shape[1]} columns of numbers, not one", where=entry.where, hint=_HINT)
        rows = [[one.setdefault(label, len(one)) for one, label in zip(known, row, strict=True)] for row in block.rows]
        places.append(np.array(rows, dtype=np.intp))
        values.append(block.values[:, 0])
    return Header(entry, tuple(list(one) for one in known), _filled(entry, known, places, values))


def _filled(entry: Entry, known: Sequence[dict[str, int]], places: list[Any], values: list[Array]) -> Array:
    """The array of all cells; raises InputError unless each occurs once."""
    if not places:
        raise InputError("has no rows of numbers", where=entry.where, hint=f"{_HINT}, zeros too")
    shape = tuple(map(len, known))
    flat = np.ravel_multi_index(np.concatenate(places).T, shape)
    count = np.bincount(flat, minlength=int(np.prod(shape)))
    if count.max(initial=0) > 1 or count.min(initial=1) < 1:
        at = int((count != 1).argmax())
        cell = " ".join(list(one)[i] for one, i in zip(known, np.unravel_index(at, shape), strict=True))
        said = "is missing" if not count[at] else f"occurs {count[at]} times"
        raise InputError(f"cell {cell} {said}", where=entry.where, hint=f"{_HINT}, zeros too")
    array = np.empty(shape)
    array.flat[flat] = np.concatenate(values)
    return array


def require_same(header: Header, other: Header) -> None:
    """Raise LabelError unless the first axes of two headers, such as their fuels, have the same labels."""
    lacking = set(header.axes[0]) ^ set(other.axes[0])
    if lacking:
        what = f"{min(lacking)} stands in {other.entry.base} or here, not in both"
        hint = f"{_HINT}, zeros too; the file may have broken off"
        raise LabelError(what, where=header.entry.where, hint=hint)
