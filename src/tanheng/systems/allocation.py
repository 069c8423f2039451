"""Processes that make several products, split into one process a product: a step with a name, taken in the open.

The reference keeps the id of the process, a co-product's process is ``{id}/{flow id}``; what they share is divided, so
that over the co-products every exchange adds up to what it was. Wastes that go out are no co-products.
Source: ISO 14044:2006, 4.3.4; Heijungs and Suh 2002, ch. 3.2.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError, nearest
from tanheng.systems.finding import Finding, Severity, found, listed
from tanheng.systems.inventory import Exchange, Inventory, Process
from tanheng.systems.linking import conversion, folded, link

Method = Literal["as given", "given", "mass", "energy", "economic", "cut-off", "substitution"]
Shares = Mapping[str, float]  # by flow

METHODS: tuple[Method, ...] = get_args(Method)
ROUNDED = 0.01  # by which the shares of a source may miss 1: printed percentages of a dozen products miss it by less
EXACT = 1e-9  # by which they may miss it unsaid: they are doubles
_PROPERTY = {"mass": ("mass", "kg"), "energy": ("energy", "MJ"), "economic": ("price", "")}


def allocate(
    inventory: Inventory,
    method: Method = "as given",
    *,
    shares: Mapping[str, Shares] | None = None,
    fallback: Method | None = None,
) -> Inventory:
    """The inventory with one process for each product.

    ``method``: "mass", "energy" and "economic" share by the flows' properties mass (kg), energy (MJ) and price times
    their amounts (what is measured in kg or MJ needs none); "given" by the shares of the source, the first where it has
    several; "cut-off" leaves all to the reference, co-products come free; "substitution" credits the reference with
    what its co-products save elsewhere, as avoided outputs of the makers that linking finds. "as given" is "given",
    and "cut-off" where the source gives no shares. ``shares`` {process id: {flow id: share}} come before the method;
    ``fallback`` is taken where it cannot be, and every such case is a finding. Shares by property are of all that is
    made, what a process uses of it itself too: linked to itself, that comes to the same as sharing what is left.
    Raises QuestionError for an unknown method, LabelError for shares of what is not there, and, without a fallback,
    MissingError for a property or shares that are not given, InputError for shares that are negative or do not add up,
    for a co-product of a negative amount, and for one to be substituted that nothing else makes.
    """
    if method == "as given":
        method, fallback = "given", fallback or "cut-off"
    for name in (method, fallback or method):
        if name not in METHODS:
            raise QuestionError(
                f"there is no allocation {name!r}", where=inventory.about.name, hint=nearest(name, METHODS)
            )
    if fallback in ("as given", "substitution"):
        hint = "fall back on shares, such as mass, or on cut-off"
        raise QuestionError(f"{fallback} is no way out", where=inventory.about.name, hint=hint)
    whole = _cleaned(inventory)
    several = [process.id for process in whole.processes if len(_products(whole, process)) > 1]
    if not several:
        return whole
    _require_known(whole, several, shares or {})
    return _Allocation(method, fallback, shares or {}).of(whole, several)


@dataclass(frozen=True)
class _Allocation:
    method: Method
    fallback: Method | None
    shares: Mapping[str, Shares]

    def of(self, inventory: Inventory, several: list[str]) -> Inventory:
        fell: list[str] = []
        rounded: list[str] = []
        if self.method == "substitution":
            inventory, left = _substituted(inventory, set(several) - self.shares.keys(), self.fallback)
            fell.extend(left)
        split: dict[str, tuple[Process, ...]] = {}
        for process in inventory.processes:
            if len(_products(inventory, process)) > 1:
                split[process.id] = _split(inventory, process, self._shares(inventory, process, fell, rounded))
        processes = [one for process in inventory.processes for one in split.get(process.id, (process,))]
        again = {(id, flow): one.id for id, them in split.items() for one in them for flow in _called(inventory, one)}
        messages = self._messages(inventory, several, fell, rounded)
        about = dataclasses.replace(inventory.about, version=f"{inventory.about.version}; {self._told(fell)}")
        return inventory.replace(
            about=about,
            processes=tuple(_relinked(inventory, process, again) for process in processes),
            findings=(*inventory.findings, *messages),
        )

    def _shares(self, inventory: Inventory, process: Process, fell: list[str], rounded: list[str]) -> Shares:
        """Of each product, adding up to 1; notes where the fallback was taken, and what was rounded."""
        given = self._given(inventory, process, fell)
        total = sum(given.values())
        if abs(total - 1) > EXACT:
            rounded.append(process.id)
        return {flow: share / total for flow, share in given.items()}

    def _given(self, inventory: Inventory, process: Process, fell: list[str]) -> Shares:
        if process.id in self.shares:
            return _sound(inventory, process, self.shares[process.id])
        if self.fallback is None:
            return _by(self.method, inventory, process)
        if process.id not in fell:  # in substitution some fell already
            try:
                return _by(self.method, inventory, process)
            except InputError:
                fell.append(process.id)
        return _by(self.fallback, inventory, process)

    def _told(self, fell: list[str]) -> str:
        return f"allocation: {self.method}" + (f", else {self.fallback} ({len(fell)} processes)" if fell else "")

    def _messages(
        self, inventory: Inventory, several: list[str], fell: list[str], rounded: list[str]
    ) -> tuple[Finding, ...]:
        names = {process.id: process.name for process in inventory.processes}
        kinds: tuple[tuple[str, Severity, list[str]], ...] = (
            ("allocated", "note", [id for id in several if id not in fell]),
            ("allocation-fallback", "warning", fell),
            ("shares-rounded", "note", rounded),
        )
        return tuple(
            found(
                check,
                severity,
                inventory.about.name,
                len(ids) / len(inventory.processes),
                count=len(ids),
                method=self.method,
                fallback=self.fallback or "",
                names=listed([names[id] for id in ids]),
                processes=tuple(ids),
            )
            for check, severity, ids in kinds
            if ids
        )


# -- products ----------------------------------------------------------------------------------------------------------


def _products(inventory: Inventory, process: Process) -> list[Exchange]:
    """The reference, and then the co-products."""
    return [process.made, *(one for at, one in enumerate(process.exchanges) if _is_co_product(inventory, process, at))]


def _is_co_product(inventory: Inventory, process: Process, at: int) -> bool:
    return at != process.reference and inventory.is_made(process.exchanges[at])


def _cleaned(inventory: Inventory) -> Inventory:
    """The inventory whose processes each name a product once: those of no amount are none, those twice there add up."""
    return inventory.replace(processes=tuple(_clean(inventory, process) for process in inventory.processes))


def _clean(inventory: Inventory, process: Process) -> Process:
    if len(_products(inventory, process)) == 1:
        return process
    made: dict[str, Exchange] = {}
    kept: list[Exchange] = []
    for at, one in enumerate(process.exchanges):
        if at != process.reference and not _is_co_product(inventory, process, at):
            kept.append(one)
        elif one.amount:
            made[one.flow] = _sum(inventory, process, made[one.flow], one) if one.flow in made else one
    first = made.pop(process.made.flow)
    return dataclasses.replace(process, exchanges=(first, *made.values(), *kept), reference=0)


def _sum(inventory: Inventory, process: Process, one: Exchange, other: Exchange) -> Exchange:
    factor = conversion(other.unit, one.unit)
    if factor is None or one.direction != other.direction:
        what = f"{inventory.flows[one.flow].name} is there twice, in {one.unit} and in {other.unit}"
        raise UnitError(what, where=inventory.where(process), hint="give it once, or in units of one dimension")
    return dataclasses.replace(one, amount=one.amount + other.amount * factor, uncertainty=None)


# -- shares ------------------------------------------------------------------------------------------------------------


def _by(method: Method, inventory: Inventory, process: Process) -> Shares:
    products = _products(inventory, process)
    for one in products[1:]:
        if one.amount < 0:
            what = f"its co-product {inventory.flows[one.flow].name} has the amount {one.amount:g}"
            raise InputError(
                what, where=inventory.where(process), hint="what it takes in is an input; or mark it avoided"
            )
    if method == "cut-off":
        return {one.flow: float(one is products[0]) for one in products}
    if method == "given":
        return _sound(inventory, process, _given(inventory, process, products))
    return _sound(inventory, process, _by_property(inventory, process, products, method))


def _given(inventory: Inventory, process: Process, products: list[Exchange]) -> Shares:
    flows = {one.flow for one in products}
    whole = [shares for shares in process.allocation.values() if flows <= shares.keys()]
    if not whole:
        what = (
            "the source gives no shares of its products" if not process.allocation else "some of its shares are missing"
        )
        hint = "share by mass, energy or price, cut off, or name a fallback"
        raise MissingError(what, where=inventory.where(process), hint=hint)
    return {flow: whole[0][flow] for flow in (one.flow for one in products)}


def _by_property(inventory: Inventory, process: Process, products: list[Exchange], method: Method) -> Shares:
    weights = {one.flow: _weight(inventory, process, one, method) for one in products}
    total = sum(weights.values())
    if not total > 0:
        what = f"the {_PROPERTY[method][0]} of its products adds up to {total:g}"
        raise InputError(what, where=inventory.where(process), hint="share them by another property")
    return {flow: weight / total for flow, weight in weights.items()}


def _weight(inventory: Inventory, process: Process, one: Exchange, method: Method) -> float:
    flow, (name, unit) = inventory.flows[one.flow], _PROPERTY[method]
    own = conversion(one.unit, unit) if unit else None  # what is measured in kg has a mass of 1 kg/kg
    if name in flow.properties:
        amount = conversion(one.unit, flow.unit)
        own = None if amount is None else amount * flow.properties[name]
    if own is None:
        what = f"{flow.name}, {one.amount:g} {one.unit}, has no {name} that is known"
        hint = f"give {name} per {flow.unit} as a property of the flow, or name a fallback"
        raise MissingError(what, where=inventory.where(process), hint=hint)
    return abs(one.amount) * own  # a treatment's waste may be written as a negative amount


def _sound(inventory: Inventory, process: Process, shares: Shares) -> Shares:
    """The shares, none negative and all of them about 1; raises InputError."""
    names = ", ".join(f"{inventory.flows[flow].name} {share:g}" for flow, share in shares.items())
    if not all(share >= 0 for share in shares.values()):
        what = f"a share is negative: {names}"
        raise InputError(what, where=inventory.where(process), hint="shares are from 0 to 1")
    total = sum(shares.values())
    if not abs(total - 1) <= ROUNDED:
        hint = "shares of a whole add up to 1; percentages are hundredths"
        raise InputError(f"its shares add up to {total:g}: {names}", where=inventory.where(process), hint=hint)
    return shares


def _require_known(inventory: Inventory, several: list[str], shares: Mapping[str, Shares]) -> None:
    processes = {process.id: process for process in inventory.processes}
    for id, given in shares.items():
        if id not in several:
            why = "makes one product" if id in processes else "is not known"
            raise LabelError(f"process {id} {why}", where=inventory.about.name, hint=nearest(id, several))
        flows = [one.flow for one in _products(inventory, processes[id])]
        for flow in {*flows, *given}:
            if flow not in flows or flow not in given:
                what = f"{flow} is no product of it" if flow not in flows else f"there is no share of {flow}"
                raise LabelError(what, where=inventory.where(processes[id]), hint=nearest(flow, flows))


# -- substitution ------------------------------------------------------------------------------------------------------


def _substituted(inventory: Inventory, whom: set[str], fallback: Method | None) -> tuple[Inventory, list[str]]:
    """The inventory with the co-products of ``whom`` avoided where something else makes them, and whom that left."""
    avoided = inventory.replace(
        processes=tuple(
            _avoiding(inventory, process) if process.id in whom else process for process in inventory.processes
        )
    )
    links, _ = link(avoided)
    maker = {(one.process, one.exchange): one.maker for one in links}
    processes, left = [], []
    for at, (before, after) in enumerate(zip(inventory.processes, avoided.processes, strict=True)):
        exchanges = list(after.exchanges)
        for place, (was, now) in enumerate(zip(before.exchanges, after.exchanges, strict=True)):
            if was is now:
                continue
            if maker[at, place] >= 0:
                exchanges[place] = dataclasses.replace(now, provider=avoided.processes[maker[at, place]].id)
                continue
            if fallback is None:
                what = f"nothing else is known to make its co-product {inventory.flows[was.flow].name}"
                hint = "add a process that makes it, name its provider, or name a fallback such as mass"
                raise InputError(what, where=inventory.where(before), hint=hint)
            exchanges[place] = was
        processes.append(dataclasses.replace(after, exchanges=tuple(exchanges)))
        if len(_products(inventory, processes[-1])) > 1 and before.id in whom:
            left.append(before.id)
    return inventory.replace(processes=tuple(processes)), left


def _avoiding(inventory: Inventory, process: Process) -> Process:
    exchanges = tuple(
        dataclasses.replace(one, avoided=True) if _is_co_product(inventory, process, at) and one.amount > 0 else one
        for at, one in enumerate(process.exchanges)
    )
    return dataclasses.replace(process, exchanges=exchanges)


# -- splitting ---------------------------------------------------------------------------------------------------------


def _split(inventory: Inventory, process: Process, shares: Shares) -> tuple[Process, ...]:
    products = _products(inventory, process)
    rest = [one for one in process.exchanges if not any(one is product for product in products)]
    return tuple(
        dataclasses.replace(
            process,
            id=process.id if one is process.made else f"{process.id}/{one.flow}",
            name=process.name if one is process.made else f"{process.name}, {inventory.flows[one.flow].name}",
            exchanges=(one, *_scaled(rest, shares[one.flow])),
            reference=0,
            allocation={},
        )
        for one in products
    )


def _scaled(exchanges: list[Exchange], share: float) -> tuple[Exchange, ...]:
    if not share:
        return ()
    return tuple(
        dataclasses.replace(
            one, amount=one.amount * share, uncertainty=one.uncertainty and one.uncertainty.scaled(share)
        )
        for one in exchanges
    )


def _called(inventory: Inventory, process: Process) -> tuple[str, str]:
    return process.made.flow, folded(inventory.flows[process.made.flow].name)


def _relinked(inventory: Inventory, process: Process, again: Mapping[tuple[str, str], str]) -> Process:
    """Who named the whole process as provider of a co-product names the process of that co-product."""
    exchanges = tuple(
        dataclasses.replace(one, provider=_provider(inventory, one, again)) if one.provider else one
        for one in process.exchanges
    )
    return dataclasses.replace(process, exchanges=exchanges)


def _provider(inventory: Inventory, one: Exchange, again: Mapping[tuple[str, str], str]) -> str:
    by_name = again.get((one.provider, folded(inventory.flows[one.flow].name)), one.provider)
    return again.get((one.provider, one.flow), by_name)
