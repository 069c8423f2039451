"""Files .bw2package: databases of Brightway as packed JSON, with the names that a datapackage lacks."""

from __future__ import annotations

import bz2
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tanheng.data.archive import RATIO, SMALL, Archive, Entry
from tanheng.data.format import Format
from tanheng.data.inventories.parts import brightway, units
from tanheng.data.inventories.parts.brightway import Edge, Node
from tanheng.data.inventories.parts.flows import title
from tanheng.data.inventories.parts.notes import Notes
from tanheng.data.inventories.parts.uncertainty import Uncertainties
from tanheng.errors import InputError, MissingError
from tanheng.systems.inventory import Inventory, InventoryAbout

FORMAT = Format(
    name="bw2package",
    title={"en": "bw2package", "zh": "bw2package"},
    files=("*.bw2package",),
    homepage="https://docs.brightway.dev",
    note={
        "en": "databases of Brightway 2; flows of databases that are not in the file are known by their codes alone",
        "zh": "Brightway 2 数据库；不在文件内的数据库中的流仅有代码",
    },
)

_BLOCK = 1 << 20
_HINT = "export it again from Brightway"


def holds(place: Archive) -> bool:
    """Whether the place has such a file."""
    return bool(place.find(*FORMAT.files))


def read(place: Archive) -> Inventory:
    """All databases of the place. Raises InputError naming the file and the activity."""
    files = place.find(*FORMAT.files)
    if not files:
        raise InputError("holds no file *.bw2package", where=str(place.path), hint="name the file that was exported")
    notes, uncertain, names, nodes = Notes(), Uncertainties(), list[str](), list[Node]()
    for entry in files:
        for database in _databases(entry):
            data, name = database.get("data"), str(database.get("name", ""))
            if not isinstance(data, Mapping) or not all(isinstance(value, Mapping) for value in data.values()):
                notes.add("data-sets-left-out", name)
                continue
            names.append(name)
            nodes.extend(_node(key, value, entry, uncertain) for key, value in data.items())
    about = InventoryAbout(names[0] if len(names) == 1 else title(place))
    inventory = brightway.inventory(about, nodes, notes, str(place.path))
    return inventory.replace(findings=(*inventory.findings, *uncertain.findings(about.name)))


def _databases(entry: Entry) -> Iterator[Mapping[str, Any]]:
    try:
        content = json.loads(_unpacked(entry), object_hook=_object)
    except (UnicodeDecodeError, RecursionError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"is no packed JSON of Brightway ({error})", where=entry.where, hint=_HINT) from None
    for one in content if isinstance(content, list) else [content]:
        if not isinstance(one, Mapping) or "data" not in one:
            raise InputError("holds no databases", where=entry.where, hint=_HINT)
        yield one


def _object(found: dict[str, Any]) -> Any:
    """Tuples and mappings with keys that are no text are objects of their own kind in this JSON."""
    if found.get("__tuple__"):
        return tuple(found["data"])
    if found.get("__dict__"):
        return dict(zip(found["keys"], found["values"], strict=True))
    return found


def _unpacked(entry: Entry) -> bytes:
    """The bytes of a packed file; raises InputError for a damaged one, and for one that expands beyond reason."""
    unpacker, parts, size = bz2.BZ2Decompressor(), list[bytes](), 0
    most = max(SMALL, RATIO * entry.size)
    with entry.open() as stream:
        while not unpacker.eof:
            packed = stream.read(_BLOCK) if unpacker.needs_input else b""
            parts.append(_next(unpacker, packed, entry))
            size += len(parts[-1])
            if size > most:
                what = f"is refused: it expands more than {RATIO} times"
                raise InputError(what, where=entry.where, hint=_HINT)
    return b"".join(parts)


def _next(unpacker: bz2.BZ2Decompressor, packed: bytes, entry: Entry) -> bytes:
    try:
        if packed or not unpacker.needs_input:
            return unpacker.decompress(packed, _BLOCK)
    except OSError:  # its word for what is no bzip2
        pass
    raise InputError("is no whole bzip2 file", where=entry.where, hint="it may have broken off")


def _node(key: object, value: Mapping[str, Any], entry: Entry, uncertain: Uncertainties) -> Node:
    id, name = _key(key), str(value.get("name") or "")
    where = f"{entry.where}, {name or id}"
    edges = tuple(_edge(one, where, uncertain) for one in value.get("exchanges") or ())
    return Node(
        key=id,
        name=name or id,
        where=where,
        kind=str(value.get("type") or "").casefold(),
        product=str(value.get("reference product") or ""),
        unit=units.named(str(value.get("unit") or "")),
        location=str(value.get("location") or ""),
        categories=tuple(str(part) for part in value.get("categories") or ()),
        cas=str(value.get("CAS number") or ""),
        edges=edges,
    )


def _edge(one: Mapping[str, Any], where: str, uncertain: Uncertainties) -> Edge:
    key = _key(one.get("input", ""))
    amount = one.get("amount")
    if amount is None:
        hint = "a missing number is not zero: write 0 where nothing flows"
        raise MissingError(f"the amount of {key} is missing", where=where, hint=hint)
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        raise InputError(f"the amount of {key} is {amount!r}, not a number", where=where, hint="write a number")
    return Edge(
        kind=str(one.get("type") or ""),
        amount=float(amount),
        where=where,
        key=key,
        name=str(one.get("name") or ""),
        product=str(one.get("reference product") or ""),
        unit=units.named(str(one.get("unit") or "")),
        location=str(one.get("location") or ""),
        categories=tuple(str(part) for part in one.get("categories") or ()),
        uncertainty=uncertain.stats_arrays(float(amount), one),
    )


def _key(key: object) -> str:
    return "/".join(str(part) for part in key) if isinstance(key, (tuple, list)) else str(key)
