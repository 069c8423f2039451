"""A product system as matrices, frozen: q = Q M⁻¹ k."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng import provenance
from tanheng.errors import QuestionError, SingularError, nearest
from tanheng.kernels import process as kernel
from tanheng.systems.finding import Finding
from tanheng.systems.inventory import CREDIT, STAGES, Flow, InventoryAbout
from tanheng.systems.linking import folded

Array = NDArray[np.float64]

LINES = (*STAGES, CREDIT)  # what a part of the system is tagged with: a stage, or that it is avoided
BACKWARDS = 1e-9  # of the greatest activity: less is rounding
_SHARED = ("M", "C", "factors", "kept", "burdens", "_places")  # what other stressors leave as it is
KEPT = -1  # no tag: the stages of what is behind it are kept


@dataclass(frozen=True, slots=True)
class Activity:
    """A process of the system: its ``id``, names, place and stage, and the product it makes, in ``unit``.

    ``sign`` is -1 for a treatment, whose product is the waste that it takes in, else 1.
    """

    id: str
    name: str
    location: str
    stage: str
    flow: str
    product: str
    unit: str
    sign: int = 1


def _words(one: Activity) -> tuple[str, str, str]:
    """What a process is called."""
    return one.name, one.product, one.id.partition("@")[0]


Named = TypeVar("Named", Activity, Flow)


@dataclass(frozen=True, eq=False)
class Entries:
    """The cells of a sparse matrix: ``row``, ``column``, ``amount`` and ``tag``, a place in LINES or KEPT, each (m,).

    Cells at one place add up.
    """

    row: NDArray[np.int32]
    column: NDArray[np.int32]
    amount: Array
    tag: NDArray[np.int8]

    @classmethod
    def of(cls, cells: Sequence[tuple[int, int, float, int]]) -> Entries:
        """Of (row, column, amount, tag)."""
        table = np.array(cells, dtype=np.float64).reshape(-1, 4)
        row, column, amount, tag = table.T
        return cls(row.astype(np.int32), column.astype(np.int32), amount, tag.astype(np.int8))

    def matrix(self, shape: tuple[int, int], where: NDArray[np.bool_] | None = None) -> sp.csc_array:
        """The matrix of all cells, or of those ``where`` (m,) says."""
        at = slice(None) if where is None else where
        return sp.csc_array((self.amount[at], (self.row[at], self.column[at])), shape=shape)


@dataclass(frozen=True, eq=False)
class ProcessSystem:
    """A product system: n processes, the s stressors they exchange with nature, and u flows that nothing in it makes.

    ``technosphere`` holds the cells of M (n, n), products by processes: made positive, taken in negative, each process
    per one unit of its own product, which is its row (the first n cells are these products); ``biosphere`` those of
    Q (s, n), positive what goes to nature, negative what is taken from it; ``cutoffs`` those of C (u, n), inputs
    without a maker (``unlinked``), positive, and wastes without a treatment, negative. A cell's tag puts all that is
    behind it into that stage; a biosphere cell without a tag has the stage of its process. ``assemble`` makes one of an
    inventory.
    Source: Heijungs and Suh 2002, ch. 2; Suh and Huppes 2005.
    """

    about: InventoryAbout
    processes: tuple[Activity, ...]
    stressors: tuple[Flow, ...]
    unlinked: tuple[Flow, ...]
    technosphere: Entries
    biosphere: Entries
    cutoffs: Entries
    findings: tuple[Finding, ...] = ()

    # -- labels -------------------------------------------------------------------------------------------------------

    @cached_property
    def process_names(self) -> tuple[str, ...]:
        """A name for each process (n,) that no other has: its own, with its place, or with its id."""
        return told_apart(self.processes, lambda one: one.name, lambda one: one.location)

    @cached_property
    def stressor_names(self) -> tuple[str, ...]:
        """A name for each stressor (s,) that no other has: its own, with its compartment, or with its id."""
        return told_apart(self.stressors, lambda one: one.name, lambda one: one.compartment)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {process.id: at for at, process in enumerate(self.processes)}

    def find(self, name: str, location: str = "") -> int:
        """The position of the process with that id, name or product (capitals and blanks apart), at that location.

        A process that is repeated by place, ``id@place``, has the name ``id`` too.
        Raises QuestionError where there is none, naming the nearest, or more than one.
        """
        if name in self._places:
            return self._places[name]
        wanted = folded(name)
        found = [at for at, one in enumerate(self.processes) if wanted in (folded(word) for word in _words(one))]
        here = [at for at in found if self.processes[at].location == location] if location else found
        if len(here) == 1:
            return here[0]
        if found and not here:
            places = sorted({self.processes[at].location for at in found})
            what = f"process {name} is not at {location}"
            raise QuestionError(what, where=self.about.name, hint=nearest(location, places))
        if not here:
            known = dict.fromkeys(word for words in zip(*map(_words, self.processes), strict=True) for word in words)
            raise QuestionError(f"process {name} is not known", where=self.about.name, hint=nearest(name, known))
        ids = ", ".join(f"{self.processes[at].id} ({self.processes[at].location})" for at in here[:6])
        raise QuestionError(f"{len(here)} processes are called {name}", where=self.about.name, hint=f"name one: {ids}")

    # -- matrices -----------------------------------------------------------------------------------------------------

    @cached_property
    def M(self) -> sp.csc_array:
        """The technosphere (n, n)."""
        return self.technosphere.matrix((len(self.processes), len(self.processes)))

    @cached_property
    def Q(self) -> sp.csc_array:
        """The biosphere (s, n)."""
        return self.biosphere.matrix((len(self.stressors), len(self.processes)))

    @cached_property
    def C(self) -> sp.csc_array:
        """Inputs without a maker (u, n), per unit of product."""
        return self.cutoffs.matrix((len(self.unlinked), len(self.processes)))

    @cached_property
    def factors(self) -> kernel.Factorised:
        """M factorised, once. Raises SingularError naming a process."""
        return kernel.factorise(self.M, self._name)

    @cached_property
    def kept(self) -> kernel.Factorised:
        """M without its tagged cells, factorised: what is reached with no stage between."""
        return self._without(self.technosphere.tag != KEPT)

    @cached_property
    def burdens(self) -> kernel.Factorised:
        """M without what is avoided, factorised."""
        return self._without(self.technosphere.tag == LINES.index(CREDIT))

    def _without(self, cells: NDArray[np.bool_]) -> kernel.Factorised:
        if not cells.any():
            return self.factors
        return kernel.factorise(self.technosphere.matrix(self.M.shape, ~cells), self._name)

    def _name(self, at: int) -> str:
        return f"{self.about.name}, process {self.processes[at].name}"

    @cached_property
    def multipliers(self) -> Array:
        """Q M⁻¹ (s, n): what one unit of each product takes of every stressor, with all that is behind it."""
        return kernel.multipliers(self.factors, self.Q.toarray()) * self.signs

    @cached_property
    def inputs(self) -> Entries:
        """The cells of M but for the products made: what each process takes in (negative) or leaves to be treated."""
        cells, n = self.technosphere, len(self.processes)
        return Entries(cells.row[n:], cells.column[n:], cells.amount[n:], cells.tag[n:])

    @cached_property
    def signs(self) -> Array:
        """1 (n,), and -1 for treatments: a demand for their service is an amount of waste taken in."""
        return np.array([process.sign for process in self.processes], dtype=np.float64)

    @cached_property
    def hash(self) -> str:
        """BLAKE3 over labels, units and cells (convention 8)."""
        parts = (self.technosphere, self.biosphere, self.cutoffs)
        texts = [repr(self.about), *map(repr, self.processes), *(f"{f.id} {f.name} {f.unit}" for f in self.stressors)]
        arrays = [
            np.asarray(getattr(p, n), dtype=np.float64) for p in parts for n in ("row", "column", "amount", "tag")
        ]
        return provenance.digest(texts, arrays)

    # -- answers ------------------------------------------------------------------------------------------------------

    def demand(self, wanted: Mapping[str, float] | Iterable[Mapping[str, float]]) -> Array:
        """k (n,) of {process: amount of its product}, or (n, m) of several; raises as ``find``."""
        if isinstance(wanted, Mapping):
            k = np.zeros(len(self.processes))
            for name, amount in wanted.items():
                at = self.find(name)
                k[at] += amount * self.processes[at].sign
            return k
        return np.column_stack([self.demand(one) for one in wanted])

    def activity(self, k: Array) -> Array:
        """M⁻¹ k: how much of each process runs for the demands ``k`` (n,) or (n, m), in units of its product."""
        return kernel.activity(self.factors, k)

    def activity_by_line(self, k: Array) -> dict[str, Array]:
        """The activity M⁻¹ k in parts, each as ``k`` (n,) or (n, m): "" what is reached without a tag, then by line.

        What is avoided comes first: all behind it, wherever in the chain, is the line "credit", and no credit hides in
        a stage. Of stages, the one nearest to the demand counts. The parts add up to ``activity``: with the burdens
        M_b = M − M_c and M_b = M₀ + Σ M_t, x₀ = M₀⁻¹ k, x_t = −M_b⁻¹ M_t x₀ and x_c = −M⁻¹ M_c (x₀ + Σ x_t).
        Raises SingularError for a system without solution, and where burdens would run a process backwards.
        """
        tag, credit = self.technosphere.tag, LINES.index(CREDIT)
        parts = {"": kernel.activity(self.kept, k)}
        kept = parts[""]
        for at in np.unique(tag[(tag != KEPT) & (tag != credit)]):
            parts[LINES[at]] = self._behind(self.burdens, tag == at, kept)
        burdens = np.sum(list(parts.values()), axis=0)
        self._require_forward(burdens, k)
        if (tag == credit).any():
            parts[CREDIT] = self._behind(self.factors, tag == credit, burdens)
        return parts

    def _require_forward(self, burdens: Array, k: Array) -> None:
        """Raise SingularError where a demand would run a process backwards, but for credits: a loop that gains."""
        asked = np.atleast_2d((k.T * self.signs >= 0).all(axis=-1)).ravel()  # a negative demand runs all backwards
        running = burdens.reshape(len(self.processes), -1)
        backwards = (running < -BACKWARDS * np.abs(running).max(axis=0, initial=0.0)) & asked
        if backwards.any():
            who = self._name(int(np.argwhere(backwards)[0][0]))
            hint = "see the amounts in the loop that it is part of, and their units"
            raise SingularError("a loop uses more of a product than it makes of it", where=who, hint=hint)

    def _behind(self, factors: kernel.Factorised, cells: NDArray[np.bool_], running: Array) -> Array:
        """The activity behind these cells of the processes ``running``; most of many demands ask nothing of them."""
        right: Array = -(self.technosphere.matrix(self.M.shape, cells) @ running)
        asked = right.any(axis=0)
        if right.ndim == 1:
            return kernel.activity(factors, right) if asked else right
        right[:, asked] = kernel.activity(factors, right[:, asked])
        return right

    def only(self, stressors: Sequence[int]) -> ProcessSystem:
        """The same system with the stressors at these positions alone; the factors of M are shared."""
        place = np.full(len(self.stressors), -1, dtype=np.int32)
        place[list(stressors)] = np.arange(len(stressors))
        rows = place[self.biosphere.row]
        at = rows >= 0
        own = Entries(rows[at], *(getattr(self.biosphere, name)[at] for name in ("column", "amount", "tag")))
        return self.with_biosphere(tuple(self.stressors[i] for i in stressors), own)

    def with_biosphere(
        self,
        stressors: tuple[Flow, ...],
        biosphere: Entries,
        *,
        about: InventoryAbout | None = None,
        findings: tuple[Finding, ...] | None = None,
    ) -> ProcessSystem:
        """The same system with other stressors, and what is to be said of them; what is solved once for M is shared."""
        told = {"about": about or self.about, "findings": self.findings if findings is None else findings}
        other = dataclasses.replace(self, stressors=stressors, biosphere=biosphere, **told)  # type: ignore[arg-type]
        shared = {name: value for name, value in vars(self).items() if name in _SHARED}
        vars(other).update(shared)
        return other


def told_apart(them: Sequence[Named], name: Callable[[Named], str], more: Callable[[Named], str]) -> tuple[str, ...]:
    """A text for each that no other has: its name, its name [more], or its name [id].

    >>> told_apart([Flow("1", "CO2", "elementary", "kg", "air"), Flow("2", "CO2", "elementary", "kg", "water")],
    ...     lambda one: one.name, lambda one: one.compartment)
    ('CO2 [air]', 'CO2 [water]')
    """
    short = [name(one) for one in them]
    often = Counter(short)
    longer = [text if often[text] == 1 else f"{text} [{more(one)}]" for text, one in zip(short, them, strict=True)]
    often = Counter(longer)
    return tuple(
        text if often[text] == 1 else f"{name(one)} [{one.id}]" for text, one in zip(longer, them, strict=True)
    )
