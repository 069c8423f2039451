"""The one door for physical trade: what a reader is, and the tuple of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Protocol

from tanheng.data import archive
from tanheng.data.archive import Archive
from tanheng.data.format import Format
from tanheng.data.trades import baci, comext, comtrade, plain, pv_exports
from tanheng.data.trades.parts.wanted import ALL, Wanted
from tanheng.errors import InputError, QuestionError, nearest
from tanheng.systems.trade import TradeFlows


class TradeReader(Protocol):
    """A format of trade. A module with these names is a reader; add it to TRADE_READERS."""

    @property
    def FORMAT(self) -> Format:
        """What people must know of it."""

    def holds(self, place: Archive) -> bool:
        """Whether ``place`` looks like this format: a look at names and at the head of a file, no more."""

    def read(self, place: Archive, wanted: Wanted = ALL) -> TradeFlows:
        """The flows ``wanted``, with what was done among their findings; raises InputError naming file and line."""


TRADE_READERS: tuple[TradeReader, ...] = (comtrade, baci, comext, pv_exports, plain)


def find_format(name: str) -> TradeReader:
    """The reader of the format of that name; raises QuestionError with the nearest one."""
    for reader in TRADE_READERS:
        if name == reader.FORMAT.name:
            return reader
    known = [reader.FORMAT.name for reader in TRADE_READERS]
    raise QuestionError(f"there is no trade format {name!r}", hint=nearest(name, known))


def read_trade(
    path: str | os.PathLike[str],
    format: str | None = None,
    *,
    years: int | Iterable[int] | None = None,
    products: str | Sequence[str] | None = None,
) -> TradeFlows:
    """The trade at ``path``, a file, a folder or a zip file, in the format of that name, or the one it looks like.

    ``years`` and ``products`` say what to read of it (a code of digits also means all codes below it), which large
    files need: all of BACI does not fit into memory.
    Raises QuestionError for an unknown format, InputError for a path that is of none, and what the reader raises.
    """
    place, wanted = archive.open(path), Wanted.of(years, products)
    if format is not None:
        return find_format(format).read(place, wanted)
    for reader in TRADE_READERS:
        if reader.holds(place):
            return reader.read(place, wanted)
    known = "; ".join(f"{reader.FORMAT.name} ({', '.join(reader.FORMAT.files)})" for reader in TRADE_READERS)
    hint = f"known are {known}; a plain table has the columns year, product, origin, destination, quantity, unit"
    raise InputError("is in no format of trade that is known", where=str(path), hint=hint)
