"""Compile the embedded tables of the EU's carbon border adjustment, src/tanheng/data/cbam/, from the published sheets.

    python tools/build_cbam.py [--shared DIR] [--out DIR]

The same bytes every time. ``defaults(shared)`` gives the sheet of default values as rows, for tools/build_steel.py.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from iso3166 import countries

from product_csv import text as as_csv

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
OUT = ROOT / "src" / "tanheng" / "data" / "cbam"

OTHER = "*"  # "Other Countries and Territories": the sheet's own fallback
COUNTRIES = {
    "Bolivia": "BOL", "Brunei": "BRN", "Democratic Republic of the Cong": "COD", "Iran": "IRN", "Laos": "LAO",
    "Moldova": "MDA", "Myanmar_Burma": "MMR", "North Korea": "PRK", "Russia": "RUS", "South Korea": "KOR",
    "Syria": "SYR", "Tanzania": "TZA", "United Kingdom": "GBR", "United States": "USA", "Venezuela": "VEN",
    "Vietnam": "VNM", "_Other Countries and Territorie": OTHER,
}  # fmt: skip
SHIFTED = ("Albania", "25232100")  # its three values stand three columns too far right, under 2026, 2027, 2028
VARIANTS = {"25231000": ("white", "grey"), "25239000": ("white", "grey")}  # two goods under one code
YEARS = {"1": (2026, 2027), "2": (2028, 2030), "": (2026, 2030)}  # of production, by the benchmark's mark

SOURCES = {
    "defaults": {
        "title": "Commission Implementing Regulation (EU) 2025/2621 of 16 December 2025, Annex I, as a sheet",
        "file": "steel/cbam_defaults.csv",
        "licence": "European Union, reuse with attribution (Decision 2011/833/EU)",
    },
    "benchmarks": {
        "title": "Commission Implementing Regulation (EU) 2025/2620 of 16 December 2025, Annex, point 5.3, column B",
        "file": "steel/cbam-benchmarks.csv",
        "licence": "European Union, reuse with attribution (Decision 2011/833/EU)",
    },
}
DONE = [
    "defaults: t CO2e per t of good, without mark-up, every number as printed; 12,532 rows of 119 countries and of "
    "'Other Countries and Territories' (*); rows of a country with the same values share a line",
    "countries renamed to ISO 3166-1 alpha-3 codes; codes as in the Combined Nomenclature, 4, 6 or 8 digits",
    "a row without a value is kept without one: absent is not zero; a country's row that is absent falls back to *",
    "Albania 25232100 (white Portland cement): the sheet has its values three columns too far right, under the years; "
    "read as direct 1.23, indirect 0.14, total 1.37, and 1.23 + 0.14 = 1.37",
    "five cement rows of Angola and Argentina have a 2027 and a 2028 value marked up twice (1.1 x 1.1, and once more x "
    "1.1) where all others have 1.2 and 1.3: the columns with mark-up are not taken over, the mark-up is a norm",
    "Chile 73061100 lacks its value of 2026 with mark-up, Taiwan 7218 (a heading; its codes have one) a total",
    "Mali 28041000 (hydrogen) is printed as 0.0 and kept so: a zero that is printed is not an absent value",
    "white and grey clinker (25231000) and hydraulic cement (25239000) share a code and are told apart by a word",
    "as adopted on 16 December 2025; the correction by Implementing Regulation (EU) 2026/1740 is not in the sheet",
    "benchmarks: column B alone, t CO2e per t of good with its precursors; marks (1), (2) are production years 2026-27 "
    "and 2028-30, no mark 2026-30; column A (the process alone) is not in the sheet",
]
ROUTES = {
    "A": ("grey clinker, cement", "灰熟料、水泥"),
    "B": ("white clinker, cement", "白熟料、水泥"),
    "C": ("carbon steel, blast furnace and converter", "碳钢，高炉—转炉"),
    "D": ("carbon steel, direct reduction and electric furnace", "碳钢，直接还原铁—电炉"),
    "E": ("carbon steel, scrap and electric furnace", "碳钢，废钢—电炉"),
    "F": ("low-alloy steel, blast furnace and converter", "低合金钢，高炉—转炉"),
    "G": ("low-alloy steel, direct reduction and electric furnace", "低合金钢，直接还原铁—电炉"),
    "H": ("low-alloy steel, scrap and electric furnace", "低合金钢，废钢—电炉"),
    "J": ("high-alloy steel, electric furnace", "高合金钢，电炉"),
    "K": ("primary aluminium", "原铝"),
    "L": ("secondary aluminium", "再生铝"),
}


@dataclass(frozen=True)
class Row:
    """A row of the sheet of default values: numbers as printed, "" where there is none; ``marked`` by year."""

    country: str
    origin: str
    sector: str
    cn: str
    variant: str
    description: str
    direct: str
    indirect: str
    total: str
    marked: tuple[str, str, str]
    route: str


def defaults(shared: Path) -> list[Row]:
    """Every row of the sheet, in its order, the shifted one put right."""
    text = (shared / SOURCES["defaults"]["file"]).read_text(encoding="cp1252")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    if len(rows[0]) != 11 or rows[0][2] != "Product CN Code":
        raise SystemExit("cbam_defaults.csv: other columns than expected")
    return [_row(cells) for cells in rows[1:]]


def _row(cells: list[str]) -> Row:
    country, sector, cn, description, *values = (cell.strip() for cell in cells)
    if (country, cn) == SHIFTED:
        if any(values[:3]):
            raise SystemExit("cbam_defaults.csv: the shifted row of Albania is not shifted any more")
        values = [*values[3:6], "", "", "", values[6]]
    direct, indirect, total, *marked, route = values
    words = VARIANTS.get(cn, ())
    variant = next((word for word in words if description.lower().startswith(word)), "")
    if bool(words) != bool(variant) or (total and not direct):
        raise SystemExit(f"cbam_defaults.csv: {country} {cn} is not as expected")
    code = COUNTRIES.get(country) or countries.get(country).alpha3
    at = route.strip("()")
    return Row(country, code, sector.lower(), cn, variant, description, direct, indirect, total, tuple(marked), at)


def benchmarks(shared: Path) -> list[tuple[str, str, int, int, str]]:
    """(CN code, route, first and last year of production, value) of every line of the sheet."""
    text = (shared / SOURCES["benchmarks"]["file"]).read_text(encoding="utf-8-sig")
    found = []
    for line in text.splitlines()[1:]:
        cn, _, printed = line.partition(";")
        if cn.isdigit():
            value, route, mark = _benchmark(printed)
            found.append((cn, route, *YEARS[mark], value))
    return sorted(found)


def _benchmark(printed: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(\d+,\d+)\s*(?:\(([A-L])\))?\s*(?:\(([12])\))?\s*", printed)
    if match is None:
        raise SystemExit(f"cbam-benchmarks.csv: {printed!r} is not as expected")
    return match[1].replace(",", "."), match[2] or "", match[3] or ""


def compile_cbam(shared: Path) -> dict[str, bytes]:
    """Every file of src/tanheng/data/cbam/ but its module, by name."""
    rows = defaults(shared)
    files = {
        "defaults.csv": as_csv(("origin", "route", "direct", "indirect", "total", "goods"), _joined(rows)),
        "goods.csv": as_csv(("cn", "variant", "sector", "description"), _goods(rows)),
        "benchmarks.csv": as_csv(("cn", "route", "first", "last", "value"), benchmarks(shared)),
    }
    return {**files, "about.toml": _about(files).encode()}


def _joined(rows: list[Row]) -> list[tuple[str, ...]]:
    """Rows of a country with the same values on one line, their goods side by side."""
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        good = f"{row.cn}/{row.variant}" if row.variant else row.cn
        shared[row.origin, row.route, row.direct, row.indirect, row.total].append(good)
    return sorted((*key, " ".join(sorted(goods))) for key, goods in shared.items())


def _goods(rows: list[Row]) -> list[tuple[str, ...]]:
    return sorted({(row.cn, row.variant, row.sector, " ".join(row.description.split())) for row in rows})


def _about(files: dict[str, bytes]) -> str:
    lines = ["done = [", *(f"  {_text(line)}," for line in DONE), "]", "", "[sources]"]
    lines += [f"{name} = {_inline(about)}" for name, about in SOURCES.items()]
    lines += ["", "[routes]", *(f"{code} = {_inline({'en': en, 'zh': zh})}" for code, (en, zh) in ROUTES.items())]
    lines += ["", "[files]"]
    lines += [f"{_text(name)} = {_text(hashlib.sha256(files[name]).hexdigest())}" for name in sorted(files)]
    return "\n".join(lines) + "\n"


def _inline(table: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_text(value)}" for key, value in table.items()) + " }"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON's strings are TOML's


def write(files: dict[str, bytes], folder: Path) -> None:
    """Each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(files.items()):
        part = folder / f".{name}.part"
        part.write_bytes(content)
        os.replace(part, folder / name)


def build(shared: Path = SHARED, out: Path = OUT) -> None:
    """Compile and write."""
    write(compile_cbam(shared), out)


def main() -> None:
    """Parse, compile, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of public sources (../shared/data)")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder to write (src/tanheng/data/cbam)")
    asked = parser.parse_args()
    build(asked.shared, asked.out)


if __name__ == "__main__":
    main()
