"""Standards and their register: every embedded limit on its boundary days, and what a register refuses."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tanheng.errors import NormError
from tanheng.norms import Registry, standards
from tanheng.norms.standard import CLASSES

HEAD = """
title = { en = "a", zh = "甲" }
source = "nowhere"
series = "X 1"
class = "emission"
level = "national"
jurisdiction = "CHN"
"""


def written(folder: Path, name: str, text: str) -> None:
    own = {line.partition(" = ")[0] for line in text.splitlines()}
    head = "\n".join(line for line in HEAD.splitlines() if line.partition(" = ")[0] not in own)
    (folder / f"{name}.toml").write_text(f"{head}\n{text}\n", encoding="utf-8")


def edition(folder: Path, name: str, start: str, value: float, more: str = "", limit: str = "") -> None:
    line = f'limits = [{{ substance = "NOx", unit = "mg/m3", subject = "kiln", value = {value}{limit} }}]'
    text = f'edition = "{name}"\nissued = {start}\neffective = {start}\n{more}\n{line}'
    written(folder, name, text)


# -- the embedded standards: the values of the issue of each standard, on the days that they begin and end ------------

AIR = {  # grade II: until 28 February 2026, until the end of 2030, from 2031
    ("PM2.5", "year"): (35, 30, 25),
    ("PM2.5", "day"): (75, 60, 50),
    ("PM10", "year"): (70, 60, 50),
    ("PM10", "day"): (150, 120, 100),
    ("SO2", "year"): (60, 60, 20),
    ("SO2", "day"): (150, 150, 50),
    ("NO2", "year"): (40, 40, 30),
    ("NO2", "day"): (80, 80, 50),
    ("CO", "day"): (4, 4, 4),
    ("O3", "8 hours"): (160, 160, 160),
}
DAYS = (
    (date(2016, 1, 1), 0),
    (date(2026, 2, 28), 0),
    (date(2026, 3, 1), 1),
    (date(2030, 12, 31), 1),
    (date(2031, 1, 1), 2),
)


@pytest.mark.parametrize(("substance", "averaging"), AIR)
def test_limits_of_the_air_on_their_boundary_days(substance, averaging):
    for day, at in DAYS:
        limit = standards().limit(substance, day, averaging=averaging, grade="II")
        assert limit.value == AIR[substance, averaging][at]
        assert limit.unit == ("mg/m3" if substance == "CO" else "µg/m3")


def test_before_it_holds_there_is_no_limit():
    with pytest.raises(
        NormError, match=r"no limit of PM2.5, year, II holds at 2015-12-31 in CHN; there is one from 2016-01-01"
    ):
        standards().limit("PM2.5", date(2015, 12, 31), averaging="year", grade="II")


@pytest.mark.parametrize(
    ("substance", "before", "new", "key_area"), [("PM", 50, 30, 20), ("SO2", 200, 200, 100), ("NOx", 800, 400, 320)]
)
def test_limits_of_kilns_on_their_boundary_days(substance, before, new, key_area):
    def at(day: date, **more: str) -> float:
        return standards().limit(substance, day, **{"subject": "kiln", **more}).value

    assert at(date(2005, 1, 1)) == at(date(2014, 2, 28)) == before
    assert at(date(2014, 3, 1)) == new
    assert at(date(2014, 3, 1), area="key areas") == key_area
    assert at(date(2015, 6, 30), subject="kiln, existing") == before
    assert at(date(2015, 7, 1), subject="kiln, existing") == new


def test_the_reference_state_changed_with_the_amendment_of_2018():
    def state(substance: str, day: date) -> str:
        return standards().limit(substance, day, averaging="day", grade="II").reference

    assert state("SO2", date(2018, 8, 31)) == state("PM10", date(2018, 8, 31)) == "273.15 K, 101.325 kPa"
    assert state("SO2", date(2018, 9, 1)) == "298.15 K, 101.325 kPa"
    assert state("PM10", date(2018, 9, 1)) == "ambient"


def test_every_standard_has_a_source_and_both_names():
    for one in standards().standards.values():
        assert one.source
        assert one.title_en
        assert one.title_zh
        assert one.cls in CLASSES


def test_an_edition_at_a_date():
    register = standards()
    assert register.edition("HJ 633", date(2026, 2, 28)).name == "hj-633-2012"
    assert register.edition("HJ 633", date(2026, 3, 1)).name == "hj-633-2026"
    assert register.find("gb 3095-2012").name == "gb-3095-2012"
    with pytest.raises(
        NormError, match="no edition of GB 3095 holds at 2012-02-29; the first that is here holds from 2016-01-01"
    ):
        register.edition("GB 3095", date(2012, 2, 29))
    with pytest.raises(NormError, match=r"there is no series GB 3059; did you mean GB 3095\?"):
        register.edition("GB 3059", date(2020, 1, 1))


# -- laws of a register ----------------------------------------------------------------------------------------------


def test_changes_between_two_dates(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800)
    edition(tmp_path, "b", "2010-01-01", 400, 'replaces = ["a"]')
    register = Registry.read(tmp_path)
    found = [(one.when, one.what, one.standard.name) for one in register.changed(date(2000, 1, 1), date(2010, 1, 1))]
    day = date(2010, 1, 1)
    assert found == [(day, "withdrawn", "a"), (day, "in force", "b"), (day, "issued", "b"), (day, "limit", "b")]
    assert register.changed(day, date(2020, 1, 1)) == ()
    changed = register.changed(date(2009, 1, 1), day)[-1]
    assert (changed.before.value, changed.after.value) == (800, 400)
    with pytest.raises(NormError, match="2011-01-01 is after 2010-01-01"):
        register.changed(date(2011, 1, 1), day)


def test_the_stock_is_issued_less_withdrawn_and_to_come(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800)
    text = 'edition = "b"\nissued = 2009-06-01\neffective = 2010-01-01\nreplaces = ["a"]'
    written(tmp_path, "b", text)
    written(
        tmp_path,
        "c",
        'edition = "c"\nseries = "X 2"\nlevel = "local"\njurisdiction = "CHN-BJ"\n'
        "issued = 2005-01-01\neffective = 2005-01-01",
    )
    register = Registry.read(tmp_path)
    kind = ("emission", "national")
    assert register.stock(date(2009, 5, 31))[kind] == {"issued": 1, "to come": 0, "in force": 1, "withdrawn": 0}
    assert register.stock(date(2009, 6, 1))[kind] == {"issued": 2, "to come": 1, "in force": 1, "withdrawn": 0}
    assert register.stock(date(2010, 1, 1)) == {
        kind: {"issued": 2, "to come": 0, "in force": 1, "withdrawn": 1},
        ("emission", "local"): {"issued": 1, "to come": 0, "in force": 1, "withdrawn": 0},
    }


@pytest.mark.parametrize(("law", "local", "wins"), [(True, 200, 200), (True, 900, 400), (False, 200, 400)])
def test_the_stricter_local_norm_wins_where_the_law_says_so(tmp_path, law, local, wins):
    edition(tmp_path, "national", "2014-03-01", 400, f"stricter_local = {str(law).lower()}")
    edition(tmp_path, "beijing", "2016-01-01", local, 'series = "DB11/X"\nlevel = "local"\njurisdiction = "CHN-BJ"')
    register, day = Registry.read(tmp_path), date(2017, 1, 1)
    assert register.limit("NOx", day, subject="kiln", place="CHN-BJ").value == wins
    assert register.limit("NOx", day, subject="kiln", place="CHN").value == 400
    assert register.limit("NOx", date(2015, 12, 31), subject="kiln", place="CHN-BJ").value == 400


def test_two_limits_on_one_day_are_refused(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800)
    edition(tmp_path, "b", "2010-01-01", 400)
    with pytest.raises(NormError, match="norm b, NOx, kiln: it and a both hold at 2010-01-01; say that it replaces a"):
        Registry.read(tmp_path)


def test_a_day_without_a_limit_between_two_is_refused(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800, limit=", to = 2008-12-31")
    edition(tmp_path, "b", "2010-01-01", 400, 'replaces = ["a"]')
    with pytest.raises(NormError, match="norm b, NOx, kiln: no limit holds from 2009-01-01 to 2009-12-31"):
        Registry.read(tmp_path)


def test_a_circle_of_successors_is_refused(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800, 'replaces = ["c"]')
    edition(tmp_path, "b", "2005-01-01", 600, 'replaces = ["a"]')
    edition(tmp_path, "c", "2010-01-01", 400, 'replaces = ["b"]')
    with pytest.raises(NormError, match="it replaces itself, by way of its predecessors"):
        Registry.read(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('clas = "quality"', "'clas' is no key of a standard; did you mean class"),
        ('class = "quantity"', "'quantity' is no class; did you mean quality"),
        ('level = "provincial"', "'provincial' is no level"),
        ('issued = "2000"', "issued is '2000', not a date"),
        ("issued = 2001-01-01", "it is issued on 2001-01-01, after it holds"),
        ('source = ""', "'source' is missing"),
        ('limits = [{ substance = "NOx" }]', "norm a, NOx: a limit has no substance, or not one value"),
        ('limits = [{ substance = "NOx", value = -1 }]', "is no positive number"),
        ('limits = [{ substance = "NOx", valu = 1 }]', "'valu' is no key of a limit; did you mean value"),
        ('limits = [{ substance = "NOx", averaging = "week", value = 1 }]', "'week' is no averaging time"),
        ('amends = "b"', "it amends b, which is not there"),
        ("edition = ", "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_in_one_line(tmp_path, text, message):
    base = {"edition": '"a"', "issued": "2000-01-01", "effective": "2000-01-01"}
    own = text.partition(" = ")[0]
    lines = [f"{key} = {value}" for key, value in base.items() if key != own]
    written(tmp_path, "a", "\n".join([*lines, text]))
    with pytest.raises(NormError) as error:
        Registry.read(tmp_path)
    assert message in str(error.value)
    assert "\n" not in error.value.what


def test_what_is_asked_must_be_one_limit():
    with pytest.raises(
        NormError,
        match=r"limits of PM2.5 hold at 2020-01-01; say which: PM2.5, day, mean, grade I; PM2.5, day, mean, grade II",
    ):
        standards().limit("PM2.5", date(2020, 1, 1), averaging="day")
    with pytest.raises(NormError, match=r"did you mean PM2.5"):
        standards().limit("PM25", date(2020, 1, 1))
