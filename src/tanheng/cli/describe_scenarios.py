"""What the scenario commands print: scenarios, their effects, and the record of what changed and what did not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tanheng import accounts, labels
from tanheng.accounts.scenario_differences import ALONE, ATTRIBUTED, BASELINE, CASES, CHANGE
from tanheng.accounts.scenario_differences import SCENARIO as CHANGED
from tanheng.cli.output import between, figure, group_names, groups_of, head, label, line, more, plain_grid, term, terms
from tanheng.data import scenario as files
from tanheng.data.findings import said

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import RenderableType

    from tanheng.accounts.scenario_differences import ScenarioPaths
    from tanheng.systems.scenarios import Change, Scenario
    from tanheng.systems.table import Table


def everything(language: str) -> list[RenderableType]:
    """A row for each embedded scenario."""
    grid = plain_grid([head(key, language) for key in ("name", "title", "kinds")])
    for name in files.names():
        one = files.open(name)
        kinds = ", ".join(dict.fromkeys(term(f"kind-{change.kind}", language) for change in one.changes))
        grid.add_row(name, one.titled(language), kinds)
    return [grid, labels.term("scenario-illustrations", language)]


def scenario(one: Scenario, language: str) -> list[RenderableType]:
    """Its title, source and assumptions, and its changes as they are declared."""
    grid = plain_grid(["", head("kinds", language), head("changes", language)])
    for number, change in enumerate(one.changes, start=1):
        grid.add_row(str(number), term(f"kind-{change.kind}", language), _declared(change))
    told = [line(one.name, one.titled(language), language)]
    told += [line(head("source", language), one.source, language)] if one.source else []
    told += [line(head("assumptions", language), text.get(language, ""), language) for text in one.assumptions]
    return [*told, grid]


def _declared(change: Change) -> str:
    """Its keys and values, as in a file."""
    values = {field.name: getattr(change, field.name) for field in dataclasses.fields(change) if field.name != "where"}
    values = {"from" if key == "start" else key: value for key, value in values.items() if value not in (None, "")}
    return ", ".join(f"{key} = {_spelled(value)}" for key, value in values.items())


def _spelled(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_spelled(one)}" for key, one in value.items()) + " }"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


# -- effects ----------------------------------------------------------------------------------------------------------


def effects(found: xr.DataArray, one: Scenario, most: int, language: str) -> list[RenderableType]:
    """A title, the rows that change most with baseline, scenario and change, and their sum."""
    frame = accounts.tidy(found)
    keys = _keys(found, "case")
    wide = frame.pivot_table("value", [*keys, "unit"], "case", sort=False, dropna=False, observed=True).reset_index()
    rows = between(wide.assign(value=wide[BASELINE].abs() + wide[CHANGED].abs())).drop(columns="value")
    rows = rows.sort_values(CHANGE, key=abs, ascending=False, kind="stable")
    heads = [term(key, language) for key in (BASELINE, "case-scenario", CHANGE, "relative-change")]
    grid = plain_grid(terms(keys, language), heads)
    system = str(found.attrs["classification"])
    groups = group_names(found, language)
    for row in rows.head(most).to_dict("records"):
        names = [_in_words(key, str(row[key]), language, system, groups) for key in keys]
        grid.add_row(*names, *_figures([row[case] for case in CASES]))
    if found.sizes["stressor"] == 1 and keys:
        sums = [float(found.sel(case=case).sum()) for case in CASES]
        grid.add_row(term("total", language), *[""] * (len(keys) - 1), *_figures(sums))
    members = groups_of(found, language)
    told = [line(head("groups", language), members, language)] if members else []
    return [_title(found.attrs, found, one, language), grid, *more(len(rows), most), *told]


def _in_words(key: str, code: str, language: str, system: str, groups: Mapping[str, str]) -> str:
    """A label with its name; that of a group by the names of its norm."""
    if "region" in key and code in groups:
        return f"{code} {groups[code]}"
    return label(key, code, language, system)


def _figures(cases: list[float]) -> list[str]:
    before, _, change = cases
    relative = f"{change / before:+.2%}" if before else "–"
    return [*(figure(value) for value in cases), relative]


def _keys(found: xr.DataArray, *beside: str) -> list[str]:
    several = found.sizes["stressor"] > 1
    dims = [str(dim) for dim in found.dims if dim not in beside and (several or dim != "stressor")]
    return dims or ["stressor"]


def by_change(found: xr.DataArray, one: Scenario, most: int, language: str) -> list[RenderableType]:
    """A title, a row for each change with its effect alone and as it is attributed, and what each alone leaves."""
    frame = accounts.tidy(found)
    keys = _keys(found, "definition")
    wide = frame.pivot_table("value", [*keys, "unit"], "definition", sort=False, observed=True).reset_index()
    wide = wide[(wide[ALONE] != 0) | (wide[ATTRIBUTED] != 0)] if len(wide) > most else wide
    grid = plain_grid(terms(keys, language), terms((ALONE, ATTRIBUTED), language))
    system = str(found.attrs["classification"])
    for row in wide.head(most).to_dict("records"):
        names = [_named(key, str(row[key]), language, system) for key in keys]
        grid.add_row(*names, figure(row[ALONE]), figure(row[ATTRIBUTED]))
    if found.sizes["stressor"] == 1:
        sums = [figure(float(found.sel(definition=part).sum())) for part in (ALONE, ATTRIBUTED)]
        grid.add_row(term("total", language), *[""] * (len(keys) - 1), *sums)
    left = "; ".join(f"{name} {figure(_or_none(value, found))}" for name, value in found.attrs["interaction"].items())
    notes = [line(term("interaction", language), left, language), term(f"sharing-{found.attrs['sharing']}", language)]
    return [_title(found.attrs, found, one, language), grid, *more(len(wide), most), *notes]


def _or_none(value: float, found: xr.DataArray) -> float:
    """An interaction, or zero where it is no more than rounding of the effects."""
    return value if abs(value) > accounts.CONSERVED * float(abs(found).sum()) else 0.0


def _named(key: str, name: str, language: str, system: str) -> str:
    """A label; that of a change is its number and kind."""
    if key != "change":
        return label(key, name, language, system)
    number, _, kind = name.partition(" ")
    return f"{number} {term(f'kind-{kind}', language)}"


def paths(found: ScenarioPaths, one: Scenario, table: Table, language: str) -> list[RenderableType]:
    """A title, the paths that changed most, and what they leave."""
    heads = [term(key, language) for key in (BASELINE, "case-scenario", CHANGE, "relative-change")]
    grid = plain_grid([term("rank", language), term("path", language)], heads)
    for row in found.frame.to_dict("records"):
        hops = " > ".join(_hop(hop, table, language) for hop in row["path"].split(" > "))
        grid.add_row(str(row["rank"]), hops, *_figures([row[case] for case in CASES]))
    change = found.after - found.before
    listed = change - found.remainder
    sums = {"total": change, "listed": listed, "remainder": found.remainder}
    unit = found.attrs["units"]
    told = "; ".join(line(term(key, language), f"{figure(value)} {unit}", language) for key, value in sums.items())
    title = line(one.titled(language), term("structural-paths", language), language)
    return [f"{title} [{unit}], {found.attrs['stressor']}, {found.attrs['year']}", grid, told]


def _hop(hop: str, table: Table, language: str) -> str:
    region, _, sector = hop.partition(":")
    return f"{region} {label('sector', sector, language, table.about.classification)}"


def _title(attrs: Mapping[str, Any], found: xr.DataArray, one: Scenario, language: str) -> str:
    account = accounts.find(attrs["of"]).title[language]
    units = "; ".join(dict.fromkeys(found["unit"].values.tolist()))
    stressors = ", ".join(found.indexes["stressor"])
    return f"{line(one.titled(language), account, language)} [{units}], {stressors}, {attrs['year']}"


def record(attrs: Mapping[str, Any], after: Table, language: str) -> list[RenderableType]:
    """What changed, what is held fixed, and which tables these are."""
    notes = [said(one, language)[0] for one in after.findings if one.check.startswith("scenario-")]
    warned = [said(one, language)[0] for one in after.findings if one.check == "negative-value-added"]
    table = f"{attrs['table']} ({attrs['year']} #{attrs['table_hash'][:12]}); tanheng {attrs['tanheng']}"
    changed = f"{attrs['scenario_table']} (#{attrs['scenario_hash'][:12]})"
    groups = [
        line(line(head("scenario-groups", language), spec, language), regions, language)
        for spec, regions in attrs["scenario_groups"].items()
    ]
    about = {
        "table": table,
        "scenario_table": changed,
        "method": str(attrs["method"]),
        "source": attrs["scenario_source"],
    }
    lines = [line(head(key, language), text, language) for key, text in about.items() if text]
    return ["\n".join(f"- {note}" for note in [*warned, *notes]), *groups, *lines]
