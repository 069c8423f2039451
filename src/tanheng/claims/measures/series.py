"""Measures of the reference series and of standards, and of a claim's own numbers."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng import norms
from tanheng.claims.datasets import NORMS, OWN, REFERENCE, Dataset, NotAtHandError, span
from tanheng.claims.measures.declared import AGREE, PERCENT, Computed, Dates, Names, Years, measure
from tanheng.claims.messages import joined, say
from tanheng.data import reference
from tanheng.errors import NormError

_EVERYWHERE = [""]


@measure("growth", takes=(REFERENCE,), unit=PERCENT)
def growth(dataset: Dataset, series: str, of: str, years: Years, per: str = "") -> Computed:
    """The growth of a reference series of a region between two years; ``per`` another series, such as population."""
    given = reference.series(series)
    ratio = given.drop_vars("source") / (reference.series(per).drop_vars("source") if per else 1.0)
    named = f"{series}/{per}" if per else series
    if of not in ratio.indexes["region"]:
        raise NotAtHandError(say("no-place", dataset=dataset.title, what=f"{named}, {of}"))
    own = ratio.sel(region=of, year=slice(years[0], years[1])).dropna("year")
    there = [int(year) for year in own.indexes["year"]]
    if years[0] not in there or years[1] not in there:
        said = say("no-place", dataset=dataset.title, what=f"{named}, {of}, {span(years)}")
        if len(there) > 1:
            part = say("part-of-span", first=there[0], last=there[-1], value=_growth(own))
            said = joined(said, part)
        raise NotAtHandError(said)
    origin = str(given["source"].sel(region=of, year=years[1]).values)
    title = reference.about()["sources"][origin]["title"]
    return Computed(_growth(own), source=title, note=say("in-unit", unit=given.attrs["units"]))


def _growth(own: xr.DataArray) -> float:
    """From the first to the last, %."""
    return float(100 * (own[-1] / own[0] - 1))


@measure("limit-change", takes=(NORMS,), unit=PERCENT)
def limit_change(
    dataset: Dataset, substances: Names, dates: Dates, subject: str = "", areas: Names = _EVERYWHERE
) -> Computed:
    """By how much limits fell between two dates: the mean over substances and areas, from the least to the most.

    ``areas`` are those of the later date ("" for everywhere); the earlier limit is the one that held everywhere.
    """
    register, falls, cited = norms.standards(), [], set()
    for substance in substances:
        for area in areas:
            try:
                before = register.limit(substance, dates[0], subject=subject)
                after = register.limit(substance, dates[1], subject=subject, area=area)
            except NormError:
                said = ", ".join(filter(None, (substance, subject, area, f"{dates[0]}, {dates[1]}")))
                raise NotAtHandError(say("no-place", dataset=dataset.title, what=said)) from None
            falls.append(100 * (1 - after.value / before.value))
            cited |= {register.find(one.standard).code for one in (before, after)}
    return Computed(float(np.mean(falls)), min(falls), max(falls), source="; ".join(sorted(cited)))


@measure("arithmetic", takes=(OWN,), answers=AGREE)
def arithmetic(dataset: Dataset, total: int, part: int) -> Computed:
    """Whether a part is within its whole; the value is the rest. Of the truth of either it says nothing."""
    return Computed(total - part, agree=0 <= part <= total)
