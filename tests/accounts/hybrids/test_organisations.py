"""The footprints of firms and cities: every number by hand, then the identities, then what counts once."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from organisations import M, bought, by_factor, city, firm, reselling, steel_bill, table
from product_systems import chain
from tables import flat, random_table

from tanheng.accounts import consumption, tidy
from tanheng.accounts.hybrids.organisations import OrganisationAccount, organisation_account, organisation_footprint
from tanheng.errors import LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.factors import Factors
from tanheng.systems.organisation import Item, Organisation
from tanheng.systems.purchases import Purchase

NEAR = {"rel": 1e-12, "abs": 1e-12}  # sums of a dozen numbers of like size: rounding alone
SOLVED = {"rel": 1e-9}  # multipliers come from a solve, which reports a residual below this


def account(*items: Item, **more: Any) -> OrganisationAccount:
    return organisation_account(firm(*items), table(), **more)


def total(found: OrganisationAccount) -> float:
    return float(found.footprint().sum())


def values(found: OrganisationAccount, by: str) -> dict[str, float]:
    """{label: value} of one dimension, without nothing."""
    frame = tidy(found.footprint(by))
    return {row[by]: row["value"] for row in frame.to_dict("records") if row["value"]}


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_spending_in_basic_prices_times_multipliers() -> None:
    found = account(steel_bill())
    assert values(found, "category") == {"3.1": pytest.approx(655.2 + 60, **NEAR)}
    assert values(found, "stage") == {"production": pytest.approx(655.2), "transport": pytest.approx(60)}
    # where it is emitted: the maker 700 * 0.5, power stations 140 * 2, trade (200 + 70 + 14) * 0.3
    by_sector = {"power": 280.0, "steel": 350.0, "trade": 85.2}
    assert values(found, "sector") == {name: pytest.approx(value, **SOLVED) for name, value in by_sector.items()}


@pytest.mark.parametrize(
    ("boundary", "supplier", "counted", "taken_out"),
    [
        ("direct", 300, 300 + 280 + 25.2 + 60, 350),
        ("direct-and-energy", 550, 550 + 25.2 + 60, 350 + 280),
        ("upstream", 290, 350 + 290 + 60, 280 + 25.2),
        ("cradle-to-gate", 500, 500 + 60, 655.2),
    ],
)
def test_a_suppliers_figure_is_completed_by_spending_less_what_it_covers(
    boundary: Any, supplier: float, counted: float, taken_out: float
) -> None:
    own = by_factor("report", supplier, boundary=boundary, of="steel")
    found = account(own, steel_bill(), energy=["power"])
    assert total(found) == pytest.approx(counted, **NEAR)
    assert found.removed["amount"].sum() == pytest.approx(taken_out, **NEAR)
    assert set(found.removed["rule"]) == {"better-method"}
    assert set(found.removed["counted_by"]) == {"report"}


def test_a_supplier_of_part_of_it() -> None:
    """0.6 of the steel is known by its maker (200 t), all of it by an average (600 t) and by its price."""
    found = account(
        steel_bill(),
        by_factor("average", 600, of="steel", method="average-data"),
        by_factor("report", 200, of="steel", share=0.6),
    )
    assert values(found, "method") == {
        "supplier-specific": 200,
        "average-data": pytest.approx(0.4 * 600, **NEAR),
        "spend-based": pytest.approx(60, **NEAR),  # trade that brings it: no factor tells that
    }


def test_scope_2_holds_the_power_stations_and_category_3_what_is_behind_them() -> None:
    found = account(Item("power", 2, "spend-based", spending=bought("power", "power", 30)))
    assert values(found, "scope") == {"2": pytest.approx(60), "3": pytest.approx(0.9, **SOLVED)}
    assert values(found, "category") == {"energy": pytest.approx(60), "3.3": pytest.approx(0.9, **SOLVED)}


def test_electricity_by_quantity_and_by_its_bill() -> None:
    """100 MWh of 0.4 kg per kWh: 40 t. Of the bill (30 USD, 60.9 t) only what is behind the power stations counts."""
    meter = Item("meter", 2, "average-data", quantity=100, unit="MWh", factor=0.4, per="kWh", of="power")
    bill = Item("bill", 3, "spend-based", "3.3", spending=bought("bill", "power", 30), of="power")
    found = account(meter, bill)
    assert values(found, "item") == {"meter": pytest.approx(40), "bill": pytest.approx(0.9, **SOLVED)}
    assert found.removed[["what", "part", "counted_by"]].to_numpy().tolist() == [["bill", "maker", "meter"]]
    assert found.removed["amount"].item() == pytest.approx(60)


def test_electricity_among_the_purchases_without_a_key_is_found_by_its_sector() -> None:
    meter = by_factor("meter", 40, 2, "", method="average-data")
    bill = Item("bill", 3, "spend-based", "3.1", spending=bought("bill", "power", 30))
    found = account(meter, bill, energy=["power"])
    assert values(found, "category") == {"energy": 40, "3.3": pytest.approx(0.9, **SOLVED)}
    assert found.removed["rule"].tolist() == ["energy-by-quantity"]
    assert found.uncounted.empty
    keyed = account(meter, dataclasses.replace(bill, of="water"), energy=["power"])
    assert total(keyed) == pytest.approx(40 + 60.9, **SOLVED)  # a key of its own says that it is another purchase


@pytest.mark.parametrize("key", ["power", ""])
def test_a_kwh_delivered_holds_the_power_stations_that_its_supplier_buys_from(key: str) -> None:
    """Of the bill (30 USD, 76.125 t) the supplier's 60 t and the 12 t one step behind are in the grid's 0.4 kg/kWh."""
    meter = Item("meter", 2, "average-data", quantity=100, unit="MWh", factor=0.4, per="kWh", of=key)
    bill = Item("bill", 3, "spend-based", "3.3", spending=bought("bill", "power", 30), of=key)
    found = organisation_account(firm(meter, bill), reselling(), energy=["power"])
    assert values(found, "category") == {"energy": pytest.approx(40), "3.3": pytest.approx(4.125, **SOLVED)}
    rule = "better-method" if key else "energy-by-quantity"
    assert found.removed[["what", "part", "rule"]].to_numpy().tolist() == [["bill", "maker, energy", rule]]
    assert found.removed["amount"].item() == pytest.approx(72)
    assert found.uncounted.empty


def test_of_spending_on_electricity_all_power_stations_are_scope_2() -> None:
    """Grids by quantity and by money draw the line at one place: 60 + 12 t are scope 2, 4.125 t category 3."""
    bill = Item("power", 2, "spend-based", spending=bought("power", "power", 30))
    found = organisation_account(firm(bill), reselling(), energy=["power"])
    assert values(found, "category") == {"energy": pytest.approx(72), "3.3": pytest.approx(4.125, **SOLVED)}


def test_without_the_sectors_that_make_electricity_it_is_said_what_stays() -> None:
    meter = by_factor("meter", 40, 2, "", method="average-data", of="power")
    bill = Item("bill", 3, "spend-based", "3.3", spending=bought("bill", "power", 30), of="power")
    found = organisation_account(firm(meter, bill), reselling())
    assert values(found, "item") == {"meter": 40, "bill": pytest.approx(16.125, **SOLVED)}
    assert [one.check for one in found.findings] == ["organisation-stations-unknown"]


def test_one_method_of_scope_2_counts_and_the_other_stands_beside() -> None:
    grid = by_factor("grid", 40, 2, "", electricity="location", of="power")
    contract = by_factor("contract", 5, 2, "", electricity="market", of="power")
    for electricity, counted, other in (("location", 40, 5), ("market", 5, 40)):
        found = organisation_account(firm(grid, contract, electricity=electricity), table())
        assert total(found) == counted
        assert found.beside["value"].tolist() == [other]
        assert found.removed.empty
    alone = organisation_account(firm(grid, electricity="market"), table())
    assert total(alone) == 40  # the only figure there is; said, not silent
    assert [one.check for one in alone.findings] == ["organisation-electricity"]


def test_fuel_is_scope_1_and_its_supply_category_3() -> None:
    fuel = Item("fuel", 1, "direct", quantity=2, unit="GJ", factor=56.1, spending=bought("fuel", "trade", 10))
    found = account(fuel)
    assert values(found, "category") == {"own": pytest.approx(0.1122), "3.3": pytest.approx(10 * 0.3, **SOLVED)}


def test_capital_goods_and_downstream_stand_apart() -> None:
    found = account(by_factor("mill", 10, category="3.2"), by_factor("ore", 5), by_factor("use", 100, category="3.11"))
    assert values(found, "category") == {"3.1": 5, "3.2": 10, "3.11": 100}
    assert found.downstream == {"CO2": 100}
    attrs = found.footprint().attrs
    assert "never added to an account of a region" in attrs["additive"]
    assert (attrs["approach"], attrs["principle"], attrs["base_hash"]) == ("hybrid", "", table().hash)
    assert found.without_lines[:3] == ("3.3", "3.4", "3.5")


# -- identities -------------------------------------------------------------------------------------------------------


def whole_sector(seed: int, at: int) -> tuple[Organisation, Any]:
    """A firm that is a sector: it emits what the sector emits, and buys its column."""
    world = random_table(seed, R=2, S=3)
    Z, _, F, _ = flat(world)
    n, S = len(Z), len(world.sectors)
    facts = {"currency": "million USD", "year": 2009, "basis": "basic"}
    items = [
        Item(f"own {k}", 1, "direct", quantity=float(F[k, at]), unit="kt", factor=1.0, per="kg", stressor=f"k{k}")
        for k in range(len(F))
    ]
    for i in range(n):
        if Z[i, at] > 0:
            cell = {(world.regions[i // S], world.sectors[i % S]): 1.0}
            spending = Purchase(f"input {i}", "1", cell, float(Z[i, at]), **facts)  # type: ignore[arg-type]
            items.append(Item(f"input {i}", 3, "spend-based", "3.1", spending=spending))
    return Organisation("sector", "firm", world.regions[at // S], 2009, tuple(items)), world


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), at=st.integers(0, 5))
def test_a_firm_that_is_its_whole_sector_gets_its_multiplier(seed: int, at: int) -> None:
    told, world = whole_sector(seed, at)
    assume(any(item.scope == 3 for item in told.items))  # a sector that buys nothing has no scope 3
    Z, _, F, x = flat(world)
    L = np.linalg.inv(np.eye(len(x)) - Z / x)
    wanted = (F / x @ L)[:, at] * x[at] * 1e3  # kt in t
    assert organisation_footprint(told, world).sum(["scope", "category"]).values == pytest.approx(wanted, **SOLVED)
    # it is all of the sector: what it sells itself, and those behind its purchases, is its own already. With the sector
    # taken out of the table the rest needs m_j x_j / L_jj (Miller and Blair 2009, ch. 12).
    alone = dataclasses.replace(told, sector=world.sectors[at % 3], share=1.0)
    found = organisation_account(alone, world)
    assert found.footprint("scope").sum("scope").values == pytest.approx(wanted / L[at, at], **SOLVED)
    rest = found.footprint("region,sector,scope").sel(scope="3")
    mine = rest.sel(region=told.region, sector=world.sectors[at % 3]).values
    assert mine == pytest.approx(0, abs=1e-9 * wanted.max())  # none of it is emitted by the firm itself
    removed = found.removed[found.removed["rule"] == "own-sales"].set_index("stressor")["amount"]
    assert [removed.get(name, 0.0) for name in world.stressors] == pytest.approx(wanted - wanted / L[at, at], **SOLVED)


def test_half_a_sector_is_the_sector_split_in_two() -> None:
    """A firm with half of a sector's output: as if the sector were two alike, and the firm were one of them."""
    told, world = whole_sector(5, 4)
    Z, _, F, x = flat(world)
    A = Z / x
    D = np.eye(len(x))
    D[4, 4] = 0.5
    c = Z[:, 4]
    wanted = F / x @ np.linalg.inv(np.eye(len(x)) - D @ A) @ D @ c * 1e3
    half = dataclasses.replace(told, sector=world.sectors[1], share=0.5)
    found = organisation_footprint(half, world, "scope").sel(scope="3")
    assert found.values == pytest.approx(wanted, **SOLVED)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_all_households_of_a_region_as_a_city_get_the_regions_consumption_of_households(seed: int) -> None:
    world = random_table(seed, R=2, S=2)
    items = []
    for k, name in enumerate(world.stressors):
        burnt = float(world.F_Y.sel(stressor=name, to_region="r1", demand="d0"))  # type: ignore[union-attr]
        told = {"quantity": burnt, "unit": "kt", "factor": 1.0, "per": "kg", "stressor": name, "households": True}
        items.append(Item(f"burnt {k}", 1, "direct", "stationary-energy", **told))  # type: ignore[arg-type]
    spent = world.Y.sel(to_region="r1", demand="d0").to_series()
    for (region, sector), amount in spent[spent > 0].items():
        id = f"{region} {sector}"
        spending = Purchase(id, "1", {(region, sector): 1.0}, float(amount), "million USD", 2009, "basic")
        items.append(Item(id, 3, "spend-based", "other-scope-3", spending=spending))
    found = organisation_footprint(Organisation("town", "city", "r1", 2009, tuple(items)), world, unit="kt")
    wanted = consumption(world, "region,demand").sel(region="r1", demand="d0")
    got = found.sel(definition="consumption-based").sum(["scope", "category"])
    assert got.values == pytest.approx(wanted.values, **SOLVED)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), shares=st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
