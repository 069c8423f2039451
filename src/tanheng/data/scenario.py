"""Scenarios in TOML: the embedded illustrations by name, or a file of one's own.

    name = "..." (the file's name if not given)     title = { en = "...", zh = "..." }     source = "..."
    assumptions = [{ en = "...", zh = "..." }]
    [[change]]
    kind = "intensity"     region = "CHN"     sector = "c17"     stressor = "CO2"     factor = 0.8     from = 2005

A change has the keys of its class in ``systems.scenarios`` and ``from``, a year or a date. Several labels are a list.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import reprlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tanheng.data.toml_keys import Keys, lines_of, parsed, spoken
from tanheng.errors import InputError, QuestionError, nearest
from tanheng.systems.scenarios import KINDS, Change, Scenario

FOLDER = Path(__file__).parent / "scenarios"
_TOP = ("name", "title", "source", "assumptions", "change")
_FROM = "from"


def names() -> tuple[str, ...]:
    """The embedded scenarios, sorted. They are illustrations, not forecasts.

    >>> "carbon-price-annex-i" in names()
    True
    """
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def open(name: str | os.PathLike[str]) -> Scenario:
    """The embedded scenario of that name, or the one in that file.

    Raises QuestionError for a name that is neither, and as ``read_scenario``.

    >>> open("us-metals-without-china").changes[0].kind
    'trade-share'
    """
    text = os.fspath(name)
    if text in names():
        return read_scenario(FOLDER / f"{text}.toml")
    if Path(text).is_file():
        return read_scenario(Path(text))
    raise QuestionError(f"there is no scenario {text!r}", hint=f"{nearest(text, names())}; or name a .toml file")


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """The scenario in a file.

    Raises InputError for a file without changes and, naming the line of the change, for a kind or key that is not
    known, a value of another type, what is missing, what is given twice, and shares that do not sum to one. Labels are
    looked at when the scenario is applied.
    """
    path = Path(path)
    text = _text(path)
    top = Keys(parsed(text, str(path), "see docs/scenarios.md"), str(path), _TOP)
    given = top.tables("change")
    lines = lines_of(text, "change", len(given))
    places = [f"{path.name}:{line}" for line in lines] if lines else [path.name] * len(given)
    changes = [
        _change(one, f"{place}, change {number}")
        for number, (one, place) in enumerate(zip(given, places, strict=True), start=1)
    ]
    found = Scenario(
        name=top.text("name", path.stem),
        changes=tuple(changes),
        title=top.spoken("title") or None,
        assumptions=tuple(spoken(one, f"{top.where}, assumptions") for one in top.tables("assumptions")),
        source=top.text("source", ""),
    )
    if not given:
        raise InputError("has no changes", where=str(path), hint="add [[change]] with a kind; see docs/scenarios.md")
    return found


def _change(given: object, where: str) -> Change:
    kind = Keys(given, where, tuple(given)).text("kind") if isinstance(given, Mapping) else ""
    if kind not in KINDS:
        raise InputError(f"there is no kind of change {kind!r}", where=where, hint=nearest(kind, KINDS))
    of = KINDS[kind]
    fields = {one.name: one for one in dataclasses.fields(of) if one.name not in ("where", "start")}
    keys = Keys(given, where, ("kind", _FROM, *fields))
    values = {name: _READERS[_type(one)](keys, name) for name, one in fields.items() if name in keys.keys}
    for name, one in fields.items():
        if name not in values and one.default is dataclasses.MISSING:
            raise InputError(f"has no {name}", where=where, hint=f"add {name} = ...: a {kind} needs it")
    return of(where=where, start=_start(keys), **values)


def _type(one: dataclasses.Field[Any]) -> str:
    """The annotation of a field, without "or None"."""
    return str(one.type).removesuffix(" | None")


def _names(keys: Keys, key: str) -> tuple[str, ...]:
    found = keys.texts(key)
    if not found:
        raise InputError(f"{key} is an empty list", where=keys.where, hint=f"leave {key} out for all of them")
    return found


def _elasticity(keys: Keys, key: str) -> float | dict[str, float]:
    return keys.numbers(key) if isinstance(keys.keys[key], Mapping) else keys.number(key)


def _day(keys: Keys, key: str) -> datetime.date:
    value = keys.keys[key]
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    what = f"{key} is {reprlib.repr(value)}, not a date"
    raise InputError(what, where=keys.where, hint=f"write {key} = 2015-07-01, without quotes")


def _start(keys: Keys) -> datetime.date | int | None:
    value = keys.keys.get(_FROM)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return _day(keys, _FROM)


_READERS: Mapping[str, Callable[[Keys, str], Any]] = {
    "Names": _names,
    "str": Keys.text,
    "float": Keys.number,
    "bool": Keys.flag,
    "Shares": Keys.numbers,
    "Elasticity": _elasticity,
    "date": _day,
    "Use": Keys.text,
    "Compensation": Keys.text,
}


def _text(path: Path) -> str:
    hint = "name a TOML file of a scenario"
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), hint=hint) from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", where=str(path), hint=hint) from None
