"""The command drivers: what it prints in every format, and how it ends."""

from __future__ import annotations

import dataclasses
import io
import json

import pandas as pd
import pytest
from tables import random_table
from typer.testing import CliRunner, Result

from tanheng import accounts
from tanheng.accounts.decomposition import chained, drivers
from tanheng.cli import app
from tanheng.cli import drivers as command  # the import registers it
from tanheng.data import archive, store
from tanheng.data.readers import plain
from tanheng.systems.table import Table

CONSTANT = "constant prices of 2005"
YEARS = (2008, 2009, 2011)


def run(*arguments: object) -> Result:
    assert command.drivers
    return CliRunner().invoke(app, ["drivers", *map(str, arguments)], prog_name="tanheng")


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def table(year: int, basis: str = CONSTANT) -> Table:
    one = random_table(year, R=2, S=2, K=1, regions=["CHN", "USA"])
    return one.replace(about=dataclasses.replace(one.about, year=year, price_basis=basis))


@pytest.fixture
def years(monkeypatch, tmp_path) -> str:
    """A store of three years under the name "three", and the same in previous years' prices under "pyp"."""

    class Years:
        SOURCE = plain.SOURCE

        def __init__(self, basis: str) -> None:
            self.basis = basis

        def years(self, place: object) -> tuple[int, ...]:
            return YEARS

        def read(self, place: object, year: int) -> Table:
            return table(year, self.basis)

    readers = {"three": Years(CONSTANT), "pyp": Years("previous year's prices"), "now": Years("current basic prices")}
    place = archive.open(tmp_path)
    opened = {name: store.Store(name, reader, place) for name, reader in readers.items()}
    monkeypatch.setattr(store, "open", lambda name: opened[name])
    monkeypatch.setattr(store.Store, "__getitem__", lambda self, year: self.reader.read(None, year))
    return "three"


def rows(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


def test_csv_is_tidy_and_the_same_as_in_python(years):
    text = done(years, "--from", 2008, "--to", 2009, "--format", "csv")
    assert text.splitlines()[0] == "account,stressor,unit,year,factor,region,value"
    found = drivers(table(2008), table(2009))
    assert rows(text)["value"].tolist() == pytest.approx(
        accounts.tidy(found)["value"].tolist(), rel=1e-12
    )  # as printed


def test_all_years_are_compared_unless_told_otherwise(years):
    assert set(rows(done(years, "--format", "csv"))["year"]) == {2011}
    meta = json.loads(done(years, "--format", "json"))["meta"]["2011"]
    assert meta["from_year"] == 2008
    assert meta["of"] == "consumption"
    assert meta["price_basis"] == CONSTANT


@pytest.mark.parametrize(
    ("options", "how"),
    [
        (("--factors", "intensity,technology,demand"), {"factors": "intensity,technology,demand"}),
        (("--factors", "all"), {"factors": "all"}),
        (("--method", "polar", "--account", "production"), {"method": "polar", "account": "production"}),
        (("--method", "lmdi"), {"method": "lmdi", "account": "production"}),
        (("--by", "region,sector", "--stressor", "k0"), {"by": "region,sector", "stressor": "k0"}),
        (("--by", ""), {"by": ""}),
        (("--group", "oecd"), {"group_by": "oecd"}),
    ],
)
def test_options_reach_the_question(years, options, how):
    frame = rows(done(years, *options, "--format", "csv"))
    expected = accounts.tidy(drivers(table(2008), table(2011), **how))
    assert frame["value"].tolist() == pytest.approx(expected["value"].tolist(), rel=1e-9)  # as printed, 15 digits
    assert frame.columns.tolist() == expected.columns.tolist()


def test_chained_years(years):
    frame = rows(done(years, "--chained", "--from", 2008, "--to", 2009, "--format", "csv"))
    assert set(frame["year"]) == {2009}
    result = run(years, "--chained")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: three: there is no year 2010")


def test_previous_years_prices(years):
    text = done("now", "--chained", "--previous", "pyp", "--to", 2009, "--format", "csv")
    found = chained([table(2008, "current"), table(2009, "current")], previous={2009: table(2009, "previous year's")})
    assert rows(text)["value"].tolist() == pytest.approx(accounts.tidy(found)["value"].tolist(), rel=1e-9)  # as printed
    assert "revaluation" in set(rows(text)["factor"])
    result = run("now", "--previous", "pyp")
    assert result.exit_code == 2
    assert "--previous goes with --chained" in result.stderr


def test_the_table_has_a_column_a_factor_and_their_sum(years):
    text = done(years, "--factors", "intensity,technology,demand")
    lines = text.splitlines()
    assert "[kt], k0, 2008-2011: Consumption-based" in lines[0]
    assert lines[2].split() == ["Region", "Intensity", "Technology", "Demand", "Direct", "Change"]
    china = next(line.split() for line in lines if line.strip().startswith("CHN"))
    ends = [accounts.consumption(table(year)).sel(region="CHN").item() for year in (2008, 2011)]
    assert float(china[-1].replace(",", "")) == pytest.approx(ends[1] - ends[0], abs=0.05)  # as many digits are shown
    assert any(line.strip().startswith("Total") for line in lines)
    assert any("constant prices of 2005" in line for line in lines)


def test_chained_years_are_rows_where_nothing_else_is(years):
    lines = done(years, "--chained", "--by", "", "--to", 2009).splitlines()
    assert any(line.strip().startswith("2009") for line in lines)
    summed = done(years, "--chained", "--to", 2009)
    assert "CHN China" in summed


def test_chinese_heads(years):
    assert "年份" in done(years, "--chained", "--by", "", "--to", 2009, "--lang", "zh")


def test_a_file_by_its_ending(years, tmp_path):
    for name in ("out.csv", "out.json", "out.parquet", "out.txt"):
        assert done(years, "-o", tmp_path / name) == ""
        assert (tmp_path / name).stat().st_size > 0
    assert pd.read_parquet(tmp_path / "out.parquet")["value"].notna().all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("now",), "would read as technology"),
        (("three", "--from", 2009, "--to", 2008), "2008 is not after 2009"),
        (("three", "--from", 2000), "there is no year 2000; it holds 2008 to 2011"),
        (("three", "--factors", "mix,level"), "do not multiply to the total"),
        (("three", "--by", "demand"), "drivers have no dimension 'demand'"),
        (("three", "--method", "lmdi", "--account", "consumption"), "the Kaya identity is of production"),
        (("three", "--base", 2005), "the table is not in current prices"),
    ],
)
def test_a_wrong_question_ends_in_one_line(years, arguments, message):
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("error:")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_current_prices_go_on(years):
    assert "not comparable" in done("now", "--current-prices")


def test_the_embedded_world_at_constant_prices():
    frame = rows(done("world", "--base", 2005, "--factors", "all", "--format", "csv"))
    world = store.open("world")
    change = [float(accounts.production(world[year]).sum()) for year in (1995, 2009)]
    # convention 7: the drivers of all countries are the change of the world's emissions, 6.8 Gt
    assert frame["value"].sum() == pytest.approx(change[1] - change[0], abs=1e-9 * change[1])
    by_factor = frame.groupby("factor")["value"].sum()
    assert by_factor["level"] > 0 > by_factor["intensity"]  # the world grew richer, and its production cleaner
