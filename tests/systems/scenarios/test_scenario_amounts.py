"""Scenarios on worked tables, computed by hand: intensities, demand, composition, technology, trade; and their laws."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tables import ABOUT, kitzes, random_table, tables

from tanheng import accounts
from tanheng.errors import InputError, LabelError, MissingError, NormError, QuestionError, TableError, UnitError
from tanheng.systems.scenarios import (
    CarbonPrice,
    Demand,
    Intensity,
    Mix,
    Scenario,
    Tariff,
    Technology,
    TradeShare,
    apply,
    fixed,
)
from tanheng.systems.table import Table

EXACT = 1e-12  # a few sums of doubles
SOLVED = 1e-9  # what a solve and convention 7 allow


def done(table: Table, *changes: object) -> Table:
    return apply(Scenario("test", changes), table)


def values(result) -> list[float]:
    return result.values.ravel().tolist()


def miller_blair() -> Table:
    """Miller and Blair 2009, ch. 2: one region of two sectors; f = (350, 1700), x = (1000, 2000)."""
    about = ABOUT | {"units": {"CO2": "kt"}}
    labels = {"regions": ["r"], "sectors": ["1", "2"], "demand": ["f"], "stressors": ["CO2"]}
    return Table.from_arrays([[150, 500], [200, 100]], [[350], [1700]], [[100, 50]], about=about, **labels)


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_intensity_halved_in_one_region_of_kitzes():
    """s = (1/4, 1/3), L = [[8/3, 4/3], [4/5, 8/5]]: m = (14/15, 13/15), so 2.8 and 5.2."""
    table = done(kitzes(), Intensity(region="one", factor=0.5))
    assert values(accounts.production(table)) == [4, 4]
    assert values(accounts.consumption(table)) == pytest.approx([2.8, 5.2], rel=EXACT)


def test_intensity_by_value_in_its_unit():
    """0.25 kg per USD is 0.00025 t per USD, of an output of 16 USD."""
    table = done(kitzes(), Intensity(region="one", stressor="CO2", value=0.25, unit="kg per USD"))
    assert values(accounts.production(table)) == pytest.approx([0.004, 4], rel=EXACT)


def test_intensity_like_another_region():
    """4 t for 12 USD is a third of 16 USD."""
    table = done(kitzes(), Intensity(region="one", like="two"))
    assert values(accounts.production(table)) == pytest.approx([16 / 3, 4], rel=EXACT)


def test_direct_intensity():
    table = done(kitzes(F_Y=[[2, 3]]), Intensity(region="two", sector="direct", factor=0.5))
    assert values(accounts.production(table)) == [10, 5.5]


def test_demand_doubled_in_one_region_of_kitzes():
    """x = L (3, 12) = (24, 21.6), F = (12, 7.2), m as before: 1.6 x 3 and 1.2 x 12."""
    table = done(kitzes(), Demand(region="two", factor=2))
    assert values(table.x) == pytest.approx([24, 21.6], rel=SOLVED)
    assert values(accounts.production(table)) == pytest.approx([12, 7.2], rel=SOLVED)
    assert values(accounts.consumption(table)) == pytest.approx([4.8, 14.4], rel=SOLVED)
    np.testing.assert_allclose(table.Z.values.ravel(), [12, 9, 6, 3.6], rtol=SOLVED)


def test_demand_of_miller_and_blair():
    """Their f = (600, 1500) gives x = (1247.52, 1841.58), in their two decimals."""
    table = done(miller_blair(), Demand(product="1", value=600), Demand(product="2", value=1500))
    np.testing.assert_allclose(values(table.x), [1247.52, 1841.58], atol=0.006)
    np.testing.assert_allclose(table.Z.values.ravel(), [187.13, 460.40, 249.50, 92.08], atol=0.006)


def test_interregional_feedback_of_miller_and_blair():
    """Ch. 3, two regions of three and two sectors: Δf = (100, 0, 0, 0, 0), the published Δx to its six decimals."""
    Z = [
        [150, 500, 50, 25, 75],
        [200, 100, 400, 200, 100],
        [300, 500, 50, 60, 40],
        [75, 100, 60, 200, 250],
        [50, 25, 25, 150, 100],
    ]
    x = np.array([1000, 2000, 1000, 1200, 800])
    rows = ["L1", "L2", "L3", "M1", "M2"]
    about = ABOUT | {"units": {"CO2": "kt"}}
    table = Table.from_arrays(
        Z,
        np.diag(x - np.sum(Z, axis=1)),
        [[1, 1, 1, 1, 1]],
        regions=rows,
        sectors=["all"],
        demand=["f"],
        stressors=["CO2"],
        about=about,
    )
    changed = done(table, Demand(region="L1", factor=1.5))  # its final demand is 200
    rise = changed.x.values.ravel() - x
    np.testing.assert_allclose(rise, [142.340915, 63.461258, 63.829071, 26.719467, 14.68111], atol=1e-6)


def test_technology_with_value_added_compensating():
    """A' = [[1/4, 5/12], [1/4, 1/6]], L' = [[1.6, 0.8], [0.48, 1.44]], x' = (9.6, 10.08), m' = (0.96, 0.88)."""
    change = Technology(region="one", sector="all", coefficients={"one:all": 0.25}, compensate="value added")
    table = done(kitzes(V=[[4, 5]]), change)
    assert values(table.x) == pytest.approx([9.6, 10.08], rel=SOLVED)
    assert values(accounts.consumption(table)) == pytest.approx([2.88, 5.28], rel=SOLVED)
    assert values(table.V) == pytest.approx([4.8, 4.2], rel=SOLVED)  # x' less inputs: 9.6 / 2, 10.08 x 5/12


def test_technology_with_the_other_inputs_compensating():
    """Half of the first input goes to the second: the column is (1/4, 1/2), value added a quarter as before."""
    change = Technology(region="one", sector="all", factors={"one:all": 0.5}, compensate="inputs")
    table = done(kitzes(V=[[4, 5]]), change)
    A = table.Z.values.reshape(2, 2) / table.x.values.ravel()
    np.testing.assert_allclose(A, [[0.25, 5 / 12], [0.5, 1 / 6]], rtol=SOLVED)
    assert values(table.V)[0] == pytest.approx(table.x.values[0, 0] / 4, rel=SOLVED)


def test_trade_shares_in_kitzes():
    """Two buys half from each: Z's column (3.5, 3.5), its demand (3, 3); x' = L' (6, 3) = (164/9, 32/3)."""
    table = done(kitzes(), TradeShare(region="two", shares={"one": 0.5, "two": 0.5}))
    assert values(table.x) == pytest.approx([164 / 9, 32 / 3], rel=SOLVED)
    assert table.Y.values.ravel().tolist() == [3, 3, 0, 3]


