"""Factors of a product from its processes: a small product by hand, and the laws that any product keeps."""

import product_files
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.accounts.products.factors import product_factors
from tanheng.accounts.products.life_cycle import life_cycle
from tanheng.accounts.products.trade import avoided_emissions, product_balance, product_flows
from tanheng.data import products
from tanheng.errors import MissingError, UnitError
from tanheng.systems.assembly import assemble
from tanheng.systems.trade import TradeFlows

AR6 = "gwp100-ar6"


@pytest.fixture
def product(tmp_path):
    return products.open(product_files.write(tmp_path))


@pytest.fixture
def rows(product):
    return product_factors(product, 2019, gwp=AR6).frame


def value(rows, **where):
    """The sum of the rows with these labels."""
    for column, wanted in where.items():
        rows = rows[rows[column] == wanted]
    assert len(rows), where
    return float(rows["value"].sum())


# -- by hand: see tests/data/inventories/test_product_file.py for the chain -------------------------------------------


def test_production_by_maker_and_place_of_emission(rows):
    made = {"product": "widget", "stage": "production", "destination": "*"}
    # a widget of A: 0.75 parts of A (2.0 each) and 2.0 of electricity at A; 2.25 parts of B (3.0 each)
    assert value(rows, origin="A", region="A", **made) == pytest.approx(0.75 * 2.0 + 2.0, rel=1e-12)
    assert value(rows, origin="A", region="B", **made) == pytest.approx(2.25 * 3.0, rel=1e-12)
    assert value(rows, origin="B", **made) == pytest.approx(12.25, rel=1e-12)


def test_precursors_have_factors_of_their_own(rows, product):
    assert value(rows, product="part", origin="B") == pytest.approx(3.0, rel=1e-12)
    assert product_factors(product, 2019, gwp=AR6).precursors == {"widget": ("part",)}


def test_the_worlds_average_stands_for_makers_that_are_not_there(rows):
    average = rows[rows["basis"] == "fallback: world average"]
    assert float(average["value"].sum()) == pytest.approx(0.6 * 10.25 + 0.4 * 12.25, rel=1e-12)
    assert set(average["origin"]) == {"*"}


def test_transport_follows_the_routes_and_their_stand_ins(rows):
    moved = {"product": "widget", "stage": "transport", "region": "sea"}
    assert value(rows, origin="A", destination="B", **moved) == pytest.approx(1.0, rel=1e-12)
    assert value(rows, origin="A", destination="E", **moved) == pytest.approx(3.0, rel=1e-12)  # of the group east
    other = rows[(rows["stage"] == "transport") & (rows["origin"] == "*") & (rows["destination"] == "B")]
    assert other["basis"].tolist() == ["stand-in: route of A"]
    assert value(rows, origin="A", destination="A", stage="transport") == 0.0  # the table says 0 km: that is known


def test_use_and_disposal_are_the_buyers_and_credits_a_line_of_their_own(rows):
    used = {"product": "widget", "stage": "use", "origin": "*"}
    assert value(rows, destination="A", line="emission", **used) == pytest.approx(0.5, rel=1e-12)
    assert value(rows, destination="A", line="credit", **used) == pytest.approx(-10.0, rel=1e-12)
    assert value(rows, destination="D", region="D", line="credit", **used) == pytest.approx(-16.0, rel=1e-12)
    assert set(rows[(rows["destination"] == "D") & (rows["stage"] == "use")]["basis"]) == {"stand-in: grid of W"}


def test_a_credit_behind_a_treatment_is_not_netted_in_its_stage(rows):
    # 5 kg to the dump: 0.1 kg each; 0.02 parts saved for each, 0.25 of A (2.0) and 0.75 of B (3.0)
    gone = {"product": "widget", "stage": "disposal", "destination": "A"}
    assert value(rows, line="emission", **gone) == pytest.approx(0.5, rel=1e-12)
    assert value(rows, line="credit", region="A", **gone) == pytest.approx(-5 * 0.02 * 0.25 * 2.0, rel=1e-12)
    assert value(rows, line="credit", region="B", **gone) == pytest.approx(-5 * 0.02 * 0.75 * 3.0, rel=1e-12)


def test_without_a_set_of_potentials_every_stressor_stays(product):
    rows = product_factors(product, 2019).frame
    made = {"product": "part", "origin": "A", "stage": "production"}
    assert value(rows, stressor="CO2", **made) == pytest.approx(1.0, rel=1e-12)  # kg: the file gives 1000 g
    assert value(rows, stressor="CO2e", **made) == pytest.approx(1.0, rel=1e-12)


def test_findings_of_the_inventory_travel_with_the_factors(product):
    factors = product_factors(product, 2021)
    assert "product-year" in {finding.check for finding in factors.findings}
    assert factors.about.year == 2021


def test_a_life_in_another_unit_is_converted_or_refused(tmp_path):
    change = ('title = "Use"\nunit = "piece"', 'title = "Use"\nunit = "kg"')
    with pytest.raises(UnitError, match="process use makes kg, the product is in piece"):
        product_factors(products.open(product_files.write(tmp_path, change)), 2019)
    text = (product_files.write(tmp_path) / "product.toml").read_text().replace('"piece"', '"kW"')
    in_megawatts = text.replace('title = "Use"\nunit = "kW"', 'title = "Use"\nunit = "MW"')
    (tmp_path / "product.toml").write_text(in_megawatts)
    rows = product_factors(products.open(tmp_path), 2019, gwp=AR6).frame
    # the process is for a megawatt, the factor for a kilowatt
    assert value(rows, stage="use", destination="A", line="credit") == pytest.approx(-10.0 / 1000, rel=1e-12)


