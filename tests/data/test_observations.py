"""Files of air: wide or tidy, hours or days, in either language; every flaw with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tanheng.data.observations import read_observations
from tanheng.errors import InputError, LabelError, MissingError, UnitError

WIDE = """station,time,PM2.5 (ug/m3),CO (mg/m3)
A,2015-01-01 00:00,10,1.5
A,2015-01-01 01:00,,0.5
B,2015-01-01 00:00,30,-
"""
PARTS = """year,month,day,hour,pm2_5
2015,1,1,0,10
2015,1,1,1,20
"""
TIDY = """station,time,substance,value,unit
A,2015-01-01 00:00,PM2.5,10,µg/m3
A,2015-01-01 00:00,CO,1.5,mg/m3
A,2015-01-01 01:00,CO,800,µg/m3
A,2015-01-01 01:00,NOx,9,µg/m3
"""


def written(folder: Path, text: str, name: str = "town.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_column_a_substance(tmp_path):
    found = read_observations(written(tmp_path, WIDE))
    assert found.about.name == "town"
    assert found.about.step == "hour"
    first = found.values.isel(time=slice(0, 2))
    assert first.sel(substance="CO", station="A").values.tolist() == [1500, 500]  # never guessed: the head says mg/m3
    assert first.sel(substance="PM2.5").isel(time=0).values.tolist() == [10, 30]
    assert np.isnan(first.sel(substance="CO", station="B")).all()
    assert found.values.sizes["time"] == 24


def test_parts_of_a_date_and_no_station(tmp_path):
    found = read_observations(written(tmp_path, PARTS), units="µg/m³")
    assert found.stations == ("town",)
    assert found.by_day("PM2.5")[0, :2, 0].tolist() == [10, 20]


def test_tidy_with_units_and_what_is_no_part_of_the_index(tmp_path):
    found = read_observations(written(tmp_path, TIDY))
    assert found.values.sel(substance="CO").isel(time=slice(0, 2)).values.tolist() == [[1500, 800]]
    assert [one.check for one in found.findings] == ["air-columns"]
    assert "NOx" in found.findings[0].what


def test_chinese_heads_and_a_packed_file(tmp_path):
    text = "监测点位,时间,细颗粒物（微克/立方米）,一氧化碳（毫克/立方米）\n"
    text += "东四,2015/1/1 0:00,10,1\n东四,2015/1/1 1:00,20,2\n"
    path = tmp_path / "town.csv.gz"
    path.write_bytes(gzip.compress(text.encode("utf-8-sig")))
    found = read_observations(path)
    assert found.stations == ("东四",)
    assert found.values.sel(substance="CO").isel(time=1).item() == 2000


def test_a_folder_of_files(tmp_path):
    for name in ("A", "B"):
        written(tmp_path, PARTS, f"{name}.csv")
    assert read_observations(tmp_path, units="µg/m3").stations == ("A", "B")


def test_columns_without_a_substance_are_named_and_left_out(tmp_path):
    text = PARTS.replace("pm2_5", "pm2_5,TEMP").replace(",10", ",10,-3").replace(",20", ",20,-4")
    found = read_observations(written(tmp_path, text), units="µg/m3")
    assert found.substances == ("PM2.5",)
    assert "TEMP" in found.findings[0].what


def test_the_end_of_an_hour(tmp_path):
    """0:00 ends the last hour of the day before; 24:00 is the same."""
    for last in ("2015,1,1,24,20", "2015,1,2,0,20"):
        path = written(tmp_path, f"year,month,day,hour,PM2.5\n2015,1,1,1,10\n{last}\n")
        found = read_observations(path, units="µg/m3", hours="end")
        assert found.by_day("PM2.5")[0, [0, 23], 0].tolist() == [10, 20]
        assert len(found.days) == 1


def test_days(tmp_path):
    found = read_observations(
        written(tmp_path, "time,PM2.5,O3_8h\n2015-01-01,10,90\n2015-01-03,20,80\n"), units="µg/m3"
    )
    assert found.about.step == "day"
    assert found.by_day("O3")[:, 0, 0].tolist()[0::2] == [90, 80]
    assert np.isnan(found.by_day("O3")[1]).all()


def test_a_text_for_nothing_observed(tmp_path):
    text = PARTS.replace(",20", ",-999")
    with pytest.raises(InputError, match=r"town.csv line 3: pm2_5 is -999; no concentration is below zero"):
        read_observations(written(tmp_path, text), units="µg/m3")
    found = read_observations(written(tmp_path, text), units="µg/m3", missing=["-999"])
    assert np.isnan(found.by_day("PM2.5")[0, 1, 0])


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("10,1.5", "ten,1.5", InputError, r"line 2: 'ten' is not a number"),
        ("10,1.5", "10,1.5,7", InputError, r"line 2: the line has 5 cells, the first has 4"),
        ("30,-", "30", InputError, r"line 4: the line has 3 cells, the first has 4"),
        ("B,", ",", MissingError, r"line 4: the station is empty"),
        ("01:00", "01:30", InputError, r"line 3: 2015-01-01 01:30 is at no full hour"),
        ("2015-01-01 01:00", "soon", InputError, r"line 3: 'soon' is not a time"),
        ("01:00", "00:00", InputError, r"line 3: A, 2015-01-01 00:00:00 is there twice, first in line 2"),
        ("PM2.5 (ug/m3)", "PM2.5", UnitError, r"line 1: the unit of PM2.5 is not told"),
        ("(mg/m3)", "(ppm)", UnitError, r"line 1: the unit of CO is 'ppm'"),
        ("PM2.5 (", "PM22.5 (", LabelError, r"line 1: 'PM22.5' is no substance of the index; did you mean PM2.5\?"),
        ("CO (mg/m3)", "pm25", LabelError, r"line 1: has two columns of PM2.5"),
        ("CO (mg/m3)", "O3_8h", LabelError, r"line 1: 'O3_8h' is a mean of 8 hours"),
        ("time", "when", LabelError, r"line 1: has no column time"),
        ("CO (mg/m3)", "site", LabelError, r"line 1: the columns station and site both tell the station"),
        (
            "A,2015-01-01 00:00,10,1.5\n",
            "A,2015-01-01 00:00+08:00,10,1.5\n",
            InputError,
            r"line 2: the time has a zone",
        ),
    ],
)
def test_a_flaw_has_its_line(tmp_path, old, new, error, message):
    assert old in WIDE
    with pytest.raises(error, match=message):
        read_observations(written(tmp_path, WIDE.replace(old, new, 1)))


def test_lines_are_counted_past_empty_ones(tmp_path):
    with pytest.raises(InputError, match="line 4: 'ten' is not a number"):
        read_observations(written(tmp_path, WIDE.replace("A,2015-01-01 00:00,10", "\n\nA,2015-01-01 00:00,ten", 1)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CO,1.5", "CO2,1.5", r"line 3: 'CO2' is no substance of the index; did you mean CO\?"),
        ("CO,1.5", "lead,1.5", r"line 3: 'lead' is no substance of the index; known are"),
        ("CO,1.5,mg/m3", "CO,1.5,", r"line 3: the unit of CO is not told"),
        (
            "A,2015-01-01 01:00,CO",
            "A,2015-01-01 00:00,CO",
            r"line 4: A, 2015-01-01 00:00:00 is there twice, first in line 3",
        ),
    ],
)
def test_a_flaw_of_a_tidy_file(tmp_path, old, new, message):
    assert old in TIDY
    with pytest.raises(InputError, match=message):
        read_observations(written(tmp_path, TIDY.replace(old, new, 1)))


def test_hour_24_must_be_said_to_be_an_end(tmp_path):
    with pytest.raises(InputError, match=r"line 3: the hour is '24'; hours are 0 to 23; where they count to 24"):
        read_observations(written(tmp_path, PARTS.replace("1,1,1,20", "1,1,24,20")), units="µg/m3")


def test_a_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(InputError):
        read_observations(tmp_path / "none.csv")
    (tmp_path / "old.csv").write_bytes("站点,时间\n".encode("gb18030"))
    with pytest.raises(InputError, match="not text in UTF-8"):
        read_observations(tmp_path / "old.csv")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"station")[:-4])
    with pytest.raises(InputError, match="is packed, and broken"):
        read_observations(tmp_path / "cut.csv.gz")
    with pytest.raises(InputError, match="has no lines"):
        read_observations(written(tmp_path, "station,time,PM2.5\n"))


def test_hours_and_days_are_not_mixed(tmp_path):
    written(tmp_path, PARTS, "A.csv")
    written(tmp_path, "time,PM2.5\n2015-01-01,10\n", "B.csv")
    with pytest.raises(InputError, match="files of hours and files of days"):
        read_observations(tmp_path, units="µg/m3")


def test_wide_and_tidy_are_the_same_air(tmp_path):
    wide = read_observations(written(tmp_path, WIDE))
    rows = pd.DataFrame(
        [("A", 0, "PM2.5", 10), ("A", 0, "CO", 1500), ("A", 1, "CO", 500), ("B", 0, "PM2.5", 30)],
        columns=["station", "time", "substance", "value"],
    )
    rows["time"] = pd.Timestamp("2015-01-01") + pd.to_timedelta(rows["time"], unit="h")
    tidy = read_observations(written(tmp_path, rows.to_csv(index=False)), units="µg/m3")
    assert tidy.values.equals(wide.values)
