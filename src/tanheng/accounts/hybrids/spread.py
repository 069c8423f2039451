"""The spread of any account over all tables that a split leaves possible: low, middle and high of many draws."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounts.declared import find
from tanheng.accounts.result import HYBRID, By, Stressors, tidy
from tanheng.errors import QuestionError
from tanheng.systems.table import Table

Question = Callable[[Table], xr.DataArray]
Progress = Callable[[str, int, int], None]
Quantiles = tuple[float, float]

QUANTILES: Quantiles = (0.05, 0.95)
FEWEST = 2  # draws that can be said to spread


class Draws(Protocol):
    """A split that is not wholly known: the table it was made of, the table ``given``, and draws of all the others."""

    @property
    def base(self) -> Table:
        """The table before it was split."""

    @property
    def unknown(self) -> Collection[str]:
        """The parts that are drawn."""

    @property
    def given(self) -> Table:
        """The table by what is known, the rest in proportion."""

    def draw(self, number: int, seed: int = 0) -> Table:
        """Draw ``number`` of ``seed``: always the same table."""


def spread(
    split: Draws,
    account: str = "consumption",
    by: By = None,
    *,
    draws: int = 100,
    seed: int = 0,
    quantiles: Quantiles = QUANTILES,
    stressor: Stressors = None,
    group_by: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> xr.DataArray:
    """An account of the tables that ``split`` leaves possible, from ``draws`` of them.

    Returns the account (stressor, and those of ``by``) in its own units: the value is the mean of the draws, which adds
    up as every draw does (medians do not); the coordinates ``low`` and ``high`` are the ``quantiles`` of every cell,
    widened to the mean where draws are so skewed that it lies outside, and add up to nothing: cells are not low
    together. The attribute ``given`` tells which table the hash is of: the one
    with unknown shares in proportion.
    Cost: a solve a draw. Raises QuestionError for an unknown account, too few draws and quantiles out of order, and
    what the draws and the account raise.
    Source: Lindner, Legault and Guan 2012.
    """
    ask = find(account).function

    def question(table: Table) -> xr.DataArray:
        return ask(table, by, stressor=stressor, group_by=group_by, **options)

    return spreads(split, [question], draws=draws, seed=seed, quantiles=quantiles, progress=progress)[0]


def spreads(
    split: Draws,
    questions: Sequence[Question],
    *,
    draws: int = 100,
    seed: int = 0,
    quantiles: Quantiles = QUANTILES,
    progress: Progress | None = None,
) -> list[xr.DataArray]:
    """Several accounts over the same draws, each as ``spread`` gives it; a table is solved once for all of them."""
    low, high = quantiles
    if not 0 <= low < high <= 1:
        raise QuestionError(f"the quantiles are {low:g} and {high:g}", hint="give two in order, such as 0.05 and 0.95")
    if draws < FEWEST:
        raise QuestionError(f"{draws} draws have no spread", hint="give 100 or so")
    given = [ask(split.given) for ask in questions]
    found = [np.empty((draws, *one.shape)) for one in given]
    for number in range(draws):
        if progress is not None:
            progress("draws", number, draws)
        table = split.draw(number, seed)
        for values, ask in zip(found, questions, strict=True):
            values[number] = ask(table).values
    more = {"draws": draws, "seed": seed, "quantiles": f"{low:g} {high:g}", "unknown": " ".join(split.unknown)}
    return [_stamped(one, values, quantiles, split, more) for one, values in zip(given, found, strict=True)]


def spread_rows(results: Sequence[xr.DataArray]) -> pd.DataFrame:
    """The tidy rows of results, with the columns low and high where they have a spread."""
    frames = []
    for one in results:
        ends = {end: one[end].values.ravel() for end in ("low", "high") if end in one.coords}
        frames.append(tidy(one).assign(**ends))
    return pd.concat(frames, ignore_index=True)


def _stamped(
    given: xr.DataArray, values: np.ndarray[Any, Any], quantiles: Quantiles, split: Draws, more: dict[str, Any]
) -> xr.DataArray:
    """The mean under the labels of the ``given`` result, with low and high beside it."""
    ends = np.quantile(values, quantiles, axis=0)
    mean = values[0] + (values - values[0]).mean(axis=0)  # to the last digit where no draw differs
    method = f"{given.attrs['method']}; mean of {more['draws']} tables drawn, quantiles {more['quantiles']}"
    attrs = {"method": method, "approach": HYBRID, "base_hash": split.base.hash, "given": "unknown in proportion"}
    result = given.copy(deep=False, data=mean).assign_attrs(attrs | more)
    low, high = np.minimum(ends[0], mean), np.maximum(ends[1], mean)
    return result.assign_coords(low=(given.dims, low), high=(given.dims, high))
