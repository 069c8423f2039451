"""What is wrong with a table, as data."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from tables import kitzes, random_table

from tanheng.data import checks, reference
from tanheng.data import findings as findings_
from tanheng.data.checks.magnitude import WORLD_OUTPUT
from tanheng.systems.aggregate import MEASURED
from tanheng.systems.table import Table


def found(table: Table) -> dict[str, checks.Finding]:
    return {finding.check: finding for finding in checks.check(table)}


def small(Z, Y, F=((1.0, 1.0),), *, currency="million USD", year=2009, regions=("one", "ROW"), **more) -> Table:
    about = {"name": "small", "year": year, "currency": currency, "units": {"CO2": "kt"}}
    return Table.from_arrays(
        Z, Y, F, regions=regions, sectors=["all"], demand=["final"], stressors=["CO2"], about=about, **more
    )


def test_nothing_is_found_in_a_sound_table():
    assert checks.check(kitzes()) == ()
    assert checks.check(random_table(3)) == ()


def test_value_added_that_does_not_balance():
    """Kitzes: value added is 16 - 12 = 4 and 12 - 7 = 5; 1 of 9 is missing in the second sector."""
    assert "value-added-balance" not in found(kitzes(V=[[4, 5]]))
    finding = found(kitzes(V=[[4, 4]]))["value-added-balance"]
    assert (finding.severity, finding.where) == ("error", "V")
    assert finding.size == pytest.approx(1 / 9)
    assert "most at region two, sector all" in finding.what


@pytest.mark.parametrize(("missing", "severity"), [(0.012, "error"), (0.008, "warning"), (0.0008, "note")])
def test_value_added_is_measured_against_itself(missing, severity):
    """Not against output, which is three times as much."""
    finding = found(kitzes(V=[[4, 5 - 9 * missing]]))["value-added-balance"]
    assert finding.severity == severity
    assert finding.size == pytest.approx(missing)


def test_negative_cells_by_kind():
    table = random_table(1, R=2, S=2, D=2, signed=True)
    findings = [one for one in checks.check(table) if one.check == "negative-demand"]
    assert [one.where for one in findings] == ["Y, demand category d1"]
    values = table.Y.sel(demand="d1").values
    assert findings[0].size == pytest.approx(-values[values < 0].sum() / np.abs(values).sum())
    assert found(small([[2, 1], [-1, 1]], [[3, 0], [0, 6]]))["negative-cells"].severity == "warning"


def test_sectors_without_output():
    table = small([[2, 0], [0, 0]], [[3, 1], [0, 0]], [[3, 1]])
    assert found(table)["emissions-without-output"].size == pytest.approx(1 / 4)
    assert found(table)["region-without-output"].where == "region ROW"
    bought = small([[2, 1], [0, 0]], [[3, 0], [0, 0]])
    assert found(bought)["inputs-without-output"].size == pytest.approx(1 / 6)
    assert found(bought)["region-without-demand"].where == "region ROW"
    assert "sales-without-output" in found(small([[2, 0], [1, 0]], [[3, 1], [-1, 0]]))


def test_productivity():
    losing = small([[1, 3], [1, 1]], [[2, 0], [0, 1]])  # x = 6, 3; the second column sums to 4
    assert found(losing)["negative-value-added"].values["share"] == pytest.approx(4 / 3)
    assert "unproductive" not in found(losing)
    swallowing = small([[5, 5], [5, 5]], [[-1, 0], [0, -1]])  # x = 9, 9; every column sums to 10
    worst = checks.check(swallowing)[0]
    assert (worst.check, worst.severity) == ("unproductive", "error")
    assert worst.size == pytest.approx(10 / 9)


def test_a_table_is_productive_in_the_check_where_it_is_in_the_kernel():
    """Column sums of 1 and above that a bound settles, output that cancels to rounding, signed cells."""
    losing = small([[1, 3], [1, 1]], [[2, 0], [0, 1]])
    left_over = small([[2, 0.1], [0, 0.3]], [[3, 0], [-0.1, -0.2 + 1e-17]])  # x = 5.1 and 6e-17
    signed = small([[5, 5], [-9, 5]], [[1, 0], [0, 15]])
    for table in (losing, left_over, signed):
        assert table.system is not None
        assert not {"unproductive", "unsettled"} & set(found(table))
    assert not left_over.has_output[1, 0]
    assert found(left_over)["region-without-output"].where == "region ROW"
    assert "negative-value-added" not in found(left_over)


def test_a_stressor_that_is_zero_everywhere():
    assert found(small([[1, 1], [1, 1]], [[2, 0], [0, 2]], [[0, 0]]))["stressor-all-zero"].where == "stressor CO2"


@pytest.mark.parametrize(
    ("currency", "world", "regions", "year", "odd"),
    [
        ("million USD", 114e6, ("one", "ROW"), 2009, False),
        ("thousand USD", 114e9, ("one", "ROW"), 2009, False),
        ("million USD", 114e9, ("one", "ROW"), 2009, True),  # thousand, said to be million (pitfall 11)
        ("million USD", 200e6, ("one", "RoW"), 2022, False),
        ("million USD", 114e9, ("one", "two"), 2009, False),  # no rest of the world: not the whole world
        ("million USD", 114e9, ("one", "ROW"), 1930, False),
        ("million EUR", 114e9, ("one", "ROW"), 2009, True),  # a thousand times, whatever the rate
        ("million EUR", 82e6, ("one", "ROW"), 2009, False),  # 114 million million USD at 1.39 USD per EUR
        ("million CNY", 780e6, ("one", "ROW"), 2009, False),  # at 6.83 CNY per USD
        ("million CNY", 780e3, ("one", "ROW"), 2009, True),
        ("million XAU", 114e9, ("one", "ROW"), 2009, False),  # no rate is known
    ],
)
def test_world_output(currency, world, regions, year, odd):
    table = small([[0, 0], [0, 0]], [[world / 2, 0], [0, world / 2]], currency=currency, regions=regions, year=year)
    assert ("world-output" in found(table)) is odd


def test_provinces_are_not_held_against_the_world():
    assert checks.check(small([[0, 0], [0, 0]], [[1e12, 0], [0, 1e12]], regions=("Beijing", "Hebei"))) == ()


def test_the_embedded_world_has_no_errors():
    from tanheng.data import store

    table = store.open("world")[2009]
    assert not [one for one in checks.check(table) if one.severity == "error" or one.check == "world-output"]
    assert table.x.values.sum() / 1e6 == pytest.approx(WORLD_OUTPUT[2009], rel=1e-3)


def test_worst_first_and_every_message_has_its_values():
    table = small([[5, 5], [5, 5]], [[-1, 0], [0, -1]], [[0, 0]])
    findings = checks.check(table)
    ranks = [checks.SEVERITIES.index(one.severity) for one in findings]
    assert ranks == sorted(ranks)
    assert all(findings_.said(one, "en") == (one.what, one.hint) for one in findings)
    assert all("\n" not in one.what for one in findings)


# -- balance ----------------------------------------------------------------------------------------------------------


def test_a_single_column_out_of_balance():
    """1 of 12 of the second sector's output, where V as a whole misses 1 of 509: below what breaks an account."""
    V = [[504.0, 5.0]]
    sound = small([[8, 5], [4, 2]], [[503, 0], [0, 6]], V=V)  # x = 516, 12; inputs 12, 7
    assert not {"value-added-balance", "column-balance"} & set(found(sound))
    off = found(small([[8, 5], [4, 2]], [[503, 0], [0, 6]], V=[[504.0, 4.0]]))
    assert off["value-added-balance"].severity == "warning"
    assert off["column-balance"].values["share"] == pytest.approx(1 / 12)
    assert off["column-balance"].values["worst"] == "region ROW, sector all"


