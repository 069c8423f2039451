"""tanheng hybrid split: what it prints, writes and refuses."""

import io
import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from tanheng.cli import app
from tanheng.data import store

SPLIT = ["hybrid", "split", "world", "c14", "photovoltaics"]


def run(*more: str):
    return CliRunner().invoke(app, [*SPLIT, *more])


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path))


def test_the_products_trade_and_what_consumption_changes():
    result = run("--limit", "3")
    assert result.exit_code == 0
    assert "Photovoltaics split from electrical and optical equipment" in result.stdout
    assert result.stdout.count("CHN China") >= 2
    assert "Change" in result.stdout
    chinese = run("--limit", "3", "--lang", "zh").stdout
    assert "从电气和光学设备中拆出光伏" in chinese
    assert "变化" in chinese


def test_rows_with_low_and_high():
    result = run("--draws", "2", "--format", "csv")
    frame = pd.read_csv(io.StringIO(result.stdout))
    assert set(frame["account"]) == {"split-balance", "split-consumption"}
    assert (frame["low"] <= frame["high"]).all()
    assert set(frame["definition"].dropna()) == {"before", "after", "change"}


def test_an_account_of_the_split_table():
    result = run("--account", "production", "--by", "sector", "--format", "json")
    rows = {row["sector"]: row["value"] for row in json.loads(result.stdout)["rows"]}
    assert rows["photovoltaics"] == pytest.approx(10e6 * 2.75 / 1e6, rel=1e-5)  # kt: 10 GW at 2.75 kg/kW
    assert {"c14 other", "c12"} <= set(rows)


def test_the_figures_with_year_and_source():
    result = run("--figures", "--format", "csv")
    frame = pd.read_csv(io.StringIO(result.stdout))
    assert frame["same_year"].all()
    assert frame["source"].notna().all()
    assert "Price" in run("--figures").stdout
    assert "价格" in run("--figures", "--lang", "zh").stdout


def test_the_split_table_is_stored(home):
    result = run("--write", "pv", "--limit", "1")
    assert result.exit_code == 0
    table = store.open("pv")[2009]
    assert "photovoltaics" in table.sectors
    assert "sector c14 split into photovoltaics, c14 other" in table.about.version


def test_a_warning_is_said_beside_the_result():
    result = CliRunner().invoke(app, ["hybrid", "split", "world", "c12", "steel", "--limit", "1"])
    assert "note: BEL, BRA, CHN" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["world", "c13", "steel"], 1, "steel is a part of c12, not of c13"),
        (["world", "c12", "stel"], 1, "did you mean steel"),
        (["world", "c12", "steel", "--year", "2000"], 1, "the quantities of steel are of 2009, the table of 2000"),
        (["world", "c12", "steel", "--draws", "1"], 2, "one draw has no spread"),
        (["world", "c12", "steel", "--by", "region"], 2, "--by is for --account"),
    ],
)
def test_refusals(words, code, says):
    result = CliRunner().invoke(app, ["hybrid", "split", *words])
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.stderr


# -- into the ledger --------------------------------------------------------------------------------------------------


def asked(*words: str):
    return CliRunner().invoke(app, list(words))


def test_what_changes_goes_into_the_ledger(home):
    result = run("--ledger")
    assert result.exit_code == 0, result.stderr
    assert "note: ledger: new split-balance-2009-" in result.stderr
    assert "note: ledger: new split-consumption-2009-" in result.stderr
    assert asked("ledger", "check").exit_code == 0


@pytest.mark.parametrize("draws", ["0", "2"])
def test_an_account_of_the_split_table_goes_into_the_ledger_beside_its_base(home, draws):
    """The total of a split table is that of its table: no differences, so the table's own account has to be there."""
    consumption = ("--account", "consumption", "--draws", draws, "--ledger")
    alone = run(*consumption)
    assert alone.exit_code == 1
    assert "nor is the account of its table there; add the account of its table first" in alone.stderr
    assert asked("ledger", "add", "world", "--account", "consumption").exit_code == 0
    result = run(*consumption)
    assert result.exit_code == 0, result.stderr
    sql = "SELECT approach, sum(value) AS v, count(low) AS n FROM ledger GROUP BY ALL ORDER BY approach"
    hybrid, table = json.loads(asked("ledger", "query", sql, "--format", "json").stdout)["rows"]
    assert hybrid["v"] == pytest.approx(table["v"], rel=1e-9)  # what accounts are conserved to
    assert (hybrid["n"] > 0) == (draws != "0")
