"""A stored table: a folder of .npy arrays that are mapped at opening, and a manifest that says what they are.

A store is a folder with a folder for each year, named ``YEAR-`` and eight letters. A year that is written anew gets a
new folder, and the newest counts; so a write that is killed leaves the old state.
"""

from __future__ import annotations

import datetime
import json
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tanheng import files, provenance
from tanheng.data.archive import Archive
from tanheng.data.source import Source
from tanheng.errors import InputError, MissingError, TableError
from tanheng.kernels.leontief import Margins
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

MANIFEST = "manifest.json"
_YEAR = re.compile(r"(\d{1,4})-[0-9a-f]{8}")
_PARTS = ("Z", "Y", "F", "F_Y", "V")
_MARGINS = ("rows", "columns", "gross_rows", "gross_columns")
_FORGOTTEN = 86_400  # seconds
_HINT = "read it from its source again"

SOURCE = Source(
    name="stored",
    title={"en": "Stored table", "zh": "已存的表"},
    publisher="-",
    homepage="-",
    citation="-",
    licence="-",
    editions="-",
    files=(MANIFEST, "Z.npy", "Y.npy", "F.npy"),
    units={"en": "as the manifest says", "zh": "见清单"},
    price_basis={"en": "as the manifest says", "zh": "见清单"},
    holds={"en": "what was read", "zh": "读入的内容"},
    get={"en": "'tanheng read' writes it", "zh": "由 tanheng read 写入"},
    faults=(),
    tested="real",
)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class File(_Frozen):
    """An array's file: its shape and its size in bytes."""

    shape: tuple[int, ...]
    size: int


class Origin(_Frozen):
    """Where a table was read from: the reader, the place, and what was chosen."""

    reader: str
    place: str
    options: dict[str, str] = {}


class Found(_Frozen):
    """A finding, as in ``tanheng.systems.finding``."""

    check: str
    severity: Literal["error", "warning", "note"]
    where: str
    what: str
    size: float
    hint: str
    values: dict[str, Any]


class Manifest(_Frozen):
    """What the arrays of a stored table are, and what is known of them."""

    format: Literal[1] = 1
    written: datetime.datetime
    tanheng: str
    origin: Origin
    about: dict[str, Any]
    labels: dict[str, list[str]] = Field(description="region, sector, demand, stressor and input, in order")
    arrays: dict[str, File]
    signed: bool
    hash: str = Field(pattern="^[0-9a-f]{64}$")
    findings: list[Found]


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years of the store at ``place``, ascending."""
    return tuple(sorted(_folders(place.path)))


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year``, its arrays mapped and not looked at; InputError when files do not fit the manifest."""
    folder = _folders(place.path).get(year)
    if folder is None:
        raise MissingError(f"there is no year {year}", where=str(place.path), hint=_HINT)
    given = manifest(folder)
    arrays = {name: _mapped(folder, name, file) for name, file in given.arrays.items()}
    parts = {name: arrays[name] for name in _PARTS if name in arrays}
    margins = Margins(**{name: arrays[name] for name in _MARGINS}, signed=given.signed)
    return Table.restored(
        parts,
        labels=given.labels,
        about=About(**given.about),
        findings=tuple(Finding(**dict(one)) for one in given.findings),
        margins=margins,
        hash=given.hash,
    )


