"""Purchases: prices and suppliers laid out over a table, by hand, by law, and what cannot be."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import kitzes, random_table

from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError
from tanheng.labels import Concordance
from tanheng.systems.prices import Deflator, ExchangeRate, Rates
from tanheng.systems.purchases import Purchase, purchases

EXACT = 1e-12  # relative: a few multiplications

REGIONS = ["CHN", "DEU", "ROW"]
TABLE = random_table(1, R=3, S=3, regions=REGIONS)  # s0 goods, s1 trade, s2 transport; million USD of 2009
RATES = Rates(
    (
        Deflator(2021, 125, "CNY", source="NBS"), Deflator(2009, 100, "CNY", source="NBS"),
        Deflator(2021, 2.0, "USD", "DEU", source="own"), Deflator(2009, 1.0, "USD", "DEU", source="own"),
        Deflator(2021, 1.25, "USD", source="own"), Deflator(2009, 1.0, "USD", source="own"),
    ),
    (ExchangeRate(2009, "USD", "CNY", 6.4, "IMF"),),
)  # fmt: skip
CHINA = {("CHN", "s0"): 1.0}


def steel(**changes):
    told = {"shares": CHINA, "price": 500, "currency": "USD", "year": 2009, "basis": "basic", "source": "survey"}
    return Purchase("steel", "t", **(told | changes))


def paid(one, table=TABLE, rates=None, **more):
    """USD per unit by (region, sector), zeros left out, and the taxes."""
    made = purchases([one], table, rates, **more)
    column = made.money.toarray()[:, 0] * 1e6
    names = [(region, sector) for region in table.regions for sector in table.sectors]
    return {name: float(value) for name, value in zip(names, column, strict=True) if value}, made.taxes[0] * 1e6


def checks(one, table=TABLE, rates=None, **more):
    return [step.check for step in purchases([one], table, rates, **more).steps]


def test_a_purchasers_price_of_another_year_and_currency_by_hand():
    one = steel(
        price=1, currency="thousand CNY", year=2021, basis="purchasers", tax=0.13, trade_margin=0.10,
        transport_margin=0.05, trade_sector="s1", transport_sector="s2", buyer="DEU",
    )  # fmt: skip
    cells, taxes = paid(one, rates=RATES)
    # 1000 CNY of 2021 are 800 of 2009 are 125 USD: 72 % the product, 10 % and 5 % margins where it is bought, 13 % tax
    assert cells == pytest.approx({("CHN", "s0"): 90, ("DEU", "s1"): 12.5, ("DEU", "s2"): 6.25}, rel=EXACT)
    assert taxes == pytest.approx(16.25, rel=EXACT)
    assert checks(one, rates=RATES) == [
        "price-taxes", "price-margins", "price-deflated", "price-exchanged", "price-scaled"
    ]  # fmt: skip


def test_a_cif_price_by_hand():
    one = steel(basis="cif", freight=0.08, transport_sector="s2", shares={("CHN", "s0"): 0.75, ("ROW", "s0"): 0.25})
    cells, _ = paid(one)
    # 460 f.o.b. and 40 freight, which are the suppliers' own transport
    due = {("CHN", "s0"): 345, ("ROW", "s0"): 115, ("CHN", "s2"): 30, ("ROW", "s2"): 10}
    assert cells == pytest.approx(due, rel=EXACT)
    assert checks(one) == ["price-freight", "price-fob", "price-scaled"]


def test_margins_up_to_the_border_are_the_exporters():
    one = steel(basis="fob", trade_margin=0.1, trade_sector="s1", buyer="DEU")
    assert paid(one)[0] == pytest.approx({("CHN", "s0"): 450, ("CHN", "s1"): 50}, rel=EXACT)


def test_margins_without_a_buyer_are_the_suppliers_and_this_is_said():
    one = steel(basis="purchasers", trade_margin=0.1, trade_sector="s1")
    assert paid(one)[0] == pytest.approx({("CHN", "s0"): 450, ("CHN", "s1"): 50}, rel=EXACT)
    assert "purchase-buyer-unstated" in checks(one)


def test_every_supplier_has_its_own_deflator():
    one = steel(year=2021, shares={("CHN", "s0"): 0.5, ("DEU", "s0"): 0.5})
    cells, _ = paid(one, rates=RATES)
    assert cells == pytest.approx({("CHN", "s0"): 200, ("DEU", "s0"): 125}, rel=EXACT)  # 250 / 1.25, 250 / 2
    (step,) = [step for step in purchases([one], TABLE, RATES).steps if step.check == "price-deflated"]
    assert step.values["factors"] == {"CHN s0": 0.8, "DEU s0": 0.5}
    assert step.values["factor"] == pytest.approx(0.65, rel=EXACT)  # 325 of 500


def test_a_market_is_the_tables_supply_mix():
    supply = TABLE.Z.sel(sector="s0", to_region="DEU").sum("to_sector") + TABLE.Y.sel(sector="s0", to_region="DEU").sum(
        "demand"
    )
    cells, _ = paid(steel(shares={("market:DEU", "s0"): 1.0}))
    for region in REGIONS:
        assert cells[region, "s0"] == pytest.approx(500 * float(supply.sel(region=region) / supply.sum()), rel=EXACT)
    imports, _ = paid(steel(shares={("imports:DEU", "s0"): 1.0}))
    assert set(imports) == {("CHN", "s0"), ("ROW", "s0")}
    assert imports["CHN", "s0"] / imports["ROW", "s0"] == pytest.approx(
        cells["CHN", "s0"] / cells["ROW", "s0"], rel=EXACT
    )
    assert sum(imports.values()) == pytest.approx(500, rel=EXACT)


def test_margins_on_a_market_are_paid_there():
    one = steel(shares={("market:DEU", "s0"): 1.0}, basis="purchasers", trade_margin=0.1, trade_sector="s1")
    assert paid(one)[0]["DEU", "s1"] == pytest.approx(50, rel=EXACT)
    assert "purchase-buyer-unstated" not in checks(one)


def test_the_one_market_that_is_named_is_the_buyer_of_all_shares():
    """Half from China straight, half from Germany's imports: the margins of both are paid in Germany."""
    both = {("CHN", "s0"): 0.5, ("imports:DEU", "s0"): 0.5}
    one = steel(shares=both, basis="purchasers", trade_margin=0.1, trade_sector="s1")
    cells = paid(one)[0]
    assert {region for region, sector in cells if sector == "s1"} == {"DEU"}
    assert cells["DEU", "s1"] == pytest.approx(50, rel=EXACT)
    assert "purchase-buyer-unstated" not in checks(one)
    of_two = steel(shares={("market:DEU", "s0"): 0.5, ("market:ROW", "s0"): 0.25, ("CHN", "s0"): 0.25},
                   basis="purchasers", trade_margin=0.1, trade_sector="s1")  # fmt: skip
    cells = paid(of_two)[0]
    margins = {region: cells[region, "s1"] for region, sector in cells if sector == "s1"}
    assert margins == pytest.approx({"DEU": 25, "ROW": 12.5, "CHN": 12.5}, rel=EXACT)
    assert "purchase-buyer-unstated" in checks(of_two)  # of China's part


