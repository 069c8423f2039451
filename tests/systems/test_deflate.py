"""Deflation: a table whose prices alone changed becomes the table that it was."""

import dataclasses

import numpy as np
import pytest
import xarray as xr
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.deflate import deflated, price_year

EXACT = 1e-12  # relative: one multiplication and one division


def at_prices(table, price, basis="current basic prices"):
    """The table with everything that a row sells at a price, (R,) or (R, S); inputs pay the seller's."""
    by = np.broadcast_to(np.asarray(price, float).reshape(len(table.regions), -1), table.x.shape)[:, :, None, None]
    about = dataclasses.replace(table.about, price_basis=basis)
    return table.replace(Z=table.Z.copy(data=table.Z.values * by), Y=table.Y.copy(data=table.Y.values * by), V=None,
                         about=about)  # fmt: skip


def by_region(values, **attrs):
    names = [f"r{i}" for i in range(len(values))]
    return xr.DataArray(values, {"region": names}, ("region",), attrs={"base": 2005, **attrs})


def test_kitzes_by_hand():
    about = dataclasses.replace(kitzes().about, price_basis="current")
    deflator = xr.DataArray([2.0, 1.0], {"region": ["one", "two"]}, ("region",), attrs={"base": 2010})
    real = deflated(kitzes().replace(about=about), deflator)
    assert real.Z.values.ravel().tolist() == [4, 2.5, 4, 2]
    assert real.x.values.ravel().tolist() == [8, 12]  # 4 + 2.5 + 1.5, and as it was
    assert real.V.values.ravel().tolist() == [0, 7.5]  # 8 - 4 - 4, 12 - 2.5 - 2
    assert real.F.values.ravel().tolist() == [8, 4]
    assert real.about.price_basis == "constant prices of 2010"
    assert "deflated to prices of 2010" in real.about.version


@pytest.mark.parametrize("shape", [(3,), (3, 3)])
def test_what_prices_did_is_undone(shape):
    table = random_table(4, R=3, S=3)
    price = np.random.default_rng(1).uniform(0.5, 3, shape)
    coords = {"region": ["r0", "r1", "r2"]} | ({"sector": list(table.sectors)} if len(shape) == 2 else {})
    real = deflated(at_prices(table, price), xr.DataArray(price, coords, tuple(coords)), base=2005)
    for name in ("Z", "Y"):
        assert getattr(real, name).values == pytest.approx(getattr(table, name).values, rel=EXACT)
    assert real.V.values[0] == pytest.approx(table.V.values[0], rel=1e-9)  # a difference of sums ten times its size
    assert accounts.consumption(real).values == pytest.approx(accounts.consumption(table).values, rel=1e-9)


def test_one_deflator_a_row_changes_no_account():
    # m_i y_i: the multiplier rises as the price falls, whatever the deflators are
    table = at_prices(random_table(5, R=3), [1, 1, 1])
    real = deflated(table, by_region([1.3, 0.4, 2.0]))
    assert accounts.consumption(real).values == pytest.approx(accounts.consumption(table).values, rel=1e-9)


def test_the_order_of_the_deflators_does_not_matter():
    table = at_prices(random_table(6, R=3), [1, 1, 1])
    deflator = by_region([1.3, 0.4, 2.0])
    assert deflated(table, deflator[::-1]).hash == deflated(table, deflator).hash


@pytest.mark.parametrize(
    ("basis", "year"),
    [
        ("current basic prices", 2009),
        ("basic prices, current", 2009),
        ("basic prices of 2008 (previous year)", 2008),
        ("previous year's prices", 2008),
        ("constant prices of 2005", 2005),
        ("basic prices, constant 2010", 2010),
        ("physical units; current basic prices", 2009),
        ("constant prices", None),
        ("not stated", None),
    ],
)
def test_whose_prices_a_table_is_in(basis, year):
    assert price_year(dataclasses.replace(random_table(1).about, price_basis=basis)) == year


def test_wrong_deflators_are_refused():
    table = at_prices(random_table(7, R=2), [1, 1])
    good = by_region([1.0, 1.1])
    with pytest.raises(MissingError, match="there is no deflator for r1; add them"):
        deflated(table, good[:1])
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(MissingError, match="deflator of r1 is not a positive number"):
            deflated(table, by_region([1.0, bad]))
    with pytest.raises(QuestionError, match="deflators are of 1995, the table of 2009"):
        deflated(table, good.assign_attrs(year=1995))
    with pytest.raises(QuestionError, match="do not say their base year"):
        deflated(table, good.drop_attrs())
    with pytest.raises(UnitError, match="the deflators are of EUR"):
        deflated(table, good.assign_attrs(currency="EUR"))
    with pytest.raises(LabelError, match="not by region"):
        deflated(table, good.rename(region="to_region"))
    with pytest.raises(QuestionError, match=r"not in current prices \(constant prices of 2005\)"):
        deflated(at_prices(table, [1, 1], "constant prices of 2005"), good)
