"""Files of claims: numbers as they were printed, and what is refused, in a line that says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.claims import Printed, names, read_claims
from tanheng.errors import InputError, QuestionError, TanhengError

HEAD = """title = { en = "a", zh = "甲" }
source = "nowhere"
published = 2024
"""
CLAIM = """[[claims]]
id = "one"
title = { en = "a", zh = "甲" }
statement = { en = "a", zh = "甲" }
printed = "1.80"
unit = "Gt"
measure = "gap"
with = { of = "CHN", year = 2019 }
datasets = ["gcb"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


# -- printed numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high", "half"),
    [
        ("1.80", 1.8, 1.8, 0.005),  # the zero is a digit: it was known to the hundredth
        ("1.8", 1.8, 1.8, 0.05),
        ("2", 2, 2, 0.5),
        ("2,882", 2882, 2882, 0.5),
        ("2,357,000.5", 2357000.5, 2357000.5, 0.05),
        ("-42", -42, -42, 0.5),
        ("-83.3", -83.3, -83.3, 0.05),
        ("40 to 60", 40, 60, 0.5),
        ("-0.5 to 0.25", -0.5, 0.25, 0.05),  # of a range, the coarser end
    ],
)
def test_a_printed_number_is_known_to_half_of_its_last_digit(text, low, high, half):
    found = Printed.read(text)
    assert (found.low, found.high, found.half) == (low, high, half)
    assert found.ranges == (low < high)


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_the_precision_is_that_of_the_digits(number, places):
    text = f"{number / 10**places:.{places}f}"
    found = Printed.read(text)
    assert found.half == float(f"5e-{places + 1}")
    assert found.low == float(text)


@pytest.mark.parametrize(
    "text",
    ["", "about 5", "1.8 Gt", "60 to 40", "1 to 2 to 3", "28,82", "1e3", "nan", "Infinity", "1.", "5 %", "1_000"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(InputError, match="which is no number"):
        Printed.read(text)


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "shown"),
    [("2024", "2024"), ('"2024"', "2024"), ('"2024-06"', "2024-06"), ("2024-06-13", "2024-06-13")],
)
def test_a_file_says_when_it_was_published_as_far_as_is_known(tmp_path, published, shown):
    text = HEAD.replace("published = 2024", f"published = {published}") + CLAIM
    assert read_claims(written(tmp_path, text)).published == shown


def test_a_file_of_ones_own_is_read(tmp_path):
    found = read_claims(written(tmp_path, HEAD + CLAIM))
    assert found.name == "mine"
    assert found.source == {"en": "nowhere", "zh": "nowhere"}
    claim = found.find("one")
    assert claim.arguments == {"of": "CHN", "year": 2019}
    assert (claim.datasets, claim.unit, found.share) == (("gcb",), "Gt", 0.0)
    with pytest.raises(QuestionError, match="did you mean one"):
        found.find("on")


def test_embedded_files_are_read():
    assert names() == ("cas-2024", "environmental-norms", "global-targets")
    for name in names():
        assert read_claims(name).claims
    with pytest.raises(QuestionError, match=r"no claims called cas-2023; did you mean cas-2024"):
        read_claims("cas-2023")


def changed(old: str, new: str) -> str:
    assert old in HEAD + CLAIM
    return (HEAD + CLAIM).replace(old, new)


