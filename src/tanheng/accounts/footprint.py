"""A footprint to be taken apart: what one emitter or all emit for the final demand of one region or all, of one product
or all. Paths and the network of flows are questions to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounts.result import choose, known_name, only_stressor, stamp
from tanheng.errors import QuestionError, UnproductiveError
from tanheng.kernels import leontief
from tanheng.systems.table import Table

Array = NDArray[np.float64]
Node = str | tuple[str | None, str | None] | None  # a sector wherever it is, a region and a sector, or any


@dataclass(frozen=True, eq=False)
class Footprint:
    """A row of intensities ``s`` and a column of final demand ``y``, with m = s L and ``output`` = L y, each (n,)."""

    table: Table
    stressor: str
    s: Array
    y: Array
    m: Array
    output: Array
    about: dict[str, Any]

    @classmethod
    def of(
        cls, table: Table, stressor: str | None, region: str | None, demand: str | None, product: Node, emitter: Node
    ) -> Footprint:
        """What is asked for, checked; None is all: regions, categories, products, emitters.

        Raises QuestionError for a name that is not in the table, and where nothing is emitted or demanded.
        """
        chosen = only_stressor(table, stressor, "the paths of several stressors do not add up")
        y, at = _demanded(table, region, demand) * _where(table, product), _where(table, emitter)
        s = choose(table.intensity, chosen).values.ravel() * at
        if not y.any():
            raise QuestionError("nothing of it is final demand", where=table.about.name, hint="choose another product")
        if not s.any():
            raise QuestionError(
                f"it emits no {chosen}", where=table.about.name, hint="choose another emitter or stressor"
            )
        if at.all() and "multipliers" in vars(table):  # solved for already
            m = table.multipliers.sel(stressor=chosen).values.ravel()
        else:
            m = _solved(table.system, table, s)
        output = leontief.embodied_output(table.system, y[:, None]).value.ravel()
        asked = cls(table, chosen, s, y, m, output, _stated(table, chosen, region, demand, product, emitter))
        if not asked.total:
            raise QuestionError(
                "nothing passes from one to the other", where=table.about.name, hint="choose another pair"
            )
        return asked

    @property
    def Z(self) -> Array:
        """(n, n), money."""
        return self.table.Z.values.reshape(len(self.y), -1)

    @property
    def per_output(self) -> Array:
        """1/x (n,), zero without output."""
        return per_output(self.table)

    @property
    def total(self) -> float:
        """The footprint s L y."""
        return float(self.m @ self.y)

    def gross(self) -> Footprint:
        """The same question without signs, whose multipliers bound the paths of this; itself if it has no signs."""
        table, s, y = self.table, np.abs(self.s), np.abs(self.y)
        if not table.margins.signed and (s == self.s).all() and (y == self.y).all():
            return self
        system = _gross_system(table) if table.margins.signed else table.system
        output = leontief.embodied_output(system, y[:, None]).value.ravel()
        return Footprint(table, self.stressor, s, y, _solved(system, table, s), output, {})

    def tidy(self, account: str, frame: pd.DataFrame) -> pd.DataFrame:
        """``frame`` with the columns that every result leads with."""
        unit = self.table.about.units[self.stressor]
        lead = {"account": account, "stressor": self.stressor, "unit": unit, "year": self.table.year}
        return frame.assign(**lead)[[*lead, *frame.columns]]

    def attrs(self, name: str, method: str, **more: Any) -> dict[str, Any]:
        """Attributes as every account has them (conventions 8 and 9)."""
        total = xr.DataArray([self.total], {"stressor": [self.stressor]}, ("stressor",))
        return dict(stamp(total, self.table, name, method, stressor=self.stressor, **self.about, **more).attrs)


def _demanded(table: Table, region: str | None, demand: str | None) -> Array:
    Y = table.final_demand
    if demand is not None:
        Y = table.Y.sel(demand=known_name(demand, table.demand, "final demand category", table.about.name))
    if region is None:
        return np.asarray(Y.values.sum(axis=2).ravel())
    return np.asarray(Y.sel(to_region=known_name(region, table.regions, "region", table.about.name)).values.ravel())


def _where(table: Table, node: Node) -> NDArray[np.bool_]:
    """Whether each row of the table is of that node, (n,)."""
    region, sector = node if isinstance(node, tuple) else (None, node)
    at = np.ones(table.x.shape, bool)
    if region is not None:
        at &= (np.array(table.regions) == known_name(region, table.regions, "region", table.about.name))[:, None]
    if sector is not None:
        at &= np.array(table.sectors) == known_name(sector, table.sectors, "sector", table.about.name)
    return at.ravel()


def _text(node: Node) -> str | None:
    return ":".join(part or "" for part in node) if isinstance(node, tuple) else node


def require(fine: bool, what: str, hint: str) -> None:
    """Raise QuestionError unless it is ``fine`` to ask for ``what``."""
    if not fine:
        raise QuestionError(f"{what} cannot be asked for", hint=hint)


def _stated(
    table: Table, stressor: str, region: str | None, demand: str | None, product: Node, emitter: Node
) -> dict[str, Any]:
    """What was asked, as attributes; ``direct`` are the emissions of final demand itself, which pass through nobody."""
    asked = {"to_region": region, "demand": demand, "product": _text(product), "emitter": _text(emitter)}
    stated: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
    if table.F_Y is not None and product is None and emitter is None:
        at = {"stressor": stressor, "to_region": region, "demand": demand}
        own = table.F_Y.sel({dim: name for dim, name in at.items() if name is not None})
        stated["direct"] = float(own.sum(skipna=False))
    return stated


def per_output(table: Table) -> Array:
    """1/x (n,), zero without output."""
    return table.per_output(np.ones(table.x.shape)).ravel()


def _solved(system: leontief.System, table: Table, s: Array) -> Array:
    return np.asarray(leontief.multipliers(system, (s * table.x.values.ravel())[None]).value[0])


def _gross_system(table: Table) -> leontief.System:
    """The system of |Z|, for bounds: the one place where Z is copied, and only where it has negative cells."""
    known, n = table.margins, table.x.size
    margins = leontief.Margins(known.gross_rows, known.gross_columns, known.gross_rows, known.gross_columns, False)
    active = table.has_output.ravel()
    Z = np.abs(table.Z.values.reshape(n, n))
    try:
        return leontief.system(Z, table.x.values.ravel(), len(table.sectors), active=active, known=margins)
    except UnproductiveError as error:
        what = "its paths have no bound: without the signs of Z, its inputs use up all output"
        raise UnproductiveError(what, where=table.about.name, hint="look at the negative cells of Z") from error


def names(table: Table, at: NDArray[np.int64]) -> dict[str, NDArray[np.object_]]:
    """Region and sector at positions ``at`` of the table."""
    region, sector = np.divmod(at, len(table.sectors))
    return {
        "region": np.array(table.regions, object)[region],
        "sector": np.array(table.sectors, object)[sector],
    }
