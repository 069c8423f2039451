"""Compile the embedded world, src/tanheng/data/world/, from the public sources: the same bytes every time.

The tables of the embedded products, src/tanheng/data/products/, are compiled with it (``build_products``).

    python tools/build_world.py [--shared DIR] [--out DIR]

``full_table(shared, year)`` gives a year of the full source (35 sectors), for tests, benchmarks and comparisons.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import lzma
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import build_products
import world_reference
from tanheng.data.readers.world import FOLDER, HOUSEHOLDS
from tanheng.labels import Concordance
from tanheng.systems.aggregate import aggregate
from tanheng.systems.table import BALANCE, Table

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
YEARS = range(1995, 2010)  # the tables go on to 2011, CO2 does not
DEMAND = (HOUSEHOLDS, "non-profit", "government", "capital formation", "inventories")
RENAMED = {"ROM": "ROU", "RoW": "ROW"}
JOINED = "wiod-35-to-23"
CO2_STEPS = 10**7  # per kt: the source gives at most seven decimals
# WIOD's names of the 35 industries in the CO2 accounts, in the order of c1 to c35; secQ is zero, FC_HH is households.
_GOODS = "AtB C 15t16 17t18 19 20 21t22 23 24 25 26 27t28 29 30t33 34t35 36t37"
_SERVICES = "E F 50 51 52 H 60 61 62 63 64 J 70 71t74 L M N O P"
CO2_SECTORS = [f"sec{code}" for code in f"{_GOODS} {_SERVICES}".split()]

TABLE: dict[str, Any] = {
    "name": "WIOD 2013 release",
    "currency": "million USD",
    "price_basis": "current basic prices",
    "boundary": "residence",
    "source": (
        "World Input-Output Database, 2013 release: Timmer, Dietzenbacher, Los, Stehrer and de Vries 2015, Review of "
        "International Economics 23, 575-605; CO2: WIOD environmental accounts (May 2012), Genty, Arto and Neuwahl 2012"
    ),
    "licence": "CC BY 4.0",
    "version": "2013 release; environmental accounts of May 2012",
    "units": {"CO2": "kt"},
}
DONE = [
    "renamed: ROM to ROU and RoW to ROW, so that regions are ISO 3166-1 alpha-3 codes and ROW (rest of world)",
    "joined: 35 sectors to 23 by the concordance wiod-35-to-23 (c4-5, c6-7, c19-22, c26-27, c28-30, c31-35 are joined)",
    "kept: 41 regions, 5 final demand categories, every number as given (money in whole million USD)",
    "CO2 of the 35 industries is F, of households (FC_HH) is F_Y on household consumption; secQ is zero and left out",
    "output is the row sum of Z and Y; published output differs by up to 113 million USD a sector (rounding of cells): "
    "122.73 against 122.79 million million USD in 2008",
    "V has one input, output less column sum of Z: value added with net taxes and transport margins, not value added "
    "alone",
]


@lru_cache(maxsize=1)
def _co2(shared: Path) -> dict[tuple[str, str], dict[str, str]]:
    """kt of CO2 as written, by country and year, then sector."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    with gzip.open(shared / "wiod2013/co2_by_sector.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["country"], row["year"]), {})[row["sector"]] = row["co2_kt"]
    known = {*CO2_SECTORS, "secQ", "FC_HH"}
    for key, sectors in found.items():
        if set(sectors) != known or float(sectors["secQ"]):
            raise SystemExit(f"co2_by_sector.csv.gz: {key} has other sectors than expected, or secQ is not zero")
    return found


def full_table(shared: Path, year: int) -> Table:
    """The full WIOD table of ``year``, 1995-2009: 41 regions and 35 sectors, labelled as the embedded world; CO2 in
    kt."""
    with np.load(shared / f"wiod2013/wiot_{year}.npz") as file:
        regions = [RENAMED.get(str(name), str(name)) for name in file["countries"]]
        sectors = [str(name) for name in file["industries"]]
        Z, Y = file["Z"].astype(np.float64, order="C"), file["Y"].astype(np.float64, order="C")
    co2 = [_co2(shared)[region, str(year)] for region in regions]
    direct = np.zeros((1, len(regions), len(DEMAND)))
    direct[0, :, DEMAND.index(HOUSEHOLDS)] = [float(sectors["FC_HH"]) for sectors in co2]
    return Table.from_arrays(
        Z,
        Y,
        [[float(by_sector[name]) for by_sector in co2 for name in CO2_SECTORS]],
        F_Y=direct,
        V=(Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0))[None],
        inputs=[BALANCE],
        regions=regions,
        sectors=sectors,
        demand=DEMAND,
        stressors=["CO2"],
        about={**TABLE, "year": year, "classification": "wiod-35"},
    )


