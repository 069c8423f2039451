"""Questions in SQL: SELECTs of the ledger are answered, nothing else is read, written or fetched."""

from __future__ import annotations

from pathlib import Path

import pytest
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.errors import QuestionError
from tanheng.ledger import COLUMNS, Ledger, ledger, open_ledger


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    made = open_ledger(tmp_path_factory.mktemp("the user's") / "ledger")  # a quote in the path, as in a user's name
    for table in (kitzes(), random_table(1)):
        made.add([accounts.production(table), accounts.consumption(table), accounts.flows(table)])
    return made


def test_sums_are_those_of_the_rows(held: Ledger):
    found = held.query("SELECT account, stressor, sum(value) AS total FROM ledger GROUP BY ALL ORDER BY ALL")
    want = held.frame().groupby(["account", "stressor"], observed=True)["value"].sum()
    assert found["total"].to_numpy() == pytest.approx(want.to_numpy(), rel=1e-12)  # the order of a sum


def test_the_view_has_the_columns_of_the_ledger(held: Ledger):
    assert tuple(held.query("SELECT * FROM ledger LIMIT 0").columns) == COLUMNS
    assert tuple(held.query("DESCRIBE ledger")["column_name"]) == COLUMNS


def test_what_is_not_known_is_null(held: Ledger):
    assert held.query("SELECT count(*) AS n FROM ledger WHERE low IS NOT NULL")["n"].item() == 0


def test_an_empty_ledger_has_no_rows(tmp_path: Path):
    assert open_ledger(tmp_path).query("SELECT count(*) AS n FROM ledger")["n"].item() == 0


def test_years_side_by_side(held: Ledger):
    found = held.query("PIVOT ledger ON year IN (2009, 2013) USING sum(value) GROUP BY principle ORDER BY principle")
    assert found["principle"].tolist() == ["", "consumption", "production"]
    assert found["2013"].tolist()[1:] == pytest.approx([12, 12])  # Kitzes 2013


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "SELECT regon FROM ledger",
            'Referenced column "regon" not found in FROM clause! Candidate bindings: .*"region"',
        ),
        ("SELECT * FROM ledgr", 'Did you mean "ledger"'),
        ("SELCT 1", "syntax error"),
        ("", "one SELECT is answered, and nothing else"),
        ("SELECT 1; SELECT 2", "one SELECT is answered"),
        ("SELECT sum(region) FROM ledger", "sum"),
    ],
)
def test_a_mistake_is_said_in_one_line(held: Ledger, sql: str, said: str):
    with pytest.raises(QuestionError, match=said) as raised:
        held.query(sql)
    assert "\n" not in str(raised.value)
    assert "LINE" not in str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY ledger TO '{out}'",
        "CREATE TABLE copied AS SELECT * FROM ledger",
        "DROP VIEW ledger",
        "ATTACH '{out}' AS other",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "EXPORT DATABASE '{out}'",
        "SELECT 1; COPY ledger TO '{out}'",
    ],
)
def test_statements_that_change_something_are_refused(held: Ledger, tmp_path: Path, sql: str):
    out = tmp_path / "out"
    with pytest.raises(QuestionError, match="one SELECT is answered, and nothing else"):
        held.query(sql.format(out=out))
    assert not out.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM read_parquet('{held}/*.parquet')",
        "SELECT * FROM read_parquet('https://example.org/a.parquet')",
        "SELECT * FROM read_csv('s3://bucket/a.csv')",
        "SELECT * FROM query('COPY ledger TO ''{folder}/b''')",
    ],
)
def test_nothing_but_the_ledger_can_be_read(held: Ledger, tmp_path: Path, sql: str):
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with pytest.raises(QuestionError):
        held.query(sql.format(file=file, folder=tmp_path, held=str(held.folder).replace("'", "''")))
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_names_of_the_program_are_no_tables(held: Ledger):
    frame = ledger([accounts.production(kitzes())])
    with pytest.raises(QuestionError, match="frame does not exist"):
        held.query("SELECT * FROM frame")
    assert len(frame) == 2
