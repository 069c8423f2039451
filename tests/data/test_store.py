"""Stores: tables by name or path, years, and no yesterday's table."""

import os

import numpy as np
import pytest
from tables import kitzes

from tanheng import accounts
from tanheng.data import store
from tanheng.data.readers import plain
from tanheng.errors import MissingError, QuestionError


def test_the_world_is_a_store_of_years():
    world = store.open("world")
    assert world.years == tuple(range(1995, 2010))
    assert 2009 in world
    assert world[np.int64(2009)].year == 2009
    assert world.about.year == 2009


def test_a_year_that_is_not_there_names_those_that_are():
    with pytest.raises(MissingError, match="there is no year 2020; it holds 1995 to 2009"):
        store.open("world")[2020]


def test_what_is_no_table_says_so():
    with pytest.raises(QuestionError, match="did you mean world"):
        store.open("wrld")


def test_a_changed_file_is_read_again(tmp_path):
    folder = tmp_path / "mine"
    plain.write(kitzes(), folder)
    assert accounts.total(accounts.production(store.open(folder)[2013])) == 12
    file = folder / "F.csv"
    file.write_text(file.read_text().replace("8", "80", 1))
    os.utime(file, ns=(1, 1))
    assert accounts.total(accounts.production(store.open(folder)[2013])) == 84
