"""Gross exports in nine terms: by hand, by the formula, and the identities that hold for value added and stressors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import flat, kitzes, random_table

from tanheng import accounts
from tanheng.accounts.gross_exports import TERMS, export_terms
from tanheng.accounts.trade import domestic_multipliers, exports
from tanheng.accounts.value_chains import value_chain
from tanheng.errors import QuestionError

CLOSE = 1e-9  # of all exports, or of all that is embodied in them: convention 7

seeds = st.integers(0, 2**32 - 1)


def test_kitzes_by_hand():
    # L = [[8/3, 4/3], [4/5, 8/5]], A_12 = 5/12, A_21 = 1/4, own economies 2 and 6/5, v = 1/4 and 5/12, exports 5 and 4
    result = export_terms(kitzes(), measure="value-added")
    assert tuple(result.indexes["component"]) == TERMS
    one = [0, 1 / 4 * 4 / 3 * 6, 0, 0, 1 / 12 * 6, 1 / 12 * 10, 0, 1 / 3 * 5 / 12 * 7.2, 1 / 3 * 5 / 12 * 4.8]
    assert result.sel(region="one").values[0] == pytest.approx(one, rel=1e-12, abs=1e-12)  # zeros of terms below 10
    assert sum(one) == pytest.approx(5, rel=1e-12)
    assert result.attrs["units"] == "USD"
    # with s = 1/2 and 1/3 in place of v: m·e = 1.6·5
    assert export_terms(kitzes()).sel(region="one").sum().item() == pytest.approx(8, rel=1e-12)


def by_hand(v, table):
    """The nine terms (component, region) as published, from dense inverses; v (n,) per unit of output."""
    R, S = table.x.shape
    Z, Y, _, x = flat(table)
    A = Z / x
    L = np.linalg.inv(np.eye(len(x)) - A)
    at = [slice(S * r, S * r + S) for r in range(R)]
    local = [np.linalg.inv(np.eye(S) - A[at[r], at[r]]) for r in range(R)]
    e = [sum(Z[at[r], at[s]].sum(axis=1) + Y[at[r], s] for s in range(R) if s != r) for r in range(R)]
    found = np.zeros((9, R))
    for r in range(R):
        vr = v[at[r]]
        for s in set(range(R)) - {r}:
            there = vr @ L[at[r], at[s]]
            found[0, r] += vr @ L[at[r], at[r]] @ Y[at[r], s]
            found[1, r] += there @ Y[at[s], s]
            found[2, r] += sum(there @ Y[at[s], t] for t in range(R) if t not in (r, s))
            found[3, r] += there @ Y[at[s], r]
            found[4, r] += there @ A[at[s], at[r]] @ local[r] @ Y[at[r], r]
            found[5, r] += there @ A[at[s], at[r]] @ local[r] @ e[r]
            for t in set(range(R)) - {r}:
                foreign = v[at[t]] @ L[at[t], at[r]]
                found[6, r] += foreign @ Y[at[r], s]
                found[7, r] += foreign @ A[at[r], at[s]] @ local[s] @ Y[at[s], s]
                found[8, r] += foreign @ A[at[r], at[s]] @ local[s] @ e[s]
    return found


@pytest.mark.parametrize("signed", [False, True])
def test_nine_terms_by_the_formula(signed):
    table = random_table(41, R=4, S=3, K=1, signed=signed)
    Z, _, F, x = flat(table)
    added = export_terms(table, measure="value-added").transpose("stressor", "component", "region")
    assert added.values[0] == pytest.approx(by_hand(1 - (Z / x).sum(axis=0), table), rel=1e-9)
    emitted = export_terms(table).transpose("stressor", "component", "region")
    assert emitted.values[0] == pytest.approx(by_hand(F[0] / x, table), rel=1e-9)


@given(seeds, st.integers(0, 3), st.booleans(), st.booleans())
@settings(max_examples=40)
def test_value_added_sums_to_gross_exports_and_stressors_to_those_embodied_in_them(seed, idle, stray, signed):
    table = random_table(seed, R=3, S=3, K=2, idle=idle, stray=stray, signed=signed)
    sold = exports(table)
    added = export_terms(table, measure="value-added")
    assert np.abs(added.sum("component").values[0] - sold.sum("sector").values).max() <= CLOSE * np.abs(sold).sum()
    emitted, embodied = export_terms(table), (table.multipliers * sold).sum("sector")
    whole = float((table.multipliers * np.abs(sold)).sum())
    assert np.abs(emitted.sum("component").values - embodied.values).max() <= CLOSE * whole
    # the first three are what others absorb, the flows; the next two what comes home again to be absorbed
    flow = accounts.flows(table).values * (1 - np.eye(3))
    assert np.abs(emitted[:, :, :3].sum("component").values - flow.sum(axis=2)).max() <= CLOSE * whole
    returned = value_chain(table, "region,component").sel(component="returned")
    assert np.abs(emitted[:, :, 3:5].sum("component").values - returned.values).max() <= CLOSE * whole


@given(seeds)
@settings(max_examples=25)
def test_home_content_without_double_counting_is_the_exports_of_the_own_economy(seed):
    # v_r (I−A_rr)⁻¹ e_r, the GDP in exports of Los, Timmer and de Vries 2016: the first five terms
    table = random_table(seed, R=4, S=2, K=1)
    expected = (domestic_multipliers(table.F, table) * exports(table)).sum("sector").values
    assert export_terms(table)[:, :, :5].sum("component").values == pytest.approx(expected, rel=1e-9)


def test_without_trade_in_intermediates_only_final_exports_are_left():
    table = random_table(42, R=3, S=3, K=1, intermediate_trade=False)
    result = export_terms(table, measure="value-added")
    assert not result.values[0][:, 1:].any()
    assert result.values[0][:, 0] == pytest.approx(exports(table).sum("sector").values, rel=1e-9)


def test_dimensions_and_groups():
    table = random_table(43, R=4, S=2, K=2, regions=["CHN", "USA", "DEU", "ROW"])
    single, joined = export_terms(table, "region"), export_terms(table, "region", group_by="oecd")
    assert joined.sel(region="OECD").values == pytest.approx(single.sel(region=["USA", "DEU"]).sum("region").values)
    assert export_terms(table, "component", stressor="k1").dims == ("stressor", "component")
    with pytest.raises(QuestionError, match="no dimension 'sector'"):
        export_terms(table, "region,sector")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"measure": "value"}, "no measure 'value'; did you mean value-added"),
        (
            {"measure": "value-added", "stressor": "CO2"},
            "measured in value-added has no stressor; leave the stressor out",
        ),
        ({"stressor": "CO3"}, "the table has no stressor 'CO3'"),
    ],
)
def test_bad_questions_end_in_one_line(more, words):
    with pytest.raises(QuestionError, match=words):
        export_terms(kitzes(), **more)
