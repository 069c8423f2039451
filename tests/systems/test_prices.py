"""Prices: every step by hand, the laws they obey, and every price or rate that cannot be."""

import dataclasses
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.errors import InputError, LabelError, MissingError, UnitError
from tanheng.systems import prices
from tanheng.systems.about import About
from tanheng.systems.finding import messages
from tanheng.systems.prices import SHARES, Deflator, ExchangeRate, Price, Rates, Target

EXACT = 1e-12  # relative: a few multiplications

ABOUT = About("test", 2009, "million USD", {}, price_basis="current basic prices")
CNY = (Deflator(2021, 125, "CNY", source="NBS"), Deflator(2009, 100, "CNY", source="NBS"))
RATES = Rates(CNY, (ExchangeRate(2009, "USD", "CNY", 6.4, "IMF"),))


def price(**changes):
    told = {"amount": 1000, "currency": "CNY", "year": 2021, "basis": "purchasers", "source": "survey"}
    told |= {"tax": 0.13, "trade_margin": 0.10, "transport_margin": 0.05} | changes
    return Price("steel", "t", **told)


def says(finding, factor, before, after, unit, source):
    told = finding.values
    numbers = [told[name] for name in ("factor", "before", "after")]
    return numbers == pytest.approx([factor, before, after], rel=EXACT) and (told["unit"], told["source"]) == (
        unit,
        source,
    )


def test_purchasers_to_basic_by_hand():
    parts, steps = prices.split(price())
    # 13 % tax, 10 % trade and 5 % transport of 1000
    assert dataclasses.astuple(parts) == pytest.approx((720, 100, 50, 0, 130), rel=EXACT)
    assert [step.check for step in steps] == ["price-taxes", "price-margins"]
    assert says(steps[0], 0.87, 1000, 870, "CNY/t", "survey")
    assert says(steps[1], 720 / 870, 870, 720, "CNY/t", "survey")


def test_cif_to_fob_by_hand():
    parts, steps = prices.split(price(basis="cif", tax=0, trade_margin=0, transport_margin=0, freight=0.06))
    assert dataclasses.astuple(parts) == pytest.approx((940, 0, 0, 60, 0), rel=EXACT)
    assert [step.check for step in steps] == ["price-freight", "price-fob"]  # and what f.o.b. is taken for is said
    assert says(steps[0], 0.94, 1000, 940, "CNY/t", "survey")


def test_a_subsidy_is_a_negative_tax():
    parts, _ = prices.split(price(tax=-0.25, trade_margin=0, transport_margin=0))
    assert (parts.product, parts.tax) == (1250, -250)  # the maker gets more than the buyer pays


def test_deflate_and_exchange_by_hand():
    target = Target.of(ABOUT)
    factors, steps = prices.deflate(price(), {("CHN", "c12"): 720.0}, RATES, target)
    assert factors["CHN", "c12"].value == pytest.approx(0.8, rel=EXACT)  # 100 / 125
    assert says(steps[0], 0.8, 720, 576, "CNY/t", "NBS")
    rate, steps = prices.money(price(), 576.0, RATES, target)
    assert rate == pytest.approx(1 / 6.4 / 1e6, rel=EXACT)
    assert says(steps[0], 1 / 6.4, 576, 90, "USD/t", "IMF")
    assert says(steps[1], 1e-6, 90, 9e-5, "million USD/t", "test")


def test_a_table_in_constant_prices_takes_deflator_and_rate_of_its_price_year():
    about = dataclasses.replace(ABOUT, price_basis="constant prices of 2005")
    rates = Rates((CNY[0], Deflator(2005, 50, "CNY", source="NBS")), (ExchangeRate(2005, "CNY", "USD", 0.125, "IMF"),))
    target = Target.of(about)
    factors, _ = prices.deflate(price(), {("CHN", "c12"): 1.0}, rates, target)
    rate, _ = prices.money(price(), 1.0, rates, target)
    assert (factors["CHN", "c12"].value, rate) == (0.4, 0.125e-6)


