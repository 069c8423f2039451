"""Decomposition: by hand, by the formulas of the papers, and what must hold of any."""

from itertools import permutations
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tanheng.errors import QuestionError
from tanheng.kernels.decompose import chain, lmdi, lmdi_ratios, logarithmic_mean, polar, shapley

EXACT = 1e-12  # relative: a few roundings of numbers near one

# -- LMDI -------------------------------------------------------------------------------------------------------------

# Two sectors in the manner of Ang 2005: energy E_i = activity x structure x intensity, from 50 to 96 in all.
BEFORE = [[50.0, 50.0], [0.2, 0.8], [3.0, 0.5]]  # E = 30, 20
AFTER = [[80.0, 80.0], [0.5, 0.5], [2.0, 0.4]]  # E = 80, 16


def test_two_sectors_by_hand():
    weight = [(80 - 30) / log(80 / 30), (16 - 20) / log(16 / 20)]
    by_hand = [
        sum(weight) * log(80 / 50),
        weight[0] * log(0.5 / 0.2) + weight[1] * log(0.5 / 0.8),
        weight[0] * log(2 / 3) + weight[1] * log(0.4 / 0.5),
    ]
    effects = lmdi(BEFORE, AFTER)
    assert effects.sum(axis=1) == pytest.approx(by_hand, rel=EXACT)
    assert sum(by_hand) == pytest.approx(46, rel=EXACT)
    ratios = lmdi_ratios(BEFORE, AFTER)
    assert ratios == pytest.approx([exp(one * log(96 / 50) / 46) for one in by_hand], rel=EXACT)
    assert ratios.prod() == pytest.approx(1.92, rel=EXACT)


def test_logarithmic_mean():
    assert logarithmic_mean(3.0, 3.0) == 3
    assert logarithmic_mean(0.0, 5.0) == 0
    assert logarithmic_mean(1.0, np.e) == pytest.approx(np.e - 1, rel=EXACT)
    # where both are nearly equal it is their mean less (b − a)² / 12: the plain formula loses all digits here
    assert logarithmic_mean(1.0, 1.0 + 1e-13) == pytest.approx(1 + 0.5e-13, rel=1e-15)


@pytest.mark.parametrize(
    ("before", "after", "first"),
    [
        ((0.0, 2.0), (3.0, 4.0), 12.0),  # 1: the factor comes from zero and brings the whole with it
        ((3.0, 4.0), (0.0, 2.0), -12.0),  # 2: it goes to zero and takes the whole away
        ((0.0, 2.0), (0.0, 4.0), 0.0),  # 3: zero in both years
        ((2.0, 0.0), (3.0, 4.0), 0.0),  # 4: another factor comes from zero
        ((3.0, 4.0), (2.0, 0.0), 0.0),  # 5: another goes to zero
        ((3.0, 0.0), (2.0, 0.0), 0.0),  # 6: another is zero in both years
        ((3.0, 0.0), (0.0, 4.0), 0.0),  # 7: it goes to zero while another comes from it
        ((0.0, 4.0), (3.0, 0.0), 0.0),  # 8: and the reverse
    ],
)
def test_eight_cases_of_zero(before, after, first):
    effects = lmdi(list(before), list(after))
    assert effects[0] == first
    assert effects.sum() == before[0] * before[1] * -1 + after[0] * after[1]


def test_two_factors_from_zero_share_the_change_as_their_limit_does():
    small = 1e-120  # its square is still a number
    limit = lmdi([small, small, 2.0], [1.0, 1.0, 6.0])
    effects = lmdi([0.0, 0.0, 2.0], [1.0, 1.0, 6.0])
    assert effects.tolist() == [3.0, 3.0, 0.0]
    assert effects == pytest.approx(limit, abs=6 * 2 / abs(log(small)))  # the limit is reached as 1 / ln does


def test_negative_numbers_are_refused_with_the_way_out():
    with pytest.raises(QuestionError, match=r"factor 2 is -1 at \(1,\); .* use structural decomposition"):
        lmdi([[1.0, 1.0], [1.0, -1.0]], [[1.0, 1.0], [1.0, 1.0]])
    with pytest.raises(QuestionError, match="factor 1 is nan"):
        lmdi([float("nan")], [1.0])


def test_factors_that_do_not_multiply_to_the_total_are_refused():
    assert lmdi([2.0, 3.0], [2.0, 4.0], (6.0, 8.0)).tolist() == lmdi([2.0, 3.0], [2.0, 4.0]).tolist()
    with pytest.raises(QuestionError, match="do not multiply to the total: 8 for 9"):
        lmdi([2.0, 3.0], [2.0, 4.0], (6.0, 9.0))
    with pytest.raises(QuestionError, match="the same factors"):
        lmdi([2.0, 3.0], [2.0])
    with pytest.raises(QuestionError, match="there is no ratio"):
        lmdi_ratios([0.0], [1.0])


amounts = arrays.arrays(np.float64, (3, 4), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1e3)))


@given(amounts, amounts)
def test_lmdi_leaves_nothing_over_and_turns_round(before, after):
    effects = lmdi(before, after)
    change = after.prod(axis=0) - before.prod(axis=0)
    larger = np.maximum(after.prod(axis=0), before.prod(axis=0))
    assert (np.abs(effects.sum(axis=0) - change) <= EXACT * larger).all()
    assert (np.abs(effects + lmdi(after, before)) <= EXACT * larger).all()


