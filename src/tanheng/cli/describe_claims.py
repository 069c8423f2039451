"""What the command ``claims`` prints: files, verdicts, and the reasons below them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table as Grid

from tanheng import labels
from tanheng.claims import VERDICTS, ClaimFile, Verdict, unit_title
from tanheng.cli.output import head, line, plain_grid

_TITLE = {"en": "{} ({})", "zh": "{}（{}）"}


def listed(files: Iterable[ClaimFile], language: str) -> Grid:
    """A row for each file."""
    grid = plain_grid([head(key, language) for key in ("name", "title", "published")], [head("claims", language)])
    for one in files:
        grid.add_row(one.name, one.title[language], one.published, str(len(one.claims)))
    return grid


def verdicts(found: Iterable[tuple[ClaimFile, Sequence[Verdict]]], language: str, reasons: bool = False) -> list[Any]:
    """Each file with its source and its table, the reasons below it if asked for, and how many there are of each."""
    parts: list[Any] = []
    for file, its in found:
        lines = [
            _TITLE[language].format(file.title[language], file.published),
            line(head("source", language), file.source[language], language),
        ]
        lines += [line(head("note", language), file.note[language], language)] if file.note else []
        told = [_reason(one, language) for one in its] if reasons else []
        parts += [*lines, _grid(its, language), *told, _counts(its, language), ""]
    return parts[:-1]


def _grid(its: Iterable[Verdict], language: str) -> Grid:
    grid = plain_grid([head("claim", language)], [head("printed", language)])
    grid.add_column(head("dataset", language))
    for key in ("computed", "ratio"):
        grid.add_column(head(key, language), justify="right")
    grid.add_column(head("verdict", language))
    previous = ""
    for one in its:
        claim = one.claim.title[language] if one.claim.id != previous else ""
        printed = " ".join(filter(None, (one.printed[language], unit_title(one.claim.unit)[language]))) if claim else ""
        grid.add_row(claim, printed, one.dataset, *_numbers(one), _word(one.verdict, language))
        previous = one.claim.id
    return grid


def _numbers(one: Verdict) -> tuple[str, str]:
    """The computed number, or in how many years it holds, and its ratio to the printed one."""
    if one.computed is None:
        return "", ""
    if one.computed.there:
        return f"{len(one.computed.held)}/{len(one.computed.there)}", ""
    value = "" if math.isnan(one.computed.value) else f"{one.computed.value:.4g}"
    return value, "" if one.ratio is None else f"{one.ratio:.2f}"


def _word(verdict: str, language: str) -> str:
    return labels.term(f"claim-{verdict}", language)


def _reason(one: Verdict, language: str) -> str:
    """The statement, with what dataset, and why."""
    said = one.claim.statement[language] + (f" [{one.dataset}]" if one.dataset else "")
    return f"- {said} → {line(_word(one.verdict, language), one.reasons[language], language)}"


def _counts(its: Iterable[Verdict], language: str) -> str:
    counted = Counter(one.verdict for one in its)
    return ", ".join(f"{_word(name, language)} {counted[name]}" for name in VERDICTS if counted[name])
