"""The table: frozen, named, validated, derived once."""

import dataclasses

import numpy as np
import pytest
from tables import ABOUT, flat, kitzes, random_table

from tanheng.errors import InputError, LabelError, MissingError, TableError, UnitError
from tanheng.systems.about import About
from tanheng.systems.table import Table

LABELS = {"regions": ["a", "b"], "sectors": ["s"], "demand": ["d"], "stressors": ["CO2"]}
ARRAYS = {"Z": [[8.0, 5], [4, 2]], "Y": [[3.0, 0], [0, 6]], "F": [[8.0, 4]]}
GOOD = ARRAYS | LABELS | {"about": ABOUT | {"units": {"CO2": "kt"}}}


def make(**changes):
    return Table.from_arrays(**(GOOD | changes))


def test_four_named_dimensions_are_a_view_of_the_matrix():
    Z = np.arange(36.0).reshape(6, 6)
    Y = np.full((6, 4), 100.0)
    table = Table.from_arrays(
        Z, Y, np.ones((1, 6)), regions=["a", "b"], sectors=["x", "y", "z"], demand=["h", "g"], stressors=["CO2"],
        about=GOOD["about"],
    )  # fmt: skip
    assert table.Z.dims == ("region", "sector", "to_region", "to_sector")
    assert table.Z.sel(region="b", sector="x", to_region="a", to_sector="z").item() == Z[3, 2]
    assert table.Y.dims == ("region", "sector", "to_region", "demand")
    assert np.shares_memory(table.Z.values, Z)
    assert np.shares_memory(table.Y.values, Y)


def test_nothing_is_edited_in_place():
    table = kitzes()
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.Z = table.Z * 2  # type: ignore[misc]
    with pytest.raises(ValueError, match=r"read-only|is a view"):
        table.Z[0, 0, 0, 0] = 1


def test_replace_makes_a_new_table_with_its_own_results():
    table = kitzes()
    doubled = table.replace(F=table.F * 2)
    assert table.multipliers.values.ravel() == pytest.approx(doubled.multipliers.values.ravel() / 2)
    assert table.hash != doubled.hash


def test_replace_refuses_other_labels():
    table = kitzes()
    with pytest.raises(LabelError, match="order"):
        table.replace(F=table.F.isel(region=[1, 0]))


def test_replace_refuses_another_order_of_dimensions_and_bare_arrays():
    table = kitzes()
    with pytest.raises(LabelError, match="transpose it by name"):
        table.replace(Z=table.Z.transpose("to_region", "to_sector", "region", "sector"))
    with pytest.raises(LabelError, match="F is ndarray"):
        table.replace(F=table.F.values)


def test_what_follows_is_closed_to_writing_as_well():
    table = kitzes()
    for array in (table.x, table.multipliers, table.embodied_output, table.final_use, table.intensity):
        assert not array.values.flags.writeable
    with pytest.raises(TypeError):
        table.about.units["CO2"] = "kt"  # type: ignore[index]


def test_years_may_be_of_numpy():
    assert About.of(ABOUT | {"units": {"CO2": "kt"}, "year": np.int64(2003)}).year == 2003


def test_the_hash_follows_numbers_labels_and_units_and_nothing_else():
    assert make().hash == make().hash
    changed = [
        make(F=[[8.0, 4.000001]]),
        make(regions=["a", "c"]),
        make(about=ABOUT | {"units": {"CO2": "t"}}),
        make(F_Y=[[0.0, 0.0]]),
    ]
    assert len({table.hash for table in [make(), *changed]}) == 5


def test_output_is_what_is_sold():
    table = random_table(1, signed=True)
    Z, Y, _, x = flat(table)
    assert x == pytest.approx(Z.sum(axis=1) + Y.sum(axis=1), rel=1e-12)


def test_primary_inputs_are_given_or_the_balance():
    table = random_table(2)
    assert table.replace(V=None).primary_inputs.values == pytest.approx(table.primary_inputs.values, rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"Z": [[8.0, 5]]}, InputError, "Z is 1 x 2, the labels need 2 x 2"),
        ({"F": [[8.0, 4, 1]]}, InputError, "F is 1 x 3, the labels need 1 x 2"),
        ({"Z": [[8.0, np.nan], [4, 2]]}, MissingError, "Z is nan at region a, sector s, to_region b, to_sector s"),
        ({"Y": [[3.0, np.inf], [0, 6]]}, MissingError, "Y is inf at region a, sector s, to_region b, demand d"),
        ({"F": [["x", 4]]}, InputError, "F holds something that is not a number"),
        ({"regions": ["a", "a"]}, LabelError, "region a occurs twice"),
        ({"regions": "ab"}, LabelError, "one string"),
        ({"stressors": []}, InputError, "F is 1 x 2, the labels need 0 x 2"),
        ({"Y": [[3.0, -40], [0, 6]]}, TableError, "region a, sector s: the output is negative"),
        ({"about": ABOUT | {"units": {"CO2": "kilofoo"}}}, UnitError, "unit 'kilofoo' is not known"),
        ({"about": ABOUT | {"units": {"CH4": "kt"}}}, InputError, "stressor CO2 has no unit"),
        ({"about": ABOUT | {"units": {"CO2": "kt"}, "currency": "shells"}}, UnitError, "'shells' is not known"),
        ({"about": ABOUT}, InputError, "'units' is missing"),
        ({"about": ABOUT | {"units": {}, "yaer": 1}}, InputError, "'yaer' is not a key"),
        ({"about": ABOUT | {"units": {"CO2": "kt"}, "year": "2009"}}, InputError, "year is '2009', not a whole number"),
        ({"about": ABOUT | {"units": {"CO2": "kt"}, "year": 10**20}}, InputError, "not a whole number"),
        ({"about": ABOUT | {"units": {"CO2": "kt"}, "currency": "kt"}}, UnitError, "'kt', which is no money"),
        ({"regions": ["a", " "]}, LabelError, "a region has no name"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(changes, error, message):
    with pytest.raises(error) as caught:
        make(**changes)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint, "every message names the way out"


def test_rounding_below_zero_is_a_sector_without_output():
    # WIOD 1995 has an output of -2 in a world of 5e7 million USD
    table = make(Z=[[8e6, 0.0], [0.0, 0.0]], Y=[[3e6, 0.0], [0.0, -1.0]])
    assert table.has_output.ravel().tolist() == [True, False]


def test_about_is_read_from_a_mapping_or_given():
    about = About.of(ABOUT | {"units": {"CO2": "kt"}})
    assert About.of(about) is about
    assert about.licence == "not stated"
