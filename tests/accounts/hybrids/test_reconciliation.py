"""Reconciliation: the split by hand and by law, both readings against the accounts they stand for, the two cases."""

import dataclasses

import numpy as np
import product_files
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import random_table

from tanheng import accounts
from tanheng.accounts.hybrids import readings
from tanheng.accounts.hybrids import reconciliation_cases as cases
from tanheng.accounts.hybrids.reconciliation import CAUSES, Figure, Reading, reconcile_readings, side_by_side
from tanheng.data import products, reference, store
from tanheng.errors import InputError, MissingError, QuestionError, UnitError

ROUNDING = 1e-12  # of the largest of the 32 products that the split is made of
NAMES = tuple(CAUSES.values())


def reading(approach="top-down", trade=100.0, price=10.0, intensity=2.0, boundary=3.0, year=1.0) -> Reading:
    """100 t at 10 USD a ton, 2 kg a dollar, three times that in all: 6000 kg. A figure may be given whole."""
    given_ = dict(trade=trade, price=price, intensity=intensity, boundary=boundary, year=year)
    unit = dict(trade="t", price="USD/t", intensity="kg/USD", boundary="1", year="1")
    figures = {
        name: value if isinstance(value, Figure) else Figure(value, unit[name], "a") for name, value in given_.items()
    }
    return Reading(approach, approach, "CO2", 2009, 2009, **figures)


def split(top: Reading, bottom: Reading) -> dict[str, float]:
    found = reconcile_readings(top, bottom, unit="t")
    assert (found.dims, tuple(found.indexes["cause"])) == (("stressor", "cause"), NAMES)
    return dict(zip(NAMES, found.values[0].tolist(), strict=True))


@pytest.fixture(scope="module")
def world():
    return store.open("world")[2009]


# -- the split --------------------------------------------------------------------------------------------------------


def test_one_factor_that_differs_is_the_whole_cause():
    for name, cause in CAUSES.items():
        parts = split(reading(), reading("bottom-up", **{name: getattr(reading(), name).value * 2}))
        assert parts == pytest.approx(dict.fromkeys(NAMES, 0.0) | {cause: 6.0}, abs=ROUNDING * 12)


def test_two_factors_share_by_the_mean_of_the_other():
    """Trade 100 to 50, intensity 2 to 6, of x y · 30 kg: Δx · (2 + 6)/2 and Δy · (100 + 50)/2."""
    parts = split(reading(), reading("bottom-up", trade=50.0, intensity=6.0))
    assert parts["trade-definition"] == pytest.approx(-50 * 4 * 30 / 1000, rel=ROUNDING)
    assert parts["factor"] == pytest.approx(4 * 75 * 30 / 1000, rel=ROUNDING)


def test_a_side_of_nothing_is_split_all_the_same():
    parts = split(reading(), reading("bottom-up", trade=0.0))
    assert parts == pytest.approx(dict.fromkeys(NAMES, 0.0) | {"trade-definition": -6.0}, abs=ROUNDING * 6)


@settings(max_examples=100)  # 32 products each
@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=10, max_size=10))
def test_causes_sum_to_the_difference(values):
    top = reading("top-down", *values[:5])
    bottom = reading("bottom-up", *values[5:])
    largest = float(np.prod(np.maximum(values[:5], values[5:]))) / 1000
    assert sum(split(top, bottom).values()) == pytest.approx(bottom.total() - top.total(), abs=ROUNDING * largest)


def test_units_of_the_readings_need_not_be_the_same():
    other = reading(
        "bottom-up", trade=Figure(0.1, "kt", "b"), price=Figure(0.01, "million USD/kt", "b"),
        intensity=Figure(2, "kt/million USD", "b"),
    )  # fmt: skip
    assert other.total() == pytest.approx(6, rel=ROUNDING)
    assert split(reading(), other) == pytest.approx(dict.fromkeys(NAMES, 0.0), abs=ROUNDING * 6)


