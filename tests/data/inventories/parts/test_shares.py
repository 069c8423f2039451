"""Shares of co-products: percent and parts of 1, and what is no whole."""

from __future__ import annotations

import pytest

from tanheng.data.inventories.parts import shares
from tanheng.data.inventories.parts.notes import Notes


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"a": 95.8, "b": 4.2}, {"a": 0.958, "b": 0.042}),
        ({"a": 0.25, "b": 0.75}, {"a": 0.25, "b": 0.75}),
        ({"a": 1.0, "b": 0.0}, {"a": 1.0, "b": 0.0}),
        ({"a": 33.3, "b": 33.3, "c": 33.3}, {"a": 0.333, "b": 0.333, "c": 0.333}),
    ],
)
def test_shares_of_a_whole(given, kept):
    notes = Notes()
    assert shares.given(given, "farm", notes) == {"given": pytest.approx(kept, rel=1e-12)}  # a division by 100
    assert not notes.findings("here")


@pytest.mark.parametrize("given", [{"a": 100.0, "b": 100.0}, {"a": 60.0, "b": 30.0}, {"a": 150.0, "b": -50.0}])
def test_shares_of_no_whole_are_left_out_and_named(given):
    notes = Notes()
    assert shares.given(given, "farm", notes) == {}
    (finding,) = notes.findings("here")
    assert (finding.check, finding.severity, finding.values["names"]) == ("shares-unsound", "warning", "farm")


def test_one_product_has_no_shares():
    assert shares.given({"a": 100.0}, "farm", Notes()) == {}
