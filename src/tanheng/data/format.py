"""What people must know of a file format: one is declared at the head of every reader of inventories and of trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A format: its name, its title and a note by language, the patterns of its files, where it is documented.

    ``tested`` is "real" where the reader was tried on files of the programs that write them, else "made".
    """

    name: str
    title: Mapping[str, str]
    files: tuple[str, ...]
    homepage: str
    note: Mapping[str, str]
    tested: str = "real"
