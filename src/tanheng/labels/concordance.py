"""Concordances: how the labels of one classification go into those of another, with declared weights."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tanheng.errors import InputError, LabelError, MissingError, QuestionError, nearest
from tanheng.labels import catalogue
from tanheng.labels.align import check_unique, positions
from tanheng.labels.names import read_classification

# Weights are declared decimals: summing a thousand of them errs by less than 1e-12; more is a share nobody declared.
TOLERANCE = 1e-12

Links = Iterable[tuple[str, str, float]]


@dataclass(frozen=True, eq=False)
class Concordance:
    """Many-to-many links from ``source`` to ``target`` labels; every source label is given away whole.

    ``weights`` is (len(source), len(target)), dimensionless shares in [0, 1] whose rows sum to one within TOLERANCE.
    Raises LabelError for a doubled label or a target that nothing goes to, InputError for weights that do not add up.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    weights: npt.NDArray[np.float64]
    where: str = "concordance"

    def __post_init__(self) -> None:
        check_unique(self.source, what="source label", where=self.where)
        check_unique(self.target, what="target label", where=self.where)
        weights = np.array(self.weights, dtype=np.float64)  # a copy of our own, so that it can be frozen
        weights.setflags(write=False)
        object.__setattr__(self, "weights", weights)
        _check_weights(self)

    @classmethod
    def from_groups(
        cls, groups: Mapping[str, Sequence[str]], source: Sequence[str], *, where: str = "concordance"
    ) -> Concordance:
        """Whole source labels into groups: ``groups`` maps a target to its sources, ``source`` orders the rows.

        >>> Concordance.from_groups({"c4-5": ["c4", "c5"], "c6": ["c6"]}, ["c4", "c5", "c6"]).weights
        array([[1., 0.],
               [1., 0.],
               [0., 1.]])
        """
        return cls.from_links(((s, t, 1.0) for t, members in groups.items() for s in members), source, where=where)

    @classmethod
    def from_links(
        cls, links: Links, source: Sequence[str] | None = None, *, where: str = "concordance"
    ) -> Concordance:
        """From (source, target, weight) triples; targets keep the order of their first link.

        ``source`` orders the rows and is covered both ways: LabelError for one without a link and for an unknown one.
        """
        links = list(links)
        rows = tuple(source) if source is not None else tuple(dict.fromkeys(link[0] for link in links))
        target = tuple(dict.fromkeys(link[1] for link in links))
        check_unique([link[:2] for link in links], what="link", where=where)
        row = positions([link[0] for link in links], rows, what="source label", where=where)
        _require_covered(rows, {link[0] for link in links}, where)
        weights = np.zeros((len(rows), len(target)))
        weights[row, [target.index(link[1]) for link in links]] = [link[2] for link in links]
        return cls(rows, target, weights, where)

    @classmethod
    def read(cls, path: str | Path, source: Sequence[str] | None = None) -> Concordance:
        """From a CSV file with the columns source, target and optionally weight (1 where the column is absent).

        A weight is a decimal or a fraction such as 1/3.

        Raises InputError for a file, column or number that is not as it must be, LabelError as ``from_links`` does.
        """
        path = Path(path)
        return cls.from_links(_read_links(path), source, where=path.name)

    @classmethod
    def embedded(cls, name: str, source: Sequence[str] | None = None) -> Concordance:
        """One that comes with tanheng, by its name in ``labels/data/concordances``. QuestionError: unknown name.

        Sources and targets are in the order of their classifications, unless ``source`` orders the rows.

        >>> Concordance.embedded("wiod-35-to-23").weights.shape
        (35, 23)
        """
        about = catalogue.described(name)
        links = _read_links(catalogue.FOLDER / f"{name}.csv")
        linked = {link[1] for link in links}
        target = [label for label in read_classification(about.target).labels if label in linked]
        read = cls.from_links(links, source, where=f"{name}.csv")
        return cls(
            read.source, tuple(target), read.weights[:, positions(target, read.target, what="label")], read.where
        )

    @classmethod
    def between(cls, source: str, target: str) -> Concordance:
        """From one classification to another by way of the embedded ones: see ``catalogue.route`` for which.

        Every estimated share on the way adds its own error: ``catalogue.route`` names the steps and their weights.
        QuestionError: unknown classification, one and the same, or no way from the one to the other.

        >>> Concordance.between("exiobase-ixi-163", "wiod-35").weights.shape
        (163, 35)
        """
        steps = catalogue.route(source, target)
        if not steps:
            raise QuestionError(f"{source} and {target} are one classification", hint="no concordance is needed")
        return reduce(cls.then, (cls.embedded(step.name) for step in steps))

    def then(self, other: Concordance) -> Concordance:
        """This one and then ``other``: weights multiply and add up, rows still sum to one.

        ``other`` must take every target label of this one; what it takes besides is left out, and so are its targets
        that nothing goes to. Each row is divided by its sum, so that rounding (below TOLERANCE) does not add up.
        Raises LabelError for a target label that ``other`` does not take.

        >>> halves = Concordance.from_links([("a", "x", 0.5), ("a", "y", 0.5)])
        >>> halves.then(Concordance.from_groups({"all": ["x", "y"]}, ["x", "y"])).weights
        array([[1.]])
        """
        where = f"{self.where} then {other.where}"
        at = positions(self.target, other.source, what="target label", where=where)
        weights = self.weights @ other.weights[at]
        weights = weights / weights.sum(axis=1, keepdims=True)
        reached = np.flatnonzero(weights.sum(axis=0) > 0)
        return Concordance(self.source, tuple(other.target[t] for t in reached), weights[:, reached], where)

    def inverse(self, proxies: Mapping[str, float]) -> Concordance:
        """The way back: each target split into its sources in proportion to ``proxies``, by source label.

        ``proxies`` are non-negative amounts of any one unit, such as the output of each source sector; only their
        ratios within a target count. What this concordance makes of the proxies, its inverse turns back into them:
        p = (p W) W⁻. Raises MissingError for a source label without a proxy (a true zero must be given as 0),
        LabelError for a label that is no source or that gets no share, InputError for a proxy that is no amount, or
        for a target whose sources all have none. Source: Bayes' rule; Lindner et al. 2012 (output weights).

        >>> joined = Concordance.from_groups({"metals": ["steel", "copper"]}, ["steel", "copper"])
        >>> joined.inverse({"steel": 3, "copper": 1}).weights
        array([[0.75, 0.25]])
        """
        flows = self.weights.T * self._amounts(proxies)
        totals = flows.sum(axis=1, keepdims=True)
        if not totals.all():
            what = f"the proxies of {self.target[int(np.flatnonzero(totals == 0)[0])]} are all zero"
            raise InputError(what, where=self.where, hint="give one of its source labels a positive proxy")
        return Concordance(self.target, self.source, flows / totals, f"inverse of {self.where}")

    def _amounts(self, proxies: Mapping[str, float]) -> npt.NDArray[np.float64]:
        missing = [label for label in self.source if label not in proxies]
        if missing:
            hint = "give every source label a proxy; a true zero must be written as 0"
            raise MissingError(f"source label {missing[0]} has no proxy", where=self.where, hint=hint)
        positions(list(proxies), self.source, what="proxy", where=self.where)
        amounts = np.array([proxies[label] for label in self.source], dtype=np.float64)
        bad = np.flatnonzero(~((amounts >= 0) & np.isfinite(amounts)))
        if bad.size:
            what = f"the proxy of {self.source[bad[0]]} is {amounts[bad[0]]:g}"
            raise InputError(what, where=self.where, hint="proxies are amounts, zero or more")
        return amounts

    def matrix(self, source: Sequence[str] | None = None) -> npt.NDArray[np.float64]:
        """The weights (len(source), len(target)), rows in the order of ``source``, which must be covered both ways."""
        if source is None:
            return self.weights
        check_unique(source, what="label", where=self.where)
        positions(self.source, source, what="source label", where=self.where)
        return self.weights[positions(source, self.source, what="label", where=self.where)]


