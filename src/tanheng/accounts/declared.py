"""What an account is, declared once: name, titles, formula, source. The command line, report and docs read it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import xarray as xr

from tanheng.accounts import formula as formulas
from tanheng.errors import QuestionError, nearest


@dataclass(frozen=True)
class Option:
    """A keyword of an account: ``read`` makes its value of a text or raises ValueError; ``what`` it is, by language."""

    read: Callable[[str], object]
    what: dict[str, str]


@dataclass(frozen=True)
class Account:
    """An account: the function that answers it, the dimensions it can keep and those it keeps unless told otherwise.

    ``options`` are the function's own keywords, each with the function that reads it from a text and what it is.
    ``principle`` is production, consumption, income or shared for an account that shares out all emissions of a table;
    "" for one that does not (flows leave out direct emissions, ratios add up to nothing).
    """

    name: str
    title: dict[str, str]  # by language
    tex: str
    symbols: tuple[str, ...]  # keys of symbols.toml
    source: str
    dims: tuple[str, ...]
    by: tuple[str, ...]
    options: Mapping[str, Option]
    function: Callable[..., xr.DataArray]
    principle: str = ""  # whose burden the world's emissions are: an account of one adds up to all of them

    @property
    def formula(self) -> str:
        """The formula in plain characters."""
        return formulas.plain(self.tex)


ACCOUNTS: dict[str, Account] = {}


def account(
    name: str,
    *,
    en: str,
    zh: str,
    formula: str,
    symbols: str,
    source: str,
    dims: str,
    by: str,
    options: Mapping[str, Option] | None = None,
    principle: str = "",
) -> Callable[[Callable[..., xr.DataArray]], Callable[..., xr.DataArray]]:
    """Declare the function below as the account ``name``; ``formula`` in TeX, ``symbols`` the ones to be explained."""

    def declare(function: Callable[..., xr.DataArray]) -> Callable[..., xr.DataArray]:
        title, kept = {"en": en, "zh": zh}, (tuple(dims.split()), tuple(by.split()))
        ACCOUNTS[name] = Account(
            name, title, formula, tuple(symbols.split()), source, *kept, options or {}, function, principle
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
