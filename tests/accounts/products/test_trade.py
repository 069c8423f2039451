"""Emissions embodied in physical trade, on cases worked by hand, and their laws."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.accounts.products.trade import avoided_emissions, product_balance, product_flows
from tanheng.accounts.result import tidy
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.factors import Factors
from tanheng.systems.origins import trace_origins
from tanheng.systems.trade import TradeFlows

# Modules in MW, factors in kg per kW: 1 MW at 1 kg/kW is 1 t.
ROW = {"year": 2021, "product": "module", "unit": "MW"}
TRADE = TradeFlows.of(
    [
        ROW | {"origin": "CHN", "destination": "DEU", "quantity": 10.0},
        ROW | {"origin": "CHN", "destination": "NLD", "quantity": 4.0},
        ROW | {"origin": "DEU", "destination": "CHN", "quantity": 2.0},
    ]
)
FACTOR = {"product": "module", "unit": "kW", "source": "worked by hand"}
STAGES = [
    FACTOR | {"origin": "CHN", "stage": "production", "value": 600.0},
    FACTOR | {"origin": "DEU", "stage": "production", "value": 300.0},
    FACTOR | {"origin": "*", "stage": "transport", "value": 20.0},
    FACTOR | {"origin": "*", "stage": "use", "value": 1.0},
    FACTOR | {"origin": "*", "stage": "disposal", "value": 5.0},
]
FACTORS = Factors.of(STAGES)


def at(result: xr.DataArray, **labels: str) -> float:
    return float(result.sel(stressor="CO2e", **labels).sum())


def test_goods_times_factors_by_region_destination_and_stage() -> None:
    flows = product_flows(FACTORS, TRADE, 2021)
    assert flows.dims == ("stressor", "region", "to_region", "stage")
    assert set(flows["unit"].values) == {"t"}
    assert at(flows, region="CHN", to_region="DEU", stage="production") == 6000  # 10 MW at 600 kg/kW
    assert at(flows, region="CHN", to_region="DEU", stage="transport") == 200
    assert at(flows, region="DEU", to_region="CHN", stage="production") == 600
    assert float(flows.sum()) == 16 * 26 + 14 * 600 + 2 * 300


def test_use_and_disposal_belong_to_the_user_and_are_no_transfer() -> None:
    flows = product_flows(FACTORS, TRADE, 2021).sel(stage=["use", "disposal"]).sum(["stressor", "stage"])
    places = list(flows.indexes["region"])
    np.testing.assert_array_equal(
        flows.values, np.diag([{"CHN": 2 * 6, "DEU": 10 * 6, "NLD": 4 * 6}[p] for p in places])
    )


def test_transport_by_each_rule() -> None:
    """The formula of methods.md puts transport with the goods: Q (g_o + t)."""
    total = 16 * 20
    for rule, china in (("origin", 14 * 20), ("destination", 2 * 20)):
        flows = product_flows(FACTORS, TRADE, 2021, transport=rule)
        assert at(flows, region="CHN", stage="transport") == china
        assert at(flows, stage="transport") == total
    apart = product_flows(FACTORS, TRADE, 2021, transport="international")
    assert at(apart, region="international", stage="transport") == total
    assert apart.indexes["region"][-1] == "international"
    assert "international" not in apart.indexes["to_region"]
    named = Factors.of([*STAGES[:2], FACTOR | {"origin": "*", "stage": "transport", "value": 20.0, "region": "GRC"}])
    assert at(product_flows(named, TRADE, 2021, transport=None), region="GRC") == total


def test_the_balance_is_the_formula_of_the_net_transfer() -> None:
    """Net = sum Q(c to d)(g + t) - sum Q(d to c)(g + t): China 14 x 620 - 2 x 320."""
    balance = product_balance(FACTORS, TRADE, 2021)
    assert balance.dims == ("stressor", "region", "component", "stage")
    net = balance.sel(component="net").sum(["stressor", "stage"])
    assert {place: float(net.sel(region=place)) for place in net.indexes["region"]} == {
        "CHN": 14 * 620 - 2 * 320,
        "DEU": 2 * 320 - 10 * 620,
        "NLD": -4 * 620,
    }
    assert at(balance, region="CHN", component="exports", stage="production") == 14 * 600
    assert at(balance, component="exports", stage="use") == 0
    whole = product_balance(FACTORS, TRADE, 2021, by="stage").sum("stage")
    assert at(whole, component="exports") == at(whole, component="imports") == 14 * 620 + 2 * 320


def test_transport_apart_is_exported_by_nobody_in_particular() -> None:
    balance = product_balance(FACTORS, TRADE, 2021, transport="international").sum("stage")
    assert at(balance, region="international", component="exports") == 16 * 20
    assert at(balance, region="international", component="imports") == 0
    assert at(balance, component="exports") == at(balance, component="imports")


CHAIN = Factors.of(
    [
        FACTOR | {"origin": "DEU", "stage": "production", "value": 100.0},
        FACTOR | {"origin": "DEU", "stage": "production", "value": 200.0, "region": "CHN"},  # its cells
        FACTOR | {"origin": "CHN", "stage": "production", "value": 600.0},
        FACTOR | {"product": "cell", "origin": "CHN", "stage": "production", "value": 200.0},
    ],
    precursors={"module": ["cell"]},
)
CELLS = ROW | {"product": "cell", "origin": "CHN", "destination": "DEU", "quantity": 2.0}


def test_a_chain_is_emitted_where_it_runs() -> None:
    flows = product_flows(CHAIN, TRADE, 2021, by="origin, region, to_region")
    assert at(flows, origin="DEU", region="CHN", to_region="CHN") == 400  # cells that come home in modules
    assert at(flows, origin="DEU", region="DEU", to_region="CHN") == 200


def test_own_basis_counts_the_country_of_origin_alone_so_that_cells_can_be_traded_too() -> None:
    both = TradeFlows.of([*TRADE.frame.to_dict("records"), CELLS])
    flows = product_flows(CHAIN, both, 2021, by="product, region, to_region", basis="own")
    assert at(flows, product="module", region="DEU", to_region="CHN") == 200
    assert at(flows, product="module", region="CHN", to_region="CHN") == 0
    assert at(flows, product="cell", region="CHN", to_region="DEU") == 400
    kept = 200 + 14 * 600 + 400
    assert flows.attrs["elsewhere_share"] == pytest.approx(400 / (kept + 400))
    with pytest.raises(QuestionError, match="module is made of cell, which is in the trade too"):
        product_flows(CHAIN, both, 2021)
    twice = product_flows(CHAIN, both, 2021, overlapping=True)
    assert float(twice.sum()) == kept + 400
    assert float(product_flows(CHAIN, both.only(products="module"), 2021).sum()) == 14 * 600 + 2 * 300


def test_codes_that_hold_each_other_are_refused() -> None:
    codes = [ROW | {"product": code, "origin": "CHN", "destination": "DEU", "quantity": 1.0} for code in ("72", "7208")]
    rows = [FACTOR | {"product": code, "origin": "CHN", "stage": "production", "value": 1.0} for code in ("72", "7208")]
    with pytest.raises(QuestionError, match="product 7208 is a part of 72"):
        product_flows(Factors.of(rows), TradeFlows.of(codes), 2021, basis="own")


def test_goods_through_a_hub_have_the_factor_of_their_maker() -> None:
    trade = TradeFlows.of(
        [
            ROW | {"origin": "CHN", "destination": "NLD", "quantity": 10.0},
            ROW | {"origin": "NLD", "destination": "DEU", "quantity": 10.0},
        ]
    )
    with pytest.raises(MissingError, match=r"no production factor for 50.0% of its trade, by origin: NLD"):
        product_flows(FACTORS, trade, 2021)
    traced = trace_origins(trade, shares={"NLD": 1.0})
    flows = product_flows(FACTORS, traced, 2021, stages=["production"])
    assert at(flows, region="CHN", to_region="DEU") == float(flows.sum()) == 6000


def test_credits_are_an_account_of_their_own() -> None:
    credit = FACTOR | {"origin": "*", "stage": "use", "line": "credit", "value": -2000.0}
    factors = Factors.of([*STAGES, credit])
    avoided = avoided_emissions(factors, TRADE, 2021)
    assert at(avoided, region="DEU", to_region="DEU") == 20_000  # 10 MW
    assert avoided.attrs["account"] == "avoided-emissions"
    np.testing.assert_array_equal(
        product_flows(factors, TRADE, 2021).values, product_flows(FACTORS, TRADE, 2021).values
    )
    with pytest.raises(MissingError, match="there is no credit of module"):
        avoided_emissions(FACTORS, TRADE, 2021)


def test_the_result_tells_its_sources_and_what_stands_in() -> None:
    world = FACTOR | {"origin": "*", "stage": "production", "value": 450.0, "basis": "fallback: world", "source": "IEA"}
    estimated = TRADE.frame.assign(note=["estimated: unit value", "", ""])
    factors = Factors.of([STAGES[0], world])
    attrs = product_flows(factors, TradeFlows.of(estimated, "trade"), 2021, fallback="world").attrs
    total = 14 * 600 + 2 * 450
    assert attrs["fallback_share"] == pytest.approx(900 / total)
    assert attrs["fallback_trade"] == "module 12.50%"  # 2 of 16 MW
    assert attrs["estimated_share"] == pytest.approx(6000 / total)
    assert attrs["estimated_trade"] == "module 62.50%"
    assert attrs["factor_sources"] == "worked by hand; IEA"
    assert (attrs["fallback"], attrs["basis"], attrs["transport"]) == ("world", "chain", "origin")
    own = product_flows(FACTORS, TRADE, 2021).attrs
    assert (own["fallback_share"], own["fallback_trade"], own["estimated_share"]) == (0, "", 0)


def test_the_hash_follows_trade_factors_and_rules() -> None:
    one = product_flows(FACTORS, TRADE, 2021).attrs["table_hash"]
    again = product_flows(FACTORS, TRADE, 2021, by="stage").attrs["table_hash"]
    other = product_flows(FACTORS, TRADE, 2021, transport="destination").attrs["table_hash"]
    assert one == again != other


def test_tidy_is_one_number_a_row() -> None:
    frame = tidy(product_balance(FACTORS, TRADE, 2021, by="region"))
    assert list(frame.columns) == ["account", "stressor", "unit", "year", "region", "component", "value"]
    assert set(frame["account"]) == {"product-balance"}
    assert len(frame) == 9
    both = tidy([product_flows(FACTORS, TRADE, 2021), product_balance(FACTORS, TRADE, 2021)])
    assert set(both["account"]) == {"product-flows", "product-balance"}


def test_units_and_several_stressors() -> None:
    methane = FACTOR | {"origin": "CHN", "stage": "production", "stressor": "CH4", "value": 3.0}
    factors = Factors.of([*STAGES[:2], methane, methane | {"origin": "DEU", "value": 0.0}])
    flows = product_flows(factors, TRADE, 2021, unit="kg")
    assert flows.indexes["stressor"].tolist() == ["CH4", "CO2e"]
    assert float(flows.sel(stressor="CH4").sum()) == 14_000 * 3
    assert product_flows(factors, TRADE, 2021, stressor="CH4").sizes["stressor"] == 1
    with pytest.raises(UnitError, match=r"kg .mass. cannot be turned into MW"):
        product_flows(factors, TRADE, 2021, unit="MW")


def test_wrong_questions_are_one_line() -> None:
    for wrong, said in (
        ({"by": "sector"}, "product trade has no dimension 'sector'"),
        ({"basis": "both"}, "there is no basis 'both'"),
        ({"transport": "ship"}, "there is no transport 'ship'"),
        ({"stressor": "CO2"}, "there is no stressor 'CO2'; did you mean CO2e"),
    ):
        with pytest.raises(QuestionError, match=said):
            product_flows(FACTORS, TRADE, 2021, **wrong)
    with pytest.raises(QuestionError, match="there is no trade of 1990"):
        product_flows(FACTORS, TRADE, 1990)
    with pytest.raises(MissingError, match="quantities are missing"):
        product_flows(FACTORS, TradeFlows.of(TRADE.frame.assign(quantity=None)), 2021)
    mirrors = [
        ROW | {"origin": "CHN", "destination": "DEU", "quantity": 1.0, "reporter": r} for r in ("exporter", "importer")
    ]
    with pytest.raises(LabelError, match="reconcile them first"):
        product_flows(FACTORS, TradeFlows.of(mirrors), 2021)


PLACES = ("CHN", "DEU", "NLD", "USA")


def random_case(seed: int) -> tuple[Factors, TradeFlows]:
    """Trade of two products among four countries, with all stages, chains that run elsewhere, and zeros."""
    rng = np.random.default_rng(seed)
    pairs = [(o, d) for o in PLACES for d in PLACES if rng.random() < 0.7]
    rows = [
        ROW | {"product": product, "origin": o, "destination": d, "quantity": float(rng.integers(0, 9))}
        for product in ("module", "inverter")
        for o, d in pairs
    ]
    factors = [
        FACTOR | {"product": product, "origin": o, "stage": stage, "value": float(rng.normal()), "region": region}
        for product in ("module", "inverter")
        for o in PLACES
        for stage in ("production", "transport", "use", "recycling")
        for region in ("origin", "destination", str(rng.choice(PLACES)), "BRA")
    ]
    distinct = {tuple(v for k, v in row.items() if k != "value"): row for row in factors}
    return Factors.of(list(distinct.values())), TradeFlows.of(
        rows or [ROW | {"origin": "CHN", "destination": "DEU", "quantity": 1}]
    )


@settings(max_examples=6)  # each asks several times, through pandas
@given(st.integers(0, 10_000), st.sampled_from(["chain", "own"]), st.sampled_from(["origin", "international", None]))
def test_exports_equal_imports_and_every_cut_has_the_same_total(seed: int, basis: str, transport: str | None) -> None:
    factors, trade = random_case(seed)
    how = {"basis": basis, "transport": transport}
    whole = product_flows(factors, trade, 2021, by=("product", "origin", "region", "to_region", "stage"), **how)
    scale = float(abs(whole).sum()) + 1
    for by in ("stage", "region", "product, to_region", "origin"):
        part = product_flows(factors, trade, 2021, by=by, **how)
        rest = [dim for dim in whole.dims if dim not in part.dims]
        np.testing.assert_allclose(part.values, whole.sum(rest).values, atol=1e-12 * scale)  # other order of sums
    balance = product_balance(factors, trade, 2021, by=("region", "stage", "product"), **how)
    total = balance.sum("region")
    np.testing.assert_allclose(total.sel(component="exports"), total.sel(component="imports"), atol=1e-12 * scale)
    np.testing.assert_allclose(total.sel(component="net"), 0, atol=1e-12 * scale)


@settings(max_examples=5)  # each asks three times, through pandas
@given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
def test_scaled_trade_or_factors_give_scaled_flows_and_order_changes_nothing(seed: int, by: float) -> None:
    factors, trade = random_case(seed)
    one = product_flows(factors, trade, 2021)
    more = trade.replace(frame=trade.frame.assign(quantity=trade.frame["quantity"] * by))
    np.testing.assert_allclose(product_flows(factors, more, 2021).values, one.values * by, rtol=1e-9, atol=1e-9 * by)
    turned = trade.replace(frame=trade.frame.iloc[::-1])
    xr.testing.assert_allclose(product_flows(factors, turned, 2021), one, rtol=1e-9, atol=1e-9)
