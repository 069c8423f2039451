"""Countries by the names and numbers that statistics write: their ISO 3166-1 alpha-3 codes.

Source: names of ISO 3166 and of the Unicode CLDR (through babel) in English and Chinese, and ``data/countries.toml``.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.labels.iso import iso3
from tanheng.labels.names import LANGUAGES, region_name

_DATA = Path(__file__).parent / "data" / "countries.toml"


def country_code(name: str) -> str | None:
    """The alpha-3 code of a country by its code or its name in English or Chinese; None for what is no country.

    Capitals, blanks, accents and punctuation make no difference in a name; a code has capitals.

    >>> country_code("Viet Nam"), country_code("cote d'ivoire"), country_code("德国"), country_code("CN")
    ('VNM', 'CIV', 'DEU', 'CHN')
    >>> country_code("XKX"), country_code("Other Africa")
    ('XKX', None)
    """
    code = iso3(name.strip())
    return code if code in _codes() else _names().get(_folded(name))


def country_by_number(number: str) -> str | None:
    """The alpha-3 code of a country's number in ISO 3166-1 (M49) or UN Comtrade; None for one that is not known.

    A number that Comtrade gives to what is no country has Comtrade's own code (``S19``: other Asia).

    >>> country_by_number("156"), country_by_number("4"), country_by_number("842"), country_by_number("0")
    ('CHN', 'AFG', 'USA', None)
    """
    text = number.strip().removesuffix(".0").lstrip("0")
    return _numbers().get(text)


@cache
def _codes() -> frozenset[str]:
    from iso3166 import countries_by_alpha3

    return frozenset({*countries_by_alpha3, "XKX", *_data()["names"].values()})


@cache
def _names() -> Mapping[str, str]:
    from iso3166 import countries_by_alpha3

    every = countries_by_alpha3.values()
    official = {_folded(name): one.alpha3 for one in every for name in (one.name, one.apolitical_name)}
    named = {_folded(region_name(code, language)): code for code in sorted(_codes()) for language in LANGUAGES}
    return official | named | {_folded(name): code for name, code in _data()["names"].items()}


@cache
def _numbers() -> Mapping[str, str]:
    from iso3166 import countries_by_alpha3

    own = {one.numeric.lstrip("0"): one.alpha3 for one in countries_by_alpha3.values()}
    return own | {str(number): str(code) for number, code in _data()["numbers"].items()}


def _folded(name: str) -> str:
    """A name's letters and digits alone, without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name).casefold() if sign.isalnum())


@cache
def _data() -> dict[str, Any]:
    with _DATA.open("rb") as file:
        return tomllib.load(file)
