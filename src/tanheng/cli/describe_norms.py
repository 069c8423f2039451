"""What the command ``norms`` prints: every answer as lines and tables for people, and as rows for programs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from rich.table import Table as Grid

from tanheng import labels, norms
from tanheng.cli.output import head, label, line, plain_grid
from tanheng.errors import TanhengError
from tanheng.norms import Change, Limit, Norm, Standard

Answer = tuple[list[Any], pd.DataFrame]

_OF = ("substance", "averaging", "statistic", "grade", "subject", "area")
_KINDS = {"groups": "membership", "gwp": "factors", "cbam": "parameters"}
_LISTED = ("name", "title", "class", "level", "jurisdiction", "cited", "issued", "effective", "withdrawn", "state")


# -- the list ---------------------------------------------------------------------------------------------------------


def everything(when: datetime.date, cls: str, language: str) -> Answer:
    """A row for each norm, as it stands at that date: memberships and factors, then standards."""
    register = norms.standards().standards
    chosen = [one for _, one in sorted(register.items()) if cls in ("", one.cls)]
    rows = [] if cls else [_dated_row(name, when, language) for name in norms.names()]
    rows += [_standard_row(one, when, language) for one in chosen]
    grid = _grid(("name", "title", "class", "level"), language)
    grid.add_column(head("at", language).format(date=when))
    for row in rows:
        title = " ".join(filter(None, (row.get("cited", ""), row["title"])))
        grid.add_row(row["name"], title, *words((row["class"], row["level"]), language), row["said"])
    frame = pd.DataFrame([{key: row.get(key, "") for key in _LISTED} for row in rows], columns=list(_LISTED))
    return [grid], frame.assign(entries=pd.array([row.get("entries") for row in rows], dtype="Int64"))


def _dated_row(name: str, when: datetime.date, language: str) -> dict[str, Any]:
    norm = norms.find(name)
    row = {"name": name, "title": _title(norm, language), "class": _KINDS.get(norm.kind, norm.kind), "level": ""}
    if not norm.valid_from <= when <= norm.valid_to:
        told = labels.term("norm-valid", language).format(first=norm.valid_from, last=_day(norm.valid_to))
        return row | {"state": "not valid", "said": told}
    count = len(norms.lookup(name, when).entries)
    told = labels.term("values" if norm.unit else "members", language).format(count=count)
    return row | {"state": "in force", "entries": count, "said": told}


def _standard_row(one: Standard, when: datetime.date, language: str) -> dict[str, Any]:
    state = one.state(when)
    return {
        "name": one.name,
        "title": _title(one, language),
        "class": one.cls,
        "level": one.level,
        "jurisdiction": one.jurisdiction,
        "cited": one.code,
        "issued": str(one.issued),
        "effective": str(one.effective),
        "withdrawn": str(one.withdrawn or ""),
        "state": state,
        "entries": sum(limit.holds(when) for limit in one.limits),
        "said": word(state, language),
    }


# -- one norm ---------------------------------------------------------------------------------------------------------


def dated(one: Norm, language: str) -> Answer:
    """A norm's title, source and note, and its entries."""
    grid = _grid(("code", "from", "to"), language)
    if one.values:
        grid.add_column(one.unit, justify="right")
    rows = []
    for entry in one.entries:
        ends = [_day(entry.start), _day(entry.end)]
        value = [f"{entry.value:g}"] if entry.value is not None else []
        grid.add_row(label("region" if not value else "", entry.code, language), *ends, *value)
        rows.append({"code": entry.code, "from": ends[0], "to": ends[1], "value": entry.value, "unit": one.unit})
    frame = pd.DataFrame(rows)
    frame.attrs = {"norm": one.name, "title": _title(one, language), "source": one.source, "note": one.note}
    title = line(one.name, f"{_title(one, language)}, {one.at}", language)
    return [title, *_told({"source": one.source, "note": one.note}, language), grid], frame


