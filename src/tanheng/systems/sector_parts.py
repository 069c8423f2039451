"""The parts of a sector that is split: their shares of sales, inputs and emissions, declared or drawn, and the tables.

What ``tanheng.systems.disaggregate`` is made of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.errors import InputError, LabelError, QuestionError, TableError, nearest
from tanheng.kernels import sample
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Shares = Mapping[str, float]  # new sector -> share; they sum to one
Declared = Mapping[str, Shares | Mapping[str, Shares]]  # label -> shares, for all regions or by region
Unknown = Literal["weights", "sales", "inputs", "block", "stressors"]
UNKNOWN: tuple[Unknown, ...] = get_args(Unknown)

TOLERANCE = 1e-12  # what declared shares may miss 1 by: the rounding of decimals
SPARE = 1e-9  # of a sector's sales or purchases: below it nothing is left, or missing, but rounding


@dataclass(frozen=True, eq=False)
class Parts:
    """Shares of all that belongs to a sector of R regions, for its m parts; each sums to one over the last axis.

    ``sold`` (R, S + D, m) by seller and buyer, ``bought`` (S, R, m) by supplier and buyer, ``paid`` (I, R, m) by
    primary input, ``emitted`` (K, R, m) by stressor. ``own`` is the block, what the sector sells to itself by seller
    and buyer: (R, m, R, m), each pair of regions summing to one, or its like by broadcasting.
    """

    sold: Array
    bought: Array
    paid: Array
    emitted: Array
    own: Array


@dataclass(frozen=True, eq=False)
class SectorParts:
    """Sector ``at`` of a table to be split into ``new``, with shares ``w`` (R, m) of its output."""

    table: Table
    at: int
    new: tuple[str, ...]
    w: Array

    @classmethod
    def of(cls, table: Table, sector: str, weights: Shares | Mapping[str, Shares]) -> SectorParts:
        """The parts by their names and shares of output; raises LabelError and InputError (see ``disaggregate``)."""
        if sector not in table.sectors:
            hint = nearest(sector, table.sectors)
            raise LabelError(f"sector {sector} is not known", where=table.about.name, hint=hint)
        return cls(table, table.sectors.index(sector), *_weights(table, sector, weights))

    @property
    def sectors(self) -> list[str]:
        """The sectors of the new table."""
        return [*self.table.sectors[: self.at], *self.new, *self.table.sectors[self.at + 1 :]]

    def record(self, **declared: object) -> str:
        """The split in words, for ``about.version``."""
        alike = bool((self.w == self.w[0]).all())
        shares = [f"{name} {share:.6g}" if alike else name for name, share in zip(self.new, self.w[0], strict=True)]
        given = [name for name, value in declared.items() if value]
        by = [] if alike else ["shares by region"]
        by += [f"{', '.join(given)} declared"] if given else []
        more = f" ({'; '.join(by)})" if by else ""
        return f"sector {self.table.sectors[self.at]} split into {', '.join(shares)}{more}"

    # -- shares that are declared, and what they leave ---------------------------------------------------------------

    def parts(
        self, *, sales: Declared, inputs: Declared, block: Mapping[str, Shares] | None, stressors: Declared
    ) -> tuple[Parts, Fixed]:
        """All shares, those declared and for the rest one share that makes the totals right; and which are declared."""
        name = self.table.sectors[self.at]
        if block is not None and (name in sales or name in inputs):
            hint = f"its row and column sums are the shares of sales to, and inputs from, {name}: leave those out"
            raise InputError("the block is declared twice", where=self.table.about.name, hint=hint)
        cells = None if block is None else self._cells(block)
        table, S = self.table, len(self.table.sectors)
        sellers = self._declared(sales, [*table.sectors, *table.demand], "buyer", "sales")
        buyers = self._declared(inputs, [*table.sectors, *self._primary], "supplier or primary input", "inputs")
        if cells is not None:
            sellers[self.at] = np.broadcast_to(cells.sum(axis=1), self.w.shape)
            buyers[self.at] = np.broadcast_to(cells.sum(axis=0), self.w.shape)
        sold = self._filled(sellers, self.sales, "sales")
        # suppliers that are not declared supply by output, so that the primary inputs are what balances
        known = {i: self.w for i in range(S)} | buyers if buyers else {}
        in_all = self._filled(known, self.purchases[:, : S + len(self._primary)], "inputs").transpose(1, 0, 2)
        bought, paid = in_all[:S], in_all[S:]
        own = sold[:, self.at, :, None, None] * bought[self.at] if cells is None else cells[None, :, None, :]
        emitted = np.repeat(self.w[None], len(table.stressors), axis=0)
        emissions = self._declared(stressors, table.stressors, "stressor", "stressors")
        for k, one in emissions.items():
            emitted[k] = one
        fixed = Fixed(frozenset(sellers), frozenset(buyers), cells is not None, frozenset(emissions))
        return Parts(sold, bought, paid, emitted, own), fixed

    @property
    def _primary(self) -> list[str]:
        return [] if self.table.V is None else [str(name) for name in self.table.V.indexes["input"]]

    @property
    def sales(self) -> Array:
        """What the sector sells by buying sector and final demand category (R, S + D), money."""
        Z, Y = self.table.Z.values[:, self.at], self.table.Y.values[:, self.at]
        return np.concatenate([Z.sum(axis=1), Y.sum(axis=1)], axis=1)

    @property
    def purchases(self) -> Array:
        """What it buys by supplying sector, and its primary inputs or without any the balance (R, S + I), money."""
        table = self.table
        bought = table.Z.values[:, :, :, self.at].sum(axis=0).T
        paid = table.primary_inputs.values[:, [self.at]] if table.V is None else table.V.values[:, :, self.at].T
        return np.concatenate([bought, paid], axis=1)

    def _cells(self, given: Mapping[str, Shares]) -> Array:
        """The shares (m, m) of what the sector sells to itself, by seller and buyer."""
        where = f"{self.table.about.name}, block"
        labels.positions(list(given), self.new, what="new sector", where=where)
        flat = {(seller, buyer): share for seller, row in given.items() for buyer, share in row.items()}
        pairs = [(seller, buyer) for seller in self.new for buyer in self.new]
        return _shares(flat, pairs, where).reshape(len(self.new), len(self.new))

    def _declared(self, given: Declared, known: Sequence[str], what: str, part: str) -> dict[int, Array]:
        """Declared shares (R, m) by position among ``known``."""
        where = f"{self.table.about.name}, {part}"
        at = labels.positions(list(given), known, what=what, where=where)
        return {
            int(i): _by_region(shares, self.table.regions, self.new, f"{where}, {name}")
            for i, (name, shares) in zip(at, given.items(), strict=True)
        }

    def _filled(self, declared: Mapping[int, Array], amounts: Array, part: str) -> Array:
        """Shares (R, N, m) of ``amounts`` (R, N): those declared, and one more for all others.

        That one makes each new sector's total its output share of the whole. Raises TableError where it would be
        negative, or nothing is left to bring the totals there.
        """
        shares = np.repeat(self.w[:, None, :], amounts.shape[1], axis=1)
        if not declared:
            return shares
        for i, one in declared.items():
            shares[:, i] = one
        if part == "inputs" and self.table.V is None:
            return shares  # value added is the balance, whatever it is
        others = np.setdiff1d(np.arange(amounts.shape[1]), list(declared))
        left = amounts[:, others].sum(axis=1)
        due = self.w * amounts.sum(axis=1)[:, None] - sum(amounts[:, [i]] * shares[:, i] for i in declared)
        spare = SPARE * np.abs(amounts).sum(axis=1)
        self._require_left(due, left, spare, part)
        rest = self.w.copy()
        some = np.abs(left) > spare
        rest[some] = np.where(np.abs(due) > spare[:, None], due, 0.0)[some]
        shares[:, others] = (rest / rest.sum(axis=1, keepdims=True))[:, None, :]
        return shares

    def _require_left(self, due: Array, left: Array, spare: Array, part: str) -> None:
        """Raise TableError where what is ``left`` (R,) cannot be given away as is ``due`` (R, m)."""
        bad = (due * np.sign(left)[:, None] < -spare[:, None]) | (
            (np.abs(left) <= spare)[:, None] & (np.abs(due) > spare[:, None])
        )
        if bad.any():
            region, k = np.unravel_index(int(bad.argmax()), bad.shape)
            raise TableError(
                f"the declared {part} leave {due[region, k]:.6g} for the rest of {self.new[k]}, of {left[region]:.6g}",
                where=f"{self.table.about.name}, region {self.table.regions[region]}",
                hint=f"its share of output is {self.w[region, k]:.6g}: change that, or the declared {part}",
            )

    # -- shares that are drawn ----------------------------------------------------------------------------------------

    def weighed(self, rng: np.random.Generator, *, alike: bool) -> SectorParts:
        """The same with output shares drawn uniformly from the simplex; a part without output in a region stays so."""
        return replace(self, w=self._simplex(rng, alike))

    def drawn(
        self, parts: Parts, fixed: Fixed, unknown: Collection[str], rng: np.random.Generator, *, alike: bool
    ) -> Parts:
        """The same with the ``unknown`` shares that are not ``fixed`` drawn uniformly from what the margins leave."""
        require_unknown(unknown)
        sold, bought, paid, emitted = parts.sold, parts.bought, parts.paid, parts.emitted.copy()
        if "sales" in unknown:
            sold = self._walked(sold, self.sales, fixed.sales, rng, alike)
        if "inputs" in unknown:
            bought, paid = self._inputs_drawn(parts, fixed, rng, alike)
        own = parts.own
        if not fixed.block:
            own = sold[:, self.at, :, None, None] * bought[self.at]
            own = _blocks(own, rng, alike) if "block" in unknown else own
        if "stressors" in unknown:
            for k in set(range(len(emitted))) - fixed.stressors:
                emitted[k] = self._simplex(rng, alike)
        return Parts(sold, bought, paid, emitted, own)

    def _inputs_drawn(self, parts: Parts, fixed: Fixed, rng: np.random.Generator, alike: bool) -> tuple[Array, Array]:
        """``bought`` and ``paid`` drawn; without primary inputs the balance of each column is drawn with them."""
        S, amounts = len(self.table.sectors), self.purchases
        rest, held = parts.paid.transpose(1, 0, 2), fixed.inputs
        given = np.concatenate([parts.bought.transpose(1, 0, 2), rest], axis=1)
        if self.table.V is None:
            due = self.w * amounts.sum(axis=1)[:, None] - np.einsum("ri,rik->rk", amounts[:, :S], given)
            some = (due >= 0).all(axis=1) & (amounts[:, S] > 0)
            rest = np.divide(due, amounts[:, [S]], out=self.w.copy(), where=some[:, None])[:, None]
            given = np.concatenate([given, rest], axis=1)
            held = held if some.all() else held | {S}
        walked = self._walked(given, amounts, held, rng, alike).transpose(1, 0, 2)
        return walked[:S], parts.paid if self.table.V is None else walked[S:]

    def _simplex(self, rng: np.random.Generator, alike: bool) -> Array:
        """Shares (R, m) of parts, zero where a part has no output."""
        return sample.shares((1 if alike else len(self.w), len(self.new)), rng, there=self.w > 0)

    def _walked(
        self, given: Array, amounts: Array, fixed: Collection[int], rng: np.random.Generator, alike: bool
    ) -> Array:
        """Shares (R, N, m) of ``amounts`` (R, N) drawn from the tables with the margins of those ``given``.

        What is declared stays, and what is negative stays in proportion (a signed cell has no uniform distribution).
        """
        free = amounts > 0
        free[:, list(fixed)] = False
        start = np.where(free, amounts, 0.0)[:, :, None] * given
        walked = sample.tables(start, rng, free=free, alike=alike)
        shares = np.divide(walked, amounts[:, :, None], out=given.copy(), where=free[:, :, None])
        return np.asarray(shares)

    # -- the table ----------------------------------------------------------------------------------------------------

    def flows(self, parts: Parts) -> Array:
        """The new Z, (R S', R S')."""
        Z, at, m = self.table.Z.values, self.at, len(self.new)
        R, S = Z.shape[:2]
        sold, bought = parts.sold[:, :S], parts.bought
        out = np.empty((R, S + m - 1, R, S + m - 1))
        new, kept = slice(at, at + m), [(slice(0, at), slice(0, at)), (slice(at + m, None), slice(at + 1, None))]
        for to, of in kept:
            for column, source in kept:
                out[:, to, :, column] = Z[:, of, :, source]
            out[:, new, :, to] = Z[:, at, None, :, of] * sold[:, of].transpose(0, 2, 1)[:, :, None, :]
            out[:, to, :, new] = Z[:, of, :, at, None] * bought[of]
        out[:, new, :, new] = Z[:, at, :, at][:, None, :, None] * parts.own
        return out.reshape(R * (S + m - 1), -1)

    def along(self, array: Array, shares: Array, axis: int) -> Array:
        """``array`` with the sector on ``axis`` replaced by its parts; flat, as ``Table.from_arrays`` takes it."""
        before, old, after = np.split(array, [self.at, self.at + 1], axis=axis)
        out = np.concatenate([before, old * shares, after], axis=axis)
        return out if axis == 2 else out.reshape(out.shape[0] * out.shape[1], -1)

    def laid_out(self, parts: Parts, classification: str, version: str) -> Table:
        """The new table, its findings those of the old one that still hold."""
        table, S = self.table, len(self.table.sectors)
        about = replace(table.about, classification=classification, version=f"{table.about.version}; {version}")
        return Table.from_arrays(
            self.flows(parts),
            self.along(table.Y.values, parts.sold[:, S:].transpose(0, 2, 1)[:, :, None, :], 1),
            self.along(table.F.values, parts.emitted, 2),
            F_Y=None if table.F_Y is None else table.F_Y.values,
            V=None if table.V is None else self.along(table.V.values, parts.paid, 2),
            inputs=None if table.V is None else self._primary,
            regions=table.regions,
            sectors=self.sectors,
            demand=table.demand,
            stressors=table.stressors,
            about=about,
        )


@dataclass(frozen=True)
class Fixed:
    """The positions of buyers, of suppliers and primary inputs, and of stressors whose shares are declared."""

    sales: frozenset[int]
    inputs: frozenset[int]
    block: bool
    stressors: frozenset[int]


def require_unknown(unknown: Collection[str]) -> None:
    """Raise QuestionError for a part that cannot be drawn."""
    for name in unknown:
        if name not in UNKNOWN:
            raise QuestionError(f"{name!r} is no part of a split", hint=nearest(name, UNKNOWN))


def _blocks(own: Array, rng: np.random.Generator, alike: bool) -> Array:
    """The block (R, m, R, m) drawn between its margins, for each pair of regions."""
    R, m = own.shape[:2]
    pairs = own.transpose(0, 2, 1, 3).reshape(R * R, m, m)
    return sample.tables(pairs, rng, alike=alike).reshape(R, R, m, m).transpose(0, 2, 1, 3)


def _weights(table: Table, sector: str, given: Shares | Mapping[str, Shares]) -> tuple[tuple[str, ...], Array]:
    """The new sectors, and their shares of output by region (R, m)."""
    where = f"{table.about.name}, weights"
    rows = _rows(given, table.regions, where)
    new = tuple(rows[table.regions[0]])
    labels.check_unique([*(one for one in table.sectors if one != sector), *new], what="sector", where=where)
    return new, _by_region(given, table.regions, new, where)


def _rows(given: Shares | Mapping[str, Shares], regions: Sequence[str], where: str) -> Mapping[str, Shares]:
    """Shares by region; raises LabelError for a region that is not known, or lacking."""
    by_region = {key: value for key, value in given.items() if isinstance(value, Mapping)}
    if not by_region:
        return dict.fromkeys(regions, given)  # type: ignore[arg-type]
    labels.positions(list(given), regions, what="region", where=where)
    labels.positions(regions, list(by_region), what="region", where=where)
    return by_region


def _by_region(given: Shares | Mapping[str, Shares], regions: Sequence[str], new: Sequence[str], where: str) -> Array:
    """Shares (R, m), the same for all regions or of each; raises as ``_rows`` and ``_shares``."""
    rows = _rows(given, regions, where)
    if rows[regions[0]] is given:
        return np.repeat(_shares(given, new, where)[None], len(regions), axis=0)  # type: ignore[arg-type]
    return np.array([_shares(rows[region], new, f"{where}, region {region}") for region in regions])


def _shares(given: Mapping[Any, float], names: Sequence[Any], where: str) -> Array:
    """Shares in the order of ``names``, which are covered exactly; raises InputError unless they sum to one."""
    labels.positions(list(given), names, what="new sector", where=where)
    labels.positions(names, list(given), what="new sector", where=where)
    shares = np.array([given[name] for name in names], dtype=np.float64)
    if not (shares >= 0).all():
        name = names[int((~(shares >= 0)).argmax())]
        raise InputError(f"the share of {name} is {given[name]}", where=where, hint="shares are between 0 and 1")
    if not abs(shares.sum() - 1) <= TOLERANCE:
        hint = "give the whole away: the last share is what remains"
        raise InputError(f"the shares sum to {shares.sum():.12g}, not 1", where=where, hint=hint)
    return shares
