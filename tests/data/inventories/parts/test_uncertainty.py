"""Uncertainties: the numbers of sources as ours, scaling, and what is counted where it is none."""

from __future__ import annotations

import math

import pytest

from tanheng.data.inventories.parts.uncertainty import Uncertainties, scaled
from tanheng.systems.inventory import Uncertainty


def counts(uncertain: Uncertainties) -> dict[str, object]:
    return {finding.check: finding.values["count"] for finding in uncertain.findings("here")}


@pytest.mark.parametrize(
    ("said", "kind", "parameters"),
    [
        ({"uncertainty type": 2, "loc": math.log(3), "scale": math.log(1.2)}, "lognormal", (3, 1.2)),
        ({"uncertainty type": 3.0, "loc": 3, "scale": 0.5}, "normal", (3, 0.5)),
        ({"uncertainty type": 4, "minimum": 1, "maximum": 5}, "uniform", (1, 5)),
        ({"uncertainty type": 5, "loc": 2, "minimum": 1, "maximum": 5}, "triangular", (1, 2, 5)),
        ({"uncertainty type": 5, "minimum": 1, "maximum": 5}, "triangular", (1, 3, 5)),
    ],
)
def test_the_numbers_of_stats_arrays(said, kind, parameters):
    found = Uncertainties().stats_arrays(3, said)
    assert (found.kind, found.parameters) == (kind, pytest.approx(parameters, rel=1e-12))  # exp of a logarithm


@pytest.mark.parametrize(
    "said",
    [
        {"uncertainty type": 2, "scale": 0}, {"uncertainty type": 2, "scale": math.nan}, {"uncertainty type": 2},
        {"uncertainty type": 2, "scale": 1e9}, {"uncertainty type": 3, "scale": -1},
        {"uncertainty type": 4, "minimum": 5, "maximum": 1}, {"uncertainty type": 4, "minimum": 2},
        {"uncertainty type": 5, "loc": 9, "minimum": 1, "maximum": 5},
    ],
)  # fmt: skip
def test_what_is_no_distribution_is_counted(said):
    uncertain = Uncertainties()
    assert uncertain.stats_arrays(3, said) is None
    assert counts(uncertain) == {"uncertainty-unusable": 1}


def test_kinds_that_are_not_held_are_named():
    uncertain = Uncertainties()
    assert [uncertain.stats_arrays(3, {"uncertainty type": kind}) for kind in (0, 1, 8, 8, 10, None)] == [None] * 6
    assert counts(uncertain) == {"uncertainty-unheld": 3}
    assert uncertain.findings("here")[0].values["kinds"] == "Weibull (2), beta (1)"


def test_a_lognormal_of_nothing_is_none():
    assert Uncertainties().lognormal(0.0, 1.5) is None


@pytest.mark.parametrize(
    ("kind", "parameters", "turned"),
    [
        ("lognormal", (2.0, 1.5), (-4.0, 1.5)), ("normal", (2.0, 0.5), (-4.0, 1.0)),
        ("triangular", (1.0, 2.0, 5.0), (-10.0, -4.0, -2.0)), ("uniform", (1.0, 5.0), (-10.0, -2.0)),
    ],
)  # fmt: skip
def test_an_amount_that_is_multiplied_takes_its_uncertainty_along(kind, parameters, turned):
    assert scaled(Uncertainty(kind, parameters), -2) == Uncertainty(kind, turned)
    assert scaled(scaled(Uncertainty(kind, parameters), -2), -0.5) == Uncertainty(kind, parameters)
