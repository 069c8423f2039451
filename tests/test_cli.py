"""The command line: what it prints, in every format, and how it ends."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from plain_tables import kitzes_folder
from typer.testing import CliRunner, Result

from tanheng import accounts
from tanheng.cli import app

COMMAND = [sys.executable, "-c", "from tanheng.cli import main; main()"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], prog_name="tanheng")


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def kitzes(tmp_path) -> Path:
    return kitzes_folder(tmp_path / "kitzes")


@pytest.fixture
def two_years(monkeypatch, tmp_path) -> str:
    """A store of two years under the name "two": Kitzes in 2013 and the same in 2014."""
    from tanheng.data import archive, store
    from tanheng.data.archive import Archive
    from tanheng.data.readers import plain
    from tanheng.systems.table import Table

    class Years:
        SOURCE = plain.SOURCE

        def years(self, place: Archive) -> tuple[int, ...]:
            return (2013, 2014)

        def read(self, place: Archive, year: int, **options: str) -> Table:
            table = plain.read(place, 2013)
            about = type(table.about)(name="two", year=year, currency="USD", units={"CO2": "t"})
            return table.replace(about=about)

    folder = kitzes_folder(tmp_path / "two")
    monkeypatch.setattr(store, "open", lambda name: store.Store("two", Years(), archive.open(folder)))
    monkeypatch.setattr(store, "_read", lambda _, folder, year, stamp: Years().read(archive.open(folder), year))
    return "two"


# -- accounts ---------------------------------------------------------------------------------------------------------


def test_csv_is_tidy(kitzes):
    text = done("accounts", kitzes, "--account", "consumption", "--format", "csv")
    lines = text.splitlines()
    assert lines[0] == "account,stressor,unit,year,region,value"
    assert [line.rsplit(",", 1)[0] for line in lines[1:]] == [
        "consumption,CO2,t,2013,one",
        "consumption,CO2,t,2013,two",
    ]
    assert pd.read_csv(io.StringIO(text))["value"].tolist() == pytest.approx([4.8, 7.2], rel=1e-12)


@pytest.mark.parametrize(
    ("account", "by", "columns"),
    [
        ("flows", None, "region,to_region"),
        ("flows", "sector,region", "region,sector"),
        ("eebt", "region,sector,to_region", "region,sector,to_region"),
        ("production", "component,region", "region,component"),
        ("consumption", "demand", "demand"),
        ("export-intensity", None, "definition,region"),
    ],
)
def test_columns_follow_by(kitzes, account, by, columns):
    text = done("accounts", kitzes, "--account", account, "--format", "csv", *(["--by", by] if by else []))
    assert text.splitlines()[0] == f"account,stressor,unit,year,{columns},value"


def test_csv_keeps_every_digit_that_counts(kitzes, tmp_path):
    from tanheng.data import store

    values = accounts.flows(store.open(kitzes)[2013]).values.ravel()
    done("accounts", kitzes, "--account", "flows", "-o", tmp_path / "flows.csv")
    read = [float(line.rsplit(",", 1)[1]) for line in (tmp_path / "flows.csv").read_text().splitlines()[1:]]
    assert read == pytest.approx(values.tolist(), rel=1e-14)


def test_json(kitzes):
    answer = json.loads(done("accounts", kitzes, "--account", "net-transfers", "--format", "json"))
    assert [row["value"] for row in answer["rows"]] == pytest.approx([3.2, -3.2], rel=1e-12)
    assert list(answer["rows"][0]) == ["account", "stressor", "unit", "year", "region", "value"]
    meta = answer["meta"]["2013"]
    assert (meta["account"], meta["table"], meta["units"]) == ("net-transfers", "Kitzes 2013", "t")
    assert len(meta["table_hash"]) == 64


def test_json_has_null_where_there_is_no_number(tmp_path):
    """Nothing is exported: no intensity."""
    closed = {"Z.csv": ",,one,two\n,,all,all\none,all,8,0\ntwo,all,0,2\n"}
    folder = kitzes_folder(tmp_path / "closed", dict(closed))
    rows = json.loads(done("accounts", folder, "--account", "export-intensity", "--format", "json"))["rows"]
    assert {row["value"] for row in rows} == {None}
    text = done("accounts", folder, "--account", "export-intensity", "--format", "csv")
    assert all(line.endswith(",") for line in text.splitlines()[1:])


def test_parquet(kitzes, tmp_path):
    done("accounts", kitzes, "--account", "consumption", "-o", tmp_path / "c.parquet")
    frame = pd.read_parquet(tmp_path / "c.parquet")
    assert list(frame.columns) == ["account", "stressor", "unit", "year", "region", "value"]
    assert frame["value"].tolist() == pytest.approx([4.8, 7.2], rel=1e-12)


def test_table_is_for_people(kitzes):
    text = done("accounts", kitzes, "--account", "consumption")
    assert "Consumption-based account [t], CO2" in text
    assert "4.8000" in text
    assert "7.2000" in text
    assert "Table: Kitzes 2013 (2013 #" in text
    assert "Method: multipliers s L times final demand" in text


def test_table_in_chinese():
    text = done("accounts", "world", "--account", "production", "--year", "2009", "--lang", "zh")
    assert "生产侧核算 [kt], CO2" in text
    assert "CHN 中国" in text
    assert "价格口径：现价（基本价格）; 核算边界：居民口径; 来源：World" in text


def test_groups_and_constant_prices_in_chinese(tmp_path):
    ask = ("accounts", "world", "--year", "2009", "--lang", "zh", "--account")
    text = done(*ask, "flows", "--group", "oecd@2000")
    assert "OECD 经合组织" in text
    assert "non-OECD 非经合组织" in text
    assert "分组：oecd@2000. 经合组织：AUS AUT" in text
    assert "假定不属于该组：ROW" in text
    assert "2005年不变价" in done(*ask, "export-intensity", "--prices", "constant")
    for line in text.splitlines()[-4:]:
        assert line.partition("：")[0] in {"数据表", "方法", "价格口径", "分组"}
    lists = "\n".join(done(*command, "--lang", "zh") for command in (["tables"], ["norms"], ["accounts", "--list"]))
    assert not {"Name", "Title", "Years", "Formula", "At", "members"} & set(lists.split())
    own = tmp_path / "a table at home.CSV"
    own.write_text("region,group\n" + "".join(f"{code},x\n" for code in _regions()))
    assert f"分组：{own}. x：AUS" in done(*ask, "production", "--group", own)


def _regions() -> tuple[str, ...]:
    from tanheng.data import store

    return store.open("world")[2009].regions


def test_everything_that_a_table_says_of_itself_has_a_head():
    """In both languages: no field of About without one."""
    from dataclasses import fields

    from tanheng import labels
    from tanheng.systems.about import About

    for language in ("en", "zh"):
        assert all(labels.term(f"head-{one.name}", language) for one in fields(About) if one.name != "units")


def test_labels_are_printed_as_they_are(tmp_path):
    """No emoji, no markup."""
    from plain_tables import KITZES

    odd = {name: text.replace("one", ":car:").replace("two", "[red]") for name, text in KITZES.items()}
    text = done("accounts", kitzes_folder(tmp_path / "odd", dict(odd)), "--account", "production")
    assert ":car:" in text
    assert "[red]" in text


def test_table_to_a_file_and_format_over_ending(kitzes, tmp_path):
    done("accounts", kitzes, "--account", "consumption", "-o", tmp_path / "a.txt")
    assert "Consumption-based account" in (tmp_path / "a.txt").read_text(encoding="utf-8")
    done("accounts", kitzes, "--account", "consumption", "--format", "json", "-o", tmp_path / "a.csv")
    assert json.loads((tmp_path / "a.csv").read_text())["rows"]


def test_an_existing_file_is_replaced_whole(kitzes, tmp_path):
    (tmp_path / "a.csv").write_text("old\n" * 1000)
    done("accounts", kitzes, "--account", "production", "-o", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == (
        "account,stressor,unit,year,region,value\nproduction,CO2,t,2013,one,8\nproduction,CO2,t,2013,two,4\n"
    )
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.csv"]


def test_the_latest_year_is_taken_and_said(two_years):
    result = run("accounts", "two", "--account", "production", "--format", "csv")
    assert set(pd.read_csv(io.StringIO(result.stdout))["year"]) == {2014}
    assert result.stderr == "note: this is 2014, the latest year; two holds 2013, 2014 (--year, --years)\n"


def test_a_span_of_years(two_years):
    result = run("accounts", "two", "--account", "production", "--years", "2013:2014", "--format", "csv")
    assert pd.read_csv(io.StringIO(result.stdout))["year"].tolist() == [2013, 2013, 2014, 2014]
    assert result.stderr == ""
    table = done("accounts", "two", "--account", "production", "--years", "2013:2014")
    assert table.splitlines()[2].split() == ["Region", "2013", "2014"]


def test_years_that_are_not_there_are_named(two_years):
    result = run("accounts", "two", "--account", "production", "--years", "2012:2016")
    assert result.exit_code == 1
    assert result.stderr == "error: two: 2012 to 2016 is not within its years; it holds 2013, 2014\n"
    endless = run("accounts", "two", "--account", "production", "--years", "1:9999999")
    assert endless.stderr == "error: two: 1 to 9999999 is not within its years; it holds 2013, 2014\n"


def test_a_year_that_lacks_in_between_is_named(two_years, monkeypatch):
    from tanheng.data import store

    monkeypatch.setattr(store.Store, "years", (2013, 2014, 2017))
    result = run("accounts", "two", "--account", "production", "--years", "2014:2017")
    assert result.stderr == "error: two: there are no years 2015, 2016; it holds 2013, 2014, 2017\n"


def test_groups_carry_their_members():
    text = done("accounts", "world", "--account", "production", "--year", "1995", "--group", "oecd")
    assert "Groups: oecd. OECD: AUS AUT" in text
    assert "Assumed to be in no group: ROW" in text
    spans = done("accounts", "world", "--account", "production", "--years", "1995:1998", "--group", "oecd")
    assert "Groups, 1995: oecd. OECD: AUS AUT" in spans  # South Korea is not yet in
    fixed = done("accounts", "world", "--account", "production", "--years", "1995:1998", "--group", "oecd@2009")
    assert fixed.count("Groups: oecd@2009. OECD: AUS") == 1


def test_constant_prices():
    """In 2005 prices of 2009 a country whose prices rose in USD has a higher intensity than in current prices."""
    ask = ("accounts", "world", "--account", "export-intensity", "--year", "2009", "--format", "json")
    current, constant = json.loads(done(*ask)), json.loads(done(*ask, "--prices", "constant"))
    assert constant["meta"]["2009"]["price_basis"] == "constant prices of 2005"
    assert "TWN" in constant["meta"]["2009"]["left_out"].split()
    assert "note: left out, having no deflator: ROW TWN\n" in run(*ask, "--prices", "constant").stderr
    values = [
        {row["region"]: row["value"] for row in answer["rows"] if row["definition"] == "domestic/gross"}
        for answer in (current, constant)
    ]
    assert values[1]["CHN"] > values[0]["CHN"]


def test_list_is_what_is_declared():
    text = done("accounts", "--list")
    assert all(name in text and one.formula in text for name, one in accounts.ACCOUNTS.items())


# -- the other commands -----------------------------------------------------------------------------------------------


def test_tables():
    text = done("tables")
    assert "world" in text
    assert "1995 to 2009" in text
    assert "CC BY 4.0" in text


def test_show(kitzes):
    text = done("show", kitzes)
    assert "Kitzes 2013" in text
    assert "Region (2): one; two" in text
    assert [line.split() for line in text.splitlines() if "Gross output" in line] == [
        ["Gross", "output", "28.000", "USD"]
    ]
    assert "CHN China" in done("show", "world", "--year", "1995")


def test_check(kitzes):
    assert done("check", kitzes) == "kitzes 2013: nothing found\n"
    assert json.loads(done("check", kitzes, "--format", "json")) == []


def test_check_ends_with_1_on_an_error(tmp_path):
    Y = ",,one,two\n,,final,final\none,all,-4,0\ntwo,all,0,-1\n"
    folder = kitzes_folder(tmp_path / "bad", {"Y.csv": Y})
    result = run("check", folder)
    assert result.exit_code == 1
    assert "the spectral radius of A is" in result.stdout
    assert result.stderr == ""
    rows = json.loads(run("check", folder, "--format", "json").stdout)
    assert (rows[0]["check"], rows[0]["severity"], rows[0]["year"]) == ("unproductive", "error", 2013)


UNBALANCED = {"V.csv": ",one,two\n,all,all\nwages,4,4\n"}  # 4 and 5 are due


def test_errors_of_the_table_are_noted_beside_its_accounts(tmp_path, monkeypatch):
    folder = kitzes_folder(tmp_path / "bad", dict(UNBALANCED))
    said = f"note: 'tanheng check {folder}' finds errors (2013): V is not output less intermediate inputs: 1 USD apart"
    result = run("accounts", folder, "--account", "production")
    assert result.exit_code == 0
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1

    from tanheng import report

    monkeypatch.setattr(report, "build", lambda *_, **__: (tmp_path / "report.html",))
    assert run("report", "--table", folder).stderr.startswith(said)


def test_norms():
    assert "oecd" in done("norms")
    assert "24 members" in done("norms", "--at", "1990")
    text = done("norms", "oecd", "--at", "1990", "--lang", "zh")
    assert "oecd：经合组织成员国, 1990-12-31" in text
    assert "JPN 日本" in text
    assert "KOR" not in text
    assert "29.8" in done("norms", "gwp100-ar6")


def test_report_calls_the_report(monkeypatch, kitzes, tmp_path):
    from tanheng import report

    asked = {}

    def build(store, *, years, languages, out, progress):
        asked.update(name=store.name, years=years, languages=languages, out=out)
        progress("accounts", 1, 2)
        return (out / "report.html",)

    monkeypatch.setattr(report, "build", build, raising=False)
    text = done("report", "--table", kitzes, "--years", "2013:2013", "--lang", "en", "--out", tmp_path / "out")
    assert text == f"{tmp_path / 'out' / 'report.html'}\n"
    assert asked == {"name": "kitzes", "years": (2013,), "languages": ("en",), "out": tmp_path / "out"}


# -- how it ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["accounts", "world"],
        ["accounts", "world", "--account", "flows", "--years", "then:now"],
        ["accounts", "world", "--account", "flows", "--years", "2009:1995"],
        ["accounts", "world", "--account", "flows", "--year", "2009", "--years", "1995:2009"],
        ["accounts", "world", "--account", "flows", "--format", "xml"],
        ["norms", "oecd", "--at", "lately"],
        ["norms", "oecd", "--at", "0"],
        ["norms", "oecd", "--at", "99999999999999999999"],
        ["norms", "oecd", "--at", "2020-13-01"],
        ["--colour"],
        ["chekc", "world"],
        ["show", "world", "--colour"],
    ],
)
def test_usage_errors_end_with_2(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.endswith("--help' tells how\n")
    assert result.stderr.count("\n") == 1


def test_without_a_word_it_helps():
    result = run()
    assert result.exit_code == 2
    assert "Commands:" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes streams")
def test_closed_streams_are_no_bug(kitzes, tmp_path):
    def ran(rest: str, *arguments: object) -> tuple[int, str]:
        command = ["sh", "-c", f'exec "$@" {rest}', "sh", *COMMAND, *map(str, arguments)]
        process = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        return process.returncode, process.stderr

    refused = "error: cannot be read or written (Bad file descriptor); look at the place and its free space\n"
    assert ran(">&-", "tables") == (1, refused)
    assert ran(">&-", "--version") == (1, refused)
    assert ran(">&-", "accounts", kitzes, "--account", "flows", "-o", tmp_path / "a.csv") == (0, "")
    assert (tmp_path / "a.csv").read_text().startswith("account,")
    assert ran("2>&-", "chekc") == (2, "")


def test_ctrl_c_is_quiet(kitzes, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    one = accounts.ACCOUNTS["flows"]
    monkeypatch.setitem(accounts.ACCOUNTS, "flows", type(one)(**{**vars(one), "function": interrupted}))
    result = run("accounts", kitzes, "--account", "flows")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "")


def test_a_bug_keeps_its_traceback(kitzes, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    one = accounts.ACCOUNTS["flows"]
    monkeypatch.setitem(accounts.ACCOUNTS, "flows", type(one)(**{**vars(one), "function": broken}))
    assert isinstance(run("accounts", kitzes, "--account", "flows").exception, ZeroDivisionError)


def test_the_real_command(kitzes):
    ran = subprocess.run(
        [*COMMAND, "accounts", kitzes, "--account", "consumption", "--format", "csv"], capture_output=True, check=True
    )
    assert pd.read_csv(io.BytesIO(ran.stdout))["value"].tolist() == pytest.approx([4.8, 7.2], rel=1e-12)
    assert ran.stderr == b""


def test_help_answers_at_once():
    """Nothing heavy is imported before a command runs."""
    told = "import sys, tanheng.cli; print(sorted({'pandas', 'xarray', 'numpy', 'rich'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
    ran = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("tanheng ")


def test_a_closed_pipe_is_quiet():
    arguments = [
        *COMMAND,
        "accounts",
        "world",
        "--account",
        "flows",
        "--by",
        "region,sector,to_region",
        "--format",
        "csv",
    ]
    with subprocess.Popen([*arguments, "--year", "2009"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"account,")
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(60), said) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_a_full_disk_is_one_line():
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*COMMAND, "accounts", "--list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "No space left" in ran.stderr
