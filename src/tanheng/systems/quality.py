"""Who the emission data of a table rest on: product data, sector data or a proxy, and how good they are (pedigree)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, LabelError, nearest
from tanheng.systems.about import NOT_STATED
from tanheng.systems.product_split import ANY, ProductSplit
from tanheng.systems.table import DIRECT, Table

Basis = Literal["product", "sector", "proxy"]
BASES: tuple[Basis, ...] = get_args(Basis)
INDICATORS = ("reliability", "completeness", "temporal", "geographical", "technological")
INDUSTRY = "industry"
COMPONENTS = (INDUSTRY, DIRECT)
ANYWHERE = -1  # where no rule holds
AGES = (3, 6, 10, 15)  # years: the age at which temporal correlation falls to 2, 3, 4 and 5 (Weidema and Wesnaes 1996)
ROUNDED = 1e-9  # of a region's emissions: nearer to the cap than this, they are held to it
LARGER = 2  # geographical correlation of an average over a larger area (Weidema and Wesnaes 1996)

# Variance of ln(value) that scores 1 to 5 add, by indicator: ecoinvent data quality guideline 3 (Weidema et al. 2013),
# table 10.5, which is (ln U / 2)² of the factors U of Frischknecht and Jungbluth 2007, rounded.
VARIANCES: Mapping[str, tuple[float, ...]] = {
    "reliability": (0.0, 0.0006, 0.002, 0.008, 0.04),
    "completeness": (0.0, 0.0001, 0.0006, 0.002, 0.008),
    "temporal": (0.0, 0.0002, 0.002, 0.008, 0.04),
    "geographical": (0.0, 0.000025, 0.0001, 0.0006, 0.002),
    "technological": (0.0, 0.0006, 0.008, 0.04, 0.12),
}


@dataclass(frozen=True)
class Pedigree:
    """Five scores from 1 (best) to 5: reliability, completeness, and temporal, geographical, technological correlation.

    What the scores mean is the matrix of Weidema and Wesnaes 1996, as in Ciroth et al. 2016. Raises InputError for a
    score that is none.

    >>> Pedigree(2, 1, 1, 1, 2).mean, round(Pedigree(4, 3, 1, 3, 4).spread, 3)
    (1.4, 1.247)
    """

    reliability: int
    completeness: int
    temporal: int
    geographical: int
    technological: int

    def __post_init__(self) -> None:
        for item in fields(self):
            score = getattr(self, item.name)
            if type(score) is not int or not 1 <= score <= 5:
                hint = "a score is a whole number from 1 (best) to 5"
                raise InputError(f"the score {item.name} is {score!r}", where="pedigree", hint=hint)

    @classmethod
    def of(cls, given: Pedigree | Sequence[int] | Mapping[str, int]) -> Pedigree:
        """A pedigree from five scores in order, or by name; raises InputError for a missing or an unknown one."""
        if isinstance(given, Pedigree):
            return given
        named = dict(given) if isinstance(given, Mapping) else dict(zip(INDICATORS, given, strict=False))
        for key in named:
            if key not in INDICATORS:
                raise InputError(f"there is no indicator {key!r}", where="pedigree", hint=nearest(key, INDICATORS))
        if len(named) != len(INDICATORS) or len(given) != len(INDICATORS):
            hint = f"give {', '.join(INDICATORS)}"
            raise InputError(f"{len(given)} scores are given, not five", where="pedigree", hint=hint)
        return cls(**named)

    @property
    def scores(self) -> tuple[int, ...]:
        """The five scores in the order of INDICATORS."""
        return tuple(getattr(self, name) for name in INDICATORS)

    @property
    def mean(self) -> float:
        """The mean of the five scores."""
        return sum(self.scores) / len(INDICATORS)

    @property
    def variances(self) -> tuple[float, ...]:
        """The variance of ln(value) that each score adds (see VARIANCES)."""
        return tuple(VARIANCES[name][score - 1] for name, score in zip(INDICATORS, self.scores, strict=True))

    @property
    def spread(self) -> float:
        """The geometric standard deviation that the scores add, without the basic uncertainty of what is measured."""
        return math.exp(math.sqrt(sum(self.variances)))


@dataclass(frozen=True)
class Rule:
    """What the emission data of some cells of a table rest on: ``basis``, ``pedigree`` (None: not scored), ``source``.

    It holds for these regions, sectors, stressors, components ("industry", "direct": emissions of final demand itself)
    and years (first, last); empty or None is any. A direct emission has no sector. ``judgement`` says that the scores
    are ours and not the source's, ``where`` the place it was read from.
    """

    basis: Basis
    pedigree: Pedigree | None
    source: str
    regions: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    stressors: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    judgement: bool = False
    note: Mapping[str, str] | None = None
    where: str = ""

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise InputError(f"there is no basis {self.basis!r}", where=self.where, hint=nearest(self.basis, BASES))
        for component in self.components:
            if component not in COMPONENTS:
                hint = nearest(component, COMPONENTS)
                raise InputError(f"there is no component {component!r}", where=self.where, hint=hint)
        if self.sectors and self.components == (DIRECT,):
            raise InputError("direct emissions have no sector", where=self.where, hint="leave the sectors out")
        if self.years is not None and self.years[0] > self.years[1]:
            raise InputError(f"it ends ({self.years[1]}) before it begins ({self.years[0]})", where=self.where)

    @property
    def rank(self) -> tuple[bool, ...]:
        """How specific it is: naming sectors goes before regions, then stressors, components and years."""
        return tuple(map(bool, (self.sectors, self.regions, self.stressors, self.components, self.years)))

    def in_force(self, year: int) -> bool:
        """Whether it holds in that year."""
        return self.years is None or self.years[0] <= year <= self.years[1]


@dataclass(frozen=True)
class Grade:
    """What cells have in common that rest on the same: the basis, or "not stated", and the pedigree."""

    basis: str
    pedigree: Pedigree | None


UNSTATED = Grade(NOT_STATED, None)


@dataclass(frozen=True, eq=False)
class Graded:
    """The grade of every cell of a table: positions among ``grades``, of which the first is UNSTATED.

    ``industry`` (stressor, region, sector), ``direct`` (stressor, region); ``rules`` are those that hold somewhere.
    """

    grades: tuple[Grade, ...]
    industry: NDArray[np.intp]
    direct: NDArray[np.intp]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Quality:
    """A declared list of rules about the emission data of a table.

    ``tables`` are the names (``about.name``) of the tables that it is about; any where there are none.
    """

    name: str
    rules: tuple[Rule, ...]
    tables: tuple[str, ...] = ()
    source: str = ""

    def adding(self, *rules: Rule) -> Quality:
        """The same with more rules, such as those of the sectors that product data were put into."""
        return replace(self, rules=(*self.rules, *rules))

    def grades(self, table: Table) -> Graded:
        """The grade of every cell of ``table`` in its year: that of the most specific rule (see ``Rule.rank``).

        Raises LabelError for a region, sector or stressor that the table does not have (with the nearest), InputError
        where two rules of equal rank hold for one cell.
        """
        shape = (len(table.stressors), len(table.regions), len(table.sectors))
        of = {INDUSTRY: np.full(shape, ANYWHERE), DIRECT: np.full(shape[:2], ANYWHERE)}
        for at, rule in enumerate(self.rules):
            _require_known(rule, table, self._where(at))
        there = [at for at, rule in enumerate(self.rules) if rule.in_force(table.year)]
        for rank in sorted({self.rules[at].rank for at in there}, reverse=True):
            self._lay(table, [at for at in there if self.rules[at].rank == rank], of)
        used = sorted({int(at) for one in of.values() for at in np.unique(one)} - {ANYWHERE})
        grades = [UNSTATED, *dict.fromkeys(Grade(self.rules[at].basis, self.rules[at].pedigree) for at in used)]
        place = np.zeros(len(self.rules) + 1, dtype=np.intp)  # the last one is ANYWHERE's, UNSTATED
        for at in used:
            place[at] = grades.index(Grade(self.rules[at].basis, self.rules[at].pedigree))
        return Graded(tuple(grades), place[of[INDUSTRY]], place[of[DIRECT]], tuple(self.rules[at] for at in used))

    def _lay(self, table: Table, equals: Sequence[int], of: Mapping[str, NDArray[np.intp]]) -> None:
        """Put rules of one rank on the cells that no higher one has; raise InputError where two hold."""
        for component, laid in of.items():
            free = laid == ANYWHERE
            for at in equals:
                cells = free & _cells(self.rules[at], table, component)
                taken = cells & (laid != ANYWHERE)
                if taken.any():
                    cell = np.unravel_index(int(taken.argmax()), taken.shape)
                    self._refuse(table, int(laid[cell]), at, component, cell)
                laid[cells] = at

    def _refuse(self, table: Table, one: int, other: int, component: str, cell: tuple[np.intp, ...]) -> None:
        names = (table.stressors, table.regions, table.sectors)
        labels = ", ".join(of[i] for of, i in zip(names, cell, strict=False))
        raise InputError(
            f"{self._where(one)} ({self.rules[one].basis}) and {self._where(other)} ({self.rules[other].basis})"
            f" both hold for {labels} ({component}) in {table.year}",
            hint="make one more specific: rules that name sectors go first, then regions, stressors, components, years",
        )

    def _where(self, at: int) -> str:
        return self.rules[at].where or f"{self.name}, rule {at + 1}"


def product_rules(split: ProductSplit, pedigree: Pedigree | None = None) -> tuple[Rule, ...]:
    """The rules of the products of a split whose emissions are quantity times factor: they rest on product data.

    ``pedigree`` is that of the factors, if they are scored. Its temporal score is replaced by that of each factor's age
    in the table's year (5 for a factor without a year), its geographical score by 1 for a factor of the region itself
    and by that of a larger area for one that holds for any region. What is left of the sector, products whose emissions
    go by output, and regions where the split is held to its ``cap`` rest on what the sector rests on: they get no rule.
    Raises as ``ProductSplit.given``.
    """
    rules = []
    for product in split.products:
        for stressor, given in product.factors.items():
            held = _held(split, stressor)
            made = [name for name in split.base.regions if name in product.quantity and name not in held]
            for region, figure in given.items():
                at = tuple(name for name in made if name == region or (region == ANY and name not in given))
                if not at:
                    continue
                age = math.inf if figure.year is None else abs(split.base.year - figure.year)
                scores = {"temporal": 1 + sum(age >= limit for limit in AGES)}
                scores |= {"geographical": LARGER if region == ANY else 1}
                scored = pedigree and replace(pedigree, **scores)
                where = f"{split.base.about.name}, factor of {product.name} for {region}"
                rules.append(
                    Rule(
                        "product", scored, figure.source, at, (product.name,), (stressor,), judgement=True, where=where
                    )
                )
    return tuple(rules)


def _held(split: ProductSplit, stressor: str) -> set[str]:
    """The regions where the products have the share of the sector's emissions that is the most they may have."""
    if split.cap is None:
        return set()
    products = split.given.F.sel(stressor=stressor, sector=[one.name for one in split.products]).sum("sector").values
    most = split.cap * split.base.F.sel(stressor=stressor, sector=split.sector).values
    there = (most > 0) & (products >= most * (1 - ROUNDED))
    return {name for name, held in zip(split.base.regions, there, strict=True) if held}


def _require_known(rule: Rule, table: Table, where: str) -> None:
    asked = {"region": (rule.regions, table.regions), "sector": (rule.sectors, table.sectors)}
    asked["stressor"] = (rule.stressors, table.stressors)
    for what, (names, known) in asked.items():
        for name in names:
            if name not in known:
                hint = f"{table.about.name}: {nearest(name, known)}"
                raise LabelError(f"{what} {name} is not known", where=where, hint=hint)


def _cells(rule: Rule, table: Table, component: str) -> NDArray[np.bool_]:
    """Which cells of a component the rule is about: (K, R, S), of direct emissions (K, R)."""
    stressors = _among(rule.stressors, table.stressors)
    regions = _among(rule.regions, table.regions)
    about = not rule.components or component in rule.components
    if component == DIRECT:
        return np.asarray(stressors[:, None] & regions & (about and not rule.sectors))
    sectors = _among(rule.sectors, table.sectors)
    return np.asarray(stressors[:, None, None] & regions[:, None] & sectors & about)


def _among(names: Sequence[str], known: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([not names or one in names for one in known], dtype=bool)
