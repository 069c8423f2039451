"""The page on the air of a year: what holds under each of the rules, calendar, running means, statistics."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tanheng.accounts.air.attaining import ATTAINS, FAILS, Attainment
from tanheng.accounts.air.days import CITY
from tanheng.charts import Voice, air
from tanheng.charts.measure import number
from tanheng.charts.words import Words, words
from tanheng.data.findings import said
from tanheng.report.methods import Block
from tanheng.report.page import whole
from tanheng.report.sections import FILE, Section
from tanheng.systems.about import NOT_STATED

_VERDICTS = {ATTAINS: "attains", FAILS: "fails"}


def air_page(
    them: Sequence[Attainment], language: str, *, before: Sequence[Attainment] = (), place: str = CITY, name: str = ""
) -> str:
    """The whole page of one year under several rules, ``them``; ``before`` are other years, for the running means.

    ``place`` is a station or the city, ``name`` what it is called (that of the observations if not given).
    Raises MissingError when the chart bundle has not been built.
    """
    text, voice = words(FILE, language), Voice(language, "AQI", "", "")
    about, year = them[0].about, them[0].year
    called = {"name": name or about.name, "place": place}
    alike: dict[str, list[Attainment]] = {}
    for one in them:
        alike.setdefault(one.rules.index.name, []).append(one)
    drawn = [air.calendar(same[0], voice, rules=[one.rules.name for one in same], **called) for same in alike.values()]
    if len(them) > 1:
        drawn.append(air.classes(them, voice, **called))
    return whole(
        language,
        title=text("air.title", name=called["name"], year=year),
        subtitle=text("air.subtitle", rules=air.rules_of([one.rules.name for one in them], language)),
        table=text("air.data", source=about.source if about.source != NOT_STATED else about.name),
        findings=[_sentence(one, place, text, voice) for one in them] + _warnings(them, language, text),
        sections=[
            Section("calendar", text("air.calendar"), (), tuple(drawn)),
            Section("trend", text("air.trend"), (), (air.trend([*before, *them], voice, **called),)),
        ],
        methods=[_statistics(them, place, text), _rules(them, text, language)],
        files=(),
    )


def _sentence(one: Attainment, place: str, text: Words, voice: Voice) -> str:
    """Days with good air and the verdict under one of the rules."""
    row = one.places.set_index("place").loc[place]
    exceeds = voice.list(air.printed(row["exceeds"]).split(", "))
    share = number(100 * float(row["share"]), 1)
    told = {
        "rules": air.rules_of([one.rules.name], voice.language),
        "good": row["good"],
        "days": row["days"],
        "share": share,
    }
    verdict = text(f"air.verdict.{_VERDICTS.get(row['verdict'], 'unknown')}", exceeds=exceeds)
    return text("air.good", **told) + verdict


def _warnings(them: Sequence[Attainment], language: str, text: Words) -> list[str]:
    """What is to be minded, each once."""
    found = dict.fromkeys(said(one, language) for each in them for one in each.findings if one.severity != "note")
    return [text("air.minded", what=what, hint=hint) for what, hint in found]


def _statistics(them: Sequence[Attainment], place: str, text: Words) -> Block:
    """The statistics of the year with the limit of each of the rules."""
    first = them[0].statistics[them[0].statistics["place"] == place]
    table = pd.DataFrame(
        {
            text("air.statistic"): [
                text("air.statistic_of", name=air.printed(name), what=_statistic(what, text), unit=unit)
                for name, what, unit in zip(
                    first["substance"], first["statistic"], first["unit"].str.replace("m3", "m³"), strict=True
                )
            ]
        }
    )
    for one in them:
        own = one.statistics[one.statistics["place"] == place]
        key = {"rules": one.rules.name}
        table[text("air.value", **key)] = [
            f"{value:.{one.rules.judged['decimals'][name]}f}{'' if valid else '*'}"
            for name, value, valid in zip(own["substance"], own["value"], own["valid"], strict=True)
        ]
        table[text("air.limit", **key)] = [f"{limit:g}" for limit in own["limit"]]
        table[text("air.meets", **key)] = [
            text("air.unknown" if not valid else "air.yes" if meets else "air.no")
            for meets, valid in zip(own["meets"], own["valid"], strict=True)
        ]
    return Block(text("air.statistics"), (text("air.statistics_text"),), table)


def _statistic(name: str, text: Words) -> str:
    kind, _, percent = name.partition(" ")
    return text("air.percentile", percent=percent) if kind == "percentile" else text("air.annual_mean")


def _rules(them: Sequence[Attainment], text: Words, language: str) -> Block:
    first = them[0]
    stations = first.places["place"][first.places["place"] != CITY]
    names = [text("air.rules_of", rules=air.rules_of([one.rules.name], language)) for one in them]
    told = [f"{one.rules.editions} ({one.rules.at})" for one in them]
    items = list(zip(names, told, strict=True))
    items.append((text("air.stations"), ", ".join(stations)))
    items.append((text("air.hash"), first.hash))
    return Block(text("air.rules"), (text("air.rules_text"),), items=tuple(items))
