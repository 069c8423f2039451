"""Sources under emission limits from a file, or an embedded one.

title = { en = "...", zh = "..." }    source = "..."    note = { en = "...", zh = "..." } (optional)
unit = "Mt clinker"    per = "t clinker"
[[sources]]
process = "precalciner kilns"
activity = { 2013 = 1010, 2020 = 1260 }       in unit, for each year
factor = { PM = 0.12, NOx = 1.6, CO2 = 840 }  kg per unit of per without the limit; or by year, { 2013 = ..., ... }
limited = ["PM", "NOx"]                       substances that a norm limits
gas = 2500                                    m3 of flue gas per unit of per, at the limits' reference state
complies = 0.95                               share of activity that keeps to the limits; or by year
subject = "kiln"   area, place, series        what finds the limit in the register (optional)
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tanheng.errors import InputError, nearest
from tanheng.systems.limited_sources import LimitedSector, LimitedSource

_FOLDER = Path(__file__).parent
_KEYS = ("title", "source", "note", "unit", "per", "sources")
_NEEDED = ("title", "source", "unit", "per", "sources")
_SOURCE = ("process", "activity", "factor", "limited", "gas", "complies", "subject", "area", "place", "series")
_SOURCE_NEEDED = ("process", "activity", "factor", "limited", "gas", "complies")


def names() -> tuple[str, ...]:
    """The embedded sectors, sorted.

    >>> names()
    ('cement-kilns-china',)
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def open_limited(name: str | Path) -> LimitedSector:
    """The embedded sector of that name, or the one in a TOML file.

    Raises InputError for a file that cannot be read, unknown and missing keys and what is no number, and as
    ``LimitedSector`` does.
    """
    path = Path(name)
    if path.suffix.lower() != ".toml":
        if str(name) not in names():
            raise InputError(
                f"there are no sources {str(name)!r}", hint=f"{nearest(str(name), names())}; or a .toml file"
            )
        path = _FOLDER / f"{name}.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"cannot be read ({error})", where=str(path), hint="see docs/norms.md for the format"
        ) from None
    _require_keys(raw, _KEYS, _NEEDED, path.name)
    _require_both(raw, ("title", "note"), path.name)
    sources: list[LimitedSource] = []
    for number, line in enumerate(raw["sources"], start=1):
        sources += _sources(line, f"{path.name}, source {number}")
    chinese = {line["process"]["en"]: line["process"]["zh"] for line in raw["sources"]}
    texts = {key: raw[key] for key in ("title", "note", "source", "unit", "per") if key in raw}
    return LimitedSector(name=path.stem, sources=tuple(sources), chinese=chinese, **texts)


def _sources(line: Mapping[str, Any], where: str) -> list[LimitedSource]:
    """One source for each substance that has a factor."""
    _require_keys(line, _SOURCE, _SOURCE_NEEDED, where)
    _require_both(line, ("process",), where)
    activity = _by_year(line["activity"], (), "activity", where)
    unknown = [one for one in line["limited"] if one not in line["factor"]]
    if unknown:
        hint = nearest(unknown[0], line["factor"])
        raise InputError(f"{unknown[0]} is limited, but has no factor", where=where, hint=hint)
    years = tuple(activity)
    shared = {key: line[key] for key in ("subject", "area", "place", "series") if key in line}
    return [
        LimitedSource(
            process=line["process"]["en"],
            substance=substance,
            activity=activity,
            factor=_by_year(factor, years, f"factor of {substance}", where),
            gas=_number(line["gas"], "gas", where),
            complies=_by_year(line["complies"], years, "complies", where),
            limited=substance in line["limited"],
            **shared,
        )
        for substance, factor in line["factor"].items()
    ]


def _by_year(given: Any, years: tuple[int, ...], what: str, where: str) -> dict[int, float]:
    """The numbers by year; one number is that of all ``years``."""
    if isinstance(given, dict) and given:
        wrong = next((key for key in given if not key.isdecimal()), None)
        if wrong is not None:
            raise InputError(f"{what} has {wrong!r}, which is no year", where=where, hint="write { 2013 = 1.6, ... }")
        return {int(key): _number(value, f"{what} of {key}", where) for key, value in given.items()}
    if not years:
        raise InputError(f"{what} is not by year", where=where, hint="write { 2013 = 1.6, ... }")
    return dict.fromkeys(years, _number(given, what, where))


def _number(given: Any, what: str, where: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise InputError(f"{what} is {given!r}, not a number", where=where, hint="write it without quotes")
    return float(given)


def _require_both(given: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
    for key in keys:
        if key in given and not (isinstance(given[key], dict) and {"en", "zh"} <= set(given[key])):
            hint = f'write {key} = {{ en = "...", zh = "..." }}'
            raise InputError(f"the {key} is not in English and Chinese", where=where, hint=hint)


def _require_keys(given: Mapping[str, Any], known: tuple[str, ...], needed: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in known:
            raise InputError(f"{key!r} is no key here", where=where, hint=nearest(key, known))
    for key in needed:
        if key not in given:
            raise InputError(f"{key!r} is missing", where=where, hint=f"add a line {key} = ...")
