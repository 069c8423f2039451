"""The commands ``paths`` and ``network``."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
import pytest
from plain_tables import kitzes_folder
from test_cli import done, run

from tanheng.cli import paths as commands
from tanheng.kernels import paths as kernel

HALVES = [1.5, 0.75, 0.375, 0.25]  # region one's four largest paths, by hand: see tests/accounts/test_paths.py


@pytest.fixture
def kitzes(tmp_path) -> Path:
    return kitzes_folder(tmp_path / "kitzes")


def test_csv_is_a_path_a_row(kitzes):
    text = done("paths", kitzes, "--region", "one", "--threshold", "5%", "--format", "csv")
    assert text.splitlines()[0] == (
        "account,stressor,unit,year,rank,layer,region,sector,product_region,product_sector,path,share,value"
    )
    frame = pd.read_csv(io.StringIO(text))
    assert frame["value"].tolist() == pytest.approx(HALVES, rel=1e-14)
    assert frame["path"].tolist()[3] == "two:all > one:all"


@pytest.mark.parametrize(("written", "count"), [("5%", 4), ("0.05", 4), ("5e-2", 4), ("20%", 1)])
def test_a_threshold_is_a_share(kitzes, written, count):
    text = done("paths", kitzes, "--region", "one", "--threshold", written, "--format", "csv")
    assert len(text.splitlines()) == count + 1


@pytest.mark.parametrize("written", ["0", "1", "100%", "-1%", "much", "5%%", "nan"])
def test_a_threshold_that_is_no_share_is_a_usage_error(kitzes, written):
    result = run("paths", kitzes, f"--threshold={written}")
    assert result.exit_code == 2
    assert "is not a share between 0 and 1, such as 0.01%" in result.stderr


def test_json_has_layers_and_what_is_left(kitzes):
    answer = json.loads(done("paths", kitzes, "--region", "one", "--limit", "4", "--format", "json"))
    assert [row["value"] for row in answer["rows"]] == pytest.approx(HALVES, rel=1e-14)
    meta = answer["meta"]["2013"]
    assert meta["remainder"] == pytest.approx(4.8 - sum(HALVES), rel=1e-12)
    assert (meta["account"], meta["stressor"], meta["to_region"]) == ("paths", "CO2", "one")
    assert sum(row["value"] for row in answer["layers"]) == pytest.approx(4.711197, abs=5e-7)  # as printed


def test_parquet_keeps_the_attributes(kitzes, tmp_path):
    done("paths", kitzes, "--region", "one", "--threshold", "5%", "-o", tmp_path / "paths.parquet")
    written = parquet.read_table(tmp_path / "paths.parquet")
    assert written.column("value").to_pylist() == pytest.approx(HALVES, rel=1e-14)
    assert json.loads(written.schema.metadata[b"tanheng"])["2013"]["total"] == pytest.approx(4.8, rel=1e-12)


def test_the_table_shows_the_largest_and_says_how_many_more(kitzes):
    text = done("paths", kitzes, "--region", "one", "--threshold", "0.1%")
    shown = [line for line in text.splitlines() if " all > " in line or line.strip().endswith("1.5000")]
    assert len(shown) == commands._SHOWN == 20
    assert "+ 37 (--limit N" in text  # 57 in all: 1 + 2 + 4 + 8 + 11 + 16 + 7 + 7 + 1 by layer
    assert "Total: 4.8000 t" in text
    assert "Kitzes 2013 (2013 #" in text
    chinese = done("paths", kitzes, "--region", "one", "--lang", "zh")
    assert "合计：4.8000 t" in chinese


def test_between_two_nodes(kitzes):
    text = done("paths", kitzes, "--between", "two:all", "one:", "--threshold", "10%", "--format", "csv")
    frame = pd.read_csv(io.StringIO(text))
    assert set(frame["region"]) == {"two"}
    assert set(frame["product_region"]) == {"one"}
    assert frame["value"].iloc[0] == pytest.approx(0.25, rel=1e-14)
    # 3 of product one: L = [[3.2 / 1.2, ...]], by Kitzes's numbers m = 1.6: 4.8 in all, of which sector two emits
    # s_2 L_21 y_1 = (1/3) (0.25 / ((1 - 1/2)(1 - 1/6) - 5/48)) 3 = 0.8
    assert frame["share"].iloc[0] == pytest.approx(0.25 / 0.8, rel=1e-12)


def test_layers_end_paths(kitzes):
    frame = pd.read_csv(io.StringIO(done("paths", kitzes, "--layers", "1", "--format", "csv")))
    assert frame["layer"].max() == 1
    assert len(frame) == 2 + 4


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--between", "one", "two:"], 2, "'one' is not of the form REGION:SECTOR"),
        (["--between", "one:", "two:", "--sector", "all"], 2, "give --sector or --between"),
        (["--region", "oen"], 1, "there is no region 'oen'; did you mean one"),
        (["--sector", "al"], 1, "there is no sector 'al'; did you mean all"),
        (["--demand", "capital"], 1, "there is no final demand category 'capital'; known are final"),
        (["--stressor", "CH4"], 1, "the table has no stressor 'CH4'"),
        (["--year", "1990"], 1, "1990"),
        (["--limit", "0"], 2, "--limit"),
    ],
)
@pytest.mark.parametrize("command", ["paths", "network"])
def test_mistakes_end_in_one_line(kitzes, command, arguments, code, said):
    result = run(command, kitzes, *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_search_cut_short_says_so(kitzes, monkeypatch):
    search = kernel.search
    monkeypatch.setattr(kernel, "search", lambda *given, **more: search(*given, **more, most=10))
    result = run("paths", kitzes, "--region", "one", "--threshold", "0.1%", "--format", "csv")
    assert result.exit_code == 0
    assert "the search was cut short: all paths above" in result.stderr


def test_network_edges_and_nodes(kitzes):
    """m = 1.6 and 1.2: an edge is m_i z_ij, and 12.8 + 8 + 4.8 delivered are the 25.6 that pass through."""
    answer = json.loads(done("network", kitzes, "--format", "json"))
    assert [row["value"] for row in answer["rows"]] == pytest.approx([12.8, 8.0, 4.8, 2.4], rel=1e-12)
    assert [row["through"] for row in answer["nodes"]] == pytest.approx([25.6, 14.4], rel=1e-12)
    text = done("network", kitzes, "--nodes", "--format", "csv")
    assert text.splitlines()[0] == ("account,stressor,unit,year,region,sector,emitted,through,delivered,betweenness")
    joined = done("network", kitzes, "--by", "region", "--format", "csv")
    assert joined.splitlines()[0] == "account,stressor,unit,year,region,to_region,share,value"


def test_network_for_people(kitzes):
    pytest.importorskip("networkx", reason="communities need the optional package networkx")
    text = done("network", kitzes, "--nodes", "--communities")
    assert "25.600" in text
    assert "– " not in text
    alone = done("network", kitzes, "--nodes", "--communities", "--limit", "1")  # the strongest is a node's own
    assert alone.count("–") == 2
    assert "12.800" in done("network", kitzes, "--lang", "zh")


def test_communities_need_a_package(kitzes, monkeypatch):
    monkeypatch.setitem(sys.modules, "networkx", None)
    result = run("network", kitzes, "--communities")
    assert result.exit_code == 1
    assert "pip install networkx" in result.stderr
