"""Formulas are declared once, in TeX that documentation and terminal can both show, with every symbol explained."""

import pytest

from tanheng import labels
from tanheng.accounts import ACCOUNTS, formula


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_formula_is_plain_and_its_symbols_are_explained(name):
    account = ACCOUNTS[name]
    assert "\\" not in account.formula
    assert account.formula.count("{") == account.formula.count("}")
    assert account.symbols
    for symbol in account.symbols:
        assert symbol in account.tex, f"{name} explains {symbol}, which is not in its formula"
        assert set(formula.symbols()[symbol]) == set(labels.LANGUAGES)


def test_no_symbol_is_explained_for_nothing():
    used = {symbol for account in ACCOUNTS.values() for symbol in account.symbols}
    assert used <= set(formula.symbols())
