"""A synthetic EXIOBASE 3 folder of full size (1.4 GB of text), and one measured reading in a process of its own.

``python reading.py WHO FOLDER`` prints seconds and peak memory as JSON. The clock starts when everything is imported
and stops when the table is there. WHO is ``ours`` (all that reading does: Z from A, labels, units, validation) or
``peer`` (pymrio), ``zip`` and ``peer-zip`` (the same from a zip), ``bytes`` (one pass over the bytes of A.txt) or
``store`` (opening from the store).
"""

from __future__ import annotations

import json
import resource
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow

REGIONS, SECTORS, DEMAND, STRESSORS = 49, 200, 7, 30
YEAR = 2011


def synthetic(folder: Path) -> Path:
    """Write IOT_2011_pxp/ and IOT_2011_pxp.zip: log-normal coefficients, a quarter of them zero, columns below one."""
    place = folder / f"IOT_{YEAR}_pxp"
    (place / "satellite").mkdir(parents=True)
    rng = np.random.default_rng(YEAR)
    regions = [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "GB",
        "US",
        "JP",
        "CN",
        "CA",
        "KR",
        "BR",
        "IN",
        "MX",
        "RU",
        "AU",
        "CH",
        "TR",
        "TW",
        "NO",
        "ID",
        "ZA",
        "WA",
        "WL",
        "WE",
        "WF",
        "WM",
    ]
    pairs = [(region, f"Product {at}") for region in regions for at in range(SECTORS)]
    uses = [(region, f"Final demand {at}") for region in regions for at in range(DEMAND)]
    n = len(pairs)
    sums = rng.uniform(0.2, 0.7, n)

    def coefficients(rows: int) -> np.ndarray:
        block = rng.lognormal(-3, 3, (rows, n)) * (rng.random((rows, n)) < 0.75)
        return block * sums / (n * np.exp(1.5) * 0.75)  # exp(-3 + 9 / 2) is the mean

    def demand(rows: int) -> np.ndarray:
        return rng.lognormal(2, 2, (rows, len(uses)))

    write(place / "A.txt", pairs, pairs, coefficients)
    write(place / "Y.txt", pairs, uses, demand, second="category")
    stressors = [f"Stressor {at} - air" for at in range(STRESSORS)]
    rows_of = [(name,) for name in stressors]
    write(place / "satellite/F.txt", rows_of, pairs, lambda rows: rng.lognormal(8, 2, (rows, n)))
    write(place / "satellite/F_Y.txt", rows_of, uses, demand, second="category")
    lines = "".join(f"{region}\t{sector}\tM.EUR\n" for region, sector in pairs)
    (place / "unit.txt").write_text(f"region\tsector\tunit\n{lines}")
    (place / "satellite/unit.txt").write_text("stressor\tunit\n" + "".join(f"{name}\tkg\n" for name in stressors))
    described(place, {"A": 2, "Y": 2}, "IOSystem")
    described(place / "satellite", {"F": 1, "F_Y": 1}, "Extension")
    about = {"description": "synthetic", "name": f"IOT_{YEAR}_pxp", "system": "pxp", "version": "v3.8.2", "history": []}
    (place / "metadata.json").write_text(json.dumps(about))
    with zipfile.ZipFile(folder / f"IOT_{YEAR}_pxp.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        for file in sorted(place.rglob("*.*")):
            packed.write(file, file.relative_to(folder))
    return place


def described(place: Path, tables: dict[str, int], system: str) -> None:
    """file_parameters.json, by which the peer finds its files."""
    files = {
        name: {"name": f"{name}.txt", "nr_index_col": str(index), "nr_header": "2"} for name, index in tables.items()
    }
    unit = {"name": "unit.txt", "nr_index_col": str(min(tables.values())), "nr_header": "1"}
    told = {"files": files | {"unit": unit}, "name": place.name, "systemtype": system}
    (place / "file_parameters.json").write_text(json.dumps(told))


def write(path: Path, rows: Sequence[tuple[str, ...]], columns: Sequence[tuple[str, str]], numbers, *, second="sector"):  # type: ignore[no-untyped-def]
    """Tab-separated text as EXIOBASE writes it; numbers to eighteen places."""
    index = len(rows[0])
    blank = "\t" * (index - 1)
    options = arrow.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    with path.open("wb") as file:
        for name, at in (("region", 0), (second, 1)):
            file.write(f"{name}{blank}\t{chr(9).join(column[at] for column in columns)}\n".encode())
        if index == 2:
            file.write(("region\tsector" + "\t" * len(columns) + "\n").encode())
        for start in range(0, len(rows), 350):
            some = rows[start : start + 350]
            block = numbers(len(some)).round(18)
            text = [pa.array([row[at] for row in some]) for at in range(index)]
            arrays = text + [pa.array(column) for column in block.T]
            arrow.write_csv(pa.table(arrays, [str(at) for at in range(len(arrays))]), file, options)


def ours(path: Path) -> np.ndarray:
    from tanheng.data import reader

    return reader.read("exiobase3", path, YEAR).Z.values.reshape(REGIONS * SECTORS, -1)


def peer(path: Path) -> np.ndarray:
    import pymrio

    system = pymrio.parse_exiobase3(path)
    return np.asarray(system.A)


def opened(path: Path) -> np.ndarray:
    from tanheng.data import store

    return store.open(path)[YEAR].Z.values.reshape(REGIONS * SECTORS, -1)


def one_pass(path: Path) -> np.ndarray:
    with (path / "A.txt").open("rb", buffering=0) as file:
        while file.read(1 << 22):
            pass
    return np.zeros((1, 1))


def main(who: str, folder: Path) -> None:
    import pymrio  # noqa: F401 - outside the clock for the one and the other

    import tanheng.data.reader
    import tanheng.data.stored  # noqa: F401

    place = folder / f"IOT_{YEAR}_pxp"
    packed = place.with_suffix(".zip")
    paths = {"zip": packed, "peer-zip": packed, "store": folder / "home/tables/exiobase3"}
    what = {"peer": peer, "peer-zip": peer, "store": opened, "bytes": one_pass}.get(who, ours)
    start = time.perf_counter()
    values = what(paths.get(who, place))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # Linux counts in KiB
    np.save(folder / f"reading_{who}_consumption.npy", values[:: SECTORS + 1, :: SECTORS + 1])
    print(json.dumps({"seconds": seconds, "peak_gb": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
