"""ILCD: the format of the European life cycle data network, an XML file a data set, in a folder, a zip or alone.

An amount is in the reference unit of its flow's reference property, so that nothing is converted.
Source: International Reference Life Cycle Data System (ILCD) data format 1.1, European Commission, Joint Research
Centre: the schemas ILCD_ProcessDataSet, ILCD_FlowDataSet, ILCD_FlowPropertyDataSet and ILCD_UnitGroupDataSet.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import flows as flow_parts
from tanheng.data.inventories.parts import xml
from tanheng.data.inventories.parts.amounts import Measure, properties
from tanheng.data.inventories.parts.categories import compartment
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.shares import are_whole
from tanheng.data.inventories.parts.uncertainty import Uncertainties
from tanheng.data.inventories.parts.xml import Element, children, spoken, text
from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.finding import found
from tanheng.systems.inventory import Direction, Exchange, Flow, Inventory, InventoryAbout, Kind, Process, Uncertainty

FORMAT = Format(
    name="ilcd",
    title={"en": "ILCD", "zh": "ILCD"},
    files=("processes/*.xml", "flows/*.xml", "flowproperties/*.xml", "unitgroups/*.xml"),
    homepage="https://eplca.jrc.ec.europa.eu/LCDN/developerILCDDataFormat.html",
    note={
        "en": "Processes with the flows, flow properties and unit groups that they name. Of several versions of a "
        "data set the newest is read; reminder flows are left out.",
        "zh": "读入过程及其所引用的流、流属性和单位组。同一数据集有多个版本时读入最新版本；备忘流不读入。",
    },
)

_FOLDERS = ("processes", "flows", "flowproperties", "unitgroups")
_ROOTS = {
    "processDataSet": "processInformation", "flowDataSet": "flowInformation",
    "flowPropertyDataSet": "flowPropertiesInformation", "unitGroupDataSet": "unitGroupInformation",
}  # fmt: skip
_KINDS: dict[str, Kind] = {
    "elementary flow": "elementary", "product flow": "product", "waste flow": "waste", "other flow": "product",
}  # fmt: skip
_NAMES = (
    "baseName",
    "treatmentStandardsRoutes",
    "mixAndLocationTypes",
    "functionalUnitFlowProperties",
    "flowProperties",
)
_SUMMED = ("lci result", "partly terminated system")
_METHODS = {
    "allocation - mass": "mass", "allocation - market value": "economic", "allocation - net calorific value": "energy",
    "allocation - gross calorific value": "energy",
}  # fmt: skip
_WHOLE = "name the folder or the zip file that holds all that the process refers to"


def holds(place: Archive) -> bool:
    """Whether the first process, or the first file where there is no folder of them, is of an ILCD schema."""
    files = [entry for entry in place.find("*.xml") if _folder(entry) == "processes"] or place.find("*.xml")
    return bool(files) and xml.begins_with(files[0], "lca.jrc.it/ILCD")


def read(place: Archive) -> Inventory:
    """The processes of a place and the flows that they exchange.

    Raises InputError naming the file: for broken XML and any document type, an id and version that are there twice, a
    flow, flow property or unit group that is not there, an amount that is no number, a process without a reference.
    """
    notes, name = Notes(), flow_parts.title(place)
    data = _load(place, notes)
    if not data["processDataSet"]:
        hint = "ILCD has a file a process, whose root element is processDataSet"
        raise InputError("holds no process", where=str(place.path), hint=hint)
    maker = _Maker(data, notes)
    processes = tuple(maker.process(id, one) for id, one in data["processDataSet"].items())
    years = sorted({year for one in data["processDataSet"].values() if (year := _year(one.root)) is not None})
    apart = [found("years-apart", "note", name, **_apart(data["processDataSet"], years))] if len(years) > 1 else []
    return Inventory(
        about=InventoryAbout(name, year=years[0] if len(years) == 1 else None),
        flows=maker.flows,
        processes=processes,
        findings=(*notes.findings(name), *maker.uncertainties.findings(name), *apart),
    )


@dataclass(frozen=True, slots=True)
class _DataSet:
    where: str
    root: Element
    version: tuple[int, ...]


_Data = dict[str, dict[str, _DataSet]]  # by root element and id


def _load(place: Archive, notes: Notes) -> _Data:
    files = place.find("*.xml")
    wanted = tuple(entry for entry in files if _folder(entry) in _FOLDERS) or files
    data: _Data = {root: {} for root in _ROOTS}
    for entry, content in place.contents(wanted):
        root = xml.parse(entry, content)
        if root.tag not in _ROOTS:
            continue
        id = text(root, f"{_ROOTS[root.tag]}/dataSetInformation/UUID")
        if not id:
            raise InputError("the data set has no UUID", where=entry.where, hint="get the file again from its source")
        one = _DataSet(entry.where, root, _version(root))
        other = data[root.tag].get(id)
        if other is not None:
            if other.version == one.version:
                hint = f"it is also in {other.where}: remove one of them"
                raise LabelError(f"data set {id} is there twice", where=entry.where, hint=hint)
            notes.add("older-version", f"{id} {'.'.join(map(str, max(one.version, other.version)))}")
        if other is None or one.version > other.version:
            data[root.tag][id] = one
    return data


class _Maker:
    """Makes processes and flows of their data sets, and notes what it does."""

    def __init__(self, data: _Data, notes: Notes) -> None:
        self.flows: dict[str, Flow] = {}
        self.uncertainties = Uncertainties()
        self._data, self._notes = data, notes

    def process(self, id: str, one: _DataSet) -> Process:
        info = one.root.find("processInformation")
        name = _name(info)
        if not name:
            raise InputError("the process has no name", where=one.where, hint="give it a baseName")
        where = f"{one.where}, process {name}"
        rows = [row for row in children(one.root, "exchanges/exchange") if self._counts(row)]
        exchanges = tuple(self._exchange(row, where) for row in rows)
        reference = self._reference(one.root, rows, exchanges, where)
        method = one.root.find("modellingAndValidation/LCIMethodAndAllocation")
        if text(method, "typeOfDataSet").casefold() in _SUMMED:
            self._notes.add("summed-process", name)
        place = info.find("geography/locationOfOperationSupplyOrProduction") if info is not None else None
        return Process(
            id=id,
            name=name,
            exchanges=exchanges,
            reference=reference,
            location=(place.get("location") or "").strip() if place is not None else "",
            source=_source(one.root),
            allocation=self._allocation(rows, exchanges, name, text(method, "LCIMethodApproaches"), where),
        )

    def _counts(self, row: Element) -> bool:
        """Not so a reminder of what was allocated or credited away, or is in the amounts already."""
        if not text(row, "functionType").casefold().endswith("reminder flow"):
            return True
        self._notes.add("reminder-flow", spoken(row, "referenceToFlowDataSet/shortDescription"))
        return False

    def _exchange(self, row: Element, where: str) -> Exchange:
        flow = self._flow(row.find("referenceToFlowDataSet"), where)
        result, mean = row.findtext("resultingAmount"), row.findtext("meanAmount")
        variable = text(row, "referenceToVariable")
        stored = result if result is not None or variable else mean
        amount = xml.number(stored, f"the amount of {flow.name}", where)
        if variable:
            self._notes.add("formula-not-computed", flow.name)
        direction = text(row, "exchangeDirection").casefold()
        if direction not in ("input", "output"):
            what = f"{flow.name} has the direction {direction!r}"
            raise InputError(what, where=where, hint="it is Input or Output")
        side: Direction = "input" if direction == "input" else "output"
        return Exchange(flow.id, amount, flow.unit, side, uncertainty=self._uncertainty(row, amount))

    def _uncertainty(self, row: Element, amount: float) -> Uncertainty | None:
        """What the format defines: SDg², of which the median is 95 % apart, and 2 SD; a most likely amount."""
        kind, sure = text(row, "uncertaintyDistributionType").casefold(), self.uncertainties
        spread = _optional(row, "relativeStandardDeviation95In")
        least, greatest = _optional(row, "minimumAmount"), _optional(row, "maximumAmount")
        if kind == "log-normal":
            return sure.lognormal(amount, math.sqrt(spread) if spread is not None and spread > 0 else None)
        if kind == "normal":
            return sure.normal(amount, None if spread is None else spread / 2)
        if kind == "triangular":
            return sure.triangular(least, amount, greatest)
        if kind == "uniform":
            return sure.uniform(least, greatest)
        if kind not in ("", "undefined"):
            sure.other(kind)
        return None

    def _reference(self, root: Element, rows: Sequence[Element], exchanges: Sequence[Exchange], where: str) -> int:
        """The first of the reference flows that are named; others beside it are co-products."""
        named = [
            text(one) for one in children(root, "processInformation/quantitativeReference/referenceToReferenceFlow")
        ]
        places = [at for at, row in enumerate(rows) if row.get("dataSetInternalID") in named[:1]]
        if len(places) != 1:
            what = (
                f"reference flow {named[0]} is {len(places)} of its exchanges" if named else "it has no reference flow"
            )
            raise InputError(
                what, where=where, hint="referenceToReferenceFlow names the dataSetInternalID of one exchange"
            )
        if not exchanges[places[0]].amount:
            hint = "say how much of it the other amounts are for"
            raise InputError("the amount of its reference is zero", where=where, hint=hint)
        return places[0]

    def _allocation(
        self, rows: Sequence[Element], exchanges: Sequence[Exchange], name: str, approach: str, where: str
    ) -> dict[str, Mapping[str, float]]:
        """The shares of co-products, where all that is shared has the same; those of single exchanges are noted."""
        products = {
            row.get("dataSetInternalID"): one.flow
            for row, one in zip(rows, exchanges, strict=True)
            if one.direction == "output" and self.flows[one.flow].kind == "product"
        }
        shared = [row for row in rows if row.get("dataSetInternalID") not in products]
        given = {tuple(sorted(_shares(row, where))) for row in shared}
        if len(products) < 2 or not any(given):
            return {}
        shares = {products[to]: share for to, share in given.pop() if to in products} if len(given) == 1 else {}
        if not shares:
            self._notes.add("causal-allocation", name)
        elif not are_whole(shares):
            self._notes.add("shares-unsound", name, "warning")
        else:
            return {_METHODS.get(approach.casefold(), "physical"): shares}
        return {}

    def _flow(self, ref: Element | None, where: str) -> Flow:
        id, said = (ref.get("refObjectId", ""), spoken(ref, "shortDescription")) if ref is not None else ("", "")
        if id not in self.flows:
            one = self._data["flowDataSet"].get(id)
            if one is None:
                raise InputError(f"flow {said or id or '(none named)'} is in no file", where=where, hint=_WHOLE)
            self.flows[id] = self._made(id, one)
        return self.flows[id]

    def _made(self, id: str, one: _DataSet) -> Flow:
        info, kind = one.root.find("flowInformation"), text(one.root, "modellingAndValidation/LCIMethod/typeOfDataSet")
        name = _name(info)
        if not name or kind.casefold() not in _KINDS:
            what = f"the flow {name} is of type {kind!r}" if name else "the flow has no name"
            raise InputError(what, where=one.where, hint=nearest(kind, (known.capitalize() for known in _KINDS)))
        reference, measures = self._measures(one)
        of = _KINDS[kind.casefold()]
        path = children(info, "dataSetInformation/classificationInformation/elementaryFlowCategorization/category")
        return Flow(
            id=id,
            name=name,
            kind=of,
            unit=reference,
            compartment=compartment([text(part) for part in path]) if of == "elementary" else "",
            cas=text(info, "dataSetInformation/CASNumber").lstrip("0"),
            location=text(info, "geography/locationOfSupply"),
            properties={} if of == "elementary" else properties(measures),
        )

    def _measures(self, one: _DataSet) -> tuple[str, list[Measure]]:
        """The unit of a flow's reference property, and what one of it is in each property."""
        main = text(one.root, "flowInformation/quantitativeReference/referenceToReferenceFlowProperty")
        found = {row.get("dataSetInternalID", ""): row for row in children(one.root, "flowProperties/flowProperty")}
        if main not in found:
            hint = "referenceToReferenceFlowProperty names the dataSetInternalID of one of its flow properties"
            raise InputError("the flow has no reference flow property", where=one.where, hint=hint)
        means = {at: xml.number(row.findtext("meanValue"), "a flow property", one.where) for at, row in found.items()}
        if not means[main] > 0:
            raise InputError("the reference flow property is not above zero", where=one.where, hint="it is 1")
        unit = self._unit(found[main], one.where)[1]
        known = [
            (at, row) for at, row in found.items() if at == main or _refers(row) in self._data["flowPropertyDataSet"]
        ]
        units = {at: self._unit(row, one.where) for at, row in known}
        return unit, [Measure(name, means[at] / means[main], of) for at, (name, of) in units.items()]

    def _unit(self, row: Element, where: str) -> tuple[str, str]:
        """The name of a flow property and its unit: the reference unit of its unit group."""
        property = self._data["flowPropertyDataSet"].get(_refers(row))
        if property is None:
            said = spoken(row, "referenceToFlowPropertyDataSet/shortDescription") or _refers(row)
            raise InputError(f"flow property {said} is in no file", where=where, hint=_WHOLE)
        info = "flowPropertiesInformation"
        ref = property.root.find(f"{info}/quantitativeReference/referenceToReferenceUnitGroup")
        group = self._data["unitGroupDataSet"].get(ref.get("refObjectId", "") if ref is not None else "")
        if group is None:
            said = spoken(ref, "shortDescription")
            raise InputError(f"unit group {said} is in no file".replace("  ", " "), where=property.where, hint=_WHOLE)
        main = text(group.root, "unitGroupInformation/quantitativeReference/referenceToReferenceUnit")
        units = [one for one in children(group.root, "units/unit") if one.get("dataSetInternalID") == main]
        if len(units) != 1 or not text(units[0], "name"):
            hint = "referenceToReferenceUnit names the dataSetInternalID of one of its units"
            raise InputError("the unit group has no reference unit", where=group.where, hint=hint)
        return spoken(property.root, f"{info}/dataSetInformation/name"), text(units[0], "name")


