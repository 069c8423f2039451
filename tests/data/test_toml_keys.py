"""TOML files that people write: the line of a mistake, and keys by type."""

import pytest

from tanheng.data.toml_keys import Keys, lines_of, parsed, spoken
from tanheng.errors import InputError, MissingError


def test_what_is_not_toml_is_told_with_its_line():
    with pytest.raises(InputError, match=r"a\.toml line 2: is not TOML .*; a line reads like unit = 1"):
        parsed("x = 1\ny = ?\n", "a.toml", "a line reads like unit = 1")


def test_tables_have_their_lines_unless_they_are_inline():
    text = "# [[item]]\n[[item]]\n[[items]]\n  [[ item ]]\n"
    assert lines_of(text, "item", 2) == [2, 4]
    assert lines_of("item = [{ id = 1 }]", "item", 1) is None


def test_a_text_stands_for_both_languages_and_one_of_two_does_not():
    assert spoken("glass", "a.toml") == {"en": "glass", "zh": "glass"}
    assert spoken(" ", "a.toml") == {}
    with pytest.raises(InputError, match="title: has no zh"):
        Keys({"title": {"en": "glass"}}, "a.toml", ("title",)).spoken("title")


@pytest.mark.parametrize("year", [21, "2021", 2021.0, True])
def test_a_year_is_a_whole_number_of_four_digits(year):
    with pytest.raises(InputError, match=r"a\.toml: the year is"):
        Keys({"year": year}, "a.toml", ("year",)).year()


def test_a_missing_year_is_not_guessed():
    assert Keys({"year": 2021}, "a.toml", ("year",)).year() == 2021
    with pytest.raises(MissingError, match=r"a\.toml: has no year; write year = 2021"):
        Keys({}, "a.toml", ("year",)).year()


def test_numbers_are_finite():
    keys = Keys({"shares": {"CHN": 0.5, "DEU": float("inf")}}, "a.toml", ("shares",))
    with pytest.raises(InputError, match=r"a\.toml, shares: DEU is inf, not a number"):
        keys.numbers("shares")