def _require_covered(rows: Sequence[str], linked: set[str], where: str) -> None:
    missing = next((label for label in rows if label not in linked), None)
    if missing is not None:
        raise LabelError(f"source label {missing} goes nowhere", where=where, hint="add a line source,target for it")


def _check_weights(c: Concordance) -> None:
    if c.weights.shape != (len(c.source), len(c.target)):
        what = f"weights are {c.weights.shape}, not {(len(c.source), len(c.target))}"
        raise InputError(what, where=c.where, hint="give a row per source and a column per target label")
    bad = np.argwhere(~((c.weights >= 0) & np.isfinite(c.weights)))
    if bad.size:
        s, t = bad[0]
        what = f"the weight of {c.source[s]} to {c.target[t]} is {c.weights[s, t]:g}"
        raise InputError(what, where=c.where, hint="weights are shares between 0 and 1")
    sums = c.weights.sum(axis=1)
    off = np.flatnonzero(np.abs(sums - 1) > TOLERANCE)
    if off.size:
        s = off[0]
        what = f"the weights of {c.source[s]} sum to {sums[s]:.12g}, not 1"
        raise InputError(what, where=c.where, hint="declare its shares in a weight column; the last is what remains")
    empty = np.flatnonzero(c.weights.sum(axis=0) == 0)
    if empty.size:
        hint = "drop it or give it a share"
        raise LabelError(f"nothing goes to target label {c.target[empty[0]]}", where=c.where, hint=hint)


def _read_links(path: Path) -> list[tuple[str, str, float]]:
    hint = "give a CSV file with the columns source,target[,weight]"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            columns = list(reader.fieldnames or [])
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), hint=hint) from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError("is not a CSV file in UTF-8", where=str(path), hint=hint) from None
    absent = [name for name in ("source", "target") if name not in columns]
    if absent or not rows:
        what = f"has no column {absent[0]} ({nearest(absent[0], columns)})" if columns and absent else "has no lines"
        raise InputError(what, where=str(path), hint=hint)
    return [_link(row, f"{path.name} line {line}") for line, row in rows]


def _link(row: Mapping[str, str | None], where: str) -> tuple[str, str, float]:
    source, target = (row["source"] or "").strip(), (row["target"] or "").strip()
    if not source or not target:
        raise InputError("source or target is empty", where=where, hint="fill both in, or delete the line")
    text = (row["weight"] or "").strip() if "weight" in row else "1"
    above, bar, below = text.partition("/")
    try:
        weight = float(above) / float(below) if bar else float(above)
    except (ValueError, ZeroDivisionError):
        weight = math.nan
    if not math.isfinite(weight):
        hint = "give a share from 0 to 1, as a decimal or a fraction such as 1/3"
        raise InputError(f"weight {text or '(empty)'} is not a number", where=where, hint=hint)
    return source, target, weight
