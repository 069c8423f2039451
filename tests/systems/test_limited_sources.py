"""Limits to intensities: the factor that a limit allows, and a table under the limits of another day."""

from __future__ import annotations

from datetime import date

import pytest

from tanheng import accounts
from tanheng.errors import InputError, LabelError, MissingError, NormError, QuestionError, UnitError
from tanheng.systems.limited_sources import LimitedSector, LimitedSource, under_limits
from tanheng.systems.table import Table

EXACT = 1e-12  # a few products of doubles
NEW = {"subject": "kiln", "series": "GB 4915"}


def source(substance: str = "NOx", factor: object = 3.0, complies: object = 1.0, **more: object) -> LimitedSource:
    given = {"process": "kilns", "activity": {2013: 1.0, 2020: 2.0}, "gas": 3000.0} | NEW | more
    by_year = {
        name: one if isinstance(one, dict) else dict.fromkeys(given["activity"], one)
        for name, one in (("factor", factor), ("complies", complies))
    }
    return LimitedSource(substance=substance, **given, **by_year)


def sector(*sources: LimitedSource, unit: str = "Mt clinker", per: str = "t clinker") -> LimitedSector:
    titles = {"en": "kilns", "zh": "水泥窑"}
    return LimitedSector(name="kilns", sources=sources, unit=unit, per=per, source="a test", title=titles)


# GB 4915-2004, table 2, states both: mg/m3, and kg per tonne of product, at 3000 m3 a tonne
@pytest.mark.parametrize(("substance", "kg"), [("PM", 0.15), ("SO2", 0.60), ("NOx", 2.40)])
def test_a_limit_times_the_flue_gas_is_the_factor_that_the_standard_states(substance, kg):
    assert source(substance).allowed(date(2013, 12, 31)) == pytest.approx(kg, rel=EXACT)


@pytest.mark.parametrize(("day", "kg"), [(date(2014, 2, 28), 2.40), (date(2014, 3, 1), 1.20)])
def test_the_factor_changes_with_the_edition(day, kg):
    assert source().allowed(day) == pytest.approx(kg, rel=EXACT)


def test_what_does_not_comply_keeps_its_factor_and_what_is_below_the_limit_its_own():
    assert source(complies=0.75).kept(2020) == pytest.approx(0.25 * 3.0 + 0.75 * 1.2, rel=EXACT)
    assert source(factor=1.0).kept(2020) == 1.0
    assert source("CO2", 840.0, limited=False).kept(2020) == 840.0
    assert source(complies=0.0, subject="no such kiln").kept(2020) == 3.0  # no limit is looked up where none is kept


def test_emissions_are_in_kilotonnes():
    assert sector(source()).emitted("NOx", 2020) == pytest.approx(2.4, rel=EXACT)  # 2 Mt at 1.2 kg/t
    thousands = source(activity={2013: 1000.0, 2020: 2000.0})
    assert sector(thousands, unit="kt clinker").emitted("NOx", 2020) == pytest.approx(2.4, rel=EXACT)


def test_the_limits_are_cited_with_their_edition():
    both = sector(source(), source("CO2", limited=False))
    assert both.cited(date(2013, 12, 31)) == "NOx 800 mg/m3 (GB 4915-2004, kiln)"
    assert both.cited(date(2014, 3, 1)) == "NOx 400 mg/m3 (GB 4915-2013, kiln)"


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"complies": {2013: 1.0}}, MissingError, "kilns, NOx: there is no complies for 2020; give a number for each"),
        ({"complies": {2013: 1.0, 2020: 1.5}}, InputError, "complies of 2020 is 1.5; a share is from 0 to 1"),
        ({"factor": {2013: -1.0, 2020: 1.0}}, InputError, "factor of 2013 is -1; give a number that is not negative"),
        ({"factor": {2013: float("nan"), 2020: 1.0}}, InputError, "factor of 2013 is nan"),
        ({"gas": 0.0}, InputError, "gas is 0 m3"),
    ],
)
def test_numbers_that_cannot_be_meant(more, error, said):
    with pytest.raises(error, match=said):
        source(**more)


@pytest.mark.parametrize(
    ("sources", "unit", "error", "said"),
    [
        ((), "Mt clinker", InputError, "there are no sources"),
        ((source(), source()), "Mt clinker", InputError, "kilns, NOx is there twice"),
        (
            (source(), source("PM", activity={2013: 1.0, 2020: 3.0})),
            "Mt clinker",
            InputError,
            "activity of kilns differs",
        ),
        ((source(), source("PM", process="b", activity={2013: 1.0})), "Mt clinker", InputError, "of different years"),
        ((source(),), "Mt cement", UnitError, "cannot be turned into t clinker"),
    ],
)
def test_sectors_that_cannot_be_meant(sources, unit, error, said):
    with pytest.raises(error, match=said):
        sector(*sources, unit=unit)


