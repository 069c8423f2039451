"""Final demand of two years as a product of factors: origin, mix, level, population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import QuestionError
from tanheng.kernels.decompose import State
from tanheng.systems.table import Table

Array = NDArray[np.float64]

# What can stand for final demand, each in the order in which it is multiplied.
DEMAND = (
    ("demand",),
    ("mix", "level"),
    ("origin", "mix", "level"),
    ("mix", "level", "population"),
    ("origin", "mix", "level", "population"),
)
CANCELLED = 0.5  # of the sales without sign: a sum below it is of sales that mostly cancel, and shares of it explode


@dataclass(frozen=True, eq=False)
class Split:
    """Final demand as the product of ``factors``, whose ``values`` are by year (2, ...) and broadcast to (R, S, C).

    ``unsplit`` is the share of final demand whose origin could not be told from its mix.
    """

    factors: tuple[str, ...]
    values: tuple[Array, ...]
    unsplit: float

    def demand(self, state: State) -> Array:
        """Final demand (R, S, C) with the factors of the later year where ``state`` is true."""
        whole: Array = self.values[0][int(state[0])]
        for one, late in zip(self.values[1:], state[1:], strict=True):
            whole = whole * one[int(late)]
        return whole


def split(before: Table, after: Table, factors: Sequence[str], people: tuple[Array, Array]) -> Split:
    """Final demand of sectors with output as the product of those of ``factors`` that are of demand.

    With Y (R, S, C) by supplier, product and consumer: origin = Y_rsc / Y_·sc, mix = Y_·sc / Y_··c (without origin:
    Y_rsc / Y_··c), level = Y_··c, or per head with population ``people`` (C,) of each year. Shares of nothing are those
    of the other year. Where the sales of a product to a region mostly cancel in a year (below half of their size
    without sign), shares of them would mean nothing: such cells have origin 1 and their mix is Y_rsc / Y_··c.
    Raises QuestionError for a region whose final demand as a whole is not positive, or mostly cancels.
    """
    Y = np.stack([np.where(t.has_output[:, :, None], t.final_demand.values, 0.0) for t in (before, after)])
    names = next(one for one in DEMAND if set(one) == set(factors) & {name for some in DEMAND for name in some})
    if names == ("demand",):
        return Split(names, (Y,), 0.0)
    gross = np.abs(Y)
    level, size = Y.sum(axis=(1, 2)), gross.sum(axis=(1, 2))
    _require_levels(level, size, before, after)
    product, product_size = Y.sum(axis=1), gross.sum(axis=1)
    joint = (np.abs(product) < CANCELLED * product_size).any(axis=0)
    if "origin" not in names:
        joint = np.ones_like(joint)
    of_product = _share(Y, product[:, None])
    of_level = _share(np.where(joint[None, None], Y, product[:, None]), level[:, None, None])
    parts: dict[str, Array] = {
        "origin": np.where(joint[None, None], 1.0, of_product),
        "mix": of_level,
        "level": level[:, None, None],
        "population": np.stack(people)[:, None, None],
    }
    if "population" in names:
        parts["level"] = parts["level"] / parts["population"]
    unsplit = float((product_size * joint).sum() / size.sum()) if "origin" in names else 0.0
    return Split(names, tuple(parts[name] for name in names), unsplit)


def _share(part: Array, whole: Array) -> Array:
    """``part`` / ``whole`` of both years (2, ...); where one year has nothing, the share of the other."""
    whole = np.broadcast_to(whole, part.shape)
    share = np.divide(part, whole, out=np.zeros(part.shape), where=whole != 0)
    return np.where(whole != 0, share, share[::-1])


def _require_levels(level: Array, size: Array, before: Table, after: Table) -> None:
    bad = (size > 0) & ~(level > CANCELLED * size)
    if bad.any():
        year, region = np.unravel_index(int(bad.argmax()), bad.shape)
        table = (before, after)[int(year)]
        raise QuestionError(
            f"final demand of {table.regions[region]} is {level[year, region]:.6g}: no shares can be taken of it",
            where=f"{table.about.name} {table.year}",
            hint="ask for the factors intensity,technology,demand",
        )
