"""Embedded emissions of a good under the EU's carbon border adjustment (CBAM), with all its precursors.

Default values, mark-ups and what counts are looked up at a date: see ``data.cbam`` and the norms of the kind "cbam".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray

from tanheng.accounts.formula import method
from tanheng.data import cbam
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, SingularError, nearest
from tanheng.kernels import process as kernel

Array = NDArray[np.float64]
LOOPS = "make its loops smaller: a good takes less of itself than is made"

method(
    "embedded-emissions",
    function="embedded_emissions",
    en="Specific embedded emissions of a good (CBAM)",
    zh="货物的单位隐含排放（CBAM）",
    formula=r"\mathrm{SEE}_g = \frac{E_g + \sum_i M_i \mathrm{SEE}_i}{\mathrm{AL}_g}",
    symbols=r"\mathrm{SEE}_g E_g M_i \mathrm{AL}_g",
    source="Regulation (EU) 2023/956, Annex IV, points 2 and 3; Implementing Regulation (EU) 2025/2547",
)


@dataclass(frozen=True)
class Good:
    """A good as an installation makes it in a reporting period.

    ``activity``: t made; ``direct``, ``indirect``: emissions attributed to its own process, t CO2e (``indirect`` None:
    not known); ``inputs``: t of each precursor taken in, by name; ``benchmark``: that of its own process, column A of
    Implementing Regulation (EU) 2025/2620, t CO2e per t (None: not known; it is not among the embedded tables).
    """

    name: str
    cn: str
    activity: float
    direct: float
    indirect: float | None = None
    inputs: Mapping[str, float] = field(default_factory=dict)
    benchmark: float | None = None


@dataclass(frozen=True)
class Precursor:
    """A precursor that is bought: with its producer's specific embedded emissions, else at its default value.

    ``direct`` (None: take the default value of ``cn`` from ``origin``) and ``indirect`` in t CO2e per t; ``benchmark``
    is that of the precursor with all behind it, t CO2e per t, where its producer gives one, else column B is taken.
    """

    name: str
    cn: str = ""
    origin: str = ""
    variant: str = ""
    direct: float | None = None
    indirect: float | None = None
    benchmark: float | None = None


@dataclass(frozen=True, eq=False)
class Embedded:
    """Specific embedded emissions of a good, t CO2e per t: direct and indirect apart (None: not known).

    ``counted`` says whether indirect emissions count for this good; ``value`` is what counts. ``default_share`` is the
    part of it that rests on default values. ``benchmark`` is what free allocation is counted on, before the factors of
    the year: the process's own and its precursors' (None: not known). ``lines`` has a row for the good and for each
    precursor behind it: name, cn, origin, amount (t per t of the good), direct, indirect, benchmark, default, basis.
    """

    good: Good
    at: date
    direct: float
    indirect: float | None
    counted: bool
    default_share: float
    benchmark: float | None
    lines: pd.DataFrame

    @property
    def value(self) -> float:
        """The emissions that count, t CO2e per t of the good."""
        return self.direct + (self.indirect or 0.0) if self.counted else self.direct


@dataclass(frozen=True)
class _Own:
    """What a node brings itself, per t of it; ``inputs`` t per t."""

    direct: float
    indirect: float | None
    benchmark: float | None
    default: bool
    basis: str
    inputs: Mapping[str, float]


def embedded_emissions(goods: Iterable[Good | Precursor], of: str, at: date) -> Embedded:
    """The specific embedded emissions of the good named ``of``, with all precursors behind it, at the date ``at``.

    SEE = (attributed emissions + Σ precursor x its SEE) / activity level, direct and indirect apart. Precursors are
    other goods of ``goods``, which may have precursors of their own; a loop (own product taken in again) is solved as a
    whole. A bought precursor without own numbers has its default value with the mark-up of ``at``.

    Raises QuestionError where there is no good ``of``; LabelError for a name that is there twice or an input that is
    none of ``goods``; InputError for a number that makes no sense; MissingError where the good's indirect emissions
    count and one behind it is not known; SingularError for a loop that takes more than is made; as ``default_value``.
    Source: Regulation (EU) 2023/956, Annex IV, points 2 and 3.

    >>> pellets = Precursor("pellets", direct=0.1, indirect=0.02)
    >>> iron = Good("iron", "72011011", activity=100, direct=140, indirect=3, inputs={"pellets": 160})
    >>> found = embedded_emissions([iron, pellets], "iron", date(2026, 6, 1))
    >>> round(found.direct, 6), round(found.indirect, 6), found.counted
    (1.56, 0.062, False)
    """
    nodes = _by_name(goods)
    good = nodes.get(of)
    if not isinstance(good, Good):
        made = [one.name for one in nodes.values() if isinstance(one, Good)]
        raise QuestionError(f"there is no good {of!r} with its own data", where="CBAM", hint=nearest(of, made))
    own = {name: _own(node, nodes, at) for name, node in nodes.items()}
    amounts = _amounts(own, of)
    behind = {name: own[name] for name, amount in zip(own, amounts, strict=True) if amount}
    counted = cbam.counts_indirect(good.cn, at)
    unknown = [name for name, one in behind.items() if one.indirect is None]
    if counted and unknown:
        hint = f"the indirect emissions of {good.cn} count: give those of all that is behind it"
        raise MissingError(f"the indirect emissions of {unknown[0]} are not known", where=f"CBAM, {of}", hint=hint)
    lines = _lines(nodes, own, amounts)
    direct, indirect = float(lines["direct"].sum()), float(lines["indirect"].sum())
    counts = lines["direct"] + (lines["indirect"] if counted else 0.0)
    share = float(counts[lines["default"]].sum() / counts.sum()) if counts.sum() else 0.0
    benchmark = None if lines["benchmark"].isna().any() else float(lines["benchmark"].sum())
    return Embedded(good, at, direct, None if unknown else indirect, counted, share, benchmark, lines)


def _by_name(goods: Iterable[Good | Precursor]) -> dict[str, Good | Precursor]:
    nodes: dict[str, Good | Precursor] = {}
    for one in goods:
        if one.name in nodes:
            raise LabelError(f"{one.name} is there twice", where="CBAM", hint="every good has a name of its own")
        nodes[one.name] = one
    return nodes


def _own(node: Good | Precursor, nodes: Mapping[str, object], at: date) -> _Own:
    where = f"CBAM, {node.name}"
    if isinstance(node, Precursor):
        return _bought(node, at, where)
    _require_number("activity level", node.activity, where, least=0.0, above=True)
    _require_number("direct emissions", node.direct, where)
    _require_number("indirect emissions", node.indirect, where)
    _require_number("benchmark", node.benchmark, where, least=0.0)
    for name, mass in node.inputs.items():
        if name not in nodes:
            raise LabelError(f"its precursor {name} is not given", where=where, hint=nearest(name, nodes))
        _require_number(f"input of {name}", mass, where, least=0.0)
    indirect = None if node.indirect is None else node.indirect / node.activity
    inputs = {name: mass / node.activity for name, mass in node.inputs.items()}
    return _Own(node.direct / node.activity, indirect, node.benchmark, False, "own data", inputs)


def _bought(node: Precursor, at: date, where: str) -> _Own:
    if node.direct is not None:
        _require_number("direct emissions", node.direct, where)
        _require_number("indirect emissions", node.indirect, where)
        return _Own(node.direct, node.indirect, _benchmark(node, at, ""), False, "its producer's data", {})
    if not node.cn or not node.origin:
        hint = "give them, or the direct and indirect emissions per t that its producer states"
        raise MissingError("its default value needs a CN code and a country of origin", where=where, hint=hint)
    default = cbam.default_value(node.origin, node.cn, at, node.variant)
    more = 1 + default.mark_up
    indirect = None if default.indirect is None else default.indirect * more
    words = f"default value, mark-up {default.mark_up:.0%}" + (f"; {default.basis}" if default.basis else "")
    return _Own(default.direct * more, indirect, _benchmark(node, at, default.route), True, words, {})


def _benchmark(node: Precursor, at: date, route: str) -> float | None:
    """The precursor's own, else column B for production in the year of ``at``; None where it has none."""
    if node.benchmark is not None or not node.cn:
        return node.benchmark
    try:
        return cbam.benchmark(node.cn, at.year, route, node.variant).value
    except (MissingError, QuestionError):
        return None


