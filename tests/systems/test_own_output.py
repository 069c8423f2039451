"""A product's own output taken out of a table: by hand, what stays balanced, and what cannot be taken out."""

import numpy as np
import pytest
from hybrid_systems import columns, one_sector, priced
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import flat, random_table

from tanheng.errors import InputError, LabelError, QuestionError, UnitError
from tanheng.systems.own_output import TAKEN_OUT, Sale, Sales, take_out

TABLE = one_sector()


def taken(table=TABLE, price=0.1, **sale):
    """100 kWh at 0.1 USD: a tenth of the sector."""
    one = Sale(**{"product": "power", "quantity": 100.0, "unit": "kWh"} | sale)
    return take_out(table, Sales((one,), priced(table, "power", price, "kWh")))


def test_a_tenth_of_the_sector_by_hand():
    """Of 20 that it sells itself 16.2 stay, 1.8 go to the product and 1.8 come from it, 0.2 are the product's own."""
    cut = taken()
    assert cut.rest.Z.values.item() == pytest.approx(16.2)
    assert cut.rest.Y.values.ravel() == pytest.approx([72, 1.8])
    assert cut.rest.demand == ("final", TAKEN_OUT)
    assert cut.rest.x.values.item() == pytest.approx(90)
    assert cut.rest.F.values.item() == pytest.approx(45)
    assert cut.sectors.item() == pytest.approx(18)  # kWh, at 0.1 USD
    assert cut.final.item() == pytest.approx(80)
    assert cut.whole.tolist() == [100]
    said = {(row.what, row.unit): row.amount for row in cut.removed}
    assert said == pytest.approx({("power", "USD"): 10, ("power: inputs", "USD"): 2, ("power: CO2", "kg"): 5})
    assert {row.rule for row in cut.removed} == {"own-output"}


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), signed=st.booleans())
def test_what_is_left_is_the_table_less_the_product(seed, signed):
    """Two products of three sectors: output, and sales of both parts together, are those of the table."""
    table = random_table(seed, signed=signed, idle=1, stray=True)
    Z, _, F, x = flat(table)
    rng = np.random.default_rng(seed)
    at = rng.choice(np.flatnonzero(table.has_output.ravel()), 3, replace=False)
    shares = np.zeros((2, len(x)))
    shares[0, at[:2]], shares[1, at[1:]] = rng.uniform(0, 0.5, 2), rng.uniform(0, 0.5, 2)
    rows = tuple(Sale(name, 10.0, "kg") for name in "ab")
    cut = take_out(table, Sales(rows, columns(table, {n: s * x / 10 for n, s in zip("ab", shares, strict=True)})))
    kept = 1 - shares.sum(axis=0)
    np.testing.assert_allclose(cut.rest.x.values.ravel(), x * kept, atol=1e-9 * x.max())  # sums of few numbers
    np.testing.assert_allclose(cut.rest.Z.values.reshape(Z.shape), kept[:, None] * Z * kept, atol=1e-12 * Z.max())
    np.testing.assert_allclose(cut.rest.F.values.reshape(F.shape), F * kept, atol=1e-12 * F.max())
    price = shares @ x / 10
    sold = (cut.sectors + cut.idle) * price[:, None]
    np.testing.assert_allclose(sold, shares @ Z * np.where(x > 0, kept, 1), atol=1e-9 * Z.max())
    assert not cut.sectors[:, x == 0].any()
    assert not cut.idle[:, x > 0].any()


def test_a_whole_sector_leaves_nothing():
    cut = taken(price=1.0)  # 100 kWh at 1 USD are all of it
    assert not cut.rest.has_output.any()
    assert not cut.rest.F.values.any()
    assert cut.final.item() == 80


def test_declared_buyers_inputs_and_stressors_are_taken_as_declared():
    cut = taken(buyers={("one", "final"): 0.9, ("one", "all"): 0.1}, inputs={("one", "all"): 4.0},
                stressors={"CO2": 1.0})  # fmt: skip
    # rows: 1 of 20 to itself and 9 of 80 to final demand; columns: 4 of 20
    assert cut.rest.Z.values.item() == pytest.approx(20 * 19 / 20 * 16 / 20)
    assert cut.rest.Y.values.ravel() == pytest.approx([71, 4 * 19 / 20])
    assert cut.rest.F.values.item() == pytest.approx(49)
    assert cut.sectors.item() == pytest.approx(10 * 16 / 20)
    assert cut.final.item() == pytest.approx(90)


@pytest.mark.parametrize(
    ("sale", "error", "message"),
    [
        ({"quantity": 0.0}, InputError, "the quantity of power is 0"),
        ({"quantity": 2000.0}, InputError, "more than that of region one, sector all: 200 of 100 USD"),
        ({"unit": "kg"}, UnitError, "per kWh"),
        ({"product": "steel"}, QuestionError, "no purchase of steel"),
        ({"buyers": {("one", "final"): 0.5}}, InputError, "sum to 0.5, not 1"),
        ({"buyers": {("two", "final"): 1.0}}, LabelError, "region two is not known"),
        ({"buyers": {("one", "finals"): 1.0}}, LabelError, "did you mean final"),
        ({"inputs": {("one", "all"): 21.0}}, InputError, "21 of the inputs of region one, sector all"),
        ({"stressors": {"CO2": 51.0}}, InputError, "where the table has 50"),
        ({"stressors": {"CH4": 1.0}}, LabelError, "stressor CH4 is not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_out_is_said(sale, error, message):
    with pytest.raises(error, match=message):
        taken(**sale)


def test_prices_of_another_table_are_refused():
    other = random_table(1, regions=["one", "b", "c"])
    with pytest.raises(QuestionError, match="money of another table"):
        take_out(other, Sales((Sale("power", 1.0, "kWh"),), priced(TABLE, "power", 0.1, "kWh")))


def test_taking_out_twice_is_refused():
    rest = taken().rest
    with pytest.raises(LabelError, match="called 'taken out' already"):
        taken(rest)
