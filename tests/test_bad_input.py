"""Bad input, one case each: exit code 1, one line that names the place and the way out, and nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from plain_tables import KITZES, contents, kitzes_folder
from typer.testing import CliRunner

from tanheng.cli import app
from tanheng.data import archive
from tanheng.data.readers import plain
from tanheng.errors import InputError

Z, Y, F, ABOUT = (KITZES[name] for name in ("Z.csv", "Y.csv", "F.csv", "about.toml"))
WIDE = ",,one,one,two,two\n,,a,b,{}\none,a,1,1,1,1\none,b,1,1,1,1\ntwo,a,1,1,1,1\ntwo,b,1,1,1,1\n"

# what is wrong: (files changed, what the line names, the way out it offers)
FILES = {
    "no Z": ({"Z.csv": None}, ["Z.csv is missing"], "a plain table is a folder with about.toml, Z.csv, Y.csv, F.csv"),
    "no Y": ({"Y.csv": None}, ["Y.csv is missing"], "a plain table is"),
    "no F": ({"F.csv": None}, ["F.csv is missing"], "a plain table is"),
    "no about": ({"about.toml": None}, ["about.toml is missing"], "a plain table is"),
    "empty file": ({"Z.csv": ""}, ["Z.csv", "is empty"], "give two header rows"),
    "blank file": ({"Z.csv": "\n\n"}, ["Z.csv", "begins with an empty line"], "give two header rows"),
    "no rows": ({"F.csv": ",one,two\n,all,all\n"}, ["F.csv", "no rows of numbers"], "give two header rows"),
    "no columns": ({"Z.csv": ",\n,\n"}, ["Z.csv line 1", "no column of numbers"], "give two header rows"),
    "row of Z missing in Y": (
        {"Y.csv": Y.replace("two,all,0,6\n", "")},
        ["Y.csv", "row two all is missing"],
        "a true zero must be written as 0",
    ),
    "unknown row in Y": (
        {"Y.csv": Y.replace("two,all,0", "too,all,0")},
        ["Y.csv line 4", "row too all is not known"],
        "did you mean two all",
    ),
    "unknown column in F": (
        {"F.csv": F.replace("two", "too")},
        ["F.csv column 3", "column too all is not known"],
        "did you mean two all",
    ),
    "rows in another order": (
        {"Y.csv": ",,one,two\n,,final,final\ntwo,all,0,6\none,all,3,0\n"},
        ["Y.csv line 3", "row 1 is two all where one all is due"],
        "reorder it by label",
    ),
    "regions of Y in another order": (
        {"Y.csv": ",,two,one\n,,final,final\none,all,0,3\ntwo,all,6,0\n"},
        ["Y.csv", "region 1 is two where one is due"],
        "reorder it by label",
    ),
    "region missing in Y": (
        {"Y.csv": ",,one\n,,final\none,all,3\ntwo,all,0\n"},
        ["Y.csv", "region two is missing"],
        "add it",
    ),
    "other demand categories": (
        {"Y.csv": Y.replace("final,final", "final,other")},
        ["Y.csv column 4", "column two other is not known"],
        "every region has the same demand category labels",
    ),
    "other sectors": (
        {"Z.csv": WIDE.format("a,c")},
        ["Z.csv column 6", "two c is not known"],
        "the same sector labels",
    ),
    "doubled row": (
        {"Z.csv": Z + "two,all,4,2\n"},
        ["Z.csv line 5", "row two all occurs twice"],
        "give every row once",
    ),
    "doubled column": (
        {"Z.csv": Z.replace(",,one,two", ",,one,one")},
        ["Z.csv", "sector of one all occurs twice"],
        "give every sector of one once",
    ),
    "doubled stressor": ({"F.csv": F + "CO2,8,4\n"}, ["F.csv", "row CO2 occurs twice"], "give every row once"),
    "NaN": (
        {"Z.csv": Z.replace("4,2", "nan,2")},
        ["Z.csv line 4", "row two all, column one all is nan"],
        "write 0 where there is no flow",
    ),
    "empty cell": ({"Z.csv": Z.replace("4,2", "4,")}, ["Z.csv line 4", "column two all is empty"], "write 0"),
    "infinite": ({"Z.csv": Z.replace("4,2", "inf,2")}, ["Z.csv line 4", "'inf', not a number"], "write it like 1234.5"),
    "text": ({"F.csv": F.replace("8", "8 t")}, ["F.csv line 3", "row CO2, column one all holds '8 t'"], "without unit"),
    "thousands": ({"F.csv": F.replace("8", '"1,234"')}, ["F.csv line 3", "'1,234'"], "without separators of thousands"),
    "ragged": (
        {"Z.csv": Z.replace("8,5", "8")},
        ["Z.csv line 3", "row one all has 3 cells, the header has 4"],
        "one num",
    ),
    "line too long": ({"Z.csv": Z.replace("8,5", "8,5,1")}, ["Z.csv line 3", "has 5 cells"], "one number per column"),
    "empty line": (
        {"Z.csv": Z.replace("two,all,4", "\ntwo,all,4")},
        ["Z.csv line 4", "the line is empty"],
        "delete it",
    ),
    "ragged header": ({"Z.csv": Z.replace("all,all", "all")}, ["Z.csv line 2", "has 3 cells"], "give two header rows"),
    "merged header": ({"Z.csv": Z.replace("one,two", "one,")}, ["Z.csv line 1", "column 4"], "repeat the label"),
    "row without label": ({"Z.csv": Z.replace("two,all,4", ",all,4")}, ["Z.csv line 4", "no label"], "fill in"),
    "direct emissions of an unknown stressor": (
        {"F_Y.csv": ",one,two\n,final,final\nCO3,1,1\n"},
        ["F_Y.csv line 3", "row CO3 is not known"],
        "did you mean CO2?",
    ),
    "a sector that V lacks": (
        {"V.csv": ",one\n,all\nwages,1\n"},
        ["V.csv", "column two all is missing"],
        "add it",
    ),
    "not UTF-8": (
        {"Z.csv": Z.replace("two", "中国").encode("gbk")},
        ["Z.csv line 1", "UTF-8"],
        "save the file as UTF-8",
    ),
    "UTF-16": ({"Z.csv": Z.encode("utf-16")}, ["Z.csv line 1", "UTF-8"], "save the file as UTF-8"),
    "about not UTF-8": (
        {"about.toml": ABOUT.replace("Kit", "中国").encode("gbk")},
        ["about.toml", "UTF-8"],
        "save it as UTF-8",
    ),
    "broken TOML": (
        {"about.toml": "name = Kitzes\n"},
        ["about.toml line 1", "is not TOML"],
        'a line reads like name = "..."',
    ),
    "no currency": (
        {"about.toml": ABOUT.replace('currency = "USD"\n', "")},
        ["about.toml", "'currency' is missing"],
        "add a line currency = ...",
    ),
    "no units": (
        {"about.toml": ABOUT.partition("[")[0]},
        ["about.toml", "'units' is missing"],
        '[units] with CO2 = "kt"',
    ),
    "unknown key": (
        {"about.toml": "colour = 'red'\n" + ABOUT},
        ["about.toml", "'colour' is not a key"],
        "known are name,",
    ),
    "year in words": (
        {"about.toml": ABOUT.replace("2013\nc", "'x'\nc")},
        ["about.toml", "year is 'x'"],
        "write year = 2009",
    ),
    "name is a number": (
        {"about.toml": ABOUT.replace('"Kitzes 2013"', "1")},
        ["about.toml", "name is 1"],
        'write name = "',
    ),
    "units no table": ({"about.toml": ABOUT.replace('CO2 = "t"', "CO2 = 1")}, ["about.toml", "units"], 'CO2 = "kt"'),
    "unknown unit": (
        {"about.toml": ABOUT.replace('"t"', '"kto"')},
        ["about.toml", "unit of CO2", "unit 'kto' is not known"],
        "did you mean kt",
    ),
    "unknown currency": ({"about.toml": ABOUT.replace("USD", "dollars")}, ["about.toml", "'dollars'"], "'million USD'"),
    "stressor without unit": (
        {"about.toml": ABOUT.replace("CO2", "CH4")},
        ["Kitzes 2013", "stressor CO2 has no unit"],
        "add it to [units]",
    ),
    "a misnamed file": (
        {"F_y.csv": ",one,two\n,final,final\nCO2,1,1\n"},
        ["F_y.csv: is no file of a plain table"],
        "rename it to F_Y.csv",
    ),
    "a file in capitals": (
        {"V.CSV": ",one,two\n,all,all\nwages,4,5\n"},
        ["V.CSV: is no file of"],
        "rename it to V.csv",
    ),
    "a number of many digits": (
        {"Z.csv": Z.replace("4,2", "4" * 200_000 + ",2")},
        ["Z.csv line 4"],
        "numbers of more digits than 17",
    ),
    "a huge year": (
        {"about.toml": ABOUT.replace("2013\n", "99999999999\n")},
        ["about.toml", "year is 9"],
        "year = 2009",
    ),
    "no money": ({"about.toml": ABOUT.replace("USD", "kt")}, ["about.toml", "'kt'"], "'million USD'"),
    "a singular region": (
        {
            "Z.csv": Z.replace("8,5", "10,10").replace("4,2", "-10,-10"),
            "Y.csv": Y.replace("3,0", "-10,0").replace("0,6", "0,30"),
        },
        ["Kitzes 2013, region one, sector all", "singular"],
        "check them",
    ),
    "negative output": (
        {"Y.csv": Y.replace("0,6", "0,-60")},
        ["Kitzes 2013, region two, sector all", "output is negative"],
        "look for negative sales in that row",
    ),
    "unproductive": (
        {"Y.csv": Y.replace("3,0", "-4,0").replace("0,6", "0,-1")},
        ["Kitzes 2013, region", "the spectral radius of A is"],
        "check Z and Y there",
    ),
}

# what is asked: (arguments, what the line names, the way out it offers)
QUESTIONS = {
    "year": (["--year", "1995"], ["no year 1995"], "it holds 2013"),
    "years": (["--years", "2012:2014"], ["2012 to 2014 is not within"], "it holds 2013"),
    "too many years": (["--years", "1:9999999"], ["1 to 9999999 is not within"], "it holds 2013"),
    "account": (["--account", "consumtion"], ["no account 'consumtion'"], "did you mean consumption"),
    "dimension": (["--by", "regoin"], ["no dimension 'regoin'"], "did you mean region?"),
    "stressor": (["--stressor", "CO3"], ["no stressor 'CO3'"], "did you mean CO2?"),
    "group": (["--group", "oced"], ["grouping oced is not known"], "did you mean oecd?"),
    "group of no country": (["--group", "oecd"], ["no region of the table (one, two"], "give a grouping of your own"),
    "unknown member": (
        ["--group", "{tmp}/unknown.csv"],
        ["unknown.csv", "region too is not in the table"],
        "mean two?",
    ),
    "member left out": (
        ["--group", "{tmp}/partial.csv"],
        ["partial.csv", "region two of the table"],
        "add a line for it",
    ),
    "a grouping file in capitals": (
        ["--group", "{tmp}/PARTIAL.CSV"],
        ["PARTIAL.CSV", "cannot be read"],
        "region,group",
    ),
    "a grouping file that is all ending": (["--group", "{tmp}/.csv"], [".csv is not known"], "region,group"),
    "a date that is none": (["--group", "oecd@99999999999999999999"], ["grouping oecd@9", "is not a year"], "2020"),
    "no such grouping file": (["--group", "{tmp}/none.csv"], ["none.csv", "No such file"], "region,group"),
    "prices": (["--prices", "constant"], ["consumption is not per money"], "export-intensity"),
    "ending": (["-o", "{tmp}/out.xls"], ["out.xls tells no format"], "give --format"),
    "Parquet to a terminal": (["--format", "parquet", "-o", ""], ["Parquet is binary"], "name a file with -o"),
    "no such folder": (["-o", "{tmp}/none/out.csv"], ["none: there is no such folder"], "make it first"),
    "a folder": (["-o", "{tmp}", "--format", "csv"], ["is a folder, not a file"], "name a file in it"),
    "below a file": (["-o", "{tmp}/partial.csv/out.csv"], ["partial.csv: there is no such folder"], "make it first"),
}


def refused(tmp: Path, arguments: list[str], names: list[str], way_out: str) -> None:
    before = contents(tmp)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1, (result.output, result.exception)
    assert isinstance(result.exception, SystemExit)
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("error: ")
    assert "Traceback" not in lines[0]
    for name in [*names, way_out]:
        assert name in lines[0]
    assert result.stdout == ""
    assert contents(tmp) == before


@pytest.mark.parametrize("case", FILES)
def test_files(tmp_path, case):
    changes, names, way_out = FILES[case]
    folder = kitzes_folder(tmp_path / "table", dict(changes))
    refused(
        tmp_path, ["accounts", str(folder), "--account", "consumption", "-o", f"{tmp_path}/out.csv"], names, way_out
    )


@pytest.mark.parametrize("case", QUESTIONS)
def test_questions(tmp_path, case):
    given, names, way_out = QUESTIONS[case]
    given = [one.format(tmp=tmp_path) for one in given]
    (tmp_path / "unknown.csv").write_text("region,group\none,A\ntoo,B\n")
    (tmp_path / "partial.csv").write_text("region,group\none,A\n")
    folder = kitzes_folder(tmp_path / "table")
    usual = {"--account": "consumption", "-o": f"{tmp_path}/out.csv"} | dict(zip(given[::2], given[1::2], strict=True))
    arguments = [part for option, value in usual.items() if value for part in (option, value)]
    refused(tmp_path, ["accounts", str(folder), *arguments], names, way_out)


@pytest.mark.parametrize(
    ("table", "names", "way_out"),
    [
        ("wrold", ["'wrold' is neither a stored table nor a folder"], "did you mean world?"),
        ("{tmp}/a.csv", ["is a file, not a folder"], "a table of your own is a folder with Z.csv"),
        ("{tmp}/empty", ["about.toml is missing"], "a plain table is a folder with"),
    ],
)
@pytest.mark.parametrize("command", [["show"], ["check"], ["accounts", "--account", "flows"]])
def test_tables(tmp_path, command, table, names, way_out):
    (tmp_path / "a.csv").write_text("a\n")
    (tmp_path / "empty").mkdir()
    refused(tmp_path, [*command, table.format(tmp=tmp_path)], names, way_out)


@pytest.mark.parametrize(
    ("arguments", "names", "way_out"),
    [
        (["norms", "oced"], ["norm oced is not known"], "did you mean oecd?"),
        (["norms", "brics", "--at", "1995"], ["norm brics", "1995-12-31", "valid from"], "brics@"),
        (["report", "--table", "wrold"], ["'wrold'"], "did you mean world?"),
        (["report", "--years", "1990:1996"], ["1990 to 1996 is not within"], "it holds 1995 to 2009"),
    ],
)
def test_other_commands(tmp_path, arguments, names, way_out):
    refused(tmp_path, arguments, names, way_out)


def test_a_link_to_nothing(tmp_path):
    folder = kitzes_folder(tmp_path / "table")
    (folder / "F_Y.csv").symlink_to(tmp_path / "none.csv")
    with pytest.raises(InputError, match=r"F_Y.csv: is no file, or a link to none; mend it or take it away"):
        plain.read(archive.open(folder), 2013)


def test_other_files_are_welcome(tmp_path):
    folder = kitzes_folder(tmp_path / "table", {"README": "mine", "Z.xlsx": "", ".hidden.csv": "", "Z.csv~": ""})
    assert CliRunner().invoke(app, ["check", str(folder)]).exit_code == 0


def test_the_real_command_prints_one_line(tmp_path):
    folder = kitzes_folder(tmp_path / "table", {"Z.csv": Z.replace("4,2", "x,2")})
    command = [sys.executable, "-c", "from tanheng.cli import main; main()", "accounts", folder, "--account", "flows"]
    ran = subprocess.run([*command, "-o", tmp_path / "out.csv"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr == (
        f"error: {folder}/Z.csv line 4: row two all, column one all holds 'x', not a number; "
        "write it like 1234.5, without unit or remark\n"
    )
    assert not (tmp_path / "out.csv").exists()