def manifest(folder: Path) -> Manifest:
    """The manifest of a year's folder; raises InputError when it is missing or is none."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), hint=_HINT) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        what = f"is no manifest of this version of tanheng ({place}: {first['msg']})"
        raise InputError(what, where=str(path), hint=_HINT) from None


def folder_of(store: Path, year: int) -> Path:
    """The folder of that year; raises MissingError when there is none."""
    folders = _folders(store)
    if year not in folders:
        raise MissingError(f"there is no year {year}", where=str(store), hint=_HINT)
    return folders[year]


def verified(table: Table) -> tuple[Finding, ...]:
    """A finding when the numbers or labels of a stored table are not those that were written; reads all of it."""
    try:
        fresh = table.replace()  # derives everything anew
        stale = [name for name in _MARGINS if not np.array_equal(vars(table.margins)[name], vars(fresh.margins)[name])]
        now = fresh.hash
    except (InputError, TableError) as error:  # what is there now could not have been stored
        stale, now = [str(error)], "none"
    if now == table.hash and not stale:
        return ()
    values = {"found": now[:12], "due": table.hash[:12]}
    return (found("bytes-changed", "error", ", ".join(stale) or table.about.name, 1.0, **values),)


# -- writing ----------------------------------------------------------------------------------------------------------


def write(table: Table, store: Path, origin: Origin, findings: tuple[Finding, ...]) -> Path:
    """Write ``table`` into ``store`` as its year, in place of an older one, whole or not at all; return the folder.

    Raises InputError when it cannot be written.
    """
    _sweep(files.folder(store))
    folder = store / f"{table.year}-{uuid4().hex[:8]}"
    arrays = {name: getattr(table, name).values for name in _PARTS if getattr(table, name) is not None}
    arrays |= {name: getattr(table.margins, name) for name in _MARGINS}
    described = _described(table, origin, findings, arrays)
    with files.whole_folder(folder) as part:
        for name, array in arrays.items():
            np.save(part / f"{name}.npy", np.ascontiguousarray(array, dtype="<f8"))
        text = described.model_dump_json(indent=1)
        (part / MANIFEST).write_text(text + "\n", encoding="utf-8")
    remove(store, table.year, but=folder)
    return folder


def _sweep(store: Path) -> None:
    """Remove what a killed write left behind, once it is so old that no write can still be at it."""
    for path in store.glob(".*-*"):
        if path.is_dir() and time.time() - path.stat().st_mtime > _FORGOTTEN:
            shutil.rmtree(path, ignore_errors=True)


def _described(
    table: Table, origin: Origin, findings: tuple[Finding, ...], arrays: Mapping[str, NDArray[np.float64]]
) -> Manifest:
    axes = {"region": table.regions, "sector": table.sectors, "demand": table.demand, "stressor": table.stressors}
    if table.V is not None:
        axes["input"] = tuple(table.V.indexes["input"])
    return Manifest(
        written=datetime.datetime.now(datetime.UTC),
        tanheng=provenance.version(),
        origin=origin,
        about=vars(table.about) | {"units": dict(table.about.units)},
        labels={axis: list(names) for axis, names in axes.items()},
        arrays={name: File(shape=array.shape, size=array.nbytes) for name, array in arrays.items()},
        signed=table.margins.signed,
        hash=table.hash,
        findings=[Found(**(vars(one) | {"values": _plain(one.values)})) for one in findings],
    )


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    """Values as JSON knows them: numpy's numbers become Python's."""
    return json.loads(json.dumps(dict(values), default=float))  # type: ignore[no-any-return]


def remove(store: Path, year: int, *, but: Path | None = None) -> None:
    """Remove every folder of that year from ``store``, except ``but``."""
    for path in store.iterdir():
        if path != but and _year(path) == year:
            shutil.rmtree(path)


# -- folders ----------------------------------------------------------------------------------------------------------


def is_store(folder: Path) -> bool:
    """Whether there is at least one stored year in the folder."""
    return bool(_folders(folder))


def _folders(store: Path) -> dict[int, Path]:
    """The folder of each year: where a write was killed before the older one was removed, the newer one."""
    found: dict[int, Path] = {}
    for path in sorted(store.iterdir(), key=lambda path: path.name) if store.is_dir() else ():
        year = _year(path)
        if year is None or not (path / MANIFEST).is_file():
            continue
        if year not in found or _written(path) > _written(found[year]):
            found[year] = path
    return found


def _year(path: Path) -> int | None:
    match = _YEAR.fullmatch(path.name)
    return int(match[1]) if match else None


def _written(folder: Path) -> int:
    return (folder / MANIFEST).stat().st_mtime_ns


def _mapped(folder: Path, name: str, file: File) -> NDArray[np.float64]:
    path = folder / f"{name}.npy"
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", where=str(path), hint=_HINT) from None
    except ValueError as error:
        raise InputError(f"is damaged ({error})", where=str(path), hint=_HINT) from None
    if mapped.shape != file.shape or mapped.dtype != np.dtype("<f8") or mapped.nbytes != file.size:
        raise InputError("is not of the shape that the manifest says", where=str(path), hint=_HINT)
    return np.asarray(mapped)
