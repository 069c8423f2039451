"""Climate impact of product systems: by hand, in parts that add up, nothing guessed and nothing lost in silence."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from product_systems import CO2, chain, emitted, heijungs_suh, inventory, made, product, random_system

from tanheng import norms
from tanheng.data import archive
from tanheng.data.inventories import olca_jsonld
from tanheng.errors import LabelError, NormError, QuestionError, UnitError
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.finding import messages
from tanheng.systems.impacts import impacts
from tanheng.systems.inventory import Exchange, Flow, Process
from tanheng.systems.process import KEPT, LINES, ProcessSystem

ROUNDING = 1e-12  # relative: a handful of products and sums
SETS = norms.names("gwp")
PARTS = ("GHG fossil", "GHG biogenic", "GHG land use")
ROWS = ("GHG", *PARTS, "CO2 biogenic released", "CO2 biogenic taken up")


def gas(id: str, name: str, unit: str = "kg", compartment: str = "air/unspecified", cas: str = "") -> Flow:
    return Flow(id, name, "elementary", unit, compartment, cas)


def works(*exchanges: tuple[Flow, float], year: int | None = None) -> ProcessSystem:
    """A kilogram of steel, with what it gives to nature (an amount below 0: what it takes from it)."""
    flows = [product("steel"), *(flow for flow, _ in exchanges)]
    cells = [Exchange(f.id, abs(q), f.unit, "output" if q > 0 else "input") for f, q in exchanges]
    return assemble(inventory(flows, [Process("works", "works", (made("steel"), *cells), 0)], version="1", year=year))


def found(system: ProcessSystem, process: int = 0) -> dict[str, float]:
    return {f.name: float(m) for f, m in zip(system.stressors, system.multipliers[:, process], strict=True)}


def test_by_hand():
    """AR6, per kg of steel: 2 kg fossil CO2, 10 g fossil and 20 g biogenic methane, 1 g N2O, 0.5 kg CO2 of cleared
    land, 3 kg CO2 of wood burnt, 4 kg taken up in growing it, 0.1 kg laid down in the soil, 1 mg SF6."""
    system = works(
        (gas("a", "Carbon dioxide, fossil"), 2.0),
        (gas("b", "methane (fossil)", "g"), 10.0),
        (gas("c", "Methane, biogenic", "g"), 20.0),
        (gas("d", "Dinitrogen monoxide", "g"), 1.0),
        (gas("e", "Carbon dioxide, land transformation"), 0.5),
        (gas("f", "Carbon dioxide, non-fossil"), 3.0),
        (gas("g", "Carbon dioxide, in air", compartment="resource/in air"), -4.0),
        (gas("h", "Carbon dioxide, to soil or biomass stock", compartment="soil"), 0.1),
        (gas("i", "a name in no list", "mg", cas="2551-62-4"), 1.0),
    )
    fossil = 2 + 0.298 + 0.273 + 0.0252
    assert found(impacts(system, "gwp100-ar6")) == pytest.approx(
        {
            "GHG": fossil + 0.54 + 0.4,
            "GHG fossil": fossil,
            "GHG biogenic": 0.54,
            "GHG land use": 0.5 - 0.1,
            "CO2 biogenic released": 3.0,
            "CO2 biogenic taken up": 4.0,
        },
        rel=ROUNDING,
    )


@pytest.mark.parametrize(
    ("gwp", "methane", "laughing"),
    [
        ("gwp100-ar4", (25, 25, 25), 298),
        ("gwp100-ar5", (30, 28, 30), 265),
        ("gwp100-ar6", (29.8, 27.0, 29.8), 273),
        ("gwp20-ar6", (82.5, 79.7, 82.5), 273),
        ("ef31-climate", (29.8, 27.0, 29.8), 273),
    ],
)
def test_every_set_tells_methane_apart_by_its_origin(gwp, methane, laughing):
    names = ("Methane, fossil", "Methane, non-fossil", "Methane, from soil or biomass stock", "Nitrous oxide")
    for name, factor, row in zip(
        names, (*methane, laughing), ("GHG fossil", "GHG biogenic", "GHG land use", "GHG fossil"), strict=True
    ):
        result = found(impacts(works((gas("x", name), 1.0)), gwp))
        assert result["GHG"] == result[row] == factor


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["Carbon dioxide, fossil", "Methane, non-fossil", "Carbon dioxide, land use change", "HFC-23"]
            ),
            st.floats(0, 1e6),
        ),
        max_size=8,
    ),
    st.sampled_from(SETS),
)
def test_the_parts_add_up_to_the_total_and_impacts_of_a_sum_are_the_sum(gases, gwp):
    flows = [(gas(str(at), name), amount) for at, (name, amount) in enumerate(gases)]
    total = found(impacts(works(*flows), gwp))
    assert tuple(total) == ROWS
    assert sum(total[part] for part in PARTS) == pytest.approx(total["GHG"], rel=ROUNDING)
    apart = [found(impacts(works(one), gwp)) for one in flows]
    for row in ROWS:
        assert sum(one[row] for one in apart) == pytest.approx(total[row], rel=ROUNDING)


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_impacts_of_a_chain_are_those_of_its_gases(seed, n):
    """Weighting and then summing up the chain is summing up and then weighting."""
    system, *_ = random_system(seed, n)
    for gwp in ("gwp100-ar6", "gwp20-ar6"):
        climate = impacts(system, gwp)
        assert climate.multipliers[0] == pytest.approx(system.multipliers[0], rel=ROUNDING)  # fossil CO2 counts 1


def test_cells_keep_their_stage():
    system = assemble(
        inventory([product("car")], [Process("car", "car", (made("car"), emitted(1), emitted(2, "use")), 0)])
    )
    climate = impacts(system, "gwp100-ar6")
    total = climate.biosphere.row == 0
    tags = [tag if tag == KEPT else LINES[tag] for tag in climate.biosphere.tag[total]]
    assert list(zip(climate.biosphere.amount[total].tolist(), tags, strict=True)) == [(1.0, KEPT), (2.0, "use")]


def test_credits_stay_a_line_of_their_own():
    climate, plain = impacts(chain(), "gwp100-ar5"), chain()
    k = plain.demand({"lamp": 1})
    for line, x in climate.activity_by_line(k).items():
        assert float((climate.Q @ x)[0]) == pytest.approx(
            float((plain.Q @ plain.activity_by_line(k)[line])[0]), rel=ROUNDING
        )


def test_what_was_solved_is_shared():
    system = heijungs_suh()
    factors = system.factors
    climate = impacts(system, "gwp100-ar6")
    assert climate.factors is factors
    assert climate.multipliers[0] == pytest.approx([0.12, 0.1], rel=ROUNDING)
    assert [flow.name for flow in system.stressors] == ["Carbon dioxide, fossil"]  # the system itself is as it was


def test_the_others_can_be_kept():
    ore = Flow("ore", "iron ore", "elementary", "kg", "ground")
    system = works((ore, -1.5), (gas("c", "Methane, fossil"), 0.1))
    climate = impacts(system, "gwp100-ar6", keep=True)
    assert tuple(f.name for f in climate.stressors) == ("iron ore", "Methane, fossil", "Carbon dioxide, fossil", *ROWS)
    assert found(climate) == pytest.approx(found(system) | found(impacts(system, "gwp100-ar6")), rel=ROUNDING)


def test_what_a_source_has_weighted_counts_one_under_every_set():
    for gwp in SETS:
        climate = impacts(works((gas("CO2e", "CO2e"), 2.0), (gas("t", "carbon dioxide equivalents", "t"), 0.001)), gwp)
        assert found(climate)["GHG"] == found(climate)["GHG fossil"] == 3.0
        assert [one.check for one in climate.findings] == ["gas-ready"]


def test_it_is_named_and_says_which_set():
    climate = impacts(works((CO2, 1.0)), "gwp100-ar6", name="climate")
    assert climate.about.version == "1; climate by gwp100-ar6"
    assert [(flow.name, flow.unit) for flow in climate.stressors] == [
        ("climate", "kg CO2e"),
        ("climate fossil", "kg CO2e"),
        ("climate biogenic", "kg CO2e"),
        ("climate land use", "kg CO2e"),
        ("CO2 biogenic released", "kg CO2"),
        ("CO2 biogenic taken up", "kg CO2"),
    ]
    assert climate.hash != impacts(works((CO2, 1.0)), "gwp100-ar5", name="climate").hash


@pytest.mark.parametrize("year", [None, 1995, 2020])
def test_a_set_holds_for_any_year(year):
    assert found(impacts(works((CO2, 1.0), year=year), "gwp100-ar4"))["GHG"] == 1.0


# -- what is said ------------------------------------------------------------------------------------------------------


def test_what_is_not_known_is_reported_with_its_amount_and_not_counted():
    system = works(
        (CO2, 1.0),
        (gas("p", "Perfluorocarbons, unspecified", "g"), 3.0),
        (gas("w", "Methane, fossil", compartment="water"), 0.25),
        (gas("n", "NMVOC, non-methane volatile organic compounds"), 5.0),
        (gas("idle", "HFCs"), 0.0),
    )
    climate = impacts(system, "gwp100-ar6")
    assert found(climate)["GHG"] == 1.0
    (one,) = climate.findings
    assert (one.check, one.severity, one.values["count"], set(one.values["flows"])) == (
        "gas-unknown",
        "warning",
        2,
        {"p", "w"},
    )
    assert "Perfluorocarbons, unspecified (3 g)" in one.what
    assert "Methane, fossil (0.25 kg)" in one.what


def test_a_gas_that_the_set_lacks_is_reported():
    climate = impacts(works((gas("c", "Chloroform"), 1.0)), "gwp100-ar4")  # not in table 2.14
    assert found(climate)["GHG"] == 0.0
    (one,) = climate.findings
    assert (one.check, one.severity) == ("gas-without-factor", "warning")
    assert "Chloroform (1 kg)" in one.what
    assert "gwp100-ar4" in one.what


def test_carbon_of_no_stated_origin_counts_as_fossil_and_is_reported():
    climate = impacts(works((gas("c", "Methane"), 1.0), (gas("d", "Carbon dioxide"), 2.0)), "gwp100-ar6")
    assert found(climate)["GHG fossil"] == pytest.approx(31.8, rel=ROUNDING)
    (one,) = climate.findings
    assert (one.check, one.values["flows"]) == ("gas-origin", ("c", "d"))
    assert "Carbon dioxide (2 kg); Methane (1 kg)" in one.what


def test_findings_are_in_both_languages_and_come_after_those_of_the_system():
    flows = [("Methane", 1.0), ("CO2e", 1.0), ("Chloroform", 1.0), ("PFCs, all sorts", 1.0)]
    system = works(*((gas(name, name), amount) for name, amount in flows))
    before = dataclasses.replace(system, findings=impacts(works((gas("m", "Methane"), 1.0)), "gwp100-ar5").findings)
    climate = impacts(before, "gwp100-ar4")
    assert climate.findings[0] == before.findings[0]
    checks = [one.check for one in climate.findings[1:]]
    assert checks == ["gas-unknown", "gas-without-factor", "gas-origin", "gas-ready"]
    for one in climate.findings:
        for language in ("en", "zh"):
            what, hint = messages()[one.check][language]
            assert "{" not in what.format(**one.values) + hint


def test_a_system_whose_gases_are_all_known_has_nothing_to_report():
    assert impacts(heijungs_suh(), "gwp100-ar6").findings == heijungs_suh().findings


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda s: impacts(s, "gwp100-ar7"), NormError, "norm gwp100-ar7 is not known; did you mean gwp100-ar"),
        (lambda s: impacts(s, "oecd"), QuestionError, "oecd is no set of warming potentials; known are ef31-climate"),
        (
            lambda s: impacts(impacts(s, "gwp100-ar6", keep=True), "gwp100-ar5", keep=True),
            LabelError,
            "example: the system has a stressor 'GHG' already; name the impact otherwise",
        ),
        (
            lambda s: impacts(works((gas("m", "Methane, fossil", "m3"), 1.0)), "gwp100-ar6"),
            UnitError,
            "example, flow Methane, fossil: m3 is no mass; give the gas as a mass",
        ),
        (
            lambda s: impacts(works((gas("m", "Methane, fossil", "barrels"), 1.0)), "gwp100-ar6"),
            UnitError,
            "example, flow Methane, fossil: unit 'barrels' is not known",
        ),
    ],
)
def test_mistakes(call, error, said):
    with pytest.raises(error, match=said):
        call(heijungs_suh())


def test_a_gas_that_nothing_emits_may_be_in_any_unit():
    assert found(impacts(works((CO2, 1.0), (gas("m", "Methane, fossil", "barrels"), 0.0)), "gwp100-ar6"))["GHG"] == 1.0


# -- real data ---------------------------------------------------------------------------------------------------------


def test_hot_rolled_steel_of_the_us_inventory(shared):
    """About 2.3 kg CO2e per kg of steel, nearly all of it fossil (../shared/data/README.md)."""
    whole = olca_jsonld.read(archive.open(shared / "lci" / "uslci_fy17q4_jsonld.zip"))
    climate = impacts(assemble(allocate(whole)), "gwp100-ar6")
    result = found(climate, climate.find("Hot rolled sheet, steel, at plant"))
    assert result["GHG"] == pytest.approx(2.3, abs=0.05)  # printed to one decimal
    assert result["GHG fossil"] == pytest.approx(result["GHG"], rel=1e-3)  # a blast furnace burns no wood
    assert np.isfinite(climate.multipliers).all()
    named = {one.check: one for one in climate.findings}
    assert "Methane [air]" in named["gas-origin"].what
    unknown = {whole.flows[id].name for id in named["gas-unknown"].values["flows"]}
    assert {"CFCs and HCFCs, unspecified", "Perfluorocarbons, unspecified"} <= unknown
