"""The flows of an inventory while it is read, and the words for where they go."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from tanheng.data.archive import Archive
from tanheng.systems.inventory import Flow
from tanheng.systems.linking import conversion

_NOWHERE = ("", "unspecified", "(unspecified)", "(unknown)", "unknown", "not specified")
_NATURE = ("natural resource", "natural resources", "resources", "raw", "raw materials", "nature")
RESOURCE = "resource"  # the compartment of what is taken from nature


class Flows(dict[str, Flow]):
    """Flows by id; one that comes again with a unit unlike its own is kept apart, under an id with that unit."""

    def put(self, flow: Flow) -> str:
        """The id under which the flow stands; its properties are added to those known."""
        known = self.get(flow.id)
        if known is not None and conversion(flow.unit, known.unit) is None:
            flow = replace(flow, id=f"{flow.id} [{flow.unit}]")
            known = self.get(flow.id)
        if known is None:
            self[flow.id] = flow
        elif flow.properties and not known.properties and flow.unit == known.unit:
            self[flow.id] = replace(known, properties=flow.properties)
        return flow.id


@cache
def compartment(*parts: str) -> str:
    """Where an elementary flow goes, in small letters; what is taken from nature is a "resource" for all sources.

    >>> compartment("Air", "low. pop."), compartment("natural resource", "in air"), compartment("water", "unspecified")
    ('air/low. pop.', 'resource/in air', 'water')
    """
    words = [" ".join(part.split()).casefold() for part in parts]
    if words and words[0] in _NATURE:
        words[0] = RESOURCE
    return "/".join(word for word in words if word not in _NOWHERE)


def elementary(name: str, unit: str, *parts: str, cas: str = "") -> Flow:
    """An elementary flow whose id is its compartment and its name."""
    where = compartment(*parts)
    return Flow(f"{where}/{name}", name, "elementary", unit, compartment=where, cas=cas.lstrip("0"))


def title(place: Archive) -> str:
    """What an inventory is called whose source does not say: its folder, or its file without the ending."""
    path = Path(place.path).resolve()
    return path.name if path.is_dir() else path.stem
