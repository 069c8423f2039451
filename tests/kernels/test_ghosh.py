"""The Ghosh kernel against worked numbers, against numpy's dense inverse, and at its edges."""

import numpy as np
import pytest
from tables import flat, random_table

from tanheng.kernels import ghosh, leontief

both_ways = pytest.mark.parametrize("direct_limit", [leontief.DIRECT_LIMIT, 0], ids=["LU", "Krylov"])


@both_ways
def test_the_ghosh_inverse_of_miller_and_blair_chapter_2(direct_limit):
    Z, x = np.array([[150.0, 500], [200, 100]]), np.array([1000.0, 2000])
    system = leontief.system(Z, x, 1, direct_limit=direct_limit)
    G = ghosh.enabled_output(system, np.eye(2)).value
    # G = x̂⁻¹ L x̂ of the printed L: the off-diagonal elements times 2 and by 2; L has seven printed digits
    assert G.ravel() == pytest.approx([1.25412541, 0.660066, 0.1320132, 1.12211221], abs=2e-7)


@both_ways
def test_all_primary_inputs_together_enable_all_output(direct_limit):
    Z, x = np.array([[150.0, 500], [200, 100]]), np.array([1000.0, 2000])
    system = leontief.system(Z, x, 1, direct_limit=direct_limit)
    enabled = ghosh.enabled_output(system, (x - Z.sum(axis=0))[None])
    assert enabled.value.ravel() == pytest.approx(x, rel=1e-9)  # the solve stops at 1e-10


@both_ways
def test_multipliers_are_of_rows_divided_by_their_own_output(direct_limit):
    Z, _, F, x = flat(random_table(1, R=12, S=10, K=5))
    G = np.linalg.inv(np.eye(len(x)) - Z / x[:, None])
    system = leontief.system(Z, x, 10, direct_limit=direct_limit)
    found = ghosh.multipliers(system, F)
    # the solve stops at 1e-10 of each right-hand side, that is of x g; the condition of these tables is below 100
    assert np.abs((found.value - F / x @ G.T) * x).max() <= 1e-8 * np.abs(F).sum(axis=1).max()
    assert found.residual.max() <= leontief.TOLERANCE
    # the transposed Ghosh, columns divided by their output, is another matrix
    assert not np.allclose(found.value, F / x @ np.linalg.inv(np.eye(len(x)) - Z / x), rtol=0.1)


@both_ways
def test_a_sector_without_output_enables_nothing_and_spoils_nothing(direct_limit):
    table = random_table(4, R=3, S=4, K=2, idle=2, stray=True)
    Z, _, F, x = flat(table)
    on = table.has_output.ravel()
    assert (~on).sum() == 2
    system = leontief.system(Z, x, 4, active=on, direct_limit=direct_limit)
    g = ghosh.multipliers(system, np.where(on, F, 0.0)).value
    G = np.linalg.inv(np.eye(on.sum()) - Z[np.ix_(on, on)] / x[on][:, None])
    assert not g[:, ~on].any()
    assert g[:, on] == pytest.approx(F[:, on] / x[on] @ G.T, rel=1e-8)  # a solve to 1e-10, condition below 100
