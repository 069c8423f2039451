"""What verdicts say, in every language: the texts of messages.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tanheng.labels import LANGUAGES

Said = Mapping[str, str]  # a text by language
_GAP = {"en": " ", "zh": ""}  # between two sentences


def say(key: str, **values: object) -> dict[str, str]:
    """The message ``key`` by language; a value that is itself a text by language is taken in that language.

    >>> say("no-place", dataset=say("dataset.gcb"), what="ATA")["en"]
    'Global Carbon Budget: it does not have ATA.'
    """
    return {language: _texts()[key][language].format(**_of(language, values)) for language in LANGUAGES}


def joined(*parts: Said) -> dict[str, str]:
    """Several texts, one after another, those that are empty left out."""
    return {one: _GAP[one].join(filter(None, (part.get(one, "") for part in parts))) for one in LANGUAGES}


def dataset_title(name: str) -> Said:
    """What a dataset is called; a table of one's own by its name."""
    return _named("dataset", name)


def unit_title(name: str) -> Said:
    """What a unit is called where it is a word; else as it is."""
    return _named("unit", name)


def _named(section: str, name: str) -> Said:
    key = f"{section}.{name}"
    return say(key) if key in _texts() else dict.fromkeys(LANGUAGES, name)


def _of(language: str, values: Mapping[str, object]) -> dict[str, object]:
    return {key: value.get(language, "") if isinstance(value, Mapping) else value for key, value in values.items()}


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    raw = tomllib.loads(Path(__file__).with_name("messages.toml").read_text(encoding="utf-8"))
    inside = {f"{part}.{name}": text for part in ("dataset", "unit") for name, text in raw.pop(part).items()}
    return raw | inside
