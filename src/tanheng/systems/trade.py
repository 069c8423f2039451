"""Physical trade: how much of a product went from where to where in a year, as the source has it or after named steps.

The steps are functions of ``trade_steps``: mirror flows reconciled, missing weights estimated, re-exports traced. Each
makes new flows, with a note in every row that it changed and a finding that says how much that was.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tanheng import provenance, units
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError, nearest
from tanheng.systems.finding import Finding
from tanheng.systems.inventory import InventoryAbout
from tanheng.systems.linking import conversion

KEY = ("year", "product", "origin", "destination")
REPORTERS = ("", "exporter", "importer")
ESTIMATED = "estimated"  # how the note of a quantity that nobody reported begins

_KEYS = ("product", "origin", "destination", "unit")  # texts that must be there
_TEXTS = dict.fromkeys(_KEYS) | {"reporter": "", "currency": "", "note": ""}
_NUMBERS = {"quantity": None, "value": np.nan}
COLUMNS = ("year", "product", "origin", "destination", "reporter", "quantity", "unit", "value", "currency", "note")
EXTRA = ("reexported", "mass_kg")  # columns that need not be there
_REQUIRED = ("year", "product", "origin", "destination", "quantity", "unit")


@dataclass(frozen=True, eq=False)
class TradeFlows:
    """Flows of products between countries, one a row of ``frame``; what the columns hold:

    year; product; origin and destination (ISO 3166-1 alpha-3 where known, else the source's label); reporter
    ("exporter" or "importer" where the source says whose report it is, else ""); quantity in ``unit`` (NaN while it is
    missing); value in ``currency`` (NaN where none is given); note ("" as reported, "estimated ...", "mirror ...",
    "re-export traced"). Where known also reexported, the part of the quantity that the origin imported before (in
    ``unit``), and mass_kg. Do not write to the frame: the steps and ``replace`` make new flows.

    Raises LabelError for a column that is not known or missing, an empty label, and a flow that one reporter gives
    twice; InputError for a number that is negative or infinite, and a year that is none; UnitError for a product in two
    units, and a value without currency.
    """

    frame: pd.DataFrame
    about: InventoryAbout
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        frame = _laid_out(self.frame, self.about.name)
        _require(frame, self.about.name)
        object.__setattr__(self, "frame", frame)
        object.__setattr__(self, "findings", tuple(self.findings))

    # -- making -------------------------------------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame | Iterable[Mapping[str, Any]],
        about: InventoryAbout | str = "trade",
        findings: Sequence[Finding] = (),
    ) -> TradeFlows:
        """Flows from rows with the columns year, product, origin, destination, quantity, unit and any of the others.

        Quantities of a product in several units are turned into the first of them. Raises as the class does.

        >>> row = {"year": 2021, "product": "steel"}
        >>> rows = [row | {"origin": "CHN", "destination": "KOR", "quantity": 2, "unit": "t"},
        ...     row | {"origin": "KOR", "destination": "CHN", "quantity": 500, "unit": "kg"}]
        >>> TradeFlows.of(rows).frame["quantity"].tolist()
        [2.0, 0.5]
        """
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
        about = InventoryAbout(about) if isinstance(about, str) else about
        return cls(_in_one_unit(_laid_out(frame, about.name), about.name), about, tuple(findings))

    def replace(self, **changes: object) -> TradeFlows:
        """New flows with these fields exchanged, checked again."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def after(self, frame: pd.DataFrame, *more: Finding) -> TradeFlows:
        """New flows after a step: its rows, and what it found beside what was found before."""
        return self.replace(frame=frame, findings=(*self.findings, *more))

    # -- what they are ------------------------------------------------------------------------------------------------

    @property
    def years(self) -> tuple[int, ...]:
        """The years, in their order."""
        return tuple(sorted(int(year) for year in self.frame["year"].unique()))

    @property
    def products(self) -> tuple[str, ...]:
        """The products, by first occurrence."""
        return tuple(self.frame["product"].unique())

    @property
    def places(self) -> tuple[str, ...]:
        """Origins and destinations, sorted."""
        return tuple(sorted({*self.frame["origin"], *self.frame["destination"]}))

    @property
    def units(self) -> Mapping[str, str]:
        """The unit of every product."""
        first = self.frame.drop_duplicates("product")
        return dict(zip(first["product"], first["unit"], strict=True))

    @property
    def hash(self) -> str:
        """BLAKE3 over what they are and every row (convention 8)."""
        coded = [pd.factorize(self.frame[name]) for name in _TEXTS]
        numbers = [self.frame[name].to_numpy(np.float64) for name in ("year", *_NUMBERS)]
        texts = [repr(self.about), *(text for _, labels in coded for text in ("", *labels))]
        return provenance.digest(texts, [*(codes.astype(np.float64) for codes, _ in coded), *numbers])

    # -- parts --------------------------------------------------------------------------------------------------------

    def only(self, year: int | None = None, products: str | Sequence[str] | None = None) -> TradeFlows:
        """The flows of one year, of some products, or both; raises QuestionError for what is not there."""
        frame = self.frame
        if year is not None:
            if year not in self.years:
                hint = f"years are {', '.join(map(str, self.years)) or 'none'}"
                raise QuestionError(f"there is no trade of {year}", where=self.about.name, hint=hint)
            frame = frame[frame["year"] == year]
        if products is not None:
            wanted = [products] if isinstance(products, str) else list(products)
            for name in wanted:
                if name not in self.products:
                    hint = nearest(name, self.products)
                    raise QuestionError(f"there is no trade in {name}", where=self.about.name, hint=hint)
            frame = frame[frame["product"].isin(wanted)]
        return self.replace(frame=frame)

    def require_settled(self) -> None:
        """Raise LabelError where a flow has two mirror reports, MissingError where a quantity is missing."""
        twice = self.frame.duplicated(list(KEY), keep=False)
        if twice.any():
            what = f"{int(twice.sum())} rows are mirror reports of one flow: {named(self.frame[twice].iloc[0])}"
            hint = "reconcile them first, by a rule: reconcile_trade(flows, ...)"
            raise LabelError(what, where=self.about.name, hint=hint)
        missing = self.frame["quantity"].isna()
        if missing.any():
            what = f"{int(missing.sum())} quantities are missing, the first of {named(self.frame[missing].iloc[0])}"
            raise MissingError(what, where=self.about.name, hint="estimate_weights(flows) fills them in from values")


def named(row: pd.Series[Any]) -> str:
    """A flow in words: year, product, origin, destination."""
    return f"{row['year']}, {row['product']}, {row['origin']} to {row['destination']}"


def _laid_out(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """All columns, in their order and kind; raises LabelError and InputError naming what is not as it must be."""
    for column in frame.columns:
        if column not in (*COLUMNS, *EXTRA):
            hint = nearest(str(column), (*COLUMNS, *EXTRA))
            raise LabelError(f"column {column} is not known", where=where, hint=hint)
    absent = [column for column in _REQUIRED if column not in frame]
    if absent:
        hint = f"columns are {', '.join(COLUMNS)}"
        raise LabelError(f"column {', '.join(absent)} is missing", where=where, hint=hint)
    extra = [column for column in EXTRA if column in frame]
    parts = {"year": _years(frame["year"], where)}
    for name, default in _TEXTS.items():
        given = frame[name] if name in frame else pd.Series([default] * len(frame), index=frame.index)
        parts[name] = (given if default is None else given.fillna(default)).astype("str").str.strip()
    for name in (*_NUMBERS, *extra):
        parts[name] = _numbers(frame[name] if name in frame else pd.Series(np.nan, frame.index), name, where)
    return pd.DataFrame(parts)[[*COLUMNS, *extra]].reset_index(drop=True)


def _years(column: pd.Series[Any], where: str) -> pd.Series[Any]:
    numbers = pd.to_numeric(column, errors="coerce")
    bad = ~(numbers.between(1, 9999) & (numbers % 1 == 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        what = f"the year is {column.iloc[row]} in row {row + 1}"
        raise InputError(what, where=where, hint="write a year such as 2021")
    return numbers.astype(np.int64)


def _numbers(column: pd.Series[Any], name: str, where: str) -> pd.Series[Any]:
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    bad = (numbers.isna() & column.notna()) | (numbers < 0) | np.isinf(numbers)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        what = f"{name} is {column.iloc[row]} in row {row + 1} ({int(bad.sum())} such rows)"
        raise InputError(what, where=where, hint="write a number of 0 or more, or leave out what is not known")
    return numbers


def _require(frame: pd.DataFrame, where: str) -> None:
    for name in _KEYS:
        blank = frame[name].isna() | (frame[name] == "")
        if blank.any():
            row = int(np.flatnonzero(blank)[0])
            what = f"{name} is empty in row {row + 1} ({int(blank.sum())} such rows)"
            raise LabelError(what, where=where, hint="fill it in")
    reporters = frame["reporter"].unique()
    for name in reporters:
        if name not in REPORTERS:
            hint = "write exporter, importer, or nothing"
            raise LabelError(f"the reporter is {name!r}", where=where, hint=hint)
    pairs = frame[["product", "unit"]].drop_duplicates()
    several = pairs[pairs.duplicated("product", keep=False)]
    if len(several):
        product = several["product"].iloc[0]
        found = ", ".join(several["unit"][several["product"] == product])
        hint = "TradeFlows.of turns alike units into one; split the product where they are unlike"
        raise UnitError(f"{product} is in several units: {found}", where=where, hint=hint)
    if ((frame["currency"] == "") & frame["value"].notna()).any():
        raise UnitError("a value has no currency", where=where, hint="say it in the column currency, such as USD")
    _require_once(frame, where)


def _require_once(frame: pd.DataFrame, where: str) -> None:
    """No flow twice by one reporter; a report of nobody in particular stands alone."""
    twice = frame.duplicated([*KEY, "reporter"])
    if len(frame["reporter"].unique()) > 1:
        twice |= frame.duplicated(list(KEY), keep=False) & (frame["reporter"] == "")
    if twice.any():
        row = frame[twice].iloc[0]
        what = f"{named(row)} is there twice ({int(twice.sum())} such rows)"
        raise LabelError(what, where=where, hint="add the rows up, or say whose report each is: exporter or importer")


def _in_one_unit(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Quantities of every product in its first unit."""
    first = frame.groupby("product", sort=False)["unit"].transform("first")
    other = frame["unit"].notna() & (frame["unit"] != first)
    if not other.any():
        return frame
    frame = frame.copy()
    groups = frame[other].assign(to=first).groupby(["product", "unit", "to"]).groups
    for (product, unit, target), rows in groups.items():
        factor = conversion(unit, target)
        if factor is None:
            hint = "split it into two products, or convert one of them"
            raise UnitError(f"{product} is in {unit} and in {target}", where=where, hint=hint)
        frame.loc[rows, [name for name in ("quantity", "reexported") if name in frame]] *= factor
    return frame.assign(unit=first)


def money(currency: str) -> float:
    """How much one of ``currency`` is of its plain unit: 1000 for "thousand USD"; raises UnitError.

    >>> money("thousand USD"), money("EUR")
    (1000.0, 1.0)
    """
    return units.parse(currency).factor
