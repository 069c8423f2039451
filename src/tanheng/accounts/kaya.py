"""The Kaya identity of production accounts: people, GDP per head, output of sectors per GDP, emissions per output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from tanheng.accounts.formula import method
from tanheng.accounts.result import choose
from tanheng.errors import QuestionError, nearest
from tanheng.kernels import decompose
from tanheng.systems.table import Table

Array = NDArray[np.float64]

USUAL = ("intensity", "mix", "level")
ALL = (*USUAL, "population")

method(
    "drivers, lmdi",
    function="drivers",
    en="Drivers of a change: logarithmic mean of the Kaya identity",
    zh="变化的驱动因素：Kaya 恒等式的对数平均分解",
    formula=r"F_i = P_r \frac{Q_r}{P_r} \frac{x_i}{Q_r} \frac{F_i}{x_i}, "
    r"\quad \Delta E_k = \sum_i \Lambda(F_i^t, F_i^0) \ln(x_{k,i}^t / x_{k,i}^0)",
    symbols=r"P_r Q_r F_i x_i \Lambda",
    source="Kaya 1990; Ang 2005",
)


def chosen(factors: str | Iterable[str] | None) -> tuple[str, ...]:
    """The factors asked for, in their order; None is ``USUAL``, "all" is ``ALL``. Raises QuestionError for others.

    >>> chosen("all")
    ('intensity', 'mix', 'level', 'population')
    """
    if factors is None:
        return USUAL
    given = factors.replace(",", " ").split() if isinstance(factors, str) else list(factors)
    for name in given:
        if name not in (*ALL, "all"):
            raise QuestionError(f"the Kaya identity has no factor {name!r}", hint=nearest(name, ALL))
    for whole in (USUAL, ALL):
        if set(given) == set(whole) or (whole == ALL and given == ["all"]):
            return whole
    what = f"the factors {', '.join(given)} do not multiply to the total"
    raise QuestionError(what, hint=f"take {', '.join(USUAL)}, with population if you like")


def effects(
    before: Table,
    after: Table,
    stressors: list[str],
    factors: tuple[str, ...],
    people: tuple[Array, Array],
    dims: tuple[str, ...],
) -> tuple[Array, tuple[Array, Array], tuple[Array, Array]]:
    """Additive LMDI-I effects (factors, K, kept), the account of sectors with output in both years, and of the others.

    E_r = Σ_i P_r · (Q_r / P_r) · (x_i / Q_r) · (F_i / x_i), with Q GDP (all primary inputs) of the region, x output and
    ``people`` P (R,): factors population, level, mix, intensity; without population the level is Q_r. The output of a
    sector is over the whole region's GDP, so that the mix also holds how much is bought to make it, and sectors whose
    own value added is negative need no logarithm of it. A sector without output in one year has its intensity of the
    other: it came by the mix.
    Raises QuestionError for negative emissions and for a GDP that is not positive.
    Source: Kaya 1990; Ang 2005.
    """
    tables = (before, after)
    on = [table.has_output for table in tables]
    F = [choose(table.active_F, stressors).values for table in tables]
    gdp = [_gdp(table) for table in tables]
    s = np.stack([choose(table.intensity, stressors).values for table in tables])
    s = np.where(np.stack(on)[:, None], s, s[::-1])
    pair = []
    for at, table in enumerate(tables):
        _require_positive(table, F[at], stressors)
        mix = np.where(on[at], table.x.values, 0.0) / gdp[at][:, None]
        parts = {"intensity": s[at], "mix": mix[None], "level": (gdp[at] / people[at])[None, :, None]}
        parts["population"] = people[at][None, :, None]
        pair.append([parts[name] for name in factors])
    found = decompose.lmdi(pair[0], pair[1], totals=(F[0], F[1]))
    gone = tuple(at for at, dim in enumerate(("region", "sector"), start=1) if dim not in dims)
    lost = [choose(table.stranded, stressors).values.sum(axis=gone) for table in tables]
    ends = [one.sum(axis=gone) for one in F]
    return found.sum(axis=tuple(at + 1 for at in gone)), (ends[0], ends[1]), (lost[0], lost[1])


def _gdp(table: Table) -> Array:
    """Primary inputs by region (R,); 1 where a region has no output."""
    gdp = table.primary_inputs.values.sum(axis=1)
    idle = ~table.has_output.any(axis=1)
    bad = ~(gdp > 0) & ~idle
    if bad.any():
        region = table.regions[int(bad.argmax())]
        what = f"GDP of {region} is {gdp[bad.argmax()]:.6g}, of which nothing can be a share"
        hint = "ask for structural decomposition (method shapley), or join the region to another"
        raise QuestionError(what, where=f"{table.about.name} {table.year}", hint=hint)
    return np.where(idle, 1.0, gdp)


def _require_positive(table: Table, F: Array, stressors: Sequence[str]) -> None:
    if F.min(initial=0.0) < 0:
        stressor, *place = np.unravel_index(int(F.argmin()), F.shape)
        name = table.name_of(int(np.ravel_multi_index(tuple(place), F.shape[1:])))
        raise QuestionError(
            f"{stressors[int(stressor)]} is negative ({F.min():.6g})",
            where=f"{table.about.name} {table.year}, {name}",
            hint="logarithms need positive numbers: ask for structural decomposition (method shapley)",
        )
