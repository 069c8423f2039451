"""How results are laid out and stamped."""

import dataclasses

import pandas as pd
import pytest
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.errors import LabelError, QuestionError, UnitError
from tanheng.systems.table import Table


def test_tidy_is_one_number_a_row_in_the_documented_columns():
    frame = accounts.tidy(accounts.flows(kitzes()))
    assert list(frame.columns) == ["account", "stressor", "unit", "year", "region", "to_region", "value"]
    first = frame.iloc[0].to_dict()
    lead = {"account": "flows", "stressor": "CO2", "unit": "t", "year": 2013}
    assert first | {"value": 0} == lead | {"region": "one", "to_region": "one", "value": 0}


def test_tidy_joins_years_and_accounts():
    table = kitzes()
    frame = accounts.tidy([accounts.production(table), accounts.consumption(table)])
    assert len(frame) == 4
    assert isinstance(frame, pd.DataFrame)
    assert frame.groupby("account")["value"].sum().to_dict() == pytest.approx({"production": 12, "consumption": 12})


def test_a_total_over_unlike_units_raises():
    table = random_table(30, K=2)
    mixed = table.replace(about=dataclasses.replace(table.about, units={"k0": "kt", "k1": "TJ"}))
    with pytest.raises(UnitError, match="mix the units kt, TJ"):
        accounts.total(accounts.production(mixed))
    assert accounts.total(accounts.production(mixed, stressor="k0")) > 0


def test_every_account_is_declared_with_both_languages_a_formula_and_a_source():
    assert len(accounts.ACCOUNTS) >= 6
    for account in accounts.ACCOUNTS.values():
        assert set(account.title) == {"en", "zh"}
        assert account.formula
        assert account.source
        assert set(account.by) <= set(account.dims)


def test_an_unknown_account_names_the_nearest():
    with pytest.raises(QuestionError, match="did you mean consumption"):
        accounts.find("consumtion")


def test_a_stressor_asked_for_twice_counts_once():
    assert accounts.total(accounts.production(kitzes(), stressor=["CO2", "CO2"])) == 12


def test_a_sector_called_as_a_line_of_ours_is_refused_where_they_would_meet():
    about = {"name": "names", "year": 2000, "currency": "USD", "units": {"CO2": "t"}}
    table = Table.from_arrays(
        [[0.0, 0], [0, 0]], [[1.0], [1.0]], [[8, 4]], F_Y=[[30.0]], about=about,
        regions=["a"], sectors=["direct", "y"], demand=["d"], stressors=["CO2"],
    )  # fmt: skip
    assert accounts.total(accounts.production(table)) == 42
    with pytest.raises(LabelError, match="a sector of the table is called 'direct'"):
        accounts.production(table, "sector")