def test_final_demand_beyond_what_a_region_can_pay():
    """Value added 3 and 6; final demand 1 and 8 leaves a trade surplus of two thirds to the first, a third is lent."""
    table = small([[0, 0], [0, 0]], [[1, 2], [0, 6]])
    assert found(table)["trade-balance"].values["names"] == "one 0.333"
    assert found(table)["trade-balance"].size == pytest.approx(2 / 9)
    assert "trade-balance" not in found(small([[0, 0], [0, 0]], [[2, 1], [0, 6]]))  # a surplus of a third is Ireland's


def test_negative_totals_of_final_demand():
    both = {"demand": ["households", "inventories"], "stressors": ["CO2"], "regions": ["one", "ROW"]}
    about = {"name": "small", "year": 2009, "currency": "million USD", "units": {"CO2": "kt"}}
    Y = [[5, -1, 0, 0], [-2, 0, 9, 0]]
    wrong = Table.from_arrays([[0, 2], [2, 0]], Y, [[1, 1]], sectors=["all"], about=about, **both)
    assert "negative-demand-total" not in found(wrong)  # inventories fall, households' total is 5 - 2
    Y[0][0], Y[0][1] = 1, 3
    finding = found(Table.from_arrays([[0, 2], [2, 0]], Y, [[1, 1]], sectors=["all"], about=about, **both))
    assert finding["negative-demand-total"].values["names"] == "one households"
    assert finding["negative-demand-total"].values["total"] == -1


