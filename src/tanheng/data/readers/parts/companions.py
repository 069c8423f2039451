"""Accounts that a publisher keeps beside its table: laid on the table's axes, and what they lack named.

Missing is not zero (convention 1): a cell without a number is NaN here until something says that it is zero: the
source's own total, or an industry without output. What still lacks is left out by name, or held as zero on request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tanheng.data.readers.parts.shared import listed
from tanheng.systems.finding import Finding, found

Array = NDArray[np.float64]

GAPS = ("leave-out", "zero")  # what becomes of accounts that lack a number, the usual first
WITHIN = 1e-6  # of a total: beyond the rounding of published figures it is not their sum


@dataclass(frozen=True, eq=False)
class Account:
    """A stressor by region and sector, ``values`` (R, S), and of households, ``direct`` (R,); NaN where there is none.

    ``direct`` is None where the source knows nothing of households.
    """

    stressor: str
    unit: str
    values: Array
    direct: Array | None = None


@dataclass(frozen=True, eq=False)
class Extension:
    """What accounts become on a table's axes: F (K, n), F_Y (K, R*D) or None, a unit for each stressor, findings."""

    F: Array
    F_Y: Array | None
    units: Mapping[str, str]
    findings: tuple[Finding, ...]


def settled(values: Array, totals: Array) -> Array:
    """``values`` (rows, columns) with NaN as zero in each column whose total (columns,) is the sum of its numbers."""
    holds = np.isclose(np.nansum(values, axis=0), totals, rtol=WITHIN, atol=1e-9)
    return np.where(np.isnan(values) & holds, 0.0, values)


def extension(
    accounts: Sequence[Account], regions: Sequence[str], sectors: Sequence[str], output: Array, gaps: str
) -> Extension:
    """The accounts on the axes of a table with ``output`` (n,); households are the first demand category of five.

    With ``gaps`` "leave-out" accounts that lack a number are left out; with "zero" it is held as zero.
    """
    idle = output.reshape(len(regions), len(sectors)) == 0
    whole = [replace(one, values=np.where(np.isnan(one.values) & idle, 0.0, one.values)) for one in accounts]
    check = "gap-as-zero" if gaps == "zero" else "gap-left-out"
    findings = [
        found(check, "warning", "F", names=listed(names, 12), gaps=lacking)
        for lacking, names in _by_gap(whole, regions, sectors).items()
    ]
    kept = [_zeroed(one) for one in whole] if gaps == "zero" else [one for one in whole if not lacks(one)]
    if not kept:
        findings.append(found("no-stressors", "warning", "F"))
    F = np.array([one.values.ravel() for one in kept]).reshape(len(kept), -1) if kept else np.zeros((0, output.size))
    return Extension(F, _households(kept, len(regions)), {one.stressor: one.unit for one in kept}, tuple(findings))


def lacks(account: Account) -> bool:
    """Whether it lacks a number."""
    return bool(np.isnan(account.values).any() or (account.direct is not None and np.isnan(account.direct).any()))


def _by_gap(accounts: Sequence[Account], regions: Sequence[str], sectors: Sequence[str]) -> dict[str, list[str]]:
    """The accounts that lack numbers, by what they lack in words."""
    grouped: dict[str, list[str]] = {}
    for account in accounts:
        if lacks(account):
            grouped.setdefault(listed(_lacking(account, regions, sectors), 6), []).append(account.stressor)
    return grouped


def _lacking(account: Account, regions: Sequence[str], sectors: Sequence[str]) -> Iterator[str]:
    for at, region in enumerate(regions):
        empty = np.isnan(account.values[at])
        if empty.all():
            yield region
        elif empty.any():
            yield f"{region} ({listed([sectors[i] for i in np.flatnonzero(empty).tolist()], 3)})"
        elif account.direct is not None and np.isnan(account.direct[at]):
            yield f"{region} (households)"


def _zeroed(account: Account) -> Account:
    direct = None if account.direct is None else np.nan_to_num(account.direct)
    return replace(account, values=np.nan_to_num(account.values), direct=direct)


def _households(accounts: Sequence[Account], regions: int) -> Array | None:
    """F_Y (K, R*5) with the direct flows of households; None where no account knows of them."""
    if all(one.direct is None for one in accounts):
        return None
    F_Y = np.zeros((len(accounts), regions, 5))
    for at, one in enumerate(accounts):
        if one.direct is not None:
            F_Y[at, :, 0] = one.direct
    return F_Y.reshape(len(accounts), -1)