def test_the_frame_shows_both_readings():
    bottom = reading("bottom-up", trade=50.0, price=Figure(10, "USD/t", "a guess", proxy=True))
    frame = side_by_side(reading(), bottom, unit="kg").set_index("factor")
    assert frame["top_down"].tolist() == [100, 10, 2, 3, 1, 6000]
    assert frame["bottom_up"].tolist() == [50, 10, 2, 3, 1, 3000]
    assert frame.loc["total", "effect"] == pytest.approx(-3000, rel=ROUNDING)
    assert frame.loc["price", "bottom_up_source"] == "a guess"
    assert frame["bottom_up_proxy"].tolist() == [False, True, False, False, False, True]
    attrs = frame.attrs
    assert (attrs["top_down"], attrs["bottom_up"], attrs["difference"]) == (6000, 3000, -3000)
    assert attrs["proxies"] == "bottom-up: price"


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(QuestionError, match="readings are bottom-up and top-down"):
        reconcile_readings(reading("bottom-up"), reading())
    with pytest.raises(QuestionError, match="of 2009, the other of 2021"):
        reconcile_readings(reading(), dataclasses.replace(reading("bottom-up"), asked=2021))
    power = {"trade": Figure(5, "kW", ""), "price": Figure(3, "USD/kW", "")}
    with pytest.raises(UnitError, match="must fit together"):
        reconcile_readings(reading(), reading("bottom-up", **power))
    with pytest.raises(UnitError, match="must fit together"):
        reading(price=Figure(1, "USD/kW", ""))
    with pytest.raises(InputError, match="missing is not zero"):
        Figure(float("nan"), "t", "x")


# -- a table's reading ------------------------------------------------------------------------------------------------


@settings(max_examples=25)  # each inverts the blocks of a table
@given(seed=st.integers(0, 10_000), price=st.floats(0.1, 1e4))
def test_a_table_is_read_as_eebt(seed, price):
    table = random_table(seed, R=3, S=2, K=1)
    trade = accounts.eebt(table, "region,sector,to_region").sel(stressor="k0", region="r1", sector="s0")
    given_ = Figure(price, "USD/t", "any")
    whole = readings.top_down_reading(table, "r1", "s0", price=given_)
    assert whole.total("kt") == pytest.approx(float(trade.drop_sel(to_region="r1").sum()), rel=1e-9)  # convention 7
    one = readings.top_down_reading(table, "r1", "s0", price=given_, partner="r2")
    assert one.total("kt") == pytest.approx(float(trade.sel(to_region="r2")), rel=1e-9)
    sold = (
        table.Z.sel(region="r1", sector="s0", to_region="r2").sum()
        + table.Y.sel(region="r1", sector="s0", to_region="r2").sum()
    )
    assert one.trade.value == pytest.approx(float(sold) * 1e6 / price, rel=ROUNDING)


def test_a_table_is_asked_for_what_it_has():
    table, price = random_table(2, K=1), Figure(1, "USD/t", "")
    with pytest.raises(QuestionError, match="no region 'r9'"):
        readings.top_down_reading(table, "r9", "s0", price=price)
    with pytest.raises(QuestionError, match="r1 is no partner of r1"):
        readings.top_down_reading(table, "r1", "s0", partner="r1", price=price)
    with pytest.raises(UnitError):
        readings.top_down_reading(table, "r1", "s0", price=Figure(1, "EUR/t", ""))
    clean = table.replace(F=table.F.copy(data=np.zeros(table.F.shape)))
    with pytest.raises(QuestionError, match="emits no k0 itself"):
        readings.top_down_reading(clean, "r1", "s0", price=price)


# -- a product's reading ----------------------------------------------------------------------------------------------

TRADE = """
[trade]
file = "trade.csv"
unit = "piece"
source = "made up"
licence = "none"
"""
SOLD = (
    "year,product,origin,destination,quantity,unit,value,currency\n"
    "2019,widget,A,B,10,piece,70,USD\n2019,widget,A,D,30,piece,130,USD\n2019,widget,A,A,5,piece,9,USD\n"
)