def test_imports_and_a_supplier_abroad_have_freight():
    told = {"basis": "cif", "freight": 0.08, "transport_sector": "s2"}
    cells, _ = paid(steel(shares={("CHN", "s0"): 0.5, ("imports:DEU", "s0"): 0.5}, **told))
    assert sum(cells[cell] for cell in cells if cell[1] == "s2") == pytest.approx(40, rel=EXACT)
    of_two = {("CHN", "s0"): 0.5, ("imports:DEU", "s0"): 0.25, ("imports:ROW", "s0"): 0.25}
    with pytest.raises(InputError, match="say where all of it is bought: buyer, such as DEU"):
        paid(steel(shares=of_two, **told))
    assert paid(steel(shares={("CHN", "s0"): 0.9, ("imports:DEU", "s0"): 0.1}, buyer="DEU", **told))


def test_negative_supply_is_kept_and_said():
    Y = TABLE.Y.values.copy()
    Y[0, 0, 1, 1] = (
        -TABLE.Z.values[0, 0, 1].sum() - Y[0, 0, 1, 0] - 0.01
    )  # China takes back a little more than it sells
    table = TABLE.replace(Y=TABLE.Y.copy(data=Y))
    cells, _ = paid(steel(shares={("market:DEU", "s0"): 1.0}), table)
    assert cells["CHN", "s0"] < 0
    assert sum(cells.values()) == pytest.approx(500, rel=EXACT)
    assert "purchase-negative" in checks(steel(shares={("market:DEU", "s0"): 1.0}), table)


