"""The arrays of a bw_processing datapackage: the cells of its matrices, in groups that replace one another.

Source: the documentation of bw_processing: resource groups, flip, rescale, reference, and sums of duplicates.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tanheng.data.archive import Archive, Entry
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.uncertainty import Uncertainties
from tanheng.errors import InputError, MissingError, nearest
from tanheng.systems.inventory import Uncertainty

NAME = "datapackage.json"
TECHNOSPHERE, BIOSPHERE = "technosphere_matrix", "biosphere_matrix"
_KINDS = ("indices", "data", "flip", "rescale", "reference", "distributions")
_SURE = {  # field of a distribution by the name that stats_arrays gives it
    "uncertainty type": "uncertainty_type", "loc": "loc", "scale": "scale", "minimum": "minimum", "maximum": "maximum",
}  # fmt: skip
_HINT = "write the package again"

Columns = Mapping[str, NDArray[Any]]  # an array by column: fields by name, those of a plain array "0", "1", ...


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a matrix: its value there; ``taken`` says that it is an input, negative in the technosphere."""

    value: float
    taken: bool
    reference: bool
    uncertainty: Uncertainty | None


Cells = dict[int, dict[int, Cell]]  # by column, then by row


@dataclass(frozen=True)
class Package:
    """A datapackage: its description, its resources by group and kind, and its files."""

    where: str
    meta: Mapping[str, Any]
    groups: Mapping[str, Mapping[str, Mapping[str, Any]]]
    files: Mapping[str, Entry]

    def matrices(self) -> dict[str, list[str]]:
        """The groups of every matrix, in the order of the package."""
        found: dict[str, list[str]] = defaultdict(list)
        for group, resources in self.groups.items():
            found[str(next(iter(resources.values())).get("matrix", ""))].append(group)
        return dict(found)

    def tables(self) -> Iterator[Entry]:
        """The files of metadata that are tables."""
        for resource in self.meta["resources"]:
            if resource.get("mediatype") == "text/csv" and "path" in resource:
                yield self._file(resource, str(resource.get("name", "")))

    def cells(self, matrix: str, notes: Notes, uncertain: Uncertainties) -> Cells:
        """The cells of a matrix: within a group duplicates add up, and a later group replaces an earlier one.

        The package itself may say otherwise. Raises InputError and MissingError naming the file.
        """
        cells: Cells = defaultdict(dict)
        for group in self.matrices().get(matrix, ()):
            if "path" not in self._resource(group, "data"):
                notes.add("amounts-at-run-time", group, "warning")
                continue
            for column, rows in self._group(group, notes, uncertain).items():
                for row, cell in rows.items():
                    old = cells[column].get(row) if self.meta.get("sum_inter_duplicates") else None
                    cells[column][row] = _sum(old, cell)
        return cells

    def _group(self, group: str, notes: Notes, uncertain: Uncertainties) -> Cells:
        read = {kind: self._array(group, kind) for kind in _KINDS if kind in self.groups[group]}
        indices, data = read.get("indices", {}), read.get("data", {})
        if "row" not in indices or "col" not in indices:
            raise InputError(f"group {group} has no indices with row and col", where=self.where, hint=_HINT)
        if len(data) > 1:
            notes.add("first-scenario", f"{group} ({len(data)})", "warning")
        values = _float(next(iter(data.values()), np.empty(0)))
        self._require(group, len(indices["row"]), {**read, "data": {"0": values}})
        flip = read["flip"]["0"].astype(bool) if "flip" in read else np.zeros(len(values), bool)
        scale = _float(read["rescale"]["0"]) if "rescale" in read else np.ones(len(values))
        flags = read["reference"]["0"].astype(bool) if "reference" in read else np.zeros(len(values), bool)
        values = np.where(flip, -values, values) * scale
        if not np.isfinite(values).all():
            hint = "a missing number is not zero: write 0 where nothing flows"
            raise InputError(f"group {group} holds an amount that is no finite number", where=self.where, hint=hint)
        cells: Cells = defaultdict(dict)
        for at, (row, column) in enumerate(zip(indices["row"].tolist(), indices["col"].tolist(), strict=True)):
            value = float(values[at])
            sure = _sure(read.get("distributions"), at, -value if flip[at] else value, uncertain)
            cell = Cell(value, bool(flip[at]), bool(flags[at]), sure)
            old = cells[column].get(row) if self.meta.get("sum_intra_duplicates", True) else None
            cells[column][row] = _sum(old, cell)
        return cells

    def _require(self, group: str, rows: int, read: Mapping[str, Columns]) -> None:
        for kind, columns in read.items():
            for values in columns.values():
                if len(values) != rows:
                    what = f"group {group} has {rows} indices and {len(values)} {kind}"
                    raise InputError(what, where=self.where, hint=_HINT)

    def _resource(self, group: str, kind: str) -> Mapping[str, Any]:
        if kind not in self.groups[group]:
            raise MissingError(f"group {group} has no {kind}", where=self.where, hint=_HINT)
        return self.groups[group][kind]

    def _array(self, group: str, kind: str) -> Columns:
        entry = self._file(self._resource(group, kind), f"{group} {kind}")
        columns = _parquet(entry) if entry.name.endswith(".parquet") else _numpy(entry)
        if kind not in ("indices", "distributions") and "0" not in columns:
            raise InputError(f"is no array of {kind}", where=entry.where, hint=_HINT)
        return columns

    def _file(self, resource: Mapping[str, Any], what: str) -> Entry:
        path = str(resource.get("path", ""))
        if path not in self.files:
            hint = nearest(path, self.files)
            raise MissingError(f"{path or what} is missing", where=self.where, hint=f"the package lists it; {hint}")
        return self.files[path]


