"""Files from their publishers: a plan that can be shown, then the download, which can be stopped and taken up again.

Addresses ``doi:10.5281/zenodo.NNN/FILE`` are looked up in Zenodo's record, which gives address, size and checksum
(https://developers.zenodo.org, Records).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from tanheng.data.http import Patience, read_json
from tanheng.data.source import HASH, Download, Source, Text
from tanheng.data.transfer import Progress, Wanted, digest, hash_file, transfer
from tanheng.errors import InputError, QuestionError, nearest

__all__ = ["ZENODO", "Item", "Patience", "Plan", "Progress", "download", "plan"]

ZENODO = "https://zenodo.org/api"

_DOI = re.compile(r"doi:10\.5281/zenodo\.(?P<record>\d+)/(?P<file>.+)")
_SUM_LINE = re.compile(r"(?P<hex>[0-9a-f]{64}) [ *](?P<name>.+)\n?")


@dataclass(frozen=True)
class Item:
    """One file of a plan."""

    download: Download
    """What the publisher says of it; the address is resolved unless the plan was made without the network."""
    path: Path
    """Where it goes."""
    hash: str
    """What its bytes are verified against: the publisher's hash, else that of NAME.sha256 beside it, else nothing."""
    state: Literal["whole", "begun", "absent", "differs"]
    """Whole: verified and left alone. Begun: a part is there. Differs: not what is declared, to be replaced."""
    here: int
    """Bytes of it that are there."""


@dataclass(frozen=True)
class Plan:
    """What ``download`` will do: which files of a source, from where, into which folder."""

    source: Source
    folder: Path
    items: tuple[Item, ...]

    @property
    def manual(self) -> Text | None:
        """How to get the files and what to run afterwards, where they cannot be downloaded by a program."""
        return None if self.source.downloads else self.source.get

    @property
    def left(self) -> int | None:
        """Bytes still to come; None where a publisher does not say how long a file is."""
        sizes = [_left(item) for item in self.items]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def plan(
    source: Source,
    folder: Path,
    years: Iterable[int] | None = None,
    *,
    edition: str | None = None,
    resolve: bool = True,
    zenodo: str = ZENODO,
    patience: Patience | None = None,
) -> Plan:
    """Which files of ``source`` for these years (None: all) go into ``folder``, and which of them are there and whole.

    Files that are there are read to verify them. With ``resolve``, records of files that are not there are looked up.
    Raises QuestionError for a year or an edition that is not to be had, InputError for a record that cannot be read.
    """
    records: dict[str, Mapping[str, Mapping[str, object]]] = {}
    items = []
    for chosen in _chosen(source, years, edition):
        item = _item(chosen, folder)
        if resolve and (match := _DOI.fullmatch(chosen.url)) and not (item.state == "whole" and chosen.hash):
            address = f"{zenodo}/records/{match['record']}"
            if address not in records:
                records[address] = _record(address, patience)
            item = _item(_resolved(chosen, match["file"], records[address], address), folder)
        items.append(item)
    return Plan(source, folder, tuple(items))


def download(plan: Plan, progress: Progress | None = None, *, patience: Patience | None = None) -> tuple[Path, ...]:
    """Bring what is not yet there and whole; the paths of all files of the plan, in its order.

    ``progress(name, done, total)`` counts bytes, total is 0 when unknown. What was stopped goes on where it broke off.
    Raises QuestionError where files are to be got by hand, InputError for what server or disk do not do, ValueError
    for a plan that was made with ``resolve=False``.
    """
    if plan.manual:
        raise QuestionError(f"the files of {plan.source.name} cannot be downloaded", hint=plan.manual["en"])
    missing = [item for item in plan.items if item.state != "whole"]
    if unresolved := [item.download.name for item in missing if _DOI.fullmatch(item.download.url)]:
        raise ValueError(f"the plan was made without looking up {', '.join(unresolved)}")
    for item in missing:
        way_out = f"look at {plan.source.homepage}"
        if item.hash and not item.download.hash:
            way_out = f"if the publisher has changed it on purpose, remove {hash_file(item.path).name}; {way_out}"
        wanted = Wanted(item.download.url, item.path, item.download.size, item.hash, way_out)
        transfer(wanted, progress, patience)
    return tuple(item.path for item in plan.items)


