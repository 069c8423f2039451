"""Which line counts: by method, by part, by share, whatever the order of lines."""

from __future__ import annotations

import dataclasses
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from organisations import bought, by_factor, city, firm, steel_bill

from tanheng.accounts.hybrids.organisation_precedence import (
    PARTS,
    Resolution,
    claims,
    definitions,
    lacks,
    placed,
    resolve,
)
from tanheng.systems.organisation import Item


def resolved(*items: Item, **more: Any) -> Resolution:
    told = firm(*items, **more)
    them = claims(told, ["power"])
    return resolve(them, [("CO2",)] * len(them), told.electricity)


def counted(found: Resolution, id: str) -> dict[str, float]:
    """{part: share that counts} of a line, without nothing."""
    at = next(place for place, claim in enumerate(found.claims) if claim.item.id == id)
    return {part: float(share) for part, share in zip(PARTS, found.counted["CO2"][at], strict=True) if share}


def test_the_best_method_takes_its_parts_and_leaves_the_rest() -> None:
    found = resolved(steel_bill(), by_factor("report", 1, boundary="direct", of="steel"))
    assert counted(found, "report") == {"maker": 1.0}
    assert counted(found, "bill") == {"energy": 1.0, "upstream": 1.0, "delivery": 1.0}
    assert found.better(0) == "report"
    assert not found.left["CO2"]["steel"][1:].any()


def test_one_figure_for_all_parts_counts_as_far_as_all_of_them_are_left() -> None:
    """An average from cradle to gate cannot be parted: where the maker is known better it has no place beside it."""
    report = by_factor("report", 1, boundary="direct", of="steel", share=0.25)
    found = resolved(report, by_factor("average", 1, method="average-data", of="steel"), steel_bill())
    assert counted(found, "average") == {"maker": 0.75, "energy": 0.75, "upstream": 0.75}
    assert counted(found, "bill") == {"energy": 0.25, "upstream": 0.25, "delivery": 1.0}


def test_lines_alike_share_what_is_left_in_whatever_order() -> None:
    """0.5 of the steel is known by its makers; two averages for 0.6 and 0.4 of it have the other half between them."""
    lines = [
        by_factor("report", 1, of="steel", share=0.5),
        by_factor("first", 1, method="average-data", of="steel", share=0.6),
        by_factor("second", 1, method="average-data", of="steel", share=0.4),
    ]
    for order in permutations(lines):
        found = resolved(*order)
        assert counted(found, "report")["maker"] == 1.0
        assert counted(found, "first")["upstream"] == pytest.approx(0.5)
        assert counted(found, "second")["upstream"] == pytest.approx(0.5)


def test_of_one_method_the_line_that_tells_more_comes_first() -> None:
    gate = by_factor("gate", 1, boundary="direct", of="steel")
    whole = by_factor("whole", 1, of="steel", share=0.5)
    for found in (resolved(gate, whole), resolved(whole, gate)):
        assert counted(found, "whole")["maker"] == 1.0
        assert counted(found, "gate") == {"maker": 0.5}


def test_what_no_line_tells_is_left() -> None:
    found = resolved(by_factor("report", 1, boundary="direct-and-energy", share=0.5))
    rest = dict(zip(PARTS, found.left["CO2"]["report"], strict=True))
    assert rest == {"own": 1.0, "maker": 0.5, "energy": 0.5, "upstream": 1.0, "delivery": 1.0}


def test_each_stressor_has_the_best_line_that_tells_it() -> None:
    them = claims(firm(by_factor("report", 1, of="steel"), steel_bill()), [])
    found = resolve(them, [("CO2",), ("CO2", "CH4")], "location")
    assert found.counted["CO2"][1].tolist() == [0, 0, 0, 0, 1]
    assert found.counted["CH4"][1].tolist() == [0, 1, 1, 1, 1]


def test_spending_on_electricity_gives_way_to_its_quantity_once() -> None:
    meter = by_factor("meter", 1, 2, "", of="power")
    bill = Item("bill", 3, "spend-based", "3.1", spending=bought("bill", "power", 1))
    other = dataclasses.replace(bill, id="other", spending=bought("other", "power", 1), of="power")
    # a kWh delivered holds the stations that the supplier buys from, too
    assert counted(resolved(meter, bill), "bill") == {"upstream": 1.0, "delivery": 1.0}
    # where a bill is tied to the meter, another purchase of that sector (water, gas) is another purchase
    assert "maker" in counted(resolved(meter, other, bill), "bill")
    steel = Item("steel", 3, "spend-based", "3.1", spending=bought("steel", "steel", 1))
    assert "maker" in counted(resolved(meter, steel), "steel")


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (Item("a", 3, "none", "3.1"), "not-known"),
        (Item("a", 3, "spend-based", "3.1"), "no-spending"),
        (Item("a", 3, "average-data", "3.1", quantity=1), "no-factor"),
        (Item("a", 3, "average-data", "3.1", product="steel"), "no-quantity"),
        (Item("a", 3, "average-data", "3.1", product="steel", quantity=0.0), ""),
    ],
)
def test_why_a_line_cannot_be_counted(item: Item, why: str) -> None:
    assert lacks(item) == why


def test_the_accounts_of_a_city_by_part() -> None:
    energy = "stationary-energy"
    paid = Item("paid", 2, "spend-based", energy, spending=bought("paid", "power", 1), households=True)
    told = city(paid)
    claim = claims(told, [])[0]
    places = {part: (placed(told, claim, part), definitions(told, claim, part)) for part in ("maker", "upstream")}
    assert places == {
        "maker": ((2, energy), ("gpc", "consumption-based")),
        "upstream": ((3, "other-scope-3"), ("consumption-based",)),
    }
    assert np.all(resolve([claim], [("CO2",)], "location").counted["CO2"] == [0, 1, 1, 1, 1])
