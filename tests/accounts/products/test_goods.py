"""Embedded emissions of goods under CBAM: worked by hand, loops, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.accounts import Good, Precursor, embedded_emissions
from tanheng.data import cbam
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, SingularError

AT = date(2026, 6, 1)
SINTER = Precursor("sinter", "26011200", direct=0.2, indirect=0.05)
MANGANESE = Precursor("ferro-manganese", "72021900", origin="CHN")
IRON = Good("iron", "72011011", activity=1000, direct=1200, indirect=20, inputs={"sinter": 1500}, benchmark=1.0)
TAKEN = {"iron": 810, "ferro-manganese": 9}
STEEL = Good("steel", "72061000", activity=900, direct=180, indirect=90, inputs=TAKEN, benchmark=0.2)
MILL = [STEEL, IRON, SINTER, MANGANESE]


def test_a_complex_good_with_precursors_of_precursors():
    """By hand: iron 1.2 + 1.5 x 0.2 = 1.5; steel 180/900 + 0.9 x 1.5 + 0.01 x 5.59 x 1.1 (the default of 2026)."""
    iron, steel = (embedded_emissions(MILL, name, AT) for name in ("iron", "steel"))
    assert iron.direct == pytest.approx(1.5)
    assert iron.indirect == pytest.approx(0.02 + 1.5 * 0.05)
    assert steel.direct == pytest.approx(0.2 + 1.35 + 0.06149)
    assert steel.value == steel.direct  # of steel direct emissions alone count
    assert steel.default_share == pytest.approx(0.06149 / 1.61149)
    assert iron.default_share == 0


def test_the_benchmark_is_the_own_process_and_its_precursors():
    """By hand: 0.2 + 0.9 x (1.0 + 1.5 x 0.086) + 0.01 x 1.361; 0.086 and 1.361 are column B, as printed."""
    assert embedded_emissions(MILL, "steel", AT).benchmark == pytest.approx(0.2 + 0.9 * (1.0 + 1.5 * 0.086) + 0.01361)
    no_column_a = Good("iron", "72011011", activity=1, direct=1)
    assert embedded_emissions([no_column_a], "iron", AT).benchmark is None


def test_cement_of_bought_clinker_has_the_benchmark_of_cement():
    """Both columns are published: grinding has 0 in column A, and a tonne of clinker 0.666 in column B, as cement."""
    clinker = Precursor("clinker", "25231000", "DZA", variant="grey")
    cement = Good("cement", "25232900", activity=1, direct=0, indirect=0.04, inputs={"clinker": 1.0}, benchmark=0.0)
    found = embedded_emissions([cement, clinker], "cement", AT)
    assert found.benchmark == pytest.approx(cbam.benchmark("25232900", 2026).value)
    assert found.counted
    assert found.value == pytest.approx((1.24 + 0.04) * 1.1 + 0.04)  # Algeria's grey clinker, direct and indirect


def test_lines_add_up_and_say_what_they_rest_on():
    found = embedded_emissions(MILL, "steel", AT)
    lines = found.lines.set_index("name")
    assert lines["direct"].sum() == pytest.approx(found.direct)
    assert lines["amount"].to_dict() == pytest.approx(
        {"steel": 1, "iron": 0.9, "sinter": 0.9 * 1.5, "ferro-manganese": 0.01}
    )
    assert lines["default"].to_dict() == {"steel": False, "iron": False, "sinter": False, "ferro-manganese": True}
    assert lines.loc["ferro-manganese", "basis"] == "default value, mark-up 10%"
    assert lines.loc["iron", "basis"] == "own data"


@pytest.mark.parametrize(("day", "rate"), [(date(2026, 12, 31), 0.1), (date(2027, 1, 1), 0.2), (date(2028, 1, 1), 0.3)])
def test_a_default_has_the_mark_up_of_its_day(day, rate):
    steel = embedded_emissions(MILL, "steel", day)
    assert steel.direct == pytest.approx(1.55 + 0.01 * 5.59 * (1 + rate))


def test_a_precursor_of_a_country_without_a_value_says_its_fallback():
    bought = Precursor("slab", "72071210", origin="FJI")
    coil = Good("coil", "72081000", activity=1, direct=0.05, inputs={"slab": 1.02})
    found = embedded_emissions([coil, bought], "coil", AT)
    assert found.direct == pytest.approx(0.05 + 1.02 * 3.995879 * 1.1)
    assert "fallback: other countries and territories (FJI is not listed)" in found.lines["basis"].iloc[1]


def test_indirect_emissions_not_known_are_not_zero():
    """The default value of ferro-manganese has none, so that of steel is not known; of cement it must be."""
    assert embedded_emissions(MILL, "steel", AT).indirect is None
    assert embedded_emissions(MILL, "iron", AT).indirect == pytest.approx(0.095)
    cement = Good("cement", "25232900", activity=1, direct=0.5)
    with pytest.raises(MissingError, match="the indirect emissions of cement are not known"):
        embedded_emissions([cement], "cement", AT)


@given(st.floats(0, 0.9), st.floats(0.1, 5))
def test_a_closed_loop_is_its_geometric_series(share, own):
    """Scrap of the good taken in again: own x (1 + share + share^2 + ...)."""
    good = Good("steel", "72061000", activity=1, direct=own, indirect=0, inputs={"steel": share})
    assert embedded_emissions([good], "steel", AT).direct == pytest.approx(own / (1 - share))


def test_a_loop_of_two_is_solved_as_a_whole():
    """By hand: a = 1 + 0.5 b, b = 2 + 0.5 a: a = 8/3, b = 10/3."""
    goods = [
        Good("a", "72061000", activity=1, direct=1, inputs={"b": 0.5}),
        Good("b", "72011011", activity=1, direct=2, inputs={"a": 0.5}),
    ]
    assert embedded_emissions(goods, "a", AT).direct == pytest.approx(8 / 3)
    assert embedded_emissions(goods, "b", AT).direct == pytest.approx(10 / 3)


@pytest.mark.parametrize("share", [1.0, 1.5])
def test_a_loop_that_takes_what_it_makes_is_refused(share):
    with pytest.raises(SingularError, match="CBAM, steel"):
        embedded_emissions([Good("steel", "72061000", activity=1, direct=1, inputs={"steel": share})], "steel", AT)


@given(st.floats(1e-3, 1e3))
def test_the_scale_of_an_installation_changes_nothing(factor):
    larger = Good(
        "steel", "72061000", activity=900 * factor, direct=180 * factor, indirect=90 * factor,
        inputs={"iron": 810 * factor, "ferro-manganese": 9 * factor},
    )  # fmt: skip
    small, large = (embedded_emissions([one, *MILL[1:]], "steel", AT) for one in (STEEL, larger))
    assert large.direct == pytest.approx(small.direct)


@given(st.floats(0, 3), st.floats(0, 3))
def test_direct_and_indirect_together_are_what_counts_of_cement(direct, indirect):
    good = Good("cement", "25232900", activity=2, direct=direct, indirect=indirect)
    found = embedded_emissions([good], "cement", AT)
    assert found.value == pytest.approx((direct + indirect) / 2)


@pytest.mark.parametrize(
    ("goods", "error", "what"),
    [
        ([STEEL, STEEL], LabelError, "steel is there twice"),
        ([STEEL], LabelError, "its precursor iron is not given"),
        ([Good("steel", "72061000", activity=0, direct=1)], InputError, "its activity level is 0"),
        ([Good("steel", "72061000", activity=1, direct=float("nan"))], InputError, "its direct emissions is nan"),
        (
            [Good("steel", "72061000", activity=1, direct=1, inputs={"steel": -1})],
            InputError,
            "its input of steel is -1",
        ),
        ([Precursor("steel", direct=1.0)], QuestionError, "no good 'steel' with its own data"),
        (
            [Good("steel", "72061000", activity=1, direct=1, inputs={"x": 1}), Precursor("x", "72011011")],
            MissingError,
            "needs a CN code and a country of origin",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(goods, error, what):
    with pytest.raises(error, match=what):
        embedded_emissions(goods, "steel", AT)
