"""How far the embedded world's accounts lie from the full source's, by country and year; writes docs/embedded-world.md.

    python tools/world_accuracy.py [--shared DIR] [--out FILE]

A table joined before it is inverted is not inverted and then joined (aggregation bias): so the difference is published.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import xarray as xr

from build_world import DONE, ROOT, SHARED, YEARS, full_table
from tanheng.accounts import consumption, production
from tanheng.accounts.regions import INDUSTRY
from tanheng.data import archive, reference
from tanheng.data.readers import world
from tanheng.labels import region_name

PAGE = ROOT / "docs" / "embedded-world.md"
BOUND_MEDIAN, BOUND_WORST = 0.004, 0.033  # what the embedded world promises; tests hold it to them


def differences(shared: Path, years: Iterable[int] = YEARS) -> pd.DataFrame:
    """Consumption-based CO2 of the full and of the embedded tables, by region and year.

    Columns: region, year, production, full, embedded (kt CO2); and embedded / full - 1 as off, as embodied_off without
    the direct emissions of households (which both have alike), and as production_off for the production-based
    account."""
    rows = []
    for year in years:
        full, small = full_table(shared, year), world.read(archive.open(world.FOLDER), year)
        made = [_by_region(production(table)) for table in (full, small)]
        used = [_by_region(consumption(table)) for table in (full, small)]
        parts = [consumption(table, "region,component").sel(component=INDUSTRY) for table in (full, small)]
        embodied = [_by_region(part) for part in parts]
        frame = pd.DataFrame({"production": made[0], "full": used[0], "embedded": used[1]})
        for name, (one, other) in (("off", used), ("embodied_off", embodied), ("production_off", made)):
            frame[name] = other / one - 1
        rows.append(frame.rename_axis("region").reset_index().assign(year=year))
    return pd.concat(rows, ignore_index=True)


def _by_region(account: xr.DataArray) -> pd.Series:
    return account.isel(stressor=0).to_pandas()


def by_year(found: pd.DataFrame) -> pd.DataFrame:
    """Median, 95th percentile and worst |off| by year, with the region of the worst."""
    size = found["off"].abs()
    grouped = size.groupby(found["year"])
    worst = found.loc[grouped.idxmax(), "region"].to_numpy()
    table = pd.DataFrame({"median": grouped.median(), "p95": grouped.quantile(0.95), "worst": grouped.max()})
    return table.assign(region=worst).reset_index()


def by_region(found: pd.DataFrame) -> pd.DataFrame:
    """Median and worst |off| of each region over the years, the year of the worst and its sign; the worst region
    first."""
    size = found["off"].abs()
    worst = found.loc[size.groupby(found["region"]).idxmax(), ["region", "year", "off"]].set_index("region")
    table = worst.assign(median=size.groupby(found["region"]).median())
    return table.sort_values("off", key=abs, ascending=False).reset_index()


def balance(found: pd.DataFrame, region: str) -> pd.DataFrame:
    """Production less consumption of a region by year, full and embedded, kt CO2."""
    here = found[found["region"] == region]
    return here.assign(full=here["production"] - here["full"], embedded=here["production"] - here["embedded"])


def page(found: pd.DataFrame) -> str:
    """The page of documentation, in Markdown."""
    size, alone = found["off"].abs(), found["embodied_off"].abs()
    worst = found.loc[size.nlargest(10).index]
    about, series = world.manifest(world.FOLDER), reference.about()
    megabytes = sum(path.stat().st_size for path in world.FOLDER.iterdir()) / 1e6
    return PROSE.format(
        megabytes=megabytes,
        source=about.table["source"],
        done="\n".join(f"* {line}" for line in DONE),
        series=_rows((f"`{k}`", v["unit"], v["what"]) for k, v in series["series"].items()),
        sources=_rows((f"`{k}`", v["title"], v["licence"]) for k, v in series["sources"].items()),
        notes="\n".join(f"* {line}" for line in series["notes"]),
        vintages=_rows(
            (f"`{k}`", v["years"], *(_percent(v[name]) for name in ("median", "percentile_95", "sum_of_countries")))
            for k, v in series["vintages"].items()
        ),
        cells=len(found),
        median=_percent(size.median()),
        p95=_percent(size.quantile(0.95)),
        worst=_percent(size.max()),
        embodied_median=_percent(alone.median()),
        embodied_p95=_percent(alone.quantile(0.95)),
        embodied_worst=_percent(alone.max()),
        bound_median=_percent(BOUND_MEDIAN, 1),
        bound_worst=_percent(BOUND_WORST, 1),
        years=_rows(
            (row.year, _percent(row.median), _percent(row.p95), f"{_percent(row.worst)} ({row.region})")
            for row in by_year(found).itertuples()
        ),
        ten=_rows(
            (_name(row.region), row.year, _mt(row.full), _mt(row.embedded), _percent(row.off, sign="+"))
            for row in worst.itertuples()
        ),
        china=_rows(
            (row.year, _mt(row.full), _mt(row.embedded), _percent(row.embedded / row.full - 1, sign="+"))
            for row in balance(found, "CHN").itertuples()
        ),
        regions=_rows(
            (_name(row.region), _percent(row.median), _percent(row.off, sign="+"), row.year)
            for row in by_region(found).itertuples()
        ),
    )


def _percent(share: float, digits: int = 2, sign: str = "") -> str:
    return f"{100 * share:{sign}.{digits}f} %"


def _mt(kt: float) -> str:
    return f"{kt / 1e3:,.2f}"


def _rows(rows: Iterable[tuple[object, ...]]) -> str:
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def _name(region: str) -> str:
    return f"{region_name(region, 'en')} ({region})"


PROSE = """# The embedded world

