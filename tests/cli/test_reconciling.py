"""The commands ``hybrid exchange`` and ``hybrid reconcile``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from plain_tables import kitzes_folder
from test_cli import done, run

FILE = """
source = "by hand"

[[demand]]
region = "one"
sector = "all"
value = 0.003
unit = "thousand USD"

[[exchange]]
path = "one:all"
value = 1000
unit = "kg"

[[exchange]]
path = "two:all > one:all"
scope = "input"
value = 1.5
unit = "USD"
source = "a bill"
"""


@pytest.fixture
def asked(tmp_path) -> tuple[Path, Path]:
    """The table of Kitzes, and a file of exchanges."""
    (tmp_path / "exchanges.toml").write_text(FILE, encoding="utf-8")
    return kitzes_folder(tmp_path / "kitzes"), tmp_path / "exchanges.toml"


# -- exchange ---------------------------------------------------------------------------------------------------------


def test_csv_has_the_parts_or_the_exchanges(asked):
    """4.8 t of 3 USD; the maker's 1.5 t become 1 t, and twice as much is bought of two, whose branch holds 0.9 t."""
    parts = pd.read_csv(io.StringIO(done("hybrid", "exchange", *asked, "--format", "csv")))
    assert parts["component"].tolist() == ["table", "taken-out", "rescaled", "put-in"]
    assert parts["value"].tolist() == pytest.approx([4.8, -2.4, 1.8, 1.0], rel=1e-12)
    frame = pd.read_csv(io.StringIO(done("hybrid", "exchange", *asked, "--exchanges", "--format", "csv")))
    assert frame["path"].tolist() == ["one:all", "two:all > one:all"]
    assert frame["change"].tolist() == pytest.approx([-0.5, 0.9], rel=1e-12)
    assert frame["source"].tolist() == ["by hand", "a bill"]


def test_json_has_both(asked):
    answer = json.loads(done("hybrid", "exchange", *asked, "--format", "json"))
    assert sum(row["value"] for row in answer["rows"]) == pytest.approx(5.2, rel=1e-12)
    assert len(answer["exchanges"]) == 2
    assert answer["meta"]["2013"]["approach"] == "hybrid"


@pytest.mark.parametrize(("lang", "said"), [("en", "Taken out of the table"), ("zh", "从投入产出表中取出")])
def test_a_person_reads_paths_parts_and_total(asked, lang, said):
    text = done("hybrid", "exchange", *asked, "--lang", lang)
    assert said in text
    assert "two all > one all" in text
    assert "5.2000 t" in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("two:all > one:all", "all > one:all", "exchange 2: 'all' of the path .* is no node"),
        ("two:all > one:all", "one:all > two:all", "does not end in a demanded product"),
        ('scope = "input"', 'scope = "imput"', "no scope 'imput'; did you mean input"),
        ('unit = "kg"', 'unit = "kWh"', "exchange of one:all: .*give it in t"),
        ("value = 1000", 'value = "much"', "exchange 1: value is 'much', not a number"),
        ("[[demand]]", "[[demands]]", "key 'demands' is not known; did you mean demand"),
        ('unit = "thousand USD"', 'unit = "kg"', "demand 1: the unit of demand is 'kg', which is no money"),
        ('unit = "thousand USD"', 'unit = "EUR"', "EUR .*cannot be turned into USD"),
        ('path = "one:all"', 'path = "two:all > one:all"\nscope = "path"', "count twice"),
        ('source = "by hand"', 'source = "by hand', "line 2: is not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_one_line(asked, old, new, said):
    table, file = asked
    assert old in FILE
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    result = run("hybrid", "exchange", table, file)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert pd.Series(lines).str.contains(said).all(), lines


# -- reconcile --------------------------------------------------------------------------------------------------------


def test_steel_is_reconciled_figure_by_figure():
    frame = pd.read_csv(io.StringIO(done("hybrid", "reconcile", "steel", "--format", "csv")))
    last = frame.set_index("factor").loc["total"]
    assert last["bottom_up"] == pytest.approx(66.9 * 1.91, rel=1e-9)  # as published: customs and worldsteel, 2021
    assert last["effect"] == pytest.approx(last["bottom_up"] - last["top_down"], rel=1e-9)
    causes = frame[frame["factor"] != "total"]
    assert causes["effect"].sum() == pytest.approx(last["effect"], rel=1e-9)
    assert causes["cause"].tolist() == ["trade-definition", "price", "factor", "boundary", "year"]


def test_options_reach_the_readings():
    one = done(
        "hybrid", "reconcile", "steel", "--asked", "2009", "--price", "1000 USD/t", "--sector", "c13",
        "--format", "json",
    )  # fmt: skip
    rows = {row["factor"]: row for row in json.loads(one)["rows"]}
    assert (rows["price"]["bottom_up"], rows["price"]["bottom_up_source"]) == (1000, "given with --price")
    assert (rows["year"]["top_down"], rows["year"]["bottom_up_proxy"]) == (1, True)
    assert "CHN c13" in rows["total"]["top_down_source"]


@pytest.mark.parametrize(("lang", "said"), [("en", "Trade definition"), ("zh", "贸易口径")])
def test_a_person_reads_both_sides_and_the_causes(lang, said):
    text = done("hybrid", "reconcile", "steel", "--lang", lang)
    assert said in text
    assert "127.78" in text
    assert "*" in text


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["stell"], 1, "no product 'stell'; did you mean steel"),
        (["cement"], 1, "cement is not paired with a sector"),
        (["steel", "--price", "1000"], 2, "'1000' is no price"),
        (["steel", "--price", "1000 EUR/t"], 1, "give the price in USD"),
        (["steel", "--sector", "c99"], 1, "no sector 'c99'"),
        (["steel", "--asked", "2050"], 1, "no CHN in 2050"),
    ],
)
def test_a_wrong_question_is_one_line(options, code, said):
    result = run("hybrid", "reconcile", *options)
    assert result.exit_code == code
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
