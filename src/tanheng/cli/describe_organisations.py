"""What the command on firms and cities prints: the footprint, what was taken out, what is not counted, coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tanheng import accounts, labels
from tanheng.accounts.hybrids.organisations import ACTIVITIES
from tanheng.cli.output import figure, head, label, line, more, plain_grid, term, terms
from tanheng.data.findings import said

if TYPE_CHECKING:
    import xarray as xr

    from tanheng.accounts.hybrids.organisations import OrganisationAccount

_COMMA = {"en": ", ", "zh": "、"}


def footprint(found: OrganisationAccount, result: xr.DataArray, most: int, language: str) -> list[Any]:
    """The rows with something in them, the total of each account and stressor, and what stands beside it."""
    frame = nonzero(result)
    keys = [name for name in frame.columns if name not in ("account", "year", "value", "unit")]
    if frame["stressor"].nunique() == 1:
        keys.remove("stressor")
    grid = plain_grid(terms(keys, language), terms(("value", "unit", "share"), language))
    parts = [name for name in ("definition", "stressor") if name in frame]
    totals = frame.groupby(parts, sort=False)["value"].sum()
    shown = (
        frame if len(frame) <= most else frame.sort_values("value", key=abs, ascending=False, kind="stable").head(most)
    )
    classification = str(result.attrs.get("classification", ""))
    for row in shown.to_dict("records"):
        names = [_word(key, row[key], language, classification) for key in keys]
        whole = totals[tuple(row[name] for name in parts) if len(parts) > 1 else row[parts[0]]]
        grid.add_row(*names, figure(row["value"]), row["unit"], f"{row['value'] / whole:.1%}" if whole else "–")
    told = found.organisation
    title = f"{term('organisation', language)}{_COLON[language]}{told.name}, {told.year}"
    return [
        title,
        grid,
        *more(len(frame), most),
        *_totals(totals, result, language),
        "",
        *_beside(found, result, language),
    ]


_COLON = {"en": ": ", "zh": "："}


def _word(dim: str, code: str, language: str, classification: str) -> str:
    return term(ACTIVITIES, language) if code == ACTIVITIES else label(dim, code, language, classification)


def nonzero(result: xr.DataArray) -> pd.DataFrame:
    """The tidy rows of a footprint that are not nothing: most pairs of its dimensions have no line."""
    frame = accounts.tidy(result)
    there = frame[frame["value"] != 0]
    return frame.head(1) if there.empty else there


def _totals(totals: pd.Series, result: xr.DataArray, language: str) -> list[str]:
    unit = dict(zip(result.indexes["stressor"], result["unit"].values, strict=True))
    rows = []
    for key, value in totals.items():
        names = key if isinstance(key, tuple) else (key,)
        shown = [label("definition", str(names[0]), language)] if len(names) > 1 else []
        lead = " ".join([*shown, term("total", language), str(names[-1])])
        rows.append(line(lead, f"{figure(float(value))} {unit[names[-1]]}", language))
    return rows


def _beside(found: OrganisationAccount, result: xr.DataArray, language: str) -> list[Any]:
    """What has to be known to read the numbers, in a line each."""
    told, attrs = found.organisation, result.attrs
    unit = dict(zip(result.indexes["stressor"], result["unit"].values, strict=True))
    lines = [
        line(term("organisation-downstream", language), f"{name} {figure(value)} {unit[name]}", language)
        for name, value in found.downstream.items()
    ]
    if found.without_lines:
        names = _COMMA[language].join(
            name if told.kind == "firm" else term(f"category-{name}", language) for name in found.without_lines
        )
        lines.append(line(term("organisation-without", language), names, language))
    lines += uncounted(found, language)
    lines.append(
        line(
            head("table", language),
            f"{attrs['base']} #{str(attrs['base_hash'])[:12]}; tanheng {attrs['tanheng']}",
            language,
        )
    )
    lines.append(term("organisation-more", language).format(removed=attrs["removed"], steps=attrs["steps"]))
    return [*lines, term(f"organisation-additive-{told.kind}", language)]


def uncounted(found: OrganisationAccount, language: str) -> list[Any]:
    """What is not counted and why; [] where all is."""
    frame = found.uncounted
    if frame.empty:
        return []
    grid = plain_grid([*terms(("item", "category", "stressor", "part"), language)], [term("share", language)])
    grid.add_column(term("why", language))
    for row in frame.to_dict("records"):
        why = term(f"reason-{row['reason']}", language)
        why = f"{why} ({row['note']})" if row["note"] else why
        category = label("category", row["category"], language)
        grid.add_row(row["item"], category, row["stressor"], _parts(row["part"], language), f"{row['share']:.0%}", why)
    return [line(term("organisation-uncounted", language), str(len(frame)), language), grid]


def removed(found: OrganisationAccount, language: str) -> list[Any]:
    """What was taken out, line by line, with the rule and what counts in its place."""
    grid = plain_grid(terms(("item", "sector", "part"), language), [term("value", language)])
    for name in terms(("unit", "why", "counted_by"), language):
        grid.add_column(name)
    for row in found.removed.to_dict("records"):
        place = " ".join(filter(None, (row["region"], row["sector"])))
        rule = term(f"removed-{row['rule']}", language)
        unit = f"{row['unit']} {row['stressor']}"
        grid.add_row(
            row["what"], place, _parts(row["part"], language), figure(row["amount"]), unit, rule, row["counted_by"]
        )
    return [term("organisation-removed", language), grid]


def beside(found: OrganisationAccount, language: str) -> list[Any]:
    """What is shown and never counted."""
    grid = plain_grid(terms(("item", "scope", "category", "stressor"), language), [term("value", language)])
    for name in terms(("unit", "why"), language):
        grid.add_column(name)
    for row in found.beside.to_dict("records"):
        names = [row["item"], label("scope", row["scope"], language), label("category", row["category"], language)]
        grid.add_row(*names, row["stressor"], figure(row["value"]), row["unit"], term(f"beside-{row['why']}", language))
    return [term("organisation-beside", language), grid]


def coverage(found: OrganisationAccount, language: str) -> list[Any]:
    """How much of the footprint and of the spending rests on each method and basis."""
    frame = found.coverage
    city = found.organisation.kind == "city"
    keys = [*(("definition",) if city else ()), "stressor", "method", "basis"]
    numbers = ("lines", "value", "unit", "share", "spending", "spending_share")
    currency = found.lines.table.about.currency
    heads = [f"{term(name, language)} ({currency})" if name == "spending" else term(name, language) for name in numbers]
    grid = plain_grid(terms(keys, language), heads)
    for row in frame.to_dict("records"):
        names = [label(key, row[key], language) for key in keys]
        value, money = (figure(row[key]) if not pd.isna(row[key]) else "–" for key in ("value", "spending"))
        shares = [f"{row[key]:.1%}" if not pd.isna(row[key]) else "–" for key in ("share", "spending_share")]
        grid.add_row(*names, str(row["lines"]), value, row["unit"], shares[0], money, shares[1])
    return [term("organisation-coverage", language), grid, *uncounted(found, language)]


def steps(found: OrganisationAccount, language: str) -> list[Any]:
    """The steps from the prices given to basic prices of the table, and all else that is to be said."""
    grid = plain_grid([head(key, language) for key in ("severity", "where", "what")])
    for one in found.findings:
        grid.add_row(labels.term(one.severity, language), one.where, said(one, language)[0])
    return [grid]


def _parts(text: str, language: str) -> str:
    """The parts of a purchase, or the stage of a life, in words."""
    names = [name for name in text.split(", ") if name]
    told = [term(f"part-{name}", language) if name in _PARTS else label("stage", name, language) for name in names]
    return _COMMA[language].join(told)


_PARTS = ("own", "maker", "energy", "upstream", "delivery")
