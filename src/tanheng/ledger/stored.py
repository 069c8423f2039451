"""The stored ledger: a folder of Parquet files, one for each account of a table and year, each written whole.

A file's name ends in the hash of its content, and its metadata hold the totals of the account, so that the rules
between accounts are tested without reading rows. What is written in place of an older file is written first; a write
that is killed between the two leaves both, and the newer one counts.
"""

from __future__ import annotations

import datetime
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xarray as xr
from pydantic import BaseModel, ConfigDict, ValidationError

from tanheng import files, provenance
from tanheng.data import store
from tanheng.errors import InputError, LedgerError, QuestionError, TanhengError, nearest
from tanheng.ledger import form, queries, rows, rules

META = b"tanheng"
GROUP = ("year", "principle", "approach", "account", "table_hash", "base_hash")  # the rows of one file
REPLACE = "to take these in their place: replace=True, --replace"
_SAME = 1e-12  # of the largest value: what two runs of one solve may differ by
_WAIT = 30.0  # seconds for another process that writes
_DEAD = 600.0  # seconds, after which the lock of a writer is that of one that was killed
_FORGOTTEN = 86_400  # seconds, after which what a killed write left can be removed


class Meta(BaseModel):
    """What a file's metadata tell of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal[1] = 1
    written: datetime.datetime
    tanheng: str
    hash: str
    rows: int
    sources: list[str]
    totals: list[dict[str, Any]]


@dataclass(frozen=True)
class Entry:
    """An account of a table and year as it is stored: its file and what is known of it without reading its rows."""

    path: Path
    meta: Meta

    @property
    def name(self) -> str:
        """The name by which it is shown and removed: account, year and the beginning of its hash."""
        return self.path.stem

    @cached_property
    def totals(self) -> pd.DataFrame:
        """The sums of its rows, as ``rules.totals`` gives them."""
        return _totals(self.meta.totals)

    @property
    def group(self) -> tuple[object, ...]:
        """Year, principle, approach, account, hash of the table and of its base."""
        return tuple(self.meta.totals[0][column] for column in GROUP)

    def labels(self, column: str) -> tuple[str, ...]:
        """What stands in a column of its totals, each once."""
        return tuple(dict.fromkeys(str(row[column]) for row in self.meta.totals))

    def frame(self) -> pd.DataFrame:
        """Its rows; raises InputError for a file that is damaged."""
        return form.typed(_read(self.path).to_pandas())


@dataclass(frozen=True)
class Added:
    """What came of adding: the names of entries that are new or grew, that were replaced, and that were there."""

    new: tuple[str, ...]
    replaced: tuple[str, ...]
    same: tuple[str, ...]


@dataclass(frozen=True)
class Ledger:
    """The ledger in a folder: add results, ask in SQL, check, remove."""

    folder: Path

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it holds, by name; raises InputError for a file that is none of its own."""
        found: dict[tuple[object, ...], Entry] = {}
        for path in sorted(self.folder.glob("[!.]*.parquet")):
            entry = Entry(path, _meta(path))
            older = found.get(entry.group)
            if older is None or older.meta.written < entry.meta.written:
                found[entry.group] = entry
        return tuple(sorted(found.values(), key=lambda entry: entry.name))

    def add(self, given: pd.DataFrame | Iterable[xr.DataArray], *, replace: bool = False) -> Added:
        """Add results, or a frame in the columns of the ledger; all of it or nothing, every rule tested before.

        What is there already is left as it is. Raises LedgerError where other numbers are there for the same account,
        table and year, unless ``replace``; and as ``rules.require`` for a rule that would be broken.
        """
        frame = form.typed(given) if isinstance(given, pd.DataFrame) else form.joined(rows.of(one) for one in given)
        rules.require_rows(frame)
        with _locked(files.folder(self.folder)):
            _sweep(self.folder)
            held = {entry.group: entry for entry in self.entries}
            changes = [_Change.of(part, held.get(group), replace) for group, part in _grouped(frame)]
            changed = {change.group for change in changes}
            kept = [row for group, entry in held.items() if group not in changed for row in entry.meta.totals]
            rules.require_totals(_totals([*kept, *(row for change in changes for row in change.totals)]))
            for change in changes:
                change.write(self.folder)
        told = {kind: tuple(one.name for one in changes if one.kind == kind) for kind in ("new", "replaced", "same")}
        return Added(**told)

    def find(self, name: str) -> Entry:
        """The entry of that name, or the one whose name begins so; raises QuestionError with the nearest."""
        entries = {entry.name: entry for entry in self.entries}
        begins = [entry for key, entry in entries.items() if key.startswith(name)]
        if name in entries or len(begins) == 1:
            return entries.get(name) or begins[0]
        hint = nearest(name, [entry.name for entry in begins] or entries)
        raise QuestionError(f"{name!r} is {'several entries' if begins else 'no entry'} of the ledger", hint=hint)

    def remove(self, names: Sequence[str]) -> tuple[str, ...]:
        """Remove entries; returns their names. Raises QuestionError for an unknown one, and then removes none."""
        chosen = [self.find(name) for name in names]
        with _locked(self.folder):
            for entry in chosen:
                entry.path.unlink(missing_ok=True)
        return tuple(entry.name for entry in chosen)

    def frame(self) -> pd.DataFrame:
        """All rows."""
        return form.joined(entry.frame() for entry in self.entries)

    def query(self, sql: str) -> pd.DataFrame:
        """What a SELECT finds in the view ``ledger``. Raises QuestionError for what is none or cannot be answered.

        DuckDB may read the ledger's files and nothing else: no other file, no network, no extension.
        """
        return self.query_arrow(sql).to_pandas()

    def query_arrow(self, sql: str) -> pa.Table:
        """``query`` as an Arrow table."""
        return queries.query(sql, [entry.path for entry in self.entries])

    def check(self) -> tuple[str, ...]:
        """What is wrong with it: files that were changed, rules that are broken; empty if nothing is."""
        said: list[str] = []
        sums: list[dict[str, Any]] = []
        for path in sorted(self.folder.glob("[!.]*.parquet")):
            try:
                sums += _checked(Entry(path, _meta(path)))
            except TanhengError as error:
                said.append(f"{path.name}: {error}")
        for rule in (rules.require_world, rules.require_differences):
            try:
                rule(_totals(sums))
            except TanhengError as error:
                said.append(str(error))
        return tuple(said)

    def export(self, path: Path) -> Path:
        """Write all rows into one file, whole or not at all: CSV where its name ends so, else Parquet."""
        frame = self.frame()
        with files.whole(path) as part:
            if path.suffix == ".csv":
                frame.to_csv(part, index=False, lineterminator="\n", float_format="%.15g")
            else:
                form.write_parquet(frame, part)
        return path


