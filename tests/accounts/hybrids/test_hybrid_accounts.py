"""Accounts of hybrid economies: by hand, conserved, equal to the table's where nothing differs, and by cause."""

import dataclasses

import numpy as np
import pytest
from hybrid_systems import columns, one_sector, power, priced, sector_as_process
from hypothesis import given, settings
from hypothesis import strategies as st
from product_systems import CO2, inventory, random_system
from tables import kitzes, random_table, tables

from tanheng.accounts import consumption, hybrid_accounts, hybrid_differences, production
from tanheng.errors import QuestionError
from tanheng.systems.assembly import assemble
from tanheng.systems.hybrid import Hybrid, join
from tanheng.systems.own_output import Sale, Sales
from tanheng.systems.purchases import Purchase, purchases
from tanheng.systems.recipe import sector_recipe
from tanheng.systems.table import Table

TABLE = one_sector()
AS_TABLES = {"production": production, "consumption": consumption}
both = pytest.mark.parametrize("principle", ["production", "consumption"])


def integrated_by_hand() -> Hybrid:
    """See test_own_output: 18 kWh a year to 90 USD of output, and 80 to final demand; 0.12 kg a kWh."""
    return join(power(), TABLE, sales=Sales((Sale("power", 100.0, "kWh"),), priced(TABLE, "power", 0.1, "kWh")))


@both
def test_by_hand(principle):
    w = 72 / 73.8
    found = hybrid_accounts(integrated_by_hand(), principle, "region,component")
    assert float(found.sum()) == pytest.approx(45 * w + 0.12 * (80 + 18 * w), rel=1e-9)
    if principle == "production":
        assert float(found.sel(component="industry").item()) == pytest.approx(45 * w, rel=1e-9)
    else:  # 80 kWh, each with all that is behind it: here its own processes alone
        assert float(found.sel(component="process").item()) == pytest.approx(80 * 0.12, rel=1e-9)
    assert found.attrs["principle"] == principle
    assert found.attrs["units"] == "kg"


def test_differences_by_hand():
    """5 kg taken out with the product; 1.8 USD of inputs with it, of 45 / 73.8 kg each; the processes' own added."""
    found = hybrid_differences(integrated_by_hand())
    w = 72 / 73.8
    expected = {
        "process emissions added": 0.12 * (80 + 18 * w),
        "sector emissions taken out": -5,
        "sector inputs taken out": -1.8 * 45 / 73.8,
        "process purchases added": 0,
    }
    assert dict(zip(found.indexes["component"], found.values[0], strict=True)) == pytest.approx(expected, rel=1e-9)


def test_a_system_without_processes_gives_the_tables_answer():
    table = random_table(11, idle=1, stray=True, signed=True)
    hybrid = join(assemble(inventory([], [])), table)
    for principle, of_table in AS_TABLES.items():
        found, expected = hybrid_accounts(hybrid, principle, "region,sector"), of_table(table, "region,sector")
        # a solve's residual of 1e-10, where the table's production needs no solve
        np.testing.assert_allclose(found.values, expected.values, rtol=1e-9)
        assert found.attrs["solve_residual"] <= 1e-10


@both
def test_a_tiered_hybrid_leaves_the_accounts_to_the_table(principle):
    hybrid = join(power(), TABLE, recipe=priced(TABLE, "power", 3.0, "kWh"))
    found = hybrid_accounts(hybrid, principle)
    np.testing.assert_allclose(found.values, AS_TABLES[principle](TABLE).values, rtol=1e-9)
    assert not hybrid_differences(hybrid).values.any()


def own_sector(table: Table, share: float, price: float = 2.0) -> Hybrid:
    """A product that is a sector of the table, as large as ``share`` of it."""
    region, sector = table.regions[-1], table.sectors[0]
    system, bought = sector_as_process(table, region, sector, share, price)
    quantity = share * float(table.x.values[-1, 0]) / price
    sales = Sales((Sale("P", quantity, "kg"),), priced(table, "P", price, place=(region, sector)))
    hybrid = join(system, table, recipe=bought, sales=sales)
    assert not {"own-output-differs", "purchases-of-taken-out"} & {one.check for one in hybrid.findings}
    return hybrid


