"""The tables of the EU's carbon border adjustment (CBAM): default values and benchmarks by good, compiled with sources.

Compiled by ``tools/build_cbam.py``; ``about.toml`` says from what and what was done. All values are t CO2e per t.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tanheng import norms
from tanheng.data.readers.world import verified
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.labels.countries import country_code
from tanheng.labels.iso import iso3

FOLDER = Path(__file__).parent
OTHER = "*"  # the row "Other countries and territories"
FALLBACK = "fallback: other countries and territories"
# Marks of the benchmarks that stand for one way to make crude steel, whatever the alloy.
_SAME_ROUTE = {"C": "CF", "F": "FC", "D": "DG", "G": "GD", "E": "EH", "H": "HE"}


@dataclass(frozen=True)
class Default:
    """A default value as it stands at a date: what was asked, the row it comes from, and the value in t CO2e per t.

    ``direct``, ``indirect`` (None: none is given) and ``total`` are as printed, without mark-up; the printed total may
    differ from direct and indirect by a rounding. ``good`` is the code of the list that stands for ``cn``, ``origin``
    the country whose row it is, "*" for other countries and territories, which ``basis`` then says. ``route`` is the
    mark of the route that the value stands for, "" for none.
    """

    country: str
    origin: str
    cn: str
    good: str
    variant: str
    sector: str
    direct: float
    indirect: float | None
    total: float
    mark_up: float
    route: str
    at: date
    basis: str
    source: str

    @property
    def value(self) -> float:
        """The total with its mark-up, t CO2e per t: what counts where the producer's own value is not known."""
        return self.total * (1 + self.mark_up)


@dataclass(frozen=True)
class Benchmark:
    """The benchmark of a good with its precursors (column B), t CO2e per t, and which mark of the table it has."""

    cn: str
    route: str
    value: float
    basis: str
    source: str


@dataclass(frozen=True)
class Cell:
    """The numbers of a row of the list of default values; None where the list has none."""

    direct: float | None
    indirect: float | None
    total: float | None
    route: str


@cache
def about() -> dict[str, Any]:
    """What about.toml says: ``sources``, ``done``, ``routes`` (mark: name by language), ``files``."""
    return tomllib.loads((FOLDER / "about.toml").read_text(encoding="utf-8"))


@cache
def defaults() -> Mapping[tuple[str, str, str], Cell]:
    """The list of default values, without mark-up: by origin, code and variant ("white", "grey", else "")."""
    found = {}
    for row in _rows("defaults.csv"):
        direct, indirect, total = (float(row[name]) if row[name] else None for name in ("direct", "indirect", "total"))
        for good in row["goods"].split():
            cn, _, variant = good.partition("/")
            found[row["origin"], cn, variant] = Cell(direct, indirect, total, row["route"])
    return found


@cache
def goods() -> Mapping[tuple[str, str], Mapping[str, str]]:
    """The goods of the list by code and variant: ``sector`` and ``description``, in English as published."""
    return {(row["cn"], row["variant"]): row for row in _rows("goods.csv")}


def default_value(country: str, cn_code: str, at: date, variant: str = "") -> Default:
    """The default value of a good from ``country`` (ISO 3166-1), with the mark-up of ``at``.

    The longest code of the list that ``cn_code`` begins with stands for it; a code shorter than those of the list is
    answered where all goods below it have the same value. A country that is not in the list, or that has no value for
    the good, has that of other countries and territories, as the list itself rules, and ``basis`` says so.

    Raises NormError for a date before 2026; QuestionError for a code that is none of the list, or that stands for
    several goods (white and grey clinker: give ``variant``); MissingError where there is no value at all.

    >>> steel = default_value("CHN", "7208 25 00", date(2026, 6, 1))
    >>> steel.good, steel.total, round(steel.value, 6), steel.route
    ('7208', 3.186893, 3.505582, 'C')
    """
    code, country = plain_code(cn_code), iso3(country)
    if country != OTHER and country_code(country) != country:
        hint = "give its ISO 3166-1 alpha-3 code, such as CHN"
        raise QuestionError(f"{country!r} is no country that is known", where="CBAM", hint=hint)
    found = [_default(country, code, good, at) for good in _goods_of(code, variant)]
    first = found[0]
    if any((one.total, one.direct, one.route) != (first.total, first.direct, first.route) for one in found):
        totals = [one.total for one in found]
        what = f"{code} stands for {len(found)} goods with default values from {min(totals):g} to {max(totals):g}"
        words = sorted({one.variant for one in found} - {""})
        hint = f"say which: {' or '.join(words)}" if words else f"name one, such as {first.good}"
        raise QuestionError(what, where=f"CBAM, {country}", hint=hint)
    return first


