"""The embedded claims put to the test on the embedded world, for the report on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import xarray as xr

from tanheng import units
from tanheng.claims import ClaimFile, Datasets, Regional, Verdict, check, names, read_claims
from tanheng.data.store import EMBEDDED
from tanheng.systems.about import About

Accounts = tuple[About, str, xr.DataArray, xr.DataArray]  # of a year: about, hash, production, consumption


@dataclass(frozen=True, eq=False)
class Claims:
    """Files of claims with their verdicts."""

    files: tuple[tuple[ClaimFile, tuple[Verdict, ...]], ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Those of all files."""
        return tuple(one for _, its in self.files for one in its)


def compute(years: Iterable[Accounts]) -> Claims:
    """The verdicts of all embedded files. ``years`` are accounts of the embedded world that are computed already."""
    datasets = Datasets()
    datasets[EMBEDDED].know({about.year: _regional(about, mark, *both) for about, mark, *both in years})
    files = [read_claims(name) for name in names()]
    return Claims(tuple((one, check(one, datasets=datasets)) for one in files))


def _regional(about: About, mark: str, made: xr.DataArray, used: xr.DataArray) -> Regional:
    gap = (made - used).sum("sector").isel(stressor=0, drop=True).drop_vars("unit", errors="ignore")
    stressor = str(made.indexes["stressor"][0])
    return Regional(gap * units.factor(about.units[stressor], "Mt"), about.source, mark)
