"""The rules of the ledger: each is kept by what is right, and broken in one clear line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hybrid_systems import one_sector, power, priced
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import kitzes, random_table, tables

from tanheng import accounts
from tanheng.errors import ConservationError, LedgerError, TanhengError, UnitError
from tanheng.ledger import form, ledger, require, rules
from tanheng.systems.disaggregate import UnknownShares
from tanheng.systems.hybrid import join
from tanheng.systems.own_output import Sale, Sales

NAMES = ("production", "consumption", "income", "shared", "national-sharing", "flows", "net-transfers")


def made(table=None) -> pd.DataFrame:
    return ledger(accounts.find(name).function(table or kitzes()) for name in ("production", "consumption"))


def changed(frame: pd.DataFrame, at: int, **cells: object) -> pd.DataFrame:
    """The frame with other cells in one row."""
    plain = frame.astype({name: object for name in form.TEXT})
    for name, value in cells.items():
        plain.loc[at, name] = value
    return form.typed(plain)


@given(table=tables)
@settings(max_examples=8)
def test_all_principles_of_any_table_have_one_total(table):
    require(ledger(accounts.find(name).function(table) for name in NAMES))


@pytest.mark.parametrize("name", ["income", "shared", "national-sharing"])
def test_every_principle_is_held_against_the_others(name: str):
    result = accounts.find(name).function(random_table(5))
    result.values[0, 0] *= 1.001
    with pytest.raises(ConservationError, match=rf"production .* and {name}.* of k0 do not agree"):
        ledger([accounts.production(random_table(5)), result])


def test_tables_years_and_stressors_are_not_mixed():
    one, other = random_table(6), random_table(7)
    require(ledger([accounts.production(one), accounts.consumption(other)]))


BROKEN: dict[str, tuple[dict[str, object], type[TanhengError], str]] = {
    "no source": (
        {"source": ""},
        LedgerError,
        r"ledger, production 2013, row 2: there is no source; every row needs one",
    ),
    "no hash": ({"table_hash": ""}, LedgerError, "there is no table_hash"),
    "approach": ({"approach": "topdown"}, LedgerError, "'topdown' is no approach; did you mean top-down"),
    "principle": ({"principle": "consumed"}, LedgerError, "'consumed' is no principle"),
    "line": ({"line": "emissions"}, LedgerError, "'emissions' is no line; did you mean emission"),
    "base": ({"approach": "hybrid"}, LedgerError, "does not say the hash of the table that it was built on"),
    "missing": ({"value": np.nan}, LedgerError, "the value is nan; missing is not zero"),
    "infinite": ({"value": np.inf}, LedgerError, "the value is inf"),
    "low": ({"low": 5.0, "high": 9.0}, LedgerError, "the value 4 is not between its bounds 5 and 9"),
    "high": ({"high": 3.0}, LedgerError, "the value 4 is not between its bounds nan and 3"),
    "endless": ({"low": -np.inf}, LedgerError, "not between its bounds -inf"),
    "unit": ({"unit": "kt"}, UnitError, "CO2 is in t and kt; one unit for a stressor"),
    "credit": ({"line": "credit"}, LedgerError, "a credit stands under the principle production"),
    "stage": ({"stage": "credit", "principle": ""}, LedgerError, "the stage credit is not on the line credit"),
    "twice": ({"region": "one"}, LedgerError, "two rows of one, CO2; each number once"),
    "again": (
        {"region": "", "sector": "all"},
        LedgerError,
        "it is there by region and again by sector; an account of a table and year once",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_says_what_and_where(what: str):
    cells, error, said = BROKEN[what]
    with pytest.raises(error, match=said) as raised:
        require(changed(made(), 1, **cells))
    assert "\n" not in str(raised.value)


def test_a_ratio_may_have_no_value_and_is_in_no_total():
    table = random_table(8, intermediate_trade=False)
    table = table.replace(Y=table.Y.where(table.Y["region"] == table.Y["to_region"], 0.0))  # nobody exports
    frame = ledger([accounts.export_intensity(table)])
    assert frame["value"].isna().any()
    assert set(frame["principle"]) == {""}


def test_a_ledger_lacks_no_column_and_has_no_other():
    with pytest.raises(LedgerError, match="'partnr' is no column of the ledger; did you mean partner"):
        form.typed(made().rename(columns={"partner": "partnr"}))
    with pytest.raises(LedgerError, match="there is no column partner"):
        form.typed(made().drop(columns="partner"))


# -- hybrids ---------------------------------------------------------------------------------------------------------


def hybrid(difference: float | None, added: float = 3.0, **cells: object) -> pd.DataFrame:
    """Consumption of Kitzes 2013 (12 t) with a product of 3 t more, and what it says of the difference."""
    table = made()
    one = table[table["principle"] == "consumption"].astype({name: object for name in form.TEXT})
    one = one.assign(approach="hybrid", base_hash=one["table_hash"], table_hash="f" * 64, account="hybrid")
    one.loc[one.index[0], "value"] += added
    parts = [one]
    if difference is not None:
        named = one.iloc[[0]].assign(line="difference", stage="own output", value=difference, **cells)
        parts.append(named)
    return form.joined([table, form.typed(pd.concat(parts, ignore_index=True))])


def test_a_hybrid_is_its_table_and_the_named_differences():
    require(hybrid(3.0))
    require(hybrid(3.0, principle="", account="hybrid-differences"))  # those of every principle


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (lambda: hybrid(None), "hybrid of CO2 is 15, its table, without differences, 12; a difference lacks a name"),
        (lambda: hybrid(2.9), "hybrid of CO2 is 15, its table with the differences 14.9"),
        (lambda: hybrid(3.0, principle="production"), "its table, without differences, 12"),
        (lambda: hybrid(3.0, table_hash="e" * 64), "its table, without differences, 12"),
    ],
)
def test_a_hybrid_that_does_not_explain_itself_is_refused(frame: Callable[[], pd.DataFrame], said: str):
    with pytest.raises(ConservationError, match=said):
        require(frame())


@pytest.fixture(scope="module")
def joined() -> list[xr.DataArray]:
    """The accounts of a product and its economy: 18 kWh to the sector and 80 to final demand, at 0.12 kg a kWh."""
    table = one_sector()
    hybrid = join(power(), table, sales=Sales((Sale("power", 100.0, "kWh"),), priced(table, "power", 0.1, "kWh")))
    accounted = [accounts.hybrid_accounts(hybrid, name) for name in ("production", "consumption")]
    return [accounts.production(table), accounts.consumption(table), *accounted, accounts.hybrid_differences(hybrid)]


def test_the_accounts_of_a_hybrid_stand_beside_those_of_its_table(joined: list[xr.DataArray]):
    frame = ledger(joined)
    sums = frame.groupby(["approach", "principle", "line"], observed=True)["value"].sum()
    more = sums["hybrid", "", "difference"]
    for principle in ("production", "consumption"):
        explained = sums["top-down", principle, "emission"] + more
        assert sums["hybrid", principle, "emission"] == pytest.approx(explained, rel=1e-9)  # convention 7
    with pytest.raises(
        ConservationError, match=r"hybrid-accounts of CO2 is 55\.6.*, its table, without differences, 50"
    ):
        ledger(joined[:-1])


def test_a_hybrid_with_the_total_of_its_table_needs_no_differences():
    """So it is with a sector that is split: its emissions stay, and who consumes them changes."""
    require(hybrid(None, added=0.0))


@pytest.mark.parametrize("quantiles", [(0.05, 0.95), (0.9, 1.0), (0.0, 0.1)])  # the mean of draws may lie outside
def test_a_split_that_is_not_wholly_known_enters_with_its_base(quantiles: tuple[float, float]):
    split = UnknownShares(random_table(3), "s1", {"a": 0.02, "b": 0.98}, stressors={"k0": {"a": 0.9, "b": 0.1}})
    found = accounts.spread(split, "consumption", draws=6, quantiles=quantiles)
    frame = ledger([accounts.consumption(split.base), found])
    rows = frame[frame["approach"] == "hybrid"]
    assert len(rows) == found.size
    assert ((rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])).all()
    assert (rows["low"] < rows["high"]).any()
    with pytest.raises(
        ConservationError, match="consumption of k0 has no differences, nor is the account of its table"
    ):
        ledger([found])
    with pytest.raises(ConservationError, match="nor is the account of its table there; add the account of its table"):
        ledger([accounts.production(split.base), found])  # that of another principle does not do


def test_a_hybrid_whose_base_is_not_there_needs_names_all_the_same():
    apart = hybrid(2.9)
    require(apart[apart["approach"] == "hybrid"].reset_index(drop=True))  # nothing to hold 2.9 against
    alone = hybrid(None)
    with pytest.raises(
        ConservationError, match="hybrid of CO2 has no differences, nor is the account of its table there"
    ):
        require(alone[alone["approach"] == "hybrid"].reset_index(drop=True))


def test_a_hybrid_in_another_unit_than_its_table_is_refused():
    frame = hybrid(3.0).astype({"unit": object})
    frame.loc[frame["approach"] == "hybrid", "unit"] = "kg"
    with pytest.raises(UnitError, match="unlike units"):
        rules.require_totals(rules.totals(form.typed(frame)))


# -- form ------------------------------------------------------------------------------------------------------------


def test_rows_in_any_order_have_one_canonical_form_and_hash():
    frame = made(random_table(9))
    shuffled = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    plain = form.typed(shuffled.astype({name: object for name in form.TEXT}))
    one, other = form.canonical(frame), form.canonical(plain)
    pd.testing.assert_frame_equal(one, other)
    assert form.digest(one) == form.digest(other)
    assert form.digest(form.canonical(changed(frame, 0, value=1.0))) != form.digest(one)
    assert form.digest(form.canonical(changed(frame, 0, region="elsewhere"))) != form.digest(one)


@given(seed=st.integers(0, 1000), most=st.sampled_from([2, 10, 2**62]))
@settings(max_examples=25)
def test_rows_are_numbered_as_pandas_groups_them(seed: int, most: int):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: pd.Categorical(rng.choice(list("cab"), 40)) for name in "xyz"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(form, "_MOST", most)  # as if there were more labels than numbers
        found = form.number(frame, ["x", "y", "z"])
    want = frame.groupby(["x", "y", "z"], observed=True).ngroup().to_numpy()
    assert (pd.factorize(found, sort=True)[0] == want).all()


def test_sums_are_those_of_pandas():
    frame = made(random_table(10))
    sums = form.summed(frame, ("account", "stressor"))
    want = frame.groupby(["account", "stressor"], observed=True)["value"].agg(["sum", lambda x: x.abs().sum()])
    assert sums[["total", "gross"]].to_numpy() == pytest.approx(want.to_numpy(), rel=1e-12)  # the order of a sum
