import math

import pytest
from product_systems import emitted, inventory, made, product, taken

from tanheng.accounts.products.unlinked import unlinked
from tanheng.errors import QuestionError
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Flow, Process
from tanheng.systems.process import ProcessSystem


def system() -> ProcessSystem:
    """1 kg of a takes 2 kg of b and 3 MJ of steam, 1 kg of b takes 4 MJ of steam and 5 kg of sand; neither is made."""
    flows = [product("a"), product("b"), product("steam", "MJ"), Flow("mud", "mud", "waste", "kg")]
    flows.append(Flow("sand", "Sand, dry", "product", "kg", properties={"price": 0.25}))
    a = Process("a", "a", (made("a"), taken("b", 2), taken("steam", 3, "MJ"), Exchange("mud", 7, "kg", "output")), 0)
    b = Process("b", "b", (made("b"), taken("steam", 0.004, "GJ"), taken("sand", 5), emitted(1)), 0)
    return assemble(inventory(flows, [a, b], currency="USD"))


def test_inputs_without_a_maker_are_counted_listed_and_priced() -> None:
    """By hand for 10 kg of a: steam 10 x (3 + 2 x 4) MJ, sand 10 x 2 x 5 kg at 0.25, 70 kg of mud left over."""
    frame = unlinked(system(), {"a": 10}, {"steam": 0.02}).set_index("flow")
    assert frame["amount"].to_dict() == pytest.approx({"steam": 110, "sand": 100, "mud": -70}, rel=1e-12)
    assert frame.loc["steam", "cost"] == pytest.approx(2.2, rel=1e-12)
    assert frame.loc["sand", "cost"] == pytest.approx(25.0, rel=1e-12)
    assert math.isnan(frame.loc["mud", "cost"])
    assert frame.index.tolist() == ["sand", "steam", "mud"]  # the dearest first, those without a price last
    assert frame["inputs"].to_dict() == {"steam": 2, "sand": 1, "mud": 1}
    assert (frame.attrs["inputs"], frame.attrs["unpriced"], frame.attrs["currency"]) == (4, 1, "USD")


def test_only_what_the_demand_takes_is_listed() -> None:
    assert set(unlinked(system(), {"b": 1})["flow"]) == {"steam", "sand"}


def test_a_price_of_something_else_is_refused() -> None:
    with pytest.raises(QuestionError, match=r"steem is no input without a maker.*steam"):
        unlinked(system(), {"a": 1}, {"steem": 1})
