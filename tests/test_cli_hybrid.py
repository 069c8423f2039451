"""The commands ``hybrid footprint`` and ``hybrid accounts``, on what is worked by hand in tests/hybrid_systems.py."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from plain_tables import kitzes_folder
from test_cli import done, run

ONE = {
    "Z.csv": ",,DEU\n,,all\nDEU,all,20\n",
    "Y.csv": ",,DEU\n,,final\nDEU,all,80\n",
    "F.csv": ",DEU\n,all\nCO2,50\n",
    "about.toml": 'name = "one"\nyear = 2009\ncurrency = "USD"\nprice_basis = "current"\n\n[units]\nCO2 = "kg"\n',
}
# Heijungs and Suh 2002, ch. 2: a kWh takes 0.2 l of fuel of 0.1 kg each, and 0.1 kg of its own; and 0.2 h of repair
POWER = """
id = "power"
title = { en = "Power", zh = "电力" }
unit = "kWh"
reference = "power"
source = "Heijungs and Suh 2002"
licence = "none"
years = [2009, 2010]

[flows.repair]
title = "repair"
unit = "h"
kind = "product"

[[process]]
id = "power"
title = { en = "power plant", zh = "电厂" }
unit = "kWh"

[[process.exchange]]
emission = "CO2"
amount = 0.1

[[process.exchange]]
input = "fuel"
amount = 0.2

[[process.exchange]]
input = "repair"
amount = 0.2

[[process]]
id = "fuel"
title = { en = "well", zh = "油井" }
unit = "l"

