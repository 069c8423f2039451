"""Names of units: every name of the table leads to one unit, and known units stay what they are."""

from __future__ import annotations

import pytest

from tanheng import units as ours
from tanheng.data.inventories.parts import units


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("kilogram", "kg"), ("Megajoule", "MJ"), ("kilowatt hour", "kWh"), ("ton kilometer", "t*km"),
        ("cubic meter", "m3"), ("square meter-year", "m2*a"), ("metric ton*km", "t*km"), ("kgkm", "kg*km"),
        ("m2a", "m2*a"), ("p", "Item(s)"), ("ton", "t"), ("Mtn", "Mt"), ("kilo Becquerel", "kBq"),
        ("person*km", "p*km"), ("hr", "h"), ("litres", "l"), ("  kg ", "kg"), ("MJ", "MJ"), ("gal*", "gal*"),
    ],
)  # fmt: skip
def test_what_sources_call_a_unit(text, unit):
    assert units.named(text) == unit


@pytest.mark.parametrize("table", [units._SYMBOLS, units._WORDS])
def test_a_name_is_given_once_and_for_all(table):
    assert {name: units.named(unit) for name, unit in table.items()} == table


def test_sizes_that_the_names_themselves_tell():
    # independent of our table: SI prefixes, and the metric ton
    for small, big, size in (("gram", "kilogram", 1e3), ("kilogram", "tonne", 1e3), ("joule", "megajoule", 1e6),
                             ("meter", "kilometer", 1e3), ("becquerel", "kilobecquerel", 1e3), ("minute", "hour", 60),
                             ("kgkm", "tkm", 1e3), ("square meter year", "hectare year", 1e4)):  # fmt: skip
        assert ours.factor(units.named(big), units.named(small)) == pytest.approx(size, rel=1e-12)  # doubles
