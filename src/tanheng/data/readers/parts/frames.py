"""Files of numbers as pandas writes them, as text and as Parquet: two or three levels of labels on either side."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tanheng.data import grid
from tanheng.data.archive import Entry
from tanheng.data.grid import Grid
from tanheng.errors import InputError, LabelError, MissingError

Array = NDArray[np.float64]
Pairs = Sequence[tuple[str, ...]]

PARQUET = ".parquet"
_ROWS = 1024  # decoded at a time: 80 MB of a table with 9,800 columns
_HINT = "a missing number is not zero: write 0 where there is no flow"


def read(entry: Entry, index: int, header: int = 2) -> Grid:
    """The grid of a text file or of a Parquet file, by its ending; raises as ``grid.read``."""
    return parquet(entry, index, header) if entry.base.endswith(PARQUET) else text(entry, index, header)


def lines(entry: Entry) -> list[tuple[str, list[str]]]:
    """The lines of a small file of texts, its header left out, each with its place in words."""
    if entry.base.endswith(PARQUET):
        with _opened(entry) as file:
            sides = _sides(file.schema_arrow, file.schema_arrow.get_all_field_indices("unit"))
            columns = file.read().columns
        order = [*sides, *(at for at in range(len(columns)) if at not in sides)]
        rows = zip(*(columns[at].to_pylist() for at in order), strict=True)
        return [(f"{entry.where} row {at}", [str(cell) for cell in row]) for at, row in enumerate(rows, start=1)]
    whole = entry.text().splitlines()
    rows_ = csv.reader(whole, delimiter=_separator(whole[0].encode() if whole else b"").decode())
    cut = [(f"{entry.where} line {at}", [cell.strip() for cell in row]) for at, row in enumerate(rows_, start=1)]
    return [one for one in cut[1:] if any(one[1])]


# -- text -------------------------------------------------------------------------------------------------------------


def text(entry: Entry, index: int, header: int = 2) -> Grid:
    """A text file's grid. The line of index names, which pandas writes below the header, may hold any names.

    An empty row there is taken for that line: check the rows against what is due.
    """
    return grid.read(entry, index, header=header, names=True)


def _separator(line: bytes) -> bytes:
    found = [by for by in (b"\t", b",", b";") if by in line]
    return min(found, key=line.index) if found else b","


def write_text(path: Path, values: Array, rows: Pairs, columns: Pairs, names: tuple[Names, Names], by: str) -> None:
    """Write ``values`` (len(rows), len(columns)) with a line of index names, each number so that it reads back exactly.

    ``names`` are those of the row levels and of the column levels.
    """
    sides, tops = names
    blank = [""] * (len(sides) - 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=by, lineterminator="\n")
        for at, name in enumerate(tops):
            writer.writerow([name, *blank, *(column[at] for column in columns)])
        writer.writerow([*sides, *[""] * len(columns)])
        for row, numbers in zip(rows, values, strict=True):
            writer.writerow([*row, *numbers.tolist()])  # csv writes a float by repr: exactly


Names = Sequence[str]


# -- Parquet ----------------------------------------------------------------------------------------------------------


def parquet(entry: Entry, index: int, header: int = 2) -> Grid:
    """A Parquet file's grid: ``index`` columns of texts hold the rows' labels, the others are named by theirs.

    A name of several levels is a tuple in words, as pandas writes it: ``('CHN', 'c1')``. Raises InputError for a file
    that is none and a column that holds no numbers, LabelError for a name of other levels, MissingError for an empty
    cell and for NaN, by their labels.
    """
    with _opened(entry) as file:
        schema, names = file.schema_arrow, file.schema_arrow.names
        sides = _sides(schema)
        tops = [at for at in range(len(names)) if at not in sides]
        if len(sides) != index or not tops or not file.metadata.num_rows:
            what = f"has {len(sides)} columns of labels, {len(tops)} of numbers and {file.metadata.num_rows} rows"
            hint = f"{index} columns of labels (texts) are due, and at least a column and a row of numbers"
            raise InputError(what, where=entry.where, hint=hint)
        columns = [_tuple(names[at], header, f"{entry.where} column {at + 1}") for at in tops]
        _require_numbers(entry, schema, tops)
        values = np.empty((file.metadata.num_rows, len(tops)))
        rows = [row for batch in _filled(file, values, tops) for row in _texts(batch, sides)]
    _require_complete(entry, values, rows, columns)
    first: list[Hashable] = [row[0] for row in rows] if index == 1 else list(rows)
    heads: list[Hashable] = [column[0] for column in columns] if header == 1 else list(columns)
    return Grid(entry.where, 1, index, heads, first, values)


@contextmanager
def _opened(entry: Entry) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with entry.open() as stream:
        try:
            yield pq.ParquetFile(stream if isinstance(stream, io.BufferedReader) else pa.BufferReader(stream.read()))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            said = str(error).splitlines()[0]
            hint = "it may have broken off, or be another kind of file"
            raise InputError(f"is no Parquet file ({said})", where=entry.where, hint=hint) from None


def _sides(schema: Any, but: Iterable[int] = ()) -> list[int]:
    """The places of the columns of labels: those that pandas notes, else all that hold texts."""
    noted = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("index_columns", [])
    if noted and all(isinstance(name, str) for name in noted):
        return [schema.names.index(name) for name in noted]
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)
    return [at for at, kind in enumerate(schema.types) if any(is_(kind) for is_ in texts) and at not in but]


def _tuple(name: str, levels: int, where: str) -> tuple[str, ...]:
    if levels == 1:
        return (name,)
    try:
        label = ast.literal_eval(name)
    except (ValueError, SyntaxError):
        label = ()
    if not isinstance(label, tuple) or len(label) != levels or not all(str(part).strip() for part in label):
        hint = f"{levels} labels are due, written like ('CHN', 'c1'), as pandas does for columns of several levels"
        raise LabelError(f"column {name!r} is no label of {levels} levels", where=where, hint=hint)
    return tuple(str(part).strip() for part in label)


def _require_numbers(entry: Entry, schema: Any, tops: Sequence[int]) -> None:
    types, names = schema.types, schema.names
    for at in tops:
        kind = types[at]
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            what = f"column {names[at]} holds {kind}, not numbers"
            raise InputError(what, where=entry.where, hint="save it as floating-point numbers")


def _filled(file: Any, values: Array, tops: Sequence[int]) -> Iterator[Any]:
    """Every batch of rows, once its numbers are in ``values``."""
    done = 0
    for batch in file.iter_batches(_ROWS):
        for column, at in enumerate(tops):
            values[done : done + len(batch), column] = batch.column(at).to_numpy(zero_copy_only=False)
        done += len(batch)
        yield batch


def _texts(batch: Any, sides: Sequence[int]) -> Iterator[tuple[str, ...]]:
    cells = zip(*(batch.column(at).to_pylist() for at in sides), strict=True)
    return (tuple("" if cell is None else str(cell).strip() for cell in row) for row in cells)


def _require_complete(entry: Entry, values: Array, rows: Pairs, columns: Pairs) -> None:
    for at, row in enumerate(rows, start=1):
        if not all(row):
            raise LabelError("the row has no label", where=f"{entry.where} row {at}", hint="fill in every index column")
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():
        row_, column = np.argwhere(~np.isfinite(values))[0]
        what = f"row {' '.join(rows[row_])}, column {' '.join(columns[column])} is empty or no finite number"
        raise MissingError(what, where=f"{entry.where} row {row_ + 1}", hint=_HINT)


def write_parquet(path: Path, values: Array, rows: Pairs, columns: Pairs, names: tuple[Names, Names]) -> None:
    """Write ``values`` so that pandas reads a frame with levels of labels on both sides; exact."""
    import pandas as pd

    frame = pd.DataFrame(values, _levels(rows, names[0]), _levels(columns, names[1]), copy=False)
    frame.to_parquet(path)


def _levels(labels: Pairs, names: Names) -> Any:
    import pandas as pd

    if len(names) == 1:
        return pd.Index([label[0] for label in labels], name=names[0], dtype=str)
    return pd.MultiIndex.from_tuples(labels, names=list(names))
