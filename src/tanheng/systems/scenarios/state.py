"""A table while a scenario is applied to it: what it buys, uses and emits at the output of the baseline."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import TableError
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

SPARE = 1e-12  # of a column: below it a difference is rounding


@dataclass(frozen=True, eq=False)
class State:
    """Flows at the output of ``table``: ``Z`` = A' x̂, ``F`` = s' x̂, ``V``; and ``Y``, ``F_Y`` as they are to be.

    Shapes are those of the table. Arrays that no change touched are the table's own, and none is written to.
    ``notes`` say what was changed.
    """

    table: Table
    Z: Array
    Y: Array
    F: Array
    F_Y: Array | None
    V: Array | None
    notes: tuple[Finding, ...] = field(default=())

    @classmethod
    def of(cls, table: Table) -> State:
        """The table before any change."""
        F_Y, V = (None if one is None else one.values for one in (table.F_Y, table.V))
        return cls(table, table.Z.values, table.Y.values, table.F.values, F_Y, V)

    def having(self, **changes: Array | None) -> State:
        """With these arrays in place of its own."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def noted(self, check: str, where: str, size: float = 0.0, **values: object) -> State:
        """With one more note."""
        return dataclasses.replace(self, notes=(*self.notes, found(check, "note", where, size, **values)))

    @property
    def active(self) -> NDArray[np.bool_]:
        """The sectors that have output (R, S): the others have no coefficients, and stay as they are."""
        return self.table.has_output

    @property
    def touched(self) -> bool:
        """Whether inputs or final demand differ from those of the table, so that output does too."""
        return self.Z is not self.table.Z.values or self.Y is not self.table.Y.values


def less_value_added(V: Array | None, less: Array, table: Table) -> Array | None:
    """V (I, R, S) with ``less`` (R, S) taken out of each column, in proportion to its inputs.

    Raises TableError for a column without primary inputs.
    """
    if V is None or not less.any():
        return V
    whole = V.sum(axis=0)
    bad = (whole == 0) & (np.abs(less) > SPARE * np.abs(V).sum())
    if bad.any():
        name = table.name_of(int(bad.argmax()))
        hint = "let the other inputs compensate, or leave V out of the table"
        raise TableError("there is no value added that could compensate", where=name, hint=hint)
    share = np.divide(V, whole, out=np.zeros_like(V), where=whole != 0)
    return np.asarray(V - share * less)
