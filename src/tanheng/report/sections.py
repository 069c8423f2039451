"""The sections of a report in one language: which charts stand where, and why one that is missing is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import xarray as xr

from tanheng import charts
from tanheng.charts import Chart, Voice
from tanheng.charts.measure import gas
from tanheng.charts.words import Words, words
from tanheng.report import claims_section, full_scope_section, product_section
from tanheng.report.content import BASE, Content, Group
from tanheng.report.findings import joined, outside, signed
from tanheng.report.methods import Block

FILE = Path(__file__).with_name("words.toml")
FLOWS = 20  # edges of the Sankey
WIDEST = 12  # bars of the gap where there is one year alone


@dataclass(frozen=True, eq=False)
class Section:
    """A numbered section: its words, its charts and its tables."""

    id: str
    title: str
    text: tuple[str, ...]
    charts: tuple[Chart, ...]
    blocks: tuple[Block, ...] = ()


def voice(content: Content, language: str) -> Voice:
    """How the charts of this content speak ``language``."""
    names: dict[str, str] = {}
    for group in content.groups:
        names |= group.names(language)
    about = content.about
    return Voice(language, content.stressor, content.unit, about.currency, about.classification, names)


def sections(content: Content, language: str) -> tuple[list[Section], list[str]]:
    """The sections that the data allow, in order, and a sentence for each part that they do not."""
    spoken, text = voice(content, language), words(FILE, language)
    found: list[Section] = []
    why: list[str] = []
    for make in _MAKERS:
        made = make(content, spoken, text)
        if isinstance(made, Section):
            found.append(made)
        else:
            why.append(text(f"missing.{made}"))
    if not content.groups:
        why.append(text("missing.groups"))
    if content.constant is None:
        why.append(text("missing.constant"))
    if len(content.about.units) > 1:
        every = spoken.list(map(gas, content.about.units))
        why.append(text("missing.stressors", gas=spoken.gas, stressors=every))
    return found, why


def _production(content: Content, spoken: Voice, text: Words) -> Section:
    main = list(content.main)
    drawn = [
        charts.production_consumption(
            content.pba.sel(region=main), content.cba.sel(region=main), spoken, id="economies"
        )
    ]
    if content.groups:
        made, used = (_grouped(content, name) for name in ("production", "consumption"))
        note = joined(spoken, _changes(content, spoken, text), outside(content, spoken, text))
        drawn.append(charts.production_consumption(made, used, spoken, id="groups", note=note))
    key = "section.production.text" if content.groups else "section.production.text_plain"
    return Section("production", text("section.production.title"), (
        text("terms.text"), text(key, count=len(main), last=content.years[-1]),
    ), tuple(drawn))  # fmt: skip


def _changes(content: Content, spoken: Voice, text: Words) -> str:
    """In which years a group gained or lost members; empty where none did."""
    said = []
    for group in content.groups:
        inside = group.last.groups[0]
        lists = [group.by_year[year].members.get(inside) for year in content.years]
        years = [
            str(year) for year, now, before in zip(content.years[1:], lists[1:], lists, strict=False) if now != before
        ]
        if years:
            said.append(text("section.production.change", group=spoken.region(inside), years=spoken.list(years)))
    joint = "；" if spoken.language == "zh" else "; "
    return text("section.production.changed", changes=joint.join(said)) if said else ""


def _grouped(content: Content, account: str) -> xr.DataArray:
    """The groups of all groupings side by side (year, region); complements only where they are read as groups."""
    parts = []
    for group in content.groups:
        array: xr.DataArray = getattr(group, account)
        keep = [name for name in array.indexes["region"] if name not in ("non-EU", "non-BRICS")]
        parts.append(array.sel(region=keep))
    return xr.concat(parts, dim="region")


def _gap(content: Content, spoken: Voice, text: Words) -> Section | str:
    net = content.pba - content.cba
    if net.sizes["region"] < 2:
        return "single"
    held, beside = _held(content, spoken, text), outside(content, spoken, text)
    if len(content.years) == 1:
        order = abs(net.isel(year=-1)).argsort().values[::-1][:WIDEST]
        drawn = charts.gap(net.isel(region=order), spoken, note=held and joined(spoken, held, beside))
        return Section("gap", text("section.gap.title"), (text("section.gap.text"),), (drawn,))
    parts = [net.sel(region=[content.focus])]
    oecd = _of_spec(content, "oecd")
    if oecd is not None:
        parts.append((oecd.production - oecd.consumption).sel(region=["non-OECD"]))
    chart = charts.gap(xr.concat(parts, dim="region"), spoken, note=joined(spoken, held, beside))
    return Section("gap", text("section.gap.title"), (text("section.gap.text"),), (chart,))


def _of_spec(content: Content, spec: str) -> Group | None:
    return next((group for group in content.groups if group.spec == spec), None)


def _held(content: Content, spoken: Voice, text: Words) -> str:
    """What the non-OECD gap would be, had membership never changed; empty without groups or a difference."""
    dated, held = _of_spec(content, "oecd"), content.held
    if dated is None or held is None:
        return ""
    gaps = {"dated": dated, "held": held}
    lines = {key: (one.production - one.consumption).sel(region="non-OECD").values for key, one in gaps.items()}
    shown = {key: signed(float(line[-1]), spoken) for key, line in lines.items()}
    shown |= {f"{key}_first": signed(float(line[0]), spoken) for key, line in lines.items()}
    if (shown["held"], shown["held_first"]) == (shown["dated"], shown["dated_first"]):
        return ""
    key = "section.gap.held" if len(content.years) > 1 else "section.gap.held_one"
    return text(key, first=content.years[0], last=content.years[-1], **shown)


def _intensity(content: Content, spoken: Voice, text: Words) -> Section | str:
    first = content.intensity.sel(definition="domestic/gross", region=list(content.main))
    there = [str(code) for code in first.dropna("region", how="all").indexes["region"]]
    if not there:
        return "intensity"
    drawn = [charts.intensity_definitions(content.intensity.sel(region=there), spoken)]
    lines = [text("section.intensity.text")]
    if content.embedded:
        lines.append(text("section.intensity.value_added"))
    if len(content.years) > 1:
        constant = None
        if content.constant is not None:
            known = [code for code in there if code in content.constant.indexes["region"]]
            constant = content.constant.sel(definition="domestic/gross", region=known) if known else None
            lines.append(text("section.intensity.constant", base=BASE))
        drawn.append(charts.intensity_over_time(first.sel(region=there), constant, spoken, base=str(BASE)))
    title = text("section.intensity.title", intensity=spoken.intensity)
    return Section("intensity", title, tuple(lines), tuple(drawn))


def _flows(content: Content, spoken: Voice, text: Words) -> Section | str:
    flows, eebt = (array.isel(year=-1) for array in (content.flows, content.eebt))
    if not charts.largest(flows, 1):
        return "flows"
    chart = charts.largest_flows(flows, eebt, spoken, year=content.years[-1], count=FLOWS)
    return Section("flows", text("section.flows.title"), (text("section.flows.text"),), (chart,))


def _map(content: Content, spoken: Voice, text: Words) -> Section | str:
    if not content.countries:
        return "map"
    last = (content.pba.isel(year=-1), content.cba.isel(year=-1))
    chart = charts.gap_map(*last, spoken, year=content.years[-1], places=content.countries)
    return Section("map", text("section.map.title"), (text("section.map.text"),), (chart,))


def _per_head(content: Content, spoken: Voice, text: Words) -> Section | str:
    people = content.population
    there = [code for code in content.main if people is not None and code in people.indexes["region"]]
    if people is None or not there:
        return "per_head"
    made, used = (array.sel(region=there) / people.sel(region=there) for array in (content.pba, content.cba))
    chart = charts.per_head(made, used, spoken)
    return Section("per-head", text("section.per_head.title"), (text("section.per_head.text"),), (chart,))


def _sectors(content: Content, spoken: Voice, text: Words) -> Section | str:
    if sum(code != "direct" for code in content.production.indexes["sector"]) < 2:
        return "sectors"
    year = content.years[-1]
    made, used = (array.sel(year=year) for array in (content.production, content.consumption))
    everywhere = spoken("world" if content.worldwide else "all_regions")
    world = charts.sectors(made.sum("region"), used.sum("region"), spoken, place=everywhere, year=year)
    drawn = [replace(world, id="sectors-all")]
    if made.sizes["region"] > 1:
        made, used = (array.sel(region=content.focus) for array in (made, used))
        one = charts.sectors(made, used, spoken, place=spoken.region(content.focus), year=year)
        drawn.append(replace(one, id="sectors-focus"))
    return Section("sectors", text("section.sectors.title"), (text("section.sectors.text"),), tuple(drawn))


def _published(content: Content, spoken: Voice, text: Words) -> Section | str:
    if not content.published:
        return "published"
    known = set.intersection(*({*part.indexes["region"]} for part in content.published.values()))
    there = [code for code in content.main if code in known]
    if not there:
        return "published"
    ours = {"production": content.pba.sel(region=there), "consumption": content.cba.sel(region=there)}
    theirs = {key: part.sel(region=there) for key, part in content.published.items()}
    drawn = [charts.difference_from_published(ours, theirs, spoken)]
    if len(content.years) > 1:
        drawn.insert(0, charts.beside_published(ours, theirs, spoken))
    boundary = content.about.boundary
    key = "section.published.text" if boundary == "residence" else "section.published.basis"
    line = text(key, boundary=text(f"value.{boundary}") if f"value.{boundary}" in text else boundary)
    return Section("published", text("section.published.title"), (line,), tuple(drawn))


def _products(content: Content, _: Voice, text: Words) -> Section | str:
    """The embedded product cases; the report on a table of one's own is about that table alone."""
    if content.cases is None:
        return "products"
    told = product_section.lines(content.cases, text)
    return Section("products", text("section.products.title"), told, product_section.drawn(content.cases, text))


def _full_scope(content: Content, spoken: Voice, text: Words) -> Section | str:
    """The embedded full-scope cases; they are of the embedded world alone."""
    if content.scope is None:
        return "full_scope"
    told = full_scope_section.lines(content.scope, spoken, text)
    title = text("section.full_scope.title")
    return Section("full-scope", title, told, full_scope_section.drawn(content.scope, spoken, text))


def _claims(content: Content, _: Voice, text: Words) -> Section | str:
    """The embedded claims, tested on the embedded world and what comes with it."""
    if content.claims is None:
        return "claims"
    told, drawn = claims_section.lines(content.claims, text), claims_section.drawn(content.claims, text)
    return Section("claims", text("section.claims.title"), told, drawn, claims_section.blocks(content.claims, text))


_MAKERS: tuple[Callable[[Content, Voice, Words], Section | str], ...] = (
    _production, _gap, _intensity, _flows, _map, _per_head, _sectors, _published, _products,
    _full_scope,
    _claims,
)  # fmt: skip
