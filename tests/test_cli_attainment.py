"""The command ``attainment``: rules side by side, years compared, a picture; what a user gets wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
import pytest
from air_data import LOW, frame
from test_cli import done, run


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of days of one station: PM2.5 of 40 in 2015 and of 33 in 2016; CO in mg/m3, and said to be."""
    parts = []
    for year, level in ((2015, 40.0), (2016, 33.0)):
        days = pd.date_range(f"{year}-01-01", f"{year}-12-31")
        told = LOW | {"PM2.5": level, "CO": 1.0}
        parts.append(pd.DataFrame({"station": "one", "date": days.strftime("%Y-%m-%d"), **told}))
    path = tmp_path_factory.mktemp("air") / "town.csv"
    whole = pd.concat(parts).rename(columns={"CO": "CO (mg/m3)", "O3": "O3_8h"})
    whole.to_csv(path, index=False)
    return path


def rows(*arguments: object) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(done("attainment", *arguments, "--format", "csv")), dtype={"rules": str})


def test_three_rules_side_by_side(file):
    found = rows(file, "--unit", "ug/m3", "--reference", "273")
    city = found[found["place"] == "city"]
    assert city["rules"].tolist() == ["2012", "2026", "2031"]
    assert city["year"].unique().tolist() == [2016]  # the last year, unless told
    assert city["verdict"].tolist() == ["attains", "does not attain", "does not attain"]
    assert city["exceeds"].fillna("").tolist() == ["", "PM2.5", "SO2, NO2, PM2.5"]
    assert city["good"].tolist() == [366] * 3


def test_what_a_person_reads(file):
    text = done("attainment", file, "--unit", "ug/m3", "--reference", "273", "--name", "Town", "--year", "2015")
    assert text.startswith("The air of Town, 2015")
    assert "does not attain" in text
    assert "Rules of 2031: GB 3095-2026; HJ 633-2026; HJ 663-2026 (2031-12-31)" in text
    zh = done(
        "attainment", file, "--unit", "ug/m3", "--name", "某市", "--year", "2015", "--lang", "zh", "--by", "substance"
    )
    assert zh.startswith("某市 2015 年空气质量")
    assert "第 95 百分位数" in zh
    assert "2012年规则：GB 3095-2012" in zh
    days = done("attainment", file, "--unit", "ug/m3", "--by", "day", "--rules", "2012", "--limit", "3")
    assert "2016-01-03" in days
    assert "2016-01-04" not in days
    assert "+ 363" in days  # of 366; the city's alone


def test_statistics_and_days_as_rows(file):
    found = rows(file, "--unit", "ug/m3", "--by", "substance", "--rules", "2012", "--year", "2015")
    mean = found[(found["substance"] == "PM2.5") & (found["statistic"] == "annual mean")]
    assert mean["value"].tolist() == [40, 40]
    assert mean["meets"].tolist() == [False, False]
    carbon = found[found["substance"] == "CO"]
    assert carbon["value"].tolist() == [1, 1]  # mg/m3, as its head says
    days = rows(file, "--unit", "ug/m3", "--by", "day", "--rules", "2012", "--year", "2015")
    assert days["day"].iloc[0] == "2015-01-01"
    assert len(days) == 2 * 365


def test_two_years_compared_with_what_changed_between(file):
    found = rows(
        file, "--unit", "ug/m3", "--reference", "273", "--compare", "2015:2016", "--rules", "2012", "--by", "substance"
    )
    mean = found[(found["substance"] == "PM2.5") & (found["statistic"] == "annual mean")].iloc[0]
    assert (mean["first"], mean["last"], mean["change"]) == (40, 33, -7)
    assert mean["relative"] == pytest.approx(-0.175, rel=1e-12)
    text = done("attainment", file, "--unit", "ug/m3", "--compare", "2015:2016", "--rules", "2012")
    assert "days with good air" in text


def test_years_on_both_sides_of_2018_are_no_fair_comparison(tmp_path):
    whole = pd.concat([frame([{}] * 2, "2017-01-01"), frame([{}] * 2, "2019-01-01")])
    whole.to_csv(tmp_path / "town.csv", index=False)
    asked = ("attainment", tmp_path / "town.csv", "--unit", "ug/m3", "--compare", "2017:2019")
    said = run(*asked, "--rules", "2012", "--reference", "dated").stderr
    assert "the reference state of SO2, NO2, CO, O3 is not the same in both years" in said
    assert "two years are judged by other rules" not in said
    said = run(*asked, "--rules", "2012", "--rules", "own", "--lang", "zh").stderr
    assert "两年 SO2, NO2, CO, O3 的参比状态不同" in said


