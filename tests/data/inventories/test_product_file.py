"""Product files: a small one computed by hand, rules for what is missing, and one clear line for every broken one."""

import shutil
from pathlib import Path

import numpy as np
import product_files
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.data import archive
from tanheng.data.inventories import product_file
from tanheng.data.inventory import read_inventory
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, TanhengError, UnitError
from tanheng.systems.assembly import assemble

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path):
    return product_files.write(tmp_path)


def system_of(folder, year=2019):
    return assemble(product_file.read(archive.open(folder), year))


def total(system, process):
    """kg of CO2 and CO2e together of one unit of a process."""
    return float(system.multipliers[:, system.find(process)].sum())


# In 2019: a part takes 2 kWh and gives out 1 kg, so 2.0 at A (0.5 kg/kWh) and 3.0 at B (1.0). A widget takes 3 parts,
# a quarter from A, and 4 kWh: 3 (0.25 x 2 + 0.75 x 3) = 8.25, and 2.0 at A, 4.0 at B.
BY_HAND = {"part@A": 2.0, "part@B": 3.0, "widget@A": 10.25, "widget@B": 12.25, "ship@A>B": 1.0}


@pytest.mark.parametrize(("process", "kg"), BY_HAND.items())
def test_a_chain_in_two_regions_by_hand(folder, process, kg):
    assert total(system_of(folder), process) == pytest.approx(kg, rel=1e-12)  # sums of a few doubles


def test_a_year_picks_its_figures_from_tables_with_years(folder):
    # 2020: 0.4 kg/kWh at A; parts 1.8 and 3.0, so 3 (0.25 x 1.8 + 0.75 x 3) + 4 x 0.4
    assert total(system_of(folder, 2020), "widget@A") == pytest.approx(8.1 + 1.6, rel=1e-12)


def test_a_treatment_takes_waste_in_and_its_credit_counts_down(folder):
    system = system_of(folder)
    # 5 kg at 0.1 kg each, less 0.02 parts of 2.75 kg for each
    assert total(system, "disposal@A") == pytest.approx(5 * (0.1 - 0.02 * 2.75), rel=1e-12)
    assert system.processes[system.find("dump@A")].sign == -1
    assert system.unlinked == ()


def test_places_stages_and_names(folder):
    inventory = product_file.read(archive.open(folder), 2019)
    by_id = {process.id: process for process in inventory.processes}
    assert (by_id["widget@B"].location, by_id["ship@A>B"].location) == ("B", "sea")
    assert by_id["use@A"].stage == "use"  # as [life] says
    assert {one.stage for one in by_id["use@A"].exchanges[1:]} == {"use"}
    assert by_id["widget@A"].stage == "production"
    assert inventory.about.name == "Widgets"
    assert inventory.about.year == 2019


def test_uncertainty_is_relative_to_the_amount(folder):
    product_files.write(folder, ('kind = "lognormal", gsd = 1.2', 'kind = "triangular", low = 0.5, high = 2'))
    inventory = product_file.read(archive.open(folder), 2019)
    part = next(process for process in inventory.processes if process.id == "part@A")
    assert part.exchanges[1].uncertainty.parameters == (1.0, 2.0, 4.0)
    spread = {"lognormal": (2.0, 1.2), "normal": (2.0, 0.2), "uniform": (1.0, 4.0)}
    given_as = {"lognormal": "gsd = 1.2", "normal": "cv = 0.1", "uniform": "low = 0.5, high = 2"}
    for kind, parameters in spread.items():
        product_files.write(folder, ('kind = "lognormal", gsd = 1.2', f'kind = "{kind}", {given_as[kind]}'))
        inventory = product_file.read(archive.open(folder), 2019)
        part = next(process for process in inventory.processes if process.id == "part@A")
        assert part.exchanges[1].uncertainty.parameters == pytest.approx(parameters, rel=1e-12)


# -- what stands in ---------------------------------------------------------------------------------------------------


def findings_of(folder, year=2019):
    return {one.check: one for one in product_file.read(archive.open(folder), year).findings}


def test_the_nearest_year_stands_in_and_is_told(folder):
    found = findings_of(folder, 2021)["product-year"]
    assert found.severity == "warning"
    assert "A 2021 → 2020" in found.values["names"]
    assert total(system_of(folder, 2021), "widget@A") == total(system_of(folder, 2020), "widget@A")


def test_the_earlier_of_two_years_as_near_stands_in(folder):
    product_files.write(folder, grid="region,year,value\nA,2018,1\nA,2020,3\nB,2019,1\nW,2019,1\n")
    assert total(system_of(folder), "electricity@A") == 1.0


