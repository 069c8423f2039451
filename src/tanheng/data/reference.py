"""Reference series by country and year, 1990-2022: CO2, population, GDP, deflators, electricity; numbers with sources.

Read from ``world/reference.csv.gz``; ``world/reference.toml`` holds the units, the sources and their licences.
"""

from __future__ import annotations

import gzip
import io
import tomllib
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.data.readers.world import FOLDER, verified
from tanheng.errors import InputError, MissingError, QuestionError, nearest

# The first source that gives a number comes first: the newer vintage of the Global Carbon Budget before the older one.
ORDER = ("gcb-2004-2023", "wb", "gapminder", "un", "ember", "gcb-to-2018")


@cache
def about() -> dict[str, Any]:
    """What reference.toml says: ``series`` (unit, what), ``sources`` (title, file, licence), ``vintages``, ``notes``.

    ``vintages`` tells how far the older Global Carbon Budget lies from the newer. Raises InputError for a missing file.
    """
    path = FOLDER / "reference.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read ({error})", where=str(path), hint="reinstall tanheng") from None


@cache
def reference() -> pd.DataFrame:
    """Every number: columns series, region (ISO 3166-1 alpha-3), year, value, source.

    Units are in ``attrs["units"]`` by series: Mt CO2, persons, USD (current; constant 2015), 1 for the deflator (2010 =
    100), and TWh. Where two vintages give a number there are two rows. Absent is absent, not zero. Raises InputError
    for a damaged file."""
    content = verified(FOLDER, "reference.csv.gz", about()["files"])

    frame = pd.read_csv(io.BytesIO(gzip.decompress(content)))
    frame.attrs["units"] = {name: entry["unit"] for name, entry in about()["series"].items()}
    return frame


def series(name: str, *, source: str | None = None) -> xr.DataArray:
    """One series as (region, year), NaN where absent, with the source of every number as the coordinate ``source``.

    Without ``source`` each number is the newest there is: the CO2 series then change vintage between 2003 and 2004, as
    the coordinate shows and the attribute ``sources`` says; ``source="gcb-to-2018"`` is of one piece. Raises
    QuestionError for a series or a source that is not there.

    >>> china = series("territorial_co2").sel(region="CHN", year=2022)
    >>> china.source.item(), china.attrs["units"]
    ('gcb-2004-2023', 'Mt CO2')
    """
    frame = reference()
    known = about()["series"]
    if name not in known:
        raise QuestionError(f"there is no reference series {name!r}", hint=nearest(name, known))
    rows = frame[frame["series"] == name]
    sources = [one for one in ORDER if (rows["source"] == one).any()]
    if source is not None and source not in sources:
        raise QuestionError(f"{name} has no source {source!r}", hint=nearest(source, sources))
    sources = sources if source is None else [source]
    rank = rows["source"].map({one: place for place, one in enumerate(sources)})
    rows = rows.assign(rank=rank).dropna(subset="rank").sort_values("rank")
    rows = rows.drop_duplicates(["region", "year"]).set_index(["region", "year"]).sort_index()
    value = rows["value"].unstack("year")
    origin = rows["source"].unstack("year").fillna("").to_numpy(dtype=str)
    return xr.DataArray(
        value.to_numpy(dtype=np.float64),
        {"region": list(value.index), "year": list(value.columns), "source": (("region", "year"), origin)},
        ("region", "year"),
        name=name,
        attrs={"units": known[name]["unit"], "long_name": known[name]["what"], "sources": _spans(rows)},
    )


def population(year: int) -> xr.DataArray:
    """Persons by region (region); regions without a number are absent. Raises MissingError for a year without any."""
    return _at(series("population"), year)


def deflators(year: int, base: int = 2005) -> xr.DataArray:
    """The USD deflator of GDP (region), 1 in ``base``: current USD / deflator = USD at prices and rates of ``base``.

    Each country's own price index with its exchange rate, so dividing by it deflates first and converts at the base
    year's rate after. Attributes: ``base``, ``source``, ``units``. Regions without both years are absent (Taiwan is).
    Raises MissingError for a year without any.
    Source: UN National Accounts Main Aggregates, implicit price deflator, rebased.

    >>> deflators(2009, base=2009).sel(region="CHN").item()
    1.0
    """
    given = series("deflator")
    ratio = (_at(given, year) / _at(given, base)).dropna("region")
    return ratio.drop_vars(["source", "year"], errors="ignore").assign_attrs(
        units="1", base=base, year=year, currency="USD", source=about()["sources"]["un"]["title"]
    )


def _at(given: xr.DataArray, year: int) -> xr.DataArray:
    there = given.indexes["year"]
    if year not in there:
        hint = f"it covers {there.min()} to {there.max()}"
        raise MissingError(f"{given.name} has no year {year}", where="reference series", hint=hint)
    return given.sel(year=year).dropna("region")


def _spans(rows: pd.DataFrame) -> str:
    years = rows.reset_index().groupby("source")["year"].agg(["min", "max"])
    return "; ".join(f"{source} {first}-{last}" for source, first, last in years.itertuples())