def test_what_counts_and_what_was_taken_out_are_all_that_is_known(seed: int, shares: list[float]) -> None:
    rng = np.random.default_rng(seed)
    boundary = ["direct", "direct-and-energy", "upstream", "cradle-to-gate"][rng.integers(4)]
    lines = [
        by_factor("report", 100, of="steel", share=shares[0], boundary=boundary),
        by_factor("average", 200, of="steel", share=shares[1], method="average-data"),
        steel_bill(share=shares[2]),
    ]
    found = account(*[lines[at] for at in rng.permutation(3)], energy=["power"])
    assert total(found) + found.removed["amount"].sum() == pytest.approx(100 + 200 + 715.2, **SOLVED)
    by_place = found.footprint("region,sector,item,stage").sum(["region", "sector"])
    assert float(by_place.sum()) == pytest.approx(total(found), **SOLVED)


def test_the_order_of_lines_changes_nothing() -> None:
    lines = [steel_bill(), by_factor("report", 300, of="steel", boundary="direct"), by_factor("ore", 5)]
    assert total(account(*lines)) == total(account(*lines[::-1]))


def test_one_purchase_by_three_methods_counts_once() -> None:
    """Three lines of one purchase that agree: whichever counts, the footprint is the same, and the method is told."""
    whole = 655.2
    spent = Item("bill", 3, "spend-based", "3.1", spending=bought("bill", "steel", 700), of="steel")
    average = by_factor("average", whole, of="steel", method="average-data")
    report = by_factor("report", whole, of="steel")
    for lines, method in (
        ([spent], "spend-based"),
        ([spent, average], "average-data"),
        ([spent, average, report], "supplier-specific"),
    ):
        found = account(*lines)
        assert values(found, "method") == {method: pytest.approx(whole, **SOLVED)}
        assert found.removed["amount"].sum() == pytest.approx(whole * (len(lines) - 1), **SOLVED)


