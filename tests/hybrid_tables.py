"""EXIOBASE's hybrid supply-use tables, made at their layout."""

from __future__ import annotations

import io

import numpy as np
import xlsxwriter
from exiobase_tables import folder

from tanheng.data import archive

REGIONS, PRODUCTS, ACTIVITIES = (
    ("CN", "WF"),
    (("Paddy rice", "tonnes"), ("Electricity, by coal", "TJ"), ("Trade", "Meuro")),
    ("Farming", "Power"),
)
ROWS = [(region, *product) for region in REGIONS for product in PRODUCTS]
INDUSTRIES = [(region, activity) for region in REGIONS for activity in ACTIVITIES]
USES = [(region, use) for region in REGIONS for use in ("households", "inventories")]
SUPPLY = np.array([[9.0, 0, 0, 0], [1, 8, 0, 0], [0, 2, 0, 0], [0, 0, 7, 0], [0, 0, 0, 6], [0, 0, 3, 1]])
USE = np.arange(24.0).reshape(6, 4)
Y = np.arange(24.0).reshape(6, 4) / 8 - 1
EMISSIONS = {("Carbon dioxide, fossil", "tonnes", "air"): [1.0, 2, 3, 4], ("Methane", "tonnes", "air"): [5.0, 6, 7, 8]}
LAND = {("Arable land", "km2"): [4.0, 3, 2, 1]}


def csv(values, columns):
    """Four header rows: region, name and two codes; five columns before the numbers, the last of them the unit."""
    heads = [[region, name, f"A_{at}", f"i{at}"] for at, (region, name) in enumerate(columns)]
    lines = [",,,,," + ",".join(f'"{head[row]}"' for head in heads) for row in range(4)]
    for (region, product, unit), numbers in zip(ROWS, values, strict=True):
        lines.append(f'{region},"{product}",C_X,p01,{unit},' + ",".join(map(repr, numbers.tolist())))
    return "\n".join(lines) + "\n"


def workbook(sheets):
    """A workbook of sheets, each (columns, rows by their labels)."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, (columns, rows) in sheets.items():
            sheet, index = book.add_worksheet(name), len(next(iter(rows)))
            for at, (region, label) in enumerate(columns, start=index):
                for row, text in enumerate((region, label, "A_X", "i01")):
                    sheet.write_string(row, at, text)
            for row, (labels, numbers) in enumerate(rows.items(), start=4):
                for at, cell in enumerate((*labels, *numbers)):
                    sheet.write(row, at, cell)
    return content.getvalue()


def place(path, change=lambda files: files, sheets=None):
    direct = {name: [0.5, 0, 0.25, 0] for name in EMISSIONS}
    known = {
        "Emiss_act": (INDUSTRIES, EMISSIONS),
        "Emiss_FD": (USES, direct),
        "resource_act": (INDUSTRIES, {("Coal", "tonnes"): [0.0, 9, 0, 8]}),
        "resource_FD": (USES, {("Coal", "tonnes"): [0.0, 0, 0, 0]}),
        "Land_act": (INDUSTRIES, LAND),
        "Land_FD": (USES, {name: [0.0, 0, 0, 0] for name in LAND}),
    }
    files = {
        "MR_HSUP_2011_v3_3_18.csv": csv(SUPPLY, INDUSTRIES),
        "MR_HUSE_2011_v3_3_18.csv": csv(USE, INDUSTRIES),
        "MR_HSUTs_2011_v3_3_18_FD.csv": csv(Y, USES),
    }
    folder(path, change(files))
    (path / "MR_HSUTs_2011_v3_3_18_extensions.xlsx").write_bytes(workbook(known | (sheets or {})))
    return archive.open(path)