<!-- Written by tools/world_accuracy.py; change it there. -->

Tanheng carries a small world of its own, so that it answers without a download: {megabytes:.1f} MB in
`src/tanheng/data/world/`, compiled from public sources by `tools/build_world.py`, the same bytes every time.
`about.toml` and `reference.toml` stand beside the numbers with the sources, the licences, what was done, and the
SHA-256 of every file, which is checked on reading.

## The tables

One table a year, 1995 to 2009: 41 regions (40 countries and the rest of the world), 23 sectors, 5 categories of final
demand, in million USD at current basic prices; CO2 in kt, on the residence principle, of sectors and of households.

Source: {source}. Licence: CC BY 4.0.

What was done to the source:

{done}

## The reference series

`tanheng.data.reference` gives them by country and year, 1990 to 2022; every number names its source.

| series | unit | what |
| --- | --- | --- |
{series}

| source | title | licence |
| --- | --- | --- |
{sources}

{notes}

The CO2 series exist in two vintages, both of which are kept. They are not the same numbers: where they overlap, the
older lies from the newer, for countries of 50 Mt and more, by

| series | years | median | 95th percentile | sum of countries, at most |
| --- | --- | --- | --- | --- |
{vintages}

A series asked for without a source takes the newest number there is, so it changes vintage between 2003 and 2004; the
coordinate `source` shows it. `source="gcb-to-2018"` gives a series of one piece. Both are territorial; the tables above
count by residence. Do not compare levels of the one with levels of the other without the residence bridge.

## How far 23 sectors lie from 35

Joining sectors before the table is solved is not the same as solving and joining afterwards. Production-based accounts
do not change (but for rounding, below 1e-14). Consumption-based accounts do, in {cells}
pairs of region and year, by **{median} in the median, {p95} at the 95th percentile and {worst} at worst**; of the
embodied emissions alone, without the direct emissions of households, by {embodied_median}, {embodied_p95} and
{embodied_worst}. A test holds both to {bound_median} in the median and {bound_worst} at worst.

| year | median | 95th percentile | worst (region) |
| --- | --- | --- | --- |
{years}

The ten that differ most, embedded against full, Mt CO2:

| region | year | full | embedded | difference |
| --- | --- | --- | --- | --- |
{ten}

A small difference of an account is a larger one of a balance. China's production less its consumption, Mt CO2:

| year | full | embedded | difference |
| --- | --- | --- | --- |
{china}

By region, over all years:

| region | median | largest | in |
| --- | --- | --- | --- |
{regions}

For numbers finer than this, read the full tables of the source.
"""


def main() -> None:
    """Parse, compare, write, say how far."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of public sources (../shared/data)")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page to write (docs/embedded-world.md)")
    asked = parser.parse_args()
    if not (asked.shared / "wiod2013").is_dir():
        raise SystemExit(f"{asked.shared}: there is no folder wiod2013; name the folder of sources with --shared")
    found = differences(asked.shared)
    part = asked.out.with_name(f".{asked.out.name}.part")
    part.write_text(page(found), encoding="utf-8")
    os.replace(part, asked.out)
    size = found["off"].abs()
    print(f"{asked.out}: median {_percent(size.median())}, worst {_percent(size.max())}")


if __name__ == "__main__":
    main()
