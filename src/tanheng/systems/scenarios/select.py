"""Where a change applies: labels and groups as positions in a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tanheng import labels, norms
from tanheng.errors import LabelError, NormError, nearest
from tanheng.systems.finding import listed
from tanheng.systems.scenarios.changes import Change, Names
from tanheng.systems.table import Table

Mask = NDArray[np.bool_]
GROUP = "group:"
ALL = "*"  # all labels of an axis, in messages of any language


def several(given: Names) -> tuple[str, ...]:
    """The labels as a tuple, empty for all."""
    if given is None or given == ALL:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def spelled(given: Names) -> str:
    """The labels for a message."""
    return listed(several(given)) if several(given) else ALL


def chosen(given: Names, known: Sequence[str], what: str, where: str) -> Mask:
    """Which of ``known`` are given (len(known),), all for None; raises LabelError with the nearest for others."""
    names = several(given)
    mask = np.full(len(known), not names)
    mask[labels.positions(names, known, what=what, where=where)] = True
    return mask


def regions(given: Names, table: Table, change: Change) -> Mask:
    """Which regions of the table are given, by label or by group (R,).

    Raises LabelError for an unknown region, NormError for an unknown group or one without a region in the table.
    """
    names = several(given)
    mask = np.full(len(table.regions), not names)
    plain = [name for name in names if not name.startswith(GROUP)]
    mask[labels.positions(plain, table.regions, what="region", where=change.place)] = True
    for name in names:
        if name.startswith(GROUP):
            mask |= _members(name, table, change.place)
    return mask


def members(changes: Sequence[Change], table: Table) -> dict[str, tuple[str, ...]]:
    """The regions of the table in each group that the changes name (convention 10). Raises as ``regions``."""
    found = {}
    for change in changes:
        for name in (one for key in ("region", "like", "origin") for one in several(getattr(change, key, None))):
            if name.startswith(GROUP):
                mask = _members(name, table, change.place)
                found[name] = tuple(region for region, of in zip(table.regions, mask, strict=True) if of)
    return found


def _members(name: str, table: Table, where: str) -> Mask:
    """The regions of a group: that of the norm, or the one named behind "="."""
    spec, _, part = name.removeprefix(GROUP).partition("=")
    at = norms.year_end(table.year)
    found = norms.grouping(spec, table.regions, at)
    base = spec.partition("@")[0]
    if not part and base in norms.names("groups"):
        part = norms.lookup(base, found.at).group[0]
    if part not in found.groups:
        hint = f"write {GROUP}{spec}=NAME: {nearest(part, found.groups)}"
        raise NormError(f"there is no region of the group {part!r}", where=f"{where}, {spec}", hint=hint)
    return np.array([of == part for of in found.of], bool)


def suppliers(keys: Sequence[str], table: Table, change: Change) -> list[Mask]:
    """The rows (R, S) of each key, a sector or "REGION:sector"; raises LabelError where they are unknown or overlap."""
    taken = np.zeros(table.x.shape, bool)
    found = []
    for key in keys:
        region, colon, sector = key.partition(":")
        named = bool(colon) and key not in table.sectors
        rows = np.ones(len(table.regions), bool)
        if named:
            rows = chosen(region, table.regions, "region", change.place)
        sectors = chosen(sector if named else key, table.sectors, "sector", change.place)
        mask = rows[:, None] & sectors
        if (mask & taken).any():
            raise LabelError(f"{key} is named twice", where=change.place, hint="name a sector, or its origins")
        taken |= mask
        found.append(mask)
    return found