# -- products ---------------------------------------------------------------------------------------------------------

LAMP = [
    {"product": "lamp", "origin": "CHN", "stage": "production", "value": 7.0, "unit": "unit"},
    {"product": "lamp", "origin": "*", "stage": "production", "value": 9.0, "unit": "unit", "basis": "fallback: world"},
    {"product": "lamp", "origin": "*", "stage": "use", "value": 60.0, "unit": "unit"},
    {"product": "lamp", "origin": "*", "stage": "production", "line": "credit", "value": -2.0, "unit": "unit"},
]


def lamps(**more: Any) -> Item:
    told: dict[str, Any] = {"product": "lamp", "quantity": 1000, "unit": "unit", "region": "CHN", "category": "3.1"}
    return Item("lamps", 3, "average-data", **(told | more))


def test_a_product_counts_by_its_life_and_each_category_its_stages() -> None:
    systems = {"lamp": Factors.of(LAMP)}
    goods = account(lamps(), systems=systems)
    assert tidy(goods.footprint("stage,region")).query("value != 0")[
        ["stressor", "stage", "region", "value"]
    ].to_numpy().tolist() == [["CO2e", "production", "CHN", 7.0]]
    assert goods.removed[["rule", "part", "amount"]].to_numpy().tolist() == [["other-category", "use", 60.0]]
    assert goods.beside[["why", "value"]].to_numpy().tolist() == [["credit", -2.0]]
    use = account(lamps(category="3.11"), systems=systems)
    assert values(use, "stage") == {"use": 60.0}
    whole = account(lamps(category="3.8"), systems=systems)
    assert total(whole) == 67.0


