"""openLCA JSON-LD: schemas 1 and 2, units and properties, what is noted and what is refused (US LCI: test_uslci.py)."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from data.inventories.olca_exports import (
    DENSITY,
    GROUPS,
    Export,
    Json,
    exchange,
    flow,
    heijungs_suh,
    process,
    ref,
)
from hypothesis import given
from hypothesis import strategies as st

from tanheng.data import archive
from tanheng.data.inventories import olca_jsonld
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.systems.allocation import allocate
from tanheng.systems.assembly import assemble
from tanheng.systems.inventory import Exchange, Inventory, Uncertainty

GENERATION, REFINING = "processes/generation.json", "processes/refining.json"


def read(path: Path) -> Inventory:
    place = archive.open(path)
    assert olca_jsonld.holds(place)
    return olca_jsonld.read(place)


def made(export: Export, tmp_path: Path) -> Inventory:
    return read(export.zip(tmp_path / "export.zip"))


def checks(inventory: Inventory) -> dict[str, object]:
    return {finding.check: finding.values.get("count") for finding in inventory.findings}


def rows(content: Json) -> list[Json]:
    return content["exchanges"]


# -- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schema", [1, 2])
def test_the_worked_example_of_heijungs_and_suh(schema: int, tmp_path: Path) -> None:
    # 1000 kWh: 100 x (10 kWh, 2 l, 1 kg) and 2 x (100 l, 10 kg) are 120 kg of CO2, whatever the units on the way
    inventory = made(heijungs_suh(schema), tmp_path)
    system = assemble(inventory)
    totals = system.multipliers[0] * [3600.0, 0.0]  # MJ of power
    assert totals.sum() == pytest.approx(120, rel=1e-12)  # doubles, a 2 x 2 system
    assert [(one.id, one.unit) for one in system.processes] == [("generation", "MJ"), ("refining", "kg")]


@pytest.mark.parametrize("schema", [1, 2])
def test_flows_have_their_reference_unit_compartment_and_properties(schema: int, tmp_path: Path) -> None:
    flows = made(heijungs_suh(schema), tmp_path).flows
    assert (flows["CO2"].kind, flows["CO2"].unit, flows["CO2"].cas) == ("elementary", "kg", "124-38-9")
    assert flows["CO2"].compartment == "air/high population density"
    assert flows["fuel"].properties == {"mass": 1.0, "energy": 43.0, "price": 1.5}
    assert flows["power"].properties == {"energy": 1.0}


def test_schemas_folders_and_lists_say_the_same(tmp_path: Path) -> None:
    first = made(heijungs_suh(1), tmp_path)
    second = read(heijungs_suh(2).folder(tmp_path / "folder" / "export"))
    listed = tmp_path / "list" / "export.json"
    listed.parent.mkdir()
    items = [json.loads(text) for name, text in heijungs_suh(2).texts().items() if "/" in name]
    listed.write_text(json.dumps(items))
    graph = tmp_path / "graph" / "export.json"
    graph.parent.mkdir()
    graph.write_text(json.dumps({"@context": "x", "@graph": items}))
    for other in (second, read(listed), read(graph)):
        assert other.about == first.about
        assert other.flows == first.flows
        assert {one.id: one for one in other.processes} == {one.id: one for one in first.processes}


def test_the_process_has_its_place_source_and_provider(tmp_path: Path) -> None:
    documentation = {
        "validFrom": "1997-01-01T00:00:00", "validUntil": "1999-12-31", "publication": ref("Source", " Report 7 ")
    }  # fmt: skip
    export = heijungs_suh().change(GENERATION, lambda one: one.update(processDocumentation=documentation))
    generation, refining = made(export, tmp_path).processes
    assert (generation.location, generation.source) == ("SW", "Report 7, 1997-1999")
    assert (refining.location, refining.source) == ("SW", "")
    assert generation.exchanges[1].provider == "refining"


@given(
    unit=st.sampled_from(["kg", "t", "g", "l", "m3"]),
    litres=st.floats(1e-6, 1e6),
)
def test_an_amount_is_the_same_in_every_unit_and_property(unit: str, litres: float, tmp_path_factory: Any) -> None:
    kilograms = litres * DENSITY / 1000
    masses = GROUPS["mass"][1]
    volumes = GROUPS["volume"][1]
    amount = kilograms / masses[unit] if unit in masses else litres / 1000 / volumes[unit]
    row = exchange("fuel", amount, unit, "Mass" if unit in masses else "Volume", input=True)
    export = heijungs_suh().change(GENERATION, lambda one: rows(one).__setitem__(1, row))
    fuel = made(export, tmp_path_factory.mktemp("export")).processes[0].exchanges[1]
    assert fuel.unit == "kg"
    assert fuel.amount == pytest.approx(kilograms, rel=1e-12)  # three roundings of a double


def test_an_avoided_product_is_a_credit(tmp_path: Path) -> None:
    # burning waste for 36 MJ of power, which need not be generated: 10 kWh at 0.12 kg each are saved
    export = heijungs_suh()
    export.add("flows", flow("heat", "product", {"Energy": 1.0}))
    saved = exchange("power", 10, "kWh", "Energy", input=True, avoidedProduct=True)
    export.add("processes", process("boiler", exchange("heat", 1, "MJ", "Energy"), saved))
    inventory = made(export, tmp_path)
    boiler = next(one for one in inventory.processes if one.id == "boiler")
    assert boiler.exchanges[1] == Exchange("power", 36.0, "MJ", "output", avoided=True)
    system = assemble(inventory)
    assert system.multipliers[0, system.find("boiler")] == pytest.approx(-1.2, rel=1e-12)  # -10 kWh x 0.12 kg


def test_an_avoided_waste_is_one_that_need_not_be_treated(tmp_path: Path) -> None:
    export = heijungs_suh().add("flows", flow("ash", "waste", {"Mass": 1.0}))
    saved = exchange("ash", 2, "kg", "Mass", avoidedProduct=True)  # openLCA keeps it among the outputs
    inventory = made(export.change(GENERATION, lambda one: rows(one).append(saved)), tmp_path)
    assert inventory.processes[0].exchanges[-1] == Exchange("ash", 2.0, "kg", "input", avoided=True)


def test_a_treatment_takes_its_waste_in(tmp_path: Path) -> None:
    export = heijungs_suh().add("flows", flow("ash", "waste", {"Mass": 1.0}))
    ash = exchange("ash", 2, "kg", "Mass")
    export = export.change(GENERATION, lambda one: rows(one).append(ash))
    export.add("processes", process("landfill", {**ash, "input": True}, exchange("CO2", 1, "kg", "Mass")))
    inventory = made(export, tmp_path)
    assert inventory.flows["ash"].kind == "waste"
    system = assemble(inventory)
    assert system.multipliers[0, system.find("landfill")] == pytest.approx(0.5)  # 1 kg CO2 for 2 kg of ash
    assert system.multipliers[0, system.find("generation")] * 36 == pytest.approx(1.2 + 2 * 0.5, rel=1e-12)


def test_shares_of_co_products_are_kept_where_they_add_up(tmp_path: Path) -> None:
    def factors(**shares: tuple[float, float]) -> list[Json]:
        return [
            {"@type": "AllocationFactor", "allocationType": kind, "product": ref("Flow", name), "value": value}
            for kind, pair in shares.items()
            for name, value in zip(("fuel", "gas"), pair, strict=True)
        ]

    def with_factors(default: str = "", **shares: tuple[float, float]) -> Inventory:
        export = heijungs_suh().add("flows", flow("gas", "product", {"Mass": 1.0}))
        more = {"allocationFactors": factors(**shares), "defaultAllocationMethod": default}
        change = export.change(
            REFINING, lambda one: (rows(one).append(exchange("gas", 5, "kg", "Mass")), one.update(more))
        )
        return made(change, tmp_path)

    shared = with_factors(PHYSICAL_ALLOCATION=(0.9, 0.1), ECONOMIC_ALLOCATION=(0.7, 0.3))
    assert dict(shared.processes[1].allocation) == {
        "physical": {"fuel": 0.9, "gas": 0.1}, "economic": {"fuel": 0.7, "gas": 0.3}
    }  # fmt: skip
    turned = with_factors("ECONOMIC_ALLOCATION", PHYSICAL_ALLOCATION=(0.9, 0.1), ECONOMIC_ALLOCATION=(0.7, 0.3))
    assert list(turned.processes[1].allocation) == ["economic", "physical"]
    unsound = with_factors(PHYSICAL_ALLOCATION=(0.9, 0.3), ECONOMIC_ALLOCATION=(0.0, 0.0))
    assert unsound.processes[1].allocation == {}
    assert checks(unsound)["shares-unsound"] == 1


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ({"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomMean": 2.0, "geomSd": 1.3}, ("lognormal", (1.6, 1.3))),
        ({"distributionType": "NORMAL_DISTRIBUTION", "mean": 2.0, "sd": 0.5}, ("normal", (1.6, 0.4))),
        (
            {"distributionType": "TRIANGLE_DISTRIBUTION", "minimum": 1.0, "mode": 2.0, "maximum": 4.0},
            ("triangular", (0.8, 1.6, 3.2)),
        ),
        ({"distributionType": "UNIFORM_DISTRIBUTION", "minimum": 1.0, "maximum": 4.0}, ("uniform", (0.8, 3.2))),
        ({"distributionType": "NO_DISTRIBUTION"}, None),
        (None, None),
    ],
)
def test_an_uncertainty_is_in_the_unit_of_its_amount(of: object, expected: Any, tmp_path: Path) -> None:
    # 2 l of fuel are 1.6 kg: what is in litres is multiplied by 0.8, what has no unit is not
    export = heijungs_suh().change(GENERATION, lambda one: rows(one)[1].update(uncertainty=of))
    found = made(export, tmp_path).processes[0].exchanges[1].uncertainty
    if expected is None:
        assert found is None
    else:
        assert isinstance(found, Uncertainty)
        assert found.kind == expected[0]
        assert found.parameters == pytest.approx(expected[1], rel=1e-12)


# -- what is noted ----------------------------------------------------------------------------------------------------


def _causal(one: Json) -> None:
    rows(one).append(exchange("power", 1, "MJ", "Energy"))
    rows(one).append(exchange("gas", 1, "kg", "Mass"))
    of = {"allocationType": "CAUSAL_ALLOCATION", "product": ref("Flow", "gas"), "exchange": {}, "value": 0.5}
    one["allocationFactors"] = [of]


NOTED: dict[str, tuple[str, str, Callable[[Json], object], int]] = {
    "blanks": ("flow-name-trimmed", "flows/fuel.json", lambda one: one.update(name=" fuel oil "), 1),
    "formula": ("formula-not-computed", GENERATION, lambda one: rows(one)[1].update(amountFormula="2*x"), 1),
    "costs": ("cost-not-read", GENERATION, lambda one: rows(one)[1].update(costValue=3.0), 1),
    "summed": ("summed-process", REFINING, lambda one: one.update(processType="LCI_RESULT"), 1),
    "absent maker": (
        "provider-absent", GENERATION, lambda one: rows(one)[1].update(defaultProvider=ref("Process", "elsewhere")), 1
    ),
    "causal": ("causal-allocation", REFINING, _causal, 1),
    "inferred": ("reference-inferred", REFINING, lambda one: rows(one)[0].pop("quantitativeReference"), 1),
    "impossible spread": (
        "uncertainty-unusable", GENERATION,
        lambda one: rows(one)[2].update(uncertainty={"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomSd": 0.0}), 1,
    ),
    "cut off": ("source-cut-off", "flows/fuel.json", lambda one: one.update(name="CUTOFF fuel"), 1),
}  # fmt: skip


@pytest.mark.parametrize("case", NOTED)
def test_what_is_done_is_told_in_both_languages(case: str, tmp_path: Path) -> None:
    from tanheng.systems.finding import messages

    check, file, change, count = NOTED[case]
    export = heijungs_suh().add("flows", flow("gas", "product", {"Mass": 1.0})).change(file, change)
    inventory = made(export, tmp_path)
    assert checks(inventory)[check] == count
    finding = next(one for one in inventory.findings if one.check == check)
    for language in ("en", "zh"):
        said, hint = messages()[check][language]
        assert said.format(**finding.values)
        assert hint
    assert check not in checks(made(heijungs_suh(), tmp_path))


def test_blanks_at_the_ends_of_a_name_are_gone_and_those_inside_stay(tmp_path: Path) -> None:
    export = heijungs_suh().change("flows/fuel.json", lambda one: one.update(name=" Fuel,  light "))
    assert made(export, tmp_path).flows["fuel"].name == "Fuel,  light"


def test_a_flow_without_a_file_is_what_the_exchange_says(tmp_path: Path) -> None:
    export = heijungs_suh()
    del export.files["flows/CO2.json"]
    said = {"flowType": "ELEMENTARY_FLOW", "refUnit": "kg", "categoryPath": ["Emission to air", "unspecified"]}
    for file in (GENERATION, REFINING):
        export = export.change(
            file, lambda one: [r["flow"].update(said) for r in rows(one) if r["flow"]["@id"] == "CO2"]
        )
    inventory = made(export, tmp_path)
    whole = made(heijungs_suh(), tmp_path)
    co2 = inventory.flows["CO2"]
    assert (co2.name, co2.kind, co2.unit, co2.compartment) == ("CO2", "elementary", "kg", "air")
    assert assemble(inventory).multipliers.tolist() == assemble(whole).multipliers.tolist()
    assert checks(inventory)["flow-without-file"] == 1


def test_a_flow_that_the_source_cut_off_has_no_maker_though_a_process_gives_it_off(tmp_path: Path) -> None:
    # refining gives off what generation takes in under the same name: the source does not follow it, nor do we
    export = heijungs_suh().add("flows", flow("rest", "product", {"Mass": 1.0}, name="CUTOFF Disposal, rest"))
    row = exchange("rest", 3, "kg", "Mass")
    export = export.change(REFINING, lambda one: rows(one).append(row))
    export = export.change(GENERATION, lambda one: rows(one).append({**row, "input": True}))
    inventory = made(export, tmp_path)
    assert inventory.flows["rest"].kind == "waste"
    assert checks(inventory)["cut-off-given-off"] == 1
    system = assemble(allocate(inventory, "mass"))
    assert [one.id for one in system.unlinked] == ["rest"]
    assert [one.id for one in system.processes] == ["generation", "refining"]


def test_one_year_is_the_inventory_s_and_several_are_told_apart(tmp_path: Path) -> None:
    def dated(export: Export, file: str, start: str, end: str) -> Export:
        return export.change(file, lambda one: one.update(processDocumentation={"validFrom": start, "validUntil": end}))

    one = dated(heijungs_suh(), GENERATION, "2010-01-01", "2010-12-31")
    assert made(one, tmp_path).about.year == 2010
    two = made(dated(one, REFINING, "2003-01-01", "9999-12-31"), tmp_path)  # 9999 is openLCA's word for no end
    assert two.about.year is None
    finding = next(found for found in two.findings if found.check == "years-apart")
    assert (finding.values["first"], finding.values["last"], finding.values["none"]) == (2003, 2010, 0)


def test_only_files_of_the_format_are_held(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"type": "chart"}')
    assert not olca_jsonld.holds(archive.open(tmp_path / "x.json"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "processes.csv").write_text("a,b")
    assert not olca_jsonld.holds(archive.open(tmp_path / "other"))
    export = heijungs_suh()
    text = export.texts()[GENERATION]
    (tmp_path / "one.json").write_bytes(text)
    assert olca_jsonld.holds(archive.open(tmp_path / "one.json"))


# -- what is refused --------------------------------------------------------------------------------------------------


def _drop(name: str) -> Callable[[Export], Export]:
    def drop(export: Export) -> Export:
        del export.files[name]
        return export

    return drop


def _in(name: str, how: Callable[[Json], object]) -> Callable[[Export], Export]:
    return lambda export: export.change(name, how)


def _text(name: str, content: bytes) -> Callable[[Export], Export]:
    def put(export: Export) -> Export:
        export.files[name] = content
        return export

    return put


def _amount(value: object) -> Callable[[Export], Export]:
    return _in(GENERATION, lambda one: rows(one)[1].update(amount=value))


def _first(key: str, value: object) -> Callable[[Export], Export]:
    return _in(GENERATION, lambda one: rows(one)[1].update({key: value}))


def _doubled(export: Export) -> Export:
    export.files["processes/copy.json"] = export.files[GENERATION]
    return export


REFUSED: dict[str, tuple[Callable[[Export], Export], str]] = {
    "text as an amount": (_amount("2"), r"generation.json.*the amount of fuel is '2', not a number"),
    "an amount of NaN": (_amount(math.nan), r"generation.json.*the amount of fuel is nan, not a number"),
    "an endless amount": (_amount(math.inf), r"generation.json.*the amount of fuel is inf, not a number"),
    "an amount of a thousand digits": (
        _text(GENERATION, b'{"@type": "Process", "@id": "p", "x": ' + b"9" * 5000 + b"}"),
        r"generation.json: is not JSON of this format \(a number is too long\)",
    ),
    "true as an amount": (_amount(True), r"generation.json.*the amount of fuel is True"),
    "no amount": (_amount(None), r"generation.json.*the amount of fuel is missing; a missing number is not zero"),
    "a flow in no file": (_drop("flows/fuel.json"), r"generation.json.*flow fuel is in no file"),
    "no unit group": (_drop("unit_groups/volume.json"), r"Volume.json: unit group volume is in no file"),
    "no flow property": (_drop("flow_properties/Volume.json"), r"generation.json.*flow property Volume is in no file"),
    "a unit of another group": (
        _first("unit", ref("Unit", "unit-kWh")), r"generation.json.*unit unit-kWh is in no unit group that fits.*m3"
    ),
    "a property that the flow lacks": (
        _first("flowProperty", ref("FlowProperty", "Items")), r"generation.json.*fuel is given in the property Items"
    ),
    "no reference": (
        _in(GENERATION, lambda one: (rows(one)[0].pop("quantitativeReference"), rows(one)[0].update(input=True))),
        r"generation.json.*it has 0 quantitative references and 0 products that go out; mark the one",
    ),
    "two references": (
        _in(GENERATION, lambda one: rows(one)[1].update(quantitativeReference=True)), r"it has 2 quantitative ref"
    ),
    "none of the reference": (
        _in(GENERATION, lambda one: rows(one)[0].update(amount=0)), r"generation.json.*the amount of its reference is z"
    ),
    "an id twice": (_doubled, r"generation.json: Process generation is there twice; it is also in .*copy.json"),
    "no id": (_in(GENERATION, lambda one: one.pop("@id")), r"generation.json: a data set of type Process has no @id"),
    "no name": (_in(GENERATION, lambda one: one.update(name=" ")), r"generation.json: the process has no name"),
    "broken JSON": (_text(GENERATION, b'{"@type":\n"Process",'), r"generation.json line 2: is not valid JSON"),
    "JSON that is a number": (_text(GENERATION, b"7"), r"generation.json: holds no data set of openLCA"),
    "JSON without an end": (_text(GENERATION, b"[" * 100_000), r"generation.json: is not JSON of this .* \(nested"),
    "another encoding": (_text(GENERATION, '{"name": "é"}'.encode("latin-1")), r"generation.json: is not text"),
    "exchanges that are none": (_in(GENERATION, lambda one: one.update(exchanges="x")), r"exchanges is no list"),
    "a flow that is a word": (_first("flow", "fuel"), r"generation.json.*flow is 'fuel', not a reference with an @id"),
    "an exchange of nothing": (_in(GENERATION, lambda one: rows(one)[1].pop("flow")), r"an exchange has no flow"),
    "a kind that is none": (
        _in("flows/fuel.json", lambda one: one.update(flowType="SERVICE")), r"fuel.json: flow fuel is of type 'SERVICE'"
    ),
    "no reference property": (
        _in("flows/fuel.json", lambda one: one["flowProperties"][0].update(referenceFlowProperty=False)),
        r"fuel.json: the flow has no reference property",
    ),
    "a factor of zero": (
        _in("flows/fuel.json", lambda one: one["flowProperties"][1].update(conversionFactor=0)),
        r"fuel.json: a conversion factor is not above zero",
    ),
    "no reference unit": (
        _in("unit_groups/mass.json", lambda one: one["units"][0].update(referenceUnit=False)),
        r"mass.json: unit group Units of mass has no reference unit",
    ),
    "a unit of no size": (
        _in("unit_groups/mass.json", lambda one: one["units"][1].update(conversionFactor=0.0)),
        r"mass.json: the conversion factor of unit t is 0",
    ),
    "a unit of unknown size": (
        _in("unit_groups/mass.json", lambda one: one["units"][1].pop("conversionFactor")),
        r"mass.json: the conversion factor of unit t is missing",
    ),
    "an amount beyond all numbers": (
        _in("unit_groups/volume.json", lambda one: one["units"][1].update(conversionFactor=1e308)),
        r"generation.json.*the amount of fuel is beyond all numbers in kg",
    ),
    "no process": (lambda export: _drop(GENERATION)(_drop(REFINING)(export)), r"export.zip: holds no process"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_broken_is_refused_in_one_line_that_names_the_file(case: str, tmp_path: Path) -> None:
    break_it, message = REFUSED[case]
    path = break_it(heijungs_suh()).zip(tmp_path / "export.zip")
    with pytest.raises(InputError, match=message) as caught:
        olca_jsonld.read(archive.open(path))
    assert "export.zip" in str(caught.value)
    assert "\n" not in str(caught.value)


def _places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    of = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in of:
        yield from _places(value, (*path, key))


@given(data=st.data())
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_one_line(data: Any, tmp_path_factory: Any) -> None:
    export = heijungs_suh(data.draw(st.sampled_from([1, 2])))
    name = data.draw(st.sampled_from(sorted(set(export.files) - {"context.json"})))
    *path, last = data.draw(st.sampled_from([place for place in _places(export.files[name]) if place]))
    value = data.draw(
        st.sampled_from([None, "", " ", "x", 0, -1, 1e308, True, math.nan, [], ["x"], [[]], {}, {"@id": 1}])
    )

    def change(one: Json) -> None:
        for key in path:
            one = one[key]
        one[last] = value

    place = archive.open(export.change(name, change).zip(tmp_path_factory.mktemp("export") / "export.zip"))
    try:
        said = f"{len(olca_jsonld.read(place).processes)} processes"
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    assert said in ("1 processes", "2 processes") or place.path.name in said


def test_errors_are_of_their_kind(tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        made(_amount(None)(heijungs_suh()), tmp_path)
    with pytest.raises(LabelError):
        made(_doubled(heijungs_suh()), tmp_path)


def test_an_archive_that_broke_off_or_is_empty(tmp_path: Path) -> None:
    whole = heijungs_suh().zip(tmp_path / "export.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"cut.zip: is not a whole zip file"):
        olca_jsonld.read(archive.open(tmp_path / "cut.zip"))
    at = whole.index(b"processes/") + 60  # inside the packed bytes of a process, the list at the end still whole
    (tmp_path / "worn.zip").write_bytes(whole[:at] + bytes(20) + whole[at + 20 :])
    with pytest.raises(InputError, match=r"worn.zip: processes/generation.json: is damaged"):
        olca_jsonld.read(archive.open(tmp_path / "worn.zip"))
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(InputError, match=r"empty.zip: holds no process"):
        olca_jsonld.read(archive.open(tmp_path / "empty.zip"))


# -- real files -------------------------------------------------------------------------------------------------------


def test_files_of_openlca_itself(shared: Path) -> None:
    folder = shared / "lci/olca/olca-core/src/test/resources/org/openlca/jsonld/input"
    inventory = read(folder / "exchange_sync-all.zip")
    assert [(one.name, len(one.exchanges)) for one in inventory.processes] == [
        ("Test process 2", 1),
        ("Test process", 2),
    ]
    assert assemble(inventory).M.toarray().tolist() == [[1.0, -1.0], [0.0, 1.0]]
    with pytest.raises(InputError, match=r"unit_sync-unit_group.zip: holds no process"):
        read(folder / "unit_sync-unit_group.zip")


def test_a_real_export_with_shares_by_product(shared: Path) -> None:
    inventory = read(shared / "lci/bw2io/json-ld/US-FPL")
    pyrolysis = next(one for one in inventory.processes if "pyrolysis" in one.name)
    assert pyrolysis.location == "US-MT"
    assert list(pyrolysis.allocation) == ["physical"]  # its economic shares are all zero: nobody gave any
    by_name = {inventory.flows[id].name.split(";")[0]: share for id, share in pyrolysis.allocation["physical"].items()}
    assert by_name == {"Tar": 0.0, "Biochar": 0.175, "Syngas": 0.825}


def test_a_real_export_with_makers_and_an_unmarked_reference(shared: Path) -> None:
    inventory = read(shared / "lci/bw2io/json-ld/beef-cattle-finishing")
    assert checks(inventory)["reference-inferred"] == 1  # alfalfa hay production marks none
    beef = next(one for one in inventory.processes if one.name.startswith("beef cattle finishing"))
    assert sum(one.provider != "" for one in beef.exchanges) == 3
    hay = next(one for one in inventory.processes if one.name.startswith("alfalfa"))
    assert (hay.made.amount, hay.made.unit) == (8_093_000.0, "kg")  # 8,093 t in its file
    petrol = next(one for one in hay.exchanges if inventory.flows[one.flow].name.startswith("Gasoline"))
    assert petrol.amount == pytest.approx(30.284, rel=1e-12)  # 30,284 l in m3
    with pytest.raises(InputError, match="is there twice; it is also in"):
        read(shared / "lci/bw2io/json-ld")  # two exports side by side
