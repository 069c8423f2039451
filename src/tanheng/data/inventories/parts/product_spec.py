"""What a product file says, as frozen things: read from TOML, every key checked, nothing yet computed."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tanheng.data.inventories.parts.product_tables import Reference
from tanheng.data.toml_keys import Keys
from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.inventory import STAGES

Kind = Literal["input", "emission", "waste", "avoided"]
KINDS: tuple[Kind, ...] = ("input", "emission", "waste", "avoided")
SPREADS = {"lognormal": ("gsd",), "normal": ("cv",), "triangular": ("low", "high"), "uniform": ("low", "high")}

_TOP = (
    "id", "title", "unit", "reference", "world", "source", "licence", "years", "note", "life", "precursors",
    "groups", "tables", "flows", "process", "factors", "trade",
)  # fmt: skip
_TABLE = (
    "file", "embedded", "unit", "source", "licence", "note", "missing_year", "missing_region", "missing_to_region",
    "residual",
)  # fmt: skip
_PROCESS = ("id", "title", "unit", "stage", "location", "regions", "pairs", "treats", "source", "note", "exchange")
_EXCHANGE = (*KINDS, "amount", "times", "from", "unit", "stage", "uncertainty", "source", "note")
_FLOW = ("title", "unit", "kind", "compartment")
_FILE = ("file", "unit", "source", "licence", "note")


@dataclass(frozen=True)
class TableSpec:
    """A table as it is declared: a ``file`` beside the product file, or one that is ``embedded`` in tanheng."""

    name: str
    file: str = ""
    embedded: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    missing_year: str = ""
    missing_region: tuple[str, ...] = ()
    missing_to_region: tuple[str, ...] = ()
    residual: str = ""


@dataclass(frozen=True)
class ExchangeSpec:
    """An exchange: ``amount`` times the values of ``times``; an input ``origin`` comes from by shares."""

    kind: Kind
    flow: str
    amount: float
    times: tuple[Reference, ...]
    origin: Reference | None
    unit: str
    stage: str
    spread: Mapping[str, Any]
    source: str
    where: str


@dataclass(frozen=True)
class ProcessSpec:
    """A process, repeated for the ``regions`` of a table (or those listed), or for the ``pairs`` of one, or not."""

    id: str
    title: Mapping[str, str]
    unit: str
    stage: str
    location: str
    regions: Reference | tuple[str, ...] | None
    pairs: Reference | None
    treats: bool
    source: str
    exchanges: tuple[ExchangeSpec, ...]
    where: str

    @property
    def repeated(self) -> bool:
        """Whether there is one for every region or pair."""
        return self.regions is not None or self.pairs is not None


@dataclass(frozen=True)
class FlowSpec:
    """A flow that no process of the file makes: an elementary one, or an input without a maker."""

    id: str
    title: Mapping[str, str]
    unit: str
    kind: Literal["elementary", "product", "waste"]
    compartment: str


@dataclass(frozen=True)
class Precursor:
    """A product traded on its own that the product contains: its ``process``, its life, its makers."""

    id: str
    title: Mapping[str, str]
    unit: str
    process: str
    life: Mapping[str, tuple[str, ...]]
    world: Reference | None


@dataclass(frozen=True)
class FileSpec:
    """A file of factors or of trade: its name, source and licence."""

    file: str
    source: str
    licence: str


@dataclass(frozen=True)
class ProductSpec:
    """All that a product file says."""

    id: str
    title: Mapping[str, str]
    unit: str
    reference: str
    world: Reference | None
    source: str
    licence: str
    note: Mapping[str, str]
    years: tuple[int, int] | None
    life: Mapping[str, tuple[str, ...]]
    precursors: Mapping[str, Precursor]
    groups: TableSpec | None
    tables: Mapping[str, TableSpec]
    flows: Mapping[str, FlowSpec]
    processes: tuple[ProcessSpec, ...]
    factors: FileSpec | None
    trade: FileSpec | None
    where: str


def parse(keys: Mapping[str, Any], where: str) -> ProductSpec:
    """The specification; raises InputError for a wrong or unknown key, LabelError for a doubled or unknown process."""
    top = Keys(keys, where, _TOP)
    processes = tuple(_process(one, at, where) for at, one in enumerate(top.tables("process"), 1))
    factors = _file(top, "factors")
    spec = ProductSpec(
        id=top.text("id"),
        title=_title(top, where),
        unit=top.text("unit"),
        reference=top.text("reference", "") if factors else top.text("reference"),
        world=_reference(top, "world"),
        source=top.text("source"),
        licence=top.text("licence"),
        note=top.spoken("note"),
        years=_years(top),
        life=_life(top.table("life"), f"{where}, life"),
        precursors={
            name: _precursor(name, one, f"{where}, precursors.{name}") for name, one in top.table("precursors").items()
        },
        groups=_groups(top),
        tables={name: _table(name, one, f"{where}, tables.{name}") for name, one in top.table("tables").items()},
        flows={name: _flow(name, one, f"{where}, flows.{name}") for name, one in top.table("flows").items()},
        processes=processes,
        factors=factors,
        trade=_file(top, "trade"),
        where=where,
    )
    _require_consistent(spec)
    return spec


def _require_consistent(spec: ProductSpec) -> None:
    if bool(spec.processes) == bool(spec.factors):
        what = "has both processes and factors" if spec.processes else "has neither processes nor factors"
        raise InputError(what, where=spec.where, hint="give it [[process]], or [factors] with a file")
    ids = [process.id for process in spec.processes]
    for process in spec.processes:
        if ids.count(process.id) > 1:
            raise LabelError(f"process {process.id} is there twice", where=spec.where, hint="each has its own id")
        if process.id in spec.flows:
            hint = "a flow with a process of its own needs no entry in [flows]"
            raise LabelError(f"{process.id} is a process and a flow", where=spec.where, hint=hint)
    named = [("reference", spec.reference)] if spec.processes else []
    named += [(f"life.{stage}", id) for stage, them in spec.life.items() for id in them]
    for one in spec.precursors.values():
        named.append((f"precursors.{one.id}.process", one.process))
        named += [(f"precursors.{one.id}.{stage}", id) for stage, them in one.life.items() for id in them]
    for what, id in named:
        if id not in ids:
            raise LabelError(f"process {id} is not known", where=f"{spec.where}, {what}", hint=nearest(id, ids))


def _process(keys: object, number: int, where: str) -> ProcessSpec:
    here = f"{where}, process {number}"
    own = Keys(keys, here, _PROCESS)
    id = own.text("id")
    own.where = here = f"{where}, process {id}"
    if "@" in id or ">" in id:
        raise InputError(f"id {id!r} has a sign that regions are told by", where=here, hint="leave out @ and >")
    regions, pairs = _regions(own), _reference(own, "pairs")
    if regions is not None and pairs is not None:
        raise InputError("has both regions and pairs", where=here, hint="keep one of them")
    return ProcessSpec(
        id=id,
        title=_title(own, here),
        unit=own.text("unit"),
        stage=_stage(own, "production"),
        location=own.text("location", ""),
        regions=regions,
        pairs=pairs,
        treats=own.flag("treats"),
        source=own.text("source", ""),
        exchanges=tuple(_exchange(one, at, here) for at, one in enumerate(own.tables("exchange"), 1)),
        where=here,
    )


def _exchange(keys: object, number: int, where: str) -> ExchangeSpec:
    here = f"{where}, exchange {number}"
    own = Keys(keys, here, _EXCHANGE)
    kinds = [kind for kind in KINDS if kind in own.keys]
    if len(kinds) != 1:
        what = f"is {' and '.join(kinds)}" if kinds else "does not say what it is"
        raise InputError(what, where=here, hint=f"give it one of {', '.join(KINDS)}")
    own.where = here = f"{here} ({own.text(kinds[0])})"
    times = tuple(Reference.of(text) for text in own.texts("times"))
    if "amount" not in own.keys and not times:
        raise InputError("has no amount", where=here, hint='write amount = 1.5, or times = ["table"], or both')
    origin = _reference(own, "from")
    if origin is not None and kinds[0] not in ("input", "avoided"):
        raise InputError(f"is {kinds[0]} and has origins", where=here, hint="only input and avoided have from")
    return ExchangeSpec(
        kind=kinds[0],
        flow=own.text(kinds[0]),
        amount=own.number("amount", 1.0),
        times=times,
        origin=origin,
        unit=own.text("unit", ""),
        stage=_stage(own, ""),
        spread=_spread(own),
        source=own.text("source", ""),
        where=here,
    )


def _spread(own: Keys) -> Mapping[str, Any]:
    keys = own.table("uncertainty")
    if not keys:
        return {}
    where = f"{own.where}, uncertainty"
    kind = Keys(keys, where, ("kind", *{name for names in SPREADS.values() for name in names})).text("kind")
    if kind not in SPREADS:
        raise InputError(f"kind {kind!r} is not known", where=where, hint=nearest(kind, SPREADS))
    checked = Keys(keys, where, ("kind", *SPREADS[kind]))
    return {"kind": kind, **{name: checked.number(name) for name in SPREADS[kind]}}


def _table(name: str, keys: object, where: str) -> TableSpec:
    own = Keys(keys, where, _TABLE)
    if ("file" in own.keys) == ("embedded" in own.keys):
        raise InputError("names no file, or two", where=where, hint='write file = "grid.csv" or embedded = "grid"')
    missing_year = own.text("missing_year", "")
    if missing_year not in ("", "nearest"):
        hint = 'write missing_year = "nearest", or leave it out: then a missing year is an error'
        raise InputError(f"missing_year is {missing_year!r}", where=where, hint=hint)
    return TableSpec(
        name=name,
        file=_file_name(own, "file"),
        embedded=own.text("embedded", ""),
        facts={key: own.text(key) for key in ("unit", "source", "licence") if key in own.keys},
        missing_year=missing_year,
        missing_region=own.texts("missing_region"),
        missing_to_region=own.texts("missing_to_region"),
        residual=own.text("residual", ""),
    )


def _groups(top: Keys) -> TableSpec | None:
    keys = top.table("groups")
    return _table("groups", keys, f"{top.where}, groups") if keys else None


def _flow(name: str, keys: object, where: str) -> FlowSpec:
    own = Keys(keys, where, _FLOW)
    kind = own.text("kind")
    if kind not in ("elementary", "product", "waste"):
        hint = nearest(kind, ("elementary", "product", "waste"))
        raise InputError(f"kind {kind!r} is not known", where=where, hint=hint)
    title = _title(own, where)
    return FlowSpec(name, title, own.text("unit"), kind, own.text("compartment", ""))  # type: ignore[arg-type]


def _precursor(name: str, keys: object, where: str) -> Precursor:
    own = Keys(keys, where, ("title", "unit", "process", "world", *STAGES))
    life = _life({stage: own.keys[stage] for stage in STAGES if stage in own.keys}, where)
    return Precursor(name, _title(own, where), own.text("unit"), own.text("process"), life, _reference(own, "world"))


def _life(keys: Mapping[str, Any], where: str) -> dict[str, tuple[str, ...]]:
    own = Keys(keys, where, STAGES[1:])
    return {stage: own.texts(stage) for stage in STAGES if stage in own.keys}


def _file(top: Keys, key: str) -> FileSpec | None:
    keys = top.table(key)
    if not keys:
        return None
    own = Keys(keys, f"{top.where}, {key}", _FILE)
    file = _file_name(own, "file", required=True)
    return FileSpec(file, own.text("source", ""), own.text("licence", ""))


def _file_name(own: Keys, key: str, *, required: bool = False) -> str:
    name = own.text(key) if required else own.text(key, "")
    if "/" in name or "\\" in name:
        raise InputError(f"{key} is {name!r}", where=own.where, hint="name a file that lies beside the product file")
    return name


def _years(top: Keys) -> tuple[int, int] | None:
    given = top.keys.get("years")
    if given is None:
        return None
    if isinstance(given, list) and len(given) == 2 and all(type(year) is int for year in given):
        return min(given), max(given)
    raise InputError(f"years is {reprlib.repr(given)}", where=top.where, hint="write years = [2017, 2025]")


def _reference(own: Keys, key: str) -> Reference | None:
    text = own.text(key, "")
    return Reference.of(text) if text else None


def _regions(own: Keys) -> Reference | tuple[str, ...] | None:
    return own.texts("regions") if isinstance(own.keys.get("regions"), list) else _reference(own, "regions")


def _stage(own: Keys, default: str) -> str:
    stage = own.text("stage", default)
    if stage and stage not in STAGES:
        raise InputError(f"stage {stage!r} is not known", where=own.where, hint=nearest(stage, STAGES))
    return stage


def _title(own: Keys, where: str) -> dict[str, str]:
    title = own.spoken("title")
    if not title:
        hint = 'write title = { en = "Glass", zh = "玻璃" }, or one text for both languages'
        raise InputError("has no title", where=where, hint=hint)
    return title