def _require_number(
    what: str, value: float | None, where: str, *, least: float = -math.inf, above: bool = False
) -> None:
    if value is not None and not (math.isfinite(value) and (value > least if above else value >= least)):
        hint = (
            f"give a number {'above' if above else 'of at least'} {least:g}"
            if math.isfinite(least)
            else "give a number"
        )
        raise InputError(f"its {what} is {value:g}", where=where, hint=hint)


def _amounts(own: Mapping[str, _Own], of: str) -> Array:
    """t of each good for one t of the good asked for: M⁻¹ k with M = I less the inputs per t."""
    place = {name: at for at, name in enumerate(own)}
    cells = [(at, at, 1.0) for at in range(len(own))]
    cells += [(place[name], place[to], -share) for to, one in own.items() for name, share in one.inputs.items()]
    row, column, amount = zip(*cells, strict=True)
    M = sp.csc_array((amount, (row, column)), shape=(len(own), len(own)))
    names = list(own)
    demand = np.zeros(len(own))
    demand[place[of]] = 1.0
    found = kernel.activity(kernel.factorise(M, lambda at: f"CBAM, {names[at]}"), demand)
    if (found < 0).any():
        who = names[int(found.argmin())]
        raise SingularError("a loop of precursors takes more than is made", where=f"CBAM, {who}", hint=LOOPS)
    return found


def _lines(nodes: Mapping[str, Good | Precursor], own: Mapping[str, _Own], amounts: Array) -> pd.DataFrame:
    """A row for each good behind the one asked for: what it brings itself, per t of the good."""
    rows = []
    for (name, one), amount in zip(own.items(), amounts, strict=True):
        if amount:
            per_t = [np.nan if v is None else amount * v for v in (one.direct, one.indirect, one.benchmark)]
            origin = getattr(nodes[name], "origin", "")
            rows.append((name, nodes[name].cn, origin, amount, *per_t, one.default, one.basis))
    columns = ["name", "cn", "origin", "amount", "direct", "indirect", "benchmark", "default", "basis"]
    return pd.DataFrame(rows, columns=columns)
