"""The plain table: a folder with Z.csv, Y.csv, F.csv, about.toml and optionally F_Y.csv, V.csv.

Every CSV file has two header rows (region, then sector or demand category). Z and Y have two index columns (region,
sector); F, F_Y and V have one (stressor or input). The corner cells may be empty or hold the axis names, and the extra
line of index names that pandas writes is accepted. UTF-8; commas, or semicolons with decimal points.

The same as Parquet (Z.parquet, ...: what pandas writes of such a frame), as workbooks (Z.xlsx, ...: the first sheet is
laid out as the CSV file), or as one workbook (table.xlsx, or any name where it is the file that is given) with a sheet
each. A workbook may have a sheet ``about`` in place of about.toml: rows of key and value, and for each stressor a row
of ``units``, its name and its unit. A table whose [units] are empty has no stressors, and no F.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tanheng import files, labels
from tanheng.data import axes
from tanheng.data.archive import Archive
from tanheng.data.findings import with_findings
from tanheng.data.grid import Grid
from tanheng.data.readers.parts import plain_files
from tanheng.data.readers.parts.about_file import toml as _toml
from tanheng.data.readers.parts.plain_files import Format, Parts
from tanheng.data.source import Source
from tanheng.errors import MissingError, QuestionError, nearest
from tanheng.systems.finding import found
from tanheng.systems.table import Table

FORMATS: tuple[Format, ...] = ("csv", "parquet", "xlsx")

SOURCE = Source(
    name="plain",
    title={
        "en": "Plain table: a folder of CSV or Parquet files, or a workbook",
        "zh": "普通表：CSV 或 Parquet 文件夹，或一个工作簿",
    },
    publisher="-",
    homepage="-",
    citation="-",
    licence="the owner's",
    editions="-",
    files=("about.toml", "Z.csv", "Y.csv", "F.csv", "F_Y.csv", "V.csv", "Z.parquet", "Z.xlsx", "table.xlsx"),
    units={"en": "as about.toml says", "zh": "见 about.toml"},
    price_basis={"en": "as about.toml says", "zh": "见 about.toml"},
    holds={"en": "one year of any table", "zh": "任意一张表的一个年份"},
    get={
        "en": "write your own: docs/your-own-table.md shows how, then: tanheng read plain FOLDER",
        "zh": "自行编写：做法见 docs/your-own-table.zh.md，然后运行：tanheng read plain 文件夹",
    },
    faults=(),
    tested="real",
)


def years(place: Archive) -> tuple[int, ...]:
    """The one year of the place's table, as its about.toml says; raises InputError when that is missing or wrong."""
    return (Parts.of(place).about.year,)


def read(place: Archive, year: int, **options: str) -> Table:
    """The table in ``place``, whose year must be ``year``.

    Raises InputError for a file that is missing, empty, ragged or not UTF-8, for a misnamed file and for a
    cell that is no number (by label and line), LabelError where axes differ, MissingError for another year, UnitError,
    and what ``Table.from_arrays`` raises.
    """
    parts = Parts.of(place)
    about = parts.about
    if about.year != year:
        raise MissingError(f"there is no year {year}", where=str(place.path), hint=f"it holds {about.year}")
    parts.require_known()
    Z = parts.grid("Z", 2)
    regions, sectors = axes.product(Z, "sector")
    Z.require_rows(Z.columns)
    Y = parts.grid("Y", 2)
    consumers, demand = axes.product(Y, "demand category")
    labels.require_same(consumers, regions, what="region", where=f"{Y.where}, header")
    Y.require_rows(Z.columns)
    F = _by_column(parts, "F", Z) if about.units or parts.has("F") else None
    F_Y = _by_column(parts, "F_Y", Y) if parts.has("F_Y") else None
    if F_Y is not None:
        F_Y.require_rows(F.rows if F else [])
    V = _by_column(parts, "V", Z) if parts.has("V") else None
    table = Table.from_arrays(
        Z.values,
        Y.values,
        F.values if F else np.empty((0, len(Z.columns))),
        regions=regions,
        sectors=sectors,
        demand=demand,
        stressors=_texts(F) if F else [],
        F_Y=None if F_Y is None else F_Y.values,
        V=None if V is None else V.values,
        inputs=None if V is None else _texts(V),
        about=about,
    )
    return table if F else with_findings(table, found("no-stressors", "warning", "F"))


def write(table: Table, folder: Path, format: Format = "csv") -> None:
    """Write ``table`` as a plain table into ``folder``, which must not hold anything yet; whole or not at all.

    ``format`` is csv, parquet, or xlsx (one workbook). Numbers are written so that they are read back to the last bit.
    Raises InputError when the folder cannot be written and for a table that is too large for a sheet, QuestionError
    for another format.
    """
    if format not in FORMATS:
        raise QuestionError(f"there is no format {format!r}", hint=nearest(format, FORMATS))
    with files.whole_folder(folder) as part:
        plain_files.write(table, part, format, _toml(table.about))


def _by_column(parts: Parts, name: str, of: Grid) -> Grid:
    """A file with one index column and the columns of another file."""
    read = parts.grid(name, 1)
    read.require_columns(of.columns)
    labels.check_unique(read.rows, what="row", where=read.where)
    return read


def _texts(rows: Grid) -> list[str]:
    return [str(label) for label in rows.rows]
