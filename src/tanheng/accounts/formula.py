"""A formula, declared once in TeX: as it is for the documentation, in plain characters for a terminal, with symbols."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_WORDS = {
    "sum": "Σ", "in": "∈", "neq": "≠", "cdot": "·", "times": "×", "circ": "∘", "alpha": "α", "beta": "β", "lambda": "λ",
    "mu": "μ", "Delta": "Δ", "Lambda": "Λ", "ln": "ln ", "quad": "  ", "le": "≤", "ge": "≥", "prod": "Π", "infty": "∞",
}  # fmt: skip
_RAISED = {"-1": "⁻¹", "T": "ᵀ", "2": "²", "k": "ᵏ", "t": "ᵗ", "0": "⁰", "n": "ⁿ", "*": "*"}
_MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}


@dataclass(frozen=True)
class Method:
    """A method that is no account of one table: its function (in ``tanheng.accounts``), formula, symbols and source."""

    function: str
    title: Mapping[str, str]  # by language
    tex: str
    symbols: tuple[str, ...]  # keys of symbols.toml
    source: str


METHODS: dict[str, Method] = {}


def method(name: str, *, function: str, en: str, zh: str, formula: str, symbols: str, source: str) -> None:
    """Declare a method; ``formula`` in TeX, ``symbols`` the ones to be explained."""
    METHODS[name] = Method(function, {"en": en, "zh": zh}, formula, tuple(symbols.split()), source)


@cache
def symbols() -> Mapping[str, Mapping[str, str]]:
    """What each symbol of the formulas means, in each language; the key is its TeX."""
    with Path(__file__).with_name("symbols.toml").open("rb") as file:
        return tomllib.load(file)


def plain(tex: str) -> str:
    r"""A formula in plain characters; subscripts stay behind an underscore.

    >>> plain(r"\mathrm{CBA}_r = \sum_i m_i Y_{i,r} + F_{Y,r}, \quad m = s (I - A)^{-1}")
    'CBA_r = Σ_i m_i Y_{i,r} + F_{Y,r},  m = s (I − A)⁻¹'
    >>> plain(r"E_{rs} - E_{sr}")
    'E_rs − E_sr'
    >>> plain(r"\frac{a}{b} \hat{x}^{-1}")
    'a / b x̂⁻¹'
    """
    text = re.sub(r"\\(?:mathrm|mathbf|text|mathsf)\{([^{}]*)\}", r"\1", tex)
    text = re.sub(r"\\(hat|tilde|bar)\{(\w)\}", lambda m: m[2] + _MARKS[m[1]], text)
    text = re.sub(r"\\frac\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", r"\1 / \2", text)
    text = re.sub(r"\^(?:\{([^{}]*)\}|(\w|\*))", lambda m: _raised(m[1] or m[2]), text)
    text = re.sub(r"\\(?:left|right|[,;!])", "", text)
    text = re.sub(r"\\([a-zA-Z]+) ?", lambda m: _WORDS[m[1]] + (" " if m[1] in ("neq", "in") else ""), text)
    text = re.sub(r" (?=[≠∈])|(?<=[≠∈]) ", "", re.sub(r"_\{(\w+)\}", r"_\1", text)).replace("-", "−")
    return re.sub(r" {2,}", "  ", text)


def _raised(power: str) -> str:
    return _RAISED.get(power) or f"^{power}"
