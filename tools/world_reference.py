"""The embedded world's reference series: CO2, population, GDP, deflators and electricity by country and year.

Each number has its source, and is passed on as that writes it, electricity as the sum of its fuels. Two vintages of the
Global Carbon Budget overlap; both are kept, none is spliced: a reader of the series chooses
(``tanheng.data.reference.series``)."""

from __future__ import annotations

import gzip
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import iso3166
import numpy as np
import pandas as pd

YEARS = (1990, 2022)
OLD, NEW = "gcb-to-2018", "gcb-2004-2023"
SOURCES: dict[str, Any] = {
    NEW: {
        "title": "Our World in Data, CO2 and greenhouse gas emissions, data 2004-2023: Global Carbon Budget",
        "file": "reference/owid_gcb_2004-2023.csv.gz",
        "licence": "CC BY 4.0",
    },
    OLD: {
        "title": "Our World in Data, CO2 and greenhouse gas emissions, data to 2018: Global Carbon Budget, an earlier "
        "vintage (catalogued as 2020; consumption of countries ends in 2017)",
        "file": "reference/owid_gcb_to_2018.csv.gz",
        "licence": "CC BY 4.0",
    },
    "wb": {
        "title": "World Bank, World Development Indicators: SP.POP.TOTL, NY.GDP.MKTP.CD",
        "file": "reference/wb_population.csv, reference/wb_gdp_current_usd.csv",
        "licence": "CC BY 4.0; compilation PDDL",
    },
    "gapminder": {
        "title": "Gapminder, total GDP, inflation-adjusted (World Bank, constant 2015 USD)",
        "file": "reference/gapminder_total_gdp_us_inflation_adjusted.csv",
        "licence": "CC BY 4.0",
    },
    "un": {
        "title": "UN Statistics Division, National Accounts Main Aggregates: implicit price deflators in USD",
        "file": "deflators/unsd_snaAma_GDP_ImplicitPriceDeflator_USD.txt",
        "licence": "United Nations terms of use: free with attribution",
    },
    "ember": {
        "title": "Ember, yearly electricity data: generation by country and fuel",
        "file": "electricity/ember_generation_twh_iso3_2000-2025.csv",
        "licence": "CC BY 4.0",
    },
}
SERIES: dict[str, Any] = {
    "territorial_co2": {"unit": "Mt CO2", "what": "fossil CO2 by territory, without international bunkers or land use"},
    "consumption_co2": {"unit": "Mt CO2", "what": "territorial_co2 less CO2 embodied in exports plus that in imports"},
    "population": {"unit": "persons", "what": "mid-year; World Bank, and where it has none, Our World in Data"},
    "gdp_current": {"unit": "USD", "what": "gross domestic product, current prices, current exchange rates"},
    "gdp_constant": {"unit": "USD", "what": "gross domestic product, constant 2015 prices and exchange rates"},
    "deflator": {
        "unit": "1",
        "what": "implicit price deflator of GDP in USD, 2010 = 100 (prices and exchange rates together), to 2016; "
        "the column titles of the source name 2005, its numbers have 2010",
    },
    "electricity": {"unit": "TWh", "what": "generation, from 2000: the sum of the fuels that the source gives"},
}
NOTES = [
    "region is an ISO 3166-1 alpha-3 code (XKX: Kosovo); aggregates, bunkers and states that ended (ANT) are left out",
    "a number that a source does not give is absent, never zero: no GDP and no deflator of Taiwan (TWN)",
    "the deflators of mainland Tanzania and of Zanzibar are left out, there being none for Tanzania",
]

# Names without a code in the older vintage (a second Macao there, without a code, is left out).
NAMES = {
    "Reunion": "REU", "Micronesia": "FSM", "Kosovo": "XKX",
}  # fmt: skip
UN_NAMES = {
    "Bolivia (Plurinational State of)": "BOL", "British Virgin Islands": "VGB", "China, Hong Kong SAR": "HKG",
    "China, Macao Special Administrative Region": "MAC", "China, People's Republic of": "CHN", "Czech Republic": "CZE",
    "Democratic People's Republic of Korea": "PRK", "Democratic Republic of the Congo": "COD", "Kosovo": "XKX",
    "Micronesia (Federated States of)": "FSM", "Nauru": "NRU", "Republic of Korea": "KOR", "Republic of Moldova": "MDA",
    "State of Palestine": "PSE", "Swaziland": "SWZ", "The former Yugoslav Republic of Macedonia": "MKD",
    "Turkey": "TUR", "United States": "USA", "Venezuela (Bolivarian Republic of)": "VEN",
}  # fmt: skip
UN_LEFT_OUT = {
    "Africa", "Americas", "Asia", "Australia and New Zealand", "Caribbean", "Central America", "Central Asia",
    "Eastern Africa", "Eastern Asia", "Eastern Europe", "Europe", "Latin America and the Caribbean", "Melanesia",
    "Micronesia", "Middle Africa", "Northern Africa", "Northern America", "Northern Europe", "Oceania", "Polynesia",
    "South America", "South-Eastern Asia", "Southern Africa", "Southern Asia", "Southern Europe", "Sub-Saharan Africa",
    "Western Africa", "Western Asia", "Western Europe", "World", "#Source : United Nations",
    "United Republic of Tanzania: Mainland", "United Republic of Tanzania: Zanzibar",
}  # fmt: skip
GAPMINDER_CODES = {"KOS": "XKX", "NLD_CURACAO": "CUW", "GBM": "IMN"}

