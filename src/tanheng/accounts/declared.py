"""What an account is, declared once: name, titles, formula, source. The command line, report and docs read it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import xarray as xr

from tanheng.errors import QuestionError, nearest


@dataclass(frozen=True)
class Account:
    """An account: the function that answers it, the dimensions it can keep and those it keeps unless told otherwise."""

    name: str
    title: dict[str, str]  # by language
    formula: str
    source: str
    dims: tuple[str, ...]
    by: tuple[str, ...]
    function: Callable[..., xr.DataArray]


ACCOUNTS: dict[str, Account] = {}


def account(
    name: str, *, en: str, zh: str, formula: str, source: str, dims: str, by: str
) -> Callable[[Callable[..., xr.DataArray]], Callable[..., xr.DataArray]]:
    """Declare the function below as the account ``name``."""

    def declare(function: Callable[..., xr.DataArray]) -> Callable[..., xr.DataArray]:
        ACCOUNTS[name] = Account(
            name, {"en": en, "zh": zh}, formula, source, tuple(dims.split()), tuple(by.split()), function
        )
        return function

    return declare


def find(name: str) -> Account:
    """The account of that name; raises QuestionError with the nearest one.

    >>> from tanheng import accounts
    >>> accounts.find("consumtion")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    tanheng.errors.QuestionError: there is no account 'consumtion'; did you mean consumption...
    """
    if name not in ACCOUNTS:
        raise QuestionError(f"there is no account {name!r}", hint=nearest(name, ACCOUNTS))
    return ACCOUNTS[name]