def test_what_is_not_needed_leaves_no_line():
    target = dataclasses.replace(Target.of(ABOUT), currency="USD")
    plain = Price("steel", "t", 500, "USD", 2009, "basic")
    parts, steps = prices.split(plain)
    factors, deflated = prices.deflate(plain, {("CHN", "c12"): 500.0}, Rates(), target)
    rate, turned = prices.money(plain, 500.0, Rates(), target)
    assert (parts.product, factors["CHN", "c12"].value, rate) == (500, 1, 1)
    assert (*steps, *deflated, *turned, *target.findings) == ()


def test_a_table_that_does_not_say_its_prices_is_noted():
    target = Target.of(dataclasses.replace(ABOUT, price_basis="basic prices"))
    assert target.prices_of == 2009
    assert [(one.check, one.severity) for one in target.findings] == [("price-year-unstated", "warning")]


def test_every_step_is_said_in_both_languages():
    parts, steps = prices.split(price())
    _, deflated = prices.deflate(price(), {("CHN", "c12"): parts.product}, RATES, Target.of(ABOUT))
    _, turned = prices.money(price(), 576.0, RATES, Target.of(ABOUT))
    for step in (*steps, *deflated, *turned):
        for language in ("en", "zh"):
            text = messages()[step.check][language][0].format(**step.values)
            assert f"{step.values['after']:.6g}" in text
            assert str(step.values["source"]) in text


# -- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(
    amount=st.floats(1e-3, 1e9),
    shares=st.lists(st.floats(0.001, 0.24), min_size=4, max_size=4),
)
def test_money_is_conserved(amount, shares):
    parts, steps = prices.split(price(amount=amount, **dict(zip(SHARES, shares, strict=True))))
    assert sum(dataclasses.astuple(parts)) == pytest.approx(amount, rel=EXACT)
    assert steps[-1].values["after"] == pytest.approx(parts.product, rel=1e-9)  # of a rest as small as 4 % of the price
    assert all(a.values["after"] == b.values["before"] for a, b in pairwise(steps))


@given(values=st.lists(st.floats(0.1, 1000), min_size=3, max_size=3))
@settings(max_examples=25)
def test_deflators_chain_and_their_base_does_not_count(values):
    series = [Deflator(2000 + i, value, "USD") for i, value in enumerate(values)]
    rebased = Rates(tuple(dataclasses.replace(one, value=one.value * 7) for one in series))
    rates = Rates(tuple(series))
    there = [rates.deflate(years, "USD", "a", "s").value for years in ((2000, 2001), (2001, 2002), (2000, 2002))]
    assert there[0] * there[1] == pytest.approx(there[2], rel=EXACT)
    assert rebased.deflate((2000, 2002), "USD", "a", "s").value == pytest.approx(there[2], rel=EXACT)


def test_an_exchange_rate_works_both_ways():
    there, back = RATES.convert(2009, "USD", "CNY"), RATES.convert(2009, "CNY", "USD")
    assert there.value * back.value == pytest.approx(1, rel=EXACT)
    assert there.source == back.source == "IMF"


# -- which deflator ---------------------------------------------------------------------------------------------------


def test_the_nearest_deflator_is_taken():
    keys = [("CHN", "c12"), ("CHN", ""), ("", "c12"), ("", "")]
    rates = Rates(tuple(d for at, key in enumerate(keys, 2) for d in (Deflator(2009, 1, "USD", *key),
                                                                      Deflator(2021, at, "USD", *key))))  # fmt: skip

    def found(region, sector):
        factor = rates.deflate((2009, 2021), "USD", region, sector)
        return factor.value, factor.stands_in

    assert found("CHN", "c12") == (2, False)
    assert found("CHN", "c1") == (3, False)
    assert found("DEU", "c12") == (4, True)  # others have one of their region
    assert found("DEU", "c1") == (5, True)


