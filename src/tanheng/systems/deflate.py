"""A table of current prices brought to the prices of another year, and in which year's prices a table is."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng import labels, units
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.about import About
from tanheng.systems.aggregate import carried
from tanheng.systems.table import BALANCE, Table

Array = NDArray[np.float64]

_DATED = re.compile(r"(?:constant|prices of|previous)\D*(\d{4})", re.IGNORECASE)


def price_year(about: About) -> int | None:
    """The year whose prices a table is in, as its price basis says; None where it says nothing of it.

    >>> about = {"name": "a", "year": 2009, "currency": "USD", "units": {}}
    >>> [price_year(About(**about, price_basis=text)) for text in
    ...     ("current basic prices", "basic prices of 2008 (previous year)", "basic prices, constant 2010", "basic")]
    [2009, 2008, 2010, None]
    """
    text = about.price_basis.casefold()
    dated = _DATED.search(text)
    if dated:
        return int(dated[1])
    if "previous" in text:
        return about.year - 1
    return about.year if "current" in text else None


def deflated(table: Table, deflator: xr.DataArray, *, base: int | None = None) -> Table:
    """A new table at the prices of ``base``: every row of Z and Y divided by the deflator of the producer.

    ``deflator`` (region), or (region, sector), is 1 in ``base`` (else its attribute ``base``); it needs every region,
    and with sectors every sector. Primary inputs become one row, the balance (output less inputs, both at constant
    prices: double deflation), which may be negative where inputs became cheaper than output; emissions do not change.
    Assumption: all that a row sells, whatever the use and the buyer, has one price index. With one deflator a country,
    relative prices within a country are those of its current year, so that what they change reads as technology or mix.
    ``about.version`` records the step, ``about.price_basis`` reads "constant prices of 2005".

    Raises LabelError for other dimensions or labels than the table's, MissingError for regions without a deflator and
    for one that is not positive, QuestionError for a table that is not in current prices and for deflators of another
    year or without a base, UnitError for another currency.
    Source: United Nations 2018, Handbook on Supply and Use Tables and Input-Output Tables, ch. 9 (double deflation);
    Miller and Blair 2009, sec. 4.7.
    """
    base = base if base is not None else deflator.attrs.get("base")
    _require_fit(table, deflator, base)
    by = np.broadcast_to(_aligned(table, deflator), table.x.shape)
    Z, Y = table.Z.values / by[:, :, None, None], table.Y.values / by[:, :, None, None]
    n = table.x.size
    rest = Z.reshape(n, n).sum(axis=1) + Y.reshape(n, -1).sum(axis=1) - Z.reshape(n, n).sum(axis=0)
    source = deflator.attrs.get("source", "given")
    about = dataclasses.replace(
        table.about,
        price_basis=f"constant prices of {base}",
        version=f"{table.about.version}; deflated to prices of {base} ({source})",
    )
    coords = {"input": [BALANCE], "region": list(table.regions), "sector": list(table.sectors)}
    return table.replace(
        Z=table.Z.copy(data=Z),
        Y=table.Y.copy(data=Y),
        V=xr.DataArray(rest.reshape(1, *table.x.shape), coords, tuple(coords), name="V"),
        about=about,
        findings=carried(table),
    )


def _require_fit(table: Table, deflator: xr.DataArray, base: object) -> None:
    where = table.about.name
    if deflator.dims not in (("region",), ("region", "sector")):
        hint = "give one number a region, or one a region and sector"
        raise LabelError(f"the deflator is by {deflator.dims}, not by region", where=where, hint=hint)
    if base is None:
        raise QuestionError("the deflators do not say their base year", where=where, hint="give base=2005")
    if price_year(table.about) != table.year:
        what = f"the table is not in current prices ({table.about.price_basis})"
        raise QuestionError(what, where=where, hint="deflate the table in current prices")
    year = deflator.attrs.get("year", table.year)
    if year != table.year:
        hint = "give deflators of the table's year"
        raise QuestionError(f"the deflators are of {year}, the table of {table.year}", where=where, hint=hint)
    currency = deflator.attrs.get("currency", "")
    if currency and units.parse(currency).dimension != units.parse(table.about.currency).dimension:
        what = f"the deflators are of {currency}, the table is in {table.about.currency}"
        raise UnitError(what, where=where, hint="give deflators of the table's currency")


def _aligned(table: Table, deflator: xr.DataArray) -> Array:
    """The deflator in the table's order, (R, 1) or (R, S)."""
    where = f"{table.about.name}, deflator"
    known = set(deflator.indexes["region"])
    lacking = [name for name in table.regions if name not in known]
    if lacking:
        hint = "add them, or join these regions to others first"
        raise MissingError(f"there is no deflator for {', '.join(lacking)}", where=where, hint=hint)
    chosen = deflator.isel(region=labels.positions(table.regions, list(deflator.indexes["region"]), what="region"))
    if "sector" in deflator.dims:
        labels.require_same(list(deflator.indexes["sector"]), table.sectors, what="sector", where=where)
    values = chosen.values.reshape(len(table.regions), -1).astype(np.float64)
    bad = ~((values > 0) & np.isfinite(values)).all(axis=1)
    if bad.any():
        names = ", ".join(np.array(table.regions)[bad])
        raise MissingError(f"the deflator of {names} is not a positive number", where=where, hint="look it up anew")
    return values
