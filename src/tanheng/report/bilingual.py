"""Words of the workbook, which speaks both languages at once."""

from __future__ import annotations

from tanheng import labels
from tanheng.charts.words import words
from tanheng.report.sections import FILE


def both(key: str, **values: object) -> str:
    """The words of ``key`` in both languages."""
    return " / ".join(dict.fromkeys(words(FILE, language)(key, **values) for language in labels.LANGUAGES))


def term(key: str) -> str:
    """A word of the vocabulary in both languages."""
    return " / ".join(labels.term(key, language) for language in labels.LANGUAGES)
