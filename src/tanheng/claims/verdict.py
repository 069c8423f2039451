"""Claims put to the test: each against every dataset it names, with a verdict and its reason in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tanheng.claims.claim import TO, Claim, ClaimFile, Printed
from tanheng.claims.datasets import TABLE, Datasets, NotAtHandError
from tanheng.claims.measures import declared
from tanheng.claims.measures.declared import AGREE, Computed
from tanheng.claims.messages import joined, say
from tanheng.labels import LANGUAGES

REPRODUCED, CONSISTENT, DIFFERS, NOT_CHECKABLE = "reproduced", "consistent", "differs", "not checkable"
VERDICTS = (REPRODUCED, CONSISTENT, DIFFERS, NOT_CHECKABLE)
FACTOR = 2.0  # a difference that is said as a factor: two and more
SPARE = 1e-9  # of a printed number: what binary leaves of its digits


@dataclass(frozen=True)
class Verdict:
    """What came of a claim of a ``file`` with one dataset; ``computed`` is None where it is not checkable.

    ``reasons`` are the reason in each language.
    """

    file: str
    claim: Claim
    dataset: str
    verdict: str
    reasons: Mapping[str, str]
    computed: Computed | None = None

    @property
    def ratio(self) -> float | None:
        """The computed number over the printed one, the middle of a range; None where there are not both."""
        if self.computed is None or self.claim.printed is None or not self.claim.printed.middle:
            return None
        return self.computed.value / self.claim.printed.middle

    @property
    def printed(self) -> Mapping[str, str]:
        """What was printed, or what is said to hold, by language; nothing where the claim gives neither."""
        if self.claim.printed is not None:
            low, *high = self.claim.printed.text.split(TO)
            return say("a range", low=low, high=high[0]) if high else dict.fromkeys(LANGUAGES, low)
        return say(self.claim.holds) if self.claim.holds else dict.fromkeys(LANGUAGES, "")


def check(file: ClaimFile, *, tables: Sequence[str] = (), datasets: Datasets | None = None) -> tuple[Verdict, ...]:
    """The verdicts of all claims of a file, in its order, one for each dataset.

    * reproduced: the computed number, rounded as the printed one was, is it; or what is said to hold does;
    * consistent: within the tolerance that the file declares, with its reason; or the printed number lies between the
      lowest and the highest computed; or what is said to hold does in the years that are at hand; or a claim's own
      numbers agree;
    * differs: neither;
    * not checkable: an input is not at hand.

    A printed range is reproduced where all that was computed is in it, and consistent where the mean is. Nothing is
    fitted: a measure does not know the printed number. ``tables`` are added to the datasets of every claim that takes
    tables; ``datasets`` keeps what was read and solved from one file to the next.
    Raises QuestionError for a dataset, a series or a grouping that there is not.
    """
    opened = Datasets() if datasets is None else datasets
    return tuple(verdict for claim in file.claims for verdict in _verdicts(claim, file, tables, opened))


def _verdicts(claim: Claim, file: ClaimFile, tables: Sequence[str], opened: Datasets) -> Iterator[Verdict]:
    if claim.missing:
        reasons = joined(say("missing", what=claim.missing), claim.note)
        yield Verdict(file.name, claim, "", NOT_CHECKABLE, reasons)
        return
    more = tables if TABLE in declared.find(claim.measure).takes else ()
    for name in dict.fromkeys((*claim.datasets, *more)):
        try:
            computed = declared.compute(claim.measure, opened[name], claim.arguments, claim.unit)
        except NotAtHandError as error:
            yield Verdict(file.name, claim, name, NOT_CHECKABLE, joined(error.reasons, claim.note))
            continue
        verdict, reason = _judged(claim, computed, file)
        yield Verdict(file.name, claim, name, verdict, joined(reason, computed.note, claim.note), computed)


def _judged(claim: Claim, computed: Computed, file: ClaimFile) -> tuple[str, Mapping[str, str]]:
    if claim.printed is None:
        return _of_its_own(computed) if claim.holds == AGREE else _of_what_holds(computed)
    verdict, key = (_of_a_range if claim.printed.ranges else _of_a_number)(claim.printed, computed, file.share)
    ratio = computed.value / claim.printed.middle if claim.printed.middle else float("inf")
    told = {"computed": computed.value, "low": computed.low, "high": computed.high, "ratio": ratio}
    return verdict, say(key, **told, printed=claim.printed.text, share=100 * file.share, why=file.why)


def _of_a_number(printed: Printed, computed: Computed, share: float) -> tuple[str, str]:
    value, room = computed.value, _room(printed)
    if abs(value - printed.low) <= room:
        return REPRODUCED, "reproduced"
    if abs(value - printed.low) <= share * abs(printed.low):
        return CONSISTENT, "within"
    low, high = (value if end is None else end for end in (computed.low, computed.high))
    if low - room <= printed.low <= high + room:
        return CONSISTENT, "between"
    return DIFFERS, _difference(value, printed.low)


def _of_a_range(printed: Printed, computed: Computed, share: float) -> tuple[str, str]:
    """Of a range: all of what was computed is in it, or its mean is."""
    room = _room(printed)
    low, high = (computed.value if end is None else end for end in (computed.low, computed.high))
    if printed.low - room <= low and high <= printed.high + room:
        return REPRODUCED, "in-range" if computed.low is not None else "reproduced"
    if printed.low - room <= computed.value <= printed.high + room:
        return CONSISTENT, "over-range"
    return DIFFERS, _difference(computed.value, printed.middle)


def _room(printed: Printed) -> float:
    """How far a number may lie from a printed one that is rounded to it: half of the last digit's unit."""
    return printed.half * (1 + SPARE) + SPARE * max(abs(printed.low), abs(printed.high))


