"""``about.toml``: the facts of a table, in a file beside its numbers."""

from __future__ import annotations

import json
import reprlib
from typing import Any

from tanheng.data.archive import Archive, Entry
from tanheng.data.toml_keys import parsed
from tanheng.errors import InputError
from tanheng.systems.about import NOT_STATED, About

NAME = "about.toml"
FACTS = ("name", "year", "price_basis", "boundary", "source", "licence", "version", "classification")
"""What an about.toml may say of files that state their units themselves."""


def read(entry: Entry) -> About:
    """All of it; raises InputError naming file and line, UnitError for a unit that is not known."""
    return of(raw(entry), entry.where)


def raw(entry: Entry) -> dict[str, Any]:
    """The keys as they are; raises InputError, naming the line, for a file that is not TOML."""
    return parsed(entry.text(), entry.where)


def of(keys: dict[str, Any], where: str) -> About:
    """About, from its keys; raises InputError and UnitError naming ``where``."""
    try:
        return About.of(_typed(keys))
    except InputError as error:  # it knows the key, not the file
        _, unit, stressor = error.where.rpartition(", unit of ")
        raise type(error)(error.what, where=f"{where}{unit}{stressor if unit else ''}", hint=error.hint) from None


def beside(place: Archive) -> dict[str, Any]:
    """The FACTS that the about.toml of a place states, if it has one; raises InputError for a wrong key or type."""
    entry = place.named(NAME)
    if entry is None:
        return {}
    keys = raw(entry)
    of({"name": "-", "year": 1, "currency": "EUR", "units": {}} | keys, entry.where)
    return {key: value for key, value in keys.items() if key in FACTS}


def toml(about: About) -> str:
    """The text of an about.toml, which reads back as the same."""
    text = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in given(about).items()]
    text += ["", "[units]"]
    text += [f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(unit)}" for key, unit in about.units.items()]
    return "\n".join(text) + "\n"


def given(about: About) -> dict[str, Any]:
    """What is stated, without the units."""
    return {key: value for key, value in vars(about).items() if key != "units" and value not in (NOT_STATED, "")}


def _typed(keys: dict[str, Any]) -> dict[str, Any]:
    """``keys`` itself, once text is text and [units] is a table of text."""
    for key, value in keys.items():
        if key == "units":
            if not isinstance(value, dict) or not all(isinstance(unit, str) for unit in value.values()):
                raise InputError("units is not a table of texts", hint='write [units] and below it CO2 = "kt"')
        elif key != "year" and not isinstance(value, str):
            raise InputError(f"{key} is {reprlib.repr(value)}, not a text", hint=f'write {key} = "..."')
    return keys