def standard(one: Standard, when: datetime.date, held: bool, language: str) -> Answer:
    """A standard: what it is and whether it is in force, its limits (with ``held`` those of that day), its rules."""
    limits = [limit for limit in one.limits if not held or limit.holds(when)]
    title = line(one.code, f"{_title(one, language)}, {when}", language)
    told = _about(one, when, language)
    frame = pd.DataFrame([_row(limit) for limit in limits], columns=[*_OF, *_MEASURED])
    frame.attrs = {"norm": one.name, "title": _title(one, language)} | told
    parts: list[Any] = [title, *_told(told, language)]
    if limits:
        parts.append(_limits(limits, language))
    rules = list(_flat(one.rules))
    if rules:
        grid = _grid(("rule", "value"), language)
        for name, value in rules:
            grid.add_row(name, value)
        parts.append(grid)
    return parts, frame


def _about(one: Standard, when: datetime.date, language: str) -> dict[str, str]:
    """What there is to say of a standard beside its limits, by the key of its head."""
    register = norms.standards().standards
    replaced = [other.code for other in register.values() if one.name in other.replaces]
    amended = [other.code for other in register.values() if other.amends == one.name]
    before = [register[name].code if name in register else name for name in one.replaces]
    stricter = word("stricter-local", language) if one.stricter_local else ""
    told = {
        "class": labels.term("and", language).join(
            filter(None, (*words((one.cls, one.level), language), one.jurisdiction, stricter))
        ),
        "state": word(one.state(when), language),
        "issued": str(one.issued),
        "effective": str(one.effective),
        "withdrawn": str(one.withdrawn or ""),
        "replaces": ", ".join(before),
        "replaced-by": ", ".join(replaced),
        "amends": register[one.amends].code if one.amends else "",
        "amended-by": ", ".join(amended),
        "source": one.source,
        "note": one.note[language == "zh"],
    }
    return {key: text for key, text in told.items() if text}


def _flat(rules: Any, lead: str = "") -> Iterator[tuple[str, str]]:
    """The rules of a standard, each with the way to it."""
    if isinstance(rules, Mapping):
        for key, value in rules.items():
            yield from _flat(value, f"{lead}.{key}" if lead else str(key))
    elif isinstance(rules, list) and rules and isinstance(rules[0], Mapping):
        for row in rules:
            named = ", ".join(str(value) for value in row.values() if isinstance(value, str))
            for value in row.values():
                if not isinstance(value, str):
                    yield f"{lead}: {named}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    else:
        yield lead, ", ".join(map(str, rules)) if isinstance(rules, list) else str(rules)


# -- limits -----------------------------------------------------------------------------------------------------------

_MEASURED = ("value", "unit", "reference", "from", "to", "standard", "cited")


def looked_up(limit: Limit, when: datetime.date, place: str, language: str) -> Answer:
    """The limit that holds on a day at a place, and the standard that it is of."""
    one = norms.standards().standards[limit.standard]
    frame = pd.DataFrame([_row(limit)])
    frame.attrs = {"place": place, "source": one.source}
    title = line(one.code, f"{_title(one, language)}, {place}, {when}", language)
    return [title, *_told({"source": one.source}, language), _limits([limit], language)], frame


def _row(limit: Limit) -> dict[str, Any]:
    code = norms.standards().standards[limit.standard].code
    row = {key: getattr(limit, key) for key in (*_OF, "value", "unit", "reference")}
    return row | {"from": _day(limit.start), "to": _day(limit.end), "standard": limit.standard, "cited": code}


def _state(text: object, language: str) -> str:
    """A reference state in that language; anything else as it is."""
    return labels.term("and", language).join(word(part, language) for part in str(text).split(", "))


def _limits(limits: Iterable[Limit], language: str) -> Grid:
    """A row for each limit; columns that none of them has are left out."""
    rows = [_row(limit) for limit in limits]
    left = [key for key in _OF if any(row[key] for row in rows)]
    right = [key for key in ("unit", "reference", "from", "to") if any(row[key] for row in rows)]
    grid = plain_grid([head(key, language) for key in left])
    grid.add_column(labels.term("value", language), justify="right")
    for key in right:
        grid.add_column(head(key, language))
    for row in rows:
        said = (word(str(row[key]), language) for key in left)
        grid.add_row(*said, f"{row['value']:g}", *(_state(row[key], language) for key in right))
    return grid


