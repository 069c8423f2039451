"""How a measure is declared, found and asked: its arguments and their types are those of its function."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, get_type_hints

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from tanheng import units
from tanheng.claims.datasets import FIXED, TABLE, Dataset, NotAtHandError
from tanheng.claims.messages import say
from tanheng.errors import InputError, UnitError, nearest

NUMBER, EVERY_YEAR, AGREE = "a number", "every year", "the numbers agree"  # what a measure answers
MASS, PERCENT = "mass", "%"


def _in_order(pair: list[Any]) -> list[Any]:
    if pair[0] > pair[1]:
        raise ValueError("the first comes after the last")
    return pair


Years = Annotated[list[int], Field(min_length=2, max_length=2), AfterValidator(_in_order)]  # the first and the last
Dates = Annotated[list[date], Field(min_length=2, max_length=2), AfterValidator(_in_order)]
Names = Annotated[list[str], Field(min_length=1)]


@dataclass(frozen=True)
class Computed:
    """A computed ``value``, from ``low`` to ``high`` where the data allow several.

    For what is said to hold of years: it ``held`` in these of the years that are ``there``, which are the ``whole`` of
    those it was said of, or not. For numbers that are to agree: whether they do (``agree``). ``note`` says by language
    what is to be minded.
    """

    value: float = float("nan")
    low: float | None = None
    high: float | None = None
    held: tuple[int, ...] = ()
    there: tuple[int, ...] = ()
    whole: bool = True
    agree: bool = False
    source: str = ""
    hash: str = ""
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measure:
    """A measure: the kinds of dataset it takes, what it answers, and the unit of its number, "mass" for any of mass.

    ``function`` is asked with a dataset, the arguments of the claim, and where it measures mass the claim's unit.
    """

    name: str
    function: Callable[..., Computed]
    takes: tuple[str, ...]
    answers: str = NUMBER
    unit: str = ""

    @property
    def arguments(self) -> Mapping[str, inspect.Parameter]:
        """What a claim tells it under ``with``, by name."""
        given = inspect.signature(self.function).parameters
        return {name: one for name, one in given.items() if name not in ("dataset", "unit")}

    @property
    def hints(self) -> Mapping[str, Any]:
        """The types of its arguments."""
        return get_type_hints(self.function, include_extras=True)


MEASURES: dict[str, Measure] = {}


def measure(
    name: str, *, takes: tuple[str, ...], answers: str = NUMBER, unit: str = ""
) -> Callable[[Callable[..., Computed]], Callable[..., Computed]]:
    """Declare the function below as the measure ``name``; its first argument is the dataset."""

    def declare(function: Callable[..., Computed]) -> Callable[..., Computed]:
        MEASURES[name] = Measure(name, function, takes, answers, unit)
        return function

    return declare


def find(name: str, where: str = "") -> Measure:
    """The measure of that name. Raises InputError with the nearest."""
    if name not in MEASURES:
        raise InputError(f"there is no measure {name!r}", where=where, hint=nearest(name, MEASURES))
    return MEASURES[name]


def require(asked: Measure, arguments: Mapping[str, Any], unit: str, where: str) -> None:
    """Raises InputError unless the arguments and the unit are what the measure takes."""
    known, hints = asked.arguments, asked.hints
    for key, value in arguments.items():
        if key not in known:
            what = f"{key!r} is no argument of measure {asked.name}"
            raise InputError(what, where=where, hint=nearest(key, known))
        try:
            TypeAdapter(hints[key]).validate_python(value, strict=True)
        except ValidationError as error:
            said = error.errors()[0]["msg"]
            hint = "see the arguments of measures in docs/claims.md"
            raise InputError(f"{key} = {value!r} is not as it must be ({said})", where=where, hint=hint) from None
    lacking = [key for key, one in known.items() if one.default is one.empty and key not in arguments]
    if lacking:
        hint = f"its arguments are {', '.join(known)}"
        raise InputError(f"measure {asked.name} is not told {', '.join(lacking)}", where=where, hint=hint)
    _require_unit(asked, unit, where)


def _require_unit(asked: Measure, unit: str, where: str) -> None:
    if asked.unit == MASS:
        try:
            if units.parse(unit).dimension == MASS:
                return
        except UnitError:
            pass
        raise InputError(f"the unit is {unit!r}, not one of mass", where=where, hint='write unit = "Gt"')
    if unit != asked.unit:
        hint = f"write unit = {asked.unit!r}" if asked.unit else "leave the unit out"
        raise InputError(f"measure {asked.name} is not in {unit!r}", where=where, hint=hint)


def require_taken(asked: Measure, dataset: str, where: str) -> None:
    """Raises InputError unless the measure takes a dataset of that kind."""
    kind = dataset if dataset in FIXED else TABLE
    if kind not in asked.takes:
        hint = f"it takes {', '.join(asked.takes).replace(TABLE, 'any table')}"
        raise InputError(f"measure {asked.name} takes no dataset {dataset!r}", where=where, hint=hint)


def compute(name: str, dataset: Dataset, arguments: Mapping[str, Any], unit: str = "") -> Computed:
    """The measure ``name`` of a dataset, a mass in ``unit``. Raises NotAtHandError for an input that is not there."""
    asked = find(name)
    found = asked.function(dataset, **arguments, **({"unit": unit} if asked.unit == MASS else {}))
    if asked.answers == NUMBER and not math.isfinite(found.value):
        raise NotAtHandError(say("no-number", dataset=dataset.title))
    return found