# -- negative cells by kind -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "label", "check", "severity"),
    [
        ("demand", "Changes in inventories", "negative-inventories", "note"),
        ("demand", "存货变动", "negative-inventories", "note"),
        ("demand", "P.51 Gross fixed capital formation", "negative-inventories", "note"),
        ("demand", "Household consumption", "negative-demand", "warning"),
        ("V", "taxes less subsidies on products", "negative-inputs", "note"),
        ("V", "value added", "negative-inputs", "note"),
        ("V", "Compensation of employees; wages", "negative-payments", "warning"),
        ("V", "劳动者报酬", "negative-payments", "warning"),
        ("F", "CO2", "negative-emissions", "warning"),
        ("F", "CO2 LULUCF", "negative-removals", "note"),
    ],
)
def test_each_kind_of_negative_cell_has_its_severity(part, label, check, severity):
    demand = ["final", label if part == "demand" else "other"]
    stressor = label if part == "F" else "CO2"
    table = Table.from_arrays(
        [[1, 1], [1, 1]],
        [[5, -1 if part == "demand" else 1, 0, 0], [0, 0, 4, 1]],
        [[-1 if part == "F" else 1, 9]],
        V=[[-1 if part == "V" else 4, 4]],
        inputs=[label if part == "V" else "value added"],
        regions=["one", "two"],
        sectors=["all"],
        demand=demand,
        stressors=[stressor],
        about={"name": "small", "year": 2009, "currency": "million USD", "units": {stressor: "kt"}},
    )
    negative = [one for one in checks.check(table) if one.check.startswith("negative-")]
    negative = [one for one in negative if one.check not in ("negative-demand-total", "negative-value-added")]
    assert [(one.check, one.severity) for one in negative] == [(check, severity)]
    assert label in negative[0].where


# -- names and units --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "unit", "due"),
    [
        ("CO2", "million USD", "mass"),
        ("CO2", "kt C", "CO2"),
        ("CH4", "kt CO2", "CH4"),
        ("CH4", "kt CO2e", None),
        ("CO2", "kt", None),
        ("Energy use", "kt", "energy"),
        ("Energy-related CO2", "kt", None),
        ("Employment", "M.hr", None),
        ("Employment", "million USD", "people / time"),
        ("Compensation of employees; wages, low-skilled", "million EUR", None),
        ("Land use", "ha", None),
        ("Land use", "m3", "area"),
        ("Biodiversity loss by land use", "items", None),  # characterised: no physical kind
        ("Domestic extraction", "kt", None),
    ],
)
def test_units_unlike_their_names(name, unit, due):
    table = small([[1, 1], [1, 1]], [[2, 0], [0, 2]], regions=("one", "two"))
    about = {**vars(table.about), "units": {name: unit}}
    finding = found(table.replace(F=table.F.assign_coords(stressor=[name]), about=about)).get("unit-unlike")
    assert (finding and finding.values["due"]) == due


def labelled(
    regions: list[str], sectors: tuple[str, ...] = ("all",), demand: tuple[str, ...] = ("final",), **more
) -> Table:
    """Everyone makes 1 of everything and uses it at home, in every category alike."""
    stressors = more.pop("stressors", ["dust"])
    n = len(regions) * len(sectors)
    return Table.from_arrays(
        np.zeros((n, n)),
        np.kron(np.eye(len(regions)), np.full((len(sectors), len(demand)), 1 / len(demand))),
        np.ones((len(stressors), n)),
        regions=regions,
        sectors=sectors,
        demand=demand,
        stressors=stressors,
        about={"name": "even", "year": 2009, "currency": "million XAU", "units": dict.fromkeys(stressors, "kt")} | more,
    )


@pytest.mark.parametrize(
    ("labels", "where"),
    [
        ({"sectors": ("Steel", "steel ", "Glass")}, "sector"),
        ({"sectors": ("Ｓteel", "Steel", "Glass")}, "sector"),  # full width
        ({"demand": ("final", "Final")}, "demand category"),
        ({"regions": ["CHN", "chn"]}, "region"),
        ({"stressors": ["dust", "dust "]}, "stressor"),
        ({"stressors": ["CO", "Co"]}, None),  # carbon monoxide and cobalt
        ({"sectors": ("Steel", "Steels")}, None),
    ],
)
def test_labels_that_are_alike(labels, where):
    finding = found(labelled(**{"regions": ["one", "two"]} | labels)).get("labels-alike")
    assert (finding and finding.where) == where


