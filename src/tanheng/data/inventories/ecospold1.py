"""EcoSpold 1: data sets as XML, as ecoinvent 1 and 2, US LCI and many programs write them.

Source: the EcoSpold data exchange format (Hedemann and König 2003, ecoinvent report 1, field descriptions).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import shares, units, xml
from tanheng.data.inventories.parts.flows import Flows, elementary, title
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.uncertainty import Uncertainties
from tanheng.data.inventories.parts.xml import Element
from tanheng.errors import InputError, LabelError
from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Process, Uncertainty

FORMAT = Format(
    name="ecospold1",
    title={"en": "EcoSpold 1", "zh": "EcoSpold 1"},
    files=("*.xml", "*.spold"),
    homepage="https://ecoinvent.org",
    note={
        "en": "data sets of processes; the format names no makers: they are found by name, unit and place",
        "zh": "过程数据集；该格式不指明供应过程，按名称、单位和地点查找",
    },
)

_NAMESPACE = "/EcoSpold01"  # EcoSpold 2 has classifications of that name too
_LOOKED_AT = 20  # files
_NATURE = "4"  # the group of what comes from nature, and of what goes there
_REFERENCE, _AVOIDED, _CO_PRODUCT, _WASTE = "0", "1", "2", "3"
_INPUTS, _OUTPUTS = ("1", "2", "3", "4", "5"), ("0", "1", "2", "3", "4")
_NO_PROCESS = {"3": "elementary flow", "4": "impact category"}  # types of data sets
_EVEN = 1e-9  # of a share: those of one co-product are written alike


def holds(place: Archive) -> bool:
    """Whether one of the first XML files of the place is in EcoSpold 1."""
    return any(xml.begins_with(entry, _NAMESPACE) for entry in place.find(*FORMAT.files)[:_LOOKED_AT])


def read(place: Archive) -> Inventory:
    """All data sets of the place that are processes. Raises InputError naming the file and the data set."""
    files = place.find(*FORMAT.files)
    if not files:
        raise InputError("holds no XML file", where=str(place.path), hint="EcoSpold 1 comes as files *.xml")
    return _Reader(place, files).read()


@dataclass(frozen=True)
class _DataSet:
    """A data set: its element, its reference function, its place in words, and the location that it is of."""

    element: Element
    reference: Element
    where: str
    location: str

    @property
    def name(self) -> str:
        return _attribute(self.reference, "name")


@dataclass(frozen=True)
class _Read:
    """An exchange with what the data set says of it beside: its number, its name, its output group ("" of an input)."""

    exchange: Exchange
    number: str
    name: str
    given: str


class _Reader:
    def __init__(self, place: Archive, files: Sequence[Entry]) -> None:
        self._place, self._files = place, files
        self._flows, self._notes, self._uncertain = Flows(), Notes(), Uncertainties()
        self._places: dict[str, str] = {}
        self._years: set[str] = set()
        self._roots: set[str] = set()
        self._services: dict[str, str] = {}  # by the flow of a waste, that of its treatment as a service

    def read(self) -> Inventory:
        processes = [self._process(one) for one in self._data_sets()]
        if not processes:
            what = f"holds no process in EcoSpold 1 (its root: {', '.join(sorted(self._roots)) or 'none'})"
            hint = "a file has the root ecoSpold, and in it elements dataset"
            raise InputError(what, where=str(self._place.path), hint=hint)
        made = {one.made.flow for one in processes}
        processes = [self._served(process, made) for process in processes]
        name, year = title(self._place), self._years.pop() if len(self._years) == 1 else ""
        about = InventoryAbout(name, year=int(year) if year.isdigit() else None)
        findings = (*self._notes.findings(name), *self._uncertain.findings(name))
        return Inventory(about, self._flows, tuple(processes), findings)

    def _data_sets(self) -> Iterator[_DataSet]:
        for entry, content in self._place.contents(self._files):
            root = xml.parse(entry, content)
            self._roots.add(root.tag)
            if root.tag != "ecoSpold" or root.find("dataset") is None:
                self._notes.add("files-left-out", entry.base)
                continue
            for element in root.iterfind("dataset"):
                about = element.find("metaInformation/processInformation")
                kind = _attribute(None if about is None else about.find("dataSetInformation"), "type")
                if kind in _NO_PROCESS:
                    self._notes.add("data-sets-left-out", _NO_PROCESS[kind])
                else:
                    yield _data_set(element, about, entry.where)

    def _process(self, one: _DataSet) -> Process:
        id = _product_id(one.reference, one.location)
        if id in self._places:
            hint = f"it is also at {self._places[id]}: keep one of them"
            raise LabelError(f"process {id} is there twice", where=one.where, hint=hint)
        self._places[id] = one.where
        self._years.add(xml.text(one.element, "metaInformation/processInformation/timePeriod/endYear"))
        read = [self._exchange(element, one) for element in xml.children(one.element, "flowData/exchange")]
        reference, exchanges = _reference(one, read), tuple(each.exchange for each in read)
        if not exchanges[reference].amount:
            hint = "the other exchanges are for that amount of it"
            raise InputError(f"the amount of its product {read[reference].name} is 0", where=one.where, hint=hint)
        location = one.location or self._flows[exchanges[reference].flow].location
        return Process(id, one.name, exchanges, reference, location, allocation=self._allocation(one, read))

    def _exchange(self, element: Element, one: _DataSet) -> _Read:
        name, number = _attribute(element, "name"), _attribute(element, "number")
        where = f"{one.where}, exchange {number} {name}".rstrip()
        if not name:
            raise LabelError("the exchange has no name", where=where, hint="name what it exchanges")
        taken, given = xml.text(element, "inputGroup"), xml.text(element, "outputGroup")
        if (taken in _INPUTS) == (given in _OUTPUTS):
            what = f"it has the input group {taken or '(none)'} and the output group {given or '(none)'}"
            raise InputError(what, where=where, hint="it has one of them: inputs 1 to 5, outputs 0 to 4")
        amount = xml.number(element.get("meanValue"), "the mean value", where)
        exchange = Exchange(
            flow=self._flow(element, one, taken, given),
            amount=amount,
            unit=units.named(_attribute(element, "unit")),
            direction="input" if taken else "output",
            avoided=given == _AVOIDED,
            uncertainty=self._uncertainty(element, amount, where),
        )
        return _Read(exchange, number, name, given)

    def _flow(self, element: Element, one: _DataSet, taken: str, given: str) -> str:
        name, unit = _attribute(element, "name"), units.named(_attribute(element, "unit"))
        if _NATURE in (taken, given):
            said = (_attribute(element, "category"), _attribute(element, "subCategory"))
            return self._flows.put(elementary(name, unit, *said, cas=_attribute(element, "CASNumber")))
        own = one.location if given in (_REFERENCE, _CO_PRODUCT) else ""
        location = _attribute(element, "location") or own
        product = _product_id(element, location)
        if given != _WASTE:
            return self._flows.put(Flow(product, name, "product", unit, location=location))
        waste = self._flows.put(Flow(f"{product}/waste", name, "waste", unit, location=location))
        self._services[waste] = product
        return waste

    def _served(self, process: Process, made: set[str]) -> Process:
        """A waste whose treatment is there as a service, a product of that name, is an input of the service."""
        exchanges = tuple(
            replace(one, flow=self._services[one.flow], direction="input")
            if self._services.get(one.flow) in made
            else one
            for one in process.exchanges
        )
        return replace(process, exchanges=exchanges)

    def _allocation(self, one: _DataSet, read: Sequence[_Read]) -> dict[str, dict[str, float]]:
        """The share of every co-product, where it is the same of all exchanges; else that is noted, and left out."""
        products = {each.number: each.exchange.flow for each in read if each.given in (_REFERENCE, _CO_PRODUCT)}
        elements = list(xml.children(one.element, "flowData/allocation"))
        if len(products) < 2 or not elements:
            return {}
        factors: dict[str, dict[str, float]] = defaultdict(dict)
        for element in elements:
            where = f"{one.where}, allocation to {_attribute(element, 'referenceToCoProduct')}"
            fraction = xml.number(element.get("fraction"), "the fraction", where)
            for number in element.iterfind("referenceToInputOutput"):
                factors[_attribute(element, "referenceToCoProduct")][xml.text(number)] = fraction
        divided = [each.number for each in read if each.number not in products]
        given = {number: {factors[number].get(each, 0.0) for each in divided} or {0.0} for number in products}
        if any(max(them) - min(them) > _EVEN * max(them) for them in given.values()):
            self._notes.add("shares-uneven", one.name, "warning")
            return {}
        return shares.given({flow: max(given[number]) for number, flow in products.items()}, one.name, self._notes)

    def _uncertainty(self, element: Element, amount: float, where: str) -> Uncertainty | None:
        """The mean is the amount; the 95 % value is the squared geometric or twice the arithmetic deviation."""
        kind = _attribute(element, "uncertaintyType")
        if kind not in ("1", "2", "3", "4"):
            return None
        spread, least, greatest, likeliest = (
            xml.number(element.get(name), name, where) if _attribute(element, name) else None
            for name in ("standardDeviation95", "minValue", "maxValue", "mostLikelyValue")
        )
        if kind == "1":
            return self._uncertain.lognormal(amount, math.sqrt(spread) if spread and spread > 0 else None)
        if kind == "2":
            return self._uncertain.normal(amount, None if spread is None else spread / 2)
        if kind == "4":
            return self._uncertain.uniform(least, greatest)
        if likeliest is None and least is not None and greatest is not None:
            likeliest = 3 * amount - least - greatest  # the mean of a triangle is that of its corners
        return self._uncertain.triangular(least, likeliest, greatest)


def _data_set(element: Element, about: Element | None, file: str) -> _DataSet:
    reference = None if about is None else about.find("referenceFunction")
    where = f"{file}, data set {_attribute(element, 'number')}".rstrip()
    if reference is None or not _attribute(reference, "name"):
        hint = "metaInformation/processInformation/referenceFunction names it"
        raise InputError("the data set does not say what it is of", where=where, hint=hint)
    location = _attribute(None if about is None else about.find("geography"), "location")
    return _DataSet(element, reference, f"{where} {_attribute(reference, 'name')}", location)


def _reference(one: _DataSet, read: Sequence[_Read]) -> int:
    """The place of the reference product, or of the co-product of the data set's own name, or of the first."""
    groups = [each.given for each in read]
    if _REFERENCE in groups:
        return groups.index(_REFERENCE)
    products = [at for at, group in enumerate(groups) if group == _CO_PRODUCT]
    if not products:
        hint = "one exchange has the output group 0 (reference product) or 2 (co-product)"
        raise InputError("it has no product", where=one.where, hint=hint)
    return next((at for at in products if read[at].name == one.name), products[0])


def _product_id(element: Element, location: str) -> str:
    """What identifies a product in EcoSpold 1: its name, place and unit, and whether it is infrastructure."""
    built = _attribute(element, "infrastructureProcess").casefold() in ("true", "1")
    parts = (_attribute(element, "name"), location, units.named(_attribute(element, "unit")))
    return "/".join((*parts, "infrastructure") if built else parts)


def _attribute(element: Element | None, name: str) -> str:
    """An attribute without doubled blanks; "" where it, or the element, is not there."""
    return "" if element is None else " ".join((element.get(name) or "").split())