def test_gases_are_converted_by_name(file):
    plain, other = (
        rows(file, "--unit", "ug/m3", "--reference", "273", "--rules", "2026", "--by", "substance", *more)
        for more in ((), ("--convert",))
    )
    ratio = (other["unrounded"] / plain["unrounded"]).groupby(plain["substance"]).mean()
    assert ratio[["PM2.5", "PM10"]].tolist() == [1, 1]
    # the city's days are rounded before they are averaged: 45.8 is 46 and 36.6 is 37, so 1 % apart at most
    assert (abs(ratio[["SO2", "NO2", "O3"]] / (273.15 / 298.15) - 1) < 0.01).all()
    done("attainment", file, "--unit", "ug/m3", "--reference", "273", "--rules", "2026", "--convert")
    assert "gases cannot be brought" in run("attainment", file, "--unit", "ug/m3", "--convert").stderr


def test_json_and_parquet_say_what_they_are_of(file, tmp_path):
    whole = json.loads(done("attainment", file, "--unit", "ug/m3", "--reference", "298", "--format", "json"))
    assert whole["meta"]["states"]["PM10"] == "ambient"
    assert whole["meta"]["rules"]["2026"] == "GB 3095-2026; HJ 633-2026; HJ 663-2026 (2026-03-01)"
    assert whole["rows"][0]["verdict"]
    done("attainment", file, "--unit", "ug/m3", "-o", tmp_path / "air.parquet")
    meta = parquet.read_schema(tmp_path / "air.parquet").metadata
    assert json.loads(meta[b"tanheng"])["name"] == "town"


def test_a_picture(file, tmp_path):
    pytest.importorskip("tanheng.report.air")
    result = run("attainment", file, "--unit", "ug/m3", "--picture", tmp_path / "air.html", "--lang", "zh")
    if "has not been built" in result.stderr:
        pytest.skip("the chart bundle has not been built")
    assert result.exit_code == 0
    assert "2016年逐日空气质量指数" in (tmp_path / "air.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 1, "the unit of PM2.5 is not told"),
        (("--unit", "ppb"), 1, "the unit of PM2.5 is 'ppb'"),
        (("--unit", "ug/m3", "--unit", "mg/m3"), 2, "keep one"),
        (("--unit", "ug/m3", "--unit", "CO2=mg/m3"), 1, "'CO2' is no substance of the index; did you mean CO"),
        (("--unit", "ug/m3", "--rules", "2013x"), 1, "there are no rules '2013x'; give an edition (2012, 2026)"),
        (("--unit", "ug/m3", "--rules", "2014"), 1, "no edition of GB 3095 holds at 2014-12-31"),
        (("--unit", "ug/m3", "--year", "2013"), 1, "there is no year 2013"),
        (("--unit", "ug/m3", "--station", "two"), 1, "there is no station two; known are one"),
        (("--unit", "ug/m3", "--compare", "2015:2017"), 1, "there is no year 2017"),
        (("--unit", "ug/m3", "--compare", "2015:2016", "--year", "2015"), 2, "--compare is for two years"),
        (("--unit", "ug/m3", "--compare", "2015"), 2, "--compare is for two years, such as 2014:2015"),
        (("--unit", "ug/m3", "--grade", "I", "--rules", "2026"), 1, "no limit of"),
        (("--unit", "ug/m3", "-o", "air.xls"), 1, "tells no format"),
    ],
)
def test_a_mistake_is_one_line(file, arguments, code, message):
    result = run("attainment", file, *arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not result.stdout


def test_a_flaw_of_the_file_has_its_line(tmp_path):
    (tmp_path / "town.csv").write_text("station,time,PM2.5\nA,2015-01-01 00:00,ten\n", encoding="utf-8")
    result = run("attainment", tmp_path / "town.csv", "--unit", "ug/m3")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "town.csv line 2: 'ten' is not a number" in result.stderr