def test_trade_shares_of_final_use_alone():
    table = done(kitzes(), TradeShare(region="two", shares={"one": 1}, use="final"))
    A = table.Z.values.reshape(2, 2) / table.x.values.ravel()
    np.testing.assert_allclose(A, [[0.5, 5 / 12], [0.25, 1 / 6]], rtol=SOLVED)
    assert table.Y.values.ravel().tolist() == [3, 6, 0, 0]


def test_mix_of_final_demand_keeps_its_sum():
    """2050 in all, to a fifth and four fifths: x = L (410, 1640)."""
    table = done(miller_blair(), Mix(region="r", shares={"1": 0.2, "2": 0.8}))
    assert table.Y.values.ravel().tolist() == pytest.approx([410, 1640], rel=EXACT)
    L = np.array([[1.25412541, 0.330033], [0.2640264, 1.12211221]])  # as published
    np.testing.assert_allclose(values(table.x), L @ [410, 1640], rtol=1e-6)  # its six digits


def test_mix_of_inputs_keeps_their_sum():
    """Column 1 buys 350 in all: 70 and 280, a coefficient of 0.07 and 0.28."""
    table = done(miller_blair(), Mix(region="r", sector="1", shares={"1": 0.2, "2": 0.8}))
    A = table.Z.values.reshape(2, 2) / table.x.values.ravel()
    np.testing.assert_allclose(A, [[0.07, 0.25], [0.28, 0.05]], rtol=SOLVED)


