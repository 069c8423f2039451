"""Rows from elsewhere: a tidy file in the columns of the ledger, or one line that says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tables import kitzes

from tanheng import accounts
from tanheng.errors import InputError, LedgerError
from tanheng.ledger import form, ledger, open_ledger, read_rows, write

HEAD = "year,approach,account,region,stressor,value,unit,method,source"
ROWS = [
    "2021,bottom-up,reported,CHN,CO2, 11.5,Mt,as reported,A registry",
    "2021,bottom-up,reported,DEU,CO2,0.7,Mt,as reported,A registry",
]


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_columns_that_lack_apply_to_nothing(tmp_path: Path):
    frame = read_rows(written(tmp_path, *ROWS))
    assert tuple(frame.columns) == form.COLUMNS
    assert frame["value"].tolist() == [11.5, 0.7]
    assert set(frame["line"]) == {"emission"}
    assert set(frame["partner"]) == set(frame["principle"]) == {""}
    assert frame[["low", "high"]].isna().all(axis=None)


def test_rows_without_a_hash_have_that_of_their_content(tmp_path: Path):
    one, other = read_rows(written(tmp_path, *ROWS)), read_rows(written(tmp_path, *reversed(ROWS)))
    assert set(one["table_hash"]) == set(other["table_hash"])  # in whatever order
    assert set(one["table_hash"]) != set(read_rows(written(tmp_path, ROWS[0]))["table_hash"])
    assert all(len(text) == 64 for text in one["table_hash"])


def test_what_was_written_is_read_again(tmp_path: Path):
    want = ledger([accounts.production(kitzes()), accounts.flows(kitzes())])
    for path in write(want, tmp_path):
        pd.testing.assert_frame_equal(form.canonical(read_rows(path)), form.canonical(want))


def test_rows_from_elsewhere_stand_beside_results(tmp_path: Path):
    held = open_ledger(tmp_path / "ledger")
    held.add([accounts.production(kitzes())])
    held.add(read_rows(written(tmp_path, *ROWS)))
    assert held.query("SELECT sum(value) AS s FROM ledger WHERE approach = 'bottom-up'")["s"].item() == pytest.approx(
        12.2
    )
    assert len(held.add(read_rows(written(tmp_path, *ROWS))).same) == 1


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        (["2021,x"], "year,valeu", "'valeu' is no column of the ledger; did you mean value"),
        (["2021,1"], "year,value", "there is no column approach, account, stressor, unit, method, source; rows of a"),
        ([], HEAD, "there are no rows"),
        ([ROWS[0].replace(" 11.5", "much")], HEAD, r"rows\.csv, row 2, value: 'much' is no number; write it plainly"),
        ([ROWS[0], ROWS[1].replace("2021", "2021.5")], HEAD, r"rows\.csv, row 3: 2021\.5 is no year"),
    ],
)
def test_a_file_that_is_no_ledger_says_why(tmp_path: Path, rows: list[str], head: str, said: str):
    with pytest.raises(LedgerError, match=said):
        read_rows(written(tmp_path, *rows, head=head))


def test_an_empty_value_is_missing_and_refused_when_it_is_added(tmp_path: Path):
    frame = read_rows(written(tmp_path, ROWS[0].replace(" 11.5", "")))
    with pytest.raises(LedgerError, match="the value is nan; missing is not zero"):
        open_ledger(tmp_path / "ledger").add(frame)


def test_files_that_cannot_be_read_say_so(tmp_path: Path):
    (tmp_path / "rows.parquet").write_bytes(b"no parquet")
    (tmp_path / "rows.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("rows.parquet", "rows.csv", "none.csv"):
        with pytest.raises(InputError, match=f"{name}: cannot be read") as raised:
            read_rows(tmp_path / name)
        assert "\n" not in str(raised.value)
