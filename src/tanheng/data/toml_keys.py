"""TOML files that people write: parsed with the line of a mistake, their keys taken out by type."""

from __future__ import annotations

import re
import reprlib
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from tanheng import labels
from tanheng.errors import InputError, MissingError, nearest


def parsed(text: str, where: str, hint: str = 'a line reads like name = "..."') -> dict[str, Any]:
    """The keys of a TOML file at ``where``; raises InputError, naming the line, for a text that is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error).splitlines()[0]
        line = re.search(r"line (\d+)", said)
        at = f"{where} line {line[1]}" if line else where
        raise InputError(f"is not TOML ({said})", where=at, hint=hint) from None


def lines_of(text: str, name: str, count: int) -> list[int] | None:
    """The line of each of ``count`` tables ``[[name]]``; None where they are written otherwise (inline).

    >>> lines_of("[[item]]\\nid = 1\\n[[ item ]]\\nid = 2", "item", 2)
    [1, 3]
    """
    heads = re.finditer(rf"^[ \t]*\[\[[ \t]*{name}[ \t]*\]\]", text, re.MULTILINE)
    lines = [text.count("\n", 0, head.start()) + 1 for head in heads]
    return lines if len(lines) == count else None


def whole_year(text: str, where: str) -> int:
    """A year of four digits; raises InputError."""
    if not re.fullmatch(r"\d{4}", text):
        raise InputError(f"the year is {text!r}", where=where, hint="write a year such as 2021")
    return int(text)


def spoken(given: object, where: str) -> dict[str, str]:
    """A text by language: ``{ en = "...", zh = "..." }``, or one text for all; empty where that is blank.

    Raises InputError for another type or language, and where one is missing.
    """
    if isinstance(given, str):
        return dict.fromkeys(labels.LANGUAGES, given) if given.strip() else {}
    keys = Keys(given, where, labels.LANGUAGES)
    return {language: keys.text(language) for language in labels.LANGUAGES}


class Keys:
    """The keys of one table of the file, at ``where``; all raise InputError for a value of another type.

    One that is not ``known`` is refused at once, with the nearest.
    """

    def __init__(self, keys: object, where: str, known: Sequence[str]) -> None:
        if not isinstance(keys, Mapping):
            raise InputError(
                f"is {reprlib.repr(keys)}, not a table", where=where, hint='its lines read like unit = "kg"'
            )
        self.keys: Mapping[str, Any] = keys
        self.where = where
        for key in keys:
            if key not in known:
                raise InputError(f"key {key!r} is not known", where=where, hint=nearest(key, known))

    def text(self, key: str, default: str | None = None) -> str:
        """A text, which must be there and not blank unless there is a ``default``."""
        value = self.keys.get(key, default)
        if isinstance(value, str) and (value.strip() or value == default):
            return value
        if value is None:
            raise InputError(f"has no {key}", where=self.where, hint=f'add {key} = "..."')
        raise InputError(f"{key} is {reprlib.repr(value)}, not a text", where=self.where, hint=f'write {key} = "..."')

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of it."""
        value = self.keys.get(key, [])
        them = [value] if isinstance(value, str) else value
        if isinstance(them, list) and all(isinstance(one, str) for one in them):
            return tuple(them)
        hint = f'write {key} = ["...", "..."]'
        raise InputError(f"{key} is {reprlib.repr(value)}, not a list of texts", where=self.where, hint=hint)

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number, which must be there unless there is a ``default``."""
        value = self.keys.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
            return float(value)
        what = f"has no {key}" if value is None else f"{key} is {reprlib.repr(value)}, not a number"
        raise InputError(what, where=self.where, hint=f"write {key} = 1.5")

    def numbers(self, key: str) -> dict[str, float]:
        """A table of finite numbers by name, empty where it is not there."""
        within = Keys(self.table(key), f"{self.where}, {key}", tuple(self.table(key)))
        return {name: within.number(name) for name in within.keys}

    def year(self, key: str = "year") -> int:
        """A year of four digits; raises MissingError where there is none."""
        if key not in self.keys:
            raise MissingError(f"has no {key}", where=self.where, hint=f"write {key} = 2021")
        year = self.keys[key]
        return whole_year(str(year) if type(year) is int else repr(year), self.where)

    def spoken(self, key: str) -> dict[str, str]:
        """A text by language, as ``spoken`` has it; empty where it is not there."""
        return spoken(self.keys[key], f"{self.where}, {key}") if key in self.keys else {}

    def flag(self, key: str) -> bool:
        """Yes or no; no where it is not there."""
        value = self.keys.get(key, False)
        if isinstance(value, bool):
            return value
        raise InputError(f"{key} is {reprlib.repr(value)}", where=self.where, hint=f"write {key} = true")

    def table(self, key: str) -> Mapping[str, Any]:
        """A table within it, empty where it is not there."""
        value = self.keys.get(key, {})
        if isinstance(value, Mapping):
            return value
        hint = f"write [{key}] and its keys below"
        raise InputError(f"{key} is {reprlib.repr(value)}, not a table", where=self.where, hint=hint)

    def tables(self, key: str) -> list[object]:
        """A list of tables, not yet looked at; empty where it is not there."""
        value = self.keys.get(key, [])
        if isinstance(value, list):
            return value
        hint = f"write [[{key}]], with two brackets"
        raise InputError(f"{key} is {reprlib.repr(value)}, not a list of tables", where=self.where, hint=hint)
