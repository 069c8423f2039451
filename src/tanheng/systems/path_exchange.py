"""A part of a supply chain of a table whose figure is exchanged for one of process data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from tanheng import units
from tanheng.errors import InputError, QuestionError, nearest

Node = tuple[str, str]  # region, sector
Scope = Literal["node", "path", "input"]

SCOPES: tuple[Scope, ...] = get_args(Scope)
BETWEEN = " > "  # sells to


@dataclass(frozen=True, slots=True)
class PathExchange:
    """A ``value`` in ``unit`` that takes the place of the table's at the last node of ``path``, and its ``source``.

    ``path`` goes from the demanded product upward: ``(("CHN", "c14"), ("CHN", "c12"))`` is the metal that its maker
    buys. ``scope`` says what is exchanged: "node", what is emitted at that node of that path alone; "path", that and
    everything upstream of it; "input", the amount bought there, in money, with which everything behind it scales. The
    value is for the whole demand asked for, not per unit.
    Raises InputError for an empty path, an unknown scope and a value that is no finite number, UnitError for a unit
    that is not known.
    """

    path: tuple[Node, ...]
    value: float
    unit: str
    scope: Scope = "node"
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", tuple((str(region), str(sector)) for region, sector in self.path))
        if not self.path:
            raise InputError("the path of an exchange is empty", hint="it begins with the product demanded")
        where = f"exchange of {self.text}"
        if self.scope not in SCOPES:
            raise InputError(f"there is no scope {self.scope!r}", where=where, hint=nearest(str(self.scope), SCOPES))
        if not math.isfinite(self.value):
            raise InputError(
                f"the value is {self.value}", where=where, hint="give a finite number; missing is not zero"
            )
        units.parse(self.unit, where=where)

    @property
    def text(self) -> str:
        """The path as ``tanheng paths`` writes it (CSV), from the last supplier to the demanded product.

        >>> PathExchange((("CHN", "c14"), ("CHN", "c12")), 1.0, "kt").text
        'CHN:c12 > CHN:c14'
        """
        return BETWEEN.join(f"{region}:{sector}" for region, sector in reversed(self.path))


def path_of(text: str) -> tuple[Node, ...]:
    """The nodes of a path as ``tanheng paths`` writes it (CSV), from the demanded product upward; raises QuestionError.

    >>> path_of("CHN:c12 > CHN:c14")
    (('CHN', 'c14'), ('CHN', 'c12'))
    """
    nodes = []
    for part in reversed(text.split(BETWEEN)):
        region, colon, sector = part.strip().partition(":")
        if not (region and colon and sector):
            hint = "write REGION:SECTOR, and ' > ' between supplier and buyer, as the CSV of 'tanheng paths' has it"
            raise QuestionError(f"{part.strip()!r} of the path {text!r} is no node", hint=hint)
        nodes.append((region, sector))
    return tuple(nodes)
