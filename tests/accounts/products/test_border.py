"""Certificates for a shipment and the exposure of exports: worked by hand, the days of the norms, laws, refusals."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.accounts import Good, Precursor, certificates, embedded_emissions, exposure
from tanheng.errors import InputError, LabelError, MissingError, NormError, QuestionError, UnitError
from tanheng.systems.trade import TradeFlows

AT = date(2026, 6, 1)
COIL = 3.186893  # China, 7208, as printed; its benchmark by blast furnace is 1.370
COIL_BENCHMARK = 1.370


def test_a_shipment_of_clinker_by_hand():
    """100 t of Algerian grey clinker in 2026: 100 x (1.28 x 1.1 - 0.975 x 0.666) = 75.865, at EUR 75.36 each."""
    found = certificates(100, cn="25231000", variant="grey", origin="DZA", at=AT, price=75.36)
    assert found.due == pytest.approx(75.865)
    assert found.cost == pytest.approx(5717.19, abs=0.005)  # EUR, to the cent
    assert found["embedded emissions"] == pytest.approx(140.8)
    assert found["free allocation adjustment"] == pytest.approx(64.935)


def test_every_step_is_a_line_with_its_unit():
    steps = certificates(10, cn="72081000", origin="CHN", at=AT, price=80, paid=16, year_mass=100).steps
    assert steps["step"].tolist() == [
        "mass", "default value", "mark-up", "specific embedded emissions", "embedded emissions", "CBAM factor",
        "cross-sectoral factor", "benchmark", "specific free allocation", "free allocation adjustment",
        "emissions after the adjustment", "carbon price paid abroad", "reduction for the price paid", "threshold",
        "importer's mass in the year", "certificates due", "cost",
    ]  # fmt: skip
    assert steps["low"].isna().all()
    assert steps["high"].isna().all()
    by_step = steps.set_index("step")
    assert by_step.loc["certificates due", "value"] == pytest.approx(10 * (COIL * 1.1 - 0.975 * COIL_BENCHMARK) - 0.2)
    assert by_step.loc["certificates due", "unit"] == "t CO2e"
    assert by_step.loc["cross-sectoral factor", "basis"] == "that of 2026 is not published: that of 2025 is assumed"
    assert "2025/2621" in by_step.loc["default value", "source"]


def test_own_data_replace_the_default_and_take_their_own_benchmarks():
    """By hand: SEE 0.2 + 1.1 x 1.5 = 1.85; benchmarks 0.04 + 1.1 x 1.3 = 1.47, free 0.975 x 1.47."""
    slab = Precursor("slab", "72071210", direct=1.5, benchmark=1.3)
    coil = Good("coil", "72081000", activity=1000, direct=200, inputs={"slab": 1100}, benchmark=0.04)
    own = embedded_emissions([coil, slab], "coil", AT)
    found = certificates(100, origin="CHN", at=AT, embedded=own)
    assert found.due == pytest.approx(100 * (1.85 - 0.975 * 1.47))
    assert found.steps["basis"].iloc[1] == "direct alone; 0.0% on default values"
    assert found.cost is None


def test_own_data_without_the_process_benchmark_are_not_guessed():
    own = embedded_emissions([Good("coil", "72081000", activity=1, direct=2)], "coil", AT)
    with pytest.raises(MissingError, match="a benchmark behind it is not known"):
        certificates(1, origin="CHN", at=AT, embedded=own)
    assert certificates(1, origin="CHN", at=AT, embedded=own, benchmark=1.0).due == pytest.approx(2 - 0.975)
    assert certificates(1, origin="CHN", at=date(2034, 1, 1), embedded=own).due == 2  # nothing is free any more


@pytest.mark.parametrize(
    ("day", "kept", "mark_up", "benchmark"),
    [  # the shares by year are those of the directive; high-alloy ingots have (1) to 2027 and (2) from 2028
        (date(2026, 12, 31), 0.975, 0.1, 1.419),
        (date(2027, 1, 1), 0.95, 0.2, 1.419),
        (date(2027, 12, 31), 0.95, 0.2, 1.419),
        (date(2028, 1, 1), 0.9, 0.3, 1.381),
        (date(2029, 12, 31), 0.775, 0.3, 1.381),
        (date(2030, 1, 1), 0.515, 0.3, 1.381),
    ],
)
def test_each_norm_changes_on_its_day(day, kept, mark_up, benchmark):
    found = certificates(1, cn="72181000", origin="CHN", at=day)
    assert (found["CBAM factor"], found["mark-up"], found["benchmark"]) == (kept, mark_up, benchmark)
    assert found.due == pytest.approx(5.65 * (1 + mark_up) - kept * benchmark)  # China, 72181000, as printed


@pytest.mark.parametrize(("year", "kept"), [(2031, 0.39), (2032, 0.265), (2033, 0.14)])
def test_after_2030_the_benchmark_must_be_given(year, kept):
    at = date(year, 6, 1)
    with pytest.raises(MissingError, match=f"no benchmark of {year}"):
        certificates(1, cn="72081000", origin="CHN", at=at)
    found = certificates(1, cn="72081000", origin="CHN", at=at, benchmark=1.0)
    assert found["free allocation adjustment"] == pytest.approx(kept)


@given(st.floats(0, 1e6), st.sampled_from([2034, 2040]))
def test_from_2034_nothing_is_free(mass, year):
    found = certificates(mass, cn="72081000", origin="CHN", at=date(year, 1, 1))
    assert found.due == pytest.approx(mass * COIL * 1.3)
    assert found["free allocation adjustment"] == 0


def test_before_2026_there_are_no_certificates():
    with pytest.raises(NormError, match="valid from 2026-01-01"):
        certificates(1, cn="72081000", origin="CHN", at=date(2025, 12, 31))


def test_goods_made_in_an_earlier_year_have_its_factors():
    found = certificates(1, cn="72181000", origin="CHN", at=date(2028, 1, 15), produced=2027)
    assert (found["CBAM factor"], found["mark-up"], found["benchmark"]) == (0.95, 0.3, 1.419)


@given(st.floats(0, 1e5), st.floats(0, 100))
def test_twice_the_mass_twice_the_certificates(mass, price):
    one, two = (certificates(m, cn="72081000", origin="CHN", at=AT, price=price) for m in (mass, 2 * mass))
    assert two.due == pytest.approx(2 * one.due)
    assert two.cost == pytest.approx(2 * one.cost)


@given(st.floats(0, 1))
def test_a_smaller_cross_sectoral_factor_leaves_more_due(factor):
    found = certificates(1, cn="72081000", origin="CHN", at=AT, cross_sectoral=factor)
    assert found.due == pytest.approx(COIL * 1.1 - 0.975 * factor * COIL_BENCHMARK)
    assert found.due >= certificates(1, cn="72081000", origin="CHN", at=AT).due


def test_what_was_paid_abroad_is_taken_off_at_the_price_of_a_certificate():
    free, paid = (certificates(100, cn="72081000", origin="CHN", at=AT, price=80, paid=x) for x in (0.0, 1600.0))
    assert free.due - paid.due == pytest.approx(20)
    assert free.cost - paid.cost == pytest.approx(1600)
    with pytest.raises(MissingError, match="a carbon price was paid abroad"):
        certificates(100, cn="72081000", origin="CHN", at=AT, paid=1600)


def test_less_than_nothing_is_never_due_and_the_line_says_so():
    found = certificates(10, cn="72081000", origin="CHN", at=AT, price=1, paid=1000)
    assert found.due == 0
    left = found["emissions after the adjustment"]
    last = found.lines[-2]
    assert last.basis == f"deductions are greater than emissions by {1000 - left:.6g}: nothing is paid back"


@pytest.mark.parametrize(("mass", "due"), [(50.0, False), (50.1, True), (None, True)])
def test_up_to_fifty_tonnes_a_year_nothing_is_due(mass, due):
    found = certificates(10, cn="72081000", origin="CHN", at=AT, year_mass=mass)
    assert (found.due > 0) == due


def test_the_threshold_does_not_hold_for_hydrogen():
    assert certificates(10, cn="28041000", origin="CHN", at=AT, year_mass=10).due > 0


def test_a_fallback_is_said_in_the_step():
    found = certificates(1, cn="72081000", origin="FJI", at=AT)
    basis = {line.step: line.basis for line in found.lines}
    assert basis["default value"] == "fallback: other countries and territories (FJI is not listed)"


@pytest.mark.parametrize(
    ("asked", "error", "what"),
    [
        ({"cn": "72041000"}, QuestionError, "CN code 72041000 is not under CBAM"),
        ({"cn": "72081000", "origin": "DEU"}, QuestionError, "DEU is outside CBAM"),
        ({"cn": "72081000", "origin": "NOR"}, QuestionError, "NOR is outside CBAM"),
        ({"cn": "72081000", "mass": -1}, InputError, "mass is -1"),
        ({"cn": "72081000", "price": float("nan")}, InputError, "price is nan"),
        ({"cn": "27160000"}, QuestionError, "not in the list of default values"),
    ],
)
def test_what_is_refused(asked, error, what):
    given = {"mass": 1.0, "origin": "CHN", "at": AT} | asked
    with pytest.raises(error, match=what):
        certificates(given.pop("mass"), **given)


def test_a_step_that_was_not_taken_is_named():
    with pytest.raises(QuestionError, match="there is no step 'cots'; did you mean cost"):
        certificates(1, cn="72081000", origin="CHN", at=AT, price=1)["cots"]


# -- exposure ---------------------------------------------------------------------------------------------------------

FLOW = {"year": 2021, "product": "72081000", "origin": "CHN", "destination": "DEU", "quantity": 1000.0, "unit": "t"}


def _trade(*changes):
    return TradeFlows.of([FLOW | change for change in changes], "example")


def test_exposure_by_hand():
    """1000 t of Chinese coil to Germany and 500 t to France; the USA and the United Kingdom are not in the EU."""
    trade = _trade({}, {"destination": "FRA", "quantity": 500}, {"destination": "USA"}, {"destination": "GBR"})
    found = exposure(trade, "CHN", 2021, at=[2026, 2034], prices={2026: 80})
    each = COIL * 1.1 - 0.975 * COIL_BENCHMARK
    first = found.frame[found.frame["year"] == 2026]
    assert first["partner"].tolist() == ["DEU", "FRA"]
    assert first["due"].tolist() == pytest.approx([1000 * each, 500 * each])
    assert first["cost"].sum() == pytest.approx(1500 * each * 80)
    assert (first["low"].tolist(), first["high"].tolist()) == (first["due"].tolist(), first["due"].tolist())
    assert found.totals.loc[2034, "due"] == pytest.approx(1500 * COIL * 1.3)
    assert np.isnan(found.totals.loc[2034, "cost"])  # no price was given for it


def test_a_code_of_six_digits_is_at_the_mean_of_its_goods_with_its_range():
    """720711 has four goods: three at 3.168785 and a forged one at 3.313644 (China); benchmarks as printed."""
    found = exposure(_trade({"product": "720711", "quantity": 1.0}), "CHN", 2021, at=[2034]).frame.iloc[0]
    assert found["due"] == pytest.approx((3 * 3.168785 + 3.313644) / 4 * 1.3)
    assert (found["low"], found["high"]) == pytest.approx((3.168785 * 1.3, 3.313644 * 1.3))
    assert found["basis"] == "mean of the 4 goods under 720711"


def test_what_is_not_under_cbam_is_told_apart():
    found = exposure(_trade({}, {"product": "847130"}), "CHN", 2021, at=[2026])
    assert found.outside.to_dict("records") == [{"year": 2026, "product": "847130", "mass": 1000.0}]
    assert found.frame["product"].unique().tolist() == ["72081000"]


def test_units_of_mass_are_turned_into_tonnes():
    tonnes, kilograms = (exposure(_trade(c), "CHN", 2021, at=[2026]) for c in ({}, {"quantity": 1e6, "unit": "kg"}))
    assert kilograms.totals.loc[2026].to_numpy() == pytest.approx(tonnes.totals.loc[2026].to_numpy(), nan_ok=True)


@settings(max_examples=5)  # each reads trade twice: a tenth of a second
@given(st.floats(1, 1e6))
def test_exposure_scales_with_trade(quantity):
    one, many = (exposure(_trade({"quantity": q}), "CHN", 2021, at=[2026]).totals for q in (1.0, quantity))
    assert many.loc[2026, "due"] == pytest.approx(quantity * one.loc[2026, "due"])


@pytest.mark.parametrize(
    ("change", "country", "error", "what"),
    [
        ({"quantity": None}, "CHN", MissingError, "1 quantities are missing, the first of 2021, 72081000, CHN to DEU"),
        ({"unit": "kW"}, "CHN", UnitError, "its quantity is in kW, which is no mass"),
        ({"destination": "USA"}, "CHN", QuestionError, "CHN has no exports to the EU under CBAM in 2021"),
        ({"origin": "CHE"}, "CHE", QuestionError, "CHE is outside CBAM"),
    ],
)
def test_what_exposure_refuses(change, country, error, what):
    with pytest.raises(error, match=what):
        exposure(_trade(change), country, 2021, at=[2026])


def test_what_is_missing_elsewhere_does_not_matter():
    trade = _trade({}, {"destination": "USA", "quantity": None}, {"product": "847130", "quantity": None})
    found = exposure(trade, "CHN", 2021, at=[2026])
    assert found.totals.loc[2026, "mass"] == 1000
    assert np.isnan(found.outside["mass"].iloc[0])


def test_mirror_reports_must_be_reconciled_first():
    trade = _trade({"reporter": "exporter"}, {"reporter": "importer", "quantity": 900})
    with pytest.raises(LabelError, match="mirror reports"):
        exposure(trade, "CHN", 2021, at=[2026])


def test_codes_within_each_other_are_not_counted_twice():
    row = {"year": 2023, "origin": "CHN", "destination": "DEU", "quantity": 100, "unit": "t"}
    trade = TradeFlows.of([row | {"product": "7604"}, row | {"product": "760410"}])
    with pytest.raises(QuestionError, match="product 760410 is a part of 7604"):
        exposure(trade, "CHN", 2023)


def test_the_year_holds_at_least_the_shipment():
    with pytest.raises(InputError, match="30 t, is less than that of the shipment, 40 t"):
        certificates(40, cn="72081000", origin="CHN", at=date(2026, 6, 1), year_mass=30)