def _difference(value: float, printed: float) -> str:
    if value * printed < 0:
        return "sign"
    ratio = abs(value / printed) if printed else float("inf")
    return "factor" if ratio >= FACTOR or ratio <= 1 / FACTOR else "differs"


def _of_what_holds(computed: Computed) -> tuple[str, Mapping[str, str]]:
    failed = [year for year in computed.there if year not in computed.held]
    told = {"years": len(computed.there), "held": len(computed.held), "there": _spelled(computed.there)}
    if failed:
        return DIFFERS, say("fails", **told, failed=_spelled(failed))
    if computed.whole:
        return REPRODUCED, say("holds", **told)
    return CONSISTENT, say("holds-in-part", **told)


def _of_its_own(computed: Computed) -> tuple[str, Mapping[str, str]]:
    """Numbers that agree with each other are no more than that: never reproduced."""
    if computed.agree:
        return CONSISTENT, say("agree", computed=computed.value)
    return DIFFERS, say("disagree")


def _spelled(years: Sequence[int]) -> str:
    """Years, those that follow on each other as a span.

    >>> _spelled([1990, 1991, 1992, 1999])
    '1990-1992, 1999'
    """
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def verdict_frame(verdicts: Iterable[Verdict], language: str = "en") -> pd.DataFrame:
    """One row a verdict, with these columns; numbers are missing where there are none.

    file, claim, title, statement, dataset, verdict, printed, computed, low, high, unit, ratio (computed over printed),
    reason, source, table_hash. For what is said to hold, ``printed`` says what.
    """
    rows = [_row(one, language) for one in verdicts]
    numbers = ("computed", "low", "high", "ratio")
    return pd.DataFrame(rows, columns=_COLUMNS).astype(dict.fromkeys(numbers, "float64"))


_COLUMNS = [
    "file", "claim", "title", "statement", "dataset", "verdict", "printed", "computed", "low", "high", "unit", "ratio",
    "reason", "source", "table_hash",
]  # fmt: skip


def _row(one: Verdict, language: str) -> dict[str, object]:
    computed = one.computed or Computed()
    return {
        "file": one.file,
        "claim": one.claim.id,
        "title": one.claim.title[language],
        "statement": one.claim.statement[language],
        "dataset": one.dataset,
        "verdict": one.verdict,
        "printed": one.printed[language],
        "computed": computed.value,
        "low": computed.low,
        "high": computed.high,
        "unit": one.claim.unit,
        "ratio": one.ratio,
        "reason": one.reasons[language],
        "source": computed.source,
        "table_hash": computed.hash,
    }
