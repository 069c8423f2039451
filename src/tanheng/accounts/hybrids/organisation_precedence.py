"""Which line counts: of all that is known of one purchase the best, each part of it once, and what is left is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tanheng.systems.organisation import (
    FUEL_AND_ENERGY,
    GOODS,
    METHODS,
    SPENDING,
    Electricity,
    Item,
    Organisation,
)

Array = NDArray[np.float64]
Part = Literal["own", "maker", "energy", "upstream", "delivery"]
Way = Literal["factor", "product", "spending"]

PARTS: tuple[Part, ...] = get_args(Part)
OWN = PARTS[:1]
BOUGHT = PARTS[1:4]  # what the product holds at the maker's gate
PAID = PARTS[1:]  # and what trade and transport in its price bring it with
HELD: Mapping[str, tuple[Part, ...]] = {
    "direct": ("maker",),
    "direct-and-energy": ("maker", "energy"),
    "upstream": ("energy", "upstream"),
    "cradle-to-gate": BOUGHT,
}
STATIONS = HELD["direct-and-energy"]  # of electricity: a kWh delivered is of all stations, those of resellers' too
TERRITORIAL, GPC, CONSUMPTION = DEFINITIONS = ("territorial", "gpc", "consumption-based")


@dataclass(frozen=True, slots=True)
class Claim:
    """A way in which an item is known, and the parts of its purchase that this way tells.

    The parts: "own", what is burnt at the organisation; "maker", what the supplier emits itself; "energy", the power
    stations of the supplier; "upstream", all else behind it; "delivery", the trade and transport that its price holds.
    A spending tells its parts one by one, a factor as one figure. ``absorbed`` marks spending on electricity that is
    counted by quantity: its power stations, those that the supplier buys from included, are not counted again.
    """

    item: Item
    way: Way
    parts: tuple[Part, ...]
    absorbed: bool = False

    @property
    def rank(self) -> int:
        """Its place among METHODS, the best first; spending is always spend-based."""
        return METHODS.index("spend-based" if self.way == "spending" else self.item.method)

    @property
    def method(self) -> str:
        """The method as it is named."""
        return METHODS[self.rank]


@dataclass(frozen=True, eq=False)
class Resolution:
    """What counts: ``counted`` {stressor: (claims, parts)}, the share of each part of each claim, 0 to 1.

    ``beside`` are the positions of claims that are shown and never counted (the other method of scope 2); ``left``
    {stressor: {key: (parts,)}} the share of each part of a purchase that no claim tells.
    """

    claims: tuple[Claim, ...]
    counted: Mapping[str, Array]
    beside: frozenset[int]
    left: Mapping[str, Mapping[str, Array]]

    def better(self, at: int) -> str:
        """The ids of the lines that count in place of claim ``at``."""
        claim = self.claims[at]
        if claim.absorbed:
            them: Iterable[Claim] = (one for one in self.claims if one.item.scope == 2 and one.way == "factor")
        else:
            others = (one for place, one in enumerate(self.claims) if place != at and place not in self.beside)
            them = (one for one in others if one.item.key == claim.item.key and set(one.parts) & set(claim.parts))
            them = (one for one in them if one.rank <= claim.rank)
        return ", ".join(dict.fromkeys(one.item.id for one in them if one.item.id != claim.item.id)) or claim.item.id


def lacks(item: Item) -> str:
    """Why a line cannot be counted by its method: a word of the vocabulary, or "" where it can.

    >>> lacks(Item("bus", 3, "average-data", "3.7", quantity=10, unit="p*km"))
    'no-factor'
    """
    if item.method == "none":
        return "not-known"
    if item.method == "spend-based":
        return "" if item.spending is not None else "no-spending"
    if item.factor is None and not item.product:
        return "no-factor"
    return "" if item.quantity is not None else "no-quantity"


def claims(organisation: Organisation, electricity: Collection[str]) -> tuple[Claim, ...]:
    """All ways in which the lines are known; ``electricity`` names the sectors of the table that make it."""
    absorbing = _absorbing(organisation)
    return tuple(claim for item in organisation.items for claim in _of(item, organisation, electricity, absorbing))


def _of(item: Item, organisation: Organisation, electricity: Collection[str], absorbing: bool) -> Iterator[Claim]:
    if item.method == "none":
        return
    if item.method != "spend-based" and not lacks(item):
        if item.product:
            yield Claim(item, "product", BOUGHT)
        else:
            yield Claim(item, "factor", {1: OWN, 2: STATIONS, 3: HELD[item.holds]}[item.scope])
    if item.spending is not None:
        sectors = {sector for _, sector in item.spending.shares}
        place = item.category in ((GOODS, FUEL_AND_ENERGY) if organisation.kind == "firm" else (SPENDING,))
        energy = absorbing and not item.of and place and sectors <= set(electricity)
        yield Claim(item, "spending", PAID, energy)


def _absorbing(organisation: Organisation) -> bool:
    """Whether electricity is counted by quantity, and by no line that shares its key with spending."""
    quantities = [item for item in organisation.items if item.scope == 2 and item.factor is not None]
    if organisation.kind == "city":
        quantities = [item for item in quantities if item.households]
    quantities = [item for item in quantities if not lacks(item)]
    keyed = any(one.spending is not None for item in quantities for one in organisation.of(item.key))
    return bool(quantities) and not keyed


def resolve(them: Sequence[Claim], provided: Sequence[Collection[str]], electricity: Electricity) -> Resolution:
    """Which share of each part of each claim counts, by stressor; ``provided`` are the stressors each claim tells.

    Within a purchase the claims are taken by method, the best first, and of one method those first that tell more.
    Those alike share what is left in proportion to their ``share`` of the purchase, so that the order of lines changes
    nothing. A figure that cannot be parted takes what is left of all its parts together.
    """
    beside = frozenset(_not_chosen(them, electricity))
    stressors = list(dict.fromkeys(name for names in provided for name in names))
    counted = {name: np.zeros((len(them), len(PARTS))) for name in stressors}
    left: dict[str, dict[str, Array]] = {name: {} for name in stressors}
    for name in stressors:
        alike: dict[tuple[int, int, str, tuple[Part, ...]], list[int]] = {}
        for at, claim in enumerate(them):
            left[name].setdefault(claim.item.key, np.ones(len(PARTS)))
            if at not in beside and name in provided[at]:
                alike.setdefault((claim.rank, -len(claim.parts), claim.item.key, claim.parts), []).append(at)
        for key in sorted(alike):
            _take([them[at] for at in alike[key]], alike[key], left[name][key[2]], counted[name])
    return Resolution(tuple(them), counted, beside, left)


def _take(alike: Sequence[Claim], places: Sequence[int], rest: Array, counted: Array) -> None:
    """Let claims that are alike take what is left (``rest``) of their parts; ``counted`` gets the share of each."""
    parts = np.array([part in alike[0].parts for part in PARTS])
    asked = sum(claim.item.share for claim in alike)
    ratio = np.where(parts, np.minimum(1.0, rest / asked), 0.0)
    if alike[0].way != "spending":
        ratio = np.where(parts, ratio[parts].min(), 0.0)
    for claim, at in zip(alike, places, strict=True):
        counted[at] = ratio
        if claim.absorbed:
            counted[at, [PARTS.index(part) for part in STATIONS]] = 0.0
    rest -= ratio * asked


def _not_chosen(them: Sequence[Claim], electricity: Electricity) -> Iterator[int]:
    """Claims of scope 2 by the method that does not count, where the one that does is there for the same purchase."""
    of_two = [(at, one) for at, one in enumerate(them) if one.item.scope == 2 and one.way == "factor"]
    chosen = {one.item.key for _, one in of_two if one.item.electricity == electricity}
    for at, one in of_two:
        if one.item.electricity != electricity and one.item.key in chosen:
            yield at


def expected(organisation: Organisation, key: str, them: Sequence[Claim]) -> tuple[Part, ...]:
    """The parts of a purchase that a full-scope footprint has to tell."""
    items = organisation.of(key)
    claimed = [claim for claim in them if claim.item.key == key]
    own: tuple[Part, ...] = ("own",) if any(item.scope == 1 for item in items) else ()
    if organisation.kind == "city" and not any(item.households or item.category == SPENDING for item in items):
        return own or ("maker",)  # in no account is what lies behind the purchases of producers
    if own and not any(claim.way == "spending" for claim in claimed):
        return own  # not all that is emitted is of bought fuels
    rest = BOUGHT
    if any(claim.item.holds == "upstream" for claim in claimed) and not any(item.scope == 2 for item in items):
        rest = HELD["upstream"]
    if any(item.scope == 2 for item in items) and any(claim.absorbed for claim in them):
        rest = STATIONS  # what is behind it comes from the spending that was absorbed
    return (*own, *rest)


def placed(organisation: Organisation, claim: Claim, part: Part) -> tuple[int, str]:
    """The scope and category of a part: behind power stations and fuel is category 3, in a city other scope 3."""
    item = claim.item
    behind = FUEL_AND_ENERGY if organisation.kind == "firm" else SPENDING
    if claim.way == "spending" and (item.scope == 1 or (item.scope == 2 and part not in STATIONS)):
        return 3, behind
    if claim.absorbed:
        return 3, behind
    return item.scope, item.place


def definitions(organisation: Organisation, claim: Claim, part: Part) -> tuple[str, ...]:
    """The accounts of a city that a part belongs to: none, one or several; of a firm, the one it has.

    The territorial account holds all that is emitted inside; that of the GPC leaves out what is emitted inside for
    others (power for the grid, waste taken in) and has scope 2 and its own scope 3; the consumption-based one holds
    what households burn, and what is behind all that is bought.
    """
    if organisation.kind == "firm":
        return ("",)
    item = claim.item
    scope, category = placed(organisation, claim, part)
    if scope == 3 and category == SPENDING:
        return (CONSUMPTION,) if item.households or item.category == SPENDING else ()
    found = [TERRITORIAL] if scope == 1 else []
    found += [] if item.territorial_only else [GPC]
    found += [CONSUMPTION] if item.households else []
    return tuple(found)
