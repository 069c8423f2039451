"""The commands about tables: sources, fetch, read, check, write, and new tables from stored ones."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pandas as pd
import pytest
from data import misbehaving
from plain_tables import contents, kitzes_folder
from tables import random_table
from test_cli import done, run

from tanheng import labels
from tanheng.data import reader
from tanheng.data.readers import plain
from tanheng.data.source import Download
from tanheng.systems.table import Table


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def kitzes(tmp_path) -> Path:
    return kitzes_folder(tmp_path / "kitzes")


def consumption(name: object) -> list[float]:
    """Kitzes 2013: 4.8 and 7.2."""
    rows = json.loads(done("accounts", name, "--account", "consumption", "--format", "json"))["rows"]
    return [row["value"] for row in rows]


def test_read_check_accounts_one_after_another(kitzes):
    assert "stored as mine, 2013" in done("read", "plain", kitzes, "--name", "mine")
    assert done("check", "mine") == "mine 2013: nothing found\n"
    assert consumption("mine") == pytest.approx([4.8, 7.2], rel=1e-14)
    assert "Kitzes 2013" in done("tables")
    done("remove", "mine")
    assert "Kitzes 2013" not in done("tables")


def test_what_is_wrong_is_said_at_once(tmp_path):
    folder = kitzes_folder(tmp_path / "k", {"V.csv": ",one,two\n,all,all\nvalue added,4,4\n"})
    said = done("read", "plain", folder, "--name", "mine")
    assert "V is not output less intermediate inputs" in said
    assert "error" in said
    chinese = run("check", "mine", "--lang", "zh")
    assert chinese.exit_code == 1
    assert "V 不等于产出减中间投入" in chinese.stdout


def test_findings_travel_as_json(tmp_path):
    folder = kitzes_folder(tmp_path / "k", {"V.csv": ",one,two\n,all,all\nvalue added,4,4\n"})
    done("read", "plain", folder, "--name", "mine")
    found = json.loads(run("check", "mine", "--format", "json").stdout)
    first = found[0]
    assert (first["year"], first["check"], first["severity"]) == (2013, "value-added-balance", "error")


def test_a_byte_that_changed_is_an_error(kitzes, home):
    done("read", "plain", kitzes, "--name", "mine")
    file = next(home.rglob("F.npy"))
    raw = bytearray(file.read_bytes())
    raw[-2] ^= 1
    file.write_bytes(raw)
    result = run("check", "mine")
    assert result.exit_code == 1
    assert "the hash is" in result.stdout


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_every_source_says_what_it_holds_and_how_to_get_it(language):
    listed = done("sources", "--lang", language)
    for one in reader.READERS:
        assert one.SOURCE.name in listed
        said = done("sources", one.SOURCE.name, "--lang", language)
        for text in (one.SOURCE.holds, one.SOURCE.get, one.SOURCE.units, *one.SOURCE.faults):
            assert text[language] in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["read", "exiobse3", "."], 1, "there is no reader 'exiobse3'; did you mean exiobase3"),
        (["read", "plain", "nowhere"], 1, "nowhere: is neither a folder nor a file"),
        (["read", "plain", ".", "--option", "model"], 2, "'model' is not of the form KEY=VALUE"),
        (["read", "plain", ".", "--option", "model=D"], 1, "plain has no option 'model'; it has none"),
        (["read", "gloria", ".", "--option", "model=E"], 1, "'E' is no choice of option model of gloria; known are"),
        (["read", "plain", "kitzes", "--year", "1999"], 1, "there is no year 1999"),
        (["read", "plain", "kitzes", "--name", "world"], 1, "'world' is the embedded table; choose another name"),
        (["remove", "world"], 1, "there is no stored table 'world'"),
        (["aggregate", "world", "--name", "w"], 2, "give --sectors or --regions"),
        (["aggregate", "world", "--name", "w", "--sectors", "nowhere"], 1, "concordance nowhere is not known"),
        (["write", "world", "out"], 1, "world holds several years; choose one with --year"),
        (["attach", "world", "none.csv", "--name", "w"], 1, "world holds several years"),
        (["sources", "exiobase"], 1, "did you mean exiobase3"),
    ],
)
def test_mistakes_end_in_one_line(kitzes, monkeypatch, arguments, code, said):
    monkeypatch.chdir(kitzes.parent)
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_reading_that_fails_stores_nothing(kitzes, home):
    (kitzes / "Z.csv").write_text("")
    assert run("read", "plain", kitzes, "--name", "mine").exit_code == 1
    assert contents(home) == {}


@pytest.mark.parametrize("format", ["csv", "parquet", "xlsx", "pymrio", "mario"])
def test_what_is_written_is_read_back(kitzes, tmp_path, format):
    done("read", "plain", kitzes, "--name", "mine")
    assert done("write", "mine", tmp_path / "out", "--format", format) == f"{tmp_path / 'out'}\n"
    source = format if format in ("pymrio", "mario") else "plain"
    done("read", source, tmp_path / "out", "--name", "back")
    assert consumption("back") == pytest.approx([4.8, 7.2], rel=1e-14)


def test_joining_says_its_error_and_keeps_the_total(tmp_path):
    groups = tmp_path / "one.csv"
    groups.write_text("source,target\n" + "".join(f"{sector},all\n" for sector in _sectors()))
    said = done("aggregate", "world", "--name", "one", "--sectors", groups, "--year", "2009")
    assert "joined" in said.lower()
    assert sum(consumption("one")) == pytest.approx(sum(consumption("world")), rel=1e-12)  # one after another summed


def _sectors() -> list[str]:
    from tanheng.data import store

    return list(store.open("world")[2009].sectors)


def test_balancing_leaves_a_record(tmp_path):
    folder = kitzes_folder(tmp_path / "k", {"V.csv": ",one,two\n,all,all\nvalue added,4,4.5\n"})
    done("read", "plain", folder, "--name", "mine")
    done("balance", "mine", "--name", "balanced")
    assert "balanced by GRAS" in done("show", "balanced")
    assert "V is not output" not in run("check", "balanced").stdout


def test_emissions_are_attached_by_label(kitzes, tmp_path):
    file = tmp_path / "ch4.csv"
    file.write_text("stressor,unit,region,sector,value\nCH4,kg,one,all,3\nCH4,kg,two,all,1\n")
    done("read", "plain", kitzes, "--name", "mine")
    done("attach", "mine", file, "--name", "more")
    rows = done("accounts", "more", "--account", "production", "--stressor", "CH4", "--format", "csv").splitlines()
    assert rows[1:] == ["production,CH4,kg,2013,one,3", "production,CH4,kg,2013,two,1"]


@pytest.fixture
def server():
    with misbehaving.serve() as one:
        yield one


def _offered(server, monkeypatch, path: str, **more) -> None:
    """A source "plain" whose one file the server has."""
    download = Download(server.url(path), "k.bin", (2013,), **more)
    offered = dataclasses.replace(plain.SOURCE, downloads=(download,))
    monkeypatch.setattr(plain, "SOURCE", offered)


def test_fetch_shows_and_downloads_and_says_what_to_run(server, monkeypatch, home):
    _offered(server, monkeypatch, "good/k.bin", size=len(server.content), hash=server.md5())
    dry = done("fetch", "plain", "--year", "2013", "--dry-run")
    assert server.url("good/k.bin") in dry
    assert "300 kB" in dry
    assert server.md5() in dry
    assert not server.asked
    said = done("fetch", "plain", "--year", "2013")
    folder = home / "downloads" / "plain"
    assert said.endswith(f"tanheng read plain {folder}\n")
    assert (folder / "k.bin").read_bytes() == server.content
    assert "whole" in done("fetch", "plain", "--year", "2013", "--dry-run")


def test_wrong_bytes_are_an_error_in_one_line(server, monkeypatch, home):
    _offered(server, monkeypatch, "good/k.bin", size=len(server.content), hash=f"md5:{'0' * 32}")
    result = run("fetch", "plain")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert not (home / "downloads" / "plain" / "k.bin").exists()


def test_a_source_that_asks_for_a_registration_says_how(home):
    said = done("fetch", "gloria")
    assert "tanheng read gloria" in said
    assert contents(home) == {} if home.exists() else True


def test_attached_tables_read_as_pandas_would(kitzes, tmp_path):
    """The tidy output of one table is a file that can be attached to another."""
    done("read", "plain", kitzes, "--name", "mine")
    rows = done("accounts", "mine", "--account", "production", "--by", "region,sector", "--format", "csv")
    frame = pd.read_csv(pd.io.common.StringIO(rows)).assign(stressor="again")
    frame[["stressor", "unit", "region", "sector", "value"]].to_csv(tmp_path / "again.csv", index=False)
    done("attach", "mine", tmp_path / "again.csv", "--name", "twice")
    rows = json.loads(done("accounts", "twice", "--account", "consumption", "--format", "json"))["rows"]
    values = [row["value"] for row in rows]
    assert values[:2] == pytest.approx(values[2:], rel=1e-14)


def test_a_classification_is_reached_by_the_concordances_that_come_along(tmp_path):
    table = random_table(1, R=2, S=35, regions=["CHN", "ROW"])
    renamed = {"Z": table.Z.values, "Y": table.Y.values, "F": table.F.values}
    about = vars(table.about) | {"classification": "wiod-35"}
    sectors = list(labels.read_classification("wiod-35").labels)
    shapes = {"regions": table.regions, "demand": table.demand, "stressors": table.stressors}
    plain.write(Table.from_arrays(**renamed, sectors=sectors, **shapes, about=about), tmp_path / "t")
    done("read", "plain", tmp_path / "t", "--name", "mine")
    done("aggregate", "mine", "--name", "joined", "--sectors", "wiod-23")
    assert "wiod-23" in done("show", "joined")
    assert "农林牧渔" in done("show", "joined", "--lang", "zh")
    result = run("aggregate", "mine", "--name", "x", "--sectors", "gtap-65")
    assert result.exit_code == 1
    assert "no concordance leads from wiod-35 to gtap-65" in result.stderr


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_concordances_say_how_their_weights_were_declared(language):
    listed = done("concordances", "--lang", language)
    for one in labels.concordances():
        assert one.name in listed
        assert one.weighting(language) in listed
    shown = done("concordances", "wiod-35-to-23", "--lang", language)
    assert len(shown.splitlines()) > 35
