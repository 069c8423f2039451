"""The integrated matrix: by hand, against the dense solution of the whole, its two ways, and where it gains."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import flat, random_table

from tanheng.errors import UnproductiveError
from tanheng.kernels import integrated as kernel
from tanheng.kernels import leontief, process

# Heijungs and Suh 2002, ch. 2: 10 kWh take 2 l of fuel and 1 kg CO2, 100 l of fuel take 10 kg; each per unit of product
POWER = process.factorise(sp.csc_array([[1.0, 0.0], [-0.2, 1.0]]))
Q = np.array([[0.1, 0.1]])
# one sector: output 100, of which it uses 20 itself; 50 kg CO2: 0.5 per unit, 0.625 with all that is behind it
SECTOR = leontief.system(np.array([[20.0]]), np.array([100.0]), 1)
F = np.array([[50.0]])
BOUGHT = sp.csc_array([[0.16, 0.0]])  # money per kWh


def one(value: float) -> sp.csc_array:
    return sp.csc_array([[value], [0.0]])


def test_tiered_by_hand():
    """1000 kWh: 120 kg from the processes, and purchases of 160, times 0.625."""
    system = kernel.integrated(POWER, SECTOR, BOUGHT, one(0))
    found = kernel.activity(system, np.array([[1000.0], [0]]), np.zeros((1, 1)))
    assert found.processes[:, 0] == pytest.approx([1000, 200], rel=1e-12)
    assert (Q @ found.processes).item() == pytest.approx(120, rel=1e-12)  # as printed by Heijungs and Suh
    assert (F @ found.sectors).item() == pytest.approx(100, rel=1e-12)
    m = kernel.multipliers(system, Q, F)
    assert m.products[0] == pytest.approx([0.22, 0.1], rel=1e-12)
    assert m.sectors.item() == pytest.approx(0.625, rel=1e-12)


def test_integrated_by_hand():
    """The sector buys 100 kWh a year, 1 per unit of output: 0.16 x 1.25 = 0.2 kWh come back for each, 1.25 in all."""
    system = kernel.integrated(POWER, SECTOR, BOUGHT, one(100))
    found = kernel.activity(system, np.array([[1000.0], [0]]), np.zeros((1, 1)))
    assert found.processes[:, 0] == pytest.approx([1250, 250], rel=1e-9)
    assert found.sectors.item() == pytest.approx(2.5, rel=1e-9)  # 200 bought, times 1.25, of an output of 100
    m = kernel.multipliers(system, Q, F)
    assert m.products[0, 0] == pytest.approx(0.150 + 0.125, rel=1e-9)
    assert m.products[0, 1] == pytest.approx(0.1, rel=1e-9)  # fuel buys nothing


def random_system(seed: int, loops: bool, limit: int = leontief.DIRECT_LIMIT) -> tuple[kernel.Integrated, np.ndarray]:
    """A random integrated system, and the whole of it as one dense matrix."""
    rng = np.random.default_rng(seed)
    Z, _, _, x = flat(random_table(seed, R=2, S=4))
    N, n = len(x), int(rng.integers(1, 7))
    A = rng.random((n, n)) * (rng.random((n, n)) < 0.5)
    np.fill_diagonal(A, 0)
    M = np.eye(n) - A * 0.6 / np.maximum(A.sum(axis=0), 0.6)
    up = rng.random((N, n)) * (rng.random((N, n)) < 0.5) * 0.2
    down = x * rng.random((n, N)) * (rng.random((n, N)) < 0.5) * (0.02 if loops else 0)
    system = kernel.integrated(
        process.factorise(sp.csc_array(M)), leontief.system(Z, x, 4, direct_limit=limit),
        sp.csc_array(up), sp.csc_array(down),
    )  # fmt: skip
    return system, np.block([[M, -down], [-up, np.diag(x) - Z]])


systems = pytest.mark.parametrize("limit", [leontief.DIRECT_LIMIT, 0], ids=["LU", "domestic inverses"])


@systems
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), loops=st.booleans())
def test_it_is_the_dense_solution(limit, seed, loops):
    system, whole = random_system(seed, loops, limit)
    n, N = system.process.M.shape[0], len(system.table.x)
    rng = np.random.default_rng(seed)
    k, y = rng.random((n, 3)), rng.random((N, 3)) * 10
    found = kernel.activity(system, k, y)
    dense = np.linalg.solve(whole, np.vstack([k, y]))
    # a residual of 1e-10 of the right-hand side, magnified by multipliers of at most a few tens
    np.testing.assert_allclose(found.processes, dense[:n], rtol=1e-8, atol=1e-8 * np.abs(dense[:n]).max())
    np.testing.assert_allclose(found.sectors, dense[n:], rtol=1e-8, atol=1e-8 * np.abs(dense[n:]).max())
    assert found.residual.max() <= 1e-10


@systems
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_multipliers_times_demands_are_what_activity_emits(limit, seed):
    """The two ways solve different equations; what they say of the whole is one number."""
    system, _ = random_system(seed, loops=True, limit=limit)
    n, N = system.process.M.shape[0], len(system.table.x)
    rng = np.random.default_rng(seed)
    k, y, q, f = rng.random((n, 2)), rng.random((N, 2)), rng.random((2, n)), rng.random((2, N))
    found, m = kernel.activity(system, k, y), kernel.multipliers(system, q, f)
    made = q @ found.processes + f @ found.sectors
    np.testing.assert_allclose(m.products @ k + m.sectors @ y, made, rtol=1e-9)  # what conservation is held to


def test_without_processes_it_is_the_table():
    Z, Y, F, x = flat(random_table(5))
    table, nothing = leontief.system(Z, x, 3), sp.csc_array((0, 0))
    system = kernel.integrated(process.factorise(nothing), table, sp.csc_array((9, 0)), sp.csc_array((0, 9)))
    found = kernel.activity(system, np.zeros((0, 3)), Y)
    assert (found.sectors * x[:, None] == leontief.embodied_output(table, Y).value).all()
    m = kernel.multipliers(system, np.zeros((2, 0)), F)
    assert (m.sectors == leontief.multipliers(table, F).value).all()


def test_a_sector_without_output_is_left_out():
    """What it sells and buys is no part of the system, as in the table's own."""
    Z, x = np.array([[20.0, 5.0], [0.0, 0.0]]), np.array([100.0, 0.0])
    table = leontief.system(Z, x, 2)
    up, down = sp.csc_array([[0.16, 0], [9.0, 9.0]]), sp.csc_array([[100.0, 7.0], [0, 7.0]])
    found = kernel.activity(kernel.integrated(POWER, table, up, down), np.array([[1000.0], [0]]), np.zeros((2, 1)))
    assert found.processes[:, 0] == pytest.approx([1250, 250], rel=1e-9)  # the numbers of the example by hand
    assert found.sectors[:, 0] == pytest.approx([2.5, 0], rel=1e-9)


@pytest.mark.parametrize("sales", [500.01, 900.0])
def test_a_system_that_gains_is_refused(sales):
    """At 500 kWh a year a kWh takes 0.16 x 1.25 x 5 = 1 kWh: nothing is left over."""
    with pytest.raises(UnproductiveError, match="the hybrid gains") as caught:
        kernel.integrated(POWER, SECTOR, BOUGHT, one(sales), "process {}".format)
    assert "process 0" in str(caught.value)
    assert kernel.integrated(POWER, SECTOR, BOUGHT, one(499))


def test_avoided_products_are_no_gain():
    """A process that makes less necessary has a positive cell where others have negative ones; bounds do not hold."""
    M = process.factorise(sp.csc_array([[1.0, 0.0], [0.5, 1.0]]))
    system = kernel.integrated(M, SECTOR, BOUGHT, one(100))
    found = kernel.activity(system, np.array([[1000.0], [0]]), np.zeros((1, 1)))
    assert found.processes[:, 0] == pytest.approx([1250, -625], rel=1e-9)
