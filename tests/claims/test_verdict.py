"""Verdicts at their boundaries, by a measure that gives what it is told."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.claims import Claim, ClaimFile, Computed, Dataset, Printed, Verdict, check, verdict_frame
from tanheng.claims.measures import MEASURES, declared

WORDS = {"en": "a", "zh": "甲"}
TOLD = "what it is told"


@pytest.fixture(autouse=True, scope="module")
def _measures() -> Iterator[None]:
    def number(dataset: Dataset, value: float, low: float | None = None, high: float | None = None) -> Computed:
        return Computed(value, low, high)

    def years(dataset: Dataset, held: list[int], there: list[int], whole: bool) -> Computed:
        return Computed(held=tuple(held), there=tuple(there), whole=whole)

    MEASURES[TOLD] = declared.Measure(TOLD, number, ("gcb", "table"))
    MEASURES["years"] = declared.Measure("years", years, ("gcb",), declared.EVERY_YEAR)
    yield
    del MEASURES[TOLD], MEASURES["years"]


def claim(printed: str, measure: str = TOLD, **arguments: object) -> Claim:
    number = Printed.read(printed) if printed else None
    holds = "" if printed else MEASURES[measure].answers
    return Claim("one", WORDS, WORDS, number, "", measure, arguments, ("gcb",), holds)


def judged(one: Claim, share: float = 0.0) -> Verdict:
    (found,) = check(ClaimFile("mine", WORDS, WORDS, "2024", (one,), share, WORDS))
    return found


def verdict(printed: str, value: float, share: float = 0.0, **ends: float) -> str:
    return judged(claim(printed, value=value, **ends), share).verdict


# -- rounding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "value", "said"),
    [
        ("1.80", 1.804, "reproduced"),
        ("1.80", 1.805, "reproduced"),  # exactly half a unit may be rounded either way
        ("1.80", 1.795, "reproduced"),
        ("1.80", 1.8051, "differs"),
        ("1.80", 1.7949, "differs"),
        ("1.8", 1.8499, "reproduced"),  # the same number, less exactly printed
        ("1.8", 1.86, "differs"),
        ("-83.3", -83.34, "reproduced"),
        ("-83.3", 83.3, "differs"),
        ("0", 0.4, "reproduced"),
        ("0", 0.6, "differs"),
        ("2,882", 2882.4, "reproduced"),
    ],
)
def test_a_number_is_reproduced_within_half_of_its_last_digit(printed, value, said):
    assert verdict(printed, value) == said


@given(st.integers(-(10**6), 10**6), st.integers(0, 4), st.floats(-1.5, 1.5))
def test_what_rounds_to_the_printed_number_reproduces_it(number, places, off):
    """By rounding itself, wherever it is not exactly between two numbers."""
    text, unit = f"{number / 10**places:.{places}f}", 10.0**-places
    value = number * unit + off * unit
    if abs(abs(off) - 0.5) > 1e-6 and abs(abs(off) - 1.5) > 1e-6:
        rounded = round(value / unit) == number
        assert (verdict(text, value) == "reproduced") == rounded


# -- tolerance and range ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [(6.2, "reproduced"), (5.6, "consistent"), (5.58, "consistent"), (5.57, "differs"), (6.82, "consistent"),
     (6.83, "differs"), (-6.2, "differs")],
)  # fmt: skip
def test_a_tolerance_is_a_share_of_the_printed_number(value, said):
    assert verdict("6.2", value, share=0.1) == said
    assert judged(claim("6.2", value=value), 0.1).ratio == pytest.approx(value / 6.2)


def test_a_printed_number_between_what_the_data_allow_is_consistent():
    assert verdict("0.10", 0.2, low=0.05, high=0.3) == "consistent"
    assert verdict("0.10", 0.2, low=0.104, high=0.3) == "consistent"  # 0.104 is printed as 0.10
    assert verdict("0.10", 0.2, low=0.11, high=0.3) == "differs"


@pytest.mark.parametrize(
    ("value", "ends", "said"),
    [
        (50, {"low": 40, "high": 60}, "reproduced"),
        (50, {"low": 39.6, "high": 60.4}, "reproduced"),  # 39.6 is printed as 40
        (50, {"low": 39.4, "high": 60}, "consistent"),
        (45, {}, "reproduced"),
        (39, {}, "differs"),
        (39, {"low": 20, "high": 50}, "differs"),
    ],
)
def test_a_printed_range_holds_all_of_it_or_its_mean(value, ends, said):
    assert verdict("40 to 60", value, **ends) == said


# -- reasons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.5, "0.5 times the printed number: apart by a factor of two"), (2.0, "2 times the printed number: apart"),
     (0.51, "0.51, 0.51 times the printed number."), (1.99, "1.99, 1.99 times the printed number."),
     (-3.0, "of the opposite sign")],
)  # fmt: skip
def test_a_factor_of_two_is_said(value, said):
    found = judged(claim("1.00", value=value))
    assert found.verdict == "differs"
    assert said in found.reasons["en"]


def test_reasons_are_in_both_languages_and_end_with_what_is_to_be_minded():
    base = claim("1.0", value=1.0)
    noted = Claim(**vars(base) | {"note": {"en": "Mind it.", "zh": "请注意。"}})
    found = judged(noted)
    assert found.reasons["en"].endswith("the same number. Mind it.")
    assert found.reasons["zh"].endswith("相同。请注意。")


# -- what holds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "there", "whole", "said"),
    [
        ([2000, 2001], [2000, 2001], True, ("reproduced", "It holds in all 2 years.")),
        ([2000, 2001], [2000, 2001], False, ("consistent", "all 2 years that are at hand, 2000-2001")),
        ([2000], [2000, 2001, 2002, 2005], True, ("differs", "in 1 of 4 years, not in 2001-2002, 2005")),
        ([], [2000], False, ("differs", "in 0 of 1 years, not in 2000")),
    ],
)
def test_what_holds_in_every_year(held, there, whole, said):
    found = judged(claim("", "years", held=held, there=there, whole=whole))
    assert (found.verdict, found.ratio) == (said[0], None)
    assert said[1] in found.reasons["en"]


@pytest.mark.parametrize(
    ("part", "said"), [(2357, "consistent"), (2882, "consistent"), (0, "consistent"), (2883, "differs")]
)
def test_own_numbers_agree_and_are_never_reproduced(part, said):
    one = Claim(
        "one", WORDS, WORDS, None, "", "arithmetic", {"total": 2882, "part": part}, ("arithmetic",), declared.AGREE
    )
    found = judged(one)
    assert found.verdict == said
    assert found.computed is not None
    assert found.computed.value == 2882 - part
    if part == 2357:
        assert "the rest is 525" in found.reasons["en"]
        assert "其余为 525" in found.reasons["zh"]


def test_a_number_that_is_none_is_not_checkable():
    found = judged(claim("1.0", value=math.nan))
    assert (found.verdict, found.computed) == ("not checkable", None)


def test_missing_inputs_are_said():
    one = Claim("one", WORDS, WORDS, Printed.read("5"), "", "", {}, (), missing={"en": "the data", "zh": "数据"})
    found = judged(one)
    assert (found.verdict, found.dataset) == ("not checkable", "")
    assert found.reasons == {"en": "Not at hand: the data.", "zh": "缺少数据：数据。"}


# -- frames and tables ------------------------------------------------------------------------------------------------


def test_a_frame_has_a_row_a_verdict_with_numbers_that_are_numbers():
    one = claim("6.2", value=5.6)
    missing = Claim("two", WORDS, WORDS, None, "", "", {}, (), missing=WORDS)
    file = ClaimFile("mine", WORDS, WORDS, "2024", (one, missing), 0.1, WORDS)
    frame = verdict_frame(check(file), "zh")
    assert frame["claim"].tolist() == ["one", "two"]
    assert frame["verdict"].tolist() == ["consistent", "not checkable"]
    assert frame["ratio"].tolist() == pytest.approx([5.6 / 6.2, math.nan], nan_ok=True)
    assert [frame[name].dtype.kind for name in ("computed", "low", "high", "ratio")] == ["f"] * 4
    assert set(frame["file"]) == {"mine"}
    assert list(verdict_frame([]).columns) == list(frame.columns)


def test_tables_are_added_to_the_claims_that_take_tables_once():
    one = claim("1.0", value=1.0)
    file = ClaimFile(
        "mine",
        WORDS,
        WORDS,
        "2024",
        (one, Claim(**vars(claim("", "years", held=[], there=[1], whole=True)) | {"id": "two"})),
    )
    found = check(file, tables=("world", "gcb", "world"))
    assert [(each.claim.id, each.dataset) for each in found] == [("one", "gcb"), ("one", "world"), ("two", "gcb")]
