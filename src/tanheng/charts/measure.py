"""How numbers and units are shown: a scale that keeps figures short, names in both languages, thousands separators."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from tanheng import units
from tanheng.errors import UnitError

_LADDERS = (("g", "kg", "t", "kt", "Mt", "Gt"), ("J", "kJ", "MJ", "GJ", "TJ", "PJ", "EJ"))
_TONNES = ("t", "kt", "Mt", "Gt", "Mg", "Gg", "Tg", "Pg")
_COMFORT = 10.0  # the largest figure of a chart has at least two digits before the point
_GASES = {
    "co2": "CO₂", "ch4": "CH₄", "n2o": "N₂O", "sf6": "SF₆", "nf3": "NF₃",
    "co2e": "CO₂e", "co2-eq": "CO₂e", "ghg": "CO₂e",
}  # fmt: skip
_ZH_GASES = {"CO₂": "二氧化碳", "CH₄": "甲烷", "N₂O": "氧化亚氮", "CO₂e": "温室气体"}
_ZH_UNITS = {
    "g": "克", "kg": "千克", "t": "吨", "kt": "千吨", "Mt": "百万吨", "Gt": "十亿吨",
    "Mg": "吨", "Gg": "千吨", "Tg": "百万吨", "Pg": "十亿吨",
    "USD": "美元", "EUR": "欧元", "CNY": "元", "GBP": "英镑", "JPY": "日元", "person": "人",
    "kW": "千瓦", "MW": "兆瓦", "GW": "吉瓦",
}  # fmt: skip
_ZH_SCALES = {"": "", "thousand": "千", "1000": "千", "million": "百万", "billion": "十亿"}
_EN_STEPS = ((1e9, "Gt"), (1e6, "Mt"), (1e3, "kt"), (1.0, "t"), (1e-3, "kg"), (1e-6, "g"))
_ZH_STEPS = ((1e8, "亿吨"), (1e4, "万吨"), (1.0, "吨"), (1e-3, "千克"), (1e-6, "克"))
MINUS, NO_NUMBER = "\u2212", "–"


@dataclass(frozen=True)
class Measure:
    """How numbers are shown: multiplied by ``factor``, in ``unit`` (in the reader's language), with ``digits``."""

    factor: float
    unit: str
    digits: int


def gas(stressor: str) -> str:
    """A stressor as print writes it.

    >>> gas("CO2"), gas("Land use")
    ('CO₂', 'Land use')
    """
    return _GASES.get(stressor.casefold(), stressor)


def substance(stressor: str, language: str) -> str:
    """A stressor as prose writes it.

    >>> substance("CO2", "en"), substance("CO2", "zh"), substance("Land use", "zh")
    ('CO₂', '二氧化碳', 'Land use')
    """
    return (_ZH_GASES.get(gas(stressor)) if language == "zh" else None) or gas(stressor)


def is_gas(stressor: str) -> bool:
    """Whether the stressor is a greenhouse gas, or several joined."""
    return stressor.casefold() in _GASES


def measure(
    values: Any, unit: str, stressor: str, language: str, *, per: str = "", comfort: float = _COMFORT
) -> Measure:
    """The scale for a set of numbers in ``unit`` of ``stressor``; ``per`` ("person", a currency) makes it a ratio.

    Masses are stepped up as long as the largest figure is ``comfort`` at least.

    >>> measure([6.6e6, 4.0e5], "kt", "CO2", "en")
    Measure(factor=0.001, unit='Mt CO₂', digits=0)
    >>> measure([2.4], "kt", "CO2", "zh", per="million USD")
    Measure(factor=1.0, unit='千克 CO₂/美元', digits=2)
    """
    largest = float(np.nanmax(np.abs(np.asarray(values, dtype=float)), initial=0.0))
    scale, of = _parted(unit)
    of = of or (gas(stressor) if is_gas(stressor) else "")
    if language == "zh" and not per and scale in _TONNES:
        return _yearbook(largest, units.factor(scale, "t"), of, comfort)
    money, comfort = _money(per) if per else (1.0, comfort)
    target, factor = _ladder(scale, largest / money, comfort, down=bool(per))
    factor /= money
    name = _name(target, of, language)
    if per:
        below = per.rsplit(" ", 1)[-1]
        name = f"{name}/{_ZH_UNITS.get(below, below)}" if language == "zh" else f"{name} per {below}"
    return Measure(factor, name, digits(largest * factor))


def _yearbook(largest: float, tonnes: float, of: str, comfort: float = _COMFORT) -> Measure:
    """Masses as Chinese yearbooks give them: 亿吨, 万吨 or 吨.

    >>> _yearbook(6.696e6, 1000.0, "CO₂")
    Measure(factor=1e-05, unit='亿吨 CO₂', digits=2)
    """
    size, name = next(
        (step for step in ((1e8, "亿吨"), (1e4, "万吨")) if largest * tonnes >= comfort * step[0]), (1.0, "吨")
    )
    decimals = 2 if name == "亿吨" else digits(largest * tonnes / size)
    return Measure(tonnes / size, f"{name} {of}".strip(), decimals)


def digits(largest: float) -> int:
    """Decimals that give about three significant figures to the largest number.

    >>> digits(6600.0), digits(24.0), digits(0.31)
    (0, 1, 2)
    """
    if not largest or not math.isfinite(largest):
        return 0
    return max(0, min(4, 2 - math.floor(math.log10(largest)))) if largest >= 1 else 2 if largest >= 0.1 else 4


def money(currency: str, language: str) -> str:
    """A currency unit as it is written.

    >>> money("million USD", "zh"), money("million USD", "en")
    ('百万美元', 'million USD')
    """
    if language == "en":
        return currency
    scale, _, name = currency.rpartition(" ")
    return _ZH_SCALES.get(scale, f"{scale} ".lstrip()) + _ZH_UNITS.get(name, name)


def unit_name(unit: str, language: str) -> str:
    """A stressor's unit as it is written.

    >>> unit_name("kt", "zh"), unit_name("kt CO2", "zh"), unit_name("kt", "en")
    ('千吨', '千吨 CO₂', 'kt')
    """
    return _name(*_parted(unit), language)


def number(value: float, decimals: int = 0, *, sign: bool = False) -> str:
    """A number with thousands separators and a true minus; a missing one is a dash.

    >>> number(-1234.56, 1), number(2.0, 0, sign=True), number(float("nan"))
    ('−1,234.6', '+2', '–')
    """
    if not math.isfinite(value):
        return NO_NUMBER
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def mass(value: float, unit: str, language: str) -> str:
    """An amount in a sentence: kt, Mt, Gt in English, 万吨 and 亿吨 in Chinese, as in yearbooks; other units as given.

    >>> mass(28.85e6, "kt", "en"), mass(28.85e6, "kt", "zh"), mass(3.5, "TJ", "en")
    ('28.85 Gt', '288.5亿吨', '3.50 TJ')
    >>> mass(407.4, "kt", "en"), mass(407.4, "kt", "zh"), mass(0.0, "kt", "zh")
    ('407.4 kt', '40.74万吨', '0.00吨')
    """
    scale, _ = _parted(unit)
    if units.parse(scale).dimension != "mass":
        return f"{number(value, digits(abs(value)))} {scale}"
    tonnes = value * units.factor(scale, "t")
    steps = _ZH_STEPS if language == "zh" else _EN_STEPS
    by_size = {size: (size, name) for size, name in steps}
    size, name = next((step for step in steps if abs(tonnes) >= step[0]), by_size[1.0])
    shown = tonnes / size
    decimals = 1 if abs(shown) >= 100 else 2
    if size in (1e6, 1e4) and abs(shown) >= 100:
        decimals = 0
    return f"{number(shown, decimals)}{'' if language == 'zh' else ' '}{name}"


def _parted(unit: str) -> tuple[str, str]:
    """The scale of a unit and the substance it names: 'kt CO2' -> ('kt', 'CO₂')."""
    text = " ".join(unit.split())
    scale, _, substance = text.partition(" ")
    if substance and any(scale in ladder for ladder in _LADDERS):
        return scale, gas(substance)
    return text, ""


def _money(per: str) -> tuple[float, float]:
    """How many single currency units (or persons) the denominator is, and where the ladder of ratios stops."""
    try:
        found = units.parse(per)
    except UnitError:
        return 1.0, 0.1
    return (found.factor if found.dimension.startswith("money") else 1.0), 0.1


def _ladder(scale: str, largest: float, comfort: float, *, down: bool) -> tuple[str, float]:
    """The largest step of the scale's ladder on which ``largest`` is a comfortable figure; a total never steps down."""
    ladder = next((steps for steps in _LADDERS if scale in steps), ())
    allowed = [step for step in ladder if down or units.factor(scale, step) <= 1]
    for step in reversed(allowed):
        if largest * units.factor(scale, step) >= comfort:
            return step, units.factor(scale, step)
    return scale, 1.0


def _name(scale: str, substance: str, language: str) -> str:
    shown = (
        _ZH_UNITS.get(scale, re.sub("2", "²", scale) if scale in ("m2", "km2") else scale)
        if language == "zh"
        else scale
    )
    return f"{shown} {substance}".strip()
