"""What the readers of other programs' folders share: money, units, the stated year, coefficients, regions."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data.archive import Archive, Entry
from tanheng.data.readers.parts import about_file, shared
from tanheng.errors import InputError, MissingError, UnitError, nearest
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found

Array = NDArray[np.float64]

_SCALES: Mapping[str, str] = {
    "": "", "m": "million ", "mill": "million ", "mil": "million ", "mio": "million ", "mln": "million ",
    "million": "million ", "millions": "million ", "k": "thousand ", "1000": "thousand ", "000": "thousand ",
    "thousand": "thousand ", "thousands": "thousand ", "bn": "billion ", "billion": "billion ",
}  # fmt: skip
_MONEY = re.compile(r"(1000|'?000|[A-Za-z]*?)[.\s]*([A-Z]{3})")
# EXIOBASE's rests of continents, which ISO 3166 knows as countries (WF is Wallis and Futuna)
_AGGREGATES = {code: code for code in ("WA", "WE", "WF", "WL", "WM")}
_HINT_YEAR = 'write a file about.toml beside them with a line year = 2015, or "year": 2015 into metadata.json'


# -- units ------------------------------------------------------------------------------------------------------------


def money(unit: str) -> str | None:
    """The money unit that is written ``unit``, as we write it; None for one that is no money.

    >>> money("Mill USD"), money("M.EUR"), money("EUR"), money("kg")
    ('million USD', 'million EUR', 'EUR', None)
    """
    match = _MONEY.fullmatch(unit.strip())
    scale = _SCALES.get(match[1].casefold().strip("'")) if match else None
    return None if match is None or scale is None else f"{scale}{match[2]}"


def measure(unit: str, where: str) -> tuple[str, float]:
    """The unit that is written ``unit`` and the factor into it; raises UnitError naming the place."""
    known = (money(unit) or "", 1.0) if money(unit) else shared.unit(unit)
    if known is None:
        hint = f"{nearest(unit, ('kg', 't', 'kt', 'TJ', 'km2', 'Mm3', '1000 p', 'M.hr'))} write the unit's usual name"
        raise UnitError(f"unit {unit!r} is not known", where=where, hint=hint)
    return known


def one_money(units: Iterable[tuple[str, str]], of: str) -> str:
    """The one money unit of all (place, unit) pairs; raises UnitError for another, naming the place.

    ``of`` is the place whose units they are: UnitError where there is none.
    """
    currency = ""
    for where, unit in units:
        here = money(unit)
        if here is None:
            hint = "a table here is in one money; tables in physical or mixed units are not read"
            raise UnitError(f"unit {unit!r} is no money", where=where, hint=hint)
        if currency and here != currency:
            hint = "give all sectors in one money"
            raise UnitError(f"the unit is {here}, that of the sectors before it {currency}", where=where, hint=hint)
        currency = here
    if not currency:
        raise UnitError("no unit is given for its sectors", where=of, hint="the file of units may have broken off")
    return currency


# -- facts ------------------------------------------------------------------------------------------------------------


def facts(place: Archive, meta: Entry | None) -> dict[str, Any]:
    """What about.toml and metadata.json say of the table, about.toml first; ``year`` only where one is stated.

    Else the year is the one number like a year in the name of the table or of its folder (``IOT_2011_ixi``), and
    ``named`` is that name.
    """
    noted = parameters(meta) if meta else {}
    name = str(noted.get("name") or "") or place.path.stem
    known: dict[str, Any] = {"name": name}
    for key, ours in (("version", "version"), ("license", "licence"), ("source", "source"), ("price", "price_basis")):
        if noted.get(key):
            known[ours] = str(noted[key])
    if str(noted.get("year") or "").isdecimal():
        known["year"] = int(noted["year"])
    known |= about_file.beside(place)
    if "year" not in known:
        known |= next(
            ({"year": year, "named": text} for text in (name, place.path.name) if (year := _year_in(text))), {}
        )
    return known


def stated_year(place: Archive, known: Mapping[str, Any]) -> int:
    """The year that is stated; raises InputError, with the way out, where none is."""
    if "year" not in known:
        raise InputError("the files state no year", where=str(place.path), hint=_HINT_YEAR)
    return int(known["year"])


def chosen_year(place: Archive, known: Mapping[str, Any], year: int) -> int:
    """``year``, unless another is stated: raises MissingError then."""
    if known.get("year", year) != year:
        raise MissingError(f"there is no year {year}", where=str(place.path), hint=f"it holds {known['year']}")
    return year


def parameters(entry: Entry) -> dict[str, Any]:
    """A small JSON file of keys; raises InputError naming the line for one that is none."""
    try:
        read = json.loads(entry.text())
    except json.JSONDecodeError as error:
        where = f"{entry.where} line {error.lineno}"
        raise InputError(f"is not JSON ({error.msg})", where=where, hint="it may have broken off") from None
    return read if isinstance(read, dict) else {}


def _year_in(text: str) -> int:
    years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text))
    return int(years.pop()) if len(years) == 1 else 0


def about_of(known: dict[str, Any], year: int, currency: str, units: Mapping[str, str]) -> tuple[About, list[Finding]]:
    """The facts as About, and a note where the year was taken from a name."""
    given = {key: value for key, value in known.items() if key != "named"}
    about = About(**(given | {"year": year, "currency": currency, "units": units}))
    named = known.get("named")
    return about, [found("year-from-name", "note", "about", year=year, name=named)] if named else []


def folder_of(entry: Entry) -> str:
    """The name of the folder that holds an entry; "" at the root."""
    parent = str(PurePosixPath(entry.name).parent)
    return "" if parent == "." else parent


# -- numbers ----------------------------------------------------------------------------------------------------------


def output(A: Array, final: Array, where: str) -> Array:
    """Output x (n,) of coefficients A (n, n) and final demand (n,), money: the solution of x = A x + y.

    Raises InputError for coefficients that have none. Source: Leontief (1936).
    """
    try:
        return np.asarray(np.linalg.solve(np.eye(len(A)) - A, final), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise InputError("I - A is singular: there is no output", where=where, hint="check the coefficients") from None


def scaled(coefficients: Array, x: Array) -> Array:
    """Flows from coefficients (rows, n), in place: each column times its output; a frozen array is copied."""
    if not coefficients.flags.writeable:
        return np.asarray(coefficients * x)
    coefficients *= x
    return coefficients


# -- labels -----------------------------------------------------------------------------------------------------------


def regions_of(codes: Sequence[str]) -> tuple[list[str], tuple[Finding, ...]]:
    """The regions by alpha-3 codes where most are alpha-2 codes, and a note of it."""
    changed = labels.renamed(codes, _AGGREGATES)
    if 2 * sum(len(code) == 2 and code != new for code, new in changed.items()) < len(codes):
        return list(codes), ()
    return [changed.get(code, code) for code in codes], (_renamed("regions", changed),)


def unique(names: Sequence[tuple[str, str]], what: str) -> tuple[list[str], tuple[Finding, ...]]:
    """One name for each (group, name): the name, or ``group: name`` where several groups have it, and a note of it."""
    alone = [name for _, name in names]
    doubled = {name for name, count in Counter(alone).items() if count > 1}
    full = [f"{group}: {name}" if name in doubled else name for group, name in names]
    changed = {name: new for name, new in zip(alone, full, strict=True) if name != new}
    return full, (_renamed(what, changed),) if changed else ()


def _renamed(what: str, changed: Mapping[str, str]) -> Finding:
    shown = [f"{old} to {new}" for old, new in list(changed.items())[:3]]
    names = ", ".join(shown) + (", ..." if len(changed) > 3 else "")
    return found("renamed", "note", what, count=len(changed), names=names)
