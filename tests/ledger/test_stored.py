"""The stored ledger: a folder of files that are written whole, in which the rules hold between all entries."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from product_systems import heijungs_suh
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.errors import ConservationError, InputError, LedgerError, QuestionError
from tanheng.ledger import Ledger, form, ledger, open_ledger, stored

TWO = ("production", "consumption")


def results(table=None, names=TWO, **more):
    return [accounts.find(name).function(table or kitzes(), **more) for name in names]


@pytest.fixture
def held(tmp_path: Path) -> Ledger:
    return open_ledger(tmp_path / "ledger")


def files(held: Ledger) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in held.folder.iterdir()}


def test_the_ledger_is_in_the_home_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path))
    assert open_ledger().folder == tmp_path / "ledger"
    assert open_ledger().entries == ()


def test_what_is_added_reads_back(held: Ledger):
    given = [*results(random_table(1)), *results()]
    added = held.add(given)
    assert len(added.new) == len(held.entries) == 4
    want = form.canonical(ledger(given))
    pd.testing.assert_frame_equal(form.canonical(held.frame()), want)


def test_an_entry_says_what_it_is(held: Ledger):
    table = kitzes()
    held.add(results(table))
    one = held.find("production")
    assert one.group == (2013, "production", "top-down", "production", table.hash, "")
    assert one.meta.rows == 2
    assert one.meta.sources == ["Kitzes 2013"]
    assert one.totals["total"].tolist() == [12]  # production of 8 and 4
    assert one.path.suffix == ".parquet"
    assert one.name.startswith("production-2013-")


def test_adding_the_same_again_changes_nothing(held: Ledger):
    held.add(results())
    before = files(held)
    again = held.add(results())
    assert (len(again.same), again.new, again.replaced) == (2, (), ())
    assert files(held) == before


def test_what_two_runs_of_a_solve_differ_by_is_the_same(held: Ledger):
    held.add(results())
    frame = ledger(results())
    frame["value"] *= 1 + 1e-15
    assert len(held.add(frame).same) == 2


def test_other_numbers_for_the_same_are_refused_and_taken_with_replace(held: Ledger):
    held.add(results())
    before = files(held)
    frame = ledger(results())
    frame["value"] *= 2
    with pytest.raises(LedgerError, match=r"other numbers are there for consumption 2013 of Kitzes 2013 .*--replace"):
        held.add(frame)
    assert files(held) == before
    assert len(held.add(frame, replace=True).replaced) == 2
    assert held.frame()["value"].sum() == 48
    assert len(files(held)) == 2


def test_an_account_is_not_there_by_region_and_again_by_sector(held: Ledger):
    held.add(results())
    with pytest.raises(LedgerError, match="is there by region: by region, sector it would count twice"):
        held.add([accounts.production(kitzes(), "region,sector")])


def test_stressors_join_an_entry_and_are_replaced_one_by_one(held: Ledger):
    table = random_table(2)
    held.add(results(table, stressor="k0"))
    held.add(results(table, stressor="k1"))
    assert len(held.entries) == 2
    assert held.find("production").labels("stressor") == ("k0", "k1")
    assert len(held.add(results(table, stressor="k0")).same) == 2
    frame = ledger(results(table, stressor="k0"))
    frame["value"] *= 2
    held.add(frame, replace=True)
    sums = held.frame().groupby(["account", "stressor"], observed=True)["value"].sum()
    once = ledger(results(table)).groupby(["account", "stressor"], observed=True)["value"].sum()
    assert (sums / once).to_numpy() == pytest.approx([2, 1, 2, 1])


def test_several_demands_of_a_product_system_are_one_entry(held: Ledger):
    system = heijungs_suh()
    for amount in (1.0, 2.0, 1.0):
        held.add([accounts.life_cycle(system, {"power": amount})])
    assert len(held.entries) == 1
    assert len(held.entries[0].labels("definition")) == 2


def test_rules_hold_between_what_is_there_and_what_is_added(held: Ledger):
    production, consumption = results()
    held.add([production])
    consumption.values[0, 0] += 1e-6
    with pytest.raises(ConservationError, match=r"consumption 12\.000001 and production 12 of CO2|production 12 and"):
        held.add([consumption])
    assert len(held.entries) == 1


def test_all_of_what_is_added_or_nothing(held: Ledger):
    production, consumption = results()
    consumption.values[0, 0] += 1e-6
    with pytest.raises(ConservationError):
        held.add([production, consumption])
    assert held.entries == ()


def test_entries_are_removed_by_name(held: Ledger):
    held.add(results())
    names = [one.name for one in held.entries]
    with pytest.raises(QuestionError, match="'prodction' is no entry of the ledger"):
        held.remove([names[0], "prodction"])
    assert len(held.entries) == 2
    assert held.remove(["production"]) == (names[1],)
    assert [one.name for one in held.entries] == names[:1]


def test_a_name_that_begins_several_is_not_guessed(held: Ledger):
    held.add([*results(), *results(random_table(3))])
    with pytest.raises(QuestionError, match="'production' is several entries of the ledger"):
        held.find("production")


def test_check_finds_nothing_wrong_with_what_was_added(held: Ledger):
    held.add([*results(), *results(random_table(4))])
    assert held.check() == ()


def test_check_finds_files_that_were_changed_and_totals_that_no_longer_agree(held: Ledger):
    held.add(results())
    path = held.find("production").path
    table = pq.read_table(path)
    values = table.column("value").to_pandas() * 2
    spoilt = table.set_column(table.schema.get_field_index("value"), table.schema.field("value"), [values.to_numpy()])
    pq.write_table(spoilt, path)
    said = held.check()
    assert len(said) == 1
    assert "the rows are not those that were written; remove the entry and add it again" in said[0]


def test_a_file_of_another_kind_is_named(held: Ledger, tmp_path: Path):
    held.add(results())
    pq.write_table(
        pq.read_table(held.find("production").path).replace_schema_metadata({}), held.folder / "mine.parquet"
    )
    with pytest.raises(InputError, match=r"mine\.parquet: is no entry of a ledger; remove it"):
        held.frame()
    (held.folder / "mine.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"mine\.parquet: cannot be read"):
        held.frame()
    assert any("mine.parquet" in said for said in held.check())


def test_of_two_files_of_one_account_the_newer_counts(held: Ledger, tmp_path: Path):
    other = Ledger(tmp_path / "other")
    held.add(results())
    frame = ledger(results())
    frame["value"] *= 2
    other.add(frame)  # written later, as by a replacement that was killed before it removed the older file
    for one in other.entries:
        os.replace(one.path, held.folder / one.path.name)
    assert len(held.entries) == 2
    assert held.frame()["value"].sum() == 48


def test_what_a_killed_write_left_is_swept_when_it_is_old(held: Ledger):
    held.add(results())
    young, old = held.folder / ".young.parquet", held.folder / ".old.parquet"
    for path in (young, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 1e6,) * 2)
    held.add(results(random_table(5)))
    assert (young.exists(), old.exists()) == (True, False)
    assert len(held.entries) == 4


def test_another_writer_is_waited_for_and_then_named(held: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stored, "_WAIT", 0.0)
    held.folder.mkdir()
    (held.folder / ".lock").touch()
    with pytest.raises(QuestionError, match="another process is writing to the ledger; try again; if none is running"):
        held.add(results())
    os.utime(held.folder / ".lock", (time.time() - 1e4,) * 2)  # its writer was killed
    held.add(results())
    assert not (held.folder / ".lock").exists()


def test_all_rows_are_exported_whole(held: Ledger, tmp_path: Path):
    held.add(results())
    read = pd.read_parquet(held.export(tmp_path / "all.parquet"))
    assert read["value"].sum() == 24
    text = pd.read_csv(held.export(tmp_path / "all.csv"))
    assert list(text.columns) == list(form.COLUMNS)
    assert text["value"].sum() == 24
