"""What the commands print of the things themselves: tables, their flaws, accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tanheng import labels
from tanheng.accounts.formula import plain, symbols
from tanheng.cli.output import figure, head, label, line, plain_grid, said
from tanheng.data import findings as messages

if TYPE_CHECKING:
    from rich.table import Table as Grid

    from tanheng.accounts.declared import Account
    from tanheng.data.fetch import Plan
    from tanheng.data.source import Source
    from tanheng.data.store import Store
    from tanheng.systems.finding import Finding
    from tanheng.systems.table import Table


_TO = {"en": " to ", "zh": "—"}


def spelled(years: Sequence[int], language: str = "en") -> str:
    """Years in words: '1995 to 2009' without a gap, else one by one."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}{_TO[language]}{years[-1]}"
    return ", ".join(map(str, years))


# -- tables -----------------------------------------------------------------------------------------------------------


def stores(them: Iterable[Store], language: str) -> Grid:
    """A row for each store."""
    grid = _grid(["name", "title", "years"], language, ["regions", "sectors"])
    for key in ("stressors", "licence"):
        grid.add_column(head(key, language))
    for store in them:
        latest = store[store.years[-1]]
        sizes = (str(len(latest.regions)), str(len(latest.sectors)))
        stressors = ", ".join(latest.stressors)
        title = latest.about.name if store.reader.SOURCE.name == "stored" else store.reader.SOURCE.title[language]
        grid.add_row(store.name, title, spelled(store.years, language), *sizes, stressors, latest.about.licence)
    return grid


def table(one: Table, years: Sequence[int], language: str) -> list[Any]:
    """What a table is: its about, its totals, its labels with names."""
    about = plain_grid(["", ""])
    about.show_header = False
    for key, value in vars(one.about).items():
        if key != "units" and value:
            about.add_row(head(key, language), said(str(value), language))
    parts = ", ".join(name for name in ("Z", "Y", "F", "F_Y", "V") if getattr(one, name) is not None)
    for key, text in (("years-held", spelled(years, language)), ("parts", parts), ("hash", one.hash)):
        about.add_row(head(key, language), text)
    axes = {"region": one.regions, "sector": one.sectors, "demand": one.demand, "stressor": one.stressors}
    system = one.about.classification
    lists = [
        line(
            f"{labels.term(axis, language)} ({len(codes)})",
            "; ".join(label(axis, code, language, system) for code in codes),
            language,
        )
        for axis, codes in axes.items()
    ]
    return [about, _totals(one, language), *lists]


def _totals(one: Table, language: str) -> Grid:
    terms = [labels.term(key, language) for key in ("total", "value", "unit")]
    grid = plain_grid(terms[:1], terms[1:2])
    grid.add_column(terms[2])
    money = one.about.currency
    grid.add_row(head("output", language), figure(float(one.x.sum())), money)
    grid.add_row(head("final-demand", language), figure(float(one.Y.sum())), money)
    for stressor in one.stressors:
        unit = one.about.units[stressor]
        emitted = float(one.F.sel(stressor=stressor).sum())
        grid.add_row(line(stressor, head("of-sectors", language), language), figure(emitted), unit)
        if one.F_Y is not None:
            direct = float(one.F_Y.sel(stressor=stressor).sum())
            grid.add_row(line(stressor, labels.term("direct", language), language), figure(direct), unit)
    return grid


def findings(found: Iterable[tuple[int, Finding]], language: str, most: int | None = None) -> list[Any]:
    """A row for each finding; what is found in several years stands once, as it is in the worst.

    No more than ``most`` rows, and then a line that says how many there are.
    """
    alike: dict[tuple[str, str, str], list[tuple[int, Finding]]] = {}
    for year, one in found:
        alike.setdefault((one.severity, one.check, one.where), []).append((year, one))
    grid = _grid(["severity", "year", "where", "what", "way-out"], language, ["size"])
    for (year, worst), *others in list(alike.values())[:most]:
        when = labels.term("and-more-years", language).format(year=year, count=len(others)) if others else str(year)
        what, hint = messages.said(worst, language)
        where, size = messages.placed(worst.where, language), f"{worst.size:.2g}"
        grid.add_row(labels.term(worst.severity, language), when, where, what, hint, size)
    more = len(alike) - len(alike if most is None else list(alike)[:most])
    return [grid, labels.term("more-findings", language).format(count=more)] if more else [grid]


def clean(name: str, years: Sequence[int], language: str) -> str:
    """The line for a table in which nothing was found."""
    return labels.term("nothing-found", language).format(name=name, years=spelled(years, language))


def stored(store: Store, years: Sequence[int], language: str) -> list[Any]:
    """What has just been stored: its name, years, size and place."""
    latest = store[years[-1]]
    sizes = {"region": latest.regions, "sector": latest.sectors, "stressor": latest.stressors}
    counts = labels.term("and", language).join(
        f"{labels.term(axis, language)} {len(codes)}" for axis, codes in sizes.items()
    )
    said = labels.term("stored-as", language).format(name=store.name, years=spelled(years, language))
    return [said, counts, str(store.place.path)]


