"""Re-exports traced to where goods were made, on cases that can be followed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import InputError, SingularError
from tanheng.kernels import reexports


def random_trade(seed: int, n: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Own and passed-on exports of n countries, none of which passes on more than nine tenths of its imports."""
    rng = np.random.default_rng(seed)
    trade = rng.uniform(0, 10, (n, n)) * (rng.random((n, n)) < 0.6)
    np.fill_diagonal(trade, 0.0)
    imports, exports = trade.sum(axis=0), trade.sum(axis=1)
    most = np.minimum(1.0, np.divide(0.9 * imports, exports, out=np.zeros(n), where=exports > 0))
    share = (rng.random(n) * most)[:, None]
    return trade * (1 - share), trade * share


def test_exports_are_shared_among_make_and_imports_in_proportion() -> None:
    """A makes 100 and sends 60 to B; B makes 20, so that three quarters of the 40 it sends to C are A's."""
    trade = np.array([[0, 60, 0], [0, 0, 40], [0, 0, 0.0]])
    own, passed = reexports.proportional(trade, np.array([100.0, 20, 0]))
    kept = reexports.kept_by_maker(own, passed)
    np.testing.assert_allclose(kept, [[0, 30, 30], [0, 0, 10], [0, 0, 0]], atol=1e-12)  # rounding of a solve
    every = reexports.imports_by_maker(own, passed)
    np.testing.assert_allclose(every, [[0, 60, 30], [0, 0, 10], [0, 0, 0]], atol=1e-12)


def test_it_is_the_method_of_kastner_off_the_diagonal() -> None:
    """x = p + Z 1, A = Z / x, R = (I - A)^-1 p, scaled by what stays (Kastner, Kastner, Nonhebel 2011)."""
    trade = np.array([[0, 60, 5], [8, 0, 40], [2, 3, 0.0]])
    p = np.array([100.0, 20, 7])
    x = p + trade.sum(axis=0)
    R = np.linalg.inv(np.eye(3) - trade.T / x) @ np.diag(p)  # consumer by maker
    consumed = np.diag((x - trade.sum(axis=1)) / x) @ R
    kept = reexports.kept_by_maker(*reexports.proportional(trade, p))
    off = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(kept[off], consumed.T[off], rtol=1e-12)  # the same numbers, solved in another order


def test_goods_between_two_hubs_are_a_geometric_series() -> None:
    """A maker sends 10 to H1, which sends all on to H2, which sends half back: 10 + 5 + 2.5 + ... = 20 pass H1."""
    own = np.array([[0, 10, 0], [0, 0, 0], [0, 0, 0.0]])
    passed = np.array([[0, 0, 0], [0, 0, 20], [0, 10, 0.0]])
    np.testing.assert_allclose(reexports.imports_by_maker(own, passed)[0], [0, 20, 20], rtol=1e-12)
    np.testing.assert_allclose(reexports.kept_by_maker(own, passed)[0], [0, 0, 10], atol=1e-12)


@given(st.integers(0, 10_000))
def test_the_inverse_is_the_sum_over_all_legs(seed: int) -> None:
    own, passed = random_trade(seed)
    R = reexports.reexport_shares(own, passed)
    leg, total = own, own.copy()
    for _ in range(2000):  # nine tenths of a leg go on at most: 0.9 ** 2000 is nothing
        leg = leg @ R
        total += leg
    np.testing.assert_allclose(reexports.imports_by_maker(own, passed), total, rtol=1e-9, atol=1e-9)


@given(st.integers(0, 10_000))
def test_imports_and_own_exports_are_conserved(seed: int) -> None:
    own, passed = random_trade(seed)
    imports = (own + passed).sum(axis=0)
    every, kept = reexports.imports_by_maker(own, passed), reexports.kept_by_maker(own, passed)
    np.testing.assert_allclose(every.sum(axis=0), imports, rtol=1e-9, atol=1e-9)  # a solve of six equations
    np.testing.assert_allclose(kept.sum(axis=0), imports - passed.sum(axis=1), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(kept.sum(axis=1), own.sum(axis=1), rtol=1e-9, atol=1e-9)


@given(st.integers(0, 10_000))
def test_without_reexports_it_is_the_identity(seed: int) -> None:
    own, passed = random_trade(seed)
    np.testing.assert_array_equal(reexports.kept_by_maker(own, np.zeros_like(passed)), own)


@given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
def test_scaled_trade_gives_scaled_flows(seed: int, by: float) -> None:
    own, passed = random_trade(seed)
    once, scaled = reexports.kept_by_maker(own, passed), reexports.kept_by_maker(own * by, passed * by)
    np.testing.assert_allclose(scaled, once * by, rtol=1e-9, atol=1e-9 * by)


def test_who_passes_on_more_than_it_imports_is_named() -> None:
    own, passed = np.array([[0, 1.0], [0, 0]]), np.array([[0, 0.0], [3, 0]])
    with pytest.raises(InputError, match="hub: re-exports 3, more than its imports 1"):
        reexports.kept_by_maker(own, passed, ["maker", "hub"].__getitem__)


def test_who_exports_more_than_it_has_is_named() -> None:
    with pytest.raises(InputError, match="a: exports 8, more than its production and imports 5"):
        reexports.proportional(np.array([[0, 8.0], [0, 0]]), np.array([5.0, 0]), "ab".__getitem__)


def test_goods_that_only_go_round_have_no_maker() -> None:
    passed = np.array([[0, 5.0], [5, 0]])
    with pytest.raises(SingularError, match="go round without having been made"):
        reexports.imports_by_maker(np.zeros((2, 2)), passed)
