"""Compile the tables of the embedded products, src/tanheng/data/products/, from the public sources: the same bytes
every time.

    python tools/build_products.py [--shared DIR] [--out DIR]

What the folder of sources does not hold is entered by hand in tools/products/; README.md there says from where.
``python tools/build_world.py`` calls this as well. The files product.toml are written by hand.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import photovoltaic_tables
from product_csv import OWN, text
from tanheng.data.inventories.product_file import EMBEDDED

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
OUT = EMBEDDED.parent

# Life-cycle factors of generation, g CO2e per kWh: medians of IPCC AR5 (2014), Working Group III, annex III, as Ember
# used them until 2023 (PV_ICE, baseline_electricityemissionfactors.csv, column ember, has the same).
FUELS = {
    "Bioenergy": 230, "Coal": 820, "Gas": 490, "Hydro": 24, "Nuclear": 12, "Other Fossil": 700, "Other Renewables": 38,
    "Solar": 48, "Wind": 11,
}  # fmt: skip
EU27 = "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK SVN SWE"
WORLD, EUROPE = "WLD", "EU27"
LAST_WORLD = 2024  # of 2025 fewer than half of the countries are there
OWID = {"OWID_KOS": "XKX", "OWID_WRL": WORLD}

LEVELS = ("Level 1", "Level 2", "Level 3", "Level 4", "Column Text")
FREIGHT = {  # rows of the conversion factors, per tonne and kilometre
    "sea": ("Freighting goods", "Cargo ship", "Container ship", "Average", ""),
    "sea upstream": ("WTT- delivery vehs & freight", "WTT- cargo ship", "Container ship", "Average", ""),
    "rail": ("Freighting goods", "Rail", "Freight train", "", ""),
    "rail upstream": ("WTT- delivery vehs & freight", "WTT- rail", "Freight train", "", ""),
    "road": ("Freighting goods", "HGV (all diesel)", "Articulated (>33t)", "", "Average laden"),
    "road upstream": (
        "WTT- delivery vehs & freight", "WTT- HGV (all diesel)", "Articulated (>33t)", "", "Average laden",
    ),
}  # fmt: skip


def grid(shared: Path) -> pd.Series:
    """kg CO2e per kWh by region and year: Our World in Data's series where it has a value, else generation by fuel.

    Both rest on the same factors by fuel. Ember's own latest figures do not (China 2024: 557 against 509 g per kWh): a
    series joined of the two would jump, so they are left out.
    """
    published = pd.read_csv(shared / "electricity/owid_ember_carbon_intensity_country_2000-2022.csv")
    published.columns = ["name", "region", "year", "value"]
    published = published.dropna(subset=["region"]).replace({"region": OWID})
    series = published.set_index(["region", "year"])["value"].astype(float)
    known = series[series > 0]  # it rounds the factor of small and clean generation to zero
    return known.combine_first(by_fuel(shared)).sort_index() / 1000


def by_fuel(shared: Path) -> pd.Series:
    """g CO2e per kWh by region and year from Ember's generation by fuel; the European Union and the world are sums."""
    path = shared / "electricity/ember_generation_twh_iso3_2000-2025.csv"
    rows = pd.read_csv(path, keep_default_na=False).rename(columns={"ISO3": "region", "Year": "year"})
    made = rows.pivot_table(index=["region", "year"], columns="Variable", values="Value", aggfunc="sum")
    unknown = set(made.columns) ^ set(FUELS)
    if unknown:
        raise SystemExit(f"{path.name}: fuels are not those expected: {', '.join(sorted(unknown))}")
    known = made.index.get_level_values("year") <= LAST_WORLD
    world = made[known].groupby("year").sum()
    europe = made[made.index.get_level_values("region").isin(EU27.split())].groupby("year").sum()
    sums = {WORLD: world, EUROPE: europe}
    made = pd.concat([made, pd.concat(sums, names=["region", "year"])])
    total = made.sum(axis=1)
    return ((made * pd.Series(FUELS)).sum(axis=1) / total)[total > 0]


def groups() -> Iterator[tuple[str, str]]:
    """Region and group, sorted by region; ~ stands for a blank in the list."""
    with (OWN / "groups.csv").open(encoding="utf-8", newline="") as file:
        found = {
            region.replace("~", " "): row["group"] for row in csv.DictReader(file) for region in row["regions"].split()
        }
    yield from sorted(found.items())


def distance() -> Iterator[tuple[str, str, str, str]]:
    """Origin, destination or its group, mode, km: from Shanghai."""
    with (OWN / "distance.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for mode in ("sea", "rail", "road"):
                yield "CHN", row["to_region"], mode, row[mode]


def freight(shared: Path) -> Iterator[tuple[str, str]]:
    """kg CO2e per tonne and kilometre by mode, of the vehicle and of what lies upstream of its fuel."""
    found: dict[tuple[str, ...], list[str]] = {}
    for path in ("category_freighting_goods.csv", "category_wtt_delivery_vehs_&_freight.csv"):
        with (shared / "transport" / path).open(encoding="latin-1", newline="") as file:
            for row in csv.DictReader(file):
                if (row["UOM"], row["GHG/Unit"]) == ("tonne.km", "kg CO2e"):
                    found.setdefault(tuple(row[level] for level in LEVELS), []).append(
                        row["GHG Conversion Factor 2025"]
                    )
    for name, wanted in FREIGHT.items():
        values = found.get(wanted, [])
        if len(values) != 1:
            raise SystemExit(f"conversion factors: {name} is there {len(values)} times")
        yield name, f"{float(values[0]):g}"


def compile_products(shared: Path) -> dict[str, bytes]:
    """Every compiled file by its name below the folder of products."""
    factors = [(region, year, f"{value:.5g}") for (region, year), value in grid(shared).items()]
    files = {
        "tables/grid.csv": text(("region", "year", "value"), factors),
        "tables/groups.csv": text(("region", "group"), groups()),
        "tables/distance.csv": text(("region", "to_region", "key", "value"), distance()),
        "tables/freight.csv": text(("key", "value"), freight(shared)),
    }
    own = photovoltaic_tables.compile_tables(shared)
    return files | {f"photovoltaics/{name}": content for name, content in own.items()}


def write(files: dict[str, bytes], folder: Path) -> None:
    """Each file into its folder."""
    for name, content in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def compile_into(shared: Path, folder: Path) -> None:
    """Compile, write, say how large."""
    files = compile_products(shared)
    write(files, folder)
    print(f"{folder}: {len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB")


def main() -> None:
    """Parse, compile, write, say how large."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of public sources (../shared/data)")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder to write (src/tanheng/data/products)")
    asked = parser.parse_args()
    if not (asked.shared / "pv").is_dir():
        raise SystemExit(f"{asked.shared}: there is no folder pv; name the folder of sources with --shared")
    compile_into(asked.shared, asked.out)


if __name__ == "__main__":
    main()
