"""Emissions under limits, and the effects of activity, closure, factors and the norm apart."""

from __future__ import annotations

from datetime import date
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng import accounts
from tanheng.accounts import limit_effects, limited_emissions
from tanheng.data.limited import open_limited
from tanheng.errors import MissingError, QuestionError
from tanheng.systems.limited_sources import LimitedSector, LimitedSource

EXACT = 1e-12  # a few products of doubles
SUMS = 1e-9  # of the emissions: logarithms and their inverses


def plant(process: str, activity: dict[int, float], factor: float | dict[int, float], **more: object) -> LimitedSource:
    """A kiln at 3000 m3/t: 2.4 kg/t by the limit of 2004, 1.2 by that of 2013. It complies unless it is told."""
    factors = factor if isinstance(factor, dict) else dict.fromkeys(activity, factor)
    rest = {"gas": 3000.0, "complies": dict.fromkeys(activity, 1.0), "subject": "kiln"} | more
    return LimitedSource(process=process, substance="NOx", activity=activity, factor=factors, **rest)


def kilns(*plants: LimitedSource) -> LimitedSector:
    titles = {"en": "kilns", "zh": "水泥窑"}
    given = {"unit": "Mt clinker", "per": "t clinker", "source": "a test", "title": titles}
    return LimitedSector(name="kilns", sources=plants, **given)


def effects(sector: LimitedSector, **more: object) -> dict[str, float]:
    found = limit_effects(sector, **more).sum("process").sel(stressor="NOx")
    return dict(zip(found.indexes["factor"], found.values.tolist(), strict=True))


def test_emissions_by_year_and_process():
    found = limited_emissions(
        kilns(plant("new", {2013: 10.0, 2020: 20.0}, 3.0), plant("old", {2013: 5.0, 2020: 0.0}, 2.0))
    )
    assert found.dims == ("stressor", "year", "process")
    expected = [[24.0, 10.0], [24.0, 0.0]]  # kt: 10 Mt at 2.4 kg/t and 5 at its own 2.0; then 20 Mt at 1.2, none
    assert found.values[0] == pytest.approx(np.array(expected), rel=EXACT)
    assert found["unit"].values.tolist() == ["kt"]
    assert found.attrs["norms"] == "2013: NOx 800 mg/m3 (GB 4915-2004, kiln) | 2020: NOx 400 mg/m3 (GB 4915-2013, kiln)"
    rows = accounts.tidy(found)
    assert rows["year"].tolist() == [2013, 2013, 2020, 2020]


def test_the_same_activity_under_the_rules_of_another_day():
    sector = kilns(plant("new", {2013: 10.0, 2020: 20.0}, 3.0))
    held = limited_emissions(sector, at=date(2013, 12, 31))
    assert held.values.ravel() == pytest.approx([24.0, 48.0], rel=EXACT)
    assert held.attrs["norms"].startswith("at 2013-12-31: NOx 800")


def test_activity_and_norm_that_cancel_are_told_apart():
    """Twice the clinker at half the factor: 24 kt before and after, whose mean is 24, and 24 ln 2 each way."""
    found = effects(kilns(plant("new", {2013: 10.0, 2020: 20.0}, 3.0)))
    assert found["activity"] == pytest.approx(24 * log(2), rel=EXACT)
    assert found["norm"] == pytest.approx(-24 * log(2), rel=EXACT)
    assert found["closure"] == found["factor"] == 0


def test_what_would_have_been_below_the_limit_anyway_is_not_the_norms():
    """A retrofit from 2.0 to 1.0 kg/t, below both limits: the norm did nothing."""
    found = effects(kilns(plant("new", {2013: 10.0, 2020: 10.0}, {2013: 2.0, 2020: 1.0})))
    assert found == pytest.approx({"activity": 0, "closure": 0, "factor": -10.0, "norm": 0}, rel=EXACT)


