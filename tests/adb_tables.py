"""ADB's workbooks, made at their layout (header in rows 5 to 7, numbers from E8): three economies, two sectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from wiod_tables import workbook as write

ECONOMIES, SECTORS, DEMAND = ("PRC", "GER", "RoW"), ("c1", "c2"), ("F1", "F2", "F3", "F4", "F5")
NAMES = {"c1": "Agriculture, hunting, forestry, and fishing", "c2": "Mining and quarrying"}
Z = np.arange(36.0).reshape(6, 6) + 1
Y = np.arange(90.0).reshape(6, 15) * 2
X = Z.sum(axis=1) + Y.sum(axis=1)
TAX, VALUE = 0.1 * X, 0.9 * X - Z.sum(axis=0)
ACROSS = [(r, c) for r in ECONOMIES for c in SECTORS] + [(r, c) for r in ECONOMIES for c in DEMAND]


def table_rows(title: str = "at current prices") -> list[list[object]]:
    """The sheet of a year."""
    total = [*ACROSS, ("ToT", "")]
    rows: list[list[object]] = [
        ["Multiregional Input-Output Table 2019"],
        [f"3 economies, {title} (industry by industry)"],
        ["In millions of US$"],
        [],
        ["", "", "", "", *(NAMES.get(code, code) for _, code in ACROSS), "TOTAL"],
        ["", "", "", "", *(region for region, _ in total)],
        ["", "", "", "", *(code for _, code in total)],
    ]
    for (region, code), z, y, x in zip(ACROSS[:6], Z, Y, X, strict=True):
        rows.append(["", NAMES[code], region, code, *z, *y, x])
    blank = [0.0] * 15
    for code, name, values, final in (
        ("r60", "Intermediate input total", Z.sum(axis=0), blank),
        ("r99", "Taxes less subsidies on products", TAX, [2.0] * 15),
        ("r64", "Value added at basic prices", VALUE, blank),
        ("r69", "TOTAL", X, blank),
    ):
        rows.append(["", name, "TOT", code, *values, *final, 0.0])
    return rows


def emission_rows(economies: tuple[str, ...] = ECONOMIES, unit: str = "Gg of CO2e") -> list[list[object]]:
    """The sheet of a year of the air emissions: two IPCC sectors, then the totals by substance."""
    across = [(r, c) for r in economies for c in SECTORS] + [(r, c) for r in economies for c in DEMAND]
    numbers = np.arange(1.0, len(across) + 1)
    rows: list[list[object]] = [
        ["Title:", "Environmentally-Extended Multiregional Input-Output Table (Air Emissions)"],
        ["Year:", 2019],
        ["Unit:", unit],
        [],
        [
            "Main IPCC Sector",
            "GHG Sector",
            "",
            *(NAMES.get(code, f"{code} of final demand") for _, code in across),
            "TOTAL",
        ],
        ["", "", "", *(region for region, _ in across)],
        ["", "", "", *(code for _, code in across)],
    ]
    for sector, gas, part in (
        ("Energy", "CO2", 0.75),
        ("", "CH4", 4.0),
        ("Waste", "CO2", 0.25),
        ("", "CH4", 6.0),
        ("Total by substance", "CO2", 1.0),
        ("", "CH4", 10.0),
        ("", "GHG", 11.0),
    ):
        rows.append([sector, gas, "", *(part * numbers), part * numbers.sum()])
    return rows


def folder_of(path: Path) -> Path:
    """A year with its air emissions."""
    legend: list[list[object]] = [["Code", "Country"], ["PRC", "People's Republic of China"]]
    write(path / "ADB-MRIO62-2019_Dec2022.xlsx", {"Legend": legend, "ADB MRIO 2019": table_rows()})
    write(path / "2019 EE-MRIOT (Air Emissions).xlsx", {"2019": emission_rows(), "Notes": [["made"]]})
    return path
