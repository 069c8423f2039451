"""Small ILCD folders for tests: the two processes of Heijungs and Suh in the reference units of the format."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

_COMMON = 'xmlns:common="http://lca.jrc.it/ILCD/Common" version="1.1"'


def _data_set(kind: str, info: str, id: str, name: str, inside: str, after: str, version: str = "01.00.000") -> str:
    schema = f"http://lca.jrc.it/ILCD/{kind[0].upper()}{kind[1:]}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind}DataSet xmlns="{schema}" {_COMMON}><{info}>'
        f"<dataSetInformation><common:UUID>{id}</common:UUID>{name}</dataSetInformation>{inside}</{info}>"
        f"{after}<administrativeInformation><publicationAndOwnership>"
        f"<common:dataSetVersion>{version}</common:dataSetVersion></publicationAndOwnership></administrativeInformation>"
        f"</{kind}DataSet>"
    )


def unit_group(id: str, units: Mapping[str, float], main: int = 0) -> str:
    rows = "".join(
        f'<unit dataSetInternalID="{at}"><name>{name}</name><meanValue>{size}</meanValue></unit>'
        for at, (name, size) in enumerate(units.items())
    )
    inside = (
        f"<quantitativeReference><referenceToReferenceUnit>{main}</referenceToReferenceUnit></quantitativeReference>"
    )
    named = f'<common:name xml:lang="en">Units of {id}</common:name>'
    return _data_set("unitGroup", "unitGroupInformation", id, named, inside, f"<units>{rows}</units>")


def flow_property(id: str, name: str, group: str) -> str:
    inside = (
        f'<quantitativeReference><referenceToReferenceUnitGroup refObjectId="{group}">'
        f'<common:shortDescription xml:lang="en">Units of {group}</common:shortDescription>'
        "</referenceToReferenceUnitGroup></quantitativeReference>"
    )
    named = f'<common:name xml:lang="de">~{name}</common:name><common:name xml:lang="en">{name}</common:name>'
    return _data_set("flowProperty", "flowPropertiesInformation", id, named, inside, "")


def flow(
    id: str, kind: str, properties: Mapping[str, float], path: tuple[str, ...] = (), more: str = "", **of: str
) -> str:
    """A flow; its first property is its reference."""
    categories = "".join(f'<common:category level="{at}">{name}</common:category>' for at, name in enumerate(path))
    named = (
        f'<name><baseName xml:lang="en">{of.get("name", id)}</baseName></name><classificationInformation>'
        f"<common:elementaryFlowCategorization>{categories}</common:elementaryFlowCategorization>"
        f"</classificationInformation>{more}"
    )
    inside = (
        "<quantitativeReference><referenceToReferenceFlowProperty>0</referenceToReferenceFlowProperty>"
        "</quantitativeReference>"
    )
    rows = "".join(
        f'<flowProperty dataSetInternalID="{at}"><referenceToFlowPropertyDataSet refObjectId="{name}"/>'
        f"<meanValue>{factor}</meanValue></flowProperty>"
        for at, (name, factor) in enumerate(properties.items())
    )
    type = (
        f"<modellingAndValidation><LCIMethod><typeOfDataSet>{kind}</typeOfDataSet></LCIMethod></modellingAndValidation>"
    )
    after = f"{type}<flowProperties>{rows}</flowProperties>"
    return _data_set("flow", "flowInformation", id, named, inside, after, of.get("version", "01.00.000"))


def exchange(at: int, id: str, direction: str, amount: object, more: str = "") -> str:
    return (
        f'<exchange dataSetInternalID="{at}"><referenceToFlowDataSet refObjectId="{id}">'
        f'<common:shortDescription xml:lang="en">{id}</common:shortDescription></referenceToFlowDataSet>'
        f"<exchangeDirection>{direction}</exchangeDirection><meanAmount>{amount}</meanAmount>"
        f"<resultingAmount>{amount}</resultingAmount>{more}</exchange>"
    )


def process(id: str, *exchanges: str, reference: str = "0", kind: str = "", approach: str = "", **of: str) -> str:
    """A process; ``reference`` names the internal id of its reference, or several with blanks between."""
    flows = "".join(f"<referenceToReferenceFlow>{one}</referenceToReferenceFlow>" for one in reference.split())
    named = (
        f'<name><baseName xml:lang="de">~{id}</baseName><baseName xml:lang="en">{id}</baseName>'
        '<mixAndLocationTypes xml:lang="en">at plant</mixAndLocationTypes></name>'
    )
    inside = (
        f'<quantitativeReference type="Reference flow(s)">{flows}</quantitativeReference><time>'
        f"<common:referenceYear>{of.get('year', '2010')}</common:referenceYear></time><geography>"
        '<locationOfOperationSupplyOrProduction location="RER"/></geography>'
    )
    after = (
        f"<modellingAndValidation><LCIMethodAndAllocation><typeOfDataSet>{kind}</typeOfDataSet>"
        f"<LCIMethodApproaches>{approach}</LCIMethodApproaches></LCIMethodAndAllocation></modellingAndValidation>"
        f"<exchanges>{''.join(exchanges)}</exchanges>"
    )
    return _data_set("process", "processInformation", id, named, inside, after, of.get("version", "01.00.000"))


GENERATION = (exchange(0, "power", "Output", 36), exchange(1, "fuel", "Input", 1.6), exchange(2, "CO2", "Output", 1))
REFINING = (exchange(0, "fuel", "Output", 80), exchange(1, "CO2", "Output", 10))


def heijungs_suh() -> dict[str, str]:
    """Heijungs and Suh 2002, ch. 2: 36 MJ of power take 1.6 kg (2 l) of fuel; 80 kg (100 l) of fuel emit 10 kg."""
    air = ("Emissions", "Emissions to air", "Emissions to urban air close to ground")
    cas = "<CASNumber>000124-38-9</CASNumber>"
    return {
        "ILCD/unitgroups/mass.xml": unit_group("mass", {"g": 0.001, "kg": 1.0}, main=1),
        "ILCD/unitgroups/energy.xml": unit_group("energy", {"MJ": 1.0, "kWh": 3.6}),
        "ILCD/flowproperties/m.xml": flow_property("m", "Mass", "mass"),
        "ILCD/flowproperties/ncv.xml": flow_property("ncv", "Net calorific value", "energy"),
        "ILCD/flows/power.xml": flow("power", "Product flow", {"ncv": 1.0}),
        "ILCD/flows/fuel.xml": flow("fuel", "Product flow", {"m": 1.0, "ncv": 43.0}),
        "ILCD/flows/CO2.xml": flow("CO2", "Elementary flow", {"m": 1.0}, air, cas),
        "ILCD/processes/generation.xml": process("generation", *GENERATION),
        "ILCD/processes/refining.xml": process("refining", *REFINING),
    }


def folder(path: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path
