"""A product split from its sector by quantity, price and factor, worked by hand."""

import dataclasses

import numpy as np
import pytest
from tables import random_table

from tanheng.accounts import consumption, production
from tanheng.errors import InputError, LabelError, MissingError, TableError, UnitError
from tanheng.systems.aggregate import aggregate
from tanheng.systems.disaggregate import joining
from tanheng.systems.prices import Deflator, ExchangeRate, Rates
from tanheng.systems.product_split import Figure, PartProduct, split_by_products
from tanheng.systems.table import Table


def works(**more) -> Table:
    """Two regions of farms and works; works: output 200 and 100 million USD, CO2 50 and 10 kt."""
    about = {"name": "two", "year": 2009, "currency": "million USD", "units": {"CO2": "kt", "CH4": "kt"}}
    return Table.from_arrays(
        [[10, 20, 0, 5], [30, 40, 0, 10], [0, 5, 10, 10], [5, 5, 10, 20]],
        [[60, 5], [100, 20], [5, 70], [10, 50]],
        [[5, 50, 5, 10], [8, 2, 8, 1]],
        V=[[50, 130, 80, 55]],
        regions=["one", "two"],
        sectors=["farms", "works"],
        demand=["final"],
        stressors=["CO2", "CH4"],
        about=about | {"price_basis": "current basic prices"} | more,
    )


def figure(value, unit, **more) -> Figure:
    return Figure(value, unit, **{"year": 2009, "source": "by hand", **more})


def steel(**changes) -> PartProduct:
    """Region one makes 100 kt at 500 USD/t: 50 million USD of 200; at 0.4 t/t: 40 kt of 50. Region two makes none."""
    usual = PartProduct(
        "steel",
        "t",
        quantity={"one": figure(100, "kt")},
        price={"*": figure(500, "USD/t")},
        factors={"CO2": {"*": figure(400, "kg/t")}},
    )
    return dataclasses.replace(usual, **changes)


def test_by_hand():
    split = split_by_products(works(), "works", [steel()])
    table = split.given
    assert table.sectors == ("farms", "steel", "works other")
    np.testing.assert_allclose(table.x.values, [[100, 50, 150], [100, 0, 100]], rtol=1e-14)
    np.testing.assert_allclose(table.F.sel(stressor="CO2").values, [[5, 40, 10], [5, 0, 10]], rtol=1e-14)
    np.testing.assert_allclose(table.F.sel(stressor="CH4").values, [[8, 0.5, 1.5], [8, 0, 1]], rtol=1e-14)  # by output
    assert "steel by quantity and price" in table.about.version
    back = aggregate(table, joining(table, "works", ["steel", "works other"]))
    np.testing.assert_allclose(back.Z.values, works().Z.values, atol=1e-13)
    np.testing.assert_allclose(consumption(table).sum("region"), production(works()).sum("region"), rtol=1e-12)


def test_what_a_product_changes_is_who_buys_it():
    """The dirty product is sold to farms and works alone: who consumes works directly carries less."""
    split = split_by_products(works(), "works", [steel(buyers=("farms", "works"))])
    table = split.given
    assert not table.Y.sel(sector="steel").values.any()
    own = table.Z.sel(region="one", sector="steel").values.sum()
    assert own == pytest.approx(50)  # all of it goes to other sectors
    final = table.multipliers.sel(stressor="CO2", region="one", sector="works other").item()
    assert final < works().multipliers.sel(stressor="CO2", region="one", sector="works").item()
    for number in range(3):
        drawn = split.draw(number)
        assert not drawn.Y.sel(sector="steel").values.any()
        assert drawn.x.sel(region="one", sector="steel").item() == pytest.approx(50)


def test_a_share_in_place_of_figures():
    product = PartProduct("half", "", share={"one": figure(0.5, "1"), "two": figure(0.25, "1")})
    table = split_by_products(works(), "works", [product], rest="rest").given
    np.testing.assert_allclose(table.x.sel(sector="half").values, [100, 25])
    np.testing.assert_allclose(table.F.sel(stressor="CO2", sector="half").values, [25, 2.5])


