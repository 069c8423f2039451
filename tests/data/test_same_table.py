"""One table in five layouts: the public fixtures of EXIOBASE 1 to 3, Eora26 and pymrio's test system are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tanheng import accounts
from tanheng.data import archive, reader
from tanheng.systems.table import Table

PLACES = {
    "exiobase1": "exiobase1",
    "exiobase2": "exiobase2",
    "exiobase3": "exiobase3",
    "eora26": "eora26",
    "pymrio": "pymrio_folder/mrio_data",
}
YEARS = {"exiobase1": 2000, "exiobase2": 2007, "exiobase3": 2009, "eora26": 2010, "pymrio": 2009}


@pytest.fixture(scope="module")
def tables(shared: Path) -> dict[str, Table]:
    """By layout. The folder of pymrio states no year, so that the reader itself is asked."""
    return {
        name: reader.find(name).read(archive.open(shared / "formats" / place), YEARS[name])
        for name, place in PLACES.items()
    }


# EXIOBASE 1 and 2 state A, S and their direct emissions with 12 digits, EXIOBASE 3 states A and x's parts so: each
# number is off by 5e-12 at most, and x = A x + y and the accounts carry that on times a condition of a few tens.
# Eora26 and pymrio's files hold the flows themselves, with all the digits that there are.
PRINTED = 1e-9
EXACT = 1e-12


def test_numbers_are_the_same(tables):
    """By position, for the labels differ; Eora26 is in thousand USD, read as million: a thousandth of the others."""
    sound = tables["pymrio"]
    for name, table in tables.items():
        scale, tolerance = 1e3 if name == "eora26" else 1.0, EXACT if name == "eora26" else PRINTED
        for part, unit in (("Z", scale), ("Y", scale), ("F", 1.0), ("F_Y", 1.0)):
            given = getattr(table, part).values[: 2 if part.startswith("F") else None]  # EXIOBASE 2 has more stressors
            np.testing.assert_allclose(given * unit, getattr(sound, part).values, rtol=tolerance, err_msg=name)
        assert table.demand == sound.demand
        assert table.sectors == sound.sectors
        assert {table.about.units[stressor] for stressor in table.stressors[:2]} == {"kg"}


@pytest.mark.parametrize("account", ["production", "consumption", "flows"])
def test_accounts_are_the_same(tables, account):
    due = _values(tables["pymrio"], account)
    for name, table in tables.items():
        tolerance = EXACT if name == "eora26" else PRINTED
        np.testing.assert_allclose(_values(table, account), due, rtol=tolerance, err_msg=name)


def _values(table: Table, account: str) -> np.ndarray:
    return getattr(accounts, account)(table).values[:2]


def test_both_sides_hold_all_emissions(tables, shared):
    """The totals of the fixture's own files, added up line by line."""
    due = np.zeros(2)
    for name in ("emissions.txt", "FDemissions.txt"):
        lines = (shared / "formats" / PLACES["pymrio"] / name).read_text().splitlines()
        rows = [line.split("\t") for line in lines if line.startswith("emission_")]
        due += [sum(map(float, row[3:])) for row in rows]  # after the stressor's name, its compartment and its unit
    for table in tables.values():
        for account in ("production", "consumption"):
            made = _values(table, account)
            assert made.reshape(2, -1).sum(axis=1) == pytest.approx(due, rel=PRINTED)
