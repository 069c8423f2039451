"""Why a number changed: the change shared out among the factors whose product it is, with nothing left over.

Two families. Index decomposition by the logarithmic mean (LMDI-I) is for products of plain numbers, element by element.
Structural decomposition is for anything that can be evaluated with some factors of the later year and the others of the
earlier one, such as s L y: the mean of the two polar orders, or the mean over all orders (the Shapley value).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tanheng.errors import QuestionError

Array = NDArray[np.float64]
State = tuple[bool, ...]  # of every factor: whether it is that of the later year
Value = Callable[[State], Array]  # what the whole is in a state

EXACT = 10  # factors: up to here all orders are covered, at 2^n values; above it orders are drawn
DRAWS = 200  # pairs of orders drawn above it
TOLERANCE = 1e-9  # of the larger total: what factors may miss it by (convention 7)

_NEGATIVE = "the logarithm of a negative number is none: use structural decomposition (method shapley or polar)"


@dataclass(frozen=True, eq=False)
class Decomposed:
    """``effects`` (factors, ...) that sum to the change; ``error`` their standard error, zero where nothing was drawn;
    ``orders`` the orders of the factors that they are the mean of."""

    effects: Array
    error: Array
    orders: int


# -- by the logarithmic mean ------------------------------------------------------------------------------------------


def logarithmic_mean(a: ArrayLike, b: ArrayLike) -> Array:
    """Λ(a, b) = (a − b) / (ln a − ln b), Λ(a, a) = a, Λ(a, 0) = 0, element by element; for numbers not negative.

    >>> logarithmic_mean([2.0, 2.0, 2.0], [2.0, 1.0, 0.0]).round(6).tolist()
    [2.0, 1.442695, 0.0]
    """
    one, other = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    low, high = np.minimum(one, other), np.maximum(one, other)
    step = np.divide(high - low, low, out=np.zeros(low.shape), where=low > 0)
    # (a − b) / ln(a/b) as low · step / ln(1 + step): exact where a and b are close, when both differences cancel
    ratio = np.divide(step, np.log1p(step), out=np.ones(low.shape), where=step > 0)
    return np.where(low > 0, low * ratio, 0.0)


def lmdi(
    before: Sequence[ArrayLike],
    after: Sequence[ArrayLike],
    totals: tuple[ArrayLike, ArrayLike] | None = None,
) -> Array:
    """Additive LMDI-I: what each factor adds to the change of the product, element by element, (factors, ...).

    ``before`` and ``after`` are the factors (n arrays that broadcast); where ``totals`` (before, after) are given, the
    factors must multiply to them. The effect of factor k is Λ(Vᵀ, V⁰) ln(x_kᵀ / x_k⁰); sum it over elements as you
    please. Zeros by the analytic limit: where the product comes from or goes to zero, the change belongs to the factors
    that do (in equal parts where several do), and none to the others; where it is zero in both years, no effect.
    Raises QuestionError for a negative factor, and for factors that do not multiply to the totals.
    Source: Ang 2005; the eight cases of zero: Ang, Zhang and Choi 1998, Ang and Liu 2007.

    >>> lmdi([2.0, 3.0], [4.0, 3.0]).round(9).tolist()
    [6.0, 0.0]
    """
    old, new = _stacked(before), _stacked(after)
    if old.shape != new.shape:
        what = f"there are {old.shape} factors before and {new.shape} after"
        raise QuestionError(what, hint="give the same factors for both years")
    for factors, given in zip((old, new), totals or (None, None), strict=True):
        _require_product(factors, given)
    v0, v1 = old.prod(axis=0), new.prod(axis=0)
    both = (old > 0) & (new > 0)
    logs = np.log(np.divide(new, old, out=np.ones(old.shape), where=both))
    effects = np.where((v0 > 0) & (v1 > 0), logarithmic_mean(v1, v0) * logs, 0.0)
    for whole, other, absent, sign in ((v1, v0, old == 0, 1.0), (v0, v1, new == 0, -1.0)):
        appeared = (whole > 0) & (other == 0)
        share = absent / np.maximum(absent.sum(axis=0), 1)
        effects = np.where(appeared, sign * whole * share, effects)
    return np.asarray(effects)


def lmdi_ratios(before: Sequence[ArrayLike], after: Sequence[ArrayLike]) -> Array:
    """Multiplicative LMDI-I: what each factor multiplies the total by, (factors,); their product is Vᵀ / V⁰.

    D_k = exp(Σ_i Λ(V_iᵀ, V_i⁰) / Λ(Vᵀ, V⁰) · ln(x_kiᵀ / x_ki⁰)), summed over all elements, so that
    ln D_k = ΔV_k / Λ(Vᵀ, V⁰) with the additive effects, zeros as there.
    Raises QuestionError as ``lmdi``, and where a total is zero.
    Source: Ang 2005.

    >>> lmdi_ratios([[1.0, 2.0], [3.0, 3.0]], [[2.0, 4.0], [3.0, 3.0]]).round(9).tolist()
    [2.0, 1.0]
    """
    effects = lmdi(before, after)
    old, new = (_stacked(factors).prod(axis=0).sum() for factors in (before, after))
    if not (old > 0 and new > 0):
        raise QuestionError("a total is zero, so there is no ratio", hint="ask for the additive form")
    return np.asarray(np.exp(effects.reshape(len(effects), -1).sum(axis=1) / logarithmic_mean(new, old)))


def _stacked(factors: Sequence[ArrayLike]) -> Array:
    stacked = np.stack(np.broadcast_arrays(*(np.asarray(factor, np.float64) for factor in factors)))
    bad = ~(stacked >= 0)  # so that NaN is bad
    if bad.any():
        number, *place = np.unravel_index(int(bad.argmax()), stacked.shape)
        what = f"factor {int(number) + 1} is {stacked[(number, *place)]:.6g}"
        raise QuestionError(f"{what} at {tuple(map(int, place))}" if place else what, hint=_NEGATIVE)
    return stacked


def _require_product(factors: Array, total: ArrayLike | None) -> None:
    if total is None:
        return
    whole, due = factors.prod(axis=0), np.asarray(total, np.float64)
    gap = np.abs(whole - due)
    if not (gap <= TOLERANCE * np.abs(due).sum()).all():
        worst = int(gap.argmax())
        raise QuestionError(
            f"the factors do not multiply to the total: {np.ravel(whole)[worst]:.6g} for {np.ravel(due)[worst]:.6g}",
            hint="each factor must be the ratio of what stands before it, so that all but the total cancel",
        )


# -- structural -------------------------------------------------------------------------------------------------------


def polar(value: Value, factors: int) -> Decomposed:
    """The mean of the two polar orders: factors change first to last, and last to first; 2 n values.

    ``value(state)`` is the whole with the factors of the later year where ``state`` (n,) is true. For two factors this
    is the mean over all orders; for more it depends on the order in which they are numbered.
    Source: Dietzenbacher and Los 1998.
    """
    forth = _one_order(value, range(factors))
    effects = (forth + _one_order(value, range(factors - 1, -1, -1))) / 2
    return Decomposed(effects, np.zeros_like(effects), min(2, factorial(factors)))


def shapley(
    value: Value, factors: int, *, exact: int = EXACT, draws: int = DRAWS, seed: int = 0, first: int = 0
) -> Decomposed:
    """The mean over all n! orders in which the factors can change (the Shapley value).

    Up to ``exact`` factors it is computed from the 2^n states of ``value`` (as in ``polar``), which cover all orders.
    Above, ``draws`` pairs of an order and its reverse are drawn, and ``error`` is the standard error of their mean.
    Every order sums to the change, so the mean does. A draw follows from ``seed`` and its number, counted from
    ``first``, and can be replayed alone (convention 12).
    Raises QuestionError for fewer than two draws where orders are drawn.
    Source: Dietzenbacher and Los 1998; Sun 1998; Shapley 1953.
    """
    if factors > exact:
        return _drawn(value, factors, draws, seed, first)
    known = {state: value(state) for state in _states(factors)}
    effects = np.stack([_effect(known, factors, one) for one in range(factors)])
    return Decomposed(effects, np.zeros_like(effects), factorial(factors))


def chain(before: Sequence[Array], after: Sequence[Array]) -> Value:
    """The matrix product of the factors as a function of the state: ``chain([s0, L0, y0], [s1, L1, y1])``.

    Raises QuestionError where the numbers of factors differ.
    """
    if len(before) != len(after):
        what = f"there are {len(before)} factors before and {len(after)} after"
        raise QuestionError(what, hint="give the same factors for both years")

    def value(state: State) -> Array:
        product: Array = (after if state[0] else before)[0]
        for at in range(1, len(state)):
            product = product @ (after if state[at] else before)[at]
        return np.asarray(product)

    return value


def _states(factors: int) -> list[State]:
    return [tuple(bool(number >> at & 1) for at in range(factors)) for number in range(1 << factors)]


def _effect(known: dict[State, Array], factors: int, one: int) -> Array:
    """The mean of what factor ``one`` adds, over the sets of factors that may have changed before it.

    A set of k others comes first in k! (n − k − 1)! of the n! orders.
    """
    others = [at for at in range(factors) if at != one]
    total = np.zeros_like(known[(False,) * factors], dtype=np.float64)
    for size in range(factors):
        weight = factorial(size) * factorial(factors - size - 1) / factorial(factors)
        for changed in combinations(others, size):
            there = tuple(at in changed or at == one for at in range(factors))
            here = tuple(at in changed for at in range(factors))
            total += weight * (known[there] - known[here])
    return total


def _one_order(value: Value, order: Sequence[int]) -> Array:
    """What each factor adds when they change in this order, (factors, ...)."""
    state = [False] * len(order)
    last = value(tuple(state))
    effects = np.empty((len(order), *np.shape(last)))
    for at in order:
        state[at] = True
        here = value(tuple(state))
        effects[at] = here - last
        last = here
    return effects


def _drawn(value: Value, factors: int, draws: int, seed: int, first: int) -> Decomposed:
    """The mean over drawn pairs of orders, and its standard error, by running sums (Welford 1962)."""
    if draws < 2:
        raise QuestionError(f"{draws} draws tell no error", hint="draw at least two pairs of orders")
    mean, spread = np.zeros(()), np.zeros(())
    for count in range(1, draws + 1):
        order = np.random.default_rng([seed, first + count - 1]).permutation(factors).tolist()
        pair = (_one_order(value, order) + _one_order(value, order[::-1])) / 2
        step = pair - mean
        mean = mean + step / count
        spread = spread + step * (pair - mean)
    return Decomposed(np.asarray(mean), np.sqrt(spread / (draws - 1) / draws), 2 * draws)
