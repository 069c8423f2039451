"""Convention 11: a norm is looked up at a date; a lookup outside its validity raises."""

from __future__ import annotations

from datetime import date

import pytest
from iso3166 import countries_by_alpha3

from tanheng.errors import NormError
from tanheng.norms import lookup, names, parse_date, year_end

FOUNDERS_OF_THE_EEC = {"BEL", "DEU", "FRA", "ITA", "LUX", "NLD"}


@pytest.mark.parametrize(
    ("name", "year", "count"),
    [
        ("oecd", 1964, 21),
        ("oecd", 1990, 24),
        ("oecd", 1994, 25),
        ("oecd", 1996, 29),
        ("oecd", 2000, 30),
        ("oecd", 2010, 34),
        ("oecd", 2018, 36),
        ("oecd", 2020, 37),
        ("oecd", 2021, 38),
        ("eu", 1958, 6),
        ("eu", 1973, 9),
        ("eu", 1981, 10),
        ("eu", 1986, 12),
        ("eu", 1995, 15),
        ("eu", 2004, 25),
        ("eu", 2007, 27),
        ("eu", 2013, 28),
        ("eu", 2019, 28),
        ("eu", 2021, 27),
        ("brics", 2009, 4),
        ("brics", 2011, 5),
        ("brics", 2024, 9),
        ("brics", 2025, 10),
        ("annex-i", 1998, 40),
        ("annex-i", 2010, 41),
        ("annex-i", 2013, 42),
        ("g7", 1975, 6),
        ("g7", 1976, 7),
        ("g20", 2008, 19),
        ("asean", 1990, 6),
        ("asean", 1999, 10),
        ("asean", 2025, 11),
    ],
)
def test_the_number_of_members_by_year(name: str, year: int, count: int) -> None:
    assert len(lookup(name, year_end(year)).members) == count


def test_accessions_and_departures_take_effect_on_their_day() -> None:
    assert "MEX" not in lookup("oecd", date(1994, 5, 17)).members
    assert "MEX" in lookup("oecd", date(1994, 5, 18)).members
    assert "GBR" in lookup("eu", date(2020, 1, 31)).members
    assert "GBR" not in lookup("eu", date(2020, 2, 1)).members
    assert "POL" not in lookup("eu", date(2004, 4, 30)).members
    assert set(lookup("eu", date(1960, 1, 1)).members) == FOUNDERS_OF_THE_EEC
    assert {"CZE", "HUN", "POL", "KOR"} <= set(lookup("oecd", year_end(1996)).members)
    assert "CHN" not in lookup("oecd", year_end(2024)).members
    assert "TUR" in lookup("annex-i", year_end(2020)).members
    assert "KAZ" not in lookup("annex-i", year_end(2020)).members


def test_the_developed_regions_of_m49() -> None:
    members = set(lookup("developed-m49", year_end(2020)).members)
    assert {"USA", "JPN", "ISR", "CYP", "RUS", "UKR", "AUS", "NZL"} <= members
    assert not {"CHN", "KOR", "TUR", "SGP", "MEX", "TWN"} & members


def test_outside_the_validity_it_raises_with_the_period_and_the_way_out() -> None:
    with pytest.raises(NormError) as caught:
        lookup("brics", year_end(1995))
    assert str(caught.value) == (
        "norm brics: is asked for at 1995-12-31, but valid from 2009-06-16; hold its membership fixed, as in brics@2011"
    )
    with pytest.raises(NormError, match="valid from 1961-09-30; hold its membership fixed, as in oecd@1961"):
        lookup("oecd", date(1950, 1, 1))
    with pytest.raises(NormError, match=r"valid from 2018-01-01 to 2020-12-31; .* developed-m49@2020"):
        lookup("developed-m49", date(2023, 1, 1))


@pytest.mark.parametrize("name", names("groups"))
def test_the_way_out_that_an_error_offers_is_one(name: str) -> None:
    with pytest.raises(NormError) as caught:
        lookup(name, date(1900, 1, 1))
    offered = int(caught.value.hint.rsplit("@", 1)[1])
    assert lookup(name, year_end(offered)).members


def test_an_unknown_norm_names_the_nearest() -> None:
    with pytest.raises(NormError, match=r"norm OECD is not known; did you mean oecd\?"):
        lookup("OECD", date(2000, 1, 1))
    with pytest.raises(NormError, match="known are annex-i, asean"):
        lookup("", date(2000, 1, 1))


def test_other_kinds_of_norm_have_numbers_and_a_unit() -> None:
    ar6 = lookup("gwp100-ar6", year_end(2009))
    assert ar6.values["CH4 fossil"] == 29.8
    assert lookup("gwp100-ar5", year_end(2009)).values["N2O"] == 265
    assert ar6.unit == "kg CO2e/kg"
    assert ar6.kind == "gwp"
    assert ar6.at == date(2009, 12, 31)


def test_names_by_kind() -> None:
    assert set(names()) == set(names("groups")) | set(names("gwp")) | set(names("cbam")) | set(names("limits"))
    assert {"annex-i", "brics", "developed-m49", "eu", "g20", "g7", "oecd"} <= set(names("groups"))
    assert names("no such kind") == ()


@pytest.mark.parametrize("name", names())
def test_every_norm_is_complete_and_names_its_source(name: str) -> None:
    at = dict.fromkeys(names("cbam"), date(2026, 6, 1)) | {"ets-cross-sectoral": date(2025, 6, 1)}
    norm = lookup(name, at.get(name, date(2020, 6, 1)))
    assert all((norm.title_en, norm.title_zh))
    assert len(norm.source) > 30
    assert len(set(norm.members)) == len(norm.members) > 0
    for entry in norm.entries:
        assert entry.start <= entry.end
    if norm.kind == "groups":
        assert set(norm.members) <= set(countries_by_alpha3)
        assert all(norm.group + norm.complement)
        assert norm.values == {}
    else:
        assert norm.unit


def test_a_date_as_it_is_written() -> None:
    assert parse_date("2020") == date(2020, 12, 31)
    assert parse_date("2020-02-29") == date(2020, 2, 29)


@pytest.mark.parametrize("text", ["", "0", "lately", "2021-02-29", "99999999999999999999", "9" * 5000])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(NormError, match=r"is not a (year|date); (give|write)"):
        parse_date(text)


def test_a_year_that_is_none() -> None:
    with pytest.raises(NormError, match="year 0 is not a year"):
        year_end(0)
