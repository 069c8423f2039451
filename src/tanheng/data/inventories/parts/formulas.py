"""Formulas of parameters and amounts: arithmetic over named numbers, by a parser of its own, never run as code."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from tanheng.errors import InputError, nearest

Lookup = Callable[[str], float]
Node = Callable[[Lookup], float]
Function = Callable[..., float]

LONGEST = 4000  # characters of a formula: those of real parameters have hundreds
DEEPEST = 40  # brackets within brackets, and formulas that refer to formulas

COMMON: Mapping[str, Function] = {
    "abs": abs, "sqrt": math.sqrt, "exp": math.exp, "ln": math.log, "log10": math.log10, "min": min, "max": max,
    "pow": math.pow, "power": math.pow, "sin": math.sin, "cos": math.cos, "tan": math.tan, "round": round,
}  # fmt: skip
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "==": operator.eq,
    "<>": operator.ne, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """How a program writes formulas: its ``functions``, whether capitals matter in names, and its decimal sign.

    With a decimal comma the arguments of a function are parted by semicolons, else by commas too.
    """

    functions: Mapping[str, Function] = field(default_factory=lambda: COMMON)
    capitals: bool = True
    decimal: str = "."

    def key(self, name: str) -> str:
        """The name by which a parameter is looked up."""
        return name if self.capitals else name.casefold()


@dataclass(frozen=True)
class Formula:
    """A formula, or a number as text, and its place in words."""

    text: str
    where: str


class Scope:
    """Named formulas that may refer to each other and to those of ``outer`` scopes, the nearest first.

    >>> scope = Scope(Dialect(), {"a": Formula("2*b", "cell A1"), "b": Formula("3", "cell A2")})
    >>> scope.evaluate(Formula("a^2 - (b + 1)", "cell A3"))
    32.0
    """

    def __init__(self, dialect: Dialect, named: Mapping[str, Formula], outer: Sequence[Scope] = ()) -> None:
        self._dialect, self._outer = dialect, outer
        self._named = {dialect.key(name): formula for name, formula in named.items()}
        self._known: dict[str, float] = {}
        self._open: list[str] = []

    def evaluate(self, formula: Formula) -> float:
        """Its value; raises InputError naming its place: no formula, an unknown name, a circle, nothing finite."""
        node = parse(formula, self._dialect)
        try:
            value = node(lambda name: self._value(name, formula))
        except ZeroDivisionError:
            what = f"the formula {_short(formula.text)} divides by zero"
            raise InputError(what, where=formula.where, hint="see the parameters that it names") from None
        except (OverflowError, ValueError, RecursionError):  # a root of a negative number, a tower of formulas
            value = math.nan
        if not math.isfinite(value):
            what = f"the formula {_short(formula.text)} has no finite value"
            raise InputError(what, where=formula.where, hint="see the parameters that it names")
        return value

    def _value(self, name: str, within: Formula) -> float:
        key = self._dialect.key(name)
        scope = next((one for one in (self, *self._outer) if key in one._named), None)
        if scope is None:
            known = dict.fromkeys(known for one in (self, *self._outer) for known in one._named)
            what = f"the formula {_short(within.text)} names {name}, which is not known"
            raise InputError(what, where=within.where, hint=nearest(name, known))
        return scope._own(key, within)

    def _own(self, key: str, within: Formula) -> float:
        if key not in self._known:
            if key in self._open or len(self._open) >= DEEPEST:
                circle = " -> ".join([*self._open[-5:], key])
                hint = "give one of them a number"
                raise InputError(f"parameters refer to each other without end: {circle}", where=within.where, hint=hint)
            self._open.append(key)
            self._known[key] = self.evaluate(self._named[key])
            self._open.pop()
        return self._known[key]


def parse(formula: Formula, dialect: Dialect) -> Node:
    """What computes a formula, given the values of its names. Raises InputError for what is no formula.

    Signs are + - * / ^ (or **), comparisons, brackets, and calls of the dialect's functions and of
    ``iff(condition, then, otherwise)``; -2^2 is -4.
    """
    if len(formula.text) > LONGEST:
        what = f"a formula has {len(formula.text)} characters"
        raise InputError(what, where=formula.where, hint=f"write it in parts of at most {LONGEST}")
    return _Parser(formula, dialect).whole()


def number(text: str, decimal: str = ".") -> float | None:
    """``text`` as a finite number with that decimal sign, or None.

    >>> number("1,5E-3", ","), number(" .5 "), number("1,500"), number("nan"), number("1_0")
    (0.0015, 0.5, None, None, None)
    """
    tidy = text.strip()
    if not _number(decimal).fullmatch(tidy):
        return None
    value = float(tidy.replace(decimal, "."))
    return value if math.isfinite(value) else None


@cache
def _number(decimal: str) -> re.Pattern[str]:
    return re.compile(rf"[+-]?(?:{_digits(decimal)})")


def _digits(decimal: str) -> str:
    sign = re.escape(decimal)
    return rf"(?:[0-9]+(?:{sign}[0-9]*)?|{sign}[0-9]+)(?:[eE][+-]?[0-9]+)?"


class _Parser:
    """By descent: comparison, sum, product, sign, power, and what stands in brackets or for itself."""

    def __init__(self, formula: Formula, dialect: Dialect) -> None:
        self._formula, self._dialect, self._depth, self._at = formula, dialect, 0, 0
        self._tokens = self._split()

    def _split(self) -> list[tuple[str, str]]:
        """(kind, text) of every number, name and sign, and an end."""
        pattern = re.compile(
            rf"\s*(?:(?P<number>{_digits(self._dialect.decimal)})|(?P<name>[^\W\d]\w*)"
            r"|(?P<sign>\*\*|<=|>=|<>|==|!=|[-+*/^()<>=;,]))"
        )
        text, at, tokens = self._formula.text.rstrip(), 0, list[tuple[str, str]]()
        while at < len(text):
            match = pattern.match(text, at)
            if match is None:
                raise self._error(f"{text[at:].strip()[:20]!r} is not understood")
            tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            at = match.end()
        return [*tokens, ("end", "")]

    def whole(self) -> Node:
        node = self._comparison()
        if self._tokens[self._at][0] != "end":
            raise self._error(f"{self._tokens[self._at][1]!r} stands where a sign is expected")
        return node

    def _take(self, *signs: str) -> str:
        """The next token where it is one of these signs, which is then passed; else ""."""
        kind, text = self._tokens[self._at]
        if kind == "sign" and text in signs:
            self._at += 1
            return text
        return ""

    def _comparison(self) -> Node:
        left = self._sum()
        sign = self._take(*_COMPARE)
        if not sign:
            return left
        compare, right = _COMPARE[sign], self._sum()
        return lambda of: float(compare(left(of), right(of)))

    def _sum(self) -> Node:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Node:
        return self._chain(self._signed, "*", "/")

    def _chain(self, part: Callable[[], Node], *signs: str) -> Node:
        parts = [("", part())]
        while sign := self._take(*signs):
            parts.append((sign, part()))
        if len(parts) == 1:
            return parts[0][1]

        def value(of: Lookup) -> float:
            total = parts[0][1](of)
            for sign, node in parts[1:]:
                total = _OPERATE[sign](total, node(of))
            return total

        return value

    def _signed(self) -> Node:
        minus = False
        while sign := self._take("+", "-"):
            minus ^= sign == "-"
        node = self._power()
        return (lambda of: -node(of)) if minus else node

    def _power(self) -> Node:
        base = self._single()
        if not self._take("^", "**"):
            return base
        exponent = self._deeper(self._signed)
        return lambda of: math.pow(base(of), exponent(of))

    def _single(self) -> Node:
        kind, text = self._tokens[self._at]
        if kind == "number":
            self._at += 1
            value = float(text.replace(self._dialect.decimal, "."))
            return lambda of: value
        if kind == "name":
            self._at += 1
            return self._call(text) if self._take("(") else lambda of: of(text)
        if self._take("("):
            node = self._deeper(self._comparison)
            self._close()
            return node
        raise self._error(f"{text!r} stands where a number is expected" if text else "it breaks off")

    def _call(self, name: str) -> Node:
        arguments = [self._deeper(self._comparison)]
        while self._take(";", ","):
            arguments.append(self._deeper(self._comparison))
        self._close()
        word = name.casefold()
        if word in ("iff", "if") and len(arguments) == 3:
            condition, then, otherwise = arguments
            return lambda of: then(of) if condition(of) else otherwise(of)
        function = self._dialect.functions.get(word)
        if function is None:
            known = nearest(name, self._dialect.functions)
            raise self._error(f"the function {name} is not known", known)
        return lambda of: self._called(name, function, [argument(of) for argument in arguments])

    def _called(self, name: str, function: Function, values: list[float]) -> float:
        try:
            return float(function(*values))
        except TypeError:
            raise self._error(f"{name} does not take {len(values)} numbers") from None

    def _close(self) -> None:
        if not self._take(")"):
            raise self._error("a bracket is not closed")

    def _deeper(self, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"it has more than {DEEPEST} brackets within brackets")
        node = part()
        self._depth -= 1
        return node

    def _error(self, why: str, hint: str = "write a number, or a formula like 2 * (a + b)") -> InputError:
        what = f"{_short(self._formula.text)} is no formula: {why}"
        return InputError(what, where=self._formula.where, hint=hint)


_OPERATE: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