# -- what changed, and how many there are -----------------------------------------------------------------------------


def changes(span: tuple[datetime.date, datetime.date], cls: str, language: str) -> Answer:
    """A row for each change after the first date, until the last."""
    first, last = span
    found = [one for one in norms.standards().changed(first, last) if cls in ("", one.standard.cls)]
    grid = _grid(("when", "change", "standard", "limit", "before", "after"), language)
    rows = []
    for one in found:
        limit = one.after or one.before
        ends = [_amount(end, _state_changed(one)) for end in (one.before, one.after)]
        told = labels.term("and", language).join(_words(limit, language)) if limit else ""
        grid.add_row(str(one.when), _event(one.what, language), one.standard.code, told, *ends)
        row = {"when": str(one.when), "change": one.what, "standard": one.standard.name, "cited": one.standard.code}
        rows.append(row | {"limit": limit.words if limit else "", "before": ends[0], "after": ends[1]})
    columns = ("when", "change", "standard", "cited", "limit", "before", "after")
    frame = pd.DataFrame(rows, columns=list(columns))
    frame.attrs = {"from": str(first), "to": str(last)}
    return [grid if rows else labels.term("norms-unchanged", language).format(first=first, last=last)], frame


def _event(what: str, language: str) -> str:
    """The word for what happened: a standard comes into force, and is then in force."""
    return head("effective", language) if (what, language) == ("in force", "zh") else word(what, language)


def _state_changed(one: Change) -> bool:
    return bool(one.before and one.after and one.before.reference != one.after.reference)


def _amount(limit: Limit | None, with_state: bool) -> str:
    if limit is None:
        return ""
    return f"{limit.value:g} {limit.unit}" + (f" ({limit.reference})" if with_state else "")


def _words(limit: Limit, language: str) -> list[str]:
    """What it limits, in that language."""
    grade = labels.term("norm-grade", language).format(grade=limit.grade) if limit.grade else ""
    named = words((limit.averaging, limit.statistic), language)
    return [one for one in (limit.substance, *named, grade, *words((limit.subject, limit.area), language)) if one]


def stock(when: datetime.date, cls: str, language: str) -> Answer:
    """How many standards were issued until that day and what became of them, by class and level."""
    counts = {key: found for key, found in norms.standards().stock(when).items() if cls in ("", key[0])}
    states = ("issued", "to come", "in force", "withdrawn")
    grid = _grid(("class", "level"), language)
    for state in states:
        grid.add_column(word(state, language), justify="right")
    for key, found in counts.items():
        grid.add_row(*words(key, language), *(str(found[state]) for state in states))
    total = [str(sum(found[state] for found in counts.values())) for state in states]
    grid.add_row(labels.term("total", language), "", *total)
    rows = [{"class": key[0], "level": key[1], **found} for key, found in counts.items()]
    return [line(head("at", language).format(date=when), labels.term("norms-stock", language), language), grid], (
        pd.DataFrame(rows, columns=["class", "level", *states])
    )


# -- words ------------------------------------------------------------------------------------------------------------


def word(text: str, language: str) -> str:
    """A word of the files of norms in that language; one that is not known is itself."""
    if not text:
        return ""
    try:
        return labels.term(f"norm-{text}", language)
    except TanhengError:
        return text


def words(texts: Iterable[str], language: str) -> list[str]:
    """Several of them."""
    return [word(text, language) for text in texts]


def _title(one: Norm | Standard, language: str) -> str:
    return one.title_zh if language == "zh" else one.title_en


def _day(day: datetime.date) -> str:
    return "" if day in (datetime.date.min, datetime.date.max) else str(day)


def _told(told: Mapping[str, str], language: str) -> list[str]:
    return [line(head(key, language), text, language) for key, text in told.items() if text]


def _grid(left: Iterable[str], language: str) -> Grid:
    return plain_grid([head(key, language) for key in left])
