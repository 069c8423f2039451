"""One sector split into several, in every region, so that joining them again gives the table back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.errors import InputError, LabelError, TableError, nearest
from tanheng.labels import Concordance
from tanheng.systems.aggregate import carried
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Shares = Mapping[str, float]  # new sector -> share; they sum to one

TOLERANCE = 1e-12  # what declared shares may miss 1 by: the rounding of decimals
SPARE = 1e-9  # of a sector's sales or purchases: below it nothing is left, or missing, but rounding


def disaggregate(
    table: Table,
    sector: str,
    weights: Shares | Mapping[str, Shares],
    *,
    sales: Mapping[str, Shares] | None = None,
    inputs: Mapping[str, Shares] | None = None,
    block: Mapping[str, Shares] | None = None,
    stressors: Mapping[str, Shares] | None = None,
    classification: str = "",
) -> Table:
    """A new table in which ``sector`` of every region is split; the new sectors stand where it stood.

    ``weights`` are the new sectors' shares of its output: for all regions alike, or by region (each of them). With
    weights alone everything is split in proportion, so the new sectors are alike and no account of a region changes.
    What is known better is declared, each set of shares by new sector summing to one:

    * ``sales``: of what is sold to a buying sector or to a final demand category; the other buyers share what is left
      of each new sector's output, all alike;
    * ``inputs``: of what is bought from a supplying sector, or of a primary input; other sectors supply in proportion
      to output, and the other primary inputs are what balances each new column;
    * ``block``: of what the sector sells to itself, ``block[seller][buyer]``, all cells together summing to one; its
      margins are then the sector's sales to, and inputs from, itself;
    * ``stressors``: of the emissions of a stressor; without them, in proportion to output.

    Declared shares hold for every region, as seller and as buyer. With output weights w, what Wolsky asks holds by
    construction: rows Σ_k z_kj = z_Nj, columns Σ_k z_ik = z_iN, block Σ_k Σ_l z_kl = z_NN, emissions Σ_k f_k = f_N;
    output is x_k = w_k x_N. Joining the new sectors gives the table back to rounding. Unknown shares are not estimated:
    between the declared ones lies a polytope of tables as good (Lindner et al. 2012).

    ``about.version`` records the split; ``classification`` names the new sectors' classification where ``labels`` knows
    it. Memory: one Z more.
    Raises LabelError for an unknown sector, buyer, supplier or stressor and for new sectors that the table has already,
    InputError for shares that are negative or do not sum to one, TableError where declared shares leave less than
    nothing for the others (naming the region and the sector).
    Source: Wolsky 1984; Lindner, Legault and Guan 2012.
    """
    if sector not in table.sectors:
        raise LabelError(f"sector {sector} is not known", where=table.about.name, hint=nearest(sector, table.sectors))
    split = _Split(table, table.sectors.index(sector), *_weights(table, sector, weights))
    if block is not None and (sector in (sales or {}) or sector in (inputs or {})):
        hint = f"its row and column sums are the shares of sales to, and inputs from, {sector}: leave those out"
        raise InputError("the block is declared twice", where=table.about.name, hint=hint)
    cells = None if block is None else split.cells(block)
    sold = split.sales(sales or {}, cells)
    bought, paid = split.inputs(inputs or {}, cells)
    S, about = len(table.sectors), table.about
    version = f"{about.version}; {split.record(sales=sales, inputs=inputs, block=block, stressors=stressors)}"
    return Table.from_arrays(
        split.flows(sold[:, :S], bought, cells),
        split.along(table.Y.values, sold[:, S:].transpose(0, 2, 1)[:, :, None, :], 1),
        split.along(table.F.values, split.emitted(stressors or {}), 2),
        F_Y=None if table.F_Y is None else table.F_Y.values,
        V=None if table.V is None else split.along(table.V.values, paid, 2),
        inputs=None if table.V is None else list(table.V.indexes["input"]),
        regions=table.regions,
        sectors=split.sectors,
        demand=table.demand,
        stressors=table.stressors,
        about=dataclasses.replace(about, classification=classification, version=version),
    ).noted(carried(table))


def joining(table: Table, sector: str, new: Sequence[str]) -> Concordance:
    """The concordance that joins the ``new`` sectors of ``table`` to ``sector`` and leaves the others alone.

    Raises LabelError for a new sector that the table does not have.
    """
    labels.positions(new, table.sectors, what="sector", where=table.about.name)
    links = [(one, sector if one in new else one, 1.0) for one in table.sectors]
    return Concordance.from_links(links, table.sectors, where=f"joining {sector}")


@dataclasses.dataclass(frozen=True, eq=False)
class _Split:
    """Sector ``at`` of a table to be split into ``new``, with shares ``w`` (R, m) of its output."""

    table: Table
    at: int
    new: tuple[str, ...]
    w: Array

    @property
    def sectors(self) -> list[str]:
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

    def cells(self, given: Mapping[str, Shares]) -> Array:
        """The shares (m, m) of what the sector sells to itself, by seller and buyer."""
        where = f"{self.table.about.name}, block"
        labels.positions(list(given), self.new, what="new sector", where=where)
        flat = {(seller, buyer): share for seller, row in given.items() for buyer, share in row.items()}
        pairs = [(seller, buyer) for seller in self.new for buyer in self.new]
        return _shares(flat, pairs, where).reshape(len(self.new), len(self.new))

    def sales(self, given: Mapping[str, Shares], block: Array | None) -> Array:
        """Shares by seller and buyer (R, S + D, m): those declared, and for the others what is left of output."""
        buyers = [*self.table.sectors, *self.table.demand]
        declared = self._declared(given, buyers, "buyer", "sales")
        if block is not None:
            declared[self.at] = block.sum(axis=1)
        Z, Y = self.table.Z.values[:, self.at], self.table.Y.values[:, self.at]
        return self._filled(declared, np.concatenate([Z.sum(axis=1), Y.sum(axis=1)], axis=1), "sales")

    def inputs(self, given: Mapping[str, Shares], block: Array | None) -> tuple[Array, Array]:
        """Shares by supplier and buyer (S, R, m), and by primary input (I, R, m), which balance the columns."""
        table, S = self.table, len(self.table.sectors)
        primary = [] if table.V is None else [str(name) for name in table.V.indexes["input"]]
        declared = self._declared(given, [*table.sectors, *primary], "supplier or primary input", "inputs")
        if block is not None:
            declared[self.at] = block.sum(axis=0)
        amounts = table.Z.values[:, :, :, self.at].sum(axis=0).T  # (R, S), by buying region
        if table.V is not None:
            amounts = np.concatenate([amounts, table.V.values[:, :, self.at].T], axis=1)
        if declared:  # suppliers that are not supply by output, so that the primary inputs are what is left
            declared = {i: self.w for i in range(S)} | declared
        shares = self._filled(declared, amounts, "inputs").transpose(1, 0, 2)
        return shares[:S], shares[S:]

    def emitted(self, given: Mapping[str, Shares]) -> Array:
        """Shares of emissions by stressor and region (K, R, m)."""
        declared = self._declared(given, self.table.stressors, "stressor", "stressors")
        shares = np.repeat(self.w[None], len(self.table.stressors), axis=0)
        for k, one in declared.items():
            shares[k] = one
        return shares

    def flows(self, sold: Array, bought: Array, block: Array | None) -> Array:
        """The new Z (R, S', R, S')."""
        Z, at, m = self.table.Z.values, self.at, len(self.new)
        R, S = Z.shape[:2]
        out = np.empty((R, S + m - 1, R, S + m - 1))
        new, parts = slice(at, at + m), [(slice(0, at), slice(0, at)), (slice(at + m, None), slice(at + 1, None))]
        for to, of in parts:
            for column, source in parts:
                out[:, to, :, column] = Z[:, of, :, source]
            out[:, new, :, to] = Z[:, at, None, :, of] * sold[:, of].transpose(0, 2, 1)[:, :, None, :]
            out[:, to, :, new] = Z[:, of, :, at, None] * bought[of]
        own = sold[:, at, :, None, None] * bought[at] if block is None else block[:, None, :]
        out[:, new, :, new] = Z[:, at, :, at][:, None, :, None] * own
        return out.reshape(R * (S + m - 1), -1)

    def along(self, array: Array, shares: Array, axis: int) -> Array:
        """``array`` with the sector on ``axis`` replaced by its parts; flat, as ``Table.from_arrays`` takes it."""
        before, old, after = np.split(array, [self.at, self.at + 1], axis=axis)
        out = np.concatenate([before, old * shares, after], axis=axis)
        return out if axis == 2 else out.reshape(out.shape[0] * out.shape[1], -1)

    def _declared(self, given: Mapping[str, Shares], known: Sequence[str], what: str, part: str) -> dict[int, Array]:
        """Declared shares (m,) by position among ``known``."""
        where = f"{self.table.about.name}, {part}"
        at = labels.positions(list(given), known, what=what, where=where)
        return {
            int(i): _shares(shares, self.new, f"{where}, {name}")
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


def _weights(table: Table, sector: str, given: Shares | Mapping[str, Shares]) -> tuple[tuple[str, ...], Array]:
    """The new sectors, and their shares of output by region (R, m)."""
    where = f"{table.about.name}, weights"
    by_region = {key: value for key, value in given.items() if isinstance(value, Mapping)}
    if by_region:
        labels.positions(list(given), table.regions, what="region", where=where)
        labels.positions(table.regions, list(by_region), what="region", where=where)
    rows: Mapping[str, Shares] = by_region or dict.fromkeys(table.regions, given)  # type: ignore[arg-type]
    new = tuple(rows[table.regions[0]])
    labels.check_unique([*(one for one in table.sectors if one != sector), *new], what="sector", where=where)
    shares = [
        _shares(rows[region], new, f"{where}, region {region}" if by_region else where) for region in table.regions
    ]
    return new, np.array(shares)


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
