"""The ledger: one tidy form, whose totals are conserved, written whole."""

import pandas as pd
import pytest
from tables import kitzes, random_table

from tanheng import accounts, ledger
from tanheng.errors import ConservationError


def everything(table):
    names = ("production", "consumption", "flows", "eebt", "net-transfers", "export-intensity")
    return [accounts.find(name).function(table) for name in names]


def test_every_account_lands_in_the_same_columns():
    rows = ledger.ledger(everything(kitzes()))
    assert tuple(rows.columns) == ledger.COLUMNS
    flow = rows[(rows["account"] == "flows") & (rows["region"] == "one") & (rows["partner"] == "two")]
    assert len(flow) == 1
    assert flow["unit"].item() == "t"
    assert flow["source"].item() == "Kitzes 2013"
    assert set(rows.loc[rows["account"] == "export-intensity", "definition"]) == set(accounts.exports.DEFINITIONS)


def test_totals_by_account_are_those_of_the_results():
    table = random_table(40, D=2, K=2, idle=1)
    results = [accounts.production(table, "region,sector"), accounts.consumption(table, "region,component,demand")]
    rows = ledger.ledger(results)
    sums = rows.groupby(["account", "stressor"])["value"].sum()
    for result in results:
        for stressor in table.stressors:
            expected = float(result.sel(stressor=stressor).sum())
            assert sums[result.attrs["account"], stressor] == pytest.approx(expected, rel=1e-12)
    # final demand categories are summed, the stages stay apart
    assert set(rows.loc[rows["account"] == "consumption", "stage"]) == {"industry", "direct", "residual"}


def test_a_ledger_that_does_not_balance_names_year_and_stressor():
    table = kitzes()
    spoilt = accounts.consumption(table)
    spoilt.values[0, 0] += 1e-6
    with pytest.raises(ConservationError, match=r"ledger, 2013: production 12 and consumption 12\.000001 of CO2"):
        ledger.ledger([accounts.production(table), spoilt])


def test_what_is_written_reads_back(tmp_path):
    rows = ledger.ledger(everything(random_table(41)))
    csv, parquet = ledger.write(rows, tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(parquet), rows, check_dtype=False)
    read = pd.read_csv(csv, keep_default_na=False, na_values={"value": [""]})
    # fifteen digits in text: half a unit in the last
    assert read["value"].to_numpy() == pytest.approx(rows["value"].to_numpy(), rel=1e-14, nan_ok=True)
    assert read["region"].tolist() == rows["region"].tolist()
