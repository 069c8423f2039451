"""GLORIA's files, made at their layout: two regions of two sectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xlsxwriter

# One region of two sectors is the worked example of Miller and Blair, ch. 5 (supply, use, demand, value added), in
# thousands, so that it is read in its own numbers; the other region is small and diagonal.
SUPPLY = {"AUS": [[90, 0], [10, 100]], "AUT": [[20, 0], [0, 30]]}
USE = {"AUS": [[12, 8], [10, 7]], "AUT": [[3, 2], [1, 4]]}  # products by industries, all at home
Y = {"AUS": [70, 83], "AUT": [15, 25]}  # at home; Austria buys 10 of Australia's first product
VALUE = {"AUS": [68, 95], "AUT": [16, 24]}
CO2 = {"AUS": [9, 11], "AUT": [2, 3]}
REGIONS, SECTORS = ("AUS", "AUT"), ("Wheat", "Coal")
ACCOUNTS = [
    ("Emissions (EDGAR)", "'co2_total_EDGAR_consistent'", "kilotonnes"),
    ("Emissions (EDGAR)", "'co2_1A1_EDGAR_consistent'", "kilotonnes"),
    ("Land use", "Annual crops", "1000 ha"),
    ("Biodiversity loss", "Annual crops", "PDF.ha"),
]


def square(diagonal: bool = False) -> np.ndarray:
    T = np.zeros((2, 2, 2, 2, 2, 2))  # region, industry or product, sector, and the same
    for at, region in enumerate(REGIONS):
        supply = np.array(SUPPLY[region], float)
        T[at, 0, :, at, 1] = np.diag(supply.sum(axis=0)) if diagonal else supply
        T[at, 1, :, at, 0] = USE[region]
    return T.reshape(8, 8) * 1000


def final() -> np.ndarray:
    out = np.zeros((2, 2, 2, 2, 2))  # region, industry or product, sector, region, demand category
    for at, region in enumerate(REGIONS):
        out[at, 1, :, at, 0] = Y[region]
    out[0, 1, 0, 1, 1] = 10
    return out.reshape(8, 4) * 1000


def inputs() -> np.ndarray:
    out = np.zeros((2, 1, 2, 2, 2))
    for at, region in enumerate(REGIONS):
        out[at, 0, at, 0] = VALUE[region]
    return out.reshape(2, 8) * 1000


def satellites() -> tuple[np.ndarray, np.ndarray]:
    TQ, YQ = np.zeros((4, 2, 2, 2)), np.zeros((4, 2, 2))
    for at, region in enumerate(REGIONS):
        TQ[0, at, 0] = TQ[1, at, 0] = CO2[region]
        TQ[2, at, 0], TQ[3, at, 0] = [4, 0], [7, 7]
        YQ[0, at, 0] = 5
    return TQ.reshape(4, 8), YQ.reshape(4, 4)


def workbook(
    path: Path, accounts_: list[tuple[str, str, str]] | None = None, sectors: tuple[str, str] = SECTORS
) -> None:
    sheets = {
        "Regions": [("Lfd_Nr", "Region_acronyms", "Region_names"), (1, "AUS", "Australia"), (2, "AUT", "Austria")],
        "Sectors": [("Lfd_Nr", "Sector_names"), *enumerate(sectors, start=1)],
        "Value added and final demand": [
            ("Lfd_Nr", "Value_added_names", "Final_demand_names"),
            (1, "Compensation of employees D.1", "Household final consumption P.3h"),
            (2, "", "Changes in inventories P.52"),
        ],
        "Satellites": [("Lfd_Nr", "Sat_head_indicator", "Sat_indicator", "Sat_unit")]
        + [(at, *row) for at, row in enumerate(ACCOUNTS if accounts_ is None else accounts_, start=1)],
    }
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()


def csv(numbers: np.ndarray) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in numbers.tolist())


def contents(*, diagonal: bool = False, year: int = 2022, edition: str = "059", sectors: int = 120) -> dict[str, str]:
    TQ, YQ = satellites()
    files = {"T": square(diagonal), "Y": final(), "V": inputs(), "TQ": TQ, "YQ": YQ}
    stem = f"20240110_{sectors}secMother_AllCountries_002_"
    return {
        f"{stem}{part}-Results_{year}_{edition}_Markup001(full).csv": csv(numbers) for part, numbers in files.items()
    }


def folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    workbook(path / "GLORIA_ReadMe_059.xlsx")
    return path
