"""Axes: the pairs of a header are a product of regions and their labels, and who differs from most is blamed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.data import axes
from tanheng.data.grid import Grid
from tanheng.errors import LabelError

REGIONS, SECTORS = ("CHN", "DEU", "USA"), ("coal", "food", "steel")
PAIRS = [(region, sector) for region in REGIONS for sector in SECTORS]


def header(pairs):
    return Grid("Z.csv", 3, 2, list(pairs), [], np.empty((0, len(pairs))))


def test_a_product_is_its_two_axes():
    assert axes.product(header(PAIRS), "sector") == (list(REGIONS), list(SECTORS))


@given(at=st.integers(0, 8), word=st.sampled_from(["coat", "foot", ""]))
def test_the_one_that_differs_is_blamed(at, word):
    """Whichever region it is, the first too: two of three say what is due."""
    region, sector = PAIRS[at]
    renamed = [*PAIRS[:at], (region, f"{sector}{word}x"), *PAIRS[at + 1 :]]
    with pytest.raises(LabelError, match=rf"Z\.csv column {at + 3}: column {region} {sector}{word}x is not known"):
        axes.product(header(renamed), "sector")


@given(at=st.integers(0, 8))
def test_the_one_that_lacks_a_label_is_blamed(at):
    with pytest.raises(LabelError, match=rf"column {PAIRS[at][0]} {PAIRS[at][1]} is missing"):
        axes.product(header([*PAIRS[:at], *PAIRS[at + 1 :]]), "sector")


def test_of_two_regions_the_first_counts():
    pairs = [("CHN", "coal"), ("USA", "coat")]
    with pytest.raises(LabelError, match=r"column USA coat is not known; .*every region has the same sector labels"):
        axes.product(header(pairs), "sector")


def test_a_label_twice_in_all_regions_names_the_first():
    pairs = [(region, sector) for region in REGIONS for sector in ("coal", "coal")]
    with pytest.raises(LabelError, match="sector of CHN coal occurs twice"):
        axes.product(header(pairs), "sector")
