"""A small sample of every layout that a reader reads: whole, sound, and made anew where a test asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import adb_tables
import ceads_tables
import emerging_tables
import eora26_tables
import exiobase_tables
import figaro_tables
import gloria_tables
import gtap_tables
import hybrid_tables
import mario_tables
import oecd_tables
import wiod2013_tables
import wiod2016_tables
from tables import random_table
from wiod_tables import workbook

from tanheng.data import archive, reader
from tanheng.data.readers import exiobase_hybrid, plain, pymrio_folder, world
from tanheng.systems.supply_use import SupplyUse
from tanheng.systems.table import Table

Maker = Callable[[Path], object]


@dataclass(frozen=True)
class Layout:
    """A sample: its ``name``, the ``reader`` that reads it, and how it is made in a folder ``folder``."""

    name: str
    reader: str
    year: int
    make: Maker
    folder: str = "sample"
    options: dict[str, str] = field(default_factory=dict)

    def made(self, path: Path) -> Path:
        """The sample in a new folder of ``path``."""
        place = path / self.folder
        place.mkdir(parents=True)
        self.make(place)
        return place

    def read(self, place: Path) -> Table | SupplyUse:
        """What it holds, as a user reads it: the hybrid tables are supply and use alone."""
        if self.reader == "exiobase-hybrid":
            there = archive.open(place)
            (year,) = exiobase_hybrid.years(there)
            return exiobase_hybrid.supply_use(there, year)
        return reader.read(self.reader, place, self.year, **self.options)


def _text(files: Callable[[], dict[str, str]]) -> Maker:
    return lambda place: exiobase_tables.folder(place, files())


def _plain(format: plain.Format) -> Maker:
    def make(place: Path) -> None:
        place.rmdir()  # the writer makes its own
        plain.write(random_table(5, R=2, S=2, signed=True, regions=["CHN", "USA"]), place, format)

    return make


def _pymrio(place: Path) -> None:
    place.rmdir()
    pymrio_folder.write(random_table(6, R=2, S=2, signed=True, regions=["CHN", "USA"]), place)


def _coefficients(place: Path) -> None:
    """Without Z: A, and the output it goes with."""
    table = random_table(6, R=2, S=2, signed=True, regions=["CHN", "USA"])
    _pymrio(place)
    head = (place / "Z.txt").read_text().splitlines()[:3]
    pairs = [(region, sector) for region in table.regions for sector in table.sectors]
    rows = zip(pairs, table.Z.values.reshape(4, 4) / table.x.values.ravel(), strict=True)
    lines = ["\t".join([*pair, *map(repr, numbers.tolist())]) for pair, numbers in rows]
    (place / "A.txt").write_text("\n".join([*head, *lines]) + "\n")
    outputs = zip(pairs, table.x.values.ravel().tolist(), strict=True)
    lines = ["\t".join([*pair, repr(x)]) for pair, x in outputs]
    (place / "x.txt").write_text("\n".join(["region\tsector\tindout", *lines]) + "\n")
    (place / "Z.txt").unlink()


def _mario_book(place: Path) -> None:
    workbook(place / "mario.xlsx", mario_tables.WORKBOOK)


def _mario_parquet(place: Path) -> None:
    (place / "flows").mkdir()
    for name, frame in mario_tables.frames(mario_tables.FLOWS):
        frame.to_parquet(place / "flows" / f"{name}.parquet")


def _world(place: Path) -> None:
    for name in ("about.toml", "wiod-2009.xz"):
        shutil.copy(world.FOLDER / name, place / name)


def _figaro(*parts: str) -> Maker:
    def make(place: Path) -> None:
        cells = figaro_tables.cells()
        every = {
            "matrix": (figaro_tables.MATRIX, figaro_tables.matrix(*cells)),
            "flat": (figaro_tables.FLAT, figaro_tables.flat(*cells)),
            "emissions": (figaro_tables.EMISSIONS, figaro_tables.emissions()),
        }
        figaro_tables.folder(place, dict(every[part] for part in parts))

    return make


def _oecd(edition: str, name: str, *, gases: bool = False) -> Maker:
    def make(place: Path) -> None:
        parts = ("CN1", "CN2") if edition == "2023" else ()
        oecd_tables.file_of(place, name, oecd_tables.lines(edition, parts=parts))
        if gases:
            oecd_tables.gases(place, oecd_tables.SECTORS[edition], ("AUS", "CHN", "WXD"))

    return make


def _ceads(*, chinese: bool = False, inventory: bool = False) -> Maker:
    def make(place: Path) -> None:
        if chinese:
            workbook(place / "2018年区域间投入产出表.xlsx", {"2018": ceads_tables.chinese()})
        elif inventory:
            full = ceads_tables.english(ceads_tables.FULL, co2=False)
            workbook(place / "MRIO 2017.xlsx", {"Table_2017": full})
            sheets = {"Beijing2017": ceads_tables.inventory(), "Tianjin2017": ceads_tables.inventory(10.0)}
            workbook(place / "Emission_Inventories_for_30_Provinces_2017.xlsx", sheets)
        else:
            note = {"Note": [["made"]], "Table_2018_English Version": ceads_tables.english()}
            workbook(place / "MRIO 2018.xlsx", note)

    return make


def _exiobase(edition: str) -> Maker:
    return _text(lambda: exiobase_tables.exiobase3(edition))


def _mriot(version: str = "", **more: bool) -> Maker:
    return _text(lambda: exiobase_tables.mriot(version, **more))


LAYOUTS: tuple[Layout, ...] = (
    Layout("plain csv", "plain", 2009, _plain("csv")),
    Layout("plain parquet", "plain", 2009, _plain("parquet")),
    Layout("plain workbook", "plain", 2009, _plain("xlsx")),
    Layout("world", "world", 2009, _world),
    Layout("eora26", "eora26", 2015, _text(eora26_tables.contents)),
    Layout("gloria", "gloria", 2022, lambda p: gloria_tables.folder(p, gloria_tables.contents())),
    Layout("gloria diagonal", "gloria", 2022, lambda p: gloria_tables.folder(p, gloria_tables.contents(diagonal=True))),
    Layout("figaro matrix", "figaro", 2021, _figaro("matrix", "emissions")),
    Layout("figaro flat", "figaro", 2021, _figaro("flat")),
    Layout("figaro supply-use", "figaro", 2021, figaro_tables.supply_use),
    Layout("pymrio", "pymrio", 2009, _pymrio),
    Layout("pymrio coefficients", "pymrio", 2009, _coefficients),
    Layout("mario", "mario", 2013, mario_tables.folder, "mario_2013"),
    Layout(
        "mario coefficients",
        "mario",
        2013,
        lambda p: mario_tables.folder(p, mario_tables.COEFFICIENTS, "coefficients"),
        "mario_2013",
    ),
    Layout("mario supply-use", "mario", 2013, lambda p: mario_tables.folder(p, mario_tables.SUPPLY_USE), "mario_2013"),
    Layout("mario workbook", "mario", 2013, _mario_book, "mario_2013"),
    Layout("mario parquet", "mario", 2013, _mario_parquet, "mario_2013"),
    Layout("gtap", "gtap", 2017, lambda p: gtap_tables.write(p, gtap_tables.base()), "GTAP-2017"),
    Layout("adb", "adb", 2019, adb_tables.folder_of),
    Layout("emerging", "emerging", 2023, emerging_tables.folder_of),
    Layout("ceads english", "ceads", 2018, _ceads()),
    Layout("ceads chinese", "ceads", 2018, _ceads(chinese=True)),
    Layout("ceads inventories", "ceads", 2017, _ceads(inventory=True)),
    Layout("exiobase3 3.4", "exiobase3", 2011, _exiobase("3.4"), "IOT_2011_pxp"),
    Layout("exiobase3 3.8.2", "exiobase3", 2011, _exiobase("3.8.2"), "IOT_2011_pxp"),
    Layout("exiobase3 3.9.5", "exiobase3", 2011, _exiobase("3.9.5"), "IOT_2011_pxp"),
    Layout("exiobase3 S", "exiobase3", 2011, _exiobase("S"), "IOT_2011_pxp"),
    Layout("exiobase2", "exiobase2", 2007, _mriot("_version2.2.2")),
    Layout("exiobase1", "exiobase1", 2000, _mriot()),
    Layout("exiobase1 flows", "exiobase1", 2000, _mriot(flows=True)),
    Layout("exiobase-hybrid", "exiobase-hybrid", 2011, hybrid_tables.place),
    Layout("wiod2013", "wiod2013", 2009, wiod2013_tables.folder_of),
    Layout("wiod2016", "wiod2016", 2014, wiod2016_tables.folder_of),
    Layout("wiod2016 csv", "wiod2016", 2014, wiod2016_tables.csv_file),
    Layout("oecd 2021", "oecd", 2020, _oecd("2021", "ICIO2021_2020.csv")),
    Layout("oecd 2023", "oecd", 2020, _oecd("2023", "2020_SML.csv", gases=True)),
    Layout("oecd 2025", "oecd", 2020, _oecd("2025", "2020_SML.csv")),
)


def of_readers() -> Iterator[tuple[Layout, ...]]:
    """The layouts of each reader, in the order of READERS."""
    for one in reader.READERS:
        yield tuple(layout for layout in LAYOUTS if layout.reader == one.SOURCE.name)


@cache
def named(name: str) -> Layout:
    """The layout of that name."""
    return next(layout for layout in LAYOUTS if layout.name == name)
