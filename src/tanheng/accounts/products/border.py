"""The EU's carbon border adjustment (CBAM): certificates due for a shipment, and the exposure of a country's exports.

Every parameter is a norm or a table looked up at a date: default values and benchmarks in ``data.cbam``; the CBAM
factor, mark-ups, scope and threshold among the norms of the kind "cbam".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from tanheng import norms, provenance
from tanheng.accounts.formula import method
from tanheng.accounts.products.goods import Embedded
from tanheng.accounts.products.trade import require_codes_apart
from tanheng.data import cbam
from tanheng.errors import InputError, MissingError, QuestionError, UnitError, nearest
from tanheng.systems.linking import conversion
from tanheng.systems.trade import TradeFlows

EU = ("EU", "EU27", "EU27_2020")  # what sources call the union as one destination
NO_THRESHOLD = ("28041000", "27160000")  # hydrogen and electricity: however little
SPECIFIC, MONEY = "t CO2e/t", "EUR"
FREE = "Regulation (EU) 2023/956, article 31; Implementing Regulation (EU) 2025/2620, Annex, points 2 to 4"

method(
    "certificates",
    function="certificates",
    en="CBAM certificates due for a shipment",
    zh="一批货物应缴的 CBAM 凭证",
    formula=r"N = w (\mathrm{SEE}_g - c_y k_y \mathrm{BM}_g) - \frac{P}{p_N}",
    symbols=r"N w \mathrm{SEE}_g c_y k_y \mathrm{BM}_g P p_N",
    source="Regulation (EU) 2023/956, articles 6, 9, 22 and 31; Implementing Regulation (EU) 2025/2620, Annex",
)
method(
    "exposure",
    function="exposure",
    en="Exposure of exports to CBAM",
    zh="出口受 CBAM 影响的程度",
    formula=r"N = \sum_g w_g (d_g (1 + u_y) - c_y k_y \mathrm{BM}_g)",
    symbols=r"N w_g d_g u_y c_y k_y \mathrm{BM}_g",
    source="certificates at default values, for each good and destination of a country's exports",
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the answer: its name, value and unit, and what it rests on where it is no plain norm or product.

    ``low`` and ``high`` are NaN: no parameter has a published range.
    """

    step: str
    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    basis: str = ""
    source: str = ""


@dataclass(frozen=True, eq=False)
class Certificates:
    """Certificates due for a shipment: ``due`` in t CO2e, ``cost`` in EUR (None without a price), and every step."""

    cn: str
    origin: str
    at: date
    due: float
    cost: float | None
    lines: tuple[Step, ...]
    attrs: Mapping[str, Any]

    @property
    def steps(self) -> pd.DataFrame:
        """A row for each step: step, value, unit, low, high, basis, source."""
        return pd.DataFrame([asdict(line) for line in self.lines])

    def __getitem__(self, step: str) -> float:
        """The value of a step; raises QuestionError for one that was not taken."""
        for line in self.lines:
            if line.step == step:
                return line.value
        raise QuestionError(f"there is no step {step!r}", hint=nearest(step, [line.step for line in self.lines]))


class _Steps(list[Step]):
    """The steps of one answer, in their order."""

    def add(self, step: str, value: float, unit: str, basis: str = "", source: str = "") -> float:
        self.append(Step(step, value, unit, basis=basis, source=source))
        return value


