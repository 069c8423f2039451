"""Eora26's files, made at their layout: two countries of two sectors and the region of discrepancies."""

from __future__ import annotations

from pathlib import Path

# Two countries of two sectors and the region of discrepancies, as in the full release: five rows, five columns.
T = [[1000, 2000, 0, 500, 10], [3000, 500, 200, 0, 0], [0, 100, 4000, 1000, 0], [50, 0, 300, 2000, 20], [5, 0, 0, 7, 0]]
FD = [
    [8000, 100, 50, 0, 1, 0],
    [0, 2000, 0, 30, 0, 2],
    [10, 0, 6000, 0, 0, 0],
    [0, 0, 40, 5000, 0, 0],
    [0, 3, 0, 0, 4, 0],
]
VA = [[7000, 3000, 6000, 4000, 9]]
Q = [[11, 22, 33, 44, 0], [1, 2, 3, 4, 5], [9, 9, 9, 9, 9], [5, 6, 7, 8, 0], [11, 22, 33, 44, 1]]
QY = [[6, 0, 7, 0, 0, 0], [0, 0, 0, 0, 0, 0], [9, 9, 9, 9, 9, 9], [1, 0, 2, 0, 0, 0], [0, 0, 0, 0, 0, 0]]
LABELS = {
    "T": ["Sudan\tSUD\tIndustries\tFarming\t", "Sudan\tSUD\tIndustries\tMining\t", "China\tCHN\tCommodities\tFarming\t",
          "China\tCHN\tCommodities\tMining\t", "Statistical Discrepancies\tROW\tTOTAL\tTOTAL\t"],
    "FD": [f"{name}\t{code}\tFinal Demand\t{end}\t"
           for name, code in (("Sudan", "SUD"), ("China", "CHN"), ("Statistical Discrepancies", "ROW"))
           for end in ("Household final consumption P.3h", "Changes in inventories P.52")],
    "VA": ["Primary Inputs\tCompensation of employees D.1\t"],
    "Q": ["I-GHG-CO2 emissions (Gg)\tFuel combustion\t", "Energy Usage (TJ)\tCoal\t", "Threatened species\tTotal\t",
          "PRIMAP|KYOTOGHGAR4|TOTAL|GgCO2eq\t\t", "I-GHG-CO2 emissions (Gg)\tFuel combustion\t"],
}  # fmt: skip
NUMBERS = {"T": T, "FD": FD, "VA": VA, "Q": Q, "QY": QY}
CO2 = "I-GHG-CO2 emissions (Gg): Fuel combustion"


def contents(year: int = 2015) -> dict[str, str]:
    files = {
        f"Eora26_{year}_bp_{part}.txt": "".join("\t".join(map(str, row)) + "\n" for row in rows)
        for part, rows in NUMBERS.items()
    }
    return files | {f"labels_{part}.txt": "\n".join(lines) + "\n" for part, lines in LABELS.items()}


def folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path
