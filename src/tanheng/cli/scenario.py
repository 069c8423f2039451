"""Scenarios: changes as data, applied to a table, and what they do to its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tanheng.cli import shell
from tanheng.cli.app import Format, Language, Out, Year, app, chosen
from tanheng.cli.paths import Threshold
from tanheng.cli.questions import faults_of, format_of, note_faults

if TYPE_CHECKING:
    from tanheng.systems.scenarios import Scenario
    from tanheng.systems.table import Table

_THRESHOLD = 1e-4  # of the footprint: what a path is worth, unless --threshold says otherwise
_SHOWN = 20  # rows on a terminal unless --limit says otherwise; files get all

scenario = typer.Typer(name="scenario", cls=shell.Commands, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(scenario, name="scenario", help="Scenarios: list, show, run.")

Name = Annotated[str, typer.Argument(metavar="SCENARIO", help="An embedded scenario, or a file (docs/scenarios.md).")]


@scenario.command("list")
def list_(lang: Language = "en") -> None:
    """List the embedded scenarios. They are illustrations, not forecasts."""
    from tanheng.cli import describe_scenarios as describe

    shell.show(*describe.everything(lang))


@scenario.command()
def show(name: Name, lang: Language = "en") -> None:
    """Show a scenario: its changes as they are declared, its assumptions and source."""
    from tanheng.cli import describe_scenarios as describe
    from tanheng.data import scenario as files

    shell.show(*describe.scenario(files.open(name), lang))


@scenario.command()
def run(
    name: Name,
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help="A stored name, or a plain table.")] = "world",
    year: Year = None,
    principle: Annotated[
        Literal["production", "consumption", "income", "shared", "flows"], typer.Option(help="Which account.")
    ] = "consumption",
    by: Annotated[str | None, typer.Option(metavar="DIMS", help="Dimensions kept, such as region,sector.")] = None,
    by_change: Annotated[bool, typer.Option("--by-change", help="Share the difference out among the changes.")] = False,
    sharing: Annotated[
        Literal["shapley", "sequential"] | None,
        typer.Option(help="For --by-change: mean over all orders, or in order."),
    ] = None,
    paths: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The N paths of supply that changed most.")
    ] = None,
    region: Annotated[str | None, typer.Option(metavar="REGION", help="For --paths: whose final demand.")] = None,
    threshold: Threshold | None = None,
    stressor: Annotated[list[str] | None, typer.Option(help="A stressor; may be repeated. All if not given.")] = None,
    group: Annotated[str | None, typer.Option(metavar="GROUPING", help="oecd, oecd@2020, or a file.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many rows on the terminal.")] = _SHOWN,
    write: Annotated[str | None, typer.Option("--write", metavar="NAME", help="Store its table as NAME.")] = None,
    format: Format = None,
    out: Out = None,
    lang: Language = "en",
) -> None:
    """Apply a scenario to a table and show what it does to an account, for the latest year unless told otherwise."""
    kind = format_of(format, out)
    _require_used(
        paths, by_change, sharing=sharing, region=region, threshold=threshold, by=by, group=group, principle=principle
    )
    from tanheng.data import scenario as files
    from tanheng.data import store as stores
    from tanheng.systems.scenarios import apply

    one = files.open(name)
    store = stores.open(table)
    if write is not None:
        stores.checked_name(write)
    asked = store.years[-1] if year is None else chosen(store, year, None)[0]
    question = _Question(one, store[asked], apply(one, store[asked]), kind, out, lang)
    if paths is not None:
        _paths(
            question,
            stressor or [],
            {"region": region, "threshold": _THRESHOLD if threshold is None else threshold, "limit": paths},
        )
    else:
        options = {"stressor": stressor or None, "by": by, "principle": principle, "group_by": group}
        _account(question, options, limit, (sharing or "shapley") if by_change else None)
    if write is not None:
        stored = stores.put(question.after, write, f"{table}, scenario {one.name}")
        shell.note(f"stored as {stored.name}, {asked}: {stored.place.path}")
    if year is None and len(store.years) > 1:
        shell.note(f"this is {asked}, the latest year (--year)")
    note_faults(table, faults_of(store, asked))


def _require_used(paths: int | None, by_change: bool, **given: object) -> None:
    """A usage error for an option that would do nothing beside the others."""
    if paths is not None and by_change:
        raise typer.BadParameter("give --paths or --by-change, not both")
    if given["sharing"] and not by_change:
        raise typer.BadParameter("--sharing is for --by-change")
    if given["region"] and paths is None:
        raise typer.BadParameter("--region is for --paths; 'tanheng scenario run' shows all regions")
    if given["threshold"] is not None and paths is None:
        raise typer.BadParameter("--threshold is for --paths")
    if paths is not None:
        for option in ("by", "group"):
            if given[option]:
                raise typer.BadParameter(f"--{option} is not for --paths")
        if given["principle"] != "consumption":
            raise typer.BadParameter("paths are of footprints: leave --principle out")


@dataclass(frozen=True)
class _Question:
    """A scenario, the table and what it becomes, and how to write what it does."""

    scenario: Scenario
    before: Table
    after: Table
    kind: str
    out: Path | None
    lang: str


def _account(asked: _Question, options: dict[str, Any], limit: int, sharing: str | None) -> None:
    from tanheng.accounts.scenario_differences import scenario_by_change, scenario_effects
    from tanheng.cli import describe_scenarios as describe
    from tanheng.cli import output

    if sharing is not None:
        options |= {"by": options["by"] or "", "sharing": sharing}
        found, described = scenario_by_change(asked.scenario, asked.before, **options), describe.by_change
    else:
        found = scenario_effects(asked.scenario, asked.before, applied=asked.after, **options)
        described = describe.effects
    if asked.kind != "table":
        shell.emit(output.ENCODERS[asked.kind]([found]), asked.out)
        return
    record = describe.record(found.attrs, asked.after, asked.lang)
    shell.show(*described(found, asked.scenario, limit, asked.lang), *record, path=asked.out)


def _paths(asked: _Question, stressors: list[str], options: dict[str, Any]) -> None:
    from tanheng.accounts.scenario_differences import scenario_paths
    from tanheng.cli import describe_scenarios as describe
    from tanheng.cli.output import encoded

    if len(stressors) > 1:
        raise typer.BadParameter("the paths of several stressors do not add up: give one --stressor")
    one = stressors[0] if stressors else None
    found = scenario_paths(asked.scenario, asked.before, stressor=one, applied=asked.after, **options)
    if asked.kind != "table":
        meta = {str(asked.before.year): found.attrs | {"before": found.before, "after": found.after}}
        shell.emit(encoded(asked.kind, found.frame, meta), asked.out)
        return
    record = describe.record(found.attrs, asked.after, asked.lang)
    shell.show(*describe.paths(found, asked.scenario, asked.before, asked.lang), *record, path=asked.out)
