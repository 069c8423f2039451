"""One sector split into several, in every region, so that joining them again gives the table back."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from tanheng import labels
from tanheng.kernels import sample
from tanheng.labels import Concordance
from tanheng.systems.aggregate import carried
from tanheng.systems.sector_parts import Declared, SectorParts, Shares, Unknown
from tanheng.systems.table import Table

USUAL: tuple[Unknown, ...] = ("sales", "inputs", "block")


def disaggregate(
    table: Table,
    sector: str,
    weights: Shares | Mapping[str, Shares],
    *,
    sales: Declared | None = None,
    inputs: Declared | None = None,
    block: Mapping[str, Shares] | None = None,
    stressors: Declared | None = None,
    classification: str = "",
) -> Table:
    """A new table in which ``sector`` of every region is split; the new sectors stand where it stood.

    ``weights`` are the new sectors' shares of its output: for all regions alike, or by region (each of them; 0 where a
    region makes none). With weights alone everything is split in proportion, so the new sectors are alike and no
    account of a region changes. What is known better is declared, each set of shares by new sector summing to one, for
    all regions alike or by region:

    * ``sales``: of what a region sells to a buying sector or to a final demand category, wherever; the other buyers
      share what is left of each new sector's output, all alike;
    * ``inputs``: of what a region buys from a supplying sector, or of a primary input; other sectors supply in
      proportion to output, and the other primary inputs are what balances each new column;
    * ``block``: of what the sector sells to itself, ``block[seller][buyer]``, all cells together summing to one; its
      margins are then the sector's sales to, and inputs from, itself;
    * ``stressors``: of a region's emissions of a stressor; without them, in proportion to output.

    With output weights w, what Wolsky asks holds by construction: rows Σ_k z_kj = z_Nj, columns Σ_k z_ik = z_iN, block
    Σ_k Σ_l z_kl = z_NN, emissions Σ_k f_k = f_N; output is x_k = w_k x_N. Joining the new sectors gives the table back
    to rounding. Unknown shares are not estimated: between the declared ones lies a polytope of tables as good (Lindner
    et al. 2012), which ``drawn`` draws from.

    ``about.version`` records the split; ``classification`` names the new sectors' classification where ``labels`` knows
    it. Memory: one Z more.
    Raises LabelError for an unknown sector, buyer, supplier, stressor or region and for new sectors that the table has
    already, InputError for shares that are negative or do not sum to one, TableError where declared shares leave less
    than nothing for the others (naming the region and the sector).
    Source: Wolsky 1984; Lindner, Legault and Guan 2012.
    """
    split = SectorParts.of(table, sector, weights)
    parts, _ = split.parts(sales=sales or {}, inputs=inputs or {}, block=block, stressors=stressors or {})
    record = split.record(sales=sales, inputs=inputs, block=block, stressors=stressors)
    return split.laid_out(parts, classification, record).noted(carried(table))


def drawn(
    table: Table,
    sector: str,
    weights: Shares | Mapping[str, Shares],
    *,
    draw: int,
    seed: int = 0,
    unknown: Collection[Unknown] = USUAL,
    alike: bool = True,
    sales: Declared | None = None,
    inputs: Declared | None = None,
    block: Mapping[str, Shares] | None = None,
    stressors: Declared | None = None,
    classification: str = "",
) -> Table:
    """As ``disaggregate``, with the ``unknown`` shares that are not declared drawn from all tables with these margins.

    Sales (a region's buyers by new sectors) and inputs (suppliers and primary inputs by new sectors) are each drawn
    uniformly from their transportation polytope, then the block uniformly between the margins that the two leave it;
    ``stressors``, where they are among ``unknown``, uniformly from the simplex, and so ``weights``. A buyer is a sector
    or final demand category, wherever it is: a region's part of sales to it is one share. Amounts that are negative
    stay in proportion. Draw ``draw`` of ``seed`` is always the same table, whatever was drawn before it. With ``alike``
    all regions lean the same way (what is unknown is mostly technology, and errors that are independent by region
    would cancel); without, each region is drawn on its own.

    Uniform means that no table is likelier than another, and not that shares lie around proportionality: a small buyer
    may take any share, while a large one must take about the average.
    Raises as ``disaggregate``, and QuestionError for a part that cannot be drawn.
    Source: Lindner, Legault and Guan 2012 (random walks through the polytope of unknown coefficients).
    """
    rng = sample.generator(seed, draw)
    split = SectorParts.of(table, sector, weights)
    if "weights" in unknown:
        split = split.weighed(rng, alike=alike)
    parts, fixed = split.parts(sales=sales or {}, inputs=inputs or {}, block=block, stressors=stressors or {})
    parts = split.drawn(parts, fixed, unknown, rng, alike=alike)
    known = split.record(sales=sales, inputs=inputs, block=block, stressors=stressors)
    record = f"{known}, {', '.join(unknown)} drawn ({draw} of seed {seed})"
    return split.laid_out(parts, classification, record).noted(carried(table))


@dataclasses.dataclass(frozen=True, eq=False)
class UnknownShares:
    """A split whose shares are partly unknown: the table ``given`` by what is declared, and draws from all the others.

    The fields are the arguments of ``drawn``.
    """

    base: Table
    sector: str
    weights: Shares | Mapping[str, Shares]
    unknown: Collection[Unknown] = USUAL
    alike: bool = True
    sales: Declared | None = None
    inputs: Declared | None = None
    block: Mapping[str, Shares] | None = None
    stressors: Declared | None = None

    @cached_property
    def given(self) -> Table:
        """The split with all that is unknown in proportion (``disaggregate``)."""
        return disaggregate(self.base, self.sector, self.weights, **self._declared)

    def draw(self, number: int, seed: int = 0) -> Table:
        """Draw ``number`` of ``seed`` (``drawn``)."""
        more: dict[str, Any] = {"draw": number, "seed": seed, "unknown": self.unknown, "alike": self.alike}
        return drawn(self.base, self.sector, self.weights, **more, **self._declared)

    @property
    def _declared(self) -> dict[str, Any]:
        return {"sales": self.sales, "inputs": self.inputs, "block": self.block, "stressors": self.stressors}


def joining(table: Table, sector: str, new: Sequence[str]) -> Concordance:
    """The concordance that joins the ``new`` sectors of ``table`` to ``sector`` and leaves the others alone.

    Raises LabelError for a new sector that the table does not have.
    """
    labels.positions(new, table.sectors, what="sector", where=table.about.name)
    links = [(one, sector if one in new else one, 1.0) for one in table.sectors]
    return Concordance.from_links(links, table.sectors, where=f"joining {sector}")
