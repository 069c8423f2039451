"""Tables with sectors or regions joined: totals stay, labels and names follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import random_table

from tanheng.accounts import consumption, production
from tanheng.errors import LabelError
from tanheng.labels import Concordance
from tanheng.systems.aggregate import aggregate


def groups(labels, seed):
    """A concordance that joins labels by chance."""
    rng = np.random.default_rng(seed)
    into = rng.integers(0, len(labels), len(labels))
    return Concordance.from_links([(label, f"g{i}", 1.0) for label, i in zip(labels, into, strict=True)], labels)


@given(st.integers(0, 10_000))
def test_totals_are_kept(seed):
    table = random_table(seed, signed=True)
    small = aggregate(table, sectors=groups(table.sectors, seed), regions=groups(table.regions, seed + 1))
    for name, keep in (
        ("Z", []),
        ("Y", ["demand"]),
        ("F", ["stressor"]),
        ("F_Y", ["stressor", "demand"]),
        ("V", ["input"]),
    ):
        old, new = getattr(table, name), getattr(small, name)
        if old is None:
            assert new is None
            continue
        drop = [d for d in old.dims if d not in keep]
        np.testing.assert_allclose(new.sum(drop).values, old.sum(drop).values, rtol=1e-12, atol=1e-9)
    assert float(consumption(small).sum()) == pytest.approx(float(consumption(table).sum()), rel=1e-9)


@given(st.integers(0, 10_000))
def test_production_is_that_of_the_joined_regions(seed):
    table = random_table(seed)
    regions = groups(table.regions, seed)
    joined = production(table).values @ regions.matrix(table.regions)
    np.testing.assert_allclose(production(aggregate(table, regions=regions)).values, joined, rtol=1e-12)


def test_nothing_joined_changes_no_number():
    table = random_table(1)
    same = aggregate(table, sectors=Concordance.from_groups({s: [s] for s in table.sectors}, table.sectors))
    assert np.array_equal(same.Z.values, table.Z.values)
    assert same.sectors == table.sectors


def test_the_result_says_what_was_joined():
    table = random_table(1)
    one = Concordance.from_groups({"all": list(table.sectors)}, table.sectors, where="all-in-one.csv")
    small = aggregate(table, sectors=one, classification="wiod-23")
    assert small.sectors == ("all",)
    assert small.regions == table.regions
    assert small.about.classification == "wiod-23"
    assert small.about.version.endswith("sectors joined by all-in-one.csv")
    assert aggregate(table, sectors=one).about.classification == ""  # the old names no longer hold
    assert small.hash != table.hash


def test_a_concordance_of_other_labels_is_refused():
    with pytest.raises(LabelError):
        aggregate(random_table(1), sectors=Concordance.from_groups({"all": ["x", "y"]}, ["x", "y"]))