def test_old_capacity_that_closes_is_closure_alone():
    """5 Mt at 2.0 kg/t close and 5 Mt at 0.5 take their place, none of them at a limit: 10 kt become 2.5."""
    old, new = plant("old", {2013: 5.0, 2020: 0.0}, 2.0), plant("new", {2013: 0.0, 2020: 5.0}, 0.5)
    found = effects(kilns(old, new))
    assert found == pytest.approx({"activity": 0, "closure": -7.5, "factor": 0, "norm": 0}, abs=EXACT)
    apart = limit_effects(kilns(old, new)).sel(factor="closure", stressor="NOx")
    assert apart.values == pytest.approx([-10.0, 2.5], rel=EXACT)


def test_more_compliance_is_the_norms():
    found = effects(kilns(plant("new", {2016: 10.0, 2020: 10.0}, 3.0, complies={2016: 0.0, 2020: 1.0})))
    assert found["norm"] == pytest.approx(-18.0, rel=EXACT)  # 10 Mt from 3.0 to 1.2 kg/t


amounts = st.floats(0, 1e3).map(lambda x: round(x, 6))


@settings(max_examples=40)
@given(st.lists(st.tuples(*[amounts] * 6), min_size=1, max_size=4), st.booleans())
def test_the_effects_sum_to_the_change(rows, chained):
    years = (2013, 2015, 2020)
    plants = [
        plant(f"p{i}", dict(zip(years, row[:3], strict=True)), dict(zip(years, row[3:], strict=True)))
        for i, row in enumerate(rows)
    ]
    sector = kilns(*plants)
    found = limit_effects(sector, chained=chained)
    emitted = limited_emissions(sector).sum("process").values[0]
    largest = max(emitted.max(), 1e-9)
    assert float(found.sum()) == pytest.approx(emitted[-1] - emitted[0], abs=SUMS * largest)
    assert found.attrs["after"]["NOx"] == pytest.approx(emitted[-1], abs=SUMS * largest)


def test_the_illustration_adds_up_and_credits_the_norm_with_its_part():
    sector = open_limited("cement-kilns-china")
    whole = limit_effects(sector)
    found, before, after = whole.sum("process"), whole.attrs["before"], whole.attrs["after"]
    for name in sector.substances:
        change = after[name] - before[name]
        assert float(found.sel(stressor=name).sum()) == pytest.approx(change, abs=SUMS * before[name])
    assert float(found.sel(stressor="CO2", factor="norm")) == 0
    # 1010 and 250 Mt at 1.6 kg/t, below the 2.0 of the limit of 2013; 100 Mt of old kilns at 0.25
    assert before["NOx"] == pytest.approx(1260 * 1.6 + 100 * 0.25, rel=EXACT)
    # by the limits of 400 and 320 mg/m3 1.0 and 0.8 kg/t, kept to by 95 %
    new, key = 0.95 * 1.0 + 0.05 * 1.6, 0.95 * 0.8 + 0.05 * 1.6
    assert after["NOx"] == pytest.approx(1250 * new + 320 * key + 10 * 0.25, rel=EXACT)


def test_questions_without_an_answer():
    sector = kilns(plant("new", {2013: 10.0, 2020: 20.0}, 3.0))
    with pytest.raises(QuestionError, match="kilns emits no 'NO2'; did you mean NOx"):
        limited_emissions(sector, stressor="NO2")
    with pytest.raises(MissingError, match="there is no year 2015"):
        limited_emissions(sector, years=[2015])
    with pytest.raises(QuestionError, match="kilns: 2013 is not after 2020"):
        limit_effects(sector, 2020, 2013)


def test_the_result_names_its_inputs_by_their_hash():
    one, other = (kilns(plant("new", {2013: 10.0, 2020: 20.0}, factor)) for factor in (3.0, 3.1))
    hashes = [limited_emissions(sector).attrs["table_hash"] for sector in (one, one, other)]
    assert hashes[0] == hashes[1] != hashes[2]