def test_no_limit_for_that_kind_of_plant():
    with pytest.raises(NormError, match="no limit of NOx, boiler holds"):
        source(subject="boiler").kept(2020)
    with pytest.raises(MissingError, match="there is no year 2016; it holds 2013 to 2020"):
        sector(source()).emitted("NOx", 2016)


# -- a table under the limits of another day --------------------------------------------------------------------------


def table(year: int = 2013, stressors: tuple[str, ...] = ("CO2", "NOx")) -> Table:
    """CHN makes cement for USA; direct emissions of households beside it."""
    units = {"CO2": "kt", "NOx": "t", "SO2": "t"}
    return Table.from_arrays(
        [[10, 20, 5, 10], [15, 40, 0, 10], [0, 0, 10, 5], [0, 10, 20, 40]],
        [[5, 10], [60, 5], [0, 30], [10, 120]],
        [[800, 300, 200, 400], [3000, 500, 700, 900]][: len(stressors)],
        F_Y=[[50, 80], [20, 30]][: len(stressors)],
        regions=["CHN", "USA"],
        sectors=["cement", "others"],
        demand=["final"],
        stressors=list(stressors),
        about={"name": "made up", "year": year, "currency": "million USD", "units": {k: units[k] for k in stressors}},
    )


ASKED = {"region": "CHN", "sector": "cement", "at": date(2020, 1, 1)}


def test_the_sector_emits_less_and_the_accounts_are_conserved():
    """Kilns at 3.0 kg/t may emit 2.4 by the limit of 2013 and 1.2 by that of 2020: half of 3000 t, all of it theirs."""
    before = table()
    after = under_limits(before, sector(source()), **ASKED)
    assert after.F.sel(stressor="NOx", region="CHN", sector="cement").item() == pytest.approx(1500, rel=EXACT)
    for account in (accounts.production, accounts.consumption):
        old, new = account(before, "region"), account(after, "region")
        assert (new.sel(stressor="CO2") == old.sel(stressor="CO2")).all()
        fall = float(old.sel(stressor="NOx").sum() - new.sel(stressor="NOx").sum())
        assert fall == pytest.approx(1500, rel=1e-9)  # convention 7
    made = accounts.production(after, "region").sel(stressor="NOx")
    assert float(made.sel(region="USA")) == 700 + 900 + 30  # USA's own plants are under no limit of China's
    used = [float(accounts.consumption(one, "region").sel(stressor="NOx", region="USA")) for one in (before, after)]
    assert used[1] < used[0]  # but its consumption is of China's cement too


def test_the_share_that_is_theirs_alone_falls():
    after = under_limits(table(), sector(source()), share=0.4, **ASKED)
    assert after.F.values[1, 0, 0] == pytest.approx(3000 * (1 - 0.4 * 0.5), rel=EXACT)
    by_stressor = under_limits(table(), sector(source()), share={"NOx": 0.4}, **ASKED)
    assert (by_stressor.F.values == after.F.values).all()


def test_how_much_complies_may_be_asked():
    """Of 3.0 kg/t: all at 2.4 before; a half at 1.2 after, the other half, out of compliance, at 3.0."""
    after = under_limits(table(), sector(source()), complies=0.5, **ASKED)
    assert after.F.values[1, 0, 0] == pytest.approx(3000 * (0.5 * 1.2 + 0.5 * 3.0) / 2.4, rel=EXACT)


def test_the_table_says_what_was_done():
    after = under_limits(table(), sector(source()), **ASKED)
    assert after.about.name == "made up, kilns under the norms at 2020-01-01"
    (note,) = after.findings
    assert note.check == "under-limits"
    assert (
        "NOx is 1500 t instead of 3000 under the limits at 2020-01-01: NOx 400 mg/m3 (GB 4915-2013, kiln)" in note.what
    )


@pytest.mark.parametrize(
    ("one", "limited", "more", "error", "said"),
    [
        (
            table(stressors=("CO2",)),
            sector(source()),
            {},
            QuestionError,
            "made up has no stressor of kilns; attach one",
        ),
        (table(), sector(source()), {"region": "CNH"}, LabelError, "did you mean CHN"),
        (table(), sector(source()), {"sector": "cemen"}, LabelError, "did you mean cement"),
        (table(2016), sector(source()), {}, MissingError, "there is no year 2016"),
        (table(), sector(source()), {"share": 1.2}, InputError, "the share of NOx is 1.2"),
        (table(), sector(source(factor=0.0)), {}, QuestionError, "kilns emits no NOx in 2013"),
        (table(), sector(source()), {"at": date(2004, 1, 1)}, NormError, "no limit of NOx, kiln holds at 2004-01-01"),
    ],
)
def test_questions_without_an_answer(one, limited, more, error, said):
    with pytest.raises(error, match=said):
        under_limits(one, limited, **(ASKED | more))
