"""Kitzes 2013 and a supply-use table as the program MARIO exports them."""

from __future__ import annotations

import pandas as pd

# Kitzes 2013 as MARIO's to_txt writes it: consumption 4.8 / 7.2, production 8 / 4
FLOWS = {
    "Z.txt": "Region,,,one,two\nLevel,,,Sector,Sector\nItem,,,all,all\nRegion,Level,Item,,\n"
    "one,Sector,all,8.0,5.0\ntwo,Sector,all,4.0,2.0\n",
    "Y.txt": "Region,,,one,two\nLevel,,,Consumption category,Consumption category\nItem,,,final,final\n"
    "Region,Level,Item,,\none,Sector,all,3.0,0.0\ntwo,Sector,all,0.0,6.0\n",
    "E.txt": "Region,one,two\nLevel,Sector,Sector\nItem,all,all\nItem,,\nCO2,8.0,4.0\n",
    "EY.txt": "Region,one,two\nLevel,Consumption category,Consumption category\nItem,final,final\nItem,,\n"
    "CO2,1.0,2.0\n",
    "V.txt": "Region,one,two\nLevel,Sector,Sector\nItem,all,all\nItem,,\nWages,4.0,5.0\n",
    "VY.txt": "Region,one,two\nLevel,Consumption category,Consumption category\nItem,final,final\nItem,,\n"
    "Wages,0.0,0.0\n",
    "X.txt": "Region,Level,Item,production\none,Sector,all,16.0\ntwo,Sector,all,12.0\n",
    "units.txt": ",,unit\nSector,all,M EUR\nFactor of production,Wages,M EUR\nSatellite account,CO2,kt\n",
}
COEFFICIENTS = {
    "z.txt": FLOWS["Z.txt"].replace("8.0,5.0", f"0.5,{5 / 12}").replace("4.0,2.0", f"0.25,{2 / 12}"),
    "e.txt": FLOWS["E.txt"].replace("8.0,4.0", f"0.5,{4 / 12}"),
    "v.txt": FLOWS["V.txt"].replace("4.0,5.0", f"0.25,{5 / 12}"),
} | {name: FLOWS[name] for name in ("Y.txt", "EY.txt", "VY.txt", "units.txt")}


def folder(path, files=FLOWS, mode="flows", **changes):
    (path / mode).mkdir(parents=True)
    for name, text in (files | {name.replace("_", "."): text for name, text in changes.items()}).items():
        if text is not None:
            (path / mode / name).write_text(text, encoding="utf-8")
    return path


def frames(files):
    """The same matrices as frames, as MARIO's to_parquet saves them."""
    levels = ["Region", "Level", "Item"]
    for name, text in files.items():
        rows = [line.split(",") for line in text.splitlines()]
        stem = name.removesuffix(".txt")
        if stem == "units":
            index = pd.MultiIndex.from_tuples([tuple(row[:2]) for row in rows[1:]])
            yield stem, pd.DataFrame({"unit": [row[2] for row in rows[1:]]}, index)
        elif stem == "X":
            index = pd.MultiIndex.from_tuples([tuple(row[:3]) for row in rows[1:]], names=levels)
            yield stem, pd.DataFrame({"production": [float(row[3]) for row in rows[1:]]}, index)
        else:
            sides = 3 if stem[0] in "ZYz" else 1
            columns = pd.MultiIndex.from_tuples(
                list(zip(*(row[sides:] for row in rows[:3]), strict=True)), names=levels
            )
            labels = [tuple(row[:sides]) for row in rows[4:]]
            index = (
                pd.MultiIndex.from_tuples(labels, names=levels)
                if sides == 3
                else pd.Index([one for (one,) in labels], name="Item")
            )
            yield stem, pd.DataFrame([[float(cell) for cell in row[sides:]] for row in rows[4:]], index, columns)


WORKBOOK = {
    "flows": [
        ["", "", "", "one", "two", "one", "two"],
        ["", "", "", "Sector", "Sector", "Consumption category", "Consumption category"],
        ["", "", "", "all", "all", "final", "final"],
        ["one", "Sector", "all", 8.0, 5.0, 3.0, 0.0],
        ["two", "Sector", "all", 4.0, 2.0, 0.0, 6.0],
        ["-", "Factor of production", "Wages", 4.0, 5.0, 0.0, 0.0],
        ["-", "Satellite account", "CO2", 8.0, 4.0, 1.0, 2.0],
    ],
    "units": [line.split(",") for line in FLOWS["units.txt"].splitlines()],
}
# Miller and Blair 2009, sec. 5.3: use, make and industry output of the example in SupplyUse's docstring
C, A, N = "Commodity", "Activity", "Consumption category"


def block(sides, rows, tops, columns, values):
    head = [["Region", "", ""], ["Level", "", ""], ["Item", "", ""]] if sides else [["Region"], ["Level"], ["Item"]]
    lines = [head[0] + ["r"] * len(columns), head[1] + [tops] * len(columns), head[2] + columns]
    lines += [(["Region", "Level", "Item"] if sides else ["Item"]) + [""] * len(columns)]
    lines += [
        (["r", sides, row] if sides else [row]) + list(map(str, numbers))
        for row, numbers in zip(rows, values, strict=True)
    ]
    return "".join(",".join(line) + "\n" for line in lines)


SUPPLY_USE = {
    "U.txt": block(C, ["p1", "p2"], A, ["i1", "i2"], [[12.0, 8.0], [10.0, 7.0]]),
    "S.txt": block(A, ["i1", "i2"], C, ["p1", "p2"], [[90.0, 0.0], [10.0, 100.0]]),
    "Yc.txt": block(C, ["p1", "p2"], N, ["final"], [[80.0], [83.0]]),
    "Ya.txt": block(A, ["i1", "i2"], N, ["final"], [[0.0], [0.0]]),
    "Va.txt": block("", ["Wages"], A, ["i1", "i2"], [[68.0, 95.0]]),
    "Vc.txt": block("", ["Wages"], C, ["p1", "p2"], [[0.0, 0.0]]),
    "Ea.txt": block("", ["CO2"], A, ["i1", "i2"], [[9.0, 11.0]]),
    "Ec.txt": block("", ["CO2"], C, ["p1", "p2"], [[0.0, 0.0]]),
    "EY.txt": block("", ["CO2"], N, ["final"], [[5.0]]),
    "units.txt": ",,unit\nActivity,i1,M EUR\nActivity,i2,M EUR\nCommodity,p1,M EUR\nCommodity,p2,M EUR\n"
    "Factor of production,Wages,M EUR\nSatellite account,CO2,kt\n",
}