def test_a_concordance_joins_other_sectors():
    links = [("steel products", "s0", 0.75), ("steel products", "s2", 0.25)]
    other = Concordance.from_links(links)
    one = steel(shares={("CHN", "steel products"): 1.0})
    cells, _ = paid(one, concordance=other)
    assert cells == pytest.approx({("CHN", "s0"): 375, ("CHN", "s2"): 125}, rel=EXACT)
    assert "purchase-mapped" in checks(one, concordance=other)


def test_a_supplier_without_output_is_a_warning():
    table = random_table(5, R=2, S=3, idle=1)
    at = int(np.flatnonzero(~table.has_output.ravel())[0])
    cell = (table.regions[at // 3], table.sectors[at % 3])
    steps = purchases([steel(shares={cell: 1.0})], table).steps
    assert [(one.check, one.size) for one in steps if one.severity == "warning"] == [("purchase-idle", 1.0)]


def test_a_table_that_does_not_say_its_prices_is_noted_once():
    table = kitzes()  # its price basis is not stated
    listing = [Purchase(name, "t", {("one", "all"): 1.0}, 5, "USD", 2013, "basic") for name in ("a", "b")]
    assert [step.check for step in purchases(listing, table).steps] == ["price-year-unstated"]


def test_products_keep_their_order_and_their_own_column():
    listing = [
        steel(),
        dataclasses.replace(steel(price=30, shares={("ROW", "s2"): 1.0}), product="freight", unit="t*km"),
    ]
    made = purchases(listing, TABLE)
    assert (made.products, made.units, made.table_hash) == (("steel", "freight"), ("t", "t*km"), TABLE.hash)
    assert made.money.shape == (9, 2)
    assert made.money[0, 0] == pytest.approx(500e-6, rel=EXACT)
    assert made.money[8, 1] == pytest.approx(30e-6, rel=EXACT)


def test_as_a_frame():
    one = steel(basis="purchasers", tax=0.1, trade_margin=0.1, trade_sector="s0", buyer="CHN")
    frame = purchases([one], TABLE).frame(TABLE)
    assert frame["component"].tolist() == ["product", "margins", "taxes"]  # apart, though one sector gets both
    assert frame["value"].tolist() == pytest.approx([400e-6, 50e-6, 50e-6], rel=EXACT)
    assert frame["sector"].tolist() == ["s0", "s0", ""]
    assert set(frame["unit"]) == {"million USD/t"}


def test_no_purchases_are_an_empty_matrix():
    made = purchases([], TABLE)
    assert (made.money.shape, made.taxes.shape, made.steps) == ((9, 0), (0,), ())


# -- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    price=st.floats(0.01, 1e6),
    margins=st.lists(st.floats(0, 0.3), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
)
def test_money_is_conserved(price, margins, weights):
    """Basic price, margins and taxes together are the price, at one deflator and one exchange rate."""
    shares = {(region, "s0"): weight / sum(weights) for region, weight in zip(REGIONS, weights, strict=True)}
    told = dict(zip(("tax", "trade_margin", "transport_margin"), margins, strict=True))
    basis = "purchasers" if any(margins) else "basic"
    one = steel(price=price, currency="CNY", year=2021, basis=basis, shares=shares, trade_sector="s1",
                transport_sector="s2", buyer="DEU", **told)  # fmt: skip
    made = purchases([one], TABLE, RATES)
    assert made.money.sum() + made.taxes[0] == pytest.approx(price * 0.8 / 6.4 / 1e6, rel=1e-9)  # sums of twelve cells
    assert made.own.sum() + made.margins.sum() == pytest.approx(made.money.sum(), rel=EXACT)


def test_weights_are_shares_of_money_and_of_nothing_else():
    both = paid(steel(shares={("CHN", "s0"): 0.25, ("DEU", "s0"): 0.75}))[0]
    alone = [paid(steel(shares={(region, "s0"): 1.0}))[0] for region in ("CHN", "DEU")]
    assert both["CHN", "s0"] == pytest.approx(0.25 * alone[0]["CHN", "s0"], rel=EXACT)
    assert both["DEU", "s0"] == pytest.approx(0.75 * alone[1]["DEU", "s0"], rel=EXACT)


def test_the_unit_of_money_does_not_matter():
    given = paid(steel(price=500, currency="USD"))[0]
    assert paid(steel(price=0.5, currency="thousand USD"))[0] == pytest.approx(given, rel=EXACT)
    thousand = TABLE.replace(about=dataclasses.replace(TABLE.about, currency="thousand USD"))
    made = purchases([steel()], thousand)
    assert made.money.sum() == pytest.approx(0.5, rel=EXACT)


def test_into_other_units_and_back():
    made = purchases([steel(basis="purchasers", tax=0.1, trade_margin=0.1, trade_sector="s1")], TABLE)
    other = made.into({"steel": "kg"})
    assert other.units == ("kg",)
    for name in ("money", "margins"):
        there, here = getattr(other, name).toarray(), getattr(made, name).toarray()
        assert there == pytest.approx(here / 1000, rel=EXACT)
    assert other.taxes == pytest.approx(made.taxes / 1000, rel=EXACT)
    assert other.into({"steel": "t"}).money.toarray() == pytest.approx(made.money.toarray(), rel=EXACT)


# -- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"shares": {("CHN", "s0"): 0.5, ("DEU", "s0"): 0.4}}, InputError, "the shares sum to 0.9, not 1"),
        ({"shares": {}}, InputError, "the shares sum to 0, not 1; name who supplies it"),
        ({"shares": {("CHN", "s0"): 1.5, ("DEU", "s0"): -0.5}}, InputError, "the share of DEU s0 is -0.5"),
        ({"shares": {("CHNA", "s0"): 1.0}}, LabelError, "region CHNA is not known; did you mean CHN?"),
        ({"shares": {("market:DE", "s0"): 1.0}}, LabelError, "region DE is not known; did you mean DEU?"),
        ({"shares": {("CHN", "steel"): 1.0}}, LabelError, "sector steel is not known"),
        ({"buyer": "DE", "basis": "purchasers", "tax": 0.1}, LabelError, "buyer DE is not known; did you mean DEU?"),
        ({"basis": "purchasers", "trade_margin": 0.1}, MissingError, "no trade_sector that receives it"),
        ({"basis": "purchasers", "trade_margin": 0.1, "trade_sector": "s9"}, LabelError, "trade sector s9 is not"),
        ({"basis": "cif", "freight": 0.1, "transport_sector": "s2", "buyer": "CHN"}, InputError,
         'CHN supplies part of it to itself; take the imports alone ("imports:CHN")'),
        ({"basis": "cif", "freight": 0.1, "transport_sector": "s2", "shares": {("market:DEU", "s0"): 1.0}}, InputError,
         "DEU supplies part of it to itself"),
        ({"year": 2019}, MissingError, "there is no deflator of USD prices from 2019 to 2009 for CHN s0"),
        ({"currency": "EUR"}, MissingError, "there is no exchange rate of EUR to USD in 2009"),
        ({"currency": "t"}, UnitError, "the currency is 't', which is no money"),
    ],
)  # fmt: skip
def test_a_purchase_that_cannot_be(changes, error, said):
    with pytest.raises(error) as caught:
        purchases([steel(where="prices.csv line 3", **changes)], TABLE, RATES)
    assert said in str(caught.value)
    assert str(caught.value).startswith("prices.csv line 3, steel: ")
    assert "\n" not in str(caught.value)


def test_a_product_that_is_there_twice():
    with pytest.raises(LabelError, match="product steel is there twice; give each product once"):
        purchases([steel(), steel(price=400)], TABLE)


def test_a_concordance_of_another_table():
    other = Concordance.from_links([("steel", "c12", 1.0)], where="hs.csv")
    with pytest.raises(LabelError, match=r"hs\.csv: sector c12 is not known"):
        purchases([steel()], TABLE, concordance=other)


def test_units_that_do_not_convert():
    made = purchases([steel()], TABLE)
    with pytest.raises(UnitError, match="purchase of steel: its price is per t, and it is used in kWh; give its price"):
        made.into({"steel": "kWh"})
    with pytest.raises(QuestionError, match=r"no purchase of steal; did you mean steel\?"):
        made.into({"steal": "kg"})


def test_a_market_without_supply():
    table = random_table(1, R=2, S=2, intermediate_trade=False)
    Y = table.Y.values.copy()
    Y[0, 0, 1] = 0
    bare = table.replace(Y=table.Y.copy(data=Y))
    with pytest.raises(MissingError, match="nothing of sector s0 is imported into r1 in the table"):
        purchases([steel(shares={("imports:r1", "s0"): 1.0})], bare)