# -- dates and groups -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "holds"),
    [(None, True), (2013, True), (2014, False), (date(2013, 12, 31), True), (date(2014, 1, 1), False)],
)
def test_a_change_holds_from_its_year_or_day(start, holds):
    table = done(kitzes(), Intensity(factor=0, start=start))
    assert float(accounts.production(table).sum()) == (0 if holds else 12)
    assert any(one.check == "scenario-later" for one in table.findings) is not holds


def test_a_group_is_that_of_the_tables_year():
    """Chile joined the OECD in 2010, Estonia too: in 2009 neither is a member."""
    table = random_table(1, regions=["DEU", "CHL", "CHN"])
    changed = done(table, Intensity(region="group:oecd", factor=0))
    left = accounts.production(changed, "region component").sel(component="industry").sum("stressor").values
    before = accounts.production(table, "region component").sel(component="industry").sum("stressor").values
    assert left.tolist() == [0, *before[1:]]
    others = done(table, Intensity(region="group:oecd=non-OECD", factor=0))
    left = accounts.production(others, "region component").sel(component="industry").sum("stressor").values
    assert left.tolist() == [before[0], 0, 0]


# -- laws -------------------------------------------------------------------------------------------------------------


def some_changes(table: Table, seed: int) -> list[object]:
    """Several changes of a random table, drawn."""
    rng = np.random.default_rng(seed)
    region, other = rng.choice(table.regions, 2).tolist()
    sector = str(rng.choice(table.sectors))
    shares = rng.dirichlet(np.ones(len(table.regions))).tolist()
    shares[-1] = 1 - sum(shares[:-1])
    return [
        Intensity(region=region, factor=float(rng.uniform(0, 2))),
        TradeShare(region=other, product=sector, shares=dict(zip(table.regions, shares, strict=True))),
        Demand(region=other, demand=table.demand[0], factor=float(rng.uniform(0.5, 1.5))),
        Technology(region=region, sector=sector, factors={sector: 0.8}, compensate="value added"),
        CarbonPrice(price=1, unit="USD per t", stressor="k0", demand_elasticity=-0.5, origin_elasticity=2.0),
        Tariff(region=region, rate=0.1, origin_elasticity=1.5),
    ]


@settings(max_examples=8)
@given(table=tables)
def test_without_changes_nothing_changes(table):
    same = done(table)
    for ask in (accounts.production, accounts.consumption, accounts.flows, accounts.income):
        assert (ask(same).values == ask(table).values).all()


@settings(max_examples=8)
@given(table=tables, seed=st.integers(0, 2**31))
def test_production_is_consumption_whatever_changes(table, seed):
    changed = done(table, *some_changes(table, seed))
    totals = [float(ask(changed).sum()) for ask in (accounts.production, accounts.consumption, accounts.income)]
    assert totals[1:] == pytest.approx([totals[0]] * 2, rel=SOLVED)
    balance = changed.x.values - changed.Z.values.sum(axis=(0, 1))
    np.testing.assert_allclose(changed.V.values.sum(axis=0), balance, atol=SOLVED * changed.x.values.sum())


@settings(max_examples=8)
@given(table=tables, factor=st.floats(0.1, 10))
def test_all_demand_times_c_is_all_accounts_times_c(table, factor):
    changed = done(table, Demand(factor=factor))
    for ask in (accounts.production, accounts.consumption):
        np.testing.assert_allclose(ask(changed).values, factor * ask(table).values, rtol=SOLVED)


@settings(max_examples=8)
@given(table=tables, factor=st.floats(0, 3))
def test_an_intensity_touches_production_exactly(table, factor):
    changed = done(table, Intensity(region=table.regions[0], sector=table.sectors[0], factor=factor))
    before, after = (accounts.production(one, "region sector").values for one in (table, changed))
    assert (after[:, 0, 0] == before[:, 0, 0] * factor).all()
    before[:, 0, 0] = after[:, 0, 0] = 0
    assert (after == before).all()
    assert changed.Z.values is table.Z.values or (changed.Z.values == table.Z.values).all()