BAD = {
    "no date": (changed("published = 2024", 'published = "May"'), "published is 'May', which is no date"),
    "no such month": (changed("published = 2024", 'published = "2024-13"'), "which is no date"),
    "no such day": (changed("published = 2024", 'published = "2024-02-30"'), "which is no date"),
    "unknown key": (changed("source =", "sauce ="), "'sauce' is no key of it; did you mean source"),
    "unknown key of a claim": (changed("unit =", "units ="), "claim 1 (one): 'units' is no key of it"),
    "no source": (changed('source = "nowhere"\n', ""), "'source' is missing"),
    "no claims": (HEAD, "'claims' is missing"),
    "claims that are no tables": (HEAD + "claims = [1]", "its claims are no tables"),
    "one language": (changed('statement = { en = "a", zh = "甲" }', 'statement = { en = "a" }'),
                     "statement is not in both languages"),
    "a blank language": (changed('title = { en = "a", zh = "甲" }\nsource', 'title = { en = "a", zh = " " }\nsource'),
                         "title is not in both languages"),
    "no number": (changed('"1.80"', '"nearly 2"'), "printed is 'nearly 2', which is no number"),
    "a number that is no text": (changed('"1.80"', "1.80"), 'printed is 1.8, no text; write printed = "1.8"'),
    "unknown measure": (changed('"gap"', '"gaps"'), "there is no measure 'gaps'; did you mean gap"),
    "unknown argument": (changed("of =", "off ="), "'off' is no argument of measure gap; did you mean of"),
    "argument left out": (changed(", year = 2019", ""), "measure gap is not told year; its arguments are"),
    "argument of another type": (changed("2019", '"2019"'), "year = '2019' is not as it must be"),
    "unit that is an argument": (changed("of =", 'unit = "Gt", of ='), "'unit' is no argument"),
    "no unit": (changed('unit = "Gt"\n', ""), "the unit is '', not one of mass"),
    "unit of no mass": (changed('"Gt"', '"TWh"'), "the unit is 'TWh', not one of mass"),
    "no dataset": (changed('["gcb"]', "[]"), "it names no datasets"),
    "dataset of another kind": (changed('"gcb"', '"norms"'), "gap takes no dataset 'norms'; it takes gcb, any table"),
    "neither measure nor missing": (changed('measure = "gap"\n', ""), "it has no measure, or one and inputs"),
    "both": (HEAD + CLAIM + 'missing = { en = "a", zh = "甲" }', "it has no measure, or one and inputs"),
    "number that holds": (HEAD + CLAIM + 'holds = "every year"', "measure gap answers with a number"),
    "nothing printed": (changed('printed = "1.80"\n', ""), "measure gap answers with a number"),
    "twice": (HEAD + CLAIM + CLAIM, "claim one is there twice"),
    "tolerance without a reason": (HEAD + "[tolerance]\nshare = 0.1\n" + CLAIM, "'why' is missing"),
    "tolerance above one": (HEAD + '[tolerance]\nshare = 10\nwhy = { en = "a", zh = "甲" }\n' + CLAIM, "share is 10"),
    "no TOML": ("title = ", "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_in_a_line_that_says_where(tmp_path, what):
    text, said = BAD[what]
    with pytest.raises(TanhengError) as error:
        read_claims(written(tmp_path, text))
    line = str(error.value)
    assert said in line
    assert "\n" not in line
    assert "mine.toml" in line
    assert error.value.hint


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            'measure = "gap-sign"\nprinted = "1"\nwith = { of = "CHN", years = [1990, 2019] }',
            "answers whether something",
        ),
        ('measure = "gap-sign"\nholds = "always"\nwith = { of = "CHN", years = [1990, 2019] }', 'holds = "every year"'),
        ('measure = "gap-sign"\nholds = "every year"\nwith = { of = "CHN", years = [2019] }', "years = [2019] is not"),
        (
            'measure = "gap-sign"\nholds = "every year"\nwith = { of = "CHN", years = [2019, 1990] }',
            "the first comes after",
        ),
        (
            'measure = "gap-sign"\nholds = "every year"\nwith = { of = "CHN", years = [1990, 2019], sign = "up" }',
            "sign = 'up' is not as it must be",
        ),
    ],
)
def test_what_holds_must_be_what_the_measure_answers(tmp_path, lines, said):
    head, _, _ = CLAIM.partition("printed")
    with pytest.raises(InputError) as error:
        read_claims(written(tmp_path, f'{HEAD}{head}{lines}\ndatasets = ["gcb"]\n'))
    assert said in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_claims(tmp_path / "none.toml")
