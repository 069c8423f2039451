"""Coverage of hybrid footprints: processes are product data, purchases have the emitter's basis, the rest is listed."""

from __future__ import annotations

import numpy as np
import pytest
from product_systems import emitted, inventory, made, product, taken
from tables import kitzes

from tanheng.accounts import hybrid_coverage
from tanheng.errors import QuestionError
from tanheng.systems.assembly import assemble
from tanheng.systems.hybrid import Hybrid, join
from tanheng.systems.inventory import Process
from tanheng.systems.process import ProcessSystem
from tanheng.systems.purchases import Purchase, purchases
from tanheng.systems.quality import Pedigree, Quality, Rule

RULES = Quality(
    "rules",
    (
        Rule("sector", Pedigree(1, 1, 1, 1, 1), "a", regions=("one",)),
        Rule("proxy", None, "b", regions=("two",)),
    ),
)


def lamp() -> ProcessSystem:
    """A lamp emits 1 kg itself, 2 kg in its glass, and takes in parts and two kinds of screws that nothing makes."""
    flows = [product(name) for name in ("lamp", "glass", "parts", "screws", "bolts")]
    glass = Process("glass", "glass", (made("glass"), emitted(2)), 0)
    needs = (made("lamp"), taken("glass", 1), taken("parts", 2), taken("screws", 3), taken("bolts", 4))
    return assemble(inventory(flows, [glass, Process("lamp", "lamp", (*needs, emitted(1)), 0)], currency="USD"))


def hybrid(*priced: str) -> Hybrid:
    """Parts, screws and bolts cost 5 USD a kg, all from region one of Kitzes 2013."""
    table = kitzes()
    listing = [Purchase(name, "kg", {("one", "all"): 1.0}, 5, "USD", 2013, "basic") for name in priced]
    return join(lamp(), table, purchases(listing, table) if listing else None)


def test_processes_are_product_data_and_purchases_rest_on_those_who_emit():
    """10 USD of region one run 80/3 USD there and 8 in two (L of Kitzes 2013), at 1/2 and 1/3 t per USD."""
    found = hybrid_coverage(hybrid("parts"), {"lamp": 1}, quality=RULES).parts
    assert found.values[0] == pytest.approx([0.003, 80 / 3 / 2, 8 / 3, 0], rel=1e-12)  # rounding of a 2 x 2 solve
    assert found.attrs["approach"] == "hybrid"
    assert found["unit"].item() == "t"


def test_all_of_it_is_what_processes_and_multipliers_give():
    one = hybrid("parts", "screws", "bolts")
    found = hybrid_coverage(one, {"lamp": 2}, quality=RULES)
    spent = 2 * 5 * (2 + 3 + 4)
    whole = 2 * 0.003 + spent * float(one.table.multipliers.values[0, 0, 0])
    assert float(found.parts.sum()) == pytest.approx(whole, rel=1e-9)
    assert found.missing.empty


def test_without_rules_what_sectors_emit_is_not_stated():
    found = hybrid_coverage(hybrid("parts"), {"lamp": 1}).parts
    assert float(found.sel(basis="not stated").item()) == pytest.approx(16, rel=1e-12)  # 1.6 t per USD


def test_inputs_that_nobody_makes_or_prices_are_listed_and_counted():
    found = hybrid_coverage(hybrid("parts"), {"lamp": 10}, quality=RULES)
    assert found.missing.set_index("flow")["amount"].to_dict() == {"screws": 30, "bolts": 40}
    assert (found.parts.attrs["missing"], found.parts.attrs["missing_inputs"]) == (2, 2)
    assert np.isnan(found.parts.attrs["missing_cost"])  # no price is known: that is not zero


def test_unknown_names_are_refused():
    with pytest.raises(QuestionError, match="lamp"):
        hybrid_coverage(hybrid("parts"), {"lmp": 1})
    with pytest.raises(QuestionError, match="no stressor"):
        hybrid_coverage(hybrid("parts"), {"lamp": 1}, stressor="CH4")
