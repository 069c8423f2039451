"""The key findings: sentences with computed numbers that stay true whatever the data say."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from tanheng.charts import Voice, largest
from tanheng.charts.measure import Measure, mass, number
from tanheng.charts.words import Words
from tanheng.report.content import BASE, Content

_ARTICLE = ("United ", "Netherlands", "Rest of", "European ", "Czech Rep", "Russian Fed", "Philippines")
_EVEN = 5e-4  # relative: closer than this reads as equal


def findings(content: Content, voice: Voice, words: Words) -> list[str]:
    """What a reader should take away, in this language. Sentences whose data are not there are left out."""
    makers = (_total, _focus, _outside_oecd, _count, _flow, _intensity, _per_head)
    return [sentence for make in makers if (sentence := make(content, voice, words))]


def named(code: str, voice: Voice) -> str:
    """A region's name as it stands in a sentence: English puts an article before some."""
    name = voice.region(code)
    if voice.language == "en" and name.startswith(_ARTICLE):
        return "the rest of the world" if name == "Rest of world" else f"the {name}"
    return name


def change(words: Words, before: float, after: float, up: str = "more", down: str = "less", even: str = "same") -> str:
    """How ``after`` compares with ``before``, in words; empty where a percentage has no meaning."""
    if not (math.isfinite(before) and math.isfinite(after)) or before <= 0:
        return ""
    percent = 100 * (after / before - 1)
    if abs(percent) < 100 * _EVEN:
        return words(f"change.{even}")
    return words(f"change.{up if percent > 0 else down}", percent=_percent(abs(percent)))


def signed(value: float, voice: Voice) -> str:
    """An amount with its sign, as a sentence writes it."""
    text = mass(value, voice.unit, voice.language)
    return f"+{text}" if value > 0 and voice.language == "en" else text


def _amount(value: float, voice: Voice) -> str:
    return mass(value, voice.unit, voice.language)


def _measured(value: float, measure: Measure, voice: Voice) -> str:
    """A ratio with its unit; Chinese writes no space before one."""
    text = number(value * measure.factor, measure.digits)
    return text + ("" if voice.language == "zh" else " ") + measure.unit


def _percent(value: float) -> str:
    return f"{number(value, 1 if abs(value) < 100 else 0)}%" if math.isfinite(value) else ""


def _total(content: Content, voice: Voice, words: Words) -> str:
    totals = content.checks["production"]
    first, last = float(totals.iloc[0]), float(totals.iloc[-1])
    scope = words("finding.total.world" if content.worldwide else "finding.total.table")
    years = {"from": content.years[0], "to": content.years[-1]}
    text = {"scope": scope, "gas": voice.substance, "first": _amount(first, voice), "last": _amount(last, voice)}
    moved = change(words, first, last)
    if len(content.years) == 1 or not moved:
        sentence = words("finding.total.one", **text, **years)
    else:
        sentence = words("finding.total.change", **text, **years, change=moved)
    direct = float(content.checks["direct"].iloc[-1])
    if direct <= 0 or last <= 0:
        return sentence
    return joined(voice, sentence, words("finding.total.direct", share=_percent(100 * direct / last)))


def joined(voice: Voice, *sentences: str) -> str:
    """Sentences in a row, empty ones left out; Chinese puts no space between them."""
    return ("" if voice.language == "zh" else " ").join(filter(None, sentences))


def _side(production: float, gap: float) -> str:
    if abs(gap) <= _EVEN * abs(production):
        return "even"
    return "export" if gap > 0 else "import"


def _focus(content: Content, voice: Voice, words: Words) -> str:
    if len(content.production.indexes["region"]) < 2:
        return ""
    made = content.pba.sel(region=content.focus)
    gap = made - content.cba.sel(region=content.focus)
    last, whole = float(gap[-1]), float(made[-1])
    if whole <= 0:
        return ""
    region = named(content.focus, voice)
    values = {
        "region": region,
        "Region": region[0].upper() + region[1:],
        "gap": _amount(abs(last), voice),
        "percent": _percent(100 * abs(last) / whole),
    }
    sentence = words(f"finding.focus.{_side(whole, last)}", to=content.years[-1], **values)
    if len(content.years) == 1:
        return sentence
    return joined(voice, sentence, _history(gap, content, voice, words))


def _history(gap: xr.DataArray, content: Content, voice: Voice, words: Words) -> str:
    peak = int(np.abs(gap.values).argmax())
    key = {0: "history_first", len(content.years) - 1: "history_last"}.get(peak, "history")
    return words(
        f"finding.focus.{key}",
        **{"from": content.years[0], "to": content.years[-1]},
        first=signed(float(gap[0]), voice),
        peak=signed(float(gap[peak]), voice),
        peak_year=content.years[peak],
    )


