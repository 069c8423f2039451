"""Supply-use tables: validated as tables are, and made symmetric without losing anything."""

import dataclasses

import numpy as np
import pytest
import scipy.linalg
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from tables import ABOUT

from tanheng.accounts import consumption, production
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, TableError, UnitError
from tanheng.kernels.constructs import MODELS
from tanheng.systems.supply_use import SupplyUse

ROUNDING = 1e-9  # of the totals: the inverses of models A and C have condition below 1e4 here

each_model = pytest.mark.parametrize("model", MODELS)


def miller_blair(**changes):
    """Miller and Blair 2009, section 5.2, with emissions made up."""
    given = {
        "supply": [[[90, 0], [10, 100]]], "use": [[12, 8], [10, 7]], "Y": [[80], [83]], "F": [[9, 11]], "F_Y": [[5]],
        "V": [[68, 95]], "regions": ["r"], "industries": ["i1", "i2"], "products": ["p1", "p2"], "demand": ["final"],
        "stressors": ["CO2"],
        "about": {"name": "Miller and Blair", "year": 2009, "currency": "USD", "units": {"CO2": "t"}},
    }  # fmt: skip
    return SupplyUse.from_arrays(**(given | changes))


def random_supply_use(seed, *, R=3, I=3, P=3, D=2, K=2, diagonal=False, V=True):  # noqa: E741
    """A balanced table: supply with a leading diagonal, use below it, final demand the rest."""
    rng = np.random.default_rng(seed)
    supply = rng.exponential(1, (R, I, P)) * (rng.random((R, I, P)) < 0.6)
    supply[:, np.arange(max(I, P)) % I, np.arange(max(I, P)) % P] += 4.0 * max(I, P)
    if diagonal:
        supply *= np.eye(I)
    q, g = supply.sum(axis=1).ravel(), supply.sum(axis=2).ravel()
    use = rng.exponential(1, (R * P, R * I)) * (rng.random((R * P, R * I)) < 0.7)
    use[0, 0] += 1  # so that something is used
    use *= 0.5 * np.minimum(q.min() / use.sum(axis=1).max(), g.min() / use.sum(axis=0).max())
    shares = rng.exponential(1, (R * P, R * D))
    final = (q - use.sum(axis=1))[:, None] * shares / shares.sum(axis=1, keepdims=True)
    return SupplyUse.from_arrays(
        supply,
        use,
        final,
        rng.exponential(100, (K, R * I)),
        F_Y=rng.exponential(10, (K, R * D)),
        V=[g - use.sum(axis=0)] if V else None,
        regions=[f"r{i}" for i in range(R)],
        industries=[f"i{i}" for i in range(I)],
        products=[f"p{i}" for i in range(P)],
        demand=[f"d{i}" for i in range(D)],
        stressors=[f"k{i}" for i in range(K)],
        about=ABOUT | {"units": {f"k{i}": "kt" for i in range(K)}},
    )


def test_product_and_industry_outputs_are_kept_apart():
    table = miller_blair()
    assert table.product_output.values.tolist() == [[100, 100]]
    assert table.industry_output.values.tolist() == [[90, 110]]
    assert table.product_output.attrs["units"] == table.industry_output.attrs["units"] == "USD"
    assert table.balance.values.tolist() == [[0, 0]]
    assert miller_blair(Y=[[70], [90]]).balance.values.tolist() == [[10, -7]]


# worked by hand: columns of use and of F by T = ĝ⁻¹ V (B), V⁻ᵀ q̂ (A); rows by V q̂⁻¹ (D), ĝ V⁻ᵀ (C)
MILLER_BLAIR = {
    "A": ([[40 / 3, 20 / 3], [100 / 9, 53 / 9]], [80, 83], [10, 10]),
    "B": ([[12 + 8 / 11, 80 / 11], [10 + 7 / 11, 70 / 11]], [80, 83], [10, 10]),
    "C": ([[11, 7.3], [11, 7.7]], [71.7, 91.3], [9, 11]),
    "D": ([[10.8, 7.2], [11.2, 7.8]], [72, 91], [9, 11]),
}


