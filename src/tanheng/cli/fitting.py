"""What the options of the product commands must be, and what an error means to who types them."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tanheng.cli import shell
from tanheng.cli.app import pairs
from tanheng.errors import NormError, QuestionError, TanhengError, nearest

if TYPE_CHECKING:
    import xarray as xr

    from tanheng.systems.finding import Finding
    from tanheng.systems.process import ProcessSystem
    from tanheng.systems.trade import TradeFlows

_LARGEST = 1e100  # beyond it products of amounts overflow
_NEEDS = {"price": "unlinked", "threshold": "tree"}
_OF_PROCESS = ("tree", "unlinked", "maker", "allocation", "otherwise")
_OF_PLACES = ("destination", "fallback")  # what a process does not know

_IN_THE_SHELL = (  # what a hint says to a program, and to a shell
    ("(trade.only(products=...)), with basis=", "(--code), or with --basis "),
    (", or say overlapping=True", ""),
    ("fallback=", "--fallback "),
    ("estimate_weights(flows) fills them", "--estimate fills them"),
    ("by a rule: reconcile_trade(flows, ...)", "by a rule: --mirror exporter"),
    ("read some with tanheng.data.trade, or give the file [trade]", "give --trade FILE, or give the product [trade]"),
    ("name a fallback such as mass", "say --otherwise mass"),
    ("name a fallback", "say --otherwise cut-off"),
)


@contextmanager
def in_the_shell() -> Iterator[None]:
    """An error names the options of the command in place of those of Python."""
    try:
        yield
    except TanhengError as error:
        hint = error.hint
        for python, words in _IN_THE_SHELL:
            hint = hint.replace(python, words)
        if hint == error.hint:
            raise
        raise type(error)(error.what, where=error.where, hint=hint) from None


def finite(value: float, name: str) -> float:
    """The number, if it is one to count with; else a usage error."""
    if not abs(value) <= _LARGEST:  # so that NaN is refused
        raise typer.BadParameter(f"{name} is {value:g}: give a finite number")
    return value


def number(text: str) -> float:
    """The finite number that a text means."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise typer.BadParameter(f"{text!r} is not a number")
    return value


def each_once(given: list[str] | None) -> dict[str, str]:
    """The options that were given as KEY=VALUE; a usage error for a key that is given twice."""
    them = given or []
    keys = [text.partition("=")[0] for text in them]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise typer.BadParameter(f"{twice!r} is given twice: keep one")
    return pairs(them)


def numbers(given: list[str] | None) -> dict[str, float]:
    """The numbers that were given as KEY=NUMBER."""
    return {key: number(text) for key, text in each_once(given).items()}


def require_used(by_places: bool, **given: object) -> None:
    """A usage error for an option that would do nothing beside the others."""
    named = {option for option, value in given.items() if value}
    for option, needed in _NEEDS.items():
        if option in named and needed not in named:
            raise typer.BadParameter(f"--{option} is for --{needed}")
    if {"tree", "unlinked"} <= named:
        raise typer.BadParameter("give --tree or --unlinked, not both")
    if "by" in named and named & {"tree", "unlinked"}:
        raise typer.BadParameter("--by is not for --tree and --unlinked")
    for option in _OF_PROCESS if by_places else _OF_PLACES:
        if option in named:
            if by_places:
                raise typer.BadParameter(f"name a --process for --{option}; 'tanheng product show' lists them")
            raise typer.BadParameter(f"--{option} is for a product as a whole, not for one of its processes")


def require_there(name: str) -> None:
    """Raises InputError for what is written like a path and is none, with the nearest that is; usage for nothing."""
    from tanheng.data import archive

    if not name.strip():
        raise typer.BadParameter("the name is empty: 'tanheng product list' names the products")

    path = Path(name)
    if not path.exists() and (path.suffix or os.sep in name):
        archive.open(path)


def require_gwp(name: str) -> None:
    """Raises NormError for what is no set of warming potentials, with those that are."""
    from tanheng import norms

    known = norms.names("gwp")
    if name not in known:
        raise NormError(f"there is no set of warming potentials {name!r}", hint=nearest(name, known))


def country(name: str) -> str:
    """The code of a country by its code or its name; raises QuestionError for what is none."""
    from tanheng.labels.countries import country_code

    code = country_code(name) or country_code(name.upper())
    if code is None:
        raise QuestionError(f"{name!r} is no country that is known", hint="give its ISO 3166-1 code, such as CHN")
    return code


def place(name: str, known: Collection[str]) -> str:
    """The place as the factors call it, where that is known; a country may be called by its name."""
    from tanheng.labels.countries import country_code

    code = country_code(name)
    return code if code is not None and code in known and name not in known else name


def with_impact(system: ProcessSystem, gwp: str, stressor: list[str] | None, total: str) -> ProcessSystem:
    """The system with its impact, or as it is where elementary flows alone are asked for."""
    from tanheng.labels.elementary import PARTS
    from tanheng.systems.impacts import MEMO, impacts

    require_gwp(gwp)
    of_impact = {total, *(f"{total} {part}" for part in PARTS), *MEMO}
    if stressor and not of_impact & set(stressor):
        return system
    return impacts(system, gwp, total, keep=bool(stressor))


def process_of(system: ProcessSystem, name: str, process: str | None, origin: str | None) -> str:
    """The id of the process asked for, or of the only one; an error says how to look for it."""
    if process is None and len(system.processes) == 1:
        return system.processes[0].id
    look = f"'tanheng product show {name} --find TEXT' looks for one"
    if process is None:
        raise QuestionError(f"{system.about.name} has {len(system.processes)} processes: name a --process", hint=look)
    try:
        return system.processes[system.find(process, origin or "")].id
    except QuestionError as error:
        hint = look if error.hint.startswith("known are") else error.hint
        hint += "; or say where with --origin" if hint.startswith("name one") and not origin else ""
        raise QuestionError(error.what, where=error.where, hint=hint) from None


def settled(traded: TradeFlows, mirror: str | None, estimate: bool) -> TradeFlows:
    """The trade with one report a flow, and with weights for values, where that is asked for."""
    from tanheng.systems.trade_steps import estimate_weights, reconcile

    if mirror is not None:
        traded = reconcile(traded, mirror)  # type: ignore[arg-type]  # it checks the rule
    return estimate_weights(traded) if estimate else traded


def note(results: Sequence[xr.DataArray], findings: Sequence[Finding], language: str) -> None:
    """A line each for what stands in for missing factors, and for what was left out or stands in for something."""
    from tanheng.cli import describe_products as describe
    from tanheng.data.findings import said

    stand_ins = [describe.stands_in(one, language) for one in results]
    told = [said(finding, language)[0] for finding in findings if finding.severity != "note"]
    for text in filter(None, (*stand_ins, *told)):
        shell.note(text)
