"""Groupings: a membership at a date, or a user's own file, as a partition of all regions of a table (convention 10)."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.errors import InputError, LabelError, NormError, nearest
from tanheng.norms.dated import lookup, names, parse_date

# Codes that tables still use after ISO 3166 withdrew them (ISO 3166-3): WIOD writes ROM.
_WITHDRAWN = {"ROM": "ROU"}


@dataclass(frozen=True)
class Grouping:
    """Every region of a table in exactly one group.

    ``of`` (len(regions),) is the group of each region in the table's order; ``groups`` are those that have a region,
    in the order of the source, under their English names, and ``groups_zh`` their Chinese names. ``at`` is the date of
    the list. ``assumed`` are the regions that are no known country ("rest of world") and were put in the complement.
    """

    name: str
    title_en: str
    title_zh: str
    at: date
    regions: tuple[str, ...]
    of: tuple[str, ...]
    groups: tuple[str, ...]
    groups_zh: tuple[str, ...]
    source: str
    assumed: tuple[str, ...] = ()

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The regions of each group, in the table's order."""
        pairs = list(zip(self.regions, self.of, strict=True))
        return {group: tuple(region for region, of in pairs if of == group) for group in self.groups}


def grouping(spec: str, regions: Sequence[str], at: date) -> Grouping:
    """Partition ``regions`` by ``spec``.

    ``spec`` is the name of a membership ("oecd": as it stood at ``at``), one held fixed ("oecd@2020": as on 31 December
    2020, whatever ``at``; or "oecd@2020-01-01"), or the path of a file: a CSV with the columns region,group, or a TOML
    with a table [groups] of lists, optionally with title and source. For a year pass ``year_end(year)``.

    A membership needs ISO 3166-1 alpha-3 region codes; regions that are none go to the complement and into ``assumed``.
    A file must list every region of the table once, and no other.

    Raises NormError: unknown name, a date outside the validity or that cannot be read, no region with a country code;
    InputError: a file that cannot be read; LabelError: a region that is unknown, doubled or not listed.

    >>> oecd = grouping("oecd@2009", ["CHN", "USA", "ROW"], date(1995, 12, 31))
    >>> oecd.of, oecd.assumed, oecd.at.year
    (('non-OECD', 'OECD', 'non-OECD'), ('ROW',), 2009)
    """
    if Path(spec).suffix.lower() in _READERS:
        return _from_file(Path(spec), regions, at)
    name, _, held = spec.partition("@")
    return _from_norm(spec, name, regions, _held_at(spec, held) if "@" in spec else at)


def _held_at(spec: str, text: str) -> date:
    try:
        return parse_date(text)
    except NormError as error:
        raise NormError(error.what, where=f"grouping {spec}", hint=error.hint) from None


def _from_norm(spec: str, name: str, regions: Sequence[str], at: date) -> Grouping:
    known = names("groups")
    if name not in known:
        hint = f"{nearest(name, known)}; or give a file region,group that ends in .csv"
        raise NormError(f"grouping {name} is not known", hint=hint)
    norm = lookup(name, at)
    codes = [_WITHDRAWN.get(region, region) for region in regions]
    assumed = tuple(region for region, code in zip(regions, codes, strict=True) if code not in _countries())
    if len(assumed) == len(codes):
        what = f"no region of the table ({', '.join(regions[:5])}, ...) is a country by its ISO 3166 three-letter code"
        raise NormError(what, where=f"grouping {spec}", hint="give a grouping of your own: a .csv file region,group")
    members = set(norm.members)
    of = tuple((norm.group if code in members else norm.complement)[0] for code in codes)
    used = [pair for pair in (norm.group, norm.complement) if pair[0] in of]
    return Grouping(
        name=spec,
        title_en=norm.title_en,
        title_zh=norm.title_zh,
        at=at,
        regions=tuple(regions),
        of=of,
        groups=tuple(en for en, _ in used),
        groups_zh=tuple(zh for _, zh in used),
        source=norm.source,
        assumed=assumed,
    )


def _from_file(path: Path, regions: Sequence[str], at: date) -> Grouping:
    title, source, pairs = _READERS[path.suffix.lower()](path)
    of = _covering(pairs, regions, path.name)
    groups = tuple(dict.fromkeys(group for _, group in pairs))
    return Grouping(
        name=str(path),
        title_en=title,
        title_zh=title,
        at=at,
        regions=tuple(regions),
        of=of,
        groups=groups,
        groups_zh=groups,
        source=source,
    )


def _covering(pairs: Iterable[tuple[str, str]], regions: Sequence[str], where: str) -> tuple[str, ...]:
    known, group_of = set(regions), dict[str, str]()
    for region, group in pairs:
        if region not in known:
            raise LabelError(f"region {region} is not in the table", where=where, hint=nearest(region, regions))
        if region in group_of:
            what = f"region {region} is in {group_of[region]} and in {group}"
            raise LabelError(what, where=where, hint="list every region once")
        group_of[region] = group
    missing = next((region for region in regions if region not in group_of), None)
    if missing is not None:
        raise LabelError(f"region {missing} of the table is in no group", where=where, hint="add a line for it")
    return tuple(group_of[region] for region in regions)


Listed = tuple[str, str, list[tuple[str, str]]]  # title, source, (region, group) pairs


def _read_csv(path: Path) -> Listed:
    hint = "give a line region,group and one line a region below it"
    try:
        rows = list(csv.DictReader(io.StringIO(_text(path, hint), newline=""), skipinitialspace=True))
    except csv.Error as error:
        raise InputError(f"is not CSV ({error})", where=str(path), hint=hint) from None
    if not rows or not {"region", "group"} <= rows[0].keys():
        raise InputError("has no lines under the columns region,group", where=str(path), hint=hint)
    pairs = [((row["region"] or "").strip(), (row["group"] or "").strip()) for row in rows]
    return path.stem, str(path), _complete(pairs, path, hint)


def _read_toml(path: Path) -> Listed:
    hint = 'give a table [groups] with a list of regions for each, as in Asia = ["CHN", "JPN"]'
    try:
        raw: dict[str, Any] = tomllib.loads(_text(path, hint))
    except tomllib.TOMLDecodeError as error:
        what = str(error).splitlines()[0]
        raise InputError(f"is not TOML ({what})", where=str(path), hint=hint) from None
    groups = raw.get("groups")
    if not isinstance(groups, dict) or not all(isinstance(regions, list) for regions in groups.values()):
        raise InputError("has no table [groups] of lists", where=str(path), hint=hint)
    pairs = [(str(region), group) for group, regions in groups.items() for region in regions]
    return str(raw.get("title", path.stem)), str(raw.get("source", path)), _complete(pairs, path, hint)


_READERS = {".csv": _read_csv, ".toml": _read_toml}


def _complete(pairs: list[tuple[str, str]], path: Path, hint: str) -> list[tuple[str, str]]:
    for at, (region, group) in enumerate(pairs, start=1):
        if not region or not group:
            raise InputError(f"entry {at} lacks its region or its group", where=str(path), hint=hint)
    return pairs


def _text(path: Path, hint: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), hint=hint) from None
    except UnicodeDecodeError:
        raise InputError("is not text in UTF-8", where=str(path), hint=hint) from None


@cache
def _countries() -> frozenset[str]:
    from iso3166 import countries_by_alpha3

    return frozenset(countries_by_alpha3)
