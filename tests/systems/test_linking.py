"""Who makes what a process takes in: in a fixed order, in the maker's unit, and never dropped."""

from __future__ import annotations

import pytest
from product_systems import emitted, inventory, made, product, taken

from tanheng.errors import QuestionError
from tanheng.systems.finding import messages
from tanheng.systems.inventory import Exchange, Flow, Process
from tanheng.systems.linking import Link, conversion, folded, link

WASTE = Flow("slag", "slag", "waste", "kg")


def maker(id: str, flow: str = "steel", location: str = "", unit: str = "kg", **more) -> Process:
    return Process(id, id, (made(flow, 1.0, unit), emitted(1.0)), 0, location, **more)


def car(*exchanges: Exchange, location: str = "") -> Process:
    return Process("car", "car", (made("car", 1.0, "unit"), *exchanges), 0, location)


def linked(processes: list[Process], *flows: Flow) -> tuple[Link, str]:
    """The link of the first input of the car, and the id of the maker it has ("" for none)."""
    whole = inventory([product("car", "unit"), *flows], processes)
    links, _ = link(whole)
    of = next(one for one in links if whole.processes[one.process].id == "car")
    return of, whole.processes[of.maker].id if of.maker >= 0 else ""


def test_the_maker_that_the_source_names_comes_first():
    makers = [maker("works a"), maker("works b"), maker("works c")]
    found, id = linked([*makers, car(taken("steel", 5, provider="works b"))], product("steel"))
    assert (id, found.how, found.why) == ("works b", "named", "")


def test_a_provider_that_does_not_make_it_is_passed_over():
    makers = [maker("works"), maker("dairy", "milk")]
    found, id = linked([*makers, car(taken("steel", 5, provider="dairy"))], product("steel"), product("milk"))
    assert (id, found.how) == ("works", "flow")
    found, id = linked([maker("works"), car(taken("steel", 5, provider="elsewhere"))], product("steel"))
    assert (id, found.how) == ("works", "flow")


def test_then_the_one_process_that_makes_the_flow():
    found, id = linked([car(taken("steel", 5)), maker("works")], product("steel"))
    assert (id, found.how, found.factor) == ("works", "flow", 1.0)


def test_then_one_whose_product_has_the_name_blanks_and_capitals_apart():
    other = Flow("steel 2", " Hot  rolled STEEL ", "product", "kg")
    wanted = Flow("steel", "hot rolled steel", "product", "kg")
    found, id = linked([car(taken("steel", 5)), maker("works", "steel 2")], other, wanted)
    assert (id, found.how) == ("works", "name")
    # the flow itself comes before the name
    found, id = linked([car(taken("steel", 5)), maker("works 2", "steel 2"), maker("works")], other, wanted)
    assert (id, found.how) == ("works", "flow")
    # and a source may name the maker of a flow by that name
    provided = car(taken("steel", 5, provider="works 2"))
    found, id = linked([provided, maker("works 2", "steel 2"), maker("works")], other, wanted)
    assert (id, found.how) == ("works 2", "named")


@pytest.mark.parametrize(
    ("at", "places", "chosen"),
    [
        ("CHN", ("CHN", "DEU", "GLO"), "CHN"),
        ("FRA", ("CHN", "DEU", "GLO"), "GLO"),
        ("FRA", ("CHN", "DEU", "RoW"), "RoW"),
        ("FRA", ("CHN", "DEU", ""), ""),
        ("", ("CHN", ""), ""),
        ("FRA", ("CHN", "DEU"), None),
        ("CHN", ("CHN", "CHN", "GLO"), None),  # nothing tells them apart: the one for the world is not meant
        ("FRA", ("GLO", "RoW"), None),
        ("FRA", ("CHN",), "CHN"),  # the only one there is
    ],
)
def test_of_several_makers_the_one_at_the_same_place_or_for_the_world(at, places, chosen):
    makers = [maker(f"works {i}", location=place) for i, place in enumerate(places)]
    found, id = linked([*makers, car(taken("steel", 5), location=at)], product("steel"))
    if chosen is None:
        assert (found.maker, found.why) == (-1, "several")
    else:
        assert id == f"works {places.index(chosen)}"


def test_amounts_are_turned_into_the_unit_of_the_maker():
    found, id = linked([maker("works", unit="t"), car(taken("steel", 5, "kg"))], product("steel", "kg"))
    assert (id, found.factor) == ("works", 1e-3)
    found, _ = linked([maker("works", unit="piece"), car(taken("steel", 5, "piece"))], product("steel", "piece"))
    assert found.factor == 1.0  # a unit that is not known is like itself


def test_a_maker_in_an_unlike_unit_is_none():
    found, id = linked([maker("works", unit="MJ"), car(taken("steel", 5, "kg"))], product("steel", "kg"))
    assert (id, found.why) == ("", "unit")
    # of two makers, only one measures it alike
    both = [maker("works", unit="MJ"), maker("mill"), car(taken("steel", 5, "kg"))]
    assert linked(both, product("steel", "kg"))[1] == "mill"


