"""Path exchange: the footprint of a table with process data in the place of single nodes and branches of its paths."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr

from tanheng import provenance, units
from tanheng.accounts.formula import method
from tanheng.accounts.result import HYBRID, choose, known_name, multipliers, only_stressor, stamp
from tanheng.errors import MissingError, QuestionError, UnitError, nearest
from tanheng.systems.finding import Finding, found
from tanheng.systems.path_exchange import Node, PathExchange, Scope
from tanheng.systems.table import Table

Place = tuple[int, ...]  # positions in the table, from the demanded product upward

TABLE, TAKEN_OUT, RESCALED, PUT_IN = PARTS = ("table", "taken-out", "rescaled", "put-in")

method(
    "path-exchange",
    function="path_exchange",
    en="Path exchange: a footprint with process data on its paths",
    zh="路径替换：在供应链路径上代入过程数据的足迹",
    formula=r"E = m y - \sum_k c_k q_k + \sum_k w_k",
    symbols="m y c_k q_k w_k",
    source="Lenzen and Crawford 2009; Crawford 2008",
)


@dataclass(frozen=True, eq=False)
class Exchanged:
    """A footprint with exchanges.

    ``result`` (stressor, component): ``table``, the table's own answer; ``taken-out`` of it, negative; ``rescaled``,
    what stands behind exchanged amounts, at the table's multipliers; ``put-in``, the process values. They add up to the
    hybrid footprint. ``frame``: an exchange a row, as given, with account, stressor, unit, year, path (as ``paths``
    writes it), scope, bought and bought_now (what is bought at the node before and after, in the table's money), table
    and process (what is taken out and put in), change, given, given_unit, source. ``findings`` name the paths that the
    table lacks.
    """

    result: xr.DataArray
    frame: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def total(self) -> float:
        """The footprint with all exchanges."""
        return math.fsum(self.result.values.ravel())

    @property
    def kept(self) -> float:
        """What is left of the table's own answer."""
        return float(self.result.sel(component=[TABLE, TAKEN_OUT]).sum())


def path_exchange(
    table: Table,
    demand: Mapping[Node, float],
    exchanges: Sequence[PathExchange],
    *,
    stressor: str | None = None,
) -> Exchanged:
    """The footprint of ``demand``, {(region, sector): money of the table}, with process values in place of the table's.

    Each exchange takes out of m y what the table has for it and puts in its own value; the rest keeps all of the table,
    however long its paths are: nothing is cut off. A "node" takes out s q and a "path" m q, where q is what the table
    buys there; an "input" takes out all behind it, but for what exchanges behind it take out themselves, and puts in
    the same at the amount given. So what is behind a changed amount changes with it unless it is exchanged itself: a
    value that is given is for the whole demand and stays as given. Of one stressor, which may be left out where there
    is one only. An exchange on a path on which the table buys nothing adds its value, and a finding says so.

    Raises QuestionError for a product that is not in the table or has no output, a path that does not begin with a
    demanded product, and exchanges that would count twice (behind an exchanged path, or the same again); MissingError
    for a demand that is no number; UnitError for a value in another kind of unit.
    Source: Lenzen and Crawford 2009; nodes, amounts and branches as in Crawford 2008.
    """
    asked = _Asked.of(table, demand, exchanges, stressor)
    lines = [asked.line(at) for at in range(len(exchanges))]
    scaled, given = (math.fsum(one.process for one in lines if (one.scope == "input") is is_) for is_ in (True, False))
    values = {TABLE: asked.total, TAKEN_OUT: -math.fsum(one.table for one in lines), RESCALED: scaled, PUT_IN: given}
    coords = {"stressor": [asked.stressor], "component": list(PARTS)}
    array = xr.DataArray([[values[part] for part in PARTS]], coords, tuple(coords))
    said = "m y less what the table has on the exchanged paths, plus process values"
    result = stamp(array, table, "path-exchange", said, **asked.facts(exchanges))
    lead = {
        "account": "path-exchange",
        "stressor": asked.stressor,
        "unit": table.about.units[asked.stressor],
        "year": table.year,
    }
    frame = pd.DataFrame([lead | vars(one) for one in lines], columns=[*lead, *_Line.__annotations__])
    return Exchanged(result, frame, tuple(asked.findings(lines)))


@dataclass(frozen=True)
class _Line:
    """A row of the frame: what one exchange takes out and puts in."""

    path: str
    scope: Scope
    bought: float
    bought_now: float
    table: float
    process: float
    change: float
    given: float
    given_unit: str
    source: str


@dataclass(frozen=True, eq=False)
class _Asked:
    """Exchanges by place, their values in the units of the table, and the owner of each.

    The owner is the exchanged amount ("input") whose change it takes itself out of: the nearest on its way to the
    demanded product, where a node belongs to the amount bought at the same place. None: no amount before it is
    exchanged.
    """

    table: Table
    stressor: str
    demand: Mapping[int, float]
    s: Sequence[float]
    m: Sequence[float]
    given: Sequence[PathExchange]
    places: Sequence[Place]
    values: Sequence[float]
    owners: Sequence[int | None]

    @classmethod
    def of(
        cls, table: Table, demand: Mapping[Node, float], exchanges: Sequence[PathExchange], stressor: str | None
    ) -> _Asked:
        chosen = only_stressor(table, stressor, "the table has several stressors and a process value is of one")
        wanted = _demanded(table, demand)
        places = [tuple(_position(table, node, f"exchange of {one.text}") for node in one.path) for one in exchanges]
        for one, place in zip(exchanges, places, strict=True):
            if place[0] not in wanted:
                known = [":".join(node) for node in demand]
                what = f"the path {one.text} does not end in a demanded product"
                raise QuestionError(what, where=table.about.name, hint=nearest(":".join(one.path[0]), known))
        _require_apart(exchanges, places)
        s = choose(table.intensity, chosen).values.ravel().tolist()
        m = multipliers(table, chosen).values.ravel().tolist()
        values = [_in_unit_of(table, chosen, one) for one in exchanges]
        owners = [_owner(at, exchanges, places) for at in range(len(exchanges))]
        return cls(table, chosen, wanted, s, m, exchanges, places, values, owners)

    @property
    def total(self) -> float:
        """m y."""
        return math.fsum(self.m[at] * amount for at, amount in self.demand.items())

    def line(self, at: int) -> _Line:
        """What exchange ``at`` takes out of the table's answer and puts in."""
        one, place, value = self.given[at], self.places[at], self.values[at]
        each, bought, now = self.per_money(at), self.bought(place), self.bought_now(at)
        process = each * now if one.scope == "input" else value
        out = each * bought
        return _Line(
            one.text, one.scope, bought, now, out, process, process - out, one.value, one.unit, one.source
        )  # fmt: skip

    def per_money(self, at: int) -> float:
        """c: what exchange ``at`` takes out for each unit of money that is bought there."""
        whole = self._whole(at)
        if self.given[at].scope != "input":
            return whole
        behind = (other for other, owner in enumerate(self.owners) if owner == at)
        own, place = len(self.places[at]), self.places[at]
        return math.fsum([
            whole, *(-self._whole(other) * self._chain((place[-1], *self.places[other][own:])) for other in behind)
        ])  # fmt: skip

    def _whole(self, at: int) -> float:
        """What the table has per money at the place of an exchange: of the node alone, or of all behind it."""
        return (self.s if self.given[at].scope == "node" else self.m)[self.places[at][-1]]

    def bought(self, place: Place) -> float:
        """q: what the table buys at the end of a path, for all of the demand."""
        return self.demand[place[0]] * self._chain(place)

    def bought_now(self, at: int) -> float:
        """The same with the amounts that are exchanged on the way."""
        if self.given[at].scope == "input":
            return self.values[at]
        owner, place = self.owners[at], self.places[at]
        if owner is None:
            return self.bought(place)
        own = len(self.places[owner])
        return self.values[owner] * self._chain((self.places[owner][-1], *place[own:]))

    def _chain(self, place: Place) -> float:
        """The product of the input coefficients from the first to the last node; 1 for one node."""
        Z, x = self.table.Z.values.reshape(len(self.m), -1), self.table.x.values.ravel()
        active = self.table.has_output.ravel()
        steps = zip(place[1:], place, strict=False)
        return math.prod(float(Z[seller, buyer] / x[buyer]) if active[buyer] else 0.0 for seller, buyer in steps)

    def findings(self, lines: Sequence[_Line]) -> Iterator[Finding]:
        """The exchanges whose path the table does not have."""
        for one in lines:
            if not one.bought:
                yield found("path-without-purchase", "note", one.path, path=one.path)

    def facts(self, exchanges: Sequence[PathExchange]) -> dict[str, Any]:
        """What the result tells of itself (convention 8)."""
        demand = "; ".join(f"{_name(self.table, at)} {amount:.15g}" for at, amount in self.demand.items())
        sources = dict.fromkeys([self.table.about.source, *(one.source for one in exchanges if one.source)])
        return {
            "approach": HYBRID,
            "base_hash": self.table.hash,
            "table_hash": provenance.digest([self.table.hash, demand, *map(repr, exchanges)], []),
            "source": "; ".join(sources),
            "demand": f"{demand} {self.table.about.currency}",
            "exchanges": len(exchanges),
        }


def _demanded(table: Table, demand: Mapping[Node, float]) -> dict[int, float]:
    """What is demanded by position; raises QuestionError for nothing and for what the table does not make."""
    if not demand:
        raise QuestionError("nothing is demanded", where=table.about.name, hint="name a product and an amount of money")
    found = {}
    for node, amount in demand.items():
        at = _position(table, node, "demand")
        if not math.isfinite(amount):
            what = f"the demand of {':'.join(node)} is {amount}"
            raise MissingError(what, where=table.about.name, hint="give a finite amount")
        if not table.has_output.ravel()[at]:
            hint = "choose a product that is made"
            raise QuestionError(f"{table.name_of(at)} has no output", where=table.about.name, hint=hint)
        found[at] = float(amount)
    return found


def _position(table: Table, node: Node, where: str) -> int:
    region, sector = node
    here = f"{table.about.name}, {where}"
    known_name(region, table.regions, "region", here)
    known_name(sector, table.sectors, "sector", here)
    return table.regions.index(region) * len(table.sectors) + table.sectors.index(sector)


def _name(table: Table, at: int) -> str:
    region, sector = divmod(at, len(table.sectors))
    return f"{table.regions[region]}:{table.sectors[sector]}"


def _in_unit_of(table: Table, stressor: str, one: PathExchange) -> float:
    """The value in the table's money or in the unit of its stressor; raises UnitError for another kind of unit."""
    unit = table.about.currency if one.scope == "input" else table.about.units[stressor]
    try:
        return one.value * units.factor(one.unit, unit)
    except UnitError as error:
        what = "an amount bought is in money" if one.scope == "input" else f"the table counts {stressor} in {unit}"
        raise UnitError(error.what, where=f"exchange of {one.text}", hint=f"{what}: give it in {unit}") from None


def _require_apart(exchanges: Sequence[PathExchange], places: Sequence[Place]) -> None:
    """Raise QuestionError where two exchanges would take out the same."""
    scopes: dict[Place, dict[Scope, str]] = {}
    for one, place in zip(exchanges, places, strict=True):
        here = scopes.setdefault(place, {})
        if one.scope in here:
            raise QuestionError(f"the {one.scope} of {one.text} is exchanged twice", hint="keep one of the two")
        here[one.scope] = one.text
    for one, place in zip(exchanges, places, strict=True):
        for end in range(1, len(place) + 1):
            front = scopes.get(place[:end], {}).get("path")
            if front is not None and (end < len(place) or one.scope != "path"):
                what = f"the {one.scope} of {one.text} is behind {front}, which is exchanged with all behind it"
                raise QuestionError(f"{what}: it would count twice", hint="leave it out, or exchange the node in front")


def _owner(at: int, exchanges: Sequence[PathExchange], places: Sequence[Place]) -> int | None:
    """The exchanged amount before exchange ``at``, the nearest; for a node, also the one at its own place."""
    place = places[at]
    longest = len(place) - (exchanges[at].scope != "node")
    before = [
        other for other, one in enumerate(exchanges)
        if one.scope == "input" and len(places[other]) <= longest and place[: len(places[other])] == places[other]
    ]  # fmt: skip
    return max(before, key=lambda other: len(places[other]), default=None)
