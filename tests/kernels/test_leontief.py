"""The Leontief kernel against worked numbers, against numpy's dense inverse, and at its edges."""

import tracemalloc

import numpy as np
import pytest
from tables import flat, random_table

from tanheng.errors import TableError, UnproductiveError
from tanheng.kernels import leontief

# Miller and Blair 2009, ch. 3: two regions of three and two sectors
MILLER_BLAIR_3 = np.array(
    [
        [150, 500, 50, 25, 75],
        [200, 100, 400, 200, 100],
        [300, 500, 50, 60, 40],
        [75, 100, 60, 200, 250],
        [50, 25, 25, 150, 100],
    ],
    dtype=float,
)
OUTPUT_3 = np.array([1000.0, 2000, 1000, 1200, 800])

both_ways = pytest.mark.parametrize("direct_limit", [leontief.DIRECT_LIMIT, 0], ids=["LU", "Krylov"])


@both_ways
def test_miller_and_blair_chapter_2(direct_limit):
    Z, x = np.array([[150.0, 500], [200, 100]]), np.array([1000.0, 2000])
    system = leontief.system(Z, x, 1, direct_limit=direct_limit)
    L = leontief.embodied_output(system, np.eye(2)).value
    # printed to 8 and 7 digits
    assert L.ravel() == pytest.approx([1.25412541, 0.330033, 0.2640264, 1.12211221], abs=5e-8)


@both_ways
def test_miller_and_blair_chapter_3(direct_limit):
    system = leontief.system(MILLER_BLAIR_3, OUTPUT_3, 5, direct_limit=direct_limit)
    change = leontief.embodied_output(system, np.array([[100.0], [0], [0], [0], [0]])).value.ravel()
    assert change == pytest.approx([142.340915, 63.461258, 63.829071, 26.719467, 14.68111], abs=5e-7)  # as printed


def test_miller_and_blair_chapter_3_without_feedback_is_the_domestic_inverse():
    # the first region's block alone: three sectors; a system of one region of three sectors
    system = leontief.system(np.ascontiguousarray(MILLER_BLAIR_3[:3, :3]), OUTPUT_3[:3], 3)
    change = system.domestic[0] @ [100.0, 0, 0] * OUTPUT_3[:3]
    assert change == pytest.approx([136.508612, 52.732299, 56.984903], abs=5e-7)  # as printed


@both_ways
def test_both_questions_agree_with_the_dense_inverse(direct_limit):
    Z, Y, F, x = flat(random_table(1, R=12, S=10, K=5))
    L = np.linalg.inv(np.eye(len(x)) - Z / x)
    system = leontief.system(Z, x, 10, direct_limit=direct_limit)
    m, output = leontief.multipliers(system, F), leontief.embodied_output(system, Y)
    # the solve stops at 1e-11 of each right-hand side; the condition of these tables is below 100
    assert m.value == pytest.approx(F / x @ L, rel=1e-9)
    assert np.abs(output.value - L @ Y).max() <= 1e-9 * np.abs(Y).sum()
    assert max(m.residual.max(), output.residual.max()) <= leontief.TOLERANCE


def test_the_residual_is_what_is_left_of_the_equation():
    Z, _, F, x = flat(random_table(2, R=8, S=5, K=3))
    for limit in (leontief.DIRECT_LIMIT, 0):
        solution = leontief.multipliers(leontief.system(Z, x, 5, direct_limit=limit), F)
        left = np.abs(F - (solution.value * x - solution.value @ Z)).sum(axis=1) / np.abs(F).sum(axis=1)
        # both are sums of rounding or of truncation: equal up to rounding of the equation itself
        assert solution.residual == pytest.approx(left, abs=1e-14)


def test_dependent_and_zero_right_hand_sides_are_no_trouble():
    Z, _, F, x = flat(random_table(3, R=8, S=5, K=1))
    system = leontief.system(Z, x, 5, direct_limit=0)
    stacked = np.vstack([F, 3 * F, np.zeros_like(F), F + 1e-13 * x])
    value = leontief.multipliers(system, stacked).value
    alone = leontief.multipliers(system, F).value
    assert value[0] == pytest.approx(alone[0], rel=1e-9)
    assert value[1] == pytest.approx(3 * alone[0], rel=1e-9)
    assert not value[2].any()


@both_ways
def test_a_sector_without_output_has_no_multiplier_and_spoils_nothing(direct_limit):
    table = random_table(4, R=3, S=4, K=2, idle=2)
    Z, _, F, x = flat(table)
    on = x > 0
    assert (~on).sum() == 2
    m = leontief.multipliers(leontief.system(Z, x, 4, direct_limit=direct_limit), F).value
    L = np.linalg.inv(np.eye(on.sum()) - Z[np.ix_(on, on)] / x[on])
    assert not m[:, ~on].any()
    assert m[:, on] == pytest.approx(F[:, on] / x[on] @ L, rel=1e-9)


