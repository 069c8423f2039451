"""A made table of two regions and two sectors at the layouts of EXIOBASE 1, 2 and 3, whose numbers are done by hand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np

ROWS = [("CN", "Wheat"), ("CN", "Vegetables, fruit, nuts"), ("WF", "Wheat"), ("WF", "Vegetables, fruit, nuts")]
USES = [("CN", "households"), ("CN", "inventories"), ("WF", "households"), ("WF", "inventories")]
Z = np.array([[10.0, 20, 5, 0], [4, 30, 0, 10], [0, 5, 15, 5], [1, 0, 5, 20]])
Y = np.array([[60.0, 0, 5, 0], [50, -4, 10, 0], [5, 0, 70, 0], [0, 0, 30, 4]])
X = np.array([100.0, 100, 100, 60])  # row sums of Z and Y
SPENT = Y.sum(axis=0)  # 115, -4, 115, 4
TAXES, WAGES = "Taxes less subsidies on products purchased: Total", "Compensation of employees: Total"
FACTORS = {TAXES: [5.0, 5, 5, 5], WAGES: [80.0, 40, 70, 20]}  # with Z's column sums 15, 55, 25, 35 they make output
PAID = {TAXES: [2.0, 0, 1, 0], WAGES: [0.0, 0, 0, 0]}
CO2, PEOPLE = "CO2 - combustion - air", "Employment people: Total"
STRESSORS = {CO2: [10.0, 20, 30, 40], PEOPLE: [1.0, 2, 3, 4]}
DIRECT = {CO2: [7.0, 0, 3, 0], PEOPLE: [0.0, 0, 0, 0]}
UNITS = {TAXES: "M.EUR", WAGES: "M.EUR", CO2: "kg", PEOPLE: "1000 p"}


def tsv(rows: dict[tuple[str, ...], object], columns: list[tuple[str, str]], names: tuple[str, ...] = ()) -> str:
    """Rows by their labels under two header rows, as pandas writes them: with a line of names, where they are given."""
    index = len(next(iter(rows)))
    lines = [["region", *[""] * (index - 1), *(region for region, _ in columns)]]
    lines += [["sector", *[""] * (index - 1), *(second for _, second in columns)]]
    lines += [[*names, *[""] * len(columns)]] if names else []
    lines += [[*label, *(repr(float(number)) for number in numbers)] for label, numbers in rows.items()]
    return "\n".join("\t".join(line) for line in lines) + "\n"


def _core(values: np.ndarray, columns: list[tuple[str, str]]) -> str:
    return tsv(dict(zip(ROWS, values, strict=True)), columns, ("region", "sector"))


def _satellite(rows: dict[str, list[float]], columns: list[tuple[str, str]], name: str = "stressor") -> str:
    return tsv({(label,): numbers for label, numbers in rows.items()}, columns, (name,))


def _units(rows: dict[str, object], name: str = "stressor") -> str:
    return f"{name}\tunit\n" + "".join(f"{label}\t{UNITS[label]}\n" for label in rows)


def _satellites(
    folder: str, rows: dict[str, list[float]], uses: dict[str, list[float]], hh: str = "Y"
) -> dict[str, str]:
    files = {"F.txt": _satellite(rows, ROWS), f"F_{hh}.txt": _satellite(uses, USES), "unit.txt": _units(rows)}
    return {f"{folder}/{name}": text for name, text in files.items()}


def exiobase3(edition: str, year: int = 2011, system: str = "pxp") -> dict[str, str]:
    """The files of an edition: 3.4 (A, F_hh), 3.8.2 (A, Z, x, impacts), 3.9.5 (Z, folders), S (coefficients alone)."""
    both, direct = FACTORS | STRESSORS, PAID | DIRECT
    unit = "region\tsector\tunit\n" + "".join(f"{region}\t{sector}\tM.EUR\n" for region, sector in ROWS)
    facts = {"name": f"EXIO_IOT_{year}_{system}", "system": system, "version": edition, "description": "made"}
    files = {"Y.txt": _core(Y, USES), "unit.txt": unit, "metadata.json": json.dumps(facts)}
    if edition != "3.9.5":
        files["A.txt"] = _core(Z / X, ROWS)
    if edition in ("3.8.2", "3.9.5"):
        files["Z.txt"] = _core(Z, ROWS)
    if edition == "3.8.2":
        x = "".join(f"{r}\t{s}\t{one}\n" for (r, s), one in zip(ROWS, X, strict=True))
        files["x.txt"] = "region\tsector\tindout\n" + x
        impacts = {"Value Added": [85.0, 45, 75, 25], "GHG emissions (GWP100)": [11.0, 22, 33, 44]}
        files["impacts/F.txt"] = _satellite(impacts, ROWS, "impact")
        files["impacts/F_Y.txt"] = _satellite({label: [8.0, 0, 4, 0] for label in impacts}, USES, "impact")
        files["impacts/unit.txt"] = "impact\tunit\nValue Added\tM.EUR\nGHG emissions (GWP100)\tkg CO2 eq.\n"
    if edition == "3.9.5":
        files |= _satellites("factor_inputs", FACTORS, PAID)
        files |= _satellites("air_emissions", {CO2: STRESSORS[CO2]}, {CO2: DIRECT[CO2]})
        files |= _satellites("employment", {PEOPLE: STRESSORS[PEOPLE]}, {PEOPLE: DIRECT[PEOPLE]})
    elif edition == "S":
        rates = {label: list(np.array(numbers) / X) for label, numbers in both.items()}
        uses = {label: list(np.array(numbers) / SPENT) for label, numbers in direct.items()}
        files |= {"satellite/S.txt": _satellite(rates, ROWS), "satellite/S_Y.txt": _satellite(uses, USES)}
        files["satellite/unit.txt"] = _units(both)
    else:
        files |= _satellites("satellite", both, direct, "hh" if edition == "3.4" else "Y")
    return files


def mriot(version: str = "", *, flows: bool = False, direct: str = "kg") -> dict[str, str]:
    """The files of EXIOBASE 1, or of EXIOBASE 2 with a ``version`` such as _version2.2.2, as coefficients or flows.

    ``direct`` is the unit of mrFDEmissions, whose numbers are per unit of final demand unless the files are flows.
    """
    per, x, spent = ("", np.ones(4), np.ones(4)) if flows else ("/M.EUR", X, SPENT)

    def blank(text: str) -> str:
        lines = text.split("\n")
        return "\n".join([*(line.replace("region", "", 1).replace("sector", "", 1) for line in lines[:2]), *lines[2:]])

    def rows(unit: str, values: np.ndarray, columns: list[tuple[str, str]]) -> str:
        return blank(tsv({(*pair, unit): one for pair, one in zip(ROWS, values, strict=True)}, columns))

    emissions = {("CO2 - combustion", "air", f"kg{per}"): np.array(STRESSORS[CO2]) / x}
    factors = {(label, f"M.EUR{per}"): np.array(numbers) / x for label, numbers in FACTORS.items()}
    factors[PEOPLE, f"1000 p{per}"] = np.array(STRESSORS[PEOPLE]) / x
    files = {
        "mrIot": rows(f"M.EUR{per}", Z / x, ROWS),
        "mrFinalDemand": rows("M.EUR", Y, USES),
        "mrFactorInputs": blank(tsv(factors, ROWS)),
        "mrEmissions": blank(tsv(emissions, ROWS)),
        "mrFDEmissions": blank(tsv({("CO2 - combustion", "air", direct): np.array(DIRECT[CO2]) / spent}, USES)),
        "mrResources": blank(tsv({("Arable land", "nature", f"km2{per}"): np.array([4.0, 3, 2, 1]) / x}, ROWS)),
    }
    return {f"{name}{version}.txt": text for name, text in files.items()}


def folder(path: Path, files: dict[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


def packed(path: Path, files: dict[str, str], top: str = "") -> Path:
    """A zip file with these files, below a folder ``top``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as into:
        for name, text in files.items():
            into.writestr(f"{top}{name}", text)
    return path