def open_ledger(folder: str | os.PathLike[str] | None = None) -> Ledger:
    """The ledger in a folder; without one, that of the store: ``$TANHENG_HOME/ledger``."""
    return Ledger(store.home() / "ledger" if folder is None else Path(folder))


# -- one change ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Change:
    """What becomes of the account of a table and year: its rows from now on, and the entry they take the place of."""

    group: tuple[object, ...]
    frame: pd.DataFrame
    old: Entry | None
    kind: Literal["new", "replaced", "same"]
    digest: str

    @classmethod
    def of(cls, given: pd.DataFrame, old: Entry | None, replace: bool) -> _Change:
        frame, kind = form.canonical(given), "new"
        group = _group_of(frame)
        if old is not None:
            there = old.frame()
            known = {_identity(row) for row in old.meta.totals}
            again, apart = _parted(frame, known)
            shared, kept = _parted(there, {_identity(row) for row in rules.totals(again).to_dict("records")})
            if len(again) and not _same(form.canonical(shared), form.canonical(again)):
                if not replace:
                    raise LedgerError(_conflict(shared, again), where="ledger", hint=REPLACE)
                kind = "replaced"
                frame = form.canonical(form.joined([kept, frame])) if len(kept) else frame
            elif apart.empty:
                return cls(group, there, old, "same", old.meta.hash)
            else:
                frame = form.canonical(form.joined([there, apart]))
        return cls(group, frame, old, kind, form.digest(frame))  # type: ignore[arg-type]  # one of three words

    @cached_property
    def totals(self) -> list[dict[str, Any]]:
        return _records(self.frame)

    @property
    def name(self) -> str:
        if self.kind == "same" and self.old is not None:
            return self.old.name
        year, _, _, account, *_ = self.group
        plain = re.sub(r"[^\w.-]+", "-", str(account), flags=re.ASCII).strip("-.") or "account"
        return f"{plain[:60]}-{year or 'any'}-{self.digest[:12]}"

    def write(self, folder: Path) -> None:
        if self.kind == "same":
            return
        path = folder / f"{self.name}.parquet"
        about = Meta(
            written=datetime.datetime.now(datetime.UTC),
            tanheng=provenance.version(),
            hash=self.digest,
            rows=len(self.frame),
            sources=list(self.frame["source"].cat.categories),
            totals=self.totals,
        )
        with files.whole(path) as part:
            form.write_parquet(self.frame, part, {META: about.model_dump_json().encode()})
        if self.old is not None and self.old.path != path:
            self.old.path.unlink(missing_ok=True)


