"""Technology models: worked examples, and the laws that tell product outputs from industry outputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import TableError
from tanheng.kernels.constructs import MODELS, by_industries, by_products, outputs, transformation

# Miller and Blair 2009, section 5.2: use U (products by industries) and make V (industries by products)
USE = np.array([[12.0, 8.0], [10.0, 7.0]])
MAKE = np.array([[90.0, 0.0], [10.0, 100.0]])
Q, G = [100.0, 100.0], [90.0, 110.0]

# with U, V as above: D = V q̂⁻¹, C = Vᵀ ĝ⁻¹, B = U ĝ⁻¹; fractions worked by hand
MILLER_BLAIR = {
    "A": [[12 / 90, -12 / 900 + 8 / 100], [10 / 90, -10 / 900 + 7 / 100]],  # B C⁻¹ = U (Vᵀ)⁻¹
    "B": [[(12 + 8 / 11) / 100, (80 / 11) / 100], [(10 + 7 / 11) / 100, (70 / 11) / 100]],  # B D
    "C": [[11 / 90, 7.3 / 110], [11 / 90, 7.7 / 110]],  # C⁻¹ B
    "D": [[10.8 / 90, 7.2 / 110], [11.2 / 90, 7.8 / 110]],  # D B
}

ROUNDING = 1e-9  # of sums near one: inverses here have condition below 1e4, so 1e-12 is lost at most


def supplies(size: int | None = None):
    """A supply matrix whose diagonal leads, so that it can be inverted."""

    def make(seed, industries, products):
        rng = np.random.default_rng(seed)
        V = rng.exponential(1.0, (industries, products)) * (rng.random((industries, products)) < 0.5)
        V[np.arange(industries), np.arange(industries) % products] += 2.0 * max(industries, products)
        V[np.arange(products) % industries, np.arange(products)] += 2.0 * max(industries, products)
        return V * rng.uniform(0.1, 10.0, (industries, 1))

    seeds, sizes = st.integers(0, 2**32 - 1), st.integers(1, 5)
    if size is None:
        return st.builds(make, seeds, sizes, sizes)
    return st.builds(lambda seed, n: make(seed, n, n), seeds, sizes)


def test_outputs_of_products_and_of_industries_are_two_vectors():
    q, g = outputs(MAKE)
    assert q.tolist() == Q
    assert g.tolist() == G


@pytest.mark.parametrize("model", MODELS)
def test_miller_and_blair(model):
    T = transformation(model, MAKE)
    A = by_products(T[None], USE[:, None])[:, 0] / Q if model in "AB" else by_industries(T[None], USE[None])[0] / G
    np.testing.assert_allclose(A, MILLER_BLAIR[model], rtol=1e-14)  # a handful of operations on doubles


def test_product_technology_finds_the_recipes_of_almon():
    """Almon 2000: cheese is made of rennet, ice cream of chocolate, but each industry makes some of the other."""
    make = np.array([[70.0, 20.0], [30.0, 180.0]])  # industries cheese, ice cream by products cheese, ice cream
    use = np.array([[4.0, 36.0], [14.0, 6.0], [28.0, 72.0]])  # chocolate, rennet, other
    recipes = by_products(transformation("A", make)[None], use[:, None])[:, 0]
    np.testing.assert_allclose(recipes, [[0, 40], [20, 0], [30, 70]], atol=1e-12)  # rounding of numbers near 100


@pytest.mark.parametrize("model", MODELS)
@given(supply=supplies(size=5))
def test_shares_give_everything_away_once(model, supply):
    q, g = outputs(supply)
    T = transformation(model, supply)
    sums = T.sum(axis=1) if model in "AB" else T.sum(axis=0)
    np.testing.assert_allclose(sums, 1, rtol=ROUNDING)
    image, output = (g @ T, q) if model in "AB" else (T @ q, g)
    np.testing.assert_allclose(image, output, rtol=ROUNDING)


@given(supply=supplies())
def test_models_b_and_d_take_any_shape_and_share_one_supply(supply):
    q, g = outputs(supply)
    B, D = transformation("B", supply), transformation("D", supply)
    np.testing.assert_allclose(B * g[:, None], D * q, rtol=1e-14)  # both are the supply, one rounding each way
    assert B.min() >= 0
    assert D.min() >= 0


@given(supply=supplies(size=5))
def test_models_a_and_c_are_the_inverses_of_d_and_b(supply):
    own = np.eye(len(supply))
    for inverse, straight in (("A", "D"), ("C", "B")):
        product = transformation(inverse, supply) @ transformation(straight, supply).T
        np.testing.assert_allclose(product, own, atol=ROUNDING)


@pytest.mark.parametrize("model", MODELS)
@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=5))
def test_without_secondary_products_nothing_changes(model, made):
    np.testing.assert_allclose(transformation(model, np.diag(made)), np.eye(len(made)), rtol=1e-15)


@given(supply=supplies(size=5), scale=st.floats(2, 1000))
def test_models_a_and_d_do_not_depend_on_the_units_of_products(supply, scale):
    other = supply * np.where(np.arange(len(supply)) == 0, scale, 1.0)
    for model in "AD":
        np.testing.assert_allclose(transformation(model, other), transformation(model, supply), atol=ROUNDING)


def test_models_b_and_c_add_products_up_and_so_depend_on_their_units():
    for model in "BC":
        assert not np.allclose(transformation(model, MAKE * [1000, 1]), transformation(model, MAKE), rtol=0.1)


@pytest.mark.parametrize("model", MODELS)
def test_what_nobody_makes_has_no_share(model):
    supply = np.zeros((3, 3))
    supply[np.ix_([0, 2], [0, 1])] = MAKE
    T = transformation(model, supply)
    assert not T[1].any()
    assert not T[:, 2].any()
    np.testing.assert_array_equal(T[np.ix_([0, 2], [0, 1])], transformation(model, MAKE))
    assert not transformation(model, np.zeros((2, 3))).any()  # a region that makes nothing


@pytest.mark.parametrize(("model", "other"), [("A", "B"), ("C", "D")])
def test_inverses_are_refused_where_there_is_none(model, other):
    with pytest.raises(TableError, match=rf"^here: .*3 industries make 2 products; use model {other}"):
        transformation(model, np.ones((3, 2)), where="here")
    with pytest.raises(TableError, match=rf"can be inverted.*use model {other}"):
        transformation(model, np.array([[1.0, 2.0], [2.0, 4.0]]))


@pytest.mark.parametrize(("model", "line"), [("A", "product oil"), ("B", "industry farm")])
def test_supply_that_cancels_is_refused(model, line):
    supply = np.array([[1.0, -1.0], [-1.0, 3.0]])
    with pytest.raises(TableError, match=f"^here, {line}: its supply cancels"):
        transformation(
            model, supply, where="here", industry=["farm", "mine"].__getitem__, product=["oil", "x"].__getitem__
        )


def test_every_region_is_transformed_by_its_own_shares():
    rng = np.random.default_rng(1)
    T, used, sold = rng.random((3, 4, 5)), rng.random((7, 3, 4)), rng.random((3, 5, 7))
    columns, rows = by_products(T, used), by_industries(T, sold)
    for r in range(3):
        np.testing.assert_allclose(columns[:, r], used[:, r] @ T[r], rtol=1e-14)  # the same sums of four numbers
        np.testing.assert_allclose(rows[r], T[r] @ sold[r], rtol=1e-14)


def test_a_use_table_larger_than_one_panel(monkeypatch):
    rng = np.random.default_rng(2)
    T, used = rng.random((2, 3, 4)), rng.random((9, 2, 3))
    whole = by_products(T, used)
    monkeypatch.setattr("tanheng.kernels.constructs.PANEL", 12)  # two rows at a time
    np.testing.assert_allclose(by_products(T, used), whole, rtol=1e-15)
