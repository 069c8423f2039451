"""The section on methods and sources: formulas, checks, membership lists, what the table is, where data come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from tanheng import norms, provenance
from tanheng.accounts import ACCOUNTS, formula
from tanheng.charts import Voice
from tanheng.charts.measure import MINUS, gas, money, number, unit_name
from tanheng.charts.words import Words
from tanheng.data import reference
from tanheng.report.content import PUBLISHED, Content, Group
from tanheng.report.findings import joined
from tanheng.systems.about import NOT_STATED

_USED = ("production", "consumption", "flows", "eebt", "net-transfers", "export-intensity")
_OF_PRODUCTS = ("life-cycle", "product-balance")
_OF_FULL_SCOPE = ("coverage", "coverage-quality", "reconciliation", "split-balance", "scenario")
_PEOPLE = "SP.POP.TOTL"  # the series of that source that this report uses


@dataclass(frozen=True, eq=False)
class Block:
    """A part of the methods section: a title, paragraphs, a table or a list."""

    title: str
    text: tuple[str, ...] = ()
    table: pd.DataFrame | None = None
    items: tuple[tuple[str, str], ...] = ()  # what, and what is said of it
    digits: int = 0
    formulas: bool = False  # text and cells hold formulas, whose subscripts are set below the line
    look: str = "plain"  # of the table: a class of style.css, or several

    def digits_of(self, column: object) -> int:
        """The decimals that a column of the table is printed with."""
        return self.digits

    @property
    def short(self) -> bool:
        """Whether the list is one of short facts, to be set in two columns."""
        return all(len(said) < 120 for _, said in self.items)


def methods(content: Content, voice: Voice, words: Words, left_out: Sequence[str]) -> list[Block]:
    """The blocks of the section, in order."""
    blocks = [_formulas(voice, words), _conservation(content, voice, words)]
    if content.groups:
        blocks.append(_groups(content, voice, words))
    blocks.append(_basis(content, voice, words))
    if content.embedded:
        blocks.append(Block(words("methods.aggregation"), (words("methods.aggregation_text"),)))
    if content.cases is not None:
        blocks.append(_declared("methods.products", _OF_PRODUCTS, voice, words))
    if content.scope is not None:
        blocks.append(_declared("methods.full_scope", _OF_FULL_SCOPE, voice, words))
    blocks.append(_sources(content, words))
    if left_out:
        blocks.append(Block(words("methods.left_out"), tuple(left_out)))
    if content.countries:
        blocks.append(Block(words("methods.map"), (voice("map.disclaimer"),)))
    blocks.append(_cite(content, voice, words))
    return blocks


def span(content: Content, words: Words) -> str:
    """The years, as the language writes a span."""
    key = "page.span" if len(content.years) > 1 else "page.span_one"
    return words(key, first=content.years[0], last=content.years[-1])


def value(text: str, words: Words) -> str:
    """A fixed value of a table's description in this language; a free text as it is."""
    return words(f"value.{text}") if f"value.{text}" in words else text


def _formulas(voice: Voice, words: Words) -> Block:
    rows = [ACCOUNTS[name] for name in _USED]
    table = pd.DataFrame(
        {
            words("methods.account"): [one.title[voice.language] for one in rows],
            words("methods.formula"): [one.formula for one in rows],
            words("methods.source"): [one.source for one in rows],
        }
    )
    return Block(words("methods.formulas"), (words("methods.notation"),), table, formulas=True)


def _declared(key: str, names: Sequence[str], voice: Voice, words: Words) -> Block:
    """The formulas of accounts and methods, with what their symbols mean."""
    rows = [formula.METHODS[name] if name in formula.METHODS else ACCOUNTS[name] for name in names]
    table = pd.DataFrame(
        {
            words("methods.account"): [one.title[voice.language] for one in rows],
            words("methods.formula"): [formula.plain(one.tex) for one in rows],
            words("methods.source"): [one.source for one in rows],
        }
    )
    symbols = dict.fromkeys(symbol for one in rows for symbol in one.symbols)
    said = [f"{formula.plain(symbol)}: {formula.symbols()[symbol][voice.language]}" for symbol in symbols]
    text = "；".join(said).replace(": ", "：") + "。" if voice.language == "zh" else "; ".join(said) + "."
    return Block(words(key), (text,), table, formulas=True)


def _conservation(content: Content, voice: Voice, words: Words) -> Block:
    checks = content.checks
    big, small = (
        voice.measure(checks[["production", "direct"]].to_numpy()),
        voice.measure(checks["residual"].to_numpy()),
    )
    table = pd.DataFrame(
        {
            words("methods.year"): checks["year"].astype(str),
            words("methods.total", unit=big.unit): checks["production"] * big.factor,
            words("methods.relative"): [f"{x:.1e}".replace("-", MINUS) if x else "0" for x in checks["relative"]],
            words("methods.direct", unit=big.unit): checks["direct"] * big.factor,
            words("methods.residual", unit=small.unit): [
                number(x * small.factor, small.digits) for x in checks["residual"]
            ],
            words("methods.hash"): [text[:16] + "…" for text in checks["hash"]],
        }
    )
    return Block(words("methods.conservation"), (words("methods.conservation_text"),), table, digits=max(2, big.digits))


