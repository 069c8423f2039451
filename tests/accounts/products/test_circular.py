"""The circular footprint formula: by hand, at its limits, and in what must hold whatever the parameters."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.accounts import CircularFootprint, Circularity, circular_footprint
from tanheng.errors import QuestionError

ROUNDING = 1e-12  # relative: a dozen products and sums

shares = st.floats(0, 1)
emissions = st.floats(-10, 10)

BOTTLE = Circularity(
    A=0.5,
    B=0.0,
    R1=0.3,
    R2=0.42,
    R3=0.4,
    E_V=2.2,
    E_rec=0.8,
    E_recEoL=0.7,
    E_V_star=2.0,
    E_ER=2.3,
    E_D=0.05,
    E_heat=0.07,
    E_elec=0.12,
    q_in=0.9,
    q_out=0.8,
    LHV=22.0,
    X_heat=0.3,
    X_elec=0.1,
)


@st.composite
def circularities(draw) -> Circularity:
    ends = sorted(draw(st.tuples(shares, shares)))
    heat = sorted(draw(st.tuples(shares, shares)))
    names = ("E_V", "E_rec", "E_recEoL", "E_V_star", "E_ER", "E_D", "E_heat", "E_elec")
    return Circularity(
        **{name: draw(shares) for name in ("A", "B", "R1", "q_in", "q_out")},
        **{name: draw(emissions) for name in names},
        R2=ends[0],
        R3=ends[1] - ends[0],
        LHV=draw(st.floats(0, 50)),
        X_heat=heat[0],
        X_elec=heat[1] - heat[0],
    )


def test_a_bottle_by_hand():
    """Per kg, in kg CO2e. Material 0.7 x 2.2; content 0.3 (0.5 x 0.8 + 0.5 x 2.2 x 0.9); recycling 0.5 x 0.42 x 0.7,
    for 0.5 x 0.42 x 2.0 x 0.8; energy 0.4 x 2.3, for 0.4 x 22 (0.3 x 0.07 + 0.1 x 0.12); disposal 0.18 x 0.05."""
    result = circular_footprint(BOTTLE)
    by_hand = CircularFootprint(
        material=1.54,
        recycled_content=0.417,
        recycling=0.147,
        energy_recovery=0.92,
        disposal=0.009,
        recycling_credit=-0.336,
        energy_credit=-0.2904,
    )
    assert dataclasses.astuple(result) == pytest.approx(dataclasses.astuple(by_hand), rel=ROUNDING)
    assert result.burdens == pytest.approx(3.033, rel=ROUNDING)
    assert result.credits == pytest.approx(-0.6264, rel=ROUNDING)
    assert result.net == pytest.approx(2.4066, rel=ROUNDING)
    stages = {"production": 1.957, "disposal": 0.929, "recycling": 0.147, "credit": -0.6264}
    assert result.by_stage == pytest.approx(stages, rel=ROUNDING)


def test_virgin_material_to_the_dump_is_made_and_dumped():
    result = circular_footprint(Circularity(A=0.5, E_V=2.0, E_D=0.1))
    assert dataclasses.astuple(result) == (2.0, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0)


@given(circularities())
def test_it_is_the_formula_of_the_recommendation(p):
    """Annex I, 4.4.8.1, as it is printed: material, energy, disposal."""
    material = (
        (1 - p.R1) * p.E_V
        + p.R1 * (p.A * p.E_rec + (1 - p.A) * p.E_V * p.q_in)
        + (1 - p.A) * p.R2 * (p.E_recEoL - p.E_V_star * p.q_out)
    )
    energy = (1 - p.B) * p.R3 * (p.E_ER - p.LHV * p.X_heat * p.E_heat - p.LHV * p.X_elec * p.E_elec)
    disposal = (1 - p.R2 - p.R3) * p.E_D
    # emissions of 10 times heating values of 50: rounding is of the largest term
    assert circular_footprint(p).net == pytest.approx(material + energy + disposal, rel=ROUNDING, abs=1e-10)


@given(circularities())
def test_with_a_of_1_it_is_the_cut_off(p):
    """Recycled content bears its recycling; what is recycled at the end leaves without burden and without credit."""
    result = circular_footprint(p.cut_off)
    assert result.recycled_content == pytest.approx(p.R1 * p.E_rec, rel=ROUNDING)
    assert (result.recycling, result.recycling_credit) == (0.0, 0.0)
    assert p.cut_off.A == 1
    assert dataclasses.replace(p.cut_off, A=p.A) == p


@given(circularities())
def test_with_a_of_0_it_is_full_substitution(p):
    """Recycled content counts as virgin of its quality; all that is recycled is credited, less what recycling takes."""
    result = circular_footprint(p.substitution)
    assert result.recycled_content == pytest.approx(p.R1 * p.E_V * p.q_in, rel=ROUNDING)
    assert result.recycling == pytest.approx(p.R2 * p.E_recEoL, rel=ROUNDING)
    assert result.recycling_credit == pytest.approx(-p.R2 * p.E_V_star * p.q_out, rel=ROUNDING)


@given(circularities())
def test_between_the_limits_it_is_their_weighted_mean(p):
    cut, full = circular_footprint(p.cut_off), circular_footprint(p.substitution)
    for line in dataclasses.fields(CircularFootprint):
        mean = p.A * getattr(cut, line.name) + (1 - p.A) * getattr(full, line.name)
        assert getattr(circular_footprint(p), line.name) == pytest.approx(mean, rel=ROUNDING, abs=1e-10)


@given(circularities())
def test_a_loop_without_loss_of_quality_does_not_care_who_bears_it(p):
    """As much recycled as taken in, of one quality and one recycling: A moves burdens, not their sum (R1 = R2)."""
    closed = dataclasses.replace(p, R1=p.R2, E_recEoL=p.E_rec, E_V_star=p.E_V, q_in=1.0, q_out=1.0)
    cut, full = circular_footprint(closed.cut_off).net, circular_footprint(closed.substitution).net
    assert cut == pytest.approx(full, rel=ROUNDING, abs=1e-10)


@given(circularities())
def test_burdens_and_credits_are_apart_and_add_up(p):
    result = circular_footprint(p)
    assert result.net == pytest.approx(sum(dataclasses.astuple(result)), rel=ROUNDING, abs=1e-10)
    assert sum(result.by_stage.values()) == pytest.approx(result.net, rel=ROUNDING, abs=1e-10)
    positive = dataclasses.replace(p, **{name: abs(getattr(p, name)) for name in ("E_V_star", "E_heat", "E_elec")})
    assert circular_footprint(positive).credits <= 0


@given(circularities())
def test_energy_that_its_user_bears_is_none_of_ours(p):
    result = circular_footprint(dataclasses.replace(p, B=1.0))
    assert (result.energy_recovery, result.energy_credit) == (0.0, 0.0)


def test_what_recycled_material_replaces_is_the_same_unless_told():
    assert circular_footprint(dataclasses.replace(BOTTLE, E_V_star=None)) == circular_footprint(
        dataclasses.replace(BOTTLE, E_V_star=BOTTLE.E_V)
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"A": 1.2}, "circular footprint: A is 1.2; it is a share, from 0 to 1"),
        ({"B": -0.1}, "B is -0.1; it is a share"),
        ({"R1": 30}, "R1 is 30; it is a share"),
        ({"q_in": 1.1}, "q_in is 1.1"),
        ({"q_out": -1}, "q_out is -1"),
        ({"X_heat": 2}, "X_heat is 2"),
        ({"R1": float("nan")}, "R1 is nan"),
        ({"R2": 0.7, "R3": 0.4}, "R2 and R3 add up to 1.1; no more can be recycled and burnt than there is"),
        ({"X_heat": 0.7, "X_elec": 0.4}, "X_heat and X_elec add up to 1.1; no more energy can be recovered"),
        ({"LHV": -1}, "LHV is -1; a heating value is 0 or more"),
        ({"LHV": float("inf")}, "LHV is inf"),
        ({"E_V": float("nan")}, "E_V is nan; give it, or 0"),
        ({"E_V_star": float("inf")}, "E_V_star is inf"),
    ],
)
def test_parameters_that_cannot_be(changes, said):
    with pytest.raises(QuestionError, match=said):
        dataclasses.replace(BOTTLE, **changes)


def test_shares_that_add_up_to_1_but_for_rounding_are_1():
    whole = dataclasses.replace(BOTTLE, R2=0.7 + 0.1, R3=0.2)  # 0.7999999999999999
    assert circular_footprint(whole).disposal == pytest.approx(0, abs=1e-16)
    assert dataclasses.replace(BOTTLE, R2=0.1 + 0.2, R3=0.7).R3 == 0.7  # 1.0000000000000002 as doubles