def test_what_stands_in_for_a_factor_is_a_proxy() -> None:
    found = account(lamps(region="IND", fallback="world"), systems={"lamp": Factors.of(LAMP)})
    assert values(found, "basis") == {"proxy": 9.0}
    with pytest.raises(MissingError, match="IND"):
        account(lamps(region="IND"), systems={"lamp": Factors.of(LAMP)}).footprint()


def test_a_process_system_by_stage_region_and_process() -> None:
    found = account(lamps(region="", process="lamp", category="3.8"), systems={"lamp": chain()})
    by_stage = {"production": 0.2 + 2 * 3.5, "transport": 1.0, "use": 60.0, "disposal": 0.4}  # t for 1000 lamps
    assert values(found, "stage") == {name: pytest.approx(value) for name, value in by_stage.items()}
    assert values(found, "region") == {"CHN": pytest.approx(7.2), "DEU": pytest.approx(61.4)}
    kg = account(lamps(region="", process="glass", unit="t", quantity=1), systems={"lamp": chain()})
    assert total(kg) == pytest.approx(3.5)


def test_stressors_are_joined_only_where_the_organisation_says_so() -> None:
    lines = (by_factor("ore", 5), lamps())
    systems = {"lamp": Factors.of(LAMP)}
    apart = organisation_footprint(firm(*lines), table(), systems=systems)
    assert apart.sum(["scope", "category"]).to_series().to_dict() == {"CO2": 5, "CO2e": 7}
    found = organisation_account(firm(*lines, stressors={"CO2e": "CO2"}), table(), systems=systems)
    assert found.footprint().sum(["scope", "category"]).to_series().to_dict() == {"CO2": 12}
    assert found.footprint().attrs["counted_as"] == "CO2e as CO2"
    assert "organisation-counted-as" in [one.check for one in found.findings]


