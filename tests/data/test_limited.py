"""Files of sources under limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tanheng.data.limited import names, open_limited
from tanheng.errors import InputError

WHOLE = """
title = { en = "a", zh = "甲" }
source = "nowhere"
unit = "Mt clinker"
per = "t clinker"
[[sources]]
process = { en = "kilns", zh = "窑" }
activity = { 2013 = 10, 2020 = 20 }
factor = { NOx = { 2013 = 2, 2020 = 1.5 }, CO2 = 840 }
limited = ["NOx"]
gas = 2500
complies = 0.5
subject = "kiln"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_file_says(tmp_path):
    one = open_limited(written(tmp_path, WHOLE))
    assert (one.name, one.years, one.substances, one.processes) == ("mine", (2013, 2020), ("NOx", "CO2"), ("kilns",))
    nox, co2 = one.sources
    assert (dict(nox.factor), dict(co2.factor)) == ({2013: 2.0, 2020: 1.5}, {2013: 840.0, 2020: 840.0})
    assert (nox.limited, co2.limited, nox.gas, dict(nox.complies)) == (True, False, 2500.0, {2013: 0.5, 2020: 0.5})
    assert (nox.subject, one.chinese) == ("kiln", {"kilns": "窑"})


@pytest.mark.parametrize("name", names())
def test_the_embedded_ones_say_that_they_are_illustrations(name):
    one = open_limited(name)
    assert "illustration" in one.title["en"]
    assert "示例" in one.title["zh"]
    assert one.source
    assert set(one.chinese) == set(one.processes)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gas = 2500", "gaz = 2500", "mine.toml, source 1: 'gaz' is no key here; did you mean gas"),
        ("gas = 2500", "", "'gas' is missing; add a line gas = ..."),
        ("gas = 2500", 'gas = "much"', "gas is 'much', not a number"),
        ("gas = 2500", "gas = true", "gas is True, not a number"),
        ('unit = "Mt clinker"', "", "mine.toml: 'unit' is missing"),
        ('limited = ["NOx"]', 'limited = ["SO2"]', "SO2 is limited, but has no factor"),
        ("activity = { 2013 = 10, 2020 = 20 }", "activity = 10", "activity is not by year"),
        ("{ 2013 = 10,", "{ then = 10,", "activity has 'then', which is no year"),
        ('process = { en = "kilns", zh = "窑" }', 'process = "kilns"', "the process is not in English and Chinese"),
        ('title = { en = "a", zh = "甲" }', 'title = "a"', "the title is not in English and Chinese"),
        ("gas = 2500", "gas =", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, old, new, said):
    assert old in WHOLE
    with pytest.raises(InputError) as error:
        open_limited(written(tmp_path, WHOLE.replace(old, new)))
    assert said in str(error.value)


def test_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"there are no sources 'cement-kiln-china'; did you mean cement-kilns-china"):
        open_limited("cement-kiln-china")
    with pytest.raises(InputError, match="cannot be read"):
        open_limited(tmp_path / "none.toml")
