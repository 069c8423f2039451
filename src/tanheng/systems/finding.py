"""What was found in a table, or done to its source while it was read: data, not a line in a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # worst first


@dataclass(frozen=True)
class Finding:
    """One thing found: which ``check``, how bad, ``where`` (labels), ``what``, its relative ``size`` and what to do.

    ``check`` names the message and ``values`` are what it says, so that it can be said in another language. An error
    means that accounts cannot be computed or would mean nothing.
    """

    check: str
    severity: Severity
    where: str
    what: str
    size: float
    hint: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