@settings(max_examples=10)
@given(table=tables, share=st.sampled_from([1e-6, 0.3, 0.9, 1.0]))
def test_a_product_that_is_its_sector_changes_nothing(table, share):
    """Its inputs, its own use, its emissions and its price are the sector's: every account is the table's."""
    hybrid = own_sector(table, share)
    assert hybrid.running.sectors[hybrid.rest.has_output.ravel()] == pytest.approx(1, rel=1e-8)
    for principle, of_table in AS_TABLES.items():
        found, expected = hybrid_accounts(hybrid, principle), of_table(table)
        scale = np.abs(expected.values).sum(axis=1, keepdims=True)
        assert (np.abs(found.values - expected.values) <= 1e-9 * scale).all()  # what conservation is held to
    assert np.abs(hybrid_differences(hybrid).sum("component").values).max() <= 1e-9 * np.abs(table.F.values).sum()


def test_it_changes_nothing_beside_sectors_without_output():
    hybrid = own_sector(random_table(9, idle=2, stray=True, signed=True), 0.4)
    for principle, of_table in AS_TABLES.items():
        found = hybrid_accounts(hybrid, principle, "region")
        np.testing.assert_allclose(found.values, of_table(hybrid.table, "region").values, rtol=1e-9)


def test_a_product_made_by_the_recipe_of_its_sector_changes_nothing():
    """The recipe buys from the sector what the product would make itself: who of the two makes it is all one."""
    table = random_table(5)
    place, price = (table.regions[0], table.sectors[1]), 2.0
    system, _ = sector_as_process(table, *place, share=0.0)
    sold = purchases([Purchase("P", "kg", {place: 1.0}, price, table.about.currency, table.year, "basic")], table)
    quantity = 0.3 * float(table.x.values[0, 1]) / price
    hybrid = join(system, table, recipe=sector_recipe(sold, table), sales=Sales((Sale("P", quantity, "kg"),), sold))
    for principle, of_table in AS_TABLES.items():
        np.testing.assert_allclose(hybrid_accounts(hybrid, principle).values, of_table(table).values, rtol=1e-9)
    assert "own-output-differs" not in {one.check for one in hybrid.findings}  # it makes less, and the sector more


def test_a_recipe_has_nobody_to_buy_from_where_its_sector_was_taken_out_whole():
    """Kitzes 2013: region one makes 16 USD, and uses 8 of them itself. By recipe P buys half a USD a kg of it.

    With the sector whole in the product that half falls away, and it is said; as an input of P itself it is made.
    """
    table, share = kitzes(), 1.0
    place = (table.regions[0], table.sectors[0])
    sold = purchases([Purchase("P", "kg", {place: 1.0}, 1.0, table.about.currency, table.year, "basic")], table)
    sales = Sales((Sale("P", 16.0, "kg"),), sold)
    by_recipe, _ = sector_as_process(table, *place, share=0.0, price=1.0)
    lost = join(by_recipe, table, recipe=sector_recipe(sold, table), sales=sales)
    told = {one.check: one for one in lost.findings}["purchases-of-taken-out"]
    assert told.severity == "warning"
    assert told.values["amount"] == pytest.approx(float(lost.running.processes[0, 0]) / 2)  # 8 / 16 USD a kg
    assert (told.values["products"], told.values["names"]) == ("P", "P")
    assert "region one" in told.what
    itself, bought = sector_as_process(table, *place, share, price=1.0)
    kept = join(itself, table, recipe=bought, sales=sales)
    assert not {"purchases-of-taken-out", "own-output-differs"} & {one.check for one in kept.findings}
    for principle, of_table in AS_TABLES.items():
        assert (np.abs(hybrid_accounts(lost, principle).values - of_table(table).values) > 0.1).any()
        np.testing.assert_allclose(hybrid_accounts(kept, principle).values, of_table(table).values, rtol=1e-9)


