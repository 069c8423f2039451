"""The words of charts and reports: the same keys, the same blanks, in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from tanheng.charts import words as charts_words
from tanheng.labels import LANGUAGES
from tanheng.report import sections

FILES = (charts_words.FILE, sections.FILE)
# What stands in Chinese text as it is: names of programs, standards and symbols.
ALLOWED = {
    "EEBT", "VAX", "WIOD", "ISO", "BLAKE", "docs", "embedded", "md",
    "Global", "Carbon", "Project", "Natural", "Earth", "world", "atlas", "Tanheng",
    "Z", "Y", "x", "F", "F_Y", "A", "L", "I", "s", "m", "u_r", "w_r", "e", "a", "b", "c", "d", "USD",
    "PV_ICE", "Ember", "Our", "World", "in", "Data", "Li", "photovoltaics", "steel", "zh", "CO",
    "Weidema", "Wesnaes", "ecoinvent",
}  # fmt: skip


def leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in tree.items():
        if all(isinstance(item, str) for item in value.values()):
            yield prefix + key, value
        else:
            yield from leaves(value, f"{prefix}{key}.")


def entries() -> list[tuple[str, dict[str, str]]]:
    found = []
    for file in FILES:
        found += [(f"{file.parent.name}:{key}", entry) for key, entry in leaves(tomllib.loads(file.read_text("utf-8")))]
    return found


@pytest.mark.parametrize(("key", "entry"), entries())
def test_both_languages_say_it(key: str, entry: dict[str, str]) -> None:
    assert set(entry) == set(LANGUAGES), key
    assert all(entry.values()), key


@pytest.mark.parametrize(("key", "entry"), entries())
def test_no_language_has_a_blank_that_is_unknown_to_the_other(key: str, entry: dict[str, str]) -> None:
    blanks = {language: {name for _, name, _, _ in Formatter().parse(text) if name} for language, text in entry.items()}
    # a sentence may repeat in one language what the other says by its grammar
    free = {"Region", "region", "from", "to", "first", "last", "scope", "intensity"}
    assert blanks["en"] - free == blanks["zh"] - free, key


@pytest.mark.parametrize(("key", "entry"), entries())
def test_chinese_is_chinese(key: str, entry: dict[str, str]) -> None:
    text = re.sub(r"\{[^}]*\}", "", entry["zh"])
    assert set(re.findall(r"[A-Za-z_]+", text)) <= ALLOWED, key
    latin_comma = re.search(r"[一-鿿][,;:?!]|[一-鿿]\.(?!\w)", text)
    assert latin_comma is None, f"{key}: full-width punctuation goes with Chinese characters"


def test_files_are_where_the_packages_look() -> None:
    assert all(Path(file).is_file() for file in FILES)