def benchmark(cn_code: str, produced: int, route: str = "", variant: str = "") -> Benchmark:
    """The benchmark of a good with its precursors (column B) for a year of production, 2026 to 2030.

    ``route`` is the mark of a default value's route ("C": carbon steel, blast furnace). The line of that mark is taken,
    else that of the same way to crude steel with another alloy, else the one without a mark; without a route, the
    highest. Raises MissingError for a year without benchmarks, QuestionError for a code that has none or several.
    Source: Implementing Regulation (EU) 2025/2620, Annex, points 4, 5.1 and 5.3. Its rule on alloy grades can also be
    read as the highest of all marks; here the mark that the default value names comes first.

    >>> benchmark("72081000", 2026, "C").value, benchmark("72024110", 2028).value
    (1.37, 1.106)
    """
    code = plain_code(cn_code)
    route = route or {"grey": "A", "white": "B"}.get(variant, "")
    under = {cn: marks for cn, marks in _benchmarks().items() if cn.startswith(code)}
    if not under:
        hint = nearest(code, _benchmarks())
        raise QuestionError(f"there is no benchmark for {code}", where="CBAM", hint=hint)
    found = [_marked(cn, marks, produced, route) for cn, marks in under.items()]
    if len({one.value for one in found}) > 1:
        what = f"{code} stands for {len(found)} goods with benchmarks of their own"
        raise QuestionError(what, where="CBAM", hint=f"name one by its 8 digits, such as {found[0].cn}")
    return found[0]


def goods_under(cn_code: str) -> tuple[tuple[str, str], ...]:
    """The goods with a benchmark that a code stands for, by code of 8 digits and variant; the code itself if none.

    >>> goods_under("252310"), goods_under("7208.10.00")
    ((('25231000', 'grey'), ('25231000', 'white')), (('72081000', ''),))
    """
    code = plain_code(cn_code)
    under = [cn for cn in _benchmarks() if cn.startswith(code)] or [code]
    variants = {cn: sorted(word for one, word in goods() if one == cn) or [""] for cn in under}
    return tuple((cn, word) for cn in under for word in variants[cn])


def in_scope(cn_code: str, at: date) -> bool:
    """Whether a good is under CBAM at a date, by the longest code of the norm "cbam-goods" that it begins with.

    A code wider than those of the norm, such as one of six digits, is under CBAM where it holds a good that is.
    """
    return _held("cbam-goods", cn_code, at)


def counts_indirect(cn_code: str, at: date) -> bool:
    """Whether the indirect emissions of a good count too (norm "cbam-indirect")."""
    return _held("cbam-indirect", cn_code, at)


def exempt(country: str, at: date) -> bool:
    """Whether goods from a country are outside CBAM: those of the EU itself, and the norm "cbam-exempt-origins"."""
    code = iso3(country)
    return code in norms.lookup("eu", at).members or code in _norm("cbam-exempt-origins", at)


