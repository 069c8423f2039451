"""Flaws of files that a reader once did not see, or fell over: each is named now."""

from __future__ import annotations

import re
import shutil

import pytest
import wiod_tables
from adb_tables import emission_rows
from ceads_tables import english
from data.layouts import named
from mario_tables import WORKBOOK

from tanheng.data import archive
from tanheng.data.readers import plain
from tanheng.errors import InputError, LabelError, MissingError, UnitError


def cut(name, lines):
    """Keep the first lines of a file."""
    return lambda place: (place / name).write_text("".join((place / name).read_text().splitlines(True)[:lines]))


def lost(name):
    return lambda place: (place / name).unlink()


def spoilt(name, old, new):
    def change(place):
        content = (place / name).read_bytes()
        assert old in content
        (place / name).write_bytes(content.replace(old, new, 1))

    return change


def broken_mat(place):
    file = place / "EMERGING_CO2_2023.mat"
    file.write_bytes(file.read_bytes()[:150])


def without_labels(place):
    file = place / "satellite" / "unit.txt"
    file.write_text("".join(f"{line.split(chr(9))[1]}\n" for line in file.read_text().splitlines()))


def total_lost(gas):
    """One row of the totals by substance is gone: the first of them held the name of them all."""

    def change(place):
        rows = emission_rows()
        at = next(at for at, row in enumerate(rows) if row[:1] == ["Total by substance"])
        del rows[at + ("CO2", "CH4").index(gas)]
        wiod_tables.workbook(place / "2019 EE-MRIOT (Air Emissions).xlsx", {"2019": rows})

    return change


def two_names(place):
    """The code of one input beside the name of another."""
    rows = english()
    one, other = (next(row for row in rows if code in row) for code in ("VA001", "VA004"))
    one[1], other[1] = other[1], one[1]
    wiod_tables.workbook(place / "MRIO 2018.xlsx", {"Table_2018": rows})


def unnamed_input(place):
    rows = wiod_tables.rows_of(wiod_tables.made(("AUS", "ROM", "RoW"), ("c1", "c2", "c17")), 2009, 2013)
    next(row for row in rows if "Value added at basic prices" in row)[1] = ""
    wiod_tables.workbook(place / "wiot09_row_apr12.xlsx", {"WIOT_2009": rows})


FLAWS = {
    "no cells": ("gtap", cut("MDF.csv", 1), InputError, r"MDF\.csv: has no rows of numbers"),
    "a fuel gone": ("gtap", cut("MDG.csv", 3), LabelError, r"MDG\.csv: gas stands in MDF\.csv or here, not in both"),
    "broken off": ("emerging", broken_mat, InputError, r"EMERGING_CO2_2023\.mat: is no whole MATLAB file"),
    "units alone": ("exiobase3 3.8.2", without_labels, InputError, r"satellite/unit\.txt line 1: has no column of lab"),
    "F lost": ("exiobase3 3.9.5", lost("air_emissions/F.txt"), InputError, r"air_emissions/F\.txt is missing; air_emi"),
    "mrEmissions lost": (
        "exiobase1",
        lost("mrEmissions.txt"),
        InputError,
        r"mrFDEmissions\.txt: is there without mrEmissions\*\.txt",
    ),
    "no names": (
        "exiobase1",
        spoilt("mrResources.txt", b"Arable land\t", b"nature\t"),
        LabelError,
        r"mrResources\.txt line 3: the row has no label beside its unit",
    ),
    "extension lost": ("pymrio", lost("factor_inputs/F.txt"), InputError, r"factor_inputs: F\.txt is missing"),
    "no units": ("pymrio", cut("unit.txt", 1), UnitError, r"Z\.txt: no unit is given for its sectors"),
    "no units of MARIO": ("mario", cut("flows/units.txt", 1), InputError, r"units\.txt: has no units"),
    "two workbooks": (
        "mario workbook",
        lambda place: wiod_tables.workbook(place / "other.xlsx", WORKBOOK),
        InputError,
        r"holds several workbooks: mario\.xlsx, other\.xlsx",
    ),
    "another encoding": (
        "oecd 2023",
        spoilt("DF_MAIN.csv", b"PROD_GHG", b"PROD_\xff"),
        InputError,
        r"DF_MAIN\.csv line 2: is not text in UTF-8",
    ),
    "row without a label": (
        "oecd 2021",
        spoilt("ICIO2021_2020.csv", b"\nVALU,", b"\n,"),
        LabelError,
        r"ICIO2021_2020\.csv: a row below the industries has no label",
    ),
    "a year in words": (
        "wiod2016 csv",
        spoilt("WIOT2014_October16_ROW.csv", b",2014,", b",year,"),
        InputError,
        r"_ROW\.csv line 2: RNr is '1' and Year 'year'; both are whole numbers",
    ),
    "input without a name": ("wiod2013", unnamed_input, LabelError, r"sheet WIOT_2009 cell B\d+: the row has no label"),
    "first total gone": ("adb", total_lost("CO2"), LabelError, r"sheet 2019 row \d+: CH4 of Waste occurs twice"),
    "second total gone": ("adb", total_lost("CH4"), MissingError, r"sheet 2019: the total of CH4 is missing"),
    "two names": ("ceads english", two_names, LabelError, r"cell B\d+: compensation of employees occurs twice"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_it_is_named(flaw, tmp_path):
    layout, harm, error, said = FLAWS[flaw]
    place = named(layout).made(tmp_path)
    harm(place)
    with pytest.raises(error, match=said):
        named(layout).read(place)


@pytest.mark.parametrize("label", ["", "Net taxes on labour"])
def test_a_row_that_is_no_known_input_is_said(label, tmp_path):
    """It may be an input misspelt: not dropped in silence."""
    layout = named("ceads english")
    place = layout.made(tmp_path)
    rows = english()
    row = next(row for row in rows if "VA002" in row)
    row[1:3] = [label, ""]
    wiod_tables.workbook(place / "MRIO 2018.xlsx", {"Table_2018": rows})
    (left,) = [one for one in layout.read(place).findings if one.check == "left-out"]
    assert left.severity == "warning"
    assert left.values["names"] == label or re.fullmatch(r"a row without a label \(\d+\)", str(left.values["names"]))
    assert left.values["total"] == pytest.approx(0.01 * sum(row[3:7]), rel=1e-12)  # four sectors, in 10,000 yuan


@pytest.mark.parametrize(
    ("layout", "file"),
    [
        ("exiobase3 3.8.2", "satellite/F_Y.txt"),
        ("exiobase1 flows", "mrFDEmissions.txt"),
        ("pymrio", "emissions/F_Y.txt"),
        ("mario", "flows/EY.txt"),
    ],
)
def test_no_direct_emissions_at_all_are_said(layout, file, tmp_path):
    place = named(layout).made(tmp_path)
    (place / file).unlink()
    table = named(layout).read(place)
    assert table.F_Y is None
    assert "no-direct" in {one.check for one in table.findings}


def test_a_long_value_is_not_repeated_whole(tmp_path):
    place = named("world").made(tmp_path)
    with pytest.raises(InputError, match=r"about\.toml") as caught:
        plain.years(archive.open(place))
    assert len(str(caught.value)) < 500  # the place may be long, the list of what was done is longer


def test_a_satellite_folder_beside_is_no_other_table(tmp_path):
    """A second copy of one satellite file is passed over or refused, never added."""
    layout = named("exiobase3 3.8.2")
    place = layout.made(tmp_path)
    sound = layout.read(place)
    shutil.copytree(place / "satellite", place / "satellite" / "copy")
    assert layout.read(place).hash == sound.hash
