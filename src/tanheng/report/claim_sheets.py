"""The sheet of the workbook on claims."""

from __future__ import annotations

import pandas as pd

from tanheng import labels
from tanheng.claims import dataset_title, verdict_frame
from tanheng.report.bilingual import both, term
from tanheng.report.claim_cases import Claims


def frame(claims: Claims) -> pd.DataFrame:
    """A row a verdict, in both languages."""
    by_language = {language: verdict_frame(claims.verdicts, language) for language in labels.LANGUAGES}
    one = by_language["en"]
    columns = {both("book.claim_file"): one["file"]}
    for language, rows in by_language.items():
        columns[f"{both('book.claim')} ({language})"] = rows["statement"]
    columns |= {
        both("book.dataset"): one["dataset"].map(lambda name: " / ".join(dict.fromkeys(dataset_title(name).values()))),
        both("book.verdict"): one["verdict"].map(lambda name: term(f"claim-{name}")),
        both("book.printed"): one["printed"],
        term("unit"): one["unit"],
    }
    columns |= {both(f"book.{key}"): one[key] for key in ("computed", "low", "high", "ratio")}
    for language, rows in by_language.items():
        columns[f"{both('book.reason')} ({language})"] = rows["reason"]
    return pd.DataFrame(columns | {term("source"): one["source"]})