@pytest.fixture
def widget(tmp_path):
    """A widget of A takes 2 kg of electricity and 0.75 parts of A, of 1 kg and 1 kg of electricity; the rest is B's."""
    return products.open(product_files.write(tmp_path, ("[groups]", f"{TRADE}\n[groups]"), trade=SOLD))


def test_a_product_is_read_by_its_own_step_and_all_that_its_country_emits(widget):
    """40 widgets for 200 USD; 2 kg each in the maker's own step, 3.5 kg in A."""
    found = readings.bottom_up_reading(widget, "A", energy=["electricity"])
    figures = [found.trade, found.price, found.intensity, found.boundary, found.year]
    assert [one.value for one in figures] == pytest.approx([40, 5, 2 / 5, 3.5 / 2, 1], rel=1e-9)  # M is solved
    assert [one.unit for one in figures] == ["piece", "USD/piece", "kg/USD", "1", "1"]
    assert found.total("kg") == pytest.approx(140, rel=1e-9)
    factors = accounts.product_factors(widget, 2019, gwp="gwp100-ar6")
    trade = widget.trade.replace(frame=widget.trade.frame.query("destination != 'A'"))
    flows = accounts.product_flows(factors, trade, 2019, "region", basis="own", stages=["production"], unit="kg")
    assert float(flows.sel(region="A").sum()) == pytest.approx(140, rel=1e-9)


def test_all_processes_with_their_energy_are_the_whole(widget):
    found = readings.bottom_up_reading(widget, "A", own=["widget", "part"], energy=["electricity"])
    assert found.boundary.value == pytest.approx(1, rel=1e-9)


def test_one_destination_and_a_price_of_ones_own(widget):
    found = readings.bottom_up_reading(
        widget, "A", destination="B", energy=["electricity"], price=Figure(8, "USD/piece", "a list")
    )
    assert (found.trade.value, found.price.value) == (10, 8)
    assert found.total("kg") == pytest.approx(35, rel=1e-9)


def test_a_step_that_emits_nothing_is_no_step(widget):
    with pytest.raises(QuestionError, match="widget emit nothing themselves; name more processes"):
        readings.bottom_up_reading(widget, "A")
    with pytest.raises(QuestionError, match="no process 'electricty'; did you mean electricity"):
        readings.bottom_up_reading(widget, "A", energy=["electricty"])


@pytest.mark.slow  # the factors of all makers
def test_photovoltaics_are_read_as_their_flows_on_the_territory_of_the_maker():
    modules = products.open("photovoltaics")
    found = readings.bottom_up_reading(modules, "CHN", year=2021, own=["module"], energy=["electricity", "heat"])
    trade = modules.trade.only(2021, "photovoltaics")
    factors = accounts.product_factors(modules, 2021, gwp="gwp100-ar6")
    flows = accounts.product_flows(factors, trade, 2021, "region", basis="own", stages=["production"], unit="kt")
    assert found.total("kt") == pytest.approx(float(flows.sel(region="CHN").sum()), rel=1e-9)  # two ways to solve M
    # module making is 9 of 381 kg in China, as the page on photovoltaics has it, to a kilogram
    assert found.intensity.value * found.price.value == pytest.approx(9, abs=0.5)


def test_steel_is_read_as_tonnes_times_its_factor():
    steel = products.open("steel")
    price = Figure(1000, "USD/t", "round")
    found = readings.bottom_up_reading(steel, "CHN", price=price, fallback="world average")
    assert found.total("Mt") == pytest.approx(66.9 * 1.91, rel=1e-9)  # as published: customs; worldsteel of 2021
    assert (found.boundary.value, found.intensity.proxy, found.stressor) == (1, True, "CO2")
    with pytest.raises(MissingError, match=r"no values.*--price"):
        readings.bottom_up_reading(steel, "CHN", fallback="world average")
    with pytest.raises(QuestionError, match="nothing is exported"):
        readings.bottom_up_reading(steel, "CHN", destination="DEU", price=price)


# -- from year to year ------------------------------------------------------------------------------------------------


