"""The worked case of docs/hybrids.md: cement in Germany in 2009, embedded product and embedded table in one system."""

from __future__ import annotations

from pathlib import Path

import pytest

from tanheng import accounts
from tanheng.data import products, store
from tanheng.systems.assembly import assemble
from tanheng.systems.hybrid import join
from tanheng.systems.own_output import Sale, Sales
from tanheng.systems.prices import ExchangeRate, Rates
from tanheng.systems.purchases import Purchase, purchases
from tanheng.systems.recipe import sector_recipe

PAGES = Path(__file__).resolve().parents[2] / "docs"
CEMENT, MADE = "cement@DEU", 31.1e6  # t; BDZ: 2.2 billion EUR
USD = 70.7 * 1.3948  # a tonne


@pytest.fixture(scope="module")
def parts():
    table = store.open("world")[2009]
    system = assemble(products.open("cement").inventory(2009))
    rates = Rates(exchange=(ExchangeRate(2009, "EUR", "USD", 1.3948, "ECB"),))
    made = purchases([Purchase(CEMENT, "t", {("DEU", "c11"): 1.0}, 70.7, "EUR", 2009, "basic")], table, rates)
    return table, system, made, sector_recipe(made, table, covered={CEMENT: ["c17", "c11"]})


def joined(parts, **taken):
    table, system, made, recipe = parts
    sales = Sales((Sale(CEMENT, MADE, "t", **taken),), made)
    return join(system, table, recipe=recipe, sales=sales, stressors={"CO2": ["CO2", "CO2e"]})


def test_a_tonne(parts):
    table, system, _, recipe = parts
    hybrid = join(system, table, recipe=recipe, stressors={"CO2": ["CO2", "CO2e"]})
    found = accounts.hybrid_footprint(hybrid, {CEMENT: 1}, "component").values[0]
    # IPCC 2006 and IEA 2018, as the product file states them; 91 kWh of the country's electricity
    clinker = 0.65 * (520 + 3.5 * 94.6)
    alone = accounts.life_cycle(system, {"electricity@DEU": 91}, "stage").sum().item()
    assert found[0] == pytest.approx(clinker + alone, rel=1e-12)
    # what German minerals buy for the money, without electricity and minerals, times the table's multipliers
    n, at = table.x.size, table.regions.index("DEU") * 23 + table.sectors.index("c11")
    bought = table.Z.values.reshape(n, n)[:, at] / table.x.values.ravel()[at] * USD / 1e6
    bought[[s in ("c17", "c11") for s in table.sectors] * 41] = 0
    assert found[1] == pytest.approx(1e6 * table.multipliers.values.ravel() @ bought, rel=1e-9)
    assert found.round(2).tolist() == [595.50, 13.82]  # as the pages say


def test_the_year(parts):
    hybrid = joined(parts, stressors={"CO2": 17200})
    causes = accounts.hybrid_differences(hybrid).values[0]
    assert causes.round().tolist() == [18430, -17200, -974, 426]  # as the pages say
    assert causes[1] == pytest.approx(-17200, rel=1e-9)  # as declared
    world = accounts.production(hybrid.table).sum().item()
    for principle in ("production", "consumption"):
        total = accounts.hybrid_accounts(hybrid, principle).sum().item()
        assert total == pytest.approx(world + causes.sum(), rel=1e-9)
    taken = hybrid.removed_frame().query("rule == 'own-output'").set_index("what")["amount"]
    assert taken[CEMENT] == pytest.approx(MADE * USD / 1e6, rel=1e-12)


def test_in_proportion_it_would_be_counted_twice(parts):
    causes = accounts.hybrid_differences(joined(parts, stressors={})).values[0]
    assert causes.round()[:3].tolist() == [18430, -2329, -1047]  # as the pages say
    share = MADE * USD / 1e6 / 45504.0
    assert causes[1] == pytest.approx(-share * 34559.4, rel=1e-5)  # output and CO2 of the sector, as the table has them


@pytest.mark.parametrize("page", ["hybrids.md", "hybrids.zh.md"])
def test_the_pages_say_so(page, parts):
    text = (PAGES / page).read_text(encoding="utf-8")
    for figure in ("595.50", "13.82", "18,430", "17,200", "−974", "| 426 |", "| 683 |", "28,849,581", "28,850,264"):
        assert figure in text
    total = accounts.production(parts[0]).sum().item()
    assert f"{total:,.0f}" == "28,849,581"
