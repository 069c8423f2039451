"""Rows from results: each dimension in its column, credits and differences on lines of their own."""

from __future__ import annotations

import numpy as np
import organisations
import pytest
import xarray as xr
from hybrid_systems import one_sector, power, priced
from organisations import firm, steel_bill
from product_systems import heijungs_suh, taken
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.accounts.hybrids.organisations import organisation_footprint
from tanheng.accounts.result import finished, stamp
from tanheng.errors import LedgerError
from tanheng.ledger import open_ledger, rows
from tanheng.ledger.form import COLUMNS
from tanheng.systems.factors import Factors
from tanheng.systems.hybrid import join
from tanheng.systems.trade import TradeFlows

TRADE = TradeFlows.of(
    [{"year": 2021, "product": "module", "unit": "t", "origin": "CHN", "destination": "DEU", "quantity": 10.0}],
    "Modules",
)
FACTOR = {"product": "module", "unit": "t", "origin": "CHN", "source": "worked by hand"}
FACTORS = Factors.of(
    [FACTOR | {"stage": "production", "value": 600.0}, FACTOR | {"stage": "use", "value": -50.0, "line": "credit"}]
)


def filled(frame) -> dict[str, str]:
    """The text of a frame's first row that is not empty, without what is the same for all."""
    row = frame.iloc[0]
    return {name: row[name] for name in COLUMNS[1:14] if row[name] != ""}


def test_a_flow_has_a_region_and_a_partner_and_says_where_it_is_from():
    table = kitzes()
    frame = rows.of(accounts.flows(table))
    assert tuple(frame.columns) == COLUMNS
    row = frame[(frame["region"] == "one") & (frame["partner"] == "two")].iloc[0]
    assert (row["approach"], row["principle"], row["line"]) == ("top-down", "", "emission")
    assert (row["source"], row["table_hash"], row["base_hash"]) == ("Kitzes 2013", table.hash, "")
    assert row["year"] == 2013


@pytest.mark.parametrize(
    ("name", "principle"),
    [
        *((name, name) for name in ("production", "consumption", "income", "shared")),
        *(("national-sharing", "shared"), ("technology-adjusted", "consumption"), ("flows", ""), ("eebt", "")),
    ],
)
def test_an_account_says_its_principle(name: str, principle: str):
    frame = rows.of(accounts.find(name).function(random_table(3)))
    assert set(frame["principle"]) == {principle}


def test_every_account_that_has_a_principle_adds_up_to_the_world():
    table = random_table(11, idle=1, signed=True)
    ruled = [one for one in accounts.ACCOUNTS.values() if one.principle and one.name not in ("cbdr", "coverage")]
    assert {one.principle for one in ruled} == {"production", "consumption", "income", "shared"}
    world = rows.of(accounts.production(table)).groupby("stressor")["value"].sum()
    for one in ruled:
        sums = rows.of(one.function(table)).groupby("stressor")["value"].sum()
        assert sums.to_numpy() == pytest.approx(world.to_numpy(), rel=1e-9)  # convention 7


def test_components_of_a_table_are_stages_and_final_demand_is_summed():
    table = random_table(12)
    result = accounts.consumption(table, "region,component,demand")
    frame = rows.of(result)
    assert set(frame["stage"]) == {"industry", "direct"}
    assert len(frame) == result.size / result.sizes["demand"]
    assert frame["value"].sum() == pytest.approx(float(result.sum()), rel=1e-12)  # the order of a sum


def test_a_life_cycle_is_bottom_up_and_names_its_demand():
    frame = rows.of(accounts.life_cycle(heijungs_suh(), {"power": 1000.0}, "process,stage"))
    assert set(frame["approach"]) == {"bottom-up"}
    assert set(frame["definition"]) == {"1000 kWh power (electricity)"}
    assert frame["value"].sum() == pytest.approx(120.0)  # Heijungs and Suh 2002, ch. 2
    assert (frame["product"] != "").all()


def test_a_hybrid_footprint_says_what_data_it_rests_on():
    table = one_sector()
    hybrid = join(power(taken("cement", 2)), table, priced(table, "cement", 3.0))
    frame = rows.of(accounts.hybrid_footprint(hybrid, {"power": 10.0}))
    sums = frame.groupby("basis", observed=True)["value"].sum()
    assert sums["product"] == pytest.approx(1.2)  # Heijungs and Suh 2002: 0.12 kg a kWh
    assert sums["sector"] == pytest.approx(2 * 3 * 0.625)  # 2 kg of 3 USD, and 0.625 kg CO2 a USD
    assert set(frame["approach"]) == {"hybrid"}
    assert set(frame["base_hash"]) == {table.hash}


