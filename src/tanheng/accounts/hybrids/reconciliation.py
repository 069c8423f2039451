"""Reconciliation: why a table and the trade of a product give two figures for one flow, by named causes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng import provenance
from tanheng.accounts.formula import method
from tanheng.accounts.result import HYBRID, finished
from tanheng.errors import InputError, QuestionError, UnitError
from tanheng.kernels import decompose
from tanheng.systems.linking import conversion

Approach = Literal["top-down", "bottom-up"]
Array = NDArray[np.float64]

# The factors whose product a reading is, each with the cause of a difference that comes from it.
CAUSES: Mapping[str, str] = {
    "trade": "trade-definition",
    "price": "price",
    "intensity": "factor",
    "boundary": "boundary",
    "year": "year",
}

method(
    "reconciliation",
    function="reconcile_readings",
    en="Reconciliation of a table with the trade of a product",
    zh="投入产出表与产品贸易的对账",
    formula=r"E_x = t_x p_x i_x b_x h_x, \quad E_2 - E_1 = \sum_c \Delta_c",
    symbols=r"t_x p_x i_x b_x h_x \Delta_c",
    source="Shapley 1953; Dietzenbacher and Los 1998 (the mean over all orders)",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit ("t", "USD/t", "kg/USD", "1") and source; ``proxy`` where it stands in for another.

    A product may be counted in a unit of its own ("piece"). Raises InputError for a value that is no finite number.
    """

    value: float
    unit: str
    source: str
    proxy: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InputError(f"a figure is {self.value}", where=self.source, hint="missing is not zero: give a number")

    @property
    def parts(self) -> tuple[str, str]:
        """The unit above and below the line; "1" where there is nothing below."""
        above, _, below = self.unit.partition("/")
        return above.strip(), below.strip() or "1"

    def in_unit(self, unit: str) -> float:
        """The value in another unit of the same kind; raises UnitError for an unlike one.

        >>> round(Figure(2, "kt/million USD", "").in_unit("kg/USD"), 12)
        2.0
        """
        above, below = Figure(1.0, unit, self.source).parts
        return self.value * scale(self.parts[0], above) / scale(self.parts[1], below)


