"""What co-products can share by, from the properties of their flows."""

from __future__ import annotations

from tanheng.data.inventories.parts.amounts import Measure, properties


def test_a_property_is_in_the_unit_that_allocation_wants() -> None:
    assert properties([Measure(" mass ", 2.0, "t"), Measure("Energy", 1.0, "kWh")]) == {"mass": 2000.0, "energy": 3.6}


def test_the_net_calorific_value_comes_before_the_gross_one() -> None:
    both = [Measure("Gross calorific value", 45.0, "MJ"), Measure("Net calorific value", 42.0, "MJ")]
    assert properties(both) == properties(both[::-1]) == {"energy": 42.0}


def test_a_price_is_what_the_source_calls_economic() -> None:
    assert properties([Measure("Market value US 2000", 3.0, "USD 2000", economic=True)]) == {"price": 3.0}


def test_what_is_in_no_unit_of_its_kind_or_nothing_is_no_share() -> None:
    assert (
        properties([Measure("Mass", 1.0, "Item(s)"), Measure("Energy", 0.0, "MJ"), Measure("Volume", 1.0, "m3")]) == {}
    )
