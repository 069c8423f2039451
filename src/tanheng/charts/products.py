"""Charts of products: what a unit takes from cradle to grave, what trade in it carries, and how factors move that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng import units
from tanheng.charts import kinds, style
from tanheng.charts.kinds import Layout, Panel, Series
from tanheng.charts.measure import Measure, measure, number, unit_name
from tanheng.charts.spec import Chart
from tanheng.charts.voice import Voice

Array = NDArray[np.float64]

LATER = ("use", "disposal", "recycling")  # little of most products: one part of a bar, each apart in the table
CREDIT = "credit"
COLOURS = {"home": "#1f5a85", "elsewhere": "#7fb2d6", "transport": "#d0772e", "later": "#6d6d6d"}
AVOIDED = "#3f8f73"
NET = "#8b5a9f"


@dataclass(frozen=True)
class Subject:
    """What a chart of products is about, and the words that go with it in its language.

    ``product`` and the names of ``products`` are in that language; ``unit`` is that of amounts, ``shown`` the one trade
    is shown in; ``region`` is the code of the exporter; ``source`` is a sentence below the title, ``note`` one below
    the chart.
    """

    product: str
    unit: str
    shown: str
    region: str
    year: int
    products: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    note: str = ""

    def words(self, voice: Voice) -> dict[str, object]:
        """The blanks of titles and captions."""
        named = {"unit": unit_name(self.unit, voice.language), "shown": unit_name(self.shown, voice.language)}
        return {"product": self.product, "region": voice.region(self.region), "year": self.year, **named}


def stages_by_maker(stages: xr.DataArray, home: xr.DataArray, voice: Voice, subject: Subject) -> Chart:
    """Emissions of one unit over its life by maker: ``stages`` (origin, stage), ``home`` (origin), kg per unit.

    ``home`` is what of production is emitted in the maker's country. Credits are left out: they are of the user.
    """
    per, words = _per_unit(voice, subject), subject.words(voice)
    makers = [voice.region(str(code)) for code in stages.indexes["origin"]]
    bars, whole = _stacked(stages, home, voice)
    layout = Layout(columns=1, panel=46 + 30 * len(makers), labels=120, right=60, head=8, wrap=44)
    body = kinds.rows([Panel("", makers, bars, bounds=style.upto(float(whole.max())))], layout, per.digits)
    table = {voice("products.maker"): makers} | _apart(stages, home, voice) | {voice("products.total"): whole}
    return Chart(
        id="product-makers",
        title=voice("products.makers.title", **words),
        caption=_joined(voice, voice("products.makers.caption", measure=per.unit), subject.source),
        option=style.option(voice, voice("products.makers.aria", **words), body, per),
        table=pd.DataFrame(table),
        digits=1,
        height=layout.height(1),
        note=subject.note,
    )


def stages_by_year(stages: xr.DataArray, home: xr.DataArray, voice: Voice, subject: Subject) -> Chart:
    """Emissions of one unit over its life by year: ``stages`` (year, stage), ``home`` (year), kg per unit.

    What is avoided (stage "credit", negative) has a panel of its own, beside the stages and never inside.
    """
    per, years = _per_unit(voice, subject), [str(year) for year in stages.indexes["year"]]
    bars, whole = _stacked(stages, home, voice)
    avoided = -stages.sel(stage=CREDIT).values
    sides = {"taken": (bars, whole), "avoided": ([Series(voice("products.avoided"), avoided, AVOIDED)], avoided)}
    panels = [
        Panel(voice(f"products.years.{key}"), years, series, per.unit, style.upto(float(top.max())))
        for key, (series, top) in sides.items()
    ]
    layout = Layout(columns=2, panel=270, labels=56, wrap=64)
    words = subject.words(voice) | {"first": years[0], "last": years[-1]}
    rows = _apart(stages, home, voice) | {voice("products.total"): whole, voice("products.years.avoided"): avoided}
    return Chart(
        id="product-years",
        title=voice("products.years.title", **words),
        caption=_joined(voice, voice("products.years.caption", measure=per.unit), subject.source),
        option=style.option(voice, voice("products.years.aria", **words), kinds.columns(panels, layout), per),
        table=_across({(name,): values for name, values in rows.items()}, years, (voice("products.stage"),)),
        digits=1,
        height=layout.height(2),
        note=subject.note,
    )


def exports_by_year(
    exported: xr.DataArray, embodied: xr.DataArray, voice: Voice, subject: Subject, *, partial: Sequence[int] = ()
) -> Chart:
    """Exports (year, product) in the unit and what they carry (year, product, part), t, parts as in ``COLOURS``.

    ``partial`` are years of which there is a part.
    """
    years = [f"{year}*" if year in partial else str(year) for year in exported.indexes["year"]]
    carried = embodied.sum("part", min_count=1)
    scale, words = _tonnes(carried.sum("product").values, voice), subject.words(voice)
    sides = {
        "exported": (exported * units.factor(subject.unit, subject.shown), str(words["shown"])),
        "embodied": (carried * scale.factor, scale.unit),
    }
    panels = [
        Panel(
            voice(f"products.{key}"),
            years,
            _by_product(part, subject),
            shown,
            style.upto(float(part.sum("product").max())),
        )
        for key, (part, shown) in sides.items()
    ]
    layout = Layout(columns=2, panel=270, labels=56, wrap=24)
    words |= {"first": years[0], "last": years[-1]}
    inside = voice("products.inside", **words)
    rows = {
        voice("head.in_unit", name=voice(f"products.{key}"), unit=shown): part for key, (part, shown) in sides.items()
    }
    rows[voice("head.in_unit", name=inside, unit=scale.unit)] = embodied.sel(part="home") * scale.factor
    named = {
        (head, name): part.sel(product=key).values
        for head, part in rows.items()
        for key, name in subject.products.items()
    }
    caption = voice("products.exports.caption", measure=scale.unit, **words)
    part = voice("products.exports.part") if partial else ""
    return Chart(
        id="product-exports",
        title=voice("products.exports.title", **words),
        caption=_joined(voice, caption, part, subject.source),
        option=style.option(voice, voice("products.exports.aria", **words), kinds.columns(panels, layout)),
        table=_across(named, years, (voice("products.figure"), voice("products.product"))),
        digits=max(1, scale.digits),
        height=layout.height(2),
        note=subject.note,
    )


def destinations(
    exported: xr.DataArray, embodied: xr.DataArray, voice: Voice, subject: Subject, *, count: int = 15
) -> Chart:
    """The largest destinations of a year's exports (to_region), in the unit, by what these carry (to_region), t."""
    ranked = embodied.sortby(embodied, ascending=False)
    codes = [str(code) for code in ranked.indexes["to_region"]]
    scale, words = _tonnes(ranked.values, voice), subject.words(voice)
    power = exported.sel(to_region=codes).values * units.factor(subject.unit, subject.shown)
    whole = float(ranked.sum())
    shares = 100 * ranked.values / whole if whole else np.full(len(codes), np.nan)
    numbers = np.column_stack([power, ranked.values * scale.factor, shares])
    names = [voice.region(code) for code in codes[:count]]
    beyond = len(codes) - len(names)
    below = np.vstack([numbers[:count], numbers[count:].sum(axis=0)]) if beyond else numbers
    bar = Series(voice("products.embodied"), numbers[:count, 1], style.PRODUCTION)
    layout = Layout(columns=1, panel=46 + 26 * len(names), labels=120, right=60, top=2, head=8)
    body = kinds.rows([Panel("", names, [bar])], layout, scale.digits)
    share = voice("products.share")
    table = {
        voice("products.destination"): [*names, voice("products.others", count=beyond)][: len(below)],
        voice("head.in_unit", name=voice("products.exported"), unit=words["shown"]): below[:, 0],
        voice("head.in_unit", name=voice("products.embodied"), unit=scale.unit): below[:, 1],
        share: below[:, 2],
    }
    held = number(float(numbers[:count, 2].sum()))
    caption = voice("products.destinations.caption", measure=scale.unit, count=len(names), share=held)
    return Chart(
        id="product-destinations",
        title=voice("products.destinations.title", **words),
        caption=_joined(voice, caption, subject.source),
        option=style.option(voice, voice("products.destinations.aria", **words), body, scale),
        table=pd.DataFrame(table),
        digits=2,
        column_digits={share: 1},
        height=layout.height(1),
        note=subject.note,
    )


