"""The section on the embedded product cases: photovoltaic modules and steel."""

from __future__ import annotations

import dataclasses

from tanheng import charts, units
from tanheng.accounts.products.cases import (
    APART,
    MAKER,
    PARTIAL,
    STEEL_SETS,
    YEAR,
    Cases,
    Photovoltaics,
    Steel,
)
from tanheng.charts import Chart, Subject, Voice
from tanheng.charts.measure import mass, number
from tanheng.charts.words import Words
from tanheng.claims import read_claims

EMISSIONS, SHOWN = "CO2e", "GW"
# kg CO2 per kW of modules made in China in 2009, multi- to monocrystalline: Li, Dong, Zhu and Qi 2012
STUDY_2009 = (1559.0, 1829.0)


def published(product: str) -> float:
    """The net transfer of China by a product that was published for YEAR, t: a claim."""
    claim = read_claims("cas-2024").find(f"china-{product}-{YEAR}")
    assert claim.printed is not None
    return claim.printed.middle * units.factor(claim.unit, "t")


def voice(language: str) -> Voice:
    """How the charts of products speak: of greenhouse gases in tonnes, whatever the table of the report is about."""
    return Voice(language, EMISSIONS, "t", "USD")


def lines(cases: Cases, text: Words) -> tuple[str, ...]:
    """The paragraphs of the section."""
    return (text("products.about"), *_photovoltaics(cases.photovoltaics, text), _steel(cases.steel, text))


def drawn(cases: Cases, text: Words) -> tuple[Chart, ...]:
    """The charts of the section, in order."""
    return (*_charts_of_photovoltaics(cases.photovoltaics, text), _chart_of_steel(cases.steel, text))


# -- photovoltaics ----------------------------------------------------------------------------------------------------


def _photovoltaics(case: Photovoltaics, text: Words) -> list[str]:
    return [_taken(case, text), _traded(case, text), _published(case, text)]


def _taken(case: Photovoltaics, text: Words) -> str:
    """What a kilowatt takes, and what it avoids."""
    made = case.stages.sel(stage="production")
    years = made.indexes["year"]
    whole = case.stages.drop_sel(stage="credit").sum("stage")
    makers = case.makers.sel(stage="production").values
    return text(
        "products.taken",
        year=YEAR,
        taken=number(float(whole.sel(year=YEAR))),
        made=number(float(made.sel(year=YEAR))),
        home=number(float(case.home.sel(origin=MAKER))),
        start=years[0],
        end=years[-1],
        first=number(float(made[0])),
        last=number(float(made[-1])),
        least=number(float(makers.min())),
        most=number(float(makers.max())),
        avoided=number(-float(case.stages.sel(year=YEAR, stage="credit")) / 1000, 1),
    )


def _traded(case: Photovoltaics, text: Words) -> str:
    """What the exports carry."""
    full = max(int(year) for year in case.exported.indexes["year"] if year not in PARTIAL)
    more = case.embodied.drop_sel(product=case.modules).sel(year=full).sum()
    return text(
        "products.traded",
        year=YEAR,
        power=number(case.power / 1e6, 1),
        carried=mass(case.carried, "t", text.language),
        inside=mass(float(case.embodied.sel(year=YEAR, product=case.modules, part="home")), "t", text.language),
        apart=APART,
        full=full,
        whole=mass(float(case.embodied.sel(year=full).sum()), "t", text.language),
        more=mass(float(more), "t", text.language),
    )


def _published(case: Photovoltaics, text: Words) -> str:
    """What the published net transfer would take."""
    whole = published("photovoltaics")
    return text(
        "products.published",
        year=YEAR,
        published=mass(whole, "t", text.language),
        needed=number(whole / case.power, 2),
        times=number(whole / case.carried, 1),
    )


def _charts_of_photovoltaics(case: Photovoltaics, text: Words) -> list[Chart]:
    spoken, language = voice(text.language), text.language
    subject = Subject(
        product=case.title(language),
        unit=case.product.unit,
        shown=SHOWN,
        region=MAKER,
        year=YEAR,
        products={str(name): case.title(language, str(name)) for name in case.exported.indexes["product"]},
        source=text("products.source.life"),
        note=text("products.note.makers"),
    )
    traded = dataclasses.replace(subject, source=text("products.source.traded"))
    apart = dataclasses.replace(traded, note=text("products.note.apart", apart=APART, partial=PARTIAL[0]))
    port = dataclasses.replace(traded, note=text("products.note.port"))
    low, high = (number(value / 1000, 2) for value in STUDY_2009)
    outside = text("products.note.beside", low=low, high=high, year=YEAR)
    beside = dataclasses.replace(traded, source=text("products.source.beside"), note=outside)
    home = 1000 * case.embodied.sel(product=case.modules, part="home") / case.exported.sel(product=case.modules)
    sent, carried = (case.destinations.sel(figure=key) for key in ("exported", "embodied"))
    every = dataclasses.replace(apart, product=text("products.photovoltaics"))
    return [
        charts.stages_by_maker(case.makers, case.home, spoken, subject),
        charts.stages_by_year(
            case.stages, home, spoken, dataclasses.replace(subject, note=text("products.note.avoided"))
        ),
        charts.exports_by_year(case.exported, case.embodied, spoken, every, partial=PARTIAL),
        charts.destinations(sent, carried, spoken, port),
        charts.beside_published_net(case.carried, published("photovoltaics"), case.power, spoken, beside),
    ]


# -- steel ------------------------------------------------------------------------------------------------------------


def _steel(case: Steel, text: Words) -> str:
    net = case.balance.sel(component="net")
    others = net.drop_sel(factors="world")
    return text(
        "products.steel",
        year=YEAR,
        exports=mass(case.trade["exports"], "t", text.language),
        imports=mass(case.trade["imports"], "t", text.language),
        world=number(float(case.per_tonne.sel(factors="world", component="exports")), 2),
        net=mass(float(net.sel(factors="world")), "t", text.language),
        published=mass(published("steel"), "t", text.language),
        low=mass(float(others.min()), "t", text.language),
        high=mass(float(others.max()), "t", text.language),
    )


def _chart_of_steel(case: Steel, text: Words) -> Chart:
    subject = Subject(
        product=case.product.title[text.language],
        unit="t",
        shown="Mt",
        region=MAKER,
        year=YEAR,
        source=text("products.source.steel"),
        note=text("products.note.steel"),
    )
    names = {name: text(f"products.sets.{name}") for name in STEEL_SETS}
    spoken = voice(text.language)
    return charts.net_by_factors(case.balance, case.per_tonne, published("steel"), spoken, subject, names=names)
