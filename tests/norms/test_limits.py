"""Emission limits as norms: each edition from its first day to the eve of the next."""

from datetime import date

import pytest

from tanheng.errors import NormError
from tanheng.norms import lookup

# GB 4915-2004 (tables 1 and 2) and GB 4915-2013 (tables 1 and 2), mg/m3: PM, SO2, NOx
FIRST, SECOND, THIRD, KEY = (100, 400, 800), (50, 200, 800), (30, 200, 400), (20, 100, 320)


@pytest.mark.parametrize(
    ("day", "kind", "values"),
    [
        (date(2005, 1, 1), "", FIRST),
        (date(2006, 6, 30), "", FIRST),
        (date(2006, 7, 1), "", SECOND),
        (date(2015, 6, 30), "", SECOND),
        (date(2015, 7, 1), "", THIRD),
        (date(2005, 1, 1), " new", SECOND),
        (date(2014, 2, 28), " new", SECOND),
        (date(2014, 3, 1), " new", THIRD),
        (date(2014, 3, 1), " key areas", KEY),
        (date(2026, 3, 31), "", THIRD),
    ],
)
def test_kilns_from_the_first_day_of_an_edition_to_its_last(day, kind, values):
    found = lookup("gb4915-kiln", day).values
    assert tuple(found[name + kind] for name in ("PM", "SO2", "NOx")) == values


def test_no_key_areas_before_the_edition_that_has_them():
    assert not any("key" in code for code in lookup("gb4915-kiln", date(2014, 2, 28)).values)


@pytest.mark.parametrize("day", [date(2004, 12, 31), date(2026, 4, 1)])
def test_outside_the_editions_that_are_entered(day):
    with pytest.raises(NormError, match="valid from 2005-01-01 to 2026-03-31"):
        lookup("gb4915-kiln", day)