[[process.exchange]]
emission = "CO2"
amount = 0.1
"""
HEAD = "product,unit,region,sector,price,currency,year,basis,source\n"
SALES = '[[sale]]\nproduct = "power"\nquantity = 0.1\nunit = "MWh"\n'


@pytest.fixture
def files(tmp_path, monkeypatch) -> Path:
    kitzes_folder(tmp_path / "one", ONE)
    (tmp_path / "power.toml").write_text(POWER, encoding="utf-8")
    (tmp_path / "bought.csv").write_text(f"{HEAD}repair,h,DEU,all,0.8,USD,2009,basic,made up\n", encoding="utf-8")
    (tmp_path / "made.csv").write_text(f"{HEAD}power,kWh,DEU,all,0.1,USD,2009,basic,made up\n", encoding="utf-8")
    (tmp_path / "sales.toml").write_text(SALES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


FOOTPRINT = ("hybrid", "footprint", "power.toml", "--process", "power", "--table", "one")
BOUGHT = ("--purchases", "bought.csv")
SOLD = ("--made", "made.csv", "--sales", "sales.toml")
ACCOUNTS = ("hybrid", "accounts", "power.toml", "--table", "one", *SOLD)


def rows(*command) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(done(*command, "--format", "csv")))


def test_a_tiered_footprint(files):
    frame = rows(*FOOTPRINT, *BOUGHT, "--amount", 1000)
    assert dict(zip(frame["component"], frame["value"], strict=True)) == pytest.approx(
        {"process": 120, "purchases": 100}
    )
    assert frame.columns.tolist() == ["account", "stressor", "unit", "year", "component", "stage", "value"]
    assert set(frame["unit"]) == {"kg"}


def test_an_integrated_footprint(files):
    found = json.loads(done(*FOOTPRINT, *BOUGHT, *SOLD, "--by", "component", "--format", "json"))
    times = 1 / (1 - 18 * 0.16 / 73.8)  # see tests/accounts/hybrids/test_hybrid_footprint.py
    values = {row["component"]: row["value"] for row in found["rows"]}
    assert values == pytest.approx({"process": 0.12 * times, "purchases": 0.16 / 73.8 * times * 45}, rel=1e-9)
    meta = found["meta"]["hybrid-footprint"]
    assert meta["method"].startswith("integrated")
    assert (meta["approach"], len(meta["base_hash"])) == ("hybrid", 64)


def test_a_recipe_buys_what_the_sector_buys(files):
    """A kWh of 0.1 USD buys 0.02 of its sector, of 0.625 kg each."""
    frame = rows(*FOOTPRINT, "--made", "made.csv", "--recipe", "--by", "component")
    assert frame["value"].tolist() == pytest.approx([0.12, 0.02 * 0.625], rel=1e-9)
    without = rows(*FOOTPRINT, "--made", "made.csv", "--recipe", "--covered", "all", "--by", "component")
    assert without["value"].tolist() == pytest.approx([0.12, 0])


@pytest.mark.parametrize("account", ["production", "consumption"])
def test_accounts_of_the_year(files, account):
    w = 72 / 73.8
    frame = rows(*ACCOUNTS, "--account", account, "--by", "component", "--link", "CO2=CO2")
    assert frame["value"].sum() == pytest.approx(45 * w + 0.12 * (80 + 18 * w), rel=1e-9)


def test_differences_and_what_was_taken_out(files):
    w = 72 / 73.8
    frame = rows(*ACCOUNTS, "--account", "differences")
    assert frame["value"].sum() == pytest.approx(45 * w + 0.12 * (80 + 18 * w) - 50, rel=1e-9)
    taken = rows(*ACCOUNTS, "--removed")
    assert taken["what"].tolist() == ["power", "power: inputs", "power: CO2"]
    assert taken["amount"].tolist() == pytest.approx([10, 2, 5])
    assert set(taken["rule"]) == {"own-output"}


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("Purchases", "Hybrid footprint")), ("zh", ("购买", "产品的混合足迹"))]
)
def test_people_read_it_in_their_language(files, language, words):
    text = done(*FOOTPRINT, *BOUGHT, "--lang", language)
    assert all(word in text for word in words)
    assert ("Why", "规则")[language == "zh"] in done(*ACCOUNTS, "--removed", "--lang", language)


def test_what_is_left_out_is_noted(files):
    result = run(*FOOTPRINT)
    assert result.exit_code == 0
    assert (
        "note: inputs that nothing in the processes makes and that have no price here (1 of 1): repair" in result.stderr
    )
    assert "repair" not in run(*FOOTPRINT, *BOUGHT).stderr


def test_warming_potentials_and_unlike_boundaries(files):
    result = run(*FOOTPRINT, *BOUGHT, "--gwp", "gwp100-ar6", "--link", "CO2=GHG")
    assert result.exit_code == 0
    assert "unlike boundaries: CO2 of the table (kg) is joined with GHG of the processes (kg CO2e)" in result.stderr


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ((*FOOTPRINT, "--covered", "all"), 2, "--covered is for --recipe"),
        ((*FOOTPRINT, "--recipe"), 2, "--recipe needs --made FILE"),
        ((*FOOTPRINT, "--sales", "sales.toml"), 2, "--sales needs --made FILE"),
        ((*FOOTPRINT, "--link", "CO2"), 2, "is not of the form TABLE=PROCESS"),
        ((*FOOTPRINT, "--link", "CO2=GHG"), 1, "there is no stressor 'GHG'"),
        ((*FOOTPRINT, "--link", "CO2="), 0, ""),
        ((*FOOTPRINT, "--stressor", "CH4"), 1, "the hybrid has no stressor 'CH4'"),
        ((*FOOTPRINT, "--by", "sectors"), 1, "did you mean sector?"),
        ((*FOOTPRINT, "--year", "2010"), 1, "2010"),
        ((*FOOTPRINT, "--gwp", "gwp"), 1, "there is no set of warming potentials"),
        ((*FOOTPRINT, "--purchases", "none.csv"), 1, "none.csv"),
        (("hybrid", "accounts", "power.toml", "--table", "one"), 2, "--sales FILE says what the processes sell"),
        ((*FOOTPRINT[:3], "--table", "one", "--process", "steel"), 1, "process steel is not known"),
    ],
)
def test_a_mistake_is_one_line(files, command, code, message):
    result = run(*command)
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    if code:
        assert result.stderr.startswith("error: ")
        assert len(result.stderr.splitlines()) == 1


# -- into the ledger --------------------------------------------------------------------------------------------------


def test_an_account_goes_into_the_ledger_with_its_differences(files, monkeypatch):
    monkeypatch.setenv("TANHENG_HOME", str(files / "home"))
    assert done("ledger", "add", "one", "--account", "production", "--account", "consumption")
    for account in ("production", "consumption"):
        result = run(*ACCOUNTS, "--account", account, "--ledger")
        assert result.exit_code == 0, result.stderr
        assert "note: ledger: new hybrid-accounts-2009-" in result.stderr
    assert "note: ledger: same hybrid-differences-2009-" in result.stderr
    done("ledger", "check")
    sums = rows("ledger", "query", "SELECT approach, principle, line, sum(value) AS v FROM ledger GROUP BY ALL")
    by = {tuple(row): value for *row, value in sums.fillna("").to_numpy().tolist()}
    more = by["hybrid", "", "difference"]
    for principle in ("production", "consumption"):
        # conservation is held to 1e-9
        assert by["hybrid", principle, "emission"] == pytest.approx(50 + more, rel=1e-9)


def test_a_footprint_goes_into_the_ledger(files, monkeypatch):
    monkeypatch.setenv("TANHENG_HOME", str(files / "home"))
    done(*FOOTPRINT, *BOUGHT, "--amount", 1000, "--ledger")
    found = rows("ledger", "query", "SELECT basis, sum(value) AS v FROM ledger GROUP BY ALL ORDER BY basis")
    assert found.to_numpy().tolist() == [["product", pytest.approx(120)], ["sector", pytest.approx(100)]]
    result = run(*FOOTPRINT, *BOUGHT, "--removed", "--ledger")
    assert result.exit_code == 2
    assert "--ledger adds the answer; --removed shows something else" in result.stderr
