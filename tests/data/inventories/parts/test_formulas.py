"""Formulas: their values against Python's own, their scopes, and one line for what is none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.data.inventories.parts.formulas import Dialect, Formula, Scope, number
from tanheng.errors import InputError

COMMA = Dialect(capitals=False, decimal=",")


def value(text: str, dialect: Dialect | None = None, **named: str) -> float:
    scope = Scope(dialect or Dialect(), {name: Formula(said, f"line of {name}") for name, said in named.items()})
    return scope.evaluate(Formula(text, "line 7"))


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("2 ^ 3 ^ 2", 512), ("-2 ^ 2", -4), ("2 ** -1", 0.5), ("7 / 2 / 2", 1.75),
        ("10 - 4 - 3", 3), ("1E-3 * 2.5e2", 0.25), (".5 + 5.", 5.5), ("- - 3", 3), ("sqrt(29 - 20)", 3),
        ("max(1, 2; 3)", 3), ("iff(2 > 1, 10, 1/0)", 10), ("IFF(1 = 2; 1/0; 5)", 5), ("007 * 2", 14),
        ("ln(exp(2))", 2), ("(1 <> 2) + (3 <= 3)", 2),
    ],
)  # fmt: skip
def test_values(text, result):
    assert value(text) == pytest.approx(result, rel=1e-15)  # the last bit of exp and ln


def test_names_may_be_words_of_python_and_differ_by_capitals_alone_where_the_dialect_says_so():
    assert value("YIELD * lambda + in", COMMA, **{"yield": "2", "Lambda": "3", "IN": "0,5"}) == 6.5
    assert value("a + A", a="1", A="2") == 3


def test_a_decimal_comma():
    assert value("0,5 * max(1,5; 2)", COMMA) == 1.0


def test_formulas_name_formulas_and_the_nearest_scope_counts():
    database = Scope(Dialect(), {"blue": Formula("12", "d1"), "both": Formula("1", "d2")})
    project = Scope(Dialect(), {"foo": Formula("green / 7", "p1"), "green": Formula("7", "p2")}, [database])
    own = Scope(
        Dialect(), {"red": Formula("(foo + blue ** 2) / 5", "a1"), "both": Formula("2", "a2")}, [project, database]
    )
    assert own.evaluate(Formula("sqrt(red - 20) * both", "x")) == 6  # red is (1 + 144) / 5 = 29


_LEAF = st.integers(0, 9).map(str) | st.sampled_from(["a", "b"])
_TREE = st.recursive(
    _LEAF,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
        | inner.map(lambda one: f"-{one}")
    ),
    max_leaves=12,
)


@given(_TREE)
def test_arithmetic_is_that_of_python(text):
    try:
        expected = eval(text, {"a": 2.5, "b": -3.0})
    except ZeroDivisionError:
        with pytest.raises(InputError, match="divides by zero"):
            value(text, a="2.5", b="-3")
        return
    assert value(text, a="2.5", b="-3") == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 +", "is no formula: it breaks off"), ("(1", "a bracket is not closed"), ("1 2", "'2' stands where a sign"),
        ("2 * bar", "names bar, which is not known; did you mean bare"), ("foo(1)", "the function foo is not known"),
        ("sqrt(1, 2)", "sqrt does not take 2 numbers"), ("1 / (2 - 2)", "divides by zero"),
        ("sqrt(-1)", "has no finite value"), ("(-8) ^ 0.5", "has no finite value"), ("10 ^ 400", "no finite value"),
        ("__import__('os')", "is no formula"), ("a.b", "is no formula"), ("a[0]", "is no formula"),
        ("'x'", "is no formula"), ("(" * 60 + "1" + ")" * 60, "more than 40 brackets"), ("", "it breaks off"),
        ("1+" * 3000 + "1", "6001 characters"),
        ("9 ^ 9 ^ 9 ^ 9", "no finite value"), ("min()", "is no formula"), ("0,5", "stands where a sign"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_said_in_one_line_with_its_place(text, said):
    with pytest.raises(InputError, match="line 7") as error:
        value(text, bare="1", a="1")
    assert said in str(error.value)


def test_parameters_that_refer_to_each_other_without_end():
    with pytest.raises(InputError, match="line of c: parameters refer to each other without end: a -> b -> c -> a"):
        value("a", a="b + 1", b="c", c="a")


def test_a_tower_of_parameters_is_no_crash():
    with pytest.raises(InputError, match="without end"):
        value("p0", **{f"p{i}": f"p{i + 1} + 1" for i in range(5000)}, p5000="1")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_they_are_written(written):
    assert number(repr(written)) == written
    assert number(repr(written).replace(".", ","), ",") == written


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e999", "1 000", "1,5", "0x10", "1_000", "١", "kg"])
def test_what_is_no_number(text):
    assert number(text) is None


def test_a_circle_leaves_other_formulas_as_they_were():
    assert math.isclose(value("b", a="a", b="2"), 2)