# -- coverage, and what is not counted --------------------------------------------------------------------------------


def test_coverage_of_footprint_and_spending() -> None:
    found = account(
        by_factor("report", 200, of="steel", share=0.6),
        steel_bill(),
        Item("rent", 3, "spend-based", "3.1", spending=bought("rent", "trade", 1000), proxy="trade stands in for rent"),
        Item("commuting", 3, "none", "3.7", reason="not asked"),
    )
    frame = found.coverage.set_index(["method", "basis"])
    # 0.4 of what the steel holds, and all of its margins
    assert frame["value"].to_dict() == {
        ("supplier-specific", "product"): 200,
        ("spend-based", "sector"): pytest.approx(0.4 * 655.2 + 60, **SOLVED),
        ("spend-based", "proxy"): pytest.approx(300, **SOLVED),
        ("none", "missing"): pytest.approx(np.nan, nan_ok=True),
    }
    assert frame["share"].sum() == pytest.approx(1)
    # of 2000 USD paid, taxes included: 600 of steel by its maker, 400 by its sector
    assert frame["spending"].to_dict() == {
        ("supplier-specific", "product"): pytest.approx(600),
        ("spend-based", "sector"): pytest.approx(400),
        ("spend-based", "proxy"): pytest.approx(1000),
        ("none", "missing"): 0,
    }
    assert frame["lines"].tolist() == [1, 1, 1, 1]


def test_nothing_that_is_not_counted_is_dropped() -> None:
    found = account(
        Item("commuting", 3, "none", "3.7", reason="not asked"),
        Item("parcels", 3, "average-data", "3.4", quantity=3, unit="t"),
        Item("waste", 3, "average-data", "3.5", factor=3.0),
        Item("travel", 3, "spend-based", "3.6"),
        by_factor("report", 300, boundary="direct", of="steel"),
    )
    assert found.uncounted[["item", "part", "share", "reason", "note"]].to_numpy().tolist() == [
        ["commuting", "", 1.0, "not-known", "not asked"],
        ["parcels", "", 1.0, "no-factor", ""],
        ["waste", "", 1.0, "no-quantity", ""],
        ["travel", "", 1.0, "no-spending", ""],
        ["report", "energy, upstream", 1.0, "not-told", ""],
    ]
    assert total(found) == 300
    better = account(Item("average", 3, "average-data", "3.1", of="steel"), steel_bill())
    assert better.uncounted[["item", "share", "reason"]].to_numpy().tolist() == [["average", 0.0, "no-factor"]]


def test_a_purchase_told_in_another_stressor_alone_is_named() -> None:
    found = account(lamps(), systems={"lamp": Factors.of(LAMP)})
    assert found.uncounted[["item", "stressor", "reason"]].to_numpy().tolist() == [["lamps", "CO2", "other-stressor"]]


def test_another_year_of_the_table_is_said() -> None:
    told = dataclasses.replace(firm(by_factor("ore", 5)), year=2021)
    assert [one.check for one in organisation_account(told, table()).findings] == ["organisation-year"]


# -- cities -----------------------------------------------------------------------------------------------------------


