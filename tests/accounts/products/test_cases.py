"""The embedded product cases: the figures of the accounts, and those that can be had by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tanheng import accounts
from tanheng.accounts.products import cases
from tanheng.accounts.products.cases import YEAR, Cases
from tanheng.data import products
from tanheng.systems.factors import Factors

LARGE = 1e-9  # the same sums in another order


@pytest.fixture(scope="module")
def found() -> Cases:
    return cases.compute()


@pytest.fixture(scope="module")
def factors() -> Factors:
    return accounts.product_factors(products.open("photovoltaics"), YEAR)


def test_a_kilowatt_of_modules_is_what_its_factors_say(found: Cases, factors: Factors) -> None:
    """By stage and place, and avoided, for the exports of the year: factors times trade, solved another way."""
    case = found.photovoltaics
    trade = case.product.trade.only(YEAR, [case.modules])
    flows = accounts.product_flows(factors, trade, YEAR, "region stage", unit="kg").isel(stressor=0) / case.power
    avoided = accounts.avoided_emissions(factors, trade, YEAR, "stage", unit="kg").isel(stressor=0).sum() / case.power
    ours = case.stages.sel(year=YEAR)
    stages = flows.indexes["stage"]
    np.testing.assert_allclose(ours.sel(stage=stages), flows.sum("region"), rtol=LARGE)
    assert -float(ours.sel(stage="credit")) == pytest.approx(float(avoided), rel=LARGE)
    at_home = float(flows.sel(region="CHN", stage="production"))
    assert float(case.home.sel(origin="CHN")) == pytest.approx(at_home, rel=LARGE)


def test_makers_take_what_their_factors_say(found: Cases, factors: Factors) -> None:
    case, rows = found.photovoltaics, factors.frame
    rows = rows[(rows["product"] == case.modules) & (rows["stage"] == "production")]
    for maker in map(str, case.makers.indexes["origin"]):
        own = rows[rows["origin"] == maker]
        assert float(case.makers.sel(origin=maker, stage="production")) == pytest.approx(own["value"].sum(), rel=LARGE)
        inside = own.loc[own["region"] == maker, "value"].sum()
        assert float(case.home.sel(origin=maker)) == pytest.approx(inside, rel=LARGE)


def test_destinations_have_what_product_flows_give_them(found: Cases, factors: Factors) -> None:
    case = found.photovoltaics
    trade = case.product.trade.only(YEAR, [case.modules])
    flows = accounts.product_flows(factors, trade, YEAR, "to_region", stages=["production", "transport"], unit="t")
    theirs = flows.isel(stressor=0).sel(to_region=case.destinations.indexes["to_region"])
    np.testing.assert_allclose(case.destinations.sel(figure="embodied"), theirs, rtol=LARGE)
    assert float(theirs.sum()) == pytest.approx(case.carried, rel=LARGE)


def test_exports_are_the_sums_of_the_trade(found: Cases) -> None:
    case = found.photovoltaics
    frame = case.product.trade.frame
    sums = frame.groupby(["year", "product"])["quantity"].sum() * 1000  # MW in kW
    for (year, product), power in sums.items():
        assert float(case.exported.sel(year=year, product=product)) == pytest.approx(power, rel=LARGE)
    assert case.power / 1e6 == pytest.approx(105.3, abs=0.05)  # GW, as the source tells of the year
    told = case.exported.notnull()
    assert int(told.sum()) == len(sums)
    assert (case.embodied.notnull().all("part") == told).all()  # missing is not zero


def test_exports_carry_their_production_and_transport(found: Cases) -> None:
    """t per kW of modules from the two sides: by stage, and by place."""
    case = found.photovoltaics
    carried = case.embodied.sel(product=case.modules).sum("part") / case.exported.sel(product=case.modules) * 1000
    by_stage = case.stages.sel(stage=["production", "transport"]).sum("stage")
    np.testing.assert_allclose(carried, by_stage, rtol=LARGE)


def test_steel_is_the_published_tonnes_times_published_factors(found: Cases) -> None:
    """66.9 and 14.3 Mt by hand: at 1.91 and 2.32, and at the default values of code 7208 as printed."""
    case = found.steel
    assert dict(case.trade) == {"exports": pytest.approx(66.9e6), "imports": pytest.approx(14.3e6)}
    suppliers = (2.1 + 2.118476 + 2.309553) / 3
    pairs = {
        "world": (1.91, 1.91),
        "furnace": (2.32, 2.32),
        "cbam_others": (3.186893, 4.048689),
        "cbam_suppliers": (3.186893, suppliers),
    }
    assert list(case.balance.indexes["factors"]) == list(pairs)
    for name, (out, into) in pairs.items():
        row = case.balance.sel(factors=name)
        np.testing.assert_allclose(case.per_tonne.sel(factors=name), [out, into], rtol=LARGE)
        assert float(row.sel(component="net")) == pytest.approx(66.9e6 * out - 14.3e6 * into, rel=LARGE)


def test_modules_of_one_year_carry_what_the_whole_case_says(found: Cases) -> None:
    """Solved for that year alone, without cells, wafers and other years."""
    case, alone = found.photovoltaics, cases.embedded_modules(YEAR)
    np.testing.assert_allclose(alone, case.embodied.sel(year=YEAR, product=case.modules), rtol=LARGE)
    assert alone.attrs["power"] == pytest.approx(case.power, rel=LARGE)


def test_what_stands_in_for_missing_makers_is_no_maker_shown(found: Cases) -> None:
    """Aggregates of the source, such as the rest of the world, have no place among countries."""
    makers = pd.Index(found.photovoltaics.makers.indexes["origin"])
    assert makers[0] == "CHN"
    assert "WLD" not in makers
    assert len(makers) == cases.MAKERS
