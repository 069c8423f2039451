"""The norms of the EU's carbon border adjustment: each value in force from its first day to its last."""

from datetime import date, timedelta

import pytest

from tanheng.errors import NormError
from tanheng.norms import lookup, names, year_end

# Directive 2003/87/EC, article 10a(1a), in per cent of the benchmark that is given free.
KEPT = {2026: 97.5, 2027: 95, 2028: 90, 2029: 77.5, 2030: 51.5, 2031: 39, 2032: 26.5, 2033: 14, 2034: 0, 2040: 0}
PHASED_IN = {2026: 2.5, 2027: 5, 2028: 10, 2029: 22.5, 2030: 48.5, 2031: 61, 2032: 73.5, 2033: 86, 2034: 100, 2040: 100}


@pytest.mark.parametrize("year", KEPT)
def test_the_cbam_factor_from_the_first_day_of_a_year_to_its_last(year):
    for day in (date(year, 1, 1), date(year, 12, 31)):
        factor = lookup("cbam-factor", day).values["CBAM factor"]
        assert factor * 100 == pytest.approx(KEPT[year])
        assert (1 - factor) * 100 == pytest.approx(PHASED_IN[year])


@pytest.mark.parametrize(("year", "rate"), [(2026, 0.1), (2027, 0.2), (2028, 0.3), (2035, 0.3)])
def test_mark_ups_by_year(year, rate):
    for day in (date(year, 1, 1), date(year, 12, 31)):
        values = lookup("cbam-mark-up", day).values
        assert values.pop("fertilisers") == 0.01
        assert values == dict.fromkeys(("cement", "iron and steel", "aluminium", "hydrogen"), rate)


@pytest.mark.parametrize("name", ["cbam-factor", "cbam-mark-up", "cbam-threshold", "cbam-indirect"])
def test_before_2026_they_are_refused(name):
    with pytest.raises(NormError, match="valid from 2026-01-01"):
        lookup(name, date(2025, 12, 31))
    assert lookup(name, date(2026, 1, 1)).values


@pytest.mark.parametrize("name", ["cbam-factor", "cbam-mark-up"])
def test_one_value_of_each_a_day_without_a_gap(name):
    codes = set(lookup(name, date(2026, 1, 1)).members)
    for year in range(2026, 2036):
        for day in (date(year, 1, 1), year_end(year), year_end(year) + timedelta(days=1)):
            members = lookup(name, day).members
            assert len(members) == len(set(members))
            assert set(members) == codes


def test_fifty_tonnes():
    norm = lookup("cbam-threshold", date(2026, 1, 1))
    assert (norm.values, norm.unit) == ({"net mass in a year": 50}, "t")


def test_the_cross_sectoral_factor_ends_with_2025():
    assert lookup("ets-cross-sectoral", date(2025, 12, 31)).values == {"cross-sectoral factor": 1}
    with pytest.raises(NormError, match="valid from 2021-01-01 to 2025-12-31"):
        lookup("ets-cross-sectoral", date(2026, 1, 1))


def test_what_was_entered_from_knowledge_says_so():
    for name in names("cbam"):
        norm = lookup(name, date(2025, 6, 1) if name.startswith("ets") else date(2026, 6, 1))
        read_off = ("cbam-mark-up", "ets-cross-sectoral")  # from the sheet, and from the decision
        assert norm.note.find("Entered from knowledge") >= 0 or name in read_off