def net_by_factors(
    balance: xr.DataArray,
    per_unit: xr.DataArray,
    published: float,
    voice: Voice,
    subject: Subject,
    *,
    names: Mapping[str, str],
) -> Chart:
    """Exports, imports and net (factors, component), t, by set of factors, the net beside the published one, t.

    ``per_unit`` (factors, component) are the factors themselves, t per unit; ``names`` those of the sets.
    """
    scale = measure(balance.values, "t", "", voice.language, comfort=1.0)  # of gases that differ by set
    shown = {key: balance.sel(component=key).values * scale.factor for key in ("exports", "imports", "net")}
    shown["published"] = np.full(len(names), published * scale.factor)
    each = {key: per_unit.sel(component=key).values for key in ("exports", "imports")}
    ends = zip(names.values(), each["exports"], each["imports"], strict=True)
    rows = [
        f"{name}\n{voice('products.balance.pair', exports=number(out, 2), imports=number(into, 2))}"
        for name, out, into in ends
    ]
    drawn = {
        "trade": [("exports", style.EXPORTER, False), ("imports", style.IMPORTER, False)],
        "transfer": [("net", NET, False), ("published", style.INK, True)],
    }
    bounds = style.upto(float(max(part.max() for part in shown.values())))
    panels = [
        Panel(
            voice(f"products.balance.{side}"),
            rows,
            [Series(voice(f"products.balance.{key}"), shown[key], colour, mark=mark) for key, colour, mark in series],
            scale.unit,
            bounds,
        )
        for side, series in drawn.items()
    ]
    layout = Layout(columns=2, panel=80 + 56 * len(rows), labels=178, right=30, wrap=24)
    words = subject.words(voice)
    factors = {voice(f"products.balance.per_{key}"): each[key] for key in each}
    amounts = {
        voice("head.in_unit", name=voice(f"products.balance.{key}"), unit=scale.unit): shown[key] for key in shown
    }
    option = style.option(
        voice, voice("products.balance.aria", **words), kinds.rows(panels, layout, scale.digits), scale
    )
    return Chart(
        id="product-balance",
        title=voice("products.balance.title", **words),
        caption=_joined(voice, voice("products.balance.caption", measure=scale.unit), subject.source),
        option=option,
        table=pd.DataFrame({voice("products.balance.factors"): list(names.values())} | factors | amounts),
        digits=scale.digits,
        column_digits=dict.fromkeys(factors, 2),
        height=layout.height(2),
        note=subject.note,
    )


