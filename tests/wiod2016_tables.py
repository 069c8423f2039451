"""WIOD 2016 at true layout: the workbook of a year, the R and Stata data as CSV, and CO2."""

import csv

from wiod_tables import BELOW, made, rows_of, workbook

REGIONS, SECTORS = ("AUS", "CHN", "ROW"), ("A01", "C10-C12", "U")
IDLE = 5  # industry U of CHN


def given():
    return made(REGIONS, SECTORS, idle=IDLE)


def table_file(folder, year=2014, change=None, name="WIOT{}_Nov16_ROW.xlsx", sheet=None):
    rows = rows_of(given(), year, 2016)
    if change:
        change(rows)
    return workbook(folder / name.format(year), {sheet or str(year): rows})


def csv_file(folder, prefix="", change=None):
    table = given()
    numbers = [f"{prefix}{region}{at}" for region in REGIONS for at in (1, 2, 3)]
    final = [f"{prefix}{region}{at}" for region in REGIONS for at in range(57, 62)]
    rows = [["IndustryCode", "IndustryDescription", "Country", "RNr", "Year", *numbers, *final, "TOT"]]
    for at, (region, sector) in enumerate(table.pairs):
        side = [sector, "Manufacture of food, beverages", region, at % 3 + 1, 2014]
        rows.append([*side, *table.Z[at], *table.Y[at], table.x[at]])
    taxes = {"TXSP": 1.0}
    value_added = table.x - table.Z.sum(axis=0) - 1
    blank = [0] * 16
    rows.append(["II_fob", "Total intermediate consumption", "TOT", 65, 2014, *table.Z.sum(axis=0), *blank])
    for at, (name, _, code) in enumerate(BELOW):
        values = value_added if code == "VA" else [taxes.get(code, 0)] * 9
        rows.append([code, name.strip(), "TOT", 66 + at, 2014, *values, *([3 if code == "TXSP" else 0] * 15), 0])
    rows.append(["GO", "Output at basic prices", "TOT", 73, 2014, *table.x, *blank])
    if change:
        change(rows)
    file = folder / "WIOT2014_October16_ROW.csv"
    with file.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return file


def co2_sheets(**changes):
    """As in CO2 emissions.xlsx: notes, sectors, then a sheet a region; RoW; years 2000 to 2016."""
    years = [str(year) for year in range(2000, 2017)]
    sheets = {"Notes": [["CO2 emissions (kt)"]], "Sector": [["A01", "Crops"]]}
    for at, region in enumerate(("AUS", "CHN", "RoW"), start=1):
        lines = [
            [code, *(at * factor * int(year) / 2000 for year in years)]
            for code, factor in (("A01", 1), ("C10-C12", 10))
        ]
        u_lines = ["U", *([""] * 17 if region == "CHN" else [0] * 17)]
        sheets[region] = [["", *years], *lines, u_lines, ["FC_HH", *([100 * at] * 17)]]
    return sheets | changes


def folder_of(path):
    """A year with its CO2."""
    table_file(path)
    workbook(path / "CO2 emissions.xlsx", co2_sheets())
    return path
