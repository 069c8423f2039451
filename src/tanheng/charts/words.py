"""The words of charts and reports: both languages side by side in one TOML file a package."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.labels import LANGUAGES

FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Words:
    """The entries of a file in one language; ``words("gap.title", region="China")`` fills the pattern of that key."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.entries[key].format(**values)

    def __contains__(self, key: object) -> bool:
        return key in self.entries


@cache
def words(file: Path, language: str) -> Words:
    """The words of ``file`` in ``language``."""
    with file.open("rb") as handle:
        raw = tomllib.load(handle)
    return Words(language, {key: entry[language] for key, entry in _leaves(raw)})


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every entry that is a set of languages, under its dotted key."""
    for key, value in tree.items():
        if set(value) == set(LANGUAGES):
            yield prefix + key, value
        else:
            yield from _leaves(value, f"{prefix}{key}.")