def _outside_oecd(content: Content, voice: Voice, words: Words) -> str:
    found = next((group for group in content.groups if group.spec == "oecd"), None)
    if found is None:
        return ""
    made = found.production.sel(region="non-OECD")
    gap = made - found.consumption.sel(region="non-OECD")
    key = _side(float(made[-1]), float(gap[-1]))
    years = {"from": content.years[0], "to": content.years[-1]}
    one = len(content.years) == 1
    dated = words("finding.group.dated_one" if one else "finding.group.dated")
    sentence = words(f"finding.group.{key}", gap=_amount(abs(float(gap[-1])), voice), list=dated, **years)
    first = signed(float(gap[0]), voice)
    sentence += words("finding.group.stop") if one else words("finding.group.before", first=first, **years)
    return joined(voice, sentence, outside(content, voice, words))


def outside(content: Content, voice: Voice, words: Words) -> str:
    """That regions which are no single country are counted outside the OECD; empty where there are none."""
    found = next((group for group in content.groups if group.spec == "oecd"), None)
    if found is None or not found.last.assumed:
        return ""
    regions = voice.list(named(code, voice) for code in found.last.assumed)
    return words("finding.group.outside", regions=regions[0].upper() + regions[1:])


def _count(content: Content, voice: Voice, words: Words) -> str:
    made, used = content.pba.isel(year=-1), content.cba.isel(year=-1)
    importers = int((used > made * (1 + 1e-9)).sum())
    if made.sizes["region"] < 3:
        return ""
    return words("finding.count.text", all=made.sizes["region"], importers=importers, to=content.years[-1])


def _between(flows: xr.DataArray) -> float:
    return float(flows.values.sum() - np.trace(flows.values))


def _flow(content: Content, voice: Voice, words: Words) -> str:
    flows = content.flows.isel(year=-1)
    top = largest(flows, 1)
    totals = content.checks["production"]
    if not top or totals.iloc[-1] <= 0 or totals.iloc[0] <= 0:
        return ""
    a, b, value = top[0]
    made = float(content.pba.isel(year=-1).sel(region=a))
    years = {"from": content.years[0], "to": content.years[-1]}
    sentence = words(
        "finding.flow.largest",
        a=named(a, voice),
        b=named(b, voice),
        flow=_amount(value, voice),
        share=_percent(100 * value / made) if made > 0 else "–",
        all_share=_percent(100 * _between(flows) / totals.iloc[-1]),
        **years,
    )
    if len(content.years) == 1:
        return sentence + words("finding.group.stop")
    share = _percent(100 * _between(content.flows.isel(year=0)) / totals.iloc[0])
    return sentence + words("finding.flow.before", first_share=share, **years)


def _intensity(content: Content, voice: Voice, words: Words) -> str:
    found = content.intensity.sel(definition="domestic/gross", region=content.focus)
    last = float(found[-1])
    if not math.isfinite(last) or last <= 0:
        return ""
    measure = voice.measure([last], per=voice.currency)
    shown = _measured(last, measure, voice)
    years = {"from": content.years[0], "to": content.years[-1]}
    text = {"region": named(content.focus, voice), "last": shown, "intensity": voice.intensity}
    moved = change(words, float(found[0]), last, "higher", "lower", "level")
    if len(content.years) == 1 or not moved:
        return words("finding.intensity.one", **text, **years)
    sentence = words("finding.intensity.current", **text, **years, change=moved)
    if content.constant is None or content.focus not in content.constant.indexes["region"]:
        return sentence + words("finding.group.stop")
    fixed = content.constant.sel(definition="domestic/gross", region=content.focus)
    moved = change(words, float(fixed[0]), float(fixed[-1]), "higher", "lower", "level")
    return sentence + words("finding.intensity.constant", change=moved, base=BASE, **years)


def _per_head(content: Content, voice: Voice, words: Words) -> str:
    if content.population is None:
        return ""
    there = [code for code in content.main if code in content.population.indexes["region"]]
    if len(there) < 2:
        return ""
    last = (content.cba.sel(region=there) / content.population.sel(region=there)).isel(year=-1)
    low, high = int(last.values.argmin()), int(last.values.argmax())
    measure = voice.measure(last.values, per="person")
    shown = [_measured(float(last[at]), measure, voice) for at in (low, high)]
    return words(
        "finding.head.text",
        least=shown[0],
        most=shown[1],
        region_least=named(there[low], voice),
        region_most=named(there[high], voice),
        to=content.years[-1],
    )
