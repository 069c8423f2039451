"""What a reader did to its source, counted while it reads and told at the end."""

from __future__ import annotations

from collections import Counter, defaultdict

from tanheng.systems.finding import SEVERITIES, Finding, Severity, found, listed


class Notes:
    """Counts by check, with the names that they were counted at; a message has ``{count}`` and ``{names}``."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, Severity], Counter[str]] = defaultdict(Counter)

    def add(self, check: str, name: str, severity: Severity = "note") -> None:
        """One more of this check, at ``name``."""
        self._names[check, severity][name] += 1

    def findings(self, where: str) -> tuple[Finding, ...]:
        """A finding a check, the worst first; it names those that were counted most."""
        order = sorted(self._names.items(), key=lambda one: SEVERITIES.index(one[0][1]))
        return tuple(
            found(check, severity, where, count=sum(names.values()), distinct=len(names), names=_listed(names))
            for (check, severity), names in order
        )


def _listed(names: Counter[str]) -> str:
    return listed([f"{name} ({count})" if count > 1 else name for name, count in names.most_common()])
