"""The one door for inventories of processes: what a reader is, and the tuple of them."""

from __future__ import annotations

import os
from typing import Protocol

from tanheng.data import archive
from tanheng.data.archive import Archive
from tanheng.data.format import Format
from tanheng.data.inventories import (
    brightway_excel,
    bw2package,
    bw_package,
    ecospold1,
    ecospold2,
    ilcd,
    olca_jsonld,
    product_file,
    simapro_csv,
)
from tanheng.errors import InputError, QuestionError, nearest
from tanheng.systems.inventory import Inventory


class InventoryReader(Protocol):
    """A format of inventories. A module with these names is a reader; add it to INVENTORY_READERS."""

    @property
    def FORMAT(self) -> Format:
        """What people must know of it."""

    def holds(self, place: Archive) -> bool:
        """Whether ``place`` looks like this format: a look at names and at the head of a file, no more."""

    def read(self, place: Archive) -> Inventory:
        """The inventory, with what the reader did among its findings; raises InputError naming file and place in it."""


INVENTORY_READERS: tuple[InventoryReader, ...] = (
    brightway_excel,
    bw2package,
    bw_package,
    ecospold1,
    ecospold2,
    ilcd,
    olca_jsonld,
    product_file,
    simapro_csv,
)


def find_format(name: str) -> InventoryReader:
    """The reader of the format of that name; raises QuestionError with the nearest one."""
    for reader in INVENTORY_READERS:
        if name == reader.FORMAT.name:
            return reader
    known = [reader.FORMAT.name for reader in INVENTORY_READERS]
    raise QuestionError(f"there is no inventory format {name!r}", hint=nearest(name, known))


def read_inventory(path: str | os.PathLike[str], format: str | None = None) -> Inventory:
    """The inventory at ``path``, a file, a folder or a zip file, in the format of that name, or the one it looks like.

    Raises QuestionError for an unknown format, InputError for a path that is of none, and what the reader raises.
    """
    place = archive.open(path)
    if format is not None:
        return find_format(format).read(place)
    for reader in INVENTORY_READERS:
        if reader.holds(place):
            return reader.read(place)
    known = "; ".join(f"{reader.FORMAT.name} ({', '.join(reader.FORMAT.files)})" for reader in INVENTORY_READERS)
    raise InputError("is in no format of inventories that is known", where=str(path), hint=f"known are {known}")
