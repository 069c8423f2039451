"""Default values and benchmarks of CBAM, looked up: the longest code, the fallback that the list rules, the date."""

from datetime import date

import pytest

from tanheng.data import cbam
from tanheng.errors import MissingError, NormError, QuestionError

AT = date(2026, 6, 1)


def test_the_longest_code_stands_for_a_good():
    """The list has 7208 for all hot-rolled flat products, and 76109010 beside 761090."""
    assert cbam.default_value("CHN", "72089080", AT).good == "7208"
    assert cbam.default_value("CHN", "7208", AT).good == "7208"
    assert cbam.default_value("*", "76109010", AT).good == "76109010"
    assert cbam.default_value("*", "76109020", AT).good == "761090"


@pytest.mark.parametrize("code", ["72081000", "7208 10 00", "7208.10.00", "7208100010"])
def test_a_code_is_read_as_it_is_written(code):
    assert cbam.default_value("CHN", code, AT).total == 3.186893  # as printed in the regulation's sheet


def test_a_code_wider_than_the_list_is_answered_where_its_goods_agree():
    assert cbam.default_value("CHN", "720610", AT).total == 1.74  # 72061000 alone
    assert cbam.default_value("CHN", "7217", AT).total == 3.168785  # four codes of six digits, one value
    with pytest.raises(QuestionError, match=r"720711 stands for 4 goods with default values from 3\.1\d+ to 3\.3"):
        cbam.default_value("CHN", "720711", AT)


def test_white_and_grey_share_a_code():
    with pytest.raises(QuestionError, match=r"stands for 2 goods .* say which: grey or white"):
        cbam.default_value("DZA", "25231000", AT)
    assert cbam.default_value("DZA", "25231000", AT, variant="grey").total == 1.28
    assert cbam.default_value("DZA", "25231000", AT, variant="white").total == 1.34
    with pytest.raises(QuestionError, match="has no variant 'red'"):
        cbam.default_value("DZA", "25231000", AT, variant="red")


def test_a_country_without_a_value_has_that_of_other_countries_and_says_so():
    unlisted = cbam.default_value("ALB", "72081000", AT)
    listed = cbam.default_value("ALB", "25231000", AT, variant="white")
    other = cbam.default_value("*", "72081000", AT)
    assert (unlisted.origin, unlisted.total) == ("*", other.total)
    assert unlisted.basis == "fallback: other countries and territories (ALB has no value)"
    assert (listed.origin, listed.total, listed.indirect) == ("*", 1.37, 0.06)  # the whole row, not cell by cell
    assert cbam.default_value("FJI", "72081000", AT).basis.endswith("(FJI is not listed)")
    assert cbam.default_value("CHN", "72081000", AT).basis == ""


@pytest.mark.parametrize("name", ["China", "XXX", "chn"])
def test_what_is_no_country_never_gets_the_value_of_others(name):
    with pytest.raises(QuestionError, match="is no country that is known"):
        cbam.default_value(name, "72081000", AT)


def test_what_nobody_has_is_missing():
    """The aluminium articles 7615 are in the rows of some countries and not among other countries and territories."""
    with pytest.raises(MissingError, match="FJI has no default value for 76151010, and other countries"):
        cbam.default_value("FJI", "76151010", AT)
    with pytest.raises(QuestionError, match="CN code 27160000 is not in the list of default values"):
        cbam.default_value("CHN", "27160000", AT)
    with pytest.raises(QuestionError, match="is not a CN code"):
        cbam.default_value("CHN", "steel", AT)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2026, 1, 1), 0.1),
        (date(2026, 12, 31), 0.1),
        (date(2027, 1, 1), 0.2),
        (date(2027, 12, 31), 0.2),
        (date(2028, 1, 1), 0.3),
        (date(2034, 1, 1), 0.3),
    ],
)
def test_the_mark_up_changes_on_its_day(day, rate):
    steel, nitrate = cbam.default_value("CHN", "72081000", day), cbam.default_value("CHN", "28342100", day)
    assert steel.mark_up == rate
    assert steel.value == pytest.approx(3.186893 * (1 + rate))
    assert nitrate.mark_up == 0.01  # fertilisers, in any year


def test_before_2026_there_is_no_default_value():
    with pytest.raises(NormError, match="valid from 2026-01-01"):
        cbam.default_value("CHN", "72081000", date(2025, 12, 31))


def test_a_steel_maker_has_no_indirect_value_and_a_cement_maker_has():
    assert cbam.default_value("CHN", "72081000", AT).indirect is None
    assert cbam.default_value("CHN", "25232900", AT).indirect > 0


def test_benchmarks_by_route_and_year_of_production():
    assert [cbam.benchmark("72081000", 2026, route).value for route in "CDE"] == [1.37, 0.481, 0.072]
    assert [cbam.benchmark("72181000", year).value for year in (2026, 2027, 2028, 2030)] == [1.419, 1.419, 1.381, 1.381]
    assert cbam.benchmark("25231000", 2026, variant="grey").value == 0.666
    with pytest.raises(MissingError, match="no benchmark of 2031"):
        cbam.benchmark("72081000", 2031, "C")
    with pytest.raises(QuestionError, match="there is no benchmark for 8471"):
        cbam.benchmark("8471", 2026)


def test_a_route_that_is_not_there_takes_the_same_way_to_crude_steel():
    """7227 has marks F to J alone, and the default value of wire rod of alloy steel the route C."""
    found = cbam.benchmark("72271000", 2026, "C")
    assert (found.route, found.basis) == ("F", "mark F for route C")
    assert cbam.benchmark("72271000", 2026, "F").value == found.value
    assert cbam.benchmark("73181552", 2026, "C").route == ""  # one line for all routes


def test_without_a_route_the_highest():
    assert cbam.benchmark("72241010", 2026).route == "F"
    assert cbam.benchmark("72241010", 2026).value == 1.807


def test_scope_and_what_counts():
    assert [cbam.in_scope(code, AT) for code in ("72081000", "72022100", "7204", "31056000", "31052010", "8471")] == [
        True, False, False, False, True, False,
    ]  # fmt: skip
    assert cbam.in_scope("280410", AT)  # six digits of hydrogen, 28041000
    codes = ("25232900", "28141000", "26011200", "72081000", "76011010")
    assert [cbam.counts_indirect(code, AT) for code in codes] == [True, True, True, False, False]


def test_all_goods_with_a_benchmark_are_in_scope_and_those_of_the_list_but_one():
    outside = {cn for cn, _ in cbam.goods() if not cbam.in_scope(cn, AT)}
    assert {cn[:4] for cn in outside} == {"7615"}  # listed for some countries; not in Annex I
    assert all(cbam.in_scope(cn, AT) for cn in cbam._benchmarks())


def test_indirect_emissions_are_given_where_they_count():
    """The norm was entered from the regulation, the list is the Commission's: they must agree. Angola's one is not."""
    for (origin, cn, _), cell in cbam.defaults().items():
        if cell.total is not None and (origin, cn) != ("AGO", "26011200"):
            assert (cell.indirect is not None) == cbam.counts_indirect(cn, AT), (origin, cn)


def test_the_origins_outside():
    assert [cbam.exempt(code, AT) for code in ("DEU", "CHE", "NO", "GBR", "CHN")] == [True, True, True, False, False]


def test_the_routes_have_names_in_both_languages():
    routes = cbam.about()["routes"]
    used = {cell.route for cell in cbam.defaults().values()} | {
        row["route"] for rows in cbam._benchmarks().values() for row in rows
    }
    assert used - {""} <= set(routes)
    assert all(set(names) == {"en", "zh"} for names in routes.values())
