"""What a firm or a city says of itself: its activities and its spending, a line each, before anything is counted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from tanheng import provenance, units
from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.about import NOT_STATED
from tanheng.systems.inventory import STAGES
from tanheng.systems.purchases import Purchase

Kind = Literal["firm", "city"]
Scope = Literal[1, 2, 3]
Method = Literal["direct", "supplier-specific", "average-data", "spend-based", "none"]
Boundary = Literal["direct", "direct-and-energy", "upstream", "cradle-to-gate"]
Electricity = Literal["location", "market"]

KINDS: tuple[Kind, ...] = get_args(Kind)
SCOPES: tuple[Scope, ...] = get_args(Scope)
METHODS: tuple[Method, ...] = get_args(Method)  # the best first; "none" lists what is not counted
BOUNDARIES: tuple[Boundary, ...] = get_args(Boundary)
ELECTRICITIES: tuple[Electricity, ...] = get_args(Electricity)

OWN, ENERGY = "own", "energy"  # the categories of scope 1 and of scope 2
FIRM = tuple(f"3.{number}" for number in range(1, 16))  # of scope 3, as the GHG Protocol numbers them
GOODS, CAPITAL, FUEL_AND_ENERGY = FIRM[:3]
DOWNSTREAM = FIRM[8:]
SPENDING = "other-scope-3"
CITY = ("stationary-energy", "transportation", "waste", "ippu", "afolu", SPENDING)  # sectors of the GPC
_STAGE = {
    "3.4": "transport", "3.5": "disposal", "3.6": "transport", "3.7": "transport", "3.9": "transport", "3.11": "use",
    "3.12": "disposal", "transportation": "transport", "waste": "disposal",
}  # fmt: skip
_SHARES = 1e-9  # shares are written with a few decimals: rounding alone


@dataclass(frozen=True, slots=True)
class Item:
    """A line: something that is burnt, used or bought, and how its emissions are known.

    ``scope`` and ``category``: of a firm, "" in scopes 1 and 2 and "3.1" to "3.15" in scope 3; of a city a sector of
    the GPC (``CITY``). ``quantity`` is in ``unit``; ``factor`` is in kg of ``stressor`` for one ``per`` (the unit of
    the quantity unless told), and holds what its ``boundary`` says: "direct" (what the maker, or in scope 1 the fire,
    emits itself), "direct-and-energy" (and what the electricity it bought emitted), "upstream" (all but the maker's
    own), "cradle-to-gate" (all); unless told, "direct" in scopes 1 and 2, else "cradle-to-gate". A factor of scope 2 is
    of electricity as it is delivered: of all power stations, those that the supplier buys from included. In place of a
    factor, ``product`` names a product and ``process`` one of its processes or codes, made in ``region``; ``fallback``
    the figures that may stand in. ``spending`` is what was paid for it.

    Lines about one purchase have the same key ``of``; ``share`` is how much of the purchase the line covers.
    ``electricity`` says by which of the two methods of scope 2 a factor is made. ``stage`` is that of a life
    (by the category unless told). ``proxy`` says what stands in for what, "" where nothing does. In a city
    ``households`` marks what households burn or use, ``territorial_only`` what is emitted inside for others (power for
    the grid, waste taken in); ``reason`` tells why a line of method "none" is not counted.
    """

    id: str
    scope: Scope
    method: Method
    category: str = ""
    what: str = ""
    quantity: float | None = None
    unit: str = ""
    factor: float | None = None
    per: str = ""
    boundary: Boundary | Literal[""] = ""
    stressor: str = ""
    product: str = ""
    process: str = ""
    region: str = ""
    fallback: str = ""
    spending: Purchase | None = None
    of: str = ""
    share: float = 1.0
    electricity: Electricity = "location"
    stage: str = ""
    proxy: str = ""
    households: bool = False
    territorial_only: bool = False
    reason: str = ""
    source: str = ""
    where: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """The purchase it is about: ``of``, or itself."""
        return self.of or self.id

    @property
    def place(self) -> str:
        """Its category, with those of scopes 1 and 2 of a firm named."""
        return self.category or (OWN if self.scope == 1 else ENERGY)

    @property
    def holds(self) -> Boundary:
        """What its factor holds."""
        return self.boundary or ("direct" if self.scope < 3 else "cradle-to-gate")

    @property
    def life(self) -> str:
        """The stage of its life."""
        return self.stage or ("use" if self.households else _STAGE.get(self.place, "production"))


@dataclass(frozen=True, eq=False)
class Organisation:
    """A firm or a city in a year: where it is, its lines, and how to read them.

    ``region`` is one of the table's. ``sector`` and ``share`` tell a firm's own sector there and its share of that
    sector's output, so that what it sells to itself, or to its suppliers, is not counted again. ``electricity`` is the
    method of scope 2 that counts; the other is shown beside. ``stressors`` {stressor of a factor: stressor of the
    table} says what is counted as what (CO2e as CO2, where a table has CO2 alone).
    Raises LabelError for lines with one id, InputError for what a line cannot be (named with the nearest): a category,
    method, stage, boundary or scope that is none, a share that is none or shares of one purchase by one method above
    one, a number that is none, scopes 1 and 2 with a factor that holds more than they do; UnitError for a unit that is
    not known.
    Source: WRI and WBCSD, GHG Protocol Corporate Standard 2004, Scope 2 Guidance 2015, Scope 3 Standard 2011; WRI, C40
    and ICLEI, Global Protocol for Community-Scale Greenhouse Gas Inventories 2021.
    """

    name: str
    kind: Kind
    region: str
    year: int
    items: tuple[Item, ...]
    sector: str = ""
    share: float = 0.0
    electricity: Electricity = "location"
    stressors: Mapping[str, str] = field(default_factory=dict)
    source: str = NOT_STATED
    licence: str = NOT_STATED
    where: str = ""

    def __post_init__(self) -> None:
        here = self.where or self.name
        _require_one(self.kind, KINDS, "kind", here)
        _require_one(self.electricity, ELECTRICITIES, "electricity", here)
        _require_share(self.share, here, none=True)
        if self.share and not self.sector:
            hint = 'name the sector, such as sector = "c14"'
            raise InputError("has a share of a sector, but no sector", where=here, hint=hint)
        if not self.items:
            raise InputError("has no lines", where=here, hint="give it [[item]], one for each activity or purchase")
        seen: set[str] = set()
        for item in self.items:
            if item.id in seen:
                hint = "every line has an id of its own"
                raise LabelError(f"item {item.id} is there twice", where=self.at(item), hint=hint)
            seen.add(item.id)
            self._require(item)
        self._require_shares()

    def at(self, item: Item) -> str:
        """A line in words, for messages."""
        return item.where or f"{self.where or self.name}, item {item.id}"

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over all that it says, wherever it was read (convention 8)."""
        lines = (dataclasses.replace(item, where="", spending=_anywhere(item.spending)) for item in self.items)
        told = (self.name, self.kind, self.region, self.year, self.sector, self.share, self.electricity)
        return provenance.digest([repr(told), repr(sorted(self.stressors.items())), *map(repr, lines)], [])

    def of(self, key: str) -> tuple[Item, ...]:
        """The lines about one purchase."""
        return tuple(item for item in self.items if item.key == key)

    # -- what a line must be ------------------------------------------------------------------------------------------

    def _require(self, item: Item) -> None:
        here = self.at(item)
        _require_one(item.scope, SCOPES, "scope", here)
        _require_one(item.method, METHODS, "method", here)
        _require_one(item.holds, BOUNDARIES, "boundary", here)
        _require_one(item.electricity, ELECTRICITIES, "electricity", here)
        if item.stage:
            _require_one(item.stage, STAGES, "stage", here)
        _require_share(item.share, here)
        for name, number in (("quantity", item.quantity), ("factor", item.factor)):
            if number is not None and not math.isfinite(number):
                raise InputError(f"{name} is {number}", where=here, hint="a missing number is not zero: leave it out")
        self._require_category(item, here)
        _require_units(item, here)
        _require_boundary(item, here)

    def _require_category(self, item: Item, here: str) -> None:
        if self.kind == "city":
            _require_one(item.category, CITY, "category", here)
            if item.category == SPENDING and item.scope != 3:
                raise InputError(f"{SPENDING} is scope 3", where=here, hint="name a sector of the GPC, or scope = 3")
        elif item.scope == 3:
            _require_one(item.category, FIRM, "category", here)
        elif item.category:
            hint = "leave category out; it is for scope 3"
            raise InputError(f"scope {item.scope} has no categories ({item.category})", where=here, hint=hint)
        if self.kind == "firm" and (item.households or item.territorial_only):
            raise InputError("households and territorial_only are for cities", where=here, hint="leave them out")

    def _require_shares(self) -> None:
        """One purchase is covered once by each method, boundary and stressor."""
        covered: dict[tuple[object, ...], float] = {}
        for item in self.items:
            if item.method == "none":
                continue
            known_by = (item.method, item.holds, item.scope, item.electricity, item.stressor, item.households)
            key = (item.key, *known_by) if item.method != "spend-based" else (item.key, item.method)
            covered[key] = covered.get(key, 0.0) + item.share
            if covered[key] > 1 + _SHARES:
                what = f"lines about {item.key} by {item.method} cover {covered[key]:.6g} of it"
                hint = "give each its share, as in share = 0.5, or keys (of) of their own"
                raise InputError(what, where=self.at(item), hint=hint)