def open_package(place: Archive) -> Package:
    """The package of a folder or zip file; raises InputError where it has none, or one that is not as it must be."""
    entry = place.named(NAME)
    if entry is None:
        raise InputError(f"has no {NAME}", where=str(place.path), hint="name the folder or zip file of the package")
    try:
        meta = json.loads(entry.text())
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"is not JSON ({error})", where=entry.where, hint=_HINT) from None
    resources = meta.get("resources") if isinstance(meta, dict) else None
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        raise InputError("lists no resources", where=entry.where, hint=_HINT)
    groups: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for one in resources:
        if one.get("group") and one.get("kind"):
            groups[str(one["group"])][str(one["kind"])] = one
    folder = entry.name[: -len(NAME)]
    files = {one.name.removeprefix(folder): one for one in place.entries if one.name.startswith(folder)}
    return Package(entry.where, meta, dict(groups), files)


def _sum(old: Cell | None, new: Cell) -> Cell:
    """Two cells at one place; their sum is an input where both are, or where it is negative."""
    if old is None:
        return new
    value = old.value + new.value
    taken = old.taken if old.taken == new.taken else value < 0
    return Cell(value, taken, old.reference or new.reference, None)


def _sure(distributions: Columns | None, at: int, amount: float, uncertain: Uncertainties) -> Uncertainty | None:
    if distributions is None:
        return None
    said = {name: float(distributions[key][at]) for name, key in _SURE.items() if key in distributions}
    return uncertain.stats_arrays(amount, said)


def _numpy(entry: Entry) -> Columns:
    try:
        array = np.load(io.BytesIO(entry.bytes()), allow_pickle=False)
    except (ValueError, EOFError, OSError, MemoryError) as error:
        said = str(error).splitlines()[0] if str(error) else "too large"
        raise InputError(f"is no array of numpy ({said})", where=entry.where, hint=_HINT) from None
    if not isinstance(array, np.ndarray) or array.ndim not in (1, 2):
        raise InputError("is no vector or matrix", where=entry.where, hint=_HINT)
    if array.dtype.names:
        return {name: array[name] for name in array.dtype.names}
    return {str(at): column for at, column in enumerate(array.T if array.ndim == 2 else [array])}


def _parquet(entry: Entry) -> Columns:
    try:
        table = pq.read_table(io.BytesIO(entry.bytes()))
    except (pa.ArrowInvalid, OSError) as error:
        said = str(error).splitlines()[0]
        raise InputError(f"is no Parquet file ({said})", where=entry.where, hint=_HINT) from None
    return {name: table[name].to_numpy() for name in table.column_names}


def _float(values: NDArray[Any]) -> NDArray[np.float64]:
    return values.astype(np.float64) if values.dtype.kind in "fiub" else np.full(len(values), np.nan)
