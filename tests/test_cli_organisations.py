"""The command ``hybrid organisation``: examples, parts of the answer, formats, and mistakes in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plain_tables import kitzes_folder
from test_cli import done, run

WORKS = """
name = "works"
kind = "firm"
region = "one"
year = 2013

[[item]]
id = "meter"
scope = 2
method = "average-data"
quantity = 2
unit = "t"
factor = 1000
of = "power"

[[item]]
id = "contract"
scope = 2
method = "supplier-specific"
electricity = "market"
quantity = 1
unit = "t"
factor = 1000
of = "power"

[[item]]
id = "bill"
scope = 3
category = 3
method = "spend-based"
amount = 4
currency = "USD"
basis = "basic"
region = "one"
sector = "all"
of = "power"

[[item]]
id = "commuting"
scope = 3
category = 7
method = "none"
reason = "not yet surveyed"
"""


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The file of a firm, and the table it is asked of."""
    folder = tmp_path_factory.mktemp("organisations")
    (folder / "works.toml").write_text(WORKS, encoding="utf-8")
    return [str(folder / "works.toml"), "--table", str(kitzes_folder(folder / "kitzes"))]


def test_the_example_of_a_firm_on_the_embedded_world(tmp_path: Path) -> None:
    file = tmp_path / "firm.toml"
    done("hybrid", "organisation", "--example", "firm", "-o", file)
    said = json.loads(done("hybrid", "organisation", file, "--by", "item,scope", "--format", "json"))
    found = {(row["item"], row["scope"]): row["value"] for row in said["rows"]}
    # what its own figures say: 21,000 MWh of 56.1 kg/GJ, 9,000 GJ of 74.1 kg/GJ, 8,000 MWh of 0.57 kg/kWh
    assert found["gas", "1"] == pytest.approx(21_000 * 3.6 * 56.1 / 1000)
    assert found["diesel", "1"] == pytest.approx(9_000 * 74.1 / 1000)
    assert found["power", "2"] == pytest.approx(8_000 * 0.57)
    assert min(found["castings-bill", "3"], found["modules", "3"]) > 0
    assert {row["rule"] for row in said["removed"]} == {"better-method", "other-category", "own-sales"}
    assert [row["item"] for row in said["uncounted"]] == ["commuting"]
    assert (said["meta"]["approach"], said["meta"]["year"]) == ("hybrid", 2009)


def test_every_part_of_the_answer_in_both_languages(works: list[str]) -> None:
    for option, english, chinese in (
        ([], "3.3 Fuel- and energy-related", "3.3 燃料和能源相关活动"),
        (["--removed"], "the purchase is known by a better method", "该采购已有更好的方法"),
        (["--coverage"], "Share of spending", "占支出"),
        (["--beside"], "scope 2, market-based", "范围二（基于市场）"),
        (["--steps"], "lines that are not counted: 1 (commuting)", "有 1 行未计入"),
    ):
        assert english in done("hybrid", "organisation", *works, *option)
        assert chinese in done("hybrid", "organisation", *works, *option, "--lang", "zh")


def test_rows_for_programs(works: list[str]) -> None:
    """Kitzes 2013: s = (1/2, 1/3), A = [[1/2, 5/12], [1/4, 1/6]], det(I - A) = 1/2 * 5/6 - 5/12 * 1/4 = 5/16.

    So m_one = (1/2 * 5/6 + 1/3 * 1/4) / (5/16) = 1.6, and 4 USD hold 6.4 t, 2 t of them emitted by their maker.
    """
    text = done("hybrid", "organisation", *works, "--by", "category", "--format", "csv")
    assert text.splitlines()[0] == "account,stressor,unit,year,category,value"
    found = {line.split(",")[4]: float(line.split(",")[5]) for line in text.splitlines()[1:]}
    assert found == {"energy": 2.0, "3.3": pytest.approx(4.4)}
    taken = done("hybrid", "organisation", *works, "--removed", "--format", "csv").splitlines()
    assert taken[0].startswith("what,region,sector,amount,unit,rule")
    assert float(taken[1].split(",")[3]) == pytest.approx(2.0)


def test_what_is_not_counted_is_said(works: list[str]) -> None:
    result = run("hybrid", "organisation", *works)
    assert "not known (not yet surveyed)" in result.stdout
    assert "note: lines that are not counted: 1 (commuting)" in result.stderr


def test_mistakes(works: list[str]) -> None:
    for arguments, code, words in (
        ([], 2, "name a FILE; --example firm"),
        ([*works, "--removed", "--coverage"], 2, "give --removed or --coverage, not both"),
        ([*works, "--removed", "--by", "scope"], 2, "--by is for the footprint"),
        ([*works, "--by", "scpe"], 1, "no dimension 'scpe'; did you mean scope"),
        ([*works, "--year", "1950"], 1, "1950"),
        (
            [works[0].replace("works", "wroks"), *works[1:]],
            1,
            "is neither a folder nor a file; did you mean works.toml",
        ),
    ):
        result = run("hybrid", "organisation", *arguments)
        assert result.exit_code == code
        assert words in result.stderr
        assert result.stderr.count("\n") == 1