COLUMNS = ["series", "region", "year", "value", "source"]


def compile_reference(shared: Path) -> tuple[bytes, dict[str, Any]]:
    """reference.csv.gz, and what reference.toml says about it."""
    wb = world_bank(shared)
    owid = pd.concat([carbon(shared, NEW), carbon(shared, OLD)])
    co2 = owid[owid["series"] != "population"]
    people = owid[(owid["series"] == "population") & ~owid["region"].isin(wb["region"])]
    people = people.drop_duplicates(["series", "region", "year"])  # the newer vintage first
    frame = pd.concat([co2, people, wb, constant_gdp(shared), deflators(shared), electricity(shared)])[COLUMNS]
    frame = frame[frame["value"].notna() & frame["region"].isin(set(iso3166.countries_by_alpha3))]
    frame = frame[frame["year"].between(*YEARS)].sort_values(["series", "region", "year", "source"])
    if frame.duplicated(["series", "region", "year", "source"]).any():
        raise SystemExit("reference: a number is given twice")
    text = frame.to_csv(index=False, lineterminator="\n").encode()
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(text)
    about = {
        "title": "Reference series by country and year",
        "columns": COLUMNS,
        "notes": NOTES,
        "vintages": agreement(co2),
        "series": SERIES,
        "sources": SOURCES,
    }
    return packed.getvalue(), about


def carbon(shared: Path, vintage: str) -> pd.DataFrame:
    """CO2 and population of one vintage of the Global Carbon Budget, values as text."""
    options = {"sep": ";"} if vintage == NEW else {}
    frame = pd.read_csv(shared / SOURCES[vintage]["file"], dtype=str, **options)
    code = frame["iso_code" if vintage == NEW else "a3"]
    frame["region"] = code.where(code.str.fullmatch("[A-Z]{3}").eq(True), frame["country"].map(NAMES))
    frame = frame.rename(columns={"co2": "territorial_co2"})
    wanted = ["territorial_co2", "consumption_co2", "population"]
    long = frame.melt(["region", "year"], wanted, "series", "value")
    return long.assign(year=long["year"].astype(int), source=vintage)


def world_bank(shared: Path) -> pd.DataFrame:
    """Population and current GDP."""
    parts = []
    for series, name in (("population", "wb_population"), ("gdp_current", "wb_gdp_current_usd")):
        frame = pd.read_csv(shared / f"reference/{name}.csv", dtype={"Value": str})
        frame = frame.rename(columns={"Country Code": "region", "Year": "year", "Value": "value"})
        parts.append(frame[["region", "year", "value"]].assign(series=series, source="wb"))
    return pd.concat(parts)


def constant_gdp(shared: Path) -> pd.DataFrame:
    """GDP in constant 2015 USD."""
    frame = pd.read_csv(shared / SOURCES["gapminder"]["file"], dtype={"total_gdp_us_inflation_adjusted": str})
    frame = frame.set_axis(["region", "year", "value"], axis=1)
    codes = frame["region"].str.upper()
    return frame.assign(region=codes.replace(GAPMINDER_CODES), series="gdp_constant", source="gapminder")


def deflators(shared: Path) -> pd.DataFrame:
    """USD deflators of GDP, 2010 = 100. Raises SystemExit for a name that no list knows."""
    path = shared / SOURCES["un"]["file"]
    frame = pd.read_csv(path, sep="\t", encoding="latin-1", dtype={"Implicit Price Deflator": str})
    frame = frame.rename(columns={"Country or area": "name", "Year": "year", "Implicit Price Deflator": "value"})
    frame = frame[frame["year"].notna() & ~frame["name"].isin(UN_LEFT_OUT)]
    known = {one.name: one.alpha3 for one in iso3166.countries}
    known |= {one.apolitical_name: one.alpha3 for one in iso3166.countries} | UN_NAMES
    unknown = sorted(set(frame["name"]) - set(known))
    if unknown:
        raise SystemExit(f"deflators: no ISO code is known for {', '.join(unknown)}; add it to UN_NAMES or UN_LEFT_OUT")
    year = frame["year"].astype(int)
    return frame.assign(region=frame["name"].map(known), year=year, series="deflator", source="un")


def electricity(shared: Path) -> pd.DataFrame:
    """Generation of all fuels, TWh: sums of decimals, exact. A fuel without a number adds nothing."""
    frame = pd.read_csv(shared / SOURCES["ember"]["file"], converters={"Value": Decimal})
    sums = frame.groupby(["ISO3", "Year"])["Value"].sum().reset_index().set_axis(["region", "year", "value"], axis=1)
    return sums.assign(value=sums["value"].map(str), series="electricity", source="ember")


def agreement(co2: pd.DataFrame) -> dict[str, Any]:
    """How far the older vintage lies from the newer where they overlap: countries of 50 Mt and more, and their sum."""
    wide = co2.assign(value=co2["value"].astype(float)).pivot_table(
        index=["series", "region", "year"], columns="source", values="value"
    )
    found: dict[str, Any] = {}
    for series, both in wide.dropna().groupby(level="series"):
        large = both[both[NEW] >= 50]
        off = (large[OLD] / large[NEW] - 1).abs()
        sums = both.groupby(level="year").sum()
        years = sums.index
        found[str(series)] = {
            "years": f"{years.min()}-{years.max()}",
            "median": round(float(off.median()), 4),
            "percentile_95": round(float(np.percentile(off, 95)), 4),
            "sum_of_countries": round(float((sums[OLD] / sums[NEW] - 1).abs().max()), 4),
        }
    return found