def test_units():
    assert conversion("t", "kg") == 1000
    assert conversion("MJ", "kWh") == pytest.approx(1 / 3.6, rel=1e-15)
    assert conversion("piece", "piece") == 1
    assert conversion("piece", "kg") is None
    assert conversion("kg", "MJ") is None


def test_names():
    assert folded("  Steel,\thot  rolled ") == folded("steel, hot rolled")
    assert folded("steel, hot-rolled") != folded("steel, hot rolled")


def test_waste_goes_to_its_treatment_and_not_to_a_maker():
    treatment = Process("dump", "dump", (taken("slag", 1.0), emitted(0.1)), 0)
    out = Exchange("slag", 2.0, "kg", "output")
    found, id = linked([treatment, car(out)], WASTE)
    assert (id, found.how) == ("dump", "flow")
    # who makes the waste its product does not treat it
    found, id = linked([maker("slag works", "slag"), car(out)], WASTE)
    assert (id, found.why) == ("", "none")
    # and who takes waste in is given a maker, not a treatment
    found, id = linked([treatment, maker("slag works", "slag"), car(taken("slag", 1.0))], WASTE)
    assert id == "slag works"


def test_what_is_avoided_is_linked_to_its_maker():
    avoided = Exchange("steel", 1.0, "kg", "output", avoided=True)
    assert linked([maker("works"), car(avoided)], product("steel"))[1] == "works"


def test_only_products_and_wastes_that_are_no_reference_are_linked():
    whole = inventory(
        [product("steel"), product("car", "unit")], [maker("works"), car(taken("steel", 5), emitted(3.0))]
    )
    links, _ = link(whole)
    assert [(one.process, one.exchange) for one in links] == [(1, 1)]


def test_what_has_no_maker_is_counted_and_named_in_both_languages():
    flows = [
        product("car", "unit"),
        product("steel"),
        product("glass"),
        product("paint"),
        Flow("P", " Paint", "product", "kg"),
    ]
    processes = [
        car(taken("steel", 5), taken("glass", 2), taken("paint", 1)),
        Process("bus", "bus", (made("car", 1, "unit"), taken("glass", 9)), 0),
        maker("paint works", "P"),
    ]
    links, found = link(inventory(flows, processes, name="cars"))
    assert len(links) == 4
    by_check = {one.check: one for one in found}
    without = by_check["without-maker"]
    assert (without.severity, without.where, without.size) == ("warning", "cars", 0.75)
    assert {key: without.values[key] for key in ("count", "inputs", "flows")} == {"count": 3, "inputs": 4, "flows": 2}
    assert without.values["most"] == "glass (2), steel (1)"
    assert by_check["linked-by-name"].values["most"] == "paint (1)"
    for one in found:
        for language in ("en", "zh"):
            what, hint = messages()[one.check][language]
            assert "{" not in what.format(**one.values) + hint


def test_a_whole_inventory_has_nothing_to_report():
    assert (
        link(inventory([product("steel"), product("car", "unit")], [maker("works"), car(taken("steel", 5))]))[1] == ()
    )


def test_of_several_makers_the_user_may_name_one_and_without_that_it_is_said():
    two = inventory(
        [product("car", "unit"), product("steel")],
        [maker("works a"), maker("works b"), car(taken("steel", 5))],
    )
    links, findings = link(two)
    assert [(one.maker, one.why) for one in links] == [(-1, "several")]
    assert [one.check for one in findings] == ["several-makers"]
    links, findings = link(two, {" STEEL": "works b"})
    assert (two.processes[links[0].maker].id, links[0].how, findings) == ("works b", "user", ())


@pytest.mark.parametrize(
    ("makers", "says"),
    [
        ({"stel": "works a"}, r"no flow 'stel'; did you mean steel"),
        ({"steel": "work a"}, r"work a is not the one process that makes steel; did you mean works a"),
        ({"steel": "car"}, r"car is not the one process that makes steel"),
    ],
)
def test_a_maker_that_is_none_is_refused(makers, says):
    two = inventory([product("car", "unit"), product("steel")], [maker("works a"), car(taken("steel", 5))])
    with pytest.raises(QuestionError, match=says):
        link(two, makers)


def test_a_market_draws_on_makers_and_not_on_itself():
    market = Process("market", "market", (made("el", 1.0, "kWh"), taken("el", 1.05, "kWh")), 0, "DEU")
    plant = Process("plant", "plant", (made("el", 1.0, "kWh"), emitted(0.4)), 0, "GLO")
    whole = inventory([product("el", "kWh")], [market, plant])
    (found,), _ = link(whole)
    assert whole.processes[found.maker].id == "plant"
    (alone,), _ = link(inventory([product("el", "kWh")], [market]))
    assert alone.maker == 0  # of its own product it uses some itself
