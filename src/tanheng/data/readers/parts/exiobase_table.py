"""What a table of EXIOBASE is put together from: the core in money, and the rows of its satellite files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng import units
from tanheng.data.findings import with_findings
from tanheng.data.readers.parts import exiobase, shared
from tanheng.errors import UnitError
from tanheng.kernels import leontief
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]


def output(A: Array, y: Array, sectors: int) -> Array:
    """x = A x + y (n,), refined once, so that it is exact but for rounding. Raises UnproductiveError.

    Source: Miller and Blair 2009, sec. 2.2.2.
    """
    system = leontief.system(A, np.ones(len(y)), sectors)
    x = leontief.embodied_output(system, y[:, None]).value[:, 0]
    return np.asarray(x + leontief.embodied_output(system, (y - x + A @ x)[:, None]).value[:, 0])


@dataclass(frozen=True, eq=False)
class Account:
    """The rows of one satellite file: ``names``, the ``units`` as spelled and their places, ``F`` (K, n) and, where
    there is one, ``F_Y`` (K, R*D). ``impacts`` are characterised: their money is no primary input."""

    name: str
    where: str
    names: Sequence[str]
    units: Sequence[tuple[str, str]]
    F: Array
    F_Y: Array | None
    impacts: bool = False


@dataclass(frozen=True, eq=False)
class Core:
    """What every table has: ``Z`` (n, n) and ``Y`` (n, R*D) in ``currency``, and their labels."""

    Z: Array
    Y: Array
    regions: Sequence[str]
    sectors: Sequence[str]
    demand: Sequence[str]
    currency: str


def table(core: Core, accounts: Sequence[Account], notes: Sequence[Finding], **about: Any) -> Table:
    """The table of ``core`` with the accounts: rows in money are V, all others F. ``about`` are facts of ``About``."""
    regions, noted = exiobase.renamed(core.regions)
    parts = [_split(account, core.currency) for account in accounts]
    findings = [*notes, *noted, *(note for part in parts for note in part.notes)]
    names, doubled = _unique([(name, part.name) for part in parts for name in part.names])
    if doubled:
        findings.append(found("renamed", "note", "stressors", count=len(doubled), names=shared.listed(doubled)))
    F_Y, absent = _direct(parts, core.Y.shape[1])
    if absent:
        findings.append(found("no-direct", "note", "F_Y", names=shared.listed(absent)))
    if not names:
        findings.append(found("no-stressors", "warning", "F"))
    inputs = [name for part in parts for name in part.inputs]
    made = Table.from_arrays(
        core.Z,
        core.Y,
        _stacked([part.F for part in parts], core.Z.shape[0]),
        F_Y=F_Y,
        V=_stacked([part.V for part in parts], core.Z.shape[0]) if inputs else None,
        inputs=inputs or None,
        regions=regions,
        sectors=core.sectors,
        demand=core.demand,
        stressors=names,
        about={
            "currency": core.currency,
            "units": {name: unit for name, unit in zip(names, (u for part in parts for u in part.units), strict=True)},
            "price_basis": "current basic prices",
            "boundary": "residence",
            "classification": exiobase.classification(core.sectors),
            **about,
        },
    )
    return with_findings(made, *findings, *_left_out(parts, made))


@dataclass(frozen=True, eq=False)
class _Part:
    """An account, its rows in money apart: F, F_Y of the others, V, and the sum of what final demand pays of V."""

    name: str
    names: list[str]
    units: list[str]
    F: Array
    F_Y: Array | None
    inputs: list[str]
    V: Array
    paid: float
    notes: list[Finding]


def _split(account: Account, money: str) -> _Part:
    known = [exiobase.unit(text, where) for text, where in account.units]
    factors = np.array([factor for _, factor in known])
    kinds = [units.parse(name).dimension for name, _ in known]
    isin = np.array([not account.impacts and kind.startswith("money") for kind in kinds], dtype=bool)
    for at in np.flatnonzero(isin).tolist():
        if kinds[at] != units.parse(money).dimension:
            raise UnitError(f"unit {known[at][0]} is another money than {money}", where=account.units[at][1])
        factors[at] *= units.factor(known[at][0], money)
    notes = _scaled(account, factors, [money if own else name for own, (name, _) in zip(isin, known, strict=True)])
    F_Y, paid = account.F_Y, 0.0
    if F_Y is not None:
        paid = float(np.abs(_rows(F_Y, isin)).sum())
    return _Part(
        account.name,
        [name for name, own in zip(account.names, isin, strict=True) if not own],
        [name for (name, _), own in zip(known, isin, strict=True) if not own],
        _rows(account.F, ~isin),
        None if F_Y is None else _rows(F_Y, ~isin),
        [name for name, own in zip(account.names, isin, strict=True) if own],
        _rows(account.F, isin),
        paid,
        notes,
    )


def _scaled(account: Account, factors: Array, held: Sequence[str]) -> list[Finding]:
    """Multiply the rows by their factors, in place; a note for each pair of units."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for at in np.flatnonzero(factors != 1.0).tolist():
        account.F[at] *= factors[at]
        if account.F_Y is not None:
            account.F_Y[at] *= factors[at]
        pairs.setdefault((account.units[at][0], held[at]), []).append(account.names[at])
    return [
        found("converted", "note", account.where, part=shared.listed(rows), given=given, held=unit)
        for (given, unit), rows in pairs.items()
    ]


def _rows(values: Array, wanted: NDArray[np.bool_]) -> Array:
    """Those rows: without a copy where they follow each other, as they do in EXIOBASE's files."""
    at = np.flatnonzero(wanted)
    if not len(at) or at[-1] - at[0] + 1 == len(at):
        return values[at[0] : at[-1] + 1] if len(at) else values[:0]
    return np.asarray(values[wanted])


def _stacked(parts: Sequence[Array], width: int) -> Array:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty((0, width))


def _unique(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The names, one that an earlier account has with its own account's name after it; and what was renamed."""
    seen: dict[str, str] = {}
    names, doubled = [], []
    for name, account in pairs:
        if seen.setdefault(name, account) != account:
            doubled.append(f"{name} to {name} ({account})")
            name = f"{name} ({account})"
        names.append(name)
    return names, doubled


def _direct(parts: Sequence[_Part], width: int) -> tuple[Array | None, list[str]]:
    """F_Y of all parts, zero where an account has none; and which have none: all of them, where it is None."""
    with_rows = [part for part in parts if part.names]
    absent = [part.name for part in with_rows if part.F_Y is None]
    if len(absent) == len(with_rows):
        return None, absent
    return _stacked([np.zeros((len(p.names), width)) if p.F_Y is None else p.F_Y for p in with_rows], width), absent


def _left_out(parts: Sequence[_Part], made: Table) -> list[Finding]:
    paid = sum(part.paid for part in parts)
    if paid == 0:
        return []
    values = {"names": "primary inputs of final demand", "total": paid, "unit": made.about.currency}
    return [found("left-out", "note", "V", paid / float(np.abs(made.x.values).sum()), **values)]


def facts(what: str, year: int, system: str, **more: str) -> dict[str, Any]:
    """The facts of ``About`` that follow from a table's name and system."""
    name = f"{what} {year}, {exiobase.SYSTEMS[system]}" if system else f"{what} {year}"
    return {"name": name, "year": year, **more}
