"""Products as data: those embedded in tanheng, and any other product file.

A product file has either processes (``tanheng.data.inventories.product_file``) or ``[factors]`` with a ``file``: a CSV
file with the columns of ``tanheng.systems.factors.Factors``. ``[trade]`` names a file of trade flows, a CSV file with
the columns of ``tanheng.systems.trade.TradeFlows``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path

import pandas as pd

from tanheng.data import archive
from tanheng.data.inventories import product_file
from tanheng.data.inventories.parts.product_spec import FileSpec, ProductSpec
from tanheng.data.inventories.product_file import Expansion, Source
from tanheng.errors import InputError, QuestionError, nearest
from tanheng.systems.factors import Factors
from tanheng.systems.inventory import Inventory, InventoryAbout
from tanheng.systems.trade import TradeFlows

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Product:
    """A product file, opened: what it says of itself, its inventory or factors by year, its trade.

    ``title`` and ``note`` ({} for none) are by language; ``unit`` that of its trade and factors; ``reference`` the
    process asked for ("" where it has factors); ``life`` the processes after the sale by stage; ``precursors`` the
    products traded on their own that it contains, each with those it contains itself; ``years`` the first and last
    year, None where it has none.
    """

    id: str
    title: Mapping[str, str]
    unit: str
    reference: str
    source: str
    licence: str
    note: Mapping[str, str]
    years: tuple[int, int] | None
    life: Mapping[str, tuple[str, ...]]
    precursors: Mapping[str, tuple[str, ...]]
    file: Source = field(repr=False, compare=False)

    @property
    def has_factors(self) -> bool:
        """Whether it gives factors in place of processes."""
        return self.file.spec.factors is not None

    @property
    def has_trade(self) -> bool:
        """Whether it comes with trade flows."""
        return self.file.spec.trade is not None

    @property
    def sources(self) -> Mapping[str, tuple[str, str]]:
        """The source and licence of every table and file, by name."""
        tables = {} if self.has_factors else self.file.tables
        found = {name: (table.source, table.licence) for name, table in tables.items()}
        files = {"factors": self.file.spec.factors, "trade": self.file.spec.trade}
        return found | {name: (spec.source, spec.licence) for name, spec in files.items() if spec}

    def inventory(self, year: int | None = None) -> Inventory:
        """Its processes in a year, the last one if None; raises as ``product_file.read``, QuestionError for factors."""
        return self.laid_out(year).inventory

    def laid_out(self, year: int | None = None) -> Expansion:
        """Its inventory with what it was made of; raises as ``inventory``."""
        return product_file.expand(self.file.place, year)

    @cached_property
    def factors(self) -> Factors:
        """The factors that it gives; raises QuestionError where it has processes (``accounts.products.factors``)."""
        spec = self.file.spec.factors
        if spec is None:
            hint = "derive its factors from them: product_factors(product, year)"
            raise QuestionError(f"{self.id} has processes in place of factors", where=self.file.spec.where, hint=hint)
        return Factors.of(self._rows(spec), self._about(spec))

    @cached_property
    def trade(self) -> TradeFlows:
        """The trade that comes with it; raises QuestionError where there is none."""
        spec = self.file.spec.trade
        if spec is None:
            hint = "read some with tanheng.data.trade, or give the file [trade]"
            raise QuestionError(f"{self.id} comes without trade", where=self.file.spec.where, hint=hint)
        return TradeFlows.of(self._rows(spec), self._about(spec))

    def _rows(self, spec: FileSpec) -> pd.DataFrame:
        """The lines of a file: text but for its numbers, and blanks as missing."""
        entry = self.file.beside(spec.file)
        texts = {name: str for name in ("product", "origin", "destination", "region")}
        try:
            return pd.read_csv(BytesIO(entry.bytes()), dtype=texts, keep_default_na=False, na_values=[""])
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
            said = str(error).splitlines()[0]
            raise InputError(f"is no CSV file ({said})", where=entry.where, hint="see docs/product-file.md") from None

    def _about(self, spec: FileSpec) -> InventoryAbout:
        return InventoryAbout(self.title["en"], spec.source or self.source, spec.licence or self.licence)


def names() -> tuple[str, ...]:
    """The embedded products, sorted.

    >>> "photovoltaics" in names()
    True
    """
    return tuple(sorted(path.parent.name for path in FOLDER.glob(f"*/{product_file.NAME}")))


def open(name: str | os.PathLike[str]) -> Product:
    """The embedded product of that name, or that of a file, folder or zip file.

    Raises QuestionError for a name that is neither, InputError for what is wrong in the file.

    >>> open("photovoltaics").unit
    'kW'
    """
    text = os.fspath(name)
    if text in names():
        place = archive.open(FOLDER / text)
    elif Path(text).exists():
        place = archive.open(text)
    else:
        hint = f"{nearest(text, names())}; or name a file"
        raise QuestionError(f"there is no product {text!r}", hint=hint)
    source = Source.of(place)
    spec = source.spec
    return Product(
        id=spec.id,
        title=spec.title,
        unit=spec.unit,
        reference=spec.reference,
        source=spec.source,
        licence=spec.licence,
        note=spec.note,
        years=spec.years,
        life=spec.life,
        precursors=precursors(spec),
        file=source,
    )


def precursors(spec: ProductSpec) -> dict[str, tuple[str, ...]]:
    """{product: the precursors it is made of with no other between}, of the product and of each precursor."""
    made_of = {process.id: [one.flow for one in process.exchanges if one.kind == "input"] for process in spec.processes}
    traded = {one.process: one.id for one in spec.precursors.values()}
    heads = {spec.id: spec.reference, **{one.id: one.process for one in spec.precursors.values()}}
    found = {}
    for product, process in heads.items():
        seen, ahead, within = {process}, list(made_of.get(process, ())), []
        while ahead:
            at = ahead.pop(0)
            if at in seen:
                continue
            seen.add(at)
            if at in traded:
                within.append(traded[at])
            else:
                ahead += made_of.get(at, ())
        if within:
            found[product] = tuple(within)
    return found