def test_traded_products_keep_their_origin_and_no_rows_of_nothing():
    result = accounts.product_flows(FACTORS, TRADE, 2021, "product,origin,region,to_region,stage")
    frame = rows.of(result)
    assert len(frame) == 1  # China to Germany: of four pairs of places the only one with a flow
    want = {"product": "module", "origin": "CHN", "region": "CHN", "partner": "DEU", "stage": "production"}
    assert filled(frame).items() >= want.items()
    assert frame["value"].item() == 6.0  # 10 t at 600 kg/t, in t


def test_what_is_avoided_is_a_credit():
    frame = rows.of(accounts.avoided_emissions(FACTORS, TRADE, 2021))
    assert set(frame["line"]) == {"credit"}
    assert set(frame["principle"]) == {""}
    assert frame["value"].sum() == 0.5


def test_exports_imports_and_net_are_measures_and_not_parts():
    frame = rows.of(accounts.product_balance(FACTORS, TRADE, 2021))
    assert {text.partition(";")[0] for text in frame["definition"]} == {"exports", "imports", "net"}


def test_weights_that_were_chosen_tell_two_accounts_apart():
    table = random_table(13)
    texts = {rows.of(accounts.national_sharing(table, share=share))["definition"].iloc[0] for share in (0.3, 0.5)}
    assert texts == {"share 0.3", "share 0.5"}


def test_all_zeros_leave_one_row_for_a_stressor():
    empty = xr.DataArray(np.zeros((1, 2)), {"stressor": ["CO2"], "stage": ["production", "use"]}, ("stressor", "stage"))
    facts = {"table": "x", "table_hash": "h", "year": None, "source": "s", "licence": "l"}
    frame = rows.of(finished(empty, "life-cycle", "m", ["kg"], facts))
    assert frame["value"].tolist() == [0.0]
    assert frame["year"].isna().all()


def bounded(table, *dims: str) -> xr.DataArray:
    result = accounts.consumption(table, dims)
    low, high = (result.dims, 0.9 * result.values), (result.dims, 1.1 * result.values)
    return stamp(result.assign_coords(low=low, high=high), table, "consumption", "sampled")


def test_bounds_come_along_and_are_never_summed():
    table = random_table(14)
    frame = rows.of(bounded(table, "region"))
    assert frame["low"].to_numpy() == pytest.approx(0.9 * frame["value"].to_numpy())
    assert frame["high"].to_numpy() == pytest.approx(1.1 * frame["value"].to_numpy())
    with pytest.raises(LedgerError, match="bounds by demand, which the ledger sums"):
        rows.of(bounded(table, "region", "demand"))


def test_a_dimension_without_a_column_is_refused():
    table = kitzes()
    result = accounts.production(table).expand_dims(factor=["intensity"])
    with pytest.raises(LedgerError, match="no column for the dimension 'factor' of production; ask without it"):
        rows.of(result)


def test_causes_stand_on_the_line_of_differences():
    table = kitzes()
    causes = xr.DataArray([[1.0, -1.0]], {"stressor": ["CO2"], "cause": ["a", "b"]}, ("stressor", "cause"))
    result = accounts.production(table).isel(region=0, drop=True)
    frame = rows.of(causes.assign_attrs(result.attrs).assign_coords(unit=("stressor", ["t"])))
    assert set(frame["line"]) == {"difference"}
    assert set(frame["stage"]) == {"a", "b"}


def test_scopes_and_categories_are_stages_so_that_another_split_of_a_firm_is_noticed(tmp_path):
    made = [
        organisation_footprint(firm(steel_bill()), organisations.table(), by)
        for by in ("scope,category,stage", "stage")
    ]
    frame = rows.of(made[0])
    assert set(frame["stage"]) == {"3; 3.1; production", "3; 3.1; transport"}
    assert set(frame["definition"]) == {""}
    held = open_ledger(tmp_path)
    held.add(made[:1])
    with pytest.raises(LedgerError, match="other numbers are there for organisation"):
        held.add(made[1:])