@each_model
def test_miller_and_blair(model):
    table = miller_blair().symmetric(model)
    Z, Y, F = MILLER_BLAIR[model]
    close = {"rtol": 1e-13}  # a handful of operations on doubles
    np.testing.assert_allclose(table.Z.values.reshape(2, 2), Z, **close)
    np.testing.assert_allclose(table.Y.values.ravel(), Y, **close)
    np.testing.assert_allclose(table.F.values.ravel(), F, **close)
    assert table.F_Y.values.tolist() == [[[5]]]
    assert table.sectors == (("p1", "p2") if model in "AB" else ("i1", "i2"))
    np.testing.assert_allclose(table.x.values, [[100, 100]] if model in "AB" else [[90, 110]], **close)


@each_model
@given(seed=st.integers(0, 10_000), size=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)))
def test_totals_are_kept_and_rows_and_columns_agree(model, seed, size):
    R, I, P = size  # noqa: E741
    old = random_supply_use(seed, R=R, I=I, P=I if model in "AC" else P)
    new = old.symmetric(model)
    for name, keep in (("Y", ["to_region", "demand"]), ("F", ["stressor", "region"]), ("V", ["input", "region"])):
        before, after = getattr(old, name), getattr(new, name)
        drop = [dim for dim in after.dims if dim not in keep]
        np.testing.assert_allclose(
            after.sum(drop), before.sum([d for d in before.dims if d not in keep]), rtol=ROUNDING
        )
    flows = ("region", "to_region")
    used = old.use.sum(["product", "to_industry"]).transpose(*flows)
    np.testing.assert_allclose(new.Z.sum(["sector", "to_sector"]).transpose(*flows), used, rtol=ROUNDING)
    output = old.product_output if model in "AB" else old.industry_output
    np.testing.assert_allclose(new.x, output, rtol=ROUNDING)
    columns = new.Z.sum(["region", "sector"]).values + new.primary_inputs.values
    np.testing.assert_allclose(columns, output, rtol=ROUNDING)
    np.testing.assert_array_equal(new.F_Y, old.F_Y)


@each_model
@given(seed=st.integers(0, 10_000))
def test_many_regions_are_the_manuals_formulas_on_block_diagonal_supply(model, seed):
    """The whole table at once, with the inverses the manual writes, against region by region with shares."""
    old = random_supply_use(seed)
    n = 9
    V = scipy.linalg.block_diag(*old.supply.values)
    U, Y, F = old.use.values.reshape(n, n), old.Y.values.reshape(n, -1), old.F.values.reshape(-1, n)
    q, g = V.sum(axis=0), V.sum(axis=1)
    T = {
        "A": lambda: np.linalg.inv(V.T) @ np.diag(q),
        "B": lambda: np.diag(1 / g) @ V,
        "C": lambda: np.diag(g) @ np.linalg.inv(V.T),
        "D": lambda: V @ np.diag(1 / q),
    }[model]()
    Z, Y, F = (U @ T, Y, F @ T) if model in "AB" else (T @ U, T @ Y, F)
    new = old.symmetric(model)
    for array, expected in ((new.Z, Z), (new.Y, Y), (new.F, F)):
        np.testing.assert_allclose(
            array.values.reshape(expected.shape), expected, atol=ROUNDING * np.abs(expected).max()
        )


@each_model
def test_one_region_of_several_is_as_it_is_alone(model):
    several = random_supply_use(5)
    alone = random_supply_use(5)
    alone = SupplyUse.from_arrays(
        several.supply.values[:1],
        several.use.values[0, :, 0],
        several.Y.values[0, :, 0],
        several.F.values[:, 0],
        regions=["r0"],
        industries=several.industries,
        products=several.products,
        demand=several.demand,
        stressors=several.stressors,
        about=several.about,
    )
    domestic = several.symmetric(model).Z.values[0, :, 0]
    np.testing.assert_allclose(alone.symmetric(model).Z.values[0, :, 0], domestic, rtol=1e-12)  # the same sums


@each_model
def test_without_secondary_products_the_use_table_is_the_table(model):
    old = random_supply_use(3, diagonal=True)
    new = old.symmetric(model)
    for name, other in (("Z", "use"), ("Y", "Y"), ("F", "F"), ("V", "V")):
        np.testing.assert_allclose(getattr(new, name).values, getattr(old, other).values, rtol=1e-14)  # shares of one


