"""EXIOBASE's hybrid supply-use tables, made at their layout: product by product, no table in one money."""

from __future__ import annotations

import numpy as np
import pytest
from exiobase_tables import folder, packed
from hybrid_tables import ACTIVITIES, INDUSTRIES, LAND, USE, USES, Y, place

from tanheng.data import archive
from tanheng.data.readers import exiobase_hybrid as reader
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, TableError, UnitError


def test_supply_and_use_product_by_product(tmp_path):
    table = reader.supply_use(place(tmp_path), 2011)
    assert table.regions == ("CHN", "WF")
    assert table.industries == ACTIVITIES
    assert dict(table.units) == {"Paddy rice": "tonnes", "Electricity, by coal": "TJ", "Trade": "million EUR"}
    assert table.supply.values.tolist() == [[[9, 1, 0], [0, 8, 2]], [[7, 0, 3], [0, 6, 1]]]
    assert np.array_equal(table.use.values.reshape(6, 4), USE)
    assert np.array_equal(table.Y.values.reshape(6, 4), Y)
    assert table.product_output.values.tolist() == [[9, 9, 2], [7, 6, 4]]
    assert table.stressors == ("Carbon dioxide, fossil - air", "Methane - air", "Coal", "Arable land")
    assert table.about.units["Methane - air"] == "tonnes"
    assert table.F.sel(stressor="Methane - air").values.ravel().tolist() == [5, 6, 7, 8]
    assert table.F_Y.values[0].ravel().tolist() == [0.5, 0, 0.25, 0]
    with pytest.raises(UnitError, match="would add products in unlike units"):
        table.symmetric("D")


def test_only_the_accounts_that_are_wanted(tmp_path):
    there = place(tmp_path)
    assert reader.supply_use(there, accounts=("Land",)).stressors == ("Arable land",)
    assert reader.supply_use(there, accounts=()).stressors == ()
    with pytest.raises(QuestionError, match="there is no account 'land'; did you mean Land"):
        reader.supply_use(there, accounts=("land",))


def test_columns_of_the_workbook_go_by_their_labels(tmp_path):
    turned = (INDUSTRIES[::-1], {name: numbers[::-1] for name, numbers in LAND.items()})
    table = reader.supply_use(place(tmp_path, sheets={"Land_act": turned}), accounts=("Land",))
    assert table.F.values.ravel().tolist() == [4, 3, 2, 1]


def test_no_table_in_one_money_but_a_way_out(tmp_path):
    there = place(tmp_path)
    assert reader.years(there) == (2011,)
    with pytest.raises(TableError, match=r"tonnes, TJ and million EUR.*supply_use reads it.*reader exiobase3"):
        reader.read(there, 2011)
    with pytest.raises(MissingError, match="there is no year 2012"):
        reader.supply_use(there, 2012)


def test_a_zip_is_its_folder(tmp_path):
    files = {}
    there = place(tmp_path / "f", lambda given: files.update(given) or given)
    zipped = archive.open(packed(tmp_path / "hybrid.zip", files))
    one, two = (reader.supply_use(each, accounts=()) for each in (there, zipped))
    assert np.array_equal(one.use.values, two.use.values)
    assert np.array_equal(one.supply.values, two.supply.values)


def spoilt(name, old, new):
    def change(files):
        assert old in files[name]
        return files | {name: files[name].replace(old, new, 1)}

    return change


HSUP, HUSE, FD = "MR_HSUP_2011_v3_3_18.csv", "MR_HUSE_2011_v3_3_18.csv", "MR_HSUTs_2011_v3_3_18_FD.csv"


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda f: f | {HUSE: f[HUSE][:-9]}, InputError, r"MR_HUSE_2011_v3_3_18\.csv line 10: row .* has \d cells"),
        (lambda f: f | {HSUP: "".join(f[HSUP].splitlines(True)[:-1])}, LabelError, r"MR_HSUP.*\.csv: row .*is missing"),
        (spoilt(HUSE, "Power", "Solar"), LabelError, r"MR_HUSE.*\.csv column"),
        (spoilt(HSUP, "Power", "Solar"), LabelError, r"MR_HSUP.*\.csv, header: column .*Solar"),
        (spoilt(FD, "Trade", "Barter"), LabelError, r"MR_HSUTs_2011_v3_3_18_FD\.csv line 7"),
        (spoilt(HUSE, "TJ", "kilofoo"), UnitError, r"MR_HUSE.*\.csv line 6: unit 'kilofoo' is not known"),
        (spoilt(HUSE, "TJ", "tonnes"), UnitError, r"line 9: Electricity, by coal is in TJ; .* is in tonnes elsewhere"),
        (
            spoilt(HSUP, "9.0,0.0,0.0", "9.0,0.0,0.5"),
            TableError,
            r"MR_HSUP.*line 5: activities of other regions make 0\.5",
        ),
        (spoilt(HUSE, "0.0,1.0", "0.0,"), MissingError, r"MR_HUSE.*\.csv line 5: row CN Paddy rice.*is empty"),
    ],
)
def test_flaws_are_named(tmp_path, change, error, says):
    with pytest.raises(error, match=says):
        reader.supply_use(place(tmp_path, change), accounts=())


@pytest.mark.parametrize(
    ("sheets", "error", "says"),
    [
        ({"Land_act": (INDUSTRIES[:-1], {n: r[:-1] for n, r in LAND.items()})}, LabelError, r"sheet Land_act: column"),
        ({"Land_FD": (USES, {("Forest", "km2"): [0.0] * 4})}, LabelError, r"sheet Land_FD.*Forest"),
        (
            {"Land_act": (INDUSTRIES, {("Arable land", "kilofoo"): [1.0] * 4})},
            UnitError,
            r"Land_act row 5: unit 'kilofoo'",
        ),
        (
            {"Land_act": (INDUSTRIES, {("Arable land", "km2"): [1.0, 2.0, 3.0, ""]})},
            MissingError,
            r"cell F5: the cell is empty",
        ),
    ],
)
def test_flaws_of_the_workbook_are_named(tmp_path, sheets, error, says):
    with pytest.raises(error, match=says):
        reader.supply_use(place(tmp_path, sheets=sheets), accounts=("Land",))


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match=r"MR_HSUP_2011_v3_3_\*\.csv is missing; the hybrid tables are"):
        reader.years(archive.open(folder(tmp_path / "a", {HUSE: ""})))
    with pytest.raises(InputError, match="MR_HIOT is the symmetric table in mixed units, which is not read"):
        reader.years(archive.open(folder(tmp_path / "b", {"MR_HIOT_2011_v3_3_18_by_product_technology.csv": ""})))