def _anywhere(spending: Purchase | None) -> Purchase | None:
    return None if spending is None else dataclasses.replace(spending, where="")


def _require_one(given: object, known: Sequence[object], what: str, where: str) -> None:
    if given not in known:
        hint = nearest(str(given), [str(one) for one in known])
        raise InputError(f"{given!r} is no {what}" if given else f"has no {what}", where=where, hint=hint)


def _require_share(share: float, where: str, *, none: bool = False) -> None:
    if not (0 < share <= 1 or (none and share == 0)):
        raise InputError(f"share is {share}", where=where, hint="a share is above 0 and at most 1")


def _require_units(item: Item, where: str) -> None:
    for unit in (item.unit, item.per):
        if unit and item.factor is not None:
            units.parse(unit, where=where)
    if item.factor is not None and item.quantity is not None and item.per:
        units.factor(item.unit, item.per)


def _require_boundary(item: Item, where: str) -> None:
    """Scopes 1 and 2 hold what is emitted at the fire and at the power station; what is behind them is category 3."""
    if item.scope == 3:
        return
    if item.factor is not None and item.holds != "direct":
        what = f"scope {item.scope} has a factor that is {item.holds}, and holds more than the scope does"
        hint = 'give a direct one; what is behind it is a line of scope 3 (category 3, boundary = "upstream")'
        raise InputError(what, where=where, hint=hint)
    if item.product:
        hint = "give a factor; what is behind it is a line of scope 3"
        raise InputError(f"scope {item.scope} is not the life of a product", where=where, hint=hint)
