"""Categories that lists of elementary flows are ordered by, as the compartments that all sources share."""

from __future__ import annotations

from collections.abc import Sequence

from tanheng.data.inventories.parts import flows

_MEDIA = {
    **{name: medium for medium in ("air", "water", "soil") for name in (medium, f"emission to {medium}")},
    **{f"emissions to {medium}": medium for medium in ("air", "water", "soil")},
    "emission output to atmosphere": "air", "emission output to freshwater": "water/fresh water",
    "resource": "resource", "resources": "resource", "natural resource": "resource", "land use": "resource/land",
}  # fmt: skip
_BELOW = {
    "resources from ground": "in ground", "resources from water": "in water", "resources from air": "in air",
    "resources from biosphere": "biotic",
}  # fmt: skip


def compartment(path: Sequence[str]) -> str:
    """Of the categories of an elementary flow, from the broadest on: the medium first, all in small letters.

    What stands before the medium is the order of a publisher's list and is left out; a path without one stays whole.

    >>> compartment(["Elementary flows", "Emission to air", "low population density"])
    'air/low population density'
    >>> compartment(["Emissions", "Emissions to air", "Emissions to air, unspecified"])
    'air'
    >>> compartment(["Elementary flows", "Other emission", "Noise"])
    'other emission/noise'
    """
    names = [" ".join(name.split()).casefold() for name in path]
    for at, name in enumerate(names):
        if name in _MEDIA:
            medium = _MEDIA[name]
            return flows.compartment(*medium.split("/"), *(_below(one, medium) for one in names[at + 1 :]))
    return flows.compartment(*(name for at, name in enumerate(names) if at or name != "elementary flows"))


def _below(name: str, medium: str) -> str:
    bare = name.removeprefix("emissions to ").removeprefix("emission to ").removeprefix(f"{medium}, ")
    return _BELOW.get(bare, bare)
