"""What was taken out so that nothing is counted twice, and by which rule: rows of data, never a silent zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from tanheng import labels

Rule = Literal["covered", "market", "internal", "own-output"]
RULES: tuple[Rule, ...] = ("covered", "market", "internal", "own-output")
COLUMNS = ("what", "region", "sector", "amount", "unit", "rule")


@dataclass(frozen=True, slots=True)
class Removed:
    """An ``amount`` taken out of the purchases of ``what`` (a product or process) from a sector, and why.

    An empty ``region`` means all regions of the sector, an empty ``sector`` all of them; ``unit`` is that of the amount
    ("million USD per kg", "million USD"). ``rule`` says why: "covered" (the process system has this input itself),
    "market" and "internal" (a market mixes and an internal process passes on what others made: never hybridised),
    "own-output" (the product's own output, and what it is made of, taken out of the table before it is integrated).
    Source: Suh and Huppes 2005; Agez et al. 2020 (inputs by rule).
    """

    what: str
    region: str
    sector: str
    amount: float
    unit: str
    rule: Rule


def removed_frame(rows: Iterable[Removed], language: str = "") -> pd.DataFrame:
    """The rows as a frame with COLUMNS; with a ``language`` ("en", "zh") the rule in words.

    >>> removed_frame([Removed("lamp", "", "c12", 0.5, "USD per unit", "covered")])["amount"].tolist()
    [0.5]
    """
    frame = pd.DataFrame([[getattr(row, name) for name in COLUMNS] for row in rows], columns=list(COLUMNS))
    if not language:
        return frame
    return frame.assign(rule=[labels.term(f"removed-{rule}", language) for rule in frame["rule"]])
