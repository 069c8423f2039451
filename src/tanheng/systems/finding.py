"""What was found in a table, or done to its source while it was read: data, not a line in a log."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # worst first
LISTED = 5  # names in a message; the rest are counted


@dataclass(frozen=True)
class Finding:
    """One thing found: which ``check``, how bad, ``where`` (labels), ``what``, its relative ``size`` and what to do.

    ``check`` names the message and ``values`` are what it says, so that it can be said in another language. An error
    means that accounts cannot be computed or would mean nothing.
    """

    check: str
    severity: Severity
    where: str
    what: str
    size: float
    hint: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)


@cache
def messages() -> dict[str, dict[str, tuple[str, str]]]:
    """What is the matter and what to do, by check and language."""
    with Path(__file__).with_name("findings.toml").open("rb") as file:
        return tomllib.load(file)


def found(check: str, severity: Severity, where: str, size: float = 0.0, **values: object) -> Finding:
    """A finding with its message in English; ``values`` fill the message, ``size`` is relative to the whole."""
    what, hint = messages()[check]["en"]
    return Finding(check, severity, where, what.format(**values), float(size), hint, values)


def listed(names: Sequence[str], most: int = LISTED, between: str = ", ") -> str:
    """The first names, and how many there are where that is not all: in signs alone, for messages of any language.

    >>> listed(list("abcdefg"))
    'a, b, c, d, e, ... (7)'
    """
    more = [f"... ({len(names)})"] if len(names) > most else []
    return between.join([*names[:most], *more])
