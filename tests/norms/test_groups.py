"""Convention 10: group membership is a norm with dates, and the result carries the list used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tanheng.errors import InputError, LabelError, NormError, TanhengError
from tanheng.norms import grouping, year_end

REGIONS = ["AUS", "CHN", "MEX", "POL", "ROM", "TWN", "ROW"]


def test_membership_follows_the_year() -> None:
    of = {year: grouping("oecd", REGIONS, year_end(year)).members["OECD"] for year in (1993, 1995, 2009)}
    assert of == {1993: ("AUS",), 1995: ("AUS", "MEX"), 2009: ("AUS", "MEX", "POL")}


def test_a_year_or_a_date_after_the_name_holds_it_fixed() -> None:
    for spec in ("oecd@2009", "oecd@2009-06-01"):
        fixed = grouping(spec, REGIONS, year_end(1993))
        assert fixed.members["OECD"] == ("AUS", "MEX", "POL")
        assert fixed.name == spec
    assert fixed.at == date(2009, 6, 1)
    assert grouping("oecd@2009", REGIONS, year_end(1993)).at == date(2009, 12, 31)
    assert grouping("eu@2020", ["GBR", "FRA"], year_end(1995)).members["EU"] == ("FRA",)
    assert grouping("eu@2020-01-01", ["GBR", "FRA"], year_end(1995)).members["EU"] == ("GBR", "FRA")


def test_every_region_is_in_exactly_one_group() -> None:
    result = grouping("eu", REGIONS, year_end(2009))
    assert result.of == ("non-EU", "non-EU", "non-EU", "EU", "EU", "non-EU", "non-EU")
    assert sorted(sum(result.members.values(), ())) == sorted(REGIONS)
    assert result.groups == ("EU", "non-EU")
    assert result.groups_zh == ("欧盟", "非欧盟")
    assert result.title_zh == "欧盟成员国"
    assert "Treaties of Accession" in result.source


def test_what_is_no_country_is_assumed_outside_and_shown() -> None:
    assert grouping("oecd", REGIONS, year_end(2009)).assumed == ("ROW",)
    assert grouping("oecd", ["AUS", "Atlantis"], year_end(2009)).assumed == ("Atlantis",)


def test_a_table_without_country_codes_is_refused() -> None:
    with pytest.raises(NormError, match=r"no region of the table \(AT, BE, \.\.\.\) is a country"):
        grouping("oecd", ["AT", "BE"], year_end(2009))


def test_a_group_without_a_region_is_not_invented() -> None:
    assert grouping("brics", ["USA", "DEU"], year_end(2011)).groups == ("non-BRICS",)


def test_before_the_first_summit_brics_raises_and_offers_a_fixed_list() -> None:
    with pytest.raises(NormError, match=r"valid from 2009-06-16; .*brics@2011"):
        grouping("brics", REGIONS, year_end(1995))
    assert grouping("brics@2011", REGIONS, year_end(1995)).members["BRICS"] == ("CHN",)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("ocd", "grouping ocd is not known; did you mean oecd?; or give a file"),
        ("gwp100-ar6", "grouping gwp100-ar6 is not known"),
        ("oecd@", "grouping oecd@: nothing is not a date; write a year or a date"),
        ("oecd@soon", "grouping oecd@soon: soon is not a date"),
        ("oecd@1950", "norm oecd: is asked for at 1950-12-31"),
        ("oecd@0", "year 0 is not a year"),
        ("oecd@99999", "year 99999 is not a year"),
    ],
)
def test_a_question_that_has_no_answer(spec: str, said: str) -> None:
    with pytest.raises(NormError) as caught:
        grouping(spec, REGIONS, year_end(2009))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_users_csv(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("\ufeffregion, group\nB, North\nA, South\nC, North\n", encoding="utf-8")
    result = grouping(str(path), ["A", "B", "C"], year_end(2009))
    assert result.of == ("South", "North", "North")
    assert result.members == {"North": ("B", "C"), "South": ("A",)}
    assert result.assumed == ()
    assert result.source == str(path)


@pytest.mark.parametrize(("name", "text"), [("A.CSV", "region,group\nA,x\n"), ("A.Toml", "[groups]\nx = ['A']\n")])
def test_a_users_file_in_capitals(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert grouping(str(tmp_path / name), ["A"], year_end(2009)).of == ("x",)


def test_a_users_toml(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "Basins"\nsource = "me"\n[groups]\nNorth = ["B"]\nSouth = ["A"]\n', encoding="utf-8")
    result = grouping(str(path), ["A", "B"], year_end(2009))
    assert (result.title_en, result.source, result.of) == ("Basins", "me", ("South", "North"))


@pytest.mark.parametrize(
    ("name", "text", "error", "said"),
    [
        (
            "a.csv",
            "region,group\nCHN,x\nUSB,x\n",
            LabelError,
            "region USB is not in the table; did you mean USA?",
        ),
        ("a.csv", "region,group\nCHN,x\n", LabelError, "a.csv: region USA of the table is in no group"),
        ("a.csv", "region,group\nCHN,x\nCHN,y\n", LabelError, "region CHN is in x and in y"),
        ("a.csv", "region,group\nCHN,\nUSA,x\n", InputError, "entry 1 lacks its region or its group"),
        ("a.csv", "country,group\nCHN,x\n", InputError, "has no lines under the columns region,group"),
        ("a.csv", "", InputError, "has no lines under the columns region,group"),
        ("a.toml", "[groups]\nx = ['CHN', 'USB']\n", LabelError, "region USB is not in the table"),
        ("a.toml", "x = 1\n", InputError, "has no table [groups] of lists"),
        ("a.toml", "[groups]\nx = 'CHN'\n", InputError, "has no table [groups] of lists"),
        ("a.toml", "groups = \n", InputError, "is not TOML"),
    ],
)
def test_a_users_file_that_is_wrong(tmp_path: Path, name: str, text: str, error: type[TanhengError], said: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error) as caught:
        grouping(str(path), ["CHN", "USA"], year_end(2009))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_users_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        grouping(str(tmp_path / "none.csv"), ["CHN"], year_end(2009))
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not text in UTF-8"):
        grouping(str(tmp_path / "b.toml"), ["CHN"], year_end(2009))
