"""Standards and their register: every embedded limit on its boundary days, and what a register refuses."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tanheng.errors import NormError
from tanheng.norms import CLASSES, Limit, Registry, standards

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


LIMITS = [limit for one in standards().standards.values() for limit in one.limits]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda one: f"{one.standard}, {one.words} from {one.start}")
def test_every_limit_is_found_on_its_first_and_last_day_and_not_beside_them(limit):
    one = standards().standards[limit.standard]

    def found(day: date) -> Limit | None:
        keys = ("averaging", "statistic", "grade", "subject", "area")
        asked = {key: getattr(limit, key) for key in keys}
        try:
            return standards().limit(limit.substance, day, place=one.jurisdiction, series=one.series, **asked)
        except NormError:
            return None

    assert found(limit.start) == limit
    assert found(limit.start - timedelta(days=1)) != limit
    if limit.end != date.max:
        assert found(limit.end) == limit
        assert found(limit.end + timedelta(days=1)) != limit


@pytest.mark.parametrize("name", standards().standards)
def test_every_standard_is_in_force_from_its_first_day_to_its_last(name):
    one = standards().standards[name]
    eve = one.effective - timedelta(days=1)
    assert one.state(one.effective) == "in force"
    assert one.state(eve) == ("to come" if one.issued <= eve else "not issued")
    assert one.state(one.issued - timedelta(days=1)) == "not issued"
    if one.withdrawn:
        assert one.state(one.withdrawn) == "in force"
        assert one.state(one.withdrawn + timedelta(days=1)) == "withdrawn"


# (series, first day in force, as cited): accounting rules and the editions that they replace
RULES = [
    ("IPCC Guidelines", date(2006, 4, 1), "IPCC 2006 Guidelines"),
    ("ISO 14064-1", date(2006, 3, 1), "ISO 14064-1:2006"),
    ("ISO 14064-1", date(2018, 12, 18), "ISO 14064-1:2018"),
    ("ISO 14067", date(2013, 5, 1), "ISO/TS 14067:2013"),
    ("ISO 14067", date(2018, 8, 1), "ISO 14067:2018"),
    ("GHG Protocol Corporate Standard", date(2001, 9, 1), "GHG Protocol Corporate Standard (2001)"),
    ("GHG Protocol Corporate Standard", date(2004, 3, 1), "GHG Protocol Corporate Standard (2004)"),
    ("GHG Protocol Scope 3 Standard", date(2011, 10, 1), "GHG Protocol Scope 3 Standard (2011)"),
    ("EU Environmental Footprint", date(2013, 5, 4), "Recommendation 2013/179/EU"),
    ("EU Environmental Footprint", date(2021, 12, 30), "Recommendation (EU) 2021/2279"),
    ("SEEA Central Framework", date(2012, 3, 2), "SEEA Central Framework 2012"),
    ("GB/T 32150", date(2016, 6, 1), "GB/T 32150-2015"),
    ("GB/T 24067", date(2024, 10, 1), "GB/T 24067-2024"),
]


@pytest.mark.parametrize(("series", "day", "cited"), RULES)
def test_accounting_rules_on_their_first_day(series, day, cited):
    assert standards().edition(series, day).code == cited
    earlier = [name for same, start, name in RULES if same == series and start < day]
    try:
        before = standards().edition(series, day - timedelta(days=1)).code
    except NormError:
        before = None
    assert before == (earlier[-1] if earlier else None)
    assert standards().find(cited).cls == "accounting"


def test_a_refinement_holds_beside_what_it_refines():
    held = {one.name for one in standards().in_force(date(2020, 1, 1), series="IPCC Guidelines")}
    assert held == {"ipcc-2006", "ipcc-2006-refinement-2019"}


def test_an_amendment_ends_with_its_standard():
    amendment = standards().find("gb-3095-2012-amendment-2018")
    assert amendment.state(date(2026, 2, 28)) == "in force"
    assert amendment.state(date(2026, 3, 1)) == "withdrawn"


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
    assert found == [(day, "withdrawn", "a"), (day, "issued", "b"), (day, "in force", "b"), (day, "limit", "b")]
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
        ('limits = [{ substance = "NOx", value = true }]', "is no positive number"),
        ('limits = [{ substance = "NOx", grade = 5 }]', "is no positive number"),
        ('limits = [{ substance = "NOx", value = 1, from = "2001" }]', "norm a, NOx: from is '2001', not a date"),
        (
            'limits = [{ substance = "NOx", value = 1, from = 1999-01-01 }]',
            "it begins on 1999-01-01, before its standard",
        ),
        ("phases = [{ form = 2001-01-01, limits = [] }]", "'form' is no key of a phase; did you mean from"),
        ('reference = [{ of = ["NOx"], sate = "dry" }]', "'sate' is no key of a reference state; did you mean state"),
        ('title = { en = "a" }', "the title is not in English and Chinese"),
        ('note = "a"', "the note is not in English and Chinese"),
        ('replaces = "b"', "replaces is no list"),
        ("withdrawn = 1999-12-31", "it is withdrawn on 1999-12-31, before it holds"),
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


def test_a_substance_that_is_known_is_not_guessed_at():
    with pytest.raises(
        NormError, match=r"no limit of PM2.5, hour holds .* there are PM2.5, day, mean, grade I; PM2.5,"
    ):
        standards().limit("PM2.5", date(2020, 1, 1), averaging="hour")
    with pytest.raises(NormError, match=r"there is no series GB 3059; did you mean GB 3095"):
        standards().limit("PM2.5", date(2020, 1, 1), series="GB 3059")


# -- amendments, local limits, reference states -----------------------------------------------------------------------


def at(register: Registry, day: str, **more: str) -> float:
    return register.limit("NOx", date.fromisoformat(day), **{"subject": "kiln", **more}).value


def test_each_amendment_takes_the_place_of_the_one_before(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800)
    edition(tmp_path, "a1", "2005-01-01", 600, 'amends = "a"')
    edition(tmp_path, "a2", "2008-01-01", 500, 'amends = "a"')
    edition(tmp_path, "b", "2010-01-01", 400, 'replaces = ["a"]')
    register = Registry.read(tmp_path)
    days = ("2004-12-31", "2005-01-01", "2007-12-31", "2008-01-01", "2009-12-31", "2010-01-01")
    assert [at(register, day) for day in days] == [800, 600, 600, 500, 500, 400]
    assert [one.name for one in register.in_force(date(2009, 12, 31))] == ["a", "a1", "a2"]
    assert [one.name for one in register.in_force(date(2010, 1, 1))] == ["b"]


def test_a_limit_that_begins_or_ends_within_its_standard_is_a_change(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800, limit=", from = 2003-01-01, to = 2005-12-31")
    found = Registry.read(tmp_path).changed(date(1999, 1, 1), date(2010, 1, 1))
    limits = [(one.when, one.before and one.before.value, one.after and one.after.value) for one in found[2:]]
    assert limits == [(date(2003, 1, 1), None, 800), (date(2006, 1, 1), 800, None)]


def test_editions_of_a_series_in_force_on_one_day_are_refused(tmp_path):
    written(tmp_path, "a", 'edition = "a"\nissued = 2000-01-01\neffective = 2000-01-01')
    written(tmp_path, "b", 'edition = "b"\nissued = 2010-01-01\neffective = 2010-01-01')
    with pytest.raises(NormError, match="norm b: it and a are both in force at 2010-01-01; say that it replaces a"):
        Registry.read(tmp_path)


def test_a_day_between_an_edition_and_its_successor_is_refused(tmp_path):
    written(tmp_path, "a", 'edition = "a"\nissued = 2000-01-01\neffective = 2000-01-01\nwithdrawn = 2008-12-31')
    written(tmp_path, "b", 'edition = "b"\nissued = 2010-01-01\neffective = 2010-01-01\nreplaces = ["a"]')
    with pytest.raises(NormError, match="norm b: neither it nor a is in force from 2009-01-01 to 2009-12-31"):
        Registry.read(tmp_path)


def test_an_amendment_of_an_amendment_is_refused(tmp_path):
    edition(tmp_path, "a", "2000-01-01", 800)
    edition(tmp_path, "a1", "2005-01-01", 600, 'amends = "a"')
    edition(tmp_path, "a2", "2008-01-01", 500, 'amends = "a1"')
    with pytest.raises(NormError, match="it amends a1, which is an amendment itself"):
        Registry.read(tmp_path)


LOCAL = 'series = "DB11/X"\nlevel = "local"\njurisdiction = "CHN-BJ"'


def test_a_local_limit_goes_before_those_of_key_areas_too(tmp_path):
    areas = ', area = "key areas"'
    edition(tmp_path, "national", "2014-03-01", 400, "stricter_local = true", areas)
    edition(tmp_path, "beijing", "2016-01-01", 200, LOCAL)
    register = Registry.read(tmp_path)
    assert at(register, "2017-01-01", place="CHN-BJ", area="key areas") == 200
    assert at(register, "2017-01-01", place="CHN", area="key areas") == 400


def test_limits_on_unlike_terms_are_not_compared(tmp_path):
    edition(tmp_path, "national", "2014-03-01", 400, "stricter_local = true")
    reference = 'reference = [{ of = ["NOx"], state = "11 % oxygen" }]'
    edition(tmp_path, "beijing", "2016-01-01", 200, f"{LOCAL}\n{reference}")
    register = Registry.read(tmp_path)
    with pytest.raises(NormError, match=r"limits of NOx are on different terms: .* beijing \(mg/m3, 11 % oxygen\)"):
        at(register, "2017-01-01", place="CHN-BJ")
    assert at(register, "2017-01-01", place="CHN-BJ", series="DB11/X") == 200


def test_local_limits_of_several_things_are_to_be_told_apart(tmp_path):
    lines = 'limits = [{ substance = "NOx", grade = { I = 100, II = 200 } }]'
    written(tmp_path, "a", f'edition = "a"\nissued = 2000-01-01\neffective = 2000-01-01\n{LOCAL}\n{lines}')
    with pytest.raises(NormError, match="2 limits of NOx hold at 2001-01-01; say which: NOx, grade I; NOx, grade II"):
        Registry.read(tmp_path).limit("NOx", date(2001, 1, 1), place="CHN-BJ")


def test_a_time_without_a_reference_state_keeps_its_limit(tmp_path):
    state = 'reference = [{ of = ["NOx"], state = "dry", from = 2003-01-01, to = 2004-12-31 }]'
    edition(tmp_path, "a", "2000-01-01", 800, state)
    register = Registry.read(tmp_path)
    days = (date(2000, 1, 1), date(2002, 12, 31), date(2003, 1, 1), date(2004, 12, 31), date(2005, 1, 1))
    assert [register.limit("NOx", day).reference for day in days] == ["", "", "dry", "dry", ""]
    assert {register.limit("NOx", day).value for day in days} == {800}
