"""WIOD's workbooks, small and at true layout: the sheet of a table, and the accounts beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter

BELOW = (
    ("taxes less subsidies on products", "r99", "TXSP"),
    ("Cif/ fob adjustments on exports", "r61", "EXP_adj"),
    ("Direct purchases abroad by residents", "r62", "PURR"),
    ("Purchases on the domestic territory by non-residents ", "r63", "PURNR"),
    ("Value added at basic prices", "r64", "VA"),
    ("International Transport Margins", "", "IntTTM"),
)
NACE = {"c1": "AtB", "c2": "C", "c17": "E"}
C2013 = ("c37", "c38", "c39", "c41", "c42")
C2016 = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")


@dataclass
class Made:
    """Regions, sectors, Z (n, n), Y (n, R*5), whole numbers; output is their row sum."""

    regions: Sequence[str]
    sectors: Sequence[str]
    Z: np.ndarray
    Y: np.ndarray

    @property
    def x(self) -> np.ndarray:
        return self.Z.sum(axis=1) + self.Y.sum(axis=1)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [(region, sector) for region in self.regions for sector in self.sectors]


def made(regions: Sequence[str], sectors: Sequence[str], seed: int = 3, idle: int | None = None) -> Made:
    """A productive table; ``idle`` is a position without sales or purchases."""
    rng = np.random.default_rng(seed)
    n = len(regions) * len(sectors)
    Z = rng.integers(0, 20, (n, n)).astype(float)
    Y = rng.integers(0, 90, (n, 5 * len(regions))).astype(float)
    Y[:, 0] += 20 * n  # more than all inputs of a column
    if idle is not None:
        Z[idle], Z[:, idle], Y[idle] = 0, 0, 0
    return Made(regions, sectors, Z, Y)


def rows_of(table: Made, year: int, release: int, prices: str = "in current prices") -> list[list[object]]:
    """The rows of the sheet of a release (2013 or 2016). Primary inputs: taxes are 1, value added is the rest."""
    demand = C2013 if release == 2013 else C2016
    final = [(region, code) for region in table.regions for code in demand]
    names = [f"name of {sector}" for _, sector in table.pairs]
    codes = [NACE.get(sector, sector) for _, sector in table.pairs]
    numbers = [
        sector if release == 2013 else f"c{at % len(table.sectors) + 1}" for at, (_, sector) in enumerate(table.pairs)
    ]
    old = release == 2013
    last = ["", "Total output", "", ""] if old else ["GO", "Total output", "TOT", ""]
    rows: list[list[object]] = [
        [f"World Input-Output Table for {year}"],
        [f"{len(table.regions)} countries, {prices}"],
        ["(industry-by-industry)", "", "", "", *codes, *("" if old else code for _, code in final), last[0]],
        ["(millions of US$)", "", "", "", *names, *("use" for _ in final), last[1]],
        ["", "", "", "", *(region for region, _ in [*table.pairs, *final]), last[2]],
        [
            "",
            "",
            "",
            "",
            *numbers,
            *(code if old else f"c{57 + at % 5}" for at, (_, code) in enumerate(final)),
            last[3],
        ],
    ]
    for at, (region, _) in enumerate(table.pairs):
        side = [codes[at], names[at], region, numbers[at] if old else numbers[at].replace("c", "r")]
        rows.append([*side, *table.Z[at], *table.Y[at], table.x[at]])
    value_added = table.x - table.Z.sum(axis=0) - 1
    rows.append(["" if old else "II_fob", "Total intermediate consumption", "TOT", "r60", *table.Z.sum(axis=0)])
    for name, number, code in BELOW:
        values = {"TXSP": np.ones_like(table.x), "VA": value_added}.get(code, np.zeros_like(table.x))
        rows.append(["" if old else code, name, "" if old else "TOT", number if old else "r66", *values])
    rows.append(["" if old else "GO", "Output at basic prices", "" if old else "TOT", "r69", *table.x])
    return rows


def workbook(path: Path, sheets: Mapping[str, Iterable[Iterable[object]]]) -> Path:
    """Write a workbook; empty texts leave the cell empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(at, column, cell)
    return path
