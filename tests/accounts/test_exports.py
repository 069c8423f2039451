"""Carbon intensity of exports: the four definitions, by the formula, and where they must agree."""

import numpy as np
import pytest
import xarray as xr
from tables import flat, random_table

from tanheng import accounts
from tanheng.errors import MissingError, QuestionError, UnitError


def by_hand(table):
    """The four definitions (definition, region) from dense matrices, for one stressor."""
    R, S = table.x.shape
    Z, Y, F, x = flat(table)
    L = np.linalg.inv(np.eye(len(x)) - Z / x)
    v = table.V.values.reshape(-1, len(x)).sum(axis=0)
    rows = []
    for r in range(R):
        own = slice(S * r, S * r + S)
        others = [s for s in range(R) if s != r]
        e = sum(Z[own, S * s : S * s + S].sum(axis=1) + Y[own, s] for s in others)
        local = np.linalg.inv(np.eye(S) - Z[own, own] / x[own])
        u, w = F[0, own] / x[own] @ local, v[own] / x[own] @ local
        abroad = (L @ Y[:, others].sum(axis=1))[own]
        m = (F[0] / x @ L)[own]
        flow, earned = F[0, own] / x[own] @ abroad, v[own] / x[own] @ abroad
        rows.append([u @ e / e.sum(), m @ e / e.sum(), u @ e / (w @ e), flow / earned])
    return np.array(rows).T


def test_four_definitions_by_the_formula():
    table = random_table(20, R=3, S=4, K=1)
    result = accounts.export_intensity(table)
    assert list(result.indexes["definition"]) == list(accounts.exports.DEFINITIONS)
    assert result.values[0] == pytest.approx(by_hand(table), rel=1e-9)
    assert result["unit"].values.tolist() == ["kt per million USD"]


def test_domestic_and_flow_intensity_agree_without_trade_in_intermediates():
    table = random_table(21, R=3, S=3, K=1, intermediate_trade=False)
    result = accounts.export_intensity(table)
    assert result.sel(definition="domestic/value-added").values == pytest.approx(
        result.sel(definition="flows/value-added").values, rel=1e-9
    )
    # no imports anywhere in the chain: all of an export's value is domestic value added, all its emissions domestic
    assert result.sel(definition="domestic/gross").values == pytest.approx(
        result.sel(definition="total/gross").values, rel=1e-9
    )


def test_sectors_without_exports_have_no_intensity_rather_than_zero():
    table = random_table(22, R=2, S=2, K=1, idle=1)
    result = accounts.export_intensity(table, "region,sector")
    idle = ~table.has_output
    assert np.isnan(result.values[0, 0][idle]).all()


def test_constant_prices_divide_by_the_exporters_deflator_and_name_those_without():
    table = random_table(23, R=3, K=1)
    deflator = xr.DataArray([2.0, 1.0], {"region": ["r0", "r1"]}, ("region",), attrs={"base": 2005})
    current, constant = accounts.export_intensity(table), accounts.export_intensity(table, deflator=deflator)
    assert list(constant.indexes["region"]) == ["r0", "r1"]
    # prices doubled since the base year: half the constant money, twice the intensity
    assert constant.sel(region="r0").values == pytest.approx(2 * current.sel(region="r0").values, rel=1e-12)
    assert constant.sel(region="r1").values == pytest.approx(current.sel(region="r1").values, rel=1e-12)
    assert constant.attrs["price_basis"] == "constant prices of 2005"
    assert constant["unit"].values.tolist() == ["kt per million USD of 2005"]
    assert constant.attrs["left_out"] == "r2"


def test_deflators_of_another_currency_are_refused():
    deflator = xr.DataArray([1.0], {"region": ["r0"]}, ("region",), attrs={"currency": "EUR"})
    with pytest.raises(UnitError, match="the deflators are of EUR, the table is in million USD"):
        accounts.export_intensity(random_table(25), deflator=deflator)


def test_constant_prices_without_any_deflator_are_refused():
    with pytest.raises(MissingError, match="no region has a deflator"):
        accounts.export_intensity(random_table(24), deflator=xr.DataArray([1.0], {"region": ["x"]}, ("region",)))


def test_deflators_of_another_year_or_not_positive_or_incomplete_sums_are_refused():
    table = random_table(26, R=2)
    good = xr.DataArray([1.0, 1.1], {"region": ["r0", "r1"]}, ("region",))
    with pytest.raises(QuestionError, match="deflators are of 1995, the table of 2009"):
        accounts.export_intensity(table, deflator=good.assign_attrs(year=1995))
    for bad in (0.0, float("nan"), -1.0):
        with pytest.raises(MissingError, match="deflator of r1 is not a positive number"):
            accounts.export_intensity(table, deflator=good.copy(data=[1.0, bad]))
    with pytest.raises(MissingError, match="no deflator for r1"):
        accounts.export_intensity(table, "definition", deflator=good.isel(region=[0]))


def test_a_result_in_constant_prices_cites_the_deflators_and_nothing_of_theirs_leaks():
    attrs = {"source": "made up", "long_name": "deflator", "base": 2005}
    deflator = xr.DataArray([1.0, 1.0, 1.0], {"region": ["r0", "r1", "r2"]}, ("region",), attrs=attrs)
    result = accounts.export_intensity(random_table(27), deflator=deflator)
    assert result.attrs["deflators"] == "made up"
    assert "long_name" not in result.attrs
