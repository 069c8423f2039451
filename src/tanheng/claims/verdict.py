"""Claims put to the test: each against every dataset it names, with a verdict and its reason in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from tanheng.claims import measures
from tanheng.claims.claim import Claim, ClaimFile
from tanheng.claims.measures import Computed, NotAtHandError

REPRODUCED, CONSISTENT, DIFFERS, NOT_CHECKABLE = "reproduced", "consistent", "differs", "not checkable"
VERDICTS = (REPRODUCED, CONSISTENT, DIFFERS, NOT_CHECKABLE)
FACTOR = 2.0  # a difference that is said as a factor: two and more
SPARE = 1e-9  # of a printed number: what binary leaves of its digits


@dataclass(frozen=True)
class Verdict:
    """What came of a claim with one dataset; ``computed`` is None where it is not checkable.

    ``reasons`` are the reason in each language. ``ratio`` is the computed over the printed number, where both are.
    """

    claim: Claim
    dataset: str
    verdict: str
    reasons: Mapping[str, str]
    computed: Computed | None = None

    @property
    def ratio(self) -> float | None:
        """The computed number over the printed one."""
        if self.computed is None or self.claim.printed is None or not self.claim.printed.middle:
            return None
        return self.computed.value / self.claim.printed.middle


def check(file: ClaimFile) -> tuple[Verdict, ...]:
    """The verdicts of all claims of a file, in its order, one for each dataset.

    * reproduced: the computed number, rounded as the printed one was, is it; or what is said to hold does;
    * consistent: within the tolerance that the file declares, with its reason; or the printed number lies between the
      lowest and the highest computed; or what is said to hold does in the years that are at hand;
    * differs: neither;
    * not checkable: an input is not at hand.

    Nothing is fitted: a measure does not know the printed number.
    """
    return tuple(verdict for claim in file.claims for verdict in _verdicts(claim, file))


def _verdicts(claim: Claim, file: ClaimFile) -> Iterator[Verdict]:
    if claim.missing:
        reasons = {
            language: _message("missing", language).format(what=text) for language, text in claim.missing.items()
        }
        yield Verdict(claim, "", NOT_CHECKABLE, reasons)
    for dataset in claim.datasets:
        try:
            computed = measures.compute(claim.measure, dataset, claim.arguments)
        except NotAtHandError as error:
            yield Verdict(claim, dataset, NOT_CHECKABLE, error.reasons)
            continue
        yield _judged(claim, dataset, computed, file)


def _judged(claim: Claim, dataset: str, computed: Computed, file: ClaimFile) -> Verdict:
    verdict, reason = _of_a_number(claim, computed, file) if claim.printed else _of_what_holds(computed)
    values: dict[str, object] = {"computed": computed.value, "held": computed.held, "years": computed.years}
    if claim.printed:
        values |= {"printed": claim.printed.text, "ratio": computed.value / (claim.printed.middle or 1.0)}
        values |= {"low": computed.low, "high": computed.high, "share": 100 * file.share}
    reasons = {}
    for language in ("en", "zh"):
        own = {"why": file.why.get(language, "")}
        told = [_message(reason, language).format(**values, **own), computed.note.get(language, "")]
        reasons[language] = ("" if language == "zh" else " ").join(filter(None, told))
    return Verdict(claim, dataset, verdict, reasons, computed)


def _of_a_number(claim: Claim, computed: Computed, file: ClaimFile) -> tuple[str, str]:
    printed = claim.printed
    assert printed is not None
    value, room = computed.value, printed.half * (1 + SPARE) + SPARE * abs(printed.middle)
    if printed.low - room <= value <= printed.high + room:
        return REPRODUCED, "reproduced"
    if abs(value - printed.middle) <= file.share * abs(printed.middle):
        return CONSISTENT, "within"
    if (
        computed.low is not None
        and computed.high is not None
        and computed.low - room <= printed.middle <= computed.high + room
    ):
        return CONSISTENT, "between"
    if value * printed.middle < 0:
        return DIFFERS, "sign"
    ratio = abs(value / printed.middle) if printed.middle else float("inf")
    far = ratio >= FACTOR or ratio <= 1 / FACTOR
    return DIFFERS, "factor" if far else "differs"


def _of_what_holds(computed: Computed) -> tuple[str, str]:
    if computed.held < computed.years:
        return DIFFERS, "fails"
    return (REPRODUCED, "holds") if computed.whole else (CONSISTENT, "holds-in-part")


def verdict_frame(verdicts: Iterable[Verdict], language: str = "en") -> pd.DataFrame:
    """One row a verdict: claim, dataset, verdict, printed, computed, low, high, unit, ratio, reason, source, hash."""
    rows = []
    for one in verdicts:
        computed, printed = one.computed, one.claim.printed
        rows.append(
            {
                "claim": one.claim.id,
                "statement": one.claim.statement[language],
                "dataset": one.dataset,
                "verdict": one.verdict,
                "printed": printed.text if printed else "",
                "computed": computed.value if computed else None,
                "low": computed.low if computed else None,
                "high": computed.high if computed else None,
                "unit": one.claim.unit,
                "ratio": one.ratio,
                "reason": one.reasons[language],
                "source": computed.source if computed else "",
                "table_hash": computed.hash if computed else "",
            }
        )
    return pd.DataFrame(rows)


@cache
def _messages() -> Mapping[str, Mapping[str, str]]:
    with Path(__file__).with_name("messages.toml").open("rb") as file:
        return tomllib.load(file)


def _message(name: str, language: str) -> str:
    return _messages()[name][language]
