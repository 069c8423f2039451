"""FIGARO's files, made at their layout: the matrix, the flat file, supply and use, the emissions of all consumers."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np

REGIONS, INDUSTRIES = ("EL", "FIGW1"), ("A01", "C10T12")
FINAL, INPUTS = ("P3_S13", "P3_S14", "P51G"), ("D21X31", "OP_RES", "D1", "B2A3G")
Z = [[10, 2, 1, 0], [3, 20, 0, 4], [0, 5, 30, 6], [2, 0, 7, 40]]
Y = [[5, 50, 8, 0, 1, 0], [0, 30, -2, 0, 3, 0], [0, 4, 0, 6, 70, 9], [1, 0, 0, 0, 60, 10]]
V = [[1, 1, 2, 3], [0, 0, 0, 0], [40, 30, 50, 60], [20, 22, 40, 7]]
V_FINAL = [[2, 9, 1, 3, 8, 1], [0, 4, 0, 0, -4, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]]
CO2 = {("EL", "A01"): 10, ("EL", "C10T12"): 20, ("FIGW1", "A01"): 30, ("FIGW1", "C10T12"): 0}


def cells(codes: tuple[str, ...] = INDUSTRIES) -> tuple[list[tuple[str, str]], list[tuple[str, str]], np.ndarray]:
    rows = [*product(REGIONS, codes), *(("W2", name) for name in INPUTS)]
    columns = [*product(REGIONS, codes), *product(REGIONS, FINAL)]
    return rows, columns, np.block([[np.array(Z), np.array(Y)], [np.array(V), np.array(V_FINAL)]])


def matrix(rows: list[tuple[str, str]], columns: list[tuple[str, str]], values: np.ndarray) -> str:
    lines = ["rowLabels," + ",".join(map("_".join, columns))]
    lines += ["_".join(row) + "," + ",".join(map(str, line)) for row, line in zip(rows, values.tolist(), strict=True)]
    return "\n".join(lines) + "\n"


def flat(rows: list[tuple[str, str]], columns: list[tuple[str, str]], values: np.ndarray, head: str = "Ii") -> str:
    lines = [f"icioiRow,icioiCol,refArea,row{head},counterpartArea,col{head},obsValue"]
    lines += [
        f"{'_'.join(row)},{'_'.join(column)},{','.join(row)},{','.join(column)},{values[r, c]}"
        for (r, row), (c, column) in product(enumerate(rows), enumerate(columns))
    ]
    return "\n".join(lines) + "\n"


def emissions() -> str:
    """Every emission is split over those it is for: a quarter for Greece, the rest for the rest of the world."""
    lines = ["time_period,ref_area,industry,counterpart_area,sto,obs_value"]
    for (area, industry), amount in CO2.items():
        if amount:
            lines += [
                f"2021,{area},{industry},{to},P3_S14,{amount * share}" for to, share in (("EL", 0.25), ("FIGW1", 0.75))
            ]
    return "\n".join([*lines, "2021,EL,HH,EL,P3_S14,7", "2021,FIGW1,HH,FIGW1,P3_S14,8"]) + "\n"


MATRIX, FLAT = "matrix_eu-ic-io_ind-by-ind_23ed_2021.csv", "flatfile_eu-ic-io_ind-by-ind_23ed_2021.csv"
EMISSIONS = "CO2Footprint_23ed_2021.csv"


def folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def supply_use(path: Path, abroad: float = 0.0) -> Path:
    """Greece is the worked example of Miller and Blair, ch. 5; the rest of the world makes one product an industry."""
    products = tuple(f"CPA_{code}" for code in INDUSTRIES)
    rows, industries = list(product(REGIONS, products)), list(product(REGIONS, INDUSTRIES))
    supply = np.zeros((4, 4))  # products by industries
    supply[:2, :2], supply[2:, 2:] = [[90, 10], [0, 100]], [[50, 0], [0, 60]]
    supply[0, 2] = abroad
    use = np.zeros((4, 4))
    use[:2, :2], use[2:, 2:] = [[12, 8], [10, 7]], [[5, 5], [5, 5]]
    demand = np.zeros((4, 6))
    demand[:2, 1], demand[2:, 4] = [80, 83], [40, 50]
    whole = np.block([[use, demand], [np.array(V), np.array(V_FINAL)]])
    ends = [*industries, *product(REGIONS, FINAL)]
    return folder(
        path,
        {
            "matrix_eu-ic-supply_23ed_2021.csv": matrix(rows, industries, supply),
            "flatfile_eu-ic-use_23ed_2021.csv": flat([*rows, *(("W2", i) for i in INPUTS)], ends, whole, head="Pi"),
            EMISSIONS: emissions(),
        },
    )