def test_two_products_at_once():
    ships = PartProduct(
        "ships", "items", quantity={"two": figure(2, "items")}, price={"*": figure(10, "million USD/items")}
    )
    table = split_by_products(works(), "works", [steel(), ships]).given
    np.testing.assert_allclose(table.x.values[:, 1:], [[50, 0, 150], [0, 20, 80]], atol=1e-12)
    np.testing.assert_allclose(
        table.F.sel(stressor="CO2", sector="ships").values, [0, 2]
    )  # by output, having no factor


def test_draws_stay_within_the_ranges_and_are_replayed():
    """Price 400 to 600 USD/t: output between 40 and 60; the factor and the quantity are drawn on their own."""
    product = steel(
        price={"*": figure(500, "USD/t", low=400, high=600)},
        factors={"CO2": {"*": figure(0.4, "t/t", low=0.3, high=0.45)}},
    )
    split = split_by_products(works(), "works", [product])
    drawn = [split.draw(number) for number in range(24)]
    outputs = [table.x.sel(region="one", sector="steel").item() for table in drawn]
    emissions = [table.F.sel(region="one", sector="steel", stressor="CO2").item() for table in drawn]
    assert 40 <= min(outputs) < 45 < 55 < max(outputs) <= 60  # uniform: a tail of 1/4 is missed once in 1000
    assert 30 <= min(emissions) < max(emissions) <= 45
    assert abs(np.corrcoef(outputs, emissions)[0, 1]) < 0.8  # four standard errors of 24 draws
    assert split.draw(7).hash == drawn[7].hash
    fixed = split_by_products(works(), "works", [product], unknown=("sales",))
    assert fixed.draw(0).x.sel(region="one", sector="steel").item() == pytest.approx(50)


def test_a_cap_holds_and_says_so():
    """At 0.6 t/t region one would emit 60 kt of steel, its works 50: held to 90 % of them."""
    product = steel(factors={"CO2": {"*": figure(0.6, "t/t")}})
    split = split_by_products(works(), "works", [product], cap=0.9)
    assert split.given.F.sel(stressor="CO2").values[0].tolist() == pytest.approx([5, 45, 5])
    (said,) = [one for one in split.given.findings if one.check == "split-capped"]
    assert (said.where, said.severity) == ("one", "warning")
    assert (said.values["claimed"], said.values["had"], said.values["unit"]) == pytest.approx((60, 50, "kt"))
    assert "at most 0.9 of the sector" in split.given.about.version


def test_a_product_may_be_its_whole_sector():
    product = steel(quantity={"one": figure(400, "kt"), "two": figure(200, "kt")}, factors={})
    table = split_by_products(works(), "works", [product]).given
    np.testing.assert_allclose(table.x.values, [[100, 200, 0], [100, 100, 0]])
    np.testing.assert_allclose(consumption(table).values, consumption(works()).values, rtol=1e-10)  # two solves


def test_a_price_of_another_year_currency_and_basis_is_brought_to_the_tables():
    """300 EUR/t of 2005 less a margin of 15 %, deflated by 1.1 and exchanged at 1.4: 392.7 USD/t, step by step."""
    terms = {"trade_margin": 0.1, "transport_margin": 0.05, "trade_sector": "farms", "transport_sector": "farms"}
    price = figure(300, "EUR/t", year=2005, basis="purchasers", terms=terms)
    rates = Rates((Deflator(2005, 1.0, "EUR"), Deflator(2009, 1.1, "EUR")), (ExchangeRate(2009, "EUR", "USD", 1.4),))
    split = split_by_products(works(), "works", [steel(price={"*": price})], rates=rates)
    assert split.given.x.sel(region="one", sector="steel").item() == pytest.approx(0.1 * 300 * 0.85 * 1.1 * 1.4)
    steps = [one.check for one in split.given.findings]
    assert {"price-margins", "price-deflated", "price-exchanged", "split-figure-year"} <= set(steps)
    with pytest.raises(MissingError, match="there is no deflator"):
        split_by_products(works(), "works", [steel(price={"*": price})])


