"""Which elementary flows are greenhouse gases: known by name, CAS number and compartment, never guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Part = Literal["fossil", "biogenic", "land use"]
Medium = Literal["air", "water", "soil", "resource", ""]

PARTS: tuple[Part, ...] = ("fossil", "biogenic", "land use")
_CODE = re.compile(r"[a-z]+( c)? \d")  # as in HFC-134a, R-40, PFC-c-318
_SIGNS: dict[Medium, int] = {"air": 1, "resource": 1, "soil": -1}  # a resource is taken, so its amount is negative
_MEDIA: tuple[tuple[Medium, str], ...] = (
    ("resource", r"\b(resources?|raw)\b|\bin air\b|\bin ground\b|资源"),
    ("soil", r"\bsoil\b|土壤"),
    ("water", r"\b(\w*water|ocean|river|sea|waterborne)\b|水"),
    ("air", r"\b(air|airborne|atmosphere|stratosphere|troposphere)\b|大气|空气"),
)


@dataclass(frozen=True, slots=True)
class Gas:
    """A greenhouse gas: the ``code`` of its warming potential, or ``otherwise`` where a set lacks it, and its part.

    ``told`` is False where the name does not tell where its carbon is from. ``sign`` is what its amount counts with,
    -1 for what is laid down in soil or plants.
    """

    code: str
    part: Part = "fossil"
    otherwise: str = ""
    told: bool = True
    sign: int = 1


def greenhouse_gas(name: str, cas: str = "", compartment: str = "") -> Gas | None:
    """The greenhouse gas that an elementary flow is, or None; without a compartment it goes into the air.

    A resource is what is taken from the air by plants. The CAS number alone tells only gases whose origin does not
    matter: it is one for carbon dioxide of fuels and of wood.

    >>> greenhouse_gas("Methane, fossil ", compartment="air/unspecified").code
    'CH4 fossil'
    >>> greenhouse_gas("Carbon dioxide", compartment="resource/in air").code
    'CO2 biogenic'
    >>> greenhouse_gas("Ethane, 1,1,1,2-tetrafluoro-, HFC-134a", compartment="air").code
    'HFC-134a'
    >>> greenhouse_gas("Methane, fossil", compartment="water/river")
    """
    where = medium(compartment) or "air"
    names, numbers = _known()
    whole = re.sub(r"\[[^]]*\]\s*$", "", name)
    last = folded(whole.rpartition(",")[2])
    for text in (folded(whole), last if _CODE.match(last) else ""):
        if (text, where) in names:
            return names[text, where]
    return numbers.get(cas.strip().lstrip("0")) if where == "air" else None


def looks_like_gas(name: str, cas: str = "", compartment: str = "") -> bool:
    """Whether a flow that is not known may be a greenhouse gas all the same, by its name or CAS number.

    >>> looks_like_gas("CFCs, unspecified"), looks_like_gas("NMVOC, non-methane volatile organic compounds")
    (True, False)
    """
    if medium(compartment) == "resource" and "air" not in folded(compartment).split():
        return False  # methane in the ground is a fuel
    return cas.strip().lstrip("0") in _family() or _alike().search(folded(name)) is not None


def medium(compartment: str) -> Medium:
    """Where a compartment is, whatever the database calls it; "" where it does not say.

    >>> [medium(one) for one in ("Emissions to air/urban", "resource/in air", "water/ocean", "Elementary flows")]
    ['air', 'resource', 'water', '']
    """
    text = folded(compartment)
    return next((where for where, pattern in _MEDIA if re.search(pattern, text)), "")


def folded(name: str) -> str:
    """A name without capitals, punctuation and doubled blanks.

    >>> folded(" Methane, non-fossil "), folded("methane (non fossil)")
    ('methane non fossil', 'methane non fossil')
    """
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


@cache
def _known() -> tuple[Mapping[tuple[str, Medium], Gas], Mapping[str, Gas]]:
    """Gases by name and medium, and those that their CAS number tells."""
    names: dict[tuple[str, Medium], Gas] = {}
    numbers: dict[str, list[Gas]] = {}
    for one in _data()["gas"]:
        for where, sign in _SIGNS.items():
            gas = Gas(one["code"], one.get("part", "fossil"), one.get("otherwise", ""), one.get("told", True), sign)
            names.update({(folded(name), where): gas for name in one.get(where, ())})
            if where == "air" and "cas" in one:
                numbers.setdefault(one["cas"], []).append(gas)
    return names, {cas: gases[0] for cas, gases in numbers.items() if len(gases) == 1}


@cache
def _family() -> frozenset[str]:
    return frozenset(one["cas"] for one in _data()["gas"] if "cas" in one)


@cache
def _alike() -> re.Pattern[str]:
    return re.compile("|".join(_data()["alike"]))


@cache
def _data() -> dict[str, Any]:
    with (Path(__file__).parent / "data" / "elementary.toml").open("rb") as file:
        return tomllib.load(file)
