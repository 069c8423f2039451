"""The section on claims: published numbers, what the data at hand give for them, and the verdicts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import pandas as pd

from tanheng import charts, labels
from tanheng.charts import Chart, Dot, Voice
from tanheng.charts.measure import MINUS
from tanheng.charts.words import Words
from tanheng.claims import VERDICTS, ClaimFile, Verdict, dataset_title, unit_title
from tanheng.claims.verdict import FACTOR
from tanheng.report.claim_cases import Claims
from tanheng.report.methods import Block

MARKS = dict(zip(VERDICTS, ("✓", "≈", "✗", "–"), strict=True))
NO_BREAK = "\u00a0"


def lines(claims: Claims, text: Words) -> tuple[str, ...]:
    """The paragraphs of the section."""
    counts = [
        text("claims.counts", file=file.title[text.language], count=len(its), counts=_counts(its, text))
        for file, its in claims.files
    ]
    return (text("claims.about"), *counts, *_far(claims.verdicts, text))


def drawn(claims: Claims, text: Words) -> tuple[Chart, ...]:
    """The chart of the section."""
    dots = [_dot(one, text) for one in claims.verdicts if one.ratio is not None and one.ratio > 0]
    words = {name: _word(name, text) for name in VERDICTS[:-1]}
    return (charts.computed_over_printed(dots, words, Voice(text.language, "CO2", "Gt", "USD")),)


def blocks(claims: Claims, text: Words) -> tuple[Block, ...]:
    """A table of each file: claims, what was printed, what comes out and why."""
    return tuple(_block(file, its, text) for file, its in claims.files)


def _block(file: ClaimFile, its: Iterable[Verdict], text: Words) -> Block:
    rows = [
        (
            one.claim.statement[text.language],
            _with_unit(one.printed[text.language], one, text),
            _dataset(one, text),
            _computed(one, text),
            f"{MARKS[one.verdict]} {_word(one.verdict, text)}",
            one.reasons[text.language],
        )
        for one in its
    ]
    heads = [text(f"claims.head_{key}") for key in ("claim", "printed", "dataset", "computed", "verdict", "reason")]
    title = text("claims.file", title=file.title[text.language], published=file.published)
    notes = (text("claims.source", source=file.source[text.language]), file.note.get(text.language, ""))
    return Block(title, tuple(filter(None, notes)), pd.DataFrame(rows, columns=heads), look="plain verdicts")


def _counts(its: Iterable[Verdict], text: Words) -> str:
    counted = Counter(one.verdict for one in its)
    told = [text("claims.count", verdict=_word(name, text), count=counted[name]) for name in VERDICTS if counted[name]]
    return ("、" if text.language == "zh" else ", ").join(told)


def _far(its: Iterable[Verdict], text: Words) -> list[str]:
    """Where the data lie apart from what was published by a factor of two and more."""
    told = [
        text(
            "claims.far_one",
            claim=one.claim.title[text.language],
            dataset=_dataset(one, text),
            computed=_computed(one, text),
            printed=_with_unit(one.printed[text.language], one, text),
        )
        for one in its
        if one.ratio is not None and one.ratio > 0 and not 1 / FACTOR < one.ratio < FACTOR
    ]
    between = "；" if text.language == "zh" else "; "
    return [text("claims.far", told=between.join(told))] if told else []


def _dot(one: Verdict, text: Words) -> Dot:
    assert one.ratio is not None
    printed = _with_unit(one.printed[text.language], one, text)
    title = one.claim.title[text.language]
    return Dot(title, _dataset(one, text), printed, _computed(one, text), one.ratio, one.verdict)


def _computed(one: Verdict, text: Words) -> str:
    """The computed number, or in how many years it holds."""
    found = one.computed
    if found is None:
        return ""
    if found.there:
        return text("claims.years", held=len(found.held), there=len(found.there))
    return "" if math.isnan(found.value) else _with_unit(f"{found.value:#.3g}".rstrip("."), one, text)


def _with_unit(number: str, one: Verdict, text: Words) -> str:
    said = number.replace("-", MINUS) if one.claim.printed is not None else number
    apart = "" if text.language == "zh" and one.claim.unit == "%" else NO_BREAK
    return apart.join(filter(None, (said, unit_title(one.claim.unit)[text.language])))


def _dataset(one: Verdict, text: Words) -> str:
    return dataset_title(one.dataset)[text.language] if one.dataset else ""


def _word(verdict: str, text: Words) -> str:
    return labels.term(f"claim-{verdict}", text.language)