def certificates(
    mass: float,
    *,
    origin: str,
    at: date,
    cn: str = "",
    variant: str = "",
    embedded: Embedded | None = None,
    produced: int | None = None,
    benchmark: float | None = None,
    cross_sectoral: float | None = None,
    paid: float = 0.0,
    price: float | None = None,
    year_mass: float | None = None,
) -> Certificates:
    """The certificates due for ``mass`` t of a good from ``origin`` (ISO 3166-1) imported at ``at``, step by step.

    Embedded emissions less the free allocation adjustment (benchmark x CBAM factor x cross-sectoral factor), less what
    was paid for carbon abroad. Without ``embedded`` the default value of ``cn`` with its mark-up counts, and its
    benchmark (column B); with ``embedded`` the good's own data, and the benchmarks of its process and precursors.

    ``produced``: year of production (else that of ``at``), for benchmark and factors. ``benchmark``: t CO2e per t, in
    place of that of the tables. ``cross_sectoral``: that of 2026 and later is not published; without one the last
    published, 1 in 2025, is assumed, and the step says so. ``paid``: EUR of carbon price effectively paid abroad for
    the shipment, which needs ``price`` (EUR a certificate). ``year_mass``: t that the importer brings in in the year;
    up to the threshold nothing is due.

    Raises NormError for a date before 2026; QuestionError for a good or an origin outside CBAM; InputError for a number
    that makes no sense; MissingError where the benchmark is not known; as ``data.cbam.default_value``.
    Source: Regulation (EU) 2023/956, articles 6, 9, 22 and 31; Implementing Regulation (EU) 2025/2620, Annex.

    >>> shipment = certificates(100, cn="72081000", origin="CHN", at=date(2026, 6, 1), price=80)
    >>> [round(shipment[step], 4) for step in ("embedded emissions", "free allocation adjustment", "certificates due")]
    [350.5582, 133.575, 216.9832]
    """
    given = {"mass": mass, "paid": paid, "price": price, "year_mass": year_mass}
    _require_numbers({**given, "benchmark": benchmark, "cross_sectoral": cross_sectoral})
    if year_mass is not None and year_mass < mass:
        what = f"the importer's mass in the year, {year_mass:g} t, is less than that of the shipment, {mass:g} t"
        raise InputError(what, where="CBAM", hint="give all that the importer brings in in the year")
    code = cbam.plain_code(embedded.good.cn if embedded else cn)
    _require_in_scope(code, origin, at)
    default = cbam.default_value(origin, code, at, variant) if embedded is None else None
    year, steps = at.year if produced is None else produced, _Steps()
    steps.add("mass", mass, "t")
    each = _own(steps, embedded) if embedded else _default(steps, default)
    emitted = steps.add("embedded emissions", mass * each, "t CO2e")
    factor = _factor(steps, year, cross_sectoral)
    if factor:
        factor *= _benchmark(steps, default, embedded, year, benchmark)
    steps.add("specific free allocation", factor, SPECIFIC, "" if factor else f"none is kept in {year}")
    free = steps.add("free allocation adjustment", mass * factor, "t CO2e", source=FREE)
    left = steps.add("emissions after the adjustment", emitted - free, "t CO2e")
    due = _due(steps, left - _reduction(steps, paid, price), code, year_mass, at)
    cost = None if price is None else steps.add("cost", due * price, MONEY, f"{price:g} EUR a certificate")
    dated = f"cbam-mark-up, cbam-goods at {at}; cbam-factor and benchmarks of {year}"
    attrs = {"method": "certificates", "norms": dated, "tanheng": provenance.version()}
    return Certificates(code, origin, at, due, cost, tuple(steps), attrs)


def _require_numbers(given: Mapping[str, float | None]) -> None:
    for name, value in given.items():
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise InputError(f"{name} is {value:g}", where="CBAM", hint="give a number of 0 or more")


def _require_in_scope(code: str, origin: str, at: date) -> None:
    if not cbam.in_scope(code, at):
        hint = "see the norm cbam-goods for the codes that are"
        raise QuestionError(f"CN code {code} is not under CBAM", where=f"CBAM, {at}", hint=hint)
    if cbam.exempt(origin, at):
        hint = "its goods need no certificates: see the norms eu and cbam-exempt-origins"
        raise QuestionError(f"{origin} is outside CBAM", where=f"CBAM, {at}", hint=hint)


def _default(steps: _Steps, default: cbam.Default | None) -> float:
    assert default is not None
    steps.add("default value", default.total, SPECIFIC, default.basis, default.source)
    steps.add("mark-up", default.mark_up, "1", source=norms.lookup("cbam-mark-up", default.at).source)
    return steps.add("specific embedded emissions", default.value, SPECIFIC, "default value with its mark-up")


def _own(steps: _Steps, embedded: Embedded) -> float:
    what = "direct and indirect" if embedded.counted else "direct alone"
    basis = f"{what}; {embedded.default_share:.1%} on default values"
    return steps.add("specific embedded emissions", embedded.value, SPECIFIC, basis)


def _factor(steps: _Steps, year: int, given: float | None) -> float:
    """CBAM factor x cross-sectoral factor of a year: the part of the benchmark that is still free."""
    norm = norms.lookup("cbam-factor", norms.year_end(year))
    factor = steps.add("CBAM factor", norm.values["CBAM factor"], "1", source=norm.source)
    if not factor:
        return factor
    if given is not None:
        return factor * steps.add("cross-sectoral factor", given, "1", "given")
    last = norms.lookup("ets-cross-sectoral", date(2025, 12, 31))
    basis = f"that of {year} is not published: that of 2025 is assumed"
    value = last.values["cross-sectoral factor"]
    return factor * steps.add("cross-sectoral factor", value, "1", basis, last.source)


