"""What is wrong with a table, as data."""

from __future__ import annotations

import numpy as np
import pytest
from tables import kitzes, random_table

from tanheng.data import checks
from tanheng.data import findings as findings_
from tanheng.systems.table import Table


def found(table: Table) -> dict[str, checks.Finding]:
    return {finding.check: finding for finding in checks.check(table)}


def small(Z, Y, F=((1.0, 1.0),), *, currency="million USD", year=2009, regions=("one", "ROW"), **more) -> Table:
    about = {"name": "small", "year": year, "currency": currency, "units": {"CO2": "kt"}}
    return Table.from_arrays(
        Z, Y, F, regions=regions, sectors=["all"], demand=["final"], stressors=["CO2"], about=about, **more
    )


def test_nothing_is_found_in_a_sound_table():
    assert checks.check(kitzes()) == ()
    assert checks.check(random_table(3)) == ()


def test_value_added_that_does_not_balance():
    """Kitzes: value added is 16 - 12 = 4 and 12 - 7 = 5; 1 of 9 is missing in the second sector."""
    assert "value-added-balance" not in found(kitzes(V=[[4, 5]]))
    finding = found(kitzes(V=[[4, 4]]))["value-added-balance"]
    assert (finding.severity, finding.where) == ("error", "V")
    assert finding.size == pytest.approx(1 / 9)
    assert "most at region two, sector all" in finding.what


@pytest.mark.parametrize(("missing", "severity"), [(0.012, "error"), (0.008, "warning"), (0.0008, "note")])
def test_value_added_is_measured_against_itself(missing, severity):
    """Not against output, which is three times as much."""
    finding = found(kitzes(V=[[4, 5 - 9 * missing]]))["value-added-balance"]
    assert finding.severity == severity
    assert finding.size == pytest.approx(missing)


def test_negative_cells_by_kind():
    table = random_table(1, R=2, S=2, D=2, signed=True)
    findings = [one for one in checks.check(table) if one.check == "negative-cells"]
    assert [one.where for one in findings] == ["Y, demand category d1"]
    values = table.Y.sel(demand="d1").values
    assert findings[0].size == pytest.approx(-values[values < 0].sum() / np.abs(values).sum())
    assert found(small([[2, 1], [-1, 1]], [[3, 0], [0, 6]]))["negative-cells"].severity == "warning"


def test_sectors_without_output():
    table = small([[2, 0], [0, 0]], [[3, 1], [0, 0]], [[3, 1]])
    assert found(table)["emissions-without-output"].size == pytest.approx(1 / 4)
    assert found(table)["region-without-output"].where == "region ROW"
    bought = small([[2, 1], [0, 0]], [[3, 0], [0, 0]])
    assert found(bought)["inputs-without-output"].size == pytest.approx(1 / 6)
    assert found(bought)["region-without-demand"].where == "region ROW"
    assert "sales-without-output" in found(small([[2, 0], [1, 0]], [[3, 1], [-1, 0]]))


def test_productivity():
    losing = small([[1, 3], [1, 1]], [[2, 0], [0, 1]])  # x = 6, 3; the second column sums to 4
    assert found(losing)["negative-value-added"].values["share"] == pytest.approx(4 / 3)
    assert "unproductive" not in found(losing)
    swallowing = small([[5, 5], [5, 5]], [[-1, 0], [0, -1]])  # x = 9, 9; every column sums to 10
    worst = checks.check(swallowing)[0]
    assert (worst.check, worst.severity) == ("unproductive", "error")
    assert worst.size == pytest.approx(10 / 9)


def test_a_table_is_productive_in_the_check_where_it_is_in_the_kernel():
    """Column sums of 1 and above that a bound settles, output that cancels to rounding, signed cells."""
    losing = small([[1, 3], [1, 1]], [[2, 0], [0, 1]])
    left_over = small([[2, 0.1], [0, 0.3]], [[3, 0], [-0.1, -0.2 + 1e-17]])  # x = 5.1 and 6e-17
    signed = small([[5, 5], [-9, 5]], [[1, 0], [0, 15]])
    for table in (losing, left_over, signed):
        assert table.system is not None
        assert not {"unproductive", "unsettled"} & set(found(table))
    assert not left_over.has_output[1, 0]
    assert found(left_over)["region-without-output"].where == "region ROW"
    assert "negative-value-added" not in found(left_over)


def test_a_stressor_that_is_zero_everywhere():
    assert found(small([[1, 1], [1, 1]], [[2, 0], [0, 2]], [[0, 0]]))["stressor-all-zero"].where == "stressor CO2"


@pytest.mark.parametrize(
    ("currency", "world", "regions", "year", "odd"),
    [
        ("million USD", 114e6, ("one", "ROW"), 2009, False),
        ("thousand USD", 114e9, ("one", "ROW"), 2009, False),
        ("million USD", 114e9, ("one", "ROW"), 2009, True),  # thousand, said to be million (pitfall 11)
        ("million USD", 200e6, ("one", "RoW"), 2022, False),
        ("million USD", 114e9, ("one", "two"), 2009, False),  # no rest of the world: not the whole world
        ("million USD", 114e9, ("one", "ROW"), 1930, False),
        ("million EUR", 114e9, ("one", "ROW"), 2009, False),
    ],
)
def test_world_output(currency, world, regions, year, odd):
    table = small([[0, 0], [0, 0]], [[world / 2, 0], [0, world / 2]], currency=currency, regions=regions, year=year)
    assert ("world-output" in found(table)) is odd


def test_the_embedded_world_has_no_errors():
    from tanheng.data import store

    table = store.open("world")[2009]
    assert not [one for one in checks.check(table) if one.severity == "error" or one.check == "world-output"]
    assert table.x.values.sum() / 1e6 == pytest.approx(checks.WORLD_OUTPUT[2009], rel=1e-3)


def test_worst_first_and_every_message_has_its_values():
    table = small([[5, 5], [5, 5]], [[-1, 0], [0, -1]], [[0, 0]])
    findings = checks.check(table)
    ranks = [checks.SEVERITIES.index(one.severity) for one in findings]
    assert ranks == sorted(ranks)
    assert all(findings_.said(one, "en") == (one.what, one.hint) for one in findings)
    assert all("\n" not in one.what for one in findings)