def test_a_region_stands_in_where_it_is_used_and_keeps_its_own_place(folder):
    # D has no electricity: its group "east" is no region of the grid, so W stands in, at D
    system = system_of(folder)
    assert total(system, "use@D") == pytest.approx(-20 * 0.8 + 0.8, rel=1e-12)
    assert system.processes[system.find("electricity@D")].location == "D"
    assert findings_of(folder)["product-region"].values["names"] == "D → W"


def test_a_group_stands_in_before_a_region_when_the_file_says_so(folder):
    product_files.write(folder, grid="region,value\nA,0.5\nB,1\neast,0.3\nW,0.8\n")
    assert total(system_of(folder), "use@D") == pytest.approx(-19 * 0.3, rel=1e-12)
    assert findings_of(folder)["product-group"].severity == "note"


def test_nothing_is_told_where_nothing_stood_in(folder):
    product_files.write(folder, ('regions = ["A", "B", "D"]', 'regions = ["A", "B"]'))
    assert findings_of(folder) == {}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [('residual = "A"', {"A": 0.5, "B": 0.5}), ('residual = "scale"', {"A": 1 / 3, "B": 2 / 3})],
)
def test_shares_that_do_not_add_up_follow_the_residual_rule(folder, rule, expected):
    product_files.write(
        folder, ('file = "makers.csv"', f'file = "makers.csv"\n{rule}'),
        makers="key,region,value\npart,A,0.25\npart,B,0.5\nwidget,A,0.5\nwidget,B,0.5\n",
    )  # fmt: skip
    widget = next(one for one in product_file.read(archive.open(folder), 2019).processes if one.id == "widget@A")
    parts = {one.provider[-1]: one.amount / 3 for one in widget.exchanges if one.flow == "part"}
    assert parts == pytest.approx(expected, rel=1e-12)


def test_inputs_that_nothing_makes_are_declared_and_stay_without_a_maker(folder):
    product_files.write(
        folder,
        ('input = "electricity"\namount = 4', 'input = "glue"\namount = 4'),
        ("[[process]]", '[flows.glue]\ntitle = "Glue"\nunit = "kg"\nkind = "product"\n\n[[process]]'),
    )
    system = system_of(folder)
    assert [flow.name for flow in system.unlinked] == ["Glue"]
    assert system.C.toarray().max() == 4


# -- where it is read from --------------------------------------------------------------------------------------------


def test_a_folder_a_file_and_a_zip_read_alike(folder, tmp_path):
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    renamed = folder / "mine.toml"
    renamed.write_text((folder / "product.toml").read_text())
    ways = [folder, folder / "product.toml", renamed, packed]
    hashes = {assemble(product_file.read(archive.open(way), 2019)).hash for way in ways}
    assert len(hashes) == 1
    assert all(product_file.holds(archive.open(way)) for way in ways)


def test_the_door_for_inventories_knows_it(folder):
    assert len(read_inventory(folder).processes) == len(product_file.read(archive.open(folder)).processes)


def test_without_a_year_it_is_the_last_one(folder):
    assert product_file.read(archive.open(folder)).about.year == 2021


@pytest.mark.parametrize("page", ["product-file.md", "product-file.zh.md"])
def test_the_example_of_the_documentation_works(page, tmp_path):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").split("```toml")[1].split("```")[0]
    (tmp_path / "product.toml").write_text(text, encoding="utf-8")
    (tmp_path / "aluminium.csv").write_text("region,value\nCHN,0.6\nNOR,0.4\n", encoding="utf-8")
    system = assemble(product_file.read(archive.open(tmp_path), 2021))
    grid = {name: total(system, f"electricity@{name}") for name in ("CHN", "NOR", "DEU")}
    expected = 1.1 * (1.6 + 14 * (0.6 * grid["CHN"] + 0.4 * grid["NOR"])) + 4 * grid["DEU"]
    assert total(system, "frame@DEU") == pytest.approx(expected, rel=1e-12)


# -- broken ones ------------------------------------------------------------------------------------------------------

