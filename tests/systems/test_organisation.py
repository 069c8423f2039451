"""What the lines of a firm or a city must be: each mistake in one line, with the nearest right thing."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from organisations import bought, by_factor, city, firm

from tanheng.errors import InputError, LabelError, UnitError
from tanheng.systems.organisation import Item, Organisation

ORE = by_factor("ore", 5)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"scope": 4}, "4 is no scope; known are 1, 2, 3"),
        ({"category": "3.16"}, "'3.16' is no category; did you mean 3."),
        ({"category": ""}, "has no category"),
        ({"scope": 1}, "scope 1 has no categories"),
        ({"method": "spend-base"}, "'spend-base' is no method; did you mean spend-based"),
        ({"boundary": "cradle-to-grave"}, "'cradle-to-grave' is no boundary; did you mean cradle-to-gate"),
        ({"electricity": "markets"}, "'markets' is no electricity; did you mean market"),
        ({"stage": "usage"}, "'usage' is no stage; did you mean use"),
        ({"share": 0.0}, "share is 0.0; a share is above 0 and at most 1"),
        ({"share": 1.5}, "share is 1.5"),
        ({"quantity": float("nan")}, "quantity is nan; a missing number is not zero"),
        ({"factor": float("inf")}, "factor is inf"),
        ({"households": True}, "are for cities"),
        ({"scope": 2, "category": "", "boundary": "cradle-to-gate"}, "scope 2 has a factor that is cradle-to-gate"),
        ({"scope": 1, "category": "", "factor": None, "product": "steel"}, "scope 1 is not the life of a product"),
    ],
)
def test_a_line_that_cannot_be(item: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        firm(dataclasses.replace(ORE, where="works.csv line 7", **item))
    assert str(caught.value).startswith("works.csv line 7: ")


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ({"unit": "tonns"}, "unit 'tonns' is not known"),
        ({"unit": "t", "per": "kWh"}, "t .mass. cannot be turned into kWh"),
    ],
)
def test_units_that_are_none_or_do_not_convert(units: dict[str, str], words: str) -> None:
    with pytest.raises(UnitError, match=words):
        firm(dataclasses.replace(ORE, **units))


def test_lines_with_one_id_and_no_lines() -> None:
    with pytest.raises(LabelError, match="item ore is there twice"):
        firm(ORE, ORE)
    with pytest.raises(InputError, match="has no lines"):
        firm()


def test_an_organisation_that_cannot_be() -> None:
    for change, words in (
        ({"kind": "town"}, "'town' is no kind; known are firm, city"),
        ({"electricity": "grid"}, "'grid' is no electricity"),
        ({"share": 0.5}, "has a share of a sector, but no sector"),
        ({"share": -0.5, "sector": "steel"}, "share is -0.5"),
    ):
        with pytest.raises(InputError, match=words):
            dataclasses.replace(firm(ORE), **change)  # type: ignore[arg-type]


def test_a_city_has_the_sectors_of_the_gpc() -> None:
    with pytest.raises(InputError, match="'stationary' is no category; did you mean stationary-energy"):
        city(by_factor("homes", 1, 1, "stationary"))
    with pytest.raises(InputError, match="other-scope-3 is scope 3"):
        city(by_factor("homes", 1, 1, "other-scope-3"))


def test_one_purchase_is_covered_once_by_each_method() -> None:
    first, second = by_factor("a", 5, of="ore", share=0.6), by_factor("b", 5, of="ore", share=0.6)
    with pytest.raises(InputError, match=r"lines about ore by supplier-specific cover 1\.2 of it; give each its share"):
        firm(first, second)
    firm(first, dataclasses.replace(second, share=0.4))
    firm(first, dataclasses.replace(second, method="average-data"))
    bill = Item("bill", 3, "spend-based", "3.1", spending=bought("bill", "steel", 1), of="ore")
    with pytest.raises(InputError, match="by spend-based cover 2 of it"):
        firm(bill, dataclasses.replace(bill, id="again"))


def test_its_hash_is_of_what_it_says_and_not_of_where() -> None:
    told = firm(ORE)
    elsewhere = dataclasses.replace(told, where="b.toml", items=(dataclasses.replace(ORE, where="b.toml line 1"),))
    assert told.hash == elsewhere.hash
    assert told.hash != firm(dataclasses.replace(ORE, quantity=6.0)).hash
    assert told.hash != Organisation("works", "firm", "home", 2021, (ORE,)).hash
