"""What a claim is: a number that somebody published, what would compute it, and how exactly it was printed.

A file of claims:

    title = { en = "...", zh = "..." }    published = 2024-05-01, "2024-05" or 2024
    source = "..." or { en = "...", zh = "..." }    note = { en = "...", zh = "..." } (optional)
    [tolerance]  share = 0.1, why = { en = "...", zh = "..." }       beyond rounding: what counts as consistent
    [[claims]]
    id = "china-gap-2019"
    title = { en = "...", zh = "..." }                               a few words, for tables and charts
    statement = { en = "...", zh = "..." }                           in our own words
    printed = "1.80"   unit = "Gt"                                   as it was printed: its last digit is its precision
    measure = "gap"    with = { of = "CHN", year = 2019 }            see ``measures``
    datasets = ["gcb", "world"]                                      see ``datasets``
    note = { en = "...", zh = "..." }                                what is to be minded (optional)

``printed`` may be a range, "40 to 60". A claim that is no number says instead what ``holds``: "every year", or "the
numbers agree". ``missing = { en = "...", zh = "..." }`` in place of a measure says which inputs are not at hand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tanheng.claims.measures import declared
from tanheng.errors import InputError, QuestionError, nearest
from tanheng.labels import LANGUAGES

FOLDER = Path(__file__).parent / "files"
_FILE_KEYS = {"title", "source", "published", "tolerance", "note", "claims"}
_CLAIM_KEYS = {"id", "title", "statement", "printed", "unit", "measure", "with", "datasets", "missing", "holds", "note"}
_TEXTS = ("id", "printed", "unit", "measure", "holds")
TO = " to "  # between the ends of a printed range
_NUMBER = re.compile(r"-?\d+(,\d{3})*(\.\d+)?")
_PUBLISHED = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?")


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

    @property
    def ranges(self) -> bool:
        """Whether it is a range."""
        return self.low < self.high

    @classmethod
    def read(cls, text: str, where: str = "") -> Printed:
        """The number in a text such as "1.80", "2,882", "-42" or "40 to 60". Raises InputError.

        >>> Printed.read("1.80").half, Printed.read("2,882").half, Printed.read("40 to 60").high
        (0.005, 0.5, 60.0)
        """
        parts = text.split(TO)
        ends = [Decimal(part.replace(",", "")) for part in parts if _NUMBER.fullmatch(part)]
        if len(ends) != len(parts) or len(ends) > 2 or ends != sorted(ends):
            hint = 'write it as it was printed: "1.80", "2,882", "-42" or "40 to 60"'
            raise InputError(f"printed is {text!r}, which is no number", where=where, hint=hint)
        half = max(float(Decimal(1).scaleb(int(end.as_tuple().exponent)) / 2) for end in ends)
        return cls(text, float(ends[0]), float(ends[-1]), half)


@dataclass(frozen=True)
class Claim:
    """One claim of a file; ``printed`` is None where it is no number but something that ``holds``.

    ``missing`` says by language what is not at hand to check it; then it has no measure.
    """

    id: str
    title: Mapping[str, str]
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
    """The claims of one publication. ``share`` of a number is what counts as consistent with it, and ``why``.

    ``published`` is a year, a month or a day: "2024", "2024-06", "2024-06-13".
    """

    name: str
    title: Mapping[str, str]
    source: Mapping[str, str]
    published: str
    claims: tuple[Claim, ...]
    share: float = 0.0
    why: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)

    def find(self, id: str) -> Claim:
        """The claim of that id. Raises QuestionError with the nearest."""
        found = next((one for one in self.claims if one.id == id), None)
        if found is None:
            hint = nearest(id, [one.id for one in self.claims])
            raise QuestionError(f"there is no claim {id!r}", where=self.name, hint=hint)
        return found


def names() -> tuple[str, ...]:
    """The claim files that come with tanheng.

    >>> names()
    ('cas-2024', 'environmental-norms', 'global-targets')
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def read_claims(name: str | Path) -> ClaimFile:
    """The claims of an embedded file, by its name, or of a file of one's own that ends in .toml.

    Raises QuestionError for a name that is none, InputError for a file that cannot be read or is not as it must be:
    an unknown key, measure, argument or kind of dataset, a text in one language alone, a number that is none.
    """
    path = Path(name)
    if path.suffix != ".toml":
        if str(name) not in names():
            hint = f"{nearest(str(name), names())}; or give a file that ends in .toml"
            raise QuestionError(f"there are no claims called {name}", hint=hint)
        path = FOLDER / f"{name}.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read ({said})", where=str(path), hint="give a TOML file in UTF-8") from None
    where = path.name
    _require_keys(raw, _FILE_KEYS, ("title", "source", "published", "claims"), where)
    claims = tuple(_claim(one, f"{where}, claim {at + 1}") for at, one in enumerate(_tables(raw["claims"], where)))
    ids = [one.id for one in claims]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice:
        raise InputError(f"claim {twice} is there twice", where=where, hint="give each claim an id of its own")
    share, why = _tolerance(raw.get("tolerance", {}), where)
    return ClaimFile(
        name=path.stem,
        title=_words(raw["title"], "title", where),
        source=_source(raw["source"], where),
        published=_published(raw["published"], where),
        claims=claims,
        share=share,
        why=why,
        note=_words(raw["note"], "note", where) if "note" in raw else {},
    )


