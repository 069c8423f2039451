"""The file of a firm or a city: TOML, or its lines as CSV or a workbook.

At the top: ``name``, ``kind`` ("firm" or "city"), ``region`` (of the table), ``year``; optionally ``sector`` and
``share`` (a firm's own sector, and its share of that sector's output), ``electricity`` ("location" or "market"),
``source``, ``licence``, and ``items``, the name of a CSV file or workbook of lines beside it. ``[stressors]`` says what
is counted as what (CO2e = "CO2"), ``[defaults]`` what holds for all spending (currency, year, basis, tax, ...),
``[[rate]]`` are deflators and exchange rates (year, value, currency, and to, or region and sector; source). Then:

``[[item]]``  ``id``, ``what``, ``scope`` (1, 2, 3), ``category`` (a firm: 1 to 15 in scope 3; a city: a sector of the
    GPC), ``method`` ("direct", "supplier-specific", "average-data", "spend-based"; "none" with a ``reason``).
    Activity: ``quantity``, ``unit``, and ``factor`` (kg for one ``per``) with ``boundary`` and ``stressor``, or
    ``product`` with ``process``, ``region`` and ``fallback``.
    Spending: ``amount``, ``currency``, ``year``, ``basis``, ``sector`` (one, or { c13 = 0.6, c14 = 0.4 }), ``region``
    (of the supplier; the market of the organisation's region unless told), ``tax``, ``trade_margin``,
    ``transport_margin``, ``freight``, ``trade_sector``, ``transport_sector``, ``buyer``.
    Both: ``of``, ``share``, ``electricity``, ``stage``, ``proxy``, ``households``, ``territorial_only``, ``source``.

As CSV the lines have these keys as columns, and what stands at the top of a TOML file stands before the header in lines
that begin with "#". A workbook has a sheet "organisation" (a key and its value in each row) and a sheet "items".
docs/organisations.md tells more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tanheng.data import archive, sheets
from tanheng.data.archive import Archive, Entry
from tanheng.data.named_columns import lines as csv_lines
from tanheng.data.named_columns import named
from tanheng.data.toml_keys import Keys, lines_of, parsed
from tanheng.errors import InputError, MissingError, nearest
from tanheng.systems.about import NOT_STATED
from tanheng.systems.organisation import (
    BOUNDARIES,
    CITY,
    ELECTRICITIES,
    FIRM,
    METHODS,
    Boundary,
    Electricity,
    Item,
    Kind,
    Method,
    Organisation,
    Scope,
)
from tanheng.systems.prices import SHARES, Basis, Deflator, ExchangeRate, Rates
from tanheng.systems.purchases import MARKET, Purchase

EXAMPLES = Path(__file__).parent / "organisations"

_WORDS = ("id", "what", "method", "unit", "per", "boundary", "stressor", "product", "process", "region", "fallback",
          "of", "electricity", "stage", "proxy", "reason", "source")  # fmt: skip
_MONEY = ("currency", "basis", "trade_sector", "transport_sector", "buyer")
_NUMBERS = ("quantity", "factor", "amount", "share", *SHARES)
_FLAGS = ("households", "territorial_only")
COLUMNS = (*_WORDS, "scope", "category", "sector", *_MONEY, *_NUMBERS, "year", *_FLAGS)
_DEFAULTS = (*_MONEY, *SHARES, "year", "source")
_TOP = ("name", "kind", "region", "year", "sector", "share", "electricity", "source", "licence", "items", "stressors",
        "defaults", "rate", "item")  # fmt: skip
_RATE = ("year", "value", "currency", "to", "region", "sector", "source")

_Line = tuple[str, Mapping[str, Any]]  # where, and the keys


@dataclass(frozen=True)
class OrganisationFile:
    """What a file holds: the organisation, and the deflators and exchange rates that it declares."""

    organisation: Organisation
    rates: Rates

    @property
    def products(self) -> tuple[str, ...]:
        """The products that its lines name, by first occurrence."""
        return tuple(dict.fromkeys(item.product for item in self.organisation.items if item.product))


def example(kind: str) -> str:
    """A commented file of a ``kind`` ("firm" or "city") to begin with; raises InputError for another.

    >>> example("firm").splitlines()[0].startswith("#")
    True
    """
    known = sorted(path.stem for path in EXAMPLES.glob("*.toml"))
    if kind not in known:
        raise InputError(f"there is no example of a {kind!r}", hint=nearest(kind, known))
    return (EXAMPLES / f"{kind}.toml").read_text(encoding="utf-8")


def read_organisation(path: str | os.PathLike[str]) -> OrganisationFile:
    """The firm or city of a file: TOML, CSV or a workbook by its ending.

    Raises, with file and line: InputError for a file, key, number, scope, category or method that is not as it must be
    (with the nearest), MissingError for what is missing, UnitError for a unit that is not known, LabelError for lines
    with one id.
    """
    place = archive.open(path)
    entry = place.one("*.toml") if place.find("*.toml") else place.one("*.csv", "*.xlsx", "*.xls", "*.xlsb", "*.ods")
    if entry.base.casefold().endswith(".toml"):
        return _toml(place, entry)
    text, lines = _lined(entry)
    return _organisation(parsed(text, entry.where), lines, entry.where)


def _toml(place: Archive, entry: Entry) -> OrganisationFile:
    text = entry.text()
    keys = parsed(text, entry.where)
    given = Keys(keys, entry.where, _TOP).tables("item")
    heads = lines_of(text, "item", len(given))
    lines: list[_Line] = []
    for at, one in enumerate(given):
        where = f"{entry.where} line {heads[at]}" if heads else f"{entry.where}, item {at + 1}"
        lines.append((where, Keys(one, where, COLUMNS).keys))
    if beside := Keys(keys, entry.where, _TOP).text("items", ""):
        lines += _lined(_beside(place, beside))[1]
    return _organisation(keys, lines, entry.where)


def _beside(place: Archive, name: str) -> Entry:
    if found := place.named(name):
        return found
    return archive.open(place.path.parent / name).one("*.csv", "*.xlsx", "*.xls", "*.xlsb", "*.ods")


# -- lines as a table ------------------------------------------------------------------------------------------------


def _lined(entry: Entry) -> tuple[str, list[_Line]]:
    """What stands before the lines, as TOML, and the lines of a CSV file or a workbook."""
    if not entry.base.casefold().endswith(".csv"):
        return _workbook(entry)
    text = entry.text().splitlines(keepends=True)
    before = next((at for at, line in enumerate(text) if not line.lstrip().startswith("#")), len(text))
    cells = list(csv_lines("".join(text[before:]), entry.where, before))
    head = "".join(line.lstrip().removeprefix("#").lstrip(" ") for line in text[:before])
    return head, list(_rows(cells, entry.where))


def _workbook(entry: Entry) -> tuple[str, list[_Line]]:
    names = sheets.names(entry)
    wanted = "items" if "items" in names else names[0]
    sheet = sheets.read(entry, wanted)
    cells = [
        (f"{sheet.where} row {row + 1}", [sheet.text(row, column) for column in range(len(sheet.rows[row]))])
        for row in range(len(sheet.rows))
    ]
    head = ""
    if "organisation" in names:
        facts = sheets.read(entry, "organisation")
        pairs = [(facts.text(row, 0), facts.text(row, 1)) for row in range(len(facts.rows))]
        head = "\n".join(f"{key} = {_quoted(key, value)}" for key, value in pairs if key and value)
    return head, list(_rows(cells, sheet.where))


def _quoted(key: str, value: str) -> str:
    """A cell as a value of TOML: the year and the share are numbers, all else is text."""
    if key in ("year", "share"):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _rows(cells: Sequence[tuple[str, Sequence[str]]], where: str) -> Iterator[_Line]:
    """The keys of each line, empty cells left out."""
    if not cells:
        raise InputError("has no lines", where=where, hint=f"columns are {', '.join(COLUMNS[:10])}, ...")
    for place, row in named(cells, COLUMNS, where):
        yield place, {name: _typed(cell, name, place) for name, cell in row.items() if cell}


def _typed(text: str, key: str, where: str) -> Any:
    """A cell as a TOML file would have it."""
    if key in _FLAGS:
        if text.casefold() not in ("true", "false", "yes", "no", "1", "0"):
            raise InputError(f"{key} is {text!r}", where=where, hint="write true or false")
        return text.casefold() in ("true", "yes", "1")
    if key in (*_NUMBERS, "year"):
        try:
            return int(text) if key == "year" else float(text)
        except ValueError:
            hint = "write it as 1234.5, without separators of thousands and percent signs"
            raise InputError(f"{key} is {text!r}, not a number", where=where, hint=hint) from None
    if key == "sector" and "=" in text:
        parts = [part.rpartition("=") for part in text.split(";") if part.strip()]
        return {name.strip(): _typed(share.strip(), "share", where) for name, _, share in parts}
    return text


# -- what they mean ---------------------------------------------------------------------------------------------------


def _organisation(keys: Mapping[str, Any], lines: Sequence[_Line], where: str) -> OrganisationFile:
    top = Keys(keys, where, _TOP)
    defaults = Keys(top.table("defaults"), f"{where}, defaults", _DEFAULTS)
    kind, region, year = top.text("kind"), top.text("region"), top.year()
    reader = _Items(kind, region, year, defaults.keys)
    stressors = Keys(top.table("stressors"), f"{where}, stressors", tuple(top.table("stressors")))
    told = Organisation(
        name=top.text("name"),
        kind=cast(Kind, kind),
        region=region,
        year=year,
        items=tuple(reader.item(keys, place) for place, keys in lines),
        sector=top.text("sector", ""),
        share=top.number("share", 0.0),
        electricity=cast(Electricity, top.text("electricity", "location")),
        stressors={name: stressors.text(name) for name in stressors.keys},
        source=top.text("source", NOT_STATED),
        licence=top.text("licence", NOT_STATED),
        where=where,
    )
    return OrganisationFile(told, _rates(top, where))


def _rates(top: Keys, where: str) -> Rates:
    deflators, exchange = [], []
    for at, one in enumerate(top.tables("rate"), 1):
        own = Keys(one, f"{where}, rate {at}", _RATE)
        year, value, currency = own.year(), own.number("value"), own.text("currency")
        source = own.text("source", "")
        if "to" in own.keys:
            exchange.append(ExchangeRate(year, currency, own.text("to"), value, source))
        else:
            place = (own.text("region", ""), own.text("sector", ""))
            deflators.append(Deflator(year, value, currency, *place, source=source))
    return Rates(tuple(deflators), tuple(exchange), where)


@dataclass(frozen=True)
class _Items:
    """Makes items of the keys of lines, for an organisation of a ``kind`` in a ``region`` and ``year``."""

    kind: str
    region: str
    year: int
    defaults: Mapping[str, Any]

    def item(self, keys: Mapping[str, Any], where: str) -> Item:
        """The item of a line."""
        own = Keys(keys, where, COLUMNS)
        id = own.text("id")
        own.where = f"{where}, item {id}"
        spending = self._spending(own, id, where) if "amount" in own.keys else None
        if spending is None and (lost := next((key for key in ("currency", "sector", *SHARES) if key in own.keys), "")):
            raise MissingError(f"has {lost} and no amount", where=own.where, hint="give the amount spent")
        names = ("what", "unit", "per", "stressor", "product", "process", "fallback", "of", "stage", "proxy", "reason")
        words: dict[str, Any] = {name: own.text(name, "") for name in names}
        flags: dict[str, Any] = {name: own.flag(name) for name in _FLAGS}
        return Item(
            id=id,
            scope=_scope(own),
            method=cast(Method, _one_of(own, "method", METHODS)),
            category=self._category(own),
            quantity=own.number("quantity") if "quantity" in own.keys else None,
            factor=own.number("factor") if "factor" in own.keys else None,
            boundary=cast(Boundary, _one_of(own, "boundary", BOUNDARIES, "")),
            region=own.text("region", ""),
            spending=spending,
            share=own.number("share", 1.0),
            electricity=cast(Electricity, _one_of(own, "electricity", ELECTRICITIES, "location")),
            source=own.text("source", ""),
            where=own.where,
            **words,
            **flags,
        )

    def _category(self, own: Keys) -> str:
        given = own.keys.get("category", "")
        text = f"{given:g}" if isinstance(given, int | float) and not isinstance(given, bool) else given
        if not isinstance(text, str):
            raise InputError(f"category is {given!r}", where=own.where, hint="write category = 1")
        if self.kind == "city":
            return "-".join(text.casefold().split()) if text else _required(own, "category", CITY)
        if text in [name.removeprefix("3.") for name in FIRM]:
            return f"3.{text}"
        return text

    def _spending(self, own: Keys, id: str, where: str) -> Purchase:
        held = dict(self.defaults)
        if own.keys.get("basis", held.get("basis")) != held.get("basis"):  # shares are of one basis
            held = {key: value for key, value in held.items() if key not in SHARES}
        keys = Keys({**held, **own.keys}, own.where, COLUMNS)
        sector = keys.keys.get("sector")
        if sector is None:
            raise MissingError("has an amount and no sector", where=own.where, hint="name the sector that sells it")
        region = own.text("region", "") or f"{MARKET}:{self.region}"
        weights = sector if isinstance(sector, Mapping) else {keys.text("sector"): 1.0}
        for name, share in weights.items():
            if isinstance(share, bool) or not isinstance(share, int | float):
                hint = "write sector = { c13 = 0.6, c14 = 0.4 }"
                raise InputError(f"the share of sector {name} is {share!r}", where=own.where, hint=hint)
        return Purchase(
            product=id,
            unit="1",
            shares={(region, name): float(share) for name, share in weights.items()},
            price=keys.number("amount"),
            currency=keys.text("currency"),
            year=keys.year() if "year" in keys.keys else self.year,
            basis=cast(Basis, keys.text("basis")),
            **{name: keys.number(name, 0.0) for name in SHARES},
            trade_sector=keys.text("trade_sector", ""),
            transport_sector=keys.text("transport_sector", ""),
            source=keys.text("source", ""),
            buyer=keys.text("buyer", "") or self.region,
            where=where,
        )


def _scope(own: Keys) -> Scope:
    given = own.keys.get("scope")
    if given is None:
        raise MissingError("has no scope", where=own.where, hint="write scope = 1, 2 or 3")
    text = str(given).removesuffix(".0")
    if text not in ("1", "2", "3") or isinstance(given, bool):
        raise InputError(f"{given!r} is no scope", where=own.where, hint="known are 1, 2, 3")
    return cast(Scope, int(text))


def _one_of(own: Keys, key: str, known: Sequence[str], default: str | None = None) -> str:
    value = own.text(key, default) if key in own.keys or default is not None else _required(own, key, known)
    if value and value not in known:
        raise InputError(f"{value!r} is no {key}", where=own.where, hint=nearest(value, known))
    return value


def _required(own: Keys, key: str, known: Sequence[str]) -> str:
    raise MissingError(f"has no {key}", where=own.where, hint=f'write {key} = "{known[0]}"; {nearest("", known)}')
