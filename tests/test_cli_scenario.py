"""The scenario commands: what they print in every format, and how they end."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from plain_tables import kitzes_folder
from typer.testing import CliRunner, Result

from tanheng.cli import app
from tanheng.data import store

HALF = """title = { en = "One emits half", zh = "一号减半" }
[[change]]
kind = "intensity"
region = "one"
factor = 0.5
[[change]]
kind = "demand"
region = "two"
factor = 2
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["scenario", *map(str, arguments)], prog_name="tanheng")


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def half(tmp_path) -> tuple[object, ...]:
    """A scenario and the table of Kitzes, as arguments of run."""
    (tmp_path / "half.toml").write_text(HALF, "utf-8")
    return tmp_path / "half.toml", "--table", kitzes_folder(tmp_path / "kitzes")


def test_list_and_show_in_both_languages(half):
    assert "carbon-price-annex-i" in done("list")
    assert "并非预测" in done("list", "--lang", "zh")
    shown = done("show", half[0])
    assert "One emits half" in shown
    assert "region = one, factor = 0.5" in shown
    assert "直接强度" in done("show", half[0], "--lang", "zh")


def test_effects_as_a_table_say_what_changed_and_what_did_not(half):
    """s = (1/4, 1/3) and two's demand doubled: m = (14/15, 13/15) times (3, 12) is 2.8 and 10.4."""
    shown = done("run", *half)
    assert "2.8000" in shown
    assert "10.400" in shown
    for told in ("One emits half: Consumption-based account [t], CO2", "times 0.5", "held fixed: prices", "half"):
        assert told in shown
    assert "保持不变：价格" in done("run", *half, "--lang", "zh")


def test_csv_and_json_are_tidy(half):
    frame = pd.read_csv(io.StringIO(done("run", *half, "--format", "csv")))
    rows = frame.set_index(["region", "case"])["value"]
    assert rows["one", "change"] == pytest.approx(-2)
    assert rows["two", "scenario"] == pytest.approx(10.4)
    told = json.loads(done("run", *half, "--principle", "production", "--format", "json"))
    (meta,) = told["meta"].values()
    assert meta["of"] == "production"
    assert {row["case"] for row in told["rows"]} == {"baseline", "scenario", "change"}


def test_by_change_and_paths(half):
    shown = done("run", *half, "--by-change", "--principle", "production")
    assert "1 Intensity" in shown
    assert "Interaction (whole less each alone): CO2 -2.0000" in shown
    frame = pd.read_csv(io.StringIO(done("run", *half, "--paths", 3, "--region", "one", "--format", "csv")))
    assert frame["rank"].tolist() == [1, 2, 3]
    assert frame["path"][0] == "one:all"
    assert "one all" in done("run", *half, "--paths", 3)


def test_its_table_can_be_stored(half, monkeypatch, tmp_path):
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path / "home"))
    done("run", *half, "--write", "halved")
    stored = store.open("halved")
    table = stored[stored.years[0]]
    assert float(table.F.sum()) == pytest.approx(13.2)  # 6 and 7.2
    assert any(one.check == "scenario-intensity-factor" for one in table.findings)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--paths", 2, "--by-change"], 2, "give --paths or --by-change, not both"),
        (["--sharing", "sequential"], 2, "--sharing is for --by-change"),
        (["--region", "one"], 2, "--region is for --paths"),
        (["--paths", 2, "--by", "region"], 2, "--by is not for --paths"),
        (["--paths", 2, "--principle", "income"], 2, "leave --principle out"),
        (["--by", "colour"], 1, "consumption has no dimension 'colour'"),
        (["--write", "world"], 1, "'world' is the embedded table"),
        (["--stressor", "CH4"], 1, "the table has no stressor 'CH4'"),
    ],
)
def test_mistakes_end_in_one_line(half, options, code, said):
    result = run("run", *half, *options)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_label_that_the_table_lacks_names_the_line(half):
    half[0].write_text(HALF.replace('"one"', '"ones"'), "utf-8")
    result = run("run", *half)
    assert result.exit_code == 1
    assert "half.toml:2, change 1: region ones is not known; did you mean one?" in result.stderr