def _conflict(there: pd.DataFrame, again: pd.DataFrame) -> str:
    """What is wrong with adding ``again`` to an account that is ``there``."""
    row, (was, now) = again.iloc[0], (rules.split(frame.iloc[0]) for frame in (there, again))
    year = "" if pd.isna(row["year"]) else f" {row['year']}"
    name = f"{row['account']}{year} of {row['source']} (#{row['table_hash'][:12]})"
    if was != now:
        return f"{name} is there by {was}: by {now} it would count twice"
    return f"other numbers are there for {name}"


def _identity(row: dict[str, Any]) -> tuple[object, ...]:
    return tuple(None if pd.isna(row[column]) else row[column] for column in rules.IDENTITY)


def _parted(frame: pd.DataFrame, known: set[tuple[object, ...]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows whose account, definition, stressor and line are ``known``, and the others."""
    first, place = form.places(frame, rules.IDENTITY)
    heads = frame[list(rules.IDENTITY)].iloc[first].to_dict("records")
    inside = np.array([_identity(head) in known for head in heads], dtype=bool)[place]
    return frame[inside], frame[~inside]


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Whether two canonical frames say the same, but for what runs of one solve differ by."""
    if len(one) != len(other) or not one["year"].equals(other["year"]):
        return False
    for column in form.TEXT:
        ours, theirs = one[column].cat, other[column].cat
        if list(ours.categories) != list(theirs.categories) or not np.array_equal(ours.codes, theirs.codes):
            return False
    pairs = [(one[column].to_numpy(), other[column].to_numpy()) for column in form.NUMBERS]
    largest = float(np.nanmax(np.abs(pairs[0][0]), initial=0.0))
    return all(np.allclose(a, b, rtol=0.0, atol=_SAME * largest, equal_nan=True) for a, b in pairs)


def _grouped(frame: pd.DataFrame) -> Iterator[tuple[tuple[object, ...], pd.DataFrame]]:
    """The rows of each file."""
    place = form.number(frame, GROUP)
    for one in np.unique(place):
        part = frame[place == one].reset_index(drop=True)
        yield _group_of(part), part


def _group_of(frame: pd.DataFrame) -> tuple[object, ...]:
    row = frame.iloc[0]
    return tuple(None if pd.isna(row[column]) else row[column] for column in GROUP)


def _totals(records: Sequence[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(records), columns=[*rules.TOTALS, "total", "gross"])
    return frame.astype({"year": "Int64", "total": float, "gross": float})


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The totals of rows as JSON knows them; a sum that is no number (of ratios) is null."""
    plain = rules.totals(frame).astype(object)
    return list(plain.where(plain.notna(), None).to_dict("records"))


# -- files -----------------------------------------------------------------------------------------------------------


def _meta(path: Path) -> Meta:
    """What a file tells of itself; raises InputError for one that is no entry."""
    hint = "remove it, or move it out of the ledger's folder"
    try:
        schema = pq.read_schema(path)
        return Meta.model_validate_json((schema.metadata or {})[META])
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"cannot be read ({error})", where=str(path), hint=hint) from None
    except (KeyError, ValidationError):
        raise InputError("is no entry of a ledger", where=str(path), hint=hint) from None


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path, partitioning=None)
    except (pa.ArrowInvalid, OSError) as error:
        hint = "remove the entry and add it again"
        raise InputError(f"cannot be read ({error})", where=str(path), hint=hint) from None


def _checked(entry: Entry) -> list[dict[str, Any]]:
    """The totals of its rows as they are now; raises as the first thing that is wrong with them."""
    frame = entry.frame()
    if form.digest(form.canonical(frame)) != entry.meta.hash:
        raise InputError("the rows are not those that were written", hint="remove the entry and add it again")
    rules.require_rows(frame)
    return _records(frame)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time writes; raises QuestionError where another does not end."""
    lock, until = folder / ".lock", time.monotonic() + _WAIT
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            if _age(lock) > _DEAD:
                lock.unlink(missing_ok=True)
            elif time.monotonic() > until:
                hint = f"try again; if none is running, remove {lock}"
                raise QuestionError("another process is writing to the ledger", hint=hint) from None
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Seconds since a file was written; 0 if it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _sweep(folder: Path) -> None:
    """Remove what killed writes left behind, once it is so old that no write can still be at it."""
    for path in folder.glob(".*.parquet"):
        if _age(path) > _FORGOTTEN:
            path.unlink(missing_ok=True)