def small_table(shared: Path, year: int) -> Table:
    """The full table joined to 23 sectors, as it is embedded."""
    joined = Concordance.embedded(JOINED)
    return aggregate(full_table(shared, year), sectors=joined, classification="wiod-23")


def encode(table: Table) -> bytes:
    """The table's file, as tanheng.data.readers.world describes it. Raises SystemExit if a number would change."""
    n = table.x.size
    money = np.hstack([table.Z.values.reshape(n, n), table.Y.values.reshape(n, -1)])
    assert table.F_Y is not None
    co2 = np.concatenate([table.F.values.ravel(), table.F_Y.sel(demand=HOUSEHOLDS).values.ravel()]) * CO2_STEPS
    # steps are whole but for the rounding of sums; money has none, being whole numbers below 2**53
    if (money != np.rint(money)).any() or np.abs(co2 - np.rint(co2)).max() > 0.1:
        raise SystemExit(f"{table.year}: a number is finer than the form keeps")
    planes = _planes(np.rint(money).astype("<i4")) + _planes(np.rint(co2).astype("<i8"))
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0}]
    return lzma.compress(planes, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, filters=filters)


def _planes(numbers: NDArray[Any]) -> bytes:
    """The lowest bytes of all numbers, then the next, ..."""
    return np.ascontiguousarray(numbers.reshape(-1).view(np.uint8).reshape(-1, numbers.itemsize).T).tobytes()


def toml(content: dict[str, Any]) -> str:
    """A flat mapping and its tables as TOML; JSON's strings, numbers and lists are TOML's."""
    lines = [f"{_key(k)} = {_value(v)}" for k, v in content.items() if not isinstance(v, dict)]
    for name, table in content.items():
        if isinstance(table, dict):
            lines += ["", f"[{_key(name)}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list) and len(str(value)) > 200:
        return _rows([json.dumps(item, ensure_ascii=False) for item in value])
    return json.dumps(value, ensure_ascii=False)


def _rows(items: list[str]) -> str:
    """A long list: sentences a line each, codes twelve a line."""
    each = 1 if max(map(len, items)) > 40 else 12
    rows = [", ".join(items[start : start + each]) for start in range(0, len(items), each)]
    return "[\n" + "".join(f"  {row},\n" for row in rows) + "]"


def compile_world(shared: Path) -> dict[str, bytes]:
    """Every file of the embedded world by name, but for its README."""
    tables = {year: small_table(shared, year) for year in YEARS}
    files = {f"wiod-{year}.xz": encode(table) for year, table in tables.items()}
    one = tables[YEARS[-1]]
    about = {
        "title": "The embedded world: WIOD 1995-2009 with CO2",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "done": DONE,
        "years": list(YEARS),
        "regions": list(one.regions),
        "sectors": list(one.sectors),
        "demand": list(one.demand),
        "co2_steps_per_kt": CO2_STEPS,
        "table": {
            **TABLE,
            "name": f"{TABLE['name']}, {len(one.sectors)} sectors",
            "version": one.about.version,
            "classification": one.about.classification,
        },
        "files": _hashes(files),
    }
    series, reference = world_reference.compile_reference(shared)
    return {
        **files,
        "about.toml": toml(about).encode(),
        "reference.csv.gz": series,
        "reference.toml": toml({**reference, "files": _hashes({"reference.csv.gz": series})}).encode(),
    }


def _hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def write(files: dict[str, bytes], folder: Path) -> None:
    """Each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(files.items()):
        part = folder / f".{name}.part"
        part.write_bytes(content)
        os.replace(part, folder / name)


def main() -> None:
    """Parse, compile, write, say how large."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of public sources (../shared/data)")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write (src/tanheng/data/world)")
    asked = parser.parse_args()
    if not (asked.shared / "wiod2013").is_dir():
        raise SystemExit(f"{asked.shared}: there is no folder wiod2013; name the folder of sources with --shared")
    files = compile_world(asked.shared)
    write(files, asked.out)
    print(f"{asked.out}: {len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB")
    build_products.compile_into(asked.shared, asked.out.parent / build_products.OUT.name)


if __name__ == "__main__":
    main()