@each_model
def test_accounts_of_the_symmetric_table_are_those_of_the_industries(model):
    old = random_supply_use(7)
    new = old.symmetric(model)
    territory = (old.F.sum("industry").values + old.F_Y.sum("demand").values).ravel()
    np.testing.assert_allclose(production(new).values.ravel(), territory, rtol=ROUNDING)
    np.testing.assert_allclose(consumption(new).sum("region").values, old.F.sum(["region", "industry"]).values
                               + old.F_Y.sum(["to_region", "demand"]).values, rtol=ROUNDING)  # fmt: skip


@each_model
def test_the_result_says_which_model_made_it(model):
    table = miller_blair(about=miller_blair().about).symmetric(model, classification="isic4")
    words = "product by product" if model in "AB" else "industry by industry"
    assert f"{words}, model {model} (" in table.about.version
    assert table.about.classification == "isic4"
    assert (table.about.name, table.about.year, dict(table.about.units)) == ("Miller and Blair", 2009, {"CO2": "t"})


def test_negative_cells_stay_and_are_counted():
    """Industry 2 uses nothing of product 1, yet makes some of the product whose only recipe takes it."""
    old = miller_blair(use=[[12, 0], [10, 7]], Y=[[88], [83]])
    table = old.symmetric("A")
    np.testing.assert_allclose(table.Z.values[0, 0, 0], [12 / 0.9, -12 / 9], rtol=1e-13)
    assert "cells below zero: Z 1, Y 0, F 0, V 0" in table.about.version
    assert "below zero" not in old.symmetric("B").about.version


def test_arrays_are_neither_copied_nor_written_to():
    use = np.array([[12.0, 8.0], [10.0, 7.0]])
    table = miller_blair(use=use)
    assert np.shares_memory(table.use.values, use)
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.use = table.use * 2  # type: ignore[misc]
    with pytest.raises(ValueError, match=r"read-only|is a view"):
        table.use[0, 0, 0, 0] = 1
    assert use.flags.writeable
    assert np.shares_memory(table.symmetric("A").Y.values, table.Y.values)  # what a model leaves alone stays
    assert np.shares_memory(table.symmetric("D").F.values, table.F.values)


# -- nothing is lost in silence ---------------------------------------------------------------------------------------

IDLE = {
    "supply": [[[90, 0, 0], [10, 100, 0], [0, 0, 0]]],
    "industries": ["i1", "i2", "i3"],
    "products": ["p1", "p2", "p3"],
}


def idle(use=0.0, F=0.0, V=0.0, sold=0.0, bought=0.0):
    """A third industry that makes nothing, and a third product that nobody makes."""
    return miller_blair(
        **IDLE, use=[[12, 8, use], [10, 7, 0], [0, bought, 0]], Y=[[80], [83], [sold]], F=[[9, 11, F]], V=[[68, 95, V]]
    )


@each_model
def test_an_industry_and_a_product_with_nothing_stay_empty(model):
    table = idle().symmetric(model)
    Z, _, F = MILLER_BLAIR[model]
    np.testing.assert_allclose(table.Z.values[0, :, 0], np.pad(Z, (0, 1)), rtol=1e-13)
    np.testing.assert_allclose(table.F.values.ravel(), [*F, 0], rtol=1e-13)


@pytest.mark.parametrize("model", ["A", "B"])
@pytest.mark.parametrize(("what", "says"), [("use", "uses"), ("F", "emits"), ("V", "has primary inputs")])
def test_an_industry_that_makes_nothing_but_uses_or_emits(model, what, says):
    with pytest.raises(
        TableError, match=rf"region r, industry i3: it makes nothing and yet {says} \(4; 1 such\).*C and D"
    ):
        idle(**{what: 4.0}).symmetric(model)


@pytest.mark.parametrize("model", ["C", "D"])
def test_which_models_c_and_d_keep_as_a_residual(model):
    table = idle(F=4.0).symmetric(model)
    assert table.stranded.values.ravel().tolist() == [0, 0, 4]
    assert float(production(table).sum()) == pytest.approx(9 + 11 + 4 + 5)


@pytest.mark.parametrize("model", ["C", "D"])
@pytest.mark.parametrize("what", ["sold", "bought"])
def test_a_product_that_is_used_and_made_by_nobody(model, what):
    table = idle(**{what: 4.0})
    with pytest.raises(
        TableError, match=r"product p3: it is made by nobody there and yet is used \(4; 1 such\).*A and B"
    ):
        table.symmetric(model)
    assert table.symmetric("B").x.values[0, 2] == 4
    assert table.balance.values[0, 2] == -4


