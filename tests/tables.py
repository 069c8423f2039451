"""Tables for tests: the worked examples of the literature, and random productive ones."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tanheng.systems.table import Table

ABOUT = {"name": "test", "year": 2009, "currency": "million USD", "price_basis": "current", "boundary": "residence"}


def kitzes(**more: object) -> Table:
    """Kitzes 2013: two regions of one sector. Production 8 / 4, consumption 4.8 / 7.2."""
    about = {"name": "Kitzes 2013", "year": 2013, "currency": "USD", "units": {"CO2": "t"}}
    return Table.from_arrays(
        [[8, 5], [4, 2]],
        [[3, 0], [0, 6]],
        [[8, 4]],
        regions=["one", "two"],
        sectors=["all"],
        demand=["final"],
        stressors=["CO2"],
        about=about,
        **more,
    )


def random_table(
    seed: int,
    *,
    R: int = 3,
    S: int = 3,
    D: int = 2,
    K: int = 2,
    idle: int = 0,
    stray: bool = False,
    signed: bool = False,
    intermediate_trade: bool = True,
    regions: list[str] | None = None,
) -> Table:
    """A productive table: random A with column sums below 0.8, random demand, Z = A x̂.

    ``idle`` sectors have no output but emissions, and with ``stray`` they buy all the same; ``signed`` makes one demand
    category partly negative (inventories); without ``intermediate_trade`` regions buy only final products from each
    other.
    """
    rng = np.random.default_rng(seed)
    n = R * S
    A = rng.exponential(1, (n, n)) * (rng.random((n, n)) < 0.7)
    if not intermediate_trade:
        A *= np.kron(np.eye(R), np.ones((S, S)))
    A *= rng.uniform(0.05, 0.8, n) / np.maximum(A.sum(axis=0), 1e-12)
    Y = rng.exponential(10, (n, R * D)) * (rng.random((n, R * D)) < 0.8)
    Y[np.arange(n), rng.integers(0, R * D, n)] += 1
    off = rng.permutation(n)[:idle]
    A[off], A[:, off], Y[off] = 0, 0, 0
    if signed and D > 1:
        Y[:, 0] += 1.0
        Y[:, -1] = -0.3 * Y[:, 0] * rng.random(n)  # smaller than what stands beside it: output stays positive
        Y[off] = 0
    bought = np.zeros((n, n))
    bought[:, off] = rng.exponential(3, (n, len(off))) if stray else 0.0
    bought[off] = 0
    x = np.linalg.solve(np.eye(n) - A, Y.sum(axis=1) + bought.sum(axis=1))
    Z = A * x + bought
    F = rng.exponential(100, (K, n))
    return Table.from_arrays(
        Z,
        Y,
        F,
        F_Y=rng.exponential(50, (K, R * D)),
        V=[x - Z.sum(axis=0)],
        regions=regions or [f"r{i}" for i in range(R)],
        sectors=[f"s{i}" for i in range(S)],
        demand=[f"d{i}" for i in range(D)],
        stressors=[f"k{i}" for i in range(K)],
        about=ABOUT | {"units": {f"k{i}": "kt" for i in range(K)}},
    )


def flat(table: Table) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Z (n, n), Y by region (n, R), F (K, n), x (n,) as plain arrays, for independent computations."""
    n = table.x.size
    Y = table.Y.sum("demand").values.reshape(n, -1)
    return table.Z.values.reshape(n, n), Y, table.F.values.reshape(-1, n), table.x.values.ravel()


tables = st.builds(
    random_table,
    seed=st.integers(0, 2**32 - 1),
    R=st.integers(1, 4),
    S=st.integers(1, 4),
    D=st.integers(1, 3),
    K=st.integers(1, 3),
    signed=st.booleans(),
)
