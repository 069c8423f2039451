"""OECD's ICIO, made at the layouts of its editions, and its greenhouse gases."""

import csv

import numpy as np

SECTORS = {
    "2016": ("C01T05AGR", "C10T14MIN"),
    "2018": ("01T03", "05T06"),
    "2021": ("01T02", "05T06"),
    "2023": ("A01_02", "C30"),
    "2025": ("A01", "C24A"),
}
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")


def lines(edition="2023", regions=("AUS", "CHN", "ROW"), parts=(), seed=4):
    """A table of that edition: regions, then parts of CHN that take over its industries' rows and columns."""
    rng = np.random.default_rng(seed)
    sectors, S = SECTORS[edition], 2
    R, all_parts = len(regions), (*regions, *parts)
    Z = rng.integers(1, 9, (R * S, R * S)).astype(float)
    Y = rng.integers(1, 9, (R * S, R * 6)).astype(float) + 8 * R
    weights = np.zeros((len(all_parts) * S, R * S))  # what share of an industry stands where
    for at, part in enumerate(all_parts):
        whole = "CHN" if part.startswith("CN") else part
        share = 1 / len(parts) if parts and whole == "CHN" else 1.0
        if not (parts and part == "CHN"):
            weights[at * S : at * S + S, regions.index(whole) * S : regions.index(whole) * S + S] = share * np.eye(S)
    Z, Y, x = weights @ Z @ weights.T, weights @ Y, weights @ (Z.sum(axis=1) + Y.sum(axis=1))
    taxes = weights @ np.full(R * S, 0.25)
    new = edition in ("2023", "2025")
    tops = [f"{part}_{sector}" for part in all_parts for sector in sectors]
    rows = [["V1" if new else "", *tops, *(f"{r}_{d}" for r in regions for d in FINAL), "OUT" if new else "TOTAL"]]
    rows += [[top, *Z[at], *Y[at], x[at]] for at, top in enumerate(tops)]
    used = [0.5] * (6 * R)
    names = ("TLS", "VA", "OUT") if new else ("AUS_TAXSUB", "VALU", "OUTPUT")
    rows.append([names[0], *taxes, *used, 1])
    rows.append([names[1], *(x - Z.sum(axis=0) - taxes), *([0] * (6 * R)), 1])
    rows.append([names[2], *x, *([0] * (6 * R)), 1])
    return rows


def file_of(folder, name, rows):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return folder / name


def gases(folder, sectors=SECTORS["2023"], areas=("AUS", "CHN", "WXD"), change=None):
    """DF_MAIN.csv: Mt of two industries and of sums, other measures and years, which are not to be read."""
    rows = [["TIME_PERIOD", "MEASURE", "REF_AREA", "ACTIVITY", "UNIT_MEASURE", "UNIT_MULT", "OBS_VALUE"]]
    for at, area in enumerate(areas, start=1):
        for code, amount in (*zip(sectors, (at, 10 * at), strict=True), ("_T", 11 * at), ("C", 10 * at)):
            rows.append(["2020", "PROD_GHG", area, code, "T_CO2E", "6", amount])
            rows.append(["2020", "FD_GHG", area, code, "T_CO2E", "6", 77])
            rows.append(["2019", "PROD_GHG", area, code, "T_CO2E", "6", 88])
            rows.append(["2020", "PROD_GHG", area, code, "T_CO2E_PS", "0", 99])
    if change:
        change(rows)
    return file_of(folder, "DF_MAIN.csv", rows)