def _chosen(source: Source, years: Iterable[int] | None, edition: str | None) -> list[Download]:
    downloads = list(source.downloads)
    editions = sorted({download.edition for download in downloads if download.edition})
    if edition is not None and downloads:
        if edition not in editions:
            raise QuestionError(f"{source.name} has no edition {edition!r} to fetch", hint=nearest(edition, editions))
        downloads = [download for download in downloads if download.edition in (edition, "")]
    wanted = set() if years is None else set(years)
    there = {year for download in downloads for year in download.years}
    if there and (unknown := sorted(wanted - there)):
        what = f"{source.name} has no files of {_spans(unknown)}"
        raise QuestionError(what, hint=f"there are files of {_spans(sorted(there))}")
    return [download for download in downloads if years is None or not download.years or wanted & set(download.years)]


def _spans(years: list[int]) -> str:
    """Ascending years in words.

    >>> _spans([1995, 1996, 1997, 2000])
    '1995 to 1997, 2000'
    """
    starts = [year for year in years if year - 1 not in years]
    ends = [year for year in years if year + 1 not in years]
    return ", ".join(
        f"{start} to {end}" if end > start else str(start) for start, end in zip(starts, ends, strict=True)
    )


def _item(download: Download, folder: Path) -> Item:
    path = folder / download.name
    expected = download.hash or _kept_hash(path)
    if path.is_file():
        size = path.stat().st_size
        whole = download.size in (None, size)
        whole = whole and (not expected or digest(path, expected.partition(":")[0]) == expected)
        return Item(download, path, expected, "whole" if whole else "differs", size)
    part = Wanted(download.url, path).part
    if part.is_file():
        return Item(download, path, expected, "begun", part.stat().st_size)
    return Item(download, path, expected, "absent", 0)


def _kept_hash(path: Path) -> str:
    """The hash in NAME.sha256, which another machine, or an earlier download, has left; "" without one."""
    kept = hash_file(path)
    if not kept.is_file():
        return ""
    match = _SUM_LINE.fullmatch(kept.read_text(encoding="utf-8", errors="replace"))
    if not match or match["name"] != path.name:
        hint = f"it must be one line, 64 hexadecimal digits, two blanks and {path.name}; correct or remove it"
        raise InputError("does not hold the SHA-256 of the file beside it", where=f"{kept}:1", hint=hint)
    return f"sha256:{match['hex']}"


def _left(item: Item) -> int | None:
    if item.state == "whole":
        return 0
    if item.download.size is None:
        return None
    return max(item.download.size - (item.here if item.state == "begun" else 0), 0)


def _record(address: str, patience: Patience | None) -> Mapping[str, Mapping[str, object]]:
    """The files of a record by name, as its JSON has them."""
    record = read_json(address, patience)
    entries = record.get("files") if isinstance(record, Mapping) else None
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) and "key" in entry for entry in entries):
        hint = "it may be restricted: open the record's page in a browser"
        raise InputError("the record does not list its files", where=address, hint=hint)
    return {str(entry["key"]): entry for entry in entries}


def _resolved(download: Download, file: str, record: Mapping[str, Mapping[str, object]], address: str) -> Download:
    """The download with the address, the size and the checksum of the record; raises InputError where they differ."""
    if file not in record:
        raise InputError(f"the record has no file {file!r}", where=address, hint=nearest(file, record))
    entry = record[file]
    size, checksum, links = entry.get("size"), entry.get("checksum"), entry.get("links")
    url = links.get("self") if isinstance(links, Mapping) else None
    if not (
        (isinstance(size, int) and size >= 0)
        and (isinstance(checksum, str) and HASH.fullmatch(checksum))
        and (isinstance(url, str) and _as_safe(url, address))
    ):
        what = f"the record does not give {file!r} an address, a size and a checksum"
        raise InputError(what, where=address, hint="open the record's page in a browser and get the file by hand")
    declared = download.hash or checksum
    changed = declared.partition(":")[0] == checksum.partition(":")[0] and declared != checksum
    if changed or download.size not in (None, size):
        what = f"the record's {file!r} ({size:,} bytes, {checksum}) is not the file that was declared"
        raise InputError(what, where=address, hint="the record's page may say what has changed")
    return replace(download, url=url, size=size, hash=declared)


def _as_safe(url: str, address: str) -> bool:
    return urlsplit(url).scheme in ("https", urlsplit(address).scheme) and not re.search(r"\s", url)
