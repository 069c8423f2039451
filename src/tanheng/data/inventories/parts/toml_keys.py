"""A table of a TOML file, its keys taken out by type."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

from tanheng.errors import InputError, nearest


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
