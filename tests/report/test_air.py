"""The page on the air of a year: it says what holds under each of the rules, and stands alone."""

from __future__ import annotations

import re

import pytest
from air_data import town, without, year

from tanheng.accounts import under_rules
from tanheng.report.air import air_page

from .conftest import require_bundle


@pytest.fixture(autouse=True)
def _bundle() -> None:
    require_bundle()


def page(language: str, **levels: float) -> str:
    return air_page(under_rules(year(**levels), ["2012", "2026", "2031"], 2015), language, name="A <b>town</b>")


def test_it_says_what_holds_under_each_of_the_rules() -> None:
    text = page("en", PM25=33.0)
    assert "Under the rules of 2012, 365 of 365 days had good air (100.0%); the year attains the limits." in text
    assert (
        "Under the rules of 2026, 365 of 365 days had good air (100.0%); the year does not attain the limits: PM₂.₅"
        in text
    )
    zh = page("zh", PM25=33.0)
    assert "按2012年规则，365个有效天中优良365天（100.0%）；全年达标。" in zh
    assert "按2026年规则，365个有效天中优良365天（100.0%）；全年未达标，超标项目：PM₂.₅。" in zh


def test_it_warns_of_reference_states_in_its_language() -> None:
    assert "particles cannot be brought to the other state" in page("en")
    assert "监测时的温度和压力" in page("zh")


def test_a_calendar_for_each_index_and_not_for_each_of_the_rules() -> None:
    """The index of 2026 is that of 2031 too."""
    assert re.findall(r'<figure data-chart="chart-([^"]+)"', page("en")) == [
        "air-calendar-2015-2012", "air-calendar-2015-2026", "air-classes-2015", "air-trend",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_stands_alone_and_no_name_breaks_it(language: str) -> None:
    text = page(language)
    assert "<b>town</b>" not in text
    head = text[: text.index("<script>")]  # what the page itself asks for; the bundle names namespaces
    assert not re.search(r'(?:src|href)="(?!#)', head)


def test_too_few_data_are_said() -> None:
    gone = without(year(), "2015-03-01", "2015-03-20 23:00", "O3")
    text = air_page(under_rules(gone, ["2012"], 2015), "en")
    assert "the data are not enough to judge the year" in text
    assert "100*" in text
    days = air_page(under_rules(town([{}]), ["2012"], 2015), "zh")
    assert "数据不足，无法评价全年。" in days