def random_hybrid(seed: int) -> Hybrid:
    """Three products of two sectors, with purchases and processes of their own, and a sector without output."""
    system, _, _ = random_system(seed, 5)
    table = random_table(seed, idle=1, stray=True)
    rng = np.random.default_rng(seed)
    bought = columns(table, {f"p{j}": rng.uniform(0, 0.01, 9) for j in range(5)})
    x, money = table.x.values.ravel(), {}
    at = rng.choice(np.flatnonzero(x > 0), 2, replace=False)
    for j, sector in enumerate([at[0], at[0], at[1]]):
        money[f"p{j}"] = np.where(np.arange(9) == sector, 0.2 * x[sector] / 40, 0.0)
    rows = tuple(Sale(name, 40.0, "kg") for name in money)
    links = {"k0": "Carbon dioxide, fossil", "k1": []}
    return join(system, table, recipe=bought, sales=Sales(rows, columns(table, money)), stressors=links)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_production_is_consumption_and_the_table_with_named_differences(seed):
    hybrid = random_hybrid(seed)
    made, used = (hybrid_accounts(hybrid, one, "region") for one in ("production", "consumption"))
    np.testing.assert_allclose(made.sum("region"), used.sum("region"), rtol=1e-9)  # which it has checked itself
    table, causes = production(hybrid.table), hybrid_differences(hybrid, "region,component")
    by_region = made.sel(region=list(table.indexes["region"])).values - table.values
    expected = causes.sum("component").sel(region=list(table.indexes["region"])).values
    np.testing.assert_allclose(by_region, expected, atol=1e-9 * np.abs(table.values).sum())
    assert made.attrs["table_hash"] == hybrid.hash
    assert made.attrs["base_hash"] == hybrid.table.hash


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_dimension_adds_up_to_the_account(seed):
    hybrid = random_hybrid(seed)
    for principle, by in (("production", "region,sector,component"), ("consumption", "region,sector,demand,component")):
        whole, parts = hybrid_accounts(hybrid, principle, "region"), hybrid_accounts(hybrid, principle, by)
        summed = parts.sum([dim for dim in parts.dims if dim not in ("stressor", "region")])
        np.testing.assert_allclose(summed.values, whole.values, rtol=1e-9, atol=1e-9 * whole.values.max())


def test_avoided_products_are_in_no_account():
    """A process of the chain whose exchange is turned into a credit: the accounts are those of the burdens."""
    hybrid = integrated_by_hand()
    system = hybrid.process
    tag = system.technosphere.tag.copy()
    tag[-1] = 5  # the fuel, as if it were avoided: of LINES the credit
    credited = dataclasses.replace(system, technosphere=dataclasses.replace(system.technosphere, tag=tag))
    sales = Sales((Sale("power", 100.0, "kWh"),), priced(TABLE, "power", 0.1, "kWh"))
    found = hybrid_accounts(join(credited, TABLE, sales=sales), "production", "component")
    kwh = hybrid.running.processes[0, 0]
    assert float(found.sel(component="process").item()) == pytest.approx(0.1 * kwh, rel=1e-9)  # without 0.02 of fuel


def test_what_cannot_be_asked_is_said():
    hybrid = integrated_by_hand()
    with pytest.raises(QuestionError, match="no account of 'income'"):
        hybrid_accounts(hybrid, "income")
    with pytest.raises(QuestionError, match="a hybrid's production have no dimension 'demand'"):
        hybrid_accounts(hybrid, "production", "demand")
    with pytest.raises(QuestionError, match="no stressor 'CH4'"):
        hybrid_differences(hybrid, stressor="CH4")


def test_processes_elsewhere_stand_under_their_own_name():
    sales = Sales((Sale("power", 100.0, "kWh"),), priced(TABLE, "power", 0.1, "kWh"))
    found = hybrid_accounts(join(power(location="GLO"), TABLE, sales=sales), "production")
    assert found.indexes["region"].tolist() == ["one", "GLO"]
    assert found.sel(region="GLO").item() == pytest.approx(0.12 * (80 + 18 * 72 / 73.8), rel=1e-9)
    assert CO2.name in power().stressor_names