BROKEN = [
    ('unit = "piece"', 'unti = "piece"', InputError, "key 'unti' is not known; did you mean unit"),
    ('unit = "piece"', "unit = 3", InputError, "unit is 3, not a text"),
    ('reference = "widget"', 'reference = "wigdet"', LabelError, "process wigdet is not known; did you mean widget"),
    ('source = "made up"\nlicence', "licence", InputError, "has no source"),
    ('disposal = "disposal"', 'disposals = "disposal"', InputError, "'disposals' is not known; did you mean disposal"),
    ('use = "use"', 'use = "user"', LabelError, "process user is not known; did you mean use"),
    ("years = [2019, 2021]", "years = 2019", InputError, r"years is 2019; write years = \[2017, 2025\]"),
    ("years = [2019, 2021]", "years = [1990, 1995]", MissingError, "there is no year 2019; it speaks of 1990 to 1995"),
    ('file = "grid.csv"', 'file = "gird.csv"', InputError, "gird.csv is missing beside it; did you mean grid.csv"),
    ('file = "grid.csv"', 'file = "../grid.csv"', InputError, "name a file that lies beside the product file"),
    ('file = "grid.csv"', 'embedded = "gird"', InputError, "no embedded table 'gird'; did you mean grid"),
    ('missing_year = "nearest"', 'missing_year = "newest"', InputError, "missing_year is 'newest'"),
    ('missing_region = ["group", "W"]\n', "", MissingError, "process electricity is not at D"),
    ('times = ["grid"]', 'times = ["gird"]', InputError, "table 'gird' is not known; did you mean grid"),
    ('times = ["grid"]', 'times = ["grid:x"]', LabelError, 'it has no keys: write "grid"'),
    ('from = "makers:part"', 'from = "makers"', LabelError, r"has keys; say which, as in \"makers:part\""),
    ('from = "makers:part"', 'from = "makers:parts"', LabelError, "no key 'parts'; did you mean part"),
    ('input = "electricity"', 'input = "electicity"', LabelError, "electicity is not known; did you mean electricity"),
    ('input = "electricity"', 'inputs = "electricity"', InputError, "key 'inputs' is not known; did you mean input"),
    ('input = "electricity"\namount = 2', 'amount = 2', InputError, "does not say what it is"),
    ('input = "part"\namount = 3\n', 'input = "part"\n', InputError, "has no amount"),
    ("amount = 3", 'amount = "3"', InputError, "amount is '3', not a number"),
    ("amount = 3", "amount = nan", InputError, "amount is nan, not a number"),
    ('emission = "CO2"', 'emission = "CO3"', LabelError, "emission CO3 is not known; did you mean CO2"),
    ('unit = "g"', 'unit = "kWh"', UnitError, "kWh is no unit of CO2"),
    ('waste = "dump"', 'input = "dump"', InputError, 'dump is a treatment; write waste = "dump"'),
    ("treats = true\n", "", InputError, "dump is no treatment"),
    ("treats = true", 'treats = "yes"', InputError, "treats is 'yes'"),
    ('pairs = "route"', 'pairs = "grid"', InputError, "table grid has no pairs of regions"),
    ('pairs = "route"', 'pairs = "route"\nregions = "grid"', InputError, "has both regions and pairs"),
    ('kind = "lognormal", gsd = 1.2', 'kind = "lognormal", cv = 1.2', InputError, "key 'cv' is not known"),
    ('kind = "lognormal", gsd = 1.2', 'kind = "log", gsd = 1.2', InputError, "kind 'log' is not known"),
    ('id = "part"', 'id = "widget"', LabelError, "process widget is there twice"),
    ('id = "part"', 'id = "part@A"', InputError, "has a sign that regions are told by"),
    ("[[process]]", "[process]", InputError, "is not TOML|not a list of tables"),
    ('id = "widget"', 'id = "widget', InputError, "line 2: is not TOML"),
    ('regions = ["A", "B"]', 'regions = [1, 2]', InputError, "not a list of texts"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "error", "said"), BROKEN)
def test_a_broken_file_ends_in_one_clear_line(folder, old, new, error, said):
    product_files.write(folder, (old, new))
    with pytest.raises(error, match=said) as raised:
        product_file.read(archive.open(folder), 2019)
    assert "\n" not in str(raised.value)
    assert "product.toml" in str(raised.value)


