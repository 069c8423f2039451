"""Balancing: rows and columns agree, the totals that are kept are kept, and the table says what was done."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import kitzes, random_table

from tanheng.accounts import consumption
from tanheng.errors import InputError, LabelError, TableError
from tanheng.systems.balance import balance
from tanheng.systems.finding import found

MISSED = 1e-8  # of a line: ten times the method's tolerance, for what rounding adds


def off(seed, *, size=0.1, **more):
    """A table whose primary inputs no longer make its columns agree with its rows."""
    table = random_table(seed, **more)
    rng = np.random.default_rng(seed)
    V = np.concatenate([0.6 * table.V.values, 0.4 * table.V.values]) * rng.uniform(
        1 - size, 1 + size, (2, *table.x.shape)
    )
    two = table.V.isel(input=[0, 0]).assign_coords(input=["wages", "surplus"])
    return table.replace(V=two.copy(data=V))


def columns(table):
    return table.Z.values.sum(axis=(0, 1)) + table.V.values.sum(axis=0)


@given(st.integers(0, 10_000), st.booleans())
def test_rows_and_columns_sum_to_the_tables_own_output(seed, signed):
    table = off(seed, signed=signed)
    new = balance(table)
    np.testing.assert_allclose(new.x, table.x, rtol=MISSED)
    np.testing.assert_allclose(columns(new), table.x, rtol=MISSED)
    np.testing.assert_allclose(
        new.Y.sum(["region", "sector"]), table.Y.sum(["region", "sector"]), rtol=MISSED, atol=1e-6
    )
    shares = (new.V.sum(["region", "sector"]) / table.V.sum(["region", "sector"])).values
    np.testing.assert_allclose(shares[0], shares[1], rtol=MISSED)  # one factor for all primary inputs
    for name in ("Z", "Y", "V"):
        assert np.array_equal(np.sign(getattr(new, name)), np.sign(getattr(table, name)))


@given(st.integers(0, 10_000))
def test_a_declared_output_is_met(seed):
    table = off(seed)
    output = table.x * np.random.default_rng(seed).uniform(0.95, 1.3, table.x.shape)
    new = balance(table, output)
    np.testing.assert_allclose(new.x, output, rtol=MISSED)
    np.testing.assert_allclose(columns(new), output, rtol=MISSED)
    np.testing.assert_array_equal(balance(table, output.values.ravel()).Z, new.Z)


def test_stressors_are_left_alone_and_accounts_still_add_up():
    table = off(1)
    new = balance(table)
    assert np.array_equal(new.F, table.F)
    assert np.array_equal(new.F_Y, table.F_Y)
    assert float(consumption(new).sum()) == pytest.approx(float(consumption(table).sum()), rel=1e-9)


def test_the_record_says_how_and_how_much():
    table = off(1)
    version = balance(table).about.version
    new = balance(table)
    old_cells = np.concatenate([getattr(table, name).values.ravel() for name in ("Z", "Y", "V")])
    new_cells = np.concatenate([getattr(new, name).values.ravel() for name in ("Z", "Y", "V")])
    some = old_cells != 0
    largest = np.abs(new_cells[some] / old_cells[some] - 1).max()
    moved = np.abs(new_cells - old_cells).sum() / np.abs(old_cells).sum()
    assert version.startswith(f"{table.about.version}; balanced by GRAS (")
    assert f"largest change {largest * 100:.3f} %, {moved * 100:.3f} % of all flows moved" in version
    factor = float(table.Y.sum() / table.V.sum())
    assert f"primary inputs scaled by {factor:.6g} to final demand" in version


def test_what_readers_noted_stays_and_what_checks_measured_does_not():
    told = found("converted", "note", "Z", part="Z", given="thousand USD", held="million USD")
    own = found("output-differs", "note", "x", gap=1.0, unit="EUR", worst="region r0, sector s0")
    measured = found("column-balance", "warning", "V", count=1, worst="region r0, sector s0", share=0.1)
    table = off(1).noted((told, own, measured))
    assert balance(table).findings == (told, own)
    assert balance(table, table.x).findings == (told,)  # the output asked for is no longer the source's


def test_a_balanced_table_is_left_as_it_is():
    table = random_table(4)
    new = balance(table)
    for name in ("Z", "Y", "V", "F"):
        assert np.array_equal(getattr(new, name), getattr(table, name))
    assert "balanced by GRAS (0 steps, largest change 0.000 %" in new.about.version
    assert "scaled" not in new.about.version


def test_a_sector_without_output_keeps_none_of_its_inputs():
    table = off(2, idle=1, stray=True)
    silent = ~table.has_output
    table = table.replace(V=table.V.where(table.has_output, 0.0))
    assert table.Z.values[:, :, silent].sum() > 0
    new = balance(table)
    assert new.Z.values[:, :, silent].sum() == 0
    assert np.array_equal(new.stranded, table.stranded)
    assert "largest change 100.000 %" in new.about.version


def test_what_cannot_be_balanced_says_why():
    table = off(1)
    with pytest.raises(TableError, match=r"no primary inputs \(V\)"):
        balance(kitzes())
    with pytest.raises(TableError, match="no factor brings them together"):
        balance(table.replace(V=-table.V))
    with pytest.raises(TableError, match="less than final demand"):
        balance(table, table.x * 0.01)
    output = table.x.values.copy()
    output[0, 0] = -1
    with pytest.raises(TableError, match="sales of region r0, sector s0: the total is to be -1 but no negative cell"):
        balance(table, output)
    with pytest.raises(TableError, match="did not settle in 1 steps"):
        balance(table, limit=1)


def test_an_output_of_another_shape_or_order_is_refused():
    table = off(1)
    with pytest.raises(InputError, match="output is 2 x 2"):
        balance(table, np.ones((2, 2)))
    with pytest.raises(InputError, match="not all of it finite"):
        balance(table, np.full(table.x.shape, np.nan))
    with pytest.raises(LabelError, match="order"):
        balance(table, table.x.isel(region=[1, 0, 2]))
    with pytest.raises(LabelError):
        balance(table, table.x.rename(sector="industry"))