@given(amounts, amounts)
def test_ratios_multiply_to_the_ratio(before, after):
    before, after = before + 1, after + 1
    whole = after.prod(axis=0).sum() / before.prod(axis=0).sum()
    assert lmdi_ratios(before, after).prod() == pytest.approx(whole, rel=1e-9)  # of exponentials of sums of logarithms


# -- structural -------------------------------------------------------------------------------------------------------


def scalars(before, after):
    """The product of plain numbers as a function of the state."""
    return lambda state: np.where(state, after, before).prod()


def test_two_factors_by_hand():
    # 2·3 = 6 to 4·5 = 20: Δa at the mean of b, Δb at the mean of a
    for method in (polar, shapley):
        found = method(scalars((2, 3), (4, 5)), 2)
        assert found.effects.tolist() == [2 * 4, 2 * 3]
        assert found.orders == 2


def test_three_factors_by_the_formulas():
    (x, y, z), (dx, dy, dz) = (2.0, 3.0, 5.0), (1.0, -2.0, 4.0)
    value = scalars((x, y, z), (x + dx, y + dy, z + dz))
    # Sun 1998: halves of what two share, thirds of what three share
    sun = dx * y * z + dx * (dy * z + y * dz) / 2 + dx * dy * dz / 3
    assert shapley(value, 3).effects[0] == pytest.approx(sun, rel=EXACT)
    # Dietzenbacher and Los 1998: the first factor at both ends, the second between first and last
    poles = [(dx * y * z + dx * (y + dy) * (z + dz)) / 2, ((x + dx) * dy * z + x * dy * (z + dz)) / 2]
    assert polar(value, 3).effects[:2] == pytest.approx(poles, rel=EXACT)


def test_the_change_of_the_inverse_is_that_of_the_coefficients():
    # Dietzenbacher and Los 1998: ΔL = L1 ΔA L0, so the polar forms of s L y can be written with ΔA
    rng = np.random.default_rng(8)
    A0, A1 = rng.random((2, 4, 4)) / 6  # column sums below 4/6
    L0, L1 = (np.linalg.inv(np.eye(4) - A) for A in (A0, A1))
    (s0, s1), (y0, y1) = rng.random((2, 2, 4))
    first, last = L1 @ (A1 - A0) @ L0, L0 @ (A1 - A0) @ L1
    by_paper = [
        ((s1 - s0) @ L0 @ y0 + (s1 - s0) @ L1 @ y1) / 2,
        (s1 @ first @ y0 + s0 @ last @ y1) / 2,
        (s1 @ L1 @ (y1 - y0) + s0 @ L0 @ (y1 - y0)) / 2,
    ]
    assert polar(chain([s0, L0, y0], [s1, L1, y1]), 3).effects == pytest.approx(by_paper, rel=1e-10)  # of inverses


def brute(value, n):
    """The mean over all n! orders, one by one."""
    total = np.zeros(n)
    orders = list(permutations(range(n)))
    for order in orders:
        state = [False] * n
        for one in order:
            before = value(tuple(state))
            state[one] = True
            total[one] += value(tuple(state)) - before
    return total / len(orders)


@pytest.mark.parametrize("n", [1, 4, 6])
def test_the_mean_over_all_orders(n):
    rng = np.random.default_rng(n)
    value = scalars(rng.normal(size=n), rng.normal(size=n))  # negative numbers are fine here
    found = shapley(value, n)
    assert found.effects == pytest.approx(brute(value, n), rel=1e-9, abs=1e-12)  # of 720 orders summed
    assert found.effects.sum() == pytest.approx(value((True,) * n) - value((False,) * n), rel=1e-9)
    assert not found.error.any()


def test_drawn_orders_come_with_their_error_and_add_up():
    rng = np.random.default_rng(1)
    value = scalars(rng.uniform(1, 2, 6), rng.uniform(1, 3, 6))
    exact, drawn = shapley(value, 6), shapley(value, 6, exact=5, draws=300, seed=3)
    assert drawn.orders == 600
    assert drawn.effects.sum() == pytest.approx(exact.effects.sum(), rel=EXACT)
    assert (drawn.error > 0).all()
    # five standard errors of 300 pairs: seen once in two million draws of a normal number
    assert (np.abs(drawn.effects - exact.effects) <= 5 * drawn.error).all()


def test_draws_are_replayed_one_by_one():
    value = scalars(np.arange(1.0, 6.0), np.arange(2.0, 7.0) ** 1.5)
    whole = shapley(value, 5, exact=0, draws=4, seed=7)
    halves = [shapley(value, 5, exact=0, draws=2, seed=7, first=first) for first in (0, 2)]
    assert whole.effects == pytest.approx((halves[0].effects + halves[1].effects) / 2, rel=EXACT)
    assert (shapley(value, 5, exact=0, draws=4, seed=8).effects != whole.effects).any()
    with pytest.raises(QuestionError, match="1 draws tell no error"):
        shapley(value, 5, exact=0, draws=1)


def test_more_factors_than_are_covered_are_drawn():
    value = scalars(np.full(11, 1.0), np.full(11, 1.1))
    found = shapley(value, 11, draws=20)
    assert found.orders == 40
    assert found.effects.sum() == pytest.approx(1.1**11 - 1, rel=EXACT)


def test_a_chain_needs_the_same_factors():
    with pytest.raises(QuestionError, match="2 factors before and 1 after"):
        chain([np.eye(2), np.eye(2)], [np.eye(2)])
