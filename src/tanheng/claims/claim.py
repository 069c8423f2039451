"""What a claim is: a number that somebody published, what would compute it, and how exactly it was printed.

A file of claims:

    title = { en = "...", zh = "..." }    source = "..."    published = 2024-05-01
    [tolerance]  share = 0.1, why = { en = "...", zh = "..." }       beyond rounding: what counts as consistent
    [[claims]]
    id = "china-gap-2019"
    statement = { en = "...", zh = "..." }                           in our own words
    printed = "1.80"   unit = "Gt"                                   as it was printed: its last digit is its precision
    measure = "gap"    with = { of = "CHN", year = 2019 }            see ``measures``
    datasets = ["gcb", "world"]

``printed`` may be a range, "40 to 60". A claim that is no number has ``holds = "every year"`` instead, or "between" two
years. ``missing = { en = "...", zh = "..." }`` instead of a measure says which inputs are not at hand.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tanheng.errors import InputError, QuestionError, nearest

FOLDER = Path(__file__).parent / "files"
LANGUAGES = ("en", "zh")
_FILE_KEYS = {"title", "source", "published", "tolerance", "note", "claims"}
_CLAIM_KEYS = {"id", "statement", "printed", "unit", "measure", "with", "datasets", "missing", "holds", "note"}


@dataclass(frozen=True)
class Printed:
    """A number, or a range, as it was printed: ``low`` to ``high``, each known to ``half`` of its last digit's unit."""

    text: str
    low: float
    high: float
    half: float

    @property
    def middle(self) -> float:
        """The number, or the middle of the range."""
        return (self.low + self.high) / 2

    @classmethod
    def read(cls, text: str, where: str) -> Printed:
        """The number in a text such as "1.80", "2,882", "-42" or "40 to 60". Raises InputError.

        >>> Printed.read("1.80", "").half, Printed.read("2,882", "").half, Printed.read("40 to 60", "").high
        (0.005, 0.5, 60.0)
        """
        try:
            ends = [Decimal(part.strip().replace(",", "")) for part in text.split(" to ")]
        except InvalidOperation:
            ends = []
        if not 1 <= len(ends) <= 2 or not all(end.is_finite() for end in ends) or ends != sorted(ends):
            hint = 'write it as it was printed: "1.80", "2,882" or "40 to 60"'
            raise InputError(f"printed is {text!r}, which is no number", where=where, hint=hint)
        half = max(float(Decimal(1).scaleb(int(end.as_tuple().exponent)) / 2) for end in ends)
        return cls(text, float(ends[0]), float(ends[-1]), half)


@dataclass(frozen=True)
class Claim:
    """One claim of a file; ``printed`` is None where it is no number but something that ``holds``.

    ``missing`` says by language what is not at hand to check it; then it has no measure.
    """

    id: str
    statement: Mapping[str, str]
    printed: Printed | None
    unit: str
    measure: str
    arguments: Mapping[str, Any]
    datasets: tuple[str, ...]
    holds: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClaimFile:
    """The claims of one publication. ``share`` of a number is what counts as consistent with it, and ``why``."""

    name: str
    title: Mapping[str, str]
    source: str
    published: date
    claims: tuple[Claim, ...]
    share: float = 0.0
    why: Mapping[str, str] = field(default_factory=dict)


def names() -> tuple[str, ...]:
    """The claim files that come with tanheng.

    >>> "cas-2024" in names()
    True
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def read_claims(name: str | Path) -> ClaimFile:
    """The claims of an embedded file, by its name, or of a file of one's own.

    Raises QuestionError for a name that is none, InputError for a file that cannot be read or is not as it must be.
    """
    path = Path(name)
    if path.suffix != ".toml":
        if str(name) not in names():
            hint = f"{nearest(str(name), names())}, or a file that ends in .toml"
            raise QuestionError(f"there are no claims called {name}", hint=hint)
        path = FOLDER / f"{name}.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read ({error})", where=str(path), hint="give a TOML file in UTF-8") from None
    where = path.name
    _require_keys(raw, _FILE_KEYS, ("title", "source", "published", "claims"), where)
    if type(raw["published"]) is not date:
        hint = "write published = 2024-05-01"
        raise InputError(f"published is {raw['published']!r}, not a date", where=where, hint=hint)
    tolerance = raw.get("tolerance", {})
    claims = tuple(_claim(one, f"{where}, claim {at + 1}") for at, one in enumerate(raw["claims"]))
    twice = next((one.id for at, one in enumerate(claims) if one.id in {other.id for other in claims[:at]}), None)
    if twice:
        raise InputError(f"claim {twice} is there twice", where=where, hint="give each claim an id of its own")
    why = _words(tolerance["why"], f"{where}, tolerance") if "why" in tolerance else {}
    if tolerance and not (why and 0 < tolerance.get("share", 0) < 1):
        hint = "give a share between 0 and 1, and why in both languages"
        raise InputError("the tolerance has no share, or no reason", where=where, hint=hint)
    title = _words(raw["title"], where)
    return ClaimFile(path.stem, title, raw["source"], raw["published"], claims, tolerance.get("share", 0.0), why)


def _claim(raw: Mapping[str, Any], where: str) -> Claim:
    where = f"{where} ({raw['id']})" if "id" in raw else where
    _require_keys(raw, _CLAIM_KEYS, ("id", "statement"), where)
    if ("missing" in raw) == ("measure" in raw):
        hint = "name the measure that computes it, or say in 'missing' what is not at hand"
        raise InputError("it has no measure, or one and inputs that are missing", where=where, hint=hint)
    if "measure" in raw and ("printed" in raw) == ("holds" in raw):
        hint = "give the number as it was printed, or what holds"
        raise InputError("it says no number and nothing that holds, or both", where=where, hint=hint)
    if "measure" in raw and not raw.get("datasets"):
        raise InputError("it names no datasets", where=where, hint='add datasets = ["world"]')
    return Claim(
        id=raw["id"],
        statement=_words(raw["statement"], where),
        printed=Printed.read(raw["printed"], where) if "printed" in raw else None,
        unit=raw.get("unit", ""),
        measure=raw.get("measure", ""),
        arguments=raw.get("with", {}),
        datasets=tuple(raw.get("datasets", ())),
        holds=raw.get("holds", ""),
        missing=_words(raw["missing"], where) if "missing" in raw else {},
        note=_words(raw["note"], where) if "note" in raw else {},
    )


def _require_keys(raw: Mapping[str, Any], known: set[str], needed: tuple[str, ...], where: str) -> None:
    for key in raw:
        if key not in known:
            raise InputError(f"{key!r} is no key of it", where=where, hint=nearest(key, sorted(known)))
    for key in needed:
        if not raw.get(key):
            raise InputError(f"{key!r} is missing", where=where, hint=f"add {key} = ...")


def _words(given: Any, where: str) -> Mapping[str, str]:
    """A text in both languages; raises InputError where one is missing."""
    if not isinstance(given, dict) or not all(given.get(language) for language in LANGUAGES):
        hint = 'write { en = "...", zh = "..." }'
        raise InputError(f"{given!r} is not in both languages", where=where, hint=hint)
    return given
