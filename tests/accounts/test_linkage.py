"""Linkages, hypothetical extraction and scopes: Miller and Blair's numbers, dense solutions, and what must agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import ABOUT, flat, kitzes, random_table

from tanheng import accounts
from tanheng.accounts.gross_exports import export_terms
from tanheng.accounts.linkage import ELECTRICITY, extraction, linkages, scopes, truth
from tanheng.accounts.trade import exports
from tanheng.errors import QuestionError
from tanheng.labels.names import read_classification, sector_name
from tanheng.systems.table import Table

CLOSE = 1e-9  # of the whole: convention 7
PRINTED = 1e-6  # relative: the last of the eight digits that are published

seeds = st.integers(0, 2**32 - 1)


def chapter_2():
    """Miller and Blair 2009, ch. 2: one region, two sectors."""
    return Table.from_arrays(
        [[150, 500], [200, 100]], [[350], [1700]], [[10, 40]],
        regions=["all"], sectors=["1", "2"], demand=["final"], stressors=["CO2"], about=ABOUT | {"units": {"CO2": "t"}},
    )  # fmt: skip


def chapter_3():
    """Miller and Blair 2009, ch. 3: region L with three sectors, M with two (its third is idle)."""
    Z = np.zeros((6, 6))
    Z[:5, :5] = [
        [150, 500, 50, 25, 75], [200, 100, 400, 200, 100], [300, 500, 50, 60, 40],
        [75, 100, 60, 200, 250], [50, 25, 25, 150, 100],
    ]  # fmt: skip
    x = np.array([1000, 2000, 1000, 1200, 800, 0])
    Y = np.zeros((6, 2))
    Y[[0, 1, 2], 0], Y[[3, 4], 1] = (x - Z.sum(axis=1))[:3], (x - Z.sum(axis=1))[3:5]
    return Table.from_arrays(
        Z, Y, [x / 10],
        regions=["L", "M"], sectors=["1", "2", "3"], demand=["final"], stressors=["CO2"],
        about=ABOUT | {"units": {"CO2": "t"}},
    )  # fmt: skip


# -- linkages ---------------------------------------------------------------------------------------------------------


def test_miller_and_blair_linkages():
    L = np.array([[1.25412541, 0.330033], [0.2640264, 1.12211221]])  # as published
    x = np.array([1000, 2000])
    result = linkages(chapter_2(), measure="output", normalised=False)
    assert result.sel(definition="backward").values.ravel() == pytest.approx(L.sum(axis=0), rel=PRINTED)
    G = L * x / x[:, None]  # x̂⁻¹ L x̂
    assert result.sel(definition="forward").values.ravel() == pytest.approx(G.sum(axis=1), rel=PRINTED)
    assert result.attrs["units"] == "1"
    s = np.array([0.01, 0.02])
    result = linkages(chapter_2(), normalised=False)
    assert result.sel(definition="backward").values.ravel() == pytest.approx(s @ L, rel=PRINTED)
    assert result.sel(definition="forward").values.ravel() == pytest.approx(G @ s, rel=PRINTED)
    assert result["unit"].values.tolist() == ["t per million USD"]


def test_ghosh_is_divided_by_the_sellers_output():
    table = random_table(51, R=2, S=3, K=2)
    Z, _, F, x = flat(table)
    G = np.linalg.inv(np.eye(len(x)) - Z / x[:, None])  # B = x̂⁻¹ Z: rows over the output of the row
    forward = linkages(table, normalised=False).sel(definition="forward").values.reshape(2, -1)
    assert forward == pytest.approx((G @ (F / x).T).T, rel=1e-9)
    # enabled by primary inputs, all emissions are handed out: v G s = F (Marques et al. 2012)
    assert forward @ (x - Z.sum(axis=0)) == pytest.approx(F.sum(axis=1), rel=1e-9)


@pytest.mark.parametrize("measure", ["stressor", "output"])
def test_normalised_linkages_have_a_mean_of_one_and_idle_sectors_none(measure):
    table = random_table(52, R=3, S=3, K=2, idle=2, stray=True)
    result, plain = (linkages(table, measure=measure, normalised=how) for how in (True, False))
    assert np.isnan(result.values[:, :, ~table.has_output]).all()
    mean = result.values[:, :, table.has_output].mean(axis=2)
    assert mean == pytest.approx(np.ones_like(mean), rel=1e-12)
    ratio = plain / result
    assert np.nanmax(ratio, axis=(2, 3)) == pytest.approx(np.nanmin(ratio, axis=(2, 3)), rel=1e-12)


@pytest.mark.parametrize(
    ("by", "more", "words"),
    [
        ("region", {}, "do not add up over regions or sectors; ask by region,sector"),
        (None, {"group_by": "oecd"}, "do not add up"),
        (None, {"measure": "money"}, "linkages has no measure 'money'"),
    ],
)
def test_linkages_that_would_mean_nothing_are_refused(by, more, words):
    with pytest.raises(QuestionError, match=words):
        linkages(random_table(53), by, **more)


def test_true_and_false_are_read_and_nothing_else():
    assert (truth("True"), truth("false")) == (True, False)
    with pytest.raises(ValueError, match="perhaps"):
        truth("perhaps")


# -- extraction -------------------------------------------------------------------------------------------------------


def test_miller_and_blair_without_the_first_sector():
    # the column of L for it, as published per 100 of final demand; without it, the others lose l_i1 / l_11 · x_1
    column = np.array([142.340915, 63.461258, 63.829071, 26.719467, 14.68111, 0])
    result = extraction(chapter_3(), "region,sector", region="L", sector="1", measure="output")
    assert result.values.ravel() == pytest.approx(column / column[0] * 1000, rel=PRINTED)
    emitted = extraction(chapter_3(), "region,sector", region="L", sector="1")
    assert emitted.values.ravel() == pytest.approx(column / column[0] * 100, rel=PRINTED)


def brute(table, members, picked, kind):
    """Output lost (n,) when A and Y themselves are cut."""
    R, S = table.x.shape
    Z, _, _, x = flat(table)
    on = table.has_output.ravel()
    A = np.divide(Z, x, out=np.zeros_like(Z), where=on & on[:, None])
    Y = np.where(on[:, None], table.final_use.values.reshape(R * S, R), 0.0)
    rows = np.array([r in members and s in picked for r in range(R) for s in range(S)])
    outside = np.array([r not in members for r in range(R)])
    left, demand = A.copy(), Y.copy()
    if kind == "full":
        left[rows], left[:, rows], demand[rows] = 0, 0, 0
    else:
        left[np.ix_(rows, np.repeat(outside, S))], demand[np.ix_(rows, outside)] = 0, 0
    before, after = (np.linalg.solve(np.eye(R * S) - a, y.sum(axis=1)) for a, y in ((A, Y), (left, demand)))
    return before - after


@pytest.mark.parametrize("kind", ["full", "exports"])
@pytest.mark.parametrize(("members", "picked"), [([1], [0, 1, 2]), ([0, 2], [0, 1, 2]), ([1], [2]), ([0, 3], [0, 1])])
@pytest.mark.parametrize("more", [{}, {"idle": 3, "stray": True, "signed": True}])
def test_extraction_is_the_system_cut_and_solved_again(kind, members, picked, more):
    table = random_table(54, R=4, S=3, K=2, **more)
    asked = {"region": [f"r{r}" for r in members], "kind": kind}
    if len(picked) < 3:
        asked["sector"] = [f"s{s}" for s in picked]
    lost = brute(table, members, picked, kind)
    output = extraction(table, "region,sector", measure="output", **asked)
    assert output.dims == ("stressor", "region", "sector")
    # relative to the largest loss: what is small is left over from differences of large outputs in the dense solution
    assert output.values.ravel() == pytest.approx(lost, rel=1e-8, abs=1e-9 * lost.max())
    emitted = extraction(table, "region,sector", **asked)
    expected = lost * table.intensity.values.reshape(2, -1)
    assert emitted.values.reshape(2, -1) == pytest.approx(expected, rel=1e-8, abs=1e-9 * expected.max())


@given(seeds, st.sampled_from(["full", "exports"]))
@settings(max_examples=25)
def test_a_region_is_all_its_sectors(seed, kind):
    # two ways: the system without it, and an update of L by all its rows
    table = random_table(seed, R=3, S=3, K=1)
    whole = extraction(table, "region,sector", region="r1", kind=kind)
    parts = extraction(table, "region,sector", region="r1", sector=list(table.sectors), kind=kind)
    assert whole.values == pytest.approx(parts.values, rel=1e-7, abs=CLOSE * float(table.F.sum()))


@pytest.mark.parametrize("more", [{}, {"kind": "exports"}, {"sector": "s1"}, {"sector": "s1", "kind": "exports"}])
def test_in_turn_is_one_by_one(more):
    table = random_table(55, R=3, S=3, K=2, idle=1)
    turns = extraction(table, **more)
    assert turns.dims == ("stressor", "region", "to_region")
    assert turns.attrs["taken_out"] == "each region in turn"
    for name in table.regions:
        alone = extraction(table, region=name, **more)
        assert alone.dims == ("stressor", "region")
        assert alone.attrs["taken_out"] == name
        assert turns.sel(to_region=name).values == pytest.approx(alone.values, rel=1e-9)
    assert extraction(table, "sector", **more).dims == ("stressor", "sector", "to_region")


@given(seeds)
@settings(max_examples=25)
def test_exports_taken_out_are_the_first_five_terms_of_gross_exports(seed):
    # Los, Timmer and de Vries 2016: GDP in exports is Koopman et al.'s domestic value added without double counting
    table = random_table(seed, R=3, S=3, K=1)
    lost = extraction(table, kind="exports", measure="value-added").values[0]
    terms = export_terms(table, measure="value-added").values[0]
    assert np.diag(lost) == pytest.approx(terms[:, :5].sum(axis=1), rel=1e-8)
    own = np.einsum("rr->r", extraction(table, kind="exports").values[0])
    trade = accounts.eebt(table).values[0]
    assert own == pytest.approx(trade.sum(axis=1) - np.diag(trade), rel=1e-8)


def test_without_all_regions_nothing_is_emitted_and_none_has_exports():
    table = random_table(56, R=3, S=3, K=2, idle=1)
    everything = extraction(table, "region,sector", region=list(table.regions))
    assert everything.values == pytest.approx(table.active_F.values, rel=1e-12)
    assert not extraction(table, region=list(table.regions), kind="exports").values.any()


def test_a_sector_without_output_cannot_be_taken_out():
    table = random_table(57, R=2, S=3, K=1, idle=2, stray=True)
    region, sector = (int(at[0]) for at in np.nonzero(~table.has_output))
    for kind in ("full", "exports"):
        assert not extraction(table, region=f"r{region}", sector=f"s{sector}", kind=kind).values.any()


def test_what_is_in_money_needs_no_emissions():
    table = random_table(64, R=2, S=2)
    Z, Y, _, _ = flat(table)
    bare = Table.from_arrays(
        Z, Y, np.zeros((0, 4)),
        regions=table.regions, sectors=table.sectors, demand=["final"], stressors=[], about=ABOUT | {"units": {}},
    )  # fmt: skip
    for ask in (extraction, linkages):
        assert ask(bare, measure="output").values == pytest.approx(ask(table, measure="output").values, rel=1e-12)
    added = extraction(bare, region=list(table.regions), measure="value-added")
    # without the world, all that it earns is lost: what final demand pays for
    assert added.sum().item() == pytest.approx(float(table.Y.sum()), rel=1e-12)
    assert added["unit"].values.tolist() == ["million USD"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"region": "r9"}, "test: the table has no region 'r9'; known are r0, r1, r2"),
        ({"sector": "coal"}, "the table has no sector 'coal'; known are s0, s1, s2"),
        ({"region": []}, "no region is named"),
        ({"kind": "half"}, "extraction has no kind 'half'"),
        ({"measure": "jobs"}, "extraction has no measure 'jobs'"),
        ({"group_by": "oecd"}, "do not add up to that of a group; name the group's members in region"),
        ({"measure": "output", "stressor": "k0"}, "measured in output has no stressor"),
    ],
)
def test_bad_extractions_end_in_one_line(more, words):
    with pytest.raises(QuestionError, match=words):
        extraction(random_table(58), **more)


# -- scopes -----------------------------------------------------------------------------------------------------------


def test_scopes_of_kitzes_by_hand():
    # m = 1.6 and 1.2; L F = 80/3 and 64/5
    result = scopes(kitzes(), energy=[]).values[0, :, 0]
    expected = [[8, 0, 1.6 * 8 + 1.2 * 4, 80 / 3 - 8], [4, 0, 1.6 * 5 + 1.2 * 2, 64 / 5 - 4]]
    assert result == pytest.approx(np.array(expected), rel=1e-12)
    # as if the one sector made electricity: what it emits for each purchase moves to scope 2
    powered = scopes(kitzes(), energy="all").values[0, 0, 0]
    bought = 8 / 2 + 4 / 3
    assert powered == pytest.approx([8, bought, 1.6 * 8 + 1.2 * 4 - bought, 80 / 3 - 8], rel=1e-12)


@given(seeds, st.booleans())
@settings(max_examples=25)
def test_scopes_up_to_the_gate_are_the_multiplier_times_output(seed, signed):
    table = random_table(seed, R=3, S=3, K=2, signed=signed)
    result = scopes(table, energy=["s0", "s2"])
    gate = result[..., :3].sum("component")
    assert gate.values == pytest.approx((table.multipliers * table.x).values, rel=1e-9)
    Z, _, F, x = flat(table)
    beyond = np.linalg.inv(np.eye(len(x)) - Z / x) @ F.T - F.T  # (L − I) F
    found = result.sel(component="scope-3-downstream").values.reshape(2, -1)
    assert found == pytest.approx(beyond.T, rel=1e-9, abs=CLOSE * F.sum())


def test_scope_2_is_bought_of_makers_of_electricity_everywhere():
    table = random_table(59, R=2, S=3, K=1)
    Z, _, F, x = flat(table)
    makers = [1, 4]  # sector s1 of both regions
    expected = (F[0] / x)[makers] @ Z[makers]
    assert scopes(table, energy="s1").sel(component="scope-2").values.ravel() == pytest.approx(expected, rel=1e-12)


def test_an_idle_sector_has_scopes_too():
    table = random_table(60, R=2, S=3, K=1, idle=1, stray=True)
    idle = ~table.has_output
    result = scopes(table, energy=[])
    assert result.sel(component="scope-1").values[0][idle] == pytest.approx(table.stranded.values[0][idle])
    lost = accounts.consumption(table, "component").sel(component="residual").item()
    upstream = result.sel(component="scope-3-upstream").values[0][idle].sum()
    assert upstream == pytest.approx(lost - float(table.stranded.sum()), rel=1e-9)


def test_scopes_say_that_they_do_not_add_up():
    result = scopes(random_table(61), "sector", energy="s0")
    assert result.dims == ("stressor", "sector", "component")
    assert result.attrs["additive"].startswith("no")
    assert result.attrs["energy"] == "s0"


@pytest.mark.parametrize("name", ELECTRICITY)
def test_every_classification_has_its_makers_of_electricity(name):
    known = read_classification(name)
    rng = np.random.default_rng(0)
    n = len(known.labels)
    table = Table.from_arrays(
        np.diag(rng.random(n)), np.ones((n, 1)), np.ones((1, n)),
        regions=["a"], sectors=list(known.labels), demand=["final"], stressors=["CO2"],
        about=ABOUT | {"units": {"CO2": "t"}, "classification": name},
    )  # fmt: skip
    found = scopes(table).attrs["energy"].split("; ")
    assert len(found) == (12 if name.startswith("exiobase") else 1)  # EXIOBASE tells twelve ways to make it
    assert all("lectric" in sector_name(label, "en", name) for label in found)


@pytest.mark.parametrize(
    ("energy", "words"),
    [
        (None, "which sectors make electricity is not known; name the sectors that make electricity in 'energy'"),
        ("power", "the table has no sector 'power'"),
    ],
)
def test_scopes_without_a_maker_of_electricity_are_refused(energy, words):
    with pytest.raises(QuestionError, match=words):
        scopes(random_table(62), energy=energy)


def test_exports_are_what_extraction_takes_out():
    # a region that sells nothing to others loses nothing without its exports
    table = random_table(63, R=2, S=2, K=1)
    Z, Y = table.Z.values.copy(), table.Y.values.copy()
    Z[0, :, 1], Y[0, :, 1] = 0, 0
    shut = table.replace(Z=table.Z.copy(data=Z), Y=table.Y.copy(data=Y), V=None)
    assert not exports(shut).sel(region="r0").values.any()
    assert not extraction(shut, region="r0", kind="exports").values.any()
