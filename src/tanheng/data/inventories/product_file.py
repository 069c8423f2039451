"""Our own product file: a product, its processes and what feeds them, in one TOML file with tables beside it.

At the top: ``id``, ``title`` (``{ en = , zh = }`` or one text), ``unit``, ``reference`` (the process whose product is
traded and asked for), ``source``, ``licence``, and optionally ``years = [first, last]``, ``note`` (as title), and
``world = "table:key"``, the makers' shares in the world, by which an average stands in for a maker that is not there.
Then:

``[[process]]``  ``id``, ``title``, ``unit`` of what it makes; ``stage`` (production unless told otherwise),
    ``location``; ``regions = "table"`` repeats it for every region of that table as ``id@region`` (also "table:key",
    "groups" or a list of codes), ``pairs = "table"`` for every pair of its region and to_region as ``id@from>to``;
    ``treats = true`` makes it a treatment, whose product is the waste it takes in.
``[[process.exchange]]``  one of ``input`` (a process, or a flow of [flows] that none makes), ``emission``, ``waste``
    (its treatment), ``avoided`` (a process that runs less: a credit, a line of its own). ``amount`` per unit of the
    process (1 where there are only times) times the values of the tables in ``times = ["table", "table:key"]`` for the
    process's region and the year. ``from = "table:key"``: the input comes from several regions by these shares.
    ``unit``, ``stage`` (all behind it belongs to that stage), ``source``, ``note``. ``uncertainty`` is relative to the
    amount: ``{ kind = "lognormal", gsd = 1.2 }``, ``{ kind = "normal", cv = 0.1 }``, ``{ kind = "triangular", low =
    0.8, high = 1.3 }``, and uniform as triangular.
``[tables.NAME]``  ``file`` (CSV: some of the columns region, to_region, year, key, and value) or ``embedded`` (a table
    of tanheng's own), ``unit``, ``source``, ``licence``. ``missing_year = "nearest"``; ``missing_region`` and
    ``missing_to_region`` list what stands in, in order: "group" (the region's group) or a code such as "WLD";
    ``residual``: the region that the rest of shares comes from, or "scale". Without a rule, missing is an error.
``[groups]``  ``file`` or ``embedded``: a CSV file region,group, for "group" above.
``[flows.ID]``  ``title``, ``unit``, ``kind`` (elementary, product, waste): flows that no process of the file makes.
    CO2e (gases characterised by the source), CO2, CH4 fossil, CH4 non-fossil and N2O in kg need no entry.
``[life]``  ``transport``, ``use``, ``disposal``, ``recycling``: processes that run once per unit sold, at its buyer.
``[precursors.ID]``  ``title``, ``unit``, ``process``, stages as in [life], ``world``: products traded on their own
    that this one contains.
``[factors]`` in place of processes, and ``[trade]``: a ``file`` of factors, of trade (see tanheng.data.products).

There are no expressions: an amount is a number times table values, so that each figure can be found and has a source.
An input goes to the process of the same region. Where that is not repeated for the region, but the table it is repeated
for states what stands in, it is laid out for the region as well, with the figures that stand in. What stood in for what
is a finding. docs/product-file.md tells more.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from tanheng.data import archive
from tanheng.data.archive import Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import product_spec
from tanheng.data.inventories.parts.product_exchanges import Builder, instance
from tanheng.data.inventories.parts.product_spec import ProcessSpec, ProductSpec, TableSpec
from tanheng.data.inventories.parts.product_tables import (
    GROUP,
    Place,
    ProductTable,
    Reference,
    Rules,
    Stood,
    parse_groups,
)
from tanheng.data.toml_keys import parsed
from tanheng.errors import InputError, MissingError, QuestionError, nearest
from tanheng.systems.finding import Finding, Severity, found, listed
from tanheng.systems.inventory import Inventory, InventoryAbout

NAME = "product.toml"
GROUPS = "groups"  # as a table of regions
EMBEDDED = Path(__file__).parents[1] / "products" / "tables"

FORMAT = Format(
    name="product",
    title={"en": "Product file of tanheng (TOML)", "zh": "碳衡产品文件（TOML）"},
    files=(NAME, "*.toml"),
    homepage="docs/product-file.md",
    note={
        "en": "a product as a data file: processes, exchanges, tables by region and year; see docs/product-file.md",
        "zh": "以数据文件描述一种产品：过程、交换、按地区和年份的数据表；见 docs/product-file.zh.md",
    },
)


def holds(place: Archive) -> bool:
    """Whether there is a product.toml with processes, or the file itself is one."""
    entry = _find(place)
    return entry is not None and "[[process" in entry.text()


def read(place: Archive, year: int | None = None) -> Inventory:
    """The inventory of a product file for a ``year``, its last one if None.

    Raises InputError for what is wrong in the file or a table, LabelError for an unknown name, MissingError for a year
    or region that is not there and for which the file states no rule, UnitError for units that do not fit.
    """
    return expand(place, year).inventory


def expand(place: Archive, year: int | None = None) -> Expansion:
    """The inventory with what it was made of; raises as ``read``."""
    source = Source.of(place)
    if not source.spec.processes:
        hint = "ask for its factors, not for an inventory"
        raise QuestionError("has factors in place of processes", where=source.spec.where, hint=hint)
    asked = source.last_year if year is None else year
    years = source.spec.years
    if years and asked is not None and not years[0] <= asked <= years[1]:
        hint = f"it speaks of {years[0]} to {years[1]}"
        raise MissingError(f"there is no year {asked}", where=source.spec.where, hint=hint)
    return Expansion(source, 0 if asked is None else asked, asked)


@dataclass(frozen=True)
class Source:
    """A product file and what lies beside it."""

    place: Archive
    entry: Entry
    spec: ProductSpec

    @classmethod
    def of(cls, place: Archive) -> Source:
        """Of the product.toml of a place, or the one TOML file there is; raises InputError."""
        entry = _find(place) or place.one(NAME)
        keys = parsed(entry.text(), entry.where, 'a line reads like unit = "kg"')
        return cls(place, entry, product_spec.parse(keys, entry.where))

    @cached_property
    def tables(self) -> Mapping[str, ProductTable]:
        """All tables, read; raises as ``ProductTable.parse``."""
        return {name: self._table(spec) for name, spec in self.spec.tables.items()}

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """{region: group}; empty where none are declared."""
        if self.spec.groups is None:
            return {}
        entry, _ = self._content(self.spec.groups)
        return parse_groups(entry.text(), entry.where)

    @property
    def last_year(self) -> int | None:
        """The last year it speaks of: as it says, else of its tables; None if it has no years."""
        if self.spec.years:
            return self.spec.years[1]
        return max((year for table in self.tables.values() for year in table.years), default=None)

    def table(self, name: str, who: str) -> ProductTable:
        """The table of that name; raises InputError with the nearest."""
        if name not in self.tables:
            raise InputError(f"table {name!r} is not known", where=who, hint=nearest(name, self.tables))
        return self.tables[name]

    def beside(self, name: str) -> Entry:
        """The file of that name beside the product file; raises InputError if it is not there."""
        if self.place.path.is_file() and len(self.place.entries) == 1 and self.entry.where == str(self.place.path):
            return archive.open(self.place.path.parent / name).entries[0]
        wanted = str(PurePosixPath(self.entry.name).parent / name)
        there = {entry.name: entry for entry in self.place.entries}
        if wanted not in there:
            hint = nearest(name, [PurePosixPath(one).name for one in there])
            raise InputError(f"{name} is missing beside it", where=self.entry.where, hint=hint)
        return there[wanted]

    def _table(self, spec: TableSpec) -> ProductTable:
        entry, facts = self._content(spec)
        rules = Rules(spec.missing_year, spec.missing_region, spec.missing_to_region, spec.residual)
        return ProductTable.parse(spec.name, entry.text(), entry.where, rules, facts)

    def _content(self, spec: TableSpec) -> tuple[Entry, Mapping[str, str]]:
        if spec.file:
            return self.beside(spec.file), spec.facts
        known = tomllib.loads((EMBEDDED / "tables.toml").read_text(encoding="utf-8"))
        if spec.embedded not in known:
            where = f"{self.spec.where}, tables.{spec.name}"
            raise InputError(
                f"there is no embedded table {spec.embedded!r}", where=where, hint=nearest(spec.embedded, known)
            )
        own = known[spec.embedded]
        facts = {key: own[key] for key in ("unit", "source", "licence")} | dict(spec.facts)
        return archive.open(EMBEDDED / own["file"]).entries[0], facts


@dataclass(frozen=True, eq=False)
class Expansion:
    """A product file laid out for a ``year``: every process for each of its regions or pairs, and its ``inventory``.

    ``said`` is the year as the inventory tells it, None for a file without years.
    """

    source: Source
    year: int
    said: int | None

    @property
    def spec(self) -> ProductSpec:
        """What the file says."""
        return self.source.spec

    @cached_property
    def processes(self) -> Mapping[str, ProcessSpec]:
        """The processes by id."""
        return {process.id: process for process in self.spec.processes}

    @cached_property
    def places(self) -> Mapping[str, tuple[Place, ...]]:
        """Where each process is: its regions or pairs, or (location, "") once."""
        return {process.id: tuple(dict.fromkeys(self._places(process))) for process in self.spec.processes}

    @cached_property
    def inventory(self) -> Inventory:
        """The inventory, with what stood in among its findings."""
        builder, spec = self._builder, self.spec
        about = InventoryAbout(spec.title["en"], spec.source, spec.licence, year=self.said)
        return Inventory(about, builder.flows, builder.processes, tuple(self._findings()))

    @cached_property
    def stood(self) -> Mapping[str, tuple[Stood, ...]]:
        """What stood in, by process of the inventory."""
        return {id: tuple(dict.fromkeys(them)) for id, them in self._builder.stood.items()}

    @cached_property
    def _builder(self) -> Builder:
        builder = Builder(self)
        builder.build()
        return builder

    def find(self, process: str, place: Place, stood: list[Stood], who: str) -> str:
        """The id in the inventory of a process for a region or pair, or of what stands in by the rules of its table.

        Raises MissingError where nothing does.
        """
        spec = self.processes[process]
        return instance(process, self.resolve(process, place, stood, who), spec.repeated)

    def resolve(self, process: str, place: Place, stood: list[Stood], who: str) -> Place:
        """The region or pair of a process that serves ``place``; raises as ``find``."""
        spec = self.processes[process]
        if not spec.repeated:
            return spec.location, ""
        start = self._stand_in(spec, "region", place[0], self._ends[process], stood, who)
        if spec.pairs is None:
            return start, ""
        return start, self._stand_in(spec, "to_region", place[1], self._ends[process][start], stood, who)

    @cached_property
    def _ends(self) -> Mapping[str, Mapping[str, Mapping[str, None]]]:
        """By process and region, the regions it goes to: sets that keep their order."""
        found: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        for process, places in self.places.items():
            for region, to_region in places:
                found[process][region][to_region] = None
        return found

    def _stand_in(
        self, spec: ProcessSpec, column: str, wanted: str, known: Mapping[str, object], stood: list[Stood], who: str
    ) -> str:
        if wanted in known:
            return wanted
        given = spec.pairs or spec.regions
        named = given.table if isinstance(given, Reference) else ""
        table = self.source.tables.get(named)
        for rule in getattr(table.rules, column) if table else ():
            used = self.source.groups.get(wanted, "") if rule == GROUP else rule
            if used in known:
                stood.append(Stood(named, "group" if rule == GROUP else "region", wanted, used))
                return used
        hint = f"{nearest(wanted, known)}; or state missing_{column} at the table that it is repeated for"
        raise MissingError(f"process {spec.id} is not at {wanted or 'no place'}", where=who, hint=hint)

    def _places(self, process: ProcessSpec) -> Iterator[Place]:
        if process.pairs is not None:
            yield from self.source.table(process.pairs.table, process.where).pairs(process.pairs.key, process.where)
        elif process.regions is None:
            yield process.location, ""
        elif isinstance(process.regions, tuple):
            yield from ((region, "") for region in process.regions)
        elif process.regions.table == GROUPS:
            yield from ((region, "") for region in self.source.groups)
        else:
            table = self.source.table(process.regions.table, process.where)
            yield from ((region, "") for region in table.regions(process.regions.key, process.where))

    def _findings(self) -> Iterator[Finding]:
        by_table: dict[tuple[str, str], dict[tuple[str, str], None]] = defaultdict(dict)
        for them in self._builder.stood.values():
            for one in them:
                by_table[one.table, one.what][one.wanted, one.used] = None
        for (table, what), pairs in by_table.items():
            names = listed([f"{wanted} → {used}" for wanted, used in pairs])
            severity: Severity = "note" if what == "group" else "warning"
            where = f"{self.spec.title['en']}, {table}"
            yield found(f"product-{what}", severity, where, count=len(pairs), names=names)


def _find(place: Archive) -> Entry | None:
    named = place.named(NAME)
    if named is not None:
        return named
    only = place.find("*.toml")
    return only[0] if len(only) == 1 and len(place.entries) == 1 else None
