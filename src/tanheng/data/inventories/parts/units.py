"""What sources call their units, as the texts that ``tanheng.units`` knows."""

from __future__ import annotations

from functools import cache

_SYMBOLS = {  # capitals matter: Mtn is a million times what mtn would be
    "p": "Item(s)", "hr": "h", "day": "d", "yr": "a", "y": "a", "Mtn": "Mt", "kton": "kt", "ton": "t", "tn": "t",
    "tkm": "t*km", "kgkm": "kg*km", "pkm": "p*km", "personkm": "p*km", "person*km": "p*km", "metric ton*km": "t*km",
    "m2a": "m2*a", "m2y": "m2*a", "m2*year": "m2*a", "m3a": "m3*a", "m3y": "m3*a", "m3*year": "m3*a", "hay": "ha*a",
    "haa": "ha*a", "ha a": "ha*a", "ma": "m*a", "my": "m*a", "m*year": "m*a", "kmy": "km*a", "km*year": "km*a",
    "kga": "kg*a", "kg*year": "kg*a", "ltr": "l", "µg": "ug", "μg": "ug",
}  # fmt: skip
_WORDS = {
    "kilogram": "kg", "gram": "g", "milligram": "mg", "microgram": "ug", "tonne": "t", "metric ton": "t",
    "metric tonne": "t", "joule": "J", "kilojoule": "kJ", "megajoule": "MJ", "gigajoule": "GJ", "terajoule": "TJ",
    "watt hour": "Wh", "kilowatt hour": "kWh", "megawatt hour": "MWh", "gigawatt hour": "GWh", "watt": "W",
    "kilowatt": "kW", "megawatt": "MW", "meter": "m", "metre": "m", "kilometer": "km", "kilometre": "km",
    "square meter": "m2", "square metre": "m2", "square kilometer": "km2", "hectare": "ha", "cubic meter": "m3",
    "cubic metre": "m3", "liter": "l", "litre": "l", "second": "s", "minute": "min", "hour": "h", "day": "d",
    "year": "a", "ton kilometer": "t*km", "tonne kilometer": "t*km", "ton kilometre": "t*km",
    "tonne kilometre": "t*km", "kilogram kilometer": "kg*km", "person kilometer": "p*km", "person kilometre": "p*km",
    "passenger kilometer": "p*km", "vehicle kilometer": "vkm", "square meter year": "m2*a",
    "square metre year": "m2*a", "cubic meter year": "m3*a", "cubic metre year": "m3*a", "hectare year": "ha*a",
    "meter year": "m*a", "kilometer year": "km*a", "kilogram year": "kg*a", "becquerel": "Bq",
    "kilobecquerel": "kBq", "kilo becquerel": "kBq", "unit": "unit", "item": "Item(s)", "item(s)": "Item(s)",
    "piece": "Item(s)", "number of items": "Item(s)", "dimensionless": "1", "euro": "EUR", "us dollar": "USD",
}  # fmt: skip


@cache
def named(text: str) -> str:
    """The unit that a source calls ``text``; a text that is not known is kept as it is, blanks around it apart.

    A ``p`` is a piece, as all inventories have it, and a ``ton`` is metric.

    >>> [named(text) for text in ("kilogram", "ton kilometer", "Square meter-years", "m3*year", "hr", "lb")]
    ['kg', 't*km', 'm2*a', 'm3*a', 'h', 'lb']
    """
    tidy = " ".join(text.split())
    if tidy in _SYMBOLS:
        return _SYMBOLS[tidy]
    word = tidy.casefold().replace("-", " ")
    return _WORDS.get(word) or _WORDS.get(word.removesuffix("s")) or tidy