def beside_published_net(carried: float, published: float, quantity: float, voice: Voice, subject: Subject) -> Chart:
    """What exports carry beside the published net transfer, both t, and what a unit of the ``quantity`` is then."""
    scale, words = _tonnes([carried, published], voice), subject.words(voice)
    per = Measure(1.0, voice("products.tonnes_per_unit", **words), 2)
    both = np.array([carried, published])
    names = [voice("products.beside.ours"), voice("products.beside.published")]
    sides = {
        voice("products.beside.amount"): (both * scale.factor, scale, style.PRODUCTION),
        voice("products.beside.needed", **words): (both / quantity * per.factor, per, style.CONSUMPTION),
    }
    panels = []
    for title, (values, one, colour) in sides.items():
        ends = [number(value, one.digits) for value in values.tolist()]
        panels.append(Panel(title, names, [Series(title, values, colour, ends=ends)], one.unit))
    layout = Layout(columns=2, panel=130, labels=100, right=56, top=2)
    body = kinds.rows(panels, layout, 2)
    body["legend"]["show"] = False
    table = {voice("head.in_unit", name=title, unit=one.unit): values for title, (values, one, _) in sides.items()}
    caption = voice("products.beside.caption", measure=scale.unit, per=per.unit, **words)
    return Chart(
        id="product-published",
        title=voice("products.beside.title", **words),
        caption=_joined(voice, caption, subject.source),
        option=style.option(voice, voice("products.beside.aria", **words), body),
        table=pd.DataFrame({voice("products.figure"): names} | table),
        digits=2,
        height=layout.height(2),
        note=subject.note,
    )


def _per_unit(voice: Voice, subject: Subject) -> Measure:
    """Kilograms per unit, as life cycle studies give them."""
    return Measure(1.0, voice("products.per_unit", **subject.words(voice)), 0)


def _tonnes(values: Array | Sequence[float], voice: Voice) -> Measure:
    """The scale of masses in tonnes; a product is a small part of what a country emits."""
    return measure(values, "t", voice.stressor, voice.language, comfort=1.0)


def _stacked(stages: xr.DataArray, home: xr.DataArray, voice: Voice) -> tuple[list[Series], Array]:
    """The parts of each bar, the last with the sum at its end, and the sums."""
    parts = _parts(stages, home, voice)
    whole: Array = np.sum(list(parts.values()), axis=0)
    bars = [
        Series(name, values, colour, stack="all")
        for (name, values), colour in zip(parts.items(), COLOURS.values(), strict=True)
    ]
    ends = [number(value) for value in whole.tolist()]
    return [*bars[:-1], Series(bars[-1].name, bars[-1].values, bars[-1].colour, stack="all", ends=ends)], whole


def _parts(stages: xr.DataArray, home: xr.DataArray, voice: Voice) -> dict[str, Array]:
    """The parts of a bar by name, in the order of COLOURS."""
    return {
        voice("products.home"): home.values,
        voice("products.elsewhere"): stages.sel(stage="production").values - home.values,
        voice.term("stage-transport"): stages.sel(stage="transport").values,
        voice("products.later"): stages.sel(stage=list(LATER)).sum("stage").values,
    }


def _apart(stages: xr.DataArray, home: xr.DataArray, voice: Voice) -> dict[str, Array]:
    """What the table holds: the parts of production, and every other stage."""
    made = dict(list(_parts(stages, home, voice).items())[:2])
    return made | {voice.term(f"stage-{stage}"): stages.sel(stage=stage).values for stage in ("transport", *LATER)}


def _by_product(part: xr.DataArray, subject: Subject) -> list[Series]:
    """A part of each column for every product (year, product)."""
    return [
        Series(name, part.sel(product=key).values, colour, stack="all")
        for (key, name), colour in zip(subject.products.items(), style.CATEGORIES, strict=False)
    ]


def _across(
    rows: Mapping[tuple[str, str], Array] | Mapping[tuple[str], Array], years: Sequence[str], heads: tuple[str, ...]
) -> pd.DataFrame:
    """Names down, years across."""
    return pd.DataFrame([dict(zip((*heads, *years), (*names, *values), strict=True)) for names, values in rows.items()])


def _joined(voice: Voice, *sentences: str) -> str:
    """Sentences in a row, empty ones left out; Chinese puts no space between them."""
    return ("" if voice.language == "zh" else " ").join(filter(None, sentences))