def test_years_are_bridged_by_territorial_emissions_and_said_to_be():
    co2, gdp, money = (
        reference.series(name).sel(region="CHN").sel(year=[2009, 2021]).values
        for name in ("territorial_co2", "gdp_constant", "gdp_current")
    )
    both = readings.year_factor("CHN", 2009, 2021)
    assert both.value == pytest.approx(co2[1] / co2[0], rel=ROUNDING)
    assert both.proxy
    assert both.source.startswith("proxy")
    alone = readings.year_factor("CHN", 2009, 2021, "intensity")
    assert alone.value * gdp[1] / gdp[0] == pytest.approx(both.value, rel=ROUNDING)
    back = readings.year_factor("CHN", 2021, 2009)
    assert back.value * both.value == pytest.approx(1, rel=ROUNDING)
    assert readings.year_factor("CHN", 2009, 2009) == readings.ONCE
    price = readings.deflated(Figure(100, "USD/t", "p"), "CHN", 2021, 2009)
    assert price.value == pytest.approx(100 * (money[0] / gdp[0]) / (money[1] / gdp[1]), rel=ROUNDING)
    with pytest.raises(MissingError, match="no ROW; give the factor"):
        readings.year_factor("ROW", 2009, 2021)
    with pytest.raises(MissingError, match="CHN in 2060"):
        readings.year_factor("CHN", 2009, 2060)
    with pytest.raises(QuestionError, match="no year rule 'emission'; did you mean emissions"):
        readings.year_factor("CHN", 2009, 2021, "emission")
    with pytest.raises(QuestionError, match="EUR/t"):
        readings.deflated(Figure(1, "EUR/t", "p"), "CHN", 2021, 2009)


# -- the two cases ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "asked"), [("steel", 2021), ("steel", 2009), ("photovoltaics", 2021)])
def test_a_case_starts_at_the_table_and_ends_at_the_product(world, name, asked):
    found = accounts.reconciliation(name, world, asked=asked)
    sector = {"steel": "c12", "photovoltaics": "c14"}[name]
    eebt = accounts.eebt(world, "region,sector,to_region").sel(region="CHN", sector=sector).drop_sel(to_region="CHN")
    co2 = reference.series("territorial_co2").sel(region="CHN")
    grown = float(co2.sel(year=2021) / co2.sel(year=2009))
    table, product = (grown, 1.0) if asked == 2021 else (1.0, 1 / grown)
    attrs = found.result.attrs
    assert attrs["top_down"] == pytest.approx(float(eebt.sum()) / 1000 * table, rel=1e-9)
    whole = {"steel": 66.9 * 1.91, "photovoltaics": found.bottom.total("Mt") / found.bottom.year.value}[name]
    assert attrs["bottom_up"] == pytest.approx(whole * product, rel=1e-9)
    assert float(found.result.sum()) == pytest.approx(attrs["difference"], abs=ROUNDING * attrs["top_down"])
    year_of = "top-down: year" if asked == 2021 else "bottom-up: year"
    assert year_of in attrs["proxies"]
    assert (attrs["year"], attrs["base_hash"], set(found.note)) == (asked, world.hash, {"en", "zh"})


def test_the_embedded_cases_have_what_the_product_and_the_world_have(world):
    for name, paired in cases.known().items():
        product = products.open(name)
        assert paired["sector"] in world.sectors
        assert paired["year"] in product.trade.years
        assert set(paired) <= {"sector", "origin", "year", "own", "energy", "fallback", "price", "note"}
        assert set(paired["note"]) == {"en", "zh"}


@pytest.mark.slow
def test_a_partner_and_another_sector_can_be_asked_for(world):
    found = accounts.reconciliation("photovoltaics", world, partner="DEU")
    power = products.open("photovoltaics").trade.only(2021, "photovoltaics").frame.set_index("destination")["quantity"]
    assert found.bottom.trade.value == pytest.approx(power["DEU"] * 1000, rel=ROUNDING)
    assert "to DEU" in found.top.trade.source
    assert accounts.reconciliation("photovoltaics", world, sector="c13").note == {}


def test_a_product_that_nobody_paired_needs_a_sector(world):
    with pytest.raises(QuestionError, match="cement is not paired"):
        accounts.reconciliation("cement", world)
