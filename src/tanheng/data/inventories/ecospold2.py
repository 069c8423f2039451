"""EcoSpold 2: data sets as XML, as ecoinvent 3 and its editor write them.

Source: the documentation of the EcoSpold 2 format (ecoinvent, version 1.0.13); Weidema et al. 2013, ecoinvent report 1
(v3), for the signs of treatments.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import units, xml
from tanheng.data.inventories.parts.amounts import Measure, properties
from tanheng.data.inventories.parts.flows import Flows, elementary, title
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.uncertainty import Uncertainties
from tanheng.data.inventories.parts.xml import Element
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.about import NOT_STATED
from tanheng.systems.inventory import Exchange, Flow, Inventory, InventoryAbout, Kind, Process, Uncertainty
from tanheng.systems.signs import settled

FORMAT = Format(
    name="ecospold2",
    title={"en": "EcoSpold 2", "zh": "EcoSpold 2"},
    files=("*.spold", "*.xml"),
    homepage="https://ecoinvent.org",
    note={
        "en": "a folder of data sets, with MasterData beside them where they name units and flows by id alone",
        "zh": "数据集文件夹；若数据集仅以编号引用单位和流，需附带 MasterData",
    },
)

_NAMESPACE = "/EcoSpold02"
_LOOKED_AT = 20  # files
_DATA_SETS = ("activityDataset", "childActivityDataset")
_MASTER_DATA = "masterdata"  # the folder of lists, in small letters
_REFERENCE, _BY_PRODUCT, _FOR_TREATMENT, _STOCK = "0", "2", "3", "5"
_INPUTS, _OUTPUTS = ("1", "2", "3", "5"), (_REFERENCE, _BY_PRODUCT, _FOR_TREATMENT, _STOCK)
_BY_PRODUCT_CLASS = "By-product classification"
_MEASURES = {  # names of properties, as amounts.properties knows them
    "wet mass": "mass", "dry mass": "mass", "heating value, net": "net calorific value",
    "lower heating value": "lower heating value", "heating value, gross": "gross calorific value", "price": "price",
}  # fmt: skip


def holds(place: Archive) -> bool:
    """Whether one of the first files of the place is in EcoSpold 2."""
    return any(xml.begins_with(entry, _NAMESPACE) for entry in place.find(*FORMAT.files)[:_LOOKED_AT])


def read(place: Archive) -> Inventory:
    """All data sets of the place. Raises InputError naming the file and the exchange."""
    files = place.find(*FORMAT.files)
    if not files:
        raise InputError("holds no file *.spold", where=str(place.path), hint="EcoSpold 2 comes as such files")
    return _Reader(place, files).read()


@dataclass(frozen=True)
class _Activity:
    """A data set as it was read: its process still has the ids of activities alone as providers."""

    activity: str
    process: Process
    where: str

    @property
    def id(self) -> str:
        """The id of a process of an activity that has several: with its product."""
        return f"{self.activity}/{self.process.made.flow}"


class _Reader:
    def __init__(self, place: Archive, files: Sequence[Entry]) -> None:
        self._place = place
        lists = [_MASTER_DATA in file.name.casefold().split("/")[:-1] for file in files]
        self._files = [file for file, is_list in zip(files, lists, strict=True) if not is_list]
        self._names = _Names(place, [file for file, is_list in zip(files, lists, strict=True) if is_list])
        self._flows, self._notes, self._uncertain = Flows(), Notes(), Uncertainties()
        self._said: dict[str, set[str]] = defaultdict(set)
        self._roots: set[str] = set()

    def read(self) -> Inventory:
        read = [self._activity(element, entry) for element, entry in self._data_sets()]
        if not read:
            what = f"holds no data set in EcoSpold 2 (its root: {', '.join(sorted(self._roots)) or 'none'})"
            hint = "a file has the root ecoSpold, and in it an activityDataset"
            raise InputError(what, where=str(self._place.path), hint=hint)
        name = title(self._place)
        flows, processes, found = settled(self._flows, _linked(read), name)
        findings = (*self._notes.findings(name), *found, *self._uncertain.findings(name))
        return Inventory(self._about(name), flows, processes, findings)

    def _about(self, name: str) -> InventoryAbout:
        one = {key: next(iter(values)) for key, values in self._said.items() if len(values) == 1}
        source = ", ".join(one[key] for key in ("context", "model") if one.get(key))
        year = one.get("year", "")
        return InventoryAbout(
            name=name,
            source=source or NOT_STATED,
            version=one.get("version") or NOT_STATED,
            year=int(year) if year.isdigit() else None,
            currency=one.get("currency", ""),
        )

    def _data_sets(self) -> Iterator[tuple[Element, Entry]]:
        for entry, content in self._place.contents(self._files):
            root = xml.parse(entry, content)
            self._roots.add(root.tag)
            found = [element for tag in _DATA_SETS for element in root.iterfind(tag)] if root.tag == "ecoSpold" else []
            if not found:
                self._notes.add("files-left-out", entry.base)
            self._names.add(root.find("usedUserMasterData"))
            yield from ((element, entry) for element in found)

    def _activity(self, element: Element, entry: Entry) -> _Activity:
        activity = element.find("activityDescription/activity")
        id = "" if activity is None else activity.get("id", "").strip()
        name = xml.spoken(activity, "activityName")
        if not id or not name:
            hint = "activityDescription/activity has an id and an activityName"
            raise InputError("the data set does not say what it is of", where=entry.where, hint=hint)
        where = f"{entry.where}, {name}"
        self._remember(element)
        intermediate = [
            self._intermediate(one, where) for one in xml.children(element, "flowData/intermediateExchange")
        ]
        kept = [(exchange, group) for exchange, group in intermediate if self._is_kept(exchange, group)]
        nature = [self._elementary(one, where) for one in xml.children(element, "flowData/elementaryExchange")]
        if element.find("flowData/parameter") is not None:
            self._notes.add("formulas-as-numbers", name)
        exchanges = (*(exchange for exchange, _ in kept), *nature)
        reference = next((at for at, (_, group) in enumerate(kept) if group == _REFERENCE), None)
        if reference is None:
            hint = "one exchange has the output group 0 and an amount that is not 0"
            raise InputError("it has no reference product", where=where, hint=hint)
        location = xml.spoken(element, "activityDescription/geography/shortname")
        return _Activity(id, Process(id, name, exchanges, reference, location), where)

    def _is_kept(self, exchange: Exchange, group: str) -> bool:
        """All but stock additions, and co-products of no amount, which a linked data set lists for its siblings."""
        if group == _STOCK:
            self._notes.add("stock-left-out", self._flows[exchange.flow].name, "warning")
        return group != _STOCK and (bool(exchange.amount) or group not in _OUTPUTS)

    def _remember(self, element: Element) -> None:
        """What holds for the whole inventory where all data sets say the same."""
        time = element.find("activityDescription/timePeriod")
        self._said["year"].add("" if time is None else time.get("endDate", "")[:4])
        self._said["model"].add(xml.spoken(element, "modellingAndValidation/representativeness/systemModelName"))
        file = element.find("administrativeInformation/fileAttributes")
        if file is not None:
            self._said["context"].add(xml.spoken(file, "contextName"))
            self._said["version"].add(f"{file.get('majorRelease', '')}.{file.get('minorRelease', '')}".strip("."))

    # -- exchanges -----------------------------------------------------------------------------------------------------

    def _intermediate(self, element: Element, data_set: str) -> tuple[Exchange, str]:
        """An exchange with other processes, and its output group ("" of an input)."""
        name, where = self._named(element, "intermediateExchangeId", data_set)
        taken, given = xml.text(element, "inputGroup"), xml.text(element, "outputGroup")
        if (taken in _INPUTS) == (given in _OUTPUTS):
            what = f"it has the input group {taken or '(none)'} and the output group {given or '(none)'}"
            raise InputError(what, where=where, hint="it has one of them: inputs 1, 2, 3, 5, outputs 0, 2, 3, 5")
        unit = self._unit(element, where)
        measures = list(self._measures(element, where)) if given in (_REFERENCE, _BY_PRODUCT) else []
        kind: Kind = "waste" if given == _FOR_TREATMENT or _is_waste(element) else "product"
        flow = Flow(
            self._id(element, "intermediateExchangeId", where), name, kind, unit, properties=properties(measures)
        )
        known = self._flows.get(flow.id)
        if known is not None and known.properties and flow.properties and known.properties != flow.properties:
            self._notes.add("properties-differ", name)
        amount = xml.number(element.get("amount"), "the amount", where)
        if known is not None and kind == "waste":  # said of one exchange, it holds for the flow
            self._flows[flow.id] = replace(known, kind="waste")
        exchange = Exchange(
            flow=self._flows.put(flow),
            amount=amount,
            unit=unit,
            direction="input" if taken else "output",
            provider="" if given == _REFERENCE else element.get("activityLinkId", "").strip(),
            uncertainty=self._uncertainty(element, amount, where),
        )
        return exchange, given

    def _elementary(self, element: Element, data_set: str) -> Exchange:
        name, where = self._named(element, "elementaryExchangeId", data_set)
        taken, given = xml.text(element, "inputGroup"), xml.text(element, "outputGroup")
        if (taken == "4") == (given == "4"):
            what = f"it has the input group {taken or '(none)'} and the output group {given or '(none)'}"
            raise InputError(what, where=where, hint="one of them is 4: from the environment, or to it")
        unit = self._unit(element, where)
        said = [xml.spoken(element.find("compartment"), part) for part in ("compartment", "subcompartment")]
        flow = elementary(name, unit, *said, cas=element.get("casNumber", "").strip())
        id = self._flows.put(replace(flow, id=self._id(element, "elementaryExchangeId", where)))
        amount = xml.number(element.get("amount"), "the amount", where)
        sure = self._uncertainty(element, amount, where)
        return Exchange(id, amount, unit, "input" if taken else "output", uncertainty=sure)

    def _named(self, element: Element, id: str, data_set: str) -> tuple[str, str]:
        """The name of an exchange and its place in words."""
        name = xml.spoken(element, "name") or self._names.of(element.get(id, ""))
        if not name:
            raise LabelError("an exchange has no name", where=data_set, hint="give its name, or add MasterData")
        return name, f"{data_set}, exchange {name}"

    def _id(self, element: Element, key: str, where: str) -> str:
        id = element.get(key, "").strip()
        if not id:
            raise LabelError(f"it has no {key}", where=where, hint="EcoSpold 2 knows flows by such ids")
        return id

    def _unit(self, element: Element, where: str) -> str:
        unit = xml.spoken(element, "unitName") or self._names.of(element.get("unitId", ""))
        if not unit:
            raise MissingError("the unit is missing", where=where, hint="give its unitName, or add MasterData")
        return units.named(unit)

    def _measures(self, element: Element, where: str) -> Iterator[Measure]:
        """What one unit of a product weighs, holds and costs; its dry mass first, which a wet mass stands in for."""
        found = {}
        for one in element.iterfind("property"):
            name = xml.spoken(one, "name").casefold()
            if name in _MEASURES:
                unit = xml.spoken(one, "unitName")
                found[name] = Measure(_MEASURES[name], xml.number(one.get("amount"), name, where), units.named(unit))
                if name == "price":
                    self._said["currency"].add(unit)
        order = sorted(found, key=lambda name: name != "dry mass")
        yield from (found[name] for name in order)

    def _uncertainty(self, element: Element, amount: float, where: str) -> Uncertainty | None:
        """The mean is the amount; the variance is the one with the pedigree in it, where there is one."""
        said = xml.children(element, "uncertainty/*")
        one = next((each for each in said if each.tag not in ("pedigreeMatrix", "comment")), None)
        if one is None or one.tag == "undefined":
            return None

        def value(*names: str) -> float | None:
            name = next((name for name in names if (one.get(name) or "").strip()), "")
            return xml.number(one.get(name), name, where) if name else None

        if one.tag in ("lognormal", "normal"):
            variance = value("varianceWithPedigreeUncertainty", "variance")
            deviation = math.sqrt(variance) if variance is not None and variance >= 0 else None
            if one.tag == "normal":
                return self._uncertain.normal(amount, deviation)
            return self._uncertain.lognormal(amount, math.exp(deviation) if deviation is not None else None)
        if one.tag == "triangular":
            return self._uncertain.triangular(value("minValue"), value("mostLikelyValue"), value("maxValue"))
        if one.tag == "uniform":
            return self._uncertain.uniform(value("minValue"), value("maxValue"))
        self._uncertain.other(one.tag)
        return None


class _Names:
    """Names by id, from lists that stand in a data set or in files of their own, which are read when first asked."""

    def __init__(self, place: Archive, files: Sequence[Entry]) -> None:
        self._place, self._unread, self._names = place, list(files), dict[str, str]()

    def add(self, root: Element | None) -> None:
        """The names that are in ``root``."""
        for element in () if root is None else root.iter():
            id, name = element.get("id"), xml.spoken(element, "name") or xml.spoken(element, "shortname")
            if id and name:
                self._names.setdefault(id, name)

    def of(self, id: str) -> str:
        """The name of that id, "" where no list has it."""
        if id not in self._names and self._unread:
            files, self._unread = self._unread, []
            for entry, content in self._place.contents(files):
                self.add(xml.parse(entry, content))
        return self._names.get(id, "")


def _is_waste(element: Element) -> bool:
    classes = (one for one in element.iterfind("classification"))
    said = {xml.spoken(one, "classificationSystem"): xml.spoken(one, "classificationValue") for one in classes}
    return said.get(_BY_PRODUCT_CLASS, "").casefold() == "waste"


def _linked(read: Sequence[_Activity]) -> list[Process]:
    """The processes with ids of their own: an activity's, and with its product where several are of one activity."""
    several = {activity for activity, count in Counter(one.activity for one in read).items() if count > 1}
    places: dict[str, str] = {}
    for one in read:
        id = one.id if one.activity in several else one.activity
        if id in places:
            hint = f"it is also in {places[id]}: keep one of them"
            raise LabelError(f"process {id} is there twice", where=one.where, hint=hint)
        places[id] = one.where
    return [_renamed(one, several, places) for one in read]


def _renamed(one: _Activity, several: set[str], known: Mapping[str, str]) -> Process:
    def provider(exchange: Exchange) -> str:
        whole = f"{exchange.provider}/{exchange.flow}"
        return whole if whole in known else "" if exchange.provider in several else exchange.provider

    exchanges = tuple(
        replace(exchange, provider=provider(exchange)) if exchange.provider in several else exchange
        for exchange in one.process.exchanges
    )
    id = one.id if one.activity in several else one.activity
    return replace(one.process, id=id, exchanges=exchanges)
