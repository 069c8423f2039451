"""The main job: a report on a store of tables as pages in English and Chinese, a workbook and the ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tanheng import files, ledger
from tanheng.data.store import Store
from tanheng.report import workbook
from tanheng.report.content import compute, embedded
from tanheng.report.page import name, page

__all__ = ["build"]


def build(
    store: Store,
    *,
    years: tuple[int, ...],
    languages: tuple[str, ...],
    out: Path,
    progress: Callable[[str, int, int], None],
) -> tuple[Path, ...]:
    """Compute the accounts of ``years`` and write the files of the report into the folder ``out``, made if need be.

    The files are ``report.LANGUAGE.html``, ``workbook.xlsx``, ``ledger.csv`` and ``ledger.parquet``, each written whole
    or not at all. ``progress`` is told what is being done, how many steps are done, and how many there are. Returns the
    paths written. Raises as the accounts do, and MissingError when the chart bundle has not been built.
    """
    files.folder(out)
    computed = len(years) + embedded(store)  # the products are a step of their own
    steps = computed + len(languages) + 2
    content = compute(store, years, lambda what, done, _: progress(what, done, steps))
    pages = {}
    for at, language in enumerate(languages):
        progress(name(language), computed + at, steps)
        pages[out / name(language)] = page(content, language, languages)
    for path, text in pages.items():
        with files.whole(path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    progress("workbook.xlsx", steps - 2, steps)
    with files.whole(out / "workbook.xlsx") as part:
        workbook.write(content, part)
    progress("ledger", steps - 1, steps)
    rows = ledger.ledger(result for year in content.by_year for result in year.results)
    written = ledger.write(rows, out)
    progress("", steps, steps)
    return (*pages, out / "workbook.xlsx", *written)