@settings(max_examples=8)
@given(table=tables, seed=st.integers(0, 2**31))
def test_factors_commute(table, seed):
    rng = np.random.default_rng(seed)
    changes = [
        Intensity(region=table.regions[0], factor=float(rng.uniform(0, 2))),
        Intensity(sector=table.sectors[-1], factor=float(rng.uniform(0, 2))),
        Demand(region=table.regions[-1], factor=float(rng.uniform(0.5, 2))),
        Demand(product=table.sectors[0], factor=float(rng.uniform(0.5, 2))),
    ]
    one, other = (accounts.consumption(done(table, *order)) for order in (changes, changes[::-1]))
    np.testing.assert_allclose(one.values, other.values, rtol=SOLVED)


@settings(max_examples=8)
@given(table=tables, seed=st.integers(0, 2**31), share=st.floats(0, 1))
def test_trade_shares_keep_what_is_bought(table, seed, share):
    """At the output of the baseline: the totals of every purchase of the product, in coefficients and in demand."""
    change = TradeShare(
        region=table.regions[0], product=table.sectors[0], shares={table.regions[0]: share}, others=True
    )
    others = table.Z.values[1:, 0, 0].sum() + table.Y.values[1:, 0, 0].sum()
    assume(others > 0)  # else nothing tells how they would share what is left
    changed = done(table, change)
    old, new = table.Y.values[:, 0, 0], changed.Y.values[:, 0, 0]
    size = np.abs(table.Y.values).sum()
    np.testing.assert_allclose(new.sum(axis=0), old.sum(axis=0), atol=EXACT * size)
    np.testing.assert_allclose(new[0], share * old.sum(axis=0), atol=EXACT * size)
    A, B = (one.per_output(one.Z.values)[:, 0, 0].sum(axis=0) for one in (table, changed))
    np.testing.assert_allclose(B, A, atol=SOLVED)


@settings(max_examples=6)
@given(seed=st.integers(0, 2**31), stray=st.booleans())
def test_sectors_without_output_stay_so_and_all_is_conserved(seed, stray):
    table = random_table(seed, idle=2, stray=stray)
    changed = done(table, Demand(factor=1.3), Intensity(factor=0.5))
    assert (changed.has_output == table.has_output).all()
    idle = ~table.has_output
    assert (changed.F.values[:, idle] == table.F.values[:, idle]).all()
    totals = [float(ask(changed).sum()) for ask in (accounts.production, accounts.consumption)]
    assert totals[1] == pytest.approx(totals[0], rel=SOLVED)


# -- the record -------------------------------------------------------------------------------------------------------


def test_the_table_tells_of_its_scenario():
    assumed = {"en": "an assumption", "zh": "一个假定"}
    one = Scenario("half", [Intensity(region="one", factor=0.5)], assumptions=(assumed,))
    table = apply(one, kitzes(F_Y=[[1, 1]]))
    assert table.about.name == "Kitzes 2013, scenario half"
    assert table.about.version.endswith("scenario half: intensity of * (regions one; sectors *) times 0.5")
    checks = [note.check for note in table.findings]
    assert checks[0] == "scenario-intensity-factor"
    assert {"scenario-fixed-rest", "scenario-fixed-prices", "scenario-fixed-direct", "scenario-assumed"} < set(checks)
    assert [note.what for note in fixed(one, kitzes())][-1] == "assumed: an assumption"
    assert table.hash != kitzes(F_Y=[[1, 1]]).hash


def test_value_added_that_becomes_negative_is_warned_of():
    change = Technology(region="one", sector="all", factors={"two:all": 2.5}, compensate="value added")
    warned = [one for one in done(kitzes(), change).findings if one.severity == "warning"]
    assert [one.check for one in warned] == ["negative-value-added"]


# -- what is refused --------------------------------------------------------------------------------------------------

