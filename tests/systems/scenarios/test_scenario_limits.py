"""Emission limits of norms: on the boundary day, by the share that is regulated, and where they are kept already."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from tables import ABOUT

from tanheng import accounts
from tanheng.errors import InputError, NormError, UnitError
from tanheng.norms import standards
from tanheng.systems.scenarios import Limit, Scenario, amounts, apply
from tanheng.systems.table import Table

EXACT = 1e-12  # a few products of doubles
VOLUME = 3000  # m3 per t: what GB 4915-2004 implies by 800 mg/m3 and 2.40 kg/t
CEMENT = {"stressor": "NOx", "region": "CHN", "sector": "cement", "norm": "GB 4915", "volume": VOLUME}
EXISTING, KEY = {"subject": "kiln, existing"}, {"subject": "kiln", "area": "key areas"}


def table(nox: float = 3.0, year: int = 2015, unit: str = "kt") -> Table:
    return Table.from_arrays(
        [[8, 5], [4, 2]],
        [[3], [6]],
        [[nox, 4]],
        regions=["CHN"],
        sectors=["cement", "others"],
        demand=["final"],
        stressors=["NOx"],
        about=ABOUT | {"units": {"NOx": unit}, "year": year},
    )


def left(one: Table, **more: object) -> float:
    change = Limit(**(CEMENT | EXISTING | {"amount": 1e6, "share": 1.0} | more))
    return float(accounts.production(apply(Scenario("test", [change]), one), "sector").sel(sector="cement").sum())


@pytest.mark.parametrize(("day", "kt"), [(date(2015, 6, 30), 2.4), (date(2015, 7, 1), 1.2)])
def test_from_the_day_of_the_new_edition(day, kt):
    """A million tonnes at 2.40 kg/t, the older edition's own figure; half of it from 1 July 2015."""
    assert left(table(), at=day) == pytest.approx(kt, rel=EXACT)


@pytest.mark.parametrize(("year", "kt"), [(2014, 2.4), (2015, 1.2)])
def test_the_end_of_the_tables_year_if_no_day_is_given(year, kt):
    assert left(table(year=year)) == pytest.approx(kt, rel=EXACT)


def test_only_the_regulated_share_is_limited():
    """Half of 3 kt is regulated and may be 1.2; the other half stays."""
    assert left(table(), share=0.5) == pytest.approx(1.5 + 1.2, rel=EXACT)


def test_a_limit_that_is_kept_already_raises_nothing():
    change = Limit(**CEMENT, **EXISTING, amount=1e6, share=1.0)
    changed = apply(Scenario("test", [change]), table(1.0))
    assert float(changed.F.values[0, 0, 0]) == 1.0
    assert changed.findings[0].check == "scenario-limit-kept"


def test_key_areas_and_the_tables_unit():
    assert left(table(), **KEY) == pytest.approx(0.96, rel=EXACT)  # 320 mg/m3 x 3000 m3/t x 1 Mt
    assert left(table(3000, unit="t NOx"), **KEY) == pytest.approx(960, rel=EXACT)


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"norm": "GB 4951"}, NormError, "change 1, limit: there is no series GB 4951; did you mean GB 4915"),
        ({"substance": "NO2"}, NormError, "no limit of NO2, kiln, existing holds at 2015-12-31 in CHN; did you mean"),
        ({"subject": ""}, NormError, "hold at 2015-12-31; say which: NOx, kiln; NOx, kiln, existing"),
        ({"at": date(2004, 12, 31)}, NormError, "there is one from 2006-07-01"),
        ({"share": 1.1}, InputError, "share is 1.1; it is of the sector's emissions"),
        ({"volume": -1}, InputError, "volume is -1"),
    ],
)
def test_refused_in_one_clear_line(more, error, said):
    with pytest.raises(error, match=said):
        left(table(), **more)


def test_a_limit_in_something_else_than_a_mass_a_volume(monkeypatch):
    limit = dataclasses.replace(standards().limit("NOx", date(2020, 1, 1), subject="kiln"), unit="kg/t")
    monkeypatch.setattr(amounts, "_limit", lambda change, at: limit)
    with pytest.raises(UnitError, match="kg/t is no mass a volume of flue gas"):
        left(table())


def test_before_its_start_it_is_not_applied():
    assert left(table(year=2014), start=date(2015, 7, 1), at=date(2015, 7, 1)) == 3.0
    assert dataclasses.replace(Limit(**CEMENT, amount=1, share=1), start=2015).holds(2015)