# -- hybrid -----------------------------------------------------------------------------------------------------------


def test_products_in_unlike_units_hold_product_by_product():
    table = miller_blair(units={"p1": "t", "p2": "USD"})
    assert table.product_output.coords["unit"].values.tolist() == ["t", "USD"]
    assert "units" not in table.product_output.attrs
    assert table.balance.values.tolist() == [[0, 0]]
    with pytest.raises(UnitError, match=r"the output of an industry would add products in unlike units \(t, USD\)"):
        _ = table.industry_output


@each_model
def test_products_in_unlike_units_make_no_symmetric_table(model):
    with pytest.raises(UnitError, match="a symmetric table would add products in unlike units"):
        miller_blair(units={"p1": "TJ", "p2": "t"}).symmetric(model)
    with pytest.raises(UnitError, match="bring every product to USD"):  # a table has one money
        miller_blair(units={"p1": "million USD", "p2": "million USD"}).symmetric(model)


def test_units_that_are_all_the_currency_change_nothing():
    table = miller_blair(units={"p1": "USD", "p2": "USD"})
    assert not table.mixed
    assert np.array_equal(table.symmetric("B").Z, miller_blair().symmetric("B").Z)


def test_units_are_for_every_product_and_known():
    with pytest.raises(InputError, match="product p2 has no unit"):
        miller_blair(units={"p1": "t"})
    with pytest.raises(LabelError, match="units name p3, which is no product"):
        miller_blair(units={"p1": "t", "p2": "t", "p3": "t"})
    with pytest.raises(UnitError, match="unit of p2: unit 'bushel' is not known"):
        miller_blair(units={"p1": "t", "p2": "bushel"})


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"supply": [[[90, 0]]]}, InputError, "supply is 1 x 1 x 2, the labels need 1 x 4"),
        ({"use": [[1, 2, 3]]}, InputError, "use is 1 x 3, the labels need 2 x 2"),
        (
            {"use": [[12, 8], [np.nan, 7]]},
            MissingError,
            "use is nan at region r, product p2, to_region r, to_industry i1",
        ),
        ({"supply": [[[90, np.nan], [10, 100]]]}, MissingError, "supply is nan at region r, industry i1, product p2"),
        ({"Y": [[80], [np.inf]]}, MissingError, "Y is inf at region r, product p2"),
        ({"industries": ["i1", "i1"]}, LabelError, "i1"),
        ({"products": ["p1", " "]}, LabelError, "a product has no name"),
        ({"stressors": ["CH4"]}, InputError, "stressor CH4 has no unit"),
        ({"demand": []}, LabelError, "there is no demand"),
    ],
)
def test_a_mistake_is_named(changes, error, says):
    with pytest.raises(error, match=says):
        miller_blair(**changes)


def test_other_dimensions_and_other_orders_are_refused():
    table = random_supply_use(1)
    with pytest.raises(LabelError, match="transpose it by name"):
        dataclasses.replace(table, use=table.use.transpose("to_region", "to_industry", "region", "product"))
    with pytest.raises(LabelError, match="or use SupplyUse"):
        dataclasses.replace(table, F=table.F.values)
    with pytest.raises(LabelError, match="order"):
        dataclasses.replace(table, use=table.use.isel(to_industry=[1, 0, 2]))
    with pytest.raises(LabelError, match="other"):
        dataclasses.replace(table, F=table.F.assign_coords(industry=["i0", "i1", "other"]))
    assert isinstance(dataclasses.replace(table, V=None).use, xr.DataArray)


def test_an_unknown_model_and_a_rectangular_supply():
    with pytest.raises(QuestionError, match="'E' is no technology model; known are A, B, C, D"):
        miller_blair().symmetric("E")
    table = random_supply_use(1, I=2, P=3)
    for model, other in (("A", "B"), ("C", "D")):
        with pytest.raises(TableError, match=f"test, region r0: model {model} needs as many .* use model {other}"):
            table.symmetric(model)
        assert len(table.symmetric(other).sectors) == (3 if other == "B" else 2)