def _groups(content: Content, voice: Voice, words: Words) -> Block:
    held = [content.held] if content.held is not None else []
    items = tuple(_group(group, voice, words) for group in [*content.groups, *held])
    return Block(words("methods.groups"), (words("methods.groups_text"),), items=items)


def _group(group: Group, voice: Voice, words: Words) -> tuple[str, str]:
    """The name of a list and its date, and who was on it: those of the first year, and who came and went."""
    years = sorted(group.by_year)
    first, last = group.by_year[years[0]], group.last
    title = last.title_zh if voice.language == "zh" else last.title_en
    fixed = first.at == last.at and "@" in group.spec
    at = words("methods.at_held", date=_date(last.at, words)) if fixed else words("methods.at_year", year=years[0])
    inside = last.groups[0]
    members = {year: one.members.get(inside, ()) for year, one in group.by_year.items()}
    said = [voice.list(map(voice.region, members[years[0]])) + ("。" if voice.language == "zh" else ".")]
    for key, late, early in (("joined", years[-1], years[0]), ("left", years[0], years[-1])):
        moved = [code for code in members[late] if code not in members[early]]
        if moved:
            said.append(words(f"methods.{key}", first=years[0], regions=voice.list(map(voice.region, moved))))
    absent = _absent(group, voice)
    if absent:
        said.append(words("methods.absent", regions=voice.list(absent)))
    if last.assumed:
        said.append(words("methods.assumed", regions=voice.list(map(voice.region, last.assumed))))
    said.append(words("methods.list") + last.source)
    return words("methods.group", title=title, at=at), joined(voice, *said)


def _absent(group: Group, voice: Voice) -> list[str]:
    """Members on the last list that are no region of the table; by name, since tables still write ROM for ROU."""
    there = {voice.region(code) for code in group.last.regions}
    members = norms.lookup(group.spec.partition("@")[0], group.last.at).members
    return [name for name in map(voice.region, members) if name not in there]


def _date(day: date, words: Words) -> str:
    return words("methods.date", year=day.year, month=day.month, day=day.day)


def _basis(content: Content, voice: Voice, words: Words) -> Block:
    about = content.about
    years, sectors = len(content.years), [code for code in content.production.indexes["sector"] if code != "direct"]
    size = {"regions": content.production.sizes["region"], "sectors": len(sectors), "years": years}
    stressors = [
        words("methods.stressor", name=gas(name), unit=unit_name(unit, voice.language))
        for name, unit in about.units.items()
    ]
    items = (
        ("table", content.title[words.language]),
        ("size", words("methods.size", **size)),
        ("stressors", voice.list(stressors)),
        ("prices", value(about.price_basis, words)),
        ("currency", money(about.currency, words.language)),
        ("boundary", value(about.boundary, words)),
        ("licence", value(about.licence, words)),
        ("version", value(about.version, words)),
    )
    return Block(words("methods.basis"), items=tuple((words(f"methods.facts_{key}"), text) for key, text in items))


def _sources(content: Content, words: Words) -> Block:
    sources = reference.about()["sources"]
    about = content.about
    rows = [("table", value(about.source, words), value(about.licence, words))]
    if content.population is not None:
        publisher = sources["wb"]["title"].partition(":")[0]
        rows.append(("population", f"{publisher}: {_PEOPLE}", sources["wb"]["licence"]))
    if content.published:
        rows.append(("published", sources[PUBLISHED]["title"], sources[PUBLISHED]["licence"]))
    if content.constant is not None:
        rows.append(("deflator", sources["un"]["title"], value(sources["un"]["licence"], words)))
    if content.countries:
        rows.append(("map", words("methods.map_source"), words("methods.map_licence")))
    for product in content.cases.products if content.cases is not None else ():
        rows.append((product.id, product.source, product.licence))
        if product.has_trade:
            rows.append((f"{product.id}_trade", *product.sources["trade"]))
    if content.scope is not None:
        rows.append(("quality", str(content.scope.whole.attrs["quality_sources"]), value(about.licence, words)))
    heads = [words(f"methods.sources_{key}") for key in ("what", "title", "licence")]
    table = pd.DataFrame(
        [(words(f"methods.what_{key}"), title, licence) for key, title, licence in rows], columns=heads
    )
    return Block(words("methods.sources"), table=table)


def _cite(content: Content, voice: Voice, words: Words) -> Block:
    text = words(
        "methods.cite_text",
        version=provenance.version(),
        gas=voice.substance,
        span=span(content, words),
        table=content.title[words.language],
        last=content.years[-1],
        hash=content.by_year[-1].hash,
    )
    if content.about.source == NOT_STATED:
        return Block(words("methods.cite"), (text,))
    return Block(words("methods.cite"), (text, words("methods.cite_also") + content.about.source))