def test_figures_of_other_years_are_told():
    product = steel(factors={"CO2": {"*": figure(0.4, "t/t", year=2015)}, "CH4": {"*": figure(1, "kg/t", year=None)}})
    split = split_by_products(works(), "works", [product])
    frame = split.figures.set_index("figure")
    assert frame["same_year"].to_dict() == {"quantity": True, "price": True, "factor CO2": False, "factor CH4": False}
    assert [one.check for one in split.given.findings] == ["split-figure-year", "split-figure-dateless"]
    assert split.given.findings[0].values["year"] == 2015


@pytest.mark.parametrize(
    ("changes", "more", "error", "says"),
    [
        ({"price": {"*": figure(2100, "USD/t")}}, {}, TableError, "region one, sector works: steel would have 210"),
        ({"factors": {"CO2": {"*": figure(0.6, "t/t")}}}, {}, TableError, "have 60 kt of CO2, the sector has 50"),
        ({"buyers": ("farms",)}, {}, TableError, "would have 50 million USD of output, the sector has 30"),
        ({"buyers": ("farm",)}, {}, LabelError, "buyer farm is not known"),
        ({"quantity": {"three": figure(1, "kt")}}, {}, LabelError, "region three is not known"),
        ({"quantity": {"one": figure(1, "kWh")}}, {}, UnitError, "kWh (energy) cannot be turned into t (mass)"),
        ({"price": {"two": figure(500, "USD/t")}}, {}, MissingError, "no figure for one; give one for one, or for *"),
        ({"price": {"*": figure(500, "USD")}}, {}, UnitError, "'USD' is no price"),
        ({"price": {"*": figure(500, "USD/kW")}}, {}, UnitError, "cannot be turned into t"),
        ({"factors": {"CO2": {"*": figure(1, "t")}}}, {}, UnitError, "'t' is no unit per unit"),
        ({"factors": {"N2O": {"*": figure(1, "t/t")}}}, {}, LabelError, "stressor N2O is not known"),
        ({}, {"cap": 1.5}, InputError, "the cap is 1.5"),
        ({}, {"sector": "work"}, LabelError, "did you mean works?"),
        ({}, {"rest": "farms"}, LabelError, "sector farms occurs twice"),
    ],
)  # fmt: skip
def test_refusals(changes, more, error, says):
    with pytest.raises(error) as caught:
        _ = split_by_products(works(), **{"sector": "works", "products": [steel(**changes)], **more}).given
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("low", "high"), [(2, None), (None, 0.5), (-1, None), (None, float("nan"))])
def test_a_figure_lies_in_its_range(low, high):
    with pytest.raises(InputError, match="is not between"):
        figure(1, "t", low=low, high=high)


def test_an_inventory_that_is_nothing_or_signed_goes_by_output():
    """Where the sector emits nothing, a product with a factor claims too much; with a cap it is held to nothing."""
    table = random_table(2, signed=True)
    none = table.F.copy(data=np.where(np.arange(3) == 1, 0.0, table.F.values))
    table = table.replace(F=none, about=dataclasses.replace(table.about, units=dict.fromkeys(table.stressors, "kt")))
    amount = {region: figure(table.x.sel(region=region, sector="s1").item() / 2, "t") for region in table.regions}
    product = PartProduct("p", "t", amount, {"*": figure(1, "million USD/t")}, {"k0": {"*": figure(1, "kt/t")}})
    with pytest.raises(TableError, match="the sector has 0"):
        _ = split_by_products(table, "s1", [product]).given
    split = split_by_products(table, "s1", [product], cap=1.0)
    np.testing.assert_allclose(production(split.given).values, production(table).values)
