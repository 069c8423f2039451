"""The command ledger coverage: what it prints in every format, and how it ends."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from plain_tables import kitzes_folder
from typer.testing import CliRunner, Result

import tanheng as th
from tanheng import accounts
from tanheng.cli import app
from tanheng.cli import coverage as command  # the import registers it

RULES = """name = "mine"
[[rules]]
basis = "sector"
source = "statistics of the countries"
pedigree = [1, 1, 1, 1, 1]

[[rules]]
basis = "proxy"
regions = ["ROW"]
source = "an estimate"
judgement = true
"""


def run(*arguments: object) -> Result:
    assert command.coverage
    return CliRunner().invoke(app, ["ledger", "coverage", *map(str, arguments)], prog_name="tanheng")


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "quality.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def test_the_overview_has_the_worst_first_and_the_world_last() -> None:
    lines = [line for line in done("world", "--limit", 3).splitlines() if line.strip()]
    assert lines[0] == "Coverage [kt], CO2, 2009"
    assert [line.split()[0] for line in lines[3:7]] == ["ROW", "SWE", "SVN", "Total"]
    total = [float(text.replace(",", "")) for text in lines[6].split()[1:]]
    assert total[0] == pytest.approx(28_849_581, abs=1)  # kt, WIOD 2009
    assert sum(total[1:5]) == pytest.approx(100, abs=0.2)  # four figures of one digit
    assert "+ 38 (--limit N, -o FILE)" in lines
    assert any("WIOD environmental accounts" in line for line in lines)


def test_the_overview_in_chinese() -> None:
    text = done("world", "--limit", 1, "--lang", "zh")
    assert "部门数据 %" in text
    assert "替代数据 %" in text
    assert "世界其他地区" in text
    assert "以 1 为最好" in text


def test_files_have_the_account(tmp_path: Path) -> None:
    path = tmp_path / "coverage.csv"
    done("world", "--year", 2008, "-o", path)
    frame = pd.read_csv(path)
    assert list(frame.columns) == ["account", "stressor", "unit", "year", "region", "basis", "value"]
    whole = float(th.consumption(th.open("world")[2008]).sum())
    assert frame["value"].sum() == pytest.approx(whole, rel=1e-9)


def test_years_shares_and_dimensions() -> None:
    frame = pd.read_csv(
        io.StringIO(done("--years", "2008:2009", "--measure", "share", "--by", "basis", "--format", "csv"))
    )
    assert frame.groupby("year")["value"].sum().tolist() == pytest.approx([1, 1])
    assert set(frame["unit"]) == {1}


def test_rules_of_ones_own(rules: Path) -> None:
    found = json.loads(done("--quality", rules, "--measure", "score", "--by", "region,indicator", "--format", "json"))
    values = {(row["region"], row["indicator"]): row["value"] for row in found["rows"]}
    assert values["CHN", "overall"] == 1
    assert values["ROW", "temporal"] == 1  # of what it imports; its own emissions have no pedigree
    assert found["meta"]["2009"]["quality"] == "mine"


def test_products_that_are_split_first_rest_on_product_data() -> None:
    frame = pd.read_csv(io.StringIO(done("--split", "steel", "--by", "basis", "--format", "csv")))
    values = frame.set_index("basis")["value"]
    assert 0 < values["product"] < 0.05 * values.sum()
    assert accounts.coverage  # the account itself has no option for it
    whole = float(th.consumption(th.open("world")[2009]).sum())
    assert values.sum() == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--measure", "overview", "--format", "csv"), 2, "--measure overview is a table of one year"),
        (("--limit", 3, "--measure", "share"), 2, "--limit is for the overview"),
        (("--quality", "none.toml"), 1, "none.toml: cannot be read"),
        (("--split", "stel"), 1, "there is no split 'stel'; did you mean steel"),
        (("--by", "regin"), 1, "did you mean region"),
        (("--year", 2030), 1, "2030"),
        (("--split", "steel", "--year", 1995), 1, "are of 2009, the table of 1995"),
    ],
)
def test_mistakes_end_in_one_line(arguments: tuple[object, ...], code: int, message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_table_without_rules_says_so(tmp_path: Path) -> None:
    result = run(kitzes_folder(tmp_path / "table"))
    assert result.exit_code == 0, result.output
    assert "no rules are known for this table" in result.stderr
    lines = result.stdout.splitlines()
    assert all("100.0" in line for line in lines if line.startswith(("one ", "two ", "Total")))
