"""Country codes of ISO 3166-1, and the codes that publishers use in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

# Eurostat's own two-letter codes, WIOD's and OECD's own three-letter ones.
_OWN = {"EL": "GRC", "UK": "GBR", "XK": "XKX", "ROM": "ROU", "RoW": "ROW", "TUK": "TUR"}


def iso3(code: str, own: Mapping[str, str] | None = None) -> str:
    """The alpha-3 code of a country's alpha-2 code; any other code is left as it is. ``own`` comes first.

    >>> iso3("CN"), iso3("EL"), iso3("ROM"), iso3("CHN"), iso3("WA")
    ('CHN', 'GRC', 'ROU', 'CHN', 'WA')
    """
    if own and code in own:
        return own[code]
    return _OWN.get(code) or _alpha2().get(code, code)


def renamed(codes: Sequence[str], own: Mapping[str, str] | None = None) -> dict[str, str]:
    """Those of ``codes`` whose alpha-3 code is another, each with it.

    >>> renamed(["CN", "DEU"])
    {'CN': 'CHN'}
    """
    return {code: iso3(code, own) for code in codes if iso3(code, own) != code}


@cache
def _alpha2() -> Mapping[str, str]:
    from iso3166 import countries_by_alpha2

    return {code: country.alpha3 for code, country in countries_by_alpha2.items()}
