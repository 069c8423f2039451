"""Questions to a ledger in SQL: DuckDB in memory, which reads the ledger's files and can do nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from tanheng.errors import QuestionError
from tanheng.ledger import form

if TYPE_CHECKING:
    import duckdb

_CLOSED: dict[
    str, str | bool | int | float | list[str]
] = {  # nothing is loaded, spilled to disk, or found among the caller's own variables
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_HINT = "the view is 'ledger'; 'DESCRIBE ledger' shows its columns"


def query(sql: str, files: Sequence[Path]) -> pa.Table:
    """What one SELECT finds in the view ``ledger`` over the files; nothing else can be read, written or fetched.

    Raises QuestionError, in one line, for what is no SELECT, and for what DuckDB cannot answer.
    """
    import duckdb

    with _opened(files) as connection:
        try:
            statements = connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise QuestionError("one SELECT is answered, and nothing else", where="query", hint=_HINT)
            return connection.sql(statements[0]).to_arrow_table()
        except duckdb.Error as error:
            raise QuestionError(_line(error), where="query", hint=_HINT) from None


@contextmanager
def _opened(files: Sequence[Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the view ``ledger``, closed to all but these files before anything of a user's runs."""
    import duckdb

    paths = ", ".join(_quoted(str(path)) for path in files)
    with duckdb.connect(":memory:", config=_CLOSED) as connection:
        if files:
            connection.execute(f"CREATE VIEW ledger AS SELECT * FROM read_parquet([{paths}])")
        else:
            connection.from_arrow(form.arrow(form.empty())).create("ledger")
        connection.execute(f"SET allowed_paths = [{paths}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _line(error: Exception) -> str:
    """DuckDB's message without the drawing of the place, on one line."""
    told = str(error).partition("\nLINE ")[0]
    return " ".join(told.split())
