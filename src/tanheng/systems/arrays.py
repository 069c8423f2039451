"""Arrays with named dimensions, made from plain ones without a copy and closed to writing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from tanheng import labels
from tanheng.errors import InputError, LabelError, MissingError


def names(given: Sequence[str]) -> list[str]:
    """The labels as texts; raises LabelError for a single text in place of a list."""
    if isinstance(given, str):
        raise LabelError(f"labels are given as one string {given!r}", hint="give a list of names")
    return [str(name) for name in given]


def named(
    given: ArrayLike, name: str, where: str, rows: Mapping[str, list[str]], columns: Mapping[str, list[str]]
) -> xr.DataArray:
    """The array with named dimensions: no copy, closed to writing; raises InputError for a wrong shape."""
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        hint = "write every number as a number, 0 where there is no flow"
        raise InputError(f"{name} holds something that is not a number ({error})", where=where, hint=hint) from error
    want = (math.prod(map(len, rows.values())), math.prod(map(len, columns.values())))
    coords = {**rows, **columns}
    shape = tuple(map(len, coords.values()))
    if array.shape not in (want, shape):
        sizes = " x ".join(f"{len(v)} {k}" for k, v in rows.items())
        sizes += " by " + " x ".join(f"{len(v)} {k}" for k, v in columns.items())
        raise InputError(
            f"{name} is {' x '.join(map(str, array.shape)) or 'one number'}, the labels need {want[0]} x {want[1]}",
            where=where,
            hint=f"{name} is {sizes}, region-major",
        )
    return xr.DataArray(array.reshape(shape), coords, tuple(coords), name=name)


def require_names(given: Sequence[str], what: str, where: str) -> None:
    """Raise LabelError where there is no label, one occurs twice, or one is blank. There may be no stressor."""
    if not given and what != "stressor":
        raise LabelError(f"there is no {what}", where=where, hint=f"name at least one {what}")
    labels.check_unique(given, what=what, where=where)
    if any(not str(name).strip() for name in given):
        raise LabelError(f"a {what} has no name", where=where, hint=f"name every {what}")


def shut(array: xr.DataArray) -> xr.DataArray:
    """The array closed to writing, as a view: its owner may still write to it."""
    view = array.values.view()
    view.flags.writeable = False
    return array.copy(deep=False, data=view)


def require_finite(array: xr.DataArray, name: str, where: str) -> None:
    """Raise MissingError naming the first cell that is not a finite number (convention 1)."""
    bad = ~np.isfinite(array.values)
    if bad.any():
        place = np.unravel_index(int(bad.argmax()), bad.shape)
        cell = ", ".join(f"{d} {array.indexes[d][i]}" for d, i in zip(array.dims, place, strict=True))
        raise MissingError(
            f"{name} is {array.values[place]} at {cell} ({int(bad.sum())} such cells)",
            where=where,
            hint="a missing number is not zero: write 0 where there is no flow",
        )
