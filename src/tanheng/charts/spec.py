"""What a chart is: its words, its ECharts option as plain JSON, and always its numbers as a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Chart:
    """A chart in one language, ready to be drawn by ``tanheng.draw`` (see ui/src/charts.js) or printed as its table.

    ``option`` is an ECharts option that JSON can hold; ``table`` holds the chart's numbers under heads in its language,
    printed with ``digits`` decimals, or those of ``column_digits``. ``height`` is in pixels, wide and narrow.
    """

    id: str
    title: str
    caption: str
    option: Mapping[str, Any]
    table: pd.DataFrame
    digits: int = 0
    column_digits: Mapping[str, int] = field(default_factory=dict)
    height: tuple[int, int] = (420, 420)
    note: str = ""

    @property
    def description(self) -> str:
        """What the chart shows, for those who hear it read."""
        return str(self.option["aria"]["label"]["description"])

    def digits_of(self, column: object) -> int:
        """The decimals that a column of the table is printed with."""
        return self.column_digits.get(str(column), self.digits)


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: numbers at six significant digits, missing ones as None.

    Six digits are more than a pixel shows, and keep the page free of noise in the last bit.

    >>> plain({"a": (1.23456789, float("nan"))})
    {'a': [1.23457, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    number = float(value)
    return float(f"{number:.6g}") if math.isfinite(number) else None
