"""The commands ``ledger add``, ``add-file``, ``list``, ``show``, ``query``, ``check``, ``remove`` and ``export``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from plain_tables import kitzes_folder
from tables import random_table
from test_cli import done, run

from tanheng.accounts import production
from tanheng.cli.ledger import into_ledger
from tanheng.errors import LedgerError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "ledger"


@pytest.fixture
def kitzes(tmp_path: Path) -> str:
    return str(kitzes_folder(tmp_path / "kitzes"))


@pytest.fixture
def filled(kitzes: str) -> list[str]:
    """Production, consumption and flows of Kitzes 2013 in the ledger; the names of the entries."""
    given = [part for name in ("production", "consumption", "flows") for part in ("--account", name)]
    return sorted(line.split()[1] for line in done("ledger", "add", kitzes, *given).splitlines())


def test_accounts_are_computed_and_added_once(kitzes: str, filled: list[str], home: Path):
    assert [name.rsplit("-", 1)[0] for name in filled] == ["consumption-2013", "flows-2013", "production-2013"]
    assert sorted(path.stem for path in home.glob("*.parquet")) == filled
    assert done("ledger", "add", kitzes, "--account", "flows").split() == ["same", filled[1]]


def test_an_account_split_otherwise_is_refused_in_one_line(kitzes: str, filled: list[str]):
    result = run("ledger", "add", kitzes, "--account", "production", "--by", "region,sector")
    assert result.exit_code == 1
    assert "is there by region: by region, sector it would count twice" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    done("ledger", "add", kitzes, "--account", "production", "--by", "region,sector", "--replace")


def test_options_of_an_account_are_taken(kitzes: str):
    for share in ("0.25", "0.75"):
        done("ledger", "add", kitzes, "--account", "national-sharing", "--option", f"share={share}")
    found = json.loads(done("ledger", "query", "SELECT DISTINCT definition FROM ledger ORDER BY 1", "--format", "json"))
    assert found == {"rows": [{"definition": "share 0.25"}, {"definition": "share 0.75"}]}


@pytest.mark.parametrize(("lang", "word"), [("en", "Principle"), ("zh", "核算原则")])
def test_the_list_names_every_entry(filled: list[str], lang: str, word: str):
    text = done("ledger", "list", "--lang", lang)
    assert word in text
    assert all(name in text for name in filled)


def test_an_empty_ledger_says_how_it_is_filled():
    result = run("ledger", "list")
    assert result.exit_code == 0
    assert "is empty: 'tanheng ledger add' fills it" in result.stderr


def test_an_entry_is_shown_by_the_beginning_of_its_name(filled: list[str]):
    text = done("ledger", "show", "flows", "--limit", "2")
    assert filled[1] in text
    assert "Kitzes 2013" in text
    assert "+ 2 (--limit N" in text  # four flows between two regions


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_query_is_written_in_every_format(filled: list[str], tmp_path: Path, kind: str):
    sql = "SELECT region, value, low, year FROM ledger WHERE principle = 'production' ORDER BY region"
    out = tmp_path / f"found.{kind}"
    done("ledger", "query", sql, "-o", str(out))
    if kind == "json":
        frame = pd.DataFrame(json.loads(out.read_text())["rows"])
    else:
        frame = pd.read_csv(out) if kind == "csv" else pq.read_table(out).to_pandas()
    assert frame["region"].tolist() == ["one", "two"]
    assert frame["value"].tolist() == [8, 4]  # Kitzes 2013
    assert frame["low"].isna().all()
    assert frame["year"].tolist() == [2013, 2013]


def test_a_query_on_the_terminal_has_the_columns_asked_for(filled: list[str]):
    text = done("ledger", "query", "SELECT region, value FROM ledger WHERE account = 'flows'", "--limit", "3")
    lines = [line.split() for line in text.splitlines() if line.strip()]
    assert lines[0] == ["region", "value"]
    assert lines[2][0] == "one"
    assert "+ 1 (--limit N" in text


@pytest.mark.parametrize("sql", ["SELECT regon FROM ledger", "COPY ledger TO 'out.csv'", "SELECT 1; SELECT 2", ""])
def test_a_wrong_query_ends_in_one_line(filled: list[str], sql: str):
    result = run("ledger", "query", sql)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "the view is 'ledger'" in result.stderr


def test_check_passes_and_finds_a_file_that_was_changed(filled: list[str], home: Path):
    assert "3 entries, 8 rows: every rule holds" in done("ledger", "check")
    (home / f"{filled[0]}.parquet").write_bytes(b"PAR1")
    result = run("ledger", "check")
    assert result.exit_code == 1
    assert f"{filled[0]}.parquet" in result.stdout


def test_entries_are_removed_by_name_or_by_what_they_are(filled: list[str]):
    assert done("ledger", "remove", filled[0]).split() == ["removed", filled[0]]
    assert done("ledger", "remove", "--year", "2013", "--account", "flows").split() == ["removed", filled[1]]
    assert run("ledger", "remove", "--year", "1999").exit_code == 1
    assert run("ledger", "remove").exit_code == 2
    assert "production" in done("ledger", "list")


def test_what_is_exported_can_be_added_from_elsewhere(filled: list[str], tmp_path: Path):
    out = tmp_path / "all.csv"
    done("ledger", "export", str(out))
    assert pd.read_csv(io.StringIO(out.read_text()))["value"].sum() == pytest.approx(36)  # 12 t three times
    assert all(line.startswith("same") for line in done("ledger", "add-file", str(out)).splitlines())
    assert run("ledger", "export", str(tmp_path / "all.xlsx")).exit_code == 2


def test_a_file_that_is_no_ledger_ends_in_one_line(tmp_path: Path):
    path = tmp_path / "mine.csv"
    path.write_text("year,value\n2020,1\n")
    result = run("ledger", "add-file", str(path))
    assert result.exit_code == 1
    assert "there is no column approach, account" in result.stderr


# -- answers of other commands ----------------------------------------------------------------------------------------


def test_what_the_ledger_has_no_column_for_is_one_line(home: Path):
    result = production(random_table(1), "region,sector").rename(sector="factor")
    with pytest.raises(LedgerError) as raised:
        into_ledger([result])
    said = "the ledger has no column for the dimension 'factor' of production; ask without it, or sum over it"
    assert str(raised.value) == said
    assert not home.exists()
