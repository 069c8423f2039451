"""What a scenario changes, as data: a frozen class a kind. Numbers are checked here, labels where it is applied.

``region``, ``sector``, ``product``, ``demand`` and ``stressor`` are a label, several, or None for all. A region may be
a group of a norm at the end of the table's year: "group:oecd", its members, or "group:oecd=non-OECD", the others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal

from tanheng.errors import InputError, QuestionError, nearest
from tanheng.norms import year_end

Names = str | Sequence[str] | None
Shares = Mapping[str, float]
Elasticity = float | Mapping[str, float] | None  # one for all products, or by product; None is no response
Use = Literal["intermediate", "final", "both"]
Compensation = Literal["value added", "inputs"]

USES: tuple[Use, ...] = ("intermediate", "final", "both")
COMPENSATIONS: tuple[Compensation, ...] = ("value added", "inputs")
WHOLE = 1e-12  # what declared shares may miss 1 by: the rounding of decimals


@dataclass(frozen=True, kw_only=True)
class Change:
    """What all changes have: ``where`` it was declared, for messages, and the date or year from which it holds.

    A change holds for tables of years whose 31 December is not before ``start``. Raises InputError for numbers that
    cannot be meant.
    """

    kind: ClassVar[str] = ""
    where: str = ""
    start: date | int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.start, int):
            year_end(self.start)

    def holds(self, year: int) -> bool:
        """Whether it holds for a table of that year."""
        if self.start is None:
            return True
        first = date(self.start, 1, 1) if isinstance(self.start, int) else self.start
        return year_end(year) >= first

    @property
    def place(self) -> str:
        """Where it was declared, else its kind."""
        return self.where or f"change {self.kind}"

    def _one_of(self, *names: str) -> None:
        given = [name for name in names if getattr(self, name) is not None]
        if not given:
            raise self._wrong(f"none of {', '.join(names)} is given", "give one of them")
        if len(given) > 1:
            raise self._wrong(f"{' and '.join(given)} are both given", "keep one of them")

    def _not_negative(self, *names: str) -> None:
        for name in names:
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                raise self._wrong(f"{name} is {value}", "give a number that is not negative")

    def _amounts(self, name: str) -> None:
        for key, value in (getattr(self, name) or {}).items():
            if not 0 <= value < math.inf:
                raise self._wrong(f"{name} of {key} is {value}", "give a number that is not negative")

    def _among(self, name: str, known: Sequence[str]) -> None:
        value = getattr(self, name)
        if value not in known:
            raise self._wrong(f"{name} is {value!r}", nearest(str(value), known))

    def _wrong(self, what: str, hint: str) -> InputError:
        return InputError(what, where=self.place, hint=hint)


@dataclass(frozen=True, kw_only=True)
class Intensity(Change):
    """Direct intensities s: times ``factor``, set to ``value``, or as the mean of the regions ``like`` (by output).

    ``value`` is in ``unit`` ("kt per million USD"), in the table's own units if none is given. The sector "direct" is
    the direct emissions of final demand (factor alone).
    """

    kind: ClassVar[str] = "intensity"
    stressor: Names = None
    region: Names = None
    sector: Names = None
    factor: float | None = None
    value: float | None = None
    like: Names = None
    unit: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._one_of("factor", "value", "like")
        self._not_negative("factor", "value")


@dataclass(frozen=True, kw_only=True)
class Demand(Change):
    """Final demand of a region for a product: times ``factor``, or its sum set to ``value`` (in ``unit``, money).

    With ``direct`` the direct emissions of the categories follow in proportion; if it is not said, they do where all
    products change together, and are held where some do.
    """

    kind: ClassVar[str] = "demand"
    region: Names = None
    product: Names = None
    demand: Names = None
    factor: float | None = None
    value: float | None = None
    unit: str = ""
    direct: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._one_of("factor", "value")
        self._not_negative("factor", "value")


@dataclass(frozen=True, kw_only=True)
class Mix(Change):
    """The composition of a total that is kept: of final demand over products, or of a sector's inputs over suppliers.

    ``shares`` are those of the products or suppliers that they name, and sum to one; what they do not name is as it is.
    With ``sector`` it is the inputs of that sector, each column by itself; without it the final demand of the region,
    its categories ``demand`` taken together. A key is a product, all of its origins in their present proportion, or one
    origin of it, "DEU:c12".
    """

    kind: ClassVar[str] = "mix"
    region: Names = None
    sector: Names = None
    demand: Names = None
    shares: Shares

    def __post_init__(self) -> None:
        super().__post_init__()
        require_shares(self, self.shares)
        if self.sector is not None and self.demand is not None:
            raise self._wrong("sector and demand are both given", "a mix is of a sector's inputs or of final demand")


@dataclass(frozen=True, kw_only=True)
class Technology(Change):
    """The inputs of a sector: ``coefficients`` (money per unit of output) or ``factors`` of them, by supplier.

    A supplier is a sector, all of its origins in their present proportion, or "DEU:c12". It is
    declared which of them ``compensate``: "value added" takes up the difference, or the "inputs" that are not named do,
    in proportion.
    """

    kind: ClassVar[str] = "technology"
    region: Names = None
    sector: Names
    compensate: Compensation
    coefficients: Shares | None = None
    factors: Shares | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._among("compensate", COMPENSATIONS)
        self._amounts("coefficients")
        self._amounts("factors")
        if not self.coefficients and not self.factors:
            raise self._wrong("none of coefficients, factors is given", "give one of them")
        both = sorted(set(self.coefficients or {}) & set(self.factors or {}))
        if both:
            raise self._wrong(f"{both[0]} has both a coefficient and a factor", "keep one of them")


@dataclass(frozen=True, kw_only=True)
class TradeShare(Change):
    """Where a buying region takes a product from: ``shares`` by origin (itself among them), every total kept.

    They are those of every purchase alike, each sector's and each category's. They sum to one, and origins that are not
    named then sell nothing; with ``others`` they sum to less, and the others share what is left as they do now in that
    purchase. ``use`` says which purchases: intermediate, final or both.
    """

    kind: ClassVar[str] = "trade-share"
    region: Names = None
    product: Names = None
    shares: Shares
    others: bool = False
    use: Use = "both"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._among("use", USES)
        require_shares(self, self.shares, self.others)


@dataclass(frozen=True, kw_only=True)
class Limit(Change):
    """An emission limit of a norm at a date: the regulated plants emit no more than it allows.

    The limit (mass a volume of flue gas) times ``volume`` (of flue gas a unit of product, in the norm's unit of volume)
    times ``amount`` (of product in the table's year) is what they may emit; ``share`` of the sector's emissions is
    theirs. ``norm`` is a series of standards ("GB 4915"), of which the edition in force ``at`` a date is taken, the 31
    December of the table's year if none is given; ``subject`` and ``area`` say which of its limits, ``substance`` what
    of where that is not the stressor, ``jurisdiction`` where ("CHN-BJ"), the region if not given.
    """

    kind: ClassVar[str] = "limit"
    stressor: str
    region: str
    sector: str
    norm: str
    volume: float
    amount: float
    share: float
    substance: str = ""
    subject: str = ""
    area: str = ""
    jurisdiction: str = ""
    at: date | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._not_negative("volume", "amount", "share")
        if self.share > 1:
            raise self._wrong(f"share is {self.share}", "it is of the sector's emissions: from 0 to 1")


@dataclass(frozen=True, kw_only=True)
class Response:
    """How buyers respond to prices. No elasticity is hidden: None is no response.

    ``demand_elasticity`` of final demand for a product to its price (not positive), ``origin_elasticity`` of
    substitution among origins (not negative), in the purchases of ``use``; one for all products, or by product.
    """

    demand_elasticity: Elasticity = None
    origin_elasticity: Elasticity = None
    use: Use = "both"


@dataclass(frozen=True, kw_only=True)
class CarbonPrice(Response, Change):
    """A price of ``price`` a ``unit`` of emissions ("USD per t") on the production of sectors, passed on in full."""

    kind: ClassVar[str] = "carbon-price"
    price: float
    unit: str
    stressor: str
    region: Names = None
    sector: Names = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._not_negative("price")
        _require_response(self)


@dataclass(frozen=True, kw_only=True)
class Tariff(Response, Change):
    """A duty of ``rate`` (0.1 is 10 %) on what ``region`` buys of ``product`` from ``origin``, passed on in full.

    ``origin`` None is all other regions; a region's own products bear none.
    """

    kind: ClassVar[str] = "tariff"
    rate: float
    region: Names
    product: Names = None
    origin: Names = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._not_negative("rate")
        _require_response(self)


KINDS: Mapping[str, type[Change]] = {
    one.kind: one for one in (Intensity, Mix, Technology, TradeShare, Demand, Tariff, CarbonPrice, Limit)
}


def require_shares(change: Change, shares: Shares, others: bool = False) -> None:
    """Raise InputError for shares outside [0, 1], or that do not sum to one (with ``others``: that sum to more)."""
    if not shares:
        raise InputError("there are no shares", where=change.place, hint="give shares that sum to one")
    for key, share in shares.items():
        if not 0 <= share <= 1:
            raise InputError(f"the share of {key} is {share}", where=change.place, hint="shares are between 0 and 1")
    total = math.fsum(shares.values())
    if total > 1 + WHOLE or (total < 1 - WHOLE and not others):
        hint = (
            "or say others = true for what is left" if isinstance(change, TradeShare) else "name all that has a share"
        )
        raise InputError(f"the shares sum to {total:.12g}, not 1", where=change.place, hint=hint)


def _require_response(change: CarbonPrice | Tariff) -> None:
    change._among("use", USES)
    for name, sign, hint in (
        ("demand_elasticity", -1, "a price that rises lowers demand: give a negative number, such as -0.3"),
        ("origin_elasticity", 1, "it is an elasticity of substitution: give a positive number, such as 2"),
    ):
        given: Any = getattr(change, name)
        values = given if isinstance(given, Mapping) else {} if given is None else {"all products": given}
        for key, value in values.items():
            if not (math.isfinite(value) and value * sign >= 0):
                raise change._wrong(f"{name} of {key} is {value}", hint)


@dataclass(frozen=True)
class Scenario:
    """Changes with a name: applied to a table in their order, they give a new table.

    ``title`` and each of ``assumptions`` by language; ``source`` of the numbers. Raises QuestionError for a blank name.
    """

    name: str
    changes: tuple[Change, ...] = ()
    title: Mapping[str, str] | None = None
    assumptions: tuple[Mapping[str, str], ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise QuestionError("the scenario has no name", hint='write name = "..."')
        object.__setattr__(self, "changes", tuple(self.changes))

    def titled(self, language: str) -> str:
        """Its title in that language, else its name."""
        return (self.title or {}).get(language, self.name)

    def only(self, chosen: Sequence[int]) -> Scenario:
        """The scenario with the changes at these positions alone, in their order."""
        kept = tuple(self.changes[at] for at in sorted(chosen))
        return Scenario(self.name, kept, self.title, self.assumptions, self.source)