TABLES = [
    ("grid", "region,year,value\nA,2019,\n", InputError, "grid.csv line 2: value '' is no number; a missing number"),
    ("grid", "region,year,value\nA,2019,1\nA,2019,1\n", LabelError, "grid.csv line 3: is there twice"),
    ("grid", "region,year,vaule\nA,2019,1\n", InputError, "column 'vaule' is not known; did you mean value"),
    ("grid", "region,year\nA,2019\n", InputError, "has no column value"),
    ("grid", "region,year,value\nA,2019\n", InputError, "line 2: has 2 cells, the header 3"),
    ("grid", "region,year,value\nA,last,1\n", InputError, "line 2: year 'last' is no year"),
    ("grid", "region,year,value\n", InputError, "has no lines below its header"),
    ("grid", "region,year,value\nA,2019,1\n", MissingError, "process electricity is not at B"),
    ("makers", "key,region,value\npart,A,0.25\npart,B,0.5\nwidget,A,1\n", InputError, "shares add up to 0.75, not"),
    ("makers", "key,region,value\npart,A,1.5\npart,B,-0.5\nwidget,A,1\n", InputError, "the share of B is negative"),
    ("makers", "key,region,value\npart,A,0.5\npart,C,0.5\nwidget,A,1\n", None, ""),
    ("groups", "region,group\nA,west\nA,east\n", LabelError, "groups.csv line 3: region A is there twice"),
    ("groups", "region,value\nA,west\n", InputError, "has other columns than region and group"),
    ("groups", "region,group\nA\n", InputError, "line 2: is not a region and its group"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "content", "error", "said"), TABLES)
def test_a_broken_table_ends_in_one_clear_line(folder, table, content, error, said):
    product_files.write(folder, **{table: content})
    if error is None:  # a maker without electricity of its own: what stands in is laid out there
        assert total(system_of(folder), "part@C") == pytest.approx(1 + 2 * 0.8, rel=1e-12)
        return
    with pytest.raises(error, match=said) as raised:
        product_file.read(archive.open(folder), 2019)
    assert "\n" not in str(raised.value)


def test_a_product_of_factors_is_no_inventory(tmp_path):
    (tmp_path / "product.toml").write_text(
        'id = "x"\ntitle = "X"\nunit = "t"\nsource = "s"\nlicence = "l"\n[factors]\nfile = "f.csv"\n'
    )
    assert not product_file.holds(archive.open(tmp_path))
    with pytest.raises(QuestionError, match="has factors in place of processes"):
        product_file.read(archive.open(tmp_path))


def test_a_file_with_neither_processes_nor_factors_is_refused(tmp_path):
    (tmp_path / "product.toml").write_text(
        'id = "x"\ntitle = "X"\nunit = "t"\nreference = "x"\nsource = "s"\nlicence = "l"\n'
    )
    with pytest.raises(InputError, match="has neither processes nor factors"):
        product_file.read(archive.open(tmp_path))


def test_every_broken_file_is_an_error_for_people():
    assert all(issubclass(error, TanhengError) for _, _, error, _ in BROKEN)


# -- laws -------------------------------------------------------------------------------------------------------------

shares = st.floats(0, 1).map(lambda share: round(share, 6))


@settings(max_examples=25)  # each writes and reads a file
@given(share=shares)
def test_a_mix_lies_between_what_it_is_mixed_of(tmp_path_factory, share):
    folder = tmp_path_factory.mktemp("mix")
    product_files.write(folder, makers=f"key,region,value\npart,A,{share}\npart,B,{1 - share:.6f}\nwidget,A,1\n")
    system = system_of(folder)
    parts = total(system, "widget@A") - 4 * 0.5
    expected = 3 * (share * 2 + (1 - share) * 3)
    assert parts == pytest.approx(expected, rel=1e-9)  # shares are written with six decimals, both alike
    assert 3 * 2 - 1e-9 <= parts <= 3 * 3 + 1e-9  # rounding of the last digit


@settings(max_examples=25)  # each writes and reads a file
@given(scale=st.floats(1e-3, 1e3))
def test_scaling_the_grid_scales_all_that_comes_of_electricity(tmp_path_factory, scale):
    folder = tmp_path_factory.mktemp("grid")
    product_files.write(folder, grid=f"region,value\nA,{0.5 * scale!r}\nB,{scale!r}\nW,{0.8 * scale!r}\n")
    base = 3 * 1.0  # the kilogram of each part does not scale
    assert total(system_of(folder), "widget@A") - base == pytest.approx((10.25 - base) * scale, rel=1e-9)


def test_the_order_of_processes_changes_nothing(folder, tmp_path_factory):
    head, *processes = product_files.FILE.split("[[process]]")
    other = product_files.write(tmp_path_factory.mktemp("order"))
    (other / "product.toml").write_text("[[process]]".join([head, *reversed(processes)]), encoding="utf-8")
    one, two = system_of(folder), system_of(other)
    places = [two.find(process.id) for process in one.processes]
    rows = [[flow.id for flow in two.stressors].index(flow.id) for flow in one.stressors]
    np.testing.assert_allclose(two.multipliers[rows][:, places], one.multipliers, rtol=1e-12, atol=1e-15)