def test_no_inverse_and_no_copy_of_Z_on_the_large_path():
    Z, Y, F, x = flat(random_table(5, R=60, S=20, K=3))
    tracemalloc.start()
    system = leontief.system(Z, x, 20, direct_limit=0)
    leontief.multipliers(system, F)
    leontief.embodied_output(system, Y[:, :3].copy())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # the blocks and their inverses are 1/60 of Z each, the basis 2 x 3 columns a pass: far below one Z
    assert peak < Z.nbytes / 2


def test_an_unproductive_table_is_refused_with_its_radius_and_its_worst_column():
    Z = np.array([[50.0, 40], [60, 30]])
    x = np.array([100.0, 60])  # columns use 110 of 100 and 70 of 60
    with pytest.raises(UnproductiveError, match=r"sector 1.*spectral radius of A is 1\.1.*1\.167 times") as caught:
        leontief.system(Z, x, 1, name=lambda i: f"sector {i}")
    assert "\n" not in str(caught.value)


def test_a_column_that_loses_money_is_fine_while_the_radius_stays_below_one():
    Z = np.array([[0.0, 30], [10, 0]])
    x = np.array([100.0, 20])  # the second buys 30 for an output of 20; radius sqrt(0.1 * 1.5) = 0.387
    assert leontief.spectral_radius(Z, x) == pytest.approx(np.sqrt(0.15), rel=1e-12)
    system = leontief.system(Z, x, 1)
    m = leontief.multipliers(system, np.array([[1.0, 1.0]])).value
    assert m == pytest.approx(np.array([[0.01, 0.05]]) @ np.linalg.inv(np.eye(2) - Z / x), rel=1e-12)


def test_the_spectral_radius_of_a_large_table_is_that_of_its_dense_matrix():
    Z, _, _, x = flat(random_table(6, R=25, S=10))
    assert leontief.spectral_radius(Z, x) == pytest.approx(np.abs(np.linalg.eigvals(Z / x)).max(), rel=1e-6)


def test_negative_cells_count_by_size_and_Z_is_left_alone():
    Z = np.array([[-50.0, 40], [60, -30]])
    before = Z.copy()
    x = np.array([100.0, 80])
    # columns of |A| sum to 1.1 and 0.875, so the radius decides: eigenvalues of [[-.5, .5], [.6, -.375]] reach 0.989
    leontief.system(Z, x, 1)
    assert leontief.spectral_radius(Z, x) == pytest.approx(0.9887, abs=5e-4)
    assert np.array_equal(Z, before)


def test_margins_are_sums_and_the_smallest_cell_whatever_the_panels(monkeypatch):
    Z = np.random.default_rng(8).normal(size=(37, 37))
    for cells in (1, 100, 10_000):
        monkeypatch.setattr(leontief, "PANEL", cells)
        found = leontief.margins(Z)
        assert found.rows == pytest.approx(Z.sum(axis=1), abs=1e-12)  # sums of 37 numbers of size one
        assert found.columns == pytest.approx(Z.sum(axis=0), abs=1e-12)
        assert found.gross_rows == pytest.approx(np.abs(Z).sum(axis=1), abs=1e-12)
        assert found.gross_columns == pytest.approx(np.abs(Z).sum(axis=0), abs=1e-12)
        assert found.signed
    assert not leontief.margins(np.abs(Z)).signed


def test_a_singular_domestic_economy_is_named():
    Z = np.array([[10.0, 10], [-10, -10]])
    with pytest.raises(TableError, match="sector 0: the region's own economy is singular"):
        leontief.system(Z, np.array([10.0, 10]), 1, name=lambda i: f"sector {i}")


def test_wide_blocks_of_right_hand_sides_are_solved_alike():
    Z, _, F, x = flat(random_table(9, R=8, S=10, K=1))
    system = leontief.system(Z, x, 10, direct_limit=0)
    assert len(x) > leontief.WIDE
    L = np.linalg.inv(np.eye(len(x)) - Z / x)
    assert leontief.embodied_output(system, np.eye(len(x))).value == pytest.approx(L, abs=1e-8)  # 1e-10 of columns of 1
    many = np.repeat(F, leontief.WIDE, axis=0) * np.arange(1, leontief.WIDE + 1)[:, None]
    assert leontief.multipliers(system, many).value[-1] == pytest.approx(leontief.WIDE * (F / x @ L)[0], rel=1e-8)
