"""Claims: published numbers put to the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, app
from tanheng.cli.questions import format_of

if TYPE_CHECKING:
    from tanheng.claims import ClaimFile, Verdict


@app.command()
def claims(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE|NAME]...", help="Files of claims; all embedded ones if none.")
    ] = None,
    table: Annotated[
        list[str] | None, typer.Option("--table", metavar="TABLE", help="Check against this table too; repeatable.")
    ] = None,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="Say below the table why each verdict is what it is.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the files that come with tanheng.")] = False,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Put published numbers to the test: a verdict for every claim and dataset. That a claim differs is no error."""
    kind = format_of(format, out)
    from tanheng import claims as known
    from tanheng.cli import describe_claims

    read = [known.read_claims(name) for name in files or known.names()]
    if list_:
        shell.show(describe_claims.listed(read, lang))
        return
    found = _checked(read, tuple(table or ()))
    if kind == "table":
        shell.show(*describe_claims.verdicts(found, lang, reasons), path=out)
        return
    from tanheng import provenance
    from tanheng.cli import output

    frame = known.verdict_frame((verdict for _, verdicts in found for verdict in verdicts), lang)
    about = {
        one.name: {"title": one.title[lang], "source": one.source[lang], "published": one.published} for one in read
    }
    shell.emit(output.encoded(kind, frame, {"files": about, "tanheng": provenance.version()}), out)


def _checked(read: list[ClaimFile], tables: tuple[str, ...]) -> list[tuple[ClaimFile, tuple[Verdict, ...]]]:
    """The verdicts of each file; what is read for one serves the next."""
    from tanheng.claims import Datasets, check

    datasets, found = Datasets(), []
    with shell.progress() as progress:
        for done, one in enumerate(read):
            progress("claims", done, len(read))
            found.append((one, check(one, tables=tables, datasets=datasets)))
    return found
