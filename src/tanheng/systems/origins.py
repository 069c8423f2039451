"""Re-exports traced: trade by who made the goods, not by who sent them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.errors import ConservationError, InputError, MissingError, QuestionError, nearest
from tanheng.kernels import reexports as kernel
from tanheng.systems.finding import LISTED, Finding, found, listed
from tanheng.systems.linking import conversion
from tanheng.systems.trade import ESTIMATED, TradeFlows, named

Array = NDArray[np.float64]
Given: TypeAlias = "Mapping[str, float] | pd.DataFrame | None"
Imports = Literal["kept", "all"]

TRACED = "re-export traced"
NOISE = 1e-12  # of the trade in the product: a smaller flow is the rounding of an inverse


def trace_origins(
    flows: TradeFlows, *, production: Given = None, shares: Given = None, imports: Imports = "kept"
) -> TradeFlows:
    """The flows from where goods were made to where they stay: M = D (I − R)⁻¹, R the shares of imports passed on.

    What a country exports of its imports is, in this order: the share of its exports that ``shares`` gives; the column
    reexported where the source fills it in; with ``production``, what follows when it exports its make and its imports
    in proportion (Kastner, Kastner and Nonhebel 2011). With shares alone, a country that is not among them re-exports
    nothing. Both are {country: number} for all products (production in the unit of the flows), or frames with the
    columns origin, and share, or quantity and unit, and if wanted product and year.

    ``imports="kept"``: a destination is left with the imports that it does not pass on, so that every unit is there
    once; own exports of every maker and the imports that every destination keeps are as before. ``imports="all"``: all
    imports of every destination by maker; those of a hub are also in the imports of the countries that it serves.
    Goods that come home again are flows from a country to itself. Quantities that change lose their value, and have the
    note "re-export traced".
    Raises QuestionError for another choice and where nothing is given, MissingError for an exporter of which it is not
    known and for missing quantities, LabelError for flows with mirror reports, InputError for a country that would pass
    on more than it imports or export more than it has, SingularError where goods only go round.

    >>> row = {"year": 2021, "product": "module", "unit": "MW"}
    >>> flows = TradeFlows.of([row | {"origin": "CHN", "destination": "NLD", "quantity": 10},
    ...     row | {"origin": "NLD", "destination": "DEU", "quantity": 8}])
    >>> trace_origins(flows, shares={"NLD": 0.5}).frame[["origin", "destination", "quantity"]].values.tolist()
    [['CHN', 'NLD', 6.0], ['NLD', 'DEU', 4.0], ['CHN', 'DEU', 4.0]]
    """
    if imports not in ("kept", "all"):
        raise QuestionError(f"imports is {imports!r}", hint=nearest(str(imports), ("kept", "all")))
    if production is None and shares is None and "reexported" not in flows.frame:
        hint = "give production, or the share of re-exports in each country's exports: shares={'NLD': 0.6}"
        raise QuestionError("nothing says what is re-exported", where=flows.about.name, hint=hint)
    flows.require_settled()
    parts = []
    for (year, product), rows in flows.frame.groupby(["year", "product"], sort=False):
        where = f"{flows.about.name}, {product} {year}"
        known = _Known(where, _of(production, year, product), _of(shares, year, product))
        parts.append(_Trade(rows, where).traced(known, imports))
    if not parts:
        return flows
    frame = pd.concat([part.frame for part in parts], ignore_index=True).drop(columns="reexported", errors="ignore")
    return flows.after(frame, _finding(flows, parts))


@dataclass(frozen=True)
class _Known:
    """What is known of one product in one year: production and re-export shares, by country."""

    where: str
    production: pd.DataFrame | Mapping[str, float] | None
    shares: pd.DataFrame | Mapping[str, float] | None

    def share(self, places: list[str]) -> Array:
        """The re-export share of each country (n,), NaN where none is given."""
        values = np.array([_number(self.shares, place, "share") for place in places], dtype=np.float64)
        for place, value in zip(places, values, strict=True):
            if value < 0 or value > 1:
                raise InputError(f"the re-export share of {place} is {value}", where=self.where, hint="from 0 to 1")
        return values

    def made(self, places: list[str], unit: str) -> Array:
        """The production of each country (n,) in ``unit``, NaN where none is given."""
        values = np.array([_number(self.production, place, "quantity") for place in places], dtype=np.float64)
        if isinstance(self.production, pd.DataFrame):
            values *= [self._factor(place, unit) for place in places]
        for place, value in zip(places, values, strict=True):
            if value < 0:
                raise InputError(f"the production of {place} is {value}", where=self.where, hint="0 or more")
        return values

    def _factor(self, place: str, unit: str) -> float:
        assert isinstance(self.production, pd.DataFrame)
        given = self.production.loc[self.production["origin"] == place, "unit"]
        factor = conversion(str(given.iloc[0]), unit) if len(given) else 1.0
        if factor is None:
            what = f"production of {place} is in {given.iloc[0]}, trade in {unit}"
            raise InputError(what, where=self.where, hint="give both in units of one dimension")
        return factor


@dataclass(frozen=True)
class _Traced:
    """Flows of a product in a year by maker: ``reexported`` and ``home`` are shares of the trade."""

    frame: pd.DataFrame
    label: str
    reexported: float
    home: float
    hubs: str


class _Trade:
    """The trade in one product in one year as a matrix of origins by destinations."""

    def __init__(self, rows: pd.DataFrame, where: str) -> None:
        self._rows, self._where = rows, where
        self._places = sorted({*rows["origin"], *rows["destination"]})
        number = {place: at for at, place in enumerate(self._places)}
        self._at = (rows["origin"].map(number).to_numpy(), rows["destination"].map(number).to_numpy())
        self._trade = self._matrix(rows["quantity"])

    def _matrix(self, column: pd.Series[Any]) -> Array:
        matrix = np.zeros((len(self._places), len(self._places)))
        matrix[self._at] = column.to_numpy()
        return matrix

    def _name(self, at: int) -> str:
        return f"{self._where}, {self._places[at]}"

    def traced(self, known: _Known, imports: Imports) -> _Traced:
        own, passed = self._split(known)
        trace = kernel.kept_by_maker if imports == "kept" else kernel.imports_by_maker
        kept = trace(own, passed, self._name)
        whole, out = float(self._trade.sum()) or 1.0, passed.sum(axis=1)
        if (kept < -NOISE * whole).any():
            raise ConservationError("a traced flow is negative", where=self._where, hint="report this with its data")
        kept = np.where(kept > NOISE * whole, kept, 0.0)
        hubs = [self._places[at] for at in np.argsort(-out, kind="stable")[:LISTED] if out[at] > 0]
        label = f"{self._rows['product'].iloc[0]} {self._rows['year'].iloc[0]}"
        shares = float(out.sum()) / whole, float(np.trace(kept)) / whole
        return _Traced(self._laid_out(kept), label, *shares, ", ".join(hubs) or "-")

    def _split(self, known: _Known) -> tuple[Array, Array]:
        """Exports of own make, and of imports, (n, n) each."""
        share, made = known.share(self._places), known.made(self._places, str(self._rows["unit"].iloc[0]))
        exports = self._trade.sum(axis=1)
        stated, reported = self._reported()
        by_production = np.isnan(share) & ~stated & ~np.isnan(made)
        if known.shares is not None and known.production is None:
            share = np.where(np.isnan(share) & ~stated, 0.0, share)
        unknown = np.isnan(share) & ~stated & ~by_production & (exports > 0)
        if unknown.any():
            raise self._unknown(np.where(unknown, exports, 0.0))
        _, passed = kernel.proportional(self._trade, np.where(by_production, made, exports), self._name)
        passed = np.where(np.isnan(share)[:, None], passed, self._trade * np.nan_to_num(share)[:, None])
        passed = np.where((np.isnan(share) & stated)[:, None], reported, passed)
        return self._trade - passed, passed

    def _reported(self) -> tuple[NDArray[np.bool_], Array]:
        """Which countries (n,) the source gives re-exports of for all they export, and these (n, n)."""
        if "reexported" not in self._rows:
            return np.zeros(len(self._places), dtype=np.bool_), np.zeros_like(self._trade)
        given = self._rows["reexported"]
        over = given > self._rows["quantity"] * (1 + kernel.TOLERANCE)
        if over.any():
            row = self._rows[over].iloc[0]
            what = f"re-exports {row['reexported']:.6g} are more than the exports {row['quantity']:.6g}: {named(row)}"
            raise InputError(what, where=self._where, hint="re-exports are a part of the quantity")
        lacking = np.zeros(len(self._places), dtype=np.bool_)
        lacking[self._at[0][given.isna().to_numpy()]] = True
        exports = self._trade.sum(axis=1) > 0
        return exports & ~lacking, self._matrix(np.minimum(given.fillna(0.0), self._rows["quantity"]))

    def _unknown(self, exports: Array) -> MissingError:
        order = [at for at in np.argsort(-exports, kind="stable") if exports[at] > 0]
        names = listed([f"{self._places[at]} {exports[at] / self._trade.sum():.1%}" for at in order])
        hint = "give its production, or its re-export share (0 for a maker)"
        what = f"it is not known what {len(order)} exporters re-export (share of the trade): {names}"
        return MissingError(what, where=self._where, hint=hint)

    def _laid_out(self, traced: Array) -> pd.DataFrame:
        """The rows as they were where nothing changed, then those of new pairs."""
        rows = self._rows.assign(quantity=traced[self._at])
        changed = rows["quantity"] != self._rows["quantity"]
        estimated = self._rows["note"].str.startswith(ESTIMATED)
        rows["value"] = rows["value"].where(~changed)
        rows["note"] = rows["note"].where(~changed, np.where(estimated, f"{ESTIMATED}; {TRACED}", TRACED))
        if "mass_kg" in rows:
            rows["mass_kg"] = rows["mass_kg"].where(~changed)
        new = traced.copy()
        new[self._at] = 0.0
        origin, destination = np.nonzero(new)
        first = rows.iloc[0]
        same = {name: first[name] for name in ("year", "product", "unit")}
        ends = {"origin": [self._places[at] for at in origin], "destination": [self._places[at] for at in destination]}
        rest = {"reporter": "", "quantity": new[origin, destination], "value": np.nan, "currency": "", "note": TRACED}
        more = pd.DataFrame({**ends, **rest}).assign(**same)
        kept = rows[(rows["quantity"] > 0) | ~changed]
        return pd.concat([kept, more], ignore_index=True) if len(more) else kept


def _finding(flows: TradeFlows, parts: list[_Traced]) -> Finding:
    most = max(parts, key=lambda part: part.reexported)
    values = {"share": most.reexported, "most": most.label, "hubs": most.hubs, "home": most.home, "count": len(parts)}
    return found("trade-traced", "note", flows.about.name, most.reexported, **values)


def _of(given: Any, year: int, product: str) -> pd.DataFrame | Mapping[str, float] | None:
    """The lines of a frame that are of that year and product; a mapping is of all."""
    if not isinstance(given, pd.DataFrame):
        return given
    for name, wanted in (("year", year), ("product", product)):
        if name in given:
            given = given[given[name] == wanted]
    return given


def _number(given: Any, place: str, column: str) -> float:
    """The country's number, NaN where there is none; raises InputError where there are two."""
    if given is None:
        return np.nan
    if isinstance(given, Mapping):
        return float(given.get(place, np.nan))
    rows = given.loc[given["origin"] == place, column]
    if len(rows) > 1:
        hint = "give each country one, or the columns product and year"
        raise InputError(f"{place} has {len(rows)} numbers", where=f"column {column}", hint=hint)
    return float(rows.iloc[0]) if len(rows) else np.nan
