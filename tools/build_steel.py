"""Compile the embedded steel case, src/tanheng/data/products/steel/, from the EU's default values and published totals.

    python tools/build_steel.py [--shared DIR] [--out DIR]

The same bytes every time. Factors are by code of the Harmonized System: those of six digits under CBAM, and those of
four that have a value of their own in the list.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from build_cbam import OTHER, ROOT, SHARED, Row, benchmarks, defaults, write
from product_csv import text

OUT = ROOT / "src" / "tanheng" / "data" / "products"
FALLBACK = "fallback: other countries and territories"
WORLD = "fallback: world average"
HEAD = ("product", "origin", "stage", "stressor", "value", "unit", "basis", "source", "year")

# World Steel Association, Sustainability Indicators: t CO2 per t of crude steel cast. Reports of 2021 (2018 to 2020,
# blast furnace and scrap routes alone), 2022 (2021, for the first time with direct reduction) and 2024 (2023).
AVERAGE = {2018: "1.81", 2019: "1.85", 2020: "1.89", 2021: "1.91", 2023: "1.92"}
ROUTES = {"steel, blast furnace": "2.32", "steel, direct reduction": "1.43", "steel, scrap": "0.70"}  # 2023

# General Administration of Customs of China, finished steel products (钢材) in 2021, Mt: 66.895 and 14.268.
TRADE = [(2021, "steel", "CHN", "ROW", "66.9", "Mt"), (2021, "steel", "ROW", "CHN", "14.3", "Mt")]

Line = tuple[str, ...]


def factors(shared: Path) -> list[Line]:
    """Rows of the factors: world averages first, then the default values by code, origin and kind of emission."""
    worldsteel = "worldsteel"
    rows = [
        ("steel", OTHER, "production", "CO2", _kg(value), "t", WORLD, worldsteel, str(year))
        for year, value in AVERAGE.items()
    ]
    rows += [
        (name, OTHER, "production", "CO2", _kg(value), "t", WORLD, f"{worldsteel} 2023", "")
        for name, value in ROUTES.items()
    ]
    return rows + sorted(_default_rows(shared))


def _default_rows(shared: Path) -> Iterator[Line]:
    valued = [row for row in defaults(shared) if row.sector == "iron and steel" and row.total]
    listed = {row.cn for row in valued}
    own = {(row.origin, row.cn): row for row in valued}
    products = {cn: [cn] for cn in listed if len(cn) == 4}
    for cn, *_ in benchmarks(shared):
        good = max((one for one in listed if cn.startswith(one)), key=len, default="")
        if good and good not in products.setdefault(cn[:6], []):
            products[cn[:6]].append(good)
    for product, goods in products.items():
        for origin in sorted({row.origin for row in valued}):
            them = [own[origin, good] for good in goods if (origin, good) in own]
            if them:
                yield from _lines(product, origin, them, len(goods))


def _lines(product: str, origin: str, rows: list[Row], of: int) -> Iterator[Line]:
    """The mean of the goods that a code stands for, direct and indirect emissions apart."""
    values: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        values["CO2e direct"].append(Decimal(row.direct))
        if row.indirect:
            values["CO2e indirect"].append(Decimal(row.indirect))
    several = f"mean of {len(rows)} of {of} codes" if of > 1 and len({row.direct for row in rows}) > 1 else ""
    basis = FALLBACK if origin == OTHER else several
    routes = "".join(sorted({row.route for row in rows}))
    for stressor, them in values.items():
        mean = str(sum(them) / len(them))
        yield product, origin, "production", stressor, _kg(mean), "t", basis, f"cbam {routes}".strip(), ""


def _kg(tonnes: str) -> str:
    """kg per t of t per t, without needless zeros."""
    return f"{(Decimal(tonnes) * 1000).quantize(Decimal('0.001')).normalize():f}"


def compile_steel(shared: Path) -> dict[str, bytes]:
    """factors.csv and trade.csv."""
    head = ("year", "product", "origin", "destination", "quantity", "unit")
    return {"factors.csv": text(HEAD, factors(shared)), "trade.csv": text(head, TRADE)}


def build(shared: Path = SHARED, out: Path = OUT) -> None:
    """Compile and write into the folder steel of ``out``."""
    write(compile_steel(shared), out / "steel")


def main() -> None:
    """Parse, compile, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of public sources (../shared/data)")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder of products (src/tanheng/data/products)")
    asked = parser.parse_args()
    build(asked.shared, asked.out)


if __name__ == "__main__":
    main()
