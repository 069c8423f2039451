"""The files of an openLCA JSON-LD export, and what exchanges refer to in them: flows, units, places, categories.

Schema 1 (openLCA 1.x) and 2 differ in the names of flags (``referenceUnit`` and ``isRefUnit``) and in categories, which
are files of their own or paths. Amounts of a flow in another property or unit are turned into the reference unit of
its reference property: amount x unit factor / property factor.
Source: olca-schema, the documentation of the openLCA data exchange format (GreenDelta).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tanheng.data.archive import Archive, Entry
from tanheng.data.inventories.parts.amounts import Measure, properties
from tanheng.data.inventories.parts.categories import compartment
from tanheng.data.inventories.parts.notes import Notes
from tanheng.errors import InputError, LabelError, MissingError, nearest
from tanheng.systems.inventory import Flow, Kind

Json = dict[str, Any]

FOLDERS = {
    "processes": "Process", "flows": "Flow", "flow_properties": "FlowProperty", "unit_groups": "UnitGroup",
    "locations": "Location", "categories": "Category",
}  # fmt: skip
_KINDS: dict[str, Kind] = {"PRODUCT_FLOW": "product", "WASTE_FLOW": "waste", "ELEMENTARY_FLOW": "elementary"}
_WHOLE = "export it from openLCA again, with all that it refers to"


@dataclass(frozen=True, slots=True)
class Record:
    """A data set and its file, ``where``."""

    where: str
    content: Json


Records = dict[str, dict[str, Record]]  # by type and id


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """Units by id and by name, each with what one of it is in the ``reference`` unit."""

    name: str
    reference: str
    by_id: dict[str, float]
    by_name: dict[str, float]


def entries(place: Archive) -> tuple[Entry, ...]:
    """The files with data sets that a reader needs: those in folders of the format, or all where there is none."""
    files = place.find("*.json", "*.jsonld")
    return tuple(entry for entry in files if _folder(entry) in FOLDERS) or files


def load(place: Archive) -> Records:
    """The data sets of ``place`` by type and id. Raises InputError for broken JSON, LabelError for a doubled id."""
    records: Records = {kind: {} for kind in FOLDERS.values()}
    for entry, content in place.contents(entries(place)):
        for item in _items(entry, content):
            kind, id = word(item, "@type") or FOLDERS.get(_folder(entry), ""), item.get("@id")
            if kind not in records:
                continue
            if not isinstance(id, str) or not id:
                raise InputError(f"a data set of type {kind} has no @id", where=entry.where, hint=_WHOLE)
            if id in records[kind]:
                hint = f"it is also in {records[kind][id].where}: name the folder that holds one of them"
                raise LabelError(f"{kind} {id} is there twice", where=entry.where, hint=hint)
            records[kind][id] = Record(entry.where, item)
    return records


def number(holder: Json, key: str, what: str, where: str) -> float:
    """A finite number; raises MissingError where it is absent or null, InputError where it is none."""
    value = holder.get(key)
    if value is None:
        hint = "a missing number is not zero: write 0 where nothing flows"
        raise MissingError(f"{what} is missing", where=where, hint=hint)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
        raise InputError(f"{what} is {value!r}, not a number", where=where, hint="write a number, like 0.5")
    return float(value)


def refers(holder: Json, key: str, where: str) -> Json:
    """The reference under ``key``, a dict with an ``@id``; empty where there is none. Raises InputError."""
    value = holder.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or not isinstance(value.get("@id"), str):
        raise InputError(f"{key} is {str(value)[:60]!r}, not a reference with an @id", where=where, hint=_WHOLE)
    return value


def listed(holder: Json, key: str, where: str) -> list[Json]:
    """The objects under ``key``; none where it is absent. Raises InputError for what is no list of objects."""
    value = holder.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise InputError(f"{key} is no list of objects", where=where, hint=_WHOLE)
    return value


def word(holder: Json, key: str) -> str:
    """The text under ``key`` without blanks around it, "" where there is none."""
    value = holder.get(key)
    return value.strip() if isinstance(value, str) else ""


class References:
    """What exchanges refer to, made once from its files: flows in the unit that the inventory has them in."""

    def __init__(self, records: Records, notes: Notes) -> None:
        self._records, self._notes = records, notes
        self.flows: dict[str, Flow] = {}
        self.currency = ""
        self._groups: dict[str, UnitGroup] = {}
        self._factors: dict[tuple[str, str, str], tuple[float, str]] = {}
        self._units = {
            unit["@id"]: id
            for id, record in records["UnitGroup"].items()
            for unit in listed(record.content, "units", record.where)
            if isinstance(unit.get("@id"), str)
        }

    def measured(self, exchange: Json, where: str) -> tuple[Flow, float, str]:
        """The flow of an exchange, what turns its amount into that of the inventory, and the unit it is then in.

        Raises InputError for a flow, a unit or a property that is not known.
        """
        ref = refers(exchange, "flow", where)
        if not ref:
            raise InputError("an exchange has no flow", where=where, hint=_WHOLE)
        unit, measure = refers(exchange, "unit", where), refers(exchange, "flowProperty", where)
        key = (ref["@id"], unit.get("@id", ""), measure.get("@id", ""))
        if key not in self._factors:
            known = ref["@id"] in self._records["Flow"]
            self._factors[key] = self._factor(ref, unit, measure, where) if known else self._named(ref, unit, where)
        return self.flows[ref["@id"]], *self._factors[key]

    def location(self, holder: Json, where: str) -> str:
        """The code of a place, or its name where it has none."""
        ref = refers(holder, "location", where)
        record = self._records["Location"].get(ref.get("@id", ""))
        content = record.content if record else ref
        return word(content, "code") or word(content, "name")

    def _factor(self, ref: Json, unit: Json, measure: Json, where: str) -> tuple[float, str]:
        record = self._records["Flow"][ref["@id"]]
        factors, reference = self._properties(record)
        own = self._group(reference, record.where)
        if ref["@id"] not in self.flows:
            self.flows[ref["@id"]] = self._flow(ref["@id"], record, factors, own)
        chosen = measure.get("@id", reference)
        if chosen not in factors:
            hint = f"it has {len(factors)}, and its reference is in {own.reference}"
            name, property = word(ref, "name") or ref["@id"], word(measure, "name") or chosen
            what = f"{name} is given in the property {property}, which it lacks"
            raise InputError(what, where=where, hint=hint)
        group = self._group(chosen, where)
        return self._size(unit, group, where) / factors[chosen], own.reference

    def _named(self, ref: Json, unit: Json, where: str) -> tuple[float, str]:
        """A flow that has no file of its own: what the exchange says of it must do."""
        name = word(ref, "name") or ref["@id"]
        if word(ref, "flowType") not in _KINDS:
            hint = "an exchange must say whether its flow is a product, a waste or elementary: " + _WHOLE
            raise InputError(f"flow {name} is in no file", where=where, hint=hint)
        at, text = self._units.get(unit.get("@id", "")), word(unit, "name") or word(ref, "refUnit")
        if at is None and text != (word(ref, "refUnit") or text):
            raise InputError(f"unit {text} of {name} is in no unit group", where=where, hint=_WHOLE)
        group = None if at is None else self._unit_group(at, where)
        size, own = (self._size(unit, group, where), group.reference) if group else (1.0, text)
        if not own:
            raise InputError(f"flow {name} has no unit", where=where, hint=_WHOLE)
        if ref["@id"] not in self.flows:
            self._notes.add("flow-without-file", name)
            kind, path = _KINDS[word(ref, "flowType")], self._path(ref)
            self.flows[ref["@id"]] = Flow(
                id=ref["@id"], name=name, kind=kind, unit=word(ref, "refUnit") or own,
                compartment=compartment(path) if kind == "elementary" else "", location=word(ref, "location"),
            )  # fmt: skip
        return size, own

    def _flow(self, id: str, record: Record, factors: dict[str, float], own: UnitGroup) -> Flow:
        content, where = record.content, record.where
        name = word(content, "name")
        if not name:
            raise InputError(f"flow {id} has no name", where=where, hint=_WHOLE)
        if name != content["name"]:
            self._notes.add("flow-name-trimmed", name)
        type = word(content, "flowType")
        if type not in _KINDS:
            raise InputError(f"flow {name} is of type {type!r}", where=where, hint=nearest(type, _KINDS))
        kind = _KINDS[type]
        return Flow(
            id=id, name=name, kind=kind, unit=own.reference, cas=word(content, "cas").lstrip("0"),
            compartment=compartment(self._path(content)) if kind == "elementary" else "",
            location=self.location(content, where),
            properties={} if kind == "elementary" else properties(self._measures(factors, where)),
        )  # fmt: skip

    def _measures(self, factors: dict[str, float], where: str) -> Iterator[Measure]:
        for id, factor in factors.items():
            content = self._records["FlowProperty"][id].content if id in self._records["FlowProperty"] else None
            if content:
                group = self._group(id, where)
                economic = content.get("flowPropertyType") == "ECONOMIC_QUANTITY"
                self.currency = self.currency or (group.reference if economic else "")
                yield Measure(word(content, "name"), factor, group.reference, economic)

    def _properties(self, record: Record) -> tuple[dict[str, float], str]:
        """The factors of a flow by property, and its reference property."""
        factors, reference = dict[str, float](), ""
        for one in listed(record.content, "flowProperties", record.where):
            id = refers(one, "flowProperty", record.where).get("@id", "")
            main = bool(one.get("referenceFlowProperty") or one.get("isRefFlowProperty"))
            if main or id not in factors:
                factors[id] = number(one, "conversionFactor", "a conversion factor of the flow", record.where)
            reference = id if main else reference
        reference = next(iter(factors)) if len(factors) == 1 else reference
        if not reference or not all(factor > 0 for factor in factors.values()):
            what = "the flow has no reference property" if not reference else "a conversion factor is not above zero"
            raise InputError(what, where=record.where, hint=_WHOLE)
        return factors, reference

    def _group(self, property: str, where: str) -> UnitGroup:
        record = self._records["FlowProperty"].get(property)
        if record is None:
            raise InputError(f"flow property {property} is in no file", where=where, hint=_WHOLE)
        return self._unit_group(refers(record.content, "unitGroup", record.where).get("@id", ""), record.where)

    def _unit_group(self, id: str, where: str) -> UnitGroup:
        if id not in self._groups:
            record = self._records["UnitGroup"].get(id)
            if record is None:
                raise InputError(f"unit group {id or '(none named)'} is in no file", where=where, hint=_WHOLE)
            self._groups[id] = _unit_group(record)
        return self._groups[id]

    def _size(self, unit: Json, group: UnitGroup, where: str) -> float:
        """What one of a unit is in the reference unit of its group; without a unit that one is meant."""
        id, name = word(unit, "@id"), word(unit, "name")
        if id in group.by_id:
            return group.by_id[id]
        if name in group.by_name:
            return group.by_name[name]
        if unit:
            what = f"unit {name or id} is in no unit group that fits"
            raise InputError(what, where=where, hint=f"{group.name}: {nearest(name or id, group.by_name)}")
        return 1.0

    def _path(self, content: Json) -> list[str]:
        """The categories of a data set, from the broadest on."""
        category = content.get("category") or content.get("categoryPath") or ""
        if isinstance(category, str):
            return category.split("/") if category else []
        if isinstance(category, list):
            return [str(name) for name in category]
        path: list[str] = []
        seen: set[str] = set()
        while isinstance(category, dict) and word(category, "@id") not in seen:
            id = word(category, "@id")
            seen.add(id)
            record = self._records["Category"].get(id)
            path.insert(0, word(record.content if record else category, "name"))
            if record is None:
                return [*self._path({"category": category.get("categoryPath")}), *path]
            category = record.content.get("category")
        return path


def _unit_group(record: Record) -> UnitGroup:
    name, reference = word(record.content, "name"), ""
    by_id, by_name = dict[str, float](), dict[str, float]()
    for unit in listed(record.content, "units", record.where):
        text = word(unit, "name")
        factor = number(unit, "conversionFactor", f"the conversion factor of unit {text}", record.where)
        if not factor > 0:
            what = f"the conversion factor of unit {text} is {factor:g}"
            raise InputError(what, where=record.where, hint="it is what one of it is in the reference unit")
        by_id[word(unit, "@id") or text] = factor
        by_name.setdefault(text, factor)
        if unit.get("referenceUnit") or unit.get("isRefUnit"):
            reference = text
    if not reference:
        raise InputError(f"unit group {name} has no reference unit", where=record.where, hint=_WHOLE)
    return UnitGroup(name, reference, by_id, by_name)


def _items(entry: Entry, content: bytes) -> list[Json]:
    """The data sets of a file: one, a list of them, or those of a graph."""
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", where=entry.where, hint="save it as UTF-8") from None
    except json.JSONDecodeError as error:
        hint = "the file may have broken off: export it again"
        raise InputError(
            f"is not valid JSON ({error.msg})", where=f"{entry.where} line {error.lineno}", hint=hint
        ) from None
    except (RecursionError, ValueError) as error:  # nested a thousand deep; a number of thousands of digits
        why = "nested too deep" if isinstance(error, RecursionError) else "a number is too long"
        raise InputError(f"is not JSON of this format ({why})", where=entry.where, hint=_WHOLE) from None
    if isinstance(value, dict) and isinstance(value.get("@graph"), list):
        value = value["@graph"]
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, dict) for item in items):
        raise InputError("holds no data set of openLCA", where=entry.where, hint=_WHOLE)
    return items


def _folder(entry: Entry) -> str:
    return entry.name.rpartition("/")[0].rpartition("/")[2]