def scale(source: str, target: str) -> float:
    """What turns an amount in ``source`` into ``target``; raises UnitError for unlike units."""
    factor = conversion(source, target)
    if factor is None:
        raise UnitError(f"{source} cannot be turned into {target}", hint="give figures of one product and one currency")
    return factor


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure for a flow, as the product of five that are declared.

    ``trade``, how much is traded (of a table, what its value would be at ``price``); ``price``, money per unit of it;
    ``intensity``, emissions per money within the reading's own first step; ``boundary``, all that is counted over that
    step; ``year``, what brings it from ``data_year`` to the year ``asked``. The first step is where each source's own
    direct figure ends (a sector; the steps of a maker), so that ``intensity`` and ``boundary`` share what their product
    holds as the sources do. ``hash`` is that of what was read.
    Raises UnitError where the units do not cancel to a mass.
    """

    name: str
    approach: Approach
    stressor: str
    data_year: int
    asked: int
    trade: Figure
    price: Figure
    intensity: Figure
    boundary: Figure
    year: Figure
    hash: str = ""
    source: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        self.factors(self.trade.unit, self.price.parts[0], self.intensity.parts[0])
        if conversion(mass := self.intensity.parts[0], "kg") is None:
            hint = "give it in kg, t or kt per unit of money"
            raise UnitError(f"the intensity is in {mass}, which is no mass", where=self.name, hint=hint)

    def factors(self, amount: str, money: str, mass: str) -> Array:
        """The five figures with trade in ``amount``, in the order of CAUSES; raises UnitError where one cannot be."""
        of = (amount, f"{money}/{amount}", f"{mass}/{money}", "1", "1")
        figures = [getattr(self, name) for name in CAUSES]
        try:
            return np.array([figure.in_unit(unit) for figure, unit in zip(figures, of, strict=True)])
        except UnitError as error:
            raise UnitError(error.what, where=self.name, hint="trade, price and intensity must fit together") from None

    def total(self, unit: str = "t") -> float:
        """The product of the five, in ``unit``."""
        return float(self.factors(self.trade.unit, self.price.parts[0], unit).prod())


def reconcile_readings(top: Reading, bottom: Reading, *, unit: str = "Mt") -> xr.DataArray:
    """What each cause adds to ``top`` on the way to ``bottom``: (stressor, cause) in ``unit``; they sum to the change.

    Each cause is the change of one of the five factors, in the mean over all orders in which they can change (the
    Shapley value), so nothing is left over and the order has no say; zeros are allowed. Attributes: ``top_down`` and
    ``bottom_up`` (the totals), ``readings`` (what they read), ``proxies`` (the figures that stand in for others).
    Where the readings count different gases, the stressor names both: that difference is in "factor".
    Raises QuestionError for readings of two years and for two of one approach, UnitError for unlike products and money.
    Source: Shapley 1953; Dietzenbacher and Los 1998.
    """
    if (top.approach, bottom.approach) != ("top-down", "bottom-up"):
        what = f"the readings are {top.approach} and {bottom.approach}"
        raise QuestionError(what, hint="give the table's first and the product's second")
    if top.asked != bottom.asked:
        what = f"one reading is of {top.asked}, the other of {bottom.asked}"
        raise QuestionError(what, hint="bring both to one year: year_factor(region, since, to)")
    before, after = (one.factors(bottom.trade.unit, bottom.price.parts[0], unit) for one in (top, bottom))

    def value(state: decompose.State) -> Array:
        return np.asarray(np.where(state, after, before).prod())

    effects = decompose.shapley(value, len(CAUSES)).effects
    stressor = " / ".join(dict.fromkeys([top.stressor, bottom.stressor]))
    coords = {"stressor": [stressor], "cause": list(CAUSES.values())}
    said = "the difference of two products of five factors, by factor, in the mean over all orders"
    return finished(
        xr.DataArray(effects[None], coords, tuple(coords)), "reconciliation", said, [unit], _facts(top, bottom, unit)
    )


def side_by_side(top: Reading, bottom: Reading, *, unit: str = "Mt") -> pd.DataFrame:
    """The figures of both readings and what each cause makes of the difference, a factor a row, and the total last.

    Columns: factor, cause, unit, top_down, bottom_up, effect (in ``unit``), top_down_proxy, bottom_up_proxy (whether
    the figure stands in for another), top_down_source, bottom_up_source. Raises as ``reconcile_readings``.
    """
    effects = reconcile_readings(top, bottom, unit=unit)
    amount, money = bottom.trade.unit, bottom.price.parts[0]
    mass = bottom.intensity.parts[0]
    frame = pd.DataFrame({
        "factor": list(CAUSES),
        "cause": list(CAUSES.values()),
        "unit": [amount, f"{money}/{amount}", f"{mass}/{money}", "1", "1"],
        "top_down": top.factors(amount, money, mass),
        "bottom_up": bottom.factors(amount, money, mass),
        "effect": effects.values[0],
    })  # fmt: skip
    for name, one in (("top_down", top), ("bottom_up", bottom)):
        frame[f"{name}_proxy"] = [getattr(one, factor).proxy for factor in CAUSES]
        frame[f"{name}_source"] = [getattr(one, factor).source for factor in CAUSES]
    last = {"factor": "total", "cause": "total", "unit": unit, "effect": math.fsum(frame["effect"])}
    last |= {"top_down": top.total(unit), "bottom_up": bottom.total(unit)}
    last |= {"top_down_source": top.name, "bottom_up_source": bottom.name}
    last |= {f"{name}_proxy": bool(frame[f"{name}_proxy"].any()) for name in ("top_down", "bottom_up")}
    whole = pd.concat([frame, pd.DataFrame([last])], ignore_index=True)
    whole.attrs.update(effects.attrs)
    return whole


def _facts(top: Reading, bottom: Reading, unit: str) -> dict[str, Any]:
    both = (top, bottom)
    figures = [f"{one.approach}: {name}" for one in both for name in CAUSES if getattr(one, name).proxy]
    return {
        "approach": HYBRID,
        "base_hash": top.hash,
        "table": " / ".join(one.name for one in both),
        "table_hash": provenance.digest([*map(repr, both)], []),
        "year": top.asked,
        "data_years": ", ".join(f"{one.approach} {one.data_year}" for one in both),
        "source": _joined(one.source for one in both),
        "licence": _joined(one.licence for one in both),
        "readings": "; ".join(f"{one.approach}: {one.name}" for one in both),
        "top_down": top.total(unit),
        "bottom_up": bottom.total(unit),
        "difference": bottom.total(unit) - top.total(unit),
        "proxies": ", ".join(figures) or "none",
    }


def _joined(texts: Any) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or "not stated"