def _name(info: Element | None) -> str:
    """The parts of a name, as the format splits them."""
    parts = (spoken(info, f"dataSetInformation/name/{part}") for part in _NAMES)
    return "; ".join(part for part in parts if part)


def _version(root: Element) -> tuple[int, ...]:
    written = text(root, "administrativeInformation/publicationAndOwnership/dataSetVersion")
    return tuple(int(part) for part in written.split(".") if part.isdecimal())


def _year(root: Element) -> int | None:
    written = text(root, "processInformation/time/referenceYear")
    return int(written[:4]) if written[:4].isdecimal() else None


def _apart(processes: Mapping[str, _DataSet], years: Sequence[int]) -> dict[str, int]:
    of = [_year(one.root) for one in processes.values()]
    return {"first": years[0], "last": years[-1], "most": max(years, key=of.count), "none": of.count(None)}


def _source(root: Element) -> str:
    """What a process rests on, in a line: its owner and the year that it speaks of."""
    owner = spoken(
        root, "administrativeInformation/publicationAndOwnership/referenceToOwnershipOfDataSet/shortDescription"
    )
    year = _year(root)
    return ", ".join(part for part in (owner, str(year) if year else "") if part)


def _shares(row: Element, where: str) -> Iterator[tuple[str, float]]:
    for one in children(row, "allocations/allocation"):
        share = xml.number(one.get("allocatedFraction"), "an allocated fraction", where)
        yield one.get("internalReferenceToCoProduct", ""), share / 100


def _refers(row: Element) -> str:
    ref = row.find("referenceToFlowPropertyDataSet")
    return ref.get("refObjectId", "") if ref is not None else ""


def _optional(row: Element, name: str) -> float | None:
    try:
        return float(text(row, name))
    except ValueError:
        return None


def _folder(entry: Entry) -> str:
    return entry.name.rpartition("/")[0].rpartition("/")[2].casefold()
