"""The Leontief price model and declared responses, against published inverses and hand computation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import ABOUT, kitzes, random_table, tables

from tanheng import accounts
from tanheng.errors import UnitError, UnproductiveError
from tanheng.systems.scenarios import CarbonPrice, Scenario, Tariff, apply
from tanheng.systems.scenarios.prices import price_rise
from tanheng.systems.scenarios.state import State
from tanheng.systems.table import Table

EXACT = 1e-12  # a few sums of doubles
SOLVED = 1e-9  # what a solve is held to


def done(table: Table, *changes: object) -> Table:
    return apply(Scenario("test", changes), table)


def test_a_cost_is_passed_on_by_the_published_inverse():
    """Miller and Blair ch. 2: 10 % of the output of sector 1 in new costs raise prices by a tenth of L's first row."""
    labels = {"regions": ["r"], "sectors": ["1", "2"], "demand": ["f"], "stressors": ["CO2"]}
    about = ABOUT | {"units": {"CO2": "kt"}}
    table = Table.from_arrays([[150, 500], [200, 100]], [[350], [1700]], [[100, 50]], about=about, **labels)
    rise = price_rise(State.of(table), np.array([[100.0, 0]]))
    np.testing.assert_allclose(rise.ravel(), [0.125412541, 0.0330033], atol=5e-9)  # their nine and eight digits
    rise = price_rise(State.of(table), np.array([[0.0, 200]]))
    np.testing.assert_allclose(rise.ravel(), [0.02640264, 0.112211221], atol=5e-9)


def test_a_price_on_all_emissions_raises_prices_by_the_multipliers():
    """Kitzes: m = (1.6, 1.2) t per USD, so 10 USD per kt is 0.016 and 0.012; elasticity −1 divides demand by it."""
    change = CarbonPrice(price=10, unit="USD per kt", stressor="CO2", demand_elasticity=-1)
    table = done(kitzes(), change)
    np.testing.assert_allclose(table.Y.values.ravel(), [3 / 1.016, 0, 0, 6 / 1.012], rtol=SOLVED)
    told = next(one for one in table.findings if one.check == "scenario-prices")
    assert told.values["most"] == pytest.approx(0.016, rel=SOLVED)
    assert told.values["mean"] == pytest.approx((16 * 0.016 + 12 * 0.012) / 28, rel=SOLVED)


def test_the_unit_of_the_price_and_of_the_table():
    """50 USD per t is 50 000 USD per kt; the table of kt and million USD has 0.05 of its money per its unit."""
    table = random_table(2, R=2, S=2, K=1)
    rises = []
    for price, unit in ((50, "USD per t"), (0.05, "million USD per kt"), (0.05, "USD per kg")):
        changed = done(table, CarbonPrice(price=price, unit=unit, stressor="k0"))
        rises.append(next(one for one in changed.findings if one.check == "scenario-prices").values["most"])
    assert rises == pytest.approx([0.05 * float(table.multipliers.max())] * 3, rel=SOLVED)


def test_without_a_declared_response_nothing_moves():
    table = kitzes()
    changed = done(table, CarbonPrice(price=10, unit="USD per kt", stressor="CO2"))
    assert (accounts.consumption(changed).values == accounts.consumption(table).values).all()
    assert any(one.check == "scenario-no-response" for one in changed.findings)


def test_a_tariff_by_the_price_equation():
    """Two pays 10 % on what comes from one: p = p [(1 + T) ∘ A] + v, solved here as a plain system of two."""
    A = np.array([[0.5, 5 / 12], [0.25, 1 / 6]])
    taxed = A * [[1, 1.1], [1, 1]]
    p = np.linalg.solve((np.eye(2) - taxed).T, 1 - A.sum(axis=0))
    state = State.of(kitzes())
    duty = np.zeros((2, 1, 2))
    duty[0, 0, 1] = 0.1
    np.testing.assert_allclose(1 + price_rise(state, np.zeros((2, 1)), duty).ravel(), p, rtol=SOLVED)


def test_origins_shift_by_the_elasticity_with_the_total_kept():
    """Two halves its final purchases; a duty makes one's dearer by q, so the shares are as q^-2 to p2^-2."""
    even = Table.from_arrays(
        [[8, 5], [4, 2]],
        [[0, 3], [3, 3]],
        [[8, 4]],
        regions=["one", "two"],
        sectors=["all"],
        demand=["final"],
        stressors=["CO2"],
        about=ABOUT | {"units": {"CO2": "t"}},
    )
    change = Tariff(region="two", origin="one", rate=0.1, origin_elasticity=2, use="final")
    changed = done(even, change)
    A = even.Z.values.reshape(2, 2) / even.x.values.ravel()
    p = np.linalg.solve((np.eye(2) - A * [[1, 1.1], [1, 1]]).T, 1 - A.sum(axis=0))
    weights = np.array([p[0] * 1.1, p[1]]) ** -2
    np.testing.assert_allclose(changed.Y.values[:, 0, 1, 0], 6 * weights / weights.sum(), rtol=SOLVED)
    assert changed.Y.values[:, 0, 0, 0].tolist() == [0, 3]  # one buys from two alone, and goes on to
    np.testing.assert_allclose(changed.per_output(changed.Z.values).reshape(2, 2), A, rtol=SOLVED)


@settings(max_examples=8)
@given(table=tables, sigma=st.floats(0.1, 5), rate=st.floats(0, 0.05))
def test_a_shift_of_origins_keeps_every_total(table, sigma, rate):
    changed = done(table, Tariff(region=table.regions[0], rate=rate, origin_elasticity=sigma))
    size = np.abs(table.Y.values).sum()
    np.testing.assert_allclose(changed.Y.values.sum(axis=0), table.Y.values.sum(axis=0), atol=EXACT * size)
    A, B = (one.per_output(one.Z.values).sum(axis=0) for one in (table, changed))
    np.testing.assert_allclose(B, A, atol=SOLVED)


@settings(max_examples=8)
@given(table=tables)
def test_a_price_lowers_no_price_and_raises_no_demand(table):
    """With positive final demand and an elasticity below zero, world emissions do not rise."""
    if (table.Y.values < 0).any():
        return
    change = CarbonPrice(price=1, unit="USD per t", stressor="k0", demand_elasticity=-0.5)
    before, after = (float(accounts.production(one).sel(stressor="k0").sum()) for one in (table, done(table, change)))
    assert after <= before * (1 + SOLVED)


def test_elasticities_by_product():
    table = random_table(4, R=2, S=2, K=1)
    change = CarbonPrice(price=1, unit="USD per t", stressor="k0", demand_elasticity={"s1": -0.4})
    changed = done(table, change)
    assert (changed.Y.values[:, 0] == table.Y.values[:, 0]).all()
    assert (changed.Y.values[:, 1] < table.Y.values[:, 1])[table.Y.values[:, 1] > 0].all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (CarbonPrice(price=1, unit="50 USD", stressor="CO2"), "'50 USD' is no price; write it as in 'USD per t'"),
        (CarbonPrice(price=1, unit="USD per TJ", stressor="CO2"), "CO2 is in t, the price per TJ"),
        (CarbonPrice(price=1, unit="EUR per t", stressor="CO2"), "EUR .* cannot be turned into USD"),
    ],
)
def test_prices_in_other_units_are_refused(change, said):
    with pytest.raises(UnitError, match=said):
        done(kitzes(), change)


def test_a_duty_that_uses_up_all_output_is_refused():
    with pytest.raises(UnproductiveError, match="spectral radius"):
        done(kitzes(), Tariff(region=["one", "two"], rate=20))