# -- with trade -------------------------------------------------------------------------------------------------------


def trade(*flows):
    """Flows of widgets in 2019: (origin, destination, pieces)."""
    rows = [
        {"year": 2019, "product": "widget", "origin": o, "destination": d, "quantity": q, "unit": "piece"}
        for o, d, q in flows
    ]
    return TradeFlows.of(rows)


def test_trade_in_it_by_hand(product):
    factors = product_factors(product, 2019, gwp=AR6)
    flows = product_flows(factors, trade(("A", "B", 100)), 2019, "region, stage", unit="kg")
    made = flows.sel(stage="production").sum("stressor")
    assert float(made.sel(region="A")) == pytest.approx(350.0, rel=1e-12)
    assert float(made.sel(region="B")) == pytest.approx(675.0, rel=1e-12)
    assert float(flows.sel(stage="transport").sum()) == pytest.approx(100.0, rel=1e-12)
    avoided = avoided_emissions(factors, trade(("A", "B", 100)), 2019, "stage", unit="kg")
    assert float(avoided.sel(stage="use").sum()) == pytest.approx(100 * 20.0, rel=1e-12)


def test_what_its_trade_exports_is_what_its_trade_imports(product):
    factors = product_factors(product, 2019, gwp=AR6)
    balance = product_balance(factors, trade(("A", "B", 7), ("B", "A", 2)), 2019, unit="kg")
    net = balance.sel(component="net")
    assert float(net.sum()) == pytest.approx(0.0, abs=1e-9 * float(balance.sel(component="exports").sum()))


def test_a_maker_that_is_not_there_needs_the_average_to_be_asked_for(product):
    factors = product_factors(product, 2019, gwp=AR6)
    with pytest.raises(MissingError, match='fallback="world average"'):
        product_flows(factors, trade(("C", "B", 1)), 2019)
    flows = product_flows(factors, trade(("C", "B", 1)), 2019, "stage", fallback="world average", unit="kg")
    assert float(flows.sel(stage="production").sum()) == pytest.approx(11.05, rel=1e-12)


# -- laws -------------------------------------------------------------------------------------------------------------


def test_lines_and_regions_add_up_to_the_whole_system(product, rows):
    """Emissions and credits together are what the plain inverse gives."""
    from tanheng.systems.impacts import impacts

    system = impacts(assemble(product.inventory(2019)), AR6).only([0])
    whole = {process.id: float(system.multipliers[0, at]) for at, process in enumerate(system.processes)}
    for origin in ("A", "B"):
        made = rows[(rows["product"] == "widget") & (rows["origin"] == origin) & (rows["stage"] == "production")]
        assert float(made["value"].sum()) == pytest.approx(whole[f"widget@{origin}"], rel=1e-12)
        for stage, process in (("use", "use"), ("disposal", "disposal")):
            at = rows[(rows["stage"] == stage) & (rows["destination"] == origin)]
            assert float(at["value"].sum()) == pytest.approx(whole[f"{process}@{origin}"], rel=1e-12)


def test_stages_are_those_of_the_life_cycle_where_no_credit_is_behind_a_treatment(product, rows):
    from tanheng.systems.impacts import impacts

    system = impacts(assemble(product.inventory(2019)), AR6).only([0])
    demand = {"widget@A": 1, "ship@A>B": 1, "use@B": 1}
    stages = life_cycle(system, demand).sum("stressor")
    expected = {
        "production": value(rows, product="widget", origin="A", stage="production"),
        "transport": value(rows, product="widget", origin="A", destination="B", stage="transport"),
        "use": value(rows, stage="use", destination="B", line="emission"),
        "credit": value(rows, stage="use", destination="B", line="credit"),
    }
    found = {stage: float(stages.sel(stage=stage)) for stage in expected}
    assert found == pytest.approx(expected, rel=1e-12)


@settings(max_examples=25)  # each writes and reads a file
@given(scale=st.floats(0.01, 100))
def test_doubling_what_a_widget_takes_doubles_its_factor(tmp_path_factory, scale):
    folder = tmp_path_factory.mktemp("scaled")
    changes = (("amount = 3\n", f"amount = {3 * scale!r}\n"), ("amount = 4\n", f"amount = {4 * scale!r}\n"))
    rows = product_factors(products.open(product_files.write(folder, *changes)), 2019, gwp=AR6).frame
    made = value(rows, product="widget", origin="A", stage="production")
    assert made == pytest.approx(10.25 * scale, rel=1e-9)  # a handful of doubles


def test_a_share_of_the_chain_moved_to_a_cleaner_place_lowers_the_factor(tmp_path_factory):
    def made(share):
        folder = tmp_path_factory.mktemp("moved")
        makers = f"key,region,value\npart,A,{share}\npart,B,{1 - share}\nwidget,A,1\n"
        rows = product_factors(products.open(product_files.write(folder, makers=makers)), 2019, gwp=AR6).frame
        return value(rows, product="widget", origin="A", stage="production")

    assert made(0.75) < made(0.5) < made(0.25)
