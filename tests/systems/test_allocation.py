"""Several products of one process: worked by hand, and what every allocation must keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from product_systems import emitted, inventory, made, product, taken

from tanheng.data import archive
from tanheng.data.inventories import olca_jsonld
from tanheng.errors import InputError, LabelError, MissingError, QuestionError
from tanheng.systems.allocation import METHODS, allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.finding import messages
from tanheng.systems.inventory import Exchange, Flow, Inventory, Process, Uncertainty

ROUNDING = 1e-12  # relative: a handful of products and sums of doubles
SPLITS = ("mass", "energy", "economic", "given", "cut-off")

MILK = Flow("milk", "milk", "product", "kg", properties={"mass": 1.0, "energy": 3.0, "price": 0.4})
MEAT = Flow("meat", "meat", "product", "kg", properties={"mass": 1.0, "energy": 6.0, "price": 3.6})
HIDE = Flow("hide", "hide", "product", "unit", properties={"mass": 10.0, "energy": 200.0, "price": 20.0})
GRASS = product("grass")
SHARES = {"milk": 0.7, "meat": 0.2, "hide": 0.1}


def farm(*more: Exchange, **changes) -> Inventory:
    """80 kg of milk, 10 kg of meat and a hide of 10 kg, from 200 kg of grass; 500 kg CO2."""
    cow = Process(
        "cow",
        "dairy cow",
        (
            made("meat", 10),
            made("milk", 80),
            taken("grass", 200, source="a book"),
            made("hide", 1, "unit"),
            emitted(500),
            *more,
        ),
        **({"reference": 1, "location": "NLD", "allocation": {"physical": SHARES}} | changes),
    )
    field = Process("field", "field", (made("grass", 100), emitted(10)), 0)
    return inventory([MILK, MEAT, HIDE, GRASS], [cow, field], name="farm", version="1")


def footprints(whole: Inventory) -> dict[str, float]:
    system = assemble(whole)
    return dict(zip([one.id for one in system.processes], system.multipliers[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("method", "shares"),
    [
        ("mass", {"milk": 80 / 100, "meat": 10 / 100, "hide": 10 / 100}),
        ("energy", {"milk": 240 / 500, "meat": 60 / 500, "hide": 200 / 500}),
        ("economic", {"milk": 32 / 88, "meat": 36 / 88, "hide": 20 / 88}),
        ("given", SHARES),
        ("as given", SHARES),
        ("cut-off", {"milk": 1.0, "meat": 0.0, "hide": 0.0}),
    ],
)
def test_shares_by_hand(method, shares):
    """The cow emits 500 kg and eats 200 kg of grass of 0.1 kg each: 520 kg, shared."""
    found = footprints(allocate(farm(), method))
    by_hand = {
        "cow": shares["milk"] * 520 / 80,
        "cow/meat": shares["meat"] * 520 / 10,
        "cow/hide": shares["hide"] * 520,
    }
    assert found == pytest.approx({**by_hand, "field": 0.1}, rel=ROUNDING)


@pytest.mark.parametrize("method", SPLITS)
def test_over_the_co_products_every_exchange_adds_up(method):
    before, after = farm(), allocate(farm(), method)
    cow = before.processes[0]
    parts = [one for one in after.processes if one.id.startswith("cow")]
    assert [one.id for one in parts] == ["cow", "cow/meat", "cow/hide"]
    assert [one.name for one in parts] == ["dairy cow", "dairy cow, meat", "dairy cow, hide"]
    for exchange in cow.exchanges:
        total = sum(one.amount for part in parts for one in part.exchanges if one.flow == exchange.flow)
        assert total == pytest.approx(exchange.amount, rel=ROUNDING)
    for part in parts:
        assert sum(one.flow in SHARES for one in part.exchanges) == 1
        assert (part.location, part.stage) == (cow.location, cow.stage)
        assert all(one.source == "a book" for one in part.exchanges if one.flow == "grass")


@given(
    st.lists(st.floats(0.01, 1e6), min_size=2, max_size=6),
    st.lists(st.floats(0, 1e3), min_size=6, max_size=6),
    st.sampled_from(["mass", "energy", "economic", "cut-off"]),
)
def test_what_all_products_take_together_is_what_was_taken(amounts, properties, method):
    """A law: the demand for all that a process makes takes all that it takes, however it was shared."""
    properties[0] += 1.0  # a sum above zero
    names = [f"p{i}" for i in range(len(amounts))]
    flows = [
        Flow(name, name, "product", "kg", properties={"mass": p, "energy": p, "price": p})
        for name, p in zip(names, properties, strict=False)
    ]
    process = Process("all", "all", (*(made(n, a) for n, a in zip(names, amounts, strict=True)), emitted(7.0)), 0)
    system = assemble(allocate(inventory(flows, [process]), method))
    k = system.demand({one.id: amounts[names.index(one.product)] for one in system.processes})
    assert float(system.multipliers[0] @ k) == pytest.approx(7.0, rel=ROUNDING)


@pytest.mark.parametrize("method", ["mass", "energy", "economic"])
def test_what_a_process_uses_of_its_own_co_product_comes_to_sharing_the_rest(method):
    """A cow that drinks 30 of its 80 kg of milk, and one that makes 50 and drinks none, are the same cow."""
    drinking = allocate(farm(taken("milk", 30)), method)
    net = farm()
    cow = net.processes[0]
    fewer = tuple(made("milk", 50) if one.flow == "milk" else one for one in cow.exchanges)
    sober = allocate(net.replace(processes=(Process("cow", "dairy cow", fewer, 1), net.processes[1])), method)
    assert footprints(drinking) == pytest.approx(footprints(sober), rel=ROUNDING)
    # of meat, which is no reference, as well
    carnivore = allocate(farm(taken("meat", 4)), method)
    fewer = tuple(made("meat", 6) if one.flow == "meat" else one for one in cow.exchanges)
    vegan = allocate(net.replace(processes=(Process("cow", "dairy cow", fewer, 1), net.processes[1])), method)
    assert footprints(carnivore) == pytest.approx(footprints(vegan), rel=ROUNDING)


def test_what_is_measured_by_mass_or_energy_needs_no_property():
    flows = [product("coke", "t"), product("gas", "MJ"), product("tar", "kg")]
    oven = Process("oven", "oven", (made("coke", 0.003, "t"), made("tar", 1000, "g"), emitted(4)), 0)
    assert footprints(allocate(inventory(flows, [oven]), "mass")) == pytest.approx(
        {"oven": 1000.0, "oven/tar": 1e-3}, rel=ROUNDING
    )
    oven = Process("oven", "oven", (made("gas", 3, "MJ"), made("tar", 1), emitted(4)), 0)
    with pytest.raises(MissingError, match=r"process oven: tar, 1 kg, has no energy that is known; give energy per kg"):
        allocate(inventory(flows, [oven]), "energy")


def test_a_property_is_per_unit_of_the_flow():
    """Milk at 0.4 a kilogram, made in tonnes."""
    cow = Process("cow", "cow", (made("milk", 0.01, "t"), made("meat", 10), emitted(40)), 0)
    found = footprints(allocate(inventory([MILK, MEAT], [cow]), "economic"))
    assert found == pytest.approx({"cow": 4 / 40 * 40 / 0.01, "cow/meat": 36 / 40 * 40 / 10}, rel=ROUNDING)


def test_wastes_and_avoided_products_are_no_co_products():
    waste = Flow("dung", "dung", "waste", "kg")
    dung, saved = Exchange("dung", 50, "kg", "output"), Exchange("meat", 5, "kg", "output", avoided=True)
    cow = Process("cow", "cow", (made("milk", 80), dung, saved, emitted(500)), 0)
    whole = inventory([MILK, MEAT, waste], [cow])
    assert allocate(whole, "mass").processes == (cow,)
    assert allocate(whole, "mass").about == whole.about  # nothing was allocated, and nothing is said of it


def test_a_treatment_shares_with_what_it_makes():
    """A waste oven: 100 kg of waste and 500 MJ of power; the waste stays what the treatment is for."""
    flows = [Flow("waste", "waste", "waste", "kg", properties={"energy": 15.0}), product("power", "MJ")]
    for reference in (taken("waste", 100), made("waste", -100)):
        oven = Process("oven", "oven", (reference, made("power", 500, "MJ"), emitted(80)), 0)
        after = allocate(inventory(flows, [oven]), "energy")
        assert after.processes[0].made == reference
        assert footprints(after) == pytest.approx(
            {"oven": 0.75 * 80 / 100, "oven/power": 0.25 * 80 / 500}, rel=ROUNDING
        )


def test_who_named_the_process_as_maker_of_its_co_product_is_led_to_it():
    flows = [MILK, MEAT, HIDE, GRASS, product("shoe", "unit"), Flow("H", "Hide ", "product", "unit")]
    cows = [
        Process(
            id,
            id,
            (made("milk", 80), made("hide", 1, "unit"), emitted(q)),
            0,
            allocation={"by law": {"milk": 0.5, "hide": 0.5}},
        )
        for id, q in (("a", 100.0), ("b", 200.0))
    ]
    shoe = Process("shoe", "shoe", (made("shoe", 1, "unit"), taken("hide", 1, "unit", provider="b")), 0)
    boot = Process("boot", "boot", (made("shoe", 1, "unit"), taken("H", 1, "unit", provider="a")), 0)
    after = allocate(inventory(flows, [*cows, shoe, boot]), "given")
    found = footprints(after)
    assert (found["shoe"], found["boot"]) == pytest.approx((100.0, 50.0), rel=ROUNDING)


def test_a_product_that_stands_twice_is_one():
    cow = Process(
        "cow", "cow", (made("milk", 50), made("meat", 6), made("milk", 30_000, "g"), made("meat", 4), emitted(90)), 2
    )
    after = allocate(inventory([MILK, MEAT], [cow]), "mass")
    assert [(one.id, one.made.amount, one.made.unit) for one in after.processes] == [
        ("cow", 80.0, "kg"),
        ("cow/meat", 10.0, "kg"),
    ]


def test_a_product_of_which_none_is_made_is_none():
    cow = Process("cow", "cow", (made("milk", 50), made("meat", 0), emitted(90)), 0)
    after = allocate(inventory([MILK, MEAT], [cow]), "mass")
    assert [one.id for one in after.processes] == ["cow"]
    assert [one.check for one in assemble(after).findings] == []


def test_the_spread_of_an_amount_is_shared_with_it():
    spreads = {
        "lognormal": ((500.0, 1.2), (350.0, 1.2)),  # geometric mean and geometric standard deviation
        "normal": ((500.0, 50.0), (350.0, 35.0)),
        "triangular": ((400.0, 500.0, 700.0), (280.0, 350.0, 490.0)),
        "uniform": ((400.0, 600.0), (280.0, 420.0)),
    }
    for kind, (whole, share) in spreads.items():
        gas = Exchange("CO2", 500, "kg", "output", uncertainty=Uncertainty(kind, whole))
        cow = Process("cow", "cow", (made("milk", 7), made("meat", 3), gas), 0)
        after = allocate(inventory([MILK, MEAT], [cow]), "mass").processes[0].exchanges[1].uncertainty
        assert after.kind == kind
        assert after.parameters == pytest.approx(share, rel=ROUNDING)


# -- substitution ------------------------------------------------------------------------------------------------------


def dairy(*more: Process) -> Inventory:
    whole = farm()
    return whole.replace(processes=(*whole.processes, *more))


BEEF = Process("beef", "beef cattle", (made("meat", 1), emitted(20)), 0)
TANNERY = Process("leather", "artificial hide", (made("hide", 2, "unit"), emitted(8)), 0)


def test_substitution_by_hand():
    """520 kg for 80 kg of milk, less 10 kg of beef of 20 and a hide of 4."""
    after = allocate(dairy(BEEF, TANNERY), "substitution")
    assert [one.id for one in after.processes] == ["cow", "field", "beef", "leather"]
    assert footprints(after)["cow"] == pytest.approx((520 - 200 - 4) / 80, rel=ROUNDING)
    system = assemble(after)
    lines = {line: float((system.Q @ x)[0]) for line, x in system.activity_by_line(system.demand({"cow": 80})).items()}
    assert lines == pytest.approx({"": 520.0, "credit": -204.0}, rel=ROUNDING)  # never netted in silence


def test_a_co_product_that_nothing_else_makes_is_refused_by_name():
    with pytest.raises(
        InputError, match=r"farm, process dairy cow: nothing else is known to make its co-product hide; add"
    ):
        allocate(dairy(BEEF), "substitution")
    # nor does another process that makes it beside something else
    goat = Process("goat", "goat", (made("milk", 3), made("hide", 1, "unit"), emitted(1)), 0)
    with pytest.raises(InputError, match="co-product hide"):
        allocate(dairy(BEEF, goat), "substitution")


def test_or_falls_to_what_is_said():
    """The hide has no maker: it takes its share by mass, of the credit for the meat too."""
    after = allocate(dairy(BEEF), "substitution", fallback="mass")
    found = footprints(after)
    rest = 520 - 200
    assert found["cow"] == pytest.approx(80 / 90 * rest / 80, rel=ROUNDING)
    assert found["cow/hide"] == pytest.approx(10 / 90 * rest, rel=ROUNDING)
    assert after.about.version == "1; allocation: substitution, else mass (1 processes)"


def test_the_maker_that_is_credited_is_the_one_that_linking_finds():
    """Of two makers the one at the same place, and afterwards too, when a fallback has made another."""
    dutch = Process("dutch", "dutch beef", (made("meat", 1), emitted(5)), 0, "NLD")
    found = footprints(allocate(dairy(BEEF, dutch, TANNERY), "substitution"))
    assert found["cow"] == pytest.approx((520 - 50 - 4) / 80, rel=ROUNDING)


# -- shares that are given ---------------------------------------------------------------------------------------------


def test_shares_of_the_user_come_before_the_method():
    mine = {"cow": {"milk": 0.5, "meat": 0.5, "hide": 0.0}}
    found = footprints(allocate(farm(), "mass", shares=mine))
    assert (found["cow"], found["cow/meat"], found["cow/hide"]) == pytest.approx((3.25, 26.0, 0.0), rel=ROUNDING)


@pytest.mark.parametrize(
    ("shares", "error", "said"),
    [
        ({"cov": SHARES}, LabelError, "farm: process cov is not known; did you mean cow?"),
        ({"field": {"grass": 1}}, LabelError, "farm: process field makes one product"),
        ({"cow": {"milk": 0.5, "meat": 0.5}}, LabelError, "there is no share of hide"),
        ({"cow": SHARES | {"hid": 0.0}}, LabelError, "hid is no product of it; did you mean hide?"),
        ({"cow": SHARES | {"hide": 0.2}}, InputError, "its shares add up to 1.1: milk 0.7, meat 0.2, hide 0.2"),
        (
            {"cow": SHARES | {"hide": -0.1, "meat": 0.4}},
            InputError,
            "a share is negative: milk 0.7, meat 0.4, hide -0.1",
        ),
        ({"cow": SHARES | {"hide": float("nan")}}, InputError, "a share is negative|add up to nan"),
    ],
)
def test_shares_that_are_none(shares, error, said):
    with pytest.raises(error, match=said):
        allocate(farm(), "mass", shares=shares, fallback="cut-off")


def test_shares_of_a_source_that_were_rounded_are_scaled_and_told():
    """Three thirds in printed percentages make 0.999."""
    thirds = {"published": {"milk": 0.333, "meat": 0.333, "hide": 0.333}}
    after = allocate(farm(allocation=thirds), "given")
    assert footprints(after)["cow"] == pytest.approx(520 / 3 / 80, rel=ROUNDING)
    assert [one.check for one in after.findings] == ["allocated", "shares-rounded"]


@pytest.mark.parametrize(
    ("allocation", "said"),
    [
        ({}, "the source gives no shares of its products; share by mass"),
        ({"physical": {"milk": 1.0}}, "some of its shares are missing"),
        ({"physical": {"milk": 80, "meat": 15, "hide": 5}}, "its shares add up to 100: .* percentages are hundredths"),
    ],
)
def test_without_shares_of_the_source(allocation, said):
    with pytest.raises(InputError, match=said):
        allocate(farm(allocation=allocation), "given")
    after = allocate(farm(allocation=allocation))  # as given, else cut off
    assert footprints(after)["cow/meat"] == 0
    assert after.about.version == "1; allocation: given, else cut-off (1 processes)"


def test_of_several_shares_of_a_source_the_first_that_is_whole():
    several = {"causal": {"milk": 1.0}, "economic": SHARES, "physical": {"milk": 1.0, "meat": 0.0, "hide": 0.0}}
    assert footprints(allocate(farm(allocation=several), "given")) == footprints(allocate(farm(), "given"))


# -- what is said ------------------------------------------------------------------------------------------------------


def test_every_case_is_counted_and_listed_in_both_languages():
    goat = Process("goat", "goat", (made("milk", 3), made("meat", 1), emitted(1)), 0)
    after = allocate(dairy(goat))
    split, fell = after.findings
    assert (split.check, split.values["processes"]) == ("allocated", ("cow",))
    assert (fell.check, fell.severity, fell.values["processes"]) == ("allocation-fallback", "warning", ("goat",))
    assert "goat" in fell.what
    assert after.about.version == "1; allocation: given, else cut-off (1 processes)"
    for one in after.findings:
        for language in ("en", "zh"):
            what, hint = messages()[one.check][language]
            assert "{" not in what.format(**one.values) + hint


def test_allocating_twice_is_allocating_once():
    once = allocate(farm(), "mass")
    assert allocate(once, "economic").processes == once.processes
    assert allocate(once).about == once.about


def test_the_version_says_how():
    assert allocate(farm(), "economic").about.version == "1; allocation: economic"


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (
            lambda: allocate(farm(), "weight"),
            QuestionError,
            "farm: there is no allocation 'weight'; known are as given, given, mass",
        ),
        (
            lambda: allocate(farm(), "mass", fallback="cutoff"),
            QuestionError,
            r"no allocation 'cutoff'; did you mean cut-off\?",
        ),
        (
            lambda: allocate(farm(), "mass", fallback="substitution"),
            QuestionError,
            "substitution is no way out; fall back on",
        ),
        (lambda: allocate(farm(), "given", fallback="as given"), QuestionError, "as given is no way out"),
        (
            lambda: allocate(farm(made("grass", -1)), "mass"),
            InputError,
            "its co-product grass has the amount -1; what it takes in",
        ),
    ],
)
def test_mistakes(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_what_is_made_in_a_negative_amount_is_not_substituted():
    whole = farm(made("grass", -1))
    with pytest.raises(InputError, match="its co-product grass has the amount -1; what it takes in is an input"):
        allocate(whole.replace(processes=(*whole.processes, BEEF, TANNERY)), "substitution")


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ((0.0, 0.0), "process cow: the price of its products adds up to 0; share them by another property"),
        ((-2.0, 1.0), "process cow: the price of its products adds up to -1"),
        ((2.0, -1.0), "process cow: a share is negative: milk 2, dung -1"),
    ],
)
def test_properties_of_nothing_or_less(prices, said):
    flows = [
        Flow(name, name, "product", "kg", properties={"price": p})
        for name, p in zip(("milk", "dung"), prices, strict=True)
    ]
    cow = Process("cow", "cow", (made("milk"), made("dung"), emitted(1)), 0)
    with pytest.raises(InputError, match=said):
        allocate(inventory(flows, [cow]), "economic")
    assert len(allocate(inventory(flows, [cow]), "economic", fallback="mass").processes) == 2


def test_a_process_that_takes_the_id_of_a_co_product():
    other = Process("cow/meat", "other", (made("grass"),), 0)
    with pytest.raises(LabelError, match="process cow/meat is there twice"):
        allocate(dairy(other), "mass")


# -- real data ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def us_inventory(shared) -> Inventory:
    return olca_jsonld.read(archive.open(shared / "lci" / "uslci_fy17q4_jsonld.zip"))


@pytest.mark.parametrize("method", [one for one in METHODS if one != "substitution"])
def test_elementary_flows_of_the_us_inventory_are_conserved(us_inventory, method):
    """766 processes, 131 of them with several products: what they exchange with nature is the same after the split."""
    after = allocate(us_inventory, method, fallback=None if method in ("as given", "cut-off") else "cut-off")
    assert len(after.processes) > 1000
    was, now = _nature(us_inventory), _nature(after)
    assert was.keys() == now.keys()
    assert len(was) > 1000
    for key, (amount, size) in was.items():
        assert abs(now[key][0] - amount) <= 1e-12 * size, key  # a thousand sums of doubles, that may cancel
    assert assemble(after).M.shape == (len(after.processes),) * 2


def _nature(whole: Inventory) -> dict[tuple[str, str, str], tuple[float, float]]:
    """What is exchanged of each elementary flow, with its sign and without."""
    total: dict[tuple[str, str, str], tuple[float, float]] = {}
    for process in whole.processes:
        for one in process.exchanges:
            if whole.flows[one.flow].kind == "elementary":
                key = (one.flow, one.unit, one.direction)
                amount, size = total.get(key, (0.0, 0.0))
                total[key] = (amount + one.amount, size + abs(one.amount))
    return total
