"""A year against its neighbours: years that are missing, numbers and labels that jump."""

from __future__ import annotations

import numpy as np
import pytest

from tanheng.data import checks, reference
from tanheng.data import findings as messages
from tanheng.systems.table import Table


def made(
    year=2009, output=(50.0, 49.95, 0.05), emitted=(5.0, 5.0, 5.0), *, regions=("one", "two", "three"), **about
) -> Table:
    """Regions that make and use ``output`` at home and emit ``emitted``; the third has 1/2000 of the world's output."""
    n = len(regions)
    about = {"name": "made", "year": year, "currency": "million USD", "units": {"CO2": "kt"}} | about
    return Table.from_arrays(
        np.zeros((n, n)),
        np.diag(output),
        [emitted],
        regions=regions,
        sectors=["all"],
        demand=["final"],
        stressors=["CO2"],
        about=about,
    )


def found(before: Table, after: Table) -> dict[str, checks.Finding]:
    return {one.where: one for one in checks.jumps(before, after)}


# -- years ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "names"),
    [
        ([], None),
        ([2009], None),
        ([1995, 1996, 1997], None),
        ([1997, 1995, 1998], "1996"),
        ([1995, 1996, 1999, 2003], "1997, 1998, 2000, 2001, 2002"),
        ([2004, 2007, 2011, 2014], None),  # GTAP is not yearly
        ([2000, 2005], None),
    ],
)
def test_gaps(years, names):
    findings = checks.gaps(years)
    assert [one.values["names"] for one in findings] == ([] if names is None else [names])


def test_the_embedded_world_has_no_gap():
    from tanheng.data import store

    assert checks.gaps(store.open("world").years) == ()


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_two_years_alike():
    assert checks.jumps(made(2008), made(2009)) == ()
    assert checks.jumps(made(2008), made(2009, output=(60, 55, 0.1))) == ()  # growth


def test_a_region_that_jumps():
    finding = found(made(2008), made(2009, output=(50, 20, 0.05)))
    assert set(finding) == {"Z and Y, output", "Y"}
    assert finding["Y"].values["names"] == "two 0.4"
    assert finding["Y"].size == pytest.approx(29.95 / 100)
    assert finding["Y"].severity == "warning"


def test_a_region_too_small_to_judge():
    assert checks.jumps(made(2008), made(2009, output=(50, 49.95, 0.0))) == ()
    seen = found(made(2008, output=(50, 49, 0.2)), made(2009, output=(50, 49, 0.0)))  # 1/500 of the world
    assert seen["Y"].values["names"] == "three 0"


def test_the_whole_jumps_and_no_region_is_blamed():
    finding = found(made(2008), made(2009, emitted=(5e3, 5e3, 5e3)))
    assert (finding["stressor CO2"].check, finding["stressor CO2"].values["times"]) == ("jump-whole", 1000)
    assert len(finding) == 1


def test_a_year_that_was_not_filled_in():
    assert found(made(2008), made(2009, emitted=(0, 0, 0)))["stressor CO2"].check == "jump-sign"
    assert checks.jumps(made(2008, emitted=(0, 0, 0)), made(2009, emitted=(0, 0, 0))) == ()


def test_years_apart_may_grow_more():
    """1.4 a year makes 2.7 in three years."""
    grown = (20, 80, 0.05)
    start = (33, 30, 0.05)
    assert "Y" in found(made(2008, start), made(2009, grown))
    assert checks.jumps(made(2006, start), made(2009, grown)) == ()


def test_the_order_of_the_two_years_does_not_matter():
    early, late = made(2008), made(2009, output=(50, 20, 0.05))
    assert checks.jumps(early, late) == checks.jumps(late, early)


def test_money_that_moves_as_gdp_does_is_explained():
    """Indonesia's GDP in current USD fell to 0.44 in 1998, with its currency (World Bank)."""
    gdp = reference.series("gdp_current").sel(region=["IDN", "USA", "FRA"])
    before, after = (gdp.sel(year=year).values / 1e6 for year in (1997, 1998))
    assert after[0] / before[0] < 0.5
    names = {"regions": ("IDN", "USA", "FRA")}
    assert checks.jumps(made(1997, before, **names), made(1998, after, **names)) == ()
    unnamed = found(made(1997, before), made(1998, after))
    assert unnamed["Y"].values["count"] == 1


def test_units_are_brought_together_and_unlike_ones_named():
    thousand = made(2009, output=(50e3, 49.95e3, 50), currency="thousand USD", units={"CO2": "Mt"}, emitted=(5e-3,) * 3)
    assert checks.jumps(made(2008), thousand) == ()
    other = found(made(2008), made(2009, currency="million EUR", units={"CO2": "TJ"}))
    assert {where: one.check for where, one in other.items()} == {
        "Z, Y": "unit-changed",
        "stressor CO2": "unit-changed",
    }


# -- labels -----------------------------------------------------------------------------------------------------------


def test_labels_that_appear_and_disappear():
    finding = found(made(2008), made(2009, regions=("one", "two", "four")))["region"]
    assert (finding.values["gone"], finding.values["come"]) == ("three", "four")
    assert found(made(2008), made(2009, regions=("two", "one", "three"), output=(49.95, 50, 0.05))) == {}  # by label


def test_every_jump_is_said_in_both_languages():
    pairs = (
        (made(2008), made(2009, output=(50, 20, 0.05), emitted=(0, 0, 0), regions=("one", "two", "four"))),
        (made(2008), made(2009, emitted=(5e3,) * 3, currency="million EUR")),
    )
    them = [one for pair in pairs for one in checks.jumps(*pair)]
    assert {one.check for one in them} == {"jump", "jump-sign", "jump-whole", "labels-changed", "unit-changed"}
    for one in them:
        assert messages.said(one, "en") == (one.what, one.hint)
        assert "{" not in messages.said(one, "zh")[0]


def test_the_embedded_world_does_not_jump():
    from tanheng.data import store

    world = store.open("world")
    assert checks.jumps(world[1997], world[1998]) == ()  # Indonesia's half is its currency's
    assert checks.jumps(world[2008], world[2009]) == ()
