"""What is known of the concordances that come with tanheng: between which classifications, from where, how weighted."""

from __future__ import annotations

import heapq
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.errors import QuestionError, nearest
from tanheng.labels.names import known_language, read_classification

FOLDER = Path(__file__).parent / "data" / "concordances"
_EXACT = ("recoded", "joined")  # no source label is split, so nothing is guessed


@dataclass(frozen=True)
class Described:
    """An embedded concordance in words.

    ``source`` and ``target`` name classifications; ``weights`` says how they were declared (recoded, joined, output,
    counted, judged); ``origin`` where the links come from; ``note`` what to mind, by language, empty where there is
    nothing; ``unreached`` holds the labels of the target classification that nothing goes to.
    """

    name: str
    source: str
    target: str
    weights: str
    origin: str
    note: Mapping[str, str]
    unreached: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether no source label is split: then the weights are no estimate."""
        return self.weights in _EXACT

    def title(self, language: str) -> str:
        """Which classification goes into which. QuestionError: unknown language.

        >>> described("adb-35-to-wiod-35").title("en")
        'ADB MRIO, 35 sectors → WIOD 2013 release, 35 industries'
        """
        source, target = (read_classification(name).title for name in (self.source, self.target))
        return f"{source[known_language(language)]} → {target[language]}"

    def weighting(self, language: str) -> str:
        """How the weights were declared, in words. QuestionError: unknown language.

        >>> described("wiod-35-to-23").weighting("zh")
        '每个源部门整体归入一个目标部门'
        """
        return str(_index()["weights"][self.weights][known_language(language)])


def concordances() -> tuple[Described, ...]:
    """The embedded concordances, sorted by name.

    >>> concordances()[0].name
    'adb-35-to-wiod-35'
    """
    return tuple(described(name) for name in sorted(_index()["concordances"]))


def described(name: str) -> Described:
    """An embedded concordance in words, by its name. QuestionError: unknown name."""
    known = _index()["concordances"]
    if name not in known:
        raise QuestionError(f"concordance {name} is not known", hint=nearest(name, known))
    one = known[name]
    note, unreached = one.get("note", {}), tuple(one.get("unreached", ()))
    return Described(name, one["source"], one["target"], one["weights"], one["origin"], note, unreached)


def route(source: str, target: str) -> tuple[Described, ...]:
    """The concordances that lead from one classification to another: fewest with estimated shares, then fewest.

    Empty where the two are the same. QuestionError: an unknown classification, or no way from one to the other.

    >>> [one.name for one in route("cpa-2.1", "isic-4")]
    ['cpa-2.1-to-nace-2', 'nace-2-to-isic-4']
    """
    for name in (source, target):
        read_classification(name)
    waiting: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]  # estimated steps, steps, the names of the steps
    reached: dict[str, tuple[str, ...]] = {}
    while waiting:
        estimated, steps, path = heapq.heappop(waiting)
        at = described(path[-1]).target if path else source
        if at in reached:
            continue
        reached[at] = path
        for one in concordances():
            if one.source == at:
                heapq.heappush(waiting, (estimated + (not one.exact), steps + 1, (*path, one.name)))
    if target not in reached:
        leads = ", ".join(sorted(reached.keys() - {source})) or "nothing"
        hint = f"{source} leads to {leads}; the other way a split needs shares: Concordance.inverse"
        raise QuestionError(f"no concordance leads from {source} to {target}", hint=hint)
    return tuple(described(name) for name in reached[target])


@cache
def _index() -> dict[str, Any]:
    with (FOLDER / "index.toml").open("rb") as file:
        return tomllib.load(file)