def _tables(given: Any, where: str) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InputError("its claims are no tables", where=where, hint="begin each claim with [[claims]]")
    return given


def _published(given: Any, where: str) -> str:
    """A year, a month or a day, as text."""
    text = given.isoformat() if type(given) is date else str(given)
    try:
        if not _PUBLISHED.fullmatch(text):
            raise ValueError
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        hint = 'write published = 2024-06-13, "2024-06" or 2024'
        raise InputError(f"published is {given!r}, which is no date", where=where, hint=hint) from None
    return text


def _source(given: Any, where: str) -> Mapping[str, str]:
    """A citation, which may be the same in both languages."""
    return dict.fromkeys(LANGUAGES, given) if isinstance(given, str) else _words(given, "source", where)


def _tolerance(given: Any, where: str) -> tuple[float, Mapping[str, str]]:
    if given == {}:
        return 0.0, {}
    where = f"{where}, tolerance"
    if not isinstance(given, dict):
        raise InputError("it is no table", where=where, hint="write [tolerance] with a share, and why")
    _require_keys(given, {"share", "why"}, ("share", "why"), where)
    share = given["share"]
    if type(share) not in (int, float) or not 0 < share < 1:
        hint = "give a share between 0 and 1, such as 0.1"
        raise InputError(f"share is {share!r}", where=where, hint=hint)
    return float(share), _words(given["why"], "why", where)


def _claim(raw: Mapping[str, Any], where: str) -> Claim:
    where = f"{where} ({raw['id']})" if "id" in raw else where
    _require_keys(raw, _CLAIM_KEYS, ("id", "title", "statement"), where)
    for key in _TEXTS:
        if not isinstance(raw.get(key, ""), str):
            raise InputError(f"{key} is {raw[key]!r}, no text", where=where, hint=f'write {key} = "{raw[key]}"')
    if ("missing" in raw) == ("measure" in raw):
        hint = "name the measure that computes it, or say in 'missing' what is not at hand"
        raise InputError("it has no measure, or one and inputs that are missing", where=where, hint=hint)
    if "measure" in raw:
        _require_checkable(raw, where)
    return Claim(
        id=raw["id"],
        title=_words(raw["title"], "title", where),
        statement=_words(raw["statement"], "statement", where),
        printed=Printed.read(raw["printed"], where) if "printed" in raw else None,
        unit=raw.get("unit", ""),
        measure=raw.get("measure", ""),
        arguments=raw.get("with", {}),
        datasets=tuple(raw.get("datasets", ())),
        holds=raw.get("holds", ""),
        missing=_words(raw["missing"], "missing", where) if "missing" in raw else {},
        note=_words(raw["note"], "note", where) if "note" in raw else {},
    )


def _require_checkable(raw: Mapping[str, Any], where: str) -> None:
    """Raises InputError unless the measure answers what the claim says, of datasets and with arguments it takes."""
    asked = declared.find(raw["measure"], where)
    if asked.answers == declared.NUMBER and ("printed" not in raw or "holds" in raw):
        hint = 'give the number as it was printed, printed = "1.80", and nothing that holds'
        raise InputError(f"measure {asked.name} answers with a number", where=where, hint=hint)
    if asked.answers != declared.NUMBER and (raw.get("holds") != asked.answers or "printed" in raw):
        hint = f'write holds = "{asked.answers}", and nothing printed'
        raise InputError(f"measure {asked.name} answers whether something holds", where=where, hint=hint)
    datasets = raw.get("datasets")
    if not datasets or not isinstance(datasets, list) or not all(isinstance(one, str) for one in datasets):
        raise InputError("it names no datasets", where=where, hint='add datasets = ["world"]')
    for name in datasets:
        declared.require_taken(asked, name, where)
    arguments = raw.get("with", {})
    if not isinstance(arguments, dict):
        raise InputError("'with' is no table", where=where, hint="write with = { year = 2009 }")
    declared.require(asked, arguments, raw.get("unit", ""), where)


def _require_keys(raw: Mapping[str, Any], known: set[str], needed: tuple[str, ...], where: str) -> None:
    for key in raw:
        if key not in known:
            raise InputError(f"{key!r} is no key of it", where=where, hint=nearest(key, sorted(known)))
    for key in needed:
        if not raw.get(key):
            raise InputError(f"{key!r} is missing", where=where, hint=f"add {key} = ...")


def _words(given: Any, key: str, where: str) -> Mapping[str, str]:
    """A text in both languages; raises InputError where one is missing."""
    if not isinstance(given, dict) or set(given) != set(LANGUAGES) or not all(map(_told, given.values())):
        hint = f'write {key} = {{ en = "...", zh = "..." }}'
        raise InputError(f"{key} is not in both languages", where=where, hint=hint)
    return given


def _told(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())