# -- sources ----------------------------------------------------------------------------------------------------------


def sources(them: Iterable[Source], language: str) -> Grid:
    """A row for each source."""
    grid = _grid(["name", "title", "licence", "tested"], language)
    for one in them:
        tested = labels.term(f"tested-{one.tested}", language)
        grid.add_row(one.name, one.title[language], one.licence, tested)
    return grid


def source(one: Source, language: str) -> list[Any]:
    """All that is known of a source: what it holds, how to get it, how to cite it, what its faults are."""
    grid = plain_grid(["", ""])
    grid.show_header = False
    told = {
        "name": one.name,
        "title": one.title[language],
        "publisher": one.publisher,
        "homepage": one.homepage,
        "editions": one.editions,
        "holds": one.holds[language],
        "units": one.units[language],
        "price_basis": one.price_basis[language],
        "licence": one.licence,
        "citation": one.citation,
        "get": one.get[language],
        "files": ", ".join(one.files),
        "options": "; ".join(f"{key}={'|'.join(choices)}" for key, choices in one.options.items()),
        "tested": labels.term(f"tested-{one.tested}", language),
    }
    for key, text in told.items():
        if text and text != "-":
            grid.add_row(head(key, language), text)
    for at, fault in enumerate(one.faults):
        grid.add_row("" if at else head("faults", language), fault[language])
    return [grid]


def plan(one: Plan, language: str) -> list[Any]:
    """What would be downloaded: addresses, sizes, hashes, what is there, licence and how to cite; or how to get it."""
    about = plain_grid(["", ""])
    about.show_header = False
    for key, text in (("licence", one.source.licence), ("citation", one.source.citation), ("folder", str(one.folder))):
        about.add_row(head(key, language), text)
    if one.manual:
        about.add_row(head("get", language), one.manual[language])
        return [about]
    grid = _grid(["file", "address", "hash", "state"], language, ["size"])
    for item in one.items:
        size = _bytes(item.download.size) if item.download.size is not None else "?"
        state = labels.term(f"file-{item.state}", language)
        grid.add_row(item.download.name, item.download.url, item.hash or "-", state, size)
    left = "?" if one.left is None else _bytes(one.left)
    return [about, grid, line(head("to-come", language), left, language)]


def concordances(them: Iterable[labels.Described], language: str) -> Grid:
    """A row for each concordance."""
    grid = _grid(["name", "title", "weights"], language)
    for one in them:
        grid.add_row(one.name, one.title(language), one.weighting(language))
    return grid


def concordance(one: labels.Described, language: str) -> list[Any]:
    """How a concordance was made, and its links with names."""
    links = labels.Concordance.embedded(one.name)
    grid = _grid(["from", "to"], language, ["weight"])
    for source, row in zip(links.source, links.weights, strict=True):
        for target, weight in zip(links.target, row, strict=True):
            if weight:
                ends = (label("sector", source, language, one.source), label("sector", target, language, one.target))
                grid.add_row(*ends, f"{weight:.6g}")
    told = {"source": one.origin, "weights": one.weighting(language), "note": one.note.get(language, "")}
    lines = [line(head(key, language), text, language) for key, text in told.items() if text]
    return [one.title(language), *lines, grid]


def _bytes(count: int) -> str:
    """Bytes for people.

    >>> _bytes(768_000_000)
    '768 MB'
    """
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


# -- accounts --------------------------------------------------------------------------------------------------------


def accounts(declared: Mapping[str, Account], language: str) -> Grid:
    """A row for each account, as it is declared."""
    grid = _grid(["name", "title", "formula", "source", "dimensions"], language)
    for _, one in sorted(declared.items()):
        grid.add_row(one.name, one.title[language], one.formula, one.source, ",".join(one.dims))
    return grid


def account(one: Account, language: str) -> list[Any]:
    """An account's formula with its symbols, its source, dimensions and options."""
    told = {
        "title": one.title[language],
        "formula": one.formula,
        "source": one.source,
        "dimensions": f"{', '.join(one.dims)} ({', '.join(one.by)})",
    }
    lines = [line(head(key, language), text, language) for key, text in told.items()]
    grid = _grid(["symbol", "meaning"], language)
    for symbol in one.symbols:
        grid.add_row(plain(symbol), symbols()[symbol][language])
    options = _grid(["option", "meaning"], language)
    for name, option in one.options.items():
        options.add_row(name, option.what[language])
    return [*lines, grid, *([options] if one.options else [])]


def _grid(left: Iterable[str], language: str, right: Iterable[str] = ()) -> Grid:
    return plain_grid([head(key, language) for key in left], [head(key, language) for key in right])
