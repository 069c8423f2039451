"""Tables with sectors or regions joined: totals stay, labels and names follow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import random_table

from tanheng.accounts import consumption, production
from tanheng.data import findings as messages
from tanheng.errors import LabelError
from tanheng.labels import Concordance
from tanheng.systems.aggregate import aggregate, aggregation_error
from tanheng.systems.disaggregate import disaggregate, joining
from tanheng.systems.table import Table


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


# -- what joining does to accounts ------------------------------------------------------------------------------------


def two_goods() -> Table:
    """One region's two goods, a clean and a dirty one, without trade between sectors: multipliers are 0 and 1."""
    about = {"name": "two goods", "year": 2009, "currency": "USD", "units": {"CO2": "t"}, "version": "first"}
    return Table.from_arrays(
        np.zeros((4, 4)),
        [[10, 0], [0, 0], [0, 30], [40, 0]],
        [[0, 0, 0, 40]],
        regions=["a", "b"],
        sectors=["clean", "dirty"],
        demand=["final"],
        stressors=["CO2"],
        about=about,
    )


def test_the_error_of_joining_by_hand():
    """b makes 30 clean for itself and 40 dirty for a; joined, its 70 carry 40 t evenly: b takes 40 * 3/7 from a."""
    table = two_goods()
    one = Concordance.from_groups({"all": ["clean", "dirty"]}, table.sectors)
    error = aggregation_error(table, one)
    moved = 40 * 3 / 7
    np.testing.assert_allclose(error.values, [[-moved, moved]], rtol=1e-12)
    np.testing.assert_allclose(error["account"].values, [[40, 0]], atol=1e-12)
    (finding,) = aggregate(table, one, measure=True).findings
    assert (finding.check, finding.severity) == ("aggregation", "warning")
    assert finding.size == pytest.approx(moved / 40)
    assert finding.values["worst"] == "stressor CO2, region a"


@given(st.integers(0, 10_000))
def test_the_error_is_that_of_the_accounts(seed):
    """And over regions it sums to zero, as every table's account sums to its emissions."""
    table = random_table(seed, signed=True)
    sectors, regions = groups(table.sectors, seed), groups(table.regions, seed + 1)
    error = aggregation_error(table, sectors, regions)
    joined = consumption(table).values @ regions.matrix(table.regions)
    whole = float(np.abs(joined).sum())
    expected = consumption(aggregate(table, sectors, regions)).values - joined
    np.testing.assert_allclose(error.values, expected, atol=1e-9 * whole)  # two solves to 1e-10 each
    np.testing.assert_allclose(error["account"].values, joined, atol=1e-9 * whole)
    np.testing.assert_allclose(error.sum("region").values, 0, atol=1e-9 * whole)
    assert error["unit"].values.tolist() == ["kt", "kt"]


def test_nothing_joined_or_alike_sectors_joined_is_no_error():
    """Sectors of one recipe and one intensity: joining them is exact (Hatanaka's condition; Miller and Blair 4.9)."""
    table = random_table(7)
    same = Concordance.from_groups({s: [s] for s in table.sectors}, table.sectors)
    assert not aggregation_error(table, same).values.any()
    split = disaggregate(table, "s1", {"x": 0.3, "y": 0.7})
    error = aggregation_error(split, joining(split, "s1", ["x", "y"]))
    assert np.abs(error.values).max() <= 1e-9 * float(error["account"].max())
    finding = aggregate(split, joining(split, "s1", ["x", "y"]), measure=True).findings[-1]
    assert finding.severity == "note"


def test_the_finding_says_what_its_message_says():
    """Its words stand in two places, for systems know no messages: they are the same."""
    table = random_table(2)
    one = Concordance.from_groups({"all": list(table.sectors)}, table.sectors)
    (finding,) = aggregate(table, sectors=one, measure=True).findings
    assert messages.said(finding, "en") == (finding.what, finding.hint)
    assert f"{finding.values['share']:.2%}" in messages.said(finding, "zh")[0]


def test_findings_of_the_source_stay_and_measured_ones_go():
    converted = messages.found("converted", "note", "Z", part="Z", given="thousand USD", held="million USD")
    measured = messages.found("region-without-output", "warning", "region r0", 0.3)
    table = random_table(2).noted((converted, measured))
    one = Concordance.from_groups({"all": list(table.sectors)}, table.sectors)
    small = aggregate(table, sectors=one, measure=True)
    assert [one.check for one in small.findings] == ["converted", "aggregation"]
    again = aggregate(small, regions=groups(small.regions, 1))
    assert [one.check for one in again.findings] == ["converted", "aggregation"]  # joined once, and still


def test_a_table_without_emissions_has_no_error_to_measure():
    table = random_table(2)
    empty = table.replace(F=table.F[:0], F_Y=table.F_Y[:0])
    one = Concordance.from_groups({"all": list(table.sectors)}, table.sectors)
    assert aggregate(empty, sectors=one, measure=True).findings == ()