def plain_code(cn_code: str) -> str:
    """A CN code without blanks and points, its first eight digits; raises QuestionError for what is none.

    >>> plain_code("7208 10 00"), plain_code("2523.10.00.90")
    ('72081000', '25231000')
    """
    code = "".join(str(cn_code).split()).replace(".", "")
    if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 10):
        raise QuestionError(f"{cn_code!r} is not a CN code", hint="give 4, 6 or 8 digits, as in 72081000")
    return code[:8]


@cache
def _norm(name: str, at: date) -> Mapping[str, float]:
    return norms.lookup(name, at).values


def _held(name: str, cn_code: str, at: date) -> bool:
    code, values = plain_code(cn_code), _norm(name, at)
    longest = max((one for one in values if code.startswith(one)), key=len, default=None)
    if longest is None:  # a wider code than any of the norm: whether it holds one
        return any(value for one, value in values.items() if one.startswith(code))
    return bool(values[longest])


@cache
def _goods_of(code: str, variant: str) -> list[tuple[str, str]]:
    """The goods of the list that stand for a code: the longest it begins with, else all those below it."""
    valued = sorted(_valued())
    above = max((cn for cn, _ in valued if code.startswith(cn)), key=len, default="")
    them = [good for good in valued if good[0] == above or (not above and good[0].startswith(code))]
    if not them:
        hint = f"{nearest(code, sorted({cn for cn, _ in valued}))}; electricity has none"
        raise QuestionError(f"CN code {code} is not in the list of default values", where="CBAM", hint=hint)
    named = [good for good in them if variant in ("", good[1])]
    if not named:
        hint = nearest(variant, sorted({one for _, one in them}))
        raise QuestionError(f"{code} has no variant {variant!r}", where="CBAM", hint=hint)
    return named


def _default(country: str, code: str, good: tuple[str, str], at: date) -> Default:
    sector = goods()[good]["sector"]
    rates = _norm("cbam-mark-up", at)
    own = defaults().get((country, *good))
    for origin, cell in ((country, own), (OTHER, defaults().get((OTHER, *good)))):
        if cell is None or cell.total is None or cell.direct is None:
            continue
        why = "has no value" if country in _countries() else "is not listed"
        basis = "" if origin == country else f"{FALLBACK} ({country} {why})"
        source = about()["sources"]["defaults"]["title"]
        numbers = (cell.direct, cell.indirect, cell.total, rates[sector])
        return Default(country, origin, code, good[0], good[1], sector, *numbers, cell.route, at, basis, source)
    what = f"{country} has no default value for {' '.join(filter(None, good))}, and other countries have none either"
    raise MissingError(what, where="CBAM", hint="give the emissions of the installation itself")


def _marked(cn: str, marks: Iterable[Mapping[str, str]], produced: int, route: str) -> Benchmark:
    values = {row["route"]: float(row["value"]) for row in marks if int(row["first"]) <= produced <= int(row["last"])}
    if not values:
        hint = "it holds for production in 2026 to 2030"
        raise MissingError(f"there is no benchmark of {produced}", where=f"CBAM, {cn}", hint=hint)
    order = [*_SAME_ROUTE.get(route, route), ""]
    mark = next((one for one in order if one in values), max(values, key=lambda one: values[one]))
    basis = "" if mark == route else f"mark {mark or 'none'} for route {route or 'not known'}"
    return Benchmark(cn, mark, values[mark], basis, about()["sources"]["benchmarks"]["title"])


@cache
def _countries() -> frozenset[str]:
    return frozenset(origin for origin, _, _ in defaults())


@cache
def _valued() -> frozenset[tuple[str, str]]:
    """The goods with a value in some country; the others are headings above them."""
    return frozenset((cn, variant) for (_, cn, variant), cell in defaults().items() if cell.total is not None)


@cache
def _benchmarks() -> Mapping[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in _rows("benchmarks.csv"):
        found.setdefault(row["cn"], []).append(row)
    return found


def _rows(name: str) -> list[dict[str, str]]:
    text = verified(FOLDER, name, about()["files"]).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))
