"""The messages of findings, in each language (``systems/findings.toml``), and what readers note of what they did."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tanheng import labels
from tanheng.systems.about import NOT_STATED
from tanheng.systems.finding import SEVERITIES, Finding, Severity, found, messages
from tanheng.systems.table import Table

ROUNDING = 1e-9  # of output: below it a difference is rounding
NOTABLE = 1e-3  # of the whole: above it a note becomes a warning
_STATES = ("own", "state", "first", "last")  # values that may be reference states
_AXES = {"region": "region", "sector": "sector", "demand category": "demand", "stressor": "stressor", "input": "input"}


def said(finding: Finding, language: str) -> tuple[str, str]:
    """What is the matter and what to do, in that language.

    >>> said(found("unsettled", "error", "Z"), "zh")
    ('A 的谱半径无法确定', '查看投入大于产出的各列')
    """
    what, hint = messages()[finding.check][language]
    values = {key: _in_words(key, value, language) for key, value in finding.values.items()}
    if finding.check.startswith("scenario-"):
        values = {key: _of_a_scenario(key, value, language) for key, value in values.items()}
    return what.format(**values), hint


def _in_words(key: str, value: object, language: str) -> object:
    """A value of a message: a place, or a state, in that language; names and numbers as they are."""
    if key == "worst":
        return placed(value, language)
    if key in _STATES and isinstance(value, str):
        for word in ("ambient", NOT_STATED):
            value = value.replace(word, labels.term(word, language))
    return value


def _of_a_scenario(key: str, value: object, language: str) -> object:
    """What a scenario writes in signs: * for all labels, ``... *`` for the other origins, the use that responds."""
    if key == "use":
        return labels.term(f"use-{value}", language)
    if value == "*" and key != "unit":
        return labels.term("all-labels", language)
    if key == "shares":
        return str(value).replace("... *", labels.term("other-origins", language))
    return value


def placed(where: object, language: str) -> str:
    """A place such as 'region CHN, sector c12' in that language.

    >>> placed("Y, demand category inventories", "zh")
    'Y，最终需求类别 inventories'
    """
    if language == "en":
        return str(where)
    pattern = rf"(^|, )({'|'.join(_AXES)}) (?=\S)"

    def named(match: re.Match[str]) -> str:
        return f"{'，' if match[1] else ''}{labels.term(_AXES[match[2]], language)} "

    return re.sub(pattern, named, str(where))


def graded(size: float) -> Severity:
    """A warning when ``size`` is notable, else a note."""
    return "warning" if size > NOTABLE else "note"


def worst_first(them: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors, then warnings, then notes, each from the largest down."""
    return tuple(sorted(them, key=lambda one: (SEVERITIES.index(one.severity), -one.size)))


def output_differs(table: Table, given: ArrayLike, where: str) -> tuple[Finding, ...]:
    """One finding, or none, for the output (n,) that the source itself states, against the row sums of Z and Y.

    Source: the accounting identity of the table (Miller and Blair 2009, sec. 2.2.1).
    """
    x = table.x.values.ravel()
    gap, whole = np.abs(np.asarray(given, dtype=np.float64).ravel() - x), float(np.abs(x).sum())
    if gap.sum() <= ROUNDING * whole:
        return ()
    size = float(gap.sum()) / whole
    values = {"gap": float(gap.sum()), "unit": table.about.currency, "worst": table.name_of(int(gap.argmax()))}
    return (found("output-differs", graded(size), where, size, **values),)


def with_findings(table: Table, *more: Finding) -> Table:
    """The same table with more findings on it; its numbers are not looked at again."""
    return table.noted((*table.findings, *more))
