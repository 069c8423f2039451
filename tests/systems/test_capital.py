"""Capital endogenised: totals stay, and what was invested is passed on to those who use the capital."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import random_table

from tanheng import accounts
from tanheng.errors import QuestionError
from tanheng.systems.capital import endogenise_capital
from tanheng.systems.table import Table

ABOUT = {"name": "two", "year": 2009, "currency": "million USD", "units": {"CO2": "kt"}}


def one_region() -> Table:
    """Sectors farm and machines: value added 4 and 12; farms sell 8 to households, machines 10 to investment."""
    return Table.from_arrays(
        [[2, 2], [4, 2]],
        [[6, 0], [0, 10]],
        [[10, 16]],
        regions=["A"],
        sectors=["farm", "machines"],
        demand=["households", "capital formation"],
        stressors=["CO2"],
        about=ABOUT,
    )


def test_by_hand():
    """Value added is 10 - 6 = 4 and 16 - 4 = 12: of 10 machines 2.5 go to the farms and 7.5 to their makers."""
    table = endogenise_capital(one_region())
    assert table.Z.values.reshape(2, 2).tolist() == [[2, 2], [6.5, 9.5]]
    assert table.Y.values.ravel().tolist() == [6, 0]
    assert "capital endogenised (capital formation by value added)" in table.about.version
    assert accounts.total(accounts.consumption(table)) == pytest.approx(26, rel=1e-12)  # all for what farms deliver


@given(st.integers(0, 1000))
@settings(max_examples=25)
def test_output_and_emissions_stay(seed):
    table = random_table(seed, D=2)
    table = table.replace(F_Y=table.F_Y.where(table.F_Y.demand != table.demand[1], 0.0))  # investment burns no fuel
    made = endogenise_capital(table, table.demand[1])
    assert made.x.values == pytest.approx(table.x.values, rel=1e-12)  # sums in another order
    assert np.array_equal(made.F, table.F)
    assert made.demand == (table.demand[0],)
    assert accounts.total(accounts.production(made)) == pytest.approx(accounts.total(accounts.production(table)))


def test_unknown_names():
    with pytest.raises(QuestionError, match="no final demand category 'investment'"):
        endogenise_capital(one_region(), "investment")
    with pytest.raises(QuestionError, match="no primary input 'surplus'"):
        endogenise_capital(one_region(), use="surplus")
