"""Formulas are declared once, in TeX that documentation and terminal can both show, with every symbol explained."""

import pytest

from tanheng import accounts, labels
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


@pytest.mark.parametrize("name", formula.METHODS)
def test_a_method_is_plain_and_its_symbols_are_explained(name):
    method = formula.METHODS[name]
    assert "\\" not in formula.plain(method.tex)
    assert callable(getattr(accounts, method.function))
    for symbol in method.symbols:
        assert symbol in method.tex
        assert set(formula.symbols()[symbol]) == set(labels.LANGUAGES)


def test_no_symbol_is_explained_for_nothing():
    declared = (*ACCOUNTS.values(), *formula.METHODS.values())
    assert {symbol for one in declared for symbol in one.symbols} == set(formula.symbols())