REFUSED = {
    "both": (lambda: Intensity(factor=1, value=2), InputError, "factor and value are both given; keep one"),
    "none": (lambda: Intensity(), InputError, "none of factor, value, like is given"),
    "negative": (lambda: Demand(factor=-1), InputError, "factor is -1"),
    "not finite": (lambda: Demand(factor=float("nan")), InputError, "factor is nan"),
    "shares": (lambda: TradeShare(shares={"one": 0.5}), InputError, "the shares sum to 0.5, not 1"),
    "more than all": (lambda: TradeShare(shares={"one": 1.5}), InputError, "the share of one is 1.5"),
    "too much": (lambda: TradeShare(shares={"one": 0.7, "two": 0.7}, others=True), InputError, "sum to 1.4"),
    "elasticity": (
        lambda: CarbonPrice(price=1, unit="USD per t", stressor="CO2", demand_elasticity=0.5),
        InputError,
        "demand_elasticity of all products is 0.5",
    ),
    "use": (lambda: TradeShare(shares={"one": 1}, use="finals"), InputError, "use is 'finals'; did you mean final"),
    "compensation": (
        lambda: Technology(sector="all", factors={"all": 1}, compensate="value"),
        InputError,
        "compensate is 'value'; did you mean value added",
    ),
    "region": (lambda: done(kitzes(), Demand(region="ones", factor=1)), LabelError, "region ones is not known.*one"),
    "product": (lambda: done(kitzes(), Demand(product="al", factor=1)), LabelError, "product al is not known.*all"),
    "stressor": (lambda: done(kitzes(), Intensity(stressor="CO", factor=1)), LabelError, "stressor CO .*CO2"),
    "group": (lambda: done(kitzes(), Demand(region="group:oecdd", factor=1)), NormError, "oecdd is not known"),
    "unit": (lambda: done(kitzes(), Intensity(value=1, unit="kg")), UnitError, "'kg' is no intensity"),
    "unlike": (lambda: done(kitzes(), Demand(value=1, unit="EUR")), UnitError, "EUR .* cannot be turned into USD"),
    "no direct": (lambda: done(kitzes(), Intensity(sector="direct", factor=1)), QuestionError, "no direct emissions"),
    "no others": (
        lambda: done(kitzes(), TradeShare(region="one", shares={"one": 0.5}, others=True, use="final")),
        QuestionError,
        "what one buys of all has no other origins that tell how",
    ),
    "unproductive": (
        lambda: done(kitzes(), Technology(sector="all", factors={"all": 2.5}, compensate="value added")),
        TableError,
        "scenario test, region .*spectral radius.*change them by less",
    ),
    "not enough": (
        lambda: done(kitzes(), Technology(region="one", sector="all", factors={"one:all": 2}, compensate="inputs")),
        QuestionError,
        "the other inputs are 4, and 8 is to be taken",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_clear_line(case):
    make, error, said = REFUSED[case]
    with pytest.raises(error, match=said) as found:
        make()
    assert "\n" not in str(found.value)


def test_no_share_for_what_is_not_bought():
    table = done(kitzes(), TradeShare(region="one", shares={"one": 1}))
    with pytest.raises(QuestionError, match="region one buys nothing of two:all now"):
        done(table, Mix(region="one", shares={"two:all": 0.5, "one:all": 0.5}))


def test_no_origin_and_no_example_without_output():
    table = random_table(3, R=2, S=1, idle=1)
    idle = table.regions[int((~table.has_output).ravel().argmax())]
    other = next(name for name in table.regions if name != idle)
    with pytest.raises(QuestionError, match=f"{idle} makes nothing of s0"):
        done(table, TradeShare(region=other, shares={idle: 1}))
    with pytest.raises(MissingError, match=f"{idle} has no output of s0"):
        done(table, Intensity(region=other, like=idle))


def test_output_that_would_be_negative():
    """Without its final demand of 5 one is left with stocks that fall by 2: x = L (-2, 0) is below zero."""
    table = Table.from_arrays(
        [[8, 5], [4, 2]],
        [[5, -2, 0, 0], [0, 0, 6, 0]],
        [[8, 4]],
        regions=["one", "two"],
        sectors=["all"],
        demand=["final", "stocks"],
        stressors=["CO2"],
        about=ABOUT | {"units": {"CO2": "t"}},
    )
    with pytest.raises(TableError, match=r"scenario test, region one.*the output would be -.* times what it is"):
        done(table, Demand(demand="final", factor=0))