def _benchmark(
    steps: _Steps, default: cbam.Default | None, embedded: Embedded | None, year: int, given: float | None
) -> float:
    if given is not None:
        return steps.add("benchmark", given, SPECIFIC, "given")
    if default is not None:
        found = cbam.benchmark(default.cn, year, default.route, default.variant)
        return steps.add("benchmark", found.value, SPECIFIC, found.basis, found.source)
    if embedded is None or embedded.benchmark is None:
        hint = "give the benchmark of its process (column A) in Good, of its precursors in Precursor, or benchmark=..."
        raise MissingError("a benchmark behind it is not known", where="CBAM", hint=hint)
    return steps.add("benchmark", embedded.benchmark, SPECIFIC, "its process and its precursors")


def _reduction(steps: _Steps, paid: float, price: float | None) -> float:
    """t CO2e of certificates that the carbon price paid abroad takes away."""
    if not paid:
        return 0.0
    if not price:
        raise MissingError("a carbon price was paid abroad", where="CBAM", hint="give the price of a certificate too")
    steps.add("carbon price paid abroad", paid, MONEY, "given")
    basis = "price paid over the price of a certificate"
    return steps.add(
        "reduction for the price paid", paid / price, "t CO2e", basis, "Regulation (EU) 2023/956, article 9"
    )


def _due(steps: _Steps, left: float, code: str, year_mass: float | None, at: date) -> float:
    """What is due of what is ``left``: never less than nothing, and nothing up to the threshold; the basis says so."""
    step, unit = "certificates due", "t CO2e"
    if year_mass is not None and not code.startswith(NO_THRESHOLD):
        norm = norms.lookup("cbam-threshold", at)
        most = steps.add("threshold", norm.values["net mass in a year"], "t", source=norm.source)
        steps.add("importer's mass in the year", year_mass, "t", "given")
        if year_mass <= most:
            return steps.add(step, 0.0, unit, f"none up to {most:g} t a year; else {max(left, 0.0):.6g}")
    if left < 0:
        return steps.add(step, 0.0, unit, f"deductions are greater than emissions by {-left:.6g}: nothing is paid back")
    return steps.add(step, left, unit)


@dataclass(frozen=True, eq=False)
class Exposure:
    """A country's exports under CBAM, at default values: ``frame`` has a row a year, good and destination.

    Columns: year, product, partner, mass (t), embedded, free, due (t CO2e), its low and high, cost (EUR, NaN without a
    price), route, basis. Where a code stands for several goods ``due`` is at their mean, low and high at the least and
    the greatest of them. ``outside`` are the exports to the EU that are not under CBAM: year, product, mass (t or NaN).
    """

    country: str
    frame: pd.DataFrame
    outside: pd.DataFrame
    attrs: Mapping[str, Any]

    @property
    def totals(self) -> pd.DataFrame:
        """By year: mass, embedded, free, due with low and high, cost (NaN where a price is missing)."""
        columns = ["mass", "embedded", "free", "due", "low", "high", "cost"]
        return self.frame.groupby("year")[columns].sum(min_count=1)


