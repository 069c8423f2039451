"""Small openLCA JSON-LD exports for tests, in schema 1 or 2: the two processes of Heijungs and Suh, and what is added.

Fuel is kept in kg and burnt by the litre (0.8 kg each), power is kept in MJ and sold by the kWh.
"""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_SECOND = {  # what schema 2 calls the flags of schema 1
    "input": "isInput", "avoidedProduct": "isAvoidedProduct", "quantitativeReference": "isQuantitativeReference",
    "referenceUnit": "isRefUnit", "referenceFlowProperty": "isRefFlowProperty",
}  # fmt: skip
GROUPS = {
    "mass": ("Units of mass", {"kg": 1.0, "t": 1000.0, "g": 0.001}),
    "volume": ("Units of volume", {"m3": 1.0, "l": 0.001}),
    "energy": ("Units of energy", {"MJ": 1.0, "kWh": 3.6}),
    "money": ("Units of currency", {"EUR": 1.0}),
    "items": ("Units of items", {"Item(s)": 1.0}),
}
PROPERTIES = {"Mass": "mass", "Volume": "volume", "Energy": "energy", "Market value": "money", "Items": "items"}
DENSITY = 800.0  # kg of fuel in a m3


def ref(kind: str, id: str, **more: object) -> Json:
    return {"@type": kind, "@id": id, "name": id, **more}


def flow(id: str, kind: str, properties: Mapping[str, float], category: object = None, **more: object) -> Json:
    """A flow; its first property is its reference."""
    factors = [
        {"flowProperty": ref("FlowProperty", name), "conversionFactor": factor, "referenceFlowProperty": at == 0}
        for at, (name, factor) in enumerate(properties.items())
    ]
    made = {"@type": "Flow", "@id": id, "name": id, "flowType": f"{kind.upper()}_FLOW", "flowProperties": factors}
    return {**made, **({"category": category} if category else {}), **more}


def exchange(id: str, amount: object, unit: str, property: str, *, input: bool = False, **more: object) -> Json:
    of = {"flow": ref("Flow", id), "unit": ref("Unit", f"unit-{unit}"), "flowProperty": ref("FlowProperty", property)}
    of["unit"]["name"] = unit
    return {"@type": "Exchange", "amount": amount, "input": input, **of, **more}


def process(id: str, *exchanges: Json, **more: object) -> Json:
    """A process whose first exchange is its reference."""
    rows = [{**one, "quantitativeReference": at == 0} for at, one in enumerate(exchanges)]
    made = {"@type": "Process", "@id": id, "name": id, "processType": "UNIT_PROCESS", "exchanges": rows}
    return {**made, "location": ref("Location", "somewhere"), **more}


class Export:
    """Files by name, to be changed and then written."""

    def __init__(self, schema: int = 1) -> None:
        self.schema = schema
        self.files: dict[str, Any] = {"context.json": {"@vocab": "http://openlca.org/schema/v1.0/"}}
        for id, (name, units) in GROUPS.items():
            rows = [
                {
                    "@type": "Unit",
                    "@id": f"unit-{unit}",
                    "name": unit,
                    "conversionFactor": factor,
                    "referenceUnit": factor == 1,
                }
                for unit, factor in units.items()
            ]
            self.add("unit_groups", {"@type": "UnitGroup", "@id": id, "name": name, "units": rows})
        for name, group in PROPERTIES.items():
            kind = "ECONOMIC_QUANTITY" if group == "money" else "PHYSICAL_QUANTITY"
            of = {"@type": "FlowProperty", "@id": name, "name": name, "unitGroup": ref("UnitGroup", group)}
            self.add("flow_properties", {**of, "flowPropertyType": kind})
        self.add("locations", {"@type": "Location", "@id": "somewhere", "name": "Somewhere", "code": "SW"})

    def add(self, folder: str, *items: Json) -> Export:
        for item in items:
            self.files[f"{folder}/{item['@id']}.json"] = item
        return self

    def change(self, name: str, how: Callable[[Json], object]) -> Export:
        """Another export with one data set changed in place by ``how``."""
        other = copy.deepcopy(self)
        how(other.files[name])
        return other

    def texts(self) -> dict[str, bytes]:
        return {
            name: content if isinstance(content, bytes) else json.dumps(self._spelled(content)).encode()
            for name, content in self.files.items()
        }

    def folder(self, path: Path) -> Path:
        for name, content in self.texts().items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        return path

    def zip(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in self.texts().items():
                packed.writestr(name, content)
        return path

    def _spelled(self, content: Any) -> Any:
        """As the schema calls its flags."""
        if isinstance(content, list):
            return [self._spelled(one) for one in content]
        if not isinstance(content, dict):
            return content
        names = _SECOND if self.schema == 2 else {}
        return {names.get(key, key): self._spelled(value) for key, value in content.items()}


def category(*path: str, schema: int) -> tuple[object, list[Json]]:
    """How a flow names its category, and the files of schema 1 for it."""
    if schema == 2:
        return "/".join(path), []
    ids = ["-".join(path[: at + 1]) for at in range(len(path))]
    files = [
        {
            "@type": "Category",
            "@id": id,
            "name": path[at],
            **({"category": ref("Category", ids[at - 1], name=path[at - 1])} if at else {}),
        }
        for at, id in enumerate(ids)
    ]
    return ref("Category", ids[-1], name=path[-1]), files


def heijungs_suh(schema: int = 1) -> Export:
    """Heijungs and Suh 2002, ch. 2: 10 kWh take 2 l of fuel and emit 1 kg of CO2; 100 l of fuel emit 10 kg."""
    export = Export(schema)
    air, files = category("Elementary flows", "Emission to air", "high population density", schema=schema)
    export.add("categories", *files) if files else None
    export.add(
        "flows",
        flow("power", "product", {"Energy": 1.0}),
        flow("fuel", "product", {"Mass": 1.0, "Volume": 1 / DENSITY, "Energy": 43.0, "Market value": 1.5}),
        flow("CO2", "elementary", {"Mass": 1.0}, air, cas="000124-38-9"),
    )
    return export.add(
        "processes",
        process(
            "generation",
            exchange("power", 10, "kWh", "Energy"),
            exchange("fuel", 2, "l", "Volume", input=True, defaultProvider=ref("Process", "refining")),
            exchange("CO2", 1, "kg", "Mass"),
        ),
        process("refining", exchange("fuel", 100, "l", "Volume"), exchange("CO2", 10_000, "g", "Mass")),
    )
