"""The block method of minimal residual: against a direct solution, and where it cannot settle."""

import numpy as np
import pytest

from tanheng.errors import TableError
from tanheng.kernels import krylov


def random_matrix(seed: int, n: int) -> np.ndarray:
    """Diagonally dominant, so that it has a solution that is far from rounding."""
    M = -np.random.default_rng(seed).exponential(1, (n, n))
    M[np.diag_indices(n)] = 1.2 * np.abs(M).sum(axis=1)
    return M


def test_it_is_the_direct_solution():
    M = random_matrix(1, 60)
    right = np.random.default_rng(2).normal(size=(60, 4)) * [1, 1e6, 1e-6, 0]
    found = krylov.solve(lambda W: M @ W, lambda block: block / np.diag(M)[:, None], right)
    # the residual is at most 1e-10 of each right-hand side, and the matrix hardly magnifies it
    np.testing.assert_allclose(
        found.value, np.linalg.solve(M, right), rtol=0, atol=1e-8 * np.abs(right).max(axis=0).max()
    )
    assert found.residual.max() <= krylov.TOLERANCE
    assert not found.value[:, 3].any()


def test_its_own_inverse_settles_it_in_a_pass():
    M = random_matrix(3, 20)
    inverse = np.linalg.inv(M)
    assert krylov.solve(lambda W: M @ W, lambda block: inverse @ block, np.ones((20, 2))).passes == 1


def test_more_passes_than_the_basis_holds_start_it_anew():
    M = np.diag(np.arange(1.0, 41.0))  # forty eigenvalues need forty steps of one vector, the basis holds 25
    found = krylov.solve(lambda W: M @ W, np.copy, np.ones((40, 1)))
    assert found.passes > krylov.RESTART
    np.testing.assert_allclose(found.value[:, 0], 1 / np.arange(1.0, 41.0), atol=1e-8)  # the residual's 1e-10 times 40


def test_a_matrix_without_solution_is_said():
    M = np.diag([1.0, 0.0])
    with pytest.raises(TableError, match="did not settle"):
        krylov.solve(lambda W: M @ W, np.copy, np.ones((2, 1)))