def exposure(
    trade: TradeFlows,
    country: str,
    year: int,
    *,
    at: Iterable[int] = range(2026, 2031),
    prices: Mapping[int, float] | float | None = None,
    cross_sectoral: float | None = None,
) -> Exposure:
    """What CBAM would ask for the exports of ``country`` to the EU as they were in ``year``, in each year of ``at``.

    ``trade`` has CN or HS codes (4 to 8 digits) as products; destinations are the members of the EU in the year of
    ``at``, or "EU". Every good has its default value, benchmark and factors of that year, as ``certificates`` does, and
    the same quantity each year. ``prices``: EUR a certificate, one or by year. The importer's threshold is not applied.

    Raises QuestionError for a country outside CBAM or without exports to the EU; MissingError for a missing quantity,
    and a year without benchmarks (2031 to 2033); UnitError for a quantity that is no mass; LabelError for mirror
    reports; as ``certificates``.
    """
    at = tuple(at)
    exports = _exports(trade, country, year, at)
    rows: list[dict[str, Any]] = []
    outside: list[dict[str, Any]] = []
    for then in at:
        price = prices.get(then) if isinstance(prices, Mapping) else prices
        for code, flows in exports[exports["destination"].isin(_european(then))].groupby("product", sort=True):
            if cbam.in_scope(str(code), norms.year_end(then)):
                rows += _exposed(str(code), flows, country, then, price, cross_sectoral)
            else:
                outside.append({"year": then, "product": code, "mass": flows["mass"].sum(min_count=1)})
    if not rows:
        hint = "destinations are ISO codes of members, or EU; products are CN codes"
        raise QuestionError(
            f"{country} has no exports to the EU under CBAM in {year}", where=trade.about.name, hint=hint
        )
    attrs = {"method": "exposure", "table": trade.about.name, "table_hash": trade.hash, "source": trade.about.source}
    more = {"norms": f"cbam, eu at the end of {', '.join(map(str, at))}", "tanheng": provenance.version()}
    return Exposure(country, pd.DataFrame(rows), pd.DataFrame(outside), attrs | {"trade_year": year} | more)


def _european(year: int) -> set[str]:
    return {*norms.lookup("eu", norms.year_end(year)).members, *EU}


def _exports(trade: TradeFlows, country: str, year: int, at: Iterable[int]) -> pd.DataFrame:
    """The country's exports to the EU in that year, with their mass in t (NaN where the unit is none of mass)."""
    places = set().union(*map(_european, at))
    frame = trade.only(year).frame
    frame = frame[(frame["origin"] == country) & frame["destination"].isin(places)]
    scope = [code for code in frame["product"].unique() if _ever_in_scope(code, at)]
    require_codes_apart(scope, "choose one level of the classification")
    trade.replace(frame=frame[frame["product"].isin(scope)]).require_settled()
    scale = frame["unit"].map({unit: conversion(unit, "t") for unit in frame["unit"].unique()}).astype(np.float64)
    return frame.assign(mass=frame["quantity"] * scale)


def _ever_in_scope(code: str, at: Iterable[int]) -> bool:
    return any(cbam.in_scope(code, norms.year_end(year)) for year in at)


def _exposed(
    code: str, flows: pd.DataFrame, country: str, year: int, price: float | None, cross_sectoral: float | None
) -> list[dict[str, Any]]:
    """A row for each destination of a good: what one tonne asks for, times its mass."""
    _require_masses(code, flows, country)
    each, words = _per_tonne(code, country, year, price, cross_sectoral)
    masses = flows.groupby("destination", sort=True)["mass"].sum()
    return [
        {"year": year, "product": code, "partner": partner, "mass": mass}
        | {name: mass * value for name, value in each.items()}
        | words
        for partner, mass in masses.items()
    ]


def _per_tonne(
    code: str, country: str, year: int, price: float | None, cross_sectoral: float | None
) -> tuple[dict[str, float], dict[str, str]]:
    """What one tonne asks for, the mean of the goods that the code stands for, and what that rests on."""
    then, goods = norms.year_end(year), cbam.goods_under(code)
    same: dict[str, Any] = {"origin": country, "at": then, "cross_sectoral": cross_sectoral, "price": price}
    them = [certificates(1.0, cn=cn, variant=variant, **same) for cn, variant in goods]
    defaults = [cbam.default_value(country, cn, then, variant) for cn, variant in goods]
    due = [one.due for one in them]
    each = {
        "embedded": float(np.mean([one["embedded emissions"] for one in them])),
        "free": float(np.mean([one["free allocation adjustment"] for one in them])),
        "due": float(np.mean(due)),
        "low": min(due),
        "high": max(due),
        "cost": float(np.mean(due)) * (np.nan if price is None else price),
    }
    several = [f"mean of the {len(goods)} goods under {code}"] if min(due) < max(due) else []
    basis = "; ".join([*several, *sorted({one.basis for one in defaults} - {""})])
    return each, {"route": " ".join(sorted({one.route for one in defaults})), "basis": basis}


def _require_masses(code: str, flows: pd.DataFrame, country: str) -> None:
    unknown = flows["mass"].isna()
    if unknown.any():
        row = flows[unknown].iloc[0]
        where = f"{country}, {code} to {row['destination']}"
        raise UnitError(f"its quantity is in {row['unit']}, which is no mass", where=where, hint="give it in t or kg")