def test_what_stands_in_is_a_warning():
    own = tuple(dataclasses.replace(one, region="CHN") for one in CNY)
    cells = {("CHN", "c12"): 540.0, ("ROW", "c12"): 180.0}
    _, steps = prices.deflate(price(), cells, Rates((*own, *CNY)), Target.of(ABOUT))
    assert [(step.check, step.severity) for step in steps] == [
        ("price-deflated", "note"),
        ("price-deflator-stood", "warning"),
    ]
    assert (steps[1].values["names"], steps[1].size) == ("ROW", 0.25)  # 180 of 720


def test_own_rates_come_before_others():
    other = Rates((Deflator(2021, 2, "CNY"), Deflator(2009, 1, "CNY"), Deflator(2009, 1, "EUR")), (
        ExchangeRate(2009, "USD", "CNY", 7), ExchangeRate(2009, "EUR", "USD", 1.4)))  # fmt: skip
    both = RATES.completed(other)
    assert both.deflate((2021, 2009), "CNY", "CHN", "").value == 0.8
    assert both.convert(2009, "USD", "CNY").value == 6.4
    assert both.convert(2009, "EUR", "USD").value == 1.4


# -- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"basis": "purchaser"}, InputError, "basis 'purchaser' is not known; did you mean purchasers?"),
        ({"currency": "kg"}, UnitError, "the currency is 'kg', which is no money"),
        ({"amount": 0}, InputError, "the price is 0"),
        ({"amount": float("nan")}, InputError, "the price is nan"),
        ({"tax": 0.9}, InputError, "leave -0.05 of the price"),
        ({"trade_margin": -0.1}, InputError, "trade_margin is -0.1"),
        ({"basis": "basic"}, InputError, "a price of basis basic holds no tax"),
        ({"basis": "fob", "freight": 0.1}, InputError, "a price of basis fob holds no freight"),
        ({"basis": "cif"}, MissingError, "the price is c.i.f. and its freight is not given"),
        ({"tax": 0, "trade_margin": 0, "transport_margin": 0}, MissingError, "neither taxes nor margins"),
    ],
)  # fmt: skip
def test_a_price_that_cannot_be(changes, error, said):
    with pytest.raises(error, match=r"^purchase of steel: ") as caught:
        price(**changes)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("deflators", "exchange", "error", "said"),
    [
        ((Deflator(2009, 0, "USD"),), (), InputError, "deflator of USD prices in 2009 for any region is 0"),
        ((Deflator(2009, 1, "USD", "CHN"),) * 2, (), LabelError, "in 2009 for CHN is there twice"),
        ((Deflator(2009, 1, "million USD"),), (), UnitError, "'million USD' is no currency"),
        ((), (ExchangeRate(2009, "USD", "CNY", -1),), InputError, "exchange rate of USD to CNY in 2009 is -1"),
    ],
)  # fmt: skip
def test_rates_that_cannot_be(deflators, exchange, error, said):
    with pytest.raises(error) as caught:
        Rates(deflators, exchange)
    assert said in str(caught.value)


def test_a_price_year_without_a_deflator():
    with pytest.raises(MissingError) as caught:
        prices.deflate(price(year=2019), {("CHN", "c12"): 1.0}, RATES, Target.of(ABOUT))
    said = (
        "purchase of steel: there is no deflator of CNY prices from 2019 to 2009 for CHN c12; rates have 2009 to 2021"
    )
    assert str(caught.value).startswith(said)


def test_a_year_without_an_exchange_rate():
    with pytest.raises(MissingError, match="no exchange rate of CNY to USD in 2009; rates have 2010; declare one"):
        Rates(exchange=(ExchangeRate(2010, "USD", "CNY", 6.8),)).convert(2009, "CNY", "USD")


def test_an_index_of_two_sources_has_no_base():
    rates = Rates((CNY[0], dataclasses.replace(CNY[1], source="IMF")))
    with pytest.raises(InputError, match="are of two sources: NBS; IMF; an index has one base"):
        rates.deflate((2021, 2009), "CNY", "CHN", "")
