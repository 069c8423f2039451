"""The command claims: what it prints in every format, and how it ends."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from plain_tables import kitzes_folder
from typer.testing import CliRunner, Result

from tanheng import claims
from tanheng.cli import app

MINE = """title = { en = "Of mine", zh = "自编" }
source = "a note"
published = "2024-06"
[[claims]]
id = "gap"
title = { en = "The gap", zh = "差额" }
statement = { en = "It was 3.2 t.", zh = "为 3.2 吨。" }
printed = "3.2"
unit = "t"
measure = "gap"
with = { of = "one", year = 2013 }
datasets = ["gcb"]
note = { en = "Mind it.", zh = "请注意。" }
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], prog_name="tanheng")


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def mine(tmp_path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture
def kitzes(tmp_path) -> Path:
    return kitzes_folder(tmp_path / "kitzes")


def test_the_list_names_the_embedded_files():
    for name in claims.names():
        assert name in done("claims", "--list")
    assert "消费端碳排放研究报告（2024）" in done("claims", "--list", "--lang", "zh")


def test_a_file_of_ones_own_against_a_table_of_ones_own(mine, kitzes):
    text = done("claims", mine, "--table", kitzes)
    assert text.splitlines()[:2] == ["Of mine (2024-06)", "Source: a note"]
    gcb, own = (line for line in text.splitlines() if line.rstrip().endswith(("checkable", "reproduced")))
    assert gcb.split()[:5] == ["The", "gap", "3.2", "t", "gcb"]
    assert own.split() == [str(kitzes), "3.2", "1.00", "reproduced"]
    assert text.splitlines()[-1] == "reproduced 1, not checkable 1"
    assert "Mind it" not in text
    told = done("claims", mine, "--table", kitzes, "--reasons", "--lang", "zh")
    assert "为 3.2 吨。 [gcb] → 无法核对：全球碳预算：没有 2013" not in told  # that year is there, the region is not
    assert "全球碳预算：没有 one, 2013。请注意。" in told
    assert "→ 可复现：计算值为 3.2，按原文位数修约后与之相同。请注意。" in told


def test_rows_for_programs(mine, kitzes, tmp_path):
    frame = pd.read_csv(io.StringIO(done("claims", mine, "--table", kitzes, "--format", "csv")))
    assert frame["verdict"].tolist() == ["not checkable", "reproduced"]
    assert frame["computed"].tolist()[1] == pytest.approx(3.2, rel=1e-12)
    answer = json.loads(done("claims", mine, "--table", kitzes, "--format", "json", "--lang", "zh"))
    assert answer["rows"][0]["computed"] is None
    assert answer["rows"][0]["title"] == "差额"
    assert answer["meta"]["files"] == {"mine": {"title": "自编", "source": "a note", "published": "2024-06"}}
    done("claims", mine, "--table", kitzes, "-o", tmp_path / "found.parquet")
    assert pd.read_parquet(tmp_path / "found.parquet")["ratio"].tolist()[1] == pytest.approx(1.0)


def test_a_claim_that_differs_is_an_answer(mine, kitzes):
    mine.write_text(MINE.replace('"3.2"', '"9.9"').replace('["gcb"]', f'["{kitzes}"]'), encoding="utf-8")
    text = done("claims", mine)
    assert "differs" in text
    assert "0.32" in text


def test_what_it_does_not_know_ends_in_one_line(mine):
    for arguments, said in (
        (("claims", "cas-2023"), "did you mean cas-2024"),
        (("claims", mine, "--table", "wrold"), "did you mean world"),
        (("claims", mine.parent / "none.toml"), "cannot be read"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_all_embedded_files_are_tested_without_an_argument(monkeypatch):
    """Which files, and what for: the verdicts themselves are tested with the claims."""
    asked = []

    def check(file, *, tables, datasets):
        asked.append((file.name, tables))
        return ()

    monkeypatch.setattr(claims, "check", check)
    done("claims", "--format", "csv")
    assert asked == [(name, ()) for name in claims.names()]
