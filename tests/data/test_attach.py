"""Accounts from another source, attached by label: totals kept, every gap named."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.data import findings
from tanheng.data.attach import attach
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError
from tanheng.labels import Concordance
from tanheng.systems.table import Table

HEAD = ["stressor", "unit", "region", "sector", "value"]


def bare(table):
    """The same table without stressors."""
    n = table.x.size
    return Table.from_arrays(
        table.Z.values.reshape(n, n),
        table.Y.values.reshape(n, -1),
        np.empty((0, n)),
        regions=table.regions,
        sectors=table.sectors,
        demand=table.demand,
        stressors=[],
        about={"name": "bare", "year": table.year, "currency": table.about.currency, "units": {}},
    ).noted((findings.found("no-stressors", "warning", "F"),))


def two_by_two():
    """Regions a, b with sectors s, t of outputs 10, 30 and 20, 20; no stressors."""
    Z, Y = np.zeros((4, 4)), np.zeros((4, 4))
    Y[[0, 1, 2, 3], [0, 0, 2, 2]] = [10, 30, 20, 20]
    about = {"name": "made", "year": 2015, "currency": "USD", "units": {}}
    return Table.from_arrays(
        Z,
        Y,
        np.empty((0, 4)),
        regions=["a", "b"],
        sectors=["s", "t"],
        demand=["households", "government"],
        stressors=[],
        about=about,
    )


def write(path, *rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def checks(table):
    return [one.check for one in table.findings]


# -- worked examples --------------------------------------------------------------------------------------------------


def test_kitzes_2013(tmp_path):
    """The stressors of Kitzes 2013 in a file of their own: production 8 / 4, consumption 4.8 / 7.2."""
    path = write(tmp_path / "co2.csv", ["CO2", "t", "two", "all", 4], ["CO2", "kg", "one", "all", 8000])
    before = bare(kitzes())
    table = attach(before, path)
    assert dict(table.about.units) == {"CO2": "t"}
    assert table.F.values.ravel().tolist() == [8, 4]
    assert table.F_Y is None
    assert accounts.consumption(table).values.ravel() == pytest.approx([4.8, 7.2], rel=1e-12)
    assert table.about.version == "CO2 attached from co2.csv"
    assert checks(table) == ["attached"]  # and no longer that there are no stressors
    assert table.Z.equals(before.Z)


def test_a_sector_that_goes_to_two(tmp_path):
    """Energy goes to s and t by 0.25 / 0.75; with outputs 10, 30 and 20, 20 the pulls are 1 : 9 and 1 : 3."""
    path = write(tmp_path / "co2.csv", ["CO2", "kt", "a", "energy", 100], ["CO2", "kt", "b", "energy", 200])
    concordance = Concordance.from_links([("energy", "s", 0.25), ("energy", "t", 0.75)])
    by_weight = attach(two_by_two(), path, concordance)
    assert by_weight.F.values.ravel().tolist() == [25, 75, 50, 150]
    by_output = attach(two_by_two(), path, concordance, shares="output")
    assert by_output.F.values.ravel() == pytest.approx([10, 90, 50, 150], rel=1e-15)


def test_without_output_the_weights_alone_count(tmp_path):
    path = write(tmp_path / "co2.csv", ["CO2", "kt", "a", "energy", 100], ["CO2", "kt", "b", "energy", 200])
    table = two_by_two()
    Y = table.Y.copy()
    Y[1] = 0
    concordance = Concordance.from_links([("energy", "s", 0.25), ("energy", "t", 0.75)])
    attached = attach(table.replace(Y=Y), path, concordance, shares="output")
    assert attached.F.values.ravel() == pytest.approx([10, 90, 50, 150], rel=1e-15)


def test_regions_by_a_concordance(tmp_path):
    rows = [["CO2", "kt", region, sector, 1] for region in ("x", "y", "z") for sector in ("s", "t")]
    regions = Concordance.from_groups({"a": ["x"], "b": ["y", "z"]}, ["x", "y", "z"])
    table = attach(two_by_two(), write(tmp_path / "co2.csv", *rows), region_concordance=regions)
    assert table.F.values.ravel().tolist() == [1, 1, 2, 2]


def test_concordances_from_files(tmp_path):
    path = write(tmp_path / "co2.csv", ["CO2", "kt", "x", "energy", 4], ["CO2", "kt", "y", "energy", 8])
    (tmp_path / "sectors.csv").write_text("source,target,weight\nenergy,s,0.5\nenergy,t,0.5\n")
    (tmp_path / "regions.csv").write_text("source,target\nx,a\ny,b\n")
    table = attach(two_by_two(), path, tmp_path / "sectors.csv", str(tmp_path / "regions.csv"))
    assert table.F.values.ravel().tolist() == [2, 2, 4, 4]


def test_direct_emissions_of_households(tmp_path):
    rows = [["CO2", "kt", region, sector, "", 1] for region in "ab" for sector in "st"]
    rows += [["CO2", "kt", "a", "", "households", 7], ["CO2", "t", "b", "", "households", 9000]]
    path = write(tmp_path / "co2.csv", *rows, head=[*HEAD[:4], "demand", "value"])
    table = attach(two_by_two(), path)
    assert table.F_Y.values.tolist() == [[[7, 0], [9, 0]]]
    assert accounts.consumption(table).values.ravel() == pytest.approx([9, 11], rel=1e-12)


@pytest.mark.parametrize("kind", ["csv", "semicolons", "parquet", "xlsx"])
def test_wide_and_long_in_every_format_are_the_same(tmp_path, kind):
    wide = pd.DataFrame(
        [["CO2", "kt", "a", 0.1, 2.5, 7.0], ["CO2", "kt", "b", 1 / 3, 4.0, 9.0]],
        columns=["stressor", "unit", "region", "t", "s", "households"],
    )
    path = tmp_path / f"co2.{'csv' if kind == 'semicolons' else kind}"
    if kind == "parquet":
        wide.to_parquet(path)
    elif kind == "xlsx":
        wide.to_excel(path, index=False, engine="openpyxl")  # which writes all digits
    else:
        wide.to_csv(path, index=False, sep=";" if kind == "semicolons" else ",")
    table = attach(two_by_two(), path)
    assert table.F.values.ravel().tolist() == [2.5, 0.1, 4.0, 1 / 3]
    assert table.F_Y.values[0, :, 0].tolist() == [7, 9]


def test_the_year_of_the_table(tmp_path):
    rows = [[year, "CO2", "kt", region, sector, year] for year in (2014, 2015) for region in "ab" for sector in "st"]
    path = write(tmp_path / "co2.csv", *rows, head=["year", *HEAD])
    assert attach(two_by_two(), path).F.values.ravel().tolist() == [2015] * 4
    with pytest.raises(MissingError, match=r"co2.csv: has no rows of 2013; it holds 2014, 2015"):
        attach(bare(kitzes()), path)


# -- what there is stays ----------------------------------------------------------------------------------------------


def test_stressors_are_added(tmp_path):
    table = random_table(3, R=2, S=2, K=1, regions=["a", "b"])
    rows = [["CH4", "t", region, sector, 1] for region in "ab" for sector in ("s0", "s1")]
    more = attach(table, write(tmp_path / "ch4.csv", *rows))
    assert more.stressors == ("k0", "CH4")
    assert dict(more.about.units) == {"k0": "kt", "CH4": "t"}
    assert (more.F.values[0] == table.F.values[0]).all()
    assert (more.F_Y.values[0] == table.F_Y.values[0]).all()
    assert (more.F_Y.values[1] == 0).all()
    assert checks(more) == ["attached", "no-direct"]
    assert more.V.equals(table.V)
    twice = attach(more, write(tmp_path / "n2o.csv", *[["N2O", *row[1:]] for row in rows]))
    assert twice.about.version == "CH4 attached from ch4.csv; N2O attached from n2o.csv"
    assert checks(twice) == ["attached", "no-direct", "attached", "no-direct"]
    with pytest.raises(LabelError, match="the table has the stressor CH4; rename it in the file"):
        attach(twice, tmp_path / "ch4.csv")


def test_a_table_without_direct_emissions_gets_zeros_and_a_note(tmp_path):
    rows = [["CH4", "t", "one", "all", "", 1], ["CH4", "t", "two", "all", "", 1], ["CH4", "t", "two", "", "final", 3]]
    table = attach(kitzes(), write(tmp_path / "ch4.csv", *rows, head=[*HEAD[:4], "demand", "value"]))
    assert table.F_Y.values.tolist() == [[[0], [0]], [[0], [3]]]
    assert [one.values.get("names") for one in table.findings] == ["CH4", "CO2, CH4 (one)"]


# -- laws -------------------------------------------------------------------------------------------------------------


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), shares=st.sampled_from([None, "output"]))
def test_totals_are_kept(tmp_path_factory, seed, shares):
    """Whatever the weights: what the file holds is what the accounts give out, signed as it is."""
    rng = np.random.default_rng(seed)
    table = bare(random_table(seed, R=3, S=4, D=2))
    weights = rng.random((5, 4)) * (rng.random((5, 4)) < 0.7) + 1e-3
    weights /= weights.sum(axis=1, keepdims=True)
    names = [f"f{at}" for at in range(5)]
    concordance = Concordance(tuple(names), table.sectors, weights)
    values = rng.normal(size=(3, 5)) * 10.0 ** rng.integers(-3, 6)
    rows = [
        ["CO2", "kt", r, s, "", repr(float(values[i, j]))]
        for i, r in enumerate(table.regions)
        for j, s in enumerate(names)
    ]
    rows += [["CO2", "kt", table.regions[0], "", "d0", "2.5"]]
    path = write(tmp_path_factory.mktemp("a") / "co2.csv", *rows, head=[*HEAD[:4], "demand", "value"])
    attached = attach(table, path, concordance, shares=shares)
    whole = np.abs(values).sum() + 2.5
    assert attached.F.sum().item() + attached.F_Y.sum().item() == pytest.approx(values.sum() + 2.5, abs=1e-12 * whole)
    assert attached.F.sum("sector").values[0] == pytest.approx(values.sum(axis=1), abs=1e-12 * whole)
    assert accounts.production(attached).sum().item() == pytest.approx(values.sum() + 2.5, abs=1e-9 * whole)


# -- gaps -------------------------------------------------------------------------------------------------------------


def test_sectors_that_receive_nothing_are_named(tmp_path):
    rows = [["CO2", "kt", region, "s", 1] for region in "ab"]
    table = attach(two_by_two(), write(tmp_path / "co2.csv", *rows))
    attached, gap = table.findings
    assert (attached.check, attached.values["absent"]) == ("attached", 0)
    assert (gap.check, gap.severity, gap.values["names"], gap.size) == ("unattached", "warning", "t", 0.5)


def test_cells_that_are_left_out_are_counted(tmp_path):
    rows = [["CO2", "kt", "a", "s", 1], ["CO2", "kt", "a", "t", 1], ["CO2", "kt", "b", "t", 1]]
    table = attach(two_by_two(), write(tmp_path / "co2.csv", *rows))
    assert [(one.check, one.values["absent"]) for one in table.findings] == [("attached", 1)]


def test_regions_that_are_missing_raise_unless_declared(tmp_path):
    path = write(tmp_path / "co2.csv", ["CO2", "kt", "a", "s", 1], ["CO2", "kt", "a", "t", 1])
    with pytest.raises(MissingError, match=r"co2.csv: CO2 has no numbers for b \(1 of 2 regions\); .*missing='zero'"):
        attach(two_by_two(), path)
    table = attach(two_by_two(), path, missing="zero")
    assert table.F.values.ravel().tolist() == [1, 1, 0, 0]
    assert checks(table) == ["attached", "unattached-regions"]


def test_a_region_that_one_stressor_lacks(tmp_path):
    rows = [["CO2", "kt", region, sector, 1] for region in "ab" for sector in "st"]
    path = write(tmp_path / "co2.csv", *rows, ["CH4", "t", "b", "s", 1], ["CH4", "t", "b", "t", 1])
    with pytest.raises(MissingError, match="CH4 has no numbers for a "):
        attach(two_by_two(), path)


PARTS = Concordance.from_groups({"a": ["x"], "b": ["y", "z"]}, ["x", "y", "z"])


@pytest.mark.parametrize("kept", ["xy", "xyz"])
def test_a_part_of_a_region_that_is_missing_raises_unless_declared(tmp_path, kept):
    """z is a part of b: without its CH4, b would hold that of y alone and not say so."""
    rows = [["CH4", "kt", region, sector, 1] for region in "xy" for sector in "st"]
    rows += [["CO2", "kt", region, sector, 1] for region in kept for sector in "st"]
    path = write(tmp_path / "ch4.csv", *rows)
    with pytest.raises(
        MissingError, match=r"ch4.csv: CH4 has no numbers for z, .*a part of a region; .*missing='zero'"
    ):
        attach(two_by_two(), path, region_concordance=PARTS)
    table = attach(two_by_two(), path, region_concordance=PARTS, missing="zero")
    assert table.F.sel(stressor="CH4").values.ravel().tolist() == [1, 1, 1, 1]
    assert checks(table) == ["attached", "unattached-parts"]
    gap = table.findings[1]
    assert (gap.severity, gap.values["names"], gap.values["count"]) == ("warning", "z", 1)
    assert "z" in findings.said(gap, "zh")[0]


def test_a_region_missing_whole_is_not_called_a_part(tmp_path):
    path = write(tmp_path / "co2.csv", *[["CO2", "kt", "x", sector, 1] for sector in "st"])
    with pytest.raises(MissingError, match=r"CO2 has no numbers for b \(1 of 2 regions\)"):
        attach(two_by_two(), path, region_concordance=PARTS)
    assert checks(attach(two_by_two(), path, region_concordance=PARTS, missing="zero")) == [
        "attached",
        "unattached-regions",
    ]


def test_households_alone_are_no_numbers_of_a_region(tmp_path):
    """b has direct emissions and none of sectors, which a has: they are missing, not zero."""
    rows = [["CO2", "kt", "a", sector, "", 1] for sector in "st"]
    rows += [["CO2", "kt", region, "", "households", 1] for region in "ab"]
    path = write(tmp_path / "co2.csv", *rows, head=[*HEAD[:4], "demand", "value"])
    with pytest.raises(MissingError, match="CO2 has no numbers for b "):
        attach(two_by_two(), path)
    alone = write(tmp_path / "direct.csv", *rows[2:], head=[*HEAD[:4], "demand", "value"])
    assert attach(two_by_two(), alone).F_Y.values[0, :, 0].tolist() == [1, 1]  # of households and of no sector at all


def test_direct_emissions_that_some_lack_are_named(tmp_path):
    rows = [[gas, "kt", region, sector, "", 1] for gas in ("CO2", "CH4") for region in "ab" for sector in "st"]
    rows += [["CO2", "kt", "a", "", "households", 1]]
    table = attach(two_by_two(), write(tmp_path / "co2.csv", *rows, head=[*HEAD[:4], "demand", "value"]))
    assert [one.values["names"] for one in table.findings if one.check == "no-direct"] == ["CO2 (b), CH4"]


def test_sectors_that_the_concordance_has_and_the_file_has_not(tmp_path):
    rows = [["CO2", "kt", region, "x", 1] for region in "ab"]
    concordance = Concordance.from_groups({"s": ["x"], "t": ["y"]}, ["x", "y"])
    table = attach(two_by_two(), write(tmp_path / "co2.csv", *rows), concordance)
    assert {one.check: one.values["names"] for one in table.findings[1:]} == {"unattached": "t", "unused-sectors": "y"}


def test_every_message_is_in_both_languages(tmp_path):
    rows = [["CO2", "kt", "a", "x", 1]]
    concordance = Concordance.from_groups({"s": ["x"], "t": ["y"]}, ["x", "y"])
    table = attach(two_by_two(), write(tmp_path / "co2.csv", *rows), concordance, missing="zero")
    assert len(table.findings) == 4
    for one in table.findings:
        assert "co2.csv" in findings.said(one, "en")[0]
        assert "co2.csv" in findings.said(one, "zh")[0]


ROWS = [["CO2", "kt", region, sector, "1"] for region in "ab" for sector in "st"]


def spoilt(row, column, cell):
    rows = [list(cells) for cells in ROWS]
    rows[row][column] = cell
    return rows


FLAWS = {
    "unknown sector": (
        spoilt(1, 3, "u"),
        LabelError,
        r"sector u is not known; .*or declare a concordance from the file's",
    ),
    "unknown region": (spoilt(1, 2, "c"), LabelError, r"region c is not known; .*declare a concordance"),
    "unlike units": (spoilt(1, 1, "TJ"), UnitError, r"co2.csv line 3: CO2 is in TJ, and in kt before"),
    "unknown unit": (spoilt(1, 1, "kto"), UnitError, r"co2.csv line 3: unit 'kto' is not known; did you mean kt"),
    "empty value": (
        spoilt(1, 4, ""),
        MissingError,
        r"co2.csv line 3: the value of t is empty; a missing number is not",
    ),
    "no number": (spoilt(1, 4, "1,000"), InputError, r"co2.csv line 3: the value of t is '1,000', not a number"),
    "NaN": (spoilt(1, 4, "nan"), InputError, r"co2.csv line 3: the value of t is 'nan', not a number"),
    "no sector": (spoilt(1, 3, ""), InputError, r"co2.csv line 3: has no sector; a row is of a sector, or of a final"),
    "no stressor": (spoilt(1, 0, ""), InputError, r"co2.csv line 3: the stressor is empty"),
    "doubled": ([*ROWS, ROWS[0]], LabelError, r"co2.csv line 6: CO2, a, s occurs twice"),
    "broken off": ([*ROWS, ["CO2", "kt"]], InputError, r"co2.csv line 6: has 2 cells, the header has 5"),
    "no rows": ([], MissingError, r"co2.csv: has no rows; give the columns stressor, unit, region"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_flaws(tmp_path, flaw):
    rows, kind, said = FLAWS[flaw]
    with pytest.raises(kind, match=said):
        attach(two_by_two(), write(tmp_path / "co2.csv", *rows))


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (
            ["stressor", "units", "region", "sector", "value"],
            r"line 1: there is no column unit \(did you mean units\?\)",
        ),
        (["stressor", "unit", "region", "sector", "amount"], r"line 1: there is no column value \("),
        (["stressor", "unit", "region", "region", "value"], r"line 1: column region occurs twice"),
    ],
)
def test_renamed_columns(tmp_path, head, said):
    with pytest.raises(InputError, match=said):
        attach(two_by_two(), write(tmp_path / "co2.csv", *ROWS, head=head))


def test_a_demand_category_that_is_unknown_or_beside_a_sector(tmp_path):
    head = [*HEAD[:4], "demand", "value"]
    with pytest.raises(LabelError, match="line 2: demand category household is not known; did you mean households"):
        attach(two_by_two(), write(tmp_path / "a.csv", ["CO2", "kt", "a", "", "household", 1], head=head))
    with pytest.raises(InputError, match="line 2: has a sector and a demand category"):
        attach(two_by_two(), write(tmp_path / "b.csv", ["CO2", "kt", "a", "s", "households", 1], head=head))


def test_a_concordance_that_does_not_fit(tmp_path):
    path = write(tmp_path / "co2.csv", *ROWS)
    with pytest.raises(LabelError, match="target sector u is not known"):
        attach(two_by_two(), path, Concordance.from_groups({"s": ["s"], "u": ["t"]}, ["s", "t"]))
    with pytest.raises(LabelError, match=r"co2.csv, by concordance: sector t is not known"):
        attach(two_by_two(), path, Concordance.from_groups({"s": ["s"]}, ["s"]))


def test_not_text_and_not_parquet(tmp_path):
    (tmp_path / "a.csv").write_bytes("stressor,unit,region,sector,value\nCO2,kt,a,中,1\n".encode("gbk"))
    with pytest.raises(InputError, match=r"a.csv: is not CSV in UTF-8"):
        attach(two_by_two(), tmp_path / "a.csv")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"a.parquet: is no Parquet file"):
        attach(two_by_two(), tmp_path / "a.parquet")


def test_choices(tmp_path):
    path = write(tmp_path / "co2.csv", *ROWS)
    with pytest.raises(QuestionError, match="'outputs' is no choice of shares; did you mean output"):
        attach(two_by_two(), path, shares="outputs")
    with pytest.raises(QuestionError, match="'zeros' is no choice of missing; did you mean zero"):
        attach(two_by_two(), path, missing="zeros")