def test_discrepancies_by_name_with_their_size():
    """A quarter of every region's demand, a region of two, one sector of four."""
    quarter = labelled(["one", "two"], demand=("a", "b", "c", "Statistical discrepancies"))
    finding = found(quarter)["discrepancy-part"]
    assert (finding.where, finding.severity) == ("demand category Statistical discrepancies", "warning")
    assert finding.size == pytest.approx(1 / 4)
    assert found(labelled(["one", "误差"]))["discrepancy-part"].where == "region 误差"
    sector = found(labelled(["one", "two"], sectors=("a", "b", "c", "统计误差")))["discrepancy-part"]
    assert (sector.where, sector.size) == ("sector 统计误差", pytest.approx(1 / 4))
    noted = quarter.noted((findings_.found("discrepancy", "note", "Y", name="d", total=2.0, unit="million XAU"),))
    assert "discrepancy-part" not in found(noted)  # its reader has said it


def test_large_countries_that_are_nowhere():
    largest = reference.series("territorial_co2").sel(year=2009).to_series().sort_values(ascending=False).index
    world = list(largest[:45])
    assert checks.check(labelled(world)) == ()
    lacking = [code for code in world if code not in ("IND", "RUS")]
    finding = found(labelled(lacking))["missing-regions"]
    assert finding.values["names"] == "IND, RUS"
    assert "missing-regions" not in found(labelled([*lacking, "ROW"]))
    assert "missing-regions" not in found(labelled([*lacking, "WA"]))  # an aggregate, by its code
    assert "missing-regions" in found(labelled([*lacking, "Statistical discrepancy"]))
    assert "missing-regions" not in found(labelled(lacking[:30]))  # a table of thirty does not mean the world


# -- all of them ------------------------------------------------------------------------------------------------------


def test_many_of_a_kind_are_counted():
    """A satellite account with a thousand stressors is not told line by line."""
    stressors = [f"k{i}" for i in range(12)]
    table = labelled(["one", "two"], stressors=stressors)
    table = table.replace(F=table.F * 0)
    zero = [one for one in checks.check(table) if one.check == "stressor-all-zero"]
    more = [one for one in checks.check(table) if one.check == "and-more"]
    assert len(zero) == checks.FEW
    assert more[0].values["count"] == 12 - checks.FEW
    assert "stressor k11" in more[0].what or "... (7)" in more[0].what


def test_a_table_without_emissions_is_checked():
    table = random_table(3)
    assert checks.check(table.replace(F=table.F[:0], F_Y=table.F_Y[:0])) == ()


def test_what_was_measured_before_is_measured_again():
    table = kitzes(V=[[4, 4]])
    old = findings_.found("region-without-output", "warning", "region three", 0.3)
    noted = findings_.found("converted", "note", "Z", part="Z", given="thousand USD", held="USD")
    them = checks.complete(table.noted((old, noted)))
    assert [one.check for one in them] == ["value-added-balance", "converted"]
    assert checks.complete(table.noted(them)) == them


def test_measured_are_the_keys_that_checks_find():
    """Systems cannot ask the checks for their keys; this holds the two lists to be one."""
    folder = Path(checks.__file__).parent
    text = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    between_years = set(_keys(text.pop("neighbours.py")))
    made = {key for each in text.values() for key in _keys(each)}
    assert made | {"bytes-changed"} == MEASURED
    assert not between_years & MEASURED


def _keys(text: str) -> list[str]:
    named = re.findall(r'\bfound\(\s*"([a-z-]+)"', text)
    return named + re.findall(r'"(negative-[a-z]+)"', text)


def test_every_message_asks_for_the_same_values_in_both_languages():
    for key, entry in findings_.messages().items():
        english, chinese = (set(re.findall(r"{(\w+)", entry[language][0])) for language in ("en", "zh"))
        # verb is "is" or "are": English alone has it; what is called en or zh is a text given in each language
        assert english - {"verb", "en"} == chinese - {"zh"}, key
        assert ("en" in english) == ("zh" in chinese), key


def test_every_finding_is_said_in_both_languages():
    tables = (
        small([[5, 5], [5, 5]], [[-1, 0], [0, -1]], [[0, 0]]),
        labelled(["one", "误差"], sectors=("a", "A ")),
    )
    for one in (one for table in tables for one in checks.check(table)):
        assert findings_.said(one, "en") == (one.what, one.hint)
        assert "{" not in findings_.said(one, "zh")[0]