def town() -> Organisation:
    """Homes burn 10 t, trades 20 t, a power station for the grid 30 t; power used: homes 8 t, trades 16 t."""
    energy = "stationary-energy"
    return city(
        by_factor("homes", 10, 1, energy, method="direct", households=True),
        by_factor("trades", 20, 1, energy, method="direct"),
        by_factor("station", 30, 1, energy, method="direct", territorial_only=True),
        by_factor("power of homes", 8, 2, energy, method="average-data", households=True, of="power"),
        by_factor("power of trades", 16, 2, energy, method="average-data"),
        by_factor("waste", 3, 3, "waste", method="average-data", boundary="direct"),
        Item("power bill", 3, "spend-based", "other-scope-3", spending=bought("power bill", "power", 10), of="power"),
        Item("goods", 3, "spend-based", "other-scope-3", spending=bought("goods", "steel", 100)),
    )


def test_the_accounts_of_a_city_stand_side_by_side() -> None:
    found = organisation_footprint(town(), table())
    by_scope = found.sum(["stressor", "category"]).to_pandas().to_dict("index")
    assert by_scope == {
        "territorial": {"1": 60, "2": 0, "3": 0},
        "gpc": {"1": 30, "2": 24, "3": 3},  # power made inside counts where it is used, and once
        "consumption-based": {"1": 10, "2": 8, "3": pytest.approx(100 * M["steel"] + 10 * 0.03, **SOLVED)},
    }


def test_the_power_of_homes_is_taken_out_of_their_spending() -> None:
    found = organisation_account(town(), table())
    assert found.removed[["what", "counted_by"]].to_numpy().tolist() == [["power bill", "power of homes"]]
    assert found.removed["amount"].item() == pytest.approx(10 * 2)
    assert found.uncounted.empty
    shares = found.coverage.groupby("definition")["share"].sum()
    assert shares.to_dict() == pytest.approx({"territorial": 1.0, "gpc": 1.0, "consumption-based": 1.0})


def test_what_is_behind_the_purchases_of_a_citys_trades_is_in_no_account() -> None:
    energy = "stationary-energy"
    paid = bought("bill", "power", 10)
    bill = Item("bill", 2, "spend-based", energy, spending=paid)
    found = organisation_account(city(bill), table())
    assert tidy(found.footprint()).query("value != 0")[["definition", "scope", "value"]].to_numpy().tolist() == [
        ["gpc", "2", pytest.approx(20)]
    ]
    assert found.beside["why"].tolist() == ["no-account"]
    assert found.beside["value"].item() == pytest.approx(0.3, **SOLVED)


# -- what cannot be asked ---------------------------------------------------------------------------------------------


def test_what_is_not_there_is_named() -> None:
    lamp = {"lamp": chain()}
    told = firm(steel_bill())
    cases: list[tuple[type[Exception], str, Organisation, dict[str, Any]]] = [
        (QuestionError, "no dimension 'sektor'; did you mean sector", told, {"by": "sektor"}),
        (QuestionError, "a firm has no dimension 'definition'", told, {"by": "definition"}),
        (QuestionError, "no stressor 'CH4'", told, {"stressor": "CH4"}),
        (QuestionError, "no product 'lamp'", firm(lamps()), {}),
        (QuestionError, "no sector 'pwer'; did you mean power", told, {"energy": ["pwer"]}),
        (LabelError, "stressor co2 is not known; did you mean CO2", firm(by_factor("a", 1, stressor="co2")), {}),
        (LabelError, "region hom is not known; did you mean home", firm(by_factor("a", 1, region="hom")), {}),
        (LabelError, "region hone is not known", dataclasses.replace(told, region="hone"), {}),
        (LabelError, "CO2e is counted as CO, which", firm(by_factor("a", 1), stressors={"CO2e": "CO"}), {}),
        (LabelError, "sector stel is not known", firm(steel_bill(), sector="stel", share=0.1), {}),
        (QuestionError, "which sectors make", firm(by_factor("a", 1, boundary="direct-and-energy")), {}),
        (UnitError, "made in unit, its quantity is in kg", firm(lamps(unit="kg", region="")), {"systems": lamp}),
        (QuestionError, "process lamp is not at DEU", firm(lamps(region="DEU")), {"systems": lamp}),
    ]
    for kind, words, asked, more in cases:
        with pytest.raises(kind, match=words):
            organisation_footprint(asked, table(), **more)


def test_a_factor_has_to_say_of_which_stressor_where_the_table_has_several() -> None:
    told = Organisation("works", "firm", "r0", 2009, (Item("a", 1, "direct", quantity=1, unit="t", factor=1.0),))
    with pytest.raises(MissingError, match="does not say of which stressor; add stressor, such as k0, k1"):
        organisation_account(told, random_table(1)).footprint()
