"""A table whose multipliers can be worked out by hand, and lines of a firm on it."""

from __future__ import annotations

from typing import Any

from tanheng.systems.organisation import Item, Organisation
from tanheng.systems.purchases import Purchase
from tanheng.systems.table import Table

# Steel takes 0.2 of power and 0.1 of trade, power 0.1 of trade, trade nothing; s = 2, 0.5, 0.3 t per USD. So
# m_trade = 0.3, m_power = 2 + 0.1 * 0.3 = 2.03, m_steel = 0.5 + 0.2 * 2.03 + 0.1 * 0.3 = 0.936.
M = {"power": 2.03, "steel": 0.936, "trade": 0.3}


def table(**more: object) -> Table:
    """One region of three sectors; output 100, 100, 50."""
    about = {"name": "by hand", "year": 2020, "currency": "USD", "units": {"CO2": "t"}}
    about |= {"price_basis": "current basic prices"}
    return Table.from_arrays(
        [[0, 20, 0], [0, 0, 0], [10, 10, 0]],
        [[80, 0], [50, 50], [30, 0]],
        [[200, 50, 15]],
        F_Y=[[7, 0]],
        regions=["home"],
        sectors=["power", "steel", "trade"],
        demand=["households", "other"],
        stressors=["CO2"],
        about=about | more,
    )


def reselling() -> Table:
    """The same, where power stations sell a fifth of their output to each other, and so less to households.

    m_power = (2 + 0.1 * 0.3) / (1 - 0.2) = 2.5375. Of 30 USD of power 60 t are emitted by the supplier, 0.2 * 30 * 2 =
    12 t by the power stations it buys from, 4.125 t behind them.
    """
    about = {"name": "by hand", "year": 2020, "currency": "USD", "units": {"CO2": "t"}}
    return Table.from_arrays(
        [[20, 20, 0], [0, 0, 0], [10, 10, 0]],
        [[60, 0], [50, 50], [30, 0]],
        [[200, 50, 15]],
        regions=["home"],
        sectors=["power", "steel", "trade"],
        demand=["households", "other"],
        stressors=["CO2"],
        about=about | {"price_basis": "current basic prices"},
    )


def bought(id: str, sector: str, amount: float, **more: Any) -> Purchase:
    """A purchase in basic prices of the table's own year and money."""
    facts: dict[str, Any] = {"currency": "USD", "year": 2020, "basis": "basic"}
    return Purchase(id, "1", {("home", sector): 1.0}, amount, **(facts | more))


def steel_bill(**more: Any) -> Item:
    """1000 USD paid for steel: 100 of it taxes, 200 margins of trade, 700 to the maker.

    Of the maker 350 t, of the power stations it buys from 0.2 * 700 * 2 = 280 t, behind them and of its trade
    0.2 * 0.1 * 700 * 0.3 + 0.1 * 700 * 0.3 = 25.2 t; of the margins 200 * 0.3 = 60 t. All: 715.2 t.
    """
    told = {"tax": 0.1, "trade_margin": 0.2, "trade_sector": "trade", "basis": "purchasers", "buyer": "home"}
    spending = bought("bill", "steel", 1000.0, **told)
    return Item("bill", 3, "spend-based", "3.1", spending=spending, **({"of": "steel"} | more))


def firm(*items: Item, **more: Any) -> Organisation:
    """A firm at home in 2020."""
    return Organisation("works", "firm", "home", 2020, items, **more)


def city(*items: Item, **more: Any) -> Organisation:
    """A city at home in 2020."""
    return Organisation("town", "city", "home", 2020, items, **more)


def by_factor(id: str, tonnes: float, scope: Any = 3, category: str = "3.1", **more: Any) -> Item:
    """A line whose factor gives so many tonnes of CO2."""
    facts: dict[str, Any] = {"method": "supplier-specific", "quantity": tonnes, "unit": "t", "factor": 1000.0}
    return Item(id, scope, category=category, **(facts | {"stressor": "CO2"} | more))
