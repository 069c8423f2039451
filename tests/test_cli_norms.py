"""The commands norms and limits: what they print in every format, and how they end."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from tanheng.cli import app
from tanheng.norms import names, standards

KILN = ("--subject", "kiln", "--at", "2014-03-01")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], prog_name="tanheng")


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(*arguments: object) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(done(*arguments, "--format", "csv")), keep_default_na=False)


def test_one_list_of_all_norms():
    found = rows("norms", "--at", "2026-02-28").set_index("name")
    assert set(found.index) == set(names()) | set(standards().standards)
    assert found.loc["gb-3095-2012", "state"] == "in force"
    assert found.loc["gb-3095-2026", "state"] == "to come"
    assert found.loc["gb-4915-2004", "state"] == "withdrawn"
    assert found.loc["oecd", ["class", "entries"]].tolist() == ["membership", "38"]
    emission = rows("norms", "--class", "emission")
    assert set(emission["class"]) == {"emission"}
    assert "annex-i" in done("norms", "--lang", "zh")


def test_a_standard_with_its_limits():
    text = done("norms", "gb-3095-2026", "--at", "2030-12-31")
    assert "Replaces: GB 3095-2012" in text
    assert "State: in force" in text
    assert "ambient" in text
    zh = done("norms", "GB 3095-2026", "--lang", "zh")
    assert "代替：GB 3095-2012" in zh
    assert "平均时间" in zh
    assert "Only the limits" not in zh
    by_day = rows("norms", "gb-3095-2026", "--at", "2031-01-01").set_index(["substance", "averaging"])["value"]
    assert by_day["PM2.5", "year"] == 25
    assert len(rows("norms", "gb-3095-2026")) == 18  # 2 without a phase, 8 of each phase
    assert "breakpoints: PM2.5, day" in done("norms", "hj-633-2026")


def test_a_limit_looked_up():
    found = rows("norms", "--limit", "NOx", *KILN, "--area", "key areas").iloc[0]
    assert (found["value"], found["unit"], found["cited"]) == (320, "mg/m3", "GB 4915-2013")
    text = done("norms", "--limit", "NOx", *KILN, "--lang", "zh")
    assert "水泥窑" in text
    assert "400" in text
    meta = json.loads(done("norms", "--limit", "PM2.5", "--averaging", "year", "--grade", "II", "--format", "json"))
    assert meta["meta"]["place"] == "CHN"
    assert meta["meta"]["source"].startswith("GB 3095-2026")


def test_what_changed():
    found = rows("norms", "--changed", "2026-02-28:2026-03-01", "--class", "quality")
    limits = found[found["change"] == "limit"]
    assert limits.set_index("limit").loc["PM2.5, year, mean, grade II", ["before", "after"]].tolist() == [
        "35 µg/m3",
        "30 µg/m3",
    ]
    state = rows("norms", "--changed", "2018-08-31:2018-09-01", "--class", "quality")
    of_limits = state[state["change"] == "limit"].set_index("limit")
    assert "298.15 K" in of_limits.loc["SO2, day, mean, grade II", "after"]
    assert "ambient" in of_limits.loc["PM10, day, mean, grade II", "after"]
    assert "PM2.5，年，平均，II 级" in done("norms", "--changed", "2030:2031", "--lang", "zh")
    assert done("norms", "--changed", "2032:2033") == "nothing changed after 2032-12-31, until 2033-12-31\n"


def test_the_stock():
    found = rows("norms", "--stock", "--at", "2026-02-28")
    assert (found["to come"] + found["in force"] + found["withdrawn"]).tolist() == found["issued"].tolist()
    quality = found.set_index(["class", "level"]).loc[("quality", "national")]
    assert quality.tolist() == [2, 1, 1, 0]  # 2012 in force, 2026 issued four days before; amendments are a part
    assert "环境质量" in done("norms", "--stock", "--lang", "zh")


def test_norms_in_files(tmp_path):
    out = tmp_path / "norms.parquet"
    done("norms", "-o", out)
    assert "gb-4915-2013" in pd.read_parquet(out)["name"].tolist()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["oced"], 1, "norm oced is not known; did you mean oecd?"),
        (["gb-3095-2021"], 1, "norm gb-3095-2021 is not known; did you mean gb-3095-2026"),
        (["--limit", "PM2.5", "--at", "2020"], 1, "say which: PM2.5, day, mean, grade I"),
        (["--limit", "PM25"], 1, "did you mean PM2.5"),
        (["--changed", "2031:2026"], 1, "2031-12-31 is after 2026-12-31"),
        (["--changed", "2031"], 2, "is not two dates"),
        (["--changed", "then:now"], 2, "is not a date"),
        (["--class", "emissio"], 2, "did you mean emission?"),
        (["oecd", "--stock"], 2, "give one of NAME, --limit, --changed and --stock"),
        (["--stock", "--subject", "kiln"], 2, "--subject goes with --limit"),
        (["--limit", "SO2", "--place", "USA"], 1, "limits are here of CHN"),
    ],
)
def test_how_norms_end(arguments, code, said):
    result = run("norms", *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


# -- limits -----------------------------------------------------------------------------------------------------------


def test_limits_are_listed_and_computed():
    assert "cement-kilns-china" in done("limits")
    found = rows("limits", "cement-kilns-china", "--stressor", "NOx").set_index("year")["value"]
    assert found[2013] == pytest.approx(1260 * 1.6 + 100 * 0.25, rel=1e-12)  # products of a few doubles
    detail = rows("limits", "cement-kilns-china", "--years", "2020", "--detail", "--stressor", "NOx")
    assert detail["process"].tolist()[-1] == "shaft kilns and other old kilns"
    text = done("limits", "cement-kilns-china", "--lang", "zh", "--detail")
    assert "立窑等落后窑型" in text
    assert "不是排放清单" in text


def test_effects_stand_apart_and_sum():
    found = rows("limits", "cement-kilns-china", "--effects", "--stressor", "NOx").set_index("factor")["value"]
    ends = rows("limits", "cement-kilns-china", "--stressor", "NOx").set_index("year")["value"]
    assert found.sum() == pytest.approx(ends[2020] - ends[2013], rel=1e-9)  # logarithms and their inverses
    assert found["norm"] < 0 < found["activity"]
    text = done("limits", "cement-kilns-china", "--effects", "--chained", "--lang", "zh")
    assert "落后产能退出" in text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["cement"], 1, "there are no sources 'cement'"),
        (["cement-kilns-china", "--stressor", "NO2"], 1, "emits no 'NO2'; did you mean SO2 or NOx"),
        (["cement-kilns-china", "--years", "2010:2013"], 1, "there is no year 2010; it holds 2013 to 2020"),
        (["cement-kilns-china", "--at", "2003"], 1, "no limit of PM, kiln, existing holds at 2003-12-31"),
        (["cement-kilns-china", "--chained"], 2, "--chained goes with --effects"),
    ],
)
def test_how_limits_end(arguments, code, said):
    result = run("limits", *arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
